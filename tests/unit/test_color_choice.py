"""Colours that stay apart: differences as eyes see them, and the colour that is proposed."""

from __future__ import annotations

import pytest

from annotator.domain.color_choice import ALIKE, difference, nearest, proposed
from annotator.domain.labels import PALETTE


def test_differences_are_those_of_the_books():
    assert difference("#ffffff", "#000000", "usual") == pytest.approx(100, abs=0.1)
    assert difference("#ff0000", "#00ff00", "usual") == pytest.approx(170.6, abs=0.5)  # CIE 1976, sRGB primaries
    assert difference("#777777", "#777777") == 0


@pytest.mark.parametrize("eye", ["protanopia", "deuteranopia"])
def test_red_and_green_are_closer_without_one_of_their_cones(eye):
    assert difference("#c04030", "#608020", eye) < difference("#c04030", "#608020", "usual") / 2
    assert difference("#777777", "#bbbbbb", eye) == pytest.approx(difference("#777777", "#bbbbbb", "usual"), rel=0.05)


def test_blue_and_yellow_stay_apart_for_those_who_lack_red_or_green():
    assert difference("#0000cc", "#cccc00", "deuteranopia") > 60


def test_the_worst_eye_counts():
    assert difference("#c04030", "#608020") == min(
        difference("#c04030", "#608020", eye) for eye in ("usual", "protanopia", "deuteranopia", "tritanopia")
    )


def test_the_nearest_is_found():
    assert nearest("#0072b2", ["#d55e00", "#0070b0", "#000000"])[0] == "#0070b0"
    assert nearest("#0072b2", []) == ("", 1000.0)


def test_proposed_colours_stay_apart_as_long_as_there_are_some():
    used: list[str] = []
    for _ in range(10):
        color = proposed(used)
        assert color in PALETTE
        assert nearest(color, used)[1] > ALIKE
        used.append(color)


def test_the_proposal_is_not_fooled_by_capitals_or_foreign_colours():
    assert proposed(["#0072B2"]) != "#0072b2"
    assert proposed(["#123456", "#ffffff"]) in PALETTE
    assert proposed([]) == PALETTE[0]
