"""The concordance as a table model."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from annotator.commands import spans
from annotator.domain.changes import BulkCopy, ChangeSet, Lane
from annotator.domain.context import Doubt, Why
from annotator.store import search
from annotator.store.search import Line
from annotator.ui.models.search import Column, ConcordanceModel, LineRole
from tests.qt.panels_support import Heard, changed_by, make_session


@pytest.fixture
def session(tmp_path):
    made = make_session(tmp_path)
    yield made
    made.close()


@pytest.fixture
def model(qapp, session):
    made = ConcordanceModel()
    made.tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.set_session(session)
    made.set_colors({(False, "PERSON"): "#112233"})
    return made


def fill(model, session, query="putin OR moskow"):
    lines = list(search.text_lines(session.project.connection, query, person="ani"))
    model.begin()
    model.extend(lines[:2])
    model.extend([])
    model.extend(lines[2:])
    return lines


def column(model, which, role=Qt.ItemDataRole.DisplayRole):
    return [model.index(row, which).data(role) for row in range(model.rowCount())]


def test_lines_arrive_at_the_end(model, session):
    lines = fill(model, session)
    assert len(lines) == 6
    assert column(model, Column.LABEL) == ["PERSON", "GPE"] * 3
    assert column(model, Column.DOCUMENT) == ["satu", "satu", "dua", "dua", "tiga", "tiga"]
    assert model.index(0, Column.LINE).data().startswith("Putin tiba di Rusia.")
    assert column(model, Column.TICK, LineRole.COLOR) == ["#112233", ""] * 3
    assert model.documents == 3
    assert model.rowCount(model.index(0, 0)) == model.columnCount(model.index(0, 0)) == 0
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Text"
    assert model.data(QModelIndex()) is None
    model.begin()
    assert model.rowCount() == 0


def test_ticks(model, session):
    fill(model, session)
    heard = Heard()
    model.ticksChanged.connect(heard.hear_again)
    model.toggle([1, 3])
    assert model.ticked == [1, 3]
    model.toggle([3, 4])
    assert model.ticked == [1, 3, 4], "not all of them were ticked"
    model.toggle([3, 4])
    assert model.ticked == [1]
    assert model.index(1, Column.TICK).data(Qt.ItemDataRole.AccessibleTextRole) == "ticked"
    assert model.index(0, Column.TICK).data(Qt.ItemDataRole.AccessibleTextRole) == "not ticked"
    model.tick_all(True)
    assert model.tick_count == 6
    model.mark({2: "It is taken."})
    assert model.ticked == [2]
    assert model.has_reasons
    assert "It is taken." in model.index(2, Column.LINE).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(2, Column.TICK).data(Qt.ItemDataRole.AccessibleTextRole) == "ticked; It is taken."
    assert len(heard.got) == 5
    fill(model, session)
    assert model.ticked == []
    assert not model.has_reasons


def test_an_edit_shows_in_the_line_of_its_place(model, session):
    state = session.open_document(1)
    fill(model, session)
    redrawn = Heard()
    model.dataChanged.connect(lambda first, last, _roles: redrawn.hear(first.row(), last.row()))
    model.refresh(changed_by(session, spans.relabel_span(state.set_id, "s1", "ORG")))
    assert redrawn.got == [(0, 5)]
    assert column(model, Column.LABEL) == ["ORG", "GPE", "PERSON", "GPE", "PERSON", "GPE"]
    heard = Heard()
    session.changed.connect(heard.hear)
    session.undo()
    model.refresh(heard.last)
    assert column(model, Column.LABEL)[0] == "PERSON"


def test_article_text_is_never_rich_text_and_shows_no_controls(model):
    model.begin()
    model.extend([Line(1, "a<b>\x00", 0, 3, "\x01", "<i>x</i>\ufffe", "\x00", 0)])
    tip = model.index(0, Column.LINE).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;i&gt;x&lt;/i&gt;" in tip
    assert "a&lt;b&gt;" in tip
    assert model.index(0, Column.LINE).data() == "\u2401<i>x</i>\ufffd\u2400"


def test_doubted_places_are_not_ticked_and_say_why(model, session):
    fill(model, session)
    heard = Heard()
    model.ticksChanged.connect(heard.hear_again)
    assert not model.has_doubts
    model.tick_agreeing({1: Doubt(Why.LONGER_NAME, "Kota Moskow"), 4: Doubt(Why.CAPITAL)})
    assert model.ticked == [0, 2, 3, 5]
    assert model.has_doubts
    assert column(model, Column.NOTE) == ["", "part of “Kota Moskow”", "", "", "a capital inside a sentence", ""]
    assert "Not ticked: part of “Kota Moskow”" in model.index(1, Column.DOCUMENT).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(1, Column.NOTE).data(Qt.ItemDataRole.AccessibleTextRole) == "part of “Kota Moskow”"
    assert model.headerData(Column.NOTE, Qt.Orientation.Horizontal) == "Why not"
    model.tick_agreeing({}, but="GPE")
    assert model.ticked == [0, 2, 4]
    assert len(heard.got) == 2
    model.begin()
    assert not model.has_doubts


def test_ticking_reads_nothing_again(qapp, session, monkeypatch):
    model = ConcordanceModel()  # nobody looks at it
    model.set_session(session)
    fill(model, session)
    session.open_document(1)
    changed_by(session, spans.relabel_span(session.document.set_id, "s1", "GPE"))
    model.refresh(ChangeSet(1, "", "", "ani", Lane.EDIT, bulk=(BulkCopy(1, 1),)))
    monkeypatch.setattr(model, "line", None)
    model.tick_agreeing({})
    assert model.ticked == list(range(6)), "however many lines there are, nothing is asked of the file"
