"""Dashes: they fill their stretch from end to end and never overlap."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.ui.article.dashes import dashed_frame, dashed_line, dashes


@given(st.floats(-1000, 1000), st.floats(0.1, 2000), st.floats(0.5, 10), st.floats(0.5, 10))
def test_a_stretch_begins_and_ends_with_a_dash_and_dashes_keep_apart(low, length, dash, gap):
    found = dashes(low, low + length, dash, gap)
    assert found[0][0] == low
    assert sum(found[-1]) == pytest.approx(low + length)
    assert len(found) > 1 or length < 2 * dash + gap + 1e-5
    for (start, size), (following, _) in pairwise(found):
        assert following - start - size >= gap * 0.999 - 1e-5


def test_an_empty_stretch_has_none():
    assert dashes(5.0, 5.0, 3.0, 2.0) == []
    assert dashed_line((3.0, 1.0), (3.0, 1.0), pen=1.0, dash=3.0, gap=2.0) == []


def test_a_line_is_as_thick_as_its_pen_in_either_direction():
    level = dashed_line((10.0, 5.0), (0.0, 5.0), pen=2.0, dash=3.0, gap=2.0)
    assert {(top, height) for _left, top, _width, height in level} == {(4.0, 2.0)}
    upright = dashed_line((5.0, 0.0), (5.0, 10.0), pen=2.0, dash=3.0, gap=2.0)
    assert [(top, left, height, width) for left, top, width, height in upright] == level


def test_a_frame_keeps_inside_its_edges_and_closes_its_corners():
    bars = dashed_frame(10.0, 20.0, 60.0, 44.0, pen=1.2, dash=3.6, gap=3.0)
    assert min(left for left, *_ in bars) == 10.0
    assert max(left + width for left, _top, width, _height in bars) == pytest.approx(60.0)
    assert max(top + height for _left, top, _width, height in bars) == pytest.approx(44.0)
    for corner in ((10.0, 20.0), (60.0, 44.0)):
        assert any(
            left - 0.01 <= corner[0] <= left + width + 0.01 and top - 0.01 <= corner[1] <= top + height + 0.01
            for left, top, width, height in bars
        )
