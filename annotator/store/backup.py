"""Backups of a project file: made beside it while it is open, verified, thinned out, listed.

They lie in ``NAME.backups`` beside the project, or in the user's data folder where that cannot be made.  A name is
``NUMBER-TIME-REASON.annotator``: the number says the order whatever the clock does, the time is UTC.  A backup is an ordinary project
file.  Beside it a small ``.json`` says what was found in it when it was verified; one without it, or that changed since, does not count
as sound.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from annotator.domain.progress import Cancelled, Progress
from annotator.errors import DiskFull, ProjectDamaged, ProjectError, ProjectInUse
from annotator.paths import PROJECT_SUFFIX, data_dir
from annotator.store import files, schema
from annotator.store.faults import plain_errors

BIG = 512 * 2**20
"""A project file above this many bytes is backed up once a day, not after every stretch of work."""

NEWEST, DAYS, WEEKS, SPECIAL = 5, 7, 4, 3
"""How many are kept: the newest, then one for each of so many days, then one for each of so many weeks, and of the special ones."""

_PAGES = 256
_BREATH = 0.001  # seconds between two stretches of pages, so that an edit's own write need not queue behind the copy
_ROOM = 64 * 2**20
_DAY = timedelta(days=1)
_NAME = re.compile(r"(?P<number>\d{6,})-(?P<time>\d{8}T\d{6}Z)-(?P<reason>[a-z]+)" + re.escape(PROJECT_SUFFIX))
_COUNTED = ("documents", "annotation_sets", "spans", "relations", "steps")
_UNRECORDED = {
    "knowledge": "SELECT place, entries, names, source, loaded FROM knowledge",
    "suggesters": "SELECT name, position, setup FROM suggesters ORDER BY name",
    "dismissals": "SELECT count(*), max(at) FROM dismissals HAVING count(*)",
}
"""What a person changes without a step of the history, by table."""


class Reason(StrEnum):
    """Why a backup was made; all but ``auto`` are special and are thinned out apart from the rest."""

    AUTO = "auto"
    MANUAL = "manual"
    MIGRATION = "migration"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup file.

    ``made`` is the clock's word (UTC); the order is that of ``number``.  ``counts`` holds the rows of the main tables by name, empty
    where the file was never verified; ``sound`` says that it was, and has not changed since.  ``mark`` identifies the state it holds.
    """

    path: Path
    number: int
    made: datetime
    reason: Reason
    size: int
    counts: Mapping[str, int] = field(default_factory=dict)
    sound: bool = False
    mark: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the backup as plain JSON data."""
        return {
            "number": self.number,
            "file": str(self.path),
            "made": self.made.isoformat(),
            "reason": str(self.reason),
            "size": self.size,
            "sound": self.sound,
            **self.counts,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a backup: the new one (None if none was called for or possible), what was removed for it, and a sentence to show.

    ``damaged`` says that the project file itself was found damaged, so that no sound copy of it can be made.
    """

    made: Backup | None = None
    removed: tuple[Backup, ...] = ()
    notice: str = ""
    damaged: bool = False


def backups(project: Path) -> list[Backup]:
    """Return the backups of the project file at ``project``, the newest first; reads names and notes, not the files themselves."""
    found: list[Backup] = []
    for folder in _folders(project):
        with contextlib.suppress(OSError):
            found += (backup for entry in folder.iterdir() if (backup := _read(entry)) is not None)
    return sorted(found, key=lambda backup: backup.number, reverse=True)


def find_backup(project: Path, name: str) -> Backup:
    """Return the backup with this number, file name or path ("latest": the newest sound one); raises ``ProjectError`` if there is none."""
    there = backups(project)
    for backup in there:
        if name in (str(backup.number), backup.path.name, str(backup.path)) or (name == "latest" and backup.sound):
            return backup
    known = ", ".join(str(backup.number) for backup in there) or "none"
    raise ProjectError(f"“{project}” has no backup “{name}”. It has: {known}.")


def is_due(project: Path, now: datetime | None = None) -> bool:
    """Tell whether an automatic backup is called for: something changed since the last sound one, and a big file has had a day.

    A clock that was set back never keeps a backup from being made.
    """
    last = next((backup for backup in backups(project) if backup.sound), None)
    if last is None:
        return True
    age = (now or datetime.now(UTC)) - last.made
    if project.stat().st_size > BIG and timedelta() <= age < _DAY:
        return False
    with contextlib.closing(files.connect(project, "ro")) as connection:
        return state_mark(connection) != last.mark


def back_up(project: Path, reason: Reason = Reason.AUTO, progress: Progress | None = None) -> Outcome:
    """Make a backup of the project file as it is now, through a connection of its own, beside whoever writes; then thin out the old ones.

    An automatic one is made only if it ``is_due``.  What hinders it (no room, another backup under way, a damaged file) is said in the
    outcome's ``notice``, and nothing is removed then.  Raises ``Cancelled``, and ``ProjectError`` if the project cannot be read.
    """
    progress = progress or Progress()
    with plain_errors(project):
        if reason is Reason.AUTO and not is_due(project):
            return Outcome()
        try:
            folder = backup_folder(project)
            room = shutil.disk_usage(folder).free
            needed = _bytes_of(project) + _ROOM
            if room < needed:
                return Outcome(notice=_no_room(project, needed, room))
            with FileLock(folder / ".lock", timeout=0):
                made = _make(project, folder, reason, progress)
                return Outcome(made, _thin_out(project))
        except Timeout:
            return Outcome(notice=f"A backup of “{project.name}” is being made already.")
        except ProjectInUse as busy:
            return Outcome(notice=f"No backup was made: {busy}")
        except DiskFull as full:
            return Outcome(notice=str(full))
        except ProjectDamaged:
            told = f"No backup was made: “{project.name}” is damaged. Its earlier backups are kept; restore one of them."
            return Outcome(notice=told, damaged=True)
        except OSError as error:
            return Outcome(notice=f"No backup of “{project.name}” was made: {error.strerror or error}.")


def verify(backup: Backup, progress: Progress | None = None) -> Backup:
    """Read a backup through and return it with what was found; ``sound`` is False where it cannot be relied on."""
    with contextlib.suppress(OSError):
        _note(backup.path).unlink(missing_ok=True)
    try:
        counts, mark = inspect(backup.path, progress or Progress())
        _write_note(backup.path, counts, mark)
    except (ProjectError, OSError):
        return replace(backup, counts={}, sound=False, mark="")
    return _read(backup.path) or backup


def kept(there: Sequence[Backup]) -> list[Backup]:
    """Return those of ``there`` (newest first) that stay.

    By the days written in their names, never by today's: a clock that is wrong today removes nothing more.
    """
    usual = [backup for backup in there if backup.reason is Reason.AUTO]
    stay = usual[:NEWEST]
    for name_of, most in ((lambda made: made.date(), DAYS), (lambda made: made.isocalendar()[:2], WEEKS)):
        chosen: dict[Any, Backup] = {}
        for backup in usual[NEWEST:]:
            if len(chosen) < most:
                chosen.setdefault(name_of(backup.made), backup)
        stay += chosen.values()
    for reason in Reason:
        if reason is not Reason.AUTO:
            stay += [backup for backup in there if backup.reason is reason][:SPECIAL]
    last_sound = next((backup for backup in there if backup.sound), None)
    return [backup for backup in there if backup in stay or backup is last_sound]


def state_mark(connection: sqlite3.Connection) -> str:
    """Return a text that changes with everything that a person writes into a project, at no cost."""
    sequences = connection.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name").fetchall()
    last = connection.execute("SELECT id, at, actor, finished FROM steps ORDER BY id DESC LIMIT 1").fetchone() or (0,)
    number = connection.execute("SELECT max(number) FROM changes WHERE step_id = ?", (last[0],)).fetchone()[0]
    open_steps = connection.execute("SELECT id FROM steps WHERE finished = 0 ORDER BY id").fetchall()
    # What is no step.  A file of an older schema, as a backup may be, has no table for some of it.
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = {table: connection.execute(sql).fetchall() if table in there else [] for table, sql in _UNRECORDED.items()}
    beside = [rows for table, rows in found.items() if table != "knowledge" and rows]
    return orjson.dumps([sequences, last, number, open_steps, found["knowledge"], *beside]).decode()


def inspect(path: Path, progress: Progress) -> tuple[dict[str, int], str]:
    """Read a closed project file through; returns the rows of its main tables and its mark.

    Raises ``ProjectDamaged`` where something is wrong with it, other ``ProjectError`` where it is no project, and ``Cancelled``.
    """
    files.check_header(path)
    with plain_errors(path), contextlib.closing(files.connect_still(path)) as connection:
        connection.set_progress_handler(lambda: int(progress.cancelled), 100_000)
        try:
            if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
                files.check_version(connection, path)
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise ProjectDamaged(f"“{path}” is damaged and cannot be relied on.")
            counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED}
            return counts, state_mark(connection)
        except sqlite3.OperationalError:
            if progress.cancelled:
                raise Cancelled from None
            raise


def next_name(project: Path, reason: str, now: datetime | None = None) -> str:
    """Return the name of the next backup."""
    number = max((backup.number for backup in backups(project)), default=0) + 1
    return f"{number:06}-{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}-{reason}{PROJECT_SUFFIX}"


def _make(project: Path, folder: Path, reason: Reason, progress: Progress) -> Backup:
    target = folder / next_name(project, reason)
    partial = folder / f".{target.name}.partial"
    progress.start("Backing up")

    def each(done: int, total: int) -> None:
        progress.total = total
        progress.advance(done - progress.done)
        time.sleep(_BREATH)

    try:
        full = f"No backup of “{project.name}” was made; free some space."
        with plain_errors(project, full=full), contextlib.closing(files.connect(project, "ro")) as source:
            if source.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                # One view of the file for the whole copy: without it every edit would make SQLite begin the copy anew.
                source.execute("BEGIN")
                source.execute("SELECT count(*) FROM sqlite_master").fetchone()
                files.write_copy(source, partial, pages=_PAGES, each=each)
            else:  # here a view would keep the writer out, and so does the copy: it is made in one go
                files.write_copy(source, partial)
        counts, mark = inspect(partial, progress)
        files.put_in_place(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    _write_note(target, counts, mark)
    made = _read(target)
    assert made is not None  # by its name
    return made


def _thin_out(project: Path) -> tuple[Backup, ...]:
    there = backups(project)
    stay = kept(there)
    removed: list[Backup] = []
    for backup in there:
        if backup not in stay:
            with contextlib.suppress(OSError):  # held open by a program on Windows: the next time
                backup.path.unlink()
                _note(backup.path).unlink(missing_ok=True)
                removed.append(backup)
    return tuple(removed)


def _read(path: Path) -> Backup | None:
    """Return the backup at ``path`` by its name and note; None for any other file."""
    match = _NAME.fullmatch(path.name)
    if match is None or match["reason"] not in set(Reason):
        return None
    try:
        made = datetime.strptime(match["time"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        found = path.stat()
    except (ValueError, OSError):
        return None
    plain = Backup(path, int(match["number"]), made, Reason(match["reason"]), found.st_size)
    try:
        note = orjson.loads(_note(path).read_bytes())
        if note["size"] != found.st_size or note["changed"] != found.st_mtime_ns:
            return plain
        return replace(plain, counts={key: int(note["counts"][key]) for key in _COUNTED}, sound=True, mark=str(note["mark"]))
    except (OSError, ValueError, KeyError, TypeError):
        return plain


def _write_note(path: Path, counts: Mapping[str, int], mark: str) -> None:
    found = path.stat()
    note = {"size": found.st_size, "changed": found.st_mtime_ns, "counts": counts, "mark": mark}
    _note(path).write_bytes(orjson.dumps(note, option=orjson.OPT_INDENT_2))


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _folders(project: Path) -> tuple[Path, Path]:
    project = project.resolve()
    name = hashlib.sha256(str(project).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return project.with_name(f"{project.name}.backups"), data_dir() / "backups" / f"{project.stem}-{name}"


def backup_folder(project: Path) -> Path:
    """Return the folder for new backups, made if need be; raises ``OSError`` if none can be."""
    beside, own = _folders(project)
    try:
        beside.mkdir(exist_ok=True)
        probe = beside / ".lock"
        probe.touch()
    except OSError:
        own.mkdir(parents=True, exist_ok=True)
        return own
    return beside


def _bytes_of(project: Path) -> int:
    """How many bytes a copy may need: the file, and what its log holds beyond it."""
    log = project.with_name(project.name + "-wal")
    return project.stat().st_size + (log.stat().st_size if log.exists() else 0)


def _no_room(project: Path, needed: int, room: int) -> str:
    return (
        f"No backup of “{project.name}” was made: it needs {needed / 2**20:,.0f} MB, and the disk has {room / 2**20:,.0f} MB left. "
        "Free some space; what is in the project is safe."
    )
