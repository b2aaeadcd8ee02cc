"""Reads what suggesters work from, in a helper process beside the window."""

from __future__ import annotations

from collections.abc import Callable

from annotator.commands.suggester_sources import Described, described
from annotator.domain.progress import Progress
from annotator.domain.suggesting import SuggesterSetup
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.jobs.workers import WorkerProcess
from annotator.nlp.suggesters import SUGGESTERS, Source
from annotator.ui.i18n import told, tr
from annotator.ui.jobs import WindowJobs, awaited_from


class SourceReader:
    """Describes one suggester after the other; its process is kept from one to the next."""

    def __init__(self, jobs: WindowJobs) -> None:
        self._jobs = jobs
        self._running: RunningJob | None = None
        self._spare: WorkerProcess | None = None

    def start(self, setup: SuggesterSetup, done: Callable[[Described], None]) -> None:
        """Describe a suggester, in place of the one under way; ``done`` is called in the window's thread, at once where that is quick."""
        self._cancel()
        if not setup.source and SUGGESTERS[setup.kind].source is not Source.OPTIONAL_FILE:
            done(described(setup))
            return
        worker, self._spare = self._spare or WorkerProcess(), None

        def work(progress: Progress) -> Described:
            return awaited_from(worker, progress, described, setup)

        def finished(found: Described) -> None:
            if self._ends(running, worker):
                done(found)

        def stumbled(error: BaseException) -> None:
            if not self._ends(running, worker):
                return
            if not isinstance(error, AnnotatorError):
                done(Described(problem=tr("It could not be read.")))
                raise error
            done(Described(problem=told(error)))

        def dropped() -> None:
            worker.close(kill=True)

        running = self._running = self._jobs.runner.start(
            Job(tr("Reading"), work), done=finished, failed=stumbled, cancelled=dropped
        )

    def stop(self) -> None:
        """Read no more, and call nothing."""
        self._cancel()
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.close(kill=True)

    def _cancel(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.cancel()

    def _ends(self, running: RunningJob, worker: WorkerProcess) -> bool:
        """Tell whether this is what is waited for, and keep its process or end it."""
        if self._running is not running:
            worker.close(kill=True)
            return False
        self._running, self._spare = None, worker
        return True
