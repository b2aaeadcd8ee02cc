"""Prodigy, doccano and Label Studio: what the report calls kept comes back the same, and no bytes make a reader fail."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import NOTHING, Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import doccano, label_studio, prodigy

MODULES = {"prodigy": prodigy, "doccano": doccano, "label-studio": label_studio}
CHARACTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(CHARACTERS, max_size=6)
NAMES = st.text(CHARACTERS, min_size=1, max_size=6)
LABELS = NAMES.filter(lambda name: bool(name.strip()))
NUMBERS = st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
)
TEXTS = st.text(CHARACTERS | st.sampled_from(" \r\n\t\0\u00a0\u200b😊\u0301\u200d"), min_size=1, max_size=40)
META_KEYS = WORDS | st.sampled_from(
    ["id", "text", "label", "name", "meta", "_input_hash", "Comments", "data", "annotation_approver"]
)


@st.composite
def records(draw):
    """Draw a record with a set, or now and then a bare document."""
    text = draw(TEXTS)
    record = Record(name=draw(NAMES), text=text, meta=draw(st.dictionaries(META_KEYS, JSON, max_size=3)))
    starts = [index for index, character in enumerate(text) if not character.isspace()]
    record.tokens = Tokens((start, start + 1) for start in starts) if starts and draw(st.booleans()) else None
    if draw(st.integers(0, 5)) == 0:
        return record
    record.annotator, record.kind, record.status = draw(NAMES), draw(st.sampled_from(Kind)), draw(st.sampled_from(Status))
    record.flagged, record.categories = draw(st.booleans()), tuple(draw(st.lists(LABELS, unique=True, max_size=2)))
    ids = draw(st.lists(NAMES, unique=True, max_size=4))
    record.spans = tuple(draw(spans(len(text), span_id)) for span_id in ids)
    if ids:
        ends = st.sampled_from(ids)
        names = draw(st.lists(NAMES, unique=True, max_size=3))
        record.relations = tuple(Relation(name, draw(LABELS), draw(ends), draw(ends), **draw(items())) for name in names)
    record.verdicts = tuple(draw(st.lists(st.builds(Verdict, NAMES, WORDS, WORDS), max_size=2)))
    return record


@st.composite
def spans(draw, length, span_id):
    """Draw a span of one fragment, seldom of two."""
    edges = sorted(draw(st.sets(st.integers(0, length), min_size=2, max_size=4)))
    fragments = tuple(zip(edges[::2], edges[1::2], strict=False))
    return Span(span_id, fragments, draw(LABELS), kb_id=draw(WORDS), **draw(items()))


@st.composite
def items(draw):
    """Draw what spans and relations have in common."""
    return {
        "attributes": draw(st.just(NOTHING) | st.dictionaries(WORDS, JSON, max_size=2)),
        "note": draw(WORDS),
        "confidence": draw(st.none() | st.floats(0, 1)),
        "origin": draw(WORDS),
        "reviewed": draw(st.booleans()),
        "derived_from": draw(WORDS),
    }


def content(record: Record, *, bare: bool) -> tuple[object, ...]:
    """Return what two records have to share: ids apart, and with ``bare`` what doccano's file can say."""
    signatures = {span.id: span.signature for span in record.spans}
    links = Counter((one.label, signatures[one.head], signatures[one.tail]) for one in record.relations)
    about = (record.name, record.text, Counter(signatures.values()), links, record.categories)
    if bare:
        return about
    return *about, record.annotator, record.kind, record.status, record.flagged, set(record.verdicts), dict(record.meta)


@pytest.mark.parametrize("unit", list(doccano.OFFSETS))
@settings(deadline=None, max_examples=40)
@given(st.lists(records(), min_size=1, max_size=3, unique_by=lambda record: record.name))
def test_a_doccano_file_of_ours_is_read_in_the_unit_it_was_written_in(unit, wanted):
    # astral characters, clusters and spans that begin and end anywhere: by the edges of words alone it could not be told
    options = {"layout": "relations", "offsets": unit}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.jsonl"
        report = doccano.write(lambda: wanted, path, LabelScheme(), options=options, progress=Progress())
        gone = {(loss.document, loss.item, loss.item_id) for loss in report.losses if loss.fate is Fate.DROPPED}
        back = [item for item in doccano.read(path, ReadDefaults(annotator="")) if isinstance(item, Record)]
        kept = [without(record, gone) for record in wanted]
        assert [content(one, bare=True) for one in back] == [content(one, bare=True) for one in kept]


@pytest.mark.parametrize("name", list(MODULES))
@settings(deadline=None, max_examples=60)
@given(st.lists(records(), min_size=1, max_size=3, unique_by=lambda record: record.name))
def test_what_is_not_reported_comes_back_the_same(name, wanted):
    module, bare = MODULES[name], name == "doccano"
    options = {"layout": "relations"} if bare else {}
    with tempfile.TemporaryDirectory() as folder:
        path, again = Path(folder) / "first.json", Path(folder) / "second.json"
        report = module.write(lambda: wanted, path, LabelScheme(), options=options, progress=Progress())
        gone = {(loss.document, loss.item, loss.item_id) for loss in report.losses if loss.fate is Fate.DROPPED}
        assert not any(loss.reason.startswith(("came back", "did not")) for loss in report.losses), report.losses
        kept = [without(record, gone) for record in wanted]
        read_options = {"offsets": "utf-16"} if name == "label-studio" else {}
        back = [one for one in module.read(path, ReadDefaults(annotator=""), **read_options) if isinstance(one, Record)]
        assert [content(one, bare=bare) for one in back] == [content(one, bare=bare) for one in kept]
        if not bare:
            for one, other in zip(back, kept, strict=True):
                assert {span.id: span for span in one.spans} == {span.id: span for span in other.spans}
                assert {link.id: link for link in one.relations} == {link.id: link for link in other.relations}
        second = module.write(lambda: back, again, LabelScheme(), options=options, progress=Progress())
        assert second.losses == []
        assert path.read_bytes() == again.read_bytes()


def without(record: Record, gone: set[tuple[str, str, str]]) -> Record:
    """Return the record without the items that were reported as dropped."""
    spans = tuple(one for one in record.spans if (record.name, "span", one.id) not in gone)
    links = tuple(one for one in record.relations if (record.name, "relation", one.id) not in gone)
    return replace(record, spans=spans, relations=links)


KEYS = (
    "text", "data", "tokens", "spans", "relations", "answer", "meta", "_input_hash", "_session_id", "accept", "label", "labels", "entities",
    "annotations", "predictions", "drafts", "result", "value", "id", "cats", "Comments", "name", "kind", "status", "flagged", "verdicts",
    "start", "end", "start_offset", "end_offset", "type", "from_id", "to_id", "head", "child", "head_span", "child_span", "direction",
    "from_name", "to_name", "origin", "score", "attributes", "completed_by", "model_version", "token_start", "token_end", "user", "choices",
    "globalOffsets", "_is_binary", "annotator", "signature",
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-2, 12) | st.floats(allow_nan=False) | st.sampled_from(
    ["Budi di BRI", "labels", "relation", "accept", "a", "/p[1]", "", "choices", "bi", "reject"]
)  # fmt: skip
ODD = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5), max_leaves=25
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), ODD, max_size=6)


@pytest.mark.parametrize("name", list(MODULES))
@settings(deadline=None, max_examples=150)
@given(st.lists(OBJECTS, min_size=1, max_size=3), st.booleans(), st.booleans())
def test_no_json_makes_a_reader_raise(name, values, as_list, in_data):
    sound = {"text": "Budi di BRI", "data": {"text": "Budi di BRI"}}
    objects = [sound | value if in_data else value for value in values]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odd.json"
        path.write_bytes(orjson.dumps(objects) if as_list else b"\n".join(map(orjson.dumps, objects)))
        for found in MODULES[name].read(path, ReadDefaults()):
            assert not isinstance(found, Record) or all(0 <= span.start < span.end <= len(found.text) for span in found.spans)


@pytest.mark.parametrize("name", list(MODULES))
@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.binary(max_size=60), max_size=4),
    st.sampled_from([b"", b"[", b"{", b'{"text": "a"}\n', b'[{"text": "a"},', b"PK\x03\x04"]),
)
def test_no_bytes_make_a_reader_raise(name, lines, first):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odd.json"
        path.write_bytes(first + b"\n".join(lines))
        try:
            found = list(MODULES[name].read(path, ReadDefaults()))
        except FormatError:
            return  # refused as a whole, in a sentence of its own
        assert all(item.place.startswith(str(path)) for item in found)
