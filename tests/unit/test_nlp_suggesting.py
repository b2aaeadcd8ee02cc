"""What suggesters give is made fit for the project, whatever they give."""

from __future__ import annotations

import sys
import types
from collections import Counter

import pytest

from annotator.domain.annotations import Relation, Span
from annotator.domain.labels import scheme_from_dict
from annotator.domain.suggesting import SuggesterSetup, Suggestions
from annotator.errors import SuggesterError
from annotator.nlp import suggesters, suggesting
from annotator.nlp.suggesters import SuggesterKind
from annotator.nlp.suggesting import CHOSEN, MISPLACED, NO_LABEL, NOT_ALLOWED, UNSURE, Orders, Shown, fitted, packed, suggest_batch

TEXT = "Putin tiba di Rusia ."
SETUP = SuggesterSetup("fake", "m")


def span(key, start, end, label="PERSON", **fields):
    return Span(key, ((start, end),), label, **fields)


@pytest.fixture
def fake(monkeypatch):
    """Put a suggester of ours into the table; ``behaviour`` is what it does with its passages."""

    def install(behaviour, name="fake", **fields):
        module = types.ModuleType(f"annotator.nlp.{name}")
        module.load = lambda _: behaviour
        monkeypatch.setitem(sys.modules, f"annotator.nlp.{name}", module)
        monkeypatch.setitem(suggesters.SUGGESTERS, name, SuggesterKind(name, name, "", name, **fields))
        monkeypatch.setattr(suggesting, "_loaded", None)

    return install


def run(scheme, *setups, texts=(TEXT,)):
    return suggest_batch(packed(Orders(setups, scheme)), [Shown(text, (0, 5, 6, 10), (0,)) for text in texts])


# Fitting


def test_spans_get_the_projects_labels_ids_and_origin(scheme):
    given = Suggestions((span("x", 14, 19, "gpe"), span("y", 0, 5, "PER", confidence=0.5, reviewed=True, derived_from="z/1")))
    found = fitted(given, SETUP, TEXT, scheme)
    assert found.spans == (
        Span("s1", ((0, 5),), "PERSON", confidence=0.5, origin="m", reviewed=False),
        Span("s2", ((14, 19),), "GPE", origin="m", reviewed=False),
    )
    assert found.left_out == Counter()


def test_what_the_scheme_does_not_know_is_counted(scheme):
    given = Suggestions((span("a", 0, 5, "MISC"), span("b", 0, 5, "PERSON"), span("c", 14, 19, "ROCK")))
    setup = SuggesterSetup("fake", "m", labels=(("PERSON", ""), ("ROCK", "GPE")))
    found = fitted(given, setup, TEXT, scheme)
    assert [(one.label, one.start) for one in found.spans] == [("GPE", 14)]
    assert found.left_out == {(NO_LABEL, "MISC"): 1, (CHOSEN, "PERSON"): 1}


def test_a_threshold_of_a_label_goes_before_the_general_one(scheme):
    given = Suggestions(tuple(span(f"s{n}", n, n + 1, label, confidence=0.5) for n, label in enumerate(("PERSON", "GPE", "ORG"))))
    setup = SuggesterSetup("fake", "m", threshold=0.6, thresholds=(("GPE", 0.4),))
    found = fitted(given, setup, "abc", scheme)
    assert [one.label for one in found.spans] == ["GPE"]
    assert found.left_out == {(UNSURE, "PERSON"): 1, (UNSURE, "ORG"): 1}


def test_a_suggestion_without_a_confidence_passes_every_threshold(scheme):
    found = fitted(Suggestions((span("a", 0, 5),)), SuggesterSetup("fake", "m", threshold=1.0), TEXT, scheme)
    assert len(found.spans) == 1


def test_places_outside_the_text_and_white_space_never_come_in(scheme):
    given = Suggestions(
        (
            span("a", -2, 5), span("b", 14, 99), span("c", 5, 6), span("d", 5, 5), span("e", 9, 7), span("f", 5, 11),
            Span("g", ((0, 5), (5, 6)), "PERSON"),
        )
    )  # fmt: skip
    found = fitted(given, SETUP, TEXT, scheme)
    assert [one.fragments for one in found.spans] == [((6, 10),)]
    assert found.left_out == {(MISPLACED, "PERSON"): 6}


def test_the_same_place_and_label_comes_once_and_keeps_its_relations(scheme):
    given = Suggestions(
        (span("a", 0, 5), span("b", 0, 5, "PER"), span("c", 14, 19)),
        (Relation("1", "met_with", "b", "c"), Relation("2", "met_with", "c", "a"), Relation("3", "met_with", "a", "a")),
    )
    found = fitted(given, SETUP, TEXT, scheme)
    assert len(found.spans) == 2
    assert [(one.id, one.label, one.head, one.tail, one.origin, one.reviewed) for one in found.relations] == [
        ("r1", "met_with", "s1", "s2", "m", False)
    ]
    assert found.left_out == {(NOT_ALLOWED, "met_with"): 1}


def test_relations_follow_the_scheme_and_go_with_their_spans(scheme):
    given = Suggestions(
        (span("a", 0, 5), span("b", 14, 19, "GPE"), span("c", 6, 10, "MISC")),
        (
            Relation("1", "leads", "a", "b", confidence=0.2),
            Relation("2", "leads", "b", "a"),
            Relation("3", "leads", "a", "c"),
            Relation("4", "owns", "a", "b"),
            Relation("5", "leads", "a", "nowhere"),
        ),
    )
    found = fitted(given, SETUP, TEXT, scheme)
    assert [(one.label, one.head, one.tail, one.confidence) for one in found.relations] == [("leads", "s1", "s2", 0.2)]
    assert found.left_out == {(NOT_ALLOWED, "leads"): 1, (NO_LABEL, "owns"): 1, (NO_LABEL, "MISC"): 1}
    unsure = fitted(given, SuggesterSetup("fake", "m", thresholds=(("leads", 0.3),)), TEXT, scheme)
    assert unsure.relations == ()


# Batches


def test_each_document_gets_what_each_suggester_found(scheme, fake):
    fake(lambda passages: [Suggestions((span("a", 0, 5),)) for _ in passages], "first")
    fake(lambda passages: [Suggestions() for _ in passages], "second")
    results = run(scheme, SuggesterSetup("first", "f"), SuggesterSetup("second", "s"), texts=(TEXT, TEXT))
    assert [[len(found.spans) for found in of_document] for of_document in results] == [[1, 0], [1, 0]]


def test_a_suggester_that_reads_spans_sees_those_of_the_ones_before_it(scheme, fake):
    seen = []

    def look(passages):
        seen.extend(passages)
        return [Suggestions() for _ in passages]

    fake(lambda passages: [Suggestions((span("a", 0, 5), span("b", 12, 19, "GPE"))) for _ in passages], "first")
    fake(look, "second", reads_spans=True)
    standing = Span("mine", ((14, 19),), "ORG", reviewed=True)
    orders = packed(Orders((SuggesterSetup("first", "f"), SuggesterSetup("second", "s")), scheme))
    suggest_batch(orders, [Shown(TEXT, (0, 5), (0,), (standing,))])
    assert [(one.label, one.fragments) for one in seen[0].spans] == [("PERSON", ((0, 5),)), ("ORG", ((14, 19),))]


def test_a_suggester_that_fails_on_one_text_still_does_the_others(scheme, fake):
    def moody(passages):
        if any("bad" in passage.text for passage in passages):
            raise ValueError("no such thing")
        return [Suggestions((span("a", 0, 3),)) for _ in passages]

    fake(moody)
    results = run(scheme, SETUP, texts=("good", "bad", "also good"))
    assert [len(found.spans) for (found,) in results] == [1, 0, 1]
    assert results[1][0].error == "The suggester failed: ValueError: no such thing"


def test_a_suggester_that_cannot_work_ends_the_batch(scheme, fake):
    def broken(passages):
        raise SuggesterError("The model is gone.")

    fake(broken)
    with pytest.raises(SuggesterError, match="gone"):
        run(scheme, SETUP)


def test_too_few_answers_are_not_laid_beside_the_wrong_texts(scheme, fake):
    fake(lambda _: [Suggestions()])
    with pytest.raises(SuggesterError, match="1 answers for 2 texts"):
        run(scheme, SETUP, texts=(TEXT, TEXT))


def test_a_suggester_is_loaded_once_for_the_same_orders(scheme, fake, monkeypatch):
    loads = []
    fake(lambda passages: [Suggestions() for _ in passages])
    monkeypatch.setattr(sys.modules["annotator.nlp.fake"], "load", lambda setup: loads.append(setup) or (lambda _: [Suggestions()]))
    for setup in (SETUP, SETUP, SuggesterSetup("fake", "other")):
        run(scheme, setup)
    assert [setup.name for setup in loads] == ["m", "other"]


def test_an_unknown_suggester_is_refused_by_name(scheme):
    with pytest.raises(SuggesterError, match="There is no suggester “clairvoyant”"):
        run(scheme, SuggesterSetup("clairvoyant", "c"))


def test_what_cannot_travel_is_said(scheme):
    with pytest.raises(SuggesterError, match="cannot be handed"):
        packed(Orders((SuggesterSetup("memory", "m", data=lambda: None),), scheme))


def test_every_row_of_the_table_names_a_module_that_loads():
    from importlib import import_module

    for row in suggesters.SUGGESTERS.values():
        assert callable(import_module(f"annotator.nlp.{row.module}").load), row.name
        assert row.title
        assert row.description.endswith(".")


def test_the_labels_of_the_shipped_rules_fit_other_schemes():
    scheme = scheme_from_dict({"name": "conll", "spans": ["PER", "LOC", "ORG", "MISC"]})
    given = Suggestions(tuple(span(f"s{n}", n, n + 1, label) for n, label in enumerate(("PERSON", "GPE", "FAC", "ORG", "MONEY"))))
    found = fitted(given, SETUP, "abcde", scheme)
    assert [one.label for one in found.spans] == ["PER", "LOC", "LOC", "ORG"]
    assert found.left_out == {(NO_LABEL, "MONEY"): 1}
