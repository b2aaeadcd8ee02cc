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


@pytest.mark.parametrize(("first", "second"), [("#0072b2", "#ffffff"), ("#1b1e22", "#ddcc77"), ("#abcdef", "#fedcba")])
def test_a_mix_goes_from_the_first_to_the_second_step_by_step(first, second):
    assert mix(first, second, 0) == first
    assert mix(first, second, 1) == second
    assert mix(first, second, 0.25) == mix(second, first, 0.75)
    low, high = sorted((luminance(first), luminance(second)))
    between = [luminance(mix(first, second, step / 10)) for step in range(11)]
    assert between in (sorted(between), sorted(between, reverse=True))
    assert low <= min(between) <= max(between) <= high


@pytest.mark.parametrize("behind", [f"#{level:02x}{level:02x}{level:02x}" for level in range(0, 256, 15)])
def test_every_grey_has_a_legible_text_on_it(behind):
    """The pole is right on both sides of the grey where black and white read equally well."""
    for value in (behind, "#808080", "#cc3311"):
        moved = legible(value, behind, TEXT_CONTRAST)
        assert contrast(moved, behind) >= TEXT_CONTRAST
        assert len(moved) == 7


def test_a_colour_keeps_its_hue_while_it_is_moved():
    red, green, blue = (int(legible("#ff8080", "#ffffff", TEXT_CONTRAST)[at : at + 2], 16) for at in (1, 3, 5))
    assert red > green
    assert abs(green - blue) <= 1, "darker, not another colour"


def test_capitals_are_the_same_colour():
    assert luminance("#ABCDEF") == luminance("#abcdef")
    assert contrast("#ABCDEF", "#abcdef") == 1
