"""Scores between annotation sets: by hand, by brute force, and against other people's implementations."""

import random
import warnings
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from annotator.domain.agreement import (
    NONE,
    Counts,
    cohen_kappa,
    confusion,
    exact_relations,
    exact_spans,
    krippendorff_alpha,
    micro,
    overlapping_spans,
    token_labels,
)
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.text import Tokens

CALM = settings(deadline=None)


def span(start: int, end: int, label: str = "PER", name: str = "") -> Span:
    return Span(name or f"{label}{start}-{end}", ((start, end),), label)


spans = st.lists(
    st.builds(
        lambda start, length, label: span(start, start + length, label),
        st.integers(0, 20),
        st.integers(1, 8),
        st.sampled_from("AB"),
    ),
    max_size=6,
)
parted = st.lists(
    st.builds(
        lambda start, first, gap, second: Span(
            "x", ((start, start + first), (start + first + gap, start + first + gap + second)), "A"
        ),
        st.integers(0, 12),
        st.integers(1, 3),
        st.integers(1, 5),
        st.integers(1, 3),
    ),
    max_size=4,
)


def annotation_set(span_list, relations=()):
    info = SetInfo(1, "sri", Kind.PERSON)
    return AnnotationSet(info, {item.id: item for item in span_list}, {item.id: item for item in relations})


# Counts


def test_precision_recall_and_f1_by_hand():
    counts = Counts(matched=3, reference=4, candidate=6)
    assert (counts.precision, counts.recall, counts.f1) == (0.5, 0.75, 0.6)


@pytest.mark.parametrize(
    ("counts", "scores"),
    [
        (Counts(), (1.0, 1.0, 1.0)),
        (Counts(reference=3), (0.0, 0.0, 0.0)),
        (Counts(candidate=3), (0.0, 0.0, 0.0)),
        (Counts(0, 2, 2), (0.0, 0.0, 0.0)),
        (Counts(2, 2, 2), (1.0, 1.0, 1.0)),
    ],
)
def test_scores_are_defined_where_nothing_is_divided_by_nothing(counts, scores):
    assert (counts.precision, counts.recall, counts.f1) == scores


def test_counts_of_documents_and_labels_add_up():
    counts = {"A": Counts(1, 2, 3), "B": Counts(4, 5, 6)}
    assert micro(counts) == Counts(5, 7, 9)
    assert micro({}) == Counts()


# Spans


def test_exact_spans_need_the_same_place_and_label():
    reference = [span(0, 4), span(5, 9), span(10, 12, "ORG"), Span("p", ((0, 2), (4, 6)), "ORG")]
    candidate = [span(0, 4, name="other"), span(5, 8), span(10, 12, "GPE"), Span("q", ((0, 2), (4, 6)), "ORG")]
    assert exact_spans(reference, candidate) == {"GPE": Counts(0, 0, 1), "ORG": Counts(1, 2, 1), "PER": Counts(1, 2, 2)}


def test_a_span_given_twice_matches_only_as_often():
    assert exact_spans([span(0, 4), span(0, 4)], [span(0, 4)]) == {"PER": Counts(1, 2, 1)}
    assert exact_spans([span(0, 4), span(0, 4)], [span(0, 4)] * 3) == {"PER": Counts(2, 2, 3)}


def test_overlapping_spans_need_one_shared_code_point_and_the_same_label():
    reference = [span(0, 4), span(5, 9), span(10, 12, "ORG")]
    candidate = [span(3, 5), span(9, 10), span(10, 12, "GPE")]
    assert overlapping_spans(reference, candidate) == {"GPE": Counts(0, 0, 1), "ORG": Counts(0, 1, 0), "PER": Counts(1, 2, 2)}


def test_one_long_span_matches_one_short_span_only():
    assert overlapping_spans([span(0, 20)], [span(0, 4), span(5, 9)]) == {"PER": Counts(1, 1, 2)}


def test_fragments_overlap_only_where_there_is_text_of_both():
    apart, between = Span("a", ((0, 4), (10, 14)), "A"), Span("b", ((5, 9),), "A")
    assert micro(overlapping_spans([apart], [between])).matched == 0
    assert micro(overlapping_spans([apart], [span(13, 20, "A")])).matched == 1


def test_pairing_gives_way_so_that_both_find_a_partner():
    # The first of the reference overlaps both, the second only the first of the candidate.
    assert micro(overlapping_spans([span(0, 10), span(0, 3)], [span(2, 4), span(6, 8)])).matched == 2


def test_a_long_chain_of_overlaps_is_paired_whole():
    size = 3_000
    reference = [span(10 * number, 10 * number + 10) for number in range(size)]
    candidate = [span(10 * number + 5, 10 * number + 15) for number in range(size)]
    assert micro(overlapping_spans(reference, candidate)) == Counts(size, size, size)


def _touch(one: Span, other: Span) -> bool:
    points = [{point for start, end in item.fragments for point in range(start, end)} for item in (one, other)]
    return one.label == other.label and bool(points[0] & points[1])


def _most_by_trying(left: list[Span], right: list[Span]) -> int:
    if len(left) > len(right):
        left, right = right, left
    return max(sum(_touch(*pair) for pair in zip(left, order, strict=False)) for order in permutations(right, len(left)))


@settings(CALM, max_examples=60)
@given(spans.map(lambda some: some[:5]), spans.map(lambda some: some[:5]))
def test_no_pairing_finds_more_overlaps(reference, candidate):
    assert micro(overlapping_spans(reference, candidate)).matched == _most_by_trying(reference, candidate)


@settings(CALM, max_examples=60)
@given(parted, parted)
def test_no_pairing_of_discontinuous_spans_finds_more_overlaps(reference, candidate):
    assert micro(overlapping_spans(reference, candidate)).matched == _most_by_trying(reference, candidate)


@CALM
@given(spans, spans)
def test_scores_of_spans_keep_their_bounds_and_their_symmetry(one, other):
    for score in (exact_spans, overlapping_spans):
        there, back = micro(score(one, other)), micro(score(other, one))
        assert (there.precision, there.recall, there.f1) == (back.recall, back.precision, back.f1)
        assert 0 <= there.f1 <= 1
        assert (there.reference, there.candidate) == (len(one), len(other))
        assert micro(score(one, one)).f1 == 1
    assert micro(exact_spans(one, other)).matched <= micro(overlapping_spans(one, other)).matched


def _slots(seed: int) -> tuple[list[Span], list[Span]]:
    """Two annotators over slots of the text that hold at most one span of each."""
    chance = random.Random(seed)
    sides: tuple[list[Span], list[Span]] = ([], [])
    for slot in range(0, 400, 10):
        start, end = slot + chance.randint(0, 3), slot + chance.randint(5, 9)
        label = chance.choice("ABC")
        for side in sides:
            if chance.random() < 0.8:
                moved = chance.choice([0, 0, 0, 1])
                side.append(span(start + moved, end, label if chance.random() < 0.8 else chance.choice("ABC")))
    return sides


@pytest.mark.parametrize("seed", range(5))
def test_spans_score_as_nervaluate_scores_them(seed):
    nervaluate = pytest.importorskip("nervaluate")
    reference, candidate = _slots(seed)
    theirs_in = [
        [{"label": item.label, "start": item.start, "end": item.end - 1} for item in side] for side in (reference, candidate)
    ]
    theirs = nervaluate.Evaluator([theirs_in[0]], [theirs_in[1]], tags=["A", "B", "C"], loader="dict").evaluate()["overall"]
    for ours, scheme in ((exact_spans, "strict"), (overlapping_spans, "ent_type")):
        counts = micro(ours(reference, candidate))
        assert counts.matched == theirs[scheme].correct
        assert (counts.precision, counts.recall, counts.f1) == pytest.approx(
            (theirs[scheme].precision, theirs[scheme].recall, theirs[scheme].f1)
        )


# Relations


def test_relations_match_by_label_and_ends_whatever_the_ids():
    one = annotation_set(
        [span(0, 4, name="a"), span(5, 9, "GPE", name="b")], [Relation("r1", "leads", "a", "b"), Relation("r2", "near", "a", "b")]
    )
    other = annotation_set(
        [span(5, 9, "GPE", name="x"), span(0, 4, name="y")], [Relation("q1", "leads", "y", "x"), Relation("q2", "near", "x", "y")]
    )
    assert exact_relations(one, other) == {"leads": Counts(1, 1, 1), "near": Counts(0, 1, 1)}
    assert exact_relations(one, other, symmetric={"near"}) == {"leads": Counts(1, 1, 1), "near": Counts(1, 1, 1)}


@pytest.mark.parametrize("tail", [span(5, 8, "GPE", name="b"), span(5, 9, "LOC", name="b")])
def test_a_relation_whose_end_differs_does_not_match(tail):
    relation = Relation("r1", "leads", "a", "b")
    one = annotation_set([span(0, 4, name="a"), span(5, 9, "GPE", name="b")], [relation])
    assert exact_relations(one, annotation_set([span(0, 4, name="a"), tail], [relation])) == {"leads": Counts(0, 1, 1)}


def test_a_relation_without_an_end_matches_nothing_but_is_counted():
    broken = annotation_set([span(0, 4, name="a")], [Relation("r1", "leads", "a", "gone")])
    assert exact_relations(broken, broken) == {"leads": Counts(0, 1, 1)}


def test_two_sets_without_relations_agree():
    assert exact_relations(annotation_set([]), annotation_set([])) == {}
    assert micro({}).f1 == 1.0


# Tokens


def test_token_labels_follow_the_spans_that_touch_them():
    tokens = Tokens([(0, 4), (5, 11), (12, 20), (21, 30)])
    labels = token_labels([span(0, 11), span(5, 11, "GPE"), span(23, 25, "LOC")], tokens)
    assert labels == ["PER", "GPE|PER", NONE, "LOC"]
    assert token_labels([Span("d", ((0, 4), (21, 30)), "A")], tokens) == ["A", NONE, NONE, "A"]
    assert token_labels([], Tokens()) == []


# Kappa


def test_kappa_by_hand():
    # Cohen's own kind of table: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; p_o = 0.7, p_e = 0.5
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)


def test_kappa_at_its_ends():
    assert cohen_kappa(["a", "b"], ["a", "b"]) == 1.0
    assert cohen_kappa(["a", "b"], ["b", "a"]) == -1.0
    assert cohen_kappa(["a", "a"], ["b", "b"]) == 0.0


def test_kappa_of_nothing_and_of_one_label_throughout_is_full_agreement():
    assert cohen_kappa([], []) == 1.0
    assert cohen_kappa(["a", "a"], ["a", "a"]) == 1.0


def test_kappa_wants_the_same_units():
    with pytest.raises(ValueError, match="zip"):
        cohen_kappa(["a"], ["a", "b"])


@settings(CALM, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30))
def test_kappa_is_that_of_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    first, second = zip(*pairs, strict=True)
    ours = cohen_kappa(first, second)
    if len({*first, *second}) == 1:
        assert ours == 1.0  # theirs is not a number
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs warns where a class has one member
        assert ours == pytest.approx(metrics.cohen_kappa_score(first, second))


# Alpha

# Krippendorff's (2011) example: four annotators, twelve units, missing values; alpha for nominal data is 0.743
KRIPPENDORFF = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def _units(rows):
    return zip(*([None if value == "." else value for value in row.split()] for row in rows), strict=True)


def test_alpha_of_krippendorffs_own_example():
    assert krippendorff_alpha(_units(KRIPPENDORFF)) == pytest.approx(0.743, abs=0.0005)


def test_alpha_at_its_ends():
    assert krippendorff_alpha([("a", "a"), ("b", "b")]) == 1.0
    assert krippendorff_alpha([("a", "b"), ("b", "a")]) == pytest.approx(-0.5)


@pytest.mark.parametrize("units", [[], [("a",)], [("a", None), (None, "b")], [("a", "a"), ("a", "a", "a")]])
def test_alpha_without_anything_to_differ_in_is_full_agreement(units):
    assert krippendorff_alpha(units) == 1.0


values = st.sampled_from(["a", "b", "c", None])


def _alpha_by_pairs(units):
    """The definition: mean disagreement of pairs within units against that of all pairs of values."""
    units = [[value for value in unit if value is not None] for unit in units]
    units = [unit for unit in units if len(unit) > 1]
    every = [value for unit in units for value in unit]
    if not units:
        return 1.0
    pairs = (sum(one != other for one, other in permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    observed = sum(pairs) / len(every)
    expected = sum(one != other for one, other in permutations(every, 2)) / (len(every) * (len(every) - 1))
    return 1 - observed / expected if expected else 1.0


@settings(CALM, max_examples=60)
@given(st.lists(st.lists(values, max_size=4), max_size=10))
def test_alpha_is_that_of_its_definition(units):
    assert krippendorff_alpha(units) == pytest.approx(_alpha_by_pairs(units))


@settings(CALM, max_examples=60)
@given(st.lists(st.lists(values, min_size=3, max_size=3), min_size=1, max_size=10))
def test_alpha_is_that_of_the_krippendorff_package(units):
    oracle = pytest.importorskip("krippendorff")
    units = [unit for unit in units if len(unit) - unit.count(None) > 1]  # with fewer values theirs may divide by zero
    assume(len({value for unit in units for value in unit} - {None}) > 1)
    rows = [[float("nan") if value is None else "abc".index(value) for value in row] for row in zip(*units, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(oracle.alpha(reliability_data=rows, level_of_measurement="nominal"))


# Confusion


def test_confusion_says_what_was_called_what():
    reference = [span(0, 4, "PER"), span(5, 9, "ORG"), span(10, 14, "GPE"), span(20, 24, "LOC")]
    candidate = [span(0, 4, "PER"), span(5, 9, "GPE"), span(12, 16, "LOC"), span(30, 34, "PER")]
    assert confusion(reference, candidate) == {
        ("PER", "PER"): 1,
        ("ORG", "GPE"): 1,
        ("GPE", "LOC"): 1,
        ("LOC", NONE): 1,
        (NONE, "PER"): 1,
    }


def test_the_same_place_and_label_goes_before_the_same_place_and_that_before_an_overlap():
    assert confusion([span(0, 4, "A"), span(0, 4, "B")], [span(0, 4, "B"), span(0, 4, "C")]) == {("B", "B"): 1, ("A", "C"): 1}
    assert confusion([span(0, 9, "A"), span(0, 4, "B")], [span(0, 4, "C")]) == {("B", "C"): 1, ("A", NONE): 1}
    assert confusion([span(0, 4, "A")], [span(3, 9, "B"), span(1, 4, "C")]) == {("A", "C"): 1, (NONE, "B"): 1}


@CALM
@given(spans, spans)
def test_every_span_stands_in_the_confusion_once(reference, candidate):
    table = confusion(reference, candidate)
    rows, columns = Counter(), Counter()
    for (row, column), count in table.items():
        rows[row] += count
        columns[column] += count
    del rows[NONE], columns[NONE]
    assert rows == Counter(item.label for item in reference)
    assert columns == Counter(item.label for item in candidate)
    assert (NONE, NONE) not in table
    assert sum(table[label, label] for label in "AB") >= micro(exact_spans(reference, candidate)).matched
    assert confusion(reference, reference) == Counter((item.label, item.label) for item in reference)
