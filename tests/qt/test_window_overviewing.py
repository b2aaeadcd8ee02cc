"""The strip beside the article follows the document, edits, the focus, the search and scrolling; a click on it scrolls and no more."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.ui.article.overview_strip import OverviewStrip
from annotator.ui.theme import DARK
from tests.qt.window_support import long_project


@pytest.fixture
def open_seat(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    return seat


def strip_of(seat) -> OverviewStrip:
    strip = seat.window.findChild(OverviewStrip)
    assert strip is not None
    return strip


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def test_it_shows_the_spans_of_the_open_document_and_follows_edits(open_seat):
    strip = strip_of(open_seat)
    settle()
    before = strip.grab().toImage()
    open_seat.view.focus_span(open_seat.document.spans()[0].id)
    open_seat.hands.editing.remove()
    open_seat.view.place_caret(0)
    settle()
    assert strip.grab().toImage() != before
    open_seat.hands.history.undo()
    open_seat.view.place_caret(0)
    settle()
    assert strip.grab().toImage() == before


def test_it_points_at_the_focus_the_hits_and_what_is_in_view(open_seat):
    strip, view = strip_of(open_seat), open_seat.view
    settle()
    plain = strip.grab().toImage()
    span = open_seat.document.spans()[-1]
    view.focus_span(span.id)
    assert strip._focus == (span.start, span.end)
    view.set_search_hits([(0, 5)], (0, 5))
    assert (strip._hits, strip._current) == ([(0, 5)], (0, 5))
    settle()
    assert strip._view == view.scene().range
    assert strip.grab().toImage() != plain


def test_a_click_scrolls_and_leaves_the_focus(make_seat, tmp_path):
    open_seat = make_seat(long_project(tmp_path / "long.annotator"))
    open_seat.show()
    strip, view = strip_of(open_seat), open_seat.view
    settle()
    span = open_seat.document.spans()[0]
    view.focus_span(span.id)
    assert view.verticalScrollBar().maximum() > 0
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(strip.width() // 2, strip.height() - 2))
    settle()
    assert view.verticalScrollBar().value() > 0
    assert view.focused_span == span.id


def test_it_takes_the_theme_of_the_window(open_seat):
    strip = strip_of(open_seat)
    open_seat.hands.shell.set_theme("dark")
    assert strip._theme is DARK
