"""The tour, walked with real keys on the real demo article: each step is over when it was really done, and none holds anybody up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from annotator.commands.projects import build_demo
from annotator.domain.documents import Status
from annotator.paths import demo_project
from annotator.ui.choice import ChoicePopup
from annotator.ui.panels.tour import TourPanel
from annotator.ui.touring import DONE, Touring, is_fresh, span_of, steps
from tests.qt.window_support import Seat, read_only, settle


@pytest.fixture
def tour(make_seat) -> tuple[Seat, Touring]:
    """A window on the first step of the tour."""
    seat = make_seat()
    seat.show()
    seat.window.welcome.tour.click()
    settle()
    return seat, seat.hands.helping.touring


def panel(seat: Seat) -> TourPanel:
    (found,) = seat.window.findChildren(TourPanel)
    return found


def surface(seat: Seat) -> str:
    assert seat.bench.span is not None
    return seat.bench.span.surface(seat.document.text)


def undo(seat: Seat) -> None:
    seat.window.activateWindow()
    seat.view.setFocus()
    seat.press("Ctrl+Z")


def go_to_step(tour: Touring, number: int) -> None:
    while tour.step < number:
        tour.panel.skip.click()
        settle()


def relate(seat: Seat, target: str) -> None:
    """Press r, type the letters of a span, and take the first label that is offered."""
    found = span_of(seat.document, target)
    seat.press("r")
    modes = seat.view._modes
    assert modes is not None
    mode = modes._mode
    assert mode is not None
    assert found is not None
    (letters,) = [code for code, (_, span_id) in zip(mode.codes, mode.offered, strict=True) if span_id == found.id]
    seat.press(*letters)
    for popup in seat.window.findChildren(ChoicePopup):
        if popup.isVisible():
            QTest.keyClick(popup.focusWidget() or popup, Qt.Key.Key_Return)
            settle()


def test_the_whole_tour_is_walked_with_keys(tour):
    seat, touring = tour
    assert (touring.step, len(steps())) == (1, 8)
    assert panel(seat).isVisible()
    assert seat.view.hasFocus(), "the strip does not take the keyboard"
    assert "Press . to go" in panel(seat).text.text()
    seat.press(".")
    assert (touring.step, surface(seat)) == (2, "REPUBLIKA.CO.ID")
    seat.press("Return")
    assert (touring.step, surface(seat)) == (3, "224 orang")
    seat.press("}")
    assert (touring.step, surface(seat)) == (4, "Kremlin")
    assert span_of(seat.document, "224") is not None
    seat.press("3")
    assert touring.step == 5
    kremlin = span_of(seat.document, "Kremlin")
    assert kremlin is not None
    assert kremlin.label == "ORG"
    assert seat.document.text[seat.view.caret :].startswith("Suriah dan Irak")
    seat.press("2")
    assert (touring.step, surface(seat)) == (6, "Suriah")
    count = len(seat.document.spans())
    undo(seat)
    assert touring.step == 7
    assert len(seat.document.spans()) == count - 1
    assert surface(seat) == "Hollande"
    before = len(seat.document.relations())
    relate(seat, "Washington")
    assert len(seat.document.relations()) == before + 1
    assert touring.step == 8
    assert not seat.settings.get(DONE)
    seat.window.activateWindow()
    seat.view.setFocus()
    seat.press("Ctrl+Return")
    assert touring.step == 9
    assert seat.document.info.status is Status.DONE
    assert seat.settings.get(DONE)
    assert not panel(seat).skip.isVisible()
    assert "F1" in panel(seat).text.text()
    panel(seat).end.click()
    assert not panel(seat).isVisible()
    assert not touring.running


def test_only_what_was_done_goes_on(tour):
    seat, touring = tour
    seat.press("Right", "Shift+Right")
    assert touring.step == 1
    go_to_step(touring, 3)
    seat.press(".")
    assert touring.step == 3, "looking at another span moves no edge"
    seat.press("Return")
    assert touring.step == 3, "accepting moves none either"
    undo(seat)
    assert touring.step == 3


def test_a_step_that_is_undone_counts_for_undo_alone(tour):
    seat, touring = tour
    go_to_step(touring, 4)
    seat.press("3")
    assert touring.step == 5
    undo(seat)
    assert touring.step == 5, "taking a label back labels nothing"


def test_every_step_can_be_skipped_and_puts_the_focus_where_it_speaks_of(tour):
    seat, touring = tour
    places = {}
    for number in range(1, 9):
        assert touring.step == number
        assert panel(seat).count.text() == f"{number} of 8"
        assert panel(seat).bar.value() == number - 1
        places[number] = surface(seat) if seat.bench.span is not None else ""
        panel(seat).skip.click()
        settle()
        assert seat.view.hasFocus()
    assert (places[3], places[4], places[7]) == ("224 orang", "Kremlin", "Hollande")
    assert touring.step == 9
    assert seat.settings.get(DONE)
    assert seat.document.info.status is not Status.DONE, "skipping does nothing in the document"


def test_ended_half_way_it_is_gone_and_not_done(tour):
    seat, touring = tour
    go_to_step(touring, 3)
    panel(seat).end.setFocus()
    QTest.keyClick(panel(seat).end, Qt.Key.Key_Escape)
    assert not panel(seat).isVisible()
    assert not touring.running
    assert not seat.settings.get(DONE)
    seat.press(".", "Return")
    assert not panel(seat).isVisible()


def test_the_keys_are_those_that_the_person_has(tour):
    seat, touring = tour
    seat.settings.set("keys.overrides", {"move.next-unreviewed": ["j"]})
    assert "Press j to go" in panel(seat).text.text(), "also where they change meanwhile"
    seat.press("j")
    assert touring.step == 2


def test_a_command_without_a_key_is_named(make_seat):
    seat = make_seat()
    seat.settings.set("keys.overrides", {"move.next-unreviewed": []})
    seat.trigger("help.tour")
    assert "Press “Next unreviewed” to go" in panel(seat).text.text()


def test_another_project_ends_the_tour(tour, project_file):
    seat, touring = tour
    assert seat.hands.projects.open(project_file)
    settle()
    assert not touring.running
    assert not panel(seat).isVisible()
    seat.press(".")
    assert not panel(seat).isVisible()


def test_closing_the_project_ends_the_tour(tour):
    seat, touring = tour
    seat.hands.projects.close()
    assert not touring.running
    assert panel(seat).isHidden()


def test_a_demo_that_was_worked_in_is_left_as_it_is_and_another_is_made(tour):
    seat, touring = tour
    go_to_step(touring, 4)
    seat.press("3")
    worked = seat.project.path
    seat.trigger("help.tour")
    settle()
    assert touring.step == 1
    assert seat.project.path == worked.with_name("demo-2.annotator")
    assert is_fresh(seat.document)
    assert seat.hands.projects.open(worked)
    kremlin = span_of(seat.document, "Kremlin")
    assert kremlin is not None
    assert kremlin.label == "ORG"


def test_a_demo_that_nobody_has_worked_in_is_taken(make_seat):
    build_demo(demo_project())
    seat = make_seat()
    seat.trigger("help.tour")
    assert seat.project.path == demo_project()
    assert sorted(path.name for path in demo_project().parent.glob("*.annotator")) == ["demo.annotator"]


@pytest.mark.expected_log("annotator.store.lock")
def test_a_demo_that_is_open_elsewhere_is_not_waited_for(make_seat):
    with read_only(build_demo(demo_project())):
        seat = make_seat()
        seat.trigger("help.tour")
        assert not seat.project.read_only
        assert seat.project.path.name == "demo-2.annotator"
        assert seat.hands.helping.touring.step == 1


def test_what_cannot_be_opened_is_said_and_no_tour_begins(make_seat):
    demo_project().write_bytes(b"this is no project")
    seat = make_seat()
    seat.trigger("help.tour")
    assert seat.message
    assert not seat.hands.helping.touring.running
    assert panel(seat).isHidden()


def test_the_first_page_says_whether_the_tour_was_taken(make_seat):
    seat = make_seat()
    assert seat.window.welcome.tour.accessibleName() == "Take the tour"
    seat.trigger("help.tour")
    go_to_step(seat.hands.helping.touring, 9)
    seat.hands.projects.close()
    assert seat.window.welcome.tour.accessibleName() == "Take the tour again"
    assert make_seat().window.welcome.tour.accessibleName() == "Take the tour again", "the next time, too"
