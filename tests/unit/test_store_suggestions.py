"""What a person finds on first opening a document: the models' suggestions, each once."""

from __future__ import annotations

import pytest

from annotator.commands import documents
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import BulkCopy, Lane
from annotator.session.session import Session
from annotator.store import journal, queries, suggesters
from annotator.store.suggesters import KnownSuggester

TEXT = "Ani Budi Cici Dedi"
ANI, BUDI, CICI, DEDI = (0, 3), (4, 8), (9, 13), (14, 18)


@pytest.fixture
def opened(empty_project, make_document):
    """Open a document on which these models have suggested something; returns its state."""

    def open_with(*models: AnnotationSet):
        with empty_project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
            tx.add_documents([(make_document(TEXT), models)])
        return Session(empty_project, "ani").open_document(1)

    return open_with


def test_one_model_is_copied_as_it_is(opened, model_set):
    state = opened(model_set([("s1", *ANI, "PERSON"), ("s2", *BUDI, "PERSON")], [("r1", "met_with", "s1", "s2")], "spacy/id"))
    assert [(span.id, span.label, span.reviewed, span.derived_from) for span in state.spans()] == [
        ("s1", "PERSON", False, "spacy/id/s1"),
        ("s2", "PERSON", False, "spacy/id/s2"),
    ]
    (relation,) = state.relations()
    assert (relation.id, relation.head, relation.tail, relation.reviewed) == ("r1", "s1", "s2", False)
    assert relation.derived_from == "spacy/id/r1"


def test_every_field_is_copied(opened):
    span = Span("s1", ((0, 3), (4, 8)), "PERSON", {"sure": "no"}, "a note", "Q7", 0.25, "the model", True)
    other = Span("s2", (CICI,), "PERSON")
    relation = Relation("r1", "met_with", "s1", "s2", {"sure": "yes"}, "why", 0.5, "the model", True)
    content = AnnotationSet(SetInfo(0, "m", Kind.MODEL), {"s1": span, "s2": other}, {"r1": relation})
    state = opened(content)
    copied, link = state.span("s1"), state.relation("r1")
    assert copied == Span("s1", ((0, 3), (4, 8)), "PERSON", {"sure": "no"}, "a note", "Q7", 0.25, "the model", False, "m/s1")
    assert link == Relation("r1", "met_with", "s1", "s2", {"sure": "yes"}, "why", 0.5, "the model", False, "m/r1")


def test_what_two_models_say_alike_comes_once_and_the_relations_of_both_join(opened, model_set):
    state = opened(
        model_set([("s1", *ANI, "PERSON"), ("s2", *BUDI, "ORG")], [("r1", "leads", "s1", "s2")], "one"),
        model_set(
            [("s1", *BUDI, "ORG"), ("s2", *ANI, "PERSON"), ("s3", *CICI, "PERSON"), ("s4", *ANI, "GPE")],
            [("r1", "leads", "s2", "s1"), ("r2", "met_with", "s2", "s3"), ("r3", "leads", "s3", "s1")],
            "two",
        ),
    )
    assert [(span.id, span.label, span.start) for span in state.spans()] == [
        ("s1", "PERSON", 0),
        ("s2", "ORG", 4),
        ("s3", "PERSON", 9),
    ]
    assert {(r.id, r.label, r.head, r.tail) for r in state.relations()} == {
        ("r1", "leads", "s1", "s2"),
        ("r2", "met_with", "s1", "s3"),
        ("r3", "leads", "s3", "s2"),
    }


def test_clashing_ids_get_the_models_name_before_them(opened, model_set):
    state = opened(
        model_set([("s1", *ANI, "PERSON"), ("two:s1", *CICI, "GPE")], [], "one"),
        model_set([("s1", *BUDI, "PERSON"), ("two::x", *DEDI, "ORG")], [], "two"),
    )
    assert {span.id: (span.start, span.label) for span in state.spans()} == {
        "s1": (0, "PERSON"),
        "two:s1": (9, "GPE"),
        "two:::s1": (4, "PERSON"),
        "two::x": (14, "ORG"),
    }
    assert state.span("two:::s1").derived_from == "two/s1"


def test_a_later_model_does_not_suggest_across_an_earlier_one(opened, model_set):
    state = opened(
        model_set([("a", *BUDI, "PERSON")], [], "one"),
        model_set([("b", 0, 8, "ORG"), ("c", *ANI, "PERSON"), ("d", 7, 13, "ORG"), ("e", *DEDI, "PERSON")], [], "two"),
    )
    assert [(span.id, span.derived_from) for span in state.spans()] == [("c", "two/c"), ("a", "one/a"), ("e", "two/e")]


def test_the_order_of_the_suggesters_says_which_model_is_believed_first(opened, model_set, empty_project):
    suggesters.remember(empty_project.connection, [KnownSuggester("two", 0), KnownSuggester("one", 1)])
    state = opened(model_set([("a", *ANI, "PERSON")], [], "one"), model_set([("b", *ANI, "ORG")], [], "two"))
    assert [(span.id, span.label) for span in state.spans()] == [("b", "ORG")]


def test_the_surest_is_believed_whatever_the_order(opened):
    unsure = AnnotationSet(SetInfo(0, "one", Kind.MODEL), {"a": Span("a", ((0, 8),), "ORG", confidence=0.4)})
    sure = AnnotationSet(SetInfo(0, "two", Kind.MODEL), {"b": Span("b", (ANI,), "PERSON", confidence=0.6)})
    assert [span.id for span in opened(unsure, sure).spans()] == ["b"]


def test_nested_spans_of_one_model_all_come(opened, model_set):
    state = opened(model_set([("a", 0, 8, "ORG"), ("b", *ANI, "PERSON")], [], "one"))
    assert [span.id for span in state.spans()] == ["a", "b"]


def test_clashing_relation_ids_too(opened, model_set):
    state = opened(
        model_set([("s1", *ANI, "PERSON"), ("s2", *BUDI, "PERSON")], [("r1", "met_with", "s1", "s2")], "one"),
        model_set([("s1", *ANI, "PERSON"), ("s3", *CICI, "PERSON")], [("r1", "met_with", "s1", "s3")], "two"),
    )
    assert {(r.id, r.head, r.tail) for r in state.relations()} == {("r1", "s1", "s2"), ("two:r1", "s1", "s3")}


def test_duplicates_of_one_model_come_once(opened, model_set):
    state = opened(
        model_set(
            [("s1", *ANI, "PERSON"), ("s2", *ANI, "PERSON"), ("s3", *BUDI, "PERSON")],
            [("r1", "met_with", "s1", "s3"), ("r2", "met_with", "s2", "s3"), ("r3", "met_with", "s3", "s1")],
        )
    )
    assert [span.id for span in state.spans()] == ["s1", "s3"]
    assert [(r.id, r.head, r.tail) for r in state.relations()] == [("r1", "s1", "s3")]
    assert state.problems() == []


def test_a_directed_relation_keeps_both_directions(opened, model_set, empty_project):
    with empty_project.transaction("x", actor="x") as tx:
        tx.put_scheme(tx.scheme.with_labels(relations=["follows"]))
    state = opened(
        model_set([("s1", *ANI, "PERSON"), ("s2", *BUDI, "PERSON")], [("r1", "follows", "s1", "s2"), ("r2", "follows", "s2", "s1")])
    )
    assert {(r.head, r.tail) for r in state.relations()} == {("s1", "s2"), ("s2", "s1")}


def test_a_symmetric_relation_of_two_models_comes_once_whatever_its_direction(opened, model_set):
    places = [("s1", *ANI, "PERSON"), ("s2", *BUDI, "PERSON")]
    state = opened(
        model_set(places, [("r1", "met_with", "s1", "s2")], "one"),
        model_set(places, [("r9", "met_with", "s2", "s1")], "two"),
    )
    assert [r.id for r in state.relations()] == ["r1"]


def test_a_relation_between_spans_that_became_one_is_left_out(opened, model_set):
    state = opened(model_set([("s1", *ANI, "PERSON"), ("s2", *ANI, "PERSON")], [("r1", "met_with", "s1", "s2")]))
    assert state.relations() == []


def test_spans_at_one_place_with_other_fragments_are_others(opened):
    whole, broken = Span("s1", ((0, 8),), "PERSON"), Span("s2", ((0, 3), (4, 8)), "PERSON")
    state = opened(AnnotationSet(SetInfo(0, "m", Kind.MODEL), {"s1": whole, "s2": broken}))
    assert len(state.spans()) == 2


def test_sets_of_persons_and_gold_are_no_suggestions(opened):
    gold = AnnotationSet(SetInfo(0, "judge", Kind.GOLD), {"s1": Span("s1", (ANI,), "PERSON")})
    other = AnnotationSet(SetInfo(0, "budi", Kind.PERSON), {"s1": Span("s1", (BUDI,), "PERSON")})
    assert opened(gold, other).spans() == []


def test_opening_again_copies_nothing(project):
    session = Session(project, "ani")
    state = session.open_document(1)
    steps = len(list(journal.steps(project.connection)))
    again = session.open_document(1)
    assert again.set_id == state.set_id
    assert again.spans() == state.spans()
    assert len(list(journal.steps(project.connection))) == steps
    # Another person gets a set of their own.
    assert Session(project, "budi").open_document(1).set_id != state.set_id


def test_opening_is_a_system_step_that_undo_passes_over(project):
    session = Session(project, "ani")
    session.open_document(1)
    last = list(journal.steps(project.connection))[-1]
    assert last.lane is Lane.SYSTEM
    changes, bulk = journal.recorded(project.connection, last.id)
    assert len(changes) == 1
    assert bulk == (BulkCopy(changes[0].set_id, 1),)
    assert session.undo() is None


def test_a_document_without_models_gives_an_empty_set(project):
    state = Session(project, "ani").open_document(3)
    assert state.spans() == []
    assert queries.set_info(project.connection, state.set_id) == SetInfo(3, "ani", Kind.PERSON)


def test_done_accepts_every_suggestion_and_undo_brings_them_back(opened, model_set, empty_project):
    state = opened(model_set([("s1", *ANI, "PERSON"), ("s2", *BUDI, "PERSON")], [("r1", "met_with", "s1", "s2")]))
    before = state.spans(), state.relations(), state.info
    session = Session(empty_project, "ani")
    session.open_document(1)
    session.execute(documents.mark_done(state.set_id))
    done = session.document
    assert all(item.reviewed for item in (*done.spans(), *done.relations()))
    assert done.unreviewed_count() == 0
    after = done.spans(), done.relations(), done.info
    session.undo()
    assert (done.spans(), done.relations(), done.info) == before
    session.redo()
    assert (done.spans(), done.relations(), done.info) == after


def test_a_row_that_another_program_wrote_past_the_checks_does_not_keep_the_document_from_opening(
    empty_project, make_document, model_set
):
    with empty_project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(TEXT), [model_set([("s1", *ANI, "PERSON"), ("s2", *BUDI, "PERSON")], annotator="m")])])
    connection = empty_project.connection
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("""UPDATE spans SET start = 9, "end" = 9 WHERE id = 's2'""")
    connection.execute("PRAGMA ignore_check_constraints = OFF")
    state = Session(empty_project, "ani").open_document(1)
    assert [span.id for span in state.spans()] == ["s1"]
