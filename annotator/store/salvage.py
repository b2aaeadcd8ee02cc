"""Making a sound project from a damaged one, with a report of what is missing.

Every row that can still be read is judged by the same rules as one that is written, and brought into a new file under its old number.
What cannot be proven to be as it was saved is left out and named; but a changed letter inside a text that is still valid leaves no trace
in the file, and only a backup can tell.  Where anything is missing, the history is kept to be read, and none of its steps can be taken back.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.changes import Lane, What
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import ProjectDamaged, ProjectError
from annotator.store import files, journal, migrations, recount
from annotator.store.damaged import DamagedFile, Gap, Row, Table
from annotator.store.faults import plain_errors
from annotator.store.rows import CODECS, DOCUMENT_COLUMNS, journal_to_value, row_document, scheme_text, text_scheme

_STEPS = ("id", "at", "actor", "lane", "text", "detail", "undoes", "state", "finished")
_CHANGES = ("step_id", "number", "what", "set_id", "key", "before", "after")
_DOCUMENTS = Table("documents", DOCUMENT_COLUMNS, 1, "documents_by_name")
_SETS = Table("annotation_sets", ("id", *CODECS[What.SET].columns))
_CONTENT = {
    What.SPAN: Table("spans", ("set_id", *CODECS[What.SPAN].columns), 2, "spans_by_place"),
    What.RELATION: Table("relations", ("set_id", *CODECS[What.RELATION].columns), 2, "relations_by_head"),
    What.VERDICT: Table("verdicts", ("set_id", *CODECS[What.VERDICT].columns), 2),
}
_BLOBS = frozenset(("tokens", "sentences"))
_WORDS = {
    "documents": "document",
    "annotation_sets": "annotation set",
    "spans": "span",
    "relations": "relation",
    "verdicts": "rejection",
    "steps": "step of the history",
    "changes": "change in the history",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the new project lacks: ``count`` rows of ``table`` (0: nobody can tell how many) at ``place``, for ``reason``."""

    table: str
    count: int
    place: str
    reason: str

    @property
    def sentence(self) -> str:
        """What is missing, for a person."""
        what = amount(self.count, _WORDS[self.table]) if self.count else f"an unknown number of {_WORDS[self.table]}s"
        return f"{what[0].upper()}{what[1:]} {self.place}: {self.reason}."


@dataclass(slots=True)
class Salvage:
    """What came of a rescue.

    ``saved`` counts the rows brought over by table.  ``complaints`` is what SQLite's check says of the damaged file; ``notices`` are
    sentences about the project as a whole.
    """

    source: Path
    target: Path
    saved: Counter[str] = field(default_factory=Counter)
    missing: list[Missing] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing is known to be missing."""
        return not self.missing and not self.notices

    def lines(self, most: int = 1000) -> list[str]:
        """Return the report as sentences, the most important first."""
        saved = ", ".join(amount(self.saved[table], word) for table, word in _WORDS.items() if table != "changes")
        told = [f"“{self.target.name}” holds what could be read of “{self.source.name}”: {saved}.", *self.notices]
        told += [missing.sentence for missing in self.missing[:most]]
        if len(self.missing) > most:
            told.append(f"And {len(self.missing) - most} more places.")
        if not self.missing:
            told.append("Nothing is known to be missing.")
        told.append("A changed letter inside a text cannot be found in this way: compare with a backup where you have one.")
        return told

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON data."""
        return {
            "source": str(self.source),
            "target": str(self.target),
            "saved": dict(self.saved),
            "missing": [{"table": m.table, "count": m.count, "place": m.place, "reason": m.reason} for m in self.missing],
            "damage": self.complaints,
            "notices": self.notices,
        }


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
        self._target: sqlite3.Connection

    def run(self, made: Path) -> Salvage:
        report = self._report
        with plain_errors(report.target, full="Nothing was rescued; free some space, or choose another disk."):
            with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as self._target:
                migrations.migrate(self._target)
                self._target.execute("PRAGMA foreign_keys = ON")
                self._target.execute("BEGIN")
                self._copy_all()
                recount.recount(self._target)
                self._end_history()
                self._target.execute("COMMIT")
                found = self._target.execute("PRAGMA quick_check(1)").fetchone()[0]
                if found != "ok" or self._target.execute("PRAGMA foreign_key_check").fetchone():
                    raise ProjectDamaged(f"“{report.source}” cannot be rescued: what was read of it does not fit together.")
        files.put_in_place(made, report.target)
        return report

    def _copy_all(self) -> None:
        report, damaged = self._report, self._damaged
        report.complaints = damaged.complaints()
        if damaged.log_lost:
            report.notices.append("The log of the last edits beside the file could not be read: the latest edits may be missing.")
        if damaged.contents_lost:
            report.notices.append(
                "The file's own table of contents was destroyed; its parts were looked for where a project has them."
            )
        sequences = self._sequences()
        self._project()
        top = max(sequences.values(), default=0)
        self._rows(_DOCUMENTS, top, _sound_document)
        self._sets(top)
        for what, table in _CONTENT.items():
            self._rows(table, top, CODECS[what].from_row)
        self._drop_loose_relations()
        self._rows(Table("steps", _STEPS), top, _sound_step)
        self._rows(Table("changes", _CHANGES, 2), top, _sound_change)
        self._scheme_if_lost()
        for name, number in sequences.items():
            self._target.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, name))

    def _sequences(self) -> dict[str, int]:
        """Return the highest numbers ever given out, as far as they are known and can be true."""
        found: dict[str, int] = {}
        for name, number in self._damaged.column("SELECT name, seq FROM sqlite_sequence"):
            if isinstance(name, bytes) and isinstance(number, int) and 0 <= number < 2**40:
                found[name.decode("utf-8", "replace")] = number
        for table in ("documents", "annotation_sets", "steps"):
            last = self._damaged.value(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 1")
            if isinstance(last, int) and last < 2**40:
                found[table] = max(found.get(table, 0), last)
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

    def _sets(self, top: int) -> None:
        """Bring the sets over; one whose own row is lost is put together from the index that lists whose work it is."""
        gaps = self._rows(_SETS, top, lambda row: CODECS[What.SET].from_row(row[1:]), told=False)
        have = {row[0] for row in self._target.execute("SELECT id FROM annotation_sets")}
        columns = ("id", "document_id", "annotator", "kind", "status")
        listed: dict[Any, Row] = {}
        clean = False
        for direction in ("ASC", "DESC"):
            order = ", ".join(f"{column} {direction}" for column in ("annotator", "kind", "status", "document_id"))
            sql = f"SELECT {', '.join(columns)} FROM annotation_sets INDEXED BY annotation_sets_by_work ORDER BY {order}"
            rows, clean = self._damaged.listing(sql)
            listed.update((row[0], row) for row in rows)
            if clean:
                break
        for key in sorted(key for key in listed if isinstance(key, int) and key not in have):
            with contextlib.suppress(Exception):  # the index is as doubtful as the rest
                whole = (*_decoded(listed[key], columns), 0, "[]")
                CODECS[What.SET].from_row(whole[1:])
                self._insert(_SETS, whole)
                have.add(key)
                reason = "its flag and categories are lost, the rest was found elsewhere in the file"
                self._miss("annotation_sets", 1, f"in {self._document(whole[1])} ({whole[2]})", reason)
        for gap in joined(gaps):
            lost = [key for key in listed if isinstance(key, int) and gap.low <= key <= gap.high and key not in have]
            if lost or not clean:
                self._miss("annotation_sets", len(lost), _numbers(gap), _UNREADABLE)

    def _rows(self, table: Table, top: int, judge: Callable[[Row], Any], *, told: bool = True) -> list[Gap]:
        """Bring one table over; what cannot be read, or does not hold by the rules, is told and left out.  Returns the gaps."""
        self._progress.start(f"Reading {_WORDS[table.name]}s")
        gaps: list[Gap] = []
        refused: Counter[tuple[str, str]] = Counter()
        inner = table.name in ("spans", "relations", "verdicts")
        for row in self._damaged.rows(table, top):
            if isinstance(row, Gap):
                gaps.append(row)
                continue
            self._progress.advance()
            try:
                sound = _decoded(row, table.columns)
                judge(sound[1:] if inner else sound)
                self._insert(table, sound)
            except sqlite3.IntegrityError as error:
                reason = "what it belongs to is lost" if "FOREIGN KEY" in str(error) else "it breaks a rule of the file"
                refused[self._place(table, row), reason] += 1
            except sqlite3.OperationalError:  # of the new file: a full disk, for one
                raise
            except Exception:  # whatever an overwritten row may cause
                refused[self._place(table, row), "it is not as it was saved"] += 1
        for (place, reason), count in refused.items():
            self._miss(table.name, count, place, reason)
        for gap in joined(gaps) if told else ():
            self._tell(gap)
        return gaps

    def _insert(self, table: Table, row: Row) -> None:
        marks = ", ".join("?" * len(table.columns))
        self._target.execute(f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})", row)
        self._report.saved[table.name] += 1

    def _miss(self, table: str, count: int, place: str, reason: str) -> None:
        self._report.missing.append(Missing(table, count, place, reason))

    def _tell(self, gap: Gap) -> None:
        """Tell what a gap hides, as far as an index still lists it."""
        table, key = gap.table, gap.table.columns[0]
        if not table.index:
            self._miss(table.name, 0, _numbers(gap), _UNREADABLE)
            return
        names = "id, name" if table is _DOCUMENTS else table.keys
        sql = f"SELECT {names} FROM {table.name} INDEXED BY {table.index} WHERE {key} BETWEEN ? AND ?"
        listed, clean = self._damaged.listing(sql, (gap.low, gap.high))
        have = f"SELECT {table.keys} FROM {table.name} WHERE {key} BETWEEN ? AND ?"
        there = set(self._target.execute(have, (gap.low, gap.high)))
        lost: Counter[str] = Counter()
        for row in listed:
            with contextlib.suppress(UnicodeDecodeError):
                if _decoded(row[: table.key], ()) not in there:
                    lost[_named(row[1], row[0]) if table is _DOCUMENTS else self._place(table, row)] += 1
        for place, count in lost.items():
            self._miss(table.name, count, place, _UNREADABLE)
        if not clean:
            self._miss(table.name, 0, _numbers(gap), f"{_UNREADABLE}, and neither can the list of what was there")

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
        raise ValueError("no metadata")
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
