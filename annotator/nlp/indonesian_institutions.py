"""Names that begin with a word that says what they are: ``Kementerian ...``, ``PT ... Tbk``, ``Jalan ...``, ``Piala ...``; laws, too.

Each rule is given the place of its head and returns where the name ends, or the place itself where there is no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from annotator.nlp.indonesian_dates import is_calendar
from annotator.nlp.indonesian_lexicon import lexicon
from annotator.nlp.indonesian_numbers import Found
from annotator.nlp.indonesian_words import Words, word_set

_OPEN_HEADS = word_set(
    "pt cv perum universitas institut akademi politeknik yayasan bank sma smp sd smk sman smpn sdn smu tk stie stmik harian majalah"
    " tabloid radio televisi klub fc ps koperasi polda polres polsek polresta polrestabes kodam kodim korem pengadilan kejaksaan stikes"
    " stkip iain uin stain mts man sekolah pesantren sanggar grup fakultas kelompok koran gp asuransi the pn band perusahaan kedubes"
    " kepolisian pasukan laskar"
)
"""Heads that any name may follow; the others are followed by ordinary words, and a person's name behind these is no part of theirs."""

_NAMED_AFTER = word_set("dr dr. prof h hj kh jenderal letjen mayor")
_JOINTS = word_set("dan of for and & the untuk de")
_ROMAN = re.compile(r"[IVX]+|\d{1,4}(?:-\w)?|[A-Z]")
_WEBSITE = re.compile(r"[\w-]+\.(?:com|co\.id|id|net|org|go\.id|ac\.id|tv|news)", re.IGNORECASE)
_LAW_NUMBER = word_set("no nomor tahun pasal ayat tentang")


@lru_cache(maxsize=1 << 15)
def kind(word: str) -> str:
    """Return what a capitalised word is by itself: calendar, initial, name, known, site, acronym, common or unknown."""
    words = lexicon()
    if is_calendar(word):
        return "calendar"
    if len(word) == 1:
        return "initial"
    if _WEBSITE.fullmatch(word):
        return "site"
    if word in words.names or (word.isupper() and len(word) > 3 and word in words.upper and word.lower() not in words.common):
        return "known"
    low = word.lower()
    if low in words.cues["ordinary"] or low in words.common or low in words.both:
        return "common"
    if word in words.given or word in words.family:
        return "name"
    letters = word.replace("-", "").replace("/", "")
    if letters.isupper() and 2 <= len(letters) <= 9:
        return "numeral" if _ROMAN.fullmatch(word) and word not in {"DI", "MC"} else "acronym"
    if words.is_common(word):
        return "common"
    return "unknown"


def follows(words: Words, index: int) -> bool:
    """Tell whether a word stands right behind the one before, begins with a capital, and is free."""
    return index < len(words) and words.close[index] and not words.taken[index] and words.words[index][0].isupper()


def head_at(words: Words, index: int) -> tuple[int, str]:
    """Return the end and the label of the longest head phrase at a word, or the place itself and nothing."""
    known, low = lexicon(), words.low
    for length in range(min(known.head_starts.get(low[index], 0), len(words) - index), 0, -1):
        label = known.heads.get(" ".join(low[index : index + length]))
        if label and all(words.close[index + 1 : index + length]):
            return index + length, label
    return index, ""


def known_at(words: Words, index: int) -> tuple[int, str]:
    """Return the end and the label of the longest known name at a word; names in capitals are known, too."""
    known = lexicon()
    word = words.words[index]
    for length in range(min(known.name_starts.get(word, 0), len(words) - index), 0, -1):
        label = known.names.get(words.piece(index, index + length))
        if label and all(words.close[index + 1 : index + length]) and not any(words.taken[index : index + length]):
            return index + length, label
    if word.isupper() and len(word) > 3:
        for length in range(min(3, len(words) - index), 0, -1):
            name = known.upper.get(words.piece(index, index + length))
            if name and (length > 1 or words.low[index] not in known.common) and not any(words.taken[index : index + length]):
                return index + length, known.names[name]
    return index, ""


def phrase_at(words: Words, index: int) -> int:
    """Return the end of the longest title or role at a word, whatever its case."""
    known, low = lexicon(), words.low
    for length in range(min(known.phrase_starts.get(low[index], 0), len(words) - index), 0, -1):
        if " ".join(low[index : index + length]) in known.phrases:
            return index + length
    return index


def named(words: Words, index: int) -> Found | None:
    """Return the name that begins with a head at ``index``."""
    end, label = head_at(words, index)
    if not label or any(words.taken[index:end]):
        return None
    if label == "ORG":
        return _institution(words, index, end)
    if label == "EVENT":
        return _event(words, index, end)
    if label == "LAW" or words.low[end - 1] == "kali":
        return None
    return _place(words, index, end, label)


def _place(words: Words, index: int, end: int, label: str) -> Found | None:
    """A place: its head and up to three words, or a known name; ordinary words are part of a building's name alone."""
    start, low = end, words.low
    if end < len(words) and low[end] == "." and low[end - 1] in {"jl", "jln", "kab", "kec", "kel"}:
        end, start = end + 1, end + 1
    while end < start + 4 and follows(words, end):
        after, _ = known_at(words, end)
        if after > end:
            end = after
            if label != "FAC":
                break
            continue
        if label == "FAC" and end == start and low[end] in _NAMED_AFTER:
            end += 2 if end + 1 < len(words) and words.words[end + 1] == "." else 1
            start = end
            continue
        what = kind(words.words[end])
        if what == "calendar" or (what == "common" and label != "FAC" and end > start) or phrase_at(words, end) > end:
            break
        if what == "common" and label == "GPE":
            break
        end += 1
    while label in {"FAC", "LOC"} and end > start and end < len(words) and words.close[end] and _ROMAN.fullmatch(words.words[end]):
        end += 1
    return (index, end, label, f"{label} head") if end > start else None


def _institution(words: Words, index: int, end: int) -> Found | None:
    """An institution: its head and the capitalised words behind it, over ``dan`` and the like."""
    low, start = words.low, end
    wide = low[index] in _OPEN_HEADS
    unknown = 0
    if end < len(words) and low[end] == "." and low[index] in {"pt", "cv"}:
        end, start = end + 1, end + 1
    while end < min(len(words), start + 9):
        if follows(words, end):
            what = kind(words.words[end])
            if end > start and (low[end] == "partai" or (what == "known" and lexicon().names.get(words.words[end]) == "ORG")):
                break
            ends_title = phrase_at(words, end) > end and low[end] not in {
                "wali",
                "anak",
                "hakim",
                "jaksa",
                "presiden",
                "menteri",
                "warga",
                "pemain",
            }
            if what == "calendar" or ends_title:
                break
            if what in {"unknown", "name", "initial"}:
                unknown += 1
                if (not wide and end > start) or unknown > 3:
                    break
            end += 1
            if low[end - 1] in {"tbk", "inc", "corp", "ltd"}:
                break
        elif (
            low[end] in _JOINTS
            and end > start
            and words.close[end]
            and follows(words, end + 1)
            and _joined(words, end + 1, wide=wide)
        ) or (wide and low[end].isdigit() and words.close[end] and not words.taken[end]):
            end += 1
        else:
            break
    if end == start + 1 and low[index] in {"komisi", "angkatan"} and kind(words.words[start]) == "numeral":
        return None
    return (index, end, "ORG", "institution head") if end > start else None


def _joined(words: Words, index: int, *, wide: bool) -> bool:
    """Tell whether the word behind ``dan`` goes on with the name of an institution rather than begins another name."""
    what = kind(words.words[index])
    return (
        what == "common"
        or (wide and words.low[index - 1] != "dan")
        or (what == "acronym" and words.words[index] in {"HAM", "UKM", "PNS"})
    )


def _event(words: Words, index: int, end: int) -> Found | None:
    """An event, with its year, number and place."""
    start, low = end, words.low
    while end < min(len(words), start + 4) and words.close[end] and not words.taken[end]:
        if not (_ROMAN.fullmatch(words.words[end]) or kind_is_name(words, end)):
            break
        end += 1
    if end == start and " ".join(low[index:start]) in lexicon().cues["needs_more"]:
        return None
    return index, end, "EVENT", "event"


def kind_is_name(words: Words, index: int) -> bool:
    """Tell whether a capitalised word is of the kinds that names of events go on with."""
    word = words.words[index]
    if not word[0].isupper() or phrase_at(words, index) > index:
        return False
    return kind(word) in {"common", "numeral"} or lexicon().names.get(word) in {"GPE", "LOC"} or word in lexicon().cues["not_org"]


def laws(words: Words) -> Iterator[Found]:
    """Yield laws, regulations and articles with their numbers."""
    known, low, size = lexicon(), words.low, len(words)
    index = 0
    while index < size:
        end = index
        if low[index] in known.law_starts and words.capital(index) and head_at(words, index)[1] == "LAW":
            start = end = head_at(words, index)[0]
            while end < size and words.close[end] and end < start + 12:
                small = low[end]
                if (small == "." and low[end - 1] == "no") or (
                    small in _LAW_NUMBER or small[0].isdigit() or small == "dasar" or (small in {"(", ")"} and _article(words, end))
                ):
                    pass
                elif not (words.capital(end) and kind(words.words[end]) in {"common", "acronym", "known", "unknown", "numeral"}):
                    break
                end += 1
            while end > start and low[end - 1] in {"tentang", "no", "nomor", "(", "tahun", "ayat", "."}:
                end -= 1
            if end == start and low[index] not in {"kuhp", "kuhap", "uud"}:
                end = index
        if end > index:
            yield index, end, "LAW", "law"
        index = max(end, index + 1)


def _article(words: Words, index: int) -> bool:
    """Tell whether a bracket belongs to the number of a paragraph: ``Pasal 2 ayat (1)``."""
    low = words.low
    if low[index] == "(":
        return index + 2 < len(words) and low[index + 1].isdigit() and low[index + 2] == ")"
    return low[index - 1].isdigit() and low[index - 2] == "("


def spelled(words: Words) -> Iterator[tuple[int, int, int, bool]]:
    """Yield where an acronym in brackets follows the words it is made of: start and end of these, place of the acronym, whether a name.

    The initials of a person are left out: their words are no ordinary ones.
    """
    for index in range(2, len(words) - 1):
        if words.words[index - 1] != "(" or words.words[index + 1] != ")":
            continue
        short = words.words[index]
        letters = [letter.lower() for letter in short if letter.isalpha()]
        if not 2 <= len(letters) <= 8 or not short[:2].isupper():
            continue
        start = _initials(words, index - 1, letters)
        if start == index - 1:
            continue
        name = all(words.capital(place) or words.low[place] in _JOINTS for place in range(start, index - 1))
        if not name or any(kind(words.words[place]) in {"common", "known"} for place in range(start, index - 1)):
            yield start, index - 1, index, name


def _initials(words: Words, end: int, letters: list[str]) -> int:
    """Return where the words begin whose initials are ``letters``, ``end`` if they are not; ``dan`` and the like may be skipped."""
    place, left = end, list(letters)
    while left and place > 0 and words.close[place] and words.low[place - 1][0].isalnum():
        place -= 1
        if words.low[place][0] == left[-1]:
            left.pop()
        elif words.low[place] not in _JOINTS:
            return end
    return place if not left else end
