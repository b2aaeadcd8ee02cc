"""The middle storey of the article view: caret, selection and focus, and moving them; still no keys and no pointer.

Exactly one of a span and a relation has the focus, or neither.  A plain caret move clears the focus, extending a selection keeps it,
and taking the focus empties the selection.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QTextCursor
from PySide6.QtWidgets import QWidget

from annotator.domain.annotations import Span
from annotator.domain.text import Range, Tokens
from annotator.ui.article.caret import Caret
from annotator.ui.article.damage import Mark
from annotator.ui.article.geometry import scroll_to_show
from annotator.ui.article.hit import Handle, next_in_cycle
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.paint import handles_of, paint_caret, paint_handles, paint_ranges, paint_token, range_rects
from annotator.ui.article.scene import Scene, SceneBuilder
from annotator.ui.article.spoken import described_focus, described_relation, described_span
from annotator.ui.article.surface import ArticleSurface
from annotator.ui.article.walk import relations_in_order


class ArticleNavigator(ArticleSurface):
    """Adds a token caret, a snapped selection, and the focus on a span or relation.

    ``focusChanged`` and ``selectionMoved`` come after the state has changed, once for each change.  ``announced`` carries one short
    sentence for the status bar.
    """

    focusChanged = Signal()
    selectionMoved = Signal()
    announced = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._caret = Caret("", Tokens(), ())
        self._goal_x: float | None = None
        self._base: str | None = None  # the span whose relations are being walked
        super().__init__(parent)
        self.setAccessibleName(self.tr("Article"))

    # State

    @property
    def caret(self) -> int:
        """Where the caret is, in code points."""
        return self._caret.position

    @property
    def selection(self) -> Range | None:
        """The selected range in code points, snapped and trimmed; None if there is none."""
        return self._caret.selection

    @property
    def focused_span(self) -> str | None:
        """Id of the span that has the focus."""
        return self._style.focused

    @property
    def focused_relation(self) -> str | None:
        """Id of the relation that has the focus."""
        return self._style.focused_relation

    @property
    def by_characters(self) -> bool:
        """Whether the standing unit is the character, not the token."""
        return self._caret.characters

    def token_at_caret(self) -> Range | None:
        """Return the token a label key would label if nothing is selected or focused."""
        return self._caret.token

    # Setting it

    def set_article(self, model: ArticleModel | None) -> None:
        """Show a document with the caret on its first token and nothing focused."""
        characters = self._caret.characters
        if model is None:
            self._caret = Caret("", Tokens(), ())
        else:
            self._caret = Caret(model.text, model.tokens, model.sentences)
            if len(model.tokens):
                self._caret.place(model.tokens.starts[0])
        self._caret.characters = characters
        self._goal_x, self._base = None, None
        super().set_article(model)
        self._style.linked = frozenset()
        self._sync(reveal=False)
        self.focusChanged.emit()
        self.selectionMoved.emit()

    def refresh(self, ranges: Iterable[Range] | None = None) -> None:
        """Repaint after an edit; a focused thing that is gone loses the focus."""
        super().refresh(ranges)
        if self._model is None:
            return
        span, relation = self.focused_span, self.focused_relation
        gone = (span is not None and self._model.span(span) is None) or (
            relation is not None and self._model.relation(relation) is None
        )
        if gone:
            self.clear_focus()
        elif (sentence := described_focus(self._model, span, relation)) != self.accessibleDescription():
            self._tell(sentence)  # an edit made something else of what has the focus

    def focus_span(self, span_id: str, reveal: bool = True, at: int | None = None) -> None:
        """Give a span the focus; the selection empties and the caret goes to its start, or ``at`` an offset in it.

        An unknown id clears the focus.
        """
        span = self._model.span(span_id) if self._model is not None else None
        if span is None:
            self.clear_focus()
            return
        self._caret.place(span.start if at is None else at)
        self._take_focus(span)
        self._sync(reveal=reveal)
        self.selectionMoved.emit()

    def focus_relation(self, relation_id: str, reveal: bool = True) -> None:
        """Give a relation the focus; the selection empties.  An unknown id clears the focus."""
        relation = self._model.relation(relation_id) if self._model is not None else None
        if relation is None or self._model is None:
            self.clear_focus()
            return
        if self._base not in (relation.head, relation.tail):
            self._base = relation.head
        self._style.focused, self._style.focused_relation = None, relation_id
        self._style.linked = frozenset((relation.head, relation.tail))
        base = self._model.span(self._base or relation.head)
        if base is not None:
            self._caret.place(base.start)
        self._sync(reveal=reveal)
        self._tell(described_relation(self._model, relation))
        self.focusChanged.emit()
        self.selectionMoved.emit()

    def clear_focus(self) -> None:
        """Take the focus from span and relation; caret and selection stay."""
        if self._style.focused is None and self._style.focused_relation is None:
            return
        self._style.focused = self._style.focused_relation = None
        self._style.linked, self._base = frozenset(), None
        self.setAccessibleDescription("")
        self.touch()
        self.focusChanged.emit()

    def select(self, start: int, end: int) -> None:
        """Select a range exactly as given, but for white space at its edges; the focus stays as it is."""
        self._caret.select(start, end)
        self._moved(keep_focus=True)

    def place_caret(self, offset: int, reveal: bool = True) -> None:
        """Put the caret at ``offset`` and select nothing; clears the focus."""
        self._caret.place(offset)
        self._moved(keep_focus=False, reveal=reveal)

    def drag_selection(self, origin: int, offset: int, *, exact: bool) -> None:
        """Select what a pointer covers: whole tokens, or characters if ``exact``; the focus stays."""
        self._caret.drag(origin, offset, exact=exact)
        self._moved(keep_focus=True, reveal=False)

    def set_unit_characters(self, on: bool) -> None:
        """Move and select by characters from now on, or again by tokens."""
        self._caret.characters = on

    # Moving

    def move(self, unit: str, direction: int, extend: bool = False) -> None:  # type: ignore[override]  # QWidget.move means nothing here
        """Move the caret by ``token``, ``line``, ``sentence`` or ``character``, forwards (1) or backwards (-1)."""
        if unit == "line":
            self._move_by_line(direction, extend)
            return
        self._caret.step(unit, direction, extend=extend)
        self._moved(keep_focus=extend)

    def move_to_edge(self, unit: str, direction: int, extend: bool = False) -> None:
        """Move the caret to the first (-1) or last (1) token of the ``line`` or the ``document``."""
        if self._builder is None or self._model is None:
            return
        if unit == "line":
            line = self._builder.geometry.line_of(self._caret.position)
            start, end = line.start, line.end
        else:
            start, end = 0, len(self._model.text)
        covered = self._model.tokens.covered(start, end)
        if covered:
            target = self._model.tokens.starts[covered[0] if direction < 0 else covered[-1]]
            self._caret.move_to(max(start, target), extend=extend)
            self._moved(keep_focus=extend)

    def step_relation(self, direction: int) -> bool:
        """Focus the next or previous relation of the focused span (or of the one whose relations are being walked)."""
        base = self.focused_span or self._base
        ids = relations_in_order(self._model, base) if self._model is not None and base is not None else []
        if direction < 0:
            ids.reverse()
        following = next_in_cycle(ids=ids, current=self.focused_relation)
        if following is None:
            return False
        self._base = base
        self.focus_relation(following)
        return True

    def place_of(self, offset: int) -> QPoint:
        """Return the point below a place of the text, in pixels of the viewport; it may lie outside what is in view."""
        if self._builder is None:
            return QPoint()
        line = self._builder.geometry.line_of(offset)
        return QPoint(round(self._builder.geometry.x_of(line, offset)), round(line.bottom - self.verticalScrollBar().value()))

    # How it is done

    def _move_by_line(self, direction: int, extend: bool) -> None:
        if self._builder is None:
            return
        geometry = self._builder.geometry
        line = geometry.line_of(self._caret.position)
        goal = self._goal_x if self._goal_x is not None else geometry.x_of(line, self._caret.position)
        other = geometry.next_line(line, direction)
        while other is not None and other.start == other.end:
            other = geometry.next_line(other, direction)
        if other is None:
            return
        self._caret.move_to(geometry.offset_on(other, goal + 1), extend=extend)
        self._moved(keep_focus=extend)
        self._goal_x = goal

    def _moved(self, *, keep_focus: bool, reveal: bool = True) -> None:
        self._goal_x = None
        if not keep_focus:
            self.clear_focus()
        self._sync(reveal=reveal)
        self.selectionMoved.emit()

    def _take_focus(self, span: Span) -> None:
        changed = self._style.focused != span.id or self._style.focused_relation is not None
        self._style.focused, self._style.focused_relation = span.id, None
        self._style.linked, self._base = frozenset(), None
        self._goal_x = None
        if changed:
            self._tell(described_span(self._model, span) if self._model is not None else "")
            self.focusChanged.emit()

    def _sync(self, *, reveal: bool) -> None:
        """Bring Qt's cursor, which the clipboard and screen readers read, to our caret and selection."""
        if self._model is None or self._builder is None:
            return
        offsets, selected = self._model.offsets, self._caret.selection
        anchor = position = self._caret.position
        if selected is not None:
            anchor, position = selected if self._caret.position >= self._caret.anchor else (selected[1], selected[0])
        cursor = QTextCursor(self.document())
        cursor.setPosition(offsets.to_qt(anchor))
        cursor.setPosition(offsets.to_qt(position), QTextCursor.MoveMode.KeepAnchor)
        bar = self.verticalScrollBar()
        value = bar.value()
        self.setTextCursor(cursor)
        bar.setValue(value)
        if reveal:
            self._reveal(position)
        self.touch()

    def _reveal(self, offset: int) -> None:
        """Scroll as little as shows the line at ``offset`` with its arcs and chips; to a third of the height from far away."""
        if self._builder is None:
            return
        bar = self.verticalScrollBar()
        bar.setValue(scroll_to_show(self._builder.geometry.line_of(offset), bar.value(), self.viewport().height()))

    def _tell(self, sentence: str) -> None:
        """Describe the focus for assistive technology, and have it spoken now."""
        self.setAccessibleDescription(sentence)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))

    # Painting

    def handles(self) -> list[Handle]:
        """Return the handles of the focused span that are in view."""
        return handles_of(self._builder, self.scene(), self.focused_span) if self._builder is not None else []

    def marks(self) -> list[Mark]:
        """Return the ranges shown in a way of their own: search hits, the selection, the token at the caret."""
        marks = super().marks()
        token = self._shown_token()
        if token is not None:
            marks += [(token, "token"), ((self.caret, self.caret), "caret")]
        if self.selection is not None:
            marks.append((self.selection, "selection"))
        return marks

    def _shown_token(self) -> Range | None:
        """Return the token at the caret where it is what a label key would label."""
        taken = self.selection is not None or self.focused_span is not None or self.focused_relation is not None
        return self._caret.token if self._style.active and not taken else None

    def _paint_before(self, painter: QPainter, builder: SceneBuilder, scene: Scene) -> None:
        selected = self.selection
        lines = [plan.line for plan in scene.plans]
        token = self._shown_token()
        rects = range_rects(builder.geometry, lines, token) if token is not None else []
        paint_ranges(painter, rects, self._style.theme.caret_token, 4.0)
        super()._paint_before(painter, builder, scene)
        if token is not None:
            paint_token(painter, self._style, rects)
            if any(line.start <= self.caret <= line.end for line in lines):
                line = builder.geometry.line_of(self.caret)
                paint_caret(painter, self._style, builder.geometry.x_of(line, self.caret), line.top - 1, line.bottom + 1)
        if selected is not None:
            rects = range_rects(builder.geometry, lines, selected)
            paint_ranges(painter, rects, self._style.theme.selection, 3.0)

    def _paint_after(self, painter: QPainter, builder: SceneBuilder, scene: Scene) -> None:
        super()._paint_after(painter, builder, scene)
        span = self._model.span(self.focused_span) if self._model is not None and self.focused_span else None
        if span is not None:
            paint_handles(painter, builder, self.handles(), self._style.colors(span.label), self._style)
