"""Opening, making and closing projects; bringing articles in and gold out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from annotator.commands.exporting import ExportOptions
from annotator.commands.importing import ImportOptions, ImportReport
from annotator.domain.exchange import LossReport
from annotator.domain.progress import Progress
from annotator.settings.store import Settings
from annotator.store import journal, queries
from annotator.store.project import open_project
from tests.qt.window_support import Seat, document, make_project, read_only, suggestions

SURE = ImportOptions("jsonl")


def lines(path: Path, count: int, *, broken: int = -1) -> Path:
    """A native JSONL of articles that bring their tokens; the line ``broken`` has a span outside its text."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = f"Budi {number} tiba."
            end = 99 if number == broken else 4
            spans = [{"id": "s1", "start": 0, "end": end, "label": "PERSON"}]
            tokens = [list(token) for token in document("x", text).tokens]
            file.write(json.dumps({"name": f"b{number}", "text": text, "tokens": tokens, "spans": spans}) + "\n")
    return path


def heard(seat: Seat) -> list[ImportReport | LossReport]:
    reports: list[ImportReport | LossReport] = []
    seat.hands.projects.imported.connect(reports.append)
    seat.hands.projects.exported.connect(reports.append)
    return reports


def count(seat: Seat) -> int:
    return queries.document_count(seat.project.connection)


def documents_in(path: Path) -> int:
    project = open_project(path, read_only=True)
    try:
        return queries.document_count(project.connection)
    finally:
        project.close()


def is_free(path: Path) -> bool:
    project = open_project(path)
    project.close()
    return not project.read_only


# --- opening and closing -------------------------------------------------------------------------------------------------------


def test_opening_shows_the_first_document_with_its_suggestions(make_seat, project_file):
    seat = make_seat()
    assert seat.hands.projects.open(project_file)
    assert seat.name == "satu"
    assert len(seat.document.spans()) == 4
    assert seat.message == ""


def test_opening_the_open_project_again_changes_nothing(seat, project_file, tmp_path):
    session = seat.bench.session
    seat.view.focus_span("s3")
    (tmp_path / "link.annotator").symlink_to(project_file)
    for path in (project_file, tmp_path / "link.annotator", Path(os.path.relpath(project_file))):
        assert seat.hands.projects.open(path)
        assert seat.bench.session is session
        assert seat.bench.span.id == "s3"


def test_a_project_that_was_in_use_can_be_opened_again_once_it_is_free(make_seat, project_file):
    with read_only(project_file):
        seat = make_seat(project_file)
        assert "open elsewhere" in seat.message
        assert seat.project.read_only
    assert seat.hands.projects.open(project_file)
    assert not seat.project.read_only
    seat.view.focus_span("s1")
    assert seat.hands.editing.accept()


@pytest.mark.parametrize("wrong", ["missing", "text", "folder", "truncated"])
@pytest.mark.expected_log("annotator")
def test_what_cannot_be_opened_leaves_the_open_project_and_says_why(seat, project_file, tmp_path, wrong):
    path = tmp_path / "bad.annotator"
    if wrong == "text":
        path.write_text("Putin tiba di Rusia.")
    elif wrong == "folder":
        path.mkdir()
    elif wrong == "truncated":
        path.write_bytes(project_file.read_bytes()[:3000])
    session = seat.bench.session
    seat.view.focus_span("s3")
    assert not seat.hands.projects.open(path)
    assert "bad.annotator" in seat.message
    assert "Traceback" not in seat.message
    assert seat.bench.session is session
    assert seat.bench.span.id == "s3"
    seat.hands.editing.accept()
    assert seat.document.span("s3").reviewed


def test_on_the_welcome_page_it_is_seen_why_a_file_cannot_be_opened(make_seat, tmp_path):
    seat = make_seat()
    seat.window.show()
    assert not seat.hands.projects.open(tmp_path / "missing.annotator")
    assert seat.bench.messages.isVisible()
    assert "There is no project at" in seat.message


def test_another_project_takes_the_place_of_the_open_one(seat, project_file, tmp_path):
    other = make_project(tmp_path / "lain.annotator", [(document("lain", "Teks lain."), [])])
    assert seat.hands.projects.open(other)
    assert seat.name == "lain"
    assert is_free(project_file)


def test_closing_goes_to_the_welcome_page_and_lets_the_file_go(seat, project_file):
    seat.hands.projects.close()
    assert seat.bench.session is None
    assert seat.window.pages.currentWidget() is seat.window.welcome
    assert is_free(project_file)
    seat.hands.projects.close()


def test_a_new_project_is_opened_and_empty(make_seat, tmp_path):
    seat = make_seat()
    assert seat.hands.projects.new(tmp_path / "baru", "conll", "id")
    assert seat.project.path == tmp_path / "baru.annotator"
    assert seat.bench.document is None
    assert {label.name for label in seat.project.scheme.spans} == {"PER", "LOC", "ORG", "MISC"}


def test_a_new_project_never_takes_the_place_of_a_file(seat, project_file):
    before = project_file.read_bytes()
    assert not seat.hands.projects.new(project_file, "conll", "id")
    assert "exists already" in seat.message
    assert seat.name == "satu"
    assert project_file.read_bytes() == before


def test_the_demo_is_made_once_and_opened(make_seat, profile_folder):
    seat = make_seat()
    seat.hands.projects.demo()
    assert seat.project.path == profile_folder / "demo.annotator"
    assert len(seat.document.spans()) > 40
    seat.view.step_span(1)
    seat.hands.editing.remove()
    left = len(seat.document.spans())
    seat.hands.projects.close()
    seat.hands.projects.demo()
    assert len(seat.document.spans()) == left


def test_what_opening_found_is_said(make_seat, project_file):
    project = open_project(project_file)
    step = project.begin_step("Import {}", "files", actor="budi")
    with project.transaction("Import {}", "files", actor="budi", step_id=step) as tx:
        tx.add_documents([(document("empat", "Empat."), [])])
    project.close()
    seat = make_seat()
    seat.hands.projects.open(project_file)
    assert count(seat) == 3, "an import that was interrupted is taken back"
    found = open_project
    seat.hands.projects.close()

    def with_notice(path: Path):
        project = found(path)
        project.notices.append("Something was kept.")
        return project

    import annotator.ui.projects as module

    original, module.open_project = module.open_project, with_notice
    try:
        seat.hands.projects.open(project_file)
    finally:
        module.open_project = original
    assert seat.message == "Something was kept."


# --- what is remembered --------------------------------------------------------------------------------------------------------


def test_document_and_caret_are_where_they_were(make_seat, project_file):
    first = make_seat(project_file)
    first.open_named("dua")
    first.view.place_caret(7)
    first.leave()
    again = make_seat(project_file)
    assert again.name == "dua"
    assert again.view.caret == 7


def test_a_remembered_document_that_is_gone_is_replaced_by_the_first_open_one(make_seat, project_file, tmp_path):
    settings = Settings(tmp_path / "settings.json")
    settings.set("session.document", {str(project_file): 99})
    settings.set("session.caret", {str(project_file): 7})
    seat = make_seat(project_file, settings=settings)
    assert seat.name == "satu"
    assert seat.view.caret == 0


def test_without_a_memory_it_opens_the_first_document_that_is_not_done(make_seat, project_file, tmp_path):
    first = make_seat(project_file)
    first.hands.documents.done()
    first.leave()
    seat = make_seat(project_file, settings=Settings(tmp_path / "fresh.json"))
    assert seat.name == "dua"
    for _ in range(2):
        seat.hands.documents.done()
    seat.leave()
    assert make_seat(project_file, settings=Settings(tmp_path / "fresher.json")).name == "satu"


def test_recent_projects_are_listed_the_latest_first_and_once(make_seat, project_file, tmp_path):
    other = make_project(tmp_path / "lain.annotator")
    seat = make_seat(project_file)
    seat.hands.projects.open(other)
    seat.hands.projects.open(project_file)
    assert seat.settings.get("projects.recent") == [str(project_file), str(other)]
    assert seat.settings.get("project.last") == str(project_file)
    seat.hands.projects.close()
    listed = [seat.window.welcome.recent.item(row).text() for row in range(seat.window.welcome.recent.count())]
    assert listed == ["kabar", "lain"]


def test_settings_that_cannot_be_written_do_not_keep_a_project_from_opening(make_seat, project_file, tmp_path):
    (tmp_path / "nowhere").write_text("a file where a folder should be")
    seat = make_seat(project_file, settings=Settings(tmp_path / "nowhere" / "settings.json"))
    assert seat.name == "satu"
    assert any("settings cannot be saved" in text for text in seat.told)
    seat.hands.projects.close()
    assert seat.bench.session is None


# --- a copy --------------------------------------------------------------------------------------------------------------------


def test_a_copy_holds_everything_even_what_is_half_typed(seat, tmp_path):
    seat.view.focus_span("s2")
    seat.window.panels.inspector.fields.note.setPlainText("half typed")
    seat.ask.path = tmp_path / "salinan.annotator"
    seat.hands.projects.save_copy()
    assert seat.message == f"The copy is at {seat.ask.path}."
    assert seat.ask.asked == ["Save a copy: kabar copy.annotator"]
    copy = open_project(seat.ask.path)
    assert copy.connection.execute("SELECT note FROM spans WHERE id = 's2' AND note <> ''").fetchall() == [("half typed",)]
    copy.close()
    assert seat.project.name == "kabar"


def test_a_copy_onto_itself_is_refused_and_not_called_done(seat, project_file):
    seat.ask.path = project_file
    seat.hands.projects.save_copy()
    assert "another name" in seat.message
    seat.hands.editing.label("ORG")
    assert seat.document.span(seat.view.focused_span).label == "ORG"


def test_a_copy_that_fails_is_not_called_done_though_an_older_file_is_there(seat, tmp_path):
    target = make_project(tmp_path / "lain.annotator")
    before = target.read_bytes()
    with read_only(target):
        seat.ask.path = target
        seat.hands.projects.save_copy()
        assert "in use" in seat.message
    assert target.read_bytes() == before


@pytest.mark.parametrize("agrees", [False, True])
def test_a_name_without_ending_gets_one_and_a_file_of_that_name_is_asked_about(seat, tmp_path, agrees):
    target = tmp_path / "salinan.annotator"
    target.write_text("old")
    seat.ask.path, seat.ask.agrees = tmp_path / "salinan", agrees
    seat.hands.projects.save_copy()
    assert "salinan.annotator is there already" in seat.ask.asked[-1]
    assert (target.read_bytes()[:6] == b"SQLite") is agrees


def test_no_answer_makes_no_copy(seat):
    seat.hands.projects.save_copy()
    assert seat.message == ""


# --- importing -----------------------------------------------------------------------------------------------------------------


def test_an_import_comes_in_as_one_step_while_the_window_goes_on(seat, tmp_path):
    reports, shown = heard(seat), []
    seat.hands.projects.working.connect(lambda progress: shown.append(progress.done))
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 60)], SURE)
    assert seat.hands.projects.busy
    seat.wait_for_job()
    assert [(report.documents, report.spans) for report in reports] == [(60, 60)]
    assert count(seat) == 63
    assert len(shown) > 2, "it said how far it was"
    assert seat.name == "satu"
    seat.hands.history.undo()
    assert seat.told[-1] == "Nothing to undo.", "an import is no step of Ctrl+Z"


def test_into_an_empty_project_the_first_article_is_opened(make_seat, tmp_path):
    seat = make_seat(make_project(tmp_path / "kosong.annotator", []))
    assert seat.bench.document is None
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 3)], SURE)
    seat.wait_for_job()
    assert seat.name == "b0"
    assert len(seat.document.spans()) == 1


def test_what_is_not_sound_is_left_out_and_named(seat, tmp_path):
    reports = heard(seat)
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 3, broken=1)], SURE)
    seat.wait_for_job()
    (report,) = reports
    assert len(report.losses) == 1
    assert report.losses[0].place.endswith(":2")
    assert count(seat) >= 5


def test_strictly_nothing_comes_in_unless_all_is_sound(seat, tmp_path):
    reports = heard(seat)
    strict = ImportOptions("jsonl", strict=True)
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 30, broken=29)], strict)
    seat.wait_for_job()
    (report,) = reports
    assert report.documents == 0
    assert report.losses
    assert count(seat) == 3
    seat.hands.projects.import_files([lines(tmp_path / "good.jsonl", 30)], strict)
    seat.wait_for_job()
    assert reports[-1].documents == 30


def test_strictly_a_set_that_is_there_with_other_content_refuses_all(seat, tmp_path):
    seat.hands.documents.done()
    text = seat.project.document(1).text
    line = {"name": "satu", "text": text, "annotator": "ani", "kind": "person", "spans": [], "status": "done"}
    tokens = [list(token) for token in seat.project.document(1).tokens]
    path = lines(tmp_path / "b.jsonl", 20)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**line, "tokens": tokens}) + "\n")
    reports = heard(seat)
    seat.hands.projects.import_files([path], ImportOptions("jsonl", strict=True))
    seat.wait_for_job()
    assert count(seat) == 3
    assert "has a set of ani already" in reports[-1].losses[0].message


def test_a_cancelled_import_leaves_nothing_behind_and_the_project_usable(seat, tmp_path):
    reports = heard(seat)

    def stop(progress: Progress) -> None:
        if progress.done:
            seat.hands.projects.cancel()

    seat.hands.projects.working.connect(stop)
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 400)], SURE)
    seat.wait_for_job()
    assert reports == []
    assert seat.message == "Cancelled; nothing was changed."
    assert count(seat) == 3
    assert seat.name == "satu"
    assert list(journal.unfinished(seat.project.connection)) == []
    seat.hands.editing.label("ORG")
    path = seat.project.path
    seat.hands.projects.close()
    assert documents_in(path) == 3


def test_cancelling_closes_a_document_that_came_with_the_import_and_opens_one_that_stays(seat, tmp_path):
    opened: list[str] = []

    def stop(progress: Progress) -> None:
        if progress.done and not opened:
            seat.hands.documents.open(4)
            opened.append(seat.name)
            seat.hands.projects.cancel()

    seat.hands.projects.working.connect(stop)
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 400)], SURE)
    seat.wait_for_job()
    assert opened == ["b0"]
    assert count(seat) == 3
    assert seat.name == "satu"


def test_work_done_on_what_came_in_is_kept_when_the_import_is_cancelled(seat, tmp_path):
    def stop(progress: Progress) -> None:
        if progress.done and not progress.cancelled:
            seat.hands.documents.open(4)
            seat.view.focus_span("s1")
            seat.hands.editing.accept()
            seat.hands.projects.cancel()

    seat.hands.projects.working.connect(stop)
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 400)], SURE)
    seat.wait_for_job()
    assert "What it had brought was kept" in seat.message
    assert seat.name == "b0"
    assert seat.document.span("s1").reviewed
    kept = count(seat)
    assert kept > 3
    path = seat.project.path
    seat.leave()
    assert documents_in(path) == kept


def test_an_import_that_fails_midway_is_taken_back(seat, tmp_path):
    def fill_disk(progress: Progress) -> None:
        if progress.done:
            (pages,) = seat.project.connection.execute("PRAGMA page_count").fetchone()
            seat.project.connection.execute(f"PRAGMA max_page_count = {pages}")

    seat.hands.projects.working.connect(fill_disk)
    reports = heard(seat)
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 2000)], SURE)
    seat.wait_for_job()
    assert reports == []
    assert seat.message == "The disk is full. Nothing was imported; free some space, and import again."
    path = seat.project.path
    seat.project.connection.execute("PRAGMA max_page_count = 1000000")
    seat.leave()
    project = open_project(path)
    assert queries.document_count(project.connection) == 3
    assert project.notices == []
    project.close()


def test_closing_the_window_takes_an_unfinished_import_back(seat, qtbot, tmp_path, project_file):
    def leave(progress: Progress) -> None:
        if progress.done:
            seat.window.close()

    seat.hands.projects.working.connect(leave)
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 400)], SURE)
    qtbot.waitUntil(lambda: seat.bench.session is None, timeout=30_000)
    assert documents_in(project_file) == 3
    assert is_free(project_file)


def test_texts_get_tokens_from_the_worker_process(seat, tmp_path):
    article = tmp_path / "berita.txt"
    article.write_text("Presiden Joko Widodo tiba di Moskow.\n", encoding="utf-8")
    reports = heard(seat)
    seat.hands.projects.import_files([article], ImportOptions())
    seat.wait_for_job()
    assert [report.documents for report in reports] == [1]
    seat.hands.documents.open(4)
    assert [seat.document.text[start:end] for start, end in seat.document.tokens][:3] == ["Presiden", "Joko", "Widodo"]


def test_a_worker_that_dies_is_said_and_nothing_comes_in(seat, qtbot, tmp_path):
    article = tmp_path / "berita.txt"
    article.write_text("Presiden tiba.", encoding="utf-8")
    projects = seat.hands.projects
    projects.import_files([article], ImportOptions())
    worker = projects._jobs.worker
    qtbot.waitUntil(lambda: any(process.is_alive() for process in worker._context.made), timeout=30_000)
    worker._context.made[0].kill()
    seat.wait_for_job()
    assert "helper process ended" in seat.message
    assert count(seat) == 3


def test_cancel_does_not_wait_for_the_worker(seat, tmp_path):
    article = tmp_path / "berita.txt"
    article.write_text("Presiden tiba.", encoding="utf-8")
    projects = seat.hands.projects
    projects.import_files([article], ImportOptions())
    projects.cancel()
    seat.wait_for_job()
    assert seat.message == "Cancelled; nothing was changed."
    assert not projects._jobs.worker.started
    assert count(seat) == 3


def test_one_thing_at_a_time(seat, tmp_path):
    projects, other = seat.hands.projects, make_project(tmp_path / "lain.annotator")
    projects.import_files([lines(tmp_path / "b.jsonl", 50)], SURE)
    attempts = (
        lambda: projects.open(other),
        lambda: projects.new(tmp_path / "neu", "conll", "id"),
        projects.demo,
        projects.close,
        lambda: projects.import_files([tmp_path / "b.jsonl"], SURE),
        lambda: projects.export(tmp_path / "x.jsonl", ExportOptions("jsonl")),
    )
    for attempt in attempts:
        seat.bench.messages.clear()
        attempt()
        assert "under way" in seat.message
    assert not (tmp_path / "neu.annotator").exists()
    seat.wait_for_job()
    assert count(seat) == 53
    assert projects.open(other)


def test_into_a_read_only_project_nothing_is_imported(make_seat, project_file, tmp_path):
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.bench.messages.clear()
        seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 2)], SURE)
        assert "open elsewhere" in seat.message
        assert not seat.hands.projects.busy


def test_without_a_project_there_is_nothing_to_do(make_seat, tmp_path):
    projects = make_seat().hands.projects
    projects.import_files([tmp_path / "b.jsonl"], SURE)
    projects.export(tmp_path / "x.jsonl", ExportOptions("jsonl"))
    projects.save_copy()
    projects.cancel()
    projects.remember()
    assert not projects.busy


# --- exporting -----------------------------------------------------------------------------------------------------------------


def test_an_export_says_what_it_kept_and_holds_what_is_half_typed(seat, tmp_path):
    reports, out = heard(seat), tmp_path / "gold.jsonl"
    seat.hands.documents.done()
    seat.open_named("satu")
    seat.view.focus_span("s2")
    seat.window.panels.inspector.fields.note.setPlainText("half typed")
    seat.hands.projects.export(out, ExportOptions("jsonl"))
    seat.wait_for_job()
    (report,) = reports
    assert (report.documents, report.spans, report.relations) == (1, 4, 1)
    assert report.lossless
    line = json.loads(out.read_text(encoding="utf-8"))
    assert [span.get("note") for span in line["spans"]] == [None, "half typed", None, None]


def test_with_nothing_done_nothing_is_written_and_the_counts_are_said(seat, tmp_path):
    reports, out = heard(seat), tmp_path / "gold.jsonl"
    seat.hands.projects.export(out, ExportOptions("jsonl"))
    seat.wait_for_job()
    assert "There is nothing to export: of 3 documents 3 new for ani." in seat.message
    assert reports == []
    assert not out.exists()


def test_a_cancelled_export_leaves_no_file(seat, tmp_path):
    reports = heard(seat)
    seat.hands.documents.done()
    before = sorted(tmp_path.iterdir())
    seat.hands.projects.export(tmp_path / "gold.jsonl", ExportOptions("jsonl"))
    seat.hands.projects.cancel()
    seat.wait_for_job()
    assert reports == []
    assert sorted(tmp_path.iterdir()) == before
    assert seat.message == "Cancelled; nothing was changed."
    seat.hands.projects.export(tmp_path / "gold.jsonl", ExportOptions("jsonl"))
    seat.wait_for_job()
    assert len(reports) == 1


def test_an_export_to_nowhere_is_said(seat, tmp_path):
    seat.hands.documents.done()
    seat.hands.projects.export(tmp_path / "none" / "gold.jsonl", ExportOptions("jsonl"))
    seat.wait_for_job()
    assert "does not exist" in seat.message
    assert not seat.hands.projects.busy


def test_suggestions_of_a_project_are_those_of_its_model(make_seat, tmp_path):
    path = make_project(tmp_path / "p.annotator", [(document("d", "Budi"), [suggestions([("s1", 0, 4, "PERSON")])])])
    assert [span.origin for span in make_seat(path).document.spans()] == ["model"]
