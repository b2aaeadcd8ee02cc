"""The cells of the relation grid as a table that walks over what may be entered, and says what is typed."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView

from annotator.ui.i18n import tr
from annotator.ui.models.grid import GridModel, Index
from annotator.ui.models.grid_cells import Place
from annotator.ui.panels.grid_paint import CellDelegate, SpanHeader
from annotator.ui.panels.parts import plain_label

_NARROWEST, _WIDEST, _UPRIGHT_BELOW = 42, 150, 92
"""Widths of a column in device-independent pixels; below the last, the texts above the columns stand on end."""

_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
_PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
_CONTROL = Qt.KeyboardModifier.ControlModifier


class GridTable(QTableView):
    """The cells.  Its keys: arrows, Home, End and pages walk over open cells; what else is typed is asked for by ``typed``.

    ``cellEntered`` comes when a person moves to a cell, ``typed`` brings ``enter``, ``accept``, ``remove``, ``reverse``, ``cycle``,
    ``next``, ``previous`` or ``leave``, ``lettered`` any other character, and ``focusMoved`` whether the keyboard came or went.
    """

    cellEntered = Signal()
    typed = Signal(str)
    lettered = Signal(str)
    focusMoved = Signal(bool)

    def __init__(self, model: GridModel) -> None:
        super().__init__()
        self._cells = model
        self._corner = plain_label(tr("head ↓  tail →"), quiet=True, wrap=False)
        self._corner.setParent(self)
        self._corner.setAutoFillBackground(True)
        self._corner.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self._corner.setContentsMargins(4, 2, 6, 4)
        self._goal = 0  # the column that walking up and down keeps to
        self.setModel(model)
        self.setAccessibleName(tr("Relation grid: heads in rows, tails in columns"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(CellDelegate(self))
        self.setHorizontalHeader(SpanHeader(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(SpanHeader(Qt.Orientation.Vertical, self))

    @property
    def place(self) -> Place | None:
        """Where the current cell is, if it can be entered."""
        index, cells = self.currentIndex(), self._cells.cells
        if cells is None or not index.isValid() or not cells.at(index.row(), index.column()).open:
            return None
        return index.row(), index.column()

    def go(self, place: Place | None, *, by_person: bool = True) -> None:
        """Make a cell the current one and bring it into view; ``by_person`` announces it."""
        index = QModelIndex() if place is None else self._cells.index(*place)
        if place is not None:
            self._goal = place[1]
        self.setCurrentIndex(index)
        if by_person and place is not None:
            self.cellEntered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control = bool(modifiers & _CONTROL)
        if modifiers & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier) or not (
            self._walk(key, control=control) or (not control and self._type(key, event.text()))
        ):
            event.ignore()
            return
        event.accept()

    def _walk(self, key: int, *, control: bool) -> bool:
        cells, place = self._cells.cells, self.place
        if cells is None or key not in (*_STEPS, *_PAGES, Qt.Key.Key_Home, Qt.Key.Key_End):
            return False
        if control and key in (*_STEPS, *_PAGES):
            return False
        goal = self._goal
        if place is None:
            place = cells.first()
        elif key in _STEPS:
            down, right = _STEPS[Qt.Key(key)]
            place = cells.beside(place, right) if right else cells.below(place, down, goal)
        elif key in _PAGES:
            rows = max(1, self.viewport().height() // max(1, self.rowHeight(0)) - 1)
            for _ in range(rows):
                place = cells.below(place, _PAGES[Qt.Key(key)], goal)
        elif control:
            place = cells.first() if key == Qt.Key.Key_Home else cells.last()
        else:
            columns = cells.open_columns(place[0])
            place = place[0], columns[0 if key == Qt.Key.Key_Home else -1]
        self.go(place)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down, *_PAGES):
            self._goal = goal
        return True

    def _type(self, key: int, text: str) -> bool:
        named = _TYPED.get(key) or _LETTERS.get(text)
        if named is not None:
            self.typed.emit(named)
        elif len(text) == 1 and text.isprintable():
            self.lettered.emit(text)
        else:
            return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Enter the cell under the pointer, if it can be; Qt's own would take any."""
        index = self.indexAt(event.position().toPoint())
        cell = self._cells.cell(index)
        if event.button() == Qt.MouseButton.LeftButton and cell is not None and cell.open:
            self.go((index.row(), index.column()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Do not let a drag select."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Link the cell under the pointer, as Enter does."""
        self.mousePressEvent(event)
        if self.indexAt(event.position().toPoint()) == self.currentIndex() and self.place is not None:
            self.typed.emit("enter")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focusMoved.emit(True)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focusMoved.emit(False)
        self.viewport().update()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()  # its row and column are tinted
        self.horizontalHeader().viewport().update()
        self.verticalHeader().viewport().update()

    def fit(self) -> None:
        """Divide the width among the columns; where they get narrow, their headings stand on end."""
        model, across, down = self._cells, self.horizontalHeader(), self.verticalHeader()
        count = model.columnCount()
        assert isinstance(across, SpanHeader)
        assert isinstance(down, SpanHeader)
        words = min(self._corner.sizeHint().width(), self.width() // 4)  # those of the corner are whole, where there is room
        down.setFixedWidth(max(words, min(down.longest() + 2, max(90, self.width() // 5))))
        room = self.width() - down.width() - self.verticalScrollBar().sizeHint().width() - 2
        width = max(_NARROWEST, min(_WIDEST, room // max(1, count)))
        on_end = min(across.longest() + 4, max(64, self.height() * 2 // 5))
        across.upright = width < min(_UPRIGHT_BELOW, on_end, across.longest())
        across.setFixedHeight(on_end if across.upright else down.row_height())
        across.setDefaultSectionSize(width)
        down.setDefaultSectionSize(down.row_height())
        self.updateGeometries()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def updateGeometries(self) -> None:
        """Keep the words in the corner there; Qt's own button shows nothing."""
        super().updateGeometries()
        down, across = self.verticalHeader(), self.horizontalHeader()
        self._corner.setGeometry(down.x(), across.y(), down.width(), across.height())
        self._corner.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


_TYPED: dict[int, str] = {
    Qt.Key.Key_Return: "enter",
    Qt.Key.Key_Enter: "enter",
    Qt.Key.Key_Space: "accept",
    Qt.Key.Key_Delete: "remove",
    Qt.Key.Key_Backspace: "remove",
    Qt.Key.Key_Escape: "leave",
}
_LETTERS = {"x": "reverse", "c": "cycle", ".": "next", ",": "previous"}
