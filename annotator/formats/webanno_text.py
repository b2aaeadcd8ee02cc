"""The text of a WebAnno TSV 3 file, put together from its sentences, and its rows with their places in it.

Offsets count UTF-16 units, as Java does; a file whose tokens are found only by counting code points is read so.  What stands
between two sentences is not in the file: a line break and then blanks stand for it, as INCEpTION fills the gap; before the first
sentence blanks.  A line ``#Annotator=JSON`` of ours, which INCEpTION passes over, says what belongs to the document and its set as
a whole (``set_data``, ``name``, ``meta``), and as ``before`` the white space before the first token where that is not blanks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.rules import amount, quoted
from annotator.domain.text import Range, utf16_length
from annotator.formats.json_fields import Complaints
from annotator.formats.offsets import Ruler, Unit, says
from annotator.formats.webanno_cells import Table, table_of, unescaped

OWN = "#Annotator="

_TEXT = "#Text="
_WIDEST = 100_000
"""A wider gap between sentences than so many units is a broken offset."""
_PATIENCE = 20
"""So many broken rows are named one by one."""


@dataclass(slots=True)
class Row:
    """A token or a part of one: its number in the file, what it is called, its place as the file says it and in code points, its
    cells."""

    line: int
    id: str
    start: int
    end: int
    form: str
    cells: list[str]
    place: Range | None = None

    @property
    def whole(self) -> bool:
        """Whether this is a token, not a part of one."""
        return "." not in self.id


@dataclass(slots=True)
class Sheet:
    """A file taken apart: its layers, its rows, its text, and what our own line says."""

    tables: list[Table] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    text: str = ""
    own: dict[str, Any] = field(default_factory=dict)
    sentences: list[tuple[str, list[Row]]] = field(default_factory=list)


def read_sheet(lines: list[str], complain: Complaints) -> Sheet:
    """Take the lines of a file apart; whatever is broken is complained of and left out."""
    sheet, broken = Sheet(), 0
    pieces: list[str] = []
    rows: list[Row] = []
    columns = 0

    def end() -> None:
        nonlocal pieces, rows
        if rows:
            sheet.sentences.append(("\n".join(pieces), rows))
            pieces, rows = [], []

    for number, line in enumerate(lines[1:], 2):
        if not line:
            end()
        elif line.startswith("#"):
            end()
            if line.startswith(_TEXT):
                pieces.append(unescaped(line[len(_TEXT) :]))
            elif line.startswith(OWN) and not sheet.own:
                sheet.own = _own(line, complain)
            elif not sheet.sentences and (table := table_of(line, columns)):
                sheet.tables.append(table)
                columns += len(table.columns)
        elif (row := _row(number, line, columns)) is not None:
            rows.append(row)
        else:
            broken += 1
            if broken <= _PATIENCE:
                complain(f"Line {number} is no row of a token with its place: {quoted(line)}. It was left out.")
    if rows or pieces:
        sheet.sentences.append(("\n".join(pieces), rows))
    if broken > _PATIENCE:
        complain(f"{amount(broken - _PATIENCE, 'further line')} of that kind were left out, too.")
    _assemble(sheet, complain)
    return sheet


def _own(line: str, complain: Complaints) -> dict[str, Any]:
    try:
        found = json.loads(line[len(OWN) :])
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    complain(f"The line {quoted(line)} is broken, so nothing is known of the document but its text.")
    return {}


def _row(number: int, line: str, columns: int) -> Row | None:
    fields = line.split("\t")
    if len(fields) < 3:
        return None
    low, mark, high = fields[1].partition("-")
    sound = mark and all(part.isascii() and part.isdigit() and len(part) < 10 for part in (low, high))
    sentence, _, token = fields[0].partition("-")
    if not sound or not sentence.isdigit() or not token.replace(".", "", 1).isdigit():
        return None
    cells = fields[3 : 3 + columns]
    return Row(number, fields[0], int(low), int(high), fields[2], cells + ["_"] * (columns - len(cells)))


def _assemble(sheet: Sheet, complain: Complaints) -> None:
    """Put the text together and find the place of every row, counting UTF-16 units, or code points where that fits better."""
    told = Complaints(complain.place)
    text = _text(sheet, Unit.UTF16, told)
    missing = _find(sheet, Ruler(text, Unit.UTF16), text)
    if missing and utf16_length(text) > len(text):
        other = Complaints(complain.place)
        plainer = _text(sheet, Unit.CODE_POINTS, other)
        if _find(sheet, Ruler(plainer, Unit.CODE_POINTS), plainer) < missing:
            text, told = plainer, other
            told("The offsets count code points, not UTF-16 units as WebAnno does.", lost=False)
        else:
            _find(sheet, Ruler(text, Unit.UTF16), text)
    complain.found += told.found
    sheet.text = text
    rows = [row for _, rows in sheet.sentences for row in rows]
    sheet.rows = [row for row in rows if row.place is not None]
    lost = [row for row in rows if row.place is None]
    for row in lost[:_PATIENCE]:
        if row.start == row.end:
            complain(f"Line {row.line}: an annotation at {row.start} covers no text; it was left out.")
            continue
        complain(
            f"Line {row.line}: {quoted(row.form)} is not at {row.start}-{row.end} of the text; it and what it says were left out."
        )
    if len(lost) > _PATIENCE:
        complain(f"{amount(len(lost) - _PATIENCE, 'further row')} are not where they say; they were left out.")


def _text(sheet: Sheet, unit: Unit, complain: Complaints) -> str:
    parts: list[str] = []
    length = filled = 0
    before = sheet.own.get("before")
    for number, (body, rows) in enumerate(sheet.sentences):
        start = rows[0].start - _size(_lead(body, rows[0].form), unit) if rows else length
        if start - length > _WIDEST:
            complain(f"Line {rows[0].line}: the sentence is at {rows[0].start}, far behind the last one; it was put there.")
            start = length
        if start < length and number:
            # a break that the file has to name ends the sentence before: what is too much of it is white space
            kept = "".join(parts)
            if kept[start - length :].isspace():
                parts, length = [kept[: start - length]], start
        if start > length:
            gap = " " * start if not number else "\n" + " " * (start - length - 1)
            if not number and isinstance(before, str) and _size(before, unit) == start and before.isspace():
                gap = before
            elif number:
                filled += gap != "\n"
            parts.append(gap)
            length = start
        parts.append(body)
        length += _size(body, unit)
    if not sheet.sentences and isinstance(before, str):
        parts.append(before)
    if filled and "before" not in sheet.own and "name" not in sheet.own:
        complain(
            f"What stood between {amount(filled, 'pair')} of sentences is not in the file; a line break and blanks stand for it.",
            lost=False,
        )
    return "".join(parts)


def _lead(body: str, form: str) -> str:
    """Return the white space a sentence begins with before its first token."""
    lead = body[: len(body) - len(body.lstrip())]
    return "" if body.startswith(form) else lead


def _size(text: str, unit: Unit) -> int:
    return utf16_length(text) if unit is Unit.UTF16 else len(text)


def _find(sheet: Sheet, ruler: Ruler, text: str) -> int:
    """Set the places of all rows; return how many are not where they say."""
    missing = 0
    for _, rows in sheet.sentences:
        for row in rows:
            place = ruler.range(row.start, row.end)
            said = place is not None and (says(text, place, row.form) or says(text, place, unescaped(row.form)))
            row.place = place if said else None
            missing += not said
    return missing
