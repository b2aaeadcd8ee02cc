"""Where arcs run: lanes above the lines, tracks in the gutters beside them, stubs for far ends.  Pure geometry, no Qt.

An arc leaves the top of its head, runs along a lane above the head's line and comes down on its tail.  Between two lines it takes a
lane above each and a track in the gutter, so it never crosses text.  Shorter runs get the lower lanes.  A lane is as high as a label,
so there are only so many; runs beyond them share a *rail* along the upper edge of the highest lane.  All values are pixels of the
document, y growing downwards.  ``arc_labels`` puts the texts on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from annotator.ui.article.layout import MAX_LANES

Point = tuple[float, float]

STUB = 30.0
"""How far the stub of an arc runs whose other end is out of view."""

CLEAR = 4.0
"""Clear space between runs in the same lane, and between a run and the text below it."""

TIP = 12.0
"""Room behind the tip of a stub for the sign that says whether the other end is above or below."""


@dataclass(frozen=True, slots=True)
class Band:
    """The room above one visible line: ``base`` is the y of the text's top, ``height`` how far up arcs may go."""

    base: float
    height: float


@dataclass(frozen=True, slots=True)
class End:
    """One end of an arc.

    ``line`` is the index of the band, or None out of view; then ``far`` is -1 above the view and 1 below.  ``left`` and ``right`` are
    the edges of the span's first piece on that line.
    """

    line: int | None
    left: float = 0.0
    right: float = 0.0
    far: int = 0


@dataclass(frozen=True, slots=True)
class ArcRequest:
    """An arc to draw, from ``head`` to ``tail``; ``label`` is the width of its label with padding."""

    id: str
    head: End
    tail: End
    label: float
    symmetric: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The column: text runs from ``left`` to ``right``; the gutters are ``gutter`` wide on both sides.  ``lane`` is a lane's height."""

    left: float
    right: float
    gutter: float
    lane: float


@dataclass(frozen=True, slots=True)
class Run:
    """A level piece of an arc above one line, from ``low`` to ``high`` in the column, at height ``y``; ``base`` is that of the text.

    A ``rail`` is shared with other arcs.  ``label_y`` is the middle of a label: on the run itself, but below a rail.  ``roomy`` says
    that a label fits there between the lines.
    """

    base: float
    low: float
    high: float
    y: float
    label_y: float
    rail: bool = False
    roomy: bool = True


@dataclass(frozen=True, slots=True)
class Plate:
    """A short text on an arc or beside it: its left and right edges, padding included, and the height of its middle."""

    text: str
    left: float
    right: float
    y: float


@dataclass(frozen=True, slots=True)
class Arc:
    """An arc as plain data: a polyline of upright and level pieces from head to tail (from the foot to the tip for a stub).

    ``arrow`` is the tip at the tail, pointing down, or None (symmetric, or the tail is out of view).  ``run`` is the piece for the
    label, ``rails`` are the pieces that share a rail with other arcs.  ``far`` is where a stub ends and whether the other end is above
    (-1) or below (1), and ``outward`` that the arrow belongs there, because it leads to the tail.  ``label``, ``words`` (the far end's
    text) and ``mark`` (how many share a rail) are None without room or need.
    """

    id: str
    points: tuple[Point, ...]
    arrow: Point | None
    run: Run
    rails: tuple[Run, ...] = ()
    far: tuple[float, float, int] | None = None
    label: Plate | None = None
    words: Plate | None = None
    mark: Plate | None = None
    outward: bool = False

    @property
    def label_at(self) -> Point:
        """The middle of the label, or of the place for it."""
        if self.label is not None:
            return (self.label.left + self.label.right) / 2, self.label.y
        return (self.run.low + self.run.high) / 2, self.run.label_y


@dataclass(slots=True)
class _Run:
    """A level run of one arc above one line; ``lane`` and ``rail`` are found by ``_assign_lanes``."""

    line: int
    low: float
    high: float
    lane: int = 0
    rail: bool = False


@dataclass(slots=True)
class _Route:
    request: ArcRequest
    head_x: float = 0.0
    tail_x: float = 0.0
    runs: list[_Run] = field(default_factory=list)
    side: int = 0
    track: int = 0


def route(requests: Sequence[ArcRequest], bands: Sequence[Band], frame: Frame) -> list[Arc]:
    """Return the arcs in the order asked; those with both ends out of view are left out."""
    routes = [_Route(request) for request in requests if request.head.line is not None or request.tail.line is not None]
    _spread_anchors(routes)
    for one in routes:
        _plan(one, frame)
    lanes = [_Lanes(band, frame.lane) for band in bands]
    _assign_lanes(routes, lanes)
    _assign_tracks(routes, bands)
    return [_draw(one, lanes, frame) for one in routes]


class _Lanes:
    """The lanes above one line: at most five, and no more than fit at a label's height; one that is squeezed where none fits."""

    __slots__ = ("base", "count", "pitch", "rail", "roomy")

    def __init__(self, band: Band, lane: float) -> None:
        free = band.height - CLEAR
        self.base = band.base
        self.roomy = free + 1 >= lane
        self.pitch = min(lane, max(2.0, free))
        self.count = max(1, min(MAX_LANES, int((free + 1) / lane)))
        upper = CLEAR + self.count * self.pitch
        self.rail = band.base - min(band.height, upper + 2)

    def middle(self, lane: int) -> float:
        """Return the height of a lane's middle."""
        return self.base - CLEAR - (lane + 0.5) * self.pitch

    def placed(self, run: _Run, low: float, high: float) -> Run:
        """Return a run as drawn."""
        middle = self.middle(min(run.lane, self.count - 1))
        return Run(self.base, low, high, self.rail if run.rail else middle, middle, run.rail, self.roomy)


def _spread_anchors(routes: Sequence[_Route]) -> None:
    """Give the arcs of one span feet of their own, in the order in which they fan out, so that they do not cross there."""
    feet: dict[tuple[int, float, float], list[tuple[tuple[float, ...], _Route, bool]]] = {}
    for one in routes:
        for end, other, is_head in ((one.request.head, one.request.tail, True), (one.request.tail, one.request.head, False)):
            if end.line is not None:
                place = (end.line, end.left, end.right)
                feet.setdefault(place, []).append((_direction(end, other, is_head), one, is_head))
    for (line, left, right), standing in feet.items():
        standing.sort(key=lambda foot: foot[0])
        middle, count = (left + right) / 2, len(standing)
        step = min(9.0, max(0.0, right - left - 6) / max(1, count - 1)) if count > 1 else 0.0
        for number, (_key, one, is_head) in enumerate(standing):
            x = middle + (number - (count - 1) / 2) * step
            other = one.request.tail if is_head else one.request.head
            if other.line == line and left <= other.left and other.right <= right and other.right - other.left < right - left:
                x = _beside(left, right, other)
            if is_head:
                one.head_x = x
            else:
                one.tail_x = x


def _beside(left: float, right: float, inner: End) -> float:
    """Return where an outer span's foot stands for an arc to a span inside it: in the wider part beside that."""
    before, after = inner.left - left, right - inner.right
    return left + max(before / 2, 2.0) if before >= after else right - max(after / 2, 2.0)


def _direction(end: End, other: End, is_head: bool) -> tuple[float, ...]:
    """Return a sort key: other ends far to the left first, far to the right last."""
    middle = (end.left + end.right) / 2
    if other.line == end.line:
        distance = (other.left + other.right) / 2 - middle
        # Of two arcs to the same side the longer one runs higher, so its foot stands nearer to the middle.
        return (0.0 if distance < 0 else 2.0, -distance, 0.0 if is_head else 1.0)
    return (1.0, middle, 0.0 if is_head else 1.0)


def _plan(one: _Route, frame: Frame) -> None:
    head, tail = one.request.head, one.request.tail
    if head.line is not None and tail.line is not None:
        if head.line == tail.line:
            if abs(one.head_x - one.tail_x) < 8:  # a span related to itself, or to one that starts at the same place
                one.head_x, one.tail_x = one.head_x - 5, one.tail_x + 5
            one.runs = [_Run(head.line, min(one.head_x, one.tail_x), max(one.head_x, one.tail_x))]
            return
        one.side = -1 if one.head_x + one.tail_x <= frame.left + frame.right else 1
        edge = frame.left - frame.gutter if one.side < 0 else frame.right + frame.gutter
        for line, x in ((head.line, one.head_x), (tail.line, one.tail_x)):
            one.runs.append(_Run(line, min(x, edge), max(x, edge)))
        return
    end, x, far = (head, one.head_x, tail.far) if head.line is not None else (tail, one.tail_x, head.far)
    assert end.line is not None
    away = 1.0 if far > 0 else -1.0
    reach = x + away * (max(STUB, one.request.label + 20) + TIP)
    if not frame.left - frame.gutter < reach < frame.right + frame.gutter:
        reach = 2 * x - reach
    one.runs = [_Run(end.line, min(x, reach), max(x, reach))]
    one.side = 1 if reach > x else -1


def _assign_lanes(routes: Sequence[_Route], lanes: Sequence[_Lanes]) -> None:
    runs = sorted((run for one in routes for run in one.runs), key=lambda run: (run.high - run.low, run.low))
    taken: dict[tuple[int, int], list[_Run]] = {}
    for run in runs:
        while any(other.low - CLEAR < run.high and run.low < other.high + CLEAR for other in taken.get((run.line, run.lane), ())):
            run.lane += 1
        if run.lane < lanes[run.line].count:
            taken.setdefault((run.line, run.lane), []).append(run)
        else:
            run.rail = True


def _assign_tracks(routes: Sequence[_Route], bands: Sequence[Band]) -> None:
    """Give each arc that changes line a track in its gutter; arcs over fewer lines stand nearer to the text."""
    between = [one for one in routes if len(one.runs) == 2]
    between.sort(key=lambda one: abs(bands[one.runs[0].line].base - bands[one.runs[1].line].base))
    taken: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for one in between:
        low, high = sorted((one.runs[0].line, one.runs[1].line))
        while any(a <= high and low <= b for a, b in taken.get((one.side, one.track), ())):
            one.track += 1
        taken.setdefault((one.side, one.track), []).append((low, high))


def _draw(one: _Route, lanes: Sequence[_Lanes], frame: Frame) -> Arc:
    request = one.request
    if len(one.runs) == 2:
        return _draw_between(one, lanes, frame)
    run = one.runs[0]
    above = lanes[run.line]
    base = above.base
    if request.head.line is not None and request.tail.line is not None:
        shown = above.placed(run, run.low, run.high)
        points = [(one.head_x, base), (one.head_x, shown.y), (one.tail_x, shown.y), (one.tail_x, base)]
        return Arc(request.id, tuple(points), _arrow(request, points), shown, _rails(shown))
    far = request.tail.far if request.head.line is not None else request.head.far
    foot = one.head_x if request.head.line is not None else one.tail_x
    tip = run.high - TIP if one.side > 0 else run.low + TIP
    shown = above.placed(run, min(foot, tip), max(foot, tip))
    points = [(foot, base), (foot, shown.y), (tip, shown.y)]
    inward, directed = request.head.line is None, not request.symmetric
    arrow = points[0] if inward and directed else None
    stub = (tip, shown.y, far)
    return Arc(request.id, tuple(points), arrow, shown, _rails(shown), stub, outward=directed and not inward)


def _draw_between(one: _Route, lanes: Sequence[_Lanes], frame: Frame) -> Arc:
    """Draw an arc that changes line through a gutter; its label stands on the longer run, rather not on a rail."""
    tracks = max(1.0, (frame.gutter - 12) / 7)
    out = 9 + min(one.track, tracks) * 7
    gutter = frame.left - out if one.side < 0 else frame.right + out
    # A label keeps out of the gutter: tracks of other arcs cross the run there.
    inner = frame.left - 6 if one.side < 0 else frame.right + 6
    feet = (one.head_x, one.tail_x)
    head, tail = (lanes[run.line].placed(run, min(x, inner), max(x, inner)) for run, x in zip(one.runs, feet, strict=True))
    points: list[Point] = [
        (one.head_x, head.base),
        (one.head_x, head.y),
        (gutter, head.y),
        (gutter, tail.y),
        (one.tail_x, tail.y),
        (one.tail_x, tail.base),
    ]
    best = max((head, tail), key=lambda run: (not run.rail, run.roomy, run.high - run.low))
    return Arc(one.request.id, tuple(points), _arrow(one.request, points), best, _rails(head, tail))


def _rails(*runs: Run) -> tuple[Run, ...]:
    return tuple(run for run in runs if run.rail)


def _arrow(request: ArcRequest, points: Sequence[Point]) -> Point | None:
    return None if request.symmetric else points[-1]


def rounded(points: Sequence[Point], radius: float) -> list[tuple[str, Point, Point]]:
    """Return the polyline as drawing steps: ``("move", p, p)``, ``("line", p, p)`` and ``("curve", corner, p)``, corners rounded."""
    steps: list[tuple[str, Point, Point]] = [("move", points[0], points[0])]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        cut = min(radius, _length(before, corner) / 2, _length(corner, after) / 2)
        start, end = _towards(corner, before, cut), _towards(corner, after, cut)
        steps += [("line", start, start), ("curve", corner, end)]
    steps.append(("line", points[-1], points[-1]))
    return steps


def _length(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])  # pieces are level or upright


def _towards(start: Point, goal: Point, distance: float) -> Point:
    length = _length(start, goal)
    if not length:
        return start
    share = distance / length
    return start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share
