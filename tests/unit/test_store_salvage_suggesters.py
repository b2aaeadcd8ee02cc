"""What a rescue brings over of suggesters, of what they made documents worth, and of what was dismissed in the inbox."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from annotator.domain.changes import Lane
from annotator.errors import NotAProject, ProjectDamaged
from annotator.store import suggesters
from annotator.store.project import open_project
from annotator.store.salvage import salvage
from annotator.store.suggesters import KnownSuggester, Worth

PAGE = 4096
SOURCES = [KnownSuggester(f"suggester {n:03}", n, {"source": f"patterns {n} " + "x" * 200}, "f", n % 2) for n in range(60)]
TABLES = ("suggesters", "document_worth", "dismissals")


@pytest.fixture
def filled(empty_project, make_document) -> Path:
    """A closed project of forty documents, each worth something, sixty suggesters, and 120 dismissals."""
    project = empty_project
    with project.transaction("Import {}", "news", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((make_document(f"Artikel {n} dari Jakarta.", f"berita {n}"), []) for n in range(40))
    suggesters.remember(project.connection, SOURCES)
    suggesters.put_worth(project.connection, {n: Worth(n / 40, 1 - n / 40, 0.5) for n in range(1, 41)})
    for n in range(120):
        suggesters.dismiss(project.connection, f"teks {n}", f"memang begitu {n}", {"ORG": n, "": 1}, actor="ani")
    project.close()
    return project.path


def kept(path: Path) -> dict[str, dict[tuple, tuple]]:
    connection = sqlite3.connect(path)
    try:
        return {table: {row[:1]: row for row in connection.execute(f"SELECT * FROM {table}")} for table in TABLES}
    finally:
        connection.close()


def rescued(path: Path, content: bytes):
    path.write_bytes(content)
    target = path.with_name("rescued.annotator")
    target.unlink(missing_ok=True)
    return salvage(path, target)


def page_of(content: bytes, words: bytes) -> int:
    return content.index(words) // PAGE * PAGE


def test_they_come_over_whole(filled):
    before = kept(filled)
    report = rescued(filled, filled.read_bytes())
    assert report.whole
    assert kept(report.target) == before
    assert [len(before[table]) for table in TABLES] == [60, 40, 120]
    assert "60 suggesters" in report.lines()[0]
    assert "120 dismissed texts" in report.lines()[0]
    project = open_project(report.target)
    assert suggesters.known(project.connection) == SOURCES
    assert suggesters.dismissals(project.connection)["teks 7"].told == {"ORG": 7, "": 1}
    project.close()


def test_a_project_without_any_does_not_speak_of_them(empty_project):
    empty_project.close()
    report = rescued(empty_project.path, empty_project.path.read_bytes())
    assert report.whole
    assert not any("suggester" in line or "dismissed" in line for line in report.lines())


@pytest.mark.parametrize(
    ("table", "words"), [("suggesters", b"suggester 030"), ("dismissals", b"memang begitu 60")], ids=["suggesters", "dismissals"]
)
def test_what_is_overwritten_is_named_and_both_ends_come_over(filled, table, words):
    before = kept(filled)
    content = bytearray(filled.read_bytes())
    place = page_of(bytes(content), words)
    content[place : place + PAGE] = b"\xa5" * PAGE
    report = rescued(filled, bytes(content))
    now = kept(report.target)
    assert any(missing.table == table and missing.count == 0 for missing in report.missing)
    assert now[table].items() < before[table].items()
    assert min(before[table]) in now[table], "what comes before the gap"
    assert max(before[table]) in now[table], "what comes after it"


def test_a_row_that_is_not_as_it_was_saved_is_named(filled):
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE dismissals SET told = '[1]' WHERE surface = 'teks 5'")
    connection.execute("UPDATE suggesters SET setup = '{' WHERE name = 'suggester 007'")
    connection.execute("UPDATE document_worth SET doubt = 7 WHERE document_id = 9")
    connection.commit()
    connection.close()
    report = rescued(filled, filled.read_bytes())
    now = kept(report.target)
    assert ("teks 5",) not in now["dismissals"]
    assert ("suggester 007",) not in now["suggesters"]
    assert (9,) not in now["document_worth"]
    assert [len(now[table]) for table in TABLES] == [59, 39, 119]
    assert sorted((missing.table, missing.count, missing.place) for missing in report.missing) == [
        ("dismissals", 1, "“teks 5”"),
        ("document_worth", 1, "“9”"),
        ("suggesters", 1, "“suggester 007”"),
    ]


def test_wherever_it_is_damaged_nothing_is_lost_silently(filled):
    whole, before = filled.read_bytes(), kept(filled)
    chance = random.Random(5)
    tables = [page_of(whole, f"CREATE TABLE {table} (".encode()) for table in TABLES]
    for place in (0, *tables, *(chance.randrange(1, len(whole) // PAGE) * PAGE for _ in range(12))):
        content = bytearray(whole)
        content[place : place + PAGE] = b"\xa5" * PAGE
        try:
            report = rescued(filled, bytes(content))
        except (NotAProject, ProjectDamaged):
            continue
        now = kept(report.target)
        for table in TABLES:
            assert now[table].items() <= before[table].items()
            assert now[table] == before[table] or not report.whole, (place, table)
    content = bytearray(whole)
    content[:PAGE] = b"\xa5" * PAGE
    assert any(notice.startswith("Suggesters") for notice in rescued(filled, bytes(content)).notices)
