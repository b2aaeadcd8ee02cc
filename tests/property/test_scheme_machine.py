"""Random edits of the label scheme between random work: spans, figures and problems stay consistent, and undo leads exactly back."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from annotator.commands import documents, relations, spans
from annotator.commands.command import Command
from annotator.commands.schemes import SchemeStep, change_scheme
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.rules import Rule, keeping_from_done, problems
from annotator.domain.scheme_draft import Draft, Entry, find_value, rename_value
from annotator.domain.scheme_edit import Part, SchemeEdit, names_of
from annotator.domain.text import Tokens
from annotator.errors import Refused, UndoRefused
from annotator.session.session import Session
from annotator.store import history, journal, queries, recount
from annotator.store.project import create

TEXT = "Ani Budi Cici Dedi Ani Budi"
TOKENS = Tokens([(0, 3), (4, 8), (9, 13), (14, 18), (19, 22), (23, 27)])
SCHEME = scheme_from_dict(
    {
        "name": "small",
        "spans": ["A", "B", "C"],
        "relations": [
            {"name": "to", "head": ["A", "B"], "tail": ["B", "C"]},
            {"name": "both", "symmetric": True},
            {"name": "self", "reflexive": True},
        ],
        "attributes": [{"name": "sure", "values": ["y", "n"]}, {"name": "tense"}],
        "categories": ["x", "y"],
    }
)
NAMES = st.sampled_from(["A", "B", "C", "D", "to", "both", "self", "sure", "tense", "x", "y"])
PARTS = st.sampled_from(list(Part))
PICK = st.integers(min_value=0, max_value=30)
VALUES = st.sampled_from(["y", "n", "z", ""])
Content = list[AnnotationSet | None]
_TABLES = ("spans", "relations", "verdicts", "set_labels", "label_totals", "set_totals")
_SETS = "SELECT id, document_id, annotator, kind, status, flagged, categories, span_count, relation_count, unreviewed FROM annotation_sets"
Rows = list[list[tuple[object, ...]]]


def _documents() -> list[tuple[Document, list[AnnotationSet]]]:
    made = []
    for number in range(3):
        places = [(0, 3, "ABC"[number]), (0, 3, "B"), (4, 8, "C"), (9, 13, "A"), (19, 22, "ABC"[number - 1])]
        found = {f"s{at}": Span(f"s{at}", ((low, high),), label, reviewed=at == 2) for at, (low, high, label) in enumerate(places)}
        found["s3"] = Span("s3", ((9, 13),), "A", {"sure": "y", "tense": number}, "n", f"Q{number}")
        links = {
            "r0": Relation("r0", "to", "s1", "s2", {"sure": "n"}, reviewed=False),
            "r1": Relation("r1", "both", "s2", "s1"),
            "r2": Relation("r2", "self", "s0", "s1"),
        }
        sets = [AnnotationSet(SetInfo(0, "m", Kind.MODEL), found, links)]
        if number:
            sets.append(AnnotationSet(SetInfo(0, "ani", Kind.PERSON, categories=("x", "y")), found, links))
        made.append((Document(f"d{number}", TEXT, {}, TOKENS, (0,)), sets))
    return made


def left_fewer(edit: SchemeEdit, old: AnnotationSet, new: AnnotationSet) -> bool:
    """Tell whether items of a set became one, which brings what both had together."""
    return len(old.spans) + len(old.relations) > len(new.spans) + len(new.relations) and any(edit.names.values())


class SchemeMachine(RuleBasedStateMachine):
    """One person who labels a little and changes the scheme a lot."""

    @initialize()
    def make_project(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        project = create(self.folder / "project.annotator", scheme=SCHEME, language="xx")
        project.connection.execute("PRAGMA synchronous = OFF")
        with project.transaction("Import {}", "all", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents(_documents())
        self.session = Session(project, "ani")
        self.session.open_document(1)

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.everything_undone_and_redone()
            self.session.close()
            shutil.rmtree(self.folder)

    def contents(self) -> Content:
        connection = self.session.project.connection
        ids = [row[0] for row in connection.execute("SELECT id FROM annotation_sets ORDER BY id")]
        return [queries.annotation_set(connection, set_id) for set_id in ids]

    def state(self) -> tuple[Content, LabelScheme, Rows]:
        """Return what there is, and the very rows that say so."""
        connection = self.session.project.connection
        rows = [
            connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4").fetchall() for table in _TABLES if table != "verdicts"
        ]
        rows += [connection.execute(sql).fetchall() for sql in (f"{_SETS} ORDER BY 1", "SELECT * FROM verdicts ORDER BY 1, 2")]
        return self.contents(), self.session.project.scheme, rows

    def wrong(self) -> int:
        """Count what breaks a rule about labels; a merge may only make it less."""
        found = 0
        for content in self.contents():
            assert content is not None
            told = problems(TEXT, TOKENS, self.session.project.scheme, content.spans, content.relations.values())
            found += sum(one.rule is not Rule.SPAN_MISALIGNED for one in told)
        return found

    def change(self, edit: SchemeEdit, size: int) -> None:
        before, wrong = self.state(), self.wrong()
        try:
            with SchemeStep(self.session, edit) as step:
                step.size = 1 + size
                while step.go_on():
                    pass
        except Refused as refusal:
            sentence = str(refusal)
        else:
            self._was_changed(edit, step, before[0], wrong)
            return
        assert sentence.endswith(".")
        assert self.state() == before

    def _was_changed(self, edit: SchemeEdit, step: SchemeStep, before: Content, wrong: int) -> None:
        items = sum(len(found.spans) + len(found.relations) for found in before if found is not None)
        after = self.contents()
        left = sum(len(found.spans) + len(found.relations) for found in after if found is not None)
        assert items - left == step.did.joined + step.did.removed_spans + step.did.removed_relations, "nothing goes uncounted"
        assert self.session.project.scheme == edit.scheme
        assert self.wrong() <= wrong, "an edit of names breaks no rule that held"
        self._each_has_its_new_name(edit, before, after)

    def _each_has_its_new_name(self, edit: SchemeEdit, before: Content, after: Content) -> None:
        for old, new in zip(before, after, strict=True):
            assert old is not None
            assert new is not None
            for part, were, are in ((Part.SPANS, old.spans, new.spans), (Part.RELATIONS, old.relations, new.relations)):
                told = edit.renamed(part)
                for key, item in are.items():
                    assert item.label == told.get(were[key].label, were[key].label)
                    lost = {name for name, told in edit.values.items() if "" in told.values()}
                    assert were[key].attributes.keys() <= {*item.attributes, *edit.renamed(Part.ATTRIBUTES), *lost}
                    if not edit.renamed(Part.ATTRIBUTES) and not left_fewer(edit, old, new):
                        self._each_has_its_new_value(edit, were[key], item)
            names = edit.renamed(Part.CATEGORIES)
            kept = dict.fromkeys(names.get(name, name) for name in old.info.categories)
            assert new.info.categories == tuple(name for name in kept if name)

    def _each_has_its_new_value(self, edit: SchemeEdit, old: Span | Relation, new: Span | Relation) -> None:
        for name, value in old.attributes.items():
            told = edit.values.get(name, {}).get(str(value), value)
            assert new.attributes.get(name, "") == told

    @rule(name=NAMES, old=VALUES, new=VALUES, size=PICK)
    def rename_or_merge_a_value(self, name: str, old: str, new: str, size: int) -> None:
        draft = Draft(self.session.project.scheme)
        with contextlib.suppress(KeyError):
            attribute, value = find_value(draft, name, old)
            rename_value(draft, attribute, value, new)
            if not draft.findings():
                self.change(draft.edit(), size)

    @rule(name=NAMES, old=VALUES, fate=st.sampled_from([True, False, None]), size=PICK)
    def delete_a_value(self, name: str, old: str, fate: bool | None, size: int) -> None:
        draft = Draft(self.session.project.scheme)
        with contextlib.suppress(KeyError):
            draft.delete_value(*find_value(draft, name, old), with_annotations=fate)
            self.change(draft.edit(), size)

    @rule(names=st.permutations(["y", "n", "z"]), attribute=st.sampled_from(["sure", "tense"]), size=PICK)
    def edit_much_at_once(self, names: list[str], attribute: str, size: int) -> None:
        """Values turned around, their attribute called otherwise, and a label, too: all in one step."""
        draft = Draft(self.session.project.scheme)
        entry = draft.find(Part.ATTRIBUTES, "sure") or draft.find(Part.ATTRIBUTES, "tense")
        if entry is None:
            return
        for value, name in zip(entry.values, names, strict=False):
            value.name = name
        if draft.find(Part.ATTRIBUTES, attribute) is None:
            entry.name = attribute
        for label in draft.entries[Part.SPANS][:1]:
            label.name = f"{label.name[:1]}{size}"
        if not draft.findings():
            self.change(draft.edit(), size)

    @rule(part=PARTS, old=NAMES, new=NAMES, size=PICK)
    def rename_or_merge(self, part: Part, old: str, new: str, size: int) -> None:
        draft = Draft(self.session.project.scheme)
        entry, there = draft.find(part, old), draft.find(part, new)
        if entry is None or entry is there:
            return
        if there is None:
            entry.name = new
        else:
            draft.merge(entry, there)
        self.change(draft.edit(), size)

    @rule(part=PARTS, name=NAMES, gone=st.booleans(), size=PICK)
    def delete(self, part: Part, name: str, gone: bool, size: int) -> None:
        draft = Draft(self.session.project.scheme)
        entry = draft.find(part, name)
        if entry is not None and not draft.holders(entry):
            draft.delete(entry, with_annotations=gone)
            self.change(draft.edit(), size)

    @rule(part=PARTS, size=PICK)
    def turn_names_around(self, part: Part, size: int) -> None:
        draft = Draft(self.session.project.scheme)
        entries: list[Entry] = draft.entries[part]
        names = [entry.name for entry in entries]
        for entry, name in zip(entries, [*names[1:], *names[:1]], strict=True):
            entry.name = name
        self.change(draft.edit(), size)

    @rule(part=PARTS, name=NAMES)
    def add(self, part: Part, name: str) -> None:
        draft = Draft(self.session.project.scheme)
        if draft.find(part, name) is None:
            draft.add(part, name)
            change_scheme(self.session, draft.edit())

    @rule(number=PICK)
    def open_another(self, number: int) -> None:
        self.session.open_document(number % 3 + 1)

    def try_to(self, command: Command) -> None:
        with contextlib.suppress(Refused):  # what is refused is for the other property tests
            self.session.execute(command)

    @rule(number=PICK, place=PICK)
    def label(self, number: int, place: int) -> None:
        state, names = self.session.document, names_of(self.session.project.scheme, Part.SPANS)
        if state is not None and names:
            self.try_to(spans.add_span(state.set_id, (TOKENS[place % len(TOKENS)],), names[number % len(names)]))

    @rule(number=PICK)
    def reject(self, number: int) -> None:
        state = self.session.document
        if state is not None and state.spans():
            self.try_to(spans.remove_span(state.set_id, state.spans()[number % len(state.spans())].id))

    @rule(head=PICK, tail=PICK, number=PICK)
    def relate(self, head: int, tail: int, number: int) -> None:
        state, names = self.session.document, names_of(self.session.project.scheme, Part.RELATIONS)
        if state is not None and state.spans() and names:
            ends = [state.spans()[place % len(state.spans())].id for place in (head, tail)]
            self.try_to(relations.add_relation(state.set_id, *ends, names[number % len(names)]))

    @rule()
    def finish(self) -> None:
        state = self.session.document
        if state is not None:
            self.try_to(documents.mark_done(state.set_id))

    @rule(part=st.sampled_from([Part.SPANS, Part.RELATIONS]), place=PICK)
    def use_a_new_label_and_finish(self, part: Part, place: int) -> None:
        self.add(part, "D")
        if part is Part.SPANS:
            self.label(len(names_of(self.session.project.scheme, part)) - 1, place)
        else:
            self.relate(place, place // 2, len(names_of(self.session.project.scheme, part)) - 1)
        state = self.session.document
        while state is not None and (wrong := [found for found in state.problems() if found.rule is not Rule.SPAN_MISALIGNED]):
            remove = spans.remove_span if wrong[0].rule.startswith("span") else relations.remove_relation
            self.session.execute(remove(state.set_id, wrong[0].item))
        self.finish()

    @rule(times=st.integers(min_value=1, max_value=3))
    def undo_and_redo(self, times: int) -> None:
        before = self.state()
        done = 0
        try:
            while done < times and self.session.undo() is not None:
                done += 1
            for _ in range(done):
                assert self.session.redo() is not None
        except UndoRefused:  # what was copied at the opening of a document stands on an earlier step
            return
        assert self.state() == before

    @rule()
    def undo(self) -> None:
        with contextlib.suppress(UndoRefused):
            self.session.undo()

    @rule(number=PICK)
    def undo_any_step(self, number: int) -> None:
        """Take back a step before its turn: a label that something done has, or what a later step made right."""
        ids = history.to_take_back(self.session.project.connection, "ani", 0)
        before = self.state()
        if ids:
            try:
                self.session.undo_step(ids[number % len(ids)])
            except UndoRefused:
                assert self.state() == before

    def everything_undone_and_redone(self) -> None:
        before, done = self.state(), 0
        try:
            while self.session.undo() is not None:
                done += 1
        except UndoRefused:
            return
        assert self.session.project.scheme == SCHEME
        for _ in range(done):
            self.session.redo()
        assert self.state() == before

    @invariant()
    def figures_are_right(self) -> None:
        if hasattr(self, "session"):
            connection = self.session.project.connection
            assert recount.differences(connection) == []
            assert journal.unfinished(connection) == []

    @invariant()
    def what_is_done_is_fit_to_train_on(self) -> None:
        """No edit of this machine narrows the scheme without changing what is labelled, so nothing comes to break a rule."""
        for content in self.contents() if hasattr(self, "session") else ():
            if content is not None and content.info.status is Status.DONE:
                scheme = self.session.project.scheme
                assert not keeping_from_done(TEXT, TOKENS, scheme, content.spans, content.relations.values())

    @invariant()
    def the_open_document_is_the_stored_one(self) -> None:
        state = getattr(self, "session", None) and self.session.document
        if state:
            stored = queries.annotation_set(self.session.project.connection, state.set_id)
            assert stored is not None
            assert {span.id: span for span in state.spans()} == stored.spans
            assert {link.id: link for link in state.relations()} == stored.relations
            assert state.scheme == self.session.project.scheme


TestSchemes = SchemeMachine.TestCase
TestSchemes.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
