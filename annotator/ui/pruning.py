"""Keeping the history as long as the settings say: looked at in a job a while after a project was opened, removed in small pieces here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDate, QLocale, QObject, Qt, QTimer, Signal

from annotator.jobs.runner import RunningJob
from annotator.session.session import Session
from annotator.store.journal import Prunable
from annotator.ui.i18n import by_count, tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.workbench import Workbench

AFTER_OPENING = 4000
"""Milliseconds from the opening of a project: the first painting and its backup come first."""


class Pruning(QObject):
    """Removes the oldest steps of each project that is opened, where a setting asks for it; ``pruned`` follows, and shows are stale then.

    Nothing is removed while ``busy`` says so: not in the midst of a backup, an import or an export.
    """

    pruned = Signal()

    def __init__(self, bench: Workbench, jobs: WindowJobs, *, busy: Callable[[], bool]) -> None:
        super().__init__(bench)
        self._bench, self._jobs, self._busy = bench, jobs, busy
        self._looking: RunningJob | None = None
        self._found = Prunable()
        self._session: Session | None = None
        self._later = self._timer(AFTER_OPENING, self.look)
        self._next = self._timer(0, self._on_next)
        bench.sessionChanged.connect(self._on_session_changed)

    def ask(self) -> None:
        """Ask how much of the history is to be kept, and remove the rest at once."""
        from annotator.ui.dialogs.history_keeping import HistoryKeepingDialog

        dialog = HistoryKeepingDialog(self._bench.settings, self._bench.view.window())
        dialog.accepted.connect(self.look)
        dialog.open()

    def look(self) -> None:
        """Find what the settings let go, and remove it; nothing where they keep all, or the project cannot be written."""
        from annotator.commands.pruning import Keep, prunable_job

        session, settings = self._bench.session, self._bench.settings
        keep = Keep(settings.get("history.keep_days"), settings.get("history.keep_megabytes"))
        if session is None or session.project.read_only or not keep or self._looking is not None or self._next.isActive():
            return
        if self._busy():
            self._later.start()
            return
        self._session = session
        self._looking = self._jobs.runner.start(
            prunable_job(session.project, keep), done=self._on_found, failed=self._on_failed, cancelled=self._on_cancelled
        )

    def _timer(self, interval: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(then)
        return timer

    def _on_session_changed(self) -> None:
        self._later.stop()
        self._next.stop()
        if self._looking is not None:
            self._looking.cancel()
        if self._bench.session is not None:
            self._later.start()

    def _on_found(self, found: Prunable) -> None:
        self._looking = None
        if found.last and self._bench.session is self._session:
            self._found = found
            self._next.start()

    def _on_next(self) -> None:
        """Remove some, and let the window do its other work before the next."""
        from annotator.commands.pruning import prune_some

        session = self._bench.session
        if session is None or session is not self._session:
            return
        more = self._bench.attempt(lambda: prune_some(session.project, self._found))
        if more:
            self._next.start()
        elif more is False:  # None: it could not be done, which was said
            self._say(self._found)
            self.pruned.emit()

    def _say(self, found: Prunable) -> None:
        day = QLocale().toString(QDate.fromString(found.until[:10], Qt.DateFormat.ISODate), QLocale.FormatType.ShortFormat)
        text = by_count(
            found.steps,
            tr("As the settings say, {} old step of the history was removed (up to {{}})."),
            tr("As the settings say, {} old steps of the history were removed (up to {{}})."),
        ).format(day)
        if found.undoable:
            text += " " + tr("They can no longer be undone.")
        self._bench.tell(text)
        if self._bench.messages.isHidden():
            self._bench.messages.show_message(text, "info")

    def _on_failed(self, error: BaseException) -> None:
        self._looking = None
        if not self._bench.explains(error):
            raise error

    def _on_cancelled(self) -> None:
        self._looking = None
