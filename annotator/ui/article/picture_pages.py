"""Where an article is cut into pages: pure sums, no Qt.

All values are pixels of the laid-out article, y growing downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotator.domain.text import Range


@dataclass(frozen=True, slots=True)
class Strip:
    """One line with everything that belongs to it: from its highest arc, at ``top``, to its lowest chip, at ``bottom``.

    ``start`` and ``end`` are the code points of its text.
    """

    start: int
    end: int
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on one page, as heights of the article and as code points."""

    top: float
    bottom: float
    start: int
    end: int


def pages(strips: Sequence[Strip], height: float) -> list[Page]:
    """Cut lines into pages at most ``height`` high, between lines only; a line higher than a page gets one of its own."""
    found: list[Page] = []
    first = 0
    for index in range(1, len(strips) + 1):
        if index == len(strips) or strips[index].bottom - strips[first].top > height:
            found.append(Page(strips[first].top, strips[index - 1].bottom, strips[first].start, strips[index - 1].end))
            first = index
    return found


def page_of(some: Sequence[Page], offset: int) -> int | None:
    """Return the index of the page that shows a code point; None where none does."""
    return next((number for number, page in enumerate(some) if page.start <= offset < max(page.end, page.start + 1)), None)


def strips_in(strips: Sequence[Strip], part: Range | None) -> Sequence[Strip]:
    """Return the lines that show any of ``part``, all of them for None; at least one, if there is any."""
    if part is None:
        return strips
    start, end = part
    return [strip for strip in strips if strip.start < end and start < strip.end] or strips[:1]
