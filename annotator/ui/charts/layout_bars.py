"""Lying bars: a row for each group with its name before it, its pieces one behind the other, and its total behind them."""

from __future__ import annotations

from annotator.ui.charts.model import Chart
from annotator.ui.charts.scale import ticks
from annotator.ui.charts.shapes import Align, Box, Ink, Layout, Line, Measure, Words, elided

_ROW, _TALLEST, _BAR = 1.55, 2.6, 0.68
"""The least and the greatest height of a row in lines, and the share of it that the bar takes."""

_THINNEST = 2.0
"""Pixels: what counts anything at all is seen."""

Area = tuple[float, float, float, float]


def least(chart: Chart, width: float, measure: Measure) -> tuple[float, float]:
    """Return the least size."""
    del width
    return measure.line * 16, len(chart.groups) * _ROW * measure.line + _foot(chart, measure)


def fill(made: Layout, chart: Chart, area: Area, measure: Measure) -> None:
    """Lay out names, bars, totals and the axis below."""
    left, top, width, height = area
    line, gap = measure.line, measure.line * 0.6
    names = min(max((measure.width(name) for name in chart.groups), default=0) + 1, width * 0.36)
    behind = max((measure.width(total) + gap for total in chart.totals), default=0)
    x = left + names + gap
    room = max(line * 2, left + width - x - behind - measure.width(chart.told(chart.highest())) / 2)
    foot = _foot(chart, measure)
    row = min(_TALLEST * line, max(_ROW * line, (height - foot) / max(1, len(chart.groups))))
    bottom = top + row * len(chart.groups)
    most = _most_ticks(chart, room, measure)
    highest = max(chart.highest(), 1.0)
    marked = [value for value in ticks(highest, most, chart.steps) if value <= highest]  # the longest bar takes all the room
    factor = room / highest
    _axis(made, chart, [(x + value * factor, value) for value in marked], (top, bottom), measure)
    if chart.value_title:
        text = elided(chart.value_title, room, measure)
        made.words.append(Words(text, x, bottom + line * 1.35, room, line, Align.CENTER, Ink.QUIET))
    ends = [x] * len(chart.groups)
    for number, mark in enumerate(chart.marks):
        if mark.value <= 0:
            continue
        wide = max(_THINNEST, mark.value * factor)
        box = Box(number, ends[mark.group], top + mark.group * row + row * (1 - _BAR) / 2, wide, row * _BAR)
        ends[mark.group] += wide
        made.boxes.append(box)
        if mark.shown and measure.width(mark.shown) + gap <= wide:
            made.words.append(Words(mark.shown, box.x, box.y, box.width, box.height, Align.CENTER, Ink.ON_MARK, mark=number))
    for number, name in enumerate(chart.groups):
        y = top + number * row
        made.words.append(Words(elided(name, names, measure), left, y, names, row, Align.RIGHT))
        if number < len(chart.totals) and chart.totals[number]:
            total = chart.totals[number]
            made.words.append(Words(total, ends[number] + gap * 0.75, y, measure.width(total) + 1, row, Align.LEFT, Ink.QUIET))


def _foot(chart: Chart, measure: Measure) -> float:
    return measure.line * (2.5 if chart.value_title else 1.5)


def _most_ticks(chart: Chart, room: float, measure: Measure) -> int:
    """Return how many numbers fit below an axis, all as wide as the widest may get."""
    widest = max(measure.width(chart.told(value)) for value in ticks(chart.highest(), 4, chart.steps))
    return max(2, min(8, int(room / (widest + measure.line * 1.5))))


def _axis(made: Layout, chart: Chart, marked: list[tuple[float, float]], rows: tuple[float, float], measure: Measure) -> None:
    top, bottom = rows
    for x, value in marked:
        made.lines.append(Line(x, top, x, bottom))
        text = chart.told(value)
        wide = measure.width(text) + 1
        made.words.append(Words(text, x - wide / 2, bottom + measure.line * 0.25, wide, measure.line, Align.CENTER, Ink.QUIET))
