"""brat, CoNLL and CoNLL-U: what the format holds comes back, what it does not is in the report, and no bytes make a reader raise."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.table import FORMATS

CHARACTERS = st.characters(exclude_categories=["Cs"])
LETTERS = st.sampled_from("aB1.#-_|é😊 \n\r\t\u00a0\u200b\u2028\u0301\x85")
TEXTS = st.text(LETTERS | CHARACTERS, min_size=1, max_size=40).filter(lambda text: not text.startswith("\ufeff"))
LABELS = st.sampled_from(["PER", "ORG", "Nama Orang", "Nama_Orang", "a-b", "x|y", "é", "E", "O", "B-I", "#", "(1)", "%2D"])
WORDS = st.text(LETTERS | CHARACTERS, max_size=5)
ROLES = [RelationLabel(name, head=("E",), role=True) for name in ("role", "role2")]
SCHEME = LabelScheme(spans=(SpanLabel("PER"), SpanLabel("E")), relations=(*ROLES, RelationLabel("Nama Orang", symmetric=True)))


@st.composite
def records(draw):
    """Draw a record with tokens and spans of every shape, some of them on the borders of tokens."""
    text = draw(TEXTS)
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    edges = sorted({0, len(text), *tokens.starts, *tokens.ends}) if draw(st.booleans()) else list(range(len(text) + 1))
    spans = []
    for number in range(draw(st.integers(0, 5))):
        chosen = sorted(draw(st.sets(st.sampled_from(edges), min_size=2, max_size=4)))
        fragments = tuple(zip(chosen[::2], chosen[1::2], strict=False))
        extras = {
            "note": draw(WORDS),
            "kb_id": draw(WORDS | st.just("Wikidata:Q1")),
            "confidence": draw(st.none() | st.floats(0, 1)),
        }
        attributes = draw(st.dictionaries(WORDS | st.just("sure"), WORDS | st.booleans(), max_size=2))
        name = draw(st.sampled_from([f"T{number + 2}", f"s{number}", f"E{number}"]))
        spans.append(Span(name, fragments, draw(LABELS), attributes, origin=draw(WORDS), reviewed=draw(st.booleans()), **extras))
    ids = [span.id for span in spans]
    relations = []
    for number in range(draw(st.integers(0, 4)) if ids else 0):
        ends = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
        label = draw(LABELS | st.sampled_from(["role", "role2"]))
        relations.append(Relation(f"r{number}", label, *ends, note=draw(WORDS), reviewed=draw(st.booleans())))
    return Record(
        name=draw(WORDS) or "n",
        text=text,
        meta=draw(st.dictionaries(WORDS, WORDS, max_size=2).filter(lambda meta: "brat" not in meta)),
        tokens=tokens,
        annotator=draw(st.sampled_from(["ani", "", "x\ny"])),
        kind=draw(st.sampled_from(Kind)),
        status=draw(st.sampled_from(Status)),
        spans=tuple(spans),
        relations=tuple(relations),
    )


def write(name, path, wanted, **options):
    writer = FORMATS[name].write
    assert writer is not None
    return writer(lambda: wanted, path, SCHEME, options=options, progress=Progress())


def read(name, path, **options):
    reader = FORMATS[name].read
    assert reader is not None
    return list(reader(path, ReadDefaults("other"), **options))


def content(record):
    return Counter((span.fragments, span.label) for span in record.spans)


@settings(deadline=None, max_examples=60)
@given(st.lists(records(), min_size=1, max_size=3))
def test_brat_loses_only_spans_of_nothing_but_line_breaks(wanted):
    with tempfile.TemporaryDirectory() as folder:
        report = write("brat", Path(folder) / "out", wanted)
        reasons = {loss.reason for loss in report.losses}
        assert reasons <= {
            "covers nothing but line breaks and tabs, which brat cannot state",
            "its head or its tail was left out",
        }
        found = read("brat", Path(folder) / "out")
        assert not [item for item in found if isinstance(item, Complaint) and item.lost]
        texts = Counter(item.text for item in found if isinstance(item, Record))
        assert texts == Counter(record.text for record in wanted)
        write("brat", Path(folder) / "plain", wanted, details="none")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("conll", {}),
        ("conll", {"tags": "biluo", "misaligned": "expand", "overlap": "first"}),
        ("conllu", {}),
        ("conllu", {"entities": "ne", "misaligned": "contract"}),
    ],
)
@settings(deadline=None, max_examples=40)
@given(wanted=st.lists(records(), min_size=1, max_size=3))
def test_formats_of_tokens_bring_back_all_but_what_they_name(name, options, wanted):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"out{FORMATS[name].suffixes[0]}"
        try:
            report = write(name, path, wanted, **options)
        except FormatError:
            assert all(not record.tokens for record in wanted)
            return
        assert not [loss for loss in report.losses if "came back" in loss.reason], report.losses
        dropped = sum(loss.fate is Fate.DROPPED and loss.item == "span" for loss in report.losses)
        whole = {loss.document for loss in report.losses if loss.item == "document"}
        assert report.spans + dropped + sum(len(record.spans) for record in wanted if record.name in whole) >= sum(
            len(record.spans) for record in wanted
        )
        assert report.documents + sum(loss.item == "document" for loss in report.losses) == len(wanted)


_EMPTY = "\t_" * 7
ODD = st.sampled_from(
    [
        *("T1\tX 0 2\tab", "T1\tX 0 2;1 3", "E1\tX:T1 Y:E1", "E1\tX:E1", "*\tA T1 T1", "R1\tX Arg1:T1 Arg2:E1", "A1\tX E1"),
        *("N1\tR T1 a:b\tc", "#1\tAnnotatorNotes E1\tx"),
        '#1\tAnnotatorDetails T1\t{"fragments":[[0,99]],"roles":5,"attributes":{"a":1}}',
        '#2\tAnnotatorDocument d\t{"labels":{"X":" "},"kind":[],"verdicts":[[1]]}',
        *(f"1\ta{_EMPTY}\tEntity=(e1-x(e1[1/2]-y", f"2-1\ta{_EMPTY}\tEntity=e1)e1[2/2])", f"0\tb{_EMPTY}\tNE=I-X|SpacesAfter=x\\"),
        *("# newdoc id = x", "# text = ab", "# global.columns = ID FORM", "# global.Entity = x", "# annotator = {}"),
        *("-DOCSTART-", "a B-X", "a\tI-X", "a E-X", "", "\x00"),
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(ODD | st.text(LETTERS, max_size=20), max_size=12), st.binary(max_size=30), st.booleans())
def test_no_bytes_make_a_reader_raise(lines, tail, sound):
    data = "\n".join(lines).encode() + (b"" if sound else b"\n" + tail)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("brat", "conll", "conllu"):
            path = Path(folder) / f"odd{FORMATS[name].suffixes[0]}"
            path.write_bytes(data)
            path.with_suffix(".txt").write_bytes("abc é\r\ndef 😊".encode())
            try:
                found = read(name, path)
            except FormatError:
                continue
            for record in (item for item in found if isinstance(item, Record)):
                ids = [span.id for span in record.spans]
                assert len(set(ids)) == len(ids)
                assert all(0 <= start < end <= len(record.text) for span in record.spans for start, end in span.fragments)
                assert all({relation.head, relation.tail} <= set(ids) for relation in record.relations)
                assert content(record).total() == len(ids)
