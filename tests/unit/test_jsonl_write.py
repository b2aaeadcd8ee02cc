"""Writing the native JSONL: canonical bytes, the scheme beside them, and an honest report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import jsonl

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "jsonl"
NAUGHTY = ROOT.parent / "shared" / "fixtures" / "bad" / "naughty-strings" / "blns.json"
SCHEME = completed(
    LabelScheme(
        "news",
        spans=(SpanLabel("PERSON", description={"id": "orang"}), SpanLabel("ORG")),
        relations=(RelationLabel("leads", head=("PERSON",), tail=("ORG",)),),
        categories=("politik",),
    )
)


def full_record() -> Record:
    """Return a record in which every field says something, spans and relations out of order."""
    text = "Budi 😊 diangkat jadi bos BRI\r\ncabang Persero."
    return Record(
        name="contoh",
        text=text,
        meta={"source": "Antara", "n": 2**70, "nested": {"b": [1, None, 2.5], "a": ""}},
        tokens=Tokens([(0, 4), (5, 6), (7, 15), (16, 20), (21, 24), (25, 28), (30, 36), (37, 45)]),
        annotator="rina",
        kind=Kind.PERSON,
        status=Status.DONE,
        flagged=True,
        categories=("politik", "ekonomi"),
        spans=(
            Span(
                "b", ((25, 28), (37, 44)), "ORG", {"sure": "no", "n": [1]}, note="cek", kb_id="Q623042", confidence=0.0, origin="m"
            ),
            Span("z", ((0, 28),), "ORG"),
            Span("a", ((0, 4),), "PERSON", reviewed=False, derived_from="m/7"),
        ),
        relations=(
            Relation(
                "r2", "leads", "b", "a", {"x": True}, note="?", confidence=1.0, origin="m", reviewed=False, derived_from="m/8"
            ),
            Relation("r1", "leads", "a", "b"),
        ),
        verdicts=(Verdict("ORG@5-6", "m"), Verdict("ORG@0-4", "m")),
    )


def write(path, *records, progress=None):
    return jsonl.write(lambda: iter(records), path, SCHEME, options={}, progress=progress or Progress())


def test_a_full_record_gives_the_golden_bytes(tmp_path):
    out = tmp_path / "out.jsonl"
    plain = Record(name="tanpa", text="Tanpa anotasi")
    model = Record(name="contoh", text=full_record().text, annotator="m", spans=(Span("a", ((0, 4),), "PERSON", reviewed=False),))
    report = write(out, full_record(), model, plain)
    assert report.losses == []
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (2, 4, 2, 3)
    assert out.read_bytes() == (GOLDEN / "full.jsonl").read_bytes()
    assert (tmp_path / "out.jsonl.labels.json").read_bytes() == (GOLDEN / "full.jsonl.labels.json").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "out.jsonl.labels.json"]


def test_the_golden_file_reads_and_writes_to_itself(tmp_path):
    out = tmp_path / "again.jsonl"
    records = [record for record in jsonl.read(GOLDEN / "full.jsonl", ReadDefaults("zzz", Kind.GOLD)) if isinstance(record, Record)]
    assert len(records) == 3
    write(out, *records)
    assert out.read_bytes() == (GOLDEN / "full.jsonl").read_bytes()


def test_order_of_spans_and_relations_does_not_change_the_bytes(tmp_path):
    record = full_record()
    turned = replace(record, spans=record.spans[::-1], relations=record.relations[::-1], verdicts=record.verdicts[::-1])
    write(tmp_path / "a", record)
    write(tmp_path / "b", turned)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_foreign_file_is_canonical_after_one_export(tmp_path):
    foreign, first, second = tmp_path / "foreign.jsonl", tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    line = {"spans": [{"label": "X", "end": 4, "start": 0, "color": "red"}, {"label": "Y", "end": 4, "start": 0}], "text": "Budi"}
    foreign.write_text(json.dumps(line) + "\n\n" + json.dumps({"text": "Ani", "url": "x"}), encoding="utf-8")
    write(first, *[item for item in jsonl.read(foreign, ReadDefaults()) if isinstance(item, Record)])
    write(second, *[item for item in jsonl.read(first, ReadDefaults("other")) if isinstance(item, Record)])
    assert first.read_bytes() == second.read_bytes()
    assert [json.loads(line)["name"] for line in first.read_text(encoding="utf-8").splitlines()] == ["foreign:1", "foreign:3"]


@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the fixtures are not beside the repository")
def test_naughty_strings_survive_as_texts_labels_and_notes(tmp_path):
    strings = [text for text in json.loads(NAUGHTY.read_text(encoding="utf-8")) if text.strip()]
    assert len(strings) > 400
    records = [
        Record(
            name=text,
            text=text,
            meta={text: text},
            annotator=text,
            kind=Kind.PERSON,
            spans=(Span("a", ((0, 1),), text, note=text),),
        )
        for text in strings
    ]
    assert write(tmp_path / "out.jsonl", *records).losses == []
    back = list(jsonl.read(tmp_path / "out.jsonl", ReadDefaults()))
    assert [(item.text, item.spans[0].note) for item in back if isinstance(item, Record)] == [(text, text) for text in strings]


def test_what_json_cannot_hold_is_reported_and_the_rest_is_written(tmp_path):
    out = tmp_path / "out.jsonl"
    report = write(
        out,
        Record(name="one", text="satu"),
        Record(name="surrogate", text="a\ud800b"),
        Record(name="nan", text="x", meta={"n": float("nan")}),
        Record(name="two", text="dua"),
    )
    assert [(loss.document, loss.fate, loss.item) for loss in report.losses] == [
        ("surrogate", Fate.DROPPED, "document"),
        ("nan", Fate.CHANGED, "document"),
    ]
    assert [item.text for item in jsonl.read(out, ReadDefaults()) if isinstance(item, Record)] == ["satu", "x", "dua"]


def test_items_that_no_reader_takes_back_are_reported_one_by_one(tmp_path):
    record = Record(
        name="n",
        text="Budi",
        annotator="a",
        spans=(Span("good", ((0, 4),), "X"), Span("bad", ((0, 40),), "X")),
        relations=(Relation("r", "l", "good", "bad"),),
    )
    report = write(tmp_path / "out.jsonl", Record(name="empty", text="", annotator="a"), record)
    assert [(loss.item, loss.item_id, loss.fate) for loss in report.losses] == [
        ("document", "", Fate.DROPPED),
        ("span", "bad", Fate.DROPPED),
        ("relation", "r", Fate.DROPPED),
    ]
    assert (report.documents, report.spans, report.relations) == (1, 1, 0)


def test_nothing_to_export_writes_nothing(tmp_path):
    with pytest.raises(FormatError, match="nothing to export"):
        write(tmp_path / "out.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_when_writing_is_cancelled(tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("older", encoding="utf-8")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        write(out, full_record(), progress=progress)
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
    assert out.read_text(encoding="utf-8") == "older"


def test_a_folder_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(FormatError, match="does not exist"):
        write(tmp_path / "none" / "out.jsonl", full_record())


def test_the_scheme_comes_back_from_its_file(tmp_path):
    out = tmp_path / "out.jsonl"
    write(out, full_record())
    assert jsonl.read_scheme(jsonl.labels_path(out)) == SCHEME


@pytest.mark.parametrize("content", ["", "{", "[]", '{"spans": 5}'])
def test_a_scheme_file_that_is_none_gets_a_sentence(tmp_path, content):
    path = tmp_path / "labels.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError):
        jsonl.read_scheme(path)
