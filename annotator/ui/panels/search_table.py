"""The table of a concordance, and what its keys ask for."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView

from annotator.ui.i18n import tr
from annotator.ui.models.search import Column, ConcordanceModel
from annotator.ui.panels.parts import LIGHT
from annotator.ui.panels.search_paint import LineDelegate

_TICK_WIDTH, _TICK_AND_REASON = 32, 54
_KEYS: dict[int, str] = {
    Qt.Key.Key_Return: "go",
    Qt.Key.Key_Enter: "go",
    Qt.Key.Key_Space: "tick",
    Qt.Key.Key_Delete: "remove",
    Qt.Key.Key_Backspace: "remove",
    Qt.Key.Key_Escape: "leave",
}
_LETTERS = {"l": "label", "r": "relabel"}


class ConcordanceTable(QTableView):
    """Lines to walk over and tick.  ``asked`` brings ``go``, ``label``, ``relabel``, ``remove`` or ``leave``.

    Space ticks the selected lines, Ctrl+A all of them, or none where all are ticked; Up in the first line asks for ``field``.
    """

    asked = Signal(str)

    def __init__(self, model: ConcordanceModel) -> None:
        super().__init__()
        self._lines = model
        self.setModel(model)
        self.setItemDelegate(LineDelegate(self))
        self.setAccessibleName(tr("What was found"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerItem)
        header = self.horizontalHeader()
        header.hide()
        header.setMinimumSectionSize(0)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(0)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 2 * LIGHT.space)
        self.doubleClicked.connect(self._on_double_clicked)
        self.clicked.connect(self._on_clicked)
        model.ticksChanged.connect(self.fit)

    @property
    def row(self) -> int:
        """The current row, -1 for none."""
        return self.currentIndex().row()

    def go_to(self, row: int) -> None:
        """Make a row the current one."""
        self.setCurrentIndex(self._lines.index(row, Column.LINE))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        what = _KEYS.get(event.key()) or ("" if control else _LETTERS.get(event.text(), ""))
        if control and event.key() == Qt.Key.Key_A:
            self._lines.tick_all(self._lines.tick_count < self._lines.rowCount())
        elif event.key() == Qt.Key.Key_Up and self.row <= 0:
            self.asked.emit("field")
        elif what == "tick":
            self._lines.toggle({index.row() for index in self.selectionModel().selectedRows()} or {self.row} - {-1})
        elif what and not control:
            self.asked.emit(what)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._lines.rowCount():
            self.go_to(0 if event.key() == Qt.Key.Key_Home else self._lines.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Look for nothing by letters: Qt's own search would read every row."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.indexAt(event.position().toPoint()).isValid():
            self.setFocus()

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == Column.TICK:
            self._lines.toggle((index.row(),))

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if index.column() == Column.TICK:
            self._lines.toggle((index.row(),))  # the second of two quick clicks on the box
        else:
            self.asked.emit("go")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Divide the width among the columns; the text takes what is left."""
        room = self.viewport().width()
        tick = _TICK_AND_REASON if self._lines.has_reasons else _TICK_WIDTH
        doubts = self._lines.has_doubts
        label, document = min(130, room * 17 // 100), min(220, room * (14 if doubts else 20) // 100)
        note = min(260, room * 24 // 100) if doubts else 0
        for column, width in (
            (Column.TICK, tick),
            (Column.LINE, room - tick - label - note - document),
            (Column.LABEL, label),
            (Column.NOTE, note),
            (Column.DOCUMENT, document),
        ):
            self.setColumnWidth(column, max(0, width))
