"""Word documents as articles: everything that is text, in order, and a word for what stands beside it."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats import articles_archive, articles_docx
from annotator.formats.detect import detect

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def read(path: Path) -> tuple[list[Record], list[Complaint]]:
    found = list(articles_docx.read(path, ReadDefaults()))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def new() -> Any:
    import docx

    return docx.Document()


def saved(document: Any, folder: Path, name: str = "a.docx") -> Path:
    document.save(str(folder / name))
    return folder / name


def with_body(folder: Path, xml: str) -> Path:
    """Write a document whose body is this WordprocessingML."""
    from lxml import etree

    document = new()
    body = document.element.body
    for child in list(body):
        body.remove(child)
    body.extend(etree.fromstring(f'<body xmlns:w="{W}">{xml}</body>'))
    return saved(document, folder)


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_paragraphs_headings_lists_and_tables_come_in_their_order(tmp_path):
    document = new()
    document.add_heading("Kebakaran di Bogor", 0)
    document.add_paragraph("Alinea pertama.").add_run(" Tebal").bold = True
    document.add_paragraph("butir", style="List Bullet")
    table = document.add_table(2, 2)
    for place, text in {(0, 0): "Lantai", (0, 1): "Kios", (1, 0): "A", (1, 1): "12\ndan 13"}.items():
        table.cell(*place).text = text
    document.add_paragraph("")
    document.add_heading("Penutup", 2)
    document.add_paragraph("Akhir\tkata.\nBaris dua.")
    document.core_properties.author = "Siti Aminah"
    document.core_properties.title = "Kebakaran"
    document.core_properties.created = datetime(2024, 5, 6, 10, 0)  # noqa: DTZ001 - Word's times have no zone
    (record,), complaints = read(saved(document, tmp_path, "bogor.docx"))
    assert complaints == []
    assert record.text.split("\n") == [
        "Kebakaran di Bogor",
        "Alinea pertama. Tebal",
        "butir",
        "Lantai\tKios",
        "A\t12 dan 13",
        "Penutup",
        "Akhir\tkata.",
        "Baris dua.",
    ]
    assert (record.name, record.place) == ("bogor", str(tmp_path / "bogor.docx"))
    assert record.meta == {"author": "Siti Aminah", "title": "Kebakaran", "date": "2024-05-06"}


def test_merged_cells_stand_once_and_tables_in_tables_on_the_line_of_their_cell(tmp_path):
    document = new()
    table = document.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "lebar"
    inner = table.cell(1, 0).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "dalam", "sekali"
    table.cell(1, 2).text = "akhir"
    (record,), _ = read(saved(document, tmp_path))
    assert record.text.split("\n") == ["lebar", "dalam sekali\t\takhir"]


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<w:p><w:hyperlink>{run('taut')}</w:hyperlink>{run('an')}</w:p>", "tautan"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent><w:p>{run('isian')}</w:p></w:sdtContent></w:sdt>", "isian"),
        (f"<w:p><w:smartTag>{run('Budi')}</w:smartTag></w:p>", "Budi"),
        (f"<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:br w:type='page'/></w:r>{run('d')}</w:p>", "a\tb\ncd"),
        ("<w:p><w:r><w:t>anak</w:t><w:noBreakHyphen/><w:t>anak</w:t><w:softHyphen/></w:r></w:p>", "anak\u2011anak\xad"),
        (f"<w:p><w:fldSimple w:instr='PAGE'>{run('7')}</w:fldSimple></w:p>", "7"),
        (f"<w:p><w:r><w:instrText>HYPERLINK x</w:instrText></w:r>{run('y')}</w:p>", "y"),
        (f"<w:p>{run('  tepi ')}</w:p>", "  tepi "),
        (f"<w:p><w:ruby><w:rt>{run('とう')}</w:rt><w:rubyBase>{run('東')}</w:rubyBase></w:ruby></w:p>", "東"),
        (f"<w:p>{run('&#x1F600;')}</w:p>", "\U0001f600"),
    ],
)
def test_text_is_found_wherever_word_keeps_it(tmp_path, xml, text):
    (record,), complaints = read(with_body(tmp_path, xml))
    assert record.text == text
    assert complaints == []


def test_tracked_changes_count_as_accepted_and_that_is_said(tmp_path):
    inserted, deleted = f"<w:ins>{run('baru')}</w:ins>", "<w:del><w:r><w:delText>lama</w:delText></w:r></w:del>"
    (record,), (notice,) = read(with_body(tmp_path, f"<w:p>{run('Ini ')}{deleted}{inserted}</w:p>"))
    assert record.text == "Ini baru"
    assert "tracked" in notice.message
    assert not notice.lost


def test_what_stands_beside_the_text_is_left_out_and_named(tmp_path):
    box = f"<w:r><w:pict><w:txbxContent><w:p>{run('kotak')}</w:p></w:txbxContent></w:pict></w:r>"
    drawing = f"<w:r><w:drawing><x xmlns='other'><w:txbxContent><w:p>{run('kotak')}</w:p></w:txbxContent></x></w:drawing></w:r>"
    notes = "<w:r><w:footnoteReference w:id='2'/></w:r><w:r><w:commentReference w:id='1'/></w:r>"
    (record,), (notice,) = read(with_body(tmp_path, f"<w:p>{run('Teks')}{drawing}{notes}</w:p>"))
    assert record.text == "Teks"
    assert notice.message == "What stands beside the text was left out: footnotes, comments, text boxes."
    (record,), (notice,) = read(with_body(tmp_path, f"<w:p>{run('Teks')}{box}</w:p>"))
    assert "text boxes" in notice.message


def test_a_document_without_text_is_named_and_brings_nothing(tmp_path):
    document = new()
    document.add_paragraph("  ")
    records, (complaint,) = read(saved(document, tmp_path))
    assert records == []
    assert complaint.lost


def test_tables_nested_deeper_than_python_may_call_are_read(tmp_path):
    xml = f"<w:p>{run('dasar')}</w:p>"
    for _ in range(60):
        xml = f"<w:tbl><w:tr><w:tc>{xml}</w:tc></w:tr></w:tbl>"
    (record,), _ = read(with_body(tmp_path, xml))
    assert record.text == "dasar"


def replaced(path: Path, name: str, data: bytes) -> Path:
    """Replace a member of a document."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in (members | {name: data}).items():
            archive.writestr(member, content)
    return path


def test_entities_are_never_expanded(tmp_path):
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        f'<!ENTITY c SYSTEM "file:///etc/hostname">]><w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>x&b;&c;y</w:t></w:r></w:p>'
        "</w:body></w:document>"
    )
    path = replaced(saved(new(), tmp_path), "word/document.xml", bomb.encode())
    (record,), _ = read(path)
    assert record.text in ("x", "xy")


@pytest.mark.parametrize("data", [b"", b"junk", b"<w:document/>", b"<a><b></a>", b"\x00" * 50])
def test_a_broken_document_is_one_sentence(tmp_path, data):
    path = replaced(saved(new(), tmp_path), "word/document.xml", data)
    with pytest.raises(FormatError, match="is no Word document, or a broken one"):
        articles_docx.read(path, ReadDefaults())


def test_broken_metadata_cost_the_metadata_alone(tmp_path):
    document = new()
    document.add_paragraph("Isi.")
    path = replaced(saved(document, tmp_path), "docProps/core.xml", b"<a/>")
    (record,), _ = read(path)
    assert (record.text, record.meta) == ("Isi.", {})


def test_protected_and_older_files_say_so(tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    with pytest.raises(FormatError, match="protected by a password, or was written by a program of before 2007"):
        articles_docx.read(path, ReadDefaults())
    path.write_bytes(b"{\\rtf1 no}")
    with pytest.raises(FormatError, match="is no Word document"):
        articles_docx.read(path, ReadDefaults())
    with pytest.raises(FormatError, match="does not exist"):
        articles_docx.read(tmp_path / "gone.docx", ReadDefaults())


def test_a_document_that_unpacks_to_a_mountain_is_refused_unread(tmp_path, monkeypatch):
    path = replaced(saved(new(), tmp_path), "word/media/x.xml", b" " * (30 << 20))
    with pytest.raises(FormatError, match="packed too densely"):
        articles_docx.read(path, ReadDefaults())
    monkeypatch.setattr(articles_archive, "MOST", 1 << 20)
    with pytest.raises(FormatError, match="would unpack to more than 1 MB"):
        articles_docx.read(path, ReadDefaults())


def test_a_document_is_known_by_its_suffix_or_its_beginning(tmp_path):
    path = saved(new(), tmp_path)
    assert detect(path).name == "docx"
    nameless = path.rename(tmp_path / "tanpa-nama")
    assert detect(nameless).name == "docx"
