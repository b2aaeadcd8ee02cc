"""What a strip beside the text marks, pixel row by pixel row: pure sums over positions, no Qt.

A place on the strip is proportional to its place in the **text**, in code points, not to its height on the page: paragraphs are laid
out only when somebody looks, so nobody knows how high the whole is, and a mark never moves while the text stays the same.  Where the
text has fewer code points than the strip has rows, one takes several rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from annotator.domain.annotations import Span
from annotator.domain.text import Range


class Mark(NamedTuple):
    """What one row stands for: the label most of its spans have (the first by name where several have as many), and counts.

    A span counts in each row it reaches, a discontinuous one with its fragments only.  A named tuple, because hundreds are made at once.
    """

    label: str
    spans: int
    unreviewed: int


class Overview:
    """The marks of one text of ``length`` code points on a strip of ``height`` rows; all None until they are counted.

    Rows are counted anew from the spans that reach them, so an edit costs no more than the rows of its range.
    """

    def __init__(self, length: int, height: int) -> None:
        self.length = max(1, length)
        self.height = max(1, height)
        self.marks: list[Mark | None] = [None] * self.height

    def row_of(self, offset: int) -> int:
        """Return the row in which the code point ``offset`` begins; the nearest for one outside the text."""
        return min(self.height - 1, max(0, offset * self.height // self.length))

    def rows_of(self, start: int, end: int) -> range:
        """Return the rows that ``[start, end)`` reaches, at least one."""
        first = self.row_of(start)
        return range(first, max(first, min(self.height - 1, (end * self.height - 1) // self.length)) + 1)

    def range_of(self, rows: range) -> Range:
        """Return the code points these rows stand for: the spans that overlap it are exactly those that reach the rows."""
        return rows.start * self.length // self.height, -(-rows.stop * self.length // self.height)

    def count(self, rows: range, spans: Iterable[Span]) -> None:
        """Count these rows anew; ``spans`` are all that overlap ``range_of(rows)``."""
        height, length = self.height, self.length
        reaching: defaultdict[int, list[Span]] = defaultdict(list)
        for span in spans:
            for start, end in span.fragments:
                first, last = start * height // length, (end * height - 1) // length
                reaching[first].append(span)
                if first != last:
                    for row in range(max(first + 1, rows.start), min(last + 1, rows.stop)):
                        reaching[row].append(span)
        for row in rows:
            self.marks[row] = _mark(reaching[row]) if row in reaching else None

    def nearest_marked(self, row: int, reach: int) -> int | None:
        """Return the marked row nearest to ``row``, at most ``reach`` rows away; the upper of two."""
        near = range(max(0, row - reach), min(self.height, row + reach + 1))
        return min((other for other in near if self.marks[other] is not None), key=lambda other: abs(other - row), default=None)

    def pieces(self, rows: range, most: int) -> Iterator[range]:
        """Cut rows into pieces that stand for about ``most`` code points each, at least one row: the work of one moment."""
        step = max(1, most * self.height // self.length)
        for first in range(rows.start, rows.stop, step):
            yield range(first, min(first + step, rows.stop))


def _mark(spans: Sequence[Span]) -> Mark:
    labels = [span.label for span in spans]
    label = max(sorted(set(labels)), key=labels.count) if len(labels) > 1 else labels[0]
    return Mark(label, len(spans), [span.reviewed for span in spans].count(False))


def joined(rows: Iterable[range]) -> list[range]:
    """Return ranges of rows in order, with those that touch or overlap made one."""
    found: list[range] = []
    for one in sorted(rows, key=lambda each: each.start):
        if found and one.start <= found[-1].stop:
            found[-1] = range(found[-1].start, max(found[-1].stop, one.stop))
        else:
            found.append(one)
    return found


def runs(marks: Sequence[Mark | None], rows: range) -> Iterator[tuple[range, str]]:
    """Yield the rows among ``rows`` that follow each other with the same label, and that label."""
    first = rows.start
    while first < rows.stop:
        mark = marks[first]
        last = first + 1
        if mark is not None:
            while last < rows.stop and (other := marks[last]) is not None and other.label == mark.label:
                last += 1
            yield range(first, last), mark.label
        first = last


def dashes(marks: Sequence[Mark | None], rows: range, pitch: int) -> Iterator[int]:
    """Yield the rows at which a dash says "something unreviewed here": multiples of ``pitch``, each for the rows up to the next."""
    for first in range(rows.start - rows.start % pitch, rows.stop, pitch):
        if any(mark is not None and mark.unreviewed for mark in marks[first : first + pitch]):
            yield first
