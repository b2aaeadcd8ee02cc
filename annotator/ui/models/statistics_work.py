"""The page of the statistics that says what was done by whom on which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from annotator.store import figures_work
from annotator.store.figures_work import DayWork
from annotator.ui.charts.model import Chart, Kind, Mark, Series, Steps
from annotator.ui.i18n import by_count, date, number, tr
from annotator.ui.models.statistics import Cell, Figure, Selector, Sheet
from annotator.ui.models.statistics_bins import period_of, periods
from annotator.ui.models.statistics_context import Context, Reading
from annotator.ui.models.statistics_progress import people_series
from annotator.ui.models.statistics_targets import OnDays, Target
from annotator.ui.models.statistics_words import clock, count_on_axis, day_of, days_said, duration

_MOST_DAYS, _MOST_WEEKS = 62, 370
"""Days up to which a bar is a day, and up to which it is a week, unless another is chosen."""


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
        "edits": (tr("Edits"), tr("Edits"), Steps.COUNT),
        "done": (tr("Documents done"), tr("Documents"), Steps.COUNT),
        "time": (tr("Time worked"), tr("Time"), Steps.SECONDS),
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
