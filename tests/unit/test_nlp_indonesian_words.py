"""The words of a text as the rules see them: their cut, the beginnings of sentences, and how spans meet the project's tokens."""

from __future__ import annotations

import pytest

from annotator.domain.text import Tokens
from annotator.nlp.indonesian_words import Words, aligner, word_set

CUTS = [
    ("Kamis (26/11) pagi.", ["Kamis", "(", "26/11", ")", "pagi", "."]),
    ("Rp1,5 triliun", ["Rp1,5", "triliun"]),
    ("pukul 19.00-21.00 WIB", ["pukul", "19.00-21.00", "WIB"]),
    ("REPUBLIKA.CO.ID, MOSKOW --", ["REPUBLIKA.CO.ID", ",", "MOSKOW", "-", "-"]),
    ("PKB-nya kecil", ["PKB", "-", "nya", "kecil"]),
    ("Putin-lah orangnya", ["Putin", "-", "lah", "orangnya"]),
    ("orang-orang", ["orang-orang"]),
    ("Soekarno-Hatta", ["Soekarno-Hatta"]),
    ("Ka'bah dan Jum’at", ["Ka'bah", "dan", "Jum’at"]),
    ("DPR/MPR", ["DPR/MPR"]),
    ("km/jam", ["km/jam"]),
    ("M. Nasir", ["M", ".", "Nasir"]),
    ("K.H. Hasyim", ["K.H", ".", "Hasyim"]),
    ("“Kami,” katanya", ["“", "Kami", ",", "”", "katanya"]),
    ("80%", ["80", "%"]),
    ("US$20", ["US", "$", "20"]),
    ("a\u00a0b\u2003c", ["a", "b", "c"]),
    ("👍🏽 ya", ["👍", "🏽", "ya"]),
    ("", []),
    (" \r\n ", []),
]


@pytest.mark.parametrize(("text", "expected"), CUTS)
def test_cuts(text: str, expected: list[str]) -> None:
    words = Words(text)
    assert words.words == expected
    assert [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)] == expected
    assert words.low == [word.lower() for word in expected]
    assert len(words) == len(expected) == len(words.taken) == len(words.close) == len(words.first)


BEGINNINGS = [
    ("Ia tiba. Lalu pergi.", ["Ia", "Lalu"]),
    ("Ia tiba! Siapa? Putin.", ["Ia", "Siapa", "Putin"]),
    ("Judul\nIsi berita", ["Judul", "Isi"]),
    ("Judul\r\nIsi", ["Judul", "Isi"]),
    ("“Kami siap,” kata Putin.", ["“", "Kami"]),
    ('Ia berkata: "Kami siap"', ["Ia", '"', "Kami"]),
    ("kata Dr. Siti dan Prof. Budi", ["kata"]),
    ("M. Nasir datang", ["M"]),
    ("Jl. Thamrin", ["Jl"]),
    ("(ANTARA) - Harga", ["(", "ANTARA"]),
    ("- Harga naik", ["-", "Harga"]),
]


@pytest.mark.parametrize(("text", "expected"), BEGINNINGS)
def test_beginnings_of_sentences(text: str, expected: list[str]) -> None:
    words = Words(text)
    assert [word for word, first in zip(words.words, words.first, strict=True) if first] == expected


CLOSE = [
    ("Joko Widodo", True),
    ("Joko  Widodo", True),
    ("Joko\u00a0Widodo", True),
    ("Joko\tWidodo", True),
    ("Joko     Widodo", False),
    ("Joko\nWidodo", False),
    ("Joko \n Widodo", False),
    ("Joko\r\nWidodo", False),
]


@pytest.mark.parametrize(("text", "close"), CLOSE)
def test_words_of_one_line_are_close(text: str, close: bool) -> None:
    assert Words(text).close == [False, close]


def test_pieces_and_capitals() -> None:
    words = Words("Presiden  Joko\u00a0Widodo tiba")
    assert words.piece(0, 1) == "Presiden"
    assert words.piece(1, 3) == "Joko Widodo"
    assert [words.capital(index) for index in range(4)] == [True, True, True, False]


ALIGNED = [
    ("(PKS)", [(0, 5)], (1, 4), (0, 5)),
    ("(PKS),", [(0, 6)], (1, 4), (0, 6)),
    ("Golkar-nya", [(0, 10)], (0, 6), (0, 6)),
    ("anti-Suriah", [(0, 11)], (5, 11), (5, 11)),
    ("AS-Rusia", [(0, 8)], (0, 2), (0, 2)),
    ("AS-Rusia", [(0, 8)], (3, 8), (3, 8)),
    ("di Jakarta", [(0, 2), (3, 10)], (3, 10), (3, 10)),
    ("di Jakarta", [], (3, 10), (3, 10)),
    ("Joko Widodo.", [(0, 4), (5, 12)], (0, 11), (0, 12)),
]


@pytest.mark.parametrize(("text", "tokens", "place", "expected"), ALIGNED)
def test_edges_meet_tokens_unless_letters_are_cut_off(
    text: str, tokens: list[tuple[int, int]], place: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert aligner(text, Tokens(tokens))(*place) == expected


def test_word_sets() -> None:
    assert word_set("a b  c\nd") == {"a", "b", "c", "d"}
    assert word_set("") == set()
