"""The figures of the project, in tables that can be copied into a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHeaderView, QTableView, QTabWidget, QWidget

from annotator.store.figures import Day, Figures
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.i18n import by_count, tr
from annotator.ui.models.statistics import Sheet, SheetModel, day_sheet, sheets
from annotator.ui.panels.parts import airy, heading, plain_label

_ROOM = 14
"""Pixels between columns, beyond what their contents need."""


class StatisticsDialog(QDialog):
    """One table a page.  It does not block the window; the days arrive when they are counted (``show_days``)."""

    def __init__(self, figures: Figures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = framed(self, tr("Statistics"), width=640)
        column.addWidget(heading(by_count(figures.documents, tr("{} document"), tr("{} documents")), larger=1.2))
        self.pages = QTabWidget()
        self.pages.setDocumentMode(True)
        self.tables = [_Table(sheet) for sheet in (*sheets(figures), day_sheet())]
        for table in self.tables:
            self.pages.addTab(table, table.model_of.sheet.title)
        column.addWidget(self.pages, 1)
        self.told = plain_label(tr("The days are being counted…"), quiet=True)
        column.addWidget(self.told)
        box, (self.copy,) = close_buttons(self, tr("Copy the table"))
        self.copy.clicked.connect(self._on_copy)
        column.addWidget(box)
        self.resize(760, 480)
        self.tables[0].setFocus()

    def open(self) -> None:
        """Show the figures without blocking the window behind."""
        self.setModal(False)
        self.show()

    def show_days(self, days: Sequence[Day]) -> None:
        """Show what was done by day."""
        self.tables[-1].show_sheet(day_sheet(days))
        self.told.setText("")

    def show_problem(self, text: str) -> None:
        """Say why the days could not be counted."""
        self.told.setText(text)

    def _on_copy(self) -> None:
        copy_text(self.tables[self.pages.currentIndex()].model_of.sheet.as_text())
        self.told.setText(tr("Copied."))


class _Table(QTableView):
    """A table of figures: Ctrl+C copies the chosen cells."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.model_of = SheetModel(sheet, self)
        self.setModel(self.model_of)
        self.setAccessibleName(sheet.title)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setHighlightSections(False)
        airy(self)
        self.show_sheet(sheet)

    def show_sheet(self, sheet: Sheet) -> None:
        self.model_of.show(sheet)
        self.resizeColumnsToContents()
        for column in range(self.model_of.columnCount()):
            self.setColumnWidth(column, self.columnWidth(column) + _ROOM)
        if sheet.rows:
            self.setCurrentIndex(self.model_of.index(0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_text(self._chosen())
        else:
            super().keyPressEvent(event)

    def _chosen(self) -> str:
        rows: dict[int, list[str]] = {}
        for index in sorted(self.selectedIndexes(), key=lambda index: (index.row(), index.column())):
            cell = self.model_of.sheet.rows[index.row()][index.column()]
            rows.setdefault(index.row(), []).append(" ".join(str(cell).split()))
        return "\n".join("\t".join(row) for row in rows.values())
