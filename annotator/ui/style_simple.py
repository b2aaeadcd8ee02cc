"""What the window's style draws from an option of Qt alone: which part, in which state, in which colours.

Each function paints and returns True, or returns False where Fusion is to paint after all.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QCheckBox,
    QPlainTextEdit,
    QRadioButton,
    QStyle,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionFrame,
    QStyleOptionHeader,
    QStyleOptionProgressBar,
    QStyleOptionSlider,
    QStyleOptionTab,
    QStyleOptionViewItem,
    QTabBar,
    QTextEdit,
    QWidget,
)

from annotator.domain.colors import luminance
from annotator.ui import style_parts as parts
from annotator.ui.style_parts import Mood
from annotator.ui.theme import DARK, LIGHT, Theme
from annotator.ui.theme_qt import color

_S, _Sub, _POSITION, _ROLE, _GROUP = (
    QStyle.StateFlag,
    QStyle.SubControl,
    QStyleOptionViewItem.ViewItemPosition,
    QPalette.ColorRole,
    QPalette.ColorGroup,
)

_LEAST_HANDLE = 28
"""Least length of a scroll bar's handle, to be taken with the pointer."""

INDENT = 4
"""How far the head of a column is moved in, so that it stands over what is below it; rows leave room for the bar of the chosen one."""

_BAR = 3
"""Width of the bar before a chosen row."""


@lru_cache(maxsize=256)
def _theme(window: int) -> Theme:
    return DARK if luminance(f"#{window & 0xFFFFFF:06x}") < 0.18 else LIGHT


def theme_of(palette: QPalette) -> Theme:
    """Return the theme a palette belongs to, by how bright its window is."""
    return _theme(palette.color(_ROLE.Window).rgba())


def mood_of(state: QStyle.StateFlag) -> Mood:
    """Return what the flags of Qt say."""
    mood = Mood.PLAIN
    if not state & _S.State_Enabled:
        mood |= Mood.DISABLED
    for flag, one in (
        (_S.State_MouseOver, Mood.HOVERED), (_S.State_Sunken, Mood.PRESSED), (_S.State_HasFocus, Mood.FOCUSED),
        (_S.State_On, Mood.CHECKED), (_S.State_NoChange, Mood.PARTLY),
    ):  # fmt: skip
        if state & flag:
            mood |= one
    return mood


def check(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw a box to tick; that it has the keyboard is seen on the box itself."""
    parts.draw_check(painter, option.rect, theme_of(option.palette), mood_of(option.state))
    return True


def check_in_row(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw the box to tick of a row, which shows the keyboard and the pointer itself."""
    mood = mood_of(option.state) & ~(Mood.FOCUSED | Mood.HOVERED)  # these are the row's
    parts.draw_check(painter, option.rect, theme_of(option.palette), mood)
    return True


def radio(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw one knob of several."""
    parts.draw_radio(painter, option.rect, theme_of(option.palette), mood_of(option.state))
    return True


def field(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw a line to type into, unless it stands in a frame of another's."""
    if not isinstance(option, QStyleOptionFrame) or option.lineWidth <= 0:
        return False
    parts.draw_field(painter, option.rect, theme_of(option.palette), mood_of(option.state), option.palette.color(_ROLE.Base))
    return True


def field_frame(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw the outline of a line to type into."""
    parts.draw_field(painter, option.rect, theme_of(option.palette), mood_of(option.state), color("#000000", 0))
    return True


def frame(option: QStyleOption, painter: QPainter, widget: QWidget | None) -> bool:
    """Draw a thin frame; around what one types into, and around a list that pops up over others, it can be made out as a field's can."""
    theme = theme_of(option.palette)
    typed_into = isinstance(widget, QTextEdit | QPlainTextEdit) and not widget.isReadOnly()
    over_others = widget is not None and widget.autoFillBackground() and not isinstance(widget, QAbstractScrollArea)
    parts.draw_frame(painter, option.rect, theme.outline if typed_into or over_others else theme.border)
    return True


def row(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Paint a chosen row of a list with a bar before it: its ground alone is too near the page's to be told by everyone."""
    if not option.state & _S.State_Selected or not isinstance(option, QStyleOptionViewItem):
        return False
    theme = theme_of(option.palette)
    group = _GROUP.Active if option.state & _S.State_Enabled else _GROUP.Disabled
    painter.fillRect(option.rect, option.palette.color(group, _ROLE.Highlight))
    if option.viewItemPosition in (_POSITION.Beginning, _POSITION.OnlyOne, _POSITION.Invalid) and option.index.column() <= 0:
        right = option.direction == Qt.LayoutDirection.RightToLeft
        mirrored = painter.transform().m11() < 0  # a row that is painted turned
        x = option.rect.right() - _BAR + 1 if right and not mirrored else option.rect.x()
        painter.fillRect(QRect(x, option.rect.y(), _BAR, option.rect.height()), color(theme.accent))
    return True


def focus(option: QStyleOption, painter: QPainter, widget: QWidget | None) -> bool:
    """Draw the ring around what has the keyboard."""
    if not isinstance(widget, QCheckBox | QRadioButton) or widget.text():  # a box alone shows the keyboard by itself
        parts.draw_ring(painter, option.rect, theme_of(option.palette))
    return True


def button_mood(option: QStyleOption) -> Mood:
    """Return what state a button is in."""
    mood = mood_of(option.state)
    if isinstance(option, QStyleOptionButton) and option.features & QStyleOptionButton.ButtonFeature.DefaultButton:
        mood |= Mood.MAIN
    return mood


def button(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw the face of a button with words."""
    if isinstance(option, QStyleOptionButton) and option.features & QStyleOptionButton.ButtonFeature.Flat:
        return False
    parts.draw_button(painter, option.rect, theme_of(option.palette), button_mood(option))
    return True


def on_its_face(option: QStyleOption) -> QStyleOption:
    """Return what a button's label is drawn by: a copy in the ink of a filled button where it is one, and without a second focus."""
    mood = button_mood(option)
    made = QStyleOptionButton(option)  # type: ignore[call-overload]
    made.state &= ~_S.State_HasFocus
    if Mood.MAIN in mood and Mood.DISABLED not in mood:
        made.palette.setColor(_ROLE.ButtonText, color(theme_of(option.palette).accent_text))
    return made


def tool_button(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw what is behind a tool's picture."""
    if not option.state & _S.State_AutoRaise:
        return False
    parts.draw_flat_button(painter, option.rect, theme_of(option.palette), mood_of(option.state))
    return True


def dock_edge(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw the edge between two docks."""
    # Qt calls an edge horizontal that is moved up and down
    parts.draw_grip(painter, option.rect, theme_of(option.palette), upright=option.rect.height() > option.rect.width())
    return True


def splitter(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw the edge between two parts of a dialog."""
    parts.draw_grip(painter, option.rect, theme_of(option.palette), upright=option.rect.height() > option.rect.width())
    return True


def tab(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw the ground of a tab above or below its page."""
    if not isinstance(option, QStyleOptionTab):
        return False
    mood = mood_of(option.state) & ~Mood.CHECKED
    if option.state & _S.State_Selected:
        mood |= Mood.CHECKED
    if option.shape not in (QTabBar.Shape.RoundedNorth, QTabBar.Shape.RoundedSouth):
        return False
    below = option.shape == QTabBar.Shape.RoundedSouth
    parts.draw_tab(painter, option.rect, theme_of(option.palette), mood, below=below)
    return True


def head(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw the ground of a column's head, or of what is beside the last."""
    last = True
    if isinstance(option, QStyleOptionHeader):
        if option.orientation != Qt.Orientation.Horizontal:
            return False
        last = option.position in (QStyleOptionHeader.SectionPosition.End, QStyleOptionHeader.SectionPosition.OnlyOneSection)
    parts.draw_head(painter, option.rect, theme_of(option.palette), last=last)
    return True


def indented(option: QStyleOptionHeader) -> QStyleOptionHeader:
    """Return what the words of a column's head are drawn by, a little narrower."""
    made = QStyleOptionHeader(option)  # type: ignore[call-overload]
    made.rect = option.rect.adjusted(INDENT, 0, -INDENT, 0)
    return made


def tool_bar(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw the ground of the tool bar, in one colour."""
    theme = theme_of(option.palette)
    painter.fillRect(option.rect, color(theme.window))
    painter.fillRect(QRect(option.rect.x(), option.rect.bottom(), option.rect.width(), 1), color(theme.border))
    return True


def progress(option: QStyleOption, painter: QPainter, _: QWidget | None) -> bool:
    """Draw how far something has come, where that is known and no words stand on it."""
    if not isinstance(option, QStyleOptionProgressBar) or option.maximum <= option.minimum or option.textVisible:
        return False
    share = (option.progress - option.minimum) / (option.maximum - option.minimum)
    leftward = option.direction == Qt.LayoutDirection.RightToLeft
    parts.draw_progress(painter, option.rect, theme_of(option.palette), min(max(share, 0.0), 1.0), leftward=leftward)
    return True


def ground_beside(option: QStyleOption, widget: QWidget | None) -> QColor:
    """Return the ground of a scroll bar: that of what it scrolls."""
    holder = widget.parentWidget() if widget is not None else None
    area = holder.parentWidget() if holder is not None else None
    role = area.viewport().backgroundRole() if isinstance(area, QAbstractScrollArea) else _ROLE.Window
    return option.palette.color(role if role != _ROLE.NoRole else _ROLE.Window)


def scroll_part(option: QStyleOptionSlider, part: QStyle.SubControl) -> QRect:
    """Return where a part of a scroll bar is: there are no arrows, so the groove is all of it."""
    rect: QRect = option.rect
    upright = option.orientation == Qt.Orientation.Vertical
    length = rect.height() if upright else rect.width()
    steps = option.maximum - option.minimum
    handle = length
    if steps > 0:
        handle = min(length, max(_LEAST_HANDLE, option.pageStep * length // (steps + option.pageStep)))
    start = QStyle.sliderPositionFromValue(
        option.minimum, option.maximum, option.sliderPosition, length - handle, option.upsideDown
    )
    ranges = {
        _Sub.SC_ScrollBarGroove: (0, length),
        _Sub.SC_ScrollBarSlider: (start, handle),
        _Sub.SC_ScrollBarSubPage: (0, start),
        _Sub.SC_ScrollBarAddPage: (start + handle, length - start - handle),
    }
    first, extent = ranges.get(part, (0, 0))
    if upright:
        return QRect(rect.x(), rect.y() + first, rect.width() if extent else 0, extent)
    place = QRect(rect.x() + first, rect.y(), extent, rect.height() if extent else 0)
    return place if option.upsideDown else QStyle.visualRect(option.direction, rect, place)
