"""The file under a project: finding, checking, locking and connecting to it, and copying it whole."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from annotator.errors import NotAProject, ProjectDamaged, ProjectError, ProjectInUse, ProjectReadOnly, ProjectTooNew
from annotator.store import migrations, schema, shares
from annotator.store.faults import plain_errors
from annotator.store.lock import WriterLock

BUSY_TIMEOUT = 5000
"""How long an edit waits for another program that is writing, in milliseconds."""

_PAUSE = 0.25
_HEADER = b"SQLite format 3\0"


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Return a connection to the file at ``path``; ``mode`` is SQLite's ``ro``, ``rw`` or ``rwc``.

    A connection for reading refuses every write, but where the system lets it, it can tidy up SQLite's own files when it is the last to
    close: one opened with ``ro`` would leave an empty ``-wal`` and ``-shm`` beside the project.
    """
    path = path.resolve()  # SQLite's own files lie beside the real file, whatever link led here
    if mode == "ro" and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        connection = connect(path, "rw")
        connection.execute("PRAGMA query_only = ON")
        return connection
    uri = f"{_uri(path)}?mode={mode}"
    if mode == "ro" and not os.access(path.parent, os.W_OK):
        # Reading a WAL database needs to make its -shm file; where the folder forbids that and no writer left anything behind,
        # the file does not change.
        if not _beside(path, "-wal").exists():
            uri += "&immutable=1"
        elif not _beside(path, "-shm").exists():
            raise ProjectReadOnly(
                f"“{path}” was not closed properly, and its folder cannot be written to put that right. "
                f"Copy it together with “{path.name}-wal” to another folder and open it there."
            )
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT / 1000)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def connect_still(path: Path) -> sqlite3.Connection:
    """Return a connection for reading a file that nobody writes; it makes no file of SQLite's own beside it."""
    connection = sqlite3.connect(still_uri(path), uri=True, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    return connection


def still_uri(path: Path) -> str:
    """Return the address by which ATTACH opens a file that nobody writes."""
    return f"{_uri(path.resolve())}?mode=ro&immutable=1"


def _uri(path: Path) -> str:
    # Path.as_uri() makes file://server/share of a network folder, and SQLite refuses any server: the path follows three slashes or more
    # (https://sqlite.org/uri.html).  Names are bytes on POSIX, and need not be UTF-8.
    posix = path.as_posix()
    return "file://" + quote(os.fsencode(posix if posix.startswith("/") else f"/{posix}"), safe="/:")


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def make_writable(connection: sqlite3.Connection) -> None:
    """Set what every writing connection to a file on a local disk needs."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def make_writable_on_network(connection: sqlite3.Connection, path: Path) -> None:
    """Set what a writing connection to a file on a network folder needs; raises ``ProjectInUse`` while others read the file's log.

    With a rollback journal a reader keeps the writer waiting for as long as it reads, and EXTRA also makes the folder's entry durable.
    """
    mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    if mode != "delete":
        raise ProjectInUse(f"“{path}” is being read by another program. Close that program and try again.")
    connection.execute("PRAGMA synchronous = EXTRA")


def prepare(connection: sqlite3.Connection, path: Path) -> str:
    """Make a connection fit for writing; returns a sentence for the user where the place of the file calls for one, else nothing."""
    kind = shares.network_kind(path)
    if not kind:
        make_writable(connection)
        return ""
    make_writable_on_network(connection, path)
    return (
        f"“{path.name}” lies on a network folder ({kind}): a slower way of saving is used that is safe there. "
        "Open it on one computer at a time, and work on a local disk where you can."
    )


@contextlib.contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Yield a connection that is closed if what follows fails, and stays open otherwise."""
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction that failed; some errors (a full disk) have ended it already, and none may hide what failed."""
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    except sqlite3.Error:
        if connection.in_transaction:
            raise


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells this file from another one with its name; None if there is none.  (0, 0) where the system cannot tell."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_ino else (0, 0)


def check_header(path: Path) -> None:
    """Refuse what is no SQLite file at all, before SQLite sees it."""
    try:
        if path.is_dir():
            raise NotAProject(f"“{path}” is a folder. Name the project file in it (its name ends in .annotator).")
        with path.open("rb") as file:
            header = file.read(len(_HEADER))
    except FileNotFoundError:
        raise ProjectError(f"There is no project at “{path}”. Check the name, or make a new project.") from None
    except OSError as error:
        raise ProjectError(f"“{path}” cannot be read: {error.strerror}.") from error
    if header != _HEADER:
        raise NotAProject(f"“{path}” is not an annotator project.")


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema version; raises where the file is another program's, newer than this one, or has lost tables."""
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application_id != schema.APPLICATION_ID:
        raise NotAProject(f"“{path}” is an SQLite file of another program, not an annotator project.")
    if version > migrations.VERSION:
        raise ProjectTooNew(
            f"“{path}” was written by a newer version of annotator (file version {version}, this program knows {migrations.VERSION}). "
            "Install the newer version to open it."
        )
    try:
        there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    except UnicodeDecodeError as error:  # said by Python of the names themselves, and no error of SQLite's
        raise ProjectDamaged(f"“{path}” is damaged and cannot be read whole. Keep it, and go on with a backup copy.") from error
    missing = schema.NAMES - there
    if version == migrations.VERSION and missing:
        raise ProjectDamaged(f"“{path}” is damaged: its part “{min(missing)}” is missing. Keep it, and go on with a backup copy.")
    return version


def try_lock(path: Path) -> tuple[WriterLock | None, str]:
    """Return the writer's lock, or why there is none."""
    if not os.access(path, os.W_OK):
        return None, f"“{path.name}” is write-protected: you can look, but not edit. Save a copy to work on it."
    lock = WriterLock(path)
    try:
        if lock.acquire():
            return lock, ""
    except OSError:
        return None, f"The folder of “{path.name}” cannot be written: you can look, but not edit. Save a copy elsewhere."
    return None, f"“{path.name}” is open elsewhere ({lock.holder()}): you can look, but not edit, until it is closed there."


def must_lock(path: Path) -> WriterLock:
    """Return the writer's lock of a file to be made or replaced; raises ``ProjectReadOnly`` or ``ProjectInUse``."""
    lock = WriterLock(path)
    try:
        if lock.acquire():
            return lock
    except OSError as error:
        raise ProjectReadOnly(f"The folder “{path.parent}” cannot be written: {error.strerror}.") from error
    raise ProjectInUse(f"“{path}” is in use by {lock.holder()}. Close it there, or choose another name.")


def copy_pages(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    path: Path,
    *,
    pages: int = -1,
    each: Callable[[int, int], None] | None = None,
) -> None:
    """Copy a whole database over another one as one transaction of the target; ``path`` is named in errors.

    ``each`` is called after every ``pages`` pages with the number done and in all; what it raises ends the copying and the target is as
    before.  Raises ``ProjectInUse`` where one of the two stays locked: SQLite's own loop would wait for ever.
    """
    waited = 0

    def after(status: int, remaining: int, total: int) -> None:
        nonlocal waited
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            waited += 1
            if waited * _PAUSE > BUSY_TIMEOUT / 1000:
                raise ProjectInUse(f"“{path}” is being written by another program. Close that program and try again.")
        elif each is not None:
            each(total - remaining, total)

    source.backup(target, pages=pages, progress=after, sleep=_PAUSE)


def write_copy(
    source: sqlite3.Connection, target: Path, *, pages: int = -1, each: Callable[[int, int], None] | None = None
) -> None:
    """Write what ``source`` holds now to a new plain file, forced to the disk; what is at ``target`` already is removed first."""
    target.unlink(missing_ok=True)
    copy = sqlite3.connect(target)
    try:
        copy_pages(source, copy, target, pages=pages, each=each)
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()


def put_in_place(made: Path, target: Path) -> None:
    """Give a finished file its name, in one go and durably, over whatever had that name."""
    for suffix in ("-wal", "-shm"):  # left by a killed program beside the old file, they would be replayed into the new one
        _beside(target, suffix).unlink(missing_ok=True)
    made.replace(target)
    with contextlib.suppress(OSError):  # Windows has no handles for folders
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def copy_whole(source: sqlite3.Connection, target: Path) -> None:
    """Write what ``source`` holds now to ``target``, which is replaced when all is well and not touched before."""
    target = target.resolve()
    if not target.parent.is_dir():  # taking the lock would make it
        raise ProjectError(f"The folder “{target.parent}” does not exist. Make it first, or choose another.")
    lock = must_lock(target)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with plain_errors(target, full="No copy was written; free some space, or choose another disk."):
            write_copy(source, partial)
        put_in_place(partial, target)
    except OSError as error:
        raise ProjectError(f"The copy “{target}” could not be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
        lock.release()
