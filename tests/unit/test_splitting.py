"""Dividing documents: by their texts alone, near-duplicates together, every label in every part, and nothing ever moves."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.splitting import Candidate, candidate, divide, likeness, shares, sketch, source_and_date
from annotator.errors import FormatError

WANTED = shares("80/10/10")
SYLLABLES = ("ba", "ka", "men", "per", "tu", "ri", "an", "ja", "ko", "wi")


def article(number: int, words: int = 120) -> str:
    chance = random.Random(number)
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(words))


def made(count: int, first: int = 0, labels: tuple[str, ...] = ("ORG",)) -> list[Candidate]:
    return [candidate(article(number), labels, {}) for number in range(first, first + count)]


def rewritten(text: str, number: int = 1) -> str:
    """What another paper makes of an agency's report: another beginning, some words changed, the end cut off."""
    chance = random.Random(number)
    words = text.split()
    for place in chance.sample(range(len(words)), len(words) // 20):
        words[place] = "katanya"
    return "Jakarta, Antara lain " + " ".join(words[: len(words) * 9 // 10])


@pytest.mark.parametrize(
    ("text", "wanted"), [("80/10/10", (0.8, 0.1, 0.1)), ("8/1/1", (0.8, 0.1, 0.1)), ("90/10", (0.9, 0.1)), ("1/1", (0.5, 0.5))]
)
def test_shares_are_whole_numbers_in_proportion(text, wanted):
    assert shares(text) == pytest.approx(wanted)


@pytest.mark.parametrize(
    "text", ["", "80", "80/20/", "80/0/20", "-1/2", "a/b", "80/10/5/5", "0.8/0.2", "80/ 20", "9" * 5000 + "/1", "٨/٢"]
)
def test_shares_that_are_none_are_refused(text):
    with pytest.raises(FormatError, match="“split”"):
        shares(text)


def test_the_parts_are_about_as_large_as_was_asked():
    counts = Counter(divide(made(600), WANTED).parts)
    assert 440 <= counts[0] <= 520
    assert all(35 <= counts[part] <= 90 for part in (1, 2))


def test_neither_order_nor_number_of_the_others_moves_a_document():
    first = made(150)
    more = [*made(100, 1000), *first[::-1], *made(50, 5000)]
    where = dict(zip((one.key for one in first), divide(first, WANTED).parts, strict=True))
    again = dict(zip((one.key for one in more), divide(more, WANTED).parts, strict=True))
    assert {key: again[key] for key in where} == where


def test_an_earlier_division_stands_whatever_is_added():
    first = made(80, labels=())
    fixed = {one.key: number % 3 for number, one in enumerate(first)}
    assert divide([*made(40, 500), *first], WANTED, fixed).parts[40:] == list(fixed.values())
    # a part that there is no more is no part
    assert set(divide(first, shares("1/1"), fixed).parts) == {0, 1}


def test_a_rewritten_report_goes_where_its_source_goes():
    originals = made(60)
    copies = [candidate(rewritten(article(number), number), (), {}) for number in range(60)]
    division = divide([*originals, *copies], WANTED)
    assert division.parts[:60] == division.parts[60:]
    assert division.near == 120


def test_texts_that_only_share_a_phrase_are_not_alike():
    phrase = "demikian kata juru bicara kepolisian kepada wartawan di jakarta pada hari senin"
    found = divide([candidate(f"{article(number)} {phrase}", (), {}) for number in range(200)], WANTED)
    assert found.near == 0


def test_likeness_is_about_the_share_of_runs_in_common():
    one, other = article(1, 400).split(), article(2, 400).split()
    mixed = " ".join(one[:200] + other[200:])
    assert likeness(sketch(" ".join(one)), sketch(" ".join(one))) == 1.0
    assert likeness(sketch(" ".join(one)), sketch(" ".join(other))) < 0.1
    assert 0.2 < likeness(sketch(" ".join(one)), sketch(mixed)) < 0.47


@pytest.mark.parametrize("text", ["", " ", "satu", "satu dua", "😀", "\ud800"])
def test_short_and_odd_texts_have_a_sketch(text):
    assert len(sketch(text)) == 1
    assert divide([candidate(text, (), {})] * 3, WANTED).parts in ([0] * 3, [1] * 3, [2] * 3)


@pytest.mark.parametrize(
    ("meta", "group"),
    [
        ({"source": "antara", "date": "2020-03-02T10:00"}, "antara\n2020-03-02"),
        ({"Source": "antara", "TANGGAL": "2020-03-02"}, "antara\n2020-03-02"),
        ({"source": "antara"}, ""),
        ({"date": "2020-03-02"}, ""),
        ({"source": "", "date": "2020"}, ""),
        ({}, ""),
    ],
)
def test_source_and_date_make_a_group_together_alone(meta, group):
    assert source_and_date(meta) == group


def test_documents_of_one_source_and_date_stay_together():
    def of_day(number: int) -> Candidate:
        return candidate(article(number), (), {"source": "antara", "date": f"2020-01-{number % 40:02}"})

    division = divide([of_day(number) for number in range(120)], WANTED)
    assert all(len({division.parts[number + day] for number in (0, 40, 80)}) == 1 for day in range(40))
    assert (division.grouped, division.loose) == (120, 0)
    assert len(set(division.parts)) == 3


def test_a_source_and_date_of_half_the_project_is_no_group():
    one_day = [candidate(article(number), (), {"source": "a", "date": "2020-01-01"}) for number in range(100)]
    division = divide([*one_day, *made(100, 500)], WANTED)
    assert (division.grouped, division.loose) == (0, 100)
    assert len(set(division.parts[:100])) == 3


@pytest.mark.parametrize("seed", range(5))
def test_each_label_of_three_documents_is_in_each_part(seed):
    chance = random.Random(seed)
    names = [f"L{number}" for number in range(12)]
    found = [candidate(article(number), chance.sample(names, 2), {}) for number in range(60)]
    division = divide(found, WANTED)
    for name in names:
        parts = {division.parts[number] for number, one in enumerate(found) if name in one.labels}
        assert len(parts) == 3 or name in division.scarce
    assert len(division.scarce) <= 2


def test_a_label_too_rare_for_every_part_is_named():
    found = [*made(50), *made(2, 100, labels=("RARE",))]
    assert divide(found, WANTED).scarce == ["RARE"]


def test_no_document_of_an_earlier_division_is_moved_for_a_label():
    first = made(20, labels=("RARE",))
    division = divide(first, WANTED, dict.fromkeys((one.key for one in first), 0))
    assert set(division.parts) == {0}
    assert division.scarce == ["RARE"]


def test_a_new_document_that_is_like_two_on_two_sides_goes_nowhere():
    one, other = article(1, 60), article(2, 60)
    first = [candidate(one, (), {}), candidate(other, (), {})]
    both = candidate(f"{one} {other}", (), {})
    division = divide([*first, both], WANTED, {first[0].key: 0, first[1].key: 2})
    assert division.parts == [0, 2, -1]


def test_nothing_is_divided_into_nothing():
    assert divide([], WANTED).parts == []


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.sets(st.sampled_from("ABC")), st.sampled_from(["", "a", "b"])), max_size=25),
    st.sampled_from(["80/10/10", "50/50", "1/1/1"]),
)
def test_alike_is_together_and_again_is_the_same(kinds, text):
    found = [candidate(article(number, 30), labels, {"source": source, "date": "d"}) for number, labels, source in kinds]
    wanted = shares(text)
    division = divide(found, wanted)
    assert len(division.parts) == len(found)
    assert all(0 <= part < len(wanted) for part in division.parts)
    for one, part in zip(found, division.parts, strict=True):
        assert all(other_part == part for other, other_part in zip(found, division.parts, strict=True) if other.key == one.key)
    fixed = {one.key: part for one, part in zip(found, division.parts, strict=True)}
    assert divide([*made(5, 900), *found], wanted, fixed).parts[5:] == division.parts
