"""Damaged places: what they must mean, and that nothing is touched where that is not sure."""

from __future__ import annotations

import pytest

from annotator.commands.mending import REPAIR_WORDS, mended, mended_stream, mender
from annotator.domain.annotations import Relation, Span
from annotator.domain.exchange import Complaint, Record
from annotator.domain.mending import ALL, FARTHEST, Mender, Repair, nearest, shifted, trimmed, twins

TEXT = "Budi pergi ke Jakarta dan bertemu Siti di Bandung."
PLACES = [(0, 4), (14, 21), (34, 38), (42, 49)]
EMOJI = "😀 Budi 😀 pergi ke Jakarta 👨‍👩‍👧 dan bertemu Siti di Bandung é."


def spans(places, label="X") -> list[Span]:
    return [Span(f"s{number}", (place,), label) for number, place in enumerate(places)]


def places(found) -> list[tuple[int, int]]:
    return [span.fragments[0] for span in found]


# Places that readers show


@pytest.mark.parametrize(
    ("start", "end", "surface", "found", "kind"),
    [
        (4, 0, "", (0, 4), Repair.INVERTED),
        (21, 14, "Jakarta", (14, 21), Repair.INVERTED),
        (16, 23, "Jakarta", (14, 21), Repair.SHIFTED),
        (21, 15, "Jakarta", (14, 21), Repair.SHIFTED),
        (60, 67, "Bandung", (42, 49), Repair.SHIFTED),
        (-3, 1, "Budi", (0, 4), Repair.SHIFTED),
        (14, 14, "Jakarta", (14, 21), Repair.SHIFTED),
    ],
)
def test_a_place_is_mended(start, end, surface, found, kind):
    one = Mender()
    answer = one.place(TEXT, start, end, surface)
    assert answer is not None
    assert answer.place == found
    assert f"({start}, {end})" in answer.message
    assert one.counts == {kind: 1}


@pytest.mark.parametrize(
    ("start", "end", "surface"),
    [(4, 4, ""), (0, 99, ""), (99, 0, ""), (-4, -9, ""), (0, 4, "Surabaya"), (10, 10, "   "), (5, 5, "")],
)
def test_a_place_that_says_nothing_is_left(start, end, surface):
    one = Mender()
    assert one.place(TEXT, start, end, surface) is None
    assert not +one.counts


def test_what_was_not_asked_for_is_counted_and_left():
    one = Mender({Repair.EDGES})
    assert one.place(TEXT, 4, 0) is None
    assert one.counts == {Repair.INVERTED: 1}


def test_the_nearest_of_several_is_meant_and_of_two_equally_near_none():
    text = "Ali dan Ali dan Ali"
    assert nearest(text, "Ali", 1) == (0, 3)
    assert nearest(text, "Ali", 9) == (8, 11)
    assert nearest(text, "Ali", 12) is None
    assert nearest("Ali" + " " * (2 * FARTHEST), "Ali", 2 * FARTHEST) is None


# Whole records


@pytest.mark.parametrize("by", [-5, -2, -1, 1, 2, 7])
def test_spans_that_all_stand_beside_words_by_the_same_distance_are_moved(by):
    text = "....... " + TEXT
    moved = spans([(start + 8 + by, end + 8 + by) for start, end in PLACES])
    found = shifted(text, [span.fragments for span in moved], lambda _: {})
    assert found is not None
    assert found[0] == [((start + 8, end + 8),) for start, end in PLACES]
    assert f"{-by:+d}" in found[1]


@pytest.mark.parametrize(
    "given",
    [
        PLACES,
        PLACES[:2],
        [(1, 3), (15, 20), (35, 37)],  # within words: no distance puts both edges right
        [(0, 4), (14, 21), (35, 39)],  # one alone is no proof
        [(-1, 3), (13, 20)],
        [(4, 14), (3, 15), (21, 34)],  # white space at the edges is another damage
    ],
    ids=["sound", "few", "within words", "one alone", "too few", "edges"],
)
def test_no_shift_is_seen_where_none_is_proved(given):
    assert shifted(TEXT, [(place,) for place in given], lambda _: {}) is None


@pytest.mark.parametrize("unit", ["utf-16", "utf-8"])
def test_offsets_that_counted_another_unit_drift_and_are_read_as_that_unit(unit):
    def units(place: int) -> int:
        before = EMOJI[:place]
        return len(before.encode("utf-16-le")) // 2 if unit == "utf-16" else len(before.encode())

    right = [(EMOJI.index(word), EMOJI.index(word) + len(word)) for word in ("Budi", "Jakarta", "Siti", "Bandung")]
    wrong = [(units(start), units(end)) for start, end in right]
    assert wrong != right
    one = mender(ALL)
    mended_spans, merged, told = one.spans(EMOJI, spans(wrong))
    assert places(mended_spans) == right
    assert merged == {}
    assert len(told) == 1
    assert "were read as UTF" in told[0]


def test_white_space_at_edges_is_taken_off_and_told():
    found, _, told = Mender().spans(TEXT, spans([(4, 11), (14, 21), (33, 39)]))
    assert places(found) == [(5, 10), (14, 21), (34, 38)]
    assert len(told) == 2
    assert "“pergi”" in told[0]


def test_twins_are_joined_with_their_relations_and_a_reviewed_one_stays():
    record = Record(
        "a",
        TEXT,
        annotator="m",
        place="in:1",
        spans=(
            Span("a", ((0, 4),), "P", reviewed=False),
            Span("b", ((0, 4),), "P", reviewed=True),
            Span("c", ((14, 21),), "L"),
            Span("d", ((14, 21),), "L", note="other"),
        ),
        relations=(Relation("r", "in", "a", "c"),),
    )
    found, told = mended(record, mender([Repair.DUPLICATES]))
    assert [span.id for span in found.spans] == ["b", "c", "d"]
    assert (found.relations[0].head, found.relations[0].tail) == ("b", "c")
    assert [(notice.place, notice.lost) for notice in told] == [("in:1", False)]
    assert told[0].message.startswith("Repaired: ")


def test_an_edge_that_is_mended_may_make_a_twin():
    found, _, told = Mender().spans(TEXT, [Span("a", ((0, 4),), "P"), Span("b", ((0, 5),), "P")])
    assert [span.id for span in found] == ["a"]
    assert len(told) == 2


def test_a_record_without_damage_is_the_same_object():
    record = Record("a", TEXT, annotator="m", spans=tuple(spans(PLACES)))
    assert mended(record, mender(ALL)) == (record, [])
    assert mended(record, mender(ALL))[0] is record
    bare = Record("a", TEXT)
    assert mended(bare, mender(ALL))[0] is bare


def test_a_stream_keeps_its_complaints_and_its_order():
    stream = [Complaint("x", "y"), Record("a", TEXT, annotator="m", spans=(Span("s", ((0, 5),), "P"),)), Complaint("z", "w")]
    found = list(mended_stream(stream, mender(ALL)))
    assert [type(item).__name__ for item in found] == ["Complaint", "Complaint", "Record", "Complaint"]


def test_every_kind_of_damage_has_its_words():
    assert REPAIR_WORDS.keys() == set(Repair)


# What projects are mended by, too


def test_fragments_that_overlap_are_joined_and_those_that_touch_are_left():
    overlapping, touching = Span("a", ((0, 6), (4, 10)), "P"), Span("b", ((0, 4), (4, 10)), "P")
    assert [(old.id, new.fragments) for old, new in trimmed(TEXT, [overlapping, touching])] == [("a", ((0, 10),))]


def test_a_span_outside_the_text_or_of_nothing_but_white_space_is_not_trimmed():
    assert trimmed(TEXT, [Span("a", ((0, 99),), "P"), Span("b", ((4, 5),), "P")]) == []


def test_twins_differ_in_nothing_a_person_entered():
    one = Span("a", ((0, 4),), "P", attributes={"x": 1})
    assert twins([one, Span("b", ((0, 4),), "P", attributes={"x": 1})])[0][1].id == "b"
    assert twins([one, Span("b", ((0, 4),), "P")]) == []
    assert twins([one, Span("b", ((0, 4),), "Q", attributes={"x": 1})]) == []
