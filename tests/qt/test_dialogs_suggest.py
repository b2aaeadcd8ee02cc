"""The dialog that asks which suggesters are to run: ticks, order, sources, labels, thresholds, documents, trust."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from annotator.commands.refreshing import Put
from annotator.commands.suggester_sources import Described, described
from annotator.commands.suggesting import SuggestReport
from annotator.domain.exchange import Complaint
from annotator.domain.mapping import LEAVE_OUT
from annotator.domain.suggesting import SuggesterSetup
from annotator.nlp.suggesters import SUGGESTERS
from annotator.ui.dialogs.suggest import Scope, SuggestDialog
from annotator.ui.dialogs.suggest_report import SuggestReportDialog, summary
from annotator.ui.suggesting_choice import Row
from tests.qt.panels_support import Heard, opened
from tests.qt.suggesting_support import pattern_file, suggesting, wait_for_run, without_processes
from tests.qt.window_support import Answers, settle, small_scheme

DOWN, UP, SPACE, RETURN = Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Space, Qt.Key.Key_Return
ALT = Qt.KeyboardModifier.AltModifier


class AtOnce:
    """Reads sources in the test's own process."""

    def __init__(self) -> None:
        self.read: list[SuggesterSetup] = []
        self.stopped = False

    def start(self, setup, done) -> None:
        self.read.append(setup)
        done(described(setup))

    def stop(self) -> None:
        self.stopped = True


def rows(*on: str) -> list[Row]:
    named = {"patterns": "", "pipeline": ""}
    return [Row(SuggesterSetup(kind, named.get(kind, kind), language="id"), kind in on) for kind in SUGGESTERS]


@pytest.fixture
def make(qtbot, tmp_path):
    def build(given: list[Row] | None = None, **fields) -> SuggestDialog:
        fields.setdefault("reader", AtOnce())
        dialog = SuggestDialog(
            rows("memory", "indonesian-news") if given is None else given,
            small_scheme(),
            fields.pop("ask", Answers()),
            folder=tmp_path,
            total=fields.pop("total", 50_000),
            **fields,
        )
        opened(qtbot, dialog)
        dialog.activateWindow()
        QTest.qWaitForWindowExposed(dialog)
        settle()
        return dialog

    return build


def kinds(dialog: SuggestDialog) -> list[str]:
    return [row.setup.kind for row in dialog.list.rows()]


def ticked(dialog: SuggestDialog) -> list[str]:
    return [row.setup.kind for row in dialog.list.rows() if row.on]


def go_to(dialog: SuggestDialog, kind: str) -> None:
    dialog.list.setCurrentItem(dialog.list.topLevelItem(kinds(dialog).index(kind)))
    settle()


# --- the list ----------------------------------------------------------------------------------------------------------------------


def test_all_suggesters_of_the_table_are_listed_with_what_they_do(make):
    dialog = make()
    assert kinds(dialog) == list(SUGGESTERS)
    for place, kind in enumerate(SUGGESTERS.values()):
        assert dialog.list.topLevelItem(place).text(0) == kind.title
        assert dialog.list.topLevelItem(place).text(1) == kind.description
    assert ticked(dialog) == ["memory", "indonesian-news"]


def test_space_ticks_and_alt_with_an_arrow_moves(make):
    dialog = make()
    dialog.list.setFocus()
    QTest.keyClick(dialog.list, SPACE)
    assert ticked(dialog) == ["indonesian-news"]
    QTest.keyClick(dialog.list, SPACE)
    QTest.keyClick(dialog.list, DOWN, ALT)
    assert kinds(dialog)[:2] == ["indonesian-news", "memory"]
    assert ticked(dialog) == ["indonesian-news", "memory"]
    QTest.keyClick(dialog.list, UP, ALT)
    QTest.keyClick(dialog.list, UP, ALT)  # it is on top already
    assert kinds(dialog)[:2] == ["memory", "indonesian-news"]
    assert [row.setup.kind for row in dialog.values().rows] == kinds(dialog)


def test_the_buttons_beside_it_move_too(make):
    dialog = make()
    go_to(dialog, "relations")
    dialog.up.click()
    assert kinds(dialog)[-2:] == ["relations", "pipeline"]
    dialog.down.click()
    assert kinds(dialog)[-1] == "relations"


def test_nothing_ticked_cannot_run(make):
    dialog = make(rows())
    assert not dialog.start.isEnabled()
    assert "Tick at least one" in dialog.complaint.text()
    dialog.list.topLevelItem(0).setCheckState(0, Qt.CheckState.Checked)
    assert dialog.start.isEnabled()
    assert dialog.complaint.text() == ""


def test_a_project_without_documents_cannot_be_suggested_for(make):
    dialog = make(total=0)
    assert not dialog.start.isEnabled()
    assert "import some first" in dialog.complaint.text()


def test_enter_runs_and_escape_does_not(make):
    dialog = make()
    heard = Heard()
    dialog.accepted.connect(heard.hear_again)
    QTest.keyClick(dialog.list, RETURN)
    assert heard.got == ["again"]
    other = make()
    other.accepted.connect(heard.hear_again)
    QTest.keyClick(other, Qt.Key.Key_Escape)
    assert heard.got == ["again"]
    assert other.detail._reader.stopped


# --- sources -----------------------------------------------------------------------------------------------------------------------


def test_patterns_need_a_file_which_can_be_chosen(make, tmp_path):
    ask = Answers()
    ask.path = pattern_file(tmp_path, "PERSON\tPutin\nKOTA\tJakarta\n")
    dialog = make(rows("patterns"), ask=ask)
    assert "needs a pattern file" in dialog.complaint.text()
    go_to(dialog, "patterns")
    dialog.detail.browse.click()
    assert dialog.detail.source.text() == str(ask.path)
    assert dialog.detail.told.text() == "2 patterns."
    assert dialog.start.isEnabled()
    assert dialog.list.currentItem().text(0) == "Patterns: nama.txt"
    (row,) = [row for row in dialog.values().rows if row.on]
    assert row.setup.source == str(ask.path)


def test_a_file_that_is_typed_is_read_after_a_pause(make, tmp_path, qtbot):
    path = pattern_file(tmp_path)
    dialog = make(rows("patterns"))
    go_to(dialog, "patterns")
    reader = dialog.detail._reader
    before = len(reader.read)
    QTest.keyClicks(dialog.detail.source, str(path))
    assert len(reader.read) == before
    qtbot.waitUntil(lambda: len(reader.read) == before + 1, timeout=5_000)
    assert dialog.detail.told.text() == "2 patterns."


def test_what_is_wrong_with_a_file_is_said_and_it_cannot_run(make, tmp_path):
    path = pattern_file(tmp_path, "GPE\t/(/\n")
    dialog = make([Row(SuggesterSetup("patterns", "patterns:nama", str(path), "id"), on=True)])
    assert "Line 1" in dialog.detail.told.text()
    assert "Line 1" in dialog.complaint.text()
    assert not dialog.start.isEnabled()


def test_a_missing_package_is_said(make):
    dialog = make([Row(SuggesterSetup("pipeline", "pipeline:tidak_ada", "tidak_ada_paket", "id"), on=True)])
    assert "tidak_ada_paket" in dialog.detail.told.text()
    assert not dialog.start.isEnabled()
    assert dialog.detail.source.accessibleName() == "Pipeline"


def test_fields_that_mean_nothing_to_a_suggester_are_not_shown(make):
    dialog = make()
    go_to(dialog, "memory")
    assert not dialog.detail.source.isVisible()
    assert "labels of the project" in dialog.detail.told.text()
    go_to(dialog, "pipeline")
    assert dialog.detail.source.isVisible()
    assert not dialog.detail.edit.isVisible()
    go_to(dialog, "patterns")
    assert dialog.detail.edit.isVisible()


def test_another_pattern_file_is_another_row_and_can_go_again(make, tmp_path):
    first = pattern_file(tmp_path)
    dialog = make([*rows(), Row(SuggesterSetup("patterns", "patterns:nama", str(first), "id"), on=True)])
    dialog.list.setCurrentItem(dialog.list.topLevelItem(len(SUGGESTERS)))
    assert dialog.add.isEnabled()
    dialog.add.click()
    assert kinds(dialog).count("patterns") == 3
    assert dialog.list.current().setup.source == ""
    second = pattern_file(tmp_path, name="lagi.txt")
    dialog.detail.take_source(str(second))
    assert dialog.start.isEnabled()
    dialog.detail.take_source(str(first))
    assert "ticked twice" in dialog.complaint.text()
    dialog.take_out.click()
    assert dialog.start.isEnabled()
    assert kinds(dialog).count("patterns") == 2
    go_to(dialog, "memory")
    assert not dialog.add.isEnabled()
    assert not dialog.take_out.isEnabled()


# --- labels and thresholds ---------------------------------------------------------------------------------------------------------


def label_rows(dialog: SuggestDialog) -> dict[str, tuple[str, str]]:
    table = dialog.detail.labels.table
    items = [table.topLevelItem(place) for place in range(table.topLevelItemCount())]
    return {item.text(0): (item.text(1), item.text(2)) for item in items}


@pytest.fixture
def mapped(make, tmp_path) -> SuggestDialog:
    path = pattern_file(tmp_path, "PER\tPutin\nANEH\tapa\nDAT\tRusia\n")
    return make([Row(SuggesterSetup("patterns", "patterns:nama", str(path), "id"), on=True)])


def setup_of(dialog: SuggestDialog) -> SuggesterSetup:
    (row,) = [row for row in dialog.values().rows if row.on]
    return row.setup


def test_labels_are_called_what_comes_closest_here(mapped):
    assert label_rows(mapped) == {"PER": ("PERSON", ""), "ANEH": ("left out", ""), "DAT": ("DATE", "")}
    assert setup_of(mapped).labels == ()


def choose_label(dialog: SuggestDialog, label: str, name: str) -> None:
    labels = dialog.detail.labels
    (item,) = labels.table.findItems(label, Qt.MatchFlag.MatchExactly, 0)
    labels.table.setCurrentItem(item)
    labels.becomes.setCurrentIndex(labels.becomes.findData(name))


def test_a_label_can_be_called_otherwise_or_left_out(mapped):
    choose_label(mapped, "ANEH", "ORG")
    choose_label(mapped, "PER", LEAVE_OUT)
    assert label_rows(mapped) == {"PER": ("left out", ""), "ANEH": ("ORG", ""), "DAT": ("DATE", "")}
    assert dict(setup_of(mapped).labels) == {"ANEH": "ORG", "PER": LEAVE_OUT}
    assert not mapped.detail.labels.own.isEnabled()


def test_thresholds_in_general_and_of_one_label(mapped):
    mapped.detail.threshold.setValue(0.4)
    choose_label(mapped, "DAT", "DATE")
    mapped.detail.labels.own.setChecked(True)
    mapped.detail.labels.threshold.setValue(0.75)
    assert label_rows(mapped)["DAT"] == ("DATE", "0.75")
    assert label_rows(mapped)["PER"] == ("PERSON", "0.40")
    found = setup_of(mapped)
    assert (found.threshold, found.thresholds) == (0.4, (("DATE", 0.75),))
    mapped.detail.labels.own.setChecked(False)
    assert setup_of(mapped).thresholds == ()
    assert label_rows(mapped)["DAT"] == ("DATE", "0.40")


def test_what_was_chosen_for_one_suggester_is_there_when_it_is_looked_at_again(make):
    dialog = make()
    go_to(dialog, "indonesian-news")
    choose_label(dialog, "ORG", "PERSON")
    dialog.detail.threshold.setValue(0.3)
    go_to(dialog, "memory")
    assert dialog.detail.threshold.value() == 0
    go_to(dialog, "indonesian-news")
    assert label_rows(dialog)["ORG"] == ("PERSON", "0.30")
    assert dialog.detail.threshold.value() == 0.3


def test_relation_patterns_give_relation_labels(make):
    dialog = make(rows("relations"))
    go_to(dialog, "relations")
    shown = label_rows(dialog)
    assert shown["visited"] == ("visited", "")
    choose_label(dialog, "visited", "leads")
    assert dict(setup_of(dialog).labels) == {"visited": "leads"}


# --- over which documents ---------------------------------------------------------------------------------------------------------


def test_the_scopes_are_those_there_are(make):
    dialog = make()
    assert not dialog.scopes[Scope.DOCUMENT].isVisible()
    assert not dialog.scopes[Scope.LISTED].isVisible()
    assert dialog.values().scope is Scope.PROJECT
    dialog = make(document="satu", listed=[4, 5, 9])
    assert "satu" in dialog.scopes[Scope.DOCUMENT].text()
    assert "3" in dialog.scopes[Scope.LISTED].text()
    dialog.scopes[Scope.LISTED].setChecked(True)
    assert dialog.values().scope is Scope.LISTED


def test_another_document_that_is_opened_meanwhile_is_the_one_that_is_meant(make):
    dialog = make(document="satu & dua")
    dialog.scopes[Scope.DOCUMENT].setChecked(True)
    assert dialog.scopes[Scope.DOCUMENT].text() == "This document: satu && dua"
    dialog.show_document("tiga")
    assert dialog.scopes[Scope.DOCUMENT].text().endswith("tiga")
    assert dialog.values().scope is Scope.DOCUMENT
    dialog.show_document("")
    assert not dialog.scopes[Scope.DOCUMENT].isVisible()
    assert dialog.values().scope is Scope.PROJECT


def test_an_unfinished_run_can_go_on_or_begin_anew(make):
    asked: list[list[str]] = []

    def unfinished(given) -> int:
        asked.append([row.setup.kind for row in given if row.on])
        return 12_345 if asked[-1] == ["memory", "indonesian-news"] else 0

    dialog = make(unfinished=unfinished, document="satu")
    assert dialog.go_on.isVisible()
    assert "12" in dialog.go_on.text()
    assert "345" in dialog.go_on.text()
    assert not dialog.values().again
    dialog.anew.setChecked(True)
    assert dialog.values().again
    dialog.scopes[Scope.DOCUMENT].setChecked(True)
    assert not dialog.anew.isVisible()
    assert not dialog.values().again
    dialog.scopes[Scope.PROJECT].setChecked(True)
    dialog.list.topLevelItem(0).setCheckState(0, Qt.CheckState.Unchecked)
    assert not dialog.go_on.isVisible()


# --- trust, names for assistive technology ------------------------------------------------------------------------------------------


def test_what_is_not_trusted_does_not_run(make):
    answers: list[bool] = [False, True]
    asked: list[str] = []

    def trusts(setup: SuggesterSetup) -> bool:
        asked.append(setup.kind)
        return answers.pop(0)

    dialog = make(rows("memory"), trusts=trusts)
    heard = Heard()
    dialog.accepted.connect(heard.hear_again)
    dialog.accept()
    assert heard.got == []
    assert dialog.isVisible()
    dialog.accept()
    assert heard.got == ["again"]
    assert asked == ["memory", "memory"]


def test_a_pipeline_with_code_of_its_own_is_asked_about_once(monkeypatch, seat):
    without_processes(monkeypatch)
    asking = suggesting(seat).asking
    monkeypatch.setattr("annotator.commands.suggester_sources.described", lambda _: Described(own_code=("the Python file x.py",)))
    setup = SuggesterSetup("pipeline", "pipeline:x", "/x", "id")
    assert asking.trusted([setup]) is None
    assert "x.py" in seat.ask.asked[-1]
    seat.ask.agrees = True
    assert asking.trusted([setup])[0].trusted
    count = len(seat.ask.asked)
    assert asking.trusted([setup])[0].trusted
    assert len(seat.ask.asked) == count
    assert not asking.trusted([SuggesterSetup("patterns", "patterns:y", "/y", "id")])[0].trusted


def test_every_field_has_a_name(make):
    dialog = make(document="satu", listed=[1])
    go_to(dialog, "patterns")
    for widget in dialog.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(dialog):
            named = widget.accessibleName() or getattr(widget, "text", str)()
            assert named or widget.focusProxy(), widget


def test_from_keys_to_suggestions(monkeypatch, make_seat, project_file, tmp_path):
    without_processes(monkeypatch)
    seat = make_seat(project_file)
    seat.show()
    seat.press("Ctrl+Shift+G")
    dialog = seat.dialog(SuggestDialog)
    for place in range(2):
        dialog.list.topLevelItem(place).setCheckState(0, Qt.CheckState.Unchecked)
    go_to(dialog, "patterns")
    dialog.detail.take_source(str(pattern_file(tmp_path)))
    assert ticked(dialog) == ["patterns"]  # with its file it is meant to run
    dialog.list.setFocus()
    dialog.scopes[Scope.DOCUMENT].setChecked(True)
    QTest.keyClick(dialog.list, RETURN)
    wait_for_run(seat)
    assert "GPE" in {span.label for span in seat.document.spans() if span.start == 45}
    assert (
        seat.project.connection.execute("SELECT count(*) FROM annotation_sets WHERE annotator = 'patterns:nama'").fetchone()[0] == 1
    )


def test_the_dialog_goes_with_its_project(monkeypatch, make_seat, project_file):
    without_processes(monkeypatch)
    seat = make_seat(project_file)
    seat.trigger("project.suggest")
    dialog = seat.dialog(SuggestDialog)
    seat.trigger("project.suggest")
    assert seat.dialog(SuggestDialog) is dialog
    seat.hands.projects.close()
    settle()
    assert seat.window.findChildren(SuggestDialog) == []


# --- the report -------------------------------------------------------------------------------------------------------------------


def report() -> SuggestReport:
    found = SuggestReport(documents=7, put=Put(sets=3, spans=20, relations=1, unchanged=2, finished=1), more_failed=5)
    found.left_out.update(
        {("patterns:nama", "the label scheme has no such label", "ANEH"): 4, ("memory", "left out as chosen", "X"): 1}
    )
    found.failed.append(Complaint("satu", "memory: It failed."))
    return found


def test_the_report_tells_what_was_left_out_by_suggester_reason_and_label(qtbot):
    dialog = SuggestReportDialog(report())
    opened(qtbot, dialog)
    assert dialog.title.text() == "7 documents were looked at."
    assert "20 spans and 1 relation" in dialog.counts.text()
    assert "2 annotation sets are as they were" in dialog.counts.text()
    groups = [dialog.table.topLevelItem(place) for place in range(dialog.table.topLevelItemCount())]
    assert [group.text(1) for group in groups] == ["1", "4", "6"]
    assert [groups[1].child(0).text(column) for column in range(3)] == ["ANEH", "4", "the label scheme has no such label"]
    dialog.copy.click()
    heard = Heard()
    dialog.documentRequested.connect(heard.hear)
    dialog.table.setCurrentItem(groups[1].child(0))
    dialog.table.itemActivated.emit(groups[1].child(0), 0)
    assert heard.got == []
    dialog.table.itemActivated.emit(groups[2].child(0), 0)
    assert heard.last.place == "satu"


def test_a_run_with_nothing_to_tell_has_no_table(qtbot):
    dialog = SuggestReportDialog(SuggestReport(documents=1))
    opened(qtbot, dialog)
    assert not dialog.table.isVisible()
    assert "Nothing new was found." in dialog.counts.text()


def test_the_summary_is_a_few_sentences():
    assert summary(report()) == (
        "7 documents were looked at. New or renewed: 20 spans and 1 relation. 5 suggestions were left out."
        " A suggester failed on 6 documents."
    )
    assert summary(SuggestReport(documents=1)) == "1 document was looked at. Nothing new was found."


def test_sources_are_told_without_running_them(tmp_path: Path):
    assert described(SuggesterSetup("memory", "memory")).spans == ()
    assert "PERSON" in described(SuggesterSetup("indonesian-news", "indonesian-news")).spans
    assert described(SuggesterSetup("patterns", "")).problem == ""
