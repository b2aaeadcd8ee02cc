"""What is typed in an editor and not applied or saved: asked about where a person closes, kept where nobody is there, offered back."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtTest import QTest

from annotator import paths
from annotator.commands.command import Command
from annotator.domain.scheme_edit import Part
from annotator.ui import drafts
from annotator.ui.app import build
from annotator.ui.dialogs.patterns import PatternsDialog
from annotator.ui.dialogs.scheme import SchemeDialog
from annotator.ui.drafts import Keeper, Where, find, of_project
from annotator.ui.ending import Ending
from tests.qt.suggesting_support import suggesting, without_processes
from tests.qt.window_support import Seat, settle

SPANS = Part.SPANS


def scheme_editor(seat: Seat) -> SchemeDialog:
    seat.trigger("project.scheme")
    settle()
    return seat.dialog(SchemeDialog)


def rename(dialog: SchemeDialog, old: str, new: str) -> None:
    page = dialog.pages[SPANS]
    page.choose(dialog.draft.find(SPANS, old))
    page.form.name.selectAll()
    QTest.keyClicks(page.form.name, new)


def names(dialog: SchemeDialog) -> list[str]:
    return [entry.name for entry in dialog.draft.entries[SPANS]]


def files() -> list[Path]:
    return sorted(paths.drafts_dir().iterdir())


def ended(seat: Seat) -> None:
    """The program is ended by the system, with nobody there to be asked."""
    seat.ending.now = True
    asked = len(seat.ask.asked)
    assert seat.window.close()
    assert len(seat.ask.asked) == asked
    seat.leave()


def open_ones(seat: Seat, kind: type) -> list:
    return [child for child in seat.window.findChildren(kind) if child.isVisible()]


@pytest.fixture
def sit(make_seat, monkeypatch, project_file):
    """Start the program (anew) on the project."""
    without_processes(monkeypatch)

    def start() -> Seat:
        ending = Ending()
        monkeypatch.setattr("tests.qt.window_support.build", lambda settings, who: build(settings, who, ending=ending))
        seat = make_seat(project_file)
        seat.ending = ending
        seat.show()
        QTest.qWait(30)
        return seat

    return start


@pytest.fixture
def kept(sit, project_file):
    """The program was ended while a label had another name in the editor of the scheme."""
    seat = sit()
    rename(scheme_editor(seat), "PERSON", "ORANG")
    ended(seat)
    (found,) = of_project(str(project_file.resolve()))
    return found


# A person closes


def test_a_person_is_asked_what_would_be_lost_and_stays_unless_they_agree(sit):
    seat = sit()
    dialog = scheme_editor(seat)
    rename(dialog, "PERSON", "ORANG")
    assert not seat.window.close()
    assert seat.window.isVisible()
    assert dialog.isVisible()
    (asked,) = seat.ask.asked
    assert asked.startswith("What you changed in the label scheme has not been applied, and would be lost.\nPERSON becomes ORANG: ")
    assert names(dialog)[0] == "ORANG"
    seat.ask.agrees = True
    assert seat.window.close()
    assert files() == []


def test_an_editor_in_which_nothing_was_changed_closes_with_the_window(sit):
    seat = sit()
    scheme_editor(seat)
    assert seat.window.close()
    assert seat.ask.asked == []
    assert files() == []


def test_closing_the_editor_without_it_throws_it_away(sit):
    seat = sit()
    dialog = scheme_editor(seat)
    rename(dialog, "PERSON", "ORANG")
    seat.hands.scheming.keep()
    assert len(files()) == 1
    seat.ask.agrees = True
    dialog.reject()
    assert files() == []


# The system ends the program


def test_nobody_is_asked_and_what_was_typed_is_offered_when_the_project_is_open_again(sit, kept):
    seat = sit()
    assert seat.ask.asked == []
    assert "You changed the label scheme on " in seat.message
    assert seat.bench.messages.action_button.text() == "Go on with it"
    seat.bench.messages.action_button.click()
    settle()
    dialog = seat.dialog(SchemeDialog)
    assert names(dialog)[0] == "ORANG"
    assert dialog.strip is None
    assert "PERSON becomes ORANG" in dialog.told.text()
    dialog.apply.click()
    while seat.hands.scheming.busy:
        QTest.qWait(5)
    settle()
    assert seat.document.span("s3").label == "ORANG"
    assert files() == []
    seat.leave()
    assert "You changed" not in sit().message


def test_what_is_gone_on_with_is_kept_again(sit, kept):
    for name in ("ORANG 2", "ORANG 3"):
        seat = sit()
        seat.bench.messages.action_button.click()
        settle()
        dialog = seat.dialog(SchemeDialog)
        rename(dialog, names(dialog)[0], name)
        ended(seat)
    assert find(kept.where).draft["entries"]["spans"][0]["name"] == "ORANG 3"


def test_the_editor_itself_waits_for_an_answer(sit, kept):
    seat = sit()
    seat.bench.messages.clear()
    dialog = scheme_editor(seat)
    assert dialog.strip is not None
    assert not dialog.tabs.isEnabled()
    assert not dialog.apply.isEnabled()
    assert names(dialog)[0] == "PERSON"
    dialog.reject()  # no answer: it stays
    assert seat.ask.asked == []
    assert find(kept.where) == kept
    dialog = scheme_editor(seat)
    dialog.strip.let_go.click()
    assert files() == []
    assert dialog.tabs.isEnabled()
    assert names(dialog)[0] == "PERSON"
    dialog.reject()
    assert scheme_editor(seat).strip is None


def test_an_answer_in_the_editor_takes_the_offer_out_of_the_bar(sit, kept, pattern_file):
    seat = sit()
    assert seat.message
    dialog = scheme_editor(seat)
    dialog.strip.let_go.click()
    assert seat.message == ""
    seat.bench.messages.show_message("Something else.", "warning")
    dialog.reject()
    typed(seat, pattern_file)
    ended(seat)
    seat = sit()
    assert seat.message
    pattern_editor(seat, pattern_file).strip.let_go.click()
    assert seat.message == ""


def test_the_end_while_the_editor_waits_for_an_answer_keeps_it(sit, kept):
    seat = sit()
    scheme_editor(seat)
    ended(seat)
    assert find(kept.where) == kept


def test_a_draft_of_another_scheme_is_let_go_with_a_sentence(sit, kept):
    seat = sit()
    seat.bench.messages.clear()
    seat.bench.session.execute(Command("x", lambda tx: tx.put_scheme(replace(seat.project.scheme, name="other"))))
    dialog = scheme_editor(seat)
    assert dialog.strip is None
    assert "was let go: the scheme itself was changed since" in seat.message
    assert files() == []


def test_a_draft_that_no_longer_fits_is_told_when_the_project_opens(sit, kept):
    data = json.loads(kept.where.file.read_text())
    data["draft"]["before"]["name"] = "other"
    kept.where.file.write_text(json.dumps(data))
    seat = sit()
    assert "was let go" in seat.message
    assert seat.bench.messages.action_button.isHidden()
    assert files() == []


def test_another_project_in_the_window_does_not_lose_it(sit, project_file):
    seat = sit()
    rename(scheme_editor(seat), "PERSON", "ORANG")
    seat.bench.set_session(None)
    settle()
    assert not open_ones(seat, SchemeDialog)
    assert len(files()) == 1
    seat.hands.projects.open(project_file)
    QTest.qWait(30)
    assert "You changed the label scheme" in seat.message


def test_it_is_kept_while_it_is_typed_for_a_program_that_is_killed(sit, monkeypatch, qtbot):
    monkeypatch.setattr(drafts, "AFTER", 30)
    seat = sit()
    dialog = scheme_editor(seat)
    QTest.qWait(60)
    assert files() == []
    rename(dialog, "PERSON", "ORANG")
    qtbot.waitUntil(lambda: len(files()) == 1, timeout=2000)
    if os.name == "posix":
        assert files()[0].stat().st_mode & 0o077 == 0  # nobody else's
    rename(dialog, "ORANG", "PERSON")
    qtbot.waitUntil(lambda: files() == [], timeout=2000)  # as it was: nothing would be lost


def test_who_types_on_and_on_has_it_kept_too(qtbot, monkeypatch):
    monkeypatch.setattr(drafts, "AFTER", 60)
    owner = QObject()
    keeper = Keeper(owner, Where("scheme", "p"), lambda: {"x": 1})
    for _ in range(12):
        keeper.touch()
        QTest.qWait(10)
    assert find(Where("scheme", "p")).draft == {"x": 1}
    keeper.drop()


def test_a_message_with_a_button_is_answered_first(sit, kept, monkeypatch, qtbot):
    monkeypatch.setattr(drafts, "_LOOK_AGAIN", 20)
    seat = sit()
    bar = seat.bench.messages
    seat.hands.projects.close()
    seat.hands.projects.open(kept_path(kept))
    bar.show_message("Something else.", "warning", "Mend it", lambda: None)
    QTest.qWait(80)
    assert seat.message == "Something else."
    bar.action_button.click()
    qtbot.waitUntil(lambda: "You changed the label scheme" in seat.message, timeout=2000)


def kept_path(kept) -> Path:
    return Path(kept.where.project)


def test_a_message_without_a_button_is_said_before_it(sit, kept):
    seat = sit()
    seat.hands.projects.close()
    seat.hands.projects.open(kept_path(kept))
    seat.bench.messages.show_message("The program did not end properly.", "warning")
    QTest.qWait(30)
    assert seat.message.startswith("The program did not end properly. You changed the label scheme on ")


@pytest.mark.expected_log("annotator.ui.drafts")
def test_a_broken_file_is_put_aside_and_stops_nothing(sit, kept):
    kept.where.file.write_text("[1, 2")
    seat = sit()
    assert seat.message == ""
    assert [file.suffix for file in files()] == [".bad"]
    assert scheme_editor(seat).strip is None


@pytest.mark.expected_log("annotator.ui.drafts")
def test_a_draft_that_cannot_be_read_is_put_aside(sit, kept):
    data = json.loads(kept.where.file.read_text())
    data["draft"]["entries"] = {}
    kept.where.file.write_text(json.dumps(data))
    seat = sit()
    seat.bench.messages.action_button.click()
    settle()
    assert "no draft" in seat.message
    assert seat.dialog(SchemeDialog).tabs.isEnabled()
    assert [file.suffix for file in files()] == [".bad"]


# Patterns


@pytest.fixture
def pattern_file(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes(b"PERSON\tBudi\r\n")
    return path


def pattern_editor(seat: Seat, path: Path) -> PatternsDialog:
    suggesting(seat).asking.edit_patterns(path, "patterns")
    settle()
    return seat.dialog(PatternsDialog)


def typed(seat: Seat, path: Path) -> None:
    QTest.keyClicks(pattern_editor(seat, path).editor, "GPE\tBogor\u00a0x")


def test_patterns_that_are_not_saved_are_offered_back_as_they_were(sit, pattern_file):
    seat = sit()
    typed(seat, pattern_file)
    ended(seat)
    assert seat.ask.asked == []
    assert pattern_file.read_bytes() == b"PERSON\tBudi\r\n"
    seat = sit()
    assert "You changed names.txt on " in seat.message
    seat.bench.messages.action_button.click()
    settle()
    editor = seat.dialog(PatternsDialog)
    assert editor.text().startswith("GPE\tBogor\u00a0xPERSON\tBudi\n")
    assert editor.isWindowModified()
    assert editor.save()
    assert pattern_file.read_bytes() == "GPE\tBogor\u00a0xPERSON\tBudi\r\n".encode()
    assert files() == []
    editor.reject()


def test_a_pattern_file_that_was_written_since_is_written_over_only_after_a_question(sit, pattern_file):
    seat = sit()
    typed(seat, pattern_file)
    ended(seat)
    pattern_file.write_text("somebody else's")
    seat = sit()
    seat.bench.messages.clear()
    editor = pattern_editor(seat, pattern_file)
    assert editor.strip is not None
    assert editor.text() == "somebody else's"
    assert editor.editor.isReadOnly()
    assert not editor.save()
    editor.strip.go_on.click()
    assert not editor.editor.isReadOnly()
    assert not editor.save()
    assert "changed by another program" in seat.ask.asked[-1]
    assert pattern_file.read_text() == "somebody else's"


def test_patterns_are_let_go_or_stay_without_an_answer(sit, pattern_file):
    seat = sit()
    typed(seat, pattern_file)
    ended(seat)
    seat = sit()
    editor = pattern_editor(seat, pattern_file)
    editor.reject()
    assert seat.ask.asked == []
    assert len(files()) == 1
    editor = pattern_editor(seat, pattern_file)
    editor.strip.let_go.click()
    assert files() == []
    assert editor.text() == "PERSON\tBudi\n"
    assert not editor.editor.isReadOnly()
    editor.reject()
    assert seat.ask.asked == []


def test_a_new_pattern_file_that_was_never_saved_is_offered_back(sit, tmp_path):
    seat = sit()
    typed(seat, tmp_path / "new.txt")
    ended(seat)
    assert not (tmp_path / "new.txt").exists()
    seat = sit()
    seat.bench.messages.action_button.click()
    settle()
    assert seat.dialog(PatternsDialog).text() == "GPE\tBogor\u00a0x"


def test_the_shipped_relation_patterns_are_nothing_to_keep(sit, tmp_path):
    seat = sit()
    suggesting(seat).asking.edit_patterns(tmp_path / "new.jsonl", "relations")
    ended(seat)
    assert files() == []


def test_closing_the_patterns_without_saving_throws_them_away(sit, pattern_file):
    seat = sit()
    typed(seat, pattern_file)
    suggesting(seat).asking.keep()
    assert len(files()) == 1
    seat.ask.agrees = True
    seat.dialog(PatternsDialog).reject()
    assert files() == []


def test_both_are_offered_one_after_the_other(sit, kept, pattern_file, monkeypatch, qtbot):
    monkeypatch.setattr(drafts, "_LOOK_AGAIN", 20)
    seat = sit()
    seat.bench.messages.clear()
    typed(seat, pattern_file)
    ended(seat)
    assert len(files()) == 2
    seat = sit()
    assert "You changed names.txt" in seat.message  # the latest first
    seat.bench.messages.clear()
    qtbot.waitUntil(lambda: "You changed the label scheme" in seat.message, timeout=2000)
