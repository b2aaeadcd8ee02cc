"""Random work, imports, bulk steps, undo and crashes: the figures the file keeps are always what counting anew gives."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from annotator.commands import bulk, documents, relations, spans
from annotator.commands.command import Command
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.domain.text import Tokens
from annotator.errors import Refused, UndoRefused
from annotator.session.session import Session
from annotator.store import journal, recount, statistics
from annotator.store.project import create, open_project

TEXT = "Ani Budi Cici \0 Dedi Ani ANI Budi"
TOKENS = Tokens([(0, 3), (4, 8), (9, 13), (14, 15), (16, 20), (21, 24), (25, 28), (29, 33)])
SCHEME = scheme_from_dict({"name": "small", "spans": ["A", "B", "C"], "relations": ["to"], "categories": ["x"]})
LABELS = st.sampled_from(["A", "B", "C"])
PICK = st.integers(min_value=0, max_value=50)
PEOPLE = st.sampled_from(["ani", "budi"])


def _documents(count: int, kinds: list[Kind]) -> list[tuple[Document, list[AnnotationSet]]]:
    made = []
    for number in range(count):
        sets = []
        for place, kind in enumerate(kinds):
            start = TOKENS.starts[place]
            reviewed = kind is not Kind.MODEL
            found = {
                "s1": Span("s1", ((start, TOKENS.ends[place]),), "ABC"[number % 3], reviewed=reviewed),
                "s2": Span("s2", ((21, 24),), "A", reviewed=reviewed),
            }
            info = SetInfo(0, f"{kind}-{place}", kind, Status.DONE if reviewed else Status.NEW, flagged=place == 1)
            sets.append(AnnotationSet(info, found, {"r1": Relation("r1", "to", "s1", "s2", reviewed=reviewed)}))
        meta = {"source": f"paper {number % 2}", "tags": ["a", "a", number], "long": "x" * 300, "none": None}
        made.append((Document(f"n{number}", TEXT, meta, TOKENS, (0,)), sets))
    return made


class CountingMachine(RuleBasedStateMachine):
    """Two people, models and imports at work on one file."""

    @initialize()
    def make_project(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        project = create(self.folder / "project.annotator", scheme=SCHEME, language="xx")
        project.connection.execute("PRAGMA synchronous = OFF")
        self.session = Session(project, "ani")
        self.add_documents(3, [Kind.MODEL, Kind.MODEL])

    def teardown(self) -> None:
        if hasattr(self, "session"):
            while self.session.undo():
                self.figures_are_right()
            self.session.close()
            shutil.rmtree(self.folder)

    def set_id(self, number: int) -> int:
        ids = [row[0] for row in self.session.project.connection.execute("SELECT id FROM documents ORDER BY id")]
        return self.session.open_document(ids[number % len(ids)]).set_id

    def do(self, command: Command) -> None:
        with contextlib.suppress(Refused):
            self.session.execute(command)

    def item(self, set_id: int, number: int, table: str) -> str:
        sql = f"SELECT id FROM {table} WHERE set_id = ? ORDER BY id"
        ids = [row[0] for row in self.session.project.connection.execute(sql, (set_id,))]
        return ids[number % len(ids)] if ids else "none"

    @rule(count=st.integers(1, 4), kinds=st.lists(st.sampled_from(list(Kind)), max_size=2, unique=True))
    def add_documents(self, count: int, kinds: list[Kind]) -> None:
        with self.session.project.transaction("Import {}", "all", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents(_documents(count, kinds))

    @rule(who=PEOPLE)
    def change_hands(self, who: str) -> None:
        self.session = Session(self.session.project, who)

    @rule(number=PICK, token=PICK, label=LABELS)
    def add_span(self, number: int, token: int, label: str) -> None:
        self.do(spans.add_span(self.set_id(number), (TOKENS[token % len(TOKENS)],), label))

    @rule(number=PICK, which=PICK, label=LABELS, make=st.sampled_from([spans.relabel_span, bulk.propagate]))
    def relabel(self, number: int, which: int, label: str, make) -> None:
        set_id = self.set_id(number)
        self.do(make(set_id, TOKENS[which % len(TOKENS)] if make is bulk.propagate else self.item(set_id, which, "spans"), label))

    @rule(number=PICK, which=PICK, make=st.sampled_from([spans.accept_span, spans.remove_span]))
    def decide_span(self, number: int, which: int, make) -> None:
        set_id = self.set_id(number)
        self.do(make(set_id, self.item(set_id, which, "spans")))

    @rule(number=PICK, which=PICK, other=PICK)
    def link(self, number: int, which: int, other: int) -> None:
        set_id = self.set_id(number)
        self.do(relations.add_relation(set_id, self.item(set_id, which, "spans"), self.item(set_id, other, "spans"), "to"))

    @rule(number=PICK, which=PICK)
    def unlink(self, number: int, which: int) -> None:
        set_id = self.set_id(number)
        self.do(relations.remove_relation(set_id, self.item(set_id, which, "relations")))

    @rule(number=PICK, make=st.sampled_from([documents.mark_done, documents.skip, documents.reopen, documents.toggle_flag]))
    def say_how_far(self, number: int, make) -> None:
        self.do(make(self.set_id(number)))

    @rule(label=st.sampled_from(["D", "E"]))
    def add_label(self, label: str) -> None:
        before = statistics.generation(self.session.project.connection)
        self.do(Command("Add", lambda tx: tx.put_scheme(tx.scheme.with_labels([label])), lane=Lane.JOB))
        assert statistics.generation(self.session.project.connection) == before

    @rule(make=st.sampled_from([Session.undo, Session.redo]))
    def walk_history(self, make) -> None:
        with contextlib.suppress(UndoRefused):
            make(self.session)

    @rule(number=PICK)
    def undo_any_step(self, number: int) -> None:
        steps = list(journal.steps(self.session.project.connection))[1:]
        if steps:
            with contextlib.suppress(UndoRefused):
                self.session.undo_step(steps[number % len(steps)].id)

    @rule(kinds=st.lists(st.sampled_from(list(Kind)), max_size=1), edit=st.booleans())
    def crash_in_an_import(self, kinds: list[Kind], edit: bool) -> None:
        project = self.session.project
        step = project.begin_step("Import {}", "half", actor="import")
        with project.transaction("Import {}", "half", actor="import", lane=Lane.JOB, step_id=step) as tx:
            inserted = tx.add_documents(_documents(2, kinds))
        if edit and inserted is not None:
            self.do(spans.add_span(self.session.open_document(inserted.last).set_id, ((25, 28),), "C"))
        self.session.close()
        project = open_project(project.path)
        project.connection.execute("PRAGMA synchronous = OFF")
        assert bool(project.notices) == edit
        self.session = Session(project, self.session.annotator)

    @invariant()
    def figures_are_right(self) -> None:
        if hasattr(self, "session"):
            connection = self.session.project.connection
            assert recount.differences(connection) == []
            connection.execute("INSERT INTO document_index (document_index, rank) VALUES ('integrity-check', 1)")


CountingMachine.TestCase.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
test_kept_figures = CountingMachine.TestCase


def test_counting_anew_finds_and_mends_what_is_wrong(project):
    connection = project.connection
    for statement, table in (
        ("UPDATE annotation_sets SET unreviewed = unreviewed + 1 WHERE id = 1", "annotation_sets"),
        ("DELETE FROM set_labels", "set_labels"),
        ("UPDATE label_totals SET items = items + 1", "label_totals"),
        ("UPDATE set_totals SET sets = 7", "set_totals"),
        ("UPDATE document_figures SET length = 0 WHERE document_id = 1", "document_figures"),
        ("UPDATE document_runs SET last = last + 1", "document_runs"),
        ("INSERT INTO document_meta VALUES ('a', 'b', 1)", "document_meta"),
    ):
        assert recount.differences(connection) == []
        connection.execute(statement)
        assert recount.differences(connection) == [table]
        connection.execute("BEGIN")
        recount.recount(connection)
        connection.execute("COMMIT")
    assert recount.differences(connection) == []
