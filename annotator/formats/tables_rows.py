"""The three tables of an export, of documents, spans and relations, as rows and back; and cells that no spreadsheet takes for a formula.

Every row has the running number of its record (a document with one annotation set) in the column ``record``; ``document`` and
``annotator`` say whose it is to a person.  ``start`` and ``end`` are code points, half-open.  Attributes, metadata, categories and
verdicts are JSON in a cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from annotator.domain.annotations import AnnotationSet, Relation, SetInfo, Span
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.formats.compare import has_set
from annotator.formats.compare_content import Expected
from annotator.formats.huggingface_read import record_of
from annotator.formats.json_export import dumps
from annotator.formats.json_fields import verdict_fields

Cell = str | int | float | bool | None
Row = dict[str, Any]
"""A row by its columns; what a column does not say is absent."""

Rows = Callable[[], Iterator[tuple[Row, str]]]
"""Opens a table anew: its rows with their places."""

_DETAILS = ("note", "attributes", "confidence", "origin", "reviewed", "derived_from")
DOCUMENTS = ("record", "name", "annotator", "kind", "status", "flagged", "categories", "meta", "verdicts", "text")
SPANS = ("record", "document", "annotator", "id", "label", "text", "start", "end", "fragments", "kb_id", *_DETAILS)
RELATIONS = (
    "record", "document", "annotator", "id", "label", "head", "head_label", "head_text", "tail", "tail_label", "tail_text", *_DETAILS,
)  # fmt: skip
TABLES = {"documents": DOCUMENTS, "spans": SPANS, "relations": RELATIONS}

_NEEDED = {
    "documents": {"record", "name", "text", "kind", "verdicts"},
    "spans": {"record", "document", "id", "label", "start", "end", "fragments"},
    "relations": {"record", "document", "id", "label", "head", "tail", "head_text"},
}
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_FIRST = "'=+-@\t\r"
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """Return a text that no spreadsheet evaluates: with an apostrophe before what begins like a formula.

    A text that begins with apostrophes before such a character gets one more, so that ``unguarded`` always finds the way back.
    """
    return f"'{text}" if text[:1] in _FIRST and _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """Take away the apostrophe that ``guarded`` put there."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text


def table_of(header: Iterable[Any]) -> str:
    """Return which of our tables has this header, or an empty text."""
    columns = {str(cell) for cell in header}
    return next((name for name, needed in _NEEDED.items() if needed <= columns), "")


def rows_of(record: Record, number: int) -> dict[str, list[Row]]:
    """Return the rows of a record in each table; raises ``ValueError`` or ``TypeError`` for what JSON in UTF-8 cannot hold."""
    content = AnnotationSet(
        SetInfo(0, record.annotator, record.kind),
        {span.id: span for span in record.spans},
        {relation.id: relation for relation in record.relations},
    )
    document: Row = {"record": number, "name": record.name, "text": record.text, "meta": _json(dict(record.meta))}
    if has_set(record):
        document |= {"annotator": record.annotator, "kind": str(record.kind), "status": str(record.status)}
        document |= {"flagged": record.flagged or None, "categories": _json(list(record.categories))}
        document["verdicts"] = _json(verdict_fields(record.verdicts))
    whose = {"record": number, "document": record.name, "annotator": record.annotator}
    spans = [whose | _span_row(span, record.text) for span in content.in_text_order()]
    relations = [whose | _relation_row(relation, content, record.text) for relation in content.relations_in_order()]
    dumps([document, spans, relations])  # half a character is found here, before anything is written
    return {"documents": [document], "spans": spans, "relations": relations}


def _span_row(span: Span, text: str) -> Row:
    row: Row = {"id": span.id, "label": span.label, "text": span.surface(text), "start": span.start, "end": span.end}
    fragments = json.dumps(span.fragments) if span.discontinuous else None
    return row | {"fragments": fragments, "kb_id": span.kb_id} | _details(span)


def _relation_row(relation: Relation, content: AnnotationSet, text: str) -> Row:
    row: Row = {"id": relation.id, "label": relation.label}
    for name in ("head", "tail"):
        end = getattr(relation, name)
        span = content.spans.get(end)
        row |= {name: end, f"{name}_label": span.label if span else "", f"{name}_text": span.surface(text) if span else ""}
    return row | _details(relation)


def _details(item: Span | Relation) -> Row:
    return {name: getattr(item, name) for name in _DETAILS if name != "attributes"} | {"attributes": _json(dict(item.attributes))}


def _json(value: Any) -> str | None:
    return dumps(value).decode() if value else None


class Joined:
    """The rows of a table that belong to one record after the other, in as little memory as their order allows.

    A table in the order of its records, as it is written, is read as a stream; one that somebody sorted otherwise is held whole.
    """

    def __init__(self, rows: Rows | None, *, in_order: bool = False) -> None:
        self._held: dict[int, list[Row]] | None = None
        self.strays: list[tuple[str, str]] = []
        self._rows: Iterator[tuple[Row, str]] = iter(())
        self._next: tuple[Row, str] | None = None
        if rows is None:
            return
        if in_order or _ascending(rows()):
            self._rows = rows()
            self._next = next(self._rows, None)
        else:
            self._held = {}
            for row, place in rows():
                self._held.setdefault(_number(row), []).append(row | {"": place})

    def of(self, number: int) -> list[Row]:
        """Return the rows of a record; records are asked for in rising order."""
        if self._held is not None:
            return [{key: value for key, value in row.items() if key} for row in self._held.pop(number, [])]
        found: list[Row] = []
        while self._next is not None and _number(self._next[0]) <= number:
            row, place = self._next
            if _number(row) == number:
                found.append(row)
            else:
                self.strays.append((place, str(row.get("record", ""))))
            self._next = next(self._rows, None)
        return found

    def rest(self) -> Iterator[tuple[str, str]]:
        """Yield place and number of the rows that belonged to no record."""
        yield from self.strays
        for rows in (self._held or {}).values():
            yield from ((row[""], str(row.get("record", ""))) for row in rows)
        while self._next is not None:
            row, place = self._next
            yield place, str(row.get("record", ""))
            self._next = next(self._rows, None)


def _ascending(rows: Iterator[tuple[Row, str]]) -> bool:
    last = 0
    for row, _ in rows:
        number = _number(row)
        if number < last:
            return False
        last = number
    return True


def _number(row: Row) -> int:
    value = row.get("record")
    try:
        return int(value) if isinstance(value, str | int | float) and len(str(value)) < 20 else -1
    except ValueError:
        return -1


def joined_records(
    documents: Iterator[tuple[Row, str]], spans: Joined, relations: Joined, stem: str, defaults: ReadDefaults
) -> Iterator[Record | Complaint]:
    """Stream the records of three tables, and complaints about what in them is wrong."""
    for row, place in documents:
        number = _number(row)
        data: dict[str, Any] = {name: row[name] for name in ("name", "text", "annotator", "kind", "status", "meta") if name in row}
        data["name"] = str(data.get("name", "")) or f"{stem}:{number}"
        data["text"] = str(data.get("text", ""))
        data |= {"flagged": _flag(row.get("flagged")), "verdicts": _parsed(row.get("verdicts"), None)}
        data["categories"] = _parsed(row.get("categories"), None)
        if "kind" in row:
            data["annotator"] = str(row.get("annotator", ""))
        told = [_span_cells(one) for one in spans.of(number)]
        links = [_cells(one, ("id", "label", "head", "tail")) for one in relations.of(number)]
        if "kind" in row or told:
            data |= {"spans": told, "relations": links}
        record, complaints = record_of(data, {}, place, data["name"], defaults)
        yield from complaints
        if record is not None:
            yield record
    for what, table in (("span", spans), ("relation", relations)):
        for place, number in table.rest():
            yield Complaint(
                place, f"This {what} belongs to record “{number[:20]}”, which is not among the documents; it was left out."
            )


def _span_cells(row: Row) -> Row:
    cells = _cells(row, ("id", "label", "text", "start", "end", "kb_id"))
    cells |= {name: _whole(cells.get(name)) for name in ("start", "end")}
    if row.get("fragments"):
        cells["fragments"] = _parsed(row["fragments"], row["fragments"])
        cells.pop("text", None)
    return cells


def _cells(row: Row, names: Sequence[str]) -> Row:
    cells = {name: row[name] for name in (*names, *_DETAILS) if row.get(name) not in (None, "")}
    for name in ("id", "label", "text", "head", "tail", "kb_id", "note", "origin", "derived_from"):
        if name in cells:
            cells[name] = str(cells[name])
    if "reviewed" in cells:
        cells["reviewed"] = _flag(cells["reviewed"])
    if isinstance(cells.get("confidence"), str):
        with suppress(ValueError):
            cells["confidence"] = float(cells["confidence"])
    return cells


def _whole(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _flag(value: Any) -> Any:
    """Return true or false from what a person or a spreadsheet made of it."""
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False, "": None}.get(value.strip().lower(), value)
    return value


def _parsed(value: Any, otherwise: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) and value else otherwise
    except (ValueError, RecursionError):
        return otherwise


def without_tokens(record: Record) -> Expected:
    """Return what a record comes back as: as it was, but that tables hold no tokens."""
    return Expected(replace(record, tokens=None))
