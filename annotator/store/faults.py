"""Turns SQLite's errors into sentences: what the user can mend is said, the rest stays our bug and is raised as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotator.errors import DiskFull, NotAProject, ProjectDamaged, ProjectError, ProjectInUse, ProjectReadOnly
from annotator.store.rows import Undecodable

_PRIMARY = 0xFF  # the low byte of an extended result code is the primary one (https://sqlite.org/rescode.html)


_NOT_SAVED = "The last edit was not saved; free some space and make it again."


@contextmanager
def plain_errors(path: Path, *, full: str = _NOT_SAVED) -> Iterator[None]:
    """Inside, an SQLite error about the file at ``path`` becomes the ``ProjectError`` that says so.

    ``full`` says what a full disk means for the work at hand.
    """
    try:
        yield
    except (sqlite3.Error, Undecodable, UnicodeDecodeError) as error:
        mended = explained(error, path, full=full)
        if mended is None:
            raise
        raise mended from error


def explained(error: BaseException, path: Path, *, full: str = _NOT_SAVED) -> ProjectError | None:
    """Return the ``ProjectError`` that says what an SQLite error means; None for any other error and for what is a bug of ours."""
    if isinstance(error, Undecodable | UnicodeDecodeError):  # the latter is said by Python of SQLite's own words for what is wrong
        return _damaged(path)
    if not isinstance(error, sqlite3.Error):
        return None
    match getattr(error, "sqlite_errorcode", 0) & _PRIMARY:
        case sqlite3.SQLITE_FULL:
            return DiskFull(f"The disk with “{path}” is full. {full}")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return ProjectReadOnly(f"“{path}” cannot be written. Check its permissions, or save a copy elsewhere.")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return ProjectInUse(f"“{path}” is being written by another program. Close that program and try again.")
        case sqlite3.SQLITE_NOTADB:
            return NotAProject(f"“{path}” is not an annotator project.")
        case sqlite3.SQLITE_CORRUPT:
            return _damaged(path)
        case sqlite3.SQLITE_IOERR:
            return ProjectError(f"The disk reported an error while reading or writing “{path}” ({error}). Check the disk.")
        case sqlite3.SQLITE_CANTOPEN:
            return ProjectError(f"“{path}” cannot be opened. Check that the folder exists and may be read.")
        case _ if any(words in str(error) for words in _OF_DAMAGE):
            return _damaged(path)
        case _:
            return None


_OF_DAMAGE = ("decode to UTF-8", "malformed JSON", "user-defined function raised")
"""Errors without a code of their own.  The functions we give to SQLite raise nothing themselves: they cannot be handed what is no text."""


def _damaged(path: Path) -> ProjectDamaged:
    return ProjectDamaged(f"“{path}” is damaged and cannot be read whole. Keep it, and go on with a backup copy.")
