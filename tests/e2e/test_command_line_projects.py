"""Making projects, looking into them, and every file that is not one: from the shell's side."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys

import pytest

from annotator import Project
from annotator._version import __version__
from tests.e2e.command_line_support import ROOT, annotated, filled, line, names, new_project, run, shell, write

SCHEMES = ROOT / "resources" / "schemes"


# Making one


@pytest.mark.parametrize("labels", ["indonesian-news", "nergrit", "conll", "blank"])
def test_new_makes_a_project_with_a_shipped_scheme(tmp_path, labels):
    done = run("new", tmp_path / "p", "--labels", labels)
    assert (done.status, done.err) == (0, "")
    assert str(tmp_path / "p.annotator") in done.out
    assert run("check", tmp_path / "p.annotator").status == 0
    assert run("stats", tmp_path / "p.annotator", "--json").json["documents"] == 0


def test_new_has_the_defaults_that_the_help_promises(tmp_path):
    assert run("new", tmp_path / "p.annotator").status == 0
    connection = sqlite3.connect(tmp_path / "p.annotator")
    kept = dict(connection.execute("SELECT key, value FROM project"))
    connection.close()
    assert json.loads(kept["scheme"])["name"] == "indonesian-news"
    assert kept["language"] == "id"
    help_text = " ".join(run("new", "--help").out.split())
    assert "indonesian-news" in help_text
    assert "[default: id]" in help_text


def test_new_takes_a_scheme_file_of_ones_own(tmp_path):
    scheme = {
        "name": "mine",
        "spans": ["TOKOH", "TEMPAT"],
        "relations": [{"name": "lahir_di", "head": ["TOKOH"], "tail": ["TEMPAT"]}],
    }
    (tmp_path / "mine.json").write_text(json.dumps(scheme), encoding="utf-8")
    done = run("new", tmp_path / "p", "--labels", tmp_path / "mine.json")
    assert done.status == 0
    assert "the label scheme “mine” (2 span labels)" in done.out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "is a JSON object"),
        ('{"spans": "PER"}', "“spans” of a label scheme is a list"),
        ('{"spans": [{"label": "PER"}]}', "spans[0] of the label scheme has no “name”"),
        ('{"spans": ["PER", "PER"]}', "names “PER” twice"),
        ('{"spans": ["PER"], "relations": [{"name": "x", "head": ["ORG"]}]}', "allows “ORG”, which is no span label"),
        ('{"colours": []}', "has no field “colours”"),
    ],
)
def test_what_is_wrong_with_a_scheme_file_is_said_and_nothing_is_made(tmp_path, content, reason):
    scheme = tmp_path / "scheme.json"
    scheme.write_text(content, encoding="utf-8")
    done = run("new", tmp_path / "p", "--labels", scheme)
    assert (done.status, done.out) == (1, "")
    assert reason in done.err
    assert "scheme.json" in done.err
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "p.annotator").exists()


def test_new_refuses_what_cannot_be_and_leaves_what_is_there(tmp_path):
    project = filled(tmp_path, line("a"))
    for arguments, status, reason in (
        ([project], 1, "exists already"),
        ([tmp_path / "p"], 1, "exists already"),
        ([tmp_path / "no" / "p"], 1, "does not exist"),
        ([tmp_path / "q", "--labels", "tidak-ada"], 2, "is neither one of indonesian-news"),
        ([tmp_path / "q", "--lang", "bahasa"], 2, "is no language code"),
        ([tmp_path / "q", "--lang", "zz"], 2, "is no language code"),
    ):
        done = run("new", *arguments)
        assert (done.status, done.out) == (status, ""), arguments
        assert reason in done.err
    assert names(project) == ["a"]
    assert not (tmp_path / "q.annotator").exists()
    assert run("new").status == 2


# Looking into one


def test_check_names_every_problem_by_document_annotator_and_rule(tmp_path):
    spans = [
        {"id": "a", "start": 0, "end": 6, "label": "PER"},
        {"id": "b", "start": 14, "end": 18, "label": "LOC"},
        {"id": "c", "start": 21, "end": 27, "label": "PER"},
        {"id": "d", "start": 21, "end": 27, "label": "PER"},
    ]
    relations = [{"id": "r", "label": "sama", "head": "c", "tail": "c"}]
    project = filled(tmp_path, annotated("bagus", relations=[]), annotated("buruk", spans=spans, relations=relations))
    done = run("check", project)
    assert done.status == 1
    found = done.out.splitlines()
    assert all(entry.startswith("buruk (ani): ") for entry in found)
    rules = [re.search(r"\[([a-z-]+)\]$", entry)[1] for entry in found]
    assert sorted(rules) == ["relation-to-itself", "span-blank-edge", "span-duplicate", "span-misaligned", "span-misaligned"]
    assert done.err == "5 problems.\n"
    as_json = run("check", project, "--json")
    assert (as_json.status, as_json.err) == (1, "")
    assert as_json.json["damage"] == []
    assert sorted(problem["rule"] for problem in as_json.json["problems"]) == sorted(rules)
    assert {problem["document"] for problem in as_json.json["problems"]} == {"buruk"}


def test_check_without_problems(tmp_path):
    done = run("check", filled(tmp_path, annotated("a")))
    assert (done.status, done.out, done.err) == (0, "", "No problems.\n")


def test_stats_counts_by_annotator_status_and_label(tmp_path):
    other = [{"id": "s1", "start": 0, "end": 5, "label": "ORG"}]
    project = filled(
        tmp_path,
        annotated("a"),
        annotated("a", "budi", spans=other, relations=[]),
        annotated("b", "tagger", "model", status="new"),
        annotated("c", status="in progress"),
    )
    done = run("stats", project)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("3 documents, 0 of them gold, 1 disputed\n")
    assert re.search(r"ani \(person\): 1 done, 1 in progress; 0 unreviewed", done.out)
    figures = run("stats", project, "--json").json
    assert (figures["documents"], figures["gold"], figures["disputed"]) == (3, 0, 1)
    by_name = {entry["annotator"]: entry for entry in figures["annotators"]}
    assert by_name["ani"]["status"] == {"done": 1, "in progress": 1}
    assert by_name["ani"]["spans"] == {"LOC": 2, "PER": 2}
    assert by_name["tagger"]["unreviewed"] == 3


def test_stats_tells_what_was_done_on_which_day(tmp_path):
    project = filled(tmp_path, annotated("a", status="in progress"), annotated("b", status="in progress"))
    assert "by day" not in run("stats", project).out
    with Project(project, annotator="ani") as opened:
        opened.open("a").mark_done()
        opened.open("b").add_span(6, 10, "LOC")
    (day,) = run("stats", project, "--json").json["days"]
    assert (day["annotator"], day["edits"], day["done"]) == ("ani", 2, 1)
    assert f"  {day['day']}  ani: 2 edits, 1 document done\n" in run("stats", project).out


def test_formats_lists_what_can_be_read_and_written():
    done = run("formats")
    assert done.status == 0
    ways = {entry["name"]: (entry["reads"], entry["writes"]) for entry in run("formats", "--json").json}
    assert ways["text"] == (True, False)
    assert ways["jsonl"] == (True, True)
    assert ways["spacy"] == (True, True)
    assert ways["inline-tags"] == (True, False)
    assert all(name in done.out for name in ways)


def test_version_and_help():
    assert run("--version").out == f"annotator, version {__version__}\n"
    shown = run("--help")
    assert shown.status == 0
    for verb in ("open", "demo", "new", "import", "export", "check", "stats", "formats"):
        assert re.search(rf"^  {verb} ", shown.out, re.MULTILINE), verb
        assert run(verb, "--help").status == 0


def test_unknown_verbs_and_missing_arguments_are_wrong_use():
    for arguments in (["fly"], ["--fly"], ["stats"], ["check"], ["open"], ["stats", "a", "b"]):
        done = run(*arguments)
        assert (done.status, done.out) == (2, ""), arguments
        assert "Error:" in done.err


# What is no project, or cannot be used


def use(verb: str, project, folder):
    more = {
        "import": [write(folder / "more-source.jsonl", line("more"))],
        "export": [folder / "out.jsonl", "--format", "jsonl", "--status", "any"],
    }
    return run(verb, project, *more.get(verb, []))


def made_newer(project) -> None:
    connection = sqlite3.connect(project)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def made_damaged(project) -> None:
    content = bytearray(project.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    project.write_bytes(content)


def made_strange(project) -> None:
    connection = sqlite3.connect(project)
    connection.execute("PRAGMA application_id = 7")
    connection.close()


@pytest.mark.parametrize("verb", ["stats", "check", "import", "export", "open"])
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda project: project.write_bytes(b"Putin tiba di Rusia."), "is not an annotator project"),
        (lambda project: project.write_bytes(b""), "is not an annotator project"),
        (lambda project: project.unlink(), "There is no project at"),
        (lambda project: (project.unlink(), project.mkdir()), "is a folder"),
        (made_newer, "was written by a newer version"),
        (made_damaged, "is damaged"),
        (made_strange, "of another program"),
    ],
    ids=["a text", "empty", "missing", "a folder", "newer", "damaged", "another program's"],
)
def test_what_is_wrong_with_a_project_is_one_sentence(tmp_path, verb, spoil, reason):
    project = filled(tmp_path, *(annotated(f"a{number}") for number in range(30)))
    spoil(project)
    before = project.read_bytes() if project.is_file() else None
    done = use(verb, project, tmp_path)
    assert (done.status, done.out) == (1, "")
    assert reason in done.err
    assert project.name in done.err
    assert done.err.startswith("annotator: ")
    assert len(done.err.splitlines()) == 1
    assert (project.read_bytes() if project.is_file() else None) == before
    assert not (tmp_path / "out.jsonl").exists()


def test_a_damaged_page_in_the_middle_is_found_by_check_and_said_by_the_others(tmp_path):
    project = filled(tmp_path, *(annotated(f"a{number}", meta={"n": "x" * 500}) for number in range(400)))
    content = bytearray(project.read_bytes())
    pages = len(content) // 4096
    for page in range(pages // 2, pages):
        content[page * 4096 : (page + 1) * 4096] = bytes(4096)
    project.write_bytes(content)
    for verb in ("check", "export"):
        done = use(verb, project, tmp_path)
        assert done.status == 1
        assert "damaged" in done.out + done.err
    assert not (tmp_path / "out.jsonl").exists()


def test_a_write_protected_project_is_read_but_not_written(tmp_path):
    project = filled(tmp_path, annotated("a"))
    project.chmod(0o444)
    if os.access(project, os.W_OK):
        pytest.skip("this user may write everything")
    done = use("import", project, tmp_path)
    assert done.status == 1
    assert "write-protected" in done.err
    assert use("stats", project, tmp_path).status == 0
    assert names(project) == ["a"]


HOLDER = """
import sys
from pathlib import Path
from annotator.store.project import open_project
project = open_project(Path(sys.argv[1]))
print("open" if not project.read_only else project.read_only_reason, flush=True)
sys.stdin.readline()
project.close()
"""


def test_a_project_that_another_process_has_open_is_read_but_not_written(tmp_path):
    project = filled(tmp_path, annotated("a"))
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(project)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert holder.stdout.readline() == "open\n"
        done = use("import", project, tmp_path)
        assert (done.status, done.out) == (1, "")
        assert "is open elsewhere" in done.err
        assert len(done.err.splitlines()) == 1
        for verb in ("stats", "check", "export"):
            assert use(verb, project, tmp_path).status == 0
    finally:
        holder.communicate("\n", timeout=30)
    assert names(project) == ["a"]
    assert use("import", project, tmp_path).status == 0
    assert names(project) == ["a", "more"]


# As a process of its own


def test_the_exit_status_reaches_the_shell(tmp_path):
    assert shell("--version").status == 0
    assert shell("stats", tmp_path / "none.annotator").status == 1
    done = shell("stats")
    assert (done.status, done.out) == (2, "")


def test_a_fault_of_ours_is_a_sentence_and_the_log_has_the_rest(tmp_path, monkeypatch, caplog):
    from annotator.store import queries

    def broken(_connection: object) -> None:
        raise ZeroDivisionError("what nobody expected")

    monkeypatch.setattr(queries, "statistics", broken)
    done = run("stats", new_project(tmp_path))
    assert (done.status, done.out) == (1, "")
    assert "This is a fault of the program, not yours (ZeroDivisionError: what nobody expected)" in done.err
    assert len(done.err.splitlines()) == 1
    assert "ZeroDivisionError" in (tmp_path / "annotator.log").read_text(encoding="utf-8")


def test_a_temporary_profile_leaves_nothing_of_the_users_behind(tmp_path):
    profile = tmp_path / "profile"
    profile.mkdir()
    done = shell("--temp-profile", "formats", ANNOTATOR_PROFILE=str(profile))
    assert done.status == 0
    assert list(profile.iterdir()) == []
