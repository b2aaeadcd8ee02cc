"""Where the parts of each kind of chart stand: axes agree with marks, legends wrap, names are cut, titles are written once."""

from __future__ import annotations

import itertools
from dataclasses import replace
from math import isclose

import pytest

from annotator.ui.charts.layout import lay_out, natural_size
from annotator.ui.charts.model import Chart, Kind, Mark, Pattern, Series, Steps
from annotator.ui.charts.shapes import Align, Box, Ink, Layout, Measure, Words
from annotator.ui.charts.walk import edge

PLAIN = Measure(16.0, lambda text: 7.0 * len(text))
LARGE = Measure(32.0, lambda text: 14.0 * len(text))


def simple(kind: Kind, values: list[float], **more: object) -> Chart:
    marks = tuple(Mark(group, 0, value, f"{value:g}", f"{value:g}") for group, value in enumerate(values))
    return Chart(kind, "Title", tuple(f"g{n}" for n in range(len(values))), (Series("only"),), marks, **more)  # type: ignore[arg-type]


def words(made: Layout, text: str) -> Words:
    (found,) = [one for one in made.words if one.text == text]
    return found


def middle(one: Words) -> tuple[float, float]:
    return one.x + one.width / 2, one.y + one.height / 2


def of(made: Layout, mark: int) -> Box:
    found = made.box_of(mark)
    assert found is not None
    return found


# Axes


@pytest.mark.parametrize("value", [100, 200, 300])
def test_a_bar_ends_at_the_line_of_its_value(value):
    one = simple(Kind.BARS, [400, value])
    made = lay_out(one, 900, 300, PLAIN)
    bar = of(made, 1)
    assert any(isclose(line.x1, bar.x + bar.width, abs_tol=0.01) and line.x1 == line.x2 for line in made.lines)
    below = words(made, f"{value}") if not one.marks[1].shown else next(w for w in made.words if w.text == f"{value}")
    assert isclose(middle(below)[0], bar.x + bar.width, abs_tol=0.6)


@pytest.mark.parametrize("value", [100, 200, 300])
def test_a_column_reaches_the_line_of_its_value(value):
    made = lay_out(simple(Kind.COLUMNS, [400, value]), 900, 500, PLAIN)
    column = of(made, 1)
    assert any(isclose(line.y1, column.y, abs_tol=0.01) and line.y1 == line.y2 for line in made.lines)
    assert isclose(middle(words(made, f"{value}"))[1], column.y, abs_tol=0.6)


def test_the_longest_bar_and_the_highest_column_take_all_the_room():
    made = lay_out(simple(Kind.BARS, [10, 87]), 900, 300, PLAIN)
    assert of(made, 1).x + of(made, 1).width > 800
    made = lay_out(simple(Kind.COLUMNS, [10, 87]), 900, 500, PLAIN)
    assert of(made, 1).y < 50


def test_an_axis_of_seconds_is_marked_as_a_clock_divides_it():
    one = simple(Kind.BARS, [130], steps=Steps.SECONDS, told=lambda value: f"{value:g} s")
    texts = {word.text for word in lay_out(one, 900, 200, PLAIN).words}
    assert {"0 s", "30 s", "60 s", "90 s", "120 s"} <= texts


def test_fractions_of_a_document_are_never_counted():
    texts = [word.text for word in lay_out(simple(Kind.COLUMNS, [1, 2]), 600, 600, PLAIN).words]
    assert sorted(text for text in texts if text[0].isdigit()) == ["0", "1", "2"]


@pytest.mark.parametrize("kind", [Kind.BARS, Kind.COLUMNS, Kind.LINES])
def test_titles_of_axes_are_written_once_and_quietly(kind):
    one = simple(kind, [3, 4], value_title="How many", group_title="Of what")
    made = lay_out(one, 600, 400, PLAIN)
    assert words(made, "How many").ink is Ink.QUIET
    if kind is not Kind.BARS:  # whose names say it themselves
        assert words(made, "Of what").y > of(made, 0).y
    assert lay_out(replace(one, value_title="", group_title=""), 600, 400, PLAIN).words != made.words


# Names and numbers


def test_names_of_bars_stand_before_them_in_the_middle_of_their_row():
    made = lay_out(simple(Kind.BARS, [3, 4, 5]), 600, 400, PLAIN)
    for group in range(3):
        name, bar = words(made, f"g{group}"), of(made, group)
        assert name.align is Align.RIGHT
        assert name.x + name.width < bar.x
        assert isclose(middle(name)[1], bar.center[1], abs_tol=0.01)


def test_a_long_name_takes_a_third_of_the_width_and_is_cut():
    one = replace(simple(Kind.BARS, [3]), groups=("x" * 200,))
    made = lay_out(one, 600, 200, PLAIN)
    (name,) = [word for word in made.words if word.text.startswith("xxx")]
    assert name.text.endswith("…")
    assert name.width <= 0.36 * 600
    assert of(made, 0).width > 200


def test_totals_stand_behind_the_last_piece():
    marks = (Mark(0, 0, 30, ""), Mark(0, 1, 10, ""), Mark(1, 0, 5, ""))
    one = Chart(Kind.BARS, "t", ("a", "b"), (Series("x"), Series("y")), marks, totals=("forty", ""))
    made = lay_out(one, 600, 200, PLAIN)
    total, last = words(made, "forty"), of(made, 1)
    assert total.x > last.x + last.width
    assert total.x + total.width <= 600


@pytest.mark.parametrize(("value", "written"), [(900, True), (1, False)])
def test_a_number_is_written_on_a_piece_only_where_it_fits(value, written):
    marks = (Mark(0, 0, 1000, "", "1000"), Mark(1, 0, value, "", f"no. {value}"))
    made = lay_out(Chart(Kind.BARS, "t", ("a", "b"), (Series("x"),), marks), 600, 200, PLAIN)
    found = [word for word in made.words if word.mark == 1]
    assert bool(found) is written
    if found:
        assert found[0].ink is Ink.ON_MARK
        assert (found[0].x, found[0].y) == (of(made, 1).x, of(made, 1).y)


def test_names_below_columns_stand_under_their_columns():
    made = lay_out(simple(Kind.COLUMNS, [3, 4, 5]), 600, 400, PLAIN)
    for group in range(3):
        assert isclose(middle(words(made, f"g{group}"))[0], of(made, group).center[0], abs_tol=0.6)


def test_of_many_columns_some_names_are_written_evenly():
    made = lay_out(replace(simple(Kind.COLUMNS, [1.0] * 60), groups=tuple(f"{n} March" for n in range(60))), 900, 300, PLAIN)
    shown = [int(word.text.split()[0]) for word in made.words if "March" in word.text]
    steps = {b - a for a, b in itertools.pairwise(shown)}
    assert shown[0] == 0
    assert len(steps) == 1
    assert steps <= {2, 5, 10, 20}


# Legends


def test_a_legend_names_every_series_and_wraps_where_it_must():
    series = tuple(Series(f"annotator {number}") for number in range(12))
    marks = tuple(Mark(0, number, 1, "") for number in range(12))
    one = Chart(Kind.COLUMNS, "t", ("a",), series, marks)
    wide, narrow = lay_out(one, 2000, 400, PLAIN), lay_out(one, 400, 400, PLAIN)
    assert len({swatch.y for swatch in wide.swatches}) == 1
    assert len({swatch.y for swatch in narrow.swatches}) > 3
    for made in (wide, narrow):
        assert [swatch.series for swatch in made.swatches] == list(range(12))
        for swatch, shown in zip(made.swatches, series, strict=True):
            name = words(made, shown.name)
            assert swatch.x + swatch.width < name.x
            assert swatch.y <= name.y + name.height


def test_one_series_needs_no_legend_and_a_matrix_has_its_columns():
    assert lay_out(simple(Kind.BARS, [1]), 400, 300, PLAIN).swatches == []
    marks = (Mark(0, 0, 1, ""), Mark(0, 1, 2, ""))
    matrix = Chart(Kind.MATRIX, "t", ("a",), (Series("x"), Series("y")), marks)
    assert lay_out(matrix, 400, 300, PLAIN).swatches == []


# Matrix


def matrix(rows: int, columns: int, name: str = "LABEL") -> Chart:
    marks = tuple(
        Mark(row, column, row + column + 1, "", f"{row + column + 1}")
        for row in range(rows)
        for column in range(columns)
        if (row + column) % 2
    )
    groups, series = (tuple(f"{name}{n}" for n in range(count)) for count in (rows, columns))
    return Chart(Kind.MATRIX, "t", groups, tuple(Series(one) for one in series), marks, group_title="Rows and columns")


def test_cells_without_a_figure_are_left_bare():
    one = matrix(4, 4)
    made = lay_out(one, 900, 400, PLAIN)
    assert len(made.boxes) == 8
    assert len(made.lines) == 10  # the grid goes round all of them


def test_cells_stand_in_the_row_and_the_column_of_their_names():
    one = matrix(4, 5)
    made = lay_out(one, 900, 400, PLAIN)
    below = [word for word in made.words if word.align is Align.RIGHT]
    heads = [word for word in made.words if word.align is Align.CENTER and word.ink is Ink.TEXT]
    assert [word.text for word in below] == list(one.groups)
    for box in made.boxes:
        mark = one.marks[box.mark]
        assert isclose(middle(below[mark.group])[1], box.center[1], abs_tol=0.01)
        assert isclose(middle(heads[mark.series])[0], box.center[0], abs_tol=0.01)


def test_turned_names_stand_above_their_columns():
    one = matrix(3, 12, "A_LONG_LABEL_")
    made = lay_out(one, 700, 400, PLAIN)
    turned = [word for word in made.words if word.turned]
    assert len(turned) == 12
    for box in made.boxes:
        word = turned[one.marks[box.mark].series]
        assert isclose(word.x + word.width / 2, box.center[0], abs_tol=0.01)
        assert word.y + word.height < box.y + 0.01 or one.marks[box.mark].group > 0
        assert PLAIN.width(word.text) <= word.height


# All of them


@pytest.mark.parametrize("kind", list(Kind))
def test_a_larger_font_makes_the_same_chart_larger(kind):
    one = matrix(3, 3) if kind is Kind.MATRIX else simple(kind, [3, 4, 5], value_title="v", group_title="g")
    small, large = lay_out(one, 600, 400, PLAIN), lay_out(one, 1200, 800, LARGE)
    for a, b in zip(small.boxes, large.boxes, strict=True):
        assert isclose(b.x, 2 * a.x, abs_tol=2)  # names have a pixel more than they measure
        assert isclose(b.width, 2 * a.width, abs_tol=2)
        assert isclose(b.y, 2 * a.y, abs_tol=0.01)
    assert [word.text for word in small.words] == [word.text for word in large.words]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_chart_without_marks_is_laid_out_as_nothing(kind):
    one = Chart(kind, "t", empty="Nothing yet.")
    made = lay_out(one, 600, 400, PLAIN, titled=True)
    assert (made.boxes, made.words, made.lines, made.swatches) == ([], [], [], [])
    assert edge(one, made, last=True) is None
    assert natural_size(one, 10, 10, PLAIN) == (10, 10)


@pytest.mark.parametrize("kind", list(Kind))
def test_all_zeros_are_an_empty_axis_and_no_failure(kind):
    made = lay_out(simple(kind, [0, 0, 0]), 600, 400, PLAIN)
    drawn = len(made.boxes)
    assert drawn == (3 if kind in (Kind.LINES, Kind.MATRIX) else 0)


def test_a_chart_knows_how_high_it_reaches():
    marks = (Mark(0, 0, 3, ""), Mark(0, 1, 4, ""), Mark(1, 0, 6, ""))
    one = Chart(Kind.BARS, "t", ("a", "b"), (Series("x"), Series("y")), marks)
    assert one.highest() == 7
    assert replace(one, kind=Kind.LINES).highest() == 6
    assert Chart(Kind.BARS, "t").highest() == 0
    assert one.color_of(marks[0]) == "accent"
    assert one.color_of(replace(marks[0], color="#112233")) == "#112233"


def test_patterns_are_enough_for_a_team_to_be_told_apart():
    assert len({(series, pattern) for series, pattern in zip(range(8), Pattern, strict=True)}) == 8
