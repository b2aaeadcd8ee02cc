"""The page about the project file names every table, view and column there is, no other, and its questions are answered."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest

from annotator import paths
from annotator.commands import documents
from annotator.domain.annotations import Kind
from annotator.session.session import Session
from annotator.store import queries

OWN = {
    "sqlite_sequence",
    "document_index_docsize",
    *(
        f"{index}_{part}"
        for index in ("document_index", "knowledge_index_0", "knowledge_index_1")
        for part in ("config", "data", "idx")
    ),
}
"""Tables that are SQLite's; the page names them and no more."""


@pytest.fixture(scope="module", params=["en", "id"])
def page(request) -> str:
    return (paths.resource_dir() / "help" / request.param / "project-file.md").read_text(encoding="utf-8")


@pytest.fixture
def done(project):
    """A project with gold of one person in its first document."""
    session = Session(project, "ani")
    session.execute(documents.mark_done(session.open_document(1).set_id))
    return project


def columns(connection) -> dict[str, set[str]]:
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    return {name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")} for name in names}


def described(page: str) -> dict[str, set[str]]:
    """Return the columns that each section's list begins its entries with."""
    found: dict[str, set[str]] = {}
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        name, _, body = section.partition("\n")
        body = body.partition("\n## ")[0]
        entries = re.findall(r"^- ((?:`\w+`(?:, )?)+):", body, flags=re.MULTILINE)
        found[name.strip()] = {column for entry in entries for column in re.findall(r"`(\w+)`", entry)}
    return found


def test_every_table_view_and_column_is_described_and_nothing_else(page, project):
    there = columns(project.connection)
    assert described(page) == {name: names for name, names in there.items() if name not in OWN}
    for name in OWN:
        assert f"`{name}`" in page
        assert name in there


def test_a_column_nobody_described_would_be_missed(page, project):
    project.connection.execute("ALTER TABLE spans ADD COLUMN weight INTEGER")
    assert described(page)["spans"] != columns(project.connection)["spans"]


def test_the_questions_are_answered(page, done):
    questions = re.findall(r"```sql\n(.+?)```", page, flags=re.DOTALL)
    assert len(questions) >= 6
    answered = {sql.partition("\n")[0]: done.connection.execute(sql).fetchall() for sql in questions}
    assert sum(bool(rows) for rows in answered.values()) >= 4, answered


def test_values_are_those_that_the_page_names(page, done):
    connection = done.connection
    for table, column in (
        ("annotation_sets", "kind"),
        ("annotation_sets", "status"),
        ("steps", "lane"),
        ("changes", "what"),
        ("project", "key"),
        ("verdicts", "verdict"),
    ):
        for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}"):
            assert f"`{value}`" in page, (table, column, value)


def test_offsets_count_as_the_page_says(done):
    connection = done.connection
    rows = connection.execute(
        'SELECT d.text, s.start, s."end", s.text FROM gold_spans s JOIN documents d ON d.id = s.document_id'
    ).fetchall()
    assert rows
    assert all(text[start:end] == covered for text, start, end, covered in rows)


@pytest.mark.parametrize("tool", ["sqlite3", "sqlite-utils"])
def test_other_programs_read_it(done, tool):
    if tool == "sqlite3" and shutil.which("sqlite3") is None:
        pytest.skip("there is no sqlite3 here")
    connection = done.connection
    set_id = queries.find_set(connection, 1, "ani", Kind.PERSON)
    wanted = sorted(span.label for span in queries.spans(connection, set_id))
    path = str(done.path)
    done.close()
    if tool == "sqlite3":
        command = ["sqlite3", "-readonly", path, "SELECT label FROM gold_spans ORDER BY label"]
        printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    else:
        command = [sys.executable, "-m", "sqlite_utils", "rows", path, "gold_spans"]
        out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        printed = sorted(row["label"] for row in json.loads(out))
    assert printed == wanted
