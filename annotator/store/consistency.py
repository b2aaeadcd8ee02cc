"""Whether a project file agrees with itself: its history with what is there, its search index and figures with its documents.

What SQLite itself can tell stands in ``queries.integrity``; what the rules say of annotations in ``domain.rules``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from annotator.domain.changes import What
from annotator.store import journal, knowledge_loading, recount
from annotator.store.knowledge import place_in_use
from annotator.store.rows import CODECS, json_value

SEARCH, KNOWLEDGE = "document_index", "knowledge"
"""What ``derived_faults`` calls the search index, and the names of the knowledge base."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An item that is not as the last step that touched it left it: changed by another program, or by a fault."""

    what: What
    set_id: int
    key: str
    step_id: int


def history_disagreements(connection: sqlite3.Connection) -> Iterator[Disagreement]:
    """Yield what is not as the history says.

    The last event of an item counts, whether a step was done, taken back or brought again: an item must be as that left it.  Items that
    came with an import and were never edited stand in no step one by one, and cannot be judged.
    """
    for (set_id,) in connection.execute("SELECT DISTINCT set_id FROM changes ORDER BY set_id").fetchall():
        events = connection.execute(_LAST_EVENTS, {"set": set_id, "done": journal.DONE}).fetchall()
        gone = set_id and connection.execute("SELECT 1 FROM annotation_sets WHERE id = ?", (set_id,)).fetchone() is None
        for what, key, step_id, kept in events:
            if what not in _KINDS:
                continue
            kind = What(what)
            if gone:
                # A set goes with its document when an import is taken back; where its document is still there, it should be too.
                wrong = kind is What.SET and kept is not None and _has_document(connection, json_value(kept)[0])
            else:
                wrong = _present(connection, kind, set_id, key) != (None if kept is None else json_value(kept))
            if wrong:
                yield Disagreement(kind, set_id, key, step_id)


def derived_faults(connection: sqlite3.Connection) -> list[str]:
    """Return which figures and indexes do not fit the documents, by table; walks the whole file.

    The search index of a write-protected file, or of one that is being written just now, is passed over.
    """
    found = recount.differences(connection)
    if _is_wrong(connection, SEARCH):
        found.append(SEARCH)
    place = place_in_use(connection)
    if not knowledge_loading.names_are_whole(connection, place) or _is_wrong(connection, f"knowledge_index_{place}"):
        found.append(KNOWLEDGE)
    return found


def mend_derived(connection: sqlite3.Connection, *, indexes: bool) -> None:
    """Make figures and search index (and, if asked, SQLite's own indexes) anew inside the caller's transaction.

    Nothing a person made is changed by that, so it is no step of the history.
    """
    if indexes:
        connection.execute("REINDEX")
    recount.recount(connection)
    knowledge_loading.renamed(connection)
    connection.execute(f"INSERT INTO {SEARCH} ({SEARCH}) VALUES ('rebuild')")  # last: it leaves statements open until the commit


def loose_relations(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return (set, relation id) of the relations that name a span which is not there."""
    return connection.execute(
        "SELECT r.set_id, r.id FROM relations r JOIN annotation_sets a ON a.id = r.set_id"
        " WHERE NOT EXISTS (SELECT 1 FROM spans s WHERE s.set_id = r.set_id AND s.id = r.head)"
        " OR NOT EXISTS (SELECT 1 FROM spans s WHERE s.set_id = r.set_id AND s.id = r.tail) ORDER BY 1, 2"
    ).fetchall()


def _has_document(connection: sqlite3.Connection, document_id: int) -> bool:
    return connection.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone() is not None


def _present(connection: sqlite3.Connection, what: What, set_id: int, key: str) -> list[object] | None:
    codec = CODECS[what]
    if what is What.SCHEME:
        row = connection.execute("SELECT value FROM project WHERE key = 'scheme'").fetchone()
    elif what is What.SET:
        row = connection.execute(f"SELECT {codec.column_list} FROM {codec.table} WHERE id = ?", (set_id,)).fetchone()
    else:
        sql = f"SELECT {codec.column_list} FROM {codec.table} WHERE set_id = ? AND {codec.key} = ?"
        row = connection.execute(sql, (set_id, key)).fetchone()
    return None if row is None else list(row)


def _is_wrong(connection: sqlite3.Connection, index: str) -> bool:
    """Ask a full-text index itself.

    The question has the form of a write and takes the writer's place for a moment, though nothing is written.
    """
    guarded = connection.execute("PRAGMA query_only").fetchone()[0]
    try:
        connection.execute("PRAGMA query_only = OFF")
        connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY):
            return False
        if code == sqlite3.SQLITE_CORRUPT:
            return True
        raise
    finally:
        connection.execute(f"PRAGMA query_only = {guarded}")
    return False


_KINDS = {str(what) for what in What}

# For each item of a set the event that came last: a step's own time is its number, and that of the last step that took it back or
# brought it again.  A step that stands leaves the last value it wrote; one that does not, the first it found.
_LAST_EVENTS = """
WITH touched AS (
    SELECT c.what, c.key, c.number, c.before, c.after, s.id AS step_id, s.state = :done AS stands,
           max(s.id, coalesce((SELECT max(u.id) FROM steps u WHERE u.undoes = s.id), 0)) AS moment
    FROM changes c JOIN steps s ON s.id = c.step_id WHERE c.set_id = :set
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY what, key ORDER BY moment DESC, CASE WHEN stands THEN -number ELSE number END
    ) AS place FROM touched
)
SELECT what, key, step_id, CASE WHEN stands THEN after ELSE before END FROM ranked WHERE place = 1
"""
