"""The numbers an axis is marked with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, log10

from annotator.ui.charts.model import Steps

_CLOCK = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Steps of a scale of seconds, up to a day."""


def ticks(highest: float, most: int, steps: Steps = Steps.COUNT) -> list[float]:
    """Return rising numbers from 0 to at least ``highest``, evenly apart, no more than ``most`` (and no fewer than two)."""
    rough = max(highest, 1) / max(1, most - 1)
    step = _clock_step(rough) if steps is Steps.SECONDS else _round_step(rough)
    return [number * step for number in range(max(1, ceil(highest / step - 1e-9)) + 1)]


def _round_step(rough: float) -> float:
    if rough <= 1:
        return 1
    ten = 10 ** floor(log10(rough))
    return next(factor * ten for factor in (1, 2, 5, 10) if factor * ten >= rough * (1 - 1e-9))


def _clock_step(rough: float) -> float:
    day = _CLOCK[-1]
    return next((step for step in _CLOCK if step >= rough), 0) or day * _round_step(rough / day)


def thinned(centers: Sequence[float], widths: Sequence[float], gap: float) -> list[int]:
    """Return which labels of an axis are written so that none touches another: every one, or every second, third, fifth, tenth, ..."""
    count = len(centers)
    factor = 1
    while factor < count:
        for step in (factor, 2 * factor, 5 * factor):
            kept = range(0, count, step)
            apart = pairwise(kept)
            if all(abs(centers[b] - centers[a]) >= (widths[a] + widths[b]) / 2 + gap for a, b in apart):
                return list(kept)
        factor *= 10
    return [0] if count else []
