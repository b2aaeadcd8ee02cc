"""What a text tells about its own names: a person named in full is found again by one part, an acronym means what it was said to mean.

It works on what the rules found in the whole text, and changes only what rests on weak evidence.
"""

from __future__ import annotations

from collections import Counter

from annotator.nlp.indonesian_institutions import kind, spelled
from annotator.nlp.indonesian_lexicon import lexicon
from annotator.nlp.indonesian_numbers import Found
from annotator.nlp.indonesian_words import Words

WEAK = frozenset(
    {"one word", "one word first", "small place", "preposition of place", "acronym", "before a place", "inner capital"}
)
"""Rules whose label gives way to what the rest of the text says."""


def remembered(words: Words, found: list[Found]) -> list[Found]:
    """Return the finds in text order, relabelled and completed; no word is in two of them."""
    found, meant = _meanings(words, found)
    parts = _parts_of_persons(words, found) | {short for short, label in meant.items() if label == "PERSON"}
    sure = _sure_labels(words, found)
    result = [_with_label(find, words.piece(*find[:2]), meant, parts, sure) for find in found]
    result = [find for find in result if find[2]]
    for index in _missed(words, parts):
        result.append((index, index + 1, "PERSON", "memory of a person"))
        words.taken[index] = True
    return sorted(result)


def _with_label(find: Found, piece: str, meant: dict[str, str], parts: set[str], sure: dict[str, str]) -> Found:
    """Return a find with the label the text gives to its piece, where its own evidence is weak."""
    first, last, label, rule = find
    if rule in WEAK:
        if piece in meant:
            return first, last, meant[piece], "memory of an acronym"
        if piece in parts:
            return first, last, "PERSON", "memory of a person"
        if piece in sure:
            return first, last, sure[piece], "memory of a name"
    return first, last, label, rule


def _meanings(words: Words, found: list[Found]) -> tuple[list[Found], dict[str, str]]:
    """Return the finds with those in brackets behind a person, and the labels of acronyms; "" for those that are no name."""
    meant: dict[str, str] = {}
    for _, _, short, name in spelled(words):
        meant[words.words[short]] = "ORG" if name else ""
    ends = {last: label for _, last, label, _ in found if label == "PERSON"}
    added: list[Found] = []
    for index in range(1, len(words) - 2):
        if words.words[index] != "(" or words.words[index + 2] != ")" or index not in ends:
            continue
        word = words.words[index + 1]
        if word[0].isupper() and word.isalpha() and kind(word) in {"acronym", "unknown", "name", "known"} and word not in meant:
            meant[word] = "PERSON"
            if not words.taken[index + 1]:
                words.taken[index + 1] = True
                added.append((index + 1, index + 2, "PERSON", "memory of a person"))
    return found + added, meant


def _parts_of_persons(words: Words, found: list[Found]) -> set[str]:
    """Return the words of names of persons that are long enough to stand for them."""
    parts: set[str] = set()
    for first, last, label, _ in found:
        if label == "PERSON" and last - first > 1:
            parts.update(word for word in words.words[first:last] if len(word) > 2 and word[0].isupper())
    known = lexicon()
    return {
        part
        for part in parts
        if part not in known.names
        and part.lower() not in known.cues["not_person"]
        and (kind(part) != "common" or (part in known.given and part.lower() not in known.cues["ordinary"]))
    }


def _sure_labels(words: Words, found: list[Found]) -> dict[str, str]:
    """Return the labels that strong evidence gave to a name, the most frequent where they differ."""
    counted: dict[str, Counter[str]] = {}
    for first, last, label, rule in found:
        if rule not in WEAK and label in {"PERSON", "ORG", "GPE", "LOC", "FAC", "WORK_OF_ART"}:
            counted.setdefault(words.piece(first, last), Counter())[label] += 1
    return {piece: labels.most_common(1)[0][0] for piece, labels in counted.items()}


def _missed(words: Words, parts: set[str]) -> list[int]:
    """Return the free words that are parts of a person's name; an ordinary word only within a sentence and alone."""
    missed: list[int] = []
    for index, word in enumerate(words.words):
        if words.taken[index] or (word not in parts and not (word.isupper() and len(word) > 3 and word.capitalize() in parts)):
            continue
        near = [place for place in (index - 1, index + 1) if 0 <= place < len(words) and words.words[place][0].isupper()]
        if kind(word) != "common" or not (words.first[index] or any(not words.taken[place] for place in near)):
            missed.append(index)
    return missed
