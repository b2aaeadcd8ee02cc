"""The multi-selection of the article view, and the span it keeps pinned."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.qt.article_support import MemoryModel, point_of, show

TEXT = "Presiden Joko Widodo bertemu Putin di Istana Bogor pada Senin."
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def model():
    model = MemoryModel(TEXT)
    for surface, label in (
        ("Joko Widodo", "PERSON"),
        ("Putin", "PERSON"),
        ("Istana Bogor", "ORG"),
        ("Bogor", "GPE"),
        ("Senin", "DATE"),
    ):
        model.add(surface, label)
    model.link("r1", "met_with", "Joko Widodo", "Putin")
    return model


@pytest.fixture
def view(qtbot, model):
    return show(qtbot, model)


@pytest.fixture
def heard(view):
    """How often the multi-selection changed, and what was said."""
    said: list[object] = []
    view.chosenChanged.connect(lambda: said.append(view.chosen))
    view.announced.connect(said.append)
    return said


def click(view, surface: str, keys=Qt.KeyboardModifier.NoModifier, nth: int = 0) -> None:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(surface, start + 1)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, point_of(view, start + 1))


def test_choosing_is_said_once_and_in_text_order(view, heard):
    view.toggle_chosen("Senin")
    view.toggle_chosen("Joko Widodo")
    assert view.chosen == ("Joko Widodo", "Senin")
    assert heard[0] == ("Senin",)
    assert heard[2] == ("Joko Widodo", "Senin")
    assert "1 span" in heard[1]
    assert "2 spans" in heard[3]
    view.toggle_chosen("Senin")
    view.toggle_chosen("Joko Widodo")
    assert view.chosen == ()
    assert len(heard) == 8


def test_what_does_not_change_is_not_announced(view, heard):
    view.choose(("Putin", "nobody"))
    view.choose(("Putin",))
    assert heard == [("Putin",)]
    assert view.clear_chosen()
    assert not view.clear_chosen()
    assert heard == [("Putin",), (), ""]  # and what was said of it is taken back


def test_walking_keeps_it_and_moving_the_caret_does_not(view):
    view.focus_span("Putin")
    view.toggle_chosen("Putin")
    view.step_span(1)
    view.step_unreviewed(1)
    view.cycle_spans()
    view.move("token", 1, extend=True)
    assert view.chosen == ("Putin",)
    view.move("token", 1)
    assert view.chosen == ()


@pytest.mark.parametrize("gone", ["edit", "relation", "document"])
def test_it_goes_with_what_it_was_about(view, model, gone):
    view.choose(("Putin", "Senin"))
    if gone == "edit":
        del model.spans["Putin"]
        view.refresh()
        assert view.chosen == ("Senin",)
    elif gone == "relation":
        view.focus_relation("r1")
        assert view.chosen == ()
    else:
        view.set_article(MemoryModel("Lain."))
        assert view.chosen == ()


def test_a_click_with_control_adds_the_one_in_focus_too(view):
    click(view, "Joko")
    assert view.chosen == ()
    click(view, "Putin", CTRL)
    assert view.chosen == ("Joko Widodo", "Putin")
    assert view.focused_span == "Putin"
    click(view, "Joko", CTRL)
    assert view.chosen == ("Putin",)
    click(view, "Bogor", CTRL)  # nested: the innermost
    assert view.chosen == ("Putin", "Bogor")
    click(view, "Istana")
    assert view.chosen == ()
    assert view.focused_span == "Istana Bogor"


def test_a_click_with_control_and_shift_still_means_characters(view):
    view.choose(("Putin",))
    start = TEXT.index("bertemu")
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, CTRL | Qt.KeyboardModifier.ShiftModifier, point_of(view, start + 3)
    )
    assert view.chosen == ()


def test_a_click_with_control_on_nothing_keeps_everything(view):
    view.focus_span("Putin")
    view.toggle_chosen("Putin")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, CTRL, QPoint(view.viewport().width() - 5, 300))
    assert (view.chosen, view.focused_span) == (("Putin",), "Putin")


def test_escape_gives_it_up_before_selection_and_focus(view):
    view.focus_span("Putin")
    view.toggle_chosen("Putin")
    view.select(0, 8)
    view.escape()
    assert (view.chosen, view.selection, view.focused_span) == ((), (0, 8), "Putin")


def test_the_last_focused_span_stays_pinned(view, model):
    assert view.pinned_span is None
    view.focus_span("Putin")
    view.place_caret(0)
    assert (view.focused_span, view.pinned_span) == (None, "Putin")
    view.focus_span("Senin")
    assert view.pinned_span == "Senin"
    view.clear_focus()
    del model.spans["Senin"]
    view.refresh()
    assert view.pinned_span is None
    view.focus_span("Putin")
    view.focus_relation("r1")
    assert view.pinned_span is None


# Modes


def test_a_split_offers_letters_at_the_given_places_alone(view):
    asked: list[object] = []
    view.splitRequested.connect(asked.append)
    modes: list[str] = []
    view.modeChanged.connect(modes.append)
    view.focus_span("Joko Widodo")
    view.start_split("Joko Widodo", [14, 16])
    view.grab()
    mode = view._modes._mode
    assert [offset for offset, _ in mode.offered] == [14, 16]
    QTest.keyClicks(view, mode.codes[1])
    assert asked == [("Joko Widodo", 16)]
    assert modes == ["split", ""]
    assert not view.cancel_mode()


def test_a_split_is_left_when_its_span_goes(view, model):
    view.start_split("Putin", [31])
    del model.spans["Putin"]
    view.refresh()
    assert not view.cancel_mode()


def test_a_role_is_asked_for_with_its_name(view, model):
    asked: list[object] = []
    view.roleRequested.connect(asked.append)
    view.relationRequested.connect(asked.append)
    view.focus_span("Joko Widodo")
    view.start_relation(lambda span: span.label == "PERSON" and span.id != "Joko Widodo", "met_with")
    assert view.relation_source == "Joko Widodo"
    QTest.keyClicks(view, view._modes._mode.codes[0])
    assert asked == [("Joko Widodo", "Putin", "met_with")]
    assert view.relation_source is None


def test_letters_are_given_out_anew_after_an_edit(view, model):
    view.focus_span("Joko Widodo")
    view.start_relation(lambda span: span.id != "Joko Widodo")
    before = {value for _, value in view._modes._mode.offered}
    del model.spans["Senin"]
    view.refresh()
    view.grab()
    assert {value for _, value in view._modes._mode.offered} == before - {"Senin"}


def test_scrolling_a_mode_to_the_ends_keeps_the_focus(qtbot, model):
    view = show(qtbot, MemoryModel("\n".join([TEXT] * 60)), height=300)
    view.model.add("Putin", "PERSON")
    view.refresh()
    view.focus_span("Putin")
    view.start_relation(lambda _span: True)
    QTest.keyClick(view, Qt.Key.Key_End, CTRL)
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    QTest.keyClick(view, Qt.Key.Key_Home, CTRL)
    assert view.verticalScrollBar().value() == 0
    assert view.focused_span == "Putin"
    view.reveal(len(view.model.text) - 1)
    assert view.verticalScrollBar().value() > 0
    assert view.focused_span == "Putin"


def test_a_chosen_span_that_is_removed_counts_no_more(view, model, heard):
    view.choose(("Putin", "Senin"))
    heard.clear()
    gone = model.spans.pop("Senin")
    view.refresh([(gone.start, gone.end)])
    assert heard == [("Putin",)]
    view.refresh(None)
    assert heard == [("Putin",)], "nothing has changed since"
    view.toggle_chosen("Bogor")
    assert heard[1:] == [("Putin", "Bogor"), "2 spans are chosen: the next key is for all of them."]


def test_another_document_chooses_nothing_and_says_so(view, heard):
    view.choose(("Putin", "Senin"))
    heard.clear()
    view.set_article(MemoryModel(TEXT))
    assert heard == [()]
    view.set_article(None)
    assert heard == [()]
