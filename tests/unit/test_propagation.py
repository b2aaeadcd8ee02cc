"""Where a document says the same once more: token borders, white space, capitals and the Indonesian clitics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotator.domain.propagation import same_text
from annotator.domain.text import Tokens
from annotator.nlp.tokens import tokenize

SEED = Path(__file__).parents[2] / "seeds" / "000_445bde8beb3af8fb.txt"


def found(text: str, surface: str, tokens: Tokens | None = None) -> list[str]:
    """The places as text, by tokens that are words with their hyphens, or single marks."""
    if tokens is None:
        tokens = Tokens(match.span() for match in re.finditer(r"[\w\u0300-\u036f-]+|[^\w\s]", text))
    return [text[start:end] for start, end in same_text(text, tokens, surface)]


# Borders and white space


def test_all_places_in_text_order_the_first_included():
    text = "Jakarta macet. Dari Jakarta ke Bogor, lalu Jakarta."
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    assert same_text(text, tokens, "Jakarta") == [(0, 7), (20, 27), (43, 50)]


def test_a_part_of_a_token_is_no_place():
    assert found("Jawa Jawabannya jawa Jawaban pe-Jawa", "Jawa") == ["Jawa"]


def test_a_match_that_begins_in_a_token_does_not_hide_the_one_behind_it():
    assert found("ba a a", "a a") == ["a a"]


def test_places_do_not_overlap():
    text = "a a a a a"
    assert same_text(text, Tokens((n, n + 1) for n in range(0, 9, 2)), "a a") == [(0, 3), (4, 7)]


@pytest.mark.parametrize("gap", [" ", "  ", "\n", "\r\n", "\t", "\u00a0", " \r\n \u3000", "\u2029"])
def test_white_space_is_as_good_as_any_other(gap):
    assert found(f"Kata Joko{gap}Widodo.", "Joko Widodo") == [f"Joko{gap}Widodo"]
    assert found("Kata Joko Widodo.", f"Joko{gap}Widodo") == ["Joko Widodo"]


def test_white_space_where_there_was_none_is_a_difference():
    assert found("Joko Widodo JokoWidodo Joko-Widodo", "JokoWidodo") == ["JokoWidodo"]
    assert found("JokoWidodo Joko-Widodo", "Joko Widodo") == []


@pytest.mark.parametrize("surface", ["", " ", "\r\n", "\u00a0"])
def test_nothing_is_nowhere(surface):
    assert found("a b  c", surface) == []


def test_marks_that_mean_something_to_a_search_are_plain_text():
    assert found("PT. A+B (Persero) PT. AAB (Persero)", "PT. A+B (Persero)") == ["PT. A+B (Persero)"]


def test_without_tokens_a_place_begins_and_ends_where_a_word_does():
    assert found("Bali, Balinya (Bali) Balian", "Bali", Tokens()) == ["Bali", "Balinya", "Bali"]


# Capitals


@pytest.mark.parametrize(
    ("surface", "text", "places"),
    [
        ("Jakarta", "JAKARTA Jakarta jakarta JaKarta", ["JAKARTA", "Jakarta"]),
        ("Joko Widodo", "JOKO WIDODO JOKO Widodo joko widodo Joko widodo", ["JOKO WIDODO"]),
        ("JAKARTA", "Jakarta JAKARTA jakarta", ["Jakarta", "JAKARTA"]),
        ("BANK BRI", "Bank BRI Bank Bri bank BRI BANK BRI Bank bri", ["Bank BRI", "Bank Bri", "BANK BRI"]),
        ("PULAU-PULAU", "Pulau-Pulau Pulau-pulau", ["Pulau-Pulau"]),
        ("JUM'AT AGUNG", "Jum'at Agung Jum'At Agung", ["Jum'at Agung"]),
        ("MARIA", "Maria MARIA maria MAria", ["Maria", "MARIA"]),
        ("JUM’AT", "Jum’at Jum’At JUM’AT jum’at", ["Jum’at", "JUM’AT"]),
        ("RENE\u0301E", "Rene\u0301e Rene\u0301E RENE\u0301E rene\u0301e", ["Rene\u0301e", "RENE\u0301E"]),
        ("IS", "IS Is is iS", ["IS"]),
        ("Is", "IS Is is iS", ["Is"]),
        ("BALI", "Bali BALI", ["BALI"]),
        ("Bali", "Bali BALI bali", ["Bali", "BALI"]),
        ("presiden", "presiden Presiden PRESIDEN preSiden", ["presiden", "Presiden"]),
        ("kepala desa", "Kepala desa Kepala Desa kepala desa KEPALA DESA", ["Kepala desa", "kepala desa"]),
        ("“presiden", "“Presiden “presiden", ["“Presiden", "“presiden"]),
        ("iPhone", "IPHONE iphone Iphone iPhone", ["IPHONE", "iPhone"]),
        ("2020", "2020 2021 2020", ["2020", "2020"]),
        ("G-20", "g-20 G-20", ["G-20"]),
        ("Straße", "STRASSE STRAßE Straße", ["STRAßE", "Straße"]),
        ("İstanbul", "İSTANBUL istanbul Istanbul İstanbul", ["İSTANBUL", "İstanbul"]),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ σίσυφος", ["ΣΊΣΥΦΟΣ"]),
    ],
)
def test_capitals(surface, text, places):
    assert found(text, surface) == places


def test_a_letter_that_grows_when_folded_moves_no_place():
    text = "ßßß İİ ﬁ Jakarta ß Jakarta"
    tokens = Tokens(match.span() for match in re.finditer(r"\S+", text))
    assert same_text(text, tokens, "Jakarta") == [(9, 16), (19, 26)]


# Clitics


@pytest.mark.parametrize("clitic", ["nya", "ku", "mu", "lah", "kah", "-nya", "-Ku", "-lah", "nyalah", "-nya-kah", "kulah", "NYA"])
def test_clitics_hide_no_match_in_either_direction(clitic):
    text = f"Rahmat, rahmat, Rahmat{clitic}. RAHMAT{clitic}"
    expected = ["Rahmat", f"Rahmat{clitic}", f"RAHMAT{clitic}"]
    assert found(text, "Rahmat") == expected
    assert found(text, f"Rahmat{clitic}") == expected


def test_only_the_last_word_may_have_one():
    assert found("Bank Indonesianya Banknya Indonesia Bank Indonesia", "Bank Indonesia") == ["Bank Indonesianya", "Bank Indonesia"]


def test_one_clitic_for_another():
    assert found("negaramu negaranya Negaraku negarakita", "negaraku") == ["negaramu", "negaranya", "Negaraku"]


@pytest.mark.parametrize(
    ("text", "surface", "places"),
    [
        ("buku bu buku bunya", "bu", ["bu"]),
        ("ASnya AS", "AS", ["AS"]),
        ("KPKnya KPK-lah kpknya", "KPK", ["KPKnya", "KPK-lah"]),
        ("COVID-19nya", "COVID-19", ["COVID-19nya"]),
        ("2020nya 2020", "2020", ["2020"]),
    ],
)
def test_three_letters_must_stand_before_a_clitic(text, surface, places):
    assert found(text, surface) == places


@pytest.mark.parametrize(
    ("text", "surface", "places"),
    [
        ("masalah masa masanya", "masa", ["masa", "masanya"]),
        ("masalah masa masanya masalahnya", "masalah", ["masalah", "masalahnya"]),
        ("Maluku Malu Malunya MALUKU Malukunya", "Maluku", ["Maluku", "MALUKU", "Malukunya"]),
        ("Abdullah Abdul Abdullahlah", "Abdul", ["Abdul"]),
        ("Abdullah Abdul Abdullahlah", "Abdullah", ["Abdullah", "Abdullahlah"]),
        ("Lukaku Luka", "Luka", ["Luka"]),
    ],
)
def test_words_that_only_end_like_that_are_taken_whole(text, surface, places):
    assert found(text, surface) == places


def test_a_clitic_that_is_a_token_of_its_own_stays_outside():
    text = "Jakarta-nya Jakartanya Jakarta nya"
    tokens = Tokens([(0, 7), (7, 8), (8, 11), (12, 22), (23, 30), (31, 34)])
    assert same_text(text, tokens, "Jakarta") == [(0, 7), (12, 22), (23, 30)]


def test_unless_the_text_says_all_of_the_surface():
    text = "Jakarta-nya Jakartanya Jakarta-mu JAKARTA-NYA"
    tokens = Tokens([(0, 7), (7, 8), (8, 11), (12, 22), (23, 30), (30, 31), (31, 33), (34, 41), (41, 42), (42, 45)])
    assert same_text(text, tokens, "Jakarta-nya") == [(0, 11), (12, 22), (23, 30), (34, 45)]


# Characters of all kinds


def test_offsets_are_code_points():
    text = "😀 Budi 👨‍👩‍👧 Budi"
    tokens = Tokens(match.span() for match in re.finditer(r"\S+", text))
    assert same_text(text, tokens, "Budi") == [(2, 6), (13, 17)]
    assert same_text(text, tokens, "👨‍👩‍👧") == [(7, 12)]


def test_a_combining_mark_belongs_to_its_letter():
    assert found("Jose Jose\u0301 Jose\u0301nya", "Jose") == ["Jose"]
    assert found("Jose Jose\u0301 Jose\u0301nya JOSE\u0301", "Jose\u0301") == ["Jose\u0301", "Jose\u0301nya", "JOSE\u0301"]


# Real text by the real tokenizer


def test_the_seed_article():
    text = SEED.read_bytes().decode()
    (tokens,) = tokenize([text], "id")
    words = {text[start:end] for start, end in tokens if text[start].isupper() and end - start > 3}
    assert words
    for word in words:
        places = same_text(text, tokens, word)
        exact = {match.span() for match in re.finditer(re.escape(word), text) if tokens.aligned(*match.span())}
        assert exact <= set(places)
        assert all(tokens.aligned(*place) for place in places)


@pytest.mark.parametrize(
    ("text", "surface", "places"),
    [
        (
            "JAKARTA - Gubernur DKI Jakarta meminta warga Jakarta bersabar.\r\nJakartanya siapa? Jakarta-lah, kata gubernurnya.",
            "Jakarta",
            ["JAKARTA", "Jakarta", "Jakarta", "Jakartanya", "Jakarta"],
        ),
        (
            "Presiden Joko\nWidodo tiba. Kata presiden, kita sabar. “Presidennya baik.” PRESIDEN JOKO WIDODO TIBA",
            "presiden",
            ["Presiden", "presiden", "Presidennya"],
        ),
        ("KPK menahan Luhut. “KPK-lah yang tahu,” kata pimpinan KPK.", "KPK", ["KPK", "KPK", "KPK"]),
    ],
)
def test_indonesian_sentences(text, surface, places):
    (tokens,) = tokenize([text], "id")
    assert found(text, surface, tokens) == places
