"""Mending places that tools and hands have damaged: what is meant must follow from the damage itself, or nothing is touched.

A ``Mender`` works twice while a file is read.  Readers show it each place that makes no sense (``place``), because only they still know
the text a file says is there; then it sees each record whole (``spans``).  What it was not asked to mend it counts all the same, so that
a preview can offer it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from annotator.domain.annotations import Span, ordered_fragments
from annotator.domain.rules import amount, quoted
from annotator.domain.text import Range, trim


class Repair(StrEnum):
    """The kinds of damage that can be mended."""

    SHIFTED = "shifted"
    INVERTED = "inverted"
    EDGES = "edges"
    DUPLICATES = "duplicates"


ALL = frozenset(Repair)

Fragments = tuple[Range, ...]
"""Where one span stands."""

Convert = Callable[[int], int | None]
"""Turns an offset of some unit into code points; None where there is no such place."""

FARTHEST = 400
"""So many characters away from where it should be, the text that a file states is still looked for."""

_WIDEST_SHIFT = 12
_ENOUGH = 3
"""Fewer spans than these prove no shift where nothing says what they cover."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A place as it should be, and the rest of a sentence that says what was done: “was at (7, 3) and was turned round”."""

    place: Range
    message: str


class Mender:
    """Mends the kinds of damage in ``wanted``, and counts in ``counts`` those and all others by kind.

    ``units`` gives, for a text, ways to read offsets that were counted in another unit, by the unit's name.
    """

    def __init__(self, wanted: Collection[Repair] = ALL, units: Callable[[str], Mapping[str, Convert]] = lambda _text: {}) -> None:
        self.wanted = frozenset(wanted)
        self.counts: Counter[Repair] = Counter()
        self._units = units

    def place(self, text: str, start: int, end: int, surface: str = "") -> Mended | None:
        """Return what a place that makes no sense must mean, or None; ``surface`` is the text it is said to cover, if the file says.

        Offsets are code points, and may lie outside the text.
        """
        turned = (end, start) if end < start else (start, end)
        inside = 0 <= turned[0] < turned[1] <= len(text)
        if surface.strip():
            if inside and end < start and _flat(text[slice(*turned)]) == _flat(surface):
                return self._take(Repair.INVERTED, turned, f"was at ({start}, {end}) and was turned round")
            found = nearest(text, surface, turned[0])
            if found is None:
                return None
            return self._take(Repair.SHIFTED, found, f"was at ({start}, {end}) and was moved to its text, ({found[0]}, {found[1]})")
        if end < start and inside:
            return self._take(Repair.INVERTED, turned, f"was at ({start}, {end}) and was turned round")
        return None

    def spans(self, text: str, spans: Sequence[Span]) -> tuple[tuple[Span, ...], dict[str, str], list[str]]:
        """Mend the spans of one set; returns them, which span each removed one is now, and a sentence for each thing that was done."""
        told: list[str] = []
        current = list(spans)
        moved = self.shift(text, [span.fragments for span in current])
        if moved is not None:
            current = [replace(span, fragments=fragments) for span, fragments in zip(current, moved[0], strict=True)]
            told.append(moved[1])
        for old, new in trimmed(text, current):
            self.counts[Repair.EDGES] += 1
            if Repair.EDGES in self.wanted:
                current[current.index(old)] = new
                told.append(f"The span {old.label} {quoted(new.surface(text))} had white space at an edge, which was taken off.")
        merged: dict[str, str] = {}
        for kept, twin in twins(current):
            self.counts[Repair.DUPLICATES] += 1
            if Repair.DUPLICATES in self.wanted:
                merged[twin.id] = kept.id
                told.append(f"The span {kept.label} {quoted(kept.surface(text))} was there twice; one of them was left out.")
        return tuple(span for span in current if span.id not in merged), merged, told

    def shift(self, text: str, places: Sequence[Fragments]) -> tuple[list[Fragments], str] | None:
        """Return all places of a set where they belong, and a sentence, if they stand beside the words in one way; see ``shifted``."""
        found = shifted(text, places, self._units)
        if found is None:
            return None
        changed = sum(old != new for old, new in zip(places, found[0], strict=True))
        self.counts[Repair.SHIFTED] += changed
        if Repair.SHIFTED not in self.wanted:
            return None
        return found[0], f"{amount(changed, 'span')} stood beside the words and {found[1]}."

    def _take(self, kind: Repair, place: Range, message: str) -> Mended | None:
        self.counts[kind] += 1
        return Mended(place, message) if kind in self.wanted else None


def nearest(text: str, surface: str, start: int) -> Range | None:
    """Return the place of ``surface`` that is nearest to ``start``, at most ``FARTHEST`` away; None if two are equally near."""
    low = max(0, start - FARTHEST)
    high = min(len(text), max(0, start) + FARTHEST + len(surface))
    places: list[int] = []
    found = text.find(surface, low, high)
    while found >= 0:
        places.append(found)
        found = text.find(surface, found + 1, high)
    places.sort(key=lambda place: abs(place - start))
    if not places or (len(places) > 1 and abs(places[0] - start) == abs(places[1] - start)):
        return None
    return places[0], places[0] + len(surface)


def shifted(
    text: str, places: Sequence[Fragments], units: Callable[[str], Mapping[str, Convert]]
) -> tuple[list[Fragments], str] | None:
    """Return the places where they belong if nearly all of them stand beside words by the same distance, or by another unit.

    The proof is that they begin and end with words then, and hardly do now; some may lie outside the text.  Returns None where nothing
    is proved.
    """
    if len(set(places)) < _ENOUGH:
        return None
    # most stand where they should, or have no more than white space at their edges
    if sum(_fits(text, [_trimmed(text, *pair) for pair in place]) for place in places) > 0.5 * len(places):
        return None
    best: tuple[int, list[Fragments], str] | None = None
    readings: list[tuple[str, Convert]] = [
        (f"were read as {name}", convert) for name, convert in (units(text) if not text.isascii() else {}).items()
    ]
    steps = (by for step in range(1, _WIDEST_SHIFT + 1) for by in (-step, step))
    readings += [(f"were moved by {by:+d}", _moving(by)) for by in steps]
    for how, convert in readings:
        there = _converted(places, convert, len(text))
        fit = sum(_fits(text, place) for place in there) if there is not None else 0
        if there is not None and fit >= 0.9 * len(places) and (best is None or fit > best[0]):
            best = fit, there, how
    return (best[1], best[2]) if best is not None else None


def _moving(by: int) -> Convert:
    return lambda offset: offset + by


def _converted(places: Sequence[Fragments], convert: Convert, length: int) -> list[Fragments] | None:
    """Return the places with their offsets converted; None where one would lie outside the text or cover nothing."""
    found: list[Fragments] = []
    for place in places:
        fragments: list[Range] = []
        for start, end in place:
            low, high = convert(start), convert(end)
            if low is None or high is None or not 0 <= low < high <= length:
                return None
            fragments.append((low, high))
        found.append(tuple(fragments))
    return found


def _trimmed(text: str, start: int, end: int) -> Range:
    return trim(text, start, end) if 0 <= start < end <= len(text) else (start, end)


def _fits(text: str, place: Sequence[Range]) -> bool:
    """Tell whether all fragments begin with the beginning of a word (or sign) and end with the end of one."""
    return all(_on_words(text, start, end) for start, end in place)


def _on_words(text: str, start: int, end: int) -> bool:
    if not 0 <= start < end <= len(text) or text[start].isspace() or text[end - 1].isspace():
        return False
    return not (_within_word(text, start) or _within_word(text, end))


def _within_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


# What needs no file to look at: used for projects, too


def trimmed(text: str, spans: Iterable[Span]) -> list[tuple[Span, Span]]:
    """Return the spans whose fragments touch white space at an edge or overlap, with what they should be."""
    found: list[tuple[Span, Span]] = []
    for span in spans:
        if all(0 <= start < end <= len(text) for start, end in span.fragments):
            pieces = (trim(text, start, end) for start, end in span.fragments)
            fragments = ordered_fragments((start, end) for start, end in pieces if start < end)
            if fragments and fragments != span.fragments and not _only_touching(span):
                found.append((span, replace(span, fragments=fragments)))
    return found


def twins(spans: Iterable[Span]) -> list[tuple[Span, Span]]:
    """Return (kept, twin) for spans of one label and place that differ in nothing a person entered; a reviewed one is kept."""
    groups: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans:
        if span.fragments:
            groups[span.signature].append(span)
    found: list[tuple[Span, Span]] = []
    for group in groups.values():
        first, *others = sorted(group, key=lambda span: not span.reviewed)
        found += [(first, other) for other in others if _said(other) == _said(first)]
    return found


def _only_touching(span: Span) -> bool:
    """Whether all that could be said of the fragments is that two of them touch, which no rule forbids."""
    rising = all(left[1] <= right[0] for left, right in pairwise(span.fragments))
    return rising and ordered_fragments(span.fragments) != span.fragments


def _said(span: Span) -> tuple[object, ...]:
    return dict(span.attributes), span.note, span.kb_id


def _flat(text: str) -> str:
    return " ".join(text.split())
