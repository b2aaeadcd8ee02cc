"""Stored tokens become spaCy's own, and whatever the spans, what arrives is right or listed."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.formats import docbin, docbin_read
from annotator.formats.docbin_tokens import spacy_tokens

WHITE = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2000\u2003\u2028\u2029\u202f\u205f\u3000"
PIECES = st.sampled_from(
    [*WHITE, "  ", "Budi", "anak-anak", "Dr. rer. nat.", "(26/11)", "…", "-nya", "😀", "\u200b", "\0", "Rp10", "."]
)
TEXTS = st.lists(PIECES | st.text(st.characters(exclude_categories=["Cs"]), max_size=4), min_size=1, max_size=12).map("".join)
SCHEME = LabelScheme(relations=(RelationLabel("met", symmetric=True),))


if not Doc.has_extension("rel"):
    Doc.set_extension("rel", default={})


@cache
def pipeline(language: str) -> spacy.language.Language:
    return spacy.blank(language)


def stored(doc: spacy.tokens.Doc) -> Tokens:
    return Tokens((token.idx, token.idx + len(token)) for token in doc if not token.is_space)


@pytest.mark.parametrize("language", ["id", "en", "xx"])
@settings(deadline=None)
@given(text=TEXTS)
def test_tokens_with_white_space_are_rebuilt_as_spacy_makes_them(language, text):
    doc = pipeline(language).make_doc(text)
    found = spacy_tokens(text, stored(doc))
    if found is None:
        assert text == ""
        return
    assert found.words == [token.text for token in doc]
    assert found.spaces == [bool(token.whitespace_) for token in doc]
    assert found.starts == [token.idx for token in doc]


@st.composite
def records(draw):
    """Draw a document with spans anywhere, on token borders or off, and relations between them."""
    text = draw(TEXTS.filter(bool))
    tokens = stored(pipeline("xx").make_doc(text))
    starts = st.sampled_from(tokens.starts) if tokens else st.nothing()
    ends = st.sampled_from(tokens.ends) if tokens else st.nothing()
    anywhere = st.integers(0, len(text))
    spans = []
    for number in range(draw(st.integers(0, 6))):
        start, end = draw(starts | anywhere), draw(ends | anywhere)
        if start < end:
            spans.append(
                Span(
                    f"s{number}", ((start, end),), draw(st.sampled_from(["A", "B", "ORG"])), kb_id=draw(st.sampled_from(["", "Q1"]))
                )
            )
    ids = st.sampled_from([span.id for span in spans]) if spans else st.nothing()
    labels = st.sampled_from(["met", "leads"])
    relations = [
        Relation(f"r{number}", draw(labels), draw(ids), draw(ids)) for number in range(draw(st.integers(0, 4)) if spans else 0)
    ]
    return Record(
        name="n",
        text=text,
        tokens=tokens,
        annotator="a",
        kind=Kind.PERSON,
        status=Status.DONE,
        spans=tuple(spans),
        relations=tuple(relations),
    )


@settings(deadline=None)
@given(st.lists(records(), min_size=1, max_size=3), st.sampled_from(["missing", "expand", "contract"]))
def test_everything_arrives_right_or_is_listed(wanted, misaligned):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gold.spacy"
        report = docbin.write(lambda: wanted, path, SCHEME, options={"misaligned": misaligned}, progress=Progress())
        docs = list(DocBin().from_disk(path).get_docs(pipeline("xx").vocab))
    assert not [loss for loss in report.losses if "came back" in loss.reason]
    assert len(docs) == len(wanted)
    spans = relations = 0
    for record, doc in zip(wanted, docs, strict=True):
        assert doc.text == record.text
        listed = {loss.item_id for loss in report.losses if loss.document == record.name}
        there = {(span.id_, span.start_char, span.end_char, span.label_, span.kb_id_) for span in doc.ents}
        for span in record.spans:
            assert (span.id, span.start, span.end, span.label, span.kb_id) in there or span.id in listed
            touched = [token for token in doc if token.idx < span.end and token.idx + len(token) > span.start]
            assert all(token.ent_iob_ != "O" for token in touched) or misaligned != "missing"
        starts = {span.id_: span.start for span in doc.ents}
        for relation in record.relations:
            key = (starts.get(relation.head), starts.get(relation.tail))
            assert relation.label in doc._.rel.get(key, {}) or relation.id in listed
        spans += len(doc.spans["sc"])
        relations += len(record.relations)
    assert report.spans == spans
    assert report.relations == relations - sum(loss.item == "relation" for loss in report.losses)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(records(), min_size=1, max_size=3),
    st.sampled_from(["longest", "first", "label", "group"]),
    st.sampled_from(["missing", "expand"]),
)
def test_what_is_read_back_is_what_was_there_but_for_what_is_listed(wanted, overlap, misaligned):
    options = {"overlap": overlap, "misaligned": misaligned, "rel_max_length": "5"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gold.spacy"
        report = docbin.write(lambda: wanted, path, SCHEME, options=options, progress=Progress())
        found = list(docbin_read.read(path, ReadDefaults("other")))
    assert not [loss for loss in report.losses if "came back" in loss.reason]
    back = [item for item in found if isinstance(item, Record)]
    assert not [item for item in found if not isinstance(item, Record) and item.lost]
    for record, other in zip(wanted, back, strict=True):
        head = (record.name, record.text, record.tokens, record.annotator, record.kind, record.status)
        assert (other.name, other.text, other.tokens, other.annotator, other.kind, other.status) == head
        listed = {(loss.item_id, loss.fate) for loss in report.losses}
        spans = {span.id: span for span in other.spans}
        for span in record.spans:
            if (span.id, Fate.DROPPED) not in listed and (span.id, Fate.MOVED) not in listed:
                assert spans[span.id] == span
        kept = {item.id: item for item in other.relations}
        for relation in record.relations:
            if (relation.id, Fate.DROPPED) not in listed:
                assert kept[relation.id] == relation
