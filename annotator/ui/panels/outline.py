"""The list of the open document's spans and relations."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QShowEvent
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import ChangeSet
from annotator.session.document import DocumentState
from annotator.ui.i18n import tr
from annotator.ui.models.outline import OutlineModel, OutlineRole
from annotator.ui.panels.paint import draw_focus, draw_row, draw_text, ink, turn
from annotator.ui.panels.parts import SWATCH, LongList, draw_swatch, list_or_hint, theme_of


class OutlinePanel(QWidget):
    """Spans and relations to jump to; a click or Enter asks for one.

    While the panel is hidden it reads nothing, so that opening a long document costs nothing for it.
    """

    spanRequested = Signal(str)
    relationRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = OutlineModel(self)
        self._state: DocumentState | None = None
        self._stale = False
        self._current = ("", False)
        self.view = LongList(tr("Spans and relations of the document"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(_OutlineDelegate(self.view))
        self._hint = list_or_hint(self, self.view, tr("Open a document to see its spans and relations as a list."))
        self.view.chosen.connect(self._on_chosen)

    def set_document(self, state: DocumentState | None) -> None:
        """Show another document, or none."""
        self._state = state
        self._current = ("", False)
        self._hint.setVisible(state is None)
        self.view.setVisible(state is not None)
        self._stale = not self.isVisible() and state is not None
        self.model.set_document(None if self._stale else state)

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed; the document must have applied it."""
        if not self.isVisible():
            self._stale = self._state is not None
        elif not self._stale:
            self.model.refresh(changes)

    def set_current(self, item_id: str, *, relation: bool = False) -> None:
        """Mark the item that has the focus in the article; an id that is not there marks none."""
        self._current = (item_id, relation)
        row = self.model.row_of(item_id, relation=relation)
        index = self.model.index(row) if row >= 0 else QModelIndex()
        self.view.setCurrentIndex(index)
        if index.isValid():
            self.view.scrollTo(index, QTableView.ScrollHint.EnsureVisible)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.model.set_document(self._state)
            item_id, relation = self._current
            self.set_current(item_id, relation=relation)

    def _on_chosen(self, index: QModelIndex) -> None:
        item = index.data(OutlineRole.ITEM) if index.isValid() else None
        if isinstance(item, Span):
            self.spanRequested.emit(item.id)
        elif isinstance(item, Relation):
            self.relationRequested.emit(item.id)


class _OutlineDelegate(QStyledItemDelegate):
    """Paints an item as colour (dashed for a suggestion), text and label, and a heading as small bold text."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        item = index.data(OutlineRole.ITEM)
        text = index.data(Qt.ItemDataRole.DisplayRole) or ""
        theme = theme_of(option.widget)
        rect = option.rect
        gap = 2 * theme.space
        font = QFont(option.font)
        painter.save()
        turn(painter, rect)
        if item is None:
            font.setBold(True)
            painter.setFont(font)
            draw_text(painter, rect.adjusted(gap, 0, -gap, 0), text, ink(option, quiet=True))
            painter.restore()
            return
        draw_row(painter, option)
        corner = QPoint(rect.x() + gap, rect.center().y() + 1 - SWATCH // 2)
        draw_swatch(painter, corner, theme, index.data(OutlineRole.COLOR), dashed=not item.reviewed)
        font.setPointSizeF(font.pointSizeF() * 0.88)
        painter.setFont(font)
        width = min(painter.fontMetrics().horizontalAdvance(item.label) + 2, rect.width() // 2)
        draw_text(painter, rect.adjusted(rect.width() - width - gap, 0, -gap, 0), item.label, ink(option, quiet=True), right=True)
        painter.setFont(option.font)
        room = rect.adjusted(2 * gap + SWATCH, 0, -width - 2 * gap, 0)
        draw_text(painter, room, text, ink(option))
        linked = index.data(OutlineRole.LINK)
        after = painter.fontMetrics().horizontalAdvance(text)
        if linked and after < room.width():
            draw_text(painter, room.adjusted(after, 0, 0, 0), f"  → {linked}", ink(option, quiet=True))
        draw_focus(painter, option, theme)
        painter.restore()
