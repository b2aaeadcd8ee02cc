"""Articles in a table of anybody's: which column is the text, which the name, and what else is said, as metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotator.domain.exchange import Complaint, Record
from annotator.errors import FormatError

TEXT_COLUMNS = (
    "text", "article", "article_text", "full_text", "content", "body", "isi", "isi_berita", "teks", "artikel", "berita", "konten",
    "kalimat", "sentence",
)  # fmt: skip
"""What the column of texts is called, best first, in lower case with _ for blanks; English and Indonesian."""

NAME_COLUMNS = ("name", "title", "judul", "id", "doc_id", "document_id", "filename", "file", "url")

ERRORS = ("#NAME?", "#REF!", "#VALUE!", "#N/A", "#DIV/0!", "#NULL!", "#NUM!")
"""What a spreadsheet shows in place of a text that it took for a formula and could not work out."""

SAMPLE_ROWS = 50
"""So many rows are looked at before the columns are chosen."""

_SHORT = 60
"""Longest heading of a column."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How a table is read: its headings, made unique, the columns of text and name, and whether the first row is the headings."""

    headings: tuple[str, ...]
    text: int
    name: int
    headed: bool
    guessed: bool


def choose_columns(rows: Sequence[Sequence[Any]], options: Mapping[str, str], where: str) -> Columns | None:
    """Choose the columns of a table by its first rows; None if none can be the text.

    ``options`` are ``text`` and ``name`` (headings, or numbers from 1) and ``header``.  Raises ``FormatError`` for one that is not there.
    """
    if not rows:
        return None
    width = max(len(row) for row in rows)
    first = [_shown(cell) for cell in rows[0]] + [""] * (width - len(rows[0]))
    header = options.get("header", "auto")
    told = any(options.get(option, "") and not options[option].isdigit() for option in ("text", "name"))
    headed = header == "yes" or (header != "no" and (told or _is_header(first, rows[1:])))
    headings = _unique(first) if headed else tuple(f"column {number + 1}" for number in range(width))
    body = rows[1:] if headed else rows
    named, guessed = _named(options, "text", headings, where), False
    text = named if named is not None else _known(headings, TEXT_COLUMNS) if headed else None
    if text is None:
        text = _longest(body, width)
        guessed = True
    if text is None:
        return None
    name = _named(options, "name", headings, where)
    if name is None:
        name = _known(headings, NAME_COLUMNS) if headed else None
    return Columns(headings, text, -1 if name is None or name == text else name, headed, guessed and width > 1)


def _shown(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _is_header(first: Sequence[str], rest: Sequence[Sequence[Any]]) -> bool:
    """Tell whether the first row is headings: one of them is known, or all are short, told apart and unlike what is below."""
    if _known(first, (*TEXT_COLUMNS, *NAME_COLUMNS)) is not None:
        return True
    if not rest or not all(first) or len(set(first)) < len(first):
        return False
    below = [len(_shown(cell)) for row in rest for cell in row]
    longest = max(below, default=0)
    return all(len(cell) <= _SHORT and not cell[0].isdigit() for cell in first) and longest > 2 * max(map(len, first))


def _unique(headings: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for number, heading in enumerate(headings, 1):
        wanted = name = heading or f"column {number}"
        count = 1
        while name in found:
            count += 1
            name = f"{wanted} ({count})"
        found.append(name)
    return tuple(found)


def _known(headings: Sequence[str], wanted: Sequence[str]) -> int | None:
    plain = ["_".join(heading.lower().split()) for heading in headings]
    return next((plain.index(name) for name in wanted if name in plain), None)


def _named(options: Mapping[str, str], option: str, headings: Sequence[str], where: str) -> int | None:
    told = options.get(option, "")
    if not told:
        return None
    if told in headings:
        return headings.index(told)
    lowered = [heading.lower() for heading in headings]
    if told.lower() in lowered:
        return lowered.index(told.lower())
    if told.isascii() and told.isdigit() and 1 <= int(told[:6]) <= len(headings):
        return int(told) - 1
    raise FormatError(f"{where} has no column “{told}”; its columns are {', '.join(headings[:20])}.")


def _longest(rows: Sequence[Sequence[Any]], width: int) -> int | None:
    """Return the column with by far the longest texts, or the only one."""
    if width == 1:
        return 0
    totals = [sum(len(_shown(row[column])) for row in rows if column < len(row)) for column in range(width)]
    ordered = sorted(range(width), key=lambda column: -totals[column])
    enough = rows and totals[ordered[0]] >= 40 * len(rows) and totals[ordered[0]] >= 2 * totals[ordered[1]]
    return ordered[0] if enough else None


def articles(rows: Iterator[tuple[Sequence[Any], str]], columns: Columns, stem: str) -> Iterator[Record | Complaint]:
    """Stream the articles of rows with their places; rows that are blank are passed over."""
    for cells, place in rows:
        if not any(_shown(cell) for cell in cells):
            continue
        text = cells[columns.text] if columns.text < len(cells) else None
        if not _shown(text):
            yield Complaint(
                place, f"The row has no text in the column “{columns.headings[columns.text]}”, so it brings no article."
            )
            continue
        if text in ERRORS:
            yield Complaint(place, f"The cell of the text holds the error {text} of a spreadsheet, so it brings no article.")
            continue
        extra = sum(1 for cell in cells[len(columns.headings) :] if _shown(cell))
        if extra:
            yield Complaint(place, f"The row has {extra} more cells than the table has columns; they were left out.")
        name = _shown(cells[columns.name]) if 0 <= columns.name < len(cells) else ""
        meta = {
            heading: cell
            for number, (heading, cell) in enumerate(zip(columns.headings, cells, strict=False))
            if number not in (columns.text, columns.name) and cell not in (None, "")
        }
        yield Record(name or f"{stem}:{place.rpartition(':')[2]}", str(text), meta, place=place)


def no_text(where: str, headings: Sequence[Any]) -> str:
    """Return the sentence for a table in which no column can be the text."""
    told = ", ".join(f"“{_shown(heading)[:30]}”" for heading in headings[:10] if _shown(heading))
    return f"{where} has no column that can be the text; name it with the option text=COLUMN (there are {told or 'none'})."
