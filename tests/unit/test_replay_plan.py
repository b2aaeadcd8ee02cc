"""What the replay presses is as few keys as there are, and the tally counts every one."""

from __future__ import annotations

import random
import re

import pytest

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.text import Tokens, sentence_starts
from tests.e2e.replay_plan import (
    Correction,
    building_order,
    caret_moves,
    edge_keys,
    ends_of,
    plan_relations,
    plan_spans,
    selecting_keys,
    shortest,
    step_keys,
    typed_for,
    walk_length,
)

TEXT = "Presiden Joko Widodo bertemu Putin. Lalu ia pulang ke Jakarta."
TOKENS = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", TEXT))
SENTENCES = sentence_starts(TEXT, TOKENS)


def place(surface: str) -> tuple[int, int]:
    start = TEXT.index(surface)
    return start, start + len(surface)


def span(surface: str, label: str = "PERSON", key: str = "") -> Span:
    return Span(key or surface, (place(surface),), label)


# What has to be done


def test_what_is_right_is_left_alone():
    plan = plan_spans([span("Joko Widodo", key="s1")], [span("Joko Widodo")], TEXT, TOKENS)
    assert list(plan.kept) == ["s1"]
    assert not plan.corrected
    assert not plan.surplus
    assert not plan.missing


def test_a_wrong_label_is_one_press_and_a_wrong_edge_one_more():
    plan = plan_spans([span("Widodo", "GPE", "s1")], [span("Joko Widodo")], TEXT, TOKENS)
    assert plan.corrected == [Correction("s1", span("Joko Widodo"), True, ("[",))]
    assert plan.corrected[0].cost == 2


def test_what_is_nowhere_in_the_gold_goes_and_what_is_nowhere_there_comes():
    plan = plan_spans([span("bertemu", key="s1")], [span("Putin"), span("Jakarta", "GPE")], TEXT, TOKENS)
    assert plan.surplus == ["s1"]
    assert [one.surface(TEXT) for one in plan.missing] == ["Putin", "Jakarta"]


def test_a_span_far_from_its_gold_is_made_anew_instead_of_moved():
    long = Span("s1", ((0, place("Putin")[1]),), "PERSON")
    plan = plan_spans([long], [Span("g1", ((place("Putin")[0], len(TEXT)),), "PERSON")], TEXT, TOKENS)
    assert plan.surplus == ["s1"]
    assert len(plan.missing) == 1


def test_the_cheaper_of_two_corrections_is_taken():
    near, far = span("Widodo", "PERSON", "near"), span("Joko Widodo bertemu", "GPE", "far")
    plan = plan_spans([far, near], [span("Joko Widodo")], TEXT, TOKENS)
    assert [one.span_id for one in plan.corrected] == ["near"]
    assert plan.surplus == ["far"]


@pytest.fixture
def labels() -> LabelScheme:
    return scheme_from_dict({"spans": ["PERSON"], "relations": ["leads", "knows", {"name": "met", "symmetric": True}]})


def relation_plan(there: list[tuple[str, str, str]], wanted: list[tuple[str, str, str]], scheme: LabelScheme):
    spans = {key: Span(key, ((number, number + 1),), "PERSON") for number, key in enumerate("abc")}
    gold = AnnotationSet(SetInfo(0, "gold", Kind.GOLD), spans, {str(n): Relation(str(n), *one) for n, one in enumerate(wanted)})
    return plan_relations([Relation(f"r{n}", *one) for n, one in enumerate(there)], spans, gold, scheme)


def test_relations_are_kept_reversed_relabelled_removed_and_made(labels):
    plan = relation_plan(
        [("leads", "a", "b"), ("leads", "c", "b"), ("knows", "a", "c"), ("met", "b", "b")],
        [("leads", "a", "b"), ("leads", "b", "c"), ("leads", "a", "c"), ("knows", "b", "a")],
        labels,
    )
    assert list(plan.kept) == ["r0"]
    assert [key for key, _ in plan.reversed] == ["r1"]
    assert [(key, gold.label) for key, gold in plan.relabelled] == [("r2", "leads")]
    assert plan.surplus == ["r3"]
    assert [(one.label, one.head, one.tail) for one in plan.missing] == [("knows", "b", "a")]


def test_the_ends_of_a_symmetric_label_have_no_order(labels):
    assert list(relation_plan([("met", "b", "a")], [("met", "a", "b")], labels).kept) == ["r0"]
    assert [key for key, _ in relation_plan([("knows", "b", "a")], [("met", "a", "b")], labels).relabelled] == ["r0"]
    assert relation_plan([("met", "b", "a")], [("knows", "a", "b")], labels).surplus == ["r0"]
    spans = {key: Span(key, ((number, number + 1),), "PERSON") for number, key in enumerate("ab")}
    assert ends_of(Relation("", "met", "a", "b"), spans, labels) == ends_of(Relation("", "met", "b", "a"), spans, labels)
    assert ends_of(Relation("", "knows", "a", "b"), spans, labels) != ends_of(Relation("", "knows", "b", "a"), spans, labels)


# The fewest keys


def test_the_shortest_way_on_a_line_of_numbers():
    def moves(state: int) -> dict[str, int]:
        return {"+1": state + 1, "-1": state - 1, "x2": state * 2} if abs(state) < 100 else {}

    assert shortest(3, lambda state: state == 3, moves) == ()
    assert shortest(3, lambda state: state == 13, moves) == ("x2", "x2", "+1")
    assert shortest(1, lambda state: state == 0.5, moves) is None


@pytest.mark.parametrize(
    ("there", "wanted", "keys"),
    [
        ("Widodo", "Joko Widodo", ("[",)),
        ("Presiden Joko Widodo", "Joko Widodo", ("{",)),
        ("Joko", "Joko Widodo", ("]",)),
        ("Joko Widodo bertemu", "Joko Widodo", ("}",)),
        ("Presiden Joko", "Joko Widodo", ("{", "]")),
        ("Putin", "Putin.", ("]",)),
        ("Widodo", "idodo", ("Alt+{",)),
        ("Widodo", "Widod", ("Alt+}",)),
        ("Widodo", "ko Widodo", ("Alt+[", "Alt+[")),
        ("bertemu", "Widodo bertemu Pu", ("[", "Alt+]", "Alt+]")),
        ("Joko", "Joko Wid", ("Alt+]", "Alt+]", "Alt+]")),
    ],
)
def test_edge_keys(there, wanted, keys):
    assert edge_keys(TEXT, TOKENS, (place(there),), (place(wanted),)) == keys


def test_edges_do_not_lead_to_another_place_nor_into_or_out_of_the_gap_of_fragments():
    assert edge_keys(TEXT, TOKENS, (place("Joko"),), (place("Jakarta"),)) is None
    two = (place("Joko"), place("Putin"))
    assert edge_keys(TEXT, TOKENS, (place("Joko"),), two) is None
    assert edge_keys(TEXT, TOKENS, two, (place("Joko"),)) is None
    assert edge_keys(TEXT, TOKENS, two, (place("Presiden Joko"), place("Putin."))) == ("[", "]")
    assert edge_keys(TEXT, TOKENS, two, (place("Joko"), place("Jakarta"))) is None


def test_a_span_of_fragments_is_built_round_what_is_there():
    joko, putin = place("Joko"), place("Putin")
    wanted = Span("g", (joko, putin), "PERSON")
    assert building_order(wanted, ["PERSON", "ORG"], set()) == ((joko, putin), "PERSON")
    assert building_order(wanted, ["PERSON", "ORG"], {span("Joko").signature}) == ((putin, joko), "PERSON")
    both = {span("Joko").signature, span("Putin").signature}
    assert building_order(wanted, ["PERSON", "ORG"], both) == ((joko, putin), "ORG")
    assert building_order(wanted, ["PERSON"], both) is None


def test_an_edge_by_characters_goes_over_a_whole_character_as_a_reader_sees_it():
    text = "a e\u0301o"
    tokens = Tokens([(0, 1), (2, 5)])
    assert edge_keys(text, tokens, ((2, 5),), ((4, 5),)) == ("Alt+{",)
    assert edge_keys(text, tokens, ((2, 5),), ((3, 5),)) is None


def test_the_caret_goes_by_token_sentence_and_to_the_ends():
    widodo = place("Widodo")[0]
    assert caret_moves(TOKENS, SENTENCES, widodo) == {
        "Left": place("Joko")[0],
        "Right": place("bertemu")[0],
        "Ctrl+Up": 0,
        "Ctrl+Down": place("Lalu")[0],
        "Ctrl+Home": 0,
        "Ctrl+End": len(TEXT) - 1,
    }
    assert "Left" not in caret_moves(TOKENS, SENTENCES, 0)
    assert "Ctrl+Down" not in caret_moves(TOKENS, SENTENCES, place("ia")[0])
    assert "Right" not in caret_moves(TOKENS, SENTENCES, len(TEXT) - 1)


def test_selecting_by_token_and_by_character():
    joko = place("Joko")
    assert selecting_keys(TEXT, TOKENS, joko[0], joko) == ("Shift+Right",)
    assert selecting_keys(TEXT, TOKENS, joko[0], place("Jo")) == ("Alt+Shift+Right", "Alt+Shift+Right")
    assert selecting_keys(TEXT, TOKENS, joko[0], place("Jok")) == ("Shift+Right", "Alt+Shift+Left")
    # from inside a token the first step by tokens would take in all of it
    assert selecting_keys(TEXT, TOKENS, joko[0] + 2, place("ko")) == ("Alt+Shift+Right", "Alt+Shift+Right")
    assert selecting_keys(TEXT, TOKENS, joko[0], place("Joko Widodo bertemu")) == ("Shift+Right",) * 3
    assert selecting_keys("e\u0301", Tokens([(0, 1), (1, 2)]), 0, (0, 1)) == ("Shift+Right",)
    assert selecting_keys("e\u0301", Tokens([(0, 2)]), 0, (0, 1)) is None


def test_the_caret_by_characters():
    assert step_keys(TEXT, 0, 3) == ("Alt+Right",) * 3
    assert step_keys(TEXT, 3, 1) == ("Alt+Left",) * 2
    assert step_keys(TEXT, 3, 3) == ()
    assert step_keys("e\u0301o", 0, 1) is None


def test_how_far_tab_has_to_go():
    spans = [span(surface) for surface in ("Joko Widodo", "Joko", "Putin", "Jakarta")]
    outer, inner, putin, jakarta = spans
    assert walk_length(spans, None, 0, outer) == 1
    assert walk_length(spans, None, outer.start, inner) == 2
    assert walk_length(spans, outer, outer.start, jakarta) == 3
    assert walk_length(spans, jakarta, jakarta.start, putin) == -1
    assert walk_length(spans, None, len(TEXT) - 1, outer) == -4
    # walking among some of them from one that is not among these
    assert walk_length([outer, jakarta], putin, putin.start, jakarta) == 1
    assert walk_length([outer, jakarta], putin, putin.start, outer) == -1


def test_walking_goes_where_it_is_reckoned_to_go():
    chance = random.Random(5)
    for _ in range(200):
        starts = [chance.randrange(12) for _ in range(6)]
        spans = [Span(f"s{n}", ((start, start + chance.randrange(1, 5)),), chance.choice("AB")) for n, start in enumerate(starts)]
        order = sorted(spans, key=lambda one: (one.start, -one.end, one.label, one.id))
        focused, wanted = chance.sample(order, 2)
        assert walk_length(spans, focused, focused.start, wanted) == order.index(wanted) - order.index(focused)


def test_the_fewest_letters_that_pick_a_label():
    names = ["PERSON", "PRODUCT", "ORG", "PERCENT", "FAC"]
    assert typed_for("ORG", names) == "O"
    assert typed_for("PERSON", names) == "P"
    assert typed_for("PRODUCT", names) == "PR"
    assert typed_for("PERCENT", names) == "PERC"
