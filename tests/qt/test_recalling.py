"""Dialogs begin with what was chosen last: pictures, new projects, statistics, and the folders that files are looked for in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QDialog

from annotator.settings.store import Settings
from annotator.ui.dialogs.import_files import ImportDialog
from annotator.ui.dialogs.new_project import NewProject, NewProjectDialog
from annotator.ui.dialogs.picture import PictureChoice, PictureDialog
from annotator.ui.dialogs.scheme import SchemeDialog
from annotator.ui.dialogs.statistics import StatisticsDialog
from annotator.ui.recalling import FOLDERS
from annotator.ui.statistics import Statistics
from tests.qt.window_support import Answers, Seat, make_project, settle


class Noted(Answers):
    """Notes the folders that choosing begins in."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[Path] = []

    def open_file(self, title: str, folder: Path, *_: object) -> Path | None:
        self.begun.append(folder)
        return super().open_file(title)

    def open_files(self, title: str, folder: Path, *_: object) -> list[Path]:
        self.begun.append(folder)
        return super().open_files(title)

    def save_file(self, title: str, suggestion: Path, *_: object) -> Path | None:
        self.begun.append(suggestion.parent)
        return super().save_file(title, suggestion)


def asked(seat: Seat, action: str, kind: type[QDialog]) -> QDialog:
    seat.trigger(action)
    settle()
    return seat.dialog(kind)


def left(dialog: QDialog) -> None:
    dialog.reject()
    settle()


# --- pictures ------------------------------------------------------------------------------------------------------------------


def picture(seat: Seat) -> PictureDialog:
    dialog = asked(seat, "project.picture", PictureDialog)
    assert isinstance(dialog, PictureDialog)
    return dialog


def test_a_picture_begins_with_what_was_saved_last(make_seat, project_file, tmp_path):
    seat = make_seat(project_file)
    dialog = picture(seat)
    dialog.choose_format(".png")
    dialog.zoom.setValue(175)
    dialog.columns.setValue(60)
    dialog.colors.setCurrentIndex(1)
    dialog.arcs.setChecked(False)
    dialog.scale.setCurrentIndex(2)
    dialog.accept()
    settle()
    seat.leave()
    again = make_seat(project_file, settings=Settings(seat.settings.path))
    chosen = picture(again)
    assert chosen.values() == PictureChoice(tmp_path / "satu.png", 1.75, 60, "dark", False, False, 3.0)
    chosen.choose_format(".svg")
    assert chosen.values().zoom == 1.75, "it was chosen"
    left(chosen)


def test_what_was_not_chosen_of_a_picture_follows_as_before(seat):
    dialog = picture(seat)
    dialog.choose_format(".svg")
    dialog.accept()
    settle()
    seat.settings.set("article.line_width", 70)
    dialog = picture(seat)
    assert (dialog.values().path.suffix, dialog.values().zoom, dialog.values().columns) == (".svg", 1.0, 70)
    dialog.choose_format(".pdf")
    assert dialog.values().zoom == 0.75
    left(dialog)


def test_a_picture_that_was_left_is_not_remembered(seat):
    dialog = picture(seat)
    dialog.choose_format(".png")
    left(dialog)
    dialog = picture(seat)
    assert dialog.values().path.suffix == ".pdf"
    left(dialog)


def test_where_there_is_no_printer_a_pdf_is_offered_whatever_was_saved_last(seat, monkeypatch):
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", staticmethod(list))
    dialog = picture(seat)
    dialog.choose_format(".png")
    dialog.accept()
    settle()
    seat.hands.shell.print_article()
    seat.bench.messages.action_button.click()
    dialog = seat.dialog(PictureDialog)
    assert isinstance(dialog, PictureDialog)
    assert dialog.values().path.suffix == ".pdf"
    left(dialog)


@pytest.mark.parametrize(
    "kept", ["no JSON", "[1]", json.dumps({"format": [], "zoom": "x", "columns": 10**9, "arcs": 3, "scale": None, "colors": 1})]
)
def test_choices_of_a_picture_that_make_no_sense_are_passed_over(seat, kept):
    usual = picture(seat)
    values = usual.values()
    left(usual)
    seat.settings.set("picture.choices", kept)
    dialog = picture(seat)
    assert dialog.values() == values
    left(dialog)


# --- new projects --------------------------------------------------------------------------------------------------------------


def new(seat: Seat) -> NewProjectDialog:
    dialog = asked(seat, "project.new", NewProjectDialog)
    assert isinstance(dialog, NewProjectDialog)
    return dialog


def made(seat: Seat, dialog: NewProjectDialog, name: str) -> None:
    dialog.name.setText(name)
    assert dialog.create_button.isEnabled(), dialog.complaint.text()
    dialog.accept()
    settle()


def test_a_new_project_begins_with_the_labels_and_the_language_of_the_last(seat, tmp_path):
    dialog = new(seat)
    dialog.labels.setCurrentIndex(dialog.labels.findData("blank"))
    dialog.language.setCurrentIndex(dialog.language.findData("en"))
    made(seat, dialog, "lain")
    dialog = new(seat)
    assert dialog.values() == NewProject(tmp_path / "untitled.annotator", "blank", "en")
    assert dialog.create_button.isEnabled()
    left(dialog)


def test_labels_from_a_file_and_a_typed_language_come_back_while_the_file_is_there(seat, tmp_path):
    scheme = tmp_path / "own.json"
    scheme.write_text('{"name": "own", "spans": ["A"]}', encoding="utf-8")
    dialog = new(seat)
    usual = dialog.values().labels
    seat.ask.path = scheme
    dialog.scheme_file.click()
    dialog.language.setEditText("jv")
    made(seat, dialog, "lain")
    dialog = new(seat)
    assert (dialog.values().labels, dialog.values().language) == (str(scheme), "jv")
    assert dialog.labels.currentText() == "own.json"
    left(dialog)
    scheme.unlink()
    dialog = new(seat)
    assert (dialog.values().labels, dialog.values().language) == (usual, "jv")
    assert dialog.create_button.isEnabled()
    left(dialog)


def test_a_suggester_that_was_not_wanted_is_not_ticked_again(seat, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "Budi tiba."}', encoding="utf-8")  # about which the import asks
    dialog = new(seat)
    dialog.language.setCurrentIndex(dialog.language.findData("id"))
    dialog.first.take([tmp_path / "a.jsonl"])
    dialog.first.boxes["relations"].setChecked(False)
    made(seat, dialog, "lain")
    left(seat.dialog(ImportDialog))
    for name in ("dua", "tiga"):  # a project without articles is asked about none, and changes nothing
        dialog = new(seat)
        dialog.first.take([tmp_path / "a.jsonl"])
        assert "relations" not in dialog.values().suggesters
        assert "indonesian-news" in dialog.values().suggesters
        dialog.first._on_none()
        made(seat, dialog, name)


@pytest.mark.parametrize("kept", ["no JSON", "[]", json.dumps({"labels": 3, "language": "?!", "without": [[], 4]})])
def test_choices_of_a_project_that_make_no_sense_are_passed_over(seat, kept):
    usual = new(seat)
    values = usual.values()
    left(usual)
    seat.settings.set("beginning.choices", kept)
    dialog = new(seat)
    assert dialog.values() == values
    left(dialog)


# --- statistics ----------------------------------------------------------------------------------------------------------------


def statistics(qtbot, seat: Seat) -> StatisticsDialog:
    dialog = asked(seat, "project.statistics", StatisticsDialog)
    assert isinstance(dialog, StatisticsDialog)
    qtbot.waitUntil(lambda: bool(dialog.panel.figure.selectors) and dialog.whose.count() > 0, timeout=10_000)
    return dialog


def test_statistics_begin_with_the_page_the_sets_and_the_table_of_the_last_time(qtbot, make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    dialog = statistics(qtbot, seat)
    dialog.choose_page("lengths")
    qtbot.waitUntil(lambda: bool(dialog.panel.fields.get("unit")), timeout=10_000)
    last = dialog.whose.count() - 1
    name = dialog.whose.itemText(last)
    dialog.whose.setCurrentIndex(last)
    dialog.whose.activated.emit(last)
    dialog.table.setChecked(False)
    left(dialog)
    dialog = statistics(qtbot, seat)
    assert (dialog.page.key, dialog.whose.currentText(), dialog.table.isChecked()) == ("lengths", name, False)
    assert not dialog.panel.table.isVisible()
    dialog.table.setChecked(True)
    seat.leave()  # with the statistics open
    later = make_seat(project_file, settings=Settings(seat.settings.path))
    later.show()
    dialog = statistics(qtbot, later)
    assert (dialog.page.key, dialog.whose.currentText(), dialog.table.isChecked()) == ("lengths", name, True)
    left(dialog)


def test_sets_that_a_project_does_not_have_give_way_and_are_kept_for_the_one_that_has(qtbot, seat):
    seat.show()
    kept = {"page": "labels", "table": True, "sets": ["budi", "person"]}
    seat.settings.set("statistics.choices", json.dumps(kept))
    dialog = statistics(qtbot, seat)
    assert dialog.whose.currentIndex() == 0
    dialog.choose_page("progress")
    dialog.choose_page("labels")
    assert seat.window.findChild(Statistics)._is_fresh(dialog.page), "it is not read again for sets that are not there"
    dialog.table.setChecked(False)
    left(dialog)
    assert json.loads(seat.settings.get("statistics.choices")) == {**kept, "table": False}


@pytest.mark.parametrize(
    "kept",
    ["no JSON", "[]", json.dumps({"page": [], "table": 3, "sets": [1, 2]}), json.dumps({"page": "gone", "sets": ["a", "b"]})],
)
def test_choices_of_the_statistics_that_make_no_sense_are_passed_over(qtbot, seat, kept):
    seat.show()
    seat.settings.set("statistics.choices", kept)
    dialog = statistics(qtbot, seat)
    assert (dialog.page.key, dialog.table.isChecked()) == ("progress", True)
    left(dialog)


# --- folders -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def noted(seat, tmp_path) -> Noted:
    seat.ask = seat.bench.ask = Noted()
    for name in ("articles", "labels", "projects"):
        (tmp_path / name).mkdir()
    return seat.bench.ask


def test_opening_begins_where_a_project_was_opened_last(seat, noted, tmp_path):
    noted.path = make_project(tmp_path / "projects" / "a.annotator")
    seat.trigger("project.open")
    seat.trigger("project.open")
    assert noted.begun == [tmp_path, tmp_path / "projects"]


def test_articles_are_looked_for_where_they_were_found_last(seat, noted, tmp_path):
    noted.paths = [tmp_path / "articles" / "a.txt"]
    noted.paths[0].write_text("Budi tiba.", encoding="utf-8")
    for _ in range(2):
        dialog = asked(seat, "project.import", ImportDialog)
        assert isinstance(dialog, ImportDialog)
        dialog.add.click()
        left(dialog)
    dialog = new(seat)
    dialog.first.files.click()
    left(dialog)
    assert noted.begun == [tmp_path, tmp_path / "articles", tmp_path / "articles"]
    noted.paths = []
    dialog = new(seat)
    dialog.first.files.click()
    left(dialog)
    assert noted.begun[-1] == tmp_path / "articles", "looking for none changes nothing"


def test_scheme_files_have_a_folder_of_their_own(seat, noted, tmp_path):
    noted.path = tmp_path / "labels" / "own.json"
    noted.path.write_text('{"name": "own", "spans": ["A"]}', encoding="utf-8")
    dialog = new(seat)
    dialog.scheme_file.click()
    left(dialog)
    dialog = asked(seat, "project.scheme", SchemeDialog)
    assert isinstance(dialog, SchemeDialog)
    dialog.importRequested.emit()
    dialog.exportRequested.emit()
    left(dialog)
    assert noted.begun == [tmp_path, tmp_path / "labels", tmp_path / "labels"]
    assert json.loads(seat.settings.get(FOLDERS)) == {"labels": str(tmp_path / "labels")}


@pytest.mark.parametrize("kept", ["no JSON", "[]", '{"projects": 3}', '{"projects": "/is/gone"}', '{"projects": "a\\u0000b"}'])
def test_a_folder_that_is_gone_gives_way_to_the_projects_own(seat, noted, tmp_path, kept):
    seat.settings.set(FOLDERS, kept)
    seat.trigger("project.open")
    assert noted.begun == [tmp_path]
