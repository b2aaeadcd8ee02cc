"""Colours, type and spacing of the window: two themes as plain values, and what is derived from them.

Colours are ``#rrggbb`` texts, so that a theme is a hashable value and the contrast sums need no Qt; ``theme_qt`` makes
``QColor``, ``QFont`` and ``QPalette`` of them.
Contrast is WCAG 2.2's (relative luminance of sRGB): text has at least 4.5 against what is behind it, outlines at least 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from annotator.domain.colors import OUTLINE_CONTRAST, TEXT_CONTRAST, contrast, legible, mix

ARTICLE_FAMILIES = (
    "Inter",
    "Segoe UI",
    "SF Pro Text",
    "Helvetica Neue",
    "Noto Sans",
    "Cantarell",
    "Ubuntu",
    "DejaVu Sans",
    "Arial",
)
"""Families for reading, best first; Qt takes the first that is there and falls back by script for what it lacks."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How the article is set: font (empty: the best of ``ARTICLE_FAMILIES``), size at 100 % zoom, width of the column, and spacing.

    ``columns`` is the width in average characters, 0 for as wide as the window.  ``dense`` leaves no spare room between lines.
    """

    family: str = ""
    points: float = 13.0
    columns: int = 90
    dense: bool = False


USUAL_TEXT = TextStyle()


@dataclass(frozen=True, slots=True)
class Theme:
    """One look.  Sizes are in device-independent pixels at 100 % zoom; ``space`` is the unit of all distances.

    ``border`` parts one thing from another, ``outline`` is what a field or a box to tick is known by.  ``chosen`` is the ground of a
    chosen row, pale enough that the colours of labels are still told on it.
    """

    name: str
    dark: bool
    page: str
    text: str
    quiet_text: str
    window: str
    raised: str
    border: str
    outline: str
    accent: str
    accent_text: str
    chosen: str
    chosen_text: str
    selection: str
    caret_token: str
    hit: str
    current_hit: str
    arc: str
    hint: str
    hint_text: str
    warning: str
    good: str
    space: int = 4
    radius: int = 4


LIGHT = Theme(
    name="light",
    dark=False,
    page="#fdfdfc",
    text="#1d2126",
    quiet_text="#5b636d",
    window="#f1f2f3",
    raised="#ffffff",
    border="#d3d7dc",
    outline="#838b95",
    accent="#1f5fbf",
    accent_text="#ffffff",
    chosen="#cfdff6",
    chosen_text="#1d2126",
    selection="#b9d5fb",
    caret_token="#e3e9f2",
    hit="#ffe9a3",
    current_hit="#ffc94a",
    arc="#717b87",
    hint="#fff3c4",
    hint_text="#3d2f00",
    warning="#a33b00",
    good="#1c6b3c",
)

DARK = Theme(
    name="dark",
    dark=True,
    page="#1b1e22",
    text="#e4e7ea",
    quiet_text="#9aa4af",
    window="#24282d",
    raised="#2c3137",
    border="#3c434b",
    outline="#7d8792",
    accent="#7fb2ff",
    accent_text="#0d1c30",
    chosen="#2e4669",
    chosen_text="#f0f3f6",
    selection="#2f5583",
    caret_token="#2e353f",
    hit="#5a4a12",
    current_hit="#775c08",
    arc="#8b96a3",
    hint="#f0d264",
    hint_text="#241c00",
    warning="#ffae7a",
    good="#7fd6a0",
)

THEMES = {"light": LIGHT, "dark": DARK}


@dataclass(frozen=True, slots=True)
class LabelColors:
    """What the view paints a label with: ``fill`` behind text, ``edge`` for bars and outlines, the chip, and the strong chip."""

    fill: str
    edge: str
    chip: str
    chip_text: str
    strong: str
    strong_text: str


@lru_cache(maxsize=512)
def label_colors(theme: Theme, base: str) -> LabelColors:
    """Derive the shades of a label from its base colour, so that text keeps its contrast in this theme."""
    base = base or theme.quiet_text
    fill = _tint(theme, base, 0.30 if theme.dark else 0.20, theme.text, TEXT_CONTRAST)
    edge = legible(base, theme.page, OUTLINE_CONTRAST)
    chip = _tint(theme, base, 0.20 if theme.dark else 0.12, theme.text, TEXT_CONTRAST)
    ink = legible(base, chip, TEXT_CONTRAST + 0.3)
    strong_text = "#ffffff" if not theme.dark else "#14171a"
    strong = legible(base, strong_text, TEXT_CONTRAST)
    return LabelColors(fill, edge, chip, ink, strong, strong_text)


def _tint(theme: Theme, base: str, share: float, ink: str, least: float) -> str:
    while share > 0.02:
        tint = mix(theme.page, base, share)
        if contrast(ink, tint) >= least:
            return tint
        share -= 0.02
    return theme.page
