"""Where everything of a chart stands in a picture of a given size, so that no text touches another and none is cut without three dots.

All distances are shares of the height of a line of text: a chart in a larger font is the same chart.
"""

from __future__ import annotations

from annotator.ui.charts import layout_bars, layout_columns, layout_matrix
from annotator.ui.charts.model import Chart, Kind
from annotator.ui.charts.shapes import Align, Ink, Layout, Measure, Swatch, Words, elided, mirrored

_ROOMS = {
    Kind.BARS: layout_bars,
    Kind.COLUMNS: layout_columns,
    Kind.LINES: layout_columns,
    Kind.MATRIX: layout_matrix,
}


def natural_size(chart: Chart, width: float, height: float, measure: Measure) -> tuple[float, float]:
    """Return the size for a chart where ``width`` × ``height`` are in view: that, or more where nothing could be told apart."""
    if not chart.marks:
        return width, height
    edge, top = measure.line * 0.75, _head(Layout(width, 0), chart, measure, titled=False)
    needed_width, needed_height = _ROOMS[chart.kind].least(chart, width - 2 * edge, measure)
    return max(width, needed_width + 2 * edge), max(height, needed_height + top + edge)


def lay_out(
    chart: Chart, width: float, height: float, measure: Measure, *, titled: bool = False, right_to_left: bool = False
) -> Layout:
    """Lay out a chart; ``titled`` writes its title above it, for a picture that stands alone."""
    made = Layout(width, height)
    if not chart.marks:
        return made
    edge, top = measure.line * 0.75, _head(made, chart, measure, titled=titled)
    _ROOMS[chart.kind].fill(made, chart, (edge, top, width - 2 * edge, max(measure.line, height - top - edge)), measure)
    return mirrored(made) if right_to_left else made


def _head(made: Layout, chart: Chart, measure: Measure, *, titled: bool) -> float:
    """Write title and legend, and return where the chart itself begins."""
    line, edge = measure.line, measure.line * 0.75
    y = edge
    if titled:
        room = made.width - 2 * edge
        title = elided(chart.title, room * 0.9, measure)  # which is written bold, a little wider than it is measured
        made.words.append(Words(title, edge, y, room, line, strong=True))
        y += line * 1.5
    if chart.kind is Kind.MATRIX or len(chart.series) < 2:
        return y
    x, swatch = edge, line * 0.85
    for number, series in enumerate(chart.series):
        text = elided(series.name, max(line * 3, made.width - 2 * edge - swatch * 1.5), measure)
        wide = swatch * 1.5 + measure.width(text)
        if x > edge and x + wide > made.width - edge:
            x, y = edge, y + line * 1.4
        made.swatches.append(Swatch(number, x, y + (line - swatch) / 2, swatch, swatch))
        made.words.append(Words(text, x + swatch * 1.5, y, measure.width(text) + 1, line, Align.LEFT, Ink.TEXT))
        x += wide + line * 1.2
    return y + line * 1.6
