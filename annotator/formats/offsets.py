"""In which unit a foreign file counts, found by testing its offsets against the text, and the way from there to code points.

spaCy and Prodigy count code points, what runs in a browser or in Java UTF-16 units, some C programs bytes of UTF-8, and doccano can be
told to count grapheme clusters (user-perceived characters; CRLF is one of them).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import accumulate

from annotator.domain.text import Range, utf16_length


class Unit(StrEnum):
    """What an offset counts."""

    CODE_POINTS = "code points"
    UTF16 = "UTF-16 units"
    BYTES = "UTF-8 bytes"
    GRAPHEMES = "grapheme clusters"


_ASTRAL = re.compile("[\U00010000-\U0010ffff]")

Sample = tuple[int, int, str]
"""Start, end and the text that the file says lies between; an empty text says nothing."""


class Ruler:
    """Converts between one unit and the code points of one text; free of cost where both are the same."""

    __slots__ = ("_length", "_marks", "_wide", "_wide_units", "unit")

    def __init__(self, text: str, unit: Unit) -> None:
        self.unit = unit
        self._length = len(text)
        # for every border between code points how many units lie before it; None where that is the number of code points, but for
        # the characters of two units in _wide: UTF-16 is the common case, and an article has few of those
        self._marks: Sequence[int] | None = None
        self._wide: list[int] = []
        if unit is Unit.UTF16:
            self._wide = [] if text.isascii() else [match.start() for match in _ASTRAL.finditer(text)]
        elif not same_as_code_points(text, unit):
            self._marks = _marks(text, unit)
        self._wide_units = [place + before for before, place in enumerate(self._wide)]

    def range(self, start: int, end: int) -> Range | None:
        """Return a half-open range in code points; None if it is empty, turned round, outside the text or cuts a character."""
        low, high = self.place(start), self.place(end)
        return None if low is None or high is None or low >= high else (low, high)

    def place(self, offset: int) -> int | None:
        """Return the code point at ``offset`` units; None outside the text and within a character."""
        if self._marks is not None:
            found = bisect_left(self._marks, offset)
        elif self._wide:
            found = offset - bisect_left(self._wide_units, offset)
        else:
            return offset if 0 <= offset <= self._length else None
        return found if 0 <= found <= self._length and self.units(found) == offset else None

    def units(self, place: int) -> int:
        """Return how many units lie before a code point; within a grapheme cluster those before the cluster."""
        return self._marks[place] if self._marks is not None else place + bisect_left(self._wide, place)

    def holds(self, place: int) -> bool:
        """Tell whether a border between code points is a border between units too."""
        return self._marks is None or self.place(self._marks[place]) == place


def same_as_code_points(text: str, unit: Unit) -> bool:
    """Tell whether counting in ``unit`` gives the same offsets in this text."""
    if unit is Unit.CODE_POINTS or (text.isascii() and (unit is not Unit.GRAPHEMES or "\r\n" not in text)):
        return True
    if unit is Unit.UTF16:
        return utf16_length(text) == len(text)
    if unit is Unit.BYTES or "\r\n" in text:
        return False
    # only texts with a character that can join another need the long look
    return not any(map(_may_join, set(text))) or not any(_joined(text))


def _may_join(character: str) -> bool:
    hangul = "\u1100" <= character <= "\u11ff" or "\uac00" <= character <= "\ud7a3"
    return character > "\u02ff" and (hangul or _extends(character) or _is_flag(character))


def find_unit(text: str, samples: Iterable[Sample], candidates: Sequence[Unit]) -> Unit:
    """Return the candidate under which most samples hold what they say; the earlier candidate where that is a draw.

    A sample without a text is judged by its edges: those of words are likely, those within a word and at white space are not.
    """
    told = list(samples)
    # nearly always the first is right, and then no other need be tried
    first = Ruler(text, candidates[0])
    if told and all(surface and (place := first.range(start, end)) and says(text, place, surface) for start, end, surface in told):
        return candidates[0]
    found = scores(text, told, candidates)
    return candidates[0] if found is None else max(candidates, key=lambda unit: found[unit])


def scores(text: str, samples: Iterable[Sample], candidates: Sequence[Unit]) -> dict[Unit, float] | None:
    """Return how well each candidate fits the samples; None if all count the same in this text."""
    if all(same_as_code_points(text, unit) for unit in candidates):
        return None
    told = list(samples)
    return {unit: _score(text, Ruler(text, unit), told) for unit in candidates}


def _score(text: str, ruler: Ruler, samples: Iterable[Sample]) -> float:
    return sum(_fit(text, ruler, sample) for sample in samples)


def says(text: str, place: Range, surface: str) -> bool:
    """Tell whether the text at ``place`` is what a file says it is, white space and written line breaks aside."""
    here = text[place[0] : place[1]]
    return here == surface or _flat(here) == _flat(surface)


def _flat(text: str) -> str:
    return "".join(text.replace("\\n", " ").replace("\\r", " ").split())


def _fit(text: str, ruler: Ruler, sample: Sample) -> float:
    start, end, surface = sample
    place = ruler.range(start, end)
    if place is None:
        return 0.0
    if surface:
        return 4.0 * says(text, place, surface)
    low, high = place
    if text[low].isspace() or text[high - 1].isspace():
        return 0.1
    cuts = _within_word(text, low) + _within_word(text, high)
    return 1.0 - 0.4 * cuts


def _within_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _marks(text: str, unit: Unit) -> list[int]:
    if unit is Unit.BYTES:
        return [0, *accumulate(1 + (c > "\x7f") + (c > "\u07ff") + (c > "\uffff") for c in text)]
    # the borders within a cluster get the number before it, so that a search finds its first
    marks, count = [0], 0
    for joined in [*_joined(text)[1:], False]:
        if joined:
            marks.append(count)
        else:
            count += 1
            marks.append(count)
    return marks if text else [0]


def _joined(text: str) -> list[bool]:
    """Tell for every code point whether it belongs to the same grapheme cluster as the one before it.

    The rules of Unicode's text segmentation (UAX 29), with its property tables told by general categories and blocks: Hangul
    syllables, flags, emoji sequences, combining marks.  The rare prepended marks and Indic conjuncts are left apart.
    """
    joined: list[bool] = []
    flags, pictured, before = 0, False, ""
    for character in text:
        extends = _extends(character)
        joins = bool(before) and (
            (before == "\r" and character == "\n")
            or (extends and before not in "\r\n" and unicodedata.category(before) not in ("Cc", "Zl", "Zp"))
            or (before == "\u200d" and pictured and _is_picture(character))
            or (flags % 2 == 1 and _is_flag(character))
            or _in_one_syllable(before, character)
        )
        joined.append(joins)
        flags = flags + 1 if _is_flag(character) else 0
        pictured = _is_picture(character) or (extends and pictured)
        before = character
    return joined


def _extends(character: str) -> bool:
    if character < "\u0300":
        return False
    code = ord(character)
    return (
        unicodedata.category(character) in ("Mn", "Me", "Mc")
        or character in "\u200c\u200d\uff9e\uff9f"
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
    )


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_picture(character: str) -> bool:
    code = ord(character)
    if code < 0x2000:
        return code in (0xA9, 0xAE)
    return (0x1F000 <= code <= 0x1FAFF and not _is_flag(character) and not 0x1F3FB <= code <= 0x1F3FF) or (
        code <= 0x3299 and unicodedata.category(character) == "So"
    )


def _in_one_syllable(before: str, character: str) -> bool:
    """Tell whether two Hangul pieces make one syllable block: leading, vowel and trailing jamo, or a ready block and more."""
    if not ("\u1100" <= character <= "\u11ff" or "\uac00" <= character <= "\ud7a3"):
        return False
    leading, vowel, trailing = "\u1100" <= character <= "\u115f", "\u1160" <= character <= "\u11a7", character >= "\u11a8"
    ready = "\uac00" <= character <= "\ud7a3"
    if "\u1100" <= before <= "\u115f":
        return leading or vowel or ready
    open_block = "\uac00" <= before <= "\ud7a3" and (ord(before) - 0xAC00) % 28 == 0
    if "\u1160" <= before <= "\u11a7" or open_block:
        return vowel or (trailing and not ready)
    closed_block = "\uac00" <= before <= "\ud7a3" or "\u11a8" <= before <= "\u11ff"
    return closed_block and trailing and not ready
