"""`annotator stats` says how well the suggesters do, for people and for scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotator.commands import documents, spans
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.labels import scheme_from_dict
from annotator.session.session import Session
from annotator.store.project import create
from tests.e2e.command_line_support import TEXT, run


def model(name: str, *found: tuple[int, int, str], linked: bool = False) -> AnnotationSet:
    """A model's set."""
    content = {f"s{n}": Span(f"s{n}", ((start, end),), label, reviewed=False) for n, (start, end, label) in enumerate(found)}
    links = {"r": Relation("r", "visited", "s0", "s1", reviewed=False)} if linked else {}
    return AnnotationSet(SetInfo(0, name, Kind.MODEL), content, links)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two documents that two suggesters looked at; nobody opened them."""
    scheme = scheme_from_dict({"name": "small", "spans": ["PERSON", "GPE"], "relations": ["visited"]})
    made = create(tmp_path / "p.annotator", scheme=scheme, language="id")
    sets = [model("news", (0, 5, "GPE"), (14, 19, "GPE"), linked=True), model("spacy/id", (21, 27, "PERSON"))]
    with made.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((Document(name, TEXT), sets) for name in ("satu", "dua"))
    made.close()
    return tmp_path / "p.annotator"


def worked(path: Path) -> None:
    """Ani finishes the first document."""
    from annotator.store.project import open_project

    session = Session(open_project(path), "ani")
    state = session.open_document(1)
    session.execute(spans.relabel_span(state.set_id, "s0", "PERSON"))
    session.execute(documents.mark_done(state.set_id))
    session.close()


def row(out: str, suggester: str, label: str) -> list[str]:
    """The cells of one line of the table."""
    part = out.partition(f"\n  {suggester} (")[2]
    return re.search(rf"^    {label} +(.*)$", part, re.MULTILINE)[1].split()


def test_nothing_is_compared_before_a_document_is_finished(project):
    done = run("stats", project)
    assert (done.status, done.err) == (0, "")
    assert "suggesters, compared with nothing yet: no document is finished:\n" in done.out
    assert run("stats", project, "--json").json["scores"]["documents"] == 0


def test_scores_by_suggester_and_label(project):
    worked(project)
    out = run("stats", project).out
    assert "suggesters, compared with 1 finished document, exactly and where they overlap:\n" in out
    assert "\n  news (1 document)\n" in out
    assert row(out, "news", "GPE") == ["0.500", "1.000", "0.667", "0.500", "1.000", "0.667", "1", "1", "0", "0"]
    assert row(out, "news", "PERSON") == ["-", "0.000", "0.000", "-", "0.000", "0.000", "0", "0", "0", "0"]
    assert row(out, "news", "visited") == ["0.000", "0.000", "0.000", "-", "-", "-", "1", "0", "0", "0"]
    assert row(out, "spacy/id", "all spans") == ["1.000", "0.333", "0.500", "1.000", "0.333", "0.500", "1", "0", "0", "0"]
    assert "visited" not in out.partition("\n  spacy/id (")[2]


def test_scores_for_a_script(project):
    worked(project)
    told = run("stats", project, "--json").json["scores"]
    assert told["documents"] == 1
    news, other = told["suggesters"]
    assert (news["suggester"], news["documents"], other["suggester"]) == ("news", 1, "spacy/id")
    assert news["spans"]["labels"]["GPE"]["exact"] == {"matched": 1, "precision": 0.5, "recall": 1.0, "f1": 2 / 3}
    assert news["spans"]["labels"]["PERSON"]["overlapping"]["precision"] is None
    assert news["spans"]["all"]["changed"] == 1
    assert other["relations"] == {"all": None, "labels": {}}


def test_a_project_without_suggesters_says_nothing_of_them(tmp_path):
    project = create(tmp_path / "q.annotator", scheme=scheme_from_dict({"name": "s", "spans": ["A"]}), language="id")
    project.close()
    assert "suggesters" not in run("stats", tmp_path / "q.annotator").out
    assert run("stats", tmp_path / "q.annotator", "--json").json["scores"] == {"documents": 0, "suggesters": []}
