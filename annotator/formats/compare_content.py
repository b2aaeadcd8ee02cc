"""Lays what a writer meant to write beside what came back, for formats that give spans and relations ids of their own.

A writer first makes the record it expects to read again: spans and relations that the format cannot hold are gone from it, and so is
what it cannot say of the others; each of these it reports itself.  Everything found here is a surprise and reported as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from annotator.domain.annotations import Item, Relation, Span
from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.formats.compare import document_loss, has_set, item_loss

_OF_DOCUMENT = ("name", "text", "tokens")
_OF_SET = ("annotator", "kind", "status", "flagged", "categories")
_PROVENANCE = ("confidence", "origin", "derived_from")


@dataclass(slots=True)
class Expected:
    """What a record should come back as, and what is known to be lost of it beforehand."""

    record: Record
    losses: list[Loss] = field(default_factory=list)


def content_losses(record: Record, expected: Record, back: Record) -> Iterator[Loss]:
    """Find every difference between ``expected`` and ``back``; ``record`` is the one the losses are told of.

    Ids are not compared: spans answer to each other by label and place, relations by label and the places of their ends.  Tokens are
    compared only where they are expected.
    """
    names = [*_OF_DOCUMENT[:2], *(("tokens",) if expected.tokens is not None else ()), *(_OF_SET if has_set(expected) else ())]
    differing = [name for name in names if getattr(expected, name) != getattr(back, name)]
    if dict(expected.meta) != dict(back.meta):
        differing.append("meta")
    if set(expected.verdicts) != set(back.verdicts):
        differing.append("verdicts")
    if differing:
        yield document_loss(record, Fate.CHANGED, f"came back different: {', '.join(differing)}")
    yield from _differences(record, _by_place(expected), _by_place(back))


def count(report: LossReport, record: Record, losses: Iterable[Loss]) -> None:
    """Add one document that came back to the figures of a report, with all losses it had."""
    found = list(losses)
    gone = [loss.item for loss in found if loss.fate is Fate.DROPPED]
    report.losses += found
    report.documents += 1
    report.spans += len(record.spans) - gone.count("span")
    report.relations += len(record.relations) - gone.count("relation")
    report.unreviewed += sum(not item.reviewed for item in (*record.spans, *record.relations))


def provenance(record: Record) -> int:
    """Count the spans and relations that say who or what made them, or how sure it was."""
    return sum(any(getattr(item, name) not in ("", None) for name in _PROVENANCE) for item in (*record.spans, *record.relations))


def _by_place(record: Record) -> dict[tuple[str, ...], list[Item]]:
    spans = {span.id: span for span in record.spans}
    found: dict[tuple[str, ...], list[Item]] = {}
    for span in record.spans:
        found.setdefault(("span", span.signature), []).append(span)
    for relation in record.relations:
        head, tail = spans.get(relation.head), spans.get(relation.tail)
        place = relation.signature(head, tail) if head and tail else relation.id
        found.setdefault(("relation", place), []).append(relation)
    return found


def _differences(
    record: Record, expected: Mapping[tuple[str, ...], list[Item]], back: dict[tuple[str, ...], list[Item]]
) -> Iterator[Loss]:
    for place, items in expected.items():
        others = back.pop(place, [])
        for item in items:
            same = next((other for other in others if not _unlike(item, other)), None)
            other = same or (others[0] if others else None)
            if other is None:
                yield item_loss(record, item, Fate.DROPPED, "did not come back from the file")
                continue
            others.remove(other)
            if same is None:
                yield item_loss(record, item, Fate.CHANGED, f"came back different: {', '.join(_unlike(item, other))}")
        if others:
            back[place] = others
    for strangers in back.values():
        for stranger in strangers:
            kind = "span" if isinstance(stranger, Span) else "relation"
            reason = f"a {kind} came back that is not in the project"
            if isinstance(stranger, Span):
                yield item_loss(record, stranger, Fate.CHANGED, reason)
            else:
                yield Loss(record.name, kind, stranger.id, stranger.label, "", Fate.CHANGED, reason)


def _unlike(item: Item, other: Item) -> list[str]:
    skipped = {"id", "head", "tail"} if isinstance(item, Relation) else {"id"}
    return [
        entry.name for entry in fields(item) if entry.name not in skipped and _value(item, entry.name) != _value(other, entry.name)
    ]


def _value(item: Item, name: str) -> Any:
    value = getattr(item, name)
    return dict(value) if name == "attributes" else value
