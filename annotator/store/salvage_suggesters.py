"""What a rescue brings over of suggesters: how they are set, what they made documents worth, and what was dismissed in their inbox.

Their tables have no second list of their rows, and only ``document_worth`` has numbers to look for gaps by; so each is read from both of
its ends, and where the two do not meet, that is told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from annotator.store.damaged import DamagedFile, Row, Table
from annotator.store.rows import json_mapping
from annotator.store.salvage_report import Missing, Salvage
from annotator.store.salvage_tables import ALTERED, UNREADABLE, decoded, shown

_SUGGESTERS = Table("suggesters", ("name", "position", "setup", "fingerprint", "through"))
_WORTH = Table("document_worth", ("document_id", "disagreement", "doubt", "novelty"))
_DISMISSALS = Table("dismissals", ("surface", "reason", "told", "actor", "at"))
_ANYWHERE = "in the project"


def bring_suggesters(damaged: DamagedFile, target: sqlite3.Connection, report: Salvage) -> None:
    """Bring these tables into ``target``, whose documents are there already, and account for them in ``report``."""
    there = [table for table in _JUDGES if damaged.has(table.name)]
    if damaged.contents_lost or (report.complaints and len(there) < len(_JUDGES)):  # they began at another page in each file
        report.notices.append("Suggesters, and what was dismissed in the consistency inbox, could not be read if there were any.")
        return
    for table in there:  # none in a file from before there were suggesters
        _bring(damaged, table, target, report)


def _bring(damaged: DamagedFile, table: Table, target: sqlite3.Connection, report: Salvage) -> None:
    rows: dict[object, Row] = {}
    for direction in ("ASC", "DESC"):
        found, whole = damaged.listing(f"SELECT {', '.join(table.columns)} FROM {table.name} ORDER BY {table.keys} {direction}")
        rows.update((row[0], row) for row in found)
        if whole:
            break
    else:
        report.missing.append(Missing(table.name, 0, _ANYWHERE, UNREADABLE))
    marks = ", ".join("?" * len(table.columns))
    for row in rows.values():
        try:
            sound = decoded(row, table.columns)
            if not _JUDGES[table](sound, target):
                continue
            target.execute(f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})", sound)
            report.saved[table.name] += 1
        except sqlite3.OperationalError:  # of the new file: a full disk, for one
            raise
        except Exception:
            report.missing.append(Missing(table.name, 1, f"“{shown(row[0])}”", ALTERED))


def _judge_suggester(row: Row, _target: sqlite3.Connection) -> bool:
    name, position, setup, fingerprint, through = row
    if not name or not isinstance(fingerprint, str) or position < 0 or through < 0:
        raise ValueError("no suggester")
    json_mapping(setup)
    return True


def _judge_worth(row: Row, target: sqlite3.Connection) -> bool:
    """Tell whether the document it is about came over: what is lost with a document is told there."""
    document_id, *figures = row
    if not all(-1 <= figure <= 1 for figure in figures):
        raise ValueError("no worth")
    return target.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone() is not None


def _judge_dismissal(row: Row, _target: sqlite3.Connection) -> bool:
    surface, reason, told, actor, at = row
    if not all(isinstance(count, int) for count in json_mapping(told).values()) or not all(
        isinstance(text, str) for text in (surface, reason, actor)
    ):
        raise ValueError("no dismissal")
    datetime.fromisoformat(at)
    return True


_JUDGES: dict[Table, Callable[[Row, sqlite3.Connection], bool]] = {
    _SUGGESTERS: _judge_suggester,
    _WORTH: _judge_worth,
    _DISMISSALS: _judge_dismissal,
}
"""The tables in the order in which they are brought; each judge raises where a row is not as it was saved, and says whether it belongs."""
