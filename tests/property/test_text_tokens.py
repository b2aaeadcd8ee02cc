"""Tokens and snapping against plain counting."""

import re
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from annotator.domain.text import Tokens, sentence_starts, snap, sound_tokens, tokens_problem, trim

CALM = settings(deadline=None)  # how long an example takes depends on what else the machine does

words = st.text(st.sampled_from("aB.,\"'?! \n\t\u00a0é😀"), max_size=40)


@st.composite
def tokenized(draw):
    """A text with sound tokens: each run of non-blank characters cut at random places."""
    text = draw(words)
    ranges = []
    for run in re.finditer(r"\S+", text):
        cuts = sorted({run.start(), run.end(), *draw(st.lists(st.integers(run.start(), run.end()), max_size=2))})
        ranges += list(pairwise(cuts))
    return text, Tokens(ranges)


@st.composite
def tokenized_with_range(draw):
    text, tokens = draw(tokenized())
    start = draw(st.integers(0, len(text)))
    return text, tokens, start, draw(st.integers(start, len(text)))


def _blank(text):
    return not text.strip()


@CALM
@given(tokenized_with_range())
def test_covered_tokens_are_those_that_share_a_code_point(case):
    _, tokens, start, end = case
    expected = [index for index, (low, high) in enumerate(tokens) if set(range(low, high)) & set(range(start, end))]
    assert list(tokens.covered(start, end)) == expected


@CALM
@given(tokenized_with_range())
def test_a_range_is_aligned_when_it_begins_one_token_and_ends_one(case):
    _, tokens, start, end = case
    starts, ends = [low for low, _ in tokens], [high for _, high in tokens]
    assert tokens.aligned(start, end) == (start in starts and end in ends and start < end)


@CALM
@given(tokenized())
def test_at_and_first_from_agree_with_counting(case):
    text, tokens = case
    for offset in range(-1, len(text) + 2):
        holding = [index for index, (low, high) in enumerate(tokens) if low <= offset < high]
        assert tokens.at(offset) == (holding[0] if holding else None)
        assert tokens.first_from(offset) == sum(1 for _, high in tokens if high <= offset)


@CALM
@given(tokenized_with_range())
def test_snapping_covers_the_text_on_token_borders_with_the_fewest_tokens(case):
    text, tokens, start, end = case
    snapped = snap(tokens, text, start, end)
    if _blank(text[start:end]):
        assert snapped is None
        return
    assert snapped is not None
    low, high = snapped
    inner_start, inner_end = trim(text, start, end)
    assert low <= inner_start < inner_end <= high
    assert tokens.aligned(low, high)
    assert list(tokens.covered(low, high)) == list(tokens.covered(inner_start, inner_end))
    assert snap(tokens, text, low, high) == (low, high)


@CALM
@given(words, st.integers(-5, 50), st.integers(-5, 50))
def test_snapping_any_numbers_stays_inside_the_text(text, start, end):
    for tokens in (Tokens(), Tokens(match.span() for match in re.finditer(r"\S+", text))):
        snapped = snap(tokens, text, start, end)
        assert snapped is None or 0 <= snapped[0] < snapped[1] <= len(text)


@CALM
@given(tokenized_with_range())
def test_trimming_leaves_the_same_words_without_blanks_around_them(case):
    text, _, start, end = case
    low, high = trim(text, start, end)
    assert start <= low <= high <= end
    assert text[low:high] == text[start:end].strip()
    assert trim(text, low, high) == (low, high)


@CALM
@given(tokenized())
def test_sound_tokens_pass_and_come_back_equal(case):
    text, tokens = case
    ranges = [list(token) for token in tokens]
    assert tokens_problem(ranges, text) is None
    assert sound_tokens(ranges, text) == tokens
    assert Tokens.from_flat([offset for token in tokens for offset in token]) == tokens


@CALM
@given(tokenized(), st.data())
def test_a_token_left_out_is_noticed(case, data):
    text, tokens = case
    assume(len(tokens) > 0)
    left_out = data.draw(st.integers(0, len(tokens) - 1))
    assert tokens_problem([token for index, token in enumerate(tokens) if index != left_out], text) is not None


@CALM
@given(tokenized(), st.data())
def test_a_token_given_twice_is_noticed(case, data):
    text, tokens = case
    assume(len(tokens) > 0)
    ranges = list(tokens)
    twice = data.draw(st.integers(0, len(tokens) - 1))
    assert tokens_problem([*ranges[: twice + 1], ranges[twice], *ranges[twice + 1 :]], text) is not None


@CALM
@given(tokenized())
def test_sentences_begin_with_the_first_token_and_at_every_line(case):
    text, tokens = case
    starts = sentence_starts(text, tokens)
    assert starts == sorted(set(starts))
    assert starts[:1] == ([0] if len(tokens) else [])
    for index in range(1, len(tokens)):
        gap = text[tokens[index - 1][1] : tokens[index][0]]
        if "\n" in gap:
            assert index in starts
        elif not gap:
            assert index not in starts
