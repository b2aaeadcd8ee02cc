"""The oldest history can go, by age and by size; what is kept can still be undone, and the work itself never changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from annotator.commands import documents, spans
from annotator.domain.changes import Lane
from annotator.errors import UndoRefused
from annotator.store import journal, queries, recount
from annotator.store.journal import Prunable, prunable, prune


@pytest.fixture
def worked(session):
    """A dozen steps, a day apart, the last one now."""
    state = session.open_document(1)
    for key in ("s1", "s2", "s3", "s4"):
        session.execute(spans.accept_span(state.set_id, key))
    session.undo()
    session.redo()
    for _ in range(4):
        session.execute(documents.toggle_flag(state.set_id))
    connection = session.project.connection
    ids = [step.id for step in journal.steps(connection)]
    for age, number in enumerate(reversed(ids)):
        at = (datetime.now(UTC) - timedelta(days=age, hours=1)).isoformat(timespec="milliseconds")
        connection.execute("UPDATE steps SET at = ? WHERE id = ?", (at, number))
    return session


def ids(session):
    return [step.id for step in journal.steps(session.project.connection)]


def test_by_age(worked):
    connection = worked.project.connection
    before, content = ids(worked), queries.annotation_set(connection, worked.document.set_id)
    found = prunable(connection, keep_days=3)
    assert (found.last, found.steps) == (before[-4], len(before) - 3)
    assert found.undoable == len(before) - 3 - 1 - 2  # one system step, and two that took back and brought again
    assert found.since < found.until
    while prune(connection, found.last, most=2):
        pass
    assert ids(worked) == before[-3:]
    assert connection.execute("SELECT count(*) FROM changes WHERE step_id <= ?", (found.last,)).fetchone() == (0,)
    assert queries.annotation_set(connection, worked.document.set_id) == content
    assert queries.integrity(connection) == []
    assert recount.differences(connection) == []
    assert prunable(connection, keep_days=3) == Prunable()
    assert [bool(worked.undo()) for _ in range(4)] == [True, True, True, False]
    assert worked.redo()
    with pytest.raises(UndoRefused, match="not one"):
        worked.undo_step(before[0])


def test_by_size(worked):
    connection = worked.project.connection
    whole = prunable(connection, keep_bytes=1)
    assert whole.steps == len(ids(worked)) - 1, "the newest step is always kept"
    some = prunable(connection, keep_bytes=whole.bytes // 2)
    assert 0 < some.steps < whole.steps
    assert prunable(connection, keep_bytes=10**9) == Prunable()
    assert prunable(connection) == Prunable()


def test_a_step_that_took_a_pruned_one_back_goes_with_it(worked):
    connection = worked.project.connection
    undoing = [step for step in journal.steps(connection) if step.undoes]
    prune(connection, undoing[0].undoes)
    assert not {step.id for step in undoing} & set(ids(worked))
    assert queries.integrity(connection) == []


def test_what_is_unfinished_is_kept(worked):
    project = worked.project
    number = project.begin_step("Import {}", "x", actor="ani", lane=Lane.JOB)
    worked.execute(documents.toggle_flag(worked.document.set_id))
    assert prunable(project.connection, keep_bytes=1).last < number


def test_a_clock_that_was_ahead_stops_pruning_early(worked):
    connection = worked.project.connection
    second = ids(worked)[1]
    connection.execute("UPDATE steps SET at = '2999-01-01T00:00:00.000+00:00' WHERE id = ?", (second,))
    assert prunable(connection, keep_days=1).steps == 1
