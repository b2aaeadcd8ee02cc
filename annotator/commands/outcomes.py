"""What people made of suggestions: taken as they were, changed, rejected, or not decided on yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from annotator.domain.annotations import WHOLE_DOCUMENT, AnnotationSet, Item, Span
from annotator.domain.changes import What


class Outcome(StrEnum):
    """What became of one suggestion."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    REJECTED = "rejected"
    WAITING = "waiting"


def outcomes(content: AnnotationSet, models: Mapping[str, AnnotationSet]) -> Iterator[tuple[str, What, str, Outcome]]:
    """Yield for each suggestion in a person's set who made it, whether it is a span or a relation, its label, and what became of it.

    ``models`` are the models' sets on the document by annotator, as they are now.  The label is the one that was suggested.  A suggestion
    that was given another label or place leaves a verdict against what it was, which then is no rejection of its own.
    """
    left: defaultdict[str, list[str]] = defaultdict(list)
    for verdict in content.verdicts.values():
        if verdict.verdict == "rejected" and not verdict.signature.endswith(f"@{WHOLE_DOCUMENT}"):  # a category is no item
            left[verdict.origin].append(verdict.signature)
    for what, items in ((What.SPAN, content.spans), (What.RELATION, content.relations)):
        for item in items.values():
            name, _, key = item.derived_from.rpartition("/")
            if name and not item.reviewed:
                yield name, what, item.label, Outcome.WAITING
            elif name:
                before = _changed_from(content, item, models.get(name), key, left[name])
                yield (name, what, item.label, Outcome.ACCEPTED) if before is None else (name, what, before, Outcome.CHANGED)
    for name, signatures in left.items():
        for signature in signatures:
            label, _, place = signature.rpartition("@")
            yield name, What.RELATION if ">" in place else What.SPAN, label, Outcome.REJECTED


def _changed_from(content: AnnotationSet, item: Item, model: AnnotationSet | None, key: str, rejected: list[str]) -> str | None:
    """Return the label under which an item was suggested if it was changed, None if it was taken as it was.

    Takes the verdict that the change left out of ``rejected``.  The model's item may be another one by now, or gone, since a later run
    replaces what it suggests: then the verdict alone tells.
    """
    own = _signature(content, item)
    source = None
    if model is not None:
        source = model.spans.get(key) if isinstance(item, Span) else model.relations.get(key)
    said = _signature(model, source) if model is not None and source is not None else ""
    if said and (said == own or _same_link(content, item, source)):
        return None
    near = _places(own)
    found = said if said in rejected else next((one for one in rejected if _meet(near, _places(one))), "")
    if found:
        rejected.remove(found)
        return found.rpartition("@")[0]
    return source.label if source is not None and _meet(near, _places(said)) else None


def _same_link(content: AnnotationSet, item: Item, source: Item | None) -> bool:
    """Tell whether a relation is the one suggested, between the spans suggested, which may have been moved since."""
    if isinstance(item, Span) or source is None or isinstance(source, Span) or item.label != source.label:
        return False
    maker = item.derived_from.rpartition("/")[0]
    ends = ((content.spans.get(item.head), source.head), (content.spans.get(item.tail), source.tail))
    return all(span is not None and span.derived_from == f"{maker}/{key}" for span, key in ends)


def _signature(content: AnnotationSet, item: Item) -> str:
    if isinstance(item, Span):
        return item.signature
    head, tail = content.spans.get(item.head), content.spans.get(item.tail)
    return item.signature(head, tail) if head is not None and tail is not None else f"{item.label}@>"


def _places(signature: str) -> list[list[tuple[int, int]]]:
    """Return the ranges that a signature names: those of a span, or of the two ends of a relation."""
    _, _, place = signature.rpartition("@")
    found = []
    for end in place.split(">"):
        pairs = (pair.partition("-") for pair in end.split(",") if pair)
        found.append([(int(start), int(stop)) for start, _, stop in pairs if start.isdecimal() and stop.isdecimal()])
    return found


def _meet(one: Sequence[Sequence[tuple[int, int]]], other: Sequence[Sequence[tuple[int, int]]]) -> bool:
    """Tell whether two signatures speak of the same kind of thing and share a code point, relations at both ends, in either order."""
    if len(one) != len(other):
        return False
    orders = (other, other[::-1])
    return any(all(_share(left, right) for left, right in zip(one, order, strict=True)) for order in orders)


def _share(one: Iterable[tuple[int, int]], other: Sequence[tuple[int, int]]) -> bool:
    return any(start < stop and first < end for start, end in one for first, stop in other)
