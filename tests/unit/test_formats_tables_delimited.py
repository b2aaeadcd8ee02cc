"""CSV as programs write it: delimiters, quotation marks, line ends, encodings, line breaks in cells, wrong rows named by their line."""

from __future__ import annotations

import csv
import io
from itertools import product
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats import tables_csv

ROWS = [
    ["judul", "text", "tanggal"],
    ["Satu", 'Kata "Widodo", lalu; diam | pergi\tpulang.', "2024-06-01"],
    ["Dua, tiga", "Baris satu\n\nbaris tiga, akhir.\n", ""],
    ["", "Ekonomi – naik 5% é", "kemarin; lusa"],
]
WANTED = [
    ("Satu", ROWS[1][1], {"tanggal": "2024-06-01"}),
    ("Dua, tiga", ROWS[2][1], {}),
    ("a:7", ROWS[3][1], {"tanggal": "kemarin; lusa"}),
]


def read(path: Path, **options: str) -> tuple[list[Record], list[Complaint]]:
    found = list(tables_csv.read(path, ReadDefaults("other"), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def saved(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "a.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def told(records: list[Record]) -> list[tuple[str, str, object]]:
    return [(record.name, record.text, record.meta) for record in records]


def written(delimiter: str, end: str, quoting: int) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(ROWS)  # type: ignore[arg-type]
    return file.getvalue()


@pytest.mark.parametrize(("delimiter", "end"), list(product(",;\t|", ["\n", "\r\n"])))
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_rows_come_whole_whatever_parts_and_ends_them(tmp_path, delimiter, end, quoting):
    records, complaints = read(saved(tmp_path, written(delimiter, end, quoting)))
    assert complaints == []
    assert told(records) == WANTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_every_usual_encoding_gives_the_same_articles(tmp_path, encoding):
    marked = {"utf-8", "utf-8-sig", "utf-16", "utf-32"}
    path = saved(tmp_path, written(";", "\r\n", csv.QUOTE_MINIMAL), encoding)
    records, complaints = read(path, **({} if encoding in marked else {"encoding": encoding}))
    assert told(records) == WANTED
    assert not [complaint for complaint in complaints if complaint.lost]


def test_the_encoding_that_is_told_is_taken_although_another_is_likelier(tmp_path):
    path = saved(tmp_path, "text\nЁлка и ёж\n", "koi8-r")
    assert read(path, encoding="koi8-r")[0][0].text == "Ёлка и ёж"
    assert read(path, encoding="cp1251")[0][0].text == "Ёлка и ёж".encode("koi8-r").decode("cp1251")
    with pytest.raises(FormatError, match="no-such"):
        read(path, encoding="no-such")


def test_a_mark_within_the_file_is_text_and_one_at_its_beginning_is_none(tmp_path):
    (record,), complaints = read(saved(tmp_path, "\ufefftext\n\ufeffkata\n"))
    assert (record.text, record.meta, complaints) == ("\ufeffkata", {}, [])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_are_lines_of_the_file_not_rows(tmp_path, end):
    content = end.join(["text,x", '"a', 'b",1', "", '"c","2', '3"', "d,4"])
    records, complaints = read(saved(tmp_path, content))
    assert complaints == []
    assert [record.place.rpartition(":")[2] for record in records] == ["2", "5", "7"]
    assert [record.text for record in records] == [f"a{end}b", "c", "d"]
    assert records[1].meta == {"x": f"2{end}3"}


def test_the_delimiter_a_spreadsheet_is_told_counts_and_its_line_is_none_of_the_table(tmp_path):
    records, complaints = read(saved(tmp_path, "sep=;\r\ntext;catatan\r\nsatu,dua,tiga;x,y\r\nempat,lima,enam;z,w\r\n"))
    assert complaints == []
    assert told(records) == [("a:3", "satu,dua,tiga", {"catatan": "x,y"}), ("a:4", "empat,lima,enam", {"catatan": "z,w"})]


def test_a_delimiter_that_is_told_is_the_only_one(tmp_path):
    path = saved(tmp_path, "text,a;b\nsatu,1;2\ndua,3;4\n")
    assert told(read(path, delimiter="semicolon", text="1", header="yes")[0]) == [
        ("a:2", "satu,1", {"b": "2"}),
        ("a:3", "dua,3", {"b": "4"}),
    ]
    assert told(read(path, delimiter="comma")[0]) == [("a:2", "satu", {"a;b": "1;2"}), ("a:3", "dua", {"a;b": "3;4"})]
    with pytest.raises(FormatError, match="“delimiter” is one of auto, comma, semicolon, tab, pipe, not “;”"):
        read(path, delimiter=";")
    with pytest.raises(FormatError, match="“header” is one of auto, yes, no, not “maybe”"):
        read(path, header="maybe")


def test_commas_in_sentences_do_not_make_a_table_of_one_column_two(tmp_path):
    content = "text\n" + "".join(f'"Kata, kata, dan kata {number}; lalu."\n' for number in range(5))
    records, complaints = read(saved(tmp_path, content))
    assert complaints == []
    assert [record.text for record in records] == [f"Kata, kata, dan kata {number}; lalu." for number in range(5)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (b'"satu"dua,x', "is no sound CSV"),
        (b"\xff\xfesatu,x", "bytes that are not UTF-8"),
        (b",x", "no text in the column “text”"),
        (b"   ,x", "no text in the column “text”"),
        (b"#REF!,x", "holds the error #REF!"),
    ],
    ids=["quotes", "bytes", "empty", "blank", "error"],
)
def test_a_wrong_row_is_named_by_its_line_and_its_neighbours_come(tmp_path, row, told):
    path = saved(tmp_path, b"text,kota\npertama,Solo\n" + row + b"\nterakhir,Medan\n")
    records, (complaint,) = read(path, encoding="utf-8")
    assert [record.text for record in records] == ["pertama", "terakhir"]
    assert (complaint.place, complaint.lost) == (f"{path}:3", True)
    assert told in complaint.message


def test_cells_too_many_are_counted_and_too_few_are_absent(tmp_path):
    records, (complaint,) = read(saved(tmp_path, "text,kota\n" + "kata,Solo\n" * 60 + "pendek\nlebar,Medan,lebih,,lagi\n"))
    assert (complaint.message, complaint.place.rpartition(":")[2], complaint.lost) == (
        "The row has 2 more cells than the table has columns; they were left out.",
        "63",
        True,
    )
    assert told(records[-2:]) == [("a:62", "pendek", {}), ("a:63", "lebar", {"kota": "Medan"})]


def test_an_open_quotation_mark_is_named_where_it_opens(tmp_path):
    path = saved(tmp_path, 'text,kota\nsatu,Solo\n"dua,Medan\ntiga,Bali\n')
    (record,), (complaint,) = read(path)
    assert record.text == "satu"
    assert (complaint.place, complaint.lost) == (f"{path}:3", True)
    assert "opened here and never closed" in complaint.message


def test_a_cell_beyond_all_measure_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(tables_csv, "MOST", 1_000)
    (record,), (complaint,) = read(saved(tmp_path, f'text,kota\nsatu,Solo\n"{"x" * 2_000}",Medan\ntiga,Bali\n'))
    assert record.text == "satu"
    assert "longer than 64 million characters" in complaint.message


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("text,text,text", {"text (2)": "b", "text (3)": "c"}),
        ("text,,", {"column 2": "b", "column 3": "c"}),
        ("text, kota ,kota", {"kota": "b", "kota (2)": "c"}),
    ],
)
def test_headings_are_made_unique_so_that_no_cell_hides_another(tmp_path, header, wanted):
    (record,), complaints = read(saved(tmp_path, f"{header}\na,b,c\n"))
    assert (record.text, record.meta, complaints) == ("a", wanted, [])


@pytest.mark.parametrize("text", ["3", "ISI", "isi"])
def test_a_column_is_named_by_its_heading_in_any_case_or_by_its_number(tmp_path, text):
    (record,), _ = read(saved(tmp_path, "text,judul,Isi\na,b,c\n"), text=text, name="1", header="yes")
    assert (record.name, record.text, record.meta) == ("a", "c", {"judul": "b"})


@pytest.mark.parametrize("number", ["0", "4", "²", "99999999999999999999"])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(tmp_path, number):
    with pytest.raises(FormatError, match=f"no column “{number}”; its columns are text, judul, Isi"):
        read(saved(tmp_path, "text,judul,Isi\na,b,c\n"), text=number, header="yes")


# --- our own tables in the hands of other programs --------------------------------------------------------------------------------

TEXT = "Ani, Budi\r\ndan 😊 “Citra”;\tpulang."
SPANS = (
    Span("T1", ((0, 3),), "PER", {"yakin": 'ya, "sungguh"'}, "satu\r\ndua", confidence=0.25, reviewed=False),
    Span("T2", ((5, 9), (18, 23)), "=GROUP"),
)
RECORD = Record(
    "n, 1", TEXT, {"a": [1, None]}, annotator="ani", kind=Kind.PERSON, spans=SPANS, relations=(Relation("R1", "KENAL", "T1", "T2"),)
)


def exported(folder: Path, *records: Record) -> Path:
    report = tables_csv.write(lambda: iter(records), folder / "out.csv", LabelScheme(), options={}, progress=Progress())
    assert report.losses == []
    return folder / "out.csv"


def resaved(path: Path, encoding: str, delimiter: str, end: str) -> None:
    """Save a table as another program does: other delimiter, encoding and line ends between rows, everything in quotes."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"), [("utf-8", ",", "\n"), ("utf-16", "\t", "\r\n"), ("utf-8-sig", ";", "\r\n")]
)
def test_an_export_that_another_program_saved_anew_is_the_same(tmp_path, encoding, delimiter, end):
    path = exported(tmp_path, RECORD)
    before = read(path)
    for each in sorted(tmp_path.iterdir()):
        resaved(each, encoding, delimiter, end)
    assert (before[1], before[0][0].spans) == ([], SPANS)
    assert read(path) == before


@pytest.mark.parametrize(
    ("value", "wanted"), [("TRUE", True), ("true", True), ("1", True), ("False", False), ("0", False), (" FALSE ", False)]
)
def test_what_spreadsheets_make_of_true_and_false_is_read(tmp_path, value, wanted):
    path = exported(tmp_path, RECORD)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    rows[0]["reviewed"] = value
    save(path, rows)
    (record,), complaints = read(path)
    assert ([span.reviewed for span in record.spans], complaints) == ([wanted, True], [])


def save(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("reviewed", "mungkin", "“reviewed”"),
        ("confidence", "tinggi", "the confidence is no number between 0 and 1"),
        ("confidence", "7", "the confidence is no number between 0 and 1"),
        ("attributes", "{yakin", "attributes"),
    ],
)
def test_a_cell_that_says_nothing_sound_is_named_and_its_span_stays(tmp_path, column, value, told):
    path = exported(tmp_path, RECORD)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    rows[1][column] = value
    save(path, rows)
    (record,), complaints = read(path)
    assert [(span.id, span.fragments) for span in record.spans] == [(span.id, span.fragments) for span in SPANS]
    if column == "attributes":
        assert record.spans[1].attributes == {"attributes": value}, "kept, although it is no JSON"
    else:
        assert len(complaints) == 1
        assert told in complaints[0].message


def test_two_sets_of_a_document_keep_their_spans_apart(tmp_path):
    """The running number tells them apart; name and text are the same, and so are the ids of their spans."""
    second = Record("n, 1", TEXT, annotator="budi", kind=Kind.PERSON, spans=(Span("T1", ((5, 9),), "ORG"),))
    records, complaints = read(exported(tmp_path, RECORD, second))
    assert complaints == []
    assert [(record.annotator, [span.label for span in record.spans]) for record in records] == [
        ("ani", ["PER", "=GROUP"]),
        ("budi", ["ORG"]),
    ]
    assert [len(record.relations) for record in records] == [1, 0]
