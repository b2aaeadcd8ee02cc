"""Loading a knowledge base: beside the one in use, in short transactions, and put in its place by the last of them.

A knowledge base is reference data, like the setups of suggesters: it is no edit, leaves no step in the history, and undo does not bring
back what was loaded before.  The links of the spans are not touched.  All functions but ``order`` write, inside the caller's
transaction (``Project.unrecorded``).  A load that stops half-way leaves rows in the place that is not in use, which the next one clears.

The way of a load: ``begun``, ``cleared`` until it says that nothing is left, ``copied`` likewise to begin with what is there, ``take``
with the entries of the file, ``order`` and ``name`` for all that came in, ``put_in_use``, ``cleared`` again for the old ones, ``ended``.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from annotator.domain.knowledge import MOST_ALIASES, Entry, fold_name, initials_of, joined
from annotator.store.knowledge import COLUMNS, place_in_use, row_entry

_GROUP = 20_000
_SMALL = 100_000
"""Rows that are removed in some thirty milliseconds."""

_MEMORY, _USUAL_MEMORY = 64_000, -2_000
"""What a load may keep of the file, in kB, and what SQLite usually does: ids come in no order, and each may be anywhere in their index."""


@dataclass(slots=True)
class Taken:
    """What became of some entries: ``again`` are ids that the file gives more than once, ``cut`` those whose many aliases were cut off."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    again: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def count(self, new: Entry, old: Entry | None, by: int) -> None:
        """Count an entry beside the one that is in use; ``by`` -1 takes that back."""
        if old is None:
            self.added += by
        elif _told(new) == _told(old):
            self.unchanged += by
        else:
            self.changed += by


def begun(connection: sqlite3.Connection) -> int:
    """Give this connection the memory that a load takes, and return the place that is not in use."""
    connection.execute(f"PRAGMA cache_size = -{_MEMORY}")
    return 1 - place_in_use(connection)


def ended(connection: sqlite3.Connection) -> int:
    """Take the memory away again, and return the place that is not in use, as it may be another now."""
    connection.execute(f"PRAGMA cache_size = {_USUAL_MEMORY}")
    return 1 - place_in_use(connection)


def cleared(connection: sqlite3.Connection, place: int, most: int) -> bool:
    """Remove some rows of a place, and return whether it was empty already; the one in use is never touched.

    A table goes as a whole where it is small, or ``most`` is 0: that is by far the quickest, but takes half a second for a million rows.
    """
    if place == place_in_use(connection):
        return True
    # The index goes first: as a whole, which costs little, and before the names that it speaks of.
    if connection.execute(f"SELECT 1 FROM knowledge_index_{place}_idx LIMIT 1").fetchone():
        connection.execute(f"INSERT INTO knowledge_index_{place} (knowledge_index_{place}) VALUES ('delete-all')")
        return False
    for table in (f"knowledge_names_{place}", f"knowledge_{place}"):
        last = connection.execute(f"SELECT max(number) FROM {table}").fetchone()[0]
        whole = not most or (last or 0) <= _SMALL
        some = "" if whole else f" WHERE number IN (SELECT number FROM {table} LIMIT {most})"
        if connection.execute(f"DELETE FROM {table}{some}").rowcount:
            return False
    return True


def copied(connection: sqlite3.Connection, place: int, most: int) -> int:
    """Copy up to ``most`` further entries of the place in use to the spare one; returns how many."""
    last = connection.execute(f"SELECT coalesce(max(number), 0) FROM knowledge_{place}").fetchone()[0]
    return connection.execute(
        f"INSERT INTO knowledge_{place} (number, {COLUMNS}) SELECT number, {COLUMNS} FROM knowledge_{1 - place}"
        " WHERE number > ? ORDER BY number LIMIT ?",
        (last, most),
    ).rowcount


def take(connection: sqlite3.Connection, place: int, entries: Iterable[Entry]) -> Taken:
    """Put entries of a file into a place.

    Where an id was there before the load, the file's entry goes before it; where the file gives an id again, its first entry does.
    Either way the names of both are kept, and one fills what the other leaves empty.  What has changed is told by what is in use.
    """
    taken = Taken()
    here, there = (f"SELECT {COLUMNS}, number, loaded FROM knowledge_{number} WHERE id = ?" for number in (place, 1 - place))
    put = f"INSERT INTO knowledge_{place} ({COLUMNS}, loaded) VALUES (?, ?, ?, ?, ?, ?, ?, 1)"
    change = f"UPDATE knowledge_{place} SET ({COLUMNS}, loaded) = (?, ?, ?, ?, ?, ?, ?, 1) WHERE number = ?"
    in_use = bool(connection.execute("SELECT entries FROM knowledge").fetchone()[0])
    for one in entries:
        found = connection.execute(here, (one.id,)).fetchone()
        was = connection.execute(there, (one.id,)).fetchone() if in_use else None
        old = None if was is None else row_entry(was[:-2])
        new, again = one, False
        if found is None:
            connection.execute(put, _row(one))
        else:
            *row, number, again = found
            before = row_entry(row)
            new = joined(before, one) if again else joined(one, before)
            if len(new.aliases) > MOST_ALIASES:
                new = replace(new, aliases=new.aliases[:MOST_ALIASES])
                taken.cut.append(one.id)
            connection.execute(change, (*_row(new), number))
            if again:
                taken.again.append(one.id)
                taken.count(before, old, -1)
        taken.count(new, old, 1)
    return taken


def order(connection: sqlite3.Connection, place: int) -> array[int]:
    """Return the numbers of the entries in a place, from the frequent to the rare, short names first; eight bytes each."""
    rows = connection.execute(f"SELECT number FROM knowledge_{place} ORDER BY frequency DESC, length(name), number")
    return array("q", (row[0] for row in rows))


def name(connection: sqlite3.Connection, place: int, numbers: Sequence[int], first: int) -> int:
    """Make the names of some entries, numbered from ``first``; returns the number after the last."""
    sql = f"SELECT name, aliases FROM knowledge_{place} WHERE number = ?"
    rows: list[tuple[int, int, str, str | None]] = []
    for entry in numbers:
        main, aliases = connection.execute(sql, (entry,)).fetchone()
        names = dict.fromkeys(map(fold_name, (main, *aliases.split("\n")))) if aliases else (fold_name(main),)
        initials = initials_of(main) or None
        for folded in names:
            rows.append((first + len(rows), entry, folded, initials))
            initials = None
    connection.executemany(f"INSERT INTO knowledge_names_{place} VALUES (?, ?, ?, ?)", rows)
    connection.executemany(f"INSERT INTO knowledge_index_{place} (rowid, folded) VALUES (?, ?)", ((row[0], row[2]) for row in rows))
    return first + len(rows)


def names_are_whole(connection: sqlite3.Connection, place: int) -> bool:
    """Tell whether every entry of the place in use has a name to be found by, and the figures are right; walks it."""
    entries, names = connection.execute("SELECT entries, names FROM knowledge").fetchone()
    there, found = (
        connection.execute(f"SELECT count(*) FROM {table}_{place}").fetchone()[0] for table in ("knowledge", "knowledge_names")
    )
    nameless = f"SELECT 1 FROM knowledge_{place} WHERE number NOT IN (SELECT entry FROM knowledge_names_{place}) LIMIT 1"
    return (entries, names) == (there, found) and connection.execute(nameless).fetchone() is None


def renamed(connection: sqlite3.Connection) -> None:
    """Make the names of the place in use anew, and its figures; in one go, for a repair or a rescue."""
    place = place_in_use(connection)
    connection.execute(f"INSERT INTO knowledge_index_{place} (knowledge_index_{place}) VALUES ('delete-all')")
    connection.execute(f"DELETE FROM knowledge_names_{place}")
    numbers, first = order(connection, place), 1
    for start in range(0, len(numbers), _GROUP):
        first = name(connection, place, numbers[start : start + _GROUP], first)
    connection.execute("UPDATE knowledge SET entries = ?, names = ?", (len(numbers), first - 1))


def put_in_use(connection: sqlite3.Connection, place: int, *, entries: int, names: int, source: str) -> None:
    """Make a place the one in use."""
    loaded = datetime.now(UTC).isoformat(timespec="milliseconds") if entries else ""
    connection.execute(
        "UPDATE knowledge SET place = ?, entries = ?, names = ?, source = ?, loaded = ?", (place, entries, names, source, loaded)
    )


def _row(one: Entry) -> tuple[str | float, ...]:
    return one.id, one.name, "\n".join(one.aliases), one.description, one.url, one.label, one.frequency


def _told(one: Entry) -> tuple[object, ...]:
    return one.name, frozenset(one.aliases), one.description, one.url, one.label, one.frequency
