"""Linking spans to entries of a knowledge base, and giving attributes to several items at once."""

from __future__ import annotations

import re

import pytest

from annotator.commands import linking, spans
from annotator.commands.describing import set_attribute
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.domain.text import Tokens
from annotator.errors import Refused
from annotator.session.session import Session
from annotator.store.project import create

TEXT = "Rusia dan Ru\nsia. rusia, Jakarta  Selatan, Jakarta\nSelatan, Jakarta Selatan."

PLACES = [((0, 5), "GPE"), ((18, 23), "GPE"), ((25, 41), "GPE"), ((43, 58), "GPE"), ((60, 75), "ORG")]


@pytest.fixture
def session(tmp_path):
    scheme = {"spans": ["GPE", "ORG"], "relations": [{"name": "part_of", "reflexive": True}], "attributes": [{"name": "sure"}]}
    project = create(tmp_path / "p.annotator", scheme=scheme_from_dict({"name": "small", **scheme}), language="id")
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", TEXT))
    found = AnnotationSet(
        SetInfo(0, "model", Kind.MODEL),
        {f"s{number}": Span(f"s{number}", (place,), label, reviewed=False) for number, (place, label) in enumerate(PLACES, 1)},
        {"r1": Relation("r1", "part_of", "s5", "s5", reviewed=False)},
    )
    with project.transaction("Import {}", "it", actor="import") as tx:
        tx.add_documents([(Document("d", TEXT, {}, tokens, (0,)), [found])])
    made = Session(project, "ani")
    made.open_document(1)
    yield made
    made.close()


def links(session) -> dict[str, str]:
    return {span.id: span.kb_id for span in session.document.spans() if span.kb_id}


def test_one_span_several_spans_and_none(session):
    set_id = session.document.set_id
    assert session.execute(linking.link_spans(set_id, ["s1"], " Q159 ")) == ("s1",)
    assert links(session) == {"s1": "Q159"}
    assert session.execute(linking.link_spans(set_id, ["s2", "s4", "s2"], "Q2")) == ("s2", "s4")
    assert links(session) == {"s1": "Q159", "s2": "Q2", "s4": "Q2"}
    session.execute(linking.link_spans(set_id, ["s1", "s2"], ""))
    assert links(session) == {"s4": "Q2"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["s1"], {"s1"}),  # capitals may tell two things apart
        (["s3"], {"s3", "s4"}),  # white space does not, but the label does
        (["s5"], {"s5"}),
        (["s1", "s4"], {"s1", "s3", "s4"}),
    ],
)
def test_the_same_text_along(session, asked, expected):
    done = session.execute(linking.link_spans(session.document.set_id, asked, "Q1", same_text=True))
    assert set(done) == set(links(session)) == expected


def test_all_of_it_is_one_step(session):
    before = tuple(session.document.spans())
    session.execute(linking.link_spans(session.document.set_id, ["s3"], "Q1", same_text=True))
    assert len(links(session)) == 2
    session.undo()
    assert tuple(session.document.spans()) == before
    session.redo()
    assert set(links(session).values()) == {"Q1"}


def test_a_link_accepts_a_suggestion_and_taking_it_away_accepts_nothing(session):
    set_id = session.document.set_id
    session.execute(linking.link_spans(set_id, ["s2"], ""))
    assert not session.document.span("s2").reviewed
    assert session.document.info.status is Status.NEW
    session.execute(linking.link_spans(set_id, ["s1"], "Q159"))
    assert session.document.span("s1").reviewed
    assert session.document.info.status is Status.IN_PROGRESS
    session.execute(linking.link_spans(set_id, ["s1"], ""))
    assert session.document.span("s1").reviewed


def test_taking_away_the_link_of_a_suggestion_leaves_it_one(session):
    set_id = session.document.set_id
    session.execute(spans.describe_span(set_id, "s1", kb_id="Q159"))
    session.execute(linking.link_spans(set_id, ["s1"], ""))
    assert (links(session), session.document.span("s1").reviewed) == ({}, False)


def test_the_link_that_a_suggestion_has_already_accepts_it(session):
    set_id = session.document.set_id
    session.execute(spans.describe_span(set_id, "s1", kb_id="Q159"))
    assert not session.document.span("s1").reviewed
    session.execute(linking.link_spans(set_id, ["s1"], "Q159"))
    assert session.document.span("s1").reviewed


def test_a_suggestion_that_breaks_a_rule_is_linked_and_stays_one(session):
    with session.project.transaction("x {}", "y", actor="ani") as tx:
        tx.put_scheme(type(tx.scheme)("bare"))
    session.execute(linking.link_spans(session.document.set_id, ["s1"], "Q159"))
    assert (links(session), session.document.span("s1").reviewed) == ({"s1": "Q159"}, False)


def test_a_suggestion_that_cuts_a_token_is_accepted_with_its_link(session):
    set_id = session.document.set_id
    with session.project.transaction("x {}", "y", actor="ani") as tx:
        tx.put(set_id, Span("cut", ((1, 5),), "GPE", reviewed=False))
    session.read_again()
    session.execute(linking.link_spans(set_id, ["cut"], "Q159"))
    assert session.document.span("cut").reviewed, "whoever links it may mean it so"


def test_what_has_the_link_already_is_not_written_again(session):
    set_id = session.document.set_id
    session.execute(linking.link_spans(set_id, ["s1"], "Q159"))
    step = session.next_undo()
    assert session.execute(linking.link_spans(set_id, ["s1"], "Q159")) == ("s1",)
    assert session.next_undo() == step


@pytest.mark.parametrize("ids", [[], ["gone"], ["s1", "gone"]])
def test_what_is_not_there_is_refused_and_nothing_done(session, ids):
    with pytest.raises(Refused):
        session.execute(linking.link_spans(session.document.set_id, ids, "Q1"))
    assert links(session) == {}


# --- attributes ----------------------------------------------------------------------------------------------------------------


def given(session, name: str) -> dict[str, str]:
    items = [*session.document.spans(), *session.document.relations()]
    return {item.id: item.attributes[name] for item in items if name in item.attributes}


def test_an_attribute_for_several_items_is_one_step(session):
    set_id = session.document.set_id
    session.execute(spans.describe_span(set_id, "s1", attributes={"other": 3}))
    assert session.execute(set_attribute(set_id, ["s1", "s2"], ["r1"], "sure", "yes")) == 3
    assert given(session, "sure") == {"s1": "yes", "s2": "yes", "r1": "yes"}
    assert given(session, "other") == {"s1": 3}
    assert not session.document.span("s1").reviewed
    assert session.execute(set_attribute(set_id, ["s1", "s2"], [], "sure", "no")) == 2
    session.undo()
    assert given(session, "sure") == {"s1": "yes", "s2": "yes", "r1": "yes"}
    assert session.execute(set_attribute(set_id, ["s1"], ["r1"], "sure", "")) == 2
    assert given(session, "sure") == {"s2": "yes"}
    assert given(session, "other") == {"s1": 3}


@pytest.mark.parametrize(("span_ids", "relation_ids"), [([], []), (["gone"], []), (["s1"], ["gone"])])
def test_an_attribute_for_what_is_not_there_is_refused(session, span_ids, relation_ids):
    with pytest.raises(Refused):
        session.execute(set_attribute(session.document.set_id, span_ids, relation_ids, "sure", "yes"))
    assert given(session, "sure") == {}


def test_an_attribute_that_is_there_already_changes_nothing(session):
    set_id = session.document.set_id
    assert session.execute(set_attribute(set_id, ["s1"], [], "sure", "")) == 0
    assert session.document.info.status is Status.NEW
    session.execute(set_attribute(set_id, ["s1"], [], "sure", "yes"))
    assert session.execute(set_attribute(set_id, ["s1"], [], "sure", "yes")) == 0
