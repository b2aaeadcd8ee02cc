"""What the visible lines show, as plain geometry: pieces of spans, chips, arcs, and the boxes the pointer can hit.

Line plans are cached; an edit forgets those of the ranges it names, so that its cost does not grow with the document.  Arcs are
routed anew for each window of lines, because their far ends depend on what is in view.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from annotator.domain.annotations import Relation, Span
from annotator.domain.text import Range, trim
from annotator.ui.article import arcs, layout
from annotator.ui.article.hit import Box
from annotator.ui.article.model import ArticleModel

if TYPE_CHECKING:
    from annotator.ui.article.geometry import Geometry, Interval, Line
    from annotator.ui.article.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Piece:
    """What one span shows on one line.  ``row`` is None where the span is bundled into the last row."""

    span: Span
    line: Line
    intervals: tuple[Interval, ...]
    row: int | None
    begins: bool
    ends: bool

    @property
    def left(self) -> float:
        """Leftmost pixel."""
        return self.intervals[0][0]

    @property
    def right(self) -> float:
        """Rightmost pixel."""
        return self.intervals[-1][1]


@dataclass(frozen=True, slots=True)
class PlacedChip:
    """A chip to paint: ``text`` is empty for a dot."""

    span: Span
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class LinePlan:
    """Everything about one line; ``rows`` says how many are in use, ``ids`` whose pieces it shows.

    Pieces come longest span first: the order of painting.  ``boxes`` are the highlighted pieces of text, for the pointer.
    """

    line: Line
    pieces: tuple[Piece, ...] = ()
    chips: tuple[PlacedChip, ...] = ()
    rows: int = 0
    ids: frozenset[str | None] = frozenset()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What the window of lines between two heights shows."""

    plans: tuple[LinePlan, ...] = ()
    arcs: tuple[arcs.Arc, ...] = ()
    relations: dict[str, Relation] = field(default_factory=dict)

    @property
    def range(self) -> Range:
        """The code points in view."""
        return (self.plans[0].line.start, self.plans[-1].line.end) if self.plans else (0, 0)

    @property
    def boxes(self) -> list[Box]:
        """The highlighted pieces of text."""
        return [box for plan in self.plans for box in plan.boxes]

    def pieces_of(self, span_id: str) -> list[Piece]:
        """Return the pieces in view of one span, in text order."""
        return [piece for plan in self.plans if span_id in plan.ids for piece in plan.pieces if piece.span.id == span_id]

    def spans(self) -> list[Span]:
        """Return the spans in view, each once, in text order."""
        found = {piece.span.id: piece.span for plan in self.plans for piece in plan.pieces}
        return sorted(found.values(), key=lambda span: (span.start, -span.end, span.id))


class SceneBuilder:
    """Makes scenes for one document at one width and zoom."""

    def __init__(
        self, model: ArticleModel, geometry: Geometry, metrics: Metrics, rooms: Sequence[layout.Room], *, width: float
    ) -> None:
        self.geometry = geometry
        self.metrics = metrics
        self._model = model
        self._rooms = rooms
        self._width = width
        self._plans: dict[tuple[int, int], LinePlan] = {}
        self._codes: dict[str, str] = {}
        self._scene: tuple[tuple[float, float, bool], Scene] | None = None

    def forget(self, ranges: Iterable[Range] | None) -> None:
        """Drop the plans of lines that overlap ``ranges`` (None: all); the text itself keeps its place."""
        self._scene = None
        self._codes.clear()
        if ranges is None:
            self._plans.clear()
            return
        wanted = _joined(ranges)
        starts = [start for start, _end in wanted]
        for key in [key for key, plan in self._plans.items() if _meets(plan.line, starts, wanted)]:
            del self._plans[key]

    def scene(self, top: float, bottom: float, *, with_arcs: bool = True) -> Scene:
        """Return what shows between two heights; the same object until something is forgotten or the window moves."""
        key = top, bottom, with_arcs
        if self._scene is None or self._scene[0] != key:
            if len(self._plans) > 2000:
                self._plans.clear()
            self._scene = key, self._build(top, bottom, with_arcs=with_arcs)
        return self._scene[1]

    def plan(self, line: Line) -> LinePlan:
        """Return the plan of one line."""
        key = line.block, line.number
        known = self._plans.get(key)
        if known is None:
            known = self._plans[key] = self._planned(line)
        return known

    def fill_top(self, piece: Piece) -> float:
        """Return the top of a piece's highlight: those outside others are a little taller."""
        return piece.line.top - 1 - 2.0 * min(piece.row or 0, 2)

    def fill_bottom(self, piece: Piece) -> float:
        """Return the bottom of a piece's highlight."""
        return piece.line.bottom

    def row_top(self, line: Line, row: int) -> float:
        """Return the top of a row's bar."""
        return line.bottom + 1 + row * self.metrics.row

    def _planned(self, line: Line) -> LinePlan:
        spans = [span for span in self._model.spans_in(line.start, line.end) if span.fragments]
        found: list[tuple[Span, tuple[Interval, ...]]] = []
        for span in spans:
            intervals: list[Interval] = []
            for start, end in span.fragments:
                # A fragment that goes on in the next line leaves the blank at the end of this one bare.
                intervals += self.geometry.intervals(line, *trim(self._model.text, max(start, line.start), min(end, line.end)))
            if intervals:
                found.append((span, tuple(sorted(intervals))))
        if not found:
            return LinePlan(line)
        limit = self._row_limit(line)
        rows = layout.assign_rows(
            [layout.Extent(intervals[0][0], intervals[-1][1], span.end - span.start) for span, intervals in found], limit
        )
        pieces = [
            Piece(
                span=span,
                line=line,
                intervals=intervals,
                row=row if row < limit else None,
                begins=line.start <= span.start < line.end,
                ends=line.start < span.end <= line.end,
            )
            for (span, intervals), row in zip(found, rows, strict=True)
        ]
        pieces.sort(key=lambda piece: (piece.span.start - piece.span.end, piece.span.start))
        used = max((piece.row + 1 for piece in pieces if piece.row is not None), default=1)
        boxes = tuple(self._boxes(pieces))
        return LinePlan(
            line, tuple(pieces), tuple(self._chips(line, pieces, limit)), used, frozenset(span.id for span, _ in found), boxes
        )

    def _boxes(self, pieces: Iterable[Piece]) -> Iterable[Box]:
        for piece in pieces:
            top, bottom, length = self.fill_top(piece), self.fill_bottom(piece), piece.span.end - piece.span.start
            for left, right in piece.intervals:
                yield Box(piece.span.id, left, top, right, bottom, length)

    def _row_limit(self, line: Line) -> int:
        room = self._rooms[line.block] if line.block < len(self._rooms) else layout.NO_ROOM
        fitting = int((line.below - 2) / self.metrics.row) if line.below else 1
        return max(1, min(layout.MAX_LANES, room.rows + 1, fitting))

    def _chips(self, line: Line, pieces: Sequence[Piece], limit: int) -> Iterable[PlacedChip]:
        width = self.metrics.width
        hanging = [piece for piece in pieces if piece.begins and piece.row is not None]
        requests: list[layout.ChipRequest] = []
        names: list[tuple[str, str]] = []
        for piece in hanging:
            more = self._bundled(piece, pieces) if piece.row == limit - 1 else 0
            suffix = f" +{more}" if more else ""
            name, code = piece.span.label + suffix, self._code(piece.span.label) + suffix
            leftward = self.geometry.leftward(line, piece.span.start)
            anchor = self._anchor(piece) if line.mixed else piece.left
            assert piece.row is not None
            requests.append(layout.ChipRequest(piece.row, anchor, width(name), width(code), leftward))
            names.append((name, code))
        bars = [(piece.row, piece.left, piece.right) for piece in pieces if piece.row is not None]
        placed = layout.place_chips(requests, bars, 2.0, self._width - 2.0)
        for piece, chip, (name, code) in zip(hanging, placed, names, strict=True):
            text = {layout.Form.NAME: name, layout.Form.CODE: code, layout.Form.DOT: ""}[chip.form]
            assert piece.row is not None
            top = self.row_top(line, piece.row) + self.metrics.bar
            length = piece.span.end - piece.span.start
            yield PlacedChip(piece.span, text, Box(piece.span.id, chip.left, top, chip.right, top + self.metrics.chip, length))

    def _anchor(self, piece: Piece) -> float:
        """Return where the span begins on a line of mixed directions: the outer edge of its first character."""
        return self.geometry.x_of(piece.line, piece.span.start)

    @staticmethod
    def _bundled(piece: Piece, pieces: Sequence[Piece]) -> int:
        return sum(1 for other in pieces if other.row is None and other.left < piece.right and piece.left < other.right)

    def _code(self, label: str) -> str:
        known = self._codes.get(label)
        if known is None:
            found = self._model.scheme.span(label)
            known = self._codes[label] = (found.code if found else "") or label[:4]
        return known

    def _build(self, top: float, bottom: float, *, with_arcs: bool) -> Scene:
        plans = [self.plan(line) for line in self.geometry.lines_between(top, bottom)]
        shown = [plan for plan in plans if plan.line.bottom > top and plan.line.top < bottom]
        if not with_arcs or not shown:
            return Scene(tuple(plans))
        relations, routed = self._arcs(shown)
        return Scene(tuple(plans), tuple(routed), relations)

    def _arcs(self, plans: Sequence[LinePlan]) -> tuple[dict[str, Relation], list[arcs.Arc]]:
        start, end = plans[0].line.start, plans[-1].line.end
        places: dict[str, arcs.End] = {}
        for index, plan in enumerate(plans):
            for piece in plan.pieces:
                left, right = piece.intervals[0]
                places.setdefault(piece.span.id, arcs.End(index, left, right))

        def end_of(span_id: str) -> arcs.End | None:
            if span_id in places:
                return places[span_id]
            span = self._model.span(span_id)
            return arcs.End(None, far=-1 if span.start < start else 1) if span is not None and span.fragments else None

        requests: list[arcs.ArcRequest] = []
        relations: dict[str, Relation] = {}
        for relation in self._model.relations_in(start, end):
            head, tail = end_of(relation.head), end_of(relation.tail)
            if head is None or tail is None or (head.line is None and tail.line is None):
                continue
            label = self._model.scheme.relation(relation.label)
            symmetric = label is not None and label.symmetric
            requests.append(arcs.ArcRequest(relation.id, head, tail, self.metrics.width(relation.label) + 4, symmetric))
            relations[relation.id] = relation
        frame = arcs.Frame(self.metrics.gutter, self._width - self.metrics.gutter, self.metrics.gutter, self.metrics.lane)
        return relations, arcs.route(requests, [self._band(plans, index) for index in range(len(plans))], frame)

    def _band(self, plans: Sequence[LinePlan], index: int) -> arcs.Band:
        plan = plans[index]
        line = plan.line
        if index:
            before: LinePlan | None = plans[index - 1]
        else:
            above = self.geometry.next_line(line, -1)
            before = self.plan(above) if above is not None else None
        taken = before.rows * self.metrics.row if before is not None else 0.0
        base = min([self.fill_top(piece) for piece in plan.pieces] or [line.top])
        return arcs.Band(base, max(6.0, line.above - taken - (line.top - base) - 1))


def _joined(ranges: Iterable[Range]) -> list[Range]:
    """Return ranges in text order, those that meet as one."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _meets(line: Line, starts: Sequence[int], ranges: Sequence[Range]) -> bool:
    """Tell whether a line meets one of the joined ``ranges``, which begin at ``starts``."""
    index = bisect_right(starts, line.end) - 1
    return index >= 0 and line.start <= ranges[index][1]


def label_finder(model: ArticleModel) -> Callable[[str], str]:
    """Return a function from a span label's name to its base colour, empty for a label the scheme lacks."""
    known = {label.name: label.color for label in model.scheme.spans}
    return lambda name: known.get(name, "")
