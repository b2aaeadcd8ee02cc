"""The caret by token, character and sentence; selections by keyboard and pointer; edges that are dragged."""

from __future__ import annotations

import re

import pytest

from annotator.domain.text import Tokens, sentence_starts
from annotator.ui.article.caret import Caret, edge_range, next_character, sentence_at

TEXT = "Budi pergi ke Jakarta. Dia senang, sekali.\n\nBesok pulang."


def caret_over(text: str = TEXT, at: int = 0) -> Caret:
    tokens = Tokens((match.start(), match.end()) for match in re.finditer(r"\w+|[^\w\s]", text))
    made = Caret(text, tokens, sentence_starts(text, tokens))
    made.place(at)
    return made


def selected(caret: Caret) -> str | None:
    return caret.text[slice(*caret.selection)] if caret.selection else None


def test_right_and_left_go_from_token_start_to_token_start():
    caret = caret_over()
    seen = []
    for _ in range(5):
        caret.step("token", 1, extend=False)
        seen.append(caret.position)
    assert seen == [5, 11, 14, 21, 23]
    caret.step("token", -1, extend=False)
    assert caret.position == 21
    caret.place(7)
    caret.step("token", -1, extend=False)
    assert caret.position == 5


def test_the_caret_stays_at_both_ends_of_the_text():
    caret = caret_over()
    caret.step("token", -1, extend=False)
    assert caret.position == 0
    caret.place(len(TEXT))
    caret.step("token", 1, extend=False)
    assert caret.position == len(TEXT)


def test_extending_takes_whole_tokens_and_gives_them_back():
    caret = caret_over(at=5)
    words = []
    for _ in range(3):
        caret.step("token", 1, extend=True)
        words.append(selected(caret))
    assert words == ["pergi", "pergi ke", "pergi ke Jakarta"]
    caret.step("token", -1, extend=True)
    assert selected(caret) == "pergi ke"
    for _ in range(2):
        caret.step("token", -1, extend=True)
    assert selected(caret) is None
    assert caret.position == 5
    caret.step("token", -1, extend=True)
    assert selected(caret) == "Budi"
    caret.step("token", 1, extend=True)
    assert selected(caret) is None


def test_extending_from_inside_a_token_takes_all_of_it():
    caret = caret_over(at=7)
    caret.step("token", 1, extend=True)
    assert selected(caret) == "pergi"
    caret.place(7)
    caret.step("token", -1, extend=True)
    assert selected(caret) == "pergi"


def test_a_plain_move_ends_a_selection():
    caret = caret_over()
    caret.select(5, 13)
    caret.step("token", 1, extend=False)
    assert (caret.position, caret.selection) == (14, None)
    caret.select(5, 13)
    caret.step("token", -1, extend=False)
    assert (caret.position, caret.selection) == (5, None)


def test_extending_by_character_leaves_token_borders():
    caret = caret_over()
    for _ in range(3):
        caret.step("character", 1, extend=True)
    assert selected(caret) == "Bud"
    caret.step("token", 1, extend=True)
    assert selected(caret) == "Budi"


def test_characters_as_the_standing_unit():
    caret = caret_over()
    caret.characters = True
    caret.step("token", 1, extend=False)
    assert caret.position == 1
    caret.step("token", 1, extend=True)
    assert selected(caret) == "u"


def test_by_sentence():
    caret = caret_over(at=5)
    caret.step("sentence", 1, extend=False)
    assert caret.position == 23
    caret.step("sentence", 1, extend=False)
    assert caret.position == TEXT.index("Besok")
    caret.step("sentence", -1, extend=False)
    assert caret.position == 23
    caret.step("sentence", 1, extend=True)
    assert selected(caret) == "Dia senang, sekali."
    assert sentence_at(caret.tokens, caret.sentences, 30) == (23, 42)


@pytest.mark.parametrize(
    ("origin", "offset", "exact", "expected"),
    [
        (6, 8, False, "pergi"),
        (6, 12, False, "pergi ke"),
        (12, 6, False, "pergi ke"),
        (6, 12, True, "ergi k"),
        (4, 11, False, "pergi"),
        (4, 11, True, "pergi"),
        (4, 5, False, None),
        (40, 50, False, "sekali.\n\nBesok"),
    ],
)
def test_a_drag_snaps_to_tokens_or_not_and_trims_white_space(origin, offset, exact, expected):
    caret = caret_over()
    caret.drag(origin, offset, exact=exact)
    assert selected(caret) == expected


def test_moving_to_a_place_with_and_without_extending():
    caret = caret_over()
    caret.move_to(16, extend=False)
    assert caret.position == 14
    caret.move_to(25, extend=True)
    assert selected(caret) == "Jakarta. Dia"
    caret.move_to(6, extend=True)
    assert selected(caret) == "pergi ke"


def test_the_token_at_the_caret_or_the_next():
    assert caret_over(at=7).token == (5, 10)
    assert caret_over(at=10).token == (11, 13)
    assert caret_over(at=len(TEXT)).token is None


def test_an_empty_text_takes_every_move():
    caret = caret_over("")
    for unit in ("token", "character", "sentence"):
        for direction in (1, -1):
            for extend in (False, True):
                caret.step(unit, direction, extend=extend)
    caret.move_to(0, extend=True)
    assert (caret.position, caret.selection, caret.token) == (0, None, None)


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("ab", [1, 2]),
        ("e\u0301a", [2, 3]),
        ("\U0001f44d\U0001f3fdx", [2, 3]),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467.", [5, 6]),
        ("\U0001f1ee\U0001f1e9\U0001f1eb\U0001f1f7", [2, 4]),
        ("a\r\nb", [1, 3, 4]),
    ],
)
def test_characters_as_a_reader_sees_them_are_not_cut(text, stops):
    forwards, at = [], 0
    while at < len(text):
        at = next_character(text, at, 1)
        forwards.append(at)
    assert forwards == stops
    backwards = []
    while at > 0:
        at = next_character(text, at, -1)
        backwards.append(at)
    assert backwards == [*reversed(stops[:-1]), 0]


@pytest.mark.parametrize(
    ("start_edge", "offset", "exact", "expected"),
    [
        (True, 1, False, (0, 21)),
        (True, 6, False, (5, 21)),
        (True, 7, True, (7, 21)),
        (True, 40, False, (14, 21)),
        (True, 10, True, (11, 21)),
        (False, 27, False, (11, 26)),
        (False, 28, False, (11, 33)),
        (False, 12, False, (11, 13)),
        (False, 2, False, (11, 13)),
        (False, 16, True, (11, 16)),
        (False, 23, True, (11, 22)),
    ],
)
def test_a_dragged_edge_snaps_and_never_empties_the_span(start_edge, offset, exact, expected):
    caret = caret_over()
    found = edge_range(tokens=caret.tokens, text=TEXT, fragments=((11, 21),), start_edge=start_edge, offset=offset, exact=exact)
    assert found == expected


def test_the_edges_of_a_discontinuous_span_stay_in_their_fragments():
    caret = caret_over()
    common = {"tokens": caret.tokens, "text": TEXT, "fragments": ((0, 4), (14, 21)), "exact": False}
    assert edge_range(start_edge=True, offset=16, **common) == (0, 21)
    assert edge_range(start_edge=False, offset=2, **common) == (0, 21)
