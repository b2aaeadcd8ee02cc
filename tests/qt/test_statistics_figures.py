"""What the pages of the statistics make of figures: chart and table tell the same, in words, with what lies behind each."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from annotator.domain.annotations import Kind
from annotator.domain.changes import What
from annotator.domain.documents import Status
from annotator.domain.labels import scheme_from_dict
from annotator.store.figures import AnnotatorProgress, Figures
from annotator.store.figures_annotations import GOLD, LabelCount, LengthCount, OfCell, OfLabel, OfLengths, RelationCell, Whose
from annotator.store.figures_work import ActionTime, DayWork, DocumentTime, Done, Pace, Times
from annotator.store.listing import Filter
from annotator.ui.app import application
from annotator.ui.models import statistics_progress, statistics_times
from annotator.ui.models.statistics import Sheet, plain_cell, shown_cell
from annotator.ui.models.statistics_context import Context, context_of
from annotator.ui.models.statistics_labels import label_figure, length_figure, relation_figure
from annotator.ui.models.statistics_pages import PAGES, page_title
from annotator.ui.models.statistics_targets import Annotated, OnDays, Target, These, WithAction, WithStatus, filter_of
from annotator.ui.models.statistics_times import action_name, time_figure
from annotator.ui.models.statistics_words import clock, count_on_axis, day_of, days_said, duration, whose_name
from annotator.ui.models.statistics_work import day_figure


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    application()
    before = QLocale()
    QLocale.setDefault(QLocale("en"))
    yield
    QLocale.setDefault(before)


SCHEME = scheme_from_dict(
    {
        "name": "s",
        "spans": [{"name": "PERSON", "color": "#0072b2"}, {"name": "GPE", "color": "#d55e00"}],
        "relations": [{"name": "leads", "color": "#009e73"}, {"name": "met_with"}],
    }
)
CONTEXT = context_of(SCHEME, Whose("ani", Kind.PERSON))


def test_every_page_has_a_name_and_a_key_of_its_own():
    assert len({page.key for page in PAGES}) == len(PAGES) == len({page_title(page.key) for page in PAGES})


# Words


@pytest.mark.parametrize(
    ("seconds", "said", "in_indonesian"),
    [
        (0.0, "0 s", "0 s"),
        (0.25, "0.3 s", "0,3 s"),
        (9.96, "10 s", "10 s"),
        (5, "5 s", "5 s"),
        (59.4, "59 s", "59 s"),
        (59.6, "1 min", "1 min"),
        (61.0, "1 min 1 s", "1 min 1 s"),
        (3599.0, "59 min 59 s", "59 min 59 s"),
        (3600.0, "1 h", "1 h"),
        (3 * 3600 + 90.0, "3 h 2 min", "3 h 2 min"),
        (1500 * 3600.0, "1,500 h", "1.500 h"),
    ],
)
def test_lengths_of_time_have_two_units_at_most(seconds, said, in_indonesian):
    assert duration(seconds) == said
    QLocale.setDefault(QLocale("id"))
    assert duration(seconds) == in_indonesian


def test_numbers_and_days_speak_the_window_s_language():
    day = dt.date(2026, 8, 17)
    assert (count_on_axis(12345.0), clock(90.0), shown_cell(day)) == ("12,345", "1 min 30 s", "17 Aug 2026")
    assert days_said(day, day) == "17 Aug 2026"
    QLocale.setDefault(QLocale("id"))
    assert (count_on_axis(12345.0), shown_cell(day)) == ("12.345", "17 Agu 2026")
    assert days_said(day, dt.date(2026, 8, 23)) == "17 Agu 2026 to 23 Agu 2026"
    assert day_of("") is None
    assert day_of("2026-08-17") == day


def test_whose_sets_are_named():
    names = [whose_name(one) for one in (GOLD, Whose("ani", Kind.PERSON), Whose("m", Kind.MODEL), Whose("chief", Kind.GOLD))]
    assert names == ["Gold", "ani", "m (Model)", "chief (Gold)"]


@pytest.mark.parametrize(
    ("cell", "plain", "shown"),
    [
        (None, "", "–"),
        (1234567, "1234567", "1,234,567"),
        (0.12345, "0.1235", "12.3%"),
        (dt.date(2026, 3, 2), "2026-03-02", "2 Mar 2026"),
        (dt.timedelta(seconds=75.26), "75.3", "1 min 15 s"),
        ("two\nlines", "two lines", "two lines"),
    ],
)
def test_cells_are_plain_for_programs_and_local_for_people(cell, plain, shown):
    assert plain_cell(cell) == plain
    assert shown_cell(cell) == shown


def test_a_table_is_read_back_from_csv_as_it_was():
    sheet = Sheet("t", ("A, B", 'quoted "so"'), (("x;y", 1), ("Žluťoučký 🐎", None), ("line\nbreak", 2.5)))
    QLocale.setDefault(QLocale("id"))  # whatever the window's language
    content = sheet.as_csv()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    assert rows == [["A, B", 'quoted "so"'], ["x;y", "1"], ["Žluťoučký 🐎", ""], ["line break", "2.5000"]]
    assert content.endswith(b"\r\n")
    assert sheet.as_text().splitlines()[1] == "x;y\t1"


# Progress

KEPT = Figures(
    10,
    [
        AnnotatorProgress("ani", Kind.PERSON, {Status.DONE: 4, Status.SKIPPED: 1, Status.NEW: 5}, 2),
        AnnotatorProgress("chief", Kind.GOLD, {Status.DONE: 1}, 0),
        AnnotatorProgress("m", Kind.MODEL, {Status.NEW: 10}, 0),
    ],
)
DONE = [Done("", "budi", 3), Done("2026-03-02", "ani", 3), Done("2026-03-04", "ani", -1), Done("2026-03-04", "budi", 2)]


def test_progress_has_people_and_gold_in_the_chart_and_everybody_in_the_table():
    made = statistics_progress.figure(statistics_progress.ProgressData(KEPT, []), {}, CONTEXT)
    assert made.chart.groups == ("ani", "chief (Gold)")
    assert made.chart.totals == ("40%", "100%")
    by_status = {(mark.group, made.chart.series[mark.series].name): mark.value for mark in made.chart.marks}
    assert by_status[0, "Done"] == 4
    assert by_status[0, "New"] == 5
    assert [row[0] for row in made.sheet.rows] == ["ani", "chief", "m"]
    mark = made.chart.marks[0]
    assert mark.target == Target(WithStatus("ani", Kind.PERSON, Status.DONE), "ani, Done")
    assert made.sheet.target(2) is None
    assert len({series.pattern for series in made.chart.series}) == len(made.chart.series)


def test_progress_over_time_runs_on_from_what_was_done_before_the_history():
    made = statistics_progress.figure(statistics_progress.ProgressData(KEPT, DONE), {"view": "time"}, CONTEXT)
    chart = made.chart
    points = {(chart.series[mark.series].name, chart.groups[mark.group]): mark.value for mark in chart.marks}
    assert points == {("ani", "2 Mar"): 3, ("ani", "4 Mar"): 2, ("budi", "4 Mar"): 5}
    assert chart.places[1] - chart.places[0] == 2
    assert [row[1:] for row in made.sheet.rows] == [("budi", 2, 5), ("ani", -1, 2), ("ani", 3, 3)]  # the newest first
    assert made.sheet.target(0) == Target(OnDays("budi", "2026-03-04", "2026-03-04", done=True), "done by budi, 4 Mar 2026")
    assert made.sheet.target(1) is None  # fewer than before: nothing became done
    nothing = statistics_progress.figure(statistics_progress.ProgressData(KEPT, []), {"view": "time"}, CONTEXT)
    assert "Ctrl+Enter" in nothing.chart.empty


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (WithStatus("ani", Kind.PERSON, Status.DONE), Filter(statuses=(Status.DONE,))),
        (WithStatus("budi", Kind.PERSON, Status.DONE), None),  # the list's statuses are those of who is at the window
        (WithStatus("ani", Kind.GOLD, Status.DONE), None),
        (Filter(label="PERSON"), Filter(label="PERSON")),
        (Annotated(GOLD, (OfLabel(What.SPAN, "PERSON"),)), None),
    ],
)
def test_what_a_filter_can_say_needs_no_looking_up(target, expected):
    assert filter_of(Target(target, "it"), "ani") == expected


def test_documents_that_are_known_are_a_chosen_set():
    found = filter_of(Target(These((5, 3, 5)), "slow ones"), "ani")
    assert found is not None
    assert found.only is not None
    assert (list(found.only.ids), found.only.said) == ([3, 5], "slow ones")


# What was annotated

LABELS = [
    LabelCount(What.SPAN, "PERSON", 10, 4, 3),
    LabelCount(What.SPAN, "GPE", 5, 0, 2),
    LabelCount(What.SPAN, "of no scheme", 1, 1, 1),
    LabelCount(What.RELATION, "leads", 2, 0, 1),
]


def test_labels_have_their_colour_and_what_waits_has_a_pattern():
    made = label_figure(LABELS, {}, CONTEXT)
    colors = {made.chart.groups[mark.group]: made.chart.color_of(mark) for mark in made.chart.marks}
    assert colors == {"PERSON": "#0072b2", "GPE": "#d55e00", "of no scheme": "quiet_text"}
    assert made.chart.series[0].pattern is not made.chart.series[1].pattern
    assert [mark.value for mark in made.chart.marks] == [6, 4, 5, 0, 0, 1]
    assert made.chart.totals == tuple(str(row[1]) for row in made.sheet.rows)
    waiting = made.chart.marks[1].target
    assert waiting == Target(Annotated(CONTEXT.chosen, (OfLabel(What.SPAN, "PERSON", unreviewed=True),)), "PERSON, unreviewed")
    assert made.chart.title == "Spans by label – ani"
    assert label_figure(LABELS, {"what": "relation"}, CONTEXT).sheet.rows == (("leads", 2, 0, 1),)


CELLS = [
    RelationCell("leads", "PERSON", "GPE", 7, 3),
    RelationCell("met_with", "PERSON", "PERSON", 4, 2),
    RelationCell("met_with", "PERSON", "GPE", 1, 1),
]


def test_relations_are_a_matrix_of_all_or_one():
    made = relation_figure(CELLS, {}, CONTEXT)
    values = {(made.chart.groups[mark.group], made.chart.series[mark.series].name): mark.value for mark in made.chart.marks}
    assert values == {("PERSON", "PERSON"): 4, ("PERSON", "GPE"): 8}
    assert sum(values.values()) == sum(row[3] for row in made.sheet.rows)
    both = next(mark for mark in made.chart.marks if mark.value == 8)
    assert both.said == "PERSON to GPE: 8 relations"
    assert isinstance(both.target, Target)
    assert both.target.asked == Annotated(CONTEXT.chosen, (OfCell("leads", "PERSON", "GPE"), OfCell("met_with", "PERSON", "GPE")))
    one = relation_figure(CELLS, {"relation": "leads"}, CONTEXT)
    assert [mark.said for mark in one.chart.marks] == ["leads, PERSON to GPE: 7 relations, in 3 documents"]
    assert one.chart.series[0].color == "#009e73"
    gone = relation_figure(CELLS, {"relation": "gone"}, CONTEXT)  # chosen before it was renamed
    assert len(gone.chart.marks) == 2


LENGTHS = [LengthCount("GPE", 3, 2), LengthCount("PERSON", 1, 5), LengthCount("PERSON", 3, 1)]


def test_lengths_are_counted_in_bins_that_lead_to_documents():
    made = length_figure(LENGTHS, {}, CONTEXT)
    assert [mark.value for mark in made.chart.marks] == [5, 0, 3]
    assert made.note == "Half of the spans are no longer than 1; the longest is 3."
    assert [mark.said for mark in made.chart.marks] == ["1 character: 5 spans", "2 characters: 0 spans", "3 characters: 3 spans"]
    assert made.chart.marks[1].target is None
    persons = length_figure(LENGTHS, {"label": "PERSON", "unit": "tokens"}, CONTEXT)
    target = persons.chart.marks[-1].target
    assert target == Target(Annotated(CONTEXT.chosen, (OfLengths("PERSON", 3, 3, in_tokens=True),)), "PERSON, 3 tokens")
    assert persons.chart.series[0].color == "#0072b2"
    assert sum(row[3] for row in persons.sheet.rows) == pytest.approx(1)


# Work

WORK = [
    DayWork("2026-03-09", "budi", 4, 1, 60.0, 2),
    DayWork("2026-03-03", "ani", 2, 0, 30.0, 1),
    DayWork("2026-03-02", "ani", 10, 2, 600.0, 3),
]


@pytest.mark.parametrize(("measure", "total"), [("edits", 16.0), ("done", 3.0), ("time", 690.0)])
@pytest.mark.parametrize("by", ["", "day", "week", "month", "calendar"])
def test_all_ways_to_show_work_add_up_to_the_same(measure, total, by):
    made = day_figure(WORK, {"measure": measure, "by": by}, CONTEXT)
    assert sum(mark.value for mark in made.chart.marks) == total
    assert len(made.sheet.rows) == 3


def test_one_person_s_work_is_shown_alone():
    made = day_figure(WORK, {"person": "ani"}, CONTEXT)
    assert [series.name for series in made.chart.series] == ["ani"]
    assert sum(mark.value for mark in made.chart.marks) == 12
    assert len(made.sheet.rows) == 2


def test_the_calendar_has_weekdays_in_rows_and_weeks_in_columns():
    made = day_figure(WORK, {"by": "calendar"}, CONTEXT)
    assert made.chart.groups == ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    assert [series.name for series in made.chart.series] == ["2 Mar", "9 Mar"]
    assert [(mark.group, mark.series, mark.value) for mark in made.chart.marks] == [(0, 0, 10), (0, 1, 4), (1, 0, 2)]
    assert made.chart.marks[0].target == Target(OnDays("", "2026-03-02", "2026-03-02"), "edited by Everybody, 2 Mar 2026")
    own = day_figure(WORK, {"by": "calendar", "person": "ani"}, CONTEXT).chart.marks[0]
    assert own.target == Target(OnDays("ani", "2026-03-02", "2026-03-02"), "edited by ani, 2 Mar 2026")
    QLocale.setDefault(QLocale("id"))
    assert day_figure(WORK, {"by": "calendar"}, CONTEXT).chart.groups[0] == "Sen"


@pytest.mark.parametrize(("days", "expected"), [(10, "Mar"), (200, "Week from"), (800, "Month from")])
def test_a_longer_time_is_shown_in_greater_steps(days, expected):
    first = dt.date(2026, 3, 2)
    last = (first + dt.timedelta(days=days)).isoformat()
    chart = day_figure([DayWork(first.isoformat(), "ani", 1, 0, 0.0, 1), DayWork(last, "ani", 1, 0, 0.0, 1)], {}, CONTEXT).chart
    assert expected in (chart.group_title or chart.groups[0])
    assert len(chart.groups) <= 70


TIMES = Times(
    [
        DocumentTime(3, "slow", "ani", 500.0, 9, True),
        DocumentTime(1, "quick", "budi", 12.0, 2, True),
        DocumentTime(2, "x", "ani", 0.0, 1, False),
    ],
    [ActionTime("Label as {}", "ani", 5, 4, 2.0, 9.0), ActionTime("Undo", "ani", 1, 0, 0.0, 0.0)],
    [ActionTime("Label as {}", "", 6, 5, 3.0, 8.0)],
    [Pace("ani", 600.0, 1, 1, 500.0, 500.0, 7.2), Pace("budi", 12.0, 1, 0, 0.0, 0.0, 0.0)],
)


def test_times_of_documents_are_a_histogram_and_the_slowest_are_listed():
    made = time_figure(TIMES, {}, CONTEXT)
    assert sum(mark.value for mark in made.chart.marks) == 2  # one has no time yet
    assert made.chart.groups[0] == "10 s"
    assert [row[0] for row in made.sheet.rows] == ["slow", "quick"]
    assert made.sheet.target(0) == Target(These((3,)), "slow")
    assert made.note.startswith("ani: half of the finished documents took no more than 8 min 20 s")
    assert "budi" not in made.note  # who finished none has no pace
    alone = time_figure(TIMES, {"person": "budi"}, CONTEXT)
    assert [row[0] for row in alone.sheet.rows] == ["quick"]


def test_times_of_actions_are_of_all_together_or_of_one():
    made = time_figure(TIMES, {"view": "actions"}, CONTEXT)
    assert [mark.value for mark in made.chart.marks] == [3.0, 5.0]
    assert made.chart.totals == ("3.0 s / 8.0 s",)
    assert made.sheet.target(0) == Target(WithAction("", "Label as {}"), "Label as …")
    alone = time_figure(TIMES, {"view": "actions", "person": "ani"}, CONTEXT)
    assert alone.chart.groups == ("Label as …",)  # what was never measured is in the table alone
    assert [row[0] for row in alone.sheet.rows] == ["Label as …", "Undo"]
    assert alone.sheet.rows[1][3] is None
    assert alone.sheet.target(1) is None


@pytest.mark.parametrize(
    ("action", "name"), [("Mark the {} done", "Mark the document done"), ("Remove the {}", "Remove the …"), ("Undo", "Undo")]
)
def test_actions_are_named_by_what_they_always_do(action, name):
    assert action_name(action) == name


def test_many_people_have_no_paces_told_until_one_is_chosen():
    paces = [Pace(f"p{number}", 60.0, 1, 1, 60.0, 60.0, 60.0) for number in range(9)]
    data = Times([DocumentTime(1, "d", pace.annotator, 60.0, 1, True) for pace in paces], [], [], paces)
    assert time_figure(data, {}, Context()).note == ""
    assert time_figure(data, {"person": "p3"}, Context()).note.startswith("p3: ")


def test_the_details_of_steps_are_those_the_commands_have():
    """Who renames a step must rename it here, or its bar loses its name."""
    from annotator.commands import documents, relations, shaping

    made = {
        documents.mark_done(1).text: documents.mark_done(1).detail,
        documents.skip(1).text: documents.skip(1).detail,
        documents.reopen(1).text: documents.reopen(1).detail,
        documents.toggle_flag(1).text: documents.toggle_flag(1).detail,
        relations.reverse_relation(1, "r").text: relations.reverse_relation(1, "r").detail,
        shaping.split_span(1, "s", 3).text: shaping.split_span(1, "s", 3).detail,
    }
    assert {text: statistics_times._DETAILS[text] for text in made} == made
