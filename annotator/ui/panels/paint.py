"""What the delegates of the lists draw: rows, key caps, the marks of a status.

A status is told by the shape of its mark, and by colour only besides: a ring for new, a half disc for in progress, a disc with a tick
for done, a ring with a bar for skipped.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QWidget

from annotator.domain.documents import Status
from annotator.ui.theme import Theme, mix
from annotator.ui.theme_qt import color


def turn(painter: QPainter, rect: QRect) -> None:
    """Let what is painted into ``rect`` run from the right where the window does; until the painter's ``restore``.

    Positions are turned round, and lines and arrows with them.  What must not stand mirrored (texts, ticks) turns itself back about its
    own place, as all helpers here do; so a delegate is written once, from left to right.
    """
    if painter.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        turn_about(painter, rect)


def turn_about(painter: QPainter, rect: QRect | QRectF) -> None:
    """Turn the painter round the middle of ``rect``."""
    painter.translate(2 * rect.x() + rect.width(), 0)
    painter.scale(-1, 1)


def turn_back(painter: QPainter, rect: QRect | QRectF) -> None:
    """Undo ``turn`` for what stands in ``rect``, which stays at its place; nothing where nothing was turned."""
    if painter.transform().m11() < 0:
        turn_about(painter, rect)


def draw_icon(painter: QPainter, place: QRect, sign: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> None:
    """Paint an icon in the middle of ``place``, as it is whichever way the window runs: a tick has no mirror image."""
    painter.save()
    turn_back(painter, place)
    sign.paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)
    painter.restore()


def draw_row(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Paint what lies behind a row: selection, hover, or nothing."""
    widget: QWidget | None = option.widget
    style = widget.style() if widget is not None else QApplication.style()
    style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)


def draw_focus(painter: QPainter, option: QStyleOptionViewItem, theme: Theme) -> None:
    """Paint a thin frame on the row that has the keyboard."""
    state: QStyle.StateFlag = option.state
    if state & QStyle.StateFlag.State_HasFocus:
        painter.save()
        painter.setPen(QPen(color(theme.accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
        painter.restore()


def ink(option: QStyleOptionViewItem, *, quiet: bool = False) -> QColor:
    """Return the colour of a row's text; ``quiet`` the softer one."""
    palette: QPalette = option.palette
    state: QStyle.StateFlag = option.state
    if state & QStyle.StateFlag.State_Selected:
        return palette.color(QPalette.ColorRole.HighlightedText)
    return palette.color(QPalette.ColorRole.PlaceholderText if quiet else QPalette.ColorRole.Text)


def draw_text(painter: QPainter, rect: QRect, text: str, ink_color: QColor, *, right: bool = False) -> None:
    """Paint one line of text into ``rect``, shortened at its end where it does not fit."""
    metrics = painter.fontMetrics()
    painter.setPen(ink_color)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    flags = Qt.AlignmentFlag.AlignVCenter | side | Qt.TextFlag.TextSingleLine
    painter.save()
    turn_back(painter, rect)
    painter.drawText(rect, int(flags), metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width()))
    painter.restore()


def draw_key_cap(painter: QPainter, right: int, middle: int, text: str, theme: Theme) -> int:
    """Paint a key as on a keyboard in the painter's font, its right edge at ``right``; returns where it begins."""
    metrics = painter.fontMetrics()
    width = max(metrics.horizontalAdvance(text) + 2 * theme.space + 2, metrics.height() + 2)
    height = metrics.height() + 2
    cap = QRectF(right - width + 0.5, middle - height / 2 + 0.5, width - 1, height - 1)
    painter.save()
    turn_back(painter, cap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(mix(theme.border, theme.text, 0.15)), 1))
    painter.setBrush(color(theme.raised))
    painter.drawRoundedRect(cap, 3, 3)
    painter.setPen(color(theme.text))
    painter.drawText(cap, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.restore()
    return right - width


def draw_status(painter: QPainter, rect: QRectF, status: Status, theme: Theme, ground: QColor | None = None) -> None:
    """Paint the mark of a status into a square; ``ground`` is the colour behind it where that is the selection's."""
    colors = {
        Status.NEW: theme.quiet_text,
        Status.IN_PROGRESS: theme.accent,
        Status.DONE: theme.good,
        Status.SKIPPED: theme.quiet_text,
    }
    mark = QColor(ground) if ground is not None else color(colors[status])
    painter.save()
    turn_back(painter, rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(mark, 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    disc = rect.adjusted(1, 1, -1, -1)
    if status is Status.DONE:
        painter.setBrush(mark)
        painter.drawEllipse(disc)
        tick = color(theme.page if ground is None else theme.chosen)
        painter.setPen(QPen(tick, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y, side = disc.x(), disc.y(), disc.width()
        corners = [QPointF(x + side * a, y + side * b) for a, b in ((0.26, 0.53), (0.44, 0.70), (0.75, 0.33))]
        painter.drawPolyline(corners)
    else:
        painter.drawEllipse(disc)
    if status is Status.IN_PROGRESS:
        painter.setBrush(mark)
        painter.drawPie(disc, 90 * 16, 180 * 16)
    elif status is Status.SKIPPED:
        middle = disc.center()
        painter.drawLine(QPointF(disc.left() + 3, middle.y()), QPointF(disc.right() - 3, middle.y()))
    painter.restore()
