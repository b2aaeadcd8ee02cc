"""Finding text in the open document."""

from __future__ import annotations

import pytest

from annotator.ui.finding import hits
from annotator.ui.panels.find import FindBar
from tests.qt.window_support import Seat


def bar(seat: Seat) -> FindBar:
    return seat.window.findChild(FindBar)


def marked(seat: Seat) -> list[tuple[int, int]]:
    return seat.view._hits


@pytest.mark.parametrize(
    ("wanted", "match_case", "found"),
    [
        ("putin", False, [(0, 5), (36, 41)]),
        ("putin", True, []),
        ("Putin  tiba", False, [(0, 10)]),
        (".", False, [(19, 20), (52, 53)]),
        ("u", True, [(1, 2), (15, 16), (34, 35), (37, 38)]),
    ],
)
def test_what_is_found(wanted, match_case, found):
    text = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta."
    assert hits(text, wanted, match_case=match_case) == found


def test_a_blank_stands_for_any_white_space_and_blanks_alone_are_taken_as_they_are():
    assert hits("Joko\n\u00a0Widodo", "joko widodo", match_case=False) == [(0, 12)]
    assert hits("a  b", "  ", match_case=False) == [(1, 3)]


def test_offsets_are_code_points():
    assert hits("😊 Budi", "budi", match_case=False) == [(2, 6)]


def test_typing_marks_all_hits_and_selects_the_first_from_the_caret(seat):
    seat.show()
    seat.view.place_caret(21)
    seat.press("Ctrl+F", *"putin")
    assert marked(seat) == [(0, 5), (36, 41)]
    assert seat.view.selection == (36, 41)
    assert bar(seat).count.text() == "2 of 2"


def test_typing_on_stays_at_the_same_hit(seat):
    seat.show()
    seat.press("Ctrl+F", *"di ")
    assert seat.view.selection == (11, 13)
    seat.press("j")
    assert seat.view.selection == (42, 46)
    seat.press("Backspace", "Backspace", "r")
    assert marked(seat) == []


def test_steps_go_round_both_ends(seat):
    seat.show()
    seat.press("Ctrl+F", *"putin")
    places = []
    for key in ("F3", "F3", "Shift+F3", "Return", "Shift+Return"):
        seat.press(key)
        places.append(seat.view.selection)
    assert places == [(36, 41), (0, 5), (36, 41), (0, 5), (36, 41)]


def test_what_is_not_there_is_said_and_the_caret_stays(seat):
    seat.show()
    seat.view.place_caret(21)
    seat.press("Ctrl+F", *"xyz")
    assert bar(seat).count.text() == "Not found"
    assert seat.view.caret == 21
    seat.press("F3")
    assert seat.view.caret == 21


def test_the_selected_text_is_searched(seat):
    seat.show()
    seat.view.select(36, 41)
    seat.trigger("find.open")
    assert bar(seat).field.text() == "Putin"
    assert marked(seat) == [(0, 5), (36, 41)]


def test_closing_takes_the_marks_away_and_gives_the_keys_back(seat):
    seat.show()
    seat.press("Ctrl+F", *"putin")
    seat.press("Escape")
    assert bar(seat).isHidden()
    assert marked(seat) == []
    assert seat.view.hasFocus()


def test_f3_after_closing_opens_the_bar_with_what_was_searched_last(seat):
    seat.show()
    seat.press("Ctrl+F", *"di")
    seat.press("Escape")
    seat.view.place_caret(0)
    seat.press("F3")
    assert not bar(seat).isHidden()
    assert bar(seat).field.text() == "di"
    assert seat.view.selection == (11, 13)


def test_in_the_next_document_hits_are_marked_and_none_is_selected(seat):
    seat.show()
    seat.press("Ctrl+F", *"di")
    seat.hands.documents.step(1)
    assert marked(seat) == [(4, 6), (7, 9)]
    assert seat.view.selection is None
    assert seat.view.caret == 0
    assert bar(seat).count.text() == "0 of 2"
    seat.hands.finding.step(1)
    assert seat.view.selection == (4, 6)


@pytest.mark.parametrize(("direction", "expected"), [(1, (4, 6)), (-1, (7, 9))])
def test_the_first_step_in_the_next_document_begins_at_the_caret(seat, direction, expected):
    seat.show()
    seat.press("Ctrl+F", *"di")
    seat.hands.documents.step(1)
    seat.hands.finding.step(direction)
    assert seat.view.selection == expected


def test_upper_and_lower_case_can_matter(seat):
    seat.show()
    seat.press("Ctrl+F", *"putin")
    bar(seat).match_case.click()
    assert marked(seat) == []


def test_closing_the_project_forgets_the_hits(seat, project_file):
    seat.show()
    seat.press("Ctrl+F", *"tidak")
    seat.hands.projects.close()
    seat.hands.finding.step(1)
    seat.hands.projects.open(project_file)
    seat.open_named("tiga")
    assert marked(seat) == [(0, 5)]


def test_without_a_document_there_is_nothing_to_find(make_seat):
    seat = make_seat()
    seat.hands.finding.open()
    assert bar(seat).isHidden()
    seat.hands.finding.step(1)
    assert bar(seat).isHidden()


def test_after_finding_no_key_reaches_a_span_that_was_focused_elsewhere(seat):
    seat.show()
    seat.view.focus_span("s1")
    before = seat.content()
    seat.press("Ctrl+F", *"jakarta")
    seat.press("Escape")
    assert seat.view.focused_span is None
    assert seat.view.selection == (45, 52)
    seat.press("Delete", "{")
    assert seat.content() == before


def test_tab_after_finding_goes_on_from_the_match(seat):
    seat.show()
    seat.view.focus_span("s1")
    seat.press("Ctrl+F", *"bertemu")
    seat.press("Escape", "Escape", "Tab")
    assert seat.bench.span.id == "s4"
