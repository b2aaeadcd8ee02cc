"""Dashed lines as plain rectangles, pure.

Qt's dashing of a rounded outline costs ten times what a solid one does, and begins anew where something clips it.  Rectangles cost little
and stay where they are; and with a dash at either end, corners close.
"""

from __future__ import annotations

Bar = tuple[float, float, float, float]
"""Left, top, width, height."""


def dashes(low: float, high: float, dash: float, gap: float) -> list[tuple[float, float]]:
    """Return dashes (start, length) that fill a stretch, one at each end; the gaps are ``gap`` or somewhat more, never less.

    A stretch too short for two dashes is one.
    """
    length = high - low
    count = int((length + gap) / (dash + gap) + 1e-6)
    if count < 2:
        return [(low, length)] if length > 0 else []
    pitch = (length - dash) / (count - 1)
    return [(low + number * pitch, dash) for number in range(count)]


def dashed_line(first: tuple[float, float], second: tuple[float, float], *, pen: float, dash: float, gap: float) -> list[Bar]:
    """Return the dashes of a level or upright line that is ``pen`` thick."""
    (x0, y0), (x1, y1) = first, second
    if y0 == y1:
        return [(start, y0 - pen / 2, length, pen) for start, length in dashes(min(x0, x1), max(x0, x1), dash, gap)]
    return [(x0 - pen / 2, start, pen, length) for start, length in dashes(min(y0, y1), max(y0, y1), dash, gap)]


def dashed_frame(left: float, top: float, right: float, bottom: float, *, pen: float, dash: float, gap: float) -> list[Bar]:
    """Return the dashes of a frame whose lines run inside these edges."""
    half = pen / 2
    low, high = top + half, bottom - half
    sides = [
        ((left, low), (right, low)),
        ((left, high), (right, high)),
        ((left + half, top), (left + half, bottom)),
        ((right - half, top), (right - half, bottom)),
    ]
    return [bar for one, other in sides for bar in dashed_line(one, other, pen=pen, dash=dash, gap=gap)]
