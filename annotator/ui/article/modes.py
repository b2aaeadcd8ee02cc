"""Hint modes: letters to type over places in view.  A mode is a plain value the view asks; it emits nothing itself.

While a mode is on, only letters, Backspace and Esc are its; scrolling and paging pass through, and the letters are given out anew for
what is then in view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from annotator.domain.annotations import Span
from annotator.domain.text import Range
from annotator.ui.article.hints import hints_by_nearness, matching
from annotator.ui.article.paint_marks import Hint
from annotator.ui.article.scene import Scene, SceneBuilder

JUMP, RELATION = "jump", "relation"


@dataclass(slots=True)
class HintMode:
    """A mode in progress.

    ``places`` gives what can be chosen in a scene: an offset to put the letters at, and the value that is chosen (an offset for a
    jump, a span id for a relation).  ``origin`` is the offset whose neighbours get the shortest codes; ``source`` the span a relation
    starts from.
    """

    name: str
    origin: int
    places: Callable[[Scene], Sequence[tuple[int, int | str]]]
    source: str | None = None
    typed: str = ""
    codes: list[str] = field(default_factory=list)
    offered: list[tuple[int, int | str]] = field(default_factory=list)
    _shown: Range = (-1, -1)

    def offer(self, scene: Scene) -> None:
        """Give out letters for what is in view now; what is typed so far stays valid only while nothing scrolls."""
        if scene.range != self._shown:
            self._shown = scene.range
            self.offered = list(self.places(scene))
            self.codes = hints_by_nearness([offset for offset, _value in self.offered], self.origin)
            self.typed = ""

    def type(self, letter: str) -> int | str | None:
        """Take one letter; return the value once its code is complete.  A letter that leads nowhere changes nothing."""
        typed = self.typed + letter.lower()
        fitting = matching(self.codes, typed)
        if not fitting:
            return None
        self.typed = typed
        if self.codes[fitting[0]] == typed:
            return self.offered[fitting[0]][1]
        return None

    def erase(self) -> None:
        """Take back the last letter."""
        self.typed = self.typed[:-1]

    def hints(self, builder: SceneBuilder, scene: Scene) -> list[Hint]:
        """Return the plates to paint: those that still fit what is typed, none over another."""
        found: list[Hint] = []
        height = builder.metrics.chip
        lowest: dict[tuple[int, int], list[tuple[float, float]]] = {}
        lines = {plan.line.start: plan.line for plan in scene.plans}
        for index in matching(self.codes, self.typed):
            offset = self.offered[index][0]
            line = next((line for line in lines.values() if line.start <= offset < line.end), None)
            if line is None:
                continue
            width = builder.metrics.width(self.codes[index]) - builder.metrics.padding
            x = builder.geometry.x_of(line, offset)
            if builder.geometry.leftward(line, offset):
                x -= width
            level = 0
            while any(left < x + width and x < right for left, right in lowest.get((line.start, level), ())):
                level += 1
            lowest.setdefault((line.start, level), []).append((x, x + width))
            found.append(Hint(self.codes[index], len(self.typed), x, line.top + 3 - level * (height + 1)))
        return found


def jump_places(token_starts: Callable[[int, int], Sequence[int]]) -> Callable[[Scene], list[tuple[int, int | str]]]:
    """Return what a jump offers: every token start of the lines in view."""

    def places(scene: Scene) -> list[tuple[int, int | str]]:
        return [(offset, offset) for offset in token_starts(*scene.range)]

    return places


def target_places(legal: Callable[[Span], bool]) -> Callable[[Scene], list[tuple[int, int | str]]]:
    """Return what relation making offers: the legal targets in view, each where it first shows."""

    def places(scene: Scene) -> list[tuple[int, int | str]]:
        start = scene.range[0]
        return [(max(span.start, start), span.id) for span in scene.spans() if legal(span)]

    return places
