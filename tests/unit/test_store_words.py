"""Queries against a reading of their own: the same documents and the same places, to the code point, whatever parts the words."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.store import search, words

WORDS = ("joko", "Jokowi", "café", "CAFE", "Ünal", "unal", "лондон", "ЛОНДОН", "שלום", "سلام", "x1", "2024", "東京", "𐐨𐐩", "𐐨")
PARTS = (" ", " ", "\r\n", "\t", "-", ", ", " 😊 ", "… ", "\u2028", "\u200f ", " 👩\u200d👩 ", "’")
DOCUMENTS = 40


def _text(chance: random.Random) -> str:
    return "".join(chance.choice(WORDS) + chance.choice(PARTS) for _ in range(chance.randint(3, 14)))


@pytest.fixture(scope="module")
def texts():
    chance = random.Random(11)
    return [_text(chance) for _ in range(DOCUMENTS)]


@pytest.fixture(scope="module")
def connection(texts, tmp_path_factory):
    from annotator.domain.labels import scheme_from_dict
    from annotator.store.project import create

    scheme = scheme_from_dict({"name": "small", "spans": ["PERSON"], "relations": []})
    project = create(tmp_path_factory.mktemp("words") / "p.annotator", scheme=scheme, language="xx")
    with project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((Document(f"n{number}", text), []) for number, text in enumerate(texts))
    yield project.connection
    project.close()


def folded(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign)).lower()


def tokens(text: str) -> list[tuple[int, int, str]]:
    """Return start, end and folded form of each word; the words above are letters and digits and nothing else."""
    return [(*found.span(), folded(found.group())) for found in re.finditer(r"\w+", text)]


def runs(term: tuple[str, bool], inside: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Return (first, last) word of each place where a term stands: words that follow each other, the last perhaps only begun."""
    phrase, starred = term
    wanted = [folded(word) for word in phrase.split()]
    found = []
    for first in range(len(inside) - len(wanted) + 1):
        there = [word for _, _, word in inside[first : first + len(wanted)]]
        last = there[-1].startswith(wanted[-1]) if starred else there[-1] == wanted[-1]
        if there[:-1] == wanted[:-1] and last:
            found.append((first, first + len(wanted) - 1))
    return found


def places_by_hand(text, groups, unwanted):
    inside = tokens(text)
    if any(runs(term, inside) for term in unwanted) or not all(any(runs(term, inside) for term in group) for group in groups):
        return []
    merged: list[list[int]] = []
    for first, last in sorted(place for group in groups for term in group for place in runs(term, inside)):
        if merged and first <= merged[-1][1]:
            merged[-1][1] = max(last, merged[-1][1])
        else:
            merged.append([first, last])
    return [(inside[first][0], inside[last][1]) for first, last in merged]


def typed(term: tuple[str, bool]) -> str:
    phrase, starred = term
    return (f'"{phrase}"' if " " in phrase else phrase) + "*" * starred


one = st.sampled_from((*WORDS, "jok", "лон", "café"[:3], "none"))
terms = st.tuples(st.one_of(one, st.lists(one, min_size=2, max_size=3).map(" ".join)), st.booleans())
groups_of_terms = st.lists(terms, min_size=1, max_size=3)


@given(
    groups=st.lists(groups_of_terms, min_size=1, max_size=3),
    unwanted=st.lists(terms, max_size=2),
    unwanted_first=st.booleans(),
)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_query_means_what_it_says(connection, texts, groups, unwanted, unwanted_first):
    asked = " ".join(" OR ".join(map(typed, group)) for group in groups)
    minus = " ".join(f"-{typed(term)}" for term in unwanted)
    query = f"{minus} {asked}" if unwanted_first else f"{asked} {minus}"
    found: dict[int, list[tuple[int, int]]] = {}
    for line in search.text_lines(connection, query):
        found.setdefault(line.document_id, []).append((line.start, line.end))
    by_hand = {number: places_by_hand(text, groups, unwanted) for number, text in enumerate(texts, 1)}
    assert found == {number: ranges for number, ranges in by_hand.items() if ranges}


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_found_wherever_it_stands(connection, texts, word):
    found = [(line.document_id, line.start, line.end) for line in search.text_lines(connection, word)]
    assert found
    assert found == [
        (number, start, end) for number, text in enumerate(texts, 1) for start, end, form in tokens(text) if form == folded(word)
    ]


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("a b", '("a") AND ("b")'),
        ("a OR b c", '("a" OR "b") AND ("c")'),
        ("OR a", '("a")'),
        ("a OR", '("a")'),
        ("a OR OR b", '("a" OR "b")'),
        ("a or b", '("a") AND ("or") AND ("b")'),
        ('a "OR" b', '("a") AND ("OR") AND ("b")'),
        ("a OR -b c", '(("a") AND ("c")) NOT ("b")'),
        ("-b -c a", '(("a")) NOT ("b" OR "c")'),
        ('"a b', '("a b")'),
        ('a"b c"d', '("a") AND ("b c") AND ("d")'),
        ('"a b"*', '("a b" *)'),
        ('"a*"', '("a")'),
        ("a***", '("a" *)'),
        ("* a", '("a")'),
        ('"" a', '("a")'),
        ("a\0b", '("a") AND ("b")'),
        ("a\u3000b", '("a") AND ("b")'),
        ("... a !!!", '("a")'),
        ("-a", '""'),
        ("- a", '("a")'),
        ("--a", '""'),
        ("NEAR(a b)", '("NEAR(a") AND ("b)")'),
        ("text:a", '("text:a")'),
    ],
)
def test_how_a_query_is_read(query, expression):
    assert words.match_expression(query) == expression


ARABIC = ("ذهب الولد إلى المدرسة.", "ذَهَبَ الْوَلَدُ", "كتـــاب جديد", "שלום עולם", "שָׁלוֹם")


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("ذَهَبَ", [(1, "ذهب"), (2, "ذهب")]),
        ("ذهب", [(1, "ذهب")]),
        ('"ذَهَبَ الْوَلَدُ"', [(1, "ذهب الولد"), (2, "ذهب الولد")]),
        ("الْوَلَ*", [(1, "الولد"), (2, "الول")]),
        ("שָׁלוֹם", [(4, "שלום"), (5, "שלום")]),
        ("جـديد -كـتاب", [(3, "جديد")]),
        ("الولد -ذَهَبَ", []),
    ],
)
def test_vowel_marks_that_are_typed_need_not_be_in_the_text(empty_project, query, hits):
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((Document(f"n{number}", text), []) for number, text in enumerate(ARABIC))
    lines = list(search.text_lines(empty_project.connection, query))
    assert [(line.document_id, unmarked(ARABIC[line.document_id - 1][line.start : line.end])) for line in lines] == hits


def unmarked(text: str) -> str:
    return "".join(sign for sign in text if not unicodedata.category(sign).startswith("M"))


MIXED = "😊 Luhut\r\n👩\u200d👩 luhut\tLUHUT\u2029re\u0301sume\u0301 \u202bשלום\u202c résumé\r\n"


@pytest.fixture
def mixed(empty_project):
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("m", MIXED), []), (Document("nul", f"{MIXED}\0{MIXED}"), [])])
    return empty_project.connection


@pytest.mark.parametrize(
    ("query", "hits"), [("luhut", ["Luhut", "luhut", "LUHUT"]), ("resume", ["re\u0301sume\u0301", "résumé"]), ("שלום", ["שלום"])]
)
def test_astral_signs_line_breaks_and_combining_marks_shift_nothing(mixed, query, hits):
    lines = list(search.text_lines(mixed, query))
    assert [line.hit for line in lines] == hits * 3, "in the first document once, in the one with a NUL on both sides of it"
    once = [(line.start, line.end) for line in lines[: len(hits)]]
    assert [MIXED[start:end] for start, end in once] == hits
    again = [(start + len(MIXED) + 1, end + len(MIXED) + 1) for start, end in once]
    assert [(line.start, line.end) for line in lines[len(hits) :]] == once + again


def test_what_stands_around_a_hit_keeps_its_length_and_has_no_line_breaks(mixed):
    middle = next(line for line in search.text_lines(mixed, "luhut") if line.hit == "luhut")
    assert (len(middle.left), len(middle.right)) == (middle.start, min(search.CONTEXT, len(MIXED) - middle.end))
    assert not set("\r\n\t\u2028\u2029") & set(middle.left + middle.right)
    assert middle.left.startswith("😊 Luhut  👩")


@pytest.mark.parametrize("count", [1, 13, 14])
def test_a_text_with_the_marking_signs_in_it_loses_no_place(empty_project, count):
    """The signs by which the index marks a hit are private ones; a text may have some of them, or all."""
    text = " ".join(words._MARKS[:count]) + " Luhut dan luhut"
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("odd", text), [])])
    found = [text[line.start : line.end] for line in search.text_lines(empty_project.connection, "luhut")]
    assert found == ["Luhut", "luhut"]


def test_a_reimported_text_is_found_no_more_after_its_import_is_taken_back(empty_project):
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("late", "Luhut pergi"), [])])
        step = tx.step_id
    assert len(list(search.text_lines(empty_project.connection, "luhut"))) == 1
    empty_project.undo_step(step, "import")
    assert list(search.text_lines(empty_project.connection, "luhut")) == []
