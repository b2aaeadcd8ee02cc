"""The panels around the article, kept in step with what is open, focused and changed."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from annotator.commands.importing import ImportOptions
from annotator.ui.models.documents import DocumentRole
from annotator.ui.models.labels import LabelRole
from annotator.ui.models.outline import OutlineRole
from tests.qt.test_window_projects import lines
from tests.qt.window_support import Seat, read_only, settle


@pytest.fixture
def seat(seat: Seat) -> Seat:
    """The window on the screen: panels out of sight are not kept up to date."""
    seat.show()
    seat.window._outline_dock.raise_()
    settle()
    return seat


def rows(seat: Seat, kind: str) -> dict[str, object]:
    model = seat.window.panels.labels.model
    found = [model.index(row).data(LabelRole.ROW) for row in range(model.rowCount())]
    return {row.title: row for row in found if row.label is not None and row.kind == kind}


def outline(seat: Seat) -> list[str]:
    model = seat.window.panels.outline.model
    items = [model.index(row).data(OutlineRole.ITEM) for row in range(model.rowCount())]
    return [item.id for item in items if item is not None]


def current_document(seat: Seat) -> int | None:
    return seat.window.panels.documents.view.currentIndex().data(DocumentRole.ID)


def test_opening_fills_all_panels(seat):
    panels = seat.window.panels
    assert [panels.documents.model.index(row).data() for row in range(3)] == ["satu", "dua", "tiga"]
    assert current_document(seat) == 1
    assert list(rows(seat, "span")) == ["PERSON", "GPE", "ORG", "DATE"]
    assert list(rows(seat, "relation")) == ["leads", "visited", "met_with", "part_of"]
    assert outline(seat) == ["s1", "s2", "s3", "s4", "r1"]


def test_counts_of_labels_follow_edits_a_moment_later(seat, qtbot):
    assert (rows(seat, "span")["GPE"].count, rows(seat, "span")["PERSON"].count) == (2, 2)
    seat.view.focus_span("s1")
    seat.hands.editing.label("PERSON")
    qtbot.waitUntil(lambda: rows(seat, "span")["PERSON"].count == 3)
    assert rows(seat, "span")["GPE"].count == 1
    assert [title for title, row in rows(seat, "span").items() if row.last_used] == ["PERSON"]


def test_a_span_label_and_a_relation_label_of_one_name_are_counted_apart(seat, tmp_path, qtbot):
    path = lines(tmp_path / "b.jsonl", 1)
    path.write_text(path.read_text(encoding="utf-8").replace("PERSON", "leads"), encoding="utf-8")
    seat.hands.projects.import_files([path], ImportOptions("jsonl"))
    seat.wait_for_job()
    seat.view.focus_span("s1")
    seat.hands.editing.label("leads")
    seat.hands.relating.add("s4", "s2", "leads")
    qtbot.waitUntil(lambda: rows(seat, "span")["leads"].count == 1)
    seat.hands.relating.add("s3", "s2", "leads")
    qtbot.waitUntil(lambda: rows(seat, "relation")["leads"].count == 2)
    assert rows(seat, "span")["leads"].count == 1


def test_a_label_that_no_span_may_have_with_itself_is_dimmed_for_a_relation_to_itself(seat):
    scheme = seat.document.scheme
    seat.view.focus_span("s1")
    seat.hands.editing.label("ORG")
    seat.hands.relating.add("s1", "s1", "part_of")
    assert seat.bench.relation.head == seat.bench.relation.tail
    assert [label.name for label in scheme.links("ORG", "ORG", same_span=True)] == ["part_of"]
    assert {name for name, row in rows(seat, "relation").items() if not row.dimmed} == {"part_of"}
    offered = [seat.window.panels.inspector.label.itemText(n) for n in range(seat.window.panels.inspector.label.count())]
    assert offered == ["part_of"]


def test_the_focus_of_the_article_is_that_of_the_panels(seat):
    panels = seat.window.panels
    seat.view.focus_span("s3")
    assert panels.inspector.title.text() == "Jokowi"
    assert panels.outline.view.currentIndex().data(OutlineRole.ITEM).id == "s3"
    seat.view.focus_relation("r1")
    assert "Jokowi ↔ Putin" in panels.inspector.title.text()
    assert panels.outline.view.currentIndex().data(OutlineRole.ITEM).id == "r1"
    seat.view.place_caret(0)
    assert panels.outline.view.currentIndex().row() == -1
    assert panels.inspector._pages.currentIndex() == 0


def test_relation_labels_that_the_ends_forbid_are_dimmed(seat):
    seat.view.focus_relation("r1")
    assert {name for name, row in rows(seat, "relation").items() if not row.dimmed} == {"met_with"}
    seat.view.clear_focus()
    assert not any(row.dimmed for row in rows(seat, "relation").values())


def test_the_list_of_documents_opens_them_and_marks_the_open_one(seat):
    seat.window.panels.documents.documentRequested.emit(2)
    assert seat.name == "dua"
    assert current_document(seat) == 2
    assert seat.view.hasFocus()
    assert outline(seat) == ["s1", "s2", "r1"]
    seat.hands.documents.step(1)
    assert current_document(seat) == 3


def test_labels_are_given_by_the_palette(seat):
    panel = seat.window.panels.labels
    seat.view.select(45, 52)
    panel.spanLabelRequested.emit("GPE")
    assert seat.bench.span.fragments == ((45, 52),)
    assert seat.view.hasFocus()
    seat.hands.relating.add("s4", "s2", "leads")
    panel.relationLabelRequested.emit("visited")
    assert seat.bench.relation.label == "visited"
    panel.relationLabelRequested.emit("met_with")
    assert "“met_with” links PERSON and PERSON" in seat.message


def test_a_relation_label_without_a_focused_relation_says_what_to_do(seat):
    seat.window.panels.labels.relationLabelRequested.emit("leads")
    assert "Focus a relation first" in seat.told[-1]


def test_the_inspector_relabels_accepts_reverses_and_removes(seat):
    inspector = seat.window.panels.inspector
    seat.view.focus_span("s1")
    inspector.labelRequested.emit("PERSON")
    assert seat.document.span("s1").label == "PERSON"
    seat.view.focus_span("s2")
    inspector.accept.click()
    assert seat.document.span("s2").reviewed
    seat.hands.relating.add("s4", "s2", "leads")
    inspector.labelRequested.emit("visited")
    assert seat.bench.relation.label == "visited"
    inspector.reverse.click()
    assert "not GPE to PERSON" in seat.message
    inspector.remove.click()
    assert {relation.id for relation in seat.document.relations()} == {"r1"}


def test_the_inspector_goes_to_ends_and_relations(seat):
    inspector = seat.window.panels.inspector
    seat.view.focus_relation("r1")
    inspector.tail.click()
    assert seat.bench.span.id == "s4"
    inspector.itemRequested.emit("relation", "r1")
    assert seat.bench.relation.id == "r1"


def test_a_note_is_saved_when_its_field_is_left(seat):
    inspector = seat.window.panels.inspector
    seat.view.focus_span("s1")
    seat.press("n", *"cek", "F6")
    assert seat.document.span("s1").note == "cek"
    seat.view.focus_span("s2")
    inspector.fields.note.setPlainText("lagi")
    seat.view.focus_span("s3")
    assert seat.document.span("s2").note == "lagi"
    assert seat.document.span("s3").note == ""


def test_the_outline_leads_to_the_article(seat):
    seat.window.panels.outline.spanRequested.emit("s4")
    assert seat.bench.span.id == "s4"
    seat.window.panels.outline.relationRequested.emit("r1")
    assert seat.bench.relation.id == "r1"


def test_labels_that_an_import_brings_appear(seat, tmp_path):
    path = lines(tmp_path / "b.jsonl", 2)
    path.write_text(path.read_text(encoding="utf-8").replace("PERSON", "FACILITY"), encoding="utf-8")
    seat.hands.projects.import_files([path], ImportOptions("jsonl"))
    seat.wait_for_job()
    assert "FACILITY" in rows(seat, "span")
    assert seat.window.panels.documents.model.rowCount() == 5
    key = rows(seat, "span")["FACILITY"].label.key
    seat.view.select(45, 52)
    seat.view.setFocus()
    seat.press(key)
    assert seat.bench.span.label == "FACILITY"


def test_undo_reaches_every_panel(seat):
    seat.view.focus_span("s3")
    seat.hands.editing.remove()
    assert outline(seat) == ["s1", "s2", "s4"]
    seat.hands.history.undo()
    assert outline(seat) == ["s1", "s2", "s3", "s4", "r1"]
    assert seat.window.panels.inspector.title.text() == "Jokowi"


def test_closing_the_project_empties_them(seat):
    seat.view.focus_span("s3")
    seat.hands.projects.close()
    panels = seat.window.panels
    assert panels.documents.model.rowCount() == 0
    assert panels.labels.model.rowCount() == 0
    assert panels.outline.model.rowCount() == 0
    assert panels.inspector._pages.currentIndex() == 0


@pytest.mark.parametrize("kind", ["span", "relation"])
def test_in_a_read_only_project_the_palette_says_why_nothing_happens(make_seat, project_file, kind):
    make_seat(project_file).leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        before = seat.content()
        panel = seat.window.panels.labels
        if kind == "span":
            seat.view.focus_span("s1")
        else:
            seat.view.focus_relation("r1")
        seat.bench.messages.clear()
        (panel.spanLabelRequested if kind == "span" else panel.relationLabelRequested).emit("ORG" if kind == "span" else "leads")
        assert "open elsewhere" in seat.message
        assert seat.content() == before
        assert seat.window.panels.inspector.fields.note.isReadOnly()


def test_the_panels_follow_the_focus_after_the_article_and_at_once_when_asked(seat, qtbot):
    seat.bench.following.delay = 40
    first, second = seat.document.spans()[:2]
    seat.view.focus_span(first.id)
    assert inspected(seat) != first.id
    qtbot.waitUntil(lambda: inspected(seat) == first.id)
    seat.view.focus_span(second.id)
    seat.hands.shell.edit_note()
    assert inspected(seat) == second.id, "a note is written for what has the focus"


def inspected(seat) -> str:
    item = seat.window.panels.inspector._item
    return item.id if item is not None else ""


def test_what_was_shown_at_once_is_not_shown_again_a_moment_later(seat, monkeypatch):
    panels = seat.window.panels
    seat.bench.following.delay = 20
    shown: list[str] = []
    usual = panels.inspector.show_span
    monkeypatch.setattr(
        panels.inspector, "show_span", lambda state, span, theme: (shown.append(span.id), usual(state, span, theme))
    )
    seat.view.focus_span("s2")
    seat.bench.following.now()
    assert (shown, inspected(seat)) == (["s2"], "s2")
    seat.bench.following.now()
    QTest.qWait(60)
    assert shown == ["s2"]
