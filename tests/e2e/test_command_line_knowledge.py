"""``annotator knowledge`` as a person types it, from the file to the link in spaCy's training data."""

from __future__ import annotations

import json

import pytest

from tests.e2e.command_line_support import TEXT, line, new_project, run

TABLE = """qid,name,aliases,description,label,frequency
Q7747,Vladimir Putin,Putin,presiden Rusia,PER,150
Q159,Rusia,Federasi Rusia|Russia,negara,LOC,300
Q3630,Jakarta,DKI Jakarta,ibu kota,LOC,200
Q12479287,Komisi Pemberantasan Korupsi,,lembaga,ORG,12
"""
SPANS = [
    {"id": "s1", "start": 0, "end": 5, "label": "PER", "kb_id": "Q7747"},
    {"id": "s2", "start": 14, "end": 19, "label": "LOC", "kb_id": "Q159"},
    {"id": "s3", "start": 21, "end": 27, "label": "PER", "kb_id": "Q3318231"},
    {"id": "s4", "start": 36, "end": 41, "label": "PER", "kb_id": "Q7747"},
    {"id": "s5", "start": 45, "end": 52, "label": "LOC"},
]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "kb.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path):
    """A project with one finished document, four spans of which are linked."""
    path = new_project(tmp_path)
    articles = tmp_path / "articles.jsonl"
    articles.write_text(line("first", TEXT, annotator="ani", kind="person", status="done", spans=SPANS), encoding="utf-8")
    assert run("import", path, articles).status == 0
    return path


def test_it_is_loaded_listed_saved_and_removed(project, table, tmp_path):
    loaded = run("knowledge", "load", project, table)
    assert (loaded.status, loaded.out) == (0, "The knowledge base has 4 entries: 4 added, 0 changed, 0 unchanged, 0 removed.\n")
    assert loaded.err == "1 span is linked to an id that it does not have; “annotator knowledge list --missing” names them.\n"
    listed = run("knowledge", "list", project)
    assert listed.out == "Q7747  2 spans  Vladimir Putin\nQ159  1 span  Rusia\nQ3318231  1 span  (no entry)\n"
    assert listed.err.startswith("The knowledge base has 4 entries, loaded from kb.csv at 2")
    assert run("knowledge", "list", project, "--missing").out == "Q3318231  1 span  (no entry)\n"
    saved = tmp_path / "out.jsonl"
    assert run("knowledge", "export", project, saved).err == f"4 entries saved as {saved}.\n"
    assert [json.loads(row)["id"] for row in saved.read_text(encoding="utf-8").splitlines()] == [
        "Q7747",
        "Q159",
        "Q3630",
        "Q12479287",
    ]
    removed = run("knowledge", "remove", project, "--yes")
    assert (removed.status, removed.out) == (0, "4 entries removed.\n")
    assert run("knowledge", "remove", project).out == "There was no knowledge base.\n"
    again = run("knowledge", "load", project, saved, "--json").json
    assert (again["added"], again["entries"], again["unnamed"], again["complaints"]) == (4, 4, 1, [])
    assert run("knowledge", "list", project, "--json").json["linked"][0] == {"id": "Q7747", "spans": 2, "name": "Vladimir Putin"}


def test_it_is_searched(project, table):
    run("knowledge", "load", project, table)
    assert run("knowledge", "search", project, "rus").out == "Q159  Rusia  [beginning]  LOC; negara\n"
    assert run("knowledge", "search", project, "federasi", "rus").out == "Q159  Federasi Rusia = Rusia  [beginning]  LOC; negara\n"
    assert run("knowledge", "search", project, "--span", "KPK").out.startswith(
        "Q12479287  Komisi Pemberantasan Korupsi  [initials]"
    )
    linked = run("knowledge", "search", project, "--span", "Putin").out
    assert linked == "Q7747  Putin = Vladimir Putin  [exact]  PER; presiden Rusia; linked 2 ×\n"
    (found,) = run("knowledge", "search", project, "q3630", "--json").json
    assert found == {
        "id": "Q3630", "name": "Jakarta", "aliases": ["DKI Jakarta"], "description": "ibu kota", "url": "", "label": "LOC",
        "frequency": 200.0, "matched": "Jakarta", "why": "id", "times": 0,
    }  # fmt: skip
    nothing = run("knowledge", "search", project, "bandung")
    assert (nothing.status, nothing.out, nothing.err) == (1, "", "Nothing was found.\n")


def test_what_is_wrong_with_a_file_is_told_by_line(project, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("id,name\n,x\nQ1,y\n" + ",z\n" * 60, encoding="utf-8")
    loaded = run("knowledge", "load", project, bad)
    assert loaded.status == 1
    assert f"  {bad}:2: The entry has no id; it was left out.\n" in loaded.err
    assert loaded.err.endswith("  … and 11 more\n")
    refused = run("knowledge", "load", project, tmp_path / "none.csv")
    assert (refused.status, refused.err) == (1, f"annotator: {tmp_path / 'none.csv'} does not exist.\n")
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    assert "no column “id”" in run("knowledge", "load", project, bad).err
    assert run("knowledge", "list", project, "--json").json["entries"] == 1, "what was there stays"


def test_replacing_and_removing_are_asked_with_their_consequence(project, table, monkeypatch):
    run("knowledge", "load", project, table)
    for arguments in (("load", project, table, "--replace"), ("remove", project)):
        monkeypatch.setattr("click.confirm", lambda *_, **__: False)
        asked = run("knowledge", *arguments)
        assert asked.status == 1
        assert asked.err == (
            "4 entries will be removed. 3 linked spans will have no name for their id; all links stay.\nNothing was changed.\n"
        )
        monkeypatch.setattr("click.confirm", lambda *_, **__: True)
        assert run("knowledge", *arguments).status == 0
    assert run("knowledge", "list", project, "--json").json["entries"] == 0


def test_an_interrupted_load_leaves_what_was_there(project, table, monkeypatch):
    from annotator.store import knowledge_loading

    run("knowledge", "load", project, table)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(knowledge_loading, "name", interrupted)
    stopped = run("knowledge", "load", project, table, "--replace", "--yes")
    assert (stopped.status, stopped.err) == (1, "annotator: Interrupted. Nothing was loaded; the knowledge base is as it was.\n")
    assert run("knowledge", "list", project, "--json").json["entries"] == 4
    assert run("check", project).status == 0


@pytest.mark.parametrize(("after", "status"), [("linked_ids_without_entry", 1), ("ended", 0)])
def test_an_interrupted_load_never_says_that_nothing_was_loaded_where_it_was(project, table, monkeypatch, after, status):
    from annotator.store import knowledge, knowledge_loading

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(knowledge if status else knowledge_loading, after, interrupted)
    stopped = run("knowledge", "load", project, table)
    assert stopped.status == status
    assert ("Nothing was loaded" in stopped.err) == bool(status)
    assert ("interrupted when everything was loaded already" in stopped.err) == (not status)
    assert run("knowledge", "list", project, "--json").json["entries"] == (0 if status else 4)
    assert run("check", project).status == 0


def test_check_warns_of_ids_that_mean_nothing_and_finds_no_problem(project, table):
    plain = run("check", project)
    assert (plain.status, plain.err) == (0, "No problems.\n")
    run("knowledge", "load", project, table)
    warned = run("check", project)
    assert (warned.status, warned.out) == (0, "")
    assert warned.err == "warning: 1 span linked to “Q3318231”, which the knowledge base does not have.\nNo problems.\n"
    assert run("check", project, "--json").json["warnings"] == [{"id": "Q3318231", "spans": 1}]


def test_a_link_reaches_spacy(project, table, tmp_path):
    import spacy
    from spacy.tokens import DocBin

    run("knowledge", "load", project, table)
    out = tmp_path / "train.spacy"
    assert run("export", project, out, "--format", "spacy").status in (0, 1)
    nlp = spacy.blank("xx")
    (doc,) = DocBin().from_disk(out).get_docs(nlp.vocab)
    assert [(ent.text, ent.kb_id_) for ent in doc.ents] == [
        ("Putin", "Q7747"), ("Rusia", "Q159"), ("Jokowi", "Q3318231"), ("Putin", "Q7747"), ("Jakarta", ""),
    ]  # fmt: skip
    known = {one["id"] for one in run("knowledge", "search", project, "rus", "--json").json}
    assert {ent.kb_id_ for ent in doc.ents if ent.text == "Rusia"} == known


def test_the_group_shows_its_verbs():
    shown = run("knowledge", "--help")
    assert shown.status == 0
    for verb in ("load", "search", "list", "export", "remove"):
        assert f"\n  {verb} " in shown.out
    assert run("knowledge", "dance").status == 2
    assert run("knowledge", "load").status == 2
