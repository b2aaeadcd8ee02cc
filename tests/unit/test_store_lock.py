"""Who writes: the lock's words and address, and a reader that takes over when the writer is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from annotator.commands import spans
from annotator.errors import ProjectError, ProjectReadOnly
from annotator.session.session import Session
from annotator.store import lock, queries
from annotator.store.lock import WriterLock, holder_address
from annotator.store.project import open_project

ROOT = Path(__file__).resolve().parents[2]

HOLDER = """
import sys
from pathlib import Path
from annotator.commands import spans
from annotator.session.session import Session
from annotator.store.project import open_project
session = Session(open_project(Path(sys.argv[1])), "budi")
assert not session.project.read_only, session.project.read_only_reason
session.project.publish_address("annotator-7 window")
state = session.open_document(1)
session.execute(spans.accept_span(state.set_id, "s2"))
print(state.set_id, flush=True)
if sys.stdin.readline() == "close\\n":
    session.close()
"""


@pytest.fixture
def holder(project):
    """Another process that has the project open."""
    project.close()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(project.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    process.set_id = int(process.stdout.readline())
    yield process
    process.kill()
    process.communicate()


def end(process: subprocess.Popen[str], how: str) -> None:
    if how == "killed":
        process.kill()
        process.wait(30)
    else:
        process.communicate("close\n", timeout=30)


# Words and address


def test_a_second_start_finds_where_the_first_window_is(project, holder):
    assert holder_address(project.path) == "annotator-7 window"
    second = open_project(project.path)
    assert second.read_only
    assert "annotator-7" not in second.read_only_reason
    second.publish_address("mine")  # it holds nothing, and says nothing
    second.close()
    assert holder_address(project.path) == "annotator-7 window"
    end(holder, "closed")
    assert holder_address(project.path) == ""


def test_only_the_same_user_on_the_same_machine_gets_the_address(project, monkeypatch):
    project.publish_address("here\nand there")
    assert holder_address(project.path) == "here and there"
    monkeypatch.setattr(lock, "_user", lambda: "somebody else")
    assert holder_address(project.path) == ""
    monkeypatch.undo()
    monkeypatch.setattr(lock.platform, "node", lambda: "other machine")
    assert holder_address(project.path) == ""


def test_without_an_address_or_a_holder_there_is_none(project, tmp_path):
    assert holder_address(project.path) == ""
    assert holder_address(tmp_path / "none.annotator") == ""
    project.path.with_name(".project.annotator.holder").write_bytes(b"\xff\xfe")
    assert holder_address(project.path) == ""


def test_who_does_not_hold_the_lock_says_nothing(tmp_path):
    with pytest.raises(RuntimeError):
        WriterLock(tmp_path / "p.annotator").publish("here")


# Taking over


@pytest.mark.parametrize("how", ["closed", "killed"])
def test_a_reader_takes_over_when_the_writer_is_gone(project, holder, how):
    session = Session(open_project(project.path), "ani")
    assert "is open elsewhere" in session.project.read_only_reason
    assert not session.project.try_take_over()
    assert "is open elsewhere" in session.project.read_only_reason
    with pytest.raises(ProjectReadOnly):
        session.execute(spans.accept_span(holder.set_id, "s3"))
    end(holder, how)
    assert session.project.try_take_over()
    assert not session.project.read_only
    assert session.project.read_only_reason == ""
    assert queries.span(session.project.connection, holder.set_id, "s2").reviewed
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s3"))
    third = open_project(project.path)
    assert third.read_only
    third.close()
    session.close()
    again = open_project(project.path)
    assert queries.span(again.connection, state.set_id, "s3").reviewed
    assert queries.integrity(again.connection) == []
    again.close()


def test_what_the_writer_left_unfinished_is_taken_back_at_the_take_over(project):
    step = project.begin_step("Import {}", "x", actor="budi")
    with project.transaction("Import {}", actor="budi", step_id=step) as tx:
        tx.put_scheme(tx.scheme.with_labels(["NEW"]))
    reader = open_project(project.path)
    project.close()
    assert reader.scheme.span("NEW") is not None
    assert reader.try_take_over()
    assert reader.scheme.span("NEW") is None
    reader.close()


def test_who_can_write_already_needs_no_take_over(project):
    connection = project.connection
    assert project.try_take_over()
    assert project.connection is connection


def test_a_file_that_went_away_is_not_taken_over(project):
    reader = open_project(project.path)
    project.close()
    content = project.path.read_bytes()
    project.path.unlink()
    with pytest.raises(ProjectError, match="There is no project"):
        reader.try_take_over()
    assert reader.read_only
    project.path.write_bytes(b"not a project at all")
    with pytest.raises(ProjectError, match="is not an annotator project"):
        reader.try_take_over()
    project.path.write_bytes(content)
    assert reader.try_take_over(), "the lock was given back after the failures"
    reader.close()


def test_a_write_protected_file_stays_read_only(project, monkeypatch):
    import os

    project.close()
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != project.path and may(path, mode))
    reader = open_project(project.path)
    assert not reader.try_take_over()
    assert "write-protected" in reader.read_only_reason
    monkeypatch.undo()
    assert reader.try_take_over()
    reader.close()
