"""Painters of the overview strip: three columns of marks, the frame of what is in view, and the pointer to what has the focus.

All in device-independent pixels of the strip, whose rows are one pixel high.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from annotator.ui.article.overview import Overview, dashes, runs
from annotator.ui.theme import OUTLINE_CONTRAST, Theme, legible, mix
from annotator.ui.theme_qt import color

WIDTH = 14
"""Width of the strip."""

SPANS, WAITING, HITS = (2, 5), (8, 3), (11, 3)
"""The columns: left edge and width."""

PITCH = 4
"""Rows from one dash to the next."""


class Inks:
    """The colours of a strip in one theme: ``base_color`` gives a label's, which is moved until it stands out from the ground."""

    def __init__(self, theme: Theme, base_color: Callable[[str], str]) -> None:
        self.theme = theme
        self.ground = mix(theme.page, theme.window, 0.6)
        found = theme.hint if theme.dark else theme.current_hit  # the one that stands out
        self.hit = legible(found, self.ground, OUTLINE_CONTRAST)
        self._base_color = base_color
        self._labels: dict[str, str] = {}

    def label(self, name: str) -> str:
        """Return the ink of a span label; a quiet one for a label that has no colour."""
        known = self._labels.get(name)
        if known is None:
            base = self._base_color(name) or self.theme.quiet_text
            known = self._labels[name] = legible(base, self.ground, OUTLINE_CONTRAST)
        return known


def paint_marks(painter: QPainter, overview: Overview, hit_rows: Sequence[int], inks: Inks, rows: range) -> None:
    """Paint all columns of these rows on the bare ground.

    Marks are two pixels high at least, so they reach beyond their rows; what is painted anew ends where a dash would begin, which is
    a whole device pixel at every usual scale.
    """
    top = rows.start - rows.start % PITCH
    bottom = -(-rows.stop // PITCH) * PITCH + PITCH
    seen = range(max(0, top - 1), min(overview.height, bottom))
    area = QRectF(0, top, WIDTH, bottom - top)
    painter.setClipRect(area)
    painter.fillRect(area, color(inks.ground))
    painter.fillRect(QRectF(0, top, 1, bottom - top), color(inks.theme.border))
    for run, label in runs(overview.marks, seen):
        painter.fillRect(QRectF(SPANS[0], run.start, SPANS[1], len(run) + 1), color(inks.label(label)))
    for row in dashes(overview.marks, seen, PITCH):
        painter.fillRect(QRectF(WAITING[0], row, WAITING[1], PITCH - 2), color(inks.theme.accent))
    for row in hit_rows[bisect_left(hit_rows, seen.start) : bisect_left(hit_rows, seen.stop)]:
        painter.fillRect(QRectF(HITS[0], row, HITS[1], 2), color(inks.hit))


def paint_current_hit(painter: QPainter, inks: Inks, row: int) -> None:
    """Mark the current search hit across the whole strip."""
    painter.fillRect(QRectF(1, row, WIDTH - 1, 3), color(inks.hit))


def paint_frame(painter: QPainter, theme: Theme, frame: QRectF) -> None:
    """Frame what is in view."""
    painter.setPen(QPen(color(theme.quiet_text, 200), 1.0))
    painter.setBrush(color(theme.text, 26))
    painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0)


def paint_focus(painter: QPainter, theme: Theme, row: int, height: int) -> None:
    """Paint a line across the strip with an arrow head at both ends, so that it is no mark of any column."""
    middle = min(max(row + 1.0, 4.0), height - 4.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(theme.text))
    painter.drawRect(QRectF(1, middle - 0.75, WIDTH - 1, 1.5))
    for x, inwards in ((1.0, 4.0), (float(WIDTH), -4.0)):
        painter.drawPolygon(QPolygonF([QPointF(x, middle - 4), QPointF(x, middle + 4), QPointF(x + inwards, middle)]))
