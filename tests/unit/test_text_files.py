"""Articles as plain text: the text comes in as it is, and what is no UTF-8 is named with a way out."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats import text_files

ROOT = Path(__file__).parents[2]
NAUGHTY = ROOT.parent / "shared" / "fixtures" / "bad" / "naughty-strings" / "blns.json"


def read(path, data: bytes, encoding=None):
    path.write_bytes(data)
    return list(text_files.read(path, ReadDefaults(), encoding=encoding))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "berita 1.txt"


@pytest.mark.parametrize(
    "text",
    ["satu\r\ndua\rtiga\n", "a\0b", " \n", "😀 👨‍👩‍👧 keluarga", "مرحبا بالعالم", "a\u2028b\u2029c\x85d", "\u00a0x", "a\ufeffb"],
)
def test_a_text_is_kept_character_for_character(file, text):
    (record,) = read(file, text.encode())
    assert isinstance(record, Record)
    assert (record.text, record.name, record.place) == (text, "berita 1", str(file))
    assert (record.annotator, record.spans, record.tokens) == ("", (), None)


@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the fixtures are not beside the repository")
def test_naughty_strings_come_in_as_they_are(file):
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        if text.strip("\ufeff"):
            assert [item.text for item in read(file, text.encode()) if isinstance(item, Record)] == [text.removeprefix("\ufeff")]


def test_the_seed_article_comes_in_byte_for_byte():
    path = ROOT / "seeds" / "000_445bde8beb3af8fb.txt"
    (record,) = text_files.read(path, ReadDefaults())
    assert isinstance(record, Record)
    assert record.text.encode() == path.read_bytes()
    assert record.name == "000_445bde8beb3af8fb"


def test_a_byte_order_mark_is_removed_and_named(file):
    notice, record = read(file, b"\xef\xbb\xbfisi")
    assert isinstance(notice, Complaint)
    assert isinstance(record, Record)
    assert (notice.lost, record.text) == (False, "isi")


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_named(file, data):
    (complaint,) = read(file, data)
    assert isinstance(complaint, Complaint)
    assert complaint.lost
    assert "empty" in complaint.message


@pytest.mark.parametrize(
    ("encoding", "offered"),
    [
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_another_encoding_is_offered_and_reads_the_text(file, encoding, offered):
    text = "“Kami percaya ini penting,” kata Putin di Café Moskow. " * 3
    (complaint,) = read(file, text.encode(encoding))
    assert isinstance(complaint, Complaint)
    assert complaint.lost
    assert f"--encoding {offered}" in complaint.message
    assert [item.text for item in read(file, text.encode(encoding), offered) if isinstance(item, Record)] == [text]


def test_other_scripts_are_offered_too(file):
    text = "Президент России заявил, что Москва готова присоединиться к борьбе против террора. " * 4
    (complaint,) = read(file, text.encode("koi8-r"))
    assert isinstance(complaint, Complaint)
    offered = complaint.message.rpartition("--encoding ")[2].rstrip(".")
    assert [item.text for item in read(file, text.encode("koi8-r"), offered) if isinstance(item, Record)] == [text]


def test_a_wrong_encoding_is_a_complaint_and_an_unknown_one_an_error(file):
    (complaint,) = read(file, b"kaf\xe9", "ascii")
    assert isinstance(complaint, Complaint)
    assert "byte 3 (0xe9)" in complaint.message
    with pytest.raises(FormatError, match="no encoding called “klingon”"):
        read(file, b"x", "klingon")


def test_bytes_that_are_no_text_are_a_complaint(file):
    (complaint,) = read(file, bytes(range(256)) * 40)
    assert isinstance(complaint, Complaint)
    assert complaint.lost


def test_what_cannot_be_opened_gets_a_sentence(tmp_path):
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(FormatError, match=r"does not exist|is a folder|may not be opened"):
            text_files.read(path, ReadDefaults())


@pytest.mark.skipif(sys.platform != "linux", reason="only here may a file's name be any bytes")
def test_a_file_name_that_is_no_text_still_gives_a_name(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/berita\xe9.txt"))
    (record,) = read(path, b"isi")
    assert isinstance(record, Record)
    assert record.name == "berita\ufffd"


@pytest.mark.parametrize(
    "text",
    [
        "El señor Muñoz llegó a México con su niña mañana.\n",
        "Kata “ya” itu – katanya – bukan ‘tidak’…",
        "Le garçon a mangé à l’école avant que l’été ne commence dans la ville.",
    ],
)
def test_western_windows_text_is_told_from_its_letters(tmp_path, text):
    article = tmp_path / "a.txt"
    article.write_bytes(text.encode("cp1252"))
    (complaint,) = list(text_files.read(article, ReadDefaults()))
    assert "cp1252" in complaint.message
    assert any(word in complaint.message for word in text.split() if not word.isascii())


def test_a_text_put_together_from_two_encodings_is_given_none(tmp_path):
    article = tmp_path / "a.txt"
    article.write_bytes("Kafé itu ".encode() + "Café ini sudah lama tutup.".encode("cp1252"))
    (complaint,) = list(text_files.read(article, ReadDefaults()))
    assert "no other encoding fits it whole" in complaint.message


def test_cyrillic_is_not_taken_for_western(tmp_path):
    article = tmp_path / "a.txt"
    article.write_bytes("Президент прибыл в Москву на встречу с министрами сегодня утром.".encode("cp1251"))
    (complaint,) = list(text_files.read(article, ReadDefaults()))
    assert "cp1252" not in complaint.message
