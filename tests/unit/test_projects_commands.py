"""Making projects: from shipped schemes, from files, and the demo."""

from __future__ import annotations

import json

import pytest

from annotator.commands import projects
from annotator.commands.projects import build_demo, load_scheme, new_project, shipped_schemes
from annotator.domain.annotations import Kind
from annotator.errors import AnnotatorError, FormatError, ProjectError
from annotator.paths import demo_project, seeds_dir
from annotator.session.session import Session
from annotator.store import queries
from annotator.store.project import open_project


def test_the_usual_scheme_comes_first_and_the_blank_one_last():
    names = list(shipped_schemes())
    assert names[0] == "indonesian-news"
    assert names[-1] == "blank"
    assert set(names) >= {"indonesian-news", "nergrit", "conll", "blank"}
    for name in names:
        assert load_scheme(name).name == name


def test_a_scheme_that_is_neither_ours_nor_a_file_names_ours(tmp_path):
    with pytest.raises(FormatError, match="neither a label scheme of ours \\(indonesian-news, "):
        load_scheme(str(tmp_path / "none.json"))
    with pytest.raises(FormatError, match="neither a label scheme of ours"):
        load_scheme(str(tmp_path))


def test_a_broken_scheme_file_is_said_with_line_and_column(tmp_path):
    path = tmp_path / "s.json"
    path.write_text('{\n  "spans": [,]\n}', encoding="utf-8")
    with pytest.raises(FormatError, match=r"s\.json” is not JSON: .* in line 2, column"):
        load_scheme(str(path))


def test_a_new_project_remembers_scheme_language_and_tokenizer(tmp_path):
    project = new_project(tmp_path / "berita", labels="conll", language="en")
    try:
        assert project.path == tmp_path / "berita.annotator"
        assert [label.name for label in project.scheme.spans] == ["PER", "LOC", "ORG", "MISC"]
        assert project.language == "en"
        assert queries.project_value(project.connection, "tokenizer").startswith("spacy.blank('en') 3.")
    finally:
        project.close()


@pytest.mark.parametrize("language", ["", "i", "indo", "i1", "ид"])
def test_what_is_no_language_code_is_refused(tmp_path, language):
    with pytest.raises(AnnotatorError, match="is no language code"):
        new_project(tmp_path / "p", language=language)
    assert list(tmp_path.iterdir()) == []


def test_the_demo_is_the_seed_article_with_suggestions_of_a_model(tmp_path):
    path = build_demo(tmp_path / "demo")
    assert path == tmp_path / "demo.annotator"
    project = open_project(path)
    try:
        (seed,) = seeds_dir().glob("*.txt")
        (lines,) = (found.read_text(encoding="utf-8").splitlines() for found in seeds_dir().glob("*.jsonl"))
        (given,) = map(json.loads, lines)
        document = project.document(1)
        assert document.text == seed.read_bytes().decode("utf-8")
        assert [list(token) for token in document.tokens] == given["tokens"]
        ((set_id, info),) = queries.set_ids(project.connection, 1)
        assert info.kind is Kind.MODEL
        found = {(span.start, span.end, span.label) for span in queries.spans(project.connection, set_id)}
        assert found == {(span["start"], span["end"], span["label"]) for span in given["spans"]}
        opened = Session(project, "ani").open_document(1)
        assert not any(span.reviewed for span in opened.spans())
        assert not [problem for problem in opened.problems() if problem.rule != "span-misaligned"]
    finally:
        project.close()


def test_the_demo_is_built_once_and_then_left_as_it_is():
    path = build_demo()
    assert path == demo_project()
    before = path.read_bytes()
    assert build_demo() == path
    assert path.read_bytes() == before


def test_whatever_stands_where_the_demo_should_be_is_left_alone(tmp_path):
    other = tmp_path / "demo.annotator"
    other.write_text("mine", encoding="utf-8")
    assert build_demo(other) == other
    assert other.read_text(encoding="utf-8") == "mine"
    with pytest.raises(ProjectError, match="does not exist"):
        build_demo(tmp_path / "no" / "demo")


def test_a_demo_that_cannot_be_filled_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "x.jsonl").write_text('{"text": "Tanpa token."}\n', encoding="utf-8")
    monkeypatch.setattr(projects, "seeds_dir", lambda: tmp_path / "seeds")
    with pytest.raises(AnnotatorError, match="The installation is incomplete"):
        build_demo(tmp_path / "demo")
    assert not list(tmp_path.glob("demo*"))
