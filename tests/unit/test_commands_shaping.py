"""Further fragments, merging and splitting: one step each, whole or refused, undone exactly."""

from __future__ import annotations

import pytest

from annotator.commands import documents, relations, shaping, spans
from annotator.domain.documents import Status
from annotator.domain.labels import scheme_from_dict, scheme_to_dict
from annotator.errors import Refused
from annotator.store import queries

# Putin 0-5, Rusia 14-19, Jokowi 21-27, Putin 36-41, Jakarta 45-52; s1 Putin GPE, s2 Rusia GPE, s3 Jokowi, s4 Putin; r1 met_with s3 s4


@pytest.fixture
def state(session):
    return session.open_document(1)


def stored(session):
    return queries.annotation_set(session.project.connection, session.document.set_id)


def verdicts(session) -> set[str]:
    return set(stored(session).verdicts)


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
    before = stored(session)
    with pytest.raises(Refused) as error:
        session.execute(command)
    assert stored(session) == before
    return str(error.value)


def links(state) -> set[tuple[str, str, str, str]]:
    return {(found.id, found.label, found.head, found.tail) for found in state.relations()}


# Fragments


def test_a_further_fragment(session, state):
    assert done(session, shaping.add_fragments(state.set_id, "s2", ((45, 52),))) == "s2"
    span = state.span("s2")
    assert (span.fragments, span.label, span.reviewed, span.derived_from) == (((14, 19), (45, 52)), "GPE", True, "model/s2")
    assert verdicts(session) == {"GPE@14-19"}
    assert state.info.status is Status.IN_PROGRESS


def test_fragments_are_joined_where_they_touch_or_overlap(session, state):
    done(session, shaping.add_fragments(state.set_id, "s2", ((11, 16), (45, 48), (48, 52), (19, 20))))
    assert state.span("s2").fragments == ((11, 20), (45, 52))


def test_ones_own_span_gets_a_fragment_without_a_verdict(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    done(session, shaping.add_fragments(state.set_id, "s2", ((45, 52),)))
    assert verdicts(session) == set()


@pytest.mark.parametrize(
    ("fragments", "reason"),
    [
        ((), "covers this text already"),
        (((14, 19),), "covers this text already"),
        (((15, 17),), "covers this text already"),
        (((45, 52), (30, 30)), "covers no text"),
        (((52, 45),), "ends before it starts"),
        (((45, 99),), "53 characters"),
        (((-3, 5),), "outside the text"),
        (((44, 52),), "white space"),
    ],
)
def test_what_no_fragment_may_be(session, state, fragments, reason):
    assert reason in refused(session, shaping.add_fragments(state.set_id, "s2", fragments))
    assert state.info.status is Status.NEW


def test_a_fragment_may_not_make_a_twin(session, state):
    session.execute(spans.add_span(state.set_id, ((14, 19), (45, 52)), "GPE"))
    assert "is labelled GPE already" in refused(session, shaping.add_fragments(state.set_id, "s2", ((45, 52),)))


# Merging


def test_merging_fills_what_lies_between_and_the_first_survives(session, state):
    session.execute(spans.describe_span(state.set_id, "s3", note="who?", attributes={"sure": "no"}, kb_id="Q1"))
    assert done(session, shaping.merge_spans(state.set_id, ["s3", "s2"])) == "s3"
    span = state.span("s3")
    assert (span.fragments, span.label, span.note, span.attributes, span.kb_id) == (
        ((14, 27),),
        "PERSON",
        "who?",
        {"sure": "no"},
        "Q1",
    )
    assert span.reviewed
    assert state.span("s2") is None
    assert verdicts(session) == {"GPE@14-19", "PERSON@21-27"}


@pytest.mark.parametrize("order", [["s1", "s2", "s3"], ["s3", "s1", "s2"], ["s2", "s3", "s1", "s3", "s2"]])
def test_the_order_of_the_ids_decides_which_survives_alone(session, state, order):
    assert done(session, shaping.merge_spans(state.set_id, order)) == order[0]
    assert state.span(order[0]).fragments == ((0, 27),)
    assert {span.id for span in state.spans()} == {order[0], "s4"}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (((0, 5), (14, 19)), ((21, 27),), ((0, 5), (14, 27))),
        (((21, 27),), ((0, 5), (14, 19)), ((0, 5), (14, 27))),
        (((0, 5), (21, 27)), ((14, 19),), ((0, 27),)),
        (((0, 5), (36, 41)), ((14, 19), (21, 27)), ((0, 19), (21, 41))),
        (((0, 13),), ((6, 10), (36, 41)), ((0, 13), (36, 41))),
        (((0, 5), (21, 27)), ((21, 27), (36, 41)), ((0, 5), (21, 27), (36, 41))),
        (((0, 13),), ((6, 10),), ((0, 13),)),
        (((0, 10),), ((6, 19),), ((0, 19),)),
        (((0, 5),), ((0, 5), (14, 19)), ((0, 5), (14, 19))),
        (((0, 4),), ((4, 5),), ((0, 5),)),
    ],
)
def test_a_discontinuous_span_keeps_its_own_gaps(session, state, first, second, expected):
    for key in ("s1", "s2", "s3", "s4"):
        session.execute(spans.remove_span(state.set_id, key))
    ids = [session.execute(spans.add_span(state.set_id, place, label)) for place, label in ((first, "ORG"), (second, "DATE"))]
    assert done(session, shaping.merge_spans(state.set_id, ids)) == ids[0]
    assert [(span.id, span.fragments, span.label) for span in state.spans()] == [(ids[0], expected, "ORG")]


def test_relations_move_to_the_survivor(session, state):
    key = session.execute(relations.add_relation(state.set_id, "s3", "s2", "leads"))
    done(session, shaping.merge_spans(state.set_id, ["s1", "s2"]))
    assert links(state) == {("r1", "met_with", "s3", "s4"), (key, "leads", "s3", "s1")}


def test_a_suggested_relation_that_moves_stays_a_suggestion(session, state):
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    done(session, shaping.merge_spans(state.set_id, ["s1", "s3"]))
    assert links(state) == {("r1", "met_with", "s1", "s4")}
    assert not state.relation("r1").reviewed
    assert verdicts(session) == {"GPE@0-5", "PERSON@21-27"}


def test_a_relation_between_the_merged_is_dropped_and_a_suggested_one_rejected(session, state):
    own = session.execute(relations.add_relation(state.set_id, "s3", "s4", "linked"))
    done(session, shaping.merge_spans(state.set_id, ["s3", "s4"]))
    assert links(state) == set()
    assert verdicts(session) == {"met_with@21-27>36-41"}  # linking them had accepted both
    assert state.relation(own) is None


def test_a_relation_to_itself_stays_where_the_label_allows_that(session, state, scheme):
    reflexive = {"name": "same", "symmetric": True, "reflexive": True}
    data = scheme_to_dict(scheme)
    with session.project.transaction("x", actor="x") as tx:
        tx.put_scheme(scheme_from_dict({**data, "relations": [*data["relations"], reflexive]}))
    key = session.execute(relations.add_relation(state.set_id, "s3", "s4", "same"))
    done(session, shaping.merge_spans(state.set_id, ["s4", "s3"]))
    assert links(state) == {(key, "same", "s4", "s4")}


def test_a_relation_that_the_survivors_label_forbids_is_dropped(session, state):
    session.execute(relations.add_relation(state.set_id, "s3", "s2", "leads"))
    done(session, shaping.merge_spans(state.set_id, ["s2", "s3"]))
    assert links(state) == set()
    assert "met_with@21-27>36-41" in verdicts(session)


def test_what_the_survivor_breaks_already_stays(session, state):
    session.execute(spans.relabel_span(state.set_id, "s3", "GPE"))
    done(session, shaping.merge_spans(state.set_id, ["s3", "s2"]))
    assert links(state) == {("r1", "met_with", "s3", "s4")}


def test_of_two_relations_that_say_the_same_the_reviewed_one_stays(session, state):
    own = session.execute(relations.add_relation(state.set_id, "s2", "s4", "linked"))
    other = session.execute(relations.add_relation(state.set_id, "s4", "s1", "linked"))
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    mine = session.execute(relations.add_relation(state.set_id, "s1", "s4", "met_with"))
    done(session, shaping.merge_spans(state.set_id, ["s3", "s1", "s2"]))
    stays = (own, "linked", "s3", "s4") if state.relation(own) else (other, "linked", "s4", "s3")
    assert links(state) == {(mine, "met_with", "s3", "s4"), stays}
    assert "met_with@21-27>36-41" in verdicts(session)
    assert state.problems() == []


def test_merging_into_what_is_there_with_that_label_is_refused_unless_it_is_one_of_them(session, state):
    whole = session.execute(spans.add_span(state.set_id, ((0, 19),), "GPE"))
    assert "is labelled GPE already" in refused(session, shaping.merge_spans(state.set_id, ["s1", "s2"]))
    done(session, shaping.merge_spans(state.set_id, ["s1", whole, "s2"]))
    assert (state.span("s1").fragments, state.span(whole), state.span("s2")) == (((0, 19),), None, None)


def test_merging_into_a_suggested_twin_among_them_does_not_reject_the_result(session, state):
    nested = session.execute(spans.add_span(state.set_id, ((0, 3),), "GPE"))
    done(session, shaping.merge_spans(state.set_id, [nested, "s1"]))
    assert state.span(nested).fragments == ((0, 5),)
    assert verdicts(session) == set()


@pytest.mark.parametrize("ids", [[], ["s1"], ["s1", "s1"]])
def test_merging_takes_two(session, state, ids):
    assert "at least two" in refused(session, shaping.merge_spans(state.set_id, ids))


def test_merging_keeps_done_what_was_done(session, state):
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    session.execute(documents.mark_done(state.set_id))
    done(session, shaping.merge_spans(state.set_id, ["s1", "s3"]))
    assert state.info.status is Status.DONE
    assert state.problems() == []


# Splitting


def test_splitting_trims_the_cut_and_relations_stay_with_the_first(session, state):
    key = session.execute(spans.add_span(state.set_id, ((21, 41),), "ORG"))
    session.execute(spans.describe_span(state.set_id, key, note="who?", attributes={"sure": "no"}, kb_id="Q1"))
    link = session.execute(relations.add_relation(state.set_id, key, "s2", "linked"))
    second = done(session, shaping.split_span(state.set_id, key, 28))
    first, other = state.span(key), state.span(second)
    assert (first.fragments, first.note, first.kb_id, first.attributes) == (((21, 27),), "who?", "Q1", {"sure": "no"})
    assert (other.fragments, other.label, other.attributes, other.note, other.kb_id, other.origin, other.reviewed) == (
        ((28, 41),),
        "ORG",
        {"sure": "no"},
        "",
        "",
        "person:ani",
        True,
    )
    assert (link, "linked", key, "s2") in links(state)


def test_splitting_a_suggestion_rejects_it_and_the_halves_are_reviewed(session, state):
    second = done(session, shaping.split_span(state.set_id, "s2", 16))
    assert [(span.id, span.fragments, span.reviewed) for span in state.spans() if span.label == "GPE"][1:] == [
        ("s2", ((14, 16),), True),
        (second, ((16, 19),), True),
    ]
    assert verdicts(session) == {"GPE@14-19"}


@pytest.mark.parametrize(
    ("offset", "first", "second"),
    [
        (16, ((0, 5), (14, 16)), ((16, 19), (21, 27))),
        (5, ((0, 5),), ((14, 19), (21, 27))),
        (13, ((0, 5),), ((14, 19), (21, 27))),
        (14, ((0, 5),), ((14, 19), (21, 27))),
        (2, ((0, 2),), ((2, 5), (14, 19), (21, 27))),
    ],
)
def test_splitting_a_discontinuous_span(session, state, offset, first, second):
    key = session.execute(spans.add_span(state.set_id, ((0, 5), (14, 19), (21, 27)), "ORG"))
    other = done(session, shaping.split_span(state.set_id, key, offset))
    assert (state.span(key).fragments, state.span(other).fragments) == (first, second)


@pytest.mark.parametrize("offset", [-1, 0, 14, 19, 20, 99])
def test_a_half_without_text_is_refused(session, state, offset):
    assert "put the caret inside it" in refused(session, shaping.split_span(state.set_id, "s2", offset))


@pytest.mark.parametrize("offset", [5, 6])
def test_the_blank_at_the_cut_goes_to_neither(session, state, offset):
    key = session.execute(spans.add_span(state.set_id, ((0, 10),), "ORG"))
    session.execute(shaping.split_span(state.set_id, key, offset))
    assert [span.fragments for span in state.spans() if span.label == "ORG"] == [((0, 5),), ((6, 10),)]


def test_a_half_that_is_there_already(session, state):
    key = session.execute(spans.add_span(state.set_id, ((14, 27),), "PERSON"))
    assert done(session, shaping.split_span(state.set_id, key, 20)) == "s3"
    assert state.span("s3").reviewed
    session.undo()
    session.execute(spans.accept_span(state.set_id, "s3"))
    assert "is labelled PERSON already" in refused(session, shaping.split_span(state.set_id, key, 20))
    session.execute(spans.relabel_span(state.set_id, key, "GPE"))
    assert "“Rusia” is labelled GPE already" in refused(session, shaping.split_span(state.set_id, key, 19))


def test_merging_what_was_split_gives_the_span_back(session, state):
    session.execute(spans.accept_span(state.set_id, "s2"))
    before = stored(session)
    second = session.execute(shaping.split_span(state.set_id, "s2", 16))
    session.execute(shaping.merge_spans(state.set_id, ["s2", second]))
    assert stored(session) == before


@pytest.mark.parametrize(
    "make",
    [
        lambda set_id: shaping.add_fragments(set_id, "none", ((0, 5),)),
        lambda set_id: shaping.merge_spans(set_id, ["s1", "none"]),
        lambda set_id: shaping.split_span(set_id, "none", 3),
    ],
)
def test_a_span_that_is_gone(session, state, make):
    assert refused(session, make(state.set_id)) == "This span is not there any more."


# What is easily lost on the way


@pytest.mark.parametrize(
    ("fragment", "reason"), [((46, 46), "covers no text"), ((16, 16), "covers no text"), ((50, 47), "ends before it starts")]
)
def test_a_fragment_that_cannot_be_is_refused_also_where_joining_would_hide_it(session, state, fragment, reason):
    assert reason in refused(session, shaping.add_fragments(state.set_id, "s2", ((45, 52), fragment)))


@pytest.mark.parametrize("order", [("s3", "s4"), ("s4", "s3")])
@pytest.mark.parametrize("survivor", ["s3", "s4"])
def test_of_two_reviewed_relations_that_say_the_same_the_survivors_stays(session, state, order, survivor):
    ids = {head: session.execute(relations.add_relation(state.set_id, head, "s2", "linked")) for head in order}
    other = "s4" if survivor == "s3" else "s3"
    done(session, shaping.merge_spans(state.set_id, [survivor, other]))
    assert links(state) == {(ids[survivor], "linked", survivor, "s2")}
