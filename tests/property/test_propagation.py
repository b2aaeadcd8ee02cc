"""Finding the same text quickly against a slow reading of the rule: every run of tokens is compared by itself."""

import re
import unicodedata
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotator.domain.propagation import _WHOLE_WORDS, same_text
from annotator.domain.text import Tokens

CALM = settings(deadline=None, max_examples=500)

STEMS = st.sampled_from(
    ("masa", "masalah", "malu", "maluku", "bang", "bangku", "is", "abc", "a", "ß", "İabc", "jum'at", "e\u0301bc", "2020", "😀")
)
CLITICS = st.sampled_from(("", "", "", "nya", "-nya", "ku", "mu", "lah", "-lah", "kah", "nyalah", "-Mu-kah", "--nya", "-"))
BLANKS = st.sampled_from((" ", " ", " ", "\n", "\r\n", " \u00a0", "", ". “"))
CASES = st.sampled_from((str, str, str.upper, str.lower, str.title, str.capitalize))


@st.composite
def words(draw, most):
    """Words with clitics in all kinds of capitals, blanks or marks between them."""
    pieces = []
    for _ in range(draw(st.integers(0, most))):
        pieces += [draw(CASES)(draw(STEMS)), draw(CASES)(draw(CLITICS)), draw(BLANKS)]
    return "".join(pieces)


@st.composite
def cases(draw):
    """A text, its tokens (cut at random, seldom inside a word), and what may stand there: a piece of the text or made-up words."""
    text = draw(words(6))
    ranges = []
    for run in re.finditer(r"[\w\u0301-]+|[^\w\s]+", text):
        cuts = draw(st.one_of(st.just([]), st.just([]), st.lists(st.integers(run.start(), run.end()), max_size=2)))
        ranges += list(pairwise(sorted({run.start(), run.end(), *cuts})))
    surface = draw(words(2))
    if ranges and draw(st.integers(0, 3)):
        first = draw(st.integers(0, len(ranges) - 1))
        last = draw(st.integers(first, min(first + 2, len(ranges) - 1)))
        surface = draw(CASES)(text[ranges[first][0] : ranges[last][1]]) + draw(CLITICS)
    return text, Tokens(ranges), surface


def one(character, change):
    changed = change(character)
    return changed if len(changed) == 1 else character


def folded(text):
    return "".join(one(character, str.casefold) for character in text)


def stripped(word, clitics):
    """The word without one of these clitics, or None."""
    run = re.search(r"\w+$", word)
    if run is None or folded(run.group()) in _WHOLE_WORDS or folded(word).endswith("llah"):
        return None
    for clitic in clitics:
        for ending in ("-" + clitic, clitic):
            stem = word[: -len(ending)]
            if folded(word).endswith(ending) and sum(letter.isalpha() for letter in stem) >= 3:
                return stem if stem[-1].isalnum() or unicodedata.combining(stem[-1]) else None
    return None


def readings(surface):
    """The text with and without the clitics of its last word, white space as single blanks."""
    shown = " ".join(surface.split())
    before, blank, last = shown.rpartition(" ")
    found = [last]
    for clitics in (("lah", "kah"), ("nya", "ku", "mu")):
        shorter = stripped(found[-1], clitics)
        if shorter is not None:
            found.append(shorter)
    return {before + blank + word for word in found}


def may_be_written(written):
    """All ways the text may write it."""
    upper = "".join(one(character, str.upper) for character in written)
    letters = sum(character.isalpha() for character in written)
    forms = {written}
    if not any(character.isupper() for character in written):
        first = next((number for number, character in enumerate(written) if character.isalpha()), None)
        if first is not None:
            forms.add(written[:first] + upper[first] + written[first + 1 :])
        return forms
    if letters >= 3:
        forms.add(upper)
    if written == upper and letters >= 5:
        known = [""]
        for word in written.split(" "):
            title = ""
            for number, character in enumerate(word):
                before = word[number - 1] if number else ""
                inside = bool(before) and (before.isalnum() or before == "'" or unicodedata.combining(before) > 0)
                title += one(character, str.lower) if inside else character
            known = [start + " " + form for start in known for form in (word, title)]
        forms |= {form[1:] for form in known}
    return forms


def the_same(shown, surface):
    """Whether the text shown is the surface by the rule, the two read with and without their clitics."""
    of_text, of_surface = readings(shown), readings(surface)
    return any(reading in may_be_written(other) for reading in of_text for other in of_surface)


def slowly(text, tokens, surface):
    places, position = [], 0
    if not surface.strip():
        return []
    whole = folded(" ".join(surface.split()))
    for number, (start, _) in enumerate(tokens):
        if start < position:
            continue
        ends = [end for _, end in list(tokens)[number:] if the_same(text[start:end], surface)]
        exact = [end for end in ends if folded(" ".join(text[start:end].split())) == whole]
        if ends:
            position = (exact or ends)[0]
            places.append((start, position))
    return places


@CALM
@given(cases())
@example(("Masa-nya masa", Tokens([(0, 4), (4, 5), (5, 8), (9, 13)]), "Masa-nya"))
@example(("ßßmasalah masa", Tokens([(0, 9), (10, 14)]), "masa"))
@example(("MASALAH MASAKULAH", Tokens([(0, 7), (8, 17)]), "MASA"))
@example(("masa i̇abcnya", Tokens([(0, 4), (5, 6), (6, 7), (7, 13)]), "̇ABCNYA"))
@example(("jum'at", Tokens([(0, 3), (3, 6)]), "jumlah"))
@example(("masanya masaNYA", Tokens([(0, 7), (8, 12), (12, 15)]), "masanya"))
def test_the_quick_search_finds_what_the_slow_one_finds(case):
    assert same_text(*case) == slowly(*case)


@CALM
@given(cases())
def test_places_stand_on_token_borders_and_do_not_overlap(case):
    text, tokens, surface = case
    places = same_text(text, tokens, surface)
    assert all(tokens.aligned(*place) for place in places)
    assert all(left[1] <= right[0] for left, right in pairwise(places))


@CALM
@given(cases())
def test_what_begins_and_ends_with_tokens_is_found_where_it_is_written(case):
    text, tokens, _ = case
    for start, end in list(tokens)[:3]:
        places = same_text(text, tokens, text[start:end])
        assert any(low < end and start < high for low, high in places)
