"""Spans in the MISC column of CoNLL-U: ``Entity=`` as CorefUD writes it, and ``NE=``, ``NER=`` or ``name=`` with a tag.

``Entity=(e1-person-1-(e2-place-2-)`` opens two, ``e1)`` closes the one opened last under that id, ``(e3-place-1-)`` does both.  A comment
``# global.Entity = eid-etype-head-other`` names the parts; ``eid[1/2]`` numbers the fragments of a discontinuous span.  Parts are
percent-encoded where they hold a bracket, a hyphen, a bar or white space.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from annotator.domain.text import Range

PARTS = ("eid", "etype", "head", "identity", "other")
"""The parts this program writes: the id, the label, the first word as head, the knowledge-base id, nothing."""

_PIECE = re.compile(r"\(([^()]*)(\))?|([^()]+)\)")
_FRAGMENT = re.compile(r"(.+?)\[(\d{1,4})/(\d{1,4})\]")
_PLAIN = re.compile(r"[\s()|%=,\[\]-]")


@dataclass(slots=True)
class Mention:
    """A span found in a document: its id there, label, knowledge-base id and words (half-open ranges, one a fragment)."""

    eid: str
    label: str
    identity: str
    words: list[Range]
    number: int = 0


@dataclass(slots=True)
class Mentions:
    """Collects the mentions of one document while its words come by.  ``complain`` gets what is wrong with the one at hand."""

    complain: Callable[[str], None]
    parts: Sequence[str] = PARTS[:2]
    found: list[Mention] = field(default_factory=list)
    _open: dict[str, list[tuple[Mention, int]]] = field(default_factory=dict)
    _partial: dict[tuple[str, str], Mention] = field(default_factory=dict)

    def read(self, value: str, word: int) -> None:
        """Read the value of ``Entity`` at a word."""
        if "".join(match[0] for match in _PIECE.finditer(value)) != value:
            self.complain(f"“Entity={value[:60]}” is not well formed.")
        for match in _PIECE.finditer(value):
            if match[3] is not None:
                self._close(match[3], word)
            else:
                self._begin(match[1], word)
                if match[2]:
                    self._close(match[1].split("-")[0], word)

    def _begin(self, body: str, word: int) -> None:
        given = dict(zip(self.parts, body.split("-"), strict=False))
        eid = given.get("eid", "")
        if not eid:
            self.complain(f"“({body[:60]}” names no entity.")
            return
        label = unquote(given.get("etype") or given.get("type") or "") or "entity"
        mention = Mention(unquote(eid), label, unquote(given.get("identity", "")), [])
        self._open.setdefault(eid, []).append((mention, word))

    def _close(self, eid: str, word: int) -> None:
        if not self._open.get(eid):
            self.complain(f"“{eid[:60]})” closes what was not opened.")
            return
        mention, first = self._open[eid].pop()
        fragment = _FRAGMENT.fullmatch(eid)
        place = first, word + 1
        if fragment is None:
            mention.words.append(place)
            self.found.append(mention)
            return
        mention.eid = unquote(fragment[1])
        key = fragment[1], fragment[3]
        if fragment[2] == "1" or key not in self._partial:
            self._partial[key] = mention
            self.found.append(mention)
        self._partial[key].words.append(place)

    def end(self) -> list[Mention]:
        """Return the mentions of the document; one that was never closed is complained of and left out."""
        for eid, waiting in self._open.items():
            for _ in waiting:
                self.complain(f"The entity “{eid[:60]}” is never closed, so it was left out.")
        found = sorted(self.found, key=lambda mention: (mention.words[0][0], -mention.words[-1][1]))
        self.found, self._open, self._partial = [], {}, {}
        return found


def encoded(text: str) -> str:
    """Return text as a part of ``Entity``: what has a meaning there percent-encoded."""
    return _PLAIN.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


def values(mentions: Iterable[Mention]) -> dict[int, str]:
    """Return the values of ``Entity`` by word; mentions must have ids of their own."""
    closing: dict[int, list[tuple[int, int, str]]] = {}
    opening: dict[int, list[tuple[int, int, str]]] = {}
    for order, mention in enumerate(mentions):
        for number, (first, stop) in enumerate(mention.words, 1):
            eid = mention.eid if len(mention.words) == 1 else f"{mention.eid}[{number}/{len(mention.words)}]"
            text = f"({eid}-{encoded(mention.label)}-1-{encoded(mention.identity)}-"
            if stop - first == 1:
                opening.setdefault(first, []).append((-stop, order, f"{text})"))
            else:
                opening.setdefault(first, []).append((-stop, order, text))
                closing.setdefault(stop - 1, []).append((-first, -order, f"{eid})"))
    return {word: "".join(_at(closing.get(word, ()), opening.get(word, ()))) for word in sorted({*closing, *opening})}


def _at(closing: Iterable[tuple[int, int, str]], opening: Iterable[tuple[int, int, str]]) -> Iterator[str]:
    """Yield what stands at one word: what ends there first, then what begins, the longest first."""
    for entries in (closing, opening):
        yield from (text for _, _, text in sorted(entries))
