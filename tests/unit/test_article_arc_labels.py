"""Texts on arcs: none meets another, none is crossed while that can be had, and what has the eye is always readable."""

from __future__ import annotations

import itertools
import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from annotator.domain.annotations import Relation
from annotator.ui.article.arc_labels import Limits, Wish, is_strong, labelled, raised
from annotator.ui.article.arcs import CLEAR, Arc, ArcRequest, Band, End, Frame, Plate, route
from annotator.ui.article.layout import MAX_LANES

HEIGHT = 13.0
FRAME = Frame(left=50, right=950, gutter=50, lane=HEIGHT - 1)
LIMITS = Limits(HEIGHT, 2, 998)
NAME, CODE = ("located_in", 70.0), ("LCTD", 34.0)


def width(text: str) -> float:
    return 8.0 + 6 * len(text)


def bands(lanes: int, lines: int = 4) -> list[Band]:
    height = CLEAR + lanes * FRAME.lane + 1
    return [Band(100 + 150 * line, height) for line in range(lines)]


def placed(requests: list[ArcRequest], lanes: int = 5, words: str = "") -> list[Arc]:
    wish = Wish(NAME, CODE, (words, width(words)) if words else None)
    return labelled(route(requests, bands(lanes), FRAME), {one.id: wish for one in requests}, LIMITS, width)


def ask(name: str, head: float, tail: float, line: int = 0) -> ArcRequest:
    return ArcRequest(name, End(line, head - 10, head + 10), End(line, tail - 10, tail + 10), NAME[1])


def crowd(rng: random.Random, count: int) -> list[ArcRequest]:
    def end() -> End:
        if rng.random() < 0.15:
            return End(None, far=rng.choice((-1, 1)))
        left = rng.uniform(50, 900)
        return End(rng.randrange(4), left, left + rng.uniform(8, 49))

    return [ArcRequest(str(number), end(), end(), NAME[1], rng.random() < 0.3) for number in range(count)]


def plates(arcs: list[Arc]) -> list[Plate]:
    return [plate for arc in arcs for plate in (arc.label, arc.words, arc.mark) if plate is not None]


def overlap(one: Plate, other: Plate) -> bool:
    return one.left < other.right and other.left < one.right and abs(one.y - other.y) < HEIGHT - 2


def crosses(arc: Arc, plate: Plate) -> bool:
    low, high = plate.y - HEIGHT / 2 + 1.5, plate.y + HEIGHT / 2 - 1.5
    return any(
        min(x0, x1) < plate.right and plate.left < max(x0, x1) and min(y0, y1) < high and low < max(y0, y1)
        for (x0, y0), (x1, y1) in itertools.pairwise(arc.points)
        if (x0, y0) != (x1, y1)
    ) or any(
        plate.left < x0 < plate.right and min(y0, y1) < high and low < max(y0, y1)
        for (x0, y0), (x1, y1) in itertools.pairwise(arc.points)
        if x0 == x1
    )


def test_a_label_takes_the_middle_of_its_run():
    (arc,) = placed([ask("a", 100, 400)])
    assert arc.label is not None
    assert arc.label.text == NAME[0]
    assert arc.label_at == (250, arc.run.y)


def test_a_label_moves_aside_for_a_leg():
    low, high = placed([ask("low", 100, 400), ask("high", 252, 700)])
    assert low.label is not None
    assert low.label.text == NAME[0]
    assert low.label.right < 252 or low.label.left > 252
    assert not crosses(high, low.label)


def test_a_label_becomes_its_code_and_then_nothing():
    def text_between(gap: float) -> str:
        """The label of a short arc between the legs of two that run above it, ``gap`` apart."""
        arcs = placed([ask("low", 300 - 8, 300 + 8), ask("left", 300 - gap / 2, 800), ask("right", 100, 300 + gap / 2)])
        return arcs[0].label.text if arcs[0].label is not None else ""

    assert [text_between(gap) for gap in (120, 60, 20)] == [NAME[0], CODE[0], ""]


def test_a_short_arc_keeps_a_label_that_reaches_beyond_it():
    (arc,) = placed([ask("a", 100, 120)])
    assert arc.label is not None
    assert arc.label.text == NAME[0]
    assert arc.label.left < 100


def test_at_most_five_lanes_and_never_lower_than_a_label():
    arcs = placed([ask(str(number), 300 - 20 * number, 500 + 20 * number) for number in range(9)], lanes=8)
    proper = sorted((arc.run.y for arc in arcs if not arc.run.rail), reverse=True)
    assert len(proper) == MAX_LANES
    assert all(lower - upper >= HEIGHT - 1 for lower, upper in itertools.pairwise(proper))
    bundled = [arc for arc in arcs if arc.run.rail]
    assert len(bundled) == 4
    assert len({arc.run.y for arc in bundled}) == 1
    assert bundled[0].run.y < proper[-1]
    assert [arc.label for arc in bundled] == [None] * 4
    assert [arc.mark.text for arc in arcs if arc.mark is not None] == ["+4"]


@pytest.mark.parametrize("lanes", [0, 1, 2])
def test_there_is_a_lane_even_where_no_label_fits(lanes):
    arcs = placed([ask("a", 100, 300), ask("b", 150, 500)], lanes=lanes)
    rails = [arc for arc in arcs if arc.run.rail]
    assert len(rails) == (0 if lanes == 2 else 1)
    assert (arcs[0].label is None) == (lanes == 0)


def test_bundles_that_lie_apart_are_counted_apart():
    arcs = placed([ask(f"{side}{number}", side + 100, side + 300) for side in (0, 400) for number in range(3)], lanes=1)
    assert sorted(arc.mark.text for arc in arcs if arc.mark is not None) == ["+2", "+2"]


@pytest.mark.parametrize("seed", range(40))
def test_no_text_meets_another_and_none_is_crossed(seed):
    rng = random.Random(seed)
    arcs = placed(crowd(rng, rng.randrange(2, 40)), lanes=rng.randrange(1, 6), words="Washington")
    shown = plates(arcs)
    assert shown
    assert not [pair for pair in itertools.combinations(shown, 2) if overlap(*pair)]
    assert all(plate.left >= LIMITS.low and plate.right <= LIMITS.high for plate in shown)
    for arc in arcs:
        for other in arcs:
            if arc.label is not None and other is not arc and not other.rails:
                assert not crosses(other, arc.label)


@pytest.mark.parametrize("far", [-1, 1])
def test_a_stub_names_its_far_end_behind_its_tip(far):
    (out,) = placed([ArcRequest("a", End(1, 400, 440), End(None, far=far), NAME[1])], words="Washington")
    assert out.outward
    assert out.words is not None
    assert out.far is not None
    tip = out.far[0]
    assert (out.words.left > tip) if far > 0 else (out.words.right < tip)
    (back,) = placed([ArcRequest("a", End(None, far=far), End(1, 400, 440), NAME[1])])
    assert not back.outward
    (both,) = placed([ArcRequest("a", End(1, 400, 440), End(None, far=far), NAME[1], symmetric=True)])
    assert not both.outward


def test_words_of_a_stub_are_left_out_where_they_would_meet_something():
    stub = ArcRequest("a", End(0, 400, 440), End(None, far=1), NAME[1])
    alone, beside = placed([stub], words="Washington")[0], placed([stub, ask("b", 580, 900)], words="Washington")[0]
    assert alone.words is not None
    assert beside.words is None


def test_raised_labels_are_full_where_sure_and_never_cover_each_other():
    rng = random.Random(8)
    for _ in range(30):
        requests = crowd(rng, 25)
        arcs = placed(requests, lanes=3)
        strong = rng.sample(arcs, min(len(arcs), 9))
        sure = strong[0].id
        found = raised(arcs, strong, (sure, None), {one.id: Wish(NAME, CODE) for one in requests}, LIMITS)
        assert found.plates[sure].text == NAME[0]
        assert set(found.plates) <= {arc.id for arc in strong}
        assert not [pair for pair in itertools.combinations(found.plates.values(), 2) if overlap(*pair)]
        for arc in arcs:
            met = arc.label is not None and any(overlap(arc.label, plate) for plate in found.plates.values())
            assert (arc.id in found.covered) == (met and arc not in strong)


def test_a_label_in_full_stays_where_it_is_when_its_arc_gets_the_eye():
    requests = [ask("a", 100, 400), ask("b", 200, 700)]
    arcs = placed(requests)
    found = raised(arcs, arcs[:1], ("a",), {one.id: Wish(NAME, CODE) for one in requests}, LIMITS)
    assert found.plates == {"a": arcs[0].label}


def test_what_has_the_eye():
    def style(**given: str) -> Any:
        empty = dict.fromkeys(("focused", "focused_relation", "hovered_relation"))
        return cast(Any, SimpleNamespace(**(empty | given)))

    relation = Relation("r", "leads", "a", "b")
    assert not is_strong(relation, style())
    assert is_strong(relation, style(focused="b"))
    assert is_strong(relation, style(hovered_relation="r"))
    assert is_strong(relation, style(focused_relation="r"))
    assert not is_strong(relation, style(focused_relation="other", focused="a"))
    assert is_strong(relation, style(focused_relation="other", hovered_relation="r"))
