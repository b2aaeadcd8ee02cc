"""The shipped word lists: their form, what they hold, and how ordinary words are told from names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.errors import SuggesterError
from annotator.nlp.indonesian_lexicon import FILES, lexicon, read_kinds

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "gazetteers"


@pytest.mark.parametrize("file", FILES)
def test_each_line_is_a_kind_and_its_names(file: str) -> None:
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, tab, names = line.partition("\t")
        assert kind.isidentifier()
        assert tab
        assert all(name == name.strip() and name for name in names.split(";")), kind


@pytest.mark.parametrize("file", [file for file in FILES if file != "cues.txt"])
def test_built_lists_are_sorted_without_doubles(file: str) -> None:
    for kind, names in read_kinds(FOLDER / file).items():
        assert names == sorted(set(names)), kind


def test_no_kind_stands_in_two_files_or_twice_in_one() -> None:
    kinds = [
        line.partition("\t")[0]
        for file in FILES
        for line in (FOLDER / file).read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert len(kinds) == len(set(kinds))


def test_every_cue_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "annotator" / "nlp").glob("indonesian_*.py"))
    assert [kind for kind in read_kinds(FOLDER / "cues.txt") if f'"{kind}"' not in code] == []


def test_cues_are_in_small_letters_but_for_names() -> None:
    for kind, names in read_kinds(FOLDER / "cues.txt").items():
        if kind in {"org", "gpe", "loc", "fac", "people", "people_name", "product", "not_org"}:
            assert all(any(letter.isupper() for letter in name) for name in names), kind
        else:
            assert all(name == name.lower() for name in names), kind


def test_the_lists_are_compact_and_their_sources_are_named() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 600_000
    source = (FOLDER / "SOURCE.md").read_text(encoding="utf-8")
    for path in FOLDER.iterdir():
        assert path.name == "SOURCE.md" or f"`{path.name}`" in source


KNOWN = [
    ("Indonesia", "GPE"),
    ("Prancis", "GPE"),
    ("Perancis", "GPE"),
    ("Tiongkok", "GPE"),
    ("Rusia", "GPE"),
    ("AS", "GPE"),
    ("Amerika Serikat", "GPE"),
    ("Jawa Barat", "GPE"),
    ("Jember", "GPE"),
    ("Surabaya", "GPE"),
    ("Moskow", "GPE"),
    ("Kairo", "GPE"),
    ("Tanah Abang", "GPE"),
    ("Asia Tenggara", "LOC"),
    ("Timur Tengah", "LOC"),
    ("Eropa", "LOC"),
    ("KPK", "ORG"),
    ("Uni Eropa", "ORG"),
    ("Kremlin", "ORG"),
    ("Xinhua", "ORG"),
    ("Monas", "FAC"),
    ("Muslim", "NORP"),
]


@pytest.mark.parametrize(("name", "label"), KNOWN)
def test_known_names(name: str, label: str) -> None:
    words = lexicon()
    assert words.names[name] == label
    assert words.name_starts[name.split(maxsplit=1)[0]] >= len(name.split())
    assert words.upper[name.upper()]


def test_labels_are_those_of_the_scheme() -> None:
    scheme = json.loads((ROOT / "resources" / "schemes" / "indonesian-news.json").read_text(encoding="utf-8"))
    names = {label["name"] for label in scheme["spans"]}
    words = lexicon()
    assert set(words.names.values()) <= names
    assert set(words.heads.values()) <= names


COMMON = ["banjir", "Menurutnya", "orang-orang", "Presiden", "pemerintah", "kedatangannya", "MEMBANTAH", "mengatakan"]
NAMES = ["Putin", "Hollande", "Qwilaro", "Soekarno", "Yudhoyono", "Widodo"]


@pytest.mark.parametrize("word", COMMON)
def test_ordinary_words(word: str) -> None:
    assert lexicon().is_common(word)


@pytest.mark.parametrize("word", NAMES)
def test_words_that_are_none(word: str) -> None:
    assert not lexicon().is_common(word)


def test_a_file_that_cannot_be_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SuggesterError, match=r"are incomplete: no\.txt"):
        read_kinds(tmp_path / "no.txt")
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"city\t\xff\xfe")
    with pytest.raises(SuggesterError, match=r"broken\.txt"):
        read_kinds(broken)


def test_comments_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_text("# said by a person\n\ncity\tA;B\n", encoding="utf-8")
    assert read_kinds(path) == {"city": ["A", "B"]}


def test_it_is_read_once() -> None:
    assert lexicon() is lexicon()
