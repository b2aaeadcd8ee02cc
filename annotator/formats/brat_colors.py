"""The colours of brat's ``visual.conf``: by number, or by their names in CSS."""

from __future__ import annotations

import re

_COLORS = {
    "black": "#000000", "white": "#ffffff", "gray": "#808080", "grey": "#808080", "lightgray": "#d3d3d3", "darkgray": "#a9a9a9",
    "red": "#ff0000", "green": "#008000", "blue": "#0000ff", "yellow": "#ffff00", "orange": "#ffa500", "purple": "#800080",
    "pink": "#ffc0cb", "brown": "#a52a2a", "cyan": "#00ffff", "magenta": "#ff00ff", "lime": "#00ff00", "olive": "#808000",
    "navy": "#000080", "teal": "#008080", "maroon": "#800000", "silver": "#c0c0c0", "gold": "#ffd700", "violet": "#ee82ee",
    "lightgreen": "#90ee90", "lightblue": "#add8e6", "lightskyblue": "#87cefa", "deepskyblue": "#00bfff", "turquoise": "#40e0d0",
    "salmon": "#fa8072", "khaki": "#f0e68c", "plum": "#dda0dd", "tan": "#d2b48c", "coral": "#ff7f50", "orchid": "#da70d6",
}  # fmt: skip
"""The colour names of CSS that brat's own configurations use, and the commonest others."""


def color_of(told: str) -> str:
    """Return a colour as ``#rrggbb``; an empty text for one that is not known."""
    told = told.lower()
    if re.fullmatch(r"#[0-9a-f]{3}", told):
        return "#" + "".join(digit * 2 for digit in told[1:])
    return told if re.fullmatch(r"#[0-9a-f]{6}", told) else _COLORS.get(told, "")
