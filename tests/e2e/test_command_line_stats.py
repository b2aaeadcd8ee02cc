"""`annotator stats --annotations NAME` and `--work`: what was annotated, and what it took, for people and for scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotator.commands import documents, spans
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.domain.text import Tokens
from annotator.session.session import Session
from annotator.store.project import Project, create
from tests.e2e.command_line_support import TEXT, run

TOKENS = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", TEXT))


def annotated(name: str, *found: tuple[int, int, str], kind: Kind = Kind.PERSON) -> AnnotationSet:
    """A finished set whose first two spans are linked."""
    content = {f"s{n}": Span(f"s{n}", ((start, end),), label) for n, (start, end, label) in enumerate(found)}
    return AnnotationSet(SetInfo(0, name, kind, Status.DONE), content, {"r": Relation("r", "visited", "s0", "s1")})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Budi finished "satu" and "dua"; on "dua" he disagrees with citra.  Ani then worked on "tiga": steps 10, 20 and 400 seconds apart."""
    made = create(
        tmp_path / "p.annotator", scheme=scheme_from_dict({"spans": ["PERSON", "GPE"], "relations": ["visited"]}), language="id"
    )
    first = annotated("budi", (0, 5, "PERSON"), (14, 19, "GPE"), (21, 41, "PERSON"))
    with made.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        sets = ([first], [first, annotated("citra", (0, 5, "PERSON"), (45, 52, "GPE"))], [])
        tx.add_documents((Document(name, TEXT, {}, TOKENS), some) for name, some in zip(("satu", "dua", "tiga"), sets, strict=True))
    work(made)
    made.close()
    return tmp_path / "p.annotator"


def work(made: Project) -> None:
    session = Session(made, "ani")
    set_id = session.open_document(3).set_id
    for command in (
        spans.add_span(set_id, ((0, 5),), "PERSON"),
        spans.add_span(set_id, ((14, 19),), "GPE"),
        documents.mark_done(set_id),
        documents.reopen(set_id),
    ):
        session.execute(command)
    ids = [row[0] for row in made.connection.execute("SELECT id FROM steps WHERE lane = 'edit' ORDER BY id")]
    for number, second in zip(ids, (0, 10, 30, 430), strict=True):
        at = f"2025-06-02T12:{second // 60:02}:{second % 60:02}.000+00:00"
        made.connection.execute("UPDATE steps SET at = ? WHERE id = ?", (at, number))


def test_without_options_nothing_of_it_is_told(project):
    done = run("stats", project)
    assert done.status == 0
    assert "annotations of" not in done.out
    assert "work" not in done.out
    assert not {"annotations", "work"} & set(run("stats", project, "--json").json)


def test_annotations_of_a_person(project):
    done = run("stats", project, "--annotations", "budi")
    assert (done.status, done.err) == (0, "")
    assert done.out.partition("\nannotations of ")[2].splitlines() == [
        "budi (person):",
        "         4  PERSON   span, 0 unreviewed, in 2 documents",
        "         2  GPE      span, 0 unreviewed, in 2 documents",
        "         2  visited  relation, 0 unreviewed, in 2 documents",
        "         2  PERSON -visited- GPE, in 2 documents",
        "  GPE      half up to 5 characters, 90 % up to 5, all up to 5",
        "  PERSON   half up to 5 characters, 90 % up to 20, all up to 20",
        "  GPE      half up to 1 token, 90 % up to 1, all up to 1",
        "  PERSON   half up to 1 token, 90 % up to 3, all up to 3",
    ]


def test_annotations_of_gold_leave_the_disputed_out(project):
    (gold,) = run("stats", project, "--json", "--annotations", "gold").json["annotations"]
    assert gold["whose"] == {"annotator": "", "kind": None}
    assert gold["labels"] == [
        {"what": "span", "label": "PERSON", "items": 2, "unreviewed": 0, "documents": 1},
        {"what": "span", "label": "GPE", "items": 1, "unreviewed": 0, "documents": 1},
        {"what": "relation", "label": "visited", "items": 1, "unreviewed": 0, "documents": 1},
    ]
    assert gold["relations"] == [{"relation": "visited", "head": "PERSON", "tail": "GPE", "count": 1, "documents": 1}]
    assert gold["lengths"] == [
        {"label": "GPE", "length": 5, "count": 1},
        {"label": "PERSON", "length": 5, "count": 1},
        {"label": "PERSON", "length": 20, "count": 1},
    ]
    assert gold["token_lengths"][-1] == {"label": "PERSON", "length": 3, "count": 1}
    assert "\nannotations of the gold:\n" in run("stats", project, "--annotations", "gold").out


def test_several_may_be_asked_for_and_each_comes_once(project):
    told = run("stats", project, "--json", "--annotations", "citra", "--annotations", "budi", "--annotations", "citra").json
    assert [one["whose"]["annotator"] for one in told["annotations"]] == ["citra", "budi"]


def test_a_name_that_nobody_has_is_named_with_those_there_are(project):
    done = run("stats", project, "--annotations", "dewi")
    assert (done.status, done.out) == (2, "")
    assert "nobody is called “dewi” here; there is gold, ani, budi, citra." in done.err


def test_work_tells_times_days_actions_and_progress(project):
    done = run("stats", project, "--work")
    assert (done.status, done.err) == (0, "")
    told = done.out.partition("\nwork, ")[2].splitlines()
    day = run("stats", project, "--work", "--json").json["work"]["days"][0]["day"]
    assert told[0] == "without what lies between steps more than 300 s apart:"
    assert told[1] == "  ani: 0:00:30 on 1 day"
    assert told[2] == f"  {day}  ani: 0:00:30, 4 edits on 1 document"
    assert told[4:7] == ["progress:", "  before      budi: +2, 2 documents done", "  before      citra: +1, 1 document done"]
    assert "         2  Label as … (ani), half within 10.0 s, 90 % within 10.0 s" in told
    assert told[-2:] == ["documents that took longest:", "   0:00:30  tiga (ani), 4 steps"]


def test_work_as_json_and_with_another_pause(project):
    told = run("stats", project, "--work", "--json", "--pause", "400").json["work"]
    assert told["pause"] == 400
    assert told["documents"] == [
        {"document_id": 3, "name": "tiga", "annotator": "ani", "seconds": 430.0, "edits": 4, "done": False}
    ]
    assert [(one["annotator"], one["documents"]) for one in told["done"]] == [("budi", 2), ("citra", 1)]
    assert {one["action"]: one["median"] for one in told["actions"]} == {
        "Label as {}": 10.0,
        "Mark the {} done": 20.0,
        "Reopen the {}": 400.0,
    }
    (pace,) = told["paces"]
    assert (pace["annotator"], pace["seconds"], pace["days"], pace["documents"]) == ("ani", 430.0, 1, 0)


@pytest.mark.parametrize("pause", ["-1", "soon"])
def test_a_pause_is_a_number_of_seconds(project, pause):
    done = run("stats", project, "--work", "--pause", pause)
    assert done.status == 2
    assert "--pause" in done.err


def test_an_empty_project_has_nothing_to_tell(tmp_path):
    create(tmp_path / "e.annotator", scheme=scheme_from_dict({"spans": ["A"]}), language="id").close()
    done = run("stats", tmp_path / "e.annotator", "--work")
    assert done.status == 0
    assert done.out.splitlines()[-1] == "no work yet"
    assert "there is nobody" in run("stats", tmp_path / "e.annotator", "--annotations", "gold").err
