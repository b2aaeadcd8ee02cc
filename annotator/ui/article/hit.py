"""What is under the pointer: pure functions over plain rectangles and polylines, in pixels of the document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from annotator.ui.article.arcs import Arc, Point

REACH = 6.0
"""How far beside a thin thing the pointer may be."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that belongs to a span; ``length`` is the span's, in code points, by which the innermost is known."""

    span: str
    left: float
    top: float
    right: float
    bottom: float
    length: int = 0

    def contains(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Tell whether the point lies inside, or no further than ``margin`` outside."""
        return self.left - margin <= x <= self.right + margin and self.top - margin <= y <= self.bottom + margin


class Part(StrEnum):
    """What of the focused span can be dragged."""

    START = "start"
    END = "end"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Handle:
    """A small round thing to drag."""

    span: str
    part: Part
    x: float
    y: float


def handle_at(*, x: float, y: float, handles: Iterable[Handle], reach: float = REACH) -> Handle | None:
    """Return the nearest handle within ``reach``."""
    near = [(abs(handle.x - x) + abs(handle.y - y), index, handle) for index, handle in enumerate(handles)]
    near = [entry for entry in near if abs(entry[2].x - x) <= reach and abs(entry[2].y - y) <= reach]
    return min(near)[2] if near else None


def box_at(*, x: float, y: float, boxes: Iterable[Box], margin: float = 0.0) -> Box | None:
    """Return the box under the point; of several that of the shortest span."""
    return min((box for box in boxes if box.contains(x, y, margin)), key=lambda box: box.length, default=None)


def stack_at(*, x: float, y: float, boxes: Iterable[Box]) -> list[str]:
    """Return the ids of all spans under the point, innermost first, each once."""
    under = sorted((box for box in boxes if box.contains(x, y)), key=lambda box: (box.length, box.left))
    return list(dict.fromkeys(box.span for box in under))


def next_in_cycle(*, ids: Sequence[str], current: str | None) -> str | None:
    """Return the id after ``current``, round and round; the first if ``current`` is not among them; None if there is none."""
    if not ids:
        return None
    if current not in ids:
        return ids[0]
    return ids[(ids.index(current) + 1) % len(ids)]


def arc_at(*, x: float, y: float, arcs: Iterable[Arc], reach: float = REACH) -> Arc | None:
    """Return the arc that passes nearest to the point, if within ``reach``."""
    best: tuple[float, Arc] | None = None
    for arc in arcs:
        distance = min((_distance(x, y, a, b) for a, b in zip(arc.points, arc.points[1:], strict=False)), default=reach + 1)
        if distance <= reach and (best is None or distance < best[0]):
            best = distance, arc
    return best[1] if best else None


def _distance(x: float, y: float, a: Point, b: Point) -> float:
    """Return the distance of a point from a level or upright piece."""
    dx = max(min(a[0], b[0]) - x, 0.0, x - max(a[0], b[0]))
    dy = max(min(a[1], b[1]) - y, 0.0, y - max(a[1], b[1]))
    return (dx * dx + dy * dy) ** 0.5
