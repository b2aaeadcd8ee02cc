"""What hands do to the shape of spans, and to several at once, through the window's controllers."""

from __future__ import annotations

import pytest

from annotator.domain.documents import Document
from annotator.domain.text import Tokens
from annotator.ui import shaping
from tests.qt.window_support import Seat, document, make_project, read_only, suggestions

TEXT = "Putin dan Jokowi tiba di Rusia. Bank Rakyat Indonesia ada di Jakarta. Satu."
"""Putin 0-5, Jokowi 10-16, Rusia 25-30, Bank Rakyat Indonesia 32-53, Jakarta 61-68, Satu 70-74."""


@pytest.fixture
def seat(make_seat, tmp_path) -> Seat:
    found = suggestions(
        [
            ("p", 0, 5, "PERSON"),
            ("j", 10, 16, "PERSON"),
            ("r", 25, 30, "GPE"),
            ("b", 32, 53, "ORG"),
            ("i", 44, 53, "GPE"),
            ("k", 61, 68, "GPE"),
            ("s", 70, 74, "DATE"),
        ],
        [("m", "met_with", "p", "j")],
    )
    return make_seat(make_project(tmp_path / "p.annotator", [(document("satu", TEXT), [found])]))


def shape(seat: Seat) -> set[tuple[tuple[tuple[int, int], ...], str]]:
    return {(span.fragments, span.label) for span in seat.document.spans()}


def merged_with(seat: Seat, span_id: str) -> str | None:
    span = seat.document.span(span_id)
    assert span is not None
    other = shaping.merging_neighbour(seat.document, span)
    return other.id if other is not None else None


# --- fragments -----------------------------------------------------------------------------------------------------------------


def test_a_selection_is_added_to_the_focused_span_which_keeps_the_focus(seat):
    seat.view.focus_span("b")
    seat.view.select(61, 68)
    shaping.add_fragment(seat.bench)
    assert seat.bench.span.fragments == ((32, 53), (61, 68))
    assert seat.bench.span.id == "b"
    assert seat.bench.span.reviewed
    assert (seat.view.selection, seat.view.caret) == (None, 61)
    assert "Bank Rakyat Indonesia" in seat.told[-1]
    seat.hands.history.undo()
    assert seat.document.span("b").fragments == ((32, 53),)


def test_without_a_focus_it_is_added_to_the_span_that_had_it_last(seat):
    seat.view.focus_span("b")
    seat.view.place_caret(61)
    shaping.add_fragment(seat.bench)  # the token at the caret
    assert seat.document.span("b").fragments == ((32, 53), (61, 68))


def test_touching_fragments_become_one(seat):
    seat.view.focus_span("p")
    seat.view.select(5, 16)
    shaping.add_fragment(seat.bench)
    assert seat.document.span("p").fragments == ((0, 5), (6, 16))
    seat.view.select(0, 16)
    shaping.add_fragment(seat.bench)
    assert seat.document.span("p").fragments == ((0, 16),)


@pytest.mark.parametrize(
    ("focused", "selected", "told"),
    [(None, (61, 68), "Focus the span first"), ("b", None, "Select the text"), ("b", (37, 43), "covers this text already")],
)
def test_a_fragment_that_cannot_be_is_explained(seat, focused, selected, told):
    if focused:
        seat.view.focus_span(focused)
    if selected:
        seat.view.select(*selected)
    before = seat.content()
    shaping.add_fragment(seat.bench)
    assert seat.content() == before
    assert told in seat.told[-1]


# --- merging -------------------------------------------------------------------------------------------------------------------


def test_the_neighbour_is_of_the_same_label_if_there_is_one_else_the_nearest(seat):
    assert merged_with(seat, "p") == "j"  # the next of the same label
    assert merged_with(seat, "j") == "p"  # the one before
    assert merged_with(seat, "r") == "j"  # none of its label in the sentence: the nearest
    assert merged_with(seat, "i") == "k"
    assert merged_with(seat, "b") == "k"  # one that lies apart before one inside
    assert merged_with(seat, "s") is None


def test_merging_keeps_the_label_and_the_focus_of_the_focused_span(seat):
    seat.view.focus_span("j")
    shaping.merge(seat.bench)
    assert (((0, 16),), "PERSON") in shape(seat)
    assert seat.bench.span.id == "j"
    assert seat.document.relations() == []  # it would be one of the span to itself
    assert seat.told[-1].startswith("2 spans are one now: “")
    assert seat.told[-1].endswith("A relation between them is gone.")
    seat.hands.history.undo()
    assert seat.document.span("p").fragments == ((0, 5),)
    assert seat.document.relation("m") is not None


def test_the_chosen_spans_are_merged_into_the_focused_one(seat):
    seat.view.choose(("p", "j", "r"))
    seat.view.focus_span("r")
    shaping.merge(seat.bench)
    assert (((0, 30),), "GPE") in shape(seat)
    assert seat.view.chosen == ()
    assert "3 spans" in seat.told[-1]
    seat.hands.history.undo()
    assert len(seat.document.spans()) == 7
    assert seat.bench.span.id == "p"
    assert "3 changes" in seat.told[-1]
    seat.hands.history.redo()
    assert seat.bench.span.id == "r"


def test_with_nothing_near_there_is_nothing_to_merge(seat):
    seat.view.focus_span("s")
    before = seat.content()
    shaping.merge(seat.bench)
    assert seat.message == "There is no other span in this sentence to merge with."
    assert seat.content() == before
    seat.view.clear_focus()
    shaping.merge(seat.bench)
    assert "Focus a span first" in seat.told[-1]


def test_without_tokens_the_neighbour_is_on_the_same_line(make_seat, tmp_path):
    found = suggestions([("a", 0, 3, "ORG"), ("b", 4, 7, "ORG"), ("c", 8, 11, "ORG")])
    seat = make_seat(make_project(tmp_path / "p.annotator", [(Document("leer", "aaa bbb\nccc", {}), [found])]))
    assert merged_with(seat, "a") == "b"
    assert merged_with(seat, "c") is None


# --- splitting -----------------------------------------------------------------------------------------------------------------


def test_a_caret_inside_says_where(seat):
    seat.view.focus_span("b", at=44)
    shaping.split(seat.bench)
    assert {(((32, 43),), "ORG"), (((44, 53),), "ORG")} <= shape(seat)
    assert seat.text_of(seat.view.focused_span) == "Indonesia"
    assert seat.document.span("b").fragments == ((32, 43),)
    seat.hands.history.undo()
    assert seat.document.span("b").fragments == ((32, 53),)
    assert seat.bench.span.id == "b"


def test_without_a_focus_the_innermost_span_under_the_caret_is_split(seat):
    seat.view.place_caret(37)
    shaping.split(seat.bench)
    assert seat.document.span("b").fragments == ((32, 36),)


def test_a_single_place_is_taken_at_once(seat):
    seat.view.focus_span("p")
    seat.hands.editing.move_edge("end", 1)
    assert seat.text_of("p") == "Putin dan"
    seat.view.focus_span("p")
    shaping.split(seat.bench)
    assert seat.document.span("p").fragments == ((0, 5),)
    assert seat.text_of(seat.view.focused_span) == "dan"


def test_several_places_get_letters(seat):
    seat.view.focus_span("b")
    shaping.split(seat.bench)
    assert seat.view.cancel_mode()
    assert len(seat.document.spans()) == 7


def test_one_token_is_split_between_characters_and_one_character_not_at_all(seat):
    span = seat.document.span("s")
    assert shaping.split_places(seat.document, span) == [71, 72, 73]
    seat.view.select(70, 71)
    seat.hands.editing.label("ORG")
    before = seat.content()
    shaping.split(seat.bench)
    assert "single character" in seat.told[-1]
    assert seat.content() == before


def test_between_characters_nothing_that_belongs_together_is_cut(make_seat, tmp_path):
    text = "e\u0301a👩‍🚀z"
    found = suggestions([("a", 0, len(text), "ORG")])
    one_token = Document("satu", text, {}, Tokens([(0, len(text))]), (0,))
    seat = make_seat(make_project(tmp_path / "p.annotator", [(one_token, [found])]))
    assert [text[place] for place in shaping.split_places(seat.document, seat.document.span("a"))] == ["a", "👩", "z"]


def test_a_discontinuous_span_can_be_split_where_a_fragment_begins(seat):
    seat.view.focus_span("i")
    seat.view.select(61, 68)
    shaping.add_fragment(seat.bench)
    assert shaping.split_places(seat.document, seat.bench.span) == [61]
    seat.view.focus_span("i")
    shaping.split(seat.bench)
    assert seat.document.span("i").fragments == ((44, 53),)


def test_an_edge_by_character_does_not_cut_what_a_reader_sees_as_one(make_seat, tmp_path):
    text = "abe\u0301 de"
    found = suggestions([("a", 0, 2, "ORG")])
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("satu", text), [found])]))
    seat.view.focus_span("a")
    seat.hands.editing.move_edge("end", 1, by_character=True)
    assert seat.text_of("a") == "abe\u0301"
    seat.hands.editing.move_edge("end", 1, by_character=True)
    assert seat.text_of("a") == "abe\u0301 d"
    seat.hands.editing.move_edge("end", -1, by_character=True)
    assert seat.text_of("a") == "abe\u0301"


# --- several at once -----------------------------------------------------------------------------------------------------------


def test_a_label_key_relabels_all_that_are_chosen_in_one_step(seat):
    seat.view.choose(("p", "j"))
    seat.hands.editing.press_label_key("3")
    assert [seat.document.span(key).label for key in ("p", "j")] == ["ORG", "ORG"]
    assert seat.view.chosen == ("p", "j")  # so that more can be done to them
    assert "2 spans are ORG now." in seat.told
    assert "“met_with” links PERSON and PERSON" in seat.message
    seat.hands.history.undo()
    assert [seat.document.span(key).label for key in ("p", "j")] == ["PERSON", "PERSON"]
    assert "2 changes" in seat.told[-1]


def test_a_selection_wins_over_what_is_chosen(seat):
    seat.view.choose(("p", "j"))
    seat.view.select(6, 9)
    seat.hands.editing.press_label_key("4")
    assert (((6, 9),), "DATE") in shape(seat)
    assert seat.document.span("p").label == "PERSON"


def test_enter_accepts_all_that_are_chosen_and_goes_on(seat):
    seat.view.choose(("p", "r"))
    seat.view.focus_span("r")
    seat.hands.editing.enter()
    assert {span.id for span in seat.document.spans() if span.reviewed} == {"p", "r"}
    assert seat.view.chosen == ()
    assert seat.bench.span.id == "b"
    seat.hands.history.undo()
    assert not any(span.reviewed for span in seat.document.spans())


def test_delete_removes_all_that_are_chosen_and_one_undo_brings_them_back(seat):
    before = seat.content()[:2]
    seat.view.choose(("p", "i", "k"))
    seat.hands.editing.remove(chosen=True)
    assert {span.id for span in seat.document.spans()} == {"j", "r", "b", "s"}
    assert seat.document.relations() == []
    assert seat.view.chosen == ()
    assert seat.told[-1] == "3 spans removed."
    seat.hands.history.undo()
    assert seat.content()[:2] == before
    assert seat.bench.span.id == "p"


def test_the_buttons_of_the_inspector_are_about_the_span_it_shows(seat):
    seat.view.choose(("p", "j"))
    seat.view.focus_span("k")
    seat.window.panels.inspector.remove.click()
    assert {span.id for span in seat.document.spans()} == {"p", "j", "r", "b", "i", "s"}


def test_one_that_is_refused_changes_none(seat):
    seat.view.select(0, 5)
    seat.hands.editing.label("GPE")
    before = seat.content()
    seat.view.choose(("p", "j"))
    seat.hands.editing.press_label_key("2")
    assert "labelled GPE already" in seat.message
    assert seat.content() == before


# --- everywhere in the document ------------------------------------------------------------------------------------------------


@pytest.fixture
def often(make_seat, tmp_path) -> Seat:
    text = "Budi ada. Budi pergi. Kata Budi begitu. Siti diam."
    found = suggestions([("a", 0, 4, "PERSON"), ("b", 22, 31, "ORG")])
    return make_seat(make_project(tmp_path / "p.annotator", [(document("satu", text), [found])]))


def test_the_same_text_gets_the_label_of_the_focused_span(often):
    often.view.focus_span("a")
    often.hands.editing.propagate()
    assert [(span.start, span.label) for span in often.document.spans()] == [(0, "PERSON"), (10, "PERSON"), (22, "ORG")]
    assert often.told[-1] == "2 places are PERSON now; 1 was left alone, where another span is."
    assert often.bench.span.id == "a"
    often.hands.history.undo()
    assert len(often.document.spans()) == 2
    assert not often.document.span("a").reviewed


def test_the_same_text_as_a_selection_gets_its_likeliest_label(often):
    often.view.select(10, 14)
    often.hands.editing.propagate()
    assert [(span.start, span.label) for span in often.document.spans()] == [(0, "PERSON"), (10, "PERSON"), (22, "ORG")]
    assert often.bench.span.start == 10


@pytest.mark.parametrize(("place", "told"), [(None, "Select a text or focus a span"), ((40, 44), "No label was used yet")])
def test_what_is_asked_for_everywhere_must_be_known(often, place, told):
    if place is not None:
        often.view.select(*place)
    before = often.content()
    often.hands.editing.propagate()
    assert told in often.told[-1]
    assert often.content() == before


def test_all_suggestions_of_a_label_are_accepted(seat):
    seat.view.focus_span("r")
    seat.hands.editing.accept_label()
    assert {span.id for span in seat.document.spans() if span.reviewed} == {"r", "i", "k"}
    assert seat.told[-1] == "3 suggestions of GPE accepted."
    seat.hands.editing.accept_label()
    assert seat.told[-1] == "No suggestion of GPE is left."
    seat.view.focus_relation("m")
    seat.hands.editing.accept_label()
    assert seat.document.relation("m").reviewed
    seat.view.clear_focus()
    seat.hands.editing.accept_label()
    assert "Focus a span or relation" in seat.told[-1]


# --- roles ---------------------------------------------------------------------------------------------------------------------


def test_a_role_is_filled_and_the_trigger_keeps_the_focus(seat):
    seat.view.focus_span("p")
    asked = []
    seat.hands.relating.choice_needed.connect(asked.append)
    seat.hands.relating.start_role()
    assert [label.name for label in asked[0].labels] == ["leads", "visited", "met_with"]
    assert (asked[0].head, asked[0].tail) == ("p", "")
    seat.hands.relating.add("p", "", "leads")  # the answer
    assert seat.view.relation_source == "p"
    seat.view.roleRequested.emit(("p", "b", "leads"))
    assert [(one.head, one.tail) for one in seat.document.relations() if one.label == "leads"] == [("p", "b")]
    assert seat.bench.span.id == "p"
    assert seat.told[-1] == "“Bank Rakyat Indonesia” is its leads."


def test_a_single_role_goes_straight_on_to_the_targets(seat):
    seat.view.focus_span("b")
    seat.hands.relating.start_role()
    assert seat.view.relation_source == "b"  # part_of, reflexive: itself is a target


@pytest.mark.parametrize(("span", "told"), [("s", "no role for DATE"), (None, "Focus the trigger")])
def test_what_has_no_role_says_so(seat, span, told):
    if span:
        seat.view.focus_span(span)
    seat.hands.relating.start_role()
    assert told in f"{seat.message} {seat.told}"
    assert not seat.view.cancel_mode()


def test_a_role_that_nothing_can_fill_says_so(often):
    often.view.focus_span("a")
    often.hands.relating.add("a", "", "met_with")
    assert often.message == "No span of this document can be the met_with of PERSON."


def test_a_role_that_is_filled_already_is_refused(seat):
    for _ in range(2):
        seat.view.roleRequested.emit(("p", "b", "leads"))
    assert "linked by “leads” already" in seat.message
    assert len(seat.document.relations()) == 2


# --- nothing without leave -----------------------------------------------------------------------------------------------------


def test_without_a_document_nothing_happens(make_seat):
    seat = make_seat()
    for act in (shaping.add_fragment, shaping.merge, shaping.split):
        act(seat.bench)
    shaping.split_at(seat.bench, "p", 3)
    shaping.move(seat.bench, "p", 0, 3)
    seat.hands.editing.propagate()
    seat.hands.editing.accept_label()
    seat.hands.relating.start_role()
    assert seat.message == ""


def test_in_a_read_only_project_nothing_is_shaped(make_seat, project_file):
    make_seat(project_file).leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        before = seat.content()
        seat.show()
        seat.view.focus_span("s2")
        for key in ("Shift+Space", "Ctrl+D", "Ctrl+J", "Ctrl+B", "Ctrl+Shift+J", "e", "r"):
            seat.view.focus_span("s2")
            seat.press(key)
            assert seat.message, key
            seat.bench.messages.clear()
        assert seat.content() == before
        assert seat.view.chosen == ()


def test_a_fragment_that_begins_inside_a_token_is_a_place_to_split_at(make_seat, tmp_path):
    found = suggestions([("a", 0, 5, "PERSON")])
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("satu", TEXT), [found])]))
    seat.view.focus_span("a")
    seat.view.select(12, 16)
    shaping.add_fragment(seat.bench)
    assert seat.bench.span.fragments == ((0, 5), (12, 16))
    assert shaping.split_places(seat.document, seat.bench.span) == [12]
    seat.view.focus_span("a")
    shaping.split(seat.bench)
    assert (((0, 5),), "PERSON") in shape(seat)
    assert (((12, 16),), "PERSON") in shape(seat)


def test_one_chosen_span_is_merged_with_the_focused_one(seat):
    seat.view.choose(("j",))
    seat.view.focus_span("p")
    shaping.merge(seat.bench)
    assert (((0, 16),), "PERSON") in shape(seat)
    assert seat.bench.span.id == "p"
