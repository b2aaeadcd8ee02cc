"""The editor of pattern files: what is wrong in which line, how often they match, saving without loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from annotator.commands.pattern_checks import PatternCheck
from annotator.nlp.patterns import MatchCounts
from annotator.nlp.patterns_files import PatternProblem
from annotator.ui.dialogs.patterns import PatternsDialog
from annotator.ui.dialogs.suggest import SuggestDialog
from annotator.ui.suggesting_patterns import PatternChecker
from tests.qt.panels_support import Heard, opened
from tests.qt.suggesting_support import pattern_file, suggesting, without_processes
from tests.qt.window_support import Answers, settle

CTRL = Qt.KeyboardModifier.ControlModifier


class Fake:
    """Answers at once with what it was given, and notes what it was asked."""

    def __init__(self, answer: PatternCheck | str = "") -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []
        self.stopped = False

    def start(self, text, name, done) -> None:
        self.asked.append((text, name))
        done(self.answer)

    def stop(self) -> None:
        self.stopped = True


FOUND = PatternCheck(
    patterns=2,
    problems=(PatternProblem(3, "There is no label before the tab."),),
    here=MatchCounts({1: 2, 2: 0}, 2),
    sample=MatchCounts({1: 5, 2: 1}, 6),
    sampled=3,
)


@pytest.fixture
def make(qtbot, tmp_path):
    def build(path: Path | None = None, answer: PatternCheck | str = FOUND, **fields) -> PatternsDialog:
        ask = fields.pop("ask", Answers())
        path = path or pattern_file(tmp_path, "PERSON\tPutin\nGPE\tJakarta\n\tx\n")
        dialog = PatternsDialog(path, ask, checker=Fake(answer), **fields)
        opened(qtbot, dialog)
        QTest.qWaitForWindowExposed(dialog)
        settle()
        return dialog

    return build


def test_it_shows_the_file_and_what_is_known_of_it(make):
    dialog = make()
    assert dialog.text() == "PERSON\tPutin\nGPE\tJakarta\n\tx\n"
    assert dialog._checker.asked == [(dialog.text(), "nama.txt")]
    assert dialog.counts.text() == "2 patterns: 2 matches in this document, 6 in 3 other documents. 1 broken line."
    assert dialog.problems.topLevelItem(0).text(0) == "3"
    assert not dialog.save_button.isEnabled()


def test_the_line_with_the_caret_is_told_of(make):
    dialog = make()
    assert dialog.line.text() == "Line 1: 2 in this document, 5 in the others."
    QTest.keyClick(dialog.editor, Qt.Key.Key_Down)
    assert dialog.line.text() == "Line 2: 0 in this document, 1 in the others."
    QTest.keyClick(dialog.editor, Qt.Key.Key_Down)
    assert dialog.line.text() == "Line 3: There is no label before the tab."
    QTest.keyClick(dialog.editor, Qt.Key.Key_Down)
    assert dialog.line.text() == ""


def test_a_broken_line_is_gone_to(make):
    dialog = make()
    dialog.problems.itemActivated.emit(dialog.problems.topLevelItem(0), 0)
    assert dialog.editor.textCursor().blockNumber() == 2


def test_what_is_typed_is_checked_after_a_pause_and_once(make, qtbot):
    dialog = make()
    QTest.keyClicks(dialog.editor, "ORG\tBRI")
    assert len(dialog._checker.asked) == 1
    qtbot.waitUntil(lambda: len(dialog._checker.asked) == 2, timeout=5_000)
    assert dialog._checker.asked[-1][0].startswith("ORG\tBRIPERSON")
    dialog.editor.document().setModified(False)


def test_ctrl_s_saves_all_there_is_character_by_character(make, tmp_path):
    path = tmp_path / "aneh.txt"
    path.write_bytes("GPE\tKota\u00a0Bandung\r\nORG\t😀 Corp\r\n".encode())
    dialog = make(path)
    heard = Heard()
    dialog.saved.connect(heard.hear)
    QTest.keyClicks(dialog.editor, "# x")
    QTest.keyClick(dialog.editor, Qt.Key.Key_Return)
    assert dialog.isWindowModified()
    QTest.keyClick(dialog, Qt.Key.Key_S, CTRL)
    assert path.read_bytes() == "# x\r\nGPE\tKota\u00a0Bandung\r\nORG\t😀 Corp\r\n".encode()
    assert heard.got == [path]
    assert not dialog.isWindowModified()
    assert dialog.said.text() == "Saved."
    assert [entry.name for entry in tmp_path.iterdir()] == ["aneh.txt"]


def test_a_new_file_is_made_by_saving(make, tmp_path):
    path = tmp_path / "baru.txt"
    dialog = make(path, beginning="GPE\tSolo\n")
    assert dialog.save_button.isEnabled()
    dialog.save_button.click()
    assert path.read_text(encoding="utf-8") == "GPE\tSolo\n"


def test_what_the_system_refuses_is_said_and_nothing_is_lost(make, tmp_path):
    path = tmp_path / "tidak" / "ada.txt"
    dialog = make(path, beginning="GPE\tSolo\n")
    assert not dialog.save()
    assert str(path.parent) in dialog.said.text()
    assert dialog.text() == "GPE\tSolo\n"
    dialog.editor.document().setModified(False)


def test_a_file_that_another_program_changed_is_replaced_only_after_a_question(make, tmp_path):
    ask = Answers()
    dialog = make(ask=ask)
    path = dialog.path
    path.write_text("lain\n", encoding="utf-8")
    QTest.keyClicks(dialog.editor, "x")
    assert not dialog.save()
    assert path.read_text(encoding="utf-8") == "lain\n"
    ask.agrees = True
    assert dialog.save()
    assert path.read_text(encoding="utf-8").startswith("xPERSON")


def test_closing_with_changes_asks_first(make):
    ask = Answers()
    dialog = make(ask=ask)
    QTest.keyClicks(dialog.editor, "x")
    dialog.reject()
    assert dialog.isVisible()
    assert "nama.txt" in ask.asked[-1]
    ask.agrees = True
    dialog.reject()
    assert not dialog.isVisible()
    assert dialog._checker.stopped


def test_a_file_that_is_no_text_is_not_edited(make, tmp_path):
    path = tmp_path / "biner.txt"
    path.write_bytes(b"GPE\tSolo\nORG\t\xff\xfe\n")
    dialog = make(path)
    assert dialog.said.text().startswith("Line 2 of biner.txt is not UTF-8")
    assert dialog.editor.isReadOnly()
    assert path.read_bytes() == b"GPE\tSolo\nORG\t\xff\xfe\n"


def test_a_check_that_takes_too_long_is_said(make):
    dialog = make(answer=PatternCheck(too_slow=True))
    assert "may never end" in dialog.counts.text()
    assert dialog.line.text() == ""


def test_a_check_that_fails_is_said(make):
    assert make(answer="It is gone.").counts.text() == "It is gone."


def test_tab_writes_a_tab_and_ctrl_tab_leaves(make, qtbot):
    dialog = make()
    dialog.activateWindow()
    dialog.editor.setFocus()
    QTest.keyClick(dialog.editor, Qt.Key.Key_Tab)
    assert dialog.text().startswith("\tPERSON")
    qtbot.waitUntil(dialog.editor.hasFocus, timeout=2_000)
    QTest.keyClick(dialog.editor, Qt.Key.Key_Tab, CTRL)
    assert not dialog.editor.hasFocus()
    dialog.editor.document().setModified(False)


def test_ctrl_tab_leaves_the_text_of_a_sound_file_too(make, qtbot):
    dialog = make(answer=PatternCheck(patterns=2))
    dialog.activateWindow()
    dialog.editor.setFocus()
    qtbot.waitUntil(dialog.editor.hasFocus, timeout=2_000)
    QTest.keyClick(dialog.editor, Qt.Key.Key_Tab, CTRL)
    assert not dialog.editor.hasFocus()


def test_every_field_has_a_name(make):
    dialog = make()
    for widget in dialog.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(dialog):
            assert widget.accessibleName() or getattr(widget, "text", str)() or widget.focusProxy(), widget


# --- in the window ----------------------------------------------------------------------------------------------------------------


def test_from_the_dialog_of_suggesters_to_a_file_and_back(monkeypatch, make_seat, project_file, tmp_path, qtbot):
    without_processes(monkeypatch)
    seat = make_seat(project_file)
    seat.trigger("project.suggest")
    dialog = seat.dialog(SuggestDialog)
    place = [row.setup.kind for row in dialog.list.rows()].index("patterns")
    dialog.list.setCurrentItem(dialog.list.topLevelItem(place))
    seat.ask.path = tmp_path / "baru.txt"
    dialog.detail.edit.click()
    editor = seat.dialog(PatternsDialog)
    QTest.keyClicks(editor.editor, "GPE\tJakarta")
    qtbot.waitUntil(lambda: "1 match in this document" in editor.counts.text(), timeout=10_000)
    editor.save()
    assert dialog.detail.source.text() == str(seat.ask.path)
    qtbot.waitUntil(lambda: dialog.detail.told.text() == "1 pattern.", timeout=10_000)
    suggesting(seat).asking.edit_patterns(seat.ask.path, "patterns")
    assert seat.dialog(PatternsDialog) is editor
    seat.hands.documents.open(3)
    qtbot.waitUntil(lambda: "0 matches in this document, 1 in 2" in editor.counts.text(), timeout=10_000)
    editor.reject()
    dialog.reject()


def test_a_window_with_patterns_that_are_not_saved_closes_only_after_a_question(monkeypatch, make_seat, project_file, tmp_path):
    without_processes(monkeypatch)
    seat = make_seat(project_file)
    seat.show()
    suggesting(seat).asking.edit_patterns(pattern_file(tmp_path), "patterns")
    editor = seat.dialog(PatternsDialog)
    QTest.keyClicks(editor.editor, "x")
    seat.window.close()
    assert seat.window.isVisible()
    assert editor.isVisible()
    seat.ask.agrees = True
    seat.window.close()
    assert not seat.window.isVisible()


def test_relation_patterns_begin_as_the_shipped_ones(monkeypatch, make_seat, project_file, tmp_path):
    without_processes(monkeypatch)
    seat = make_seat(project_file)
    suggesting(seat).asking.edit_patterns(tmp_path / "hubungan.jsonl", "relations")
    editor = seat.dialog(PatternsDialog)
    assert '"relation"' in editor.text()
    seat.ask.agrees = True
    editor.reject()


def test_a_regular_expression_that_never_ends_is_ended_and_the_next_is_counted(seat, qtbot):
    checker = PatternChecker(seat.bench, seat.hands.projects.jobs, limit=2.5)
    heard = Heard()
    checker.start("GPE\t/(o*)*(.*)*(\\w*)*(\\w*)*zz/\n", "x.txt", heard.hear)
    checker.start("GPE\tno\n", "x.txt", heard.hear)
    checker.start("GPE\tJakarta\n", "x.txt", heard.hear)
    qtbot.waitUntil(lambda: len(heard.got) == 2, timeout=30_000)
    assert heard.got[0].too_slow
    assert heard.got[1].here.spans == 1  # what was asked for between is passed over
    checker.stop()


def test_a_checker_that_is_stopped_calls_nothing(monkeypatch, make_seat, project_file):
    without_processes(monkeypatch)
    seat = make_seat(project_file)
    checker = PatternChecker(seat.bench, seat.hands.projects.jobs)
    heard = Heard()
    checker.start("GPE\tJakarta\n", "x.txt", heard.hear)
    checker.stop()
    QTest.qWait(100)
    assert heard.got == []
