"""Which document to look at next: the most worthwhile one that the person has not finished, found in an index.

``document_worth`` keeps the figures of a finished document below 0: finishing takes it out of every question by worth, whatever the
number of finished ones, and what takes that back brings its worth back.  Finished means that a person is done with it, or that it has gold.
A document of worth 0 or below stands with those that no suggester looked at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from enum import StrEnum

from annotator.store import queries


class Measure(StrEnum):
    """A figure of ``document_worth`` (``store.suggesters.Worth`` says what each is); the values are names of columns."""

    DISAGREEMENT = "disagreement"
    DOUBT = "doubt"
    NOVELTY = "novelty"


FINISHED = """EXISTS (SELECT 1 FROM annotation_sets f WHERE f.document_id = {0}
    AND (f.kind = 'gold' OR (f.kind = 'person' AND f.status = 'done')))"""
"""Whether a document is finished; ``{0}`` stands for its id."""


def next_open(connection: sqlite3.Connection, document_id: int, annotator: str, measure: Measure | None) -> int | None:
    """Return the document to go to from this one: the most worthwhile by ``measure`` that this person has neither done nor skipped.

    Of equals the first; when all that are worth something are finished, or without a measure, the next in the project's order.  None when
    there is none but this one.  It walks over what this person skipped, in an index.
    """
    if measure is not None:
        sql = (
            f"SELECT document_id FROM document_worth d WHERE {measure} > 0 AND document_id <> ? AND NOT EXISTS"
            " (SELECT 1 FROM annotation_sets s WHERE s.document_id = d.document_id AND s.annotator = ? AND s.kind = 'person'"
            f" AND s.status IN ('done', 'skipped')) ORDER BY {measure} DESC, document_id LIMIT 1"
        )
        row = connection.execute(sql, (document_id, annotator)).fetchone()
        if row is not None:
            return row[0]
    return queries.open_document_after(connection, document_id, annotator)


def settle(connection: sqlite3.Connection, documents: Iterable[int]) -> None:
    """Put the worth of these documents below 0 where they are finished now, else above; inside the caller's transaction."""
    connection.executemany(_SETTLE, ((document_id,) for document_id in documents))


_SIGNED = ", ".join(
    f"{measure} = abs({measure}) * CASE WHEN {FINISHED.format('document_worth.document_id')} THEN -1 ELSE 1 END"
    for measure in Measure
)
_SETTLE = f"UPDATE document_worth SET {_SIGNED} WHERE document_id = ?"
