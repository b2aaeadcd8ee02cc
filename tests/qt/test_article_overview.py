"""The overview strip in a window: what its pixels show, where a click goes, and that an edit paints its own rows alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollBar, QToolTip

from annotator.domain.annotations import Span
from annotator.domain.labels import SpanLabel
from annotator.ui.article.overview_paint import HITS, SPANS, WAITING, WIDTH
from annotator.ui.article.overview_strip import AT_ONCE, OverviewStrip
from annotator.ui.theme import DARK, LIGHT, contrast
from tests.qt.article_support import MemoryModel
from tests.qt.panels_support import Heard

HEIGHT = 400
LENGTH = 4000


@pytest.fixture
def model() -> MemoryModel:
    """Ten code points a row."""
    return MemoryModel("kata " * (LENGTH // 5))


def put(model: MemoryModel, key: str, start: int, end: int, label: str = "PERSON", *, reviewed: bool = True) -> None:
    model.spans[key] = Span(key, ((start, end),), label, reviewed=reviewed)


@pytest.fixture
def strip(qtbot):
    made = OverviewStrip()
    qtbot.addWidget(made)
    made.resize(WIDTH, HEIGHT)
    made.show()
    qtbot.waitExposed(made)
    return made


def pixel(strip: OverviewStrip, column: tuple[int, int], row: int) -> str:
    """The colour in the middle of a column, at device pixels."""
    image = strip.grab().toImage()
    ratio = image.devicePixelRatio()
    return QColor(image.pixel(int((column[0] + column[1] / 2) * ratio), int((row + 0.5) * ratio))).name()


def ground(strip: OverviewStrip) -> str:
    return pixel(strip, SPANS, HEIGHT - 2)


def test_a_span_is_marked_in_its_column_at_its_place(strip, model):
    put(model, "a", 1000, 1050)
    strip.set_article(model)
    assert pixel(strip, SPANS, 102) != ground(strip)
    assert pixel(strip, SPANS, 98) == ground(strip)
    assert pixel(strip, SPANS, 108) == ground(strip)
    assert pixel(strip, WAITING, 102) == ground(strip)


def test_two_labels_have_two_colours_that_stand_out(strip, model):
    put(model, "a", 1000, 1050, "PERSON")
    put(model, "b", 2000, 2050, "GPE")
    strip.set_article(model)
    person, gpe = pixel(strip, SPANS, 102), pixel(strip, SPANS, 202)
    assert person != gpe
    for theme in (LIGHT, DARK):
        strip.set_theme(theme)
        assert contrast(pixel(strip, SPANS, 102), ground(strip)) >= 3
        assert contrast(pixel(strip, SPANS, 202), ground(strip)) >= 3


def test_a_suggestion_has_a_dash_in_a_column_of_its_own_until_it_is_reviewed(strip, model):
    put(model, "a", 1000, 1040, reviewed=False)
    strip.set_article(model)
    assert pixel(strip, WAITING, 100) == LIGHT.accent
    put(model, "a", 1000, 1040)
    strip.refresh([(1000, 1040)])
    assert pixel(strip, WAITING, 100) == ground(strip)
    assert pixel(strip, SPANS, 100) != ground(strip)


def test_search_hits_are_marked_and_the_current_one_across_the_strip(strip, model):
    strip.set_article(model)
    strip.set_hits([(500, 510), (3000, 3010)], (3000, 3010))
    hit = pixel(strip, HITS, 50)
    assert hit != ground(strip)
    assert pixel(strip, SPANS, 50) == ground(strip)
    assert pixel(strip, SPANS, 301) == hit == pixel(strip, WAITING, 301)
    strip.set_hits([])
    assert pixel(strip, HITS, 50) == ground(strip)


def test_a_new_document_forgets_the_hits_and_the_focus_of_the_last(strip, model):
    strip.set_article(model)
    strip.set_hits([(500, 510)], (500, 510))
    strip.set_focus((700, 710))
    strip.set_view(0, 900)
    strip.set_article(MemoryModel("lain " * 800))
    image = strip.grab().toImage()
    assert {image.pixelColor(7, row).name() for row in range(HEIGHT)} == {ground(strip)}


def test_what_is_in_view_is_framed(strip, model):
    strip.set_article(model)
    bare = ground(strip)
    strip.set_view(1000, 2000)
    assert pixel(strip, WAITING, 150) != bare
    assert pixel(strip, WAITING, 100) != pixel(strip, WAITING, 150)  # the frame's edge
    assert pixel(strip, WAITING, 90) == bare == pixel(strip, WAITING, 210)
    strip.set_view(2000, 2010)
    assert pixel(strip, WAITING, 150) == bare
    assert pixel(strip, WAITING, 204) != bare  # a frame of few rows can still be seen


def test_the_focused_span_is_pointed_at(strip, model):
    put(model, "a", 2000, 2010)
    strip.set_article(model)
    strip.set_focus((2000, 2010))
    assert contrast(pixel(strip, HITS, 200), ground(strip)) >= 4.5
    strip.set_focus(None)
    assert pixel(strip, HITS, 200) == ground(strip)


def test_an_edit_asks_for_the_spans_of_its_rows_alone(strip, model):
    for number in range(100):
        put(model, str(number), number * 40, number * 40 + 10)
    strip.set_article(model)
    strip.grab()
    model.queries.clear()
    put(model, "new", 2015, 2035, "GPE")
    strip.refresh([(2015, 2035)])
    assert model.queries == [(2010, 2040)]
    assert pixel(strip, SPANS, 202) == pixel(strip, SPANS, 203) != pixel(strip, SPANS, 200)


def test_after_edits_the_strip_looks_as_if_it_had_been_painted_at_once(qtbot, strip, model):
    for number in range(60):
        put(model, str(number), number * 64, number * 64 + 20, ("PERSON", "GPE", "ORG")[number % 3], reviewed=number % 4 > 0)
    strip.set_article(model)
    strip.set_hits([(number * 333, number * 333 + 4) for number in range(11)])
    strip.grab()
    for number in range(0, 60, 7):
        gone = model.spans.pop(str(number))
        strip.refresh([(gone.start, gone.end)])
        put(model, f"new{number}", number * 60 + 30, number * 60 + 37, "DATE", reviewed=number % 2 > 0)
        strip.refresh([(number * 60 + 30, number * 60 + 37)])
    after = strip.grab().toImage()
    strip.refresh()
    assert after == strip.grab().toImage()


def test_a_scheme_with_other_colours_is_painted_anew(strip, model):
    put(model, "a", 1000, 1050, "UNKNOWN")
    strip.set_article(model)
    grey = pixel(strip, SPANS, 102)
    model.scheme = replace(model.scheme, spans=(*model.scheme.spans, SpanLabel("UNKNOWN", color="#d55e00")))
    strip.refresh([(0, LENGTH)])
    assert pixel(strip, SPANS, 102) != grey


def test_a_book_is_counted_after_the_window_is_there(qtbot, strip):
    book = MemoryModel("kata " * (3 * AT_ONCE // 5))
    put(book, "a", 100, 1000)
    put(book, "z", 3 * AT_ONCE - 2000, 3 * AT_ONCE - 1000)
    strip.set_article(book)
    assert book.queries == []
    qtbot.waitUntil(lambda: len(book.queries) >= 3)
    assert max(end - start for start, end in book.queries) <= AT_ONCE + 2000
    qtbot.waitUntil(lambda: pixel(strip, SPANS, 395) != pixel(strip, SPANS, 200))


def test_another_height_counts_anew(strip, model):
    put(model, "a", 1000, 1050)
    strip.set_article(model)
    strip.resize(WIDTH, 200)
    QApplication.processEvents()
    assert strip._overview.height == 200
    assert [row for row, mark in enumerate(strip._overview.marks) if mark] == [50, 51, 52]


def test_without_a_document_nothing_happens(strip):
    heard = Heard()
    strip.placeRequested.connect(heard.hear)
    strip.set_article(None)
    strip.refresh([(0, 5)])
    strip.set_hits([(0, 3)])
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, 100))
    assert heard.got == []
    assert strip.tip_at(10) == ""


def test_an_empty_text_can_be_shown(strip):
    strip.set_article(MemoryModel(""))
    heard = Heard()
    strip.placeRequested.connect(heard.hear)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, 100))
    assert heard.got == [0]


# Hands


def test_a_click_on_bare_ground_goes_to_the_proportional_place(strip, model):
    strip.set_article(model)
    heard = Heard()
    strip.placeRequested.connect(heard.hear)
    for y in (0, 200, HEIGHT - 1):
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, y))
    assert heard.got[0] == 0
    assert abs(heard.got[1] - LENGTH / 2) <= 20
    assert heard.got[2] == LENGTH


def test_a_click_near_a_mark_goes_to_what_it_marks(strip, model):
    put(model, "a", 1003, 1009)
    put(model, "b", 1006, 1009, reviewed=False)
    strip.set_article(model)
    heard = Heard()
    strip.placeRequested.connect(heard.hear)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, 102))
    assert heard.last == 1006  # what waits for a decision comes first
    strip.set_hits([(1011, 1014)])
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(12, 102))
    assert heard.last == 1011


def test_a_click_in_the_middle_of_a_long_span_goes_to_that_place(strip, model):
    put(model, "a", 500, 3000)
    strip.set_article(model)
    heard = Heard()
    strip.placeRequested.connect(heard.hear)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, 200))
    assert abs(heard.last - 2000) <= 20


def test_a_drag_goes_along_and_beyond_the_edges_it_stays_in_the_text(strip, model):
    put(model, "a", 1003, 1009)
    strip.set_article(model)
    heard = Heard()
    strip.placeRequested.connect(heard.hear)
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, 101))
    QTest.mouseMove(strip, QPoint(5, 102))  # a hand that trembles
    assert heard.got == [1003]
    QTest.mouseMove(strip, QPoint(5, 300))
    QTest.mouseMove(strip, QPoint(5, HEIGHT + 50))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, HEIGHT + 50))
    assert abs(heard.got[1] - 3000) <= 20
    assert heard.last == LENGTH
    QTest.mouseMove(strip, QPoint(5, 10))
    assert heard.last == LENGTH


def test_other_buttons_do_nothing(strip, model):
    strip.set_article(model)
    heard = Heard()
    strip.placeRequested.connect(heard.hear)
    QTest.mouseClick(strip, Qt.MouseButton.RightButton, pos=QPoint(5, 100))
    assert heard.got == []


def turned(strip: OverviewStrip) -> QWheelEvent:
    event = QWheelEvent(
        QPointF(5, 50),
        QPointF(strip.mapToGlobal(QPoint(5, 50))),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(strip, event)
    return event


def test_the_wheel_turns_the_articles_scroll_bar(qtbot):
    bar = QScrollBar()
    bar.setRange(0, 1000)
    bar.setSingleStep(20)
    strip = OverviewStrip(bar)
    for widget in (bar, strip):
        qtbot.addWidget(widget)
    turned(strip)
    assert bar.value() > 0


def test_without_a_scroll_bar_the_wheel_is_left_to_the_parent(strip):
    assert not turned(strip).isAccepted()


def test_the_tool_tip_counts_what_is_under_the_pointer(strip, model):
    put(model, "a", 1000, 1010)
    put(model, "b", 1010, 1020, reviewed=False)
    put(model, "far", 3000, 3010)
    strip.set_article(model)
    strip.set_hits([(1005, 1007)])
    assert strip.tip_at(101) == "2 spans, 1 unreviewed, 1 search hit here"
    assert strip.tip_at(300) == "1 span, 0 unreviewed here"
    assert strip.tip_at(200) == ""
    QApplication.sendEvent(strip, QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 101), strip.mapToGlobal(QPoint(5, 101))))
    assert QToolTip.text() == strip.tip_at(101)
    QToolTip.hideText()


def test_assistive_technology_gets_a_name_and_a_description(strip):
    spoken = QAccessible.queryAccessibleInterface(strip)
    assert spoken.text(QAccessible.Text.Name) == "Overview of the article"
    assert "unreviewed suggestions" in spoken.text(QAccessible.Text.Description)


def test_it_takes_no_keys(strip, model):
    strip.set_article(model)
    assert strip.focusPolicy() == Qt.FocusPolicy.NoFocus
