"""What a person can mend is said in a bar with the button that mends it, and the button does."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QDesktopServices, QFileOpenEvent
from PySide6.QtWidgets import QApplication

from annotator import log
from annotator.commands.exporting import ExportOptions
from annotator.domain.annotations import Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.errors import AnnotatorError, FormatError, Refused
from annotator.store.project import open_project
from annotator.ui.dialogs.about import AboutDialog
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.new_project import NewProjectDialog
from annotator.ui.dropping import FileRequests
from annotator.ui.errors import CrashReport
from tests.qt.window_support import Seat, full_disk, read_only, settle


def button(seat: Seat) -> str:
    """The words of the button beside the message; empty where there is none."""
    found = seat.bench.messages.action_button
    return "" if found.isHidden() else found.text()


def press(seat: Seat) -> None:
    seat.bench.messages.action_button.click()
    settle()


def left_by_a_killed_window(project: Path) -> None:
    """Leave what a window leaves that was killed: its name beside the project."""
    project.with_name(f".{project.name}.holder").write_text("ani on this computer\nnowhere", encoding="utf-8")


# Copies


def test_a_project_one_can_only_look_at_is_copied_by_the_bars_button_and_the_copy_is_opened(make_seat, project_file, tmp_path):
    with read_only(project_file):
        seat = make_seat(project_file)
        assert "you can look, but not edit" in seat.message
        assert button(seat) == "Save a copy…"
        seat.ask.path = tmp_path / "mine.annotator"
        press(seat)
        assert seat.message == f"The copy is at {seat.ask.path}."
        assert button(seat) == "Open the copy"
        press(seat)
        assert seat.project.path == seat.ask.path
        assert not seat.project.read_only
        seat.view.focus_span("s2")
        seat.hands.editing.label("ORG")
        assert seat.document.span("s2").label == "ORG"


def test_an_edit_that_is_refused_for_reading_only_offers_the_same(make_seat, project_file):
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.bench.messages.clear()
        assert seat.bench.refuses_edits()
        assert button(seat) == "Save a copy…"


def test_on_a_full_disk_a_copy_elsewhere_is_offered(seat, tmp_path):
    before = seat.content()
    with full_disk(seat.project):
        _fill(seat)
        assert "is full" in seat.message
        assert button(seat) == "Save a copy elsewhere…"
        seat.ask.path = tmp_path / "roomy.annotator"
        press(seat)
    assert seat.content() == before
    project = open_project(tmp_path / "roomy.annotator", read_only=True)
    assert project.connection.execute("SELECT count(*) FROM spans WHERE set_id = ?", (seat.document.set_id,)).fetchone()[0] == 4
    project.close()


def _fill(seat: Seat) -> None:
    from annotator.commands.command import Command

    document = seat.document

    def work(tx) -> None:
        for number in range(2000):
            tx.put(document.set_id, Span(f"filling{number}", ((0, 5),), "DATE", note="x" * 500))

    seat.bench.run(Command("Fill {}", work, "it"))


# Labels


def test_a_label_that_the_scheme_lacks_is_added_by_the_bars_button(seat):
    with seat.project.transaction("Import {}", "a label", actor="import", lane=Lane.JOB) as tx:
        tx.put(seat.document.set_id, Span("new", ((0, 5),), "VEHICLE", origin="import"))
    seat.bench.session.read_again()
    assert seat.document.span("new").label == "VEHICLE"
    seat.hands.documents.done()
    assert "“VEHICLE” is not in the label scheme" in seat.message
    assert button(seat) == "Add “VEHICLE” to the scheme"
    press(seat)
    assert "VEHICLE" in [label.name for label in seat.project.scheme.spans]
    assert seat.told[-1] == "“VEHICLE” is in the scheme now."
    seat.settings.set("done.next", False)
    seat.hands.documents.done()
    assert seat.document.info.status is Status.DONE
    seat.hands.history.undo()
    seat.hands.history.undo()
    assert "VEHICLE" not in [label.name for label in seat.project.scheme.spans], "adding it is one step of the person's"


def test_another_refusal_offers_no_label(seat):
    with seat.project.transaction("Import {}", "a label", actor="import", lane=Lane.JOB) as tx:
        tx.put(seat.document.set_id, Span("new", ((0, 5),), "VEHICLE", origin="import"))
    seat.bench.session.read_again()
    assert seat.bench.explains(Refused("Nothing is selected."))
    assert (seat.message, button(seat)) == ("Nothing is selected.", "")
    assert seat.bench.explains(FormatError("The file is gone."))
    assert (seat.message, button(seat)) == ("The file is gone.", "")
    assert seat.bench.explains(AnnotatorError("Something."))
    assert button(seat) == ""


# Files


def test_a_project_that_is_gone_can_be_looked_for(make_seat, project_file, tmp_path):
    seat = make_seat()
    moved = project_file.rename(tmp_path / "moved.annotator")
    assert not seat.hands.projects.open(project_file)
    assert str(project_file) in seat.message
    assert button(seat) == "Look for it…"
    seat.ask.path = moved
    press(seat)
    assert seat.project.path == moved


def test_an_export_that_fails_can_be_asked_for_anew(seat, tmp_path):
    seat.show()
    seat.hands.projects.export(tmp_path / "no such folder" / "gold.jsonl", ExportOptions("jsonl", status="any"))
    seat.wait_for_job()
    assert "no such folder" in seat.message
    assert button(seat) == "Export anew…"
    press(seat)
    assert seat.dialog(ExportDialog).isVisible()


def test_what_must_wait_for_an_export_can_cancel_it(seat, tmp_path):
    seat.hands.projects.export(tmp_path / "gold.jsonl", ExportOptions("jsonl", status="any"))
    seat.hands.projects.close()
    assert button(seat) == "Cancel it"
    press(seat)
    seat.wait_for_job()
    assert seat.message == "Cancelled; nothing was changed."
    assert not (tmp_path / "gold.jsonl").exists()


def test_files_dropped_without_a_project_lead_to_a_new_one(make_seat, tmp_path):
    seat = make_seat()
    seat.show()
    seat.hands.shell._on_dropped([tmp_path / "a.txt"])
    assert button(seat) == "New project…"
    press(seat)
    assert seat.dialog(NewProjectDialog).isVisible()


def test_a_file_the_system_asks_to_open_is_opened(make_seat, project_file):
    seat = make_seat()
    FileRequests(QApplication.instance(), seat.window, seat.hands.projects.open)
    QApplication.sendEvent(QApplication.instance(), QFileOpenEvent(QUrl("https://example.org/a")))
    assert seat.bench.session is None  # an address is no file
    QApplication.sendEvent(QApplication.instance(), QFileOpenEvent(QUrl.fromLocalFile(str(project_file))))
    assert seat.project.path == project_file
    QApplication.sendEvent(QApplication.instance(), QEvent(QEvent.Type.FileOpen))  # of no file at all: nobody minds


# After a crash


def test_the_start_after_a_crash_says_what_is_there_again(make_seat, project_file):
    first = make_seat(project_file)
    first.open_named("dua")
    first.view.focus_span("s1")
    first.hands.editing.label("ORG")
    first.leave()
    first.settings.set("session.document", {str(project_file): 1})  # nothing could be noted when it was killed
    first.settings.set("session.noted", {})
    left_by_a_killed_window(project_file)
    seat = make_seat(project_file)
    assert seat.message.startswith("The program did not end properly the last time. Nothing you saved is lost: your last step, “")
    assert "in “dua”, is there." in seat.message
    assert seat.bench.messages.level == "warning", "it stays until it was read"
    assert button(seat) == ""
    assert seat.name == "dua", "the person is where the last edit was"
    assert seat.document.span("s1").label == "ORG"
    seat.leave()
    again = make_seat(project_file)
    assert again.message == "", "it was closed properly this time"


def test_the_step_named_after_a_crash_is_the_last_one_of_this_person_that_stands(make_seat, project_file):
    first = make_seat(project_file)
    first.open_named("dua")
    first.view.focus_span("s1")
    first.hands.editing.label("ORG")
    first.hands.editing.label("DATE")
    first.hands.history.undo()
    set_id = first.document.set_id
    for actor, lane in (("import", Lane.JOB), ("budi", Lane.EDIT)):
        with first.project.transaction("Import {}", "more", actor=actor, lane=lane) as tx:
            tx.put(set_id, Span(actor, ((2, 6),), "GPE", origin=actor))
    first.leave()
    left_by_a_killed_window(project_file)
    seat = make_seat(project_file)
    assert "your last step, “Relabel as ORG” in “dua”, is there." in seat.message


def test_an_import_that_was_worked_on_before_a_crash_is_kept_and_that_is_said(make_seat, project_file):
    project = open_project(project_file)
    step = project.begin_step("Import {}", "berita.jsonl", actor="import", lane=Lane.JOB)
    with project.transaction("", actor="import", lane=Lane.JOB, step_id=step) as tx:
        tx.put(1, Span("half", ((0, 5),), "DATE", origin="import"))
    with project.transaction("Label as {}", "ORG", actor="ani") as tx:
        tx.put(1, Span("half", ((0, 5),), "ORG", origin="ani"))
    project.connection.close()
    project._lock._lock.release()  # as the system does for a killed process
    seat = make_seat(project_file)
    assert seat.message.startswith("The program did not end properly")
    assert "What it brought was worked on since, so it was kept as it is." in seat.message
    assert seat.project.connection.execute("SELECT label FROM spans WHERE id = 'half'").fetchone()[0] == "ORG"


def test_an_import_that_a_crash_cut_off_is_taken_back_and_named(make_seat, project_file):
    project = open_project(project_file)
    step = project.begin_step("Import {}", "berita.jsonl", actor="import", lane=Lane.JOB)
    with project.transaction("", actor="import", lane=Lane.JOB, step_id=step) as tx:
        tx.put(1, Span("half", ((0, 5),), "DATE", origin="import"))
    project.connection.close()
    project._lock._lock.release()  # as the system does for a killed process: the words beside the lock stay
    seat = make_seat(project_file)
    assert "did not end properly" in seat.message
    assert "“Import berita.jsonl” was interrupted before its end and was taken back." in seat.message
    assert seat.project.connection.execute("SELECT count(*) FROM spans WHERE id = 'half'").fetchone()[0] == 0


def test_a_crash_below_python_can_be_reported_from_the_bar(make_seat, project_file, monkeypatch):
    monkeypatch.setattr(log, "last_fault", lambda: "Fatal Python error: Segmentation fault")
    left_by_a_killed_window(project_file)
    seat = make_seat(project_file)
    seat.show()
    assert button(seat) == "Report…"
    press(seat)
    assert "Segmentation fault" in seat.dialog(CrashReport).report.toPlainText()
    seat.dialog(CrashReport).accept()
    seat.hands.projects.close()
    left_by_a_killed_window(project_file)
    assert seat.hands.projects.open(project_file)
    assert "did not end properly" in seat.message
    assert button(seat) == "", "the report is offered once"


def test_a_project_that_was_closed_says_nothing(make_seat, project_file):
    assert make_seat(project_file).message == ""


# Diagnostics


def test_the_log_folder_is_opened_from_the_diagnostics(seat, profile_folder, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url.toLocalFile())))
    seat.show()
    seat.trigger("help.about")
    about = seat.dialog(AboutDialog)
    about.folder.click()
    assert opened == [str(profile_folder)]
    about.copy.click()
    assert "SQLite" in QApplication.clipboard().text()
    about.close()


def test_a_damaged_file_keeps_its_own_ways_out(seat):
    error = sqlite3.DatabaseError("raw")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    assert seat.bench.explains(error)
    assert button(seat) == "What can be done…"
