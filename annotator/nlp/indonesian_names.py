"""Names without a head of their own: known places, languages and groups, acronyms, titles of works, and what follows a role.

The words are read from left to right.  A run of capitalised words is cut into roles (``Menteri Luar Negeri``), known names (``Rusia``),
institutions and what is left, which is a person behind a role or a verb of saying, a place behind ``di`` and its like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotator.nlp.indonesian_institutions import follows, kind, known_at, named, phrase_at
from annotator.nlp.indonesian_lexicon import lexicon
from annotator.nlp.indonesian_numbers import Found
from annotator.nlp.indonesian_persons import PERSONAL, person_or_place, shouted
from annotator.nlp.indonesian_words import Words, word_set

_MODEL = re.compile(r"(?:[A-Z][A-Za-z]{0,2})?-?\d+[A-Za-z]*|[A-Z]{1,2}|Plus|Pro|Max|Mini|Note|Ultra|Lite|Edge|Prime|Super")


def names(words: Words) -> Iterator[Found]:
    """Yield the names among the free words, in text order."""
    index, role, triggers = 0, False, lexicon().small
    forms, low, taken, close = words.words, words.low, words.taken, words.close
    size = len(forms)
    while index < size:
        form = forms[index]
        if taken[index] or not form[0].isalpha():
            role = role and form in {".", ",", '"'} and index > 0 and low[index - 1] in _ABBREVIATIONS
            index += 1
            continue
        if not close[index]:
            role = False
        found = None
        if form[0].isupper():
            found, index, role = _large(words, index, role=role)
        elif low[index] in triggers:
            found, index, role = _small(words, index)
        else:
            role = role and low[index] in _ROLE_JOINTS and follows(words, index + 1) and kind(forms[index + 1]) == "common"
            index += 1
        if found:
            yield found


_ABBREVIATIONS = word_set("dr prof ir drs dra h hj kh k.h mr mrs ms st brigjen mayjen letjen irjen komjen kombes pol alm sdr")
_TITLE_JOINTS = word_set("the of and a to in di ke dari dan yang untuk de la")
_QUOTES = frozenset("\"'“”‘’`")
_ROLE_JOINTS = word_set("dan bidang urusan")


def _small(words: Words, index: int) -> tuple[Found | None, int, bool]:
    """A word in small letters: a role, a group of people, a language, or the head of a place's name."""
    known, low = lexicon(), words.low
    if low[index] in known.cues["people_group"] and (end := _people(words, index + 1)) > index + 1:
        return (index, end, "NORP", "people"), end, False
    if low[index] == "bahasa" and follows(words, index + 1) and words.words[index + 1] in known.cues["language"]:
        return (index, index + 2, "LANGUAGE", "language"), index + 2, False
    if low[index] in known.cues["event_small"] and follows(words, index + 1):
        end, label = known_at(words, index + 1)
        if label in {"GPE", "LOC"}:
            return (index, end, "EVENT", "event"), end, False
    if low[index] in known.cues["keep_small"] and follows(words, index + 1) and (found := named(words, index)):
        return found, found[1], False
    end = phrase_at(words, index)
    return None, max(end, index + 1), end > index


def _people(words: Words, index: int) -> int:
    if not follows(words, index):
        return index
    end, label = known_at(words, index)
    if end > index and label in {"GPE", "NORP"}:
        return end
    return index + 1 if words.words[index] in lexicon().cues["people_name"] else index


def _large(words: Words, index: int, *, role: bool) -> tuple[Found | None, int, bool]:
    """A word with a capital: a name, or a part of a role."""
    word, known = words.words[index], lexicon()
    end, label = known_at(words, index)
    if end > index + 1:
        return (index, end, label, "known name"), end, role
    if end > index and words.first[index] and words.low[index] in known.common and not word.isupper():
        return None, index + 1, role  # “Lima orang ...”
    if found := _after_its_word(words, index, label):
        return found, found[1], False
    if word.isupper() and len(word) > 3 and kind(word) in {"acronym", "common", "unknown"} and shouted(words, index):
        after = phrase_at(words, index)
        return None, max(after, index + 1), role or after > index
    if found := named(words, index):
        return found, found[1], role
    if (after := phrase_at(words, index)) > index:
        return None, after, True
    if end > index:
        return _known(words, index, end, label, role=role)
    return _by_kind(words, index, role=role)


def _after_its_word(words: Words, index: int, label: str) -> Found | None:
    """A language, a group of people or the title of a work, by the word that leads to it; ``label`` is that of the known name here."""
    known, low = lexicon(), words.low
    if low[index] == "bahasa" and follows(words, index + 1) and words.words[index + 1] in known.cues["language"]:
        return index, index + 2, "LANGUAGE", "language"
    if low[index] in known.cues["people_group"] and (end := _people(words, index + 1)) > index + 1:
        return index, end, "NORP", "people"
    if index > 1 and words.words[index - 1] in _QUOTES and low[index - 2] in known.cues["art_before"]:
        end = _closing(words, index)
        return (index, end, "WORK_OF_ART", "title of a work") if end > index else None
    if not index or not words.close[index] or label not in {"", "LOC", "FAC"}:
        return None
    if low[index - 1] in known.cues["art_before"] and words.words[index - 1].islower():
        return index, _title(words, index), "WORK_OF_ART", "title of a work"
    return None


def _closing(words: Words, index: int) -> int:
    """Return the place of the closing quotation mark of a title, ``index`` where there is none near on the line."""
    for end in range(index + 1, min(len(words), index + 10)):
        if words.words[end] in _QUOTES:
            return end
        if not words.close[end] or words.taken[end]:
            break
    return index


def _by_kind(words: Words, index: int, *, role: bool) -> tuple[Found | None, int, bool]:
    """A word that no list of names or heads knows."""
    word = words.words[index]
    what = kind(word)
    if what in {"calendar", "numeral"}:
        return None, index + 1, False
    if what == "site":
        return (index, index + 1, "ORG", "site"), index + 1, False
    if what == "acronym" and not _initials_of_person(words, index):
        return _acronym(words, index), index + 1, role
    if what == "common" and not (role and _goes_on(words, index)) and not _given(words, index):
        return None, index + 1, role
    return person_or_place(words, index, role=role)


def _given(words: Words, index: int) -> bool:
    """Tell whether an ordinary word is a given name here: within a sentence, before a word that may be a surname."""
    if words.first[index] or words.words[index] not in lexicon().given or not follows(words, index + 1):
        return False
    return kind(words.words[index + 1]) in PERSONAL


def _known(words: Words, index: int, end: int, label: str, *, role: bool) -> tuple[Found | None, int, bool]:
    if label == "PRODUCT":
        while end < min(len(words), index + 4) and words.close[end] and _MODEL.fullmatch(words.words[end]):
            end += 1
        return (index, end, label, "product"), end, False
    return (index, end, label, "known name"), end, role


def _title(words: Words, index: int) -> int:
    """Return the end of the capitalised words that may be the title of a work, small joints among them."""
    end = index
    while end < min(len(words), index + 8) and (end == index or words.close[end]) and not words.taken[end]:
        if not words.words[end][0].isupper() and not (words.low[end] in _TITLE_JOINTS and follows(words, end + 1)):
            break
        end += 1
    return end


def _initials_of_person(words: Words, index: int) -> bool:
    """Tell whether capitals are the initials of a name that follows: ``BJ Habibie``."""
    if len(words.words[index]) > 2 or words.words[index] in lexicon().cues["not_org"] or not follows(words, index + 1):
        return False
    return kind(words.words[index + 1]) in {"name", "unknown"}


def _goes_on(words: Words, index: int) -> bool:
    """Tell whether a common word begins a name: ``Bintang`` in ``Ibu Bintang Puspayoga``, ``Ban`` in ``Sekjen PBB Ban Ki-moon``.

    It stands behind a title, or behind the institution or country of a role, and an uncommon word follows.
    """
    known = lexicon()
    if not follows(words, index + 1) or kind(words.words[index + 1]) not in {"name", "unknown"}:
        return False
    if words.low[index - 1] in known.cues["title"]:
        return True
    return words.taken[index - 1] and words.low[index] not in known.cues["ordinary"]


def _acronym(words: Words, index: int) -> Found | None:
    word, known = words.words[index], lexicon()
    if word in known.cues["not_org"] or shouted(words, index):
        return None
    return index, index + 1, "ORG", "acronym"
