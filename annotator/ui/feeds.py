"""What is read in pages beside the window: a job reads with a connection of its own, and the window takes page by page.

A page is read only after the last one was taken, so that a fast reader cannot flood the window, and nothing arrives after a stop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

from annotator.domain.progress import Cancelled, Progress
from annotator.jobs.job import Job
from annotator.store.project import Project
from annotator.store.queries import Connection

if TYPE_CHECKING:
    from annotator.jobs.runner import RunningJob
    from annotator.ui.jobs import WindowJobs

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that ``stop`` waits for the reading connection to be closed."""


class Feed:
    """One stream of pages at a time.

    ``jobs`` are the window's; without any, all pages are read and taken inside ``start``, for tests and lists that are short.
    """

    def __init__(self, jobs: WindowJobs | None) -> None:
        self._jobs = jobs
        self._running: RunningJob | None = None
        self._closed = threading.Event()
        self._closed.set()

    @property
    def running(self) -> bool:
        """Whether pages may still come."""
        return self._running is not None

    def start(
        self,
        project: Project,
        title: str,
        pages: Callable[[Connection, Progress], Generator[T]],
        *,
        take: Callable[[T], None],
        done: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Read ``pages`` of a project, in place of what is being read.

        ``take`` gets each page, and then one of ``done`` and ``failed`` is called, all in the window's thread.  A damaged file comes to
        ``failed`` as the ``ProjectError`` that says so.
        """
        self.stop()
        if self._jobs is None:
            self._read_now(project, pages, take, done, failed)
            return
        closed = self._closed = threading.Event()
        closed.set()

        def work(progress: Progress) -> None:
            closed.clear()
            try:
                if progress.cancelled:
                    raise Cancelled
                self._read(project, pages, progress, lambda page: self._hand_over(progress, lambda: take(page)))
            finally:
                closed.set()

        def finished(_: None) -> None:
            if self._running is running:
                self._running = None
                done()

        def stumbled(error: BaseException) -> None:
            if self._running is running:
                self._running = None
                failed(error)

        running = self._running = self._jobs.runner.start(Job(title, work), done=finished, failed=stumbled)

    def stop(self, *, wait: bool = False) -> None:
        """Take nothing more; with ``wait`` come back only when the reading connection is closed, for a project that closes."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
        if wait:
            self._closed.wait(PATIENCE)

    def _read_now(
        self,
        project: Project,
        pages: Callable[[Connection, Progress], Generator[T]],
        take: Callable[[T], None],
        done: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        try:
            self._read(project, pages, Progress(), take)
        except Exception as error:
            failed(error)
        else:
            done()

    @staticmethod
    def _read(
        project: Project, pages: Callable[[Connection, Progress], Generator[T]], progress: Progress, take: Callable[[T], None]
    ) -> None:
        connection = project.reader()
        try:
            with project.reading(), closing(pages(connection, progress)) as stream:
                for page in stream:
                    take(page)
        finally:
            connection.close()

    def _hand_over(self, progress: Progress, call: Callable[[], None]) -> None:
        """Have ``call`` run in the window's thread and wait for it, but not when nobody wants it any more."""
        taken = threading.Event()

        def arrive() -> None:
            try:
                if not progress.cancelled:
                    call()
            finally:
                taken.set()

        assert self._jobs is not None
        self._jobs.post(arrive)
        while not taken.wait(0.05):
            if progress.cancelled:
                raise Cancelled
        if progress.cancelled:
            raise Cancelled
