"""The outline stays what the document is, whatever is done to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester

from annotator.commands import relations, spans
from annotator.ui.models.outline import OutlineModel, OutlineRole
from tests.qt.panels_support import changed_by, make_session


@pytest.fixture
def session(tmp_path: Path):
    made = make_session(tmp_path)
    made.open_document(1)
    yield made
    made.close()


@pytest.fixture
def model(qapp, session):
    made = OutlineModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.set_document(session.document)
    yield made
    tester.deleteLater()


def ids(model: QAbstractItemModel) -> list[str]:
    items = [model.index(row, 0).data(OutlineRole.ITEM) for row in range(model.rowCount())]
    return ["-" if item is None else item.id for item in items]


def in_step(model, session) -> bool:
    state = session.document
    expected = ["-", *(span.id for span in state.spans()), "-", *(relation.id for relation in state.relations())]
    return ids(model) == expected


def test_spans_in_text_order_then_relations(model):
    assert ids(model) == ["-", "s1", "s2", "s3", "s4", "-", "r1", "r2"]
    assert model.index(0).data() == "4 spans"
    assert model.index(5).data() == "2 relations"
    assert model.index(1).data() == "Putin"
    assert model.index(6).data() == "Putin → Rusia"
    assert model.index(7).data() == "Putin ↔ Joko Widodo"
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags


def test_what_a_screen_reader_says(model):
    assert model.index(1).data(Qt.ItemDataRole.AccessibleTextRole) == "Putin, PERSON, at 0, suggestion"
    assert model.index(6).data(Qt.ItemDataRole.AccessibleTextRole) == "visited, from Putin to Rusia, suggestion"


def test_it_follows_every_edit_and_its_undo(model, session):
    set_id = session.document.set_id
    steps = (
        spans.add_span(set_id, ((6, 10),), "ORG"),
        spans.relabel_span(set_id, "s4", "ORG"),
        spans.move_span(set_id, "s3", 29, 43),
        relations.add_relation(set_id, "s3", "s2", "visited"),
        spans.accept_span(set_id, "s1"),
        spans.remove_span(set_id, "s2"),
    )
    for step in steps:
        model.refresh(changed_by(session, step))
        assert in_step(model, session), step.text
    while (taken := session.undo()) is not None:
        model.refresh(taken)
        assert in_step(model, session), taken.title
    assert ids(model) == ["-", "s1", "s2", "s3", "s4", "-", "r1", "r2"]


def test_moving_a_span_past_another_moves_its_relations_too(model, session):
    set_id = session.document.set_id
    assert model.row_of("r2", relation=True) == 7
    model.refresh(changed_by(session, spans.move_span(set_id, "s3", 6, 43)))
    assert ids(model) == ["-", "s1", "s3", "s2", "s4", "-", "r2", "r1"]
    assert model.row_of("r2", relation=True) == 6
    assert in_step(model, session)
    model.refresh(session.undo())
    assert in_step(model, session)


def test_row_of_finds_and_misses(model):
    assert model.row_of("s3") == 3
    assert model.row_of("r2", relation=True) == 7
    assert model.row_of("r2") == -1
    assert model.row_of("none") == -1
    assert model.item_at(99) is None


def test_many_changes_are_one_reset(model, session, monkeypatch):
    monkeypatch.setattr("annotator.ui.models.outline._MANY", 1)
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    model.refresh(changed_by(session, spans.remove_span(session.document.set_id, "s1")))
    assert resets == [1]
    assert in_step(model, session)


def test_no_document_no_rows(model):
    model.set_document(None)
    assert model.rowCount() == 0
