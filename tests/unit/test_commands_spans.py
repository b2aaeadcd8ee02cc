"""Making, relabelling, moving, describing, accepting and removing spans; and what is refused, with the reason."""

from __future__ import annotations

import pytest

from annotator.commands import documents, relations, spans
from annotator.domain.annotations import Verdict
from annotator.domain.documents import Status
from annotator.domain.rules import Rule
from annotator.errors import Refused
from annotator.store import queries


@pytest.fixture
def state(session):
    return session.open_document(1)


@pytest.fixture
def verdicts(session, state):
    return lambda: {found.signature: found for found in queries.verdicts(session.project.connection, state.set_id)}


def refused(session, command) -> str:
    state = session.document
    before = queries.annotation_set(session.project.connection, state.set_id)
    with pytest.raises(Refused) as error:
        session.execute(command)
    assert queries.annotation_set(session.project.connection, state.set_id) == before
    return str(error.value)


def test_a_new_span(session, state):
    key = session.execute(spans.add_span(state.set_id, ((45, 52),), "GPE"))
    span = state.span(key)
    assert (span.fragments, span.label, span.origin, span.reviewed) == (((45, 52),), "GPE", "person:ani", True)
    assert state.info.status is Status.IN_PROGRESS
    assert state.spans()[-1] is span


def test_fragments_are_put_in_order_and_joined(session, state):
    key = session.execute(spans.add_span(state.set_id, ((45, 52), (21, 24), (24, 27)), "GPE"))
    assert state.span(key).fragments == ((21, 27), (45, 52))


def test_labelling_what_a_model_suggested_accepts_that(session, state):
    assert session.execute(spans.add_span(state.set_id, ((14, 19),), "GPE")) == "s2"
    assert state.span("s2").reviewed
    assert state.span("s2").derived_from == "model/s2"
    assert len(state.spans()) == 4
    assert "already" in refused(session, spans.add_span(state.set_id, ((14, 19),), "GPE"))


@pytest.mark.parametrize(
    ("fragments", "label", "reason"),
    [
        ((), "GPE", "no text"),
        (((5, 5),), "GPE", ""),
        (((9, 5),), "GPE", ""),
        (((50, 99),), "GPE", "53 characters"),
        (((-3, 5),), "GPE", ""),
        (((5, 10),), "GPE", "white space"),
        (((0, 5),), "LAW", "not in the label scheme"),
    ],
)
def test_what_no_span_may_be(session, state, fragments, label, reason):
    assert reason in refused(session, spans.add_span(state.set_id, fragments, label))
    assert state.info.status is Status.NEW


def test_a_span_inside_a_token_is_allowed_and_shown_as_a_problem(session, state):
    key = session.execute(spans.add_span(state.set_id, ((21, 24),), "DATE"))
    assert [(found.rule, found.item) for found in state.problems()] == [(Rule.SPAN_MISALIGNED, key)]


def test_nested_and_crossing_spans_are_allowed(session, state):
    session.execute(spans.add_span(state.set_id, ((0, 10),), "GPE"))
    session.execute(spans.add_span(state.set_id, ((6, 19),), "GPE"))
    session.execute(spans.add_span(state.set_id, ((14, 19),), "ORG"))
    assert [span.label for span in state.spans_in(14, 15)] == ["GPE", "GPE", "ORG"]


def test_relabelling_rejects_what_the_model_had_said(session, state, verdicts):
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    assert (state.span("s1").label, state.span("s1").reviewed) == ("PERSON", True)
    assert verdicts() == {"GPE@0-5": Verdict("GPE@0-5", "model")}


def test_changing_ones_mind_takes_the_rejection_back(session, state, verdicts):
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    session.execute(spans.relabel_span(state.set_id, "s1", "GPE"))
    assert verdicts() == {}
    session.execute(spans.remove_span(state.set_id, "s2"))
    assert set(verdicts()) == {"GPE@14-19"}
    session.execute(spans.add_span(state.set_id, ((14, 19),), "GPE"))
    assert verdicts() == {}


def test_the_name_of_a_model_may_hold_slashes(session, project, make_document, model_set):
    with project.transaction("x", actor="x") as tx:
        tx.add_documents([(make_document("Ani"), [model_set([("s1", 0, 3, "ORG")], [], "spacy/id/core")])])
    state = session.open_document(4)
    session.execute(spans.remove_span(state.set_id, "s1"))
    assert [found.origin for found in queries.verdicts(project.connection, state.set_id)] == ["spacy/id/core"]


def test_a_suggestions_own_label_accepts_it(session, state, verdicts):
    session.execute(spans.relabel_span(state.set_id, "s2", "GPE"))
    assert state.span("s2").reviewed
    assert verdicts() == {}


def test_a_reviewed_spans_own_label_changes_nothing(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    step = session.next_undo()
    session.execute(spans.relabel_span(state.set_id, "s2", "GPE"))
    session.execute(spans.accept_span(state.set_id, "s2"))
    assert session.next_undo() == step


def test_relabelling_into_a_twin_is_refused(session, state):
    key = session.execute(spans.add_span(state.set_id, ((0, 5),), "PERSON"))
    assert "“Putin” is labelled PERSON already." in refused(session, spans.relabel_span(state.set_id, "s1", "PERSON"))
    assert "already" in refused(session, spans.relabel_span(state.set_id, key, "GPE"))


def test_relations_that_a_new_label_makes_illegal_stay_and_are_problems(session, state):
    session.execute(spans.relabel_span(state.set_id, "s3", "GPE"))
    assert [relation.id for relation in state.relations()] == ["r1"]
    (problem,) = state.problems()
    assert (problem.rule, problem.item) == (Rule.RELATION_ARGUMENTS, "r1")
    assert "Not done yet" in refused(session, documents.mark_done(state.set_id))


def test_a_done_document_that_becomes_illegal_is_in_progress_again(session, state):
    session.execute(documents.mark_done(state.set_id))
    session.execute(spans.relabel_span(state.set_id, "s2", "ORG"))
    assert state.info.status is Status.DONE
    session.execute(spans.relabel_span(state.set_id, "s3", "GPE"))
    assert state.info.status is Status.IN_PROGRESS
    session.undo()
    assert state.info.status is Status.DONE


def test_moving_an_edge(session, state, verdicts):
    session.execute(spans.move_span(state.set_id, "s1", 0, 10))
    assert (state.span("s1").fragments, state.span("s1").reviewed) == (((0, 10),), True)
    assert set(verdicts()) == {"GPE@0-5"}
    assert [span.id for span in state.spans_in(6, 10)] == ["s1"]


def test_the_inner_fragments_of_a_moved_span_stay(session, state):
    key = session.execute(spans.add_span(state.set_id, ((0, 5), (14, 19), (36, 41)), "DATE"))
    session.execute(spans.move_span(state.set_id, key, 0, 52))
    assert state.span(key).fragments == ((0, 5), (14, 19), (36, 52))
    assert "one character" in refused(session, spans.move_span(state.set_id, key, 5, 52))


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 0), (0, 6), (-1, 5), (0, 99), (21, 27)])
def test_edges_that_no_span_may_have(session, state, start, end):
    session.execute(spans.add_span(state.set_id, ((21, 27),), "GPE"))
    assert refused(session, spans.move_span(state.set_id, "s1", start, end))


def test_describing_leaves_the_rest(session, state):
    session.execute(spans.describe_span(state.set_id, "s1", note="which one?"))
    session.execute(spans.describe_span(state.set_id, "s1", kb_id="Q7747", attributes={"sure": "no"}))
    span = state.span("s1")
    assert (span.note, span.kb_id, span.attributes, span.reviewed) == ("which one?", "Q7747", {"sure": "no"}, False)
    session.execute(spans.describe_span(state.set_id, "s1", note="", attributes={}))
    assert (state.span("s1").note, state.span("s1").attributes) == ("", {})


def test_accepting(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    assert state.span("s2").reviewed
    assert state.unreviewed_count() == 4


def test_a_suggestion_that_breaks_a_rule_is_not_accepted(session, project, make_document, model_set):
    with project.transaction("x", actor="x") as tx:
        content = model_set([("s1", 0, 4, "ORG"), ("s2", 0, 3, "LAW")])
        tx.add_documents([(make_document("Ani tiba"), [content])])
    state = session.open_document(4)
    assert "white space" in refused(session, spans.accept_span(state.set_id, "s1"))
    assert "label scheme" in refused(session, spans.accept_span(state.set_id, "s2"))


def test_removing_a_suggestion_is_remembered_and_its_relations_go_with_it(session, state, verdicts):
    session.execute(spans.remove_span(state.set_id, "s3"))
    assert state.span("s3") is None
    assert state.relations() == []
    assert set(verdicts()) == {"PERSON@21-27", "met_with@21-27>36-41"}


def test_removing_ones_own_span_is_no_verdict(session, state, verdicts):
    key = session.execute(spans.add_span(state.set_id, ((45, 52),), "GPE"))
    session.execute(relations.add_relation(state.set_id, key, "s2", "linked"))
    session.execute(spans.remove_span(state.set_id, key))
    assert verdicts() == {}
    assert [relation.id for relation in state.relations()] == ["r1"]


@pytest.mark.parametrize(
    "make",
    [
        lambda set_id: spans.relabel_span(set_id, "none", "GPE"),
        lambda set_id: spans.move_span(set_id, "none", 0, 5),
        lambda set_id: spans.describe_span(set_id, "none", note="x"),
        lambda set_id: spans.accept_span(set_id, "none"),
        lambda set_id: spans.remove_span(set_id, "none"),
    ],
)
def test_a_span_that_is_gone(session, state, make):
    assert refused(session, make(state.set_id)) == "This span is not there any more."


def test_offsets_after_an_astral_character_are_code_points(session):
    state = session.open_document(2)
    assert state.span("s1").surface(state.text) == "Budi"
    session.execute(spans.move_span(state.set_id, "s1", 2, 9))
    assert state.span("s1").surface(state.text) == "Budi di"


def test_working_on_a_skipped_document_takes_it_up_again_and_done_stays_done(session, state):
    session.execute(documents.skip(state.set_id))
    session.execute(spans.accept_span(state.set_id, "s2"))
    assert state.info.status is Status.IN_PROGRESS
    session.execute(documents.mark_done(state.set_id))
    session.execute(spans.describe_span(state.set_id, "s2", note="x"))
    assert state.info.status is Status.DONE
