"""Making a sound project from a damaged one, with a report of what is missing.

Every row that can still be read is judged by the same rules as one that is written, and brought into a new file under its old number.
What cannot be proven to be as it was saved is left out and named; but a changed letter inside a text that is still valid leaves no trace
in the file, and only a backup can tell.  Where anything is missing, the history is kept to be read, and no step of it can be taken back.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from annotator.domain.changes import Lane, What
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.progress import Progress
from annotator.errors import NotAProject, ProjectDamaged, ProjectError
from annotator.store import files, journal, knowledge_loading, migrations, recount
from annotator.store.damaged import DamagedFile, Gap, Row, Table
from annotator.store.faults import plain_errors
from annotator.store.rows import CODECS, journal_to_value, scheme_text, text_scheme
from annotator.store.salvage_report import WORDS, Missing, Salvage
from annotator.store.salvage_suggesters import bring_suggesters
from annotator.store.salvage_tables import (
    ALTERED,
    CHANGED,
    CONTENT,
    DOCUMENTS,
    HISTORY,
    KNOWLEDGE,
    LISTS,
    PARENTS,
    SETS,
    STRETCH,
    UNREADABLE,
    decoded,
    judge_change,
    judge_document,
    judge_knowledge,
    judge_step,
    named,
    numbers,
    shown,
)

_SHOWN_COMPLAINTS = 100


def salvage(source: Path, target: Path, progress: Progress | None = None) -> Salvage:
    """Read a damaged project as far as possible into a new one at ``target``; ``source`` is only read.

    Raises ``NotAProject`` where nothing of a project can be recognised, ``ProjectDamaged`` where nothing of one can be read,
    ``ProjectError`` where the new file cannot be made, and ``Cancelled``; then there is nothing at ``target``.
    """
    progress = progress or Progress()
    try:
        if target.exists():
            raise ProjectError(f"“{target}” exists already. Choose another name.")
        if not target.parent.is_dir():
            raise ProjectError(f"The folder “{target.parent}” does not exist. Make it first, or choose another.")
        size = source.stat().st_size
        if shutil.disk_usage(target.parent).free < 4 * size:
            raise ProjectError(
                f"The disk has no room to rescue “{source}”: it takes {4 * size / 2**20:,.0f} MB for a while. Free some space."
            )
        with tempfile.TemporaryDirectory(prefix=".rescue-", dir=target.parent) as folder:
            damaged = DamagedFile(source, Path(folder), progress)
            try:
                return _Rescue(damaged, Salvage(source, target), progress).run(Path(folder) / "sound")
            finally:
                damaged.close()
    except OSError as error:
        raise ProjectError(f"“{source}” cannot be rescued to “{target}”: {error.strerror or error}.") from error


class _Rescue:
    """One rescue: from the damaged file, table by table, parents before children."""

    def __init__(self, damaged: DamagedFile, report: Salvage, progress: Progress) -> None:
        self._damaged = damaged
        self._report = report
        self._progress = progress
        self._refused: dict[str, set[Row]] = defaultdict(set)
        self._target: sqlite3.Connection

    def run(self, made: Path) -> Salvage:
        report = self._report
        full = "Nothing was rescued; free some space, or choose another disk."
        connection = sqlite3.connect(made, isolation_level=None)
        with plain_errors(report.target, full=full), contextlib.closing(connection) as self._target:
            migrations.migrate(connection)
            connection.execute("BEGIN")
            self._copy_all()
            if not any(report.saved[name] for name in ("documents", "annotation_sets", "spans", "steps")) and (
                report.complaints or self._damaged.contents_lost
            ):
                if not self._damaged.known:
                    raise NotAProject(f"Nothing in “{report.source}” can be recognised as an annotator project.")
                raise ProjectDamaged(f"Nothing of “{report.source}” can be read any more. Go back to a backup.")
            recount.recount(connection)
            self._end_history()
            connection.execute("COMMIT")
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise ProjectDamaged(f"“{report.source}” cannot be rescued: what was read of it does not fit together.")
        files.put_in_place(made, report.target)
        return report

    def _copy_all(self) -> None:
        report, damaged = self._report, self._damaged
        complaints = damaged.complaints()
        report.complaints = complaints[:_SHOWN_COMPLAINTS]
        if complaints:
            report.notices.append(f"The file is damaged ({report.complaints[0]}).")
        if damaged.log_lost:
            report.notices.append("The log of the last edits beside the file could not be read: the latest edits may be missing.")
        if damaged.contents_lost:
            report.notices.append(
                "The file's own table of contents was destroyed; its parts were looked for where a project has them."
            )
        sequences = self._sequences()
        last_document, last_set, last_step = (sequences.get(name, 0) for name in ("documents", "annotation_sets", "steps"))
        self._project()
        self._bring(DOCUMENTS, last_document, judge_document)
        self._bring(SETS, last_set, lambda row: CODECS[What.SET].from_row(row[1:]))
        for what, table in CONTENT.items():
            self._bring(table, last_set, lambda row, what=what: CODECS[what].from_row(row[1:]))
        self._drop_loose_relations()
        self._bring(HISTORY, last_step, judge_step)
        self._bring(CHANGED, last_step, judge_change, last_set)
        self._scheme_if_lost()
        self._knowledge()
        bring_suggesters(damaged, self._target, report)
        for name, number in sequences.items():
            self._target.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            self._target.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, number))

    def _sequences(self) -> dict[str, int]:
        """Return the highest numbers ever given out, as far as they are known and can be true."""
        found: dict[str, int] = {}
        for name, number in self._damaged.column("SELECT name, seq FROM sqlite_sequence"):
            if isinstance(name, bytes) and isinstance(number, int) and 0 <= number < 2**40:
                found[name.decode("utf-8", "replace")] = number
        others = {
            "documents": ("documents.id", "annotation_sets.document_id"),
            "annotation_sets": ("annotation_sets.id", "spans.set_id", "relations.set_id", "verdicts.set_id"),
            "steps": ("steps.id", "changes.step_id"),
        }
        for name, columns in others.items():
            for table, column in (place.split(".") for place in columns):
                rows, _ = self._damaged.listing(f"SELECT {column} FROM {table} ORDER BY {column} DESC LIMIT 1")
                if rows and isinstance(rows[0][0], int) and rows[0][0] < 2**40:
                    found[name] = max(found.get(name, 0), rows[0][0])
        return {name: number for name, number in found.items() if name in ("documents", "annotation_sets", "steps")}

    def _project(self) -> None:
        rows: dict[str, str] = {}
        for direction in ("ASC", "DESC"):
            for key, value in self._damaged.column(f"SELECT key, value FROM project ORDER BY key {direction}"):
                with contextlib.suppress(UnicodeDecodeError, AttributeError):
                    rows[key.decode()] = value.decode()
        for key, value in rows.items():
            if key == "scheme":
                try:
                    text_scheme(value)
                except Exception:
                    continue  # told where it is put together anew
            self._target.execute("INSERT OR REPLACE INTO project (key, value) VALUES (?, ?)", (key, value))
        if "language" not in rows:
            self._target.execute("INSERT OR REPLACE INTO project (key, value) VALUES ('language', 'xx')")
            self._report.notices.append("The project's language could not be read; it is now “xx” (any).")

    def _knowledge(self) -> None:
        """Bring the knowledge base over, and make the names anew by which its entries are found."""
        if self._damaged.contents_lost:  # it began at another page in each file
            self._report.notices.append("A knowledge base, if there was one, could not be read; load it again from its file.")
            return
        if not self._damaged.has("knowledge"):  # a file from before there was one
            return
        found = self._damaged.column("SELECT place, entries, source, loaded FROM knowledge")
        if not found or found[0][0] not in (0, 1):
            self._report.notices.append("Which knowledge base was in use could not be read; load it again from its file.")
            return
        place, entries, *rest = found[0]
        if not entries:
            return
        table = KNOWLEDGE[place]
        self._bring(table, self._damaged.value(f"SELECT max(number) FROM {table.name}") or entries, judge_knowledge)
        self._target.execute("UPDATE knowledge SET place = ?, source = ?, loaded = ?", (place, *map(shown, rest)))
        knowledge_loading.renamed(self._target)

    def _bring(self, table: Table, top: int, judge: Callable[[Row], Any], last: int | None = None) -> None:
        """Bring a table over and account for it; ``last`` is the highest number of the column its list is read by, if another."""
        self._account(table, self._rows(table, top, judge), judge, top if last is None else last)

    def _rows(self, table: Table, top: int, judge: Callable[[Row], Any]) -> list[Gap]:
        """Bring one table over; what does not hold by the rules is told and left out.  Returns the places that cannot be read."""
        self._progress.start(f"Reading {WORDS[table.name]}s")
        gaps: list[Gap] = []
        refused: Counter[tuple[str, str]] = Counter()
        for row in self._damaged.rows(table, top):
            if isinstance(row, Gap):
                gaps.append(row)
                continue
            self._progress.advance()
            reason = ALTERED
            try:
                sound = decoded(row, table.columns)
                judge(sound)
                if self._has_parents(table, sound):
                    self._insert(table, sound)
                    continue
                reason = "what it belongs to is lost"
            except sqlite3.OperationalError:  # of the new file: a full disk, for one
                raise
            except Exception:
                pass
            refused[self._place(table, row), reason] += 1
            self._refused[table.name].add(tuple(map(shown, row[: table.key])))
        for (place, reason), count in refused.items():
            self._miss(table.name, count, place, reason)
        return gaps

    def _has_parents(self, table: Table, row: Row) -> bool:
        return all(
            row[place] is None or self._target.execute(f"SELECT 1 FROM {parent} WHERE id = ?", (row[place],)).fetchone()
            for place, parent in PARENTS.get(table.name, ())
        )

    def _account(self, table: Table, gaps: list[Gap], judge: Callable[[Row], Any], top: int) -> None:
        """Tell what is missing and what is doubtful of a table, by the index that lists its rows a second time."""
        gaps = joined(gaps)
        if table.name not in LISTS:
            for gap in gaps:
                self._miss(table.name, 0, numbers(gap), UNREADABLE)
            return
        index, columns, by = LISTS[table.name]
        unsure = False
        lost: dict[Row, Row] = {}
        for low in range(0, top + 1, STRETCH) if by else (0,):
            where, limits = (f" WHERE {by} BETWEEN ? AND ?", (low, low + STRETCH - 1)) if by else ("", ())
            select = f"SELECT {', '.join(columns)} FROM {table.name} INDEXED BY {index}{where}"
            listed, clean = self._damaged.listing(select, limits)
            unsure |= not clean
            have = {row[: table.key]: row for row in self._target.execute(select, limits)}
            there = {tuple(map(shown, row[: table.key])): tuple(map(shown, row)) for row in listed}
            lost.update((key, there[key]) for key in there.keys() - have.keys() - self._refused[table.name])
            self._tell_doubts(table, there, have, clean)
        self._from_orphans(table, lost, judge)
        self._tell_lost(table, lost)
        if unsure:
            for gap in gaps:
                self._miss(table.name, 0, numbers(gap), f"{UNREADABLE}, nor can the list of what was there")
            self._report.notices.append(
                f"The list of the {WORDS[table.name]}s is damaged: some may be missing that nothing tells of."
            )

    def _tell_doubts(self, table: Table, listed: dict[Row, Row], have: dict[Row, Row], clean: bool) -> None:
        found: Counter[str] = Counter()
        for key, row in have.items():
            if row != listed.get(key) and (clean or key in listed):
                found[self._place(table, row)] += 1
        for place, count in sorted(found.items()):
            self._miss(table.name, count, place, "two parts of the file disagree about it", doubtful=True)

    def _from_orphans(self, table: Table, lost: dict[Row, Row], judge: Callable[[Row], Any]) -> None:
        """Bring over what is missed and lies on a page that no tree leads to: such a row must be just what its list says of it.

        A row of which two versions are found is left out: nobody can tell which is the last.
        """
        found: dict[Row, Row | None] = {}
        columns = [table.columns.index(column) for column in LISTS[table.name][1]]
        for row in self._damaged.orphans(table) if lost else ():
            with contextlib.suppress(Exception):  # most of what lies there is something else
                sound = decoded(row, table.columns)
                key = sound[: table.key]
                if lost.get(key) == tuple(sound[column] for column in columns):
                    judge(sound)
                    found[key] = sound if found.get(key, sound) == sound else None
        for key, row in sorted((key, row) for key, row in found.items() if row is not None):
            with contextlib.suppress(sqlite3.IntegrityError):
                if row is not None and self._has_parents(table, row):
                    self._insert(table, row)
                    del lost[key]

    def _tell_lost(self, table: Table, lost: dict[Row, Row]) -> None:
        found: Counter[str] = Counter()
        for row in lost.values():
            if not (table is SETS and self._set_rebuilt(row)):
                found[self._place(table, row)] += 1
        for place, count in sorted(found.items()):
            self._miss(table.name, count, place, UNREADABLE)

    def _set_rebuilt(self, row: Row) -> bool:
        """Put a set together from the index that lists whose work it is."""
        try:
            whole = (*row, 0, "[]")
            CODECS[What.SET].from_row(whole[1:])
            if not self._has_parents(SETS, whole):
                return False
            self._insert(SETS, whole)
        except Exception:  # the index is as doubtful as the rest
            return False
        self._miss(
            "annotation_sets", 1, self._place(SETS, row), "its flag and categories are lost, the rest was found elsewhere", True
        )
        return True

    def _insert(self, table: Table, row: Row) -> None:
        marks = ", ".join("?" * len(table.columns))
        self._target.execute(f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})", row)
        self._report.saved[table.name] += 1

    def _miss(self, table: str, count: int, place: str, reason: str, doubtful: bool = False) -> None:
        self._report.missing.append(Missing(table, count, place, reason, doubtful))

    def _place(self, table: Table, row: Row) -> str:
        """Say where a row belongs."""
        if table is DOCUMENTS:
            return named(row[1], row[0])
        if table is SETS:
            return f"in {self._document(row[1])} ({shown(row[2])})"
        if table in KNOWLEDGE:
            return f"“{shown(row[1])}”"
        if table.name in ("steps", "changes"):
            return f"(step {shown(row[0])})"
        owner = self._target.execute("SELECT document_id, annotator FROM annotation_sets WHERE id = ?", (shown(row[0]),)).fetchone()
        return f"in set {shown(row[0])}" if owner is None else f"in {self._document(owner[0])} ({owner[1]})"

    def _document(self, number: Any) -> str:
        row = self._target.execute("SELECT name FROM documents WHERE id = ?", (shown(number),)).fetchone()
        return f"document {shown(number)}" if row is None else named(row[0], number)

    def _drop_loose_relations(self) -> None:
        loose = (
            "FROM relations WHERE NOT EXISTS (SELECT 1 FROM spans s WHERE s.set_id = relations.set_id AND s.id = relations.head)"
            " OR NOT EXISTS (SELECT 1 FROM spans s WHERE s.set_id = relations.set_id AND s.id = relations.tail)"
        )
        for set_id, count in self._target.execute(f"SELECT set_id, count(*) {loose} GROUP BY set_id").fetchall():
            place = self._place(CONTENT[What.RELATION], (set_id,))
            self._miss("relations", count, place, "the span at one of the ends is lost")
            self._report.saved["relations"] -= count
        self._target.execute(f"DELETE {loose}")

    def _scheme_if_lost(self) -> None:
        if self._target.execute("SELECT 1 FROM project WHERE key = 'scheme'").fetchone():
            return
        told = "The label scheme could not be read; the one of the last change in the history is used."
        scheme: Any = None
        for (after,) in self._target.execute("SELECT after FROM changes WHERE what = 'scheme' ORDER BY step_id DESC, number DESC"):
            scheme = journal_to_value(What.SCHEME, after)
            break
        if not isinstance(scheme, LabelScheme):
            told = "The label scheme could not be read; it is put together from the labels in use, without rules, keys and colours."
            used = {
                table: [
                    row[0] for row in self._target.execute(f"SELECT DISTINCT label FROM {table} WHERE trim(label) <> '' ORDER BY 1")
                ]
                for table in ("spans", "relations")
            }
            scheme = scheme_from_dict({"name": "rescued", **used})
        self._report.notices.append(told)
        self._target.execute("INSERT INTO project (key, value) VALUES ('scheme', ?)", (scheme_text(scheme),))

    def _end_history(self) -> None:
        """Where anything is missing, no step can be taken back any more: what it would bring back may not fit what is left."""
        if not self._report.whole:
            self._target.execute("UPDATE steps SET lane = 'system', finished = 1")
        name = self._report.source.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        journal.begin(self._target, actor="annotator", lane=Lane.SYSTEM, text="Rescue from the damaged file {}", detail=name)


def joined(gaps: Iterable[Gap]) -> list[Gap]:
    """Return the gaps of one table in order, those without a number between them as one."""
    found: list[Gap] = []
    for gap in sorted(gaps, key=lambda gap: (gap.low, gap.high)):
        if found and gap.low <= found[-1].high + 1:
            found[-1] = Gap(gap.table, found[-1].low, max(found[-1].high, gap.high))
        else:
            found.append(gap)
    return found
