"""The suggesters of a project as a list to tick and to put in order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from annotator.nlp.suggesters import SUGGESTERS
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.panels.parts import airy
from annotator.ui.suggesting_choice import Row

_NUMBER = Qt.ItemDataRole.UserRole


class SuggesterList(QTreeWidget):
    """Rows with a box to tick; Space ticks, Alt+Up and Alt+Down or dragging move a row: of equally sure ones that above is believed.

    ``changed`` says that something else is ticked, or in another order.
    """

    changed = Signal()

    def __init__(self, rows: Sequence[Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[int, Row] = {}
        self.setAccessibleName(tr("Suggesters, the one believed first on top"))
        self.setHeaderLabels([tr("Suggester"), tr("What it does")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumHeight((self.fontMetrics().height() + 8) * (len(SUGGESTERS) + 1) + 12)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        airy(self)
        for row in rows:
            self.add(row)
        first = self.topLevelItem(0)
        if first is not None:
            self.setCurrentItem(first)
        self.itemChanged.connect(self._on_item_changed)

    def rows(self) -> list[Row]:
        """Return the rows in their order, as they are ticked."""
        found = []
        for place in range(self.topLevelItemCount()):
            item = self.topLevelItem(place)
            if item is not None:
                row = self._rows[item.data(0, _NUMBER)]
                found.append(Row(row.setup, item.checkState(0) is Qt.CheckState.Checked))
        return found

    def current(self) -> Row | None:
        """Return the row that has the focus."""
        item = self.currentItem()
        return self._rows[item.data(0, _NUMBER)] if item is not None else None

    def add(self, row: Row, *, after_current: bool = False) -> None:
        """Put a row at the end, or behind the current one."""
        item = QTreeWidgetItem()
        number = len(self._rows)
        self._rows[number] = row
        item.setData(0, _NUMBER, number)
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsUserCheckable
            | Qt.ItemFlag.ItemIsDragEnabled
        )
        item.setCheckState(0, Qt.CheckState.Checked if row.on else Qt.CheckState.Unchecked)
        self._describe(item)
        current = self.currentItem()
        place = self.indexOfTopLevelItem(current) + 1 if after_current and current is not None else self.topLevelItemCount()
        self.insertTopLevelItem(place, item)
        if after_current:
            self.setCurrentItem(item)

    def replace_current(self, row: Row) -> None:
        """Have the current row say something else; its tick stays."""
        item = self.currentItem()
        if item is not None:
            self._rows[item.data(0, _NUMBER)] = row
            self._describe(item)
            self.changed.emit()

    def tick_current(self) -> None:
        """Have the current row run."""
        item = self.currentItem()
        if item is not None:
            item.setCheckState(0, Qt.CheckState.Checked)

    def take_current(self) -> None:
        """Strike the current row off the list."""
        item = self.currentItem()
        if item is not None:
            self.takeTopLevelItem(self.indexOfTopLevelItem(item))
            self.changed.emit()

    def shift(self, direction: int) -> None:
        """Move the current row up (-1) or down (1)."""
        item = self.currentItem()
        if item is None:
            return
        place = self.indexOfTopLevelItem(item)
        if 0 <= place + direction < self.topLevelItemCount():
            self.takeTopLevelItem(place)
            self.insertTopLevelItem(place + direction, item)
            self.setCurrentItem(item)
            self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.shift(-1 if event.key() == Qt.Key.Key_Up else 1)
            event.accept()
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        super().dropEvent(event)
        self.changed.emit()

    def _describe(self, item: QTreeWidgetItem) -> None:
        row = self._rows[item.data(0, _NUMBER)]
        kind = SUGGESTERS[row.setup.kind]
        title, description = tr(kind.title), tr(kind.description)
        source = row.setup.source
        if source:
            title = f"{title}: {_last_part(source)}"
        item.setText(0, title)
        item.setText(1, description)
        item.setToolTip(0, plain_tip(source or title))
        item.setToolTip(1, plain_tip(description))

    def _on_item_changed(self, _: QTreeWidgetItem, column: int) -> None:
        if column == 0:
            self.changed.emit()


def _last_part(source: str) -> str:
    return source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source
