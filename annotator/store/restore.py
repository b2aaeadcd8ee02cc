"""Going back to a backup: what that would change, and doing it.

A sound project is replaced inside its own file, in one transaction of SQLite's: whoever reads it sees the old state or the new one, and
a kill in between leaves the old.  A file too damaged to be opened is replaced as a file.  Either way what was there is kept as a backup.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.domain.changes import Lane, What
from annotator.domain.progress import Progress
from annotator.errors import ProjectError
from annotator.store import files, journal, migrations
from annotator.store.backup import Backup, Reason, back_up, backup_folder, inspect, next_name
from annotator.store.faults import plain_errors
from annotator.store.journal import Step
from annotator.store.rows import CODECS, json_value

_LISTED_STEPS = 200
_NOT_RESTORED = "Nothing was restored; free some space and try again."
_SINCE = """(step_id > :newest
    OR step_id IN (SELECT undoes FROM main.steps WHERE id > :newest AND undoes IS NOT NULL)
    OR step_id IN (SELECT id FROM old.steps WHERE finished = 0))"""
"""Of changes: made, taken back or brought again after the backup's last step."""

_LAST_STEP = "SELECT id, at, actor, text FROM {}.steps ORDER BY id DESC LIMIT 1"


@dataclass(slots=True)
class Tally:
    """How many things only the project of now has, only the backup has, and both have but differently."""

    only_now: int = 0
    only_then: int = 0
    different: int = 0

    def __bool__(self) -> bool:
        return bool(self.only_now or self.only_then or self.different)

    def add(self, other: Tally) -> None:
        """Count the other's things here too."""
        self.only_now += other.only_now
        self.only_then += other.only_then
        self.different += other.different


@dataclass(slots=True)
class DocumentDifference:
    """What differs of one document; ``sets`` counts annotation sets, different in status, flag or categories."""

    document_id: int
    name: str
    only_now: bool = False
    only_then: bool = False
    sets: Tally = field(default_factory=Tally)
    spans: Tally = field(default_factory=Tally)
    relations: Tally = field(default_factory=Tally)
    verdicts: Tally = field(default_factory=Tally)

    def __bool__(self) -> bool:
        return bool(self.only_now or self.only_then or self.sets or self.spans or self.relations or self.verdicts)


@dataclass(slots=True)
class Difference:
    """What would change if a project went back to a backup: all that is ``only_now`` would go, all that is ``only_then`` would come back.

    ``documents`` lists the first ones that differ, the totals count them all; ``steps`` are the latest of the ``steps_since``, the
    newest first.  ``knowledge`` says that another knowledge base was loaded, ``language`` that the language or the way to make tokens
    is another.  ``dismissals`` are texts of the inbox that a person dismissed, with the reason typed, and ``suggesters`` the setups:
    both leave no step in the history, so that nothing but a look at them tells.  ``related`` is False where the backup is not an
    earlier state of this project.
    """

    related: bool = True
    steps_since: int = 0
    steps: list[Step] = field(default_factory=list)
    scheme: bool = False
    knowledge: bool = False
    language: bool = False
    documents: list[DocumentDifference] = field(default_factory=list)
    document_tally: Tally = field(default_factory=Tally)
    sets: Tally = field(default_factory=Tally)
    spans: Tally = field(default_factory=Tally)
    relations: Tally = field(default_factory=Tally)
    verdicts: Tally = field(default_factory=Tally)
    dismissals: Tally = field(default_factory=Tally)
    suggesters: Tally = field(default_factory=Tally)

    def __bool__(self) -> bool:
        whole = self.scheme or self.knowledge or self.language
        return whole or bool(self.document_tally or self.dismissals or self.suggesters)


def compare(project: Path, backup: Path, progress: Progress | None = None, *, listed: int = 1000) -> Difference:
    """Return what differs between the project file as it is and a backup; at most ``listed`` documents are named.

    Where the backup is an earlier state, only the sets that the journal says were touched since are looked at; else all of them.
    Raises ``ProjectError`` where one of the two cannot be read, and ``Cancelled``.
    """
    progress = progress or Progress()
    progress.start("Comparing")
    with plain_errors(project), contextlib.closing(files.connect(project, "ro")) as connection:
        files.check_version(connection, project)
        files.check_header(backup)
        with plain_errors(backup):
            connection.execute("ATTACH ? AS old", (files.still_uri(backup),))
            with contextlib.closing(files.connect_still(backup)) as other:
                files.check_version(other, backup)
        connection.execute("BEGIN")
        return _Comparison(connection, progress, listed).run()


class _Comparison:
    """One comparison of ``main`` with ``old``, document by document."""

    def __init__(self, connection: sqlite3.Connection, progress: Progress, listed: int) -> None:
        self._connection = connection
        self._progress = progress
        self._listed = listed
        self._found = Difference()
        there = {
            what: {row[1] for row in connection.execute(f"PRAGMA old.table_info({codec.table})")} for what, codec in CODECS.items()
        }
        self._columns = {
            what: [column for column in codec.columns if column.strip('"') in there[what]] for what, codec in CODECS.items()
        }

    def run(self) -> Difference:
        found = self._found
        last = self._connection.execute(_LAST_STEP.format("old")).fetchone()
        found.related = last is None or last == self._one("SELECT id, at, actor, text FROM main.steps WHERE id = ?", last[0])
        newest = last[0] if last and found.related else 0
        found.steps_since = self._one("SELECT count(*) FROM main.steps WHERE id > ?", newest)[0] if found.related else 0
        if found.related:
            ids = self._connection.execute(
                "SELECT id FROM main.steps WHERE id > ? ORDER BY id DESC LIMIT ?", (newest, _LISTED_STEPS)
            )
            steps = (journal.step(self._connection, row[0]) for row in ids.fetchall())
            found.steps = [step for step in steps if step is not None]
        scheme = "SELECT value FROM {}.project WHERE key = 'scheme'"
        found.scheme = self._one(scheme.format("main")) != self._one(scheme.format("old"))
        found.knowledge = self._knowledge("main") != self._knowledge("old")
        found.language = self._language("main") != self._language("old")
        found.dismissals = self._kept("dismissals", "surface, reason, told, actor, at")
        found.suggesters = self._kept("suggesters", "name, position, setup")  # how far a run is, nobody made by hand
        documents: dict[int, DocumentDifference] = {}
        self._whole_documents(documents)
        touched = self._touched(newest) if found.related else self._all_sets()
        self._progress.start("Comparing", len(touched))
        for set_id in touched:
            self._set(set_id, documents)
            self._progress.advance()
        for document in documents.values():
            if document:
                self._count(document)
        return found

    def _knowledge(self, side: str) -> Any:
        """Return what tells one knowledge base from another: a file before schema 4 has none."""
        if not self._has(side, "knowledge"):
            return (0, "", "")
        return self._one(f"SELECT entries, source, loaded FROM {side}.knowledge")

    def _language(self, side: str) -> list[Any]:
        sql = f"SELECT key, value FROM {side}.project WHERE key IN ('language', 'tokenizer') AND value <> '' ORDER BY key"
        return self._connection.execute(sql).fetchall()

    def _kept(self, table: str, columns: str) -> Tally:
        """Count what differs in a table that no step writes; a file before schema 3 has none."""
        now, then = (
            self._connection.execute(f"SELECT {columns} FROM {side}.{table}").fetchall() if self._has(side, table) else []
            for side in ("main", "old")
        )
        return _tally({row[0]: row for row in now}, {row[0]: row for row in then})

    def _has(self, side: str, table: str) -> bool:
        return self._one(f"SELECT 1 FROM {side}.sqlite_master WHERE type = 'table' AND name = ?", table) is not None

    def _count(self, document: DocumentDifference) -> None:
        found = self._found
        found.document_tally.add(Tally(document.only_now, document.only_then, not (document.only_now or document.only_then)))
        for part in ("sets", "spans", "relations", "verdicts"):
            getattr(found, part).add(getattr(document, part))
        if len(found.documents) < self._listed:
            found.documents.append(document)

    def _whole_documents(self, documents: dict[int, DocumentDifference]) -> None:
        # Neither a text nor its metadata change: among states of one project, number and name are enough, and no text need be read.
        same = "o.id = d.id AND o.name = d.name" + ("" if self._found.related else " AND o.text = d.text AND o.meta = d.meta")
        for here, there, now in (("main", "old", True), ("old", "main", False)):
            rows = self._connection.execute(
                f"SELECT id, name FROM {here}.documents d WHERE NOT EXISTS (SELECT 1 FROM {there}.documents o WHERE {same})"
            ).fetchall()
            for key, name in rows:
                entry = documents.setdefault(key, DocumentDifference(key, name))
                entry.only_now |= now
                entry.only_then |= not now
                for part, table in (("spans", "spans"), ("relations", "relations"), ("verdicts", "verdicts")):
                    count = self._one(
                        f"SELECT count(*) FROM {here}.{table} WHERE set_id IN"
                        f" (SELECT id FROM {here}.annotation_sets WHERE document_id = ?)",
                        key,
                    )[0]
                    getattr(entry, part).add(Tally(count * now, count * (not now)))
                count = self._one(f"SELECT count(*) FROM {here}.annotation_sets WHERE document_id = ?", key)[0]
                entry.sets.add(Tally(count * now, count * (not now)))
                self._progress.advance()

    def _touched(self, newest: int) -> list[int]:
        rows = self._connection.execute(
            f"SELECT DISTINCT set_id FROM main.changes WHERE set_id > 0 AND {_SINCE}", {"newest": newest}
        )
        found = {row[0] for row in rows}
        brought = self._connection.execute(
            f"SELECT after FROM main.changes WHERE what = 'bulk-sets' AND {_SINCE}", {"newest": newest}
        )
        for (
            text,
        ) in brought.fetchall():  # sets that came or went whole, which the journal tells by the first and the last of them
            first, last, _ = json_value(text)
            both = " UNION ".join(f"SELECT id FROM {side}.annotation_sets WHERE id BETWEEN ?1 AND ?2" for side in ("main", "old"))
            found.update(row[0] for row in self._connection.execute(both, (first, last)))
        return sorted(found)

    def _all_sets(self) -> list[int]:
        rows = self._connection.execute("SELECT id FROM main.annotation_sets UNION SELECT id FROM old.annotation_sets ORDER BY 1")
        return [row[0] for row in rows]

    def _set(self, set_id: int, documents: dict[int, DocumentDifference]) -> None:
        columns = ", ".join(self._columns[What.SET])
        now, then = (self._one(f"SELECT {columns} FROM {side}.annotation_sets WHERE id = ?", set_id) for side in ("main", "old"))
        for row in {row[0] for row in (now, then) if row is not None}:  # unrelated projects may use the number for two documents
            entry = documents.get(row)
            if entry is not None and (entry.only_now or entry.only_then):
                continue  # counted as a whole
            name = self._one("SELECT name FROM main.documents WHERE id = ?", row) or ("",)
            entry = documents.setdefault(row, DocumentDifference(row, name[0]))
            entry.sets.add(_tally({0: now} if now else {}, {0: then} if then else {}))
            for part, what in (("spans", What.SPAN), ("relations", What.RELATION), ("verdicts", What.VERDICT)):
                getattr(entry, part).add(_tally(*(self._rows(side, what, set_id) for side in ("main", "old"))))

    def _rows(self, side: str, what: What, set_id: int) -> dict[Any, Any]:
        columns, codec = self._columns[what], CODECS[what]
        rows = self._connection.execute(
            f"SELECT {codec.key}, {', '.join(columns)} FROM {side}.{codec.table} WHERE set_id = ?", (set_id,)
        )
        return {row[0]: row for row in rows}

    def _one(self, sql: str, *parameters: Any) -> Any:
        return self._connection.execute(sql, parameters).fetchone()


def _tally(now: dict[Any, Any], then: dict[Any, Any]) -> Tally:
    return Tally(
        len(now.keys() - then.keys()), len(then.keys() - now.keys()), sum(now[key] != then[key] for key in now.keys() & then.keys())
    )


def restore_into(
    connection: sqlite3.Connection, project: Path, backup: Backup, *, actor: str, progress: Progress | None = None
) -> Path:
    """Make an open project what a backup holds, and return the file that keeps what it was; ``connection`` is its one writer's.

    The numbers given out since are not given out again, and the history gets a step that says what happened.  Raises ``ProjectError``
    with the reason, and ``Cancelled``; then nothing has changed but for the backup that was made first.
    """
    progress = progress or Progress()
    before = back_up(project, Reason.RESTORE, progress)
    if before.made is None and not before.damaged:
        raise ProjectError(f"Nothing was restored. {before.notice}")
    with _brought_up_to_date(project, backup, progress) as made:
        with plain_errors(project):
            sequences = connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as source:
            _mark_restored(source, sequences, backup, actor)
        inspect(made, progress)
        progress.start("Restoring")
        with plain_errors(project, full=_NOT_RESTORED), contextlib.closing(files.connect_still(made)) as source:
            kept = before.made.path if before.made is not None else _kept_aside(project)
            files.copy_pages(source, connection, project)
    return kept


def replace_damaged(project: Path, backup: Backup, *, actor: str, progress: Progress | None = None) -> Path | None:
    """Put a backup in the place of a project file that cannot be opened; returns where the old file is kept (None if there was none).

    Raises ``ProjectError`` with the reason; then the old file is where it was.
    """
    progress = progress or Progress()
    project = project.resolve()
    lock = files.must_lock(project)
    try:
        aside = _kept_aside(project) if project.exists() else None
        with _brought_up_to_date(project, backup, progress) as made:
            with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as source:
                _mark_restored(source, [], backup, actor)
            inspect(made, progress)
            files.put_in_place(made, project)
    except OSError as error:
        raise ProjectError(f"“{project}” could not be replaced: {error.strerror or error}.") from error
    finally:
        lock.release()
    return aside


@contextlib.contextmanager
def _brought_up_to_date(project: Path, backup: Backup, progress: Progress) -> Iterator[Path]:
    """Yield a copy of a backup beside the project, in the schema of this program; it is removed afterwards if it is still there."""
    inspect(backup.path, progress)
    made = project.resolve().with_name(f".{project.name}.restoring")
    try:
        if shutil.disk_usage(made.parent).free < 2 * backup.size:
            raise ProjectError(f"The disk with “{project}” has no room to restore a backup. {_NOT_RESTORED}")
        with plain_errors(project, full=_NOT_RESTORED):
            with contextlib.closing(files.connect_still(backup.path)) as source:
                files.write_copy(source, made)
            with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as copy:
                if files.check_version(copy, backup.path) < migrations.VERSION:
                    migrations.migrate(copy)
        yield made
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            made.with_name(made.name + suffix).unlink(missing_ok=True)


def _mark_restored(copy: sqlite3.Connection, sequences: Iterable[tuple[str, int]], backup: Backup, actor: str) -> None:
    copy.execute("BEGIN IMMEDIATE")
    for name, number in sequences:
        copy.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, name))
        copy.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
            (name, number, name),
        )
    detail = f"{backup.made:%Y-%m-%d %H:%M} UTC ({backup.number})"
    journal.begin(copy, actor=actor, lane=Lane.SYSTEM, text="Restore the backup of {}", detail=detail)
    copy.execute("COMMIT")


def _kept_aside(project: Path) -> Path:
    """Copy a damaged file, with its log, among the backups; it is none of them and is never thinned out."""
    first = target = backup_folder(project) / next_name(project, "damaged")
    number = 1
    while target.exists():  # one kept in the same second
        number += 1
        target = first.with_name(f"{first.stem} {number}{first.suffix}")
    for suffix in ("", "-wal"):
        source = project.with_name(project.name + suffix)
        if source.exists():
            shutil.copy2(source, target.with_name(target.name + suffix))
    return target
