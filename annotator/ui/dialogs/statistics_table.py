"""The numbers of a figure as a table."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from annotator.ui.dialogs.frame import copy_text
from annotator.ui.models.statistics import Sheet, SheetModel, plain_cell
from annotator.ui.panels.parts import airy

_ROOM = 14
"""Pixels between columns, beyond what their contents need."""


class FigureTable(QTableView):
    """A table of figures.  Ctrl+C copies the chosen cells; Enter or a double click on a row brings the ``Target`` behind it.

    ``walked`` says that a person went to another cell.
    """

    chosen = Signal(object)
    walked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model_of = SheetModel(Sheet("", ()), self)
        self.setModel(self.model_of)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setHighlightSections(False)
        airy(self)
        self.doubleClicked.connect(self._on_entered)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show another table; the current cell and the place in it stay."""
        if sheet == self.model_of.sheet:
            return
        same = sheet.header == self.model_of.sheet.header
        row, column = (max(self.currentIndex().row(), 0), max(self.currentIndex().column(), 0)) if same else (0, 0)
        place = self.verticalScrollBar().value() if same else 0
        self.setAccessibleName(sheet.title)
        self.model_of.show(sheet)
        self.resizeColumnsToContents()
        for number in range(self.model_of.columnCount()):
            self.setColumnWidth(number, self.columnWidth(number) + _ROOM)
        if sheet.rows:
            self.setCurrentIndex(self.model_of.index(min(row, len(sheet.rows) - 1), column))
            self.verticalScrollBar().setValue(place)

    def wanted_width(self) -> int:
        """Return the width in which every column is seen, beside a scroll bar."""
        return self.horizontalHeader().length() + self.verticalScrollBar().sizeHint().width() + 4

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_text(self._chosen())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_entered(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus():
            self.walked.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.walked.emit()

    def _on_entered(self, index: QModelIndex) -> None:
        target = self.model_of.sheet.target(index.row())
        if target is not None:
            self.chosen.emit(target)

    def _chosen(self) -> str:
        rows: dict[int, list[str]] = {}
        for index in sorted(self.selectedIndexes(), key=lambda index: (index.row(), index.column())):
            cell = self.model_of.sheet.rows[index.row()][index.column()]
            rows.setdefault(index.row(), []).append(plain_cell(cell))
        return "\n".join("\t".join(row) for row in rows.values())
