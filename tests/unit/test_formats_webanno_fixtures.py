"""The real WebAnno TSV files, one by one: counts beside a simple count of their own lines and beside the XMI of the same document, and
out again to the same content."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.formats.compare_content import content_losses
from annotator.formats.table import FORMATS
from annotator.formats.uima_layers import LAYER

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "formats"
pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of the other tools are not here")

FILES = sorted([*FIXTURES.glob("webanno_tsv/**/*.tsv"), *FIXTURES.glob("inception_misc/**/*.tsv")])
THREE = [path for path in FILES if path.read_bytes().startswith(b"#FORMAT=WebAnno TSV 3")]
OLD = [path for path in FILES if path not in THREE]
PAIRED = [path for path in THREE if path.with_name("reference.xmi").is_file()]


def told(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def read(path: Path, name: str = "webanno-tsv") -> Record:
    reader = FORMATS[name].read
    assert reader is not None
    found = list(reader(path, ReadDefaults()))
    assert not [item for item in found if isinstance(item, Complaint) and item.lost], found
    (record,) = [item for item in found if isinstance(item, Record)]
    return record


def written(record: Record, path: Path, name: str) -> Record:
    writer = FORMATS[name].write
    assert writer is not None
    report = writer(lambda: iter([record]), path, LabelScheme(), options={}, progress=Progress())
    assert report.losses == []
    assert (report.documents, report.spans, report.relations) == (1, len(record.spans), len(record.relations))
    return read(path, name)


def test_all_files_are_seen():
    assert (len(THREE), len(OLD)) == (38, 31)
    assert len(PAIRED) == 34


@pytest.mark.parametrize("path", FILES, ids=told)
@pytest.mark.parametrize(("name", "suffix"), [("webanno-tsv", ".tsv"), ("uima-xmi", ".xmi"), ("uima-json", ".cas.json")])
def test_a_file_goes_out_again_to_the_same_content(tmp_path, path, name, suffix):
    record = read(path)
    back = written(record, tmp_path / f"out{suffix}", name)
    assert list(content_losses(record, record, back)) == []


def simple_count(path: Path) -> tuple[int, int, int]:
    """Count tokens, annotations of span layers and relations by hand: no stack, number or escape of these files needs more."""
    tokens = spans = relations = 0
    layers: list[tuple[str, int]] = []
    seen: set[tuple[int, str]] = set()
    ends: set[str] = set()
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("#T_"):
            fields = line.split("|")[1:]
            layers.append((line[3:5] + ("t" if "segmentation.type.Token" in line else ""), len(fields)))
        elif re.match(r"\d+-\d+\t", line):
            cells = line.split("\t")
            tokens += 1
            column = 3
            for number, (kind, width) in enumerate(layers):
                here = cells[column : column + width]
                column += width
                if kind == "SP":
                    for value in re.split(r"(?<!\\)\|", here[0]) if here[0] != "_" else []:
                        numbered = re.search(r"\[(\d+)\]$", value)
                        fresh = numbered is None or (number, numbered[1]) not in seen
                        spans += fresh
                        seen |= {(number, numbered[1])} if numbered else set()
                    slots = [value for value in here if re.match(r"[*\d]", value) and re.search(r"\d-\d", value)]
                    relations += sum(len(re.findall(r"\d+-\d+", value)) for value in slots)
                elif kind in ("RL", "RLt"):
                    sources = re.findall(r"(\d+-\d+)", here[-1])
                    relations += len(sources)
                    ends |= {*sources, cells[0]} if kind == "RLt" and sources else set()
                elif kind == "CH" and here[0] != "_":
                    place = here[0].partition("->")[2]
                    spans += (number, place) not in seen
                    relations += (number, place) not in seen and not place.endswith("-1")
                    seen.add((number, place))
    return tokens, spans + len(ends), relations


@pytest.mark.parametrize("path", THREE, ids=told)
def test_counts_are_those_of_the_lines(path):
    record = read(path)
    assert (len(record.tokens or ()), len(record.spans), len(record.relations)) == simple_count(path)


@pytest.mark.parametrize("path", PAIRED, ids=told)
def test_the_xmi_of_the_same_document_says_the_same(path):
    tsv, xmi = read(path), read(path.with_name("reference.xmi"), "uima-xmi")
    assert tsv.text == xmi.text.rstrip(" ")
    assert tsv.tokens == xmi.tokens
    assert len(tsv.relations) == len(xmi.relations)
    dependency = "testDependency" in path.parent.name  # here the one hangs on parts of speech, the other on tokens
    if not dependency:
        assert Counter(place(tsv, span) for span in tsv.spans) == Counter(place(xmi, span) for span in xmi.spans)
        assert ends(tsv) == ends(xmi)
    assert labels(tsv) == labels(xmi)


def place(record: Record, span) -> tuple[int, int]:
    text = record.text[span.start : span.end]
    return span.start + len(text) - len(text.lstrip()), span.end - len(text) + len(text.rstrip())


def ends(record: Record) -> Counter:
    spans = {span.id: span for span in record.spans}
    pairs = ((spans[relation.head], spans[relation.tail]) for relation in record.relations)
    return Counter((place(record, head), place(record, tail)) for head, tail in pairs)


def labels(record: Record) -> Counter:
    return Counter(relation.label for relation in record.relations)


CASES = {
    "testMultiTokenSpanWithFeatureValue": [("PERSON", "This is a test .")],
    "testSentenceWithEmoji": [("Span", "😊")],
    "testSimpleChain": [("SimpleLink", "This"), ("SimpleLink", "is"), ("SimpleLink", "a")],
    "testMultiTokenChain": [("SimpleLink", "This is"), ("SimpleLink", "a test")],
    "testElevatedType": [("NN", "John")],
    "sampleSlotAnnotation1": [("SimpleSlotHost", "This"), ("SimpleSpan", "is"), ("SimpleSpan", "a"), ("SurfaceForm", "test")],
}


@pytest.mark.parametrize("name", CASES)
def test_labels_and_texts(name):
    record = read(FIXTURES / "webanno_tsv" / "inception" / "tsv3-suite" / name / "reference.tsv")
    assert [(span.label, span.surface(record.text)) for span in record.spans] == CASES[name]


RELATIONS = {
    "sampleSlotAnnotation1": [("pr2", "This", "a"), ("pr1", "This", "is")],
    "sampleSlotAnnotation2": [("pr1", "This", "This")],
    "testSimpleSlotFeatureWithoutValues": [("links", "This", "is"), ("links", "This", "a")],
    "testSingleTokenRelationWithFeatureValue": [("nsubj", "This", ".")],
    "testSimpleChain": [("SimpleChain", "This", "is"), ("SimpleChain", "is", "a")],
    "testSingleNonMultiTokenRelationWithMultipleFeatureValues": [("nsubj", "This is", "a test")],
}


@pytest.mark.parametrize("name", RELATIONS)
def test_relations_run_from_the_source_to_the_row_they_stand_in(name):
    record = read(FIXTURES / "webanno_tsv" / "inception" / "tsv3-suite" / name / "reference.tsv")
    text = {span.id: span.surface(record.text) for span in record.spans}
    assert [(relation.label, text[relation.head], text[relation.tail]) for relation in record.relations] == RELATIONS[name]


def test_further_features_are_attributes():
    suite = FIXTURES / "webanno_tsv" / "inception" / "tsv3-suite"
    record = read(suite / "testSingleNonMultiTokenRelationWithMultipleFeatureValues" / "reference.tsv")
    assert dict(record.relations[0].attributes) == {
        "boolValue": "true",
        "integerValue": "42",
        LAYER: "webanno.custom.ComplexRelation|value",
    }


OLD_COUNTS = {
    "kappa": (9, 9, 9),
    "tsv2-example": (86, 97, 76),
    "tsv2-example2": (86, 97, 86),
    "simplespan-1sentenceNE": (15, 2, 0),
    "simplespan-1sentenceNEstacked": (15, 2, 0),
    "simplespan-1sentenceNEstacked2": (15, 3, 0),
    "rels-1sentencesamerel": (9, 2, 1),
    "spanmultifeaturelations-1sentenceNEFeatureA": (15, 1, 0),
    "spanmultifeaturelations-1sentenceNENoFeature": (15, 1, 0),
}


@pytest.mark.parametrize("path", OLD, ids=told)
def test_counts_of_the_older_versions(path):
    record = read(path)
    name = "kappa" if path.stem.startswith("kappa") else told(path)
    assert len(record.tokens or ()) == sum(bool(re.match(r"[\d-]+\t", line)) for line in path.read_text("utf-8").splitlines())
    if name in OLD_COUNTS:
        assert (len(record.tokens or ()), len(record.spans), len(record.relations)) == OLD_COUNTS[name]
    begun = len(re.findall(r"\bB-(?!_)", path.read_text("utf-8")))
    if begun and name != "kappa":
        iob = [span for span in record.spans if LAYER not in span.attributes]
        assert len(iob) == begun


def test_the_same_document_in_version_2_and_3():
    folder = FIXTURES / "webanno_tsv" / "webanno" / "webanno-io-tsv" / "src" / "test" / "resources"
    old, new = read(folder / "tsv2" / "example2.tsv"), read(folder / "tsv3" / "example2.tsv")
    kept = {(span.label, span.fragments) for span in new.spans}
    assert len(kept) == 95
    assert len(kept - {(span.label, span.fragments) for span in old.spans}) < len(kept) / 4  # the later copy was edited
    assert old.tokens is not None
    assert new.tokens is not None
    assert len(old.tokens) == len(new.tokens)
