"""What the inbox reads of a person's sets, and its counts on real labelled sentences against a plain recount."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from annotator.commands.inbox import Inbox, count, places, recounted
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.domain.progress import Progress
from annotator.domain.propagation import key_of, keys_for
from annotator.domain.taken import Covered, Taken
from annotator.domain.text import Tokens, sentence_starts
from annotator.store import surfaces
from annotator.store.surfaces import OwnSet

LABELLED = Path(__file__).parents[2] / ".." / "shared" / "fixtures" / "indonesian-ner" / "idner-news-2k" / "train.txt"


def of(person="ani", status=Status.DONE, spans=(), kind=Kind.PERSON):
    return AnnotationSet(SetInfo(0, person, kind, status), {span.id: span for span in spans})


def add(project, *documents):
    with project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(documents)


@pytest.fixture
def filled(empty_project, make_document):
    one = Span("a", ((0, 7),), "GPE")
    waiting = Span("b", ((8, 13),), "GPE", reviewed=False)
    pieces = Span("c", ((0, 7), (14, 19)), "ORG")
    text = "Jakarta Bogor Depok"
    add(
        empty_project,
        (make_document(text, "done"), [of(spans=[one, waiting, pieces]), of("budi", spans=[one])]),
        (make_document(text, "begun"), [of(status=Status.IN_PROGRESS, spans=[one])]),
        (make_document(text, "new"), [of(status=Status.NEW)]),
        (make_document(text, "skipped"), [of(status=Status.SKIPPED, spans=[one])]),
        (make_document(text, "model"), [of(kind=Kind.MODEL, spans=[one])]),
        (make_document(text, "nothing in it"), [of()]),
    )
    return empty_project.connection


def test_the_sets_of_a_person_that_say_anything(filled):
    assert [(own.document_id, own.finished) for own in surfaces.own_sets(filled, "ani")] == [(1, True), (2, False), (6, True)]
    assert [own.document_id for own in surfaces.own_sets(filled, "budi")] == [1]
    assert list(surfaces.own_sets(filled, "cici")) == []
    (own,) = surfaces.own_sets(filled, "ani", 2)
    assert own == OwnSet(2, own.set_id, finished=False)
    assert list(surfaces.own_sets(filled, "ani", 4)) == []
    assert surfaces.set_count(filled, "ani") == 5
    assert surfaces.set_count(filled, "cici") == 0


def test_what_is_labelled_and_what_is_covered(filled):
    own = next(surfaces.own_sets(filled, "ani"))
    assert surfaces.reviewed_of(filled, own.set_id) == [(0, 7, "GPE")]
    assert sorted(surfaces.covered_by(filled, own.set_id)) == [(0, 7), (0, 7), (8, 13), (14, 19)]
    assert sorted(span.id for span in surfaces.spans_of(filled, own.set_id)) == ["a", "b", "c"]


def test_ranges_cover_what_shares_a_code_point():
    covered = Covered([(10, 20), (2, 4), (12, 13)])
    hit = [place for place in range(25) if covered.overlaps(place, place + 1)]
    assert hit == [2, 3, *range(10, 20)]
    assert covered.overlaps(0, 3)
    assert not covered.overlaps(4, 10)
    assert not Covered([]).overlaps(0, 100)
    taken = Taken([Span("a", ((2, 4), (10, 20)), "X")])
    assert [taken.overlaps(*place) for place in ((4, 10), (3, 5), (19, 30))] == [False, True, True]


# Real sentences


def sentence(number, lines):
    """A document and its spans, of lines with a word and, at their end, a tag."""
    text, ranges, spans = "", [], []
    for line in lines:
        word, *_, tag = line.split()
        text += " " if text else ""
        start = len(text)
        text += word
        ranges.append((start, len(text)))
        if tag.startswith("B-"):
            spans.append((start, len(text), tag[2:]))
        elif tag.startswith("I-") and spans and spans[-1][1] == start - 1:
            spans[-1] = spans[-1][0], len(text), spans[-1][2]
    tokens = Tokens(ranges)
    document = Document(f"s{number}", text, {}, tokens, tuple(sentence_starts(text, tokens)))
    return document, [Span(f"x{place}", ((start, end),), label) for place, (start, end, label) in enumerate(spans)]


@pytest.fixture(scope="module")
def sentences():
    if not LABELLED.is_file():
        pytest.skip("the labelled sentences are not there")
    blocks = LABELLED.read_text(encoding="utf-8").split("\n\n")[:400]
    return [sentence(number, block.splitlines()) for number, block in enumerate(blocks) if block.strip()]


def plainly_counted(sentences):
    """Count as the rule says, in the plainest way: every stretch of up to a dozen tokens is looked at."""
    counts = defaultdict(Counter)
    for document, spans in sentences:
        for span in spans:
            counts[key_of(span.surface(document.text))][span.label] += 1
    known = set(counts)
    for document, spans in sentences:
        text, reached = document.text, 0
        for first, (start, _) in enumerate(document.tokens):
            if start < reached:
                continue
            best = None
            for _, end in list(document.tokens)[first : first + 12]:
                key = next((key for key in keys_for(text[start:end]) if key in known), None)
                best = (end, key) if key else best
            if best is not None:
                reached = best[0]
                if not any(span.start < best[0] and start < span.end for span in spans):
                    counts[best[1]][""] += 1
    return {key: dict(found) for key, found in counts.items() if len(found) > 1}


def test_the_counts_of_real_sentences_are_those_of_a_plain_recount(new_project, sentences):
    labels = sorted({span.label for _, spans in sentences for span in spans})
    project = new_project(scheme=scheme_from_dict({"name": "ner", "spans": labels, "relations": []}))
    add(project, *((document, [of(spans=spans)]) for document, spans in sentences))
    *_, found = count(project.connection, "ani", Progress())
    assert isinstance(found, Inbox)
    assert {entry.key: dict(entry.counts) for entry in found.entries} == plainly_counted(sentences)
    assert len(found.entries) > 10, "real people are not of one mind with themselves"
    assert [entry.worth for entry in found.entries] == sorted((entry.worth for entry in found.entries), reverse=True)
    for entry in found.entries:
        assert recounted(project.connection, "ani", entry, Progress()) == entry
    line, _ = next(places(project.connection, "ani", found.entries[0], Progress()))
    assert found.entries[0].key in keys_for(line.hit)
