"""Everything by name: commands in both languages and by other words, labels, settings, documents; what was run last comes first."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.domain.documents import Status
from annotator.settings.store import Settings
from annotator.settings.table import SETTINGS
from annotator.store import queries
from annotator.ui.actions import ACTIONS
from annotator.ui.choice import ChoicePopup
from annotator.ui.choice_search import SearchPopup
from annotator.ui.dialogs.preferences import PreferencesDialog
from annotator.ui.palette_words import OTHER_NAMES
from tests.qt.window_support import MakeSeat, Seat, read_only, settle


@pytest.fixture
def shown(seat: Seat) -> Seat:
    seat.show()
    return seat


@pytest.fixture(params=["en", "id"])
def speaking(request: pytest.FixtureRequest, make_seat: MakeSeat, tmp_path: Path, project_file: Path) -> Seat:
    """The window in one language and the other."""
    settings = Settings(tmp_path / "settings.json")
    settings.set("ui.language", request.param)
    seat = make_seat(project_file, settings=settings)
    seat.show()
    return seat


def palette(seat: Seat) -> SearchPopup:
    seat.press("Ctrl+K")
    (found,) = [one for one in seat.window.findChildren(SearchPopup) if one.isVisible()]
    return found


def rows(popup: SearchPopup, typed: str = "") -> list[str]:
    """Return the values of the rows for a typed text."""
    popup._filter.setText(typed)
    return [popup._list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(popup._list.count())]


def run(seat: Seat, typed: str) -> None:
    popup = palette(seat)
    QTest.keyClicks(popup._filter, typed)
    QTest.keyClick(popup._filter, Qt.Key.Key_Return)
    settle()
    assert not [one for one in seat.window.findChildren(SearchPopup) if one.isVisible()]


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("dark", "view.theme-dark"), ("drak", "view.theme-dark"), ("gelap", "view.theme-dark"), ("night", "view.theme-dark"),
        ("tema gelap", "view.theme-dark"), ("urungkan", "edit.undo"), ("undo", "edit.undo"), ("revert", "edit.undo"),
        ("zoom in", "view.zoom-in"), ("shortcuts", "edit.keys"), ("fl", "document.flag"), ("exprt", "project.export"),
        ("ekspor", "project.export"), ("settings", "edit.preferences"), ("zen", "view.full-screen"), ("docbin", "project.export"),
        ("document flag", "document.flag"), ("tutorial", "help.tour"),
    ],
)  # fmt: skip
def test_a_command_is_found_by_any_of_its_names(speaking: Seat, typed: str, command: str) -> None:
    assert rows(palette(speaking), typed)[0] == f"command {command}"


def test_at_first_there_are_the_commands_that_can_be_run_now(shown: Seat) -> None:
    listed = rows(palette(shown))
    possible = [key for key, made in shown.window.actions_by_id.items() if made.isEnabled() and key != "help.commands"]
    assert listed == [f"command {key}" for key in possible]
    assert "command relation.reverse" not in listed


def test_what_was_run_last_comes_first(shown: Seat) -> None:
    run(shown, "flag for later")
    run(shown, "next document")
    assert rows(palette(shown))[:2] == ["command document.next", "command document.flag"]
    shown.press("Escape")
    assert shown.settings.get("palette.recent") == ["document.next", "document.flag"]
    for typed in ("larger", "smaller", "usual size", "dark", "light", "compact", "denser", "previous document", "undo"):
        run(shown, typed)
    assert len(shown.settings.get("palette.recent")) == SETTINGS["palette.recent"].maximum


def test_a_command_that_is_gone_is_no_trouble(shown: Seat) -> None:
    shown.settings.set("palette.recent", ["no.such", "edit.undo"])
    assert rows(palette(shown))[0] == "command edit.undo"


def test_a_label_is_given_by_its_name_and_by_a_typing_error(shown: Seat) -> None:
    shown.view.focus_span("s1")
    run(shown, "perzon")
    span = shown.document.span("s1")
    assert span is not None
    assert span.label == "PERSON"


def test_labels_are_not_offered_where_nothing_may_be_changed(make_seat: MakeSeat, project_file) -> None:
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.show()
        assert not [value for value in rows(palette(seat), "person") if value.startswith("label")]


def test_a_setting_opens_in_the_preferences(shown: Seat) -> None:
    popup = palette(shown)
    assert "setting ui.theme" in rows(popup, "theme")
    assert rows(popup, "line width")[0] == "setting article.line_width"
    assert "setting ui.theme" in rows(popup, "theme dark"), "it is found by what it may be set to, too"
    shown.press("Escape")
    run(shown, "line width")
    dialog = shown.dialog(PreferencesDialog)
    assert isinstance(dialog, PreferencesDialog)
    field = dialog.fields["article.line_width"]
    assert field.isVisible()
    focused = QApplication.focusWidget()
    assert focused is not None
    assert field.isAncestorOf(focused)
    dialog.close()


def test_a_document_is_opened_by_the_beginning_of_its_name(shown: Seat) -> None:
    popup = palette(shown)
    assert rows(popup, "tig")[0].startswith("document ")
    assert not [value for value in rows(popup, "t") if value.startswith("document")]  # too many would begin so
    popup.close()
    run(shown, "tiga")
    assert shown.name == "tiga"


def test_what_nobody_is_called_is_said(shown: Seat) -> None:
    popup = palette(shown)
    assert rows(popup, "qwxzv") == []
    assert popup._hint.text().startswith("Nothing is called so")
    QTest.keyClick(popup._filter, Qt.Key.Key_Return)
    assert popup.isVisible()
    assert shown.document.info.status is Status.NEW


def test_without_a_project_there_are_still_commands(make_seat: MakeSeat) -> None:
    seat = make_seat()
    seat.show()
    popup = palette(seat)
    assert "command project.new" in rows(popup)
    assert "command project.export" not in rows(popup)
    assert not [value for value in rows(popup, "person") if value.startswith(("label", "document"))]


def test_a_row_says_where_it_stands_and_its_keys(shown: Seat) -> None:
    popup = palette(shown)
    rows(popup, "larger")
    spoken = popup._list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Larger, View   Ctrl++ / Ctrl+="


def test_other_words_are_of_commands_that_there_are() -> None:
    known = {action.id for action in ACTIONS}
    assert set(OTHER_NAMES) <= known
    assert all(word == word.casefold() for names in OTHER_NAMES.values() for word in names)


def test_documents_by_the_beginning_of_a_name(shown: Seat) -> None:
    connection = shown.project.connection
    assert [name for _, name in queries.documents_beginning(connection, "", 2)] == ["dua", "satu"]
    assert [name for _, name in queries.documents_beginning(connection, "sa", 9)] == ["satu"]
    assert queries.documents_beginning(connection, "SA", 9) == []
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT id, name FROM documents WHERE name >= 'a' AND name < 'b' ORDER BY name, id LIMIT 5"
    ).fetchall()
    assert "documents_by_name" in str([tuple(row) for row in plan])


LISTS = ("help.commands", "item.kb-id", "item.attribute", "span.choose")


@pytest.mark.parametrize("second", LISTS)
@pytest.mark.parametrize("first", LISTS)
@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_a_list_takes_the_place_of_another_and_the_article_gets_the_keyboard_back(
    shown: Seat, first: str, second: str, key: Qt.Key
) -> None:
    shown.view.setFocus()
    shown.view.focus_span("s1")
    settle()
    shown.trigger(first)
    shown.trigger(second)
    (popup,) = [one for one in shown.window.findChildren(ChoicePopup) if one.isVisible()]
    QTest.keyClicks(popup._filter, "zzzz" if key == Qt.Key.Key_Return else "")
    QTest.keyClick(QApplication.focusWidget(), key)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    settle()
    assert not [one for one in shown.window.findChildren(ChoicePopup) if one.isVisible()]
    assert QApplication.focusWidget() is shown.view
