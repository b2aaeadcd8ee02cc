"""``annotator import`` with the powers of the window's dialog: a dry run, labels, repairs, reworded texts, and the report."""

from __future__ import annotations

import json
import sqlite3

import pytest

from tests.e2e.command_line_support import TEXT, annotated, line, names, new_project, run, write


@pytest.fixture
def project(tmp_path):
    return new_project(tmp_path)


def spans(project) -> list[tuple[str, int, int]]:
    connection = sqlite3.connect(project)
    try:
        return connection.execute('SELECT label, start, "end" FROM spans ORDER BY set_id, start').fetchall()
    finally:
        connection.close()


DAMAGED = [{"id": "s1", "start": 5, "end": 0, "label": "PERSON"}, {"id": "s2", "start": 13, "end": 19, "label": "LOC"}]
"""Both can be mended: Putin is turned round, Rusia has a blank before it."""


def test_a_dry_run_tells_all_and_writes_nothing(project, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=DAMAGED), "{broken", line("kosong", text=""))
    before = project.read_bytes()
    done = run("import", project, path, "--dry-run", "--map", "PERSON=PER")
    assert done.status == 1
    assert project.read_bytes() == before
    assert names(project) == []
    assert not (tmp_path / "p.import-report.txt").exists()
    assert [told.split(": ")[0].rpartition(":")[2] for told in done.err.splitlines()[:3]] == ["1", "2", "3"]
    for told in (
        f"{path}: Native JSONL",
        "1 new document, 0 there already",
        "1  span LOC",
        "1  spans that end before they start could be repaired (--repair)",
        "3 problems. Nothing was written, because --dry-run was given.",
    ):
        assert told in done.out


def test_a_dry_run_without_problems_has_status_0_and_speaks_json(project, tmp_path):
    path = write(tmp_path / "in.jsonl", annotated())
    assert run("import", project, path, "--dry-run").status == 0
    told = run("import", project, path, "--dry-run", "--json").json
    assert (told["documents"], told["sets"], told["spans"], told["problems"]) == (1, 1, 2, 0)
    assert told["span_labels"] == {"PER": 1, "LOC": 1}
    assert names(project) == []


def test_a_dry_run_with_a_report_lists_everything_in_it(project, tmp_path):
    path = write(tmp_path / "in.jsonl", *["{broken" if number % 2 else line(f"d{number}") for number in range(600)])
    done = run("import", project, path, "--dry-run", "--report", tmp_path / "r.txt")
    assert "and 100 more" in done.err
    told = (tmp_path / "r.txt").read_text(encoding="utf-8")
    assert told.startswith("Nothing was imported: this was a dry run.\n")
    assert told.count("left out  ") == 300


def test_labels_are_mapped_left_out_and_added(project, tmp_path):
    path = write(
        tmp_path / "in.jsonl", line(spans=[{"start": 0, "end": 5, "label": "PERSON"}, {"start": 14, "end": 19, "label": "X=Y"}])
    )
    (tmp_path / "scheme.json").write_text(json.dumps({"name": "s", "spans": [{"name": "DATE", "color": "#010203"}]}))
    done = run("import", project, path, "--map", "PERSON=PER", "--map", "X=Y=", "--labels", tmp_path / "scheme.json")
    assert done.status == 0, done.err
    assert spans(project) == [("PER", 0, 5)]
    assert "1 span labelled “X=Y” left out, as chosen." in done.err
    assert "Added to the label scheme: DATE." in done.err


def test_a_scheme_beside_the_file_is_pointed_out(project, tmp_path):
    path = write(tmp_path / "in.jsonl", line())
    (tmp_path / "in.jsonl.labels.json").write_text(json.dumps({"name": "s", "spans": ["DATE"]}))
    assert f"--labels {tmp_path / 'in.jsonl.labels.json'}" in run("import", project, path, "--dry-run").out


def test_damage_is_mended_when_asked_for_and_told(project, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=DAMAGED))
    done = run("import", project, path, "--repair", "--map", "PERSON=PER")
    assert done.status == 0, done.err
    assert spans(project) == [("PER", 0, 5), ("LOC", 14, 19)]
    assert done.err.count("Repaired: ") == 2
    assert f"The report is in {tmp_path / 'p.import-report.txt'}." in done.out
    assert (tmp_path / "p.import-report.txt").read_text(encoding="utf-8").count("Repaired: ") == 2


def test_only_one_kind_of_damage_is_mended(project, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=DAMAGED))
    done = run("import", project, path, "--repair-only", "edges")
    assert done.status == 1
    assert spans(project) == [("LOC", 14, 19)]


def test_strict_with_repairs_takes_what_could_be_mended(project, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=DAMAGED))
    assert run("import", project, path, "--strict").status == 1
    assert names(project) == []
    assert run("import", project, path, "--strict", "--repair").status == 0
    assert len(spans(project)) == 2


def test_a_reworded_text_is_one_document_more_and_carries_what_was_there(project, tmp_path):
    path = write(tmp_path / "in.jsonl", annotated())
    run("import", project, path)
    write(path, line("first", "Kabar: " + TEXT.replace("Rusia", "Cina")))
    done = run("import", project, path)
    assert done.status == 1  # a span was lost on the way
    assert "The reviewed span LOC “Rusia” of ani is not in the new text" in done.err
    assert spans(project) == [("PER", 0, 5), ("LOC", 14, 19), ("PER", 7, 12)]
    write(path, line("first", "Terkini: " + TEXT))
    assert run("import", project, path, "--reworded", "new").status == 0
    assert len(spans(project)) == 3


def test_the_report_is_where_it_was_asked_for(project, tmp_path):
    path = write(tmp_path / "in.jsonl", "{broken")
    done = run("import", project, path, "--report", tmp_path / "r.txt")
    assert f"The report is in {tmp_path / 'r.txt'}." in done.out
    assert not (tmp_path / "p.import-report.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--map", "X"], "OLD=NEW"),
        (["--map", "=X"], "OLD=NEW"),
        (["--map-relation", "X"], "OLD=NEW"),
        (["--repair-only", "all"], "edges"),
        (["--reworded", "maybe"], "carry"),
        (["--report", "p.annotator"], "--report"),
        (["--report", "no/such/folder/r.txt"], "does not exist"),
    ],
)
def test_wrong_use_is_said_and_has_status_2(project, tmp_path, arguments, why):
    done = run("import", project, write(tmp_path / "in.jsonl", line()), *arguments)
    assert done.status == 2
    assert why in done.err
    assert names(project) == []


def test_the_report_does_not_take_the_place_of_what_is_imported(project, tmp_path):
    path = write(tmp_path / "in.jsonl", line())
    assert run("import", project, path, "--report", path).status == 2
    assert path.read_text(encoding="utf-8") == line() + "\n"


def test_labels_that_cannot_be_read_are_said(project, tmp_path):
    (tmp_path / "scheme.json").write_text("{")
    done = run("import", project, write(tmp_path / "in.jsonl", line()), "--labels", tmp_path / "scheme.json")
    assert done.status == 1
    assert "no label scheme that is known here" in done.err
    assert names(project) == []
