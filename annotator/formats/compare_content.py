"""Lays what a writer meant to write beside what came back, for formats that give spans and relations ids of their own.

A writer first makes the record it expects to read again: spans and relations that the format cannot hold are gone from it, and so is
what it cannot say of the others.  What of this it reports itself it puts into ``Expected.losses``; ``count`` finds whatever else is not
as it was and reports that too, so that nothing is left out without a word.  Every difference between what was expected and what came
back is a surprise (``content_losses``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.annotations import Item, Span
from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.formats.compare import document_loss, has_set, item_loss
from annotator.formats.compare_twins import pairs_of, unlike

_OF_DOCUMENT = ("name", "text", "tokens")
_OF_SET = ("annotator", "kind", "status", "flagged", "categories")
_PROVENANCE = ("confidence", "origin", "derived_from")

_MARKS = {
    "annotator": "annotator",
    "kind": "kind of annotator",
    "status": "status",
    "flagged": "flag",
    "verdicts": "rejected suggestions",
    "tokens": "tokens",
    "confidence": "confidence",
    "origin": "origin",
    "derived_from": "suggestion it came from",
    "reviewed": "mark of the review",
}
"""What a report sums up, by the field of a record, a span or a relation; all other fields are content, told item by item."""


@dataclass(slots=True)
class Expected:
    """What a record should come back as, and what is known to be lost of it beforehand."""

    record: Record
    losses: list[Loss] = field(default_factory=list)


def content_losses(record: Record, expected: Record, back: Record) -> Iterator[Loss]:
    """Find every difference between ``expected`` and ``back``; ``record`` is the one the losses are told of.

    Ids are not compared: spans answer to each other by label and place, and among those of one label and place by what else they say
    and are linked with; relations by label and ends.  Tokens are compared only where they are expected; a text of white
    space has none, told or not.
    """
    with_tokens = expected.tokens is not None and bool(expected.text.strip() or back.tokens)
    names = [*_OF_DOCUMENT[:2], *(("tokens",) if with_tokens else ())]
    names += _OF_SET if has_set(expected) else ()
    differing = [name for name in names if getattr(expected, name) != getattr(back, name)]
    if dict(expected.meta) != dict(back.meta):
        differing.append("meta")
    if set(expected.verdicts) != set(back.verdicts):
        differing.append("verdicts")
    if differing:
        yield document_loss(record, Fate.CHANGED, f"came back different: {', '.join(differing)}")
    for item, other in pairs_of(expected, back):
        if item is None:
            yield _stranger(record, other)
        elif other is None:
            yield item_loss(record, item, Fate.DROPPED, "did not come back from the file")
        elif different := unlike(item, other):
            yield item_loss(record, item, Fate.CHANGED, f"came back different: {', '.join(different)}")


def _stranger(record: Record, item: Item | None) -> Loss:
    if isinstance(item, Span):
        return item_loss(record, item, Fate.CHANGED, "a span came back that is not in the project")
    assert item is not None
    reason = "a relation came back that is not in the project"
    return Loss(record.name, "relation", item.id, item.label, "", Fate.CHANGED, reason, document_id=record.document_id)


def count(report: LossReport, record: Record, losses: Iterable[Loss], expected: Record | None = None) -> None:
    """Add one document that came back to the figures of a report, with all losses it had.

    With ``expected``, what is not as it was there and in no loss is reported as well: content as further losses, marks as a sum.
    """
    found = list(losses)
    if expected is not None:
        found += untold(record, expected, found)
        report.unsaid += unsaid_marks(record, expected)
    gone = [loss.item for loss in found if loss.fate is Fate.DROPPED]
    report.add(found)
    report.documents += 1
    report.spans += len(record.spans) - gone.count("span")
    report.relations += len(record.relations) - gone.count("relation")
    report.unreviewed += sum(not item.reviewed for item in (*record.spans, *record.relations))


def unsaid_marks(record: Record, expected: Record) -> Counter[tuple[str, str]]:
    """Count the marks of a record, its spans and relations that are not in ``expected``: origins, reviews, whose the set is."""
    found: Counter[tuple[str, str]] = Counter()
    for name in ("annotator", "kind", "status", "flagged", "verdicts", "tokens"):
        if _told(record, name) != _told(expected, name):
            found["document", _MARKS[name]] += 1
    for item, other in _by_id(record, expected):
        if other is not None and other != item:
            for name in (*_PROVENANCE, "reviewed"):
                if getattr(item, name) != getattr(other, name):
                    found["item", _MARKS[name]] += 1
    return found


def untold(record: Record, expected: Record, told: Iterable[Loss]) -> Iterator[Loss]:
    """Find the content of a record that is not in ``expected`` and that no loss tells of."""
    known = {(loss.item, loss.item_id) for loss in told}
    if ("document", "") not in known:
        lost = [name for name in ("name", "text") if getattr(record, name) != getattr(expected, name)]
        lost += ["categories"] if not set(record.categories) <= set(expected.categories) else []
        lost += ["meta"] if not all(_holds(expected.meta, key, value) for key, value in record.meta.items()) else []
        if lost:
            yield document_loss(record, Fate.CHANGED, f"came without its {', '.join(lost)}")
    for item, other in _by_id(record, expected):
        if item == other or ("span" if isinstance(item, Span) else "relation", item.id) in known:
            continue
        if other is None:
            yield item_loss(record, item, Fate.DROPPED, "was left out")
        elif lost := [name for name in unlike(item, other, ids=True) if name not in _MARKS]:
            yield item_loss(record, item, Fate.CHANGED, f"came without its {', '.join(lost)}")


def provenance(record: Record) -> int:
    """Count the spans and relations that say who or what made them, or how sure it was."""
    return sum(any(getattr(item, name) not in ("", None) for name in _PROVENANCE) for item in (*record.spans, *record.relations))


def _by_id(record: Record, expected: Record) -> Iterator[tuple[Item, Item | None]]:
    spans = {span.id: span for span in expected.spans}
    relations = {relation.id: relation for relation in expected.relations}
    yield from ((span, spans.get(span.id)) for span in record.spans)
    yield from ((relation, relations.get(relation.id)) for relation in record.relations)


def _holds(meta: Mapping[str, Any], key: str, value: Any) -> bool:
    """Tell whether metadata still say this; a list may have been added to."""
    found = meta.get(key)
    if isinstance(found, list) and isinstance(value, list):
        return found[: len(value)] == value
    return key in meta and found == value


def _told(record: Record, name: str) -> Any:
    """Return what a mark says, so that different ways to say the same are equal."""
    value = getattr(record, name)
    if name == "verdicts":
        return set(value)
    return value or None
