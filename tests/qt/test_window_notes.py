"""Notes, links and attributes are written without leaving the article."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QTabBar

from annotator.domain.documents import Status
from tests.qt.window_support import Seat, settle


def dock_of(seat: Seat, name: str) -> QDockWidget:
    dock = seat.window.findChild(QDockWidget, f"dock-{name}")
    assert isinstance(dock, QDockWidget)
    return dock


@pytest.mark.parametrize("key", ["Return", "Ctrl+Return", "Escape"])
def test_a_note_is_left_for_the_article_with_focus_and_place_as_they_were(seat, key):
    seat.show()
    seat.view.focus_span("s2")
    status = seat.document.info.status
    seat.press("n", "o")
    assert not seat.view.hasFocus()
    if key == "Escape":
        seat.press("Backspace")  # with something typed the first Esc takes that back
    seat.press(key)
    assert seat.view.hasFocus()
    assert seat.bench.span.id == "s2"
    assert seat.document.span("s2").note == ("" if key == "Escape" else "o")
    assert seat.name == "satu"
    assert seat.document.info.status is (status if key == "Escape" else Status.IN_PROGRESS)


def test_shift_and_enter_begin_another_line_of_a_note(seat):
    seat.show()
    seat.view.focus_span("s2")
    seat.press("n", "a", "Shift+Return", "b", "Return")
    assert seat.document.span("s2").note == "a\nb"
    assert seat.view.hasFocus()


@pytest.mark.parametrize("state", ["closed", "behind", "article only"])
def test_a_note_can_be_written_while_the_inspector_is_out_of_sight(seat, state):
    seat.show()
    dock = dock_of(seat, "inspector")
    if state == "closed":
        dock.hide()
    elif state == "behind":
        title = dock_of(seat, "outline").windowTitle()
        (bar,) = [bar for bar in seat.window.findChildren(QTabBar) if bar.isVisible() and bar.tabText(1) == title]
        bar.setCurrentIndex(1)
    else:
        seat.hands.shell.toggle_full_screen()
    settle()
    note = seat.window.panels.inspector.fields.note
    assert note.visibleRegion().isEmpty()
    seat.view.focus_span("s2")
    seat.press("n")
    assert not note.visibleRegion().isEmpty()
    seat.press("o", "k", "Return")
    assert seat.document.span("s2").note == "ok"
    assert seat.view.hasFocus()
    assert dock.isHidden() is (state != "behind")  # shown for as long as it was needed
    seat.press("k", "Q", "Return")
    assert seat.document.span("s2").kb_id == "Q"
    assert seat.view.hasFocus()


def test_a_field_that_was_clicked_into_gives_the_keyboard_back_to_the_article_too(seat):
    seat.show()
    seat.view.focus_span("s2")
    settle()
    field = seat.window.panels.inspector.fields.note
    QTest.mouseClick(field.viewport(), Qt.MouseButton.LeftButton)
    seat.press("Q", "Return")
    assert seat.view.hasFocus()
    assert seat.document.span("s2").note == "Q"
