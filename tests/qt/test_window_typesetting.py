"""The article is set as the settings say, at once, and what is changed by key or wheel is remembered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from annotator.errors import AnnotatorError
from annotator.ui.theme import TextStyle
from annotator.ui.typesetting import text_style
from tests.qt.window_support import long_project


@pytest.fixture
def open_seat(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    return seat


def test_settings_show_at_once(open_seat):
    view, settings = open_seat.view, open_seat.settings
    usual = view.look.metrics.article_font.pointSizeF()
    settings.set("article.font_size", 20)
    assert view.look.metrics.article_font.pointSizeF() == 20 != usual
    settings.set("article.font_family", "DejaVu Serif")
    assert view.look.metrics.article_font.families()[0] == "DejaVu Serif"
    narrow = view.look.metrics.column
    settings.set("article.line_width", 40)
    assert view.look.metrics.column < narrow
    settings.set("article.line_width", 0)
    assert view.look.metrics.column == float("inf")
    assert view.lineWrapColumnOrWidth() > 0.9 * view.contentsRect().width(), "0 fills the window"
    settings.set("article.arcs", "all")
    assert view.look.arcs == "all"
    settings.set("article.zoom", 150)
    assert view.look.metrics.article_font.pointSizeF() == 30
    assert text_style(settings) == TextStyle("DejaVu Serif", 20.0, 0)


def test_what_is_changed_in_the_view_is_remembered(open_seat, make_seat, project_file):
    view, settings = open_seat.view, open_seat.settings
    open_seat.window.actions_by_id["view.zoom-in"].trigger()
    assert settings.get("article.zoom") == 110
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), wheel)
    assert settings.get("article.zoom") == 121
    view.cycle_arcs()
    assert settings.get("article.arcs") == "all"
    open_seat.window.actions_by_id["view.zoom-reset"].trigger()
    assert not settings.changed("article.zoom")


def test_denser_lines_are_denser_and_keep_the_carets_line_at_its_height(make_seat, tmp_path):
    open_seat = make_seat(long_project(tmp_path / "long.annotator"))
    open_seat.show()
    view = open_seat.view
    last = open_seat.document.tokens.starts[500]
    view.place_caret(last)
    QApplication.processEvents()

    def height() -> float:
        return view.builder.geometry.line_of(last).top - view.verticalScrollBar().value()

    before, whole = height(), view.document().size().height()
    open_seat.window.actions_by_id["view.density"].trigger()
    assert open_seat.settings.get("article.density") == "compact"
    assert view.document().size().height() < whole
    assert abs(height() - before) <= 1
    assert view.caret == last
    open_seat.window.actions_by_id["view.density"].trigger()
    assert view.document().size().height() == whole
    assert abs(height() - before) <= 1


def test_a_setting_that_cannot_be_saved_holds_all_the_same_and_is_said(open_seat, monkeypatch):
    said: list[str] = []
    open_seat.view.announced.connect(said.append)

    def refuse(*_: object) -> None:
        raise AnnotatorError("The settings cannot be saved.")

    monkeypatch.setattr(open_seat.settings, "_write", refuse)
    open_seat.window.actions_by_id["view.density"].trigger()
    assert said == ["The settings cannot be saved."]
    assert open_seat.settings.get("article.density") == "compact"
