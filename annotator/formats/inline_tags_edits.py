"""Taking markup out of a text while keeping count of where everything went, and the lines its places are told by."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from html.entities import html5
from itertools import accumulate

Edit = tuple[int, int, str]
"""Start and end of what is replaced in the source, and the text that comes in its place."""

_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")


class Edited:
    """A text after edits that do not overlap; places of the source are turned into places of the result."""

    def __init__(self, source: str, edits: Iterable[Edit]) -> None:
        ordered = sorted(edits)
        pieces: list[str] = []
        at = 0
        for start, end, replacement in ordered:
            pieces += (source[at:start], replacement)
            at = end
        pieces.append(source[at:])
        self.text = "".join(pieces)
        self._ends = [end for _, end, _ in ordered]
        self._shifts = [0, *accumulate(len(replacement) - (end - start) for start, end, replacement in ordered)]

    def place(self, offset: int) -> int:
        """Return where a place of the source is now, which must not lie within an edit."""
        return offset + self._shifts[bisect_right(self._ends, offset)]


class Lines:
    """The numbers of lines by places of a text; the first line of the text has the number ``first``."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._first = first

    def at(self, offset: int) -> int:
        """Return the number of the line that holds a place."""
        return self._first + bisect_right(self._breaks, offset - 1)


def references(text: str, edits: Iterable[Edit] = ()) -> list[Edit]:
    """Return the edits that put characters in the place of references to them, apart from other edits.

    What means nothing sensible is left alone.
    """
    ordered = sorted(edits)
    starts = [start for start, *_ in ordered]
    found: list[Edit] = []
    for match in _REFERENCE.finditer(text):
        before = bisect_right(starts, match.start()) - 1
        character = meant(match)
        if character and not (before >= 0 and match.start() < ordered[before][1]):
            found.append((match.start(), match.end(), character))
    return found


def without_references(text: str) -> str:
    """Return a text with its references to characters replaced."""
    return Edited(text, references(text)).text if "&" in text else text


def meant(match: re.Match[str]) -> str:
    """Return what a reference means, or nothing."""
    decimal, hexadecimal, name = match.groups()
    if name:
        return html5.get(f"{name};", "")
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or (code < 0x20 and code not in (9, 10, 13)):
        return ""
    return chr(code)
