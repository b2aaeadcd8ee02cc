"""What belongs to an annotation set as a whole, as keys of our own in JSON formats that have no place for it.

The keys are ``kind``, ``status``, ``flagged``, ``categories`` and ``verdicts``; whose the set is stands where the format says it.
``sifted`` is for writers that hold nearly every span, ``Names`` for readers of documents that may have no name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import Any, TypeVar

from annotator.domain.annotations import Item, Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, Record
from annotator.formats.compare import item_loss
from annotator.formats.compare_content import Expected
from annotator.formats.json_fields import Complain, Complaints, objects, take, texts, verdict_fields, verdicts
from annotator.formats.json_items import JsonItem

MARKS = ("kind", "status", "flagged", "categories", "verdicts")

_MOST_HELD = 200

_Choice = TypeVar("_Choice", bound=StrEnum)


def parsed(item: JsonItem, records_of: Callable[[dict[str, Any], Complaints], list[Record]]) -> Iterator[Record | Complaint]:
    """Yield what is wrong with a document and then its records, which ``records_of`` makes of an object that has a text."""
    complain = Complaints(item.place)
    data = item.value
    records: list[Record] = []
    if type(data) is not dict:
        complain("This is no JSON object {…}, so it holds no document.")
    elif type(data.get("text")) is not str or not data["text"]:
        complain("The document has no “text”, so there is no article to bring in.")
    else:
        records = records_of(data, complain)
    yield from complain.found
    yield from records


@dataclass(slots=True)
class Names:
    """What documents are called that have no name: by the ``stem`` of their file, with the line where they are not ``alone`` in it."""

    stem: str
    alone: bool = False
    _line: int = 0
    _on_line: int = 0

    def called(self, line: int) -> str:
        """Return what the next document is called that has no name, given its line: several of one line are told apart."""
        self._on_line = self._on_line + 1 if line == self._line else 1
        self._line = line
        if self.alone and self.stem:
            return self.stem
        return f"{self.stem}:{line}" if self._on_line == 1 else f"{self.stem}:{line}.{self._on_line}"

    def watching(self, items: Iterator[JsonItem | Complaint]) -> Iterator[JsonItem | Complaint]:
        """Yield the values of a file, having looked whether there is more than one."""
        held: list[JsonItem | Complaint] = []
        values = 0
        for item in items:
            held.append(item)
            values += isinstance(item, JsonItem)
            if values > 1 or len(held) > _MOST_HELD:
                break
        self.alone = values == 1
        yield from chain(held, items)


def marks_of(record: Record) -> dict[str, Any]:
    """Return the keys of a set; kind and status always, because what a reader fills in for them is not known here."""
    fields: dict[str, Any] = {"kind": str(record.kind), "status": str(record.status)}
    if record.flagged:
        fields["flagged"] = True
    if record.categories:
        fields["categories"] = list(dict.fromkeys(record.categories))
    if record.verdicts:
        fields["verdicts"] = verdict_fields(record.verdicts)
    return fields


def take_marks(record: Record, data: dict[str, Any], kind: Kind, complain: Complain) -> None:
    """Take the keys of a set out of ``data`` and put what they say into ``record``; ``kind`` is what holds where it is not said."""
    record.kind = member(data, "kind", kind, complain)
    record.status = member(data, "status", Status.NEW, complain)
    record.flagged = take(data, "flagged", bool, complain) or False
    record.categories = texts(take(data, "categories", list, complain) or (), "“categories”", complain)
    record.verdicts = verdicts(objects(data, "verdicts", complain), complain)


def member(data: dict[str, Any], key: str, default: _Choice, complain: Complain) -> _Choice:
    """Take one of a few words out of ``data``; ``default`` where it is absent or, with a complaint, another."""
    value = data.pop(key, None)
    if value is None:
        return default
    choices = type(default)
    if type(value) is str and value in list(choices):
        return choices(value)
    complain(f"“{key}” is not one of {', '.join(choices)}; it was taken as {default}.")
    return default


def sifted(record: Record, refused: Callable[[Item], str]) -> Expected:
    """Return the record without tokens and without what the format cannot hold, with a loss for each such item.

    ``refused`` tells why a span or relation cannot be held, an empty text if it can.  Spans outside the text go anyway, and relations
    whose ends are gone.
    """
    reasons = {span.id: _outside(span, record.text) or refused(span) for span in record.spans}
    spans = tuple(span for span in record.spans if not reasons[span.id])
    losses = [item_loss(record, span, Fate.DROPPED, reasons[span.id]) for span in record.spans if reasons[span.id]]
    ids = {span.id for span in spans}
    relations: list[Relation] = []
    for relation in record.relations:
        reason = "" if {relation.head, relation.tail} <= ids else "its head or its tail was left out"
        reason = reason or refused(relation)
        if reason:
            losses.append(item_loss(record, relation, Fate.DROPPED, reason))
        else:
            relations.append(relation)
    categories = tuple(dict.fromkeys(record.categories))
    return Expected(replace(record, tokens=None, spans=spans, relations=tuple(relations), categories=categories), losses)


def _outside(span: Span, text: str) -> str:
    last = 0
    for start, end in span.fragments:
        if not last <= start < end <= len(text):
            return "lies outside the text"
        last = end
    return "" if span.fragments else "has no place in the text"
