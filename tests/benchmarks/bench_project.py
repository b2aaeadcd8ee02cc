"""A project of many articles: opening it, and going from one to the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from annotator.commands.documents import mark_done
from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.session.session import Session
from annotator.store import queries
from annotator.store.project import open_project
from tests.benchmarks.data import articles
from tests.benchmarks.measure import Figure, each, median
from tests.benchmarks.projects import filled


def benchmark(folder: Path, scale: float) -> Iterator[Figure]:
    """Yield opening, listing, filtering and the next document."""
    count = round(20_000 * scale)
    path = folder / "many.annotator"
    filled(path, articles(count, spans=4, relations=1, length=300, kind=Kind.MODEL)).close()

    def bare(_: int) -> None:
        connection = sqlite3.connect(path)
        connection.execute("SELECT count(*) FROM documents").fetchone()
        connection.close()

    def ours(_: int) -> None:
        project = open_project(path)
        queries.document_count(project.connection)
        project.close()

    yield Figure(f"open a project of {count:,} articles", median(each(ours, range(20))), median(each(bare, range(20))), "≤ 300 ms")
    project = open_project(path)
    session = Session(project, "ani")
    connection = project.connection
    session.open_document(count // 2)

    def plain(_: int) -> None:
        connection.execute("SELECT id FROM documents ORDER BY id").fetchall()

    baseline = median(each(plain, range(5)))
    yield Figure("list all of them", median(each(lambda _: queries.document_ids(connection), range(5))), baseline, "≤ 300 ms")
    wanted = [Status.NEW, Status.IN_PROGRESS]
    filtering = each(lambda _: queries.document_ids(connection, "ani", wanted), range(5))
    yield Figure("those this person has not finished", median(filtering), baseline, "≤ 100 ms")

    def read(number: int) -> None:
        connection.execute("SELECT * FROM documents WHERE id = ?", (number,)).fetchone()
        connection.execute("SELECT * FROM spans WHERE set_id = ? ORDER BY start", (number,)).fetchall()
        connection.execute("SELECT * FROM relations WHERE set_id = ?", (number,)).fetchall()

    def finish_and_next(_: int) -> None:
        document = session.document
        assert document is not None
        session.execute(mark_done(document.set_id))
        found = queries.open_document_after(connection, document.document.id, "ani")
        assert found is not None
        session.open_document(found)

    yield Figure("done and next document", median(each(finish_and_next, range(50))), median(each(read, range(1, 51))), "≤ 50 ms")
    session.close()
