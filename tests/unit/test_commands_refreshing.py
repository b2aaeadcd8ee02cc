"""Suggestions beside a person's work: what was reviewed stays, what was rejected does not come back, the rest follows the suggester."""

from __future__ import annotations

import pytest

from annotator.commands import documents, relations, spans
from annotator.commands.refreshing import Entry, put_suggestions
from annotator.domain.annotations import Kind, Relation, SetInfo, Span
from annotator.domain.documents import Status
from annotator.store import queries, recount

PUTIN, RUSIA, JOKOWI, PUTIN_2, JAKARTA = (0, 5), (14, 19), (21, 27), (36, 41), (45, 52)


def found(*items, document_id=1, suggester="rules", links=(), learned=False):
    """What a suggester found: spans as (range, label), links as (label, number of the head, number of the tail)."""
    made = tuple(
        Span(f"s{number}", (place,), label, origin=suggester, reviewed=False) for number, (place, label) in enumerate(items, 1)
    )
    joined = tuple(
        Relation(f"r{number}", label, f"s{head}", f"s{tail}", origin=suggester, reviewed=False)
        for number, (label, head, tail) in enumerate(links, 1)
    )
    return Entry(document_id, suggester, made, joined, learned)


def mine(session, document_id=1):
    state = session.open_document(document_id)
    return {(span.start, span.label): span for span in state.spans()}


def put(session, *entries, order=()):
    done = session.execute(put_suggestions(entries, order))
    connection = session.project.connection
    assert recount.differences(connection) == []
    assert queries.integrity(connection) == []
    return done


def model(session, name="rules", document_id=1):
    connection = session.project.connection
    set_id = queries.find_set(connection, document_id, name, Kind.MODEL)
    return None if set_id is None else queries.annotation_set(connection, set_id)


# The model's set


def test_a_new_set_is_made_whole(session):
    done = put(session, found((PUTIN, "PERSON"), (RUSIA, "GPE"), links=[("leads", 1, 2)]), found(document_id=3))
    assert (done.sets, done.spans, done.relations) == (2, 2, 1)
    assert len(model(session).spans) == 2
    assert model(session, document_id=3).spans == {}


def test_what_stays_keeps_its_id_and_the_rest_follows(session):
    put(session, found((PUTIN, "PERSON"), (RUSIA, "GPE"), (JAKARTA, "ORG"), links=[("leads", 1, 2), ("leads", 1, 3)]))
    put(session, found((RUSIA, "GPE"), (PUTIN, "PERSON"), (JOKOWI, "PERSON"), links=[("leads", 2, 1), ("met_with", 3, 2)]))
    content = model(session)
    assert {key: (span.start, span.label) for key, span in content.spans.items()} == {
        "s1": (0, "PERSON"),
        "s2": (14, "GPE"),
        "s4": (21, "PERSON"),
    }
    assert {(key, item.label, item.head, item.tail) for key, item in content.relations.items()} == {
        ("r1", "leads", "s1", "s2"),
        ("r3", "met_with", "s4", "s1"),
    }


def test_the_same_again_changes_nothing(session):
    entry = found((PUTIN, "PERSON"), (RUSIA, "GPE"), links=[("leads", 1, 2)])
    put(session, entry)
    done = put(session, entry)
    assert (done.sets, done.unchanged) == (0, 1)


def test_a_document_that_went_away_is_passed_over(session):
    session.undo_step(1)
    assert put(session, found((PUTIN, "PERSON"))).sets == 0


def test_a_run_is_taken_back_as_one_step(session):
    put(session, found((PUTIN, "PERSON")))
    session.open_document(1)
    before = mine(session)
    put(session, found((JOKOWI, "ORG"), (JAKARTA, "GPE")))
    assert (45, "GPE") in mine(session)
    (last,) = session.project.connection.execute("SELECT max(id) FROM steps").fetchone()
    session.undo_step(last)
    assert mine(session) == before
    assert [span.label for span in model(session).spans.values()] == ["PERSON"]
    assert recount.differences(session.project.connection) == []


# People


def test_an_open_document_gets_the_new_suggestions(session):
    session.open_document(3)
    put(session, found(((0, 5), "PERSON"), document_id=3))
    (span,) = session.document.spans()
    assert (span.label, span.reviewed, span.derived_from, span.origin) == ("PERSON", False, "rules/s1", "rules")
    assert queries.set_info(session.project.connection, session.document.set_id).status is Status.NEW


def test_what_a_person_reviewed_is_not_touched_and_not_crossed(session):
    state = session.open_document(1)
    made = session.execute(spans.add_span(state.set_id, ((6, 19),), "ORG"))
    put(session, found((RUSIA, "PERSON"), (JAKARTA, "GPE")))
    now = session.open_document(1)
    assert now.span(made).reviewed
    assert (14, "PERSON") not in mine(session)
    assert (45, "GPE") in mine(session)


def test_what_was_rejected_does_not_come_back(session):
    put(session, found((JAKARTA, "GPE")))
    state = session.open_document(1)
    span = mine(session)[45, "GPE"]
    session.execute(spans.remove_span(state.set_id, span.id))
    put(session, found((JAKARTA, "GPE"), (JOKOWI, "PERSON")))
    assert (45, "GPE") not in mine(session)
    put(session, found((JAKARTA, "ORG")))
    assert mine(session)[45, "ORG"].derived_from == "rules/s3"


def test_a_rejected_relation_does_not_come_back(session):
    entry = found((JOKOWI, "PERSON"), (PUTIN_2, "PERSON"), links=[("linked", 1, 2)])
    put(session, entry)
    state = session.open_document(1)
    (link,) = [item for item in state.relations() if item.label == "linked"]
    session.execute(relations.remove_relation(state.set_id, link.id))
    put(session, found((JOKOWI, "PERSON"), (PUTIN_2, "PERSON"), (JAKARTA, "GPE"), links=[("linked", 2, 1), ("linked", 1, 3)]))
    links = [item for item in session.open_document(1).relations() if item.label == "linked"]
    # symmetric: the other direction is the same relation
    assert [session.document.span(item.tail).start for item in links] == [45]


def test_an_unreviewed_suggestion_goes_when_its_suggester_takes_it_back(session):
    put(session, found((JAKARTA, "GPE"), (RUSIA, "ORG"), document_id=1))
    before = mine(session)
    assert (45, "GPE") in before
    put(session, found((JOKOWI, "ORG")))
    after = mine(session)
    assert (45, "GPE") not in after
    assert after[14, "GPE"] == before[14, "GPE"]  # another model's


def test_an_accepted_suggestion_stays_when_its_suggester_takes_it_back(session):
    put(session, found((JAKARTA, "GPE")))
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, mine(session)[45, "GPE"].id))
    put(session, found())
    assert mine(session)[45, "GPE"].reviewed


def test_a_suggestion_that_stays_keeps_its_id_and_gets_the_new_confidence(session):
    put(session, found((JAKARTA, "GPE")))
    before = mine(session)[45, "GPE"]
    entry = found((JAKARTA, "GPE"))
    sure = Entry(1, "rules", (Span("s1", (JAKARTA,), "GPE", confidence=0.75, origin="rules", reviewed=False),), entry.relations)
    put(session, sure)
    after = mine(session)[45, "GPE"]
    assert (after.id, after.confidence) == (before.id, 0.75)


def test_a_span_that_carries_somebodys_relation_stays(session):
    put(session, found((JAKARTA, "PERSON")))
    state = session.open_document(1)
    ours = mine(session)[45, "PERSON"]
    session.execute(relations.add_relation(state.set_id, mine(session)[21, "PERSON"].id, ours.id, "met_with"))
    put(session, found())
    assert (45, "PERSON") in mine(session)
    assert session.open_document(1).problems() == []


def test_relations_join_what_stands_in_the_persons_set(session):
    session.open_document(1)
    put(session, found((JOKOWI, "PERSON"), (RUSIA, "GPE"), links=[("leads", 1, 2)]))
    state = session.open_document(1)
    (link,) = [item for item in state.relations() if item.label == "leads"]
    assert (link.head, link.tail, link.derived_from) == ("s3", "s2", "rules/r1")


def test_a_symmetric_relation_comes_once_whatever_its_direction(session):
    session.open_document(1)  # has met_with between Jokowi and the second Putin
    put(session, found((PUTIN_2, "PERSON"), (JOKOWI, "PERSON"), links=[("met_with", 1, 2)]))
    assert [item.label for item in session.open_document(1).relations()] == ["met_with"]


def test_of_several_suggesters_the_first_in_the_order_is_believed(session):
    session.open_document(3)
    late = found(((0, 5), "PERSON"), document_id=3, suggester="late")
    early = found(((0, 9), "ORG"), document_id=3, suggester="early")
    put(session, late, early, order=["early", "late"])
    assert [(span.label, span.origin) for span in session.document.spans()] == [("ORG", "early")]


# Finished documents


@pytest.fixture
def finished(session):
    put(session, found((JAKARTA, "GPE")))
    state = session.open_document(1)
    session.execute(documents.mark_done(state.set_id))
    return session


def test_a_finished_document_keeps_its_set_and_the_suggesters(finished):
    before, old = mine(finished), model(finished)
    done = put(finished, found((JOKOWI, "ORG")))
    assert (done.sets, done.finished) == (0, 1)
    assert mine(finished) == before
    assert model(finished) == old


def test_a_suggester_may_show_what_it_would_have_said_unless_it_learned_from_it(finished):
    put(finished, found((JOKOWI, "ORG"), suggester="other"), found((JOKOWI, "ORG"), suggester="learner", learned=True))
    assert len(model(finished, "other").spans) == 1
    assert model(finished, "learner") is None
    assert (21, "ORG") not in mine(finished)


def test_gold_is_finished_too(session):
    def run(tx):
        tx.add_set(SetInfo(3, "gold", Kind.GOLD))

    from annotator.commands.command import Command

    session.execute(Command("Adjudicate {}", run, "it"))
    put(session, found(((0, 5), "PERSON"), document_id=3, learned=True))
    assert model(session, document_id=3) is None
