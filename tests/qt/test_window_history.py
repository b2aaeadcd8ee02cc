"""Taking back and bringing back, through documents and sessions."""

from __future__ import annotations

import pytest

from annotator.commands import spans as span_commands
from annotator.commands.command import Command
from annotator.domain.annotations import Span
from annotator.domain.documents import Status
from annotator.errors import AnnotatorError
from annotator.store.project import open_project
from annotator.ui import shaping
from tests.qt.window_support import document, full_disk, make_project, read_only, written_elsewhere


def test_with_nothing_done_there_is_nothing_to_undo_or_redo(seat):
    before = seat.content()
    seat.hands.history.undo()
    seat.hands.history.redo()
    assert seat.told == ["Nothing to undo.", "Nothing to redo."]
    assert seat.content() == before


def test_nothing_to_undo_is_said_also_while_an_older_message_is_shown(seat):
    seat.show()
    seat.bench.messages.show_message("something older", "warning")
    seat.hands.history.undo()
    assert seat.told == ["Nothing to undo."]


def test_undo_and_redo_say_what_they_did_and_show_where(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.label("ORG")
    seat.view.focus_span("s4")
    seat.hands.history.undo()
    assert seat.document.span("s2").label == "GPE"
    assert not seat.document.span("s2").reviewed
    assert seat.told[-1] == "Undone: Relabel as ORG"
    assert seat.bench.span.id == "s2"
    seat.view.focus_span("s4")
    seat.hands.history.redo()
    assert seat.document.span("s2").label == "ORG"
    assert seat.told[-1] == "Redone: Relabel as ORG"
    assert seat.bench.span.id == "s2"


def test_the_place_of_an_undone_span_is_selected_again(seat):
    seat.view.select(45, 52)
    seat.hands.editing.label("GPE")
    seat.view.place_caret(0)
    seat.hands.history.undo()
    assert seat.view.selection == (45, 52)
    assert seat.view.focused_span is None
    seat.hands.history.redo()
    assert seat.bench.span.fragments == ((45, 52),)


def test_undoing_a_new_relation_goes_to_its_head(seat):
    seat.hands.editing.relabel("")  # nothing has the focus: no step
    seat.hands.relating.add("s4", "s2", "visited")
    seat.view.place_caret(0)
    seat.hands.history.undo()
    assert seat.bench.span.id == "s4"
    seat.hands.history.redo()
    assert seat.bench.relation.label == "visited"


def test_a_removed_span_comes_back_with_its_relations(seat):
    before = seat.content()
    seat.view.focus_span("s3")
    seat.hands.editing.remove()
    assert seat.document.relations() == []
    seat.hands.history.undo()
    assert seat.content() == before
    assert seat.bench.span.id == "s3"


def test_undo_opens_the_document_in_which_the_edit_was(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.label("ORG")
    seat.open_named("dua")
    seat.view.focus_span("s1")
    seat.hands.editing.label("GPE")
    seat.hands.history.undo()
    assert seat.name == "dua"
    seat.hands.history.undo()
    assert seat.name == "satu"
    assert seat.bench.span.id == "s2"
    seat.hands.history.redo()
    seat.hands.history.redo()
    assert seat.name == "dua"
    assert seat.bench.span.label == "GPE"


def test_undoing_done_opens_the_document_and_brings_the_suggestions_back(seat):
    seat.hands.documents.done()
    assert seat.name == "dua"
    seat.hands.history.undo()
    assert seat.name == "satu"
    assert seat.document.info.status is Status.NEW
    assert seat.document.unreviewed_count() == 5


def test_a_note_half_typed_is_saved_before_undo_goes_to_another_document(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.label("ORG")
    seat.open_named("dua")
    seat.view.focus_span("s1")
    seat.window.panels.inspector.fields.note.setPlainText("half typed")
    seat.hands.history.undo()
    assert seat.name == "satu"
    seat.open_named("dua")
    assert seat.document.span("s1").note == "half typed"


def test_undo_works_after_closing_and_opening_again(make_seat, project_file):
    first = make_seat(project_file)
    first.view.focus_span("s2")
    first.hands.editing.label("ORG")
    first.hands.documents.step(1)
    first.leave()
    again = make_seat(project_file)
    assert again.name == "dua"
    again.hands.history.undo()
    assert again.name == "satu"
    assert again.document.span("s2").label == "GPE"
    again.hands.history.redo()
    assert again.document.span("s2").label == "ORG"


def test_a_new_edit_cuts_the_redo(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.label("ORG")
    seat.hands.history.undo()
    seat.hands.editing.label("DATE")
    seat.hands.history.redo()
    assert seat.told[-1] == "Nothing to redo."
    assert seat.document.span("s2").label == "DATE"


def test_an_undo_that_later_steps_forbid_is_refused_with_the_reason(make_seat, project_file):
    mine = make_seat(project_file)
    mine.view.focus_span("s2")
    mine.hands.editing.label("ORG")
    set_id = mine.document.set_id
    mine.leave()
    project = open_project(project_file)
    command = span_commands.relabel_span(set_id, "s2", "DATE")
    with project.transaction(command.text, command.detail, actor="budi") as tx:
        command.run(tx)
    project.close()
    again = make_seat(project_file)
    before = again.content()
    again.hands.history.undo()
    assert again.bench.messages.level == "warning"
    assert again.message
    assert again.content() == before
    assert not any(text.startswith(("Undone", "Nothing")) for text in again.told)


def test_only_ones_own_edits_are_undone(make_seat, project_file):
    mine = make_seat(project_file)
    mine.view.focus_span("s2")
    mine.hands.editing.label("ORG")
    mine.hands.projects.close()
    mine.hands.projects.annotator = "budi"
    mine.hands.projects.open(project_file)
    mine.hands.history.undo()
    assert mine.told[-1] == "Nothing to undo."


def test_without_a_project_nothing_happens(make_seat):
    seat = make_seat()
    seat.hands.history.undo()
    seat.hands.history.redo()
    assert (seat.told, seat.message) == ([], "")


@pytest.mark.parametrize("way", ["undo", "redo"])
def test_in_a_read_only_project_the_reason_is_said(make_seat, project_file, way):
    first = make_seat(project_file)
    first.view.focus_span("s2")
    first.hands.editing.label("ORG")
    if way == "redo":
        first.hands.history.undo()
    first.leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.bench.messages.clear()
        before = seat.content()
        getattr(seat.hands.history, way)()
        assert "open elsewhere" in seat.message
        assert seat.content() == before


def test_an_undo_that_cannot_be_written_can_be_made_later(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.label("ORG")
    with written_elsewhere(seat.project):
        seat.hands.history.undo()
    assert "another program" in seat.message
    assert seat.document.span("s2").label == "ORG"
    assert "Nothing to undo." not in seat.told
    seat.hands.history.undo()
    assert seat.document.span("s2").label == "GPE"


def test_where_the_document_cannot_be_opened_the_focus_stays_out_of_the_wrong_one(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.label("ORG")
    seat.open_named("dua")

    def refuse(document_id: int) -> None:
        raise AnnotatorError("It is gone.")

    seat.bench.session.open_document = refuse
    seat.hands.history.undo()
    assert seat.message == "It is gone."
    assert seat.name == "dua"
    assert seat.view.focused_span is None


def test_a_full_disk_takes_nothing_of_the_history(seat):
    seat.hands.editing.describe({"kind": "span", "id": "s1", "note": "x" * 100_000})
    with full_disk(seat.project):
        seat.hands.editing.describe({"kind": "span", "id": "s1", "note": "y" * 400_000})
    assert "is full" in seat.message
    seat.hands.history.undo()
    assert seat.document.span("s1").note == ""


# --- where it leads -------------------------------------------------------------------------------------------------------------


def test_the_first_of_many_changes_is_shown_and_their_number_said(seat):
    seat.view.focus_span("s4")
    seat.view.choose(("s4", "s2", "s3"))
    seat.hands.editing.enter()
    seat.view.place_caret(50)
    seat.hands.history.undo()
    assert seat.bench.span.id == "s2"
    assert seat.told[-1] == "Undone: Accept the suggestions (3 changes; this is the first)"
    assert seat.view.chosen == ()
    seat.view.place_caret(50)
    seat.hands.history.redo()
    assert seat.bench.span.id == "s2"
    assert "3 changes" in seat.told[-1]


def test_undoing_a_propagation_selects_the_first_place_that_lost_its_label(make_seat, tmp_path):
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("satu", "Budi ada. Budi pergi. Budi diam."), [])]))
    seat.view.select(10, 14)
    seat.hands.editing.label("ORG")
    seat.hands.editing.propagate()
    assert [span.start for span in seat.document.spans()] == [0, 10, 22]
    seat.hands.history.undo()
    assert [span.start for span in seat.document.spans()] == [10]
    assert seat.view.selection == (0, 4)
    assert "2 changes" in seat.told[-1]


def test_undoing_the_acceptance_of_a_relation_goes_to_the_relation(seat):
    seat.view.focus_relation("r1")
    seat.hands.editing.accept()
    assert seat.document.span("s3").reviewed  # its ends were accepted with it
    seat.view.place_caret(0)
    seat.hands.history.undo()
    assert seat.bench.relation.id == "r1"
    assert not seat.bench.relation.reviewed
    assert "changes" not in seat.told[-1]


def test_bringing_a_merging_back_goes_to_what_the_spans_became(seat):
    seat.view.choose(("s3", "s4"))
    seat.view.focus_span("s4")
    shaping.merge(seat.bench)
    seat.hands.history.undo()
    assert seat.bench.span.id == "s3"
    seat.hands.history.redo()
    assert seat.bench.span.id == "s4"
    assert seat.bench.span.fragments == ((21, 41),)


def test_the_place_of_a_span_of_several_pieces_gets_the_caret(seat):
    seat.view.focus_span("s2")
    seat.view.select(45, 52)
    shaping.add_fragment(seat.bench)
    seat.hands.editing.remove()
    seat.hands.history.undo()
    seat.view.place_caret(0)
    seat.hands.history.redo()
    assert (seat.view.caret, seat.view.selection, seat.bench.span) == (14, None, None)


def test_what_is_in_view_does_not_scroll_and_what_is_not_comes_into_view(make_seat, tmp_path):
    text = "\n".join(f"Baris {number} ada di sini." for number in range(200))
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("satu", text), [])]))
    seat.show()
    bar, far = seat.view.verticalScrollBar(), text.index("Baris 90")
    seat.view.place_caret(far)
    seat.hands.editing.label("ORG")
    bar.setValue(bar.value() + 20)
    before = bar.value()
    seat.hands.history.undo()
    seat.hands.history.redo()
    assert bar.value() == before
    bar.setValue(0)
    seat.hands.history.undo()
    top, line = bar.value(), seat.view.builder.geometry.line_of(far)
    assert top < line.top < top + seat.view.viewport().height()
    assert seat.view.selection == (far, far + 5)


@pytest.mark.parametrize("end", [16, 27])
def test_where_one_span_goes_and_another_comes_at_one_start_the_living_one_gets_the_focus(seat, end):
    def exchange(tx):
        old = tx.span(seat.document.set_id, "s2")
        tx.remove(seat.document.set_id, old)
        tx.put(seat.document.set_id, Span("new", ((14, end),), "ORG"))
        return True

    assert seat.bench.run(Command("Exchange the {}", exchange, "span"))
    seat.view.place_caret(0)
    seat.hands.history.undo()
    assert seat.bench.span.id == "s2"
    seat.view.place_caret(0)
    seat.hands.history.redo()
    assert seat.bench.span.id == "new"
