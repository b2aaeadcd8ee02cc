"""Reads what suggesters work from, in a helper process beside the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.domain.progress import Progress
from annotator.domain.suggesting import SuggesterSetup
from annotator.errors import AnnotatorError
from annotator.jobs.workers import WorkerProcess
from annotator.ui.i18n import told, tr
from annotator.ui.jobs import WindowJobs, awaited_from
from annotator.ui.latest import Latest

if TYPE_CHECKING:
    from annotator.commands.suggester_sources import Described


class SourceReader:
    """Describes one suggester after the other."""

    def __init__(self, jobs: WindowJobs) -> None:
        self._latest: Latest[Described] = Latest(jobs)

    def start(self, setup: SuggesterSetup, done: Callable[[Described], None]) -> None:
        """Describe a suggester, in place of the one under way; ``done`` is called in the window's thread, at once where that is quick."""
        from annotator.commands.suggester_sources import Described, described
        from annotator.nlp.suggesters import SUGGESTERS, Source

        if not setup.source and SUGGESTERS[setup.kind].source is not Source.OPTIONAL_FILE:
            self._latest.cancel()
            done(described(setup))
            return

        def work(worker: WorkerProcess, progress: Progress) -> Described:
            return awaited_from(worker, progress, described, setup)

        def failed(error: BaseException) -> None:
            if not isinstance(error, AnnotatorError):
                done(Described(problem=tr("It could not be read.")))
                raise error
            done(Described(problem=told(error)))

        self._latest.ask(tr("Reading"), work, done, failed)

    def stop(self) -> None:
        """Read no more, and call nothing."""
        self._latest.stop()
