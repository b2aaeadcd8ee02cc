"""Two wordings of a text: what still says the same is found where it is now, and what does not is never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.alignment import MOST_WORDS, align, carry
from annotator.domain.annotations import Relation, Span, Verdict

OLD = "Budi pergi ke Jakarta.\nDi sana ia bertemu Siti, lalu pulang.\nKata Budi, Jakarta ramai.\n"


def place_of(text: str, surface: str, number: int = 0) -> tuple[int, int]:
    start = -1
    for _ in range(number + 1):
        start = text.index(surface, start + 1)
    return start, start + len(surface)


@pytest.mark.parametrize(
    ("new", "surface", "number", "where"),
    [
        (OLD, "Jakarta", 1, 1),
        ("Kabar: " + OLD, "Budi", 0, 0),
        (OLD.replace("pergi ke", "berangkat menuju"), "Jakarta", 0, 0),
        (OLD.replace("Di sana ia bertemu Siti, lalu pulang.\n", ""), "Jakarta", 1, 1),
        (OLD.replace("\n", "\r\n"), "Siti", 0, 0),
        (OLD + "Selesai.", "Budi", 1, 1),
        (OLD.replace("Siti,", "Siti"), "Siti", 0, 0),
        ("😀😀 " + OLD, "Jakarta", 1, 1),
    ],
    ids=[
        "same",
        "something before",
        "words replaced",
        "a line gone",
        "line ends",
        "something after",
        "a comma gone",
        "emoji before",
    ],
)
def test_what_still_stands_there_is_found(new, surface, number, where):
    found = align(OLD, new).place(*place_of(OLD, surface, number))
    assert found == place_of(new, surface, where)


@pytest.mark.parametrize(
    ("new", "surface"),
    [
        (OLD.replace("Siti", "Rina"), "Siti"),
        (OLD.replace("Jakarta", "Bandung"), "Jakarta"),
        ("", "Budi"),
        ("Sesuatu yang lain sama sekali.", "Siti"),
    ],
)
def test_what_is_gone_is_gone(new, surface):
    assert align(OLD, new).place(*place_of(OLD, surface)) is None


def test_a_place_that_could_be_either_of_two_is_neither():
    old, new = "x Ali y", "Ali q Ali"
    found = align(old, new).place(2, 5)
    assert found is None or new[slice(*found)] == "Ali"
    assert align("Ali", "dan Ali dan Ali lagi?").place(0, 3) in (None, (4, 7), (12, 15))


def test_a_span_over_words_of_which_one_changed_does_not_survive():
    new = OLD.replace("bertemu Siti", "menemui Siti")
    assert align(OLD, new).place(*place_of(OLD, "bertemu Siti")) is None


def test_white_space_within_a_span_may_be_another():
    old, new = "Joko  Widodo tiba", "Joko\nWidodo tiba"
    assert align(old, new).place(0, 12) == (0, 11)


def test_similarity_tells_another_wording_from_another_article():
    assert align(OLD, OLD).similarity == 1.0
    assert align(OLD, OLD.replace("pulang", "pergi")).similarity > 0.8
    assert align(OLD, "Harga beras naik lagi di pasar induk kemarin.").similarity < 0.3
    assert align("", "").similarity == 1.0
    assert align(OLD, "").similarity == 0.0


def test_a_stretch_too_long_to_compare_counts_as_rewritten():
    old = " ".join(f"a{number}" for number in range(MOST_WORDS))
    new = " ".join(f"b{number}" for number in range(MOST_WORDS))
    assert align(old, new).blocks == []
    assert align(f"Sama.\n{old}", f"Sama.\n{new}").place(0, 4) == (0, 4)


def test_items_are_carried_with_what_hangs_on_them():
    new = "Kabar.\n" + OLD.replace("Siti", "Rina")
    spans = [
        Span("b", (place_of(OLD, "Budi"),), "PERSON", note="n"),
        Span("s", (place_of(OLD, "Siti"),), "PERSON"),
        Span("j", (place_of(OLD, "Jakarta"), place_of(OLD, "Jakarta", 1)), "PLACE"),
    ]
    links = [Relation("r1", "visited", "b", "j"), Relation("r2", "met", "b", "s")]
    decided = [
        Verdict(spans[0].signature),
        Verdict(spans[1].signature),
        Verdict(links[0].signature(spans[0], spans[2])),
        Verdict("odd"),
    ]
    carried = carry(align(OLD, new), spans, links, decided)
    assert [span.id for span in carried.spans] == ["b", "j"]
    assert carried.spans[0].note == "n"
    assert [new[slice(*fragment)] for fragment in carried.spans[1].fragments] == ["Jakarta", "Jakarta"]
    assert [span.id for span in carried.dropped_spans] == ["s"]
    assert [link.id for link in carried.relations] == ["r1"]
    assert [link.id for link in carried.dropped_relations] == ["r2"]
    moved = carried.spans
    assert [verdict.signature for verdict in carried.verdicts] == [
        moved[0].signature,
        carried.relations[0].signature(moved[0], moved[1]),
        "odd",
    ]


def test_fragments_that_would_change_their_order_are_dropped():
    old, new = "satu aaa bbb ccc dua", "satu ccc bbb aaa dua"
    span = Span("s", ((5, 8), (13, 16)), "X")
    carried = carry(align(old, new), [span])
    for kept in carried.spans:
        assert all(left[1] <= right[0] for left, right in zip(kept.fragments, kept.fragments[1:], strict=False))


WORDS = st.lists(st.sampled_from(["Budi", "Siti", "ke", " ", "\n", "Jakarta", ".", "😀", "\u0301", "مصر"]), max_size=30).map(
    "".join
)


@given(WORDS, WORDS, st.data())
@settings(max_examples=120, deadline=None)
def test_whatever_is_found_says_the_same(old, new, data):
    alignment = align(old, new)
    assert all(old[b.old : b.old + b.length] == new[b.new : b.new + b.length] for b in alignment.blocks)
    assert 0.0 <= alignment.similarity <= 1.0
    if old:
        start = data.draw(st.integers(0, len(old) - 1))
        end = data.draw(st.integers(start + 1, len(old)))
        found = alignment.place(start, end)
        if found is not None:
            assert 0 <= found[0] < found[1] <= len(new)
            assert new[slice(*found)].split() == old[start:end].split()


@given(WORDS)
@settings(max_examples=60, deadline=None)
def test_a_text_lies_on_itself(text):
    alignment = align(text, text)
    for start in range(len(text)):
        assert alignment.place(start, start + 1) == (start, start + 1)
