"""The pages of the statistics on the work: by person and day, and how long documents and actions took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from annotator.store import figures_work
from annotator.store.figures_work import REDO, UNDO, ActionTime, DayWork, DocumentTime, Pace, Times
from annotator.ui.charts.model import Chart, Kind, Mark, Pattern, Series, Steps
from annotator.ui.i18n import by_count, date, decimal, number, step_words, tr
from annotator.ui.models.statistics import Cell, Figure, Selector, Sheet
from annotator.ui.models.statistics_bins import CLOCK, clock_bin, period_of, periods
from annotator.ui.models.statistics_context import Context, Reading
from annotator.ui.models.statistics_progress import people_series
from annotator.ui.models.statistics_targets import OnDays, Target, These, WithAction
from annotator.ui.models.statistics_words import clock, count_on_axis, day_of, days_said, duration

_MOST_DAYS, _MOST_WEEKS = 62, 370
"""Days up to which a bar is a day, and up to which it is a week, unless another is chosen."""

_DETAILS = {
    "Accept {}": "the suggestion",
    "Accept the {}": "suggestions",
    "Add a fragment to the {}": "span",
    "Categorise the {}": "document",
    "Flag the {}": "document",
    "Link the {}": "span",
    "Mark the {} done": "document",
    "Merge the {}": "spans",
    "Move an edge of {}": "the span",
    "Reopen the {}": "document",
    "Reverse the {}": "relation",
    "Skip the {}": "document",
    "Split the {}": "span",
    "Take the link of the {} away": "span",
}
"""What steps with these texts are always about, as the commands have it; that of others differs from step to step."""

_MOST_PACES = 4
"""So many people have their pace told at once; of more, the one who is chosen."""

_MOST_DOCUMENTS = 500
"""Rows of the list of slowest documents."""


def read_days(reading: Reading) -> list[DayWork]:
    """Read what was done on each day."""
    return figures_work.day_work(reading.connection)


def day_figure(work: Sequence[DayWork], chosen: Mapping[str, str], context: Context) -> Figure:
    """Make bars by day, week or month with a piece for each person, or a calendar of one person or all."""
    del context
    names = sorted({entry.annotator for entry in work})
    selectors = (
        Selector("measure", tr("Show"), ((tr("Edits"), "edits"), (tr("Documents done"), "done"), (tr("Time worked"), "time"))),
        Selector(
            "by",
            tr("By"),
            (
                (tr("As it fits"), ""),
                (tr("Day"), "day"),
                (tr("Week"), "week"),
                (tr("Month"), "month"),
                (tr("Calendar"), "calendar"),
            ),
        ),
        Selector("person", tr("Annotator"), ((tr("Everybody"), ""), *((name, name) for name in names))),
    )
    measure, person = chosen.get("measure", "") or "edits", chosen.get("person", "")
    some = [entry for entry in work if (person not in names or entry.annotator == person) and day_of(entry.day) is not None]
    days = sorted({dt.date.fromisoformat(entry.day) for entry in some})
    by = chosen.get("by", "") or _fitting(days)
    chart = (
        _calendar(some, days, measure, person if person in names else "") if by == "calendar" else _columns(some, days, measure, by)
    )
    return Figure(chart, _day_sheet(some, by), selectors=selectors)


def _fitting(days: Sequence[dt.date]) -> str:
    stretch = (days[-1] - days[0]).days if days else 0
    return "day" if stretch < _MOST_DAYS else "week" if stretch < _MOST_WEEKS else "month"


def _value(entry: DayWork, measure: str) -> float:
    return {"edits": float(entry.edits), "done": float(entry.done), "time": entry.seconds}[measure]


def _told(value: float, measure: str) -> str:
    match measure:
        case "time":
            return duration(value)
        case "done":
            return by_count(round(value), tr("{} document done"), tr("{} documents done"))
    return by_count(round(value), tr("{} edit"), tr("{} edits"))


def _frame(measure: str) -> tuple[str, str, Steps]:
    """Return title and value title of a measure, and the steps of its axis."""
    return {
        "edits": (tr("Edits by day"), tr("Edits"), Steps.COUNT),
        "done": (tr("Documents done by day"), tr("Documents"), Steps.COUNT),
        "time": (tr("Time worked by day"), tr("Time"), Steps.SECONDS),
    }[measure]


def _columns(some: Sequence[DayWork], days: Sequence[dt.date], measure: str, by: str) -> Chart:
    names, stretches = sorted({entry.annotator for entry in some}), periods(days, by)
    sums: dict[tuple[int, int], float] = {}
    places = {first: place for place, (first, _) in enumerate(stretches)}
    for entry in some:
        key = places[period_of(dt.date.fromisoformat(entry.day), by)[0]], names.index(entry.annotator)
        sums[key] = sums.get(key, 0.0) + _value(entry, measure)
    marks = [
        Mark(
            group,
            series,
            value,
            tr("{}, {}: {}").format(names[series], days_said(*stretches[group]), _told(value, measure)),
            target=_on_days(names[series], stretches[group], measure) if value else None,
        )
        for (group, series), value in sorted(sums.items())
    ]
    title, value_title, steps = _frame(measure)
    one_year = bool(stretches) and stretches[0][0].year == stretches[-1][1].year
    return Chart(
        Kind.COLUMNS,
        title,
        tuple(date(first, year=not one_year) for first, _ in stretches),
        people_series(names),
        tuple(marks) if any(sums.values()) else (),
        value_title=value_title,
        group_title={"week": tr("Week from"), "month": tr("Month from")}.get(by, ""),
        steps=steps,
        told=clock if measure == "time" else count_on_axis,
        empty=_no_work(measure),
    )


def _calendar(some: Sequence[DayWork], days: Sequence[dt.date], measure: str, person: str) -> Chart:
    """Make a matrix of weekdays and weeks."""
    weeks = periods(days, "week")
    sums: dict[dt.date, float] = {}
    for entry in some:
        day = dt.date.fromisoformat(entry.day)
        sums[day] = sums.get(day, 0.0) + _value(entry, measure)
    columns = {first: place for place, (first, _) in enumerate(weeks)}
    marks = [
        Mark(
            day.weekday(),
            columns[period_of(day, "week")[0]],
            value,
            tr("{}, {}: {}").format(person or tr("Everybody"), date(day), _told(value, measure)),
            clock(round(value)) if measure == "time" else number(round(value)),
            target=_on_days(person, (day, day), measure),
        )
        for day, value in sorted(sums.items(), key=lambda entry: (entry[0].weekday(), entry[0]))
        if value
    ]
    one_year = bool(weeks) and weeks[0][0].year == weeks[-1][1].year
    return Chart(
        Kind.MATRIX,
        _frame(measure)[0],
        tuple(weekday_names()),
        tuple(Series(date(first, year=not one_year)) for first, _ in weeks),
        tuple(marks),
        group_title=tr("Columns: the weeks, by their Monday."),
        empty=_no_work(measure),
    )


def weekday_names() -> list[str]:
    """Return the short names of the days from Monday on, in the window's language."""
    from PySide6.QtCore import QLocale

    return [QLocale().standaloneDayName(day, QLocale.FormatType.ShortFormat) for day in range(1, 8)]


def _on_days(name: str, stretch: tuple[dt.date, dt.date], measure: str) -> Target:
    first, last = (day.isoformat() for day in stretch)
    done = measure == "done"
    said = tr("done by {}, {}") if done else tr("edited by {}, {}")
    return Target(OnDays(name, first, last, done), said.format(name or tr("Everybody"), days_said(*stretch)))


def _no_work(measure: str) -> str:
    if measure == "done":
        return tr("No document was finished yet. Finish one with Ctrl+Enter, and its day is shown here.")
    return tr("The history has no work of anybody yet. Open a document and label some text, and it is counted here.")


def _day_sheet(some: Sequence[DayWork], by: str) -> Sheet:
    del by
    header = (tr("Day"), tr("Annotator"), tr("Edits"), tr("Documents done"), tr("Time worked"), tr("Documents worked on"))
    rows: list[tuple[Cell, ...]] = []
    targets: list[Target | None] = []
    for entry in some:
        day = dt.date.fromisoformat(entry.day)
        worked = dt.timedelta(seconds=entry.seconds)
        rows.append((day, entry.annotator, entry.edits, entry.done, worked, entry.documents))
        targets.append(_on_days(entry.annotator, (day, day), "edits") if entry.edits else None)
    return Sheet(tr("Days"), header, tuple(rows), tuple(targets))


def read_times(reading: Reading) -> Times:
    """Read how long documents and actions took."""
    return figures_work.times(reading.connection)


def time_figure(data: Times, chosen: Mapping[str, str], context: Context) -> Figure:
    """Make a histogram of the times of documents, or bars of the times of actions."""
    del context
    names = sorted({entry.annotator for entry in (*data.documents, *data.actions)})
    selectors = (
        Selector("view", tr("Show"), ((tr("Time for a document"), "documents"), (tr("Time for an action"), "actions"))),
        Selector("person", tr("Annotator"), ((tr("Everybody"), ""), *((name, name) for name in names))),
    )
    person = chosen.get("person", "")
    person = person if person in names else ""
    if chosen.get("view") == "actions":
        made = _actions([entry for entry in data.actions if entry.annotator == person] if person else data.together)
    else:
        made = _documents([entry for entry in data.documents if person in ("", entry.annotator)], data.paces, person)
    return Figure(made.chart, made.sheet, made.note, selectors)


def _documents(times: Sequence[DocumentTime], paces: Sequence[Pace], person: str) -> Figure:
    timed = [entry for entry in times if entry.seconds > 0]
    found: dict[int, list[DocumentTime]] = {}
    for entry in timed:
        found.setdefault(clock_bin(entry.seconds), []).append(entry)
    shown = range(min(found), max(found) + 1) if found else range(0)
    marks: list[Mark] = []
    for place, one in enumerate(shown):
        own = found.get(one, [])
        words = tr("{}: {}").format(_clock_said(one), by_count(len(own), tr("{} document"), tr("{} documents")))
        target = Target(These(tuple(entry.document_id for entry in own)), _clock_said(one)) if own else None
        marks.append(Mark(place, 0, len(own), words, target=target))
    chart = Chart(
        Kind.COLUMNS,
        tr("Time for a document"),
        tuple(clock(CLOCK[one]) for one in shown),
        (Series(tr("Documents"), "accent"),),
        tuple(marks),
        value_title=tr("Documents"),
        group_title=tr("Time worked on the document, at least"),
        told=count_on_axis,
        empty=tr("No time is known yet. It is measured from step to step while documents are edited."),
    )
    slowest = timed[:_MOST_DOCUMENTS]
    rows = tuple((entry.name, entry.annotator, dt.timedelta(seconds=entry.seconds), entry.edits) for entry in slowest)
    targets = tuple(Target(These((entry.document_id,)), entry.name) for entry in slowest)
    sheet = Sheet(tr("Slowest documents"), (tr("Document"), tr("Annotator"), tr("Time"), tr("Edits")), rows, targets)
    known = [pace for pace in paces if pace.documents and person in ("", pace.annotator)]
    return Figure(chart, sheet, "\n".join(map(_pace_said, known if len(known) <= _MOST_PACES else ())))


def _pace_said(pace: Pace) -> str:
    said = tr("{}: half of the finished documents took no more than {}, nine of ten no more than {}; {} an hour.")
    return said.format(pace.annotator, duration(pace.median), duration(pace.ninetieth), decimal(pace.an_hour, 1))


def _clock_said(one: int) -> str:
    low = clock(CLOCK[one])
    return tr("{} to {}").format(low, clock(CLOCK[one + 1])) if one + 1 < len(CLOCK) else tr("over {}").format(low)


def _actions(times: Sequence[ActionTime]) -> Figure:
    timed = [entry for entry in times if entry.timed]
    marks: list[Mark] = []
    for group, entry in enumerate(timed):
        name = action_name(entry.action)
        count = by_count(entry.timed, tr("measured {} time"), tr("measured {} times"))
        for series, value, said in (
            (0, entry.median, tr("{}: half of them took no more than {} ({})").format(name, duration(entry.median), count)),
            (
                1,
                entry.ninetieth - entry.median,
                tr("{}: nine of ten took no more than {} ({})").format(name, duration(entry.ninetieth), count),
            ),
        ):
            marks.append(Mark(group, series, value, said, target=_of_action(entry)))
    chart = Chart(
        Kind.BARS,
        tr("Time for an action"),
        tuple(action_name(entry.action) for entry in timed),
        (Series(tr("Median"), "accent"), Series(tr("Up to nine of ten"), "accent", Pattern.RISING)),
        tuple(marks),
        value_title=tr("Time since the step before"),
        totals=tuple(tr("{} / {}").format(duration(entry.median), duration(entry.ninetieth)) for entry in timed),
        steps=Steps.SECONDS,
        told=clock,
        empty=tr("No time is known yet. It is measured from step to step while documents are edited."),
    )
    header = (tr("Action"), tr("Count"), tr("Measured"), tr("Median"), tr("Nine of ten"))
    rows = tuple(
        (
            action_name(entry.action),
            entry.count,
            entry.timed,
            dt.timedelta(seconds=entry.median) if entry.timed else None,
            dt.timedelta(seconds=entry.ninetieth) if entry.timed else None,
        )
        for entry in times
    )
    targets = tuple(_of_action(entry) for entry in times)
    return Figure(chart, Sheet(tr("Time for an action"), header, rows, targets))


def _of_action(entry: ActionTime) -> Target | None:
    if entry.action in (UNDO, REDO):
        return None
    return Target(WithAction(entry.annotator, entry.action), action_name(entry.action))


def action_name(action: str) -> str:
    """Return what kind of step this is in the window's language, with three dots for what each step names."""
    return step_words(action, _DETAILS.get(action, "…"))
