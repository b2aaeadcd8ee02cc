"""What a record becomes in spaCy, worked out without spaCy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.domain.annotations import Relation, Span
from annotator.domain.exchange import Fate, Record
from annotator.domain.text import Tokens
from annotator.formats.docbin_parts import Choices, Plan
from annotator.formats.docbin_plan import plan
from annotator.formats.docbin_tokens import spacy_tokens, touched

TEXT = "Rektor  Universitas Indonesia di\r\nDepok "
TOKENS = Tokens([(0, 6), (8, 19), (20, 29), (30, 32), (34, 39)])


def record(*spans: Span, relations: tuple[Relation, ...] = ()) -> Record:
    return Record(name="n", text=TEXT, tokens=TOKENS, annotator="a", spans=spans, relations=relations)


def made(*args, choices=None, **kwargs) -> Plan:
    found = plan(record(*args, **kwargs), choices or Choices())
    assert found is not None
    return found


def span(span_id: str, *fragments: tuple[int, int], label: str = "ORG") -> Span:
    return Span(span_id, fragments, label)


def test_white_space_becomes_tokens_by_spacys_rule():
    found = spacy_tokens(TEXT, TOKENS)
    assert found is not None
    assert found.words == ["Rektor", " ", "Universitas", "Indonesia", "di", "\r\n", "Depok"]
    assert found.spaces == [True, False, True, True, False, False, True]
    assert found.starts == [0, 7, 8, 20, 30, 32, 34]
    assert found.numbers == [0, 2, 3, 4, 6]


@pytest.mark.parametrize("tokens", [Tokens(), Tokens([(0, 6)]), Tokens([(8, 19), (20, 29), (30, 32), (34, 39)])])
def test_tokens_that_do_not_cover_the_text_give_no_plan(tokens):
    assert spacy_tokens(TEXT, tokens) is None
    assert plan(replace(record(), tokens=tokens), Choices()) is None
    assert plan(replace(record(), tokens=None), Choices()) is None


@pytest.mark.parametrize(
    ("start", "end", "numbers"),
    [
        (0, 6, [0]),
        (5, 8, [0, 1]),
        (6, 7, []),
        (7, 8, [1]),
        (6, 8, [1]),
        (8, 29, [2, 3]),
        (32, 33, [5]),
        (39, 40, []),
        (0, 40, [*range(7)]),
    ],
)
def test_touched_tokens_share_a_character(start, end, numbers):
    found = spacy_tokens(TEXT, TOKENS)
    assert found is not None
    assert list(touched(found, start, end)) == numbers


def test_an_aligned_span_is_an_entity_and_the_rest_is_outside():
    found = made(span("a", (8, 29)))
    assert [(entry.first, entry.stop, entry.start, entry.end) for entry in found.ents] == [(2, 4, 8, 29)]
    assert found.iob == [2, 2, 3, 1, 2, 2, 2]
    assert found.losses == []


@pytest.mark.parametrize(
    ("place", "misaligned", "arrived", "fate", "reason"),
    [
        ((8, 25), "missing", None, Fate.DROPPED, "cuts a token"),
        ((8, 25), "expand", (8, 29), Fate.MOVED, "cuts a token; it was widened to whole tokens"),
        ((8, 25), "contract", (8, 19), Fate.MOVED, "cuts a token; it was narrowed to whole tokens"),
        ((9, 12), "contract", None, Fate.DROPPED, "cuts a token; no whole token is left of it"),
        ((7, 20), "missing", None, Fate.DROPPED, "begins or ends with white space"),
        ((7, 20), "expand", (8, 19), Fate.MOVED, "begins or ends with white space; its white space was left out"),
        ((7, 20), "contract", (8, 19), Fate.MOVED, "begins or ends with white space; its white space was left out"),
        ((6, 8), "expand", None, Fate.DROPPED, "cuts a token; no whole token is left of it"),
    ],
)
def test_a_span_off_the_borders_goes_where_the_option_says_and_is_listed(place, misaligned, arrived, fate, reason):
    found = made(span("a", place), choices=Choices(misaligned=misaligned))
    assert [(entry.start, entry.end) for entry in found.spans] == ([arrived] if arrived else [])
    (loss,) = found.losses
    assert (loss.fate, loss.reason, loss.start, loss.end) == (fate, reason, *place)


@pytest.mark.parametrize(
    ("dropped", "iob"),
    [
        (span("a", (9, 12)), [2, 2, 0, 2, 2, 2, 2]),
        (span("a", (5, 9)), [0, 0, 0, 2, 2, 2, 2]),
        (span("a", (0, 6), (34, 39)), [0, 2, 2, 2, 2, 2, 0]),
        (span("a", (30, 34)), [2, 2, 2, 2, 0, 0, 2]),
    ],
)
def test_tokens_of_a_span_left_out_are_missing_and_never_outside(dropped, iob):
    found = made(dropped)
    assert found.ents == []
    assert found.iob == iob


def test_a_token_in_another_entity_stays_in_it_when_a_span_is_left_out():
    found = made(span("whole", (8, 19)), span("cut", (5, 25)))
    assert found.iob == [0, 0, 3, 0, 2, 2, 2]


def test_the_longest_of_overlapping_spans_is_the_entity_and_all_are_in_the_group():
    found = made(span("inner", (20, 29), label="GPE"), span("outer", (8, 29)), span("crossing", (20, 32)))
    assert [entry.span.id for entry in found.ents] == ["outer"]
    assert [entry.span.id for entry in found.spans] == ["outer", "crossing", "inner"]
    assert sorted((loss.item_id, loss.fate) for loss in found.losses) == [("crossing", Fate.CHANGED), ("inner", Fate.CHANGED)]
    assert found.iob == [2, 2, 3, 1, 0, 2, 2]


def test_the_first_of_overlapping_spans_on_request():
    found = made(span("long", (8, 39)), span("early", (0, 19)), choices=Choices(overlap="first"))
    assert [entry.span.id for entry in found.ents] == ["early"]


def test_two_labels_on_one_place_leave_one_entity():
    found = made(span("a", (8, 29), label="ORG"), span("b", (8, 29), label="FAC"))
    assert [entry.span.label for entry in found.ents] == ["FAC"]
    assert [loss.item_id for loss in found.losses] == ["a"]


def test_relations_are_keyed_by_start_tokens_and_symmetric_ones_go_both_ways():
    relations = (Relation("r1", "located_in", "a", "b"), Relation("r2", "allied_with", "b", "a"))
    found = made(
        span("a", (8, 29)), span("b", (34, 39)), relations=relations, choices=Choices(symmetric=frozenset({"allied_with"}))
    )
    assert found.rel == {(2, 6): {"located_in": 1.0, "allied_with": 1.0}, (6, 2): {"allied_with": 1.0}}
    assert (found.losses, found.kept_relations) == ([], 2)
    assert [(item["head_token"], item["tail_token"], item["symmetric"], item["rel"]) for item in found.relations] == [
        (2, 6, False, True),
        (6, 2, True, True),
    ]


@pytest.mark.parametrize(
    ("spans", "reason", "fate"),
    [
        ((span("a", (9, 12)), span("b", (34, 39))), "its head or its tail was left out", Fate.DROPPED),
        ((span("a", (20, 29)), span("b", (34, 39)), span("c", (8, 29))), "is not in doc.ents", Fate.CHANGED),
        ((span("a", (8, 19)), span("b", (34, 39)), span("c", (8, 29))), "starts at the same token", Fate.CHANGED),
    ],
)
def test_relations_that_cannot_be_trained_are_losses(spans, reason, fate):
    found = made(*spans, relations=(Relation("r", "l", "a", "b"),))
    loss = found.losses[-1]
    assert found.rel == {}
    assert (loss.item, loss.item_id, loss.fate) == ("relation", "r", fate)
    assert reason in loss.reason
    assert len(found.relations) == (fate is Fate.CHANGED)


@pytest.mark.parametrize("symmetric", [True, False])
def test_the_same_relation_twice_is_one_and_a_loss(symmetric):
    again = Relation("r2", "l", "b", "a") if symmetric else Relation("r2", "l", "a", "b")
    choices = Choices(symmetric=frozenset({"l"} if symmetric else ()))
    found = made(span("a", (8, 29)), span("b", (34, 39)), relations=(Relation("r1", "l", "a", "b"), again), choices=choices)
    assert [(loss.item_id, loss.reason) for loss in found.losses] == [("r2", "another relation has the same label and ends")]


def test_far_relations_are_counted():
    text = "kata " * 200
    tokens = Tokens((start, start + 4) for start in range(0, 1000, 5))
    spans = (span("a", (0, 4)), span("b", (900, 904)), span("c", (10, 14)))
    relations = (Relation("r1", "l", "a", "b"), Relation("r2", "l", "a", "c"))
    found = plan(Record(name="n", text=text, tokens=tokens, annotator="a", spans=spans, relations=relations), Choices())
    assert found is not None
    assert found.far == 1


def test_categories_are_all_named():
    found = plan(replace(record(), categories=("b", "odd")), Choices(categories=("a", "b")))
    assert found is not None
    assert found.cats == {"a": 0.0, "b": 1.0, "odd": 1.0}
