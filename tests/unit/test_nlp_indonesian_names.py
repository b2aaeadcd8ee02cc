"""Persons, places and institutions without a head of their own: what a role, a verb or a preposition beside them makes of them."""

from __future__ import annotations

import pytest

from annotator.nlp.indonesian_names import names
from annotator.nlp.indonesian_words import Words


def found(text: str) -> list[tuple[str, str, str]]:
    words = Words(text)
    finds = []
    for first, last, label, rule in names(words):
        words.taken[first:last] = [True] * (last - first)
        finds.append((label, text[words.starts[first] : words.ends[last - 1]], rule))
    return finds


def pieces(text: str, label: str) -> list[str]:
    return [piece for given, piece, _ in found(text) if given == label]


PERSONS = [
    ("Presiden Vladimir Putin tiba", "Vladimir Putin"),
    ("mantan Presiden Soeharto wafat", "Soeharto"),
    ("presiden terpilih adalah Qwilaro", "Qwilaro"),
    ("Menteri Luar Negeri Retno Marsudi tiba", "Retno Marsudi"),
    ("Menteri Kelautan dan Perikanan Susi Pudjiastuti", "Susi Pudjiastuti"),
    ("Menteri Agama Suryadharma Ali", "Suryadharma Ali"),
    ("Wakil Ketua Umum Fadli Zon", "Fadli Zon"),
    ("Sekretaris Jenderal Hasto Kristiyanto", "Hasto Kristiyanto"),
    ("Direktur Utama Dwi Soetjipto", "Dwi Soetjipto"),
    ("Juru bicara Johan Budi", "Johan Budi"),
    ("Kapolda Irjen Moechgiyarto", "Moechgiyarto"),
    ("Prof. Dr. Ir. Budi Santoso", "Budi Santoso"),
    ("KH. Ma'ruf Amin hadir", "Ma'ruf Amin"),
    ("K.H. Hasyim Muzadi hadir", "Hasyim Muzadi"),
    ("H. Lulung datang", "Lulung"),
    ("Ny. Ani Yudhoyono", "Ani Yudhoyono"),
    ("Pak Harto pergi", "Harto"),
    ("kata Qwilaro, kemarin", "Qwilaro"),
    ("ujar Qwilaro Bexam.", "Qwilaro Bexam"),
    ("Menurut Qwilaro, itu salah", "Qwilaro"),
    ("Qwilaro mengatakan itu", "Qwilaro"),
    ("Qwilaro Bexam menegaskan itu", "Qwilaro Bexam"),
    ("bersama M. Qwilaro di sana", "M. Qwilaro"),
    ("oleh BJ Habibie di sana", "BJ Habibie"),
    ("oleh Abdullah bin Qwilaro di sana", "Abdullah bin Qwilaro"),
    ("oleh Rita van Dijk di sana", "Rita van Dijk"),
    ("oleh Slamet di sana", "Slamet"),
    ("oleh Qwilaro Bexam di sana", "Qwilaro Bexam"),
    ("oleh Jean-Claude Qwilaro di sana", "Jean-Claude Qwilaro"),
    ("Ibu Bintang Puspayoga hadir", "Bintang Puspayoga"),
    ("Raja Salman bin Abdulaziz al-Saud tiba", "Salman bin Abdulaziz al-Saud"),
    ("Jenderal Abdel Fattah al-Sisi tiba", "Abdel Fattah al-Sisi"),
]


@pytest.mark.parametrize(("text", "piece"), PERSONS)
def test_persons(text: str, piece: str) -> None:
    assert pieces(text, "PERSON") == [piece]


def test_titles_and_roles_are_no_part_of_a_person() -> None:
    for text, piece in PERSONS:
        for word in ("Presiden", "Menteri", "Prof", "Pak", "Ketua", "Ibu"):
            assert word not in piece.split(), text


BEHIND_A_ROLE = [
    ("Presiden Rusia Vladimir Putin", [("GPE", "Rusia"), ("PERSON", "Vladimir Putin")]),
    ("Ketua DPR Setya Novanto", [("ORG", "DPR"), ("PERSON", "Setya Novanto")]),
    ("Gubernur Jawa Tengah Ganjar Pranowo", [("GPE", "Jawa Tengah"), ("PERSON", "Ganjar Pranowo")]),
    ("Bupati Jember Qwilaro", [("GPE", "Jember"), ("PERSON", "Qwilaro")]),
    ("Kepala Badan Pusat Statistik Suhariyanto", [("ORG", "Badan Pusat Statistik"), ("PERSON", "Suhariyanto")]),
    ("Ketua Umum Partai Golkar Aburizal Bakrie", [("ORG", "Partai Golkar"), ("PERSON", "Aburizal Bakrie")]),
]


@pytest.mark.parametrize(("text", "expected"), BEHIND_A_ROLE)
def test_whose_role_it_is_stands_between(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(label, piece) for label, piece, _ in found(text)] == expected


RULES = [
    ("tinggal di Qwilaro sejak", "GPE", "preposition of place"),
    ("berangkat ke Qwilaro Bexam besok", "GPE", "preposition of place"),
    ("dari Slamet Qwilaro untuk", "PERSON", "given name"),
    ("band Qwilaro tampil", "ORG", "word before"),
    ("maskapai Qwilaro Bexam terbang", "ORG", "word before"),
    ("oleh Qwilaro Corp di", "ORG", "institution end"),
    ("oleh Qwilaro University di", "ORG", "institution end"),
    ("oleh KPXQ di", "ORG", "acronym"),
    ("oleh QwiLaro di", "ORG", "inner capital"),
    ("dikutip Qwilaro.com di", "ORG", "site"),
    ("film Qwilaro tayang", "WORK_OF_ART", "title of a work"),
    ("novel Laskar Pelangi tayang", "WORK_OF_ART", "title of a work"),
    ('menonton film "Laskar Pelangi" lagi', "WORK_OF_ART", "title of a work"),
    ("Film “Laskar Pelangi” diputar", "WORK_OF_ART", "title of a work"),
    ("pesawat Boeing 737 jatuh", "PRODUCT", "product"),
    ("ponsel Galaxy S8 Plus baru", "PRODUCT", "product"),
    ("oleh Qwilaro itu", "PERSON", "one word"),
    ("di Qwilaro Arena malam", "FAC", "building"),
    ("di antara Qwilaro Bexam itu", "PERSON", "two words"),
    ("warga Jakarta marah", "NORP", "people"),
    ("umat Buddha berdoa", "NORP", "people"),
    ("rakyat Jawa Timur memilih", "NORP", "people"),
    ("berbahasa atau bahasa Arab", "LANGUAGE", "language"),
    ("Bahasa Indonesia diajarkan", "LANGUAGE", "language"),
    ("di desa Qwilaro itu", "GPE", "GPE head"),
    ("korban tsunami Aceh pulang", "EVENT", "event"),
    ("korban bom Bali pulang", "EVENT", "event"),
    ("menuju gedung DPR lagi", "FAC", "FAC head"),
    ("umat dan kaum Rohingya", "NORP", "people"),
]


@pytest.mark.parametrize(("text", "label", "rule"), RULES)
def test_what_stands_beside_a_name_says_what_it_is(text: str, label: str, rule: str) -> None:
    assert [(given, name) for given, _, name in found(text)] == [(label, rule)]


NOTHING = [
    "Namun itu salah",
    "Sementara itu Pemerintah menolak",
    "Rapat Umum Pemegang Saham",
    "pada Senin dan Selasa",
    "karena BBM naik",
    "menurut UU",
    "sebuah Award dari sana",
    "( A )",
    "Presiden",
    "Menteri Agama",
    "Ketua Umum",
    "Polisi menangkap pelaku",
    "Islam dan Kristen",
]


@pytest.mark.parametrize("text", NOTHING)
def test_no_names(text: str) -> None:
    assert found(text) == []


def test_one_unknown_word_before_another_name_or_a_closing_mark_is_left_alone() -> None:
    assert pieces("tampil Qwilaro) di", "PERSON") == []
    assert pieces('judul itu Qwilaro" laku', "PERSON") == []
    assert pieces("tampil Qwilaro Indonesia lagi", "PERSON") == []


def test_a_role_ends_with_the_line_and_with_other_words() -> None:
    assert [rule for *_, rule in found("Presiden\nQwilaro Bexam")] == ["two words"]
    assert [rule for *_, rule in found("Presiden sudah tahu bahwa Qwilaro Bexam")] == ["two words"]


def test_a_word_before_a_known_place_is_a_place() -> None:
    assert found("lahir saat Qwilaro, Indonesia") == [("GPE", "Qwilaro", "before a place"), ("GPE", "Indonesia", "known name")]


def test_initials_and_acronyms_are_told_apart() -> None:
    assert pieces("oleh KPK Slamet", "ORG") == ["KPK"]
    assert pieces("oleh BJ Qwilaro di", "PERSON") == ["BJ Qwilaro"]
    assert pieces("oleh PT", "ORG") == []


def test_taken_words_are_passed_over() -> None:
    words = Words("Presiden Barack Obama di Jakarta")
    words.taken[1:3] = [True, True]
    assert [(first, last) for first, last, *_ in names(words)] == [(4, 5)]


@pytest.mark.parametrize("text", ["Sekjen PBB Ban Ki-moon", "sekjen PBB Ban Ki-moon"])
def test_roles_count_in_small_letters_and_large(text: str) -> None:
    assert pieces(text, "PERSON") == ["Ban Ki-moon"]
    assert pieces(text, "ORG") == ["PBB"]
