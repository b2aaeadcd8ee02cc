"""Sizes of everything the view paints, at one zoom."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QStaticText

from annotator.ui.article import layout
from annotator.ui.theme import USUAL_TEXT, TextStyle
from annotator.ui.theme_qt import article_font, chip_font


class Metrics:
    """Sizes at one zoom, in pixels, and the widths of short texts in the chip font."""

    def __init__(self, zoom: float, text: TextStyle = USUAL_TEXT) -> None:
        self.article_font = article_font(text, zoom)
        self.chip_font = chip_font(text, zoom)
        self.note_font = chip_font(text, zoom)
        self.note_font.setWeight(QFont.Weight.Normal)
        self._chips, self._notes = QFontMetricsF(self.chip_font), QFontMetricsF(self.note_font)
        article = QFontMetricsF(self.article_font)
        self.chip = round(self._chips.height() * 0.88)  # labels are mostly capitals: fonts leave room above them
        self.bar = 2.0 * max(1.0, zoom)
        self.row = self.bar + self.chip + 1.0
        self.lane = float(self.chip - 1)
        self.pad = 1.0 if text.dense else 5.0
        self.spare = 0.0 if text.dense else self.lane
        self.gutter = 52.0 * max(0.8, zoom)
        self.padding = 4.0
        self.column = article.averageCharWidth() * text.columns if text.columns else float("inf")
        self.line = article.height()
        self._widths: dict[str, float] = {}
        self._texts: dict[str, QStaticText] = {}

    def width(self, text: str) -> float:
        """Return how wide ``text`` is in the chip font, with a chip's padding."""
        known = self._widths.get(text)
        if known is None:
            known = self._widths[text] = self._chips.horizontalAdvance(text) + 2 * self.padding
        return known

    def note_width(self, text: str) -> float:
        """Return how wide ``text`` is in the plain small font, without padding."""
        return self._notes.horizontalAdvance(text) + 1

    def static_text(self, text: str) -> QStaticText:
        """Return ``text`` laid out in the chip font; it is shared, so do not change it."""
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = QStaticText(text)
            known.setTextFormat(Qt.TextFormat.PlainText)
            known.prepare(font=self.chip_font)
        return known

    def distance(self, room: layout.Room) -> float:
        """Return the gap between two lines of a paragraph that has this room, with one spare row or lane unless lines are dense."""
        return room.rows * self.row + room.lanes * self.lane + self.spare + self.pad
