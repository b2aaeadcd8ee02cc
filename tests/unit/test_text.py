"""Offsets, display text, tokens, snapping and sentences on text as it is met."""

import re
from pathlib import Path

import pytest

from annotator.domain.text import (
    BLOCK_SEPARATOR,
    MAX_BLOCK,
    OffsetMap,
    Tokens,
    display_text,
    sentence_starts,
    snap,
    sound_tokens,
    tokens_problem,
    trim,
    utf16_length,
)

ROOT = Path(__file__).resolve().parents[2]
FAMILY = "👨‍👩‍👧"


def tokenized(text: str) -> Tokens:
    """Words with their hyphens and strokes, three dots, single marks: near enough to any tokenizer."""
    return Tokens(match.span() for match in re.finditer(r"\.\.\.|\w+(?:[-/]\w+)*|[^\w\s]", text))


def sentences(text: str) -> list[str]:
    tokens = tokenized(text)
    starts = [tokens[index][0] for index in sentence_starts(text, tokens)]
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


# Offsets


def test_an_emoji_is_one_code_point_and_two_units_of_qt():
    offsets = OffsetMap("Halo 😊 Budi")
    assert offsets.to_qt(7) == 8
    assert offsets.to_code_point(8) == 7
    assert [offsets.to_code_point(position) for position in (5, 6, 7)] == [5, 5, 6]


def test_a_family_is_five_code_points_and_eight_units():
    assert (len(FAMILY), utf16_length(FAMILY)) == (5, 8)
    assert [OffsetMap(FAMILY).to_qt(offset) for offset in range(6)] == [0, 2, 3, 5, 6, 8]


@pytest.mark.parametrize("text", ["", "plain", "é ü ñ 中文 \u0301", "\ud800 lone"])
def test_text_without_astral_characters_maps_to_itself(text):
    offsets = OffsetMap(text)
    assert [offsets.to_qt(offset) for offset in range(len(text) + 1)] == list(range(len(text) + 1))
    assert [offsets.to_code_point(offset) for offset in range(len(text) + 1)] == list(range(len(text) + 1))


# Display


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("satu\ndua", "satu\u2029dua"),
        ("satu\r\ndua", "satu \u2029dua"),
        ("satu\rdua", "satu\u2029dua"),
        ("a\r\r\nb", "a\u2029 \u2029b"),
        ("a\n\rb", "a\u2029\u2029b"),
        ("a\x00b\x1bc\x7fd", "a␀b␛c␡d"),
        ("a\tb", "a\tb"),
        ("a\x0bb\x0cc", "a␋b␌c"),
        ("a\x85b", "a b"),
        ("a\xa0b\u2029c", "a\xa0b\u2029c"),
        ("a\ud83db", "a\ufffdb"),
        ("\ufffc\uffff\ufdd0\U0001fffe", "\ufffd\ufffd\ufffd\ufffd"),
        ("😊 dan " + FAMILY, "😊 dan " + FAMILY),
        ("مرحبا بالعالم", "مرحبا بالعالم"),
        ("", ""),
    ],
)
def test_what_the_view_shows(text, shown):
    assert display_text(text) == shown


def test_a_paragraph_too_long_for_qt_is_broken_at_blanks():
    text = "kata " * 30_000
    blocks = display_text(text).split(BLOCK_SEPARATOR)
    assert len(display_text(text)) == len(text)
    assert max(map(len, blocks)) <= MAX_BLOCK
    assert min(map(len, blocks[:-1])) > MAX_BLOCK // 2
    assert " ".join(blocks) == text


def test_paragraphs_that_fit_are_left_alone():
    text = ("kata " * 3_999 + "kata\n") * 3
    assert display_text(text) == text.replace("\n", BLOCK_SEPARATOR)


def test_a_word_longer_than_a_block_stays_whole():
    text = "a" * (3 * MAX_BLOCK)
    assert display_text(text) == text


def test_one_endless_word_does_not_leave_the_rest_of_the_paragraph_unbroken():
    endless = "a" * (MAX_BLOCK + 1)
    blocks = display_text(endless + " " + "kata " * 30_000).split(BLOCK_SEPARATOR)
    assert blocks[0] == endless
    assert max(map(len, blocks[1:])) <= MAX_BLOCK


# Tokens


def test_tokens_are_a_sequence_of_ranges():
    tokens = Tokens([(0, 4), (5, 7)])
    assert (len(tokens), tokens[1], tokens[-1], list(tokens)) == (2, (5, 7), (5, 7), [(0, 4), (5, 7)])
    assert (5, 7) in tokens
    assert repr(tokens) == "Tokens([(0, 4), (5, 7)])"
    assert eval(repr(tokens)) == tokens
    assert tokens == Tokens.from_flat([0, 4, 5, 7])
    assert hash(tokens) == hash(Tokens.from_flat((0, 4, 5, 7)))
    assert tokens != Tokens([(0, 4)])
    assert tokens != [(0, 4), (5, 7)]
    assert not Tokens()
    with pytest.raises(IndexError):
        tokens[2]


def test_a_position_finds_its_token_or_the_next():
    tokens = Tokens([(0, 4), (5, 7)])
    assert [tokens.at(offset) for offset in (0, 3, 4, 5, 6, 7)] == [0, 0, None, 1, 1, None]
    assert [tokens.first_from(offset) for offset in (0, 3, 4, 6, 7)] == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    ("start", "end", "covered", "aligned"),
    [
        (0, 4, [0], True),
        (0, 7, [0, 1], True),
        (1, 3, [0], False),
        (3, 6, [0, 1], False),
        (4, 5, [], False),
        (0, 5, [0], False),
        (7, 9, [], False),
        (2, 2, [], False),
        (5, 4, [], False),
    ],
)
def test_covered_and_aligned(start, end, covered, aligned):
    tokens = Tokens([(0, 4), (5, 7)])
    assert list(tokens.covered(start, end)) == covered
    assert tokens.aligned(start, end) == aligned


@pytest.mark.parametrize(
    ("ranges", "problem"),
    [
        ([[0, 4], [5, 8]], None),
        ([[0, 4], [4, 5], [5, 8]], None),
        ([[0, 4, 5]], "token 0 is not a pair of whole numbers"),
        ([[0, 4], [5.0, 8]], "token 1 is not a pair of whole numbers"),
        ([[False, 4], [5, 8]], "token 0 is not a pair of whole numbers"),
        ([["0", "4"]], "token 0 is not a pair of whole numbers"),
        ([[4, 0], [5, 8]], "token 0 (4, 0) is out of order or outside the text"),
        ([[0, 0]], "token 0 (0, 0) is out of order or outside the text"),
        ([[-4, 4]], "token 0 (-4, 4) is out of order or outside the text"),
        ([[0, 4], [5, 9]], "token 1 (5, 9) is out of order or outside the text"),
        ([[0, 4], [3, 8]], "token 1 (3, 8) is out of order or outside the text"),
        ([[0, 5], [5, 8]], "token 0 (0, 5) begins or ends with white space"),
        ([[0, 4], [4, 8]], "token 1 (4, 8) begins or ends with white space"),
        ([[5, 8]], "the text before token 0, 'Halo', is in no token"),
        ([[0, 4]], "the text after the last token, 'kita', is in no token"),
        ([], "the text after the last token, 'Halo kita', is in no token"),
    ],
)
def test_what_is_wrong_with_foreign_tokens(ranges, problem):
    text = "Halo kit" if ranges else "Halo kita"
    text = "Halo kita" if problem and "'kita'" in problem else text
    assert tokens_problem(ranges, text) == problem


@pytest.mark.parametrize(
    "ranges",
    [
        [5],
        [None],
        [[0, 4], 5],
        [{0: 1, 4: 2}],
        ["ab"],
        [(0, 4), ()],
        [(0, 4), (5, 8, 9)],
        [(0, 4), (5.0, 8)],
        [(False, 4)],
        [(0, 4), (5, True)],
    ],
)
def test_tokens_that_are_no_lists_are_a_problem_and_no_crash(ranges):
    assert tokens_problem(ranges, "Halo kit") == f"token {len(ranges) - 1} is not a pair of whole numbers"


def test_white_space_tokens_are_allowed_and_left_out():
    text = "Halo  kita"
    ranges = [[0, 4], [4, 6], [6, 10]]
    assert tokens_problem(ranges, text) is None
    assert sound_tokens(ranges, text) == Tokens([(0, 4), (6, 10)])


def test_an_empty_text_needs_no_tokens():
    assert tokens_problem([], "") is None
    assert tokens_problem([], " \n ") is None


# Trimming and snapping


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(0, 14, (1, 12)), (1, 5, (1, 5)), (5, 6, (5, 5)), (6, 6, (6, 6)), (4, 8, (4, 8))]
)
def test_trim(start, end, expected):
    assert trim(" Joko\u00a0Widodo\n\n"[:14], start, end) == expected


SNAPPED = "Presiden Joko Widodo, Jakarta"


@pytest.mark.parametrize(
    ("start", "end", "surface"),
    [
        (10, 16, "Joko Widodo"),
        (9, 13, "Joko"),
        (8, 14, "Joko"),
        (11, 12, "Joko"),
        (19, 21, "Widodo,"),
        (0, 99, SNAPPED),
        (-5, 3, "Presiden"),
    ],
)
def test_a_selection_snaps_to_whole_tokens(start, end, surface):
    snapped = snap(tokenized(SNAPPED), SNAPPED, start, end)
    assert snapped is not None
    assert SNAPPED[slice(*snapped)] == surface


@pytest.mark.parametrize(("start", "end"), [(8, 9), (3, 3), (9, 4), (40, 50), (29, 30), (-9, -3)])
def test_a_selection_of_nothing_snaps_to_nothing(start, end):
    assert snap(tokenized(SNAPPED), SNAPPED, start, end) is None
    assert snap(Tokens(), SNAPPED, start, end) is None


def test_without_tokens_only_blanks_are_trimmed():
    assert snap(Tokens(), SNAPPED, 8, 12) == (9, 12)


# Sentences


@pytest.mark.parametrize(
    "expected",
    [
        ["Ia pergi.", "Mereka pulang!", "Mengapa?", "Entah…", "Ya."],
        ["Menurut dr. Siti dan Prof. Budi, Drs. H. Amin tiba.", "Mereka menunggu."],
        ["Ia bekerja di PT. Bank Mandiri Tbk. Jakarta sejak 2010.", "Kini tidak."],
        ["Rumahnya di Jl. Sudirman No. 5 Jakarta.", "Murah."],
        ["Kata J. K. Rowling ia lelah.", "Betul."],
        ["Harganya Rp1.500.000 atau 1,5 triliun pada pukul 10.30 WIB.", "Mahal."],
        ['"Saya datang."', '"Saya juga," kata Budi.', "Selesai."],
        ["(Ia pulang.)", "Lalu hujan."],
        ["posisi kami sama ... dan begitulah.", "Selesai."],
        ["Ia tiba di Jakarta, Jumat (27/11) pagi.", "27 orang menunggu."],
        ["他来了。", "她走了。"],
        ["هل جاء؟", "نعم."],
        ["di www.antara.co.id hari ini.", "Ya."],
    ],
)
def test_sentences_joined_by_blanks_come_apart_again(expected):
    assert sentences(" ".join(expected)) == expected


def test_a_lower_case_letter_goes_on_with_the_sentence():
    assert sentences('"Kapan?" tanya Budi. "Besok!" jawab Siti.') == ['"Kapan?" tanya Budi.', '"Besok!" jawab Siti.']


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2029", "\n\n  "])
def test_a_line_break_always_ends_a_sentence(end):
    assert sentences(f"Judul tanpa titik{end}dan isinya") == ["Judul tanpa titik", "dan isinya"]


def test_without_tokens_there_are_no_sentences():
    assert sentence_starts("Halo.", Tokens()) == []


def test_an_abbreviation_is_known_whether_its_stop_is_a_token_or_not():
    text = "Prof. Budi"
    assert sentence_starts(text, Tokens([(0, 5), (6, 10)])) == [0]
    assert sentence_starts(text, Tokens([(0, 4), (4, 5), (6, 10)])) == [0]


def test_a_quotation_mark_between_blanks_is_no_sentence_by_itself():
    assert sentences('Ia pergi. " Halo ," katanya.') == ["Ia pergi.", '" Halo ," katanya.']


def test_the_sentences_of_the_seed_article():
    text = (ROOT / "seeds" / "000_445bde8beb3af8fb.txt").read_text(encoding="utf-8")
    found = sentences(text)
    assert [sentence[:24] for sentence in found] == [
        "REPUBLIKA.CO.ID, MOSKOW ",
        "Putin berbicara sebelum ",
        "IS telah mengaku bertang",
        "Ketika berbicara dalam p",
        '"Kami percaya ini benar-',
        "Rusia telah lama mengala",
        "Kami memahami perasaan a",
        "Sementara itu Hollande m",
        '"Aksi teror adalah musuh',
        "Kelompok itu memiliki wi",
        "Pertemuan tersebut saat ",
        "Menurut siaran pers dari",
        "Sementara itu penyelesai",
        "Setelah peristiwa 13 Nov",
        "Hollande berikrar akan m",
    ]
    assert found[4].endswith("posisi kami sama ...")
