"""Reading pages of a damaged file that no tree leads to any more.

Where the page above is destroyed, a leaf with its hundred rows still lies in the file, and SQLite's check calls it never used.  SQLite
itself reads it once the file's table of contents names it as a table of one page: such a table is written over the first page of a copy,
for one page after the other.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

PAGE = 4096
NAME = "orphan"
_NEVER_USED = re.compile(r"Page (\d+) is never used")
_KINDS = {True: (0x0A, 0x02), False: (0x0D,)}
"""The first byte of pages with rows: of tables without row numbers (leaves and inner pages), and of the others (leaves)."""


def orphan_pages(file: Path, complaints: Iterable[str], *, complete: bool) -> list[int]:
    """Return the pages that SQLite's check calls never used; where the check did not come to its end, all that are not free.

    A free page may hold an old state of rows, which must not come back.
    """
    if complete:
        return [int(match[1]) for line in complaints if (match := _NEVER_USED.match(line))]
    free = free_pages(file)
    return [page for page in range(2, file.stat().st_size // PAGE + 1) if page not in free]


def free_pages(file: Path) -> set[int]:
    """Return the pages on the file's list of free ones, as far as the list can be followed (https://sqlite.org/fileformat.html)."""
    found: set[int] = set()
    with file.open("rb") as pages:
        pages.seek(32)
        trunk = int.from_bytes(pages.read(4), "big")
        while trunk and trunk not in found:
            found.add(trunk)
            pages.seek((trunk - 1) * PAGE)
            content = pages.read(PAGE)
            count = min(int.from_bytes(content[4:8], "big"), PAGE // 4 - 2)
            found.update(int.from_bytes(content[place : place + 4], "big") for place in range(8, 8 + 4 * count, 4))
            trunk = int.from_bytes(content[:4], "big")
    return found


class OrphanPages:
    """A further copy of a damaged file whose first page is written anew for each page to be read."""

    def __init__(self, source: Path, folder: Path, pages: Iterable[int], advance: Callable[[], Any]) -> None:
        self._copy = folder / "orphans"
        self._source = source
        self._pages = list(pages)
        self._advance = advance

    def rows(self, columns: str, names: str, *, without_rowid: bool) -> Iterator[tuple[Any, ...]]:
        """Yield what rows of a table with these ``columns`` (as SQL after its name) the pages hold; texts come as bytes.

        A page of another table gives rows too, of the wrong kind: whether a row is one that is missed is for the caller to judge.
        """
        if not self._copy.exists():
            shutil.copyfile(self._source, self._copy)
        for page in self._pages:
            self._advance()
            if self._kind(page) in _KINDS[without_rowid]:
                self._name(page, columns)
                yield from self._read(names)

    def _kind(self, page: int) -> int:
        with self._copy.open("rb") as file:
            file.seek((page - 1) * PAGE)
            return (file.read(1) or b"\0")[0]

    def _name(self, page: int, columns: str) -> None:
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.execute(f"PRAGMA page_size = {PAGE}")
            connection.execute(f"CREATE TABLE {NAME} {columns.replace(' AUTOINCREMENT', '')}")
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET rootpage = ?", (page,))
            first = bytearray(connection.serialize()[:PAGE])
        pages = self._copy.stat().st_size // PAGE
        first[28:32] = pages.to_bytes(4, "big")
        first[92:96] = first[24:28]
        with self._copy.open("r+b") as file:
            file.write(first)

    def _read(self, names: str) -> Iterator[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self._copy, isolation_level=None)) as connection:
            connection.text_factory = bytes
            connection.set_progress_handler(lambda: 1, 50_000_000)  # a page that leads back to itself ends somewhere
            for direction in ("ASC", "DESC"):
                try:
                    yield from connection.execute(f"SELECT {names} FROM {NAME} NOT INDEXED ORDER BY 1 {direction}")
                except (sqlite3.Error, OverflowError, ValueError):
                    continue  # from the other end there may be more
                break
