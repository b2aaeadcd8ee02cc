"""Bins of histograms: equal ones for lengths, those of a clock for times, and days put together to weeks and months."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeVar

T = TypeVar("T")

CLOCK = (0, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 2700, 3600)
"""Where the bins of times begin, in seconds; the last has no end."""

_WIDTHS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)

_TAIL = 0.01
"""The share of all that may stand in a last bin wider than the others."""


@dataclass(frozen=True, slots=True)
class Bin:
    """How many are from ``low`` to ``high``, both included; ``open`` is a last bin wider than the others."""

    low: int
    high: int
    count: int
    open: bool = False


def bins(counts: Mapping[int, int], most: int = 24) -> list[Bin]:
    """Return the bins of whole numbers with how often each is there: equal ones, no more than ``most``, but for a thin tail."""
    if not counts:
        return []
    total, low, high = sum(counts.values()), min(counts), max(counts)
    above, usual = 0, high
    for value in sorted(counts, reverse=True):  # the longest that is not of the tail
        above += counts[value]
        usual = value
        if above > total * _TAIL:
            break
    width = next((width for width in _WIDTHS if (usual - low + 1) / width <= most - 1), 0) or ceil((usual - low + 1) / (most - 1))
    start = low - (low - 1) % width if low > 0 else low
    found: list[Bin] = []
    while start <= high:
        last = start > usual or len(found) == most - 1
        end = high if last else start + width - 1
        count = sum(times for value, times in counts.items() if start <= value <= end)
        found.append(Bin(start, end, count, open=last and end - start >= width))
        start = end + 1
    return found


def clock_bins(times: Sequence[T], seconds: Callable[[T], float]) -> list[tuple[int, Sequence[T]]]:
    """Return the bins of ``CLOCK`` from the first to the last with anything in it: its number and what falls into it.

    ``times`` come with the longest first, as they are read: so a bin is a piece of them, cut out without a look at each.
    """
    least = [bisect_right(times, -start, key=lambda one: -seconds(one)) for start in CLOCK[1:]]  # how many take at least that long
    pieces = [times[more:fewer] for more, fewer in zip([*least, 0], [len(times), *least], strict=True)]
    filled = [number for number, piece in enumerate(pieces) if piece]
    return list(enumerate(pieces))[filled[0] : filled[-1] + 1] if filled else []


def median(counts: Mapping[int, int]) -> int:
    """Return the lower median of whole numbers with how often each is there; 0 of nothing."""
    half, seen = (sum(counts.values()) + 1) // 2, 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= half:
            return value
    return 0


def periods(days: Iterable[dt.date], by: str) -> list[tuple[dt.date, dt.date]]:
    """Return the days, weeks (from Monday) or months from the first to the last of some days, without gaps, as first and last day."""
    some = sorted(days)
    found: list[tuple[dt.date, dt.date]] = []
    if some:
        start = period_of(some[0], by)[0]
        while start <= some[-1]:
            found.append(period_of(start, by))
            start = found[-1][1] + dt.timedelta(days=1)
    return found


def period_of(day: dt.date, by: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the ``day``, ``week`` or ``month`` that a day is in."""
    if by == "week":
        first = day - dt.timedelta(days=day.weekday())
        return first, first + dt.timedelta(days=6)
    if by == "month":
        first = day.replace(day=1)
        return first, (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return day, day
