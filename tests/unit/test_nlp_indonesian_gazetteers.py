"""The script that builds the word lists: what it takes from running text and from the packages' data."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "gazetteers.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    if not SCRIPT.is_file():
        pytest.skip("the packaging scripts are not there")
    spec = importlib.util.spec_from_file_location("gazetteers_script", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_words_are_common_by_their_case_within_sentences(script: ModuleType) -> None:
    sentences = [
        ["Banjir", "itu", "besar"],
        ["ada", "banjir", "besar", "lagi"],
        ["oleh", "Ketua", "umum"],
        ["oleh", "Ketua", "umum"],
        ["seorang", "ketua", "umum"],
        ["seorang", "ketua", "umum"],
        ["seorang", "ketua", "itu"],
        ["oleh", "Ketua", "Ketua", "Ketua", "Ketua"],
        ["di", "Jakarta", "dan", "jakarta"],
        ["di", "Jakarta", "12", "x", "Su-24"],
    ]
    kinds = script.common_words(sentences)
    assert {"banjir", "besar", "itu", "umum", "seorang"} <= kinds["common"]
    assert "ketua" in kinds["both"]
    assert "jakarta" not in kinds["common"] | kinds["both"]
    assert not any(word[0].isdigit() or len(word) < 2 for word in kinds["common"] | kinds["both"])


def test_the_first_word_of_a_sentence_says_nothing(script: ModuleType) -> None:
    assert script.common_words([["Banjir", "itu"], ["Banjir", "itu"]])["common"] == {"itu"}


TEXTS = {
    "a.txt": ("Joko PROPN B-PER\ntiba VERB O\n\nIa PRON O\n", [["Joko", "tiba"], ["Ia"]]),
    "b.conllu": ("# sent_id = 1\n1\tJoko\tx\n2\ttiba\tx\n\n1\tIa\tx\n", [["Joko", "tiba"], ["Ia"]]),
    "c.jsonl": (json.dumps({"paragraphs": [[["Joko", "tiba"]], [["Ia"]]]}) + "\n", [["Joko", "tiba"], ["Ia"]]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_sentences_of_each_kind_of_text(script: ModuleType, tmp_path: Path, name: str) -> None:
    text, expected = TEXTS[name]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert [sentence for sentence in script.sentences(path) if sentence] == expected


def test_line_ends_of_windows_are_read_too(script: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"Joko PROPN B-PER\r\n\r\nIa PRON O\r\n")
    assert [sentence for sentence in script.sentences(path) if sentence] == [["Joko"], ["Ia"]]


PLAIN = [
    ("Jakarta", True),
    ("Bandar Seri Begawan", True),
    ("Guinea-Bissau", True),
    ("Bao'an", True),
    ("Myanmar (Burma)", False),
    ("Москва", False),
    ("Kota 5", False),
    ("", False),
    ("kota", True),
]


@pytest.mark.parametrize(("name", "kept"), PLAIN)
def test_what_is_no_name_in_a_text_is_left_out(script: ModuleType, name: str, kept: bool) -> None:
    assert bool(script._plain([name])) is kept


def test_regions_are_read_whatever_their_layout(script: ModuleType) -> None:
    rows = [["11", "Aceh"], ["11.01", "Kabupaten Aceh Selatan"]]
    assert list(script._pairs(rows)) == [("11", "Aceh"), ("11.01", "Kabupaten Aceh Selatan")]
    assert list(script._pairs({"11": "Aceh", "more": {"11.01": "Kota Sabang"}})) == [("11", "Aceh"), ("11.01", "Kota Sabang")]
    assert list(script._pairs([{"x": 1}, "11", 5])) == []


def test_names_in_capitals_are_written_as_names(script: ModuleType) -> None:
    assert script._titled("ACEH SELATAN") == "Aceh Selatan"
    assert script._titled("Kota Sabang") == "Kota Sabang"


def test_what_is_written_is_sorted_and_read_back(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    script._write("some.txt", {"city": {"B", "A"}, "region": {"C"}})
    assert (tmp_path / "some.txt").read_bytes() == b"city\tA;B\nregion\tC\n"
    assert script._read("some.txt") == {"city": ["A", "B"], "region": ["C"]}
    assert script._read("none.txt") == {}


def test_a_licence_that_is_not_there_stops_the_build(script: ModuleType) -> None:
    with pytest.raises(SystemExit, match="no file SOME-LICENCE"):
        script._licence("pytest", "SOME-LICENCE")
    assert script._licence("pytest", "LICENSE").is_file()
