"""The window's icons: line drawings in the palette's text colour, crisp at any scale.

``icon("trash")`` gives the drawing ``resources/icons/trash.svg``.  The drawings have no colour of their own (``currentColor``), so
an icon follows the palette of the application: an engine asks for the palette each time it paints, and a change between light and
dark needs no new icons, only the repaint that Qt does anyway.  An unknown name is a mistake of ours and raises ``KeyError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from annotator.paths import resource_dir

_PIXMAPS: dict[tuple[str, int, int, float, int], QPixmap] = {}
_MOST_PIXMAPS = 512


@cache
def icon(name: str) -> QIcon:
    """Return the icon called ``name``, the same object every time; raises ``KeyError`` if there is no such drawing."""
    _drawing(name)
    return QIcon(_LineEngine(name))


def icon_names() -> Sequence[str]:
    """Return the names of all drawings there are."""
    return sorted(path.stem for path in _folder().glob("*.svg"))


class _LineEngine(QIconEngine):
    """Paints one drawing in the colour that the palette has at that moment.

    Qt owns the engine once it is in an icon, and clones it when it likes.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def clone(self) -> QIconEngine:
        return _kept(_LineEngine(self._name))

    def key(self) -> str:
        return "annotator-line"

    def iconName(self) -> str:
        return self._name

    def isNull(self) -> bool:
        return False

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:  # noqa: ARG002  # Qt's signature
        side = min(size.width(), size.height())
        return QSize(side, side)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self.scaledPixmap(rect.size(), mode, state, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: ARG002  # Qt's signature
        """Return the drawing at ``size`` logical pixels, with ``scale`` device pixels to each."""
        color = _color(mode)
        key = (self._name, size.width(), size.height(), scale, color)
        if key not in _PIXMAPS:
            if len(_PIXMAPS) >= _MOST_PIXMAPS:  # many scales and palettes: begin again rather than count uses
                _PIXMAPS.clear()
            _PIXMAPS[key] = _drawn(self._name, size, scale, color)
        return _PIXMAPS[key]


_CLONES: list[_LineEngine] = []


def _kept(engine: _LineEngine) -> _LineEngine:
    """Keep a clone alive from Python: Qt takes over its C++ half and would call into a Python half that is collected (a crash).

    Qt clones an engine only when somebody changes a copied icon, which nothing here does, so the list stays short.
    """
    _CLONES.append(engine)
    return engine


def _color(mode: QIcon.Mode) -> int:
    palette = QGuiApplication.palette()
    if mode == QIcon.Mode.Disabled:
        return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText).rgba()
    role = QPalette.ColorRole.HighlightedText if mode == QIcon.Mode.Selected else QPalette.ColorRole.WindowText
    return palette.color(QPalette.ColorGroup.Active, role).rgba()


def _drawn(name: str, size: QSize, scale: float, color: int) -> QPixmap:
    pixmap = QPixmap(size * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    side = min(size.width(), size.height())
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", f"#{color & 0xFFFFFF:06x}").encode()))
    painter = QPainter(pixmap)
    painter.setOpacity((color >> 24) / 255)
    renderer.render(painter, QRectF((size.width() - side) / 2, (size.height() - side) / 2, side, side))
    painter.end()
    return pixmap


@cache
def _drawing(name: str) -> str:
    path = _folder() / f"{name}.svg"
    if not path.is_file():
        raise KeyError(f"there is no icon “{name}” in {_folder()}")
    return path.read_text(encoding="utf-8")


@cache
def _folder() -> Path:
    return resource_dir() / "icons"
