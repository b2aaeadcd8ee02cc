"""What the overview strip marks: rows, labels, counts, and that an edit costs its own rows alone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.domain.annotations import Span
from annotator.ui.article.overview import Mark, Overview, dashes, joined, runs


def span(start: int, end: int, label: str = "PERSON", *, reviewed: bool = True, key: str = "") -> Span:
    return Span(key or f"{start}-{end}-{label}", ((start, end),), label, reviewed=reviewed)


def overlapping(spans: list[Span], start: int, end: int) -> list[Span]:
    return [one for one in spans if one.start < end and start < one.end]


def counted(length: int, height: int, spans: list[Span]) -> Overview:
    overview = Overview(length, height)
    overview.count(range(height), spans)
    return overview


def test_a_place_is_proportional_to_its_place_in_the_text():
    overview = Overview(1000, 100)
    assert [overview.row_of(offset) for offset in (0, 9, 10, 500, 999)] == [0, 0, 1, 50, 99]


def test_offsets_outside_the_text_count_as_its_edges():
    overview = Overview(1000, 100)
    assert (overview.row_of(-5), overview.row_of(5000)) == (0, 99)


def test_in_a_short_text_a_character_takes_several_rows():
    overview = counted(10, 100, [span(2, 4)])
    marked = [row for row, mark in enumerate(overview.marks) if mark]
    assert marked == list(range(20, 40))


def test_in_a_long_text_a_span_takes_the_row_it_stands_in():
    overview = counted(100_000, 100, [span(1500, 1510), span(1999, 2001)])
    assert [row for row, mark in enumerate(overview.marks) if mark] == [1, 2]
    assert overview.marks[1] == Mark("PERSON", 2, 0)
    assert overview.marks[2] == Mark("PERSON", 1, 0)


def test_the_most_frequent_label_wins_and_the_first_by_name_among_equals():
    overview = counted(
        1000, 10, [span(0, 5, "ORG"), span(6, 9, "GPE"), span(10, 15, "ORG"), span(110, 115, "ORG"), span(120, 125, "DATE")]
    )
    assert overview.marks[0] == Mark("ORG", 3, 0)
    assert overview.marks[1] == Mark("DATE", 2, 0)


def test_unreviewed_spans_are_counted():
    overview = counted(1000, 10, [span(0, 5, reviewed=False), span(6, 9), span(20, 25, reviewed=False)])
    assert overview.marks[0] == Mark("PERSON", 3, 2)


def test_a_discontinuous_span_counts_where_its_fragments_are():
    overview = counted(1000, 10, [Span("d", ((10, 20), (510, 520)), "EVENT", reviewed=False)])
    assert [row for row, mark in enumerate(overview.marks) if mark] == [0, 5]
    assert overview.marks[5] == Mark("EVENT", 1, 1)


def test_a_long_span_marks_all_rows_it_covers():
    overview = counted(1000, 10, [span(150, 420)])
    assert [row for row, mark in enumerate(overview.marks) if mark] == [1, 2, 3, 4]


def test_only_the_rows_asked_for_are_counted():
    overview = Overview(1000, 10)
    overview.count(range(2, 4), [span(150, 420)])
    assert [row for row, mark in enumerate(overview.marks) if mark] == [2, 3]


def test_counting_again_forgets_what_is_gone():
    overview = counted(1000, 10, [span(150, 160)])
    overview.count(range(1, 2), [])
    assert overview.marks == [None] * 10


@pytest.mark.parametrize(("length", "height"), [(0, 50), (5, 1), (0, 0)])
def test_empty_texts_and_flat_strips_do_no_harm(length, height):
    overview = Overview(length, height)
    overview.count(range(overview.height), [])
    assert overview.row_of(0) == 0
    assert overview.rows_of(0, 0) == range(1)


@given(
    st.integers(1, 3000),
    st.integers(1, 200),
    st.lists(st.tuples(st.integers(0, 2999), st.integers(1, 60), st.sampled_from("ABC"), st.booleans()), max_size=25),
    st.data(),
)
def test_an_edit_that_counts_its_rows_gives_what_counting_all_gives(length, height, raw, data):
    spans = [
        span(start % length, min(length, start % length + size), label, reviewed=reviewed, key=str(number))
        for number, (start, size, label, reviewed) in enumerate(raw)
    ]
    overview = counted(length, height, spans)
    gone = data.draw(st.sampled_from(spans)) if spans else span(0, 1)
    start = data.draw(st.integers(0, length - 1))
    new = span(start, min(length, start + data.draw(st.integers(1, 80))), "B", reviewed=False, key="new")
    after = [one for one in spans if one is not gone] + [new]
    for place in ((gone.start, gone.end), (new.start, new.end)):
        rows = overview.rows_of(*place)
        overview.count(rows, overlapping(after, *overview.range_of(rows)))
    assert overview.marks == counted(length, height, after).marks


def test_rows_and_code_points_answer_each_other():
    overview = Overview(12_345, 601)
    for row in range(601):
        start, end = overview.range_of(range(row, row + 1))
        assert overview.row_of(start) in (row - 1, row)
        assert row in overview.rows_of(start, end)


def test_pieces_cover_all_rows_once_and_stand_for_about_as_much_as_asked():
    overview = Overview(1_000_000, 600)
    pieces = list(overview.pieces(range(600), 50_000))
    assert [row for piece in pieces for row in piece] == list(range(600))
    assert len(pieces) == 20
    assert [len(piece) for piece in Overview(1_000_000, 10).pieces(range(3, 6), 50)] == [1, 1, 1]


def test_counting_piece_by_piece_gives_the_same_marks():
    numbers = random.Random(4)
    spans = [span(start, start + numbers.randint(1, 900), numbers.choice("AB")) for start in numbers.sample(range(100_000), 300)]
    whole = counted(101_000, 400, spans)
    piecewise = Overview(101_000, 400)
    for piece in piecewise.pieces(range(400), 7000):
        piecewise.count(piece, overlapping(spans, *piecewise.range_of(piece)))
    assert piecewise.marks == whole.marks


def test_the_nearest_marked_row_is_the_upper_of_two():
    overview = counted(100, 100, [span(10, 11), span(14, 15)])
    assert overview.nearest_marked(12, 2) == 10
    assert overview.nearest_marked(13, 2) == 14
    assert overview.nearest_marked(50, 5) is None


def test_the_nearest_marked_row_may_be_as_far_as_asked_upwards_and_downwards():
    overview = counted(100, 100, [span(10, 11)])
    assert [overview.nearest_marked(row, 3) for row in (6, 7, 13, 14)] == [None, 10, 10, None]


def test_rows_that_cut_a_character_stand_for_it_and_a_full_row_reaches_no_further():
    assert Overview(10, 3).range_of(range(1)) == (0, 4)
    assert Overview(10, 3).range_of(range(1, 2)) == (3, 7)
    assert [Overview(10, 10).rows_of(start, start + 1) for start in (0, 4, 9)] == [range(1), range(4, 5), range(9, 10)]


def test_touching_rows_become_one_range():
    assert joined([range(8, 9), range(3), range(3, 5), range(4, 6)]) == [range(6), range(8, 9)]


def test_rows_of_one_label_make_a_run():
    overview = counted(10, 10, [span(1, 4, "A"), span(4, 6, "B"), span(8, 9, "B")])
    assert list(runs(overview.marks, range(10))) == [(range(1, 4), "A"), (range(4, 6), "B"), (range(8, 9), "B")]
    assert list(runs(overview.marks, range(2, 5))) == [(range(2, 4), "A"), (range(4, 5), "B")]


def test_dashes_stand_on_a_grid_wherever_something_is_unreviewed():
    overview = counted(20, 20, [span(2, 3), span(6, 7, reviewed=False), span(12, 17, reviewed=False)])
    assert list(dashes(overview.marks, range(20), 4)) == [4, 12, 16]
    assert list(dashes(overview.marks, range(13, 14), 4)) == [12]
