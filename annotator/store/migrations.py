"""Numbered steps that bring a project file from any released schema to this one, with sqlite-utils.

A step is never changed once released; a new schema is a new step.  ``PRAGMA user_version`` holds the number of the last step, so that
opening a current file does not need sqlite-utils, whose import takes 0.4 s.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.store import recount, schema

if TYPE_CHECKING:
    from sqlite_utils import Database

VERSION = 4
"""The schema this program writes; a file with a higher one is refused."""


def migrate(connection: sqlite3.Connection, *, then: Callable[[], object] = lambda: None) -> None:
    """Apply the missing steps and call ``then``, all in one transaction: a failure leaves the file as it was."""
    from sqlite_utils import Database

    found = connection.execute("PRAGMA user_version").fetchone()[0]
    db = Database(connection, execute_plugins=False)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(found, VERSION):
            _STEPS[number](db)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        then()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk ends a transaction by itself
            connection.execute("ROLLBACK")
        raise


def _first_schema(db: Database) -> None:
    for statement in (schema.TABLES + schema.VIEWS).split(";\n"):
        if statement.strip():
            db.execute(statement)


def _search_and_figures(db: Database) -> None:
    for statement in schema.SECOND:
        db.execute(statement)
    db.execute("INSERT INTO document_index (document_index) VALUES ('rebuild')")
    assert db.conn is not None
    recount.recount(db.conn)


def _suggesters(db: Database) -> None:
    for statement in schema.THIRD:
        db.execute(statement)


def _knowledge(db: Database) -> None:
    for statement in schema.FOURTH:
        db.execute(statement)


_STEPS = (_first_schema, _search_and_figures, _suggesters, _knowledge)
