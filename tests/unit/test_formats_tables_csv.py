"""CSV: articles of anybody's tables, our own three tables there and back, and cells that no spreadsheet evaluates."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import tables_csv
from annotator.formats.detect import detect
from annotator.formats.tables_rows import RELATIONS, SPANS, guarded, unguarded

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
TEXT = '=SUM(A1) 😊 di\r\n"PT"; é,\tMaju\x00.'
RECORD = Record(
    "-n",
    TEXT,
    {"source": "@desk", "n": [1, {"x": None}]},
    Tokens([(0, 8)]),
    "ani",
    Kind.PERSON,
    Status.DONE,
    True,
    ("news", "+x"),
    (
        Span("T1", ((0, 8),), "=PER", {"sure": "=no"}, "-a note\n", "@Wiki", 0.5, "m", False, "m/T9"),
        Span("T2", ((0, 4), (9, 10)), "'=ORG", confidence=1e-7),
        Span("3", ((16, 18),), "ORG"),
    ),
    (Relation("R1", "WORKS", "T1", "3", {"since": "1990"}, "\tanother", 0.25, "m", False, "m/R9"),),
    (Verdict("PER@4-5", "m"),),
)


def write(path: Path, *records: Record, **options: str) -> LossReport:
    return tables_csv.write(lambda: iter(records), path, LabelScheme(), options=options, progress=Progress())


def read(path: Path, **options: str) -> tuple[list[Record], list[Complaint]]:
    found = list(tables_csv.read(path, ReadDefaults("other"), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


# --- our own -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", ["comma", "semicolon", "tab"])
def test_everything_but_tokens_comes_back(tmp_path, delimiter):
    path = tmp_path / "out.csv"
    bare = Record("bare", "tanpa apa pun")
    report = write(path, RECORD, bare, delimiter=delimiter)
    assert report.losses == []
    assert report.notices == [
        "The relations are in out.relations.csv, the texts in out.documents.csv.",
        "1 document written without tokens.",
    ]
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (2, 3, 1, 2)
    records, complaints = read(path)
    assert complaints == []
    first, second = (replace(record, place="") for record in records)
    assert sorted(first.spans, key=lambda span: span.id) == sorted(RECORD.spans, key=lambda span: span.id)
    assert replace(first, spans=()) == replace(RECORD, spans=(), tokens=None)
    assert second == bare
    again = [replace(record, place="") for record in read(tmp_path / "out.documents.csv")[0]]
    assert again == [first, second]


def test_no_cell_of_any_table_begins_like_a_formula(tmp_path):
    write(tmp_path / "out.csv", RECORD)
    cells = [cell for file in sorted(tmp_path.iterdir()) for row in table(file) for cell in row]
    assert len(cells) > 60
    assert [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell] == []
    assert "'=PER" in cells
    assert "''=ORG" in cells


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_the_guard_is_put_and_taken_away(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text
    assert unguarded(guarded(f"'{text}")) == f"'{text}"
    assert unguarded(guarded(f"''{text}")) == f"''{text}"


@pytest.mark.parametrize("text", ["", "x", "'", "''", "'x", " =1", "1-1", "\n=1", "a=b"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert guarded(text) == text
    assert unguarded(text) == text


def test_the_columns_are_what_a_person_looks_for(tmp_path):
    write(tmp_path / "out.csv", replace(RECORD, name="n"))
    spans, relations = table(tmp_path / "out.csv"), table(tmp_path / "out.relations.csv")
    assert (tuple(spans[0]), tuple(relations[0])) == (SPANS, RELATIONS)
    found = dict(zip(spans[0], spans[-1], strict=True))
    assert (found["document"], found["annotator"], found["label"], found["text"], found["start"], found["end"]) == (
        ("n", "ani", "ORG", "PT", "16", "18")
    )
    link = dict(zip(relations[0], relations[1], strict=True))
    assert (link["head_text"], link["label"], link["tail_text"], link["reviewed"]) == ("'=SUM(A1)", "WORKS", "PT", "false")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfrecord,")


def test_a_table_somebody_sorted_otherwise_is_read_all_the_same(tmp_path):
    records = [replace(RECORD, name=f"n{number}") for number in range(5)]
    write(tmp_path / "out.csv", *records)
    rows = table(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *sorted(rows[1:], key=lambda row: (row[4], -int(row[0])))])
    back, complaints = read(tmp_path / "out.csv")
    assert complaints == []
    assert [{span.id for span in record.spans} for record in back] == [{"T1", "T2", "3"}] * 5


def test_a_row_that_belongs_to_no_document_is_named(tmp_path):
    write(tmp_path / "out.csv", RECORD)
    with (tmp_path / "out.csv").open("a", encoding="utf-8", newline="") as file:
        file.write('7,x,ani,T9,PER,x,0,1,,,,,,,,\r\n"x",x,ani,T8,PER,x,0,1,,,,,,,,\r\n')
    (back,), complaints = read(tmp_path / "out.csv")
    assert len(back.spans) == 3
    assert sorted(complaint.message.split("“")[1].split("”")[0] for complaint in complaints) == ["7", "x"]
    assert all(complaint.lost for complaint in complaints)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("start", "x", "no whole numbers"),
        ("end", "999", "outside the text"),
        ("label", "", "has no label"),
        ("text", "lain", "is said to be"),
    ],
)
def test_a_span_somebody_broke_is_named_and_left_out(tmp_path, column, value, told):
    write(tmp_path / "out.csv", RECORD)
    rows = table(tmp_path / "out.csv")
    rows[-1][SPANS.index(column)] = value
    with (tmp_path / "out.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    (back,), complaints = read(tmp_path / "out.csv")
    assert {span.id for span in back.spans} == {"T1", "T2"}
    assert told in complaints[0].message


def test_what_a_person_changes_arrives(tmp_path):
    write(tmp_path / "out.csv", RECORD)
    rows = table(tmp_path / "out.csv")
    rows[-1][SPANS.index("label")], rows[-1][SPANS.index("reviewed")], rows[-1][SPANS.index("note")] = "LOC", "FALSE", "baru"
    with (tmp_path / "out.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    (back,), complaints = read(tmp_path / "out.csv")
    (span,) = [span for span in back.spans if span.id == "3"]
    assert (span.label, span.reviewed, span.note) == ("LOC", False, "baru")
    assert complaints == []


@pytest.mark.parametrize(
    ("gone", "told"), [("out.documents.csv", "the articles are in"), ("out.relations.csv", "relations, out.relations.csv")]
)
def test_a_missing_table_is_named(tmp_path, gone, told):
    write(tmp_path / "out.csv", RECORD)
    (tmp_path / gone).unlink()
    records, (complaint,) = read(tmp_path / "out.csv")
    assert told in complaint.message
    assert complaint.lost
    assert len(records) == (gone != "out.documents.csv")


def test_the_table_of_relations_alone_brings_nothing_and_says_so(tmp_path):
    write(tmp_path / "out.csv", RECORD)
    records, (complaint,) = read(tmp_path / "out.relations.csv")
    assert (records, complaint.lost) == ([], False)
    assert "read with out.csv" in complaint.message
    (tmp_path / "out.csv").unlink()
    assert read(tmp_path / "out.relations.csv")[1][0].lost


def test_a_cancel_leaves_none_of_the_tables(tmp_path):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        tables_csv.write(lambda: iter([RECORD]), tmp_path / "out.csv", LabelScheme(), options={}, progress=progress)
    assert list(tmp_path.iterdir()) == []


# --- articles ------------------------------------------------------------------------------------------------------------------


def articles(folder: Path, content: str, written: str = "utf-8", **options: str) -> tuple[list[Record], list[Complaint]]:
    path = folder / "berita.csv"
    path.write_bytes(content.encode(written))
    return read(path, **options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("heading", ["text", "Isi Berita", "ARTIKEL", "content", "Teks"])
def test_the_columns_are_known_by_their_headings_whatever_parts_them(tmp_path, delimiter, heading):
    rows = [
        ["id", "judul", heading, "tanggal"],
        ["1", "Kota", 'Satu, "dua"; tiga\nempat\t|', "2024-05-01"],
        ["2", "Desa", "Lima", ""],
    ]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    (first, second), complaints = read(tmp_path / "a.csv")
    assert (first.name, first.text) == ("Kota", 'Satu, "dua"; tiga\nempat\t|')
    assert first.meta == {"id": "1", "tanggal": "2024-05-01"}
    assert (second.text, second.meta, second.annotator) == ("Lima", {"id": "2"}, "")
    assert complaints == []
    assert (first.place, second.place) == (f"{tmp_path / 'a.csv'}:2", f"{tmp_path / 'a.csv'}:4")
    assert detect(tmp_path / "a.csv").name == "csv"


@pytest.mark.parametrize("text", ["satu\r\ndua", "satu\rdua", " satu ", "'=1+1", "\u2028satu\x85", "=cmd|x", "\x00a"])
def test_the_text_of_a_stranger_is_kept_exactly(tmp_path, text):
    (record,), _ = articles(tmp_path, f'text\r\n"{text}"\r\n')
    assert record.text == text


@pytest.mark.parametrize(
    ("content", "options", "wanted"),
    [
        ("judul,ulasan\na,bagus\n", {"text": "ulasan"}, [("a", "bagus")]),
        ("judul,ulasan\na,bagus\n", {"text": "ULASAN", "name": "2"}, [("berita:2", "bagus")]),
        ("judul,text,kode\na,bagus,K1\n", {"name": "kode"}, [("K1", "bagus")]),
        ("a,bagus\nb,buruk\n", {"header": "no", "text": "2"}, [("berita:1", "bagus"), ("berita:2", "buruk")]),
        ("text\nsatu\n", {"header": "no"}, [("berita:1", "text"), ("berita:2", "satu")]),
        ("satu\ndua\n", {"header": "no"}, [("berita:1", "satu"), ("berita:2", "dua")]),
        ("satu\ndua\n", {"header": "yes"}, [("berita:2", "dua")]),
        ("sep=|\ntext|id\nsatu;dua|7\n", {}, [("7", "satu;dua")]),
        ("text;id\nsatu;7\n", {"delimiter": "semicolon"}, [("7", "satu")]),
        ("text,text,\na,b,c\n", {}, [("berita:2", "a")]),
    ],
)
def test_options_and_odd_headers(tmp_path, content, options, wanted):
    records, _ = articles(tmp_path, content, **options)
    assert [(record.name, record.text) for record in records] == wanted
    if content.startswith("text,text"):
        assert records[0].meta == {"text (2)": "b", "column 3": "c"}


def test_the_longest_column_is_taken_where_no_heading_is_known_and_that_is_said(tmp_path):
    long = "Presiden bertemu para menteri di istana untuk membahas harga beras. " * 3
    (record,), (notice,) = articles(tmp_path, f"kode,ulasan,skor\nK1,{long},5\n")
    assert record.text == long
    assert record.meta == {"kode": "K1", "skor": "5"}
    assert ("ulasan" in notice.message, notice.lost) == (True, False)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, r"no column that can be the text.*“a”, “b”"),
        ({"text": "c"}, "has no column “c”; its columns are a, b"),
        ({"text": "3"}, "has no column “3”"),
        ({"text": "a", "name": "x"}, "has no column “x”"),
        ({"header": "maybe"}, "“header” is one of"),
        ({"delimiter": "x"}, "“delimiter” is one of"),
        ({"encoding": "none-such"}, "no encoding called"),
    ],
)
def test_what_cannot_be_is_refused_at_once(tmp_path, options, told):
    path = tmp_path / "a.csv"
    path.write_text("a,b\nx,y\n", encoding="utf-8")
    with pytest.raises(FormatError, match=told):
        tables_csv.read(path, ReadDefaults(), **options)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(tmp_path, encoding):
    (record,), _ = articles(tmp_path, "id\ttext\n1\tkafé 😊\n", encoding)
    assert (record.name, record.text) == ("1", "kafé 😊")


def test_another_encoding_is_guessed_named_and_taken(tmp_path):
    content = "text\nHarga naik di kafé “Mawar” dan kafé lain\n"
    with pytest.raises(FormatError, match="looks like cp1252"):
        articles(tmp_path, content, "cp1252")
    (record,), _ = articles(tmp_path, content, "cp1252", encoding="cp1252")
    assert record.text == "Harga naik di kafé “Mawar” dan kafé lain"


def test_rows_that_are_wrong_are_named_by_line_and_the_others_come(tmp_path):
    data = b'id,text\n1,satu\n2,\n3,"dua\nbaris"\n4,t\xffga\n5,"em"pat\n6,lima,x,y\n\n,,\n7\n8,"enam\n9,tujuh\n'
    (tmp_path / "a.csv").write_bytes(data.replace(b"4,t", "9,é\n4,t".encode()))
    records, complaints = read(tmp_path / "a.csv")
    assert [record.text for record in records] == ["satu", "dua\nbaris", "é", "lima"]
    assert [int(complaint.place.rpartition(":")[2]) for complaint in complaints] == [3, 7, 8, 12, 13]
    assert records[-1].meta == {"column 3": "x", "column 4": "y"}
    assert "never closed" in complaints[-1].message


def test_cells_beyond_the_columns_of_the_first_rows_are_named(tmp_path):
    rows = "".join(f"{number},teks\n" for number in range(60))
    records, (complaint,) = articles(tmp_path, f"id,text\n{rows}60,teks,lebih,,lagi\n")
    assert len(records) == 61
    assert "2 more cells" in complaint.message


def test_an_empty_table_and_headings_alone_bring_nothing(tmp_path):
    for content, count in (("", 1), ("\r\n\r\n", 1), ("text,id\n", 0)):
        records, complaints = articles(tmp_path, content)
        assert (records, len(complaints)) == ([], count)


@pytest.mark.parametrize("length", range(0, 400, 7))
def test_our_own_table_cut_off_anywhere_is_sentences(tmp_path, length):
    write(tmp_path / "out.csv", RECORD)
    for name in ("out.csv", "out.documents.csv", "out.relations.csv"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:length])
        try:
            records, complaints = read(tmp_path / "out.csv")
        except FormatError:
            records, complaints = [], []
        assert all(0 <= span.start < span.end <= len(record.text) for record in records for span in record.spans)
        assert all("Traceback" not in complaint.message for complaint in complaints)
        (tmp_path / name).write_bytes(whole)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of other tools are not here")
def test_real_tables(tmp_path):
    folder = FIXTURES / "formats" / "label_studio"
    records, complaints = read(folder / "kiji-proxy" / "labelstudio" / "sample_pii.csv")
    assert (len(records), complaints) == (10, [])
    assert records[0].text.startswith("John Doe lives at 742 Evergreen Terrace, Springfield, and")
    path = folder / "sdk" / "tests" / "custom" / "converter" / "data" / "test_export_csv" / "csv_test2_result.csv"
    with pytest.raises(FormatError, match="no column that can be the text"):
        tables_csv.read(path, ReadDefaults())
    records, complaints = read(path, text="title", name="_row_id")
    assert (records[0].text, records[0].meta["annotator"], complaints) == ("TAN BAI", "test@heartex.com", [])
