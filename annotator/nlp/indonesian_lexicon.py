"""The word lists behind ``indonesian-news``: read once per process from ``resources/gazetteers``, some 350 KB.

``cues.txt`` is kept by hand, the other files are built by ``packaging/gazetteers.py``; ``SOURCE.md`` there names their licences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from annotator.errors import SuggesterError
from annotator.paths import resource_dir

FILES = ("places.txt", "words.txt", "names.txt", "terms.txt", "cues.txt")

_PLACE_LABELS = {"country": "GPE", "region": "LOC", "province": "GPE", "regency": "GPE", "city": "GPE", "district": "GPE"}
_CUE_LABELS = {"org": "ORG", "gpe": "GPE", "loc": "LOC", "fac": "FAC", "people": "NORP", "product": "PRODUCT"}
_HEADS = {"gpe_head": "GPE", "loc_head": "LOC", "fac_head": "FAC", "org_head": "ORG", "event": "EVENT", "law_head": "LAW"}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known before a text is read.

    ``names`` gives the label of a known name, as it is written, and ``upper`` the name for the same in capitals.  ``name_starts``
    holds the length in words of the longest name that begins with a word.  ``heads`` gives the label of words that begin a name,
    in small letters, ``head_starts`` as above; ``phrases`` are titles and roles.  ``cities`` may be surnames, too, ``weak`` are places
    of little weight, ``small`` the words in small letters that may begin something.  ``cues`` holds all lists by their kind.
    """

    names: Mapping[str, str]
    name_starts: Mapping[str, int]
    upper: Mapping[str, str]
    heads: Mapping[str, str]
    head_starts: Mapping[str, int]
    phrases: Mapping[str, str]
    phrase_starts: Mapping[str, int]
    cities: frozenset[str]
    weak: frozenset[str]
    common: frozenset[str]
    both: frozenset[str]
    given: frozenset[str]
    family: frozenset[str]
    small: frozenset[str]
    law_starts: frozenset[str]
    cues: Mapping[str, frozenset[str]]

    def is_common(self, word: str) -> bool:
        """Tell whether a word is an ordinary one as a rule; affixes and reduplication are looked through."""
        word = word.lower()
        return word in self.common or word in self.both or _stem_in(word, self.common)


def read_kinds(path: Path) -> dict[str, list[str]]:
    """Return the names of each kind in a file of lists; raises ``SuggesterError`` where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SuggesterError(
            f"The word lists that come with the program are incomplete: {path.name} cannot be read. Please install the program again."
        ) from error
    lines = (line.partition("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {kind: names.split(";") for kind, _, names in lines}


@cache
def lexicon() -> Lexicon:
    """Read the lists of this installation."""
    folder = resource_dir() / "gazetteers"
    kinds: dict[str, list[str]] = {}
    for file in FILES:
        kinds |= read_kinds(folder / file)
    cues = {kind: frozenset(names) for kind, names in kinds.items() if kind not in _PLACE_LABELS and kind != "weak"}
    names = {name: label for kind, label in _PLACE_LABELS.items() for name in kinds[kind]}
    names |= {name: label for kind, label in _CUE_LABELS.items() for name in kinds[kind]}
    heads = {head: label for kind, label in _HEADS.items() for head in kinds[kind]}
    phrases = dict.fromkeys(kinds["role"], "role") | dict.fromkeys(kinds["title"], "title")
    return Lexicon(
        names=names,
        name_starts=_longest(names),
        upper={name.upper(): name for name in names},
        heads=heads,
        head_starts=_longest(heads),
        phrases=phrases,
        phrase_starts=_longest(phrases),
        cities=frozenset((*kinds["city"], *kinds["regency"])) - cues["gpe"],
        weak=frozenset(kinds["weak"]),
        common=cues["common"],
        both=cues["both"],
        given=cues["given"],
        family=cues["family"],
        small=frozenset((*_longest(phrases), *cues["people_group"], *cues["keep_small"], *cues["event_small"], "bahasa")),
        law_starts=frozenset(_longest(dict.fromkeys(kinds["law_head"], ""))),
        cues=cues,
    )


def _longest(names: Mapping[str, str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for name in names:
        first, *rest = name.split(" ")
        if len(rest) >= longest.get(first, 0):
            longest[first] = len(rest) + 1
    return longest


_SUFFIXES = ("nya", "lah", "kah", "pun", "ku", "mu", "kan", "an", "i")
_PREFIXES = (
    "memper",
    "diper",
    "keber",
    "meng",
    "meny",
    "peng",
    "peny",
    "mem",
    "men",
    "pem",
    "pen",
    "ber",
    "ter",
    "per",
    "me",
    "di",
    "ke",
    "se",
    "pe",
)


def _stem_in(word: str, known: frozenset[str]) -> bool:
    """Tell whether a word without Indonesian affixes is among the known: good enough for the case of a letter."""
    left, hyphen, _ = word.partition("-")
    if hyphen and left in known:
        return True
    stems = [word, *(word[: -len(suffix)] for suffix in _SUFFIXES if word.endswith(suffix) and len(word) - len(suffix) > 3)]
    if any(stem in known for stem in stems[1:]):
        return True
    return any(
        stem[len(prefix) :] in known
        for stem in stems
        for prefix in _PREFIXES
        if stem.startswith(prefix) and len(stem) - len(prefix) > 3
    )
