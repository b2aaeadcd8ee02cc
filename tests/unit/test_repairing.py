"""Repairs: what can be mended without guessing is, in steps that can be taken back, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands.checking import check, inconsistencies
from annotator.commands.command import Command
from annotator.commands.repairing import repair
from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import Lane
from annotator.errors import ProjectDamaged, UndoRefused
from annotator.session.session import Session
from annotator.store import journal, queries
from annotator.store.project import open_project


@pytest.fixture
def state(session):
    return session.open_document(1)


def put(session, state, *items) -> None:
    """Write items as an older or another program might have."""

    def run(tx):
        for item in items:
            tx.put(state.set_id, item)

    session.execute(Command("Put", run))


def rules(session) -> list[str]:
    return sorted(str(found.problem.rule) for found in check(session.project.connection, session.project.scheme))


def content(session, state):
    found = queries.annotation_set(session.project.connection, state.set_id)
    return found.spans, found.relations


def test_a_sound_project_is_left_as_it_is(session, state):
    before = list(journal.steps(session.project.connection))
    report = repair(session)
    assert (report.mended, report.rebuilt, report.steps) == ([], [], [])
    assert list(journal.steps(session.project.connection)) == before


def test_edges_are_trimmed_and_the_step_can_be_taken_back(session, state):
    put(session, state, Span("w", ((44, 53),), "GPE"), Span("f", ((0, 6), (13, 19)), "GPE"))
    assert rules(session).count("span-blank-edge") == 2
    before = content(session, state)
    report = repair(session)
    spans, _ = content(session, state)
    assert spans["w"].fragments == ((45, 53),)
    assert spans["f"].fragments == ((0, 5), (14, 19))
    assert "span-blank-edge" not in rules(session)
    assert [entry.message for entry in report.mended] == [
        "The span at 0 was trimmed to the text it means.",
        "The span at 44 was trimmed to the text it means.",
    ]
    assert {(entry.document, entry.annotator) for entry in report.mended} == {("first", "ani")}
    (step,) = report.steps
    session.undo_step(step)
    assert content(session, state) == before


def test_overlapping_fragments_are_joined(session, state):
    put(session, state, Span("o", ((0, 5), (3, 10)), "GPE"))
    assert "span-fragments-overlap" in rules(session)
    repair(session)
    assert content(session, state)[0]["o"].fragments == ((0, 10),)


def test_twins_that_say_the_same_become_one_with_the_relations_of_both(session, state):
    twin = Span("t", ((14, 19),), "GPE")  # as s2, which is only suggested
    put(session, state, twin, Relation("r9", "linked", "s2", "s1"))
    assert "span-duplicate" in rules(session)
    report = repair(session)
    spans, relations = content(session, state)
    assert "s2" not in spans
    assert spans["t"].reviewed
    assert (relations["r9"].head, relations["r9"].tail) == ("t", "s1")
    assert len(report.mended) == 1
    assert "span-duplicate" not in rules(session)


@pytest.mark.parametrize("difference", [{"note": "other"}, {"kb_id": "Q1"}, {"attributes": {"sure": "no"}}])
def test_twins_that_differ_in_what_a_person_said_are_left(session, state, difference):
    put(session, state, replace(Span("t", ((14, 19),), "GPE"), **difference))
    assert repair(session).mended == []
    assert "span-duplicate" in rules(session)


def test_of_two_equal_relations_one_stays(session, state):
    put(session, state, Relation("ra", "linked", "s1", "s2"), Relation("rb", "linked", "s2", "s1"))
    assert "relation-duplicate" in rules(session)
    report = repair(session)
    assert len(report.mended) == 1
    assert "relation-duplicate" not in rules(session)
    session.undo_step(report.steps[0])
    assert "relation-duplicate" in rules(session)


def test_what_would_be_a_guess_is_left(session, state):
    put(
        session, state, Span("out", ((50, 500),), "GPE"), Span("new", ((14, 19),), "UNKNOWN"), Relation("self", "leads", "s1", "s1")
    )
    before = content(session, state)
    report = repair(session)
    assert report.mended == []
    assert content(session, state) == before
    assert {"span-outside-text", "span-label-unknown", "relation-to-itself"} <= set(rules(session))


def test_relations_without_an_end_are_removed_in_a_step_of_their_own(session, state):
    put(session, state, Span("w", ((44, 53),), "GPE"))
    connection = session.project.connection
    connection.execute("PRAGMA foreign_keys = OFF")
    row = (state.set_id, "loose", "linked", "s1", "nobody")
    connection.execute("INSERT INTO relations (set_id, id, label, head, tail) VALUES (?, ?, ?, ?, ?)", row)
    connection.execute("PRAGMA foreign_keys = ON")
    assert queries.integrity(connection) == ["relations points to a missing spans"]
    session.close_document()  # what it shows does not know of the relation
    report = repair(session)
    assert queries.integrity(connection) == []
    assert report.mended[0].message == "The relation “linked” named a span that is not there; it was removed."
    first, second = report.steps
    with pytest.raises(UndoRefused):  # its span is still not there
        session.undo_step(first)
    session.undo_step(second)
    assert content(session, state)[0]["w"].fragments == ((44, 53),)
    assert list(inconsistencies(connection)) == []


def test_a_broken_index_is_made_anew(session, state):
    connection = session.project.connection
    connection.execute("PRAGMA writable_schema = ON")
    other = "CREATE INDEX spans_by_place ON spans (set_id, label)"
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'spans_by_place'", (other,))
    connection.execute("PRAGMA writable_schema = OFF")
    session.close()
    again = Session(open_project(session.project.path), "ani")
    assert any("index spans_by_place" in line for line in queries.integrity(again.project.connection))
    report = repair(again)
    assert report.rebuilt == ["indexes"]
    assert queries.integrity(again.project.connection) == []
    again.close()


def test_a_file_that_is_damaged_itself_is_not_repaired_in_place(session, state, make_document):
    project = session.project
    with project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(f"Artikel {n}. " * 200, f"big{n}"), []) for n in range(60)])
    project.close()
    damaged = bytearray(project.path.read_bytes())
    middle = len(damaged) // 2 // 4096 * 4096
    damaged[middle : middle + 3 * 4096] = bytes(3 * 4096)
    project.path.write_bytes(damaged)
    again = Session(open_project(project.path), "ani")
    with pytest.raises(ProjectDamaged, match="rescue"):
        repair(again)
    again.close()
