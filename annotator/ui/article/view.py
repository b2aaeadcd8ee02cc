"""The article view: what the window embeds.  This storey has the hands: keys, hint modes and the pointer.

The window gives it a document (``set_article``), bindings for keys (``set_bindings``) and the rule for relations
(``set_legal_target``), and hears what the person wants by signals; the view itself changes nothing but caret, selection and focus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHelpEvent, QInputMethodEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from annotator.domain.annotations import Span
from annotator.domain.text import Range
from annotator.ui.article.asks import ArticleAsker
from annotator.ui.article.keys import key_names, sequence_name
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.modes import PAGES, Modes
from annotator.ui.article.pointer import Pointer
from annotator.ui.article.scene import Scene, SceneBuilder

_MOVES = {
    "Left": ("token", -1), "Right": ("token", 1), "Up": ("line", -1), "Down": ("line", 1),
    "Ctrl+Up": ("sentence", -1), "Ctrl+Down": ("sentence", 1), "Alt+Left": ("character", -1), "Alt+Right": ("character", 1),
}  # fmt: skip
_EDGES = {"Home": ("line", -1), "End": ("line", 1), "Ctrl+Home": ("document", -1), "Ctrl+End": ("document", 1)}


class ArticleView(ArticleAsker):
    """A read-only article with highlights, chips and arcs, ready for keyboard and pointer.  Its signals are ``ArticleAsker``'s."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._bindings: Mapping[str, Callable[[], None]] = {}
        self._modes: Modes | None = None
        self._pointer: Pointer | None = None
        super().__init__(parent)
        # Letters are commands here: an input method would keep them for words that nothing takes.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._pointer, self._modes = Pointer(self), Modes(self)

    # What the window asks for

    def set_article(self, model: ArticleModel | None) -> None:
        """Show a document from its beginning; a mode or drag in progress ends."""
        self.cancel_mode()
        super().set_article(model)

    def refresh(self, ranges: Iterable[Range] | None = None) -> None:
        """Repaint after an edit; a relation being made from a span that is gone is being made no longer."""
        super().refresh(ranges)
        if self._modes is not None:
            self._modes.follow_edit()

    def set_bindings(self, bindings: Mapping[str, Callable[[], None]]) -> None:
        """Run these for key presses, by the names that ``keys`` explains; they come before the view's own keys."""
        self._bindings = dict(bindings)

    def start_jump(self) -> None:
        """Put hint letters at every token start in view; the chosen one gets the caret, or with Shift ends the selection."""
        if self._modes is not None:
            self._modes.start_jump()

    def start_relation(self, is_legal: Callable[[Span], bool], role: str = "") -> None:
        """Put hint letters at the legal targets in view for a relation from the focused span; the choice is ``relationRequested``.

        With a ``role``, the label is settled already, and the choice is ``roleRequested``.
        """
        if self._modes is not None:
            self._modes.start_relation(is_legal, role)

    def start_split(self, span_id: str, offsets: Sequence[int]) -> None:
        """Put hint letters at places inside a span; the choice is ``splitRequested``."""
        if self._modes is not None:
            self._modes.start_split(span_id, offsets)

    @property
    def relation_source(self) -> str | None:
        """Id of the span that a relation is being made from by letters; None while none is."""
        return self._modes.source if self._modes is not None else None

    def reveal(self, offset: int) -> None:
        """Scroll as little as shows the line at ``offset``; caret, selection and focus stay."""
        self._reveal(offset)
        self.touch()

    def cancel_mode(self) -> bool:
        """Leave a hint mode or drop a drag; False if there was none."""
        dragged = self._pointer is not None and self._pointer.cancel()
        return (self._modes is not None and self._modes.cancel()) or dragged

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._modes is not None and self._modes.key(event):
            event.accept()
            return
        bound = next((self._bindings[name] for name in key_names(event) if name in self._bindings), None)
        if bound is not None:
            bound()
        elif not self._own_key(event):
            event.ignore()
            return
        event.accept()

    def _own_key(self, event: QKeyEvent) -> bool:
        """Do what an unbound key does in an article; False leaves it to the window."""
        name = sequence_name(event)
        plain = name.replace("Shift+", "")
        extend = plain != name
        if plain in _MOVES:
            unit, direction = _MOVES[plain]
            if unit in ("token", "character") and self._runs_leftward():
                direction = -direction
            self.move(unit, direction, extend)
        elif plain in _EDGES:
            self.move_to_edge(*_EDGES[plain], extend)
        elif name in PAGES:
            self.page(PAGES[name])
        elif name == "Esc":
            self.escape()
        elif name == "Ctrl+C":
            self.copy()
        elif name == "Ctrl+A" and self._model is not None:
            self.select(0, len(self._model.text))
        else:
            # Unbound Tab and Space do nothing here: the one would leave the article, the other page it.
            return plain in ("Tab", "Space")
        return True

    def escape(self) -> None:
        """Leave a mode; else give up the multi-selection; else the selection; else the focus."""
        if self.cancel_mode() or self.clear_chosen():
            return
        if self.selection is not None:
            self._caret.place(self.caret)
            self._moved(keep_focus=True, reveal=False)
        else:
            self.clear_focus()

    def _runs_leftward(self) -> bool:
        """Tell whether Left goes on in the text: by the paragraph, for a caret that turned at every foreign word would never get past."""
        if self._builder is None:
            return False
        return self._builder.geometry.runs_leftward(self._builder.geometry.line_of(self.caret))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                bound = any(name in self._bindings for name in key_names(event))
                event.setAccepted(bound or (self._modes is not None and self._modes.takes(event)))
                return True
            control = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
            if event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not control:
                self.keyPressEvent(event)  # QWidget would leave for the next widget without asking
                return True
        return super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        event.accept()  # a read-only QTextEdit writes composed text into the document all the same

    # The pointer and the focus of the keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pointed(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointed(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pointed(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pointed(event)

    def _pointed(self, event: QMouseEvent) -> None:
        pointer, modes = self._pointer, self._modes
        if self._builder is None or pointer is None or modes is None:
            return
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        event.accept()
        if kind == QEvent.Type.MouseMove:
            pointer.move(event)
        elif left and modes.active:
            if kind == QEvent.Type.MouseButtonPress and event.position().y() < modes.strip:
                modes.go_to_source()
            elif kind == QEvent.Type.MouseButtonPress:
                modes.click(pointer.span_at(event.position().x(), event.position().y() + self.verticalScrollBar().value()))
        elif left and kind == QEvent.Type.MouseButtonPress:
            pointer.press(event)
        elif left and kind == QEvent.Type.MouseButtonRelease:
            pointer.release(event)
        elif left and kind == QEvent.Type.MouseButtonDblClick:
            pointer.double(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        y = event.pos().y() + self.verticalScrollBar().value()
        span_id = self._pointer.span_at(event.pos().x(), y) if self._pointer is not None else None
        by_pointer = event.reason() == QContextMenuEvent.Reason.Mouse
        if by_pointer and span_id is not None and self.selection is None:
            if span_id not in self._style.chosen:
                self.clear_chosen()
            self.focus_span(span_id, reveal=False)
        self.menuRequested.emit(event.globalPos())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if self._pointer is not None:
            if event.type() == QEvent.Type.Leave:
                self._pointer.leave()
            elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
                self._pointer.tip(event.pos(), event.globalPos())
                return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._style.active = True
        self.touch()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._style.active = False
        self.touch()

    # Painting

    def overlaid(self) -> bool:
        """Tell whether hint letters or a drag hang over the text."""
        pulled = self._pointer is not None and self._pointer.pulling
        return pulled or (self._modes is not None and self._modes.active)

    def _paint_before(self, painter: QPainter, builder: SceneBuilder, scene: Scene) -> None:
        if self._modes is not None:
            self._modes.offer()
        super()._paint_before(painter, builder, scene)

    def _paint_after(self, painter: QPainter, builder: SceneBuilder, scene: Scene) -> None:
        super()._paint_after(painter, builder, scene)
        if self._pointer is not None:
            self._pointer.paint(painter)
        if self._modes is not None:
            self._modes.paint(painter, builder, scene)
