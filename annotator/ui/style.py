"""The style of all widgets: Fusion, whose palette is followed on every system, with our own drawing of what it draws faintly.

Fusion takes the outlines of fields and of boxes to tick from the window's colour darkened, which in a dark theme nobody sees, and tells
a default button from others by little more than the button with the keyboard.  What is drawn here instead stands in ``style_parts``.
Only what must differ is overridden: each override costs a call into Python whenever Qt asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QMainWindow,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionComplex,
    QStyleOptionHeader,
    QStyleOptionSlider,
    QStyleOptionSpinBox,
    QTabBar,
    QToolButton,
    QWidget,
)

from annotator.ui import style_parts as parts
from annotator.ui import style_simple as simple
from annotator.ui.style_parts import Mood

_P, _C, _X = QStyle.PrimitiveElement, QStyle.ControlElement, QStyle.ComplexControl
_Sub, _STEP = QStyle.SubControl, QAbstractSpinBox.StepEnabledFlag
_ROLE, _GROUP = QPalette.ColorRole, QPalette.ColorGroup

_MORE_ROOM = {
    QStyle.ContentsType.CT_LineEdit: QSize(0, 2),
    QStyle.ContentsType.CT_ComboBox: QSize(2, 2),
    QStyle.ContentsType.CT_SpinBox: QSize(0, -2),
    QStyle.ContentsType.CT_PushButton: QSize(6, 2),
    QStyle.ContentsType.CT_TabBarTab: QSize(0, 2),
    QStyle.ContentsType.CT_HeaderSection: QSize(2 * simple.INDENT, 6),
}
"""What Fusion is given more than it asks for: text too near an outline is hard to read."""
_FIELD_MARGINS = QMargins(3, 0, 3, 0)


def use(app: QApplication) -> None:
    """Give the application this style, once."""
    if not isinstance(app.style(), WindowStyle):
        app.setStyle(WindowStyle())


class WindowStyle(QProxyStyle):
    """Fusion with outlines that are seen, scroll bars without arrows, and a ring around whatever has the keyboard."""

    def __init__(self) -> None:
        super().__init__("Fusion")
        self._primitives: dict[QStyle.PrimitiveElement, Callable[[QStyleOption, QPainter, QWidget | None], bool]] = {
            _P.PE_IndicatorCheckBox: simple.check,
            _P.PE_IndicatorItemViewItemCheck: simple.check_in_row,
            _P.PE_IndicatorRadioButton: simple.radio,
            _P.PE_PanelLineEdit: simple.field,
            _P.PE_FrameLineEdit: simple.field_frame,
            _P.PE_Frame: simple.frame,
            _P.PE_FrameFocusRect: simple.focus,
            _P.PE_PanelButtonCommand: simple.button,
            _P.PE_PanelButtonTool: simple.tool_button,
            _P.PE_PanelItemViewItem: simple.row,
            _P.PE_IndicatorDockWidgetResizeHandle: simple.dock_edge,
        }
        self._controls: dict[QStyle.ControlElement, Callable[[QStyleOption, QPainter, QWidget | None], bool]] = {
            _C.CE_TabBarTabShape: simple.tab,
            _C.CE_HeaderSection: simple.head,
            _C.CE_HeaderEmptyArea: simple.head,
            _C.CE_ToolBar: simple.tool_bar,
            _C.CE_Splitter: simple.splitter,
            _C.CE_ProgressBar: simple.progress,
        }

    def polish(self, arg__1: Any) -> None:  # Qt has one for widgets, one for palettes, one for the application
        """Keep text off the outline of its field, and give the tabs of docks their whole names: tabs without room are scrolled to."""
        super().polish(arg__1)
        if isinstance(arg__1, QLineEdit) and arg__1.hasFrame() and arg__1.textMargins().isNull():
            arg__1.setTextMargins(_FIELD_MARGINS)
        if isinstance(arg__1, QTabBar) and isinstance(arg__1.parentWidget(), QMainWindow):
            arg__1.setElideMode(Qt.TextElideMode.ElideNone)
            arg__1.setUsesScrollButtons(True)
            for button in arg__1.findChildren(QToolButton):
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys do what they do

    def drawPrimitive(
        self, element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        draw = self._primitives.get(element)
        if draw is None or not draw(option, painter, widget):
            super().drawPrimitive(element, option, painter, widget)

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        draw = self._controls.get(element)
        if draw is None or not draw(option, painter, widget):
            if element == _C.CE_PushButtonLabel and isinstance(option, QStyleOptionButton):
                option = simple.on_its_face(option)
            elif element == _C.CE_HeaderLabel and isinstance(option, QStyleOptionHeader):
                option = simple.indented(option)
            super().drawControl(element, option, painter, widget)

    def drawComplexControl(
        self, control: QStyle.ComplexControl, option: QStyleOptionComplex, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if control == _X.CC_ScrollBar and isinstance(option, QStyleOptionSlider):
            self._scroll_bar(option, painter, widget)
        elif control == _X.CC_SpinBox and isinstance(option, QStyleOptionSpinBox):
            self._spin_box(option, painter, widget)
        elif control == _X.CC_ComboBox and isinstance(option, QStyleOptionComboBox):
            self._combo_box(option, painter, widget)
        else:
            super().drawComplexControl(control, option, painter, widget)

    def subControlRect(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        sub_control: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        if control == _X.CC_ScrollBar and isinstance(option, QStyleOptionSlider):
            return simple.scroll_part(option, sub_control)
        return super().subControlRect(control, option, sub_control, widget)  # type: ignore[arg-type]  # the stubs forbid None

    def sizeFromContents(
        self, kind: QStyle.ContentsType, option: QStyleOption, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        made = super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]
        more = _MORE_ROOM.get(kind)
        return made if more is None else made + more

    # What needs the style itself

    def _scroll_bar(self, option: QStyleOptionSlider, painter: QPainter, widget: QWidget | None) -> None:
        painter.fillRect(option.rect, simple.ground_beside(option, widget))
        if option.maximum <= option.minimum:
            return
        mood = simple.mood_of(option.state) & ~(Mood.HOVERED | Mood.PRESSED)
        if option.activeSubControls & _Sub.SC_ScrollBarSlider:
            mood |= simple.mood_of(option.state) & (Mood.HOVERED | Mood.PRESSED)
        place = simple.scroll_part(option, _Sub.SC_ScrollBarSlider)
        upright = option.orientation == Qt.Orientation.Vertical
        parts.draw_scroll_handle(painter, place, simple.theme_of(option.palette), mood, upright=upright)

    def _combo_box(self, option: QStyleOptionComboBox, painter: QPainter, widget: QWidget | None) -> None:
        theme, mood = simple.theme_of(option.palette), simple.mood_of(option.state)
        mood &= ~Mood.CHECKED  # Qt's word for a list that is open
        if option.editable:
            parts.draw_field(painter, option.rect, theme, mood, option.palette.color(_ROLE.Base))
        else:
            parts.draw_button(painter, option.rect, theme, mood)
        arrow = self.subControlRect(_X.CC_ComboBox, option, _Sub.SC_ComboBoxArrow, widget)
        parts.draw_chevron(painter, arrow, option.palette.color(_ROLE.ButtonText))

    def _spin_box(self, option: QStyleOptionSpinBox, painter: QPainter, widget: QWidget | None) -> None:
        theme, mood = simple.theme_of(option.palette), simple.mood_of(option.state)
        parts.draw_field(painter, option.rect, theme, mood, option.palette.color(_ROLE.Base))
        for part, up in ((_Sub.SC_SpinBoxUp, True), (_Sub.SC_SpinBoxDown, False)):
            step = _STEP.StepUpEnabled if up else _STEP.StepDownEnabled
            usable = bool(option.stepEnabled & step) and Mood.DISABLED not in mood
            group = _GROUP.Active if usable else _GROUP.Disabled
            place = self.subControlRect(_X.CC_SpinBox, option, part, widget)
            if usable and option.activeSubControls & part:
                parts.draw_flat_button(painter, place, theme, mood & (Mood.HOVERED | Mood.PRESSED))
            parts.draw_chevron(painter, place, option.palette.color(group, _ROLE.ButtonText), up=up)
