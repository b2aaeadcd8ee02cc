"""The caret and the selection: plain offsets in code points, moved by token, character and sentence.

The caret stands at token starts unless the person works by characters.  A selection runs from ``anchor`` to ``position``; moving by
tokens keeps both on token borders, moving by characters does not.  White space at the edges of a selection is trimmed when it is read.

Who wins (the window acts by it): a selection, then the focused span or relation, then the token at the caret.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from annotator.domain.text import Range, Tokens, snap, trim

_JOINER = "\u200d"


@dataclass(slots=True)
class Caret:
    """Anchor and position over one text.  With ``characters`` set, the standing unit is the character."""

    text: str
    tokens: Tokens
    sentences: Sequence[int]
    anchor: int = 0
    position: int = 0
    characters: bool = False

    @property
    def selection(self) -> Range | None:
        """The selected range, trimmed; None if empty or only white space."""
        start, end = trim(self.text, *sorted((self.anchor, self.position)))
        return (start, end) if start < end else None

    @property
    def token(self) -> Range | None:
        """The token at the caret, or the next one; None after the last."""
        index = self.tokens.at(self.position)
        if index is None:
            index = self.tokens.first_from(self.position)
        return self.tokens[index] if index < len(self.tokens) else None

    def place(self, offset: int) -> None:
        """Put the caret at ``offset`` exactly (kept inside the text) and select nothing."""
        self.anchor = self.position = max(0, min(offset, len(self.text)))

    def select(self, start: int, end: int) -> None:
        """Select ``[start, end)`` exactly; the caret is at ``end``."""
        self.anchor, self.position = (max(0, min(offset, len(self.text))) for offset in (start, end))

    def drag(self, origin: int, offset: int, *, exact: bool) -> None:
        """Select what a pointer covers that went from ``origin`` to ``offset``: whole tokens, or characters if ``exact``."""
        low, high = sorted((origin, offset))
        found = trim(self.text, low, high) if exact else snap(self.tokens, self.text, low, high)
        if found is None or found[0] == found[1]:
            self.place(origin)
        elif offset >= origin:
            self.anchor, self.position = found
        else:
            self.position, self.anchor = found

    def step(self, unit: str, direction: int, *, extend: bool) -> None:
        """Move by ``token``, ``character`` or ``sentence``, forwards (1) or backwards (-1)."""
        if unit == "token" and self.characters:
            unit = "character"
        if extend:
            self._extend(unit, direction)
            return
        selected = self.selection
        if selected is not None:
            self.place(selected[0] if direction < 0 else selected[1])
            if unit == "token" and direction > 0:
                self._to_token_from(self.position)
            return
        if unit == "character":
            self.place(next_character(self.text, self.position, direction))
        elif unit == "sentence":
            self.place(self._sentence_step(direction))
        elif direction > 0:
            index = bisect_right(self.tokens.starts, self.position)
            if index < len(self.tokens):
                self.place(self.tokens.starts[index])
        else:
            index = bisect_left(self.tokens.starts, self.position) - 1
            self.place(self.tokens.starts[index] if index >= 0 else 0)

    def move_to(self, offset: int, *, extend: bool) -> None:
        """Go to the token at ``offset`` (to the character, by characters); with ``extend`` the selection reaches over that token."""
        if self.characters:
            self.position = offset
        else:
            index = self.tokens.at(offset)
            if extend and self.anchor == self.position:
                self._anchor_on_token(1 if offset >= self.anchor else -1)
            if index is None:
                self.position = offset
            elif extend and offset >= self.anchor:
                self.position = self.tokens.ends[index]
            else:
                self.position = self.tokens.starts[index]
        if not extend:
            self.anchor = self.position

    def _to_token_from(self, offset: int) -> None:
        index = bisect_left(self.tokens.starts, offset)
        if index < len(self.tokens):
            self.place(self.tokens.starts[index])
        elif len(self.tokens):
            self.place(self.tokens.starts[-1])

    def _extend(self, unit: str, direction: int) -> None:
        if unit == "character":
            self.position = next_character(self.text, self.position, direction)
        elif unit == "sentence":
            self._extend_by_sentence(direction)
        elif direction > 0:
            self._extend_right()
        else:
            self._extend_left()

    def _extend_right(self) -> None:
        starts, ends = self.tokens.starts, self.tokens.ends
        if self.position < self.anchor:
            index = bisect_right(starts, self.position)
            self.position = min(starts[index], self.anchor) if index < len(starts) else self.anchor
            return
        if self.position == self.anchor:
            self._anchor_on_token(1)
        index = bisect_right(ends, self.position)
        if index < len(ends):
            self.position = ends[index]

    def _extend_left(self) -> None:
        starts, ends = self.tokens.starts, self.tokens.ends
        if self.position > self.anchor:
            index = bisect_left(ends, self.position) - 1
            self.position = max(ends[index], self.anchor) if index >= 0 else self.anchor
            return
        if self.position == self.anchor:
            self._anchor_on_token(-1)
        index = bisect_left(starts, self.position) - 1
        if index >= 0:
            self.position = starts[index]

    def _anchor_on_token(self, direction: int) -> None:
        """Before the first token is taken in, move a caret inside a token (or in a gap) to the border the selection grows from."""
        index = self.tokens.at(self.position)
        if index is not None and self.position != self.tokens.starts[index]:
            self.anchor = self.position = self.tokens.starts[index] if direction > 0 else self.tokens.ends[index]

    def _extend_by_sentence(self, direction: int) -> None:
        if direction < 0:
            self.position = self._sentence_step(-1)
            return
        if self.position == self.anchor:
            self._anchor_on_token(1)
        current = sentence_at(self.tokens, self.sentences, self.position)
        if current is not None and self.position >= current[1]:
            current = sentence_at(self.tokens, self.sentences, current[1])
        self.position = current[1] if current else self.position

    def _sentence_step(self, direction: int) -> int:
        if not len(self.tokens) or not self.sentences:
            return self.position
        start = self.tokens.starts.__getitem__
        search = bisect_right if direction > 0 else bisect_left
        index = search(self.sentences, self.position, key=start) - (direction < 0)
        if 0 <= index < len(self.sentences):
            return start(self.sentences[index])
        return self.position if direction > 0 else 0


def sentence_at(tokens: Tokens, sentences: Sequence[int], offset: int) -> Range | None:
    """Return the range of the sentence that holds ``offset``, from its first token's start to its last token's end."""
    if not len(tokens) or not sentences:
        return None
    index = min(tokens.first_from(offset), len(tokens) - 1)
    number = max(0, bisect_right(sentences, index) - 1)
    last = sentences[number + 1] - 1 if number + 1 < len(sentences) else len(tokens) - 1
    return tokens.starts[sentences[number]], tokens.ends[last]


def next_character(text: str, offset: int, direction: int) -> int:
    """Return the next place between characters as a reader sees them: combining marks, joined emoji and CRLF are not cut."""
    offset += direction
    while 0 < offset < len(text) and _continues(text, offset):
        offset += direction
    return max(0, min(offset, len(text)))


def _continues(text: str, offset: int) -> bool:
    """Tell whether the character at ``offset`` belongs to the one before."""
    character, before = text[offset], text[offset - 1]
    if before == "\r" and character == "\n":
        return True
    if _JOINER in (before, character):
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff":  # skin tones
        return True
    if _is_regional(character) and _is_regional(before):
        run = 0
        while offset - run - 1 >= 0 and _is_regional(text[offset - run - 1]):
            run += 1
        return run % 2 == 1
    return unicodedata.category(character) in {"Mn", "Me"}


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def edge_range(*, tokens: Tokens, text: str, fragments: Sequence[Range], start_edge: bool, offset: int, exact: bool) -> Range:
    """Return the outer range of a span whose start or end edge is dragged to ``offset``: on token borders, or exact, never empty."""
    (first_start, first_end), (last_start, last_end) = fragments[0], fragments[-1]
    if start_edge:
        offset = max(0, min(offset, first_end - 1))
        if not exact:
            offset = _token_border(tokens, offset, start=True)
        start = trim(text, offset, first_end)[0]
        return (start if start < first_end else first_start), last_end
    offset = max(last_start + 1, min(offset, len(text)))
    if not exact:
        offset = _token_border(tokens, offset, start=False)
    end = trim(text, last_start, offset)[1]
    return first_start, (end if end > last_start else last_end)


def _token_border(tokens: Tokens, offset: int, *, start: bool) -> int:
    if start:
        index = tokens.at(offset)
        return tokens.starts[index] if index is not None else offset
    index = tokens.at(offset - 1)
    return tokens.ends[index] if index is not None else offset
