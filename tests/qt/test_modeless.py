"""Nothing stops the work that need not: key sheet, reports and diagnostics stand beside it, and a question stops one window alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from annotator.commands.merging import ImportReport
from annotator.domain.exchange import Complaint, LossReport
from annotator.ui.dialogs.about import AboutDialog
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.help import HelpDialog
from annotator.ui.dialogs.import_report import ImportReportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.preferences import PreferencesDialog
from annotator.ui.dialogs.report import LossReportDialog
from tests.qt.window_support import Seat, make_project, settle

REPORT = ImportReport(complaints=[Complaint("b.jsonl:3", "Broken.")])


def shown(seat: Seat, kind: type) -> list:
    return [child for child in seat.window.findChildren(kind) if child.isVisible()]


@pytest.mark.parametrize(("action", "kind"), [("help.keys", KeysDialog), ("help.about", AboutDialog)])
def test_it_stands_beside_the_work_once_and_gives_the_keyboard_back(seat, action, kind):
    seat.show()
    seat.trigger(action)
    dialog = seat.dialog(kind)
    assert not dialog.isModal()
    seat.window.activateWindow()
    seat.view.setFocus()
    seat.press("Ctrl+L")
    assert seat.document.info.flagged, "the article is worked on beside it"
    seat.trigger(action)
    settle()
    assert seat.dialog(kind) is dialog
    assert dialog.isActiveWindow(), "a second call brings it to the front"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert seat.window.findChildren(kind) == []
    assert seat.window.isActiveWindow()
    assert seat.window.focusWidget() is seat.view
    seat.trigger(action)
    seat.leave()
    assert [top for top in QApplication.topLevelWidgets() if isinstance(top, kind) and top.isVisible()] == []


def test_the_key_sheet_follows_the_keys_narrowed_as_it_is(seat):
    seat.trigger("help.keys")
    sheet = seat.dialog(KeysDialog)
    sheet.search.setText("flag")
    (before,) = sheet.shown_rows()
    seat.settings.set("keys.overrides", {"document.flag": ["F9"]})
    assert sheet.shown_rows() == [(before[0], "F9")]


def test_the_report_of_an_import_leaves_the_inspector_usable_and_the_next_takes_its_place(seat):
    seat.show()
    seat.hands.projects.imported.emit(REPORT)
    first = seat.dialog(ImportReportDialog)
    assert not first.isModal()
    seat.window.activateWindow()
    seat.view.focus_span("s2")
    note = seat.window.panels.inspector.fields.note
    note.setFocus()
    QTest.keyClicks(note, "why")
    assert note.toPlainText() == "why"
    seat.hands.projects.imported.emit(ImportReport(documents=1))
    assert seat.dialog(ImportReportDialog).title.text() == "Everything was imported."


@pytest.mark.parametrize("kind", [ImportReportDialog, LossReportDialog])
def test_a_report_goes_with_its_project(seat, tmp_path, kind):
    if kind is ImportReportDialog:
        seat.hands.projects.imported.emit(REPORT)
    else:
        seat.hands.projects.exported.emit(LossReport("jsonl", "x.jsonl"))
    seat.bench.sessionChanged.emit()  # as when the same project can be edited now
    assert len(shown(seat, kind)) == 1
    assert seat.hands.projects.open(make_project(tmp_path / "other.annotator"))
    assert shown(seat, kind) == []


# Questions


@pytest.fixture
def asking(seat: Seat) -> Ask:
    """The real questions over the window."""
    seat.show()
    ask = seat.bench.ask = Ask(seat.window)  # type: ignore[assignment]
    return ask


def meanwhile(ask: Ask, work) -> list[str]:
    """Have ``work`` done with the box while the question is asked; what goes wrong in it is no fault of the window, so it is returned."""
    wrong: list[str] = []

    def on_time() -> None:
        (box,) = [top for top in QApplication.topLevelWidgets() if isinstance(top, QMessageBox) and top.isVisible()]
        try:
            work(box)
        except AssertionError as error:
            wrong.append(str(error) or "assert")
        box.buttons()[0].click()

    QTimer.singleShot(50, on_time)
    return wrong


def test_a_question_does_not_stop_the_help(seat, asking):
    seat.trigger("help.pages")
    helped = seat.dialog(HelpDialog)
    seat.window.activateWindow()

    def work(box) -> None:
        assert box.windowModality() is Qt.WindowModality.WindowModal
        assert box.parentWidget() is seat.window
        assert box.defaultButton().text() == "Cancel"
        assert asking.asking
        helped.activateWindow()
        field = helped.search
        QTest.keyClicks(field, "undo")
        assert field.text() == "undo"

    wrong = meanwhile(asking, work)
    assert asking.confirm("Close", "Really?", "Close it")
    assert wrong == []
    assert not asking.asking


def test_a_question_stops_the_dialog_that_asks_it(seat, asking):
    seat.trigger("edit.preferences")
    dialog = seat.dialog(PreferencesDialog)
    dialog.activateWindow()
    settle()
    wrong = meanwhile(asking, lambda box: _same(box.parentWidget(), dialog))
    assert asking.confirm("Usual values", "Really?", "Go back to them")
    assert wrong == []


def _same(one: object, other: object) -> None:
    assert one is other


def test_there_is_one_question_at_a_time(asking):
    wrong = meanwhile(asking, lambda _: _same(asking.confirm("Other", "Second?", "Yes"), False))
    assert asking.confirm("One", "First?", "Yes")
    assert wrong == []


def test_a_question_whose_window_goes_is_declined(seat, asking):
    def on_time() -> None:
        (box,) = seat.window.findChildren(QMessageBox)
        box.close()
        box.deleteLater()

    QTimer.singleShot(50, on_time)
    assert not asking.confirm("Close", "Really?", "Close it")
