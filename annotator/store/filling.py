"""Bringing new documents in, many at once: rows for ``executemany``, with the figures of ``statistics`` counted on the way."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from annotator.domain.annotations import AnnotationSet
from annotator.domain.changes import BulkInsert, BulkSets, What
from annotator.domain.documents import Document
from annotator.store import statistics
from annotator.store.rows import (
    CODECS,
    DOCUMENT_COLUMNS,
    Row,
    document_row,
    relation_row,
    set_row,
    span_row,
    verdict_row,
)

BATCH = 2000
"""Documents written at once; only so many are ever in memory."""


@dataclass(slots=True)
class SetRows:
    """One annotation set as it is written.

    ``info`` is in the order of ``SET_COLUMNS`` without the document; items are in the order of their columns.  ``labels`` counts all
    items, ``unreviewed`` those nobody decided on, both by ("span" or "relation", label).  ``problems`` is how many rules are broken, -1
    where nobody looked.
    """

    info: Row
    spans: list[Row] = field(default_factory=list)
    relations: list[Row] = field(default_factory=list)
    verdicts: list[Row] = field(default_factory=list)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)
    unreviewed: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: int = -1


@dataclass(slots=True)
class DocumentRows:
    """A new document as it is written: ``row`` in the order of ``DOCUMENT_COLUMNS`` without the id; ``length`` in code points."""

    row: Row
    length: int
    meta: list[tuple[str, str]]
    sets: list[SetRows]


def rows_of(document: Document, contents: Iterable[tuple[AnnotationSet, int]]) -> DocumentRows:
    """Return the rows of a document with its sets, each with its number of problems or -1."""
    meta = list(statistics.meta_rows(document.meta)) if document.meta else []
    return DocumentRows(document_row(document)[1:], len(document.text), meta, [set_rows(*entry) for entry in contents])


def set_rows(content: AnnotationSet, problems: int = -1) -> SetRows:
    """Return an annotation set as it is written."""
    spans, relations = content.spans.values(), content.relations.values()
    keyed = [("span", item) for item in spans] + [("relation", item) for item in relations]
    return SetRows(
        set_row(content.info)[1:],
        [span_row(item) for item in spans],
        [relation_row(item) for item in relations],
        [verdict_row(item) for item in content.verdicts.values()],
        Counter((what, item.label) for what, item in keyed),
        Counter((what, item.label) for what, item in keyed if not item.reviewed),
        problems,
    )


def insert(connection: sqlite3.Connection, documents: Iterable[DocumentRows]) -> BulkInsert | None:
    """Write new documents, inside the caller's transaction; returns their range, which has no gaps, or None if there were none."""
    stream = iter(documents)
    first = number = _last_number(connection, "documents") + 1
    generation = statistics.generation(connection)
    while batch := list(islice(stream, BATCH)):
        _insert_batch(connection, batch, number, generation)
        number += len(batch)
    if number == first:
        return None
    statistics.add_run(connection, first, number - 1)
    return BulkInsert(first, number - 1)


def _insert_batch(connection: sqlite3.Connection, batch: list[DocumentRows], first: int, generation: int) -> None:
    many = connection.executemany
    many(_INSERT_DOCUMENT, ((number, *entry.row) for number, entry in enumerate(batch, first)))
    many(
        "INSERT INTO document_figures VALUES (?, ?, ?)",
        (
            (number, entry.length, max((len(one.spans) for one in entry.sets), default=0))
            for number, entry in enumerate(batch, first)
        ),
    )
    many(
        "INSERT INTO document_meta VALUES (?, ?, ?)",
        ((*pair, number) for number, entry in enumerate(batch, first) for pair in entry.meta),
    )
    _insert_sets(connection, [(number, one) for number, entry in enumerate(batch, first) for one in entry.sets], generation)


def insert_sets(connection: sqlite3.Connection, sets: Sequence[tuple[int, SetRows]]) -> BulkSets:
    """Write whole new annotation sets of documents that are there (by their ids), inside the caller's transaction; at least one."""
    first = _insert_sets(connection, sets, statistics.generation(connection))
    documents = tuple(document_id for document_id, _ in sets)
    fullest = ((len(one.spans), document_id) for document_id, one in sets)
    connection.executemany("UPDATE document_figures SET spans = max(spans, ?) WHERE document_id = ?", fullest)
    return BulkSets(first, first + len(sets) - 1, documents)


def _insert_sets(connection: sqlite3.Connection, new: Iterable[tuple[int, SetRows]], generation: int) -> int:
    """Write sets, each with the id of its document; returns the id of the first, which the others follow without a gap."""
    many = connection.executemany
    first_set = _last_number(connection, "annotation_sets") + 1
    sets = list(enumerate(new, first_set))
    many(_INSERT_SET, (_set_row(set_id, number, one, generation) for set_id, (number, one) in sets))
    for what, rows in (
        (What.SPAN, (((set_id,), one.spans) for set_id, (_, one) in sets)),
        (What.RELATION, (((set_id,), one.relations) for set_id, (_, one) in sets)),
        (What.VERDICT, (((set_id,), one.verdicts) for set_id, (_, one) in sets)),
    ):
        many(_INSERT[what], chain.from_iterable(map(key.__add__, items) for key, items in rows))
    many("INSERT INTO set_labels VALUES (?, ?, ?, ?, ?, ?)", _label_rows(sets))
    _add_totals(connection, [one for _, (_, one) in sets])
    return first_set


def _set_row(set_id: int, document_id: int, one: SetRows, generation: int) -> Row:
    unreviewed, known = sum(one.unreviewed.values()), one.problems >= 0
    figures = len(one.spans), len(one.relations), unreviewed, max(one.problems, 0), generation if known else 0
    return set_id, document_id, *one.info, *figures


def _label_rows(sets: list[tuple[int, tuple[int, SetRows]]]) -> Iterator[Row]:
    for set_id, (number, one) in sets:
        for key, items in one.labels.items():
            yield *key, number, set_id, items, one.unreviewed[key]


def _add_totals(connection: sqlite3.Connection, sets: Iterable[SetRows]) -> None:
    by_status: Counter[tuple[str, str, str]] = Counter()
    flagged: Counter[tuple[str, str, str]] = Counter()
    by_label: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in sets:
        annotator, kind, status, flag, _ = one.info
        by_status[annotator, kind, status] += 1
        flagged[annotator, kind, status] += flag
        for key, items in one.labels.items():
            figures = by_label[annotator, kind, *key]
            figures[0] += 1
            figures[1] += items
            figures[2] += one.unreviewed[key]
    for key, count in by_status.items():
        statistics.add_sets(connection, key, count, flagged[key])
    for key, figures in by_label.items():
        statistics.add_labels(connection, key, *figures)


def _last_number(connection: sqlite3.Connection, table: str) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return 0 if row is None else row[0]


_INSERT_DOCUMENT = f"INSERT INTO documents ({', '.join(DOCUMENT_COLUMNS)}) VALUES ({', '.join('?' * len(DOCUMENT_COLUMNS))})"
_SET_FIGURES = "span_count, relation_count, unreviewed, problems, checked"
_INSERT_SET = f"INSERT INTO annotation_sets (id, {CODECS[What.SET].column_list}, {_SET_FIGURES}) VALUES ({', '.join('?' * 12)})"
_INSERT = {
    what: f"INSERT INTO {CODECS[what].table} (set_id, {CODECS[what].column_list})"
    f" VALUES ({', '.join('?' * (len(CODECS[what].columns) + 1))})"
    for what in (What.SPAN, What.RELATION, What.VERDICT)
}
