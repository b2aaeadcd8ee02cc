"""What the inbox counts: the spans and the state of one person's sets, and a tally of any length that is kept on disk."""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from annotator.domain.annotations import Span
from annotator.domain.text import Range
from annotator.store.rows import CODECS, What, json_value, row_span

_SPAN = CODECS[What.SPAN].column_list

_IN_MEMORY = 100_000
"""So many pairs of text and label are counted in memory, some 25 MB, before they go to disk."""


@dataclass(frozen=True, slots=True)
class OwnSet:
    """One annotation set of a person; ``finished`` means that what has no span there was meant to have none."""

    document_id: int
    set_id: int
    finished: bool


def own_sets(connection: sqlite3.Connection, person: str, document_id: int = 0) -> Iterator[OwnSet]:
    """Yield a person's sets in the order of the documents, or that on one document; what was skipped is passed over."""
    sql = (
        "SELECT document_id, id, status = 'done' FROM annotation_sets WHERE annotator = ? AND kind = 'person' AND status <> 'skipped'"
        " AND (span_count > 0 OR status = 'done')"
    )
    rows = (
        connection.execute(f"{sql} AND document_id = ?", (person, document_id))
        if document_id
        else connection.execute(f"{sql} ORDER BY document_id", (person,))
    )
    return (OwnSet(number, key, bool(done)) for number, key, done in rows)


def set_count(connection: sqlite3.Connection, person: str) -> int:
    """Return how many sets a person has, by the kept figures."""
    sql = "SELECT coalesce(sum(sets), 0) FROM set_totals WHERE annotator = ? AND kind = 'person'"
    return connection.execute(sql, (person,)).fetchone()[0]


def reviewed_of(connection: sqlite3.Connection, set_id: int) -> list[tuple[int, int, str]]:
    """Return (start, end, label) of the reviewed spans of a set that have one fragment."""
    sql = 'SELECT start, "end", label FROM spans WHERE set_id = ? AND reviewed = 1 AND fragments IS NULL'
    return connection.execute(sql, (set_id,)).fetchall()


def covered_by(connection: sqlite3.Connection, set_id: int) -> list[Range]:
    """Return the fragments of all spans of a set, in no order."""
    rows = connection.execute('SELECT start, "end", fragments FROM spans WHERE set_id = ?', (set_id,))
    ranges: list[Range] = []
    for start, end, fragments in rows:
        if fragments is None:
            ranges.append((start, end))
        else:
            ranges += ((low, high) for low, high in json_value(fragments))
    return ranges


def spans_of(connection: sqlite3.Connection, set_id: int) -> list[Span]:
    """Return the spans of a set, by start."""
    rows = connection.execute(f"SELECT {_SPAN} FROM spans WHERE set_id = ? ORDER BY start", (set_id,))
    return [row_span(row) for row in rows]


class Tally:
    """How often each text has each label, counted in bounded memory: what does not fit is in a temporary file without a name.

    To be closed; as a context it closes itself.
    """

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)  # "": SQLite's own temporary file
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE tally (key TEXT, label TEXT, places INTEGER, shown TEXT, PRIMARY KEY (key, label)) WITHOUT ROWID"
        )
        self._counts: Counter[tuple[str, str]] = Counter()
        self._shown: dict[tuple[str, str], str] = {}

    def __enter__(self) -> Tally:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def count(self, key: str, label: str, shown: str = "", places: int = 1) -> None:
        """Count a text with a label, empty for nothing; ``shown`` is how it is written at this place."""
        pair = key, label
        self._counts[pair] += places
        self._shown.setdefault(pair, shown)
        if len(self._counts) >= _IN_MEMORY:
            self._put_away()

    def frequent(self, most: int) -> list[str]:
        """Return the texts that were counted most often."""
        self._put_away()
        rows = self._connection.execute("SELECT key FROM tally GROUP BY key ORDER BY sum(places) DESC, key LIMIT ?", (most,))
        return [row[0] for row in rows]

    def __len__(self) -> int:
        self._put_away()
        return self._connection.execute("SELECT count(DISTINCT key) FROM tally").fetchone()[0]

    def texts(self) -> Iterator[tuple[str, str, dict[str, int]]]:
        """Yield each text with more than one label: its key, how it is written where it was met first, and its counts by label."""
        self._put_away()
        rows = self._connection.execute("SELECT key, label, places, shown FROM tally ORDER BY key, label DESC")
        for key, group in itertools.groupby(rows, key=lambda row: row[0]):
            entries = list(group)
            if len(entries) > 1:
                yield key, max(entries, key=lambda row: bool(row[1]) * row[2])[3], {row[1]: row[2] for row in entries}

    def _put_away(self) -> None:
        rows = [(*pair, count, self._shown[pair]) for pair, count in self._counts.items()]
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO tally VALUES (?, ?, ?, ?) ON CONFLICT (key, label) DO UPDATE SET places = places + excluded.places",
            sorted(rows),
        )
        self._connection.execute("COMMIT")
        self._counts.clear()
        self._shown.clear()
