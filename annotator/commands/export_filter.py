"""What of a project goes out: filters on documents and on the annotation sets that were chosen for them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from annotator.domain.annotations import SetInfo
from annotator.domain.text import Range
from annotator.store import matching
from annotator.store.listing import Filter
from annotator.store.queries import Connection


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time: from ``since`` on and before ``until``, both in UTC as the history writes them; empty is no limit."""

    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return bool(self.since or self.until)


@dataclass(frozen=True, slots=True)
class Only:
    """What alone is exported: all that is said must hold; the empty one takes everything.

    ``labels`` and ``relations`` are on a span or a relation of the set that goes out, one of them at least; ``flagged`` is that set's.
    ``words`` is a full-text query as in ``store.words``.  ``fields`` are metadata: of one field any of the values given for it.
    ``imported`` and ``changed`` are when the document came and when one of its sets was last worked on.
    """

    labels: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    flagged: bool | None = None
    words: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    imported: Period = Period()
    changed: Period = Period()

    def __bool__(self) -> bool:
        return self != Only()


def days(first: date | None, last: date | None) -> Period:
    """Return the time from the beginning of one day to the end of another, as the clock of this machine shows them."""
    return Period(_midnight(first) if first else "", _midnight(last + timedelta(days=1)) if last and last < date.max else "")


def _midnight(day: date) -> str:
    try:
        return datetime.combine(day, time()).astimezone().astimezone(UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):  # the first and last days there are have no other time zone
        return datetime.combine(day, time(), UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Tests:
    """A filter made ready: whether it takes a document, and whether it takes a set of one (id 0 for a document without)."""

    document: Callable[[int], bool]
    chosen: Callable[[int, SetInfo | None], bool]


def tests_of(connection: Connection, only: Only) -> Tests:
    """Ask the indexes once for what a filter wants; a million documents take 8 MB for each thing asked for."""
    rising: list[Sequence[int]] = []
    if only.words:
        rising.append(matching.matching_ids(connection, Filter(words=only.words)))
    for field in dict.fromkeys(field for field, _ in only.fields):
        values = [value for name, value in only.fields if name == field]
        found = [matching.matching_ids(connection, Filter(field=field, value=value)) for value in values]
        rising.append(found[0] if len(found) == 1 else array("q", sorted(set().union(*found))))
    if only.changed:
        rising.append(matching.changed_between(connection, only.changed.since, only.changed.until))
    imported = matching.imported_between(connection, only.imported.since, only.imported.until) if only.imported else None
    labelled = [
        matching.sets_with(connection, what, labels)
        for what, labels in (("span", only.labels), ("relation", only.relations))
        if labels
    ]

    def document(number: int) -> bool:
        return all(_holds(ids, number) for ids in rising) and (imported is None or _within(imported, number))

    def chosen(number: int, info: SetInfo | None) -> bool:
        if only.flagged is not None and (info is not None and info.flagged) is not only.flagged:
            return False
        return all(_holds(ids, number) for ids in labelled)

    return Tests(document, chosen)


def _holds(rising: Sequence[int], number: int) -> bool:
    place = bisect_left(rising, number)
    return place < len(rising) and rising[place] == number


def _within(ranges: Sequence[Range], number: int) -> bool:
    place = bisect_right(ranges, (number, 1 << 62)) - 1
    return place >= 0 and number < ranges[place][1]
