"""Hint letters are prefix-free, short, and shortest near the caret."""

from __future__ import annotations

import pytest

from annotator.ui.article.hints import ALPHABET, hint_codes, hints_by_nearness, matching


@pytest.mark.parametrize("count", [0, 1, 2, 25, 26, 27, 60, 300, 676, 700, 3000])
def test_codes_are_different_and_none_begins_another(count):
    codes = hint_codes(count)
    assert len(codes) == count == len(set(codes))
    for code in codes:
        assert all(code[:length] not in codes for length in range(1, len(code)))


def test_codes_use_letters_only_and_are_as_short_as_can_be():
    assert hint_codes(26) == list(ALPHABET)
    codes = hint_codes(300)
    assert max(map(len, codes)) == 2
    assert all(code.isalpha() and code.islower() for code in codes)
    assert sum(len(code) == 1 for code in hint_codes(60)) == 24


def test_the_nearest_places_get_the_shortest_codes():
    places = list(range(0, 1000, 10))
    codes = hints_by_nearness(places, 500)
    assert codes[50] == "a"
    assert len(codes[50]) == 1 < len(codes[0]) == 2
    assert len(set(codes)) == len(places)


def test_matching_narrows_with_each_letter():
    codes = ["a", "mb", "mc"]
    assert matching(codes, "") == [0, 1, 2]
    assert matching(codes, "m") == [1, 2]
    assert matching(codes, "mc") == [2]
    assert matching(codes, "x") == []
