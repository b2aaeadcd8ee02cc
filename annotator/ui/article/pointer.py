"""The pointer in the article: clicks that focus and cycle, drags on text, on edge handles, and from chips to other spans.

One gesture is in progress at a time.  The pointer changes the view through the view's own methods and signals, as keys do.
"""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QElapsedTimer, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QToolTip

from annotator.domain.text import Range
from annotator.ui.article import hit
from annotator.ui.article.asks import ArticleAsker
from annotator.ui.article.caret import edge_range, sentence_at
from annotator.ui.article.paint import paint_ranges, range_rects
from annotator.ui.article.paint_marks import paint_pull


class Gesture(Enum):
    """What the pressed button does."""

    NONE = auto()
    TEXT = auto()
    CHIP = auto()
    LINK = auto()
    EDGE = auto()


class Pointer(QObject):
    """Belongs to one view and lives as long; all positions it keeps are the document's."""

    def __init__(self, view: ArticleAsker) -> None:
        super().__init__(view)
        self._view = view
        self._gesture = Gesture.NONE
        self._pressed_at = QPointF()
        self._last = QPointF()
        self._origin = 0
        self._dragging = False
        self._exact = False
        self._choosing = False
        self._handle: hit.Handle | None = None
        self._source = ""
        self._target: str | None = None
        self._preview: Range | None = None
        self._since_double = QElapsedTimer()
        self._scrolling = QTimer(self)
        self._scrolling.setInterval(30)
        self._scrolling.timeout.connect(self._on_scroll_due)

    @property
    def pulling(self) -> bool:
        """Whether something that hangs over the text is being pulled along: a relation or an edge."""
        return self._dragging and self._gesture in (Gesture.LINK, Gesture.EDGE)

    # Buttons

    def press(self, event: QMouseEvent) -> None:
        """Begin a gesture with the left button."""
        x, y = self._place(event.position())
        self._pressed_at = self._last = event.position()
        self._exact, self._choosing = _exact(event), _choosing(event)
        self._dragging = False
        view = self._view
        scene = view.scene()
        self._handle = hit.handle_at(x=x, y=y, handles=view.handles(), reach=hit.REACH + 1)
        if self._handle is not None:
            self._gesture = Gesture.LINK if self._handle.part is hit.Part.LINK else Gesture.EDGE
            self._source = self._handle.span
            return
        chip = hit.box_at(x=x, y=y, boxes=[chip.box for plan in scene.plans for chip in plan.chips], margin=1.0)
        if chip is not None:
            self._gesture, self._source = Gesture.CHIP, chip.span
            return
        self._gesture = Gesture.TEXT
        if self._is_triple(event):
            self._gesture = Gesture.NONE
            self._select_sentence(x, y)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not self._exact:
            self._origin = view.caret
            self._dragging = True
            self._drag_text(x, y)
        else:
            self._origin = view.offset_at(x, y, between=self._exact)

    def move(self, event: QMouseEvent) -> None:
        """Carry the gesture on, or show what is under the pointer."""
        self._last = event.position()
        if self._gesture is Gesture.NONE or not event.buttons() & Qt.MouseButton.LeftButton:
            self._hover(*self._place(event.position()))
            return
        if not self._dragging:
            far = (event.position() - self._pressed_at).manhattanLength()
            if far < (4 if self._gesture is Gesture.TEXT else QApplication.startDragDistance() // 2):
                return
            self._dragging = True
            if self._gesture is Gesture.CHIP:
                self._gesture = Gesture.LINK
            if self._gesture is Gesture.LINK:
                self._view.light_targets(self._source)
        self._exact = self._exact or _exact(event)
        self._drag()
        inside = 0 <= event.position().y() <= self._view.viewport().height()
        if inside:
            self._scrolling.stop()
        elif not self._scrolling.isActive():
            self._scrolling.start()

    def release(self, event: QMouseEvent) -> None:
        """End the gesture: a click, or what was dragged is asked for."""
        gesture, dragged = self._gesture, self._dragging
        source, target, preview = self._source, self._target, self._preview
        x, y = self._place(event.position())
        self.cancel()
        view = self._view
        if not dragged:
            if gesture is Gesture.CHIP and self._choosing:
                view.click_chosen(source)
            elif gesture is Gesture.CHIP:
                view.clear_chosen()
                view.focus_span(source, reveal=False)
            elif gesture is not Gesture.NONE:
                self._click(x, y)
            return
        if gesture is Gesture.LINK and target is not None:
            view.relationRequested.emit((source, target))
        elif gesture is Gesture.EDGE and preview is not None:
            view.rangeRequested.emit((source, *preview))

    def double(self, event: QMouseEvent) -> None:
        """Select the word under a double click."""
        x, y = self._place(event.position())
        self._gesture = Gesture.NONE
        self._since_double.start()
        self._pressed_at = event.position()
        model = self._view.model
        index = model.tokens.at(self._view.offset_at(x, y)) if model is not None else None
        if model is not None and index is not None:
            self._view.select(*model.tokens[index])

    def leave(self) -> None:
        """Forget what was under the pointer."""
        self._view.set_hover(None, None)

    def cancel(self) -> bool:
        """Drop the gesture; tell whether something was being dragged."""
        dragged, self._gesture, self._dragging = self._dragging, Gesture.NONE, False
        self._target = self._preview = self._handle = None
        self._scrolling.stop()
        self._view.light_targets(None)
        self._view.touch()
        return dragged

    # In between

    def _is_triple(self, event: QMouseEvent) -> bool:
        near = (event.position() - self._pressed_at).manhattanLength() < 2 * QApplication.startDragDistance()
        if not self._since_double.isValid() or not near:
            return False
        quick = self._since_double.elapsed() < QApplication.doubleClickInterval()
        self._since_double.invalidate()
        return quick

    def _click(self, x: float, y: float) -> None:
        view = self._view
        scene = view.scene()
        stack = hit.stack_at(x=x, y=y, boxes=scene.boxes)
        if self._choosing:
            if stack:
                view.click_chosen(stack[0])
            return  # beside a span by a hair: what was chosen with care stays
        view.clear_chosen()
        if stack:
            chosen = stack[0]
            if view.focused_span in stack:
                chosen = hit.next_in_cycle(ids=stack, current=view.focused_span) or chosen
            view.focus_span(chosen, reveal=False, at=self._token_start(view.offset_at(x, y)))
            return
        arc = hit.arc_at(x=x, y=y, arcs=scene.arcs)
        if arc is not None:
            view.focus_relation(arc.id, reveal=False)
            return
        exact = self._exact or view.by_characters
        offset = view.offset_at(x, y, between=exact)
        view.place_caret(offset if exact else self._token_start(offset), reveal=False)

    def _token_start(self, offset: int) -> int:
        model = self._view.model
        index = model.tokens.at(offset) if model is not None else None
        return model.tokens.starts[index] if model is not None and index is not None else offset

    def _select_sentence(self, x: float, y: float) -> None:
        model = self._view.model
        found = sentence_at(model.tokens, model.sentences, self._view.offset_at(x, y)) if model is not None else None
        if found is not None:
            self._view.select(*found)

    def _drag(self) -> None:
        x, y = self._place(self._last)
        if self._gesture is Gesture.TEXT:
            self._drag_text(x, y)
        elif self._gesture is Gesture.EDGE:
            self._drag_edge(x, y)
        elif self._gesture is Gesture.LINK:
            self._target = self.span_at(x, y)
            self._view.touch()

    def _drag_text(self, x: float, y: float) -> None:
        view = self._view
        if self._exact or view.by_characters:
            view.drag_selection(self._origin, view.offset_at(x, y, between=True), exact=True)
            return
        offset = view.offset_at(x, y)
        if offset >= self._origin:
            view.drag_selection(self._origin, offset + 1, exact=False)
        else:
            view.drag_selection(self._origin + 1, offset, exact=False)

    def _drag_edge(self, x: float, y: float) -> None:
        view, handle = self._view, self._handle
        model = view.model
        span = model.span(self._source) if model is not None else None
        if model is None or span is None or handle is None:
            return
        exact = self._exact or view.by_characters
        start_edge = handle.part is hit.Part.START
        offset = view.offset_at(x, y, between=exact)
        if not exact and not start_edge:
            offset += 1
        preview = edge_range(
            tokens=model.tokens, text=model.text, fragments=span.fragments, start_edge=start_edge, offset=offset, exact=exact
        )
        self._preview = preview if preview != (span.start, span.end) else None
        view.touch()

    def span_at(self, x: float, y: float) -> str | None:
        """Return the innermost span under a point of the document, by its text or its chip."""
        scene = self._view.scene()
        box = hit.box_at(x=x, y=y, boxes=scene.boxes, margin=1.0)
        box = box or hit.box_at(x=x, y=y, boxes=[chip.box for plan in scene.plans for chip in plan.chips], margin=1.0)
        return box.span if box is not None else None

    def _hover(self, x: float, y: float) -> None:
        view = self._view
        shape = Qt.CursorShape.IBeamCursor
        span, relation = self.span_at(x, y), None
        handle = hit.handle_at(x=x, y=y, handles=view.handles(), reach=hit.REACH + 1)
        if handle is not None:
            shape = Qt.CursorShape.CrossCursor if handle.part is hit.Part.LINK else Qt.CursorShape.SizeHorCursor
        elif span is not None:
            on_text = hit.box_at(x=x, y=y, boxes=view.scene().boxes) is not None
            shape = Qt.CursorShape.IBeamCursor if on_text else Qt.CursorShape.PointingHandCursor
        else:
            arc = hit.arc_at(x=x, y=y, arcs=view.scene().arcs, reach=4.0)
            if arc is not None:
                relation, shape = arc.id, Qt.CursorShape.PointingHandCursor
        view.viewport().setCursor(shape)
        view.set_hover(span, relation)

    def _on_scroll_due(self) -> None:
        height = self._view.viewport().height()
        beyond = self._last.y() - height if self._last.y() > height else self._last.y()
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + int(max(-60.0, min(60.0, beyond))))
        if self._gesture is Gesture.LINK:
            self._view.light_targets(self._source)
        self._drag()

    def _place(self, position: QPointF) -> tuple[float, float]:
        """Turn a position in the viewport into one in the document."""
        return position.x(), position.y() + self._view.verticalScrollBar().value()

    # Painting and tips

    def paint(self, painter: QPainter) -> None:
        """Paint the relation being pulled, or the range an edge would get."""
        view = self._view
        builder = view.builder
        if not self._dragging or builder is None:
            return
        scene = view.scene()
        if self._gesture is Gesture.LINK:
            pieces, end = scene.pieces_of(self._source), self._place(self._last)
            start = self._place(self._pressed_at)
            if pieces:
                left, right = pieces[0].intervals[0]
                below = end[1] > builder.fill_bottom(pieces[0]) + builder.metrics.row
                start = (left + right) / 2, builder.fill_bottom(pieces[0]) if below else builder.fill_top(pieces[0])
            paint_pull(painter, view.look, start, end, legal=self._target is not None and view.is_legal(self._target))
        elif self._gesture is Gesture.EDGE and self._preview is not None:
            rects = range_rects(builder.geometry, [plan.line for plan in scene.plans], self._preview, grow=3.0)
            painter.setOpacity(0.45)
            paint_ranges(painter, rects, view.look.theme.accent, 3.0)
            painter.setOpacity(1.0)

    def tip(self, position: QPoint, global_position: QPoint) -> None:
        """Show a tool tip: the far end of a stub, or a label that is shown short."""
        x, y = self._place(QPointF(position))
        text = self._view.tip_at(self.span_at(x, y), hit.arc_at(x=x, y=y, arcs=self._view.scene().arcs))
        if text:
            # Article text must not be taken for rich text.
            QToolTip.showText(global_position, f"<span>{text}</span>", self._view)
        else:
            QToolTip.hideText()


def _exact(event: QMouseEvent) -> bool:
    """Tell whether the pointer works by characters: Alt, or Ctrl with Shift where the desktop keeps Alt for itself."""
    modifiers = event.modifiers()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    return bool(modifiers & Qt.KeyboardModifier.AltModifier) or modifiers & both == both


def _choosing(event: QMouseEvent) -> bool:
    """Tell whether a click takes a span into the multi-selection or out of it: Ctrl alone."""
    keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return keys == Qt.KeyboardModifier.ControlModifier
