"""A knowledge base in damaged and in old project files: what can be read of it comes over, and what is missing is named."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from annotator.commands import knowledge as commands
from annotator.domain.knowledge import Entry
from annotator.errors import NotAProject, ProjectDamaged
from annotator.formats import knowledge_files
from annotator.store import consistency, knowledge, queries, suggesters
from annotator.store.backup import backups
from annotator.store.project import open_project
from annotator.store.restore import compare
from annotator.store.salvage import salvage
from annotator.store.suggesters import Worth

PAGE = 4096
ENTRIES = [
    Entry(f"Q{number}", f"Nama {number}", (f"Alias {number}",), "keterangan-" * 5, frequency=number) for number in range(1200)
]
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "projects"


@pytest.fixture
def filled(project, tmp_path) -> Path:
    """The small project with a knowledge base in its second place, since one was loaded before; closed."""
    path = tmp_path / "kb.jsonl"
    knowledge_files.write(path, [Entry("X1", "old")])
    commands.load(project, path)
    knowledge_files.write(path, ENTRIES)
    commands.load(project, path, mode=commands.Mode.REPLACE)
    project.close()
    return project.path


def rescued(path: Path, content: bytes):
    target = path.with_name("rescued.annotator")
    target.unlink(missing_ok=True)
    path.write_bytes(content)
    return salvage(path, target)


def kept(report) -> list[Entry]:
    """The entries that came over, each of which can be found, in a project that is sound."""
    project = open_project(report.target)
    try:
        assert queries.integrity(project.connection) == []
        assert consistency.derived_faults(project.connection) == []
        found = list(knowledge.all_entries(project.connection))
        assert knowledge.count(project.connection) == len(found)
        for entry in found[::100]:
            assert knowledge.search(project.connection, entry.name)[0].entry == entry
        return found
    finally:
        project.close()


def test_it_comes_over_whole(filled):
    report = rescued(filled, filled.read_bytes())
    assert report.whole
    assert kept(report) == ENTRIES
    assert report.saved["knowledge_0"] + report.saved["knowledge_1"] == len(ENTRIES)
    assert f"{len(ENTRIES)} knowledge-base items" in report.lines()[0]
    again = open_project(report.target)
    assert knowledge.state(again.connection).source == "kb.jsonl"
    again.close()


def test_a_project_without_one_does_not_speak_of_it(project):
    project.close()
    report = rescued(project.path, project.path.read_bytes())
    assert report.whole
    assert not any("knowledge" in line for line in report.lines())


def test_what_is_overwritten_is_named_and_the_rest_comes_over(filled):
    content = bytearray(filled.read_bytes())
    middle = content.index(b"Nama 600") // PAGE * PAGE
    content[middle : middle + PAGE] = b"\xa5" * PAGE
    report = rescued(filled, bytes(content))
    found = kept(report)
    assert not report.whole
    assert 1000 < len(found) < len(ENTRIES)
    assert all(entry in ENTRIES for entry in found)
    assert any("knowledge-base items" in missing.sentence for missing in report.missing)


def test_wherever_it_is_damaged_nothing_wrong_comes_over_and_nothing_is_lost_silently(filled):
    whole = filled.read_bytes()
    chance = random.Random(3)
    by_id = {entry.id: entry for entry in ENTRIES}
    places = [whole.index(b"CREATE TABLE knowledge (") // PAGE, *(chance.randrange(1, len(whole) // PAGE) for _ in range(12))]
    for place in places:
        content = bytearray(whole)
        start = max(100, place * PAGE)
        content[start : (place + 1) * PAGE] = chance.randbytes((place + 1) * PAGE - start)
        try:
            report = rescued(filled, bytes(content))
        except (NotAProject, ProjectDamaged):
            continue
        found = kept(report)
        assert all(by_id.get(entry.id) == entry for entry in found), place
        assert len(found) == len(ENTRIES) or not report.whole, place


def test_where_nobody_knows_which_was_in_use_that_is_said(filled):
    connection = sqlite3.connect(filled)
    connection.execute("DELETE FROM knowledge")
    connection.commit()
    connection.close()
    report = rescued(filled, filled.read_bytes())
    assert "load it again" in " ".join(report.notices)
    assert kept(report) == []


# Old files


def test_a_file_of_the_schema_before_keeps_what_suggesters_and_people_decided(tmp_path):
    path = tmp_path / "old.annotator"
    shutil.copy(GOLDEN / "version-3.project", path)
    project = open_project(path)
    connection = project.connection
    known = suggesters.known(connection)
    assert [(one.name, one.position, one.through) for one in known] == [("memory", 0, 3), ("indonesian-news", 1, 0)]
    assert (known[0].setup["labels"], known[0].setup["threshold"]) == ([["LOC", "GPE"]], 0.5)
    assert suggesters.worth_of(connection, 3) == Worth(0.75, 0.0, 0.5)
    assert suggesters.dismissals(connection)["surabaya"].told == {"GPE": 3, "ORG": 1}
    assert knowledge.state(connection) == knowledge.State()
    file = tmp_path / "kb.jsonl"
    knowledge_files.write(file, ENTRIES[:3])
    assert commands.load(project, file).entries == 3
    project.close()


def test_an_old_file_is_backed_up_before_it_is_brought_up_to_date(tmp_path):
    path = tmp_path / "old.annotator"
    shutil.copy(GOLDEN / "version-3.project", path)
    open_project(path).close()
    (made,) = backups(path)
    plain = sqlite3.connect(made.path)
    assert plain.execute("PRAGMA user_version").fetchone() == (3,)
    plain.close()
    assert not compare(path, made.path), "a file from before there was a knowledge base is as one without"
    file = tmp_path / "kb.jsonl"
    knowledge_files.write(file, ENTRIES[:3])
    project = open_project(path)
    commands.load(project, file)
    assert compare(path, made.path).knowledge
    project.close()


def test_links_of_an_old_file_are_listed(tmp_path):
    path = tmp_path / "old.annotator"
    shutil.copy(GOLDEN / "version-3.project", path)
    plain = sqlite3.connect(path)
    plain.execute("UPDATE spans SET kb_id = 'Q11461' WHERE label = 'GPE'")
    count = plain.execute("SELECT count(*) FROM spans WHERE label = 'GPE'").fetchone()[0]
    plain.commit()
    plain.close()
    project = open_project(path)
    assert knowledge.linked_ids_without_entry(project.connection) == [("Q11461", count), ("Q3318231", 1)]
    project.close()


def test_a_rescue_of_an_old_file_has_none(tmp_path):
    path = tmp_path / "old.annotator"
    shutil.copy(GOLDEN / "version-3.project", path)
    report = rescued(path, path.read_bytes())
    assert report.whole
    assert kept(report) == []
