"""How the rows of the history look."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from annotator.store.history import Entry
from annotator.ui.i18n import by_count, tr
from annotator.ui.models.history import HistoryRole, place_words, short_time, step_title
from annotator.ui.models.history_words import Line, Sign
from annotator.ui.panels.paint import draw_focus, draw_row, draw_text, ink, turn
from annotator.ui.panels.parts import theme_of
from annotator.ui.theme import Theme
from annotator.ui.theme_qt import color

Index = QModelIndex | QPersistentModelIndex

_SMALLER = 0.88


def step_height(line: int) -> int:
    """Return the height of a step's row of two lines, given the height of one line of text."""
    return 2 * line + 12


class StepDelegate(QStyledItemDelegate):
    """A step: what and when, below it where and by whom; what was undone is struck through and quiet."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = index.data(HistoryRole.ENTRY)
        if not isinstance(entry, Entry):
            return
        theme = theme_of(option.widget)
        gap = 2 * theme.space
        painter.save()
        turn(painter, option.rect)
        draw_row(painter, option)
        upper, lower = _halves(option.rect.adjusted(gap, 4, -gap, -4))
        font, small = QFont(option.font), QFont(option.font)
        small.setPointSizeF(small.pointSizeF() * _SMALLER)
        font.setStrikeOut(not entry.done)
        painter.setFont(small)
        _with_end(painter, lower, _where(entry), _how_much(entry), ink(option, quiet=True))
        time = short_time(entry.step.at)
        width = painter.fontMetrics().horizontalAdvance(time) + gap
        draw_text(painter, upper.adjusted(upper.width() - width, 0, 0, 0), time, ink(option, quiet=True), right=True)
        painter.setFont(font)
        draw_text(painter, upper.adjusted(0, 0, -width - gap, 0), step_title(entry.step), ink(option, quiet=not entry.done))
        draw_focus(painter, option, theme)
        painter.restore()


class LineDelegate(QStyledItemDelegate):
    """A change: its sign in a colour and as a drawing, and the words."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(HistoryRole.LINE)
        if not isinstance(line, Line):
            return
        theme = theme_of(option.widget)
        gap, side = 2 * theme.space, 9
        painter.save()
        turn(painter, option.rect)
        draw_row(painter, option)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        middle = QPointF(option.rect.x() + gap + side / 2, option.rect.center().y() + 0.5)
        _draw_sign(painter, middle, side, line.sign, ink(option) if selected else _sign_color(line.sign, theme))
        left = gap + side + gap
        quiet = line.sign is Sign.NOTE
        draw_text(painter, option.rect.adjusted(left, 0, -gap, 0), line.text, ink(option, quiet=quiet))
        draw_focus(painter, option, theme)
        painter.restore()


def _halves(rect: QRect) -> tuple[QRect, QRect]:
    middle = rect.height() // 2
    return rect.adjusted(0, 0, 0, -middle), rect.adjusted(0, middle, 0, 0)


def _with_end(painter: QPainter, rect: QRect, text: str, end: str, ink_color: QColor) -> None:
    width = painter.fontMetrics().horizontalAdvance(end) + 8 if end else 0
    if end:
        draw_text(painter, rect.adjusted(rect.width() - width, 0, 0, 0), end, ink_color, right=True)
    draw_text(painter, rect.adjusted(0, 0, -width, 0), text, ink_color)


def _where(entry: Entry) -> str:
    return " · ".join(part for part in (entry.step.actor, place_words(entry)) if part)


def _how_much(entry: Entry) -> str:
    if not entry.done:
        return tr("undone")
    return by_count(entry.changes, "", tr("{} changes"))


def _sign_color(sign: Sign, theme: Theme) -> QColor:
    return color(
        {Sign.ADDED: theme.good, Sign.REMOVED: theme.warning, Sign.CHANGED: theme.accent, Sign.NOTE: theme.quiet_text}[sign]
    )


def _draw_sign(painter: QPainter, middle: QPointF, side: float, sign: Sign, ink_color: QColor) -> None:
    """Paint a plus, a minus, an arrow or a dot."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ink_color, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    half = side / 2
    x, y = middle.x(), middle.y()
    if sign is Sign.NOTE:
        painter.setBrush(ink_color)
        painter.drawEllipse(middle, 1.2, 1.2)
    else:
        painter.drawLine(QPointF(x - half, y), QPointF(x + half, y))
    if sign is Sign.ADDED:
        painter.drawLine(QPointF(x, y - half), QPointF(x, y + half))
    elif sign is Sign.CHANGED:
        painter.drawPolyline([QPointF(x + half - 3, y - 3), QPointF(x + half, y), QPointF(x + half - 3, y + 3)])
    painter.restore()
