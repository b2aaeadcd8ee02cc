"""Lengths for the texts of an SVG file that Qt wrote, so that a viewer without the font squeezes each into its place."""

from __future__ import annotations

import html
import re

from PySide6.QtGui import QFont, QFontMetricsF

_TEXT = re.compile(
    r'<text (?P<before>[^>]*?font-family="(?P<families>[^"]*)" font-size="(?P<pixels>[^"]*)" font-weight="(?P<weight>\d+)"[^>]*)>'
    r"(?P<text>[^<]*)</text>"
)


def with_lengths(svg: str, resolution: float) -> str:
    """Return the SVG with a ``textLength`` (SVG 1.1, section 10.5) on every text, as measured here.

    ``resolution`` is the dots per inch at which points were made into the pixels of the file.
    """
    measures: dict[tuple[str, str, str], QFontMetricsF] = {}

    def told(found: re.Match[str]) -> str:
        kind = found["families"], found["pixels"], found["weight"]
        measure = measures.get(kind)
        if measure is None:
            measure = measures[kind] = QFontMetricsF(_font(*kind, resolution))
        length = measure.horizontalAdvance(html.unescape(found["text"]))
        if not length:
            return found.group()
        return f'<text {found["before"]} textLength="{length:.2f}" lengthAdjust="spacingAndGlyphs">{found["text"]}</text>'

    return _TEXT.sub(told, svg)


def _font(families: str, pixels: str, weight: str, resolution: float) -> QFont:
    font = QFont()
    font.setFamilies(html.unescape(families).split(","))
    font.setPointSizeF(float(pixels) * 72 / resolution)
    font.setWeight(QFont.Weight(int(weight)))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
