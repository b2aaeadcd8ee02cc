"""Names no list and no head knows: how far they go, and whether they are of a person, a place, an institution or a work.

A person stands behind a role or a verb of saying, a place behind ``di`` and its like; where nothing says so, words that are names of
people elsewhere make a person, and so do two unknown words together.
"""

from __future__ import annotations

import re

from annotator.nlp.indonesian_institutions import follows, head_at, kind, known_at, phrase_at
from annotator.nlp.indonesian_lexicon import Lexicon, lexicon
from annotator.nlp.indonesian_numbers import Found
from annotator.nlp.indonesian_words import Words

PERSONAL = frozenset({"name", "unknown", "initial"})
"""Kinds of words that names of persons are made of."""

_ARABIC = re.compile(r"(?:al|el|as|ad|an|ar|ash|asy|at|az)-[A-Z]\w+")


def shouted(words: Words, index: int) -> bool:
    """Tell whether a word stands among others in capitals, as in a headline: its case says nothing."""
    around: list[str] = []
    for place in (index - 1, index - 2):
        if place < 0 or words.first[place + 1]:
            break
        around.append(words.words[place])
    for place in (index + 1, index + 2):
        if place >= len(words) or words.first[place]:
            break
        around.append(words.words[place])
    lettered = [word for word in around if word.isalpha() and len(word) > 2]
    capitals = [word for word in lettered if word.isupper()]
    return len(capitals) >= 2 or (len(capitals) == len(lettered) and any(len(word) > 4 for word in capitals))


def person_or_place(words: Words, index: int, *, role: bool) -> tuple[Found | None, int, bool]:
    """What is left: the longest run of words that may be of a person, and what its surroundings make of it."""
    known = lexicon()
    end = _run(words, index, known)
    while end > index and (words.low[end - 1] in known.cues["alpha_name_part"] or not words.words[end - 1][0].isalnum()):
        end -= 1
    if end == index or (end == index + 1 and len(words.words[index]) < 2):
        return None, index + 1, role
    if end - index == 1 and words.first[index] and kind(words.words[index]) == "common":
        return None, end, False
    if words.words[index].isupper() and len(words.words[index]) > 3 and shouted(words, index):
        return None, end, False
    label, rule = _label(words, index, end, known, role=role)
    if label == "ORG":
        while end < len(words) and words.low[end] in {"of", "for", "and", "&"} and words.close[end] and follows(words, end + 1):
            end += 2
    return ((index, end, label, rule) if label else None), end, False


def _run(words: Words, index: int, known: Lexicon) -> int:
    """Return the end of the words that may be of one name, joints such as ``bin`` and the full stop of an initial among them."""
    end = index + 1
    while end < min(len(words), index + 8) and words.close[end] and not words.taken[end]:
        word = words.words[end]
        if word[0].isupper():
            if not _belongs(words, index, end, known):
                break
        elif _ARABIC.fullmatch(word):
            pass
        elif not follows(words, end + 1):
            break
        elif word == ".":
            if len(words.words[end - 1]) > 2 or not words.words[end - 1][0].isupper():
                break
        elif word not in known.cues["alpha_name_part"]:
            break
        end += 1
    return end


def _belongs(words: Words, index: int, place: int, known: Lexicon) -> bool:
    """Tell whether a capitalised word may go on with the name that begins at ``index``."""
    word = words.words[place]
    what = kind(word)
    if what in PERSONAL or (what == "numeral" and place > index + 1):
        return True
    if what == "common":
        return phrase_at(words, place) == place and not head_at(words, place)[1]
    return word in known.cities and kind(words.words[index]) == "name"  # a given name and a surname that is a city, too


def _label(words: Words, index: int, end: int, known: Lexicon, *, role: bool) -> tuple[str, str]:
    """Return the label of a run of unknown words and the rule that says so; no label where it is no name."""
    low, cues = words.low, known.cues
    before = low[index - 1] if index and words.close[index] else ""
    after = low[end] if end < len(words) else ""
    if low[end - 1] in cues["org_ends_strong"]:
        return "ORG", "institution end"
    if end - index > 1 and low[end - 1] in cues["fac_end"]:
        return "FAC", "building"
    if any(word in cues["not_person"] for word in low[index:end]):
        return ("ORG", "word before") if before in cues["org_before"] else ("", "")
    if role:
        return "PERSON", "title or role"
    if before in cues["org_before"]:
        return "ORG", "word before"
    if before in cues["say"] or after in cues["act"]:
        return "PERSON", "saying"
    return _place_or_person(words, index, end, before=before, after=after)


def _place_or_person(words: Words, index: int, end: int, *, before: str, after: str) -> tuple[str, str]:
    known, piece = lexicon(), words.piece(index, end)
    if before in known.cues["at"] and not (end - index > 1 and words.words[index] in known.given and before == "dari"):
        return "GPE", "preposition of place"
    if piece in known.weak and "," in {before, after}:
        return "GPE", "small place"
    if any(word in known.given or word in known.family for word in words.words[index:end]):
        return "PERSON", "given name"
    capital_after = end < len(words) and words.close[end] and words.capital(end)
    if after == "," and end + 1 < len(words) and words.close[end + 1] and known_at(words, end + 1)[1] == "GPE":
        return "GPE", "before a place"
    if end - index == 1 and any(letter.isupper() for letter in piece[1:]) and "-" not in piece:
        return "ORG", "inner capital"
    if end - index > 1:
        return "PERSON", "two words"
    if capital_after or after in _TITLE_ENDS:
        return "", ""  # the title of a work, or a piece of a longer name
    return "PERSON", "one word first" if words.first[index] else "one word"


_TITLE_ENDS = frozenset({")", '"', "”", "-", "–"})
