"""The comparison that every export of another tool's format trusts: each field, ids aside, and never one item for two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.domain.text import Tokens
from annotator.formats.compare import document_loss, has_set, item_loss, record_losses, span_loss
from annotator.formats.compare_content import content_losses, count, provenance

ANI = Span("a", ((0, 3),), "PER", {"k": "v"}, "note", "Q1", 0.5, "model", True, "model/a")
BUDI = Span("b", ((4, 8),), "PER")
MET = Relation("r", "MET", "a", "b", {"k": "v"}, "note", 0.5, "model", True, "model/r")
RECORD = Record(
    "n",
    "Ani Budi",
    {"source": "desk"},
    Tokens([(0, 3), (4, 8)]),
    "ani",
    Kind.PERSON,
    Status.DONE,
    True,
    ("news",),
    (ANI, BUDI),
    (MET,),
    (Verdict("PER@0-3"),),
)


def found(back: Record, expected: Record = RECORD) -> list[tuple[str, str, str, str]]:
    return [(loss.item, loss.item_id, str(loss.fate), loss.reason) for loss in content_losses(RECORD, expected, back)]


def test_ids_and_order_make_no_difference():
    back = replace(
        RECORD,
        spans=(replace(BUDI, id="T2"), replace(ANI, id="T1")),
        relations=(replace(MET, id="R1", head="T1", tail="T2"),),
        verdicts=RECORD.verdicts * 2,
    )
    assert found(back) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "m"),
        ("text", "Ani Budi "),
        ("tokens", Tokens([(0, 3)])),
        ("tokens", None),
        ("annotator", ""),
        ("kind", Kind.GOLD),
        ("status", Status.NEW),
        ("flagged", False),
        ("categories", ()),
        ("meta", {}),
        ("verdicts", ()),
        ("verdicts", (Verdict("PER@0-3", "model"),)),
    ],
)
def test_each_field_of_the_document_is_compared(name, value):
    back = replace(RECORD, **{name: value})
    assert found(back) == [("document", "", "changed", f"came back different: {name}")]
    if name != "tokens":
        assert [loss.reason for loss in record_losses(RECORD, back)] == [f"came back different: {name}"]


def test_several_fields_are_one_loss_that_names_them_all():
    back = replace(RECORD, name="m", flagged=False, meta={}, verdicts=())
    assert found(back) == [("document", "", "changed", "came back different: name, flagged, meta, verdicts")]


def test_tokens_count_only_where_they_are_expected():
    assert found(RECORD, replace(RECORD, tokens=None)) == []
    assert found(replace(RECORD, tokens=None), replace(RECORD, tokens=Tokens())) != []


def test_of_a_record_without_a_set_no_field_of_a_set_is_asked():
    bare = Record("n", "Ani Budi", kind=Kind.GOLD)
    back = Record("n", "Ani Budi", annotator="import", kind=Kind.MODEL)
    assert list(content_losses(bare, bare, back)) == []
    assert [loss.reason for loss in record_losses(bare, back)] == ["came back different: annotator"]


@pytest.mark.parametrize(
    ("change", "has"),
    [
        ({}, False),
        ({"kind": Kind.GOLD}, False),
        ({"meta": {"a": 1}}, False),
        ({"tokens": Tokens([(0, 1)])}, False),
        ({"annotator": "a"}, True),
        ({"spans": (BUDI,)}, True),
        ({"relations": (MET,)}, True),
        ({"verdicts": RECORD.verdicts}, True),
        ({"categories": ("news",)}, True),
        ({"flagged": True}, True),
        *[({"status": status}, status is not Status.NEW) for status in Status],
    ],
)
def test_a_record_brings_a_set_if_anything_of_one_is_there(change, has):
    assert has_set(replace(Record("n", "x"), **change)) is has


OTHER: dict[str, Any] = {
    "attributes": {"k": "w"},
    "note": "",
    "kb_id": "",
    "confidence": None,
    "origin": "",
    "reviewed": False,
    "derived_from": "",
}


@pytest.mark.parametrize(("name", "value"), OTHER.items())
def test_each_field_of_a_span_is_compared(name, value):
    back = replace(RECORD, spans=(replace(ANI, id="T1", **{name: value}), replace(BUDI, id="T2")), relations=())
    assert found(back, replace(RECORD, relations=())) == [("span", "a", "changed", f"came back different: {name}")]


@pytest.mark.parametrize(("name", "value"), [pair for pair in OTHER.items() if pair[0] != "kb_id"])
def test_each_field_of_a_relation_is_compared(name, value):
    assert found(replace(RECORD, relations=(replace(MET, **{name: value}),))) == [
        ("relation", "r", "changed", f"came back different: {name}")
    ]


@pytest.mark.parametrize(("name", "value"), [("label", "ORG"), ("fragments", ((0, 2),)), ("fragments", ((0, 1), (2, 3)))])
def test_another_place_or_label_is_another_span(name, value):
    back = replace(RECORD, spans=(replace(ANI, **{name: value}), BUDI), relations=())
    assert found(back, replace(RECORD, relations=())) == [
        ("span", "a", "dropped", "did not come back from the file"),
        ("span", "a", "changed", "a span came back that is not in the project"),
    ]


def test_a_relation_turned_round_is_another_relation():
    assert found(replace(RECORD, relations=(replace(MET, id="x", head="b", tail="a"),))) == [
        ("relation", "r", "dropped", "did not come back from the file"),
        ("relation", "x", "changed", "a relation came back that is not in the project"),
    ]


def test_a_relation_between_twins_may_come_back_at_the_other_twin():
    twins = replace(RECORD, spans=(ANI, replace(ANI, id="c"), BUDI))
    assert list(content_losses(twins, twins, replace(twins, relations=(replace(MET, head="c"),)))) == []


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_items_too_many_are_each_named(copies):
    back = replace(RECORD, spans=(*RECORD.spans, *(replace(BUDI, id=f"x{number}") for number in range(copies))))
    losses = list(content_losses(RECORD, RECORD, back))
    assert [loss.item_id for loss in losses] == [f"x{number}" for number in range(copies)]
    assert {(loss.item, loss.fate, loss.reason) for loss in losses} == {
        ("span", Fate.CHANGED, "a span came back that is not in the project")
    }
    assert {(loss.surface, loss.start, loss.end) for loss in losses} == {("Budi", 4, 8)}


def test_relations_too_many_are_each_named():
    back = replace(RECORD, relations=(MET, replace(MET, id="x"), replace(MET, id="y", label="SAW")))
    assert sorted(found(back)) == [
        ("relation", "x", "changed", "a relation came back that is not in the project"),
        ("relation", "y", "changed", "a relation came back that is not in the project"),
    ]


@pytest.mark.parametrize("missing", [1, 2])
def test_one_item_that_came_back_answers_for_one_alone(missing):
    three = replace(RECORD, spans=tuple(replace(BUDI, id=f"b{number}") for number in range(3)), relations=())
    back = replace(three, spans=three.spans[missing:])
    assert sum(loss.fate is Fate.DROPPED for loss in content_losses(three, three, back)) == missing


def test_among_spans_of_one_place_each_finds_the_one_like_it():
    first, second = replace(BUDI, id="1", note="first"), replace(BUDI, id="2", note="second")
    both = replace(RECORD, spans=(first, second), relations=())
    turned = replace(both, spans=(replace(second, id="x"), replace(first, id="y")))
    assert list(content_losses(both, both, turned)) == []
    changed = replace(both, spans=(replace(first, id="y"), replace(second, id="x", note="third")))
    assert [(loss.item_id, loss.reason) for loss in content_losses(both, both, changed)] == [("2", "came back different: note")]


def test_a_relation_whose_ends_are_gone_is_known_by_the_names_of_its_ends():
    lone = replace(RECORD, spans=(), relations=(MET,))
    assert list(content_losses(lone, lone, lone)) == []
    assert list(content_losses(lone, lone, replace(lone, relations=(replace(MET, id="x"),)))) == []
    (loss, stranger) = content_losses(lone, lone, replace(lone, relations=(replace(MET, head="x"),)))
    assert (loss.item_id, loss.fate, loss.surface, loss.start, loss.end) == ("r", Fate.DROPPED, "? → ?", -1, -1)
    assert stranger.fate is Fate.CHANGED


TWINS = replace(RECORD, spans=(ANI, BUDI, replace(BUDI, id="c", note="the other")), relations=())


def test_a_twin_that_lost_something_does_not_take_the_one_that_did_not():
    plain, noted = replace(BUDI, id="1", note=""), replace(BUDI, id="2", note="kept")
    for mine in ((plain, noted), (noted, plain)):
        both = replace(RECORD, spans=mine, relations=())
        back = replace(both, spans=(replace(noted, id="x"), replace(plain, id="y", kb_id="Q1")))
        assert [(loss.item_id, loss.reason) for loss in content_losses(both, both, back)] == [("1", "came back different: kb_id")]


def test_of_twins_that_all_changed_those_that_differ_least_answer_to_each_other():
    first, second = replace(BUDI, id="1", note="a", kb_id="Q1"), replace(BUDI, id="2", note="b", kb_id="Q2")
    both = replace(RECORD, spans=(first, second), relations=())
    back = replace(both, spans=(replace(second, id="x", origin="o"), replace(first, id="y", origin="o")))
    assert [(loss.item_id, loss.reason) for loss in content_losses(both, both, back)] == [
        ("1", "came back different: origin"),
        ("2", "came back different: origin"),
    ]


def test_of_many_twins_that_all_changed_each_answers_for_one():
    many = replace(RECORD, spans=tuple(replace(BUDI, id=f"b{number}", note=str(number)) for number in range(9)), relations=())
    back = replace(many, spans=tuple(replace(span, origin="o") for span in reversed(many.spans[2:])))
    losses = list(content_losses(many, many, back))
    assert [loss.fate for loss in losses].count(Fate.DROPPED) == 2
    assert [loss.fate for loss in losses].count(Fate.CHANGED) == 7


def test_a_relation_that_came_back_at_the_wrong_twin_is_lost_there_and_strange_here():
    right = replace(TWINS, relations=(replace(MET, head="b", tail="a"),))
    wrong = replace(TWINS, relations=(replace(MET, id="x", head="c", tail="a"),))
    assert list(content_losses(right, right, right)) == []
    assert sorted((loss.item_id, str(loss.fate)) for loss in content_losses(right, right, wrong)) == [
        ("r", "dropped"),
        ("x", "changed"),
    ]


def test_twins_that_say_the_same_are_told_apart_by_their_links_however_they_are_called():
    spans = (ANI, BUDI, replace(BUDI, id="c"), replace(BUDI, id="d"))
    links = (
        replace(MET, id="1", head="b", tail="c"),
        replace(MET, id="2", head="c", tail="d"),
        replace(MET, id="3", head="d", tail="a"),
    )
    chain = replace(RECORD, spans=spans, relations=links)
    names = {"a": "z", "b": "d", "c": "b", "d": "c"}
    turned = replace(
        chain,
        spans=tuple(replace(span, id=names[span.id]) for span in reversed(spans)),
        relations=tuple(replace(link, id=f"x{link.id}", head=names[link.head], tail=names[link.tail]) for link in reversed(links)),
    )
    assert list(content_losses(chain, chain, turned)) == []
    cut = replace(turned, relations=turned.relations[1:])
    assert Fate.DROPPED in {loss.fate for loss in content_losses(chain, chain, cut)}


def test_relations_of_one_label_and_ends_are_told_apart_by_what_they_say():
    both = replace(RECORD, relations=(MET, replace(MET, id="q", note="other")))
    turned = replace(both, relations=(replace(both.relations[1], id="1"), replace(MET, id="2")))
    assert list(content_losses(both, both, turned)) == []
    assert [loss.item_id for loss in content_losses(both, both, replace(turned, relations=turned.relations[:1]))] == ["r"]


RICH = replace(
    RECORD,
    meta={"source": "desk"},
    annotator="ani",
    kind=Kind.PERSON,
    status=Status.DONE,
    flagged=True,
    categories=("news",),
    tokens=Tokens([(0, 3), (4, 8)]),
    spans=(replace(ANI, origin="m", confidence=0.5, derived_from="m/1", reviewed=False), BUDI),
)


def told(expected: Record, losses=()) -> LossReport:
    report = LossReport("f", "p")
    count(report, RICH, list(losses), expected)
    return report


def test_what_is_as_it_was_is_told_of_nowhere():
    report = told(RICH)
    assert (report.lossless, report.unsaid, report.told()) == (True, {}, [])
    assert told(replace(RICH, spans=tuple(replace(span) for span in reversed(RICH.spans)))).unsaid == {}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"annotator": ""}, "annotator"),
        ({"kind": Kind.MODEL}, "kind of annotator"),
        ({"status": Status.NEW}, "status"),
        ({"flagged": False}, "flag"),
        ({"verdicts": ()}, "rejected suggestions"),
        ({"tokens": None}, "tokens"),
    ],
)
def test_marks_of_a_document_that_are_not_written_are_summed_up(change, what):
    report = told(replace(RICH, **change))
    assert report.unsaid == {("document", what): 1}
    assert report.lossless
    assert report.told() == [f"Not in the file, because the format has no place for it: {what} of 1 document."]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"origin": ""}, "origin"),
        ({"confidence": None}, "confidence"),
        ({"derived_from": ""}, "suggestion it came from"),
        ({"reviewed": True}, "mark of the review"),
    ],
)
def test_marks_of_items_that_are_not_written_are_summed_up(change, what):
    report = told(replace(RICH, spans=(replace(RICH.spans[0], **change), BUDI)))
    assert (report.unsaid, report.losses) == ({("item", what): 1}, [])


@pytest.mark.parametrize(("name", "value"), [("name", "other"), ("text", "other"), ("meta", {}), ("categories", ())])
def test_content_of_a_document_that_no_writer_told_of_is_a_loss(name, value):
    other = replace(RICH, **{name: value})
    assert [(loss.item, loss.reason) for loss in told(other).losses] == [("document", f"came without its {name}")]
    assert told(other, [document_loss(RICH, Fate.CHANGED, "known")]).loss_count() == 1


@pytest.mark.parametrize(
    ("change", "name"), [({"note": "x"}, "note"), ({"attributes": {"k": 1}}, "attributes"), ({"label": "X"}, "label")]
)
def test_content_of_an_item_that_no_writer_told_of_is_a_loss(change, name):
    other = replace(RICH, spans=(RICH.spans[0], replace(BUDI, **change)))
    assert [(loss.item_id, loss.reason) for loss in told(other).losses] == [("b", f"came without its {name}")]
    assert told(other, [span_loss(RICH, BUDI, Fate.CHANGED, "known")]).loss_count() == 1


def test_an_item_that_a_writer_left_out_without_a_word_is_a_loss():
    report = told(replace(RICH, spans=RICH.spans[:1], relations=()))
    assert [(loss.item, loss.item_id, loss.fate) for loss in report.losses] == [
        ("span", "b", Fate.DROPPED),
        ("relation", "r", Fate.DROPPED),
    ]
    assert (report.spans, report.relations) == (1, 0)


def test_metadata_may_gain_but_not_lose():
    listed = replace(RICH, meta={"source": "desk", "Comments": ["one"]})
    for meta, lost in (
        ({"source": "desk", "Comments": ["one", "two"], "more": 1}, 0),
        ({"source": "desk", "Comments": ["two", "one"]}, 1),
        ({"source": "desk"}, 1),
        ({"source": "other", "Comments": ["one"]}, 1),
    ):
        report = LossReport("f", "p")
        count(report, listed, [], replace(listed, meta=meta))
        assert report.loss_count() == lost, meta


def test_an_empty_field_is_the_same_as_none():
    expected = replace(RICH, tokens=Tokens([(0, 3), (4, 8)]), categories=("news", "news"))
    assert told(expected).unsaid == {}
    bare = Record("n", "x", tokens=Tokens())
    report = LossReport("f", "p")
    count(report, bare, [], replace(bare, tokens=None))
    assert report.unsaid == {}


def test_losses_say_where_they_are():
    split = replace(BUDI, fragments=((0, 3), (4, 6)))
    assert span_loss(RECORD, split, Fate.MOVED, "why") == Loss("n", "span", "b", "PER", "Ani Bu", Fate.MOVED, "why", 0, 6)
    assert item_loss(RECORD, MET, Fate.DROPPED, "why") == Loss("n", "relation", "r", "MET", "Ani → Budi", Fate.DROPPED, "why", 0, 3)
    long = replace(RECORD, text="x" * 61)
    assert document_loss(long, Fate.CHANGED, "why") == Loss("n", "document", "", "ani", "x" * 60, Fate.CHANGED, "why")


def test_the_figures_of_a_report_leave_out_what_was_dropped_and_only_that():
    report = LossReport("f", "p")
    losses = [
        span_loss(RECORD, ANI, Fate.DROPPED, "x"),
        span_loss(RECORD, BUDI, Fate.MOVED, "x"),
        item_loss(RECORD, MET, Fate.CHANGED, "x"),
    ]
    count(
        report, replace(RECORD, spans=(ANI, replace(BUDI, reviewed=False)), relations=(replace(MET, reviewed=False),)), iter(losses)
    )
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (1, 1, 1, 2)
    assert report.losses == losses
    count(report, RECORD, [item_loss(RECORD, MET, Fate.DROPPED, "x")])
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (2, 3, 1, 2)
    assert report.by_reason() == {("span", "x"): 2, ("relation", "x"): 2}


@pytest.mark.parametrize(
    ("change", "number"),
    [({}, 0), ({"confidence": 0.0}, 1), ({"origin": "m"}, 1), ({"derived_from": "m/1"}, 1), ({"note": "n", "reviewed": False}, 0)],
)
def test_a_confidence_of_nothing_is_a_provenance_too(change, number):
    bare = Relation("r", "MET", "b", "b")
    assert provenance(replace(RECORD, spans=(replace(BUDI, **change),), relations=())) == number
    assert provenance(replace(RECORD, spans=(BUDI,), relations=(replace(bare, **change),))) == number


def _strangers(record: Record, back: Record) -> list[str]:
    return [loss.reason for loss in record_losses(record, back)]


def test_the_native_comparison_goes_by_ids():
    assert _strangers(RECORD, RECORD) == []
    renamed = replace(RECORD, spans=(replace(ANI, id="x"), BUDI), relations=())
    assert _strangers(replace(RECORD, relations=()), renamed) == [
        "did not come back from the file",
        "came back, but is not in the project",
    ]
    moved = replace(RECORD, relations=(replace(MET, head="b", tail="a"),))
    assert _strangers(RECORD, moved) == ["came back different: head, tail"]


def test_the_ends_of_a_lost_relation_are_those_of_its_own_record():
    """The spans by id are kept from one call to the next, so records with the same ids are asked about in turn."""
    other = replace(RECORD, text="Eka Dodi", spans=(replace(ANI, fragments=((4, 8),)), replace(BUDI, fragments=((0, 3),))))
    bare = replace(RECORD, spans=())
    for _ in range(2):
        assert item_loss(RECORD, MET, Fate.DROPPED, "x").surface == "Ani → Budi"
        assert item_loss(other, MET, Fate.DROPPED, "x").surface == "Dodi → Eka"
        assert item_loss(bare, MET, Fate.DROPPED, "x").surface == "? → ?"
