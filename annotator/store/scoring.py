"""Which documents a comparison of suggesters with people looks at, found in indexes and read in groups of neighbours."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator

from annotator.domain.annotations import SetInfo
from annotator.store.rows import CODECS, What, row_set

_SET = CODECS[What.SET].column_list


def suggester_names(connection: sqlite3.Connection) -> list[str]:
    """Return who has sets of kind model, and the suggesters of the project: these in their order, the others by name; bounded."""
    known = [row[0] for row in connection.execute("SELECT name FROM suggesters ORDER BY position, name")]
    models = connection.execute("SELECT DISTINCT annotator FROM set_totals WHERE kind = 'model' ORDER BY annotator")
    return list(dict.fromkeys((*known, *(row[0] for row in models))))


def groups_worked_on(connection: sqlite3.Connection, size: int) -> set[int]:
    """Return the groups, ``document_id // size``, in which a document has a set of a person or gold; walks an index over these alone."""
    work = connection.execute(
        "SELECT annotator, kind, status FROM set_totals WHERE sets > 0 AND kind IN ('person', 'gold')"
    ).fetchall()
    sql = "SELECT DISTINCT document_id / ? FROM annotation_sets WHERE annotator = ? AND kind = ? AND status = ?"
    return {row[0] for key in work for row in connection.execute(sql, (size, *key))}


def symmetric_labels(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the relation labels that have no direction, by the project's scheme."""
    return frozenset(row[0] for row in connection.execute("SELECT label FROM symmetric_labels"))


def documents_of_sets(connection: sqlite3.Connection, sets: Iterable[int]) -> set[int]:
    """Return the documents that these annotation sets are about; a set that is gone has none."""
    look = "SELECT document_id FROM annotation_sets WHERE id = ?"
    rows = (connection.execute(look, (set_id,)).fetchone() for set_id in sets)
    return {row[0] for row in rows if row is not None}


def sets_between(connection: sqlite3.Connection, first: int, last: int) -> Iterator[tuple[int, list[tuple[int, SetInfo]]]]:
    """Yield the documents ``first`` to ``last`` that have annotation sets, with these in the order of ``queries.set_ids``."""
    rows = connection.execute(
        f"SELECT id, {_SET} FROM annotation_sets WHERE document_id BETWEEN ? AND ?"
        " ORDER BY document_id, CASE kind WHEN 'person' THEN 0 WHEN 'gold' THEN 1 ELSE 2 END, annotator",
        (first, last),
    ).fetchall()
    entries = ((row[0], row_set(row[1:])) for row in rows)
    for document_id, group in itertools.groupby(entries, key=lambda entry: entry[1].document_id):
        yield document_id, list(group)
