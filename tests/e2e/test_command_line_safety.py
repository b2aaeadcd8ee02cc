"""Backups, restore, rescue and check --repair, from the shell's side."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import pytest

from tests.e2e.command_line_support import annotated, filled, line, names, run, shell, write


@pytest.fixture
def project(tmp_path) -> Path:
    return filled(tmp_path, *(annotated(f"a{number}", meta={"n": "x" * 500}) for number in range(60)))


def damage(project: Path) -> None:
    content = bytearray(project.read_bytes())
    pages = len(content) // 4096
    content[pages // 2 * 4096 : (pages // 2 + 3) * 4096] = bytes(3 * 4096)
    project.write_bytes(content)


def more(project: Path, folder: Path, name: str = "more") -> None:
    assert run("import", project, write(folder / f"{name}.jsonl", line(name))).status == 0


# Backups and restore


def test_backups_are_made_and_listed(project, tmp_path):
    none = run("backups", project)
    assert (none.status, none.out) == (0, "")
    assert "has no backups yet" in none.err
    assert run("backups", project, "--make").status == 0
    more(project, tmp_path)
    assert run("backups", project, "--make").status == 0
    listed = run("backups", project)
    assert [entry.split()[0] for entry in listed.out.splitlines()] == ["2", "1"]
    assert "61 documents, 120 spans" in listed.out
    plain = run("backups", project, "--json").json
    assert [(entry["number"], entry["documents"], entry["sound"]) for entry in plain] == [(2, 61, True), (1, 60, True)]
    damage(Path(plain[0]["file"]))
    checked = run("backups", project, "--verify")
    assert checked.status == 1
    assert "not verified" in checked.out.splitlines()[0]
    assert "60 documents" in checked.out.splitlines()[1]


def test_restore_shows_what_differs_asks_and_keeps_what_was(project, tmp_path, monkeypatch):
    run("backups", project, "--make")
    more(project, tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    refused = run("restore", project, "1")
    assert refused.status == 1
    assert "1 document would go." in refused.out
    assert "more: the document would go" in refused.out
    assert names(project)[-1] == "more"
    done = run("restore", project, "1", "--yes")
    assert done.status == 0, done.err
    assert "is now what backup 1 holds" in done.out
    assert len(names(project)) == 60
    assert run("check", project).status == 0
    back = run("restore", project, "latest", "--yes")
    assert back.status == 0
    assert names(project)[-1] == "more"


def test_restore_names_what_there_is_not(project):
    none = run("restore", project, "4", "--yes")
    assert (none.status, none.out) == (1, "")
    assert "has no backup “4”. It has: none." in none.err
    run("backups", project, "--make")
    damage(Path(run("backups", project, "--json").json[0]["file"]))
    changed = run("restore", project, "1", "--yes")
    assert changed.status == 1
    assert "has not been verified, or has changed since" in changed.err
    assert len(names(project)) == 60


def test_a_destroyed_project_is_restored_as_a_file(project):
    run("backups", project, "--make")
    content = project.read_bytes()
    project.write_bytes(content[:3000])
    done = run("restore", project, "1", "--yes")
    assert done.status == 0, done.err
    kept = Path(done.out.splitlines()[-1].removeprefix("What it was is kept at "))
    assert kept.read_bytes() == content[:3000]
    assert len(names(project)) == 60


def test_as_a_process_restore_asks_and_takes_no_for_an_answer(project, tmp_path):
    run("backups", project, "--make")
    more(project, tmp_path)
    done = shell("restore", str(project), "1")
    assert done.status == 1
    assert "Go back to backup 1" in done.err
    assert names(project)[-1] == "more"


# Rescue


def test_rescue_brings_what_can_be_read_and_names_the_rest(project, tmp_path):
    content = bytearray(project.read_bytes())
    place = content.find(b"a30Putin tiba") // 4096 * 4096
    content[place : place + 4096] = bytes(4096)
    project.write_bytes(content)
    before = project.read_bytes()
    done = run("rescue", project, tmp_path / "out.annotator")
    assert done.status == 1
    assert "holds what could be read of" in done.out
    assert "Missing: 1 document “a30” (number 31)" in done.out
    assert project.read_bytes() == before
    assert run("check", tmp_path / "out.annotator").status == 0
    again = run("rescue", project, tmp_path / "out.annotator")
    assert (again.status, again.out) == (1, "")
    assert "exists already" in again.err
    plain = run("rescue", project, "--json").json
    assert plain["target"] == str(tmp_path / "p rescued.annotator")
    assert plain["missing"]
    assert {"table", "count", "place", "reason", "doubtful"} == set(plain["missing"][0])


def test_rescue_of_a_sound_project_is_fine(project, tmp_path):
    done = run("rescue", project, tmp_path / "out.annotator")
    assert done.status == 0
    assert "Nothing is known to be missing." in done.out
    assert names(tmp_path / "out.annotator") == names(project)


# Check


def broken(project: Path, *statements: str) -> None:
    connection = sqlite3.connect(project, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("DELETE FROM spans WHERE set_id = 1 AND id = 's1'", "damaged: relations points to a missing spans"),
        ("UPDATE set_labels SET items = 7 WHERE set_id = 2 AND label = 'PER'", "figures in “set_labels” do not fit"),
        (
            "INSERT INTO document_index (document_index, rowid, name, text) VALUES ('delete', 3, 'a2', 'Putin')",
            "search index does not fit",
        ),
    ],
)
def test_check_tells_and_its_exit_status_too(project, fault, said):
    assert run("check", project).status == 0
    broken(project, fault)
    done = run("check", project)
    assert done.status == 1
    assert said in done.out
    assert "problem" in done.err
    plain = run("check", project, "--json")
    assert plain.status == 1
    assert len(plain.json["damage"]) + len(plain.json["inconsistencies"]) > 0
    repaired = run("check", project, "--repair")
    assert repaired.status == 0, repaired.out
    assert run("check", project).status == 0


def test_check_tells_of_damaged_pages(project):
    damage(project)
    done = run("check", project)
    assert done.status == 1
    assert "damaged" in done.out + done.err
    repair = run("check", project, "--repair")
    assert repair.status == 1
    assert "rescue" in repair.err + repair.out or "backup" in repair.err


def test_repair_mends_and_names_what_it_leaves(tmp_path):
    spans = [
        {"id": "a", "start": 0, "end": 6, "label": "LOC"},
        {"id": "b", "start": 21, "end": 27, "label": "PER"},
        {"id": "c", "start": 21, "end": 27, "label": "PER"},
    ]
    relations = [{"id": "r", "label": "sama", "head": "b", "tail": "b"}]
    project = filled(tmp_path, annotated("buruk", spans=spans, relations=relations))
    assert run("check", project).status == 1
    done = run("check", project, "--repair")
    assert done.status == 1
    assert done.err.count("mended: buruk (ani):") == 2
    assert [entry.rpartition(" ")[2] for entry in done.out.splitlines()] == ["[relation-to-itself]"]
    plain = run("check", project, "--repair", "--json").json
    assert plain["repaired"] == {"mended": [], "rebuilt": [], "steps": []}
    assert [entry["rule"] for entry in plain["problems"]] == ["relation-to-itself"]
