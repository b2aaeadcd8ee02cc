"""One action on many: propagation, relabelling, removing and accepting, each one step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands import bulk, documents, relations, shaping, spans
from annotator.domain.changes import What
from annotator.domain.documents import Status
from annotator.errors import Refused
from annotator.store import queries

TEXT = "Bali, Ani di Bali. BALI dan Balinya; Bali Utara, Bali."
"""Bali 0-4, Ani 6-9, Bali 13-17, BALI 19-23, Balinya 28-35, Bali Utara 37-47, Bali 49-53."""
PLACES = [(0, 4), (13, 17), (19, 23), (28, 35), (37, 41), (49, 53)]


@pytest.fixture
def bali(session, project, make_document, model_set):
    """A document that names Bali six times; the model suggests two of them, one with another label, and Ani."""
    with project.transaction("x", actor="x") as tx:
        suggested = model_set([("s1", 13, 17, "GPE"), ("s2", 19, 23, "ORG"), ("s3", 6, 9, "PERSON")], [("r1", "leads", "s3", "s1")])
        tx.add_documents([(make_document(TEXT), [suggested])])
    return session.open_document(4)


@pytest.fixture
def state(session):
    return session.open_document(1)


def stored(session):
    return queries.annotation_set(session.project.connection, session.document.set_id)


def done(session, command):
    """Run a command that is one step, and see that undo and redo lead exactly back and forth."""
    before, step = stored(session), session.next_undo()
    result = session.execute(command)
    after = stored(session)
    assert after != before
    session.undo()
    assert stored(session) == before
    assert session.next_undo() == step
    session.redo()
    assert stored(session) == after
    return result


def refused(session, command) -> str:
    before, step = stored(session), session.next_undo()
    with pytest.raises(Refused) as error:
        session.execute(command)
    assert (stored(session), session.next_undo()) == (before, step)
    return str(error.value)


def labelled(state, label: str) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in state.spans() if span.label == label]


# Propagation


def test_every_place_of_the_text_gets_the_label(session, bali):
    result = done(session, bulk.propagate(bali.set_id, ((0, 4),), "GPE"))
    assert labelled(bali, "GPE") == PLACES
    assert result.left == 0
    assert [bali.span(key).start for key in result.made] == [start for start, _ in PLACES]
    assert all(bali.span(key).reviewed for key in result.made)
    assert bali.info.status is Status.IN_PROGRESS
    assert not bali.span("s3").reviewed


def test_suggestions_at_a_place_are_accepted_or_relabelled_and_keep_their_ids(session, bali):
    result = done(session, bulk.propagate(bali.set_id, (0, 4), "GPE"))
    assert {"s1", "s2"} < set(result.made)
    assert (bali.span("s1").derived_from, bali.span("s1").reviewed) == ("model/s1", True)
    assert (bali.span("s2").derived_from, bali.span("s2").label) == ("model/s2", "GPE")
    assert set(stored(session).verdicts) == {"ORG@19-23"}
    assert bali.relation("r1") is not None


def test_own_places_are_made_by_the_person(session, bali):
    result = session.execute(bulk.propagate(bali.set_id, (0, 4), "GPE"))
    assert {bali.span(key).origin for key in result.made} == {"person:ani", "model"}


def test_what_another_span_covers_is_left_alone_and_counted(session, bali):
    session.execute(spans.add_span(bali.set_id, ((37, 47),), "ORG"))
    session.execute(spans.add_span(bali.set_id, ((50, 52),), "DATE"))
    session.execute(spans.relabel_span(bali.set_id, "s2", "ORG"))
    result = done(session, bulk.propagate(bali.set_id, (0, 4), "GPE"))
    assert labelled(bali, "GPE") == [(0, 4), (13, 17), (28, 35)]
    assert (len(result.made), result.left) == (3, 3)


def test_what_has_the_label_already_is_neither_made_nor_left(session, bali):
    first = session.execute(bulk.propagate(bali.set_id, (0, 4), "GPE"))
    step = session.next_undo()
    again = session.execute(bulk.propagate(bali.set_id, (49, 53), "GPE"))
    assert len(first.made) == 6
    assert (again.made, again.left) == ((), 0)
    assert session.next_undo() == step


def test_the_gap_of_a_discontinuous_span_is_free(session, bali):
    session.execute(spans.add_span(bali.set_id, ((24, 27), (37, 47)), "ORG"))
    result = done(session, bulk.propagate(bali.set_id, (0, 4), "GPE"))
    assert labelled(bali, "GPE") == [place for place in PLACES if place != (37, 41)]
    assert result.left == 1


def test_the_place_itself_is_labelled_even_inside_another_span_or_inside_a_token(session, bali):
    session.execute(spans.add_span(bali.set_id, ((37, 47),), "ORG"))
    done(session, bulk.propagate(bali.set_id, (37, 41), "GPE"))
    assert labelled(bali, "GPE") == PLACES
    session.undo()
    result = session.execute(bulk.propagate(bali.set_id, (28, 32), "GPE"))
    assert labelled(bali, "GPE") == [(0, 4), (13, 17), (19, 23), (28, 32), (49, 53)]
    assert result.left == 1


def test_the_place_itself_is_left_to_a_reviewed_span_of_the_same_range(session, bali):
    key = session.execute(spans.add_span(bali.set_id, ((0, 4),), "ORG"))
    result = session.execute(bulk.propagate(bali.set_id, (0, 4), "GPE"))
    assert (bali.span(key).label, result.left) == ("ORG", 1)
    assert labelled(bali, "GPE") == PLACES[1:]


def test_what_was_rejected_before_is_labelled_now(session, bali):
    session.execute(spans.remove_span(bali.set_id, "s1"))
    assert "GPE@13-17" in stored(session).verdicts
    done(session, bulk.propagate(bali.set_id, (0, 4), "GPE"))
    assert (13, 17) in labelled(bali, "GPE")
    assert "GPE@13-17" not in stored(session).verdicts


def test_a_discontinuous_place_is_read_with_a_blank(session, bali):
    session.execute(spans.add_span(bali.set_id, ((37, 47),), "ORG"))
    result = done(session, bulk.propagate(bali.set_id, ((49, 53), (42, 47)), "DATE"))
    assert [span.fragments for span in bali.spans() if span.label == "DATE"] == [((42, 47), (49, 53))]
    assert result.left == 0
    session.undo()
    result = session.execute(bulk.propagate(bali.set_id, ((0, 4), (42, 47)), "DATE"))
    assert (len(result.made), result.left) == (1, 0)


@pytest.mark.parametrize(
    ("place", "label", "reason"),
    [((0, 4), "LAW", "label scheme"), ((4, 4), "GPE", "no text"), ((0, 99), "GPE", "54 characters"), ((), "GPE", "no text")],
)
def test_what_cannot_be_propagated(session, bali, place, label, reason):
    assert reason in refused(session, bulk.propagate(bali.set_id, place, label))


def test_what_is_done_stays_done_and_its_reviewed_spans_are_left_alone(session, bali):
    session.execute(spans.relabel_span(bali.set_id, "s2", "GPE"))
    session.execute(documents.mark_done(bali.set_id))
    result = done(session, bulk.propagate(bali.set_id, (0, 4), "DATE"))
    assert (bali.info.status, result.left) == (Status.DONE, 2)
    assert labelled(bali, "GPE") == [(13, 17), (19, 23)]


def test_a_relation_that_no_longer_fits_takes_a_done_document_up_again(session, project, bali):
    session.execute(documents.mark_done(bali.set_id))
    with project.transaction("x", actor="x") as tx:  # as a later run of a model may leave it
        tx.put(bali.set_id, replace(bali.span("s1"), reviewed=False))
    session.open_document(4)  # the session knows nothing of what was written past it
    session.execute(bulk.propagate(bali.set_id, (0, 4), "DATE"))
    assert stored(session).info.status is Status.IN_PROGRESS


def test_a_thousand_places_are_one_step(session, project, make_document):
    with project.transaction("x", actor="x") as tx:
        tx.add_documents([(make_document("Ani dan Budi. " * 1000), [])])
    state = session.open_document(4)
    result = done(session, bulk.propagate(state.set_id, (0, 3), "PERSON"))
    assert (len(result.made), result.left) == (1000, 0)
    assert labelled(state, "PERSON") == [(start, start + 3) for start in range(0, 14_000, 14)]


# Relabelling


def test_relabelling_several(session, state):
    assert done(session, bulk.relabel_spans(state.set_id, ["s3", "s1", "s3"], "ORG")) == 2
    assert [span.label for span in state.spans()] == ["ORG", "GPE", "ORG", "PERSON"]
    assert set(stored(session).verdicts) == {"GPE@0-5", "PERSON@21-27"}
    assert [problem.item for problem in state.problems()] == ["r1"]


def test_relabelling_reopens_what_was_done_if_a_relation_breaks(session, state):
    session.execute(documents.mark_done(state.set_id))
    session.execute(bulk.relabel_spans(state.set_id, ["s1", "s2"], "ORG"))
    assert state.info.status is Status.DONE
    session.execute(bulk.relabel_spans(state.set_id, ["s2", "s4"], "DATE"))
    assert state.info.status is Status.IN_PROGRESS


def test_relabelling_is_whole_or_not_at_all(session, state):
    session.execute(spans.add_span(state.set_id, ((21, 27),), "ORG"))
    assert "“Jokowi” is labelled ORG already" in refused(session, bulk.relabel_spans(state.set_id, ["s1", "s3"], "ORG"))
    assert "label scheme" in refused(session, bulk.relabel_spans(state.set_id, ["s1", "s3"], "LAW"))
    assert refused(session, bulk.relabel_spans(state.set_id, ["s1", "none"], "ORG")) == "This span is not there any more."
    assert refused(session, bulk.relabel_spans(state.set_id, [], "ORG")) == "Nothing is selected."


# Removing


def test_removing_several(session, state):
    own = session.execute(relations.add_relation(state.set_id, "s1", "s2", "linked"))
    assert done(session, bulk.remove_items(state.set_id, ["s2", "s3"], [own])) == 3
    assert [span.id for span in state.spans()] == ["s1", "s4"]
    assert state.relations() == []
    assert set(stored(session).verdicts) == {"PERSON@21-27", "met_with@21-27>36-41"}  # linking s2 had accepted it


def test_removing_both_ends_of_a_relation_and_itself(session, state):
    assert done(session, bulk.remove_items(state.set_id, ["s3", "s4", "s3"], ["r1", "r1"])) == 3
    assert set(stored(session).verdicts) == {"PERSON@36-41", "PERSON@21-27", "met_with@21-27>36-41"}


def test_removing_relations_alone(session, state):
    done(session, bulk.remove_items(state.set_id, [], ["r1"]))
    assert len(state.spans()) == 4


def test_removing_what_is_gone(session, state):
    assert refused(session, bulk.remove_items(state.set_id, ["s1", "none"])) == "This span is not there any more."
    assert refused(session, bulk.remove_items(state.set_id, ["s1"], ["none"])) == "This relation is not there any more."
    assert refused(session, bulk.remove_items(state.set_id, [])) == "Nothing is selected."


# Accepting


def test_accepting_several_spans_and_a_relation_with_its_ends(session, state):
    assert done(session, bulk.accept_items(state.set_id, ["s2", "s3"], ["r1"])) == 3
    assert [span.id for span in state.spans() if not span.reviewed] == ["s1"]
    assert state.relation("r1").reviewed
    step = session.next_undo()
    assert session.execute(bulk.accept_items(state.set_id, ["s2", "s3"], ["r1"])) == 3
    assert session.next_undo() == step


def test_accepting_is_whole_or_not_at_all(session, state):
    session.execute(spans.relabel_span(state.set_id, "s3", "GPE"))
    assert "not GPE and PERSON" in refused(session, bulk.accept_items(state.set_id, ["s1"], ["r1"]))
    assert refused(session, bulk.accept_items(state.set_id, ["s1", "none"])) == "This span is not there any more."
    assert refused(session, bulk.accept_items(state.set_id, [], ["none"])) == "This relation is not there any more."
    assert refused(session, bulk.accept_items(state.set_id, [])) == "Nothing is selected."


def test_accepting_all_of_a_span_label(session, state):
    assert done(session, bulk.accept_label(state.set_id, What.SPAN, "GPE")) == 2
    assert [span.id for span in state.spans() if span.reviewed] == ["s1", "s2"]
    assert state.info.status is Status.IN_PROGRESS
    assert session.execute(bulk.accept_label(state.set_id, What.SPAN, "GPE")) == 0


def test_accepting_all_of_a_relation_label_accepts_the_ends(session, state):
    assert done(session, bulk.accept_label(state.set_id, What.RELATION, "met_with")) == 1
    assert [span.id for span in state.spans() if span.reviewed] == ["s3", "s4"]
    assert state.relation("r1").reviewed


def test_a_label_without_suggestions_changes_nothing(session, state):
    step = session.next_undo()
    assert session.execute(bulk.accept_label(state.set_id, What.SPAN, "DATE")) == 0
    assert session.next_undo() == step
    assert state.info.status is Status.NEW


def test_a_suggestion_that_breaks_a_rule_keeps_all_of_its_label(session, project, make_document, model_set):
    with project.transaction("x", actor="x") as tx:
        tx.add_documents([(make_document("Ani tiba"), [model_set([("s1", 0, 3, "ORG"), ("s2", 0, 4, "ORG")])])])
    state = session.open_document(4)
    assert "white space" in refused(session, bulk.accept_label(state.set_id, What.SPAN, "ORG"))


def test_accepting_a_label_leaves_the_other_kind_of_the_same_name(session, state):
    label = state.relations()[0].label
    waiting = [relation for relation in state.relations() if not relation.reviewed]
    assert waiting
    assert session.execute(bulk.accept_label(state.set_id, What.SPAN, label)) == 0
    assert [state.relation(relation.id).reviewed for relation in waiting] == [False] * len(waiting)


# What is at the very edge of a place, or at the same place


def test_a_span_that_begins_where_a_place_ends_does_not_keep_it(session, bali):
    comma = session.execute(spans.add_span(bali.set_id, ((4, 5),), "ORG"))
    before = session.execute(spans.add_span(bali.set_id, ((10, 12),), "ORG"))
    result = done(session, bulk.propagate(bali.set_id, (49, 53), "GPE"))
    assert (labelled(bali, "GPE"), result.left) == (PLACES, 0)
    assert bali.span(comma) is not None
    assert bali.span(before) is not None


@pytest.fixture
def two_at_one_place(session, project, make_document, model_set):
    """Two suggestions at the first of two places: "a" says ORG, "b" says GPE."""
    with project.transaction("x", actor="x") as tx:
        suggested = model_set([("a", 0, 4, "ORG"), ("b", 0, 4, "GPE")])
        tx.add_documents([(make_document("Bali dan Bali."), [suggested])])
    return session.open_document(4)


def test_of_two_suggestions_at_one_place_the_one_with_the_label_is_accepted(session, two_at_one_place):
    state = two_at_one_place
    result = done(session, bulk.propagate(state.set_id, (9, 13), "GPE"))
    assert (result.made[0], result.left) == ("b", 0)
    assert [(span.id, span.label, span.reviewed) for span in state.spans_in(0, 4)] == [("b", "GPE", True), ("a", "ORG", False)]
    assert stored(session).verdicts == {}


def test_a_reviewed_span_with_another_label_does_not_keep_a_suggestion_with_this_one(session, two_at_one_place):
    state = two_at_one_place
    session.execute(spans.accept_span(state.set_id, "a"))
    result = done(session, bulk.propagate(state.set_id, (9, 13), "GPE"))
    assert (result.made[0], result.left) == ("b", 0)
    assert {span.id: span.reviewed for span in state.spans_in(0, 4)} == {"a": True, "b": True}
    assert state.span("a").label == "ORG"


# How far the work is


WORK = {
    "merge": lambda set_id: shaping.merge_spans(set_id, ["s1", "s2"]),
    "split": lambda set_id: shaping.split_span(set_id, "s2", 16),
    "add fragments": lambda set_id: shaping.add_fragments(set_id, "s2", ((45, 52),)),
    "remove": lambda set_id: bulk.remove_items(set_id, ["s1"]),
    "remove a relation": lambda set_id: bulk.remove_items(set_id, [], ["r1"]),
    "accept": lambda set_id: bulk.accept_items(set_id, ["s2"]),
    "accept where only a relation waits": lambda set_id: bulk.accept_items(set_id, ["s3", "s4"], ["r1"]),
    "relabel": lambda set_id: bulk.relabel_spans(set_id, ["s1"], "ORG"),
    "propagate": lambda set_id: bulk.propagate(set_id, (45, 52), "GPE"),
    "accept a label of spans": lambda set_id: bulk.accept_label(set_id, What.SPAN, "GPE"),
    "accept a label of relations": lambda set_id: bulk.accept_label(set_id, What.RELATION, "met_with"),
}


@pytest.mark.parametrize("status", [Status.NEW, Status.SKIPPED])
@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_whoever_works_on_a_set_takes_it_up(session, project, state, work, status):
    with project.transaction("x", actor="x") as tx:
        for key in ("s3", "s4"):
            tx.put(state.set_id, replace(state.span(key), reviewed=True))
        tx.put_set(state.set_id, replace(state.info, status=status))
    state = session.open_document(1)
    assert state.info.status is status
    done(session, work(state.set_id))
    assert (state.info.status, stored(session).info.status) == (Status.IN_PROGRESS, Status.IN_PROGRESS)


def test_accepting_what_is_reviewed_takes_nothing_up(session, state):
    session.execute(bulk.accept_items(state.set_id, ["s2", "s3"], ["r1"]))
    session.execute(documents.skip(state.set_id))
    step = session.next_undo()
    assert session.execute(bulk.accept_items(state.set_id, ["s2", "s3", "s4"], ["r1"])) == 4
    assert (state.info.status, session.next_undo()) == (Status.SKIPPED, step)
