"""The data of the replay is read right, and its faulty copies are what they are said to be."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from annotator.domain.rules import problems
from tests.e2e.replay_data import (
    NEWS,
    RELATIONS,
    article_of,
    corrupted,
    news_cases,
    news_scheme,
    read_relations,
    read_sentences,
    relation_cases,
    sample,
    suggested,
)
from tests.e2e.replay_plan import plan_spans

LINES = (
    "Ketua PROPN O\r\nPSSI PROPN B-ORG\r\nPusat PROPN I-ORG\r\nEdy PROPN B-PER\r\n"
    "\r\n\r\n"
    "di ADP O\r\nMedan PROPN B-LOC\r\nBinjai PROPN B-LOC"
)

needs_fixtures = pytest.mark.skipif(
    not NEWS.is_dir() or not RELATIONS.is_file(), reason="the fixtures are not beside the repository"
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.txt"
    path.write_bytes(LINES.encode())
    return path


def test_sentences_of_three_columns(small):
    assert read_sentences(small) == [
        (["Ketua", "PSSI", "Pusat", "Edy"], [(1, 2, "ORG"), (3, 3, "PER")]),
        (["di", "Medan", "Binjai"], [(1, 1, "LOC"), (2, 2, "LOC")]),
    ]


def test_an_article_of_sentences(small):
    document, gold = article_of("artikel", read_sentences(small))
    assert document.text == "Ketua PSSI Pusat Edy\ndi Medan Binjai"
    assert [span.surface(document.text) for span in gold.in_text_order()] == ["PSSI Pusat", "Edy", "Medan", "Binjai"]
    assert [document.text[start:end] for start, end in document.tokens] == document.text.split()
    assert document.sentences == (0, 4)
    assert all(span.reviewed for span in gold.spans.values())


def test_a_sample_is_spread_over_all():
    assert sample(range(100), 4) == [0, 25, 50, 75]
    assert sample(range(3), 10) == [0, 1, 2]


def test_suggestions_are_not_reviewed(small):
    _, gold = article_of("artikel", read_sentences(small))
    start = suggested(gold)
    assert {span.signature for span in start.spans.values()} == {span.signature for span in gold.spans.values()}
    assert not any(span.reviewed for span in start.spans.values())


@needs_fixtures
def test_all_spans_of_the_news_are_read_and_sound():
    for file, count in (("dev", 562), ("train", 2196)):
        cases = news_cases(NEWS / f"{file}.txt")
        begun = Counter(
            line.split()[-1] for line in (NEWS / f"{file}.txt").read_text(encoding="utf-8").splitlines() if line.strip()
        )
        assert sum(len(case.gold.spans) for case in cases) == sum(begun[f"B-{label}"] for label in ("PER", "ORG", "LOC")) == count
        for case in cases:
            assert not problems(case.document.text, case.document.tokens, news_scheme(), case.gold.spans, ())


@needs_fixtures
def test_faulty_copies_have_every_fault_and_are_the_same_every_time():
    cases = news_cases(NEWS / "dev.txt", faulty=True)
    faults: Counter[str] = Counter()
    for case in cases:
        start = case.start
        assert start is not None
        assert not problems(case.document.text, case.document.tokens, news_scheme(), start.spans, ())
        plan = plan_spans(start.spans.values(), case.gold.spans.values(), case.document.text, case.document.tokens)
        faults["right"] += len(plan.kept)
        faults["label"] += sum(one.relabel for one in plan.corrected)
        faults["edge"] += sum(bool(one.edges) for one in plan.corrected)
        faults["missing"] += len(plan.missing)
        faults["spurious"] += len(plan.surplus)
    assert faults.total() > 500
    assert all(faults[fault] > 50 for fault in ("right", "label", "edge", "missing", "spurious"))
    first = cases[0]
    assert corrupted(first.gold, first.document.tokens, news_scheme(), seed=1) == first.start


@needs_fixtures
def test_relations_are_read_and_sound():
    read = list(read_relations(RELATIONS))
    assert len(read) == 100
    assert sum(len(gold.relations) for _, gold in read) == 181  # of 183, two are there twice
    scheme, cases = relation_cases()
    for case in cases:
        gold = case.gold
        assert not problems(case.document.text, case.document.tokens, scheme, gold.spans, gold.relations.values())
        assert case.start is not None
        assert not case.start.relations


@needs_fixtures
def test_faulty_relations_are_sound_too():
    scheme, cases = relation_cases(faulty=True)
    for case in cases:
        assert case.start is not None
        found = problems(case.document.text, case.document.tokens, scheme, case.start.spans, case.start.relations.values())
        assert not found
    assert sum(len(case.start.relations) for case in cases if case.start) > 80
