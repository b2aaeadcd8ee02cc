"""The page of the statistics that says how far everybody is, now and over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.domain.labels import PALETTE
from annotator.store import figures, figures_work
from annotator.store.figures import AnnotatorProgress, Figures
from annotator.store.figures_work import Done
from annotator.ui.charts.model import Chart, Mark, Pattern, Series
from annotator.ui.charts.model import Kind as Drawn
from annotator.ui.i18n import date, number, share, tr
from annotator.ui.models.documents import status_name
from annotator.ui.models.statistics import Cell, Figure, Selector, Sheet
from annotator.ui.models.statistics_context import Context, Reading
from annotator.ui.models.statistics_targets import OnDays, Target, WithStatus
from annotator.ui.models.statistics_words import count_on_axis, day_of, kind_name

_LOOKS = {
    Status.DONE: ("good", Pattern.SOLID),
    Status.IN_PROGRESS: ("accent", Pattern.RISING),
    Status.SKIPPED: ("warning", Pattern.DOTS),
    Status.NEW: ("quiet_text", Pattern.BLANK),
}


@dataclass(frozen=True, slots=True)
class ProgressData:
    """What the page is made of; ``done`` only where it is looked at, for the history may be long."""

    kept: Figures
    done: list[Done]


def read(reading: Reading) -> ProgressData:
    """Read what the file keeps, and, to be seen over time, when documents were done from the history."""
    over_time = reading.options.get("view") == "time"
    return ProgressData(figures.kept(reading.connection), figures_work.done_by_day(reading.connection) if over_time else [])


def figure(data: ProgressData, chosen: Mapping[str, str], context: Context) -> Figure:
    """Make the figure for what is chosen: by person, or over time."""
    del context
    views = Selector("view", tr("Show"), ((tr("Documents by status"), "status"), (tr("Done over time"), "time")))
    made = _over_time(data.done) if chosen.get("view") == "time" else _by_status(data.kept)
    return Figure(made.chart, made.sheet, made.note, (views,))


def _by_status(kept: Figures) -> Figure:
    series = tuple(Series(status_name(status), *look) for status, look in _LOOKS.items())
    people = [entry for entry in kept.progress if entry.kind is not Kind.MODEL]
    marks: list[Mark] = []
    for group, entry in enumerate(people):
        total = sum(entry.sets.values())
        for place, status in enumerate(_LOOKS):
            count = entry.sets.get(status, 0)
            words = tr("{}, {}: {} of {} documents ({})").format(
                _name(entry), status_name(status), number(count), number(total), share(count / total if total else 0)
            )
            marks.append(Mark(group, place, count, words, number(count), target=_with_status(entry, status)))
    chart = Chart(
        Drawn.BARS,
        tr("Documents by status"),
        tuple(_name(entry) for entry in people),
        series,
        tuple(marks),
        value_title=tr("Documents"),
        told=count_on_axis,
        totals=tuple(share(_done_share(entry)) for entry in people),
        empty=tr("Nobody has worked on a document yet. Open one from the list of documents, and it is counted here."),
    )
    return Figure(chart, _status_sheet(kept), tr("Behind each bar stands the share that is done.") if people else "")


def _status_sheet(kept: Figures) -> Sheet:
    header = (tr("Annotator"), tr("Kind"), *(status_name(status) for status in Status), tr("Flagged"))
    rows = tuple(
        (entry.annotator, kind_name(entry.kind), *(entry.sets.get(status, 0) for status in Status), entry.flagged)
        for entry in kept.progress
    )
    targets = tuple(_with_status(entry, Status.DONE) if entry.kind is Kind.PERSON else None for entry in kept.progress)
    return Sheet(tr("Progress"), header, rows, targets)


def _with_status(entry: AnnotatorProgress, status: Status) -> Target:
    asked = WithStatus(entry.annotator, entry.kind, status)
    return Target(asked, tr("{}, {}").format(_name(entry), status_name(status)))


def _done_share(entry: AnnotatorProgress) -> float:
    return entry.sets.get(Status.DONE, 0) / max(1, sum(entry.sets.values()))


def _name(entry: AnnotatorProgress) -> str:
    return entry.annotator if entry.kind is Kind.PERSON else tr("{} ({})").format(entry.annotator, kind_name(entry.kind))


def _over_time(done: Sequence[Done]) -> Figure:
    names = sorted({entry.annotator for entry in done if entry.day})
    days = sorted({day for entry in done if (day := day_of(entry.day)) is not None})
    marks: list[Mark] = []
    rows: list[tuple[Cell, ...]] = []
    targets: list[Target | None] = []
    running = {entry.annotator: entry.documents for entry in done if not entry.day}
    for entry in done:
        day = day_of(entry.day)
        if day is None:
            continue
        total = running[entry.annotator] = running.get(entry.annotator, 0) + entry.documents
        words = tr("{}, {}: {} done ({} on that day)").format(entry.annotator, date(day), number(total), number(entry.documents))
        said = tr("done by {}, {}").format(entry.annotator, date(day))
        target = Target(OnDays(entry.annotator, entry.day, entry.day, done=True), said) if entry.documents > 0 else None
        marks.append(Mark(days.index(day), names.index(entry.annotator), max(0, total), words, number(total), target=target))
        rows.append((day, entry.annotator, entry.documents, total))
        targets.append(target)
    chart = Chart(
        Drawn.LINES,
        tr("Documents done over time"),
        tuple(_short(day, days) for day in days),
        people_series(names),
        tuple(marks),
        value_title=tr("Documents done"),
        places=tuple(float(day.toordinal()) for day in days),
        told=count_on_axis,
        empty=tr("No document was finished yet. Finish one with Ctrl+Enter, and the line begins here."),
    )
    header = (tr("Day"), tr("Annotator"), tr("Documents done"), tr("Done in all"))
    rows.reverse()
    targets.reverse()
    return Figure(chart, Sheet(tr("Done over time"), header, tuple(rows), tuple(targets)))


def _short(day: dt.date, among: Sequence[dt.date]) -> str:
    return date(day, year=among[0].year != among[-1].year)


def people_series(names: Sequence[str]) -> tuple[Series, ...]:
    """Return a series for each person, told apart by colour and by pattern."""
    patterns = list(Pattern)
    return tuple(Series(name, PALETTE[place % len(PALETTE)], patterns[place % len(patterns)]) for place, name in enumerate(names))
