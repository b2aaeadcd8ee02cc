"""What comes back as it was left: the place in the article, the sizes of dialogs, the choices of an export."""

from __future__ import annotations

import json

import pytest
from PySide6.QtWidgets import QDialog

from annotator.errors import AnnotatorError
from annotator.settings.store import Settings
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.preferences import PreferencesDialog
from annotator.ui.dialogs.report import LossReportDialog
from annotator.ui.exporting import CHOICES
from annotator.ui.remembering import SIZES
from tests.qt.dialogs_support import DIALOGS, close_all
from tests.qt.window_support import Seat, long_project, settle


@pytest.fixture
def shown(seat: Seat) -> Seat:
    seat.show()
    return seat


def opened(seat: Seat, action: str, kind: type[QDialog]) -> QDialog:
    seat.trigger(action)
    settle()
    return seat.dialog(kind)


def close(dialog: QDialog) -> None:
    dialog.reject()
    settle()


# --- the place in the article --------------------------------------------------------------------------------------------------


def test_the_article_stands_where_it_was_scrolled_to_whatever_the_caret(make_seat, tmp_path):
    path = long_project(tmp_path / "long.annotator")
    first = make_seat(path)
    first.show()
    first.view.place_caret(40)
    bar = first.view.verticalScrollBar()
    bar.setValue(bar.maximum() * 2 // 3)
    settle()
    kept = first.view.middle
    assert kept > 1000
    first.leave()
    again = make_seat()
    again.show()
    assert again.hands.projects.open(path)
    settle()
    assert again.view.caret == 40
    assert again.view.middle == kept


def test_the_middle_is_the_line_that_is_brought_there(make_seat, tmp_path):
    seat = make_seat(long_project(tmp_path / "long.annotator"))
    seat.show()
    for offset in (3000, 5000):
        seat.view.scroll_to(offset)
        settle()
        assert abs(seat.view.middle - offset) < 120, "the beginning of the same line"
        middle = seat.view.middle
        seat.view.scroll_to(middle)
        assert seat.view.middle == middle


def test_a_place_beyond_the_text_does_no_harm(make_seat, project_file, tmp_path):
    first = make_seat(project_file)
    first.leave()
    settings = Settings(tmp_path / "settings.json")
    settings.set("session.scroll", dict.fromkeys(settings.get("session.document"), 10**9))
    seat = make_seat(project_file, settings=settings)
    assert seat.name == "satu"
    assert 0 <= seat.view.middle <= len(seat.document.text)


# --- dialogs -------------------------------------------------------------------------------------------------------------------


def test_a_dialog_comes_back_in_the_size_it_was_given(shown):
    dialog = opened(shown, "help.keys", KeysDialog)
    dialog.resize(700, 480)
    settle()
    close(dialog)
    again = opened(shown, "help.keys", KeysDialog)
    assert (again.width(), again.height()) == (700, 480)
    close(again)


def test_sizes_are_kept_for_each_dialog_and_for_the_next_start(shown, make_seat):
    keys = opened(shown, "help.keys", KeysDialog)
    keys.resize(700, 480)
    close(keys)
    preferences = opened(shown, "edit.preferences", PreferencesDialog)
    before = preferences.size()
    preferences.resize(780, before.height() - 40)
    close(preferences)
    shown.leave()
    seat = make_seat()
    seat.show()
    again = opened(seat, "edit.preferences", PreferencesDialog)
    assert (again.width(), again.height()) == (780, before.height() - 40)
    close(again)
    keys = opened(seat, "help.keys", KeysDialog)
    assert (keys.width(), keys.height()) == (700, 480)


@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_comes_back_in_the_size_it_was_given(shown, tmp_path, name):
    try:
        dialog = DIALOGS[name].open(shown.window, tmp_path)
        room = dialog.screen().availableSize()
        dialog.resize(min(dialog.width() + 77, room.width() - 7), min(dialog.height() + 55, room.height() - 7))
        settle()
        given = dialog.width(), dialog.height()
        close_all()
        settle()
        again = DIALOGS[name].open(shown.window, tmp_path)
        assert (again.width(), again.height()) == given
    finally:
        close_all()


def test_a_list_over_the_export_comes_back_in_its_size_too(shown):
    sizes = []
    for _ in range(2):
        dialog = opened(shown, "project.export", ExportDialog)
        assert isinstance(dialog, ExportDialog)
        assert dialog.preview is not None
        dialog.preview._on_button()
        (over,) = dialog.findChildren(LossReportDialog)
        sizes.append((over.width(), over.height()))
        over.resize(over.width() + 90, over.height() + 60)
        settle()
        close(over)
        close(dialog)
    assert sizes[1] == (sizes[0][0] + 90, sizes[0][1] + 60)


def test_a_dialog_that_nobody_resized_is_not_remembered(shown):
    close(opened(shown, "help.keys", KeysDialog))
    assert shown.settings.get(SIZES) == {}


def test_a_size_from_a_larger_screen_fits_this_one(shown):
    shown.settings.set(SIZES, {"KeysDialog.width": 90_000, "KeysDialog.height": 90_000})
    dialog = opened(shown, "help.keys", KeysDialog)
    room = dialog.screen().availableSize()
    assert dialog.width() <= room.width()
    assert dialog.height() <= room.height()
    close(dialog)


@pytest.mark.parametrize(
    "kept", [{"KeysDialog.width": 5, "KeysDialog.height": 5}, {"KeysDialog.width": -4}, {"KeysDialog.height": 700}]
)
def test_sizes_that_make_no_sense_are_passed_over(shown, kept):
    shown.settings.set(SIZES, kept)
    dialog = opened(shown, "help.keys", KeysDialog)
    assert dialog.width() >= dialog.minimumWidth() > 5
    assert dialog.height() > 100
    close(dialog)


def test_where_nothing_can_be_kept_the_dialog_closes_all_the_same(shown, monkeypatch):
    dialog = opened(shown, "help.keys", KeysDialog)
    dialog.resize(700, 480)

    def refuse(*_: object) -> None:
        raise AnnotatorError("The disk is full.")

    monkeypatch.setattr(shown.settings, "set", refuse)
    close(dialog)
    assert not [child for child in shown.window.findChildren(KeysDialog) if child.isVisible()]


# --- the export ----------------------------------------------------------------------------------------------------------------


def choose(dialog: QDialog, format_name: str) -> ExportDialog:
    assert isinstance(dialog, ExportDialog)
    dialog.format.setCurrentIndex(dialog.format.findData(format_name))
    return dialog


def test_an_export_proposes_what_was_chosen_before_but_never_unfinished_work(shown, tmp_path):
    dialog = choose(opened(shown, "project.export", ExportDialog), "brat")
    dialog.status.setCurrentIndex(dialog.status.findData("any"))
    dialog.sets.setCurrentIndex(dialog.sets.findData("all"))
    dialog.path.setText(str(tmp_path / "out"))
    dialog.accept()
    shown.wait_for_job()
    again = opened(shown, "project.export", ExportDialog)
    assert isinstance(again, ExportDialog)
    assert again.values().format == "brat"
    assert again.values().sets == "all"
    assert again.status.currentIndex() == 0
    assert again.values().path.suffix == ".ann", "the file's name goes with the format"
    close(again)


def test_an_export_that_was_left_is_not_remembered(shown):
    close(choose(opened(shown, "project.export", ExportDialog), "brat"))
    again = opened(shown, "project.export", ExportDialog)
    assert isinstance(again, ExportDialog)
    assert again.values().format != "brat"
    close(again)


@pytest.mark.parametrize("kept", ["no JSON", "[1]", json.dumps({"format": "gone", "sets": 3})])
def test_choices_that_make_no_sense_are_passed_over(shown, kept):
    usual = opened(shown, "project.export", ExportDialog)
    assert isinstance(usual, ExportDialog)
    values = usual.values()
    close(usual)
    shown.settings.set(CHOICES, kept)
    dialog = opened(shown, "project.export", ExportDialog)
    assert isinstance(dialog, ExportDialog)
    assert dialog.values() == values
    close(dialog)
