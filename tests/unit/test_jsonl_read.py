"""Reading the native JSONL: what is sound comes in, and every other thing is named by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats import jsonl

BAD = Path(__file__).parents[3] / "shared" / "fixtures" / "bad"
TEXT = "Budi bekerja di BRI."


def read(path: Path, *lines: object, defaults: ReadDefaults | None = None) -> tuple[list[Record], list[Complaint]]:
    """Write lines (objects as JSON, bytes as they are) to ``path`` and read them."""
    path.write_bytes(b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines))
    found = list(jsonl.read(path, defaults or ReadDefaults()))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "articles.jsonl"


def span(span_id="a", start=0, end=4, label="PERSON", **more):
    return {"id": span_id, "start": start, "end": end, "label": label, **more}


def test_a_full_line_keeps_everything(file):
    line = {
        "name": "n",
        "text": TEXT,
        "meta": {"source": "Antara"},
        "status": "in progress",
        "flagged": True,
        "categories": ["politik"],
        "tokens": [[0, 4], [5, 12], [13, 15], [16, 19], [19, 20]],
        "annotator": "rina",
        "kind": "person",
        "spans": [
            span(attributes={"sure": "no"}, note="cek", kb_id="Q1", confidence=0.5, origin="m", reviewed=False, derived_from="m/1"),
            span("b", 5, 19, "ORG", fragments=[[5, 12], [16, 19]]),
        ],
        "relations": [{"id": "r", "label": "works_for", "head": "a", "tail": "b", "note": "?", "confidence": 1}],
        "verdicts": [{"signature": "ORG@0-4", "origin": "m", "verdict": "rejected"}],
    }
    (record,), complaints = read(file, line)
    assert complaints == []
    assert (record.name, record.text, record.meta, record.status) == ("n", TEXT, {"source": "Antara"}, Status.IN_PROGRESS)
    assert (record.flagged, record.categories, record.annotator, record.kind) == (True, ("politik",), "rina", Kind.PERSON)
    assert record.tokens is not None
    assert list(record.tokens) == [(0, 4), (5, 12), (13, 15), (16, 19), (19, 20)]
    first, second = record.spans
    assert (first.attributes, first.note, first.kb_id, first.confidence) == ({"sure": "no"}, "cek", "Q1", 0.5)
    assert (first.origin, first.reviewed, first.derived_from) == ("m", False, "m/1")
    assert second.fragments == ((5, 12), (16, 19))
    assert second.reviewed
    (relation,) = record.relations
    assert (relation.label, relation.head, relation.tail, relation.note) == ("works_for", "a", "b", "?")
    assert isinstance(relation.confidence, float)
    assert record.verdicts == (Verdict("ORG@0-4", "m"),)
    assert record.place == f"{file}:1"


def test_what_a_line_lacks_is_filled_in(file):
    records, complaints = read(
        file,
        {"text": TEXT},
        {"text": TEXT, "spans": [{"start": 0, "end": 4, "label": "PERSON"}]},
        {"text": TEXT, "kind": "gold", "spans": [span()]},
        defaults=ReadDefaults("luar", Kind.PERSON),
    )
    assert complaints == []
    assert [record.name for record in records] == ["articles:1", "articles:2", "articles:3"]
    assert (records[0].annotator, records[0].spans) == ("", ())
    assert (records[1].annotator, records[1].kind) == ("luar", Kind.PERSON)
    assert (records[1].spans[0].id, records[1].spans[0].reviewed) == ("s1", True)
    assert records[2].kind is Kind.GOLD


@pytest.mark.parametrize(("kind", "reviewed"), [("model", False), ("person", True), ("gold", True)])
def test_reviewed_follows_the_kind_unless_it_is_said(file, kind, reviewed):
    (record,), _ = read(file, {"text": TEXT, "kind": kind, "spans": [span(), span("b", 16, 19, reviewed=not reviewed)]})
    assert [item.reviewed for item in record.spans] == [reviewed, not reviewed]


def test_unknown_keys_survive_in_meta_and_attributes(file):
    (record,), complaints = read(
        file,
        {
            "text": TEXT,
            "meta": {"a": 1},
            "url": "https://x",
            "spans": [span(color="red"), span("b", 16, 19)],
            "relations": [{"label": "l", "head": "a", "tail": "b", "kb_id": "Q9", "attributes": {"x": 1}}],
        },
    )
    assert complaints == []
    assert record.meta == {"a": 1, "url": "https://x"}
    assert record.spans[0].attributes == {"color": "red"}
    assert record.relations[0].attributes == {"x": 1, "kb_id": "Q9"}
    assert record.relations[0].id == "r1"


def test_a_key_that_clashes_with_meta_or_attributes_is_named(file):
    (record,), complaints = read(
        file, {"text": TEXT, "meta": {"a": 1}, "a": 2, "spans": [span(color="red", attributes={"color": "blue"})]}
    )
    assert record.meta == {"a": 1}
    assert record.spans[0].attributes == {"color": "blue"}
    assert [complaint.lost for complaint in complaints] == [True, True]
    assert all("both" in complaint.message for complaint in complaints)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ({"start": 0, "end": 99}, "outside the text of 20 characters"),
        ({"start": -1, "end": 4}, "outside"),
        ({"start": 4, "end": 0}, "ends before it starts"),
        ({"start": 4, "end": 4}, "covers no text"),
        ({"start": 0.0, "end": 4}, "whole numbers"),
        ({"start": False, "end": True}, "whole numbers"),
        ({"start": "0", "end": "4"}, "whole numbers"),
        ({"start": 0}, "whole numbers"),
        ({"start": 0, "end": 4, "fragments": []}, "no list of"),
        ({"start": 0, "end": 4, "fragments": [[0, 1, 2]]}, "no list of"),
        ({"fragments": [[0, 5], [3, 9]]}, "overlap"),
        ({"start": 0, "end": 8, "fragments": [[0, 4], [5, 9]]}, "but another"),
        ({"start": 0, "end": 4, "label": " "}, "no “label”"),
        ({"start": 0, "end": 4, "label": 7}, "no “label”"),
    ],
)
def test_a_bad_span_goes_with_its_relations_and_the_rest_stays(file, place, reason):
    (record,), complaints = read(
        file,
        {
            "text": TEXT,
            "spans": [{"id": "bad", "label": "X", **place}, span(), span("b", 16, 19)],
            "relations": [
                {"id": "lost", "label": "l", "head": "a", "tail": "bad"},
                {"id": "kept", "label": "l", "head": "a", "tail": "b"},
            ],
        },
    )
    assert [item.id for item in record.spans] == ["a", "b"]
    assert [item.id for item in record.relations] == ["kept"]
    about_span, about_relation = complaints
    assert about_span.place == f"{file}:1"
    assert "“bad”" in about_span.message
    assert reason in about_span.message
    assert about_relation.message == "The relation “lost” names the span “bad”, which was left out; it was left out."


def test_fragments_alone_are_enough_and_are_put_in_order(file):
    (record,), complaints = read(file, {"text": TEXT, "spans": [{"id": "a", "label": "X", "fragments": [[16, 19], [0, 4]]}]})
    assert complaints == []
    assert record.spans[0].fragments == ((0, 4), (16, 19))


@pytest.mark.parametrize("end", ["zzz", None, 1.5, {}])
def test_a_relation_needs_spans_at_both_ends(file, end):
    (record,), complaints = read(
        file, {"text": TEXT, "spans": [span()], "relations": [{"id": "r", "label": "l", "head": "a", "tail": end}]}
    )
    assert record.relations == ()
    assert len(complaints) == 1
    assert "“r”" in complaints[0].message


def test_an_id_given_twice_is_renamed_and_names_nothing(file):
    (record,), complaints = read(
        file,
        {
            "text": TEXT,
            "spans": [span("s1"), span("s1", 16, 19, "ORG"), span("x", 13, 15)],
            "relations": [{"id": "r", "label": "l", "head": "s1", "tail": "x"}],
        },
    )
    assert [item.id for item in record.spans] == ["s1", "s2", "x"]
    assert record.relations == ()
    assert ["twice" in complaints[0].message, "more than one" in complaints[1].message] == [True, True]


def test_an_id_that_was_made_up_cannot_be_meant_by_a_relation(file):
    (record,), complaints = read(
        file,
        {"text": TEXT, "spans": [{"start": 0, "end": 4, "label": "X"}], "relations": [{"label": "l", "head": "s1", "tail": "s1"}]},
    )
    assert record.relations == ()
    assert "which the line does not have" in complaints[0].message


def test_whole_numbers_serve_as_ids(file):
    (record,), complaints = read(
        file, {"text": TEXT, "spans": [span(1), span(2, 16, 19)], "relations": [{"id": 7, "label": "l", "head": 1, "tail": 2}]}
    )
    assert complaints == []
    assert (record.relations[0].id, record.relations[0].head, record.relations[0].tail) == ("7", "1", "2")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", 3),
        ("meta", []),
        ("status", "finished"),
        ("kind", "robot"),
        ("flagged", 1),
        ("categories", "x"),
        ("categories", [1]),
        ("annotator", ["rina"]),
        ("spans", {}),
        ("spans", [1]),
        ("relations", "r"),
        ("verdicts", [{"origin": "m"}]),
    ],
)
def test_a_wrong_type_is_named_and_the_text_still_comes_in(file, key, value):
    (record,), complaints = read(file, {"text": TEXT, "annotator": "a", key: value})
    assert record.text == TEXT
    assert [complaint.lost for complaint in complaints] == [True]


@pytest.mark.parametrize(
    ("key", "value"),
    [("confidence", 2), ("confidence", True), ("confidence", "high"), ("note", 1), ("reviewed", "yes"), ("kb_id", [])],
)
def test_a_wrong_detail_of_a_span_is_named_and_the_span_stays(file, key, value):
    (record,), (complaint,) = read(file, {"text": TEXT, "spans": [span(**{key: value})]})
    assert len(record.spans) == 1
    assert key in complaint.message
    assert complaint.lost


@pytest.mark.parametrize(
    "tokens", [[[0, 3]], "x", [1, 2], [[0, 4, 5]], [[True, 4]], [[5, 12], [0, 4]], [[0, 5], [5, 12], [13, 15], [16, 20]], []]
)
def test_unsound_tokens_are_set_aside_with_a_notice(file, tokens):
    (record,), (complaint,) = read(file, {"text": TEXT, "tokens": tokens})
    assert record.tokens is None
    assert not complaint.lost


def test_white_space_tokens_are_left_out_silently(file):
    (record,), complaints = read(file, {"text": "a  b", "tokens": [[0, 1], [2, 3], [3, 4]]})
    assert complaints == []
    assert record.tokens is not None
    assert list(record.tokens) == [(0, 1), (3, 4)]


@pytest.mark.parametrize(
    "line", [b'{"text": ""}', b"{}", b"[]", b'"text"', b'{"text": 5}', b'{"text": "\\ud800"}', b'{"text": "a"']
)
def test_a_line_without_a_text_is_lost_alone(file, line):
    records, complaints = read(file, {"text": "before"}, line, {"text": "after"})
    assert [record.text for record in records] == ["before", "after"]
    assert [(complaint.place, complaint.lost) for complaint in complaints] == [(f"{file}:2", True)]


def test_blank_lines_and_windows_line_ends_are_nothing_special(file):
    file.write_bytes(b'\xef\xbb\xbf{"text": "satu"}\r\n\r\n  \n{"text": "dua"}')
    mark, first, second = jsonl.read(file, ReadDefaults())
    assert isinstance(mark, Complaint)
    assert (mark.lost, mark.place) == (False, f"{file}:1")
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.text, second.text, second.name) == ("satu", "dua", "articles:4")


def test_whole_numbers_beyond_64_bits_stay_exact(file):
    (record,), _ = read(file, {"text": TEXT, "meta": {"big": 2**70}})
    assert record.meta == {"big": 2**70}


def test_deep_nesting_is_a_complaint(file):
    records, complaints = read(file, b'{"text": "a", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}", {"text": "after"})
    assert len(records) == 1
    assert len(complaints) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_a_file_in_another_encoding_is_refused_as_a_whole(file, encoding):
    lines = [{"text": f"Café di Jakarta, déjà vu à Genève, numéro {number}"} for number in range(20)]
    file.write_bytes("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode(encoding))
    with pytest.raises(FormatError, match="not UTF-8; it looks like"):
        jsonl.read(file, ReadDefaults())


def test_one_line_that_is_not_utf8_is_lost_alone(file):
    records, (complaint,) = read(file, '{"text": "é"}'.encode(), '{"text": "é"}'.encode("latin-1"), {"text": "after"})
    assert len(records) == 2
    assert "not UTF-8" in complaint.message


def test_a_file_that_is_not_there_or_is_a_folder_gets_a_sentence(tmp_path):
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(FormatError, match=r"does not exist|is a folder|may not be opened"):
            jsonl.read(path, ReadDefaults())


@pytest.mark.skipif(not BAD.is_dir(), reason="the fixtures are not beside the repository")
def test_every_malformed_json_of_the_parsing_suite_gives_a_complaint(file):
    bad = sorted((BAD / "JSONTestSuite" / "test_parsing").glob("n_*.json"))
    assert len(bad) > 90
    for path in bad:
        name, wrong = path.name, path.read_bytes().replace(b"\n", b" ").replace(b"\r", b" ")
        # as a value of a line and as a line of its own
        for line in (b'{"text": "x", "meta": ' + wrong + b"}", wrong):
            if not line.strip():
                continue
            records, complaints = read(file, '{"text": "é"}'.encode(), line, {"text": "after"})
            assert complaints, name
            assert all(complaint.lost for complaint in complaints), name
            assert [record.text for record in records][-1] == "after", name


@pytest.mark.skipif(not BAD.is_dir(), reason="the fixtures are not beside the repository")
def test_sound_json_of_the_parsing_suite_survives_in_meta(file):
    for path in sorted((BAD / "JSONTestSuite" / "test_parsing").glob("y_*.json")):
        if "duplicated_key" in path.name:
            continue  # sound JSON, but one of the values would be lost: refused below
        line = b'{"text": "x", "meta": {"v": ' + path.read_bytes().replace(b"\n", b" ") + b"}}"
        (record,), complaints = read(file, line)
        assert complaints == [], path.name
        assert record.meta == {"v": json.loads(path.read_bytes())}, path.name


@pytest.mark.parametrize(
    "line",
    [
        '{"text": "Halo", "text": "Hai"}',
        '{"text" : "Halo", "meta": {"a": 1, "a": 2}}',
        '{"text": "Halo", "kind": "model", "spans": [{"start": 0, "end": 4, "label": "X", "label": "Y"}]}',
        '{"text": "Halo", "meta": {"deep": [[{"b": 1, "b": 1}]]}}',
    ],
)
def test_a_key_named_twice_is_not_lost_in_silence(file, line):
    records, (complaint,) = read(file, line.encode())
    assert records == []
    assert complaint.lost
    assert "twice" in complaint.message


def test_tokens_beyond_the_text_are_not_stored(file):
    (record,), (complaint,) = read(file, {"text": "Budi tiba", "tokens": [[0, 4], [5, 99]]})
    assert record.tokens is None
    assert "outside the text" in complaint.message


def test_a_text_that_looks_like_keys_is_none(file):
    (record,), complaints = read(file, b'{"text" : "he said \\": and \\\\\\":", "meta": {"a": {"a": 1}}}')
    assert complaints == []
    assert record.text.startswith('he said ":')
