"""Finding out how a CoNLL file is laid out: what parts its columns, which hold the tokens and the tags, and which kind the tags are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from annotator.errors import FormatError
from annotator.formats.conll_tags import NAMES, habits, is_letter, kind, parts
from annotator.formats.conll_text import Line, lines_of

DOCSTART = "-DOCSTART-"
_LOOKED_AT = 200_000
"""Lines of a file that are looked at; what comes after is laid out like them."""

_BLANKS = re.compile(r"[ \t]+")
_MANY = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read the lines of a file; ``token`` and ``tag`` are columns from 0, ``kind`` a key of ``conll_tags.NAMES``."""

    tabs: bool
    width: int
    token: int
    tag: int
    kind: str
    label: str = ""

    @property
    def plain(self) -> bool:
        """Whether tags are labels without a letter."""
        return self.kind == "plain"

    def split(self, line: str) -> list[str]:
        """Return the columns of a line."""
        return columns(line, self.tabs)

    def told(self) -> str:
        """Say the layout in a phrase."""
        return f"tokens in column {self.token + 1}, {NAMES[self.kind]} tags in column {self.tag + 1}"


@dataclass(slots=True)
class _Column:
    """What was seen in one column: how many cells, how many of them tags, letters alone, O, and the labels (not all of many)."""

    cells: int = 0
    tags: int = 0
    letters: int = 0
    outside: int = 0
    labels: set[str] = field(default_factory=set)
    continued: int = 0

    def add(self, cell: str, times: int) -> None:
        """Count a cell that is there so many times."""
        self.cells += times
        self.letters += times * is_letter(cell)
        part = parts(cell)
        if part is not None:
            self.tags += times
            self.outside += times * (part[0] == "O")
            self.continued += times * (part[0] not in "OB")
            if part[1] and len(self.labels) < 100:
                self.labels.add(part[1])

    @property
    def holds_tags(self) -> bool:
        """Whether all cells but a few slips are tags, and any has a label."""
        return bool(self.labels) and self.tags * 200 >= self.cells * 199

    @property
    def is_of_words(self) -> bool:
        """Whether every token has a tag of its own kind, as parts of speech do: no span is ever longer, and hardly anything is outside."""
        return not self.continued and self.outside * 10 < self.cells and len(self.labels) >= _MANY


def columns(line: str, tabs: bool) -> list[str]:
    """Return the columns of a line: between tabs, or between runs of blanks and tabs."""
    if tabs:
        return [cell.strip(" ") for cell in line.rstrip("\t").split("\t")]
    cells = line.split(" ")
    return _BLANKS.split(line.strip(" \t")) if "" in cells or "\t" in line else cells


def is_docstart(line: str) -> bool:
    """Tell whether a line parts documents."""
    return line.startswith(DOCSTART) and line[len(DOCSTART) :][:1] in ("", " ", "\t")


def layout_of(
    path: Path, encoding: str | None, *, column: str = "", token_column: str = "", tags: str = "auto", label: str = ""
) -> Layout:
    """Look at a file and return its layout; what is given is not looked for.

    ``column`` and ``token_column`` count from 1, or with a minus sign from the last.  Raises ``FormatError``, with what to do, for a file
    without tokens, without tags (O alone is one), or without such a column.
    """
    lines = list(islice(lines_of(path, encoding), _LOOKED_AT))
    rows = list(_rows(lines))
    parting = next((line.text for line in lines if is_docstart(line.text)), "")
    if not rows and parting:  # documents without a word: a text of blanks, say
        width = len(columns(parting, tabs=False))
        return Layout(tabs=False, width=width, token=0, tag=width - 1, kind="iob2", label=label)
    if not rows:
        raise FormatError(f"{path} holds no tokens, so there is nothing to read from it.")
    tabs = sum("\t" in row for _, row in rows) * 2 > len(rows)
    widths = Counter(len(columns(row, tabs)) for _, row in rows)
    width = widths.most_common(1)[0][0]
    cells = [(number, found) for number, row in rows if len(found := columns(row, tabs)) == width]
    seen = [_Column() for _ in range(width)]
    for place, column_cells in zip(seen, zip(*(row for _, row in cells), strict=True), strict=True):
        for cell, times in Counter(column_cells).items():
            place.add(cell, times)
    numbered = all(row[0] == str(number) for number, row in cells)
    tag = _chosen(path, column, width) if column else _tag_column(path, seen, label, tags)
    token = _chosen(path, token_column, width) if token_column else int(width > 2 and numbered and tag > 1)
    if token == tag:
        raise FormatError(f"{path}: tokens and tags cannot both stand in column {tag + 1}; choose another.")
    counts: Counter[str] = Counter()
    sentence: list[tuple[str, str]] = []
    for number, row in cells:
        if number == 1:
            counts += habits(sentence)
            sentence = []
        sentence.append(parts(row[tag], label) or ("O", ""))
    counts += habits(sentence)
    chosen = kind(counts) if tags == "auto" else tags
    if chosen not in NAMES:
        raise FormatError(f"Tags are auto, {', '.join(NAMES)}, not “{tags}”.")
    return Layout(tabs, width, token, tag, chosen, label)


def _rows(lines: Iterable[Line]) -> Iterable[tuple[int, str]]:
    """Yield the lines of tokens with their number in the sentence, from 1; comments before a sentence are left out."""
    number = 0
    for line in lines:
        text = line.text
        if not text.strip(" \t") or is_docstart(text):
            number = 0
        elif number or not text.startswith("#"):
            number += 1
            yield number, text


def _chosen(path: Path, column: str, width: int) -> int:
    try:
        number = int(column)
    except ValueError:
        number = 0
    if not 1 <= abs(number) <= width:
        raise FormatError(f"{path} has {width} columns; choose one from 1 to {width}, or from -1 to -{width}, not “{column}”.")
    return number - 1 if number > 0 else width + number


def _tag_column(path: Path, seen: list[_Column], label: str, tags: str) -> int:
    """Return the last column that holds tags of spans."""
    places = [number for number, column in enumerate(seen) if column.holds_tags]
    spans = [number for number in places if not seen[number].is_of_words]
    if spans:
        return spans[-1]
    if places:
        number = places[-1]
        message = f"column {number + 1} gives every token a tag of its own, as parts of speech do, so it holds no spans"
        raise FormatError(f"{path}: {message}. If it does all the same, choose it (column={number + 1}).")
    nothing = [number for number, column in enumerate(seen) if number and column.cells == column.outside]
    if nothing:  # not one span in the whole file, which is no mistake
        return nothing[-1]
    letters = [number for number, column in enumerate(seen) if number and column.cells == column.letters]
    if letters and label:
        return letters[-1]
    if letters:
        message = f"column {letters[-1] + 1} holds B, I and O without a label"
        raise FormatError(f"{path}: {message}. Say what these spans are called (label=NAME).")
    if tags == "plain" and len(seen) > 1:
        return len(seen) - 1
    raise FormatError(f"{path} has no column of tags like B-PER, I-PER and O; choose the column and the kind of its tags.")
