"""How a line of the concordance looks.

The hit stands in the same place in every row; what is before it ends there, and what comes after follows it.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from annotator.domain.text import display_text
from annotator.store.search import Line
from annotator.ui.icons import icon
from annotator.ui.models.search import Column, LineRole
from annotator.ui.models.search_lines import runs_leftward
from annotator.ui.panels.paint import draw_focus, draw_icon, draw_row, draw_text, ink, turn, turn_back
from annotator.ui.panels.parts import SWATCH, draw_swatch, theme_of
from annotator.ui.style_parts import Mood, draw_check
from annotator.ui.theme import Theme, label_colors
from annotator.ui.theme_qt import color

PIVOT = 0.42
"""Where the hit begins, as a share of the column's width; in a line from right to left, from its other end."""

BOX = 15
"""Side of a box to tick, in device-independent pixels."""

_WIDEST_HIT = 0.4
_PAD = 4

Where = QModelIndex | QPersistentModelIndex


class LineDelegate(QStyledItemDelegate):
    """Paints all columns of the concordance."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Where) -> None:
        theme = theme_of(option.widget)
        line: Line = index.data(LineRole.LINE)
        gap = 2 * theme.space
        painter.save()
        painter.setFont(option.font)
        if index.column() != Column.LINE:  # a line runs as its text does
            turn(painter, option.rect)
        draw_row(painter, option)
        match index.column():
            case Column.TICK:
                _draw_tick(painter, option, index, theme)
            case Column.LINE:
                _draw_line(painter, option, line, index.data(LineRole.COLOR), theme)
            case Column.LABEL if line.label:
                middle = option.rect.center().y() + 1
                draw_swatch(painter, QPoint(option.rect.x() + gap, middle - SWATCH // 2), theme, index.data(LineRole.COLOR))
                draw_text(painter, option.rect.adjusted(2 * gap + SWATCH, 0, -gap, 0), line.label, ink(option))
            case Column.NOTE:
                draw_text(painter, option.rect.adjusted(gap, 0, -gap, 0), display_text(index.data()), ink(option, quiet=True))
            case Column.DOCUMENT:
                name = display_text(" ".join(line.document.split()))
                draw_text(painter, option.rect.adjusted(gap, 0, -gap, 0), name, ink(option, quiet=True))
        draw_focus(painter, option, theme)
        painter.restore()


def _draw_tick(painter: QPainter, option: QStyleOptionViewItem, index: Where, theme: Theme) -> None:
    rect: QRect = option.rect
    place = QRect(rect.x() + 8, rect.center().y() - BOX // 2 + 1, BOX, BOX)
    painter.save()
    turn_back(painter, place)
    draw_check(painter, place, theme, Mood.CHECKED if index.data(LineRole.TICKED) else Mood.PLAIN)
    painter.restore()
    if index.data(LineRole.REASON):
        mode = QIcon.Mode.Selected if option.state & QStyle.StateFlag.State_Selected else QIcon.Mode.Normal
        aside = QRect(place.right() + 6, rect.center().y() - 7, 16, 16)
        draw_icon(painter, aside, icon("alert-triangle"), mode)


def _draw_line(painter: QPainter, option: QStyleOptionViewItem, line: Line, base: str, theme: Theme) -> None:
    leftward = runs_leftward(line)
    rect: QRect = option.rect.adjusted(_PAD, 0, -_PAD, 0)
    bold = QFont(option.font)
    bold.setBold(True)
    metrics = QFontMetrics(bold)
    hit = metrics.elidedText(display_text(line.hit), Qt.TextElideMode.ElideRight, int(rect.width() * _WIDEST_HIT) - 2 * _PAD)
    width = metrics.horizontalAdvance(hit) + 2 * _PAD
    left = rect.x() + round(rect.width() * (1 - PIVOT)) - width if leftward else rect.x() + round(rect.width() * PIVOT)
    place = QRect(left, rect.y(), width, rect.height())
    before, after = QRect(rect), QRect(rect)
    before.setRight(place.left() - _PAD)
    after.setLeft(place.right() + _PAD)
    if leftward:
        before, after = after, before
    side, other = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
    painter.setPen(ink(option))
    _draw_piece(painter, before, line.left.rstrip(), Qt.TextElideMode.ElideLeft, other if leftward else side, leftward=leftward)
    _draw_piece(painter, after, line.right.lstrip(), Qt.TextElideMode.ElideRight, side if leftward else other, leftward=leftward)
    painter.setFont(bold)
    if base:
        colors = label_colors(theme, base)
        ground = QRectF(place.adjusted(0, 2, 0, -2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(color(colors.chip))
        painter.setPen(QPen(color(colors.edge), 1))
        painter.drawRoundedRect(ground.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setPen(color(colors.chip_text))
    _draw_piece(painter, place, hit, Qt.TextElideMode.ElideNone, Qt.AlignmentFlag.AlignHCenter, leftward=leftward)


def _draw_piece(
    painter: QPainter, rect: QRect, text: str, cut: Qt.TextElideMode, side: Qt.AlignmentFlag, *, leftward: bool
) -> None:
    """Paint a piece of the line in the line's own direction; ``cut`` says which of its ends, as it is read, may be left out."""
    if rect.width() < 2 * _PAD or not text:
        return
    shown = painter.fontMetrics().elidedText(display_text(text), cut, rect.width())
    forced = Qt.TextFlag.TextForceRightToLeft if leftward else Qt.TextFlag.TextForceLeftToRight
    flags = (
        int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute | side) | int(Qt.TextFlag.TextSingleLine) | int(forced)
    )
    painter.drawText(rect, flags, shown)
