"""The lines of a brat ``.ann`` file, one by one: what each says, before anything is related to anything.

Layout (brat standoff): an id whose first letter tells the kind, a tab, the body, and for some kinds a tab and a tail.  A line ends at
a line feed, with or without a carriage return before it, and at no other character.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

Complain = Callable[..., None]
"""Called with a line's number, a sentence, and ``lost=False`` for a mere notice."""


@dataclass(frozen=True, slots=True)
class TextBound:
    """A T line.  ``offsets`` stand as listed, in whatever unit the file counts; ``surface`` is the text the file says is there."""

    id: str
    label: str
    offsets: tuple[tuple[int, int], ...]
    surface: str
    number: int


@dataclass(frozen=True, slots=True)
class Link:
    """An R, E or * line: a label and arguments as (role, target); the trigger of an event comes first, * lines have empty roles."""

    id: str
    label: str
    arguments: tuple[tuple[str, str], ...]
    number: int


@dataclass(frozen=True, slots=True)
class Remark:
    """An A, M, N or # line: something said of ``target``; ``value`` is empty where the line gives none.

    That of an N line is ``DB:ID``, a tab, and the name it states.
    """

    id: str
    label: str
    target: str
    value: str
    number: int


@dataclass(slots=True)
class Lines:
    """The sound lines of a file by kind, in the order of the file; ``kept`` holds lines of no known kind as they are."""

    bounds: dict[str, TextBound] = field(default_factory=dict)
    relations: list[Link] = field(default_factory=list)
    events: dict[str, Link] = field(default_factory=dict)
    equivalences: list[Link] = field(default_factory=list)
    attributes: list[Remark] = field(default_factory=list)
    references: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


_KNOWN = re.compile(r"[TREAMN]\d|#|\*(?:\s|$)")
_BOUND = re.compile(r"(T\S*)\t(\S+) (\d{1,12} \d{1,12}(?:;\d{1,12} \d{1,12})*) *(?:\t(.*))?")
_RELATION = re.compile(r"(R\S*)\t(\S+) (\S+:\S+(?: \S+:\S+)*)\s*")
_EVENT = re.compile(r"(E\S*)\t(\S+:\S+(?: \S+:\S+)*)\s*")
_EQUIVALENCE = re.compile(r"(\*)\t(\S+)((?: \S+)+)\s*")
_ATTRIBUTE = re.compile(r"([AM]\S*)\t(\S+) (\S+)(?: ([^\t]*\S))?\s*")
_REFERENCE = re.compile(r"(N\S*)\t(\S+) (\S+) (\S+:\S+) *(?:\t(.*))?")
_NOTE = re.compile(r"(#\S*)\t(\S+) (\S+)(?:\t(.*))?")

_WANTED = {
    "T": "“T1<tab>LABEL start end<tab>text” with whole numbers",
    "R": "“R1<tab>LABEL Arg1:T1 Arg2:T2”",
    "E": "“E1<tab>LABEL:T1 Role:T2 …”",
    "*": "“*<tab>LABEL T1 T2 …”",
    "A": "“A1<tab>NAME T1 value”",
    "M": "“M1<tab>NAME T1”",
    "N": "“N1<tab>Reference T1 DB:ID<tab>name”",
    "#": "“#1<tab>AnnotatorNotes T1<tab>note”",
}


def parse(lines: list[str], complain: Complain) -> Lines:
    """Sort the lines of a file; a line that is damaged, or whose id came before, is complained of and left out."""
    found = Lines()
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if not _KNOWN.match(line):
            found.kept.append(line)
            complain(number, "The line is of no kind that brat knows; it is kept and written back as it is.", lost=False)
            continue
        name = _add(found, line, number, seen)
        if name is None:
            complain(number, f"The line was left out, because it is not of the form {_WANTED[line[0]]}.")
        elif name:
            complain(number, f"The line was left out, because an earlier line has the id “{name}”.")
    return found


def _add(found: Lines, line: str, number: int, seen: set[str]) -> str | None:
    """Add one line; return None if it is damaged, its id if that came before, else an empty text."""
    kind = line[0]
    match = _PATTERNS[kind].fullmatch(line)
    if match is None:
        return None
    name = match[1]
    if kind != "*" and name != "#":
        if name in seen:
            return name
        seen.add(name)
    if kind == "T":
        pairs = (pair.split(" ") for pair in match[3].split(";"))
        found.bounds[name] = TextBound(
            name, match[2], tuple((int(start), int(end)) for start, end in pairs), match[4] or "", number
        )
    elif kind == "R":
        found.relations.append(Link(name, match[2], _arguments(match[3]), number))
    elif kind == "E":
        arguments = _arguments(match[2])
        found.events[name] = Link(name, arguments[0][0], arguments, number)
    elif kind == "*":
        found.equivalences.append(Link(name, match[2], tuple(("", target) for target in match[3].split()), number))
    elif kind == "N":
        found.references.append(Remark(name, match[2], match[3], f"{match[4]}\t{match[5] or ''}", number))
    else:
        where = found.notes if kind == "#" else found.attributes
        where.append(Remark(name, match[2], match[3], match[4] or "", number))
    return ""


def _arguments(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (argument.rpartition(":") for argument in text.split())
    return tuple((role, target) for role, _, target in pairs)


_PATTERNS = {
    "T": _BOUND,
    "R": _RELATION,
    "E": _EVENT,
    "*": _EQUIVALENCE,
    "A": _ATTRIBUTE,
    "M": _ATTRIBUTE,
    "N": _REFERENCE,
    "#": _NOTE,
}
