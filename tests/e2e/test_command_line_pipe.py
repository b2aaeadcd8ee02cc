"""The whole way from an article to training data, and what is left when an import does not come to its end."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from annotator.cli import imports, output
from annotator.commands import importing
from annotator.commands.documents import mark_done
from annotator.commands.relations import add_relation, remove_relation
from annotator.commands.spans import add_span, move_span, relabel_span, remove_span
from annotator.session.session import Session
from annotator.store.project import open_project
from tests.e2e.command_line_support import ROOT, annotated, line, names, new_project, run, shell, write

SEED = ROOT / "seeds" / "000_445bde8beb3af8fb.txt"


def correct(project) -> dict:
    """Work as a person does, and return what the session showed in the end, by code points."""
    found = open_project(project)
    try:
        session = Session(found, "ani")
        document = session.open_document(1)
        text, set_id = document.text, document.set_id
        first = document.spans()[0]
        session.execute(relabel_span(set_id, first.id, "ORG"))
        word = next(token for token in document.tokens if text[slice(*token)].isalpha() and not document.spans_in(*token))
        made = session.execute(add_span(set_id, (word,), "EVENT"))
        session.execute(move_span(set_id, made, word[0], word[1] - 1))  # cuts a token, which the person may mean
        wrong = next(span for span in document.spans() if not document.relations_of(span.id) and span.id not in (first.id, made))
        session.execute(remove_span(set_id, wrong.id))
        session.execute(remove_relation(set_id, document.relations()[0].id))
        session.undo()
        session.redo()
        ends = [
            (head.id, tail.id, labels[0].name)
            for head in document.spans()
            for tail in document.spans()
            if (labels := document.scheme.links(head.label, tail.label)) and head.id != tail.id
        ]
        linked = {(relation.head, relation.tail) for relation in document.relations()}
        head, tail, label = next(end for end in ends if end[:2] not in linked and end[1::-1] not in linked)
        session.execute(add_relation(set_id, head, tail, label))
        session.execute(mark_done(set_id))
        symmetric = {label.name for label in document.scheme.relations if label.symmetric}
        return {
            "text": text,
            "tokens": list(document.tokens),
            "spans": {(span.start, span.end, span.label) for span in document.spans()},
            "places": {span.id: (span.start, span.end) for span in document.spans()},
            "relations": document.relations(),
            "symmetric": symmetric,
        }
    finally:
        found.close()


def test_from_the_article_to_training_data_that_holds_what_the_session_showed(tmp_path):
    project = new_project(tmp_path, labels="indonesian-news", language="id")
    seeds = [SEED.with_suffix(".jsonl")]
    assert run("import", project, *seeds).status == 0
    shown = correct(project)
    report_file = tmp_path / "report.json"
    done = run("export", project, tmp_path / "gold.spacy", "--format", "spacy", "--report", report_file, "--allow-loss")
    assert done.status == 0
    report = json.loads(report_file.read_bytes())
    Doc.set_extension("rel", default={}, force=True)
    (doc,) = DocBin().from_disk(tmp_path / "gold.spacy").get_docs(spacy.blank("id").vocab)

    assert doc.text == shown["text"] == SEED.read_bytes().decode("utf-8")
    assert [(token.idx, token.idx + len(token)) for token in doc if not token.text.isspace()] == shown["tokens"]
    lost = {loss["id"]: loss for loss in report["losses"]}
    assert "cuts a token" in {loss["reason"] for loss in report["losses"]}
    dropped = {shown["places"][key] for key, loss in lost.items() if loss["item"] == "span" and loss["fate"] == "dropped"}
    assert {(span.start_char, span.end_char, span.label_) for span in doc.spans["sc"]} == {
        span for span in shown["spans"] if span[:2] not in dropped
    }
    overlapped = {shown["places"][key] for key, loss in lost.items() if loss["item"] == "span"}
    assert {(span.start_char, span.end_char) for span in doc.ents} == set(shown["places"].values()) - overlapped
    expected = set()
    for relation in shown["relations"]:
        if relation.id not in lost:
            head, tail = (shown["places"][end][0] for end in (relation.head, relation.tail))
            expected.add((head, tail, relation.label))
            if relation.label in shown["symmetric"]:
                expected.add((tail, head, relation.label))
    assert {(doc[a].idx, doc[b].idx, label) for (a, b), labels in doc._.rel.items() for label in labels} == expected
    for loss in report["losses"]:
        if loss["item"] == "span" and loss["fate"] == "dropped":
            touched = [token for token in doc if token.idx < loss["end"] and token.idx + len(token) > loss["start"]]
            assert touched
            assert all(token.ent_iob_ != "O" for token in touched)


def test_the_article_alone_is_tokenized_by_the_projects_language(tmp_path):
    project = new_project(tmp_path, labels="indonesian-news", language="id")
    assert run("import", project, SEED).status == 0
    found = open_project(project)
    try:
        document = found.document(1)
        assert document.text == SEED.read_bytes().decode("utf-8")
        words = [token for token in spacy.blank("id")(document.text) if not token.is_space]
        assert list(document.tokens) == [(word.idx, word.idx + len(word)) for word in words]
    finally:
        found.close()


# Imports that end too early


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(importing, "BULK", 2)


def state(project) -> tuple:
    """Everything of a project but its log of steps, and when its sets were checked, which is no content."""
    connection = sqlite3.connect(project)
    try:
        tables = ("documents", "spans", "relations", "verdicts")
        said = "SELECT * FROM project WHERE key <> 'scheme_generation' ORDER BY 1"
        sets = "SELECT id, document_id, annotator, kind, status, flagged, categories FROM annotation_sets ORDER BY 1, 2"
        queries = (said, sets, *(f"SELECT * FROM {table} ORDER BY 1, 2" for table in tables))
        return tuple(tuple(connection.execute(query)) for query in queries)
    finally:
        connection.close()


@pytest.fixture
def project(tmp_path):
    made = new_project(tmp_path)
    assert (
        run("import", made, write(tmp_path / "there.jsonl", annotated("there"), annotated("tagged", "tagger", "model"))).status == 0
    )
    return made


@pytest.fixture
def coming(tmp_path):
    """New documents, a new label, and another set of a model that is there already."""
    changed = annotated("tagged", "tagger", "model", spans=[{"id": "n", "start": 0, "end": 5, "label": "BARU"}], relations=[])
    return write(
        tmp_path / "coming.jsonl", changed, *(line(f"n{number}", f"Isi {number}.") for number in range(8)), annotated("last")
    )


def test_interrupted_by_hand(project, coming, monkeypatch, small_chunks):
    before, tokenize, calls = state(project), imports.tokenize, []

    def interrupted(texts, language):
        calls.append(1)
        if len(calls) == 3:
            assert len(names(project)) > 2  # earlier chunks are in the file by now
            raise KeyboardInterrupt
        return tokenize(texts, language)

    monkeypatch.setattr(imports, "tokenize", interrupted)
    done = run("import", project, coming)
    assert (done.status, done.out) == (1, "")
    assert done.err == "annotator: The import was interrupted. Nothing was imported.\n"
    assert state(project) == before
    monkeypatch.undo()
    assert run("import", project, coming).status == 0
    assert len(names(project)) == 11


def test_on_a_full_disk(project, coming, tmp_path, monkeypatch, small_chunks):
    before = state(project)
    open_real = output.open_project

    def on_a_small_disk(path, **options):
        found = open_real(path, **options)
        pages = found.connection.execute("PRAGMA page_count").fetchone()[0]
        found.connection.execute(f"PRAGMA max_page_count = {pages + 12}")
        return found

    monkeypatch.setattr(output, "open_project", on_a_small_disk)
    big = write(
        tmp_path / "big.jsonl",
        *coming.read_text(encoding="utf-8").splitlines(),
        *(line(f"b{n}", "kata " * 4000) for n in range(20)),
    )
    done = run("import", project, big)
    assert (done.status, done.out) == (1, "")
    assert "is full. Nothing was imported; free some space" in done.err
    monkeypatch.undo()
    run("import", project, write(tmp_path / "nothing.jsonl"))  # the next opening takes back what could not be taken back then
    assert state(project) == before


def test_a_fault_of_ours_in_the_middle(project, coming, monkeypatch, small_chunks, caplog):
    before, tokenize, calls = state(project), imports.tokenize, []

    def broken(texts, language):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("broken")
        return tokenize(texts, language)

    monkeypatch.setattr(imports, "tokenize", broken)
    assert run("import", project, coming).status == 1
    assert state(project) == before


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.timeout(300)  # it starts processes that load spaCy
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_process_that_is_stopped(project, tmp_path, number):
    before = state(project)
    many = write(tmp_path / "many.jsonl", *(line(f"n{n}", "Putin tiba di Rusia. " * 20) for n in range(40_000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "annotator", "import", str(project), str(many)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        # where the tests run in the background of a shell, it is ignored, and that is inherited
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    while len(names(project)) == 2 and process.poll() is None:
        time.sleep(0.02)
    assert len(names(project)) > 2
    process.send_signal(number)
    out, err = process.communicate()
    assert b"Traceback" not in err
    assert b"imported;" not in out
    if number == signal.SIGINT:
        assert process.returncode == 1
        assert b"Nothing was imported" in err
    else:
        assert run("import", project, write(tmp_path / "nothing.jsonl")).status == 0
    assert state(project) == before
    assert run("check", project).status == 0


def test_the_self_check_of_this_program():
    done = shell("--self-check")
    assert done.status == 0, done.out + done.err
    checks = done.out.splitlines()
    assert all(entry.startswith("OK") for entry in checks[:-1])
    assert len(checks) == 15
    assert checks[-1].endswith("all 14 checks are fine.")
