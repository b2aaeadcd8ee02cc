"""Where arcs run: lanes above the lines, tracks in the gutters beside them, stubs for far ends.  Pure geometry, no Qt.

An arc leaves the top of its head, runs along a lane above the head's line and comes down on its tail.  Between two lines it takes a
lane above each and a track in the gutter, so it never crosses text.  Shorter runs get the lower lanes.  All values are pixels of the
document, y growing downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]

STUB = 30.0
"""How far the stub of an arc runs whose other end is out of view."""

CLEAR = 4.0
"""Clear space between runs in the same lane, and between a run and the text below it."""


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
class Arc:
    """An arc as plain data: a polyline of upright and level pieces from head to tail.

    ``arrow`` is the tip at the tail, pointing down, or None (symmetric, or the tail is out of view).  ``label_at`` is the middle of the
    label, ``label_room`` the level run it stands on.  ``far`` is where a stub ends and whether the other end is above (-1) or below (1).
    """

    id: str
    points: tuple[Point, ...]
    arrow: Point | None
    label_at: Point
    label_room: float
    far: tuple[float, float, int] | None = None


@dataclass(slots=True)
class _Run:
    """A level run of one arc above one line; ``lane`` is found by ``_assign``."""

    line: int
    low: float
    high: float
    lane: int = 0


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
    _assign_lanes(routes)
    _assign_tracks(routes, bands)
    counts = [0] * len(bands)
    for one in routes:
        for run in one.runs:
            counts[run.line] = max(counts[run.line], run.lane + 1)
    pitch = [_pitch(band, count, frame.lane) for band, count in zip(bands, counts, strict=True)]
    return [_draw(one, bands, pitch, frame) for one in routes]


def _pitch(band: Band, count: int, lane: float) -> float:
    """Return the height of a lane above this line: the usual one, or less where more lanes are needed than fit."""
    return min(lane, max(2.0, (band.height - CLEAR) / count)) if count else lane


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
    reach = x + away * max(STUB, one.request.label + 40)  # room for the label, or the stub seems to point at a word
    if not frame.left - frame.gutter < reach < frame.right + frame.gutter:
        reach = 2 * x - reach
    one.runs = [_Run(end.line, min(x, reach), max(x, reach))]
    one.side = 1 if reach > x else -1


def _assign_lanes(routes: Sequence[_Route]) -> None:
    runs = sorted((run for one in routes for run in one.runs), key=lambda run: (run.high - run.low, run.low))
    taken: dict[tuple[int, int], list[_Run]] = {}
    for run in runs:
        while any(other.low - CLEAR < run.high and run.low < other.high + CLEAR for other in taken.get((run.line, run.lane), ())):
            run.lane += 1
        taken.setdefault((run.line, run.lane), []).append(run)


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


def _draw(one: _Route, bands: Sequence[Band], pitch: Sequence[float], frame: Frame) -> Arc:
    def height(run: _Run) -> float:
        return bands[run.line].base - CLEAR - (run.lane + 0.5) * pitch[run.line]

    request = one.request
    if len(one.runs) == 2:
        first, second = one.runs
        tracks = max(1.0, (frame.gutter - 12) / 7)
        out = 9 + min(one.track, tracks) * 7
        gutter = frame.left - out if one.side < 0 else frame.right + out
        points: list[Point] = [
            (one.head_x, bands[first.line].base),
            (one.head_x, height(first)),
            (gutter, height(first)),
            (gutter, height(second)),
            (one.tail_x, height(second)),
            (one.tail_x, bands[second.line].base),
        ]
        left, right, y = max(((abs(a - gutter), min(a, gutter), b) for a, b in (points[1], points[4])), key=lambda run: run[0])
        return Arc(request.id, tuple(points), _arrow(request, points), (right + left / 2, y), left)
    run = one.runs[0]
    y, base = height(run), bands[run.line].base
    middle, room = ((run.low + run.high) / 2, y), run.high - run.low
    if request.head.line is not None and request.tail.line is not None:
        points = [(one.head_x, base), (one.head_x, y), (one.tail_x, y), (one.tail_x, base)]
        return Arc(request.id, tuple(points), _arrow(request, points), middle, room)
    far = request.tail.far if request.head.line is not None else request.head.far
    foot = one.head_x if request.head.line is not None else one.tail_x
    tip = run.high if one.side > 0 else run.low
    points = [(foot, base), (foot, y), (tip, y)]
    arrow = points[0] if request.head.line is None and not request.symmetric else None
    return Arc(request.id, tuple(points), arrow, middle, room - 10, (tip, y, far))


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
