"""A matrix: rows by group, columns by series, and in each cell what it counts."""

from __future__ import annotations

from annotator.ui.charts.model import Chart
from annotator.ui.charts.shapes import Align, Box, Ink, Layout, Line, Measure, Words, elided

_ROW, _TALLEST = 1.7, 2.4
_NARROWEST, _WIDEST = 2.6, 7.0
"""Sizes of cells, in lines."""

_LONGEST = 12.0
"""The widest that the name of a row or a column gets, in lines."""

Area = tuple[float, float, float, float]


def least(chart: Chart, width: float, measure: Measure) -> tuple[float, float]:
    """Return the least size."""
    line, names, cell = measure.line, _names(chart, measure), _cell(chart, measure)
    head = _head(chart, (width - names - line * 0.6) / max(1, len(chart.series)), measure)
    foot = line * 1.4 if chart.group_title else 0.0
    return names + line * 0.6 + cell * len(chart.series), head + foot + _ROW * line * len(chart.groups)


def fill(made: Layout, chart: Chart, area: Area, measure: Measure) -> None:
    """Lay out the names of rows and columns, the cells, and the grid between them."""
    left, top, width, height = area
    line, names = measure.line, _names(chart, measure)
    x = left + names + line * 0.6
    cell = min(_WIDEST * line, max(_cell(chart, measure), (left + width - x) / max(1, len(chart.series))))
    top += line * 1.4 if chart.group_title else 0.0
    head = _head(chart, cell, measure)
    rows = height - head - (line * 1.4 if chart.group_title else 0.0)
    row = min(_TALLEST * line, max(_ROW * line, rows / max(1, len(chart.groups))))
    y, right = top + head, x + cell * len(chart.series)
    if chart.group_title:
        text = elided(chart.group_title, width, measure)
        made.words.append(Words(text, left, top - line * 1.5, width, line, Align.LEFT, Ink.QUIET))
    for number, series in enumerate(chart.series):
        _column_name(made, series.name, (x + number * cell, top, cell, head), measure)
    for number, group in enumerate(chart.groups):
        made.words.append(Words(elided(group, names, measure), left, y + number * row, names, row, Align.RIGHT))
    for number in range(len(chart.groups) + 1):
        made.lines.append(Line(x, y + number * row, right, y + number * row))
    for number in range(len(chart.series) + 1):
        made.lines.append(Line(x + number * cell, y, x + number * cell, y + len(chart.groups) * row))
    for number, mark in enumerate(chart.marks):
        box = Box(number, x + mark.series * cell, y + mark.group * row, cell, row)
        made.boxes.append(box)
        text = elided(mark.shown, cell - line * 0.3, measure)
        made.words.append(Words(text, box.x, box.y, cell, row, Align.CENTER, Ink.ON_MARK, mark=number))


def _names(chart: Chart, measure: Measure) -> float:
    return min(max((measure.width(group) for group in chart.groups), default=0) + 1, _LONGEST * measure.line)


def _cell(chart: Chart, measure: Measure) -> float:
    shown = max((measure.width(mark.shown) for mark in chart.marks), default=0)
    return max(_NARROWEST * measure.line, shown + measure.line * 0.6)


def _turned(chart: Chart, cell: float, measure: Measure) -> bool:
    """Whether the names of columns are too wide for their columns, and stand upright."""
    return any(measure.width(series.name) > cell - measure.line * 0.4 for series in chart.series)


def _head(chart: Chart, cell: float, measure: Measure) -> float:
    cell = min(_WIDEST * measure.line, max(_cell(chart, measure), cell))
    if not _turned(chart, cell, measure):
        return measure.line * 1.5
    return min(max(measure.width(series.name) for series in chart.series), _LONGEST * measure.line) + measure.line * 0.6


def _column_name(made: Layout, name: str, place: tuple[float, float, float, float], measure: Measure) -> None:
    x, top, cell, head = place
    turned = head > measure.line * 1.5
    text = elided(name, head - measure.line * 0.5 if turned else cell, measure)
    bottom = measure.line * 0.3 if turned else 0.0
    made.words.append(Words(text, x, top, cell, head - bottom, Align.LEFT if turned else Align.CENTER, Ink.TEXT, turned=turned))
