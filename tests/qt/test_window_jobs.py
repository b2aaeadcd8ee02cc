"""Long work beside the window: everything it brings arrives in the window's own thread."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from annotator.domain.progress import Cancelled, Progress
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.ui.jobs import WindowJobs


@pytest.fixture
def jobs(qapp):
    made = WindowJobs()
    yield made
    made.close()


@pytest.fixture
def thread():
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_what_is_posted_from_a_thread_runs_in_the_windows(jobs, thread, qtbot):
    ran: list[threading.Thread] = []
    thread.submit(jobs.post, lambda: ran.append(threading.current_thread())).result()
    assert ran == [], "not before the window's loop comes to it"
    qtbot.waitUntil(lambda: bool(ran))
    assert ran == [threading.main_thread()]


def test_what_is_posted_runs_in_order(jobs, thread, qtbot):
    ran: list[int] = []
    thread.submit(lambda: [jobs.post(lambda number=number: ran.append(number)) for number in range(100)]).result()
    qtbot.waitUntil(lambda: len(ran) == 100)
    assert ran == list(range(100))


def test_a_call_in_the_window_brings_its_result_back(jobs, thread, qtbot):
    waiting = thread.submit(lambda: jobs.in_window(lambda: (threading.current_thread(), 7)))
    qtbot.waitUntil(waiting.done)
    assert waiting.result() == (threading.main_thread(), 7)


@pytest.mark.parametrize("error", [ValueError("wrong"), AnnotatorError("refused"), TimeoutError("too late")])
def test_a_call_in_the_window_raises_where_it_was_asked_for(jobs, thread, qtbot, error):
    def fail() -> None:
        raise error

    waiting = thread.submit(lambda: jobs.in_window(fail))
    qtbot.waitUntil(waiting.done)
    assert waiting.exception() is error


def test_closing_while_a_call_waits_cancels_it(jobs, thread):
    ran: list[int] = []
    waiting = thread.submit(lambda: jobs.in_window(lambda: ran.append(1)))
    time.sleep(0.05)  # so that it is posted; the outcome is the same if it is not
    jobs.close()
    assert isinstance(waiting.exception(timeout=10), Cancelled)
    assert ran == []


def test_a_cancelled_call_does_not_run_later(jobs, thread, qapp):
    ran: list[int] = []
    waiting = thread.submit(lambda: jobs.in_window(lambda: ran.append(1)))
    jobs.close()
    waiting.exception(timeout=10)
    for _ in range(5):
        qapp.processEvents()
    assert ran == []


def test_a_job_ends_in_the_windows_thread(jobs, qtbot):
    seen: list[object] = []

    def work(progress: Progress) -> str:
        progress.start("Counting", 2)
        progress.advance()
        return threading.current_thread().name

    def done(name: str) -> None:
        seen.append((name != threading.main_thread().name, threading.current_thread() is threading.main_thread()))

    jobs.runner.start(Job("count", work), done=done)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(True, True)]


def test_the_worker_is_another_process_and_its_result_comes_back(jobs, thread):
    found = thread.submit(jobs.awaited, Progress(), os.getpid)
    assert found.result(timeout=60) != os.getpid()


def test_what_the_worker_raises_is_raised_here(jobs, thread):
    failing = thread.submit(jobs.awaited, Progress(), int, "seven")
    assert isinstance(failing.exception(timeout=60), ValueError)


def test_a_cancel_ends_the_worker_in_the_midst_of_its_work(jobs, thread):
    progress = Progress()
    waiting = thread.submit(jobs.awaited, progress, time.sleep, 60)
    progress.cancel()
    assert isinstance(waiting.exception(timeout=30), Cancelled)
    assert not jobs.worker.started
    assert thread.submit(jobs.awaited, Progress(), abs, -7).result(timeout=60) == 7, "the next work has a new process"


def test_closing_cancels_what_the_worker_is_at(jobs):
    ended: list[str] = []

    def work(progress: Progress) -> None:
        try:
            jobs.awaited(progress, time.sleep, 60)
        except Cancelled:
            ended.append("cancelled")
            raise

    jobs.runner.start(Job("sleep", work), done=lambda _: ended.append("done"))
    jobs.close()
    assert ended in (["cancelled"], []), "it was stopped, or never begun"
    assert not jobs.worker.started


def test_closing_twice_is_harmless(jobs):
    jobs.close()
    jobs.close()
