"""Tags of tokens as spans, and spans as tags: IOB1, IOB2, IOE, BILUO and BIOES.

One rule reads all of them.  B, and S or U, begin a span; I or M, E or L continue one of the same label and else begin one; S, U, E and L
end it.  What they are called is found from which letters come, and from whether every span begins with B.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

_TAG = re.compile(r"([BIELUSM])-(\S.*)")
_BARE = re.compile(r"[BIELUSM]")
OUTSIDE = frozenset(("O", "_"))

BEGINS, SINGLE, ENDS = frozenset("BSU"), frozenset("SU"), frozenset("ELSU")
NAMES = {"iob1": "IOB1", "iob2": "IOB2", "ioe": "IOE", "biluo": "BILUO or BIOES", "plain": "labels alone"}

Found = tuple[int, int, str]
"""A span of tokens: the first, one past the last, and the label."""


@lru_cache(maxsize=4096)
def parts(tag: str, label: str = "", *, plain: bool = False) -> tuple[str, str] | None:
    """Return letter and label of a tag, ("O", "") outside, None for what is no tag.

    ``label`` is what spans are called whose tags are letters alone; ``plain`` says that tags are labels alone.
    """
    if tag in OUTSIDE:
        return "O", ""
    if plain:
        return "I", tag
    match = _TAG.fullmatch(tag)
    if match:
        return match[1], match[2]
    return (tag, label) if label and _BARE.fullmatch(tag) else None


def is_letter(tag: str) -> bool:
    """Tell whether a tag is a letter alone, without a label."""
    return tag == "O" or bool(_BARE.fullmatch(tag))


def spans_of(tags: Iterable[tuple[str, str]]) -> list[Found]:
    """Return the spans of one sentence."""
    found: list[Found] = []
    start, label = -1, ""
    number = -1
    for number, (letter, name) in enumerate(tags):
        if start >= 0 and (letter == "O" or letter in BEGINS or name != label):
            found.append((start, number, label))
            start = -1
        if letter != "O" and start < 0:
            start, label = number, name
        if letter in ENDS:
            found.append((start, number + 1, label))
            start = -1
    if start >= 0:
        found.append((start, number + 1, label))
    return found


def habits(tags: Sequence[tuple[str, str]]) -> Counter[str]:
    """Count what tells the kinds of tags apart: each letter, and what stands at the borders of spans in one sentence."""
    counts: Counter[str] = Counter(letter for letter, _ in tags)
    before = ("O", "")
    for letter, name in tags:
        joined = before[0] not in ENDS and before[1] == name and before[0] != "O"
        if letter in "IM" and not joined:
            counts["begun without B"] += 1
        if letter == "B":
            counts["B next to its like" if before[1] == name and before[0] != "O" else "B apart"] += 1
        before = letter, name
    return counts


def kind(counts: Counter[str]) -> str:
    """Return the kind of tags, one of ``NAMES``, from what was counted."""
    if any(counts[letter] for letter in "ELSU"):
        return "biluo" if counts["B"] or counts["S"] or counts["U"] else "ioe"
    if counts["begun without B"] and not counts["B apart"]:
        return "iob1"
    return "iob2"


def tags_of(spans: Iterable[Found], length: int, style: str) -> list[str]:
    """Return the tags of ``length`` tokens for spans that do not overlap; ``style`` is iob2, biluo or bioes."""
    tags = ["O"] * length
    last, single = {"biluo": ("L", "U"), "bioes": ("E", "S")}.get(style, ("I", "B"))
    for first, stop, label in spans:
        tags[first:stop] = [f"B-{label}", *[f"I-{label}"] * (stop - first - 1)]
        tags[stop - 1] = f"{single if stop - first == 1 else last}-{label}"
    return tags
