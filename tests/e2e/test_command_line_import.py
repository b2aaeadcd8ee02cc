"""``annotator import`` as its users run it: what comes in, what is named, and with which exit status."""

from __future__ import annotations

import json
import os
import sqlite3
import sys

import pytest

from tests.e2e.command_line_support import TEXT, annotated, filled, line, names, new_project, run, shell, write


@pytest.fixture
def project(tmp_path):
    return new_project(tmp_path)


def texts(project) -> dict[str, str]:
    connection = sqlite3.connect(project)
    try:
        return dict(connection.execute("SELECT name, text FROM documents"))
    finally:
        connection.close()


# Texts


@pytest.mark.parametrize(
    "text",
    [
        "Dua baris.\r\nDengan CRLF.\r\n",
        "Satu\0dua",
        "Halo 😊 Budi 👨‍👩‍👧 e\u0301",
        "\u202bשלום\u202c مرحبا",
        " \u00a0tepi \n",
        "\u2028\u2029\x85",
    ],
    ids=["CRLF", "NUL", "emoji", "right-to-left", "white edges", "separators"],
)
def test_a_text_is_stored_exactly(project, tmp_path, text):
    (tmp_path / "artikel.txt").write_bytes(text.encode())
    done = run("import", project, tmp_path / "artikel.txt")
    assert (done.status, done.err) == (0, "")
    assert texts(project) == {"artikel": text}
    assert run("check", project).status == 0


def test_a_text_that_is_not_utf_8_is_offered_its_encoding_and_comes_in_with_it(project, tmp_path):
    article = tmp_path / "lama.txt"
    article.write_bytes(
        "Ia berkata “ya” kepada semua wartawan yang menunggu – lalu pergi ke sebuah café di Jakarta.".encode("cp1252")
    )
    refused = run("import", project, article)
    assert refused.status == 1
    assert (
        f"{article}: The file is not UTF-8; it looks like cp1252, which reads “Ia berkata “ya” kepada semua wartawa”. "
        "If that is right, import it again with this encoding (--encoding cp1252)." in refused.err
    )
    assert names(project) == []
    accepted = run("import", project, article, "--encoding", "cp1252")
    assert accepted.status == 0
    assert texts(project) == {"lama": "Ia berkata “ya” kepada semua wartawan yang menunggu – lalu pergi ke sebuah café di Jakarta."}


def test_a_byte_order_mark_is_removed_and_named(project, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfIsi.")
    (tmp_path / "b.jsonl").write_bytes(b"\xef\xbb\xbf" + line("b").encode() + b"\n")
    done = run("import", project, tmp_path / "a.txt", tmp_path / "b.jsonl")
    assert done.status == 0
    assert done.err.count("byte-order mark") == 2
    assert texts(project) == {"a": "Isi.", "b": TEXT}


def test_an_empty_text_and_a_missing_one_are_named_and_the_rest_comes_in(project, tmp_path):
    (tmp_path / "kosong.txt").touch()
    (tmp_path / "ada.txt").write_text("Ada.", encoding="utf-8")
    (tmp_path / "hampa").mkdir()
    done = run("import", project, *(tmp_path / name for name in ("kosong.txt", "tiada.txt", "ada.txt", "hampa")))
    assert done.status == 1
    assert f"{tmp_path / 'kosong.txt'}: The file is empty, so there is no article to bring in." in done.err
    assert f"{tmp_path / 'tiada.txt'}: does not exist." in done.err
    assert f"{tmp_path / 'hampa'}: The folder holds no files, so there is nothing to bring in." in done.err
    assert "3 problems" in done.out
    assert names(project) == ["ada"]


def test_a_file_of_no_known_format_is_named(project, tmp_path):
    (tmp_path / "gambar.png").write_bytes(b"\x89PNG\r\n")
    done = run("import", project, tmp_path / "gambar.png")
    assert done.status == 1
    assert "no format that can be told from its name" in done.err


@pytest.mark.skipif(sys.platform != "linux", reason="file names of any bytes are Linux's")
def test_a_file_name_that_is_not_utf_8_is_shown_as_far_as_it_can_be(project, tmp_path):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/b\xe4d.txt")
    with open(odd, "wb") as file:  # noqa: PTH123
        file.write(b"\xff\xfe\xfd\x81")
    said = run("import", project, odd)
    assert said.status == 1
    assert "UTF-8" in said.err
    report = run("import", project, odd, "--json")
    assert (report.status, len(report.json["complaints"])) == (1, 1)
    with open(odd, "wb") as file:  # noqa: PTH123
        file.write(b"Isi.")
    assert run("import", project, odd).status == 0
    assert names(project) == ["b\ufffdd"]


def test_what_the_terminal_cannot_show_is_no_reason_to_fail(tmp_path):
    project = new_project(tmp_path)
    bad = write(tmp_path / "emoji.jsonl", line("😊", text="Ada", spans=[{"id": "😊", "start": 90, "end": 99, "label": "PER"}]))
    done = shell("import", project, bad, PYTHONIOENCODING="cp1252")
    assert done.status == 1
    assert "The span “?” lies at (90, 99), outside the text" in done.err


# The native JSONL

BROKEN = [
    ("{", "broken JSON"),
    ('["a"]', "no JSON object"),
    ("{}", "no “text”"),
    (line(text=""), "“text” is empty"),
    (line(spans=[{"start": 0, "end": 99, "label": "PER"}]), "outside the text of 53 characters"),
    (line(spans=[{"start": -1, "end": 5, "label": "PER"}]), "outside the text"),
    (line(spans=[{"start": 5, "end": 0, "label": "PER"}]), "ends before it starts"),
    (line(spans=[{"start": 5, "end": 5, "label": "PER"}]), "covers no text"),
    (line(spans=[{"start": 0, "end": 5}]), "has no “label”"),
    (line(spans=[{"id": "a", "start": 0, "end": 5, "label": "PER"}], relations=[{"label": "x", "head": "a", "tail": "b"}]), "“b”"),
    (line(meta={"n": 10**30}), "more than 64 bits"),
    (line(spans=[{"start": 0, "end": 5, "label": "PER", "attributes": {"n": 10**30, "m": 1}}]), "more than 64 bits"),
]


@pytest.mark.parametrize(("bad", "reason"), BROKEN, ids=[reason for _, reason in BROKEN])
def test_what_is_wrong_with_a_line_is_said_and_its_neighbours_come_in(project, tmp_path, bad, reason):
    source = write(tmp_path / "in.jsonl", line("before"), bad, line("after"))
    done = run("import", project, source)
    assert done.status == 1
    (complaint,) = done.err.splitlines()
    assert complaint.startswith(f"{source}:2: ")
    assert reason in complaint
    assert [name for name in names(project) if name != "first"] == ["before", "after"]
    assert done.out.count("1 problem.") == 1
    assert run("check", project).status == 0


@pytest.mark.parametrize(("bad", "reason"), BROKEN, ids=[reason for _, reason in BROKEN])
def test_strict_brings_in_nothing_at_all(project, tmp_path, bad, reason):
    before = run("export", project, tmp_path / "x.jsonl", "--format", "jsonl", "--status", "any").err
    source = write(tmp_path / "in.jsonl", line("before"), bad, line("after", spans=[{"start": 0, "end": 5, "label": "BARU"}]))
    done = run("import", project, source, "--strict")
    assert done.status == 1
    assert reason in done.err
    assert "Nothing was imported" in done.out
    assert names(project) == []
    assert "BARU" not in json.dumps(run("stats", project, "--json").json)
    assert run("export", project, tmp_path / "x.jsonl", "--format", "jsonl", "--status", "any").err == before


def test_strict_lets_sound_files_in(project, tmp_path):
    done = run("import", project, write(tmp_path / "in.jsonl", line("a"), annotated("b")), "--strict")
    assert done.status == 0
    assert names(project) == ["a", "b"]


def test_a_file_that_is_not_utf_8_at_all_is_refused_whole(project, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(line("kafe", "Ke café").encode("cp1252") + b"\n")
    done = run("import", project, source)
    assert done.status == 1
    assert "not UTF-8; it looks like" in done.err
    assert names(project) == []


def test_missing_names_ids_and_annotators_are_filled_in(project, tmp_path):
    source = write(tmp_path / "in.jsonl", json.dumps({"text": TEXT, "spans": [{"start": 0, "end": 5, "label": "PER"}]}))
    assert run("import", project, source, "--annotator", "otomatis", "--kind", "model").status == 0
    assert names(project) == ["in:1"]
    (annotator,) = run("stats", project, "--json").json["annotators"]
    assert (annotator["annotator"], annotator["kind"], annotator["spans"]) == ("otomatis", "model", {"PER": 1})


def test_labels_that_the_scheme_lacks_are_added_and_named(project, tmp_path):
    source = write(tmp_path / "in.jsonl", annotated(spans=[{"id": "a", "start": 0, "end": 5, "label": "TOKOH"}], relations=[]))
    done = run("import", project, source)
    assert done.status == 0
    assert "Added to the label scheme: TOKOH." in done.err
    again = run("import", project, source)
    assert (again.status, again.err) == (0, "")


def test_items_against_a_rule_come_in_and_are_counted(project, tmp_path):
    spans = [{"id": "a", "start": 0, "end": 6, "label": "PER"}, {"id": "b", "start": 14, "end": 19, "label": "LOC"}]
    done = run("import", project, write(tmp_path / "in.jsonl", annotated(spans=spans, relations=[])))
    assert done.status == 0
    assert "1 imported item breaks a rule (span-blank-edge)" in done.err
    assert run("check", project).status == 1


def test_importing_the_same_again_changes_nothing(project, tmp_path):
    source = write(tmp_path / "in.jsonl", annotated(meta={"a": [1, {"b": None}]}), line("bare"), annotated("second", kind="model"))
    assert run("import", project, source).status == 0
    before = run("export", project, tmp_path / "a.jsonl", "--format", "jsonl", "--sets", "all", "--status", "any").status
    report = run("import", project, source, "--json")
    assert report.status == 0
    assert report.json["documents"] == 0
    assert report.json["sets"] == 0
    assert report.json["unchanged"] == 2
    assert report.json["complaints"] == []
    after = run("export", project, tmp_path / "b.jsonl", "--format", "jsonl", "--sets", "all", "--status", "any").status
    assert before == after == 0
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_a_models_set_is_replaced_and_a_persons_is_never(project, tmp_path):
    spans = [{"id": "s9", "start": 45, "end": 52, "label": "LOC"}]
    assert run("import", project, write(tmp_path / "1.jsonl", annotated("m", "tagger", "model"), annotated("p"))).status == 0
    changed = (annotated("m", "tagger", "model", spans=spans, relations=[]), annotated("p", spans=spans, relations=[]))
    done = run("import", project, write(tmp_path / "2.jsonl", *changed))
    assert done.status == 1
    assert "“p” has a set of ani already, with other content; it was left as it is." in done.err
    figures = {entry["annotator"]: entry["spans"] for entry in run("stats", project, "--json").json["annotators"]}
    assert figures == {"tagger": {"LOC": 1}, "ani": {"PER": 1, "LOC": 1}}


def test_strict_refuses_a_persons_other_set_and_takes_everything_back(tmp_path):
    project = filled(tmp_path, annotated("p"))
    source = write(tmp_path / "2.jsonl", line("new"), annotated("p", relations=[], spans=[]))
    done = run("import", project, source, "--strict")
    assert done.status == 1
    assert "with other content" in done.err
    assert names(project) == ["p"]


@pytest.mark.parametrize("between", [0, 2500], ids=["one chunk", "several chunks"])
def test_two_sets_of_one_annotator_in_one_file_are_not_merged(project, tmp_path, between):
    other = annotated("a", "tagger", "model", spans=[], relations=[], flagged=True)
    lines = [annotated("a", "tagger", "model"), *(line(f"n{number}", "x") for number in range(between)), other]
    done = run("import", project, write(tmp_path / "in.jsonl", *lines))
    assert done.status == 1
    assert "came before with other content; this one was left out" in done.err
    assert run("stats", project, "--json").json["annotators"][0]["spans"] == {"PER": 1, "LOC": 1}


def test_other_metadata_and_tokens_of_a_known_document_are_named(tmp_path):
    project = filled(
        tmp_path, annotated("a", meta={"source": "x"}, tokens=[[0, 5], [6, 10], [11, 13], [14, 20], [21, 53]][:0] or None)
    )
    other = write(tmp_path / "2.jsonl", annotated("a", "budi", meta={"source": "y"}))
    done = run("import", project, other)
    assert done.status == 1
    assert "with other metadata; that of the file was left out" in done.err
    one_word = line("kata", "Putin tiba", tokens=[[0, 5], [6, 10]])
    assert run("import", project, write(tmp_path / "3.jsonl", one_word)).status == 0
    cut = line("kata", "Putin tiba", tokens=[[0, 2], [2, 5], [6, 10]])
    again = run("import", project, write(tmp_path / "4.jsonl", cut))
    assert again.status == 0
    assert "with other tokens; those of the project are used" in again.err


def test_the_report_as_json(project, tmp_path):
    done = run("import", project, write(tmp_path / "in.jsonl", annotated(), "{"), "--json")
    assert done.status == 1
    assert done.err == ""
    report = done.json
    assert {key: report[key] for key in ("documents", "sets", "spans", "relations")} == {
        "documents": 1,
        "sets": 1,
        "spans": 2,
        "relations": 1,
    }
    assert report["labels_added"] == ["visited"]
    assert report["complaints"][0]["place"].endswith("in.jsonl:2")
    assert report["complaints"][0]["lost"] is True


def test_wrong_use_has_status_2(project, tmp_path):
    source = write(tmp_path / "in.jsonl", line())
    for arguments in (
        ["import", project],
        ["import", project, source, "--format", "parchment"],
        ["import", project, source, "--kind", "robot"],
        ["import", project, source, "--annotator", " "],
        ["import", project, source, "--encoding", "utf-9"],
        ["import", project, source, "--encoding", "rot13"],
        ["import", project, source, "--nonsense"],
    ):
        done = run(*arguments)
        assert (done.status, done.out) == (2, ""), arguments
        assert "Error:" in done.err
    assert names(project) == []


def test_a_language_without_a_tokenizer_is_said_and_nothing_comes_in(tmp_path):
    project = new_project(tmp_path, language="th")
    (tmp_path / "a.txt").write_text("Isi.", encoding="utf-8")
    done = run("import", project, tmp_path / "a.txt")
    assert done.status == 1
    assert "needs another package to tokenize the language “th”" in done.err
    assert names(project) == []
