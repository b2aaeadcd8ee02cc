"""Finding very many texts in one walk: the same places that looking for each of them finds, and the keys they are counted under."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.propagation import fold, key_of, keys_for, same_text, shortest_form
from annotator.domain.surfaces import LONGEST, Surfaces
from annotator.domain.text import Tokens


def tokens_of(text):
    return Tokens(match.span() for match in re.finditer(r"[\w-]+|[^\w\s]", text))


def found(text, *surfaces, tokens=None):
    places = Surfaces(map(key_of, surfaces)).places(text, tokens_of(text) if tokens is None else tokens)
    return [(text[start:end], key) for start, end, key in places]


@pytest.mark.parametrize(
    ("surfaces", "key"),
    [
        (("Jakarta", "JAKARTA", "Jakartanya", "Jakarta-nya", " Jakarta\n"), "Jakarta"),
        (("jakarta", "jakarta-lah"), "jakarta"),
        (("Joko Widodo", "JOKO  WIDODO", "Joko\nWidodonya"), "Joko Widodo"),
        (("BRI", "BRI-nya", "BRInya"), "BRI"),
        (("Bri",), "Bri"),
        (("Bank BRI", "BANK BRI", "Bank Bri"), "Bank Bri"),
        (("McDonald", "MCDONALD"), "Mcdonald"),
        (("Maluku", "MALUKU"), "Maluku"),
        (("", "  ", "\n"), ""),
        (("2019",), "2019"),
        (("جاكرتا",), "جاكرتا"),
        (("Straße",), "Straße"),
    ],
)
def test_the_key_of_a_text(surfaces, key):
    assert {key_of(surface) for surface in surfaces} == {key}


def test_a_place_may_be_counted_under_other_keys_than_its_own():
    assert keys_for("BANK") == ("BANK", "Bank")
    assert keys_for("IS") == ("IS",), "Is has too few letters to stand in capitals"
    assert keys_for("Presiden") == ("Presiden", "presiden")
    assert keys_for("Joko Widodo") == ("Joko Widodo",)
    assert keys_for("JAKARTA") == ("Jakarta",)
    assert keys_for(" ") == ()


def test_the_longest_of_those_that_begin_first():
    text = "Bank Indonesia dan Bank dan Indonesia dan Bank Indonesia Raya"
    assert found(text, "Bank", "Indonesia", "Bank Indonesia") == [
        ("Bank Indonesia", "Bank Indonesia"),
        ("Bank", "Bank"),
        ("Indonesia", "Indonesia"),
        ("Bank Indonesia", "Bank Indonesia"),
    ]


def test_a_part_of_a_token_is_no_place_but_a_clitic_hides_none():
    assert found("KPKnya, KPK-nya, KPKku! KPKs anti-KPK KPK", "KPK") == [
        ("KPKnya", "KPK"),
        ("KPK-nya", "KPK"),
        ("KPKku", "KPK"),
        ("KPK", "KPK"),
    ]


def test_line_breaks_and_blanks_are_as_good_as_any():
    assert [place for place, _ in found("Joko\nWidodo, Joko \r\n Widodo", "Joko Widodo")] == ["Joko\nWidodo", "Joko \r\n Widodo"]


def test_marks_and_numbers_may_begin_a_text():
    assert [
        place for place, _ in found('Kata "Merdeka" 17 Agustus; 3.500 (tiga)', "17 Agustus", '"Merdeka"', "3.500", "(tiga)")
    ] == [
        '"Merdeka"',
        "17 Agustus",
        "3.500",
        "(tiga)",
    ]


def test_a_text_without_tokens_is_walked_by_its_words():
    assert found("Ke Jakarta, lalu BRI.", "Jakarta", "BRI", tokens=Tokens()) == [("Jakarta", "Jakarta"), ("BRI", "BRI")]


def test_offsets_are_code_points():
    (place,) = Surfaces(["Budi"]).places("😊 Budi", tokens_of("😊 Budi"))
    assert place == (2, 6, "Budi")


def test_tokens_need_not_be_words():
    assert found("5triliun", "5triliun", tokens=Tokens([(0, 1), (1, 8)])) == [("5triliun", "5triliun")]
    assert found("5triliun", "5", "triliun", tokens=Tokens([(0, 1), (1, 8)])) == [("5", "5"), ("triliun", "triliun")]
    assert found("Jum'at", "Jum'at", tokens=Tokens([(0, 3), (3, 4), (4, 6)])) == [("Jum'at", "Jum'at")]


def test_what_is_too_long_or_empty_is_not_looked_for():
    assert len(Surfaces(["", "a" * LONGEST, "b" * (LONGEST + 1)])) == 1


_WORDS = st.sampled_from(
    ["Bank", "bank", "BANK", "Indonesia", "INDONESIA", "BRI", "Bri", "is", "Is", "IS", "KPKnya", "KPK", "di", ",", "-nya"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, min_size=1, max_size=14), st.lists(_WORDS, min_size=1, max_size=3), st.sampled_from([" ", "\n", "  "]))
def test_it_finds_what_looking_for_one_text_finds(words, wanted, blank):
    """Of one text, its own places are found; more only where capitals make one key of two writings."""
    text, surface = blank.join(words), " ".join(wanted)
    tokens = tokens_of(text)
    walked = {(start, end) for start, end, _ in Surfaces([key_of(surface)]).places(text, tokens)}
    looked = set(same_text(text, tokens, surface))
    alike = {place for place in looked if key_of(surface) in keys_for(text[place[0] : place[1]])}
    assert all(any(start <= low and high <= end for start, end in walked) for low, high in alike)
    for start, end in walked:
        assert shortest_form(text[start:end]) == fold(key_of(surface))
