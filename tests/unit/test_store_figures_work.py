"""Progress, time a document, time an action, and days, from a history whose clock the test sets."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from annotator.commands import documents, spans
from annotator.commands.schemes import change_scheme
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span, Verdict
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.labels import LabelScheme, SpanLabel
from annotator.domain.scheme_draft import renamed
from annotator.domain.scheme_edit import Part
from annotator.session.session import Session
from annotator.store import figures, figures_behind, figures_work, journal
from annotator.store.figures_work import REDO, UNDO, ActionTime, DayWork, DocumentTime, Done, Pace, percentile

START = datetime(2025, 6, 2, 8, 0, tzinfo=UTC)
TEXT = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta."


class Clock:
    """Does things as a person, and then writes into the history when that was."""

    def __init__(self, project):
        self.project, self.now = project, START
        self.sessions: dict[str, Session] = {}
        self.sets: dict[str, int] = {}

    def session(self, name):
        return self.sessions.setdefault(name, Session(self.project, name))

    def do(self, name: str, seconds: float, command: Any) -> None:
        """Let some seconds pass and do something; ``command`` takes the set of the open document, or is "undo" or "redo"."""
        self.now += timedelta(seconds=seconds)
        before = self.last()
        session = self.session(name)
        if isinstance(command, str):
            getattr(session, command)()
        else:
            session.execute(command(self.sets[name]))
        at = self.now.isoformat(timespec="milliseconds")
        changed = self.project.connection.execute("UPDATE steps SET at = ? WHERE id > ? AND lane = 'edit'", (at, before))
        assert changed.rowcount == 1

    def open(self, name, document_id):
        self.sets[name] = self.session(name).open_document(document_id).set_id

    def last(self):
        return self.project.connection.execute("SELECT coalesce(max(id), 0) FROM steps").fetchone()[0]


def label(start, end, name="PERSON"):
    return lambda set_id: spans.add_span(set_id, ((start, end),), name)


@pytest.fixture
def clock(empty_project, make_document):
    """Three documents; ani is done with the third as it was imported."""
    ready = AnnotationSet(SetInfo(0, "ani", Kind.PERSON, Status.DONE))
    with empty_project.transaction("Import {}", "3", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((make_document(TEXT, f"n{number}"), [ready] * (number == 3)) for number in (1, 2, 3))
    return Clock(empty_project)


def worked(clock):
    """Ani: 1 for 10 + 5 seconds and done; after lunch, 2 for 20 seconds, in which she takes one step back and brings it again."""
    clock.open("ani", 1)
    clock.do("ani", 0, label(0, 5))
    clock.do("ani", 10, label(21, 27))
    clock.do("ani", 5, documents.mark_done)
    clock.open("ani", 2)
    clock.do("ani", 3600, label(0, 5))
    clock.do("ani", 8, "undo")
    clock.do("ani", 2, "redo")
    clock.do("ani", 10, label(45, 52, "GPE"))


def test_time_counts_for_the_document_of_the_later_step_and_breaks_do_not(clock):
    worked(clock)
    connection = clock.project.connection
    assert figures_work.times(connection).documents == [
        DocumentTime(2, "n2", "ani", 20.0, 4, done=False),
        DocumentTime(1, "n1", "ani", 15.0, 3, done=True),
    ]
    longer = {one.document_id: one.seconds for one in figures_work.times(connection, pause=3600).documents}
    assert longer == {1: 15.0, 2: 3620.0}, "as long as the pause is no break yet"
    shorter = {one.document_id: one.seconds for one in figures_work.times(connection, pause=8).documents}
    assert shorter == {1: 5.0, 2: 10.0}


def test_a_document_is_done_on_one_day_whatever_is_said_of_it_later(clock):
    clock.open("ani", 1)
    clock.do("ani", 0, documents.mark_done)
    clock.do("ani", 24 * 3600, documents.toggle_flag)
    assert [(one.edits, one.done) for one in figures.days(clock.project.connection)] == [(1, 0), (1, 1)]


def test_time_goes_on_from_the_last_step_where_the_computer_s_clock_was_set_back(clock):
    clock.open("ani", 1)
    clock.do("ani", 0, label(0, 5))
    clock.do("ani", -3600, label(21, 27))
    clock.do("ani", 10, label(36, 41))
    assert [one.seconds for one in figures_work.times(clock.project.connection).documents] == [10.0]


def test_actions_are_told_apart_by_what_the_history_calls_them(clock):
    worked(clock)
    connection = clock.project.connection
    assert figures_work.times(connection).actions == [
        ActionTime("Label as {}", "ani", 4, 2, 10.0, 10.0),
        ActionTime("Mark the {} done", "ani", 1, 1, 5.0, 5.0),
        ActionTime(REDO, "ani", 1, 1, 2.0, 2.0),
        ActionTime(UNDO, "ani", 1, 1, 8.0, 8.0),
    ]


def test_each_annotator_has_a_clock_of_their_own(clock):
    clock.open("ani", 1)
    clock.open("budi", 1)
    clock.do("ani", 0, label(0, 5))
    clock.do("budi", 100, label(0, 5))
    clock.do("ani", 50, label(21, 27))
    clock.do("budi", 60, documents.mark_done)
    connection = clock.project.connection
    assert {(one.annotator, one.seconds, one.done) for one in figures_work.times(connection).documents} == {
        ("ani", 150.0, False),
        ("budi", 110.0, True),
    }
    together = figures_work.times(connection).together
    assert [(one.action, one.annotator, one.count, one.timed) for one in together] == [
        ("Label as {}", "", 3, 1),
        ("Mark the {} done", "", 1, 1),
    ]
    assert figures_work.times(connection).paces == [
        Pace("ani", 150.0, 1, 0, 0.0, 0.0, 0.0),
        Pace("budi", 110.0, 1, 1, 110.0, 110.0, 3600 / 110),
    ]


def test_days_tell_time_and_documents_beside_what_stands(clock):
    worked(clock)
    clock.do("ani", 60, "undo")
    clock.open("ani", 1)
    clock.do("ani", 24 * 3600, label(36, 41))
    connection = clock.project.connection
    first, second = (datetime(2025, 6, day, 9, tzinfo=UTC).astimezone().date().isoformat() for day in (2, 3))
    assert figures_work.day_work(connection) == [
        DayWork(second, "ani", 1, 0, 0.0, 1),
        DayWork(first, "ani", 4, 1, 95.0, 2),
    ]
    assert [(one.day, one.annotator, one.edits, one.done) for one in figures.days(connection)] == [
        (second, "ani", 1, 0),
        (first, "ani", 4, 1),
    ]


def test_progress_adds_up_to_what_is_done_now(clock):
    worked(clock)
    connection = clock.project.connection
    day = START.astimezone().date().isoformat()
    assert figures_work.done_by_day(connection) == [Done("", "ani", 1), Done(day, "ani", 1)], "the third came done"
    clock.open("ani", 1)
    clock.do("ani", 24 * 3600, documents.reopen)
    later = (START + timedelta(days=1)).astimezone().date().isoformat()
    assert figures_work.done_by_day(connection) == [Done("", "ani", 1), Done(day, "ani", 1), Done(later, "ani", -1)]
    clock.do("ani", 60, documents.mark_done)
    assert figures_work.done_by_day(connection) == [Done("", "ani", 1), Done(day, "ani", 1)], "that day ends as it began"
    clock.do("ani", 60, "undo")
    clock.do("ani", 60, "undo")
    clock.do("ani", 60, documents.reopen)
    assert figures_work.done_by_day(connection) == [Done("", "ani", 1), Done(day, "ani", 1), Done(later, "ani", -1)]


def test_what_was_taken_back_is_no_progress(clock):
    clock.open("ani", 1)
    clock.do("ani", 0, documents.mark_done)
    clock.do("ani", 5, "undo")
    assert figures_work.done_by_day(clock.project.connection) == [Done("", "ani", 1)]
    clock.do("ani", 5, "redo")
    day = START.astimezone().date().isoformat()
    assert figures_work.done_by_day(clock.project.connection) == [Done("", "ani", 1), Done(day, "ani", 1)]


def test_progress_is_that_of_persons_whoever_made_the_step(clock):
    clock.open("ani", 1)
    mine = clock.sets["ani"]
    with clock.project.transaction("Mark {} done", "all", actor="lead", lane=Lane.JOB) as tx:
        tx.put_set(mine, SetInfo(1, "ani", Kind.PERSON, Status.DONE))
        tx.put_set(tx.add_set(SetInfo(1, "judge", Kind.GOLD)), SetInfo(1, "judge", Kind.GOLD, Status.DONE))
        tx.add_set(SetInfo(2, "budi", Kind.PERSON, Status.DONE))
    today = datetime.now().astimezone().date().isoformat()
    found = figures_work.done_by_day(clock.project.connection)
    assert [(one.annotator, one.documents) for one in found] == [("ani", 1), ("ani", 1), ("budi", 1)]
    assert found[0].day == "" < found[1].day <= today


def test_what_was_pruned_is_under_no_day(clock):
    worked(clock)
    connection = clock.project.connection
    while journal.prune(connection, clock.last() - 2):
        pass
    assert figures_work.done_by_day(connection) == [Done("", "ani", 2)]
    assert figures_work.times(connection).documents == [DocumentTime(2, "n2", "ani", 0.0, 1, done=False)]
    assert [one.edits for one in figures_work.day_work(connection)] == [1]


def test_a_step_over_several_documents_has_its_time_by_the_day_alone(clock):
    worked(clock)
    before = figures_work.times(clock.project.connection).documents
    one, two = (clock.session("ani").open_document(number).set_id for number in (1, 2))
    with clock.project.transaction("Flag {}", "all", actor="ani") as tx:
        for set_id in (one, two):
            info = tx.set_info(set_id)
            tx.put_set(set_id, SetInfo(info.document_id, "ani", Kind.PERSON, info.status, flagged=True))
    at = (clock.now + timedelta(seconds=30)).isoformat(timespec="milliseconds")
    clock.project.connection.execute("UPDATE steps SET at = ? WHERE text = 'Flag {}'", (at,))
    assert figures_work.times(clock.project.connection).documents == before
    (day,) = figures_work.day_work(clock.project.connection)
    assert (day.seconds, day.documents) == (65.0, 2)
    assert ActionTime("Flag {}", "ani", 1, 1, 30.0, 30.0) in figures_work.times(clock.project.connection).actions


def test_a_step_over_all_documents_is_work_on_each_but_time_for_none(clock):
    """Wherever it begins and ends: a label's new name is written span by span, then verdict by verdict, here in 3, 1, 2 and 3 again."""
    sets = {number: clock.session("ani").open_document(number).set_id for number in (3, 1, 2)}
    clock.session("ani").close_document()
    with clock.project.transaction("Import {}", "labels", actor="import", lane=Lane.JOB) as tx:
        tx.put_scheme(LabelScheme("news", (SpanLabel("PERSON"),)))
        for set_id in sets.values():
            tx.put(set_id, Span("s", ((0, 5),), "PERSON"))
        tx.put(sets[3], Verdict("PERSON@21-27", "m"))
    change_scheme(clock.session("ani"), renamed(clock.project.scheme, Part.SPANS, "PERSON", "ORANG"))
    connection = clock.project.connection
    rows = connection.execute("SELECT set_id FROM changes WHERE step_id = ? AND set_id > 0 ORDER BY number", (clock.last(),))
    touched = [row[0] for row in rows]
    assert (touched[0], touched[-1], set(touched)) == (sets[3], sets[3], set(sets.values()))
    for back, expected in ((None, 3), ("undo", 0), ("redo", 3)):
        if back:
            clock.do("ani", 5, back)
        assert figures_work.times(connection).documents == []
        days = figures_work.day_work(connection)
        assert sum(day.documents for day in days) == expected
        assert all(len(figures_behind.worked_on(connection, "ani", day.day, day.day)) == day.documents for day in days)
    clock.sets["ani"] = sets[2]
    clock.do("ani", 5, label(21, 27, "ORANG"))
    assert [(one.document_id, one.edits) for one in figures_work.times(connection).documents] == [(2, 1)]


def test_a_step_over_several_sets_of_one_document_counts_for_it(clock):
    mine = clock.session("ani").open_document(1).set_id
    clock.session("ani").close_document()
    with clock.project.transaction("Settle {}", "it", actor="ani") as tx:
        tx.put(mine, Span("s", ((0, 5),), "PERSON"))
        tx.put(tx.add_set(SetInfo(1, "judge", Kind.GOLD)), Span("s", ((0, 5),), "PERSON"))
    assert [(one.document_id, one.edits) for one in figures_work.times(clock.project.connection).documents] == [(1, 1)]
    clock.session("ani").undo()
    assert [(one.document_id, one.edits) for one in figures_work.times(clock.project.connection).documents] == [(1, 2)]


def test_what_was_taken_back_was_not_worked_on_but_took_its_time(clock):
    clock.open("ani", 1)
    clock.do("ani", 0, label(0, 5))
    clock.do("ani", 7, "undo")
    (day,) = figures_work.day_work(clock.project.connection)
    assert (day.edits, day.documents, day.seconds) == (0, 0, 7.0)
    clock.do("ani", 7, "redo")
    (day,) = figures_work.day_work(clock.project.connection)
    assert (day.edits, day.documents, day.seconds) == (1, 1, 14.0)


def test_what_the_program_took_back_after_a_kill_is_nobodys_work(clock):
    """The recovery is no person, and the other one, who is called so, is."""
    clock.open("ani", 1)
    clock.do("ani", 0, label(0, 5))
    project, set_id = clock.project, clock.sets["ani"]
    step = project.begin_step("Rename or merge {}", "it", actor="ani", lane=Lane.EDIT)
    with project.transaction("Rename or merge {}", "it", actor="ani", step_id=step) as tx:
        tx.put(set_id, Span("more", ((21, 27),), "PERSON"))
    project.recover()
    connection = project.connection
    assert [entry.undoes for entry in journal.steps(connection)][-1] == step, "it was taken back by a step"
    found = figures_work.work(connection)
    for entries in (found.days, found.documents, found.actions, found.paces):
        assert {entry.annotator for entry in entries} == {"ani"}
    assert "Undo" not in {entry.action for entry in found.together}
    other = clock.session("recovery")
    other.execute(spans.add_span(other.open_document(2).set_id, ((0, 5),), "PERSON"))
    other.undo()
    counts = {entry.action: entry.count for entry in figures_work.times(connection).actions if entry.annotator == "recovery"}
    assert counts == {"Label as {}": 1, UNDO: 1}


@pytest.mark.parametrize("walk", [figures.days, figures_work.done_by_day, figures_work.day_work, figures_work.times])
def test_the_history_is_walked_step_by_step(clock, walk):
    """Through the sets, each change would be looked up on its own, all over the file."""
    asked: list[str] = []
    connection = clock.project.connection
    connection.set_trace_callback(asked.append)
    walk(connection)
    connection.set_trace_callback(None)
    plans = [row[3] for sql in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    changes = [line for line in plans if line.split()[1] == "c"]
    assert changes
    assert [line for line in changes if line != "SEARCH c USING PRIMARY KEY (step_id=?)"] == []


def test_steps_of_jobs_and_of_the_program_are_no_work(clock, make_document):
    with clock.project.transaction("Import {}", "more", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(TEXT, "n4"), [])])
    clock.open("ani", 4)
    connection = clock.project.connection
    assert connection.execute("SELECT count(*) FROM steps WHERE lane = 'system'").fetchone()[0] == 1
    assert figures_work.times(connection).documents == []
    assert figures_work.day_work(connection) == []
    assert figures_work.times(connection).paces == []


def test_documents_that_are_gone_have_no_time_but_the_day_has_it(clock, make_document):
    with clock.project.transaction("Import {}", "more", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(TEXT, "n4"), [])])
        step = tx.step_id
    clock.open("ani", 4)
    clock.do("ani", 0, label(0, 5))
    clock.do("ani", 7, "undo")
    clock.session("ani").close_document()
    clock.project.undo_step(step, "ani")
    connection = clock.project.connection
    assert figures_work.times(connection).documents == []
    ((edits, seconds),) = [(one.edits, one.seconds) for one in figures_work.day_work(connection)]
    assert (edits, seconds) == (0, 7.0)


@pytest.mark.parametrize(
    ("at", "seconds"), [("2025-06-02T07:59:00.000+00:00", 0.0), ("not a time", 0.0), ("2025-06-02T08:01:00+00:00", 60.0)]
)
def test_a_clock_that_goes_back_or_says_nothing_counts_nothing(clock, at, seconds):
    clock.open("ani", 1)
    clock.do("ani", 0, label(0, 5))
    clock.do("ani", 1, label(21, 27))
    clock.project.connection.execute("UPDATE steps SET at = ? WHERE id = ?", (at, clock.last()))
    (document,) = figures_work.times(clock.project.connection).documents
    assert (document.seconds, document.edits) == (seconds, 2)
    assert sum(one.edits for one in figures_work.day_work(clock.project.connection)) == 2


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of this system cannot be set for a test")
@pytest.mark.parametrize(("zone", "day"), [("Asia/Jayapura", "2025-06-03"), ("America/Lima", "2025-06-02"), ("UTC", "2025-06-02")])
def test_days_are_those_of_this_computer(clock, monkeypatch, zone, day):
    clock.now = datetime(2025, 6, 2, 20, 0, tzinfo=UTC)
    clock.open("ani", 1)
    clock.do("ani", 0, documents.mark_done)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        connection = clock.project.connection
        assert [one.day for one in figures_work.day_work(connection)] == [day]
        assert figures_work.done_by_day(connection)[-1] == Done(day, "ani", 1)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_everything_in_one_walk_is_what_each_says(clock):
    worked(clock)
    connection = clock.project.connection
    found = figures_work.work(connection, 15.0)
    assert found.done == figures_work.done_by_day(connection)
    assert found.documents == figures_work.times(connection, 15.0).documents
    assert found.actions == figures_work.times(connection, 15.0).actions
    assert found.together == figures_work.times(connection, 15.0).together
    assert found.days == figures_work.day_work(connection, 15.0)
    assert found.paces == figures_work.times(connection, 15.0).paces
    some = figures_work.times(connection, 15.0)
    assert (some.documents, some.actions, some.together, some.paces) == (
        found.documents,
        found.actions,
        found.together,
        found.paces,
    )


def test_a_percentile_is_a_value_that_was_there():
    assert [percentile([], share) for share in (50, 90)] == [0.0, 0.0]
    assert [percentile([3.0], share) for share in (0, 50, 100)] == [3.0, 3.0, 3.0]
    assert percentile([1.0, 2.0], 50) == 1.0
    ten = [float(number) for number in range(1, 11)]
    assert [percentile(ten, share) for share in (10, 50, 90, 91, 100)] == [1.0, 5.0, 9.0, 10.0, 10.0]
