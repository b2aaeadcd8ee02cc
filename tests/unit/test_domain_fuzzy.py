"""A few letters find what they stand for, the likelier first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.fuzzy import _distance, ranked, score, words_of

COMMANDS = [
    "New project", "Open project", "Export", "Import", "Label scheme", "Statistics", "Undo", "Redo", "Search the project",
    "Consistency inbox", "Preferences", "Flag for later", "Next document", "Previous document", "Done, and next", "Suggest",
    "Suggest for this document", "Light", "Dark", "As the system", "Take up again", "Usual size", "Remove or reject",
]  # fmt: skip


def found(typed: str, names: list[str] = COMMANDS) -> list[str]:
    return ranked(typed, names, lambda name: ((name, 1.0),))


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("dark", "Dark"), ("DARK", "Dark"), ("da", "Dark"), ("flag", "Flag for later"), ("later", "Flag for later"),
        ("label scheme", "Label scheme"), ("scheme label", "Label scheme"), ("doc next", "Next document"), ("u", "Undo"),
        ("sug doc", "Suggest for this document"), ("sug", "Suggest"), ("port", "Export"),
        # initials
        ("fl", "Flag for later"), ("ffl", "Flag for later"), ("flagl", "Flag for later"), ("lsch", "Label scheme"),
        # typing errors: a letter more, less, wrong, two swapped; two in a long word
        ("exxport", "Export"), ("exprt", "Export"), ("expart", "Export"), ("drak", "Dark"), ("consistancy inbox", "Consistency inbox"),
        ("prefrances", "Preferences"), ("statistcs", "Statistics"), ("xport", "Export"),
    ],
)  # fmt: skip
def test_the_likeliest_comes_first(typed: str, first: str) -> None:
    assert found(typed)[0] == first


@pytest.mark.parametrize("typed", ["qwxz", "dark flag", "ee", "!!!", "exportexport", "dq"])
def test_what_is_nothing_finds_nothing(typed: str) -> None:
    assert found(typed) == []


@pytest.mark.parametrize("typed", ["", "   "])
def test_nothing_typed_leaves_everything_in_its_order(typed: str) -> None:
    assert found(typed) == COMMANDS


def test_better_fits_come_before_worse_ones() -> None:
    names = ["rexport", "Import an export", "Export settings", "exprot", "Export"]
    assert found("export", names) == ["Export", "Export settings", "Import an export", "rexport"]


def test_what_fits_with_an_error_is_listed_where_nothing_fits_without() -> None:
    assert found("export", ["exprot", "Print"]) == ["exprot"]
    assert found("export", ["exprot", "Print", "Export"]) == ["Export"]


def test_equals_keep_their_order() -> None:
    assert found("b", ["beta two", "beta one"]) == ["beta two", "beta one"]


def test_a_weight_puts_other_names_behind() -> None:
    things = {"one": (("night", 0.5), ("day", 1.0)), "two": (("night", 0.9),), "three": ()}
    assert ranked("night", things, lambda thing: things[thing]) == ["two", "one"]


def test_words_are_cut_at_marks_and_underscores() -> None:
    assert words_of("Met_with: “Łódź” 2.0") == ("met", "with", "łódź", "2", "0")
    assert found("with", ["leads", "met_with"]) == ["met_with"]
    assert found("по", ["Мир", "По имени"]) == ["По имени"]


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "abxc", 1),
        ("abc", "xbz", 2),
        ("abcd", "badc", 2),
    ],
)
def test_errors_are_counted(one: str, other: str, errors: int) -> None:
    assert _distance(one, other, 2) == errors
    assert _distance(other, one, 2) == errors


def test_past_the_most_errors_the_count_only_says_so() -> None:
    assert _distance("abcdef", "uvwxyz", 2) > 2
    assert _distance("a", "abcdef", 2) > 2


@settings(max_examples=60)
@given(name=st.text(max_size=30), typed=st.text(max_size=12))
def test_scores_are_bounded_and_a_name_finds_itself(name: str, typed: str) -> None:
    value = score(words_of(typed), name) if words_of(typed) else 0.0
    assert 0.0 <= value <= 1.0
    if words_of(name):
        whole = score(words_of(name), name)
        assert whole > 0.5
        assert whole >= value
