"""Taking a step back, or bringing it again, however many items it changed: set-wise, and only the columns that the step changed.

What is there is found by one statement over the journal and written by ``executemany``.  The values come from the journal through Python
and not by SQL's own JSON functions, which would round a confidence in its last digit and end a text at a NUL.  They stay rows, as the
journal has them: making spans of them takes several times as long, so that is done for those that somebody looks at (``KeptChange``).
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import operator
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from annotator.domain.changes import Change, What
from annotator.domain.progress import Progress
from annotator.errors import UndoRefused
from annotator.store import statistics
from annotator.store.rows import CODECS, RELATION_COLUMNS, SET_COLUMNS, SPAN_COLUMNS, Row, Undecodable, place_of, sql_of, what_of

_ITEMS = (What.SPAN, What.RELATION, What.VERDICT)
_FIGURES = {
    What.SPAN: (SPAN_COLUMNS.index("label"), SPAN_COLUMNS.index("reviewed")),
    What.RELATION: (RELATION_COLUMNS.index("label"), RELATION_COLUMNS.index("reviewed")),
}
_TO_DECODE: dict[What, Callable[[list[Any]], Any]] = {
    What.SPAN: operator.itemgetter(SPAN_COLUMNS.index("fragments"), SPAN_COLUMNS.index("attributes")),
    What.RELATION: operator.itemgetter(RELATION_COLUMNS.index("attributes")),
    What.VERDICT: len,
    What.SET: operator.itemgetter(*map(SET_COLUMNS.index, ("kind", "status", "categories"))),
    What.SCHEME: operator.itemgetter(0),
}
"""What of a row is no plain text or number: it decides whether the row can be read."""

MANY = 20_000
"""Changes of a step that takes so long to take back that somebody should be told how far it is."""

_TOLD_EVERY = 4_096
_JOINED = {What.SCHEME: "i.key = 'scheme'", What.SET: "i.id = c.set_id"}
"""What leads from a change in the journal to the row it is about; of items it is the set and the key."""


class KeptChange(Change):
    """A change as the rows ``was`` and ``then`` (None for absence), of which values are made when somebody first asks for them."""

    __slots__ = ("then", "was")
    was: list[Any] | None
    then: list[Any] | None

    def __getattr__(self, name: str) -> Any:  # only for what is not there yet
        if name not in ("before", "after"):
            raise AttributeError(name)
        row = self.was if name == "before" else self.then
        value = None if row is None else CODECS[self.what].from_row(row)
        object.__setattr__(self, name, value)
        return value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Change):
            return NotImplemented
        mine, theirs = ((one.what, one.set_id, one.key, one.before, one.after) for one in (self, other))
        return mine == theirs

    __hash__ = Change.__hash__

    def __reduce__(self) -> tuple[Any, ...]:
        return Change, (self.what, self.set_id, self.key, self.before, self.after)


# the slots themselves: a frozen class sets its fields by a road that takes three times as long
_SETTERS = tuple(vars(owner)[name].__set__ for owner, name in (
    (Change, "what"), (Change, "set_id"), (Change, "key"), (KeptChange, "was"), (KeptChange, "then"),
))  # fmt: skip


def apply(connection: sqlite3.Connection, step_id: int, *, back: bool, progress: Progress | None = None) -> list[KeptChange]:
    """Take a step ``back``, or bring it again, and count that in the file's figures; returns what that changed, each thing once.

    What the step brought in whole (bulk) is not looked at.  ``progress`` hears of a step of many changes only; nothing can stop it
    half-way.  Raises ``UndoRefused`` where something is no longer as the step left it, or
    something later stands on it; the caller then rolls back.
    """
    with _no_collection():
        kinds = [row[0] for row in connection.execute("SELECT DISTINCT what FROM changes WHERE step_id = ?", (step_id,))]
        known = {what_of(kind) for kind in kinds if not kind.startswith("bulk-")}
        rows: Counter[What] = Counter()
        last = connection.execute("SELECT max(number) FROM changes WHERE step_id = ?", (step_id,)).fetchone()[0] or 0
        progress = progress if progress is not None and last >= MANY else Progress()
        progress.start("Taking back" if back else "Bringing again", 2 * last)
        numbered = {what: _asked(connection, step_id, what, rows, progress, back=back) for what in _ORDER if what in known}
        asked = {what: [change for _, change in found] for what, found in numbered.items()}
        for what, changes in asked.items():
            _write(connection, step_id, what, changes, all_of_kind=rows[what] == len(changes))
            progress.advance(rows[what] * 2 // 3)
        for change in asked.get(What.SET, ()):
            if change.then is None:  # a set goes after what is in it
                if _has_content(connection, change.set_id):
                    raise UndoRefused(CHANGED_LATER)  # what is left in the set came later, and would go with it unseen
                connection.execute(sql_of(What.SET).delete, (change.set_id,))
        if not _ends_are_there(connection, step_id, asked):
            raise UndoRefused(CHANGED_LATER)
        whole = (change for what in (What.SCHEME, What.SET) for change in asked.get(what, ()))
        statistics.count_changes(connection, whole, items=_deltas(asked))
        in_order = sorted(itertools.chain.from_iterable(numbered.values()), key=operator.itemgetter(0), reverse=back)
        return [change for _, change in in_order]


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Have the collector of circular garbage wait: it would go through hundreds of thousands of rows again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _asked(
    connection: sqlite3.Connection, step_id: int, what: What, rows: Counter[What], progress: Progress, *, back: bool
) -> list[tuple[int, KeptChange]]:
    """Return what is to become of all things of one kind, each once with its number in the step.

    ``rows`` counts what the journal has of it.  Refused where one is not as the step left it.
    """
    codec, loads = CODECS[what], orjson.loads
    columns = ", ".join(f"i.{column}" for column in codec.columns)
    joined = _JOINED.get(what, f"i.set_id = c.set_id AND i.{codec.key} = c.key")
    left, made = ("after", "before") if back else ("before", "after")
    sql = f"SELECT c.number, c.set_id, c.key, c.{left}, c.{made}, {columns} FROM changes c LEFT JOIN {codec.table} i ON {joined}"
    sql += f" WHERE c.step_id = ? AND c.what = ? ORDER BY c.number{' DESC' if back else ''}"
    found: dict[tuple[int, str], KeptChange] = {}
    numbered: list[tuple[int, KeptChange]] = []
    count = 0
    new, (put_what, put_set, put_key, put_was, put_then) = object.__new__, _SETTERS
    with _garbled():
        for number, set_id, key, left, made, *row in connection.execute(sql, (step_id, str(what))):
            count += 1
            if not count % _TOLD_EVERY:
                progress.advance(_TOLD_EVERY)
            place = (set_id, key)
            was = None if left is None else loads(left)
            then = None if made is None else loads(made)
            change = found.get(place)
            if change is None:
                there = None if row[0] is None else row
                if there != was and not _alike(what, there, was):
                    raise UndoRefused(CHANGED_LATER)
                change = found[place] = new(KeptChange)
                numbered.append((number, change))
                put_what(change, what)
                put_set(change, set_id)
                put_key(change, key)
                put_was(change, was)
            elif change.then != was:
                raise UndoRefused(CHANGED_LATER)
            if made is not None and (not isinstance(then, list) or len(then) != len(row)):
                raise Undecodable(f"changes: not the values of a {what}")
            put_then(change, then)
    rows[what] = count
    differing = [entry for entry in numbered if entry[1].was != entry[1].then]
    _check_rows(what, differing)
    return differing


def _check_rows(what: What, numbered: list[tuple[int, KeptChange]]) -> None:
    """Raise ``Undecodable`` for a row that could be written and not be read again: to SQLite, JSON is a text like any other.

    Most rows have the same few texts in those columns, if any, so that one row of each is made a value and the others are not.
    """
    columns, seen = _TO_DECODE[what], set[Any]()
    for _, change in numbered:
        if change.then is None:
            continue
        texts = columns(change.then)
        try:
            known = texts in seen
        except TypeError as error:  # a list where a text should be
            raise Undecodable(f"changes: {error}") from error
        if not known:
            CODECS[what].from_row(change.then)
            seen.add(texts)


@contextlib.contextmanager
def _garbled() -> Iterator[None]:
    try:
        yield
    except orjson.JSONDecodeError as error:
        raise Undecodable(f"changes: {error}") from error


def _alike(what: What, row: list[Any] | None, other: list[Any] | None) -> bool:
    """Tell whether two rows mean the same though they are written differently: an older version left fields of a scheme out."""
    if what in _ITEMS or row is None or other is None:
        return False
    return CODECS[what].from_row(row) == CODECS[what].from_row(other)


def _write(connection: sqlite3.Connection, step_id: int, what: What, changes: list[KeptChange], *, all_of_kind: bool) -> None:
    """Write changes of one kind; ``all_of_kind`` says that they are all that the step has of it."""
    sql = sql_of(what)
    gone: list[Row] = []
    new: list[Row] = []
    differing: defaultdict[tuple[bool, ...], list[KeptChange]] = defaultdict(list)
    for change in changes:
        if change.then is None:
            gone.append(place_of(what, change.set_id, change.key))
        elif change.was is None:
            new.append((*(() if what is What.SCHEME else (change.set_id,)), *change.then))
        else:
            differing[tuple(map(operator.ne, change.was, change.then))].append(change)
    if what is not What.SET:
        connection.executemany(sql.delete, gone)
    for differs, several in differing.items():  # a column that is not named costs no index and no foreign key
        at = [number for number, differ in enumerate(differs) if differ]
        _put_columns(connection, step_id, what, at, several, all_of_kind=all_of_kind and len(several) == len(changes))
    connection.executemany(sql.insert, new)


def _put_columns(
    connection: sqlite3.Connection, step_id: int, what: What, at: list[int], changes: list[KeptChange], *, all_of_kind: bool
) -> None:
    """Write some columns of rows that stay; where all get the same values, as with a label's new name, by one statement."""
    codec, update = CODECS[what], sql_of(what).update
    rows = [[change.then[number] for number in at] for change in changes if change.then is not None]
    start = f"UPDATE {codec.table} SET {', '.join(f'{codec.columns[number]} = ?' for number in at)}"
    if all_of_kind and what in _ITEMS and all(map(rows[0].__eq__, rows)):
        place = f"(set_id, {codec.key}) IN (SELECT set_id, key FROM changes WHERE step_id = ? AND what = ?)"
        connection.execute(f"{start} WHERE {place}", (*rows[0], step_id, str(what)))
        return
    places = (place_of(what, change.set_id, change.key) for change in changes)
    connection.executemany(
        start + update[update.index(" WHERE ") :], ((*row, *place) for row, place in zip(rows, places, strict=True))
    )


def _has_content(connection: sqlite3.Connection, set_id: int) -> bool:
    return any(
        connection.execute(f"SELECT 1 FROM {CODECS[what].table} WHERE set_id = ? LIMIT 1", (set_id,)).fetchone() for what in _ITEMS
    )


def _ends_are_there(connection: sqlite3.Connection, step_id: int, asked: dict[What, list[KeptChange]]) -> bool:
    """Tell whether no relation is left without one of its spans: a later step may have linked what goes, or removed what is linked."""
    looks = [
        *((_LINKED_TO_NOTHING,) if any(change.then is None for change in asked.get(What.SPAN, ())) else ()),
        *((_WITHOUT_END,) if asked.get(What.RELATION) else ()),
    ]
    found = (connection.execute(look.format(end), (step_id,)).fetchone() for look in looks for end in ("head", "tail"))
    return not any(found)


def _deltas(asked: dict[What, list[KeptChange]]) -> statistics.Deltas:
    """Return how many items and unreviewed ones of each label come or go in each set; a set that was touched at all is named."""
    deltas = statistics.no_deltas()
    for what, (label, reviewed) in _FIGURES.items():
        for change in asked.get(what, ()):
            of_set = deltas[change.set_id]
            for row, sign in ((change.was, -1), (change.then, 1)):
                if row is not None:
                    figures = of_set[str(what), row[label]]
                    figures[0] += sign
                    figures[1] += sign * (not row[reviewed])
    return deltas


_ORDER = (What.SCHEME, What.SET, *_ITEMS)  # a set comes before what is in it
_NO_SPAN = "NOT EXISTS (SELECT 1 FROM spans s WHERE s.set_id = {0}.set_id AND s.id = {0}.{1})"
_LINKED_TO_NOTHING = (
    "SELECT 1 FROM changes c CROSS JOIN relations r ON r.set_id = c.set_id AND r.{0} = c.key"
    f" WHERE c.step_id = ? AND c.what = 'span' AND {_NO_SPAN.format('c', 'key')} LIMIT 1"
)
_WITHOUT_END = (
    "SELECT 1 FROM changes c CROSS JOIN relations r ON r.set_id = c.set_id AND r.id = c.key"
    f" WHERE c.step_id = ? AND c.what = 'relation' AND {_NO_SPAN.format('r', '{0}')} LIMIT 1"
)
CHANGED_LATER = "This step cannot be taken back: a later step changed the same things. Take that one back first."
