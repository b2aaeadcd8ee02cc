"""Hint letters: short codes to type, none of which begins another."""

from __future__ import annotations

from collections.abc import Sequence

ALPHABET = "asdfghjklqwertyuiopzxcvbnm"
"""Home row first: the codes given out first are the easiest to type."""


def hint_codes(count: int, alphabet: str = ALPHABET) -> list[str]:
    """Return ``count`` different codes, none a prefix of another, shortest first.

    As many as possible have one letter; the letters needed to begin longer codes are taken from the end of the alphabet.
    """
    codes = list(alphabet)
    while len(codes) < count:
        # The last of the shortest codes makes room for a whole alphabet of codes that begin with it.
        shortest = len(codes[0])
        index = max(number for number, code in enumerate(codes) if len(code) == shortest)
        stem = codes.pop(index)
        codes += [stem + letter for letter in alphabet]
    return codes[:count]


def hints_by_nearness(places: Sequence[int], origin: int, alphabet: str = ALPHABET) -> list[str]:
    """Return a code for each offset in ``places``; those nearest to ``origin`` get the shortest."""
    codes = hint_codes(len(places), alphabet)
    given = [""] * len(places)
    order = sorted(range(len(places)), key=lambda index: (abs(places[index] - origin), index))
    for code, index in zip(codes, order, strict=True):
        given[index] = code
    return given


def matching(codes: Sequence[str], typed: str) -> list[int]:
    """Return the indices of the codes that begin with ``typed``."""
    return [index for index, code in enumerate(codes) if code.startswith(typed)]
