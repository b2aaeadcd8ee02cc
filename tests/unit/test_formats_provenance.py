"""Who suggested a span or relation, and how sure it was, comes with an export, or the report says that it does not."""

from __future__ import annotations

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import ReadDefaults, Record
from annotator.domain.labels import scheme_from_dict
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.formats.table import FORMATS

TEXT = "Putin tiba di Rusia."
TOKENS = Tokens([(0, 5), (6, 10), (11, 13), (14, 19), (19, 20)])
SPANS = (
    Span("s1", ((0, 5),), "PERSON", confidence=0.75, origin="indonesian-news", derived_from="indonesian-news/s9"),
    Span("s2", ((14, 19),), "GPE", confidence=0.5, origin="spacy/id", derived_from="spacy/id/s8"),
)
LINK = Relation("r1", "visited", "s1", "s2", confidence=0.25, origin="indonesian-news", derived_from="indonesian-news/r7")
KEPT = {
    *("jsonl", "spacy", "prodigy", "brat", "label-studio", "huggingface", "pubannotation", "gate", "csv", "xlsx", "html"),
    *("uima-xmi", "uima-json"),
}
"""Formats whose usual export holds it."""

TOLD = {"doccano", "conll", "conllu", "webanno-tsv"}
"""Formats that have no place for it."""


def provenance(item):
    return item.confidence, item.origin, item.derived_from


def test_every_format_that_writes_is_looked_at():
    assert {name for name, row in FORMATS.items() if row.write is not None} == KEPT | TOLD


@pytest.mark.parametrize("name", sorted(KEPT | TOLD))
def test_provenance_comes_back_or_is_reported(name, tmp_path):
    if name in ("huggingface", "uima-xmi", "uima-json", "xlsx"):
        pytest.importorskip({"huggingface": "pyarrow", "xlsx": "openpyxl"}.get(name, "cassis"))
    row = FORMATS[name]
    record = Record("satu", TEXT, {}, TOKENS, spans=SPANS, relations=(LINK,), annotator="ani", kind=Kind.PERSON, status=Status.DONE)
    scheme = scheme_from_dict({"name": "s", "spans": ["PERSON", "GPE"], "relations": ["visited"]})
    path = tmp_path / f"out{row.suffixes[0] if row.suffixes else ''}"
    report = row.write(lambda: [record], path, scheme, options={}, progress=Progress())
    unsaid = {what for (item, what), count in report.unsaid.items() if item == "item" and count >= len(SPANS)}
    (back,) = [one for one in row.read(path, ReadDefaults()) if isinstance(one, Record)]
    found = [provenance(item) for item in (*sorted(back.spans, key=lambda span: span.start), *back.relations)]
    if name in KEPT:
        assert found == [provenance(item) for item in (*SPANS, LINK)]
        assert not unsaid & {"confidence", "origin", "suggestion it came from"}
    else:
        assert set(found) == {(None, "", "")}
        assert {"confidence", "origin", "suggestion it came from"} <= unsaid
