"""What hands do to relations."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from annotator.ui.choice import ChoicePopup
from tests.qt.window_support import Seat, document, make_project, read_only, settle, suggestions

TEXT = "Budi Citra Jawa BRI BNI Senin"
SPANS = [
    ("budi", 0, 4, "PERSON"),
    ("citra", 5, 10, "PERSON"),
    ("jawa", 11, 15, "GPE"),
    ("bri", 16, 19, "ORG"),
    ("bni", 20, 23, "ORG"),
    ("senin", 24, 29, "DATE"),
]


@pytest.fixture
def seat(make_seat, tmp_path) -> Seat:
    """Two persons, a place, two organisations and a date, with no relation between them."""
    path = make_project(tmp_path / "p.annotator", [(document("d", TEXT), [suggestions(SPANS)])])
    made = make_seat(path)
    made.window.resize(1200, 800)
    made.show()
    return made


def offered(seat: Seat) -> dict[str, str]:
    """The hint letters of a relation that is begun, by the span they choose."""
    mode = seat.view._modes._mode
    assert mode is not None
    return {span_id: code for code, (_, span_id) in zip(mode.codes, mode.offered, strict=True)}


def popup(seat: Seat) -> ChoicePopup:
    found = [child for child in seat.window.findChildren(ChoicePopup) if child.isVisible()]
    assert len(found) == 1
    return found[0]


def ends(seat: Seat) -> set[tuple[str, str, str]]:
    return {(relation.head, relation.label, relation.tail) for relation in seat.document.relations()}


# --- by keyboard ---------------------------------------------------------------------------------------------------------------


def test_only_legal_targets_get_letters_and_the_head_does_not(seat):
    seat.view.focus_span("budi")
    seat.press("r")
    assert set(offered(seat)) == {"citra", "jawa", "bri", "bni"}
    seat.press("Escape")
    assert seat.bench.span.id == "budi"


def test_a_span_offers_itself_only_where_a_label_is_reflexive(seat):
    seat.view.focus_span("bri")
    seat.press("r")
    assert set(offered(seat)) == {"bri", "bni"}
    seat.press(*offered(seat)["bri"])
    assert ends(seat) == {("bri", "part_of", "bri")}


def test_one_legal_label_is_set_at_once_and_the_relation_has_the_focus(seat):
    seat.view.focus_span("budi")
    seat.press("r")
    seat.press(*offered(seat)["citra"])
    assert ends(seat) == {("budi", "met_with", "citra")}
    assert seat.bench.relation.label == "met_with"
    assert all(seat.document.span(key).reviewed for key in ("budi", "citra")), "no later run may take them away from under it"


@pytest.mark.parametrize(("key", "label"), [("1", "leads"), ("2", "visited")])
def test_several_legal_labels_are_chosen_from_by_their_keys(seat, key, label):
    seat.view.focus_span("budi")
    seat.press("r")
    seat.press(*offered(seat)["jawa"])
    assert ends(seat) == set()
    popup(seat)
    seat.press(key)
    assert ends(seat) == {("budi", label, "jawa")}
    assert seat.view.hasFocus()


def test_a_label_can_be_chosen_by_pointer(seat):
    seat.view.relationRequested.emit(("budi", "jawa"))
    choices = popup(seat)._list
    place = choices.visualItemRect(choices.item(1)).center()
    QTest.mouseClick(choices.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle()
    assert ends(seat) == {("budi", "visited", "jawa")}


def test_esc_leaves_the_choice_and_nothing_is_made(seat):
    seat.view.relationRequested.emit(("budi", "jawa"))
    popup(seat)
    seat.press("Escape")
    assert ends(seat) == set()
    assert not [child for child in seat.window.findChildren(ChoicePopup) if child.isVisible()]


def test_a_choice_left_open_does_not_link_spans_of_the_next_document(make_seat, tmp_path):
    both = [(document(name, TEXT), [suggestions(SPANS)]) for name in ("a", "b")]
    seat = make_seat(make_project(tmp_path / "both.annotator", both))
    seat.show()
    seat.view.relationRequested.emit(("budi", "jawa"))
    choices = popup(seat)
    seat.hands.documents.step(1)
    choices.chosen.emit("leads")
    assert ends(seat) == set()


def test_where_no_target_is_legal_the_mode_does_not_begin(seat):
    seat.view.focus_span("senin")
    seat.press("r")
    assert seat.view._modes._mode is None
    assert seat.message == "No relation label of the scheme links DATE to any span of this document."


def test_without_a_focused_span_it_says_what_to_do(seat):
    seat.hands.relating.start()
    assert "Focus the head span first" in seat.told[-1]
    seat.hands.relating.relabel("leads")
    seat.hands.relating.reverse()
    assert [text for text in seat.told[-2:] if "Focus a relation first" in text] == seat.told[-2:]


# --- by pointer ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "tail", "reason"),
    [
        ("jawa", "budi", "No relation label of the scheme links GPE to PERSON."),
        ("senin", "bri", "No relation label of the scheme links DATE to ORG."),
        ("budi", "budi", "No relation label of the scheme links a span to itself."),
    ],
)
def test_a_drop_on_an_illegal_target_says_why_not(seat, head, tail, reason):
    seat.view.relationRequested.emit((head, tail))
    assert seat.message == reason
    assert ends(seat) == set()


def test_legal_targets_are_lit_while_a_relation_is_dragged(seat):
    seat.view.light_targets("budi")
    lit = {key for key in ("budi", "citra", "jawa", "bri", "senin") if seat.view.is_legal(key)}
    assert lit == {"citra", "jawa", "bri"}
    seat.view.light_targets(None)


def test_in_a_read_only_project_a_drop_says_why_it_is_not_made(make_seat, tmp_path):
    path = make_project(tmp_path / "look.annotator", [(document("d", TEXT), [suggestions(SPANS)])])
    make_seat(path).leave()
    with read_only(path):
        seat = make_seat(path)
        seat.bench.messages.clear()
        seat.view.relationRequested.emit(("budi", "jawa"))
        assert "open elsewhere" in seat.message
        assert seat.window.findChildren(ChoicePopup) == []


# --- on a relation -------------------------------------------------------------------------------------------------------------


def test_the_same_link_twice_is_refused_also_the_other_way_round_if_symmetric(seat):
    relating = seat.hands.relating
    relating.add("budi", "citra", "met_with")
    relating.add("budi", "citra", "met_with")
    assert seat.message == "These spans are linked by “met_with” already."
    seat.bench.messages.clear()
    relating.add("citra", "budi", "met_with")
    assert "already" in seat.message
    assert len(ends(seat)) == 1


def test_a_directed_relation_may_run_both_ways(seat):
    seat.hands.relating.add("bri", "bni", "part_of")
    seat.hands.relating.add("bni", "bri", "part_of")
    assert len(ends(seat)) == 2


def test_reversing_swaps_the_ends(seat):
    seat.hands.relating.add("bri", "bni", "part_of")
    made = seat.bench.relation.id
    seat.hands.relating.reverse()
    assert ends(seat) == {("bni", "part_of", "bri")}
    assert seat.bench.relation.id == made


@pytest.mark.parametrize(
    ("head", "tail", "label", "reason"),
    [
        ("budi", "citra", "met_with", "“met_with” has no direction."),
        ("budi", "jawa", "visited", "“visited” links PERSON to GPE, not GPE to PERSON."),
    ],
)
def test_reversing_is_refused_with_the_reason(seat, head, tail, label, reason):
    seat.hands.relating.add(head, tail, label)
    seat.hands.relating.reverse()
    assert seat.message == reason
    assert ends(seat) == {(head, label, tail)}
    assert seat.bench.relation.label == label


def test_relabelling_keeps_the_focus_and_an_illegal_label_is_refused(seat):
    seat.hands.relating.add("budi", "jawa", "leads")
    seat.hands.relating.relabel("visited")
    assert ends(seat) == {("budi", "visited", "jawa")}
    assert seat.bench.relation.label == "visited"
    seat.hands.relating.relabel("met_with")
    assert "“met_with” links PERSON and PERSON, not PERSON and GPE" in seat.message
    assert ends(seat) == {("budi", "visited", "jawa")}


def test_relabelling_a_span_away_leaves_its_relation_as_a_problem_that_done_refuses(seat):
    seat.hands.relating.add("budi", "jawa", "leads")
    seat.view.focus_span("jawa")
    seat.hands.editing.label("DATE")
    assert ends(seat) == {("budi", "leads", "jawa")}
    seat.hands.documents.done()
    assert "Not done yet" in seat.message
    assert seat.bench.relation.label == "leads"


# --- the other end -------------------------------------------------------------------------------------------------------------


def test_the_other_end_of_a_focused_relation_is_the_one_where_the_caret_is_not(seat):
    relating = seat.hands.relating
    relating.add("budi", "jawa", "leads")
    relating.go_to_other_end()
    assert seat.bench.span.id == "jawa"
    seat.press("Ctrl+Right")
    assert seat.bench.relation is not None
    relating.go_to_other_end()
    assert seat.bench.span.id == "budi"


def test_from_a_span_the_other_end_is_that_of_its_first_relation(seat):
    seat.hands.relating.add("budi", "jawa", "leads")
    for here, there in (("jawa", "budi"), ("budi", "jawa")):
        seat.view.focus_span(here)
        seat.press("g")
        assert seat.bench.span.id == there


def test_a_span_without_relations_says_so(seat):
    seat.view.focus_span("senin")
    seat.press("g")
    assert seat.told[-1] == "This span has no relation."
    assert seat.bench.span.id == "senin"


def test_without_a_document_nothing_happens(make_seat):
    seat = make_seat()
    relating = seat.hands.relating
    relating.go_to_other_end()
    relating.add("a", "b", "leads")
    relating._on_relation_requested(("a", "b"))
    assert seat.message == ""


def test_r_on_a_relation_starts_again_from_its_head(seat):
    head, tail = seat.document.spans()[:2]
    seat.hands.relating.add(head.id, tail.id, seat.document.scheme.links(head.label, tail.label)[0].name)
    assert seat.view.focused_relation is not None
    seat.hands.relating.start()
    assert (seat.view.focused_span, seat.view.relation_source) == (head.id, head.id)


@pytest.mark.parametrize("at", [0, 9, 16])
def test_the_caret_stays_in_a_long_trigger_while_a_target_is_looked_for(make_seat, tmp_path, at):
    found = suggestions([("bri", 0, 21, "ORG"), ("bni", 26, 29, "ORG")])
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("d", "Bank Rakyat Indonesia dan BNI."), [found])]))
    seat.show()
    seat.view.focus_span("bri", at=at)
    seat.hands.relating.start_role()
    assert (seat.view.relation_source, seat.view.caret) == ("bri", at)
    seat.press("Escape")
    assert (seat.bench.span.id, seat.view.caret) == ("bri", at)
