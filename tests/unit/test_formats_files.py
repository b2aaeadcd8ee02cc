"""The one place that tells UTF-8 files from others before a reader begins, whatever the format."""

from __future__ import annotations

import codecs

import pytest
from click.testing import CliRunner

from annotator.cli.app import verbs
from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, other_unicode, refuse_other_encodings, replacing

WORDS = "Ia berkata “ya” di Malmö.\nLalu ia pergi.\nIa “datang” ke Århus.\n"


@pytest.mark.parametrize(
    ("sample", "looks"),
    [
        (WORDS.encode("utf-16"), "utf-16"),
        (WORDS.encode("utf-16-le"), "utf-16-le"),
        (WORDS.encode("utf-16-be"), "utf-16-be"),
        (WORDS.encode("utf-32"), "utf-32"),
        (WORDS.encode("cp1252"), "cp1252"),
    ],
)
def test_what_is_not_utf8_is_refused_with_a_guess_and_an_advice(sample, looks):
    with pytest.raises(FormatError) as caught:
        refuse_other_encodings("a.jsonl", sample, "Save it anew.")
    assert str(caught.value) == f"a.jsonl is not UTF-8; it looks like {looks}. Save it anew."


def test_a_file_of_which_the_greater_part_is_bad_is_refused():
    with pytest.raises(FormatError, match="is not UTF-8; it looks like"):
        refuse_other_encodings("a.conll", "Malmö\n".encode() + WORDS.encode("cp1252"), "")


@pytest.mark.parametrize(
    "sample",
    [
        b"",
        b"plain\n",
        WORDS.encode(),
        codecs.BOM_UTF8 + WORDS.encode(),
        WORDS.encode() + "Malmö\n".encode("cp1252"),  # one bad line among good ones is the reader's to complain of
        "é".encode() * (SAMPLE // 2 + 10),  # cut in the midst of a character, without any line's end
    ],
)
def test_what_may_be_utf8_is_let_through(sample):
    refuse_other_encodings("a.jsonl", sample[:SAMPLE], "")


def test_a_mark_of_utf8_is_no_other_encoding():
    assert other_unicode(codecs.BOM_UTF8 + b"a") is None
    assert other_unicode(codecs.BOM_UTF16_LE + b"a\0") == "utf-16"


def test_nothing_takes_the_place_of_a_project(project):
    """Whatever its name ends in: a slip of the fingers must not cost a month of work."""
    path = project.path
    project.close()
    other = path.rename(path.with_suffix(".jsonl"))
    content = other.read_bytes()
    with pytest.raises(FormatError, match="is a project with all its annotations"), replacing(other) as temporary:
        temporary.write_text("{}")
    assert other.read_bytes() == content
    assert list(other.parent.glob(".*.part")) == []


@pytest.mark.parametrize("words", [("knowledge", "export", "{}", "{}"), ("scheme", "{}", "--export", "{}")])
def test_no_verb_writes_over_its_project(project, words):
    path = project.path
    project.close()
    content = path.read_bytes()
    done = CliRunner().invoke(verbs, [word.format(path) for word in words])
    assert done.exit_code != 0
    assert "project" in done.output
    assert path.read_bytes()[:4096] == content[:4096]


def test_another_database_makes_way(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"SQLite format 3\0".ljust(200, b"\0"))
    with replacing(path) as temporary:
        temporary.write_text("{}")
    assert path.read_text() == "{}"
