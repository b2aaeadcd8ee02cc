"""Taking a step back, however many items it changed: what is there is read and compared set-wise, and written by ``executemany``.

The values come from the journal through Python and not by SQL's own JSON functions, which would round a confidence in its last digit
and end a text at a NUL.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from annotator.domain.annotations import Relation
from annotator.domain.changes import Change, What
from annotator.errors import UndoRefused
from annotator.store import statistics
from annotator.store.rows import CODECS, Row, place_of, sql_of

_ITEMS = (What.SPAN, What.RELATION, What.VERDICT)
_AT_ONCE = 500
"""Items asked for in one statement; two parameters each."""


def apply(connection: sqlite3.Connection, changes: Sequence[Change]) -> None:
    """Apply changes given in inverse form, and count them in the file's figures.

    Raises ``UndoRefused`` where something is no longer as the step left it, or something later stands on it; the caller then rolls back.
    """
    merged: dict[tuple[What, int, str], Change] = {}
    for change in changes:
        key = (change.what, change.set_id, change.key)
        earlier = merged.get(key)
        if earlier is None:
            merged[key] = change
        elif earlier.after != change.before:
            raise UndoRefused(CHANGED_LATER)
        else:
            merged[key] = Change(*key, earlier.before, change.after)
    by_kind: defaultdict[What, list[Change]] = defaultdict(list)
    for change in merged.values():
        by_kind[change.what].append(change)
    for what, asked in by_kind.items():
        if not _as_left(connection, what, asked):
            raise UndoRefused(CHANGED_LATER)
    for what in (What.SCHEME, What.SET, *_ITEMS):  # a set comes before what is in it
        _write(connection, what, by_kind[what])
    for change in by_kind[What.SET]:
        if change.after is None:  # and goes after it
            if _has_content(connection, change.set_id):
                raise UndoRefused(CHANGED_LATER)  # what is left in the set came later, and would go with it unseen
            connection.execute(sql_of(What.SET).delete, (change.set_id,))
    if not _ends_are_there(connection, by_kind[What.SPAN], by_kind[What.RELATION]):
        raise UndoRefused(CHANGED_LATER)
    statistics.count_changes(connection, changes)


def _as_left(connection: sqlite3.Connection, what: What, asked: list[Change]) -> bool:
    codec = CODECS[what]
    if what not in _ITEMS:
        rows = (connection.execute(sql_of(what).read, place_of(what, change.set_id, change.key)).fetchone() for change in asked)
        return all((None if row is None else codec.from_row(row)) == change.before for row, change in zip(rows, asked, strict=True))
    sql = f"SELECT i.set_id, {', '.join(f'i.{column}' for column in codec.columns)} FROM wanted w CROSS JOIN {codec.table} i"
    sql += f" ON i.set_id = w.set_id AND i.{codec.key} = w.key"
    found: dict[tuple[int, str], Row] = {(row[0], row[1]): row[1:] for row in _among(connection, sql, _places(asked))}
    return all(
        found.get((change.set_id, change.key)) == (None if change.before is None else codec.to_row(change.before))
        for change in asked
    )


def _write(connection: sqlite3.Connection, what: What, asked: list[Change]) -> None:
    codec, sql = CODECS[what], sql_of(what)
    gone = [change for change in asked if change.after is None]
    new = [change for change in asked if change.after is not None and change.before is None]
    other = [change for change in asked if change.after is not None and change.before is not None]
    if what is not What.SET:
        connection.executemany(sql.delete, (place_of(what, change.set_id, change.key) for change in gone))
    rows = ((*codec.to_row(change.after), *place_of(what, change.set_id, change.key)) for change in other)
    connection.executemany(sql.update, rows)
    connection.executemany(
        sql.insert, ((*(() if what is What.SCHEME else (change.set_id,)), *codec.to_row(change.after)) for change in new)
    )


def _has_content(connection: sqlite3.Connection, set_id: int) -> bool:
    return any(
        connection.execute(f"SELECT 1 FROM {CODECS[what].table} WHERE set_id = ? LIMIT 1", (set_id,)).fetchone() for what in _ITEMS
    )


def _ends_are_there(connection: sqlite3.Connection, spans: list[Change], relations: list[Change]) -> bool:
    """Tell whether no relation is left without one of its spans: a later step may have linked what goes, or removed what is linked."""
    gone = [(change.set_id, change.key) for change in spans if change.after is None]
    for end in ("head", "tail"):
        sql = f"SELECT 1 FROM wanted w CROSS JOIN relations r ON r.set_id = w.set_id AND r.{end} = w.key"
        if any(_among(connection, sql, gone)):
            return False
    put = [(change.set_id, change.after) for change in relations if isinstance(change.after, Relation)]
    ends = list(dict.fromkeys((set_id, end) for set_id, relation in put for end in (relation.head, relation.tail)))
    sql = "SELECT 1 FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM spans s WHERE s.set_id = w.set_id AND s.id = w.key)"
    return not any(_among(connection, sql, ends))


def _places(changes: Iterable[Change]) -> list[tuple[int, str]]:
    return [(change.set_id, change.key) for change in changes]


def _among(connection: sqlite3.Connection, sql: str, places: Sequence[tuple[int, str]]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query over the table ``wanted`` (set_id, key), which holds these places."""
    for first in range(0, len(places), _AT_ONCE):
        some = places[first : first + _AT_ONCE]
        wanted = f"WITH wanted (set_id, key) AS (VALUES {', '.join(['(?, ?)'] * len(some))}) "
        yield from connection.execute(wanted + sql, [value for place in some for value in place])


CHANGED_LATER = "This step cannot be taken back: a later step changed the same things. Take that one back first."
