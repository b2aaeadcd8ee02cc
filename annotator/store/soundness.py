"""Which documents hold a set that breaks a rule: by what the file remembers, and by looking where it does not know."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from annotator.domain.labels import LabelScheme
from annotator.domain.rules import problems
from annotator.store import queries, statistics
from annotator.store.rows import text_scheme

CANDIDATES = """SELECT document_id FROM annotation_sets WHERE checked < ?
UNION ALL SELECT document_id FROM annotation_sets WHERE checked = ? AND problems > 0"""
"""Documents that may have problems: not checked since they changed, or known to have some; takes the generation twice."""


def with_problems(connection: sqlite3.Connection, documents: Iterable[int], checked: dict[int, int]) -> Iterator[int]:
    """Yield those of some documents that have problems; for a job's reader connection.

    A set that changed since it was checked, or was never, is checked now, at about a millisecond; ``checked`` takes what was found.
    """
    generation = statistics.generation(connection)
    scheme = text_scheme(queries.project_value(connection, "scheme") or '{"name": "blank"}')
    sql = "SELECT id, problems, checked FROM annotation_sets WHERE document_id = ?"
    for number in documents:
        found = 0
        for set_id, count, known_for in connection.execute(sql, (number,)).fetchall():
            if known_for == generation and count == 0:
                continue
            found += _problem_count(connection, number, set_id, scheme, checked)
        if found:
            yield number


def _problem_count(
    connection: sqlite3.Connection, document_id: int, set_id: int, scheme: LabelScheme, checked: dict[int, int]
) -> int:
    document, content = queries.document(connection, document_id), queries.annotation_set(connection, set_id)
    if document is None or content is None:
        return 0
    count = len(problems(document.text, document.tokens, scheme, content.spans, content.relations.values()))
    checked[set_id] = count
    return count
