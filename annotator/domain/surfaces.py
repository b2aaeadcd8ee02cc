"""Where a document says any of very many texts: the places that ``propagation`` would find for each of them, in one walk.

The walk goes from token to token and looks up what begins there, so it costs the same however many texts there are.  Of places that share
text, the one that begins first is taken, and of those the longest: "Bank" is not found in "Bank Indonesia" where both are known.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from annotator.domain.propagation import ENDINGS, fold, keys_for, shortest_form, stems_of, word_borders
from annotator.domain.text import Tokens

LONGEST = 120
"""Code points of the longest text that is looked for; what is longer hardly occurs twice."""

_CLITICS = 9
"""Most code points that clitics and their hyphens add to a text."""

_HEAD = re.compile(r"\w+|\W")
_BLANK = re.compile(r"\s")


class Surfaces:
    """Texts to be found, by their keys (``propagation.key_of``).  ``places`` may be asked of any number of documents."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = {key for key in keys if 0 < len(key) <= LONGEST}
        self._forms = set(map(fold, self._keys))
        self._longest: dict[str, int] = {}
        for form in self._forms:
            head = _head(form, 0)
            self._longest[head] = max(len(form), self._longest.get(head, 0))

    def __len__(self) -> int:
        return len(self._keys)

    def places(self, text: str, tokens: Tokens) -> Iterator[tuple[int, int, str]]:
        """Yield (start, end, key) of the places in text order (code points); they do not overlap."""
        starts, ends = (tokens.starts, tokens.ends) if tokens else word_borders(text)
        folded = _BLANK.sub(" ", fold(text))
        reached = 0
        for index, start in enumerate(starts):
            if start < reached:
                continue
            stop = ends[index]
            longest = self._longest_from(folded[start:stop])
            if not folded[start:stop].isalnum() or folded[stop : stop + 1].isalnum():  # the token is no word, or a part of one
                longest = max(longest, self._longest_from(_head(folded, start)))
            if not longest:
                continue
            best = None
            for number in range(index, bisect_right(ends, start + longest + _CLITICS)):
                end = ends[number]
                if self._may_say(folded[start:end]) and (key := self._key(text[start:end])):
                    best = start, end, key
            if best is not None:
                yield best
                reached = best[1]

    def _longest_from(self, head: str) -> int:
        longest = self._longest.get(head, 0)
        if head.endswith(ENDINGS):
            longest = max(longest, *(self._longest.get(stem, 0) for stem in stems_of(head)))
        return longest

    def _may_say(self, piece: str) -> bool:
        if "  " in piece:
            piece = " ".join(piece.split())
        return piece in self._forms or (piece.endswith(ENDINGS) and shortest_form(piece) in self._forms)

    def _key(self, surface: str) -> str:
        return next((key for key in keys_for(surface) if key in self._keys), "")


def _head(text: str, start: int) -> str:
    found = _HEAD.match(text, start)
    return found.group() if found else ""
