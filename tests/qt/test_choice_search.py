"""The list that pops up to choose from what is looked up while one types, and its rows of two lines."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QVBoxLayout, QWidget

from annotator.ui.choice import Option
from annotator.ui.choice_search import Found, SearchPopup
from annotator.ui.panels.option_rows import OptionRows, option_item, row_height
from annotator.ui.theme import DARK, LIGHT, Theme
from annotator.ui.theme_qt import palette

PLACES = (
    Option("Jakarta", value="Q3630", detail="ibu kota Indonesia", aside="GPE"),
    Option("Jambi", value="Q5898", icon="check"),
    Option("Bogor & sekitarnya", color="#0072b2", aside="linked now"),
)


class Room:
    """A window with a popup over ``PLACES``, and what it announced."""

    def __init__(self, qtbot, **more) -> None:
        self.window = QWidget()
        self.window.resize(600, 500)
        self.elsewhere = QLineEdit()
        QVBoxLayout(self.window).addWidget(self.elsewhere)
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        self.elsewhere.setFocus()
        self.asked: list[str] = []
        self.chosen: list[tuple[str, str]] = []
        self.pressed: list[str] = []
        shortcut = QShortcut(QKeySequence("Ctrl+Return"), self.window)
        shortcut.activated.connect(lambda: self.pressed.append("Ctrl+Return"))
        self.popup = SearchPopup("Tempat", self.look_up, LIGHT, parent=self.window, placeholder="Ketik", **more)
        self.popup.chosen.connect(lambda value: self.chosen.append(("alone", value)))
        self.popup.chosenAlong.connect(lambda value: self.chosen.append(("along", value)))
        self.popup.pop_up(self.window.mapToGlobal(QPoint(20, 60)))
        self.field, self.list = self.popup.findChild(QLineEdit), self.popup.findChild(QListWidget)

    def look_up(self, typed: str) -> Found:
        self.asked.append(typed)
        fitting = tuple(one for one in PLACES if typed.casefold() in one.name.casefold())
        return Found(fitting, 0 if fitting else -1, f"{len(fitting)} ada")

    def names(self) -> list[str]:
        return [self.list.item(row).text() for row in range(self.list.count())]

    def hint(self) -> str:
        return [label.text() for label in self.popup.findChildren(QLabel)][-1]


@pytest.fixture
def room(qtbot) -> Room:
    return Room(qtbot)


def test_it_looks_up_nothing_first_and_then_what_is_typed(room):
    assert room.asked == [""]
    assert room.field.hasFocus()
    assert room.field.placeholderText() == room.field.accessibleName() == "Ketik"
    QTest.keyClicks(room.field, "ja")
    assert room.asked == ["", "j", "ja"]
    assert room.names() == ["Jakarta", "Jambi"]
    assert room.hint() == "2 ada"
    assert room.popup.typed == "ja"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([Qt.Key.Key_Return], [("alone", "Q3630")]),
        ([Qt.Key.Key_Down, Qt.Key.Key_Enter], [("alone", "Q5898")]),
        ([Qt.Key.Key_Up, Qt.Key.Key_Return], [("alone", "Bogor & sekitarnya")]),  # its value is its name
        ([Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_Return], [("alone", "Q5898")]),
        ([Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Return], [("alone", "Q3630")]),
        ([Qt.Key.Key_Escape], []),
    ],
)
def test_keys_in_the_field_choose(room, keys, expected):
    for key in keys:
        QTest.keyClick(room.field, key)
    assert room.chosen == expected
    assert not room.popup.isVisible()
    assert room.elsewhere.hasFocus()


def test_ctrl_and_enter_are_kept_from_the_window(room):
    QTest.keyClick(room.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert room.chosen == [("along", "Q3630")]
    assert room.pressed == []
    assert not room.popup.isVisible()
    QTest.keyClick(room.elsewhere, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert room.pressed == ["Ctrl+Return"]  # elsewhere it is the window's


def test_a_list_that_stays_begins_a_new_text(room):
    room.popup.stays = True
    QTest.keyClicks(room.field, "jam")
    QTest.keyClick(room.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert room.chosen == [("along", "Q5898")]
    assert room.popup.isVisible()
    room.popup.look_again()
    QTest.keyClicks(room.field, "bo")
    assert room.popup.typed == "bo"
    QTest.keyClick(room.field, Qt.Key.Key_Return)
    assert room.chosen == [("along", "Q5898"), ("alone", "Bogor & sekitarnya")]


def test_looking_again_keeps_the_row(room):
    QTest.keyClick(room.field, Qt.Key.Key_Down)
    QTest.keyClick(room.field, Qt.Key.Key_Down)
    room.popup.look_again()
    assert room.list.currentRow() == 2
    room.field.setText("jak")
    room.popup.look_again()
    assert room.list.currentRow() == 0


def test_where_nothing_is_found_enter_takes_nothing(room):
    QTest.keyClicks(room.field, "xyz")
    assert room.names() == []
    QTest.keyClick(room.field, Qt.Key.Key_Return)
    QTest.keyClick(room.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(room.field, Qt.Key.Key_PageDown)
    assert room.chosen == []
    assert room.popup.isVisible()


def test_a_click_chooses(room):
    place = room.list.visualItemRect(room.list.item(1)).center()
    QTest.mouseClick(room.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert room.chosen == [("alone", "Q5898")]


def test_it_goes_when_the_keyboard_goes_elsewhere(room):
    room.elsewhere.setFocus()
    QApplication.processEvents()
    assert not room.popup.isVisible()
    assert room.chosen == []


@pytest.mark.parametrize(("y", "clear", "above"), [(60, 40, False), (480, 40, True), (480, 0, False), (200, 190, False)])
def test_it_stands_over_its_place_where_there_is_no_room_below(qtbot, y, clear, above):
    room = Room(qtbot, rows=5)
    room.popup.hide()
    room.popup.pop_up(room.window.mapToGlobal(QPoint(20, y)), clear=clear)
    inside = room.popup.geometry()
    assert room.window.rect().contains(inside)
    assert (inside.bottom() < y - clear + 1) is above


@pytest.mark.parametrize("lines", [1, 2])
def test_rows_are_as_high_as_their_lines(qtbot, lines):
    room = Room(qtbot, rows=4, lines=lines)
    height = row_height(room.list, lines)
    assert room.list.visualItemRect(room.list.item(0)).height() == height
    assert room.list.height() == 4 * height
    assert row_height(room.list, 1) < row_height(room.list, 2)


def test_a_row_says_all_of_it_to_those_who_cannot_see_it():
    item = option_item(PLACES[0])
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "Jakarta, GPE, ibu kota Indonesia"
    assert item.data(Qt.ItemDataRole.UserRole) == "Q3630"
    assert option_item(Option("Solo")).data(Qt.ItemDataRole.AccessibleTextRole) == "Solo"


@pytest.fixture(params=[Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft], ids=["to the right", "to the left"])
def direction(request, qapp):
    """The program's direction: a painter asks that, not its widget."""
    qapp.setLayoutDirection(request.param)
    yield request.param
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def painted_row(qtbot, option: Option, theme: Theme = LIGHT, *, pictures: bool = True) -> QImage:
    shown = QListWidget()
    qtbot.addWidget(shown)
    shown.setPalette(palette(theme))
    shown.setFrameShape(shown.Shape.NoFrame)
    shown.setItemDelegate(OptionRows(shown, pictures=pictures))
    shown.addItem(option_item(option))
    shown.resize(260, 60)
    return shown.grab().toImage()


def test_a_tick_is_no_mirror_image_where_the_window_runs_to_the_left(qtbot, qapp):
    tick = Option("Jakarta", icon="check")
    width = 28  # what lies before the name
    leftmost = painted_row(qtbot, tick).copy(0, 0, width, 60)
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        image = painted_row(qtbot, tick)
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def sign(of: QImage) -> list[list[int]]:
        """The pixels of the sign: those unlike the ground, cut to what they fill."""
        ground = of.pixel(width // 2, 58)
        there = [(x, y) for x in range(of.width()) for y in range(of.height() - 4) if of.pixel(x, y) != ground]
        left, top = min(x for x, _ in there), min(y for _, y in there)
        return sorted([x - left, y - top, of.pixel(x, y)] for x, y in there)

    assert sign(image.copy(260 - width, 0, width, 60)) == sign(leftmost)
    assert sign(leftmost.flipped(Qt.Orientation.Horizontal)) != sign(leftmost)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.usefixtures("direction")
def test_rows_are_painted_with_all_their_parts(qtbot, theme):
    def painted(option: Option, *, pictures: bool = True) -> bytes:
        return bytes(painted_row(qtbot, option, theme, pictures=pictures).constBits())

    pictures = [
        painted(option)
        for option in (
            Option("Jakarta"),
            *PLACES,
            Option("Jakarta", aside="GPE"),
            Option("Jakarta", detail="kota"),
            Option("x" * 400),
        )
    ]
    assert len(set(pictures)) == len(pictures)
    assert painted(Option("Jakarta"), pictures=False) != pictures[0]
