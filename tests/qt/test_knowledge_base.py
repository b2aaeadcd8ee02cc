"""The knowledge base in its dialog: figures, looking around, loading, saving and removing it."""

from __future__ import annotations

import json
import threading

import pytest
from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtTest import QTest

from annotator.commands import knowledge as commands
from annotator.commands import linking
from annotator.domain.knowledge import Entry
from annotator.store import knowledge
from annotator.ui.dialogs.knowledge import KnowledgeDialog, Links
from tests.qt.knowledge_support import ENTRIES, JAKARTA, PUTIN, RUSSIA, csv_of, put_knowledge
from tests.qt.panels_support import drop
from tests.qt.window_support import Seat, read_only, settle


def opened(seat: Seat) -> KnowledgeDialog:
    seat.trigger("project.knowledge")
    settle()
    found = seat.dialog(KnowledgeDialog)
    assert isinstance(found, KnowledgeDialog)
    return found


def wait(seat: Seat) -> None:
    """Until nothing is under way, and the links are counted."""
    for _ in range(3000):
        QTest.qWait(10)
        if not seat.hands.knowledge.busy and seat.hands.knowledge._counting is None:
            break
    assert not seat.hands.knowledge.busy
    settle()


def names(dialog: KnowledgeDialog) -> list[str]:
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


# --- what it shows -------------------------------------------------------------------------------------------------------------


def test_with_nothing_loaded_it_says_what_may_be(seat):
    dialog = opened(seat)
    wait(seat)
    assert dialog.title.text() == "No knowledge base is loaded"
    assert "columns id and name" in dialog.source.text()
    assert not dialog.isModal()
    assert dialog.load.isEnabled()
    assert not dialog.remove.isEnabled()
    assert not dialog.save.isEnabled()
    assert [part.isVisible() for part in (dialog.field, dialog.list, dialog.how, dialog.bar, dialog.links)] == [False] * 5
    dialog.close()


def test_figures_file_and_links(seat):
    put_knowledge(seat.project)
    set_id = seat.document.set_id
    seat.bench.run(linking.link_spans(set_id, ["s1", "s2"], RUSSIA.id))
    seat.bench.run(linking.link_spans(set_id, ["s3"], "Q404"))
    dialog = opened(seat)
    wait(seat)
    assert dialog.title.text() == "4 entries"
    assert dialog.source.text().startswith("From kb.csv, loaded on ")
    assert dialog.links.text() == "2 spans are linked to entries. 1 span is linked to 1 id without an entry."
    seat.bench.run(linking.link_spans(set_id, ["s4"], "Q405"))  # counted anew, a moment later
    for _ in range(300):
        QTest.qWait(10)
        if "2 spans are linked to 2 ids without an entry." in dialog.links.text():
            break
    assert dialog.links.text() == "2 spans are linked to entries. 2 spans are linked to 2 ids without an entry."
    dialog.shown.setCurrentIndex(1)
    assert names(dialog) == ["Q404", "Q405"]
    dialog.field.setText("405")
    assert names(dialog) == ["Q405"]
    dialog.close()


def test_looking_around(seat):
    put_knowledge(seat.project)
    dialog = opened(seat)
    wait(seat)
    assert sorted(names(dialog)) == sorted(one.name for one in ENTRIES)
    QTest.keyClicks(dialog.field, "ibu kota")
    assert names(dialog) == [JAKARTA.name]
    assert dialog.detail.text() == "ibu kota Indonesia\nAlso called: DKI Jakarta, Ibu Kota"
    dialog.field.setText("rusia")
    assert names(dialog)[0] == RUSSIA.name
    assert dialog.detail.text().endswith(RUSSIA.url)
    assert dialog.detail.textFormat() is Qt.TextFormat.PlainText
    dialog.field.setText("nirgends")
    assert names(dialog) == []
    assert dialog.detail.text() == ""
    dialog.close()


def test_the_moment_is_that_of_this_place(qtbot):
    dialog = KnowledgeDialog(lambda _: [], writable=True)
    qtbot.addWidget(dialog)
    dialog.show_state(knowledge.State(1, 1, "kb.csv", "2026-03-01T12:00:00+00:00"))
    assert dialog.title.text() == "1 entry"
    moment = QDateTime.fromString("2026-03-01T12:00:00Z", Qt.DateFormat.ISODate).toLocalTime()
    assert dialog.source.text() == f"From kb.csv, loaded on {QLocale().toString(moment, QLocale.FormatType.ShortFormat)}"
    dialog.show_links(Links(1, (("Q1", 1), ("Q2", 3))))
    assert dialog.links.text() == "1 span is linked to an entry. 4 spans are linked to 2 ids without an entry."


def test_it_is_shown_once(seat):
    dialog = opened(seat)
    assert opened(seat) is dialog
    dialog.close()


# --- loading -------------------------------------------------------------------------------------------------------------------


def test_loading_a_file_that_was_asked_for(seat, tmp_path):
    file = tmp_path / "kb.csv"
    file.write_text(csv_of(ENTRIES))
    seat.ask.path = file
    dialog = opened(seat)
    dialog.load.click()
    assert seat.ask.asked == ["Load a knowledge base"]
    wait(seat)
    assert dialog.title.text() == "4 entries"
    assert dialog.told.text() == "The knowledge base was loaded: 4 added."
    assert dialog.complaints.isHidden()
    assert knowledge.count(seat.project.connection) == 4
    assert seat.hands.linking.popup is None
    seat.view.focus_span("s2")
    assert seat.window.panels.inspector.link.button.text() == "Choose an entry…"
    dialog.close()


def test_what_was_linked_before_gets_its_name_when_it_is_loaded(seat, tmp_path):
    seat.bench.run(linking.link_spans(seat.document.set_id, ["s2"], RUSSIA.id))
    seat.view.focus_span("s2")
    link = seat.window.panels.inspector.link
    assert link.button.text() == RUSSIA.id
    file = tmp_path / "kb.csv"
    file.write_text(csv_of(ENTRIES))
    seat.hands.knowledge.load(file)
    wait(seat)
    assert link.button.text() == RUSSIA.name
    assert seat.view.tip_at("s2", None).endswith("Rusia (Q159)")


@pytest.mark.parametrize(("replace", "agrees", "expected"), [(False, False, 5), (True, True, 1), (True, False, 4)])
def test_adding_or_replacing(seat, tmp_path, replace, agrees, expected):
    put_knowledge(seat.project)
    seat.bench.run(linking.link_spans(seat.document.set_id, ["s1"], PUTIN.id))
    dialog = opened(seat)
    wait(seat)
    assert dialog.how.isVisible()
    dialog.how.setCurrentIndex(int(replace))
    seat.ask.agrees = agrees
    file = tmp_path / "more.jsonl"
    file.write_text(json.dumps({"id": "Q1", "name": "Bumi"}) + "\n")
    drop(dialog, file)
    wait(seat)
    assert knowledge.count(seat.project.connection) == expected
    assert dialog.title.text() == ("1 entry" if expected == 1 else f"{expected} entries")
    if replace:
        (asked,) = seat.ask.asked
        assert "4 entries will be removed. 1 linked span keeps its id" in asked
        assert "cannot be undone" in asked
    else:
        assert seat.ask.asked == []
    assert seat.document.span("s1").kb_id == PUTIN.id
    dialog.close()


def test_complaints_are_listed_with_their_lines(seat, tmp_path):
    file = tmp_path / "kb.csv"
    file.write_text("id,name\nQ1,Bumi\n,ohne\nQ2,\n")
    dialog = opened(seat)
    drop(dialog, file)
    wait(seat)
    assert dialog.told.text() == "The knowledge base was loaded: 1 added. There are 2 things to say of the file."
    rows = [dialog.complaints.table.topLevelItem(row) for row in range(2)]
    assert [(row.text(0), row.text(1)) for row in rows] == [("kb.csv", "3"), ("kb.csv", "4")]
    drop(dialog, _written(tmp_path / "good.csv", [Entry("Q3", "Bulan")]))
    wait(seat)
    assert dialog.complaints.isHidden()
    dialog.close()


def _written(path, entries):
    path.write_text(csv_of(entries))
    return path


@pytest.mark.parametrize("content", ["", "no,columns\n1,2\n", "id,name\n,\n"])
def test_a_file_without_entries_leaves_what_there_is(seat, tmp_path, content):
    put_knowledge(seat.project)
    dialog = opened(seat)
    file = tmp_path / "bad.csv"
    file.write_text(content)
    seat.hands.knowledge.load(file, replace=True)
    wait(seat)
    assert knowledge.count(seat.project.connection) == 4
    assert dialog.told.text()
    assert dialog.load.isEnabled()
    dialog.close()


def test_a_load_is_shown_while_it_lasts_and_can_be_stopped(seat, tmp_path, monkeypatch):
    put_knowledge(seat.project)
    dialog = opened(seat)
    wait(seat)
    go_on = threading.Event()
    whole, begun = commands.load, []

    def slow(project, path, *, progress, **rest):
        begun.append(path.name)
        progress.start("Reading the knowledge base", 10)
        progress.advance(3)
        go_on.wait(30)
        progress.advance(1)
        return whole(project, path, progress=progress, **rest)

    monkeypatch.setattr(commands, "load", slow)
    seat.hands.knowledge.load(_written(tmp_path / "other.csv", [Entry("Q3", "Bulan")]), replace=True)
    for _ in range(300):
        QTest.qWait(10)
        if dialog.bar.value() == 3:
            break
    assert (dialog.bar.value(), dialog.bar.maximum(), dialog.told.text()) == (3, 10, "Reading the knowledge base")
    assert dialog.stop.isVisible()
    assert not dialog.load.isEnabled()
    assert not dialog.remove.isEnabled()
    seat.hands.knowledge.load(_written(tmp_path / "third.csv", ENTRIES), replace=True)  # one thing at a time
    dialog.close()
    again = opened(seat)
    assert again.stop.isVisible()
    again.stop.click()
    go_on.set()
    wait(seat)
    assert again.told.text() == "Stopped; what was there is there still."
    assert begun == ["other.csv"]
    assert not again.bar.isVisible()
    assert knowledge.count(seat.project.connection) == 4
    again.close()


def test_a_project_that_is_closed_while_it_loads(seat, tmp_path, monkeypatch):
    go_on, begun, ended = threading.Event(), threading.Event(), threading.Event()
    whole, seen = commands.load, []

    def slow(project, path, *, progress, write, **rest):
        seen.append(progress)
        begun.set()
        go_on.wait(30)
        try:
            return whole(project, path, progress=progress, write=write, **rest)
        finally:
            ended.set()

    monkeypatch.setattr(commands, "load", slow)
    dialog = opened(seat)
    seat.hands.knowledge.load(_written(tmp_path / "kb.csv", ENTRIES))
    assert begun.wait(30)
    seat.hands.projects.close()
    assert seen[0].cancelled, "nobody waits for it any more"
    assert not dialog.isVisible()
    assert not seat.hands.knowledge.busy
    go_on.set()
    for _ in range(300):
        QTest.qWait(10)
        if ended.is_set():
            break
    assert ended.is_set()
    settle()
    assert seat.message == ""


@pytest.mark.parametrize("kind", ["gone", "folder", "binary"])
def test_what_cannot_be_loaded_is_said(seat, tmp_path, kind):
    dialog = opened(seat)
    path = tmp_path / "orang.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "binary":
        path.write_bytes(bytes(range(256)) * 40)
    drop(dialog, path)
    wait(seat)
    assert "orang.csv" in dialog.told.text()
    assert "orang.csv" in seat.message
    assert knowledge.count(seat.project.connection) == 0
    assert dialog.load.isEnabled()
    dialog.close()


# --- removing and saving -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agrees", [True, False])
def test_removing_is_asked_with_numbers(seat, agrees):
    put_knowledge(seat.project)
    seat.bench.run(linking.link_spans(seat.document.set_id, ["s1", "s2"], RUSSIA.id))
    seat.view.focus_span("s2")
    dialog = opened(seat)
    wait(seat)
    seat.ask.agrees = agrees
    dialog.remove.click()
    wait(seat)
    assert "4 entries will be removed. 2 linked spans keep their ids" in seat.ask.asked[0]
    assert knowledge.count(seat.project.connection) == (0 if agrees else 4)
    assert seat.document.span("s2").kb_id == RUSSIA.id
    assert seat.window.panels.inspector.link.button.text() == (RUSSIA.id if agrees else RUSSIA.name)
    if agrees:
        assert dialog.told.text() == "4 entries were removed; all links stay."
        assert dialog.links.text() == "0 spans are linked to entries. 2 spans are linked to 1 id without an entry."
        assert names(dialog) == []
    dialog.close()


def test_saving(seat, tmp_path):
    put_knowledge(seat.project)
    dialog = opened(seat)
    wait(seat)
    dialog.save.click()  # changed their mind
    assert not seat.hands.knowledge.busy
    seat.ask.path = tmp_path / "out.jsonl"
    dialog.save.click()
    wait(seat)
    assert seat.ask.asked == ["Save the knowledge base: kabar knowledge.jsonl"] * 2
    saved = [json.loads(line)["id"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert sorted(saved) == sorted(one.id for one in ENTRIES)
    assert dialog.told.text() == "4 entries were saved."
    dialog.close()


def test_in_a_read_only_project_one_can_look_and_save(make_seat, project_file, tmp_path):
    first = make_seat(project_file)
    put_knowledge(first.project)
    first.leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        dialog = opened(seat)
        wait(seat)
        assert dialog.title.text() == "4 entries"
        assert (dialog.load.isEnabled(), dialog.remove.isEnabled(), dialog.save.isEnabled()) == (False, False, True)
        dialog.removeRequested.emit()
        assert seat.ask.asked == [], "what cannot be removed is not asked about"
        dialog.field.setText("jak")
        assert names(dialog) == [JAKARTA.name]
        seat.ask.path = tmp_path / "out.jsonl"
        dialog.save.click()
        wait(seat)
        assert len(seat.ask.path.read_text().splitlines()) == 4
        dialog.close()


def test_another_project_has_another_knowledge_base(seat, make_seat, tmp_path):
    put_knowledge(seat.project)
    assert seat.window.panels.inspector._known() is True
    seat.hands.projects.new(tmp_path / "neu", "conll", "id")
    assert seat.window.panels.inspector._known() is False
    dialog = opened(seat)
    wait(seat)
    assert dialog.title.text() == "No knowledge base is loaded"
    dialog.close()
