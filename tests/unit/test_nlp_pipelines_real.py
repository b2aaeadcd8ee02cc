"""A trained pipeline from the package index, as a suggester: told of without running it, run in a worker process, put into a project."""

from __future__ import annotations

import re
from importlib.util import find_spec

import pytest

from annotator.commands.suggester_setups import setup_for
from annotator.commands.suggesting import suggest
from annotator.domain.annotations import Kind
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.labels import scheme_from_dict
from annotator.domain.suggesting import Passage, SuggesterSetup
from annotator.domain.text import Tokens, sentence_starts
from annotator.jobs.workers import WorkerProcess
from annotator.nlp.pipelines import load
from annotator.nlp.pipelines_info import inspect
from annotator.session.session import Session
from annotator.store import queries

NAME = "cs_core_news_sm"
TEXT = "Václav Havel se narodil v Praze. V roce 1989 se stal prezidentem Československa."

pytestmark = pytest.mark.skipif(find_spec(NAME) is None, reason=f"the package {NAME} is not installed")


def document(text=TEXT, name="zprava"):
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    return Document(name, text, {}, tokens, tuple(sentence_starts(text, tokens)))


def test_it_is_told_of_without_being_loaded():
    info = inspect(NAME)
    assert (info.language, info.own_code) == ("cs", ())
    assert "ner" in info.factories.values()
    assert info.labels


@pytest.mark.parametrize("language", ["cs", "id"])
def test_it_finds_names_on_the_projects_tokens_and_on_its_own(language):
    article = document()
    suggester = load(SuggesterSetup("pipeline", "cs", NAME, language=language))
    (found,) = suggester([Passage(article.text, article.tokens, article.sentences)])
    assert found.error == ""
    surfaces = {span.surface(TEXT) for span in found.spans}
    assert {"Václav Havel", "Praze"} <= surfaces
    assert all(0 <= span.start < span.end <= len(TEXT) and span.surface(TEXT).strip() == span.surface(TEXT) for span in found.spans)


def test_it_runs_over_a_project_in_a_worker_process(new_project):
    labels = sorted({label for names in inspect(NAME).labels.values() for label in names})
    project = new_project(scheme=scheme_from_dict({"name": "cs", "spans": labels}), language="cs")
    with project.transaction("Import {}", "x", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(document(name=f"zprava-{number}"), []) for number in range(3)])
    worker = WorkerProcess()
    try:
        report = suggest(Session(project, "ani"), [setup_for("pipeline", "cs", source=NAME)], worker=worker)
    finally:
        worker.close(kill=True)
    assert (report.documents, report.failed) == (3, [])
    set_id = queries.find_set(project.connection, 2, f"pipeline:{NAME}", Kind.MODEL)
    assert "Václav Havel" in {span.surface(TEXT) for span in queries.spans(project.connection, set_id)}
