"""The strokes of a fill pattern inside a rectangle, as geometry, so that a pattern is as crisp on paper and in a drawing as on any screen.

Strokes hang on a grid of the whole picture, not on their rectangle: neighbours with one pattern look like one piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from annotator.ui.charts.model import Pattern

Stroke = tuple[float, float, float, float]
"""From x, y to x, y; a dot where both are the same."""


def strokes(pattern: Pattern, area: tuple[float, float, float, float], gap: float) -> list[Stroke]:
    """Return the strokes of a pattern, ``gap`` apart, cut at a rectangle (x, y, width, height)."""
    x, y, width, height = area
    right, bottom = x + width, y + height
    match pattern:
        case Pattern.RISING:
            return list(_rising(x, y, right, bottom, gap))
        case Pattern.FALLING:
            return list(_falling(x, y, right, bottom, gap))
        case Pattern.CROSSED:
            return [*_rising(x, y, right, bottom, gap), *_falling(x, y, right, bottom, gap)]
        case Pattern.LEVEL:
            return [(x, line, right, line) for line in _grid(y, bottom, gap)]
        case Pattern.UPRIGHT:
            return [(line, y, line, bottom) for line in _grid(x, right, gap)]
        case Pattern.DOTS:
            rows = enumerate(_grid(y, bottom, gap * 0.75), ceil(y / (gap * 0.75)))
            return [(dot, line, dot, line) for number, line in rows for dot in _grid(x, right, gap, gap / 2 * (number % 2))]
    return []


def _grid(low: float, high: float, gap: float, shift: float = 0.0) -> Iterator[float]:
    """Yield the lines of the grid strictly between two borders."""
    number = ceil((low - shift) / gap)
    while (line := number * gap + shift) < high:
        if line > low:
            yield line
        number += 1


def _rising(x: float, y: float, right: float, bottom: float, gap: float) -> Iterator[Stroke]:
    for line in _grid(x + y, right + bottom, gap):
        first, last = max(x, line - bottom), min(right, line - y)
        yield first, line - first, last, line - last


def _falling(x: float, y: float, right: float, bottom: float, gap: float) -> Iterator[Stroke]:
    for line in _grid(x - bottom, right - y, gap):
        first, last = max(x, line + y), min(right, line + bottom)
        yield first, first - line, last, last - line
