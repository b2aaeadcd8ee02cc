"""Preferences and keys: every setting has its field, every change holds at once, no key belongs to two actions without a word."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from annotator.settings.store import Settings
from annotator.settings.table import SETTINGS, Kind
from annotator.ui.actions import ACTIONS, Scope, is_bare, keys_of
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.preferences import PreferencesDialog, grouped
from annotator.ui.dialogs.shortcuts import ShortcutsDialog
from annotator.ui.key_choices import PROFILES, as_usual, label_keys_lost, owners, profile_of, with_key, without_keys
from tests.qt.panels_support import opened

CONTROL = Qt.KeyboardModifier.ControlModifier


class Agreeing(Ask):
    """Answers every question with ``agrees`` and remembers what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.agrees, self.asked = True, []

    def confirm(self, title: str, text: str, action: str) -> bool:
        self.asked.append((title, text, action))
        return self.agrees


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def preferences(qtbot, settings, ask) -> PreferencesDialog:
    made = PreferencesDialog(settings, ask)
    opened(qtbot, made)
    return made


@pytest.fixture
def ask() -> Agreeing:
    return Agreeing()


@pytest.fixture
def keys(qtbot, settings, ask) -> ShortcutsDialog:
    made = ShortcutsDialog(settings, ask, {"1", "a"})
    opened(qtbot, made)
    return made


def overrides(settings):
    return settings.get("keys.overrides")


# Preferences


def test_every_setting_for_people_has_a_field_or_a_dialog_of_its_own(preferences):
    wanted = {key for key, setting in SETTINGS.items() if not setting.private and setting.kind is not Kind.KEYS}
    assert set(preferences.fields) == wanted
    assert [title for title, _ in grouped()] == [preferences.groups.item(row).text() for row in range(preferences.groups.count())]


def test_a_change_is_kept_at_once_and_only_what_changed(preferences, settings):
    field = preferences.fields["done.next"]
    assert isinstance(field.control, QCheckBox)
    field.control.click()
    assert settings.get("done.next") is False
    assert Settings(settings.path).get("done.next") is False
    assert not settings.changed("ui.theme")


def test_what_is_set_elsewhere_is_shown(preferences, settings):
    settings.set("article.zoom", 150)
    assert preferences.fields["article.zoom"].value() == 150


def test_the_usual_values_of_a_group_come_back_and_no_others(preferences, settings):
    settings.set("article.zoom", 150)
    settings.set("done.next", False)
    titles = [preferences.groups.item(row).text() for row in range(preferences.groups.count())]
    preferences.groups.setCurrentRow(titles.index("Article"))
    preferences.usual.click()
    assert settings.get("article.zoom") == 100
    assert preferences.fields["article.zoom"].value() == 100
    assert settings.get("done.next") is False


def test_usual_values_are_asked_for_in_numbers_and_by_name(preferences, settings, ask):
    preferences.usual.click()
    assert ask.asked == []
    assert preferences.complaint.text() == "“General” has the usual values already."
    settings.set("article.zoom", 150)
    settings.set("article.density", "compact")
    preferences.groups.setCurrentRow(1)
    ask.agrees = False
    preferences.usual.click()
    ((_, text, action),) = ask.asked
    assert text == "2 settings of “Article” go back to their usual values:\n\nZoom\nLine spacing"
    assert action == "Go back to them"
    assert settings.get("article.zoom") == 150
    assert preferences.fields["article.density"].value() == "compact"


def test_nobody_loses_their_name_to_usual_values(preferences, settings, ask):
    settings.set("annotator.name", "Rini")
    settings.set("ui.theme", "dark")
    preferences.groups.setCurrentRow(0)
    preferences.usual.click()
    assert ask.asked[0][1] == "1 setting of “General” goes back to its usual value:\n\nTheme"
    assert settings.get("annotator.name") == "Rini"
    assert preferences.fields["annotator.name"].value() == "Rini"
    assert settings.get("ui.theme") == "system"


def test_a_setting_that_cannot_be_saved_says_so_and_holds(preferences, settings):
    settings.path.mkdir()  # a folder stands where the file should
    field = preferences.fields["annotator.name"]
    assert isinstance(field.control, QLineEdit)
    field.control.setText("budi")
    QTest.keyClick(field.control, Qt.Key.Key_Return)
    assert "cannot be saved" in preferences.complaint.text()
    assert settings.get("annotator.name") == "budi"


def test_the_keyboard_reaches_every_field_of_a_group(preferences):
    titles = [preferences.groups.item(row).text() for row in range(preferences.groups.count())]
    preferences.groups.setFocus()
    QTest.keyClick(preferences.groups, Qt.Key.Key_Down)
    assert titles[preferences.pages.currentIndex()] == "Article"
    wanted = {preferences.fields[setting.key].control for setting in dict(grouped())["Article"]}
    met = set()
    for _ in range(40):
        QTest.keyClick(preferences.focusWidget() or preferences, Qt.Key.Key_Tab)
        met.add(preferences.focusWidget())
    assert wanted <= met


def test_a_combo_box_in_a_form_is_named_for_assistive_technology(preferences):
    for key, field in preferences.fields.items():
        if isinstance(field.control, QComboBox):
            assert field.control.accessibleName(), key


# Rules of keys


def test_no_two_actions_share_a_key_from_the_start_or_in_a_profile():
    for profile in PROFILES:
        for action in ACTIONS:
            for key in keys_of(action, profile.overrides):
                assert owners(key, profile.overrides, but=action.id) == [], (profile.name, action.id, key)


def test_every_profile_names_actions_there_are():
    known = {action.id for action in ACTIONS}
    for profile in PROFILES:
        assert set(profile.overrides) <= known
        assert profile_of(profile.overrides) is profile


def test_a_key_has_one_owner_after_it_was_given_away():
    found = with_key({}, "document.done", "Ctrl+D")
    assert found == {"document.done": ["Ctrl+Return", "Ctrl+D"], "span.propagate": []}
    assert as_usual(found, "span.propagate") == {}
    assert with_key({}, "document.done", "Ctrl+Return") == {}
    assert without_keys({"gone.action": ["x"]}, "edit.undo") == {"gone.action": ["x"], "edit.undo": []}
    assert profile_of(found) is None


def test_label_keys_that_are_lost_are_those_in_use():
    assert label_keys_lost({"document.done": ["a"]}, {"a", "1"}) == ["a"]
    assert label_keys_lost({"document.done": ["a"]}, {"1"}) == []


def test_bare_keys():
    bare = [
        key
        for key in ("a", "+", " ", "Backspace", "Shift+Tab", "F7", "Ctrl+A", "Alt+[", "Ctrl++", "Esc", "Shift+F3")
        if is_bare(key)
    ]
    assert bare == ["a", "+", " ", "Backspace", "Shift+Tab"]


# The editor of keys


def test_all_actions_are_listed_with_their_keys(keys):
    assert len(keys.sheet.rows()) == len(ACTIONS)
    keys.search.setText("ctrl+enter")
    assert {item.text(0) for item in keys.sheet.rows() if not item.isHidden()} >= {"Done, and next"}


def test_a_free_key_is_given_at_the_first_press(keys, settings):
    keys.choose("document.done")
    QTest.keyClick(keys.sheet, Qt.Key.Key_Return)
    assert keys.listening == "document.done"
    QTest.keyClick(keys.sheet, Qt.Key.Key_F9)
    assert overrides(settings) == {"document.done": ["Ctrl+Return", "F9"]}
    assert keys.listening == ""
    assert keys.sheet.currentItem().text(1).endswith("F9")
    assert keys.profiles.currentData() == "own"


def test_a_key_that_has_an_owner_is_asked_for_twice(keys, settings):
    keys.choose("document.done")
    keys.listen()
    QTest.keyClick(keys.sheet, Qt.Key.Key_D, CONTROL)
    assert "belongs to “Same text, same label, in the whole document”" in keys.told.text()
    assert overrides(settings) == {}
    QTest.keyClick(keys.sheet, Qt.Key.Key_D, CONTROL)
    assert overrides(settings) == {"document.done": ["Ctrl+Return", "Ctrl+D"], "span.propagate": []}


def test_another_key_after_a_clash_is_a_new_question(keys, settings):
    keys.choose("document.done")
    keys.listen()
    QTest.keyClick(keys.sheet, Qt.Key.Key_D, CONTROL)
    QTest.keyClick(keys.sheet, Qt.Key.Key_L, CONTROL)
    assert "Flag for later" in keys.told.text()
    assert overrides(settings) == {}


def test_escape_leaves_the_key_and_then_the_dialog(keys, settings):
    keys.choose("document.done")
    keys.listen()
    QTest.keyClick(keys.sheet, Qt.Key.Key_Escape)
    assert keys.listening == ""
    assert keys.isVisible()
    assert overrides(settings) == {}


def test_a_modifier_alone_is_no_key(keys, settings):
    keys.choose("document.done")
    keys.listen()
    QTest.keyClick(keys.sheet, Qt.Key.Key_Control)
    assert keys.listening == "document.done"


def test_delete_takes_the_keys_and_usual_keys_gives_them_back(keys, settings):
    keys.choose("edit.undo")
    keys.sheet.setFocus()
    QTest.keyClick(keys.sheet, Qt.Key.Key_Delete)
    assert overrides(settings) == {"edit.undo": []}
    assert keys.sheet.currentItem().font(0).italic()
    keys.back.click()
    assert overrides(settings) == {}
    assert not keys.sheet.currentItem().font(0).italic()


def test_keys_that_cannot_be_saved_are_not_said_to_be_given_or_taken(keys, settings):
    settings.path.mkdir()  # a folder stands where the file should
    keys.choose("edit.undo")
    keys.listen()
    QTest.keyClick(keys.sheet, Qt.Key.Key_F9)
    assert "cannot be saved" in keys.told.text()
    assert keys.listening == ""
    keys.listen()
    QTest.keyClick(keys.sheet, Qt.Key.Key_D, CONTROL)
    QTest.keyClick(keys.sheet, Qt.Key.Key_D, CONTROL)
    assert "cannot be saved" in keys.told.text(), "nor is a key that another action had"
    QTest.keyClick(keys.sheet, Qt.Key.Key_Delete)
    assert "cannot be saved" in keys.told.text()
    choose_profile(keys, "prodigy")
    assert "cannot be saved" in keys.told.text()
    assert overrides(settings)["document.done"] == ["a", "Ctrl+Return"], "until the program ends they hold"
    settings.path.rmdir()
    keys.choose("document.done")
    keys.back.click()
    assert keys.told.text() == "", "what can be saved again is complained of no more"
    assert overrides(Settings(settings.path)) == overrides(settings)


def test_a_profile_replaces_own_keys_only_when_asked(keys, settings, ask):
    settings.set("keys.overrides", {"edit.undo": ["F12"]})
    ask.agrees = False
    choose_profile(keys, "prodigy")
    assert overrides(settings) == {"edit.undo": ["F12"]}
    assert keys.profiles.currentData() == "own"
    ask.agrees = True
    choose_profile(keys, "prodigy")
    assert overrides(settings)["document.done"] == ["a", "Ctrl+Return"]
    assert len(ask.asked) == 2
    assert "do not label any more: a." in keys.about.text()
    choose_profile(keys, "usual")
    assert overrides(settings) == {}
    assert len(ask.asked) == 2


def choose_profile(keys, name):
    index = keys.profiles.findData(name)
    keys.profiles.setCurrentIndex(index)
    keys.profiles.activated.emit(index)


# In the window


def test_a_new_key_works_at_once_and_the_old_one_no_more(seat):
    seat.show()
    seat.hands.bench.settings.set("keys.overrides", {"document.flag": ["F9"]})
    seat.press("Ctrl+L")
    assert not seat.document.info.flagged
    seat.press("F9")
    assert seat.document.info.flagged
    assert "F9" in seat.window.actions_by_id["document.flag"].toolTip()


def test_a_letter_for_an_action_of_the_window_works_in_the_article_and_is_no_shortcut(seat):
    seat.hands.bench.settings.set("keys.overrides", {"document.flag": ["q"]})
    assert seat.window.actions_by_id["document.flag"].shortcuts() == []
    seat.show()
    seat.press("q")
    assert seat.document.info.flagged


def test_every_window_action_keeps_its_menu_entry_without_a_key(seat):
    seat.hands.bench.settings.set("keys.overrides", {action.id: [] for action in ACTIONS if action.scope is Scope.WINDOW})
    for action in ACTIONS:
        if action.scope is Scope.WINDOW:
            made = seat.window.actions_by_id[action.id]
            assert made.shortcuts() == []
            assert "\t" not in made.text()


def test_the_dialogs_open_from_the_window_and_know_the_labels_keys(seat):
    seat.hands.preferring.ask()
    (dialog,) = seat.window.findChildren(PreferencesDialog)
    dialog.keys.click()
    (keys,) = seat.window.findChildren(ShortcutsDialog)
    seat.hands.bench.settings.set("keys.overrides", {"document.done": ["1"]})
    assert "do not label any more: 1." in keys.about.text()


def test_both_stand_beside_the_work_and_are_there_once(seat):
    seat.show()
    for action, kind in (("edit.preferences", PreferencesDialog), ("edit.keys", ShortcutsDialog)):
        seat.trigger(action)
        dialog = seat.dialog(kind)
        assert not dialog.isModal()
        seat.trigger(action)
        assert seat.dialog(kind) is dialog
    seat.press("Ctrl+L")
    assert seat.document.info.flagged
    seat.hands.preferring.ask_for("article.zoom")
    preferences = seat.dialog(PreferencesDialog)
    assert preferences.pages.currentIndex() == 1
    seat.trigger("project.close")
    assert seat.dialog(PreferencesDialog) is preferences
    assert not [child for child in seat.window.findChildren(ShortcutsDialog) if child.isVisible()]
