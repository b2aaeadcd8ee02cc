"""The relations of the inspected span: each with the text at its other end."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from annotator.domain.annotations import Span
from annotator.session.document import DocumentState
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.panels.inspector_facts import end_text, is_symmetric
from annotator.ui.panels.parts import airy, swatch_icon
from annotator.ui.theme import Theme

_TARGET = Qt.ItemDataRole.UserRole
_MOST = 500


class LinksList(QTreeWidget):
    """Two columns: the relation, and the span at its other end.  A click or Enter on either asks for it."""

    itemRequested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Relations of this span"))
        airy(self)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QTreeWidget.SelectionBehavior.SelectItems)
        self.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIndentation(0)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.itemClicked.connect(self._on_clicked)
        self.installEventFilter(self)

    def show_links(self, state: DocumentState, span: Span, theme: Theme) -> int:
        """Show the relations of a span, outgoing first; returns how many there are."""
        self.clear()
        relations = state.relations_of(span.id)
        for relation in relations[:_MOST]:
            outgoing = relation.head == span.id
            other = relation.tail if outgoing else relation.head
            arrow = "↔" if is_symmetric(state, relation) else "→" if outgoing else "←"
            label = state.scheme.relation(relation.label)
            text = end_text(state, other)
            row = QTreeWidgetItem([f"{arrow} {relation.label}", text])
            row.setIcon(0, swatch_icon(theme, label.color if label else "", dashed=not relation.reviewed))
            row.setData(0, _TARGET, ("relation", relation.id))
            row.setData(1, _TARGET, ("span", other))
            row.setToolTip(0, plain_tip(tr("Show this relation")))
            row.setToolTip(1, plain_tip(tr("Go to {}").format(text)))
            direction = tr("to {}") if outgoing else tr("from {}")
            suggestion = "" if relation.reviewed else tr(", suggestion")
            row.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{relation.label} {direction.format(text)}{suggestion}")
            self.addTopLevelItem(row)
        rows = min(len(relations), 8)
        height = self.sizeHintForRow(0) if rows else 0
        self.setFixedHeight(rows * height + 4)
        return len(relations)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Enter; ``itemActivated`` would come a second time after a double click."""
        if watched is self and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            item = self.currentItem()
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
                self._on_clicked(item, self.currentColumn())
                return True
        return super().eventFilter(watched, event)

    def _on_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        kind, key = item.data(column, _TARGET)
        self.itemRequested.emit(kind, key)
