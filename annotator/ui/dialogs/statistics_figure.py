"""One figure in the window of the statistics: what is to be chosen above it, the chart, what is told of it, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QMimeData, QSizeF, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from annotator.ui.charts.export import ChartPicture, picture
from annotator.ui.charts.model import Chart, Kind, Mark
from annotator.ui.charts.view import ChartArea
from annotator.ui.dialogs.statistics_table import FigureTable
from annotator.ui.models.statistics import Figure, Selector, Sheet
from annotator.ui.models.statistics_targets import Target
from annotator.ui.panels.parts import CalmComboBox, plain_label, spaced, theme_of

_MOST_BESIDE = 0.48
"""The share of the width that a table beside its chart may take."""


class FigurePanel(QWidget):
    """A figure.  ``chosen`` brings the ``Target`` behind a mark or a row that was clicked or entered, ``walked`` says that another mark or
    row has the keyboard, ``selected`` brings the key and the value chosen above the chart."""

    chosen = Signal(object)
    walked = Signal()
    selected = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.figure = Figure(Chart(Kind.BARS, ""), Sheet("", ()))
        self.fields: dict[str, CalmComboBox] = {}
        self._selectors = QHBoxLayout()
        spaced(self._selectors, spacing=2)
        self.area = ChartArea()
        self.view = self.area.view
        self.told = plain_label(quiet=True)
        self.told.setMinimumHeight(self.told.fontMetrics().height())
        self.note = plain_label(quiet=True)
        self.table = FigureTable()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.area)
        self.splitter.addWidget(self.table)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        spaced(column, spacing=2)
        above = QWidget()
        above.setLayout(self._selectors)
        above.setMinimumHeight(CalmComboBox("").sizeHint().height())  # nothing moves when the fields come and go
        column.addWidget(above)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.told)
        column.addWidget(self.note)
        self.view.chosen.connect(self._on_mark_chosen)
        self.table.chosen.connect(self.chosen)
        self._with_table, self._in_table = True, False
        self.view.focused.connect(self._on_mark_focused)
        self.table.walked.connect(self._on_row_focused)
        self._arranged: tuple[str, ...] = ()
        """The columns of the table that room was made for."""

    def show_figure(self, figure: Figure, chosen: Mapping[str, str]) -> None:
        """Show a figure, and above it what is chosen; places and focus stay where the figure is of the same kind."""
        self.figure = figure
        self._show_selectors(figure.selectors, chosen)
        self.area.show_chart(figure.chart)
        self.table.show_sheet(figure.sheet)
        self.show_table(self._with_table)
        self.note.setText(figure.note)
        self.note.setVisible(bool(figure.note))
        self._arrange()

    def show_words(self, words: str) -> None:
        """Show a sentence in place of a figure: it is being counted, or cannot be."""
        self.figure = Figure(Chart(Kind.BARS, words, empty=words), Sheet("", ()))
        self._show_selectors((), {})
        self.area.show_chart(self.figure.chart)
        self.table.show_sheet(self.figure.sheet)
        self.show_table(self._with_table)
        self.note.hide()

    def show_table(self, wanted: bool) -> None:
        """Show the numbers, or the chart alone; an empty table is never shown."""
        self._with_table = wanted
        self.table.setVisible(wanted and bool(self.figure.sheet.rows))
        if self.table.isHidden():
            self._in_table = False  # nobody means a row that is not seen

    def target(self) -> Target | None:
        """Return what is behind the mark or the row that was gone to last."""
        if self._in_table:
            return self.figure.sheet.target(self.table.currentIndex().row())
        mark = self.view.focus_mark
        return mark.target if mark is not None and isinstance(mark.target, Target) else None

    def picture(self) -> ChartPicture:
        """Return the chart for saving and copying, about as large as it is on the screen."""
        turned = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        size = QSizeF(self.area.maximumViewportSize())
        return picture(self.figure.chart, size, self.view.font(), theme_of(self), right_to_left=turned)

    def copy_picture(self) -> None:
        """Put the chart on the clipboard: the picture, and its numbers for whoever pastes text."""
        data = QMimeData()
        data.setImageData(self.picture().image())
        data.setText(self.figure.sheet.as_text())
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setMimeData(data)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arranged = ()
        self._arrange()

    def _arrange(self) -> None:
        """Put the table beside the chart where it takes the smaller part, else below; once for each: people move the border."""
        header, room = self.figure.sheet.header, self.splitter.width()
        if not self.figure.sheet.rows or header == self._arranged:
            return
        self._arranged = header
        wanted = self.table.wanted_width()
        beside = wanted <= room * _MOST_BESIDE
        self.splitter.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
        tall = self.splitter.height()
        upper = min(tall * 11 // 20, self.area.least_height())
        self.splitter.setSizes([room - wanted, wanted] if beside else [upper, tall - upper])

    def _show_selectors(self, selectors: Sequence[Selector], chosen: Mapping[str, str]) -> None:
        if list(self.fields) != [selector.key for selector in selectors]:
            self._make_fields(selectors)
        for selector in selectors:
            field = self.fields[selector.key]
            if [(field.itemText(row), field.itemData(row)) for row in range(field.count())] != list(selector.entries):
                field.clear()
                for text, value in selector.entries:
                    field.addItem(text, value)
            field.setCurrentIndex(max(0, field.findData(chosen.get(selector.key, ""))))

    def _make_fields(self, selectors: Sequence[Selector]) -> None:
        while (item := self._selectors.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.fields = {}
        for selector in selectors:
            field = self.fields[selector.key] = CalmComboBox(selector.name)
            caption = plain_label(selector.name, wrap=False)
            caption.setBuddy(field)
            self._selectors.addWidget(caption)
            self._selectors.addWidget(field)
            field.setSizePolicy(field.sizePolicy().horizontalPolicy().Preferred, field.sizePolicy().verticalPolicy())
            field.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToContents)
            field.activated.connect(self._on_selected)
        self._selectors.addStretch(1)

    def _on_selected(self) -> None:
        field = self.sender()
        for key, own in self.fields.items():
            if own is field:
                self.selected.emit(key, own.currentData())

    def _on_mark_focused(self, said: str) -> None:
        self.told.setText(said)
        self._in_table = False
        self.walked.emit()

    def _on_row_focused(self) -> None:
        self._in_table = True
        self.walked.emit()

    def _on_mark_chosen(self, mark: Mark) -> None:
        self.chosen.emit(mark.target)
