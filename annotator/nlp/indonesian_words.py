"""The words of a text as the rules of ``indonesian-news`` see them: their own cut, whatever the project's tokenizer does."""

from __future__ import annotations

import re
from collections.abc import Callable

from annotator.domain.text import Tokens

_WORD = re.compile(r"\w+(?:[-.,:/'’&@](?!(?:nya|lah|kah|pun|nyalah)\b)\w+)*|[^\w\s]")


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text as a set: how the lists of the rules are written down."""
    return frozenset(words.split())


_OPENING = frozenset("\"'“‘«([*•-–—")
_MARKS = frozenset(".!?:")
_ABBREVIATED = word_set("dr prof ir drs dra h hj kh st jl no tgl mr mrs ms jr sr alm tbk inc corp ltd co rp drg")


class Words:
    """The words of one text, in parallel lists.

    ``starts`` and ``ends`` are code points, ``low`` the words in small letters.  ``first`` tells of each word whether it begins a
    sentence, ``close`` whether nothing but blanks of one line stand between it and the word before.  ``taken`` is for the rules:
    a word belongs to the first that claims it.
    """

    __slots__ = ("close", "ends", "first", "low", "starts", "taken", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        spans = [match.span() for match in _WORD.finditer(text)]
        self.starts: list[int] = [start for start, _ in spans]
        self.ends: list[int] = [end for _, end in spans]
        self.words: list[str] = [text[start:end] for start, end in spans]
        self.low = [word.lower() for word in self.words]
        self.taken = [False] * len(spans)
        self.close = [True] * len(spans)
        self.first = [False] * len(spans)
        self._mark_borders()

    def __len__(self) -> int:
        return len(self.words)

    def _mark_borders(self) -> None:
        text, close, first, low = self.text, self.close, self.first, self.low
        begins, end = True, 0
        for index, (word, start) in enumerate(zip(self.words, self.starts, strict=True)):
            if start - end > 1 or (start > end and text[end] != " "):
                gap = text[end:start]
                if "\n" in gap or "\r" in gap:
                    close[index], begins = False, True
                elif len(gap) > 3:
                    close[index] = False
            if begins:
                first[index] = True
                begins = word in _OPENING
            if word in _MARKS:
                before = low[index - 1] if index else ""
                begins = word == ":" or not (word == "." and (len(before) == 1 or before in _ABBREVIATED))
            end = self.ends[index]
        if first:
            close[0] = False

    def piece(self, first: int, last: int) -> str:
        """Return the words of a range joined by single blanks."""
        return self.words[first] if last - first == 1 else " ".join(self.words[first:last])

    def capital(self, index: int) -> bool:
        """Tell whether a word begins with a capital letter."""
        return self.words[index][0].isupper()


def aligner(text: str, tokens: Tokens) -> Callable[[int, int], tuple[int, int]]:
    """Return what moves the edges of a span to those of the project's tokens.

    An edge inside a token goes to the token's edge where only marks lie between; where letters or digits do, the text demands the cut
    and the edge stays.
    """

    def aligned(start: int, end: int) -> tuple[int, int]:
        index = tokens.at(start)
        if index is not None:
            border = tokens.starts[index]
            if border < start and not any(character.isalnum() for character in text[border:start]):
                start = border
        index = tokens.at(end - 1)
        if index is not None:
            border = tokens.ends[index]
            if border > end and not any(character.isalnum() for character in text[end:border]):
                end = border
        return start, end

    return aligned
