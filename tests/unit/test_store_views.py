"""What anyone reads of the gold with plain sqlite3, and which documents have a gold at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest

from annotator.commands import documents, relations, spans
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.session.session import Session
from annotator.store import queries

TEXT = "😊 Budi 🎉 di BRI"
BUDI, BRI = (2, 6), (12, 15)


def person(name: str, *, status: Status = Status.DONE, kind: Kind = Kind.PERSON, **changes) -> AnnotationSet:
    """Budi, a person, leads BRI, an organisation; ``changes`` make a difference to that."""
    fields = {"label": "PERSON", "attributes": {}, "note": "", "kb_id": "", "fragments": (BUDI,)}
    fields.update({key: value for key, value in changes.items() if key in fields})
    head = Span(f"{name}1", **{key: fields[key] for key in ("fragments", "label", "attributes", "note", "kb_id")})
    tail = Span(f"{name}2", (BRI,), "ORG")
    ends = (tail.id, head.id) if changes.get("reversed") else (head.id, tail.id)
    link = Relation(f"{name}r", changes.get("relation", "leads"), *ends, changes.get("relation_attributes", {}))
    info = SetInfo(0, name, kind, status, categories=changes.get("categories", ()))
    return AnnotationSet(info, {head.id: head, tail.id: tail}, {} if changes.get("unlinked") else {link.id: link})


@pytest.fixture
def hold(empty_project, make_document) -> Callable[..., None]:
    """Put documents with these sets into the project and close it."""

    def put(*sets: list[AnnotationSet], text: str = TEXT) -> None:
        with empty_project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
            tx.add_documents([(make_document(text, f"d{number}"), contents) for number, contents in enumerate(sets, 1)])

    return put


def plain(project, sql: str) -> list[dict[str, object]]:
    """Read as a stranger would: with sqlite3 and the file's name."""
    project.close()
    connection = sqlite3.connect(project.path)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(sql)]
    finally:
        connection.close()


def test_the_only_person_who_is_done_is_the_gold(empty_project, hold):
    hold([person("ani"), person("budi", status=Status.IN_PROGRESS, label="ORG"), person("m", kind=Kind.MODEL, label="ORG")])
    rows = plain(empty_project, "SELECT * FROM gold_spans ORDER BY start")
    assert [(row["annotator"], row["start"], row["end"], row["label"], row["text"]) for row in rows] == [
        ("ani", 2, 6, "PERSON", "Budi"),
        ("ani", 12, 15, "ORG", "BRI"),
    ]
    assert rows[0]["document"] == "d1"


def test_relations_are_read_with_both_ends(empty_project, hold):
    hold([person("ani")])
    (row,) = plain(empty_project, "SELECT * FROM gold_relations")
    assert (row["label"], row["head_text"], row["head_label"], row["tail_text"], row["tail_label"]) == (
        "leads",
        "Budi",
        "PERSON",
        "BRI",
        "ORG",
    )
    assert TEXT[row["tail_start"] : row["tail_end"]] == "BRI"


def test_nobody_done_means_no_gold(empty_project, hold):
    hold([person("ani", status=Status.NEW)], [person("ani", status=Status.SKIPPED)], [person("m", kind=Kind.MODEL)], [])
    assert queries.gold_set(empty_project.connection, 1) is None
    assert queries.gold_set(empty_project.connection, 4) is None
    assert queries.disputed(empty_project.connection) == set()
    assert plain(empty_project, "SELECT * FROM gold_spans") == []


SAME = [
    {},
    {"note": "seen"},
    {"attributes": {"sure": "yes", "b": [1, {"y": 1, "x": 2}]}},
    {"categories": ("politics", "sport")},
]
SAME_BUT_FOR_ORDER = [
    ({"attributes": {"a": 1, "b": 2}}, {"attributes": {"b": 2, "a": 1}}),
    ({"categories": ("politics", "sport")}, {"categories": ("sport", "politics")}),
    ({"note": "one"}, {"note": "two"}),
    ({"relation": "linked"}, {"relation": "linked", "reversed": True}),
]


@pytest.mark.parametrize(("left", "right"), [*((same, same) for same in SAME), *SAME_BUT_FOR_ORDER])
def test_two_who_say_the_same_are_no_dispute(empty_project, hold, left, right):
    hold([person("ani", **left), person("budi", **right)])
    assert queries.disputed(empty_project.connection) == set()
    assert queries.gold_set(empty_project.connection, 1) == 1
    assert {row["annotator"] for row in plain(empty_project, "SELECT * FROM gold_spans")} == {"ani"}


@pytest.mark.parametrize(
    "difference",
    [
        {"label": "GPE"},
        {"fragments": ((2, 5),)},
        {"fragments": ((2, 4), (5, 6))},
        {"attributes": {"sure": "no"}},
        {"kb_id": "Q1"},
        {"categories": ("sport",)},
        {"unlinked": True},
        {"relation": "met_with"},
        {"reversed": True},
        {"relation_attributes": {"sure": "no"}},
    ],
)
def test_two_who_differ_have_no_gold_and_are_named(empty_project, hold, difference):
    hold([person("ani"), person("budi", **difference)], [person("ani")])
    assert queries.disputed(empty_project.connection) == {1}
    assert queries.gold_set(empty_project.connection, 1) is None
    assert queries.gold_set(empty_project.connection, 2) is not None
    assert queries.statistics(empty_project.connection)["disputed"] == 1
    assert {row["document"] for row in plain(empty_project, "SELECT * FROM gold_spans")} == {"d2"}


def test_the_adjudicated_set_wins(empty_project, hold):
    hold(
        [
            person("ani"),
            person("budi", label="GPE"),
            person("judge", kind=Kind.GOLD, status=Status.NEW, label="DATE", relation="linked"),
        ]
    )
    assert queries.disputed(empty_project.connection) == set()
    rows = plain(empty_project, "SELECT label FROM gold_spans ORDER BY start")
    assert [row["label"] for row in rows] == ["DATE", "ORG"]


def test_a_third_who_differs_is_a_dispute_too(empty_project, hold):
    hold([person("ani"), person("budi"), person("cici", label="GPE")])
    assert queries.disputed(empty_project.connection) == {1}
    assert plain(empty_project, "SELECT * FROM gold_relations") == []


def test_a_discontinuous_span_reads_as_its_fragments(empty_project, hold):
    hold([person("ani", fragments=((2, 4), (9, 11), (12, 15)))])
    row = plain(empty_project, "SELECT text, fragments FROM gold_spans ORDER BY start")[0]
    assert row == {"text": "Bu di BRI", "fragments": "[[2,4],[9,11],[12,15]]"}
    (link,) = plain(empty_project, "SELECT head_text FROM gold_relations")
    assert link["head_text"] == "Bu di BRI"


def test_a_text_with_nul_is_not_read_wrongly(empty_project, hold):
    hold([person("ani")], text="a\0Budi......BRI")
    rows = plain(empty_project, "SELECT start, text FROM gold_spans ORDER BY start")
    assert rows == [{"start": 2, "text": None}, {"start": 12, "text": None}]


def test_gold_follows_the_work(project):
    ani, budi = Session(project, "ani"), Session(project, "budi")
    mine, theirs = ani.open_document(1), budi.open_document(1)
    ani.execute(spans.relabel_span(mine.set_id, "s1", "PERSON"))
    ani.execute(documents.mark_done(mine.set_id))
    assert queries.gold_set(project.connection, 1) == mine.set_id
    budi.execute(documents.mark_done(theirs.set_id))
    assert queries.disputed(project.connection) == {1}
    budi.execute(spans.relabel_span(theirs.set_id, "s1", "PERSON"))
    assert queries.disputed(project.connection) == set()
    budi.execute(relations.remove_relation(theirs.set_id, "r1"))
    assert queries.disputed(project.connection) == {1}
    budi.execute(relations.add_relation(theirs.set_id, "s4", "s3", "met_with"))
    assert queries.disputed(project.connection) == set()
    ani.execute(documents.reopen(mine.set_id))
    assert queries.gold_set(project.connection, 1) == theirs.set_id


def test_finding_one_gold_set_does_not_read_the_whole_project(empty_project, hold):
    hold([person("ani")])
    plan = empty_project.connection.execute("EXPLAIN QUERY PLAN SELECT set_id FROM gold_sets WHERE document_id = 1").fetchall()
    scanned = [row[3] for row in plan if row[3].startswith("SCAN") and "VIRTUAL" not in row[3]]
    assert scanned in ([], ["SCAN gold_sets"])


def test_figures_of_the_project(empty_project, hold):
    hold([person("ani"), person("m", kind=Kind.MODEL)], [person("ani", status=Status.SKIPPED)], [])
    connection = empty_project.connection
    with empty_project.transaction("x", actor="x") as tx:
        tx.put(2, replace(tx.span(2, "m1"), reviewed=False))
    assert queries.status_counts(connection, "ani") == {
        Status.NEW: 1,
        Status.IN_PROGRESS: 0,
        Status.DONE: 1,
        Status.SKIPPED: 1,
    }
    figures = queries.statistics(connection)
    assert (figures["documents"], figures["gold"], figures["disputed"]) == (3, 1, 0)
    by_name = {entry["annotator"]: entry for entry in figures["annotators"]}
    assert by_name["ani"]["spans"] == {"ORG": 2, "PERSON": 2}
    assert by_name["ani"]["status"] == {"done": 1, "skipped": 1}
    assert by_name["m"]["unreviewed"] == 1
    assert by_name["m"]["relations"] == {"leads": 1}
