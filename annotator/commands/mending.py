"""Mending records on their way into a project: the repairs that were asked for, each told as a notice beside its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from annotator.domain.exchange import Complaint, Record
from annotator.domain.mending import Convert, Mender, Repair
from annotator.formats.offsets import Ruler, Unit, same_as_code_points

REPAIR_WORDS: Mapping[Repair, str] = {
    Repair.SHIFTED: "spans that stand beside their text",
    Repair.INVERTED: "spans that end before they start",
    Repair.EDGES: "spans with white space at an edge",
    Repair.DUPLICATES: "spans that are there twice",
}
"""What each kind of damage is called, in the plural."""


def mender(wanted: Iterable[Repair]) -> Mender:
    """Return what mends these kinds of damage, and counts all others."""
    return Mender(frozenset(wanted), _units)


def mended(record: Record, with_what: Mender) -> tuple[Record, list[Complaint]]:
    """Return a record with its spans mended, and a notice for each repair; relations and their twins follow their spans."""
    if not record.spans:
        return record, []
    spans, merged, told = with_what.spans(record.text, record.spans)
    if not told:
        return record, []
    relations = tuple(
        replace(relation, head=merged.get(relation.head, relation.head), tail=merged.get(relation.tail, relation.tail))
        for relation in record.relations
    )
    notices = [Complaint(record.place, f"Repaired: {sentence}", lost=False) for sentence in told]
    return replace(record, spans=spans, relations=relations), notices


def mended_stream(stream: Iterable[Record | Complaint], with_what: Mender) -> Iterator[Record | Complaint]:
    """Mend all records of a stream."""
    for item in stream:
        if isinstance(item, Complaint):
            yield item
            continue
        record, notices = mended(item, with_what)
        yield from notices
        yield record


def _units(text: str) -> dict[str, Convert]:
    """Return how offsets of other units are read in this text, by the unit's name; those that make no difference are left out."""
    others = (unit for unit in Unit if not same_as_code_points(text, unit))
    return {str(unit): Ruler(text, unit).place for unit in others}
