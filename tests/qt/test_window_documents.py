"""Going from document to document, and saying how far the work is."""

from __future__ import annotations

import pytest

from annotator.domain.documents import Status
from tests.qt.window_support import (
    document,
    make_project,
    read_only,
    status_of,
    suggestions,
    written_elsewhere,
)


def broken(*, misaligned: bool = False) -> list:
    """A document that cannot be done: r1 links what it may not; before that, a span that merely cuts a token."""
    spans = [("s0", 1, 4, "PERSON")] if misaligned else []
    spans += [("s1", 0, 5, "PERSON"), ("s2", 6, 10, "DATE")]
    return [(document("salah", "Putin tiba"), [suggestions(spans, [("r1", "leads", "s1", "s2")])])]


def test_done_accepts_what_is_left_and_goes_to_the_next_open_document(seat, project_file):
    first = seat.document
    seat.hands.documents.done()
    assert first.info.status is Status.DONE
    assert first.unreviewed_count() == 0
    assert seat.name == "dua"
    seat.leave()
    assert status_of(project_file, "satu") is Status.DONE


def test_after_the_last_document_it_goes_round_to_what_was_passed_over(seat):
    seat.open_named("tiga")
    seat.hands.documents.done()
    assert seat.name == "satu"


def test_documents_that_are_done_or_skipped_are_passed_over(seat):
    seat.open_named("dua")
    seat.hands.documents.skip()
    assert seat.name == "tiga"
    seat.open_named("satu")
    seat.hands.documents.done()
    assert seat.name == "tiga"


def test_when_all_are_done_it_stays_and_says_so(seat):
    for _ in range(3):
        seat.hands.documents.done()
    assert "Every document is done or skipped" in seat.message
    assert seat.bench.messages.level == "info"
    assert seat.name == "tiga"


def test_the_setting_makes_done_stay(seat):
    seat.settings.set("done.next", False)
    seat.hands.documents.done()
    assert seat.name == "satu"
    assert seat.document.info.status is Status.DONE
    assert seat.message == ""


def test_done_again_goes_on(seat):
    seat.hands.documents.done()
    seat.open_named("satu")
    seat.hands.documents.done()
    assert seat.name == "dua"


def test_done_is_refused_while_something_is_wrong_and_the_first_problem_has_the_focus(make_seat, tmp_path):
    seat = make_seat(make_project(tmp_path / "p.annotator", broken()))
    seat.hands.documents.done()
    assert "Not done yet: “leads” links PERSON to ORG or GPE, not PERSON to DATE." in seat.message
    assert seat.document.info.status is not Status.DONE
    assert seat.bench.relation.id == "r1"
    assert seat.document.unreviewed_count() == 3


def test_a_span_that_cuts_a_token_is_no_reason_and_takes_no_focus(make_seat, tmp_path):
    seat = make_seat(make_project(tmp_path / "p.annotator", broken(misaligned=True)))
    seat.hands.documents.done()
    assert "leads" in seat.message
    assert seat.bench.relation.id == "r1"
    seat.hands.editing.remove()
    seat.hands.documents.done()
    assert seat.document.info.status is Status.DONE


def test_a_span_that_is_wrong_gets_the_focus(make_seat, tmp_path):
    strange = suggestions([("a", 0, 5, "PERSON"), ("b", 6, 10, "FACILITY")])
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("d", "Putin tiba"), [strange])]))
    seat.hands.documents.done()
    assert "“FACILITY” is not in the label scheme" in seat.message
    assert seat.bench.span.id == "b"


def test_done_that_cannot_be_saved_stays_and_says_why(seat):
    seat.hands.documents.done()
    seat.open_named("satu")
    seat.hands.documents.reopen()
    with written_elsewhere(seat.project):
        seat.hands.documents.done()
    assert "another program" in seat.message
    assert seat.name == "satu"
    assert seat.document.info.status is Status.IN_PROGRESS


def test_done_that_cannot_be_saved_is_not_taken_for_done_because_it_was_so_before(seat):
    seat.hands.documents.done()
    seat.open_named("satu")
    with written_elsewhere(seat.project):
        seat.hands.documents.done()
    assert "another program" in seat.message
    assert seat.name == "satu"


def test_skip_goes_on_and_work_takes_a_skipped_document_up_again(seat):
    seat.hands.documents.skip()
    assert seat.name == "dua"
    seat.open_named("satu")
    assert seat.document.info.status is Status.SKIPPED
    seat.view.focus_span("s1")
    seat.hands.editing.accept()
    assert seat.document.info.status is Status.IN_PROGRESS


def test_a_flag_is_set_and_taken_away(seat):
    seat.hands.documents.flag()
    assert seat.document.info.flagged
    seat.hands.documents.flag()
    assert not seat.document.info.flagged
    assert seat.told == ["Flagged for later.", "No longer flagged."]


@pytest.mark.parametrize("way", ["done", "skip"])
def test_a_finished_document_is_taken_up_again(seat, way):
    getattr(seat.hands.documents, way)()
    seat.open_named("satu")
    seat.hands.documents.reopen()
    assert seat.document.info.status is Status.IN_PROGRESS


def test_taking_up_what_was_never_finished_makes_no_step(seat):
    seat.hands.documents.reopen()
    assert seat.document.info.status is Status.NEW
    assert seat.bench.session.next_undo() is None


def test_the_list_has_two_ends(seat):
    step = seat.hands.documents.step
    step(-1)
    assert (seat.name, seat.told[-1]) == ("satu", "This is the first document.")
    for name in ("dua", "tiga"):
        step(1)
        assert seat.name == name
    step(1)
    assert (seat.name, seat.told[-1]) == ("tiga", "This is the last document.")
    step(-1)
    assert seat.name == "dua"


def test_opening_the_open_document_again_keeps_caret_and_focus(seat):
    seat.view.focus_span("s3")
    seat.hands.documents.open(seat.document.document.id)
    assert seat.bench.span.id == "s3"


def test_a_document_that_is_gone_is_said_and_the_open_one_stays(seat):
    seat.hands.documents.open(99)
    assert "not in the project any more" in seat.message
    assert seat.name == "satu"


def test_what_cannot_be_opened_because_nothing_can_be_written_leaves_the_open_one(seat):
    with written_elsewhere(seat.project):
        seat.hands.documents.step(1)
    assert "another program" in seat.message
    assert seat.name == "satu"
    seat.hands.documents.step(1)
    assert seat.name == "dua"


@pytest.mark.parametrize(
    "leave",
    [
        lambda seat: seat.hands.documents.step(1),
        lambda seat: seat.hands.documents.done(),
        lambda seat: seat.hands.documents.skip(),
        lambda seat: seat.window.panels.documents.documentRequested.emit(2),
        lambda seat: seat.hands.projects.close(),
        lambda seat: seat.window.close(),
    ],
    ids=["step", "done", "skip", "list", "close project", "close window"],
)
def test_a_note_half_typed_is_saved_when_the_document_is_left(seat, make_seat, project_file, leave):
    seat.view.focus_span("s2")
    seat.window.panels.inspector.fields.note.setPlainText("half typed")
    leave(seat)
    seat.leave()
    again = make_seat(project_file)
    again.open_named("satu")
    assert again.document.span("s2").note == "half typed"


def test_leaving_is_told_while_the_document_is_still_open(seat):
    seen: list[str] = []
    seat.hands.documents.leaving.connect(lambda _: seen.append(seat.name))
    seat.hands.documents.step(1)
    seat.hands.documents.open(seat.document.document.id)
    assert seen == ["satu"]


def test_a_read_only_project_is_walked_through_and_never_done(make_seat, project_file):
    make_seat(project_file).leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        for attempt in (seat.hands.documents.done, seat.hands.documents.skip, seat.hands.documents.flag):
            seat.bench.messages.clear()
            attempt()
            assert "open elsewhere" in seat.message
            assert seat.name == "satu"
        seat.hands.documents.step(1)
        assert seat.name == "dua"
        assert seat.document.info.status is Status.NEW
        assert len(seat.document.spans()) == 2, "what the model suggests is shown"


def test_without_a_project_nothing_happens(make_seat):
    documents = make_seat().hands.documents
    for act in (documents.done, documents.skip, documents.flag, documents.reopen):
        act()
    documents.step(1)
    documents.open(1)


def test_done_says_how_much_it_accepted(seat):
    heard = []
    seat.bench.told.connect(heard.append)
    seat.view.focus_span("s1")
    seat.hands.editing.label("PERSON")
    waiting = seat.document.unreviewed_count()
    seat.hands.documents.done()
    assert f"Done; {waiting} suggestions accepted." in heard
