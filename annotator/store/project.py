"""Opening, creating, closing and guarding a project file."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from annotator.domain.changes import ChangeSet, Lane
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import DiskFull, ProjectError, ProjectReadOnly, UndoRefused
from annotator.store import consistency, files, journal, migrations, queries, restore
from annotator.store.backup import Backup, Reason, back_up
from annotator.store.faults import explained, plain_errors
from annotator.store.lock import WriterLock
from annotator.store.rows import scheme_text, text_scheme
from annotator.store.transaction import Transaction, remembered_document
from annotator.store.undoing import CHANGED_LATER

_NOTHING_LOST = "Free some space, and open the project again; nothing in it is lost."
_log = logging.getLogger(__name__)


class Project:
    """An open project file: one connection that writes, owned by the thread that opened it.

    Use ``create`` or ``open_project``.  Everything is read through ``connection`` with ``store.queries`` and written inside
    ``transaction``.  ``read_only_reason`` is empty where writing is possible, else the sentence that says why not.  ``notices`` holds
    what opening the file found that its user should hear, ``taken_back`` the steps that a killed program left unfinished, now undone.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: WriterLock | None, read_only_reason: str) -> None:
        self.path = path
        self.connection = connection
        self.read_only_reason = read_only_reason
        self.notices: list[str] = []
        self.taken_back: list[journal.Step] = []
        self._lock = lock
        self._identity = files.identity(path)
        self._documents: dict[int, Document] = {}

    @property
    def read_only(self) -> bool:
        """Whether edits are refused."""
        return bool(self.read_only_reason)

    @property
    def left_behind(self) -> bool:
        """Whether the program that wrote the project last ended without closing it, and this one writes now."""
        return self._lock is not None and bool(self._lock.left_by)

    @property
    def name(self) -> str:
        """What the project is called: its file's stem."""
        return self.path.stem

    @property
    def scheme(self) -> LabelScheme:
        """The label scheme."""
        with plain_errors(self.path):
            return text_scheme(queries.project_value(self.connection, "scheme") or '{"name": "blank"}')

    @property
    def language(self) -> str:
        """The language code whose spaCy tokenizer makes the project's tokens."""
        with plain_errors(self.path):
            return queries.project_value(self.connection, "language") or "xx"

    def document(self, document_id: int) -> Document | None:
        """Return a document, or None; the last few are remembered, since the big ones take a while to read."""
        with plain_errors(self.path):
            return remembered_document(self.connection, self._documents, document_id)

    def reading(self) -> contextlib.AbstractContextManager[None]:
        """Return a context for reading through ``connection``, in which a damaged file raises the ``ProjectError`` that says so."""
        return plain_errors(self.path)

    def explained(self, error: BaseException) -> ProjectError | None:
        """Return the sentence for an error of SQLite that reading raised outside ``reading``; None where it is a bug of ours."""
        return explained(error, self.path)

    def reader(self) -> sqlite3.Connection:
        """Return a new read-only connection, for another thread; the caller closes it."""
        with plain_errors(self.path):
            return files.connect(self.path, "ro")

    @contextlib.contextmanager
    def transaction(
        self, text: str, detail: str = "", *, actor: str, lane: Lane = Lane.EDIT, step_id: int = 0, undoes: int | None = None
    ) -> Iterator[Transaction]:
        """Write inside one SQLite transaction; it commits at the end and leaves nothing behind after an exception.

        With ``step_id`` the transaction is a further one of that step (see ``begin_step``).  A transaction that changes nothing leaves
        no step, but for one that ``undoes``: a step that put everything back itself is taken back all the same, or undo would come to
        it again and again.  Raises ``ProjectReadOnly`` at once where writing is not possible.
        """
        self._must_be_writable()
        connection = self.connection
        with plain_errors(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                number = journal.next_number(connection, step_id) if step_id else 0
                own_step = step_id or journal.begin(connection, actor=actor, lane=lane, text=text, detail=detail, undoes=undoes)
                tx = Transaction(connection, own_step, actor, self._documents)
                yield tx
                if tx.changes or tx.bulk or (undoes is not None and not journal.is_empty(connection, undoes)):
                    if undoes is None:
                        journal.record(connection, own_step, number, tx.changes, tx.bulk)
                    connection.execute("COMMIT")
                else:
                    connection.execute("ROLLBACK")
            except BaseException:
                self._documents.clear()  # it may hold one that is now gone
                files.roll_back(connection)
                raise

    def begin_step(self, text: str, detail: str = "", *, actor: str, lane: Lane = Lane.JOB) -> int:
        """Begin a step of several transactions; until ``finish_step`` it is taken back at the next opening."""
        self._must_be_writable()
        with self._plain_transaction():
            return journal.begin(self.connection, actor=actor, lane=lane, text=text, detail=detail, finished=False)

    def finish_step(self, step_id: int) -> None:
        """Say that a step of several transactions is complete; one that changed nothing leaves no trace."""
        with self._plain_transaction():
            if journal.is_empty(self.connection, step_id):
                journal.forget(self.connection, step_id)
            else:
                journal.finish(self.connection, step_id)

    def undo(self, actor: str, progress: Progress | None = None) -> ChangeSet | None:
        """Take back this actor's last edit; None if there is none.  Raises ``UndoRefused`` if something later stands on it."""
        with plain_errors(self.path):
            found = journal.next_undo(self.connection, actor)
        return None if found is None else self.undo_step(found.id, actor, progress)

    def redo(self, actor: str, progress: Progress | None = None) -> ChangeSet | None:
        """Bring this actor's last undone edit back; None if there is none."""
        with plain_errors(self.path):
            found = journal.next_redo(self.connection, actor)
            if found is None:
                return None
        with self.transaction(found.text, found.detail, actor=actor, lane=found.lane, undoes=found.id) as tx:
            tx.turn(found.id, back=False, progress=progress)
            journal.set_state(self.connection, found.id, journal.DONE)
        return ChangeSet(found.id, found.text, found.detail, actor, found.lane, tuple(tx.changes), tuple(tx.bulk), found.id)

    def undo_step(self, step_id: int, actor: str, progress: Progress | None = None) -> ChangeSet:
        """Take back one step, an import too; raises ``UndoRefused`` with the reason where that is not possible."""
        with plain_errors(self.path):
            found = journal.step(self.connection, step_id)
            if found is None or found.state != journal.DONE or found.undoes is not None or found.lane is Lane.SYSTEM:
                raise UndoRefused("This step is not one that can be taken back.")
            if journal.worked_over(self.connection, step_id):
                raise UndoRefused(CHANGED_LATER)
            bulk = journal.recorded_bulk(self.connection, step_id)
        with self.transaction(found.text, found.detail, actor=actor, lane=found.lane, undoes=step_id) as tx:
            tx.turn(step_id, back=True, progress=progress)
            for entry in bulk:
                tx.take_out(entry, but_for_step=step_id)
            redoable = found.lane is Lane.EDIT and not bulk
            journal.set_state(self.connection, step_id, journal.UNDONE if redoable else journal.CUT)
        return ChangeSet(step_id, found.text, found.detail, actor, found.lane, tuple(tx.changes), tuple(tx.bulk), step_id)

    def recover(self) -> None:
        """Take back what a killed program left unfinished; what was worked on since stays, and ``notices`` names it."""
        with plain_errors(self.path):
            left = journal.unfinished(self.connection)
        for step_id in left:
            with plain_errors(self.path):
                found = journal.step(self.connection, step_id)
                begun = found is not None and found.state == journal.DONE and not journal.is_empty(self.connection, step_id)
            if found is not None and begun:
                try:
                    self.undo_step(step_id, "recovery")
                    _log.info("took back the unfinished step %d (%s)", step_id, found.text)
                    self.taken_back.append(found)
                except UndoRefused:
                    self.notices.append(
                        f"“{found.title}” was interrupted before its end. What it brought was worked on since, so it was kept as it is."
                    )
            self.finish_step(step_id)

    def checkpoint(self) -> bool:
        """Bring everything into the one file, so that copying it copies everything.

        Never waits: False says that a reader (or nothing to write to) held it up, and that a later call must bring the rest.
        """
        if self.read_only:
            return False
        with plain_errors(self.path):
            self.connection.execute("PRAGMA busy_timeout = 0")  # else it would wait for readers, five seconds at a time
            try:
                busy, _, _ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {files.BUSY_TIMEOUT}")
        return not busy

    def save_copy(self, target: Path) -> None:
        """Write a copy of the project to ``target``, as of now; never over the open file itself."""
        if target.resolve() == self.path.resolve():
            raise ProjectError("A copy needs another name than the open project.")
        files.copy_whole(self.connection, target)

    def restore(self, backup: Backup, *, actor: str, progress: Progress | None = None) -> Path:
        """Make the project what a backup holds; returns the file that keeps what it was.

        Whoever shows something of the project must read it again: documents may be gone or back.  Raises ``ProjectError`` with the
        reason, and ``Cancelled``; then the project is as before.
        """
        self._must_be_writable()
        try:
            return restore.restore_into(self.connection, self.path, backup, actor=actor, progress=progress)
        finally:
            self._documents.clear()
            self.recover()  # what was under way when the backup was made

    def mend_derived(self, *, indexes: bool) -> None:
        """Make figures and search index anew, and SQLite's own indexes if asked; no step of the history, since nothing was edited."""
        self._must_be_writable()
        with self._plain_transaction():
            consistency.mend_derived(self.connection, indexes=indexes)

    @contextlib.contextmanager
    def unrecorded(self) -> Iterator[sqlite3.Connection]:
        """Write what is no edit, such as a knowledge base, inside one SQLite transaction that leaves no step in the history."""
        self._must_be_writable()
        with self._plain_transaction():
            yield self.connection

    def publish_address(self, address: str) -> None:
        """Say where this window can be reached, for ``lock.holder_address`` in a second start; nothing for a read-only project."""
        if self._lock is not None:
            self._lock.publish(address)

    def try_take_over(self) -> bool:
        """Turn a read-only project into a writable one if nobody holds it any more; True if it can be written now.

        ``connection`` is then another one, and everything read before may be out of date.  Else ``read_only_reason`` says who holds it
        now.  Raises ``ProjectError`` if the file went away or was spoilt meanwhile; the project stays as it was.
        """
        if not self.read_only:
            return True
        files.check_header(self.path)
        lock, reason = files.try_lock(self.path)
        if lock is None:
            self.read_only_reason = reason
            return False
        try:
            connection, notices = _writing_connection(self.path)
        except BaseException:
            lock.release()
            raise
        old, self.connection = self.connection, connection
        old.close()
        self._lock, self.read_only_reason = lock, ""
        self._identity = files.identity(self.path)
        self._documents.clear()
        self.notices += notices
        self.recover()
        return True

    def close(self) -> None:
        """Checkpoint, close and give the writer's lock back; harmless when repeated."""
        with contextlib.suppress(sqlite3.Error, ProjectError):
            self.checkpoint()
        self.connection.close()
        if self._lock is not None:
            self._lock.release()

    def _must_be_writable(self) -> None:
        if self.read_only:
            raise ProjectReadOnly(self.read_only_reason)
        if files.identity(self.path) != self._identity:
            # SQLite would go on writing into a file that no longer has a name, and all of it would be gone at closing.
            raise ProjectError(
                f"“{self.path}” was moved, deleted or replaced while it was open. This edit was not saved; "
                "everything before it is still here: save a copy under another name, and go on with that."
            )

    @contextlib.contextmanager
    def _plain_transaction(self) -> Iterator[None]:
        with plain_errors(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                files.roll_back(self.connection)
                raise


def create(path: Path, *, scheme: LabelScheme, language: str, tokenizer: str = "") -> Project:
    """Make a new project file and open it; raises ``ProjectError`` if something is at ``path`` already or nothing can be there."""
    try:
        if path.exists():
            raise ProjectError(f"“{path}” exists already. Choose another name, or open it.")
        if not path.parent.is_dir():
            raise ProjectError(f"The folder “{path.parent}” does not exist. Make it first, or choose another.")
    except (OSError, ValueError) as error:
        raise ProjectError(f"Nothing can be made at “{path}”: {getattr(error, 'strerror', error)}.") from error
    lock = files.must_lock(path)
    values = [("scheme", scheme_text(scheme)), ("language", language), ("tokenizer", tokenizer)]
    insert = "INSERT INTO project (key, value) VALUES (?, ?)"
    try:
        with plain_errors(path, full="The project was not made; free some space, or choose another disk."):
            connection = files.connect(path, "rwc")
            try:
                notice = files.prepare(connection, path)
                migrations.migrate(connection, then=lambda: connection.executemany(insert, values))
            except BaseException:
                connection.close()
                path.unlink(missing_ok=True)
                raise
    except BaseException:
        lock.release()
        raise
    project = Project(path, connection, lock, "")
    project.notices += [notice] if notice else []
    with contextlib.suppress(ProjectError):
        project.checkpoint()  # so that even the bare file says at once what it is
    return project


def open_project(path: Path, *, read_only: bool = False) -> Project:
    """Open a project file, bringing an older schema up to date and taking back what a killed program left unfinished.

    Where the file cannot be written, or another process holds the writer's lock, it opens read-only and ``read_only_reason`` says why.
    Raises ``NotAProject``, ``ProjectTooNew``, ``ProjectDamaged`` or ``ProjectError`` where it cannot be opened at all.
    """
    files.check_header(path)
    lock, reason = (None, "It was opened for reading only.") if read_only else files.try_lock(path)
    project = None
    try:
        connection, notices = _reading_connection(path) if reason else _writing_connection(path)
        project = Project(path, connection, lock, reason)
        project.notices += notices
        if not reason:
            _recover(project)
    except BaseException:
        if project is not None:
            project.connection.close()
        if lock is not None:
            lock.release()
        raise
    return project


def _reading_connection(path: Path) -> tuple[sqlite3.Connection, list[str]]:
    with plain_errors(path), files.closed_on_error(files.connect(path, "ro")) as connection:
        if files.check_version(connection, path) < migrations.VERSION:
            raise ProjectReadOnly(f"“{path}” is from an older version and must be writable once, to be brought up to date.")
        return connection, []


def _writing_connection(path: Path) -> tuple[sqlite3.Connection, list[str]]:
    """Return the connection of the one writer, who holds the lock, and what its user should hear."""
    with plain_errors(path, full=_NOTHING_LOST), files.closed_on_error(files.connect(path, "rw")) as connection:
        version = files.check_version(connection, path)
        notices = [files.prepare(connection, path)]
        if version < migrations.VERSION:
            notices.append(back_up(path, Reason.MIGRATION).notice)
            migrations.migrate(connection)
        return connection, [notice for notice in notices if notice]


def _recover(project: Project) -> None:
    try:
        project.recover()
    except DiskFull as error:
        raise DiskFull(f"The disk with “{project.path}” is full. {_NOTHING_LOST}") from error
