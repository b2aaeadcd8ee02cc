"""The history in pages: of the project, of a document, of an item; what was taken back; the way to a point."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands import documents, spans
from annotator.domain.annotations import Kind
from annotator.domain.changes import BulkCopy, BulkInsert, Lane, What
from annotator.domain.labels import scheme_from_dict
from annotator.session.session import Session
from annotator.store import history, journal


@pytest.fixture
def worked(session):
    """Steps 1 import, 2 open first, 3 accept s2, 4 open second, 5 relabel s1 there, 6 flag second, 7 remove s2 of the first."""
    first = session.open_document(1)
    session.execute(spans.accept_span(first.set_id, "s2"))
    second = session.open_document(2)
    session.execute(spans.relabel_span(second.set_id, "s1", "ORG"))
    session.execute(documents.toggle_flag(second.set_id))
    session.execute(spans.remove_span(first.set_id, "s2"))
    return session


def connection_of(session: Session):
    return session.project.connection


def ids(entries: list[history.Entry]) -> list[int]:
    return [entry.step.id for entry in entries]


def test_the_project_s_steps_come_newest_first_with_their_documents(worked):
    entries = history.project_entries(connection_of(worked))
    assert ids(entries) == [7, 6, 5, 4, 3, 2, 1]
    assert [entry.document for entry in entries] == ["first", "second", "second", "second", "first", "first", ""]
    assert [entry.document_id for entry in entries[:2]] == [1, 2]
    assert not any(entry.several for entry in entries)
    assert all(entry.finished and entry.done for entry in entries)
    assert [entry.undoable for entry in entries] == [True, True, True, False, True, False, True]  # opening is the system's


def test_pages_follow_each_other_without_a_gap_or_a_step_twice(worked):
    connection = connection_of(worked)
    for read in (history.project_entries, lambda *rest: history.document_entries(rest[0], 1, *rest[1:])):
        whole = ids(read(connection, 0, 100))
        found: list[int] = []
        while page := read(connection, found[-1] if found else 0, 2):
            assert len(page) <= 2
            found += ids(page)
        assert found == whole
        assert len(whole) == len(set(whole)) > 2


def test_a_document_s_steps_are_those_that_changed_its_sets_and_its_import(worked):
    connection = connection_of(worked)
    assert ids(history.document_entries(connection, 1)) == [7, 3, 2, 1]
    assert ids(history.document_entries(connection, 2)) == [6, 5, 4, 1]
    assert ids(history.document_entries(connection, 3)) == [1]
    assert ids(history.document_entries(connection, 99)) == []


def test_the_import_of_a_document_is_found_among_several(worked, make_document):
    project = worked.project
    step = project.begin_step("Import {}", "later", actor="ani")
    for names in (("vier", "fünf"), ("sechs",)):
        with project.transaction("Import {}", "later", actor="ani", lane=Lane.JOB, step_id=step) as tx:
            tx.add_documents([(make_document("Ya.", name), []) for name in names])
    project.finish_step(step)
    assert [history.import_of(project.connection, number) for number in (1, 3, 4, 5, 6, 7)] == [1, 1, step, step, step, 0]


def test_a_step_over_several_documents_says_so(worked):
    with worked.project.transaction("Flag all", actor="ani") as tx:
        for document_id in (1, 2):
            set_id = tx.sets_of(document_id)["ani", Kind.PERSON][0]
            tx.put_set(set_id, replace(tx.set_info(set_id), categories=("sport",)))
    newest = history.project_entries(connection_of(worked), 0, 1)[0]
    assert (newest.document, newest.several, newest.changes) == ("first", True, 2)
    assert newest.step.id in ids(history.document_entries(connection_of(worked), 1))
    assert newest.step.id in ids(history.document_entries(connection_of(worked), 2))


def test_undoing_is_no_entry_of_its_own_but_told_with_its_step(worked):
    connection = connection_of(worked)
    worked.undo()
    worked.redo()
    worked.undo()
    assert ids(history.project_entries(connection)) == [7, 6, 5, 4, 3, 2, 1]
    entry = history.project_entries(connection, 0, 1)[0]
    assert not entry.done
    assert not entry.undoable
    assert entry.redoable
    turns = history.turns(connection, 7)
    assert [turn.back for turn in turns] == [True, False, True]
    assert [turn.step.actor for turn in turns] == ["ani"] * 3
    assert [turn.back for turn in history.turns(connection, 7, 2)] == [True, False]
    assert history.turns(connection, 6) == []
    worked.execute(documents.toggle_flag(2))
    assert not history.entries(connection, [7])[0].redoable  # the edit cut it off


def test_an_unfinished_step_cannot_be_asked_back(project):
    step = project.begin_step("Import {}", "x", actor="ani")
    (entry,) = history.entries(project.connection, [step])
    assert not entry.finished
    assert not entry.undoable
    project.finish_step(step)
    assert history.entries(project.connection, [step]) == []  # it changed nothing


def test_the_changes_of_a_step_are_those_recorded_up_to_a_limit(worked):
    connection = connection_of(worked)
    changes, bulk = journal.recorded(connection, 5)
    assert history.changes_of(connection, 5, 100) == list(changes)
    assert len(changes) > 2
    assert history.changes_of(connection, 5, 2) == list(changes[:2])
    assert history.entries(connection, [5])[0].changes == len(changes)
    assert history.changes_of(connection, 1, 9) == [BulkInsert(1, 3)]
    assert BulkCopy(worked.document.set_id, 2) in history.changes_of(connection, 4, 9)
    assert not bulk


def test_a_span_s_own_history_ends_with_what_it_came_with(worked):
    connection = connection_of(worked)
    first = history.document_entries(connection, 1)
    set_id = next(change.set_id for change in history.changes_of(connection, 3, 9) if change.what is What.SPAN)
    assert ids(history.item_entries(connection, set_id, What.SPAN, "s2")) == [7, 3, 2]
    assert ids(history.item_entries(connection, set_id, What.SPAN, "s1")) == [2]
    assert ids(first)[-1] == 1
    model_set = 1
    assert ids(history.item_entries(connection, model_set, What.SPAN, "s1")) == [1]  # it came with the import


def test_a_span_that_a_person_made_begins_with_its_making(worked):
    state = worked.open_document(1)
    span_id = worked.execute(spans.add_span(state.set_id, ((45, 52),), "GPE"))
    made = history.project_entries(connection_of(worked), 0, 1)[0].step.id
    worked.execute(spans.relabel_span(state.set_id, span_id, "ORG"))
    found = history.item_entries(connection_of(worked), state.set_id, What.SPAN, span_id)
    assert ids(found) == [made + 1, made]


def test_a_span_that_is_gone_is_known_as_it_was_last(worked):
    connection, set_id = connection_of(worked), 3
    assert history.span_as_known(connection, set_id, "s1") == worked.open_document(1).span("s1")
    gone = history.span_as_known(connection, set_id, "s2")
    assert (gone.label, gone.fragments, gone.reviewed) == ("GPE", ((14, 19),), True)
    assert history.span_as_known(connection, set_id, "never") is None


def test_the_way_back_is_this_person_s_edits_after_the_point_newest_first(worked):
    connection = connection_of(worked)
    assert history.to_take_back(connection, "ani", 3) == [7, 6, 5]
    assert history.to_take_back(connection, "ani", 7) == []
    assert history.to_take_back(connection, "budi", 0) == []
    assert history.to_take_back(connection, "ani", 2, document_id=1) == [7, 3]
    worked.undo_step(6)
    assert history.to_take_back(connection, "ani", 3) == [7, 5]


def test_the_way_forward_is_the_order_of_redo(worked):
    connection = connection_of(worked)
    for _ in range(3):
        worked.undo()
    assert history.to_bring_again(connection, "ani", 6) == [5, 6]
    assert history.to_bring_again(connection, "ani", 3) == []  # it is done
    assert [worked.redo().step_id, worked.redo().step_id] == [5, 6]


def test_the_scheme_s_steps_are_of_no_document(worked):
    with worked.project.transaction("Change the label scheme", actor="ani") as tx:
        tx.put_scheme(scheme_from_dict({"name": "other", "spans": ["PERSON", "GPE", "ORG", "DATE"]}))
    (entry,) = history.project_entries(connection_of(worked), 0, 1)
    assert (entry.document_id, entry.document, entry.changes) == (0, "", 1)


def test_a_document_that_was_taken_out_again_leaves_steps_without_one(project, make_document):
    with project.transaction("Import {}", "x", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("Ya.", "vier"), [])])
    session = Session(project, "ani")
    session.open_document(4)
    step = history.project_entries(project.connection, 0, 2)
    session.undo_step(step[1].step.id)
    opened = history.entries(project.connection, [step[0].step.id])[0]
    assert (opened.document_id, opened.document) == (0, "")
    assert ids(history.document_entries(project.connection, 4)) == [step[1].step.id]  # the import, taken back


def test_pages_are_bounded_however_long_the_history_is(project):
    """Counted in steps of SQLite's machine: a page of a long history costs about what a page of a short one costs."""
    session = Session(project, "ani")
    state = session.open_document(1)

    def cost(read) -> int:
        ticks = [0]

        def tick() -> int:
            ticks[0] += 1
            return 0

        project.connection.set_progress_handler(tick, 100)
        assert read()
        project.connection.set_progress_handler(None, 0)
        return ticks[0]

    def pages() -> list[int]:
        connection = project.connection
        return [
            cost(lambda: history.project_entries(connection, 0, 20)),
            cost(lambda: history.document_entries(connection, 1, 0, 20)),
        ]

    def work(count: int) -> None:
        with project.transaction("Many", actor="ani") as tx:
            for number in range(count):
                tx.put(state.set_id, replace(tx.span(state.set_id, "s2"), note=f"n{number}"))
        for _ in range(count):
            session.execute(documents.toggle_flag(state.set_id))

    work(40)
    short = pages()
    work(250)
    assert all(long < 3 * few + 5 for long, few in zip(pages(), short, strict=True))
