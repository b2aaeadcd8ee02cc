"""Opening, creating, closing and guarding a project file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from annotator.domain.changes import BulkInsert, ChangeSet, Lane, inverted
from annotator.domain.labels import LabelScheme
from annotator.errors import NotAProject, ProjectError, ProjectInUse, ProjectReadOnly, ProjectTooNew, UndoRefused
from annotator.store import journal, migrations, queries, schema
from annotator.store.faults import plain_errors
from annotator.store.lock import WriterLock
from annotator.store.rows import scheme_text, text_scheme
from annotator.store.transaction import Transaction

_HEADER = b"SQLite format 3\0"


class Project:
    """An open project file: one connection that writes, owned by the thread that opened it.

    Use ``create`` or ``open_project``.  Everything is read through ``connection`` with ``store.queries`` and written inside
    ``transaction``.  ``read_only_reason`` is empty where writing is possible, else the sentence that says why not.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: WriterLock | None, read_only_reason: str) -> None:
        self.path = path
        self.connection = connection
        self.read_only_reason = read_only_reason
        self._lock = lock
        self._scheme: LabelScheme | None = None

    @property
    def read_only(self) -> bool:
        """Whether edits are refused."""
        return bool(self.read_only_reason)

    @property
    def name(self) -> str:
        """What the project is called: its file's stem."""
        return self.path.stem

    @property
    def scheme(self) -> LabelScheme:
        """The label scheme."""
        if self._scheme is None:
            self._scheme = text_scheme(queries.project_value(self.connection, "scheme") or '{"name": "blank"}')
        return self._scheme

    @property
    def language(self) -> str:
        """The language code whose spaCy tokenizer makes the project's tokens."""
        return queries.project_value(self.connection, "language") or "xx"

    def reader(self) -> sqlite3.Connection:
        """Return a new read-only connection, for another thread; the caller closes it."""
        with plain_errors(self.path):
            return _connect(self.path, "ro")

    @contextlib.contextmanager
    def transaction(
        self, text: str, detail: str = "", *, actor: str, lane: Lane = Lane.EDIT, step_id: int = 0, undoes: int | None = None
    ) -> Iterator[Transaction]:
        """Write inside one SQLite transaction; it commits at the end and leaves nothing behind after an exception.

        With ``step_id`` the transaction is a further one of that step (see ``begin_step``).  A transaction that changes nothing leaves
        no step.  Raises ``ProjectReadOnly`` at once where writing is not possible.
        """
        if self.read_only:
            raise ProjectReadOnly(self.read_only_reason)
        connection = self.connection
        with plain_errors(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                number = journal.next_number(connection, step_id) if step_id else 0
                own_step = step_id or journal.begin(connection, actor=actor, lane=lane, text=text, detail=detail, undoes=undoes)
                tx = Transaction(connection, own_step, actor)
                yield tx
                if tx.changes or tx.bulk:
                    if undoes is None:
                        journal.record(connection, own_step, number, tx.changes, tx.bulk)
                    connection.execute("COMMIT")
                else:
                    connection.execute("ROLLBACK")
            except BaseException:
                _roll_back(connection)
                raise
            finally:
                self._scheme = None

    def begin_step(self, text: str, detail: str = "", *, actor: str, lane: Lane = Lane.JOB) -> int:
        """Begin a step of several transactions; until ``finish_step`` it is taken back at the next opening."""
        if self.read_only:
            raise ProjectReadOnly(self.read_only_reason)
        with plain_errors(self.path):
            return journal.begin(self.connection, actor=actor, lane=lane, text=text, detail=detail, finished=False)

    def finish_step(self, step_id: int) -> None:
        """Say that a step of several transactions is complete."""
        with plain_errors(self.path):
            journal.finish(self.connection, step_id)

    def undo(self, actor: str) -> ChangeSet | None:
        """Take back this actor's last edit; None if there is none.  Raises ``UndoRefused`` if something later stands on it."""
        found = journal.next_undo(self.connection, actor)
        return None if found is None else self.undo_step(found.id, actor)

    def redo(self, actor: str) -> ChangeSet | None:
        """Bring this actor's last undone edit back; None if there is none."""
        found = journal.next_redo(self.connection, actor)
        if found is None:
            return None
        changes, _ = journal.recorded(self.connection, found.id)
        with self.transaction(found.text, found.detail, actor=actor, lane=found.lane, undoes=found.id) as tx:
            tx.apply_inverse(changes)
            journal.set_state(self.connection, found.id, journal.DONE)
        return ChangeSet(found.id, found.text, found.detail, actor, found.lane, tuple(tx.changes), tuple(tx.bulk), found.id)

    def undo_step(self, step_id: int, actor: str) -> ChangeSet:
        """Take back one step, an import too; raises ``UndoRefused`` with the reason where that is not possible."""
        found = journal.step(self.connection, step_id)
        if found is None or found.state != journal.DONE or found.undoes is not None or found.lane is Lane.SYSTEM:
            raise UndoRefused("This step is not one that can be taken back.")
        changes, bulk = journal.recorded(self.connection, step_id)
        with self.transaction(found.text, found.detail, actor=actor, lane=found.lane, undoes=step_id) as tx:
            tx.apply_inverse(inverted(changes))
            for entry in bulk:
                if isinstance(entry, BulkInsert):
                    tx.remove_documents(entry, but_for_step=step_id)
            journal.set_state(self.connection, step_id, journal.UNDONE if found.lane is Lane.EDIT else journal.CUT)
        return ChangeSet(step_id, found.text, found.detail, actor, found.lane, tuple(tx.changes), tuple(tx.bulk), step_id)

    def checkpoint(self) -> None:
        """Bring everything into the one file, so that copying it copies everything."""
        if not self.read_only:
            with plain_errors(self.path):
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def save_copy(self, target: Path) -> None:
        """Write a copy of the project to ``target``, as of now; never over the open file itself."""
        if target.resolve() == self.path.resolve():
            raise ProjectError("A copy needs another name than the open project.")
        partial = target.with_name(f".{target.name}.partial")
        try:
            with plain_errors(target):
                partial.unlink(missing_ok=True)
                copy = sqlite3.connect(partial)
                try:
                    self.connection.backup(copy)
                    copy.execute("PRAGMA journal_mode = DELETE")
                finally:
                    copy.close()
            partial.replace(target)
        except OSError as error:
            raise ProjectError(f"The copy “{target}” could not be written: {error.strerror}.") from error
        finally:
            partial.unlink(missing_ok=True)

    def close(self) -> None:
        """Checkpoint, close and give the writer's lock back."""
        with contextlib.suppress(sqlite3.Error, ProjectError):
            self.checkpoint()
        self.connection.close()
        if self._lock is not None:
            self._lock.release()


def create(path: Path, *, scheme: LabelScheme, language: str, tokenizer: str = "") -> Project:
    """Make a new project file and open it; raises ``ProjectError`` if something is at ``path`` already or nothing can be there."""
    if path.exists():
        raise ProjectError(f"“{path}” exists already. Choose another name, or open it.")
    if not path.parent.is_dir():
        raise ProjectError(f"The folder “{path.parent}” does not exist. Make it first, or choose another.")
    lock = _locked(path)
    try:
        with plain_errors(path):
            connection = _connect(path, "rwc")
            try:
                _make_writable(connection)
                migrations.migrate(connection)
                values = [("scheme", scheme_text(scheme)), ("language", language), ("tokenizer", tokenizer)]
                connection.executemany("INSERT INTO project (key, value) VALUES (?, ?)", values)
            except BaseException:
                connection.close()
                path.unlink(missing_ok=True)
                raise
    except BaseException:
        lock.release()
        raise
    return Project(path, connection, lock, "")


def open_project(path: Path, *, read_only: bool = False) -> Project:
    """Open a project file, bringing an older schema up to date and taking back what a killed program left unfinished.

    Where the file cannot be written, or another process holds the writer's lock, it opens read-only and ``read_only_reason`` says why.
    Raises ``NotAProject``, ``ProjectTooNew``, ``ProjectDamaged`` or ``ProjectError`` where it cannot be opened at all.
    """
    _check_header(path)
    lock, reason = (None, "It was opened for reading only.") if read_only else _try_lock(path)
    connection = None
    try:
        with plain_errors(path):
            connection = _connect(path, "ro" if reason else "rw")
            version = _check_version(connection, path)
            if reason and version < migrations.VERSION:
                raise ProjectReadOnly(f"“{path}” is from an older version and must be writable once, to be brought up to date.")
            if not reason:
                _make_writable(connection)
                if version < migrations.VERSION:
                    migrations.migrate(connection)
            project = Project(path, connection, lock, reason)
            if not reason:
                for step_id in journal.unfinished(connection):
                    _take_back_unfinished(project, step_id)
    except BaseException:
        if connection is not None:
            connection.close()
        if lock is not None:
            lock.release()
        raise
    return project


def _take_back_unfinished(project: Project, step_id: int) -> None:
    project.undo_step(step_id, "recovery")
    project.finish_step(step_id)


def _check_header(path: Path) -> None:
    if path.is_dir():
        raise NotAProject(f"“{path}” is a folder. Name the project file in it (its name ends in .annotator).")
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        raise ProjectError(f"There is no project at “{path}”. Check the name, or make one with: annotator new") from None
    except OSError as error:
        raise ProjectError(f"“{path}” cannot be read: {error.strerror}.") from error
    if not header.startswith(_HEADER):
        raise NotAProject(f"“{path}” is not an annotator project.")


def _check_version(connection: sqlite3.Connection, path: Path) -> int:
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application_id != schema.APPLICATION_ID:
        raise NotAProject(f"“{path}” is an SQLite file of another program, not an annotator project.")
    if version > migrations.VERSION:
        raise ProjectTooNew(
            f"“{path}” was written by a newer version of annotator (file version {version}, this program knows {migrations.VERSION}). "
            "Install the newer version to open it."
        )
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return version


def _try_lock(path: Path) -> tuple[WriterLock | None, str]:
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


def _locked(path: Path) -> WriterLock:
    lock = WriterLock(path)
    try:
        if lock.acquire():
            return lock
    except OSError as error:
        raise ProjectReadOnly(f"The folder “{path.parent}” cannot be written: {error.strerror}.") from error
    raise ProjectInUse(f"“{path}” is being made by {lock.holder()}.")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.resolve()))}?mode={mode}"
    if mode == "ro" and not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
        # Reading a WAL database needs to make its -shm file; where the folder forbids that and no writer left anything behind,
        # the file does not change.
        uri += "&immutable=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _make_writable(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
