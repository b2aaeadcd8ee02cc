"""The hands and eyes of a replay: presses that are counted, the caret, the selection and the focus."""

from __future__ import annotations

from annotator.domain.labels import LabelScheme
from annotator.domain.text import Range
from tests.e2e.replay_plan import caret_moves, selecting_keys, shortest, step_keys, walk_length
from tests.e2e.replay_result import FOCUS, Tally
from tests.e2e.window_support import Driver

BY_JUMP, BY_CARET = "jump", "caret"


class Astray(AssertionError):
    """A key did not do what the table of keys says, or no keys lead to what is wanted."""


class Hands:
    """In front of one window.  ``way`` says how a selection is made: by jump hints or by plain caret."""

    def __init__(self, user: Driver, tally: Tally, way: str = BY_JUMP) -> None:
        self.user, self.view, self.tally, self.way = user, user.view, tally, way
        self._presses = 0

    @property
    def scheme(self) -> LabelScheme:
        """The labels of the open document."""
        return self.user.document.scheme

    # Presses

    def press(self, *keys: str) -> None:
        """Press keys, each counted."""
        for key in keys:
            self.user.press(key)
            self._presses += 1

    def counted(self, kind: str) -> None:
        """Put the presses since the last count down to one thing that was done."""
        self.tally.add(kind, self._presses)
        self._presses = 0

    def must(self, holds: bool, otherwise: str) -> None:
        """Stop unless the window is as it should be."""
        if not holds:
            raise Astray(f"{self.user.document.document.name}: {otherwise}")

    # Caret and selection

    def select(self, wanted: Range) -> None:
        """Select, or put the caret on a single token."""
        if self.way == BY_JUMP:
            self._select_by_jump(wanted)
        else:
            self._select_by_caret(wanted)

    def _select_by_jump(self, wanted: Range) -> None:
        tokens = self.user.document.tokens
        covered = tokens.covered(*wanted)
        self.jump(tokens.starts[covered[0]])
        if not tokens.aligned(*wanted):
            self._select_inside(wanted)
        elif len(covered) > 2:
            self.jump(tokens.starts[covered[-1]], extend=True)
        elif len(covered) == 2:
            self._extend(wanted)
        if len(covered) > 1 and tokens.aligned(*wanted):
            self.must(self.view.selection == wanted, f"{self.view.selection} is selected and not {wanted}")

    def jump(self, offset: int, *, extend: bool = False) -> None:
        """Go to a token by its letters, or select up to its end."""
        self.press("f")
        self.page_to(offset, offset)
        *first, last = self.user.letters_for(offset)
        self.press(*first, f"Shift+{last.upper()}" if extend else last)
        if not extend:
            self.must(self.view.caret == offset, f"the caret is at {self.view.caret} and not at {offset}")

    def page_to(self, value: object, offset: int) -> None:
        """Turn pages one way until there are letters for ``value``, which stands at an offset: out of view, or on a line cut by an edge."""
        if value in self.user.hints().values():
            return
        bar = self.view.verticalScrollBar()
        key = "PgDown" if 2 * offset > sum(self.view.scene().range) else "PgUp"
        while value not in self.user.hints().values():
            before = bar.value()
            self.press(key)
            self.tally.paged += 1
            self.must(bar.value() != before, f"paging never shows {offset}")

    def _select_inside(self, wanted: Range) -> None:
        """Select by characters, from the start of the token that the caret stands at."""
        text, tokens = self.user.document.text, self.user.document.tokens
        steps = step_keys(text, self.view.caret, wanted[0])
        keys = selecting_keys(text, tokens, wanted[0], wanted) if steps is not None else None
        if steps is None or keys is None:
            return  # the token is labelled and its edges moved
        for key in (*steps, *keys):
            self.press(self._turned(key))
        self.must(self.view.selection == wanted, f"{self.view.selection} is selected and not {wanted}")

    def _extend(self, wanted: Range) -> None:
        """Select whole tokens from the caret, which stands at the first or behind the last of them."""
        key = "Shift+Right" if self.view.caret == wanted[0] else "Shift+Left"
        for _ in self.user.document.tokens.covered(*wanted):
            self.press(self._turned(key))

    def _turned(self, key: str) -> str:
        """Return the arrow key that does the same where the text runs to the left."""
        geometry = self.view.builder.geometry
        if not geometry.runs_leftward(geometry.line_of(self.view.caret)):
            return key
        return key.replace("Right", "Left") if key.endswith("Right") else key.replace("Left", "Right")

    def _select_by_caret(self, wanted: Range) -> None:
        tokens = self.user.document.tokens
        covered = tokens.covered(*wanted)
        goals = {tokens.starts[covered[0]]}
        aligned = tokens.aligned(*wanted)
        if aligned and len(covered) > 1 and covered[-1] + 1 < len(tokens):
            goals.add(tokens.starts[covered[-1] + 1])
        self._go(goals)
        if not aligned:
            self._select_inside(wanted)
        elif len(covered) > 1:
            self._extend(wanted)
            self.must(self.view.selection == wanted, f"{self.view.selection} is selected and not {wanted}")

    def _go(self, goals: set[int]) -> None:
        """Take the caret to the nearest of some places, by arrow keys alone."""
        keys = shortest((self.view.caret, None), lambda state: state[0] in goals, self._caret_states)
        self.must(keys is not None, f"no arrow keys lead from {self.view.caret} to {goals}")
        if not keys and self.user.span is not None:  # here, but a label key would relabel the span that has the focus
            self.press("Esc")
        state = (self.view.caret, None)
        for key in keys or ():
            state = self._caret_states(state)[key]
            self.press(key)
            self.must(self.view.caret == state[0], f"{key} took the caret to {self.view.caret} and not to {state[0]}")

    def _caret_states(self, state: tuple[int, float | None]) -> dict[str, tuple[int, float | None]]:
        """Return where each key takes the caret; several steps up or down keep to where the first one began."""
        offset, goal = state
        document, geometry = self.user.document, self.view.builder.geometry
        line = geometry.line_of(offset)
        found: dict[str, tuple[int, float | None]] = {
            key: (place, None) for key, place in caret_moves(document.tokens, document.sentences, offset).items()
        }
        if geometry.runs_leftward(line):
            swapped = {"Left": found.get("Right"), "Right": found.get("Left")}
            found = {key: value for key, value in {**found, **swapped}.items() if value is not None}
        on_line = document.tokens.covered(line.start, line.end)
        if on_line:
            edges = document.tokens.starts[on_line[0]], document.tokens.starts[on_line[-1]]
            found["Home"], found["End"] = (max(line.start, edges[0]), None), (edges[1], None)
        goal = goal if goal is not None else geometry.x_of(line, offset)
        for key, direction in (("Up", -1), ("Down", 1)):
            other = geometry.next_line(line, direction)
            while other is not None and other.start == other.end:
                other = geometry.next_line(other, direction)
            if other is not None:
                place = geometry.offset_on(other, goal + 1)
                index = document.tokens.at(place)
                found[key] = (place if index is None else document.tokens.starts[index], goal)
        return found

    # The focus

    def focus(self, span_id: str) -> None:
        """Give a span the focus, by walking or by a jump close to it, and count that apart."""
        user, document = self.user, self.user.document
        if user.span is not None and user.span.id == span_id:
            return
        wanted = document.span(span_id)
        walk = self._walk(span_id)
        at_start = walk_length(document.spans(), None, wanted.start, wanted)
        if abs(walk[0]) > 3 + at_start:
            token = document.tokens.at(wanted.start)
            if token is not None and document.tokens.starts[token] == wanted.start:
                self.jump(wanted.start)
                walk = self._walk(span_id)
        steps, forwards, backwards = walk
        for _ in range(abs(steps)):
            self.press(forwards if steps > 0 else backwards)
        self.counted(FOCUS)
        found = user.span
        self.must(found is not None and found.id == span_id, f"{found} has the focus and not {wanted}")

    def _walk(self, span_id: str) -> tuple[int, str, str]:
        document, caret, focused = self.user.document, self.view.caret, self.user.span
        wanted = document.span(span_id)
        found = (walk_length(document.spans(), focused, caret, wanted), "Tab", "Shift+Tab")
        if not wanted.reviewed:
            unreviewed = [span for span in document.spans() if not span.reviewed]
            found = min((walk_length(unreviewed, focused, caret, wanted), ".", ","), found, key=lambda one: abs(one[0]))
        return found
