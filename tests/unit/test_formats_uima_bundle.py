"""Folders and archives as INCEpTION lays them out, files of several views, and type systems that are missing or partial."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats import uima_bundle
from annotator.formats.table import FORMATS
from annotator.formats.uima_bundle import Member, members
from annotator.formats.uima_details import DETAILS
from annotator.formats.uima_layers import NAMED_ENTITY

pytest.importorskip("cassis")

ENDS = (".cas.json", ".json")
NAMES = ("webanno-tsv", "uima-xmi", "uima-json")
SUFFIX = {"webanno-tsv": ".tsv", "uima-xmi": ".xmi", "uima-json": ".json"}
TEXT = "Ani 😀 di rumah."
RECORD = Record(
    "n",
    TEXT,
    annotator="ani",
    spans=(Span("T1", ((0, 3),), "PER"), Span("T2", ((9, 14),), "LOC")),
    relations=(Relation("R1", "in", "T1", "T2"),),
)


def read(name: str, path: Path) -> list[Record | Complaint]:
    reader = FORMATS[name].read
    assert reader is not None
    return list(reader(path, ReadDefaults("other")))


def write(name: str, path: Path, *records: Record) -> LossReport:
    writer = FORMATS[name].write
    assert writer is not None
    return writer(lambda: iter(records), path, LabelScheme(), options={}, progress=Progress())


def records(found: list[Record | Complaint]) -> list[Record]:
    return [item for item in found if isinstance(item, Record)]


def lost(found: list[Record | Complaint]) -> list[str]:
    return [item.message for item in found if isinstance(item, Complaint) and item.lost]


def seen(path: Path) -> list[tuple[str, str, Kind | None]]:
    return [(item.name, item.annotator, item.kind) for item in members(path, ENDS) if isinstance(item, Member)]


FILES = [
    ("annotation/doc.txt/ani.json", ("doc.txt", "ani", Kind.PERSON)),
    ("p/annotation/doc.txt/ani.cas.json", ("doc.txt", "ani", Kind.PERSON)),
    ("curation/doc.txt/CURATION_USER.json", ("doc.txt", "CURATION_USER", Kind.GOLD)),
    ("annotation/doc.txt/INITIAL_CAS.json", ("doc.txt", "INITIAL_CAS", Kind.MODEL)),
    ("source/doc.cas.json", ("source/doc", "", None)),
    ("annotation/ani.json", ("annotation/ani", "", None)),
    ("deep/er/doc.JSON", ("deep/er/doc", "", None)),
    ("x.json", ("x", "", None)),
]


@pytest.mark.parametrize(("name", "wanted"), FILES)
@pytest.mark.parametrize("packed", [True, False])
def test_a_path_says_document_and_annotator(tmp_path, name, wanted, packed):
    if packed:
        with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
            archive.writestr(name, b"{}")
            archive.writestr("__MACOSX/._x.json", b"{}")
            archive.writestr("notes.txt", b"{}")
        assert seen(tmp_path / "p.zip") == [wanted]
        return
    path = tmp_path / "p" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{}")
    (path.parent / ".hidden.json").write_bytes(b"{}")
    assert seen(tmp_path / "p") == [wanted]


@pytest.mark.parametrize(
    ("file", "name"), [("doc.cas.json", "doc"), ("doc.json", "doc"), ("doc.data", "doc"), (".json", ".json"), ("a.b.json", "a.b")]
)
def test_a_single_file_is_called_without_its_whole_suffix(tmp_path, file, name):
    (tmp_path / file).write_bytes(b"{}")
    assert seen(tmp_path / file) == [(name, "", None)]


def test_a_zip_within_a_folder_is_opened_where_a_user_may_have_put_it(tmp_path):
    folder = tmp_path / "annotation" / "doc.txt"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "ani.zip", "w") as archive:
        archive.writestr("whatever.json", b"{}")
    (tmp_path / "other.zip").write_bytes((folder / "ani.zip").read_bytes())
    assert seen(tmp_path) == [("doc.txt", "ani", Kind.PERSON)]
    (folder / "budi.zip").write_bytes(b"no zip")
    with zipfile.ZipFile(folder / "citra.zip", "w") as archive:
        archive.writestr("whatever.txt", b"")
    found = [item for item in members(tmp_path, ENDS) if isinstance(item, Complaint)]
    assert [Path(item.place).name for item in found] == ["budi.zip", "citra.zip"]
    assert ["broken zip" in item.message for item in found] == [True, False]


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_without_such_a_file_says_so(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("notes.txt", b"")
    (complaint,) = read(name, tmp_path / "p.zip")
    assert isinstance(complaint, Complaint)
    assert "no file that ends in" in complaint.message


def test_a_broken_member_costs_itself_alone(tmp_path):
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a.json", "b.json", "c.json"):
            archive.writestr(name, f'"the content of {name}"')
    data = path.read_bytes()
    path.write_bytes(data.replace(b'content of b.json"', b'kontent of b.json"', 1))
    first, second, third = members(path, ENDS)
    assert isinstance(first, Member) and isinstance(third, Member)  # noqa: PT018
    assert isinstance(second, Complaint)
    assert second.place.endswith("b.json")
    assert "broken" in second.message


def test_files_and_members_that_are_too_large_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(uima_bundle, "LARGEST", 10)
    (tmp_path / "big.json").write_bytes(b"1" * 11)
    (tmp_path / "small.json").write_bytes(b"1" * 10)
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for name in ("big.json", "small.json"):
            archive.write(tmp_path / name, name)
        archive.write(tmp_path / "big.json", "types")
    for path in (tmp_path, tmp_path / "p.zip"):
        big, small = members(path, ENDS)
        assert isinstance(big, Complaint) and isinstance(small, Member)  # noqa: PT018
        assert "large" in big.message
        assert small.beside("big.json") is None
        assert small.beside("gone") is None
    monkeypatch.setattr(uima_bundle, "MOST", 20)
    with pytest.raises(FormatError, match="unpack it yourself"):
        list(members(tmp_path / "p.zip", ENDS))


def test_several_annotators_of_several_documents_of_one_archive(tmp_path):
    write("uima-xmi", tmp_path / "x.zip", RECORD)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        data, types = archive.read("n.xmi"), archive.read("TypeSystem.xml")
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for document in ("one.txt", "two.txt"):
            for user in ("ani", "budi"):
                plain = data.replace(b"&quot;name&quot;:&quot;n&quot;", b"&quot;x&quot;:1").replace(b"&quot;ani&quot;", b"1")
                archive.writestr(f"annotation/{document}/{user}.xmi", plain)
            archive.writestr(f"annotation/{document}/TypeSystem.xml", types)
    found = read("uima-xmi", tmp_path / "p.zip")
    assert lost(found) == []
    assert [(record.name, record.annotator, len(record.relations)) for record in records(found)] == [
        (document, user, 1) for document in ("one.txt", "two.txt") for user in ("ani", "budi")
    ]


def test_a_partial_type_system_is_completed_and_a_wrong_one_is_a_sentence(tmp_path):
    path = tmp_path / "x.xmi"
    write("uima-xmi", path, RECORD)
    types = tmp_path / "x.TypeSystem.xml"
    whole = types.read_text(encoding="utf-8")
    for kind in (NAMED_ENTITY, DETAILS):
        part = re.sub(rf"<typeDescription>\s*<name>{re.escape(kind)}</name>.*?</typeDescription>", "", whole, flags=re.DOTALL)
        assert part != whole
        types.write_text(part.replace(f"<rangeTypeName>{kind}<", "<rangeTypeName>uima.tcas.Annotation<"), encoding="utf-8")
        found = read("uima-xmi", path)
        assert lost(found) == []
        assert [(span.label, span.start) for span in records(found)[0].spans] == [("PER", 0), ("LOC", 9)]
    for wrong in ("<a/>", "<a>", whole.replace("uima.tcas.Annotation", "no.such.Type"), whole[:300]):
        types.write_text(wrong, encoding="utf-8")
        found = read("uima-xmi", path)
        assert records(found) or lost(found)
    types.rename(tmp_path / "typesystem.xml")
    types.with_name("typesystem.xml").write_text(whole, encoding="utf-8")
    assert read("uima-xmi", path) == records(read("uima-xmi", path))


def cas(tmp_path: Path) -> dict[str, Any]:
    write("uima-json", tmp_path / "x.json", RECORD)
    return json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))


def changed(tmp_path: Path, data: dict[str, Any]) -> list[Record | Complaint]:
    path = tmp_path / "y.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return read("uima-json", path)


def sofa(data: dict[str, Any]) -> dict[str, Any]:
    return next(entry for entry in data["%FEATURE_STRUCTURES"] if entry["%TYPE"] == "uima.cas.Sofa")


@pytest.mark.parametrize("key", ["%VIEWS", "%TYPES", "%FEATURE_STRUCTURES"])
def test_json_with_a_part_missing(tmp_path, key):
    data = cas(tmp_path)
    del data[key]
    found = changed(tmp_path, data)
    if key == "%TYPES":
        assert [span.label for span in records(found)[0].spans] == ["PER", "LOC"]
        assert lost(found) == []
    else:
        assert records(found) == []
        assert len(lost(found)) == 1


def test_annotations_that_no_view_holds_are_counted(tmp_path):
    data = cas(tmp_path)
    (view,) = data["%VIEWS"].values()
    gone = {entry["%ID"] for entry in data["%FEATURE_STRUCTURES"] if entry.get("value") == "LOC"}
    view["%MEMBERS"] = [number for number in view["%MEMBERS"] if number not in gone]
    found = changed(tmp_path, data)
    assert [span.label for span in records(found)[0].spans] == ["PER"]
    assert lost(found) == [
        "An end of a relation in is no span that was taken over; it was left out.",
        "No view of the file holds 1 annotation, so that much was not read.",
    ]


def test_a_text_that_lies_elsewhere_is_no_article(tmp_path):
    data = cas(tmp_path)
    del sofa(data)["sofaString"]
    sofa(data)["sofaURI"] = "file:/etc/passwd"
    found = changed(tmp_path, data)
    assert records(found) == []
    assert lost(found) == ["The file holds no text, so there is no article to bring in."]


def test_each_view_with_a_text_is_a_document(tmp_path):
    data = cas(tmp_path)
    first = sofa(data)
    top = max(entry["%ID"] for entry in data["%FEATURE_STRUCTURES"])
    data["%FEATURE_STRUCTURES"] += [
        {**first, "%ID": top + 1, "sofaNum": 2, "sofaID": "translation", "sofaString": "😀 Ani at home."},
        {"%ID": top + 2, "%TYPE": NAMED_ENTITY, "@sofa": top + 1, "begin": 3, "end": 6, "value": "PER"},
        {**first, "%ID": top + 3, "sofaNum": 3, "sofaID": "nothing", "sofaString": ""},
    ]
    data["%VIEWS"]["translation"] = {"%SOFA": top + 1, "%MEMBERS": [top + 2]}
    data["%VIEWS"]["nothing"] = {"%SOFA": top + 3, "%MEMBERS": []}
    found = changed(tmp_path, data)
    assert lost(found) == []
    one, two = records(found)
    assert (one.name, one.text, len(one.spans)) == ("n", TEXT, 2)
    assert (two.text, [span.surface(two.text) for span in two.spans]) == ("😀 Ani at home.", ["Ani"])
    assert two.name.endswith("#translation")


@pytest.mark.parametrize("feature", ["get", "xmiID", "get_covered_text", "set"])
def test_a_strangers_feature_that_the_library_trips_over_is_a_record_or_a_sentence(tmp_path, feature):
    data = cas(tmp_path)
    data["%TYPES"][NAMED_ENTITY][feature] = {"%NAME": feature, "%RANGE": "uima.cas.String"}
    for entry in data["%FEATURE_STRUCTURES"]:
        if entry["%TYPE"] == NAMED_ENTITY:
            entry[feature] = "v"
    found = changed(tmp_path, data)
    assert len(records(found)) + len(lost(found)) >= 1
    for record in records(found):
        assert [span.label for span in record.spans] == ["PER", "LOC"]


@pytest.mark.parametrize("name", NAMES)
def test_an_export_never_overwrites_a_folder_and_leaves_nothing_when_it_fails(tmp_path, name):
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine", encoding="utf-8")
    for path, told in ((full, "not empty"), (full / "mine.txt", "is a file")):
        with pytest.raises(FormatError, match=told):
            write(name, path, RECORD)
    with pytest.raises(FormatError, match="nothing to export"):
        write(name, tmp_path / "new")
    with pytest.raises(FormatError, match="does not exist"):
        write(name, tmp_path / "gone" / "new", RECORD)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["full", "mine.txt"]
    (tmp_path / "empty").mkdir()
    assert write(name, tmp_path / "empty", RECORD).losses == []
    assert f"n{SUFFIX[name]}" in {path.name for path in (tmp_path / "empty").iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_the_same_records_give_the_same_bytes(tmp_path, name):
    for path in (tmp_path / "a.zip", tmp_path / "b.zip"):
        write(name, path, RECORD, RECORD)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
