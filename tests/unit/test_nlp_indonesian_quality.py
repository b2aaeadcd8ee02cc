"""Scores of the suggester on sentences that people have labelled: the training parts alone, as a guard against rules that break others.

The development parts are for ``tests/benchmarks/bench_suggest.py``.  The floors stand a little below what was reached.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.domain.suggesting import Passage, SuggesterSetup, Suggestions
from annotator.domain.text import Tokens
from annotator.nlp.indonesian_news import load
from tests.benchmarks import bench_suggest as bench

PARTS = {
    "idner": (bench.IDNER / "train.txt", bench.TO_IDNER, {"all": 0.72, "PER": 0.80, "ORG": 0.70, "LOC": 0.63}),
    "nergrit": (bench.NERGRIT / "train_preprocess.txt", bench.TO_NERGRIT, {"all": 0.57, "PLACE": 0.65, "PERSON": 0.57}),
}


@pytest.mark.parametrize("part", PARTS)
def test_scores_on_the_training_parts(part: str) -> None:
    path, labels, floors = PARTS[part]
    if not path.is_file():
        pytest.skip("the labelled sentences of ../shared/fixtures are not there")
    gold = bench.sentences(path)
    found = load(SuggesterSetup("indonesian-news", "rules"))([passage for passage, _ in gold])
    reached = bench.scores(gold, (bench.places_of(one, labels) for one in found))
    for label, floor in floors.items():
        assert reached[label][2] >= floor, (label, reached[label])


def test_confidence_tells_good_from_bad() -> None:
    path, labels, _ = PARTS["idner"]
    if not path.is_file():
        pytest.skip("the labelled sentences of ../shared/fixtures are not there")
    gold = bench.sentences(path)
    found = load(SuggesterSetup("indonesian-news", "rules"))([passage for passage, _ in gold])
    precisions = [bench.scores(gold, (bench.places_of(one, labels, low) for one in found))["all"][0] for low in (0.0, 0.55, 0.75)]
    assert precisions == sorted(precisions)
    assert precisions[-1] > precisions[0] + 0.15


ROWS = "Joko\tB-PERSON\nWidodo\tI-PERSON\ndi\tO\nJakarta\tB-PLACE\n\n\nIa\tO\r\nRiau\tI-PLACE\nBali\tI-PLACE\n"


def test_labelled_sentences_are_read_as_texts_and_places(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_text(ROWS, encoding="utf-8")
    (first, places), (second, none) = bench.sentences(path)
    assert first == Passage("Joko Widodo di Jakarta", Tokens([(0, 4), (5, 11), (12, 14), (15, 22)]))
    assert places == {(0, 11, "PERSON"), (15, 22, "PLACE")}
    assert second.text == "Ia Riau Bali"
    assert none == set()  # what continues nothing is no place


def test_scores_by_hand() -> None:
    gold = [(Passage("", Tokens()), frozenset({(0, 1, "A"), (2, 3, "B")})), (Passage("", Tokens()), frozenset({(0, 1, "A")}))]
    reached = bench.scores(gold, [{(0, 1, "A"), (5, 6, "A")}, set()])
    assert reached["A"] == (0.5, 0.5, 0.5)
    assert reached["B"] == (0.0, 0.0, 0.0)
    assert reached["all"] == (0.5, pytest.approx(1 / 3), pytest.approx(0.4))


def test_nothing_given_and_nothing_wanted_scores_nothing() -> None:
    gold = [(Passage("", Tokens()), frozenset())]
    assert bench.scores(gold, [set()]) == {}
    assert bench.places_of(Suggestions(), {"A": "B"}) == set()


def test_the_articles_of_the_benchmark_are_of_one_size() -> None:
    made = bench.passages(45)
    assert len(made) == 45
    assert all(2_000 < len(passage.text) <= 3_000 for passage in made)
    assert all(len(passage.tokens) > 200 for passage in made)
