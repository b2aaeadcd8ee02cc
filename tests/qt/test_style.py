"""The style of all widgets: every field, box and knob has an outline one sees, and one sees which of all has the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QSpinBox,
    QStyle,
    QStyleOptionSlider,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.ui import style
from annotator.ui.app import application
from annotator.ui.style import WindowStyle
from annotator.ui.style_parts import Mood, button_ground
from annotator.ui.theme import DARK, LIGHT, OUTLINE_CONTRAST, TEXT_CONTRAST, Theme, contrast
from annotator.ui.theme_qt import palette

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


_KEPT: list[QWidget] = []
"""The windows of one test: without a name of its own a window would be gone before it is looked at."""


@pytest.fixture(autouse=True)
def styled(qapp: QApplication) -> Iterator[None]:
    before = QPalette(QApplication.palette())
    application()
    yield
    _KEPT.clear()
    QApplication.setPalette(before)


def shown(qtbot, theme: Theme, *widgets: QWidget) -> QWidget:
    """Show widgets below a field that has the keyboard at first."""
    QApplication.setPalette(palette(theme))
    window = QWidget()
    column = QVBoxLayout(window)
    first = QLineEdit("keyboard")
    for widget in (first, *widgets):
        column.addWidget(widget)
    _KEPT.append(window)
    qtbot.addWidget(window)
    window.resize(320, 60 + 60 * len(widgets))
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    first.setFocus()
    QApplication.processEvents()
    return window


def around(widget: QWidget, margin: int = 3) -> QImage:
    window = widget.window()
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-margin, -margin, margin, margin)
    return window.grab(place).toImage()


def most(image: QImage, ground: str, area: QRect) -> float:
    """Return the strongest contrast to a ground in a part of a picture."""
    return max(
        contrast(image.pixelColor(x, y).name(), ground)
        for x in range(area.left(), area.right() + 1)
        for y in range(area.top(), area.bottom() + 1)
    )


MAKERS: dict[str, Callable[[], QWidget]] = {
    "field": QLineEdit,
    "text": QPlainTextEdit,
    "number": QSpinBox,
    "tick": QCheckBox,
    "knob": QRadioButton,
}


@THEMES
@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_filled_in_has_an_outline_one_sees(qtbot, theme: Theme, kind: str) -> None:
    widget = MAKERS[kind]()
    shown(qtbot, theme, widget)
    image = around(widget, 0)
    left = QRect(0, image.height() // 2 - 2, 20, 4)  # no words and no arrows there
    assert most(image, theme.window, left) >= OUTLINE_CONTRAST - 0.3  # drawn smoothly, half a point beside the grid
    assert contrast(theme.outline, theme.window) >= OUTLINE_CONTRAST


@THEMES
def test_what_is_typed_into_stands_out_on_every_ground(theme: Theme) -> None:
    for ground in (theme.page, theme.window, theme.raised):
        assert contrast(theme.outline, ground) >= OUTLINE_CONTRAST
    for ink in (theme.chosen_text, theme.text):
        assert contrast(ink, theme.chosen) >= TEXT_CONTRAST
    assert contrast(theme.accent, theme.chosen) >= OUTLINE_CONTRAST  # the bar before a chosen row
    for mood in (Mood.MAIN, Mood.MAIN | Mood.HOVERED, Mood.MAIN | Mood.PRESSED):
        assert contrast(theme.accent_text, button_ground(theme, mood)) >= TEXT_CONTRAST
    for mood in (Mood.PLAIN, Mood.HOVERED, Mood.PRESSED, Mood.CHECKED):
        assert contrast(theme.text, button_ground(theme, mood)) >= TEXT_CONTRAST


@THEMES
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_a_mark_is_seen_and_seen_to_go(qtbot, theme: Theme, kind: type[QCheckBox] | type[QRadioButton]) -> None:
    box, other = kind("on"), kind("off")
    box.setChecked(True)
    shown(qtbot, theme, box, other)
    sides = [around(one, 0).copy(0, 0, 18, one.height()) for one in (box, other)]
    marked, empty = (most(side, theme.accent, QRect(0, 0, 18, side.height())) for side in sides)
    assert sides[0] != sides[1]
    assert marked >= OUTLINE_CONTRAST  # what is drawn on the accent
    assert empty > 1
    off = around(other, 0)
    other.setEnabled(False)
    assert around(other, 0) != off


def test_a_box_that_is_ticked_for_some_is_neither(qtbot) -> None:
    boxes = {state: QCheckBox() for state in (Qt.CheckState.Checked, Qt.CheckState.PartiallyChecked, Qt.CheckState.Unchecked)}
    for state, box in boxes.items():
        box.setTristate(True)
        box.setCheckState(state)
    shown(qtbot, LIGHT, *boxes.values())
    pictures = [around(box, 0) for box in boxes.values()]
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]


def focusable() -> dict[str, QWidget]:
    combo, editable = QComboBox(), QComboBox()
    combo.addItems(["one"])
    editable.setEditable(True)
    default = QPushButton("Apply")
    default.setDefault(True)
    bare = QCheckBox()
    bare.setChecked(True)
    tool = QToolButton()
    tool.setText("+")
    tool.setAutoRaise(True)
    tool.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return {
        "button": QPushButton("Close"), "default": default, "tick": QCheckBox("tick"), "bare tick": bare, "knob": QRadioButton("knob"),
        "list": combo, "field with a list": editable, "number": QSpinBox(), "field": QLineEdit(), "tool": tool,
    }  # fmt: skip


@THEMES
@pytest.mark.parametrize(
    "kind", ["button", "default", "tick", "bare tick", "knob", "list", "field with a list", "number", "field", "tool"]
)
def test_one_sees_what_has_the_keyboard(qtbot, theme: Theme, kind: str) -> None:
    widget = focusable()[kind]
    shown(qtbot, theme, widget)
    before = around(widget)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    after = around(widget)
    changed = [
        contrast(before.pixelColor(x, y).name(), after.pixelColor(x, y).name())
        for x in range(after.width())
        for y in range(after.height())
    ]
    assert sum(value >= 1.8 for value in changed) >= 20, max(changed)


@THEMES
def test_the_button_that_enter_presses_is_told_from_others(qtbot, theme: Theme) -> None:
    default, other = QPushButton("Apply"), QPushButton("Apply")
    default.setDefault(True)
    shown(qtbot, theme, default, other)
    face, plain = (around(one, 0).pixelColor(8, one.height() // 2).name() for one in (default, other))
    assert face == theme.accent
    assert plain == theme.raised
    assert contrast(face, plain) >= OUTLINE_CONTRAST
    inside = QRect(8, 4, default.width() - 16, default.height() - 8)
    assert most(around(default, 0), theme.accent, inside) >= TEXT_CONTRAST  # its words
    default.setEnabled(False)
    assert around(default, 0).pixelColor(8, default.height() // 2).name() != theme.accent


@THEMES
@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_a_chosen_row_has_a_bar_at_its_beginning(qtbot, theme: Theme, direction: Qt.LayoutDirection) -> None:
    rows = QListWidget()
    rows.setLayoutDirection(direction)
    rows.addItems(["one", "two", "three"])
    rows.setCurrentRow(1)
    shown(qtbot, theme, rows)
    image = rows.viewport().grab().toImage()
    y = rows.visualItemRect(rows.item(1)).center().y()
    ends = image.pixelColor(1, y).name(), image.pixelColor(image.width() - 2, y).name()
    assert ends == ((theme.accent, theme.chosen) if direction == Qt.LayoutDirection.LeftToRight else (theme.chosen, theme.accent))
    above = rows.visualItemRect(rows.item(0)).center().y()
    assert image.pixelColor(1, above).name() == theme.page


# Scroll bars


def scroll_bar(qtbot, orientation: Qt.Orientation, *, direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight) -> QScrollBar:
    bar = QScrollBar(orientation)
    bar.setLayoutDirection(direction)
    bar.setRange(0, 900)
    bar.setPageStep(100)
    bar.resize(QSize(14, 300) if orientation == Qt.Orientation.Vertical else QSize(300, 14))
    QApplication.setPalette(palette(LIGHT))
    qtbot.addWidget(bar)
    bar.show()
    QApplication.processEvents()
    return bar


def part(bar: QScrollBar, which: QStyle.SubControl) -> QRect:
    option = QStyleOptionSlider()
    bar.initStyleOption(option)
    return bar.style().subControlRect(QStyle.ComplexControl.CC_ScrollBar, option, which, bar)


SLIDER, UP, DOWN = (
    QStyle.SubControl.SC_ScrollBarSlider,
    QStyle.SubControl.SC_ScrollBarSubPage,
    QStyle.SubControl.SC_ScrollBarAddPage,
)


@pytest.mark.parametrize("orientation", list(Qt.Orientation))
@pytest.mark.parametrize("value", [0, 450, 900])
def test_the_parts_of_a_scroll_bar_fill_it(qtbot, orientation: Qt.Orientation, value: int) -> None:
    bar = scroll_bar(qtbot, orientation)
    bar.setValue(value)
    lengths = {
        which: part(bar, which).height() if orientation == Qt.Orientation.Vertical else part(bar, which).width()
        for which in (UP, SLIDER, DOWN)
    }
    assert sum(lengths.values()) == 300
    assert lengths[SLIDER] == 30
    assert lengths[UP] == 270 * value // 900
    for arrow in (QStyle.SubControl.SC_ScrollBarAddLine, QStyle.SubControl.SC_ScrollBarSubLine):
        assert part(bar, arrow).isEmpty()


def test_a_scroll_bar_of_very_much_has_a_handle_one_can_take(qtbot) -> None:
    bar = scroll_bar(qtbot, Qt.Orientation.Vertical)
    bar.setRange(0, 10_000_000)
    assert part(bar, SLIDER).height() >= 24
    bar.setValue(10_000_000)
    assert part(bar, SLIDER).bottom() == 299


def test_from_right_to_left_a_scroll_bar_begins_at_the_right(qtbot) -> None:
    bar = scroll_bar(qtbot, Qt.Orientation.Horizontal, direction=Qt.LayoutDirection.RightToLeft)
    assert part(bar, SLIDER).right() == 299
    bar.setValue(900)
    assert part(bar, SLIDER).left() == 0


def test_the_pointer_takes_the_handle_and_pages_beside_it(qtbot) -> None:
    bar = scroll_bar(qtbot, Qt.Orientation.Vertical)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(7, 200))
    assert bar.value() == 100
    start = part(bar, SLIDER).center()
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(bar, start + QPoint(0, 90))
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 90))
    assert abs(bar.value() - 400) <= 5


@THEMES
def test_a_handle_is_seen_and_what_cannot_scroll_has_none(qtbot, theme: Theme) -> None:
    bar = scroll_bar(qtbot, Qt.Orientation.Vertical)
    QApplication.setPalette(palette(theme))
    QApplication.processEvents()
    image = bar.grab().toImage()
    assert most(image, theme.window, part(bar, SLIDER)) >= OUTLINE_CONTRAST
    bar.setRange(0, 0)
    plain = bar.grab().toImage()
    assert {plain.pixelColor(x, y).name() for x in range(14) for y in range(0, 300, 7)} == {theme.window}


# The rest


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_a_bar_of_progress_fills_from_its_beginning(qtbot, direction: Qt.LayoutDirection) -> None:
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setRange(0, 100)
    bar.setValue(40)
    bar.setLayoutDirection(direction)
    shown(qtbot, LIGHT, bar)
    image = bar.grab().toImage()
    y = image.height() // 2
    filled = [image.pixelColor(x, y).name() == LIGHT.accent for x in range(4, image.width() - 4)]
    assert abs(sum(filled) / len(filled) - 0.4) < 0.03
    assert filled[0] is (direction == Qt.LayoutDirection.LeftToRight)


def test_the_tabs_of_docks_keep_their_whole_names(qtbot) -> None:
    window = QMainWindow()
    window.setCentralWidget(QWidget())
    docks = [
        QDockWidget(name, window) for name in ("Inspector", "Spans and relations", "History", "Consistency inbox", "Guidelines")
    ]
    for dock in docks:
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        if dock is not docks[0]:
            window.tabifyDockWidget(docks[0], dock)
    qtbot.addWidget(window)
    window.resize(500, 300)
    window.show()
    qtbot.waitExposed(window)
    (bar,) = [one for one in window.findChildren(QTabBar) if one.count() == len(docks)]
    assert bar.elideMode() == Qt.TextElideMode.ElideNone
    assert bar.usesScrollButtons()
    for number in range(bar.count()):
        assert bar.tabRect(number).width() > bar.fontMetrics().horizontalAdvance(bar.tabText(number)) + 8
    assert all(button.focusPolicy() == Qt.FocusPolicy.NoFocus for button in bar.findChildren(QToolButton))


def test_the_style_is_set_once_and_stays(qapp: QApplication) -> None:
    first = qapp.style()
    assert isinstance(first, WindowStyle)
    style.use(qapp)
    application()
    assert qapp.style() is first
    assert first.baseStyle().name().casefold() == "fusion"


def test_text_in_a_field_keeps_off_its_outline(qtbot) -> None:
    field = QLineEdit("W" * 3)
    shown(qtbot, LIGHT, field)
    image = around(field, 0)
    y = image.height() // 2
    first = next(x for x in range(4, image.width()) if contrast(image.pixelColor(x, y).name(), LIGHT.page) > 2)
    assert first >= 5
