"""Two items that become one: which stays, and that it has what the other had."""

from __future__ import annotations

import pytest

from annotator.commands.command import Command
from annotator.commands.joining import Joining, joined
from annotator.domain.annotations import Relation, Span
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
        Relation("r1", "to", "a", "k", {"x": 1}, "one", reviewed=False),
        Relation("r2", "to", "b", "k", {"x": 2}, "two"),
    )
    assert links == {"r2": Relation("r2", "to", "b", "k", {"x": 2}, "two\none\nx: 1")}
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
