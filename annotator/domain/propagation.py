"""Where a document says the same once more: the rule by which one label goes to all places of the same text.

- A place begins and ends at token borders.  Where there are no tokens, it begins and ends where a word does.
- A run of white space between words is as good as any other, so that a line break does not hide a match.
- Capitals: written the same, or as headlines and sentence starts write it.  A surface with a capital and at least three letters
  is matched by the same text all in capitals; one all in capitals with more than four letters by its title case (a word of
  it may stay in capitals: BANK BRI, Bank BRI); one without capitals by the same with a capital first letter.  So lower
  case never matches a surface with capitals, and neither "is" nor "Is" is IS.
- The Indonesian clitics -nya, -ku, -mu, -lah and -kah at the end of the last word, with or without a hyphen, -lah and -kah also
  after one of the others, hide no match: neither those of the text nor those of the surface, if at least three letters
  stand before them.  Their own capitals do not count (KPKnya, rahmat-Nya).  Some words that only end like that ("Maluku",
  "masalah", names in "-llah") are taken whole.
- The place takes in the clitic of its last token, because spans stand on token borders.  A clitic that is a token of its own
  stays outside, unless it is part of the surface and the text says all of the surface there.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from functools import lru_cache

from annotator.domain.text import Range, Tokens

_PRONOUNS, _PARTICLES = ("nya", "ku", "mu"), ("lah", "kah")
_LEAST_LETTERS, _MOST_OF_ACRONYM = 3, 4
ENDINGS = (*_PRONOUNS, *_PARTICLES)
"""How a folded word ends that may have a clitic."""

# Indonesian words and names that only end as if with a clitic: "Maluku" is not "my Malu", nor "masalah" an emphatic "masa".
_WHOLE = """
hanya tanya bertanya ditanya menanya nyonya sonya vanya
bangku berlaku berperilaku engku haiku hamengku lukaku maluku mengaku pangku pelaku pemangku perilaku selaku tengku teuku tungku
bertamu bertemu berilmu isamu ketemu menemu menjamu osamu penemu
adalah adilah aqilah belah berjumlah bermasalah bersalah bersekolah celah diolah disebelah fadhilah fadilah halilah istilah jamilah
jumlah kabilah kafilah kamilah khalilah lailah majalah makalah masalah membelah memilah mengalah mengolah nabilah pengolah risalah
sebelah sebilah sejumlah sekolah seolah setelah terbelah terolah terpilah wasilah
akikah alangkah atikah barokah berkah langkah makkah mekkah melangkah menikah nafkah naskah paskah pranikah sedekah selangkah
syarikah tingkah zulaikah
"""
_WHOLE_WORDS = frozenset(_WHOLE.split())

_LAST_RUN = re.compile(r"\w+\Z")


def same_text(text: str, tokens: Tokens, surface: str) -> list[Range]:
    """Return the places (code points) where ``text`` says ``surface`` by the rule above, in text order and not overlapping.

    A megabyte takes some ten milliseconds and each place some microseconds: a regular expression looks for candidates in a folded
    copy of the text.
    """
    words = surface.split()
    if not words:
        return []
    written = " ".join(words)
    folded_words = [fold(word) for word in words]
    last = folded_words[-1]
    stems = stems_of(last)
    stem = min(stems, key=len)
    tails = _tails(last, stem, stems)
    needle = re.compile(r"\s+".join(map(re.escape, [*folded_words[:-1], stem])))
    folded = fold(text)
    starts, ends = (tokens.starts, tokens.ends) if tokens else word_borders(text)
    whole, longest = len(last) - len(stem), max(map(len, tails))
    capitals: dict[tuple[str, int], bool] = {}  # few ways to write it occur in one text
    places: list[Range] = []
    position = 0
    while found := needle.search(folded, position):
        start, stem_end = found.span()
        index = bisect_left(starts, start)
        if index == len(starts):
            break
        if starts[index] > start:
            position = starts[index]
            continue
        position = start + 1
        fitting = 0
        for number in range(bisect_left(ends, stem_end), len(ends)):
            end = ends[number]
            if end - stem_end > longest:
                break
            for bare in tails.get(folded[stem_end:end], ()):
                shown = text[start : stem_end + bare], bare
                if shown not in capitals:
                    capitals[shown] = _written_alike(" ".join(shown[0].split()), written[: len(written) - whole + bare])
                if capitals[shown] and (not fitting or folded[stem_end:end] == last[len(stem) :]):
                    fitting = end
        if fitting:
            places.append((start, fitting))
            position = fitting
    return places


def shortest_form(surface: str) -> str:
    """Return what every place that says ``surface`` begins with, folded and without the clitics of its last word; empty for white space.

    For looking in an index which texts may say it at all.
    """
    *before, last = [fold(word) for word in surface.split()] or [""]
    return " ".join([*before, min(stems_of(last), key=len)]) if last else ""


def key_of(surface: str) -> str:
    """Return what all ways to write a text have in common, itself a way to write it, for counting them together; empty for white space.

    Clitics are taken off.  A text without capitals, one all in capitals of at most four letters (BRI) and any other are three different
    things, as above; of the last, all ways to use capitals are one ("Bank BRI", "BANK BRI").
    """
    return keys_for(surface)[0] if surface and not surface.isspace() else ""


@lru_cache(maxsize=30_000)
def keys_for(surface: str) -> tuple[str, ...]:
    """Return the keys that a place may be counted under, the likeliest first: none for white space.

    Its own, then that of a name that stands in capitals there, then that of a text in small letters that begins a sentence there.
    """
    form = shortest_form(surface)
    if not form:
        return ()
    written = " ".join(surface.split())[: len(form)]
    if not any(map(str.isupper, written)):
        return (form,)
    name = " ".join(_title(_capitals(word)) for word in form.split(" "))
    keys = [name]
    if written == _capitals(written) and (letters := sum(map(str.isalpha, written))) <= _MOST_OF_ACRONYM:
        keys = [written, name] if letters >= _LEAST_LETTERS else [written]
    if _written_alike(written, form):
        keys.append(form)
    return tuple(dict.fromkeys(keys))


def _tails(last: str, stem: str, stems: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Return what may follow ``stem`` (the shortest of ``stems``) in the text, with how much of it is not clitic."""
    tails: dict[str, tuple[int, ...]] = {last[len(stem) :]: (len(last) - len(stem),)}
    for bare in stems:
        rest = bare[len(stem) :]
        for clitic in _CLITICS:
            if bare in stems_of(bare + clitic):
                tails[rest + clitic] = (*tails.get(rest + clitic, ()), len(rest))
        tails.setdefault(rest, (len(rest),))
    return tails


def stems_of(word: str) -> tuple[str, ...]:
    """Return a folded word and what is left of it without its clitics, longest first."""
    if not word.endswith(ENDINGS):
        return (word,)
    stems = [word]
    for family in (_PARTICLES, _PRONOUNS):
        shorter = _without(stems[-1], family)
        if shorter:
            stems.append(shorter)
    return tuple(stems)


def _without(word: str, clitics: tuple[str, ...]) -> str:
    run = _LAST_RUN.search(word)
    if run is None or run.group() in _WHOLE_WORDS or word.endswith("llah"):
        return ""
    clitic = next((clitic for clitic in clitics if word.endswith(clitic)), "")
    stem = word[: len(word) - len(clitic)].removesuffix("-") if clitic else ""
    if sum(map(str.isalpha, stem)) < _LEAST_LETTERS or not (stem[-1].isalnum() or unicodedata.combining(stem[-1])):
        return ""
    return stem


_CLITICS = tuple(
    dict.fromkeys(
        first + second
        for first in ("", *(hyphen + pronoun for hyphen in ("", "-") for pronoun in _PRONOUNS))
        for second in ("", *(hyphen + particle for hyphen in ("", "-") for particle in _PARTICLES))
        if first + second
    )
)


def _written_alike(shown: str, written: str) -> bool:
    """Tell whether two texts that differ at most in their capitals match: see the rule of this module."""
    if shown == written:
        return True
    letters = sum(map(str.isalpha, written))
    if not any(map(str.isupper, written)):
        first = next((index for index, character in enumerate(written) if character.isalpha()), 0)
        return shown == written[:first] + _upper(written[first]) + written[first + 1 :]
    capitals = _capitals(written)
    if shown == capitals:
        return letters >= _LEAST_LETTERS
    if written != capitals or letters <= _MOST_OF_ACRONYM:
        return False
    pairs = zip(shown.split(" "), written.split(" "), strict=True)
    return all(one in (other, _title(other)) for one, other in pairs)


def _capitals(text: str) -> str:
    return "".join(map(_upper, text))


def _title(word: str) -> str:
    """Return a word in title case; an apostrophe, a digit and a combining mark do not begin a part of it (Jum'at), a hyphen does."""
    inside = False
    shown: list[str] = []
    for character in word:
        shown.append(_lower(character) if inside else character)
        inside = character.isalnum() or character in "'’ʼ" or unicodedata.combining(character) > 0
    return "".join(shown)


def _upper(character: str) -> str:
    return changed if len(changed := character.upper()) == 1 else character


def _lower(character: str) -> str:
    return changed if len(changed := character.lower()) == 1 else character


def fold(text: str) -> str:
    """Return the text without the difference of capitals, one code point for each code point.

    Folding never shortens a character, so equal lengths mean that none grew; those that would grow ("ß", "İ") stay as they are.
    """
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    growing = "".join(character for character in set(text) if len(character.casefold()) > 1)
    pieces = re.split(f"([{re.escape(growing)}])", text)
    pieces[::2] = map(str.casefold, pieces[::2])
    return "".join(pieces)


def word_borders(text: str) -> tuple[list[int], list[int]]:
    words = [found.span() for found in re.finditer(r"\w+|[^\w\s]", text)]
    return [start for start, _ in words], [end for _, end in words]
