"""The smallest conformance suite for Prodigy, doccano and Label Studio: each document comes back, or the report names what does not."""

from __future__ import annotations

import json

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import FormatError
from annotator.formats import doccano, label_studio, prodigy

MODULES = {"prodigy": prodigy, "doccano": doccano, "label-studio": label_studio}
EVERY = pytest.mark.parametrize("name", list(MODULES))
SCHEME = LabelScheme(relations=(RelationLabel("l"), RelationLabel("both", symmetric=True)))
FAMILY = "👨‍👩‍👧‍👦"

TEXTS = {
    "emoji before a span": ("😊 Budi", [(2, 6)]),
    "family emoji in a span": (f"Keluarga {FAMILY} itu", [(9, 16), (0, 16)]),
    "combining marks": ("Cafe\u0301 de\u0301ja\u0300", [(0, 5), (6, 12)]),
    "CRLF": ("satu\r\n\r\ndua\r\n", [(0, 4), (8, 11), (0, 11)]),
    "blanks nobody sees": ("a\u00a0b\u200bc\u2009d", [(0, 3), (2, 5), (6, 7)]),
    "leading and trailing blanks": ("  Budi  ", [(2, 6), (0, 8)]),
    "a span over a line break": ("satu\ndua", [(0, 8)]),
    "nested and crossing": ("satu dua tiga", [(0, 13), (0, 8), (5, 13), (5, 8)]),
    "identical": ("satu", [(0, 4), (0, 4)]),
    "control characters": ("a\x00b\x1fc\x85d\u2028e\ufeff", [(0, 3), (4, 7), (8, 10)]),
    "right to left": ("Budi bilang שלום dan السلام", [(12, 16), (21, 27)]),
}
ODD_LABELS = ("a b", "1", "kecil", "A-B", "a|b", "_", "a\tb", "“A”", "<b>", "ü", "O", "B-PER", 'x"y', "\\", "😊")


def written(name, path, *records, **options):
    options = {"layout": "relations"} | options if name == "doccano" else options
    return MODULES[name].write(lambda: iter(records), path, SCHEME, options=options, progress=Progress())


def back(name, path):
    options = {"offsets": "utf-16"} if name != "prodigy" else {}
    found = list(MODULES[name].read(path, ReadDefaults(annotator="a", kind=Kind.PERSON), **options))
    assert not any(isinstance(item, Complaint) and item.lost for item in found)
    return [item for item in found if isinstance(item, Record)]


def record(name, text, places, labels=None, relations=()):
    labels = labels or [f"L{number}" for number in range(len(places))]
    spans = tuple(Span(f"s{number}", (place,), label) for number, (place, label) in enumerate(zip(places, labels, strict=True)))
    status = Status.DONE if spans else Status.NEW
    return Record(name=name, text=text, annotator="a", kind=Kind.PERSON, status=status, spans=spans, relations=tuple(relations))


@EVERY
def test_every_text_comes_back_character_for_character(tmp_path, name):
    path = tmp_path / "out.json"
    records = [record(title, text, places) for title, (text, places) in TEXTS.items()]
    report = written(name, path, *records)
    assert report.losses == []
    assert (report.documents, report.spans) == (len(TEXTS), sum(len(places) for _, places in TEXTS.values()))
    found = back(name, path)
    assert [(one.name, one.text) for one in found] == [(title, text) for title, (text, _) in TEXTS.items()]
    for one, (text, places) in zip(found, TEXTS.values(), strict=True):
        assert sorted(span.fragments[0] for span in one.spans) == sorted(places)
        assert {span.surface(one.text) for span in one.spans} == {text[start:end] for start, end in places}


@EVERY
def test_every_relation_comes_back(tmp_path, name):
    relations = [
        Relation("r1", "l", "s0", "s1"),
        Relation("r2", "both", "s0", "s1"),
        Relation("r3", "l", "s1", "s0"),
        Relation("r4", "l", "s0", "s0"),
        Relation("r5", "l", "s0", "s2"),
    ]
    # s1 and s2 differ in nothing but their label
    one = record("n", "satu dua", [(0, 4), (5, 8), (5, 8)], ["A", "B", "C"], relations)
    assert written(name, tmp_path / "out.json", one).losses == []
    (found,) = back(name, tmp_path / "out.json")
    labels = {span.id: span.label for span in found.spans}
    assert sorted((r.label, labels[r.head], labels[r.tail]) for r in found.relations) == [
        ("both", "A", "B"),
        ("l", "A", "A"),
        ("l", "A", "B"),
        ("l", "A", "C"),
        ("l", "B", "A"),
    ]


@EVERY
def test_every_label_comes_back(tmp_path, name):
    text = "x" * len(ODD_LABELS)
    one = record("n", text, [(number, number + 1) for number in range(len(text))], list(ODD_LABELS))
    assert written(name, tmp_path / "out.json", one).losses == []
    (found,) = back(name, tmp_path / "out.json")
    assert {span.start: span.label for span in found.spans} == dict(enumerate(ODD_LABELS))


@EVERY
def test_a_discontinuous_span_and_an_empty_document_are_named(tmp_path, name):
    fragments = Record(
        name="n", text="satu dua", annotator="a", spans=(Span("f", ((0, 2), (5, 8)), "X"), Span("g", ((0, 4),), "X"))
    )
    report = written(name, tmp_path / "out.json", Record(name="empty", text=""), fragments)
    assert [(loss.document, loss.item_id, loss.fate) for loss in report.losses] == [
        ("empty", "", Fate.DROPPED),
        ("n", "f", Fate.DROPPED),
    ]
    assert (report.documents, report.spans) == (1, 1)


@EVERY
def test_a_long_document_comes_back(tmp_path, name):
    text = "kata 😊 lain " * 90_000
    one = record("long", text, [(number * 200, number * 200 + 4) for number in range(5000)])
    assert written(name, tmp_path / "out.json", one).losses == []
    (found,) = back(name, tmp_path / "out.json")
    assert (found.text == text, len(found.spans)) == (True, 5000)


@EVERY
def test_a_byte_order_mark_is_told(tmp_path, name):
    path = tmp_path / "out.json"
    written(name, path, record("n", "satu", [(0, 4)]))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    found = list(MODULES[name].read(path, ReadDefaults()))
    assert isinstance(found[0], Complaint)
    assert "byte-order mark" in found[0].message
    assert any(isinstance(item, Record) for item in found)


@EVERY
def test_a_cancelled_export_leaves_the_older_file(tmp_path, name):
    path = tmp_path / "out.json"
    path.write_text("older", encoding="utf-8")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        MODULES[name].write(lambda: iter([record("n", "satu", [])]), path, SCHEME, options={}, progress=progress)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.json"]
    assert path.read_text(encoding="utf-8") == "older"


@EVERY
def test_what_came_back_otherwise_is_reported(tmp_path, name, monkeypatch):
    """A defect of the writer must show in its report: here the reader sees another text than was written."""
    from annotator.formats import json_export

    honest = json_export.dumps
    monkeypatch.setattr(json_export, "dumps", lambda value: honest(value).replace(b"satu", b"dua!"))
    report = written(name, tmp_path / "out.json", record("n", "satu kali", [(0, 4)]), record("m", "lagi", [(0, 4)]))
    assert [(loss.document, loss.fate) for loss in report.losses] == [("n", Fate.CHANGED)]
    monkeypatch.setattr(json_export, "dumps", lambda value: honest(value).replace(b'"text":"satu', b'"text":5,"x":"'))
    report = written(name, tmp_path / "out.json", record("n", "satu kali", []), record("m", "lagi", [(0, 4)]))
    assert [(loss.document, loss.fate) for loss in report.losses] == [("n", Fate.DROPPED)]


@EVERY
def test_a_folder_that_is_not_there_gets_a_sentence(tmp_path, name):
    with pytest.raises(FormatError, match="does not exist"):
        written(name, tmp_path / "none" / "out.json", record("n", "satu", []))


@EVERY
def test_the_file_is_json_as_the_tool_reads_it(tmp_path, name):
    path = tmp_path / "out.json"
    written(name, path, record("n", "satu", [(0, 4)]), record("m", "dua\u2028tiga", []))
    content = path.read_text(encoding="utf-8")
    values = json.loads(content) if name == "label-studio" else [json.loads(line) for line in content.split("\n")[:-1]]
    assert len(values) == 2
    assert content.endswith("\n")
