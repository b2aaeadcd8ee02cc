"""Long work: at once, in threads, and in other processes."""

import math
import operator
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.domain.progress import Cancelled, Progress
from annotator.errors import AnnotatorError, FormatError
from annotator.jobs.job import Job
from annotator.jobs.runner import ThreadRunner, run_now
from annotator.jobs.workers import WorkerEnded, WorkerProcess

PATIENCE = 60  # seconds after which something has gone wrong, whatever else the machine is doing


class Window:
    """Stands for the thread of the window: calls what was posted when it is told to."""

    def __init__(self):
        self.posted = queue.Queue()
        self.heard = []

    def hear(self, name):
        return lambda *values: self.heard.append((name, threading.current_thread(), *values))

    def turn(self):
        self.posted.get(timeout=PATIENCE)()

    def turn_all(self):
        while not self.posted.empty():
            self.posted.get_nowait()()

    def callbacks(self):
        return {name: self.hear(name) for name in ("done", "failed", "cancelled")}


@pytest.fixture
def window():
    return Window()


@pytest.fixture
def runner(window):
    runner = ThreadRunner(window.posted.put, threads=1)
    yield runner
    runner.shutdown()


# At once


def test_run_now_returns_the_result():
    def work(progress: Progress) -> int:
        progress.start("counting", 3)
        progress.advance(3)
        return progress.done

    assert run_now(Job("Count", work)) == 3


def test_run_now_uses_the_progress_it_is_given():
    seen = []
    progress = Progress(listener=lambda progress: seen.append((progress.what, progress.done, progress.total)))
    run_now(Job("Count", lambda progress: (progress.start("counting", 2), progress.advance(2))), progress)
    assert seen == [("counting", 0, 2), ("counting", 2, 2)]


def test_run_now_lets_errors_and_cancelling_through():
    def fail(_: Progress) -> None:
        raise FormatError("The file is empty.")

    with pytest.raises(FormatError, match="The file is empty"):
        run_now(Job("Read", fail))
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        run_now(Job("Read", lambda progress: progress.advance()), progress)


# In threads


def test_the_result_arrives_in_the_callers_thread(window, runner):
    where = []

    def work(_: Progress) -> str:
        where.append(threading.current_thread())
        return "result"

    handle = runner.start(Job("Work", work), **window.callbacks())
    window.turn()
    assert window.heard == [("done", threading.current_thread(), "result")]
    assert where[0] is not threading.current_thread()
    assert handle.ended.wait(PATIENCE)
    assert runner.running == ()


def test_a_sentence_arrives_as_a_failure_and_is_no_defect_in_the_log(window, runner, caplog):
    error = FormatError("The file is empty.")

    def work(_: Progress) -> None:
        raise error

    runner.start(Job("Read", work), **window.callbacks())
    window.turn()
    assert window.heard == [("failed", threading.current_thread(), error)]
    assert caplog.records == []


@pytest.mark.parametrize("kind", [ZeroDivisionError, SystemExit])
def test_a_defect_arrives_as_a_failure_and_stands_in_the_log(window, runner, caplog, kind):
    def work(_: Progress) -> None:
        raise kind("oops")

    runner.start(Job("Divide", work), **window.callbacks())
    window.turn()
    assert window.heard[0][0] == "failed"
    assert isinstance(window.heard[0][2], kind)
    assert [record.getMessage() for record in caplog.records] == ["The job “Divide” failed"]
    caplog.clear()


def test_a_running_job_is_cancelled_at_its_next_advance(window, runner):
    begun, go_on = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        go_on.wait(PATIENCE)
        progress.advance()

    handle = runner.start(Job("Work", work), **window.callbacks())
    assert begun.wait(PATIENCE)
    assert runner.running == (handle,)
    assert not handle.ended.is_set()
    handle.cancel()
    go_on.set()
    window.turn()
    assert window.heard == [("cancelled", threading.current_thread())]


def test_a_job_cancelled_in_the_queue_never_begins(window, runner):
    begun, go_on = threading.Event(), threading.Event()
    ran = []

    def first(_: Progress) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    runner.start(Job("First", first))
    assert begun.wait(PATIENCE)
    second = runner.start(Job("Second", lambda _: ran.append(1)), **window.callbacks())
    second.cancel()
    go_on.set()
    assert second.ended.wait(PATIENCE)
    window.turn_all()
    assert window.heard == [("cancelled", threading.current_thread())]
    assert ran == []


def test_fast_progress_does_not_flood_the_window(window, runner):
    def work(progress: Progress) -> None:
        progress.start("counting", 1000)
        for _ in range(1000):
            progress.advance()

    seen = []
    handle = runner.start(Job("Count", work), progressed=lambda progress: seen.append(progress.done))
    assert handle.ended.wait(PATIENCE)
    assert window.posted.qsize() == 2  # one progress, and the outcome
    window.turn_all()
    assert seen == [1000]


def test_progress_is_told_again_once_it_was_heard(window, runner):
    go_on = threading.Event()

    def work(progress: Progress) -> None:
        progress.advance()
        go_on.wait(PATIENCE)
        progress.advance()

    seen = []
    handle = runner.start(Job("Count", work), progressed=lambda progress: seen.append(progress.done))
    window.turn()
    go_on.set()
    assert handle.ended.wait(PATIENCE)
    window.turn_all()
    assert seen == [1, 2]


def test_after_shutdown_nothing_is_delivered_and_nothing_begins(window, runner):
    begun, go_on = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        while not progress.cancelled:
            go_on.wait(0.01)
        progress.advance()

    handle = runner.start(Job("Work", work), **window.callbacks())
    waiting = runner.start(Job("Later", work), **window.callbacks())
    assert begun.wait(PATIENCE)
    runner.shutdown()
    assert handle.ended.is_set()
    assert waiting.ended.is_set()
    window.turn_all()
    assert window.heard == []
    begun.clear()
    late = runner.start(Job("Too late", work), **window.callbacks())
    assert late.ended.is_set()
    assert late.progress.cancelled
    assert late not in runner.running
    window.turn_all()
    assert window.heard == []
    assert not begun.is_set()


def test_what_was_posted_before_shutdown_is_not_called_after_it(window, runner):
    handle = runner.start(Job("Work", lambda _: 1), **window.callbacks())
    assert handle.ended.wait(PATIENCE)
    runner.shutdown()
    window.turn_all()
    assert window.heard == []


# In other processes: only functions of the standard library, because a child imports no test module


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    worker = WorkerProcess()
    yield worker
    worker.close(kill=True)


def test_a_worker_starts_at_the_first_need_and_stays(worker):
    assert not worker.started
    first = worker.submit(os.getpid).result(PATIENCE)
    assert first != os.getpid()
    assert worker.started
    assert worker.submit(os.getpid).result(PATIENCE) == first


def test_what_a_function_raises_is_raised_here(worker):
    with pytest.raises(ValueError, match="invalid literal"):
        worker.submit(int, "x").result(PATIENCE)
    assert worker.submit(operator.add, 2, 3).result(PATIENCE) == 5


def test_batches_come_back_in_order_and_are_read_only_so_far_ahead(worker):
    taken = []

    def batches() -> Iterator[int]:
        for number in range(6):
            taken.append(number)
            yield number

    results = worker.map_ordered(math.factorial, batches(), ahead=2)
    assert taken == []
    assert next(results) == 1
    assert taken == [0, 1]
    assert next(results) == 1
    assert taken == [0, 1, 2]
    assert list(results) == [2, 6, 24, 120]


def test_no_batches_start_no_process(worker):
    assert list(worker.map_ordered(math.factorial, [])) == []
    assert not worker.started


def test_an_error_ends_the_stream_after_the_sound_results(worker):
    results = worker.map_ordered(int, ["1", "x", "3"])
    assert next(results) == 1
    with pytest.raises(ValueError, match="'x'"):
        next(results)
    assert worker.submit(int, "4").result(PATIENCE) == 4


def test_leaving_a_stream_early_drops_what_is_queued(worker):
    results = worker.map_ordered(math.factorial, range(100), ahead=3)
    assert next(results) == 1
    results.close()
    assert worker.submit(operator.add, 2, 3).result(PATIENCE) == 5


def test_two_processes_keep_the_order():
    worker = WorkerProcess(2)
    try:
        assert list(worker.map_ordered(math.factorial, range(8))) == [math.factorial(number) for number in range(8)]
    finally:
        worker.close()


def test_a_dead_worker_gives_a_sentence_and_the_next_call_a_new_one(worker):
    with pytest.raises(WorkerEnded, match=r"^The helper process ended before its work was done.*at a time\.$") as caught:
        worker.submit(os._exit, 3).result(PATIENCE)
    assert isinstance(caught.value, AnnotatorError)
    assert worker.submit(operator.add, 2, 3).result(PATIENCE) == 5


def test_a_dead_worker_ends_a_stream_with_a_sentence(worker):
    results = worker.map_ordered(os._exit, [3])
    with pytest.raises(WorkerEnded):
        next(results)


def test_killing_ends_work_that_would_take_a_minute_and_cancels_the_rest(worker):
    worker.submit(os.getpid).result(PATIENCE)
    at_work = worker.submit(time.sleep, 10 * PATIENCE)
    queued = [worker.submit(time.sleep, 10 * PATIENCE) for _ in range(3)]
    worker.close(kill=True)
    for future in (at_work, *queued):
        with pytest.raises(Cancelled):
            future.result(PATIENCE)
    assert not worker.started
    assert worker.submit(operator.add, 2, 3).result(PATIENCE) == 5


def test_queued_work_can_be_cancelled(worker):
    begun = worker.submit(time.sleep, 0.2)
    queued = [worker.submit(operator.add, 2, 3) for _ in range(5)]
    assert queued[-1].cancel()
    assert queued[-1].cancelled()
    assert begun.result(PATIENCE) is None
    assert queued[0].result(PATIENCE) == 5


def test_closing_twice_or_before_any_work_is_harmless():
    worker = WorkerProcess()
    worker.close()
    worker.close(kill=True)
    assert not worker.started


_KILLED = """
import os, sys, time
from annotator.jobs.workers import WorkerProcess
if __name__ == "__main__":
    worker = WorkerProcess()
    print(worker.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a process by its number as POSIX does")
def test_a_worker_ends_with_a_killed_parent(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(_KILLED, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    for _ in range(600):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{worker}/stat").exists() and Path(f"/proc/{worker}/stat").read_text().split(")")[1].split()[0] == "Z":
            return  # ended; nobody has asked for its status yet
        time.sleep(0.1)
    pytest.fail("the worker outlived its parent")
