"""The dialog that sets the article's text, and the fields it builds from the table of settings."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontDatabase, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QSpinBox

from annotator.settings.store import Settings
from annotator.settings.table import SETTINGS, Kind, Setting
from annotator.ui.dialogs.frame import form
from annotator.ui.dialogs.setting_fields import SettingField, add_setting, choice_words, setting_field
from annotator.ui.dialogs.text_style import KEYS, TextStyleDialog
from tests.qt.panels_support import Heard, opened


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def dialog(qtbot, settings) -> TextStyleDialog:
    made = TextStyleDialog(settings)
    opened(qtbot, made)
    return made


def spin(field: SettingField) -> QSpinBox:
    assert isinstance(field.control, QSpinBox)
    return field.control


def combo(field: SettingField) -> QComboBox:
    assert isinstance(field.control, QComboBox)
    return field.control


def choose(field: SettingField, data: str) -> None:
    combo(field).setCurrentIndex(combo(field).findData(data))


def installed() -> str:
    """A family that this computer has and that is not the first."""
    return [family for family in QFontDatabase.families() if QFontDatabase.isSmoothlyScalable(family)][-1]


# The dialog


def test_there_is_a_row_for_every_setting_of_the_articles_look(dialog):
    wanted = [key for key in SETTINGS if key.startswith("article.") and key != "article.unit"]
    assert list(dialog.fields) == wanted == list(KEYS)
    shown = {label.text() for label in dialog.findChildren(QLabel)}
    for key in wanted:
        assert SETTINGS[key].title in shown
        assert SETTINGS[key].help in shown
        assert dialog.fields[key].value() == SETTINGS[key].default
        assert dialog.fields[key].control.accessibleName() == SETTINGS[key].title
        assert dialog.fields[key].control.accessibleDescription() == SETTINGS[key].help


def test_a_change_holds_at_once_and_is_kept(dialog, settings):
    heard = Heard()
    settings.subscribe(heard.hear)
    spin(dialog.fields["article.font_size"]).setValue(18)
    choose(dialog.fields["article.density"], "compact")
    assert heard.got == [("article.font_size", 18), ("article.density", "compact")]
    dialog.keep.click()
    assert json.loads(settings.path.read_text()) == {"article.font_size": 18, "article.density": "compact"}


def test_cancel_takes_all_changes_back(dialog, settings):
    settings_before = {key: settings.get(key) for key in KEYS}
    spin(dialog.fields["article.font_size"]).setValue(18)
    spin(dialog.fields["article.line_width"]).setValue(0)
    choose(dialog.fields["article.arcs"], "none")
    choose(dialog.fields["article.font_family"], installed())
    assert settings.get("article.font_family") == installed()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert {key: settings.get(key) for key in KEYS} == settings_before


def test_cancel_goes_back_to_what_it_was_not_to_the_defaults(qtbot, settings):
    settings.set("article.font_size", 20)
    dialog = TextStyleDialog(settings)
    opened(qtbot, dialog)
    dialog.usual.click()
    assert settings.get("article.font_size") == 13
    assert dialog.fields["article.font_size"].value() == 13
    dialog.reject()
    assert settings.get("article.font_size") == 20


def test_the_preview_shows_the_choice(dialog):
    before = dialog.preview.grab().toImage()
    for key, value in (("article.line_width", 30), ("article.font_size", 24), ("article.zoom", 150)):
        spin(dialog.fields[key]).setValue(value)
        after = dialog.preview.grab().toImage()
        assert after != before, key
        before = after
    for key, value in (("article.arcs", "none"), ("article.density", "compact"), ("article.font_family", "DejaVu Serif")):
        choose(dialog.fields[key], value)
        after = dialog.preview.grab().toImage()
        assert after != before, key
        before = after


def test_a_file_that_cannot_be_written_is_said_and_the_choice_holds(qtbot, tmp_path):
    (tmp_path / "blocked").write_text("a file where a folder should be")
    settings = Settings(tmp_path / "settings.json")
    settings.path = tmp_path / "blocked" / "settings.json"
    dialog = TextStyleDialog(settings)
    opened(qtbot, dialog)
    spin(dialog.fields["article.font_size"]).setValue(18)
    assert "cannot be saved" in dialog.complaint.text()
    assert settings.get("article.font_size") == 18
    dialog.reject()
    assert settings.get("article.font_size") == 13


# The fields


def field(qtbot, setting: Setting, value: object) -> tuple[SettingField, Heard]:
    made = setting_field(setting, value)
    qtbot.addWidget(made)
    made.show()
    heard = Heard()
    made.edited.connect(heard.hear)
    return made, heard


def test_a_number_keeps_to_its_limits_and_zero_may_have_words(qtbot):
    made, heard = field(qtbot, SETTINGS["article.line_width"], 90)
    assert (spin(made).minimum(), spin(made).maximum()) == (0, 400)
    assert spin(made).text() == "90 characters"
    made.show_value(0)
    assert spin(made).text() == "As wide as the window"
    assert heard.got == []
    QTest.keyClick(spin(made), Qt.Key.Key_Up)
    assert heard.got == [("article.line_width", 5)]


def test_a_number_half_typed_is_not_taken(qtbot):
    made, heard = field(qtbot, SETTINGS["article.font_size"], 13)
    spin(made).selectAll()
    QTest.keyClicks(spin(made), "24")
    assert heard.got == []
    QTest.keyClick(spin(made), Qt.Key.Key_Return)
    assert heard.got == [("article.font_size", 24)]


def test_a_wheel_that_passes_over_a_number_changes_nothing(qtbot):
    made, heard = field(qtbot, SETTINGS["article.font_size"], 13)
    spin(made).clearFocus()
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(spin(made), event)
    assert made.value() == 13
    assert heard.got == []


def test_a_switch_says_its_own_title(qtbot):
    made, heard = field(qtbot, SETTINGS["done.next"], True)
    QTest.mouseClick(made.control, Qt.MouseButton.LeftButton, pos=QPoint(8, made.control.height() // 2))
    assert heard.got == [("done.next", False)]
    layout = form()
    add_setting(layout, made)
    label = layout.itemAt(0, layout.ItemRole.LabelRole)
    assert label is None or not label.widget() or not label.widget().text()


def test_a_text_is_told_when_it_is_finished(qtbot):
    made, heard = field(qtbot, SETTINGS["annotator.name"], "ani")
    assert isinstance(made.control, QLineEdit)
    QTest.keyClicks(made.control, " b ")
    assert heard.got == []
    QTest.keyClick(made.control, Qt.Key.Key_Return)
    assert heard.got == [("annotator.name", "ani b")]


@pytest.mark.parametrize("key", [key for key, setting in SETTINGS.items() if setting.kind is Kind.CHOICE])
def test_every_choice_has_words_and_comes_back_as_it_is(qtbot, key):
    made, heard = field(qtbot, SETTINGS[key], SETTINGS[key].default)
    assert combo(made).count() == len(SETTINGS[key].choices)
    for choice in SETTINGS[key].choices:
        made.show_value(choice)
        assert made.value() == choice
        assert combo(made).currentText() == choice_words(key, choice) != choice
    assert heard.got == []


def test_a_font_is_chosen_among_those_installed_after_the_usual_one(qtbot):
    made, heard = field(qtbot, SETTINGS["article.font_family"], "")
    assert combo(made).currentText() == "Usual font"
    assert combo(made).currentIndex() == 0
    assert made.value() == ""
    choose(made, installed())
    assert heard.got == [("article.font_family", installed())]
    assert combo(made).itemData(combo(made).findData("DejaVu Serif"), Qt.ItemDataRole.FontRole).family() == "DejaVu Serif"


def test_a_font_that_is_not_installed_keeps_its_name(qtbot):
    made, heard = field(qtbot, SETTINGS["article.font_family"], "Hilang Sans")
    assert combo(made).currentText() == "Hilang Sans (not installed)"
    assert made.value() == "Hilang Sans"
    assert heard.got == []


def test_lists_and_mappings_have_no_field(qapp):
    with pytest.raises(KeyError):
        setting_field(SETTINGS["keys.overrides"], {})
