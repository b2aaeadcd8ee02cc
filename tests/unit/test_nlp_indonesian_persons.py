"""How far an unknown name goes, and what capitals all around say of it; texts nobody wrote."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.suggesting import Passage, SuggesterSetup
from annotator.domain.text import Tokens
from annotator.nlp.indonesian_news import find, load
from annotator.nlp.indonesian_persons import person_or_place, shouted
from annotator.nlp.indonesian_words import Words

EXTENTS = [
    ("Qwilaro", 0, "Qwilaro"),
    ("Qwilaro Bexam", 0, "Qwilaro Bexam"),
    ("Qwilaro Bexam Zuwit tiba", 0, "Qwilaro Bexam Zuwit"),
    ("Qwilaro B. Zuwit tiba", 0, "Qwilaro B. Zuwit"),
    ("M. Qwilaro tiba", 0, "M. Qwilaro"),
    ("R. M. Qwilaro tiba", 0, "R. M. Qwilaro"),
    ("Qwilaro bin Bexam tiba", 0, "Qwilaro bin Bexam"),
    ("Qwilaro van der Bexam tiba", 0, "Qwilaro"),
    ("Qwilaro al-Bexam tiba", 0, "Qwilaro al-Bexam"),
    ("Qwilaro bin tiba", 0, "Qwilaro"),
    ("Qwilaro Bexam II tiba", 0, "Qwilaro Bexam II"),
    ("Qwilaro Bexam Senin lalu", 0, "Qwilaro Bexam"),
    ("Qwilaro Bexam Presiden Zuwit", 0, "Qwilaro Bexam"),
    ("Qwilaro Bexam KPK", 0, "Qwilaro Bexam"),
    ("Qwilaro Bexam\nZuwit", 0, "Qwilaro Bexam"),
    ("Qwilaro Bexam, Zuwit", 0, "Qwilaro Bexam"),
    ("Slamet Medan tiba", 0, "Slamet Medan"),
    ("Slamet Indonesia tiba", 0, "Slamet"),
]


@pytest.mark.parametrize(("text", "first", "piece"), EXTENTS)
def test_how_far_a_name_goes(text: str, first: int, piece: str) -> None:
    words = Words(text)
    found, end, _ = person_or_place(words, first, role=True)
    assert found is not None
    assert found[1] == end
    assert text[words.starts[first] : words.ends[end - 1]] == piece


def test_a_name_is_of_bounded_length() -> None:
    words = Words("Qwilaro " * 60)
    assert 4 < person_or_place(words, 0, role=True)[1] <= 10


def test_one_letter_is_no_name() -> None:
    assert person_or_place(Words("Q tiba"), 0, role=True)[0] is None


SHOUTED = [
    ("PRESIDEN QWILARO TIBA", 1, True),
    ("QWILARO MARAH", 0, True),
    ("Presiden QWILARO tiba", 1, False),
    ("oleh KPK dan DPR", 1, False),
    ("KPK\nMENANGKAP GUBERNUR", 0, False),
    ("Ia pergi. QWILARO MARAH. Ia pulang.", 3, True),
    ("QWILARO", 0, False),
]


@pytest.mark.parametrize(("text", "index", "expected"), SHOUTED)
def test_capitals_all_around_say_nothing(text: str, index: int, expected: bool) -> None:
    assert shouted(Words(text), index) is expected


PIECES = st.sampled_from(
    [
        *(
            "Presiden",
            "Menteri",
            "Qwilaro",
            "Bexam",
            "Jakarta",
            "KPK",
            "PT",
            "Tbk",
            "Kamis",
            "Pasal",
            "UU",
            "No",
            "Kota",
            "Jalan",
            "SMA",
        ),
        *(
            "dan",
            "di",
            "ke",
            "juta",
            "persen",
            "ayat",
            "film",
            "warga",
            "bahasa",
            "bin",
            "van",
            "kata",
            "mengatakan",
            "of",
            "pukul",
        ),
        *("26/11", "5", "Rp1,5", "19.00", "WIB", "Arab", "Negeri", "I", "II", "al-Sisi", "M", "Universitas", "The", "👍", "\u00a0"),
        *("(", ")", ",", ".", '"', "“", "”", "-", "\n", "\r\n"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=25), st.sampled_from([" ", "", "\n", "  "]))
def test_finds_are_apart_and_in_order_in_any_mixture(pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    words = Words(text)
    end = 0
    for first, last, label, rule in find(words):
        assert end <= first < last <= len(words)
        assert label
        assert rule
        assert all(words.close[first + 1 : last])
        end = last


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    suggester = load(SuggesterSetup("indonesian-news", "rules"))
    for span in suggester([Passage(text, Tokens())])[0].spans:
        piece = text[span.start : span.end]
        assert piece
        assert piece == piece.strip()
