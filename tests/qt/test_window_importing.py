"""The import's dialog in the window: it reads beside it, remembers choices, and hands over what was chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.ui.dialogs.import_files import CHECK, ImportDialog
from annotator.ui.dialogs.import_report import ImportReportDialog
from annotator.ui.importing import CHOICES
from tests.qt.panels_support import drop
from tests.qt.window_support import make_project


@pytest.fixture
def path(tmp_path) -> Path:
    spans = [{"id": "s", "start": 4, "end": 0, "label": "person"}, {"id": "t", "start": 12, "end": 16, "label": "KOTA"}]
    row = {"name": "b", "text": "Budi pergi ke Solo", "tokens": [[0, 18]], "spans": spans}
    found = tmp_path / "b.jsonl"
    found.write_text(json.dumps({**row, "tokens": [[0, 4], [5, 10], [11, 13], [14, 18]]}) + "\n{broken\n", encoding="utf-8")
    return found


def dialog_at_the_check(seat, qtbot, path: Path) -> ImportDialog:
    seat.trigger("project.import")
    dialog = seat.dialog(ImportDialog)
    dialog.add_paths([path])
    for _ in range(3):
        dialog.next.click()
        qtbot.waitUntil(lambda: not dialog._reading, timeout=10_000)
    assert dialog.steps.currentIndex() == CHECK
    return dialog


def test_the_files_are_read_beside_the_window_and_nothing_is_written(seat, qtbot, path):
    before = seat.content()
    dialog = dialog_at_the_check(seat, qtbot, path)
    assert "left out" in dialog.check.title.text()
    assert seat.content() == before
    dialog.reject()


def test_what_was_chosen_is_imported_and_the_report_says_where_the_rest_is(seat, qtbot, path):
    dialog = dialog_at_the_check(seat, qtbot, path)
    for box in dialog.check.repairs.values():
        if box.isVisible():
            box.click()
            qtbot.waitUntil(lambda: not dialog._reading, timeout=10_000)
    dialog.accept()
    seat.wait_for_job()
    report = seat.dialog(ImportReportDialog)
    assert "1 thing was left out" in report.title.text()
    written = seat.project.path.with_name("kabar.import-report.txt")
    assert str(written) in report.written.text()
    assert "Repaired: " in written.read_text(encoding="utf-8")
    rows = seat.project.connection.execute('SELECT label, start, "end" FROM spans s JOIN annotation_sets a ON a.id = s.set_id'
                                           " WHERE a.annotator = 'import' ORDER BY start").fetchall()  # fmt: skip
    assert rows[0][1:] == (0, 4)
    assert seat.project.scheme.span("KOTA") is not None
    report.reject()


def test_choices_come_back_with_the_next_import(seat, qtbot, path):
    dialog = dialog_at_the_check(seat, qtbot, path)
    dialog.annotator.setText("citra")
    dialog.accept()
    seat.wait_for_job()
    seat.dialog(ImportReportDialog).reject()
    assert json.loads(seat.window.bench.settings.get(CHOICES))["annotator"] == "citra"
    seat.trigger("project.import")
    again = seat.dialog(ImportDialog)
    assert again.annotator.text() == "citra"
    again.reject()


def test_a_dialog_that_is_left_while_it_reads_calls_nothing_any_more(seat, qtbot, tmp_path):
    many = tmp_path / "many.jsonl"
    many.write_text("".join(json.dumps({"name": f"d{number}", "text": "Isi. " * 200}) + "\n" for number in range(3000)))
    seat.trigger("project.import")
    dialog = seat.dialog(ImportDialog)
    dialog.add_paths([many])
    dialog.next.click()
    dialog.reject()
    qtbot.wait(200)
    assert seat.message == ""


def test_settings_that_hold_no_json_are_passed_over(seat):
    seat.window.bench.settings.set(CHOICES, "{")
    seat.trigger("project.import")
    dialog = seat.dialog(ImportDialog)
    assert dialog.annotator.text() == "import"
    dialog.reject()


def test_files_and_folders_dropped_on_the_window_are_asked_about(seat, tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("Isi.")
    drop(seat.view.viewport(), folder)  # what the article does not take goes on to the window
    dialog = seat.dialog(ImportDialog)
    assert dialog.values().paths == (folder,)
    dialog.reject()


def test_a_project_dropped_on_the_window_is_opened_and_files_need_one(seat, tmp_path):
    other = make_project(tmp_path / "lain.annotator")
    drop(seat.window, other)
    assert seat.project.name == "lain"
    seat.hands.projects.close()
    drop(seat.window, tmp_path / "a.txt")
    assert "Open a project first" in seat.message
    assert seat.window.findChildren(ImportDialog) == []
