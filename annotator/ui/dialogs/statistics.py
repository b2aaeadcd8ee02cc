"""The figures of the project, as charts and in tables, a page for each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QMenu, QPushButton, QVBoxLayout, QWidget

from annotator.store.figures_annotations import Whose
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.dialogs.statistics_figure import FigurePanel
from annotator.ui.i18n import by_count, plain_tip, tr
from annotator.ui.models.statistics import Figure
from annotator.ui.models.statistics_pages import PAGES, Page, page_title
from annotator.ui.models.statistics_words import whose_name
from annotator.ui.panels.parts import CalmComboBox, airy, heading, plain_label, spaced

SAVED_AS = (".png", ".svg", ".csv")
"""What can be saved: the chart as pixels or as a drawing, and the table."""


class StatisticsDialog(QDialog):
    """A list of pages, and the figure of the chosen one.  It does not block the window.

    It asks for what it shows: ``pageChosen`` with a page's key, ``whoseChosen`` with a ``Whose``, ``optionChosen`` with a selector's key
    and value; ``targetChosen`` brings the ``Target`` whose documents are wanted, ``saveRequested`` the ending of a file.
    """

    pageChosen = Signal(str)
    whoseChosen = Signal(object)
    optionChosen = Signal(str, str)
    targetChosen = Signal(object)
    saveRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = framed(self, tr("Statistics"), width=760)
        self.setMinimumHeight(540)  # below, a chart is no more than its legend
        self.pages = QListWidget()
        airy(self.pages)
        self.pages.setAccessibleName(tr("Pages of the statistics"))
        self.pages.addItems([page_title(page.key) for page in PAGES])
        self.pages.setFixedWidth(self.pages.sizeHintForColumn(0) + 40)
        self.documents = heading("", larger=1.2)
        self.whose = CalmComboBox(tr("Whose annotation sets are counted"))
        self.whose.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToContents)
        self._whose_caption = plain_label(tr("Counted sets"), wrap=False)
        self._whose_caption.setBuddy(self.whose)
        self.panel = FigurePanel()
        row = QHBoxLayout()
        spaced(row, spacing=4)
        row.addWidget(self.pages)
        row.addLayout(self._right(), 1)
        column.addLayout(row, 1)
        self._add_buttons(column)
        self.pages.currentRowChanged.connect(self._on_page_chosen)
        self.whose.activated.connect(self._on_whose_chosen)
        self.panel.selected.connect(self.optionChosen)
        self.panel.chosen.connect(self.targetChosen)
        self.panel.walked.connect(self._on_walked)
        self.resize(min(1100, max(860, parent.width() - 60 if parent is not None else 0)), 700)

    def _right(self) -> QVBoxLayout:
        head = QHBoxLayout()
        spaced(head, spacing=2)
        head.addWidget(self.documents, 1)
        head.addWidget(self._whose_caption)
        head.addWidget(self.whose)
        right = QVBoxLayout()
        spaced(right, spacing=2)
        right.addLayout(head)
        right.addWidget(self.panel, 1)
        return right

    def _add_buttons(self, column: QVBoxLayout) -> None:
        box, (self.behind, self.copy, self.save, self.table) = close_buttons(
            self, tr("Show the documents"), tr("Copy"), tr("Save"), tr("Table")
        )
        self.behind.setToolTip(plain_tip(tr("Lists the documents that the chosen figure counts (Enter)")))
        self.behind.clicked.connect(self._on_behind)
        self.table.setCheckable(True)
        self.table.setChecked(True)
        self.table.setToolTip(plain_tip(tr("Shows or hides the numbers below the chart")))
        self.table.toggled.connect(self.panel.show_table)
        self.copies = self._menu(
            self.copy, ((tr("The chart as a picture"), self._on_copy_picture), (tr("The table"), self._on_copy_table))
        )
        names = {".png": tr("The chart as PNG…"), ".svg": tr("The chart as SVG…"), ".csv": tr("The table as CSV…")}
        self.saves = self._menu(self.save, ())
        for suffix in SAVED_AS:
            self.saves.addAction(names[suffix]).setData(suffix)
        self.saves.triggered.connect(lambda action: self.saveRequested.emit(action.data()))
        column.addWidget(box)

    def _menu(self, button: QPushButton, entries: Sequence[tuple[str, object]]) -> QMenu:
        menu = QMenu(button)
        for text, run in entries:
            menu.addAction(text).triggered.connect(run)
        button.setMenu(menu)
        return menu

    def open(self) -> None:
        """Show the figures without blocking the window behind."""
        self.setModal(False)
        self.show()
        self.panel.view.setFocus()

    @property
    def page(self) -> Page:
        """The page that is chosen."""
        return PAGES[max(0, self.pages.currentRow())]

    def choose_page(self, key: str) -> None:
        """Go to a page, as a click on its name would."""
        self.pages.setCurrentRow([page.key for page in PAGES].index(key))

    def show_whose(self, names: Sequence[Whose], chosen: Whose, documents: int) -> None:
        """Show how many documents the project has, and whose sets can be counted."""
        self.documents.setText(by_count(documents, tr("{} document"), tr("{} documents")))
        known = [self.whose.itemData(row) for row in range(self.whose.count())]
        if known != list(names):
            self.whose.clear()
            for one in names:
                self.whose.addItem(whose_name(one), one)
        self.whose.setCurrentIndex(names.index(chosen) if chosen in names else -1)
        self.whose.setEnabled(bool(names))

    def show_figure(self, figure: Figure, chosen: Mapping[str, str]) -> None:
        """Show the figure of the page."""
        self.panel.show_figure(figure, chosen)
        self._order_focus()
        self._refresh_buttons()

    def show_words(self, words: str) -> None:
        """Say in place of the figure that it is being counted, or why it cannot be."""
        self.panel.show_words(words)
        self._refresh_buttons()

    def tell(self, text: str) -> None:
        """Say below everything what came of the last step."""
        self.panel.told.setText(text)
        if text and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.panel.figure.chart.marks:
            self._on_copy_picture()
        else:
            super().keyPressEvent(event)

    def _order_focus(self) -> None:
        """Have Tab go as the eye does; fields that came with the figure would be the last."""
        below = (self.behind, self.copy, self.save, self.table)
        for before, after in pairwise(
            (self.pages, self.whose, *self.panel.fields.values(), self.panel.view, self.panel.table, *below)
        ):
            self.setTabOrder(before, after)

    def _refresh_buttons(self) -> None:
        drawn, counted = bool(self.panel.figure.chart.marks), bool(self.panel.figure.sheet.rows)
        for action in (self.copies.actions()[0], *self.saves.actions()[:2]):
            action.setEnabled(drawn)
        for action in (self.copies.actions()[1], self.saves.actions()[2]):
            action.setEnabled(counted)
        for button in (self.copy, self.save):
            button.setEnabled(drawn or counted)
        self._on_walked()

    def _on_walked(self) -> None:
        self.behind.setEnabled(self.panel.target() is not None)

    def _on_behind(self) -> None:
        target = self.panel.target()
        if target is not None:
            self.targetChosen.emit(target)

    def _on_page_chosen(self) -> None:
        self.tell("")
        for part in (self.whose, self._whose_caption):
            part.setVisible(self.page.by_sets)
        self.pageChosen.emit(self.page.key)

    def _on_whose_chosen(self) -> None:
        self.whoseChosen.emit(self.whose.currentData())

    def _on_copy_picture(self) -> None:
        self.panel.copy_picture()
        self.tell(tr("Copied."))

    def _on_copy_table(self) -> None:
        copy_text(self.panel.figure.sheet.as_text())
        self.tell(tr("Copied."))
