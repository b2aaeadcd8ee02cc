"""Label Studio's JSON: real files, several annotators, predictions, relations both ways, and an export that comes back."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, scheme_from_dict
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import label_studio

GOLDEN = Path(__file__).parents[1] / "golden" / "label_studio"
FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "formats" / "label_studio"
with_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not beside the repository")
TEXT = "Budi bekerja di BRI"


def region(region_id, start, end, *labels, text=None, **more):
    covered = TEXT[start:end] if text is None else text
    value = {"start": start, "end": end, "text": covered, "labels": list(labels)}
    return {"id": region_id, "from_name": "label", "to_name": "text", "type": "labels", "value": value} | more


def link(head, tail, direction="right", labels=("BEKERJA_DI",)):
    return {"type": "relation", "from_id": head, "to_id": tail, "direction": direction, "labels": list(labels)}


RESULT = [region("a1", 0, 4, "PER"), region("b2", 16, 19, "ORG"), link("a1", "b2")]


def task(*annotations, text=TEXT, **more):
    return {"id": 1, "data": {"text": text}, "annotations": list(annotations)} | more


def sorted_out(found):
    found = list(found)
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def read(path, *tasks, defaults=None, **options):
    path.write_text(json.dumps(list(tasks)), encoding="utf-8")
    return sorted_out(label_studio.read(path, defaults or ReadDefaults("luar", Kind.PERSON), **options))


def lost(complaints):
    return [complaint.message for complaint in complaints if complaint.lost]


def write(path, *records, scheme=None, **options):
    return label_studio.write(lambda: iter(records), path, scheme or LabelScheme(), options=options, progress=Progress())


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tasks.json"


REAL = {
    "frontend-examples/named_entity/tasks.json": ([1, 1, 0, 0], 0),
    "frontend-examples/named_entity/annotations/1.json": ([1, 1, 0, 0], 0),
    "frontend-examples/sentiment_analysis/tasks.json": ([100, 0, 0, 1], 0),
    # the label was copied from another text: it is named and left out
    "frontend-examples/rich_text_plain/tasks.json": ([1, 0, 0, 0], 1),
    # one region reaches over the end of the text
    "kiji-proxy/labelstudio/sample_predictions.json": ([1, 4, 2, 0], 1),
    # boxes on pictures beside a text
    "sdk/tests/custom/converter/data/test_export_csv/csv_test.json": ([4, 0, 0, 0], 5),
    "sdk/tests/custom/converter/data/test_export_csv/csv_test_colliding_keys_mixed.json": ([2, 0, 0, 1], 0),
    "sdk/tests/custom/converter/data/test_export_csv/csv_test_history.json": ([1, 0, 0, 1], 0),
    # HTML, addresses and dialogues are refused in a sentence
    "frontend-examples/rich_text_html/tasks.json": ([0, 0, 0, 0], 1),
    "frontend-examples/rich_text_html/annotations/1.json": ([0, 0, 0, 0], 1),
    "frontend-examples/rich_text_plain_remote/tasks.json": ([0, 0, 0, 0], 1),
    "frontend-examples/audio_video_paragraphs/tasks.json": ([0, 0, 0, 0], 1),
    "sdk/tests/custom/converter/data/test_export_doclang/data.json": ([0, 0, 0, 0], 3),
}


@with_fixtures
@pytest.mark.parametrize("name", list(REAL))
def test_real_files_come_in_and_go_out_again(tmp_path, name):
    counts, problems = REAL[name]
    records, complaints = sorted_out(label_studio.read(FIXTURES / name, ReadDefaults("luar", Kind.PERSON)))
    parts = ("spans", "relations", "categories")
    assert [len(records), *(sum(len(getattr(record, part)) for record in records) for part in parts)] == counts
    assert len(lost(complaints)) == problems
    if records:
        assert write(tmp_path / "out.json", *records).losses == []
        again, _ = sorted_out(label_studio.read(tmp_path / "out.json", ReadDefaults("other")))
        assert [content(record) for record in again] == [content(record) for record in records]


def content(record):
    ends = {span.id: span for span in record.spans}
    links = Counter((ends[r.head].signature, ends[r.tail].signature, r.label) for r in record.relations)
    return replace(record, place="", relations=(), spans=tuple(sorted(record.spans, key=lambda span: span.id))), links


@with_fixtures
def test_every_real_file_is_read_without_an_error():
    files = sorted(FIXTURES.rglob("*.json"))
    assert len(files) > 25
    for path in files:
        assert list(label_studio.read(path, ReadDefaults()))


@with_fixtures
def test_scores_and_relations_of_real_predictions():
    path = FIXTURES / "kiji-proxy/labelstudio/sample_predictions.json"
    (record,), complaints = sorted_out(label_studio.read(path, ReadDefaults("luar", Kind.PERSON)))
    assert (record.annotator, record.kind, record.status) == ("coref-v1", Kind.MODEL, Status.NEW)
    spans = {span.id: span for span in record.spans}
    assert {span.confidence for span in record.spans} == {0.95}
    assert [(spans[r.head].surface(record.text), r.label, spans[r.tail].surface(record.text)) for r in record.relations] == [
        ("He", "relation", "John Smith"),
        ("her", "relation", "Mary"),
    ]
    assert lost(complaints) == ["The region 5 lies at (68, 90), outside the text of 85 UTF-16 units; it was left out."]


def test_several_annotators_of_a_task_are_several_sets_of_one_document(file):
    records, complaints = read(
        file,
        task(
            {"completed_by": 1, "was_cancelled": False, "ground_truth": False, "result": RESULT},
            {"completed_by": {"id": 2, "email": "ani@x.id"}, "was_cancelled": True, "result": []},
            {"completed_by": 3, "ground_truth": True, "result": RESULT[:1]},
            {"result": RESULT[1:2]},
            predictions=[{"model_version": "m1", "score": 0.5, "result": [region("p", 0, 4, "PER", score=0.25), RESULT[1]]}],
            drafts=[{"user": 4, "result": RESULT[:1]}, {"user": 1, "result": RESULT[:1]}],
            meta={"source": "antara"},
        ),
    )
    assert lost(complaints) == []
    assert [(r.annotator, r.kind, r.status, len(r.spans), len(r.relations)) for r in records] == [
        ("user 1", Kind.PERSON, Status.DONE, 2, 1),
        ("ani@x.id", Kind.PERSON, Status.SKIPPED, 0, 0),
        ("user 3", Kind.GOLD, Status.DONE, 1, 0),
        ("luar", Kind.PERSON, Status.DONE, 1, 0),
        ("m1", Kind.MODEL, Status.NEW, 2, 0),
        ("user 4", Kind.PERSON, Status.IN_PROGRESS, 1, 0),
    ]
    assert {(r.name, r.text, r.meta["source"]) for r in records} == {("tasks:1", TEXT, "antara")}
    assert [(span.confidence, span.reviewed) for span in records[4].spans] == [(0.25, False), (None, False)]


@pytest.mark.parametrize(
    ("direction", "ends", "attributes"),
    [("right", ("a1", "b2"), {}), ("left", ("b2", "a1"), {}), ("bi", ("a1", "b2"), {"direction": "bi"}), (None, ("a1", "b2"), {})],
)
def test_a_relation_goes_its_direction(file, direction, ends, attributes):
    (record,), complaints = read(file, task({"result": [link("a1", "b2", direction, ["x", "y"]), *RESULT[:2]]}))
    assert complaints == []
    assert [(r.label, r.head, r.tail, r.attributes) for r in record.relations] == [
        ("x", *ends, attributes),
        ("y", *ends, attributes),
    ]


def test_what_is_said_of_a_region_is_its_attribute_and_note(file):
    place = {"start": 0, "end": 4}
    results = [
        {"id": "a1", "from_name": "sure", "to_name": "text", "type": "choices", "value": {**place, "choices": ["no"]}},
        region("a1", 0, 4, "PER", meta={"text": ["satu", "dua"], "kb_id": "Q1"}, origin="prediction-changed"),
        {"id": "a1", "from_name": "why", "to_name": "text", "type": "textarea", "value": {**place, "text": ["x", "y"]}},
        {"id": "a1", "from_name": "stars", "to_name": "text", "type": "rating", "value": {**place, "rating": 4}},
        {"id": "zz", "from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["politik", "hukum"]}},
    ]
    (record,), complaints = read(file, task({"result": results}))
    assert complaints == []
    (span,) = record.spans
    assert span.attributes == {"sure": "no", "why": ["x", "y"], "stars": 4}
    assert (span.note, span.kb_id, span.origin, record.categories) == (
        "satu\ndua",
        "Q1",
        "prediction-changed",
        ("politik", "hukum"),
    )


def test_a_region_of_two_labels_becomes_two_spans(file):
    (record,), (notice,) = read(file, task({"result": [region("a1", 0, 4, "PER", "TOKOH"), RESULT[1], link("a1", "b2")]}))
    assert [(span.id, span.label) for span in record.spans] == [("a1", "PER"), ("a1#2", "TOKOH"), ("b2", "ORG")]
    assert record.relations[0].head == "a1"
    assert "2 labels" in notice.message


@pytest.mark.parametrize(
    ("start", "end", "unit"),
    [(8, 12, None), (7, 11, "code points"), (10, 14, "UTF-8 bytes")],
    ids=["utf-16", "code points", "bytes"],
)
def test_the_unit_is_found_by_the_stored_texts(file, start, end, unit):
    (record,), complaints = read(file, task({"result": [region("a", start, end, "PER", text="Budi")]}, text="Halo 😊 Budi"))
    assert record.spans[0].fragments == ((7, 11),)
    assert [unit in complaint.message for complaint in complaints] == ([True] if unit else [])


def test_a_named_unit_is_taken_without_a_test(file):
    (record,), _ = read(file, task({"result": [region("a", 7, 11, "PER", text="")]}, text="Halo 😊 Budi"), offsets="code-points")
    assert record.spans[0].surface(record.text) == "Budi"
    with pytest.raises(FormatError, match="one of auto"):
        label_studio.read(file, ReadDefaults(), offsets="x")


@pytest.mark.parametrize(
    ("data", "regions", "options", "text"),
    [
        ({"judul": "Lain", "isi": TEXT}, RESULT, {}, TEXT),
        ({"judul": "Lain", "isi": TEXT}, [], {"text": "isi"}, TEXT),
        ({"isi": TEXT}, [], {}, TEXT),
        ({"text": TEXT, "isi": "Lain"}, [], {}, TEXT),
        ({"a": TEXT, "b": "Budi"}, [region("x", 0, 4, "PER", source="$a")], {}, TEXT),
    ],
)
def test_the_annotated_field_is_found(file, data, regions, options, text):
    (record,), _ = read(file, {"data": data, "annotations": [{"result": regions}]}, **options)
    assert record.text == text
    assert set(record.meta) == set(data) - {key for key, value in data.items() if value == text}


def test_a_configuration_says_which_field_is_the_text(file):
    labels = '<Labels name="l" toName="t"><Label value="PER"/></Labels>'
    config = f'<View>{labels}<Text name="t" value="$isi"/><Text name="u" value="$judul"/></View>'
    (file.with_name("tasks.json.config.xml")).write_text(config, encoding="utf-8")
    regions = [region("a", 0, 4, "PER", to_name="t"), region("b", 0, 4, "PER", to_name="u", text="Lain")]
    (record,), complaints = read(file, {"data": {"judul": "Lain", "isi": TEXT}, "annotations": [{"result": regions}]})
    assert (record.text, [span.id for span in record.spans]) == (TEXT, ["a"])
    assert lost(complaints) == ["The region 2 is about “u” and not about the text; it was left out."]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"data": {}}, "no text among its data"),
        ({"data": {"text": ""}}, "no text in “text”"),
        ({"data": {"a": "x", "b": "y"}}, "several texts (a, b)"),
        ({"data": {"text": "https://x.id/a.txt"}}, "only the address"),
        ({"annotations": []}, "no “data”"),
        (5, "no JSON object"),
    ],
)
def test_a_task_without_an_article_is_named(file, line, reason):
    records, (complaint,) = read(file, line, task())[0:2]
    assert [record.text for record in records] == [TEXT]
    assert reason in complaint.message
    assert complaint.lost


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ([region("a", 0, 99, "X", text="")], "outside the text"),
        ([region("a", 4, 0, "X", text="")], "ends before"),
        ([region("a", 0, 4, "X", text="Ani")], "is said to be “Ani”"),
        ([region("a", 0, 4)], "has no label"),
        ([region("a", 0, 4, 5)], "has no label"),
        ([region("a", "x", 4, "X", text="")], "no whole numbers"),
        ([link("a", "b")], "names the region “a”"),
        ([link(["a"], "b")], "names the region"),
        ([{"type": "rectanglelabels", "value": {"x": 1}}], "“rectanglelabels”"),
        ([{"type": "textarea", "from_name": "why", "value": {"text": ["x"]}}], "What “why” (textarea) says"),
        ([region("a", 0, 4, "X", score=7)], "confidence"),
        ([5], "no objects"),
        ("x", "not a list"),
    ],
)
def test_what_is_wrong_is_named_and_the_text_comes_in(file, results, reason):
    (record,), (complaint,) = read(file, task({"result": results}))
    assert record.text == TEXT
    assert reason in complaint.message
    assert (complaint.place, complaint.lost) == (f"{file}:1", True)


def test_json_min_is_read(file):
    one = {"id": 9, "isi": TEXT, "label": [{"start": 0, "end": 4, "text": "Budi", "labels": ["PER"]}], "annotator": 3}
    two = {"id": 9, "isi": TEXT, "topic": {"choices": ["politik"]}, "annotator": 4, "annotation_id": 12, "lead_time": 2.5}
    records, complaints = read(file, one, two)
    assert [(r.name, r.annotator, r.kind, r.status, len(r.spans), r.categories) for r in records] == [
        ("tasks:9", "user 3", Kind.PERSON, Status.DONE, 1, ()),
        ("tasks:9", "user 4", Kind.PERSON, Status.DONE, 0, ("politik",)),
    ]
    assert lost(complaints) == []
    assert any("JSON_MIN" in complaint.message for complaint in complaints)
    assert any("lead_time" in complaint.message for complaint in complaints)


def test_pages_of_html_are_refused_and_tags_are_told(file):
    xpath = {"start": "/div[1]/text()[1]", "end": "/div[1]/text()[1]", "startOffset": 0, "endOffset": 4, "hypertextlabels": ["PER"]}
    html = {"data": {"text": f"<div>{TEXT}</div>"}}
    regions = {"annotations": [{"result": [{"id": "a", "type": "hypertextlabels", "value": xpath}]}]}
    records, complaints = read(file, html | regions, html)
    assert [record.text for record in records] == [f"<div>{TEXT}</div>"]
    assert [("is HTML" in c.message, "tags and all" in c.message) for c in complaints] == [(True, False), (False, True)]
    plain = {"globalOffsets": {"start": 0, "end": 4}, "text": "Budi", **xpath}
    (record,), _ = read(file, task({"result": [{"id": "a", "type": "hypertextlabels", "value": plain}]}))
    assert record.spans[0].fragments == ((0, 4),)


SCHEME = scheme_from_dict(
    {
        "spans": ["PER", "ORG"],
        "relations": ["BEKERJA_DI", {"name": "bertemu", "symmetric": True}],
        "attributes": [{"name": "sure", "values": ["yes", "no"]}, {"name": "why"}, {"name": "label"}],
        "categories": ["politik"],
    }
)


def full_record() -> Record:
    return Record(
        name="contoh",
        text="Budi 😊 bekerja di\r\nBRI pusat.",
        meta={"source": "antara", "text": "meta", "name": "judul", "n": 2**70},
        tokens=Tokens([(0, 4)]),
        annotator="ani",
        kind=Kind.PERSON,
        status=Status.DONE,
        flagged=True,
        categories=("politik",),
        spans=(
            Span(
                "b",
                ((19, 28),),
                "ORG",
                {"sure": "no", "why": "sebab", "label": "x", "n": [1]},
                note="cek\nlagi",
                kb_id="Q1",
                confidence=0.5,
                origin="m",
                derived_from="m/1",
            ),
            Span("a", ((0, 4),), "PER", reviewed=False, origin="prediction"),
            Span("c", ((19, 22),), "ORG", {"sure": "maybe"}),
        ),
        relations=(
            Relation("r", "BEKERJA_DI", "a", "b", {"x": 1}, note="?", confidence=1.0, reviewed=False),
            Relation("q", "bertemu", "a", "b", {"direction": "bi"}),
            Relation("s", "bertemu", "b", "a"),
            Relation("t", "bertemu", "a", "a", origin="m"),
        ),
        verdicts=(Verdict("ORG@0-4", "m"),),
    )


def test_a_full_record_comes_back_whole(file):
    other = replace(full_record(), annotator="m1", kind=Kind.MODEL, status=Status.NEW, flagged=False, verdicts=())
    gold = replace(full_record(), annotator="gold", kind=Kind.GOLD, status=Status.SKIPPED)
    report = write(file, other, full_record(), gold, Record(name="bare", text="x"), scheme=SCHEME)
    assert report.losses == []
    assert (report.documents, report.spans, report.relations, len(report.notices)) == (2, 9, 12, 1)
    assert report.unsaid == {("document", "tokens"): 3}
    tasks = json.loads(file.read_text(encoding="utf-8"))
    assert [[len(one["annotations"]), len(one["predictions"])] for one in tasks] == [[2, 1], [0, 0]]
    result = tasks[0]["annotations"][0]["result"]
    assert [(r["type"], r["from_name"], r["value"].get("start")) for r in result if r["type"] != "relation"] == [
        ("labels", "label", 0),
        ("labels", "label", 20),
        ("choices", "sure", 20),
        ("textarea", "why", 20),
        ("labels", "label", 20),
        ("choices", "categories", None),
    ]
    pairs = [(r["from_id"], r["to_id"], r["direction"], r["labels"]) for r in result if r["type"] == "relation"]
    assert pairs == [
        ("a", "a", "bi", ["bertemu"]),
        ("a", "b", "right", ["BEKERJA_DI", "bertemu"]),
        ("b", "a", "bi", ["bertemu"]),
    ]
    back, complaints = sorted_out(label_studio.read(file, ReadDefaults("other")))
    assert complaints == []
    wanted = {record.annotator: record for record in (other, full_record(), gold)}
    for record in back[:-1]:
        assert {one.id: one for one in record.spans} == {one.id: one for one in wanted[record.annotator].spans}
        assert {one.id: one for one in record.relations} == {one.id: one for one in wanted[record.annotator].relations}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("kind", list(Kind))
def test_every_status_of_every_kind_comes_back(file, status, kind):
    report = write(file, replace(full_record(), status=status, kind=kind, tokens=None))
    assert report.losses == []
    told = [notice for notice in report.notices if "not done" in notice]
    assert len(told) == (kind is not Kind.MODEL and status in (Status.NEW, Status.IN_PROGRESS))


def test_what_label_studio_cannot_hold_is_reported(file):
    record = replace(full_record(), spans=(*full_record().spans, Span("d", ((0, 4), (7, 14)), "X")))
    report = write(file, record, Record(name="empty", text=""), Record(name="half", text="a\ud800"))
    assert [(loss.document, loss.item_id, loss.fate) for loss in report.losses] == [
        ("contoh", "d", Fate.DROPPED),
        ("empty", "", Fate.DROPPED),
        ("half", "", Fate.DROPPED),
    ]
    assert report.documents == 1


def test_the_same_records_give_the_same_bytes(tmp_path):
    turned = replace(full_record(), spans=full_record().spans[::-1], relations=full_record().relations[::-1])
    write(tmp_path / "a.json", full_record(), scheme=SCHEME)
    write(tmp_path / "b.json", turned, scheme=SCHEME)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_nothing_is_written_where_nothing_can_be(tmp_path):
    with pytest.raises(FormatError, match="nothing to export"):
        write(tmp_path / "out.json")
    with pytest.raises(FormatError, match="no option"):
        write(tmp_path / "out.json", full_record(), layout="x")
    with pytest.raises(FormatError, match="is one of"):
        write(tmp_path / "out.json", full_record(), offsets="bytes")
    assert list(tmp_path.iterdir()) == []


def test_names_that_xml_cannot_say_are_told(file):
    scheme = LabelScheme(relations=(RelationLabel("a\x00b"), RelationLabel('<&"\n')))
    report = write(file, full_record(), scheme=scheme)
    assert any("'a\\x00b'" in notice for notice in report.notices)
    found = label_studio.read_scheme(file.with_name("tasks.json.config.xml"))
    assert [label.name for label in found.relations] == ['<&"\n']


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (task(), True),
        ({"id": 1, "text": "x", "annotation_id": 2, "annotator": 3}, True),
        ({"data": "x", "labels": []}, False),
        ({"text": "x", "annotations": []}, False),
        ([], False),
    ],
)
def test_a_task_is_recognised(value, wanted):
    assert label_studio.recognises(value) is wanted


def test_the_golden_file_is_written_and_reads_to_itself(tmp_path):
    model = replace(full_record(), annotator="m1", kind=Kind.MODEL, status=Status.NEW, flagged=False, verdicts=())
    out = tmp_path / "full.json"
    write(out, full_record(), model, Record(name="bare", text="x"), scheme=SCHEME)
    wanted = {path.name: path.read_bytes() for path in GOLDEN.iterdir()}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == wanted
    records, complaints = sorted_out(label_studio.read(out, ReadDefaults("zzz", Kind.GOLD)))
    assert complaints == []
    write(out, *records, scheme=SCHEME)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == wanted


def test_a_choice_for_the_document_is_about_no_span(file):
    record = replace(full_record(), spans=(Span("c0", ((0, 4),), "PER"), Span("c1", ((5, 6),), "PER")), relations=())
    assert write(file, record).losses == []
    assert json.loads(file.read_text(encoding="utf-8"))[0]["annotations"][0]["result"][-1]["id"] == "c2"
