"""UIMA CAS as XMI and JSON: what is written, what strangers wrote, and files that no one should have made."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.mending import Mender
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.detect import detect
from annotator.formats.table import FORMATS
from annotator.formats.uima_details import characters_of, clean, data_of, restored
from annotator.formats.uima_layers import LAYER, NAMED_ENTITY

cassis = pytest.importorskip("cassis")

NAMES = ("uima-xmi", "uima-json")
SUFFIX = {"uima-xmi": ".xmi", "uima-json": ".cas.json"}
TEXT = "Ani 😀 di\r\nPT Maju."
RECORD = Record(
    "n",
    TEXT,
    {"source": "desk"},
    Tokens([(0, 3), (4, 5), (6, 8), (10, 12), (13, 17), (17, 18)]),
    "ani",
    Kind.PERSON,
    Status.IN_PROGRESS,
    True,
    ("news",),
    (
        Span("T1", ((0, 3),), "PER", {"sure": "no", "many": [1, {"a": None}]}, "a note", "Q1", 0.5, "m"),
        Span("T2", ((6, 8), (10, 17)), "ORG", {LAYER: "webanno.custom.Org|kind", "size": 3}),
    ),
    (
        Relation("R1", "WORKS", "T1", "T2", {"since": "1990"}, "another"),
        Relation("R2", "part", "T2", "T1", {LAYER: "webanno.custom.Org:parts"}),
    ),
    (Verdict("PER@4-5", "m"),),
)


def read(name: str, path: Path, defaults: ReadDefaults | None = None, **options: str) -> list[Record | Complaint]:
    reader = FORMATS[name].read
    assert reader is not None
    return list(reader(path, defaults or ReadDefaults("other"), **options))


def write(name: str, path: Path, *records: Record) -> LossReport:
    writer = FORMATS[name].write
    assert writer is not None
    return writer(lambda: iter(records), path, LabelScheme(), options={}, progress=Progress())


def made(name: str, folder: Path, record: Record = RECORD) -> Path:
    path = folder / f"out{SUFFIX[name]}"
    assert write(name, path, record).losses == []
    return path


def loaded(path: Path):
    if path.suffix == ".xmi":
        types = cassis.load_typesystem(path.with_name(f"{path.stem}.TypeSystem.xml"))
        return cassis.load_cas_from_xmi(path, typesystem=types)
    with path.open("rb") as file:
        return cassis.load_cas_from_json(file)


@pytest.mark.parametrize("name", NAMES)
def test_another_program_finds_layers_tokens_and_sentences(tmp_path, name):
    cas = loaded(made(name, tmp_path))
    (person,) = cas.select(NAMED_ENTITY)
    assert (person.begin, person.end, person.get("value"), person.get("identifier"), person.get("sure")) == (
        0,
        3,
        "PER",
        "Q1",
        "no",
    )
    parts = cas.select("webanno.custom.Org")
    assert [(part.get_covered_text(), part.get("kind"), part.get("size")) for part in parts] == [
        ("di", "ORG", 3),
        ("PT Maju", "ORG", 3),
    ]
    (relation,) = cas.select("webanno.custom.Relation")
    assert (relation.get("label"), relation.get("since")) == ("WORKS", "1990")
    assert relation.get("Governor").xmiID == person.xmiID
    assert relation.get("Dependent").xmiID == parts[0].xmiID
    assert (relation.begin, relation.end) == (parts[0].begin, parts[0].end)
    (link,) = parts[0].get("parts").elements
    assert (link.get("role"), link.get("target").xmiID) == ("part", person.xmiID)
    tokens = cas.select("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token")
    assert [token.get_covered_text() for token in tokens] == ["Ani", "😀", "di", "PT", "Maju", "."]
    sentences = cas.select("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence")
    assert [sentence.get_covered_text() for sentence in sentences] == ["Ani 😀 di", "PT Maju."]


@pytest.mark.parametrize("name", NAMES)
def test_offsets_in_the_file_count_utf16_units(tmp_path, name):
    content = made(name, tmp_path).read_text(encoding="utf-8")
    assert ('begin="7" end="9"' if name == "uima-xmi" else '"begin": 7, "end": 9') in content


@pytest.mark.parametrize("name", NAMES)
def test_everything_comes_back_to_a_stranger(tmp_path, name):
    (back,) = read(name, made(name, tmp_path))
    assert isinstance(back, Record)
    wanted = replace(RECORD, place=back.place)
    assert replace(back, spans=(), relations=()) == replace(wanted, spans=(), relations=())
    assert [replace(span, attributes=dict(span.attributes)) for span in back.spans] == list(RECORD.spans)
    relations = [replace(item, id="", attributes=dict(item.attributes)) for item in back.relations]
    assert sorted(relations, key=lambda item: item.label) == [replace(item, id="") for item in RECORD.relations]


def test_control_characters_are_replaced_in_xml_and_restored(tmp_path):
    text = "a\x00b \x0b\ufffe \ufffd c"
    record = replace(
        RECORD,
        text=text,
        tokens=None,
        relations=(),
        spans=(Span("T1", ((0, 3),), "x\x01y", {"k": "\x02"}, kb_id="\x03"), Span("T2", ((8, 9),), "X")),
    )
    path = tmp_path / "out.xmi"
    report = write("uima-xmi", path, record)
    assert report.losses == []
    assert any("control characters of 1 text" in notice for notice in report.notices)
    assert loaded(path).sofa_string == "a\ufffdb \ufffd\ufffd \ufffd c"
    (back,) = [item for item in read("uima-xmi", path) if isinstance(item, Record)]
    assert back.text == text
    assert [(span.label, dict(span.attributes), span.kb_id) for span in back.spans] == [
        ("x\x01y", {"k": "\x02"}, "\x03"),
        ("X", {}, ""),
    ]
    assert back.tokens is None


@pytest.mark.parametrize(
    "characters", [None, 3, [1], [[1]], [["a", 2]], [[99, 0]], [[0, 0]], [[1, 0xD800]], [[1, -1]], [[1, 1 << 40]]]
)
def test_a_character_is_restored_only_where_it_was_replaced(characters):
    assert restored("a\ufffdb", characters) == "a\ufffdb"
    assert restored("a\ufffdb", characters_of("a\x00b")) == "a\x00b"
    assert clean("a\x00\ud800b\t\n\r😀") == "a\ufffd\ufffdb\t\n\r😀"


@pytest.mark.parametrize("text", [None, "", "{", "[]", "1", '"x"', "[" * 100_000, '{"a": "\\ud800"}'])
def test_broken_details_say_nothing(text):
    assert data_of(text) == {}


@pytest.mark.parametrize("name", NAMES)
def test_attributes_of_many_kinds(tmp_path, name):
    kinds = [True, 1, 1.5, "x", "", None, [1], {"a": 1}, 1 << 62, 1 << 70, -3, "true"]
    spans = tuple(Span(f"T{number}", ((number, number + 1),), "X", {"k": value}) for number, value in enumerate(kinds))
    spans += tuple(Span(f"U{number}", ((number, number + 1),), "Y", {"only": value}) for number, value in enumerate((False, True)))
    spans += (Span("V", ((0, 1),), "Z", {"class": "a", "x-y": "b", "value": "c", "label": "d", "begin": "e", "": "f", "_g": "h"}),)
    record = replace(RECORD, text="abcdefghijklmnop", tokens=None, spans=spans, relations=())
    (back,) = [item for item in read(name, made(name, tmp_path, record)) if isinstance(item, Record)]

    def said(found: tuple[Span, ...]) -> dict:
        return {(span.label, span.start): {key: repr(value) for key, value in span.attributes.items()} for span in found}

    assert said(back.spans) == said(spans)


EVIL = ["x=__import__('os').system('true'), y", "class", "1x", "a b", "x-y", "_x", "", "x\ny"]


@pytest.mark.parametrize("feature", EVIL)
def test_a_feature_that_is_no_name_never_reaches_the_library(tmp_path, feature, monkeypatch):
    for name in NAMES:
        path = made(name, tmp_path)
        if name == "uima-json":
            data = json.loads(path.read_text(encoding="utf-8"))
            data["%TYPES"][NAMED_ENTITY][feature] = {"%NAME": feature, "%RANGE": "uima.cas.String"}
            path.write_text(json.dumps(data), encoding="utf-8")
        else:
            types = path.with_name("out.TypeSystem.xml")
            from xml.sax.saxutils import escape

            types.write_text(
                types.read_text(encoding="utf-8").replace("<name>identifier<", f"<name>{escape(feature)}<"), encoding="utf-8"
            )
        monkeypatch.setattr("cassis.typesystem.attr.make_class", _refuse(feature))
        (complaint,) = read(name, path)
        assert isinstance(complaint, Complaint)
        assert "no name that can be used" in complaint.message
        monkeypatch.undo()


def _refuse(feature: str):
    import attr

    real = attr.make_class

    def make(name, fields, *args, **more):
        assert feature not in fields
        return real(name, fields, *args, **more)

    return make


def test_a_document_type_is_refused(tmp_path):
    path = made("uima-xmi", tmp_path)
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]>'
    whole = path.read_text(encoding="utf-8")
    start = whole.index("<xmi:XMI")
    path.write_text(f"{bomb}{whole[start:]}", encoding="utf-8")
    (complaint,) = read("uima-xmi", path)
    assert isinstance(complaint, Complaint)
    assert "document type" in complaint.message
    path.write_text(whole, encoding="utf-8")
    types = path.with_name("out.TypeSystem.xml")
    types.write_text(f'<?xml version="1.0"?>{bomb}<a/>', encoding="utf-8")
    (complaint,) = read("uima-xmi", path)
    assert isinstance(complaint, Complaint)
    assert "type system" in complaint.message


def test_xmi_without_a_type_system_is_read_from_itself(tmp_path):
    path = made("uima-xmi", tmp_path)
    path.with_name("out.TypeSystem.xml").unlink()
    notice, back = read("uima-xmi", path)
    assert isinstance(notice, Complaint)
    assert not notice.lost
    assert "webanno.custom.Org" in notice.message
    assert isinstance(back, Record)
    assert (back.text, back.annotator, back.meta) == (TEXT, "ani", {"source": "desk"})
    assert [(span.label, span.fragments, span.kb_id) for span in back.spans] == [
        (span.label, span.fragments, span.kb_id) for span in RECORD.spans
    ]
    assert {relation.label for relation in back.relations} == {"WORKS", "part"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("begin", "end"), [(5, 9), (7, 100), (-1, 3), (9, 7), (7, 7), (2_000_000_000, 2_000_000_001)])
def test_offsets_that_make_no_sense_cost_their_span_alone(tmp_path, name, begin, end):
    path = made(name, tmp_path, replace(RECORD, relations=(), spans=(Span("T1", ((0, 3),), "PER"), Span("T2", ((6, 8),), "ORG"))))
    content = path.read_text(encoding="utf-8")
    if name == "uima-xmi":
        (element,) = re.findall(r'<[^<>]*value="ORG"[^<>]*>', content)
        bent = re.sub(r'end="\d+"', f'end="{end}"', re.sub(r'begin="\d+"', f'begin="{begin}"', element))
        assert bent != element
        path.write_text(content.replace(element, bent), encoding="utf-8")
    else:
        data = json.loads(content)
        for entry in data["%FEATURE_STRUCTURES"]:
            if entry.get("value") == "ORG":
                entry["begin"], entry["end"] = begin, end
        path.write_text(json.dumps(data), encoding="utf-8")
    found = read(name, path)
    (record,) = [item for item in found if isinstance(item, Record)]
    assert [span.label for span in record.spans] == ["PER"]
    assert [item.lost for item in found if isinstance(item, Complaint)] == [True]


def test_a_span_turned_round_is_mended_where_that_is_asked_for(tmp_path):
    path = made("uima-json", tmp_path, replace(RECORD, relations=(), spans=(Span("T2", ((6, 8),), "ORG"),)))
    data = json.loads(path.read_text(encoding="utf-8"))
    for entry in data["%FEATURE_STRUCTURES"]:
        if entry.get("value") == "ORG":
            entry["begin"], entry["end"] = entry["end"], entry["begin"]
    path.write_text(json.dumps(data), encoding="utf-8")
    notice, record = read("uima-json", path, ReadDefaults("other", mender=Mender()))
    assert isinstance(record, Record)
    assert [span.fragments for span in record.spans] == [((6, 8),)]
    assert isinstance(notice, Complaint)
    assert "turned round" in notice.message


@pytest.mark.parametrize("name", NAMES)
def test_many_documents_in_a_folder_or_a_zip(tmp_path, name):
    other = replace(RECORD, name="a/b", annotator="budi")
    with pytest.raises(FormatError, match="single document"):
        write(name, tmp_path / f"out{SUFFIX[name]}", RECORD, other)
    assert list(tmp_path.iterdir()) == []
    for out in (tmp_path / "folder", tmp_path / "out.zip"):
        assert write(name, out, RECORD, other, other).losses == []
        found = [(record.name, record.annotator) for record in read(name, out) if isinstance(record, Record)]
        assert sorted(found) == [("a/b", "budi"), ("a/b", "budi"), ("n", "ani")]
    assert ("TypeSystem.xml" in zipfile.ZipFile(tmp_path / "out.zip").namelist()) is (name == "uima-xmi")


@pytest.mark.parametrize("name", NAMES)
def test_the_export_of_a_project_of_inception(tmp_path, name):
    plain = replace(
        RECORD, name="", annotator="", meta={}, status=Status.NEW, flagged=False, categories=(), verdicts=(), relations=()
    )
    plain.spans = RECORD.spans[:1]
    path = made(name, tmp_path, replace(plain, name="x"))
    cas = loaded(path)
    for details in list(cas.select("annotator.Details")):
        cas.remove(details)
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        if name == "uima-xmi":
            archive.writestr("ani.xmi", cas.to_xmi())
            archive.writestr("TypeSystem.xml", cas.typesystem.to_xml())
        else:
            archive.writestr("ani.json", cas.to_json())
    with zipfile.ZipFile(tmp_path / "project.zip", "w") as archive:
        archive.write(inner, "annotation/doc.txt/ani.zip")
        archive.write(inner, "curation/doc.txt/CURATION_USER.zip")
        archive.writestr("exportedproject.xml", "<x/>")
    found = [item for item in read(name, tmp_path / "project.zip") if isinstance(item, Record)]
    assert [(record.name, record.annotator, record.kind) for record in found] == [
        ("doc.txt", "ani", Kind.PERSON),
        ("doc.txt", "CURATION_USER", Kind.GOLD),
    ]
    assert {(span.label, span.kb_id) for record in found for span in record.spans} == {("PER", "Q1")}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_off_anywhere_is_a_sentence(tmp_path, name):
    path = made(name, tmp_path)
    whole = path.read_bytes()
    for length in [*range(0, len(whole) - 10, 37), *range(len(whole) - 10, len(whole))]:
        path.write_bytes(whole[:length])
        found = read(name, path)
        assert len(found) == 1 or length > len(whole) - 2
        assert (
            all(isinstance(item, Complaint) and item.lost and "Traceback" not in item.message for item in found)
            or length > len(whole) - 2
        )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("byte", [b"\x00", b"\xff", b'"', b"<", b"}", b"9", b"&"], ids=lambda byte: byte.hex())
def test_one_byte_put_anywhere_never_breaks_the_reader(tmp_path, name, byte):
    path = made(name, tmp_path)
    whole = path.read_bytes()
    for place in range(3, len(whole), 61):
        path.write_bytes(whole[:place] + byte + whole[place:])
        for record in (item for item in read(name, path) if isinstance(item, Record)):
            ids = {span.id for span in record.spans}
            assert all(0 <= start < end <= len(record.text) for span in record.spans for start, end in span.fragments)
            assert all({relation.head, relation.tail} <= ids for relation in record.relations)


WRONG = [None, True, -1, 10**400, 1.5, "x", [], [1], {}, {"a": {}}]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_every_part_of_the_json_may_be_of_any_type(tmp_path, wrong):
    path = made("uima-json", tmp_path)
    data = json.loads(path.read_text(encoding="utf-8"))
    for key in data:
        path.write_text(json.dumps({**data, key: wrong}), encoding="utf-8")
        assert all(isinstance(item, Record | Complaint) for item in read("uima-json", path))
    structures = data["%FEATURE_STRUCTURES"]
    for number in (0, 1, 2, len(structures) - 1):
        for key in list(structures[number]):
            changed = [*structures[:number], {**structures[number], key: wrong}, *structures[number + 1 :]]
            path.write_text(json.dumps({**data, "%FEATURE_STRUCTURES": changed}), encoding="utf-8")
            assert all(isinstance(item, Record | Complaint) for item in read("uima-json", path))
    for number in (0, 3):
        changed = [*structures[:number], wrong, *structures[number + 1 :]]
        path.write_text(json.dumps({**data, "%FEATURE_STRUCTURES": changed}), encoding="utf-8")
        assert read("uima-json", path)
    for key in ("%NAME", "%SUPER_TYPE", "value"):
        types = {**data["%TYPES"], NAMED_ENTITY: {**data["%TYPES"][NAMED_ENTITY], key: wrong}}
        path.write_text(json.dumps({**data, "%TYPES": types}), encoding="utf-8")
        assert read("uima-json", path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("data", [b"", b"\n", b"<a/>", b"{}", b"[]", b"1", bytes(range(256)), b"<" * 1000, b"[" * 100_000])
def test_a_file_of_nothing_is_a_sentence(tmp_path, name, data):
    path = tmp_path / f"x{SUFFIX[name]}"
    path.write_bytes(data)
    (complaint,) = read(name, path)
    assert isinstance(complaint, Complaint)
    assert complaint.lost


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_gone_or_an_empty_folder_is_refused_at_once(tmp_path, name):
    reader = FORMATS[name].read
    assert reader is not None
    for path in (tmp_path / "gone.xmi", tmp_path):
        with pytest.raises(FormatError):
            reader(path, ReadDefaults())


@pytest.mark.parametrize("name", NAMES)
def test_layers_that_are_not_wanted_are_left_out_and_named(tmp_path, name):
    found = read(name, made(name, tmp_path), layers="NamedEntity")
    (record,) = [item for item in found if isinstance(item, Record)]
    assert [span.label for span in record.spans] == ["PER"]
    assert any("Org (1)" in item.message for item in found if isinstance(item, Complaint))


def test_the_formats_are_known_by_name_and_by_content(tmp_path):
    assert detect(made("uima-xmi", tmp_path)).name == "uima-xmi"
    path = made("uima-json", tmp_path)
    plain = path.rename(tmp_path / "plain.json")
    assert detect(plain).name == "uima-json"
    bare = (tmp_path / "out.xmi").rename(tmp_path / "out.data")
    assert detect(bare).name == "uima-xmi"
    write("uima-xmi", tmp_path / "folder", RECORD)
    assert detect(tmp_path / "folder").name == "uima-xmi"
