"""Files that were cut off, bent or made to break a reader: a record or a sentence for each, never an exception of another kind."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.table import FORMATS

SCHEME = completed(LabelScheme(spans=(SpanLabel("PER"), SpanLabel("ORG")), relations=(RelationLabel("WORKS"),)))
TEXT = "Ani \U0001f600 di\r\nPT é Maju."
RECORD = Record(
    "n",
    TEXT,
    {"source": "desk"},
    Tokens([(0, 3), (4, 5), (6, 8), (10, 12), (13, 14), (15, 19), (19, 20)]),
    "ani",
    Kind.PERSON,
    Status.IN_PROGRESS,
    True,
    ("news",),
    (Span("T1", ((0, 3),), "PER", {"sure": "no"}, "a note", "Wiki:Q1", 0.5, "m"), Span("T2", ((10, 19),), "ORG")),
    (Relation("R1", "WORKS", "T1", "T2", {"since": "1990"}, "another"),),
    (Verdict("PER@4-5", "m"),),
)
READERS = (
    "jsonl",
    "spacy",
    "prodigy",
    "doccano",
    "label-studio",
    "conll",
    "conllu",
    "brat",
    "pubannotation",
    "gate",
    "huggingface",
    "xlsx",
    "html",
    "webanno-tsv",
    "uima-xmi",
    "uima-json",
)
JSON = ("jsonl", "prodigy", "doccano", "label-studio", "pubannotation", "gate")


def made(name: str, folder: Path) -> Path:
    """Write the record and return the file that holds it; what stands beside it is taken away, but for brat's text."""
    out = folder / f"out{FORMATS[name].suffixes[0]}"
    writer = FORMATS[name].write
    assert writer is not None
    writer(lambda: iter([RECORD]), out, SCHEME, options={}, progress=Progress())
    for beside in folder.iterdir():
        if beside != out and beside.suffix != ".txt":
            beside.unlink()
    return out


def read(name: str, path: Path) -> list[Record | Complaint]:
    """Read a file; a refusal of the whole is one complaint."""
    reader = FORMATS[name].read
    assert reader is not None
    try:
        found = list(reader(path, ReadDefaults("other")))
    except FormatError as error:
        return [Complaint(str(path), str(error))]
    for item in found:
        if isinstance(item, Record):
            assert_sound(item)
        else:
            assert item.message.strip()
            assert "Traceback" not in item.message
    return found


def assert_sound(record: Record) -> None:
    """Check what a project takes for granted of a record."""
    record.text.encode()
    assert record.name
    ids = [span.id for span in record.spans]
    assert len(set(ids)) == len(ids)
    for span in record.spans:
        assert span.label.strip()
        last = 0
        for start, end in span.fragments:
            assert last <= start < end <= len(record.text)
            last = end
        assert span.confidence is None or 0 <= span.confidence <= 1
    assert len({relation.id for relation in record.relations}) == len(record.relations)
    for relation in record.relations:
        assert {relation.head, relation.tail} <= set(ids)
    for start, end in record.tokens or ():
        assert 0 <= start < end <= len(record.text)


def records(found: list[Record | Complaint]) -> list[Record]:
    return [item for item in found if isinstance(item, Record)]


@pytest.mark.parametrize("name", READERS)
def test_a_file_cut_off_anywhere_is_a_sentence_or_less_of_the_same(tmp_path, name):
    path = made(name, tmp_path)
    whole = path.read_bytes()
    (sound,) = records(read(name, path))
    places = {span.signature for span in sound.spans}
    assert len(places) == 2
    # every cut near both ends, where marks and brackets stand, and a sample between; 19 meets every phase of what repeats
    for length in sorted({*range(min(48, len(whole))), *range(0, len(whole), 19), *range(max(0, len(whole) - 32), len(whole))}):
        path.write_bytes(whole[:length])
        found = read(name, path)
        kept = records(found)
        assert len(kept) <= 1
        if name in JSON and length < len(whole.rstrip(b"\n]")):
            # half an object is no object
            assert kept == []
            assert not whole[:length].strip(b"[\n") or any(not isinstance(item, Record) and item.lost for item in found)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "byte", [b"\x00", b"\xff", b"\n", b'"', b"\t", b"}", b"\xed\xa0\x80", b"\\", b"\x1b", b"\r"], ids=lambda byte: byte.hex()
)
def test_one_byte_put_anywhere_never_breaks_a_reader(tmp_path, name, byte):
    path = made(name, tmp_path)
    whole = path.read_bytes()
    for place in range(0, len(whole) + 1, 61):
        path.write_bytes(whole[:place] + byte + whole[place:])
        read(name, path)


WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "negative": -1,
    "huge": 10**400,
    "float": 1.5,
    "text": "x",
    "empty": "",
    "NUL": "\0",
    "list": [1],
    "lists": [[[]]],
    "object": {"a": {}},
}


def bent(value: Any) -> Iterator[Any]:
    """Yield the value with each of its parts in turn replaced by each wrong one."""
    yield from WRONG.values()
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        items = iter(list(value.items()))
    elif isinstance(value, list):
        items = iter(list(enumerate(value)))
    for key, part in items:
        for other in bent(part):
            changed = copy.copy(value)
            changed[key] = other
            yield changed


@pytest.mark.parametrize("control", [["text"], {"name": "text"}])
def test_a_region_about_no_control_is_named(tmp_path, control):
    path = made("label-studio", tmp_path)
    (task,) = json.loads(path.read_text(encoding="utf-8"))
    task["annotations"][0]["result"][0]["to_name"] = control
    path.write_text(json.dumps(task), encoding="utf-8")
    found = read("label-studio", path)
    assert len(records(found)) == 1
    assert any(isinstance(item, Complaint) and item.lost for item in found)


@pytest.mark.parametrize("name", JSON)
def test_every_field_may_be_of_any_type(tmp_path, name):
    path = made(name, tmp_path)
    text = path.read_text(encoding="utf-8")
    data = json.loads(text)[0] if name == "label-studio" else json.loads(text)
    if "tokens" in data:
        data["tokens"] = data["tokens"][:2]
    every = list(bent(data))
    assert len(every) > 200
    lines = [json.dumps(value, ensure_ascii=False) for value in every]
    path.write_text("\n".join([text.strip("[]\n"), *lines]) + "\n", encoding="utf-8", newline="\n")
    found = read(name, path)
    complained = {int(item.place.rpartition(":")[2]) for item in found if not isinstance(item, Record) and item.place != str(path)}
    kept = {int(record.place.rpartition(":")[2]) for record in records(found)}
    # each line is a record, a complaint or both: none goes without a word
    assert kept | complained == set(range(1, len(lines) + 2))
    assert 1 in kept


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize(
    "deep",
    ["[" * 100_000, '{"a":' * 100_000, '{"text": "x", "meta": ' + "[" * 5000 + "]" * 5000 + "}"],
    ids=["list", "object", "meta"],
)
def test_what_is_nested_without_end_is_a_sentence(tmp_path, name, deep):
    path = tmp_path / f"out{FORMATS[name].suffixes[0]}"
    path.write_text(deep, encoding="utf-8")
    assert all(isinstance(item, Record | Complaint) for item in read(name, path))


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ude00\\ud83d"])
def test_half_a_character_costs_its_line_alone(tmp_path, name, half):
    path = made(name, tmp_path)
    line = path.read_text(encoding="utf-8").strip("[]\n")
    path.write_text(f"{line}\n{line.replace('Ani', half)}\n{line}\n", encoding="utf-8", newline="\n")
    found = read(name, path)
    assert [record.place.rpartition(":")[2] for record in records(found)] == ["1", "3"]
    assert [item.place.rpartition(":")[2] for item in found if isinstance(item, Complaint) and item.lost] == ["2"]


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_cost_their_line_alone(tmp_path, name, constant):
    path = made(name, tmp_path)
    line = path.read_text(encoding="utf-8").strip("[]\n")
    path.write_text(f'{line}\n{line[:-1]}, "x": {constant}}}\n{line}\n', encoding="utf-8", newline="\n")
    assert [record.place.rpartition(":")[2] for record in records(read(name, path))] == ["1", "3"]


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\n" * 1000, b" ", b"\xef\xbb\xbf", b"\x00" * 100, b"\xff\xfe\x00", bytes(range(256))]
)
def test_a_file_of_nothing_brings_no_span(tmp_path, name, data):
    path = tmp_path / f"out{FORMATS[name].suffixes[0]}"
    path.write_bytes(data)
    (tmp_path / "out.txt").write_bytes(TEXT.encode())
    assert not any(record.spans or record.relations for record in records(read(name, path)))


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_is_gone_or_a_folder_is_refused_at_once(tmp_path, name):
    reader = FORMATS[name].read
    assert reader is not None
    for path in (tmp_path / "gone", tmp_path / "empty"):
        if path.name == "empty":
            path.mkdir()
        with pytest.raises(FormatError, match=path.name):
            reader(path, ReadDefaults("other"))


OFFSETS = ["-1", "0", "3", "4", "20", "21", "10" * 200, "1.5", "x", "", "\u0663", "1_0", "+1", " 1", "0x1"]


@pytest.mark.parametrize("end", OFFSETS)
@pytest.mark.parametrize("start", OFFSETS)
def test_offsets_of_a_standoff_line_of_any_kind(tmp_path, start, end):
    path = tmp_path / "out.ann"
    (tmp_path / "out.txt").write_bytes(TEXT.encode())
    path.write_text(f"T1\tPER {start} {end}\tAni\nT2\tPER 0 3\tAni\n", encoding="utf-8")
    found = read("brat", path)
    (record,) = records(found)
    assert ("T2", ((0, 3),)) in [(span.id, span.fragments) for span in record.spans]
    if start == "0" and end in ("3", "\u0663"):
        assert len(record.spans) == 2
        assert found == [record]
    else:
        assert any(isinstance(item, Complaint) for item in found)


@pytest.mark.parametrize(
    "line",
    [
        "R1\tX Arg1:T1 Arg2:T9",
        "R1\tX Arg1:T1",
        "R1\tX",
        "R1",
        "E1\tPER:T9",
        "E1\tPER:T1 Role:E1",
        "E1\tPER:E1",
        "*\tX T1",
        "*\tX T1 T9",
        "*",
        "A1\tX",
        "A1\tX T9",
        "A1\tX T1 " + "v" * 1000,
        "N1\tReference T1",
        "N1\tReference T9 a:b\tc",
        "#1\tAnnotatorNotes T9\tx",
        "#1\tAnnotatorDetails T1\t{",
        "#1\tAnnotatorDetails T1\t[]",
        "#1\tAnnotatorDocument document\t" + "[" * 100_000,
        '#1\tAnnotatorDetails T1\t{"fragments": [[0, 99]], "confidence": 7, "attributes": 1}',
        '#1\tAnnotatorDetails T1\t{"note": [], "reviewed": "x", "kb_id": 1}',
        '#1\tAnnotatorDocument document\t{"name": 1, "kind": "x", "status": [], "meta": 3}',
        '#1\tAnnotatorDocument document\t{"categories": [1], "verdicts": [[]], "labels": {"PER": " "}}',
        "\t",
        "T",
        "T1\t",
        "T3",
        "Z1\twhatever",
        "T3\tPER 0 3;4 5;2 6\tx",
        "T3\tPER 0 3;;4 5\tx",
        "T1\tORG 4 5\t\U0001f600",
    ],
)
def test_a_bad_standoff_line_leaves_the_good_one(tmp_path, line):
    path = tmp_path / "out.ann"
    (tmp_path / "out.txt").write_bytes(TEXT.encode())
    path.write_text(f"T1\tPER 0 3\tAni\n{line}\n", encoding="utf-8")
    (record,) = records(read("brat", path))
    assert [(span.label, span.fragments) for span in record.spans if span.id == "T1"] == [("PER", ((0, 3),))]


@pytest.mark.parametrize(
    "misc",
    [
        "Entity=(",
        "Entity=)",
        "Entity=(e1",
        "Entity=e1)",
        "Entity=(e1-PER-1-",
        "Entity=(e1-PER[1/2]",
        "Entity=(e1-PER[2/1])",
        "Entity=((((",
        "Entity=(-)",
        "NE=B-",
        "NE=I-PER",
        "NE=B-PER|NE=I-ORG",
        "SpacesAfter=\\",
        "SpacesAfter=\\x",
        "SpaceAfter=Maybe",
        "=",
        "|||",
        "Entity=" + "(e1-X" * 5000,
    ],
)
def test_notes_of_any_kind_in_misc(tmp_path, misc):
    path = tmp_path / "out.conllu"
    path.write_text(f"1\tAni\t_\t_\t_\t_\t_\t_\t_\t{misc}\n2\tpergi\t_\t_\t_\t_\t_\t_\t_\t_\n\n", encoding="utf-8")
    (record,) = records(read("conllu", path))
    assert record.text.split() == ["Ani", "pergi"]


@pytest.mark.parametrize("number", ["0", "-1", "1-", "2-1", "1-9999999999", "1.1", "x", "", "10" * 200, "1-1", "\u0661"])
def test_numbers_of_words_of_any_kind(tmp_path, number):
    path = tmp_path / "out.conllu"
    path.write_text(f"{number}\tAni{chr(9)}{chr(9).join('_' * 8)}\n1\tpergi{chr(9)}{chr(9).join('_' * 8)}\n\n", encoding="utf-8")
    assert all(isinstance(item, Record | Complaint) for item in read("conllu", path))
