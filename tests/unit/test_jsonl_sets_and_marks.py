"""Which keys of a native line make an annotation set, and which bytes are a mark: the reader in objects and the one in columns alike."""

from __future__ import annotations

import json
import re

import pytest

from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.formats import jsonl
from annotator.formats.jsonl_lines import SET_KEYS, parse_line
from annotator.formats.jsonl_plain import PlainRecord, plain_line

DEFAULTS = ReadDefaults("whoever", Kind.GOLD)
MARK = b"\xef\xbb\xbf"
OF_SETS = {
    "annotator": "ani",
    "kind": "person",
    "status": "new",
    "flagged": False,
    "categories": [],
    "spans": [],
    "relations": [],
    "verdicts": [],
}


def canonical(data) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def test_the_keys_of_a_set_are_these_and_no_others():
    assert set(OF_SETS) == SET_KEYS


@pytest.mark.parametrize("key", OF_SETS)
def test_each_key_alone_makes_a_set_though_it_is_empty(key):
    record, complaints = parse_line(canonical({"text": "a", key: OF_SETS[key]}), "f:1", "f:1", DEFAULTS)
    assert record is not None
    assert complaints == []
    assert record.annotator == ("ani" if key == "annotator" else "whoever")
    assert record.kind is (Kind.PERSON if key == "kind" else Kind.GOLD)


@pytest.mark.parametrize("key", ["name", "meta", "tokens", "source"])
def test_no_other_key_makes_a_set(key):
    value = {"name": "n", "meta": {"annotator": "x"}, "tokens": [[0, 1]], "source": "desk"}[key]
    record, _ = parse_line(canonical({"text": "a", key: value}), "f:1", "f:1", DEFAULTS)
    assert record is not None
    assert (record.annotator, record.kind, record.status) == ("", Record("", "").kind, Status.NEW)


@pytest.mark.parametrize("key", sorted(SET_KEYS - {"verdicts"}))
def test_the_reader_in_columns_sees_the_same_sets(key):
    line = canonical({"text": "a", key: OF_SETS[key]})
    plain = plain_line(line, "f:1", "f:1", DEFAULTS)
    assert plain is not None
    assert plain.with_set
    assert plain.record() == parse_line(line, "f:1", "f:1", DEFAULTS)[0]


def test_a_line_without_any_of_them_has_no_set_in_columns_either():
    plain = plain_line(b'{"text":"a","meta":{"kind":"gold"}}', "f:1", "f:1", DEFAULTS)
    assert plain is not None
    assert not plain.with_set
    assert plain.record().annotator == ""


SPAN = {"id": "s1", "start": 0, "end": 3, "label": "X"}
WHOLE = {
    "name": "n",
    "text": "abc def",
    "tokens": [[0, 3], [4, 7]],
    "annotator": "a",
    "kind": "person",
    "spans": [SPAN],
    "relations": [],
}


def taken(**changes) -> PlainRecord | None:
    data = {**WHOLE, **changes}
    return plain_line(canonical({key: value for key, value in data.items() if value is not ...}), "f:1", "f:1", DEFAULTS)


@pytest.mark.parametrize(
    ("changes", "plain"),
    [
        ({}, True),
        ({"text": ""}, False),
        ({"text": 3}, False),
        ({"name": ""}, False),
        ({"name": None}, False),
        ({"meta": []}, False),
        ({"meta": {"deep": {}}}, False),
        ({"meta": {"flat": 1, "none": None}}, True),
        ({"annotator": ""}, False),
        ({"annotator": None}, False),
        ({"kind": "robot"}, False),
        ({"status": "begun"}, False),
        ({"flagged": 0}, False),
        ({"categories": [1]}, False),
        ({"categories": ["a", "a"]}, True),
        ({"verdicts": []}, False),
        ({"source": "desk"}, False),
        ({"tokens": [[0, 3]]}, False),
        ({"tokens": [[0, 3], [4, 8]]}, False),
        ({"tokens": [[0, 3], [3, 7]]}, False),
        ({"tokens": [[0, 3], [5, 7]]}, False),
        ({"tokens": [[4, 7], [0, 3]]}, False),
        ({"tokens": [[0, 3], [0, 3], [4, 7]]}, False),
        ({"tokens": [[0, 2], [2, 3], [4, 7]]}, True),
        ({"tokens": [[0, 0], [0, 3], [4, 7]]}, False),
        ({"tokens": []}, False),
        ({"tokens": 0}, False),
        ({"tokens": ...}, True),
        ({"spans": [{**SPAN, "id": ""}]}, False),
        ({"spans": [{**SPAN, "id": 1}]}, False),
        ({"spans": [SPAN, SPAN]}, False),
        ({"spans": [{**SPAN, "start": True}]}, False),
        ({"spans": [{**SPAN, "start": 3}]}, False),
        ({"spans": [{**SPAN, "start": -1}]}, False),
        ({"spans": [{**SPAN, "end": 8}]}, False),
        ({"spans": [{**SPAN, "end": 7}]}, True),
        ({"spans": [{**SPAN, "end": 3.0}]}, False),
        ({"spans": [{**SPAN, "label": " "}]}, False),
        ({"spans": [{**SPAN, "confidence": 1}]}, True),
        ({"spans": [{**SPAN, "confidence": 1.01}]}, False),
        ({"spans": [{**SPAN, "confidence": -0.01}]}, False),
        ({"spans": [{**SPAN, "confidence": True}]}, False),
        ({"spans": [{**SPAN, "reviewed": None}]}, True),
        ({"spans": [{**SPAN, "reviewed": 1}]}, False),
        ({"spans": [{**SPAN, "note": None}]}, False),
        ({"spans": [{**SPAN, "attributes": {}}]}, False),
        ({"spans": [{**SPAN, "fragments": [[0, 3]]}]}, False),
        ({"spans": [None]}, False),
        ({"relations": [{"id": "r", "label": "X", "head": "s1", "tail": "s1"}]}, True),
        ({"relations": [{"id": "r", "label": "X", "head": "s1", "tail": "s2"}]}, False),
        ({"relations": [{"id": "r", "label": "X", "head": "s1"}]}, False),
        ({"relations": [{"id": "r", "label": "X", "head": "s1", "tail": "s1", "kb_id": "Q1"}]}, False),
    ],
)
def test_columns_take_what_is_plain_and_leave_the_rest(changes, plain):
    found = taken(**changes)
    assert (found is not None) is plain
    if found is not None:
        record, complaints = parse_line(found.line, "f:1", "f:1", DEFAULTS)
        assert complaints == []
        assert record is not None
        assert (found.name, found.text, found.annotator, found.kind, found.categories) == (
            record.name,
            record.text,
            record.annotator,
            record.kind,
            record.categories,
        )
        assert found.spans.get("id", ()) == tuple(span.id for span in record.spans)


@pytest.mark.parametrize("number", [10**18, -(10**18), 2**63, 10**30])
def test_a_number_of_nineteen_digits_is_left_to_the_other_reader(number):
    assert taken(meta={"n": number}) is None
    assert taken(meta={"n": number // 10**13}) is not None


@pytest.mark.parametrize(
    "line",
    [
        b'{"text":"a","text":"a"}',
        b'{"text":"a","meta":{"k":1,"k":1}}',
        b'{"text":"ab","spans":[{"id":"s","id":"s","start":0,"end":1,"label":"X"}]}',
        b'{"text":"a","name" :"n"}',
        b'{"text":"a","name"\t:"n"}',
    ],
)
def test_a_key_that_may_stand_twice_is_left_to_the_other_reader(line):
    assert plain_line(line, "f:1", "f:1", DEFAULTS) is None


def test_what_looks_like_a_key_inside_a_text_is_none():
    plain = plain_line(canonical({"text": 'she said ,"tokens":[[0,3]] aloud'}), "f:1", "f:1", DEFAULTS)
    assert plain is None or plain.flat is None


@pytest.mark.parametrize(
    "blank", [chr(code) for code in range(0x3002) if chr(code).isspace()], ids=lambda blank: f"{ord(blank):04X}"
)
def test_every_kind_of_white_space_parts_tokens(blank):
    text = f"a{blank}b"
    assert taken(text=text, tokens=[[0, 1], [2, 3]], spans=[]) is not None
    assert taken(text=text, tokens=[[0, 3]], spans=[]) is None


def stream(path):
    """Give what both readers find, the columns turned into records."""
    objects = list(jsonl.read(path, DEFAULTS))
    columns = [item.record() if isinstance(item, PlainRecord) else item for item in jsonl.read_plain(path, DEFAULTS)]
    assert objects == columns
    return objects


def test_a_mark_before_the_first_line_alone_is_removed(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(MARK + b'{"text":"one"}\n' + MARK + b'{"text":"two"}\n{"text":"three"}\n')
    notice, one, wrong, three = stream(path)
    assert notice == Complaint(f"{path}:1", "A byte-order mark at the start of the file was removed.", lost=False)
    assert [one.text, three.text] == ["one", "three"]
    assert isinstance(wrong, Complaint)
    assert (wrong.place, wrong.lost) == (f"{path}:2", True)


def test_a_mark_inside_a_text_is_text(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(canonical({"text": "\ufeffone"}) + b"\n" + canonical({"text": "\ufefftwo"}))
    assert [record.text for record in stream(path)] == ["\ufeffone", "\ufefftwo"]


@pytest.mark.parametrize("data", [MARK, MARK + b"\n", MARK + b"\r\n \n"])
def test_a_file_of_a_mark_alone_holds_nothing_and_says_so_once(tmp_path, data):
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    assert [item.lost for item in stream(path)] == [False]


def test_blank_lines_count_in_the_places_and_the_names(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\n\r\n{"text":"one"}\r\n\n{"text":"two"}')
    assert [(record.place.removeprefix(str(path)), record.name) for record in stream(path)] == [(":3", "a:3"), (":5", "a:5")]


def test_separators_that_are_no_line_ends_stay_in_a_line(tmp_path):
    path = tmp_path / "a.jsonl"
    text = "a\u2028b\u2029c\x85d"
    path.write_bytes(canonical({"text": text}) + b"\n" + canonical({"text": text}) + b"\n")
    assert [record.text for record in stream(path)] == [text, text]
    assert not re.search(rb"\\u20", path.read_bytes())
