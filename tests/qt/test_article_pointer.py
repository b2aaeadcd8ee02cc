"""The pointer in the article, with real mouse events: clicks, cycling, drags on text, edges, chips and the link handle."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.ui.article.hit import Part
from tests.qt.article_support import MemoryModel, point_of, show

TEXT = "Presiden Joko Widodo tiba di Jakarta pada Senin. Ia bertemu Budi di Bogor.\nBudi pulang."
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
ALT, SHIFT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def model():
    made = MemoryModel(TEXT)
    made.add("Joko Widodo", "PERSON")
    made.add("Presiden Joko Widodo", "PERSON", span_id="title", reviewed=False)
    made.add("Jakarta", "GPE")
    made.add("Budi", "PERSON")
    made.add("Bogor", "GPE")
    return made


@pytest.fixture
def view(qtbot, model):
    return show(qtbot, model)


def click(view, point, modifiers=NONE):
    QTest.mouseClick(view.viewport(), LEFT, modifiers, point)
    QTest.qWait(1)


def drag(view, start, end, modifiers=NONE, *, drop=True):
    target = view.viewport()
    QTest.mousePress(target, LEFT, modifiers, start)
    for share in (0.3, 0.7, 1.0):
        point = start + (end - start) * share
        _move(target, point, modifiers)
    if drop:
        QTest.mouseRelease(target, LEFT, modifiers, end)


def _move(target, point, modifiers):
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(point), QPointF(target.mapToGlobal(point)), Qt.MouseButton.NoButton, LEFT, modifiers
    )
    QApplication.sendEvent(target, event)


def selected(view):
    return TEXT[slice(*view.selection)] if view.selection else None


def handle_point(view, part):
    handle = next(handle for handle in view.handles() if handle.part is part)
    return QPoint(round(handle.x), round(handle.y - view.verticalScrollBar().value()))


def chip_point(view, span_id):
    box = next(chip.box for plan in view.scene().plans for chip in plan.chips if chip.span.id == span_id)
    return QPoint(round((box.left + box.right) / 2), round((box.top + box.bottom) / 2 - view.verticalScrollBar().value()))


def test_a_click_on_bare_text_places_the_caret_on_its_token_and_clears_the_focus(view):
    view.focus_span("Budi")
    click(view, point_of(view, TEXT.index("tiba") + 2))
    assert (view.caret, view.focused_span, view.selection) == (TEXT.index("tiba"), None, None)


def test_a_click_takes_the_innermost_and_slow_clicks_cycle(view):
    QTest.qWait(1)
    seen = []
    for _ in range(3):
        click(view, point_of(view, TEXT.index("Widodo") + 1))
        seen.append(view.focused_span)
        QTest.qWait(QApplication.doubleClickInterval() + 20)
    assert seen == ["Joko Widodo", "title", "Joko Widodo"]
    assert view.caret == TEXT.index("Widodo")
    view.cycle_spans()
    assert view.focused_span == "title"


def test_a_click_on_a_chip_focuses_its_span(view):
    click(view, chip_point(view, "title"))
    assert view.focused_span == "title"


def test_a_drag_selects_whole_tokens_both_ways(view):
    drag(view, point_of(view, TEXT.index("tiba") + 1), point_of(view, TEXT.index("Jakarta") + 2))
    assert selected(view) == "tiba di Jakarta"
    drag(view, point_of(view, TEXT.index("Jakarta") + 2), point_of(view, TEXT.index("tiba") + 1))
    assert selected(view) == "tiba di Jakarta"


@pytest.mark.parametrize("modifiers", [ALT, CONTROL | SHIFT])
def test_with_alt_or_ctrl_shift_a_drag_selects_characters(view, modifiers):
    start, end = point_of(view, TEXT.index("tiba") + 1), point_of(view, TEXT.index("di ") + 1)
    drag(view, start + QPoint(-2, 0), end + QPoint(-2, 0), modifiers)
    assert selected(view) in {"iba d", "iba di", "ba d"}
    start_of = view.selection[0]
    assert start_of not in view.model.tokens.starts


def test_a_drag_over_blanks_alone_selects_nothing(view):
    blank = TEXT.index(" tiba")
    point = point_of(view, blank)
    drag(view, point + QPoint(-1, 0), point + QPoint(1, 0))
    assert view.selection is None


def test_a_drag_keeps_the_focus(view):
    view.focus_span("Budi")
    drag(view, point_of(view, TEXT.index("tiba")), point_of(view, TEXT.index("di ")))
    assert view.focused_span == "Budi"


def test_characters_as_the_standing_unit_hold_for_the_pointer(view):
    view.set_unit_characters(True)
    click(view, point_of(view, TEXT.index("tiba") + 2) + QPoint(-2, 0))
    assert view.caret == TEXT.index("tiba") + 2


def test_double_click_takes_the_word_and_triple_click_the_sentence(view):
    point = point_of(view, TEXT.index("bertemu") + 3)
    click(view, point)
    QTest.mouseDClick(view.viewport(), LEFT, NONE, point)
    assert selected(view) == "bertemu"
    QTest.mousePress(view.viewport(), LEFT, NONE, point)
    QTest.mouseRelease(view.viewport(), LEFT, NONE, point)
    assert selected(view) == "Ia bertemu Budi di Bogor."


def test_shift_click_extends_from_the_caret(view):
    click(view, point_of(view, TEXT.index("tiba") + 1))
    QTest.qWait(QApplication.doubleClickInterval() + 20)
    click(view, point_of(view, TEXT.index("Jakarta") + 1), SHIFT)
    assert selected(view) == "tiba di Jakarta"


def test_pressing_on_a_selection_starts_no_text_drag(view):
    view.select(TEXT.index("tiba"), TEXT.index(" pada"))
    drag(view, point_of(view, TEXT.index("tiba") + 1), point_of(view, TEXT.index("di ") + 1))
    assert selected(view) == "tiba di"


@pytest.mark.parametrize(
    ("part", "target", "expected"),
    [
        (Part.END, TEXT.index("pada") + 1, ("Jakarta", 29, 41)),
        (Part.START, TEXT.index("tiba") + 2, ("Jakarta", 21, 36)),
    ],
)
def test_dragging_an_edge_handle_asks_for_a_range_on_tokens(qtbot, view, part, target, expected):
    view.focus_span("Jakarta")
    with qtbot.waitSignal(view.rangeRequested) as asked:
        drag(view, handle_point(view, part), point_of(view, target))
    assert asked.args == [expected]
    assert view.focused_span == "Jakarta"


def test_dragging_an_edge_with_alt_goes_by_characters(qtbot, view):
    view.focus_span("Jakarta")
    with qtbot.waitSignal(view.rangeRequested) as asked:
        drag(view, handle_point(view, Part.END), point_of(view, TEXT.index("Jakarta") + 4) + QPoint(-3, 0), ALT)
    assert asked.args == [("Jakarta", 29, 33)]


def test_an_edge_dropped_where_it_was_asks_for_nothing(qtbot, view):
    view.focus_span("Jakarta")
    with qtbot.assertNotEmitted(view.rangeRequested):
        drag(view, handle_point(view, Part.END), point_of(view, TEXT.index("Jakarta") + 5))


def test_escape_drops_a_drag(qtbot, view):
    view.focus_span("Jakarta")
    with qtbot.assertNotEmitted(view.rangeRequested):
        drag(view, handle_point(view, Part.END), point_of(view, TEXT.index("pada")), drop=False)
        view.grab()
        QTest.keyClick(view, Qt.Key.Key_Escape)
        QTest.mouseRelease(view.viewport(), LEFT, NONE, point_of(view, TEXT.index("pada")))
    assert view.focused_span == "Jakarta"


@pytest.mark.parametrize("start", ["chip", "link"])
def test_dragging_from_a_chip_or_the_link_handle_asks_for_a_relation(qtbot, view, start):
    asked_of = []

    def legal(head, tail):
        asked_of.append((head, tail))
        return tail in {"Jakarta", "Bogor"}

    view.set_legal_target(legal)
    view.focus_span("Joko Widodo")
    origin = chip_point(view, "Joko Widodo") if start == "chip" else handle_point(view, Part.LINK)
    goal = point_of(view, TEXT.index("Bogor") + 2)
    drag(view, origin, goal, drop=False)
    assert view.look.legal == {"Joko Widodo": False, "title": False, "Jakarta": True, "Budi": False, "Bogor": True}
    view.grab()
    with qtbot.waitSignal(view.relationRequested) as asked:
        QTest.mouseRelease(view.viewport(), LEFT, NONE, goal)
    assert asked.args == [("Joko Widodo", "Bogor")]
    assert view.look.legal is None
    assert ("Joko Widodo", "Bogor") in asked_of


def test_dropping_on_an_illegal_target_still_asks_so_that_the_window_can_say_why(qtbot, view):
    view.set_legal_target(lambda _head, _tail: False)
    with qtbot.waitSignal(view.relationRequested) as asked:
        drag(view, chip_point(view, "Joko Widodo"), point_of(view, TEXT.index("Budi") + 1))
    assert asked.args == [("Joko Widodo", "Budi")]


def test_dropping_on_bare_text_asks_for_nothing(qtbot, view):
    with qtbot.assertNotEmitted(view.relationRequested):
        drag(view, chip_point(view, "Joko Widodo"), point_of(view, TEXT.index("bertemu") + 1))


def test_hovering_tells_what_is_under_the_pointer(qtbot, view):
    with qtbot.waitSignal(view.hovered) as told:
        _hover(view, point_of(view, TEXT.index("Bogor") + 1))
    assert told.args == ["Bogor"]
    with qtbot.waitSignal(view.hovered) as told:
        _hover(view, point_of(view, TEXT.index("bertemu") + 1))
    assert told.args == [None]


def _hover(view, point):
    target, none = view.viewport(), Qt.MouseButton.NoButton
    QApplication.sendEvent(
        target, QMouseEvent(QEvent.Type.MouseMove, QPointF(point), QPointF(target.mapToGlobal(point)), none, none, NONE)
    )


def test_a_click_on_an_arc_focuses_the_relation(view, model):
    model.link("r", "leads", "Joko Widodo", "Jakarta")
    view.refresh(None)
    (arc,) = view.scene().arcs
    x, y = arc.label_at
    click(view, QPoint(round(x), round(y) - view.verticalScrollBar().value()))
    assert view.focused_relation == "r"
    assert view.focused_span is None
    assert view.look.linked == {"Joko Widodo", "Jakarta"}


def test_in_relation_mode_a_click_chooses_a_legal_target(qtbot, view):
    view.focus_span("Joko Widodo")
    view.start_relation(lambda span: span.label == "GPE")
    with qtbot.waitSignal(view.relationRequested) as asked:
        click(view, point_of(view, TEXT.index("Jakarta") + 1))
    assert asked.args == [("Joko Widodo", "Jakarta")]
    view.start_relation(lambda span: span.label == "GPE")
    with qtbot.assertNotEmitted(view.relationRequested):
        click(view, point_of(view, TEXT.index("Budi") + 1))
    assert not view.cancel_mode()


def test_tool_tips_are_escaped_and_name_the_far_end(view, model):
    model.add("pulang", "EVENT", span_id="<b>")
    model.link("r", "leads", "Joko Widodo", "Jakarta")
    assert view.tip_at("title", None) == "PERSON (suggestion)"
    view.refresh(None)
    assert view.tip_at(None, view.scene().arcs[0]) == "Joko Widodo — leads → Jakarta"


def test_the_menu_is_asked_for_with_the_span_under_the_pointer_focused(qtbot, view):
    point = point_of(view, TEXT.index("Bogor") + 1)
    with qtbot.waitSignal(view.menuRequested):
        QApplication.sendEvent(
            view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, view.viewport().mapToGlobal(point))
        )
    assert view.focused_span == "Bogor"


def test_a_click_on_an_edge_handle_is_a_click(view):
    view.focus_span("Joko Widodo")
    QTest.qWait(1)
    click(view, handle_point(view, Part.START) + QPoint(3, 4))
    assert view.focused_span == "title"


def test_dragging_below_the_window_scrolls_on(qtbot):
    view = show(qtbot, MemoryModel("kata lain " * 1500), height=300)
    bottom = QPoint(200, view.viewport().height() + 60)
    drag(view, point_of(view, 0), bottom, drop=False)
    qtbot.waitUntil(lambda: view.verticalScrollBar().value() > 150)
    QTest.mouseRelease(view.viewport(), LEFT, NONE, bottom)
    start, end = view.selection
    assert start == 0
    assert end > 300
    value = view.verticalScrollBar().value()
    QTest.qWait(80)
    assert view.verticalScrollBar().value() == value


def test_after_a_drag_the_ends_of_the_focused_relation_are_lit_again(view, model):
    model.link("r", "leads", "Joko Widodo", "Jakarta")
    view.refresh(None)
    view.focus_relation("r")
    drag(view, chip_point(view, "Bogor"), point_of(view, TEXT.index("Budi") + 1))
    assert view.look.linked == {"Joko Widodo", "Jakarta"}
    assert view.focused_relation == "r"
