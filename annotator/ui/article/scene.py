"""What the visible lines show, as plain geometry: pieces of spans, chips, arcs, and the boxes the pointer can hit.

Line plans are cached; an edit forgets those of the ranges it names, so that its cost does not grow with the document.  Arcs are
routed anew for each window of lines, because their far ends depend on what is in view.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from annotator.domain.annotations import Relation, Span
from annotator.domain.text import Range, trim
from annotator.ui.article import arc_labels, arcs, layout
from annotator.ui.article.hit import Box
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.walk import flat_surface

if TYPE_CHECKING:
    from annotator.ui.article.geometry import Geometry, Interval, Line
    from annotator.ui.article.metrics import Metrics

FAR_LENGTH = 24
"""Most characters of the far end's text beside a stub."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one span shows on one line.  ``row`` is None where the span is bundled into the last row.

    ``cuts`` are the pixels at which an edge of the span cuts a token.
    """

    span: Span
    line: Line
    intervals: tuple[Interval, ...]
    row: int | None
    begins: bool
    ends: bool
    cuts: tuple[float, ...] = ()

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


_NO_LIMITS = arc_labels.Limits(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the window of lines between two heights shows.

    ``arcs`` are those to be painted, ``routed`` all of the window; ``wishes`` say what each would like to have written on it.
    """

    plans: tuple[LinePlan, ...] = ()
    arcs: tuple[arcs.Arc, ...] = ()
    relations: dict[str, Relation] = field(default_factory=dict)
    routed: tuple[arcs.Arc, ...] = ()
    wishes: dict[str, arc_labels.Wish] = field(default_factory=dict)
    limits: arc_labels.Limits = _NO_LIMITS
    _raised: dict[Hashable, arc_labels.Raised] = field(default_factory=dict, compare=False)

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

    def raised(self, style: arc_labels.Eye) -> arc_labels.Raised:
        """Return where the labels of the arcs stand that have the eye, the same whatever part is painted."""
        key = style.focused, style.focused_relation, style.hovered_relation
        known = self._raised.get(key)
        if known is None:
            if len(self._raised) > 64:
                self._raised.clear()
            strong = [arc for arc in self.routed if arc_labels.is_strong(self.relations[arc.id], style)]
            sure = (style.focused_relation, style.hovered_relation)
            known = self._raised[key] = (
                arc_labels.raised(self.routed, strong, sure, self.wishes, self.limits) if strong else arc_labels.NOTHING_RAISED
            )
        return known


_Routing = tuple[list[arcs.ArcRequest], list[arcs.Band], dict[str, arc_labels.Wish]]
"""What decides how arcs run, at one width and zoom."""


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
        self._far_words = self.far_text
        self._scene: tuple[tuple[float, float, bool], Scene] | None = None
        self._routes: tuple[_Routing, tuple[arcs.Arc, ...]] | None = None

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

    def far_text(self, span: Span) -> str:
        """Return the text of a span that is out of view, shortened."""
        text = flat_surface(self._model, span)
        return text if len(text) <= FAR_LENGTH else text[: FAR_LENGTH - 1].rstrip() + "…"

    def name_far_ends(self, words: Callable[[Span], str]) -> None:
        """Say ``words`` of a span that is out of view beside the stub that leads there, instead of its text."""
        self._far_words, self._scene = words, None

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
        tokens = self._model.tokens
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
                cuts=() if all(tokens.aligned(*part) for part in span.fragments) else tuple(self._cuts(line, span)),
            )
            for (span, intervals), row in zip(found, rows, strict=True)
        ]
        pieces.sort(key=lambda piece: (piece.span.start - piece.span.end, piece.span.start))
        used = max((piece.row + 1 for piece in pieces if piece.row is not None), default=1)
        boxes = tuple(self._boxes(pieces))
        return LinePlan(
            line, tuple(pieces), tuple(self._chips(line, pieces, limit)), used, frozenset(span.id for span, _ in found), boxes
        )

    def _cuts(self, line: Line, span: Span) -> Iterable[float]:
        """Yield where the edges of a span's fragments stand on a line that are no token's edges."""
        tokens, geometry = self._model.tokens, self.geometry
        for start, end in span.fragments:
            for offset, edges, first in ((start, tokens.starts, start), (end, tokens.ends, end - 1)):
                index = bisect_left(edges, offset)
                if line.start <= first < line.end and (index == len(edges) or edges[index] != offset):
                    left, right = geometry.intervals(line, first, first + 1)[0]
                    yield left if (offset == first) is not geometry.leftward(line, first) else right

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

    def _wish(self, relation: Relation, far: Span | None) -> arc_labels.Wish:
        width, found = self.metrics.width, self._model.scheme.relation(relation.label)
        code = (found.code if found else "") or relation.label[:4]
        words = self._far_words(far) if far is not None else ""
        return arc_labels.Wish(
            (relation.label, width(relation.label)), (code, width(code)), (words, self.metrics.note_width(words)) if words else None
        )

    def _build(self, top: float, bottom: float, *, with_arcs: bool) -> Scene:
        plans = [self.plan(line) for line in self.geometry.lines_between(top, bottom)]
        shown = [plan for plan in plans if plan.line.bottom > top and plan.line.top < bottom]
        if not with_arcs or not shown:
            return Scene(tuple(plans))
        return self._with_arcs(plans, shown)

    def _with_arcs(self, plans: Sequence[LinePlan], shown: Sequence[LinePlan]) -> Scene:
        """Route the arcs over the lines whose text shows, and place their texts."""
        start, end = shown[0].line.start, shown[-1].line.end
        places: dict[str, arcs.End] = {}
        for index, plan in enumerate(shown):
            for piece in plan.pieces:
                left, right = piece.intervals[0]
                places.setdefault(piece.span.id, arcs.End(index, left, right))
        requests: list[arcs.ArcRequest] = []
        relations: dict[str, Relation] = {}
        wishes: dict[str, arc_labels.Wish] = {}
        for relation in self._model.relations_in(start, end):
            head, far = self._end(relation.head, places, start)
            tail, other = self._end(relation.tail, places, start)
            if head is None or tail is None or (head.line is None and tail.line is None):
                continue
            wish = wishes[relation.id] = self._wish(relation, far or other)
            label = self._model.scheme.relation(relation.label)
            requests.append(arcs.ArcRequest(relation.id, head, tail, wish.name[1], label is not None and label.symmetric))
            relations[relation.id] = relation
        metrics, width = self.metrics, self._width
        frame = arcs.Frame(metrics.gutter, width - metrics.gutter, metrics.gutter, metrics.lane)
        limits = arc_labels.Limits(metrics.chip, 2.0, width - 2.0)
        bands = [self._band(shown, index) for index in range(len(shown))]
        routing: _Routing = requests, bands, wishes
        if self._routes is None or self._routes[0] != routing:  # most edits leave the arcs where they are
            self._routes = routing, tuple(arc_labels.labelled(arcs.route(requests, bands, frame), wishes, limits, metrics.width))
        routed = self._routes[1]
        return Scene(tuple(plans), routed, relations, routed, wishes, limits)

    def _end(self, span_id: str, places: Mapping[str, arcs.End], start: int) -> tuple[arcs.End | None, Span | None]:
        """Return where an arc ends, and the span if it is out of view; None for a span that is missing or broken."""
        if span_id in places:
            return places[span_id], None
        span = self._model.span(span_id)
        if span is None or not span.fragments:
            return None, None
        return arcs.End(None, far=-1 if span.start < start else 1), span

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
