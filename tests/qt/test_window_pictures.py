"""The main states of the window look as they did when somebody last looked at them.

Golden pictures stand in ``tests/golden/pictures``.  After a change of the looks that is meant, and whenever a picture is added::

    ANNOTATOR_RENEW_PICTURES=1 python -m pytest tests/qt/test_window_pictures.py

writes them anew; look at each before it is kept.  Nothing in them depends on the day, the person or the machine: the window is always
of one size, in DejaVu Sans, in English, over the shipped demo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QIcon, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QDockWidget, QLineEdit, QWidget

from annotator.settings.store import Settings
from annotator.ui import theme_qt
from annotator.ui.theme import LIGHT
from annotator.ui.theme_qt import palette
from tests.qt.pictures_support import COLORS, GOLDEN, RENEW, compared, fault, quantised
from tests.qt.window_support import MakeSeat, Seat, settle

FAMILY = "DejaVu Sans"
SIZE = (1000, 640)
THEMES = ("light", "dark")


@pytest.fixture(autouse=True)
def same_raster(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Draw with one font at one scale; a still caret."""
    if QGuiApplication.platformName() != "offscreen" or qapp.devicePixelRatio() != 1.0:
        pytest.skip("the golden pictures are drawn off screen at 100 %")
    if FAMILY not in QFontDatabase.families():
        pytest.skip(f"{FAMILY} is not installed (Debian: fonts-dejavu-core)")
    before, flash = QFont(qapp.font()), qapp.cursorFlashTime()
    font = QFont(FAMILY, 9)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    qapp.setFont(font)
    qapp.setCursorFlashTime(0)
    monkeypatch.setattr(theme_qt, "ARTICLE_FAMILIES", (FAMILY,))
    yield
    qapp.setCursorFlashTime(flash)
    qapp.setFont(before)


@pytest.fixture
def window(make_seat: MakeSeat, tmp_path: Path) -> Callable[[str], Seat]:
    """Open the demo in a window of one size."""

    def make(theme: str = "light") -> Seat:
        settings = Settings(tmp_path / "settings.json")
        settings.set("ui.theme", theme)
        settings.set("ui.language", "en")
        settings.set("article.font_family", FAMILY)
        seat = make_seat(settings=settings)
        seat.window.resize(*SIZE)
        seat.show()
        seat.hands.projects.demo()
        seat.view.setFocus()
        settle()
        return seat

    return make


def drawn(seat: Seat, widget: QWidget | None = None) -> QImage:
    """Return the picture of the window, or of one of its dialogs, without the passing words of the status bar."""
    seat.bench.following.now()
    seat.window.status.clearMessage()
    settle()
    return (widget or seat.window).grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


# The states


def welcome(seat: Seat) -> QWidget | None:
    seat.hands.projects.close()
    seat.window.welcome.set_recent([])
    settle()
    return None


def opened(seat: Seat) -> QWidget | None:
    return None


def suggestion(seat: Seat) -> QWidget | None:
    seat.press(".")
    return None


def decided(seat: Seat) -> QWidget | None:
    seat.press(".", "Return", "Tab", "Tab", "3", "Ctrl+Right")
    return None


def hints(seat: Seat) -> QWidget | None:
    seat.press(".", "r")
    return None


def label_menu(seat: Seat) -> QWidget | None:
    seat.press(".", "Space")
    return None


def command_palette(seat: Seat) -> QWidget | None:
    seat.press("Ctrl+K")
    field = seat.window.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "drak")
    return None


def search(seat: Seat) -> QWidget | None:
    seat.press("Ctrl+Shift+F")
    field = seat.window.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "Prancis")
    seat.press("Return")
    panel = seat.window.panels.searching.panel
    for _ in range(500):
        if panel.model.rowCount():
            break
        QTest.qWait(10)
    assert panel.model.rowCount()
    return None


def relation_grid(seat: Seat) -> QWidget | None:
    seat.press("Ctrl+R")
    return None


def outline(seat: Seat) -> QWidget | None:
    seat.press(".", ".")
    dock = seat.window.findChild(QDockWidget, "dock-outline")
    assert isinstance(dock, QDockWidget)
    dock.raise_()
    settle()
    return None


def message(seat: Seat) -> QWidget | None:
    seat.bench.messages.show_message(
        "The file cannot be written: the disk is full.", "error", "Choose another place…", seat.view.setFocus
    )
    settle()
    return None


def article_only(seat: Seat) -> QWidget | None:
    seat.hands.shell.toggle_density()
    seat.press("F11")
    seat.window.setWindowState(Qt.WindowState.WindowNoState)
    seat.window.resize(*SIZE)
    settle()
    return None


def preferences(seat: Seat) -> QWidget | None:
    return dialog(seat, "edit.preferences", "article")


def label_scheme(seat: Seat) -> QWidget | None:
    return dialog(seat, "project.scheme")


def key_sheet(seat: Seat) -> QWidget | None:
    return dialog(seat, "help.keys")


def dialog(seat: Seat, action: str, page: str = "") -> QDialog:
    seat.trigger(action)
    settle()
    (found,) = [one for one in seat.window.findChildren(QDialog) if one.isVisible()]
    if page:
        found.show_setting(f"{page}.zoom")  # type: ignore[attr-defined]
    settle()
    return found


STATES: dict[str, Callable[[Seat], QWidget | None]] = {
    state.__name__.replace("_", "-"): state
    for state in (
        welcome, opened, suggestion, decided, hints, label_menu, command_palette, search, relation_grid, outline, message,
        article_only, preferences, label_scheme, key_sheet,
    )
}  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_it_looks_as_it_did(window: Callable[[str], Seat], tmp_path: Path, state: str, theme: str) -> None:
    seat = window(theme)
    got = drawn(seat, STATES[state](seat))
    wrong = fault(f"{state}-{theme}", got, tmp_path)
    assert not wrong, wrong


def test_the_golden_pictures_are_those_of_the_states_and_small() -> None:
    found = {path.stem for path in GOLDEN.glob("*.png")}
    assert found == {f"{state}-{theme}" for state in STATES for theme in THEMES}
    assert sum(path.stat().st_size for path in GOLDEN.iterdir()) < 1_000_000


# What the comparison sees, and what it does not


@pytest.fixture
def seat_and_picture(window: Callable[[str], Seat]) -> tuple[Seat, QImage]:
    seat = window("light")
    suggestion(seat)
    return seat, quantised(drawn(seat))


def test_the_same_again_is_the_same(seat_and_picture: tuple[Seat, QImage]) -> None:
    seat, golden = seat_and_picture
    assert golden.colorCount() <= COLORS
    assert compared(drawn(seat), golden).said == ""


def other_hinting(seat: Seat) -> None:
    font = QFont(QApplication.font())
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    QApplication.setFont(font)


def emptied(seat: Seat) -> None:
    panel = seat.window.panels.labels
    for child in panel.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        child.hide()


def an_icon_less(seat: Seat) -> None:
    seat.window.actions_by_id["edit.undo"].setIcon(QIcon())
    seat.window._bar.setIconSize(seat.window._bar.iconSize())


def other_window(seat: Seat) -> None:
    QApplication.setPalette(palette(replace(LIGHT, window="#eef0f1")))


def other_choice(seat: Seat) -> None:
    QApplication.setPalette(palette(replace(LIGHT, chosen="#c6d9f6")))


def other_page(seat: Seat) -> None:
    seat.view.set_theme(replace(LIGHT, page="#fdfbf5"))


def wider_panel(seat: Seat) -> None:
    dock = seat.window._documents_dock
    seat.window.resizeDocks([dock], [dock.width() + 6], Qt.Orientation.Horizontal)


def lower_rows(seat: Seat) -> None:
    view = seat.window.panels.labels.view
    view.verticalHeader().setDefaultSectionSize(view.verticalHeader().defaultSectionSize() + 1)


def moved_field(seat: Seat) -> None:
    margins = seat.window.panels.documents.layout()
    assert margins is not None
    margins.setContentsMargins(0, 4, 0, 0)


@pytest.mark.parametrize(
    "change",
    [emptied, an_icon_less, other_window, other_choice, other_page, wider_panel, lower_rows, moved_field],
    ids=lambda change: change.__name__,
)
def test_a_change_of_the_looks_is_seen(seat_and_picture: tuple[Seat, QImage], change: Callable[[Seat], None]) -> None:
    seat, golden = seat_and_picture
    change(seat)
    settle()
    assert compared(drawn(seat), golden).said


def test_letters_drawn_a_little_otherwise_are_no_change_of_the_looks(seat_and_picture: tuple[Seat, QImage]) -> None:
    seat, golden = seat_and_picture
    other_hinting(seat)
    settle()
    got = drawn(seat)
    assert compared(got, golden).said == ""


def test_a_picture_of_another_size_is_another(seat_and_picture: tuple[Seat, QImage]) -> None:
    seat, golden = seat_and_picture
    seat.window.resize(SIZE[0] - 8, SIZE[1])
    settle()
    assert "992 by 640" in compared(drawn(seat), golden).said


def test_who_fails_is_told_where_to_look(seat_and_picture: tuple[Seat, QImage], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv(RENEW, raising=False)
    _, golden = seat_and_picture
    other = QImage(golden.convertToFormat(QImage.Format.Format_RGB32))
    other.fill(Qt.GlobalColor.red)
    said = fault("suggestion-light", other, tmp_path)
    for name in ("suggestion-light.png", "suggestion-light-difference.png"):
        assert str(tmp_path / name) in said
        assert not QImage(str(tmp_path / name)).isNull()
    assert RENEW in said
    assert "no golden picture" in fault("of-nothing", other, tmp_path)
