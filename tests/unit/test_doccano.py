"""doccano's JSON: both layouts, older names, archives, offsets in three units, and what its file has no place for."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import doccano, doccano_labels
from annotator.formats.doccano_archive import MOST

GOLDEN = Path(__file__).parents[1] / "golden" / "doccano"
FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "formats" / "doccano" / "doccano"
with_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not beside the repository")
TEXT = "Budi bekerja di BRI"
ENTITIES = [
    {"id": 11, "label": "PER", "start_offset": 0, "end_offset": 4},
    {"id": 12, "label": "ORG", "start_offset": 16, "end_offset": 19},
]
SCHEME = completed(
    LabelScheme(
        spans=(SpanLabel("PER", color="#0072b2", key="1"), SpanLabel("ORG")),
        relations=(RelationLabel("BEKERJA_DI"),),
        categories=("politik",),
    )
)


def sorted_out(found):
    found = list(found)
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def read(path, *lines, defaults=None, **options):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return sorted_out(doccano.read(path, defaults or ReadDefaults("luar", Kind.PERSON), **options))


def write(path, *records, scheme=SCHEME, **options):
    return doccano.write(lambda: iter(records), path, scheme, options=options, progress=Progress())


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "news.jsonl"


@with_fixtures
@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("data_import/pipeline/examples/sequence_labeling/example.jsonl", [3, 3, 0, 0]),
        ("data_import/pipeline/examples/relation_extraction/example.jsonl", [1, 4, 3, 0]),
        ("data_import/pipeline/examples/intent_detection/example.jsonl", [2, 3, 0, 2]),
        ("data_import/pipeline/examples/text_classification/example.jsonl", [3, 0, 0, 3]),
        ("data_import/pipeline/examples/text_classification/example.json", [3, 0, 0, 3]),
        ("data_export/pipeline/examples/sequence_labeling/example.jsonl", [3, 4, 0, 0]),
        ("data_export/pipeline/examples/relation_extraction/example.jsonl", [1, 4, 3, 0]),
        ("data_export/pipeline/examples/intent_detection/example.jsonl", [2, 3, 0, 2]),
        ("data_export/pipeline/examples/text_classification/example.json", [3, 0, 0, 3]),
    ],
)
def test_doccanos_own_examples_come_in_whole_and_go_out_again(tmp_path, name, counts):
    records, complaints = sorted_out(doccano.read(FIXTURES / name, ReadDefaults("luar", Kind.PERSON)))
    assert complaints == []
    parts = ("spans", "relations", "categories")
    assert [len(records), *(sum(len(getattr(record, part)) for record in records) for part in parts)] == counts
    report = write(tmp_path / "out.jsonl", *records, layout="relations")
    assert report.losses == []
    again, _ = sorted_out(doccano.read(tmp_path / "out.jsonl", ReadDefaults("luar", Kind.PERSON)))
    assert [content(record) for record in again] == [content(record) for record in records]


def content(record):
    ends = {span.id: span.signature for span in record.spans}
    links = sorted((ends[r.head], ends[r.tail], r.label) for r in record.relations)
    return record.name, record.text, record.meta, sorted(ends.values()), links, record.categories, record.status


@with_fixtures
def test_the_surfaces_of_an_example_are_what_it_means():
    path = FIXTURES / "data_export/pipeline/examples/relation_extraction/example.jsonl"
    (record,), _ = sorted_out(doccano.read(path, ReadDefaults()))
    spans = {span.id: span for span in record.spans}
    found = [(spans[r.head].surface(record.text), r.label, spans[r.tail].surface(record.text).split()[0]) for r in record.relations]
    assert found == [
        ("Google", "foundedAt", "September"),
        ("Google", "foundedBy", "Larry"),
        ("Google", "foundedBy", "Sergey"),
    ]


def test_ids_metadata_and_comments_are_kept(file):
    line = {"id": 7, "text": TEXT, "label": [[0, 4, "PER"]], "Comments": ["cek"], "source": "antara", "meta": {"page": 2}}
    (record,), complaints = read(file, line)
    assert complaints == []
    assert (record.name, record.meta) == ("news:7", {"id": 7, "Comments": ["cek"], "source": "antara", "page": 2})
    write(file, record)
    assert lines(file) == [
        {
            "id": 7,
            "text": TEXT,
            "entities": [{"id": 1, "label": "PER", "start_offset": 0, "end_offset": 4}],
            "relations": [],
            "Comments": ["cek"],
            "name": "news:7",
            "page": 2,
            "source": "antara",
        }
    ]


def test_a_document_without_labels_brings_no_set_unless_all_is_approved(file):
    (record,), _ = read(file, {"text": TEXT, "label": []})
    assert (record.annotator, record.status) == ("", Status.NEW)
    (record,), _ = read(file, {"text": TEXT, "label": []}, status="done")
    assert (record.annotator, record.status) == ("luar", Status.DONE)


def test_an_approver_makes_a_document_done(file):
    (one, two), _ = read(
        file,
        {"text": TEXT, "labels": [[0, 4, "PER"]], "annotation_approver": "admin", "meta": {}},
        {"text": TEXT, "labels": [[0, 4, "PER"]], "annotation_approver": None},
    )
    assert (one.status, one.meta) == (Status.DONE, {"annotation_approver": "admin"})
    assert two.status is Status.IN_PROGRESS
    assert write(file, one, two).losses == []


def test_the_users_of_the_old_layout_are_annotators(file):
    entries = [
        {"label": 5, "start_offset": 0, "end_offset": 4, "user": 1},
        {"label": "ORG", "start_offset": 16, "end_offset": 19, "user": 2},
    ]
    records, complaints = read(file, {"text": TEXT, "annotations": entries})
    assert complaints == []
    assert [(r.annotator, r.kind, r.spans[0].label) for r in records] == [
        ("user 1", Kind.PERSON, "5"),
        ("user 2", Kind.PERSON, "ORG"),
    ]
    assert {record.name for record in records} == {"news:1"}


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def test_the_files_of_an_archive_are_annotators(tmp_path):
    line = json.dumps({"id": 7, "text": TEXT, "label": [[0, 4, "PER"]]}).encode()
    path = archive(
        tmp_path / "project.zip", {"ani.jsonl": line, "sub/budi.jsonl": line, "all.jsonl": line, "../x.txt": b"", "c.jsonl": b"{"}
    )
    records, complaints = sorted_out(doccano.read(path, ReadDefaults("luar", Kind.GOLD)))
    assert [(r.name, r.annotator, r.kind) for r in records] == [
        ("project:7", "ani", Kind.PERSON),
        ("project:7", "budi", Kind.PERSON),
        ("project:7", "luar", Kind.GOLD),
    ]
    assert [complaint.place for complaint in complaints] == [f"{path}/../x.txt", f"{path}/c.jsonl:1"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["project.zip"]


def test_an_archive_that_would_burst_is_refused(tmp_path):
    path = archive(tmp_path / "bomb.zip", {"a.jsonl": b" " * 30_000_000, "b.jsonl": b'{"text": "x"}'})
    records, (complaint,) = sorted_out(doccano.read(path, ReadDefaults()))
    assert [record.text for record in records] == ["x"]
    assert "too densely" in complaint.message
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"PK\x01\x02"))
    data[place + 24 : place + 28] = (MOST - 1 & 0xFFFFFFFF).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(FormatError, match="more than 4 GB"):
        list(doccano.read(path, ReadDefaults()))


def test_a_broken_archive_is_a_sentence(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.jsonl", "\n".join(json.dumps({"text": f"{number} teks"}) for number in range(500)))
    data = bytearray(stream.getvalue())
    data[200:260] = bytes(60)
    path = tmp_path / "broken.zip"
    path.write_bytes(data)
    _, complaints = sorted_out(doccano.read(path, ReadDefaults()))
    assert any("broken" in complaint.message for complaint in complaints)


FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize("unit", list(doccano.OFFSETS))
def test_the_unit_is_found_by_the_words_the_labels_stand_on(file, unit):
    texts = [f"{FAMILY} Budi di BRI", f"Halo 😊\r\nAni ke PLN {FAMILY}", "Tanpa apa-apa"]
    spans = [[("Budi", "PER"), ("BRI", "ORG")], [("Ani", "PER"), ("PLN", "ORG")], [("Tanpa", "X")]]
    records = [
        Record(
            name=f"n{number}",
            text=text,
            spans=tuple(
                Span(f"s{place}", ((text.index(word), text.index(word) + len(word)),), label)
                for place, (word, label) in enumerate(wanted)
            ),
        )
        for number, (text, wanted) in enumerate(zip(texts, spans, strict=True))
    ]
    assert write(file, *records, offsets=unit).losses == []
    foreign = [{key: value for key, value in line.items() if key != "annotator_offsets"} for line in lines(file)]
    file.write_text("".join(json.dumps(line) + "\n" for line in foreign), encoding="utf-8")
    back, (notice,) = sorted_out(doccano.read(file, ReadDefaults()))
    assert [[span.surface(r.text) for span in r.spans] for r in back] == [[word for word, _ in wanted] for wanted in spans]
    assert str(doccano.OFFSETS[unit]) in notice.message
    assert not notice.lost


@pytest.mark.parametrize("unit", list(doccano.OFFSETS))
def test_our_own_file_says_its_unit_where_words_would_mislead(file, unit):
    # each span is a part of a word that another unit would take for a whole one
    text = f"{FAMILY} aBudi c{FAMILY}"
    start = text.index("Budi")
    record = Record(name="n", text=text, meta={"annotator_offsets": "utf-16"}, spans=(Span("s", ((start, start + 3),), "X"),))
    plain = Record(name="p", text="Budi", meta={"annotator_offsets": "utf-16"}, spans=(Span("s", ((0, 4),), "X"),))
    assert write(file, record, plain, offsets=unit).losses == []
    assert [line.get("annotator_offsets") for line in lines(file)] == [unit, None]
    (back, other), complaints = sorted_out(doccano.read(file, ReadDefaults()))
    assert (back.spans[0].surface(text), other.spans[0].surface("Budi")) == ("Bud", "Budi")
    assert [found.meta for found in (back, other)] == [{"annotator_offsets": "utf-16"}] * 2
    assert complaints == []


def test_a_unit_that_a_document_says_gives_way_to_one_that_is_named(file):
    line = {"text": "Halo 😊 Budi", "label": [[7, 11, "PER"]], "annotator_offsets": "utf-16"}
    (record,), _ = read(file, line, offsets="code-points")
    assert (record.spans[0].surface(record.text), record.meta) == ("Budi", {})
    (record,), _ = read(file, {**line, "annotator_offsets": "inches"})
    assert (record.spans[0].surface(record.text), record.meta) == ("Budi", {"annotator_offsets": "inches"})


def test_a_named_unit_is_taken_without_a_test(file):
    line = {"text": "Halo 😊 Budi", "label": [[7, 11, "PER"]]}
    (record,), complaints = read(file, line, offsets="utf-16")
    assert (record.spans[0].surface(record.text), complaints) == (" Bud", [])
    with pytest.raises(FormatError, match="one of auto"):
        doccano.read(file, ReadDefaults(), offsets="bytes")


def test_spans_within_a_grapheme_are_left_out_in_grapheme_mode(file):
    text = f"{FAMILY} Budi"
    record = Record(
        name="n",
        text=text,
        spans=(Span("a", ((0, 1),), "X"), Span("b", ((len(FAMILY) + 1, len(text)),), "PER")),
        relations=(Relation("r", "BEKERJA_DI", "b", "a"),),
    )
    report = write(file, record, offsets="graphemes")
    assert [(loss.item_id, loss.reason) for loss in report.losses] == [
        ("a", "begins or ends within a grapheme cluster"),
        ("r", "its head or its tail was left out"),
    ]
    assert lines(file)[0]["entities"][0]["start_offset"] == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"label": [[0, 99, "X"]]}, "outside the text"),
        ({"label": [[4, 0, "X"]]}, "ends before"),
        ({"label": [[0, 4, None]]}, "no “label”"),
        ({"label": [["0", 4, "X"]]}, "no whole numbers"),
        ({"label": [[0, 4]]}, "neither [start, end, label]"),
        ({"label": 5}, "not a list"),
        ({"cats": "x"}, "not a list"),
        ({"entities": ENTITIES, "relations": 5}, "not a list"),
        ({"entities": ENTITIES, "relations": [5]}, "no object"),
        ({"entities": ENTITIES, "relations": [{"from_id": 11, "to_id": 13, "type": "x"}]}, "does not have"),
        ({"entities": ENTITIES, "relations": [{"from_id": 11, "to_id": [12], "type": "x"}]}, "does not have"),
        ({"entities": ENTITIES, "relations": [{"from_id": 11, "to_id": 12}]}, "no “type”"),
        ({"entities": [ENTITIES[0], ENTITIES[1] | {"id": 11}]}, "Two spans"),
        ({"meta": {"a": 1}, "a": 2}, "both in"),
    ],
)
def test_what_is_wrong_is_named_and_the_text_comes_in(file, change, reason):
    (record,), (complaint,) = read(file, {"text": TEXT} | change)
    assert record.text == TEXT
    assert reason in complaint.message
    assert (complaint.place, complaint.lost) == (f"{file}:1", True)


def test_a_relation_of_a_span_that_was_left_out_goes_with_it(file):
    entities = [ENTITIES[0], ENTITIES[1] | {"end_offset": 99}]
    (record,), complaints = read(
        file, {"text": TEXT, "entities": entities, "relations": [{"from_id": 11, "to_id": 12, "type": "x"}]}
    )
    assert (len(record.spans), record.relations) == (1, ())
    assert complaints[1].message == "The relation 1 names the span 12, which was left out; so was the relation."


@pytest.mark.parametrize("line", [{"label": []}, {"text": ""}, {"text": 5}])
def test_a_document_without_a_text_is_lost_alone(file, line):
    records, (complaint,) = read(file, line, {"text": "lagi"})
    assert [record.text for record in records] == ["lagi"]
    assert "no “text”" in complaint.message


def full_record() -> Record:
    return Record(
        name="contoh",
        text="Budi 😊 bekerja di\r\nBRI pusat.",
        meta={"source": "antara", "label": "meta", "text": 1, "Comments": ["lama"]},
        tokens=Tokens([(0, 4)]),
        annotator="ani",
        kind=Kind.PERSON,
        status=Status.DONE,
        flagged=True,
        categories=("politik",),
        spans=(
            Span("b", ((19, 28),), "ORG", {"sure": "no"}, note="cek", kb_id="Q1", confidence=0.5, origin="m"),
            Span("a", ((0, 4),), "PER"),
            Span("c", ((19, 22),), "ORG"),
        ),
        relations=(Relation("r", "BEKERJA_DI", "a", "b", {"x": 1}), Relation("q", "BEKERJA_DI", "a", "b")),
        verdicts=(Verdict("ORG@0-4", "m"),),
    )


def test_a_full_record_keeps_what_doccano_has_a_place_for(file):
    report = write(file, full_record())
    assert [(loss.item_id, loss.fate, loss.reason) for loss in report.losses] == [
        ("b", Fate.MOVED, "its note became a comment of the document"),
        ("b", Fate.CHANGED, "came without its attributes and its knowledge-base id"),
        ("r", Fate.CHANGED, "came without its attributes"),
    ]
    assert (report.documents, report.spans, report.relations) == (1, 3, 2)
    assert [notice.split(":")[0] for notice in report.notices] == [
        "1 document with overlapping spans",
        "Offsets count UTF-16 units; in 1 document that makes a difference to code points.",
    ]
    assert report.unsaid == {
        **{
            ("document", what): 1 for what in ("annotator", "kind of annotator", "status", "flag", "rejected suggestions", "tokens")
        },
        ("item", "mark of the review"): 5,
        ("item", "confidence"): 1,
        ("item", "origin"): 1,
    }
    (line,) = lines(file)
    assert [(e["start_offset"], e["end_offset"]) for e in line["entities"]] == [(0, 4), (20, 29), (20, 23)]
    assert line["Comments"] == ["lama", "ORG “BRI pusat”: cek"]
    assert line["meta"] == {"label": "meta", "text": 1}
    (back,), _ = sorted_out(doccano.read(file, ReadDefaults("ani", Kind.PERSON)))
    assert back.meta == full_record().meta | {"Comments": line["Comments"]}
    assert back.categories == ("politik",)


def test_relations_need_their_layout(file):
    record = replace(full_record(), spans=tuple(replace(s, attributes={}, note="", kb_id="") for s in full_record().spans))
    report = write(file, record, layout="spans")
    assert {(loss.item, loss.reason) for loss in report.losses} == {
        ("relation", "stands in no file of the layout without relations")
    }
    assert lines(file)[0]["label"] == [[0, 4, "PER"], [20, 29, "ORG"], [20, 23, "ORG"]]


def test_the_label_types_stand_beside_the_file_and_come_back(tmp_path):
    write(tmp_path / "out.jsonl", full_record())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "out.jsonl",
        "out.jsonl.category_types.json",
        "out.jsonl.relation_types.json",
        "out.jsonl.span_types.json",
    ]
    found = doccano_labels.read_scheme(tmp_path / "out.jsonl.span_types.json")
    assert found.spans == SCHEME.spans
    assert doccano_labels.read_scheme(tmp_path / "out.jsonl.relation_types.json").relations == SCHEME.relations
    assert doccano_labels.read_scheme(tmp_path / "out.jsonl.category_types.json").categories == SCHEME.categories


@with_fixtures
def test_doccanos_own_label_lists():
    folder = FIXTURES / "label_types" / "tests" / "data"
    found = doccano_labels.read_scheme(folder / "valid_labels.json")
    assert (found.categories, [(label.name, label.color) for label in found.spans]) == (("Dog",), [("Cat", "#ff0000")])
    with pytest.raises(FormatError, match="“Dog” twice"):
        doccano_labels.read_scheme(folder / "invalid_labels.json")


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"text": " "}]', '[{"text": "a", "task_type": "Box"}]', "[" * 100_000])
def test_a_label_list_that_is_none_gets_a_sentence(tmp_path, content):
    path = tmp_path / "labels.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=r"labels\.json"):
        doccano_labels.read_scheme(path)


def test_nothing_is_written_where_nothing_can_be(tmp_path):
    with pytest.raises(FormatError, match="nothing to export"):
        write(tmp_path / "out.jsonl")
    for options in ({"colour": "x"}, {"layout": "x"}, {"offsets": "bytes"}):
        with pytest.raises(FormatError, match=r"no option|is one of"):
            write(tmp_path / "out.jsonl", full_record(), **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"text": "x", "label": [[0, 1, "X"]]}, True),
        ({"data": "x", "labels": []}, True),
        ({"text": "x", "entities": [], "relations": []}, True),
        ({"text": "x", "spans": []}, False),
        ({"text": "x", "label": ["sport"]}, False),
        ([], False),
    ],
)
def test_a_document_is_recognised(value, wanted):
    assert doccano.recognises(value) is wanted


@pytest.mark.parametrize(
    ("name", "options"), [("relations.jsonl", {}), ("spans.jsonl", {"layout": "spans", "offsets": "graphemes"})]
)
def test_the_golden_files_are_written_and_read_to_themselves(tmp_path, name, options):
    out = tmp_path / name
    write(out, full_record(), Record(name="bare", text="x"), **options)
    wanted = {path.name: path.read_bytes() for path in GOLDEN.iterdir() if path.name.startswith(name)}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == wanted
    records, _ = sorted_out(doccano.read(out, ReadDefaults("zzz", Kind.GOLD), offsets=options.get("offsets", "utf-16")))
    write(out, *records, **options)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == wanted
