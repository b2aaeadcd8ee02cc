"""Keeps the suggesters of the open project loaded, and up to date with what was finished, so that one document need not wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from annotator.domain.annotations import SetInfo
from annotator.domain.changes import ChangeSet, What
from annotator.domain.documents import Status
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.store import suggesters
from annotator.ui.i18n import tr
from annotator.ui.suggesting_choice import ready
from annotator.ui.suggesting_run import Helper, Wanted

if TYPE_CHECKING:
    from annotator.ui.jobs import WindowJobs
    from annotator.ui.suggesting_asking import Asking
    from annotator.ui.workbench import Workbench

WARM_AFTER = 4_000
"""Milliseconds after a project is opened when the suggesters it has are loaded."""

LEARN_AFTER = 1_500
"""Milliseconds after a document was finished when the suggesters learn from it."""


class Warmth(QObject):
    """The helper process of one window.  It is started only for a project that has suggesters; ``busy`` says that it is at work."""

    def __init__(self, bench: Workbench, jobs: WindowJobs, asking: Asking, *, busy: Callable[[], bool]) -> None:
        super().__init__(bench)
        self._bench, self._jobs, self._asking, self._busy = bench, jobs, asking, busy
        self.helper = Helper()
        self._warming: RunningJob | None = None
        self.soon = QTimer(self)
        self.soon.setSingleShot(True)
        self.soon.timeout.connect(self.warm)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)

    @property
    def warming(self) -> bool:
        """Whether suggesters are being loaded."""
        return self._warming is not None

    def warm(self) -> None:
        """Load what the suggesters that ran last need."""
        from annotator.commands.suggesting import Order

        session = self._bench.session
        if session is None or session.project.read_only or self._busy() or self._warming is not None:
            return
        try:
            known = suggesters.known(session.project.connection)
            setups = self._asking.trusted(ready(self._asking.rows(), session.project.language), ask=False)
        except AnnotatorError:
            return  # whoever asks for suggestions is told
        if not known or not setups:
            return
        wanted = Wanted(session, session.project.scheme, tuple(setups), Order(()), 0, whole=False)

        def work(progress: Progress) -> None:
            self.helper.warm(wanted, progress)

        def over(*_: object) -> None:
            if self._warming is running:
                self._warming = None

        running = self._warming = self._jobs.runner.start(Job(tr("Suggesting"), work), done=over, failed=over, cancelled=over)

    def give_way(self) -> None:
        """Load nothing of oneself any more: a run begins.  What is being loaded goes on, for the run needs it, too."""
        self.soon.stop()

    def stop(self) -> None:
        """End everything for good."""
        self._cancel()
        self.helper.close()

    def _cancel(self) -> None:
        self.soon.stop()
        running, self._warming = self._warming, None
        if running is not None:
            running.cancel()

    def _on_session_changed(self) -> None:
        self._cancel()
        self.helper.forget()
        if self._bench.session is not None:
            self.soon.start(WARM_AFTER)

    def _on_changed(self, changes: ChangeSet) -> None:
        whole = (change for change in changes.changes if change.what in (What.SCHEME, What.SET))
        if any(change.what is What.SCHEME or _finishes(change.before, change.after) for change in whole):
            self.helper.forget()
            if self.helper.worker.started:
                self.soon.start(LEARN_AFTER)


def _finishes(before: object, after: object) -> bool:
    """Tell whether a set is finished by a change, or no longer."""
    done = [isinstance(info, SetInfo) and info.status is Status.DONE for info in (before, after)]
    return done[0] is not done[1]
