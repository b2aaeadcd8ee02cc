"""Painters of what lies over the text: relation arcs, the line being dragged, hint letters, and the strip that pins a source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from annotator.ui.article.arc_labels import is_strong
from annotator.ui.article.arcs import TIP, Arc, Plate, rounded
from annotator.ui.article.paint import CENTER, NO_BRUSH, NO_PEN, SOLID, Style, dashes_between, draw_small, paint_bars
from annotator.ui.article.scene import Scene
from annotator.ui.theme import OUTLINE_CONTRAST, TEXT_CONTRAST, legible, mix
from annotator.ui.theme_qt import color

FAINT_CONTRAST = 2.0
"""Contrast of arcs that have not the eye: quiet, but there, in light and in dark."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Hint letters at a place: ``x`` and ``y`` are the left and the lower edge; the first ``typed`` letters are done."""

    code: str
    typed: int
    x: float
    y: float


def paint_arcs(painter: QPainter, scene: Scene, style: Style) -> None:
    """Paint the arcs: those without the eye first, lines before texts, then those that have it with their labels on top."""
    painter.setFont(style.metrics.chip_font)
    raised = scene.raised(style)
    strong = [arc for arc in scene.arcs if is_strong(scene.relations[arc.id], style)]
    calm = [arc for arc in scene.arcs if not is_strong(scene.relations[arc.id], style)]
    for arc in sorted(calm, key=lambda one: not one.rails):
        _paint_arc(painter, arc, scene, style, strong=False)
    for arc in calm:
        if arc.label is not None and arc.id not in raised.covered:
            _paint_label(painter, arc.label, arc, scene, style, strong=False)
    for arc in scene.arcs:
        if arc.mark is not None:
            _paint_mark(painter, arc.mark, style)
    _paint_words(painter, scene, style)
    for arc in strong:
        _paint_arc(painter, arc, scene, style, strong=True)
    for arc in strong:
        if arc.id in raised.plates:
            _paint_label(painter, raised.plates[arc.id], arc, scene, style, strong=True)


def _arc_color(arc: Arc, scene: Scene, style: Style, *, strong: bool) -> str:
    relation, theme = scene.relations[arc.id], style.theme
    base = style.relation_color(relation.label) or theme.arc
    if strong or (style.arcs == "all" and not arc.run.rail):
        return legible(base, theme.page, OUTLINE_CONTRAST)
    return legible(mix(mix(theme.arc, base, 0.35), theme.page, 0.55), theme.page, FAINT_CONTRAST)


def _paint_arc(painter: QPainter, arc: Arc, scene: Scene, style: Style, *, strong: bool) -> None:
    relation = scene.relations[arc.id]
    ink = color(_arc_color(arc, scene, style, strong=strong))
    thick = (
        (2.4 if arc.id == style.focused_relation else 1.8)
        if strong
        else 1.0
        if arc.run.rail
        else 1.4
        if style.arcs == "all"
        else 1.2
    )
    thick *= min(1.6, style.metrics.bar / 2)  # which grows with the zoom
    if relation.reviewed:
        pen = QPen(ink, thick)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(NO_BRUSH)
        painter.drawPath(arc_path(arc))
    else:
        runs = (dashes_between(a, b, thick, 3 * thick, 2.5 * thick) for a, b in pairwise(arc.points))
        paint_bars(painter, list(chain.from_iterable(runs)), ink.name())
    if arc.arrow is not None:
        x, y = arc.arrow
        size = 4.0 if strong else 3.2
        painter.setPen(NO_PEN)
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([QPointF(x - size, y - 1.4 * size), QPointF(x + size, y - 1.4 * size), QPointF(x, y + 0.5)]))
    if arc.far is not None:
        painter.setPen(QPen(ink, max(1.4, thick), SOLID, Qt.PenCapStyle.RoundCap))
        _paint_far(painter, arc)


def _paint_far(painter: QPainter, arc: Arc) -> None:
    """Paint open signs at the height of the lane, which point at no word: outwards at the tip, and up or down behind the words."""
    assert arc.far is not None
    x, y, direction = arc.far
    away = 1.0 if x > arc.points[0][0] else -1.0
    if arc.outward:
        painter.drawPolyline([QPointF(x - 4 * away, y - 3.5), QPointF(x, y), QPointF(x - 4 * away, y + 3.5)])
    behind = x if arc.words is None else arc.words.right if away > 0 else arc.words.left
    x = behind + (TIP - 4) * away
    painter.drawPolyline([QPointF(x - 3.5, y - 2 * direction), QPointF(x, y + 2 * direction), QPointF(x + 3.5, y - 2 * direction)])


def arc_path(arc: Arc) -> QPainterPath:
    """Return an arc as a path with round corners."""
    path = QPainterPath()
    for kind, first, second in rounded(arc.points, 6.0):
        if kind == "move":
            path.moveTo(*first)
        elif kind == "line":
            path.lineTo(*first)
        else:
            path.quadTo(*first, *second)
    return path


def _paint_label(painter: QPainter, plate: Plate, arc: Arc, scene: Scene, style: Style, *, strong: bool) -> None:
    theme = style.theme
    rect = _rect_of(plate, style)
    base = style.relation_color(scene.relations[arc.id].label) or theme.arc
    back, ink = theme.page, legible(base, theme.page, TEXT_CONTRAST)
    painter.setPen(NO_PEN)
    if arc.id == style.focused_relation:
        ink = "#14171a" if theme.dark else "#ffffff"
        back = legible(base, ink, TEXT_CONTRAST)
    elif strong:
        painter.setPen(QPen(color(legible(base, theme.page, OUTLINE_CONTRAST)), 1.0))
    elif style.arcs != "all":
        ink = mix(theme.quiet_text, theme.page, 0.15)
    painter.setBrush(color(back))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), rect.height() / 2.6, rect.height() / 2.6)
    painter.setPen(color(ink))
    draw_small(painter, rect, plate.text, style)


def _paint_mark(painter: QPainter, plate: Plate, style: Style) -> None:
    """Say how many arcs share the rail above."""
    rect = _rect_of(plate, style)
    painter.setPen(NO_PEN)
    painter.setBrush(color(mix(style.theme.page, style.theme.arc, 0.18)))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0)
    painter.setPen(color(style.theme.quiet_text))
    draw_small(painter, rect, plate.text, style)


def _paint_words(painter: QPainter, scene: Scene, style: Style) -> None:
    """Say behind the stubs where they lead."""
    stubs = [arc for arc in scene.arcs if arc.words is not None]
    if stubs:
        painter.setFont(style.metrics.note_font)
    for arc in stubs:
        if arc.words is not None:
            strong = is_strong(scene.relations[arc.id], style)
            painter.setPen(color(style.theme.text if strong else style.theme.quiet_text))
            painter.drawText(_rect_of(arc.words, style), CENTER, arc.words.text)
    if stubs:
        painter.setFont(style.metrics.chip_font)


def _rect_of(plate: Plate, style: Style) -> QRectF:
    height = style.metrics.chip
    return QRectF(plate.left, plate.y - height / 2, plate.right - plate.left, height)


def paint_pull(painter: QPainter, style: Style, start: tuple[float, float], end: tuple[float, float], *, legal: bool) -> None:
    """Paint the line from a span to the pointer while a relation is dragged: solid over a legal target, else dashed."""
    theme = style.theme
    pen = QPen(color(theme.accent if legal else theme.quiet_text), 2.0)
    if not legal:
        pen.setDashPattern([3.0, 2.5])
    painter.setPen(pen)
    painter.setBrush(NO_BRUSH)
    path = QPainterPath(QPointF(*start))
    if end[1] > start[1] + style.metrics.row:
        half = (start[1] + end[1]) / 2
        path.cubicTo(start[0], half, end[0], half, end[0], end[1])
    else:
        lift = min(start[1], end[1]) - min(40.0, 12 + abs(start[0] - end[0]) / 6)
        path.cubicTo(start[0], lift, end[0], lift, end[0], end[1])
    painter.drawPath(path)
    painter.setBrush(color(theme.accent if legal else theme.quiet_text))
    painter.drawEllipse(QPointF(*end), 3.5, 3.5)


def paint_hints(painter: QPainter, hints: Iterable[Hint], style: Style) -> None:
    """Paint hint letters as small plates; letters already typed stand back."""
    theme, metrics = style.theme, style.metrics
    painter.setFont(metrics.chip_font)
    height = metrics.chip
    border = QPen(color(mix(theme.hint, theme.hint_text, 0.35)), 1.0)
    for hint in hints:
        width = metrics.width(hint.code) - metrics.padding
        rect = QRectF(hint.x, hint.y - height, width, height)
        painter.setPen(border)
        painter.setBrush(color(theme.hint))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5)
        done, rest = hint.code[: hint.typed], hint.code[hint.typed :]
        x = rect.left() + metrics.padding / 2
        if done:
            painter.setPen(color(mix(theme.hint_text, theme.hint, 0.6)))
            painter.drawText(QRectF(x, rect.top(), width, height), int(Qt.AlignmentFlag.AlignVCenter), done)
            x += metrics.width(done) - 2 * metrics.padding
        painter.setPen(color(theme.hint_text))
        painter.drawText(QRectF(x, rect.top(), width, height), int(Qt.AlignmentFlag.AlignVCenter), rest)


def strip_height(style: Style) -> float:
    """Return how high the strip is that names the source of the relation being made."""
    return style.metrics.chip + 14.0


def paint_strip(painter: QPainter, style: Style, width: float, *, label: str, surface: str, advice: str) -> None:
    """Paint a strip over the top of the window that names the source of the relation being made; here y 0 is the window's top."""
    theme, metrics = style.theme, style.metrics
    height = strip_height(style)
    painter.setPen(NO_PEN)
    painter.setBrush(color(theme.raised))
    painter.drawRect(QRectF(0, 0, width, height))
    painter.setPen(QPen(color(theme.border), 1.0))
    painter.drawLine(QPointF(0, height), QPointF(width, height))
    painter.setFont(metrics.chip_font)
    colors = style.colors(label)
    chip = QRectF(14, 7, metrics.width(label), metrics.chip)
    painter.setPen(NO_PEN)
    painter.setBrush(color(colors.strong))
    painter.drawRoundedRect(chip, 3.5, 3.5)
    painter.setPen(color(colors.strong_text))
    painter.drawText(chip, CENTER, label)
    painter.setPen(color(theme.text))
    words = QRectF(chip.right() + 10, 0, width - chip.right() - 20, height)
    painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), surface)
    painter.setPen(color(theme.quiet_text))
    painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), advice)
