"""Sums with colours: the figures of WCAG, and that what is asked for is reached with as little change as may be."""

from __future__ import annotations

import pytest

from annotator.domain.colors import OUTLINE_CONTRAST, TEXT_CONTRAST, contrast, legible, luminance, mix


@pytest.mark.parametrize(
    ("value", "wanted"), [("#000000", 0.0), ("#ffffff", 1.0), ("#ff0000", 0.2126), ("#00ff00", 0.7152), ("#0000ff", 0.0722)]
)
def test_luminance(value, wanted):
    assert luminance(value) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.478), ("#767676", "#ffffff", 4.542), ("#123456", "#123456", 1)],
)
def test_contrast_is_the_same_both_ways(first, second, wanted):
    assert contrast(first, second) == pytest.approx(wanted, abs=0.001)
    assert contrast(first, second) == contrast(second, first)


def test_a_mix_lies_between():
    assert [mix("#000000", "#ff8040", share) for share in (0, 0.5, 1)] == ["#000000", "#804020", "#ff8040"]


@pytest.mark.parametrize("behind", ["#ffffff", "#fdfdfc", "#1b1e22", "#000000", "#cccccc", "#444444"])
@pytest.mark.parametrize("value", ["#ffff00", "#0072b2", "#888888", "#ffffff", "#000000"])
@pytest.mark.parametrize("least", [OUTLINE_CONTRAST, TEXT_CONTRAST])
def test_a_colour_is_moved_until_it_is_legible_and_no_further(value, behind, least):
    moved = legible(value, behind, least)
    assert contrast(moved, behind) >= least
    if contrast(value, behind) >= least:
        assert moved == value
