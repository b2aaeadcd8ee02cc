"""Where the texts of arcs stand: labels on their runs, the far end's words behind a stub, how many share a rail.  Pure sums, no Qt.

No text meets another, and none is crossed by an arc, where that can be had: a label moves along its run, then becomes the short code,
then is left out.  Labels of arcs that have the eye are *raised*: they may cover what has not.  All values are pixels of the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from math import inf
from typing import TYPE_CHECKING, NamedTuple, Protocol

from annotator.ui.article.arcs import TIP, Arc, Plate, Point, Run

if TYPE_CHECKING:
    from annotator.domain.annotations import Relation

CORNER = 5.0
"""How far a label keeps from the ends of its run."""

GAP = 2.0
"""Clear space beside a text."""

BESIDE = 5.0
"""How far behind the tip of a stub its words begin."""

Stretch = tuple[float, float]
"""From where to where in a level direction."""

Text = tuple[str, float]
"""A text and its width with padding."""


class Eye(Protocol):
    """What has the eye: ids of the span and the relation in focus, and of the relation under the pointer."""

    focused: str | None
    focused_relation: str | None
    hovered_relation: str | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What an arc would like to say: its label in full and short, and for a stub the far end's words."""

    name: Text
    code: Text
    words: Text | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How high a text is, and between which edges it must stay."""

    height: float
    low: float
    high: float


class _Block(NamedTuple):
    """What takes room above one line.  A ``faint`` one, the leg of an arc on a rail, may be covered if need be."""

    left: float
    right: float
    top: float
    bottom: float
    owner: str
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """The labels of arcs that have the eye, by id, and the ids of the arcs whose calm label they cover: it is not shown."""

    plates: Mapping[str, Plate]
    covered: frozenset[str]


NOTHING_RAISED = Raised({}, frozenset())

_BETWEEN = 6
"""How many points an arc has that changes line."""

Blocks = dict[float, list[_Block]]
"""By the ``base`` of the line."""


def labelled(arcs: Sequence[Arc], wishes: Mapping[str, Wish], limits: Limits, width: Callable[[str], float]) -> list[Arc]:
    """Return the arcs with their texts, in the order given; ``width`` measures a mark like ``+3``."""
    blocks = _blocks_of(arcs)
    found: dict[str, Arc] = {}
    for arc in sorted(arcs, key=lambda one: one.run.high - one.run.low):  # the shorter the run, the less the choice
        label = None
        if not arc.run.rail and arc.run.roomy:
            label = _label(arc, wishes[arc.id], blocks, limits)
            _take(blocks, arc.run.base, label, limits, "")  # also in the way of the arc's own words
        found[arc.id] = replace(arc, label=label)
    for owner, mark, base in _marks(arcs, blocks, limits, width):
        _take(blocks, base, mark, limits, "")
        found[owner] = replace(found[owner], mark=mark)
    for arc in arcs:
        words = _words(arc, wishes[arc.id], blocks, limits) if arc.far is not None else None
        if words is not None:
            _take(blocks, arc.run.base, words, limits, arc.id)
            found[arc.id] = replace(found[arc.id], words=words)
    return [found[arc.id] for arc in arcs]


def is_strong(relation: Relation, style: Eye) -> bool:
    """Tell whether an arc has the eye: its relation or one of its ends has the focus, or it has the pointer."""
    if relation.id in (style.focused_relation, style.hovered_relation):
        return True
    return style.focused_relation is None and style.focused is not None and style.focused in (relation.head, relation.tail)


def raised(
    arcs: Sequence[Arc], strong: Sequence[Arc], sure: Sequence[str | None], wishes: Mapping[str, Wish], limits: Limits
) -> Raised:
    """Return the labels of the arcs that have the eye.

    Those named in ``sure`` are always there in full; the others as long as none covers another.
    """
    found: dict[str, Plate] = {}
    eyed = {arc.id for arc in strong}
    calm: Blocks = {}
    for arc in arcs:
        for plate in (arc.label, arc.mark, arc.words) if arc.id not in eyed else (arc.words,):
            _take(calm, arc.run.base, plate, limits, arc.id)
    lines, own = _blocks_of(arcs), _blocks_of(strong)
    labels: Blocks = {}
    for arc in sorted(strong, key=lambda one: (one.id not in sure, one.run.high - one.run.low)):
        wish, base = wishes[arc.id], arc.run.base
        plate = arc.label
        if plate is None or plate.text != wish.name[0] or _met(plate, labels.get(base, ()), limits):
            certain = arc.id in sure
            ways = ((labels, calm, lines), (labels, calm), (labels, own), (labels,), ())
            tried = product((wish.name,) if certain else (wish.name, wish.code), ways if certain else ways[:-1])
            plate = next((one for text, some in tried if (one := _over(arc, text, some, limits)) is not None), None)
        if plate is not None:
            found[arc.id] = plate
            _take(labels, base, plate, limits, arc.id)
    covered = (
        one
        for one in arcs
        if one.label is not None and one.id not in eyed and _met(one.label, labels.get(one.run.base, ()), limits)
    )
    return Raised(found, frozenset(one.id for one in covered))


def _over(arc: Arc, text: Text, ways: Iterable[Blocks], limits: Limits) -> Plate | None:
    blocked = [block for some in ways for block in some.get(arc.run.base, ()) if block.owner != arc.id]
    return _on_run(arc.run, text, _in_the_way(blocked, arc.run.label_y, limits), limits, over=True)


def _label(arc: Arc, wish: Wish, blocks: Blocks, limits: Limits) -> Plate | None:
    blocked = [block for block in blocks.get(arc.run.base, ()) if block.owner != arc.id]
    firm = [block for block in blocked if not block.faint]
    for these in (blocked, firm) if len(firm) < len(blocked) else (blocked,):
        some = _in_the_way(these, arc.run.label_y, limits)
        for text in (wish.name, wish.code):
            for over in (False, True):
                plate = _on_run(arc.run, text, some, limits, over=over)
                if plate is not None:
                    return plate
    return None


def _on_run(run: Run, text: Text, blocked: Iterable[Stretch], limits: Limits, *, over: bool) -> Plate | None:
    """Return a place on a run, as near to its middle as may be; with ``over`` the text may reach beyond the ends."""
    words, width = text
    low, high = run.low + CORNER, run.high - CORNER
    if over:
        low, high = max(limits.low, run.low - width / 2), min(limits.high, run.high + width / 2)
    middle = _middle(width, (run.low + run.high) / 2, (low, high), blocked)
    return _plate(words, width, middle, run) if middle is not None else None


def _plate(text: str, width: float, middle: float, run: Run) -> Plate:
    return Plate(text, middle - width / 2, middle + width / 2, run.label_y)


def _middle(width: float, want: float, within: Stretch, blocked: Iterable[Stretch]) -> float | None:
    """Return where the middle of something may stand that keeps clear of ``blocked``, as near to ``want`` as may be."""
    half, best = width / 2, None
    edge, last = within[0] + half, within[1] - half
    if edge > last:
        return None
    reach = half + GAP
    grown = sorted([(left - reach, right + reach) for left, right in blocked if left - reach < last and edge < right + reach])
    for left, right in (*grown, (last, inf)):
        stop = min(left, last)
        if edge <= stop:
            middle = min(max(want, edge), stop)
            if best is None or abs(middle - want) < abs(best - want):
                best = middle
        edge = max(edge, right)
    return best


def _in_the_way(blocks: Iterable[_Block], y: float, limits: Limits) -> list[Stretch]:
    """Return what blocks stand at this height, as stretches; neighbouring lanes touch."""
    reach = limits.height / 2 - 1
    return [(block.left, block.right) for block in blocks if block.top < y + reach and y - reach < block.bottom]


def _met(plate: Plate, blocks: Iterable[_Block], limits: Limits) -> bool:
    return any(left < plate.right and plate.left < right for left, right in _in_the_way(blocks, plate.y, limits))


def _marks(
    arcs: Sequence[Arc], blocks: Blocks, limits: Limits, width: Callable[[str], float]
) -> Iterator[tuple[str, Plate, float]]:
    """Yield for each bundle of runs on a rail the id of one of its arcs, how many they are, and the line."""
    rails = sorted(((rail.base, rail.low, rail.high, arc.id, rail) for arc in arcs for rail in arc.rails), key=lambda one: one[:4])
    while rails:
        base, low, high, owner, rail = rails[0]
        count = 1
        while count < len(rails) and rails[count][0] == base and rails[count][1] < high:
            high = max(high, rails[count][2])
            count += 1
        del rails[:count]
        text = f"+{count}"
        size = width(text)
        some = blocks.get(base, [])
        for ways in (some, [block for block in some if not block.faint]):
            within = max(limits.low, low - size - CORNER), min(limits.high, high + size + CORNER)
            middle = _middle(size, low + CORNER + size / 2, within, _in_the_way(ways, rail.label_y, limits))
            if middle is not None and rail.roomy:
                yield owner, _plate(text, size, middle, rail), base
                break


def _words(arc: Arc, wish: Wish, blocks: Blocks, limits: Limits) -> Plate | None:
    """Return the place of the far end's words behind the tip of a stub, with room for the sign behind them."""
    if wish.words is None or arc.far is None or not arc.run.roomy or arc.run.rail:
        return None
    text, width = wish.words
    tip, y, _direction = arc.far
    rightward = tip > arc.points[0][0]
    left = tip + BESIDE if rightward else tip - BESIDE - width
    whole = Plate(text, left if rightward else left - TIP, left + width + (TIP if rightward else 0.0), y)
    blocked = [block for block in blocks.get(arc.run.base, ()) if block.owner != arc.id]
    if whole.left < limits.low or whole.right > limits.high or _met(whole, blocked, limits):
        return None
    return Plate(text, left, left + width, y)


def _take(blocks: Blocks, base: float, plate: Plate | None, limits: Limits, owner: str) -> None:
    if plate is not None:
        reach = limits.height / 2 - 1
        blocks.setdefault(base, []).append(_Block(plate.left, plate.right, plate.y - reach, plate.y + reach, owner))


def _blocks_of(arcs: Sequence[Arc]) -> Blocks:
    """Return the pieces of arcs by the line above which they run; tracks in the gutters by every line they pass."""
    blocks: Blocks = {}
    for arc in arcs:
        points = arc.points
        for some in (points[:3], points[:2:-1]) if len(points) == _BETWEEN else (points,):
            base = some[0][1]
            rail = any(rail.base == base for rail in arc.rails)
            blocks.setdefault(base, []).extend(_pieces(some, arc.id, rail=rail))
        if arc.far is not None:  # the sign behind the tip
            x, y, _direction = arc.far
            beyond = TIP if x > points[0][0] else -TIP
            blocks[points[0][1]].append(_Block(min(x, x + beyond), max(x, x + beyond), y - 3, y + 3, arc.id))
    for arc in arcs:
        if len(arc.points) == _BETWEEN:
            (track,) = _pieces(arc.points[2:4], arc.id, rail=False)
            last = max(arc.points[0][1], arc.points[-1][1])
            for base in blocks:
                if track.top < base <= last:
                    blocks[base].append(track)
    return blocks


def _pieces(points: Sequence[Point], owner: str, *, rail: bool) -> Iterator[_Block]:
    for (x0, y0), (x1, y1) in pairwise(points):
        yield _Block(min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1), owner, rail and x0 == x1)
