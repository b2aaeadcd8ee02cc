"""The figures the file keeps of itself, so that no list and no count walks the tables: kept by every transaction, in step with it.

``document_runs``
    which documents there are, as runs of numbers without a gap.
``document_figures``, ``document_meta``
    of each document the length of its text in code points, the spans of its fullest set, and its metadata to filter by.
``annotation_sets.span_count``, ``relation_count``, ``unreviewed``
    of each set.
``set_labels``
    the items and unreviewed ones of each label in each set; no row where there are none.
``label_totals``, ``set_totals``
    the same summed up by annotator, and the sets by status.
``annotation_sets.problems``, ``checked``
    how many rules a set breaks, found when it was last checked, and for which generation of the label scheme.  An edit puts ``checked`` to
    0; a scheme that got anything but further labels begins a new generation.

The worth of a document (``store.worth``) goes and comes with its being finished, by the same road.

Everything here runs inside the caller's transaction, but for ``remember_checked``.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from annotator.domain.annotations import Kind, Relation, SetInfo, Span
from annotator.domain.changes import Change, What
from annotator.domain.documents import Status
from annotator.domain.labels import LabelScheme
from annotator.store import worth
from annotator.store.rows import json_mapping

LONGEST_META = 200
"""Metadata values of more code points are not kept for filtering: nobody chooses them from a list."""

_Key = tuple[str, str]  # what, label
Deltas = defaultdict[int, defaultdict[_Key, list[int]]]
"""How many items and unreviewed ones come or go, by the id of the set, "span" or "relation", and label."""


def meta_rows(meta: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (field, value) of metadata that can be filtered by: plain values as text, true and false as JSON has them, entries of lists."""
    for field, value in meta.items():
        entries = value if isinstance(value, list | tuple) else (value,)
        for entry in dict.fromkeys(_as_text(entry) for entry in entries):
            if entry is not None and len(entry) <= LONGEST_META:
                yield field, entry


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


# Changes of single items


def no_deltas() -> Deltas:
    """Return deltas to be filled: nothing of any label in any set."""
    return defaultdict(lambda: defaultdict(lambda: [0, 0]))


def count_changes(connection: sqlite3.Connection, changes: Iterable[Change], *, items: Deltas | None = None) -> None:
    """Bring the figures in step with changes that were just written; ``items`` are spans and relations counted already."""
    deltas = no_deltas() if items is None else items
    infos: dict[int, SetInfo] = {}
    finished: set[int] = set()
    for change in changes:
        match change.what:
            case What.SPAN | What.RELATION:
                of_set = deltas[change.set_id]
                for value, sign in ((change.before, -1), (change.after, 1)):
                    if isinstance(value, Span | Relation):
                        figures = of_set[str(change.what), value.label]
                        figures[0] += sign
                        figures[1] += sign * (not value.reviewed)
            case What.SET:
                for value, sign in ((change.before, -1), (change.after, 1)):
                    if isinstance(value, SetInfo):
                        infos[change.set_id] = value
                        if value.kind is Kind.GOLD or value.status is Status.DONE:  # before or after
                            finished.add(value.document_id)
                        key = value.annotator, str(value.kind), str(value.status)
                        add_sets(connection, key, sign, sign * value.flagged)
            case What.SCHEME:
                if not _only_more(change.before, change.after):
                    connection.execute(_NEXT_GENERATION)
    _count_sets(connection, deltas, infos)
    worth.settle(connection, finished)


def _count_sets(connection: sqlite3.Connection, deltas: Deltas, removed: Mapping[int, SetInfo]) -> None:
    """Count what came and went in some sets; ``removed`` says what those were that went with the step that made them."""
    labels: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    counted: list[tuple[int, int, int, int]] = []
    documents: dict[int, None] = {}
    for set_id, of_set in deltas.items():
        row = connection.execute("SELECT document_id, annotator, kind FROM annotation_sets WHERE id = ?", (set_id,)).fetchone()
        if row is None:
            row = removed[set_id].document_id, removed[set_id].annotator, str(removed[set_id].kind)
        document_id, annotator, kind = row
        documents[document_id] = None
        sums = {"span": 0, "relation": 0}
        unreviewed_sum = 0
        for (what, label), (items, unreviewed) in of_set.items():
            sums[what] += items
            unreviewed_sum += unreviewed
            if items or unreviewed:
                place = (what, label, document_id, set_id)
                had = _items(connection, place)
                if had + items:
                    connection.execute(_PUT_SET_LABEL, (*place, items, unreviewed))
                else:
                    connection.execute(_DROP_SET_LABEL, place)
                total = labels[annotator, kind, what, label]
                for at, more in enumerate((bool(had + items) - bool(had), items, unreviewed)):
                    total[at] += more
        counted.append((sums["span"], sums["relation"], unreviewed_sum, set_id))
    for key, (sets, items, unreviewed) in labels.items():
        add_labels(connection, key, sets, items, unreviewed)
    connection.executemany(_COUNT_SET, counted)
    count_fullest(connection, documents)


def _items(connection: sqlite3.Connection, place: tuple[str, str, int, int]) -> int:
    row = connection.execute(_READ_SET_LABEL, place).fetchone()
    return 0 if row is None else row[0]


def add_sets(connection: sqlite3.Connection, key: tuple[str, str, str], sets: int, flagged: int) -> None:
    """Count sets (or, below 0, no longer); ``key`` is annotator, kind and status."""
    connection.execute(_PUT_SETS, (*key, sets, flagged))
    if sets < 0:
        connection.execute("DELETE FROM set_totals WHERE annotator = ? AND kind = ? AND status = ? AND sets = 0", key)


def add_labels(connection: sqlite3.Connection, key: tuple[str, str, str, str], sets: int, items: int, unreviewed: int) -> None:
    """Count items (or, below 0, no longer); ``key`` is annotator, kind, "span" or "relation", and label.

    ``sets`` says in how many more sets the label is.
    """
    connection.execute(_PUT_LABELS, (*key, sets, items, unreviewed))
    if sets < 0:
        connection.execute("DELETE FROM label_totals WHERE annotator = ? AND kind = ? AND what = ? AND label = ? AND sets = 0", key)


def _only_more(before: object, after: object) -> bool:
    """Tell whether a scheme got nothing but further labels, and other looks: what broke no rule before breaks none now."""
    if not isinstance(before, LabelScheme) or not isinstance(after, LabelScheme):
        return False
    return {label.name for label in before.spans} <= {label.name for label in after.spans} and _said(before) <= _said(after)


def _said(scheme: LabelScheme) -> set[tuple[object, ...]]:
    return {(label.name, tuple(label.head), tuple(label.tail), label.symmetric, label.reflexive) for label in scheme.relations}


# Many at once


def count_copy(connection: sqlite3.Connection, set_id: int) -> None:
    """Count a set that was just filled; it had nothing before."""
    deltas = no_deltas()
    of_set = deltas[set_id]
    for what, table in _TABLES:
        sql = f"SELECT label, count(*), count(*) - sum(reviewed) FROM {table} WHERE set_id = ? GROUP BY label"
        of_set.update({(what, label): [items, unreviewed] for label, items, unreviewed in connection.execute(sql, (set_id,))})
    _count_sets(connection, deltas, {})


def add_run(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Count the documents ``first`` to ``last`` as there; they come after all others."""
    joined = connection.execute("UPDATE document_runs SET last = ? WHERE last = ?", (last, first - 1)).rowcount
    if not joined:
        connection.execute("INSERT INTO document_runs (first, last) VALUES (?, ?)", (first, last))


def forget_documents(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Take the documents ``first`` to ``last`` out of all figures; to be called before they are removed."""
    between = (first, last)
    for annotator, kind, status, sets, flagged in connection.execute(
        "SELECT annotator, kind, status, count(*), sum(flagged) FROM annotation_sets WHERE document_id BETWEEN ? AND ? GROUP BY 1, 2, 3",
        between,
    ).fetchall():
        add_sets(connection, (annotator, kind, status), -sets, -flagged)
    for what, label in connection.execute("SELECT DISTINCT what, label FROM label_totals").fetchall():
        rows = connection.execute(_LABELS_BETWEEN, (what, label, *between)).fetchall()
        for annotator, kind, sets, items, unreviewed in rows:
            add_labels(connection, (annotator, kind, what, label), -sets, -items, -unreviewed)
        connection.execute(
            "DELETE FROM set_labels WHERE what = ? AND label = ? AND document_id BETWEEN ? AND ?", (what, label, *between)
        )
    metas = connection.execute("SELECT id, meta FROM documents WHERE id BETWEEN ? AND ?", between)
    connection.executemany(
        "DELETE FROM document_meta WHERE field = ? AND value = ? AND document_id = ?",
        ((field, value, key) for key, meta in metas for field, value in meta_rows(json_mapping(meta))),
    )
    _cut_runs(connection, first, last)


def forget_sets(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Take the annotation sets ``first`` to ``last`` out of all figures but ``count_fullest``; to be called before they are removed."""
    between = (first, last)
    for annotator, kind, status, sets, flagged in connection.execute(
        "SELECT annotator, kind, status, count(*), sum(flagged) FROM annotation_sets WHERE id BETWEEN ? AND ? GROUP BY 1, 2, 3",
        between,
    ).fetchall():
        add_sets(connection, (annotator, kind, status), -sets, -flagged)
    for what, table in _TABLES:
        sql = f"""SELECT a.annotator, a.kind, i.label, count(DISTINCT i.set_id), count(*), count(*) - sum(i.reviewed)
        FROM {table} i JOIN annotation_sets a ON a.id = i.set_id WHERE i.set_id BETWEEN ? AND ? GROUP BY 1, 2, 3"""
        for annotator, kind, label, sets, items, unreviewed in connection.execute(sql, between).fetchall():
            add_labels(connection, (annotator, kind, what, label), -sets, -items, -unreviewed)
        places = f"SELECT DISTINCT ?, i.label, a.document_id, a.id FROM {table} i JOIN annotation_sets a ON a.id = i.set_id"
        connection.execute(
            f"DELETE FROM set_labels WHERE (what, label, document_id, set_id) IN ({places} WHERE i.set_id BETWEEN ? AND ?)",
            (what, *between),
        )


def count_fullest(connection: sqlite3.Connection, documents: Iterable[int]) -> None:
    """Count anew how many spans the fullest set of each of these documents has."""
    connection.executemany(_COUNT_DOCUMENT, ({"document": document_id} for document_id in documents))


def _cut_runs(connection: sqlite3.Connection, first: int, last: int) -> None:
    touched = connection.execute("SELECT first, last FROM document_runs WHERE first <= ? AND last >= ?", (last, first)).fetchall()
    for low, high in touched:
        connection.execute("DELETE FROM document_runs WHERE first = ?", (low,))
        pieces = ((low, first - 1), (last + 1, high))
        connection.executemany("INSERT INTO document_runs VALUES (?, ?)", (piece for piece in pieces if piece[0] <= piece[1]))


# What breaks the rules


def generation(connection: sqlite3.Connection) -> int:
    """Return the number of the label scheme's generation, 1 or more."""
    row = connection.execute("SELECT value FROM project WHERE key = 'scheme_generation'").fetchone()
    return 1 if row is None else int(row[0])


def last_step(connection: sqlite3.Connection) -> int:
    """Return the number of the newest step, by which ``remember_checked`` sees whether anything happened since."""
    return connection.execute("SELECT coalesce(max(id), 0) FROM steps").fetchone()[0]


def remember_checked(connection: sqlite3.Connection, found: Mapping[int, int], *, at_step: int) -> bool:
    """Keep how many problems some sets have, by set id, in a transaction of its own; not an edit, so it leaves no step.

    ``at_step`` is what ``last_step`` said when the checking began.  False, and nothing kept, where something was edited since.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        current = last_step(connection) == at_step
        if current:
            number = generation(connection)
            rows = ((problems, number, set_id) for set_id, problems in found.items())
            connection.executemany("UPDATE annotation_sets SET problems = ?, checked = ? WHERE id = ?", rows)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return current


_TABLES = (("span", "spans"), ("relation", "relations"))
_NEXT_GENERATION = """INSERT INTO project (key, value) VALUES ('scheme_generation', '2')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"""
_READ_SET_LABEL = "SELECT items FROM set_labels WHERE what = ? AND label = ? AND document_id = ? AND set_id = ?"
_DROP_SET_LABEL = "DELETE FROM set_labels WHERE what = ? AND label = ? AND document_id = ? AND set_id = ?"
_PUT_SET_LABEL = """INSERT INTO set_labels (what, label, document_id, set_id, items, unreviewed) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET items = items + excluded.items, unreviewed = unreviewed + excluded.unreviewed"""
_PUT_LABELS = """INSERT INTO label_totals (annotator, kind, what, label, sets, items, unreviewed) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET sets = sets + excluded.sets, items = items + excluded.items, unreviewed = unreviewed + excluded.unreviewed"""
_PUT_SETS = """INSERT INTO set_totals (annotator, kind, status, sets, flagged) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET sets = sets + excluded.sets, flagged = flagged + excluded.flagged"""
_COUNT_SET = """UPDATE annotation_sets SET span_count = span_count + ?, relation_count = relation_count + ?, unreviewed = unreviewed + ?,
checked = 0 WHERE id = ?"""
_COUNT_DOCUMENT = """UPDATE document_figures
SET spans = (SELECT coalesce(max(span_count), 0) FROM annotation_sets WHERE document_id = :document) WHERE document_id = :document"""
_LABELS_BETWEEN = """SELECT a.annotator, a.kind, count(*), sum(l.items), sum(l.unreviewed)
FROM set_labels l JOIN annotation_sets a ON a.id = l.set_id
WHERE l.what = ? AND l.label = ? AND l.document_id BETWEEN ? AND ? GROUP BY 1, 2"""
