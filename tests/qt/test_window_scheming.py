"""The label scheme from the window: edited, applied in pieces as one step, undone; files; guidelines beside the article."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.commands.command import Command
from annotator.domain.annotations import Span
from annotator.domain.scheme_edit import Part
from annotator.store import journal, recount
from annotator.ui.dialogs.scheme import SchemeDialog
from annotator.ui.dialogs.scheme_fate import FateDialog
from tests.qt.window_support import document, full_disk, make_project, read_only, settle, suggestions

SPANS = Part.SPANS


@pytest.fixture
def editor(seat):
    """The open editor of the small scheme's project."""
    seat.trigger("project.scheme")
    settle()
    return seat.dialog(SchemeDialog)


def rename(dialog: SchemeDialog, old: str, new: str) -> None:
    page = dialog.pages[SPANS]
    page.choose(dialog.draft.find(SPANS, old))
    page.form.name.selectAll()
    QTest.keyClicks(page.form.name, new)


def applied(seat, dialog: SchemeDialog) -> None:
    dialog.apply.click()
    for _ in range(400):
        settle()
        if not seat.hands.scheming.busy:
            break
        QTest.qWait(5)
    assert not seat.hands.scheming.busy


def labels(seat) -> set[str]:
    return {row[0] for row in seat.project.connection.execute("SELECT DISTINCT label FROM spans")}


def test_the_counts_arrive(seat, editor, qtbot):
    qtbot.waitUntil(lambda: "document" in editor.pages[SPANS].form.used.text(), timeout=5000)
    assert editor.pages[SPANS].form.used.text() == "5 spans in 2 documents (5 of them suggestions)"


def test_a_rename_is_one_step_and_one_undo_takes_it_back(seat, editor):
    before = labels(seat)
    rename(editor, "PERSON", "ORANG")
    applied(seat, editor)
    assert labels(seat) == {"ORANG", "GPE", "ORG"}
    assert seat.document.span("s3").label == "ORANG"
    assert seat.told[-1] == "The label scheme was changed: 5 spans changed."
    assert seat.window.panels.labels.model.index(1).data() == "ORANG"
    assert recount.differences(seat.project.connection) == []
    seat.hands.history.undo()
    assert labels(seat) == before
    assert seat.document.span("s3").label == "PERSON"
    assert seat.window.panels.labels.model.index(1).data() == "PERSON"


def test_the_editor_closes_when_it_is_done_and_opens_anew(seat, editor):
    rename(editor, "DATE", "TANGGAL")
    applied(seat, editor)
    assert not [child for child in seat.window.findChildren(SchemeDialog) if child.isVisible()]
    seat.trigger("project.scheme")
    settle()
    assert seat.dialog(SchemeDialog).draft.find(SPANS, "TANGGAL") is not None


def test_there_is_one_editor_at_a_time(seat, editor):
    seat.hands.scheming.edit()
    assert seat.dialog(SchemeDialog) is editor


def test_what_becomes_one_in_a_merge_is_said_before(seat):
    twin = Span("t1", ((0, 5),), "ORG", origin="person:ani")
    seat.bench.session.execute(Command("x", lambda tx: tx.put(seat.document.set_id, twin)))
    seat.trigger("project.scheme")
    settle()
    dialog = seat.dialog(SchemeDialog)
    page = dialog.pages[SPANS]
    page.choose(dialog.draft.find(SPANS, "ORG"))
    page.merge.click()
    settle()
    (asked,) = [child for child in dialog.findChildren(FateDialog) if child.isVisible()]
    assert asked.told.text() == ""
    asked.other.setCurrentIndex(asked.other.findText("GPE"))
    assert asked.told.text() == "1 of them is there as GPE, too: the two become one, with what both had."
    asked.go.click()
    settle()
    applied(seat, dialog)
    assert seat.told[-1] == "The label scheme was changed: 2 spans changed, 1 joined with another."


def test_what_cannot_be_applied_is_said_and_the_draft_stays(seat, editor):
    scheme = replace(seat.project.scheme, name="other")
    rename(editor, "PERSON", "ORANG")
    seat.bench.session.execute(Command("x", lambda tx: tx.put_scheme(scheme)))
    editor.apply.click()
    settle()
    assert "was changed meanwhile" in editor.told.text()
    assert editor.isVisible()
    assert labels(seat) == {"PERSON", "GPE", "ORG"}


def test_a_long_change_can_be_stopped_and_leaves_nothing(make_seat, tmp_path):
    words = " ".join(["kata"] * 3000)
    found = [(f"s{number}", number * 5, number * 5 + 4, "PERSON") for number in range(3000)]
    path = make_project(tmp_path / "long.annotator", [(document("long", words), [suggestions(found)])])
    seat = make_seat(path)
    seat.trigger("project.scheme")
    settle()
    dialog = seat.dialog(SchemeDialog)
    rename(dialog, "PERSON", "ORANG")
    dialog.apply.click()
    assert seat.hands.scheming.busy
    assert not dialog.tabs.isEnabled()
    dialog.reject()
    assert not seat.hands.scheming.busy
    assert "taken back" in dialog.told.text()
    assert dialog.tabs.isEnabled()
    assert labels(seat) == {"PERSON"}
    assert journal.unfinished(seat.project.connection) == []
    applied(seat, dialog)
    assert labels(seat) == {"ORANG"}
    assert recount.differences(seat.project.connection) == []


def test_closing_the_project_in_the_midst_takes_the_change_back(seat, editor, project_file):
    rename(editor, "PERSON", "ORANG")
    editor.apply.click()
    seat.bench.set_session(None)
    settle()
    assert not seat.hands.scheming.busy
    assert seat.hands.projects.open(project_file)
    assert labels(seat) == {"PERSON", "GPE", "ORG"}
    assert seat.project.notices == []


def test_a_full_disk_leaves_everything_as_it_was(make_seat, tmp_path):
    words = " ".join(["kata"] * 3000)
    found = [(f"s{number}", number * 5, number * 5 + 4, "PERSON") for number in range(3000)]
    seat = make_seat(make_project(tmp_path / "long.annotator", [(document("long", words), [suggestions(found)])]))
    seat.trigger("project.scheme")
    settle()
    dialog = seat.dialog(SchemeDialog)
    rename(dialog, "PERSON", "ORANG")
    with full_disk(seat.project):
        applied(seat, dialog)
    assert dialog.isVisible()
    seat.bench.set_session(None)
    assert seat.hands.projects.open(tmp_path / "long.annotator")
    assert labels(seat) == {"PERSON"}
    assert seat.project.scheme.span("ORANG") is None
    assert recount.differences(seat.project.connection) == []


def test_a_read_only_project_has_no_editor(make_seat, project_file):
    with read_only(project_file):
        seat = make_seat(project_file)
        assert not seat.window.actions_by_id["project.scheme"].isEnabled()
        seat.hands.scheming.edit()
        assert not seat.window.findChildren(SchemeDialog)


# Files


def test_labels_are_taken_from_a_file_and_saved_to_one(seat, editor, tmp_path):
    seat.ask.path = tmp_path / "annotation.conf"
    seat.ask.path.write_text("[entities]\nPERSON\nLAW\n[relations]\nleads Arg1:PERSON, Arg2:LAW\n", encoding="utf-8")
    editor.bring.click()
    assert editor.told.text() == "3 labels of annotation.conf were taken."
    assert editor.pages[SPANS].list.topLevelItemCount() == 5
    seat.ask.path = tmp_path / "mine.labels.json"
    editor.save.click()
    assert editor.told.text() == "Saved as mine.labels.json."
    assert '"LAW"' in seat.ask.path.read_text(encoding="utf-8")
    assert seat.project.scheme.span("LAW") is None, "nothing is applied yet"
    applied(seat, editor)
    assert seat.project.scheme.relation("leads").tail == ("LAW",)


def test_a_file_that_is_none_is_said(seat, editor, tmp_path):
    seat.ask.path = tmp_path / "odd.json"
    seat.ask.path.write_text('{"odd": 1}', encoding="utf-8")
    editor.bring.click()
    assert editor.told.text() == "A label scheme has no field “odd”."
    seat.ask.path = tmp_path / "none" / "x.json"
    editor.save.click()
    assert "none" in editor.told.text()
    seat.ask.path = None
    editor.save.click()
    editor.bring.click()


# Guidelines


def test_guidelines_are_written_and_read_beside_the_article(seat):
    panel = seat.window.panels.guidelines
    panel.edit.click()
    settle()
    dialog = seat.dialog(SchemeDialog)
    assert dialog.tabs.currentWidget() is dialog.guidelines
    dialog.guidelines.text.setPlainText("# Rules\n\n## GPE\n\nPlaces.")
    applied(seat, dialog)
    seat.show()
    dock = panel.parentWidget()
    dock.show()
    dock.raise_()
    settle()
    assert "Rules" in panel.view.headings()
    seat.view.focus_span("s2")
    settle()
    assert panel._label == "GPE"
    seat.hands.history.undo()
    assert "Rules" not in panel.view.headings()


def test_without_a_project_the_panel_says_so(make_seat):
    seat = make_seat()
    assert "Open a project" in seat.window.panels.guidelines.hint.text()


def test_the_editor_is_reached_by_its_keys(seat):
    seat.show()
    seat.press("Ctrl+Shift+L")
    dialog = seat.dialog(SchemeDialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert not seat.window.findChildren(SchemeDialog)


def keys(*names: str) -> None:
    """Press keys into whatever has the keyboard, dialogs of dialogs too."""
    for name in names:
        target = QApplication.focusWidget()
        assert target is not None
        if name.startswith("'"):
            QTest.keyClicks(target, name[1:])
        else:
            *held, last = name.split("+")
            modifiers = Qt.KeyboardModifier.NoModifier
            for modifier in held:
                modifiers |= {"Ctrl": Qt.KeyboardModifier.ControlModifier, "Alt": Qt.KeyboardModifier.AltModifier}[modifier]
            QTest.keyClick(target, getattr(Qt.Key, f"Key_{last}"), modifiers)
        settle()


def wait(seat) -> None:
    for _ in range(400):
        settle()
        if not seat.hands.scheming.busy:
            return
        QTest.qWait(5)


def test_renaming_adding_and_deleting_with_the_keyboard_alone(seat):
    seat.show()
    seat.press("Ctrl+Shift+L")
    dialog = seat.dialog(SchemeDialog)
    dialog.activateWindow()
    settle()
    assert dialog.pages[SPANS].list.hasFocus()
    keys("Down", "Return", "Ctrl+A", "'TEMPAT")  # GPE gets another name
    dialog.pages[SPANS].list.setFocus()
    keys("Insert", "'LAW")  # a new one
    dialog.pages[SPANS].list.setFocus()
    keys("Alt+Up", "Alt+Up", "Alt+Up", "Alt+Up")  # to the top
    keys("End", "Delete")  # DATE, which nothing has
    keys("Ctrl+Return")
    wait(seat)
    scheme = seat.project.scheme
    assert [label.name for label in scheme.spans] == ["LAW", "PERSON", "TEMPAT", "ORG"]
    assert labels(seat) == {"PERSON", "TEMPAT", "ORG"}
    assert scheme.relation("visited").tail == ("TEMPAT",)
    assert not seat.window.findChildren(SchemeDialog)
    seat.show()
    seat.press("Ctrl+Z")
    assert [label.name for label in seat.project.scheme.spans] == ["PERSON", "GPE", "ORG", "DATE"]
    assert labels(seat) == {"PERSON", "GPE", "ORG"}
    seat.press("Ctrl+Y")
    assert labels(seat) == {"PERSON", "TEMPAT", "ORG"}


def test_the_new_key_of_a_label_works_in_the_article_at_once(seat, editor):
    page = editor.pages[SPANS]
    page.choose(editor.draft.find(SPANS, "DATE"))
    page.form.key.setCurrentIndex(page.form.key.findData("d"))
    applied(seat, editor)
    seat.show()
    seat.view.select(45, 52)
    seat.press("d")
    assert [span.label for span in seat.document.spans_in(45, 52)] == ["DATE"]


def test_a_tightened_rule_shows_its_problems_and_removes_nothing(seat, editor):
    page = editor.pages[Part.RELATIONS]
    page.choose(editor.draft.find(Part.RELATIONS, "met_with"))
    page.form.head.item(0).setCheckState(Qt.CheckState.Unchecked)
    page.form.head.item(1).setCheckState(Qt.CheckState.Checked)
    page.form.tail.item(0).setCheckState(Qt.CheckState.Unchecked)
    page.form.tail.item(1).setCheckState(Qt.CheckState.Checked)
    applied(seat, editor)
    assert [link.label for link in seat.document.relations()] == ["met_with"]
    assert [problem.item for problem in seat.document.problems()] == ["r1"]
    seat.hands.history.undo()
    assert not seat.document.problems()


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_editor_and_the_guidelines_follow_the_theme(seat, name):
    seat.show()
    panel = seat.window.panels.guidelines
    panel.parentWidget().show()
    panel.parentWidget().raise_()
    seat.hands.shell.set_theme(name)
    settle()
    assert "PERSON" in panel.view.headings()
    seat.trigger("project.scheme")
    settle()
    dialog = seat.dialog(SchemeDialog)
    page = dialog.grab().toImage().pixelColor(3, 3).lightness()
    assert (page < 128) == (name == "dark")


def test_a_right_to_left_window_has_the_same_editor(seat, editor):
    editor.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    settle()
    page = editor.pages[SPANS]
    assert page.list.mapTo(editor, page.list.rect().center()).x() > page.form.mapTo(editor, page.form.rect().center()).x()
    assert not editor.grab().isNull()
