"""What a chart shows, as plain values: groups along one axis, series within each group, and a mark where the two meet.

All four kinds are made of the same: a stacked bar is a group and its pieces are series, a line is a series and its points are groups, a
row of a matrix is a group and a column is a series.  Whatever a mark stands for is said in words by whoever makes the chart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a chart is drawn."""

    BARS = "bars"
    """Lying bars, a row for each group, their pieces one behind the other."""
    COLUMNS = "columns"
    """Standing bars, their pieces one above the other."""
    LINES = "lines"
    """A stepped line for each series."""
    MATRIX = "matrix"
    """A table of cells, the darker the more they count."""


class Pattern(Enum):
    """What fills a mark, so that no series is told by its colour alone."""

    SOLID = "solid"
    RISING = "rising"
    DOTS = "dots"
    FALLING = "falling"
    LEVEL = "level"
    CROSSED = "crossed"
    UPRIGHT = "upright"
    BLANK = "blank"


class Steps(Enum):
    """Which numbers an axis is marked with."""

    COUNT = "count"
    """1, 2, 5 and their tens; no fractions."""
    SECONDS = "seconds"
    """Seconds, minutes and hours as a clock divides them."""


@dataclass(frozen=True, slots=True)
class Series:
    """One of several things told apart in every group; ``color`` is ``#rrggbb`` or names a colour of the theme."""

    name: str
    color: str = "accent"
    pattern: Pattern = Pattern.SOLID


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure of a chart.

    ``said`` tells it whole, for tool tips and assistive technology; ``shown`` is written on it where there is room.  ``color`` is in place
    of its series'.  ``target`` is what the figure counts, for whoever made the chart; None where nothing lies behind it.
    """

    group: int
    series: int
    value: float
    said: str
    shown: str = ""
    color: str = ""
    target: object = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one kind; one without marks shows the sentence ``empty``.

    ``totals`` are written behind the bars of each group.  ``places`` say where on their axis the groups stand (else: evenly).
    ``told`` writes a value of the axis.
    """

    kind: Kind
    title: str
    groups: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    marks: tuple[Mark, ...] = ()
    value_title: str = ""
    group_title: str = ""
    totals: tuple[str, ...] = ()
    places: tuple[float, ...] = ()
    steps: Steps = Steps.COUNT
    told: Callable[[float], str] = "{:g}".format
    empty: str = ""

    def color_of(self, mark: Mark) -> str:
        """Return the colour of a mark: its own or its series'."""
        return mark.color or self.series[mark.series].color

    def highest(self) -> float:
        """Return the value the axis must reach: of the longest stack, or of the highest point of a line or cell."""
        if self.kind in (Kind.LINES, Kind.MATRIX):
            return max((mark.value for mark in self.marks), default=0)
        stacks = [0.0] * len(self.groups)
        for mark in self.marks:
            stacks[mark.group] += mark.value
        return max(stacks, default=0)
