"""Which suggesters a project has, how far their runs are, what they made documents worth, and which disagreements were dismissed.

None of it is an edit, so it leaves no step in the history: each function that writes does so in a transaction of its own, on the writer's
connection.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from annotator.domain.renamings import Renaming, followed
from annotator.store import queries
from annotator.store.rows import json_mapping, text_scheme, to_json
from annotator.store.worth import FINISHED

_PUT_WORTH = f"""INSERT OR REPLACE INTO document_worth (document_id, disagreement, doubt, novelty)
SELECT id, ?2 * sign, ?3 * sign, ?4 * sign FROM (
    SELECT d.id, CASE WHEN {FINISHED.format("d.id")} THEN -1 ELSE 1 END AS sign FROM documents d WHERE d.id = ?1
)"""


@dataclass(frozen=True, slots=True)
class KnownSuggester:
    """A suggester that ran, or is to run, in this project.

    ``position`` orders them: of equally sure ones the earlier is believed.  ``setup`` is plain JSON data.
    ``fingerprint`` tells one way of working from another (``commands.suggesting``).  ``through`` is the id of the last document that an
    unfinished run over the project reached, in the order of ids; 0 where none is unfinished.
    """

    name: str
    position: int
    setup: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    through: int = 0


@dataclass(frozen=True, slots=True)
class Worth:
    """What makes a document worth looking at, each from 0 to 1.

    ``disagreement`` between suggesters (1 - F1 of their spans), ``doubt`` (1 - the lowest confidence), ``novelty`` (the share of its
    words that are in no finished document).
    """

    disagreement: float = 0.0
    doubt: float = 0.0
    novelty: float = 0.0


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A text that may be labelled differently, and why; ``told`` are the counts by label ("" for nothing) when that was decided."""

    surface: str
    reason: str
    told: Mapping[str, int]
    actor: str
    at: str


def known(connection: sqlite3.Connection) -> list[KnownSuggester]:
    """Return the suggesters of the project in the order in which they are believed."""
    rows = connection.execute("SELECT name, position, setup, fingerprint, through FROM suggesters ORDER BY position, name")
    return [KnownSuggester(name, position, json_mapping(setup), *rest) for name, position, setup, *rest in rows]


def remember(connection: sqlite3.Connection, suggesters: Iterable[KnownSuggester]) -> None:
    """Keep suggesters, each in place of what was known under its name."""
    rows = [(one.name, one.position, to_json(dict(one.setup)), one.fingerprint, one.through) for one in suggesters]
    with _writing(connection):
        connection.executemany(
            "INSERT OR REPLACE INTO suggesters (name, position, setup, fingerprint, through) VALUES (?, ?, ?, ?, ?)", rows
        )


def forget(connection: sqlite3.Connection, name: str) -> None:
    """Strike a suggester off the list; what it suggested stays."""
    with _writing(connection):
        connection.execute("DELETE FROM suggesters WHERE name = ?", (name,))


def put_worth(connection: sqlite3.Connection, found: Mapping[int, Worth]) -> None:
    """Keep what some documents are worth, by id; those that went away meanwhile are passed over."""
    rows = [(key, one.disagreement, one.doubt, one.novelty) for key, one in found.items()]
    with _writing(connection):
        connection.executemany(_PUT_WORTH, rows)


def worth_of(connection: sqlite3.Connection, document_id: int) -> Worth:
    """Return what a document is worth; all 0 where no suggester looked at it, and while it is finished."""
    sql = "SELECT disagreement, doubt, novelty FROM document_worth WHERE document_id = ?"
    row = connection.execute(sql, (document_id,)).fetchone()
    return Worth() if row is None else Worth(*(max(0.0, figure) for figure in row))


def dismissals(connection: sqlite3.Connection) -> dict[str, Dismissal]:
    """Return what was dismissed, by the text it is about, with the labels as they are called now."""
    kept = queries.project_value(connection, "scheme")
    renamings = text_scheme(kept).renamings if kept else ()
    rows = connection.execute("SELECT surface, reason, told, actor, at FROM dismissals ORDER BY at, surface")
    return {
        surface: Dismissal(surface, reason, _followed(json_mapping(told), at, renamings), actor, at)
        for surface, reason, told, actor, at in rows
    }


def _followed(told: Mapping[str, int], at: str, renamings: Sequence[Renaming]) -> Mapping[str, int]:
    """Return counts by label under the names of now.

    What was told under a name that was taken back since keeps that name, and is then asked about again.
    """
    then = [renaming for renaming in renamings if renaming.at < at]
    if len(then) == len(renamings):
        return told
    found: Counter[str] = Counter()
    for label, count in told.items():
        name = followed(label, "spans", then, renamings)
        if name or not label:
            found[name] += count
    return dict(found)


def dismiss(connection: sqlite3.Connection, surface: str, reason: str, told: Mapping[str, int], *, actor: str) -> None:
    """Say that a text may be labelled as it is, and why."""
    row = surface, reason, to_json(dict(told)), actor, datetime.now(UTC).isoformat(timespec="milliseconds")
    with _writing(connection):
        connection.execute("INSERT OR REPLACE INTO dismissals (surface, reason, told, actor, at) VALUES (?, ?, ?, ?, ?)", row)


def take_up_again(connection: sqlite3.Connection, surface: str) -> None:
    """Forget that a text was dismissed."""
    with _writing(connection):
        connection.execute("DELETE FROM dismissals WHERE surface = ?", (surface,))


@contextlib.contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk ends a transaction by itself
            connection.execute("ROLLBACK")
        raise
