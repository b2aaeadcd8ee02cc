"""What is chosen in the preferences holds in the window at once: every row is changed in the dialog, and looked at where it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QSpinBox

from annotator.settings.store import Settings
from annotator.settings.table import SETTINGS
from annotator.ui import language
from annotator.ui.app import build
from annotator.ui.dialogs.preferences import PreferencesDialog
from annotator.ui.main_window import MainWindow
from annotator.ui.standing import Standing
from annotator.ui.theme import DARK, LIGHT
from tests.qt.window_support import Seat, settle


@pytest.fixture
def shown(seat) -> Seat:
    seat.show()
    return seat


def choose(seat: Seat, key: str, value: object) -> None:
    choose_in(seat.window, key, value)


def choose_in(window: MainWindow, key: str, value: object) -> None:
    """Change a row by its own control, as a person does."""
    found = [dialog for dialog in window.findChildren(PreferencesDialog) if dialog.isVisible()]
    if not found:
        assert window.hands is not None
        window.hands.preferring.ask()
        found = window.findChildren(PreferencesDialog)
    control = found[-1].fields[key].control
    if isinstance(control, QCheckBox):
        control.setChecked(bool(value))
    elif isinstance(control, QSpinBox):
        control.setValue(int(str(value)))
    elif isinstance(control, QLineEdit):
        control.setText(str(value))
        QTest.keyClick(control, Qt.Key.Key_Return)
    else:
        assert isinstance(control, QComboBox), key
        row = next(row for row in range(control.count()) if value in (control.itemData(row), control.itemText(row)))
        control.setCurrentIndex(row)
        control.activated.emit(row)
    settle()


def window_color() -> str:
    return QApplication.palette().color(QPalette.ColorRole.Window).name()


# What each row is looked at by


def theme_shows(seat: Seat) -> None:
    for name, theme in (("dark", DARK), ("light", LIGHT), ("dark", DARK), ("light", LIGHT)):
        choose(seat, "ui.theme", name)
        assert window_color() == theme.window
        assert seat.view.look.theme is theme
        assert seat.window.actions_by_id[f"view.theme-{name}"].isChecked()


def name_shows(seat: Seat) -> None:
    choose(seat, "annotator.name", "budi")
    assert seat.bench.session is not None
    assert seat.bench.session.annotator == "budi"
    assert seat.document.info.annotator == "budi"


def font_shows(seat: Seat) -> None:
    choose(seat, "article.font_family", "DejaVu Serif")
    assert seat.view.look.metrics.article_font.families()[0] == "DejaVu Serif"


def size_shows(seat: Seat) -> None:
    choose(seat, "article.font_size", 20)
    assert seat.view.look.metrics.article_font.pointSizeF() == 20


def width_shows(seat: Seat) -> None:
    before = seat.view.look.metrics.column
    choose(seat, "article.line_width", 40)
    assert seat.view.look.metrics.column < before


def zoom_shows(seat: Seat) -> None:
    before = seat.view.look.metrics.article_font.pointSizeF()
    choose(seat, "article.zoom", 200)
    assert seat.view.look.metrics.article_font.pointSizeF() == 2 * before


def density_shows(seat: Seat) -> None:
    before = seat.view.document().size().height()
    choose(seat, "article.density", "compact")
    assert seat.view.document().size().height() < before


def arcs_show(seat: Seat) -> None:
    choose(seat, "article.arcs", "none")
    assert seat.view.look.arcs == "none"


def unit_shows(seat: Seat) -> None:
    choose(seat, "article.unit", "characters")
    seat.view.place_caret(0)
    seat.press("Shift+Right")
    assert seat.view.selection == (0, 1)


def going_on_shows(seat: Seat) -> None:
    choose(seat, "done.next", False)
    before = seat.name
    seat.hands.documents.skip()
    assert seat.name == before


def order_shows(seat: Seat) -> None:
    choose(seat, "done.order", "doubt")
    assert seat.window.actions_by_id["document.order-doubt"].isChecked()


APPLIED: dict[str, Callable[[Seat], None]] = {
    "annotator.name": name_shows,
    "ui.theme": theme_shows,
    "article.font_family": font_shows,
    "article.font_size": size_shows,
    "article.line_width": width_shows,
    "article.zoom": zoom_shows,
    "article.density": density_shows,
    "article.arcs": arcs_show,
    "article.unit": unit_shows,
    "done.next": going_on_shows,
    "done.order": order_shows,
}

ELSEWHERE = {"ui.language", "history.keep_days", "history.keep_megabytes"}
"""The language makes the window anew (below); what the history may lose is looked for when a project is opened, as its rows say."""


def test_every_row_is_looked_at():
    rows = {key for key, setting in SETTINGS.items() if not setting.private and key != "keys.overrides"}
    assert rows == set(APPLIED) | ELSEWHERE
    assert all("soon after a project is opened" in SETTINGS[key].help for key in ELSEWHERE if key.startswith("history."))


@pytest.mark.parametrize("key", list(APPLIED))
def test_a_row_holds_in_the_window_at_once(key, shown):
    APPLIED[key](shown)


def test_the_name_of_the_preferences_outlives_the_change_of_the_language(qtbot, tmp_path, project_file):
    settings = Settings(tmp_path / "settings.json")
    settings.set("ui.language", "en")
    standing = Standing(settings, lambda: build(settings, "ani"))
    try:
        standing.window.show()
        assert standing.window.hands is not None
        standing.window.hands.projects.open(project_file)
        choose_in(standing.window, "annotator.name", "budi")
        with qtbot.waitSignal(standing.renewed):
            choose_in(standing.window, "ui.language", "id")
        session = standing.window.bench.session
        assert standing.window.menuBar().actions()[0].text() == "&Proyek"
        assert session is not None
        assert session.annotator == "budi"
    finally:
        standing.window.close()
        standing.deleteLater()
        language.speak("en")
        settle()


def test_another_name_waits_for_the_next_project_while_work_is_under_way(shown, monkeypatch):
    monkeypatch.setattr(type(shown.hands.projects), "busy", property(lambda _: True))
    choose(shown, "annotator.name", "budi")
    assert shown.bench.session is not None
    assert shown.bench.session.annotator == "ani"
    assert shown.hands.projects.annotator == "budi"
    assert "budi" in shown.message
