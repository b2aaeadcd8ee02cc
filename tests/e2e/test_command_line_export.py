"""``annotator export`` as an engineer runs it: what is chosen, what is written, what is said of every loss."""

from __future__ import annotations

import json
import sqlite3

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from annotator.commands.documents import mark_done, reopen, skip
from annotator.session.session import Session
from annotator.store.project import open_project
from tests.e2e.command_line_support import TEXT, annotated, filled, line, names, new_project, run, write

JSONL = ("--format", "jsonl")
SPACY = ("--format", "spacy")


def docs(path) -> list[Doc]:
    if not Doc.has_extension("rel"):
        Doc.set_extension("rel", default={})
    return list(DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))


def lines(path) -> list[dict]:
    return [json.loads(entry) for entry in path.read_bytes().splitlines()]


def written(folder) -> list[str]:
    """Everything beside the projects, their sources and the log."""
    return sorted(
        path.name for path in folder.iterdir() if not any(known in path.name for known in (".annotator", "source", ".log"))
    )


def act(project, annotator, *commands) -> None:
    """Have a person open the first document and do something with it."""
    found = open_project(project)
    try:
        session = Session(found, annotator)
        state = session.open_document(1)
        for command in commands:
            session.execute(command(state.set_id))
    finally:
        found.close()


# With nothing to export


@pytest.mark.parametrize("kind", [SPACY, JSONL])
def test_without_a_finished_document_nothing_is_written(tmp_path, kind):
    project = filled(tmp_path, annotated("a", status="in progress"), line("b"), annotated("c", status="skipped"))
    before = written(tmp_path)
    done = run("export", project, tmp_path / "out.x", *kind)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("annotator: There is nothing to export: of 3 documents ")
    assert "--status any" in done.err
    assert len(done.err.splitlines()) == 1
    assert written(tmp_path) == before
    mine = run("export", project, tmp_path / "out.x", *kind, "--annotator", "ani")
    assert mine.status == 1
    assert "of 3 documents 1 new, 1 in progress, 1 skipped for ani." in mine.err


def test_an_empty_project_has_nothing_to_export(tmp_path):
    done = run("export", new_project(tmp_path), tmp_path / "out.spacy", *SPACY, "--status", "any")
    assert done.status == 1
    assert "the project has no documents" in done.err


def test_an_annotator_nobody_knows_is_named_beside_those_there_are(tmp_path):
    project = filled(tmp_path, annotated("a"), annotated("a", "tagger", "model"))
    done = run("export", project, tmp_path / "out.jsonl", *JSONL, "--annotator", "anni")
    assert done.status == 1
    assert "nobody called “anni” has annotated in this project. It has sets of " in done.err
    assert "ani" in done.err
    assert "tagger" in done.err


# What is chosen


def test_gold_before_persons_before_models(tmp_path):
    project = filled(
        tmp_path,
        annotated("adjudicated"),
        annotated("adjudicated", "hakim", "gold", status="new"),
        annotated("done"),
        annotated("done", "tagger", "model", status="new"),
        annotated("started", status="in progress"),
        annotated("started", "tagger", "model", status="new"),
        annotated("suggested", "tagger", "model", status="new"),
        annotated("skipped", status="skipped"),
        line("bare"),
    )
    done = run("export", project, tmp_path / "done.jsonl", *JSONL)
    assert done.status == 0
    assert [(entry["name"], entry["annotator"]) for entry in lines(tmp_path / "done.jsonl")] == [
        ("adjudicated", "hakim"),
        ("done", "ani"),
    ]
    assert "4 documents are not done and were not exported." in done.err
    everything = run("export", project, tmp_path / "any.jsonl", *JSONL, "--status", "any")
    assert everything.status == 0
    assert [(entry["name"], entry["annotator"]) for entry in lines(tmp_path / "any.jsonl")] == [
        ("adjudicated", "hakim"),
        ("done", "ani"),
        ("started", "ani"),
        ("suggested", "tagger"),
    ]
    assert "3 of them are suggestions nobody reviewed." in everything.err


def test_one_annotator_is_picked(tmp_path):
    project = filled(tmp_path, annotated("a"), annotated("a", "budi"), annotated("a", "hakim", "gold"), annotated("b", "budi"))
    for who, expected in (("ani", ["a"]), ("budi", ["a", "b"]), ("hakim", ["a"])):
        done = run("export", project, tmp_path / f"{who}.jsonl", *JSONL, "--annotator", who)
        assert done.status == 0
        assert [entry["name"] for entry in lines(tmp_path / f"{who}.jsonl")] == expected
        assert {entry["annotator"] for entry in lines(tmp_path / f"{who}.jsonl")} == {who}


def test_a_disputed_document_is_left_out_and_named_unless_one_annotator_is_picked(tmp_path):
    other = [{"id": "s1", "start": 0, "end": 5, "label": "ORG"}]
    project = filled(tmp_path, annotated("a"), annotated("a", "budi", spans=other, relations=[]), annotated("b"))
    report = tmp_path / "report.json"
    done = run("export", project, tmp_path / "gold.jsonl", *JSONL, "--report", report)
    assert done.status == 1
    assert [entry["name"] for entry in lines(tmp_path / "gold.jsonl")] == ["b"]
    assert "ani, budi have done it differently" in done.err
    (loss,) = json.loads(report.read_bytes())["losses"]
    assert (loss["document"], loss["item"], loss["fate"]) == ("a", "document", "dropped")
    picked = run("export", project, tmp_path / "ani.jsonl", *JSONL, "--annotator", "ani")
    assert picked.status == 0
    assert [entry["name"] for entry in lines(tmp_path / "ani.jsonl")] == ["a", "b"]


def test_what_is_disputed_alone_leaves_nothing_to_export(tmp_path):
    project = filled(tmp_path, annotated("a"), annotated("a", "budi", spans=[], relations=[]))
    done = run("export", project, tmp_path / "gold.spacy", *SPACY)
    assert done.status == 1
    assert "Left out: a (ani, budi have done it differently" in done.err
    assert not (tmp_path / "gold.spacy").exists()


def test_two_who_agree_are_gold_together_and_the_older_set_stands_for_both(tmp_path):
    project = filled(tmp_path, annotated("a", "zul"), annotated("a", "ani"))
    done = run("export", project, tmp_path / "gold.jsonl", *JSONL)
    assert done.status == 0
    connection = sqlite3.connect(project)
    seen = connection.execute("SELECT DISTINCT annotator FROM gold_spans").fetchall()
    connection.close()
    assert [(entry["annotator"],) for entry in lines(tmp_path / "gold.jsonl")] == seen == [("zul",)]


@pytest.mark.parametrize("kind", ["model", "person"])
def test_several_unfinished_sets_are_named_not_guessed(tmp_path, kind):
    project = filled(
        tmp_path, annotated("a", "x", kind, status="in progress"), annotated("a", "y", kind, status="in progress"), annotated("b")
    )
    done = run("export", project, tmp_path / "any.jsonl", *JSONL, "--status", "any")
    assert done.status == 1
    assert "pick one with --annotator" in done.err
    assert [entry["name"] for entry in lines(tmp_path / "any.jsonl")] == ["b"]


def test_marking_done_in_a_session_is_what_makes_gold(tmp_path):
    project = filled(tmp_path, annotated("a", "tagger", "model", status="new"))
    out = tmp_path / "gold.spacy"
    assert run("export", project, out, *SPACY).status == 1
    act(project, "ani", mark_done)
    done = run("export", project, out, *SPACY)
    assert done.status == 0
    assert "Nothing was lost." in done.out
    assert [(span.text, span.label_) for span in docs(out)[0].ents] == [("Putin", "PER"), ("Rusia", "LOC")]
    act(project, "ani", reopen)
    assert run("export", project, tmp_path / "2.spacy", *SPACY).status == 1
    act(project, "ani", skip)
    assert run("export", project, tmp_path / "2.spacy", *SPACY).status == 1
    assert not (tmp_path / "2.spacy").exists()


# Losses

CUT = [{"id": "s1", "start": 0, "end": 4, "label": "PER"}, {"id": "s2", "start": 14, "end": 19, "label": "LOC"}]


@pytest.mark.parametrize(
    ("choice", "entities", "fate"),
    [
        ("missing", [("Rusia", "LOC")], "dropped"),
        ("expand", [("Putin", "PER"), ("Rusia", "LOC")], "moved"),
        ("contract", [("Rusia", "LOC")], "dropped"),
    ],
)
def test_spans_that_cut_tokens(tmp_path, choice, entities, fate):
    project = filled(tmp_path, annotated("a", spans=CUT))
    out, report = tmp_path / "gold.spacy", tmp_path / "report.json"
    done = run("export", project, out, *SPACY, "--misaligned", choice, "--report", report)
    assert done.status == 1
    (doc,) = docs(out)
    assert [(span.text, span.label_) for span in doc.ents] == entities
    if fate == "dropped":
        assert doc[0].ent_iob_ == ""  # missing, so that nothing learns that it is no entity
        assert doc[1].ent_iob_ == "O"
    losses = [(loss["item"], loss["fate"], loss["text"]) for loss in json.loads(report.read_bytes())["losses"]]
    assert ("span", fate, "Puti") in losses
    assert done.out.count("did not arrive unchanged") == 1
    assert "a at 0: PER “Puti”" in done.err


def test_missing_is_the_default_and_loss_can_be_allowed(tmp_path):
    project = filled(tmp_path, annotated("a", spans=CUT))
    done = run("export", project, tmp_path / "1.spacy", *SPACY, "--allow-loss")
    assert done.status == 0
    assert "did not arrive unchanged" in done.out
    assert [span.text for span in docs(tmp_path / "1.spacy")[0].ents] == ["Rusia"]


def test_the_report_as_json_on_standard_output(tmp_path):
    project = filled(tmp_path, annotated("a", spans=CUT), annotated("b", status="new"))
    done = run("export", project, tmp_path / "1.spacy", *SPACY, "--json")
    assert (done.status, done.err) == (1, "")
    assert done.json["kept"] == {"documents": 1, "spans": 1, "relations": 0}
    assert {loss["item"] for loss in done.json["losses"]} == {"span", "relation"}
    assert "1 document is not done and was not exported." in done.json["notices"]


def test_many_losses_are_counted_by_reason_and_the_rest_pointed_to(tmp_path):
    spans = [
        {"id": f"s{start}", "start": start, "end": start + 2, "label": "PER"}
        for start in range(40)
        if TEXT[start : start + 2].isalpha()
    ]
    project = filled(tmp_path, annotated("a", spans=spans, relations=[]))
    done = run("export", project, tmp_path / "1.spacy", *SPACY)
    assert done.status == 1
    assert "more; --report FILE lists them all." in done.err
    assert len([told for told in done.err.splitlines() if told.startswith("a at ")]) == 20


# Lossless


def test_everything_goes_out_and_in_and_out_again_with_the_same_bytes(tmp_path):
    source = [
        annotated("a", meta={"z": 1, "a": {"b": [None, 1.5, "é"]}}, flagged=True, categories=["x"]),
        annotated(
            "a",
            "tagger",
            "model",
            status="new",
            spans=[{"id": "c", "start": 0, "end": 5, "label": "PER", "confidence": 0.5}],
            relations=[],
        ),
        annotated("a", "hakim", "gold"),
        line("b", "Halo 😊\r\nBudi\0 di \u202bשלום\u202c"),
        annotated("c", status="skipped", spans=[], relations=[]),
        annotated(
            "d",
            spans=[
                {
                    "id": "f",
                    "start": 0,
                    "end": 19,
                    "fragments": [[0, 5], [14, 19]],
                    "label": "PER",
                    "note": "dua",
                    "kb_id": "Q7747",
                },
                {"id": "g", "start": 21, "end": 27, "label": "PER", "reviewed": False, "derived_from": "tagger/s1", "asing": [1]},
            ],
            relations=[{"id": "r", "label": "bertemu", "head": "f", "tail": "g", "attributes": {"yakin": "ya"}}],
            verdicts=[{"signature": "PER@0-5", "origin": "tagger"}],
        ),
    ]
    project = filled(tmp_path, *source)
    everything = (*JSONL, "--sets", "all", "--status", "any")
    first = run("export", project, tmp_path / "1.jsonl", *everything)
    assert first.status == 0
    assert "Nothing was lost." in first.out
    assert len(lines(tmp_path / "1.jsonl")) == len(source)
    copy = new_project(tmp_path, "copy")
    assert run("import", copy, tmp_path / "1.jsonl").status == 0
    assert run("export", copy, tmp_path / "2.jsonl", *everything).status == 0
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()
    scheme = tmp_path / "1.jsonl.labels.json"
    again = run("new", tmp_path / "same-labels", "--labels", scheme, "--lang", "xx")
    assert again.status == 0
    assert run("import", tmp_path / "same-labels.annotator", tmp_path / "1.jsonl").err.count("Added") == 0
    assert run("export", tmp_path / "same-labels.annotator", tmp_path / "3.jsonl", *everything).status == 0
    assert scheme.read_bytes() == (tmp_path / "3.jsonl.labels.json").read_bytes()


def test_all_sets_of_what_is_done_hold_the_models_too(tmp_path):
    project = filled(
        tmp_path, annotated("a"), annotated("a", "tagger", "model", status="new"), annotated("b", "tagger", "model", status="new")
    )
    done = run("export", project, tmp_path / "1.jsonl", *JSONL, "--sets", "all")
    assert done.status == 0
    assert [(entry["name"], entry["annotator"]) for entry in lines(tmp_path / "1.jsonl")] == [("a", "ani"), ("a", "tagger")]
    assert "1 document is not done and was not exported." in done.err


# Where it is written


def test_an_export_takes_the_place_of_an_older_one_only_when_it_is_whole(tmp_path, monkeypatch):
    project = filled(tmp_path, annotated("a"))
    out = tmp_path / "gold.spacy"
    assert run("export", project, out, *SPACY).status == 0
    before = {path: path.read_bytes() for path in (out, tmp_path / "gold.spacy.relations.json")}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DocBin, "to_disk", full)
    failed = run("export", project, out, *SPACY)
    assert failed.status == 1
    assert "the disk is full" in failed.err
    assert {path: path.read_bytes() for path in before} == before
    assert written(tmp_path) == ["gold.spacy", "gold.spacy.relations.json"]


def test_where_nothing_can_be_written_is_said(tmp_path):
    project = filled(tmp_path, annotated("a"))
    for out, reason in ((tmp_path / "no" / "x.spacy", "does not exist"), (tmp_path, "is a folder")):
        done = run("export", project, out, *SPACY)
        assert done.status == 1, out
        assert reason in done.err
        assert len(done.err.splitlines()) == 1
    assert written(tmp_path) == []


def test_an_export_never_takes_the_place_of_a_project(tmp_path):
    project = filled(tmp_path, annotated("a"))
    content = project.read_bytes()
    for arguments in (
        [project],
        [tmp_path / "x.spacy", "--report", project],
        [tmp_path / "other.annotator"],
        [tmp_path / "x.spacy", "--report", tmp_path / "x.spacy"],
        [tmp_path / "x.spacy", "--report", tmp_path / "no" / "r.json"],
    ):
        done = run("export", project, *arguments, *SPACY)
        assert done.status == 2, arguments
    assert project.read_bytes() == content
    assert names(project) == ["a"]
    assert written(tmp_path) == []


def test_a_report_that_cannot_be_written_is_said_after_the_export(tmp_path):
    project = filled(tmp_path, annotated("a"))
    (tmp_path / "reports").mkdir()
    done = run("export", project, tmp_path / "x.spacy", *SPACY, "--report", tmp_path / "reports")
    assert done.status == 1
    assert "The export itself is complete." in done.err
    assert len(docs(tmp_path / "x.spacy")) == 1


def test_wrong_use_has_status_2(tmp_path):
    project = filled(tmp_path, annotated("a"))
    for arguments in (
        [tmp_path / "x"],
        [tmp_path / "x", "--format", "text"],
        [tmp_path / "x", *SPACY, "--sets", "all"],
        [tmp_path / "x", *JSONL, "--misaligned", "expand"],
        [tmp_path / "x", *SPACY, "--misaligned", "guess"],
        [tmp_path / "x", *SPACY, "--status", "old"],
        [tmp_path / "x", *JSONL, "--meta", "source"],
        [tmp_path / "x", *JSONL, "--meta", "=x"],
        [tmp_path / "x", *JSONL, "--imported-from", "yesterday"],
        [tmp_path / "x", *JSONL, "--changed-from", "2026-05-02", "--changed-to", "2026-05-01"],
        [],
    ):
        done = run("export", project, *arguments)
        assert (done.status, done.out) == (2, ""), arguments
    assert written(tmp_path) == []


SOURCES = (
    annotated("a", status="done", meta={"source": "desk"}),
    annotated("b", status="done", meta={"source": "wire", "topic": ["sport", "news"]}, flagged=True),
    annotated("c", status="done", spans=[], relations=[]),
    annotated("d", status="in progress"),
    annotated("e", status="skipped"),
    line("f"),
)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((), "abc"),
        (("--flagged",), "b"),
        (("--not-flagged",), "ac"),
        (("--label", "PER"), "ab"),
        (("--label", "NONE", "--label", "LOC"), "ab"),
        (("--label", "NONE"), ""),
        (("--relation", "visited", "--flagged"), "b"),
        (("--meta", "source=desk"), "a"),
        (("--meta", "source=desk", "--meta", "source=wire"), "ab"),
        (("--meta", "source=wire", "--meta", "topic=sport"), "b"),
        (("--search", "jokowi -jakarta"), ""),
        (("--search", "JOKOWI jakarta"), "abc"),
        (("--imported-from", "2000-01-01"), "abc"),
        (("--imported-to", "2000-01-01"), ""),
        (("--changed-to", "2000-01-01"), ""),
        (("--status", "in-progress"), "d"),
        (("--status", "skipped"), "e"),
        (("--status", "new"), ""),
        (("--status", "any", "--meta", "source=desk"), "a"),
        (("--status", "any", "--sets", "all", "--not-flagged"), "acdef"),
    ],
)
def test_only_what_was_asked_for_goes_out(tmp_path, arguments, wanted):
    project = filled(tmp_path, *SOURCES)
    done = run("export", project, tmp_path / "out.jsonl", *JSONL, *arguments)
    if not wanted:
        assert (done.status, done.out) == (1, "")
        assert "There is nothing to export" in done.err
        assert written(tmp_path) == []
        return
    assert [entry["name"] for entry in lines(tmp_path / "out.jsonl")] == list(wanted)


def test_what_a_filter_left_out_is_counted_and_a_typing_slip_is_no_empty_file(tmp_path):
    project = filled(tmp_path, *SOURCES)
    done = run("export", project, tmp_path / "1.jsonl", *JSONL, "--meta", "source=desk")
    assert done.err.splitlines() == ["5 documents are not what was asked for and were not exported."]
    assert done.status == 0, "what was not asked for is no loss"
    done = run("export", project, tmp_path / "2.jsonl", *JSONL, "--meta", "source=dsk")
    assert done.status == 1
    assert "6 documents are not what was asked for." in done.err


def test_a_document_list_of_a_read_only_project_can_be_exported(tmp_path):
    project = filled(tmp_path, annotated("a"))
    project.chmod(0o444)
    assert run("export", project, tmp_path / "x.jsonl", *JSONL).status == 0
    assert run("export", write(tmp_path / "no.annotator", "x"), tmp_path / "y.jsonl", *JSONL).status == 1
