"""Backups from the window: made by themselves after a project was opened, listed, compared, gone back to; damaged files rescued.

The work is done in jobs with connections of their own.  Going back closes the project first and opens it again afterwards, so that the
one who writes the file is in the job's thread while that lasts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from annotator.commands.backups import Restored, backup_job, comparison_job, rescue_job, rescue_name, restore_closed
from annotator.domain.changes import ChangeSet
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError, NotAProject, ProjectDamaged
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.store.backup import Backup, Outcome, Reason, backups, verify
from annotator.store.restore import Difference
from annotator.store.salvage_report import Salvage
from annotator.ui.dialogs.backups import BackupsDialog
from annotator.ui.dialogs.backups_words import made_at
from annotator.ui.dialogs.recovered import RecoveredDialog
from annotator.ui.dialogs.restore import DamagedDialog
from annotator.ui.dialogs.restore_waiting import WaitingDialog
from annotator.ui.i18n import tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.projects import Projects, project_patterns
from annotator.ui.workbench import Workbench

T = TypeVar("T")

AFTER_OPENING = 1500
"""Milliseconds from the opening of a project to its backup: the first painting comes first."""

_AGAIN_AFTER = 800
"""Milliseconds from an edit to the new comparison with it."""


class BackingUp(QObject):
    """The backups of one window's projects.  ``window`` is the parent of the dialogs."""

    def __init__(self, bench: Workbench, projects: Projects, jobs: WindowJobs, window: QWidget) -> None:
        super().__init__(bench)
        self._bench, self._projects, self._jobs, self._window = bench, projects, jobs, window
        self._backup: RunningJob | None = None
        self._comparison: RunningJob | None = None
        self._dialog: BackupsDialog | None = None
        self._waiting: WaitingDialog | None = None
        self._unreadable: tuple[Path, str] | None = None
        self._after_opening = _timer(self, AFTER_OPENING, self._on_opened_a_while)
        self._again = _timer(self, _AGAIN_AFTER, self._on_changed_a_while)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)

    @property
    def busy(self) -> bool:
        """Whether a backup is being made, or the project's file is being replaced or rescued."""
        return self._backup is not None or self._waiting is not None

    # By itself

    def _on_session_changed(self) -> None:
        self._after_opening.stop()
        if self._backup is not None:
            self._backup.cancel()
        if self._dialog is not None:
            self._dialog.close()
        session = self._bench.session
        if session is not None:
            self._unreadable = None
            if not session.project.read_only:
                self._after_opening.start()

    def _on_opened_a_while(self) -> None:
        self._start_backup(Reason.AUTO)

    def _start_backup(self, reason: Reason) -> None:
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
        session = self._bench.session
        if session is None:
            return
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
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
            self._dialog.show_problem(str(error))

    # Going back

    def _on_restore_requested(self, backup: Backup) -> None:
        session = self._bench.session
        if session is None or self._bench.refuses_edits():
            return
        if self._projects.busy:
            self._bench.messages.show_message(tr("An import or export is under way: wait for it, or cancel it first."), "warning")
            return
        text = tr("The project becomes what it was on {}. What it is now is kept as a backup of its own, so you can come back.")
        if not self._bench.ask.confirm(tr("Go back to a backup"), text.format(made_at(backup)), tr("Go back")):
            return
        self._projects.remember()
        path = session.project.path
        self._bench.set_session(None)
        self._go_back(path, backup, damaged=False)

    def _go_back(self, path: Path, backup: Backup, *, damaged: bool) -> None:
        before, actor = self._backup, self._projects.annotator

        def work(progress: Progress) -> Restored:
            while before is not None and not before.ended.wait(0.1):  # it was told to stop, and holds the backups' lock until then
                progress.advance(0)
            return restore_closed(path, backup, actor=actor, progress=progress)

        done = partial(self._on_gone_back, path, backup)
        text = tr("Going back to the backup of {}…").format(made_at(backup))
        failed = partial(self._on_not_gone_back, path, damaged)
        self._wait_for(Job("Restoring", work), tr("Backups"), text, done=done, failed=failed)

    def _on_gone_back(self, path: Path, backup: Backup, restored: Restored) -> None:
        if self._open_again(path):
            told = tr("The project is what it was on {}.").format(made_at(backup))
            if restored.kept is not None:
                told += " " + tr("What it was before is kept as {}.").format(restored.kept.name)
            self._bench.messages.show_message(told, "info")

    def _on_not_gone_back(self, path: Path, damaged: bool, error: BaseException | None) -> None:
        if not damaged:
            self._open_again(path)
        if error is None:
            self._bench.tell(tr("Cancelled; nothing was changed."))
        elif not self._bench.explains(error):
            raise error

    def _open_again(self, path: Path) -> bool:
        """Open a project where the person has not opened another one meanwhile."""
        return self._bench.session is None and self._projects.open(path)

    # Files that cannot be opened

    def offer(self, unreadable: tuple[Path, AnnotatorError]) -> None:
        """Say why a project cannot be opened, with a button for what can be done about it, if there is something."""
        path, error = unreadable
        damaged = isinstance(error, ProjectDamaged) or (isinstance(error, NotAProject) and path.is_file())
        if not damaged and (path.exists() or not backups(path)):
            self._bench.messages.show_message(str(error), "error")
            return
        self._unreadable = (path, str(error))
        self._bench.messages.show_message(str(error), "error", tr("What can be done…"), self.show_ways_out)

    def show_ways_out(self) -> None:
        """Show what can be done about the file that was offered last."""
        if self._unreadable is None or self._waiting is not None:
            return
        path, problem = self._unreadable
        dialog = DamagedDialog(path, problem, backups(path), self._window, rescuable=path.is_file())
        dialog.restoreRequested.connect(self._on_way_back)
        dialog.rescueRequested.connect(self._on_rescue_requested)
        dialog.open()

    def _on_way_back(self, backup: Backup) -> None:
        if self._unreadable is not None:
            self._leave_damaged()
            self._go_back(self._unreadable[0], backup, damaged=True)

    def _on_rescue_requested(self) -> None:
        if self._unreadable is None:
            return
        source = self._unreadable[0]
        target = self._bench.ask.save_file(tr("Rescue what can be read"), rescue_name(source), project_patterns())
        if target is None:
            return
        self._leave_damaged()
        text = tr("Reading what can be read of {}…").format(source.name)
        self._wait_for(rescue_job(source, target), tr("Rescue"), text, done=self._on_rescued, failed=self._on_not_rescued)

    def _leave_damaged(self) -> None:
        """Close the damaged project if it is the open one: a file may turn out to be damaged while it is worked on."""
        session = self._bench.session
        if session is not None and self._unreadable is not None and session.project.path.resolve() == self._unreadable[0].resolve():
            self._projects.remember()
            self._bench.set_session(None)

    def _on_rescued(self, report: Salvage) -> None:
        dialog = RecoveredDialog(report, self._window)
        dialog.openRequested.connect(self._on_open_requested)
        dialog.open()

    def _on_not_rescued(self, error: BaseException | None) -> None:
        if error is None:
            self._bench.tell(tr("Cancelled; nothing was written."))
        elif not self._bench.explains(error):
            raise error

    def _on_open_requested(self, path: Path) -> None:
        self._projects.open(path)

    # Waiting

    def _wait_for(
        self,
        job: Job[T],
        title: str,
        text: str,
        *,
        done: Callable[[T], object],
        failed: Callable[[BaseException | None], object],
    ) -> None:
        """Run a job under a small window that keeps the hands still; ``failed`` gets None after a cancel."""
        waiting = self._waiting = WaitingDialog(title, text, self._window)

        def ended(then: Callable[[], object]) -> None:
            self._waiting = None
            waiting.finish()
            then()

        running = self._jobs.runner.start(
            job,
            done=lambda result: ended(lambda: done(result)),
            failed=lambda error: ended(lambda: failed(error)),
            cancelled=lambda: ended(lambda: failed(None)),
            progressed=waiting.show_progress,
        )
        waiting.cancelRequested.connect(running.cancel)
        waiting.open()


def _timer(parent: QObject, interval: int, then: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(interval)
    timer.timeout.connect(then)
    return timer
