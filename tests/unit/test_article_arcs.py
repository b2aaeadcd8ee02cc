"""Arcs run above their lines and through the gutters, never across text; runs of one lane do not meet."""

from __future__ import annotations

import random

import pytest

from annotator.ui.article.arcs import Arc, ArcRequest, Band, End, Frame, rounded, route

FRAME = Frame(left=50, right=950, gutter=50, lane=12)
BANDS = [Band(base=100 + 80 * line, height=45) for line in range(6)]
TEXT_HEIGHT = 20


def arcs_of(*requests: ArcRequest) -> list[Arc]:
    return route(requests, BANDS, FRAME)


def ask(name: str, head: End, tail: End, *, symmetric: bool = False) -> ArcRequest:
    return ArcRequest(name, head, tail, 40, symmetric)


def test_an_arc_in_one_line_leaves_head_and_ends_at_tail_with_an_arrow():
    (arc,) = arcs_of(ask("a", End(1, 100, 140), End(1, 300, 360)))
    assert arc.points[0] == (120, BANDS[1].base)
    assert arc.points[-1] == (330, BANDS[1].base)
    assert arc.arrow == arc.points[-1]
    assert arc.points[1][1] == arc.points[2][1] < BANDS[1].base
    assert arc.label_at == (225, arc.points[1][1])
    assert arc.far is None


def test_a_symmetric_arc_has_no_arrow():
    (arc,) = arcs_of(ask("a", End(1, 100, 140), End(1, 300, 360), symmetric=True))
    assert arc.arrow is None


@pytest.mark.parametrize(("x", "side"), [(100, "left"), (800, "right")])
def test_between_lines_the_nearer_gutter_is_taken(x, side):
    (arc,) = arcs_of(ask("a", End(0, x, x + 20), End(3, x, x + 20)))
    gutter = arc.points[2][0]
    assert gutter == arc.points[3][0]
    assert (gutter < FRAME.left) if side == "left" else (gutter > FRAME.right)
    assert 0 < gutter < 1000


@pytest.mark.parametrize("far", [-1, 1])
def test_a_far_end_becomes_a_stub_that_points_there(far):
    (out,) = arcs_of(ask("a", End(2, 100, 140), End(None, far=far)))
    assert out.far is not None
    assert out.far[2] == far
    assert out.arrow is None
    (back,) = arcs_of(ask("a", End(None, far=far), End(2, 100, 140)))
    assert back.arrow == (120, BANDS[2].base)


def test_a_stub_at_the_edge_turns_inwards():
    (arc,) = arcs_of(ask("a", End(2, 960, 980), End(None, far=1)))
    assert arc.far is not None
    assert arc.far[0] < 970


def test_both_ends_out_of_view_are_left_out():
    assert arcs_of(ask("a", End(None, far=-1), End(None, far=1))) == []


def test_shorter_arcs_run_lower():
    long, short = arcs_of(ask("long", End(0, 100, 120), End(0, 700, 720)), ask("short", End(0, 200, 220), End(0, 400, 420)))
    assert short.points[1][1] > long.points[1][1]


def test_the_feet_of_one_span_stand_apart():
    arcs = arcs_of(*(ask(str(number), End(0, 300, 360), End(0, 500 + 80 * number, 540 + 80 * number)) for number in range(3)))
    feet = [arc.points[0][0] for arc in arcs]
    assert len(set(feet)) == 3
    assert all(300 < foot < 360 for foot in feet)
    assert feet == sorted(feet, reverse=True), "the longest stands innermost, so the arcs do not cross"


def test_an_arc_to_a_span_inside_starts_beside_it():
    (arc,) = arcs_of(ask("a", End(0, 100, 400), End(0, 200, 260)))
    assert arc.points[0][0] > 260 or arc.points[0][0] < 200


def test_a_span_related_to_itself_gets_a_loop():
    (arc,) = arcs_of(ask("a", End(0, 100, 140), End(0, 100, 140)))
    assert abs(arc.points[0][0] - arc.points[-1][0]) >= 8


def random_requests(rng: random.Random, count: int) -> list[ArcRequest]:
    def end() -> End:
        if rng.random() < 0.2:
            return End(None, far=rng.choice((-1, 1)))
        left = rng.uniform(50, 900)
        return End(rng.randrange(len(BANDS)), left, left + rng.uniform(8, 49))

    return [ask(str(number), end(), end(), symmetric=rng.random() < 0.3) for number in range(count)]


def test_no_arc_ever_crosses_text():
    rng = random.Random(11)
    for _ in range(60):
        for arc in arcs_of(*random_requests(rng, rng.randrange(1, 30))):
            for (x0, y0), (x1, y1) in zip(arc.points, arc.points[1:], strict=False):
                assert x0 == x1 or y0 == y1, "pieces are level or upright"
                for band in BANDS:
                    low, high = band.base, band.base + TEXT_HEIGHT
                    meets = max(y0, y1) > low and min(y0, y1) < high
                    beside = max(x0, x1) <= FRAME.left or min(x0, x1) >= FRAME.right
                    assert not meets or beside


def test_arcs_keep_to_the_room_above_their_line():
    rng = random.Random(12)
    for _ in range(60):
        for arc in arcs_of(*random_requests(rng, rng.randrange(1, 40))):
            for _x, y in arc.points:
                assert any(band.base - band.height <= y <= band.base for band in BANDS)


def test_runs_in_one_lane_do_not_meet_while_there_is_room():
    arcs = arcs_of(
        *(
            ask(str(number), End(0, 60 + 90 * number, 80 + 90 * number), End(0, 130 + 90 * number, 148 + 90 * number))
            for number in range(9)
        )
    )
    assert len({arc.points[1][1] for arc in arcs}) == 1
    overlapping = arcs_of(ask("a", End(0, 100, 120), End(0, 300, 320)), ask("b", End(0, 200, 220), End(0, 400, 420)))
    assert overlapping[0].points[1][1] != overlapping[1].points[1][1]


def test_corners_are_rounded_within_their_pieces():
    steps = rounded([(0, 0), (0, -10), (4, -10), (4, 0)], 6)
    assert [kind for kind, _a, _b in steps] == ["move", "line", "curve", "line", "curve", "line"]
    assert steps[2] == ("curve", (0, -10), (2, -10))
    assert steps[-1][1] == (4, 0)
