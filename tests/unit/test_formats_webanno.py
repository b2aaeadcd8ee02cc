"""WebAnno TSV: what its lines say, what is written, and files that no one should have made."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import webanno
from annotator.formats.detect import detect
from annotator.formats.uima_layers import LAYER, Choice, Layer, label_feature, layer_of
from annotator.formats.webanno_cells import (
    Holds,
    Sort,
    escaped,
    escaped_text,
    link,
    numbered,
    plain,
    reference,
    split,
    table_of,
    unescaped,
)

NE = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
HEAD = f"#FORMAT=WebAnno TSV 3.3\n#T_SP={NE}|value\n\n\n"
TEXT = "Ani 😀 di\r\nPT Maju."
RECORD = Record(
    "n",
    TEXT,
    {"source": "desk"},
    Tokens([(0, 3), (4, 5), (6, 8), (10, 12), (13, 17), (17, 18)]),
    "ani",
    Kind.PERSON,
    Status.IN_PROGRESS,
    spans=(Span("T1", ((0, 3),), "PER", {"sure": "no"}, kb_id="Q1"), Span("T2", ((10, 17),), "ORG")),
    relations=(Relation("R1", "WORKS", "T1", "T2", {"since": "1990"}),),
)


def read(path: Path, **options: str) -> list[Record | Complaint]:
    return list(webanno.read(path, ReadDefaults("other"), **options))


def write(path: Path, *records: Record) -> LossReport:
    return webanno.write(lambda: iter(records), path, LabelScheme(), options={}, progress=Progress())


def parsed(folder: Path, content: str | bytes, **options: str) -> tuple[Record, list[Complaint]]:
    path = folder / "x.tsv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = read(path, **options)
    (record,) = [item for item in found if isinstance(item, Record)]
    return record, [item for item in found if isinstance(item, Complaint)]


def told(record: Record) -> list[tuple[str, str]]:
    return [(span.label, span.surface(record.text)) for span in record.spans]


VALUES = ["a_b", "->", "*", "_", "[1]", "a|b;c\\", "\t\n\r", "\\[1]", "a\\", "a->1-2", "\\t", "\\\\n", "x[2]", "[", "é😀\u2028"]


@pytest.mark.parametrize("value", VALUES)
def test_what_is_escaped_comes_back(value):
    cell = escaped(value)
    assert plain(cell) == value
    assert numbered(cell) == (cell, 0)
    assert numbered(f"{cell}[7]") == (cell, 7)
    assert split(f"{cell}|{cell}[7]", "|") == [cell, f"{cell}[7]"]
    assert split(f"{cell};{cell}", ";") == [cell, cell]
    assert link(f"{cell}->3-12") == (cell, 3, 12)
    assert "\t" not in cell
    assert "\n" not in cell
    assert unescaped(escaped_text(value)) == value


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("1-2", ("1-2", 0, 0)),
        ("1-2.1[3]", ("1-2.1", 3, 0)),
        ("12-34[0_5]", ("12-34", 0, 5)),
        ("1-2[", None),
        ("x", None),
        ("1", None),
        ("1-2[a]", None),
        ("", None),
    ],
)
def test_references(value, wanted):
    assert reference(value) == wanted


def test_the_header_names_columns():
    table = table_of("#T_SP=a.Host|ROLE_a.Host:links_a.LinkType|a.Target|value", 3)
    assert table is not None
    assert (table.sort, table.type, table.first) == (Sort.SPAN, "a.Host", 3)
    assert [(column.holds, column.feature, column.type) for column in table.columns] == [
        (Holds.ROLE, "links", "a.LinkType"),
        (Holds.TARGET, "links", "a.Target"),
        (Holds.FEATURE, "value", ""),
    ]
    assert table_of("#T_XX=a", 0) is None
    assert table_of("#T_SP=", 0) is None
    nothing = table_of("#T_SP=a.Simple|", 0)
    assert nothing is not None
    assert [column.holds for column in nothing.columns] == [Holds.NOTHING]


def test_stacked_and_numbered_annotations(tmp_path):
    record, complaints = parsed(
        tmp_path, HEAD + "#Text=a b c\n1-1\t0-1\ta\tX[1]|Y\t\n1-2\t2-3\tb\tX[1]|X[2]\t\n1-3\t4-5\tc\tX[2]|*\t\n"
    )
    assert complaints == []
    assert told(record) == [("X", "a b"), ("Y", "a"), ("X", "b c"), ("NamedEntity", "c")]


def test_parts_of_tokens(tmp_path):
    record, _ = parsed(tmp_path, HEAD + "#Text=abc de\n1-1\t0-3\tabc\t_\t\n1-1.1\t1-3\tbc\tX[1]\t\n1-2\t4-6\tde\tX[1]\t\n")
    assert told(record) == [("X", "bc de")]
    assert record.tokens == Tokens([(0, 3), (4, 6)])


def test_a_relation_names_its_source_and_stands_with_its_target(tmp_path):
    head = HEAD.rstrip() + f"\n#T_RL=webanno.custom.Relation|label|BT_{NE}\n\n\n"
    rows = "#Text=a b\n1-1\t0-1\ta\tX[1]|Y[2]\tR|S\t1-2[0_1]|1-1[2_1]\t\n1-2\t2-3\tb\tZ\t_\t_\t\n"
    record, complaints = parsed(tmp_path, head + rows)
    assert complaints == []
    labels = {span.id: span.label for span in record.spans}
    assert [(item.label, labels[item.head], labels[item.tail]) for item in record.relations] == [("R", "Z", "X"), ("S", "Y", "X")]


def test_the_text_between_sentences(tmp_path):
    rows = "#Text=a b\n1-1\t2-3\ta\t_\t\n1-2\t4-5\tb\t_\t\n\n#Text=c\n#Text=d\n2-1\t8-9\tc\t_\t\n2-2\t10-11\td\t_\t\n"
    record, (notice,) = parsed(tmp_path, HEAD + rows)
    assert record.text == "  a b\n  c\nd"
    assert not notice.lost
    assert "between 1 pair of sentences" in notice.message


def test_offsets_that_count_code_points_are_found_out(tmp_path):
    record, (notice,) = parsed(tmp_path, HEAD + "#Text=😀 a b\n1-1\t0-1\t😀\t_\t\n1-2\t2-3\ta\tX\t\n1-3\t4-5\tb\t_\t\n")
    assert told(record) == [("X", "a")]
    assert (notice.lost, "code points" in notice.message) == (False, True)


def test_a_token_that_is_elsewhere_is_named_and_left_out(tmp_path):
    record, (complaint,) = parsed(tmp_path, HEAD + "#Text=a b c\n1-1\t0-1\ta\tX\t\n1-2\t3-4\tb\tY\t\n1-3\t4-5\tc\tZ\t\n")
    assert told(record) == [("X", "a"), ("Z", "c")]
    assert complaint.lost
    assert "Line 7" in complaint.message


@pytest.mark.parametrize(
    "row",
    [
        "x",
        "1-1",
        "1-1\t0\ta\tX",
        "1-1\ta-b\ta\tX",
        "1-1\t0-99999999999\ta\tX",
        "1\t0-1\ta",
        "-\t-\t-",
        "\t\t\t",
        "1-1\t5-2\tb\tX\t",
    ],
)
def test_a_broken_row_costs_itself_alone(tmp_path, row):
    record, complaints = parsed(tmp_path, HEAD + f"#Text=a b\n1-1\t0-1\ta\tX\t\n{row}\n1-2\t2-3\tb\tY\t\n")
    assert told(record) == [("X", "a"), ("Y", "b")]
    assert [complaint.lost for complaint in complaints] == [True]


@pytest.mark.parametrize(
    "cells",
    ["1-9", "x", "1-1[5_7]", "1-1[", "_", "*", "1-1|1-2|1-3", "|||", "1-1[0_0_0]", "9" * 500 + "-1", "\\", "[1]"],
)
def test_a_bad_reference_leaves_the_spans(tmp_path, cells):
    head = HEAD.rstrip() + f"\n#T_RL=webanno.custom.Relation|label|BT_{NE}\n\n\n"
    record, complaints = parsed(tmp_path, head + f"#Text=a b\n1-1\t0-1\ta\tX\t_\t_\t\n1-2\t2-3\tb\tY\tR\t{cells}\t\n")
    assert told(record) == [("X", "a"), ("Y", "b")]
    assert len(record.relations) <= 2
    assert record.relations or complaints


@pytest.mark.parametrize("own", ["{", "[]", "1", '{"name": 1, "kind": [], "status": 3, "meta": 4}', '{"layers": 1}', "[" * 100_000])
def test_a_broken_line_of_our_own_costs_no_span(tmp_path, own):
    record, _ = parsed(tmp_path, HEAD + f"#Annotator={own}\n#Text=a\n1-1\t0-1\ta\tX\t\n")
    assert (record.name, told(record), record.annotator) == ("x", [("X", "a")], "other")


def test_lemmas_are_taken_over_only_when_asked_for(tmp_path):
    lemma = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Lemma"
    content = f"#FORMAT=WebAnno TSV 3.2\n#T_SP={lemma}|value\n#T_SP={NE}|value\n\n\n#Text=a\n1-1\t0-1\ta\tlem\tX\t\n"
    record, (notice,) = parsed(tmp_path, content)
    assert told(record) == [("X", "a")]
    assert "Lemma (1)" in notice.message
    record, _ = parsed(tmp_path, content, layers="Lemma")
    assert told(record) == [("lem", "a")]
    record, _ = parsed(tmp_path, content, layers=f"{lemma}, NamedEntity")
    assert sorted(told(record)) == [("X", "a"), ("lem", "a")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_that_show_themselves(tmp_path, encoding):
    record, _ = parsed(tmp_path, (HEAD + "#Text=kafé di sini saja\n1-1\t0-4\tkafé\tX\t\n").encode(encoding))
    assert told(record) == [("X", "kafé")]


def test_an_encoding_that_has_to_be_told(tmp_path):
    path = tmp_path / "x.tsv"
    path.write_bytes((HEAD + "#Text=kafé\n1-1\t0-4\tkafé\tX\t\n").encode("cp1252"))
    (complaint,) = read(path)
    assert isinstance(complaint, Complaint)
    assert "not UTF-8" in complaint.message
    (record,) = [item for item in read(path, encoding="cp1252") if isinstance(item, Record)]
    assert told(record) == [("X", "kafé")]
    with pytest.raises(FormatError, match="none-such"):
        read(path, encoding="none-such")


def test_what_is_written_is_what_inception_writes(tmp_path):
    report = write(tmp_path / "out.tsv", replace(RECORD, meta={}, annotator="", kind=Kind.MODEL, status=Status.NEW))
    lines = (tmp_path / "out.tsv").read_text(encoding="utf-8").split("\n")
    assert lines[:5] == [
        "#FORMAT=WebAnno TSV 3.3",
        f"#T_SP={NE}|identifier|sure|value",
        f"#T_RL=webanno.custom.Relation|label|since|BT_{NE}",
        "",
        "",
    ]
    assert lines[6:] == [
        "#Text=Ani 😀 di\\r",
        "#Text=",
        "1-1\t0-3\tAni\tQ1\tno\tPER\t_\t_\t_\t",
        "1-2\t4-6\t😀\t_\t_\t_\t_\t_\t_\t",
        "1-3\t7-9\tdi\t_\t_\t_\t_\t_\t_\t",
        "",
        "#Text=PT Maju.",
        "2-1\t11-13\tPT\t*[1]\t*[1]\tORG[1]\tWORKS\t1990\t1-1[0_1]\t",
        "2-2\t14-18\tMaju\t*[1]\t*[1]\tORG[1]\t_\t_\t_\t",
        "2-3\t18-19\t.\t_\t_\t_\t_\t_\t_\t",
        "",
    ]
    assert report.losses == []
    assert any("webanno.custom.Relation (label, since)" in notice for notice in report.notices)


def test_many_documents_in_a_folder_a_zip_and_never_in_one_file(tmp_path):
    other = replace(RECORD, name="a/b", annotator="budi")
    with pytest.raises(FormatError, match="single document"):
        write(tmp_path / "out.tsv", RECORD, other)
    assert list(tmp_path.iterdir()) == []
    for out in (tmp_path / "folder", tmp_path / "out.zip"):
        assert write(out, RECORD, other, other).losses == []
        found = [(record.name, record.annotator) for record in read(out) if isinstance(record, Record)]
        assert sorted(found) == [("a/b", "budi"), ("a/b", "budi"), ("n", "ani")]
    assert sorted(zipfile.ZipFile(tmp_path / "out.zip").namelist()) == ["a/b-2.tsv", "a/b.tsv", "n.tsv"]
    with pytest.raises(FormatError, match="not empty"):
        write(tmp_path / "folder", RECORD)


def test_the_folders_of_inception_name_document_and_annotator(tmp_path):
    content = HEAD + "#Text=a\n1-1\t0-1\ta\tX\t\n"
    for name in ("annotation/doc.txt/ani.tsv", "annotation/doc.txt/INITIAL_CAS.tsv", "curation/doc.txt/CURATION_USER.tsv"):
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for path in sorted((tmp_path / "project").rglob("*.tsv")):
            archive.write(path, path.relative_to(tmp_path / "project"))
    for path in (tmp_path / "project", tmp_path / "p.zip"):
        found = [(record.name, record.annotator, record.kind) for record in read(path) if isinstance(record, Record)]
        assert sorted(found) == [
            ("doc.txt", "CURATION_USER", Kind.GOLD),
            ("doc.txt", "INITIAL_CAS", Kind.MODEL),
            ("doc.txt", "ani", Kind.PERSON),
        ]


def test_a_file_cut_off_at_any_byte_is_less_of_the_same(tmp_path):
    path = tmp_path / "out.tsv"
    write(path, RECORD)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        for record in (item for item in read(path) if isinstance(item, Record)):
            assert TEXT.startswith(record.text) or record.text.startswith(TEXT[:3])
            assert all(0 <= span.start < span.end <= len(record.text) for span in record.spans)


@pytest.mark.parametrize(
    "byte", [b"\x00", b"\xff", b"\n", b"\t", b"|", b"[", b"\\", b"#", b"_", b"\r", b"9"], ids=lambda byte: byte.hex()
)
def test_one_byte_put_anywhere_never_breaks_the_reader(tmp_path, byte):
    path = tmp_path / "out.tsv"
    write(path, RECORD)
    whole = path.read_bytes()
    for place in range(0, len(whole) + 1, 7):
        path.write_bytes(whole[:place] + byte + whole[place:])
        for record in (item for item in read(path) if isinstance(item, Record)):
            ids = {span.id for span in record.spans}
            assert all(0 <= span.start < span.end <= len(record.text) for span in record.spans)
            assert all({relation.head, relation.tail} <= ids for relation in record.relations)


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"#FORMAT=WebAnno TSV 3.3", HEAD.encode(), b"x\ty", bytes(range(256)), b"#id=1\n#text=\n"]
)
def test_a_file_of_nothing_is_a_sentence(tmp_path, data):
    path = tmp_path / "x.tsv"
    path.write_bytes(data)
    found = read(path)
    assert found
    assert all(isinstance(item, Complaint) and item.lost for item in found)


def test_a_file_that_is_gone_or_an_empty_folder_is_refused_at_once(tmp_path):
    with pytest.raises(FormatError, match="does not exist"):
        webanno.read(tmp_path / "gone.tsv", ReadDefaults())
    with pytest.raises(FormatError, match="nothing to read"):
        webanno.read(tmp_path, ReadDefaults())


def test_a_broken_zip_is_a_sentence(tmp_path):
    path = tmp_path / "x.zip"
    write(path, RECORD)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FormatError, match="broken zip"):
        read(path)


def test_a_member_that_unpacks_to_a_mountain_is_not_read(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../bomb.tsv", b"a" * 5_000_000)
        archive.writestr("../good.tsv", HEAD + "#Text=a\n1-1\t0-1\ta\tX\t\n")
    complaint, record = read(path)
    assert isinstance(complaint, Complaint)
    assert isinstance(record, Record)
    assert told(record) == [("X", "a")]
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.zip"]


@pytest.mark.parametrize(
    "content", [HEAD, f" # {NE} | value\n#id=1\n#text=a\n1-1\ta\tO\t\n", "#id=1\n#text=a\n1\ta\t_\t_\tO\tO\t0\t_\t_\t_\n"]
)
def test_files_are_known_by_how_they_begin(tmp_path, content):
    path = tmp_path / "x.tsv"
    path.write_text(content, encoding="utf-8", newline="\n")
    assert detect(path).name == "webanno-tsv"


def test_stacks_of_version_2_keep_their_places(tmp_path):
    rows = "1-1\ta\tB-X|B-Y\t\n1-2\tb\tI-X|I-Y|B-Z\t\n1-3\tc\tO-_|I-Y|I-Z\t\n1-4\td\tB-X\t\n"
    record, _ = parsed(tmp_path, f" # {NE} | value\n#id=1\n#text=a b c d\n{rows}")
    assert sorted(told(record)) == [("X", "a b"), ("X", "d"), ("Y", "a b c"), ("Z", "b c")]


def test_a_text_of_version_2_that_does_not_hold_its_tokens_is_rebuilt(tmp_path):
    record, (notice,) = parsed(tmp_path, f" # {NE} | value\n#id=1\n#text=other\n1-1\ta\tB-X\t\n1-2\tb\tI-X\t\n")
    assert (record.text, told(record), notice.lost) == ("a b", [("X", "a b")], False)


@pytest.mark.parametrize(
    ("told_layer", "wanted"),
    [
        ("a.B|c", Layer("a.B", "c")),
        ("a.B", Layer("a.B")),
        ("uima.tcas.Annotation", Layer(NE, "value")),
        ("a..B", Layer(NE, "value")),
        ("a.B|sofa", Layer(NE, "value")),
        ("a.B|x y", Layer(NE, "value")),
        ("a.B:links", Layer(NE, "value")),
        (7, Layer(NE, "value")),
    ],
)
def test_the_layer_of_a_span_is_what_its_attribute_says_if_it_can_be_one(told_layer, wanted):
    assert layer_of(Span("T1", ((0, 1),), "X", {LAYER: told_layer})) == wanted


def test_which_feature_holds_the_label():
    assert label_feature(["coarseValue", "PosValue"]) == "PosValue"
    assert label_feature(["identifier", "kind"]) == "kind"
    assert label_feature(["aspect", "opinion"]) == ""
    assert label_feature(["label", "value"]) == "value"
    assert Choice("").takes("a.B")
    assert not Choice("C").takes("a.B")
