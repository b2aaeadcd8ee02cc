"""Which keys a skilled annotator presses to get from one set of annotations to another: pure functions, no window.

What keys do is written here once more, from the table of keys that users are given and not from the program: when the two differ, the
replay stops.  All offsets are code points.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import TypeVar

from annotator.domain.annotations import AnnotationSet, Relation, Span, ordered_fragments, text_order
from annotator.domain.labels import LabelScheme
from annotator.domain.text import Range, Tokens, trim
from annotator.ui.article.caret import next_character

State = TypeVar("State", bound=Hashable)

REDO = 5
"""What removing a span and making it anew is reckoned to cost: more edge keys than this are not worth it."""


# --- what has to be done -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Correction:
    """A span that is there and becomes one of the gold: ``relabel`` its label, and its edges by the keys ``edges``."""

    span_id: str
    gold: Span
    relabel: bool
    edges: tuple[str, ...]

    @property
    def cost(self) -> int:
        """Presses, once the span has the focus."""
        return self.relabel + len(self.edges)


@dataclass(slots=True)
class SpanPlan:
    """What becomes of each span: ``kept`` by id with its gold, ``corrected``, ``surplus`` (ids to remove), ``missing`` (to be made)."""

    kept: dict[str, Span] = field(default_factory=dict)
    corrected: list[Correction] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    missing: list[Span] = field(default_factory=list)


def plan_spans(start: Iterable[Span], gold: Iterable[Span], text: str, tokens: Tokens) -> SpanPlan:
    """Match what is there with what is wanted, the cheapest corrections first; nothing that is right already is touched."""
    plan = SpanPlan()
    wanted = {span.signature: span for span in gold}
    there: list[Span] = []
    for span in start:
        if span.signature in wanted:
            plan.kept[span.id] = wanted.pop(span.signature)
        else:
            there.append(span)
    candidates: list[tuple[int, tuple[int, int, str, str], str, Correction]] = []
    for span in there:
        for target in wanted.values():
            edges = edge_keys(text, tokens, span.fragments, target.fragments)
            if edges is not None:
                found = Correction(span.id, target, span.label != target.label, edges)
                candidates.append((found.cost, text_order(target), span.id, found))
    used: set[str] = set()
    for cost, _, span_id, found in sorted(candidates, key=lambda candidate: candidate[:3]):
        if cost <= REDO and span_id not in used and found.gold.signature in wanted:
            used.add(span_id)
            del wanted[found.gold.signature]
            plan.corrected.append(found)
    plan.surplus = [span.id for span in there if span.id not in used]
    plan.missing = sorted(wanted.values(), key=text_order)
    return plan


@dataclass(frozen=True, slots=True)
class Ends:
    """A relation by what it says: its label and the signatures of its ends, in order where the label is symmetric."""

    label: str
    head: str
    tail: str


def ends_of(relation: Relation, spans: Mapping[str, Span], scheme: LabelScheme) -> Ends:
    """Return what a relation says."""
    head, tail = spans[relation.head].signature, spans[relation.tail].signature
    label = scheme.relation(relation.label)
    if label is not None and label.symmetric and tail < head:
        head, tail = tail, head
    return Ends(relation.label, head, tail)


@dataclass(slots=True)
class RelationPlan:
    """What becomes of each relation: ids with their gold, those to relabel or to reverse, ids to remove, and what to make."""

    kept: dict[str, Relation] = field(default_factory=dict)
    relabelled: list[tuple[str, Relation]] = field(default_factory=list)
    reversed: list[tuple[str, Relation]] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    missing: list[Relation] = field(default_factory=list)


def plan_relations(start: Sequence[Relation], spans: Mapping[str, Span], gold: AnnotationSet, scheme: LabelScheme) -> RelationPlan:
    """Match relations between spans that are all right by now; ``spans`` are those of ``start``."""
    plan = RelationPlan()
    wanted = {ends_of(relation, gold.spans, scheme): relation for relation in gold.relations_in_order()}
    there: list[Relation] = []
    for relation in start:
        ends = ends_of(relation, spans, scheme)
        if ends in wanted:
            plan.kept[relation.id] = wanted.pop(ends)
        else:
            there.append(relation)
    for relation in there:
        head, tail = spans[relation.head].signature, spans[relation.tail].signature
        turned = Ends(relation.label, tail, head)
        other = next((one for one in wanted if one.label != relation.label and _stands_between(one, head, tail, scheme)), None)
        if turned in wanted:
            plan.reversed.append((relation.id, wanted.pop(turned)))
        elif other is not None:
            plan.relabelled.append((relation.id, wanted.pop(other)))
        else:
            plan.surplus.append(relation.id)
    plan.missing = list(wanted.values())
    return plan


def _stands_between(wanted: Ends, head: str, tail: str, scheme: LabelScheme) -> bool:
    """Tell whether a relation from ``head`` to ``tail`` has the ends that are wanted, whose order may mean nothing."""
    label = scheme.relation(wanted.label)
    symmetric = label is not None and label.symmetric
    return (wanted.head, wanted.tail) == (head, tail) or (symmetric and (wanted.tail, wanted.head) == (head, tail))


# --- the shortest way ----------------------------------------------------------------------------------------------------------


def shortest(
    start: State, arrived: Callable[[State], bool], moves: Callable[[State], Mapping[str, State]], limit: int = 100_000
) -> tuple[str, ...] | None:
    """Return the fewest keys from a state to one where ``arrived``; None if no way leads there."""
    before: dict[State, tuple[State, str] | None] = {start: None}
    waiting = deque([start])
    while waiting and len(before) < limit:
        state = waiting.popleft()
        if arrived(state):
            keys: list[str] = []
            while (step := before[state]) is not None:
                state, key = step
                keys.append(key)
            return tuple(reversed(keys))
        for key, following in moves(state).items():
            if following not in before:
                before[following] = (state, key)
                waiting.append(following)
    return None


def edge_keys(text: str, tokens: Tokens, place: Sequence[Range], wanted: Sequence[Range]) -> tuple[str, ...] | None:
    """Return the edge keys that bring a focused span from one place to another; None if they cannot, or if they overlap nowhere."""
    if place[1:] and (len(place) != len(wanted) or _inner(place) != _inner(wanted)):
        return None
    if len(place) != len(wanted) or wanted[0][0] >= place[-1][1] or wanted[-1][1] <= place[0][0]:
        return None
    moves = edge_moves(text, tokens, place)
    (low, high), (first, last) = (place[0][0], place[-1][1]), (wanted[0][0], wanted[-1][1])
    starts = shortest((low, high), lambda state: state == (first, high), lambda state: moves(state, at_start=True))
    if starts is not None:
        ends = shortest((first, high), lambda state: state == (first, last), lambda state: moves(state, at_start=False))
        if ends is not None:
            return (*starts, *ends)
    return None


def _inner(fragments: Sequence[Range]) -> tuple[int, ...]:
    return tuple(offset for fragment in fragments for offset in fragment)[1:-1]


def edge_moves(text: str, tokens: Tokens, place: Sequence[Range]) -> Callable[..., Mapping[str, Range]]:
    """Return what each edge key makes of a span's outer range: ``[`` ``{`` for the start, ``]`` ``}`` for the end, Alt by a character.

    An edge goes to the next border of a token, or over white space to the next character; it never crosses the other edge of its
    fragment.
    """
    first_end, last_start = (place[0][1], place[-1][0]) if place[1:] else (None, None)

    def moves(state: Range, *, at_start: bool) -> Mapping[str, Range]:
        start, end = state
        offset, borders = (start, tokens.starts) if at_start else (end, tokens.ends)
        outward, inward = ("[", "{") if at_start else ("]", "}")
        keys = {-1: outward, 1: inward} if at_start else {1: outward, -1: inward}
        found: dict[str, Range] = {}
        for direction, key in keys.items():
            index = bisect_left(borders, offset) - 1 if direction < 0 else bisect_right(borders, offset)
            if 0 <= index < len(borders):
                found[key] = (borders[index], end) if at_start else (start, borders[index])
            stepped = _by_character(text, offset, direction, at_start=at_start)
            if stepped != offset:
                found[f"Alt+{key}"] = (stepped, end) if at_start else (start, stepped)
        low, high = (last_start, first_end) if place[1:] else (None, None)
        return {
            key: (new_start, new_end)
            for key, (new_start, new_end) in found.items()
            if new_start < (high if high is not None else new_end) and new_end > (low if low is not None else new_start)
        }

    return moves


def _by_character(text: str, offset: int, direction: int, *, at_start: bool) -> int:
    before, place = offset, next_character(text, offset, direction)
    while place != before:
        outermost = place if at_start else place - 1
        if 0 <= outermost < len(text) and not text[outermost].isspace():
            return place
        before, place = place, next_character(text, place, direction)
    return offset


def building_order(span: Span, labels: Iterable[str], taken: Collection[str]) -> tuple[tuple[Range, ...], str] | None:
    """Return the order in which to label and add the fragments of a span, and the label to do it with; None if there is none.

    No step on the way may make the span the same as another (the signatures ``taken``), which is refused.  Where no order helps, the span
    is built with another label and relabelled at the end.
    """
    for label in (span.label, *(name for name in labels if name != span.label)):
        for order in permutations(span.fragments):
            steps = (ordered_fragments(order[:count]) for count in range(1, len(order) + 1))
            if not any(Span("", step, label).signature in taken for step in steps):
                return order, label
    return None


# --- caret and selection -------------------------------------------------------------------------------------------------------


def caret_moves(tokens: Tokens, sentences: Sequence[int], offset: int) -> dict[str, int]:
    """Return where the keys that need no picture of the lines take the caret: by token, by sentence, to the ends of the text.

    Left and Right are meant for text that runs to the right.
    """
    starts = tokens.starts
    found: dict[str, int] = {}
    index = bisect_right(starts, offset)
    if index < len(starts):
        found["Right"] = starts[index]
    index = bisect_left(starts, offset) - 1
    if index >= 0:
        found["Left"] = starts[index]
    begins = [starts[number] for number in sentences]
    index = bisect_right(begins, offset)
    if index < len(begins):
        found["Ctrl+Down"] = begins[index]
    index = bisect_left(begins, offset) - 1
    if index >= 0:
        found["Ctrl+Up"] = begins[index]
    if starts:
        found["Ctrl+Home"], found["Ctrl+End"] = starts[0], starts[-1]
    return found


def selecting_keys(text: str, tokens: Tokens, start: int, wanted: Range) -> tuple[str, ...] | None:
    """Return the fewest keys that select ``wanted`` from a caret at ``start``; None if whole tokens and characters cannot.

    White space at the edges of a selection does not count.
    """
    inside = (index := tokens.at(start)) is not None and tokens.starts[index] != start

    def moves(position: int) -> Mapping[str, int]:
        found: dict[str, int] = {}
        if (following := next_character(text, position, 1)) != position:
            found["Alt+Shift+Right"] = following
        if position > start and (before := next_character(text, position, -1)) >= start:
            found["Alt+Shift+Left"] = before
        index = bisect_right(tokens.ends, position)
        if index < len(tokens) and not (inside and position == start):  # the first step would take in the whole token
            found["Shift+Right"] = tokens.ends[index]
        index = bisect_left(tokens.ends, position) - 1
        if position > start:
            found["Shift+Left"] = max(tokens.ends[index], start) if index >= 0 else start
        return found

    return shortest(start, lambda position: trim(text, start, position) == wanted, moves)


def step_keys(text: str, start: int, wanted: int) -> tuple[str, ...] | None:
    """Return the keys that take the caret by characters from ``start`` to ``wanted``; None if that is inside a character."""
    direction, key = (1, "Alt+Right") if wanted > start else (-1, "Alt+Left")
    keys: list[str] = []
    while start != wanted:
        following = next_character(text, start, direction)
        if following == start or (wanted - following) * direction < 0:
            return None
        start = following
        keys.append(key)
    return tuple(keys)


# --- the focus -----------------------------------------------------------------------------------------------------------------


def walk_length(spans: Iterable[Span], focused: Span | None, caret: int, wanted: Span) -> int:
    """Return how many times Tab (positive) or Shift+Tab (negative) leads to a span, which must be among ``spans``.

    With nothing focused, the first Tab goes to the span that begins at the caret or after.
    """
    order = sorted(map(text_order, spans))
    target = bisect_left(order, text_order(wanted))
    if focused is not None:
        key = text_order(focused)
        after = bisect_right(order, key)  # the focused one need not be among the spans that are walked
        before = bisect_left(order, key) - 1
    else:
        after = bisect_left(order, (caret, -(1 << 60), "", ""))
        before = after - 1
    return target - after + 1 if target >= after else target - before - 1


def typed_for(name: str, names: Sequence[str]) -> str:
    """Return the fewest letters that make a label the first of the list that narrows as one types; it holds the best match first."""
    for length in range(1, len(name) + 1):
        typed = name[:length].casefold()
        fitting = sorted(
            (other for other in names if typed in other.casefold()), key=lambda other: not other.casefold().startswith(typed)
        )
        if fitting[0] == name:
            return name[:length]
    return name
