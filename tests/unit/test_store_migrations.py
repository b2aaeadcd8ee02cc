"""Files of every released schema open in this program, with all that was in them."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from annotator.session.session import Session
from annotator.store import migrations, queries, recount, schema
from annotator.store.project import open_project

PROJECTS = sorted((Path(__file__).resolve().parents[1] / "golden" / "projects").glob("version-*.project"))
KEPT = ("project", "documents", "spans", "relations", "verdicts", "steps", "changes")


def rows(connection, table):
    return sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)


def outline(connection):
    """Names and columns of all tables, and the text of everything else: what two files of one schema must share."""
    names = sorted(row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))
    return {name: connection.execute(f"PRAGMA table_xinfo({name})").fetchall() for name in names}


@pytest.fixture(params=PROJECTS, ids=lambda path: path.stem)
def old(request, tmp_path):
    target = tmp_path / "old.annotator"
    shutil.copy(request.param, target)
    return target


def test_there_is_a_file_of_every_earlier_schema():
    assert [path.stem for path in PROJECTS] == [f"version-{number}" for number in range(1, migrations.VERSION)]


def test_an_old_file_is_brought_up_to_date_and_nothing_in_it_changes(old, empty_project):
    plain = sqlite3.connect(old)
    before = {table: rows(plain, table) for table in KEPT}
    views = {view: rows(plain, view) for view in ("gold_spans", "gold_relations", "disputed_documents")}
    plain.close()
    project = open_project(old)
    connection = project.connection
    assert not project.read_only
    assert project.notices == []
    assert {table: rows(connection, table) for table in KEPT} == before
    assert {view: rows(connection, view) for view in views} == views
    assert connection.execute("PRAGMA user_version").fetchone()[0] == migrations.VERSION
    assert outline(connection) == outline(empty_project.connection)
    assert {row[0] for row in connection.execute("SELECT name FROM sqlite_master")} >= schema.NAMES
    assert queries.integrity(connection) == []
    assert recount.differences(connection) == []
    connection.execute("INSERT INTO document_index (document_index, rank) VALUES ('integrity-check', 1)")
    project.close()


def test_the_old_file_holds_what_it_was_made_of(old):
    project = open_project(old)
    connection = project.connection
    assert [row[0] for row in connection.execute("SELECT name FROM documents ORDER BY id")] == [
        "berita-1", "berita-2", "berita-3", "berita-4", "hapus", "berita-5",
    ]  # fmt: skip
    assert rows(connection, "document_runs") == [(1, 5), (7, 7)]
    found = connection.execute("SELECT rowid FROM document_index WHERE document_index MATCH 'text : cafe'").fetchall()
    assert found == [(1,)]
    assert project.document(4).text == "Sebelum\0sesudah Surabaya menang."
    assert connection.execute("SELECT length FROM document_figures WHERE document_id = 4").fetchone() == (32,)
    mine = queries.annotation_set(connection, queries.find_set(connection, 1, "ani", queries.Kind.PERSON))
    assert mine.info.flagged
    assert mine.info.categories == ("politics",)
    assert mine.spans["s1"].note == "presiden"
    assert mine.spans["s3"].fragments == ((0, 8), (38, 45))
    assert sorted(mine.verdicts) == ["DATE@72-77", "GPE@38-45", "ORG@49-60"]
    project.close()


def test_the_history_of_an_old_file_goes_on(old):
    session = Session(open_project(old), "ani")
    before = rows(session.project.connection, "spans")
    assert session.next_undo().title == "Skip the document"
    undone = 0
    while session.undo():
        undone += 1
        assert recount.differences(session.project.connection) == []
    assert undone == 10
    assert rows(session.project.connection, "verdicts") == []
    redone = 0
    while session.redo():
        redone += 1
    assert redone >= undone
    assert recount.differences(session.project.connection) == []
    assert [span for span in before if span[1] != "s2"] == [
        span for span in rows(session.project.connection, "spans") if span[1] != "s2"
    ]
    session.close()


def test_a_migration_that_fails_leaves_the_old_file(old, monkeypatch):
    plain = sqlite3.connect(old)
    before = {table: rows(plain, table) for table in KEPT}
    plain.close()

    def fail(connection):
        raise RuntimeError("a bug")

    monkeypatch.setattr(migrations, "_STEPS", (*migrations._STEPS[:-1], fail))
    with pytest.raises(RuntimeError):
        open_project(old)
    monkeypatch.undo()
    plain = sqlite3.connect(old)
    assert plain.execute("PRAGMA user_version").fetchone()[0] < migrations.VERSION
    assert {table: rows(plain, table) for table in KEPT} == before
    plain.close()
    again = open_project(old)
    assert recount.differences(again.connection) == []
    again.close()
