"""The table of formats: what it says is what the modules do."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from annotator.domain.exchange import ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.detect import detect
from annotator.formats.table import FORMATS


def test_names_and_suffixes_are_unique():
    suffixes = [suffix for entry in FORMATS.values() for suffix in entry.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert [entry.name for entry in FORMATS.values()] == list(FORMATS)
    assert all(entry.read or entry.write for entry in FORMATS.values())


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.txt", b"isi", "text"),
        ("A.TXT", b'{"text": "isi"}', "text"),
        ("a.jsonl", b"", "jsonl"),
        ("a.ndjson", b"rubbish", "jsonl"),
        ("a.json", b'{"text": "isi"}\n{"text": "lagi"}', "jsonl"),
        ("a", b'\xef\xbb\xbf{"text": "isi"}', "jsonl"),
    ],
)
def test_a_format_is_told_by_suffix_or_beginning(tmp_path, name, content, wanted):
    path = tmp_path / name
    path.write_bytes(content)
    assert detect(path).name == wanted


@pytest.mark.parametrize(("name", "content"), [("a.odt", b"PK\x03\x04"), ("a.json", b"[1]"), ("a", b"isi"), ("b", b"")])
def test_what_cannot_be_read_gets_the_list_of_what_can(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"text \(\.txt\); jsonl \(\.jsonl, \.ndjson\)"):
        detect(path)


def test_a_file_of_no_known_suffix_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(FormatError, match="does not exist"):
        detect(tmp_path / "none")


@pytest.mark.parametrize("name", [name for name, entry in FORMATS.items() if entry.write])
def test_every_writer_of_the_table_writes_and_takes_its_default_options(tmp_path, name):
    entry = FORMATS[name]
    assert entry.write is not None
    record = Record(name="n", text="Budi", tokens=Tokens([(0, 4)]), annotator="a")
    for option, values in (entry.write_options or {"": ("",)}).items():
        for value in values:
            path = tmp_path / f"{value}{entry.suffixes[0]}"
            options = {option: value} if option else {}
            assert entry.write(lambda: [record], path, LabelScheme(), options=options, progress=Progress()).losses == []
            assert path.is_file()


def test_every_reader_of_the_table_reads(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes('{"text": "kaf\xe9"}'.encode("latin-1"))
    text, jsonl = FORMATS["text"].read, FORMATS["jsonl"].read
    assert text is not None
    assert jsonl is not None
    assert [item.text for item in text(path, ReadDefaults(), encoding="latin-1") if isinstance(item, Record)] == [
        '{"text": "kafé"}'
    ]
    path.write_bytes('{"text": "kafé"}'.encode())
    assert [item.text for item in jsonl(path, ReadDefaults()) if isinstance(item, Record)] == ["kafé"]


def test_listing_and_reading_needs_neither_spacy_nor_qt():
    code = (
        "import sys, pathlib\n"
        "import annotator.formats.docbin, annotator.formats.jsonl, annotator.formats.text_files, annotator.nlp.tokens\n"
        "annotator.nlp.tokens.tokenizer_name('id')\n"
        "sys.exit(any(name in sys.modules for name in ('spacy', 'thinc', 'numpy', 'PySide6', 'sqlite_utils')))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "formats"


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of the other tools are not here")
@pytest.mark.parametrize(("pattern", "name"), [("prodigy/**/*.jsonl", "prodigy"), ("label_studio/**/*.json", "label-studio")])
def test_files_of_other_tools_are_known_by_their_marks(pattern, name):
    found = [path for path in sorted(FIXTURES.glob(pattern)) if path.stat().st_size]
    told = []
    for path in found:
        with suppress(FormatError):
            told.append(detect(path).name)
    assert told.count(name) >= 1
    assert set(told) <= {name, "jsonl", "doccano"}, "what has no marks is native, or is asked for by name"


def test_a_folder_of_standoff_files_is_brats_and_a_bare_one_nobodys(tmp_path):
    (tmp_path / "a.txt").write_text("Budi", encoding="utf-8")
    with pytest.raises(FormatError, match="is a folder, not a file"):
        detect(tmp_path)
    (tmp_path / "a.ann").write_text("T1\tPERSON 0 4\tBudi\n", encoding="utf-8")
    assert detect(tmp_path).name == "brat"


def test_a_suffix_of_two_parts_is_known(tmp_path):
    path = tmp_path / "x.doccano.jsonl"
    path.write_text('{"text": "Budi", "label": []}\n', encoding="utf-8")
    assert detect(path).name == "doccano"
