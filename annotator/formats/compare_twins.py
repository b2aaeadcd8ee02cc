"""Finds for each span and relation the one that came back for it, where ids cannot tell.

Spans answer to each other by label and place.  Several of one label and place (twins) are told apart by what else they say, and those
that say the same by their relations: each twin is described by itself and its links, its links by the descriptions at their other ends,
and so on for a few rounds (colour refinement of the graph).  So as many twins as possible find one that is just like them; of the others,
those that differ least answer to each other.  Relations then answer to each other by label and by the spans at their ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from itertools import permutations
from operator import attrgetter
from typing import Any, TypeVar

from annotator.domain.annotations import Item, Relation, Span
from annotator.domain.exchange import Record

_ROUNDS = 3
"""How far the links of twins are followed."""

_FEW = 6
"""Of so many twins that all changed every way to pair them is tried."""

Pair = tuple[Item | None, Item | None]
T = TypeVar("T", Span, Relation)


def pairs_of(expected: Record, back: Record) -> Iterator[Pair]:
    """Yield every item that was expected with the one that came back for it or None, and None with every one that is left.

    The order is that of the expected spans, then of the expected relations, then what is left.
    """
    spans, partners = _span_pairs(expected, back)
    yield from spans
    places = {span.id for span in expected.spans}
    others = {span.id for span in back.spans}

    def wanted(relation: Relation) -> tuple[str, ...]:
        return relation.label, _end(relation.head, partners, places), _end(relation.tail, partners, places)

    def found(relation: Relation) -> tuple[str, ...]:
        return relation.label, _end(relation.head, None, others), _end(relation.tail, None, others)

    relations = _paired(expected.relations, back.relations, wanted, found)
    yield from relations[0]
    yield from ((None, item) for item in (*_left(back.spans, spans), *relations[1]))


def _fields(kind: type[Item], skipped: tuple[str, ...]) -> tuple[list[str], Callable[[Item], Any]]:
    names = [entry.name for entry in fields(kind) if entry.name not in skipped]
    return names, attrgetter(*names)


_FIELDS = {(kind, ids): _fields(kind, () if ids else ("id", "head", "tail")) for kind in (Span, Relation) for ids in (False, True)}


def unlike(item: Item, other: Item, *, ids: bool = False) -> list[str]:
    """Return the names of the fields in which two items differ; ids, and the ends of relations, count only with ``ids``."""
    names, values = _FIELDS[type(item), ids]
    if values(item) == values(other):  # nearly always, and ten times as fast as one by one
        return []
    return [name for name in names if _value(item, name) != _value(other, name)]


def _end(span_id: str, partners: dict[str, str] | None, places: set[str]) -> str:
    """Return what stands for the end of a relation: the id its span came back with, or, of none that is there, its own."""
    if span_id not in places:
        return f"?{span_id}"
    return f"={span_id}" if partners is None else f"={partners[span_id]}" if span_id in partners else f"?{span_id}"


def _span_pairs(expected: Record, back: Record) -> tuple[list[tuple[Span, Span | None]], dict[str, str]]:
    """Return the pairs of spans, and the ids of those that came back by the ids of those that were expected."""
    groups: dict[Any, tuple[list[Span], list[Span]]] = {}
    for side, record in enumerate((expected, back)):
        for span in record.spans:
            groups.setdefault((span.label, span.fragments), ([], []))[side].append(span)
    colors: tuple[dict[str, Any], dict[str, Any]] | None = None
    found: dict[str, Span] = {}
    for mine, theirs in groups.values():
        if len(mine) == len(theirs) == 1:
            found[mine[0].id] = theirs[0]
            continue
        if colors is None and mine and theirs:
            colors = _colors(expected), _colors(back)
        if colors is not None:
            first, second = colors
            keys = [
                (lambda span, of=first: of[span.id], lambda span, of=second: of[span.id]),
                (_content, _content),
            ]
            found |= {one.id: other for one, other in _matched(mine, theirs, keys)}
    return [(span, found.get(span.id)) for span in expected.spans], {key: span.id for key, span in found.items()}


def _colors(record: Record) -> dict[str, Any]:
    """Return a description of each span by its content and its links, the same for spans that nothing tells apart."""
    colors: dict[str, Any] = {span.id: hash((span.signature, _content(span))) for span in record.spans}
    for _ in range(_ROUNDS if record.relations else 0):
        links: dict[str, list[int]] = {key: [] for key in colors}
        for relation in record.relations:
            content = _content(relation)
            for here, there, way in ((relation.head, relation.tail, 0), (relation.tail, relation.head, 1)):
                if here in links:
                    links[here].append(hash((content, way, colors.get(there))))
        colors = {key: hash((color, tuple(sorted(links[key])))) for key, color in colors.items()}
    return colors


def _content(item: Item) -> str:
    """Return all an item says but for its id and ends, as a text that is equal where the contents are."""
    return repr(
        [(entry.name, _plain(_value(item, entry.name))) for entry in fields(item) if entry.name not in ("id", "head", "tail")]
    )


def _plain(value: Any) -> Any:
    return sorted((key, _plain(entry)) for key, entry in value.items()) if isinstance(value, dict) else value


def _matched(
    mine: Sequence[T], theirs: Sequence[T], keys: Sequence[tuple[Callable[[T], Any], Callable[[T], Any]]]
) -> list[tuple[T, T]]:
    """Pair items: by equal keys, the first of ``keys`` first, then those that differ least."""
    pairs: list[tuple[T, T]] = []
    left, others = list(mine), list(theirs)
    for key, their_key in keys:
        waiting: dict[Any, list[T]] = {}
        for other in others:
            waiting.setdefault(their_key(other), []).append(other)
        rest: list[T] = []
        for item in left:
            same = waiting.get(key(item))
            if same:
                pairs.append((item, same.pop(0)))
            else:
                rest.append(item)
        left, others = rest, [other for other in others if any(other is one for same in waiting.values() for one in same)]
    return pairs + _closest(left, others)


def _closest(mine: list[T], theirs: list[T]) -> list[tuple[T, T]]:
    """Pair as many as there are on the shorter side so that the fewest fields differ; of many, the first with the first."""
    if not mine or not theirs:
        return []
    if max(len(mine), len(theirs)) > _FEW:
        return list(zip(mine, theirs, strict=False))
    short, long = (mine, theirs) if len(mine) <= len(theirs) else (theirs, mine)
    best = min(
        permutations(long, len(short)),
        key=lambda chosen: sum(len(unlike(one, other)) for one, other in zip(short, chosen, strict=True)),
    )
    pairs = list(zip(short, best, strict=True))
    return pairs if short is mine else [(other, one) for one, other in pairs]


def _paired(
    mine: Sequence[Relation],
    theirs: Sequence[Relation],
    wanted: Callable[[Relation], tuple[str, ...]],
    found: Callable[[Relation], tuple[str, ...]],
) -> tuple[list[tuple[Relation, Relation | None]], list[Relation]]:
    """Pair relations of equal label and ends; return the pairs in order, and what is left of ``theirs``."""
    groups: dict[tuple[str, ...], tuple[list[Relation], list[Relation]]] = {}
    for relation in mine:
        groups.setdefault(wanted(relation), ([], []))[0].append(relation)
    for relation in theirs:
        groups.setdefault(found(relation), ([], []))[1].append(relation)
    partners: dict[int, Relation] = {}
    for ours, others in groups.values():
        same = [(_content, _content)]
        pairs = zip(ours, others, strict=True) if len(ours) == len(others) == 1 else _matched(ours, others, same)
        partners |= {id(one): other for one, other in pairs}
    taken = {id(other) for other in partners.values()}
    return [(one, partners.get(id(one))) for one in mine], [one for one in theirs if id(one) not in taken]


def _left(spans: Sequence[Span], pairs: Sequence[tuple[Span, Span | None]]) -> Iterator[Span]:
    taken = {id(other) for _, other in pairs}
    return (span for span in spans if id(span) not in taken)


def _value(item: Item, name: str) -> Any:
    value = getattr(item, name)
    return dict(value) if name == "attributes" else value
