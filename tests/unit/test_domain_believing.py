"""Where suggesters differ, one is believed: the surest, then the first; and nobody stands against themselves."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from annotator.domain.believing import Candidate, Ground, believed


def one(start, end, confidence=None, place=0):
    return Candidate(((start, end),), confidence, place)


def test_the_surest_wins_then_the_first_in_the_order():
    assert believed([one(0, 5, 0.4, 0), one(3, 8, 0.6, 1)]) == [False, True]
    assert believed([one(3, 8, 0.5, 1), one(0, 5, 0.5, 0)]) == [False, True]
    assert believed([one(0, 5, 0.9, 0), one(3, 8, None, 1)]) == [False, True]


def test_pieces_that_only_touch_do_not_meet():
    assert believed([one(0, 5, 0.4, 0), one(5, 8, 0.6, 1)]) == [True, True]


def test_nested_spans_of_one_suggester_stand_together():
    assert believed([one(0, 9, 0.4), one(2, 5, 0.9), one(8, 12, 0.1, 1)]) == [True, True, False]


def test_one_that_lost_stands_against_nobody():
    assert believed([one(0, 5, 0.9, 0), one(4, 9, 0.8, 1), one(8, 12, 0.7, 2)]) == [True, False, True]


def test_gaps_of_a_discontinuous_span_are_free():
    split = Candidate(((0, 3), (100, 140)), 0.9, 0)
    assert believed([split, one(5, 9, 0.1, 1), one(139, 150, 0.5, 1)]) == [True, True, False]


def test_what_stands_on_the_ground_is_not_crossed():
    ground = Ground()
    ground.add(((60, 70),), None)
    assert believed([one(65, 90, 1.0), one(70, 71, 0.1)], ground) == [False, True]
    assert ground.meets(((70, 71),), "other")
    assert not ground.meets(((70, 71),), 0)


places = st.tuples(st.integers(0, 300), st.integers(1, 200)).map(lambda pair: (pair[0], pair[0] + pair[1]))
candidates = st.lists(
    st.builds(lambda place, sure, owner: Candidate((place,), sure, owner), places, st.none() | st.floats(0, 1), st.integers(0, 2)),
    max_size=25,
)


@given(candidates)
def test_no_two_that_are_shown_cross_and_every_hidden_one_has_a_reason(found):
    shown = believed(found)
    kept = [candidate for candidate, is_shown in zip(found, shown, strict=True) if is_shown]

    def cross(a, b):
        return a.place != b.place and a.fragments[0][0] < b.fragments[0][1] and b.fragments[0][0] < a.fragments[0][1]

    assert not any(cross(a, b) for a, b in combinations(kept, 2))

    def sure(candidate):
        return 1.0 if candidate.confidence is None else candidate.confidence

    for candidate, is_shown in zip(found, shown, strict=True):
        if not is_shown:
            assert any(cross(candidate, other) and sure(other) >= sure(candidate) for other in kept)
