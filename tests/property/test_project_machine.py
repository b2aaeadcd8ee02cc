"""Random work on a project: what is in memory is what is in the file, and undo and redo lead exactly back and forth."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from annotator.commands import bulk, documents, relations, shaping, spans
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane, What
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.domain.rules import ALLOWED, UNSOUND, keeping_from_done
from annotator.domain.text import Tokens
from annotator.errors import Refused, UndoRefused
from annotator.session.session import Session
from annotator.store import history, queries
from annotator.store.project import create, open_project

TEXT = "Ani Budi Cici 😊 Dedi Ani ANI Budi"
TOKENS = [(0, 3), (4, 8), (9, 13), (14, 15), (16, 20), (21, 24), (25, 28), (29, 33)]
SCHEME = scheme_from_dict(
    {
        "name": "small",
        "spans": ["A", "B", "C"],
        "relations": [
            {"name": "directed", "head": ["A"], "tail": ["B", "C"]},
            {"name": "both", "symmetric": True},
            {"name": "self", "head": ["A"], "tail": ["A"], "symmetric": True, "reflexive": True},
        ],
        "categories": ["x", "y"],
    }
)
LABELS = st.sampled_from(["A", "B", "C", "unknown"])
RELATION_LABELS = st.sampled_from(["directed", "both", "self", "unknown"])
EDGES = st.integers(min_value=-1, max_value=len(TEXT) + 1)
PICK = st.integers(min_value=0, max_value=99)
SEVERAL = st.lists(PICK, max_size=3)
NOTES = st.text(max_size=4)


def _model(name: str, *places: tuple[int, int, str]) -> AnnotationSet:
    found = {f"s{n}": Span(f"s{n}", ((start, end),), label, reviewed=False) for n, (start, end, label) in enumerate(places)}
    links = {"r0": Relation("r0", "directed", "s0", "s1", reviewed=False), "r1": Relation("r1", "both", "s1", "s2", reviewed=False)}
    return AnnotationSet(SetInfo(0, name, Kind.MODEL), found, links)


def _documents() -> list[tuple[Document, list[AnnotationSet]]]:
    first = _model("m/1", (0, 3, "A"), (4, 8, "B"), (9, 13, "C"))
    second = _model("m/2", (4, 8, "B"), (0, 3, "A"), (0, 3, "A"))
    third = _model("m/3", (16, 20, "A"), (21, 24, "B"), (0, 24, "C"))
    tokens = Tokens(TOKENS)
    return [
        (Document("one", TEXT, {}, tokens, (0,)), [first, second]),
        (Document("two", TEXT, {}, tokens, (0,)), [third]),
        (Document("three", TEXT, {}, tokens, (0,)), []),
        (Document("four", TEXT, {}, tokens, (0,)), [_broken("ani")]),
    ]


def _broken(person: str) -> AnnotationSet:
    """Return what an import may bring and no edit makes: illegal relations, labels unknown to the scheme, the same twice."""
    places = [(0, 3, "A"), (4, 8, "B"), (9, 13, "unknown"), (4, 8, "B")]
    found = {f"i{n}": Span(f"i{n}", ((start, end),), label, reviewed=False) for n, (start, end, label) in enumerate(places)}
    ends = [("directed", "i1", "i0"), ("both", "i0", "i2"), ("both", "i2", "i0"), ("self", "i0", "i1")]
    links = {f"l{n}": Relation(f"l{n}", label, head, tail, reviewed=False) for n, (label, head, tail) in enumerate(ends)}
    return AnnotationSet(SetInfo(0, person, Kind.PERSON), found, links)


class ProjectMachine(RuleBasedStateMachine):
    """One person at work on four small documents.

    ``out_of_order`` says that a step was taken back before its turn: then, and only then, may undo come to one that cannot go.
    """

    @initialize()
    def make_project(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        project = create(self.folder / "project.annotator", scheme=SCHEME, language="xx")
        project.connection.execute("PRAGMA synchronous = OFF")  # these tests do not pull the plug
        with project.transaction("Import {}", "all", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents(_documents())
        self.session = Session(project, "ani")
        self.session.open_document(1)
        self.out_of_order = False

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.undo_and_redo_everything()
            self.session.close()
            shutil.rmtree(self.folder)

    @property
    def set_id(self) -> int:
        assert self.session.document is not None
        return self.session.document.set_id

    def contents(self) -> list[AnnotationSet | None]:
        connection = self.session.project.connection
        ids = [row[0] for row in connection.execute("SELECT id FROM annotation_sets ORDER BY id")]
        return [queries.annotation_set(connection, set_id) for set_id in ids]

    def do(self, command) -> None:
        """Run a command; a refused one must change nothing and say why in a sentence."""
        before = self.contents()
        steps = self.session.project.connection.execute("SELECT count(*), sum(state) FROM steps").fetchone()
        try:
            self.session.execute(command)
        except Refused as refusal:
            sentence = str(refusal)
        else:
            if self.contents() != before:
                assert self.session.next_redo() is None, "a new edit cuts redo"
            return
        assert sentence.endswith((".", ")"))
        assert self.contents() == before
        assert self.session.project.connection.execute("SELECT count(*), sum(state) FROM steps").fetchone() == steps

    def pick_span(self, number: int) -> str:
        assert self.session.document is not None
        found = self.session.document.spans()
        assume(found)
        return found[number % len(found)].id

    def pick_relation(self, number: int) -> str:
        assert self.session.document is not None
        found = self.session.document.relations()
        assume(found)
        return found[number % len(found)].id

    @rule(start=EDGES, end=EDGES, label=LABELS)
    def add_span(self, start: int, end: int, label: str) -> None:
        self.do(spans.add_span(self.set_id, ((start, end),), label))

    @rule(number=PICK, label=st.sampled_from(["A", "B", "C"]))
    def add_span_on_token(self, number: int, label: str) -> None:
        self.do(spans.add_span(self.set_id, (TOKENS[number % len(TOKENS)],), label))

    @rule(first=PICK, second=PICK, label=LABELS)
    def add_discontinuous_span(self, first: int, second: int, label: str) -> None:
        fragments = (TOKENS[first % len(TOKENS)], TOKENS[second % len(TOKENS)])
        self.do(spans.add_span(self.set_id, fragments, label))

    @rule(number=PICK, label=LABELS)
    def relabel_span(self, number: int, label: str) -> None:
        self.do(spans.relabel_span(self.set_id, self.pick_span(number), label))

    @rule(number=PICK, start=EDGES, end=EDGES)
    def move_span(self, number: int, start: int, end: int) -> None:
        self.do(spans.move_span(self.set_id, self.pick_span(number), start, end))

    @rule(number=PICK, note=NOTES)
    def describe_span(self, number: int, note: str) -> None:
        self.do(spans.describe_span(self.set_id, self.pick_span(number), note=note, attributes={"note": note, "pair": (1, 2)}))

    @rule(number=PICK)
    def accept_span(self, number: int) -> None:
        self.do(spans.accept_span(self.set_id, self.pick_span(number)))

    @rule(number=PICK)
    def remove_span(self, number: int) -> None:
        self.do(spans.remove_span(self.set_id, self.pick_span(number)))

    def pick_spans(self, numbers: list[int]) -> list[str]:
        return [self.pick_span(number) for number in numbers]

    def pick_relations(self, numbers: list[int]) -> list[str]:
        return [self.pick_relation(number) for number in numbers]

    @rule(number=PICK, places=st.lists(st.tuples(EDGES, EDGES), max_size=2), token=PICK)
    def add_fragments(self, number: int, places: list[tuple[int, int]], token: int) -> None:
        fragments = (*places, TOKENS[token % len(TOKENS)]) if token % 2 else tuple(places)
        self.do(shaping.add_fragments(self.set_id, self.pick_span(number), fragments))

    @rule(numbers=SEVERAL)
    def merge_spans(self, numbers: list[int]) -> None:
        self.do(shaping.merge_spans(self.set_id, self.pick_spans(numbers)))

    @rule(number=PICK, offset=EDGES)
    def split_span(self, number: int, offset: int) -> None:
        self.do(shaping.split_span(self.set_id, self.pick_span(number), offset))

    @rule(number=PICK, offset=st.integers(min_value=0, max_value=9))
    def split_span_inside(self, number: int, offset: int) -> None:
        assert self.session.document is not None
        span = self.session.document.span(self.pick_span(number))
        assert span is not None
        self.do(shaping.split_span(self.set_id, span.id, span.start + offset))

    @rule(number=PICK, label=LABELS)
    def propagate(self, number: int, label: str) -> None:
        self.do(bulk.propagate(self.set_id, TOKENS[number % len(TOKENS)], label))

    @rule(number=PICK, label=LABELS)
    def propagate_a_span(self, number: int, label: str) -> None:
        assert self.session.document is not None
        span = self.session.document.span(self.pick_span(number))
        assert span is not None
        self.do(bulk.propagate(self.set_id, span.fragments, label))

    @rule(numbers=SEVERAL, label=LABELS)
    def relabel_spans(self, numbers: list[int], label: str) -> None:
        self.do(bulk.relabel_spans(self.set_id, self.pick_spans(numbers), label))

    @rule(numbers=SEVERAL, links=SEVERAL)
    def remove_items(self, numbers: list[int], links: list[int]) -> None:
        self.do(bulk.remove_items(self.set_id, self.pick_spans(numbers[:2]), self.pick_relations(links[:1])))

    @rule(numbers=SEVERAL, links=SEVERAL)
    def accept_items(self, numbers: list[int], links: list[int]) -> None:
        self.do(bulk.accept_items(self.set_id, self.pick_spans(numbers), self.pick_relations(links)))

    @rule(asked=st.one_of(st.tuples(st.just(What.SPAN), LABELS), st.tuples(st.just(What.RELATION), RELATION_LABELS)))
    def accept_label(self, asked: tuple[What, str]) -> None:
        self.do(bulk.accept_label(self.set_id, *asked))

    @rule(head=PICK, tail=PICK, label=RELATION_LABELS)
    def add_relation(self, head: int, tail: int, label: str) -> None:
        self.do(relations.add_relation(self.set_id, self.pick_span(head), self.pick_span(tail), label))

    @rule(number=PICK, label=RELATION_LABELS)
    def relabel_relation(self, number: int, label: str) -> None:
        self.do(relations.relabel_relation(self.set_id, self.pick_relation(number), label))

    @rule(number=PICK)
    def reverse_relation(self, number: int) -> None:
        self.do(relations.reverse_relation(self.set_id, self.pick_relation(number)))

    @rule(number=PICK)
    def accept_relation(self, number: int) -> None:
        self.do(relations.accept_relation(self.set_id, self.pick_relation(number)))

    @rule(number=PICK)
    def remove_relation(self, number: int) -> None:
        self.do(relations.remove_relation(self.set_id, self.pick_relation(number)))

    @rule()
    def mark_done(self) -> None:
        self.do(documents.mark_done(self.set_id))

    @rule()
    def remove_what_is_wrong_and_mark_done(self) -> None:
        assert self.session.document is not None
        while wrong := next((found for found in self.session.document.problems() if found.rule not in ALLOWED), None):
            remove = spans.remove_span if wrong.rule.startswith("span") else relations.remove_relation
            self.session.execute(remove(self.set_id, wrong.item))
        self.session.execute(documents.mark_done(self.set_id))
        assert self.session.document.info.status is Status.DONE

    @rule(make=st.sampled_from([documents.skip, documents.reopen, documents.toggle_flag]))
    def change_status(self, make) -> None:
        self.do(make(self.set_id))

    @rule(chosen=st.lists(st.sampled_from(["x", "y", "unknown"]), max_size=2))
    def categorise(self, chosen: list[str]) -> None:
        self.do(documents.set_categories(self.set_id, tuple(chosen)))

    @rule()
    def undo(self) -> None:
        self.could_undo()

    def could_undo(self) -> bool:
        """Undo; False where there is nothing to undo, or where it was refused, which changes nothing."""
        before = self.contents()
        try:
            return self.session.undo() is not None
        except UndoRefused:
            assert self.out_of_order
            assert self.contents() == before
            return False

    @rule()
    def redo(self) -> None:
        self.session.redo()

    @rule(number=PICK)
    def undo_any_step(self, number: int) -> None:
        """Take back one step out of order; in order none is ever refused, and a refusal changes nothing."""
        ids = history.to_take_back(self.session.project.connection, "ani", 0)
        assume(ids)
        before = self.contents()
        try:
            self.session.undo_step(ids[number % len(ids)])
        except UndoRefused:
            assert self.out_of_order or number % len(ids)
            assert self.contents() == before
        else:
            self.out_of_order |= number % len(ids) > 0

    @rule(number=st.integers(min_value=1, max_value=4))
    def open_document(self, number: int) -> None:
        self.session.open_document(number)

    @rule()
    @precondition(lambda self: self.session.document is not None)
    def close_and_reopen(self) -> None:
        before, titles = self.contents(), (self.session.next_undo(), self.session.next_redo())
        assert self.session.document is not None
        number = self.session.document.document.id
        self.session.close()
        project = open_project(self.folder / "project.annotator")
        project.connection.execute("PRAGMA synchronous = OFF")
        assert not project.read_only
        assert not project.notices
        self.session = Session(project, "ani")
        assert self.contents() == before
        assert (self.session.next_undo(), self.session.next_redo()) == titles
        self.session.open_document(number)

    def undo_and_redo_everything(self) -> None:
        before = self.contents()
        undone = 0
        while self.could_undo():
            undone += 1
        for content in self.contents() if self.session.next_undo() is None else ():
            assert content is not None
            if content.info.kind is Kind.PERSON:
                assert content.info.status is Status.NEW
                assert not content.verdicts
                assert all(not span.reviewed for span in content.spans.values())
        redone = 0
        while redone < undone and self.session.redo():
            redone += 1
        assert redone == undone
        assert self.contents() == before

    @rule()
    def undo_all_and_redo_all(self) -> None:
        self.undo_and_redo_everything()

    @invariant()
    def memory_is_what_the_file_says(self) -> None:
        if not hasattr(self, "session") or self.session.document is None:
            return
        state = self.session.document
        stored = queries.annotation_set(self.session.project.connection, state.set_id)
        assert stored is not None
        assert state.info == stored.info
        assert state.spans() == stored.in_text_order()
        assert state.relations() == stored.relations_in_order()
        items = [*stored.spans.values(), *stored.relations.values()]
        assert state.unreviewed_count() == sum(not item.reviewed for item in items)
        for span in stored.spans.values():
            assert span in state.spans_in(span.start, span.end)
            ends = {found.id for found in stored.relations.values() if span.id in (found.head, found.tail)}
            assert {found.id for found in state.relations_of(span.id)} == ends

    @invariant()
    def what_is_done_is_fit_to_train_on(self) -> None:
        if hasattr(self, "session") and self.session.document is not None:
            assert not [found for found in self.session.document.problems() if found.rule in UNSOUND]
            for content in self.contents():
                if content is not None and content.info.status is Status.DONE:
                    assert not keeping_from_done(TEXT, Tokens(TOKENS), SCHEME, content.spans, content.relations.values())

    @invariant()
    def the_file_is_sound(self) -> None:
        if hasattr(self, "session"):
            assert queries.integrity(self.session.project.connection) == []


ProjectMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=35, deadline=None, suppress_health_check=list(HealthCheck)
)
test_random_work = ProjectMachine.TestCase
