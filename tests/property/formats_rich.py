"""Records with something in every field, in texts with all that is hard, for the tests that run over all formats."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from annotator.domain.annotations import Kind, Relation, Span, Verdict, ordered_fragments
from annotator.domain.documents import Status
from annotator.domain.exchange import Record
from annotator.domain.labels import AttributeDefinition, LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.text import Tokens

SCHEME = completed(
    LabelScheme(
        spans=(SpanLabel("PER"), SpanLabel("ORG"), SpanLabel("Nama Orang"), SpanLabel("Angkat")),
        relations=(
            RelationLabel("WORKS"),
            RelationLabel("KIN", symmetric=True),
            RelationLabel("Siapa", head=("Angkat",), role=True),
        ),
        attributes=(AttributeDefinition("sure", values=("yes", "no")), AttributeDefinition("Negasi")),
        categories=("news", "sport"),
    )
)

PIECES = (
    "Budi",
    "PT Maju",
    "diangkat",
    "😊",
    "👨‍👩‍👧",
    "cafe\u0301",
    "\u00a0",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    ".",
    ",",
    "di",
    "“Ya”",
    "\u200b",
    "\n\n",
    "|_*",
    "<b>",
    "=1+1",
)
LABELS = ("PER", "ORG", "Nama Orang", "Angkat", "per-2", "a|b_c", "Œuvre", "x:y")
RELATIONS = ("WORKS", "KIN", "Siapa", "lain lagi")
NOTES = ("", "", "sure?", "two\nlines", " edge ", "tab\there", "<i>&", "#1")
ATTRIBUTES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"sure": "no"},
    {"Negasi": True},
    {"n": 3, "f": 0.5, "none": None, "list": ["a", {"b": 1}]},
    {"with space": "v w", "": "empty", "label": "clash", "id": "clash", "text": "clash", "begin": 1},
    {"false": False, "long": "x" * 200},
)
METAS: tuple[dict[str, Any], ...] = (
    {},
    {"source": "desk", "date": "2024-01-02"},
    {"nested": {"a": [1, 2, {"b": None}]}, "n": 1, "f": 1.5, "t": True},
    {"text": "clash", "label": "clash", "id": "7", "name": "other", "spans": "s", "tokens": 1, "annotator": "z", "Comments": ["c"]},
    {"brat": "mine", "status": "done", "": "empty key", "with space": "ä\n"},
)


@st.composite
def records(draw: st.DrawFn, name: str = "doc") -> Record:
    """Draw one record with a set; its spans and relations are sound."""
    text = "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14)))
    spans = draw(_spans(text))
    relations = draw(_relations([span.id for span in spans])) if spans else ()
    return Record(
        name=name,
        text=text,
        meta=draw(st.sampled_from(METAS)),
        tokens=draw(st.sampled_from((tokens_of(text), tokens_of(text), None))),
        annotator=draw(st.sampled_from(("ani", "model-1", "Budi S."))),
        kind=draw(st.sampled_from(list(Kind))),
        status=draw(st.sampled_from(list(Status))),
        flagged=draw(st.booleans()),
        categories=draw(st.sampled_from(((), ("news",), ("sport", "news"), ("elsewhere",)))),
        spans=spans,
        relations=relations,
        verdicts=draw(st.sampled_from(((), (Verdict("PER@0-1", "model-1"), Verdict("ORG@0-2", "", "rejected"))))),
        place="17",
        document_id=17,
    )


@st.composite
def _spans(draw: st.DrawFn, text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    for number in range(draw(st.integers(0, 4))):
        pairs = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 6)), min_size=1, max_size=2))
        if draw(st.booleans()):
            pairs = pairs[:1]
        fragments = ordered_fragments((start, min(start + length, len(text))) for start, length in pairs)
        common = draw(_common())
        kb_id = draw(st.sampled_from(("", "", "Wikidata:Q1", "Q 1|x")))
        found.append(Span(f"s{number + 1}", fragments, draw(st.sampled_from(LABELS)), kb_id=kb_id, **common))
    return tuple(found)


@st.composite
def _relations(draw: st.DrawFn, ids: list[str]) -> tuple[Relation, ...]:
    found: list[Relation] = []
    for number in range(draw(st.integers(0, 3))):
        head, tail = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
        found.append(Relation(f"r{number + 1}", draw(st.sampled_from(RELATIONS)), head, tail, **draw(_common())))
    return tuple(found)


@st.composite
def _common(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "attributes": draw(st.sampled_from(ATTRIBUTES)),
        "note": draw(st.sampled_from(NOTES)),
        "confidence": draw(st.sampled_from((None, None, 0.0, 0.25, 1.0))),
        "origin": draw(st.sampled_from(("", "", "model-1", "ani", "prediction"))),
        "reviewed": draw(st.booleans()),
        "derived_from": draw(st.sampled_from(("", "", "model-1/s9"))),
    }


def tokens_of(text: str) -> Tokens:
    """Return tokens of words and of single signs, as a tokenizer might make them."""
    edges: list[tuple[int, int]] = []
    start = -1
    for place, character in enumerate(text):
        if character.isspace() or character in string.punctuation:
            if start >= 0:
                edges.append((start, place))
            start = -1
            if not character.isspace():
                edges.append((place, place + 1))
        elif start < 0:
            start = place
    if start >= 0:
        edges.append((start, len(text)))
    return Tokens(edges)


TEXT = "Ani 😊 di PT Maju\r\nkini."
RICH = Record(
    name="berita/satu: kini?",
    text=TEXT,
    meta={"source": "desk", "nested": {"a": [1, None]}},
    tokens=tokens_of(TEXT),
    annotator="ani",
    kind=Kind.GOLD,
    status=Status.SKIPPED,
    flagged=True,
    categories=("news",),
    spans=(
        Span("a", ((0, 3),), "Angkat", {"sure": "no", "n": 2}, "a note", "Wikidata:Q1", 0.5, "model-1", False, "model-1/s1"),
        Span("b", ((9, 11), (12, 16)), "Nama Orang"),
        Span("c", ((9, 16),), "ORG", {"sure": "no"}),
        Span("d", ((12, 16),), "ORG"),
        Span("e", ((12, 16),), "ORG", note="a twin"),
        Span("f", ((18, 22),), "PER", confidence=0.75, origin="model-2", reviewed=False, derived_from="model-2/s3"),
    ),
    relations=(
        Relation("r", "WORKS", "a", "c", {"since": "1990"}, "a note", 0.25, "model-1", False, "model-1/r1"),
        Relation("s", "KIN", "c", "d"),
        Relation("t", "Siapa", "a", "e"),
    ),
    verdicts=(Verdict("PER@0-3", "model-1"), Verdict("ORG@4-5", "model-2", "rejected")),
    place="17",
    document_id=17,
)
"""One record with something in every field."""
