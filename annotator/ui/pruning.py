"""Keeping the history as long as the settings say: looked at in a job a while after a project was opened, removed in small pieces here.

Steps that can still be undone go only once the person has agreed to it, for this project and these settings; from then on they go
without a word beforehand, which is what the settings are for.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDate, QLocale, QObject, Qt, QTimer, Signal

from annotator.errors import AnnotatorError
from annotator.jobs.runner import RunningJob
from annotator.session.session import Session
from annotator.settings.table import with_latest
from annotator.store.journal import Prunable
from annotator.ui.i18n import by_count, told, tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.workbench import Workbench

AFTER_OPENING = 4000
"""Milliseconds from the opening of a project: the first painting and its backup come first."""

AGREED = "history.agreed"
"""The private setting that keeps what was agreed to: days, megabytes and project, with the number of steps the question named."""

_DAYS, _MEGABYTES = "history.keep_days", "history.keep_megabytes"


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
        self._wanted = (0, 0)
        """Days and megabytes that were looked with."""
        self._before: tuple[int, int] | None = None
        """Days and megabytes before the person changed them here, to go back to; None where the settings came from elsewhere."""
        self._later = self._timer(AFTER_OPENING, self.look)
        self._offer = self._timer(AFTER_OPENING, self._on_offer)
        self._next = self._timer(0, self._on_next)
        bench.sessionChanged.connect(self._on_session_changed)

    def ask(self) -> None:
        """Ask how much of the history is to be kept, and remove the rest at once; what could still be undone, after a question."""
        from annotator.ui.dialogs.history_keeping import HistoryKeepingDialog

        before = self._kept()
        dialog = HistoryKeepingDialog(self._bench.settings, self._bench.view.window())

        def on_accepted() -> None:
            self._before = before
            self.look()

        dialog.accepted.connect(on_accepted)
        dialog.open()

    def look(self) -> None:
        """Find what the settings let go, and remove it; nothing where they keep all, or the project cannot be written."""
        from annotator.commands.pruning import Keep, prunable_job

        session, wanted = self._bench.session, self._kept()
        keep = Keep(*wanted)
        if session is None or session.project.read_only or not keep or self._looking is not None or self._next.isActive():
            return
        if self._busy():
            self._before = None  # when it is over, the person is at something else, and is told in the bar
            self._later.start()
            return
        self._session, self._wanted = session, wanted
        self._offer.stop()
        self._looking = self._jobs.runner.start(
            prunable_job(session.project, keep), done=self._on_found, failed=self._on_failed, cancelled=self._on_cancelled
        )

    def _kept(self) -> tuple[int, int]:
        return self._bench.settings.get(_DAYS), self._bench.settings.get(_MEGABYTES)

    def _timer(self, interval: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(then)
        return timer

    def _on_session_changed(self) -> None:
        for timer in (self._later, self._offer, self._next):
            timer.stop()
        self._before = None
        if self._looking is not None:
            self._looking.cancel()
        if self._bench.session is not None:
            self._later.start()

    def _on_found(self, found: Prunable) -> None:
        self._looking = None
        if self._bench.session is not self._session:
            return
        if self._kept() != self._wanted:  # changed meanwhile
            self.look()
            return
        self._found, before = found, self._before
        self._before = None
        if found.last and (not found.undoable or self._agreed_to() in self._bench.settings.get(AGREED)):
            self._next.start()
        elif found.last and before is not None:
            self._ask(before)
        elif found.last:
            self._on_offer()

    # Whether it may go

    def _agreed_to(self) -> str:
        assert self._session is not None
        days, megabytes = self._wanted
        return f"{days}/{megabytes} {self._session.project.path.resolve()}"

    def _on_offer(self) -> None:
        """Say in the bar, once it is free, what the settings would let go: whoever has just opened a project is not stopped by it."""
        bar = self._bench.messages
        if not bar.isHidden():
            self._offer.start()
            return
        text = tr("{} Nothing has been removed yet.").format(self._what_goes())
        bar.show_message(text, "warning", tr("Decide…"), self._ask)

    def _what_goes(self) -> str:
        found = self._found
        goes = by_count(
            found.steps,
            tr("As the settings say, {} old step of the history is to go, made from {{}} to {{}}."),
            tr("As the settings say, {} old steps of the history are to go, made from {{}} to {{}}."),
        ).format(_day(found.since), _day(found.until))
        lost = by_count(
            found.undoable,
            tr("{} of them can still be undone, and then no longer."),
            tr("{} of them can still be undone, and then no longer."),
        )
        return f"{goes} {lost}"

    def _ask(self, before: tuple[int, int] | None = None) -> None:
        session = self._session
        if session is None or self._bench.session is not session:
            return
        if self._kept() != self._wanted:  # since the bar was shown
            self.look()
            return
        agreed_to = self._agreed_to()
        text = tr("{} Annotations do not change.").format(self._what_goes())
        agreed = self._bench.ask.confirm(tr("History"), text, tr("Remove the steps"))
        if self._bench.session is not session:
            return
        if not agreed:
            self._stay(before)
            return
        self._set(AGREED, with_latest(self._bench.settings.get(AGREED), agreed_to, self._found.undoable))
        self.look()  # once more: the settings may have changed, and a backup may have begun, while it was asked

    def _stay(self, before: tuple[int, int] | None) -> None:
        """Leave all as it was: the settings, where they were changed for this; else they wait for the next opening."""
        if before is not None:
            self._set(_DAYS, before[0])
            self._set(_MEGABYTES, before[1])
            said = tr("Nothing was removed, and as much is kept as before.")
        else:
            said = tr("Nothing was removed. It is asked again when the project is opened the next time.")
        self._bench.messages.show_message(said, "info", tr("How much is kept…"), self.ask)

    def _set(self, key: str, value: object) -> None:
        try:
            self._bench.settings.set(key, value)
        except AnnotatorError as error:
            self._bench.tell(told(error))

    # Removing

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
        text = by_count(
            found.steps,
            tr("As the settings say, {} old step of the history was removed (up to {{}})."),
            tr("As the settings say, {} old steps of the history were removed (up to {{}})."),
        ).format(_day(found.until))
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


def _day(at: str) -> str:
    return QLocale().toString(QDate.fromString(at[:10], Qt.DateFormat.ISODate), QLocale.FormatType.ShortFormat)
