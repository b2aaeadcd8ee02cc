"""The relation grid without a window: which spans, which cells, and walking over them."""

from __future__ import annotations

import re

import pytest

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.documents import Document
from annotator.domain.labels import scheme_from_dict
from annotator.domain.text import Tokens, sentence_starts
from annotator.session.document import DocumentState
from annotator.ui.models.grid_cells import MOST, Cells, brought_up_to_date, excerpt_of

SCHEME = scheme_from_dict(
    {
        "spans": ["PERSON", "GPE", "ORG", "DATE"],
        "relations": [
            {"name": "leads", "head": ["PERSON"], "tail": ["ORG", "GPE"]},
            {"name": "visited", "head": ["PERSON"], "tail": ["GPE"]},
            {"name": "met_with", "head": ["PERSON"], "tail": ["PERSON"], "symmetric": True},
            {"name": "based_in", "head": ["ORG"], "tail": ["GPE"], "symmetric": True},
            {"name": "part_of", "head": ["ORG"], "tail": ["ORG"], "reflexive": True},
        ],
    }
)
TEXT = "Ani memimpin BRI.\r\nBudi dan Ani di Solo\nSenin"
"""Ani 0-3, BRI 13-16; Budi 19-23, Ani 28-31, Solo 35-39; Senin 40-45."""
SPANS = [
    ("ani", 0, 3, "PERSON"),
    ("bri", 13, 16, "ORG"),
    ("budi", 19, 23, "PERSON"),
    ("ani2", 28, 31, "PERSON"),
    ("solo", 35, 39, "GPE"),
    ("senin", 40, 45, "DATE"),
]


def state_of(text, spans, relations=(), scheme=SCHEME):
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    content = AnnotationSet(
        SetInfo(1, "ani", Kind.PERSON),
        {key: Span(key, ((start, end),), label) for key, start, end, label in spans},
        {relation.id: relation for relation in relations},
        id=1,
    )
    return DocumentState(Document("d", text, {}, tokens, tuple(sentence_starts(text, tokens)), id=1), content, scheme)


@pytest.fixture
def state():
    relations = [
        Relation("r1", "leads", "ani", "bri"),
        Relation("r2", "met_with", "ani2", "budi", reviewed=False),
        Relation("r3", "visited", "budi", "solo", reviewed=False),
        Relation("r4", "leads", "budi", "solo"),
    ]
    return state_of(TEXT, SPANS, relations)


@pytest.fixture
def cells(state):
    return Cells(state, [key for key, *_ in SPANS])


def names(cell):
    return [label.name for label in cell.legal]


# --- which spans ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "ids"),
    [
        (0, ("ani", "bri")),
        (17, ("ani", "bri")),
        (19, ("budi", "ani2", "solo")),
        (39, ("budi", "ani2", "solo")),
        (40, ("senin",)),
        (45, ("senin",)),
    ],
)
def test_the_paragraph_is_from_line_break_to_line_break(state, place, ids):
    excerpt = excerpt_of(state, place)
    assert excerpt.ids == ids
    assert excerpt.holds(place)
    assert not excerpt.selected
    assert not excerpt.cut


def test_a_selection_takes_every_span_that_shares_text_with_it(state):
    excerpt = excerpt_of(state, 0, (14, 29))
    assert excerpt.ids == ("bri", "budi", "ani2")
    assert excerpt.selected


def test_a_paragraph_without_spans_has_none():
    state = state_of("Ani.\n\nBudi.", [("a", 0, 3, "PERSON")])
    assert excerpt_of(state, 5).ids == ()
    assert Cells(state, ()).first() is None
    assert Cells(state, ()).last() is None


def test_of_very_many_spans_the_nearest_are_taken():
    state = state_of("ab " * 1000, [(f"s{n}", 3 * n, 3 * n + 2, "ORG") for n in range(1000)])
    excerpt = excerpt_of(state, 1500)
    assert len(excerpt.ids) == MOST
    assert excerpt.cut
    assert excerpt.ids[0] == f"s{500 - MOST // 2}"
    assert excerpt.holds(1500)
    assert not excerpt.holds(0)
    assert excerpt_of(state, 0).ids == tuple(f"s{n}" for n in range(MOST))
    assert excerpt_of(state, 3000).ids == tuple(f"s{n}" for n in range(1000 - MOST, 1000))
    assert excerpt_of(state, 0, (30, 3000)).ids == tuple(f"s{n}" for n in range(10, 10 + MOST))
    assert brought_up_to_date(state, excerpt).ids == excerpt.ids


def test_far_spans_of_a_long_paragraph_are_found():
    state = state_of("x" + " " * 50_000 + "y", [("a", 0, 1, "ORG"), ("b", 50_001, 50_002, "ORG")])
    at = len(state.text) - 1
    assert "b" in excerpt_of(state, at).ids
    assert excerpt_of(state, 0, (0, len(state.text))).ids == ("a", "b")


# --- cells ---------------------------------------------------------------------------------------------------------------------


def test_legal_labels_by_the_rule_of_the_scheme(cells):
    assert names(cells.at(0, 1)) == ["leads"]
    assert names(cells.at(1, 0)) == []
    assert names(cells.at(2, 4)) == ["leads", "visited"]
    assert names(cells.at(2, 3)) == ["met_with"]
    assert names(cells.at(4, 1)) == ["based_in"], "a symmetric label links either way"
    assert names(cells.at(2, 2)) == [], "nobody meets himself"
    assert names(cells.at(1, 1)) == ["part_of"], "a reflexive label may"
    assert not any(cells.at(5, column).open or cells.at(column, 5).open for column in range(6))


def test_a_relation_stands_in_its_cell_and_a_symmetric_one_in_both(cells):
    assert [relation.id for relation in cells.at(0, 1).relations] == ["r1"]
    assert cells.at(1, 0).relations == ()
    assert [relation.id for relation in cells.at(3, 2).relations] == ["r2"]
    assert [relation.id for relation in cells.at(2, 3).relations] == ["r2"]
    both = cells.at(2, 4)
    assert {relation.id for relation in both.relations} == {"r3", "r4"}
    assert both.relation("r3").id == "r3"
    assert both.relation("gone").id == both.relations[0].id
    assert cells.at(2, 1).relation(None) is None


def test_a_cell_with_an_illegal_relation_can_be_entered_all_the_same():
    state = state_of(TEXT, SPANS, [Relation("r", "leads", "senin", "solo")])
    cell = Cells(state, ["solo", "senin"]).at(1, 0)
    assert cell.legal == ()
    assert cell.open


def test_a_span_that_is_gone_leaves_closed_cells(state):
    cells = Cells(state, ["ani", "gone"])
    assert not cells.at(0, 1).open
    assert cells.place_of("ani", "gone") == (0, 1)
    assert cells.place_of("ani", "solo") is None


# --- walking -------------------------------------------------------------------------------------------------------------------


def test_sideways_over_closed_cells(cells):
    assert cells.open_columns(0) == [1, 2, 3, 4]
    assert cells.open_columns(2) == [0, 1, 3, 4]
    assert cells.beside((2, 1), 1) == (2, 3)
    assert cells.beside((2, 3), -1) == (2, 1)
    assert cells.beside((2, 4), 1) == (2, 4)


def test_up_and_down_to_the_nearest_open_cell_of_the_next_row_that_has_one(cells):
    assert cells.open_columns(1) == [1, 4]
    assert cells.below((0, 2), 1, 2) == (1, 1)
    assert cells.below((0, 3), 1, 3) == (1, 4)
    assert cells.below((4, 1), 1, 1) == (4, 1), "there is nothing in the last row"
    assert cells.below((0, 1), -1, 1) == (0, 1)


def test_first_and_last(cells):
    assert cells.first() == (0, 1)
    assert cells.first(5) == (0, 1), "round to the top"
    assert cells.last() == (4, 1)


def test_every_open_cell_can_be_reached_by_arrows(cells):
    reached, found = set(), [cells.first()]
    while found:
        place = found.pop()
        if place not in reached:
            reached.add(place)
            found += [cells.beside(place, step) for step in (1, -1)] + [cells.below(place, step, place[1]) for step in (1, -1)]
    assert reached == {(row, column) for row in range(6) for column in cells.open_columns(row)}


def test_suggestions_one_after_the_other(cells):
    assert cells.next_unreviewed((0, 1), 1) == (2, 4)
    assert cells.next_unreviewed((2, 4), 1) == (3, 2), "a symmetric one once, in the row of its head"
    assert cells.next_unreviewed((3, 2), 1) is None
    assert cells.next_unreviewed((3, 2), -1) == (2, 4)
    assert cells.next_unreviewed((0, 0), -1) is None


def test_it_remembers_until_it_is_told_to_forget(state, cells):
    assert cells.at(0, 1).relations
    state._relations.pop("r1")
    state._links["ani"].clear()
    assert cells.at(0, 1).relations
    cells.forget(["ani"])
    assert cells.at(0, 1).relations == ()


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [(100, 5, 45), (5, 100, 0), (29, 100, 0), (31, 100, 1), (40, 40, 10), (100, 29, 69), (100, 31, 70)],
)
def test_of_spans_that_lie_mostly_to_one_side_the_sixty_nearest_are_taken(before, after, first):
    """The caret stands behind ``before`` spans and before ``after`` of them, which follow each other closely."""
    count = before + after
    state = state_of("ab " * count, [(f"s{n}", 3 * n, 3 * n + 2, "ORG") for n in range(count)])
    excerpt = excerpt_of(state, 3 * before)
    assert excerpt.ids == tuple(f"s{n}" for n in range(first, first + MOST))
    assert excerpt.cut
    assert excerpt.holds(3 * before)
