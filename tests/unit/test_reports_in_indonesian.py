"""What real imports of broken files and real exports with losses have to say is all said in Indonesian, and whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from annotator.domain.exchange import Complaint
from annotator.errors import FormatError
from annotator.formats.table import FORMATS
from annotator.ui.catalogue import read_catalogue
from tests.unit import test_formats_hostile as hostile
from tests.unit import test_formats_losses_table as losses

INDONESIAN = read_catalogue("id")

FOREIGN = (
    r"(?<=JSON yang rusak: ).*(?=, pada karakter)",  # what the library for JSON says
    r"“[^”]*”",  # names, and pieces of articles and files
    r"/\S+",
    r"--\w+ \S+",
    r"doc\.\S+",
)
"""What may stand in a report in another language: quotations, options and paths."""

ENGLISH = re.compile(
    r"\b(was|were|left|has|have|the|which|is|with|its|of|and|not|are|that|this|at|by|to|be|or|cannot|than|outside|it)\b"
)

SAID_BY_OTHERS = (
    "Expecting",
    "Invalid",
    "Extra data",
    "Unterminated",
    "codec",
    "not well-formed",
    "no element found",
    "Error",
    "File is not a zip file",
    "Bad ",
    "Parquet file size",
    "Parquet magic bytes",
    "invalid literal",
)
"""Beginnings of what Python and its libraries say of a broken file, in English, behind a sentence of ours."""


def english(said: Iterable[str]) -> list[str]:
    """Return the sentences that are not translated, or in which English is left."""
    assert INDONESIAN is not None
    found: list[str] = []
    for sentence in dict.fromkeys(said):
        told = INDONESIAN.sentence(sentence)
        rest = told
        for foreign in FOREIGN:
            rest = re.sub(foreign, "", rest)
        by_others = any(words in told for words in SAID_BY_OTHERS)
        if told == sentence or (ENGLISH.search(rest) and not by_others):
            found.append(f"{sentence} => {told}")
    return found


def complaints(name: str, path: Path) -> list[str]:
    return [item.message for item in hostile.read(name, path) if isinstance(item, Complaint)]


def test_what_looks_for_english_finds_it():
    assert english(["Nobody ever said this.", "The span a is odd; it was left out.", "cuts a token"]) == [
        "Nobody ever said this. => Nobody ever said this.",
        "The span a is odd; it was left out. => Rentang a is odd; rentang itu ditinggalkan.",
    ]


@pytest.mark.parametrize("name", hostile.READERS)
def test_files_that_were_cut_off(tmp_path: Path, name: str):
    path = hostile.made(name, tmp_path)
    whole = path.read_bytes()
    said: list[str] = []
    for end in range(0, len(whole), max(len(whole) // 12, 1)):
        path.write_bytes(whole[:end])
        said += complaints(name, path)
    assert said
    assert english(said) == []


@pytest.mark.parametrize("name", hostile.READERS)
def test_files_with_a_byte_too_many(tmp_path: Path, name: str):
    path = hostile.made(name, tmp_path)
    whole = path.read_bytes()
    said: list[str] = []
    for byte in (b"\xff", b"\n", b'"', b"\x00"):
        for place in range(0, len(whole), max(len(whole) // 5, 1)):
            path.write_bytes(whole[:place] + byte + whole[place:])
            said += complaints(name, path)
    assert english(said) == []


@pytest.mark.parametrize("name", hostile.JSON)
def test_fields_of_a_wrong_type(tmp_path: Path, name: str):
    path = hostile.made(name, tmp_path)
    text = path.read_text(encoding="utf-8")
    data = json.loads(text)[0] if name == "label-studio" else json.loads(text)
    if "tokens" in data:
        data["tokens"] = data["tokens"][:2]
    lines = [json.dumps(value, ensure_ascii=False) for value in hostile.bent(data)]
    path.write_text("\n".join([text.strip("[]\n"), *lines]) + "\n", encoding="utf-8", newline="\n")
    said = complaints(name, path)
    assert len(said) > 20
    assert english(said) == []


def cases(test: object) -> list[str]:
    """Return the files that another test makes, from its table."""
    (mark,) = test.pytestmark  # type: ignore[attr-defined]
    return list(mark.args[1])


def test_bad_lines_of_standoff(tmp_path: Path):
    said: list[str] = []
    (tmp_path / "out.txt").write_bytes(hostile.TEXT.encode())
    for line in [*cases(hostile.test_a_bad_standoff_line_leaves_the_good_one), *(f"T3\tPER {a} {b}\tx" for a, b in OFFSETS)]:
        (tmp_path / "out.ann").write_text(f"T1\tPER 0 3\tAni\n{line}\n", encoding="utf-8")
        said += complaints("brat", tmp_path / "out.ann")
    assert len(set(said)) > 20
    assert english(said) == []


OFFSETS = ((5, 2), (0, 99), (-1, 3), (2, 2), ("x", 3), (0, 3.5))


def test_bad_notes_and_numbers_of_words(tmp_path: Path):
    said: list[str] = []
    path = tmp_path / "out.conllu"
    blanks = "\t".join("_" * 7)
    for misc in cases(hostile.test_notes_of_any_kind_in_misc):
        path.write_text(f"1\tAni\t{blanks}\t{misc}\n2\tpergi\t{blanks}\t_\n\n", encoding="utf-8")
        said += complaints("conllu", path)
    for number in cases(hostile.test_numbers_of_words_of_any_kind):
        path.write_text(f"{number}\tAni\t{blanks}\t_\n1\tpergi\t{blanks}\t_\n\n", encoding="utf-8")
        said += complaints("conllu", path)
    assert len(set(said)) > 8
    assert english(said) == []


ARTICLES = {
    "kosong.txt": b"",
    "biner.txt": b"\x00\xff\xfe\x80" * 9,
    "laten.txt": "Presiden Ren\u00e9 tiba di Jakarta.".encode("cp1252"),
    "bom.txt": "\ufeffAni.".encode(),
    "halaman.html": b"<p>" * 10,
    "rusak.docx": b"PK\x03\x04 no archive",
    "rusak.epub": b"no archive",
    "rusak.pdf": b"%PDF-1.4 broken",
    "rusak.xlsx": b"PK\x03\x04",
    "kosong.csv": b"",
    "kutip.csv": b'text,label\n"Ani pergi,PER\n',
    "sel.csv": b"text,label\nAni pergi.,PER,1,2\n,PER\n",
    "tag.txt": b"<PERSON>Ani pergi. <ORG></ORG> <PERSON>Budi</PERSON>",
    "data.jsonl": b'{"text": "Ani."}\n{"text": 5}\n[1]\n{"tokens": ["Ani"], "ner_tags": [1, 2]}\n',
    "pola.zip": b"PK\x03\x04",
    "gate.xml": b"<GateDocument><x></GateDocument>",
    "lain.xml": b"<x/>",
}


@pytest.mark.parametrize("file", ARTICLES)
def test_articles_that_are_none_in_any_format(tmp_path: Path, file: str):
    """Each file is given to each reader, whatever it is by its name."""
    path = tmp_path / file
    path.write_bytes(ARTICLES[file])
    said: list[str] = []
    for name, known in FORMATS.items():
        if known.read is not None:
            said += complaints(name, path)
    assert len(set(said)) > 5
    assert english(said) == []


def told(report: losses.LossReport) -> Iterator[str]:
    yield from report.told()
    yield from (loss.reason for loss in (*report.losses, *report.findings))


@pytest.mark.parametrize("name", losses.WRITERS)
def test_what_exports_lose(tmp_path: Path, name: str):
    said: list[str] = []
    for number, record in enumerate(losses.FEATURES.values()):
        try:
            said += told(losses.export(name, tmp_path / str(number), record))
        except FormatError as error:
            said.append(str(error))
    assert english(said) == []


@pytest.mark.parametrize(
    "options",
    [
        {"misaligned": "contract"},
        {"misaligned": "expand"},
        {"unreviewed": "leave-out"},
        {"relations": "dense", "rel_max_length": "3"},
        {"unexamined": "outside"},
        {"nonsense": "x"},
        {"misaligned": "x"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["spacy", "conll"])
def test_what_exports_with_options_lose(tmp_path: Path, name: str, options: dict[str, str]):
    said: list[str] = []
    for number, record in enumerate(losses.FEATURES.values()):
        try:
            said += told(losses.export(name, tmp_path / str(number), record, **options))
        except FormatError as error:
            said.append(str(error))
    assert said
    assert english(said) == []
