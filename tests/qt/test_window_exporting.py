"""The preview of an export in the window: counted by a real worker process over a real project file, asked for by keys."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.commands.export_choice import ExportOptions
from annotator.commands.export_preview import preview_project
from annotator.commands.exporting import NothingToExport
from annotator.ui.dialogs import export_preview
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.report import LossReportDialog
from annotator.ui.models.losses import LossRole
from tests.qt.window_support import Seat, document, make_project, settle, suggestions

TEXT = "Presiden Joko Widodo tiba. Surabaya menunggu."
"""Presiden 0-8, Joko 9-13, Widodo 14-20, tiba 21-25, Surabaya 27-35."""


@pytest.fixture
def damaged(make_seat, tmp_path) -> Seat:
    """One article: two spans overlap, one cuts a token, one is whole."""
    spans = [("whole", 0, 8, "PERSON"), ("long", 9, 20, "PERSON"), ("inner", 14, 20, "PERSON"), ("cut", 27, 31, "GPE")]
    content = [(document("presiden", TEXT), [suggestions(spans)]), (document("kosong", "Tidak ada apa-apa."), [])]
    seat = make_seat(make_project(tmp_path / "rusak.annotator", content))
    seat.show()
    return seat


def asking(qtbot, seat: Seat) -> ExportDialog:
    """Press Ctrl+E, take everything by the keys of the list, and wait for the count."""
    del qtbot
    QTest.keyClick(seat.view, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    settle()
    dialog = seat.dialog(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    return dialog


def choose(combo, value: str) -> None:
    """Choose an entry of a list by keys."""
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Space)
    settle()
    popup = combo.view()
    for _ in range(combo.count()):
        if popup.currentIndex().row() == combo.findData(value):
            break
        below = popup.currentIndex().row() < combo.findData(value)
        QTest.keyClick(popup, Qt.Key.Key_Down if below else Qt.Key.Key_Up)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    settle()
    assert combo.currentData() == value


def counted(qtbot, dialog: ExportDialog) -> str:
    assert dialog.preview is not None
    line = dialog.preview.line
    qtbot.waitUntil(lambda: bool(line.text()) and not line.text().startswith("Counting"), timeout=60_000)
    return line.text()


def folder_of(seat: Seat) -> set[str]:
    """What lies beside the project, without what belongs to it: its journal and its backups."""
    project = seat.project.path
    return {path.name for path in project.parent.iterdir() if not path.name.startswith(project.name)}


def test_what_would_go_out_is_counted_and_nothing_is_written(qtbot, damaged):
    before = folder_of(damaged)
    dialog = asking(qtbot, damaged)
    choose(dialog.status, "any")
    # "long" is inside the export group, "cut" is left out; no relation
    assert counted(qtbot, dialog) == (
        "Would go out: 1 document, 3 spans, 0 relations. 4 of these nobody has reviewed. 2 things would not be as they are."
    )
    assert dialog.preview is not None
    assert dialog.preview.cutting.text() == "1 token cuts spans: “Surabaya”"
    QTest.keyClick(dialog.more, Qt.Key.Key_Space)
    overlap = dialog.options.fields["overlap"]
    assert [overlap.itemText(row) for row in range(overlap.count())] == [
        "The longest (leaves out 1)",
        "The first in the text (leaves out 1)",
        "By the order of the labels (leaves out 1)",
        "None: to the span group (leaves out 2)",
    ]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert folder_of(damaged) == before


def test_the_repair_of_tokens_is_offered_and_counted(qtbot, damaged):
    dialog = asking(qtbot, damaged)
    choose(dialog.status, "any")
    counted(qtbot, dialog)
    assert dialog.preview is not None
    dialog.preview.repair.setFocus()
    QTest.keyClick(dialog.preview.repair, Qt.Key.Key_Space)
    settle()
    assert dialog.options.fields["tokenizer"].isVisible()
    assert dialog.values().options == {"tokenizer": "repair"}
    assert "4 spans" in counted(qtbot, dialog)
    assert not dialog.preview.repair.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_loss_of_the_preview_is_gone_to_and_mended_and_the_list_follows(qtbot, damaged):
    dialog = asking(qtbot, damaged)
    choose(dialog.status, "any")
    assert dialog.preview is not None
    dialog.preview.button.setFocus()
    QTest.keyClick(dialog.preview.button, Qt.Key.Key_Space)
    settle()
    (listed,) = dialog.findChildren(LossReportDialog)
    qtbot.waitUntil(lambda: "Counting" not in listed.title.text(), timeout=60_000)
    assert listed.title.text() == "2 things would not be as they are."
    assert listed.written.text() == f"Nothing has been written yet to {dialog.path.text()}."
    assert "by overlap policy: longest 1, first 1, label 1, group 2" in listed.counts.text()
    assert "With tokenizer=repair they are taken apart" in listed.counts.text()
    at = next(
        index
        for row in range(listed.model.rowCount())
        if (index := listed.model.index(0, 0, listed.model.index(row, 0))).data(LossRole.LOSS).item_id == "cut"
    )
    listed.table.setCurrentIndex(at)
    QTest.keyClick(listed.table, Qt.Key.Key_Return)
    settle()
    assert damaged.view.focused_span  # the person's own copy of it
    assert damaged.text_of(damaged.view.focused_span) == "Sura"
    damaged.window.activateWindow()
    damaged.view.setFocus()
    QTest.keyClick(damaged.view, Qt.Key.Key_Delete)
    settle()
    qtbot.waitUntil(lambda: listed.title.text() == "1 thing would not be as it is.", timeout=60_000)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert not [shown for shown in QApplication.topLevelWidgets() if isinstance(shown, LossReportDialog) and shown.isVisible()]


def test_other_choices_end_the_count_that_is_under_way(qtbot, damaged, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    dialog = asking(qtbot, damaged)
    choose(dialog.status, "any")
    heard = []
    assert dialog.preview is not None
    dialog.preview.counted.connect(heard.append)
    dialog.preview.pause.timeout.emit()  # at once
    choose(dialog.format, "csv")
    dialog.preview.pause.timeout.emit()
    choose(dialog.format, "jsonl")
    assert counted(qtbot, dialog).endswith("Nothing would be lost.")
    assert [report.format for report in heard if report is not None] == ["jsonl"]
    assert list(scratch.iterdir()) == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_what_cannot_be_exported_is_said_in_its_place(qtbot, damaged):
    dialog = asking(qtbot, damaged)
    assert "There is nothing to export" in counted(qtbot, dialog)
    dialog.path.setText("")
    assert dialog.preview is not None
    assert dialog.preview.line.text() == ""
    assert not dialog.preview.button.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_big_project_is_counted_when_that_is_asked_for(qtbot, damaged, monkeypatch):
    monkeypatch.setattr(export_preview, "AT_ONCE", 1)
    dialog = asking(qtbot, damaged)
    choose(dialog.status, "any")
    assert dialog.preview is not None
    assert "Preview counts" in dialog.preview.line.text()
    assert not dialog.preview.pause.isActive()
    QTest.keyClick(dialog.preview.button, Qt.Key.Key_Space)
    assert "Would go out: 1 document" in counted(qtbot, dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_ctrl_e_comes_back_to_the_one_dialog_and_closing_the_project_ends_it(qtbot, damaged):
    dialog = asking(qtbot, damaged)
    assert not dialog.isModal()
    damaged.trigger("project.export")
    assert damaged.dialog(ExportDialog) is dialog
    damaged.hands.projects.close()
    settle()
    assert damaged.window.findChildren(ExportDialog) == []


@pytest.mark.parametrize("name", ["jsonl", "csv", "brat", "spacy"])
def test_a_preview_reports_what_the_export_then_does_and_leaves_no_file(damaged, tmp_path, name):
    from annotator.commands.exporting import export_project

    scratch, out = tmp_path / "scratch", tmp_path / "out"
    scratch.mkdir()
    out.mkdir()
    suffix = {"jsonl": ".jsonl", "csv": ".csv", "brat": "", "spacy": ".spacy"}[name]
    target, options = out / f"gold{suffix}", ExportOptions(name, status="any")
    told = preview_project(str(damaged.project.path), str(target), options, "ani", str(scratch))
    assert list(out.iterdir()) == list(scratch.iterdir()) == []
    done = export_project(str(damaged.project.path), str(target), options, "ani")
    assert (told.documents, told.spans, told.losses, told.path) == (done.documents, done.spans, done.losses, done.path)
    assert json.dumps(told.unsaid.most_common()) == json.dumps(done.unsaid.most_common())


def test_a_preview_of_nothing_says_why(damaged, tmp_path):
    with pytest.raises(NothingToExport):
        preview_project(str(damaged.project.path), str(tmp_path / "x.jsonl"), ExportOptions("jsonl"), "ani", str(tmp_path))


def test_a_preview_needs_a_place_for_what_it_reads_back(damaged, tmp_path):
    options, missing = ExportOptions("jsonl", status="any"), Path(tmp_path / "missing")
    with pytest.raises(FileNotFoundError):
        preview_project(str(damaged.project.path), str(tmp_path / "x.jsonl"), options, "ani", str(missing))


def test_what_cuts_and_overlaps_is_summed_over_the_parts_of_a_split(make_seat, tmp_path):
    spans = [("long", 9, 20, "PERSON"), ("inner", 14, 20, "PERSON"), ("cut", 27, 31, "GPE")]
    words = ("Bandung", "Malang sepi", "Palu dan Poso", "Ambon ramai sekali hari ini")
    content = [(document(f"n{number}", f"{TEXT} {more}"), [suggestions(spans)]) for number, more in enumerate(words)]
    path = make_project(tmp_path / "empat.annotator", content)
    options = ExportOptions("spacy", status="any", format_options={"split": "50/50"})
    told = preview_project(str(path), str(tmp_path / "gold.spacy"), options, "ani", str(tmp_path))
    assert told.documents == 4
    assert told.cutting == {"Surabaya": 4}
    assert told.policies == {"longest": 4, "first": 4, "label": 4, "group": 8}
