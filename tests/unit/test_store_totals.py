"""The figures that a person reads: progress and labels as the file keeps them, days as the history tells."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from annotator.commands import documents, spans
from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.session.session import Session
from annotator.store import figures, queries


def test_progress_counts_every_document_for_a_person(project):
    ani, budi = Session(project, "ani"), Session(project, "budi")
    ani.execute(documents.mark_done(ani.open_document(1).set_id))
    ani.execute(documents.toggle_flag(ani.open_document(2).set_id))
    budi.execute(documents.skip(budi.open_document(3).set_id))
    found = figures.kept(project.connection)
    assert found.documents == queries.document_count(project.connection) == 3
    persons = {entry.annotator: entry for entry in found.progress if entry.kind is Kind.PERSON}
    assert persons["ani"].sets == {Status.DONE: 1, Status.NEW: 2}
    assert persons["ani"].flagged == 1
    assert persons["budi"].sets == {Status.SKIPPED: 1, Status.NEW: 2}
    for name, entry in persons.items():
        counted = queries.status_counts(project.connection, name)
        assert {status: count for status, count in counted.items() if count} == entry.sets
    assert [entry.kind for entry in found.progress] == sorted(
        (e.kind for e in found.progress), key=["person", "gold", "model"].index
    )


def test_labels_are_those_that_are_there(project):
    session = Session(project, "ani")
    state = session.open_document(1)
    before = {(t.annotator, t.label): t.items for t in figures.kept(project.connection).labels if t.what == "span"}
    session.execute(spans.relabel_span(state.set_id, "s1", "ORG"))
    after = {(t.annotator, t.label): t.items for t in figures.kept(project.connection).labels if t.what == "span"}
    assert after.get(("ani", "ORG"), 0) == before.get(("ani", "ORG"), 0) + 1


def test_days_count_edits_that_stand_and_documents_done(project):
    ani, budi = Session(project, "ani"), Session(project, "budi")
    state = ani.open_document(1)
    ani.execute(spans.accept_span(state.set_id, "s1"))
    ani.execute(documents.mark_done(state.set_id))
    first = ani.next_undo().id
    ani.execute(documents.reopen(state.set_id))
    ani.execute(documents.mark_done(state.set_id))
    ani.execute(spans.accept_span(ani.open_document(2).set_id, "s1"))
    ani.undo()
    budi.execute(documents.toggle_flag(budi.open_document(2).set_id))
    connection = project.connection
    at = (datetime.now(UTC) - timedelta(days=40)).isoformat(timespec="milliseconds")
    connection.execute("UPDATE steps SET at = ? WHERE id <= ?", (at, first))
    found = figures.days(connection)
    assert [(day.annotator, day.edits, day.done) for day in found] == [("ani", 2, 1), ("budi", 1, 0), ("ani", 2, 1)]
    assert found[0].day == found[1].day > found[2].day
    assert asdict(found[0])["day"] == datetime.now().astimezone().strftime("%Y-%m-%d")


def test_a_time_that_is_none_does_not_break_the_days(project):
    session = Session(project, "ani")
    session.execute(documents.toggle_flag(session.open_document(1).set_id))
    project.connection.execute("UPDATE steps SET at = 'yesterday, perhaps' WHERE lane = 'edit'")
    assert [day.day for day in figures.days(project.connection)] == ["yesterday,"]


def test_an_empty_project_has_no_figures(empty_project):
    found = figures.kept(empty_project.connection)
    assert (found.documents, found.progress, found.labels) == (0, [], [])
    assert figures.days(empty_project.connection) == []
