"""Entries of steps that were taken back, brought again, cut off or pruned: the list, the way back and the way forward stay true."""

from __future__ import annotations

import random

import pytest

from annotator.commands import documents, spans
from annotator.domain.changes import Lane, What
from annotator.errors import UndoRefused
from annotator.session.session import Session
from annotator.store import history, journal, queries, recount
from annotator.store.consistency import history_disagreements


@pytest.fixture
def worked(session):
    """Steps 1 import, 2 open, 3 to 6 accept s1 to s4, 7 flag."""
    state = session.open_document(1)
    for key in ("s1", "s2", "s3", "s4"):
        session.execute(spans.accept_span(state.set_id, key))
    session.execute(documents.toggle_flag(state.set_id))
    return session


def entry(session, step_id):
    (found,) = history.entries(session.project.connection, [step_id])
    return found


def shown(session):
    found = history.project_entries(session.project.connection)
    return {one.step.id: (one.done, one.undoable, one.redoable) for one in found}


DONE, UNDONE, CUT, SYSTEM = (True, True, False), (False, False, True), (False, False, False), (True, False, False)


def test_each_entry_says_what_can_be_done_with_it(worked):
    plain = {1: DONE, 2: SYSTEM, 3: DONE, 4: DONE, 5: DONE, 6: DONE, 7: DONE}
    assert shown(worked) == plain
    worked.undo()
    worked.undo()
    assert shown(worked) == {**plain, 6: UNDONE, 7: UNDONE}
    worked.redo()
    assert shown(worked) == {**plain, 7: UNDONE}
    worked.execute(spans.describe_span(worked.document.set_id, "s1", note="new"))
    made = worked.next_undo().id
    assert shown(worked) == {**plain, 7: CUT, made: DONE}
    assert worked.redo() is None
    assert history.to_bring_again(worked.project.connection, "ani", 7) == []


def test_turns_alternate_however_often_and_the_newest_are_told(worked):
    connection = worked.project.connection
    for times in range(1, 6):
        worked.undo() if times % 2 else worked.redo()
        told = history.turns(connection, 7)
        assert [turn.back for turn in told] == [(times - place) % 2 == 1 for place in range(times)]
        assert [turn.step.id for turn in told] == sorted((turn.step.id for turn in told), reverse=True)
        assert entry(worked, 7).done is not told[0].back
    assert [turn.back for turn in history.turns(connection, 7, 3)] == [True, False, True]
    assert all(turn.step.undoes == 7 for turn in history.turns(connection, 7))


def test_a_turn_is_in_no_list_of_a_document_or_an_item(worked):
    connection, one = worked.project.connection, worked.document.set_id
    of_document = [found.step.id for found in history.document_entries(connection, 1)]
    of_item = [found.step.id for found in history.item_entries(connection, one, What.SPAN, "s4")]
    assert (of_document, of_item) == ([7, 6, 5, 4, 3, 2, 1], [6, 2])
    for _ in range(5):
        worked.undo()
    for _ in range(3):
        worked.redo()
    assert [found.step.id for found in history.document_entries(connection, 1)] == of_document
    assert [found.step.id for found in history.item_entries(connection, one, What.SPAN, "s4")] == of_item


@pytest.mark.parametrize("point", range(2, 8))
def test_the_way_back_and_forward_again_ends_where_it_began(worked, point):
    connection = worked.project.connection
    after = queries.annotation_set(connection, worked.document.set_id)
    back = history.to_take_back(connection, "ani", point)
    assert back == list(range(7, max(point, 2), -1))
    for step in back:
        worked.undo_step(step)
    assert history.to_take_back(connection, "ani", point) == []
    forward = history.to_bring_again(connection, "ani", 7)
    assert forward == back[::-1]
    for step in forward:
        assert worked.redo().step_id == step
    assert queries.annotation_set(connection, worked.document.set_id) == after
    assert list(history_disagreements(connection)) == []


def test_a_step_taken_back_by_another_person_is_brought_again_by_whose_it_was(worked):
    worked.close_document()
    budi = Session(worked.project, "budi")
    budi.undo_step(6)
    told = history.turns(worked.project.connection, 6)
    assert [(turn.back, turn.step.actor) for turn in told] == [(True, "budi")]
    assert budi.redo() is None
    assert worked.redo().step_id == 6
    assert [turn.step.actor for turn in history.turns(worked.project.connection, 6)] == ["ani", "budi"]


def test_an_import_taken_back_is_listed_and_cannot_be_brought_again(worked, make_document):
    with worked.project.transaction("Import {}", "late", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("Ani pergi.", "late"), [])])
        step = tx.step_id
    assert (entry(worked, step).undoable, history.import_of(worked.project.connection, 4)) == (True, step)
    worked.undo_step(step)
    assert (entry(worked, step).done, entry(worked, step).undoable, entry(worked, step).redoable) == CUT
    assert [turn.back for turn in history.turns(worked.project.connection, step)] == [True]


@pytest.mark.parametrize("last", range(1, 8))
def test_what_was_pruned_is_in_no_list_and_the_rest_can_be_undone(worked, last):
    connection = worked.project.connection
    worked.undo()
    worked.redo()
    before = queries.annotation_set(connection, worked.document.set_id)
    while journal.prune(connection, last, most=1):
        pass
    left = list(range(7, last, -1))
    assert [found.step.id for found in history.project_entries(connection)] == left
    assert [found.step.id for found in history.document_entries(connection, 1)] == left
    assert history.import_of(connection, 1) == 0
    assert len(history.turns(connection, 7)) == (2 if last < 7 else 0)
    assert history.to_take_back(connection, "ani", 0) == [step for step in left if step > 2]
    assert queries.annotation_set(connection, worked.document.set_id) == before
    taken = []
    while changes := worked.undo():
        taken.append(changes.step_id)
    assert taken == [step for step in left if step > 2]
    found = queries.annotation_set(connection, worked.document.set_id)
    assert {key for key, span in found.spans.items() if span.reviewed} == {
        f"s{number - 2}" for number in range(3, min(last, 6) + 1)
    }
    while worked.redo():
        pass
    assert queries.annotation_set(connection, worked.document.set_id) == before
    with pytest.raises(UndoRefused):
        worked.undo_step(last)
    assert recount.differences(connection) == queries.integrity(connection) == []
    assert list(history_disagreements(connection)) == []


def test_pruning_what_is_undone_takes_it_from_redo(worked):
    connection = worked.project.connection
    for _ in range(3):
        worked.undo()
    journal.prune(connection, 6)
    assert history.to_bring_again(connection, "ani", 7) == [7]
    assert history.to_bring_again(connection, "ani", 6) == []
    assert worked.redo().step_id == 7
    assert worked.redo() is None
    found = queries.annotation_set(connection, worked.document.set_id)
    assert {key for key, span in found.spans.items() if span.reviewed} == {"s1", "s2"}
    assert found.info.flagged


@pytest.mark.parametrize("seed", range(4))
def test_at_any_moment_the_lists_say_what_undo_and_redo_do(worked, seed):
    """The next undo is the newest undoable entry of one's own, the next redo the first on the way forward, whatever came before."""
    chance = random.Random(seed)
    connection, one = worked.project.connection, worked.document.set_id
    for _ in range(60):
        move = chance.choice(("undo", "undo", "redo", "redo", "note", "flag"))
        if move == "note":
            worked.execute(spans.describe_span(one, f"s{chance.randint(1, 4)}", note=str(chance.random())))
        elif move == "flag":
            worked.execute(documents.toggle_flag(one))
        entries = history.project_entries(connection)
        mine = [found.step.id for found in entries if found.undoable and found.step.lane is Lane.EDIT]
        again = [found.step.id for found in entries if found.redoable]
        assert mine == history.to_take_back(connection, "ani", 0)
        if move == "undo":
            changes = worked.undo()
            assert (changes.step_id if changes else 0) == (mine[0] if mine else 0)
        elif move == "redo":
            changes = worked.redo()
            assert (changes.step_id if changes else 0) == (min(again) if again else 0)
        else:
            assert again == []
    assert list(history_disagreements(connection)) == []
    assert recount.differences(connection) == []
