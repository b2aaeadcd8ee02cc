"""Sums with colours as ``#rrggbb`` texts, for the window and for pages and files that are shown elsewhere.

Contrast is WCAG 2.2's (relative luminance of sRGB): text has at least 4.5 against what is behind it, outlines at least 3.
"""

from __future__ import annotations

from functools import lru_cache

TEXT_CONTRAST = 4.5
"""Least contrast of text (WCAG 2.2, success criterion 1.4.3, level AA)."""

OUTLINE_CONTRAST = 3.0
"""Least contrast of what is no text but carries meaning (success criterion 1.4.11)."""


def luminance(value: str) -> float:
    """Return the relative luminance of ``#rrggbb``: 0 for black, 1 for white."""

    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = _channels(value)
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=4096)
def mix(first: str, second: str, share: float) -> str:
    """Return ``first`` with ``share`` (0 to 1) of it replaced by ``second``."""
    mixed = (round(a + (b - a) * share) for a, b in zip(_channels(first), _channels(second), strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


@lru_cache(maxsize=4096)
def legible(value: str, behind: str, least: float) -> str:
    """Return ``value``, moved towards black or white no further than needed for ``least`` contrast with ``behind``."""
    pole = "#000000" if luminance(behind) > 0.18 else "#ffffff"
    moved = value
    for step in range(1, 21):
        if contrast(moved, behind) >= least:
            break
        moved = mix(value, pole, step / 20)
    return moved


def _channels(value: str) -> tuple[int, int, int]:
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
