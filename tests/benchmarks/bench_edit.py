"""One edit, its undo and the first opening, in a document of 15,000 spans, against bare SQL that is as durable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from annotator.commands.documents import open_for
from annotator.commands.spans import add_span, relabel_span
from annotator.domain.annotations import Kind, Span
from annotator.session.session import Session
from annotator.store.files import make_writable
from annotator.store.rows import RELATION_COLUMNS, SPAN_COLUMNS, span_row
from tests.benchmarks.data import big
from tests.benchmarks.measure import Figure, each, median, slowest, took
from tests.benchmarks.projects import filled


def benchmark(folder: Path, scale: float) -> Iterator[Figure]:
    """Yield the first opening, then edits, then undo."""
    rounds = round(200 * scale)
    project = filled(folder / "big.annotator", [big(kind=Kind.MODEL)])
    project.save_copy(folder / "bare.db")
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.execute("PRAGMA foreign_keys = ON")
    make_writable(bare)
    session = Session(project, "ani")
    yield Figure(
        "copy 15,000 suggestions for a person", took(lambda: session.execute(open_for(1, "ani"))), took(lambda: _copy(bare))
    )
    yield Figure("open the document of 15,000 spans", took(lambda: session.open_document(1)), took(lambda: _read(bare)))

    document = session.document
    assert document is not None
    free = [word for word in document.tokens if not document.spans_in(*word)][: rounds * 2]
    wanted = "INSERT INTO spans (set_id, " + ", ".join(SPAN_COLUMNS) + ") VALUES (2" + ", ?" * len(SPAN_COLUMNS) + ")"

    def insert(word: tuple[int, int]) -> None:
        bare.execute("BEGIN IMMEDIATE")
        bare.execute(wanted, span_row(Span(f"new-{word[0]}", (word,), "ORG")))
        bare.execute("COMMIT")

    baseline = each(insert, free[:rounds])
    ours = each(lambda word: session.execute(add_span(document.set_id, (word,), "ORG")), free[:rounds])
    yield Figure("add a span: median", median(ours), median(baseline))
    yield Figure("add a span: 99th percentile", slowest(ours), slowest(baseline))
    some = document.spans()[:rounds]
    ours = each(lambda span: session.execute(relabel_span(document.set_id, span.id, "LOC" if span.label != "LOC" else "GPE")), some)
    yield Figure("relabel a span: median", median(ours), median(baseline))
    ours = each(lambda _: session.undo(), range(rounds))
    yield Figure("undo: median", median(ours), median(baseline))
    yield Figure("undo: 99th percentile", slowest(ours), slowest(baseline))
    bare.close()
    session.close()


def _copy(bare: sqlite3.Connection) -> None:
    bare.execute("BEGIN IMMEDIATE")
    bare.execute("INSERT INTO annotation_sets (document_id, annotator, kind) VALUES (1, 'ani', 'person')")
    for table, columns in (("spans", SPAN_COLUMNS), ("relations", RELATION_COLUMNS)):
        names = ", ".join(columns)
        bare.execute(f"INSERT INTO {table} (set_id, {names}) SELECT 2, {names} FROM {table} WHERE set_id = 1")
    bare.execute("COMMIT")


def _read(bare: sqlite3.Connection) -> None:
    bare.execute("SELECT * FROM documents WHERE id = 1").fetchone()
    bare.execute("SELECT * FROM spans WHERE set_id = 2 ORDER BY start").fetchall()
    bare.execute("SELECT * FROM relations WHERE set_id = 2").fetchall()
