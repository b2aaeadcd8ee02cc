"""Reading a damaged project file: every row that SQLite can still reach, whatever lies between.

The file itself is never opened by SQLite: a copy of it is, with its log, after the copy's header was put right.  A table is walked from
both ends; what neither end reaches is halved again and again, so that the rows on either side of a broken page are found.  Numbers of
tries are bounded, and so is the work of a single query: damage can make a tree of pages that has no end.
"""

from __future__ import annotations

import contextlib
import heapq
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.domain.progress import Cancelled, Progress
from annotator.errors import NotAProject
from annotator.store import migrations, schema
from annotator.store.orphans import OrphanPages, orphan_pages

Row = tuple[Any, ...]

_MAGIC = b"SQLite format 3\0"
_PAGE = 4096
_TRIES = 20_000
"""How many queries over one table may fail before the rest is given up."""
_WORK = 500
"""How many times 100,000 steps of SQLite's machine one query may take without giving a row."""


@dataclass(frozen=True, slots=True)
class Table:
    """How a table is walked: its columns, how many of the first make its key (the first of them a number), and what lists the keys.

    ``index`` is an index of ``key`` columns that still names rows whose own page is lost.
    """

    name: str
    columns: tuple[str, ...]
    key: int = 1
    index: str = ""

    @property
    def keys(self) -> str:
        """The key columns as SQL."""
        return ", ".join(self.columns[: self.key])


class DamagedFile:
    """A copy of a damaged project file, opened for reading; texts come as bytes.

    ``tries`` counts what failed; ``log_lost`` says that the write-ahead log beside the file could not be read, ``contents_lost`` that
    the file's own table of contents had to be taken from what every project has, ``known`` that its header still says whose it is.
    """

    def __init__(self, source: Path, folder: Path, progress: Progress) -> None:
        """Copy ``source`` into ``folder`` and open the copy; raises ``NotAProject`` where nothing in it is a project's."""
        self.progress = progress
        self.log_lost = False
        self.contents_lost = False
        self.tries = 0
        self._idle = 0
        self._copy = folder / "damaged"
        self._orphans = OrphanPages(self._copy, folder, (), progress.advance)
        shutil.copyfile(source, self._copy)
        self._take_log(source)
        _mend_header(self._copy)
        self.known = _application_id(self._copy) == schema.APPLICATION_ID
        self.connection = self._open()
        if not all(self.has(name) for name in _MINIMAL):
            self.connection.close()
            if self._roots and not self.known and sum(name in self._roots for name in _MINIMAL) < len(_MINIMAL) / 2:
                raise NotAProject(f"Nothing in “{source}” can be recognised as an annotator project.")
            self.contents_lost = True
            _write_contents(self._copy, folder, self._roots)
            self.connection = self._open()

    def close(self) -> None:
        """Close the copy."""
        self.connection.close()

    def has(self, table: str) -> bool:
        """Tell whether a table can be named in a query."""
        try:
            self.connection.execute(f"SELECT * FROM {table} LIMIT 0")
        except (sqlite3.Error, ValueError):  # the names of its columns may be no text any more
            return False
        return True

    def value(self, sql: str) -> Any:
        """Return the first value of a query, or None where there is none or it cannot be read."""
        row = next(self._stream(sql, ()), None)
        return None if row is None or row[-1] is _FAILED else row[0]

    def listing(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[Row], bool]:
        """Return the rows of a query up to its end or the first damage, and whether that was the end."""
        rows = list(self._stream(sql, parameters))
        clean = not rows or rows[-1][-1] is not _FAILED
        return rows if clean else rows[:-1], clean

    def column(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a query up to its end or the first damage."""
        return self.listing(sql, parameters)[0]

    def complaints(self, most: int = 1_000_000) -> list[str]:
        """Return what SQLite's own check says of the file, at most so many lines, and have ``orphans`` look where they point."""
        rows, clean = self.listing(f"PRAGMA integrity_check({most})")
        told = [row[0].decode("utf-8", "replace") for row in rows] + (
            [] if clean else ["the check could not go through the whole file"]
        )
        lines = [line for entry in told for line in entry.splitlines() if line not in ("ok", "*** in database main ***")]
        self._orphans = OrphanPages(
            self._copy, self._copy.parent, orphan_pages(self._copy, lines, complete=clean), self.progress.advance
        )
        return lines

    def orphans(self, table: Table) -> Iterator[Row]:
        """Yield what might be rows of a table from pages no tree leads to any more; to be asked after ``complaints``."""
        columns = _MINIMAL[table.name]
        return self._orphans.rows(columns, ", ".join(table.columns), without_rowid=columns.endswith("WITHOUT ROWID"))

    def rows(self, table: Table, top: int) -> Iterator[Row | Gap]:
        """Yield every row that can be read, each once, and a ``Gap`` where there may be more; ``top`` is the highest number given out."""
        last: Row | None = None
        sql = f"SELECT {', '.join(table.columns)} FROM {table.name} NOT INDEXED ORDER BY {table.keys}"
        for row in self._stream(sql, (), table.key):
            if row[-1] is _FAILED:
                break
            last = row[: table.key]
            yield row
        else:
            return
        seen = set() if last is None else {last}
        yield from self._between(table, last[0] if last is not None else 1, top, last, seen)

    def _between(self, table: Table, low: int, top: int, last: Row | None, seen: set[Row]) -> Iterator[Row | Gap]:
        """Yield what a walk from the low end did not reach.  The widest stretch is halved first, so that much is found early."""
        stretches = [(low - max(top, low), low, max(top, low))]
        tries = 0
        while stretches:
            _, low, high = heapq.heappop(stretches)
            if tries > _TRIES:
                yield Gap(table, low, high)
                continue
            found: dict[Row, Row] = {}
            whole, up, down = self._from_both_ends(table, low, high, found)
            for key, row in found.items():
                if key not in seen and (last is None or key > last):
                    seen.add(key)
                    yield row
            if whole:
                continue
            tries += 1
            alone = table.key == 1  # then the last row that was read is whole, and the next number is the first in question
            low = low if up is None else max(low, up + alone)
            high = high if down is None else min(high, down - alone)
            if low == high:
                yield from self._single(table, low, seen)
            elif low < high:
                middle = (low + high) // 2
                for stretch in ((low, middle), (middle + 1, high)):
                    heapq.heappush(stretches, (stretch[0] - stretch[1], *stretch))

    def _from_both_ends(self, table: Table, low: int, high: int, found: dict[Row, Row]) -> tuple[bool, int | None, int | None]:
        """Collect the rows whose first key is between two numbers; returns whether these are all, and how far each end came."""
        ends: list[int | None] = []
        for direction in ("ASC", "DESC"):
            sql = (
                f"SELECT {', '.join(table.columns)} FROM {table.name} NOT INDEXED WHERE {table.columns[0]} BETWEEN ? AND ?"
                f" ORDER BY {', '.join(f'{column} {direction}' for column in table.columns[: table.key])}"
            )
            reached = None
            for row in self._stream(sql, (low, high), table.key if direction == "ASC" else -table.key):
                if row[-1] is _FAILED:
                    break
                found[row[: table.key]] = row
                reached = row[0]
            else:
                return True, None, None
            ends.append(reached)
        return False, ends[0], ends[1]

    def _single(self, table: Table, number: int, seen: set[Row]) -> Iterator[Row | Gap]:
        """Yield the rows of one number that an index still names and that can be read by their name, and a gap for the others."""
        if table.key > 1 and table.index:
            sql = f"SELECT {table.keys} FROM {table.name} INDEXED BY {table.index} WHERE {table.columns[0]} = ?"
            where = " AND ".join(f"{column} = ?" for column in table.columns[: table.key])
            select = f"SELECT {', '.join(table.columns)} FROM {table.name} NOT INDEXED WHERE {where}"
            for key in self.column(sql, (number,)):
                name = [part.decode("utf-8", "replace") if isinstance(part, bytes) else part for part in key]
                for row in self.column(select, name) if key not in seen else ():
                    if row[: table.key] == key:
                        seen.add(key)
                        yield row
        yield Gap(table, number, number)

    def _stream(self, sql: str, parameters: Sequence[Any], key: int = 0) -> Iterator[Row]:
        """Yield rows; where reading fails, or the keys do not rise (fall, for a negative ``key``), a last row of ``_FAILED``."""
        last: Row | None = None
        self._idle = 0
        try:
            for row in self.connection.execute(sql, parameters):
                self._idle = 0
                if key:
                    here = row[: abs(key)]
                    if not isinstance(here[0], int) or (last is not None and not (here > last if key > 0 else here < last)):
                        yield (_FAILED,)
                        return
                    last = here
                yield row
        except (sqlite3.Error, OverflowError, TypeError, ValueError):
            if self.progress.cancelled:
                raise Cancelled from None
            self.tries += 1
            yield (_FAILED,)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._copy, isolation_level=None)
        connection.text_factory = bytes  # what is no UTF-8 is for the caller to judge
        for pragma in ("writable_schema = ON", "trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.set_progress_handler(self._tick, 100_000)
        self._roots: dict[str, int] = {}
        try:
            for name, root in connection.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 1"):
                if isinstance(name, bytes) and isinstance(root, int):
                    self._roots[name.decode("utf-8", "replace")] = root
        except (sqlite3.Error, ValueError):
            pass  # what was read so far helps
        return connection

    def _tick(self) -> int:
        self._idle += 1
        return int(self.progress.cancelled or self._idle > _WORK)

    def _take_log(self, source: Path) -> None:
        """Have SQLite bring what is in the write-ahead log into the copy, as far as the log's own check sums go."""
        log = source.with_name(source.name + "-wal")
        try:
            if not log.stat().st_size:
                return
            shutil.copyfile(log, self._copy.with_name("damaged-wal"))
            with contextlib.closing(sqlite3.connect(self._copy, isolation_level=None)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except FileNotFoundError:
            return
        except (OSError, sqlite3.Error):
            self.log_lost = True
        finally:
            for suffix in ("-wal", "-shm"):
                self._copy.with_name("damaged" + suffix).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place that cannot be read: rows of ``table`` whose first key is between ``low`` and ``high`` (both included) may be missing."""

    table: Table
    low: int
    high: int


_FAILED = object()

_MINIMAL = {
    "project": "(key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "documents": "(id INTEGER PRIMARY KEY AUTOINCREMENT, name, text, meta, tokens, sentences)",
    "annotation_sets": "(id INTEGER PRIMARY KEY AUTOINCREMENT, document_id, annotator, kind, status, flagged, categories)",
    "spans": '(set_id, id, start, "end", label, fragments, attributes, note, kb_id, confidence, origin, reviewed, derived_from,'
    " PRIMARY KEY (set_id, id)) WITHOUT ROWID",
    "relations": "(set_id, id, label, head, tail, attributes, note, confidence, origin, reviewed, derived_from,"
    " PRIMARY KEY (set_id, id)) WITHOUT ROWID",
    "verdicts": "(set_id, signature, origin, verdict, PRIMARY KEY (set_id, signature)) WITHOUT ROWID",
    "steps": "(id INTEGER PRIMARY KEY AUTOINCREMENT, at, actor, lane, text, detail, undoes, state, finished)",
    "changes": "(step_id, number, what, set_id, key, before, after, PRIMARY KEY (step_id, number)) WITHOUT ROWID",
}
"""The tables of every schema so far, in as few words as fit on a first page."""

_MINIMAL_INDEXES = {
    "documents_by_name": "documents (name)",
    "annotation_sets_by_work": "annotation_sets (annotator, kind, status, document_id)",
    "spans_by_place": "spans (set_id, start)",
    "relations_by_head": "relations (set_id, head)",
    "changes_by_set": "changes (set_id, step_id)",
}


def _mend_header(path: Path) -> None:
    """Write the parts of the header that are the same in every project, or follow from the file's length (https://sqlite.org/fileformat.html)."""
    with path.open("r+b") as file:
        header = bytearray(file.read(100).ljust(100, b"\0"))
        pages = max(path.stat().st_size // _PAGE, 1)  # a page that is cut off reads as zeros, not as damage: better none
        header[0:16] = _MAGIC
        header[16:24] = _PAGE.to_bytes(2, "big") + bytes((1, 1, 0, 64, 32, 32))
        header[28:32] = pages.to_bytes(4, "big")
        header[44:48] = (4).to_bytes(4, "big")
        header[52:56] = bytes(4)
        header[56:60] = (1).to_bytes(4, "big")
        header[64:68] = bytes(4)
        header[92:96] = header[24:28]
        file.seek(0)
        file.write(header)
        file.truncate(pages * _PAGE)


def _application_id(path: Path) -> int:
    with path.open("rb") as file:
        return int.from_bytes(file.read(72)[68:72], "big")


def _write_contents(path: Path, folder: Path, roots: dict[str, int]) -> None:
    """Write a first page that names the tables every project has, at the places that are still known, else where a new project has them."""
    places = {**_usual_roots(), **{name: root for name, root in roots.items() if root <= path.stat().st_size // _PAGE}}
    small = folder / "contents"
    with contextlib.closing(sqlite3.connect(small, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {_PAGE}")
        for name, columns in _MINIMAL.items():
            connection.execute(f"CREATE TABLE {name} {columns}")
        for name, columns in _MINIMAL_INDEXES.items():
            connection.execute(f"CREATE INDEX {name} ON {columns}")
        connection.execute("PRAGMA writable_schema = ON")
        for (name,) in connection.execute("SELECT name FROM sqlite_master").fetchall():
            connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = ?", (places[name], name))
    with path.open("r+b") as file:
        file.write(small.read_bytes()[:_PAGE])
    _mend_header(path)


def _usual_roots() -> dict[str, int]:
    """Return where the tables of a new project begin: those of the first schema lie there in every later one too."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrations.migrate(connection)
        return dict(connection.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))
