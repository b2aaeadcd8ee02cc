"""Code points against UTF-16, and what the view shows, for any text that Python can hold."""

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.text import BLOCK_SEPARATOR, MAX_BLOCK, OffsetMap, display_text, utf16_length

CALM = settings(deadline=None)  # how long an example takes depends on what else the machine does

ODD = "a \n\r\t\x00\x0b\x1f\x7f\x85\xa0\u200b\u200d\u2028\u2029\ufeff\ufffc\ufffd\uffff\ud800\udc00\ufdd0\U0001f600\U0001ffff\U0010ffff"
texts = st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from(ODD)), max_size=80)


def _oracle(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@CALM
@given(texts)
def test_every_offset_is_its_utf16_length_and_back(text):
    offsets = OffsetMap(text)
    for offset in range(len(text) + 1):
        position = _oracle(text[:offset])
        assert offsets.to_qt(offset) == position
        assert offsets.to_code_point(position) == offset


@CALM
@given(texts)
def test_a_position_inside_a_surrogate_pair_counts_as_its_start(text):
    offsets = OffsetMap(text)
    for offset, character in enumerate(text):
        if character > "\uffff":
            assert offsets.to_code_point(_oracle(text[:offset]) + 1) == offset


@CALM
@given(texts)
def test_utf16_length_is_that_of_the_encoder(text):
    assert utf16_length(text) == _oracle(text)
    assert OffsetMap(text).to_qt(len(text)) == utf16_length(text)


@CALM
@given(texts)
def test_the_display_keeps_every_position_in_both_units(text):
    shown = display_text(text)
    assert len(shown) == len(text)
    assert OffsetMap(shown).to_code_point(0) == 0
    for before, after in zip(text, shown, strict=True):
        if before.isalnum() and before.isprintable():
            assert after == before


@CALM
@given(texts)
def test_the_display_shown_again_is_the_same(text):
    assert display_text(display_text(text)) == display_text(text)


@CALM
@given(texts)
def test_the_display_holds_nothing_that_qt_swallows_merges_or_breaks_at(text):
    for character in display_text(text):
        code = ord(character)
        assert character == "\t" or code >= 0x20
        assert character not in "\x7f\x85\ufffc"
        assert not 0xD800 <= code <= 0xDFFF
        assert not 0xFDD0 <= code <= 0xFDEF
        assert code & 0xFFFE != 0xFFFE


@CALM
@given(texts)
def test_line_ends_become_paragraphs_and_nothing_else_does_in_a_short_text(text):
    shown = display_text(text)
    ends = [
        offset
        for offset, character in enumerate(text)
        if character in "\n\u2029" or (character == "\r" and text[offset + 1 : offset + 2] != "\n")
    ]
    assert [offset for offset, character in enumerate(shown) if character == BLOCK_SEPARATOR] == ends


@CALM
@given(st.lists(st.tuples(st.integers(1, MAX_BLOCK - 1), st.sampled_from(" \n")), min_size=1, max_size=8))
def test_blocks_of_ordinary_words_are_bounded(words):
    text = "".join("a" * length + gap for length, gap in words)
    shown = display_text(text)
    assert len(shown) == len(text)
    assert all(len(block) <= MAX_BLOCK for block in shown.split(BLOCK_SEPARATOR))
    for before, after in zip(text, shown, strict=True):
        assert after == before or (before, after) in {("\n", BLOCK_SEPARATOR), (" ", BLOCK_SEPARATOR)}
