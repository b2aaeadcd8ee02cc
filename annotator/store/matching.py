"""Which documents and annotation sets something holds of, for jobs that go through a project and leave the rest out.

Times are those of the steps in the history, in UTC as ``steps.at`` writes them, from ``since`` on and before ``until`` (empty: no limit).
What was pruned from the history cannot be known: a document whose import is forgotten was imported at no time.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable

import orjson

from annotator.domain.text import Range
from annotator.store.listing import Filter, stream

_WHEN = "s.at >= ? AND s.at < ?"
_NEVER = "~"
"""After every time that a step can have."""


def matching_ids(connection: sqlite3.Connection, wanted: Filter) -> array[int]:
    """Return the ids of the documents a filter takes, rising."""
    ids = array("q")
    for page in stream(connection, wanted):
        ids.extend(page)
    return ids


def imported_between(connection: sqlite3.Connection, since: str, until: str) -> list[Range]:
    """Return the documents that were imported then, as half-open ranges of ids, rising."""
    rows = connection.execute(
        "SELECT c.after FROM changes c JOIN steps s ON s.id = c.step_id"
        f" WHERE c.set_id = 0 AND c.what = 'bulk-insert' AND {_WHEN} ORDER BY c.step_id, c.number",
        (since, until or _NEVER),
    )
    pairs = (orjson.loads(row[0]) for row in rows)
    return sorted((first, last + 1) for first, last in pairs)


def changed_between(connection: sqlite3.Connection, since: str, until: str) -> array[int]:
    """Return the ids of the documents of which somebody, or a job, changed an annotation set then, rising; an import is no change."""
    rows = connection.execute(
        "SELECT DISTINCT a.document_id FROM steps s JOIN changes c ON c.step_id = s.id JOIN annotation_sets a ON a.id = c.set_id"
        f" WHERE {_WHEN} AND s.lane <> 'system' ORDER BY a.document_id",
        (since, until or _NEVER),
    )
    return array("q", (row[0] for row in rows))


def sets_with(connection: sqlite3.Connection, what: str, labels: Iterable[str]) -> array[int]:
    """Return the ids of the sets with a span (or, with ``what`` "relation", a relation) of one of these labels, rising."""
    sql = "SELECT DISTINCT set_id FROM set_labels WHERE what = ? AND label IN (SELECT value FROM json_each(?)) ORDER BY set_id"
    return array("q", (row[0] for row in connection.execute(sql, (what, orjson.dumps(list(labels)).decode()))))
