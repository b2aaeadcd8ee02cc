"""Printed lines put together to paragraphs, and divided words to words.

A line goes on in the next one unless something speaks against it: letters of another size, a larger step down than is usual on the
page, a first line that is set in, a bullet or number, a line that ends well before the edge of its column, a step up (another
column) or another page.  Over a step up and a new page a sentence goes on that had no end and continues with a small letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

BROKEN_WORD = "\ufffe"
"""What PDFium gives for a hyphen at the end of a line together with the line's end."""

_SINGLE = 1.3
"""The usual step where a file is too short to tell its own."""

_DIVIDED = re.compile(rf"(\w*){BROKEN_WORD}(\w*)")
_HYPHENATED = re.compile(r"\w+-\w+")
_WORD = re.compile(r"\w+")
_ENDS = re.compile(r"[.!?:;…]['\"”’»)\]]*$")
_ITEM = re.compile(r"[•‣▪◦●■–—*-] |\(?(?:\d{1,3}|[a-z])[.)] ")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page.  Places are points from the lower left corner of the page; without ``height`` they are not known.

    ``left`` and ``foot`` are those of its first letter, ``right`` and ``last_foot`` of its last.
    """

    text: str
    left: float = 0.0
    right: float = 0.0
    foot: float = 0.0
    last_foot: float = 0.0
    height: float = 0.0


def joined(pages: Sequence[Sequence[Line]]) -> Iterator[str]:
    """Yield the paragraphs of some pages."""
    paragraph = ""
    before: Line | None = None
    usual = _usual_step([line for page in pages for line in page], _SINGLE)
    for page in pages:
        step, edges = _usual_step(page, usual), _edges(page)
        for number, line in enumerate(page):
            if before is None:
                paragraph = line.text
            elif _goes_on(before, line, step, edges[number - 1]) if number else _sentence_goes_on(before.text, line.text):
                paragraph = _together(paragraph, line.text)
            else:
                yield paragraph
                paragraph = line.text
            before = line
    if before is not None:
        yield paragraph


def _usual_step(page: Sequence[Line], default: float) -> float:
    """Return the usual step from a line to the next of a paragraph, in heights of a line: the middle one, where there are enough."""
    steps = [
        (one.last_foot - two.foot) / two.height
        for one, two in pairwise(page)
        if one.height and two.height and _alike(one, two) and one.last_foot > two.foot
    ]
    return min(median(steps), 2 * min(steps)) if len(steps) > 2 else default


def _edges(page: Sequence[Line]) -> list[float]:
    """Return for each line the right edge of its column: of the lines of its size between two steps up."""
    widest: list[dict[int, float]] = []
    columns: list[int] = []
    for number, line in enumerate(page):
        if not number or line.foot > page[number - 1].last_foot + line.height:
            widest.append({})
        columns.append(len(widest) - 1)
        size = round(line.height)
        widest[-1][size] = max(line.right, widest[-1].get(size, 0.0))
    return [widest[column][round(line.height)] for column, line in zip(columns, page, strict=True)]


def _alike(one: Line, two: Line) -> bool:
    return 0.87 < one.height / (two.height or one.height) < 1.15


def _goes_on(one: Line, two: Line, step: float, edge: float) -> bool:
    if _ITEM.match(two.text):
        return False
    if not (one.height and two.height):
        return _sentence_goes_on(one.text, two.text) or not _ENDS.search(one.text)
    down = one.last_foot - two.foot
    if not _alike(one, two):
        return False
    if down < 0.3 * two.height:
        return _sentence_goes_on(one.text, two.text)
    set_in = two.left > one.left + 0.8 * two.height and not _ITEM.match(one.text)  # the text of an item hangs in
    if set_in or down > 1.3 * step * two.height:
        return False
    width = max(1.0, edge - min(one.left, two.left))
    missing = (edge - one.right) / width
    return missing < (0.12 if _ENDS.search(one.text) else 0.5)


def _sentence_goes_on(one: str, two: str) -> bool:
    return not _ENDS.search(one) and two[:1].islower()


def _together(one: str, two: str) -> str:
    wide = unicodedata.east_asian_width(one[-1]) in "WF" and unicodedata.east_asian_width(two[0]) in "WF"
    # Korean is wide and has blanks
    return f"{one}{two}" if wide and not "가" <= two[0] <= "힣" else f"{one} {two}"


def mended(text: str) -> tuple[str, int]:
    """Return the text with its divided words put together, and how many those were.

    The hyphen goes, unless it belongs to the word: the text has the word with a hyphen elsewhere, its halves repeat each other
    (*anak-anak*, *berlari-lari*), or the second begins with a capital or a digit (*COVID-19*).
    """
    if BROKEN_WORD not in text:
        return text, 0
    hyphenated = {word.casefold() for word in _HYPHENATED.findall(text)}
    whole = {word.casefold() for word in _WORD.findall(_DIVIDED.sub(" ", text))}

    def put_together(match: re.Match[str]) -> str:
        one, two = match[1], match[2]
        return f"{one}-{two}" if _keeps_hyphen(one, two, hyphenated, whole) else one + two

    return _DIVIDED.subn(put_together, text)


def _keeps_hyphen(one: str, two: str, hyphenated: set[str], whole: set[str]) -> bool:
    first, second = one.casefold(), two.casefold()
    if not first or not second or not two[0].islower() or one[-1].isdigit():
        return True
    if f"{first}-{second}" in hyphenated:
        return True
    if first + second in whole:
        return False
    return len(first) > 2 and len(second) > 2 and (first.endswith(second) or second.startswith(first))
