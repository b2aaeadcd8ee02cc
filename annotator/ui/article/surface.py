"""The second storey of the article view: it paints over the text, and repaints what changed; it has no caret and takes no keys."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from typing import cast

from PySide6.QtCore import QRect, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from annotator.domain.text import Range
from annotator.ui.article import damage
from annotator.ui.article.damage import Look, Mark
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.paint import paint_fills, paint_outlines, paint_ranges, paint_rows, range_rects
from annotator.ui.article.paint_marks import paint_arcs
from annotator.ui.article.scene import Scene, SceneBuilder
from annotator.ui.article.sheet import ArticleSheet
from annotator.ui.article.soon import Soon

ARC_MODES = ("focused", "all", "none")


class ArticleSurface(ArticleSheet):
    """Shows one document with its highlights, chips and arcs, for the lines in view only.

    ``arcsCycled`` carries the new way of showing arcs, ``scrolled`` the range of text in view, ``hitsShown`` the search hits and the
    current one.
    """

    scrolled = Signal(object)
    hitsShown = Signal(object)
    arcsCycled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._hits: Sequence[Range] = ()
        self._current_hit: Range | None = None
        self._looks: dict[Hashable, Look] = {}
        self._overlaid = False
        self._in_view: Range = (0, 0)
        self._comparing: Soon | None = None
        super().__init__(parent)
        self._comparing = Soon(self, self._repaint_changed, comes_first=True)

    # What the window asks for

    def set_article(self, model: ArticleModel | None) -> None:
        """Show a document from its beginning, or nothing."""
        self._hits, self._current_hit = (), None
        super().set_article(model)

    def refresh(self, ranges: Iterable[Range] | None = None) -> None:
        """Repaint after an edit: ``ranges`` (code points) are what changed, None is everything.  No text moves."""
        if self._builder is None or self._model is None:
            return
        self._builder.forget(ranges)
        if self._model.scheme is not self._scheme:
            self._find_labels()
            self._repaint()  # colours are not part of what a line says of its look
        self.touch()

    def touch(self) -> None:
        """Repaint what looks otherwise than it was painted: to be called after any change of focus, selection or lights.

        The comparing waits until the event at hand is over, so that many touches cost one.
        """
        if self._comparing is not None:  # while the view is being made, there is nothing to compare with
            self._comparing.request()

    def overlaid(self) -> bool:
        """Tell whether something hangs over the text that belongs to no line: then everything is repainted at a touch."""
        return False

    def marks(self) -> list[Mark]:
        """Return the ranges of text that are shown in a way of their own, beside spans."""
        return [(hit, "current hit" if hit == self._current_hit else "hit") for hit in self._hits_in(*self.scene().range)]

    def _hits_in(self, start: int, end: int) -> list[Range]:
        first = max(0, bisect_left(self._hits, (start, 0)) - 1)  # hits do not overlap: one may begin before
        return [hit for hit in self._hits[first : bisect_left(self._hits, (end, 0))] if hit[1] > start]

    def _repaint_changed(self) -> None:
        overlaid, looks = self.overlaid(), {}
        if self._builder is not None:
            if self.scene().range != self._in_view:
                self._in_view = self.scene().range
                self.scrolled.emit(self._in_view)
            width = float(self.viewport().width())
            looks = damage.looks(self.scene(), self._style, self.marks(), width)
        rects = damage.damaged(self._looks, looks)
        if overlaid or self._overlaid:
            self.viewport().update()
        elif rects:
            scroll, region = self.verticalScrollBar().value(), QRegion()
            for left, top, right, bottom in rects:
                region += QRectF(left, top - scroll, right - left, bottom - top).toAlignedRect()
            self.viewport().update(region)
        self._looks, self._overlaid = looks, overlaid

    def _repaint(self) -> None:
        self._looks = {}
        super()._repaint()
        self.touch()

    def set_search_hits(self, ranges: Sequence[Range], current: Range | None = None) -> None:
        """Show search hits (in text order, not overlapping) behind the text, ``current`` more strongly."""
        self._hits, self._current_hit = ranges, current
        self.touch()
        self.hitsShown.emit((self._hits, current))

    def set_arcs(self, mode: str) -> None:
        """Show arcs as ``focused`` (the rest faintly), ``all`` or ``none``."""
        if mode != self._style.arcs:
            self._style.arcs = mode
            self._repaint()

    def cycle_arcs(self) -> str:
        """Show arcs in the next way and return it."""
        self.set_arcs(ARC_MODES[(ARC_MODES.index(self._style.arcs) + 1) % len(ARC_MODES)])
        self.arcsCycled.emit(self._style.arcs)
        return self._style.arcs

    def scene(self) -> Scene:
        """Return what is in view now, as plain geometry in document pixels."""
        if self._builder is None:
            return Scene()
        top = float(self.verticalScrollBar().value())
        return self._builder.scene(top, top + self.viewport().height(), with_arcs=self._style.arcs != "none")

    # Painting

    def _paint_before(self, painter: QPainter, builder: SceneBuilder, scene: Scene) -> None:
        paint_fills(painter, builder, scene, self._style)
        lines = [plan.line for plan in scene.plans]
        for hit in self._hits_in(*scene.range):
            value = self._style.theme.current_hit if hit == self._current_hit else self._style.theme.hit
            paint_ranges(painter, range_rects(builder.geometry, lines, hit, grow=0.0), value)

    def _paint_after(self, painter: QPainter, builder: SceneBuilder, scene: Scene) -> None:
        paint_outlines(painter, builder, scene, self._style)
        paint_rows(painter, builder, scene, self._style)
        if self._style.arcs != "none":
            paint_arcs(painter, scene, self._style)

    def paintEvent(self, event: QPaintEvent) -> None:
        builder = self._builder
        if builder is None:
            super().paintEvent(event)
            return
        scroll, scene = self.verticalScrollBar().value(), self.scene()
        if not self.overlaid():
            bands = [(rect.top() + scroll, rect.bottom() + 1 + scroll) for rect in cast(Iterable[QRect], event.region())]
            scene = damage.part_of(scene, bands)
        for after in (False, True):
            if after:
                super().paintEvent(event)
            painter = QPainter(self.viewport())
            try:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.translate(0, -scroll)
                (self._paint_after if after else self._paint_before)(painter, builder, scene)
            finally:
                painter.end()

    # Qt's own events

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.touch()  # arcs whose far end comes into view or leaves it, hints and the strip do not move with the text
