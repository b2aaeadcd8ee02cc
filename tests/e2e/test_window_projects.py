"""Closing and opening again, importing and exporting from the window, and two people on one project."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
import spacy
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from spacy.tokens import Doc, DocBin

from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.import_files import ImportDialog
from annotator.ui.dialogs.import_report import ImportReportDialog
from annotator.ui.dialogs.new_project import NewProjectDialog
from annotator.ui.dialogs.report import LossReportDialog
from tests.e2e.window_support import STORY, shown, stored, story_project


def reach(user, wanted) -> None:
    """Press Tab until a part of the open dialog has the keyboard."""
    for _ in range(40):
        if user.dialog.focusWidget() is wanted:
            return
        user.press("Tab")
    raise AssertionError(f"Tab never reached {wanted}")


def choose(user, combo: QComboBox, value: str) -> None:
    """Open a combo box by key and pick an entry with the arrow keys."""
    reach(user, combo)
    user.press("Space")
    popup = combo.view()
    for _ in range(combo.count()):
        if popup.currentIndex().row() == combo.findData(value):
            break
        below = popup.currentIndex().row() < combo.findData(value)
        QTest.keyClick(popup, Qt.Key.Key_Down if below else Qt.Key.Key_Up)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    user.settle()
    assert combo.currentData() == value


def export(user, target: Path, format_name: str, status: str = "done") -> LossReportDialog:
    """Export by Ctrl+E, with nothing but keys, and return the report that is shown."""
    user.press("Ctrl+E")
    dialog = user.dialog
    assert isinstance(dialog, ExportDialog)
    choose(user, dialog.format, format_name)
    choose(user, dialog.status, status)
    reach(user, dialog.path)
    user.press("Ctrl+A")
    user.type(str(target))
    user.press("Return")
    user.wait(lambda: isinstance(user.dialog, LossReportDialog), "a report of the export")
    return user.dialog


# Again


def test_document_caret_and_arrangement_are_as_they_were_left(use, tmp_path):
    project = story_project(tmp_path, 3)
    left = {}

    def first(user):
        user.press("Ctrl+PgDown")
        user.put_caret("Sunarso")
        user.window.actions_by_id["view.theme-dark"].trigger()
        user.window._documents_dock.hide()
        user.window.resize(790, 700)  # the screen there is off screen is 800 pixels wide
        user.settle()
        left["caret"] = user.view.caret
        left["size"] = user.window.size()

    def again(user):
        assert user.document.document.name == "cerita 2"
        assert user.view.caret == left["caret"]
        point = user.point_at("Sunarso")
        assert 0 < point.y() < user.view.viewport().height()
        assert user.view.look.theme.dark
        assert user.window.palette().window().color().lightness() < 80
        assert user.window.size() == left["size"]
        assert not user.window._documents_dock.isVisible()
        assert user.window._labels_dock.isVisible()

    assert use(first, "open", project) == 0
    assert use(again) == 0  # without a name, the last project opens
    assert use(again, "open", project) == 0


def test_opening_the_open_project_again_changes_nothing(use, story):
    def drive(user):
        user.put_caret("Sunarso")
        user.press("1")
        session = user.session
        assert user.window.hands.projects.open(story)
        user.settle()
        assert user.session is session
        assert user.surface == "Sunarso"

    assert use(drive, "open", story) == 0


def test_closing_leaves_one_file_with_everything_in_it(use, story):
    def drive(user):
        user.put_caret("Sunarso")
        user.press("1")

    assert use(drive, "open", story) == 0
    copied = story.with_name("copied.annotator")
    copied.write_bytes(story.read_bytes())
    assert any(label == "PERSON" and STORY[start:end] == "Sunarso" for start, end, label, _ in stored(copied).spans)
    assert [path.name for path in story.parent.glob("story.annotator-*")] == []


def test_closing_the_project_goes_to_the_welcome_page_and_the_list_there_opens_it_again(use, story):
    def drive(user):
        user.press("Tab", "3")
        user.press("Ctrl+W")
        assert user.session is None
        assert user.window.welcome.isVisible()
        recent = user.window.welcome.recent
        assert [recent.item(row).text() for row in range(recent.count())] == ["story"]
        recent.setFocus()
        recent.setCurrentRow(0)
        user.press("Return")
        assert user.document is not None
        assert user.has("Joko Widodo", "ORG")
        user.check()

    assert use(drive, "open", story) == 0


def test_a_new_project_is_made_by_keys_and_filled_from_two_files(use, tmp_path, monkeypatch):
    first, second = tmp_path / "satu.txt", tmp_path / "dua.jsonl"
    first.write_text("Budi tiba di Bogor.\r\nLalu 😊 pergi.", encoding="utf-8", newline="")
    line = {"name": "dua", "text": "Joko di Solo.", "annotator": "ner", "kind": "model"}
    second.write_text(
        json.dumps({**line, "spans": [{"id": "a", "start": 0, "end": 4, "label": "PERSON"}]}) + "\n", encoding="utf-8"
    )

    def drive(user):
        user.press("Ctrl+N")
        assert isinstance(user.dialog, NewProjectDialog)
        user.dialog._folder = tmp_path
        user.press("Ctrl+A")
        user.type("baru")
        user.press("Return")
        assert user.session is not None
        assert user.session.project.path == tmp_path / "baru.annotator"
        assert user.document is None
        monkeypatch.setattr(user.window.bench.ask, "open_files", lambda *_: [first, second])
        user.press("Ctrl+I")
        dialog = user.dialog
        assert isinstance(dialog, ImportDialog)
        assert not dialog.accept_button.isEnabled()
        reach(user, dialog.add)
        user.press("Space")
        assert dialog.files.count() == 2
        reach(user, dialog.accept_button)
        user.press("Return")
        user.wait(lambda: isinstance(user.dialog, ImportReportDialog), "a report of the import")
        assert user.dialog.title.text() == "Everything was imported."
        user.press("Escape")
        assert user.document.document.name == "satu"
        assert user.text == "Budi tiba di Bogor.\r\nLalu 😊 pergi."
        user.put_caret("Bogor")
        user.press("2")
        assert user.surface == "Bogor"
        user.press("Ctrl+PgDown")
        assert user.has("Joko", "PERSON")
        user.check()

    monkeypatch.setenv("HOME", str(tmp_path))
    assert use(drive) == 0


# Exporting


def test_what_spacy_reads_is_what_the_window_showed(use, story, tmp_path):
    target, seen = tmp_path / "gold.spacy", []

    def drive(user):
        user.focus("Putin", 0)
        user.press("1")
        user.focus("bertemu")
        user.press("r")
        user.type(user.letters_for("s7"))
        user.press("Ctrl+Return")
        report = export(user, target, "spacy")
        assert "Exported" in report.title.text()
        seen.extend((shown(user.document), " ".join(map(str, _texts(report.table.model())))))
        user.press("Escape")

    assert use(drive, "open", story) == 0
    window, told = seen
    Doc.set_extension("rel", default={}, force=True)
    [doc] = DocBin().from_disk(target).get_docs(spacy.blank("xx").vocab)
    assert doc.text == STORY
    entities = {(span.start_char, span.end_char, span.label_) for span in doc.ents}
    every = entities | {(span.start_char, span.end_char, span.label_) for span in doc.spans["sc"]}
    assert every == {(start, end, label) for start, end, label, _ in window.spans}
    nested = STORY.index("Bogor")
    assert {start for start, _, _ in every - entities} == {nested}  # within Istana Bogor
    linked = {
        (label, frozenset((doc[head].idx, doc[tail].idx)))
        for (head, tail), labels in doc._.rel.items()
        for label, value in labels.items()
        if value
    }
    wanted = {(label, frozenset((head[0], tail[0]))) for label, head, tail, _ in window.relations}
    assert wanted - linked == {("located_in", frozenset((nested, STORY.index("Jawa Barat"))))}
    assert "located_in" in told  # an end of it is no entity of spaCy's: it is named
    assert linked <= wanted
    directed = {(label, doc[head].idx, doc[tail].idx) for (head, tail), labels in doc._.rel.items() for label in labels}
    assert ("occurred_on", STORY.index("bertemu"), STORY.index("Senin")) in directed
    assert ("occurred_on", STORY.index("Senin"), STORY.index("bertemu")) not in directed


def test_a_span_that_cuts_a_token_is_listed_and_shown_from_the_report(use, story, tmp_path):
    target = tmp_path / "gold.spacy"

    def drive(user):
        user.put_caret("Sunarso")
        user.press("1", "Alt+}", "Escape", "Ctrl+Return")
        report = export(user, target, "spacy")
        assert "not as" in report.title.text()
        texts = [str(item) for item in _texts(report.table.model())]
        assert any("Sunars" in text for text in texts), texts
        user.view.place_caret(0)
        table = report.table
        table.setFocus()
        child = table.model().index(0, 0, table.model().index(0, 0))
        table.setCurrentIndex(child)
        QTest.keyClick(table, Qt.Key.Key_Return)
        user.settle()
        assert user.surface == "Sunars"
        report.close()

    assert use(drive, "open", story) == 0


def _texts(model, parent=None):
    from PySide6.QtCore import QModelIndex

    parent = parent or QModelIndex()
    for row in range(model.rowCount(parent)):
        for column in range(model.columnCount(parent)):
            yield model.index(row, column, parent).data()
        yield from _texts(model, model.index(row, 0, parent))


def test_with_nothing_done_nothing_is_written_and_it_is_said(use, story, tmp_path):
    target = tmp_path / "gold.spacy"

    def drive(user):
        user.press("Ctrl+E")
        dialog = user.dialog
        assert "no document yet" in dialog.summary.text()
        reach(user, dialog.path)
        user.press("Ctrl+A")
        user.type(str(target))
        user.press("Return")
        user.wait(lambda: user.message, "a sentence")
        assert user.dialog is None
        assert "1 new" in user.message or "1 in progress" in user.message or "new" in user.message
        assert not target.exists()

    assert use(drive, "open", story) == 0


def test_an_export_of_everything_counts_what_nobody_reviewed(use, story, tmp_path):
    target = tmp_path / "all.jsonl"

    def drive(user):
        report = export(user, target, "jsonl", "any")
        assert "reviewed" in report.counts.text()
        user.press("Escape")

    assert use(drive, "open", story) == 0
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 1
    assert len(lines[0]["spans"]) == 12


# Two people


def test_two_people_on_one_project_and_the_disputed_document_is_left_out_and_named(use, tmp_path):
    project, target = story_project(tmp_path, 2), tmp_path / "gold.jsonl"

    def ani(user):
        assert user.session.annotator == "ani"
        user.press("Ctrl+Return", "Ctrl+Return")

    def budi(user):
        assert user.session.annotator == "budi"
        user.press("Ctrl+PgUp")
        assert user.document.info.status == "new"
        assert all(not span.reviewed for span in user.document.spans())
        user.press("Ctrl+Z")
        assert "Nothing to undo" in user.said  # what ani did is not his to take back
        user.focus("Putin")
        user.press("1", "Ctrl+Return")
        assert user.message == ""
        assert user.document.document.name == "cerita 2"
        user.press("Ctrl+Return")
        report = export(user, target, "jsonl")
        told = " ".join([report.title.text(), report.counts.text(), *map(str, _texts(report.table.model()))])
        assert "cerita 1" in told
        user.press("Escape")

    assert use(ani, "open", project, "--annotator", "ani") == 0
    assert use(budi, "open", project, "--annotator", "budi") == 0
    names = [json.loads(line)["name"] for line in target.read_text(encoding="utf-8").splitlines()]
    assert names == ["cerita 2"]
    connection = sqlite3.connect(project)
    try:
        assert connection.execute("SELECT DISTINCT document FROM gold_spans").fetchall() == [("cerita 2",)]
    finally:
        connection.close()
    assert stored(project, 1, "ani").spans != stored(project, 1, "budi").spans


@pytest.mark.parametrize("name", ["Budi Santoso", "بودي", "a/b:c", "O'Neil; DROP TABLE spans"])
def test_any_name_can_be_an_annotators(use, story, name):
    def drive(user):
        user.press("Tab", "3")
        assert user.session.annotator == name
        user.check()

    assert use(drive, "open", story, "--annotator", name) == 0
    assert stored(story, 1, name).status == "in progress"
