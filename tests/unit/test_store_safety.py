"""A full disk, a killed process, a file that is moved away, copies and checkpoints: what was acknowledged stays."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.commands import documents, spans
from annotator.commands.command import Command
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.errors import DiskFull, ProjectError, ProjectInUse
from annotator.session.session import Session
from annotator.store import journal, queries
from annotator.store.project import create, open_project

ROOT = Path(__file__).resolve().parents[2]


def dump(connection: sqlite3.Connection) -> list[str]:
    return list(connection.iterdump())


# A full disk


def fill(project) -> None:
    """Leave the file no page more than it has: SQLite then says SQLITE_FULL, as on a full disk."""
    pages = project.connection.execute("PRAGMA page_count").fetchone()[0]
    project.connection.execute(f"PRAGMA max_page_count = {pages}")


def make_room(project) -> None:
    project.connection.execute("PRAGMA max_page_count = 1000000")


def test_an_edit_on_a_full_disk_is_refused_and_everything_before_it_stays(session):
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    before, heard = dump(session.project.connection), []
    session.changed.connect(heard.append)
    fill(session.project)
    with pytest.raises(DiskFull, match="was not saved"):
        session.execute(spans.describe_span(state.set_id, "s1", note="x" * 100_000))
    assert heard == []
    assert not session.project.connection.in_transaction
    assert dump(session.project.connection) == before
    assert state.span("s1").note == ""
    # A smaller edit still finds room, and the big one does when there is some.
    session.execute(spans.accept_span(state.set_id, "s3"))
    assert len(heard) == 1
    make_room(session.project)
    session.execute(spans.describe_span(state.set_id, "s1", note="x" * 100_000))
    session.close()
    again = open_project(session.project.path)
    assert len(queries.span(again.connection, state.set_id, "s1").note) == 100_000
    assert queries.span(again.connection, state.set_id, "s3").reviewed
    again.close()


def test_an_undo_on_a_full_disk_can_be_made_later(session):
    state = session.open_document(1)
    session.execute(spans.describe_span(state.set_id, "s1", note="x" * 100_000))
    session.execute(spans.describe_span(state.set_id, "s1", note=""))
    # Take what the long note gave free, so that its return needs new pages.
    with session.project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("filler", "y" * 300_000), [])])
    fill(session.project)
    with pytest.raises(DiskFull):
        session.undo()
    assert state.span("s1").note == ""
    make_room(session.project)
    session.undo()
    assert len(state.span("s1").note) == 100_000


def test_an_import_on_a_full_disk_leaves_nothing_of_the_chunk(project):
    step = project.begin_step("Import {}", "files", actor="ani")
    with project.transaction("Import {}", actor="ani", step_id=step) as tx:
        tx.add_documents([(Document("kept", "text"), [])])
    fill(project)
    with pytest.raises(DiskFull), project.transaction("Import {}", actor="ani", step_id=step) as tx:
        tx.add_documents([(Document(f"d{number}", "text " * 1000), []) for number in range(100)])
    assert queries.document_count(project.connection) == 4
    make_room(project)
    project.undo_step(step, "ani")
    project.finish_step(step)
    assert queries.document_count(project.connection) == 3


def test_a_project_that_does_not_fit_on_the_disk_is_not_made(tmp_path, scheme, monkeypatch):
    from annotator.store import files

    def narrow(connection):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA max_page_count = 3")

    monkeypatch.setattr(files, "make_writable", narrow)
    with pytest.raises(DiskFull, match="was not made"):
        create(tmp_path / "a.annotator", scheme=scheme, language="id")
    assert {entry.name for entry in tmp_path.iterdir()} <= {".a.annotator.lock"}


def test_every_failure_inside_a_transaction_leaves_nothing(session):
    state = session.open_document(1)
    before = dump(session.project.connection)

    def run(tx):
        tx.remove(state.set_id, tx.span(state.set_id, "s1"))
        tx.add_documents([(Document("half", "text"), [])])
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        session.execute(Command("Break", run))
    assert dump(session.project.connection) == before
    assert session.project.document(4) is None


def test_a_failing_journal_takes_the_edit_with_it(session, monkeypatch):
    state = session.open_document(1)
    before = dump(session.project.connection)

    def fail(*arguments):
        raise RuntimeError("no journal")

    monkeypatch.setattr(journal, "record", fail)
    with pytest.raises(RuntimeError):
        session.execute(spans.accept_span(state.set_id, "s1"))
    monkeypatch.undo()
    assert dump(session.project.connection) == before
    assert not state.span("s1").reviewed
    session.execute(spans.accept_span(state.set_id, "s2"))


def test_a_relation_left_without_its_span_is_stopped_at_the_commit(session):
    state = session.open_document(1)
    before = dump(session.project.connection)
    with pytest.raises(sqlite3.IntegrityError):
        session.execute(Command("Break", lambda tx: tx.remove(state.set_id, tx.span(state.set_id, "s3"))))
    assert dump(session.project.connection) == before


# A killed process

WORK = """
import os, sys
from pathlib import Path
from annotator.commands import spans
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.session.session import Session
from annotator.store.project import open_project

session = Session(open_project(Path(sys.argv[1])), "ani")
state = session.open_document(1)
session.execute(spans.accept_span(state.set_id, "s2"))
print("accepted", flush=True)
step = session.project.begin_step("Import {}", "many", actor="ani")
number = 0
while True:
    number += 1
    with session.project.transaction("Import {}", "many", actor="ani", lane=Lane.JOB, step_id=step) as tx:
        tx.add_documents([(Document(f"unfinished {number}.{n}", "text " * 50), []) for n in range(20)])
    session.execute(spans.describe_span(state.set_id, "s1", note=str(number)))
    print(number, flush=True)
"""


def start(code: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
@pytest.mark.parametrize("chunks", [1, 7])
def test_after_a_kill_the_acknowledged_edits_are_there_and_the_unfinished_step_is_not(project, chunks):
    project.close()
    with start(WORK, project.path) as process:
        assert process.stdout.readline() == "accepted\n"
        for number in range(1, chunks + 1):
            assert process.stdout.readline() == f"{number}\n"
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
    acknowledged = int(rest[-1]) if rest else chunks
    again = open_project(project.path)
    assert again.notices == []
    set_id = queries.find_set(again.connection, 1, "ani", queries.Kind.PERSON)
    assert queries.span(again.connection, set_id, "s2").reviewed
    assert int(queries.span(again.connection, set_id, "s1").note) in (acknowledged, acknowledged + 1)
    assert [row[0] for row in again.connection.execute("SELECT name FROM documents ORDER BY id")] == ["first", "second", "third"]
    assert journal.unfinished(again.connection) == []
    assert queries.integrity(again.connection) == []
    # The edits made meanwhile can still be undone, one by one.
    session = Session(again, "ani")
    while session.undo():
        pass
    assert not queries.span(again.connection, set_id, "s2").reviewed
    again.close()


def unfinished_import(project, count: int = 2) -> int:
    step = project.begin_step("Import {}", "files", actor="ani")
    for number in range(count):
        with project.transaction("Import {}", "files", actor="ani", lane=Lane.JOB, step_id=step) as tx:
            tx.put_scheme(tx.scheme.with_labels([f"NEW{number}"]))
            tx.add_documents([(Document(f"late {number}", "Ani tiba."), [])])
    return step


def reopened(project):
    project.close()
    return open_project(project.path)


def test_an_unfinished_step_is_taken_back_at_the_next_opening(project, scheme):
    unfinished_import(project)
    again = reopened(project)
    assert queries.document_count(again.connection) == 3
    assert again.scheme == scheme
    assert again.notices == []
    again = reopened(again)
    assert queries.document_count(again.connection) == 3
    again.close()


def test_an_unfinished_step_without_any_change_leaves_no_trace(project):
    before = dump(project.connection)
    project.begin_step("Import {}", "files", actor="ani")
    again = reopened(project)
    after = [line for line in dump(again.connection) if "sqlite_sequence" not in line]
    assert after == [line for line in before if "sqlite_sequence" not in line]
    again.close()


def test_a_finished_step_without_any_change_leaves_no_trace(project):
    count = len(list(journal.steps(project.connection)))
    step = project.begin_step("Propagate", actor="ani", lane=Lane.EDIT)
    project.finish_step(step)
    assert len(list(journal.steps(project.connection))) == count
    assert project.undo("ani") is None


def test_what_was_worked_on_is_kept_when_its_import_was_interrupted(project):
    unfinished_import(project)
    session = Session(project, "ani")
    state = session.open_document(4)
    key = session.execute(spans.add_span(state.set_id, ((0, 3),), "PERSON"))
    again = reopened(project)
    assert queries.span(again.connection, state.set_id, key) is not None
    assert queries.document_count(again.connection) == 5
    assert len(again.notices) == 1
    assert "Import files" in again.notices[0]
    again = reopened(again)
    assert again.notices == []
    assert queries.document_count(again.connection) == 5
    again.close()


def test_a_kill_between_taking_back_and_saying_so_does_no_harm(project):
    step = unfinished_import(project)
    project.undo_step(step, "recovery")
    again = reopened(project)
    assert queries.document_count(again.connection) == 3
    assert journal.unfinished(again.connection) == []
    again.close()


def test_a_read_only_opening_leaves_the_unfinished_step_alone(project):
    unfinished_import(project)
    project.close()
    reader = open_project(project.path, read_only=True)
    assert queries.document_count(reader.connection) == 5
    reader.close()


def test_a_running_edit_of_several_transactions_is_not_what_undo_takes(session):
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    step = session.project.begin_step("Propagate", actor="ani", lane=Lane.EDIT)
    session.execute(spans.accept_span(state.set_id, "s3"), step_id=step)
    assert session.next_undo().title == "Accept the suggestion"
    assert session.next_undo().id != step
    session.project.finish_step(step)
    assert session.next_undo().id == step


# A file that goes away


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not let go of an open file")
@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_a_file_that_went_away_is_noticed_before_the_next_edit(session, tmp_path, how):
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    path = session.project.path
    if how == "deleted":
        path.unlink()
    else:
        path.rename(tmp_path / "moved.annotator")
    if how == "replaced":
        path.write_bytes((tmp_path / "moved.annotator").read_bytes())
    with pytest.raises(ProjectError, match="save a copy"):
        session.execute(spans.accept_span(state.set_id, "s3"))
    assert not state.span("s3").reviewed
    copy = tmp_path / "saved.annotator"
    session.project.save_copy(copy)
    rescued = open_project(copy)
    assert queries.span(rescued.connection, state.set_id, "s2").reviewed
    rescued.close()


# Copies and checkpoints


def test_a_copy_opens_as_an_ordinary_project(session, tmp_path):
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    copy = tmp_path / "copy.annotator"
    session.project.save_copy(copy)
    session.execute(spans.accept_span(state.set_id, "s3"))
    other = Session(open_project(copy), "ani")
    assert not other.project.read_only
    assert dump(other.project.connection) != dump(session.project.connection)
    again = other.open_document(1)
    assert (again.span("s2").reviewed, again.span("s3").reviewed) == (True, False)
    assert other.undo() is not None
    assert not again.span("s2").reviewed
    assert state.span("s2").reviewed
    other.close()
    assert not list(tmp_path.glob("*.partial"))


def test_a_copy_is_never_written_over_the_open_project(project, tmp_path):
    for target in (project.path, tmp_path / "." / "project.annotator"):
        with pytest.raises(ProjectError, match="another name"):
            project.save_copy(target)


def test_a_copy_is_never_written_over_a_project_open_elsewhere(project, new_project, tmp_path):
    other = new_project("other.annotator")
    with pytest.raises(ProjectInUse):
        project.save_copy(other.path)
    assert queries.document_count(other.connection) == 0


def test_a_copy_is_not_mixed_with_the_log_of_what_it_replaces(project, new_project, tmp_path):
    other = new_project("other.annotator")
    path = other.path
    other.close()
    code = (
        "import os, sys; from pathlib import Path; from annotator.store.project import open_project;"
        "from annotator.domain.documents import Document; p = open_project(Path(sys.argv[1])); tx = p.transaction('x', actor='x');"
        "tx.__enter__().add_documents([(Document('old', 'x' * 20000), [])]); tx.__exit__(None, None, None); os._exit(0)"
    )
    with start(code, path) as process:
        process.communicate()
    assert path.with_name("other.annotator-wal").exists()
    project.save_copy(path)
    copy = open_project(path)
    assert [row[0] for row in copy.connection.execute("SELECT name FROM documents")] == ["first", "second", "third"]
    assert queries.integrity(copy.connection) == []
    copy.close()


def test_a_copy_to_nowhere_says_so(project, tmp_path):
    with pytest.raises(ProjectError, match="does not exist"):
        project.save_copy(tmp_path / "none" / "copy.annotator")
    assert not (tmp_path / "none").exists()


def test_a_copy_that_fails_leaves_what_it_would_have_replaced(project, tmp_path, monkeypatch):
    target = tmp_path / "copy.annotator"
    project.save_copy(target)
    before = target.read_bytes()

    def fail(self, other):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(ProjectError, match="No space left"):
        project.save_copy(target)
    assert target.read_bytes() == before
    assert not list(tmp_path.glob(".*.partial"))


def test_a_copy_of_a_read_only_project_can_be_edited(project, tmp_path):
    project.close()
    reader = open_project(project.path, read_only=True)
    reader.save_copy(tmp_path / "mine.annotator")
    reader.close()
    session = Session(open_project(tmp_path / "mine.annotator"), "ani")
    session.execute(documents.skip(session.open_document(1).set_id))
    assert session.document.info.status is Status.SKIPPED
    session.close()


def test_copying_the_one_file_copies_everything(session, tmp_path):
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    assert session.project.checkpoint() is True
    (tmp_path / "by hand.annotator").write_bytes(session.project.path.read_bytes())
    copy = open_project(tmp_path / "by hand.annotator")
    assert queries.span(copy.connection, state.set_id, "s2").reviewed
    copy.close()


def test_closing_leaves_one_file(session):
    session.execute(spans.accept_span(session.open_document(1).set_id, "s2"))
    session.close()
    left = {entry.name for entry in session.project.path.parent.iterdir() if entry.name.startswith("project")}
    assert left == {"project.annotator"}
    session.close()  # harmless


def test_a_checkpoint_beside_a_reader_does_not_wait(session):
    state = session.open_document(1)
    reader = session.project.reader()
    reader.execute("BEGIN")
    count = reader.execute("SELECT count(*) FROM annotation_sets").fetchone()[0]
    session.execute(spans.accept_span(state.set_id, "s2"))
    waits: list[int] = []
    session.project.connection.set_trace_callback(lambda sql: waits.append(1) if "busy_timeout = 0" in sql else None)
    assert session.project.checkpoint() is False
    assert waits
    assert session.project.connection.execute("PRAGMA busy_timeout").fetchone()[0] == 5000
    assert reader.execute("SELECT count(*) FROM annotation_sets").fetchone()[0] == count
    session.execute(spans.accept_span(state.set_id, "s3"))
    reader.close()
    assert session.project.checkpoint() is True


def test_a_reader_cannot_write(project):
    reader = project.reader()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM documents")
    reader.close()
