"""How the small parts of all windows are drawn: fields, buttons, boxes to tick, scroll bars, tabs, rows of a list.

Functions over a painter, a rectangle in device-independent pixels, and the theme; ``style.WindowStyle`` says which of them Qt needs
when.  Every outline that tells a part from its ground has the contrast WCAG 2.2 asks for (1.4.11, three to one) in both themes, which
Fusion's own have not in the dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from enum import Flag, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from annotator.ui.theme import Theme, mix
from annotator.ui.theme_qt import color

if TYPE_CHECKING:
    from collections.abc import Iterator

_FADED = 0.45
"""Share of the ground in what cannot be used now."""

GRIP = 24
"""Length of the mark on an edge between two panels that can be moved."""


class Mood(Flag):
    """What state a part is in."""

    PLAIN = 0
    HOVERED = auto()
    PRESSED = auto()
    FOCUSED = auto()
    DISABLED = auto()
    MAIN = auto()
    """A button that Enter presses."""
    CHECKED = auto()
    PARTLY = auto()


@contextmanager
def _smooth(painter: QPainter) -> Iterator[None]:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    yield
    painter.restore()


def _line(value: str, width: float = 1.0) -> QPen:
    return QPen(color(value), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _inset(rect: QRect | QRectF, by: float) -> QRectF:
    return QRectF(rect).adjusted(by, by, -by, -by)


def outline_of(theme: Theme, mood: Mood) -> str:
    """Return the colour of the outline of a field or a box."""
    if Mood.DISABLED in mood:
        return mix(theme.outline, theme.window, _FADED)
    if Mood.FOCUSED in mood:
        return theme.accent
    return mix(theme.outline, theme.text, 0.3) if Mood.HOVERED in mood else theme.outline


def draw_field(painter: QPainter, rect: QRect, theme: Theme, mood: Mood, ground: QColor) -> None:
    """Paint the ground and the outline of what one types into; with the keyboard in it the outline is thicker and of the accent."""
    width = 2.0 if Mood.FOCUSED in mood else 1.0
    with _smooth(painter):
        painter.setBrush(ground)
        painter.setPen(_line(outline_of(theme, mood), width))
        painter.drawRoundedRect(_inset(rect, width / 2), theme.radius, theme.radius)


def draw_frame(painter: QPainter, rect: QRect, value: str) -> None:
    """Paint a thin frame of a colour around what is there already; its corners are square, as those of what it holds."""
    painter.save()
    painter.setPen(color(value))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(0, 0, -1, -1))
    painter.restore()


def button_ground(theme: Theme, mood: Mood) -> str:
    """Return the colour of a button's face."""
    if Mood.DISABLED in mood:
        return mix(theme.raised, theme.window, 0.6)
    face = theme.accent if Mood.MAIN in mood else theme.raised
    if Mood.CHECKED in mood:
        face = mix(face, theme.accent, 0.22)
    share = 0.16 if Mood.PRESSED in mood else 0.07 if Mood.HOVERED in mood else 0.0
    return mix(face, theme.text, share)


def draw_button(painter: QPainter, rect: QRect, theme: Theme, mood: Mood) -> None:
    """Paint a button's face; the one that Enter presses is filled, and the one with the keyboard has a ring, filled or not."""
    main, focused = Mood.MAIN in mood and Mood.DISABLED not in mood, Mood.FOCUSED in mood
    face = button_ground(theme, mood)
    edge = face if main else theme.accent if focused else mix(theme.outline, theme.window, 0.35)
    width = 2.0 if focused and not main else 1.0
    with _smooth(painter):
        painter.setBrush(color(face))
        painter.setPen(_line(edge, width))
        painter.drawRoundedRect(_inset(rect, width / 2), theme.radius, theme.radius)
        if main and focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(_line(theme.accent_text, 1.5))
            painter.drawRoundedRect(_inset(rect, 2.75), theme.radius - 1.5, theme.radius - 1.5)


def draw_flat_button(painter: QPainter, rect: QRect, theme: Theme, mood: Mood) -> None:
    """Paint what is behind the picture of a tool: nothing, unless the pointer is on it or it is on."""
    if Mood.DISABLED in mood or not mood & (Mood.HOVERED | Mood.PRESSED | Mood.CHECKED):
        return
    share = 0.16 if Mood.PRESSED in mood else 0.08
    face = mix(theme.window, theme.accent if Mood.CHECKED in mood else theme.text, 0.22 if Mood.CHECKED in mood else share)
    with _smooth(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(face))
        painter.drawRoundedRect(_inset(rect, 1), theme.radius, theme.radius)


def draw_ring(painter: QPainter, rect: QRect, theme: Theme) -> None:
    """Paint the frame of what has the keyboard."""
    with _smooth(painter):
        painter.setPen(_line(theme.accent, 1.5))
        painter.drawRoundedRect(_inset(rect, 0.75), theme.radius - 1, theme.radius - 1)


def _box_colors(theme: Theme, mood: Mood) -> tuple[str, str, str]:
    """Return the colours of a box or knob to tick: its outline, its face, what is drawn on it."""
    on = bool(mood & (Mood.CHECKED | Mood.PARTLY))
    if Mood.DISABLED in mood:
        faint = outline_of(theme, mood)
        return faint, mix(theme.window, theme.page, 0.5), mix(theme.quiet_text, theme.window, 0.25)
    if on and Mood.FOCUSED in mood:
        return theme.accent, theme.page, theme.accent  # the other way round: an outline alone is lost beside the accent
    face = theme.accent if on else mix(theme.page, theme.text, 0.1 if Mood.HOVERED in mood else 0.0)
    return theme.accent if on else outline_of(theme, mood), face, theme.accent_text


def _square(rect: QRect, most: int = 16) -> QRectF:
    side = min(rect.width(), rect.height(), most)
    center = QRectF(rect).center()
    return QRectF(round(center.x() - side / 2), round(center.y() - side / 2), side, side)


def _begin_box(painter: QPainter, box: QRectF, theme: Theme, mood: Mood) -> tuple[QRectF, str]:
    """Set pen and brush for the outline of a box or knob; returns where that runs, and the colour of the sign inside."""
    edge, face, sign = _box_colors(theme, mood)
    focused = Mood.FOCUSED in mood
    painter.setBrush(color(face))
    painter.setPen(_line(theme.text if focused else edge, 2.0 if focused else 1.2))
    return _inset(box, 1.0 if focused else 0.6), sign


def draw_check(painter: QPainter, rect: QRect, theme: Theme, mood: Mood) -> None:
    """Paint a box to tick, in the middle of ``rect``."""
    box = _square(rect)
    with _smooth(painter):
        outline, sign = _begin_box(painter, box, theme, mood)
        painter.drawRoundedRect(outline, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_line(sign, 1.8))
        if Mood.CHECKED in mood:
            _draw_corners(painter, box, ((0.25, 0.52), (0.43, 0.70), (0.76, 0.31)))
        elif Mood.PARTLY in mood:
            _draw_corners(painter, box, ((0.27, 0.5), (0.73, 0.5)))


def draw_radio(painter: QPainter, rect: QRect, theme: Theme, mood: Mood) -> None:
    """Paint a knob of which one of several is on, in the middle of ``rect``."""
    box = _square(rect)
    with _smooth(painter):
        outline, sign = _begin_box(painter, box, theme, mood)
        painter.drawEllipse(outline)
        if Mood.CHECKED in mood:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(sign))
            painter.drawEllipse(_inset(box, box.width() * 0.32))


def draw_chevron(painter: QPainter, rect: QRect, value: QColor, *, up: bool = False) -> None:
    """Paint a small angle that points down, or up, in the middle of ``rect``."""
    half, middle = 3.5, QRectF(rect).center()
    rise = -half / 2 if up else half / 2
    with _smooth(painter):
        painter.setPen(QPen(value, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y = middle.x(), middle.y()
        painter.drawPolyline([QPointF(x - half, y - rise), QPointF(x, y + rise), QPointF(x + half, y - rise)])


def _draw_corners(painter: QPainter, box: QRectF, corners: Sequence[tuple[float, float]]) -> None:
    side = box.width()
    painter.drawPolyline([QPointF(box.x() + side * x, box.y() + side * y) for x, y in corners])


def draw_scroll_handle(painter: QPainter, rect: QRect, theme: Theme, mood: Mood, *, upright: bool) -> None:
    """Paint the handle of a scroll bar, thicker under the pointer."""
    active = bool(mood & (Mood.HOVERED | Mood.PRESSED))
    thin = (rect.width() if upright else rect.height()) * (0.20 if active else 0.28)
    bar = QRectF(rect).adjusted(thin, 2, -thin, -2) if upright else QRectF(rect).adjusted(2, thin, -2, -thin)
    with _smooth(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(mix(theme.outline, theme.text, 0.35) if active else theme.outline))
        round_by = min(bar.width(), bar.height()) / 2
        painter.drawRoundedRect(bar, round_by, round_by)


def draw_grip(painter: QPainter, rect: QRect, theme: Theme, *, upright: bool) -> None:
    """Paint the mark of an edge that can be moved; ``upright`` where it stands between left and right."""
    middle = QRectF(rect).center()
    size = (2.0, float(min(GRIP, rect.height()))) if upright else (float(min(GRIP, rect.width())), 2.0)
    with _smooth(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(mix(theme.outline, theme.window, 0.3)))
        painter.drawRoundedRect(QRectF(middle.x() - size[0] / 2, middle.y() - size[1] / 2, *size), 1, 1)


def draw_tab(painter: QPainter, rect: QRect, theme: Theme, mood: Mood, *, below: bool) -> None:
    """Paint a tab: the one that is shown has a bar of the accent towards its page, which is above tabs that stand ``below``."""
    if Mood.CHECKED in mood:
        painter.fillRect(rect.adjusted(0, 0, -1, 0), color(mix(theme.window, theme.raised, 0.8)))
        bar = QRect(rect.x(), rect.y() if below else rect.bottom() - 1, rect.width() - 1, 2)
        painter.fillRect(bar, color(theme.accent))
    elif Mood.HOVERED in mood and Mood.DISABLED not in mood:
        painter.fillRect(rect.adjusted(0, 0, -1, 0), color(mix(theme.window, theme.text, 0.06)))


def draw_head(painter: QPainter, rect: QRect, theme: Theme, *, last: bool) -> None:
    """Paint the ground of a column's head, with a line below it and, unless it is the last, one after it."""
    painter.fillRect(rect, color(theme.window))
    painter.fillRect(QRect(rect.x(), rect.bottom(), rect.width(), 1), color(theme.border))
    if not last:
        painter.fillRect(QRect(rect.right(), rect.y() + 4, 1, rect.height() - 8), color(theme.border))


def draw_progress(painter: QPainter, rect: QRect, theme: Theme, share: float, *, leftward: bool) -> None:
    """Paint how far something has come, ``share`` of one."""
    height = min(rect.height(), 8)
    thin = height < 6  # no room for an outline with something in it
    groove = QRectF(rect.x(), rect.y() + (rect.height() - height) / 2, rect.width(), height)
    with _smooth(painter):
        painter.setPen(Qt.PenStyle.NoPen if thin else _line(theme.outline, 1.0))
        painter.setBrush(color(theme.border if thin else theme.page))
        painter.drawRoundedRect(groove if thin else _inset(groove, 0.5), height / 2 - 0.5, height / 2 - 0.5)
        done = QRectF(groove)
        done.setWidth(max(height, groove.width() * share))
        if leftward:
            done.moveRight(groove.right())
        if share > 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(theme.accent))
            painter.drawRoundedRect(done, height / 2, height / 2)
