"""Choosing colours that stay apart for every eye: how different two look with usual and with missing cones, and which is free.

Missing cones are simulated by the matrices of Machado, Oliveira and Fernandes (2009) on linear sRGB, in full severity; differences are
CIE 1976 distances in L*a*b*, where about 2 can just be seen side by side and labels in running text need more.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from annotator.domain.labels import PALETTE

ALIKE = 8.0
"""Difference below which two colours are hard to tell apart in running text."""

_Row = tuple[float, float, float]
_Matrix = tuple[_Row, _Row, _Row]

_EYES: dict[str, _Matrix] = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
_XYZ: _Matrix = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE = (0.95047, 1.0, 1.08883)


@lru_cache(maxsize=4096)
def _seen(value: str, eye: str) -> tuple[float, float, float]:
    """Return ``#rrggbb`` in L*a*b* as an eye sees it."""
    linear = tuple(_linear(int(value[place : place + 2], 16) / 255) for place in (1, 3, 5))
    shown = _times(_EYES[eye], linear)
    xyz = _times(_XYZ, tuple(min(1.0, max(0.0, part)) for part in shown))
    x, y, z = (_bent(part / white) for part, white in zip(xyz, _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(first: str, second: str, eye: str = "") -> float:
    """Return how different two colours look to one eye ("usual", "protanopia", ...), or to the one that sees least of it."""
    eyes = (eye,) if eye else tuple(_EYES)
    pairs = ((_seen(first, name), _seen(second, name)) for name in eyes)
    return min(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 for one, other in pairs)


def nearest(value: str, others: Iterable[str]) -> tuple[str, float]:
    """Return which of some colours is hardest to tell from ``value``, and how different they look; ("", 1000) where there are none."""
    found = min(((difference(value, other), other) for other in others), default=(1000.0, ""))
    return found[1], found[0]


def proposed(used: Iterable[str]) -> str:
    """Return the colour of the palette that is easiest to tell from those in use; the first of the palette where none is."""
    taken = [color.lower() for color in used]
    if not taken:
        return PALETTE[0]
    return max(PALETTE, key=lambda color: nearest(color, taken)[1])


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _bent(part: float) -> float:
    return part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116


def _times(matrix: _Matrix, vector: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
