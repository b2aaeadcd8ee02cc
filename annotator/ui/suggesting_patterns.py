"""Checks patterns in a helper process while they are written."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import wait
from typing import TYPE_CHECKING

from annotator.domain.progress import Cancelled, Progress
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.jobs.workers import WorkerProcess
from annotator.ui.i18n import told, tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.workbench import Workbench

if TYPE_CHECKING:
    from annotator.commands.pattern_checks import PatternCheck

LIMIT = 10.0
"""Seconds after which a check is given up: to load spaCy, which some patterns need, may be part of it."""


class PatternChecker:
    """One check at a time: what is asked for meanwhile waits, and only the last of it.

    ``kind`` is the suggester that the patterns are for.  A check that is too slow is ended with its process.
    """

    def __init__(self, bench: Workbench, jobs: WindowJobs, kind: str = "patterns", *, limit: float = LIMIT) -> None:
        self._bench, self._jobs, self._kind, self._limit = bench, jobs, kind, limit
        self._worker = WorkerProcess()
        self._running: RunningJob | None = None
        self._next: tuple[str, str, Callable[[PatternCheck | str], None]] | None = None

    def start(self, text: str, name: str, done: Callable[[PatternCheck | str], None]) -> None:
        """Check the text of a file called ``name``; ``done`` gets what it says, or a sentence on why that cannot be told."""
        self._next = text, name, done
        if self._running is None:
            self._begin()

    def stop(self) -> None:
        """Check no more, and call nothing."""
        self._next = None
        running, self._running = self._running, None
        if running is None:
            self._worker.close(kill=True)
        else:
            running.cancel()  # its thread ends the process

    def _begin(self) -> None:
        session, asked = self._bench.session, self._next
        self._next = None
        if session is None or asked is None:
            return
        text, name, done = asked
        project = str(session.project.path.resolve())
        document = session.document.document.id if session.document is not None else 0

        def finished(found: PatternCheck) -> None:
            if self._goes_on(running):
                done(found)

        def stumbled(error: BaseException) -> None:
            if not self._goes_on(running):
                return
            if not isinstance(error, AnnotatorError):
                done(tr("The patterns could not be checked."))
                raise error
            done(told(error))

        def dropped() -> None:
            self._worker.close(kill=True)

        running = self._running = self._jobs.runner.start(
            Job(tr("Checking"), lambda progress: self._checked(progress, project, text, name, self._kind, document)),
            done=finished,
            failed=stumbled,
            cancelled=dropped,
        )

    def _goes_on(self, running: RunningJob) -> bool:
        """Tell whether this check is the one that is waited for, and begin what waits behind it."""
        if self._running is not running:
            return False
        self._running = None
        self._begin()
        return True

    def _checked(self, progress: Progress, *arguments: str | int) -> PatternCheck:
        from annotator.commands.pattern_checks import PatternCheck, check_patterns

        future = self._worker.submit(check_patterns, *arguments)
        until = time.monotonic() + self._limit
        while not future.done():
            wait([future], timeout=0.05)
            if progress.cancelled:
                self._worker.close(kill=True)
                raise Cancelled
            if time.monotonic() > until and not future.done():
                self._worker.close(kill=True)
                return PatternCheck(too_slow=True)
        return future.result()
