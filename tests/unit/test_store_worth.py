"""What a document is worth goes while it is finished, and the next one to look at is the most worthwhile of the others."""

from __future__ import annotations

import pytest

from annotator.commands import documents
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.session.session import Session
from annotator.store import queries, suggesters, worth
from annotator.store.suggesters import Worth
from annotator.store.worth import Measure

FIGURES = {1: Worth(0.2, 0.9, 0.5), 2: Worth(0.8, 0.1, 0.5), 3: Worth(0.5, 0.0, 0.5), 4: Worth()}


@pytest.fixture
def at_work(empty_project):
    """Five documents, four of them looked at by suggesters, and "ani" at work."""
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((Document(f"d{number}", "x"), []) for number in range(1, 6))
    suggesters.put_worth(empty_project.connection, FIGURES)
    return Session(empty_project, "ani")


def finish(session, number, command=documents.mark_done):
    session.execute(command(session.open_document(number).set_id))


def kept(session, number):
    return session.project.connection.execute("SELECT * FROM document_worth WHERE document_id = ?", (number,)).fetchone()[1:]


@pytest.mark.parametrize(
    ("measure", "order"),
    [
        (Measure.DISAGREEMENT, [2, 3, 1, 4, 5]),
        (Measure.DOUBT, [1, 2, 3, 4, 5]),
        (Measure.NOVELTY, [1, 2, 3, 4, 5]),
        (None, [1, 2, 3, 4, 5]),
    ],
)
def test_the_most_worthwhile_comes_first_then_the_project_s_order(at_work, measure, order):
    connection = at_work.project.connection
    found = [worth.next_open(connection, 0, "ani", measure)]
    while found[-1] is not None:
        finish(at_work, found[-1])
        found.append(worth.next_open(connection, found[-1], "ani", measure))
    assert found == [*order, None]


def test_what_was_skipped_is_passed_over_by_who_skipped_it_alone(at_work):
    connection = at_work.project.connection
    finish(at_work, 2, documents.skip)
    assert worth.next_open(connection, 2, "ani", Measure.DISAGREEMENT) == 3
    assert worth.next_open(connection, 0, "budi", Measure.DISAGREEMENT) == 2
    assert worth.next_open(connection, 3, "ani", Measure.DISAGREEMENT) == 1, "not the one that is open"


def test_what_one_person_finished_is_worth_nothing_to_another(at_work):
    finish(at_work, 2)
    assert worth.next_open(at_work.project.connection, 0, "budi", Measure.DISAGREEMENT) == 3
    for number in (1, 3):
        finish(at_work, number)
    assert worth.next_open(at_work.project.connection, 0, "budi", Measure.DISAGREEMENT) == 1, "by the project's order"


def test_worth_goes_with_finishing_and_comes_back_with_taking_it_back(at_work):
    connection = at_work.project.connection
    finish(at_work, 2)
    assert suggesters.worth_of(connection, 2) == Worth()
    assert queries.document_cards(connection, [1, 2], "ani")[2].disagreement == 0
    assert queries.document_cards(connection, [1, 2], "ani")[1].doubt == 0.9
    at_work.undo()
    assert suggesters.worth_of(connection, 2) == FIGURES[2]
    at_work.redo()
    assert suggesters.worth_of(connection, 2) == Worth()
    finish(at_work, 2, documents.reopen)
    assert suggesters.worth_of(connection, 2) == FIGURES[2]
    finish(at_work, 2, documents.skip)
    assert suggesters.worth_of(connection, 2) == FIGURES[2], "skipping finishes nothing"


def test_it_stays_gone_until_nobody_is_done_with_it(at_work):
    connection = at_work.project.connection
    budi = Session(at_work.project, "budi")
    finish(at_work, 2)
    finish(budi, 2)
    finish(at_work, 2, documents.reopen)
    assert suggesters.worth_of(connection, 2) == Worth()
    finish(budi, 2, documents.reopen)
    assert suggesters.worth_of(connection, 2) == FIGURES[2]


def test_a_run_over_finished_documents_gives_them_no_worth_but_keeps_it_for_later(at_work):
    connection = at_work.project.connection
    finish(at_work, 2)
    suggesters.put_worth(connection, {2: Worth(0.7, 0.6, 0.4), 3: Worth(0.3)})
    assert kept(at_work, 2) == (-0.7, -0.6, -0.4)
    assert kept(at_work, 3) == (0.3, 0.0, 0.0)
    assert worth.next_open(connection, 0, "ani", Measure.DISAGREEMENT) == 3
    at_work.undo()
    assert suggesters.worth_of(connection, 2) == Worth(0.7, 0.6, 0.4)


def test_gold_finishes_a_document(empty_project):
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("d", "x"), [AnnotationSet(SetInfo(0, "g", Kind.GOLD, Status.DONE))]), (Document("e", "x"), [])])
    connection = empty_project.connection
    suggesters.put_worth(connection, {1: Worth(1, 1, 1), 2: Worth(0.1)})
    assert worth.next_open(connection, 0, "ani", Measure.DISAGREEMENT) == 2
    with empty_project.transaction("Gold", actor="ani") as tx:
        tx.add_set(SetInfo(2, "gold", Kind.GOLD))
    assert suggesters.worth_of(connection, 2) == Worth()
    assert empty_project.undo("ani")
    assert not queries.set_ids(connection, 2)
    assert suggesters.worth_of(connection, 2) == Worth(0.1)


@pytest.mark.parametrize("measure", list(Measure))
def test_the_next_one_is_found_in_an_index(at_work, measure):
    connection = at_work.project.connection
    plans: list[str] = []

    class Explaining:
        def execute(self, sql, values=()):
            plans.extend(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))
            return connection.execute(sql, values)

    assert worth.next_open(Explaining(), 0, "ani", measure) is not None
    assert f"document_worth_by_{measure}" in plans[0]
    assert not [plan for plan in plans if "TEMP B-TREE" in plan or plan.startswith("SCAN")]
