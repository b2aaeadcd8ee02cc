"""Painters of what lies behind and under the text: search hits, selection, caret, highlights, bars and chips.

They take a scene and a ``Style`` and keep no state.  Coordinates are the document's; the caller has moved the painter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QRegion

from annotator.domain.text import Range
from annotator.ui.article.arcs import Point
from annotator.ui.article.dashes import dashed_frame, dashed_line
from annotator.ui.article.geometry import Geometry, Line
from annotator.ui.article.hit import Box, Handle, Part
from annotator.ui.article.metrics import Metrics
from annotator.ui.article.scene import LinePlan, Piece, PlacedChip, Scene, SceneBuilder
from annotator.ui.theme import LabelColors, Theme, label_colors, mix
from annotator.ui.theme_qt import color

# Made once: handing an enum of Python to Qt costs more than the call itself.
NO_PEN, NO_BRUSH = QPen(Qt.PenStyle.NoPen), QBrush(Qt.BrushStyle.NoBrush)
SOLID = Qt.PenStyle.SolidLine
NARROW, OUTSIDE = 24.0, 5.0
"""Below what width the handles of a span stand outside it, and how far."""

CENTER = Qt.AlignmentFlag.AlignCenter.value | Qt.TextFlag.TextDontClip.value


@dataclass(slots=True)
class Style:
    """How to paint: the theme, and what has the eye.

    ``legal`` is None outside relation making; then it says of each span in view whether it may be the target, and all others are
    dimmed.  ``linked`` are the ends of the focused relation, or the source of one being made.  ``chosen`` are the spans of the
    multi-selection.  ``exact`` is for paper and pictures: small texts are laid out for the very painter, not for the screen.
    """

    theme: Theme
    metrics: Metrics
    base_color: Callable[[str], str]
    relation_color: Callable[[str], str]
    focused: str | None = None
    hovered: str | None = None
    focused_relation: str | None = None
    hovered_relation: str | None = None
    linked: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()
    legal: Mapping[str, bool] | None = None
    arcs: str = "focused"
    active: bool = True
    exact: bool = False
    shades: dict[str, LabelColors] = field(default_factory=dict)

    def colors(self, label: str) -> LabelColors:
        """Return the shades of a span label; they are kept until ``base_color`` is replaced, which empties ``shades``."""
        known = self.shades.get(label)
        if known is None:
            known = self.shades[label] = label_colors(self.theme, self.base_color(label))
        return known

    def dimmed(self, span_id: str) -> bool:
        """Tell whether a span is to stand back because it cannot be the target."""
        return self.legal is not None and not self.legal.get(span_id, False) and span_id not in self.linked


def range_rects(geometry: Geometry, lines: Iterable[Line], span: Range, *, grow: float = 2.0) -> list[QRectF]:
    """Return the rectangles of a range on these lines."""
    start, end = span
    return [
        QRectF(left, line.top - grow, right - left, line.bottom - line.top + 2 * grow)
        for line in lines
        if line.start < end and start < line.end
        for left, right in geometry.intervals(line, start, end)
    ]


def paint_ranges(painter: QPainter, rects: Iterable[QRectF], value: str, radius: float = 2.0) -> None:
    """Fill rectangles with a colour."""
    painter.setPen(NO_PEN)
    painter.setBrush(color(value))
    for rect in rects:
        painter.drawRoundedRect(rect, radius, radius)


def paint_token(painter: QPainter, style: Style, rects: Sequence[QRectF]) -> None:
    """Paint a frame round the token that a label key would label."""
    painter.setPen(QPen(color(style.theme.accent, 120), 1.0))
    painter.setBrush(NO_BRUSH)
    for rect in rects:
        painter.drawRoundedRect(rect.adjusted(-1.5, -0.5, 1.5, 0.5), 4.0, 4.0)


def paint_caret(painter: QPainter, style: Style, x: float, top: float, bottom: float) -> None:
    """Paint the caret itself."""
    painter.setPen(QPen(color(style.theme.accent), 2.0, SOLID, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(x, top), QPointF(x, bottom))


def paint_fills(painter: QPainter, builder: SceneBuilder, scene: Scene, style: Style) -> None:
    """Paint the highlights behind the text, outer spans first, with torn edges where they cut a token."""
    for plan in scene.plans:
        for piece in plan.pieces:
            colors = style.colors(piece.span.label)
            fill = mix(colors.fill, style.theme.page, 0.75) if style.dimmed(piece.span.id) else colors.fill
            if not piece.span.reviewed:
                fill = mix(fill, style.theme.page, 0.45)
            painter.setPen(NO_PEN)
            painter.setBrush(color(fill))
            for rect in _fill_rects(builder, piece):
                painter.drawRoundedRect(rect, 3.0, 3.0)
            if piece.cuts and not style.dimmed(piece.span.id):
                _paint_cuts(painter, builder, piece, style)


def _fill_rects(builder: SceneBuilder, piece: Piece) -> Iterable[QRectF]:
    top, bottom = builder.fill_top(piece), builder.fill_bottom(piece)
    for left, right in piece.intervals:
        yield QRectF(left - 1, top, right - left + 1.5, bottom - top)


def _paint_cuts(painter: QPainter, builder: SceneBuilder, piece: Piece, style: Style) -> None:
    """Paint a torn edge where a span begins or ends inside a token: a zigzag, on a strip of page.  Behind the text, which it crosses."""
    top, bottom = builder.fill_top(piece), builder.fill_bottom(piece)
    count = max(4, 2 * round((bottom - top) / 8))
    step = (bottom - top) / count
    for x in piece.cuts:
        torn = [QPointF(x + (2.5 if number % 2 else -2.5), top + number * step) for number in range(count + 1)]
        painter.setBrush(NO_BRUSH)
        for value, thick in ((style.theme.page, 3.6), (style.colors(piece.span.label).edge, 1.4)):
            painter.setPen(QPen(color(value), thick, SOLID, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(torn)


def paint_outlines(painter: QPainter, builder: SceneBuilder, scene: Scene, style: Style) -> None:
    """Paint dashed outlines of suggestions, and solid ones of what has the focus, the pointer, or is linked or chosen."""
    for plan in scene.plans:
        for piece in plan.pieces:
            if piece.cuts:
                painter.save()
                painter.setClipRegion(_without_cuts(builder, piece), Qt.ClipOperation.IntersectClip)
            _paint_outline(painter, builder, piece, style)
            if piece.cuts:
                painter.restore()
            if piece.span.id in style.chosen:
                # A frame of its own outside the outline: the outline still tells a suggestion, the focus and the label.
                painter.setPen(QPen(color(style.theme.accent), 1.6))
                painter.setBrush(NO_BRUSH)
                for rect in _fill_rects(builder, piece):
                    painter.drawRoundedRect(rect.adjusted(-1.8, -1.8, 1.8, 1.8), 4.5, 4.5)


def _paint_outline(painter: QPainter, builder: SceneBuilder, piece: Piece, style: Style) -> None:
    pen = _outline(piece, style)
    if pen is not None:
        painter.setPen(pen)
        painter.setBrush(NO_BRUSH)
        for rect in _fill_rects(builder, piece):
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0)
    elif not piece.span.reviewed and not style.dimmed(piece.span.id):
        top, bottom = builder.fill_top(piece), builder.fill_bottom(piece)
        frames = [_dashed_outline(left - 1, top, right + 0.5, bottom) for left, right in piece.intervals]
        paint_bars(painter, list(chain.from_iterable(frames)), style.colors(piece.span.label).edge)


def _without_cuts(builder: SceneBuilder, piece: Piece) -> QRegion:
    """Return where the outline of a torn piece shows: it is open at the torn edges."""
    top, height = builder.fill_top(piece) - 3, builder.fill_bottom(piece) - builder.fill_top(piece) + 6
    region = QRegion(QRectF(piece.left - 6, top, piece.right - piece.left + 12, height).toAlignedRect())
    for x in piece.cuts:
        region -= QRegion(QRectF(x - 3, top, 6, height).toAlignedRect())
    return region


@lru_cache(maxsize=4096)
def _dashed_outline(left: float, top: float, right: float, bottom: float) -> list[QRectF]:
    return [QRectF(*bar) for bar in dashed_frame(left, top, right, bottom, pen=1.2, dash=3.6, gap=3.0)]


@lru_cache(maxsize=4096)
def dashes_between(first: Point, second: Point, pen: float, dash: float, gap: float) -> list[QRectF]:
    """Return the dashes of a level or upright line; the list is shared, so do not change it."""
    return [QRectF(*bar) for bar in dashed_line(first, second, pen=pen, dash=dash, gap=gap)]


def paint_bars(painter: QPainter, bars: Sequence[QRectF], value: str) -> None:
    """Fill plain rectangles with a colour, on whole pixels: crisp, and six times as fast as blended edges."""
    painter.setPen(NO_PEN)
    painter.setBrush(color(value))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.drawRects(bars)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)


def _outline(piece: Piece, style: Style) -> QPen | None:
    span, colors = piece.span, style.colors(piece.span.label)
    if style.dimmed(span.id):
        return None
    if span.id == style.focused:
        return QPen(color(colors.edge), 2.0)
    if span.id in style.linked or (style.legal is not None and style.legal.get(span.id)):
        return QPen(color(colors.edge), 1.6)
    if span.id == style.hovered and span.reviewed:
        return QPen(color(colors.edge), 1.0)
    return None


def paint_rows(painter: QPainter, builder: SceneBuilder, scene: Scene, style: Style) -> None:
    """Paint bars and chips below the lines; the chips of the focused and the hovered span come last, in full."""
    painter.setFont(style.metrics.chip_font)
    raised: list[PlacedChip] = []
    for plan in scene.plans:
        _paint_bars(painter, builder, plan, style)
        for chip in plan.chips:
            if chip.span.id in (style.focused, style.hovered):
                raised.append(chip)
            else:
                _paint_chip(painter, chip, chip.text, chip.box, style)
    for chip in sorted(raised, key=lambda one: one.span.id == style.focused):
        _paint_chip(painter, chip, chip.text if chip.text.startswith(chip.span.label) else chip.span.label, chip.box, style)


def _paint_bars(painter: QPainter, builder: SceneBuilder, plan: LinePlan, style: Style) -> None:
    height = builder.metrics.bar
    for piece in plan.pieces:
        if piece.row is None:
            continue
        edge = style.colors(piece.span.label).edge
        if style.dimmed(piece.span.id):
            edge = mix(edge, style.theme.page, 0.7)
        y = builder.row_top(plan.line, piece.row) + height / 2
        bars: list[QRectF] = []
        for left, right in piece.intervals:
            if piece.span.reviewed:
                bars.append(QRectF(left, y - height / 2, right - left, height))
            else:
                bars += dashes_between((left, y), (right, y), height, 2 * height, 1.5 * height)
        if piece.span.discontinuous:
            for before, after in pairwise(piece.intervals):
                bars += dashes_between((before[1], y), (after[0], y), 1.0, 1.0, 2.0)
        paint_bars(painter, bars, edge)


def _paint_chip(painter: QPainter, chip: PlacedChip, text: str, box: Box, style: Style) -> None:
    colors = style.colors(chip.span.label)
    strong = chip.span.id == style.focused
    back, ink = (colors.strong, colors.strong_text) if strong else (colors.chip, colors.chip_text)
    if style.dimmed(chip.span.id):
        back, ink = mix(back, style.theme.page, 0.7), mix(ink, style.theme.page, 0.7)
    if not text:
        size = box.right - box.left
        painter.setPen(NO_PEN)
        painter.setBrush(color(colors.edge))
        painter.drawEllipse(QRectF(box.left, box.top + 2, size, size))
        return
    width = style.metrics.width(text)
    rect = QRectF(box.left, box.top, max(width, box.right - box.left), box.bottom - box.top)
    painter.setPen(NO_PEN)
    painter.setBrush(QBrush(color(back)))
    _hanging(painter, rect)
    painter.setPen(color(ink))
    draw_small(painter, rect, text, style)


def draw_small(painter: QPainter, rect: QRectF, text: str, style: Style) -> None:
    """Write a short text in the middle of a rectangle; the painter has the chip font.

    On the screen it is laid out once, which is most of what it costs.  That layout does not fit a painter of another resolution.
    """
    if style.exact:
        painter.drawText(rect, CENTER, text)
        return
    shown = style.metrics.static_text(text)
    painter.drawStaticText(rect.center() - QPointF(shown.size().width() / 2, shown.size().height() / 2), shown)


def _hanging(painter: QPainter, rect: QRectF) -> None:
    """Fill a tab that hangs from its bar: square above, round below."""
    radius = min(3.5, rect.height() / 3)
    painter.drawRoundedRect(rect, radius, radius)
    painter.drawRect(QRectF(rect.left(), rect.top(), rect.width(), rect.height() / 2))


def handles_of(builder: SceneBuilder, scene: Scene, span_id: str | None) -> list[Handle]:
    """Return the handles of a span that are in view: both edges, and the link handle above its end.

    Those of a narrow piece stand outside it, so that its letters can be read and each handle be grasped.
    """
    pieces = scene.pieces_of(span_id) if span_id else []
    found: list[Handle] = []
    for piece in pieces:
        top, bottom = builder.fill_top(piece), builder.fill_bottom(piece)
        leftward = builder.geometry.leftward(piece.line, piece.span.start)
        out = OUTSIDE if piece.right - piece.left < NARROW else 1.0
        if piece is pieces[0]:
            x = piece.intervals[0][0] - 1 - out if leftward else piece.intervals[0][1] + 1 + out
            found.append(Handle(piece.span.id, Part.LINK, x, top - 3))
        if piece.begins:
            left, right = piece.intervals[-1 if leftward else 0]
            found.append(Handle(piece.span.id, Part.START, right + out if leftward else left - out, top))
        if piece.ends:
            left, right = piece.intervals[0 if leftward else -1]
            found.append(Handle(piece.span.id, Part.END, left - out if leftward else right + out, bottom))
    return found


def paint_handles(painter: QPainter, builder: SceneBuilder, handles: Iterable[Handle], colors: LabelColors, style: Style) -> None:
    """Paint the handles of the focused span on its outline: a knob at each edge, a ring to pull a relation from."""
    size = min(1.5, builder.metrics.bar / 2)
    for handle in handles:
        if handle.part is Part.LINK:
            painter.setPen(QPen(color(colors.edge), 1.6))
            painter.setBrush(color(style.theme.page))
            painter.drawEllipse(QPointF(handle.x, handle.y), 3.6 * size, 3.6 * size)
            continue
        painter.setPen(QPen(color(style.theme.page), 1.0))
        painter.setBrush(color(colors.edge))
        painter.drawEllipse(QPointF(handle.x, handle.y), 4.2 * size, 4.2 * size)
