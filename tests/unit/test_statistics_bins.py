"""Bins of histograms and stretches of days."""

from __future__ import annotations

import datetime as dt
import itertools
from statistics import median_low

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.ui.models.statistics_bins import CLOCK, Bin, bins, clock_bins, median, period_of, periods

counts = st.dictionaries(st.integers(0, 3000), st.integers(1, 500), min_size=1, max_size=60)


@given(counts, st.integers(3, 30))
@settings(max_examples=80, deadline=None)
def test_bins_hold_everything_once_and_join_without_gaps(counted, most):
    found = bins(counted, most)
    assert sum(one.count for one in found) == sum(counted.values())
    assert len(found) <= most
    assert found[0].low <= min(counted)
    assert found[-1].high >= max(counted)
    assert all(a.high + 1 == b.low for a, b in itertools.pairwise(found))
    assert len({one.high - one.low for one in found[:-1]}) <= 1
    assert not any(one.open for one in found[:-1])


@pytest.mark.parametrize(
    ("counted", "most", "expected"),
    [
        ({}, 24, []),
        ({3: 5}, 24, [Bin(3, 3, 5)]),
        ({1: 2, 3: 1}, 24, [Bin(1, 1, 2), Bin(2, 2, 0), Bin(3, 3, 1)]),
        ({1: 1, 2: 1, 3: 1, 4: 1}, 3, [Bin(1, 2, 2), Bin(3, 4, 2)]),
        ({1: 500, 2: 500, 900: 1}, 24, [Bin(1, 1, 500), Bin(2, 2, 500), Bin(3, 900, 1, open=True)]),
    ],
)
def test_a_thin_tail_is_one_wide_bin(counted, most, expected):
    assert bins(counted, most) == expected


@given(counts)
@settings(max_examples=60, deadline=None)
def test_the_median_is_that_of_the_standard_library(counted):
    assert median(counted) == median_low([value for value, times in counted.items() for _ in range(times)])


def test_nothing_has_no_median():
    assert median({}) == 0


@pytest.mark.parametrize(("seconds", "start"), [(0.1, 0), (9.99, 0), (10, 10), (59, 45), (60, 60), (3599, 2700), (90_000, 3600)])
def test_times_fall_between_the_marks_of_a_clock(seconds, start):
    assert [(CLOCK[number], piece) for number, piece in clock_bins([seconds], float)] == [(start, [seconds])]


@given(st.lists(st.floats(0, 10_000)))
def test_every_time_is_in_its_bin_and_no_bin_between_them_is_left_out(times):
    longest_first = sorted(times, reverse=True)
    found = clock_bins(longest_first, float)
    assert [one for _, piece in reversed(found) for one in piece] == longest_first
    ends = [*CLOCK[1:], float("inf")]
    assert all(CLOCK[number] <= one < ends[number] for number, piece in found for one in piece)
    assert [number for number, _ in found] == (list(range(found[0][0], found[-1][0] + 1)) if times else [])
    assert not found or (found[0][1] and found[-1][1])


DAY = dt.date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("day", "by", "expected"),
    [
        (DAY, "day", (DAY, DAY)),
        (DAY, "week", (DAY, dt.date(2026, 11, 29))),
        (dt.date(2026, 11, 29), "week", (DAY, dt.date(2026, 11, 29))),
        (DAY, "month", (dt.date(2026, 11, 1), dt.date(2026, 11, 30))),
        (dt.date(2024, 2, 29), "month", (dt.date(2024, 2, 1), dt.date(2024, 2, 29))),
        (dt.date(2026, 12, 31), "month", (dt.date(2026, 12, 1), dt.date(2026, 12, 31))),
    ],
)
def test_a_day_is_in_a_week_and_a_month(day, by, expected):
    assert period_of(day, by) == expected


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_stretches_follow_each_other_without_gaps(by):
    days = [dt.date(2026, 1, 31), dt.date(2025, 11, 3), dt.date(2026, 3, 1)]
    found = periods(days, by)
    assert all(a[1] + dt.timedelta(days=1) == b[0] for a, b in itertools.pairwise(found))
    assert found[0][0] <= min(days) <= found[0][1]
    assert found[-1][0] <= max(days) <= found[-1][1]
    assert periods([], by) == []
