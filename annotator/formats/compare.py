"""Lays a record that came back from a file beside the one that went in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from annotator.domain.annotations import Item, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Loss, Record
from annotator.errors import FormatError

_OF_SET = ("annotator", "kind", "status", "flagged", "categories")


def has_set(record: Record) -> bool:
    """Tell whether the record brings an annotation set, be it an empty one."""
    content = record.annotator, record.spans, record.relations, record.verdicts, record.categories, record.flagged
    return any(content) or record.status is not Status.NEW


def document_loss(record: Record, fate: Fate, reason: str) -> Loss:
    """Return the loss of a whole document, or of something that belongs to it as a whole."""
    return Loss(record.name, "document", "", record.annotator, record.text[:60], fate, reason, document_id=record.document_id)


def span_loss(record: Record, span: Span, fate: Fate, reason: str) -> Loss:
    """Return the loss of one span."""
    place = span.start, span.end, record.document_id
    return Loss(record.name, "span", span.id, span.label, span.surface(record.text), fate, reason, *place)


def item_loss(record: Record, item: Item, fate: Fate, reason: str) -> Loss:
    """Return the loss of one span or relation; a relation stands where its head stands."""
    if isinstance(item, Span):
        return span_loss(record, item, fate, reason)
    ends = _by_id(record.spans)
    head, tail = ends.get(item.head), ends.get(item.tail)
    surface = " → ".join(end.surface(record.text) if end else "?" for end in (head, tail))
    place = (head.start, head.end) if head else (-1, -1)
    return Loss(record.name, "relation", item.id, item.label, surface, fate, reason, *place, record.document_id)


def _by_id(spans: tuple[Span, ...]) -> dict[str, Span]:
    """Return the spans by their ids; those of the last record asked for are kept, for a record loses many relations at once."""
    known, found = _last[0]
    if known is not spans:
        found = {span.id: span for span in spans}
        _last[0] = spans, found
    return found


_last: list[tuple[tuple[Span, ...], dict[str, Span]]] = [((), {})]


def none_can_be(count: int, how: str, why: str = "") -> FormatError:
    """Return the error for an export of which no document is left; ``how`` is "exported" and the like, ``why`` that of the first."""
    which = "The document cannot" if count == 1 else f"None of the {count} documents can"
    because = "" if not why else f": it {why}" if count == 1 else f": the first {why}"
    return FormatError(f"{which} be {how}{because}. No file was written.")


def record_losses(record: Record, back: Record) -> Iterator[Loss]:
    """Find every difference: of the document, of its set, and of each span, relation and verdict."""
    names = ("name", "text", *_OF_SET) if has_set(record) else ("name", "text", "annotator")
    differing = [name for name in names if getattr(record, name) != getattr(back, name)]
    if dict(record.meta) != dict(back.meta):
        differing.append("meta")
    if (record.tokens or None) != (back.tokens or None):
        differing.append("tokens")
    if set(record.verdicts) != set(back.verdicts):
        differing.append("verdicts")
    if differing:
        yield document_loss(record, Fate.CHANGED, f"came back different: {', '.join(differing)}")
    yield from _item_losses(record, record.spans, {span.id: span for span in back.spans})
    yield from _item_losses(record, record.relations, {relation.id: relation for relation in back.relations})


def _item_losses(record: Record, items: tuple[Item, ...], back: dict[str, Item]) -> Iterator[Loss]:
    for item in items:
        found = back.pop(item.id, None)
        if found is None:
            yield item_loss(record, item, Fate.DROPPED, "did not come back from the file")
        elif found != item:
            different = [field.name for field in fields(item) if getattr(item, field.name) != getattr(found, field.name)]
            yield item_loss(record, item, Fate.CHANGED, f"came back different: {', '.join(different)}")
    for stranger in back.values():
        yield item_loss(record, stranger, Fate.CHANGED, "came back, but is not in the project")
