"""Spreadsheets: three sheets there and back, long texts, cells typed as text, articles of strangers, and files made to break a reader."""

from __future__ import annotations

import builtins
import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict, text_order
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens, utf16_length
from annotator.errors import FormatError
from annotator.formats import tables_xlsx, tables_xlsx_check
from annotator.formats.detect import detect
from annotator.formats.tables_xlsx import CELL, escaped, pieces
from annotator.formats.tables_xlsx_read import unescaped

TEXT = "=SUM(A1) 😊 di\r\n_x000D_ é\x00\x0b\ufffe."
RECORD = Record(
    "#N/A",
    TEXT,
    {"source": "@desk", "n": [1, {"x": None}]},
    Tokens([(0, 8)]),
    "ani",
    Kind.PERSON,
    Status.DONE,
    True,
    ("news",),
    (
        Span("7", ((0, 8),), "=PER", {"sure": "=no"}, "-a note\n", "@Wiki", 0.5, "m", False, "m/T9"),
        Span("T2", ((0, 4), (9, 10)), "TRUE"),
    ),
    (Relation("R1", "1990", "7", "T2", {"since": "1990"}, "\tanother", 0.25, "m", False, "m/R9"),),
    (Verdict("PER@4-5", "m"),),
)


def write(path: Path, *records: Record) -> LossReport:
    return tables_xlsx.write(lambda: iter(records), path, LabelScheme(), options={}, progress=Progress())


def read(path: Path, **options: str) -> tuple[list[Record], list[Complaint]]:
    found = list(tables_xlsx.read(path, ReadDefaults("other"), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def book(path: Path, **sheets: list[list[object]]) -> Path:
    made = openpyxl.Workbook()
    for sheet in made.worksheets:
        made.remove(sheet)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def plain(record: Record) -> Record:
    return replace(record, place="", tokens=None, spans=tuple(sorted(record.spans, key=text_order)))


def test_everything_but_tokens_comes_back(tmp_path):
    bare = Record("bare", "tanpa apa pun")
    report = write(tmp_path / "out.xlsx", RECORD, bare)
    assert (report.losses, report.notices) == ([], ["1 document written without tokens."])
    records, complaints = read(tmp_path / "out.xlsx")
    assert complaints == []
    assert [plain(record) for record in records] == [plain(RECORD), bare]
    assert detect(tmp_path / "out.xlsx").name == "xlsx"
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]


def test_cells_that_look_like_formulas_or_errors_are_typed_as_text(tmp_path):
    write(tmp_path / "out.xlsx", RECORD)
    opened = openpyxl.load_workbook(tmp_path / "out.xlsx")
    cells = [cell for sheet in opened.worksheets for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert opened.sheetnames == ["documents", "spans", "relations"]
    assert {cell.data_type for cell in cells} == {"s"}
    risky = [cell for cell in cells if cell.value[0] in "=+-@\t#"]
    assert len(risky) >= 7
    assert {cell.number_format for cell in risky} == {"@"}
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


@pytest.mark.parametrize("unit", ["a", "😊", "\r", "é\x01", "_x000D_", "kata "])
@pytest.mark.parametrize("length", [CELL - 1, CELL, CELL + 1, 3 * CELL + 5])
def test_a_text_longer_than_a_cell_goes_on_in_further_rows(tmp_path, unit, length):
    text = (unit * length)[:length]
    found = pieces(text)
    assert max(map(utf16_length, found)) <= CELL
    assert "".join(map(unescaped, found)) == text
    assert len(found) == 1 or sum(map(utf16_length, found)) > CELL


def test_long_texts_come_back_and_are_said(tmp_path):
    long = replace(RECORD, name="long", text=TEXT + "Berita 😊 panjang.\r\n" * 8000)
    report = write(tmp_path / "out.xlsx", replace(RECORD, name="first"), long, replace(RECORD, name="last"))
    assert report.losses == []
    assert report.notices[0] == "The text of 1 document is longer than the 32,767 characters of a cell and goes on in further rows."
    assert [plain(record) for record in read(tmp_path / "out.xlsx")[0]][1] == plain(long)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["documents"]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == [1, *range(1, sheet.max_row - 2), 1]


def test_anything_else_longer_than_a_cell_keeps_its_document_out(tmp_path):
    noted = replace(RECORD, name="noted", spans=(replace(RECORD.spans[0], note="x" * 40_000),), relations=())
    covering = replace(RECORD, name="wide", text="a" * 40_000, spans=(Span("s", ((0, 40_000),), "X"),), relations=())
    report = write(tmp_path / "out.xlsx", noted, covering)
    (loss,) = report.losses
    assert (loss.document, loss.item, str(loss.fate)) == ("noted", "document", "dropped")
    assert "“note” of a row is longer than the 32,767 characters of a cell" in loss.reason
    (back,), _ = read(tmp_path / "out.xlsx")
    assert back.spans == covering.spans


def test_a_sheet_with_too_many_rows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tables_xlsx, "SHEET_ROWS", 4)
    with pytest.raises(FormatError, match=r"sheet “spans” would have more than 4 rows.*Export fewer documents"):
        write(tmp_path / "out.xlsx", RECORD, RECORD)
    assert list(tmp_path.iterdir()) == []


def test_a_cancel_leaves_nothing(tmp_path):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        tables_xlsx.write(lambda: iter([RECORD]), tmp_path / "out.xlsx", LabelScheme(), options={}, progress=progress)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "a", "\r", "_x000D_", "__x000D_", "_x005F_", "_X000d_", "_x00_", "\x00\x1f\ufffe\uffff", "_xD83D_"]
)
def test_escapes_are_undone(text):
    assert unescaped(escaped(text)) == text
    assert not re.search("[\x00-\x08\x0b-\x1f\ufffe\uffff]", escaped(text))


def test_what_a_spreadsheet_program_makes_of_it_is_read(tmp_path):
    """Somebody sorts the spans, changes one, deletes a column nobody needs and adds a sheet."""
    spans = (replace(RECORD.spans[0], label="PER", note="", attributes={}), RECORD.spans[1])
    records = [replace(RECORD, name=f"n{number}", spans=spans) for number in range(3)]
    write(tmp_path / "out.xlsx", *records)
    opened = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet = opened["spans"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    sheet.delete_rows(2, sheet.max_row)
    for row in sorted(rows[1:], key=lambda row: (str(row[4]), -row[0])):
        sheet.append(["LOKASI" if cell == "TRUE" else cell for cell in row])
    sheet.delete_cols(rows[0].index("origin") + 1)
    opened.create_sheet("catatan").append(["lain", "lagi"])
    opened.save(tmp_path / "out.xlsx")
    back, (notice,) = read(tmp_path / "out.xlsx")
    assert ("catatan" in notice.message, notice.lost) == (True, False)
    assert [record.name for record in back] == ["n0", "n1", "n2"]
    assert {(span.label, span.origin) for record in back for span in record.spans} == {("PER", ""), ("LOKASI", "")}


def test_a_sheet_of_spans_that_is_gone_is_named(tmp_path):
    write(tmp_path / "out.xlsx", RECORD)
    opened = openpyxl.load_workbook(tmp_path / "out.xlsx")
    del opened["spans"]
    opened.save(tmp_path / "out.xlsx")
    (back,), complaints = read(tmp_path / "out.xlsx")
    assert (back.spans, back.text) == ((), TEXT)
    assert "sheet of spans is not there" in complaints[0].message


# --- articles ------------------------------------------------------------------------------------------------------------------


def test_articles_of_all_sheets_come_and_which_is_said(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        Januari=[["id", "judul", "isi", "tanggal", "skor", "ya"], [7, "Kota", "_x000D_Satu", dt.date(2024, 5, 1), 1.5, True]],
        Daftar=[["kode", "nilai"], ["a", 1]],
        Februari=[["TEXT"], ["Dua"], [None], ["=1+1"], [12]],
        kosong=[],
    )
    records, (notice,) = read(path)
    assert [(record.name, record.text) for record in records] == [
        ("Kota", "\rSatu"),
        ("a:Februari:2", "Dua"),
        ("a:Februari:5", "12"),
    ]
    assert records[0].meta == {"id": 7, "tanggal": "2024-05-01", "skor": 1.5, "ya": True}
    assert notice.message == "Articles were taken from the sheets “Januari”, “Februari”; no column of “Daftar” can be the text."
    assert not notice.lost
    assert [record.text for record in read(path, sheet="Februari")[0]] == ["Dua", "12"]
    assert records[0].place == f"{path}:Januari:2"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"sheet": "x"}, "has no sheet “x”; its sheets are Daftar"),
        ({}, "no column that can be the text.*“kode”, “nilai”"),
        ({"text": "isi"}, "has no column “isi”"),
        ({"header": "x"}, "“header” is one of"),
    ],
)
def test_what_cannot_be_is_refused_at_once(tmp_path, options, told):
    path = book(tmp_path / "a.xlsx", Daftar=[["kode", "nilai"], ["a", 1]])
    with pytest.raises(FormatError, match=told):
        tables_xlsx.read(path, ReadDefaults(), **options)


def test_an_empty_book_brings_a_sentence(tmp_path):
    (complaint,) = read(book(tmp_path / "a.xlsx", leer=[]))[1]
    assert "is empty" in complaint.message


def test_a_chosen_column_and_no_headings(tmp_path):
    path = book(tmp_path / "a.xlsx", S=[["a", "satu"], ["b", "dua"]])
    records, _ = read(path, header="no", text="2", name="1")
    assert [(record.name, record.text) for record in records] == [("a", "satu"), ("b", "dua")]


# --- what is made to break ---------------------------------------------------------------------------------------------------------


def changed(path: Path, member: str, old: bytes, new: bytes) -> Path:
    """Replace something within a member of a sound book."""
    book(path, S=[["text"], ["satu"], ["dua"]])
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            assert info.filename != member or old in content
            target.writestr(info.filename, content.replace(old, new) if info.filename == member else content)
    path.write_bytes(buffer.getvalue())
    return path


SHEET = "xl/worksheets/sheet1.xml"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize("member", [SHEET, "xl/workbook.xml", "xl/theme/theme1.xml", "xl/styles.xml", "docProps/core.xml"])
@pytest.mark.parametrize("padding", [b"", b"<!--" + b"x" * 2_000_000 + b"-->"])
def test_a_document_type_in_any_part_is_refused(tmp_path, member, padding):
    root = {SHEET: b"<worksheet", "xl/workbook.xml": b"<workbook", "xl/styles.xml": b"<styleSheet"}.get(member)
    root = root or (b"<a:theme" if "theme" in member else b"<cp:core")
    path = changed(tmp_path / "a.xlsx", member, root, padding + DOCTYPE + root)
    with pytest.raises(FormatError, match="declares a document type"):
        read(path)


@pytest.mark.parametrize("reference", [b"ZZZZZZZ2", b"A99999999", b"AAAA1", b"zzzzzz2"])
def test_a_cell_that_no_sheet_has_is_refused_before_it_fills_the_memory(tmp_path, reference):
    path = changed(tmp_path / "a.xlsx", SHEET, b'r="A2"', b'r="' + reference + b'"')
    with pytest.raises(FormatError, match="a cell that no sheet has"):
        read(path)


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        (SHEET, b't="inlineStr"', b't="inlineStr" s="999"'),
        (SHEET, b't="inlineStr"><is><t>satu</t></is>', b't="s"><v>999</v>'),
        (SHEET, b't="inlineStr"><is><t>satu</t></is>', b't="n"><v>x</v>'),
        (SHEET, b'<dimension ref="A1:A3"', b'<dimension ref="A1:XFD1048576"'),
        (SHEET, b"</sheetData>", b""),
        (SHEET, b'<row r="2"', b'<row r="x"'),
        ("xl/workbook.xml", b"<sheets>", b"<sheet>"),
        ("xl/workbook.xml", b'sheetId="1"', b'sheetId="q"'),
        ("[Content_Types].xml", b"sheet.main", b"sheet.other"),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"../../../etc/passwd"),
    ],
)
def test_parts_that_do_not_fit_are_sentences(tmp_path, member, old, new):
    path = changed(tmp_path / "a.xlsx", member, old, new)
    try:
        records, complaints = read(path)
    except FormatError:
        return
    assert len(records) == 2 or complaints
    assert all("Traceback" not in complaint.message for complaint in complaints)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no sound spreadsheet"),
        (b"PK\x03\x04rest", "no sound spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old .xls file"),
    ],
)
def test_what_is_no_spreadsheet_is_refused(tmp_path, content, told):
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(FormatError, match=told):
        tables_xlsx.read(tmp_path / "a.xlsx", ReadDefaults())


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(tables_xlsx_check, "MOST", 10_000)
    path = book(tmp_path / "a.xlsx", S=[["text"], ["a" * 30_000]])
    with pytest.raises(FormatError, match="more than a gigabyte"):
        tables_xlsx.read(path, ReadDefaults())


def test_without_openpyxl_the_sentence_says_what_to_install(tmp_path, monkeypatch):
    path = book(tmp_path / "a.xlsx", S=[["text"], ["a"]])
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("openpyxl"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    for call in (lambda: tables_xlsx.read(path, ReadDefaults()), lambda: write(path, RECORD)):
        with pytest.raises(FormatError, match=r"openpyxl.*pip install 'annotator\[formats\]'"):
            call()
