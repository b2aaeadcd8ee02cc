"""The statistics from the menu, and what is copied of them; the history that settings let go."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.commands import documents
from annotator.domain.documents import Status
from annotator.errors import ProjectDamaged
from annotator.store import figures, history, journal, queries
from annotator.ui import pruning
from annotator.ui.dialogs.history_keeping import HistoryKeepingDialog
from annotator.ui.dialogs.statistics import StatisticsDialog
from tests.qt.window_support import Seat, settle


def opened(qtbot, seat: Seat) -> StatisticsDialog:
    seat.show()
    seat.trigger("project.statistics")
    dialog = seat.dialog(StatisticsDialog)
    qtbot.waitUntil(lambda: "counted" not in dialog.told.text(), timeout=10_000)
    return dialog


def cells(table) -> list[list[object]]:
    model = table.model_of
    return [[model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())]


def test_what_is_there_is_shown_and_copied(qtbot, seat):
    seat.bench.run(documents.mark_done(seat.document.set_id))
    dialog = opened(qtbot, seat)
    progress, labels, _, days = dialog.tables
    (mine,) = [row for row in cells(progress) if row[0] == "ani"]
    assert mine == ["ani", "Person", "2", "0", "1", "0", "0"]
    counted = queries.status_counts(seat.project.connection, "ani")
    assert [mine[2:6]] == [[str(counted[status]) for status in Status]]
    wanted = {(total.annotator, total.label, total.items) for total in queries.label_totals(seat.project.connection)}
    assert {(row[0], row[3], int(row[4])) for row in cells(labels)} == wanted
    assert cells(days) == [[datetime.now().astimezone().strftime("%Y-%m-%d"), "ani", "1", "1"]]
    dialog.pages.setCurrentIndex(3)
    dialog.copy.click()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == ["Day", "Annotator", "Edits", "Documents done"]
    assert lines[1].split("\t")[1:] == ["ani", "1", "1"]
    days.selectRow(0)
    QTest.keyClick(days, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == lines[1]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert seat.window.findChildren(StatisticsDialog) == []


def test_nothing_is_counted_where_somebody_waits(qtbot, seat):
    """What the window's own thread reads are the figures that the file keeps."""
    seat.show()
    seen: list[str] = []
    seat.project.connection.set_trace_callback(seen.append)
    seat.trigger("project.statistics")
    seat.project.connection.set_trace_callback(None)
    assert seat.dialog(StatisticsDialog).tables[0].model_of.rowCount()
    assert {re.search(r"FROM (\w+)", sql)[1] for sql in seen} == {"document_runs", "set_totals", "label_totals"}


def test_a_damaged_history_is_said_in_the_dialog(qtbot, seat, monkeypatch):
    def damaged(_):
        raise ProjectDamaged("The history is damaged.")

    monkeypatch.setattr(figures, "days", damaged)
    dialog = opened(qtbot, seat)
    assert dialog.told.text() == "The history is damaged."
    assert dialog.tables[0].model_of.rowCount()


def test_it_goes_with_its_project(qtbot, seat):
    opened(qtbot, seat)
    seat.trigger("project.close")
    settle()
    assert [child for child in seat.window.findChildren(StatisticsDialog) if child.isVisible()] == []


# What the settings let go


@pytest.fixture
def old(seat: Seat) -> Seat:
    """Twelve edits, and all steps but the last two are a year old."""
    for _ in range(12):
        seat.bench.run(documents.toggle_flag(seat.document.set_id))
    connection = seat.project.connection
    at = (datetime.now(UTC) - timedelta(days=365)).isoformat(timespec="milliseconds")
    connection.execute("UPDATE steps SET at = ? WHERE id < (SELECT max(id) - 1 FROM steps)", (at,))
    return seat


def reopened(seat: Seat) -> None:
    path = seat.project.path
    seat.trigger("project.close")
    assert seat.hands.projects.open(path)


def test_old_steps_go_after_the_opening_and_it_is_said(qtbot, old, monkeypatch):
    monkeypatch.setattr(
        "annotator.commands.pruning.prune_some", lambda project, found: journal.prune(project.connection, found.last, most=2)
    )
    old.bench.settings.set("history.keep_days", 30)
    old.show()
    panel = old.window.panels.history
    old.window.show_history_of_item()
    reopened(old)
    panel.set_scope(panel.model.subject.scope.PROJECT)
    before = panel.model.rowCount()
    content = old.content()
    hands = old.window.findChild(pruning.Pruning) or old.bench.findChild(pruning.Pruning)
    hands._later.start(1)
    qtbot.waitUntil(lambda: any("no longer be undone" in told for told in [old.message]), timeout=10_000)
    assert len(history.project_entries(old.project.connection)) == 2
    assert before > 2
    assert panel.model.rowCount() == 2
    assert old.content() == content
    old.trigger("edit.undo")
    old.trigger("edit.undo")
    assert old.bench.session.next_undo() is None


def test_everything_stays_without_a_setting(qtbot, old):
    count = len(history.project_entries(old.project.connection))
    reopened(old)
    hands = old.bench.findChild(pruning.Pruning)
    hands.look()
    QTest.qWait(50)
    assert len(history.project_entries(old.project.connection)) == count
    assert old.message == ""


def test_how_much_is_kept_is_asked_in_the_history(qtbot, old):
    old.show()
    old.window.panels.history.keeping.click()
    dialog = old.dialog(HistoryKeepingDialog)
    dialog.fields["history.keep_days"].show_value(30)
    dialog.keep.click()
    assert old.bench.settings.get("history.keep_days") == 30
    qtbot.waitUntil(lambda: len(history.project_entries(old.project.connection)) == 2, timeout=10_000)


def test_nothing_goes_while_a_backup_is_made(qtbot, old, monkeypatch):
    hands = old.bench.findChild(pruning.Pruning)
    old.bench.settings.set("history.keep_days", 30)
    busy = [True]
    monkeypatch.setattr(hands, "_busy", lambda: busy[0])
    hands.look()
    QTest.qWait(30)
    assert len(history.project_entries(old.project.connection)) > 2
    assert hands._later.isActive()
    busy[0] = False
    hands.look()
    qtbot.waitUntil(lambda: len(history.project_entries(old.project.connection)) == 2, timeout=10_000)
