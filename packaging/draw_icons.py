"""Draw the bitmaps of the program's icon in ``packaging/icons`` from ``resources/icons/annotator.svg``; run after changing that."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "resources" / "icons" / "annotator.svg"
PNG_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def drawn(renderer: QSvgRenderer, side: int) -> QImage:
    """Return the icon as a transparent square picture of ``side`` pixels."""
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def main() -> None:
    """Draw one PNG for each size, and the containers that Windows and macOS want."""
    application = QGuiApplication([])
    renderer = QSvgRenderer(str(SOURCE))
    target = HERE / "icons"
    target.mkdir(exist_ok=True)
    files = {f"annotator-{side}.png": side for side in PNG_SIZES} | {"annotator.ico": 256, "annotator.icns": 512}
    for name, side in files.items():
        if not drawn(renderer, side).save(str(target / name)):
            raise SystemExit(f"{name} could not be written.")
    application.quit()


if __name__ == "__main__":
    main()
