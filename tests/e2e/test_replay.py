"""Correcting by keyboard alone, measured: real data replayed in the real window, every saved result equal to the gold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.labels import LABEL_KEYS, LabelScheme
from tests.e2e.replay import Replayer
from tests.e2e.replay_data import NEWS, RELATIONS, build_project, news_cases, news_scheme, relation_cases, suggested
from tests.e2e.replay_hands import BY_CARET, BY_JUMP, Astray
from tests.e2e.replay_result import (
    ACCEPTANCE,
    DONE,
    EDGES,
    NEW_SPAN,
    RELABEL,
    RELATION,
    RELATION_RELABEL,
    RELATION_REMOVAL,
    RELATION_REVERSAL,
    REMOVAL,
    RIGHT,
    Case,
    Tally,
)
from tests.e2e.window_support import document_of

pytestmark = [pytest.mark.timeout(300)]

needs_fixtures = pytest.mark.skipif(
    not NEWS.is_dir() or not RELATIONS.is_file(), reason="the fixtures are not beside the repository"
)

NEW_SPAN_AIM, RELATION_AIM = 5.0, 4.0
"""Presses of one, on average."""

Replay = Callable[..., Tally]


@pytest.fixture
def replay(use: Callable[..., int], tmp_path: Path) -> Replay:
    """Replay cases in one project and return the count of presses."""

    def run(scheme: LabelScheme, cases: list[Case], **how: object) -> Tally:
        tally = Tally()

        def drive(user) -> None:
            replayer = Replayer(user, tally, **how)
            for case in cases:
                replayer.replay(case)

        number = len(list(tmp_path.glob("replay*.annotator")))
        assert use(drive, "open", build_project(tmp_path / f"replay{number}.annotator", scheme, cases)) == 0
        assert tally.count(DONE) >= len(cases)
        return tally

    return run


@needs_fixtures
def test_new_spans_by_jump(replay):
    cases = news_cases(NEWS / "dev.txt", count=150)
    tally = replay(news_scheme(), cases, way=BY_JUMP)
    assert tally.count(NEW_SPAN) == sum(len(case.gold.spans) for case in cases) > 200
    assert tally.average(NEW_SPAN) <= NEW_SPAN_AIM
    assert min(tally.each[NEW_SPAN]) == 3  # f, a letter, the label: no fewer could be counted
    assert tally.total == tally.presses(NEW_SPAN) + tally.presses(DONE)
    assert tally.presses(DONE) == len(cases)


@needs_fixtures
def test_new_spans_by_plain_caret(replay):
    cases = news_cases(NEWS / "dev.txt", count=60)
    tally = replay(news_scheme(), cases, way=BY_CARET)
    assert tally.count(NEW_SPAN) == sum(len(case.gold.spans) for case in cases) > 80
    assert tally.total == tally.presses(NEW_SPAN) + tally.presses(DONE)


@needs_fixtures
def test_faulty_suggestions(replay):
    cases = news_cases(NEWS / "dev.txt", count=150, faulty=True)
    tally = replay(news_scheme(), cases)
    assert tally.count(RIGHT) > 80
    assert tally.presses(RIGHT) == 0
    for kind in (RELABEL, REMOVAL):
        assert tally.count(kind) > 20, kind
        assert tally.average(kind) == 1.0, kind
    assert tally.count(EDGES) > 20
    assert tally.average(NEW_SPAN) <= NEW_SPAN_AIM
    assert tally.presses(DONE) == len(cases)


@needs_fixtures
def test_suggestions_accepted_one_by_one(replay):
    tally = replay(news_scheme(), news_cases(NEWS / "dev.txt", count=50, faulty=True), accept_each=True)
    assert tally.count(ACCEPTANCE) > 20
    assert tally.average(ACCEPTANCE) == 1.0


@needs_fixtures
def test_an_article_of_many_sentences(replay):
    cases = news_cases(NEWS / "dev.txt", count=2, together=20)
    tally = replay(news_scheme(), cases)
    assert tally.count(NEW_SPAN) == sum(len(case.gold.spans) for case in cases) > 30
    assert tally.average(NEW_SPAN) <= NEW_SPAN_AIM


@needs_fixtures
def test_new_relations(replay):
    scheme, cases = relation_cases(count=60)
    tally = replay(scheme, cases)
    assert tally.count(RELATION) == sum(len(case.gold.relations) for case in cases) > 80
    assert tally.average(RELATION) <= RELATION_AIM
    assert tally.presses(RIGHT) == 0


@needs_fixtures
def test_faulty_relations(replay):
    scheme, cases = relation_cases(count=60, faulty=True)
    tally = replay(scheme, cases)
    for kind in (RELATION_RELABEL, RELATION_REMOVAL, RELATION_REVERSAL):
        assert tally.count(kind) > 5, kind
        assert tally.average(kind) == 1.0, kind
    assert tally.average(RELATION) <= RELATION_AIM


def test_a_relation_to_the_far_end_of_an_article_turns_pages(replay):
    document = document_of("Budi menulis. " + "Kalimat ini hanya mengisi artikel sampai jauh ke bawah. " * 150 + "Ani membaca.")
    start = len(document.text) - len("Ani membaca.")
    spans = {"a": Span("a", ((0, 4),), "PER"), "b": Span("b", ((start, start + 3),), "PER")}
    relations = {"r": Relation("r", "knows", "a", "b"), "s": Relation("s", "knows", "b", "a")}
    gold = AnnotationSet(SetInfo(0, "gold", Kind.GOLD), spans, relations)
    scheme = LabelScheme().with_labels(["PER"], ["knows"])
    tally = replay(scheme, [Case(document, suggested(gold, relations=False), gold)])
    assert tally.paged >= 2
    assert tally.presses(RELATION) == 2 * len("ra") + tally.paged  # one label is legal and one target is in view: r, a


def test_labels_that_have_no_key_are_picked_by_name(replay):
    names = [f"LABEL{number}" for number in range(len(LABEL_KEYS) + 2)]
    scheme = LabelScheme().with_labels(names, [name.lower() for name in names])
    assert not scheme.span(names[-1]).key
    document = document_of("Budi bertemu Ani di Bogor.")
    spans = {"a": Span("a", ((0, 4),), names[-1]), "b": Span("b", ((13, 16),), names[-2]), "c": Span("c", ((20, 25),), names[0])}
    links = {"r": Relation("r", names[-1].lower(), "a", "b"), "s": Relation("s", names[-2].lower(), "b", "c")}
    gold = AnnotationSet(SetInfo(0, "gold", Kind.GOLD), spans, links)
    other = {"s": replace(links["s"], label=names[0].lower())}
    start = suggested(AnnotationSet(gold.info, {**spans, "c": replace(spans["c"], label=names[1])}, other))
    tally = replay(scheme, [Case(document, None, gold), Case(document, start, gold)])
    assert tally.count(NEW_SPAN) == 3
    assert tally.count(RELATION) == 3
    assert (tally.count(RELATION_RELABEL), tally.count(RELABEL)) == (1, 1)


def test_the_replay_notices_a_key_that_does_something_else(replay):
    document = document_of("Budi bertemu Ani.")
    gold = AnnotationSet(SetInfo(0, "gold", Kind.GOLD), {"a": Span("a", ((0, 4),), "PER")})
    scheme = LabelScheme().with_labels(["PER", "ORG"])
    replay(scheme, [Case(document, None, gold)])
    told = replace(gold, spans={"a": Span("a", ((0, 4),), "ORG", reviewed=False)})
    with pytest.raises(Astray, match="lacks"):
        replay(scheme, [Case(document, None, told)])
