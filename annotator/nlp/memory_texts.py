"""Texts that were labelled: how else they may be written, and where labels stand already."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

Shape = tuple[int, int]
"""Code points of a text's first token, and number of its tokens."""


class Stretches:
    """Labelled stretches of one text, asked whether they touch a place; it costs the logarithm of their number."""

    def __init__(self, spans: Iterable[tuple[int, int, str]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _, _ in ordered]
        self._reach = list(accumulate((end for _, end, _ in ordered), max))

    def touch(self, start: int, end: int) -> bool:
        """Tell whether any of them shares a character with a place."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start


def blanks(text: str) -> str:
    """Return the text with a blank for each line break and the like, so that names are found across lines."""
    for character in "\n\r\t\u00a0":
        text = text.replace(character, " ")
    return text


def one_line(text: str) -> str:
    """Return the text with one blank for each run of white space, and none at its ends."""
    return " ".join(text.split())


def ways_to_write(shapes: Mapping[str, Shape]) -> tuple[dict[str, str], dict[str, int]]:
    """Return, for each way a known text may be written, that text; and for each first token the most tokens of such a text."""
    shown: dict[str, str] = {surface: surface for surface in shapes}
    longest: dict[str, int] = {}
    for surface, (first, count) in shapes.items():
        for written in (surface, *other_capitals(surface)):
            shown.setdefault(written, surface)
            longest[written[:first]] = max(count, longest.get(written[:first], 0))
    return shown, longest


def other_capitals(surface: str) -> Iterator[str]:
    """Yield how headlines and sentence starts write a text, where that has as many characters."""
    letters = sum(map(str.isalpha, surface))
    capitals = surface.upper()
    if surface == surface.lower():
        others = (surface[0].upper() + surface[1:],)
    elif surface != capitals:
        others = (capitals,) if letters >= 3 else ()
    else:
        others = (" ".join(word.capitalize() for word in surface.split(" ")),) if letters > 4 else ()
    yield from (other for other in others if len(other) == len(surface) and other != surface)
