"""Models that read the project while a view paints or scrolls: on a damaged file they raise nothing there, and say it afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QListView, QTableView

from annotator.commands import spans
from annotator.errors import ProjectDamaged
from annotator.store import history, search
from annotator.ui.models.documents import DocumentListModel
from annotator.ui.models.history import Scope, StepsModel, Subject
from annotator.ui.models.search import Column, ConcordanceModel
from annotator.ui.panels.history import HistoryPanel
from tests.qt.panels_support import changed_by, make_session
from tests.qt.window_support import settle


@pytest.fixture
def session(tmp_path: Path):
    made = make_session(tmp_path)
    made.open_document(1)
    yield made
    made.close()


@pytest.fixture
def raised(monkeypatch):
    """What reached the hook for errors that nobody caught."""
    found: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: found.append(error))
    return found


def destroy(session, *tables: str) -> None:
    """Overwrite the first page of some tables and indexes under the open project, and have it forget what it read of them."""
    connection = session.project.connection
    assert session.project.checkpoint()
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    marks = ", ".join("?" * len(tables))
    roots = [row[0] for row in connection.execute(f"SELECT rootpage FROM sqlite_master WHERE name IN ({marks})", tables)]
    assert len(roots) == len(tables)
    with session.project.path.open("r+b") as file:
        for root in roots:
            file.seek((root - 1) * size)
            file.write(b"\xff" * size)
    connection.execute("PRAGMA shrink_memory")


def noted(session, count: int) -> None:
    for number in range(count):
        session.execute(spans.describe_span(session.document.set_id, "s1", note=str(number)))


def test_the_history_ends_where_it_cannot_be_read(qtbot, session, raised, monkeypatch):
    monkeypatch.setattr(history, "PAGE", 10)
    monkeypatch.setattr(history.project_entries, "__defaults__", (0, 10))
    noted(session, 40)
    model, heard = StepsModel(), []
    model.failed.connect(heard.append)
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(model)
    model.show(session, Subject())
    assert model.rowCount() == 10
    destroy(session, "steps")
    view.resize(200, 100)
    view.show()
    view.scrollToBottom()
    settle()
    assert model.rowCount() == 10
    assert not model.canFetchMore(QModelIndex())
    assert model.index(9).data()
    assert isinstance(session.project.explained(heard[0]), ProjectDamaged)
    assert len(heard) == 1
    assert not raised


@pytest.mark.parametrize("scope", list(Scope))
def test_a_history_that_cannot_be_read_at_all_is_empty(qtbot, session, raised, scope):
    noted(session, 3)
    destroy(session, "steps", "changes", "changes_by_set")
    panel, heard = HistoryPanel(), []
    qtbot.addWidget(panel)
    panel.model.failed.connect(heard.append)
    panel.set_session(session)
    panel.set_item(session.document.span("s1"))
    panel.scope.setCurrentIndex(panel.scope.findData(str(scope)))
    panel.show()
    settle()
    assert panel.model.rowCount() == 0
    assert heard
    assert all(isinstance(session.project.explained(error), ProjectDamaged) for error in heard)
    assert not raised


def test_lines_of_a_search_stay_as_they_were_found(qtbot, session, raised):
    lines = list(search.text_lines(session.project.connection, "putin", person="ani"))
    model, heard = ConcordanceModel(), []
    model.failed.connect(heard.append)
    model.set_session(session)
    model.extend(lines)
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    change = changed_by(session, spans.relabel_span(session.document.set_id, "s1", "ORG"))
    destroy(session, "annotation_sets", "spans")
    model.refresh(change)
    view.show()
    settle()
    assert [model.index(row, Column.DOCUMENT).data() for row in range(model.rowCount())] == [line.document for line in lines]
    assert isinstance(session.project.explained(heard[0]), ProjectDamaged)
    assert len(heard) == 1
    assert not raised


def test_the_document_list_is_empty_and_says_why(qtbot, session, raised):
    model, heard = DocumentListModel(), []
    model.failed.connect(heard.append)
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(model)
    model.set_session(session)
    destroy(session, "documents", "document_figures")
    view.show()
    settle()
    assert model.rowCount() == 0
    assert len(heard) == 1
    assert "damaged" in heard[0]
    assert not raised
