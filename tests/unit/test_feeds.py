"""Pages from beside the window: taken one at a time, and none after a stop."""

from __future__ import annotations

import threading
import time
from collections import deque

import pytest

from annotator.domain.progress import Progress
from annotator.errors import ProjectError
from annotator.jobs.job import Job
from annotator.jobs.runner import ThreadRunner
from annotator.store import queries
from annotator.ui import feeds
from annotator.ui.feeds import Feed


class Jobs:
    """The window's jobs without a window: what is posted waits until ``turn``."""

    def __init__(self):
        self.waiting = deque()
        self.runner = ThreadRunner(self.post)

    def post(self, call):
        self.waiting.append(call)

    def turn(self, until, patience=20.0):
        end = time.monotonic() + patience
        while not until():
            assert time.monotonic() < end
            if self.waiting:
                self.waiting.popleft()()
            else:
                time.sleep(0.002)


@pytest.fixture
def jobs():
    made = Jobs()
    yield made
    made.runner.shutdown()


class Taker:
    def __init__(self):
        self.pages, self.ended, self.errors = [], 0, []

    def done(self):
        self.ended += 1

    def start(self, feed, project, pages):
        feed.start(project, "Reading", pages, take=self.pages.append, done=self.done, failed=self.errors.append)


def names(connection, _progress):
    for (name,) in connection.execute("SELECT name FROM documents ORDER BY id"):
        yield name


@pytest.mark.parametrize("with_jobs", [False, True])
def test_pages_come_in_order_and_then_the_end(project, jobs, with_jobs):
    feed, taker = Feed(jobs if with_jobs else None), Taker()
    taker.start(feed, project, names)
    assert feed.running is with_jobs
    jobs.turn(lambda: taker.ended)
    assert taker.pages == ["first", "second", "third"]
    assert (taker.ended, taker.errors, feed.running) == (1, [], False)


def test_reading_waits_until_a_page_is_taken_and_nothing_comes_after_a_stop(project, jobs):
    read = []
    closed = threading.Event()

    def pages(connection, progress):
        try:
            for number in range(1000):
                read.append(number)
                yield number
        finally:
            closed.set()
            assert queries.document_count(connection) == 3, "the connection is open until the reading has ended"

    feed, taker = Feed(jobs), Taker()
    taker.start(feed, project, pages)
    jobs.turn(lambda: len(taker.pages) == 3)
    assert len(read) <= 4
    feed.stop(wait=True)
    assert closed.is_set()
    for call in list(jobs.waiting):
        call()
    assert taker.pages == [0, 1, 2]
    assert (taker.ended, taker.errors, feed.running) == (0, [], False)


def test_another_start_takes_the_place_of_the_first(project, jobs):
    feed, first, second = Feed(jobs), Taker(), Taker()
    first.start(feed, project, names)
    second.start(feed, project, names)
    jobs.turn(lambda: second.ended)
    assert (first.pages, first.ended) == ([], 0)
    assert len(second.pages) == 3


@pytest.mark.parametrize("with_jobs", [False, True])
def test_what_cannot_be_read_comes_as_a_sentence(project, jobs, with_jobs):
    def pages(connection, _progress: Progress):
        yield 1
        connection.execute("SELECT * FROM documents")
        project.path.stat()
        raise ProjectError("The file is damaged.")

    feed, taker = Feed(jobs if with_jobs else None), Taker()
    taker.start(feed, project, pages)
    jobs.turn(lambda: taker.errors)
    assert taker.pages == [1]
    assert [str(error) for error in taker.errors] == ["The file is damaged."]
    assert taker.ended == 0


def test_a_stop_does_not_wait_for_a_job_that_has_no_thread_yet(project, jobs, monkeypatch):
    monkeypatch.setattr(feeds, "PATIENCE", 3600.0)  # longer than a test may take
    gate = threading.Event()

    for _ in range(2):  # as many as there are threads
        jobs.runner.start(Job("waiting", lambda _: gate.wait(20)))
    feed, taker = Feed(jobs), Taker()
    taker.start(feed, project, names)
    feed.stop(wait=True)
    assert not gate.is_set()
    gate.set()
    assert taker.pages == []
