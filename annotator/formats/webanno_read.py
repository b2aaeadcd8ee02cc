"""What the rows of a WebAnno TSV file say: spans, relations, the fillers of slots, the links of chains.

A relation stands in the row of its tail and names the row of its head; the filler of a slot stands with its head and names the
tail.  A slot is a relation whose label is the role; a chain is a relation from each of its links to the next.  A relation between
tokens, which are no spans, makes a span of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from annotator.domain.annotations import Relation, Span, text_order
from annotator.formats.json_fields import Complaints
from annotator.formats.uima_layers import (
    IDENTIFIER,
    POS,
    TOKEN,
    TOKEN_ENDS,
    Choice,
    Layer,
    attributes_of,
    chain_layer,
    label_feature,
    label_of,
)
from annotator.formats.webanno_cells import EMPTY, NONE, Column, Holds, Sort, Table, link, numbered, plain, reference, split
from annotator.formats.webanno_text import Row, Sheet

_NOTHING = frozenset((NONE, ""))


@dataclass(slots=True)
class Mark:
    """An annotation while it is read: its type, which of its features is the label, its place, the unit it begins at and its number
    (0: none)."""

    type: str
    label: str
    start: int
    end: int
    unit: str
    number: int = 0
    values: dict[str, str | None] = field(default_factory=dict)


@dataclass(slots=True)
class Arrow:
    """A relation while it is read: its layer, what it says, and its ends."""

    layer: Layer
    label: str
    head: Mark
    tail: Mark
    values: dict[str, str | None]


@dataclass(slots=True)
class Asked:
    """A relation or filler whose ends are looked for when all rows are read; an end is a mark, or type, unit and number of one."""

    layer: Layer
    value: str | None
    head: Mark | tuple[str, str, int]
    tail: Mark | tuple[str, str, int]
    values: dict[str, str | None]
    line: int


class Marks:
    """All annotations of a file; rows are given one after the other, then ``arrows`` finds the relations.

    ``labels`` says which feature holds the label, by the beginning of the layer's line in the header, where the file itself says
    that.
    """

    def __init__(self, complain: Complaints, labels: Mapping[str, Any] | None = None) -> None:
        self.complain = complain
        self._labels = labels or {}
        self.found: list[Mark] = []
        self.asked: list[Asked] = []
        self.rows: dict[str, Row] = {}
        self.chains: dict[tuple[str, int], dict[int, tuple[Mark, str | None]]] = {}
        self._numbered: dict[tuple[str, int], Mark] = {}
        self._at: dict[str, list[Mark]] = {}
        self._tokens: dict[str, Mark] = {}
        self._filled: dict[tuple[int, str], str] = {}

    def add_row(self, row: Row, tables: list[Table]) -> None:
        """Take what a row says of each layer."""
        self.rows[row.id] = row
        if _NOTHING.issuperset(row.cells):  # most words are in no span
            return
        for table in tables:
            cells = row.cells[table.first : table.first + len(table.columns)]
            stacks = [[] if cell in (NONE, "") else split(cell, "|") for cell in cells]
            for place in range(max(map(len, stacks), default=0)):
                pieces = [stack[place] if place < len(stack) else NONE for stack in stacks]
                if table.sort is Sort.SPAN:
                    self._span(row, table, pieces)
                elif table.sort is Sort.RELATION:
                    self._relation(row, table, pieces)
                else:
                    self._link(row, table, pieces)

    def label_of(self, table: Table) -> str:
        """Return which feature of a layer holds the label."""
        told = self._labels.get(f"{table.sort}{table.type}")
        return told if isinstance(told, str) and told in ("", *table.features()) else label_feature(table.features())

    def _span(self, row: Row, table: Table, pieces: list[str]) -> None:
        parted = [
            (piece, 0) if column.holds is Holds.TARGET else numbered(piece)
            for column, piece in zip(table.columns, pieces, strict=True)
        ]
        number = next((number for _, number in parted if number), 0)
        if not number and all(value == NONE for value, _ in parted):
            return
        mark = self.mark(row, table.type, self.label_of(table), number)
        roles: dict[str, list[str]] = {}
        for column, (value, _) in zip(table.columns, parted, strict=True):
            if column.holds is Holds.FEATURE and mark.values.get(column.feature) is None:
                mark.values[column.feature] = plain(value)
            elif column.holds is Holds.ROLE:
                roles[column.feature] = [] if value == NONE else split(value, ";")
            elif column.holds is Holds.TARGET and value not in (NONE, EMPTY):
                self._fill(row, mark, column, roles.get(column.feature, []), value)

    def mark(self, row: Row, name: str, label: str, number: int = 0) -> Mark:
        """Return the annotation with this type and number, now over this row too, or a new one."""
        assert row.place is not None
        start, end = row.place
        mark = self._numbered.get((name, number)) if number else None
        if mark is None:
            mark = Mark(name, label, start, end, row.id, number)
            self.found.append(mark)
            if number:
                self._numbered[name, number] = mark
        mark.start, mark.end = min(mark.start, start), max(mark.end, end)
        self._at.setdefault(row.id, []).append(mark)
        return mark

    def _fill(self, row: Row, mark: Mark, column: Column, roles: list[str], targets: str) -> None:
        if self._filled.setdefault((id(mark), column.feature), row.id) != row.id:
            return  # a slot of several tokens is said again in the row of each
        layer = Layer(mark.type, slot=column.feature)
        for number, target in enumerate(split(targets, ";")):
            found = reference(target)
            if found is None:
                self.complain(f"Line {row.line}: “{target[:40]}” names no token; this filler of a slot was left out.")
                continue
            role = plain(roles[number]) if number < len(roles) else None
            self.asked.append(Asked(layer, role, mark, (column.type, found[0], found[1]), {}, row.line))

    def _relation(self, row: Row, table: Table, pieces: list[str]) -> None:
        values: dict[str, str | None] = {}
        source = base = ""
        for column, piece in zip(table.columns, pieces, strict=True):
            if column.holds is Holds.SOURCE:
                source, base = piece, column.type
            else:
                values[column.feature] = plain(numbered(piece)[0])
        found = reference(source)
        if found is None:
            if source not in (NONE, "") or any(value is not None for value in values.values()):
                self.complain(f"Line {row.line}: “{source[:40]}” names no token that a relation comes from; it was left out.")
            return
        name = self.label_of(table)
        head, tail = (base, found[0], found[1]), (base, row.id, found[2])
        self.asked.append(Asked(Layer(table.type, name), values.pop(name, None), head, tail, values, row.line))

    def _link(self, row: Row, table: Table, pieces: list[str]) -> None:
        assert row.place is not None
        kind: str | None = None
        place: tuple[str, int, int] | None = None
        for column, piece in zip(table.columns, pieces, strict=True):
            if column.holds is Holds.LINK:
                place = link(piece)
            elif column.holds is Holds.ELEMENT:
                kind = plain(numbered(piece)[0])
        if place is None:
            self.complain(f"Line {row.line}: a link of a chain does not say where in the chain it stands; it was left out.")
            return
        chain = self.chains.setdefault((table.type, place[1]), {})
        if place[2] not in chain:
            mark = Mark(table.type, "referenceType", *row.place, row.id, values={"referenceType": kind})
            self.found.append(mark)
            chain[place[2]] = mark, plain(place[0])
        mark = chain[place[2]][0]
        mark.start, mark.end = min(mark.start, row.place[0]), max(mark.end, row.place[1])
        self._at.setdefault(row.id, []).append(mark)

    def arrows(self) -> Iterator[Arrow]:
        """Yield the relations; one of which an end is missing is complained of."""
        for asked in self.asked:
            head, tail = (self._end(end) for end in (asked.head, asked.tail))
            if head is None or tail is None:
                self.complain(
                    f"Line {asked.line}: the other end of a relation of {asked.layer.short} is not there; it was left out."
                )
                continue
            yield Arrow(asked.layer, label_of(asked.layer, asked.value), head, tail, asked.values)
        for (name, _), chain in self.chains.items():
            links = [chain[number] for number in sorted(chain)]
            for (head, value), (tail, _) in pairwise(links):
                layer = chain_layer(name)
                yield Arrow(layer, label_of(layer, value), head, tail, {})

    def _end(self, end: Mark | tuple[str, str, int]) -> Mark | None:
        if isinstance(end, Mark):
            return end
        name, unit, number = end
        if number:
            found = self._numbered.get((name, number))
            return found or next((mark for mark in self._at.get(unit, ()) if mark.number == number), None)
        here = [mark for mark in self._at.get(unit, ()) if mark.type == name or name.startswith("uima.")]
        if here:
            return min(here, key=lambda mark: (bool(mark.number), mark.unit != unit))
        # what hangs on parts of speech in WebAnno's files hangs on the tokens themselves
        return self._token(unit) if unit in self.rows and name in (TOKEN, POS) else None

    def _token(self, unit: str) -> Mark:
        """Return the span that stands for a token."""
        if unit not in self._tokens:
            place = self.rows[unit].place
            assert place is not None
            self._tokens[unit] = Mark(TOKEN_ENDS, "", *place, unit)
            self.found.append(self._tokens[unit])
        return self._tokens[unit]


def items_of(sheet: Sheet, choice: Choice, reviewed: bool, complain: Complaints) -> tuple[tuple[Span, ...], tuple[Relation, ...]]:
    """Return the spans and relations of a file, in text order and with ids of our own."""
    told = sheet.own.get("layers")
    marks = Marks(complain, told if isinstance(told, dict) else None)
    choice.add_known(table.type for table in sheet.tables if isinstance(told, dict) and f"{table.sort}{table.type}" in told)
    for row in sheet.rows:
        marks.add_row(row, sheet.tables)
    return finished(marks, choice, reviewed)


def finished(marks: Marks, choice: Choice, reviewed: bool) -> tuple[tuple[Span, ...], tuple[Relation, ...]]:
    """Turn what was read into spans and relations."""
    arrows = list(marks.arrows())
    kept = [mark for mark in marks.found if mark.type == TOKEN_ENDS or choice.takes(mark.type)]
    made = sorted(((_span("", mark, reviewed), mark) for mark in kept), key=lambda pair: (text_order(pair[0]), pair[1].type))
    ids = {id(mark): f"T{number}" for number, (_, mark) in enumerate(made, 1)}
    spans = tuple(replace(span, id=ids[id(mark)]) for span, mark in made)
    relations: list[Relation] = []
    for arrow in arrows:
        if not choice.takes(arrow.layer.type):
            continue
        head, tail = ids.get(id(arrow.head)), ids.get(id(arrow.tail))
        if head is None or tail is None:
            marks.complain(f"A relation {arrow.label} links spans of a layer that was not taken over; it was left out.")
            continue
        more = attributes_of(arrow.layer, "relation", arrow.values)
        relations.append(Relation(f"R{len(relations) + 1}", arrow.label, head, tail, more, reviewed=reviewed))
    return spans, tuple(relations)


def _span(name: str, mark: Mark, reviewed: bool) -> Span:
    layer = Layer(mark.type, mark.label)
    values = dict(mark.values)
    label = label_of(layer, values.pop(layer.label, None))
    kb_id = values.pop(IDENTIFIER, None) or ""
    return Span(name, ((mark.start, mark.end),), label, attributes_of(layer, "span", values), kb_id=kb_id, reviewed=reviewed)
