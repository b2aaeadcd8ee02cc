"""What must be repainted: every line and arc in view is summed up in a value, and where that value is another one, so is the look.

Nobody has to say what an edit, a move of the focus or a scroll changes on the screen; it is found by comparing.  That costs a fraction
of a millisecond, while painting a whole window of highlights costs ten.  Pure: heights and widths are pixels of the document.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from annotator.domain.text import Range
from annotator.ui.article.arc_labels import is_strong
from annotator.ui.article.arcs import TIP

if TYPE_CHECKING:
    from annotator.ui.article.arcs import Arc, Plate
    from annotator.ui.article.paint import Style
    from annotator.ui.article.scene import LinePlan, Scene

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""

Mark = tuple[Range, str]
"""A range of text that is shown in some way (selected, found, under the caret), and in which way."""

_SPREAD = 8.0
"""How far handles, arrow heads and outlines reach beyond what they belong to."""

_OVER, _UNDER = 7.0, 1.0
"""Where a line's own room ends in the gaps around it, above its own text and below that of the line before: a border there cuts no
outline of a highlight, since the two halves of a dashed one need not meet."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one line or arc looks: ``value`` compares equal while it looks the same; ``rects`` are where it is painted."""

    value: Any
    rects: tuple[Rect, ...]


def looks(scene: Scene, style: Style, marks: Sequence[Mark], width: float) -> dict[Hashable, Look]:
    """Return the look of every line (by block and number) and arc (by relation id) of a scene that is ``width`` wide."""
    found: dict[Hashable, Look] = {}
    watched = frozenset((style.focused, style.hovered)) | style.linked | style.chosen
    rooms: list[Rect] = []
    for plan in scene.plans:
        line = plan.line
        chips = line.bottom + 2 + plan.rows * style.metrics.row  # which stand close to the next line where lines are dense
        rooms.append((0.0, line.top - line.above + _UNDER, width, max(chips, line.bottom + line.below - _OVER)))
        value = plan, _eyes(plan, style, watched), _marks_on(plan, marks)
        found[line.block, line.number] = Look(value, (rooms[-1],))
    tops = [top for _left, top, _right, _bottom in rooms]
    raised = scene.raised(style)
    for arc in scene.arcs:
        relation = scene.relations[arc.id]
        label = raised.plates.get(arc.id)
        eye = (is_strong(relation, style), arc.id == style.focused_relation, label, arc.id in raised.covered)
        rects = _arc_rects(arc, rooms, tops) + tuple(_plate_rects(scene, arc.label, label, arc.words, arc.mark))
        found[arc.id] = Look((arc, relation.label, relation.reviewed, eye), rects)
    return found


def damaged(before: Mapping[Hashable, Look], after: Mapping[Hashable, Look]) -> list[Rect]:
    """Return the rectangles of all that looked or looks otherwise."""
    rects: list[Rect] = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old is None or new is None or old.value != new.value or old.rects != new.rects:
            rects += old.rects if old is not None else ()
            rects += new.rects if new is not None else ()
    return rects


def part_of(scene: Scene, bands: Sequence[tuple[float, float]]) -> Scene:
    """Return the lines and arcs of a scene that show between any of these pairs of heights."""

    def met(top: float, bottom: float, spread: float = _SPREAD) -> bool:
        return any(top - spread <= low and high <= bottom + spread for high, low in bands)

    plans = tuple(plan for plan in scene.plans if met(plan.line.top - plan.line.above, plan.line.bottom + plan.line.below))
    reach = max(_SPREAD, scene.limits.height)  # a label stands out above the highest piece of its arc
    heights = ((arc, [y for _x, y in arc.points]) for arc in scene.arcs)
    return replace(scene, plans=plans, arcs=tuple(arc for arc, ys in heights if met(min(ys), max(ys), reach)))


def _eyes(plan: LinePlan, style: Style, watched: frozenset[str | None]) -> frozenset[tuple[object, ...]]:
    """Return what sets spans of a line apart: the focus, the pointer, the lights of relation making."""
    ids: Iterable[str | None] = plan.ids if style.legal is not None else plan.ids & watched
    legal = style.legal or {}
    return frozenset(
        (
            one,
            one == style.focused,
            one == style.hovered,
            one in style.linked,
            one in style.chosen,
            legal.get(one or "", style.legal is None),
        )
        for one in ids
    )


def _marks_on(plan: LinePlan, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    start, end = plan.line.start, plan.line.end
    return tuple(((max(low, start), min(high, end)), how) for (low, high), how in marks if low <= end and start <= high)


def _arc_rects(arc: Arc, rooms: Sequence[Rect], tops: Sequence[float]) -> tuple[Rect, ...]:
    """Return the whole room of each line that an arc runs over, and its pieces: a track in the gutter, a rail on the room's edge."""
    heights = {y for _x, y in arc.points[1:-1]} | {arc.points[-1][1]}
    rects = {rooms[max(0, bisect_right(tops, y) - 1)] for y in heights}
    for a, b in zip(arc.points, arc.points[1:], strict=False):
        rects.add((min(a[0], b[0]) - 5, min(a[1], b[1]) - 5, max(a[0], b[0]) + 5, max(a[1], b[1]) + 5))
    return tuple(rects)


def _plate_rects(scene: Scene, *plates: Plate | None) -> Iterable[Rect]:
    """Yield where texts stand, with their frames and the sign behind a stub's: where lines are dense, out of the room of theirs."""
    reach = scene.limits.height / 2 + 2
    return ((plate.left - TIP, plate.y - reach, plate.right + TIP, plate.y + reach) for plate in plates if plate is not None)
