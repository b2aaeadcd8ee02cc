"""The icons: there, in the palette's colour, crisp, and safe when Qt copies them."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPalette
from PySide6.QtWidgets import QApplication

from annotator.ui import icons
from annotator.ui.icons import icon, icon_names

UI = Path(icons.__file__).parent


def colors(image: QImage) -> set[str]:
    """The colours of all pixels that are fully drawn."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.fixture
def palette(qapp: QApplication):
    before = QPalette(qapp.palette())
    yield QPalette(before)
    qapp.setPalette(before)


@pytest.mark.parametrize("name", icon_names())
def test_every_drawing_draws_something(qapp: QApplication, name: str) -> None:
    assert colors(icon(name).pixmap(QSize(48, 48)).toImage())


def test_icons_take_the_palettes_colour_and_follow_it(qapp: QApplication, palette: QPalette) -> None:
    for text, disabled in (("#112233", "#999999"), ("#eeeeee", "#556677")):
        palette.setColor(QPalette.ColorRole.WindowText, QColor(text))
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText, QColor(disabled))
        qapp.setPalette(palette)
        assert colors(icon("trash").pixmap(QSize(48, 48)).toImage()) == {text}
        assert colors(icon("trash").pixmap(QSize(48, 48), QIcon.Mode.Disabled).toImage()) == {disabled}


def test_the_programs_own_icon_keeps_its_colours(qapp: QApplication) -> None:
    assert len(colors(icon("annotator").pixmap(QSize(64, 64)).toImage())) > 5


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
def test_icons_have_a_pixel_for_every_pixel_of_the_screen(qapp: QApplication, ratio: float) -> None:
    pixmap = icon("search").pixmap(QSize(16, 16), ratio)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (round(16 * ratio), ratio)


def test_a_copied_icon_that_is_changed_still_draws_after_a_collection(qapp: QApplication) -> None:
    """Qt clones the engine then, and must not be left with a C++ half alone."""
    gc.freeze()  # the objects of all other tests: a collection that looks at them takes seconds
    try:
        for side in range(16, 48, 8):
            copy = QIcon(icon("trash"))
            copy.addFile("there is no such file")
            gc.collect()
            assert colors(copy.pixmap(QSize(side, side), 2.0).toImage())
    finally:
        gc.unfreeze()


def test_an_unknown_icon_is_refused(qapp: QApplication) -> None:
    with pytest.raises(KeyError, match="no icon “unicorn”"):
        icon("unicorn")


def test_every_icon_the_window_names_is_there() -> None:
    named = {
        name
        for path in UI.rglob("*.py")
        if path.name != "icons.py"
        for name in re.findall(r'\bicon\("([a-z-]+)"\)', path.read_text())
    }
    assert named <= set(icon_names())
