"""The documents behind figures of the work: by status, by day, by action, and by what became of suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.commands import documents, spans
from annotator.commands.outcome_documents import documents_with_outcome
from annotator.commands.outcomes import Outcome
from annotator.commands.scoring import scores
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Lane, What
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.domain.progress import Cancelled, Progress
from annotator.session.session import Session
from annotator.store import figures, figures_behind, figures_work
from annotator.store.project import Project, create

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Four documents with two suggestions each.

    On the first day ani relabels in 1 and is done with it; on the second she is done with 2, and reopens 1; on the third budi removes a
    suggestion in 2 and is done with it, opens 3, and undoes a step there.
    """
    made = create(tmp_path / "p.annotator", scheme=scheme_from_dict({"name": "s", "spans": ["PERSON", "GPE"]}), language="id")
    content = []
    for number in range(1, 5):
        found = {"s1": Span("s1", ((0, 5),), "PERSON", origin="model", reviewed=False)}
        found["s2"] = Span("s2", ((6, 11),), "GPE", origin="model", reviewed=False)
        content.append((Document(f"d{number}", "Putin Rusia"), [AnnotationSet(SetInfo(0, "model", Kind.MODEL), found)]))
    with made.transaction("Import {}", "it", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(content)
    dates: dict[int, str] = {}

    def on(day: str, who: str, *steps) -> None:
        before = made.connection.execute("SELECT coalesce(max(id), 0) FROM steps").fetchone()[0]
        session = Session(made, who)
        for document_id, run in steps:
            run(session, session.open_document(document_id).set_id)
        for (step,) in made.connection.execute("SELECT id FROM steps WHERE id > ?", (before,)).fetchall():
            dates[step] = day

    on(DAYS[0], "ani", (1, lambda s, key: s.execute(spans.relabel_span(key, "s1", "GPE"))), (1, done))
    on(DAYS[1], "ani", (2, done), (1, lambda s, key: s.execute(documents.reopen(key))))
    on(DAYS[2], "budi", (2, lambda s, key: s.execute(spans.remove_span(key, "s1"))), (2, done), (3, undone))
    for step, day in dates.items():
        made.connection.execute("UPDATE steps SET at = ? WHERE id = ?", (f"{day}T12:00:00.000+00:00", step))
    yield made
    made.close()


def done(session: Session, set_id: int) -> None:
    session.execute(documents.mark_done(set_id))


def undone(session: Session, set_id: int) -> None:
    session.execute(spans.relabel_span(set_id, "s1", "GPE"))
    session.undo()


@pytest.mark.parametrize(
    ("annotator", "kind", "status", "expected"),
    [
        ("ani", Kind.PERSON, Status.DONE, [2]),
        ("ani", Kind.PERSON, Status.IN_PROGRESS, [1]),
        ("ani", Kind.PERSON, Status.NEW, [3, 4]),
        ("budi", Kind.PERSON, Status.DONE, [2]),
        ("budi", Kind.PERSON, Status.SKIPPED, []),
        ("model", Kind.MODEL, Status.NEW, [1, 2, 3, 4]),
        ("model", Kind.PERSON, Status.DONE, []),
    ],
)
def test_documents_by_status_are_as_many_as_progress_says(project, annotator, kind, status, expected):
    found = figures_behind.with_status(project.connection, annotator, kind, status)
    assert found == expected
    kept = {(entry.annotator, entry.kind): entry.sets for entry in figures.kept(project.connection).progress}
    if (annotator, kind) in kept:
        assert kept[annotator, kind].get(status, 0) == len(expected)


@pytest.mark.parametrize(
    ("annotator", "first", "last", "expected"),
    [
        ("ani", DAYS[0], DAYS[0], ([1], [1])),
        ("ani", DAYS[1], DAYS[1], ([1, 2], [2])),
        ("ani", DAYS[0], DAYS[2], ([1, 2], [1, 2])),
        ("budi", DAYS[2], DAYS[2], ([2], [2])),  # what was undone in 3 counts for no edit
        ("", DAYS[1], DAYS[2], ([1, 2], [2])),
        ("citra", DAYS[0], DAYS[2], ([], [])),
    ],
)
def test_documents_by_day_are_as_many_as_the_days_say(project, annotator, first, last, expected):
    connection, (worked, finished) = project.connection, expected
    assert figures_behind.worked_on(connection, annotator, first, last) == worked
    assert figures_behind.done_on(connection, annotator, first, last) == finished
    if annotator and first == last:
        days = {(day.day, day.annotator): day for day in figures_work.day_work(connection)}
        assert days[first, annotator].done == len(finished)


def test_documents_by_action_are_those_the_action_was_measured_on(project):
    connection = project.connection
    assert figures_behind.acted_on(connection, "", "Relabel as {}") == [1, 3]  # undone work is work
    assert figures_behind.acted_on(connection, "ani", "Relabel as {}") == [1]
    assert figures_behind.acted_on(connection, "ani", "Remove the {}") == []
    actions = {entry.action for entry in figures_work.times(connection).together} - {figures_work.UNDO}
    assert all(figures_behind.acted_on(connection, "", action) for action in actions)


@pytest.mark.parametrize(
    ("outcome", "label", "expected"),
    [
        (Outcome.CHANGED, None, [1]),
        (Outcome.CHANGED, (What.SPAN, "PERSON"), [1]),
        (Outcome.CHANGED, (What.SPAN, "GPE"), []),
        (Outcome.REJECTED, None, [2]),
        (Outcome.ACCEPTED, None, [1, 2]),
        (Outcome.ACCEPTED, (What.SPAN, "PERSON"), [2]),
        (Outcome.WAITING, None, [3]),
        (Outcome.ACCEPTED, (What.RELATION, "PERSON"), []),
        (Outcome.ACCEPTED, (What.SPAN, ""), [1, 2]),
        (Outcome.ACCEPTED, (What.RELATION, ""), []),
        (None, None, [1, 2, 3]),
        (None, (What.SPAN, "PERSON"), [1, 2, 3]),
    ],
)
def test_documents_by_what_became_of_suggestions(project, outcome, label, expected):
    connection = project.connection
    assert documents_with_outcome(connection, "model", outcome, label=label) == expected
    assert documents_with_outcome(connection, "another", outcome, label=label) == []
    (one,) = scores(connection).suggesters
    counted = one.spans["" if label is None else label[1]] if label is None or label[0] is What.SPAN else None
    names = [str(outcome)] if outcome else list(Outcome)
    assert bool(expected) is any(getattr(counted, name) for name in names if counted)


def test_looking_for_outcomes_can_be_stopped(project):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        documents_with_outcome(project.connection, "model", Outcome.WAITING, progress=progress)
