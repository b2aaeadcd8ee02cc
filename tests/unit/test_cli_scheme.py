"""``annotator scheme`` as a person types it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from annotator.cli.app import verbs
from annotator.commands.previewing_labels import read_scheme
from annotator.commands.scheme_files import write_scheme
from annotator.domain.labels import scheme_to_dict
from annotator.domain.scheme_edit import Part, names_of
from annotator.errors import FormatError
from annotator.store import queries
from annotator.store.project import open_project


@pytest.fixture
def run(project, tmp_path, monkeypatch):
    """Run the verb on the small project, which is closed first; returns its exit status, output and errors."""
    monkeypatch.setenv("ANNOTATOR_PROFILE", str(tmp_path / "profile"))
    project.close()

    def call(*arguments):
        result = CliRunner().invoke(verbs, ["scheme", str(project.path), *map(str, arguments)], prog_name="annotator")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return call


def opened_labels(project) -> tuple[list[str], list[str]]:
    again = open_project(project.path)
    try:
        labels = sorted({row.label for row in queries.label_totals(again.connection)})
        return labels, list(names_of(again.scheme, Part.SPANS))
    finally:
        again.close()


def test_it_shows_what_is_used(run):
    status, out, err = run()
    assert (status, err) == (0, "")
    assert "Spans:\n  PERSON  3 in 2 documents\n  GPE  2 in 1 document\n" in out
    assert "  DATE  not used\n" in out
    assert "Categories:\n  politics  not used" in out


def test_a_rename_reaches_the_annotations(run, project):
    status, _, err = run("--becomes", "PERSON", "ORANG", "--annotator", "budi")
    assert (status, err) == (0, "The label scheme was changed: 3 spans changed.\n")
    labels, names = opened_labels(project)
    assert "ORANG" in labels
    assert "PERSON" not in labels
    assert names == ["ORANG", "GPE", "ORG", "DATE"]


def test_two_become_one(run, project):
    assert run("--becomes", "ORG", "GPE")[0] == 0
    assert opened_labels(project)[1] == ["PERSON", "GPE", "DATE"]


def test_what_is_used_goes_only_when_asked(run, project):
    before = opened_labels(project)
    status, _, err = run("--delete", "ORG")
    assert (status, err) == (
        1,
        "annotator: The label “ORG” has 1 span. Say what becomes of them: another label, or nothing.\n",
    )
    assert opened_labels(project) == before
    status, _, err = run("--delete", "ORG", "--with-annotations")
    assert (status, err) == (0, "The label scheme was changed: 1 span removed, 1 relation removed.\n")


def test_a_label_that_bounds_a_relation_is_not_deleted(run):
    assert "Only “PERSON” is allowed in leads, met_with" in run("--delete", "PERSON", "--with-annotations")[2]


def test_a_name_in_several_lists_is_asked(run, project):
    assert run("--becomes", "leads", "PERSON")[0] == 0
    status, _, err = run("--becomes", "PERSON", "X")
    assert (status, err) == (1, "annotator: “PERSON” may mean “spans:PERSON” and “relations:PERSON”. Write it so.\n")
    assert run("--becomes", "relations:PERSON", "X")[0] == 0
    assert "PERSON" in opened_labels(project)[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--becomes", "NONE", "X"), "The scheme has no “NONE”."),
        (("--becomes", "GPE", " "), "“GPE” needs a new name; --delete takes it out."),
        (("--import", "nowhere.json"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(run, arguments, told):
    status, _, err = run(*arguments)
    assert status == 1
    assert told in err
    assert "Traceback" not in err


def test_a_scheme_is_saved_and_taken(run, tmp_path):
    path = tmp_path / "s.labels.json"
    status, _, err = run("--export", path)
    assert (status, err) == (0, f"The scheme was saved as {path}.\n")
    data = json.loads(path.read_text(encoding="utf-8"))
    data["spans"].append({"name": "LAW"})
    path.write_text(json.dumps(data), encoding="utf-8")
    assert run("--import", path)[0] == 0
    assert json.loads(run("--json")[1])["spans"][-1]["name"] == "LAW"


def test_brat_gets_its_files_and_gives_them_back(scheme, tmp_path):
    lost = write_scheme(scheme, tmp_path / "annotation.conf")
    assert lost == ["keys", "categories"]
    again = read_scheme(tmp_path / "annotation.conf")
    assert names_of(again, Part.SPANS) == names_of(scheme, Part.SPANS)
    assert [label.color for label in again.spans] == [label.color for label in scheme.spans]
    assert again.relation("leads").tail == ("ORG", "GPE")


def test_a_written_scheme_reads_back_whole(shipped_scheme, tmp_path):
    scheme = shipped_scheme("indonesian-news")
    assert write_scheme(scheme, tmp_path / "s.json") == []
    assert scheme_to_dict(read_scheme(tmp_path / "s.json")) == scheme_to_dict(scheme)


def test_a_file_that_cannot_be_written_leaves_nothing(scheme, tmp_path):
    with pytest.raises(FormatError):
        write_scheme(scheme, tmp_path / "no folder" / "s.json")
    assert list(tmp_path.iterdir()) == []


def test_a_value_of_an_attribute_is_named_with_it(run, project):
    status, out, _ = run()
    assert status == 0
    assert "  sure  not used\n    sure=yes  not used\n    sure=no  not used\n" in out
    assert run("--becomes", "sure=yes", "ya", "--becomes", "attributes:sure=no", "tidak")[0] == 0
    again = open_project(project.path)
    assert again.scheme.attributes[0].values == ("ya", "tidak")
    again.close()
    assert run("--delete", "sure=ya")[0] == 0
    assert run("--becomes", "sure=ya", "x")[2].strip().endswith("The scheme has no “sure=ya”.")


@pytest.mark.parametrize(("extra", "left"), [((), None), (("--with-annotations",), {})])
def test_a_used_value_goes_only_when_asked(run, project, extra, left):
    opened = open_project(project.path)
    with opened.transaction("x", actor="ani") as tx:
        tx.put(1, replace(tx.spans(1)[0], attributes={"sure": "yes"}))
        span_id = tx.spans(1)[0].id
    opened.close()
    assert "    sure=yes  1 in 1 document\n" in run()[1]
    status, _, err = run("--delete", "sure=yes", *extra)
    assert (status, "is in use" in err) == ((1, True) if left is None else (0, False))
    again = open_project(project.path)
    span = queries.span(again.connection, 1, span_id)
    assert dict(span.attributes) == ({"sure": "yes"} if left is None else left)
    again.close()
