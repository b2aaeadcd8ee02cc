"""Rows, chips and room: nothing overlaps, nothing is clipped, shorter spans hang nearer to the text."""

from __future__ import annotations

import itertools
import random

import pytest

from annotator.ui.article.layout import (
    MAX_LANES,
    ChipRequest,
    Extent,
    Form,
    Room,
    assign_rows,
    depth,
    place_chips,
    rooms,
)


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [([], 0), ([(0, 5)], 1), ([(0, 5), (5, 9)], 1), ([(0, 5), (4, 9)], 2), ([(0, 9), (1, 3), (2, 8), (3, 4)], 3)],
)
def test_depth_counts_what_overlaps_at_one_place(ranges, expected):
    assert depth([start for start, _ in ranges], [end for _, end in ranges]) == expected


def test_a_nested_span_hangs_inside_and_crossing_ones_below_each_other():
    outer, inner, crossing, apart = Extent(0, 100, 50), Extent(20, 40, 8), Extent(90, 130, 20), Extent(200, 210, 60)
    rows = assign_rows([outer, inner, crossing, apart], 5)
    assert rows[1] == 0
    assert rows[0] > rows[1]
    assert rows[0] != rows[2]
    assert rows[3] == 0


def test_what_finds_no_row_is_bundled():
    extents = [Extent(0, 10 + number, 10 + number) for number in range(7)]
    assert assign_rows(extents, 5) == [0, 1, 2, 3, 4, 5, 5]


def test_extents_in_one_row_never_overlap():
    rng = random.Random(7)
    for _ in range(50):
        extents = []
        for _ in range(rng.randrange(1, 25)):
            left = rng.randrange(0, 900)
            extents.append(Extent(left, left + rng.randrange(5, 200), rng.randrange(1, 40)))
        rows = assign_rows(extents, MAX_LANES)
        for row in range(MAX_LANES):
            inside = sorted((one.left, one.right) for one, at in zip(extents, rows, strict=True) if at == row)
            assert all(before[1] <= after[0] for before, after in itertools.pairwise(inside))


def test_a_chip_takes_name_then_code_then_dot():
    def form(room: float) -> Form:
        requests = [ChipRequest(0, 0, 60, 30), ChipRequest(0, room, 60, 30)]
        return place_chips(requests, [(0, 0, 5), (0, room, room + 5)], 0, 1000)[0].form

    assert [form(room) for room in (70, 63, 62, 40, 33, 32, 12)] == [
        Form.NAME, Form.NAME, Form.CODE, Form.CODE, Form.CODE, Form.DOT, Form.DOT,
    ]  # fmt: skip


def test_chips_of_a_row_never_overlap_and_stay_in_view():
    rng = random.Random(3)
    for _ in range(100):
        bars, requests, x = [], [], 4.0
        while x < 900:
            width = rng.uniform(3, 80)
            bars.append((0, x, x + width))
            leftward = rng.random() < 0.3
            requests.append(ChipRequest(0, x + width if leftward else x, rng.uniform(30, 90), 26, leftward))
            x += width + rng.uniform(0, 30)
        chips = place_chips(requests, bars, 0, 1000)
        assert all(chip.left >= 0 and chip.right <= 1000 for chip in chips)
        ordered = sorted((chip.left, chip.right) for chip in chips if chip.form is not Form.DOT)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(ordered))


def test_a_chip_at_the_right_edge_is_shortened_not_clipped():
    (chip,) = place_chips([ChipRequest(0, 960, 60, 30)], [(0, 960, 990)], 0, 1000)
    assert (chip.form, chip.right) == (Form.CODE, 990)


def test_chips_in_different_rows_do_not_see_each_other():
    chips = place_chips([ChipRequest(0, 10, 60, 30), ChipRequest(1, 15, 60, 30)], [(0, 10, 20), (1, 15, 40)], 0, 1000)
    assert [chip.form for chip in chips] == [Form.NAME, Form.NAME]


def test_room_follows_what_a_paragraph_holds():
    blocks = [0, 100, 200, 300]
    starts, ends = [5, 6, 110, 150, 210], [20, 10, 120, 160, 220]
    arcs = [(5, 6), (110, 150), (112, 140), (210, 305)]
    found = rooms(blocks, starts, ends, arcs)
    assert found == [Room(2, 1), Room(1, 2), Room(1, 1), Room(1, 1)]


def test_room_is_at_most_five_lanes_and_five_rows():
    starts, ends = [0] * 9, list(range(10, 19))
    (found,) = rooms([0], starts, ends, [(0, 10)] * 9)
    assert found == Room(MAX_LANES, MAX_LANES)
