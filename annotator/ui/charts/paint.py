"""Painting a chart that is laid out, on the screen, an image or a drawing: strokes and rectangles, never bitmaps."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPen, QPolygonF

from annotator.domain.colors import contrast
from annotator.ui.charts.hatch import strokes
from annotator.ui.charts.model import Chart, Kind, Pattern
from annotator.ui.charts.shapes import Align, Box, Ink, Layout, Words
from annotator.ui.theme import OUTLINE_CONTRAST, TEXT_CONTRAST, Theme, label_colors, legible, mix
from annotator.ui.theme_qt import color

_GAP = 6.0
"""Pixels between the strokes of a pattern."""

_FAINTEST, _STRONGEST = 0.10, 0.85
"""How much of the colour the cells of a matrix have, from the least to the most."""

_DASHES: dict[Pattern, list[float]] = {
    Pattern.SOLID: [],
    Pattern.RISING: [5, 2.5],
    Pattern.DOTS: [1.2, 2],
    Pattern.FALLING: [6, 2, 1.5, 2],
    Pattern.LEVEL: [9, 3],
    Pattern.CROSSED: [3, 1.5],
    Pattern.UPRIGHT: [6, 2, 1.5, 2, 1.5, 2],
    Pattern.BLANK: [2, 4],
}

_ALIGNED = {
    Align.LEFT: Qt.AlignmentFlag.AlignLeft,
    Align.CENTER: Qt.AlignmentFlag.AlignHCenter,
    Align.RIGHT: Qt.AlignmentFlag.AlignRight,
}


def paint(painter: QPainter, chart: Chart, made: Layout, theme: Theme, font: QFont, *, focused: int | None = None) -> None:
    """Paint a chart on the ground that is there; ``font`` is as large as the layout was measured with, ``focused`` a mark to outline."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(theme.border), 1.0))
    for line in made.lines:
        painter.drawLine(QPointF(_crisp(line.x1), _crisp(line.y1)), QPointF(_crisp(line.x2), _crisp(line.y2)))
    for swatch in made.swatches:
        series = chart.series[swatch.series]
        area = QRectF(swatch.x, swatch.y, swatch.width, swatch.height)
        if chart.kind is Kind.LINES:
            painter.setPen(_line_pen(theme, series.color, series.pattern))
            middle = area.center().y()
            painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
            _paint_point(painter, theme, series.color, series.pattern, area.adjusted(2, 2, -2, -2))
        else:
            _paint_filled(painter, theme, series.color, series.pattern, area)
    for path in made.paths:
        series = chart.series[path.series]
        painter.setPen(_line_pen(theme, series.color, series.pattern))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in path.points]))
    highest, sparse = chart.highest(), _sparse(made)
    for box in made.boxes:
        if sparse or chart.kind is not Kind.LINES or box.mark == focused:
            _paint_mark(painter, chart, box, theme, highest)
    bold = QFont(font)
    bold.setBold(True)
    for words in made.words:
        painter.setFont(bold if words.strong else font)
        _paint_words(painter, chart, words, theme, highest)
    if focused is not None and (found := made.box_of(focused)) is not None:
        _paint_focus(painter, found, theme)


@lru_cache(maxsize=512)
def _base(theme: Theme, name: str) -> str:
    return name if name.startswith("#") else getattr(theme, name)


@lru_cache(maxsize=512)
def _edge(theme: Theme, name: str) -> str:
    return legible(_base(theme, name), theme.page, OUTLINE_CONTRAST)


def _crisp(at: float) -> float:
    return round(at) + 0.5


def _area(box: Box) -> QRectF:
    return QRectF(box.x, box.y, box.width, box.height)


def _sparse(made: Layout) -> bool:
    """Whether the points of lines stand apart; else they would be one thick line."""
    most = max((len(path.points) // 2 + 1 for path in made.paths), default=0)
    return not made.boxes or most * made.boxes[0].width * 0.8 < made.width


def _paint_mark(painter: QPainter, chart: Chart, box: Box, theme: Theme, highest: float) -> None:
    mark = chart.marks[box.mark]
    name, pattern = chart.color_of(mark), chart.series[mark.series].pattern
    if chart.kind is Kind.MATRIX:
        painter.fillRect(_area(box).adjusted(1, 1, 0, 0), color(_shade(theme, name, mark.value, highest)))
    elif chart.kind is Kind.LINES:
        _paint_point(painter, theme, name, pattern, _area(box))
    else:
        gap = 0.5 if min(box.width, box.height) > 3 else 0.0  # neighbours stand apart
        _paint_filled(painter, theme, name, pattern, _area(box).adjusted(gap, gap, -gap, -gap))


def _paint_filled(painter: QPainter, theme: Theme, name: str, pattern: Pattern, area: QRectF) -> None:
    shades = label_colors(theme, _base(theme, name))
    if pattern is Pattern.SOLID:
        painter.fillRect(area, color(shades.strong))
        return
    ink = color(_edge(theme, name))
    painter.fillRect(area, color(shades.fill if pattern is not Pattern.BLANK else theme.page))
    round_end = Qt.PenCapStyle.RoundCap if pattern is Pattern.DOTS else Qt.PenCapStyle.FlatCap
    painter.setPen(QPen(ink, 2.2 if pattern is Pattern.DOTS else 1.3, Qt.PenStyle.SolidLine, round_end))
    for x1, y1, x2, y2 in strokes(pattern, (area.x(), area.y(), area.width(), area.height()), _GAP):
        painter.drawLine(QPointF(x1, y1), QPointF(x2 + (0.01 if x1 == x2 and y1 == y2 else 0), y2))
    painter.setPen(QPen(ink, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if min(area.width(), area.height()) > 2:
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))


def _line_pen(theme: Theme, name: str, pattern: Pattern) -> QPen:
    pen = QPen(color(_edge(theme, name)), 2.0)
    if _DASHES[pattern]:
        pen.setDashPattern(_DASHES[pattern])
    return pen


def _paint_point(painter: QPainter, theme: Theme, name: str, pattern: Pattern, area: QRectF) -> None:
    """Paint a point in the shape of its series: circle, square, triangle, diamond."""
    painter.setPen(QPen(color(theme.page), 1.0))
    painter.setBrush(color(_edge(theme, name)))
    middle = area.center()
    match list(Pattern).index(pattern) % 4:
        case 0:
            painter.drawEllipse(area)
        case 1:
            painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        case 2:
            painter.drawPolygon([area.bottomLeft(), QPointF(middle.x(), area.top()), area.bottomRight()])
        case _:
            sides = [QPointF(middle.x(), area.top()), QPointF(area.right(), middle.y())]
            painter.drawPolygon([*sides, QPointF(middle.x(), area.bottom()), QPointF(area.left(), middle.y())])


def _shade(theme: Theme, name: str, value: float, highest: float) -> str:
    """Return the colour of a cell; the root, so that the few still differ beside the many."""
    share = sqrt(value / highest) if highest > 0 else 0.0
    return mix(theme.page, _edge(theme, name), _FAINTEST + (_STRONGEST - _FAINTEST) * share)


def _paint_words(painter: QPainter, chart: Chart, words: Words, theme: Theme, highest: float) -> None:
    ink, area = theme.text if words.ink is Ink.TEXT else theme.quiet_text, QRectF(words.x, words.y, words.width, words.height)
    if words.ink is Ink.ON_MARK:
        ink = _ink_on_mark(painter, chart, words, theme, highest)
    elif words.ink is Ink.QUIET:  # no line of the grid goes through a number
        wide = painter.fontMetrics().horizontalAdvance(words.text)
        start = {Align.LEFT: 0.0, Align.CENTER: (words.width - wide) / 2, Align.RIGHT: words.width - wide}[words.align]
        tall = min(words.height, painter.fontMetrics().height())
        painter.fillRect(QRectF(words.x + start - 1, area.center().y() - tall / 2, wide + 2, tall), color(theme.page))
    painter.setPen(color(ink))
    flags = _ALIGNED[words.align] | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
    also = Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip
    if not words.turned:
        painter.drawText(area, int(flags | also), words.text)
        return
    painter.save()
    painter.translate(area.center().x(), area.bottom())
    painter.rotate(-90)
    painter.drawText(QRectF(0, -area.width() / 2, area.height(), area.width()), int(_LEFT_MIDDLE | also), words.text)
    painter.restore()


_LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute


def _ink_on_mark(painter: QPainter, chart: Chart, words: Words, theme: Theme, highest: float) -> str:
    """Return what stands out on a mark; under a text on strokes a patch is laid first."""
    mark = chart.marks[words.mark]
    name, pattern = chart.color_of(mark), chart.series[mark.series].pattern
    if chart.kind is Kind.MATRIX:
        ground = _shade(theme, name, mark.value, highest)
        return legible(theme.text if _stands_out(theme, ground) else theme.page, ground, TEXT_CONTRAST)
    shades = label_colors(theme, _base(theme, name))
    if pattern is Pattern.SOLID:
        return shades.strong_text
    wide = painter.fontMetrics().horizontalAdvance(words.text) + 8
    middle = words.x + words.width / 2
    patch = QPainterPath()
    patch.addRoundedRect(QRectF(middle - wide / 2, words.y + 2, wide, words.height - 4), theme.radius, theme.radius)
    painter.fillPath(patch, color(shades.fill if pattern is not Pattern.BLANK else theme.page))
    return theme.text


def _stands_out(theme: Theme, ground: str) -> bool:
    return contrast(theme.text, ground) >= contrast(theme.page, ground)


def _paint_focus(painter: QPainter, box: Box, theme: Theme) -> None:
    """Outline the mark that has the keyboard, apart from whatever colour it has."""
    area = _area(box).adjusted(-2, -2, 2, 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color(theme.page), 4.0))
    painter.drawRect(area)
    painter.setPen(QPen(color(theme.text), 2.0))
    painter.drawRect(area)
