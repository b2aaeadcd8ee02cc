"""Figures of annotations and of work on random projects, against a slow count in plain Python over what the store gives back whole."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.commands import bulk, documents, spans
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import BulkCopy, Change, Lane, What
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import AnnotatorError
from annotator.session.session import Session
from annotator.store import figures, figures_annotations, figures_behind, figures_work, journal, queries
from annotator.store.figures_annotations import OfCell, OfLabel, OfLengths, Whose
from annotator.store.gold import gold_sets
from annotator.store.project import Project, create

TEXT = "Ani Budi  Cici Dedi\nAni 😊 Budi-Budi"
TOKENS = Tokens([(0, 3), (4, 8), (10, 14), (15, 19), (20, 23), (24, 25), (26, 30), (30, 31), (31, 35)])
SCHEME = scheme_from_dict(
    {"name": "small", "spans": ["A", "B", "C"], "relations": ["to", {"name": "with", "symmetric": True}], "categories": ["x"]}
)
LABELS = ("A", "B", "C")
PLACES = (
    ((0, 3),), ((4, 8),), ((10, 14),), ((0, 8),), ((8, 10),), ((24, 25),), ((26, 35),), ((1, 2),),
    ((0, 3), (10, 14)), ((4, 8), (15, 19), (24, 25)),
)  # fmt: skip
OWNERS = (("ani", Kind.PERSON), ("budi", Kind.PERSON), ("ani", Kind.MODEL), ("m", Kind.MODEL), ("judge", Kind.GOLD))


@contextmanager
def empty() -> Iterator[Project]:
    with tempfile.TemporaryDirectory() as folder:
        project = create(Path(folder) / "project.annotator", scheme=SCHEME, language="xx")
        project.connection.execute("PRAGMA synchronous = OFF")
        try:
            yield project
        finally:
            project.close()


# Annotations


@st.composite
def annotation_sets(draw: st.DrawFn, owner: tuple[str, Kind]) -> AnnotationSet:
    places = draw(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(LABELS), st.booleans()), max_size=4))
    found = {f"s{n}": Span(f"s{n}", place, label, reviewed=reviewed) for n, (place, label, reviewed) in enumerate(places)}
    ends = st.sampled_from(sorted(found)) if found else st.nothing()
    links = draw(st.lists(st.tuples(st.sampled_from(["to", "with"]), ends, ends), max_size=3)) if found else []
    linked = {f"r{n}": Relation(f"r{n}", label, head, tail) for n, (label, head, tail) in enumerate(links)}
    status = draw(st.sampled_from([Status.DONE, Status.DONE, Status.IN_PROGRESS]))
    categories = draw(st.sampled_from([(), (), ("x",)]))
    return AnnotationSet(SetInfo(0, *owner, status, categories=categories), found, linked)


@st.composite
def contents(draw: st.DrawFn) -> list[AnnotationSet]:
    owners = draw(st.lists(st.sampled_from(OWNERS), unique=True, max_size=4))
    made = [draw(annotation_sets(owner)) for owner in owners]
    if len(made) > 1 and draw(st.booleans()):  # two who agree are gold
        made[1].spans, made[1].relations = made[0].spans, made[0].relations
    return made


def essence(content: AnnotationSet) -> tuple[object, ...]:
    """What two who are done must have in common."""

    def place(key: str) -> tuple[object, ...]:
        return content.spans[key].fragments, content.spans[key].label

    links = set()
    for link in content.relations.values():
        ends = [place(link.head), place(link.tail)]
        links.add((link.label, *(sorted(ends, key=repr) if link.label == "with" else ends)))
    return {place(key) for key in content.spans}, links, frozenset(content.info.categories)


def chosen_by_hand(content: list[AnnotationSet], chosen: Whose) -> AnnotationSet | None:
    """The set of one document that is counted."""
    if chosen.kind is not None:
        return next((one for one in content if (one.info.annotator, one.info.kind) == (chosen.annotator, chosen.kind)), None)
    gold = [one for one in content if one.info.kind is Kind.GOLD]
    done = [one for one in content if one.info.kind is Kind.PERSON and one.info.status is Status.DONE]
    if gold or not done or any(essence(one) != essence(done[0]) for one in done):
        return gold[0] if gold else None
    return done[0]


def cell_of(content: AnnotationSet, link: Relation) -> tuple[str, str, str]:
    head, tail = content.spans[link.head].label, content.spans[link.tail].label
    return (link.label, *sorted((head, tail))) if link.label == "with" else (link.label, head, tail)  # type: ignore[return-value]


def tokens_by_hand(span: Span) -> int:
    return sum(any(span.start <= offset < span.end for offset in range(*token)) for token in TOKENS)


@settings(max_examples=60, deadline=None)
@given(st.lists(contents(), min_size=1, max_size=5))
def test_annotations_are_counted_as_by_hand(wanted):
    with empty() as project:
        with project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents((Document(f"n{n}", TEXT, {}, TOKENS, (0,)), content) for n, content in enumerate(wanted))
        connection = project.connection
        by_document = dict(enumerate(wanted, 1))
        there = {(one.info.annotator, one.info.kind) for content in wanted for one in content}
        listed = figures_annotations.whose(connection)
        assert {(one.annotator, one.kind) for one in listed if one.kind is not None} == there
        assert len(set(listed)) == len(listed)
        gold = [number for number, content in by_document.items() if chosen_by_hand(content, Whose())]
        assert (Whose() in listed) >= bool(gold)
        seen = connection.execute("SELECT document_id, set_id FROM gold_sets ORDER BY document_id").fetchall()
        assert [number for number, _ in seen] == gold
        assert list(gold_sets(connection)) == [set_id for _, set_id in seen], "what the file's own view says"
        for chosen in {*listed, Whose()}:
            sets = {number: one for number, content in by_document.items() if (one := chosen_by_hand(content, chosen))}
            _check_labels(connection, chosen, sets)
            _check_cells(connection, chosen, sets)
            _check_lengths(connection, chosen, sets)


def _check_labels(connection, chosen, sets):
    items, unreviewed, found = Counter(), Counter(), defaultdict(set)
    left = defaultdict(set)
    for number, content in sets.items():
        for what, item in [(What.SPAN, one) for one in content.spans.values()] + [
            (What.RELATION, one) for one in content.relations.values()
        ]:
            key = what, item.label
            items[key] += 1
            unreviewed[key] += not item.reviewed
            found[key].add(number)
            if not item.reviewed:
                left[key].add(number)
    counts = figures_annotations.label_counts(connection, chosen)
    assert {(one.what, one.label): (one.items, one.unreviewed, one.documents) for one in counts} == {
        key: (items[key], unreviewed[key], len(found[key])) for key in items
    }
    assert counts == sorted(counts, key=lambda one: (one.what is What.RELATION, -one.items, one.label))
    for key, numbers in found.items():
        assert figures_annotations.documents_with(connection, chosen, OfLabel(*key)) == sorted(numbers)
        assert figures_annotations.documents_with(connection, chosen, OfLabel(*key, unreviewed=True)) == sorted(left[key])


def _check_cells(connection, chosen, sets):
    counts, found = Counter(), defaultdict(set)
    for number, content in sets.items():
        for link in content.relations.values():
            counts[cell_of(content, link)] += 1
            found[cell_of(content, link)].add(number)
    cells = figures_annotations.relation_cells(connection, chosen)
    assert {(one.relation, one.head, one.tail): (one.count, one.documents) for one in cells} == {
        key: (count, len(found[key])) for key, count in counts.items()
    }
    for key, numbers in found.items():
        assert figures_annotations.documents_with(connection, chosen, OfCell(*key)) == sorted(numbers)


def _check_lengths(connection, chosen, sets):
    every = [(number, span) for number, content in sets.items() for span in content.spans.values()]
    for in_tokens, measure in ((False, lambda span: span.end - span.start), (True, tokens_by_hand)):
        expected = Counter((span.label, measure(span)) for _, span in every)
        progress = Progress()
        found = (
            figures_annotations.token_lengths(connection, chosen, progress)
            if in_tokens
            else figures_annotations.span_lengths(connection, chosen)
        )
        assert [(one.label, one.length, one.count) for one in found] == [(*key, expected[key]) for key in sorted(expected)]
        assert not in_tokens or progress.done == progress.total == len(sets)
        for label, low, high in itertools.product(("", "A", "C"), (0, 3), (2, 9)):
            behind = sorted({n for n, span in every if label in ("", span.label) and low <= measure(span) <= high})
            asked = OfLengths(label, low, high, in_tokens)
            assert figures_annotations.documents_with(connection, chosen, asked) == behind


# Work

ACTIONS = ("add", "add", "relabel", "accept", "done", "done", "reopen", "skip", "undo", "undo", "redo", "scheme", "every", "close")


def act(session: Session, action: str, number: int, place: int) -> None:
    """Do something as a person; what is refused leaves nothing."""
    one = session.open_document(queries.document_ids(session.project.connection)[number]).set_id
    keys = [*queries.annotation_set(session.project.connection, one).spans, "none"]  # type: ignore[union-attr]
    with suppress(AnnotatorError):
        match action:
            case "add":
                session.execute(spans.add_span(one, PLACES[place % len(PLACES)], LABELS[place % 3]))
            case "relabel":
                session.execute(spans.relabel_span(one, keys[place % len(keys)], LABELS[place % 3]))
            case "accept":
                session.execute(bulk.accept_label(one, What.SPAN, LABELS[place % 3]))
            case "done":
                session.execute(documents.mark_done(one))
            case "reopen":
                session.execute(documents.reopen(one))
            case "skip":
                session.execute(documents.skip(one))
            case "undo":
                session.undo()
            case "redo":
                session.redo()
            case "scheme":
                with session.project.transaction("Change the labels", actor=session.annotator) as tx:
                    tx.put_scheme(scheme_from_dict({"name": f"n{place}", "spans": list(LABELS), "relations": ["to"]}))
            case "every":
                with session.project.transaction("Flag all", actor=session.annotator) as tx:
                    for set_id in [row[0] for row in session.project.connection.execute("SELECT id FROM annotation_sets")]:
                        info = tx.set_info(set_id)
                        tx.put_set(set_id, SetInfo(info.document_id, info.annotator, info.kind, info.status, not info.flagged))
    session.close_document()


def retimed(project: Project, gaps: list[int]) -> None:
    """Give the steps other times: in milliseconds from one to the next, going round; the clock may go back."""
    moment = datetime(2025, 3, 30, 22, 59, tzinfo=UTC)  # near where days end, and summer begins in places
    for (number,), gap in zip(
        project.connection.execute("SELECT id FROM steps ORDER BY id").fetchall(), itertools.cycle(gaps), strict=False
    ):
        moment += timedelta(milliseconds=gap)
        at = moment.isoformat(timespec="milliseconds")
        project.connection.execute("UPDATE steps SET at = ? WHERE id = ?", (at, number))


class Oracle:
    """The same figures from the history as the journal gives it, one step after the other."""

    def __init__(self, project: Project, pause: float) -> None:
        self.connection, self.pause = project.connection, pause
        self.steps = {step.id: step for step in journal.steps(self.connection)}
        self.before: dict[str, datetime] = {}
        self.turned: Counter[int] = Counter()
        self.rows = [self.row(step) for step in self.steps.values() if step.lane is Lane.EDIT]

    def documents(self, step_id: int) -> set[int]:
        found: set[int] = set()
        changes, filled = journal.recorded(self.connection, step_id)
        entries: list[Change | object] = [*changes, *filled]
        for entry in entries:
            if isinstance(entry, BulkCopy):
                found.add(entry.document_id)
            elif isinstance(entry, Change) and entry.set_id:
                info = queries.set_info(self.connection, entry.set_id)
                assert info is not None
                found.add(info.document_id)
        return found

    def row(self, step):
        at = datetime.fromisoformat(step.at)
        before = self.before.get(step.actor)
        self.before[step.actor] = at
        seconds = None if before is None else (at - before).total_seconds()
        if seconds is not None and not 0 <= seconds <= self.pause:
            seconds = None
        action = step.text
        if step.undoes is not None:
            self.turned[step.undoes] += 1
            action = "Undo" if self.turned[step.undoes] % 2 else "Redo"
        about = self.documents(step.undoes or step.id)
        return at.astimezone().date().isoformat(), step.actor, action, about.pop() if len(about) == 1 else 0, seconds

    def document_times(self):
        seconds: defaultdict[tuple[int, str], float] = defaultdict(float)
        edits: Counter[tuple[int, str]] = Counter()
        for _, actor, _, document_id, taken in self.rows:
            if document_id:
                seconds[document_id, actor] += taken or 0
                edits[document_id, actor] += 1
        return {key: (round(seconds[key], 6), edits[key]) for key in edits}

    def action_times(self, *, together: bool):
        times, counts = defaultdict(list), Counter()
        for _, actor, action, _, taken in self.rows:
            key = action, "" if together else actor
            counts[key] += 1
            times[key] += [] if taken is None else [taken]
        return {
            key: (count, len(times[key]), *(at_rank(times[key], share) for share in (0.5, 0.9))) for key, count in counts.items()
        }

    def day_work(self):
        seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        for day, actor, _, _, taken in self.rows:
            seconds[day, actor] += taken or 0
        worked = self.worked_on()
        return {key: (round(seconds[key], 6), len(worked.get(key, ()))) for key in seconds}

    def worked_on(self):
        """By day and person, the documents that steps changed which stand, over however many they went."""
        found: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for step in self.steps.values():
            if step.lane is Lane.EDIT and step.undoes is None and step.state == journal.DONE:
                found[datetime.fromisoformat(step.at).astimezone().date().isoformat(), step.actor] |= self.documents(step.id)
        return found

    def done_by_day(self):
        """By what each person was done with after each day, as if the steps that do not stand had never been."""
        standing = [step for step in self.steps.values() if step.undoes is None and step.state == journal.DONE]
        change_of: Counter[tuple[str, str]] = Counter()
        for step in standing:
            day = datetime.fromisoformat(step.at).astimezone().date().isoformat()
            for change in journal.recorded(self.connection, step.id)[0]:
                if change.what is What.SET and isinstance(change.after, SetInfo) and change.after.kind is Kind.PERSON:
                    was = isinstance(change.before, SetInfo) and change.before.status is Status.DONE
                    change_of[day, change.after.annotator] += (change.after.status is Status.DONE) - was
        return {key: count for key, count in change_of.items() if count}


def at_rank(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return next((value for place, value in enumerate(ordered, 1) if place / len(ordered) >= share - 1e-12), 0.0)


STEPS = st.lists(
    st.tuples(st.sampled_from(["ani", "budi"]), st.sampled_from(ACTIONS), st.integers(0, 2), st.integers(0, 30)), max_size=25
)
GAPS = st.lists(
    st.sampled_from([0, 1, 40, 1234, 9_999, 10_000, 10_001, 60_000, 3_600_000, 20_000_000, -5_000]), min_size=1, max_size=12
)


@settings(max_examples=60, deadline=None)
@given(STEPS, GAPS, st.sampled_from([10.0, 300.0]), st.integers(0, 8), st.booleans())
def test_work_is_measured_as_by_hand(steps, gaps, pause, pruned, imported_done):
    with empty() as project:
        ready = AnnotationSet(SetInfo(0, "budi", Kind.PERSON, Status.DONE), {"s0": Span("s0", ((0, 3),), "A")})
        with project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents((Document(f"n{n}", TEXT, {}, TOKENS, (0,)), [ready] if imported_done and n else []) for n in range(3))
        people = {name: Session(project, name) for name in ("ani", "budi")}
        for name, action, number, place in steps:
            act(people[name], action, number, place)
        retimed(project, gaps)
        if pruned:
            last = min(pruned, max(journal.steps(project.connection), key=lambda step: step.id).id - 1)
            while journal.prune(project.connection, last):
                pass
        _check_work(project, pause)


def _check_work(project, pause):
    connection, oracle = project.connection, Oracle(project, pause)
    found = figures_work.times(connection, pause)
    times = found.documents
    assert {(one.document_id, one.annotator): (round(one.seconds, 6), one.edits) for one in times} == oracle.document_times()
    assert times == sorted(times, key=lambda one: (-one.seconds, one.document_id, one.annotator))
    for one in times:
        person = queries.find_set(connection, one.document_id, one.annotator, Kind.PERSON)
        info = queries.set_info(connection, person) if person else None
        assert one.done is (info is not None and info.status is Status.DONE)
        assert one.name == f"n{one.document_id - 1}"
    for together in (True, False):
        actions = found.together if together else found.actions
        assert {
            (one.action, one.annotator): (one.count, one.timed, one.median, one.ninetieth) for one in actions
        } == oracle.action_times(together=together)
    _check_days(connection, oracle, pause)
    finished = defaultdict(list)
    for one in times:
        finished[one.annotator] += [one.seconds] if one.done and one.seconds else []
    for pace in found.paces:
        taken = finished[pace.annotator]
        assert (pace.documents, pace.median, pace.ninetieth) == (len(taken), at_rank(taken, 0.5), at_rank(taken, 0.9))
        assert abs(pace.an_hour * sum(taken) - len(taken) * 3600) < 1e-6
        whole = sum(seconds or 0 for _, actor, _, _, seconds in oracle.rows if actor == pace.annotator)
        assert abs(pace.seconds - whole) < 1e-6


def _check_days(connection, oracle, pause):
    days = figures_work.day_work(connection, pause)
    worked = {(one.day, one.annotator): (round(one.seconds, 6), one.documents) for one in days if one.seconds or one.documents}
    assert worked == {key: value for key, value in oracle.day_work().items() if any(value)}
    assert [(one.day, one.annotator, one.edits, one.done) for one in days if one.edits or one.done] == [
        (one.day, one.annotator, one.edits, one.done) for one in figures.days(connection)
    ]
    assert [one.day for one in days] == sorted((one.day for one in days), reverse=True)
    _check_documents_behind(connection, oracle, days)
    done = figures_work.done_by_day(connection)
    assert {(one.day, one.annotator): one.documents for one in done if one.day} == oracle.done_by_day()
    assert done == sorted(done, key=lambda one: (one.day, one.annotator))
    for person in ("ani", "budi"):
        now = queries.status_counts(connection, person)[Status.DONE]
        assert sum(one.documents for one in done if one.annotator == person) == now


def _check_documents_behind(connection, oracle, days):
    """A figure leads to as many documents as it says, for each person and day, and for everybody over some days."""
    behind = oracle.worked_on()
    for one in days:
        found = figures_behind.worked_on(connection, one.annotator, one.day, one.day)
        assert found == sorted(behind.get((one.day, one.annotator), ()))
        assert len(found) == one.documents
        assert len(figures_behind.done_on(connection, one.annotator, one.day, one.day)) == one.done
    for first, last in itertools.combinations_with_replacement(sorted({one.day for one in days}), 2):
        for person in ("", "ani", "budi"):
            wanted = [documents for (day, actor), documents in behind.items() if first <= day <= last and person in ("", actor)]
            assert figures_behind.worked_on(connection, person, first, last) == sorted(set().union(*wanted))
