"""The native JSONL loses nothing, and the same data always give the same bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import NOTHING, Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.formats import jsonl

CHARACTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(CHARACTERS, max_size=8)
NAMES = st.text(CHARACTERS, min_size=1, max_size=8)
LABELS = NAMES.filter(lambda name: bool(name.strip()))
NUMBERS = st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
)
TEXTS = st.text(CHARACTERS | st.sampled_from(" \r\n\t\0\u00a0😊"), min_size=1, max_size=40)


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


@st.composite
def spans(draw, length: int, span_id: str):
    """Draw a span of one to three fragments in a text of ``length`` code points."""
    edges = sorted(draw(st.sets(st.integers(0, length), min_size=2, max_size=6)))
    fragments = tuple(zip(edges[::2], edges[1::2], strict=False))
    return Span(span_id, fragments, draw(LABELS), kb_id=draw(WORDS), **draw(items()))


@st.composite
def records(draw):
    """Draw a record with a set, or now and then a bare document."""
    text = draw(TEXTS)
    record = Record(name=draw(NAMES), text=text, meta=draw(st.dictionaries(WORDS, JSON, max_size=3)))
    if draw(st.booleans()):
        starts = [index for index, character in enumerate(text) if not character.isspace()]
        record.tokens = Tokens((start, start + 1) for start in starts) if starts else None
    if draw(st.integers(0, 5)) == 0:
        return record
    record.annotator, record.kind, record.status = draw(NAMES), draw(st.sampled_from(Kind)), draw(st.sampled_from(Status))
    record.flagged, record.categories = draw(st.booleans()), tuple(draw(st.lists(WORDS, unique=True, max_size=2)))
    ids = draw(st.lists(NAMES, unique=True, max_size=4))
    record.spans = tuple(draw(spans(len(text), span_id)) for span_id in ids)
    if ids:
        ends = st.sampled_from(ids)
        names = draw(st.lists(NAMES, unique=True, max_size=3))
        record.relations = tuple(Relation(name, draw(LABELS), draw(ends), draw(ends), **draw(items())) for name in names)
    record.verdicts = tuple(draw(st.lists(st.builds(Verdict, NAMES, WORDS, WORDS), max_size=2)))
    return record


@settings(deadline=None)
@given(st.lists(records(), min_size=1, max_size=3), st.sampled_from(Kind))
def test_export_import_export_gives_the_same_bytes_and_loses_nothing(wanted, kind):
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "first.jsonl", Path(folder) / "second.jsonl"
        report = jsonl.write(lambda: wanted, first, LabelScheme(), options={}, progress=Progress())
        assert report.losses == []
        back = list(jsonl.read(first, ReadDefaults("other", kind)))
        found = [record for record in back if isinstance(record, Record)]
        assert found == back, "nothing to complain of"
        again = jsonl.write(lambda: found, second, LabelScheme(), options={}, progress=Progress())
        assert again.losses == []
        assert first.read_bytes() == second.read_bytes()


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60).map(lambda line: line.replace(b"\n", b"")), max_size=4), JSON)
def test_no_bytes_make_the_reader_raise(lines, value):
    import orjson

    try:
        odd = [orjson.dumps({"text": "Budi di BRI", key: value}) for key in ("spans", "relations", "tokens", "meta", "verdicts")]
        odd.append(orjson.dumps({"text": "Budi di BRI", "spans": [value, {"id": value, "start": value, "fragments": value}]}))
    except TypeError:
        odd = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odd.jsonl"
        path.write_bytes('{"text": "é"}\n'.encode() + b"\n".join([*odd, b"x", *lines, b'{"text": "after"}']))
        found = list(jsonl.read(path, ReadDefaults())) if b"\0" not in path.read_bytes() else []
        texts = [record.text for record in found if isinstance(record, Record)]
        assert not found or texts[-1] == "after"
