"""Rows of two lines in a list: a picture, a name, what stands quietly at its end, and a quieter second line."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QIcon, QPainter
from PySide6.QtWidgets import QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.ui.choice import Option
from annotator.ui.icons import icon
from annotator.ui.panels.paint import draw_focus, draw_icon, draw_row, draw_text, ink, turn
from annotator.ui.panels.parts import SWATCH, draw_swatch, theme_of

_OPTION = Qt.ItemDataRole.UserRole + 1
_SIDE = 16
"""Side of a row's picture in pixels."""


def option_item(option: Option) -> QListWidgetItem:
    """Return a row for ``OptionRows``; its user data is the option's value, and assistive technology is told all of it."""
    item = QListWidgetItem(option.name)
    item.setData(Qt.ItemDataRole.UserRole, option.name if option.value is None else option.value)
    item.setData(_OPTION, option)
    spoken = (option.name, option.aside, option.detail)
    item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(part for part in spoken if part))
    return item


class OptionRows(QStyledItemDelegate):
    """Paints what ``option_item`` made: picture, name and aside in one line, the detail (if any) smaller and quieter in a second one."""

    def __init__(self, view: QWidget, *, pictures: bool = True, lines: int = 2) -> None:
        """``pictures`` keeps room for one in every row, whether it has one or not; ``lines`` is how high all rows are."""
        super().__init__(view)
        self._pictures, self._lines = pictures, lines

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del option, index
        view = self.parent()
        assert isinstance(view, QWidget)
        return QSize(100, row_height(view, self._lines))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        said = index.data(_OPTION)
        if not isinstance(said, Option):
            return
        theme, rect = theme_of(option.widget), option.rect
        painter.save()
        turn(painter, rect)
        draw_row(painter, option)
        gap = 2 * theme.space
        left = rect.x() + gap
        if said.icon:
            mode = QIcon.Mode.Selected if option.state & QStyle.StateFlag.State_Selected else QIcon.Mode.Normal
            place = QRect(left, rect.center().y() + 1 - _SIDE // 2, _SIDE, _SIDE)
            draw_icon(painter, place, icon(said.icon), mode)
        elif said.color:
            draw_swatch(painter, rect.topLeft() + _corner(rect.height(), gap), theme, said.color)
        left += _SIDE + gap if self._pictures else 0
        small = QFont(option.font)
        small.setPointSizeF(small.pointSizeF() * 0.9)
        top = rect.adjusted(left - rect.x(), 0, -gap, 0)
        if said.detail:
            top.setHeight(rect.height() // 2 + 2)
            below = rect.adjusted(left - rect.x(), rect.height() // 2 - 1, -gap, -2)
            painter.setFont(small)
            draw_text(painter, below, said.detail, ink(option, quiet=True))
        if said.aside:
            painter.setFont(small)
            width = min(painter.fontMetrics().horizontalAdvance(said.aside) + 2, top.width() // 2)
            draw_text(painter, top.adjusted(top.width() - width, 0, 0, 0), said.aside, ink(option, quiet=True), right=True)
            top.setWidth(top.width() - width - gap)
        painter.setFont(option.font)
        draw_text(painter, top, said.name, ink(option))
        draw_focus(painter, option, theme)
        painter.restore()


def _corner(height: int, gap: int) -> QPoint:
    return QPoint(gap + (_SIDE - SWATCH) // 2, (height - SWATCH) // 2)


def row_height(view: QWidget, lines: int = 2) -> int:
    """Return how high a row of one or two lines is in the font of a list."""
    height = view.fontMetrics().height()
    return round(height * 1.95) + 6 if lines > 1 else height + 8
