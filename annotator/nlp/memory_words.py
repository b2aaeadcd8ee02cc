"""The words of a document as the memory sees them: how they look, and what stands around."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

View = tuple[object, ...]


@lru_cache(maxsize=1 << 16)
def _look(word: str) -> tuple[str, str, bool]:
    """Return a word in small letters, a name for how it looks, and whether it is written with a capital."""
    if word.isupper():
        return word.lower(), "A" if len(word) == 1 else "AA" if len(word) <= 5 else "AAA", True
    if word[:1].isupper():
        return word.lower(), "Aa" if word.istitle() else "Ax" if word.isalpha() else "A-", True
    if word.isalpha():
        return word.lower(), "aa" if word.islower() else "aA", False
    if any(map(str.isdigit, word)):
        return word, "9" if word[0].isdigit() else "9x", False
    return word, word if len(word) == 1 else "p", False


class Words:
    """The words of one document as the counts see them.  ``begins`` holds the tokens that begin a sentence."""

    __slots__ = ("begins", "capital", "kinds", "last", "lower", "words")

    def __init__(self, words: Sequence[str], sentences: Iterable[int]) -> None:
        self.words = words
        looks = [_look(word) for word in words]
        self.lower = [look[0] for look in looks]
        self.kinds = [look[1] for look in looks]
        self.capital = [look[2] for look in looks]
        self.begins = {0, *sentences}
        self.last = len(words) - 1

    def run_at(self, index: int) -> tuple[int, int]:
        """Return where the run of capitalised words of one sentence around ``index`` begins and stops; the token alone if it is none."""
        first = stop = index
        if self.capital[index]:
            while first not in self.begins and self.capital[first - 1] and index - first < 8:
                first -= 1
            while stop < self.last and stop + 1 not in self.begins and self.capital[stop + 1] and stop - index < 8:
                stop += 1
        return first, stop + 1

    def views(self, index: int, run: tuple[int, int]) -> tuple[View | str | None, ...]:
        """Return the keys of the dozen views of a token that ``memory_context`` counts; None for a view it has not.

        ``run`` is what ``run_at`` gives for it.
        """
        word, lower, kinds = self.words[index], self.lower, self.kinds
        kind, first = kinds[index], index in self.begins
        last = index == self.last or index + 1 in self.begins
        before, before_kind = ("", "") if first else (lower[index - 1], kinds[index - 1])
        after, after_kind = ("", "") if last else (lower[index + 1], kinds[index + 1])
        second = "" if first or index - 1 in self.begins else lower[index - 2]
        next_but_one = "" if last or index + 1 == self.last or index + 2 in self.begins else lower[index + 2]
        local = (
            word,
            lower[index],
            (word[-3:], kind),
            (kind, first or before_kind in ("", '"', "'", "“")),
            before,
            after,
            (second, before_kind),
            (next_but_one, after_kind),
            (before, word),
        )
        if not self.capital[index]:
            return (*local, None, None, None, None)
        begin, stop = run
        outside = "" if begin in self.begins else lower[begin - 1]
        return (
            *local,
            (outside, index == begin),
            lower[begin] if begin < index else None,
            lower[stop - 1] if stop - 1 > index else None,
            (min(index - begin, 3), min(stop - index, 3), kind, begin in self.begins),
        )
