"""What a knowledge base holds and how a name is looked up in it.

A knowledge base says what the ids mean that spans are linked to (``Span.kb_id``): an entry has an id, a name, further names, and what
helps to tell it from others.  It is reference data: links need no entry, and an entry needs no link.

Names are compared folded (``fold_name``), so that "Ma’ruf Amin", "MARUF AMIN" and "Ma'ruf  Amin" are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from annotator.domain.propagation import fold, stems_of

_APOSTROPHE = re.compile("['’‘ʼʻ`´′]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_FIRST_DIACRITIC = 10
"""Canonical combining classes from here on are marks above and below letters; lower ones change what an Indic letter is."""

MOST_ALIASES = 1_000
"""So many aliases an entry keeps."""

_LEAST_INITIALS, _MOST_INITIALS = 3, 8
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that spans can be linked to.

    ``label`` is the span label that it usually has, ``frequency`` how common it is among things of the same name, in any unit as long as
    more is more.  Aliases are in no order that means anything.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    description: str = ""
    url: str = ""
    label: str = ""
    frequency: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the aliases."""
        return (self.name, *self.aliases)


class Why(StrEnum):
    """Why an entry is offered, the best reason first.

    By its id; by a whole name; because this project links the same text to it; because a name begins with what was typed; because a name
    has all the words; because a name is a part of the text ("Presiden Joko Widodo"); because the initials of a name are it; because
    what was typed stands somewhere inside a name.
    """

    ID = "id"
    EXACT = "exact"
    LINKED = "linked"
    BEGINNING = "beginning"
    WORDS = "words"
    PART = "part"
    INITIALS = "initials"
    INSIDE = "inside"


_ORDER = {why: place for place, why in enumerate(Why)}


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that is offered: by which of its names, why, and how often the very text is linked to it in this project."""

    entry: Entry
    name: str
    why: Why
    times: int = 0


class Hit(NamedTuple):
    """A name that was found.

    ``entry`` is the number of its entry and ``number`` its own: the lower, the more frequent is the entry.  ``other`` says that the entry
    has another label than the wanted one.
    """

    entry: int
    folded: str
    why: Why
    number: int = 0
    times: int = 0
    other: bool = False


def best(hits: Iterable[Hit], limit: int = 0) -> list[Hit]:
    """Return hits in the order in which they are offered, each entry once for its best reason; ``limit`` 0 is all.

    First by the reason, then what is linked most often, then the longer part of a text, then what has no other label, then the frequent.
    """
    found: dict[int, Hit] = {}
    for hit in sorted(hits, key=_rank):
        found.setdefault(hit.entry, hit)
        if len(found) == limit:
            break
    return list(found.values())


def _rank(hit: Hit) -> tuple[int, int, int, bool, int, str]:
    words = hit.folded.count(" ") if hit.why is Why.PART else 0
    return _ORDER[hit.why], -hit.times, -words, hit.other, hit.number, hit.folded


def joined(first: Entry, second: Entry) -> Entry:
    """Return what two entries with one id say together: ``second`` fills what ``first`` leaves empty, and all names are kept."""
    return replace(
        first,
        aliases=tuple(name for name in dict.fromkeys((*first.aliases, *second.names)) if name != first.name),
        description=first.description or second.description,
        url=first.url or second.url,
        label=first.label or second.label,
        frequency=first.frequency or second.frequency,
    )


def fold_name(text: str) -> str:
    """Return what all ways to write a name have in common: words in small letters without diacritics, one blank between two.

    Signs part words, but apostrophes vanish.  Of a name that has no letter or digit all signs are kept.
    """
    plain = text.lower() if text.isascii() else _without_diacritics(text)
    folded = _BETWEEN_WORDS.sub(_blank_or_marks, _APOSTROPHE.sub("", plain)).strip(" ")
    return folded or " ".join(plain.split())


def _blank_or_marks(found: re.Match[str]) -> str:
    if (signs := found.group()).isascii():
        return " "
    # vowel signs of Indic letters are parts of words, though the expression does not take them for letters
    return re.sub(" +", " ", "".join(sign if unicodedata.category(sign)[0] == "M" else " " for sign in signs))


def _without_diacritics(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join([character for character in taken_apart if unicodedata.combining(character) < _FIRST_DIACRITIC])
    return unicodedata.normalize("NFC", bare)


def initials_of(name: str) -> str:
    """Return the folded initials of a name of three to eight words that begins with a capital; empty for others."""
    words = fold_name(name).split()
    if not _LEAST_INITIALS <= len(words) <= _MOST_INITIALS or not name[:1].isupper():
        return ""
    return "".join(word[0] for word in words)


def is_abbreviation(surface: str) -> bool:
    """Tell whether a text may be the initials of something: capitals alone."""
    letters = surface.replace(".", "")
    return _LEAST_INITIALS <= len(letters) <= _MOST_INITIALS and letters.isalpha() and letters.isupper()


def forms_of(surface: str) -> tuple[str, ...]:
    """Return the folded forms under which a text is looked up: as it stands, then without clitics ("Jokowi-nya")."""
    words = surface.split()
    if not words:
        return ()
    *before, last = words
    written = (" ".join((*before, last[: len(stem)])) for stem in stems_of(fold(last)))
    return tuple(dict.fromkeys(map(fold_name, written)))


def parts_of(folded: str) -> Iterator[str]:
    """Yield the runs of words inside a folded text, but not all of it: the longest first, and of equal ones the rightmost.

    Single words of less than three characters are none, and a text of very many words has none.
    """
    words = folded.split()
    if len(words) > _MOST_WORDS:
        return
    for length in range(len(words) - 1, 0, -1):
        for start in range(len(words) - length, -1, -1):
            part = " ".join(words[start : start + length])
            if length > 1 or len(part) > 2:
                yield part
