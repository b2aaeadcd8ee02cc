"""Damaged files: cut off anywhere, with flipped bytes, without their first page.  Whatever can be read comes over, the rest is named.

What is asserted of every damaged file: no crash, the damaged file is as it was, the new one is sound, and a row that is missing or under
another key leaves the report not ``whole``.  A file that was only cut off brings over no row that differs.  A changed letter inside a
valid text cannot be seen in a file, and the report says so.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.commands import spans
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import AnnotatorError, NotAProject, ProjectDamaged, ProjectError, UndoRefused
from annotator.session.session import Session
from annotator.store import consistency, journal, queries
from annotator.store.orphans import free_pages, orphan_pages
from annotator.store.project import open_project
from annotator.store.salvage import salvage

PAGE = 4096
TABLES = {"documents": 1, "annotation_sets": 1, "spans": 2, "relations": 2, "verdicts": 2, "steps": 1, "changes": 2}
MADE_ANEW = {"annotation_sets": 7, "steps": 3}  # columns of which the rest is counted anew, or changed on purpose


def rows(path: Path) -> dict[str, dict[tuple, tuple]]:
    connection = sqlite3.connect(path)
    try:
        return {
            table: {row[:key]: row[: MADE_ANEW.get(table, 99)] for row in connection.execute(f"SELECT * FROM {table}")}
            for table, key in TABLES.items()
        }
    finally:
        connection.close()


@pytest.fixture
def filled(empty_project, make_document) -> Path:
    """Forty documents with suggestions, some of them worked on; closed."""
    project = empty_project

    def made(number: int) -> tuple[Document, list[AnnotationSet]]:
        text = f"Artikel {number}. " + "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta. " * (3 + number % 20)
        document = make_document(text, f"berita {number}", n=number)
        found = {f"s{k}": Span(f"s{k}", (document.tokens[k * 3],), "PERSON", origin="m", reviewed=False) for k in range(9)}
        links = {f"r{k}": Relation(f"r{k}", "linked", f"s{k}", f"s{k + 1}", origin="m", reviewed=False) for k in range(8)}
        return document, [AnnotationSet(SetInfo(0, "m", Kind.MODEL), found, links)]

    with project.transaction("Import {}", "news", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(made(number) for number in range(40))
    session = Session(project, "ani")
    for number in range(1, 16):
        state = session.open_document(number)
        for k in range(3):
            session.execute(spans.accept_span(state.set_id, f"s{k}"))
        session.execute(spans.remove_span(state.set_id, "s5"))
    session.undo()
    session.close()
    return project.path


def rescued(path: Path, content: bytes):
    """Rescue a file with this content; None where nothing could be recognised."""
    target = path.with_name("rescued.annotator")
    target.unlink(missing_ok=True)
    path.write_bytes(content)
    before = {entry.name for entry in path.parent.iterdir()}
    try:
        report = salvage(path, target)
    except (NotAProject, ProjectDamaged):
        assert not target.exists()
        report = None
    assert path.read_bytes() == content, "the damaged file is only read"
    assert {entry.name for entry in path.parent.iterdir()} - before <= {"rescued.annotator"}
    return report


def is_sound(report) -> None:
    project = open_project(report.target)
    assert not project.read_only
    assert project.notices == []
    assert queries.integrity(project.connection) == []
    assert consistency.derived_faults(project.connection) == []
    assert project.scheme.name
    assert list(journal.steps(project.connection))[-1].text == "Rescue from the damaged file {}"
    for document_id in queries.document_ids(project.connection):
        assert project.document(document_id) is not None
        for set_id, _ in queries.set_ids(project.connection, document_id):
            assert queries.annotation_set(project.connection, set_id) is not None
    project.close()


def loses_nothing_silently(report, before: dict, now: dict) -> None:
    for table in TABLES:
        extra = now[table].keys() - before[table].keys()
        if before[table].keys() - now[table].keys() or (extra and table != "steps"):
            assert not report.whole, table
        counted = sum(missing.count for missing in report.missing if missing.table == table and not missing.doubtful)
        assert counted + report.saved[table] >= len(before[table]) or not report.whole


# A file that is well


def test_a_sound_file_comes_over_whole_with_its_history(filled):
    before = rows(filled)
    report = rescued(filled, filled.read_bytes())
    assert report.whole
    assert report.complaints == []
    now = rows(report.target)
    step = max(now["steps"])
    del now["steps"][step]
    assert now == before
    assert report.saved["spans"] == len(before["spans"])
    assert "Nothing is known to be missing." in report.lines()
    is_sound(report)
    session = Session(open_project(report.target), "ani")
    assert session.redo() is not None
    assert session.undo() is not None
    assert list(consistency.history_disagreements(session.project.connection)) == []
    session.close()


def test_what_is_only_in_the_log_comes_over(filled):
    project = open_project(filled)
    with project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("late", "text"), [])])
    log = filled.with_name(filled.name + "-wal")
    held = log.read_bytes()
    content = filled.read_bytes()
    project.close()
    filled.write_bytes(content)
    log.write_bytes(held)
    target = filled.with_name("rescued.annotator")
    report = salvage(filled, target)
    assert report.whole
    assert (filled.read_bytes(), log.read_bytes()) == (content, held)
    assert (41,) in rows(target)["documents"]
    log.unlink()


# Files that are not


def test_cut_off_at_any_byte(filled):
    content = filled.read_bytes()
    before = rows(filled)
    chance = random.Random(4)
    places = [0, 1, 15, 16, 99, 100, 101, PAGE - 1, PAGE, PAGE + 1, len(content) - 1]
    places += [chance.randrange(len(content)) for _ in range(45)]
    opened = 0
    for place in places:
        report = rescued(filled, content[:place])
        if report is None:
            assert place < len(content) * 0.7, "nothing was read of a file that is mostly there"
            continue
        opened += 1
        is_sound(report)
        now = rows(report.target)
        del now["steps"][max(now["steps"])]  # that of the rescue
        loses_nothing_silently(report, before, now)
        for table in TABLES:
            wrong = [key for key, row in now[table].items() if key in before[table] and row != before[table][key]]
            assert wrong == [], f"{table} cut off at {place}"
            assert now[table].keys() <= before[table].keys()
    assert opened >= 12  # more than half of so small a file holds no article yet, but the roots of all tables


def flipped(content: bytes, chance: random.Random, count: int) -> bytes:
    changed = bytearray(content)
    for _ in range(count):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def overwritten(content: bytes, chance: random.Random, count: int) -> bytes:
    changed = bytearray(content)
    first = chance.randrange(len(content) // PAGE) * PAGE
    filling = chance.choice((bytes(PAGE * count), chance.randbytes(PAGE * count)))
    changed[first : first + PAGE * count] = filling[: len(changed) - first]
    return bytes(changed)


def cut_and_flipped(content: bytes, chance: random.Random, count: int) -> bytes:
    return flipped(content[: chance.randrange(PAGE, len(content))], chance, count)


def first_page_flipped(content: bytes, chance: random.Random, count: int) -> bytes:
    return flipped(content[:PAGE], chance, count) + content[PAGE:]


@pytest.mark.parametrize(
    ("spoil", "count", "rounds"),
    [
        (flipped, 1, 30),
        (flipped, 20, 20),
        (overwritten, 1, 20),
        (overwritten, 8, 15),
        (cut_and_flipped, 10, 15),
        (first_page_flipped, 30, 15),
    ],
)
def test_damage_of_any_kind(filled, spoil: Callable, count: int, rounds: int):
    content = filled.read_bytes()
    before = rows(filled)
    chance = random.Random(f"{spoil.__name__} {count}")
    opened = 0
    for _ in range(rounds):
        report = rescued(filled, spoil(content, chance, count))
        if report is not None:
            opened += 1
            is_sound(report)
            loses_nothing_silently(report, before, rows(report.target))
    assert opened >= rounds // 3


def test_opening_a_damaged_file_is_a_sentence_or_a_project(filled):
    content = filled.read_bytes()
    chance = random.Random(8)
    for _ in range(60):
        filled.write_bytes(chance.choice((flipped, overwritten, cut_and_flipped))(content, chance, 5))
        try:
            session = Session(open_project(filled), "ani")
        except AnnotatorError:
            continue
        try:
            with session.project.reading():
                for number in queries.document_ids(session.project.connection):
                    session.open_document(number)
        except AnnotatorError:
            pass
        except ValueError:
            pass  # a value that is none any more: the window's own report names it
        finally:
            session.close()


def test_the_missing_are_named(filled):
    """A leaf of the documents goes: its documents, their sets and spans are told by name."""
    content = bytearray(filled.read_bytes())
    connection = sqlite3.connect(filled)
    text = connection.execute("SELECT text FROM documents WHERE id = 20").fetchone()[0]
    connection.close()
    place = bytes(content).find(f"berita 19{text[:40]}".encode()) // PAGE * PAGE
    assert place > 0
    content[place : place + PAGE] = bytes(PAGE)
    report = rescued(filled, bytes(content))
    lost = {missing.place for missing in report.missing if missing.table == "documents"}
    assert "“berita 19” (number 20)" in lost
    assert len(lost) <= 5
    sentences = "\n".join(report.lines())
    assert "Missing: 1 document “berita 19” (number 20); it lies on a part of the file that cannot be read." in sentences
    assert "what it belongs to is lost" in sentences
    assert report.saved["documents"] == 40 - len(lost)
    is_sound(report)
    session = Session(open_project(report.target), "ani")
    assert session.undo() is None, "no step can be taken back where anything is missing"
    with pytest.raises(UndoRefused):
        session.undo_step(1)
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s4"))
    assert session.undo() is not None
    session.close()


def test_a_set_whose_row_is_lost_is_put_together_from_its_index(filled):
    content = bytearray(filled.read_bytes())
    connection = sqlite3.connect(filled)
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'annotation_sets'").fetchone()[0]
    connection.close()
    content[(root - 1) * PAGE : root * PAGE] = b"\xa5" * PAGE
    before = rows(filled)
    report = rescued(filled, bytes(content))
    assert rows(report.target)["spans"] == before["spans"]
    assert all(missing.doubtful for missing in report.missing if missing.table == "annotation_sets")
    is_sound(report)


def test_a_lost_label_scheme_is_put_together_from_the_labels_in_use(filled):
    connection = sqlite3.connect(filled)
    connection.execute("DELETE FROM project")
    connection.commit()
    connection.close()
    report = rescued(filled, filled.read_bytes())
    assert any("put together from the labels in use" in notice for notice in report.notices)
    project = open_project(report.target)
    assert [label.name for label in project.scheme.spans] == ["PERSON"]
    assert [label.name for label in project.scheme.relations] == ["linked"]
    assert project.language == "xx"
    project.close()


def test_without_its_first_page_the_tables_are_found_where_they_always_are(filled):
    content = filled.read_bytes()
    before = rows(filled)
    report = rescued(filled, bytes(PAGE) + content[PAGE:])
    now = rows(report.target)
    assert now["documents"] == before["documents"]
    assert now["spans"] == before["spans"]
    assert any("table of contents" in notice for notice in report.notices)


# What is refused


def test_what_is_no_project_is_not_rescued(tmp_path):
    other = tmp_path / "other.annotator"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE documents (text)")
    connection.commit()
    connection.close()
    for content in (b"", b"Putin tiba di Rusia." * 1000, other.read_bytes(), random.Random(1).randbytes(40_000)):
        other.write_bytes(content)
        with pytest.raises(NotAProject):
            salvage(other, tmp_path / "out.annotator")
    assert [entry.name for entry in tmp_path.iterdir()] == ["other.annotator"]


def test_nothing_is_written_over_and_nowhere(filled, tmp_path):
    with pytest.raises(ProjectError, match="exists already"):
        salvage(filled, filled)
    with pytest.raises(ProjectError, match="does not exist"):
        salvage(filled, tmp_path / "none" / "out.annotator")
    with pytest.raises(ProjectError, match="cannot be rescued"):
        salvage(tmp_path / "none.annotator", tmp_path / "out.annotator")


def test_a_rescue_can_be_cancelled(filled, tmp_path):
    def stop(progress: Progress) -> None:
        if progress.what == "Reading spans" and progress.done > 10:
            progress.cancel()

    with pytest.raises(Cancelled):
        salvage(filled, tmp_path / "out.annotator", Progress(listener=stop))
    assert not (tmp_path / "out.annotator").exists()
    assert not list(tmp_path.glob(".rescue-*"))


@pytest.mark.parametrize("table", ["documents", "spans", "relations", "changes"])
def test_what_lies_below_a_destroyed_page_comes_over(filled, table):
    """The first page of a table goes, and with it the way to all its rows; their own pages are still in the file."""
    content = bytearray(filled.read_bytes())
    connection = sqlite3.connect(filled)
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    connection.close()
    assert content[(root - 1) * PAGE] in (0x02, 0x05), "the first page is an inner one"
    content[(root - 1) * PAGE : root * PAGE] = bytes(PAGE)
    before = rows(filled)
    report = rescued(filled, bytes(content))
    now = rows(report.target)
    lost = before[table].keys() - now[table].keys()
    assert len(lost) < len(before[table]) * 0.05, "but for the few on the inner page itself"
    assert all(before[table][key] == row for key, row in now[table].items())
    assert sum(missing.count for missing in report.missing if missing.table == table) == len(lost)
    assert not report.whole
    is_sound(report)


def test_free_pages_are_found_as_sqlite_counts_them(filled):
    connection = sqlite3.connect(filled)
    connection.execute("DELETE FROM spans WHERE set_id > 3")
    connection.execute("DELETE FROM documents WHERE id > 5")
    connection.commit()
    count = connection.execute("PRAGMA freelist_count").fetchone()[0]
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    free = free_pages(filled)
    assert count > 10
    assert len(free) == count
    assert orphan_pages(filled, ["Page 7 is never used", "row 3 missing from index x"], complete=True) == [7]
    assert not free & set(orphan_pages(filled, [], complete=False))
