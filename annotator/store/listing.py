"""Which documents a list shows, in which order: a filter, a sort, and the ids by row.

All documents in their own order are known at once and cost nothing to speak of, a million too (``everything``: may be called where
somebody waits).  Any other list comes from ``stream``, in a job's reader connection: its first page is there in milliseconds, because every
filter and every order has an index, and the rest fills the same ``Listing`` while it is shown already.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate, islice
from typing import Any

from annotator.domain.documents import Status
from annotator.domain.progress import Progress
from annotator.store import soundness, statistics, words

FIRST_PAGE, PAGE = 200, 5_000
"""Ids that ``stream`` hands over first, and then at a time."""

_SPARSE, _MOST_APART = 8, 4_000_000
"""Ids up to so many times the length of a list, and so many more, have their rows remembered: 4 bytes each."""

_PROBED, _THIN = 500, 0.02
"""By where so many first matches end it is told whether they are a smaller share of all documents than this."""

_FEW = 20_000
"""So many thinly spread matches are sorted in memory; of more, or denser ones, an index gives the order."""


class Order(StrEnum):
    """By what a list is sorted; equals stand in the project's order.

    By worth (the last three) the documents that are worth nothing come last, whichever way the list goes: no suggester looked at them, or
    they are finished.
    """

    POSITION = "position"
    NAME = "name"
    STATUS = "status"
    LENGTH = "length"
    SPANS = "spans"
    DISAGREEMENT = "disagreement"
    DOUBT = "doubt"
    NOVELTY = "novelty"

    @property
    def by_worth(self) -> bool:
        """Whether it is one of the three by what suggesters made documents worth."""
        return self in _WORTH


@dataclass(frozen=True, slots=True, eq=False)
class Only:
    """Documents chosen one by one, whatever else is known of them: ``ids``, rising, and ``said``, what they have in common.

    Two are the same only if they are one object: a million ids are not compared each time somebody asks whether a filter changed.
    """

    ids: array[int]
    said: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows: all that is said must hold; the empty filter takes every document.

    ``statuses``, ``flagged`` and ``unreviewed`` (suggestions wait for a decision) speak of the sets of ``person``, who is at the window;
    a document that person never opened is new.  ``label`` is on a span in any set, ``relation`` on a relation; ``annotator`` has a set of
    whatever kind; ``problems`` takes documents with a set that breaks a rule.  ``field`` and ``value`` name metadata.  ``name`` is a piece
    of the document's name, whatever the case of its letters.  ``words`` is a full-text query as in ``store.words``, of name and text
    together: who looks for an article remembers its title as well as its words.  (A concordance shows places in texts alone.)  ``only``
    takes none but these documents.
    """

    person: str = ""
    statuses: tuple[Status, ...] = ()
    flagged: bool = False
    unreviewed: bool = False
    problems: bool = False
    label: str = ""
    relation: str = ""
    annotator: str = ""
    field: str = ""
    value: str = ""
    name: str = ""
    words: str = ""
    only: Only | None = None

    def __bool__(self) -> bool:
        return replace(self, person="") != Filter()


class Listing:
    """The ids of a list by row; it may still grow at its end while one thread fills it and another shows it."""

    def __init__(self, runs: Iterable[tuple[int, int]] = (), *, rising: bool = False) -> None:
        self._runs = list(runs)
        self._firsts = [first for first, _ in self._runs]
        self._before = [0, *accumulate(last - first + 1 for first, last in self._runs)]
        self._ids: array[int] = array("q")
        self._rows: array[int] | None = array("i")
        """By id the row and one more, 0 for none; None where ids are so far apart that this would take too much memory."""
        self._rising = rising
        self.complete = bool(self._runs)

    def __len__(self) -> int:
        return self._before[-1] + len(self._ids)

    def extend(self, ids: array[int]) -> None:
        """Take further ids at the end; only for a list that was made without runs."""
        if not self._rising and ids:
            self._remember(ids)
        self._ids.extend(ids)

    def _remember(self, ids: array[int]) -> None:
        rows, highest = self._rows, max(ids)
        if rows is None or min(ids) < 0 or highest > _SPARSE * len(self._ids) + _MOST_APART:
            self._rows = None
            return
        if highest >= len(rows):
            rows.frombytes(bytes(rows.itemsize * (highest + 1 - len(rows))))
        for row, document_id in enumerate(ids, len(self._ids) + 1):
            rows[document_id] = row

    def id_at(self, row: int) -> int:
        """Return the id in a row; raises ``IndexError`` outside the list."""
        if not 0 <= row < len(self):
            raise IndexError(row)
        if not self._runs:
            return self._ids[row]
        run = bisect_right(self._before, row) - 1
        return self._runs[run][0] + row - self._before[run]

    def ids(self, first: int, stop: int) -> array[int]:
        """Return the ids of rows ``first`` to ``stop`` (exclusive), as far as there are any."""
        if not self._runs:
            return self._ids[max(0, first) : stop]
        return array("q", (self.id_at(row) for row in range(max(0, first), min(stop, len(self)))))

    def row_of(self, document_id: int) -> int:
        """Return the row of a document, -1 where the list does not have it (yet)."""
        if self._runs:
            run = bisect_right(self._firsts, document_id) - 1
            there = run >= 0 and document_id <= self._runs[run][1]
            return self._before[run] + document_id - self._runs[run][0] if there else -1
        if self._rising:
            row = bisect_left(self._ids, document_id)
            return row if row < len(self._ids) and self._ids[row] == document_id else -1
        if self._rows is not None:
            return self._rows[document_id] - 1 if 0 <= document_id < len(self._rows) else -1
        try:
            return self._ids.index(document_id)  # a tenth of a second in a million
        except ValueError:
            return -1


def everything(connection: sqlite3.Connection) -> Listing:
    """Return all documents in the project's order; bounded, whatever their number."""
    return Listing(connection.execute("SELECT first, last FROM document_runs ORDER BY first").fetchall())


def empty(order: Order, *, descending: bool) -> Listing:
    """Return the list to fill from ``stream`` of the same order."""
    return Listing(rising=order is Order.POSITION and not descending)


def stream(
    connection: sqlite3.Connection,
    wanted: Filter,
    order: Order = Order.POSITION,
    *,
    descending: bool = False,
    progress: Progress | None = None,
    checked: dict[int, int] | None = None,
) -> Iterator[array[int]]:
    """Yield the ids of a list in order, a short page first; for a job's reader connection.

    Raises ``Cancelled`` between pages.  Where ``wanted.problems`` has sets checked that changed since anybody did, ``checked`` takes how
    many problems each has, by set id: ``statistics.remember_checked`` keeps that for the next time.
    """
    progress = progress or Progress()
    if wanted.name:
        connection.create_function("casefolded", 1, str.casefold, deterministic=True)  # SQLite's own knows ASCII alone
        wanted = replace(wanted, name=wanted.name.casefold())
    ids = _ordered(connection, wanted, order, "DESC" if descending else "ASC")
    if wanted.problems:
        ids = soundness.with_problems(connection, ids, {} if checked is None else checked)
    size = FIRST_PAGE
    while page := array("q", islice(ids, size)):
        yield page
        progress.advance(len(page))
        size = PAGE


def known_count(connection: sqlite3.Connection, wanted: Filter) -> int | None:
    """Return how many documents a filter takes, where the kept figures tell; else None, and the list knows when it is complete.

    Bounded.
    """
    total = connection.execute("SELECT coalesce(sum(last - first + 1), 0) FROM document_runs").fetchone()[0]
    if not wanted:
        return total
    rows = connection.execute(
        "SELECT status, sets, flagged FROM set_totals WHERE annotator = ? AND kind = 'person'", (wanted.person,)
    ).fetchall()
    if wanted == Filter(person=wanted.person, statuses=wanted.statuses):
        new = total - sum(sets for _, sets, _ in rows) if Status.NEW in wanted.statuses else 0
        return new + sum(sets for status, sets, _ in rows if status in wanted.statuses)
    if wanted.only is not None and not replace(wanted, only=None):
        return len(wanted.only.ids)
    if wanted == Filter(person=wanted.person, flagged=True):
        return sum(flagged for _, _, flagged in rows)
    return None


def _ordered(connection: sqlite3.Connection, wanted: Filter, order: Order, direction: str) -> Iterator[int]:
    """Yield the ids that the indexes take; what breaks rules is left to be looked at."""
    if order is Order.STATUS:
        statuses = list(Status) if direction == "ASC" else list(reversed(Status))
        for status in statuses:
            if not wanted.statuses or status in wanted.statuses:
                yield from _by_position(connection, replace(wanted, statuses=(status,)), "ASC")
        return
    if order is Order.POSITION:
        yield from _by_position(connection, wanted, direction)
        return
    count = known_count(connection, wanted)
    # where they are known to be many, looking where they begin may take longer than to show them
    if wanted and (count is None or count <= _FEW):
        matching = _by_position(connection, wanted, "ASC")
        limit = min(_PROBED, _FEW)
        few = array("q", islice(matching, limit))
        if len(few) == limit < _FEW and limit < _THIN * everything(connection).row_of(few[-1]):
            few.extend(islice(matching, _FEW - limit))
            limit = _FEW
        if len(few) < limit:
            yield from _sorted(connection, few, order, direction)
            return
    ordered = _by_index(connection, wanted, order, direction)
    yield from _worthless_last(connection, wanted, ordered) if order.by_worth else ordered


_WORTH = frozenset((Order.DISAGREEMENT, Order.DOUBT, Order.NOVELTY))

_ORDERS = {
    Order.NAME: ("documents", "name", "id"),
    Order.LENGTH: ("document_figures", "length", "document_id"),
    Order.SPANS: ("document_figures", "spans", "document_id"),
    **{order: ("document_worth", str(order), "document_id") for order in _WORTH},
}


def _by_index(connection: sqlite3.Connection, wanted: Filter, order: Order, direction: str) -> Iterator[int]:
    """Yield what a filter takes by the index of an order; by worth, those that are worth something."""
    conditions, values = _conditions(wanted)
    among: set[int] | None = None
    if wanted.words or wanted.only:
        among = set(_by_position(connection, Filter(words=wanted.words, only=wanted.only), "ASC"))
    table, column, key = _ORDERS[order]
    if order.by_worth:
        conditions.append(f"{column} > 0")
    sql = f"SELECT {key} FROM {table} d WHERE {' AND '.join(conditions) or '1'} ORDER BY {column} {direction}, {key} ASC"
    for row in connection.execute(sql.replace("{document}", f"d.{key}"), values):
        if among is None or row[0] in among:
            yield row[0]


def _worthless_last(connection: sqlite3.Connection, wanted: Filter, worthwhile: Iterator[int]) -> Iterator[int]:
    """Yield the documents that are worth something, then the others that the filter takes, in the project's order."""
    had = array("q")  # what a suggester changes meanwhile must not come twice
    for number in worthwhile:
        had.append(number)
        yield number
    rest = iter(sorted(had))
    passed = next(rest, None)
    for number in _by_position(connection, wanted, "ASC"):
        while passed is not None and passed < number:
            passed = next(rest, None)
        if passed != number:
            yield number


def _sorted(connection: sqlite3.Connection, ids: array[int], order: Order, direction: str) -> Iterator[int]:
    table, column, key = _ORDERS[order]
    look = f"SELECT {key}, {column} FROM {table} WHERE {key} IN (SELECT value FROM json_each(?))"
    if order.by_worth:
        look += f" AND {column} > 0"
    keys = dict(connection.execute(look, (f"[{','.join(map(str, ids))}]",)).fetchall())
    if order is Order.NAME:  # by code points, as SQLite compares
        keys = {number: name.encode("utf-8", "surrogatepass") for number, name in keys.items()}
    missing = b"" if order is Order.NAME else 0  # figures of a damaged file
    yield from sorted(
        (number for number in ids if number in keys or not order.by_worth),
        key=lambda number: keys.get(number, missing),
        reverse=direction == "DESC",
    )
    if order.by_worth:
        yield from (number for number in ids if number not in keys)


def _by_position(connection: sqlite3.Connection, wanted: Filter, direction: str) -> Iterator[int]:
    """Yield ids in the project's order (or against it): one filter leads by its index, the others are looked up for each document."""
    if wanted.only is not None:
        yield from _among(connection, wanted.only.ids, replace(wanted, only=None), direction)
        return
    leading = _leading(connection, wanted)
    if leading is None:
        yield from _everything_but(connection, wanted, direction)
        return
    source, values, rest = leading
    conditions, more = _conditions(rest)
    sql = f"SELECT document_id FROM ({source}) d WHERE {' AND '.join(conditions) or '1'} ORDER BY document_id {direction}"
    last = None
    for (number,) in connection.execute(sql.replace("{document}", "d.document_id"), (*values, *more)):
        if number != last:  # several sets of one document follow each other
            yield number
        last = number


def _among(connection: sqlite3.Connection, ids: array[int], rest: Filter, direction: str) -> Iterator[int]:
    """Yield which of some documents are there and are taken by the rest of a filter, in the project's order or against it."""
    if rest.words:
        kept = set(ids)
        yield from (number for number in _by_position(connection, rest, direction) if number in kept)
        return
    there, (conditions, values) = everything(connection), _conditions(rest)
    look = f"SELECT d.value FROM json_each(?) d WHERE {' AND '.join(conditions)}".replace("{document}", "d.value")
    walked = iter(ids) if direction == "ASC" else reversed(ids)
    size = FIRST_PAGE
    while page := list(islice(walked, size)):
        taken = {number for number in page if there.row_of(number) >= 0}  # one may be gone: its import was undone
        if conditions:
            taken.intersection_update(row[0] for row in connection.execute(look, (f"[{','.join(map(str, page))}]", *values)))
        yield from (number for number in page if number in taken)
        size = PAGE


_Leading = tuple[str, tuple[Any, ...], Filter]
_OF_SETS = "SELECT document_id FROM annotation_sets WHERE annotator = ? AND kind = '{}' AND {}"


def _leading(connection: sqlite3.Connection, wanted: Filter) -> _Leading | None:
    """Return the query that leads, its values, and the filter without it; None where only new documents are asked for, or all."""
    if wanted.words:
        matching = "SELECT rowid AS document_id FROM document_index WHERE document_index MATCH ?"
        return matching, (words.match_expression(wanted.words),), replace(wanted, words="")
    if wanted.flagged:
        return _OF_SETS.format("person", "flagged = 1"), (wanted.person,), replace(wanted, flagged=False)
    if wanted.field:
        sql = "SELECT document_id FROM document_meta WHERE field = ? AND value = ?"
        return sql, (wanted.field, wanted.value), replace(wanted, field="")
    if wanted.unreviewed:
        return _OF_SETS.format("person", "unreviewed > 0"), (wanted.person,), replace(wanted, unreviewed=False)
    if wanted.name:  # the index holds names and numbers alone; the table's pages hold the texts
        named = "SELECT id AS document_id FROM documents INDEXED BY documents_by_name WHERE instr(casefolded(name), ?)"
        return named, (wanted.name,), replace(wanted, name="")
    candidates: list[tuple[int, _Leading]] = []
    for what, label in (("span", wanted.label), ("relation", wanted.relation)):
        if label:
            sql = "SELECT document_id FROM set_labels WHERE what = ? AND label = ?"
            rest = replace(wanted, label="") if what == "span" else replace(wanted, relation="")
            candidates.append(
                (_total(connection, "label_totals", "what = ? AND label = ?", (what, label)), (sql, (what, label), rest))
            )
    if wanted.statuses and Status.NEW not in wanted.statuses:
        parts = [_OF_SETS.format("person", f"status = '{status}'") for status in wanted.statuses]
        count = sum(
            _total(connection, "set_totals", "annotator = ? AND kind = 'person' AND status = ?", (wanted.person, str(status)))
            for status in wanted.statuses
        )
        candidates.append((count, (" UNION ALL ".join(parts), (wanted.person,) * len(parts), replace(wanted, statuses=()))))
    if wanted.annotator:
        parts = [_OF_SETS.format(kind, f"status = '{status}'") for kind in ("person", "model", "gold") for status in Status]
        count = _total(connection, "set_totals", "annotator = ?", (wanted.annotator,))
        candidates.append((count, (" UNION ALL ".join(parts), (wanted.annotator,) * len(parts), replace(wanted, annotator=""))))
    if not candidates and wanted.problems:
        return soundness.CANDIDATES, (statistics.generation(connection),) * 2, wanted
    return min(candidates, key=lambda candidate: candidate[0])[1] if candidates else None


def _total(connection: sqlite3.Connection, table: str, condition: str, values: tuple[Any, ...]) -> int:
    return connection.execute(f"SELECT coalesce(sum(sets), 0) FROM {table} WHERE {condition}", values).fetchone()[0]


def _everything_but(connection: sqlite3.Connection, wanted: Filter, direction: str) -> Iterator[int]:
    """Yield all documents but those whose status is not asked for."""
    others: Iterable[int] = ()
    if wanted.statuses:
        unwanted = tuple(status for status in Status if status not in wanted.statuses)
        others = _by_position(connection, Filter(person=wanted.person, statuses=unwanted), "ASC") if unwanted else ()
    pieces: list[tuple[int, int]] = []
    runs = connection.execute("SELECT first, last FROM document_runs ORDER BY first").fetchall()
    unwanted_ids = array("q", others)
    for first, last in runs:
        for place in range(bisect_left(unwanted_ids, first), bisect_right(unwanted_ids, last)):
            pieces.append((first, unwanted_ids[place] - 1))
            first = unwanted_ids[place] + 1  # noqa: PLW2901  # what is left of the run
        pieces.append((first, last))
    for first, last in pieces if direction == "ASC" else reversed(pieces):
        yield from range(first, last + 1) if direction == "ASC" else range(last, first - 1, -1)


def _conditions(wanted: Filter) -> tuple[list[str], list[Any]]:
    """Return the conditions on one document, ``{document}`` for its id, and their values; ``words`` and ``problems`` are not among them."""
    mine = "FROM annotation_sets s WHERE s.document_id = {document} AND s.annotator = ? AND s.kind = 'person' AND"
    conditions: list[str] = []
    values: list[Any] = []

    def must(condition: str, *given: Any) -> None:
        conditions.append(condition)
        values.extend(given)

    if wanted.statuses:
        new = Status.NEW in wanted.statuses
        named = [str(status) for status in Status if (status in wanted.statuses) is not new]
        marks = ", ".join("?" * len(named))
        must(f"{'NOT ' if new else ''}EXISTS (SELECT 1 {mine} s.status IN ({marks}))", wanted.person, *named)
    if wanted.flagged:
        must(f"EXISTS (SELECT 1 {mine} s.flagged = 1)", wanted.person)
    if wanted.unreviewed:
        must(f"EXISTS (SELECT 1 {mine} s.unreviewed > 0)", wanted.person)
    for what, label in (("span", wanted.label), ("relation", wanted.relation)):
        if label:
            must("EXISTS (SELECT 1 FROM set_labels l WHERE l.what = ? AND l.label = ? AND l.document_id = {document})", what, label)
    if wanted.name:
        must("EXISTS (SELECT 1 FROM documents n WHERE n.id = {document} AND instr(casefolded(n.name), ?))", wanted.name)
    if wanted.annotator:
        must("EXISTS (SELECT 1 FROM annotation_sets s WHERE s.document_id = {document} AND s.annotator = ?)", wanted.annotator)
    if wanted.field:
        sql = "EXISTS (SELECT 1 FROM document_meta m WHERE m.field = ? AND m.value = ? AND m.document_id = {document})"
        must(sql, wanted.field, wanted.value)
    return conditions, values
