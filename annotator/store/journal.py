"""The history of the project: steps in order, what each changed, and which one undo and redo take next.

A step is never removed by undo: taking it back is a new step that names it (``undoes``) and whose changes follow from it.  ``state``
says where an ordinary step stands: done, undone, or undone and cut off from redo by a newer edit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from annotator.domain.changes import Bulk, BulkCopy, BulkInsert, BulkSets, Change, Lane, What
from annotator.store import statistics
from annotator.store.rows import journal_to_value, json_value, lane_of, to_json, value_to_journal, what_of

DONE, UNDONE, CUT = 0, 1, 2

_BULK_INSERT, _BULK_COPY, _BULK_SETS = "bulk-insert", "bulk-copy", "bulk-sets"

_KINDS = {str(what): what for what in What}


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the history.  ``at`` is UTC in ISO 8601; the order of steps is that of their ids, whatever the clock says."""

    id: int
    at: str
    actor: str
    lane: Lane
    text: str
    detail: str
    undoes: int | None
    state: int

    @property
    def title(self) -> str:
        """The step's name in English."""
        return self.text.format(self.detail)


_COLUMNS = "id, at, actor, lane, text, detail, undoes, state"


def _step(row: tuple[int, str, str, str, str, str, int | None, int] | None) -> Step | None:
    return None if row is None else Step(row[0], row[1], row[2], lane_of(row[3]), *row[4:])


def begin(
    connection: sqlite3.Connection,
    *,
    actor: str,
    lane: Lane,
    text: str,
    detail: str = "",
    undoes: int | None = None,
    finished: bool = True,
) -> int:
    """Add a step and return its id; an ordinary edit cuts what its actor had undone off from redo, when it is finished."""
    if lane is Lane.EDIT and undoes is None and finished:
        _cut_redo(connection, actor)
    cursor = connection.execute(
        "INSERT INTO steps (at, actor, lane, text, detail, undoes, finished) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (datetime.now(UTC).isoformat(timespec="milliseconds"), actor, str(lane), text, detail, undoes, int(finished)),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def record(connection: sqlite3.Connection, step_id: int, first_number: int, changes: list[Change], bulk: list[Bulk]) -> None:
    """Write what one transaction of a step changed, numbered from ``first_number``, and count it in the file's own figures.

    What came in bulk is counted already.
    """
    statistics.count_changes(connection, changes)
    rows: list[tuple[int, int, str, int, str, str | None, str | None]] = [
        (step_id, number, str(c.what), c.set_id, c.key, value_to_journal(c.what, c.before), value_to_journal(c.what, c.after))
        for number, c in enumerate(changes, first_number)
    ]
    for number, entry in enumerate(bulk, first_number + len(changes)):
        match entry:
            case BulkInsert(first, last):
                rows.append((step_id, number, _BULK_INSERT, 0, "", None, to_json([first, last])))
            case BulkCopy(set_id, document_id):
                rows.append((step_id, number, _BULK_COPY, set_id, "", None, to_json([set_id, document_id])))
            case BulkSets(first, last, documents):
                rows.append((step_id, number, _BULK_SETS, 0, "", None, to_json([first, last, documents])))
    connection.executemany("INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def recorded(connection: sqlite3.Connection, step_id: int) -> tuple[tuple[Change, ...], tuple[Bulk, ...]]:
    """Return what a step changed, in order."""
    changes: list[Change] = []
    bulk: list[Bulk] = []
    rows = connection.execute("SELECT what, set_id, key, before, after FROM changes WHERE step_id = ? ORDER BY number", (step_id,))
    for what, set_id, key, before, after in rows:
        entry = entry_of(what, set_id, key, before, after)
        if isinstance(entry, Change):
            changes.append(entry)
        else:
            bulk.append(entry)
    return tuple(changes), tuple(bulk)


def recorded_bulk(connection: sqlite3.Connection, step_id: int) -> tuple[Bulk, ...]:
    """Return what a step brought in whole, in order."""
    sql = "SELECT what, set_id, key, before, after FROM changes WHERE step_id = ? AND what LIKE 'bulk-%' ORDER BY number"
    entries = (entry_of(*row) for row in connection.execute(sql, (step_id,)))
    return tuple(entry for entry in entries if not isinstance(entry, Change))


def entry_of(what: str, set_id: int, key: str, before: str | None, after: str | None) -> Change | Bulk:
    """Return what one row of the table ``changes`` says."""
    if what == _BULK_INSERT:
        return BulkInsert(*json_value(after or ""))
    if what == _BULK_COPY:
        return BulkCopy(*json_value(after or ""))
    if what == _BULK_SETS:
        first, last, documents = json_value(after or "")
        return BulkSets(first, last, tuple(documents))
    kind = _KINDS.get(what) or what_of(what)
    return Change(kind, set_id, key, journal_to_value(kind, before), journal_to_value(kind, after))


def next_number(connection: sqlite3.Connection, step_id: int) -> int:
    """Return the number the next change of a step gets."""
    return connection.execute("SELECT coalesce(max(number) + 1, 0) FROM changes WHERE step_id = ?", (step_id,)).fetchone()[0]


def next_undo(connection: sqlite3.Connection, actor: str) -> Step | None:
    """Return the step that this actor's undo takes back next."""
    return _step(
        connection.execute(
            f"SELECT {_COLUMNS} FROM steps WHERE actor = ? AND lane = 'edit' AND state = ? AND undoes IS NULL AND finished = 1"
            " ORDER BY id DESC LIMIT 1",
            (actor, DONE),
        ).fetchone()
    )


def next_redo(connection: sqlite3.Connection, actor: str) -> Step | None:
    """Return the step that this actor's redo brings again next: the one undone last."""
    return _step(
        connection.execute(
            f"SELECT {_COLUMNS} FROM steps s WHERE actor = ? AND lane = 'edit' AND state = ? AND undoes IS NULL"
            " ORDER BY (SELECT max(u.id) FROM steps u WHERE u.undoes = s.id) DESC LIMIT 1",
            (actor, UNDONE),
        ).fetchone()
    )


def step(connection: sqlite3.Connection, step_id: int) -> Step | None:
    """Return one step, or None."""
    return _step(connection.execute(f"SELECT {_COLUMNS} FROM steps WHERE id = ?", (step_id,)).fetchone())


def steps(connection: sqlite3.Connection) -> Iterator[Step]:
    """Yield the whole history, oldest first."""
    for row in connection.execute(f"SELECT {_COLUMNS} FROM steps ORDER BY id"):
        found = _step(row)
        assert found is not None
        yield found


def worked_over(connection: sqlite3.Connection, step_id: int) -> bool:
    """Tell whether a step that stands changed, after this one, something that this one changed too.

    Equal values are not enough to take a step back: a later step may have changed something and another one brought it back to what it
    was, and neither of them could then be taken back any more.  A step's time is that of its last bringing again, if there was one.
    System steps do not count: nobody takes them back, and a long step opens documents on its way.
    """
    moment = last_turn(connection, step_id)
    if not _anything_since(connection, step_id, moment):
        return False
    mine = set(connection.execute("SELECT set_id, what, key FROM changes WHERE step_id = ?", (step_id,)))
    mine = {row for row in mine if row[1] not in (_BULK_INSERT, _BULK_COPY)}
    made_since = (
        "SELECT c.set_id, c.what, c.key FROM changes c CROSS JOIN steps s ON s.id = c.step_id"
        " WHERE c.set_id = ? AND c.step_id > ? AND s.state = 0 AND s.lane <> 'system'"
    )
    for set_id in {row[0] for row in mine}:
        if any(row in mine for row in connection.execute(made_since, (set_id, moment))):
            return True
    brought_again_since = (
        "SELECT c.set_id, c.what, c.key FROM steps u CROSS JOIN steps s ON s.id = u.undoes CROSS JOIN changes c ON c.step_id = s.id"
        " WHERE u.id > ? AND u.undoes <> ? AND s.state = 0 AND s.lane <> 'system'"
    )
    return any(row in mine for row in connection.execute(brought_again_since, (moment, step_id)))


def last_turn(connection: sqlite3.Connection, step_id: int, *, before: int = 1 << 62) -> int:
    """Return the id of the last step ``before`` some other that took this one back or brought it again; its own if none did."""
    sql = "SELECT coalesce(max(id), ?) FROM steps WHERE undoes = ? AND id < ?"
    return connection.execute(sql, (step_id, step_id, before)).fetchone()[0]


def turned_since(connection: sqlite3.Connection, step_id: int, moment: int) -> list[int]:
    """Return the steps, but for one, that do not stand as at a moment: done since, taken back or brought again since.

    What was taken back and brought again is as it was.  System steps do not count, as in ``worked_over``.
    """
    sql = """SELECT id FROM steps WHERE id > ?1 AND undoes IS NULL AND state = 0 AND lane <> 'system' AND id <> ?2
    UNION ALL SELECT undoes FROM steps WHERE id > ?1 AND undoes < ?1 AND undoes <> ?2 GROUP BY undoes HAVING count(*) % 2 = 1"""
    return [row[0] for row in connection.execute(sql, (moment, step_id))]


def _anything_since(connection: sqlite3.Connection, step_id: int, moment: int) -> bool:
    """Tell whether a step that counts was done or brought again after a moment; mostly none was, whatever the size of this one."""
    sql = """SELECT EXISTS (SELECT 1 FROM steps s WHERE s.id > ?1 AND s.undoes IS NULL AND s.state = 0 AND s.lane <> 'system')
    OR EXISTS (SELECT 1 FROM steps u CROSS JOIN steps s ON s.id = u.undoes
               WHERE u.id > ?1 AND u.undoes <> ?2 AND s.state = 0 AND s.lane <> 'system')"""
    return bool(connection.execute(sql, (moment, step_id)).fetchone()[0])


def copied_since(connection: sqlite3.Connection, step_id: int, changed: Container[int]) -> list[int]:
    """Return the documents of which suggestions were copied after a step from one of the ``changed`` annotation sets."""
    sql = "SELECT after FROM changes WHERE step_id > ? AND what = ?"
    copied = {json_value(after)[1] for (after,) in connection.execute(sql, (step_id, _BULK_COPY))}
    models = "SELECT id FROM annotation_sets WHERE document_id = ? AND kind = 'model'"
    return [key for key in sorted(copied) if any(row[0] in changed for row in connection.execute(models, (key,)))]


def set_state(connection: sqlite3.Connection, step_id: int, state: int) -> None:
    """Say where an ordinary step stands; one that never came to its end and was taken back cannot be brought again."""
    sql = "UPDATE steps SET state = CASE WHEN finished = 0 AND ? = ? THEN ? ELSE ? END WHERE id = ?"
    connection.execute(sql, (state, UNDONE, CUT, state, step_id))


def finish(connection: sqlite3.Connection, step_id: int) -> None:
    """Say that a step of several transactions is complete; one that was taken back meanwhile leaves redo as it was."""
    connection.execute("UPDATE steps SET finished = 1 WHERE id = ?", (step_id,))
    for (actor,) in connection.execute("SELECT actor FROM steps WHERE id = ? AND lane = 'edit' AND state = ?", (step_id, DONE)):
        _cut_redo(connection, actor)


def _cut_redo(connection: sqlite3.Connection, actor: str) -> None:
    sql = "UPDATE steps SET state = ? WHERE actor = ? AND lane = 'edit' AND state = ? AND undoes IS NULL"
    connection.execute(sql, (CUT, actor, UNDONE))


def is_empty(connection: sqlite3.Connection, step_id: int) -> bool:
    """Tell whether a step changed nothing."""
    return connection.execute("SELECT 1 FROM changes WHERE step_id = ? LIMIT 1", (step_id,)).fetchone() is None


def forget(connection: sqlite3.Connection, step_id: int) -> None:
    """Remove a step that changed nothing; its id is not given out again."""
    connection.execute("DELETE FROM steps WHERE id = ?", (step_id,))


def cut_off(connection: sqlite3.Connection, first_document: int, last_document: int) -> None:
    """Take what was undone on these documents from redo: they are going to be removed."""
    connection.execute(
        "UPDATE steps SET state = ? WHERE state = ? AND id IN (SELECT c.step_id FROM changes c"
        " JOIN annotation_sets a ON a.id = c.set_id WHERE a.document_id BETWEEN ? AND ?)",
        (CUT, UNDONE, first_document, last_document),
    )


# Pruning


@dataclass(frozen=True, slots=True)
class Prunable:
    """What pruning would remove: how many steps, from which to which time, and about how many bytes of the file become free.

    ``last`` is the id of the newest of them, 0 where there are none.  ``undoable`` counts those that can be taken back now, and then no
    more.
    """

    last: int = 0
    steps: int = 0
    bytes: int = 0
    since: str = ""
    until: str = ""
    undoable: int = 0


def prunable(connection: sqlite3.Connection, *, keep_days: int = 0, keep_bytes: int = 0, today: datetime | None = None) -> Prunable:
    """Return what is older than ``keep_days`` days, or beyond the newest ``keep_bytes`` bytes of history; 0 sets no limit.

    For a job's connection: it walks the history.  The newest step is always kept, and so is what an unfinished one stands on.  Steps go
    in the order they came, so a clock that was once wrong makes pruning stop early, never late.
    """
    oldest = (today or datetime.now(UTC)) - timedelta(days=keep_days)
    limit = oldest.isoformat(timespec="milliseconds") if keep_days else ""
    rows = connection.execute(
        "SELECT s.id, s.at, s.finished, s.state = 0 AND s.undoes IS NULL AND s.lane <> 'system', coalesce(sum(60 + length(c.key)"
        " + length(coalesce(c.before, '')) + length(coalesce(c.after, ''))), 60) FROM steps s LEFT JOIN changes c ON c.step_id = s.id"
        " GROUP BY s.id ORDER BY s.id"
    ).fetchall()
    total = sum(row[4] for row in rows)
    count = size = undoable = last = 0
    for number, at, finished, can_undo, length in rows[:-1]:
        if not finished or not (at < limit or (keep_bytes and total - size > keep_bytes)):
            break
        count, size, undoable, last = count + 1, size + length, undoable + can_undo, number
    if not count:
        return Prunable()
    return Prunable(last, count, size, rows[0][1], rows[count - 1][1], undoable)


def prune(connection: sqlite3.Connection, last: int, *, most: int = 500) -> bool:
    """Remove up to ``most`` of the oldest steps up to ``last``, in a transaction of its own; True while there are more.

    A later step that took one of them back goes with it.  What is pruned can neither be undone nor redone; nothing else changes.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        ids = [row[0] for row in connection.execute("SELECT id FROM steps WHERE id <= ? ORDER BY id LIMIT ?", (last, most + 1))]
        gone = [(number,) for number in ids[:most]]
        connection.executemany("DELETE FROM steps WHERE undoes = ?", gone)
        connection.executemany("DELETE FROM steps WHERE id = ?", gone)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return len(ids) > most


def unfinished(connection: sqlite3.Connection) -> list[int]:
    """Return the steps that a killed program left open, newest first."""
    return [row[0] for row in connection.execute("SELECT id FROM steps WHERE finished = 0 ORDER BY id DESC")]


def half_done(connection: sqlite3.Connection) -> Step | None:
    """Return an edit of many annotations that has not come to its end and stands, or None: what is there now is only half of it."""
    sql = f"SELECT {_COLUMNS} FROM steps WHERE finished = 0 AND lane = 'edit' AND state = ? LIMIT 1"
    return _step(connection.execute(sql, (DONE,)).fetchone())
