"""Making, relabelling, reversing, accepting and removing relations; illegal ones are refused and the reason is said."""

from __future__ import annotations

import pytest

from annotator.commands import relations, spans
from annotator.domain.documents import Status
from annotator.errors import Refused
from annotator.store import queries


@pytest.fixture
def state(session):
    state = session.open_document(1)
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    return state


def refused(session, command) -> str:
    before = queries.annotation_set(session.project.connection, session.document.set_id)
    with pytest.raises(Refused) as error:
        session.execute(command)
    assert queries.annotation_set(session.project.connection, session.document.set_id) == before
    return str(error.value)


def verdicts(session) -> set[str]:
    return {found.signature for found in queries.verdicts(session.project.connection, session.document.set_id)}


def test_a_new_relation(session, state):
    key = session.execute(relations.add_relation(state.set_id, "s1", "s2", "leads"))
    relation = state.relation(key)
    assert (relation.head, relation.tail, relation.label, relation.origin, relation.reviewed) == (
        "s1",
        "s2",
        "leads",
        "person:ani",
        True,
    )
    assert [found.id for found in state.relations_of("s2")] == [key]
    assert "already" in refused(session, relations.add_relation(state.set_id, "s1", "s2", "leads"))


@pytest.mark.parametrize(
    ("ends", "label", "reason"),
    [
        (("s2", "s1"), "leads", "“leads” links PERSON to ORG or GPE, not GPE to PERSON."),
        (("s1", "s2"), "met_with", "“met_with” links PERSON and PERSON, not PERSON and GPE."),
        (("s1", "s1"), "linked", "“linked” cannot link a span to itself."),
        (("s1", "s2"), "owns", "“owns” is not in the label scheme"),
        (("s1", "none"), "leads", "This span is not there any more."),
        (("none", "s1"), "leads", "This span is not there any more."),
    ],
)
def test_illegal_relations_say_why(session, state, ends, label, reason):
    assert reason in refused(session, relations.add_relation(state.set_id, *ends, label))


def test_linking_what_a_model_suggested_accepts_that_in_either_order_if_symmetric(session, state):
    assert session.execute(relations.add_relation(state.set_id, "s4", "s3", "met_with")) == "r1"
    assert state.relation("r1").reviewed
    assert (state.relation("r1").head, state.relation("r1").tail) == ("s3", "s4")
    assert "already" in refused(session, relations.add_relation(state.set_id, "s4", "s3", "met_with"))


def test_relabelling(session, state):
    session.execute(relations.relabel_relation(state.set_id, "r1", "linked"))
    assert (state.relation("r1").label, state.relation("r1").reviewed) == ("linked", True)
    assert "met_with@21-27>36-41" in verdicts(session)
    assert "links PERSON to" in refused(session, relations.relabel_relation(state.set_id, "r1", "leads"))
    session.execute(relations.relabel_relation(state.set_id, "r1", "met_with"))
    assert "met_with@21-27>36-41" not in verdicts(session)


def test_a_suggested_relations_own_label_accepts_it(session, state):
    session.execute(relations.relabel_relation(state.set_id, "r1", "met_with"))
    assert state.relation("r1").reviewed


def test_relabelling_into_a_twin_is_refused(session, state):
    session.execute(relations.add_relation(state.set_id, "s4", "s3", "linked"))
    assert "already" in refused(session, relations.relabel_relation(state.set_id, "r1", "linked"))


def test_reversing(session, state, scheme):
    with session.project.transaction("x", actor="x") as tx:
        tx.put_scheme(scheme.with_labels(relations=["follows"]))
    key = session.execute(relations.add_relation(state.set_id, "s1", "s2", "follows"))
    session.execute(relations.reverse_relation(state.set_id, key))
    assert (state.relation(key).head, state.relation(key).tail) == ("s2", "s1")
    assert [found.id for found in state.relations_of("s1")] == [key]
    other = session.execute(relations.add_relation(state.set_id, "s1", "s2", "follows"))
    assert "already" in refused(session, relations.reverse_relation(state.set_id, other))


def test_what_cannot_be_reversed(session, state):
    key = session.execute(relations.add_relation(state.set_id, "s1", "s2", "leads"))
    assert "not GPE to PERSON" in refused(session, relations.reverse_relation(state.set_id, key))
    assert refused(session, relations.reverse_relation(state.set_id, "r1")) == "“met_with” has no direction."


def test_accepting_a_relation_accepts_its_ends(session, state):
    session.execute(relations.accept_relation(state.set_id, "r1"))
    assert all(item.reviewed for item in (state.relation("r1"), state.span("s3"), state.span("s4")))
    assert not state.span("s2").reviewed
    step = session.next_undo()
    session.execute(relations.accept_relation(state.set_id, "r1"))
    assert session.next_undo() == step
    session.undo()
    assert not any(item.reviewed for item in (state.relation("r1"), state.span("s3"), state.span("s4")))


def test_an_illegal_suggestion_is_not_accepted(session, state):
    session.execute(spans.relabel_span(state.set_id, "s3", "GPE"))
    assert "not GPE and PERSON" in refused(session, relations.accept_relation(state.set_id, "r1"))
    assert not state.span("s4").reviewed


def test_removing_a_suggestion_is_a_verdict_and_removing_ones_own_is_none(session, state):
    key = session.execute(relations.add_relation(state.set_id, "s1", "s2", "leads"))
    known = verdicts(session)
    session.execute(relations.remove_relation(state.set_id, key))
    assert verdicts(session) == known
    session.execute(relations.remove_relation(state.set_id, "r1"))
    assert verdicts(session) - known == {"met_with@21-27>36-41"}
    assert state.relations() == []
    assert len(state.spans()) == 4


def test_describing(session, state):
    session.execute(relations.describe_relation(state.set_id, "r1", note="says who?", attributes={"sure": "no"}))
    assert (state.relation("r1").note, state.relation("r1").attributes, state.relation("r1").reviewed) == (
        "says who?",
        {"sure": "no"},
        False,
    )
    step = session.next_undo()
    session.execute(relations.describe_relation(state.set_id, "r1", note="says who?"))
    assert session.next_undo() == step


@pytest.mark.parametrize(
    "make",
    [
        lambda set_id: relations.relabel_relation(set_id, "none", "leads"),
        lambda set_id: relations.reverse_relation(set_id, "none"),
        lambda set_id: relations.describe_relation(set_id, "none", note="x"),
        lambda set_id: relations.accept_relation(set_id, "none"),
        lambda set_id: relations.remove_relation(set_id, "none"),
    ],
)
def test_a_relation_that_is_gone(session, state, make):
    assert refused(session, make(state.set_id)) == "This relation is not there any more."


def test_a_relation_takes_a_new_document_into_work(session):
    state = session.open_document(2)
    assert state.info.status is Status.NEW
    session.execute(relations.remove_relation(state.set_id, "r1"))
    assert state.info.status is Status.IN_PROGRESS


def test_linking_suggested_spans_accepts_them(session, state):
    waiting = [span for span in state.spans() if not span.reviewed][:2]
    assert len(waiting) == 2
    label = next(iter(state.scheme.links(waiting[0].label, waiting[1].label)), None)
    assert label is not None
    session.execute(relations.add_relation(state.set_id, waiting[0].id, waiting[1].id, label.name))
    assert all(state.span(span.id).reviewed for span in waiting)
    session.undo()
    assert not any(state.span(span.id).reviewed for span in waiting)
