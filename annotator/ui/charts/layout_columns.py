"""Standing bars and stepped lines over one axis of groups: days, lengths, spans of time."""

from __future__ import annotations

from annotator.ui.charts.model import Chart, Kind
from annotator.ui.charts.scale import thinned, ticks
from annotator.ui.charts.shapes import Align, Box, Ink, Layout, Line, Measure, Path, Words, elided

_NARROWEST, _WIDEST = 0.55, 7.0
"""The least and the greatest width of a column with its gap, in lines."""

_COLUMN = 0.78
"""The share of its room that a column takes."""

_LOWEST = 2.0
"""Pixels: what counts anything at all is seen."""

_POINT = 0.6
"""The side of a point of a line, in lines."""

Area = tuple[float, float, float, float]


def least(chart: Chart, width: float, measure: Measure) -> tuple[float, float]:
    """Return the least size."""
    del width
    narrowest = _NARROWEST * measure.line * len(chart.groups) if chart.kind is Kind.COLUMNS else 0.0
    axis = max(measure.width(chart.told(value)) for value in ticks(chart.highest(), 4, chart.steps))
    return max(measure.line * 16, narrowest + axis + measure.line), measure.line * 9


def fill(made: Layout, chart: Chart, area: Area, measure: Measure) -> None:
    """Lay out the axes, and columns or lines between them."""
    left, top, width, height = area
    line = measure.line
    head = line * 1.3 if chart.value_title else line * 0.5
    foot = line * (2.9 if chart.group_title else 1.7)
    base, tall = top + height - foot, max(line * 2, height - foot - head)
    highest = max(chart.highest(), 1.0)
    most = max(2, min(7, int(tall / (line * 2))))
    marked = [value for value in ticks(highest, most, chart.steps) if value <= highest]  # the highest takes all the room
    axis = max(measure.width(chart.told(value)) for value in marked)
    x, room = left + axis + line * 0.5, max(line * 2, width - axis - line * 0.5)
    if chart.value_title:
        made.words.append(
            Words(elided(chart.value_title, width, measure), left, top - line * 0.2, width, line, Align.LEFT, Ink.QUIET)
        )
    for value in marked:
        y = base - tall * value / highest
        made.lines.append(Line(x, y, x + room, y))
        made.words.append(Words(chart.told(value), left, y - line / 2, axis + 1, line, Align.RIGHT, Ink.QUIET))
    if chart.group_title:
        text = elided(chart.group_title, room, measure)
        made.words.append(Words(text, x, base + line * 1.75, room, line, Align.CENTER, Ink.QUIET))
    factor = tall / highest
    if chart.kind is Kind.COLUMNS:
        centers = _columns(made, chart, (x, base, room), factor, measure)
    else:
        centers = _paths(made, chart, (x, base, room), factor, measure)
    _names(made, chart, centers, base, measure)


def _columns(made: Layout, chart: Chart, place: tuple[float, float, float], factor: float, measure: Measure) -> list[float]:
    x, base, room = place
    pitch = min(_WIDEST * measure.line, room / max(1, len(chart.groups)))
    wide = max(1.0, pitch * _COLUMN)
    centers = [x + pitch * (number + 0.5) for number in range(len(chart.groups))]
    tops = [base] * len(chart.groups)
    for number, mark in enumerate(chart.marks):
        if mark.value <= 0:
            continue
        tall = max(_LOWEST, mark.value * factor)
        tops[mark.group] -= tall
        made.boxes.append(Box(number, centers[mark.group] - wide / 2, tops[mark.group], wide, tall))
    return centers


def _paths(made: Layout, chart: Chart, place: tuple[float, float, float], factor: float, measure: Measure) -> list[float]:
    """Lay out a step for each point: what was reached on a day holds until the next."""
    x, base, room = place
    side = _POINT * measure.line
    inner = room - 2 * side
    places = chart.places or tuple(float(number) for number in range(len(chart.groups)))
    low, high = min(places), max(places)
    centers = [x + side + (inner * (at - low) / (high - low) if high > low else inner / 2) for at in places]
    for series in range(len(chart.series)):
        own = sorted((mark.group, number) for number, mark in enumerate(chart.marks) if mark.series == series)
        points: list[tuple[float, float]] = []
        for group, number in own:
            y = base - chart.marks[number].value * factor
            if points:
                points.append((centers[group], points[-1][1]))
            points.append((centers[group], y))
            made.boxes.append(Box(number, centers[group] - side / 2, y - side / 2, side, side))
        if points:
            points.append((max(centers), points[-1][1]))  # and to the last day of all
            made.paths.append(Path(series, tuple(points)))
    return centers


def _names(made: Layout, chart: Chart, centers: list[float], base: float, measure: Measure) -> None:
    """Write the names of the groups below the axis, as many as do not touch each other."""
    line = measure.line
    names = [elided(name, line * 12, measure) for name in chart.groups]
    widths = [measure.width(name) + 1 for name in names]
    # a name at an edge is moved inwards, so it takes more room than half of it
    left, right = 0.0, made.width
    at = [min(max(center, left + wide / 2), right - wide / 2) for center, wide in zip(centers, widths, strict=True)]
    for number in thinned(at, widths, line * 0.6):
        made.words.append(
            Words(names[number], at[number] - widths[number] / 2, base + line * 0.55, widths[number], line, Align.CENTER, Ink.QUIET)
        )
