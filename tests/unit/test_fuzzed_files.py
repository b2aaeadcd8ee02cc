"""Files spoilt in every way, and everything a person does with a project: each ends well or with a sentence, and nothing wrong is written.

Opening and rescuing such files is tested with the rescue; here is the rest: lists, searches, figures, history, edits, undo, checks,
backups.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from annotator.cli.app import main as command_line
from annotator.commands import documents, relations, spans
from annotator.commands.checking import check, inconsistencies
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError, Refused
from annotator.session.session import Session
from annotator.store import consistency, figures, history, journal, listing, queries, search
from annotator.store.backup import Reason, back_up
from annotator.store.listing import Filter, Order
from annotator.store.project import open_project
from annotator.store.restore import compare

PAGE = 4096


@pytest.fixture
def filled(project, make_document, model_set) -> Path:
    """Fifteen articles with two people's work and its history; closed."""
    words = "Putin bertemu Jokowi di Moskow. " * 20
    with project.transaction("Import {}", "all", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(
            (make_document(f"{words}{n}", f"d{n}"), [model_set([(f"s{k}", k * 32, k * 32 + 5, "PERSON") for k in range(8)])])
            for n in range(12)
        )
    for person in ("ani", "budi"):
        session = Session(project, person)
        for number in range(1, 16, 2):
            state = session.open_document(number)
            some = state.spans()[:2]
            for span in some:
                session.execute(spans.describe_span(state.set_id, span.id, note=f"{person} {number}"))
            if len(some) == 2:
                with suppress(Refused):  # the labels of the first articles forbid it
                    session.execute(relations.add_relation(state.set_id, some[0].id, some[1].id, "met_with"))
        session.undo()
        session.execute(documents.toggle_flag(state.set_id))
    project.close()
    return project.path


def bits(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 4, 40))):
        changed[chance.randrange(100, len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def pages(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 3))):
        first = chance.randrange(1, len(content) // PAGE) * PAGE
        changed[first : first + PAGE] = chance.choice((bytes(PAGE), chance.randbytes(PAGE), content[PAGE : 2 * PAGE]))
    return bytes(changed)


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) // 2, len(content))]


GARBLED = (
    "UPDATE spans SET attributes = '{' WHERE rowid_like % 2",
    "UPDATE spans SET fragments = '[[0]]'",
    "UPDATE spans SET fragments = '7'",
    "UPDATE relations SET attributes = 'no'",
    "UPDATE documents SET meta = '[1'",
    "UPDATE documents SET meta = '3'",
    "UPDATE documents SET tokens = x'ffffffff', sentences = x'80'",
    "UPDATE annotation_sets SET categories = '{}}'",
    "UPDATE annotation_sets SET status = 'gone'",
    "UPDATE annotation_sets SET kind = 'ghost' WHERE id % 2",
    "UPDATE project SET value = '{' WHERE key = 'scheme'",
    "UPDATE project SET value = 'many' WHERE key = 'scheme_generation'",
    "UPDATE steps SET lane = 'nowhere'",
    "UPDATE steps SET at = 'never', text = '{} {} {x}'",
    "UPDATE changes SET before = '[', after = ']'",
    "UPDATE changes SET what = 'thing'",
    "UPDATE changes SET after = '[1]' WHERE what = 'span'",
    "UPDATE OR REPLACE set_totals SET status = 'odd', kind = 'ghost'",
    "UPDATE label_totals SET what = 'odd'",
    "UPDATE document_runs SET last = last + 100",
    "UPDATE document_figures SET document_id = document_id + 1000",
    "DELETE FROM document_index",
)


def read(session: Session) -> None:
    connection = session.project.connection
    for number in queries.document_ids(connection):
        state = session.open_document(number)
        state.spans(), state.relations(), state.problems()


def lists(session: Session) -> None:
    connection = session.project.connection
    for wanted in (
        Filter(label="PERSON"),
        Filter(person="ani", statuses=(Status.IN_PROGRESS,)),
        Filter(words="moskow"),
        Filter(problems=True),
        Filter(name="d1"),
        Filter(person="ani", flagged=True),
    ):
        for order in (Order.POSITION, Order.NAME, Order.SPANS):
            for page in listing.stream(connection, wanted, order):
                queries.document_cards(connection, page, "ani")


def looks(session: Session) -> None:
    connection = session.project.connection
    list(search.text_lines(connection, "put* OR jokowi", person="ani"))
    list(search.span_lines(connection, search.SpanQuery("PERSON", "putin", person="ani")))
    list(search.relation_lines(connection, search.RelationQuery("leads")))


def counts(session: Session) -> None:
    connection = session.project.connection
    figures.kept(connection)
    figures.days(connection)
    queries.statistics(connection)
    journal.prunable(connection, keep_days=1, keep_bytes=100)


def tells(session: Session) -> None:
    connection = session.project.connection
    for entry in history.project_entries(connection) + history.document_entries(connection, 1):
        history.changes_of(connection, entry.step.id, 50)
        history.turns(connection, entry.step.id)
    list(journal.steps(connection))


def edits(session: Session) -> None:
    state = session.open_document(2)
    key = session.execute(spans.add_span(state.set_id, ((0, 5),), "ORG"))
    session.execute(spans.describe_span(state.set_id, key, note="edited"))
    session.execute(documents.toggle_flag(state.set_id))


def takes_back(session: Session) -> None:
    for _ in range(6):
        session.undo()
    session.redo()


def checks(session: Session) -> None:
    connection = session.project.connection
    queries.integrity(connection)
    list(inconsistencies(connection))
    list(check(connection, session.project.scheme))
    consistency.derived_faults(connection)


DOINGS: tuple[Callable[[Session], None], ...] = (read, lists, looks, counts, tells, edits, takes_back, checks)


def done_with(path: Path) -> int:
    """Do everything with a file; returns how many doings ended well.  Whatever else ends them must be a sentence."""
    try:
        session = Session(open_project(path), "ani")
    except AnnotatorError as error:
        must_be_a_sentence(error)
        return 0
    well = 0
    for doing in DOINGS:
        try:
            doing(session)
        except AnnotatorError as error:
            must_be_a_sentence(error)
        except Exception as error:
            explained = session.project.explained(error)
            if explained is None:
                raise
            must_be_a_sentence(explained)
        else:
            well += 1
        assert not session.project.connection.in_transaction, doing.__name__
    session.close()
    return well


def must_be_a_sentence(error: BaseException) -> None:
    text = str(error)
    assert text, error
    assert text.rstrip().endswith((".", ")")), text
    assert "\n" not in text, text
    assert "Traceback" not in text


@pytest.mark.parametrize(("spoil", "rounds"), [(bits, 15), (pages, 15), (cut, 6)])
def test_whatever_is_done_with_a_spoilt_file_ends_well_or_with_a_sentence(filled, spoil, rounds):
    content = filled.read_bytes()
    chance = random.Random(spoil.__name__)
    well = 0
    for _ in range(rounds):
        filled.write_bytes(spoil(content, chance))
        for suffix in ("-wal", "-shm"):
            filled.with_name(filled.name + suffix).unlink(missing_ok=True)
        well += done_with(filled)
    assert well or spoil is cut, "some damage is small"


@pytest.mark.parametrize("statement", GARBLED)
def test_values_that_are_none_end_in_a_sentence(filled, statement):
    connection = sqlite3.connect(filled)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(statement.replace(" WHERE rowid_like % 2", " WHERE start % 64 = 0"))
    connection.commit()
    connection.close()
    assert done_with(filled) >= 1


def test_what_cannot_be_read_is_not_written_over(filled):
    """An edit of a set whose page is gone is refused whole; the other documents keep what they had."""
    connection = sqlite3.connect(filled)
    before = {row[0]: row for row in connection.execute("SELECT id, name, text FROM documents")}
    connection.execute("UPDATE spans SET attributes = '{' WHERE set_id IN (SELECT id FROM annotation_sets WHERE document_id = 2)")
    connection.commit()
    rows = connection.execute("SELECT * FROM spans ORDER BY set_id, id").fetchall()
    steps = connection.execute("SELECT count(*) FROM steps").fetchone()
    connection.close()
    session = Session(open_project(filled), "ani")
    with pytest.raises(AnnotatorError, match="damaged"):
        session.open_document(2)
    session.close()
    connection = sqlite3.connect(filled)
    assert {row[0]: row for row in connection.execute("SELECT id, name, text FROM documents")} == before
    kept = connection.execute("SELECT * FROM spans ORDER BY set_id, id").fetchall()
    assert [row for row in kept if row in rows] == rows
    assert connection.execute("SELECT count(*) FROM steps").fetchone()[0] <= steps[0] + 1
    connection.close()


@pytest.mark.parametrize("verb", ["check", "stats", "backups", "inbox"])
@pytest.mark.parametrize("statement", GARBLED[::4])
def test_the_command_line_says_a_sentence(filled, verb, statement, capsys):
    connection = sqlite3.connect(filled)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(statement.replace(" WHERE rowid_like % 2", ""))
    connection.commit()
    connection.close()
    with pytest.raises(SystemExit) as end:
        command_line([verb, str(filled)])
    assert end.value.code in (0, 1)
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err


def test_a_spoilt_file_is_not_taken_for_a_backup_nor_compared_wrongly(filled, tmp_path):
    made = back_up(filled, Reason.MANUAL).made
    content = filled.read_bytes()
    chance = random.Random(3)
    for _ in range(12):
        filled.write_bytes(pages(content, chance))
        try:
            outcome = back_up(filled, Reason.MANUAL)
            compare(filled, made.path, Progress())
        except AnnotatorError as error:
            must_be_a_sentence(error)
        else:
            if outcome.made is not None:
                copy = sqlite3.connect(outcome.made.path)
                assert copy.execute("PRAGMA quick_check").fetchall() == [("ok",)]
                copy.close()
