"""Pictures of the window compared with golden ones, so that a change of the looks is seen and a change of the letters' raster is not.

Two measures, both over square tiles.  Where a tile has one colour in both pictures, the colours must be the same but for what the golden
picture lost by having few colours: that holds the tokens of the theme.  Elsewhere the mean colours are compared: another version of the
library that draws letters changes them by little, a missing picture, a moved row or an empty panel by much.

``ANNOTATOR_RENEW_PICTURES=1`` before a run of ``tests/qt/test_window_pictures.py`` writes the golden pictures anew; look at each.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"
RENEW = "ANNOTATOR_RENEW_PICTURES"

TILE = 8
"""Side of a tile whose mean colour is compared, in pixels."""

FLAT = 4
"""Side of a tile that is compared exactly where it has one colour."""

COLORS = 96
"""How many colours a golden picture keeps, first of all those that fill areas."""

NEAR = 20
"""How far apart the other colours are, of 255: a letter needs few shades."""

MEAN_LIMIT = 20
"""How far the mean of a tile may be off in its worst channel, of 255."""

MOST_OFF = 3
"""How many tiles may be further off."""

FLAT_LIMIT = 2
MOST_FLAT_OFF = 6


Pixels = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Difference:
    """Where two pictures differ: the tiles, in pixels, and a sentence; no tiles where they are alike."""

    tiles: tuple[QRect, ...]
    said: str


def quantised(image: QImage) -> QImage:
    """Return a picture in few colours, for a small file: those that fill areas as they are, of the others some that lie apart."""
    pixels = _pixels(image)
    flat, inside = _flat(pixels)
    filled = Counter(flat[inside].tolist())
    table = [value for value, _ in filled.most_common(COLORS)]
    values, counts = np.unique(pixels, return_counts=True)
    for value in values[np.argsort(-counts)].tolist():
        if len(table) < COLORS and all(_apart(value, other) > NEAR for other in table):
            table.append(value)
    return image.convertToFormat(
        QImage.Format.Format_Indexed8, [value | 0xFF000000 for value in table], Qt.ImageConversionFlag.AvoidDither
    )


def compared(got: QImage, golden: QImage) -> Difference:
    """Say how a picture differs from the golden one."""
    if got.size() != golden.size():
        return Difference(
            (QRect(0, 0, 1, 1),),
            f"it is {got.width()} by {got.height()} pixels, and the golden one {golden.width()} by {golden.height()}",
        )
    means = tuple(_unlike_means(got, golden))
    flats = tuple(_unlike_colors(got, golden))
    said = []
    if len(means) > MOST_OFF:
        said.append(f"{len(means)} tiles of {TILE} pixels look otherwise, the first at {means[0].x()}, {means[0].y()}")
    if len(flats) > MOST_FLAT_OFF:
        x, y = flats[0].center().x(), flats[0].center().y()
        said.append(
            f"{len(flats)} tiles of {FLAT} pixels have another colour, the first at {x}, {y}: "
            f"{got.pixelColor(x, y).name()}, not {golden.pixelColor(x, y).name()}"
        )
    return Difference((*means, *flats) if said else (), "; ".join(said))


def difference_picture(got: QImage, golden: QImage, difference: Difference) -> QImage:
    """Return the golden picture, the one that was drawn, and that one again with what differs framed, one below the other."""
    width, height = max(got.width(), golden.width()), max(got.height(), golden.height())
    made = QImage(width, 3 * height + 2 * TILE, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.magenta)
    painter = QPainter(made)
    for number, image in enumerate((golden, got, got)):
        painter.drawImage(0, number * (height + TILE), image)
    painter.translate(0, 2 * (height + TILE))
    painter.setPen(QColor("#ff00ff"))
    for tile in difference.tiles:
        painter.drawRect(tile.adjusted(0, 0, -1, -1))
    painter.end()
    return made


def fault(name: str, got: QImage, folder: Path) -> str:
    """Compare a picture with the golden one of its name; return what is wrong with it and where to look, empty where nothing is.

    Where the golden pictures are renewed, the picture becomes the golden one.
    """
    path = GOLDEN / f"{name}.png"
    if os.environ.get(RENEW):
        path.parent.mkdir(parents=True, exist_ok=True)
        assert quantised(got).save(str(path), quality=0)  # quality 0: the smallest file
        return ""
    golden = QImage(str(path))
    if golden.isNull():
        return f"There is no golden picture {path}; run with {RENEW}=1 to make it."
    difference = compared(got, golden)
    if not difference.said:
        return ""
    drawn, shown = folder / f"{name}.png", folder / f"{name}-difference.png"
    got.save(str(drawn))
    difference_picture(got, golden, difference).save(str(shown))
    return f"{name}: {difference.said}.  Drawn: {drawn}; golden, drawn and framed: {shown}.  Meant to be so?  {RENEW}=1"


def _unlike_means(got: QImage, golden: QImage) -> Iterator[QRect]:
    one, other = (_means(image) for image in (got, golden))
    off = np.abs(one - other).max(axis=-1) > MEAN_LIMIT
    for y, x in np.argwhere(off).tolist():
        yield QRect(x * TILE, y * TILE, TILE, TILE)


def _unlike_colors(got: QImage, golden: QImage) -> Iterator[QRect]:
    (one, flat), (other, also_flat) = (_flat(_pixels(image)) for image in (got, golden))
    off = np.abs(_channels(one) - _channels(other)).max(axis=-1) > FLAT_LIMIT
    for y, x in np.argwhere(off & flat & also_flat).tolist():
        yield QRect(x * FLAT, y * FLAT, FLAT, FLAT)


def _pixels(image: QImage) -> Pixels:
    """Return the colours of a picture, a whole number to a pixel, row by row."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(plain.constBits(), dtype=np.uint32).reshape(plain.height(), plain.bytesPerLine() // 4)
    return rows[:, : plain.width()] & 0xFFFFFF


def _tiles(pixels: Pixels, side: int) -> Pixels:
    """Return a picture as tiles: by row, by column, and then their pixels; what is left over at two edges is not looked at."""
    down, across = pixels.shape[0] // side, pixels.shape[1] // side
    cut = pixels[: down * side, : across * side].reshape(down, side, across, side)
    return cut.transpose(0, 2, 1, 3).reshape(down, across, side * side)


def _channels(pixels: Pixels) -> Pixels:
    return np.stack([pixels >> 16 & 255, pixels >> 8 & 255, pixels & 255], axis=-1).astype(np.int64)


def _means(image: QImage) -> Pixels:
    return _channels(_tiles(_pixels(image), TILE)).mean(axis=2)


def _flat(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """Return the first colour of every tile, and whether it is the only one in it."""
    tiles = _tiles(pixels, FLAT)
    first = tiles[:, :, 0]
    return first, (tiles == first[:, :, None]).all(axis=-1)


def _apart(one: int, other: int) -> int:
    return max(abs((one >> shift & 255) - (other >> shift & 255)) for shift in (0, 8, 16))
