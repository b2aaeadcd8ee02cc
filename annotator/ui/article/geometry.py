"""Where the text stands: lines, and the pixels of ranges on them, asked from Qt's layout for what is looked at only.

All pixels are the document's (the view adds its scroll position).  Lines are cached by block and number; ``forget`` drops them when
Qt lays out anew.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlock, QTextDocument, QTextLine

from annotator.domain.text import OffsetMap

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

Interval = tuple[float, float]
"""Left and right in pixels."""


@dataclass(frozen=True, slots=True)
class Line:
    """One laid-out line: the code points ``[start, end)``, its text from ``top`` to ``bottom``, and the free gaps around it.

    ``below`` is the room down to the next line's text, ``above`` that up to the text of the line before.  ``mixed`` says that it holds
    right-to-left characters, so that a range may stand at several places.
    """

    block: int
    number: int
    start: int
    end: int
    top: float
    bottom: float
    left: float
    right: float
    above: float
    below: float
    mixed: bool


class Geometry:
    """Answers where things are in one laid-out document.  ``display`` and ``offsets`` are the model's."""

    def __init__(self, document: QTextDocument, display: str, offsets: OffsetMap) -> None:
        self._document = document
        self._display = display
        self._offsets = offsets
        self._lines: dict[tuple[int, int], Line] = {}
        self._near = 0

    def forget(self) -> None:
        """Drop what is cached, because widths, fonts or room changed."""
        self._lines.clear()

    def lines_between(self, top: float, bottom: float) -> Iterator[Line]:
        """Yield the lines whose text or gaps show between two heights, from the top."""
        block = self._block_at(top)
        while block.isValid():
            self._document.documentLayout().blockBoundingRect(block)  # lays it out if nobody has looked so far yet
            layout = block.layout()
            origin = layout.position().y()
            for number in range(self._first_line(block, top - origin), layout.lineCount()):
                line = self._line(block, number)
                if line.bottom + line.below < top:
                    continue
                if line.top - line.above > bottom:
                    return
                yield line
            block = block.next()

    def line_of(self, offset: int) -> Line:
        """Return the line that holds ``offset``; lays the document out as far as needed."""
        qt_position = self._offsets.to_qt(offset)
        block = self._document.findBlock(qt_position)
        if not block.isValid():
            block = self._document.lastBlock()
        self._document.documentLayout().blockBoundingRect(block)
        line = block.layout().lineForTextPosition(min(qt_position - block.position(), block.length() - 1))
        return self._line(block, line.lineNumber() if line.isValid() else 0)

    def next_line(self, line: Line, direction: int) -> Line | None:
        """Return the line below (1) or above (-1); None at the edges of the text."""
        block = self._document.findBlockByNumber(line.block)
        number = line.number + direction
        if not 0 <= number < block.layout().lineCount():
            block = block.next() if direction > 0 else block.previous()
            if not block.isValid():
                return None
            self._document.documentLayout().blockBoundingRect(block)
            number = 0 if direction > 0 else max(0, block.layout().lineCount() - 1)
        return self._line(block, number)

    def intervals(self, line: Line, start: int, end: int) -> list[Interval]:
        """Return where ``[start, end)`` shows on ``line``, from left to right; several places where directions mix."""
        start, end = max(start, line.start), min(end, line.end)
        if start >= end:
            return []
        block = self._document.findBlockByNumber(line.block)
        layout, begin = block.layout(), block.position()
        origin, qt_line = layout.position().x(), layout.lineAt(line.number)
        low, high = self._offsets.to_qt(start) - begin, self._offsets.to_qt(end) - begin
        if not line.mixed:
            x0, x1 = _x(qt_line, low), _x(qt_line, high)
            return [(origin + min(x0, x1), origin + max(x0, x1))]
        edges = [_edges(qt_line, qt_position) for qt_position in range(low, high)]
        wide = [(origin + min(x0, x1), origin + max(x0, x1)) for x0, x1 in edges if x0 != x1]
        return _joined(wide) or [(origin + edges[0][0], origin + edges[0][0])]  # zero-width characters alone have a place, too

    def x_of(self, line: Line, offset: int) -> float:
        """Return where the character at ``offset`` begins on ``line``: its left edge, or its right one if it runs leftwards."""
        block = self._document.findBlockByNumber(line.block)
        qt_line, qt_position = block.layout().lineAt(line.number), self._offsets.to_qt(offset) - block.position()
        x = _edges(qt_line, qt_position)[0] if line.mixed else _x(qt_line, qt_position)
        return block.layout().position().x() + x

    def leftward(self, line: Line, offset: int) -> bool:
        """Tell whether the character at ``offset`` runs from right to left."""
        if not line.mixed:
            return False
        block = self._document.findBlockByNumber(line.block)
        qt_line, qt_position = block.layout().lineAt(line.number), self._offsets.to_qt(offset) - block.position()
        begin, end = _edges(qt_line, qt_position)
        return end < begin

    def runs_leftward(self, line: Line) -> bool:
        """Tell whether the paragraph of a line is written from right to left, whatever stands in it."""
        return self._document.findBlockByNumber(line.block).textDirection() == Qt.LayoutDirection.RightToLeft

    def offset_at(self, x: float, y: float, *, between: bool = False) -> int:
        """Return the offset of the character at a point, or of the nearest; with ``between``, of the nearest gap between two."""
        line = self.line_at(y)
        return self.offset_on(line, x, between=between)

    def line_at(self, y: float) -> Line:
        """Return the line whose text or near gap is at height ``y``, or the nearest."""
        nearest: Line | None = None
        for line in self.lines_between(y, y):
            if nearest is None or _distance(line, y) < _distance(nearest, y):
                nearest = line
        return nearest or self._line_beyond(y)

    def _line_beyond(self, y: float) -> Line:
        """Return the first or the last line of the text, for heights above or below all of it."""
        block = self._document.firstBlock() if y <= 0 else self._document.lastBlock()
        self._document.documentLayout().blockBoundingRect(block)
        return self._line(block, 0 if y <= 0 else max(0, block.layout().lineCount() - 1))

    def offset_on(self, line: Line, x: float, *, between: bool = False) -> int:
        """Return the offset nearest to ``x`` on ``line``, as ``offset_at`` does."""
        block = self._document.findBlockByNumber(line.block)
        qt_line = block.layout().lineAt(line.number)
        if line.mixed:
            return self._offset_on_mixed(line, x, between=between)
        mode = QTextLine.CursorPosition.CursorBetweenCharacters if between else QTextLine.CursorPosition.CursorOnCharacter
        relative = qt_line.xToCursor(x - block.layout().position().x(), mode)
        offset = self._offsets.to_code_point(block.position() + relative)
        last = line.end if between or line.end == line.start else line.end - 1
        return max(line.start, min(offset, last))

    def _offset_on_mixed(self, line: Line, x: float, *, between: bool) -> int:
        """Look at each character: Qt's own answer is one off where the direction turns."""
        block = self._document.findBlockByNumber(line.block)
        qt_line, x = block.layout().lineAt(line.number), x - block.layout().position().x()
        best, found = 1e9, line.start
        for offset in range(line.start, line.end):
            begin, end = _edges(qt_line, self._offsets.to_qt(offset) - block.position())
            distance = max(min(begin, end) - x, 0.0, x - max(begin, end))
            if distance < best and begin != end:
                best, found = distance, offset + (1 if between and abs(x - end) < abs(x - begin) else 0)
        return found

    def _block_at(self, y: float) -> QTextBlock:
        """Return the block before the one at height ``y``: chips of its last line hang into the gap.

        Qt's ``hitTest`` answers wildly in the gaps between blocks, lays the whole text out for it, and tries block after block.  So
        search from the block found last, in growing steps and then by halves; that lays out little more than is needed.
        """
        count, near = self._document.blockCount(), min(self._near, self._document.blockCount() - 1)
        step = 1
        if self._top(near) <= y:
            low, high = near, near + 1
            while high < count and self._top(high) <= y:
                low, step = high, 2 * step
                high = min(count, high + step)
        else:
            low, high = max(0, near - 1), near
            while low > 0 and self._top(low) > y:
                high, step = low, 2 * step
                low = max(0, low - step)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._top(middle) <= y else (low, middle)
        self._near = low
        return self._document.findBlockByNumber(max(0, low - 1))

    def _top(self, number: int) -> float:
        return self._document.documentLayout().blockBoundingRect(self._document.findBlockByNumber(number)).top()

    def _first_line(self, block: QTextBlock, y: float) -> int:
        """Return a line number shortly before height ``y`` of the block, by bisection: a block may have hundreds of lines."""
        layout = block.layout()
        index = bisect_right(range(layout.lineCount()), y, key=lambda number: layout.lineAt(number).y())
        return max(0, index - 2)

    def _line(self, block: QTextBlock, number: int) -> Line:
        key = block.blockNumber(), number
        known = self._lines.get(key)
        if known is None:
            known = self._lines[key] = self._measured(block, number)
        return known

    def _measured(self, block: QTextBlock, number: int) -> Line:
        layout, block_format = block.layout(), block.blockFormat()
        qt_line, origin = layout.lineAt(number), layout.position()
        start = self._offsets.to_code_point(block.position() + qt_line.textStart())
        end = self._offsets.to_code_point(block.position() + qt_line.textStart() + qt_line.textLength())
        text = qt_line.naturalTextRect()
        top = origin.y() + qt_line.y()
        distance = block_format.lineHeight()
        above, below = distance, distance
        if number == 0:
            before = block.previous()
            above = block_format.topMargin() + (before.blockFormat().lineHeight() if before.isValid() else 0.0)
            if not before.isValid():
                above = max(above, top)
        if number == layout.lineCount() - 1 and block.next().isValid():
            below = distance + block.next().blockFormat().topMargin()
        return Line(
            block=block.blockNumber(),
            number=number,
            start=start,
            end=end,
            top=top,
            bottom=top + qt_line.ascent() + qt_line.descent(),
            left=origin.x() + text.left(),
            right=origin.x() + text.right(),
            above=above,
            below=below,
            mixed=_RIGHT_TO_LEFT.search(self._display, start, end) is not None,
        )


def scroll_to_show(line: Line, value: int, height: int) -> int:
    """Return the scroll position, as near to ``value`` as may be, at which ``line`` shows with its arcs and chips.

    From far away it comes to a third of the height, where there is text to see on both sides.
    """
    low, high = line.top - min(line.above, height / 4), line.bottom + min(line.below, height / 4)
    if low < value:
        return round(low if value - low < height / 2 else low - height / 3)
    if high > value + height:
        return round(high - height if high - value - height < height / 2 else low - height / 3)
    return value


def _x(line: QTextLine, qt_position: int, *, trailing: bool = False) -> float:
    edge = QTextLine.Edge.Trailing if trailing else QTextLine.Edge.Leading
    found: Any = line.cursorToX(qt_position, edge)  # PySide gives (x, position)
    return float(found[0])


def _edges(line: QTextLine, qt_position: int) -> Interval:
    """Return where a character begins and ends, in its own direction.

    Where the direction turns, Qt reports a character's beginning as the end of the run before; its glyph says where it really is.
    """
    begin, end = _x(line, qt_position), _x(line, qt_position, trailing=True)
    if begin == end:
        runs = [run for run in line.glyphRuns(qt_position, 1) if run.boundingRect().width() > 0]
        if runs:
            rect = runs[0].boundingRect()
            return (rect.right(), rect.left()) if runs[0].isRightToLeft() else (rect.left(), rect.right())
    return begin, end


def _joined(intervals: list[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for left, right in sorted(intervals):
        if joined and left <= joined[-1][1] + 0.5:
            joined[-1] = joined[-1][0], max(joined[-1][1], right)
        else:
            joined.append((left, right))
    return joined


def _distance(line: Line, y: float) -> float:
    return max(0.0, line.top - y, y - line.bottom)
