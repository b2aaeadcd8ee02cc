"""Shows the figures of the open project: those the file keeps at once; what was done by day, and how well suggesters do, from jobs."""

from __future__ import annotations

from contextlib import closing

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from annotator.commands.scoring import Scoreboard, Scores
from annotator.domain.changes import ChangeSet
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.store import figures, search
from annotator.store.figures import Day
from annotator.store.project import Project
from annotator.ui.dialogs.statistics import StatisticsDialog
from annotator.ui.i18n import told, tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.workbench import Workbench

AFTER_EDITS = 400
"""Milliseconds after the last edit until the suggesters are compared anew."""


class Statistics(QObject):
    """The statistics of one window's project; ``window`` is the parent of the dialog, of which there is one at a time."""

    def __init__(self, bench: Workbench, jobs: WindowJobs, window: QWidget) -> None:
        super().__init__(bench)
        self._bench, self._jobs, self._window = bench, jobs, window
        self._dialog: StatisticsDialog | None = None
        self._counting: RunningJob | None = None
        self._comparing: RunningJob | None = None
        self._board = Scoreboard()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AFTER_EDITS)
        self._again.timeout.connect(self._compare)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)

    def show(self) -> None:
        """Show the figures as they are now."""
        session = self._bench.session
        if session is None:
            return
        self._close()  # an earlier one shows what was
        found = self._bench.attempt(lambda: figures.kept(session.project.connection))
        if found is None:
            return
        dialog = self._dialog = StatisticsDialog(found, self._window)
        dialog.finished.connect(self._on_closed)
        self._counting = self._jobs.runner.start(_days_job(session.project), done=self._on_counted, failed=self._on_failed)
        self._compare()
        dialog.open()

    def _compare(self) -> None:
        """Compare the suggesters with what is finished now; what is being compared goes on first, and is done again."""
        session, dialog = self._bench.session, self._dialog
        if session is None or dialog is None:
            return
        if self._comparing is not None:
            self._again.start()
            return

        def compared(found: Scores) -> None:
            if self._comparing is running:  # else it is of a dialog that was closed
                self._comparing = None
                dialog.show_scores(found)

        def failed(error: BaseException) -> None:
            if self._comparing is running:
                self._comparing = None
                if not isinstance(error, AnnotatorError):
                    raise error
                dialog.show_score_problem(told(error))

        running = self._comparing = self._jobs.runner.start(_scores_job(session.project, self._board), done=compared, failed=failed)

    def _close(self) -> None:
        if self._dialog is not None:
            self._dialog.close()

    def _on_session_changed(self) -> None:
        self._board = Scoreboard()
        self._close()

    def _on_changed(self, changes: ChangeSet) -> None:
        self._board.forget(changes)
        if self._dialog is not None:
            self._again.start()

    def _on_closed(self, _: int) -> None:
        self._dialog = None
        self._again.stop()
        for running in (self._counting, self._comparing):
            if running is not None:
                running.cancel()
        self._counting = self._comparing = None

    def _on_counted(self, days: list[Day]) -> None:
        self._counting = None
        if self._dialog is not None:
            self._dialog.show_days(days)

    def _on_failed(self, error: BaseException) -> None:
        self._counting = None
        if not isinstance(error, AnnotatorError):
            raise error
        if self._dialog is not None:
            self._dialog.show_problem(told(error))


def _days_job(project: Project) -> Job[list[Day]]:
    def work(progress: Progress) -> list[Day]:
        with project.reading(), closing(project.reader()) as connection, search.interruptible(connection, progress):
            return figures.days(connection)

    return Job(tr("Counting"), work)


def _scores_job(project: Project, board: Scoreboard) -> Job[Scores]:
    def work(progress: Progress) -> Scores:
        with project.reading(), closing(project.reader()) as connection, search.interruptible(connection, progress):
            return board.update(connection, progress)

    return Job(tr("Comparing suggesters"), work)
