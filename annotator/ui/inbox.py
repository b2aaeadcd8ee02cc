"""The consistency inbox at work: counting it, showing the places of an entry, deciding and dismissing."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

from annotator.domain.annotations import SetInfo, Span
from annotator.domain.changes import BulkCopy, Change, ChangeSet, What
from annotator.domain.documents import Status
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError
from annotator.store import suggesters
from annotator.ui.feeds import Feed
from annotator.ui.i18n import told, tr

if TYPE_CHECKING:
    from annotator.commands.inbox import Entry, Inbox, Stage
    from annotator.store.queries import Connection
    from annotator.ui.jobs import WindowJobs
    from annotator.ui.panels.inbox import InboxPanel
    from annotator.ui.searching import Searching
    from annotator.ui.workbench import Workbench

_log = logging.getLogger(__name__)


def make(bench: Workbench, jobs: WindowJobs, searching: Searching) -> InboxHands:
    """Return an inbox with its panel, which is to be put into a dock."""
    from annotator.ui.panels.inbox import InboxPanel

    return InboxHands(bench, jobs, searching, InboxPanel())


class InboxHands:
    """Ties the inbox panel to the project and to the search panel, where the places of an entry are listed and decided.

    The whole is counted when the panel is first shown and when it is asked for; after a decision, only the entry it was about.
    """

    def __init__(self, bench: Workbench, jobs: WindowJobs, searching: Searching, panel: InboxPanel) -> None:
        self._bench, self._searching = bench, searching
        self.panel = panel
        self._counting, self._recounting = Feed(jobs), Feed(jobs)
        self._inbox: Inbox | None = None
        self._listed: Entry | None = None
        """The entry whose places were listed last."""
        panel.placesRequested.connect(self.list_places)
        panel.dismissRequested.connect(self.dismiss)
        panel.takeUpRequested.connect(self.take_up_again)
        panel.refreshRequested.connect(self.refresh)
        panel.stopRequested.connect(self.stop)
        panel.leaveRequested.connect(self._on_leave_requested)
        panel.shown.connect(self._on_shown)
        searching.acted.connect(self._on_acted)
        bench.changed.connect(self._on_changed)
        bench.sessionChanged.connect(self._on_session_changed)
        self._on_session_changed()

    @property
    def busy(self) -> bool:
        """Whether anything is being counted."""
        return self._counting.running or self._recounting.running

    def open(self) -> None:
        """Show the inbox, with the keyboard in it."""
        if self._bench.session is not None:
            self.panel.open_panel()

    # Counting

    def refresh(self) -> None:
        """Count the whole project again."""
        from annotator.commands import inbox

        session = self._bench.session
        if session is None:
            return
        person = session.annotator
        self.panel.set_counting(0, 0)

        def pages(connection: Connection, progress: Progress) -> Generator[Stage | Inbox]:
            yield from inbox.count(connection, person, progress)

        self._counting.start(
            session.project, tr("Comparing"), pages, take=self._on_counted, done=self._on_end, failed=self._on_failed
        )

    def stop(self) -> None:
        """Stop the counting; what was counted before stays."""
        self._counting.stop()
        self.panel.show_inbox(None)

    def _on_counted(self, found: Stage | Inbox) -> None:
        from annotator.commands.inbox import Stage

        if isinstance(found, Stage):
            self.panel.set_counting(found.done, found.total)
        else:
            self._inbox = found
            self.panel.show_inbox(found)

    def _on_end(self) -> None:
        """The last page had the inbox."""

    def _on_failed(self, error: BaseException) -> None:
        self.panel.show_inbox(None)
        if not isinstance(error, AnnotatorError):
            raise error
        _log.info("the inbox was not counted: %s", error)
        self.panel.say(told(error))

    # Entries

    def list_places(self, entry: Entry, all_places: bool) -> None:
        """List the places of an entry that disagree with most, or all of them, in the search panel."""
        self._listed = entry
        self._searching.list_entry(entry, all_places=all_places)

    def dismiss(self, entry: Entry, reason: str) -> None:
        """Remember that the text may stay as it is, and why; it comes back when it gets a label it does not have now."""
        session = self._bench.session
        if session is None or self._bench.refuses_edits():
            return
        connection = session.project.connection
        told = dict(entry.counts)
        if self._bench.succeeds(lambda: suggesters.dismiss(connection, entry.key, reason, told, actor=session.annotator)):
            self._put(replace(entry, dismissal=suggesters.dismissals(connection).get(entry.key)))

    def take_up_again(self, entry: Entry) -> None:
        """Forget that the text was dismissed."""
        session = self._bench.session
        if session is None or self._bench.refuses_edits():
            return
        if self._bench.succeeds(lambda: suggesters.take_up_again(session.project.connection, entry.key)):
            self._put(replace(entry, dismissal=None))

    def _put(self, entry: Entry) -> None:
        """Show an entry as it is now: among those that are open or those that were dismissed, or nowhere when it is settled."""
        if self._inbox is None:
            return
        open_ones = [one for one in self._inbox.entries if one.key != entry.key]
        dismissed = [one for one in self._inbox.dismissed if one.key != entry.key]
        if not entry.settled:
            before = self._inbox.dismissed if entry.dismissed else self._inbox.entries
            place = next((number for number, one in enumerate(before) if one.key == entry.key), 0)
            (dismissed if entry.dismissed else open_ones).insert(place, entry)
        self._inbox = replace(self._inbox, entries=tuple(open_ones), dismissed=tuple(dismissed))
        self.panel.put(entry, self._inbox)

    # What happens elsewhere

    def _recount(self, entry: Entry) -> None:
        from annotator.commands import inbox

        session = self._bench.session
        if session is None:
            return
        person = session.annotator

        def pages(connection: Connection, progress: Progress) -> Generator[Entry]:
            yield inbox.recounted(connection, person, entry, progress)

        self._recounting.start(session.project, tr("Comparing"), pages, take=self._put, done=self._on_end, failed=self._on_failed)

    def _on_acted(self, _: None) -> None:
        if self._listed is not None:
            self._recount(self._listed)

    def _on_changed(self, changes: ChangeSet) -> None:
        if any(map(_counts, changes.changes)) or not all(isinstance(entry, BulkCopy) for entry in changes.bulk):
            self.panel.set_stale()
        if changes.undoes and self._listed is not None:
            self._recount(self._listed)  # it may have been the decision about it that was taken back
        session = self._bench.session
        if session is not None and any(change.what is What.SCHEME for change in changes.changes):
            self.panel.set_labels(session.project.scheme)

    def _on_shown(self) -> None:
        if self._inbox is None and not self._counting.running:
            self.refresh()

    def _on_leave_requested(self) -> None:
        self._bench.view.setFocus()

    def _on_session_changed(self) -> None:
        for feed in (self._counting, self._recounting):
            feed.stop(wait=True)
        self._inbox = self._listed = None
        session = self._bench.session
        self.panel.set_scheme(session.project.scheme if session is not None else None)
        if session is not None and self.panel.isVisible():
            self.refresh()


def _counts(change: Change) -> bool:
    """Tell whether a change is about anything that an inbox counts."""
    return any(
        (isinstance(value, Span) and value.reviewed) or (isinstance(value, SetInfo) and value.status is Status.DONE)
        for value in (change.before, change.after)
    )
