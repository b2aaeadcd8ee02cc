"""The history panel in a real window: what it lists, what it tells, and what is done from it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget

from annotator.commands import documents, spans
from annotator.domain.changes import Lane
from annotator.session.session import Session
from annotator.store import history
from annotator.store.project import open_project
from annotator.ui.models.history import HistoryRole, Scope, StepsModel, Subject, long_time, short_time
from annotator.ui.panels.history import HistoryPanel
from annotator.ui.panels.history_hands import HistoryHands
from tests.qt.window_support import Seat, document, full_disk, make_project, settle


class Desk:
    """A window with a history panel in it."""

    def __init__(self, seat: Seat, *, shown: bool = True) -> None:
        self.seat = seat
        self.panel = HistoryPanel()
        self.dock = QDockWidget("History", seat.window)
        self.dock.setObjectName("dock-history")
        self.dock.setWidget(self.panel)
        seat.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.hands = HistoryHands(seat.bench, self.panel)
        self.dock.setVisible(shown)
        seat.show()

    @property
    def rows(self) -> list[str]:
        model = self.panel.model
        return [model.index(row).data() for row in range(model.rowCount())]

    @property
    def told(self) -> list[str]:
        model = self.panel.detail.model
        return [model.index(row).data() for row in range(model.rowCount())]

    def choose(self, row: int) -> None:
        self.panel.view.setCurrentIndex(self.panel.model.index(row))
        settle()

    def scope(self, scope: Scope) -> None:
        """As a person picks it."""
        box = self.panel.scope
        box.setCurrentIndex(box.findData(str(scope)))
        box.activated.emit(box.currentIndex())
        settle()

    def undone(self, row: int) -> bool:
        return not self.panel.model.index(row).data(HistoryRole.ENTRY).done

    def wait(self) -> None:
        while self.hands.walking:
            QTest.qWait(5)
        settle()


@pytest.fixture
def desk(seat: Seat) -> Desk:
    """After: opening "satu", s2 as ORG, s1 accepted, opening "dua", s1 there removed, back in "satu"."""
    desk = Desk(seat)
    seat.view.focus_span("s2")
    seat.hands.editing.label("ORG")
    seat.view.focus_span("s1")
    seat.hands.editing.accept()
    seat.open_named("dua")
    seat.view.focus_span("s1")
    seat.hands.editing.remove()
    seat.open_named("satu")
    settle()
    return desk


def test_every_step_is_a_row_as_soon_as_it_is_made(desk):
    assert desk.rows == [
        "Remove the span",
        "Open the document",
        "Accept the suggestion",
        "Relabel as ORG",
        "Open the document",
        "Import articles",
    ]
    fresh = StepsModel()
    fresh.show(desk.seat.bench.session, Subject())
    assert [fresh.entry_at(row) for row in range(6)] == [desk.panel.model.entry_at(row) for row in range(6)]


def test_the_chosen_step_tells_what_it_changed_in_words(desk):
    desk.choose(3)
    assert desk.told == ["“Rusia”: GPE → ORG; accepted", "Status: New → In progress", "Remembered as rejected: GPE “Rusia”"]
    assert desk.panel.detail.title.text() == "Relabel as ORG"
    assert desk.panel.detail.facts.text().startswith("ani, ")
    assert "In satu" in desk.panel.detail.facts.text()
    desk.choose(0)
    assert desk.told[0] == "PERSON “Budi” (suggestion)"
    desk.choose(5)
    assert desk.told == ["3 documents came in"]


def test_the_scope_narrows_it_to_the_document_and_to_what_has_the_focus(desk):
    desk.scope(Scope.DOCUMENT)
    assert desk.rows == ["Accept the suggestion", "Relabel as ORG", "Open the document", "Import articles"]
    desk.seat.open_named("dua")
    assert desk.rows == ["Remove the span", "Open the document", "Import articles"]
    desk.seat.open_named("satu")
    desk.seat.view.focus_span("s2")
    desk.seat.bench.following.now()
    desk.scope(Scope.ITEM)
    assert desk.rows == ["Relabel as ORG", "Open the document"]
    assert desk.panel.origin.text() == "Suggested by model, reviewed."
    desk.seat.view.focus_relation("r1")
    desk.seat.bench.following.now()
    assert desk.rows == ["Open the document"]
    desk.seat.view.clear_focus()
    desk.seat.bench.following.now()
    assert desk.rows == []
    assert "Click a span" in desk.panel._hint.text()


def test_a_document_s_history_takes_only_its_own_new_steps(desk):
    desk.scope(Scope.DOCUMENT)
    before = desk.rows
    session = desk.seat.bench.session
    other = session.project.connection.execute(
        "SELECT id FROM annotation_sets WHERE document_id = 2 AND kind = 'person'"
    ).fetchone()
    session.execute(documents.toggle_flag(other[0]))
    assert desk.rows == before
    desk.seat.hands.documents.flag()
    assert desk.rows == ["Flag the document", *before]


def test_an_item_s_history_takes_its_new_steps(desk):
    desk.seat.view.focus_span("s2")
    desk.seat.bench.following.now()
    desk.scope(Scope.ITEM)
    desk.seat.hands.editing.label("DATE")
    desk.seat.bench.following.now()
    assert desk.rows == ["Relabel as DATE", "Relabel as ORG", "Open the document"]


def test_ctrl_z_greys_the_step_and_redo_brings_it_back(desk):
    desk.seat.hands.history.undo()
    assert desk.rows[0] == "Remove the span"
    assert desk.undone(0)
    assert "undone" in desk.panel.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    desk.choose(0)
    assert "Undone by ani, " in desk.panel.detail.facts.text()
    assert not desk.panel.detail.undo.isEnabled()
    assert desk.panel.detail.back.text() == "Bring back to here"
    desk.seat.hands.history.redo()
    assert not desk.undone(0)
    assert desk.panel.detail.undo.isEnabled()
    assert "Brought back by ani, " in desk.panel.detail.facts.text()


def test_an_edit_after_undo_takes_away_the_way_forward(desk):
    desk.seat.hands.history.undo()
    desk.seat.hands.documents.flag()
    desk.choose(1)
    assert desk.rows[1] == "Remove the span"
    assert not desk.panel.detail.back.isEnabled()
    assert desk.panel.model.entry_at(1) == history.entries(desk.seat.project.connection, [desk.panel.model.entry_at(1).step.id])[0]


def test_one_step_in_the_middle_is_undone_alone(desk):
    desk.choose(3)
    QTest.mouseClick(desk.panel.detail.undo, Qt.MouseButton.LeftButton)
    assert desk.seat.document.span("s2").label == "GPE"
    assert desk.seat.document.span("s1").reviewed
    assert desk.seat.told[-1] == "Undone: Relabel as ORG"
    assert desk.undone(3)


def test_a_step_that_others_stand_on_is_refused_with_the_reason(desk):
    desk.seat.view.focus_span("s2")
    desk.seat.hands.editing.label("DATE")
    desk.choose(4)
    assert desk.rows[4] == "Relabel as ORG"
    desk.panel.detail.undo.click()
    assert "a later step changed the same things" in desk.seat.message
    assert desk.seat.document.span("s2").label == "DATE"
    assert not desk.undone(4)


def test_an_import_is_undone_from_here_and_its_documents_are_gone(seat):
    desk = Desk(seat)
    with seat.project.transaction("Import {}", "more", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(document("vier", "Ya."), [])])
    desk.panel.reload()
    desk.choose(0)
    assert desk.told == ["1 document came in"]
    desk.panel.detail.undo.click()
    assert seat.project.document(4) is None
    while not desk.undone(0):  # an import announces each of its pieces: it is read when it pauses
        QTest.qWait(20)
    desk.choose(0)
    assert not desk.panel.detail.back.isEnabled()  # no redo brings an import again


def test_going_back_takes_back_all_of_mine_after_it_and_redo_brings_it_again(desk):
    before = [desk.seat.content()]
    desk.choose(4)
    desk.seat.ask.agrees = True
    desk.panel.detail.back.click()
    desk.wait()
    assert "3 steps of yours, in all documents" in desk.seat.ask.asked[-1]
    assert [desk.undone(row) for row in range(6)] == [True, False, True, True, False, False]
    assert desk.seat.told[-1] == "3 steps were undone."
    assert desk.seat.document.span("s2").label == "GPE"
    for _ in range(3):
        desk.seat.hands.history.redo()
    desk.seat.open_named("satu")
    assert [desk.seat.content()] == before
    assert not any(desk.undone(row) for row in range(6))


def test_going_back_asks_and_does_nothing_without_a_yes(desk):
    before = desk.seat.content()
    desk.choose(4)
    desk.panel.detail.back.click()
    desk.wait()
    assert len(desk.seat.ask.asked) == 1
    assert desk.seat.content() == before


def test_going_back_in_a_document_leaves_the_others_alone(desk):
    desk.scope(Scope.DOCUMENT)
    desk.choose(2)
    assert desk.rows[2] == "Open the document"
    desk.seat.ask.agrees = True
    desk.panel.detail.back.click()
    desk.wait()
    assert "2 steps of yours in this document" in desk.seat.ask.asked[-1]
    desk.scope(Scope.PROJECT)
    assert [desk.undone(row) for row in range(4)] == [False, False, True, True]


def test_going_forward_brings_back_up_to_the_chosen_step(desk):
    for _ in range(3):
        desk.seat.hands.history.undo()
    desk.choose(2)
    assert desk.rows[2] == "Accept the suggestion"
    desk.seat.ask.agrees = True
    desk.panel.detail.back.click()
    desk.wait()
    assert "2 undone steps" in desk.seat.ask.asked[-1]
    assert [desk.undone(row) for row in range(4)] == [True, False, False, False]
    assert desk.seat.told[-1] == "2 steps were brought back."


def test_from_the_newest_step_there_is_nothing_to_take_back(desk):
    desk.choose(0)
    desk.panel.detail.back.click()
    assert desk.seat.told[-1] == "Nothing of yours was done after this step."
    assert desk.seat.ask.asked == []


def test_a_long_way_can_be_stopped_where_it_is(seat):
    desk = Desk(seat)
    for _ in range(60):
        seat.hands.documents.flag()
    desk.choose(60)
    seat.ask.agrees = True
    desk.panel.detail.back.click()
    assert desk.panel.detail.back.text() == "Stop"
    assert not desk.panel.detail.undo.isEnabled()
    while not desk.undone(0):
        QTest.qWait(1)
    desk.panel.detail.back.click()
    assert not desk.hands.walking
    assert seat.told[-1].startswith("Stopped after ")
    undone = sum(desk.undone(row) for row in range(60))
    assert 0 < undone < 60
    assert [desk.undone(row) for row in range(60)] == [row < undone for row in range(60)]


def test_an_edit_on_the_way_ends_it(seat):
    desk = Desk(seat)
    for _ in range(60):
        seat.hands.documents.flag()
    desk.choose(60)
    seat.ask.agrees = True
    desk.panel.detail.back.click()
    while not desk.undone(0):
        QTest.qWait(1)
    seat.view.focus_span("s1")
    seat.hands.editing.accept()
    assert not desk.hands.walking
    assert "something else was changed" in seat.told[-1]
    assert desk.rows[0] == "Accept the suggestion"
    assert not desk.undone(0)


def test_a_step_on_the_way_that_cannot_be_taken_back_ends_it_with_the_reason(desk):
    session = desk.seat.bench.session
    budi = Session(session.project, "budi")
    budi.execute(spans.relabel_span(desk.seat.document.set_id, "s2", "DATE"))
    desk.panel.reload()
    desk.choose(5)
    assert desk.rows[5] == "Open the document"
    desk.seat.ask.agrees = True
    desk.panel.detail.back.click()
    desk.wait()
    assert "a later step changed the same things" in desk.seat.message
    assert desk.seat.told[-1].startswith("Stopped after 2 steps")
    assert [desk.undone(row) for row in range(7)] == [False, True, False, True, False, False, False]


def test_a_full_disk_stops_the_way_and_says_so(desk):
    desk.choose(4)
    desk.seat.ask.agrees = True
    with full_disk(desk.seat.project):
        desk.panel.detail.back.click()
        desk.wait()
    assert not desk.hands.walking
    desk.panel.reload()
    for row in range(6):  # whatever was done is what is shown
        entry = desk.panel.model.entry_at(row)
        assert history.entries(desk.seat.project.connection, [entry.step.id]) == [entry]


def test_enter_goes_to_the_place_and_a_click_on_a_line_to_its_own(desk):
    desk.choose(0)
    desk.panel.view.setFocus()
    desk.seat.press("Return")
    assert desk.seat.name == "dua"
    assert desk.seat.view.selection == (2, 6)  # the span is gone: its place
    desk.choose(3)
    detail = desk.panel.detail
    place = detail.changes.visualRect(detail.model.index(0)).center()
    QTest.mouseClick(detail.changes.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.seat.name == "satu"
    assert desk.seat.bench.span.id == "s2"


def test_a_relation_s_place_is_the_relation_or_its_head(desk):
    desk.seat.hands.relating.add("s3", "s2", "leads")
    desk.choose(0)
    desk.seat.view.clear_focus()
    desk.panel.detail.show_place()
    assert desk.seat.bench.relation.label == "leads"
    desk.seat.hands.editing.remove()
    desk.choose(0)
    desk.seat.view.clear_focus()
    desk.panel.detail.show_place()
    assert desk.seat.bench.span.id == "s3"


def test_the_chosen_step_stays_chosen_when_new_ones_come(desk):
    desk.choose(2)
    desk.seat.hands.documents.flag()
    assert desk.panel.current.step.title == "Accept the suggestion"
    desk.panel.reload()
    assert desk.panel.current.step.title == "Accept the suggestion"


def test_a_hidden_panel_reads_nothing_until_it_is_shown(seat):
    desk = Desk(seat, shown=False)
    seat.hands.documents.flag()
    assert desk.rows == []
    desk.dock.show()
    settle()
    assert desk.rows[0] == "Flag the document"
    desk.dock.hide()
    seat.hands.documents.flag()
    desk.dock.show()
    settle()
    assert desk.rows[:2] == ["Flag the document", "Flag the document"]


def test_a_read_only_project_can_be_read_but_nothing_undone(seat, make_seat, project_file):
    seat.hands.documents.flag()
    desk = Desk(make_seat(project_file))
    assert desk.rows[0] == "Flag the document"
    desk.choose(0)
    assert desk.told == ["Flagged for later"]
    assert not desk.panel.detail.undo.isEnabled()
    assert not desk.panel.detail.back.isEnabled()
    desk.hands._on_undo_requested(desk.panel.current)
    assert "open elsewhere" in desk.seat.message


def test_without_a_project_there_is_a_hint(seat):
    desk = Desk(seat)
    seat.bench.set_session(None)
    desk.dock.show()
    settle()
    assert desk.rows == []
    assert "Open a project" in desk.panel._hint.text()


def test_long_histories_come_in_pages_as_one_scrolls(make_seat, tmp_path):
    path = make_project(tmp_path / "long.annotator")
    project = open_project(path)
    with project.transaction("x", actor="ani") as tx:
        tx.add_documents([(document("x", "Ya."), [])])
    project.connection.execute("BEGIN")
    project.connection.executemany(
        "INSERT INTO steps (at, actor, lane, text, detail) VALUES ('2020-01-01T00:00:00.000+00:00', 'budi', 'edit', 'Step {}', ?)",
        ((str(number),) for number in range(1000)),
    )
    project.connection.execute("COMMIT")
    project.close()
    desk = Desk(make_seat(path))
    assert len(desk.rows) < 500
    bar = desk.panel.view.verticalScrollBar()
    for _ in range(20):
        bar.setValue(bar.maximum())
        settle()
        QTest.qWait(5)
    assert len(desk.rows) == 1003
    assert desk.rows[1:1001] == [f"Step {number}" for number in range(999, -1, -1)]
    assert desk.rows[-1] == "Import articles"


def test_what_another_program_wrote_as_a_step_does_no_harm(seat):
    seat.project.connection.execute(
        "INSERT INTO steps (at, actor, lane, text, detail) VALUES ('yesterday', '<b>x</b>', 'edit', 'Odd {0} {name} {', 'd')"
    )
    desk = Desk(seat)
    assert desk.rows[0] == "Odd {0} {name} { d"
    desk.choose(0)
    assert "yesterday" in desk.panel.detail.facts.text()
    assert "<b>" not in desk.panel.model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    desk.panel.grab()


def test_times_are_this_place_s(monkeypatch):
    from datetime import UTC, datetime

    now = datetime.now(UTC).replace(microsecond=123000)
    at = now.isoformat(timespec="milliseconds")
    local = now.astimezone()
    assert short_time(at) == f"{local:%H:%M}"
    assert f"{local:%H:%M:%S}" in long_time(at)
    assert str(local.year) in long_time(at)
    assert short_time("2019-03-05T11:00:00.000+00:00").endswith("2019")
    assert short_time("no time") == long_time("no time") == "no time"
