"""brat standoff: every kind of line in, the same out, whatever is wrong named by file and line."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, scheme_from_dict
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import FormatError
from annotator.formats import brat
from annotator.formats.brat_lines import parse

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "brat"
FIXTURES = ROOT.parent / "shared" / "fixtures"
NEWS = FIXTURES / "formats" / "brat" / "example-data" / "tutorials" / "news"
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not beside the repository")

TEXT = "Budi diangkat jadi bos BRI cabang Persero."
ANN = """T1\tPER 0 4\tBudi
T2\tORG 23 26;34 41\tBRI Persero
R1\tBEKERJA_DI Arg1:T1 Arg2:T2
T3\tAngkat 5 13\tdiangkat
E1\tAngkat:T3 Siapa:T1 Di:T2
A1\tPasti T1
A2\tKeyakinan E1 Tinggi
M1\tNegasi E1
N1\tReference T2 Wikidata:Q623042\tBRI
*\tAlias T1 T2
#1\tAnnotatorNotes R1\tcek lagi
"""


def read(path, defaults=None, **options):
    records, complaints = [], []
    for item in brat.read(path, defaults or ReadDefaults(), **options):
        (records if isinstance(item, Record) else complaints).append(item)
    return records, complaints


def pair(folder, ann, text=TEXT, name="a"):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / f"{name}.ann").write_bytes(ann if isinstance(ann, bytes) else ann.encode())
    return folder


def one(folder, ann, text=TEXT):
    records, complaints = read(pair(folder, ann, text))
    assert len(records) == 1
    return records[0], complaints


def write(path, *records, scheme=None, progress=None, **options):
    return brat.write(lambda: iter(records), path, scheme or LabelScheme(), options=options, progress=progress or Progress())


def places(record):
    return {span.id: (span.fragments, span.label) for span in record.spans}


def links(record):
    return [(relation.label, relation.head, relation.tail) for relation in record.relations]


def test_every_kind_of_line_is_understood(tmp_path):
    record, complaints = one(tmp_path / "in", ANN)
    assert complaints == []
    assert (record.name, record.text, record.annotator, record.kind) == ("a", TEXT, "import", Kind.MODEL)
    assert places(record) == {
        "T1": (((0, 4),), "PER"),
        "T2": (((23, 26), (34, 41)), "ORG"),
        "T3": (((5, 13),), "Angkat"),
    }
    assert links(record) == [
        ("Siapa", "T3", "T1"),
        ("Di", "T3", "T2"),
        ("BEKERJA_DI", "T1", "T2"),
        ("Alias", "T1", "T2"),
    ]
    spans = {span.id: span for span in record.spans}
    assert spans["T1"].attributes == {"Pasti": True}
    assert spans["T3"].attributes == {"Keyakinan": "Tinggi", "Negasi": True}
    assert spans["T2"].kb_id == "Wikidata:Q623042"
    assert [relation.note for relation in record.relations] == ["", "", "cek lagi", ""]
    assert not any(item.reviewed for item in (*record.spans, *record.relations))


def test_what_was_read_is_written_again_line_by_line(tmp_path):
    record, _ = one(tmp_path / "in", ANN)
    report = write(tmp_path / "out", record, details="none")
    assert report.losses == []
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (1, 3, 4, 7)
    wanted = set(ANN.replace("M1\tNegasi", "A3\tNegasi").splitlines())
    assert set((tmp_path / "out" / "a.ann").read_text(encoding="utf-8").splitlines()) == wanted
    assert (tmp_path / "out" / "a.txt").read_bytes() == TEXT.encode()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("T9\tORG 77 INVALID\tBudi", "“T1<tab>LABEL start end"),
        ("T9\tORG 0 4 4\tBudi", "“T1<tab>LABEL start end"),
        ("T9 ORG 0 4 Budi", "“T1<tab>LABEL start end"),
        ("T9\tORG 4 0\tBudi", "end before they start"),
        ("T9\tORG 3 3\t", "cover no text"),
        ("T9\tORG 40 99\tx", "beyond the end"),
        ("T9\tORG 0 999999999999\tx", "beyond the end"),
        ("T1\tORG 0 4\tBudi", "earlier line has the id “T1”"),
        ("R9\tX Arg1:T1", "two arguments of different names"),
        ("R9\tX Arg1:T1 Arg1:T2", "two arguments of different names"),
        ("R9\tX Arg1:T1 Arg2:T77", "names T77"),
        ("E9\tX:T77 A:T1", "its trigger is no span"),
        ("E9\tAngkat:T3 A:T77", "names T77"),
        ("*\tAlias T1", "fewer than two spans"),
        ("*\tAlias T1 T77", "names T77"),
        ("A9\tX T77", "T77 is nothing in the file"),
        ("A9\tKeyakinan E1 Rendah", "another value of “Keyakinan”"),
        ("A9", "“A1<tab>NAME T1 value”"),
        ("N9\tReference T1 Wikidata", "“N1<tab>Reference T1 DB:ID"),
        ("N9\tReference R1 a:b\tc", "R1 is nothing in the file"),
        ("#9\tAnnotatorNotes T77\tx", "T77 is nothing in the file"),
        ("#9\tAnnotatorDetails T1\t{", "no JSON object"),
        ("#9\tAnnotatorDetails T77\t{}", "Details of T77"),
        ("T9\tORG 0 4\tBudiT8\tORG 0 4\tBudi", "the text at 0 4 is “Budi”"),
        ("E9\tAndere:T1", "its trigger PER"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_read(tmp_path, line, said):
    record, complaints = one(tmp_path / "in", f"{ANN}{line}\n")
    lost = [complaint for complaint in complaints if complaint.lost]
    assert said in lost[0].message
    assert lost[0].place == f"{tmp_path / 'in' / 'a.ann'}:12"
    assert {"T1", "T2", "T3"} <= {span.id for span in record.spans}
    assert len(record.relations) >= 4


def test_fragments_out_of_order_or_overlapping_are_put_right_and_named(tmp_path):
    record, complaints = one(tmp_path / "in", "T1\tX 34 41;23 26\tPersero BRI\nT2\tX 0 3;2 4\tBud di\n")
    assert places(record) == {"T1": (((23, 26), (34, 41)), "X"), "T2": (((0, 4),), "X")}
    assert [(complaint.lost, complaint.message.split(";")[0]) for complaint in complaints] == [
        (False, "The fragments of T1 stand out of text order"),
        (False, "Fragments of T2 overlap"),
    ]


def test_unknown_lines_are_kept_and_written_back(tmp_path):
    odd = ["X1\tsomething odd", "plain words", "#7\tNormalization T1\ttail"]
    record, complaints = one(tmp_path / "in", ANN + "\n".join(odd))
    assert [complaint.lost for complaint in complaints] == [False] * 3
    assert record.meta["brat"]["lines"] == odd
    assert write(tmp_path / "out", record).losses == []
    lines = (tmp_path / "out" / "a.ann").read_text(encoding="utf-8").splitlines()
    assert lines[-3:] == odd
    again, _ = read(tmp_path / "out")
    assert again[0].meta["brat"]["lines"] == odd


def test_lines_in_the_metadata_cannot_forge_others(tmp_path):
    meta = {"brat": {"lines": ["T1\tX 0 1\tB", "a\nT5\tX 0 1\tB", 5, "", "#1\tAnnotatorNotes T1\tforged", "fine"], "roles": 7}}
    write(tmp_path / "out", Record(name="a", text=TEXT, meta=meta, annotator="a", spans=(Span("T1", ((0, 4),), "PER"),)))
    lines = (tmp_path / "out" / "a.ann").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["T1\tPER 0 4\tBudi", "fine"]


EMOJI = "Halo 😊 Budi di Café"


@pytest.mark.parametrize(
    ("text", "ann", "counted"),
    [
        (EMOJI, "T1\tPER 7 11\tBudi\nT2\tGPE 15 19\tCafé", ""),
        (EMOJI, "T1\tPER 8 12\tBudi\nT2\tGPE 16 20\tCafé", "UTF-16 units"),
        (EMOJI, "T1\tPER 10 14\tBudi\nT2\tGPE 18 23\tCafé", "bytes"),
        ("a\r\nb\r\nBudi Café", "T1\tPER 4 8\tBudi\nT2\tGPE 9 13\tCafé", ""),
        ("a\r\nb\r\nBudi Café", "T1\tPER 6 10\tBudi\nT2\tGPE 11 15\tCafé", "code points, with CRLF as two"),
        ("a\r\n😊\r\nBudi Café", "T1\tPER 6 10\tBudi\nT2\tGPE 11 15\tCafé", "code points, with CRLF as two"),
        ("\r\n\r\n😊\r\n\r\nBudi Café", "T1\tPER 10 14\tBudi\nT2\tGPE 15 19\tCafé", "UTF-16 units, with CRLF as two"),
        ("\ufeffBudi Café", "T1\tPER 1 5\tBudi\nT2\tGPE 6 10\tCafé", "code points, with the byte-order mark counted"),
        ("\ufeffBudi Café", "T1\tPER 0 4\tBudi\nT2\tGPE 5 9\tCafé", ""),
    ],
)
def test_the_unit_of_offsets_is_found_by_the_stated_texts(tmp_path, text, ann, counted):
    record, complaints = one(tmp_path / "in", ann, text)
    assert record.text == text.removeprefix("\ufeff"), "kept to the character"
    assert [span.surface(record.text) for span in record.spans] == ["Budi", "Café"]
    told = [complaint for complaint in complaints if "offsets" in complaint.message]
    assert [complaint.message for complaint in told] == (
        [f"The offsets count {counted}, as the stated texts show; they were converted."] if counted else []
    )


def test_events_name_events_and_number_their_roles(tmp_path):
    ann = """T1\tOrg 0 4\tBudi
T2\tOrg 23 26\tBRI
T3\tMerge 5 13\tdiangkat
T4\tReport 19 22\tbos
E2\tReport:T4 What:E1
E1\tMerge:T3 Org-Arg:T1 Org-Arg2:T2 Place2:T1
E3\tMerge:T3
R1\tCause Arg2:E1 Arg1:E2
#1\tAnnotatorNotes E1\tsure?
"""
    record, complaints = one(tmp_path / "in", ann)
    assert [complaint.lost for complaint in complaints] == [False], "a further event of T3"
    assert places(record)["E3"] == places(record)["T3"]
    assert links(record) == [
        ("What", "T4", "T3"),
        ("Org-Arg", "T3", "T1"),
        ("Org-Arg", "T3", "T2"),
        ("Place2", "T3", "T1"),
        ("Cause", "T4", "T3"),
    ]
    assert record.meta["brat"]["events"] == ["Merge", "Report"]
    assert write(tmp_path / "out", record).losses == []
    written = (tmp_path / "out" / "a.ann").read_text(encoding="utf-8")
    assert "Merge:T3 Org-Arg:T1 Org-Arg2:T2 Place2:T1\n" in written
    assert "R1\tCause Arg1:E2 Arg2:E1\n" in written or "R1\tCause Arg1:E1" not in written


def test_roles_of_the_scheme_make_events_of_spans_that_never_saw_brat(tmp_path):
    scheme = LabelScheme(
        spans=(SpanLabel("PER"), SpanLabel("Angkat")),
        relations=(RelationLabel("Siapa", head=("Angkat",), tail=("PER",), role=True), RelationLabel("kenal", symmetric=True)),
    )
    record = Record(
        name="a",
        text=TEXT,
        annotator="ani",
        kind=Kind.PERSON,
        spans=(Span("x", ((5, 13),), "Angkat"), Span("y", ((0, 4),), "PER"), Span("z", ((23, 26),), "PER")),
        relations=(
            Relation("1", "Siapa", "x", "y", note="sure", confidence=0.5),
            Relation("2", "Siapa", "x", "z"),
            Relation("3", "kenal", "y", "z"),
        ),
    )
    assert write(tmp_path / "out", record, scheme=scheme).losses == []
    lines = (tmp_path / "out" / "a.ann").read_text(encoding="utf-8").splitlines()
    assert "E1\tAngkat:T2 Siapa:T1 Siapa2:T3" in lines
    back, _ = read(tmp_path / "out")
    assert [(relation.label, relation.note, relation.confidence) for relation in back[0].relations] == [
        ("Siapa", "sure", 0.5),
        ("Siapa", "", None),
        ("kenal", "", None),
    ]


def full_record():
    text = "Budi 😊 diangkat jadi bos BRI\r\ncabang Persero."
    return Record(
        name="berita/contoh: satu",
        text=text,
        meta={"source": "Antara", "line\u2028break": "a\nb"},
        annotator="rina",
        kind=Kind.PERSON,
        status=Status.DONE,
        flagged=True,
        categories=("politik",),
        spans=(
            Span(
                "b", ((25, 28), (37, 44)), "ORG", {"sure": "no", "n": [1], "kb_ids": ["Q:1"]}, "cek", "Wikidata:Q623042", 0.0, "m"
            ),
            Span("z", ((7, 44),), "Nama Orang"),
            Span("y", ((0, 4),), "Nama_Orang", note="satu\ndua", kb_id="no colon"),
            Span("a", ((0, 2), (2, 4)), "ORG", reviewed=False, derived_from="m/7"),
            Span("c", ((21, 30),), "ORG", {"odd name": True, "yes": True, "no": False, "empty": ""}),
        ),
        relations=(
            Relation(
                "r2", "leads", "b", "a", {"x": True}, note="?", confidence=1.0, origin="m", reviewed=False, derived_from="m/8"
            ),
            Relation("r1", "leads", "a", "a"),
            Relation("r3", "leads", "a", "b"),
            Relation("r4", "leads", "a", "b"),
        ),
        verdicts=(Verdict("ORG@5-6", "m"), Verdict("ORG@0-4", "m")),
    )


def test_a_full_record_loses_nothing_and_gives_the_golden_bytes(tmp_path):
    scheme = scheme_from_dict(
        {
            "name": "news",
            "spans": [{"name": "ORG", "color": "#112233"}, "Nama Orang", "Nama_Orang"],
            "relations": [{"name": "leads", "head": ["ORG"], "tail": ["ORG"]}],
            "attributes": [{"name": "sure", "values": ["yes", "no"]}],
        }
    )
    report = write(tmp_path / "out", full_record(), scheme=scheme)
    assert report.losses == []
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (1, 5, 4, 2)
    assert report.notices == ["brat allows only ASCII letters, digits, _ and - in labels: it shows “Nama Orang” as Nama_Orang_2."]
    made = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert made == {"berita/contoh_ satu.txt", "berita/contoh_ satu.ann", "annotation.conf", "visual.conf"}
    for name, golden in (
        ("berita/contoh_ satu.ann", "full.ann"),
        ("annotation.conf", "annotation.conf"),
        ("visual.conf", "visual.conf"),
    ):
        assert (tmp_path / "out" / name).read_bytes() == (GOLDEN / golden).read_bytes(), name
    back, complaints = read(tmp_path / "out", ReadDefaults("other", Kind.GOLD))
    assert complaints == []
    assert (back[0].annotator, back[0].kind, back[0].name) == ("rina", Kind.PERSON, "berita/contoh: satu")


def test_order_of_spans_and_relations_does_not_change_the_bytes(tmp_path):
    record = full_record()
    turned = replace(record, spans=record.spans[::-1], relations=record.relations[::-1], verdicts=record.verdicts[::-1])
    write(tmp_path / "a", record)
    write(tmp_path / "b", turned)
    assert (tmp_path / "a/berita/contoh_ satu.ann").read_bytes() == (tmp_path / "b/berita/contoh_ satu.ann").read_bytes()


def test_without_details_every_loss_is_reported(tmp_path):
    report = write(tmp_path / "out", full_record(), details="none")
    assert {(loss.item_id, loss.reason) for loss in report.losses} == {
        ("", "brat cannot hold its name, meta, categories"),
        ("z", "its label is written “Nama_Orang_2” in brat's letters"),
        ("y", "brat cannot state its note, kb_id in full"),
        ("b", "brat cannot state its attributes in full"),
        ("c", "brat cannot state its attributes, fragments in full"),
        ("a", "brat cannot state its fragments in full"),
    }
    assert all(loss.fate is Fate.CHANGED for loss in report.losses)
    assert "AnnotatorD" not in (tmp_path / "out/berita/contoh_ satu.ann").read_text(encoding="utf-8")
    assert {("item", "origin"), ("document", "flag"), ("document", "rejected suggestions"), ("document", "annotator")} <= set(
        report.unsaid
    )


def test_an_edit_made_in_brat_is_not_taken_back_by_details(tmp_path):
    record = Record(name="a", text=TEXT, annotator="x", spans=(Span("T1", ((0, 2), (2, 4)), "PER", note="a\nb", confidence=0.5),))
    write(tmp_path / "out", record)
    path = tmp_path / "out" / "a.ann"
    path.write_text(
        path.read_text(encoding="utf-8").replace("T1\tPER 0 2;2 4\tBu di", "T1\tPER 5 13\tdiangkat").replace("\ta b\n", "\tnew\n"),
        encoding="utf-8",
    )
    (back,), complaints = read(tmp_path / "out")
    assert complaints == []
    assert (back.spans[0].fragments, back.spans[0].note, back.spans[0].confidence) == (((5, 13),), "new", 0.5)


def test_what_cannot_be_written_is_reported_and_the_rest_is_written(tmp_path):
    bad = [
        Record(name="surrogate", text="a\ud800b"),
        Record(name="nan", text="x", meta={"n": float("nan")}),
        Record(name="none", text=""),
    ]
    blank = Record(
        name="blank",
        text="a\n\nb",
        annotator="x",
        spans=(Span("s", ((1, 3),), "X"), Span("t", ((0, 1),), "X")),
        relations=(Relation("r", "l", "s", "t"),),
    )
    report = write(tmp_path / "out", *bad, blank)
    assert [(loss.document, loss.item, loss.fate) for loss in report.losses] == [
        *((record.name, "document", Fate.DROPPED) for record in bad),
        ("blank", "span", Fate.DROPPED),
        ("blank", "relation", Fate.DROPPED),
    ]
    assert (report.documents, report.spans, report.relations) == (1, 1, 0)
    assert sorted(path.name for path in (tmp_path / "out").glob("*.txt")) == ["blank.txt"]
    with pytest.raises(FormatError, match="None of the 3 documents"):
        write(tmp_path / "other", *bad)
    assert not (tmp_path / "other").exists()


def test_names_stay_inside_the_folder_and_apart(tmp_path):
    names = ["../../etc/passwd", "/abs", "a/../b", "CON", "x.txt", "A", "a", "a", "..", "a\\b", "x" * 400, "ö/ü"]
    (tmp_path / "deep").mkdir()
    report = write(
        tmp_path / "deep" / "out",
        *[Record(name=name, text=name) for name in names],
    )
    assert report.losses == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep"]
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["out"]
    back, _ = read(tmp_path / "deep" / "out")
    assert sorted(record.name for record in back) == sorted(names)
    assert all(record.annotator == "" for record in back), "documents without a set come back without one"


def test_nothing_is_written_over_a_folder_that_holds_something(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    assert write(out, Record(name="a", text="Budi")).losses == [], "an empty one makes way"
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(FormatError, match="not empty"):
        write(out, Record(name="b", text="Budi"))
    with pytest.raises(FormatError, match="is a file"):
        write(out / "a.txt", Record(name="b", text="Budi"))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_single_pair_stands_beside_its_text_and_spares_another_text(tmp_path):
    record = Record(name="n", text=TEXT, annotator="a", spans=(Span("T1", ((0, 4),), "PER"),))
    assert write(tmp_path / "x.ann", record).losses == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.ann", "x.txt"]
    (back,), _ = read(tmp_path / "x.ann")
    assert (back.name, back.text, len(back.spans)) == ("n", TEXT, 1)
    with pytest.raises(FormatError, match="another text"):
        write(tmp_path / "x.ann", replace(record, text="Ani"))
    with pytest.raises(FormatError, match="a single document"):
        write(tmp_path / "y.ann", record, record)
    assert (tmp_path / "x.txt").read_text(encoding="utf-8") == TEXT


def test_cancelling_or_having_nothing_leaves_nothing(tmp_path):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        write(tmp_path / "out", full_record(), progress=progress)
    with pytest.raises(FormatError, match="nothing to export"):
        write(tmp_path / "out")
    with pytest.raises(FormatError, match="“details”"):
        write(tmp_path / "out", full_record(), details="some")
    assert list(tmp_path.iterdir()) == []


def test_folders_names_and_missing_partners(tmp_path):
    folder = tmp_path / "in"
    pair(folder, "T1\tX 0 4\tBudi")
    pair(folder / "sub", "", name="b.c")
    (folder / "only.ann").write_text(ANN, encoding="utf-8")
    (folder / "plain.txt").write_text("tanpa", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "old.txt").write_text(TEXT, encoding="utf-8")
    (folder / "old.a1").write_text("T1\tPER 0 4\tBudi\n", encoding="utf-8")
    (folder / "old.a2").write_text("T2\tAngkat 5 13\tdiangkat\nE1\tAngkat:T2 Siapa:T1\n", encoding="utf-8")
    records, complaints = read(folder)
    assert [(record.name, len(record.spans), record.annotator) for record in records] == [
        ("a", 1, "import"),
        ("old", 2, "import"),
        ("plain", 0, ""),
        ("sub/b.c", 0, ""),
    ]
    assert [(Path(complaint.place).name, complaint.lost) for complaint in complaints] == [("empty.txt", True), ("only.ann", True)]
    assert links(records[1]) == [("Siapa", "T2", "T1")]


def test_files_that_are_no_text_get_a_sentence(tmp_path):
    records, complaints = read(pair(tmp_path / "in", b"T1\tX 0 4\tBudi\nT2\tX 0 \xff\tx\nT3\tX 5 13\tdiangkat\n"))
    assert [span.id for span in records[0].spans] == ["T1", "T3"]
    assert [(complaint.place.rpartition(":")[2], complaint.lost) for complaint in complaints] == [("2", True)]
    records, complaints = read(
        pair(tmp_path / "latin", "T1\tX 0 4\tCafé".encode("latin-1"), "Café é".encode("latin-1")), encoding="latin-1"
    )
    assert (records[0].spans[0].surface(records[0].text), complaints) == ("Café", [])
    with pytest.raises(FormatError, match="does not exist"):
        read(tmp_path / "none.ann")
    (tmp_path / "bare").mkdir()
    with pytest.raises(FormatError, match="nothing to read"):
        read(tmp_path / "bare")


def test_line_separators_within_a_line_do_not_end_it():
    lines = parse(["T1\tX 0 4\ta\u2028b\x85c"], lambda *_, **__: pytest.fail("nothing is wrong"))
    assert lines.bounds["T1"].surface == "a\u2028b\x85c"


@needs_fixtures
def test_the_tutorials_come_in_and_go_out_whole(tmp_path):
    records, complaints = read(NEWS)
    assert complaints == []
    kinds = Counter(line[0] for path in NEWS.glob("*.ann") for line in path.read_text(encoding="utf-8").splitlines())
    assert len(records) == len(list(NEWS.glob("*.txt"))) == 13
    assert sum(len(record.spans) for record in records) == kinds["T"] == 119
    assert sum(relation.id[0] == "R" for record in records for relation in record.relations) == kinds["R"] == 8
    assert {relation.id.split(".")[0] for record in records for relation in record.relations if relation.id[0] == "E"} <= {
        f"E{number}" for number in range(1, 30)
    }
    assert write(tmp_path / "out", *records).losses == []
    back, complaints = read(tmp_path / "out")
    assert complaints == []
    assert [(record.name, record.text) for record in back] == [(record.name, record.text) for record in records]
    for record, again in zip(records, back, strict=True):
        assert {span.id: span for span in again.spans} == {span.id: span for span in record.spans}


@needs_fixtures
@pytest.mark.parametrize(
    ("folder", "documents", "spans"),
    [
        ("formats/brat/wnut2020-lab-protocols/test_data/Standoff_Format", 5, 885),
        ("formats/brat/wnut2020-lab-protocols/test_data/Standoff_Format_Merged", 5, 885),
        ("formats/inception_misc/inception-io-brat/src/test/resources/corpora/NCBI-disease", 20, 226),
    ],
)
def test_real_corpora_give_the_same_lines_again(tmp_path, folder, documents, spans):
    source = FIXTURES / folder
    records, complaints = read(source)
    assert complaints == []
    assert (len(records), sum(len(record.spans) for record in records)) == (documents, spans)
    assert write(tmp_path / "out", *records, details="none").losses == []
    for record in records:
        there, here = (place / f"{record.name}.ann" for place in (source, tmp_path / "out"))
        assert sorted(here.read_text(encoding="utf-8").split("\n")) == sorted(there.read_text(encoding="utf-8").split("\n"))


@needs_fixtures
def test_discontinuous_spans_of_files_without_texts(tmp_path):
    """The texts of these files may not be shared; what the lines state of them is laid on blanks, as far as the lines agree."""
    folder = tmp_path / "in"
    folder.mkdir()
    total = several = 0
    for path in sorted((FIXTURES / "formats" / "brat" / "raredis-discontinuous").glob("*.ann")):
        lines = path.read_text(encoding="utf-8").splitlines()
        bounds = parse(lines, lambda *_, **__: None).bounds.values()
        text = ["."] * (max(end for bound in bounds for _, end in bound.offsets) + 1)
        for bound in bounds:
            position = 0
            for start, end in bound.offsets:
                text[start:end] = bound.surface[position : position + end - start].ljust(end - start, ".")
                position += end - start + 1
            total, several = total + 1, several + (len(bound.offsets) > 1)
        (folder / f"{path.stem}.txt").write_text("".join(text), encoding="utf-8")
        (folder / path.name).write_bytes(path.read_bytes())
    records, complaints = read(folder)
    assert len(records) == 67
    assert sum(len(record.spans) for record in records) == total
    assert sum(span.discontinuous for record in records for span in record.spans) > several * 0.9 > 35
    lost = [complaint for complaint in complaints if complaint.lost and "but the text at" not in complaint.message]
    for complaint in lost:  # relations to spans the file does not have
        target = re.search(r"names (T\d+)", complaint.message)
        path = Path(complaint.place.rpartition(":")[0])
        assert target is not None
        assert f"\n{target[1]}\t" not in path.read_text(encoding="utf-8")
    assert write(tmp_path / "out", *records).losses == []


@needs_fixtures
def test_the_invalid_files_never_raise(tmp_path):
    bad = FIXTURES / "bad" / "brat-invalid"
    _, complaints = read(bad)
    assert sum("no text" in complaint.message for complaint in complaints) == 5
    said = []
    for number, path in enumerate(sorted(bad.rglob("*.ann"))):
        records, complaints = read(pair(tmp_path / str(number), path.read_bytes(), "x" * 300))
        assert len(records) == 1
        assert all(isinstance(complaint, Complaint) and complaint.lost for complaint in complaints)
        said.append(len(complaints))
    assert said == [1, 1, 1, 1, 0], "the last is an empty file"
