r"""The cells and the header of WebAnno TSV 3: what is escaped, what separates, what a column holds.

In a cell ``|`` parts stacked annotations, ``;`` the fillers of a slot, ``_`` is none and ``*`` an empty value; ``[3]`` behind a
value numbers an annotation that covers several tokens or shares its place with others.  A backslash takes the meaning from what
follows it; ``\t``, ``\n`` and the like are control characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

NONE, EMPTY = "_", "*"

_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}
_WRITTEN = {character: f"\\{letter}" for letter, character in _LETTERS.items()}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_IN_VALUE = re.compile(r"->|[\\\[\]|_;*\t\n\r]")
_IN_TEXT = re.compile(r"[\x00-\x0a\x0c-\x1f\\]")
_NUMBER = re.compile(r"((?:\\.|[^\\\[])*)\[([0-9]{1,9})\]", re.DOTALL)
_REFERENCE = re.compile(r"([0-9]{1,9}-[0-9]{1,9}(?:\.[0-9]{1,9})?)(?:\[([0-9]{1,9})(?:_([0-9]{1,9}))?\])?")
_LINK = re.compile(r"((?:\\.|[^\\])*?)->([0-9]{1,9})-([0-9]{1,9})", re.DOTALL)
_ROLE = re.compile(r"ROLE_([^:]*):(.+?)_([^_]*\..*|[^_]*)")


class Holds(StrEnum):
    """What a column holds."""

    FEATURE = "feature"
    NOTHING = "nothing"
    SOURCE = "source"
    ROLE = "role"
    TARGET = "target"
    LINK = "link"
    ELEMENT = "element"


class Sort(StrEnum):
    """What a layer is, by its mark in the header."""

    SPAN = "#T_SP="
    RELATION = "#T_RL="
    CHAIN = "#T_CH="


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, and the feature it belongs to; for sources and targets also the type of the span they name."""

    holds: Holds
    feature: str = ""
    type: str = ""


@dataclass(slots=True)
class Table:
    """One layer of the header and its columns; ``first`` is the number of the first of them in a row, the token's own not
    counted."""

    sort: Sort
    type: str
    first: int
    columns: list[Column] = field(default_factory=list)

    def features(self) -> list[str]:
        """Return the names of the features that hold values."""
        return [column.feature for column in self.columns if column.holds is Holds.FEATURE]


def table_of(line: str, first: int) -> Table | None:
    """Read one line of the header; None if it describes no layer."""
    sort = next((sort for sort in Sort if line.startswith(sort)), None)
    if sort is None:
        return None
    name, *fields = line[len(sort) :].split("|")
    table = Table(sort, name.strip(), first)
    for text in (text for text in fields if text):
        table.columns.append(_column(text, table))
    if not table.columns:
        table.columns.append(Column(Holds.NOTHING))
    return table if table.type else None


def _column(text: str, table: Table) -> Column:
    if table.sort is Sort.RELATION and text.startswith("BT_"):
        return Column(Holds.SOURCE, type=text[3:])
    if table.sort is Sort.CHAIN and text in ("referenceRelation", "referenceType"):
        return Column(Holds.LINK if text == "referenceRelation" else Holds.ELEMENT, text)
    if table.sort is Sort.SPAN and (role := _role(text, table.type)):
        return Column(Holds.ROLE, *role)
    before = table.columns[-1] if table.columns else None
    if before is not None and before.holds is Holds.ROLE:
        return Column(Holds.TARGET, before.feature, text)
    return Column(Holds.FEATURE, text)


def _role(text: str, host: str) -> tuple[str, str] | None:
    """Return feature and type of the links in ``ROLE_HOST:FEATURE_TYPE``, where all three may have underscores of their own."""
    feature, mark, rest = text.removeprefix(f"ROLE_{host}:").partition(f"_{host}")
    if mark and feature and text.startswith(f"ROLE_{host}:"):
        return feature, host + rest
    found = _ROLE.fullmatch(text)
    return (found[2], found[3]) if found else None


def split(cell: str, separator: str) -> list[str]:
    """Cut a cell at a separator that no backslash stands before."""
    if separator not in cell:
        return [cell]
    parts, start, place = [], 0, 0
    while place < len(cell):
        if cell[place] == "\\":
            place += 2
            continue
        if cell[place] == separator:
            parts.append(cell[start:place])
            start = place + 1
        place += 1
    return [*parts, cell[start:]]


def numbered(value: str) -> tuple[str, int]:
    """Part a value from the number behind it; 0 where it has none."""
    found = _NUMBER.fullmatch(value)
    return (found[1], int(found[2])) if found else (value, 0)


def reference(value: str) -> tuple[str, int, int] | None:
    """Read a reference like ``1-2[3_4]``: the id of a unit and the two numbers, 0 where there is none; None if it is none."""
    found = _REFERENCE.fullmatch(value)
    return (found[1], int(found[2] or 0), int(found[3] or 0)) if found else None


def link(value: str) -> tuple[str, int, int] | None:
    """Read a link of a chain like ``value->1-2``: its value, the chain and the place in it; None if it is none."""
    found = _LINK.fullmatch(value)
    return (found[1], int(found[2]), int(found[3])) if found else None


def plain(value: str) -> str | None:
    """Return what a value says; None for none and for an empty one."""
    if value in (NONE, EMPTY, ""):
        return None
    return unescaped(value)


def unescaped(value: str) -> str:
    """Return text without its escapes."""
    return _ESCAPED.sub(lambda match: _LETTERS.get(match[1], match[1]), value) if "\\" in value else value


def escaped(value: str | None) -> str:
    """Return a value as it stands in a cell."""
    if value is None:
        return EMPTY
    return _IN_VALUE.sub(lambda match: _WRITTEN.get(match[0], f"\\{match[0]}"), value)


def escaped_text(text: str) -> str:
    """Return text as it stands in a #Text line."""
    return _IN_TEXT.sub(lambda match: _WRITTEN.get(match[0], f"\\{match[0]}"), text)
