"""The page of the statistics that says how well the suggesters do, while documents are finished behind it."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.commands import documents, scoring, spans
from annotator.commands.scoring import Score, Scores, SuggesterScores
from annotator.domain.agreement import Counts
from annotator.domain.changes import What
from annotator.errors import ProjectDamaged
from annotator.ui import statistics
from annotator.ui.dialogs.statistics import StatisticsDialog
from annotator.ui.models.statistics import SheetModel
from annotator.ui.models.statistics_context import Context
from annotator.ui.models.statistics_suggesters import figure, score_sheet
from annotator.ui.models.statistics_targets import Target, WithOutcome
from tests.qt.window_support import Seat, document, make_project, settle


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(statistics, "AFTER_EDITS", 0)


def opened(qtbot, seat: Seat) -> StatisticsDialog:
    seat.show()
    seat.trigger("project.statistics")
    dialog = seat.dialog(StatisticsDialog)
    dialog.choose_page("suggesters")
    qtbot.waitUntil(lambda: bool(dialog.panel.figure.selectors), timeout=10_000)  # none while they are compared
    return dialog


def rows(dialog: StatisticsDialog) -> dict[tuple[str, str], list[str]]:
    """What is shown, by what and label."""
    model = dialog.panel.table.model_of
    cells = ([model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount()))
    return {(row[1], row[2]): row[3:] for row in cells if row[0] == "model"}


def drawn(dialog: StatisticsDialog) -> dict[tuple[str, str], float]:
    """What the chart has, by group and series."""
    chart = dialog.panel.figure.chart
    return {(chart.groups[mark.group], chart.series[mark.series].name): mark.value for mark in chart.marks if mark.value}


def finish(seat: Seat) -> None:
    seat.bench.run(documents.mark_done(seat.document.set_id))


def note(dialog: StatisticsDialog) -> str:
    return dialog.panel.note.text()


def test_nothing_is_compared_until_a_document_is_finished(qtbot, seat):
    dialog = opened(qtbot, seat)
    assert note(dialog).startswith("Not yet compared: no document is finished")
    assert rows(dialog)["Span", "GPE"] == ["–"] * 6 + ["0", "0", "0", "0", "0", "2"]
    assert drawn(dialog) == {("model", "Waiting"): 5}


def test_a_project_without_suggesters_says_how_to_run_one(qtbot, make_seat, tmp_path):
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("satu", "Putin tiba."), [])]))
    dialog = opened(qtbot, seat)
    assert dialog.panel.figure.chart.empty.startswith("No suggester has looked at this project yet.")
    assert not dialog.panel.table.isVisible()
    assert not dialog.copy.isEnabled()
    dialog.choose_page("progress")
    qtbot.waitUntil(dialog.copy.isEnabled, timeout=10_000)


def test_finishing_a_document_brings_its_scores(qtbot, seat):
    dialog = opened(qtbot, seat)
    seat.bench.run(spans.relabel_span(seat.document.set_id, "s1", "PERSON"))
    qtbot.waitUntil(lambda: rows(dialog)["Span", "GPE"][-3] == "1", timeout=10_000)
    finish(seat)
    qtbot.waitUntil(lambda: "Compared with 1 finished document." in note(dialog), timeout=10_000)
    assert "trained on these very documents" in note(dialog)
    found = rows(dialog)
    assert found["Span", "GPE"] == ["50.0%", "100.0%", "66.7%"] * 2 + ["1", "2", "1", "1", "0", "0"]
    assert found["Span", "PERSON"] == ["100.0%", "66.7%", "80.0%"] * 2 + ["3", "2", "2", "0", "0", "0"]
    assert found["Relation", "met_with"] == ["100.0%"] * 3 + ["–"] * 3 + ["1", "1", "1", "0", "0", "0"]
    assert found["Span", "(all)"][6:8] == ["4", "4"]
    assert drawn(dialog) == {("model", "Accepted"): 4, ("model", "Changed"): 1}
    assert dialog.panel.figure.chart.totals == ("80%",)
    seat.trigger("edit.undo")
    qtbot.waitUntil(lambda: note(dialog).startswith("Not yet"), timeout=10_000)
    finish(seat)
    seat.hands.documents.open(2)
    finish(seat)
    qtbot.waitUntil(lambda: "Compared with 2 finished documents." in note(dialog), timeout=10_000)


def test_one_suggester_is_shown_by_label(qtbot, seat):
    seat.bench.run(spans.relabel_span(seat.document.set_id, "s1", "PERSON"))
    dialog = opened(qtbot, seat)
    field = dialog.panel.fields["suggester"]
    field.setCurrentIndex(1)
    field.activated.emit(1)
    assert drawn(dialog) == {
        ("PERSON", "Waiting"): 2,
        ("GPE", "Changed"): 1,
        ("GPE", "Waiting"): 1,
        ("→ met_with", "Waiting"): 1,
    }
    field = dialog.panel.fields["waiting"]
    field.setCurrentIndex(1)
    field.activated.emit(1)
    assert drawn(dialog) == {("GPE", "Changed"): 1}


def test_what_was_compared_stays_compared_when_it_is_shown_again(qtbot, seat, monkeypatch):
    seen = []
    compared = scoring._compared

    def noting(connection, group, symmetric):
        seen.append(group)
        return compared(connection, group, symmetric)

    monkeypatch.setattr(scoring, "_compared", noting)
    finish(seat)
    opened(qtbot, seat).close()
    settle()
    assert seen == [0]
    dialog = opened(qtbot, seat)
    assert seen == [0]
    assert rows(dialog)["Span", "PERSON"][0] == "100.0%"
    dialog.close()
    settle()
    seat.hands.documents.open(2)
    finish(seat)
    dialog = opened(qtbot, seat)
    qtbot.waitUntil(lambda: "Compared with 2" in note(dialog), timeout=10_000)
    assert seen == [0, 0]


def test_numbers_stand_right_and_speak_the_window_s_language(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat)
    model = dialog.panel.table.model_of
    right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
    for column in range(model.columnCount()):
        wanted = left if column < 3 else right
        assert model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole) & wanted
        told = model.index(0, column).data(Qt.ItemDataRole.TextAlignmentRole)
        assert told is None if column < 3 else told & right
    assert model.index(0, 3).data(Qt.ItemDataRole.AccessibleTextRole) == "Precision: 100.0%"
    before = QLocale()
    QLocale.setDefault(QLocale("id"))
    try:
        assert model.index(1, 5).data() == "100,0%"
    finally:
        QLocale.setDefault(before)


def test_a_share_is_copied_as_a_number(qtbot, seat):
    seat.bench.run(spans.remove_span(seat.document.set_id, "s1"))
    finish(seat)
    dialog = opened(qtbot, seat)
    dialog.copies.actions()[1].trigger()
    header, first = (line.split("\t") for line in QApplication.clipboard().text().splitlines()[:2])
    assert header[6:9] == ["Overlap precision", "Overlap recall", "Overlap F1"]
    assert first[:6] == ["model", "Span", "(all)", "0.7500", "1.0000", "0.8571"]
    table = dialog.panel.table
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().split("\t") == first
    QTest.keyClick(dialog, Qt.Key.Key_Escape)  # without Ctrl, which Qt else takes as held


def test_the_chosen_cell_stays_when_figures_change(qtbot, seat):
    dialog = opened(qtbot, seat)
    table = dialog.panel.table
    table.setCurrentIndex(table.model_of.index(2, 4))
    finish(seat)
    qtbot.waitUntil(lambda: note(dialog).startswith("Compared"), timeout=10_000)
    assert (table.currentIndex().row(), table.currentIndex().column()) == (2, 4)


def test_a_long_comparison_is_not_begun_again_by_every_edit(qtbot, seat, monkeypatch):
    go_on, begun = threading.Event(), []
    suggester_names = scoring.scoring.suggester_names

    def slow(connection):
        begun.append(1)
        go_on.wait(5)
        return suggester_names(connection)

    monkeypatch.setattr(scoring.scoring, "suggester_names", slow)
    seat.show()
    seat.trigger("project.statistics")
    dialog = seat.dialog(StatisticsDialog)
    dialog.choose_page("suggesters")
    qtbot.waitUntil(lambda: len(begun) == 1, timeout=10_000)
    for label in ("PERSON", "ORG"):
        seat.bench.run(spans.relabel_span(seat.document.set_id, "s1", label))
        QTest.qWait(30)
    assert len(begun) == 1
    go_on.set()
    qtbot.waitUntil(lambda: ("model", "Changed") in drawn(dialog), timeout=10_000)


def test_what_is_being_compared_ends_with_the_dialog_and_the_next_one_has_its_own(qtbot, seat, monkeypatch):
    go_on = threading.Event()
    suggester_names = scoring.scoring.suggester_names

    def slow(connection):
        go_on.wait(5)
        return suggester_names(connection)

    monkeypatch.setattr(scoring.scoring, "suggester_names", slow)
    seat.show()
    seat.trigger("project.statistics")
    first = seat.dialog(StatisticsDialog)
    first.choose_page("suggesters")
    first.close()
    settle()
    seat.trigger("project.statistics")
    second = seat.dialog(StatisticsDialog)
    assert second.page.key == "suggesters"
    go_on.set()
    qtbot.waitUntil(lambda: note(second).startswith("Not yet"), timeout=10_000)


def test_damage_is_said_where_the_scores_would_be(qtbot, seat, monkeypatch):
    def damaged(*_):
        raise ProjectDamaged("The spans are damaged.")

    monkeypatch.setattr(scoring.scoring, "suggester_names", damaged)
    seat.show()
    seat.trigger("project.statistics")
    dialog = seat.dialog(StatisticsDialog)
    dialog.choose_page("suggesters")
    qtbot.waitUntil(lambda: dialog.panel.figure.chart.empty == "The spans are damaged.", timeout=10_000)


def test_a_figure_by_hand():
    spans_of, relations_of = Score(Counts(1, 2, 4), Counts(2, 2, 4), 5, 6, 7, 1234), Score(accepted=1)
    one = SuggesterScores("m", 3, {"": spans_of, "A": spans_of}, {"": relations_of, "r": relations_of})
    other = SuggesterScores("n", 0, {})
    made = figure(Scores(3, (one, other)), {}, Context())
    model = SheetModel(made.sheet)
    assert [model.index(0, column).data() for column in range(model.columnCount())] == [
        *("m", "Span", "(all)", "25.0%", "50.0%", "33.3%", "50.0%", "100.0%", "66.7%", "2", "4", "5", "6", "7", "1234")
    ]
    behind = [made.sheet.target(row) for row in range(len(made.sheet.rows))]
    assert behind == [
        Target(WithOutcome("m", "", (What.SPAN, "")), "m, Span"),
        Target(WithOutcome("m", "", (What.SPAN, "A")), "m, A"),
        Target(WithOutcome("m", "", (What.RELATION, "")), "m, Relation"),
        Target(WithOutcome("m", "", (What.RELATION, "r")), "m, r"),
    ]
    unseen = score_sheet([SuggesterScores("m", 3, {"": Score()})])
    assert (len(unseen.rows), unseen.target(0)) == (1, None), "nothing became of what was never suggested"
    assert made.chart.groups == ("m",)  # nothing was suggested by the other
    assert [mark.value for mark in made.chart.marks] == [6, 6, 7, 1234]
    by_label = figure(Scores(3, (one, other)), {"suggester": "m", "waiting": "no"}, Context())
    assert by_label.chart.groups == ("A", "→ r")
    targets = [mark.target for mark in by_label.chart.marks if mark.value]
    assert targets[0] == Target(WithOutcome("m", "accepted", (What.SPAN, "A")), "A, Accepted")
    assert targets[-1] == Target(WithOutcome("m", "accepted", (What.RELATION, "r")), "→ r, Accepted")
    assert [series.name for series in by_label.chart.series] == ["Accepted", "Changed", "Rejected"]
