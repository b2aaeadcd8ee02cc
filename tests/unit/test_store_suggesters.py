"""What a project remembers of its suggesters, and whole sets in the journal."""

from __future__ import annotations

import sqlite3

import pytest

from annotator.commands.command import Command
from annotator.domain.annotations import Kind, SetInfo, Span
from annotator.domain.changes import BulkSets, Lane
from annotator.errors import UndoRefused
from annotator.session.session import Session
from annotator.store import journal, queries, recount, suggesters
from annotator.store.filling import set_rows
from annotator.store.suggesters import KnownSuggester, Worth


def test_suggesters_come_back_in_their_order(empty_project):
    connection = empty_project.connection
    late = KnownSuggester("late", 5, {"kind": "patterns", "labels": [["A", "B"]]}, "f00", 7)
    early = KnownSuggester("early", 2)
    suggesters.remember(connection, [late, early])
    assert suggesters.known(connection) == [early, late]
    suggesters.remember(connection, [KnownSuggester("late", 1)])
    assert [one.name for one in suggesters.known(connection)] == ["late", "early"]
    suggesters.forget(connection, "late")
    assert suggesters.known(connection) == [early]


def test_worth_is_kept_for_documents_that_are_there(project):
    connection = project.connection
    suggesters.put_worth(connection, {1: Worth(0.5, 0.25, 1.0), 99: Worth(1.0)})
    assert suggesters.worth_of(connection, 1) == Worth(0.5, 0.25, 1.0)
    assert suggesters.worth_of(connection, 99) == Worth()
    assert connection.execute("SELECT count(*) FROM document_worth").fetchone() == (1,)
    Session(project, "ani").undo_step(1)
    assert connection.execute("SELECT count(*) FROM document_worth").fetchone() == (0,)


def test_a_dismissal_is_remembered_until_it_is_taken_up_again(empty_project):
    connection = empty_project.connection
    suggesters.dismiss(connection, "Jawa", "an island and a people", {"LOC": 3, "NORP": 1}, actor="ani")
    suggesters.dismiss(connection, "Jawa", "both are right", {"LOC": 4, "NORP": 1}, actor="budi")
    found = suggesters.dismissals(connection)["Jawa"]
    assert (found.reason, found.told, found.actor) == ("both are right", {"LOC": 4, "NORP": 1}, "budi")
    suggesters.take_up_again(connection, "Jawa")
    assert suggesters.dismissals(connection) == {}


def test_a_failed_write_leaves_no_transaction_open(empty_project):
    connection = empty_project.connection
    with pytest.raises(sqlite3.IntegrityError):
        suggesters.remember(connection, [KnownSuggester("x", None)])
    assert not connection.in_transaction
    assert suggesters.known(connection) == []


# Whole sets in the journal


def add_sets(session, *documents, spans=1, annotator="m"):
    def run(tx):
        rows = []
        for document_id in documents:
            content = {f"s{n}": Span(f"s{n}", ((n, n + 1),), "PERSON", reviewed=False) for n in range(spans)}
            info = SetInfo(document_id, annotator, Kind.MODEL)
            rows.append((document_id, set_rows(queries.AnnotationSet(info, content))))
        tx.add_sets(rows)

    session.execute(Command("Suggestions by {}", run, annotator, Lane.JOB))
    return session.project.connection.execute("SELECT max(id) FROM steps").fetchone()[0]


def test_whole_sets_are_one_line_of_the_journal_and_counted(session):
    connection = session.project.connection
    step = add_sets(session, 1, 2, 3, spans=2)
    changes, bulk = journal.recorded(connection, step)
    assert changes == ()
    (entry,) = bulk
    assert isinstance(entry, BulkSets)
    assert (entry.last - entry.first, entry.documents) == (2, (1, 2, 3))
    assert recount.differences(connection) == []
    assert [queries.set_info(connection, key).document_id for key in range(entry.first, entry.last + 1)] == [1, 2, 3]


def test_taking_them_back_leaves_everything_as_it_was(session):
    connection = session.project.connection
    before = [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES]
    step = add_sets(session, 1, 3, spans=9)
    assert connection.execute("SELECT spans FROM document_figures WHERE document_id = 3").fetchone() == (9,)
    session.undo_step(step)
    assert [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES] == before
    assert recount.differences(connection) == []


TABLES = ("annotation_sets", "spans", "relations", "set_labels", "label_totals", "set_totals", "document_figures")


def test_what_was_changed_since_is_not_taken_back(session):
    step = add_sets(session, 1)
    _, (entry,) = journal.recorded(session.project.connection, step)

    def run(tx):
        tx.put(entry.first, Span("more", ((2, 3),), "ORG"))

    session.execute(Command("Change {}", run, "it", Lane.JOB))
    with pytest.raises(UndoRefused):
        session.undo_step(step)
    assert recount.differences(session.project.connection) == []


def test_copies_of_suggestions_stay_with_the_person(session):
    step = add_sets(session, 3)
    state = session.open_document(3)
    assert [span.derived_from for span in state.spans()] == ["m/s0"]
    session.undo_step(step)
    assert [span.derived_from for span in session.open_document(3).spans()] == ["m/s0"]
    assert queries.find_set(session.project.connection, 3, "m", Kind.MODEL) is None


def test_a_killed_run_is_taken_back_at_the_next_opening(session):
    project = session.project
    step = project.begin_step("Suggestions by {}", "m", actor="ani")

    def run(tx):
        tx.add_sets([(3, set_rows(queries.AnnotationSet(SetInfo(3, "m", Kind.MODEL))))])

    session.execute(Command("Suggestions by {}", run, "m", Lane.JOB), step_id=step)
    assert queries.find_set(project.connection, 3, "m", Kind.MODEL)
    project.recover()
    assert queries.find_set(project.connection, 3, "m", Kind.MODEL) is None
    assert recount.differences(project.connection) == []
