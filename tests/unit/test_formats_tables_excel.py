"""Workbooks part by part, as Excel and LibreOffice write them: shared strings, dates, booleans, errors, merged cells, several sheets."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Span
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats import tables_xlsx
from annotator.formats.tables_xlsx import escaped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PROLOG = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
LONG = "Presiden Joko Widodo meresmikan jalan tol di Semarang pada hari Senin."

GENERAL, DATE, STAMP, CLOCK, SPENT, MONEY = range(6)
"""Which of the cell formats below a cell has, by the number in its ``s``."""

STYLES = f"""{PROLOG}<styleSheet xmlns="{MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="dd\\ mmmm\\ yyyy"/></numFmts>
<fonts count="1"><font><sz val="11"/></font></fonts>
<fills count="1"><fill><patternFill patternType="none"/></fill></fills>
<borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>
<cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/>
<xf numFmtId="21"/><xf numFmtId="46"/><xf numFmtId="4"/></cellXfs>
</styleSheet>"""


def workbook(
    path: Path, sheets: dict[str, str], strings: str = "", *, settings: str = "", states: dict[str, str] | None = None
) -> Path:
    """Write a workbook of these sheets (what stands in ``worksheet``) and shared strings (what stands in ``sst``)."""
    names = list(sheets)
    state = states or {}
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"{state.get(name, "")}/>'
        for number, name in enumerate(names, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(names) + 1)
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{SHEET_TYPE}.worksheet+xml"/>'
        for number in range(1, len(names) + 1)
    )
    parts = {
        "[Content_Types].xml": f"""<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="{SHEET_TYPE}.sharedStrings+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{SHEET_TYPE}.styles+xml"/>{overrides}</Types>""",
        "_rels/.rels": f"""<Relationships xmlns="{PACKAGE}">
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{settings}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{PACKAGE}">{targets}
<Relationship Id="rId98" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>
<Relationship Id="rId99" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>""",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, PROLOG + content)
        archive.writestr("xl/styles.xml", STYLES)
        for number, name in enumerate(names, 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", f'{PROLOG}<worksheet xmlns="{MAIN}">{sheets[name]}</worksheet>')
    return path


def strings(*texts: str) -> str:
    return "".join(f'<si><t xml:space="preserve">{escape(text, quote=False)}</t></si>' for text in texts)


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text, quote=False)}</t></is></c>'


def grid(*rows: str) -> str:
    numbered = (f'<row r="{number}">{row}</row>' for number, row in enumerate(rows, 1))
    return f"<sheetData>{''.join(numbered)}</sheetData>"


def read(path: Path, **options: str) -> tuple[list[Record], list[Complaint]]:
    found = list(tables_xlsx.read(path, ReadDefaults("other"), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def one_cell(folder: Path, cell: str, shared: str = "", **more: str) -> Record:
    """Return the article of a sheet with the headings text and nilai, whose second row has this cell in column B."""
    head = inline("A1", "text") + inline("B1", "nilai")
    path = workbook(folder / "a.xlsx", {"Sheet1": grid(head, inline("A2", LONG) + cell)}, shared, **more)
    (record,), complaints = read(path)
    assert complaints == []
    assert record.text == LONG
    return record


def test_shared_strings_are_taken_by_their_number(tmp_path):
    shared = strings("judul", "text", LONG, "Berita satu", "never used")
    rows = ('<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>', '<c r="A2" t="s"><v>3</v></c><c r="B2" t="s"><v>2</v></c>')
    (record,), complaints = read(workbook(tmp_path / "a.xlsx", {"Sheet1": grid(*rows)}, shared))
    assert (record.name, record.text, record.meta, complaints) == ("Berita satu", LONG, {}, [])
    assert record.place == f"{tmp_path / 'a.xlsx'}:Sheet1:2"


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ("<si><r><t>Joko </t></r><r><rPr><b/></rPr><t>Widodo</t></r></si>", "Joko Widodo"),
        ('<si><r><t xml:space="preserve"> a</t></r><r><t xml:space="preserve">b </t></r></si>', " ab "),
        ('<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>', "東京"),
        ("<si><t>satu&#10;dua_x000D_\ntiga</t></si>", "satu\ndua\r\ntiga"),
        ("<si><t>a &amp; b &lt;c&gt; &quot;d&quot; 😊</t></si>", 'a & b <c> "d" 😊'),
        ("<si><t>_x005F_x000D_</t></si>", "_x000D_"),
        ("<si><t>alamat x005F_ di sini</t></si>", "alamat x005F_ di sini"),
    ],
    ids=["runs", "blanks", "reading aid", "line ends", "references", "escaped escape", "looks like an escape"],
)
def test_a_shared_string_is_read_as_it_is_seen(tmp_path, item, wanted):
    assert one_cell(tmp_path, '<c r="B2" t="s"><v>0</v></c>', item).meta == {"nilai": wanted}


@pytest.mark.parametrize("text", ["_x000D_", "a_x005F_b", "_x005F_x0041_", "x005F_", "a\rb\x07"])
def test_what_is_escaped_comes_back_from_a_shared_string_as_from_an_inline_one(tmp_path, text):
    """A spreadsheet program that saves a file of ours moves its texts among the shared strings."""
    assert one_cell(tmp_path, inline("B2", escaped(text))).meta == {"nilai": text}
    assert one_cell(tmp_path, '<c r="B2" t="s"><v>0</v></c>', strings(escaped(text))).meta == {"nilai": text}


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ('<c r="B2" t="b"><v>1</v></c>', True),
        ('<c r="B2" t="b"><v>0</v></c>', False),
        ('<c r="B2"><v>42</v></c>', 42),
        ('<c r="B2"><v>-0.125</v></c>', -0.125),
        ('<c r="B2"><v>1.5E-7</v></c>', 1.5e-7),
        (f'<c r="B2" s="{MONEY}"><v>1234.5</v></c>', 1234.5),
        (f'<c r="B2" s="{DATE}"><v>45444</v></c>', "2024-06-01"),
        (f'<c r="B2" s="{DATE}"><v>45444.75</v></c>', "2024-06-01T18:00:00"),
        (f'<c r="B2" s="{STAMP}"><v>45444</v></c>', "2024-06-01T00:00:00"),
        (f'<c r="B2" s="{STAMP}"><v>45444.75</v></c>', "2024-06-01T18:00:00"),
        (f'<c r="B2" s="{CLOCK}"><v>0.5</v></c>', "12:00:00"),
        (f'<c r="B2" s="{SPENT}"><v>1.5</v></c>', "1 day, 12:00:00"),
        (f'<c r="B2" s="{DATE}"><v>60</v></c>', "1900-02-28"),
        ('<c r="B2" t="d"><v>2024-06-01T18:00:00</v></c>', "2024-06-01T18:00:00"),
        ('<c r="B2" t="str"><f>A1&amp;"x"</f><v>textx</v></c>', "textx"),
        ('<c r="B2"><f>1+1</f><v>2</v></c>', 2),
    ],
)
def test_a_cell_is_plain_data_of_its_kind(tmp_path, cell, wanted):
    found = one_cell(tmp_path, cell).meta["nilai"]
    if "<v>60<" in cell:
        assert found in (wanted, "1900-02-29", "1900-03-01"), "the day that never was"
    else:
        assert (found, type(found)) == (wanted, type(wanted))


def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path):
    cell = f'<c r="B2" s="{DATE}"><v>43982</v></c>'
    assert one_cell(tmp_path, cell, settings='<workbookPr date1904="1"/>').meta == {"nilai": "2024-06-01"}


@pytest.mark.parametrize(
    "cell", ['<c r="B2"/>', '<c r="B2" t="s"/>', '<c r="B2"><f>NOW()</f></c>', '<c r="B2" t="inlineStr"/>', ""]
)
def test_a_cell_without_a_value_says_nothing(tmp_path, cell):
    assert one_cell(tmp_path, cell).meta == {}


@pytest.mark.parametrize("error", ["#NAME?", "#REF!", "#VALUE!", "#N/A", "#DIV/0!", "#NULL!", "#NUM!"])
def test_an_error_in_place_of_a_text_is_no_article(tmp_path, error):
    """“- kata” typed into a cell is a formula that no spreadsheet can work out."""
    rows = (inline("A1", "text"), f'<c r="A2" t="e"><f>-kata</f><v>{error}</v></c>', inline("A3", LONG))
    (record,), (complaint,) = read(workbook(tmp_path / "a.xlsx", {"Sheet1": grid(*rows)}))
    assert record.text == LONG
    assert complaint.place.endswith(":Sheet1:2")
    assert error in complaint.message
    assert complaint.lost


def test_rows_and_cells_that_are_left_out_keep_the_others_at_their_places(tmp_path):
    """Spreadsheets write neither empty cells nor empty rows; a cell is where its reference says."""
    sheet = f"""<dimension ref="A1"/><sheetData><row r="2">{inline("B2", "text")}{inline("D2", "kota")}</row>
<row r="5">{inline("D5", "Solo")}</row><row r="7" spans="2:4">{inline("B7", LONG)}{inline("D7", "Medan")}</row></sheetData>"""
    (record,), (complaint,) = read(workbook(tmp_path / "a.xlsx", {"Sheet1": sheet}))
    assert (record.text, record.meta, record.name) == (LONG, {"kota": "Medan"}, "a:7")
    assert complaint.place.endswith(":5")
    assert "no text in the column “text”" in complaint.message


def test_rows_without_references_are_counted(tmp_path):
    sheet = "<sheetData>" + "".join(f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>' for text in ("text", LONG, "Lagi."))
    records, complaints = read(workbook(tmp_path / "a.xlsx", {"Sheet1": sheet + "</sheetData>"}))
    assert ([record.text for record in records], complaints) == ([LONG, "Lagi."], [])


def test_a_merged_cell_has_its_text_once(tmp_path):
    rows = (
        inline("A1", "text") + inline("B1", "rubrik"),
        inline("A2", LONG) + inline("B2", "Politik"),
        inline("A3", "Kedua.") + '<c r="B3"/>',
        inline("A4", "Ketiga."),
    )
    sheet = grid(*rows) + '<mergeCells count="1"><mergeCell ref="B2:B4"/></mergeCells>'
    records, complaints = read(workbook(tmp_path / "a.xlsx", {"Sheet1": sheet}))
    assert complaints == []
    assert [(record.text, record.meta) for record in records] == [(LONG, {"rubrik": "Politik"}), ("Kedua.", {}), ("Ketiga.", {})]


def test_a_title_merged_over_the_table_needs_the_option_and_then_works(tmp_path):
    rows = (inline("A1", "Berita"), inline("A2", "judul") + inline("B2", "isi"), inline("A3", "Satu") + inline("B3", LONG))
    sheet = grid(*rows) + '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    records, complaints = read(workbook(tmp_path / "a.xlsx", {"Sheet1": sheet}), header="no", text="2", name="1")
    assert [(record.name, record.text) for record in records] == [("judul", "isi"), ("Satu", LONG)]
    assert "no text in the column “column 2”" in complaints[0].message


def test_every_sheet_with_texts_is_read_hidden_ones_too_and_the_rest_is_named(tmp_path):
    sheets = {
        "Berita & opini": grid(inline("A1", "text"), inline("A2", LONG)),
        "arsip": grid(inline("A1", "isi") + inline("B1", "judul"), inline("A2", "Lama.") + inline("B2", "Dulu")),
        "angka": grid('<c r="A1"><v>1</v></c><c r="B1"><v>2</v></c>'),
        "kosong": "<sheetData/>",
    }
    path = workbook(tmp_path / "b.xlsx", sheets, states={"arsip": ' state="hidden"'})
    records, (notice,) = read(path)
    assert [(record.name, record.text) for record in records] == [("b:Berita & opini:2", LONG), ("Dulu", "Lama.")]
    assert notice.message == (
        "Articles were taken from the sheets “Berita & opini”, “arsip”; no column of “angka” can be the text."
    )
    assert not notice.lost
    assert [record.text for record in read(path, sheet="arsip")[0]] == ["Lama."]
    with pytest.raises(FormatError, match="has no sheet “Arsip”; its sheets are Berita & opini, arsip, angka, kosong"):
        read(path, sheet="Arsip")
    with pytest.raises(FormatError, match="has no column that can be the text"):
        read(path, sheet="angka")


@pytest.mark.parametrize(
    "text", ["nilai r = 'AAAA1' sudah", 'sel r="ABCD12" salah', "kode r='12345678' dan r=\"99999999\"", "a <!DOCTYPE b"]
)
def test_an_article_that_speaks_of_cells_is_not_taken_for_an_attack(tmp_path, text):
    assert one_cell(tmp_path, inline("B2", text)).meta == {"nilai": text}
    assert one_cell(tmp_path, '<c r="B2" t="s"><v>0</v></c>', strings(text)).meta == {"nilai": text}


@pytest.mark.parametrize(
    "cell",
    [
        '<c s="0" r="ZZZZZZZ2"><v>1</v></c>',
        '<c cm=">" r="ZZZZZZZ2"><v>1</v></c>',
        "<c\n\tr\n=\n'AAAA99'/>",
        '<c xmlns:x="' + "y" * 2_000_000 + '" r="AAAA2"><v>1</v></c>',
        '<c r="&#65;AAAA2"><v>1</v></c>',
    ],
    ids=["after another", "after a bracket", "white space", "far into the tag", "as a reference"],
)
def test_a_cell_that_no_sheet_has_is_refused_however_it_is_written(tmp_path, cell):
    path = workbook(tmp_path / "a.xlsx", {"Sheet1": grid(inline("A1", "text"), inline("A2", LONG) + cell)})
    with pytest.raises(FormatError, match="names a cell that no sheet has"):
        read(path)


def test_a_row_far_beyond_the_last_is_refused(tmp_path):
    rows = f'<sheetData><row r="1">{inline("A1", "text")}</row><row ht="15" r="999999999">{inline("A999999999", LONG)}</row></sheetData>'
    with pytest.raises(FormatError, match="names a cell that no sheet has"):
        read(workbook(tmp_path / "a.xlsx", {"Sheet1": rows}))


def test_a_shared_string_that_is_not_there_ends_the_sheet_with_a_sentence(tmp_path):
    rows = (inline("A1", "text"), inline("A2", LONG), '<c r="A3" t="s"><v>7</v></c>', inline("A4", "Lagi."))
    (record,), (complaint,) = read(workbook(tmp_path / "a.xlsx", {"Sheet1": grid(*rows)}, strings("a")))
    assert record.text == LONG
    assert "damaged" in complaint.message
    assert complaint.place.endswith(":Sheet1:3")


def test_an_export_saved_anew_with_shared_strings_and_numbers_is_still_the_export(tmp_path):
    """Excel turns ``TRUE`` and digits that a person retypes into booleans and numbers, and 12 into 12.0 here and there."""
    spans = (Span("1", ((0, 8),), "2024", note="_x000D_"), Span("2", ((9, 13), (14, 20)), "PER", reviewed=False))
    record = Record("7", LONG, annotator="ani", kind=Kind.PERSON, flagged=True, spans=spans)
    tables_xlsx.write(lambda: iter([record]), tmp_path / "out.xlsx", LabelScheme(), options={}, progress=Progress())
    (written,), complaints = read(tmp_path / "out.xlsx")
    shared: list[str] = []
    sheets: dict[str, str] = {}
    for title in ("documents", "spans", "relations"):
        sheets[title] = grid(*(resaved(row, number, shared) for number, row in enumerate(rows_of(tmp_path / "out.xlsx", title), 1)))
    (again,), told = read(workbook(tmp_path / "again.xlsx", sheets, strings(*shared)))
    assert (complaints, told) == ([], [])
    assert (again.name, again.text, again.spans, again.flagged) == ("7", LONG, written.spans, True)
    assert again.spans == spans


def rows_of(path: Path, title: str) -> list[list[object]]:
    import openpyxl

    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path)[title].iter_rows()]


def resaved(row: list[object], number: int, shared: list[str]) -> str:
    cells: list[str] = []
    for column, value in enumerate(row):
        place = f"{chr(ord('A') + column)}{number}"
        if isinstance(value, bool):
            cells.append(f'<c r="{place}" t="b"><v>{int(value)}</v></c>')
        elif isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
            cells.append(f'<c r="{place}"><v>{value}.0</v></c>' if isinstance(value, int) else f'<c r="{place}"><v>{value}</v></c>')
        elif isinstance(value, str):
            cells.append(f'<c r="{place}" t="s"><v>{len(shared)}</v></c>')
            shared.append(value)
    return "".join(cells)
