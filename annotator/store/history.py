"""Reading the history in pages, newest first: of the project, of one document, of one span or relation.

Every question is bounded by the page asked for, not by the length of the history: pages follow each other by the id of the step they
end with, and the steps of a document are found one by one in the index of changes by set, however many changes each has.  A step that
took another one back or brought it again is no entry of its own; ``turns`` tells of it.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from annotator.domain.annotations import Span
from annotator.domain.changes import Bulk, Change, Lane, What
from annotator.store import queries
from annotator.store.journal import DONE, UNDONE, Step, entry_of
from annotator.store.rows import journal_to_value, json_value, lane_of

PAGE = 200
"""Entries of one page."""

LOOKED_AT = 20_000
"""Changes of a set, the newest, among which those of one item are looked for; and imports, among which a document's own is."""

_STEP = "s.id, s.at, s.actor, s.lane, s.text, s.detail, s.undoes, s.state"
_SETS_OF = "SELECT id FROM annotation_sets WHERE document_id = ?"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step as a list shows it.

    ``changes`` is how many things it changed.  ``document_id`` and ``document`` (its name) are those of its first change; 0 and empty
    where that is about no document or about one that is gone.  ``several`` says that its last change is in another document.
    ``finished`` is False for a step that is still under way.
    """

    step: Step
    changes: int = 0
    document_id: int = 0
    document: str = ""
    several: bool = False
    finished: bool = True

    @property
    def done(self) -> bool:
        """Whether what the step did holds, as far as undo goes."""
        return self.step.state == DONE

    @property
    def undoable(self) -> bool:
        """Whether it may be asked to be taken back; later steps may still forbid it."""
        return self.done and self.finished and self.step.lane is not Lane.SYSTEM

    @property
    def redoable(self) -> bool:
        """Whether redo would bring it again some time."""
        return self.step.state == UNDONE and self.step.lane is Lane.EDIT


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that took another one back (``back``) or brought it again."""

    step: Step
    back: bool


# Lists


def project_entries(connection: sqlite3.Connection, before: int = 0, limit: int = PAGE) -> list[Entry]:
    """Return the newest steps older than the step ``before`` (0: than none)."""
    return _entries(connection, "s.id < ? AND s.undoes IS NULL ORDER BY s.id DESC LIMIT ?", (before or _NEWEST, limit))


def document_entries(connection: sqlite3.Connection, document_id: int, before: int = 0, limit: int = PAGE) -> list[Entry]:
    """Return the newest steps older than ``before`` that changed one of a document's sets, the import that brought it as the last."""
    ids = list(islice(_touching(connection, _set_ids(connection, document_id), before or _NEWEST), limit))
    if len(ids) < limit:
        brought = import_of(connection, document_id)
        last = ids[-1] if ids else before or _NEWEST
        ids += [brought] if 0 < brought < last else []
    return entries(connection, ids)


def item_entries(connection: sqlite3.Connection, set_id: int, what: What, key: str, limit: int = PAGE) -> list[Entry]:
    """Return the steps that changed one span or relation, the newest first, and as the last the one that it came with.

    Only the newest ``LOOKED_AT`` changes of the set are looked at.
    """
    rows = connection.execute(
        "SELECT DISTINCT step_id FROM (SELECT step_id, what, key FROM changes WHERE set_id = ? ORDER BY step_id DESC LIMIT ?)"
        " WHERE what = ? AND key = ? ORDER BY step_id DESC LIMIT ?",
        (set_id, LOOKED_AT, str(what), key, limit),
    )
    ids = [row[0] for row in rows]
    if not ids or not _was_made_by(connection, ids[-1], set_id, what, key):
        first = _first_filling(connection, set_id)
        ids += [first] if first and first not in ids else []
    return entries(connection, ids)


def entries(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Entry]:
    """Return these steps, the newest first; those that are not there (any more) are left out."""
    wanted = orjson.dumps(list(ids)).decode()
    return _entries(connection, "s.id IN (SELECT value FROM json_each(?)) ORDER BY s.id DESC", (wanted,))


def touches(connection: sqlite3.Connection, step_id: int, document_id: int) -> bool:
    """Tell whether a step changed one of a document's sets."""
    sql = f"SELECT 1 FROM changes WHERE set_id IN ({_SETS_OF}) AND step_id = ? LIMIT 1"
    return connection.execute(sql, (document_id, step_id)).fetchone() is not None


def import_of(connection: sqlite3.Connection, document_id: int) -> int:
    """Return the step that brought a document into the project; 0 if it is not known any more."""
    for step_id in islice(_touching(connection, [0], _NEWEST), LOOKED_AT):
        sql = "SELECT after FROM changes WHERE step_id = ? AND what = 'bulk-insert' ORDER BY number {} LIMIT 1"
        ends = [connection.execute(sql.format(order), (step_id,)).fetchone() for order in ("ASC", "DESC")]
        if ends[0] is not None and json_value(ends[0][0])[0] <= document_id <= json_value(ends[1][0])[1]:
            return step_id
    return 0


def only_imported(connection: sqlite3.Connection, set_id: int, source: str) -> bool:
    """Tell whether nothing but imports of ``source`` (the detail of their steps) ever changed a set: nobody's work is in it."""
    sql = "SELECT DISTINCT s.lane, s.text, s.detail FROM changes c JOIN steps s ON s.id = c.step_id"
    sql += " WHERE c.set_id = ? AND s.undoes IS NULL AND s.state = 0 LIMIT 10"
    told: list[tuple[str, str, str]] = connection.execute(sql, (set_id,)).fetchall()
    info = queries.set_info(connection, set_id)
    if info is None or any(lane != "job" or not text.startswith("Import") or detail != source for lane, text, detail in told):
        return False
    if told:
        return True
    row = connection.execute("SELECT detail FROM steps WHERE id = ?", (import_of(connection, info.document_id),)).fetchone()
    return row is not None and row[0] == source


# One step


def changes_of(connection: sqlite3.Connection, step_id: int, limit: int) -> list[Change | Bulk]:
    """Return the first ``limit`` changes of a step, in order."""
    found: list[Change | Bulk] = []
    sql = "SELECT what, set_id, key, before, after FROM changes WHERE step_id = ? ORDER BY number LIMIT ?"
    for what, set_id, key, before, after in connection.execute(sql, (step_id, limit)):
        found.append(entry_of(what, set_id, key, before, after))
    return found


def turns(connection: sqlite3.Connection, step_id: int, limit: int = 20) -> list[Turn]:
    """Return the last times that a step was taken back or brought again, the newest first."""
    count = connection.execute("SELECT count(*) FROM steps WHERE undoes = ?", (step_id,)).fetchone()[0]
    rows = connection.execute(f"SELECT {_STEP} FROM steps s WHERE s.undoes = ? ORDER BY s.id DESC LIMIT ?", (step_id, limit))
    return [Turn(_step(row), back=(count - place) % 2 == 1) for place, row in enumerate(rows)]


def span_as_known(connection: sqlite3.Connection, set_id: int, span_id: str) -> Span | None:
    """Return a span as it is, or where it is gone as the history knew it last; among the newest ``LOOKED_AT`` changes of its set."""
    found = queries.span(connection, set_id, span_id)
    if found is not None:
        return found
    row = connection.execute(
        "SELECT coalesce(before, after) FROM (SELECT step_id, what, key, before, after FROM changes WHERE set_id = ?"
        " ORDER BY step_id DESC, number DESC LIMIT ?) WHERE what = 'span' AND key = ? LIMIT 1",
        (set_id, LOOKED_AT, span_id),
    ).fetchone()
    was = journal_to_value(What.SPAN, row[0]) if row is not None else None
    return was if isinstance(was, Span) else None


# The way to a point


def to_take_back(connection: sqlite3.Connection, actor: str, point: int, document_id: int = 0) -> list[int]:
    """Return this actor's edits after the step ``point`` that are not taken back, the newest first; of one document if it is given."""
    sql = "SELECT id FROM steps WHERE actor = ? AND lane = 'edit' AND state = ? AND undoes IS NULL AND finished = 1 AND id > ?"
    mine = [row[0] for row in connection.execute(f"{sql} ORDER BY id DESC", (actor, DONE, point))]
    return [step_id for step_id in mine if touches(connection, step_id, document_id)] if document_id else mine


def to_bring_again(connection: sqlite3.Connection, actor: str, point: int) -> list[int]:
    """Return the steps that this actor's redo takes in order until ``point`` is done again, that one included; empty if it cannot be."""
    rows = connection.execute(
        "SELECT s.id FROM steps s WHERE s.actor = ? AND s.lane = 'edit' AND s.state = ? AND s.undoes IS NULL"
        " ORDER BY (SELECT max(u.id) FROM steps u WHERE u.undoes = s.id) DESC",
        (actor, UNDONE),
    )
    ids = [row[0] for row in rows]
    return ids[: ids.index(point) + 1] if point in ids else []


# Inside

_NEWEST = 1 << 62


def _entries(connection: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> list[Entry]:
    first = "(SELECT c.set_id FROM changes c WHERE c.step_id = s.id ORDER BY c.number {} LIMIT 1)"
    rows = connection.execute(
        f"SELECT {_STEP}, s.finished, (SELECT max(c.number) + 1 FROM changes c WHERE c.step_id = s.id), {first.format('ASC')},"
        f" {first.format('DESC')} FROM steps s WHERE {where}",
        values,
    ).fetchall()
    documents = _documents_of(connection, {row[place] for row in rows for place in (10, 11) if row[place]})
    found: list[Entry] = []
    for row in rows:
        (document_id, name), (other, _) = (documents.get(row[place], (0, "")) for place in (10, 11))
        if not document_id:  # the scheme comes first where a command changes both
            document_id, name = documents.get(row[11], (0, ""))
        several = bool(other) and other != document_id
        found.append(Entry(_step(row[:8]), row[9] or 0, document_id, name, several, bool(row[8])))
    return found


def _step(row: tuple[Any, ...]) -> Step:
    return Step(row[0], row[1], row[2], lane_of(row[3]), *row[4:])


def _documents_of(connection: sqlite3.Connection, set_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Return number and name of the document of each of these sets."""
    rows = connection.execute(
        "SELECT a.id, d.id, d.name FROM annotation_sets a JOIN documents d ON d.id = a.document_id"
        " WHERE a.id IN (SELECT value FROM json_each(?))",
        (orjson.dumps(sorted(set_ids)).decode(),),
    )
    return {set_id: (document_id, name) for set_id, document_id, name in rows}


def _set_ids(connection: sqlite3.Connection, document_id: int) -> list[int]:
    return [set_id for set_id, _ in queries.set_ids(connection, document_id)]


def _touching(connection: sqlite3.Connection, set_ids: Sequence[int], before: int) -> Iterator[int]:
    """Yield the steps older than ``before`` that changed one of these sets, the newest first, each once.

    For DISTINCT, SQLite would walk over every change; here each step is one look into the index.
    """
    sql = "SELECT max(step_id) FROM changes WHERE set_id = ? AND step_id < ?"

    def of_set(set_id: int) -> Iterator[int]:
        last = before
        while (found := connection.execute(sql, (set_id, last)).fetchone()[0]) is not None:
            yield found
            last = found

    last = 0
    for step_id in heapq.merge(*map(of_set, set_ids), reverse=True):
        if step_id != last:
            yield step_id
            last = step_id


def _was_made_by(connection: sqlite3.Connection, step_id: int, set_id: int, what: What, key: str) -> bool:
    sql = "SELECT before IS NULL FROM changes WHERE step_id = ? AND set_id = ? AND what = ? AND key = ? ORDER BY number LIMIT 1"
    row = connection.execute(sql, (step_id, set_id, str(what), key)).fetchone()
    return row is not None and bool(row[0])


def _first_filling(connection: sqlite3.Connection, set_id: int) -> int:
    """Return the step by which a set got what it had first: the copying of suggestions, or the import of its document."""
    row = connection.execute(
        "SELECT step_id FROM (SELECT step_id, what FROM changes WHERE set_id = ? ORDER BY step_id LIMIT 1000)"
        " WHERE what = 'bulk-copy' LIMIT 1",
        (set_id,),
    ).fetchone()
    if row is not None:
        return row[0]
    info = queries.set_info(connection, set_id)
    return import_of(connection, info.document_id) if info is not None else 0
