"""The window for languages that are written from right to left: everything stands on the other side, and nothing stands mirrored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, QTextCursor, QTransform
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from annotator.domain.documents import Status
from annotator.settings.store import Settings
from annotator.ui.panels.paint import draw_key_cap, draw_status, draw_text, turn
from annotator.ui.theme import LIGHT
from tests.qt.dialogs_support import DIALOGS, close_all, opened
from tests.qt.window_support import MakeSeat, Seat, settle

INK = QColor(0, 0, 0)


@pytest.fixture
def leftward(qapp) -> Iterator[None]:
    QApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    QApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.fixture
def shown(leftward, make_seat: MakeSeat, tmp_path: Path, project_file: Path) -> Seat:
    settings = Settings(tmp_path / "settings.json")
    settings.set("ui.theme", "light")
    settings.set("ui.language", "en")
    seat = make_seat(project_file, settings=settings)
    seat.window.resize(1280, 800)
    seat.show()
    return seat


def painted(direction: Qt.LayoutDirection, what) -> QImage:
    """Paint into a row of 200 by 20 points."""
    pixmap = QPixmap(200, 20)
    pixmap.fill(Qt.GlobalColor.white)
    painter = QPainter(pixmap)
    painter.setLayoutDirection(direction)
    turn(painter, QRect(0, 0, 200, 20))
    what(painter)
    painter.end()
    return pixmap.toImage()


def inked(image: QImage) -> tuple[int, int]:
    """Return the first and the last column in which something is."""
    columns = [x for x in range(image.width()) if any(image.pixelColor(x, y).lightness() < 200 for y in range(image.height()))]
    return columns[0], columns[-1]


def both(what) -> tuple[QImage, QImage]:
    return painted(Qt.LayoutDirection.LeftToRight, what), painted(Qt.LayoutDirection.RightToLeft, what)


def cut(image: QImage) -> QImage:
    first, last = inked(image)
    return image.copy(first, 0, last - first + 1, image.height())


def mirrored(image: QImage) -> QImage:
    return image.transformed(QTransform().scale(-1, 1))


def difference(one: QImage, other: QImage) -> int:
    """Return how unlike two pictures are, point by point."""
    width = min(one.width(), other.width())
    assert abs(one.width() - other.width()) <= 1
    return sum(
        abs(one.pixelColor(x, y).lightness() - other.pixelColor(x, y).lightness())
        for x in range(width)
        for y in range(one.height())
    )


def test_a_text_goes_to_the_other_side_and_stays_readable(qapp):
    plain, turned = both(lambda painter: draw_text(painter, QRect(10, 0, 120, 20), "LEFLFE", INK))
    assert inked(plain)[0] in range(9, 14)
    assert inked(turned)[1] in range(186, 192)
    assert difference(cut(plain), cut(turned)) < difference(mirrored(cut(plain)), cut(turned)) * 3 / 4


def test_a_text_at_the_end_goes_to_the_beginning(qapp):
    plain, turned = both(lambda painter: draw_text(painter, QRect(10, 0, 180, 20), "12", INK, right=True))
    assert inked(plain)[1] > 180
    assert inked(turned)[0] < 20


def test_a_key_and_a_tick_stand_elsewhere_and_not_mirrored(qapp):
    for what in (
        lambda painter: draw_key_cap(painter, 40, 10, "R7", LIGHT),
        lambda painter: draw_status(painter, QRect(10, 3, 14, 14).toRectF(), Status.DONE, LIGHT),
    ):
        plain, turned = both(what)
        assert inked(plain)[1] < 60
        assert inked(turned)[0] > 140
        assert difference(cut(plain), cut(turned)) < difference(mirrored(cut(plain)), cut(turned)) / 2


def test_what_points_onward_is_mirrored(qapp):
    def arrow(painter: QPainter) -> None:
        painter.setPen(INK)
        painter.drawLine(10, 10, 30, 10)
        painter.drawLine(30, 10, 26, 6)

    plain, turned = both(arrow)
    assert difference(mirrored(cut(plain)), cut(turned)) < difference(cut(plain), cut(turned)) / 2


def colored(image: QImage, base: str) -> list[int]:
    """Return the columns in which a colour is, strong."""
    wanted = QColor(base)
    found: list[int] = []
    for x in range(image.width()):
        for y in range(0, image.height(), 2):
            seen = image.pixelColor(x, y)
            far = abs(seen.red() - wanted.red()) + abs(seen.green() - wanted.green()) + abs(seen.blue() - wanted.blue())
            if far < 36:
                found.append(x)
    return found


def test_labels_have_their_colour_on_the_right_and_their_key_on_the_left(shown: Seat):
    view = shown.window.panels.labels.view
    row = view.visualRect(view.model().index(1, 0))
    image = view.viewport().grab(row).toImage()
    label = shown.project.scheme.spans[0]
    columns = colored(image, label.color)
    assert columns
    assert min(columns) > image.width() * 0.8


def test_the_panels_fields_and_menus_stand_on_the_other_side(shown: Seat):
    window = shown.window
    bar = window.menuBar()
    first, last = bar.actions()[0], bar.actions()[-1]
    assert bar.actionGeometry(first).left() > bar.actionGeometry(last).left()
    tools = [action for action in window._bar.actions() if not action.isSeparator()]
    assert window._bar.actionGeometry(tools[0]).left() > window._bar.actionGeometry(tools[-1]).left()


def test_the_article_runs_as_its_text_does(shown: Seat):
    """An Indonesian article begins at the left in any window."""
    view = shown.view
    first, later = QTextCursor(view.document()), QTextCursor(view.document())
    later.setPosition(10)
    assert view.cursorRect(first).left() < view.cursorRect(later).left()


def outside(dialog: QWidget) -> list[str]:
    """Return the visible buttons that do not stand whole inside their window."""
    area = dialog.rect()
    return [
        button.text()
        for button in dialog.findChildren(QPushButton)
        if button.isVisible() and not area.contains(QRect(button.mapTo(dialog, QPoint(0, 0)), button.size()))
    ]


@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs_stand_the_other_way_round_and_whole(name: str, shown: Seat, tmp_path: Path):
    DIALOGS[name].open(shown.window, tmp_path)
    settle()
    for dialog in opened():
        assert dialog.layoutDirection() == Qt.LayoutDirection.RightToLeft
        assert outside(dialog) == []
    close_all()


def test_every_panel_can_be_painted(shown: Seat, qtlog):
    for dock in shown.window._docks:
        dock.show()
        dock.raise_()
        settle()
        image = dock.grab().toImage()
        colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 7) for y in range(0, image.height(), 5)}
        assert len(colors) > 1, dock.objectName()
