"""Each rule finds its problem and says it in one sentence; sound annotations give none."""

import pytest

from annotator.domain.annotations import Relation, Span
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel
from annotator.domain.rules import (
    ALLOWED,
    UNSOUND,
    Problem,
    Rule,
    problems,
    quoted,
    relation_ends,
    relation_problems,
    span_problems,
)
from annotator.domain.text import Tokens

TEXT = "Joko Widodo memimpin Indonesia."
TOKENS = Tokens([(0, 4), (5, 11), (12, 20), (21, 30), (30, 31)])
SCHEME = LabelScheme(
    spans=(SpanLabel("PERSON"), SpanLabel("GPE")),
    relations=(
        RelationLabel("leads", ("PERSON",), ("GPE",)),
        RelationLabel("met_with", ("PERSON",), ("PERSON",), symmetric=True),
        RelationLabel("same_as", symmetric=True, reflexive=True),
        RelationLabel("anything"),
    ),
)
JOKO = Span("s1", ((0, 11),), "PERSON")
INDONESIA = Span("s2", ((21, 30),), "GPE")
SPANS = {span.id: span for span in (JOKO, INDONESIA)}


def found(spans=(), relations=(), *, text=TEXT, tokens=TOKENS):
    return problems(text, tokens, SCHEME, {span.id: span for span in spans}, relations)


def test_a_sound_set_has_no_problems():
    nested = Span("s3", ((5, 11),), "PERSON")
    parts = Span("s4", ((0, 4), (21, 30)), "GPE")
    relations = [
        Relation("r1", "leads", "s1", "s2"),
        Relation("r2", "met_with", "s3", "s1"),
        Relation("r3", "same_as", "s1", "s1"),
        Relation("r4", "anything", "s2", "s1"),
    ]
    assert found([JOKO, INDONESIA, nested, parts], relations) == []
    assert found() == []


@pytest.mark.parametrize(
    ("fragments", "rule", "sentence"),
    [
        ((), Rule.SPAN_EMPTY, "The span covers no text."),
        (((5, 5),), Rule.SPAN_EMPTY, "The span (5, 5) covers no text."),
        (((9, 5),), Rule.SPAN_EMPTY, "The span (9, 5) ends before it starts."),
        (((-1, 4),), Rule.SPAN_OUTSIDE, "The span (-1, 4) lies outside the text, which has 31 characters."),
        (((21, 32),), Rule.SPAN_OUTSIDE, "The span (21, 32) lies outside the text, which has 31 characters."),
        (((0, 11), (5, 20)), Rule.SPAN_FRAGMENTS, "The fragments of the span overlap or are not in text order."),
        (((21, 30), (0, 11)), Rule.SPAN_FRAGMENTS, "The fragments of the span overlap or are not in text order."),
    ],
)
def test_a_span_that_cannot_be_shown_has_one_problem(fragments, rule, sentence):
    span = Span("bad", fragments, "NOWHERE")
    (problem,) = found([span])
    assert (problem.rule, problem.item, problem.message) == (rule, "bad", sentence)
    assert (problem.start, problem.end) == ((span.start, span.end) if fragments else (-1, -1))


@pytest.mark.parametrize(
    ("span", "rule", "sentence"),
    [
        (Span("s", ((0, 12),), "PERSON"), Rule.SPAN_BLANK_EDGE, "The span “Joko Widodo” begins or ends with white space."),
        (Span("s", ((4, 11),), "PERSON"), Rule.SPAN_BLANK_EDGE, "The span “Widodo” begins or ends with white space."),
        (Span("s", ((0, 11),), "NAME"), Rule.SPAN_LABEL, "The label “NAME” is not in the label scheme."),
        (Span("s", ((0, 9),), "PERSON"), Rule.SPAN_MISALIGNED, "The span “Joko Wido” cuts a token."),
        (Span("s", ((0, 4), (22, 30)), "PERSON"), Rule.SPAN_MISALIGNED, "The span “Joko ndonesia” cuts a token."),
    ],
)
def test_what_is_wrong_with_a_span(span, rule, sentence):
    by_rule = {problem.rule: problem for problem in found([span])}
    assert by_rule[rule] == Problem(rule, "s", sentence, span.start, span.end)
    assert set(by_rule) - {rule} <= {Rule.SPAN_MISALIGNED}


def test_a_span_may_break_several_rules_at_once():
    assert [problem.rule for problem in span_problems(Span("s", ((4, 9),), "NAME"), TEXT, TOKENS, SCHEME)] == [
        Rule.SPAN_BLANK_EDGE,
        Rule.SPAN_LABEL,
        Rule.SPAN_MISALIGNED,
    ]


def test_without_tokens_alignment_is_not_judged():
    assert found([Span("s", ((0, 9),), "PERSON")], tokens=Tokens()) == []


def test_a_span_labelled_twice_alike_is_found_and_nested_ones_are_not():
    twice = Span("s9", ((0, 11),), "PERSON")
    other_label = Span("s8", ((0, 11),), "GPE")
    (problem,) = found([JOKO, twice, other_label])
    assert problem == Problem(Rule.SPAN_DUPLICATE, "s9", "The span “Joko Widodo” is labelled PERSON twice.", 0, 11)


@pytest.mark.parametrize(
    ("relation", "rule", "sentence"),
    [
        (
            Relation("r", "leads", "s1", "gone"),
            Rule.RELATION_END,
            "The relation “leads” names the span “gone”, which does not exist.",
        ),
        (
            Relation("r", "leads", "lost", "gone"),
            Rule.RELATION_END,
            "The relation “leads” names the span “lost”, which does not exist.",
        ),
        (Relation("r", "owns", "s1", "s2"), Rule.RELATION_LABEL, "The relation label “owns” is not in the label scheme."),
        (Relation("r", "leads", "s2", "s1"), Rule.RELATION_ARGUMENTS, "“leads” links PERSON to GPE, not GPE to PERSON."),
        (Relation("r", "met_with", "s1", "s2"), Rule.RELATION_ARGUMENTS, "“met_with” links PERSON and PERSON, not PERSON and GPE."),
        (Relation("r", "anything", "s1", "s1"), Rule.RELATION_SELF, "“anything” cannot link a span to itself."),
        (Relation("r", "met_with", "s1", "s1"), Rule.RELATION_SELF, "“met_with” cannot link a span to itself."),
    ],
)
def test_what_is_wrong_with_a_relation(relation, rule, sentence):
    (problem,) = relation_problems(relation, SPANS, SCHEME)
    assert (problem.rule, problem.item, problem.message) == (rule, "r", sentence)
    assert problem in found(SPANS.values(), [relation])


def test_a_relations_problem_stands_at_its_head():
    (problem,) = relation_problems(Relation("r", "leads", "s2", "s1"), SPANS, SCHEME)
    assert (problem.start, problem.end) == (21, 30)
    (problem,) = relation_problems(Relation("r", "leads", "gone", "s1"), SPANS, SCHEME)
    assert (problem.start, problem.end) == (-1, -1)


def test_any_label_is_called_any_span():
    scheme = LabelScheme(
        spans=SCHEME.spans, relations=(RelationLabel("in", tail=("GPE",)), RelationLabel("of", head=("PERSON", "GPE")))
    )
    (problem,) = relation_problems(Relation("r", "in", "s2", "s1"), SPANS, scheme)
    assert problem.message == "“in” links any span to GPE, not GPE to PERSON."


def test_the_same_relation_twice_is_found_and_the_reverse_only_if_symmetric():
    other = Span("s3", ((5, 11),), "PERSON")
    spans = [JOKO, INDONESIA, other]
    assert [problem.rule for problem in found(spans, [Relation("1", "leads", "s1", "s2"), Relation("2", "leads", "s1", "s2")])] == [
        Rule.RELATION_DUPLICATE
    ]
    (problem,) = found(spans, [Relation("1", "met_with", "s1", "s3"), Relation("2", "met_with", "s3", "s1")])
    assert (problem.rule, problem.item) == (Rule.RELATION_DUPLICATE, "2")
    assert problem.message == "The relation “met_with” is there twice."
    assert found(spans, [Relation("1", "anything", "s1", "s2"), Relation("2", "anything", "s2", "s1")]) == []


def test_the_ends_of_a_symmetric_relation_have_no_order():
    assert relation_ends(Relation("r", "met_with", "b", "a"), SCHEME) == ("met_with", "a", "b")
    assert relation_ends(Relation("r", "leads", "b", "a"), SCHEME) == ("leads", "b", "a")
    assert relation_ends(Relation("r", "unknown", "b", "a"), SCHEME) == ("unknown", "b", "a")


def test_problems_come_in_text_order_with_relations_last():
    spans = [Span("late", ((21, 30),), "X"), Span("early", ((0, 4),), "X"), Span("long", ((0, 11),), "X")]
    relations = [Relation("r", "owns", "late", "early")]
    assert [problem.item for problem in found(spans, relations)] == ["early", "long", "late", "r"]


def test_offsets_are_counted_in_code_points():
    text = "😊 Budi"
    assert found([Span("s", ((2, 6),), "PERSON")], text=text, tokens=Tokens([(0, 1), (2, 6)])) == []
    (problem,) = found([Span("s", ((3, 7),), "PERSON")], text=text, tokens=Tokens())
    assert problem.rule is Rule.SPAN_OUTSIDE


def test_every_rule_has_its_own_code_and_the_groups_do_not_meet():
    assert len({str(rule) for rule in Rule}) == len(Rule) == 12
    assert not UNSOUND & ALLOWED


@pytest.mark.parametrize(
    ("surface", "shown"),
    [
        ("Budi", "“Budi”"),
        ("satu\n  dua\u00a0tiga", "“satu dua tiga”"),
        ("a" * 40, "“" + "a" * 40 + "”"),
        ("a" * 41, "“" + "a" * 39 + "…”"),
    ],
)
def test_text_in_a_message_is_short_and_on_one_line(surface, shown):
    assert quoted(surface) == shown
