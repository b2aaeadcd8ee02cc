"""What a chart is painted of once it is laid out: rectangles, words, lines, all in device-independent pixels from the upper left corner.

A layout is made from left to right; ``mirrored`` turns it round for languages that are written the other way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum


@dataclass(frozen=True, slots=True)
class Measure:
    """How large text is: the height of a line, and the width of a text on one line."""

    line: float
    width: Callable[[str], float]


class Align(Enum):
    """Where in its rectangle a text stands."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Ink(Enum):
    """What a text or a line is painted with."""

    TEXT = "text"
    QUIET = "quiet"
    GRID = "grid"
    ON_MARK = "on mark"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; ``mark`` is the number of the mark that it shows."""

    mark: int
    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> tuple[float, float]:
        """Where its middle is."""
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point is in it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Words:
    """A text on one line in a rectangle it fits into; ``turned`` reads from below to above; ``mark`` is the mark that it is written on."""

    text: str
    x: float
    y: float
    width: float
    height: float
    align: Align = Align.LEFT
    ink: Ink = Ink.TEXT
    strong: bool = False
    turned: bool = False
    mark: int = -1


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line of the grid."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Path:
    """The line of a series through these points."""

    series: int
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Swatch:
    """The sample of a series in the legend."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class Layout:
    """A chart laid out in a picture of this size."""

    width: float
    height: float
    boxes: list[Box] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    swatches: list[Swatch] = field(default_factory=list)

    def mark_at(self, x: float, y: float) -> int | None:
        """Return the mark at a point; of several the last, which is painted over the others."""
        return next((box.mark for box in reversed(self.boxes) if box.holds(x, y)), None)

    def box_of(self, mark: int) -> Box | None:
        """Return the rectangle of a mark, None where it has none: nothing is drawn for a zero."""
        return next((box for box in self.boxes if box.mark == mark), None)


_OTHER_WAY = {Align.LEFT: Align.RIGHT, Align.RIGHT: Align.LEFT, Align.CENTER: Align.CENTER}


def mirrored(made: Layout) -> Layout:
    """Return a layout turned round from right to left."""
    width = made.width
    return Layout(
        width,
        made.height,
        [replace(box, x=width - box.x - box.width) for box in made.boxes],
        [replace(text, x=width - text.x - text.width, align=_OTHER_WAY[text.align]) for text in made.words],
        [Line(width - line.x1, line.y1, width - line.x2, line.y2) for line in made.lines],
        [Path(path.series, tuple((width - x, y) for x, y in path.points)) for path in made.paths],
        [replace(swatch, x=width - swatch.x - swatch.width) for swatch in made.swatches],
    )


def elided(text: str, room: float, measure: Measure) -> str:
    """Return a text that is no wider than ``room``, cut with three dots where it must be; empty where not even they fit."""
    text = " ".join(text.split())
    if measure.width(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure.width(text[:middle].rstrip() + "…") <= room else (low, middle - 1)
    return text[:low].rstrip() + "…" if low else ""
