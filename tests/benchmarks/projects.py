"""Project files for the benchmarks, and the bare SQLite beside them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from annotator.domain.annotations import AnnotationSet
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.store import schema
from annotator.store.files import make_writable
from annotator.store.project import Project, create
from tests.benchmarks.data import SCHEME


def filled(path: Path, items: Iterable[tuple[Document, AnnotationSet]]) -> Project:
    """Make a project that holds these documents, each with its one set."""
    project = create(path, scheme=SCHEME, language="xx")
    with project.transaction("Import {}", "bench", actor="bench", lane=Lane.JOB) as tx:
        tx.add_documents((document, [content]) for document, content in items)
    return project


def bare_database(path: Path) -> sqlite3.Connection:
    """Make an empty database of the same schema, with the same pragmas, by SQLite alone."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    make_writable(connection)
    for statement in schema.statements():
        connection.execute(statement)
    return connection
