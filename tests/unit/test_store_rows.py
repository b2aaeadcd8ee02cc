"""What goes into rows and into the journal comes back as it was."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.domain.annotations import Kind, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import What
from annotator.domain.documents import Document, Status
from annotator.domain.text import Tokens
from annotator.store.rows import (
    CODECS,
    document_row,
    journal_to_value,
    pack,
    row_document,
    scheme_text,
    text_scheme,
    to_json,
    unpack,
    value_to_journal,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
CONFIDENCE = st.none() | st.floats(0, 1)


@st.composite
def fragments(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(st.integers(0, 2**40), min_size=2, max_size=8)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


SPANS = st.builds(
    Span, TEXTS, fragments(), TEXTS, st.dictionaries(TEXTS, JSON, max_size=3), TEXTS, TEXTS, CONFIDENCE, TEXTS, st.booleans(), TEXTS
)
RELATIONS = st.builds(
    Relation, TEXTS, TEXTS, TEXTS, TEXTS, st.dictionaries(TEXTS, JSON, max_size=3), TEXTS, CONFIDENCE, TEXTS, st.booleans(), TEXTS
)
INFOS = st.builds(
    SetInfo,
    st.integers(1, 2**40),
    TEXTS,
    st.sampled_from(Kind),
    st.sampled_from(Status),
    st.booleans(),
    st.lists(TEXTS, max_size=3).map(tuple),
)
VALUES = (
    SPANS.map(lambda value: (What.SPAN, value))
    | RELATIONS.map(lambda value: (What.RELATION, value))
    | st.builds(Verdict, TEXTS, TEXTS).map(lambda value: (What.VERDICT, value))
    | INFOS.map(lambda value: (What.SET, value))
)


@given(VALUES)
def test_a_value_comes_back_from_its_row_and_from_the_journal(pair):
    what, value = pair
    codec = CODECS[what]
    assert codec.from_row(codec.to_row(value)) == value
    assert len(codec.to_row(value)) == len(codec.columns)
    assert journal_to_value(what, value_to_journal(what, value)) == value


@given(VALUES)
def test_a_row_comes_back_from_sqlite(pair):
    what, value = pair
    codec = CODECS[what]
    connection = sqlite3.connect(":memory:")
    try:
        row = connection.execute(f"SELECT {', '.join('?' * len(codec.columns))}", codec.to_row(value)).fetchone()
    finally:
        connection.close()
    assert codec.from_row(row) == value


def test_absence_is_kept_as_absence():
    assert value_to_journal(What.SPAN, None) is None
    assert journal_to_value(What.SPAN, None) is None


def test_the_scheme_comes_back(shipped_scheme):
    scheme = shipped_scheme("indonesian-news")
    assert text_scheme(scheme_text(scheme)) == scheme
    assert journal_to_value(What.SCHEME, value_to_journal(What.SCHEME, scheme)) == scheme


@pytest.mark.parametrize("confidence", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("what", [What.SPAN, What.RELATION])
def test_a_confidence_that_would_come_back_as_nothing_is_refused(what, confidence):
    span = Span("s", ((0, 1),), "A", confidence=confidence)
    value = span if what is What.SPAN else Relation("r", "A", "s", "s", confidence=confidence)
    with pytest.raises(ValueError, match="finite"):
        CODECS[what].to_row(value)
    with pytest.raises(ValueError, match="finite"):
        value_to_journal(what, value)


def test_equal_attributes_are_equal_text():
    assert to_json({"b": 1, "a": {"d": 2, "c": 3}}) == to_json({"a": {"c": 3, "d": 2}, "b": 1})


@given(st.lists(st.integers(0, 400), max_size=60))
def test_packed_offsets_come_back(steps):
    numbers = [sum(steps[: end + 1]) for end in range(len(steps))]
    assert unpack(pack(numbers)) == numbers


@pytest.mark.parametrize(
    "numbers",
    [[], [0], [0, 0], [127], [128], [127, 254], [16_383, 16_384, 2**40], [5, 5 + 300, 5 + 301, 2**33, 2**33 + 1]],
)
def test_packed_offsets_at_the_borders_of_a_byte(numbers):
    assert unpack(pack(numbers)) == numbers


def test_tokens_take_two_bytes_each_in_the_usual_case():
    assert len(pack([0, 5, 6, 10, 11, 20])) == 6


def test_offsets_that_fall_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="byte"):
        pack([5, 3])


@given(TEXTS, TEXTS, st.dictionaries(TEXTS, JSON, max_size=3), fragments())
def test_a_document_comes_back(name, text, meta, ranges):
    document = Document(name, text, meta, Tokens(ranges), (0, 1), 7)
    assert row_document(document_row(document)) == document


def test_a_document_in_no_project_leaves_its_number_to_the_file():
    assert document_row(Document("a", "b"))[0] is None
