"""Sentences that come filled in are recognised by their templates, and what stands in their holes is treated as its mark says."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotator.ui.catalogue import Catalogue, read_catalogue
from annotator.ui.sentences import Sentences, filled, template, whole_words

SMALL = {
    "The span {} {}; it was left out.": "Rentang {!} {?}; rentang itu ditinggalkan.",
    "The span “{}”:": "Rentang “{}”:",
    "{}“confidence” is no number between 0 and 1; it was left out.": "{?}“confidence” bukan bilangan antara 0 dan 1.",
    "ends before it starts: ({}, {})": "berakhir sebelum berawal: ({}, {})",
    "covers no text": "tidak mencakup teks",
    "Not in the file, because the format has no place for it: {}.": "Tidak ada dalam berkas: {?}.",
    "{} of {} {}": "{0?} dari {1#} {2?}",
    "{} spans": "{#} rentang",
    "{} with overlapping spans cannot be told apart.": "{} dengan rentang tumpang tindih tidak dapat dibedakan.",
    "notes": "catatan",
    "spans": "rentang",
    "document": "dokumen",
    "documents": "dokumen",
    "text boxes": "kotak teks",
    "mark of the review": "tanda peninjauan",
    "Added to the label scheme: {}.": "Ditambahkan ke skema label: {!}.",
    "{} divided at the end of a line {} put together.": "{0} yang terbagi di akhir baris disatukan.{1-}",
    "The line {}{}.": "Baris itu {?}{?}.",
    "is broken JSON: {}": "adalah JSON yang rusak: {}",
    "at character {}": "pada karakter {#}",
    "cuts a token": "memotong token",
    "no whole token is left of it": "tidak ada token utuh yang tersisa",
    "The {} {}": "{?} {!}",
    "Line {}: {} is not in the text.": "Baris {}: {} tidak ada dalam teks.",
    "Nothing is selected.": "Tidak ada yang dipilih.",
    "Save it as UTF-8.": "Simpan sebagai UTF-8.",
    "and": "dan",
    "and others": "dan lain-lain",
}


@pytest.fixture
def small() -> Sentences:
    return Sentences(SMALL, {"Undo": "Urungkan"})


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    found = read_catalogue("id")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ("The span 5 ends before it starts: (5, 2); it was left out.",
         "Rentang 5 berakhir sebelum berawal: (5, 2); rentang itu ditinggalkan."),
        ("The span a b c covers no text; it was left out.", "Rentang a b c tidak mencakup teks; rentang itu ditinggalkan."),
        ("The span 5 is odd; it was left out.", "Rentang 5 is odd; rentang itu ditinggalkan."),
        ("The span “s1”: “confidence” is no number between 0 and 1; it was left out.",
         "Rentang “s1”: “confidence” bukan bilangan antara 0 dan 1."),
        ("“confidence” is no number between 0 and 1; it was left out.", "“confidence” bukan bilangan antara 0 dan 1."),
        ("Added to the label scheme: cuts a token, notes.", "Ditambahkan ke skema label: cuts a token, notes."),
        ("1 word divided at the end of a line was put together.", "1 word yang terbagi di akhir baris disatukan."),
        ("12,000 spans with overlapping spans cannot be told apart.",
         "12,000 rentang dengan rentang tumpang tindih tidak dapat dibedakan."),
        ("The line is broken JSON: what a mess, at character 7.", "Baris itu adalah JSON yang rusak: what a mess, pada karakter 7."),
        ("The line is broken JSON: what a mess.", "Baris itu adalah JSON yang rusak: what a mess."),
        ("cuts a token; no whole token is left of it", "memotong token; tidak ada token utuh yang tersisa"),
        ("Nothing is selected. Save it as UTF-8.", "Tidak ada yang dipilih. Simpan sebagai UTF-8."),
        ("Nothing is selected. Save it as JSON.", "Nothing is selected. Save it as JSON."),
        ("notes", "catatan"),
        ("The document 5", "The document 5"),  # a part is no sentence by itself
        ("3 spans", "3 rentang"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sentence_is_recognised_with_what_is_in_it(small: Sentences, said: str, there: str):
    assert small.told(said) == there


@pytest.mark.parametrize(
    ("listed", "there"),
    [
        ("notes of 3 documents", "catatan dari 3 dokumen"),
        ("notes of 3 documents, mark of the review of 1 document", "catatan dari 3 dokumen, tanda peninjauan dari 1 dokumen"),
        ("notes, text boxes and others", "catatan, kotak teks dan lain-lain"),
        ("notes and text boxes", "catatan dan kotak teks"),
        ("notes, and spans", "catatan, dan rentang"),
        ("notes, colours", "notes, colours"),  # one piece is not ours, so it may be a list of names
        ("1, 2", "1, 2"),
        ("1 and 2", "1 and 2"),
    ],
)
def test_a_list_of_ours_is_translated_piece_by_piece(small: Sentences, listed: str, there: str):
    said = f"Not in the file, because the format has no place for it: {listed}."
    assert small.told(said) == f"Tidak ada dalam berkas: {there}."


def test_part_of_a_sentence_begins_as_large_as_in_english(small: Sentences):
    assert small.told("Line 3: The document 5 is not in the text.") == "Baris 3: Dokumen 5 tidak ada dalam teks."


def test_marks_are_by_the_places_of_english():
    turned = template("{} of {} in {}", "{1#} dari {0?} di {2}")
    assert turned.marks == ("?", "#", "")
    assert template("“{}” and {}", "“{}” dan {}").marks == ("!", "")
    assert template("{} “{}{}” is", "{} “{}{}” adalah").marks == ("", "", "")


def test_a_template_is_found_by_a_word_that_no_hole_is_part_of():
    assert whole_words(template("The {}s of “{}” are lost.", "x {} {}")) == {"The", "of", "are", "lost."}
    assert whole_words(template("{}", "{}")) == set()


def test_marks_do_not_stand_in_what_is_told():
    assert filled("{1!} dan {0?}{2-}", ["a", "b", ""]) == "b dan a"
    assert filled("{#} baris", ["{}"]) == "{} baris"


def test_what_goes_round_in_circles_ends():
    circle = Sentences({"It is said that {}": "Katanya {}", "it is said that {}": "katanya {}"}, {})
    assert circle.told("It is said that " + "it is said that " * 50 + "x").startswith("Katanya katanya katanya ")


def test_a_long_line_is_walked_through_once(small: Sentences):
    line = "The line is “a b; c” and " * 100_000
    assert small.told(f"Line 5: {line} is not in the text.") == f"Baris 5: {line} tidak ada dalam teks."


# What is no text of ours stays as it is


def own_letters(source: str) -> int:
    return sum(letter.isalpha() for letter in source.replace("{}", ""))


def test_what_is_short_says_what_stands_in_its_holes(catalogue: Catalogue):
    """A template of few letters fits what it was not meant for, if anything may stand in it."""
    loose = [
        source
        for source, there in catalogue.sentences.items()
        if "{}" in source
        and own_letters(source) < 8
        and not any(template(source, there).marks)
        and own_letters(source.partition("{}")[0]) < 4
    ]
    assert loose == []


def test_a_name_in_quotation_marks_is_never_translated(catalogue: Catalogue):
    """Each sentence, with each text of ours as a label in it."""
    names = ["Nothing is selected.", "cuts a token", "3 spans", "label", "was left out", "the line is nested too deeply"]
    wrong: list[str] = []
    for source in catalogue.sentences:
        if "“{}”" not in source:
            continue
        for name in names:
            said = source.replace("“{}”", f"“{name}”").replace("{}", "7")
            told = catalogue.sentence(said)
            if told != said and told.count(f"“{name}”") != source.count("“{}”"):
                wrong.append(f"{said} => {told}")
    assert wrong == []


SOURCES = sorted(found.sentences) if (found := read_catalogue("id")) is not None else []


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from([source for source in SOURCES if "“" not in source]),
    source=st.sampled_from([source for source in SOURCES if source.count("“{}”") == 1 and source.count("{}") == 1]),
)
@example(name="The line is broken JSON: something follows its value, at character {}.", source="set “{}”")
def test_a_label_that_is_called_like_a_sentence_of_ours_stays(name: str, source: str):
    assert found is not None
    label = name.replace("{}", "x y")
    told = found.sentence(source.replace("{}", label))
    assert f"“{label}”" in told


@settings(max_examples=150, deadline=None)
@given(said=st.text(max_size=80), source=st.sampled_from(SOURCES))
def test_nothing_that_may_stand_in_a_hole_breaks_it(said: str, source: str):
    assert found is not None
    assert isinstance(found.sentence(source.replace("{}", said)), str)
    assert isinstance(found.sentence(said), str)
