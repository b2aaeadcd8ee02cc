"""Words for the figures of the statistics: annotators and their kinds, lengths of time, days."""

from __future__ import annotations

import datetime as dt

from annotator.domain.annotations import Kind
from annotator.domain.changes import What
from annotator.store.figures_annotations import Whose
from annotator.ui.i18n import date, decimal, number, tr


def kind_name(kind: Kind) -> str:
    """Return what an annotation set's kind is called."""
    return {Kind.PERSON: tr("Person"), Kind.MODEL: tr("Model"), Kind.GOLD: tr("Gold")}[kind]


def what_name(what: What) -> str:
    """Return what is counted."""
    return tr("Span") if what is What.SPAN else tr("Relation")


def whose_name(whose: Whose) -> str:
    """Return whose annotation sets are counted."""
    if whose.kind is None:
        return tr("Gold")
    return whose.annotator if whose.kind is Kind.PERSON else tr("{} ({})").format(whose.annotator, kind_name(whose.kind))


def duration(seconds: float) -> str:
    """Return a length of time in two units at most: tenths of a second below ten, unless it is an int; hours and minutes above an hour."""
    if isinstance(seconds, float) and 0 < seconds < 9.95:
        return tr("{} s").format(decimal(seconds, 1))
    whole = round(seconds)
    if whole < 60:
        return tr("{} s").format(number(whole))
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return tr("{} min {} s").format(number(minutes), number(rest)) if rest else tr("{} min").format(number(minutes))
    hours, rest = divmod(round(whole / 60), 60)
    return tr("{} h {} min").format(number(hours), number(rest)) if rest else tr("{} h").format(number(hours))


def clock(seconds: float) -> str:
    """Return a length of time for an axis, whose steps are whole in one of its units."""
    return duration(round(seconds))


def count_on_axis(value: float) -> str:
    """Return a count for an axis."""
    return number(round(value))


def day_of(day: str) -> dt.date | None:
    """Return an ISO day as a date, None for what is none."""
    try:
        return dt.date.fromisoformat(day)
    except ValueError:
        return None


def days_said(first: dt.date, last: dt.date) -> str:
    """Return one day, or a stretch of them, in the window's language."""
    return date(first) if first == last else tr("{} to {}").format(date(first), date(last))
