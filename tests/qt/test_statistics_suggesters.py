"""The page of the statistics that says how well the suggesters do, while documents are finished behind it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.commands import documents, scoring, spans
from annotator.commands.scoring import Scores, SuggesterScores
from annotator.domain.agreement import Counts
from annotator.errors import ProjectDamaged
from annotator.store.figures import Figures
from annotator.ui import statistics
from annotator.ui.dialogs.statistics import StatisticsDialog
from annotator.ui.models.statistics import SheetModel, score_sheet
from tests.qt.window_support import Seat, document, make_project, settle


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(statistics, "AFTER_EDITS", 0)


def opened(qtbot, seat: Seat) -> StatisticsDialog:
    seat.show()
    seat.trigger("project.statistics")
    dialog = seat.dialog(StatisticsDialog)
    qtbot.waitUntil(lambda: "being" not in dialog.compared.text(), timeout=10_000)
    dialog.pages.setCurrentIndex(2)
    return dialog


def rows(dialog: StatisticsDialog) -> dict[tuple[str, str], list[str]]:
    """What is shown, by what and label."""
    model = dialog.tables[2].model_of
    cells = ([model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount()))
    return {(row[1], row[2]): row[3:] for row in cells if row[0] == "model"}


def finish(seat: Seat) -> None:
    seat.bench.run(documents.mark_done(seat.document.set_id))


def test_nothing_is_compared_until_a_document_is_finished(qtbot, seat):
    dialog = opened(qtbot, seat)
    assert dialog.compared.text().startswith("Not yet: no document is finished")
    assert rows(dialog)["Span", "GPE"] == ["–"] * 6 + ["0", "0", "0", "0", "0", "2"]


def test_a_project_without_suggesters_has_no_table(qtbot, make_seat, tmp_path):
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("satu", "Putin tiba."), [])]))
    dialog = opened(qtbot, seat)
    assert dialog.compared.text() == "No suggester has looked at this project yet."
    assert not dialog.tables[2].isVisible()
    assert not dialog.copy.isEnabled()
    dialog.pages.setCurrentIndex(0)
    assert dialog.copy.isEnabled()


def test_finishing_a_document_brings_its_scores(qtbot, seat):
    dialog = opened(qtbot, seat)
    seat.bench.run(spans.relabel_span(seat.document.set_id, "s1", "PERSON"))
    qtbot.waitUntil(lambda: rows(dialog)["Span", "GPE"][-3] == "1", timeout=10_000)
    finish(seat)
    qtbot.waitUntil(lambda: "Compared with 1 finished document." in dialog.compared.text(), timeout=10_000)
    assert "trained on these very documents" in dialog.compared.text()
    found = rows(dialog)
    assert found["Span", "GPE"] == ["50.0%", "100.0%", "66.7%"] * 2 + ["1", "2", "1", "1", "0", "0"]
    assert found["Span", "PERSON"] == ["100.0%", "66.7%", "80.0%"] * 2 + ["3", "2", "2", "0", "0", "0"]
    assert found["Relation", "met_with"] == ["100.0%"] * 3 + ["–"] * 3 + ["1", "1", "1", "0", "0", "0"]
    assert found["Span", "(all)"][6:8] == ["4", "4"]
    seat.trigger("edit.undo")
    qtbot.waitUntil(lambda: dialog.compared.text().startswith("Not yet"), timeout=10_000)
    finish(seat)
    seat.hands.documents.open(2)
    finish(seat)
    qtbot.waitUntil(lambda: "Compared with 2 finished documents." in dialog.compared.text(), timeout=10_000)


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
    assert "Compared with 2" in opened(qtbot, seat).compared.text()
    assert seen == [0, 0]


def test_numbers_stand_right_and_speak_the_window_s_language(qtbot, seat):
    finish(seat)
    dialog = opened(qtbot, seat)
    model = dialog.tables[2].model_of
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
    dialog.copy.click()
    header, first = (line.split("\t") for line in QApplication.clipboard().text().splitlines()[:2])
    assert header[6:9] == ["Overlap precision", "Overlap recall", "Overlap F1"]
    assert first[:6] == ["model", "Span", "(all)", "0.7500", "1.0000", "0.8571"]
    table = dialog.tables[2]
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().split("\t") == first
    QTest.keyClick(dialog, Qt.Key.Key_Escape)  # without Ctrl, which Qt else takes as held


def test_the_chosen_cell_stays_when_figures_change(qtbot, seat):
    dialog = opened(qtbot, seat)
    table = dialog.tables[2]
    table.setCurrentIndex(table.model_of.index(2, 4))
    finish(seat)
    qtbot.waitUntil(lambda: "Compared" in dialog.compared.text(), timeout=10_000)
    assert (table.currentIndex().row(), table.currentIndex().column()) == (2, 4)


def test_what_is_being_compared_ends_with_the_dialog_and_the_next_one_has_its_own(qtbot, seat, monkeypatch):
    import threading

    go_on = threading.Event()
    suggester_names = scoring.scoring.suggester_names

    def slow(connection):
        go_on.wait(5)
        return suggester_names(connection)

    monkeypatch.setattr(scoring.scoring, "suggester_names", slow)
    seat.show()
    seat.trigger("project.statistics")
    first = seat.dialog(StatisticsDialog)
    first.close()
    settle()
    seat.trigger("project.statistics")
    second = seat.dialog(StatisticsDialog)
    go_on.set()
    qtbot.waitUntil(lambda: second.compared.text().startswith("Not yet"), timeout=10_000)


def test_damage_is_said_where_the_scores_would_be(qtbot, seat, monkeypatch):
    def damaged(*_):
        raise ProjectDamaged("The spans are damaged.")

    monkeypatch.setattr(scoring.scoring, "suggester_names", damaged)
    dialog = opened(qtbot, seat)
    assert dialog.compared.text() == "The spans are damaged."
    assert dialog.tables[0].model_of.rowCount()


def test_a_table_of_one_suggester_by_hand(qtbot):
    one = SuggesterScores("m", 3, {"": scoring.Score(Counts(1, 2, 4), Counts(2, 2, 4), 5, 6, 7, 1234)})
    model = SheetModel(score_sheet(Scores(3, (one,))))
    assert [model.index(0, column).data() for column in range(model.columnCount())] == [
        *("m", "Span", "(all)", "25.0%", "50.0%", "33.3%", "50.0%", "100.0%", "66.7%", "2", "4", "5", "6", "7", "1234")
    ]
    dialog = StatisticsDialog(Figures())
    qtbot.addWidget(dialog)
    dialog.show_scores(Scores(3, (one,)))
    assert dialog.tables[2].model_of.rowCount() == 1
