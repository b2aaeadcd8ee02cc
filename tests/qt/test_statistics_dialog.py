"""The dialog of the statistics by itself: fields above the chart, buttons below, where the table stands, and how it reads aloud."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from annotator.domain.annotations import Kind as SetKind
from annotator.store.figures_annotations import GOLD, Whose
from annotator.ui.app import application
from annotator.ui.charts.model import Chart, Kind, Mark, Series
from annotator.ui.dialogs.statistics import StatisticsDialog
from annotator.ui.language import speak
from annotator.ui.models.statistics import Figure, Selector, Sheet
from annotator.ui.models.statistics_pages import PAGES
from annotator.ui.models.statistics_targets import Target, These
from annotator.ui.theme import DARK, LIGHT
from annotator.ui.theme_qt import palette
from tests.qt.window_support import settle

FIRST, SECOND = Target(These((1,)), "first"), Target(These((2,)), "second")
UNIT = Selector("unit", "Unit", (("Apples", "a"), ("Pears", "p")))
WHO = Selector("who", "Who", (("Everybody", ""), ("ani", "ani")))


def figure(*selectors: Selector, columns: int = 2, rows: int = 2, kind: Kind = Kind.BARS, note: str = "") -> Figure:
    marks = (Mark(0, 0, 5, "a: five", "5", target=FIRST), Mark(1, 0, 3, "b: three", "3"))
    chart = Chart(kind, "Fruit", ("a", "b"), (Series("s"),), marks)
    header = tuple(f"column {number}" for number in range(columns))
    content = tuple((f"row {row}", *range(columns - 1)) for row in range(rows))
    return Figure(chart, Sheet("Table of fruit", header, content, (FIRST, SECOND)), note, selectors)


@pytest.fixture
def dialog(qtbot) -> Iterator[StatisticsDialog]:
    app = application()
    before = QPalette(QApplication.palette())
    app.setPalette(palette(LIGHT))
    made = StatisticsDialog()
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.choose_page("labels")
    made.resize(900, 600)
    made.open()
    QTest.qWaitForWindowExposed(made)
    settle()
    yield made
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    app.setPalette(before)


def test_it_blocks_nothing(dialog):
    assert not dialog.isModal()
    assert dialog.focusWidget() is dialog.panel.view


def test_fields_above_the_chart_come_and_go_with_the_figure(dialog):
    dialog.show_figure(figure(UNIT, WHO), {"unit": "p"})
    assert {key: field.currentData() for key, field in dialog.panel.fields.items()} == {"unit": "p", "who": ""}
    kept = dialog.panel.fields["unit"]
    dialog.show_figure(figure(UNIT, WHO), {"unit": "a", "who": "ani"})
    assert dialog.panel.fields["unit"] is kept  # what a person has open must not vanish
    assert {key: field.currentData() for key, field in dialog.panel.fields.items()} == {"unit": "a", "who": "ani"}
    more = Selector("who", "Who", (*WHO.entries, ("budi", "budi")))
    dialog.show_figure(figure(UNIT, more), {"who": "budi"})
    assert dialog.panel.fields["who"].currentText() == "budi"
    dialog.show_figure(figure(UNIT, WHO), {"who": "budi"})  # who is there no more
    assert dialog.panel.fields["who"].currentText() == "Everybody"
    dialog.show_figure(figure(), {})
    assert dialog.panel.fields == {}


def test_what_is_chosen_is_announced_with_its_key(dialog):
    found: list[tuple[str, str]] = []
    dialog.optionChosen.connect(lambda key, value: found.append((key, value)))
    dialog.show_figure(figure(UNIT, WHO), {})
    field = dialog.panel.fields["unit"]
    field.setCurrentIndex(1)
    assert found == []  # showing is not choosing
    field.activated.emit(1)
    assert found == [("unit", "p")]


def test_whose_sets_are_counted_is_chosen_where_it_matters(dialog):
    found: list[Whose] = []
    dialog.whoseChosen.connect(found.append)
    names = [GOLD, Whose("ani", SetKind.PERSON), Whose("m", SetKind.MODEL)]
    dialog.show_whose(names, names[1], 1234)
    assert dialog.whose.currentText() == "ani"
    assert dialog.documents.text().startswith("1")
    dialog.whose.setCurrentIndex(2)
    dialog.whose.activated.emit(2)
    assert found == [names[2]]
    for page in PAGES:
        dialog.choose_page(page.key)
        assert dialog.whose.isVisible() is page.by_sets
    dialog.show_whose([], GOLD, 0)
    assert not dialog.whose.isEnabled()


def test_buttons_follow_what_there_is(dialog):
    dialog.show_words("Being counted…")
    assert [button.isEnabled() for button in (dialog.behind, dialog.copy, dialog.save)] == [False, False, False]
    dialog.show_figure(figure(), {})
    assert [button.isEnabled() for button in (dialog.behind, dialog.copy, dialog.save)] == [False, True, True]
    table_alone = Figure(Chart(Kind.BARS, "Fruit", empty="None."), figure().sheet)
    dialog.show_figure(table_alone, {})
    assert [action.isEnabled() for action in dialog.saves.actions()] == [False, False, True]
    assert [action.isEnabled() for action in dialog.copies.actions()] == [False, True]


def test_the_button_shows_documents_of_the_mark_or_the_row_that_was_gone_to_last(dialog):
    found: list[Target] = []
    dialog.targetChosen.connect(found.append)
    dialog.show_figure(figure(), {})
    QTest.keyClick(dialog.panel.view, Qt.Key.Key_Home)
    assert dialog.behind.isEnabled()
    QTest.keyClick(dialog.panel.view, Qt.Key.Key_Down)
    assert not dialog.behind.isEnabled()  # nothing lies behind b
    dialog.panel.table.setFocus()
    QTest.keyClick(dialog.panel.table, Qt.Key.Key_Down)
    assert dialog.behind.isEnabled()
    dialog.behind.click()
    QTest.keyClick(dialog.panel.view, Qt.Key.Key_Home)
    dialog.behind.click()
    assert found == [SECOND, FIRST]


def test_a_double_click_on_a_row_is_enough(dialog):
    found: list[Target] = []
    dialog.targetChosen.connect(found.append)
    dialog.show_figure(figure(), {})
    table = dialog.panel.table
    place = table.visualRect(table.model_of.index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert found == []  # a click chooses cells to copy
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert found == [SECOND]


def test_a_narrow_table_stands_beside_the_chart_and_a_wide_one_below(dialog):
    splitter = dialog.panel.splitter
    dialog.show_figure(figure(columns=2), {})
    assert splitter.orientation() == Qt.Orientation.Horizontal
    assert dialog.panel.area.width() > dialog.panel.table.width()
    dialog.show_figure(figure(columns=14), {})
    assert splitter.orientation() == Qt.Orientation.Vertical
    assert dialog.panel.area.height() >= dialog.panel.area.view.needed(dialog.panel.area.maximumViewportSize()).height() - 2


def test_a_border_that_was_moved_stays_where_it_is(dialog):
    dialog.show_figure(figure(columns=2), {})
    splitter = dialog.panel.splitter
    splitter.setSizes([400, splitter.width() - 400])
    settle()
    before = splitter.sizes()
    dialog.show_figure(figure(columns=2, rows=5), {})
    assert splitter.sizes() == before
    dialog.resize(1000, 600)
    settle()
    assert splitter.sizes() != before  # another window, another border


def test_a_note_takes_room_only_where_there_is_one(dialog):
    dialog.show_figure(figure(note="Half of it is green."), {})
    assert dialog.panel.note.isVisible()
    dialog.show_figure(figure(), {})
    assert not dialog.panel.note.isVisible()


def test_everything_is_reached_by_tab_and_has_a_name(dialog):
    dialog.show_figure(figure(UNIT, WHO), {})
    dialog.show_whose([GOLD], GOLD, 3)
    dialog.pages.setFocus()
    settle()
    reached: list[QWidget] = []
    for _ in range(20):
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus in reached:
            break
        reached.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    wanted = [dialog.pages, dialog.panel.fields["unit"], dialog.panel.fields["who"], dialog.panel.view, dialog.panel.table]
    assert [one for one in reached if one in wanted] == wanted
    assert {dialog.copy, dialog.save, dialog.table, dialog.whose} <= set(reached)
    for widget in reached:
        assert widget.accessibleName() or getattr(widget, "text", lambda: "")(), widget
    assert dialog.panel.view.accessibleName() == "Fruit"
    assert dialog.panel.table.accessibleName() == "Table of fruit"


def test_the_list_of_pages_is_walked_with_the_arrow_keys(dialog):
    found: list[str] = []
    dialog.pageChosen.connect(found.append)
    dialog.pages.setFocus()
    QTest.keyClick(dialog.pages, Qt.Key.Key_Home)
    for _ in PAGES:
        QTest.keyClick(dialog.pages, Qt.Key.Key_Down)
    assert found == [page.key for page in PAGES]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_enter_in_a_chart_never_closes_the_dialog(dialog, key):
    dialog.show_figure(figure(), {})
    QTest.keyClick(dialog.panel.view, key)
    QTest.keyClick(dialog.panel.view, Qt.Key.Key_Home)
    QTest.keyClick(dialog.panel.view, key)
    assert dialog.isVisible()
    QTest.keyClick(dialog.panel.view, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
@pytest.mark.parametrize("kind", list(Kind))
def test_it_is_drawn_in_either_theme_and_direction(dialog, theme, direction, kind):
    QApplication.setPalette(palette(theme))
    application().setLayoutDirection(direction)
    dialog.show_figure(figure(UNIT, kind=kind), {})
    settle()
    view = dialog.panel.view
    image = view.grab().toImage()
    assert image.pixelColor(1, 1).name() == theme.page
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(colors) > 4
    left = view.x() + dialog.panel.area.mapTo(dialog, dialog.panel.area.rect().topLeft()).x()
    pages_first = dialog.pages.x() < left
    assert pages_first is (direction == Qt.LayoutDirection.LeftToRight)
    made = view.laid_out()
    shorter = made.box_of(1)
    assert shorter is not None
    if kind is Kind.BARS:
        assert (shorter.center[0] < view.width() / 2) is pages_first


def test_in_indonesian_nothing_is_left_in_english(qtbot):
    application()
    speak("id")
    try:
        made = StatisticsDialog()
        qtbot.addWidget(made)
        names = [made.pages.item(row).text() for row in range(made.pages.count())]
        assert names == ["Kemajuan", "Label", "Relasi", "Panjang rentang", "Orang dan hari", "Waktu", "Penyaran"]
        assert [action.text() for action in made.saves.actions()] == [
            "Grafik sebagai PNG…",
            "Grafik sebagai SVG…",
            "Tabel sebagai CSV…",
        ]
        assert made.behind.text() == "Tampilkan dokumennya"
        assert made.windowTitle() == "Statistik"
    finally:
        speak("en")
