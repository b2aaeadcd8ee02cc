"""Where an article is cut into pages, and where on a page there is room for a few more words: pure sums, no Qt.

All values are pixels of the laid-out article, y growing downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotator.domain.text import Range
from annotator.ui.article.arcs import Arc


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


@dataclass(frozen=True, slots=True)
class Area:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        """Tell whether two rectangles share more than an edge."""
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


def beside_stub(arc: Arc, width: float, height: float, others: Iterable[Arc], limit: float) -> Area | None:
    """Return where words of this size fit behind the tip of a stub; None where they would meet another arc or an edge.

    ``limit`` is the width of the page.
    """
    if arc.far is None:
        return None
    x, y, _direction = arc.far
    rightward = x > arc.points[0][0]
    left = x + 8 if rightward else x - 8 - width
    area = Area(left, y - height / 2, left + width, y + height / 2)
    if left < 2 or area.right > limit - 2:
        return None
    taken = (piece for other in others if other is not arc for piece in _pieces(other, height * 0.3))
    return None if any(area.meets(piece) for piece in taken) else area


def _pieces(arc: Arc, grow: float) -> Iterable[Area]:
    for (x0, y0), (x1, y1) in zip(arc.points, arc.points[1:], strict=False):
        yield Area(min(x0, x1) - 2, min(y0, y1) - grow, max(x0, x1) + 2, max(y0, y1) + grow)
