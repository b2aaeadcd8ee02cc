"""Units of offsets: the way to code points and back, and which unit a file counts in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats.offsets import Ruler, Unit, find_unit, same_as_code_points, says, scores

FAMILY = "👨‍👩‍👧‍👦"
ALL = (Unit.CODE_POINTS, Unit.UTF16, Unit.BYTES, Unit.GRAPHEMES)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a\r\nb", 3),
        ("\n\u0301", 2),
        (f"{FAMILY}!", 2),
        ("e\u0301x", 2),
        ("🇮🇩🇮🇩", 2),
        ("🇮🇩🇮", 2),
        ("👍🏽a", 2),
        ("❤️x", 2),
        ("각가", 2),
        ("\u1100\u1161\u11a8", 1),
        ("\uac00\u11a8", 1),
        ("\uac01\u1161", 2),
        ("a\u200db", 2),
        ("a\u200bb", 3),
        ("กิ", 1),
        ("Halo 😊 Budi", 11),
        ("", 0),
    ],
)
def test_graphemes_are_what_a_reader_takes_for_one_character(text, count):
    assert Ruler(text, Unit.GRAPHEMES).units(len(text)) == count


@pytest.mark.parametrize(
    ("unit", "place"), [(Unit.CODE_POINTS, (7, 11)), (Unit.UTF16, (8, 12)), (Unit.BYTES, (10, 14)), (Unit.GRAPHEMES, (7, 11))]
)
def test_the_same_word_in_every_unit(unit, place):
    ruler = Ruler("Halo 😊 Budi", unit)
    assert ruler.range(*place) == (7, 11)
    assert (ruler.units(7), ruler.units(11)) == place


@pytest.mark.parametrize(("start", "end"), [(6, 7), (0, 6), (-1, 2), (0, 99), (3, 3), (4, 2)])
def test_what_is_no_range_is_none(start, end):
    assert Ruler("Halo 😊 Budi", Unit.UTF16).range(start, end) is None


def test_a_border_within_a_cluster_is_none_of_the_unit():
    ruler = Ruler(f"a{FAMILY}b", Unit.GRAPHEMES)
    assert [ruler.holds(place) for place in range(10)] == [True, True, *[False] * 6, True, True]
    assert ruler.range(1, 2) == (1, 8)


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("😊\u0301\u200d\r\n🇮"), max_size=30))
def test_units_and_places_answer_to_each_other(text):
    encodings = {Unit.UTF16: ("utf-16-le", 2), Unit.BYTES: ("utf-8", 1)}
    for unit in ALL:
        ruler = Ruler(text, unit)
        for place in range(len(text) + 1):
            if unit in encodings:
                encoding, width = encodings[unit]
                assert ruler.units(place) == len(text[:place].encode(encoding)) // width
            assert ruler.holds(place) == (ruler.place(ruler.units(place)) == place)
            assert unit is Unit.GRAPHEMES or ruler.holds(place)
        assert ruler.place(ruler.units(len(text))) == len(text)
        if same_as_code_points(text, unit):
            assert [ruler.units(place) for place in range(len(text) + 1)] == list(range(len(text) + 1))


@pytest.mark.parametrize("unit", ALL)
def test_the_unit_is_found_by_the_stored_texts_and_without_them_by_words(unit):
    text = f"Halo {FAMILY} Budi\r\ndi BRI"
    ruler = Ruler(text, unit)
    words = [(ruler.units(start), ruler.units(start + len(word)), word) for word in ("Budi", "BRI") if (start := text.index(word))]
    assert find_unit(text, words, ALL) is unit
    assert find_unit(text, [(start, end, "") for start, end, _ in words], ALL) is unit


def test_where_nothing_speaks_against_it_the_first_is_taken():
    assert find_unit("Halo 😊", [], (Unit.UTF16, Unit.CODE_POINTS)) is Unit.UTF16
    assert scores("Halo", [(0, 4, "x")], ALL) is None
    assert find_unit("Halo", [(0, 4, "x")], (Unit.BYTES, Unit.UTF16)) is Unit.BYTES


def test_white_space_and_written_line_breaks_make_no_other_text():
    text = "satu\r\n dua"
    assert says(text, (0, 10), "satu\\n dua")
    assert says(text, (0, 10), "satu dua")
    assert not says(text, (0, 10), "satu tiga")
