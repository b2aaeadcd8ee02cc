"""Whether a file agrees with itself: history, figures and search index, each found wrong where something was changed behind its back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands import documents, relations, spans
from annotator.commands.checking import inconsistencies
from annotator.commands.command import Command
from annotator.domain.changes import Lane, What
from annotator.session.session import Session
from annotator.store import consistency, journal, queries
from annotator.store.consistency import derived_faults, history_disagreements
from annotator.store.project import open_project


@pytest.fixture
def state(session):
    return session.open_document(1)


def disagreements(session: Session) -> list[tuple[What, str]]:
    return [(found.what, found.key) for found in history_disagreements(session.project.connection)]


def test_edits_undo_and_redo_leave_a_history_that_agrees(session, state):
    for command in (
        spans.relabel_span(state.set_id, "s1", "PERSON"),
        relations.add_relation(state.set_id, "s1", "s2", "leads"),
        spans.remove_span(state.set_id, "s3"),
        documents.toggle_flag(state.set_id),
        documents.mark_done(state.set_id),
    ):
        session.execute(command)
        assert disagreements(session) == []
    while session.undo():
        assert disagreements(session) == []
    while session.redo():
        assert disagreements(session) == []
    assert derived_faults(session.project.connection) == []


def test_a_step_taken_back_out_of_order_agrees(session, state):
    session.execute(documents.toggle_flag(state.set_id))
    for key in ("s1", "s2"):
        session.execute(spans.describe_span(state.set_id, key, note="b"))
    session.undo_step(session.next_undo().id - 1)
    assert [queries.span(session.project.connection, state.set_id, key).note for key in ("s1", "s2")] == ["", "b"]
    assert disagreements(session) == []


def test_a_step_taken_back_out_of_order_by_an_earlier_version_agrees(session, state, monkeypatch):
    """It took back the first of three steps although the third had only brought its value about again: the last event decides."""
    monkeypatch.setattr(journal, "worked_over", lambda *_: False)
    session.execute(spans.describe_span(state.set_id, "s1", note="b"))
    first = session.next_undo().id
    session.execute(spans.describe_span(state.set_id, "s1", note="c"))
    session.execute(spans.describe_span(state.set_id, "s1", note="b"))
    before = queries.span(session.project.connection, state.set_id, "s1")

    def as_first_found(tx):
        tx.put(state.set_id, replace(before, note="b"))

    session.execute(Command("Nothing", as_first_found))
    session.undo_step(first)
    assert queries.span(session.project.connection, state.set_id, "s1").note == ""
    assert disagreements(session) == []


def test_an_import_taken_back_with_what_was_opened_agrees(session, make_document):
    with session.project.transaction("Import {}", "one", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("Ani pergi.", "late"), [])])
        step = tx.step_id
    state = session.open_document(4)
    session.execute(spans.add_span(state.set_id, ((0, 3),), "PERSON"))
    session.undo()
    session.undo_step(step)
    assert disagreements(session) == []


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("UPDATE spans SET note = 'by another program' WHERE set_id = 3 AND id = 's2'", [(What.SPAN, "s2")]),
        ("DELETE FROM spans WHERE set_id = 3 AND id = 's2'", [(What.SPAN, "s2")]),
        ("UPDATE annotation_sets SET flagged = 1 WHERE id = 3", [(What.SET, "")]),
        ("UPDATE changes SET after = before WHERE what = 'span' AND key = 's2'", [(What.SPAN, "s2")]),
        ("UPDATE steps SET state = 1 WHERE lane = 'edit'", [(What.SPAN, "s2"), (What.SET, "")]),
        ("UPDATE spans SET note = 'never edited' WHERE set_id = 1 AND id = 's2'", []),
    ],
)
def test_what_was_changed_behind_the_history_is_found(session, state, fault, found):
    assert state.set_id == 3
    session.execute(spans.accept_span(state.set_id, "s2"))
    assert disagreements(session) == []
    assert session.project.connection.execute(fault).rowcount == 1
    assert sorted(disagreements(session)) == sorted(found)


def test_a_set_that_went_without_its_document_is_found(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    session.project.connection.execute("DELETE FROM relations WHERE set_id = 3")
    session.project.connection.execute("DELETE FROM annotation_sets WHERE id = 3")
    assert disagreements(session) == [(What.SET, "")]


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (
            "INSERT INTO document_index (document_index, rowid, name, text) VALUES ('delete', 1, 'first', 'Putin tiba di Rusia.')",
            "document_index",
        ),
        ("UPDATE annotation_sets SET span_count = 9 WHERE id = 1", "annotation_sets"),
        ("DELETE FROM set_labels WHERE label = 'GPE'", "set_labels"),
    ],
)
def test_figures_and_search_index_that_do_not_fit_are_found_and_made_anew(session, state, fault, found):
    project = session.project
    project.connection.execute(fault)
    assert found in derived_faults(project.connection)
    reader = project.reader()
    assert found in derived_faults(reader)
    assert reader.execute("PRAGMA query_only").fetchone()[0] == 1
    reader.close()
    assert f"{'search index' if found == consistency.SEARCH else found}" in " ".join(
        entry.message for entry in inconsistencies(project.connection)
    )
    project.mend_derived(indexes=False)
    assert derived_faults(project.connection) == []


def test_a_write_protected_file_is_looked_at_without_its_search_index(project, monkeypatch):
    import os

    project.close()
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(project.path) and may(path, mode))
    reader = open_project(project.path, read_only=True)
    assert derived_faults(reader.connection) == []
    reader.close()


def test_inconsistencies_name_document_annotator_and_step(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    step = session.next_undo().id
    session.project.connection.execute("UPDATE spans SET note = 'x' WHERE set_id = 3 AND id = 's2'")
    (found,) = inconsistencies(session.project.connection)
    assert found.to_dict() == {
        "kind": "history",
        "document": "first",
        "annotator": "ani",
        "step": step,
        "message": f"The span “s2” is not as step {step} of the history left it.",
    }
