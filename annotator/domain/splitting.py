"""Dividing documents into training, development and test parts that stay what they are.

Where a document goes follows from a hash of its text, so neither the order nor the number of the others matters; what an earlier division
said always stands.  Documents that belong together are on one side: near-duplicates (an agency's report and its rewrites share many
runs of words) and those of one source and date.  Then each label that enough of them have is brought into every part by moving as
few as it takes, never one that an earlier division has placed.
"""

from __future__ import annotations

import re
import zlib
from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import nsmallest
from itertools import accumulate
from typing import Any

from annotator.errors import FormatError

PARTS = ("train", "dev", "test")

_WORD = re.compile(r"\w+")
_RUN = 4
"""Words in a row whose sharing is counted."""

_SKETCH = 96
"""Of all runs of a text so many are kept, those with the smallest hashes: enough to tell a half from a third."""

_LOOKED_UP = 24
_CROWD = 40
"""A run that so many texts have is a phrase of the trade and leads nowhere."""

ALIKE = 0.35
"""Share of runs in common from which on two texts count as near-duplicates."""

_SOURCES = ("source", "sumber", "publisher", "agency", "media")
_DATES = ("date", "tanggal", "published", "published_at", "publication_date", "datetime")


def shares(text: str) -> tuple[float, ...]:
    """Return the shares of train, dev and test from a text like ``80/10/10`` (or ``90/10``, without a test part).

    They are taken in proportion to their sum; raises ``FormatError`` for anything else.
    """
    pieces = text.split("/")
    try:
        numbers = [int(piece) if piece.isascii() and piece.isdigit() else -1 for piece in pieces]
    except ValueError:  # thousands of digits
        numbers = []
    if len(pieces) not in (2, 3) or len(numbers) != len(pieces) or not all(0 < number <= 1000 for number in numbers):
        raise FormatError(f"“split” is two or three whole numbers like 80/10/10, for train, dev and test, not “{text}”.")
    return tuple(number / sum(numbers) for number in numbers)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the division knows of a document: ``key`` says its text, ``sketch`` its runs of words, ``group`` its source and date."""

    key: str
    sketch: Sequence[int]
    labels: frozenset[str]
    group: str = ""


def candidate(text: str, labels: Iterable[str], meta: Mapping[str, Any]) -> Candidate:
    """Look at one document."""
    data = text.encode("utf-8", "surrogatepass")
    return Candidate(blake2b(data, digest_size=10).hexdigest(), sketch(text), frozenset(labels), source_and_date(meta))


def source_and_date(meta: Mapping[str, Any]) -> str:
    """Return source and day of a document as one text; empty unless the metadata have both (a source alone is half the project)."""
    lower = {str(key).lower(): value for key, value in meta.items()}
    source = next((lower[name] for name in _SOURCES if lower.get(name)), None)
    date = next((lower[name] for name in _DATES if lower.get(name)), None)
    return f"{source}\n{str(date)[:10]}" if source and date else ""


def sketch(text: str) -> Sequence[int]:
    """Return the smallest hashes of the text's runs of words, in order."""
    words = [word.lower() for word in _WORD.findall(text)]
    runs = {" ".join(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1))}
    hashes = {_mixed(zlib.crc32(run.encode("utf-8", "surrogatepass"))) for run in runs}
    return array("I", nsmallest(_SKETCH, hashes))  # a million of them are kept at once


def _mixed(number: int) -> int:
    """Spread a checksum, whose neighbours are too alike, over 32 bits."""
    number = (number ^ number >> 16) * 0x45D9F3B & 0xFFFFFFFF
    number = (number ^ number >> 16) * 0x45D9F3B & 0xFFFFFFFF
    return number ^ number >> 16


def likeness(first: Sequence[int], second: Sequence[int]) -> float:
    """Return about which share of the runs of two texts both have, by their sketches."""
    size = min(_SKETCH, max(len(first), len(second)))
    union = nsmallest(size, set(first) | set(second))
    both = set(first) & set(second)
    return sum(number in both for number in union) / len(union) if union else 0.0


@dataclass(slots=True)
class Division:
    """Where the documents go: ``parts`` holds a number of ``PARTS`` for each, -1 for one that would stand on both sides.

    ``near`` counts documents that have a near-duplicate, ``grouped`` those kept together for their source and date, ``loose`` those whose
    source and date are so common that they were not; ``scarce`` are labels that some part has to do without.
    """

    parts: list[int] = field(default_factory=list)
    near: int = 0
    grouped: int = 0
    loose: int = 0
    scarce: list[str] = field(default_factory=list)


def divide(candidates: Sequence[Candidate], wanted: Sequence[float], fixed: Mapping[str, int] | None = None) -> Division:
    """Divide documents by the shares ``wanted``; ``fixed`` gives the parts of an earlier division by the documents' keys."""
    fixed = fixed or {}
    division = Division(parts=[0] * len(candidates))
    sets = _Sets(len(candidates))
    _join_alike(candidates, sets)
    division.near = sets.joined()
    kept = _join_groups(candidates, sets, division)
    components = sorted(sets.members(), key=lambda members: min(candidates[number].key for number in members))
    borders = list(accumulate(wanted))[:-1]
    chosen: list[int] = []
    free: list[int] = []
    for place, members in enumerate(components):
        known = {fixed[candidates[number].key] for number in members if candidates[number].key in fixed}
        known = {part for part in known if 0 <= part < len(wanted)}
        if not known:
            free.append(place)
        chosen.append(known.pop() if len(known) == 1 else -1 if known else _part(_name(candidates, members, kept), borders))
    _bring_labels(candidates, components, chosen, free, parts=len(wanted), division=division)
    for place, members in enumerate(components):
        for number in members:
            division.parts[number] = fixed.get(candidates[number].key, chosen[place]) if chosen[place] < 0 else chosen[place]
    return division


def _name(candidates: Sequence[Candidate], members: Collection[int], kept: set[str]) -> str:
    groups = {candidates[number].group for number in members} & kept
    return min(groups) if groups else min(candidates[number].key for number in members)


def _part(name: str, borders: Sequence[float]) -> int:
    number = int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
    return bisect_right(borders, number / 2**64)


class _Sets:
    """Which numbers belong together (union and find)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))
        self.size = [1] * count

    def find(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, first: int, second: int) -> None:
        first, second = sorted((self.find(first), self.find(second)))
        if first != second:
            self._parent[second] = first
            self.size[first] += self.size[second]

    def joined(self) -> int:
        return sum(self.size[self.find(number)] > 1 for number in range(len(self._parent)))

    def members(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._parent)):
            found[self.find(number)].append(number)
        return list(found.values())


def _join_alike(candidates: Sequence[Candidate], sets: _Sets) -> None:
    having: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(candidates):
        met: Counter[int] = Counter()
        for run in one.sketch[:_LOOKED_UP]:
            others = having[run]
            met.update(others)
            if len(others) < _CROWD:
                others.append(number)
        for other in met:
            if sets.find(other) != sets.find(number) and likeness(one.sketch, candidates[other].sketch) >= ALIKE:
                sets.join(other, number)


def _join_groups(candidates: Sequence[Candidate], sets: _Sets, division: Division) -> set[str]:
    """Join documents of one source and date, but for such that would make one lump of a large part of all; return the groups joined."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(candidates):
        if one.group:
            groups[one.group].append(number)
    most = max(3, len(candidates) // 20)
    for group, members in sorted(groups.items()):
        roots = {sets.find(number) for number in members}
        if len(members) > 1 and sum(sets.size[root] for root in roots) > most:
            division.loose += len(members)
            del groups[group]
        elif len(members) > 1:
            division.grouped += len(members)
            for number in members[1:]:
                sets.join(members[0], number)
    return set(groups)


def _bring_labels(
    candidates: Sequence[Candidate],
    components: Sequence[Sequence[int]],
    chosen: list[int],
    free: Collection[int],
    *,
    parts: int,
    division: Division,
) -> None:
    """Move free components, the rarest label first, until each part has every label that enough components have."""
    having: dict[str, list[int]] = defaultdict(list)
    for place, members in enumerate(components):
        for label in frozenset().union(*(candidates[number].labels for number in members)):
            having[label].append(place)
    movable, settled = set(free), set[int]()
    for label, places in sorted(having.items(), key=lambda pair: (len(pair[1]), pair[0])):
        for part in range(parts):
            counts = Counter(chosen[place] for place in places)
            if counts[part] or not places:
                continue
            givers = [place for place in places if place in movable and place not in settled and counts[chosen[place]] > 1]
            if len(places) < parts or not givers:
                division.scarce.append(label)
                break
            # from the part that has most of it, the smallest component first; their order is that of their hashes
            giver = max(givers, key=lambda place: (counts[chosen[place]], -len(components[place]), -place))
            chosen[giver] = part
            settled.add(giver)
