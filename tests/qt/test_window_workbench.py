"""The middle of the window: one session on the bench, refusals as messages, and everything in the one file soon after."""

from __future__ import annotations

import sqlite3

import pytest

from annotator.commands import documents as document_commands
from annotator.commands import spans as span_commands
from annotator.errors import AnnotatorError, DiskFull, ProjectReadOnly, Refused
from annotator.session.session import Session
from annotator.store.project import open_project
from annotator.ui import workbench
from tests.qt.window_support import full_disk, make_project, read_only


def fail(error: Exception):
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (Refused("Not so."), "warning"),
        (ProjectReadOnly("Only look."), "warning"),
        (DiskFull("No room."), "error"),
        (AnnotatorError("Broken."), "error"),
    ],
)
def test_what_a_person_can_understand_becomes_a_message(seat, error, level):
    assert seat.bench.attempt(fail(error)) is None
    assert seat.message == str(error)
    assert seat.bench.messages.level == level
    assert not seat.bench.succeeds(fail(error))


def test_a_bug_of_ours_comes_through(seat):
    with pytest.raises(ZeroDivisionError):
        seat.bench.attempt(lambda: 1 / 0)
    with pytest.raises(sqlite3.OperationalError):
        seat.bench.attempt(lambda: seat.project.connection.execute("SELECT nothing FROM nowhere"))
    assert seat.message == ""


def test_a_raw_error_of_the_file_becomes_its_sentence(seat):
    with full_disk(seat.project):
        assert not seat.bench.succeeds(
            lambda: seat.project.connection.execute("CREATE TABLE big AS SELECT zeroblob(4000000) AS content")
        )
    assert "is full" in seat.message


def test_success_is_told_from_an_empty_answer(seat):
    assert seat.bench.succeeds(lambda: None)
    assert seat.bench.attempt(lambda: None) is None
    assert seat.bench.attempt(lambda: 7) == 7
    assert seat.bench.run(span_commands.accept_span(seat.document.set_id, "s1")) == "s1"


def test_without_a_session_nothing_runs(make_seat):
    seat = make_seat()
    assert seat.bench.run(document_commands.mark_done(1)) is None
    assert not seat.bench.refuses_edits()
    assert not seat.bench.editable
    assert not seat.bench.explains(sqlite3.DatabaseError("raw"))
    assert (seat.bench.document, seat.bench.span, seat.bench.relation) == (None, None, None)


def test_what_has_the_focus_is_at_hand(seat):
    assert (seat.bench.span, seat.bench.relation) == (None, None)
    seat.view.focus_span("s2")
    assert (seat.bench.span.id, seat.bench.relation) == ("s2", None)
    seat.view.focus_relation("r1")
    assert (seat.bench.span, seat.bench.relation.id) == (None, "r1")


def test_another_session_takes_the_place_of_the_old_one_which_is_closed_last(seat, project_file, tmp_path):
    seen: list[tuple[str, bool]] = []

    def look() -> None:
        seen.append((seat.project.name, can_be_written(project_file)))

    seat.bench.sessionChanged.connect(look)
    seat.bench.set_session(Session(open_project(make_project(tmp_path / "lain.annotator")), "ani"))
    seat.bench.sessionChanged.disconnect(look)
    assert seen == [("lain", False)]
    assert can_be_written(project_file)
    assert seat.bench.document is None


def can_be_written(path) -> bool:
    project = open_project(path)
    project.close()
    return not project.read_only


def test_changes_are_announced_once_with_what_changed(seat):
    heard: list[list[str]] = []
    seat.bench.changed.connect(lambda changes: heard.append([change.key for change in changes.of_set(seat.document.set_id)]))
    seat.view.focus_span("s2")
    seat.hands.editing.accept()
    assert len(heard) == 1
    assert "s2" in heard[0]


def test_a_message_goes_with_the_next_edit_or_document(seat):
    for act in (seat.hands.documents.flag, lambda: seat.hands.documents.step(1)):
        seat.bench.messages.show_message("Older.", "warning")
        act()
        assert seat.message == ""


def test_read_only_refuses_edits_and_says_why(seat, make_seat, project_file):
    assert not seat.bench.refuses_edits()
    assert seat.message == ""
    assert seat.bench.editable
    seat.leave()
    with read_only(project_file):
        looking = make_seat(project_file)
        looking.bench.messages.clear()
        assert looking.bench.refuses_edits()
        assert "open elsewhere" in looking.message
        assert not looking.bench.editable


# --- everything in the one file ------------------------------------------------------------------------------------------------


def in_main_file(path) -> list[str]:
    """The labels of "satu" for ani in the one file, without what is beside it."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        rows = connection.execute(
            "SELECT label FROM spans JOIN annotation_sets a ON a.id = set_id WHERE a.kind = 'person' AND a.document_id = 1"
        )
        return sorted(row[0] for row in rows)
    finally:
        connection.close()


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(workbench, "CHECKPOINT_AFTER", 20)


@pytest.mark.usefixtures("quick")
def test_a_moment_after_the_last_edit_copying_the_one_file_copies_everything(make_seat, project_file, qtbot):
    seat = make_seat(project_file)
    seat.view.focus_span("s2")
    seat.hands.editing.label("DATE")
    qtbot.waitUntil(lambda: "DATE" in in_main_file(project_file))
    assert seat.message == ""


@pytest.mark.usefixtures("quick")
def test_a_reader_that_holds_it_up_only_delays_it(make_seat, project_file, qtbot):
    seat = make_seat(project_file)
    reader = sqlite3.connect(project_file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM spans").fetchone()
    seat.view.focus_span("s2")
    seat.hands.editing.label("DATE")
    qtbot.wait(100)
    assert seat.message == ""
    reader.execute("COMMIT")
    reader.close()
    qtbot.waitUntil(lambda: not seat.bench._checkpoint.isActive())
    assert "DATE" in in_main_file(project_file)


@pytest.mark.usefixtures("quick")
def test_no_checkpoint_comes_after_the_session_has_gone(make_seat, project_file, qtbot):
    seat = make_seat(project_file)
    seat.hands.editing.label("DATE")
    seat.hands.projects.close()
    assert not seat.bench._checkpoint.isActive()
    qtbot.wait(60)
    assert seat.message == ""
