"""Foreign JSON taken apart field by field: the wrong type costs the field alone, and is named."""

from __future__ import annotations

from typing import Any

import pytest

from annotator.domain.annotations import NOTHING, Span, Verdict
from annotator.formats.json_fields import Complaints, Found, confidence, details, objects, take, texts, verdict_fields, verdicts
from annotator.formats.offsets import Ruler, Unit

VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "zero": 0,
    "huge": 10**400,
    "float": 0.5,
    "text": "x",
    "empty": "",
    "list": [],
    "object": {},
}


def told(complain: Complaints) -> list[str]:
    assert all(found.lost and found.place == "f:1" for found in complain.found)
    return [found.message for found in complain.found]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize(
    ("wanted", "named"),
    [(str, "a text"), (bool, "true or false"), (dict, "an object {…}"), (list, "a list"), (int, "a whole number")],
)
def test_a_field_is_of_its_type_and_no_other(wanted, named, value):
    complain, data = Complaints("f:1"), {"k": value, "other": 1}
    found = take(data, "k", wanted, complain, "Here: ")
    assert data == {"other": 1}
    if value is None or type(value) is wanted:
        assert found is value
        assert told(complain) == []
    else:
        assert found is None
        assert told(complain) == [f"Here: “k” is not {named}; it was left out."]


def test_a_field_that_is_not_there_is_none_without_a_word():
    complain = Complaints("f:1")
    assert take({}, "k", str, complain) is None
    assert objects({}, "k", complain) == []
    assert told(complain) == []


@pytest.mark.parametrize(("entries", "bad"), [([], 0), ([{}], 0), ([{}, None, 1, "x", [], True], 5)])
def test_what_is_no_object_in_a_list_is_counted(entries, bad):
    complain = Complaints("f:1")
    assert objects({"k": entries}, "k", complain) == [entry for entry in entries if entry == {}]
    assert told(complain) == ([f"{bad} of the “k” are no objects {{…}}; they were left out."] if bad else [])


@pytest.mark.parametrize(
    ("values", "found", "clean"),
    [(["a", "b", "a"], ("a", "b"), True), (["a", " "], ("a",), False), ([1, "a", None], ("a",), False), ([], (), True)],
)
def test_texts_come_once_each_in_their_order(values, found, clean):
    complain = Complaints("f:1")
    assert texts(iter(values), "“k”", complain) == found
    assert told(complain) == ([] if clean else ["“k” holds something that is no text; that was left out."])


@pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, 0.5, 5e-324])
def test_a_confidence_is_a_number_from_0_to_1(value):
    complain = Complaints("f:1")
    found = confidence(value, "", complain)
    assert type(found) is float
    assert found == value
    assert told(complain) == []


@pytest.mark.parametrize("value", [-0.01, 1.01, True, False, "0.5", [], {}, 10**400, -(10**400), float("nan"), float("inf")])
def test_anything_else_is_none(value):
    complain = Complaints("f:1")
    assert confidence(value, "Here: ", complain) is None
    assert told(complain) == ["Here: the confidence is no number between 0 and 1; it was left out."]


def test_details_know_their_keys_and_keep_the_others():
    complain = Complaints("f:1")
    entry = {"note": "n", "origin": "o", "derived_from": "d", "kb_id": "Q", "reviewed": False, "confidence": 1, "x": 1, "y": None}
    assert details(dict(entry), "", complain, reviewed=True, more=("kb_id",)) == {
        "note": "n",
        "origin": "o",
        "derived_from": "d",
        "kb_id": "Q",
        "reviewed": False,
        "confidence": 1.0,
        "attributes": {"x": 1, "y": None},
    }
    assert details(dict(entry), "", complain, reviewed=True)["attributes"]["kb_id"] == "Q"
    assert told(complain) == []


@pytest.mark.parametrize("reviewed", [True, False])
def test_details_of_nothing_are_the_defaults(reviewed):
    found = details({}, "", Complaints("f:1"), reviewed=reviewed)
    assert found == {"note": "", "origin": "", "derived_from": "", "reviewed": reviewed, "confidence": None, "attributes": {}}
    assert found["attributes"] is NOTHING


@pytest.mark.parametrize("key", ["attributes", "reviewed", "note", "origin", "derived_from", "kb_id", "confidence"])
def test_a_detail_of_the_wrong_type_costs_itself_alone(key):
    complain = Complaints("f:1")
    entry = {"note": "n", "kb_id": "Q", "attributes": {"a": 1}, "reviewed": False, key: [1]}
    found = details(entry, "Here: ", complain, reviewed=True, more=("kb_id",))
    sound = {"note": "n", "kb_id": "Q", "attributes": {"a": 1}, "reviewed": False}
    empty = {"attributes": {}, "reviewed": True, "confidence": None}
    assert {name: found[name] for name in sound if name != key} == {name: sound[name] for name in sound if name != key}
    assert found[key] == empty.get(key, "")
    assert len(told(complain)) == 1


def test_an_attribute_said_twice_keeps_the_inner_one_and_says_so():
    complain = Complaints("f:1")
    found = details({"attributes": {"x": 1, "y": 2}, "x": 9, "y": 2}, "Here: ", complain, reviewed=True)
    assert found["attributes"] == {"x": 1, "y": 2}
    assert told(complain) == ["Here: “x” stands both in the item and in its “attributes”; the latter was kept."]


def test_verdicts_are_written_in_one_order_and_read_back():
    given = (Verdict("b", "m"), Verdict("a", "z"), Verdict("a", "m", "kept"), Verdict("b", "m"))
    fields = verdict_fields(given)
    assert [(entry["signature"], entry["origin"]) for entry in fields] == [("a", "m"), ("a", "z"), ("b", "m")]
    complain = Complaints("f:1")
    assert set(verdicts(fields, complain)) == set(given)
    assert told(complain) == []


@pytest.mark.parametrize(
    "entry", [{}, {"signature": ""}, {"signature": 1}, {"signature": "a", "origin": None}, {"signature": "a", "verdict": 1}]
)
def test_a_verdict_that_says_not_what_it_is_about_is_named(entry):
    complain = Complaints("f:1")
    assert verdicts([entry, {"signature": "a"}], complain) == (Verdict("a", "", "rejected"),)
    assert told(complain) == ["A verdict has no “signature”, or something in it is no text; it was left out."]


def found_in(text: str = "a\U0001f600b", unit: Unit = Unit.UTF16) -> Found:
    return Found(text, Ruler(text, unit), Complaints("f:1"))


@pytest.mark.parametrize(
    ("start", "end", "surface", "answer"),
    [
        (0, 4, "", (0, 3)),
        (1, 3, "\U0001f600", (1, 2)),
        (3, 4, "b", (2, 3)),
        (1, 3, None, (1, 2)),
        (1, 3, 5, (1, 2)),
        (0, 1, "x", "is said to be “x”, but at (0, 1) the text has “a”"),
        (1, 2, "", "lies at (1, 2), which is within a character, counted in UTF-16 units"),
        (2, 4, "", "lies at (2, 4), which is within a character, counted in UTF-16 units"),
        (0, 5, "", "lies at (0, 5), outside the text of 4 UTF-16 units"),
        (-1, 1, "", "lies at (-1, 1), outside the text of 4 UTF-16 units"),
        (1, 1, "", "covers no text: (1, 1)"),
        (3, 1, "", "ends before it starts: (3, 1)"),
        (0, 10**400, "", f"lies at (0, {10**400}), outside the text of 4 UTF-16 units"),
        (True, 3, "", "has no whole numbers as its start and end"),
        (0, "1", "", "has no whole numbers as its start and end"),
        (0.0, 1, "", "has no whole numbers as its start and end"),
        (None, None, "", "has no whole numbers as its start and end"),
    ],
)
def test_a_place_is_found_or_told_why_not(start, end, surface, answer):
    assert found_in().place(start, end, surface) == answer


@pytest.mark.parametrize(
    ("given", "made"),
    [("x", "x"), (7, "7"), (0, "0"), ("", "s1"), (None, "s1"), (True, "s1"), (1.5, "s1"), ([], "s1"), ("taken", "s1")],
)
def test_an_id_is_kept_where_it_can_be(given, made):
    found = found_in()
    found.add_span(Span("taken", ((0, 1),), "X"))
    assert found.free_id(given) == made


def test_ids_that_are_made_up_avoid_those_that_are_there():
    found = found_in()
    for given in ("s1", "s3", None, None, "s1"):
        found.add_span(Span(found.free_id(given), ((0, 1),), "X"))
    assert list(found.spans) == ["s1", "s3", "s2", "s4", "s5"]
    relations = [found.add_relation(given, "L", ("s1", "s2"), {}) for given in ("r1", None, "r1", "s1", 4)]
    assert [relation.id for relation in relations] == ["r1", "r2", "r3", "s1", "4"]
