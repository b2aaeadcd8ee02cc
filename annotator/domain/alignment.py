"""Carrying annotations from one wording of a text to another: what still says the same goes to where it is now.

Lines are compared first and then the words of the lines that differ, so that a long article with one changed paragraph costs no more
than that paragraph.  A span whose text is not there any more, or cannot be told from its double, is not guessed at: it is dropped, and
the caller says so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

from annotator.domain.annotations import Relation, Span, Verdict
from annotator.domain.text import Range

MOST_WORDS = 4_000
"""Stretches of more words that differ on either side are not compared word by word: they count as rewritten."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch that both texts have: where it begins in the old one and in the new one, and its length, all in code points."""

    old: int
    new: int
    length: int


@dataclass(slots=True)
class Alignment:
    """Which stretches two texts have in common, in order; see ``align``."""

    old: str
    new: str
    blocks: list[Block]
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._starts = [block.old for block in self.blocks]

    @property
    def similarity(self) -> float:
        """How much of the longer text the other has too, from 0 to 1; white space does not count."""
        common = sum(_inked(self.old[block.old : block.old + block.length]) for block in self.blocks)
        longer = max(_inked(self.old), _inked(self.new))
        return common / longer if longer else 1.0

    def place(self, start: int, end: int) -> Range | None:
        """Return where a range of the old text is in the new one; None if its text did not survive, or stands there more than once."""
        first, last = self._block_at(start), self._block_at(end - 1)
        if first is not None and last is not None:
            moved = start + first.new - first.old, end + last.new - last.old
            if moved[0] < moved[1] and _flat(self.new[slice(*moved)]) == _flat(self.old[start:end]):
                return moved
        surface = self.old[start:end]
        low, high = self._gap(start, end)
        found = self.new.find(surface, low, high)
        if found < 0 or self.new.find(surface, found + 1, high) >= 0 or not surface.strip():
            return None
        return found, found + len(surface)

    def _block_at(self, offset: int) -> Block | None:
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return None
        block = self.blocks[index]
        return block if offset < block.old + block.length else None

    def _gap(self, start: int, end: int) -> Range:
        """Return the part of the new text that lies where the surroundings of an old range lie."""
        before = bisect_right(self._starts, start) - 1
        low = 0
        if before >= 0:
            block = self.blocks[before]
            low = block.new + min(block.length, start - block.old)
        after = bisect_right(self._starts, end - 1)
        return low, self.blocks[after].new if after < len(self.blocks) else len(self.new)


@dataclass(frozen=True, slots=True)
class Carried:
    """The items of a set as they stand in the new text, and those that could not be carried over."""

    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    dropped_spans: tuple[Span, ...] = ()
    dropped_relations: tuple[Relation, ...] = ()


def align(old: str, new: str) -> Alignment:
    """Compare two wordings of a text."""
    blocks: list[Block] = []
    old_lines, new_lines = _pieces(_LINE, old), _pieces(_LINE, new)
    old_places, new_places = _places(old_lines), _places(new_lines)
    for tag, low, high, new_low, new_high in SequenceMatcher(None, old_lines, new_lines).get_opcodes():
        at, new_at = old_places[low], new_places[new_low]
        if tag == "equal":
            _add(blocks, at, new_at, old_places[high] - at)
        elif tag == "replace":
            _add_words(blocks, old[at : old_places[high]], new[new_at : new_places[new_high]], at, new_at)
    return Alignment(old, new, blocks)


def carry(
    alignment: Alignment, spans: Iterable[Span], relations: Iterable[Relation] = (), verdicts: Iterable[Verdict] = ()
) -> Carried:
    """Move the items of a set; a relation goes where both its spans go, and a verdict where the place it names goes."""
    moved: list[Span] = []
    dropped: list[Span] = []
    for span in spans:
        fragments = [alignment.place(start, end) for start, end in span.fragments]
        sound = [fragment for fragment in fragments if fragment is not None]
        if len(sound) == len(fragments) and _rising(sound):
            moved.append(replace(span, fragments=tuple(sound)))
        else:
            dropped.append(span)
    kept = {span.id for span in moved}
    every = list(relations)
    linked = tuple(relation for relation in every if relation.head in kept and relation.tail in kept)
    lost = tuple(relation for relation in every if relation.head not in kept or relation.tail not in kept)
    decided = (_moved_verdict(alignment, verdict) for verdict in verdicts)
    return Carried(tuple(moved), linked, tuple(verdict for verdict in decided if verdict is not None), tuple(dropped), lost)


_ENDS = re.compile(r"(\d+)-(\d+)")


def _moved_verdict(alignment: Alignment, verdict: Verdict) -> Verdict | None:
    """Return a verdict with the places in its signature moved (``annotations.Span.signature``); None if one of them is gone."""
    label, at, places = verdict.signature.rpartition("@")
    if not at:
        return verdict
    found = {pair: alignment.place(int(pair[0]), int(pair[1])) for pair in _ENDS.findall(places)}
    if any(place is None for place in found.values()):
        return None

    def moved(match: re.Match[str]) -> str:
        place = found[match[1], match[2]]
        assert place is not None
        return f"{place[0]}-{place[1]}"

    return replace(verdict, signature=f"{label}@{_ENDS.sub(moved, places)}")


def _rising(fragments: Sequence[Range]) -> bool:
    return all(left[1] <= right[0] for left, right in pairwise(fragments))


def _add_words(blocks: list[Block], old: str, new: str, at: int, new_at: int) -> None:
    old_words, new_words = _pieces(_WORD, old), _pieces(_WORD, new)
    if len(old_words) > MOST_WORDS or len(new_words) > MOST_WORDS:
        return
    old_places, new_places = _places(old_words), _places(new_words)
    for low, new_low, count in SequenceMatcher(None, old_words, new_words).get_matching_blocks():
        if count:
            _add(blocks, at + old_places[low], new_at + new_places[new_low], old_places[low + count] - old_places[low])


def _add(blocks: list[Block], old: int, new: int, length: int) -> None:
    if blocks and blocks[-1].old + blocks[-1].length == old and blocks[-1].new + blocks[-1].length == new:
        last = blocks.pop()
        blocks.append(Block(last.old, last.new, last.length + length))
    elif length:
        blocks.append(Block(old, new, length))


def _pieces(pattern: re.Pattern[str], text: str) -> list[str]:
    return pattern.findall(text)


def _places(pieces: list[str]) -> list[int]:
    return [0, *accumulate(map(len, pieces))]


def _inked(text: str) -> int:
    return len(text) - sum(map(str.isspace, text))


def _flat(text: str) -> str:
    return " ".join(text.split())
