"""Counting anew what ``statistics`` keeps: for a file of the first schema, for a repair, and to see whether all is right."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from annotator.store.rows import json_mapping
from annotator.store.statistics import meta_rows


def recount(connection: sqlite3.Connection) -> None:
    """Make all figures anew inside the caller's transaction; walks the whole file.  What was checked for problems is so no more."""
    _functions(connection)
    for table in (*_COUNTED, "document_meta"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute(f"UPDATE annotation_sets SET (span_count, relation_count, unreviewed) = (SELECT {_OF_SET}), checked = 0")
    for table, counted in _COUNTED.items():
        connection.execute(f"INSERT INTO {table} {counted}")
    connection.executemany("INSERT INTO document_meta VALUES (?, ?, ?)", _meta(connection))


def differences(connection: sqlite3.Connection) -> list[str]:
    """Return the tables whose kept figures are not what counting anew gives; walks the whole file."""
    _functions(connection)
    wrong = [table for table, counted in _COUNTED.items() if _differ(connection, f"SELECT * FROM {table}", counted)]
    kept = "SELECT id, span_count, relation_count, unreviewed FROM annotation_sets"
    if _differ(connection, kept, f"SELECT id, {_OF_SET} FROM annotation_sets"):
        wrong.append("annotation_sets")
    look = "SELECT 1 FROM document_meta WHERE field = ? AND value = ? AND document_id = ?"
    count = 0
    for row in _meta(connection):
        count += 1
        if connection.execute(look, row).fetchone() is None:
            count = -1
            break
    if count != connection.execute("SELECT count(*) FROM document_meta").fetchone()[0]:
        wrong.append("document_meta")
    return wrong


def _functions(connection: sqlite3.Connection) -> None:
    # SQLite's own length() ends at a NUL
    connection.create_function("code_points", 1, len, deterministic=True)


def _meta(connection: sqlite3.Connection) -> Iterator[tuple[str, str, int]]:
    for key, meta in connection.execute("SELECT id, meta FROM documents"):
        for field, value in meta_rows(json_mapping(meta)):
            yield field, value, key


def _differ(connection: sqlite3.Connection, kept: str, counted: str) -> bool:
    return any(
        connection.execute(f"SELECT 1 FROM (SELECT * FROM ({left}) EXCEPT SELECT * FROM ({right})) LIMIT 1").fetchone()
        for left, right in ((kept, counted), (counted, kept))
    )


_OF_SET = """(SELECT count(*) FROM spans WHERE set_id = annotation_sets.id),
(SELECT count(*) FROM relations WHERE set_id = annotation_sets.id),
(SELECT count(*) FROM spans WHERE set_id = annotation_sets.id AND reviewed = 0)
    + (SELECT count(*) FROM relations WHERE set_id = annotation_sets.id AND reviewed = 0)"""

_COUNTED = {
    "document_runs": """SELECT min(id), max(id)
        FROM (SELECT id, id - row_number() OVER (ORDER BY id) AS run FROM documents) GROUP BY run""",
    "document_figures": """SELECT d.id, code_points(d.text),
        (SELECT coalesce(max((SELECT count(*) FROM spans s WHERE s.set_id = a.id)), 0) FROM annotation_sets a WHERE a.document_id = d.id)
        FROM documents d""",
    "set_labels": """SELECT 'span', i.label, a.document_id, a.id, count(*), count(*) - sum(i.reviewed)
        FROM spans i JOIN annotation_sets a ON a.id = i.set_id GROUP BY a.id, i.label
        UNION ALL SELECT 'relation', i.label, a.document_id, a.id, count(*), count(*) - sum(i.reviewed)
        FROM relations i JOIN annotation_sets a ON a.id = i.set_id GROUP BY a.id, i.label""",
    "label_totals": """SELECT annotator, kind, 'span', label, count(DISTINCT set_id), count(*), count(*) - sum(reviewed)
        FROM spans i JOIN annotation_sets a ON a.id = i.set_id GROUP BY 1, 2, 4
        UNION ALL SELECT annotator, kind, 'relation', label, count(DISTINCT set_id), count(*), count(*) - sum(reviewed)
        FROM relations i JOIN annotation_sets a ON a.id = i.set_id GROUP BY 1, 2, 4""",
    "set_totals": "SELECT annotator, kind, status, count(*), sum(flagged) FROM annotation_sets GROUP BY 1, 2, 3",
}
"""Each table with the query that gives its rows from documents, sets, spans and relations alone."""
