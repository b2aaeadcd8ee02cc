"""A project from a notebook: read and edited through the same commands and the same history as in the window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import annotator
from annotator import Project
from annotator.domain.documents import Status
from annotator.errors import AnnotatorError, ProjectError, ProjectReadOnly, Refused
from annotator.session.session import Session
from annotator.store.project import open_project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def opened(project):
    project.close()
    with Project(project.path, annotator="ani") as found:
        yield found


def test_documents_are_read_by_name_and_number(opened):
    assert len(opened) == 3
    assert [document.name for document in opened.documents()] == ["first", "second", "third"]
    assert opened.document("second").text == opened.document(2).text == "😊 Budi di BRI"
    for name in ("none", 77):
        with pytest.raises(ProjectError):
            opened.document(name)
    assert [(content.info.annotator, len(content.spans)) for content in opened.sets("first")] == [("model", 4)]
    assert opened.gold("first") is None
    assert len(opened.history()) == 1, "reading leaves no step"


def test_two_documents_of_one_name_are_told_apart_by_number(project, make_document):
    with project.transaction("Import", actor="x") as tx:
        tx.add_documents([(make_document("Lain.", "first"), [])])
    project.close()
    with Project(project.path) as opened:
        with pytest.raises(ProjectError, match="has 2 documents of the name “first”"):
            opened.document("first")
        assert opened.document(4).text == "Lain."


def test_edits_are_those_of_the_window(opened):
    article = opened.open("first")
    assert article.text.startswith("Putin")
    assert [span.id for span in article.spans()] == ["s1", "s2", "s3", "s4"]
    article.relabel("s1", "PERSON")
    jakarta = article.add_span(45, 52, "GPE")
    article.describe(jakarta, note="the capital", attributes={"sure": "yes"})
    article.describe(jakarta, note="capital")
    link = article.link("s1", jakarta, "leads")
    article.remove("s3")
    article.accept("s4")
    assert article.status is Status.IN_PROGRESS
    (span,) = (span for span in article.spans() if span.id == jakarta)
    assert (span.note, dict(span.attributes), span.origin) == ("capital", {"sure": "yes"}, "person:ani")
    assert [relation.id for relation in article.relations()] == [link]
    article.unlink(link)
    article.mark_done()
    assert article.status is Status.DONE
    assert opened.gold("first").info.annotator == "ani"
    assert opened.check() == []
    assert {step.actor for step in opened.history()[2:]} == {"ani"}
    path = opened.path
    opened.close()
    session = Session(open_project(path), "ani")
    assert session.undo() is not None
    assert session.open_document(1).info.status is Status.IN_PROGRESS
    session.close()


def test_undo_and_redo(opened):
    article = opened.open(3)
    assert opened.undo() == ""
    key = article.add_span(0, 5, "ORG", (10, 13))
    assert article.spans()[0].fragments == ((0, 5), (10, 13))
    assert opened.undo() == "Label as ORG"
    assert article.spans() == []
    assert opened.redo() == "Label as ORG"
    assert article.spans()[0].id == key
    assert opened.redo() == ""


def test_rules_hold(opened):
    article = opened.open("first")
    before = opened.history()
    for edit in (
        lambda: article.add_span(40, 400, "GPE"),
        lambda: article.add_span(0, 5, "NONE"),
        lambda: article.link("s1", "s2", "none"),
    ):
        with pytest.raises(Refused):
            edit()
    assert opened.history() == before


def test_beside_a_window_it_is_for_reading(project):
    with Project(project.path, annotator="budi") as second:
        assert "is open elsewhere" in second.read_only_reason
        assert len(second.sets("first")) == 1
        with pytest.raises(ProjectReadOnly):
            second.open("first")


def test_a_new_project_and_a_copy(tmp_path):
    with Project.create(tmp_path / "new", annotator="ani", labels="conll", language="en") as made:
        assert made.path == tmp_path / "new.annotator"
        assert [label.name for label in made.scheme.spans] == ["PER", "LOC", "ORG", "MISC"]
        assert (len(made), made.annotator) == (0, "ani")
        made.save_copy(tmp_path / "copy.annotator")
    with Project(tmp_path / "copy.annotator", read_only=True) as copy:
        assert len(copy) == 0
    with pytest.raises(AnnotatorError):
        Project(tmp_path / "none.annotator")


def test_the_root_offers_what_it_lists_without_spacy_or_qt():
    for name in annotator.__all__:
        assert getattr(annotator, name) is not None
    code = "import sys; from annotator import Project; print([n for n in ('PySide6', 'spacy', 'sqlite_utils') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
