"""One question at a time to a worker process beside the window: a new one takes the place of the one that is being answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from annotator.domain.progress import Progress
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.jobs.workers import WorkerProcess
from annotator.ui.jobs import WindowJobs

T = TypeVar("T")


class Latest(Generic[T]):
    """Calls back only for the question that was asked last.

    The process is kept for the next question; one that is ended in the midst of its work is not, and an answer nobody waits for any more
    ends its process, too.
    """

    def __init__(self, jobs: WindowJobs) -> None:
        self._jobs = jobs
        self._running: RunningJob | None = None
        self._spare: WorkerProcess | None = None

    def ask(
        self,
        title: str,
        work: Callable[[WorkerProcess, Progress], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Have ``work`` done in a thread, with a process it may use; ``done`` or ``failed`` is called in the window's thread."""
        self.cancel()
        worker, self._spare = self._spare or WorkerProcess(), None

        def at_work(progress: Progress) -> T:
            return work(worker, progress)

        def finished(found: T) -> None:
            if self._ends(running, worker):
                done(found)

        def stumbled(error: BaseException) -> None:
            if self._ends(running, worker):
                failed(error)

        def dropped() -> None:  # perhaps before it began
            worker.close(kill=True)

        running = self._jobs.runner.start(Job(title, at_work), done=finished, failed=stumbled, cancelled=dropped)
        self._running = running

    def cancel(self) -> None:
        """Wait for no answer any more."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()

    def stop(self) -> None:
        """Wait for no answer, and end the process."""
        self.cancel()
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.close(kill=True)

    def _ends(self, running: RunningJob, worker: WorkerProcess) -> bool:
        """Tell whether this is what is waited for, and keep its process or end it."""
        if self._running is not running:
            worker.close(kill=True)
            return False
        self._running, self._spare = None, worker
        return True
