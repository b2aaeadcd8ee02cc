"""Neighbours in text order, the spans under an offset, and relations in the order of their ends; no window needed."""

from __future__ import annotations

import random
from typing import Any

import pytest

from annotator.domain.annotations import Relation, Span, text_order
from annotator.ui.article.walk import flat_surface, neighbour, relations_in_order, spans_under


class Shelf:
    """As much of a model as walking asks for; counts how far it was asked to look."""

    def __init__(self, text: str, spans: list[Span], relations: list[Relation] | None = None) -> None:
        self.text = text
        self.spans = {span.id: span for span in spans}
        self.relations = relations or []
        self.looked: list[int] = []

    def spans_in(self, start: int, end: int) -> list[Span]:
        self.looked.append(end - start)
        return [span for span in self.spans.values() if span.start < end and start < span.end]

    def span(self, span_id: str) -> Span | None:
        return self.spans.get(span_id)

    def relations_of(self, span_id: str) -> list[Relation]:
        return [one for one in self.relations if span_id in (one.head, one.tail)]


def span(name: str, start: int, end: int, **fields: Any) -> Span:
    return Span(name, ((start, end),), "X", **fields)


def walk(shelf: Any, *, direction: int, caret: int = 0, focused: str | None = None) -> str | None:
    found = neighbour(shelf, caret=caret, focused=focused, direction=direction, wanted=lambda _span: True)
    return found.id if found else None


def test_walking_forth_and_back_meets_every_span_once_in_text_order():
    rng = random.Random(1)
    text = "x" * 50_000
    spans = []
    for number in range(300):
        start = rng.randrange(49_000)
        spans.append(span(str(number), start, start + rng.choice((1, 3, 40, 900))))
    shelf = Shelf(text, spans)
    order = [one.id for one in sorted(spans, key=text_order)]
    for direction, expected, caret in ((1, order, 0), (-1, order[::-1], len(text))):
        seen: list[str] = []
        focused: str | None = None
        while (following := walk(shelf, direction=direction, caret=caret, focused=focused)) is not None:
            seen.append(following)
            focused = following
        assert seen == expected


def test_the_search_looks_no_further_than_needed():
    spans = [span(str(number), 100 * number, 100 * number + 5) for number in range(10_000)]
    shelf = Shelf("x" * 1_000_000, spans)
    assert walk(shelf, direction=1, caret=500_001) == "5001"
    assert walk(shelf, direction=-1, caret=500_001) == "5000"
    assert max(shelf.looked) < 3000


def test_from_the_caret_a_span_that_begins_there_is_the_next_one():
    shelf = Shelf("x" * 100, [span("a", 10, 20), span("inner", 10, 12), span("b", 30, 40)])
    assert walk(shelf, direction=1, caret=10) == "a"
    assert walk(shelf, direction=1, caret=10, focused="a") == "inner"
    assert walk(shelf, direction=-1, caret=10) is None
    assert walk(shelf, direction=-1, caret=11) == "inner"
    assert walk(shelf, direction=1, caret=31) is None


def test_only_wanted_spans_are_found():
    shelf: Any = Shelf("x" * 9000, [span("a", 1, 2), span("b", 8000, 8001, reviewed=False)])
    found = neighbour(shelf, caret=0, focused=None, direction=1, wanted=lambda one: not one.reviewed)
    assert found is not None
    assert found.id == "b"
    assert neighbour(shelf, caret=0, focused="b", direction=1, wanted=lambda one: not one.reviewed) is None


@pytest.mark.parametrize(("offset", "expected"), [(12, ["inner", "outer"]), (10, ["outer"]), (20, []), (45, ["parts"]), (42, [])])
def test_the_spans_under_an_offset_innermost_first(offset, expected):
    shelf: Any = Shelf("x" * 100, [span("outer", 10, 20), span("inner", 11, 15), Span("parts", ((40, 42), (44, 46)), "X")])
    assert spans_under(shelf, offset) == expected


def test_relations_come_by_the_place_of_their_ends():
    spans = [span("a", 0, 1), span("b", 10, 11), span("c", 20, 21)]
    relations = [
        Relation("r1", "x", "c", "b"),
        Relation("r2", "x", "b", "c"),
        Relation("r3", "x", "a", "b"),
        Relation("r4", "x", "b", "gone"),
    ]
    shelf: Any = Shelf("x" * 30, spans, relations)
    assert relations_in_order(shelf, "b") == ["r3", "r4", "r2", "r1"]


def test_a_surface_is_shown_on_one_line():
    shelf: Any = Shelf("Joko\n  Widodo", [])
    assert flat_surface(shelf, span("a", 0, 13)) == "Joko Widodo"
    assert flat_surface(shelf, None) == "?"
