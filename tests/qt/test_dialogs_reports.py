"""The dialogs that tell: losses, import report, keys, about."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from annotator.commands.importing import ImportReport
from annotator.domain.exchange import Complaint, Fate, Loss, LossReport
from annotator.domain.rules import Rule
from annotator.ui.dialogs.about import AboutDialog
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.import_complaints import split_place
from annotator.ui.dialogs.import_report import ImportReportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.report import LossReportDialog
from annotator.ui.models.losses import LossModel
from tests.qt.panels_support import Heard, opened

LOSSES = [
    Loss("artikel-2", "relation", "r1", "visited", "Putin – Rusia", Fate.DROPPED, "an end was left out"),
    Loss("artikel-1", "span", "s3", "PERSON", "<b>Joko</b>\nWidod", Fate.DROPPED, "token borders cut it", 32, 42),
    Loss("artikel-1", "span", "s4", "GPE", "Mosko", Fate.MOVED, "token borders cut it", 47, 52),
]


@pytest.fixture
def report():
    return LossReport("spacy", "/data/berita.spacy", 3, 120, 30, 4, list(LOSSES), ["2 documents are not done."])


class SaveAs(Ask):
    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self.path = path

    def save_file(self, *_question):
        return self.path


def open_report(qtbot, report, path=None):
    dialog = LossReportDialog(report, ask=SaveAs(path))
    opened(qtbot, dialog)
    return dialog


def test_losses_are_grouped_by_reason_most_first(qtbot, report):
    model = LossModel(report.losses)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    groups = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert groups == ["Spans (2): token borders cut it", "Relations (1): an end was left out"]
    first = model.index(0, 0)
    cells = [[model.index(row, column, first).data() for column in range(5)] for row in range(2)]
    assert cells == [
        ["artikel-1", "<b>Joko</b> Widod", "PERSON", "32–42", "left out"],
        ["artikel-1", "Mosko", "GPE", "47–52", "moved"],
    ]
    assert model.index(0, 3, model.index(1, 0)).data() == ""
    assert "&lt;b&gt;" in model.index(0, 1, first).data(Qt.ItemDataRole.ToolTipRole)


def test_it_says_what_was_kept(qtbot, report):
    dialog = open_report(qtbot, report)
    assert dialog.title.text() == "Exported, but 3 things are not as they were."
    assert dialog.counts.text().splitlines() == [
        "Kept: 3 documents, 120 spans, 30 relations.",
        "4 of these nobody has reviewed.",
        "2 documents are not done.",
    ]
    lossless = open_report(qtbot, LossReport("jsonl", "/data/x.jsonl", 1, 1, 1))
    assert lossless.title.text() == "Exported, and nothing was lost."
    assert not lossless.table.isVisible()


def test_a_loss_is_entered_without_closing_the_report(qtbot, report):
    heard = Heard()
    dialog = open_report(qtbot, report)
    dialog.lossActivated.connect(heard.hear)
    assert not dialog.isModal()
    group = dialog.model.index(0, 0)
    dialog.table.setCurrentIndex(group)
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    dialog.table.setCurrentIndex(dialog.model.index(1, 0, group))
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert heard.got == [LOSSES[2]]
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_copy_and_save_give_the_whole_report(qtbot, report, tmp_path):
    target = tmp_path / "report.json"
    dialog = open_report(qtbot, report, target)
    dialog.copy.click()
    assert json.loads(QApplication.clipboard().text()) == report.to_dict()
    dialog.save.click()
    assert json.loads(target.read_text(encoding="utf-8")) == report.to_dict()
    assert str(target) in dialog.told.text()


def test_a_report_that_cannot_be_saved_says_so(qtbot, report, tmp_path):
    dialog = open_report(qtbot, report, tmp_path / "missing" / "report.json")
    dialog.save.click()
    assert dialog.told.text() == f"{tmp_path / 'missing'} does not exist."


def test_nothing_is_written_when_the_user_changes_their_mind(qtbot, report, tmp_path):
    dialog = open_report(qtbot, report)
    dialog.save.click()
    assert "Enter or double-click" in dialog.told.text()
    assert list(tmp_path.glob("*.json")) == []


# Import


def test_an_import_that_left_things_out(qtbot):
    complaints = [
        Complaint("/x/berita.jsonl:12", "The span (30, 20) ends before it starts."),
        Complaint("C:\\data\\a.txt", "A byte-order mark was removed.", lost=False),
    ]
    report = ImportReport(2, 1, 1, 40, 5, ["FOOD"], complaints, Counter({Rule.SPAN_MISALIGNED: 3}))
    dialog = ImportReportDialog(report)
    opened(qtbot, dialog)
    assert dialog.title.text() == "Imported, but 1 thing was left out."
    assert dialog.counts.text().splitlines() == [
        "2 new documents, 1 annotation set, 40 spans, 5 relations.",
        "1 set was there already.",
        "Labels added to the scheme: FOOD.",
        "3 items break a rule; the inspector says which.",
    ]
    rows = [[dialog.table.topLevelItem(row).text(column) for column in range(3)] for row in range(2)]
    assert rows == [
        ["berita.jsonl", "12", "The span (30, 20) ends before it starts."],
        ["a.txt", "", "A byte-order mark was removed."],
    ]
    dialog.copy.click()
    assert QApplication.clipboard().text().splitlines()[0] == "/x/berita.jsonl:12: The span (30, 20) ends before it starts."


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (ImportReport(1, 1), "Everything was imported."),
        (ImportReport(unchanged=3), "Nothing new: all of it was in the project already."),
        (ImportReport(complaints=[Complaint("a:1", "No.")]), "Nothing was imported."),
        (ImportReport(1, complaints=[Complaint("a", "A notice.", lost=False)]), "Everything was imported."),
    ],
)
def test_the_title_says_it_in_one_line(qtbot, report, title):
    dialog = ImportReportDialog(report)
    qtbot.addWidget(dialog)
    assert dialog.title.text() == title


def test_places():
    assert split_place("/a/b.jsonl:7") == ("/a/b.jsonl", "7")
    assert split_place("C:\\a.txt") == ("C:\\a.txt", "")
    assert split_place("C:\\a.jsonl:3") == ("C:\\a.jsonl", "3")
    assert split_place("") == ("", "")


# Keys and about

KEYS = [
    ("Spans", "Accept and go on", "Enter"),
    ("Spans", "Remove or reject", "Del / Backspace"),
    ("Relations", "Reverse the relation", "x"),
    ("Documents", "Undo", "Ctrl+Z"),
]


def test_the_key_sheet_is_searched_by_words_and_keys(qtbot):
    dialog = KeysDialog(KEYS)
    opened(qtbot, dialog)
    assert len(dialog.shown_rows()) == 4
    for wanted, expected in (
        ("ctrl+z", ["Undo"]),
        ("re rel", ["Reverse the relation"]),
        ("SPANS", ["Accept and go on", "Remove or reject"]),
        ("backsp", ["Remove or reject"]),
        ("", ["Accept and go on", "Remove or reject", "Reverse the relation", "Undo"]),
    ):
        dialog.search.clear()
        qtbot.keyClicks(dialog.search, wanted)
        assert [text for text, _ in dialog.shown_rows()] == expected
    assert not dialog.nothing.isVisible()
    dialog.search.setText("qqq")
    assert dialog.nothing.isVisible()
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_key_sheet_can_be_walked(qtbot):
    dialog = KeysDialog(KEYS)
    opened(qtbot, dialog)
    qtbot.waitUntil(dialog.search.hasFocus)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    assert dialog.sheet.hasFocus()
    first = dialog.sheet.topLevelItem(0).child(1)
    assert first.data(0, Qt.ItemDataRole.AccessibleTextRole) == "Remove or reject: Del / Backspace"
    assert not dialog.grab().isNull()


def test_about_copies_the_diagnostics(qtbot):
    dialog = AboutDialog("0.1", "annotator 0.1\nPython 3.11 <x>")
    opened(qtbot, dialog)
    assert dialog.text.toPlainText() == "annotator 0.1\nPython 3.11 <x>"
    dialog.copy.click()
    assert QApplication.clipboard().text() == "annotator 0.1\nPython 3.11 <x>"
    assert dialog.copy.text() == "Copied"


def test_a_closed_dialog_is_gone(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    dialog = AboutDialog("0.1", "x", window)
    dialog.open()
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not isValid(dialog)


def test_a_long_complaint_can_be_read_whole(qtbot):
    long = "The file is not UTF-8; " + "it looks like something else, " * 8
    report = ImportReport(complaints=[Complaint("a.txt", long), Complaint("b.txt", "It is empty.")])
    dialog = ImportReportDialog(report)
    qtbot.addWidget(dialog)
    assert dialog.detail.text() == long
    dialog.table.setCurrentItem(dialog.table.topLevelItem(1))
    assert dialog.detail.text() == "It is empty."
