"""The kept figures after anything a person can do, undo and bring again: each step of a long random walk against counting by hand."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress

import pytest

from annotator.commands import bulk, documents, relations, spans
from annotator.commands.searching import Action, act_on_all
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane, What
from annotator.domain.documents import Status
from annotator.errors import AnnotatorError, UndoRefused
from annotator.session.session import Session
from annotator.store import listing, queries, recount, search, statistics
from annotator.store.listing import Filter
from annotator.store.search import SpanQuery

TEXT = "Ani Budi Cici Dodi Ani Budi"
PLACES = ((0, 3), (4, 8), (9, 13), (14, 18), (19, 22), (23, 27), (0, 8))
LABELS = ("PERSON", "GPE", "ORG", "DATE")


def figures_by_hand(connection):
    """Count everything from the sets as they are read, without any SQL of the program's own counting."""
    totals, sets, per_set, per_document = Counter(), Counter(), {}, {}
    for number in [row[0] for row in connection.execute("SELECT id FROM documents")]:
        per_document[number] = 0
        for set_id, info in queries.set_ids(connection, number):
            content = queries.annotation_set(connection, set_id)
            items = [("span", item) for item in content.spans.values()] + [
                ("relation", item) for item in content.relations.values()
            ]
            owner = info.annotator, str(info.kind)
            for what, item in items:
                totals[(*owner, what, item.label, "items")] += 1
                totals[(*owner, what, item.label, "unreviewed")] += not item.reviewed
            for what, label in {(what, item.label) for what, item in items}:
                totals[(*owner, what, label, "sets")] += 1
            sets[(*owner, str(info.status), "sets")] += 1
            sets[(*owner, str(info.status), "flagged")] += info.flagged
            per_set[set_id] = len(content.spans), len(content.relations), sum(not item.reviewed for _, item in items)
            per_document[number] = max(per_document[number], len(content.spans))
    return +totals, +sets, per_set, per_document


def figures_kept(connection):
    totals, sets = Counter(), Counter()
    for *key, count, items, unreviewed in connection.execute(
        "SELECT annotator, kind, what, label, sets, items, unreviewed FROM label_totals"
    ):
        totals.update({(*key, "sets"): count, (*key, "items"): items, (*key, "unreviewed"): unreviewed})
    for *key, count, flagged in connection.execute("SELECT annotator, kind, status, sets, flagged FROM set_totals"):
        sets.update({(*key, "sets"): count, (*key, "flagged"): flagged})
    per_set = {
        row[0]: row[1:] for row in connection.execute("SELECT id, span_count, relation_count, unreviewed FROM annotation_sets")
    }
    return +totals, +sets, per_set, dict(connection.execute("SELECT document_id, spans FROM document_figures"))


def model(chance):
    found = {
        f"s{place}": Span(f"s{place}", (PLACES[place],), chance.choice(LABELS), origin="m", reviewed=False)
        for place in chance.sample(range(6), chance.randint(0, 4))
    }
    keys = list(found)
    links = {"r0": Relation("r0", "linked", keys[0], keys[1], origin="m", reviewed=False)} if len(keys) > 1 else {}
    return [AnnotationSet(SetInfo(0, "m", Kind.MODEL), found, links)] if found else []


class Walk:
    """Two people, and imports that come and go, at random."""

    def __init__(self, project, make_document, seed):
        self.chance = random.Random(seed)
        self.project, self.make_document = project, make_document
        self.people = [Session(project, name) for name in ("ani", "budi")]
        self.imports: list[int] = []
        self.made = 0
        self.did: Counter[str] = Counter()
        self.bring()
        self.bring()

    def bring(self):
        with self.project.transaction("Import {}", "some", actor="ani", lane=Lane.JOB) as tx:
            tx.add_documents(
                (self.make_document(TEXT, f"n{self.made + number}", kind=number % 2, tags=["x", str(number)]), model(self.chance))
                for number in range(self.chance.randint(1, 4))
            )
            self.imports.append(tx.step_id)
        self.made += 4

    def take_out(self):
        step = self.chance.choice(self.imports)
        self.people[0].undo_step(step)
        self.imports.remove(step)
        if not self.imports:
            self.bring()

    def edit(self, session):
        ids = queries.document_ids(self.project.connection)
        state = session.open_document(self.chance.choice(ids))
        one = state.set_id
        content = queries.annotation_set(self.project.connection, one)
        keys, links = [*content.spans, "none"], [*content.relations, "none"]
        pick = self.chance.choice
        commands = [
            spans.add_span(one, (pick(PLACES),), pick(LABELS)),
            spans.add_span(one, (pick(PLACES),), pick(LABELS)),
            spans.relabel_span(one, pick(keys), pick(LABELS)),
            spans.move_span(one, pick(keys), *pick(PLACES)),
            spans.accept_span(one, pick(keys)),
            spans.remove_span(one, pick(keys)),
            relations.add_relation(one, pick(keys), pick(keys), "linked"),
            relations.remove_relation(one, pick(links)),
            relations.accept_relation(one, pick(links)),
            bulk.propagate(one, pick(PLACES), pick(LABELS)),
            bulk.accept_label(one, What.SPAN, pick(LABELS)),
            documents.toggle_flag(one),
            documents.mark_done(one),
            documents.skip(one),
            documents.reopen(one),
        ]
        session.execute(pick(commands))

    def act(self, session):
        lines = list(search.span_lines(self.project.connection, SpanQuery(self.chance.choice(LABELS), person=session.annotator)))
        act_on_all(session, lines, self.chance.choice((Action.RELABEL, Action.REMOVE)), self.chance.choice(LABELS), chunk=2)

    def step(self):
        session = self.chance.choice(self.people)
        name = self.chance.choices(("edit", "undo", "redo", "act", "bring", "take out", "back"), (60, 14, 10, 4, 3, 3, 6))[0]
        try:
            match name:
                case "edit":
                    self.edit(session)
                case "undo":
                    session.undo()
                case "redo":
                    session.redo()
                case "act":
                    self.act(session)
                case "bring":
                    self.bring()
                case "take out":
                    self.take_out()
                case "back":
                    rows = self.project.connection.execute("SELECT id FROM steps WHERE undoes IS NULL AND lane = 'edit'")
                    session.undo_step(self.chance.choice([row[0] for row in rows] or [0]))
        except AnnotatorError:
            name = f"{name} refused"
        self.did[name] += 1
        for each in self.people:  # a session hears only of its own edits; the other's would be news to its open document
            each.close_document()


@pytest.mark.parametrize("seed", range(4))
def test_a_long_walk_keeps_the_figures(empty_project, make_document, seed):
    walk = Walk(empty_project, make_document, seed)
    connection = empty_project.connection
    for number in range(90):
        walk.step()
        assert figures_kept(connection) == figures_by_hand(connection), (number, walk.did)
    assert recount.differences(connection) == []
    assert queries.integrity(connection) == []
    assert {"edit", "undo", "redo", "back", "bring"} <= set(walk.did), "the walk went everywhere"
    for session in walk.people:
        with suppress(UndoRefused):  # a step taken back before its turn may stand in the way of an earlier one
            while session.undo():
                assert figures_kept(connection) == figures_by_hand(connection)
        assert figures_kept(connection) == figures_by_hand(connection)
        for status in Status:
            wanted = Filter(person=session.annotator, statuses=(status,))
            assert listing.known_count(connection, wanted) == sum(map(len, listing.stream(connection, wanted)))
    before = figures_kept(connection)
    with empty_project._plain_transaction():
        recount.recount(connection)
    assert figures_kept(connection) == before


TABLES = {
    "DELETE FROM document_meta WHERE value = 'x' AND document_id = 1": "document_meta",
    "INSERT INTO document_meta VALUES ('kind', 'other', 1)": "document_meta",
    "UPDATE document_figures SET length = length + 1 WHERE document_id = 2": "document_figures",
    "UPDATE document_figures SET spans = spans + 1 WHERE document_id = 2": "document_figures",
    "UPDATE set_labels SET unreviewed = unreviewed + 1": "set_labels",
    "UPDATE label_totals SET sets = sets + 1": "label_totals",
    "DELETE FROM set_totals": "set_totals",
    "UPDATE document_runs SET last = last + 1": "document_runs",
    "UPDATE annotation_sets SET unreviewed = unreviewed + 1 WHERE id = 1": "annotation_sets",
    "INSERT INTO set_totals VALUES ('nobody', 'person', 'done', 0, 0)": "set_totals",
}


@pytest.mark.parametrize("fault", TABLES)
def test_a_wrong_figure_is_found_and_counted_anew(empty_project, make_document, fault):
    connection = empty_project.connection
    found = {"s0": Span("s0", ((0, 3),), "PERSON", reviewed=False)}
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        items = [(make_document(TEXT, name, tags=["x"]), [AnnotationSet(SetInfo(0, "m", Kind.MODEL), found)]) for name in "ab"]
        tx.add_documents(items)
    assert recount.differences(connection) == []
    assert connection.execute(fault).rowcount
    assert recount.differences(connection) == [TABLES[fault]]
    recount.recount(connection)
    assert recount.differences(connection) == []


def test_runs_are_cut_and_joined_where_documents_come_and_go(empty_project, make_document):
    connection = empty_project.connection
    steps = []
    for number in range(5):
        with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents((make_document(TEXT, f"n{number}{part}"), []) for part in range(3))
            steps.append(tx.step_id)

    def kept():
        return connection.execute("SELECT first, last FROM document_runs ORDER BY first").fetchall()

    assert kept() == [(1, 15)]
    for step, expected in ((1, [(1, 3), (7, 15)]), (3, [(1, 3), (7, 9), (13, 15)]), (2, [(1, 3), (13, 15)]), (4, [(1, 3)])):
        empty_project.undo_step(steps[step], "import")
        assert kept() == expected
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(TEXT, "late"), [])])
    assert kept() == [(1, 3), (16, 16)], "numbers are never given out twice"
    assert list(listing.everything(connection).ids(0, 9)) == [1, 2, 3, 16]


@pytest.mark.parametrize(
    ("meta", "rows"),
    [
        ({"a": "x"}, [("a", "x")]),
        ({"a": True, "b": False}, [("a", "true"), ("b", "false")]),
        ({"a": 1, "b": 1.0, "c": 1e22}, [("a", "1"), ("b", "1.0"), ("c", "1e+22")]),
        ({"a": [1, "1", 2, 1]}, [("a", "1"), ("a", "2")]),
        ({"a": None, "b": {"c": "d"}, "e": [None, ["f"], {"g": 1}, "h"]}, [("e", "h")]),
        ({"a": "x" * 200, "b": "x" * 201, "c": "😊" * 200}, [("a", "x" * 200), ("c", "😊" * 200)]),
        ({"a": "", "b": "*", "c": []}, [("a", ""), ("b", "*")]),
    ],
)
def test_metadata_to_filter_by(empty_project, meta, rows):
    from annotator.domain.documents import Document

    assert list(statistics.meta_rows(meta)) == rows
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("m", "text", meta), [])])
    connection = empty_project.connection
    assert recount.differences(connection) == []
    assert list(listing.stream(connection, Filter(field="a", value="other"))) == []
    for field, value in rows:
        assert [list(page) for page in listing.stream(connection, Filter(field=field, value=value))] == [[1]]
