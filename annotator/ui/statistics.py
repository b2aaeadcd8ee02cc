"""Shows the figures of the open project: those the file keeps at once, what was done by day when a job has counted it."""

from __future__ import annotations

from contextlib import closing

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.store import figures, search
from annotator.store.figures import Day
from annotator.store.project import Project
from annotator.ui.dialogs.statistics import StatisticsDialog
from annotator.ui.i18n import tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.workbench import Workbench


class Statistics(QObject):
    """The statistics of one window's project; ``window`` is the parent of the dialog, of which there is one at a time."""

    def __init__(self, bench: Workbench, jobs: WindowJobs, window: QWidget) -> None:
        super().__init__(bench)
        self._bench, self._jobs, self._window = bench, jobs, window
        self._dialog: StatisticsDialog | None = None
        self._counting: RunningJob | None = None
        bench.sessionChanged.connect(self._on_session_changed)

    def show(self) -> None:
        """Show the figures as they are now."""
        session = self._bench.session
        if session is None:
            return
        self._on_session_changed()  # an earlier one shows what was
        found = self._bench.attempt(lambda: figures.kept(session.project.connection))
        if found is None:
            return
        dialog = self._dialog = StatisticsDialog(found, self._window)
        dialog.finished.connect(self._on_closed)
        self._counting = self._jobs.runner.start(_days_job(session.project), done=self._on_counted, failed=self._on_failed)
        dialog.open()

    def _on_session_changed(self) -> None:
        if self._dialog is not None:
            self._dialog.close()

    def _on_closed(self, _: int) -> None:
        self._dialog = None
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None

    def _on_counted(self, days: list[Day]) -> None:
        self._counting = None
        if self._dialog is not None:
            self._dialog.show_days(days)

    def _on_failed(self, error: BaseException) -> None:
        self._counting = None
        if not isinstance(error, AnnotatorError):
            raise error
        if self._dialog is not None:
            self._dialog.show_problem(str(error))


def _days_job(project: Project) -> Job[list[Day]]:
    def work(progress: Progress) -> list[Day]:
        with project.reading(), closing(project.reader()) as connection, search.interruptible(connection, progress):
            return figures.days(connection)

    return Job(tr("Counting"), work)
