"""The open document in memory answers as one read afresh from the file would, whatever was asked and edited before."""

from __future__ import annotations

import random

import pytest

from annotator.commands import bulk, documents, relations, shaping, spans
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Change, ChangeSet, Lane, What
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme
from annotator.errors import Refused
from annotator.session.document import DocumentState
from annotator.session.session import Session
from annotator.store import queries

SENTENCE = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta. "


@pytest.fixture
def state(session):
    return session.open_document(1)


def fresh(session: Session) -> DocumentState:
    """The open document, made anew from what the file holds."""
    state = session.document
    content = queries.annotation_set(session.project.connection, state.set_id)
    return DocumentState(state.document, content, session.project.scheme)


def answers(state: DocumentState, places: list[tuple[int, int]], surfaces: set[str]) -> dict[str, object]:
    """Everything a document can be asked, by the question; the order counts where the document promises one."""
    found: dict[str, object] = {
        "spans": state.spans(),
        "relations": state.relations(),
        "counts": state.label_counts(),
        "unreviewed": state.unreviewed_count(),
        "problems": sorted(map(str, state.problems())),
        "info": state.info,
    }
    for span in state.spans():
        found[f"span {span.id}"] = state.span(span.id)
        found[f"relations of {span.id}"] = state.relations_of(span.id)
    for relation in state.relations():
        found[f"relation {relation.id}"] = state.relation(relation.id)
    for surface in surfaces:
        found[f"labels of {surface}"] = state.labels_of_text(surface)
    for place in places:
        found[f"spans in {place}"] = state.spans_in(*place)
        found[f"relations in {place}"] = {relation.id for relation in state.relations_in(*place)}
    return found


def test_a_removed_relation_is_counted_no_more(session, state):
    assert state.label_counts()[1] == {"met_with": 1}
    session.execute(relations.remove_relation(state.set_id, "r1"))
    assert state.label_counts()[1] == {}
    session.undo()
    assert state.label_counts()[1] == {"met_with": 1}


@pytest.mark.parametrize(
    "edit",
    [
        lambda set_id: spans.relabel_span(set_id, "s1", "PERSON"),
        lambda set_id: spans.remove_span(set_id, "s4"),
        lambda set_id: spans.move_span(set_id, "s1", 0, 10),
        lambda set_id: spans.add_span(set_id, ((45, 52),), "GPE"),
        lambda set_id: spans.add_span(set_id, ((0, 5),), "ORG"),
    ],
    ids=["relabel", "remove", "move", "add", "add another label"],
)
def test_the_labels_of_a_text_follow_edits_once_they_were_asked_for(session, state, edit):
    surfaces = ("Putin", "PUTIN", "Putin tiba", "Jakarta", "Rusia")

    def labels(one: DocumentState) -> list[dict[str, int]]:
        return [dict(one.labels_of_text(surface)) for surface in surfaces]

    before = labels(state)
    assert before[0] == before[1] == {"GPE": 1, "PERSON": 1}
    session.execute(edit(state.set_id))
    assert labels(state) == labels(fresh(session)) != before
    session.undo()
    assert labels(state) == before
    session.redo()
    assert labels(state) == labels(fresh(session))


def test_a_new_long_span_is_found_at_its_end_until_it_is_gone():
    state = DocumentState(Document("a", "kata " * 1000), AnnotationSet(SetInfo(1, "ani", Kind.PERSON), id=1), LabelScheme())
    long = Span("s", ((700, 3200),), "A")
    made = Change(What.SPAN, 1, "s", None, long)
    state.apply(ChangeSet(1, "x", "", "ani", Lane.EDIT, (made,)))
    for place in ((700, 701), (1900, 1901), (3199, 3200), (3199, 4000)):
        assert state.spans_in(*place) == [long]
    assert state.spans_in(3200, 4000) == state.spans_in(0, 700) == []
    state.apply(ChangeSet(2, "x", "", "ani", Lane.EDIT, (made.inverse(),)))
    assert state.spans_in(700, 3200) == state.spans_in(3199, 3200) == []


def edited_at_random(session: Session, chance: random.Random) -> None:
    """Do one thing to the open document that a person might do; what is refused does nothing."""
    state = session.document
    tokens = state.tokens
    there = [span.id for span in state.spans()]
    links = [relation.id for relation in state.relations()]
    first = chance.randrange(len(tokens))
    last = min(len(tokens) - 1, first + chance.choice((0, 0, 1, 3, 40, 200)))  # some reach over several buckets of the index
    place, label = (tokens.starts[first], tokens.ends[last]), chance.choice(("PERSON", "GPE", "ORG"))
    one, other = chance.choice(there or ["none"]), chance.choice(there or ["none"])
    link, set_id = chance.choice(links or ["none"]), state.set_id
    made = chance.choice(
        (
            lambda: spans.add_span(set_id, (place,), label),
            lambda: spans.add_span(set_id, (place,), label),
            lambda: spans.relabel_span(set_id, one, label),
            lambda: spans.move_span(set_id, one, *place),
            lambda: spans.accept_span(set_id, one),
            lambda: spans.remove_span(set_id, one),
            lambda: shaping.add_fragments(set_id, one, (place,)),
            lambda: shaping.merge_spans(set_id, [one, other]),
            lambda: shaping.split_span(set_id, one, place[0]),
            lambda: relations.add_relation(set_id, one, other, chance.choice(("linked", "leads", "met_with"))),
            lambda: relations.add_relation(set_id, one, other, "linked"),
            lambda: relations.reverse_relation(set_id, link),
            lambda: relations.accept_relation(set_id, link),
            lambda: relations.remove_relation(set_id, link),
            lambda: bulk.propagate(set_id, (tokens.starts[first], tokens.ends[first]), label),
            lambda: bulk.relabel_spans(set_id, [one, other], label),
            lambda: documents.toggle_flag(set_id),
            lambda: documents.skip(set_id),
        )
    )
    way = chance.random()
    try:
        if way < 0.15:
            session.undo()
        elif way < 0.25:
            session.redo()
        else:
            session.execute(made())
    except Refused:
        pass


@pytest.mark.parametrize("seed", range(3))
def test_after_any_edits_it_answers_as_one_read_afresh(session, project, make_document, model_set, seed):
    text = SENTENCE * 40
    suggested = [
        (f"s{number}-{start}", number * len(SENTENCE) + start, number * len(SENTENCE) + end, label)
        for number in range(0, 40, 3)
        for start, end, label in ((0, 5, "GPE"), (14, 19, "GPE"), (21, 27, "PERSON"), (36, 41, "PERSON"))
    ]
    met = [(f"r{number}", "met_with", f"s{number}-21", f"s{number}-36") for number in range(0, 40, 3)]
    with project.transaction("x", actor="x") as tx:
        tx.add_documents([(make_document(text), [model_set(suggested, met)])])
    state, chance = session.open_document(4), random.Random(seed)
    surfaces = {"putin", "Rusia", "JOKOWI", "tiba", "Putin tiba"}
    for step in range(60):
        edited_at_random(session, chance)
        start = chance.randrange(len(text))
        places = [(start, start + size) for size in (1, 80, 512, 3000)] + [(0, len(text))]
        assert answers(state, places, surfaces) == answers(fresh(session), places, surfaces), step
    assert len(state.spans()) > 20
    assert session.document is state, "it kept in step by itself"
