"""What is told of pattern files while they are written, and of what suggesters work from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotator.commands.pattern_checks import SAMPLE, check_patterns, sample_of
from annotator.commands.suggester_learning import orders_from
from annotator.commands.suggester_sources import described
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.domain.suggesting import SuggesterSetup
from annotator.domain.text import Tokens, sentence_starts
from annotator.nlp.relation_patterns import shipped_patterns
from annotator.nlp.suggesting import Shown, suggest_batch
from annotator.store.project import create

TEXT = "Presiden Rusia Vladimir Putin tiba di Jakarta."


def document(name: str, text: str) -> Document:
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    return Document(name, text, {}, tokens, tuple(sentence_starts(text, tokens)))


@pytest.fixture
def project(tmp_path) -> str:
    scheme = scheme_from_dict(
        {"name": "kecil", "spans": ["PERSON", "GPE"], "relations": [{"name": "leads", "head": ["PERSON"], "tail": ["GPE"]}]}
    )
    made = create(tmp_path / "p.annotator", scheme=scheme, language="id")
    spans = [Span("a", ((9, 14),), "GPE"), Span("b", ((15, 29),), "PERSON")]
    done = AnnotationSet(SetInfo(0, "ani", Kind.PERSON, Status.DONE), {span.id: span for span in spans})
    with made.transaction("Import {}", "x", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(document("satu", TEXT), [done]), (document("dua", "Jakarta, Jakarta."), [])])
    made.close()
    return str(tmp_path / "p.annotator")


def test_matches_are_counted_by_line_here_and_elsewhere(project):
    found = check_patterns(project, "GPE\tJakarta\n\n# x\nPERSON\tPutin\n", "x.txt", "patterns", 1)
    assert found.patterns == 2
    assert found.problems == ()
    assert (found.here.lines, found.here.spans) == ({1: 1, 4: 1}, 2)
    assert (found.sample.lines, found.sample.spans) == ({1: 2, 4: 0}, 2)
    assert found.sampled == 1


def test_without_an_open_document_the_sample_has_them_all(project):
    found = check_patterns(project, "GPE\tJakarta\n", "x.txt", "patterns", 0)
    assert (found.here.spans, found.sample.spans, found.sampled) == (0, 3, 2)


def test_broken_lines_are_named_and_the_others_counted(project):
    found = check_patterns(project, "GPE\t/(/\nGPE\tJakarta\n", "x.txt", "patterns", 1)
    assert [problem.line for problem in found.problems] == [1]
    assert found.here.lines == {2: 1}


def test_relation_patterns_are_checked_by_what_stands_in_the_documents(project):
    text = '{"relation": "leads", "pattern": "presiden TAIL:GPE HEAD:PERSON"}\n'
    found = check_patterns(project, text, "x.jsonl", "relations", 1)
    assert (found.patterns, found.here.spans, found.sample.spans) == (1, 1, 0)
    assert found.problems == ()


def test_broken_relation_patterns_are_named_by_line(project):
    found = check_patterns(project, '\n{"relation": "leads", "pattern": "HEAD:X"}\n{\n', "x.jsonl", "relations", 1)
    assert [problem.line for problem in found.problems] == [2, 3]
    assert found.patterns == 0


def test_an_empty_text_of_relation_patterns_is_said(project):
    found = check_patterns(project, "", "x.jsonl", "relations", 1)
    assert [problem.line for problem in found.problems] == [1]
    assert "no relation pattern" in found.problems[0].message


def test_the_sample_is_spread_over_the_project():
    assert sample_of(list(range(1, 4))) == [1, 2, 3]
    many = sample_of(list(range(1, 10_001)), but=1)
    assert len(many) == SAMPLE - 1
    assert many[-1] > 9_000
    assert 1 not in many
    assert sample_of([]) == []


# --- what suggesters work from -----------------------------------------------------------------------------------------------------


def test_patterns_tell_their_labels(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("GPE\tJakarta\nORG\tBRI\nGPE\tSolo\n", encoding="utf-8")
    found = described(SuggesterSetup("patterns", "x", str(path)))
    assert (found.spans, found.relations, found.told, found.problem) == (("GPE", "ORG"), (), "3 patterns.", "")


def test_what_is_wrong_is_told_not_raised(tmp_path):
    for kind, source in (("patterns", "tidak-ada.txt"), ("relations", "tidak-ada.jsonl"), ("pipeline", "tidak_ada_paket")):
        found = described(SuggesterSetup(kind, "x", source))
        assert source in found.problem
        assert found.spans == found.relations == ()


def test_relation_patterns_tell_the_relations_of_the_shipped_file():
    found = described(SuggesterSetup("relations", "relations"))
    assert "visited" in found.relations
    assert found == described(SuggesterSetup("relations", "relations", str(shipped_patterns())))


@pytest.mark.parametrize("code", [False, True])
def test_a_pipeline_tells_name_version_language_labels_and_code(tmp_path, code):
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "KOTA", "pattern": "Solo"}])
    nlp.meta["name"], nlp.meta["version"] = "kecil", "1.2.3"
    folder = tmp_path / "model"
    nlp.to_disk(folder)
    if code:
        (folder / "lain.py").write_text("x = 1\n", encoding="utf-8")
    found = described(SuggesterSetup("pipeline", "x", str(folder)))
    assert found.problem == ""
    assert found.told.startswith("xx_kecil 1.2.3, language “xx”")
    assert "KOTA" in found.spans
    assert bool(found.own_code) is code


# --- what they learn ---------------------------------------------------------------------------------------------------------------


def test_orders_bring_along_what_was_learned_of_finished_documents(project):
    scheme = scheme_from_dict({"name": "kecil", "spans": ["PERSON", "GPE"]})
    setup = SuggesterSetup("memory", "memory", language="id")
    orders, words = orders_from(project, (setup,), scheme)
    assert "putin" in words
    text = "Vladimir Putin di Rusia lagi"
    tokens = tuple(offset for match in re.finditer(r"\w+", text) for offset in match.span())
    ((found,),) = suggest_batch(orders, [Shown(text, tokens, (0,))])
    assert "Vladimir Putin" in {text[span.start : span.end] for span in found.spans}


def test_orders_leave_the_project_as_it_is(project):
    before = Path(project).read_bytes()
    orders_from(project, (SuggesterSetup("memory", "memory"),), scheme_from_dict({"name": "x", "spans": ["GPE"]}))
    assert Path(project).read_bytes() == before
