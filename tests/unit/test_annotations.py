"""Spans, relations and annotation sets as values."""

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import (
    AnnotationSet,
    Kind,
    Relation,
    SetInfo,
    Span,
    ordered_fragments,
    text_order,
    with_range,
)
from annotator.domain.documents import Document, Status

TEXT = "Budi diangkat jadi bos BRI cabang Persero."
BANK = Span("s2", ((23, 26), (34, 41)), "ORG")

ranges = st.tuples(st.integers(0, 60), st.integers(1, 10)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def test_a_span_knows_its_outer_edges_and_its_text():
    span = Span("s1", ((0, 4),), "PER")
    assert (span.start, span.end, span.surface(TEXT), span.discontinuous) == (0, 4, "Budi", False)
    assert (BANK.start, BANK.end, BANK.surface(TEXT), BANK.discontinuous) == (23, 41, "BRI Persero", True)


def test_offsets_are_code_points():
    assert Span("s", ((7, 11),), "PER").surface("Halo 😊 Budi") == "Budi"


def test_spans_and_relations_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        BANK.label = "PER"  # type: ignore[misc]
    with pytest.raises(TypeError):
        BANK.attributes["a"] = 1  # type: ignore[index]


def test_values_are_equal_by_content():
    assert Span("s1", ((0, 4),), "PER") == Span("s1", ((0, 4),), "PER", attributes={})
    assert Relation("r1", "leads", "a", "b", attributes={"sure": True}) == Relation("r1", "leads", "a", "b", {"sure": True})
    assert Document("a", "text") == Document("a", "text", {})


def test_a_signature_tells_label_and_place_and_nothing_else():
    assert BANK.signature == "ORG@23-26,34-41"
    same = dataclasses.replace(BANK, id="other", note="x", reviewed=False, origin="model", confidence=0.3, attributes={"a": 1})
    assert same.signature == BANK.signature
    assert dataclasses.replace(BANK, label="PER").signature != BANK.signature
    assert dataclasses.replace(BANK, fragments=((23, 41),)).signature != BANK.signature


def test_a_relations_signature_tells_label_and_both_places_in_order():
    budi = Span("s1", ((0, 4),), "PER")
    relation = Relation("r1", "leads", "s1", "s2")
    assert relation.signature(budi, BANK) == "leads@0-4>23-26,34-41"
    assert relation.signature(BANK, budi) == "leads@23-26,34-41>0-4"


# Edges and fragments


def test_moving_the_edges_of_a_plain_span():
    moved = with_range(Span("s1", ((0, 4),), "PER", note="kept", reviewed=False), 5, 13)
    assert moved.fragments == ((5, 13),)
    assert (moved.id, moved.label, moved.note, moved.reviewed) == ("s1", "PER", "kept", False)


def test_moving_the_outer_edges_leaves_inner_fragments_alone():
    three = Span("s", ((2, 4), (6, 8), (10, 12)), "X")
    assert with_range(three, 1, 15).fragments == ((1, 4), (6, 8), (10, 15))
    assert with_range(three, 3, 11).fragments == ((3, 4), (6, 8), (10, 11))


@pytest.mark.parametrize(
    ("span", "start", "end"), [(Span("s", ((0, 4),), "X"), 4, 4), (Span("s", ((0, 4),), "X"), 3, 1), (BANK, 26, 41), (BANK, 23, 34)]
)
def test_an_edge_cannot_cross_its_own_fragment(span, start, end):
    with pytest.raises(ValueError, match=f"leaves a fragment of {span.id} empty"):
        with_range(span, start, end)


@pytest.mark.parametrize(
    ("given_fragments", "expected"),
    [
        ([], ()),
        ([(5, 7), (0, 2)], ((0, 2), (5, 7))),
        ([(0, 2), (2, 4)], ((0, 4),)),
        ([(0, 5), (3, 8)], ((0, 8),)),
        ([(0, 9), (3, 5)], ((0, 9),)),
        ([(1, 2), (1, 2)], ((1, 2),)),
        ([(0, 2), (3, 4), (2, 3)], ((0, 4),)),
    ],
)
def test_fragments_are_put_in_order_and_joined(given_fragments, expected):
    assert ordered_fragments(given_fragments) == expected


@settings(deadline=None)
@given(st.lists(ranges, max_size=8))
def test_ordered_fragments_cover_the_same_text_and_leave_gaps_between_them(fragments):
    joined = ordered_fragments(fragments)
    assert {point for start, end in joined for point in range(start, end)} == {
        point for start, end in fragments for point in range(start, end)
    }
    assert all(left[1] < right[0] for left, right in pairwise(joined))
    assert ordered_fragments(reversed(joined)) == joined


# Sets


def _set(spans, relations=()):
    info = SetInfo(1, "sri", Kind.PERSON)
    return AnnotationSet(info, {span.id: span for span in spans}, {relation.id: relation for relation in relations})


def test_a_new_set_is_new_and_empty():
    empty = _set([])
    assert (empty.info.status, empty.info.flagged, empty.id) == (Status.NEW, False, 0)
    assert empty.in_text_order() == empty.relations_in_order() == []
    empty.spans["s"] = BANK
    assert _set([]).spans == {}


def test_spans_stand_by_start_then_longest_then_label_then_id():
    spans = [
        Span("d", ((5, 9),), "A"),
        Span("c", ((0, 4),), "B"),
        Span("b", ((0, 4),), "A"),
        Span("a", ((0, 4),), "A"),
        Span("z", ((0, 9),), "Z"),
    ]
    assert [span.id for span in _set(spans).in_text_order()] == ["z", "a", "b", "c", "d"]
    assert sorted(spans, key=text_order) == _set(reversed(spans)).in_text_order()


def test_relations_stand_by_head_then_tail_then_label_and_those_without_an_end_come_last():
    spans = [Span("late", ((50, 52),), "A"), Span("early", ((0, 2),), "A"), Span("middle", ((9, 12),), "A")]
    relations = [
        Relation("lost", "a", "early", "nowhere"),
        Relation("5", "a", "late", "early"),
        Relation("4", "b", "early", "late"),
        Relation("3", "a", "early", "late"),
        Relation("2", "a", "early", "late"),
        Relation("1", "z", "early", "middle"),
    ]
    assert [relation.id for relation in _set(spans, relations).relations_in_order()] == ["1", "2", "3", "4", "5", "lost"]
