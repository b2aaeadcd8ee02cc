"""JSON in three layouts, read value by value; what is wrong is named by line, and what is sound before it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.errors import FormatError
from annotator.formats import json_items as module
from annotator.formats.json_items import JsonItem, json_items

SUITE = Path(__file__).parents[3] / "shared" / "fixtures" / "bad" / "JSONTestSuite" / "test_parsing"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "a.json"


def read(path, content, **options):
    """Write ``content`` and return (line, value) of each item, and the messages."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = list(json_items(path, **options))
    assert all(item.place.startswith(f"{path}:") for item in found)
    items = [(item.line, item.value) for item in found if isinstance(item, JsonItem)]
    return items, [item.message for item in found if not isinstance(item, JsonItem)]


@pytest.mark.parametrize(
    ("content", "items"),
    [
        ('{"a": 1}\n\n{"a": 2}\r\n', [(1, {"a": 1}), (3, {"a": 2})]),
        ('[{"a": 1},\n {"a": 2}]', [(1, {"a": 1}), (2, {"a": 2})]),
        ('\n[\n\n1 , "x"\n,\nnull]\n', [(4, 1), (4, "x"), (6, None)]),
        ('{\n "a": 1\n}\n{\n "a": 2}', [(1, {"a": 1}), (4, {"a": 2})]),
        ("[]", []),
        ("", []),
        (" \n ", []),
        ("[" + "1," * 999 + "12345]", [(1, 1)] * 999 + [(1, 12345)]),
    ],
)
def test_every_layout_gives_its_values(file, content, items):
    assert read(file, content) == (items, [])


def test_values_longer_than_a_chunk_come_whole(file):
    values = [{"text": "é" * 300_000, "n": number} for number in range(4)]
    for content in (json.dumps(values), json.dumps(values, ensure_ascii=False, indent=1), "\n".join(map(json.dumps, values))):
        items, messages = read(file, content)
        assert [value for _, value in items] == values
        assert messages == []


@pytest.mark.parametrize(
    ("content", "items", "message"),
    [
        ('{"a": 1}\n{"a":}\n{"a": 3}', [1, 3], "The line is broken JSON: Expecting value, at character 6."),
        ('{"a": 1} x\n{"a": 3}', [3], "something follows its value, at character 9"),
        ('{"a": "x\n{"a": 3}', [3], "Unterminated string"),
        ('[{"a": 1}, {"a": 2,\n}]', [1], "in line 2. It and what follows were not read."),
        ('[{"a": 1} {"a": 2}]', [1], "A comma is missing here"),
        ('[{"a": 1}', [1], "The list has no end"),
        ('[{"a": 1}] {}', [1], "Something follows the end of the list"),
        ('{\n"a": 1}\n{"a": x}', [1], "What begins here is broken JSON"),
        ('{"a": 1}\n{"a": NaN}', [1], "holds NaN"),
        ('{"a": 1}\n{"a": 2, "b": {"c": 1, "c": 2}}', [1], "names “c” twice"),
        ('{"a": 1}\n{"a": "\\ud83d"}', [1], "half a character"),
        ('{"a": 1}\n' + "[" * 200_000, [1], "nested too deeply"),
        ('{"a": 1}\n{"a": ' + "9" * 5000 + "}", [1], "broken JSON"),
        (b'{"a": 1}\n{"a": "\xe9"}\n{"a": "\xc3\xa9"}', [1, "é"], "not UTF-8: byte 8 of it (0xe9)"),
        (b'\xef\xbb\xbf{"a": 1}', [1], "byte-order mark"),
        (b'\xef\xbb\xbf[{"a": 1}]', [1], "byte-order mark"),
        ("[{'a': 1}]", [], "Expecting property name"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_kept(file, content, items, message):
    found, (said,) = read(file, content)
    assert [value["a"] for _, value in found] == items
    assert message in said


def test_whole_characters_written_as_two_escapes_are_fine(file):
    assert read(file, '{"a": "\\ud83d\\ude0a"}') == ([(1, {"a": "😊"})], [])


def test_something_else_is_given_up_soon(file):
    items, messages = read(file, b"\x00\x01 rubbish\n" * 5000)
    assert items == []
    assert len(messages) == 101
    assert "None of the first 100 lines is JSON" in messages[-1]


def test_a_value_without_end_is_not_read_for_ever(file, monkeypatch):
    monkeypatch.setattr(module, "MOST", 1 << 20)
    items, (message,) = read(file, '[{"a": "' + "x" * (5 << 20))
    assert (items, "longer than 64 MB" in message) == ([], True)
    items, (message,) = read(file, '{"a": 1}\n{"a": "' + "x" * (3 << 20) + '"}\n{"a": 2}')
    assert (items, "longer than 64 MB" in message) == ([(1, {"a": 1})], True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_another_encoding_is_refused_unless_it_is_named(file, encoding):
    values = [{"a": f"Café di Jakarta, déjà vu à Genève, numéro {number}"} for number in range(20)]
    file.write_bytes("\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode(encoding))
    with pytest.raises(FormatError, match="not UTF-8; it looks like"):
        json_items(file)
    found = list(json_items(file, encoding=encoding))
    assert [item.value for item in found if isinstance(item, JsonItem)] == values


@pytest.mark.parametrize("encoding", ["nonsense", "rot13", "hex"])
def test_an_encoding_that_is_none_is_refused(file, encoding):
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(FormatError, match="no encoding called"):
        json_items(file, encoding=encoding)


def test_bytes_that_the_named_encoding_does_not_have_end_the_file(file):
    _, (message,) = read(file, b'[{"a": "\xff\xff"}]', encoding="ascii")
    assert "not in the encoding" in message


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(FormatError, match=r"does not exist|is a folder|may not be opened"):
            json_items(path)


@pytest.mark.skipif(not SUITE.is_dir(), reason="the fixtures are not beside the repository")
def test_the_parsing_suite():
    files = sorted(SUITE.glob("*.json"))
    assert len(files) > 150
    for path in files:
        try:
            found = list(json_items(path))
        except FormatError:
            assert path.name[0] in "ni", path.name
            continue
        sound = all(isinstance(item, JsonItem) for item in found)
        if path.name[0] == "n":
            assert not sound or not path.read_bytes().strip(), path.name
        elif path.name[0] == "y" and path.read_bytes().lstrip()[:1] in (b"[", b"{") and "duplicated_key" not in path.name:
            assert sound, path.name
            wanted = json.loads(path.read_bytes())
            assert [item.value for item in found if isinstance(item, JsonItem)] == (
                wanted if isinstance(wanted, list) else [wanted]
            )
