"""The document list: what it reads, what it keeps, how it follows changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from annotator.commands import documents as document_commands
from annotator.domain.documents import Status
from annotator.store import queries
from annotator.ui.models.documents import DocumentListModel, DocumentRole
from tests.qt.panels_support import Heard, add_documents, changed_by, make_session


def names(model: DocumentListModel) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


@pytest.fixture
def session(tmp_path: Path):
    made = make_session(tmp_path)
    yield made
    made.close()


@pytest.fixture
def model(qapp, session):
    made = DocumentListModel()
    made.set_session(session)
    return made


def mark(session, document_id, command):
    state = session.open_document(document_id)
    return changed_by(session, command(state.set_id))


def test_the_rows_are_the_documents_in_order(model):
    assert names(model) == ["satu", "dua", "tiga"]
    assert [model.document_at(row) for row in range(3)] == [1, 2, 3]
    assert [model.row_of(document_id) for document_id in (1, 2, 3, 4, 0)] == [0, 1, 2, -1, -1]
    with pytest.raises(IndexError):
        model.document_at(-1)


def test_a_document_never_opened_is_new(model):
    assert model.index(1).data(DocumentRole.STATUS) == Status.NEW
    assert model.index(1).data(DocumentRole.FLAGGED) is False
    assert model.counts()[Status.NEW] == 3


def test_marking_done_changes_only_that_row_and_the_counts(session, model):
    session.open_document(2)
    rows, counted = Heard(), Heard()
    model.dataChanged.connect(lambda first, last, _roles: rows.hear(first.row(), last.row()))
    model.countsChanged.connect(lambda: counted.hear(model.counts()))
    assert names(model)  # the page is cached now
    model.refresh(changed_by(session, document_commands.mark_done(session.document.set_id)))
    assert rows.got == [(1, 1)]
    assert model.index(1).data(DocumentRole.STATUS) == Status.DONE
    assert counted.last == queries.status_counts(session.project.connection, "ani")
    assert model.counts()[Status.DONE] == 1


def test_a_flag_changes_the_row_and_no_count(session, model):
    state = session.open_document(3)
    assert model.index(2).data(DocumentRole.FLAGGED) is False
    counted = Heard()
    model.countsChanged.connect(lambda: counted.hear(1))
    model.refresh(changed_by(session, document_commands.toggle_flag(state.set_id)))
    assert model.index(2).data(DocumentRole.FLAGGED) is True
    assert "flagged" in model.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert counted.got == []


def test_counts_follow_undo_and_redo(session, model):
    model.refresh(mark(session, 1, document_commands.mark_done))
    model.refresh(mark(session, 2, document_commands.skip))
    for step in (session.undo, session.undo, session.redo):
        model.refresh(step())
        assert model.counts() == queries.status_counts(session.project.connection, "ani")


def test_another_persons_work_is_not_mine(session, model):
    session.annotator = "budi"
    changes = mark(session, 1, document_commands.mark_done)
    session.annotator = "ani"
    model.refresh(changes)
    assert model.counts()[Status.DONE] == 0
    assert model.index(0).data(DocumentRole.STATUS) == Status.NEW


def test_a_filter_shows_only_its_status_and_keeps_a_changed_row(session, model):
    mark(session, 2, document_commands.mark_done)
    model.reload()
    model.set_statuses((Status.NEW,))
    assert names(model) == ["satu", "tiga"]
    assert model.row_of(2) == -1
    model.refresh(mark(session, 1, document_commands.mark_done))
    assert names(model) == ["satu", "tiga"]  # nothing moves under the hand
    assert model.index(0).data(DocumentRole.STATUS) == Status.DONE
    model.set_statuses((Status.DONE,))
    assert names(model) == ["satu", "dua"]
    model.set_statuses(())
    assert len(names(model)) == 3


def test_an_import_reloads_the_list(session, model):
    heard = Heard()
    session.changed.connect(heard.hear)
    from annotator.commands.command import Command
    from annotator.domain.changes import Lane
    from annotator.domain.documents import Document

    session.execute(Command("Import {}", lambda tx: tx.add_documents([(Document("empat", "Baru.", {}), [])]), "x", Lane.JOB))
    model.refresh(heard.last)
    assert names(model) == ["satu", "dua", "tiga", "empat"]
    assert sum(model.counts().values()) == 4


def test_a_long_list_reads_only_what_is_looked_at(tmp_path, qapp, monkeypatch):
    session = make_session(tmp_path, [])
    add_documents(session.project, [f"artikel {number}" for number in range(1000)], text="Pendek.")
    asked: list[int] = []
    real = queries.document_cards

    def counting(connection, ids, annotator):
        asked.append(len(ids))
        return real(connection, ids, annotator)

    monkeypatch.setattr(queries, "document_cards", counting)
    model = DocumentListModel()
    model.set_session(session)
    assert model.rowCount() == 1000
    assert asked == []
    assert model.index(999).data() == "artikel 999"
    assert model.index(998).data() == "artikel 998"
    assert asked == [200]
    session.close()


def test_without_a_session_there_is_nothing(model):
    model.set_session(None)
    assert model.rowCount() == 0
    assert sum(model.counts().values()) == 0
