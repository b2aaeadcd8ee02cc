"""``annotator suggest`` as a person types it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from annotator.cli.app import verbs
from annotator.store.project import open_project


@pytest.fixture
def run(project, tmp_path, monkeypatch):
    """Run a verb on the small project, which is closed first; returns its exit status, output and errors."""
    monkeypatch.setenv("ANNOTATOR_PROFILE", str(tmp_path / "profile"))
    project.close()

    def call(*arguments):
        result = CliRunner().invoke(verbs, ["suggest", str(project.path), *map(str, arguments)], prog_name="annotator")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return call


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "nama.txt"
    path.write_text("PERSON\tBudi\nPERSON\tPutin\nPLANET\tRusia\n", encoding="utf-8")
    return path


def test_patterns_from_a_file(run, words, project):
    status, out, err = run("--with", f"patterns={words}", "--processes", 1)
    assert (status, err) == (0, "  patterns:nama: 1 × PLANET left out, because the label scheme has no such label\n")
    assert (
        out
        == "3 documents looked at: 3 annotation sets made or renewed with 3 spans and 0 relations; 0 unchanged, 0 finished before.\n"
    )
    again = open_project(project.path)
    assert again.connection.execute("SELECT count(*) FROM spans WHERE origin = 'patterns:nama'").fetchone() == (3,)
    again.close()


def test_labels_are_mapped_and_one_document_is_enough(run, words):
    status, out, _ = run("--with", f"patterns={words}", "--map", "PLANET=GPE", "--document", "first", "--processes", 1, "--json")
    told = json.loads(out)
    assert (status, told["documents"], told["spans"], told["left_out"]) == (0, 1, 3, [])


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--with", "oracle"], 1, "There is no suggester “oracle”"),
        (["--with", "patterns"], 1, "needs a pattern file"),
        (["--with", "memory", "--with", "memory"], 1, "named twice"),
        (["--document", "tenth"], 1, "There is no document “tenth”"),
        (["--threshold", "2"], 2, "from 0 to 1"),
        (["--threshold", "MOON=0.5"], 1, "no label “MOON”"),
        (["--map", "PERSON"], 2, "OLD=NEW"),
    ],
)
def test_wrong_use_gets_one_sentence(run, arguments, status, sentence):
    found, out, err = run(*arguments)
    assert found == status
    assert sentence in err
    assert "Traceback" not in err
    assert out == ""


def test_a_broken_pattern_file_is_named_with_its_line(run, tmp_path):
    path = tmp_path / "rusak.txt"
    path.write_text("PERSON\tBudi\nPERSON\t/(/\n", encoding="utf-8")
    status, _, err = run("--with", f"patterns={path}", "--processes", 1)
    assert status == 1
    assert "Line 2: This is no regular expression" in err
