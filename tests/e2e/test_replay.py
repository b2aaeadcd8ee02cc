"""Correcting by keyboard alone, measured: real data replayed in the real window, every saved result equal to the gold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.domain.labels import LabelScheme
from tests.e2e.replay import (
    ACCEPTANCE,
    BY_CARET,
    BY_JUMP,
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
    Replayer,
    Tally,
)
from tests.e2e.replay_data import NEWS, RELATIONS, build_project, news_cases, news_scheme, relation_cases

pytestmark = [
    pytest.mark.skipif(not NEWS.is_dir() or not RELATIONS.is_file(), reason="the fixtures are not beside the repository"),
    pytest.mark.timeout(300),
]

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

        assert use(drive, "open", build_project(tmp_path / "replay.annotator", scheme, cases)) == 0
        assert tally.count(DONE) >= len(cases)
        return tally

    return run


def test_new_spans_by_jump(replay):
    cases = news_cases(NEWS / "dev.txt", count=150)
    tally = replay(news_scheme(), cases, way=BY_JUMP)
    assert tally.count(NEW_SPAN) == sum(len(case.gold.spans) for case in cases) > 200
    assert tally.average(NEW_SPAN) <= NEW_SPAN_AIM
    assert min(tally.each[NEW_SPAN]) == 3  # f, a letter, the label: no fewer could be counted
    assert tally.total == tally.presses(NEW_SPAN) + tally.presses(DONE)
    assert tally.presses(DONE) == len(cases)


def test_new_spans_by_plain_caret(replay):
    cases = news_cases(NEWS / "dev.txt", count=60)
    tally = replay(news_scheme(), cases, way=BY_CARET)
    assert tally.count(NEW_SPAN) == sum(len(case.gold.spans) for case in cases) > 80
    assert tally.total == tally.presses(NEW_SPAN) + tally.presses(DONE)


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


def test_suggestions_accepted_one_by_one(replay):
    tally = replay(news_scheme(), news_cases(NEWS / "dev.txt", count=50, faulty=True), accept_each=True)
    assert tally.count(ACCEPTANCE) > 20
    assert tally.average(ACCEPTANCE) == 1.0


def test_an_article_of_many_sentences(replay):
    cases = news_cases(NEWS / "dev.txt", count=2, together=20)
    tally = replay(news_scheme(), cases)
    assert tally.count(NEW_SPAN) == sum(len(case.gold.spans) for case in cases) > 30
    assert tally.average(NEW_SPAN) <= NEW_SPAN_AIM


def test_new_relations(replay):
    scheme, cases = relation_cases()
    tally = replay(scheme, cases)
    assert tally.count(RELATION) == sum(len(case.gold.relations) for case in cases) > 150
    assert tally.average(RELATION) <= RELATION_AIM
    assert tally.presses(RIGHT) == 0


def test_faulty_relations(replay):
    scheme, cases = relation_cases(count=60, faulty=True)
    tally = replay(scheme, cases)
    for kind in (RELATION_RELABEL, RELATION_REMOVAL, RELATION_REVERSAL):
        assert tally.count(kind) > 5, kind
        assert tally.average(kind) == 1.0, kind
    assert tally.average(RELATION) <= RELATION_AIM
