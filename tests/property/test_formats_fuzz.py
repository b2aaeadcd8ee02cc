"""Every reader of the table against files that were bent: records, complaints or a refusal come of it, and nothing else.

Sound files, ours and those of other tools, are cut, overwritten and put together anew as bytes; what they are made of is bent as well:
values of JSON, elements of XML, members of archives.  ``tests/fuzz/fuzz_readers.py`` searches for longer.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.reading import READERS, files_below, read_all, seeds

SLOW = frozenset(("spacy", "web-page", "docx", "xlsx", "huggingface", "uima-xmi", "uima-json"))
"""Readers whose library takes many milliseconds a file."""

TOKENS = (
    *(b"\x00", b"\xff", b"\n", b"\r", b"\t", b'"', b"'", b"\\", b"{", b"}", b"[", b"]", b"<", b">", b"&", b";", b"/", b"-1"),
    *(b"9" * 21, b"1e999", b"NaN", b"null", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xe2\x80\xa9", b"\xef\xbb\xbf", b"\\ud800"),
    *(b"&nbsp;", b"&#0;", b"&#x110000;", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<![CDATA[", b"<!--", b"../../x", b"T1\tX 0 1\n"),
)
WORDS = st.text(max_size=5) | st.sampled_from(
    ["text", "id", "start", "end", "label", "spans", "\ud800", "\0", "-1", "T1", "x" * 300]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)


MORE = float(os.environ.get("FUZZ_MORE", "1"))
"""``FUZZ_MORE=50 pytest ...`` tries fifty times as much, and something else each time."""


def examples(name: str, count: int) -> settings:
    usual = max(4, count // 6) if name in SLOW else count
    return settings(max_examples=round(usual * MORE), deadline=None, derandomize=MORE == 1, database=None)


@pytest.fixture(scope="module")
def sown(tmp_path_factory) -> Callable[[str], list[Path]]:
    """Return a function that gives the sound files of a format, made once."""
    made: dict[str, list[Path]] = {}

    def give(name: str) -> list[Path]:
        if name not in made:
            made[name] = seeds(name, tmp_path_factory.mktemp("seeds") / name)
        return made[name]

    return give


def check(name: str, path: Path, data: bytes) -> None:
    """Read these bytes in the place of a file; it stays alone in its folder."""
    path.write_bytes(data)
    before = files_below(path.parent)
    read_all(name, path)
    assert files_below(path.parent) == before
    assert path.read_bytes() == data


@st.composite
def bent(draw, data: bytes) -> bytes:
    """Draw the bytes with some of them cut out, doubled, overwritten or put in."""
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, len(data)))
        last = min(len(data), first + draw(st.integers(0, 40)))
        match draw(st.sampled_from(("cut", "drop", "double", "token", "bytes", "bit"))):
            case "cut":
                data = data[:first]
            case "drop":
                data = data[:first] + data[last:]
            case "double":
                data = data[:last] + data[first:last] * draw(st.integers(1, 30)) + data[last:]
            case "token":
                data = data[:first] + draw(st.sampled_from(TOKENS)) + data[first:]
            case "bytes":
                data = data[:first] + draw(st.binary(max_size=8)) + data[last:]
            case _ if first < len(data):
                data = data[:first] + bytes([data[first] ^ (1 << draw(st.integers(0, 7)))]) + data[first + 1 :]
    return data


@pytest.mark.parametrize("name", READERS)
def test_the_sound_files_are_read(sown, name):
    first, *others = sown(name)
    assert any(hasattr(item, "text") for item in read_all(name, first)), "or nothing below means anything"
    for path in others:
        assert read_all(name, path)


@pytest.mark.parametrize("name", READERS)
def test_bent_bytes(sown, name, tmp_path_factory, monkeypatch):
    empty = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(empty)
    files = [(path, path.read_bytes()) for path in sown(name)]

    @examples(name, 40)
    @given(st.data())
    def run(data: st.DataObject) -> None:
        path, whole = data.draw(st.sampled_from(files))
        check(name, path, data.draw(bent(whole)))

    try:
        run()
    finally:
        for path, whole in files:
            path.write_bytes(whole)
    assert files_below(empty) == set()


@pytest.mark.parametrize("name", READERS)
def test_bytes_of_any_kind(sown, name):
    path = sown(name)[0]
    whole = path.read_bytes()

    @examples(name, 20)
    @given(st.integers(0, 16), st.binary(max_size=200))
    def run(kept: int, data: bytes) -> None:
        check(name, path, whole[:kept] + data)

    try:
        run()
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("name", READERS)
def test_bent_parts(sown, name):
    parts = [(path, path.read_bytes(), part) for path in sown(name) if (part := part_of(path.read_bytes())) is not None]
    if not parts:
        pytest.skip("neither JSON nor XML nor an archive: bytes are all there is to bend")

    @examples(name, 40)
    @given(st.data())
    def run(data: st.DataObject) -> None:
        path, whole, part = data.draw(st.sampled_from(parts))
        check(name, path, part(data.draw, whole))

    try:
        run()
    finally:
        for path, whole, _ in parts:
            path.write_bytes(whole)


Draw = Callable[[st.SearchStrategy[Any]], Any]


def part_of(data: bytes) -> Callable[[Draw, bytes], bytes] | None:
    """Return how to bend what a file is made of, or None where it is made of bytes."""
    if data.startswith(b"PK"):
        return bent_archive
    if _json(data) is not None:
        return bent_json
    return bent_xml if _xml(data) is not None else None


def bent_archive(draw: Draw, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    place = draw(st.integers(0, len(members) - 1))
    name, content = members[place]
    match draw(st.sampled_from(("content", "content", "part", "name", "drop", "double"))):
        case "content":
            members[place] = (name, draw(bent(content)))
        case "part":
            part = part_of(content)
            members[place] = (name, content if part is None or part is bent_archive else part(draw, content))
        case "name":
            members[place] = (
                draw(st.sampled_from(("../../" + name, "/" + name, name.upper(), name + "\0x", "a\\..\\b", "x/"))),
                content,
            )
        case "drop":
            del members[place]
        case _:
            members.append((f"{name}.{draw(st.integers(0, 9))}", content))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, held in members:
            archive.writestr(zipfile.ZipInfo(member), held)
    return made.getvalue()


def bent_json(draw: Draw, data: bytes) -> bytes:
    values = _json(data) or []
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(values))))
        match draw(st.sampled_from(("value", "value", "drop", "sibling"))):
            case "value":
                holder[key] = draw(JSON)
            case "drop" if len(values) > 1 or holder is not values:
                del holder[key]
            case _:
                _, other = draw(st.sampled_from(list(_places(values))))
                holder[key] = other
        if not values:
            break
    text = "\n".join(json.dumps(value, ensure_ascii=draw(st.booleans())) for value in values)
    return text.encode("utf-8", "surrogatepass")


def _json(data: bytes) -> list[Any] | None:
    """Return the value of a file, or those of its lines, in a list."""
    try:
        return [json.loads(data)]
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in data.splitlines() if line.strip()] or None
    except ValueError:
        return None


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container with each of its keys."""
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, inner in pairs:
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def bent_xml(draw: Draw, data: bytes) -> bytes:
    root = ET.fromstring(data)
    for _ in range(draw(st.integers(1, 3))):
        element = draw(st.sampled_from(list(root.iter())))
        words = draw(st.sampled_from(("", "-1", "0", "99999999999", "x", "a b", "1 2 3", "null", "\U0001f600", "../x")))
        match draw(st.sampled_from(("attribute", "attribute", "lose", "text", "drop", "double"))):
            case "attribute" if element.attrib:
                element.set(draw(st.sampled_from(sorted(element.attrib))), words)
            case "lose" if element.attrib:
                del element.attrib[draw(st.sampled_from(sorted(element.attrib)))]
            case "drop" if len(element):
                element.remove(element[draw(st.integers(0, len(element) - 1))])
            case "double" if len(element):
                element.extend([element[draw(st.integers(0, len(element) - 1))]] * draw(st.integers(1, 3)))
            case _:
                element.text = words
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _xml(data: bytes) -> ET.Element | None:
    try:
        return ET.fromstring(data) if data.lstrip().startswith(b"<") else None
    except (ET.ParseError, ValueError):
        return None
