"""WebAnno TSV 2 and the first version: no offsets, and annotations of several tokens by ``B-`` and ``I-``.

The second names its layers in a line like `` # type | feature # type | feature | AttachTo=type``; stacked annotations keep their
place in the stack, where ``O-_`` and the like hold it free.  A value that is the type's name with an underscore stands for an
annotation without one.  The first has ten fixed columns: number, form, lemma, part of speech, two of names, head, relation, and two
that are empty.  The text is that of ``#text=`` where the tokens are found in it, else the tokens with blanks between them; a line
break ends a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from annotator.domain.rules import quoted
from annotator.domain.text import Range
from annotator.formats.json_fields import Complaints
from annotator.formats.uima_layers import DEPENDENCY, LEMMA, NAMED_ENTITY, POS, Layer
from annotator.formats.webanno_cells import Column, Holds, Sort, Table
from annotator.formats.webanno_read import Asked, Mark, Marks
from annotator.formats.webanno_text import Row

_ROW = re.compile(r"(?:[0-9]{1,9}-)?[0-9]{1,9}\t\S")
_NOTHING = frozenset(("_", "O", "", "O-_", "B-_", "I-_"))
_FIRST = (
    Table(Sort.SPAN, LEMMA, 0, [Column(Holds.FEATURE, "value")]),
    Table(Sort.SPAN, POS, 1, [Column(Holds.FEATURE, "PosValue")]),
    Table(Sort.SPAN, NAMED_ENTITY, 2, [Column(Holds.FEATURE, "value")]),
    Table(Sort.SPAN, NAMED_ENTITY, 3, [Column(Holds.FEATURE, "value")]),
    Table(Sort.RELATION, DEPENDENCY, 4, [Column(Holds.SOURCE, type=POS), Column(Holds.FEATURE, "DependencyType")]),
)


@dataclass(slots=True)
class OldSheet:
    """A file taken apart: its text and what its rows say."""

    text: str
    rows: list[Row]
    marks: Marks


@dataclass(slots=True)
class _Sentence:
    text: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def is_old(lines: list[str]) -> bool:
    """Tell whether a file without a format line looks like one of the first two versions."""
    head = [line.strip() for line in lines[:10] if line.strip()]
    named = bool(head) and head[0].startswith("#") and not head[0].startswith(("#id=", "#text=")) and " | " in head[0]
    return named or (any(line.startswith("#id=") for line in head[:2]) and any(_ROW.match(line) for line in head))


def read_old(lines: list[str], complain: Complaints) -> OldSheet:
    """Take the lines of a file apart; whatever is broken is complained of and left out."""
    tables: list[Table] = []
    sentences: list[_Sentence] = []
    current = _Sentence()
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        if (
            bare.startswith("#")
            and not bare.startswith(("#id=", "#text="))
            and not sentences
            and not current.rows
            and " | " in bare
        ):
            tables += _header(bare)
        elif bare.startswith("#text="):
            if current.rows:
                sentences.append(current)
                current = _Sentence()
            current.text.append(line.partition("=")[2])
        elif not bare or bare.startswith("#id="):
            if current.rows:
                sentences.append(current)
                current = _Sentence()
        elif _ROW.match(line):
            fields = line.split("\t")
            name = fields[0] if "-" in fields[0] else f"{len(sentences) + 1}-{fields[0]}"
            current.rows.append(Row(number, name, 0, 0, fields[1], fields[2:]))
        elif current.text and not current.rows:
            current.text.append(line)  # the text of a sentence had a line break in it
        elif not bare.startswith("#"):
            complain(f"Line {number} is no row of a token: {quoted(line)}. It was left out.")
    if current.rows:
        sentences.append(current)
    text = _placed(sentences, complain)
    marks = Marks(complain)
    for sentence in sentences:
        _annotate(sentence.rows, tables or list(_FIRST), marks)
    return OldSheet(text, [row for sentence in sentences for row in sentence.rows], marks)


def _header(line: str) -> list[Table]:
    tables: list[Table] = []
    first = 0
    for part in line.split("#"):
        name, *fields = [text.strip() for text in part.split("|")]
        if not name:
            continue
        attached = next((text.removeprefix("AttachTo=") for text in fields if text.startswith("AttachTo=")), None)
        columns = [Column(Holds.FEATURE, text) for text in fields if text and not text.startswith("AttachTo=")]
        if attached is not None:
            columns.append(Column(Holds.SOURCE, type=attached))
        tables.append(Table(Sort.SPAN if attached is None else Sort.RELATION, name, first, columns))
        first += len(columns)
    return tables


def _placed(sentences: list[_Sentence], complain: Complaints) -> str:
    """Give every row its place; return the text."""
    parts: list[str] = []
    length, rebuilt = 0, 0
    for sentence in sentences:
        body = "\n".join(sentence.text)
        places = _found(body, sentence.rows)
        if places is None:
            body = " ".join(row.form for row in sentence.rows)
            places = _found(body, sentence.rows) or []
            rebuilt += 1
        for row, (start, end) in zip(sentence.rows, places, strict=True):
            row.place = length + start, length + end
        parts.append(body)
        length += len(body) + 1
    if rebuilt:
        complain(f"The text of {rebuilt} sentences was rebuilt from their tokens, with blanks between them.", lost=False)
    return "\n".join(parts)


def _found(body: str, rows: list[Row]) -> list[Range] | None:
    """Return where the tokens stand one after the other; None if one is not there, or something but white space is between them."""
    places: list[Range] = []
    position = 0
    for row in rows:
        start = body.find(row.form, position)
        if start < 0 or not row.form or body[position:start].strip():
            return None
        position = start + len(row.form)
        places.append((start, position))
    return places


def _annotate(rows: list[Row], tables: list[Table], marks: Marks) -> None:
    opened: dict[tuple[int, int], tuple[str, Mark]] = {}
    for row in rows:
        marks.rows[row.id] = row
        for table in tables:
            cells = row.cells[table.first : table.first + len(table.columns)]
            stacks = [cell.split("|") for cell in cells]
            for place in range(max(map(len, stacks), default=0)):
                pieces = [stack[place] if place < len(stack) else "_" for stack in stacks]
                pieces += ["_"] * (len(table.columns) - len(pieces))
                if table.sort is Sort.SPAN:
                    _span(row, table, pieces, marks, key=(table.first, place), opened=opened)
                else:
                    _relation(row, table, pieces, marks)


def _span(
    row: Row,
    table: Table,
    pieces: list[str],
    marks: Marks,
    *,
    key: tuple[int, int],
    opened: dict[tuple[int, int], tuple[str, Mark]],
) -> None:
    said = [piece for piece in pieces if piece not in _NOTHING]
    if not said:
        opened.pop(key, None)
        return
    before, mark = opened.get(key, ("", None))
    if mark is not None and said[0].startswith("I-") and said[0][2:] == before and row.place:
        mark.end = row.place[1]
        return
    mark = marks.mark(row, table.type, marks.label_of(table))
    for column, piece in zip(table.columns, pieces, strict=True):
        mark.values[column.feature] = _value(piece, table.type)
    opened.pop(key, None)
    if said[0][:2] in ("B-", "I-"):
        opened[key] = said[0][2:], mark


def _value(piece: str, name: str) -> str | None:
    value = piece[2:] if piece[:2] in ("B-", "I-", "O-") else piece
    return None if piece in _NOTHING or value == f"{name}_" else value


def _relation(row: Row, table: Table, pieces: list[str], marks: Marks) -> None:
    values: dict[str, str | None] = {}
    source = base = ""
    for column, piece in zip(table.columns, pieces, strict=True):
        if column.holds is Holds.SOURCE:
            source, base = piece, column.type
        else:
            values[column.feature] = _value(piece, table.type)
    if source in ("_", "", "0"):
        return
    name = marks.label_of(table)
    unit = source if "-" in source else f"{row.id.partition('-')[0]}-{source}"
    head, tail = (base, unit, 0), (base, row.id, 0)
    marks.asked.append(Asked(Layer(table.type, name), values.pop(name, None), head, tail, values, row.line))
