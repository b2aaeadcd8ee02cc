"""Steps and lanes: whose undo takes what, what redo brings back, and when an undo is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from annotator.commands import documents, relations, spans
from annotator.commands.command import Command
from annotator.domain.annotations import Kind, SetInfo, Span
from annotator.domain.changes import BulkInsert, Change, Lane, What
from annotator.domain.documents import Document, Status
from annotator.errors import Refused, UndoRefused
from annotator.session.session import Session
from annotator.store import journal, queries
from annotator.store.project import open_project


def contents(project):
    ids = [row[0] for row in project.connection.execute("SELECT id FROM annotation_sets ORDER BY id")]
    return [queries.annotation_set(project.connection, set_id) for set_id in ids]


@pytest.fixture
def state(session):
    return session.open_document(1)


def test_every_edit_is_one_named_step(session, state):
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    step = session.next_undo()
    assert (step.title, step.actor, step.lane, step.state, step.undoes) == ("Relabel as PERSON", "ani", Lane.EDIT, 0, None)
    changes, bulk = journal.recorded(session.project.connection, step.id)
    assert bulk == ()
    assert {(change.what, change.key) for change in changes} == {
        (What.SET, ""),
        (What.VERDICT, "GPE@0-5"),
        (What.SPAN, "s1"),
    }


def test_removing_a_span_with_its_relations_comes_back_whole_even_after_closing(session, state):
    before = contents(session.project)
    session.execute(spans.remove_span(state.set_id, "s3"))
    assert state.relations() == []
    assert state.span("s3") is None
    after = contents(session.project)
    session.close()
    again = Session(open_project(session.project.path), "ani")
    assert contents(again.project) == after
    assert again.undo().title == "Remove the span"
    assert contents(again.project) == before
    again.close()
    last = Session(open_project(session.project.path), "ani")
    assert last.redo().title == "Remove the span"
    assert contents(last.project) == after
    assert last.redo() is None
    last.close()


def test_undo_all_and_redo_all(session, state):
    moments = [contents(session.project)]
    for command in (
        spans.relabel_span(state.set_id, "s1", "PERSON"),
        relations.add_relation(state.set_id, "s1", "s2", "leads"),
        spans.add_span(state.set_id, ((45, 52),), "GPE"),
        spans.remove_span(state.set_id, "s2"),
        documents.toggle_flag(state.set_id),
        documents.mark_done(state.set_id),
    ):
        session.execute(command)
        moments.append(contents(session.project))
    for moment in reversed(moments[:-1]):
        assert session.undo() is not None
        assert contents(session.project) == moment
    assert session.undo() is None
    for moment in moments[1:]:
        assert session.redo() is not None
        assert contents(session.project) == moment
    assert session.redo() is None


def test_a_new_edit_cuts_redo_and_undo_passes_over_what_was_cut(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    session.execute(spans.accept_span(state.set_id, "s3"))
    session.undo()
    session.execute(spans.accept_span(state.set_id, "s4"))
    assert session.redo() is None
    assert [session.undo().changes[0].key for _ in range(2)] == ["s4", "s2"]
    assert session.undo() is None


def test_jobs_and_other_people_do_not_cut_redo(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    session.undo()
    with session.project.transaction("Import", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("fourth", "x"), [])])
    budi = Session(session.project, "budi")
    budi.execute(spans.accept_span(budi.open_document(1).set_id, "s2"))
    assert session.redo().title == "Accept the suggestion"


def test_undo_takes_this_persons_edits_alone(session, state):
    budi = Session(session.project, "budi")
    theirs = budi.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    budi.execute(spans.accept_span(theirs.set_id, "s3"))
    before = queries.annotation_set(session.project.connection, theirs.set_id)
    assert session.undo().changes[0].set_id == state.set_id
    assert session.undo() is None
    assert queries.annotation_set(session.project.connection, theirs.set_id) == before
    assert session.redo() is not None
    assert budi.redo() is None


def test_redo_follows_the_order_of_undoing_not_of_doing(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    first = session.next_undo().id
    session.execute(spans.accept_span(state.set_id, "s3"))
    second = session.next_undo().id
    session.undo_step(first)
    session.undo()
    assert session.next_redo().id == second
    session.redo()
    assert session.next_redo().id == first
    session.redo()
    assert state.span("s2").reviewed
    assert state.span("s3").reviewed


@pytest.mark.parametrize("lane", [Lane.JOB, Lane.EDIT])
def test_undo_is_refused_where_something_later_changed_the_same(session, state, lane):
    session.execute(spans.accept_span(state.set_id, "s2"))

    def later(tx):
        tx.put(state.set_id, replace(tx.span(state.set_id, "s2"), note="by another"))

    Session(session.project, "budi").execute(Command("Describe", later, lane=lane))
    before = contents(session.project)
    steps = list(journal.steps(session.project.connection))
    with pytest.raises(UndoRefused, match="later step"):
        session.undo()
    assert contents(session.project) == before
    assert list(journal.steps(session.project.connection)) == steps


def test_a_step_worked_over_stays_even_where_the_value_is_as_it_left_it(session, state):
    """Else the later steps could never be taken back: each of them would find something else than it left."""
    for note in ("a", "b", "a"):
        session.execute(spans.describe_span(state.set_id, "s2", note=note))
    first = session.next_undo().id - 2
    before = contents(session.project)
    with pytest.raises(UndoRefused, match="later step"):
        session.undo_step(first)
    assert contents(session.project) == before
    notes = []
    while session.next_undo() is not None:
        session.undo()
        notes.append(state.span("s2").note)
    assert notes == ["b", "a", ""]


def test_the_status_counts_when_a_step_is_taken_back_out_of_order(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))  # this begins the work on the document, too
    first = session.next_undo().id
    session.execute(documents.skip(state.set_id))
    session.execute(documents.reopen(state.set_id))
    with pytest.raises(UndoRefused):
        session.undo_step(first)
    while session.next_undo() is not None:
        session.undo()
    assert state.info.status is Status.NEW
    assert not state.span("s2").reviewed


def test_a_step_brought_again_counts_as_the_later_one(session, state):
    def noting(note):
        return Command("Describe", lambda tx: tx.put(state.set_id, replace(tx.span(state.set_id, "s2"), note=note)))

    session.execute(noting("mine"))
    first = session.next_undo().id
    session.undo()
    other = Session(session.project, "budi")
    for note in ("theirs", ""):
        other.execute(noting(note))
    last = other.next_undo().id
    session.redo()
    with pytest.raises(UndoRefused):
        other.undo_step(last)
    session.undo_step(first)
    other.undo_step(last)
    assert queries.span(session.project.connection, state.set_id, "s2").note == "theirs"


def test_redo_is_refused_where_something_later_changed_the_same(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    session.undo()
    with session.project.transaction("Suggest", actor="model", lane=Lane.JOB) as tx:
        tx.put(state.set_id, replace(tx.span(state.set_id, "s2"), confidence=0.5))
    with pytest.raises(UndoRefused):
        session.redo()
    assert queries.span(session.project.connection, state.set_id, "s2").confidence == 0.5


def test_undoing_the_removal_of_a_span_is_refused_when_its_id_is_taken(session, state):
    session.execute(spans.remove_span(state.set_id, "s2"))
    with session.project.transaction("Suggest", actor="model", lane=Lane.JOB) as tx:
        tx.put(state.set_id, Span("s2", ((45, 52),), "GPE"))
    with pytest.raises(UndoRefused):
        session.undo()


def test_a_set_that_got_content_since_is_not_removed_with_its_step(session, state):
    with session.project.transaction("Suggest", actor="m2", lane=Lane.JOB) as tx:
        set_id = tx.add_set(SetInfo(1, "m2", Kind.MODEL))
        step = tx.step_id
    with session.project.transaction("Suggest more", actor="m2", lane=Lane.JOB) as tx:
        tx.put(set_id, Span("s1", ((0, 5),), "GPE"))
        more = tx.step_id
    with pytest.raises(UndoRefused):
        session.undo_step(step)
    assert queries.span(session.project.connection, set_id, "s1") is not None
    session.undo_step(more)
    session.undo_step(step)
    assert queries.set_info(session.project.connection, set_id) is None


# Imports


def import_two(project, make_document, model_set) -> int:
    with project.transaction("Import {}", "two", actor="ani", lane=Lane.JOB) as tx:
        content = model_set([("s1", 0, 3, "PERSON"), ("s2", 4, 8, "ORG")], [("r1", "leads", "s1", "s2")])
        assert tx.add_documents(
            [(make_document("Ani Budi", "fourth"), [content]), (make_document("x", "fifth"), [])]
        ) == BulkInsert(4, 5)
        return tx.step_id


def test_an_import_is_taken_back_from_the_history(session, make_document, model_set):
    step = import_two(session.project, make_document, model_set)
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    taken = session.undo_step(step)
    assert taken.bulk == (BulkInsert(4, 5),)
    assert taken.undoes == step
    assert queries.document_count(session.project.connection) == 3
    assert queries.integrity(session.project.connection) == []
    assert session.next_undo().title == "Accept the suggestion"
    with pytest.raises(UndoRefused, match="not one"):
        session.undo_step(step)
    assert session.redo() is None


def test_an_import_whose_documents_were_only_looked_at_can_be_taken_back(session, make_document, model_set):
    step = import_two(session.project, make_document, model_set)
    session.open_document(4)
    heard = []
    session.opened.connect(heard.append)
    session.undo_step(step)
    assert session.document is None
    assert heard == [None]
    assert session.project.document(4) is None
    assert queries.document_count(session.project.connection) == 3


def test_an_import_whose_documents_were_worked_on_is_kept(session, make_document, model_set):
    step = import_two(session.project, make_document, model_set)
    state = session.open_document(4)
    session.execute(spans.accept_span(state.set_id, "s1"))
    with pytest.raises(UndoRefused, match="worked on"):
        session.undo_step(step)
    assert queries.document_count(session.project.connection) == 5
    # The work taken back, the import can be too; what was undone on it cannot be done again then.
    session.undo()
    session.undo_step(step)
    assert queries.document_count(session.project.connection) == 3
    assert session.redo() is None
    with pytest.raises(Refused, match="not in the project"):
        session.execute(documents.skip(state.set_id))


def test_numbers_of_removed_documents_and_sets_are_not_given_out_again(session, make_document, model_set):
    step = import_two(session.project, make_document, model_set)
    set_id = session.open_document(4).set_id
    session.undo_step(step)
    with session.project.transaction("Import", actor="ani", lane=Lane.JOB) as tx:
        assert tx.add_documents([(make_document("other", "sixth"), [])]) == BulkInsert(6, 6)
    assert session.open_document(6).set_id > set_id
    assert session.project.document(6).text == "other"


def test_a_document_that_was_never_committed_is_not_remembered(session, make_document):
    def run(tx):
        inserted = tx.add_documents([(make_document("never", "never"), [])])
        assert tx.document(inserted.first).text == "never"
        raise Refused("No.")

    with pytest.raises(Refused):
        session.execute(Command("Import", run))
    with session.project.transaction("Import", actor="ani") as tx:
        number = tx.add_documents([(make_document("real", "real"), [])]).first
    assert session.project.document(number).text == "real"


def test_an_import_of_several_transactions_is_one_step(session, make_document):
    project = session.project
    step = project.begin_step("Import {}", "files", actor="ani")
    for number in range(3):
        with project.transaction("Import {}", "files", actor="ani", step_id=step) as tx:
            tx.put_scheme(tx.scheme.with_labels([f"L{number}"]))
            tx.add_documents([(make_document("x", f"n{number}"), [])])
    project.finish_step(step)
    changes, bulk = journal.recorded(project.connection, step)
    assert len(changes) == 3
    assert bulk == (BulkInsert(4, 4), BulkInsert(5, 5), BulkInsert(6, 6))
    before = project.scheme
    session.undo_step(step)
    assert queries.document_count(project.connection) == 3
    assert project.scheme.span("L0") is None
    assert before.span("L2") is not None


def test_opening_is_not_a_step_one_can_take_back(session):
    session.open_document(1)
    last = list(journal.steps(session.project.connection))[-1]
    with pytest.raises(UndoRefused, match="not one"):
        session.undo_step(last.id)
    with pytest.raises(UndoRefused):
        session.undo_step(4711)


# The journal itself


def test_the_order_of_steps_is_not_that_of_the_clock(session, state, monkeypatch):
    class Backwards(dt.datetime):
        moment = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)

        @classmethod
        def now(cls, _zone):
            cls.moment -= dt.timedelta(days=1)
            return cls.moment

    monkeypatch.setattr(journal, "datetime", Backwards)
    for key in ("s2", "s3", "s4"):
        session.execute(spans.accept_span(state.set_id, key))
    found = list(journal.steps(session.project.connection))[-3:]
    assert [step.id for step in found] == sorted(step.id for step in found)
    assert [step.at for step in found] == sorted((step.at for step in found), reverse=True)
    assert [session.undo().changes[0].key for _ in range(3)] == ["s4", "s3", "s2"]


def test_a_command_that_changes_nothing_leaves_no_step_and_keeps_redo(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    session.undo()
    heard = []
    session.changed.connect(heard.append)
    count = len(list(journal.steps(session.project.connection)))
    session.execute(documents.set_categories(state.set_id, ()))
    session.execute(spans.describe_span(state.set_id, "s1", note=""))
    assert heard == []
    assert len(list(journal.steps(session.project.connection))) == count
    assert session.next_redo() is not None


def test_a_changed_scheme_is_undone_like_anything_else(session, scheme):
    session.open_document(1)
    bigger = scheme.with_labels(["LAW"])
    session.execute(Command("Change the {}", lambda tx: tx.put_scheme(bigger), "labels"))
    assert session.project.scheme == session.document.scheme == bigger
    session.undo()
    assert session.project.scheme == session.document.scheme == scheme


def test_announced_values_are_those_that_will_be_read_back(session, state):
    heard = []
    session.changed.connect(heard.append)
    session.execute(spans.describe_span(state.set_id, "s2", attributes={"b": (1, 2), "a": 1}))
    (change,) = (change for change in heard[0].changes if change.what is What.SPAN)
    assert isinstance(change, Change)
    assert change.after.attributes == {"b": [1, 2], "a": 1}
    assert change.after == queries.span(session.project.connection, state.set_id, "s2") == state.span("s2")


@pytest.mark.parametrize(
    "changes", [{"note": "half a \ud83d pair"}, {"attributes": {"number": 2**70}}, {"attributes": {"x": object()}}]
)
def test_what_cannot_be_kept_is_refused(session, state, changes):
    with pytest.raises(Refused, match="cannot be saved"):
        session.execute(spans.describe_span(state.set_id, "s2", **changes))
    assert state.info.status is Status.NEW
    assert state.span("s2").note == ""


def test_a_confidence_that_is_no_number_is_refused(session, state):
    def run(tx):
        tx.put(state.set_id, replace(tx.span(state.set_id, "s2"), confidence=float("nan")))

    with pytest.raises(Refused, match="cannot be saved"):
        session.execute(Command("Suggest", run))


def test_new_ids_are_free_and_name_their_step(session):
    state = session.open_document(3)

    def run(tx):
        made = []
        for start in range(4):
            made.append(tx.new_id(state.set_id, What.SPAN))
            if start != 1:  # an id that was asked for and not used is not given again
                tx.put(state.set_id, Span(made[-1], ((start, start + 1),), "DATE"))
        made.append(tx.new_id(state.set_id, What.RELATION))
        return tx.step_id, made

    step, made = session.execute(Command("Many", run))
    assert made == [f"s{step}", f"s{step}.2", f"s{step}.3", f"s{step}.4", f"r{step}"]

    def clash(tx):
        tx.put(state.set_id, Span(f"s{tx.step_id}", ((6, 7),), "DATE"))
        return tx.step_id, tx.new_id(state.set_id, What.SPAN)

    step, key = session.execute(Command("Clash", clash))
    assert key == f"s{step}.2"


def test_foreign_keys_hold_after_every_kind_of_step(session, state, make_document, model_set):
    connection = session.project.connection
    import_two(session.project, make_document, model_set)
    for command in (
        relations.add_relation(state.set_id, "s2", "s3", "linked"),
        spans.remove_span(state.set_id, "s3"),
        spans.remove_span(state.set_id, "s1"),
    ):
        session.execute(command)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    while session.undo():
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert queries.integrity(connection) == []
