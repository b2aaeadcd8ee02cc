"""Any two filters together, in every order, against plain Python over what was put in: three hundred documents with gaps and ties."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.store import listing, queries, recount, statistics, suggesters
from annotator.store.listing import Filter, Order
from annotator.store.suggesters import Worth

NAMES = ("a", "B", "b", "Ä", "\uff5e", "\U00010400", "", "a ", "10", "9")
"""Compared by code points; by code units the astral one would come before its neighbour."""
PLACES = ((0, 3), (4, 8), (9, 13))


@dataclass(frozen=True)
class Fact:
    """What is put into one document, and nothing that the program says of it."""

    number: int
    name: str
    text: str
    source: str
    tags: tuple[int, ...]
    status: Status | None
    flagged: bool
    waiting: bool
    labels: tuple[str, ...]
    relation: str
    annotators: frozenset[str]
    most_spans: int
    worth: Worth | None

    def worth_by(self, order: Order) -> float:
        """What counts of its worth: nothing once somebody has finished it."""
        finished = self.status is Status.DONE or "budi" in self.annotators
        return 0.0 if finished or self.worth is None else getattr(self.worth, order)


def _made(number: int, chance: random.Random) -> tuple[Fact, Document, list[AnnotationSet]]:
    text = f"Ani Budi Cici {'kata ' * chance.randint(0, 3)}{chance.choice(('luhut', 'LUHUT', 'lain'))}"
    labels = tuple(
        chance.choice(("PERSON", "GPE", "ORG", *(["odd"] if number % 9 == 0 else []))) for _ in range(chance.randint(0, 3))
    )
    found = {f"s{place}": Span(f"s{place}", (PLACES[place],), label, reviewed=False) for place, label in enumerate(labels)}
    linked = len(found) > 1 and chance.random() < 0.5
    links = {"r0": Relation("r0", "linked", "s0", "s1", reviewed=False)} if linked else {}
    sets = []
    model = chance.choice(("m0", "m1"))
    if found:
        sets.append(AnnotationSet(SetInfo(0, model, Kind.MODEL), found, links))
    status = chance.choice((None, *Status))
    flagged, waiting = chance.random() < 0.4, chance.random() < 0.5
    if status is not None:
        own = {"p": Span("p", ((4, 8),), "PERSON", reviewed=not waiting)}
        sets.append(AnnotationSet(SetInfo(0, "ani", Kind.PERSON, status, flagged), own))
    budi = chance.random() < 0.3
    if budi:
        sets.append(AnnotationSet(SetInfo(0, "budi", Kind.PERSON, Status.DONE, True), {}))
    fact = Fact(
        number,
        chance.choice(NAMES),
        text,
        chance.choice(("s0", "s1", "s2")),
        tuple(chance.sample(range(3), chance.randint(0, 2))),
        status,
        flagged and status is not None,
        waiting and status is not None,
        (*labels, *(["PERSON"] if status is not None else [])),
        "linked" if links else "",
        frozenset([*([model] if found else []), *(["ani"] if status is not None else []), *(["budi"] if budi else [])]),
        max(len(found), int(status is not None)),
        Worth(*(chance.choice((0.0, 0.25, 0.5, 1.0)) for _ in range(3))) if chance.random() < 0.7 else None,
    )
    return fact, Document(fact.name, text, {"source": fact.source, "tags": list(fact.tags)}), sets


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The project's connection and what is in it, by number: 120, then 30 that were taken out again, then 180."""
    from annotator.domain.labels import scheme_from_dict
    from annotator.store.project import create

    scheme = scheme_from_dict({"name": "small", "spans": ["PERSON", "GPE", "ORG"], "relations": ["linked"]})
    project = create(tmp_path_factory.mktemp("pairs") / "p.annotator", scheme=scheme, language="xx")
    chance = random.Random(5)
    everything = [_made(number, chance) for number in range(1, 331)]
    middle = 0
    for first, last in ((0, 120), (120, 150), (150, 330)):
        with project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents(entry[1:] for entry in everything[first:last])
            middle = tx.step_id if first == 120 else middle
    project.undo_step(middle, "import")
    suggesters.put_worth(project.connection, {fact.number: fact.worth for fact, _, _ in everything if fact.worth is not None})
    yield project.connection, {fact.number: fact for fact, _, _ in everything if not 120 < fact.number <= 150}
    project.close()


ATOMS = {
    "new or done": ({"statuses": (Status.NEW, Status.DONE)}, lambda fact: fact.status in (None, Status.NEW, Status.DONE)),
    "at work": ({"statuses": (Status.IN_PROGRESS,)}, lambda fact: fact.status is Status.IN_PROGRESS),
    "flagged": ({"flagged": True}, lambda fact: fact.flagged),
    "unreviewed": ({"unreviewed": True}, lambda fact: fact.waiting),
    "problems": ({"problems": True}, lambda fact: "odd" in fact.labels),
    "label": ({"label": "GPE"}, lambda fact: "GPE" in fact.labels),
    "relation": ({"relation": "linked"}, lambda fact: fact.relation == "linked"),
    "annotator": ({"annotator": "budi"}, lambda fact: "budi" in fact.annotators),
    "source": ({"field": "source", "value": "s1"}, lambda fact: fact.source == "s1"),
    "words": ({"words": "luhut -kata"}, lambda fact: "luhut" in fact.text.lower() and "kata" not in fact.text),
}
KEYS = {
    Order.NAME: lambda fact: fact.name,
    Order.STATUS: lambda fact: list(Status).index(fact.status or Status.NEW),
    Order.LENGTH: lambda fact: len(fact.text),
    Order.SPANS: lambda fact: fact.most_spans,
}


def ids_of(connection, wanted, order=Order.POSITION, *, descending=False):
    return [number for page in listing.stream(connection, wanted, order, descending=descending) for number in page]


def in_order(facts, order, *, descending):
    """Equals stand in the project's order both ways; the project's order itself is turned round.  What is worth nothing comes last."""
    if order is Order.POSITION:
        return sorted((fact.number for fact in facts), reverse=descending)
    if order.by_worth:
        worthwhile = sorted((f for f in facts if f.worth_by(order)), key=lambda f: f.worth_by(order), reverse=descending)
        return [fact.number for fact in (*worthwhile, *(fact for fact in facts if not fact.worth_by(order)))]
    return [fact.number for fact in sorted(facts, key=KEYS[order], reverse=descending)]


def test_what_was_put_in_is_what_the_figures_say(made):
    connection, facts = made
    assert recount.differences(connection) == []
    assert ids_of(connection, Filter()) == list(facts)
    cards = queries.document_cards(connection, list(facts), "ani")
    assert all(cards[number].name == fact.name for number, fact in facts.items())


@pytest.mark.parametrize("few", [1, 5_000])
@pytest.mark.parametrize(("first", "second"), [*combinations(ATOMS, 2), *((name, name) for name in ATOMS)])
def test_two_filters_together(made, monkeypatch, first, second, few):
    connection, facts = made
    monkeypatch.setattr(listing, "_FEW", few)
    given, holds = {**ATOMS[first][0], **ATOMS[second][0]}, [ATOMS[first][1], ATOMS[second][1]]
    if {first, second} == {"new or done", "at work"}:  # two sets of statuses are not two filters
        holds = holds[1:]
    wanted = Filter(person="ani", **given)
    expected = [fact for fact in facts.values() if all(hold(fact) for hold in holds)]
    assert len(expected) < len(facts)
    for order in Order:
        for descending in (False, True):
            found = ids_of(connection, wanted, order, descending=descending)
            assert found == in_order(expected, order, descending=descending), (order, descending)
    count = listing.known_count(connection, wanted)
    assert count in (None, len(expected))


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("descending", [False, True])
def test_ties_of_the_whole_list_stand_in_the_project_s_order(made, order, descending):
    connection, facts = made
    found = ids_of(connection, Filter(person="ani"), order, descending=descending)
    assert found == in_order(facts.values(), order, descending=descending)


def test_flags_and_suggestions_of_others_do_not_count(made):
    connection, facts = made
    assert ids_of(connection, Filter(person="budi", flagged=True)) == [n for n, fact in facts.items() if "budi" in fact.annotators]
    assert ids_of(connection, Filter(person="budi", unreviewed=True)) == []
    assert ids_of(connection, Filter(person="m0", statuses=(Status.NEW,))) == list(facts), "a model is no person"
    assert ids_of(connection, Filter(person="nobody", flagged=True)) == []


@pytest.mark.parametrize("value", ["0", "1", "2", "3", "", "true"])
def test_entries_of_a_list_are_looked_at_one_by_one(made, value):
    connection, facts = made
    found = ids_of(connection, Filter(field="tags", value=value))
    assert found == [number for number, fact in facts.items() if value in map(str, fact.tags)]


def test_remembered_problems_change_no_answer(made):
    connection, facts = made
    before, step = {}, statistics.last_step(connection)
    wanted = Filter(person="ani", problems=True, statuses=(Status.NEW,))
    first = [number for page in listing.stream(connection, wanted, checked=before) for number in page]
    assert statistics.remember_checked(connection, before, at_step=step)
    for order in Order:
        assert sorted(ids_of(connection, wanted, order)) == first
    both = replace(wanted, label="odd")
    assert (
        ids_of(connection, both)
        == first
        == [n for n, fact in facts.items() if "odd" in fact.labels and fact.status in (None, Status.NEW)]
    )
