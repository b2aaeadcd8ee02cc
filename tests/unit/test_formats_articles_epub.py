"""EPUB books as articles: chapters in the order of the spine, and archives made to do harm."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats import articles_archive, articles_epub
from annotator.formats.detect import detect
from tests.unit.articles_support import CONTAINER, chapter, epub, package

META = (
    "<dc:title>Laskar <i>Kata</i></dc:title><dc:creator>Siti Aminah</dc:creator><dc:date>2020-01-02</dc:date>"
    "<dc:language>id</dc:language><dc:publisher>Balai</dc:publisher><dc:identifier>urn:isbn:1</dc:identifier>"
)
SEALED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
    '<enc:EncryptedData><enc:CipherData><enc:CipherReference URI="OEBPS/b.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>'
)


def read(path: Path) -> tuple[list[Record], list[Complaint]]:
    found = list(articles_epub.read(path, ReadDefaults()))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def made(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_each_chapter_is_a_document_in_the_order_of_the_spine(tmp_path):
    chapters = {"b.xhtml": chapter("Bab 1", "Satu&nbsp;&amp; dua.", "Ti<b>ga</b>."), "a/c%20d.xhtml": chapter("Bab 2", "Empat.")}
    path = epub(tmp_path / "buku.epub", chapters, metadata=META)
    (_, missing) = read(path)
    assert [complaint.message for complaint in missing] == [
        "The chapter was not read: “OEBPS/a/c d.xhtml” is missing from the book."
    ]
    path = epub(tmp_path / "buku.epub", chapters, metadata=META, **{"OEBPS/a/c d.xhtml": chapters["a/c%20d.xhtml"]})
    records, complaints = read(path)
    assert complaints == []
    assert [(record.name, record.text) for record in records] == [
        ("buku:1", "Bab 1\nSatu\xa0& dua.\nTiga."),
        ("buku:2", "Bab 2\nEmpat."),
    ]
    assert records[1].meta == {
        "title": "Laskar Kata",
        "author": "Siti Aminah",
        "date": "2020-01-02",
        "language": "id",
        "publisher": "Balai",
        "identifier": "urn:isbn:1",
        "chapter": "Bab 2",
    }
    assert [record.place for record in records] == [f"{path}:1", f"{path}:2"]


def test_covers_are_named_and_the_others_keep_their_numbers(tmp_path):
    chapters = {"cover.xhtml": '<html><body><img src="x.jpg"/></body></html>', "a.xhtml": chapter("Bab", "Isi.")}
    (record,), (notice,) = read(epub(tmp_path / "buku.epub", chapters))
    assert record.name == "buku:2"
    assert not notice.lost
    assert notice.message.endswith("were left out: 1.")
    records, (complaint,) = read(epub(tmp_path / "buku.epub", {"cover.xhtml": chapters["cover.xhtml"]}))
    assert records == []
    assert complaint.lost, "a book of which nothing comes in is a loss"
    records, (complaint,) = read(epub(tmp_path / "buku.epub", {}))
    assert (records, complaint.lost) == ([], True)


@pytest.mark.parametrize(
    "href",
    ["../../etc/passwd", "/etc/passwd", "http://example.org/x.xhtml", "file:///etc/passwd", "//host/x", "%2e%2e/%2e%2e/etc/passwd"],
)
def test_a_chapter_outside_the_book_is_not_read(tmp_path, href):
    members = {
        "META-INF/container.xml": CONTAINER.format("OEBPS/package.xml"),
        "OEBPS/package.xml": package([href, "a.xhtml"]),
        "OEBPS/a.xhtml": chapter("Bab", "Isi."),
        "../../etc/passwd": chapter("Rahasia", "root"),
        "/etc/passwd": chapter("Rahasia", "root"),
    }
    before = sorted(tmp_path.iterdir())
    (record,), (complaint,) = read(made(tmp_path / "b.epub", members))
    assert record.name == "b:2"
    assert "lies outside the book" in complaint.message
    assert sorted(tmp_path.iterdir()) == [*before, tmp_path / "b.epub"], "nothing is unpacked"


def test_protected_chapters_and_what_is_not_listed_are_named_and_the_rest_comes_in(tmp_path):
    chapters = {"a.xhtml": chapter("A", "Isi."), "b.xhtml": "\x8f\x91"}
    path = epub(tmp_path / "b.epub", chapters, **{"META-INF/encryption.xml": SEALED})
    (record,), (complaint,) = read(path)
    assert record.name == "b:1"
    assert complaint.place == f"{path}:2"
    assert "protected (DRM)" in complaint.message
    book = package(["a.xhtml"]).replace("</spine>", '<itemref idref="gone"/><itemref idref="c0"/></spine>')
    path = made(
        tmp_path / "c.epub",
        {"META-INF/container.xml": CONTAINER.format("b.book"), "b.book": book, "a.xhtml": chapters["a.xhtml"]},
    )
    (record,), complaints = read(path)
    assert [complaint.message.partition(": ")[2] for complaint in complaints] == [
        "the spine names something that the book does not list.",
        "“a.xhtml” stands in the spine a second time.",
    ]


def test_a_chapter_whose_xml_is_broken_is_read_as_a_page(tmp_path):
    chapters = {"a.xhtml": "<html><head><title>Judul</title></head><body><p>Satu<p>dua &ldquo;tiga&rdquo;</body>"}
    (record,), complaints = read(epub(tmp_path / "b.epub", chapters))
    assert (record.text, record.meta, complaints) == ("Satu\ndua “tiga”", {"chapter": "Judul"}, [])


def test_encodings_other_than_utf8_are_read_as_the_chapter_says(tmp_path):
    latin = '<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>\u00e9 &eacute; &hellip;</p></body></html>'
    members = {"META-INF/container.xml": CONTAINER.format("b.book"), "b.book": package(["a.xhtml", "b.xhtml"])}
    wide = chapter("B", "東京").replace("utf-8", "utf-16").encode("utf-16")
    path = made(tmp_path / "b.epub", members | {"a.xhtml": latin.encode("latin-1"), "b.xhtml": wide})
    assert [record.text for record in read(path)[0]] == ["é é …", "B\n東京"]


def test_entities_of_its_own_cost_a_chapter_and_are_never_expanded(tmp_path):
    bomb = (
        '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
        "<html><body><p>&b;&f;</p></body></html>"
    )
    (record,), (complaint,) = read(epub(tmp_path / "b.epub", {"a.xhtml": bomb, "b.xhtml": chapter("B", "Isi.")}))
    assert record.name == "b:2"
    assert "declares entities" in complaint.message
    book = package(["a.xhtml"]).replace('<?xml version="1.0"?>', '<!DOCTYPE package [<!ENTITY a "x">]>')
    path = made(tmp_path / "c.epub", {"META-INF/container.xml": CONTAINER.format("b.book"), "b.book": book})
    with pytest.raises(FormatError, match="declares entities"):
        articles_epub.read(path, ReadDefaults())


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({}, "META-INF/container.xml is missing"),
        ({"META-INF/container.xml": "<a>"}, "no well-formed XML"),
        ({"META-INF/container.xml": "<a/>"}, "package document “” is missing"),
        ({"META-INF/container.xml": CONTAINER.format("b.book")}, "package document “b.book” is missing"),
        ({"META-INF/container.xml": CONTAINER.format("b.book"), "b.book": "<a>&nosuch;</a>"}, "no well-formed XML"),
        ({"META-INF/container.xml": b"\x00\xff"}, "no well-formed XML"),
    ],
)
def test_what_is_no_book_is_one_sentence(tmp_path, members, reason):
    path = made(tmp_path / "b.epub", members)
    with pytest.raises(FormatError, match=reason):
        articles_epub.read(path, ReadDefaults())


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"junk" * 100])
def test_what_is_no_archive_is_one_sentence(tmp_path, data):
    path = tmp_path / "b.epub"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="is no EPUB book, or a broken one"):
        articles_epub.read(path, ReadDefaults())


def test_a_book_that_unpacks_to_a_mountain_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = epub(tmp_path / "b.epub", {"a.xhtml": chapter("A", "a" * (30 << 20))})
    with pytest.raises(FormatError, match="packed too densely"):
        articles_epub.read(path, ReadDefaults())
    path = epub(tmp_path / "c.epub", {f"{n}.xhtml": chapter("A", f"{n} kata " * 10) for n in range(40)})
    monkeypatch.setattr(articles_archive, "MOST", 1 << 10)
    with pytest.raises(FormatError, match="would unpack to more than"):
        articles_epub.read(path, ReadDefaults())


def test_a_member_larger_than_any_chapter_costs_that_chapter(tmp_path, monkeypatch):
    monkeypatch.setattr(articles_archive, "LARGEST", 2000)
    path = epub(tmp_path / "b.epub", {"a.xhtml": chapter("A", "kata " * 1000), "b.xhtml": chapter("B", "Isi.")})
    (record,), (complaint,) = read(path)
    assert record.name == "b:2"
    assert "unpacks to more than" in complaint.message


def test_a_member_that_is_damaged_costs_that_chapter(tmp_path):
    path = epub(tmp_path / "b.epub", {"a.xhtml": chapter("A", "Unik sekali."), "b.xhtml": chapter("B", "Isi.")})
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("OEBPS/a.xhtml")
    data = bytearray(path.read_bytes())
    place = info.header_offset + 30 + len(info.filename) + 10
    data[place] ^= 0xFF
    path.write_bytes(bytes(data))
    records, complaints = read(path)
    assert [record.name for record in records] == ["b:2"]
    assert [complaint.place for complaint in complaints] == [f"{path}:1"]


def test_a_password_is_named(tmp_path):
    path = epub(tmp_path / "b.epub", {"a.xhtml": chapter("A", "Isi.")})
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(FormatError, match="protected by a password"):
        articles_epub.read(path, ReadDefaults())


def test_a_book_is_known_by_its_suffix_or_its_beginning(tmp_path):
    path = epub(tmp_path / "b.epub", {"a.xhtml": chapter("A", "Isi.")})
    assert detect(path).name == "epub"
    assert detect(path.rename(tmp_path / "tanpa-nama")).name == "epub"
