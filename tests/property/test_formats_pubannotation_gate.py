"""PubAnnotation and GATE: what the report calls kept comes back the same, twice the same bytes, and no bytes make a reader fail."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from itertools import pairwise
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
from annotator.formats import gate, pubannotation

MODULES = {"pubannotation": pubannotation, "gate": gate}
OPTIONS = [
    ("pubannotation", {"fragments": "chain"}, "json"),
    ("pubannotation", {"fragments": "bag"}, "json"),
    ("gate", {"offsets": "code-points"}, "bdocjs"),
    ("gate", {"offsets": "utf-16"}, "bdocjs.gz"),
]
CHARACTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(CHARACTERS, max_size=6)
NAMES = st.text(CHARACTERS, min_size=1, max_size=6) | st.sampled_from(["T1", "A1", "0", "1", "2", "T1-0", "C-T1-0", "s1"])
LABELS = st.text(CHARACTERS, min_size=1, max_size=6).filter(lambda name: bool(name.strip())) | st.sampled_from(
    ["_FRAGMENT", "_lexicallyChainedTo", "Dependency", "block"]
)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
)
TEXTS = st.text(CHARACTERS | st.sampled_from(" \r\n\t\0\u00a0\u200b😊\u0301"), min_size=1, max_size=30)
KEYS = WORDS | st.sampled_from(
    ["id", "text", "name", "meta", "project", "tracks", "denotations", "kind", "args", "_annotator", "block", "note", "sourceid"]
)


@st.composite
def records(draw):
    """Draw a record with a set, or now and then a bare document."""
    text = draw(TEXTS)
    record = Record(name=draw(NAMES), text=text, meta=draw(st.dictionaries(KEYS, JSON, max_size=3)))
    record.tokens = Tokens([(0, 1)]) if draw(st.booleans()) else None
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
    """Draw a span of up to three fragments, some of which touch."""
    edges = sorted(draw(st.sets(st.integers(0, length), min_size=2, max_size=6)))
    apart = tuple(zip(edges[::2], edges[1::2], strict=False))
    fragments = tuple(pairwise(edges))[:3] if draw(st.booleans()) else apart
    return Span(span_id, fragments, draw(LABELS), kb_id=draw(WORDS), **draw(items()))


@st.composite
def items(draw):
    """Draw what spans and relations have in common."""
    return {
        "attributes": draw(st.just(NOTHING) | st.dictionaries(KEYS, JSON, max_size=2)),
        "note": draw(WORDS),
        "confidence": draw(st.none() | st.floats(0, 1)),
        "origin": draw(WORDS),
        "reviewed": draw(st.booleans()),
        "derived_from": draw(WORDS),
    }


def content(record: Record) -> tuple[object, ...]:
    """Return all that two records have to share: everything but tokens, places in the file and the ids of relations."""
    by_id = {span.id: span for span in record.spans}
    marks = {
        span.id: repr(replace(span, id="", attributes={})) + repr(sorted(span.attributes.items(), key=str)) for span in record.spans
    }
    links = Counter(
        repr(replace(one, id="", attributes={}, head=marks[one.head], tail=marks[one.tail]))
        + repr(sorted(one.attributes.items(), key=str))
        for one in record.relations
    )
    head = (record.name, record.text, dict(record.meta), record.annotator, record.kind, record.status, record.flagged)
    return *head, record.categories, set(record.verdicts), set(by_id), Counter(marks.values()), links


def without(record: Record, gone: set[tuple[str, str, str]]) -> Record:
    """Return the record without the items that were reported as dropped."""
    kept = tuple(one for one in record.spans if (record.name, "span", one.id) not in gone)
    links = tuple(one for one in record.relations if (record.name, "relation", one.id) not in gone)
    return replace(record, spans=kept, relations=links)


@pytest.mark.parametrize(("name", "options", "suffix"), OPTIONS, ids=str)
@settings(deadline=None, max_examples=60)
@given(wanted=st.lists(records(), min_size=1, max_size=3, unique_by=lambda record: record.name))
def test_what_is_not_reported_comes_back_the_same(name, options, suffix, wanted):
    module = MODULES[name]
    with tempfile.TemporaryDirectory() as folder:
        path, again = Path(folder) / f"first.{suffix}", Path(folder) / f"second.{suffix}"
        report = module.write(lambda: wanted, path, LabelScheme(), options=options, progress=Progress())
        gone = {(loss.document, loss.item, loss.item_id) for loss in report.losses if loss.fate is Fate.DROPPED}
        assert not any(loss.reason.startswith(("came", "did not", "was left")) for loss in report.losses), report.losses
        assert {loss.label for loss in report.losses} <= {"_lexicallyChainedTo"}
        kept = [without(record, gone) for record in wanted]
        back = [one for one in module.read(path, ReadDefaults(annotator="other")) if isinstance(one, Record)]
        assert [content(one) for one in back] == [content(one) for one in kept]
        figures = (sum(len(one.spans) for one in kept), sum(len(one.relations) for one in kept))
        assert (report.documents, report.spans, report.relations) == (len(wanted), *figures)
        second = module.write(lambda: back, again, LabelScheme(), options=options, progress=Progress())
        assert second.losses == []
        third = module.write(lambda: back, path, LabelScheme(), options=options, progress=Progress())
        assert third.losses == []
        assert path.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("name", list(MODULES))
@settings(deadline=None, max_examples=40)
@given(record=records(), others=st.lists(records(), min_size=1, max_size=2))
def test_several_sets_of_one_document_come_back_each_to_its_annotator(name, record, others):
    sets = [
        replace(one, name="n", text=record.text, meta=record.meta, tokens=None, annotator=f"a{number}")
        for number, one in enumerate(others)
    ]
    sets = [replace(one, spans=(), relations=()) for one in sets]
    first = replace(record, name="n", annotator="first", spans=(), relations=())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.json"
        report = MODULES[name].write(lambda: [first, *sets], path, LabelScheme(), options={}, progress=Progress())
        assert report.losses == []
        assert report.documents == 1
        back = [one for one in MODULES[name].read(path, ReadDefaults(annotator="other")) if isinstance(one, Record)]
        assert [content(one) for one in back] == [content(one) for one in [first, *sets]]


KNOWN = (
    "text", "denotations", "blocks", "relations", "attributes", "modifications", "tracks", "project", "span", "begin", "end", "id", "obj",
    "subj", "pred", "name", "meta", "kind", "status", "flagged", "categories", "verdicts", "annotation_sets", "annotations", "type",
    "start", "features", "offset_type", "args", "_annotator", "sets", "fragments", "note", "reviewed", "signature", "sourceid", "sourcedb",
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-2, 12) | st.floats(allow_nan=False) | st.sampled_from(
    ["Budi di BRI", "_FRAGMENT", "_lexicallyChainedTo", "T1", "p", "j", "", "done", "Dependency"]
)  # fmt: skip
ODD = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN), inner, max_size=5), max_leaves=25
)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.sampled_from(["T1", "T2", 1, 2, None]),
            "span": st.fixed_dictionaries({"begin": st.integers(-1, 12), "end": st.integers(-1, 12)}) | ODD,
            "obj": st.sampled_from(["X", "_FRAGMENT", "T1", "T2", None]),
            "subj": st.sampled_from(["T1", "T2", None]),
            "pred": st.sampled_from(["R", "_lexicallyChainedTo", "", None]),
            "type": st.sampled_from(["X", "Dependency", "", 1]),
            "start": st.integers(-1, 12),
            "end": st.integers(-1, 12),
            "features": st.dictionaries(st.sampled_from(["args", "kind", "_annotator", "x"]), st.just([1, 2]) | ODD, max_size=3),
        },
    ),
    max_size=4,
)
OBJECTS = st.fixed_dictionaries(
    {"text": st.sampled_from(["Budi di BRI", "😊 di BRI"])},
    optional={
        "denotations": ENTRIES | ODD,
        "relations": ENTRIES | ODD,
        "attributes": ENTRIES | ODD,
        "tracks": st.lists(st.fixed_dictionaries({"denotations": ENTRIES}) | ODD, max_size=2),
        "annotation_sets": st.dictionaries(WORDS, st.fixed_dictionaries({"annotations": ENTRIES}) | ODD, max_size=2) | ODD,
        "features": ODD,
        "offset_type": st.sampled_from(["p", "j", 1]),
        "name": ODD,
        "project": ODD,
    },
)


@pytest.mark.parametrize("name", list(MODULES))
@settings(deadline=None, max_examples=80)
@given(values=st.lists(OBJECTS | ODD, min_size=1, max_size=3), as_list=st.booleans())
def test_no_json_makes_a_reader_raise_and_what_it_makes_is_sound(name, values, as_list):
    module = MODULES[name]
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "odd.json", Path(folder) / "out.json"
        path.write_bytes(orjson.dumps(values) if as_list else b"\n".join(map(orjson.dumps, values)))
        found = [one for one in module.read(path, ReadDefaults()) if isinstance(one, Record)]
        for record in found:
            for span in record.spans:
                edges = [edge for fragment in span.fragments for edge in fragment]
                assert edges == sorted(edges)
                assert 0 <= edges[0] < edges[-1] <= len(record.text)
                assert all(start < end for start, end in span.fragments)
            assert {end for link in record.relations for end in (link.head, link.tail)} <= {span.id for span in record.spans}
        if len({(record.name, record.text, record.annotator) for record in found}) == len(found) > 0:
            # whatever was read can be written and read again without a loss
            report = module.write(lambda: found, out, LabelScheme(), options={}, progress=Progress())
            assert report.losses == []


@pytest.mark.parametrize("name", list(MODULES))
@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.binary(max_size=60), max_size=4),
    st.sampled_from(
        [b"", b"[", b"{", b'{"text": "a"}\n', b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"<GateDocument>", b"<", b"\xff\xfe<\x00"]
    ),
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
