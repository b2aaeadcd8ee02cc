"""Hugging Face, CSV, XLSX and pages: what is not reported comes back the same, and no bytes or rows make a reader raise."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import NOTHING, Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.huggingface_card import card_names
from annotator.formats.table import FORMATS
from annotator.formats.tables_rows import guarded, unguarded
from annotator.formats.tables_xlsx import escaped, pieces
from annotator.formats.tables_xlsx_read import unescaped

NAMES = ("huggingface", "csv", "xlsx", "html")
CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@'\t\r\n\"<&;,_x0D\0\x85\u2028😊\u200d\u0301")
WORDS = st.text(CHARACTERS, max_size=6)
TOLD = st.text(CHARACTERS, min_size=1, max_size=6)
LABELS = TOLD.filter(lambda label: bool(label.strip()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)


@st.composite
def records(draw):
    """Draw a record with spans of any shape, or now and then a bare document."""
    text = draw(st.text(CHARACTERS, min_size=1, max_size=30))
    record = Record(draw(LABELS), text, draw(st.dictionaries(WORDS, JSON, max_size=2)))
    starts = [index for index, character in enumerate(text) if not character.isspace()]
    record.tokens = Tokens((start, start + 1) for start in starts) if starts and draw(st.booleans()) else None
    if draw(st.integers(0, 5)) == 0:
        return record
    record.annotator, record.kind, record.status = draw(LABELS), draw(st.sampled_from(Kind)), draw(st.sampled_from(Status))
    record.flagged, record.categories = draw(st.booleans()), tuple(draw(st.lists(LABELS, unique=True, max_size=2)))
    ids = draw(st.lists(TOLD, unique=True, max_size=4))
    record.spans = tuple(draw(spans(len(text), span_id)) for span_id in ids)
    if ids:
        ends = st.sampled_from(ids)
        names = draw(st.lists(TOLD, unique=True, max_size=2))
        record.relations = tuple(Relation(name, draw(LABELS), draw(ends), draw(ends), **draw(items())) for name in names)
    record.verdicts = tuple(draw(st.lists(st.builds(Verdict, TOLD, WORDS, WORDS), max_size=2, unique=True)))
    return record


@st.composite
def spans(draw, length, span_id):
    """Draw a span of one or two fragments."""
    edges = sorted(draw(st.sets(st.integers(0, length), min_size=2, max_size=4)))
    fragments = tuple(zip(edges[::2], edges[1::2], strict=False))
    return Span(span_id, fragments, draw(LABELS), kb_id=draw(WORDS), **draw(items()))


@st.composite
def items(draw):
    """Draw what spans and relations have in common."""
    return {
        "attributes": draw(st.just(NOTHING) | st.dictionaries(WORDS, JSON, min_size=1, max_size=2)),
        "note": draw(WORDS),
        "confidence": draw(st.none() | st.floats(0, 1)),
        "origin": draw(WORDS),
        "reviewed": draw(st.booleans()),
        "derived_from": draw(WORDS),
    }


def content(record: Record, name: str) -> tuple[object, ...]:
    """Return what must come back of a record in a format."""
    verdicts = frozenset(record.verdicts) if name != "html" else frozenset()
    about = (
        record.name,
        record.text,
        dict(record.meta),
        record.annotator,
        record.status,
        record.flagged,
        record.categories,
        verdicts,
    )
    return (*about, {span.id: span for span in record.spans}, {link.id: link for link in record.relations})


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=25)
@given(wanted=st.lists(records(), min_size=1, max_size=3))
def test_what_is_not_reported_comes_back_the_same(name, wanted):
    entry = FORMATS[name]
    assert entry.write is not None
    assert entry.read is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"out{entry.suffixes[0]}"
        report = entry.write(lambda: iter(wanted), path, LabelScheme(), options={}, progress=Progress())
        assert not [loss for loss in report.losses if "came back" in loss.reason or loss.fate is Fate.DROPPED], report.losses
        found = list(entry.read(path, ReadDefaults("stranger")))
        assert not [item for item in found if isinstance(item, Complaint) and item.lost]
        back = [item for item in found if isinstance(item, Record)]
        assert [content(record, name) for record in back] == [content(record, name) for record in wanted]
        assert report.spans == sum(len(record.spans) for record in wanted)
        if name == "huggingface":
            assert [record.tokens for record in back] == [record.tokens or None for record in wanted]
            left = sum("not in ner_tags" in loss.reason for loss in report.losses)
            tagged = tagged_spans(path, folder)
            assert tagged + left == sum(len(record.spans) for record in wanted if record.tokens)


def tagged_spans(path: Path, folder: str) -> int:
    """Count the spans that the token view alone holds."""
    from pyarrow import parquet

    table = parquet.read_table(path).select(["name", "tokens", "ner_tags"])
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    names = features["ner_tags"]["feature"]["names"]
    return sum(names[tag].startswith("B-") for row in table.to_pylist() for tag in row["ner_tags"] or ())


@settings(deadline=None, max_examples=60)
@given(st.text(CHARACTERS, max_size=20))
def test_guards_and_escapes_are_undone(text):
    assert unguarded(guarded(text)) == text
    assert unescaped(escaped(text)) == text
    assert "".join(map(unescaped, pieces(text * 2000))) == text * 2000


KEYS = st.sampled_from(
    [
        "text",
        "tokens",
        "words",
        "ner_tags",
        "tags",
        "labels",
        "spans",
        "entities",
        "relations",
        "offsets",
        "sents",
        "vertexSet",
        "name",
        "id",
        "meta",
        "annotator",
        "kind",
        "status",
        "flagged",
        "categories",
        "verdicts",
        "start",
        "end",
        "label",
        "head",
        "tail",
        "fragments",
        "h",
        "t",
        "r",
        "pos",
        "sent_id",
        "type",
        "attributes",
        "confidence",
        "reviewed",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["Budi di BRI", "Budi", "B-PER", "O", "", "{}", "[", "person"])
)
ODD = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25)


@settings(deadline=None, max_examples=120)
@given(st.lists(st.dictionaries(KEYS, ODD, max_size=7), min_size=1, max_size=3), st.booleans())
def test_no_row_makes_a_reader_raise(rows, with_text):
    sound = {"text": "Budi di BRI"} if with_text else {}
    read = FORMATS["huggingface"].read
    assert read is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odd.jsonl"
        path.write_text("\n".join(json.dumps(row | sound) for row in rows), encoding="utf-8")
        for item in read(path, ReadDefaults()):
            if isinstance(item, Record):
                assert_sound(item)


def assert_sound(record: Record) -> None:
    ids = {span.id for span in record.spans}
    assert len(ids) == len(record.spans)
    assert all(0 <= start < end <= len(record.text) for span in record.spans for start, end in span.fragments)
    assert all({link.head, link.tail} <= ids for link in record.relations)
    assert all(0 <= start < end <= len(record.text) for start, end in record.tokens or ())
    assert record.name


PIECES = st.sampled_from(
    [
        b'<article data-about="{}">',
        b'<div class="text">',
        b'<mark data-s="0-0">',
        b"</mark>",
        b"</div>",
        b"</article>",
        b"<b>",
        b"</b>",
        b"abc",
        b'<i data-c="110000">',
        b'<i data-c="d800">',
        b'<i data-c="-1">',
        b'<tr data-span="{&quot;start&quot;:0,&quot;end&quot;:3}">',
        b"<!",
        b"<![x[",
        b"&#x;",
        b'<tr data-span="[]">',
        b'<li data-relation="{}">',
        b'"',
        b",",
        b";",
        b"\r\n",
        b"record,name,text,kind,verdicts\r\n1,a,b,person,\r\n",
        b"text\n",
    ]
)


@settings(deadline=None, max_examples=80)
@given(st.lists(PIECES | st.binary(max_size=8), max_size=14))
def test_no_bytes_make_a_reader_raise(parts):
    data = b"".join(parts)
    with tempfile.TemporaryDirectory() as folder:
        for name, begin in (
            ("html", b'<meta name="annotator-page" content="1">'),
            ("csv", b""),
            ("xlsx", b"PK"),
            ("huggingface", b"PAR1"),
        ):
            read = FORMATS[name].read
            assert read is not None
            path = Path(folder) / f"odd{FORMATS[name].suffixes[0]}"
            path.write_bytes(begin + data)
            try:
                found = list(read(path, ReadDefaults()))
            except FormatError:
                continue
            for item in found:
                if isinstance(item, Record):
                    assert_sound(item)


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("abc:- \n'\"[]#|0é") | CHARACTERS, max_size=80))
def test_no_card_makes_its_reader_raise(text):
    assert isinstance(card_names(f"---\n{text}\n---\n"), dict)
