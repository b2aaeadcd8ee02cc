"""What a text tells about its own names: parts of persons, acronyms, and labels that strong evidence gave."""

from __future__ import annotations

from itertools import pairwise

import pytest

from annotator.nlp.indonesian_memory import WEAK, remembered
from annotator.nlp.indonesian_news import CONFIDENCE, find
from annotator.nlp.indonesian_words import Words


def found(text: str) -> list[tuple[str, str, str]]:
    words = Words(text)
    return [(label, text[words.starts[first] : words.ends[last - 1]], rule) for first, last, label, rule in find(words)]


def labels_of(text: str, piece: str) -> list[str]:
    return [label for label, surface, _ in found(text) if surface == piece]


PARTS = [
    ("Presiden Qwilaro Bexam tiba. Para tamu menyambut Bexam itu.", "Bexam"),
    ("Presiden Qwilaro Bexam tiba. Rombongan ke Bexam itu.", "Bexam"),
    ("Presiden Qwilaro Bexam tiba. Di sana, Bexam, lelah.", "Bexam"),
    ("kata Qwilaro Bexam. QWILARO MARAH", "QWILARO"),
    ("Rombongan ke Bexam itu. Kata Qwilaro Bexam pergi.", "Bexam"),
]


@pytest.mark.parametrize(("text", "piece"), PARTS)
def test_a_part_of_a_person_is_the_person(text: str, piece: str) -> None:
    assert "PERSON" in labels_of(text, piece)
    assert "GPE" not in labels_of(text, piece)


def test_without_the_person_the_place_stays() -> None:
    assert labels_of("Rombongan ke Bexam itu.", "Bexam") == ["GPE"]


def test_known_names_keep_their_label_beside_a_person_that_bears_them() -> None:
    assert labels_of("kata Slamet Medan. Ia tinggal di Medan.", "Medan") == ["GPE"]


def test_ordinary_words_of_a_name_are_not_found_where_they_begin_a_sentence() -> None:
    text = "Ibu Bintang Puspayoga hadir. Bintang itu terang. Puspayoga senang."
    assert labels_of(text, "Bintang") == []
    assert labels_of(text, "Puspayoga") == ["PERSON"]


ACRONYMS = [
    ("Komisi Pemantau Xenon (KPX) bersidang. Rapat KPX lama.", "KPX", "ORG", 2),
    ("kadar besi xenon (KBX) naik. Akibat KBX itu parah.", "KBX", None, 0),
    ("Presiden Qwilaro Bexam (Qwibe) pergi. Rombongan Qwibe tiba.", "Qwibe", "PERSON", 2),
    ("Presiden Susilo Bambang Yudhoyono (SBY) pergi. Rombongan SBY tiba.", "SBY", "PERSON", 2),
]


@pytest.mark.parametrize(("text", "piece", "label", "count"), ACRONYMS)
def test_what_brackets_say_holds_for_the_text(text: str, piece: str, label: str | None, count: int) -> None:
    assert labels_of(text, piece) == [label] * count


def test_strong_evidence_for_a_name_is_remembered() -> None:
    text = "maskapai Qwilaro terbang. Penumpang ke Qwilaro mengeluh."
    assert labels_of(text, "Qwilaro") == ["ORG", "ORG"]
    assert found(text)[1][2] == "memory of a name"


def test_the_more_frequent_label_is_remembered() -> None:
    text = "band Qwilaro tampil. Film Xa. film Qwilaro tayang. band Qwilaro bubar. Penonton ke Qwilaro pulang."
    assert labels_of(text, "Qwilaro")[-1] == "ORG"


def test_finds_are_in_order_and_apart() -> None:
    text = "Presiden Qwilaro Bexam (QB) pergi ke Jakarta pada 5 Mei 2015. Bexam lelah. Komisi Pemilihan Umum (KPU) tahu."
    words = Words(text)
    finds = find(words)
    assert finds == sorted(finds)
    assert all(left[1] <= right[0] for left, right in pairwise(finds))
    assert all(words.taken[index] for first, last, *_ in finds for index in range(first, last))


def test_nothing_comes_of_nothing() -> None:
    assert remembered(Words(""), []) == []
    assert remembered(Words("Itu saja."), []) == []


def test_weak_rules_are_those_of_little_confidence() -> None:
    assert CONFIDENCE.keys() >= WEAK
    assert max(CONFIDENCE[rule] for rule in WEAK) <= 0.55


def test_a_strong_find_is_not_relabelled() -> None:
    words = Words("Qwilaro Bexam dan Bexam")
    finds = [(0, 2, "PERSON", "saying"), (3, 4, "ORG", "institution head")]
    words.taken[:] = [True, True, False, True]
    assert remembered(words, finds) == finds
    weak = [finds[0], (3, 4, "ORG", "acronym")]
    assert remembered(words, weak) == [finds[0], (3, 4, "PERSON", "memory of a person")]
