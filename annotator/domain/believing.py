"""Which of several suggesters is believed where they suggest something for the same piece of text.

The surest is, and among equals the one that comes first in the project's order; a suggestion without a confidence counts as sure.  What one
suggester says itself, nested spans too, never stands against itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from annotator.domain.text import Range

_SIDE = 64
"""Code points of one field of the ground: a span is seldom in more than two."""


class Ground:
    """Pieces of a text, each with an owner; tells in constant time whether a further piece meets one of another owner's."""

    def __init__(self) -> None:
        self._fields: defaultdict[int, list[tuple[int, int, Hashable]]] = defaultdict(list)

    def add(self, fragments: Iterable[Range], owner: Hashable) -> None:
        """Put a span down (code points)."""
        for start, end in fragments:
            for number in range(start // _SIDE, (end - 1) // _SIDE + 1):
                self._fields[number].append((start, end, owner))

    def meets(self, fragments: Iterable[Range], owner: Hashable) -> bool:
        """Tell whether a span shares text with one of another owner."""
        return any(
            low < end and high > start and other != owner
            for start, end in fragments
            for number in range(start // _SIDE, (end - 1) // _SIDE + 1)
            for low, high, other in self._fields.get(number, ())
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A suggested span: its fragments (code points), how sure its suggester is, and the place of that one in the project's order."""

    fragments: tuple[Range, ...]
    confidence: float | None
    place: int


def believed(candidates: Sequence[Candidate], ground: Ground | None = None) -> list[bool]:
    """Tell of each candidate whether it is shown to a person.

    ``ground`` holds what stands already and may not be crossed; those that are shown are put down on it, each owned by its place.
    """
    ground = Ground() if ground is None else ground
    shown = [False] * len(candidates)

    def order(number: int) -> tuple[float, int, Range]:
        one = candidates[number]
        return (-(1.0 if one.confidence is None else one.confidence), one.place, one.fragments[0])

    for number in sorted(range(len(candidates)), key=order):
        one = candidates[number]
        if not ground.meets(one.fragments, one.place):
            ground.add(one.fragments, one.place)
            shown[number] = True
    return shown
