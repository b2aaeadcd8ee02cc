"""WebAnno TSV and the CAS formats: what the format holds comes back, what it does not is in the report, and no bytes make a reader
raise."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens, trim
from annotator.errors import FormatError
from annotator.formats.table import FORMATS
from annotator.formats.uima_layers import LAYER

pytest.importorskip("cassis")

CHARACTERS = st.characters(exclude_categories=["Cs"])
LETTERS = st.sampled_from("aB1.#-_|é😊 \n\r\t\u00a0\u200b\u2028\u0301\x85\x00\x0b\x1c[]*\\;")
TEXTS = st.text(LETTERS | CHARACTERS, min_size=1, max_size=30).filter(lambda text: not text.startswith("\ufeff"))
WORDS = st.text(LETTERS | CHARACTERS, max_size=5)
LABELS = st.sampled_from(["PER", "ORG", "NamedEntity", "Span", "links", "a_b", "x|y", "é", "[1]", "*", "_", "a->1-1", "\x01"])
LAYERS = st.sampled_from(
    ["webanno.custom.Span|value", "webanno.custom.Span", "a.B|c", "a.B", "a.B:links", "uima.tcas.X", "x y", "C"]
)
ATTRIBUTES = st.dictionaries(
    WORDS | st.sampled_from(["value", "label", "sure", "identifier", "class", "size"]),
    WORDS | st.booleans() | st.integers(-5, 1 << 40) | st.none() | st.floats(0, 1) | st.lists(WORDS, max_size=2),
    max_size=3,
)


@st.composite
def attributes(draw):
    """Draw attributes, sometimes with a layer among them."""
    found = draw(ATTRIBUTES)
    return {**found, LAYER: draw(LAYERS)} if draw(st.booleans()) else found


@st.composite
def records(draw):
    """Draw a record with spans of every shape in layers of every kind."""
    text = draw(TEXTS)
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text)) if draw(st.booleans()) else None
    spans = []
    for number in range(draw(st.integers(0, 5))):
        chosen = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=4)))
        fragments = tuple(zip(chosen[::2], chosen[1::2], strict=False))
        extras = {"note": draw(WORDS), "kb_id": draw(WORDS), "confidence": draw(st.none() | st.floats(0, 1))}
        spans.append(Span(f"s{number}", fragments, draw(LABELS), draw(attributes()), reviewed=draw(st.booleans()), **extras))
    ids = [span.id for span in spans]
    relations = []
    for number in range(draw(st.integers(0, 4)) if ids else 0):
        ends = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
        relations.append(
            Relation(f"r{number}", draw(LABELS), *ends, draw(attributes()), note=draw(WORDS), reviewed=draw(st.booleans()))
        )
    return Record(
        name=draw(WORDS) or "n",
        text=text,
        meta=draw(st.dictionaries(WORDS, WORDS, max_size=2)),
        tokens=tokens,
        annotator=draw(st.sampled_from(["ani", "", "x\ny"])),
        kind=draw(st.sampled_from(Kind)),
        status=draw(st.sampled_from(Status)),
        spans=tuple(spans),
        relations=tuple(relations),
    )


def write(name, path, wanted):
    writer = FORMATS[name].write
    assert writer is not None
    return writer(lambda: wanted, path, LabelScheme(), options={}, progress=Progress())


def read(name, path):
    reader = FORMATS[name].read
    assert reader is not None
    return list(reader(path, ReadDefaults("other")))


def signatures(record: Record, spans) -> list[str]:
    return sorted(f"{span.label} {span.fragments} {span.kb_id}" for span in spans)


@pytest.mark.parametrize("name", ["uima-xmi", "uima-json"])
@settings(deadline=None, max_examples=40)
@given(wanted=st.lists(records(), min_size=1, max_size=3))
def test_a_cas_holds_everything(name, wanted):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.zip"
        report = write(name, path, wanted)
        assert report.losses == []
        found = [item for item in read(name, path) if isinstance(item, Record)]
        assert [record.text for record in found] == [record.text for record in wanted]
        for record, back in zip(wanted, found, strict=True):
            assert signatures(record, back.spans) == signatures(record, record.spans)
            assert back.name == record.name


@settings(deadline=None, max_examples=80)
@example(wanted=[Record("n", " ", tokens=Tokens([]), annotator="ani", kind=Kind.PERSON)])
@given(wanted=st.lists(records(), min_size=1, max_size=3))
def test_what_webanno_does_not_hold_is_in_the_report(wanted):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.zip"
        report = write("webanno-tsv", path, wanted)
        assert not [loss for loss in report.losses if "came back" in loss.reason or "come back" in loss.reason], report.losses
        found = [item for item in read("webanno-tsv", path) if isinstance(item, Record)]
        assert [record.text for record in found] == [record.text for record in wanted]
        for record, back in zip(wanted, found, strict=True):
            kept = [
                span for span in record.spans if not span.discontinuous and trim(record.text, span.start, span.end)[0] < span.end
            ]
            kept = [span for span in kept if len(set(trim(record.text, span.start, span.end))) == 2]
            meant = sorted(f"{span.label} {(trim(record.text, span.start, span.end),)} {span.kb_id}" for span in kept)
            assert signatures(record, back.spans) == meant
        gone = [loss for loss in report.losses if loss.fate is Fate.DROPPED and loss.item == "span"]
        assert len(gone) == sum(len(record.spans) for record in wanted) - sum(len(record.spans) for record in found)


TSV = st.sampled_from(
    [
        *("#FORMAT=WebAnno TSV 3.3", "#T_SP=a.B|value", "#T_RL=a.R|label|BT_a.B", "#T_CH=a.Link|referenceRelation|referenceType"),
        *("#T_SP=a.H|ROLE_a.H:links_a.L|a.B", "#Text=abc é", "1-1\t0-3\tabc\tX[1]\t_\t_\t", "1-2\t4-5\té\tX[1]|Y\tR\t1-1[1_0]\t"),
        *("1-1.1\t1-2\tb\t*\t", "#Annotator={}", "1-1\t0-3\tabc\t*->1-1\t*[1]\t", "1-1\t0-3\tabc\tr;s\t1-1;1-2[3]\t", "", "\x00"),
        *(" # a.B | value # a.R | label | AttachTo=a.B", "#id=1", "#text=a b", "1-1\ta\tB-X|O\tR\t1-2\t", "1-2\tb\tI-X\t_\t_\t"),
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(TSV | st.text(LETTERS, max_size=20), max_size=14), st.binary(max_size=20), st.booleans(), st.booleans())
def test_no_bytes_make_a_reader_raise(lines, tail, sound, first):
    data = "\n".join([*(["#FORMAT=WebAnno TSV 3.3"] if first else []), *lines]).encode() + (b"" if sound else tail)
    with tempfile.TemporaryDirectory() as folder:
        for name, suffix in (("webanno-tsv", ".tsv"), ("uima-xmi", ".xmi"), ("uima-json", ".cas.json")):
            path = Path(folder) / f"odd{suffix}"
            path.write_bytes(data)
            try:
                found = read(name, path)
            except FormatError:
                continue
            assert found
            for record in (item for item in found if isinstance(item, Record)):
                ids = [span.id for span in record.spans]
                assert len(set(ids)) == len(ids)
                assert all(0 <= start < end <= len(record.text) for span in record.spans for start, end in span.fragments)
                assert all({relation.head, relation.tail} <= set(ids) for relation in record.relations)
            assert all(item.message for item in found if isinstance(item, Complaint))
