"""The figures of the project, in tables that can be copied into a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHeaderView, QTableView, QTabWidget, QVBoxLayout, QWidget

from annotator.commands.scoring import Scores
from annotator.store.figures import Day, Figures
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.i18n import by_count, tr
from annotator.ui.models.statistics import Sheet, SheetModel, day_sheet, plain_cell, score_sheet, sheets
from annotator.ui.panels.parts import airy, heading, plain_label, spaced

_ROOM = 14
"""Pixels between columns, beyond what their contents need."""

_WIDE = 1160
"""Pixels that the widest table needs, where the window behind has them."""


class StatisticsDialog(QDialog):
    """One table a page.  It does not block the window.

    The days arrive when they are counted (``show_days``), the scores of suggesters when these are compared, and again whenever a document
    is finished meanwhile (``show_scores``).
    """

    def __init__(self, figures: Figures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = framed(self, tr("Statistics"), width=640)
        column.addWidget(heading(by_count(figures.documents, tr("{} document"), tr("{} documents")), larger=1.2))
        self.pages = QTabWidget()
        self.pages.setDocumentMode(True)
        self.tables = [_Table(sheet) for sheet in (*sheets(figures), score_sheet(), day_sheet())]
        self._scores, self._days = self.tables[-2:]
        self.compared = plain_label(tr("The suggesters are being compared…"), quiet=True)
        for table in self.tables:
            self.pages.addTab(self._score_page() if table is self._scores else table, table.model_of.sheet.title)
        column.addWidget(self.pages, 1)
        self.told = plain_label(tr("The days are being counted…"), quiet=True)
        column.addWidget(self.told)
        box, (self.copy,) = close_buttons(self, tr("Copy the table"))
        self.copy.clicked.connect(self._on_copy)
        column.addWidget(box)
        self.pages.currentChanged.connect(self._on_page_changed)
        self.resize(min(_WIDE, max(760, parent.width() - 40 if parent is not None else 0)), 520)
        self.tables[0].setFocus()

    def _score_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        spaced(layout, margin=2)
        self.compared.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.compared)
        layout.addWidget(self._scores, 1)
        layout.addStretch(0)
        self._scores.hide()
        page.setFocusProxy(self._scores)
        return page

    def open(self) -> None:
        """Show the figures without blocking the window behind."""
        self.setModal(False)
        self.show()

    def show_days(self, days: Sequence[Day]) -> None:
        """Show what was done by day."""
        self._days.show_sheet(day_sheet(days))
        self.told.setText("")

    def show_scores(self, found: Scores) -> None:
        """Show how well the suggesters do, or what is missing for that."""
        sheet = score_sheet(found)
        self._scores.show_sheet(sheet)
        self._scores.setVisible(bool(sheet.rows))
        if not found.suggesters:
            text = tr("No suggester has looked at this project yet.")
        elif not found.documents:
            text = tr("Not yet: no document is finished that a suggester has looked at. Mark one done, and it is compared here.")
        else:
            compared = by_count(
                found.documents, tr("Compared with {} finished document."), tr("Compared with {} finished documents.")
            )
            text = compared + " " + tr("A pipeline trained on these very documents looks better than it is.")
        self.compared.setText(text)
        self._on_page_changed()

    def show_score_problem(self, text: str) -> None:
        """Say why the suggesters could not be compared."""
        self.compared.setText(text)

    def show_problem(self, text: str) -> None:
        """Say why the days could not be counted."""
        self.told.setText(text)

    def _on_page_changed(self) -> None:
        self.copy.setEnabled(bool(self.tables[self.pages.currentIndex()].model_of.sheet.rows))

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
        row, column = max(self.currentIndex().row(), 0), max(self.currentIndex().column(), 0)
        self.model_of.show(sheet)
        self.resizeColumnsToContents()
        for place in range(self.model_of.columnCount()):
            self.setColumnWidth(place, self.columnWidth(place) + _ROOM)
        if sheet.rows:
            self.setCurrentIndex(self.model_of.index(min(row, len(sheet.rows) - 1), column))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_text(self._chosen())
        else:
            super().keyPressEvent(event)

    def _chosen(self) -> str:
        rows: dict[int, list[str]] = {}
        for index in sorted(self.selectedIndexes(), key=lambda index: (index.row(), index.column())):
            cell = self.model_of.sheet.rows[index.row()][index.column()]
            rows.setdefault(index.row(), []).append(plain_cell(cell))
        return "\n".join("\t".join(row) for row in rows.values())
