"""A chart as a widget: keys, pointer, words for those who do not see it, and how it looks as pixels and as a drawing."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter, QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.domain.colors import OUTLINE_CONTRAST, TEXT_CONTRAST, contrast
from annotator.domain.labels import PALETTE
from annotator.errors import AnnotatorError
from annotator.ui.app import application
from annotator.ui.charts import paint
from annotator.ui.charts.export import picture
from annotator.ui.charts.model import Chart, Kind, Mark, Pattern, Series
from annotator.ui.charts.view import ChartArea
from annotator.ui.theme import DARK, LIGHT, THEMES, label_colors
from annotator.ui.theme_qt import palette
from tests.qt.window_support import settle

LOOKS = ("good", "accent", "warning")


@pytest.fixture(autouse=True)
def look():
    app = application()
    before = QPalette(QApplication.palette())
    app.setPalette(palette(LIGHT))
    yield
    app.setPalette(before)
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def chart(kind: Kind = Kind.BARS, rows: int = 3, title: str = "Spans") -> Chart:
    patterns = list(Pattern)
    series = tuple(Series(f"series {number}", LOOKS[number], patterns[number]) for number in range(3))
    marks = tuple(
        Mark(group, number, 10 * (group + 1) + number, f"group {group}, series {number}", str(group), target=f"{group}/{number}")
        for group in range(rows)
        for number in range(3)
    )
    return Chart(
        kind, title, tuple(f"group {group}" for group in range(rows)), series, marks, totals=("9",) * rows, empty="Nothing."
    )


@pytest.fixture
def area(qtbot) -> ChartArea:
    made = ChartArea()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show_chart(chart())
    made.show()
    QTest.qWaitForWindowExposed(made)
    made.view.setFocus()
    settle()
    return made


def press(area: ChartArea, *keys: str) -> str:
    for key in keys:
        QTest.keyClick(area.view, getattr(Qt.Key, f"Key_{key}"))
    mark = area.view.focus_mark
    return mark.said if mark is not None else ""


def test_arrow_keys_walk_and_everything_is_said(area):
    words: list[str] = []
    area.view.focused.connect(words.append)
    assert press(area, "Right") == "group 0, series 0"
    assert press(area, "Right") == "group 0, series 1"
    assert press(area, "Down") == "group 1, series 1"
    assert press(area, "End") == "group 2, series 2"
    assert press(area, "Home") == "group 0, series 0"
    assert words[-1] == "group 0, series 0"
    assert area.view.accessibleDescription() == "group 0, series 0"
    assert area.view.accessibleName() == "Spans"


def test_from_right_to_left_the_arrows_go_where_they_point(area):
    area.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    settle()
    made = area.view.laid_out()
    assert made.boxes[0].x > made.boxes[1].x
    press(area, "Home")
    assert press(area, "Left") == "group 0, series 1"
    assert press(area, "Right") == "group 0, series 0"


@pytest.mark.parametrize("key", ["Return", "Enter", "Space"])
def test_enter_brings_what_is_behind_a_mark(area, key):
    found: list[Mark] = []
    area.view.chosen.connect(found.append)
    press(area, key)  # with no mark nothing happens
    press(area, "End", key)
    assert [mark.target for mark in found] == ["2/2"]


def test_a_click_goes_to_a_mark_and_brings_what_is_behind_it(area):
    found: list[Mark] = []
    area.view.chosen.connect(found.append)
    box = area.view.laid_out().box_of(4)
    assert box is not None
    middle = QPoint(*map(int, box.center))
    QTest.mouseClick(area.view, Qt.MouseButton.LeftButton, pos=middle)
    assert [mark.target for mark in found] == ["1/1"]
    QTest.mousePress(area.view, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseRelease(area.view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))  # who lets go elsewhere did not mean it
    assert len(found) == 1
    QTest.mouseMove(area.view, middle)
    assert "group 1, series 1" in area.view.toolTip()
    assert area.view.cursor().shape() == Qt.CursorShape.PointingHandCursor
    QTest.mouseMove(area.view, QPoint(2, 2))
    assert area.view.toolTip() == ""


def test_what_a_mark_says_is_never_taken_for_rich_text(area):
    one = Chart(Kind.BARS, "t", ("a",), (Series("b"),), (Mark(0, 0, 1, "<b>bold</b> & more"),))
    area.show_chart(one)
    box = area.view.laid_out().boxes[0]
    QTest.mouseMove(area.view, QPoint(*map(int, box.center)))
    assert "&lt;b&gt;bold" in area.view.toolTip()


def test_another_chart_keeps_the_mark_by_its_names(area):
    press(area, "End")
    longer = chart(rows=5)
    area.show_chart(longer)
    assert press(area) == "group 2, series 2"
    area.show_chart(Chart(Kind.BARS, "t", ("elsewhere",), (Series("b"),), (Mark(0, 0, 1, "it"),)))
    assert press(area) == ""
    assert press(area, "Down") == "it"


def test_the_mark_gone_to_is_announced(area, monkeypatch):
    heard: list[str] = []
    monkeypatch.setattr(QAccessible, "isActive", staticmethod(lambda: True))
    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(lambda event: heard.append(event.message())))
    press(area, "Home", "Right")
    assert heard[-1] == area.view.focus_mark.said


def test_tab_into_a_chart_goes_to_its_first_mark(area, qtbot):
    area.view.clearFocus()
    area.view.setFocus(Qt.FocusReason.TabFocusReason)
    assert press(area) == "group 0, series 0"


def test_a_chart_that_needs_more_room_scrolls_to_the_mark(area):
    area.show_chart(chart(rows=60))
    assert area.view.height() > area.viewport().height()
    assert area.view.width() <= area.viewport().width()
    press(area, "End")
    bar = area.verticalScrollBar()
    assert bar.value() > bar.maximum() // 2
    area.resize(600, 3000)
    settle()
    assert area.view.height() <= area.viewport().height()


def test_an_empty_chart_says_why(area):
    area.show_chart(Chart(Kind.BARS, "t", empty="Label some text first."))
    assert area.view.accessibleDescription() == "Label some text first."
    assert press(area, "Down", "Home", "Return") == ""
    grabbed = area.grab().toImage()
    ground = grabbed.pixelColor(2, 200)
    seen = {grabbed.pixelColor(x, y).name() for x in range(100, 500, 2) for y in range(150, 250)}
    assert seen - {ground.name()}  # something is written


def ink(image: QImage, color: str) -> int:
    wanted = QColor(color)
    return sum(image.pixelColor(x, y) == wanted for x in range(0, image.width(), 2) for y in range(0, image.height(), 2))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_it_is_painted_in_the_colours_of_the_theme(area, theme):
    QApplication.setPalette(palette(theme))
    settle()
    image = area.view.grab().toImage()
    assert image.pixelColor(1, 1).name() == theme.page
    assert ink(image, label_colors(theme, theme.good).strong) > 500


def test_the_mark_with_the_keyboard_is_outlined(area):
    before = ink(area.view.grab().toImage(), LIGHT.text)
    press(area, "End")
    assert ink(area.view.grab().toImage(), LIGHT.text) > before + 20


@pytest.mark.parametrize("theme", list(THEMES.values()), ids=lambda theme: theme.name)
@pytest.mark.parametrize("base", [*PALETTE, *LOOKS, "quiet_text"])
def test_marks_and_what_is_written_on_them_stand_out(theme, base):
    edge = paint._edge(theme, base)
    assert contrast(edge, theme.page) >= OUTLINE_CONTRAST
    shades = label_colors(theme, paint._base(theme, base))
    assert contrast(shades.strong, shades.strong_text) >= TEXT_CONTRAST
    assert contrast(shades.fill, theme.text) >= TEXT_CONTRAST
    assert contrast(shades.strong, theme.page) >= OUTLINE_CONTRAST


def test_lines_of_one_colour_are_told_apart_by_their_dashes_and_the_shapes_of_their_points():
    dashes = {tuple(paint._line_pen(LIGHT, "accent", pattern).dashPattern()) for pattern in Pattern}
    assert len(dashes) == len(Pattern)
    shapes = set()
    for pattern in Pattern:
        image = QImage(24, 24, QImage.Format.Format_RGB32)
        image.fill(QColor(LIGHT.page))
        painter = QPainter(image)
        paint._paint_point(painter, LIGHT, "accent", pattern, QRectF(2, 2, 20, 20))
        painter.end()
        shapes.add(bytes(image.constBits()))
    assert len(shapes) == 4


@pytest.mark.parametrize("theme", list(THEMES.values()), ids=lambda theme: theme.name)
@pytest.mark.parametrize("base", ["accent", *PALETTE])
def test_cells_get_stronger_with_what_they_count(theme, base):
    shades = [paint._shade(theme, base, value, 100) for value in (0, 1, 5, 20, 60, 100)]
    steps = [contrast(shade, theme.page) for shade in shades]
    assert all(a < b for a, b in pairwise(steps))


# As a file


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("turned", [False, True])
def test_a_drawing_has_all_words_as_text_and_shows_what_the_image_shows(kind, turned):
    one = chart(kind, title="Spans & <relations>")
    made = picture(one, QSizeF(700, 400), application().font(), LIGHT, right_to_left=turned)
    drawing = made.svg().decode()
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing)
    assert "Spans &amp; &lt;relations&gt;" in texts
    assert set(one.groups) <= set(texts)
    assert "<image" not in drawing
    image = made.image()
    assert (image.width(), image.height()) == (2 * round(image.width() / 2), 2 * round(image.height() / 2))
    renderer = QSvgRenderer(drawing.encode())
    assert renderer.isValid()
    assert renderer.viewBoxF().width() * 2 == image.width()


def test_a_picture_of_the_same_chart_is_the_same_and_has_its_title():
    made = [picture(chart(), QSizeF(500, 300), application().font(), DARK).png() for _ in range(2)]
    assert made[0] == made[1]
    image = QImage.fromData(made[0])
    assert image.text("Title") == "Spans"
    assert image.size() != QSize(500, 300)
    assert image.pixelColor(2, 2).name() == DARK.page


def test_a_chart_too_large_for_a_picture_is_refused_in_words():
    with pytest.raises(AnnotatorError, match="too large for a picture"):
        picture(chart(rows=1000), QSizeF(500, 300), application().font(), LIGHT)
