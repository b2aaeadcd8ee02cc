"""The page of the statistics that says how long documents and actions took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from operator import attrgetter

from annotator.store import figures_work
from annotator.store.figures_work import REDO, UNDO, ActionTime, DocumentTime, Pace, Times
from annotator.ui.charts.model import Chart, Kind, Mark, Pattern, Series, Steps
from annotator.ui.i18n import by_count, decimal, step_words, tr
from annotator.ui.models.statistics import Figure, Selector, Sheet
from annotator.ui.models.statistics_bins import CLOCK, clock_bins
from annotator.ui.models.statistics_context import Context, Reading
from annotator.ui.models.statistics_targets import Target, These, WithAction
from annotator.ui.models.statistics_words import clock, count_on_axis, duration

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
    shown = clock_bins(timed, attrgetter("seconds"))
    marks: list[Mark] = []
    for place, (one, own) in enumerate(shown):
        words = tr("{}: {}").format(_clock_said(one), by_count(len(own), tr("{} document"), tr("{} documents")))
        target = Target(These(tuple(map(attrgetter("document_id"), own))), _clock_said(one)) if own else None
        marks.append(Mark(place, 0, len(own), words, target=target))
    chart = Chart(
        Kind.COLUMNS,
        tr("Time for a document"),
        tuple(clock(CLOCK[one]) for one, _ in shown),
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
