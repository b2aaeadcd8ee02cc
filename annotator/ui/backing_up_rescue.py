"""Putting a backup in a project's place, and rescuing what can be read of a damaged file: both while no project is open.

Both run in a job under a small window that keeps the hands still; so the one who writes the file is in the job's thread while that lasts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError, NotAProject, ProjectDamaged
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.store.backup import Backup, backups
from annotator.ui.i18n import told, tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.projects import Projects, project_patterns
from annotator.ui.workbench import Workbench

if TYPE_CHECKING:
    from annotator.commands.backups import Restored
    from annotator.store.salvage_report import Salvage
    from annotator.ui.dialogs.restore_waiting import WaitingDialog

T = TypeVar("T")


class Rescue(QObject):
    """The ways out for one window: back to a backup, or on with what can be read.  ``window`` is the parent of the dialogs."""

    def __init__(self, bench: Workbench, projects: Projects, jobs: WindowJobs, window: QWidget) -> None:
        super().__init__(bench)
        self._bench, self._projects, self._jobs, self._window = bench, projects, jobs, window
        self._waiting: WaitingDialog | None = None
        self._unreadable: tuple[Path, str] | None = None
        bench.sessionChanged.connect(self._on_session_changed)

    @property
    def busy(self) -> bool:
        """Whether a project's file is being replaced or rescued."""
        return self._waiting is not None

    def _on_session_changed(self) -> None:
        if self._bench.session is not None:
            self._unreadable = None

    def go_back(self, path: Path, backup: Backup, *, damaged: bool = False, before: RunningJob | None = None) -> None:
        """Make the closed project at ``path`` what a backup holds, and open it; ``before`` is a job to wait for that was told to stop.

        A project that is not ``damaged`` is opened again also where going back failed, or was cancelled.
        """
        from annotator.commands.backups import restore_closed
        from annotator.ui.dialogs.backups_words import made_at

        actor = self._projects.annotator

        def work(progress: Progress) -> Restored:
            while before is not None and not before.ended.wait(0.1):  # it was told to stop, and holds the backups' lock until then
                progress.advance(0)
            return restore_closed(path, backup, actor=actor, progress=progress)

        done = partial(self._on_gone_back, path, backup)
        text = tr("Going back to the backup of {}…").format(made_at(backup))
        failed = partial(self._on_not_gone_back, path, damaged)
        self._wait_for(Job("Restoring", work), tr("Backups"), text, done=done, failed=failed)

    def _on_gone_back(self, path: Path, backup: Backup, restored: Restored) -> None:
        from annotator.ui.dialogs.backups_words import made_at

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
            self._bench.messages.show_message(told(error), "error")
            return
        self._unreadable = (path, told(error))
        self._bench.messages.show_message(told(error), "error", tr("What can be done…"), self.show_ways_out)

    def show_ways_out(self) -> None:
        """Show what can be done about the file that was offered last."""
        from annotator.ui.dialogs.restore import DamagedDialog

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
            self.go_back(self._unreadable[0], backup, damaged=True)

    def _on_rescue_requested(self) -> None:
        from annotator.commands.backups import rescue_job, rescue_name

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
        from annotator.ui.dialogs.recovered import RecoveredDialog

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
        from annotator.ui.dialogs.restore_waiting import WaitingDialog

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
