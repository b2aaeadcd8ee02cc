"""Importing the native JSONL with tokens, against ``executemany`` of the same rows, those of figures too, into the same schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotator.commands.importing import BULK, ImportOptions, import_files, prepared, read_files
from annotator.domain.annotations import Kind
from annotator.domain.text import Tokens
from annotator.formats.jsonl_canonical import line_of
from annotator.session.session import Session
from annotator.store.project import create
from tests.benchmarks.data import SCHEME, articles, record
from tests.benchmarks.measure import Figure, best
from tests.benchmarks.projects import bare_database


def benchmark(folder: Path, scale: float) -> Iterator[Figure]:
    """Yield the whole import, and the part of it that reads and checks."""
    count = round(1500 * scale)
    items = list(articles(count, kind=Kind.MODEL))
    source = folder / "in.jsonl"
    source.write_bytes(b"".join(line_of(record(*item)) + b"\n" for item in items))
    tables = _rows(folder, source)
    numbers = iter(range(1000))

    def bare() -> None:
        connection = bare_database(folder / f"bare-{next(numbers)}.db")
        connection.execute("BEGIN IMMEDIATE")
        for table, columns, rows in tables:
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)
        connection.execute("COMMIT")
        connection.close()

    def ours() -> None:
        project = create(folder / f"ours-{next(numbers)}.annotator", scheme=SCHEME, language="xx")
        report = import_files(Session(project, "bench"), [source], ImportOptions(), tokenize=_no_tokens)
        project.close()
        assert (report.documents, report.complaints) == (count, [])

    def reading() -> None:
        for _ in prepared(read_files([source], ImportOptions()), _no_tokens, most=BULK):
            pass

    baseline = best(bare)
    yield Figure(f"import {count} articles (40 spans, 10 relations)", best(ours), baseline, "≤ 2 ×")
    yield Figure("  of that: reading the lines", best(reading), baseline)


def _no_tokens(texts: list[str]) -> list[Tokens]:
    raise AssertionError(f"{len(texts)} texts without tokens")


def _rows(folder: Path, source: Path) -> list[tuple[str, tuple[str, ...], list]]:
    """Return all rows of a project that the file was imported into, table by table: documents first, then what names them."""
    project = create(folder / "rows.annotator", scheme=SCHEME, language="xx")
    import_files(Session(project, "bench"), [source], ImportOptions(), tokenize=_no_tokens)
    found = []
    for table in ("documents", "document_figures", "document_meta", "annotation_sets", "spans", "relations", "set_labels"):
        cursor = project.connection.execute(f"SELECT * FROM {table}")
        columns = tuple(f'"{column[0]}"' for column in cursor.description)
        found.append((table, columns, cursor.fetchall()))
    project.close()
    return found
