"""What hands do to spans and to whatever has the focus."""

from __future__ import annotations

import pytest

from annotator.commands import spans as span_commands
from annotator.domain.documents import Status
from tests.qt.window_support import (
    TEXT,
    Seat,
    document,
    full_disk,
    make_project,
    read_only,
    suggestions,
    written_elsewhere,
)

ALREADY = "labelled"


def labels_at(seat: Seat, start: int, end: int) -> list[str]:
    return [span.label for span in seat.document.spans() if span.fragments == ((start, end),)]


# --- who wins ------------------------------------------------------------------------------------------------------------------


def test_a_selection_wins_over_the_focused_span(seat):
    seat.view.focus_span("s1")
    seat.view.select(45, 52)
    seat.hands.editing.press_label_key("3")
    assert labels_at(seat, 45, 52) == ["ORG"]
    assert seat.document.span("s1").label == "GPE"
    assert seat.view.selection is None
    assert seat.bench.span.fragments == ((45, 52),)


def test_the_focused_span_wins_over_the_token_at_the_caret(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.press_label_key("4")
    assert seat.document.span("s2").label == "DATE"
    assert seat.bench.span.id == "s2"
    assert len(seat.document.spans()) == 4


def test_with_neither_the_token_at_the_caret_is_labelled(seat):
    seat.view.place_caret(8)
    seat.hands.editing.press_label_key("3")
    assert labels_at(seat, 6, 10) == ["ORG"]
    assert seat.text_of(seat.view.focused_span) == "tiba"


def test_a_selection_wins_over_the_focused_relation_too(seat):
    seat.view.focus_relation("r1")
    seat.view.select(45, 52)
    seat.hands.editing.press_label_key("2")
    assert labels_at(seat, 45, 52) == ["GPE"]
    assert seat.document.relation("r1").label == "met_with"


def test_a_span_label_by_name_does_not_label_the_caret_while_a_relation_has_the_focus(seat):
    seat.view.focus_relation("r1")
    before = seat.content()
    seat.hands.editing.label("ORG")
    assert seat.content() == before
    assert "relation has the focus" in seat.told[-1]


def test_where_there_is_no_token_there_is_nothing_to_label(make_seat, tmp_path):
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("leer", ""), [])]))
    seat.hands.editing.press_label_key("1")
    assert seat.document.spans() == []
    assert seat.told == ["There is no text to label here."]


# --- label keys ----------------------------------------------------------------------------------------------------------------


def test_label_keys_of_a_focused_relation_are_those_of_relation_labels(seat):
    for span_id in ("s3", "s4"):
        seat.view.focus_span(span_id)
        seat.hands.editing.press_label_key("3")  # ORG
    seat.view.focus_relation("r1")
    seat.hands.editing.press_label_key("4")
    assert seat.document.relation("r1").label == "part_of"
    assert seat.bench.relation.id == "r1"


def test_a_relation_key_that_its_ends_forbid_is_refused_with_the_reason(seat):
    seat.view.focus_relation("r1")
    before = seat.content()
    seat.hands.editing.press_label_key("1")
    assert "“leads” links PERSON to ORG or GPE" in seat.message
    assert seat.content() == before


@pytest.mark.parametrize("relation", [False, True])
def test_a_key_that_no_label_has_says_so(seat, relation):
    seat.view.focus_relation("r1") if relation else seat.view.place_caret(6)
    before = seat.content()
    seat.hands.editing.press_label_key("7")
    assert seat.content() == before
    assert seat.told == ["No label has the key 7."]


def test_without_a_document_nothing_happens(make_seat):
    seat = make_seat()
    editing = seat.hands.editing
    editing.press_label_key("1")
    editing.label("PERSON")
    editing.enter()
    editing.remove()
    editing.describe({"kind": "span", "id": "s1", "note": "x"})
    assert not editing.accept()
    assert seat.message == ""


def test_relabelling_as_the_same_label_accepts_the_suggestion(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.press_label_key("2")
    assert seat.document.span("s2").reviewed
    assert seat.document.span("s2").label == "GPE"


def test_labelling_a_suggestions_own_place_accepts_it_and_makes_no_twin(seat):
    seat.view.select(14, 19)
    seat.hands.editing.label("GPE")
    assert labels_at(seat, 14, 19) == ["GPE"]
    assert seat.document.span("s2").reviewed
    assert seat.bench.span.id == "s2"


def test_a_duplicate_is_refused_and_nothing_changes(seat):
    seat.view.select(45, 52)
    seat.hands.editing.label("GPE")
    before = seat.content()
    seat.view.select(45, 52)
    seat.hands.editing.label("GPE")
    assert seat.message == "“Jakarta” is labelled GPE already."
    assert seat.bench.messages.level == "warning"
    assert seat.content() == before
    assert seat.view.selection == (45, 52)


def test_the_same_place_may_have_two_labels_but_relabelling_into_a_duplicate_is_refused(seat):
    for label in ("GPE", "ORG"):
        seat.view.select(45, 52)
        seat.hands.editing.label(label)
    assert sorted(labels_at(seat, 45, 52)) == ["GPE", "ORG"]
    before = seat.content()
    seat.hands.editing.label("GPE")
    assert ALREADY in seat.message
    assert seat.content() == before


def test_labels_are_refused_that_the_scheme_does_not_know(seat):
    seat.view.select(45, 52)
    before = seat.content()
    seat.hands.editing.label("FACILITY")
    assert "not in the label scheme" in seat.message
    assert seat.content() == before


# --- Enter ---------------------------------------------------------------------------------------------------------------------


def test_enter_labels_a_selection_as_this_text_is_called_elsewhere_in_the_document(seat):
    seat.view.select(36, 41)  # Putin: s1 is GPE, s4 PERSON; the more frequent one is asked for below
    seat.hands.editing.label("GPE")
    seat.hands.editing.remove()
    seat.view.focus_span("s4")
    seat.hands.editing.remove()
    seat.view.select(36, 41)
    seat.hands.editing.enter()
    assert labels_at(seat, 36, 41) == ["GPE"]  # as s1, the only other Putin


def test_enter_ignores_case_and_takes_the_most_frequent(make_seat, tmp_path):
    text = "PUTIN Putin putin Putin"
    spans = [("a", 0, 5, "GPE"), ("b", 6, 11, "PERSON"), ("c", 12, 17, "PERSON")]
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("d", text), [suggestions(spans)])]))
    seat.view.select(18, 23)
    seat.hands.editing.enter()
    assert labels_at(seat, 18, 23) == ["PERSON"]


def test_enter_labels_unknown_text_with_the_label_used_last(seat):
    seat.view.select(6, 10)
    seat.hands.editing.label("DATE")
    seat.view.select(45, 52)
    seat.hands.editing.enter()
    assert labels_at(seat, 45, 52) == ["DATE"]


def test_enter_with_a_selection_before_any_label_was_used_says_what_to_do(seat):
    seat.view.select(45, 52)
    seat.hands.editing.enter()
    assert len(seat.document.spans()) == 4
    assert "press a label's key" in seat.told[-1]


def test_the_label_used_last_is_forgotten_with_the_project(seat, tmp_path):
    seat.view.select(6, 10)
    seat.hands.editing.label("DATE")
    seat.hands.projects.open(make_project(tmp_path / "other.annotator"))
    assert seat.hands.editing.last_label == ""


def test_enter_accepts_the_focused_suggestion_and_goes_to_the_next_unreviewed(seat):
    seat.view.focus_span("s1")
    seat.hands.editing.enter()
    assert seat.document.span("s1").reviewed
    assert seat.bench.span.id == "s2"


def test_enter_on_a_reviewed_span_only_goes_on(seat):
    seat.view.focus_span("s1")
    seat.hands.editing.accept()
    step = seat.bench.session.next_undo().id
    seat.hands.editing.enter()
    assert seat.bench.span.id == "s2"
    assert seat.bench.session.next_undo().id == step


def test_enter_passes_over_reviewed_spans(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.accept()
    seat.view.focus_span("s1")
    seat.hands.editing.enter()
    assert seat.bench.span.id == "s3"


def test_enter_at_the_end_goes_back_to_what_was_passed_over(seat):
    seat.view.focus_span("s4")
    seat.hands.editing.enter()
    assert seat.bench.span.id == "s1"
    assert "first suggestion" in seat.told[-1]


def test_enter_comes_to_relations_after_all_spans_and_ends_when_nothing_is_left(seat):
    seat.view.focus_span("s1")
    for _ in range(4):
        seat.hands.editing.enter()
    assert seat.bench.relation is not None
    assert seat.bench.relation.id == "r1"
    assert seat.document.unreviewed_count() == 1
    seat.hands.editing.enter()
    assert seat.document.relation("r1").reviewed
    assert seat.told[-1] == "Nothing is left to review in this document."
    assert seat.bench.relation.id == "r1"


def test_enter_stays_on_a_suggestion_that_cannot_be_accepted(make_seat, tmp_path):
    wrong = suggestions(
        [("s1", 0, 5, "PERSON"), ("s2", 6, 10, "ORG")], [("r1", "leads", "s1", "s2"), ("r2", "met_with", "s1", "s2")]
    )
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("d", "Putin tiba"), [wrong])]))
    seat.view.focus_relation("r2")
    seat.hands.editing.enter()
    assert "“met_with” links PERSON and PERSON" in seat.message
    assert seat.bench.relation.id == "r2"
    assert not seat.document.relation("r2").reviewed


# --- accepting and removing ----------------------------------------------------------------------------------------------------


def test_accepting_a_relation_accepts_its_ends(seat):
    seat.view.focus_relation("r1")
    assert seat.hands.editing.accept()
    assert all(item.reviewed for item in (seat.document.relation("r1"), seat.document.span("s3"), seat.document.span("s4")))
    assert not seat.document.span("s1").reviewed


def test_rejecting_a_suggestion_keeps_the_verdict_and_the_place(seat):
    seat.view.focus_span("s2")
    seat.hands.editing.remove()
    assert seat.document.span("s2") is None
    assert seat.view.focused_span is None
    assert seat.view.caret == 14
    rows = seat.project.connection.execute("SELECT signature, verdict FROM verdicts").fetchall()
    assert rows == [("GPE@14-19", "rejected")]
    seat.view.step_span(1)
    assert seat.bench.span.id == "s3"


def test_removing_a_span_removes_its_relations(seat):
    seat.view.focus_span("s4")
    seat.hands.editing.remove()
    assert seat.document.relations() == []


def test_removing_a_relation_leaves_its_head_focused(seat):
    seat.view.focus_relation("r1")
    seat.hands.editing.remove()
    assert seat.document.relations() == []
    assert seat.bench.span.id == "s3"


def test_remove_without_focus_does_nothing(seat):
    before = seat.content()
    seat.hands.editing.remove()
    assert seat.content() == before


@pytest.mark.parametrize("what", ["span", "relation"])
def test_what_cannot_be_removed_keeps_the_focus(seat, what):
    seat.view.focus_span("s1") if what == "span" else seat.view.focus_relation("r1")
    before = seat.content()
    with written_elsewhere(seat.project):
        seat.hands.editing.remove()
    assert "written by another program" in seat.message
    assert seat.content() == before
    assert (seat.view.focused_span, seat.view.focused_relation) == (("s1", None) if what == "span" else (None, "r1"))


# --- edges ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edge", "direction", "expected"),
    [("start", -1, "di Rusia"), ("end", 1, "Rusia."), ("start", 1, None), ("end", -1, None)],
)
def test_edges_move_by_a_token_and_an_empty_span_is_refused(seat, edge, direction, expected):
    seat.view.focus_span("s2")
    seat.hands.editing.move_edge(edge, direction)
    if expected is None:
        assert "at least one character" in seat.message
        assert seat.text_of("s2") == "Rusia"
    else:
        assert seat.text_of("s2") == expected
        assert seat.message == ""
    assert seat.bench.span.id == "s2"


def test_edges_come_back_in_by_a_token(seat):
    seat.view.focus_span("s2")
    for edge, out in (("start", -1), ("end", 1)):
        seat.hands.editing.move_edge(edge, out)
        seat.hands.editing.move_edge(edge, -out)
        assert seat.text_of("s2") == "Rusia"


def test_an_edge_inside_a_token_goes_to_the_nearest_border_of_its_kind(seat):
    seat.bench.run(span_commands.move_span(seat.document.set_id, "s2", 15, 18))
    seat.view.focus_span("s2")
    seat.hands.editing.move_edge("start", -1)
    seat.hands.editing.move_edge("end", 1)
    assert seat.text_of("s2") == "Rusia"


@pytest.mark.parametrize(
    ("edge", "direction", "expected"),
    [("start", 1, "usia"), ("end", -1, "Rusi"), ("end", 1, "Rusia."), ("start", -1, "i Rusia")],
)
def test_edges_move_by_a_character_and_step_over_blanks(seat, edge, direction, expected):
    seat.view.focus_span("s2")
    seat.hands.editing.move_edge(edge, direction, by_character=True)
    assert seat.text_of("s2") == expected
    assert seat.message == ""
    seat.hands.editing.move_edge(edge, -direction, by_character=True)
    assert seat.text_of("s2") == "Rusia"


@pytest.mark.parametrize("by_character", [False, True])
def test_at_the_ends_of_the_text_edges_stay(seat, by_character):
    seat.view.focus_span("s1")
    seat.hands.editing.move_edge("start", -1, by_character=by_character)
    assert seat.told == ["The edge of the text is reached."]
    seat.view.select(45, len(TEXT))
    seat.hands.editing.label("GPE")
    seat.hands.editing.move_edge("end", 1, by_character=by_character)
    assert seat.told[1:] == ["The edge of the text is reached."]
    assert seat.message == ""
    assert seat.document.span("s1").fragments == ((0, 5),)


def test_blanks_at_the_end_of_the_text_are_its_edge(make_seat, tmp_path):
    text = "Putin \n"
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("d", text), [suggestions([("s1", 0, 5, "PERSON")])])]))
    seat.view.focus_span("s1")
    seat.hands.editing.move_edge("end", 1, by_character=True)
    assert seat.told == ["The edge of the text is reached."]
    assert seat.message == ""


def test_the_setting_makes_edges_move_by_characters(seat):
    seat.settings.set("article.unit", "characters")
    seat.view.focus_span("s2")
    seat.hands.editing.move_edge("end", -1)
    assert seat.text_of("s2") == "Rusi"


def test_astral_characters_count_as_one(seat):
    seat.open_named("dua")
    seat.view.focus_span("s1")
    seat.hands.editing.move_edge("start", -1, by_character=True)
    assert seat.text_of("s1") == "😊 Budi"
    assert seat.document.span("s1").fragments == ((0, 6),)


def test_a_document_without_tokens_has_edges_by_character(make_seat, tmp_path):
    bare = document("d", "Putin tiba")
    bare = type(bare)(bare.name, bare.text, {}, type(bare.tokens)(), ())
    seat = make_seat(make_project(tmp_path / "p.annotator", [(bare, [suggestions([("s1", 0, 5, "PERSON")])])]))
    seat.view.focus_span("s1")
    seat.hands.editing.move_edge("end", 1)
    assert seat.text_of("s1") == "Putin t"


def test_moving_an_edge_without_a_focused_span_says_what_to_do(seat):
    seat.hands.editing.move_edge("end", 1)
    assert "Focus a span first" in seat.told[-1]


def test_moving_onto_a_duplicate_is_refused(seat):
    seat.view.select(11, 19)
    seat.hands.editing.label("GPE")
    before = seat.content()
    seat.hands.editing.move_edge("start", 1)
    assert ALREADY in seat.message
    assert seat.content() == before


def test_a_range_asked_for_by_the_pointer_moves_the_span(seat):
    seat.view.rangeRequested.emit(("s2", 11, 19))
    assert seat.text_of("s2") == "di Rusia"
    assert seat.bench.span.id == "s2"
    seat.view.rangeRequested.emit(("s2", 11, 13))
    seat.view.rangeRequested.emit(("gone", 0, 3))
    assert "not there any more" in seat.message


# --- describing ----------------------------------------------------------------------------------------------------------------


def test_describing_saves_what_is_given_and_leaves_the_rest(seat):
    set_id = seat.document.set_id
    seat.hands.editing.describe({"kind": "span", "set_id": set_id, "id": "s1", "note": "check"})
    seat.hands.editing.describe({"kind": "span", "set_id": set_id, "id": "s1", "attributes": {"sure": "no"}})
    span = seat.document.span("s1")
    assert (span.note, dict(span.attributes)) == ("check", {"sure": "no"})
    seat.hands.editing.describe({"kind": "relation", "id": "r1", "note": "hm"})
    assert seat.document.relation("r1").note == "hm"
    assert seat.hands.editing.unsaved == ""


def test_describing_an_item_of_a_document_that_was_left_reaches_that_document(seat):
    left = seat.document.set_id
    seat.open_named("dua")
    seat.hands.editing.describe({"kind": "span", "set_id": left, "id": "s1", "note": "late"})
    assert seat.document.span("s1").note == ""
    seat.open_named("satu")
    assert seat.document.span("s1").note == "late"


def test_a_description_that_cannot_be_saved_is_told_and_remembered_as_unsaved(seat):
    with full_disk(seat.project):
        seat.hands.editing.describe({"kind": "span", "id": "s1", "note": "x" * 100_000})
    assert "is full" in seat.hands.editing.unsaved
    assert seat.document.span("s1").note == ""
    seat.hands.editing.describe({"kind": "span", "id": "s1", "note": "x" * 100_000})
    assert seat.hands.editing.unsaved == ""
    assert len(seat.document.span("s1").note) == 100_000


# --- where nothing may be edited -----------------------------------------------------------------------------------------------


def test_a_read_only_document_refuses_every_edit_and_says_why(make_seat, project_file):
    make_seat(project_file).leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        before = seat.content()
        editing = seat.hands.editing

        def accept() -> None:
            seat.view.focus_span("s1")
            editing.accept()

        def remove() -> None:
            seat.view.focus_span("s1")
            editing.remove()

        def remove_relation() -> None:
            seat.view.focus_relation("r1")
            editing.remove()

        def relabel() -> None:
            seat.view.focus_span("s1")
            editing.label("ORG")

        def move() -> None:
            seat.view.focus_span("s1")
            editing.move_edge("end", 1)

        def label_selection() -> None:
            seat.view.select(45, 52)
            editing.label("ORG")

        def press() -> None:
            seat.view.place_caret(45)
            editing.press_label_key("1")

        def pull() -> None:
            seat.view.rangeRequested.emit(("s1", 0, 10))

        for attempt in (accept, remove, remove_relation, relabel, move, label_selection, press, pull, editing.enter):
            seat.bench.messages.clear()
            attempt()
            assert "open elsewhere" in seat.message, attempt.__name__
            assert seat.bench.messages.level == "warning"
            assert seat.content() == before
        assert seat.document.info.status is Status.NEW


def test_keys_in_a_read_only_article_say_why_nothing_happens(make_seat, project_file):
    make_seat(project_file).leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.show()
        for key in ("1", "Return", "Delete", "n", " "):
            seat.bench.messages.clear()
            seat.press(key)
            assert "open elsewhere" in seat.message, key
        seat.bench.messages.clear()
        seat.press("Tab")
        assert seat.bench.span.id == "s1"
        assert seat.message == ""


# --- what an edit does to relations is said -----------------------------------------------------------------------------------


def test_relabelling_a_span_out_of_its_relation_is_said_and_the_relation_stays(seat):
    seat.view.focus_span("s3")
    seat.hands.editing.label("DATE")
    assert seat.document.relation("r1") is not None
    assert "met_with" in seat.message
    assert "cannot be done before" in seat.message


def test_relabelling_within_what_the_relations_allow_says_nothing(seat):
    seat.view.focus_span("s1")
    seat.hands.editing.label("PERSON")
    assert seat.message == ""


def test_removing_a_span_says_that_its_relations_went_along(seat):
    heard = []
    seat.bench.told.connect(heard.append)
    seat.view.focus_span("s3")
    seat.hands.editing.remove()
    assert seat.document.relation("r1") is None
    assert heard == ["Removed, and its relation with it."]
