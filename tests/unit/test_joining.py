"""Two items that become one: which stays, and that it has what the other had."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from annotator.commands.command import Command
from annotator.commands.joining import Joining, joined
from annotator.domain.annotations import Kind, Relation, SetInfo, Span
from annotator.domain.labels import scheme_from_dict
from annotator.domain.scheme_edit import Part
from annotator.store import relabelling

SCHEME = scheme_from_dict(
    {
        "spans": ["NEW", "OTHER", "KEPT"],
        "relations": ["to", {"name": "both", "symmetric": True}, {"name": "self", "reflexive": True}],
    }
)
NAMES = {"OLD": "NEW", "OLDER": "NEW", "from": "to", "each": "both"}


def span(key: str, label: str, place: tuple[int, int] = (0, 5), **more: object) -> Span:
    return Span(key, (place,), label, **more)  # type: ignore[arg-type]


@pytest.fixture
def run(session):
    """Put items into the set of "ani" on the third document, give them their new labels, and return what is there then."""
    state = session.open_document(3)

    def work(*items: Span | Relation) -> tuple[Joining, dict[str, Span], dict[str, Relation]]:
        def put(tx) -> None:
            for item in sorted(items, key=lambda item: isinstance(item, Relation)):
                tx.put(state.set_id, item)

        session.execute(Command("x", put))
        did: list[Joining] = []

        def relabel(tx) -> None:
            joining = Joining(tx, SCHEME)
            for kind in (Relation, Span):
                for item in sorted(items, key=lambda item: item.id):
                    if isinstance(item, kind) and item.label in NAMES:
                        joining.relabel(state.set_id, item, NAMES)
            did.append(joining)

        session.execute(Command("y", relabel))
        spans = {found.id: found for found in state.spans()}
        links = {found.id: found for found in state.relations()}
        session.undo()
        assert {found.id for found in state.spans()} | {found.id for found in state.relations()} == {item.id for item in items}
        return did[0], spans, links

    return work


def test_what_becomes_one_is_counted_before(session):
    state = session.open_document(3)
    items = [
        span("a", "OLD"),
        span("b", "NEW"),
        span("c", "OLD", (6, 9)),
        Span("d", ((0, 5), (6, 9)), "OLD"),
        Span("e", ((0, 5), (6, 9)), "NEW"),
        Span("f", ((0, 3), (6, 9)), "OLD"),
        span("g", "OLDER"),
        Relation("r1", "from", "a", "b"),
        Relation("r2", "to", "a", "b"),
        Relation("r3", "from", "b", "a"),
    ]
    session.execute(Command("x", lambda tx: [tx.put(state.set_id, item) for item in items]))
    connection = session.project.connection
    assert relabelling.twins(connection, Part.SPANS, ["OLD"], ["NEW"]) == 2
    assert relabelling.twins(connection, Part.SPANS, ["OLD", "OLDER"], ["NEW"]) == 3
    assert relabelling.twins(connection, Part.SPANS, ["OLD"], ["none"]) == 0
    assert relabelling.twins(connection, Part.RELATIONS, ["from"], ["to"]) == 1
    assert relabelling.twins(connection, Part.CATEGORIES, ["a"], ["b"]) == 0


def test_alone_an_item_only_gets_its_label(run):
    did, spans, _ = run(span("a", "OLD", note="n"))
    assert spans == {"a": span("a", "NEW", note="n")}
    assert (did.spans, did.joined) == (1, 0)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (span("a", "OLD"), span("b", "NEW"), "b"),
        (span("a", "OLD"), span("b", "NEW", reviewed=False), "a"),
        (span("a", "OLD", reviewed=False), span("b", "NEW"), "b"),
        (span("a", "OLD", reviewed=False), span("b", "NEW", reviewed=False), "b"),
        (span("a", "OLD"), span("b", "OLDER"), "a"),
        (span("a", "OLD", reviewed=False), span("b", "OLDER"), "b"),
    ],
)
def test_the_reviewed_one_stays_or_the_one_that_was_there(run, first, second, kept):
    did, spans, _ = run(first, second)
    assert list(spans) == [kept]
    assert spans[kept].label == "NEW"
    assert spans[kept].reviewed == (first.reviewed or second.reviewed)
    assert did.joined == 1


def test_of_two_that_are_reviewed_the_one_that_was_there_stays_whatever_is_written_on_the_other(run):
    _, spans, _ = run(span("a", "OLD", attributes={"x": "1"}, note="n", kb_id="Q1"), span("b", "NEW", confidence=0.5))
    assert spans == {"b": span("b", "NEW", attributes={"x": "1"}, note="n", kb_id="Q1", confidence=0.5)}


def test_three_become_one(run):
    did, spans, _ = run(span("a", "OLD", note="a"), span("b", "OLDER", note="b"), span("c", "NEW", note="c"))
    assert [(found.label, sorted(found.note.split("\n"))) for found in spans.values()] == [("NEW", ["a", "b", "c"])]
    assert did.joined == 2


def test_others_at_the_place_stay(run):
    did, spans, _ = run(span("a", "OLD"), span("b", "OTHER"), span("c", "NEW", (0, 9)))
    assert {key: found.label for key, found in spans.items()} == {"a": "NEW", "b": "OTHER", "c": "NEW"}
    assert did.joined == 0


def test_relations_go_over_to_the_one_that_stays(run):
    did, spans, links = run(
        span("a", "OLD"),
        span("b", "NEW"),
        span("k", "KEPT", (6, 9)),
        Relation("r1", "to", "a", "k"),
        Relation("r2", "self", "k", "a"),
    )
    assert list(spans) == ["b", "k"]
    assert {(link.head, link.tail) for link in links.values()} == {("b", "k"), ("k", "b")}
    assert (did.removed_relations, did.joined) == (0, 1)


def test_relations_that_come_to_say_the_same_become_one(run):
    did, _, links = run(
        span("a", "OLD"),
        span("b", "NEW"),
        span("k", "KEPT", (6, 9)),
        Relation("r1", "to", "a", "k", {"x": 1, "y": 1}, "one"),
        Relation("r2", "to", "b", "k", {"x": 2}, "two"),
    )
    assert links == {"r2": Relation("r2", "to", "b", "k", {"x": 2, "y": 1}, "two\none\nx: 1")}
    assert did.joined == 2


def test_a_relation_between_the_two_goes_unless_its_label_allows_it(run):
    did, _, links = run(
        span("a", "OLD"),
        span("b", "NEW"),
        Relation("r1", "to", "a", "b"),
        Relation("r2", "self", "b", "a"),
        Relation("r3", "self", "a", "a"),
    )
    assert {(link.label, link.head, link.tail) for link in links.values()} == {("self", "b", "b")}
    assert (did.removed_relations, did.joined) == (1, 2)


def test_relation_labels_that_become_one(run):
    did, _, links = run(
        span("a", "KEPT"),
        span("b", "OTHER", (6, 9)),
        Relation("r1", "from", "a", "b"),
        Relation("r2", "to", "a", "b"),
        Relation("r3", "from", "b", "a"),
        Relation("r4", "each", "a", "b", reviewed=False),
        Relation("r5", "both", "b", "a"),
    )
    assert {key: link.label for key, link in links.items()} == {"r2": "to", "r3": "to", "r5": "both"}
    assert (did.relations, did.joined) == (3, 2)


# Suggestions: what a suggester says is no person's word, and becomes none


GUESS: dict[str, Any] = {
    "attributes": {"x": "g", "y": "g"}, "note": "by m", "kb_id": "Q9", "confidence": 0.2, "reviewed": False, "derived_from": "m/b",
}  # fmt: skip


@pytest.fixture
def model(session):
    """Give the third document a set of the model "m" with these spans."""

    def put(*items: Span | Relation) -> None:
        def add(tx) -> None:
            set_id = tx.add_set(SetInfo(3, "m", Kind.MODEL))
            for item in items:
                tx.put(set_id, replace(item, reviewed=False, derived_from=""))

        session.execute(Command("m", add))

    return put


@pytest.mark.parametrize("guess", ["OLD", "NEW"])
@pytest.mark.parametrize("mine", [{}, {"attributes": {"x": "p"}, "note": "mine", "kb_id": "Q1"}])
def test_a_suggestion_gives_nothing_to_what_is_reviewed(run, model, guess, mine):
    model(span("b", guess, **GUESS))
    _, spans, _ = run(span("a", "NEW" if guess == "OLD" else "OLD", **mine), span("b", guess, **GUESS))
    assert spans == {"a": span("a", "NEW", **mine)}


def test_what_a_person_wrote_on_it_is_told_in_the_note(run, model):
    model(span("b", "OLD", **GUESS))
    told = {"attributes": {"x": "g", "y": "p", "z": "p"}, "note": "why?", "kb_id": "Q5"}
    _, spans, _ = run(span("a", "NEW", attributes={"x": "a"}), span("b", "OLD", **GUESS | told))
    assert spans == {"a": span("a", "NEW", attributes={"x": "a"}, note="why?\ny: p\nz: p\nQ5")}


def test_without_the_models_item_a_note_is_told_and_where_a_run_took_it_away_all(run, model):
    mine, guess = span("a", "NEW"), span("b", "OLD", **GUESS)
    _, spans, _ = run(mine, guess)
    assert spans == {"a": replace(mine, note="by m")}
    model(span("c", "OLD", (6, 9)))
    _, spans, _ = run(mine, guess)  # a run left it for what is written on it
    assert spans == {"a": replace(mine, note="by m\nx: g\ny: g\nQ9")}


def test_a_models_item_that_became_one_with_another_meanwhile_gives_nothing_either(run, model):
    model(span("c", "NEW"))
    mine = span("a", "NEW", derived_from="m/c")
    _, spans, _ = run(mine, replace(span("b", "OLD", **GUESS), note=""))
    assert spans == {"a": mine}


def test_a_suggested_relation_gives_nothing_to_a_reviewed_one(run, model):
    guess = Relation("r1", "from", "a", "b", {"x": "g"}, "by m", 0.2, reviewed=False, derived_from="m/r1")
    ends = span("a", "KEPT"), span("b", "OTHER", (6, 9))
    mine = Relation("r2", "to", "a", "b")
    model(*ends, guess)
    assert run(*ends, guess, mine)[2] == {"r2": mine}
    _, _, links = run(*ends, replace(guess, note="says who?"), replace(mine, label="from"), replace(mine, id="r3"))
    assert links == {"r3": replace(mine, id="r3", note="says who?")}


def test_of_two_suggestions_the_surer_stays_as_it_is(run, model):
    sure = span("a", "OLD", confidence=0.9, reviewed=False, derived_from="m/a")
    guess = span("b", "NEW", **GUESS)
    model(sure, guess)
    assert run(sure, guess)[1] == {"a": replace(sure, label="NEW")}
    sure, guess = replace(sure, label="NEW"), replace(guess, label="OLD")
    assert run(sure, guess)[1] == {"a": sure}
    assert run(replace(sure, confidence=None), guess)[1] == {"a": replace(sure, confidence=None)}


def test_of_two_suggestions_the_one_that_a_person_wrote_on_stays(run, model):
    sure = span("a", "NEW", confidence=0.9, reviewed=False, derived_from="m/a")
    guess = span("b", "OLD", **GUESS)
    model(sure, guess)
    asked = replace(guess, note="why?")
    assert run(sure, asked)[1] == {"b": replace(asked, label="NEW")}
    linked = replace(sure, kb_id="Q1", attributes={"x": "p"})
    _, spans, _ = run(linked, replace(guess, kb_id="Q5", attributes={"x": "g", "z": "p"}))
    assert spans == {"a": replace(linked, attributes={"x": "p", "z": "p"}, note="Q5")}


def test_removing_takes_relations_along_and_counts_each_once(session):
    state = session.open_document(1)

    def work(tx) -> Joining:
        joining = Joining(tx, SCHEME)
        joining.remove(state.set_id, state.span("s3"))
        joining.remove(state.set_id, state.span("s4"))
        joining.remove(state.set_id, state.relation("r1"))
        return joining

    did = session.execute(Command("x", work))
    assert (did.removed_spans, did.removed_relations) == (2, 1)
    assert [found.id for found in state.spans()] == ["s1", "s2"]
    assert not state.relations()
    session.undo()
    assert len(state.spans()) == 4


def test_nothing_of_either_is_lost():
    keep = span("a", "NEW", attributes={"x": "1", "y": ["p"]}, note="n", kb_id="Q1")
    lose = span("b", "NEW", attributes={"x": "2", "y": ["p"], "z": None}, note="m", kb_id="Q2")
    found = joined(keep, lose)
    assert dict(found.attributes) == {"x": "1", "y": ["p"], "z": None}
    assert found.note.split("\n") == ["n", "m", "x: 2", "Q2"]
    assert (found.id, found.kb_id) == ("a", "Q1")
    assert joined(span("a", "NEW"), lose).kb_id == "Q2"
    assert joined(keep, keep) == keep
    assert joined(keep, span("b", "NEW")) == keep
