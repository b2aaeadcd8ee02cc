"""The dialogs that ask: new project, import, export."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from annotator.commands.export_filter import Only, days
from annotator.commands.projects import shipped_schemes
from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.formats.table import FORMATS
from annotator.nlp.tokens import LANGUAGES
from annotator.ui.dialogs import new_project
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.import_files import ImportDialog
from annotator.ui.dialogs.new_project import NewProjectDialog
from tests.qt.panels_support import Heard, opened


class Answers(Ask):
    """Answers in place of the user; remembers what it was asked."""

    def __init__(self, *paths: Path, yes: bool = True) -> None:
        super().__init__()
        self.paths, self.yes, self.asked = list(paths), yes, []

    def open_file(self, _title, folder, patterns):
        self.asked.append(("open", folder, patterns))
        return self.paths[0] if self.paths else None

    def open_files(self, _title, folder, patterns):
        self.asked.append(("open", folder, patterns))
        return self.paths

    def save_file(self, _title, suggestion, patterns):
        self.asked.append(("save", suggestion, patterns))
        return self.paths[0] if self.paths else None

    def confirm(self, _title, text, action):
        self.asked.append(("confirm", text, action))
        return self.yes


def finished(dialog: QDialog) -> Heard:
    heard = Heard()
    dialog.accepted.connect(lambda: heard.hear(dialog.values()))
    return heard


# New project


@pytest.fixture
def new(qtbot, tmp_path):
    def make(ask=None):
        dialog = NewProjectDialog(tmp_path / "untitled.annotator", list(shipped_schemes()), "indonesian-news", "id", ask=ask)
        opened(qtbot, dialog)
        return dialog

    return make


def test_a_new_project_by_name_and_enter(qtbot, new, tmp_path):
    dialog = new()
    heard = finished(dialog)
    assert dialog.name.selectedText() == "untitled"
    qtbot.keyClicks(dialog.name, "berita 2021")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert len(heard.got) == 1
    assert heard.last.path == tmp_path / "berita 2021.annotator"
    assert (heard.last.labels, heard.last.language) == ("indonesian-news", "id")


def test_what_is_wrong_is_said_and_create_waits(qtbot, new, tmp_path):
    dialog = new()
    heard = finished(dialog)
    (tmp_path / "ada.annotator").touch()
    for name, why in (("", "name"), ("a/b", "characters"), ("ada", "already"), ("ada.annotator", "already")):
        dialog.name.setText(name)
        assert why in dialog.complaint.text()
        assert not dialog.create_button.isEnabled()
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    dialog.name.setText("baru")
    dialog.language.setEditText("bahasa indonesia")
    assert "code" in dialog.complaint.text()
    dialog.language.setEditText("nl")
    assert dialog.complaint.text() == ""
    assert heard.got == []
    assert dialog.values().language == "nl"


def test_the_language_is_chosen_from_the_list(new):
    dialog = new()
    dialog.language.setCurrentIndex(dialog.language.findData("en"))
    assert dialog.language.currentText() == "en – English"
    assert dialog.values().language == "en"


def test_a_scheme_is_described_and_a_file_can_be_taken(new, tmp_path):
    own = tmp_path / "own.json"
    own.write_text(json.dumps({"name": "own", "spans": ["A", "B"]}))
    dialog = new(Answers(own))
    assert "18 span labels, 12 relation labels" in dialog.about_scheme.text()
    dialog.scheme_file.click()
    assert dialog.values().labels == str(own)
    assert "2 span labels, 0 relation labels" in dialog.about_scheme.text()


def test_a_broken_scheme_file_is_refused_with_its_reason(new, tmp_path):
    own = tmp_path / "own.json"
    own.write_text('{"spans": [{"name": "A", "key": "#"}]}')
    dialog = new(Answers(own))
    dialog.scheme_file.click()
    assert "“#” cannot be a label's key" in dialog.complaint.text()
    assert not dialog.create_button.isEnabled()


def test_another_place_is_chosen(new, tmp_path):
    other = tmp_path / "lain"
    other.mkdir()
    dialog = new(Answers(other / "kerja.annotator"))
    dialog.browse.click()
    assert dialog.values().path == other / "kerja.annotator"
    assert dialog.folder.text() == str(other)


# Import


@pytest.fixture
def importing(qtbot, tmp_path):
    def make(*paths, start=()):
        ask = Answers(*paths)
        dialog = ImportDialog(tmp_path, ["text", "jsonl"], ask, paths=start)
        opened(qtbot, dialog)
        return dialog, ask

    return make


def test_files_are_added_once_and_taken_out(importing, tmp_path):
    a, b = tmp_path / "a.txt", tmp_path / "b.jsonl"
    dialog, ask = importing(a, b)
    assert not dialog.accept_button.isEnabled()
    dialog.add.click()
    dialog.add.click()
    assert dialog.values().paths == (a, b)
    assert "*.txt" in ask.asked[0][2]
    assert "*.jsonl" in ask.asked[0][2]
    dialog.files.item(0).setSelected(True)
    dialog.remove.click()
    assert dialog.values().paths == (b,)


def test_import_values(importing, tmp_path):
    dialog, _ = importing(start=[tmp_path / "b.jsonl"])
    heard = finished(dialog)
    first = dialog.values()
    assert (first.format, first.annotator, first.kind, first.strict, first.encoding) == ("auto", "import", Kind.MODEL, False, "")
    dialog.format.setCurrentIndex(dialog.format.findData("jsonl"))
    dialog.kind.setCurrentIndex(dialog.kind.findData("gold"))
    dialog.annotator.setText(" panel ")
    dialog.strict.setChecked(True)
    dialog.accept_button.click()
    assert heard.last.kind is Kind.GOLD
    assert (heard.last.format, heard.last.annotator, heard.last.strict) == ("jsonl", "panel", True)


def test_the_encoding_matters_for_texts_alone(importing, tmp_path):
    dialog, _ = importing(start=[tmp_path / "a.txt"])
    assert dialog.encoding.isVisible()
    dialog.encoding.setText("latin-1")
    assert dialog.values().encoding == "latin-1"
    dialog.format.setCurrentIndex(dialog.format.findData("jsonl"))
    assert not dialog.encoding.isVisible()
    assert dialog.values().encoding == ""


def test_an_annotator_must_be_named(importing, tmp_path):
    dialog, _ = importing(start=[tmp_path / "a.txt"])
    dialog.annotator.clear()
    assert not dialog.accept_button.isEnabled()
    assert "called" in dialog.complaint.text()


# Export

COUNTS = {Status.NEW: 15, Status.IN_PROGRESS: 2, Status.DONE: 3, Status.SKIPPED: 0}


@pytest.fixture
def exporting(qtbot, tmp_path):
    def make(ask=None, counts=COUNTS):
        writable = {name: entry for name, entry in FORMATS.items() if entry.write is not None}
        dialog = ExportDialog(tmp_path / "berita.annotator", writable, counts, ask or Answers(), annotators=["ani", "budi"])
        opened(qtbot, dialog)
        return dialog

    return make


def test_export_values_and_what_each_format_offers(exporting, tmp_path):
    dialog = exporting()
    heard = finished(dialog)
    assert dialog.misaligned.isVisible()
    assert not dialog.sets.isVisible()
    assert dialog.path.text() == str(tmp_path / "berita.spacy")
    dialog.format.setCurrentIndex(dialog.format.findData("jsonl"))
    assert dialog.path.text() == str(tmp_path / "berita.jsonl")
    assert dialog.sets.isVisible()
    assert not dialog.misaligned.isVisible()
    dialog.sets.setCurrentIndex(dialog.sets.findData("all"))
    dialog.status.setCurrentIndex(dialog.status.findData("any"))
    dialog.annotator.setEditText("budi")
    dialog.export.click()
    chosen = heard.last
    assert (chosen.format, chosen.status, chosen.annotator, chosen.sets) == ("jsonl", "any", "budi", "all")
    dialog.format.setCurrentIndex(dialog.format.findData("spacy"))
    assert dialog.values().sets == "chosen"  # what is hidden does not count


def test_it_says_what_will_be_exported(exporting):
    dialog = exporting()
    assert dialog.summary.text() == "You have done 3 of 20 documents."
    dialog.status.setCurrentIndex(1)
    assert "17 documents are not done" in dialog.summary.text()
    none = exporting(counts={Status.NEW: 4, Status.DONE: 0})
    assert "no document yet" in none.summary.text()
    empty = exporting(counts=dict.fromkeys(Status, 0))
    assert "import some first" in empty.complaint.text()
    assert not empty.export.isEnabled()


def test_a_target_that_cannot_be_written_is_named(exporting, tmp_path):
    dialog = exporting()
    for text, why in (("", "Name the file"), (str(tmp_path), "is a folder"), (str(tmp_path / "no" / "x.spacy"), "is not there")):
        dialog.path.setText(text)
        assert why in dialog.complaint.text()
        assert not dialog.export.isEnabled()


def test_an_existing_file_is_replaced_only_after_a_question(exporting, tmp_path):
    target = tmp_path / "berita.spacy"
    target.touch()
    ask = Answers(yes=False)
    dialog = exporting(ask)
    heard = finished(dialog)
    dialog.export.click()
    assert ask.asked[-1][0] == "confirm"
    assert dialog.isVisible()
    assert heard.got == []
    ask.yes = True
    dialog.export.click()
    assert heard.last.path == target


def test_a_file_chosen_in_the_systems_dialog_is_not_asked_about_twice(exporting, tmp_path):
    target = tmp_path / "lain.spacy"
    target.touch()
    ask = Answers(target)
    dialog = exporting(ask)
    heard = finished(dialog)
    dialog.browse.click()
    dialog.export.click()
    assert [kind for kind, *_ in ask.asked] == ["save"]
    assert heard.last.path == target


def test_every_language_that_is_offered_can_be_tokenized_without_another_package():
    assert set(new_project._LANGUAGES) <= LANGUAGES - {"ja", "ko", "th", "vi"}


def test_without_a_tick_everything_of_that_status_goes_out(exporting):
    dialog = exporting()
    assert not dialog.only.isVisible()
    dialog.only.words.setText("jokowi")
    assert dialog.values().only == Only(), "what is hidden filters nothing"


def test_a_filter_is_what_its_fields_say(exporting):
    dialog = exporting()
    heard = finished(dialog)
    dialog.some.setChecked(True)
    assert dialog.only.isVisible()
    dialog.only.label.setEditText("PERSON")
    dialog.only.relation.setEditText("met_with")
    dialog.only.flag.setCurrentIndex(dialog.only.flag.findData(True))
    dialog.only.words.setText(" jokowi ")
    dialog.only.field.setEditText("source")
    dialog.only.value.setText("desk")
    dialog.only.when.setCurrentIndex(dialog.only.when.findData("changed"))
    dialog.only.first.setText("2026-05-01")
    dialog.only.last.setText("2026-05-31")
    dialog.status.setCurrentIndex(dialog.status.findData("in-progress"))
    dialog.export.click()
    only = heard.last.only
    assert only == Only(
        ("PERSON",), ("met_with",), True, "jokowi", (("source", "desk"),), changed=days(date(2026, 5, 1), date(2026, 5, 31))
    )
    assert heard.last.status == "in-progress"


@pytest.mark.parametrize(
    ("first", "last", "value", "why"),
    [
        ("2026-13-01", "", "", "2026-13-01 is no day"),
        ("", "tomorrow", "", "tomorrow is no day"),
        ("", "", "", "Name a first or a last day"),
        ("2026-05-02", "2026-05-01", "", "after the last"),
        ("2026-05-01", "", "desk", "Name the field"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named_and_hiding_it_mends_that(exporting, first, last, value, why):
    dialog = exporting()
    dialog.some.setChecked(True)
    dialog.only.when.setCurrentIndex(dialog.only.when.findData("imported"))
    dialog.only.first.setText(first)
    dialog.only.last.setText(last)
    dialog.only.value.setText(value)
    assert why in dialog.complaint.text()
    assert not dialog.export.isEnabled()
    dialog.some.setChecked(False)
    assert dialog.complaint.text() == ""
    assert dialog.export.isEnabled()


def test_every_set_is_offered_where_the_format_can_tell_them_apart(exporting):
    dialog = exporting()
    for row in range(dialog.format.count()):
        dialog.format.setCurrentIndex(row)
        assert dialog.sets.isVisible() is FORMATS[dialog.format.itemData(row)].several_sets
