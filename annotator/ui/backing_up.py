"""Backups from the window: made by themselves after a project was opened, listed, compared, gone back to.

The work is done in jobs with connections of their own.  Going back closes the project first; ``backing_up_rescue`` does it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from annotator.domain.changes import ChangeSet
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.store.backup import Backup, Outcome, Reason, backups, verify
from annotator.ui.backing_up_rescue import Rescue
from annotator.ui.dialogs.frame import to_front
from annotator.ui.i18n import told, tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.projects import Projects
from annotator.ui.under_way import refused
from annotator.ui.workbench import Workbench

if TYPE_CHECKING:
    from annotator.store.restore import Difference
    from annotator.ui.dialogs.backups import BackupsDialog

T = TypeVar("T")

AFTER_OPENING = 1500
"""Milliseconds from the opening of a project to its backup: the first painting comes first."""

_AGAIN_AFTER = 800
"""Milliseconds from an edit to the new comparison with it."""


class BackingUp(QObject):
    """The backups of one window's projects; ``rescue`` is for files that cannot be opened.  ``window`` is the parent of the dialogs."""

    def __init__(self, bench: Workbench, projects: Projects, jobs: WindowJobs, window: QWidget) -> None:
        super().__init__(bench)
        self._bench, self._projects, self._jobs, self._window = bench, projects, jobs, window
        self._backup: RunningJob | None = None
        self._comparison: RunningJob | None = None
        self._dialog: BackupsDialog | None = None
        self.rescue = Rescue(bench, projects, jobs, window)
        self._after_opening = _timer(self, AFTER_OPENING, self._on_opened_a_while)
        self._again = _timer(self, _AGAIN_AFTER, self._on_changed_a_while)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)

    @property
    def busy(self) -> bool:
        """Whether a backup is being made, or the project's file is being replaced or rescued."""
        return self._backup is not None or self.rescue.busy

    # By itself

    def _on_session_changed(self) -> None:
        self._after_opening.stop()
        if self._backup is not None:
            self._backup.cancel()
        if self._dialog is not None:
            self._dialog.close()
        session = self._bench.session
        if session is not None and not session.project.read_only:
            self._after_opening.start()

    def _on_opened_a_while(self) -> None:
        self._start_backup(Reason.AUTO)

    def _start_backup(self, reason: Reason) -> None:
        from annotator.commands.backups import backup_job

        session = self._bench.session
        if session is None or session.project.read_only or self._backup is not None:
            return
        self._backup = self._jobs.runner.start(
            backup_job(session.project.path, reason),
            done=partial(self._on_backed_up, reason),
            failed=self._on_backup_failed,
            cancelled=self._on_backup_cancelled,
        )

    def _on_backed_up(self, reason: Reason, outcome: Outcome) -> None:
        self._backup = None
        if outcome.made is not None:
            told = tr("A backup was made.")
            self._bench.tell(told)
        else:
            told = outcome.notice
        if outcome.notice:
            # One that was made by itself takes no message's place but a damaged file's, which cannot wait.
            if reason is not Reason.AUTO or outcome.damaged or self._bench.messages.isHidden():
                self._bench.messages.show_message(outcome.notice, "error" if outcome.damaged else "warning")
            self._bench.tell(outcome.notice)
        self._tell_dialog(told)

    def _on_backup_failed(self, error: BaseException) -> None:
        self._backup = None
        self._tell_dialog("")
        if not self._bench.explains(error):
            raise error

    def _on_backup_cancelled(self) -> None:
        self._backup = None
        self._tell_dialog(tr("No backup was made."))

    # The dialog

    def show_backups(self) -> None:
        """Show the backups of the open project."""
        from annotator.ui.dialogs.backups import BackupsDialog

        session = self._bench.session
        if session is None:
            return
        if to_front(self._dialog):
            return
        dialog = BackupsDialog(session.project.path, self._window, writable=not session.project.read_only)
        self._dialog = dialog
        dialog.backUpRequested.connect(self._on_back_up_requested)
        dialog.comparisonRequested.connect(self._on_comparison_requested)
        dialog.restoreRequested.connect(self._on_restore_requested)
        dialog.documentRequested.connect(self._on_document_requested)
        dialog.finished.connect(self._on_dialog_closed)
        dialog.show_backups(backups(session.project.path))
        if self._backup is not None:
            dialog.show_busy(tr("A backup is being made…"))
        dialog.open()

    def _tell_dialog(self, told: str) -> None:
        session = self._bench.session
        if self._dialog is not None and session is not None:
            self._dialog.show_backups(backups(session.project.path))
            self._dialog.show_idle(told)

    def _on_dialog_closed(self, _: int) -> None:
        self._dialog = None
        self._again.stop()
        self._stop_comparing()

    def _on_back_up_requested(self) -> None:
        self._bench.leaving.emit(None)
        if self._dialog is not None:
            self._dialog.show_busy(tr("A backup is being made…"))
        self._start_backup(Reason.MANUAL)

    def _on_document_requested(self, document_id: int) -> None:
        session, document = self._bench.session, self._bench.document
        if session is None or (document is not None and document.document.id == document_id):
            return
        self._bench.leaving.emit(None)
        self._bench.attempt(lambda: session.open_document(document_id))

    def _on_changed(self, _: ChangeSet) -> None:
        if self._dialog is not None and self._dialog.chosen is not None:
            self._again.start()

    def _on_changed_a_while(self) -> None:
        if self._dialog is not None:
            self._dialog.compare_again()

    def _stop_comparing(self) -> None:
        if self._comparison is not None:
            self._comparison.cancel()
            self._comparison = None

    def _on_comparison_requested(self, backup: Backup | None) -> None:
        from annotator.commands.backups import comparison_job

        self._stop_comparing()
        session = self._bench.session
        if backup is None or session is None:
            return
        if backup.sound:
            self._find_out(comparison_job(session.project.path, backup), self._on_compared)
        else:  # never checked, or changed since: it is read through first
            self._find_out(Job("Checking", lambda progress: verify(backup, progress)), self._on_verified)

    def _find_out(self, job: Job[T], then: Callable[[T], None]) -> None:
        """Run a job for the dialog; its answer counts as long as no other question was asked since."""
        mine: list[RunningJob] = []

        def answer(result: T) -> None:
            if self._comparison is mine[0]:
                self._comparison = None
                then(result)

        def failed(error: BaseException) -> None:
            if self._comparison is mine[0]:
                self._comparison = None
                self._on_not_compared(error)

        mine.append(self._jobs.runner.start(job, done=answer, failed=failed))
        self._comparison = mine[0]

    def _on_compared(self, difference: Difference) -> None:
        if self._dialog is not None:
            self._dialog.show_difference(difference)

    def _on_verified(self, backup: Backup) -> None:
        dialog, session = self._dialog, self._bench.session
        if dialog is None or session is None:
            return
        if not backup.sound:
            dialog.show_damaged(backup)
        dialog.show_backups(backups(session.project.path))  # a sound one has become another one: that asks for the comparison

    def _on_not_compared(self, error: BaseException) -> None:
        if not isinstance(error, AnnotatorError):
            raise error
        if self._dialog is not None:
            self._dialog.show_problem(told(error))

    # Going back

    def _on_restore_requested(self, backup: Backup) -> None:
        from annotator.ui.dialogs.backups_words import made_at

        session = self._bench.session
        if session is None or self._bench.refuses_edits():
            return
        if refused(self._bench.messages, self._projects.under_way()):
            return
        text = tr("The project becomes what it was on {}. What it is now is kept as a backup of its own, so you can come back.")
        if not self._bench.ask.confirm(tr("Go back to a backup"), text.format(made_at(backup)), tr("Go back")):
            return
        self._projects.remember()
        path = session.project.path
        self._bench.set_session(None)
        self.rescue.go_back(path, backup, before=self._backup)


def _timer(parent: QObject, interval: int, then: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(interval)
    timer.timeout.connect(then)
    return timer
