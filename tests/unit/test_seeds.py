"""The seed article and its pre-annotations, from which the demo project is built."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Span
from annotator.domain.exchange import ReadDefaults, Record
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.rules import problems
from annotator.formats import jsonl
from annotator.formats.jsonl_canonical import line_of
from annotator.nlp.tokens import tokenize
from annotator.paths import resource_dir, seeds_dir

NAME = "000_445bde8beb3af8fb"
GIVEN = Path(__file__).resolve().parents[3] / "shared" / "seeds"


@cache
def record() -> Record:
    found = list(jsonl.read(seeds_dir() / f"{NAME}.jsonl", ReadDefaults()))
    assert len(found) == 1, f"one line, and nothing to complain about: {found}"
    assert isinstance(found[0], Record)
    return found[0]


@cache
def scheme() -> LabelScheme:
    return scheme_from_dict(json.loads((resource_dir() / "schemes" / "indonesian-news.json").read_text(encoding="utf-8")))


def surfaces(label: str = "") -> list[str]:
    return [span.surface(record().text) for span in record().spans if label in ("", span.label)]


def related(label: str) -> set[tuple[str, str]]:
    spans = {span.id: span.surface(record().text) for span in record().spans}
    return {(spans[relation.head], spans[relation.tail]) for relation in record().relations if relation.label == label}


def test_the_article_is_the_one_given_byte_for_byte() -> None:
    article = (seeds_dir() / f"{NAME}.txt").read_bytes()
    assert hashlib.sha256(article).hexdigest() == "1603ab7bbfe5487e570a2b6fd0f9c9d790462b7575702000ec7d67886d15712f"
    if GIVEN.is_dir():
        assert article == (GIVEN / f"{NAME}.txt").read_bytes()
        assert (seeds_dir() / "SOURCE.md").read_bytes() == (GIVEN / "SOURCE.md").read_bytes()


def test_the_pre_annotations_are_of_that_article() -> None:
    assert record().name == NAME
    assert record().text.encode() == (seeds_dir() / f"{NAME}.txt").read_bytes()


def test_they_are_the_work_of_a_model_that_nobody_reviewed() -> None:
    assert record().kind is Kind.MODEL
    items = [*record().spans, *record().relations]
    assert not any(item.reviewed for item in items)
    assert all(item.confidence is not None and 0 < item.confidence < 1 for item in items)
    assert {item.origin for item in items} == {record().annotator}


def test_the_rules_find_nothing_wrong_with_them() -> None:
    tokens = record().tokens
    assert tokens is not None
    by_id = {span.id: span for span in record().spans}
    assert problems(record().text, tokens, scheme(), by_id, record().relations) == []


def test_their_tokens_are_spacys() -> None:
    assert record().tokens == next(tokenize([record().text], "id"))


def test_the_line_is_written_as_the_program_would_write_it() -> None:
    line = line_of(record())
    assert line.rstrip(b"\n") + b"\n" == (seeds_dir() / f"{NAME}.jsonl").read_bytes()


def test_they_cover_the_article_with_many_labels() -> None:
    assert 45 <= len(record().spans) <= 60
    assert 10 <= len(record().relations) <= 15
    assert {"PERSON", "GPE", "ORG", "LOC", "DATE", "CARDINAL", "EVENT"} <= {span.label for span in record().spans}
    paragraphs = record().text.split("\n")
    start = 0
    for paragraph in paragraphs:
        here = [span for span in record().spans if start <= span.start < start + len(paragraph)]
        assert here or not paragraph.strip(), f"nothing in {paragraph[:40]!r}"
        start += len(paragraph) + 1


def test_some_spans_are_nested() -> None:
    def holds(outer: Span, inner: Span) -> bool:
        return outer is not inner and outer.start <= inner.start and inner.end <= outer.end

    nested = {
        (outer.surface(record().text), inner.surface(record().text))
        for outer in record().spans
        for inner in record().spans
        if holds(outer, inner)
    }
    assert ("serangan 13 November", "13 November") in nested
    assert ("krisis Ukraina", "Ukraina") in nested


def test_their_sound_part_is_what_a_reader_would_say() -> None:
    assert {"Vladimir Putin", "Francois Hollande", "David Cameron"} <= set(surfaces("PERSON"))
    assert ("Francois Hollande", "Prancis") in related("leads")
    assert ("IS", "ISIS") in related("alias_of")
    assert ("serangan 13 November", "IS") in related("claimed_by")
    assert ("serangan 13 November", "Paris") in related("occurred_in")


@pytest.mark.parametrize(
    ("label", "wrong", "right"),
    [
        ("CARDINAL", "224 orang", "224"),
        ("PERSON", "Presiden Barack Obama", "Barack Obama"),
        ("DATE", "Jumat (27/11", "Jumat (27/11)"),
        ("LOC", "Sinai", "Semenanjung Sinai"),
    ],
)
def test_the_edges_left_wrong_on_purpose_are_wrong(label: str, wrong: str, right: str) -> None:
    """The demo has something to correct, and ``seeds/README.md`` names it."""
    assert wrong in surfaces(label)
    assert right not in surfaces()
    assert f"`{wrong}` {label}" in (seeds_dir() / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("surface", "label"), [("Antara", "PERSON"), ("Kremlin", "FAC"), ("Inggris", "NORP"), ("kedua", "ORDINAL")]
)
def test_the_labels_left_wrong_on_purpose_are_wrong(surface: str, label: str) -> None:
    assert surface in surfaces(label)
    assert f"`{surface}` {label}" in (seeds_dir() / "README.md").read_text(encoding="utf-8")
