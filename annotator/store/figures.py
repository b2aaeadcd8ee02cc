"""The figures of a whole project for reading: how far each annotator is, which labels they used, and what was done on which day.

Progress and labels come from what the file keeps (``statistics``) and are bounded; the days are counted in the history and need a job's
reader connection.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.store import queries
from annotator.store.queries import LabelTotal
from annotator.store.rows import kind_of, status_of


@dataclass(frozen=True, slots=True)
class AnnotatorProgress:
    """How far one annotator is: ``sets`` by status (absent: none); a document without a set counts as new for a person."""

    annotator: str
    kind: Kind
    sets: dict[Status, int]
    flagged: int


@dataclass(frozen=True, slots=True)
class Day:
    """What one annotator did on one day (ISO 8601, in the time zone of this computer): edits that stand, and documents marked done."""

    day: str
    annotator: str
    edits: int
    done: int


@dataclass(slots=True)
class Figures:
    """All figures of a project."""

    documents: int = 0
    progress: list[AnnotatorProgress] = field(default_factory=list)
    labels: list[LabelTotal] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)


def kept(connection: sqlite3.Connection) -> Figures:
    """Return the figures that the file keeps, without the days; bounded, whatever the number of documents."""
    count = queries.document_count(connection)
    found: dict[tuple[str, str], tuple[dict[Status, int], int]] = {}
    rows = connection.execute(
        "SELECT annotator, kind, status, sets, flagged FROM set_totals"
        " ORDER BY CASE kind WHEN 'person' THEN 0 WHEN 'gold' THEN 1 ELSE 2 END, annotator"
    )
    for annotator, kind, status, sets, flagged in rows:
        by_status, marked = found.get((annotator, kind), ({}, 0))
        found[annotator, kind] = {**by_status, status_of(status): sets}, marked + flagged
    progress: list[AnnotatorProgress] = []
    for (annotator, name), (sets, flagged) in found.items():
        kind = kind_of(name)
        if kind is Kind.PERSON:
            sets[Status.NEW] = sets.get(Status.NEW, 0) + count - sum(sets.values())
        progress.append(AnnotatorProgress(annotator, kind, sets, flagged))
    return Figures(count, progress, queries.label_totals(connection))


def days(connection: sqlite3.Connection) -> list[Day]:
    """Return what was done on each day, the newest first; walks the history, so it is for a job.

    A day whose steps were pruned is not among them.
    """
    edits = {(day, actor): count for day, actor, count in connection.execute(_EDITS)}
    done = done_on_days(connection)
    keys = sorted(edits.keys() | done.keys(), key=lambda key: (_backwards(key[0]), key[1]))
    return [Day(*key, edits.get(key, 0), done.get(key, 0)) for key in keys]


def done_on_days(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """Return how many documents were marked done, by day and who did it; walks the history."""
    return {(day, actor): count for day, actor, count in connection.execute(_DONE)}


def _backwards(day: str) -> tuple[int, ...]:
    return tuple(-ord(character) for character in day)


DAY = "coalesce(date(s.at, 'localtime'), substr(s.at, 1, 10))"
"""The day of a step ``s``, as SQL."""

_EDITS = (
    f"""SELECT {DAY}, s.actor, count(*) FROM steps s WHERE s.lane = 'edit' AND s.undoes IS NULL AND s.state = 0 GROUP BY 1, 2"""
)

# from the steps to their changes, which lie together: SQLite would rather go by the sets, and look each row up
_DONE = f"""SELECT {DAY}, s.actor, count(DISTINCT c.set_id) FROM steps s CROSS JOIN changes c ON c.step_id = s.id
WHERE s.lane = 'edit' AND s.undoes IS NULL AND s.state = 0 AND c.what = 'set'
AND json_extract(c.after, '$[3]') = 'done' AND coalesce(json_extract(c.before, '$[3]'), '') <> 'done' GROUP BY 1, 2"""
