"""The status bar: saved, position, alignment, progress."""

from __future__ import annotations

import pytest

from annotator.commands import spans as span_commands
from annotator.commands.importing import ImportOptions
from annotator.domain.progress import Progress
from annotator.store import queries
from tests.qt.test_window_projects import lines
from tests.qt.window_support import Seat, document, make_project, read_only, settle, suggestions


def shown(seat: Seat) -> tuple[str, str, str, str]:
    seat.window.status.refresh()
    status = seat.window.status
    return status.saved.text(), status.place.text(), status.alignment.text(), status.done.text()


def test_without_a_project_it_says_nothing(make_seat):
    assert shown(make_seat()) == ("", "", "", "")


def test_what_it_says_of_caret_focus_and_selection(seat):
    assert shown(seat) == ("All saved", "0", "", "0 of 3 done")
    seat.view.place_caret(14)
    assert shown(seat)[1:3] == ("14", "")
    seat.view.focus_span("s2")
    assert shown(seat)[1:3] == ("14–19", "On token borders")
    seat.view.select(45, 52)
    assert shown(seat)[1:3] == ("45–52", "On token borders")
    seat.view.select(45, 48)
    assert shown(seat)[1:3] == ("45–48", "Cuts a token")


def test_positions_are_code_points(seat):
    seat.open_named("dua")
    seat.view.focus_span("s2")
    assert shown(seat)[1] == "10–13"


def test_each_fragment_must_stand_on_token_borders(seat):
    seat.bench.run(span_commands.add_span(seat.document.set_id, ((0, 5), (14, 17)), "ORG"))
    made = next(span for span in seat.document.spans() if span.discontinuous)
    seat.view.focus_span(made.id)
    assert shown(seat)[1:3] == ("0–17", "Cuts a token")


def test_a_text_without_tokens_has_no_borders_to_cut(make_seat, tmp_path):
    bare = document("d", "Putin tiba")
    bare = type(bare)(bare.name, bare.text, {}, type(bare.tokens)(), ())
    seat = make_seat(make_project(tmp_path / "p.annotator", [(bare, [suggestions([("s1", 0, 5, "PERSON")])])]))
    seat.view.focus_span("s1")
    assert shown(seat)[2] == ""


def test_progress_follows_done_skipped_and_undone(seat):
    seat.settings.set("done.next", False)
    seat.hands.documents.done()
    assert shown(seat)[3] == "1 of 3 done"
    seat.hands.history.undo()
    assert shown(seat)[3] == "0 of 3 done"
    seat.hands.documents.skip()
    assert shown(seat)[3] == "0 of 3 done"


def test_it_follows_by_itself_a_moment_later(seat):
    seat.show()
    seat.view.focus_span("s2")
    seat.hands.documents.done()
    settle()
    assert seat.window.status.done.text() == "1 of 3 done"
    assert seat.window.status.place.text() == "0"


def test_an_edit_that_changes_no_status_counts_nothing_anew(seat, monkeypatch):
    seat.hands.editing.label("ORG")
    shown(seat)
    counted: list[int] = []
    monkeypatch.setattr(queries, "status_counts", lambda *_: counted.append(1))
    seat.view.focus_span("s2")
    seat.hands.editing.label("ORG")
    shown(seat)
    assert counted == []


def test_read_only_is_said(make_seat, project_file):
    with read_only(project_file):
        assert shown(make_seat(project_file))[0] == "Read only"


def test_closing_the_project_empties_it(seat):
    seat.view.focus_span("s2")
    seat.hands.projects.close()
    assert shown(seat) == ("", "", "", "")


def test_an_import_is_counted(seat, tmp_path):
    shown(seat)
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 20)], ImportOptions("jsonl"))
    seat.wait_for_job()
    assert shown(seat)[3] == "0 of 23 done"


@pytest.mark.parametrize(("key", "told"), [("f", "Type a place's letters"), ("r", "Type a target's letters")])
def test_a_mode_says_what_it_waits_for(seat, key, told):
    seat.show()
    seat.view.focus_span("s3")
    seat.press(key)
    assert seat.window.status.mode.text() == told
    seat.press("Escape")
    assert seat.window.status.mode.text() == ""


def test_a_mode_ends_with_its_document(seat):
    seat.show()
    seat.press("f")
    seat.hands.documents.step(1)
    assert seat.window.status.mode.text() == ""


def test_what_is_told_and_announced_appears(seat):
    seat.bench.tell("Something short.")
    assert seat.window.status.currentMessage() == "Something short."
    seat.view.announced.emit("No legal target.")
    assert seat.window.status.currentMessage() == "No legal target."


def test_work_under_way_is_shown_with_its_progress(seat):
    seat.show()
    status = seat.window.status
    assert not status.job.isVisible()
    progress = Progress()
    progress.start("Importing", 40)
    progress.advance(10)
    status.show_job(progress)
    assert (status.job.maximum(), status.job.value(), status.job_title.text()) == (40, 10, "Importing")
    assert status.job.isVisible()
    assert status.cancel.isVisible()
    status.hide_job()
    assert not status.job.isVisible()
    assert not status.cancel.isVisible()


def test_work_of_unknown_length_is_shown_as_such(seat):
    progress = Progress()
    progress.start("Exporting")
    seat.window.status.show_job(progress)
    assert (seat.window.status.job.minimum(), seat.window.status.job.maximum()) == (0, 0)


def test_the_button_cancels_the_work(seat, tmp_path):
    seat.show()
    seat.hands.projects.import_files([lines(tmp_path / "b.jsonl", 400)], ImportOptions("jsonl"))
    assert seat.window.status.cancel.isVisible()
    seat.window.status.cancel.click()
    seat.wait_for_job()
    assert not seat.window.status.cancel.isVisible()
    assert "Cancelled" in seat.message
    assert shown(seat)[3] == "0 of 3 done"


def test_every_part_has_a_name_for_assistive_technology(seat):
    status = seat.window.status
    parts = (status.saved, status.place, status.alignment, status.done, status.mode, status.job)
    assert all(part.accessibleName() for part in parts)
