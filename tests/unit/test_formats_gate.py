"""bdoc of GATE and gatenlp: each part of a document, sets, relations, units, packed files, and the real files of gatenlp."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import gate
from annotator.formats.detect import detect

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "formats" / "gate"
TEXT = "Budi bekerja di BRI 😊 sejak 1990."


def annotation(number: int, label: str, start: int, end: int, **features: Any) -> dict[str, Any]:
    return {"id": number, "type": label, "start": start, "end": end, "features": features}


BUDI, BRI = annotation(0, "PER", 0, 4, sure="yes"), annotation(7, "ORG", 16, 19)


def bdoc(text: str = TEXT, sets: Any = None, **more: Any) -> dict[str, Any]:
    found = {"": [BUDI, BRI]} if sets is None else sets
    annotation_sets = {name: {"name": name, "annotations": annotations, "next_annid": 99} for name, annotations in found.items()}
    return {"annotation_sets": annotation_sets, "text": text, "features": {}, "offset_type": "p", "name": "", **more}


def read(folder: Path, *documents: Any, **options: str) -> list[Record | Complaint]:
    path = folder / "a.bdocjs"
    path.write_text("\n".join(json.dumps(document, ensure_ascii=False) for document in documents), encoding="utf-8")
    return list(gate.read(path, ReadDefaults("other"), **options))


def records(found: list[Record | Complaint]) -> list[Record]:
    return [item for item in found if isinstance(item, Record)]


def messages(found: list[Record | Complaint], *, lost: bool = True) -> list[str]:
    return [item.message for item in found if isinstance(item, Complaint) and item.lost is lost]


def write(folder: Path, *wanted: Record, name: str = "out.bdocjs", **options: str) -> tuple[LossReport, list[dict[str, Any]]]:
    path = folder / name
    report = gate.write(lambda: iter(wanted), path, LabelScheme(), options=options, progress=Progress())
    data = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    return report, [json.loads(line) for line in data.splitlines()]


def back(folder: Path, name: str = "out.bdocjs") -> list[Record]:
    found = list(gate.read(folder / name, ReadDefaults("other")))
    assert messages(found) == []
    return records(found)


def places(record: Record) -> list[tuple[str, str, tuple[tuple[int, int], ...]]]:
    return [(span.id, span.label, span.fragments) for span in record.spans]


def test_annotations_are_spans_and_features_attributes(tmp_path):
    found = read(tmp_path, bdoc(features={"url": "x", "list": [1, {"a": True}]}, name="berita 1"))
    (record,) = found
    assert isinstance(record, Record)
    assert (record.name, record.text, record.annotator, record.kind, record.status) == (
        "berita 1",
        TEXT,
        "other",
        Kind.MODEL,
        Status.NEW,
    )
    assert places(record) == [("0", "PER", ((0, 4),)), ("7", "ORG", ((16, 19),))]
    assert [dict(span.attributes) for span in record.spans] == [{"sure": "yes"}, {}]
    assert record.meta == {"url": "x", "list": [1, {"a": True}]}


@pytest.mark.parametrize(("name", "wanted"), [("", "a"), (None, "a"), ("x", "x"), (7, "a")])
def test_what_a_document_is_called(tmp_path, name, wanted):
    assert records(read(tmp_path, bdoc(name=name)))[0].name == wanted
    assert records(read(tmp_path, bdoc(), bdoc(name=name)))[1].name == ("a:2" if wanted == "a" else wanted)


def test_several_documents_of_one_line_are_told_apart(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([bdoc(), bdoc(name="x"), bdoc()]), encoding="utf-8")
    assert [record.name for record in records(list(gate.read(path, ReadDefaults())))] == ["a:1", "x", "a:1.2"]


def test_each_set_with_annotations_is_one_and_a_document_without_any_is_bare(tmp_path):
    found = read(tmp_path, bdoc(sets={"": [], "Key": [BUDI], "Response": [BRI, BUDI], "Empty": []}))
    assert [(record.annotator, len(record.spans)) for record in records(found)] == [("Key", 1), ("Response", 2)]
    assert len({record.name for record in records(found)}) == 1
    for sets in ({}, {"": []}):
        (record,) = records(read(tmp_path, bdoc(sets=sets)))
        assert (record.annotator, record.spans) == ("", ())


@pytest.mark.parametrize(
    ("offset_type", "start", "wanted", "complaints"),
    [("p", 22, 22, 0), ("j", 23, 22, 0), (None, 23, 23, 1), ("x", 22, 22, 1), (["p"], 22, 22, 1)],
)
def test_offsets_count_what_the_document_says(tmp_path, offset_type, start, wanted, complaints):
    found = read(tmp_path, bdoc(sets={"": [annotation(1, "X", start, start + 5)]}, offset_type=offset_type))
    assert records(found)[0].spans[0].fragments == ((wanted, wanted + 5),)
    assert len(messages(found)) == complaints
    document = bdoc(sets={"": [annotation(1, "X", 22, 27)]})
    del document["offset_type"]
    assert records(read(tmp_path, document))[0].spans[0].surface(TEXT) == "sejak"


def test_an_offset_within_a_character_is_named(tmp_path):
    found = read(tmp_path, bdoc(sets={"": [annotation(1, "X", 20, 21), BUDI]}, offset_type="j"))
    assert len(records(found)[0].spans) == 1
    assert messages(found) == [
        "The annotation 1 (X) of the default set lies at (20, 21), which is within a character, counted in UTF-16 units; it was left out."
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"start": 4}, "The annotation 0 (PER) of the set “S” covers no text: (4, 4); it was left out."),
        ({"start": 9}, "The annotation 0 (PER) of the set “S” ends before it starts: (9, 4); it was left out."),
        (
            {"end": 99},
            "The annotation 0 (PER) of the set “S” lies at (0, 99), outside the text of 33 code points; it was left out.",
        ),
        ({"end": "4"}, "The annotation 0 (PER) of the set “S” has no whole numbers as its start and end; it was left out."),
        ({"end": None}, "The annotation 0 (PER) of the set “S” has no whole numbers as its start and end; it was left out."),
        ({"type": ""}, "The annotation 0 () of the set “S” has no “type”; it was left out."),
        ({"type": 7}, "The annotation 0 (?) of the set “S” has no “type”; it was left out."),
    ],
)
def test_a_bad_annotation_is_named_and_the_next_is_read(tmp_path, change, why):
    found = read(tmp_path, bdoc(sets={"S": [{**BUDI, **change}, BRI]}))
    assert [span.id for span in records(found)[0].spans] == ["7"]
    assert messages(found) == [why]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"annotation_sets": {}}, "has no “text”"),
        ({**bdoc(), "text": ""}, "has no “text”"),
        ({**bdoc(), "text": 3}, "has no “text”"),
        ([], ""),
        ("x", "no JSON object"),
    ],
)
def test_what_is_no_document_is_named(tmp_path, document, why):
    found = read(tmp_path, document)
    assert records(found) == []
    assert why in "".join(messages(found))


@pytest.mark.parametrize("wrong", [7, "x", [1], None])
def test_parts_of_a_wrong_type_are_named_and_the_rest_is_read(tmp_path, wrong):
    found = read(tmp_path, bdoc(features=wrong))
    assert len(records(found)[0].spans) == 2
    assert bool(messages(found)) is (wrong is not None)
    found = read(tmp_path, {**bdoc(), "annotation_sets": {"A": wrong, "B": {"annotations": [BUDI]}}})
    assert [record.annotator for record in records(found)] == ["B"]
    assert bool(messages(found)) is (wrong is not None)
    found = read(tmp_path, bdoc(sets={"A": [{**BUDI, "features": wrong}]}))
    assert len(records(found)[0].spans) == 1
    assert bool(messages(found)) is (wrong is not None)


def test_an_id_that_is_there_twice_means_the_first(tmp_path):
    link = annotation(3, "LINK", 0, 19, args=[0, 0])
    found = read(tmp_path, bdoc(sets={"": [BUDI, {**BRI, "id": 0}, link]}))
    (record,) = records(found)
    assert [span.label for span in record.spans] == ["PER", "ORG"]
    assert (record.relations[0].head, record.relations[0].tail) == ("0", "0")
    assert messages(found, lost=False) == [
        "The annotation 0 (ORG) of the default set has an id that another has as well; relations go to the first."
    ]


@pytest.mark.parametrize(
    ("label", "features", "wanted", "attributes"),
    [
        ("WORKS", {"args": [0, 7]}, "WORKS", {}),
        ("WORKS", {"args": [0, 7], "since": 1990}, "WORKS", {"since": 1990}),
        ("Dependency", {"args": [0, 7], "kind": "nsubj"}, "nsubj", {}),
        ("Dependency", {"args": [0, 7], "kind": " "}, "Dependency", {"kind": " "}),
        ("WORKS", {"args": [0, 7], "kind": "x"}, "WORKS", {"kind": "x"}),
    ],
)
def test_an_annotation_with_two_ids_is_a_relation(tmp_path, label, features, wanted, attributes):
    (record,) = records(read(tmp_path, bdoc(sets={"": [annotation(9, label, 0, 19, **features), BUDI, BRI]})))
    (relation,) = record.relations
    assert (relation.id, relation.label, relation.head, relation.tail) == ("9", wanted, "0", "7")
    assert dict(relation.attributes) == attributes
    assert len(record.spans) == 2


@pytest.mark.parametrize("args", [[0], [0, 7, 7], [0, 5], ["0", "7"], "0;7", [True, 0], [0.0, 7]])
def test_other_values_called_args_are_attributes(tmp_path, args):
    (record,) = records(read(tmp_path, bdoc(sets={"": [annotation(9, "X", 0, 19, args=args), BUDI, BRI]})))
    assert record.relations == ()
    assert dict(record.spans[0].attributes) == {"args": args}


def test_a_relation_of_what_was_left_out_or_of_a_relation_is_named(tmp_path):
    links = [annotation(8, "A", 0, 19, args=[0, 7]), annotation(9, "B", 0, 19, args=[8, 7])]
    found = read(tmp_path, bdoc(sets={"": [{**BUDI, "end": 99}, BRI, *links]}))
    assert records(found)[0].relations == ()
    assert [message.partition(" of the")[0] for message in messages(found)] == [
        "The annotation 0 (PER)",
        "The annotation 8 (A)",
        "The annotation 9 (B)",
    ]


def test_types_that_were_not_asked_for_are_counted(tmp_path):
    sets = {"": [BUDI, BRI, annotation(1, "Token", 0, 4), annotation(2, "Token", 5, 7)]}
    found = read(tmp_path, bdoc(sets=sets), types="PER, ORG,")
    assert [span.label for span in records(found)[0].spans] == ["PER", "ORG"]
    assert messages(found, lost=False) == ["Annotations of other types were not asked for and left out: 2 Token."]
    assert len(records(read(tmp_path, bdoc(sets=sets)))[0].spans) == 4
    assert len(records(read(tmp_path, bdoc(sets=sets), types=" , "))[0].spans) == 4


FULL = Record(
    "nama",
    TEXT,
    {"url": "x", "_annotator": {"odd": 1}, "n": None},
    Tokens([(0, 4)]),
    "ani",
    Kind.PERSON,
    Status.SKIPPED,
    True,
    ("berita",),
    (
        Span("T1", ((0, 4),), "PER", {"args": [1, 2], "_annotator": 7}, "catatan", "Q1", 0.25, "model", False, "m/T1"),
        Span("7", ((16, 19), (20, 21)), "ORG", {"a": [1, {"b": None}]}),
    ),
    (Relation("R1", "Dependency", "T1", "7", {"kind": "k", "args": 3}, "juga", 0.5, "model", False, "m/R1"),),
    (Verdict("PER@5-7", "m"),),
)


@pytest.mark.parametrize("offsets", ["code-points", "utf-16"])
@pytest.mark.parametrize("name", ["out.bdocjs", "out.bdocjs.gz"])
def test_everything_a_record_says_comes_back_but_its_tokens(tmp_path, offsets, name):
    report, (written,) = write(tmp_path, FULL, name=name, offsets=offsets)
    assert report.losses == []
    assert report.unsaid == {("document", "tokens"): 1}
    assert report.notices == ["1 span of several fragments is shown by GATE from the first to the last."]
    assert written["offset_type"] == ("p" if offsets == "code-points" else "j")
    ends = {entry["type"]: entry["end"] for entry in written["annotation_sets"]["ani"]["annotations"]}
    assert ends["ORG"] == (21 if offsets == "code-points" else 22)
    (again,) = back(tmp_path, name)
    assert again.tokens is None
    assert {span.id: span for span in again.spans} == {span.id: span for span in FULL.spans}
    assert again.relations == FULL.relations
    for part in ("name", "text", "meta", "annotator", "kind", "status", "flagged", "categories", "verdicts"):
        assert getattr(again, part) == getattr(FULL, part), part


def test_what_gate_needs_to_open_a_document_is_there(tmp_path):
    _, (written,) = write(tmp_path, FULL)
    assert set(written) == {"annotation_sets", "text", "features", "offset_type", "name"}
    (name,) = written["annotation_sets"]
    one = written["annotation_sets"][name]
    assert (name, one["name"]) == ("ani", "ani")
    ids = [entry["id"] for entry in one["annotations"]]
    assert sorted(ids) == sorted(set(ids))
    assert all(type(number) is int and 0 <= number < one["next_annid"] for number in ids)
    assert all(set(entry) == {"id", "type", "start", "end", "features"} for entry in one["annotations"])
    assert all(0 <= entry["start"] < entry["end"] <= len(TEXT) for entry in one["annotations"])


@pytest.mark.parametrize("own", ["1", "0", "01", "-1", "١", "99999999999", "2147483647", "x", ""])
def test_ids_of_every_kind_come_back(tmp_path, own):
    spans = (Span(own, ((0, 4),), "PER"), Span("0" if own != "0" else "00", ((5, 12),), "X"), Span("1 ", ((16, 19),), "ORG"))
    record = Record("n", TEXT, annotator="a", spans=spans, relations=(Relation(own or "r", "R", own, "1 "),))
    report, (written,) = write(tmp_path, record)
    assert report.losses == []
    assert all(entry["id"] < 2**31 for entry in written["annotation_sets"]["a"]["annotations"])
    (again,) = back(tmp_path)
    if own:
        assert {span.id for span in again.spans} == {span.id for span in spans}
    assert [span.signature for span in again.spans] == [span.signature for span in spans]
    head = next(span for span in again.spans if span.id == again.relations[0].head)
    assert head.label == "PER"


def test_sets_of_one_name_are_kept_apart(tmp_path):
    first = Record("n", TEXT, annotator="ani", kind=Kind.PERSON, spans=(Span("1", ((0, 4),), "PER"),))
    second = Record("n", TEXT, annotator="ani", kind=Kind.GOLD, spans=(Span("1", ((16, 19),), "ORG"),))
    third = Record("n", TEXT, annotator="ani (2)", kind=Kind.MODEL, spans=(Span("1", ((5, 12),), "X", reviewed=False),))
    report, (written,) = write(tmp_path, first, second, third)
    assert report.losses == []
    assert list(written["annotation_sets"]) == ["ani", "ani (2)", "ani (2) (2)"]
    assert [(one.annotator, one.kind, one.spans[0].label) for one in back(tmp_path)] == [
        ("ani", Kind.PERSON, "PER"),
        ("ani", Kind.GOLD, "ORG"),
        ("ani (2)", Kind.MODEL, "X"),
    ]


def test_a_set_without_content_and_a_document_without_a_set_stay_what_they_are(tmp_path):
    begun = Record("begun", TEXT, annotator="ani", kind=Kind.PERSON, status=Status.IN_PROGRESS)
    report, (first, second) = write(tmp_path, begun, Record("bare", "x"))
    assert report.losses == []
    assert first["annotation_sets"]["ani"]["annotations"] == []
    assert (second["annotation_sets"], second["features"]) == ({}, {})
    assert [(one.annotator, one.status) for one in back(tmp_path)] == [("ani", Status.IN_PROGRESS), ("", Status.NEW)]


@pytest.mark.parametrize(
    "fragments",
    [
        7,
        [],
        [[0, 4]],
        [[0, 2], [3, 99]],
        [[0, 2], [1, 19]],
        [[16, 19], [0, 4]],
        [[1, 2], [3, 19]],
        [["0", 2], [3, 19]],
        [[0, 19, 1]],
    ],
)
def test_fragments_that_do_not_fit_cost_their_places_alone(tmp_path, fragments):
    entry = annotation(1, "X", 0, 19, _annotator={"fragments": fragments, "note": "n"})
    found = read(tmp_path, bdoc(sets={"": [entry]}))
    (record,) = records(found)
    assert (record.spans[0].fragments, record.spans[0].note) == (((0, 19),), "n")
    assert messages(found) == ["The annotation 1 (X) of the default set: its “fragments” do not fit its place; it was taken whole."]


@pytest.mark.parametrize(
    "wrong", [7, "x", [1], {"sets": 7}, {"sets": {"": 7}}, {"sets": {"": {"kind": "x", "status": []}}}, {"features": 1}]
)
def test_a_feature_called_like_ours_may_hold_anything(tmp_path, wrong):
    found = read(tmp_path, bdoc(features={"_annotator": wrong}))
    (record,) = records(found)
    assert (len(record.spans), record.kind, record.status) == (2, Kind.MODEL, Status.NEW)
    assert record.meta == ({} if isinstance(wrong, dict) else {"_annotator": wrong})
    found = read(tmp_path, bdoc(sets={"": [{**BUDI, "features": {"_annotator": wrong}}]}))
    assert len(records(found)[0].spans) == 1


def test_spans_outside_the_text_are_losses_with_their_relations(tmp_path):
    spans = (Span("1", ((0, 4),), "PER"), Span("2", ((30, 99),), "ORG"), Span("3", ((8, 9), (8, 10)), "ORG"))
    record = Record("n", TEXT, annotator="a", spans=spans, relations=(Relation("4", "X", "1", "2"),))
    report, _ = write(tmp_path, record)
    assert [(loss.item_id, loss.reason) for loss in report.losses] == [
        ("2", "lies outside the text"),
        ("3", "lies outside the text"),
        ("4", "its head or its tail was left out"),
    ]


@pytest.mark.parametrize("options", [{"offsets": "bytes"}, {"none": "x"}])
def test_other_options_are_refused(tmp_path, options):
    with pytest.raises(FormatError, match=r"GATE export|is one of"):
        write(tmp_path, FULL, **options)
    assert list(tmp_path.iterdir()) == []


def test_packed_files_are_the_same_bytes_each_time_and_leave_nothing_beside_them(tmp_path):
    for name in ("a.bdocjs.gz", "b.bdocjs.gz"):
        write(tmp_path, FULL, name=name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bdocjs.gz", "b.bdocjs.gz"]
    assert (tmp_path / "a.bdocjs.gz").read_bytes() == (tmp_path / "b.bdocjs.gz").read_bytes()
    with pytest.raises(FormatError, match="nothing to export"):
        write(tmp_path, name="c.bdocjs.gz")
    assert not (tmp_path / "c.bdocjs.gz").exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_packed_file_cut_off_or_flipped_anywhere_is_a_sentence(tmp_path):
    path = tmp_path / "out.bdocjs.gz"
    write(tmp_path, FULL, name=path.name)
    whole = path.read_bytes()
    refused = 0
    for length in range(3, len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(FormatError, match="broken gzip file"):
            gate.read(path, ReadDefaults())
    for place in range(2, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            found = list(gate.read(path, ReadDefaults()))
        except FormatError:
            refused += 1
        else:
            assert records(found)[0].text == TEXT
    assert refused


def test_a_packed_bomb_is_refused(tmp_path):
    path = tmp_path / "bomb.bdocjs.gz"
    path.write_bytes(gzip.compress(b"\n" * (70 << 20), 1))
    assert path.stat().st_size < 1 << 19
    with pytest.raises(FormatError, match="packed too densely"):
        gate.read(path, ReadDefaults())


def test_packed_xml_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(b"<GateDocument/>"))
    with pytest.raises(FormatError, match="unpack it and read that"):
        gate.read(path, ReadDefaults())


@pytest.mark.parametrize("name", ["a.bdocym", "a.bdocmp", "a.bdocym.gz", "A.BDOCMP"])
def test_the_other_forms_of_bdoc_are_refused_with_what_to_do(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"text: x")
    with pytest.raises(FormatError, match=r"save it as \.bdocjs"):
        gate.read(path, ReadDefaults())


@pytest.mark.parametrize(
    ("value", "known"),
    [
        (bdoc(), True),
        ({"text": "x", "annotation_sets": {}}, True),
        ({"text": "x", "annotation_sets": []}, False),
        ({"annotation_sets": {}}, False),
        ({"text": None, "annotation_sets": {}}, False),
        ([], False),
    ],
)
def test_what_looks_like_a_bdoc(value, known):
    assert gate.recognises(value) is known


@pytest.mark.parametrize("name", ["a.json", "a.bdocjs", "a.jsonl"])
def test_a_bdoc_is_known_by_its_name_or_its_keys(tmp_path, name):
    path = tmp_path / name
    path.write_text(json.dumps(bdoc()), encoding="utf-8")
    assert detect(path).name == "gate"


def real() -> list[Path]:
    return sorted((*FIXTURES.rglob("*.bdocjs"), *FIXTURES.rglob("*.bdocjs.gz")))


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of the other tools are not here")
@pytest.mark.parametrize("path", real(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_real_files_of_gatenlp_are_read_as_counted_and_written_again_the_same(tmp_path, path):
    data = path.read_bytes()
    original = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    found = list(gate.read(path, ReadDefaults("import")))
    sets = {name or "import": one["annotations"] for name, one in original["annotation_sets"].items() if one["annotations"]}
    sound = {name: [one for one in entries if one["start"] < one["end"]] for name, entries in sets.items()}
    counts = {name: Counter(one["type"] for one in entries) for name, entries in sound.items()}
    got = records(found)
    assert {record.annotator: Counter(span.label for span in record.spans) for record in got if record.annotator} == counts
    gone = sum(map(len, sets.values())) - sum(map(len, sound.values()))
    assert len(messages(found)) == gone
    assert all("covers no text" in message for message in messages(found))
    assert {record.text for record in got} == {original["text"]}
    assert all(record.meta == original["features"] for record in got)
    report, (written,) = write(tmp_path, *got)
    assert report.losses == []
    for name, entries in sound.items():
        again = {one["id"]: one for one in written["annotation_sets"][name]["annotations"]}
        assert again == {one["id"]: one for one in entries}


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of the other tools are not here")
def test_the_other_forms_that_gatenlp_writes_are_refused_by_name():
    paths = [path for path in FIXTURES.rglob("*") if ".bdocym" in path.name or ".bdocmp" in path.name]
    assert len(paths) == 6
    for path in paths:
        with pytest.raises(FormatError, match="is not read"):
            gate.read(path, ReadDefaults())
