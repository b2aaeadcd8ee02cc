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
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.changes import Lane, What
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.progress import Progress
from annotator.errors import ProjectDamaged, ProjectError
from annotator.store import files, journal, migrations, recount
from annotator.store.damaged import DamagedFile, Gap, Row, Table
from annotator.store.faults import plain_errors
from annotator.store.rows import CODECS, DOCUMENT_COLUMNS, journal_to_value, row_document, scheme_text, text_scheme
from annotator.store.salvage_report import WORDS, Missing, Salvage

_STEPS = ("id", "at", "actor", "lane", "text", "detail", "undoes", "state", "finished")
_CHANGES = ("step_id", "number", "what", "set_id", "key", "before", "after")
_DOCUMENTS = Table("documents", DOCUMENT_COLUMNS)
_SETS = Table("annotation_sets", ("id", *CODECS[What.SET].columns))
_CONTENT = {
    What.SPAN: Table("spans", ("set_id", *CODECS[What.SPAN].columns), 2, "spans_by_place"),
    What.RELATION: Table("relations", ("set_id", *CODECS[What.RELATION].columns), 2, "relations_by_head"),
    What.VERDICT: Table("verdicts", ("set_id", *CODECS[What.VERDICT].columns), 2),
}
_HISTORY = Table("steps", _STEPS)
_CHANGED = Table("changes", _CHANGES, 2)
_LISTS = {
    "documents": ("documents_by_name", ("id", "name"), ""),
    "annotation_sets": ("annotation_sets_by_work", ("id", "document_id", "annotator", "kind", "status"), ""),
    "spans": ("spans_by_place", ("set_id", "id", "start"), "set_id"),
    "relations": ("relations_by_head", ("set_id", "id", "head"), "set_id"),
    "changes": ("changes_by_set", ("step_id", "number", "set_id"), "set_id"),
}
"""What tells a second time which rows there are: an index, what it holds of each, and the column by which it is read in stretches."""
_STRETCH = 256
_PARENTS = {
    "annotation_sets": ((1, "documents"),),
    "spans": ((0, "annotation_sets"),),
    "relations": ((0, "annotation_sets"),),
    "verdicts": ((0, "annotation_sets"),),
    "steps": ((_STEPS.index("undoes"), "steps"),),
    "changes": ((0, "steps"),),
}
"""What must be there for a row to be: the place of the number in the row, and the table it is a number of."""
_BLOBS = frozenset(("tokens", "sentences"))


def salvage(source: Path, target: Path, progress: Progress | None = None) -> Salvage:
    """Read a damaged project as far as possible into a new one at ``target``; ``source`` is only read.

    Raises ``NotAProject`` where nothing of a project can be recognised, ``ProjectError`` where the new file cannot be made, and
    ``Cancelled``; then there is nothing at ``target``.
    """
    progress = progress or Progress()
    try:
        if target.exists():
            raise ProjectError(f"“{target}” exists already. Choose another name.")
        if not target.parent.is_dir():
            raise ProjectError(f"The folder “{target.parent}” does not exist. Make it first, or choose another.")
        size = source.stat().st_size
        if shutil.disk_usage(target.parent).free < 3 * size:
            raise ProjectError(
                f"The disk has no room to rescue “{source}”: it takes {3 * size / 2**20:,.0f} MB for a while. Free some space."
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
        report.complaints = damaged.complaints()
        if report.complaints:
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
        self._bring(_DOCUMENTS, last_document, _sound_document)
        self._bring(_SETS, last_set, lambda row: CODECS[What.SET].from_row(row[1:]))
        for what, table in _CONTENT.items():
            self._bring(table, last_set, lambda row, what=what: CODECS[what].from_row(row[1:]))
        self._drop_loose_relations()
        self._bring(_HISTORY, last_step, _sound_step)
        self._bring(_CHANGED, last_step, _sound_change, last_set)
        self._scheme_if_lost()
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

    def _bring(self, table: Table, top: int, judge: Callable[[Row], Any], last: int | None = None) -> None:
        """Bring a table over and account for it; ``last`` is the highest number of the column its list is read by, if another."""
        self._account(table, self._rows(table, top, judge), top if last is None else last)

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
            reason = "it is not as it was saved"
            try:
                sound = _decoded(row, table.columns)
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
            self._refused[table.name].add(tuple(map(_shown, row[: table.key])))
        for (place, reason), count in refused.items():
            self._miss(table.name, count, place, reason)
        return gaps

    def _has_parents(self, table: Table, row: Row) -> bool:
        return all(
            row[place] is None or self._target.execute(f"SELECT 1 FROM {parent} WHERE id = ?", (row[place],)).fetchone()
            for place, parent in _PARENTS.get(table.name, ())
        )

    def _account(self, table: Table, gaps: list[Gap], top: int) -> None:
        """Tell what is missing and what is doubtful of a table, by the index that lists its rows a second time."""
        gaps = joined(gaps)
        if table.name not in _LISTS:
            for gap in gaps:
                self._miss(table.name, 0, _numbers(gap), _UNREADABLE)
            return
        index, columns, by = _LISTS[table.name]
        unsure = False
        for low in range(0, top + 1, _STRETCH) if by else (0,):
            where, limits = (f" WHERE {by} BETWEEN ? AND ?", (low, low + _STRETCH - 1)) if by else ("", ())
            select = f"SELECT {', '.join(columns)} FROM {table.name} INDEXED BY {index}{where}"
            listed, clean = self._damaged.listing(select, limits)
            unsure |= not clean
            have = {row[: table.key]: row for row in self._target.execute(select, limits)}
            self._compare(table, {tuple(map(_shown, row[: table.key])): tuple(map(_shown, row)) for row in listed}, have, clean)
        if unsure:
            for gap in gaps:
                self._miss(table.name, 0, _numbers(gap), f"{_UNREADABLE}, nor can the list of what was there")
            self._report.notices.append(
                f"The list of the {WORDS[table.name]}s is damaged: some may be missing that nothing tells of."
            )

    def _compare(self, table: Table, listed: dict[Row, Row], have: dict[Row, Row], clean: bool) -> None:
        found: Counter[tuple[str, bool]] = Counter()
        for key in listed.keys() - have.keys() - self._refused[table.name]:
            if table is _SETS and self._set_rebuilt(listed[key]):
                continue
            found[self._place(table, listed[key]), False] += 1
        for key, row in have.items():
            if row != listed.get(key) and (clean or key in listed):
                found[self._place(table, row), True] += 1
        for (place, doubtful), count in sorted(found.items()):
            self._miss(table.name, count, place, "two parts of the file disagree about it" if doubtful else _UNREADABLE, doubtful)

    def _set_rebuilt(self, row: Row) -> bool:
        """Put a set together from the index that lists whose work it is."""
        try:
            whole = (*row, 0, "[]")
            CODECS[What.SET].from_row(whole[1:])
            if not self._has_parents(_SETS, whole):
                return False
            self._insert(_SETS, whole)
        except Exception:  # the index is as doubtful as the rest
            return False
        self._miss(
            "annotation_sets", 1, self._place(_SETS, row), "its flag and categories are lost, the rest was found elsewhere", True
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
        if table is _DOCUMENTS:
            return _named(row[1], row[0])
        if table is _SETS:
            return f"in {self._document(row[1])} ({_shown(row[2])})"
        if table.name in ("steps", "changes"):
            return f"(step {_shown(row[0])})"
        owner = self._target.execute(
            "SELECT document_id, annotator FROM annotation_sets WHERE id = ?", (_shown(row[0]),)
        ).fetchone()
        return f"in set {_shown(row[0])}" if owner is None else f"in {self._document(owner[0])} ({owner[1]})"

    def _document(self, number: Any) -> str:
        row = self._target.execute("SELECT name FROM documents WHERE id = ?", (_shown(number),)).fetchone()
        return f"document {_shown(number)}" if row is None else _named(row[0], number)

    def _drop_loose_relations(self) -> None:
        loose = (
            "FROM relations WHERE NOT EXISTS (SELECT 1 FROM spans s WHERE s.set_id = relations.set_id AND s.id = relations.head)"
            " OR NOT EXISTS (SELECT 1 FROM spans s WHERE s.set_id = relations.set_id AND s.id = relations.tail)"
        )
        for set_id, count in self._target.execute(f"SELECT set_id, count(*) {loose} GROUP BY set_id").fetchall():
            place = self._place(_CONTENT[What.RELATION], (set_id,))
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


_UNREADABLE = "it lies on a part of the file that cannot be read"


def _decoded(row: Sequence[Any], columns: Sequence[str]) -> Row:
    """Return a row with its texts as text; raises ``UnicodeDecodeError`` where one is none."""
    names = columns or ("",) * len(row)
    return tuple(
        value.decode() if isinstance(value, bytes) and name not in _BLOBS else value for value, name in zip(row, names, strict=True)
    )


def _shown(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _named(name: Any, number: Any) -> str:
    return f"“{_shown(name)}” (number {_shown(number)})"


def _numbers(gap: Gap) -> str:
    of = {"spans": "set", "relations": "set", "verdicts": "set", "changes": "step"}.get(gap.table.name, "number")
    return f"({of} {gap.low})" if gap.low == gap.high else f"({of}s {gap.low} to {gap.high})"


def _sound_document(row: Row) -> None:
    found = row_document(row)
    length = len(found.text)
    if not isinstance(found.meta, dict):
        raise TypeError("its metadata are none")
    if len(found.tokens.starts) != len(found.tokens.ends) or (len(found.tokens) and found.tokens.ends[-1] > length):
        raise ValueError("its tokens do not fit its text")
    if found.sentences and found.sentences[-1] >= max(len(found.tokens), 1):
        raise ValueError("its sentences do not fit its tokens")


def _sound_step(row: Row) -> None:
    _, at, _, lane, text, detail, *_ = row
    datetime.fromisoformat(at)
    Lane(lane)
    text.format(detail)


def _sound_change(row: Row) -> None:
    _, _, what, _, _, before, after = row
    if what in set(What):
        for value in (before, after):
            journal_to_value(What(what), value)
    elif not what.startswith("bulk-") or not isinstance(orjson.loads(after), list):
        raise ValueError("no change")
