"""Words, spans and relations are found where they stand, whatever is typed."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.propagation import same_text
from annotator.domain.text import Tokens
from annotator.session.session import Session
from annotator.store import search, words
from annotator.store.search import RelationQuery, SpanQuery

TEXTS = {
    "one": "Presiden Joko Widodo bertemu Luhut di Jakarta. 😊 Café Kemang ramai.",
    "two": "LUHUT berkata: anti-teror itu\npenting. Pemerintah dan pemerintahan setuju.",
    "three": "Sebelum\0sesudah Luhut pergi; résumé RESUME.",
    "four": "Jakarta, Jakarta: \U0010fff0\U0010fff1 Widodo Joko",
}


def span(text, word, label, key, **more):
    start = text.index(word)
    return Span(key, ((start, start + len(word)),), label, **more)


@pytest.fixture
def found(empty_project):
    sets = {
        "one": [("Joko Widodo", "PERSON"), ("Luhut", "PERSON"), ("Jakarta", "GPE"), ("ido", "PERSON")],
        "two": [("LUHUT", "PERSON")],
        "three": [("Luhut", "ORG")],
    }
    items = []
    for name, text in TEXTS.items():
        spans = {f"s{n}": span(text, word, label, f"s{n}") for n, (word, label) in enumerate(sets.get(name, ()))}
        links = {"r0": Relation("r0", "met_with", "s0", "s1"), "r1": Relation("r1", "linked", "s1", "s2")} if name == "one" else {}
        items.append((Document(name, text), [AnnotationSet(SetInfo(0, "model", Kind.MODEL), spans, links)] if spans else []))
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(items)
    return empty_project


def hits(project, query):
    lines = list(search.text_lines(project.connection, query))
    for line in lines:
        text = TEXTS[line.document]
        assert line.hit == text[line.start : line.end].replace("\n", " ")
        assert line.left == text[max(0, line.start - 60) : line.start].replace("\n", " ")
        assert line.right == text[line.end : line.end + 60].replace("\n", " ")
    return [(line.document, line.hit) for line in lines]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("luhut", [("one", "Luhut"), ("two", "LUHUT"), ("three", "Luhut")]),
        ("cafe kemang", [("one", "Café"), ("one", "Kemang")]),
        ('"joko widodo"', [("one", "Joko Widodo")]),
        ("joko widodo", [("one", "Joko"), ("one", "Widodo"), ("four", "Widodo"), ("four", "Joko")]),
        ("pemerintah*", [("two", "Pemerintah"), ("two", "pemerintahan")]),
        ("pemerintah", [("two", "Pemerintah")]),
        ("anti-teror", [("two", "anti-teror")]),
        ("luhut -jakarta", [("two", "LUHUT"), ("three", "Luhut")]),
        ("cafe OR pergi", [("one", "Café"), ("three", "pergi")]),
        ("resume", [("three", "résumé"), ("three", "RESUME")]),
        ("joko OR luhut -penting", [("one", "Joko"), ("one", "Luhut"), ("three", "Luhut"), ("four", "Joko")]),
        ('"joko wid"*', [("one", "Joko Widodo")]),
        ("jakarta", [("one", "Jakarta"), ("four", "Jakarta"), ("four", "Jakarta")]),
        ("-luhut", []),
        ("", []),
        ("!!! ...", []),
        ("OR", []),
        ('"', []),
        ("one", []),
    ],
)
def test_what_is_typed_finds(found, query, expected):
    assert hits(found, query) == expected


@given(st.text(alphabet=string.printable + "éß😊*\"'-()^:+{}\0", max_size=30))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_query_is_an_error(found, query):
    hits(found, query)


@given(
    st.lists(
        st.sampled_from(["luhut", '"joko widodo"', "OR", "-jakarta", "pem*", "NEAR", "AND", "NOT", "text:", "(", ")"]), max_size=6
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_words_of_the_index_own_language_are_an_error(found, parts):
    hits(found, " ".join(parts))


def test_the_place_of_every_hit_is_where_the_word_stands(found):
    lines = list(search.text_lines(found.connection, "ramai"))
    assert [(line.start, TEXTS["one"][line.start : line.end]) for line in lines] == [(TEXTS["one"].index("ramai"), "ramai")]
    places = words.places(found.connection, 3, TEXTS["three"], words.wanted_terms("sesudah"))
    assert places == [(8, 15)]


def test_a_span_at_the_very_place_is_named(found):
    lines = list(search.text_lines(found.connection, "luhut"))
    assert [(line.annotator, line.span_id, line.label) for line in lines] == [
        ("model", "s1", "PERSON"), ("model", "s0", "PERSON"), ("model", "s0", "ORG"),
    ]  # fmt: skip
    assert all(line.set_id for line in lines)
    session = Session(found, "ani")
    mine = session.open_document(1)
    line = next(search.text_lines(found.connection, "luhut", person="ani"))
    assert (line.set_id, line.annotator) == (mine.set_id, "ani")
    assert next(search.text_lines(found.connection, "ramai")).set_id == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (SpanQuery("PERSON"), ["Joko Widodo", "ido", "Luhut", "LUHUT"]),
        (SpanQuery("PERSON", "luhut"), ["Luhut", "LUHUT"]),
        (SpanQuery("", "luhut"), ["Luhut", "LUHUT", "Luhut"]),
        (SpanQuery("PERSON", "ido"), ["ido"]),
        (SpanQuery("PERSON", "joko", "prefix"), ["Joko Widodo"]),
        (SpanQuery("", "nobody"), []),
        (SpanQuery("DATE"), []),
        (SpanQuery("PERSON", annotator="ani"), []),
    ],
)
def test_spans_by_label_and_text(found, query, expected):
    lines = list(search.span_lines(found.connection, query))
    assert [line.hit for line in lines] == expected
    assert all(TEXTS[line.document][line.start : line.end] == line.hit for line in lines)


def test_of_a_document_that_the_person_works_on_only_their_set_is_looked_at(found):
    session = Session(found, "ani")
    mine = session.open_document(1)
    lines = list(search.span_lines(found.connection, SpanQuery("GPE", person="ani")))
    assert [(line.set_id, line.annotator) for line in lines] == [(mine.set_id, "ani")]
    assert len(list(search.span_lines(found.connection, SpanQuery("GPE")))) == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (RelationQuery("met_with"), ["Joko Widodo → Luhut"]),
        (RelationQuery(), ["Joko Widodo → Luhut", "Luhut → Jakarta"]),
        (RelationQuery(head="PERSON", tail="GPE"), ["Luhut → Jakarta"]),
        (RelationQuery("met_with", tail="GPE"), []),
    ],
)
def test_relations_by_the_labels_of_their_ends(found, query, expected):
    lines = list(search.relation_lines(found.connection, query))
    assert [line.hit for line in lines] == expected
    assert all(line.relation_id and line.set_id for line in lines)


def test_pages_stop_when_nobody_wants_them(found):
    progress = Progress()
    stream = search.pages(search.text_lines(found.connection, "luhut"), progress, found.connection)
    assert len(next(stream)) == 3
    assert progress.done == 3
    progress.cancel()
    with pytest.raises(Cancelled):
        list(search.pages(search.text_lines(found.connection, "luhut"), progress, found.connection))


def test_a_statement_that_runs_long_is_interrupted(found):
    progress = Progress()
    progress.cancel()
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT count(*) FROM n"
    with pytest.raises(Cancelled), search.interruptible(found.connection, progress):
        found.connection.execute(long).fetchone()
    assert found.connection.execute("SELECT 1").fetchone() == (1,)


# --- the same text ---------------------------------------------------------------------------------------------------------------


NAMES = (
    "Luhut",
    "LUHUT",
    "luhut",
    "Luhutnya",
    "Luhut-lah",
    "anti-teror",
    "Joko",
    "Widodo",
    "\u00e9",
    "\U0001f60a",
    "(",
    ", ",
    " ",
    "\n",
)
SAYINGS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=8).map(" ".join)
SURFACES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(" ".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(texts=st.lists(SAYINGS, min_size=1, max_size=4), surface=SURFACES)
def test_what_says_the_same_is_found_in_every_document(empty_project, texts, surface):
    documents = [Document(f"d{number}", text, {}, whole_words(text)) for number, text in enumerate(texts)]
    with empty_project.transaction("Import {}", "documents", actor="import", lane=Lane.JOB) as tx:
        added = tx.add_documents([(document, []) for document in documents])
    numbers = range(added.first, added.last + 1)
    wanted = {
        (number, *place)
        for number, document in zip(numbers, documents, strict=True)
        for place in same_text(document.text, document.tokens, surface)
    }
    lines = search.same_text_lines(empty_project.connection, surface)
    assert {(line.document_id, line.start, line.end) for line in lines if line.document_id in numbers} == wanted


def whole_words(text):
    return Tokens([found.span() for found in re.finditer(r"[\w-]+|[^\w\s]", text)])
