"""Finding things by a few letters of their names: beginnings of words, initials, letters left out or mistyped.

A query is cut into words, and each of them must fit some word of a name; the order does not matter.  From best to worst a word fits as
the whole word, its beginning, a part of it, the initials of several ("fl" for "flag for later"), with a typing error, with letters left
out.  Scores are shares of one and only good for comparing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

_WORD = re.compile(r"[^\W_]+")
_WHOLE, _BEGINNING, _PART, _INITIALS, _MISTYPED, _SPARSE = 1.0, 0.9, 0.65, 0.6, 0.5, 0.3
_COMPARABLE = 0.55
"""Share of the best fit that another must have to be listed beside it: initials stand beside a whole word, a typing error does not."""

_LATER = 0.02
"""What it costs to fit a word further behind: of two names the one that begins so comes first."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, without regard to case."""
    return tuple(_WORD.findall(text.casefold()))


def ranked(typed: str, things: Iterable[T], names: Callable[[T], Sequence[tuple[str, float]]]) -> list[T]:
    """Return the things that fit, the best first and equals in their order; all of them for an empty query.

    ``names`` gives what a thing is called, each with its weight (1.0: its own name).  What fits far worse than something else, with an
    error where that has none, is left out.
    """
    wanted = words_of(typed)
    if not wanted:
        return list(things) if not typed.strip() else []
    scored: list[tuple[float, float, T]] = []
    for one in things:
        fits = [(score(wanted, name), weight) for name, weight in names(one)]
        scored.append((max((fit * weight for fit, weight in fits), default=0.0), max((fit for fit, _ in fits), default=0.0), one))
    least = _COMPARABLE * max((fit for _, fit, _ in scored), default=0.0)
    return [one for value, fit, one in sorted(scored, key=lambda found: -found[0]) if value > 0 and fit >= least]


def score(wanted: Sequence[str], name: str) -> float:
    """Return how well the words of a query fit a name, 0 if one of them does not fit at all."""
    words = _known_words(name)
    if not words:
        return 0.0
    total = 0.0
    for word in wanted:
        fits = max(_fit(word, here) - _LATER * place for place, here in enumerate(words))
        if fits < _INITIALS and _initials(word, words):
            fits = _INITIALS - 0.001 * len(words)
        if fits <= 0:
            return 0.0
        total += fits
    return total / len(wanted) - 0.001 * len(words)


@lru_cache(maxsize=4096)
def _known_words(name: str) -> tuple[str, ...]:
    return words_of(name)


def _fit(wanted: str, word: str) -> float:
    if word.startswith(wanted):
        return _WHOLE if word == wanted else _BEGINNING
    if len(wanted) > 1 and wanted in word:
        return _PART
    allowed = (len(wanted) >= 4) + (len(wanted) >= 8)
    if allowed and wanted[0] in word[:2]:
        # the query may be the beginning of the word: it is compared with as much of it as it could stand for
        found = min(_distance(wanted, word[:length], allowed) for length in range(len(wanted) - 1, len(wanted) + 2))
        if found <= allowed:
            return _MISTYPED - 0.05 * found
    if len(wanted) > 2 and wanted[0] == word[0] and _is_within(wanted, word):
        return _SPARSE * len(wanted) / len(word)
    return 0.0


def _is_within(wanted: str, word: str) -> bool:
    letters = iter(word)
    return all(letter in letters for letter in wanted)


def _initials(wanted: str, words: Sequence[str]) -> bool:
    """Tell whether ``wanted`` is made of beginnings of words in their order, each at least a letter: "fla" for "flag later"."""
    if not wanted:
        return True
    for number, word in enumerate(words):
        length = 0
        while length < min(len(word), len(wanted)) and word[length] == wanted[length]:
            length += 1
            if _initials(wanted[length:], words[number + 1 :]):
                return True
    return False


def _distance(one: str, other: str, most: int) -> int:
    """Return how many typing errors (a letter more, less, wrong, or two swapped) lie between two words; past ``most`` any larger number."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before, last = last, current
    return last[-1]
