"""Which mark the arrow keys go to: the next one in that direction, over the gaps that zeros leave."""

from __future__ import annotations

from enum import Enum

from annotator.ui.charts.model import Chart, Kind
from annotator.ui.charts.shapes import Layout


class Way(Enum):
    """A key, as it is meant in a picture that is read from left to right."""

    LEFT = (-1, 0)
    RIGHT = (1, 0)
    UP = (0, -1)
    DOWN = (0, 1)


def step(chart: Chart, made: Layout, current: int, way: Way) -> int:
    """Return the mark that is next to ``current`` (a number of ``chart.marks``), or ``current`` at the edge.

    Along the groups it stays in its series where that has a mark, else takes the nearest series; within a group it goes from series to
    series.
    """
    x, y = way.value
    along_groups, across = (x, -y) if chart.kind in (Kind.COLUMNS, Kind.LINES) else (y, x)
    there = {(chart.marks[box.mark].group, chart.marks[box.mark].series): box.mark for box in made.boxes}
    here = chart.marks[current]
    if across:
        own = sorted(series for group, series in there if group == here.group)
        beyond = [series for series in own if (series - here.series) * across > 0]
        return there[here.group, min(beyond, key=lambda series: abs(series - here.series))] if beyond else current
    groups = {group for group, _ in there if (group - here.group) * along_groups > 0}
    if chart.kind is Kind.LINES:  # a line is followed to its end
        groups = {group for group in groups if (group, here.series) in there} or groups
    if not groups:
        return current
    group = min(groups, key=lambda one: abs(one - here.group))
    series = min((series for own, series in there if own == group), key=lambda one: (abs(one - here.series), one))
    return there[group, series]


def edge(chart: Chart, made: Layout, *, last: bool) -> int | None:
    """Return the first or the last mark that is drawn, by group and series; None where there is none."""
    drawn = [box.mark for box in made.boxes]
    if not drawn:
        return None
    return (max if last else min)(drawn, key=lambda number: (chart.marks[number].group, chart.marks[number].series))
