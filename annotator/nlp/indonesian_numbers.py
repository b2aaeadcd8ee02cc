"""Numbers in Indonesian, in digits and in words: ``1,5 juta``, ``dua ratus ribu``, ``ratusan``, ``kedua``, ``ke-5``.

Every rule looks at one place in the words of a text and returns where its find ends, or the place itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from annotator.nlp.indonesian_words import Words, word_set

Found = tuple[int, int, str, str]
"""A find in words, not code points: the first word, one past the last, the label, and the name of the rule."""

Rule = Callable[[Words, int], int]
"""Looks at one place and returns where its find ends, or the place itself."""

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*(?:-\d+(?:[.,]\d+)*)?")
RANK = re.compile(r"ke-?\d+")
NUMERALS = frozenset("0123456789")
_LONGEST = 12
"""Most words of a number: a text of nothing but numbers must not cost the square of its length."""

ONES = word_set("nol satu dua tiga empat lima enam tujuh delapan sembilan")
_SINGLE = word_set("sepuluh sebelas seratus seribu sejuta setengah semiliar")
_TIMES = word_set("belas puluh ratus ribu juta miliar milyar triliun trilyun")
SCALES = word_set("ratus ribu juta miliar milyar triliun trilyun lusin kodi")
_VAGUE = word_set("belasan puluhan ratusan ribuan jutaan miliaran milyaran triliunan")
RANKS = word_set("pertama kedua ketiga keempat kelima keenam ketujuh kedelapan kesembilan kesepuluh kesebelas")
NUMBER_WORDS = ONES | _SINGLE | _VAGUE
COUNTING = NUMBER_WORDS | RANKS


def number(words: Words, index: int) -> int:
    """Return where a number that begins at ``index`` ends; it may carry a scale: ``1,5 juta``, ``dua ratus ribu``."""
    low, size, start = words.low, len(words), index
    if _DIGITS.fullmatch(low[index]):
        index += 1
        if (
            index + 1 < size
            and low[index] in {"-", "–", "hingga", "sampai"}
            and _DIGITS.fullmatch(low[index + 1])
            and on_one_line(words, start, index + 2)
        ):
            index += 2
    elif low[index] in NUMBER_WORDS:
        index += 1
        while (
            index < min(size, start + _LONGEST)
            and words.close[index]
            and (low[index] in ONES or low[index] in _TIMES or low[index] in _SINGLE)
        ):
            if low[index - 1] in ONES and low[index] in ONES:
                break
            index += 1
    else:
        return start
    while index < min(size, start + _LONGEST) and words.close[index] and low[index] in SCALES:
        index += 1
    return index


def on_one_line(words: Words, start: int, end: int) -> bool:
    """Tell whether no line break stands between the words of a range."""
    return all(words.close[start + 1 : end])


def counted(units: frozenset[str], ends: frozenset[str]) -> Rule:
    """Return the rule for a number, a unit and what may stand behind it."""

    def rule(words: Words, index: int) -> int:
        end = number(words, index)
        if end == index or end >= len(words) or words.low[end] not in units or not words.close[end]:
            return index
        end += 1
        while end < len(words) and words.close[end] and words.low[end] in ends:
            end += 1
        return end

    return rule


def rank(words: Words, index: int) -> int:
    """``pertama``, ``ke-5``; not ``kedua`` where it means both."""
    low = words.low
    if RANK.fullmatch(low[index]):
        return index + 1
    if low[index] not in RANKS:
        return index
    after = low[index + 1] if index + 1 < len(words) else "."
    if low[index] == "kedua" and (
        index == 0
        or words.first[index]
        or not (after in {"di", "pada", "kali", "kalinya", "dan", "dari"} or not after[0].isalnum())
    ):
        return index  # “kedua negara” means both
    return index + 1
