"""Suggesters run from the window: what the open article shows, what a cancel keeps, what a failure says."""

from __future__ import annotations

import multiprocessing
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from annotator.commands.importing import ImportOptions
from annotator.commands.suggester_setups import plan
from annotator.commands.suggesting import Order
from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.domain.mapping import LEAVE_OUT
from annotator.domain.progress import Progress
from annotator.jobs.steadfast import GaveUp
from annotator.nlp import suggesting as nlp_suggesting
from annotator.store import queries, suggesters
from annotator.store.project import open_project
from annotator.ui import suggesting_run
from annotator.ui.dialogs.suggest import Scope, SuggestDialog
from annotator.ui.dialogs.suggest_report import SuggestReportDialog
from annotator.ui.suggesting_choice import CHOICES
from tests.qt.suggesting_support import InProcess, pattern_file, patterns, suggesting, wait_for_run, without_processes
from tests.qt.window_support import document, full_disk, make_project, settle


@pytest.fixture
def at_once(monkeypatch):
    without_processes(monkeypatch)


@pytest.fixture
def row(tmp_path):
    return patterns(pattern_file(tmp_path))


@pytest.fixture
def held(monkeypatch):
    """Hold the suggesters back, after so many batches of one document each, until the test lets them go on."""

    go_on, batches = threading.Event(), []

    def slow(orders, batch):
        batches.append([one.text for one in batch])
        if len(batches) > slow.free:
            go_on.wait(20)
        return nlp_suggesting.suggest_batch(orders, batch)

    slow.free, slow.go_on, slow.batches = 0, go_on, batches
    monkeypatch.setattr("annotator.commands.suggesting.suggest_batch", slow)
    monkeypatch.setattr("annotator.commands.suggesting.BATCH", 1)
    yield slow
    go_on.set()


def sets_by(seat, name: str) -> dict[str, int]:
    """Spans that a suggester's sets hold, by document."""
    rows = seat.project.connection.execute(
        "SELECT d.name, (SELECT count(*) FROM spans WHERE set_id = s.id) FROM annotation_sets s"
        " JOIN documents d ON d.id = s.document_id WHERE s.annotator = ? AND s.kind = 'model'",
        (name,),
    )
    return dict(rows.fetchall())


def surfaces(seat, origin: str = "") -> list[tuple[str, str, bool]]:
    found = seat.document.spans()
    return [(s.surface(seat.document.text), s.label, s.reviewed) for s in found if not origin or s.origin == origin]


# --- a run over the project ------------------------------------------------------------------------------------------------------


def test_the_project_gets_suggestions_and_the_open_article_shows_them(at_once, seat, row):
    assert ("Jakarta", "GPE", False) not in surfaces(seat)
    assert suggesting(seat).run([row], None)
    wait_for_run(seat)
    assert ("Jakarta", "GPE", False) in surfaces(seat)
    assert sets_by(seat, "patterns:nama") == {"satu": 3, "dua": 0, "tiga": 0}
    assert "3 documents were looked at." in seat.message
    assert seat.window.status.job.isHidden()
    assert seat.window.panels.labels.model.index(2).isValid()


def test_what_stood_already_is_as_it_was(at_once, seat, row):
    before = {span.id: span for span in seat.document.spans()}
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    after = {span.id: span for span in seat.document.spans()}
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 1  # Putin stands already, under another suggester's labels


def test_what_a_person_reviewed_or_rejected_stays_so_when_it_runs_again(at_once, seat, row):
    seat.show()
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    jakarta = next(span for span in seat.document.spans() if span.label == "GPE" and span.start == 45)
    seat.view.focus_span(jakarta.id)
    seat.press("Delete")
    seat.view.focus_span("s3")
    seat.press("Return")
    reviewed = [span for span in seat.document.spans() if span.reviewed]
    assert reviewed
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    assert ("Jakarta", "GPE", False) not in surfaces(seat)
    assert [span for span in seat.document.spans() if span.reviewed] == reviewed


def test_the_run_is_one_step_that_the_history_can_undo(at_once, seat, row):
    before = seat.content()
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    (number,) = seat.project.connection.execute("SELECT max(id) FROM steps").fetchone()
    seat.bench.session.undo_step(number)
    settle()
    assert seat.content() == before
    assert sets_by(seat, "patterns:nama") == {}


def test_labels_are_mapped_left_out_and_told_of_in_the_report(at_once, seat, tmp_path):
    path = pattern_file(tmp_path, "PER\tJokowi\nANEH\tbertemu\nGPE\tRusia\n")
    suggesting(seat).run([patterns(path, labels=(("PER", "ORG"), ("GPE", LEAVE_OUT)))], None)
    wait_for_run(seat)
    report = suggesting(seat).report
    assert {key[1:]: count for key, count in report.left_out.items()} == {
        (nlp_suggesting.NO_LABEL, "ANEH"): 1,
        (nlp_suggesting.CHOSEN, "GPE"): 1,
    }
    set_id = queries.find_set(seat.project.connection, seat.document.document.id, "patterns:nama", Kind.MODEL)
    assert [span.label for span in queries.spans(seat.project.connection, set_id)] == ["ORG"]
    assert "2 suggestions were left out." in seat.message
    seat.bench.messages.action_button.click()
    dialog = seat.dialog(SuggestReportDialog)
    assert dialog.table.topLevelItemCount() == 1
    dialog.reject()


def test_which_suggesters_ran_is_remembered_with_project_and_settings(at_once, seat, row, make_seat):
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    assert [one.name for one in suggesters.known(seat.project.connection)] == ["patterns:nama"]
    path = seat.project.path
    seat.leave()
    again = make_seat(path)
    assert "patterns:nama" in again.window.bench.settings.get(CHOICES)
    again.trigger("project.suggest")
    rows = again.dialog(SuggestDialog).list.rows()
    assert [(one.setup.name, one.on) for one in rows if one.on] == [("patterns:nama", True)]
    assert rows[0].setup.source == row.setup.source


def test_progress_is_in_the_status_bar_and_the_window_takes_edits_meanwhile(at_once, held, seat, row):
    held.free = 1
    seat.show()
    suggesting(seat).run([row], None)
    status = seat.window.status
    assert not status.cancel.isHidden()
    QTest.qWait(100)
    seat.view.focus_span("s3")
    seat.press("Return")
    assert seat.document.span("s3").reviewed
    held.go_on.set()
    wait_for_run(seat)
    assert status.cancel.isHidden()
    assert seat.document.span("s3").reviewed


# --- cancelled, resumed ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def long_file(tmp_path):
    return make_project(tmp_path / "panjang.annotator", [(document(f"d{n}", "Putin tiba di Jakarta."), []) for n in range(12)])


@pytest.fixture
def singly(at_once, monkeypatch):
    """Have every document written by itself."""
    monkeypatch.setattr(suggesting_run, "LEAST_IN_SLICE", 1)
    monkeypatch.setattr(suggesting_run, "MOST_IN_SLICE", 1)


def test_a_cancel_keeps_what_is_done_and_the_next_run_goes_on_from_there(singly, held, make_seat, long_file, row):
    held.free = 6
    seat = make_seat(long_file)
    running = suggesting(seat)
    running.run([row], None)
    waited = 0
    while len(sets_by(seat, "patterns:nama")) < 3 and waited < 10_000:
        QTest.qWait(20)
        waited += 20
    seat.window.status.cancel.click()
    held.go_on.set()
    assert not running.busy
    assert "Stopped after" in seat.message
    assert "go on from there" in seat.message
    done = set(sets_by(seat, "patterns:nama"))
    assert 3 <= len(done) < 12
    after, _ = plan(seat.project.connection, [row.setup])
    assert after > 0
    QTest.qWait(50)
    assert set(sets_by(seat, "patterns:nama")) == done  # nothing arrives late
    held.batches.clear()
    running.run([row], None)
    wait_for_run(seat)
    assert len(sets_by(seat, "patterns:nama")) == 12
    assert len(held.batches) < 12
    assert plan(seat.project.connection, [row.setup])[0] == 0


def test_begun_anew_it_looks_at_every_document(at_once, held, make_seat, long_file, row):
    seat = make_seat(long_file)
    held.go_on.set()
    _, kept = plan(seat.project.connection, [row.setup])
    suggesters.remember(seat.project.connection, [replace(one, through=8) for one in kept])
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    assert len(held.batches) <= 5  # the rest, and the open document
    held.batches.clear()
    suggesters.remember(seat.project.connection, [replace(one, through=8) for one in kept])
    suggesting(seat).run([row], None, True)
    wait_for_run(seat)
    assert len(held.batches) == 12


def test_a_document_opened_meanwhile_is_next(at_once, held, make_seat, long_file, row):
    seat = make_seat(long_file)
    held.free = 0
    suggesting(seat).run([row], None)
    QTest.qWait(50)
    last = queries.document_ids(seat.project.connection)[-1]
    seat.hands.documents.open(last)
    held.free = 3
    held.go_on.set()
    wait_for_run(seat)
    order = suggesting(seat)
    assert not order.busy
    assert len(sets_by(seat, "patterns:nama")) == 12
    assert ("Jakarta", "GPE", False) in surfaces(seat)


def test_order_gives_what_was_put_first_out_of_its_turn():
    order = Order([1, 2, 3, 4])
    assert next(order) == 1
    order.put_first(4)
    assert list(order) == [4, 2, 3]
    assert order.was_put_first(4)
    assert not order.was_put_first(2)


def test_a_project_closed_meanwhile_is_whole_and_nothing_is_said_of_it_elsewhere(at_once, held, make_seat, long_file, row):
    held.free = 2
    seat = make_seat(long_file)
    suggesting(seat).run([row], None)
    QTest.qWait(100)
    held.go_on.set()
    seat.hands.projects.close()
    assert not suggesting(seat).busy
    assert seat.message == ""
    project = open_project(long_file)
    try:
        assert queries.integrity(project.connection) == []
        unfinished = project.connection.execute("SELECT count(*) FROM steps WHERE finished = 0").fetchone()[0]
        assert unfinished == 0
    finally:
        project.close()


def test_a_window_closed_meanwhile_ends_its_run(at_once, held, make_seat, long_file, row):
    held.free = 1
    seat = make_seat(long_file)
    suggesting(seat).run([row], None)
    QTest.qWait(50)
    held.go_on.set()
    seat.leave()
    project = open_project(long_file, read_only=True)
    try:
        assert [one.name for one in suggesters.known(project.connection)] == ["patterns:nama"]
    finally:
        project.close()


# --- one document ------------------------------------------------------------------------------------------------------------------


def test_ctrl_g_suggests_for_the_open_document_alone(at_once, seat, row):
    suggesting(seat).run([row], [3])
    wait_for_run(seat)
    seat.show()
    seat.press("Ctrl+G")
    wait_for_run(seat)
    assert ("Jakarta", "GPE", False) in surfaces(seat)
    assert set(sets_by(seat, "patterns:nama")) == {"satu", "tiga"}
    assert seat.told[-1] == "3 spans are suggested here."
    seat.press("Ctrl+G")
    wait_for_run(seat)
    assert seat.told[-1] == "Nothing new is suggested here."


def test_one_document_leaves_an_unfinished_run_where_it_is(at_once, seat, row):
    _, kept = plan(seat.project.connection, [row.setup])
    suggesters.remember(seat.project.connection, [replace(one, through=2) for one in kept])
    suggesting(seat).here()
    wait_for_run(seat)
    assert plan(seat.project.connection, [row.setup])[0] == 2


def test_a_finished_document_gets_none_and_is_told_why(at_once, seat, row):
    suggesting(seat).run([row], [2])
    wait_for_run(seat)
    seat.settings.set("done.next", False)
    seat.bench.settings.set("done.next", False)
    seat.view.focus_span("s1")
    seat.hands.documents.skip()
    assert seat.document.info.status is Status.SKIPPED
    before = seat.content()
    suggesting(seat).here()
    assert not suggesting(seat).busy
    assert "take it up again" in seat.told[-1]
    assert seat.content() == before


def test_during_a_run_over_the_project_it_is_next(at_once, held, make_seat, long_file, row):
    seat = make_seat(long_file)
    suggesting(seat).run([row], None)
    suggesting(seat).here()
    assert seat.told[-1] == "This document is next."
    held.go_on.set()
    wait_for_run(seat)


# --- what is refused, and what goes wrong -----------------------------------------------------------------------------------------


def test_one_run_at_a_time_and_none_beside_an_import(at_once, held, seat, row, monkeypatch):
    suggesting(seat).run([row], None)
    assert not suggesting(seat).run([row], None)
    assert "Suggestions are being made" in seat.message
    assert seat.bench.messages.action_button.text() == "Cancel it"
    suggesting(seat).ask()
    assert seat.window.findChildren(SuggestDialog) == []
    held.go_on.set()
    wait_for_run(seat)
    monkeypatch.setattr(type(seat.hands.projects), "busy", property(lambda _: True))
    assert not suggesting(seat).run([row], None)
    assert "import or export" in seat.message
    assert seat.bench.messages.action_button.text() == "Cancel it"
    monkeypatch.undo()


def test_an_import_waits_for_the_run(at_once, held, seat, row, tmp_path):
    suggesting(seat).run([row], None)
    path = tmp_path / "lagi.txt"
    path.write_text("Isi.", encoding="utf-8")
    seat.hands.projects.import_files([path], ImportOptions())
    assert not seat.hands.projects.busy
    assert "Suggestions are being made" in seat.message
    seat.bench.messages.action_button.click()
    held.go_on.set()
    wait_for_run(seat)
    assert "Stopped" in seat.message


def test_a_broken_pattern_file_is_one_plain_sentence_and_nothing_changes(at_once, seat, tmp_path):
    before = seat.content()
    path = pattern_file(tmp_path, "PERSON\tPutin\nGPE\t/(/\n")
    suggesting(seat).run([patterns(path)], None)
    wait_for_run(seat)
    assert "nama.txt" in seat.message
    assert "Line 2" in seat.message
    assert seat.content() == before
    assert sets_by(seat, "patterns:nama") == {}


def test_a_file_that_is_gone_is_named(at_once, seat, row, tmp_path):
    (tmp_path / "nama.txt").unlink()
    assert not suggesting(seat).run([row], None)
    assert "nama.txt" in seat.message


def test_a_suggester_that_fails_on_a_document_names_it_and_the_report_leads_there(at_once, seat, row, monkeypatch):
    class Failing:
        def __call__(self, _):
            raise ValueError("rusak")

    monkeypatch.setattr(nlp_suggesting, "load", lambda _: Failing())
    monkeypatch.setattr(nlp_suggesting, "_loaded", None)
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    monkeypatch.setattr(nlp_suggesting, "_loaded", None)
    assert "A suggester failed on 3 documents." in seat.message
    suggesting(seat).show_report()
    dialog = seat.dialog(SuggestReportDialog)
    group = dialog.table.topLevelItem(dialog.table.topLevelItemCount() - 1)
    item = next(group.child(place) for place in range(group.childCount()) if group.child(place).text(0) == "tiga")
    assert "rusak" in item.text(2)
    dialog.table.itemActivated.emit(item, 0)
    assert seat.name == "tiga"
    dialog.reject()


def test_a_suggester_that_ends_its_process_again_and_again_stops_the_run_with_a_sentence(at_once, seat, row, monkeypatch):
    def gives_up(*_args, **_keywords):
        raise GaveUp
        yield

    monkeypatch.setattr("annotator.commands.suggesting.answers", gives_up)
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    assert "ended its helper process" in seat.message
    assert seat.bench.messages.action_button.isVisibleTo(seat.bench.messages)


def test_a_full_disk_stops_the_run_and_the_window_lives(at_once, make_seat, tmp_path, row):
    long = " ".join(["Putin tiba di Jakarta."] * 40)
    path = make_project(tmp_path / "besar.annotator", [(document(f"d{n}", long), []) for n in range(40)])
    seat = make_seat(path)
    with full_disk(seat.project):
        suggesting(seat).run([row], None)
        wait_for_run(seat)
        assert "full" in seat.message.lower()
    assert not suggesting(seat).busy
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    assert len(sets_by(seat, "patterns:nama")) == 40


def test_a_project_that_can_only_be_read_gets_none(at_once, seat, row, monkeypatch):
    monkeypatch.setattr(type(seat.project), "read_only", property(lambda _: True))
    monkeypatch.setattr(seat.project, "read_only_reason", "It is read only.")
    assert not suggesting(seat).run([row], None)
    assert seat.message == "It is read only."
    suggesting(seat).here()
    assert not suggesting(seat).busy


# --- real processes ----------------------------------------------------------------------------------------------------------------


def test_in_real_processes_and_one_of_them_killed_the_run_goes_on_to_its_end(make_seat, long_file, tmp_path):
    seat = make_seat(long_file)
    suggesting(seat).run([patterns(pattern_file(tmp_path))], None)
    waited = 0
    while not multiprocessing.active_children() and waited < 20_000:
        QTest.qWait(10)
        waited += 10
    QTest.qWait(200)
    for child in multiprocessing.active_children()[:1]:
        child.kill()
    running, waited = suggesting(seat), 0
    while running.busy and waited < 60_000:
        QTest.qWait(20)
        waited += 20
    if seat.message and "helper process ended" in seat.message:  # it was at what the finished documents teach
        running.run([patterns(tmp_path / "nama.txt")], None)
        wait_for_run(seat)
    assert len(sets_by(seat, "patterns:nama")) == 12
    assert ("Jakarta", "GPE", False) in surfaces(seat)


# --- kept warm ---------------------------------------------------------------------------------------------------------------------


def test_suggesters_are_loaded_beforehand_only_where_a_project_has_some(at_once, seat, row):
    warmth = suggesting(seat).warmth
    assert warmth.soon.isActive()
    warmth.warm()
    assert not warmth.warming
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    warmth.helper.forget()
    warmth.warm()
    assert warmth.warming
    waited = 0
    while warmth.warming and waited < 10_000:
        QTest.qWait(10)
        waited += 10
    assert warmth.helper._told is not None


def test_what_was_learned_is_forgotten_when_a_document_is_done(at_once, seat, row):
    suggesting(seat).run([row], [2])
    wait_for_run(seat)
    helper = suggesting(seat).warmth.helper
    assert helper._told is not None
    seat.view.focus_span("s3")
    seat.hands.editing.accept()
    assert helper._told is not None
    seat.bench.settings.set("done.next", False)
    seat.hands.documents.done()
    assert seat.document.info.status is Status.DONE
    assert helper._told is None
    assert suggesting(seat).warmth.soon.isActive()


def test_a_pattern_file_that_changed_is_read_again_by_a_new_process(at_once, seat, row, tmp_path):
    suggesting(seat).here()
    suggesting(seat).run([row], [seat.document.document.id])
    wait_for_run(seat)
    suggesting(seat).run([row], [seat.document.document.id])
    wait_for_run(seat)
    worker = suggesting(seat).warmth.helper.worker
    assert isinstance(worker, InProcess)
    before = worker.closed
    pattern_file(tmp_path, "ORG\tJakarta bukan\n")
    suggesting(seat).run([row], [seat.document.document.id])
    wait_for_run(seat)
    assert worker.closed == before + 1


# --- what the panels show of it ----------------------------------------------------------------------------------------------------


def test_the_list_brings_the_figures_of_its_documents_up_to_date(at_once, seat, row):
    seat.show()
    model = seat.window.panels.documents.model
    heard: list[int] = []
    model.dataChanged.connect(lambda first, _last, *_: heard.append(first.row()))
    suggesting(seat).run([row], [2, 3])
    wait_for_run(seat)
    assert {1, 2} <= set(heard)


def test_over_the_documents_that_the_list_shows(at_once, seat, row, qtbot):
    panel = seat.window.panels.documents
    assert panel.model.narrowed() is None
    seat.hands.documents.flag()
    seat.bench.settings.set("done.next", False)
    seat.hands.documents.skip()
    panel.set_filter((Status.NEW,))
    qtbot.waitUntil(lambda: panel.model.narrowed() is not None and len(panel.model.narrowed()) == 2, timeout=5_000)
    seat.trigger("project.suggest")
    dialog = seat.dialog(SuggestDialog)
    assert list(dialog.listed) == [2, 3]
    dialog.scopes[Scope.LISTED].setChecked(True)
    places = [one.setup.kind for one in dialog.list.rows()]
    dialog.list.setCurrentItem(dialog.list.topLevelItem(places.index("patterns")))
    dialog.detail.take_source(row.setup.source)
    for place in range(2):
        dialog.list.topLevelItem(place).setCheckState(0, Qt.CheckState.Unchecked)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=5_000)
    dialog.accept()
    wait_for_run(seat)
    assert set(sets_by(seat, "patterns:nama")) == {"dua", "tiga"}


def test_a_message_stays_while_a_run_writes(at_once, seat, row):
    seat.bench.messages.show_message("Read this.", "warning")
    heard: list[str] = []
    suggesting(seat).working.connect(lambda *_: heard.append(seat.message))
    suggesting(seat).run([row], None)
    wait_for_run(seat)
    assert set(heard) == {"Read this."}
    assert "3 documents were looked at." in seat.message


def test_the_status_bar_shows_the_words_of_the_run(seat):
    progress = Progress(10)
    progress.done, progress.what = 4, "Suggesting"
    seat.window.status.show_job(progress, "Suggestions: 4 of 10, 1 minute left")
    assert seat.window.status.job_title.text() == "Suggestions: 4 of 10, 1 minute left"
    assert (seat.window.status.job.maximum(), seat.window.status.job.value()) == (10, 4)
    seat.window.status.show_job(progress)
    assert seat.window.status.job_title.text() == "Suggesting"
