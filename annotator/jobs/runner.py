"""Two ways to run a job: at once, for the command line and tests, or in a thread, for the window."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from annotator.domain.progress import Cancelled, Progress
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job

T = TypeVar("T")

Post = Callable[[Callable[[], None]], None]
"""Has a function called in the caller's own thread, soon; may itself be called from any thread."""

_logger = logging.getLogger(__name__)


def run_now(job: Job[T], progress: Progress | None = None) -> T:
    """Run a job in this thread and return its result; whatever it raises, ``Cancelled`` too, comes through."""
    return job.work(progress if progress is not None else Progress())


def _nothing(*_: object) -> None:
    pass


class RunningJob:
    """A handle on a job that was given to a ``ThreadRunner``: what it is, how far it is, and the way to stop it.

    ``ended`` is set when the work has ended, in whatever way, and its callback has been posted.
    """

    def __init__(self, title: str, progress: Progress) -> None:
        self.title = title
        self.progress = progress
        self.ended = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop; harmless when it has ended.  A job that still waits for a thread never begins."""
        self.progress.cancel()


class ThreadRunner:
    """Runs jobs in a few threads and brings every outcome back through ``post``.

    Exactly one of ``done``, ``failed`` and ``cancelled`` is called for a job, and always through ``post``, so that they may touch
    widgets.  ``progressed`` is called with the job's ``Progress``, but not again before the last call has run: a job that advances
    fast cannot flood the window.  After ``shutdown`` nothing is called any more.
    """

    def __init__(self, post: Post, *, threads: int = 2) -> None:
        self._post = post
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._running: list[RunningJob] = []
        self._closed = False

    @property
    def running(self) -> tuple[RunningJob, ...]:
        """The jobs that have not ended, the oldest first; those that wait for a thread too."""
        with self._lock:
            return tuple(self._running)

    def start(
        self,
        job: Job[T],
        *,
        done: Callable[[T], None] = _nothing,
        failed: Callable[[BaseException], None] = _nothing,
        cancelled: Callable[[], None] = _nothing,
        progressed: Callable[[Progress], None] = _nothing,
    ) -> RunningJob:
        """Begin a job as soon as a thread is free, and return at once.

        After ``shutdown`` it never begins: a window that closes may still be told of what it would have read anew.
        """
        handle = RunningJob(job.title, Progress(listener=self._relay(progressed)))
        with self._lock:
            if self._closed:
                handle.cancel()
                handle.ended.set()
                return handle
            self._running.append(handle)
        self._threads.submit(self._run, handle, job.work, done, failed, cancelled)
        return handle

    def shutdown(self, *, wait: bool = True) -> None:
        """Cancel everything, by default wait until the threads have ended, and deliver nothing any more."""
        with self._lock:
            self._closed = True
            handles = tuple(self._running)
        for handle in handles:
            handle.cancel()
        self._threads.shutdown(wait=wait)

    def _run(
        self,
        handle: RunningJob,
        work: Callable[[Progress], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None],
        cancelled: Callable[[], None],
    ) -> None:
        outcome = cancelled
        try:
            if not handle.progress.cancelled:
                result = work(handle.progress)
                outcome = lambda: done(result)  # noqa: E731 - one of three outcomes, all called in the same way
        except Cancelled:
            pass
        except BaseException as error:  # a thread has nobody above it: SystemExit too must reach the window
            if not isinstance(error, AnnotatorError):
                _logger.exception("The job “%s” failed", handle.title)
            failure = error
            outcome = lambda: failed(failure)  # noqa: E731
        with self._lock:
            self._running.remove(handle)
        try:
            self._deliver(outcome)
        finally:
            handle.ended.set()

    def _relay(self, progressed: Callable[[Progress], None]) -> Callable[[Progress], None] | None:
        if progressed is _nothing:
            return None
        on_the_way = threading.Event()

        def listener(progress: Progress) -> None:
            if not on_the_way.is_set():
                on_the_way.set()
                self._deliver(lambda: arrive(progress))

        def arrive(progress: Progress) -> None:
            on_the_way.clear()
            progressed(progress)

        return listener

    def _deliver(self, call: Callable[[], None]) -> None:
        def guarded() -> None:
            if not self._closed:
                call()

        if not self._closed:
            self._post(guarded)
