"""What names have in common, what a text may be looked up as, and the order in which entries are offered."""

from __future__ import annotations

import unicodedata

import pytest

from annotator.domain.knowledge import (
    Entry,
    Hit,
    Why,
    best,
    fold_name,
    forms_of,
    initials_of,
    is_abbreviation,
    joined,
    parts_of,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Joko Widodo", "joko widodo"),
        ("JOKO  WIDODO", "joko widodo"),
        (" joko\twidodo\n", "joko widodo"),
        ("Ma'ruf Amin", "maruf amin"),
        ("Ma’ruf Amin", "maruf amin"),
        ("Jum`at", "jumat"),
        ("São Tomé", "sao tome"),
        ("Sao\u0303 Tome\u0301", "sao tome"),
        ("Ångström", "angstrom"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁnance", "finance"),
        ("Ⅳ", "iv"),
        ("Anti-Teror", "anti teror"),
        ("PT. Astra, Tbk.", "pt astra tbk"),
        ("snake_case", "snake case"),
        ("C++", "c"),
        ("AC/DC", "ac dc"),
        ("100%", "100"),
        ("!!!", "!!!"),
        ("¿ ?", "¿ ?"),
        ("", ""),
        ("   ", ""),
        ("北京", "北京"),
        ("ประเทศไทย", "ประเทศไทย"),
        ("हिन्दी", "हिन्दी"),
        ("Москва", "москва"),
        ("Άγιος", "αγιοσ"),
        ("مُحَمَّد", "محمد"),
        ("😊 Budi", "budi"),
        ("a\u200bb", "a b"),
        ("x\0y", "x y"),
    ],
)
def test_all_ways_to_write_a_name_are_one(written, folded):
    assert fold_name(written) == folded
    assert fold_name(folded) == folded, "what is folded stays"


def test_every_character_can_be_folded_and_what_is_folded_stays():
    for code in range(0x3000):
        text = f"a{chr(code)}b"
        folded = fold_name(text)
        assert folded.startswith("a")
        assert fold_name(folded) == folded, hex(code)
        assert "  " not in folded
        assert "'" not in folded


def test_the_form_of_composition_makes_no_difference():
    for name in ("Ångström", "Việt Nam", "Đà Nẵng", "한국", "ガンダム"):
        assert len({fold_name(unicodedata.normalize(form, name)) for form in ("NFC", "NFD", "NFKC", "NFKD")}) == 1


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Komisi Pemberantasan Korupsi", "kpk"),
        ("Badan Pusat Statistik", "bps"),
        ("Badan Nasional Penanggulangan Bencana", "bnpb"),
        ("Bank Indonesia", ""),
        ("komisi pemberantasan korupsi", ""),
        ("A B C D E F G H I", ""),
        ("", ""),
        ("Éa Ób Íc", "eoi"),
    ],
)
def test_initials_are_of_names_of_three_words_or_more(name, initials):
    assert initials_of(name) == initials


@pytest.mark.parametrize(
    ("surface", "is_one"),
    [("KPK", True), ("K.P.K.", True), ("BI", False), ("Kpk", False), ("KPK2", False), ("", False), ("ABCDEFGHI", False)],
)
def test_an_abbreviation_is_capitals_alone(surface, is_one):
    assert is_abbreviation(surface) is is_one


@pytest.mark.parametrize(
    ("surface", "forms"),
    [
        ("Jokowi", ("jokowi",)),
        ("Jokowi-nya", ("jokowi nya", "jokowi")),
        ("KPKlah", ("kpklah", "kpk")),
        ("Presiden Jokowinya", ("presiden jokowinya", "presiden jokowi")),
        ("Maluku", ("maluku",)),
        ("  Bank \n Indonesia ", ("bank indonesia",)),
        ("", ()),
        (" \t", ()),
    ],
)
def test_a_text_is_looked_up_with_and_without_clitics(surface, forms):
    assert forms_of(surface) == forms


def test_the_parts_of_a_text_come_longest_first_and_rightmost_first():
    assert list(parts_of("presiden joko widodo")) == ["joko widodo", "presiden joko", "widodo", "joko", "presiden"]
    assert list(parts_of("a bc def")) == ["bc def", "a bc", "def"]
    assert list(parts_of("jakarta")) == []
    assert list(parts_of("")) == []
    assert list(parts_of(" ".join("abcdefghi"))) == [], "a sentence is no name with something before it"


def test_two_entries_of_one_id_keep_all_names():
    first = Entry("Q1", "Joko Widodo", ("Jokowi",), label="PER")
    second = Entry("Q1", "Jokowi", ("Ir. Joko Widodo", "Joko Widodo"), "presiden", "u", "PERSON", 3)
    assert joined(first, second) == Entry("Q1", "Joko Widodo", ("Jokowi", "Ir. Joko Widodo"), "presiden", "u", "PER", 3)
    assert joined(second, first) == Entry("Q1", "Jokowi", ("Ir. Joko Widodo", "Joko Widodo"), "presiden", "u", "PERSON", 3)
    assert joined(first, first) == first
    assert first.names == ("Joko Widodo", "Jokowi")


def order(*hits: Hit, limit: int = 0) -> list[int]:
    return [hit.entry for hit in best(hits, limit)]


def test_the_reason_comes_first():
    hits = [Hit(number, "x", why, number=9 - number) for number, why in enumerate(Why)]
    assert order(*reversed(hits)) == list(range(len(Why)))
    assert [why.value for why in Why][:3] == ["id", "exact", "linked"]


def test_of_one_reason_the_linked_come_first_then_the_label_then_the_frequent():
    exact = Why.EXACT
    assert order(Hit(1, "a", exact, 5), Hit(2, "a", exact, 3)) == [2, 1]
    assert order(Hit(1, "a", exact, 5), Hit(2, "a", exact, 3, other=True)) == [1, 2]
    assert order(Hit(1, "a", exact, 5, times=1, other=True), Hit(2, "a", exact, 3)) == [1, 2]
    assert order(Hit(1, "a", exact, 5, times=1), Hit(2, "a", exact, 3, times=2)) == [2, 1]


def test_a_longer_part_goes_before_a_more_frequent_one():
    assert order(Hit(1, "indonesia", Why.PART, 1), Hit(2, "joko widodo", Why.PART, 99)) == [2, 1]
    assert order(Hit(1, "indonesia", Why.WORDS, 1), Hit(2, "joko widodo", Why.WORDS, 99)) == [1, 2]


def test_an_entry_is_offered_once_for_its_best_reason():
    found = best([Hit(1, "jokowi dodo", Why.WORDS, 1), Hit(1, "jokowi", Why.EXACT, 2), Hit(2, "jokowi", Why.BEGINNING, 3)])
    assert [(hit.entry, hit.why, hit.folded) for hit in found] == [(1, Why.EXACT, "jokowi"), (2, Why.BEGINNING, "jokowi")]


def test_the_limit_counts_entries():
    hits = [Hit(number // 3, f"n{number}", Why.WORDS, number) for number in range(30)]
    assert order(*hits, limit=4) == [0, 1, 2, 3]
    assert len(order(*hits)) == 10
    assert order(limit=3) == []
