"""Where bars and chips of one line go, and how much room a paragraph gets: pure sums over positions.

Below each line of text hang *rows*: a row holds the bars of spans that do not overlap, each with its chip under its start.  Above
each line run *lanes* for arcs.  Rows and lanes of neighbouring lines share the gap between them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, islice

MAX_LANES = 5
"""Most rows, and most lanes, that get a place of their own; the rest is bundled into the last."""

ARC_REACH = 45
"""About half a line in characters: what an arc to another line is taken to cover beside its end, before any line is laid out."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many rows below and lanes above each line of a paragraph; one spare for either is added when it becomes pixels."""

    rows: int = 1
    lanes: int = 0


NO_ROOM = Room()


def depth(starts: Iterable[int], ends: Iterable[int]) -> int:
    """Return how many half-open ranges overlap at most at one place, given their starts and their ends, each in any order."""
    ordered = sorted(ends)
    deepest = over = 0
    for begun, start in enumerate(sorted(starts), 1):
        while ordered[over] <= start:
            over += 1
        deepest = max(deepest, begun - over)
    return deepest


def rooms(block_starts: Sequence[int], starts: Sequence[int], ends: Sequence[int], arcs: Iterable[tuple[int, int]]) -> list[Room]:
    """Return the room of each block from what it holds when the document is opened.

    ``block_starts`` are the offsets at which blocks begin; ``starts`` and ``ends`` those of the spans, in text order; ``arcs`` the
    starts of head and tail.  A span or arc counts in the blocks in which it begins and ends.  Flat lists of numbers, because a
    document may have tens of thousands and this stands between a key press and the text.
    """
    rows = _rows(block_starts, starts, ends)
    lanes = _lanes(block_starts, arcs)
    made: dict[tuple[int, int], Room] = {}
    found: list[Room] = []
    for number in range(len(block_starts)):
        key = rows.get(number, 1), lanes.get(number, 0)
        if key not in made:
            made[key] = Room(*key)
        found.append(made[key])
    return found


def _rows(block_starts: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> dict[int, int]:
    """Return the depth of the blocks in which spans overlap."""
    furthest = accumulate(ends, max)
    overlapping = [
        number for number, (start, end) in enumerate(zip(islice(starts, 1, None), furthest, strict=False), 1) if start < end
    ]
    rows: dict[int, int] = {}
    for number in overlapping:
        block = bisect_right(block_starts, starts[number]) - 1
        if block not in rows:
            high = block_starts[block + 1] if block + 1 < len(block_starts) else 1 << 60
            first, last = bisect_left(starts, block_starts[block]), bisect_left(starts, high)
            rows[block] = min(MAX_LANES, depth(starts[first:last], ends[first:last]))
    return rows


def _lanes(block_starts: Sequence[int], arcs: Iterable[tuple[int, int]]) -> dict[int, int]:
    begins: defaultdict[int, list[int]] = defaultdict(list)
    over: defaultdict[int, list[int]] = defaultdict(list)
    for head, tail in arcs:
        first, second = (head, tail) if head <= tail else (tail, head)
        block, other = bisect_right(block_starts, first) - 1, bisect_right(block_starts, second) - 1
        if block == other and second - first <= 2 * ARC_REACH:
            begins[block].append(first)
            over[block].append(second + 1)
            continue
        for place, where in ((first, block), (second, other)):
            begins[where].append(place - ARC_REACH)
            over[where].append(place + ARC_REACH)
    return {block: min(MAX_LANES, depth(some, over[block])) if len(some) > 1 else 1 for block, some in begins.items()}


@dataclass(frozen=True, slots=True)
class Extent:
    """What one span takes of a line: from ``left`` to ``right`` in pixels; ``length`` is the whole span's, in code points."""

    left: float
    right: float
    length: int


def assign_rows(extents: Sequence[Extent], limit: int) -> list[int]:
    """Return the row of each extent, 0 nearest to the text; shorter spans are nearer, so that a nested one hangs inside.

    Extents in the same row do not overlap.  Those that find no place in ``limit`` rows get ``limit``: they are bundled.
    """
    rows = [0] * len(extents)
    taken: list[list[tuple[float, float]]] = [[] for _ in range(limit)]
    for index in sorted(range(len(extents)), key=lambda number: (extents[number].length, extents[number].left)):
        extent = extents[index]
        low = 0
        for row in range(limit):
            if any(left < extent.right and extent.left < right for left, right in taken[row]):
                low = row + 1
        # A span goes below everything it overlaps, never into a hole between: bars then read from inside out.
        if low < limit:
            taken[low].append((extent.left, extent.right))
        rows[index] = low
    return rows


class Form(StrEnum):
    """How much of a label's name a chip shows."""

    NAME = "name"
    CODE = "code"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class ChipRequest:
    """A chip that wants to hang at ``anchor``: growing to the right, or to the left where the text runs right to left.

    ``name`` and ``code`` are the widths of those texts with their padding.
    """

    row: int
    anchor: float
    name: float
    code: float
    leftward: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A placed chip, in pixels along the line."""

    left: float
    right: float
    form: Form


GAP = 3.0
"""Clear space between chips of a row."""

DOT = 6.0


def place_chips(requests: Sequence[ChipRequest], bars: Sequence[tuple[int, float, float]], low: float, high: float) -> list[Chip]:
    """Return a place for each chip, in the order asked.

    A chip takes the longest form that meets neither another bar or chip of its row (``bars``: row, left, right) nor the edges
    ``low`` and ``high`` of the view.
    """
    placed: list[Chip | None] = [None] * len(requests)
    taken: dict[int, list[tuple[float, float]]] = {}
    for row, left, right in bars:
        taken.setdefault(row, []).append((left, right))
    for index in sorted(range(len(requests)), key=lambda number: (requests[number].leftward, requests[number].anchor)):
        request = requests[index]
        free = _free(request, taken.get(request.row, ()), low, high)
        form, width = Form.DOT, max(2.0, min(DOT, free))
        if request.name <= free:
            form, width = Form.NAME, request.name
        elif request.code <= free:
            form, width = Form.CODE, request.code
        left = request.anchor - width if request.leftward else request.anchor
        placed[index] = Chip(left, left + width, form)
        taken.setdefault(request.row, []).append((left, left + width))
    return [chip for chip in placed if chip is not None]


def _free(request: ChipRequest, taken: Iterable[tuple[float, float]], low: float, high: float) -> float:
    """Return how far a chip may grow from its anchor; its own bar, which begins there, does not count."""
    if request.leftward:
        nearest = low
        for left, right in taken:
            own = left < request.anchor <= right + 0.5
            if left < request.anchor and not own:
                nearest = max(nearest, right + GAP)
        return request.anchor - nearest
    nearest = high
    for left, right in taken:
        own = left - 0.5 <= request.anchor < right
        if right > request.anchor and not own:
            nearest = min(nearest, left - GAP)
    return nearest - request.anchor
