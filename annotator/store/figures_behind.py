"""The documents behind figures of the work: those with a status, those worked on or finished on some days, those an action was done on.

What was annotated has its own in ``figures_annotations``.  The history is walked for days and actions, so all of it is for a job's reader
connection; inside ``search.interruptible`` it can be stopped.
"""

from __future__ import annotations

import sqlite3

from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.store import listing
from annotator.store.figures import DAY
from annotator.store.listing import Filter


def with_status(connection: sqlite3.Connection, annotator: str, kind: Kind, status: Status) -> list[int]:
    """Return the documents whose set of this annotator has a status, in order; what a person never opened is new."""
    if kind is Kind.PERSON:
        pages = listing.stream(connection, Filter(person=annotator, statuses=(status,)))
        return [number for page in pages for number in page]
    sql = "SELECT document_id FROM annotation_sets WHERE annotator = ? AND kind = ? AND status = ? ORDER BY document_id"
    return [row[0] for row in connection.execute(sql, (annotator, str(kind), str(status)))]


def worked_on(connection: sqlite3.Connection, annotator: str, first: str, last: str) -> list[int]:
    """Return the documents an annotator ("" for any) changed, from one ISO day to another, both included.

    Edits that stand count, also those over many documents, and the day is that of the edit: of one person on one day, the documents are
    as many as ``figures_work.DayWork.documents`` says.
    """
    return _numbers(connection, _EDITED, (annotator, annotator, first, last))


def done_on(connection: sqlite3.Connection, annotator: str, first: str, last: str) -> list[int]:
    """Return the documents a person ("" for any) became done with, from one ISO day to another, both included."""
    return _numbers(connection, _FINISHED, (annotator, annotator, first, last))


def acted_on(connection: sqlite3.Connection, annotator: str, action: str) -> list[int]:
    """Return the documents on which an annotator ("" for any) took steps with this text, in order; undone ones are among them."""
    return _numbers(connection, _ACTED, (action, annotator, annotator))


def _numbers(connection: sqlite3.Connection, sql: str, values: tuple[str, ...]) -> list[int]:
    return sorted(row[0] for row in connection.execute(sql, values))


_CHANGED = "SELECT DISTINCT a.document_id FROM steps s JOIN changes c ON c.step_id = s.id JOIN annotation_sets a ON a.id = c.set_id"

_EDITED = f"""{_CHANGED}
WHERE s.lane = 'edit' AND s.undoes IS NULL AND s.state = 0 AND (? = '' OR s.actor = ?) AND {DAY} BETWEEN ? AND ?"""

_FINISHED = f"""{_CHANGED}
WHERE s.undoes IS NULL AND s.state = 0 AND c.what = 'set' AND (? = '' OR a.annotator = ?) AND a.kind = 'person' AND {DAY} BETWEEN ? AND ?
AND json_extract(c.after, '$[3]') = 'done' AND json_extract(c.before, '$[3]') IS NOT 'done'"""

_ACTED = f"""{_CHANGED}
WHERE s.lane = 'edit' AND s.undoes IS NULL AND s.text = ? AND (? = '' OR s.actor = ?)"""
