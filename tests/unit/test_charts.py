"""Charts as geometry: scales, patterns, where everything stands, and where the arrow keys go.  No Qt is needed for any of it."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations, pairwise
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.ui.charts.hatch import strokes
from annotator.ui.charts.layout import lay_out, natural_size
from annotator.ui.charts.model import Chart, Kind, Mark, Pattern, Series, Steps
from annotator.ui.charts.scale import thinned, ticks
from annotator.ui.charts.shapes import Align, Layout, Measure, Words, elided, mirrored
from annotator.ui.charts.walk import Way, edge, step

PLAIN = Measure(16.0, lambda text: 7.0 * len(text))
"""Every letter is as wide as any other."""

NAMES = ("PERSON", "ORG", "GPE", "WORK_OF_ART", "a label with a very long name that goes on and on and on", "X")


def chart(kind: Kind, values: list[list[float]], **more: object) -> Chart:
    """A chart with a mark for each value; the rows are groups, the columns series."""
    marks = tuple(
        Mark(group, series, value, f"{group}/{series}: {value:g}", f"{value:g}")
        for group, row in enumerate(values)
        for series, value in enumerate(row)
    )
    groups = tuple(NAMES[number % len(NAMES)] + str(number) for number in range(len(values)))
    series = tuple(Series(f"series {number}") for number in range(len(values[0]) if values else 0))
    return Chart(kind, "Something by something", groups, series, marks, **more)  # type: ignore[arg-type]


def box(made: Layout, one: Chart, group: int, series: int):
    number = next(number for number, mark in enumerate(one.marks) if (mark.group, mark.series) == (group, series))
    found = made.box_of(number)
    assert found is not None
    return found


# Scales


@pytest.mark.parametrize(
    ("highest", "most", "steps", "expected"),
    [
        (750, 8, Steps.COUNT, [0, 200, 400, 600, 800]),
        (7, 8, Steps.COUNT, [0, 1, 2, 3, 4, 5, 6, 7]),
        (0, 5, Steps.COUNT, [0, 1]),
        (1, 5, Steps.COUNT, [0, 1]),
        (2, 2, Steps.COUNT, [0, 2]),
        (100, 3, Steps.COUNT, [0, 50, 100]),
        (1_000_000, 5, Steps.COUNT, [0, 500_000, 1_000_000]),
        (47, 6, Steps.SECONDS, [0, 10, 20, 30, 40, 50]),
        (200, 5, Steps.SECONDS, [0, 60, 120, 180, 240]),
        (5 * 3600, 4, Steps.SECONDS, [0, 7200, 14400, 21600]),
        (40 * 86400, 4, Steps.SECONDS, [0, 20 * 86400, 40 * 86400]),
    ],
)
def test_an_axis_is_marked_with_round_numbers(highest, most, steps, expected):
    assert ticks(highest, most, steps) == expected


@given(st.floats(0, 1e9), st.integers(2, 12), st.sampled_from(Steps))
@settings(max_examples=60, deadline=None)
def test_the_axis_reaches_the_highest_and_no_more_than_a_step_beyond(highest, most, steps):
    found = ticks(highest, most, steps)
    assert 2 <= len(found) <= max(2, most + 1)
    assert found[0] == 0
    assert found[-1] >= highest * (1 - 1e-9)
    assert found[-2] <= max(highest, 1)


@given(st.lists(st.floats(5, 90), min_size=1, max_size=80), st.floats(1, 60))
@settings(max_examples=60, deadline=None)
def test_names_below_an_axis_never_touch(widths, pitch):
    centers = [number * pitch for number in range(len(widths))]
    kept = thinned(centers, widths, 4)
    assert kept[0] == 0
    assert all(centers[b] - centers[a] >= (widths[a] + widths[b]) / 2 + 4 for a, b in pairwise(kept))


def test_names_are_all_written_where_they_fit_and_else_each_second_or_fifth():
    assert thinned([0, 50, 100], [40, 40, 40], 5) == [0, 1, 2]
    assert thinned([0, 30, 60, 90], [40, 40, 40, 40], 5) == [0, 2]
    assert thinned([0, 10, 20, 30, 40, 50], [40] * 6, 5) == [0, 5]
    assert thinned([], [], 5) == []


# Patterns


@given(
    st.sampled_from([pattern for pattern in Pattern if pattern not in (Pattern.SOLID, Pattern.BLANK)]),
    st.floats(0, 500),
    st.floats(0, 500),
    st.floats(12, 300),
    st.floats(12, 60),
)
@settings(max_examples=80, deadline=None)
def test_strokes_stay_in_their_rectangle_and_fill_it(pattern, x, y, width, height):
    found = strokes(pattern, (x, y, width, height), 6.0)
    assert len(found) >= min(width, height) / 6 - 1
    for x1, y1, x2, y2 in found:
        assert x - 1e-6 <= min(x1, x2) <= max(x1, x2) <= x + width + 1e-6
        assert y - 1e-6 <= min(y1, y2) <= max(y1, y2) <= y + height + 1e-6


def test_strokes_of_neighbours_hang_on_one_grid():
    left = strokes(Pattern.RISING, (0, 0, 50, 20), 6.0)
    right = strokes(Pattern.RISING, (50, 0, 50, 20), 6.0)
    ends = {(round(x, 6), round(y, 6)) for *_, x, y in left if isclose(x, 50)}
    begins = {(round(x, 6), round(y, 6)) for x, y, *_ in right if isclose(x, 50)}
    assert ends
    assert ends == begins


@pytest.mark.parametrize(
    ("pattern", "slopes"),
    [
        (Pattern.RISING, {-1}),
        (Pattern.FALLING, {1}),
        (Pattern.LEVEL, {0}),
        (Pattern.CROSSED, {-1, 1}),
    ],
)
def test_patterns_differ_in_more_than_colour(pattern, slopes):
    found = strokes(pattern, (0, 0, 60, 30), 6.0)
    assert {round((y2 - y1) / (x2 - x1)) for x1, y1, x2, y2 in found if x1 != x2} == slopes


def test_dots_are_points_and_full_and_empty_have_none():
    assert all((x1, y1) == (x2, y2) for x1, y1, x2, y2 in strokes(Pattern.DOTS, (0, 0, 60, 30), 6.0))
    assert strokes(Pattern.SOLID, (0, 0, 60, 30), 6.0) == strokes(Pattern.BLANK, (0, 0, 60, 30), 6.0) == []


# Layout


def test_a_bar_is_as_long_as_it_counts_and_pieces_follow_each_other():
    one = chart(Kind.BARS, [[30, 10], [60, 0]])
    made = lay_out(one, 800, 300, PLAIN)
    first, second, third = box(made, one, 0, 0), box(made, one, 0, 1), box(made, one, 1, 0)
    assert isclose(first.x + first.width, second.x)
    assert isclose(first.width / second.width, 3)
    assert isclose(third.width / first.width, 2)
    assert first.y == second.y < third.y
    assert made.box_of(3) is None  # nothing is drawn for a zero


def test_columns_stand_on_one_line_and_pieces_on_each_other():
    one = chart(Kind.COLUMNS, [[30, 10], [60, 0]])
    made = lay_out(one, 800, 300, PLAIN)
    first, second, third = box(made, one, 0, 0), box(made, one, 0, 1), box(made, one, 1, 0)
    assert isclose(second.y + second.height, first.y)
    assert isclose(first.y + first.height, third.y + third.height)
    assert isclose(third.height / first.height, 2)
    assert first.x == second.x < third.x


def test_what_counts_little_is_seen_all_the_same():
    one = chart(Kind.BARS, [[1, 1_000_000]])
    assert box(lay_out(one, 800, 300, PLAIN), one, 0, 0).width >= 2
    one = chart(Kind.COLUMNS, [[1], [1_000_000]])
    assert box(lay_out(one, 800, 300, PLAIN), one, 0, 0).height >= 2


def test_a_line_holds_its_value_until_the_next_point():
    one = chart(Kind.LINES, [[1], [3], [4]], places=(0.0, 1.0, 10.0))
    made = lay_out(one, 800, 300, PLAIN)
    (path,) = made.paths
    assert len(path.points) == 6
    assert path.points[1] == (path.points[2][0], path.points[0][1])
    assert path.points[-1] == path.points[-2]  # it is the last of all itself
    across = [box(made, one, group, 0).center[0] for group in range(3)]
    assert isclose((across[2] - across[0]) / (across[1] - across[0]), 10)


def test_cells_of_a_matrix_are_a_grid_and_names_of_columns_turn_where_they_are_long():
    one = chart(Kind.MATRIX, [[1, 2], [3, 4], [5, 6]])
    made = lay_out(one, 800, 300, PLAIN)
    assert box(made, one, 0, 0).x == box(made, one, 2, 0).x
    assert box(made, one, 1, 0).y == box(made, one, 1, 1).y
    assert isclose(box(made, one, 0, 0).x + box(made, one, 0, 0).width, box(made, one, 0, 1).x)
    assert not any(words.turned for words in made.words)
    many = chart(Kind.MATRIX, [[1] * 20] * 3)
    turned = [words for words in lay_out(many, 800, 300, PLAIN).words if words.turned]
    assert [words.text for words in turned] == [series.name for series in many.series]


def overlap(first: Words, second: Words) -> bool:
    """Whether the inked parts of two texts touch."""

    def ink(words: Words) -> tuple[float, float, float, float]:
        wide, tall = PLAIN.width(words.text), min(PLAIN.line, words.height)
        if words.turned:
            return words.x + words.width / 2 - PLAIN.line / 2, words.y + words.height - wide, PLAIN.line, wide
        shift = {Align.LEFT: 0.0, Align.CENTER: (words.width - wide) / 2, Align.RIGHT: words.width - wide}[words.align]
        return words.x + shift, words.y + (words.height - tall) / 2, wide, tall

    x1, y1, w1, h1 = ink(first)
    x2, y2, w2, h2 = ink(second)
    return x1 + 0.5 < x2 + w2 and x2 + 0.5 < x1 + w1 and y1 + 0.5 < y2 + h2 and y2 + 0.5 < y1 + h1


values = st.lists(st.lists(st.integers(0, 100_000), min_size=3, max_size=3), min_size=1, max_size=40)


@given(st.sampled_from(Kind), values, st.integers(260, 1400), st.integers(180, 700), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_text_touches_another_and_everything_is_in_the_picture(kind, counted, width, height, turned):
    totals = tuple(str(sum(row)) for row in counted) if kind is Kind.BARS else ()
    one = chart(kind, counted, totals=totals, value_title="How many", group_title="Of what")
    size = natural_size(one, width, height, PLAIN)
    made = lay_out(one, *size, PLAIN, right_to_left=turned)
    assert size >= (width, height)
    for words in made.words:
        assert -0.5 <= words.x <= words.x + words.width <= size[0] + 1.5, words
        assert -0.5 <= words.y <= words.y + words.height <= size[1] + 1.5, words
    for found in made.boxes:
        assert 0 <= found.x <= found.x + found.width <= size[0] + 0.5
        assert 0 <= found.y <= found.y + found.height <= size[1] + 0.5
    touching = [(a.text, b.text) for a, b in combinations(made.words, 2) if a.text and b.text and overlap(a, b)]
    assert touching == []


@given(st.sampled_from(Kind), values)
@settings(max_examples=40, deadline=None)
def test_from_right_to_left_it_is_the_same_picture_turned_round(kind, counted):
    one = chart(kind, counted)
    made, turned = lay_out(one, 900, 400, PLAIN), lay_out(one, 900, 400, PLAIN, right_to_left=True)
    for left, right in zip(made.boxes, turned.boxes, strict=True):
        assert isclose(left.x, 900 - right.x - right.width, abs_tol=1e-6)
        assert (left.y, left.mark) == (right.y, right.mark)
    back = mirrored(turned)
    assert all(isclose(a.x, b.x, abs_tol=1e-6) for a, b in zip(made.words, back.words, strict=True))
    assert [words.align for words in made.words] == [words.align for words in back.words]


def test_more_than_fits_asks_for_more_room():
    assert natural_size(chart(Kind.BARS, [[1]] * 5), 800, 400, PLAIN) == (800, 400)
    assert natural_size(chart(Kind.BARS, [[1]] * 50), 800, 400, PLAIN)[1] > 50 * PLAIN.line
    assert natural_size(chart(Kind.MATRIX, [[1] * 60] * 3), 800, 400, PLAIN)[0] > 60 * PLAIN.line
    assert natural_size(Chart(Kind.BARS, "", empty="Nothing"), 800, 400, PLAIN) == (800, 400)


def test_a_title_stands_above_a_picture_that_stands_alone():
    one = chart(Kind.BARS, [[1]])
    assert not any(words.text == one.title for words in lay_out(one, 600, 300, PLAIN).words)
    titled = lay_out(one, 600, 300, PLAIN, titled=True)
    (title,) = [words for words in titled.words if words.text == one.title]
    assert title.strong
    assert title.y < min(found.y for found in titled.boxes)


@given(st.text(max_size=40), st.floats(0, 200))
@settings(max_examples=80, deadline=None)
def test_a_text_is_cut_to_its_room(text, room):
    cut = elided(text, room, PLAIN)
    assert PLAIN.width(cut) <= room
    assert cut in ("", " ".join(text.split())) or (
        cut.endswith("…") and text.split()[0].startswith(cut.split("…")[0].split(" ")[0])
    )


def test_the_mark_at_a_point_is_the_one_painted_last():
    one = chart(Kind.LINES, [[5, 5]])
    made = lay_out(one, 600, 300, PLAIN)
    assert made.mark_at(*made.boxes[0].center) == 1
    assert made.mark_at(1, 1) is None


# Walking


@pytest.mark.parametrize(
    ("kind", "start", "way", "end"),
    [
        (Kind.BARS, (0, 0), Way.DOWN, (1, 0)),
        (Kind.BARS, (1, 0), Way.DOWN, (2, 1)),  # the nearest series that has something there
        (Kind.BARS, (0, 0), Way.RIGHT, (0, 2)),  # over the zero between
        (Kind.BARS, (0, 2), Way.RIGHT, (0, 2)),
        (Kind.BARS, (0, 0), Way.UP, (0, 0)),
        (Kind.COLUMNS, (0, 0), Way.RIGHT, (1, 0)),
        (Kind.COLUMNS, (0, 0), Way.UP, (0, 2)),
        (Kind.COLUMNS, (0, 2), Way.DOWN, (0, 0)),
        (Kind.COLUMNS, (2, 1), Way.LEFT, (1, 0)),
    ],
)
def test_arrow_keys_go_from_mark_to_mark(kind, start, way, end):
    one = chart(kind, [[4, 0, 2], [3, 0, 0], [0, 7, 0]])
    made = lay_out(one, 800, 400, PLAIN)
    place = {(mark.group, mark.series): number for number, mark in enumerate(one.marks)}
    assert step(one, made, place[start], way) == place[end]


def test_a_line_is_followed_over_the_days_that_it_has_no_point_on():
    marks = tuple(Mark(group, series, 1 + group, "") for group, series in ((0, 0), (1, 1), (2, 0)))
    one = Chart(Kind.LINES, "", ("a", "b", "c"), (Series("x"), Series("y")), marks)
    made = lay_out(one, 800, 400, PLAIN)
    assert step(one, made, 0, Way.RIGHT) == 2
    assert step(one, made, 1, Way.RIGHT) == 2


@given(st.sampled_from(Kind), values)
@settings(max_examples=40, deadline=None)
def test_every_mark_that_is_drawn_can_be_reached_by_keys(kind, counted):
    one = chart(kind, counted)
    made = lay_out(one, *natural_size(one, 800, 400, PLAIN), PLAIN)
    first = edge(one, made, last=False)
    if first is None:
        assert not made.boxes
        return
    reached, todo = {first}, [first]
    while todo:
        current = todo.pop()
        for way in Way:
            found = step(one, made, current, way)
            if found not in reached:
                reached.add(found)
                todo.append(found)
    assert reached == {found.mark for found in made.boxes}


def test_the_geometry_needs_no_window():
    modules = ("layout", "walk", "hatch", "scale", "shapes", "model")
    code = f"import sys; [__import__('annotator.ui.charts.' + m) for m in {modules}]; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
