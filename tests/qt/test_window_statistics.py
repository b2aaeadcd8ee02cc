"""The window of the statistics over a real project: what it shows, copies, saves and lists; the history that settings let go."""

from __future__ import annotations

import csv
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget

from annotator.commands import documents, spans
from annotator.domain.annotations import Kind, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import ProjectDamaged
from annotator.store import figures_annotations, figures_work, queries
from annotator.store.figures_annotations import Whose
from annotator.store.project import open_project
from annotator.ui import statistics
from annotator.ui.dialogs.statistics import StatisticsDialog
from annotator.ui.i18n import date
from annotator.ui.models.statistics_pages import PAGES
from tests.qt.window_support import Seat, document, make_project, settle


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(statistics, "AFTER_EDITS", 0)


def opened(qtbot, seat: Seat, page: str = "progress") -> StatisticsDialog:
    seat.show()
    seat.trigger("project.statistics")
    dialog = seat.dialog(StatisticsDialog)
    go_to(qtbot, dialog, page)
    return dialog


def go_to(qtbot, dialog: StatisticsDialog, page: str) -> None:
    dialog.choose_page(page)
    qtbot.waitUntil(lambda: bool(dialog.panel.figure.selectors), timeout=10_000)  # none while it is being counted


def choose(qtbot, dialog: StatisticsDialog, key: str, value: str) -> None:
    """Choose something above the chart, as a person would in the list."""
    field = dialog.panel.fields[key]
    field.setCurrentIndex(field.findData(value))
    field.activated.emit(field.currentIndex())
    reading = dialog.parent().findChild(statistics.Statistics)
    qtbot.waitUntil(lambda: reading._reading is None, timeout=10_000)
    assert dialog.panel.fields[key].currentData() == value


def cells(dialog: StatisticsDialog) -> list[list[object]]:
    model = dialog.panel.table.model_of
    return [[model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())]


def said(dialog: StatisticsDialog) -> list[str]:
    """What the marks of the chart count, in words; zeros are not drawn."""
    return [mark.said for mark in dialog.panel.figure.chart.marks if mark.value]


def shown(seat: Seat) -> list[int]:
    model = seat.window.panels.documents.model
    return [model.document_at(row) for row in range(model.rowCount())]


def finish(seat: Seat) -> None:
    seat.bench.run(documents.mark_done(seat.document.set_id))


def test_progress_is_a_chart_and_a_table_of_the_same_figures(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat)
    assert dialog.documents.text() == "3 documents"
    assert said(dialog) == ["ani, Done: 1 of 3 documents (33%)", "ani, New: 2 of 3 documents (67%)"]
    (mine,) = [row for row in cells(dialog) if row[0] == "ani"]
    assert mine == ["ani", "Person", "2", "0", "1", "0", "0"]
    counted = queries.status_counts(seat.project.connection, "ani")
    assert mine[2:6] == [str(counted[status]) for status in Status]
    choose(qtbot, dialog, "view", "time")
    today = date(datetime.now().astimezone().date())
    assert said(dialog) == [f"ani, {today}: 1 done (1 on that day)"]
    assert cells(dialog) == [[today, "ani", "1", "1"]]


def test_labels_are_those_of_the_sets_that_are_chosen(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat, "labels")
    names = [dialog.whose.itemText(row) for row in range(dialog.whose.count())]
    assert names == ["Gold", "ani", "model (Model)"]
    assert cells(dialog) == [["GPE", "2", "0", "1"], ["PERSON", "2", "0", "1"]]
    dialog.whose.setCurrentIndex(2)
    dialog.whose.activated.emit(2)
    qtbot.waitUntil(lambda: len(cells(dialog)) == 3, timeout=10_000)
    assert cells(dialog) == [["PERSON", "3", "3", "2"], ["GPE", "2", "2", "1"], ["ORG", "1", "1", "1"]]
    assert said(dialog)[0] == "PERSON, Unreviewed: 3 of 3, in 2 documents"
    choose(qtbot, dialog, "what", "relation")
    assert [row[0] for row in cells(dialog)] == ["leads", "met_with"]
    go_to(qtbot, dialog, "relations")
    assert dialog.whose.currentText() == "model (Model)"  # goes with the person from page to page
    assert said(dialog) == [
        "met_with, PERSON to PERSON: 1 relation, in 1 document",
        "leads, PERSON to ORG: 1 relation, in 1 document",
    ]
    choose(qtbot, dialog, "relation", "leads")
    assert cells(dialog) == [["leads", "PERSON", "ORG", "1", "1"]]
    dialog.choose_page("days")
    assert not dialog.whose.isVisible()


def test_lengths_are_in_characters_or_tokens_of_one_label_or_all(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat, "lengths")
    assert cells(dialog) == [["5", "5", "3", "75.0%"], ["6", "6", "1", "25.0%"]]
    assert dialog.panel.note.text() == "Half of the spans are no longer than 5; the longest is 6."
    choose(qtbot, dialog, "label", "PERSON")
    assert said(dialog) == ["PERSON, 5 characters: 1 span", "PERSON, 6 characters: 1 span"]
    choose(qtbot, dialog, "unit", "tokens")
    qtbot.waitUntil(lambda: said(dialog) == ["PERSON, 1 token: 2 spans"], timeout=10_000)


def test_work_is_shown_by_day_and_in_a_calendar(qtbot, seat):
    seat.bench.run(spans.relabel_span(seat.document.set_id, "s1", "PERSON"))
    finish(seat)
    dialog = opened(qtbot, seat, "days")
    now = datetime.now().astimezone().date()
    assert said(dialog) == [f"ani, {date(now)}: 2 edits"]
    (row,) = cells(dialog)
    assert row[:4] == [date(now), "ani", "2", "1"]
    for by, words in (("week", " to "), ("month", " to "), ("calendar", "Everybody")):
        choose(qtbot, dialog, "by", by)
        (only,) = said(dialog)
        assert words in only
        assert only.endswith(": 2 edits")
    choose(qtbot, dialog, "measure", "done")
    assert said(dialog) == [f"Everybody, {date(now)}: 1 document done"]


def test_times_of_documents_and_actions_come_from_the_history(qtbot, seat):
    for label in ("PERSON", "ORG", "GPE"):
        seat.bench.run(spans.relabel_span(seat.document.set_id, "s1", label))
    connection = seat.project.connection
    steps = [row[0] for row in connection.execute("SELECT id FROM steps WHERE lane = 'edit' ORDER BY id")]
    for number, step in enumerate(steps):
        at = datetime(2026, 3, 2, 9, 0, 20 * number, tzinfo=UTC).isoformat(timespec="milliseconds")
        connection.execute("UPDATE steps SET at = ? WHERE id = ?", (at, step))
    dialog = opened(qtbot, seat, "time")
    assert said(dialog) == ["30 s to 45 s: 1 document"]
    assert cells(dialog) == [["satu", "ani", "40 s", "3"]]
    choose(qtbot, dialog, "view", "actions")
    assert said(dialog) == ["Relabel as …: half of them took no more than 20 s (measured 2 times)"]
    assert cells(dialog) == [["Relabel as …", "3", "2", "20 s", "20 s"]]


def test_an_empty_project_is_told_what_to_do_on_every_page(qtbot, make_seat, tmp_path):
    seat = make_seat(make_project(tmp_path / "p.annotator", []))
    dialog = opened(qtbot, seat)
    for page in PAGES:
        go_to(qtbot, dialog, page.key)
        empty = dialog.panel.figure.chart.empty
        assert empty.endswith((".", "…")), page.key
        assert not dialog.panel.figure.chart.marks
        assert dialog.panel.view.accessibleDescription() == empty
        assert not dialog.save.isEnabled()
        assert not dialog.panel.table.isVisible()


# Clicking through


def test_enter_on_a_mark_lists_its_documents(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat, "labels")
    view = dialog.panel.view
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert dialog.panel.told.text() == "PERSON, Reviewed: 2 of 2, in 1 document"
    assert view.accessibleDescription() == dialog.panel.told.text()
    QTest.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown(seat) == [1], timeout=10_000)
    assert dialog.panel.told.text() == "The list of documents shows: PERSON."
    assert dialog.isVisible()
    chip = seat.window.panels.documents.filters.chips.buttons[0]
    assert chip.text().strip() == "1 from Statistics"
    assert chip.accessibleName() == "Remove the filter: 1 document from Statistics: PERSON"
    chip.click()
    assert shown(seat) == [1, 2, 3]


def test_what_a_filter_can_say_becomes_that_filter(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat)
    panel = seat.window.panels.documents
    dock = panel.parentWidget()
    assert isinstance(dock, QDockWidget)
    dock.hide()
    QTest.keyClick(dialog.panel.view, Qt.Key.Key_Home)
    dialog.behind.click()
    qtbot.waitUntil(lambda: shown(seat) == [1], timeout=10_000)
    assert panel.filter.currentData() is None
    assert panel.model.choice.wanted.statuses == (Status.DONE,)
    assert panel.model.choice.wanted.only is None
    assert dock.isVisible()


def test_a_row_of_the_table_lists_its_documents(qtbot, seat):
    finish(seat)
    seat.hands.documents.open(2)
    finish(seat)
    dialog = opened(qtbot, seat, "relations")
    table = dialog.panel.table
    table.setFocus()
    row = next(number for number, row in enumerate(cells(dialog)) if row[0] == "leads")
    table.setCurrentIndex(table.model_of.index(row, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown(seat) == [2], timeout=10_000)
    table.setCurrentIndex(table.model_of.index(1 - row, 0))
    assert dialog.behind.isEnabled()
    dialog.behind.click()
    qtbot.waitUntil(lambda: shown(seat) == [1], timeout=10_000)


@pytest.mark.parametrize(
    ("page", "options", "expected"),
    [
        ("days", {}, [1, 2]),
        ("days", {"measure": "done"}, [1]),
        ("progress", {"view": "time"}, [1]),
        ("suggesters", {}, [1, 2]),
        ("time", {"view": "actions"}, [1, 2]),
        ("lengths", {}, [1]),
    ],
)
def test_every_page_knows_the_documents_behind_its_marks(qtbot, seat, page, options, expected):
    finish(seat)
    seat.hands.documents.open(2)
    seat.bench.run(spans.relabel_span(seat.document.set_id, "s1", "ORG"))
    connection = seat.project.connection
    steps = [row[0] for row in connection.execute("SELECT id FROM steps WHERE lane = 'edit' ORDER BY id")]
    at = datetime.now(UTC)
    for number, step in enumerate(steps):
        moment = (at + timedelta(seconds=number)).isoformat(timespec="milliseconds")
        connection.execute("UPDATE steps SET at = ? WHERE id = ?", (moment, step))
    dialog = opened(qtbot, seat, page)
    for key, value in options.items():
        choose(qtbot, dialog, key, value)
    found: set[int] = set()
    for mark in dialog.panel.figure.chart.marks:
        if mark.value and mark.target is not None:
            dialog.panel.view.chosen.emit(mark)
            qtbot.waitUntil(lambda: "list of documents" in dialog.panel.told.text(), timeout=10_000)
            qtbot.waitUntil(lambda: seat.window.panels.documents.model.complete, timeout=10_000)
            found.update(shown(seat))
            dialog.tell("")
    if page == "time":
        assert found <= set(expected)
        assert found
    else:
        assert sorted(found) == expected


def test_documents_behind_something_that_is_gone_are_said_to_be_gone(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat, "labels")
    mark = next(mark for mark in dialog.panel.figure.chart.marks if mark.value)
    seat.trigger("edit.undo")
    dialog.panel.view.chosen.emit(mark)
    qtbot.waitUntil(lambda: dialog.panel.told.text() == "No document is behind this any more.", timeout=10_000)
    assert shown(seat) == [1, 2, 3]


# Copying and saving


def test_the_chart_is_copied_as_picture_and_text_and_the_table_as_text(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat, "labels")
    QTest.keyClick(dialog.panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QApplication.clipboard().mimeData()
    assert copied.hasImage()
    assert copied.text().splitlines()[:2] == ["Label\tCount\tUnreviewed\tDocuments", "GPE\t2\t0\t1"]
    dialog.copies.actions()[1].trigger()
    assert not QApplication.clipboard().mimeData().hasImage()
    assert QApplication.clipboard().text().splitlines()[0] == "Label\tCount\tUnreviewed\tDocuments"
    table = dialog.panel.table
    QTest.keyClick(table, Qt.Key.Key_Home)  # without Ctrl, which Qt else takes as held
    table.selectRow(1)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "PERSON\t2\t0\t1"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)  # without Ctrl, which Qt else takes as held
    settle()
    assert seat.window.findChildren(StatisticsDialog) == []


@pytest.mark.parametrize("page", [page.key for page in PAGES])
def test_every_figure_is_saved_as_picture_drawing_and_table(qtbot, seat, tmp_path, page):
    seat.bench.run(spans.relabel_span(seat.document.set_id, "s1", "PERSON"))
    finish(seat)
    dialog = opened(qtbot, seat, page)
    if page == "relations":
        dialog.whose.setCurrentIndex(1)
        dialog.whose.activated.emit(1)
        qtbot.waitUntil(lambda: dialog.panel.figure.chart.title.endswith("ani"), timeout=10_000)
    for action, suffix in zip(dialog.saves.actions(), (".png", ".svg", ".csv"), strict=True):
        seat.ask.path = tmp_path / f"figure 1.5 {page}"  # whose ending is added
        action.trigger()
        path = tmp_path / f"figure 1.5 {page}{suffix}"
        assert dialog.panel.told.text() == f"The figure is at {path}."
        assert seat.ask.asked[-1].endswith(suffix)
        assert path.stat().st_size
    with (tmp_path / f"figure 1.5 {page}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    sheet = dialog.panel.figure.sheet
    assert rows[0] == [" ".join(name.split()) for name in sheet.header]
    assert len(rows) == len(sheet.rows) + 1
    assert not any(re.search(r"\d[,\u202f\u00a0]\d", cell) for row in rows for cell in row)
    image = QImage(str(tmp_path / f"figure 1.5 {page}.png"))
    assert image.text("Title") == dialog.panel.figure.chart.title
    assert image.width() >= 2 * dialog.panel.area.maximumViewportSize().width()
    drawing = (tmp_path / f"figure 1.5 {page}.svg").read_text(encoding="utf-8")
    assert f">{dialog.panel.figure.chart.title}</text>" in drawing
    assert all(f">{name}</text>" in drawing for name in dialog.panel.figure.chart.groups[:1])


def test_the_name_offered_for_a_file_is_one_that_every_system_takes(qtbot, make_seat, project_file):
    project = open_project(project_file)
    with project.transaction("Import {}", "it", actor="import", lane=Lane.JOB) as tx:
        tx.put(tx.add_set(SetInfo(1, 'tim a/b: "c"', Kind.PERSON)), Span("p1", ((0, 5),), "PERSON"))
    project.close()
    seat = make_seat(project_file)
    dialog = opened(qtbot, seat, "labels")
    dialog.whose.setCurrentIndex(dialog.whose.findText("tim a/b", Qt.MatchFlag.MatchStartsWith))
    dialog.whose.activated.emit(dialog.whose.currentIndex())
    qtbot.waitUntil(lambda: "tim a/b" in dialog.panel.figure.chart.title, timeout=10_000)
    dialog.saves.actions()[0].trigger()
    offered = seat.ask.asked[-1].partition(": ")[2]
    assert offered.startswith("kabar - ")
    assert offered.endswith("tim a b c.png")


def test_what_cannot_be_written_is_said(qtbot, seat, tmp_path):
    finish(seat)
    dialog = opened(qtbot, seat)
    seat.ask.path = tmp_path / "nowhere" / "figure.png"
    dialog.saves.actions()[0].trigger()
    assert "nowhere" in dialog.panel.told.text()
    assert not (tmp_path / "nowhere").exists()
    seat.ask.path = None
    dialog.saves.actions()[0].trigger()  # and nothing happens where no file is named
    assert list(tmp_path.glob("*.png")) == []


def test_a_project_that_closes_while_the_place_is_asked_for_saves_nothing_and_says_so(qtbot, seat, tmp_path, monkeypatch):
    finish(seat)
    dialog = opened(qtbot, seat)

    def closing(*_: object) -> Path:
        seat.hands.projects.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return tmp_path / "figure.png"

    monkeypatch.setattr(seat.ask, "save_file", closing)
    dialog.saves.actions()[0].trigger()
    assert list(tmp_path.glob("*.png")) == []
    assert seat.told[-1] == "Nothing was saved: the project was closed."


# Following the work


def test_figures_follow_edits_and_the_place_stays(qtbot, seat):
    dialog = opened(qtbot, seat, "labels")
    dialog.whose.setCurrentIndex(dialog.whose.findText("ani"))
    dialog.whose.activated.emit(dialog.whose.currentIndex())
    qtbot.waitUntil(lambda: dialog.panel.figure.chart.title.endswith("ani"), timeout=10_000)
    view, table = dialog.panel.view, dialog.panel.table
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert dialog.panel.told.text().startswith("GPE, Unreviewed: 2 of 2")
    table.setCurrentIndex(table.model_of.index(1, 1))
    words: list[str] = []
    view.focused.connect(words.append)
    seat.bench.run(spans.remove_span(seat.document.set_id, "s2"))
    qtbot.waitUntil(lambda: ["GPE", "1", "1", "1"] in cells(dialog), timeout=10_000)
    assert view.focus_mark is not None
    assert view.focus_mark.said.startswith("GPE, Unreviewed: 1 of 1")
    assert "" not in words  # never without a mark between
    assert (table.currentIndex().row(), table.currentIndex().column()) == (1, 1)


def test_pages_out_of_view_are_read_when_they_are_looked_at(qtbot, seat):
    dialog = opened(qtbot, seat, "days")
    go_to(qtbot, dialog, "progress")
    finish(seat)
    qtbot.waitUntil(lambda: any("Done: 1" in one for one in said(dialog)), timeout=10_000)
    dialog.choose_page("days")
    qtbot.waitUntil(lambda: any("edit" in one for one in said(dialog)), timeout=10_000)


def test_what_was_changed_while_a_page_was_read_is_there_when_it_is_looked_at_again(qtbot, seat, monkeypatch):
    monkeypatch.setattr(statistics, "AFTER_EDITS", 600_000)  # another page is looked at before the first is read anew
    finish(seat)
    dialog = opened(qtbot, seat, "lengths")
    begun, go_on = threading.Event(), threading.Event()
    counted = figures_annotations.token_lengths

    def slow(*given):
        found = counted(*given)
        begun.set()
        go_on.wait(10)
        return found

    monkeypatch.setattr(figures_annotations, "token_lengths", slow)
    field = dialog.panel.fields["unit"]
    field.setCurrentIndex(1)
    field.activated.emit(1)
    qtbot.waitUntil(begun.is_set, timeout=10_000)
    seat.bench.run(spans.remove_span(seat.document.set_id, "s2"))
    go_on.set()
    qtbot.waitUntil(lambda: said(dialog) == ["1 token: 4 spans"], timeout=10_000)
    go_to(qtbot, dialog, "progress")
    dialog.choose_page("lengths")
    qtbot.waitUntil(lambda: said(dialog) == ["1 token: 3 spans"], timeout=10_000)


def test_nothing_is_read_where_somebody_waits(qtbot, seat):
    """The window's own thread asks the file for no figures, whichever page is shown."""
    seat.show()
    seen: list[str] = []
    seat.project.connection.set_trace_callback(seen.append)
    seat.trigger("project.statistics")
    dialog = seat.dialog(StatisticsDialog)
    for page in PAGES:
        go_to(qtbot, dialog, page.key)
    seat.project.connection.set_trace_callback(None)
    assert {re.search(r"FROM (\w+)", sql)[1] for sql in seen} == {"project"}  # the colours of the labels


def test_a_second_time_brings_the_window_forward_on_its_page(qtbot, seat):
    dialog = opened(qtbot, seat, "time")
    seat.trigger("project.statistics")
    assert seat.dialog(StatisticsDialog) is dialog
    dialog.close()
    settle()
    seat.trigger("project.statistics")
    assert seat.dialog(StatisticsDialog).page.key == "time"


def test_its_size_is_remembered(qtbot, seat):
    dialog = opened(qtbot, seat)
    dialog.resize(QSize(783, 579))
    dialog.close()
    settle()
    assert opened(qtbot, seat).size() == QSize(783, 579)


def test_the_table_can_be_put_away(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat)
    assert dialog.panel.table.isVisible()
    dialog.table.click()
    assert not dialog.panel.table.isVisible()
    go_to(qtbot, dialog, "labels")
    assert not dialog.panel.table.isVisible()
    dialog.table.click()
    assert dialog.panel.table.isVisible()


def test_a_long_count_is_said_to_go_on_and_the_figure_stays_until_then(qtbot, seat, monkeypatch):
    monkeypatch.setattr(statistics, "PATIENCE", 0)
    finish(seat)
    dialog = opened(qtbot, seat, "lengths")
    go_on = threading.Event()
    counted = figures_annotations.token_lengths

    def slow(*given):
        go_on.wait(5)
        return counted(*given)

    monkeypatch.setattr(figures_annotations, "token_lengths", slow)
    before = said(dialog)
    field = dialog.panel.fields["unit"]
    field.setCurrentIndex(1)
    field.activated.emit(1)
    qtbot.waitUntil(lambda: dialog.panel.told.text() == "The figures are being counted…", timeout=10_000)
    assert said(dialog) == before
    go_on.set()
    qtbot.waitUntil(lambda: said(dialog) == ["1 token: 4 spans"], timeout=10_000)
    assert dialog.panel.told.text() == ""


def test_a_page_that_is_left_is_no_longer_counted(qtbot, seat, monkeypatch):
    seen: list[Progress] = []

    def slow(_connection, _chosen, progress, *_):
        seen.append(progress)
        while not progress.cancelled:
            QTest.qSleep(5)
        raise Cancelled

    monkeypatch.setattr(figures_annotations, "token_lengths", slow)
    dialog = opened(qtbot, seat, "lengths")
    field = dialog.panel.fields["unit"]
    field.setCurrentIndex(1)
    field.activated.emit(1)
    qtbot.waitUntil(lambda: len(seen) == 1, timeout=10_000)
    go_to(qtbot, dialog, "progress")
    qtbot.waitUntil(lambda: seen[0].cancelled, timeout=10_000)
    assert said(dialog)


def test_a_damaged_history_is_said_in_place_of_the_page(qtbot, seat, monkeypatch):
    def damaged(_):
        raise ProjectDamaged("The history is damaged.")

    monkeypatch.setattr(figures_work, "day_work", damaged)
    seat.show()
    seat.trigger("project.statistics")
    dialog = seat.dialog(StatisticsDialog)
    dialog.choose_page("days")
    qtbot.waitUntil(lambda: dialog.panel.figure.chart.empty == "The history is damaged.", timeout=10_000)
    assert not dialog.save.isEnabled()
    go_to(qtbot, dialog, "progress")
    assert cells(dialog)


def test_damage_met_on_the_way_to_documents_is_said(qtbot, seat, monkeypatch):
    def damaged(*_):
        raise ProjectDamaged("The spans are damaged.")

    finish(seat)
    dialog = opened(qtbot, seat, "labels")
    monkeypatch.setattr(figures_annotations, "documents_with", damaged)
    dialog.panel.view.chosen.emit(dialog.panel.figure.chart.marks[0])
    qtbot.waitUntil(lambda: dialog.panel.told.text() == "The spans are damaged.", timeout=10_000)


def test_whose_sets_are_gone_fall_back_to_what_is_there(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat, "labels")
    assert dialog.whose.currentData() == Whose()
    seat.trigger("edit.undo")
    qtbot.waitUntil(lambda: dialog.whose.currentText() == "ani", timeout=10_000)


def test_it_goes_with_its_project(qtbot, seat):
    opened(qtbot, seat)
    seat.trigger("project.close")
    settle()
    assert [child for child in seat.window.findChildren(StatisticsDialog) if child.isVisible()] == []


def test_another_project_begins_anew(qtbot, seat, tmp_path: Path):
    finish(seat)
    opened(qtbot, seat, "labels")
    assert seat.hands.projects.open(make_project(tmp_path / "other.annotator", [(document("satu", "Putin tiba."), [])]))
    dialog = opened(qtbot, seat, "labels")
    assert dialog.documents.text() == "1 document"
    assert cells(dialog) == []
