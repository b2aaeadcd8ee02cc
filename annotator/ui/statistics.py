"""Shows the figures of the open project: reads each page in a job, again after edits, and lists the documents behind a figure."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDockWidget, QWidget

from annotator.domain.annotations import Kind
from annotator.domain.changes import ChangeSet
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.store import queries, search
from annotator.store.listing import Filter
from annotator.store.project import Project
from annotator.store.queries import Connection
from annotator.ui.i18n import told, tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.models.documents_choice import Choice
from annotator.ui.panels.documents import DocumentsPanel
from annotator.ui.recalling import keep, recalled
from annotator.ui.workbench import Workbench

if TYPE_CHECKING:
    from annotator.commands.scoring import Scoreboard
    from annotator.store.figures_annotations import Whose
    from annotator.ui.dialogs.statistics import StatisticsDialog
    from annotator.ui.models.statistics_context import Found
    from annotator.ui.models.statistics_pages import Page
    from annotator.ui.models.statistics_targets import Target

T = TypeVar("T")

CHOICES = "statistics.choices"
"""The private setting that keeps page, counted sets and table, as JSON."""

AFTER_EDITS = 400
"""Milliseconds after the last edit until the page in view is read anew."""

PATIENCE = 300
"""Milliseconds after which it is said that what was chosen is still being counted."""


class Statistics(QObject):
    """The statistics of one window's project; ``window`` is the parent of the dialog, of which there is one at a time.

    The window's own thread reads nothing: pages come from jobs.  After an edit the page in view is read again, the others when they are
    looked at; what was shown stays until then.
    """

    def __init__(self, bench: Workbench, jobs: WindowJobs, window: QWidget, documents: DocumentsPanel) -> None:
        super().__init__(bench)
        self._bench, self._jobs, self._window, self._documents = bench, jobs, window, documents
        self._dialog: StatisticsDialog | None = None
        self._reading: RunningJob | None = None
        self._looking: RunningJob | None = None
        self._board: Scoreboard | None = None
        self._page = ""
        self._asked: tuple[str, dict[str, str], Whose | None] | None = None
        self._edits = 0
        """How often something was committed; tells whether a page was read before or after."""
        self._chosen: Whose | None = None
        self._options: dict[str, dict[str, str]] = {}
        self._found: dict[str, Found] = {}
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AFTER_EDITS)
        self._again.timeout.connect(self._read)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.timeout.connect(self._on_slow)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)

    def show(self) -> None:
        """Show the figures as they are now: the page that was shown last, of the sets that were counted then."""
        from annotator.ui.dialogs.frame import to_front
        from annotator.ui.dialogs.statistics import StatisticsDialog

        if self._bench.session is None or to_front(self._dialog):
            return
        with_table = self._recall()
        dialog = self._dialog = StatisticsDialog(self._window)
        dialog.finished.connect(self._on_closed)
        dialog.pageChosen.connect(self._on_page_chosen)
        dialog.whoseChosen.connect(self._on_whose_chosen)
        dialog.optionChosen.connect(self._on_option_chosen)
        dialog.targetChosen.connect(self._on_target_chosen)
        dialog.saveRequested.connect(self._on_save_requested)
        self._again.setInterval(AFTER_EDITS)
        dialog.table.setChecked(with_table)
        dialog.choose_page(self._page or "progress")
        dialog.open()

    # Reading

    def _read(self) -> None:
        """Read the page in view.  What is being read of it goes on first, or no edit would ever let it end; another page's is stopped."""
        from annotator.store.figures_annotations import GOLD, whose

        session, dialog = self._bench.session, self._dialog
        if session is None or dialog is None:
            return
        page, options, wished = dialog.page, dict(self._options.get(dialog.page.key, {})), self._chosen
        asked = page.key, {key: options.get(key, "") for key in page.rereads}, wished
        if self._reading is not None and self._asked == asked:
            self._again.start()
            return
        if self._reading is not None:
            self._reading.cancel()
        self._asked, edits = asked, self._edits
        if self._board is None:
            from annotator.commands.scoring import Scoreboard

            self._board = Scoreboard()
        board = self._board

        def work(connection: Connection, progress: Progress) -> Found:
            from annotator.ui.models.statistics_context import Found, Reading

            names = whose(connection)
            chosen = wished if wished in names else next(iter(names), GOLD)
            data = page.read(Reading(connection, progress, board, chosen, options))
            return Found(names, chosen, queries.document_count(connection), options, data)

        def found(one: Found) -> None:
            if self._reading is running:  # else it is of another page, or of a dialog that was closed
                self._stop_reading()
                one.stale = edits != self._edits
                if self._chosen == wished and wished not in one.names:
                    self._chosen = None  # they are of another project: counted are the first of this one
                self._found[page.key] = one
                self._show_page()

        def failed(error: BaseException) -> None:
            if self._reading is running:
                self._stop_reading()
                if not isinstance(error, AnnotatorError):
                    raise error
                dialog.show_words(told(error))

        running = self._reading = self._jobs.runner.start(_job(session.project, work), done=found, failed=failed)

    def _show_page(self) -> None:
        """Show what is known of the page in view."""
        from annotator.ui.models.statistics_context import context_of

        session, dialog = self._bench.session, self._dialog
        if session is None or dialog is None:
            return
        one = self._found.get(dialog.page.key)
        if one is None:
            dialog.show_words(tr("The figures are being counted…"))
            return
        options = self._options.get(dialog.page.key, {})
        dialog.show_whose(one.names, one.chosen, one.documents)
        dialog.show_figure(dialog.page.figure(one.data, options, context_of(session.project.scheme, one.chosen)), options)

    def _is_fresh(self, page: Page) -> bool:
        one, options = self._found.get(page.key), self._options.get(page.key, {})
        if one is None or one.stale or (page.by_sets and self._chosen not in (None, one.chosen)):
            return False
        return all(one.options.get(key, "") == options.get(key, "") for key in page.rereads)

    def _on_page_chosen(self, key: str) -> None:
        self._page = key
        self._show_page()
        self._refresh()

    def _on_whose_chosen(self, chosen: Whose) -> None:
        self._chosen = chosen
        self._refresh()

    def _on_option_chosen(self, key: str, value: str) -> None:
        if self._dialog is None:
            return
        page = self._dialog.page
        self._options.setdefault(page.key, {})[key] = value
        if self._is_fresh(page):
            self._show_page()
        self._refresh()

    def _refresh(self) -> None:
        """Read what somebody waits for, if it is not known."""
        if self._dialog is not None and not self._is_fresh(self._dialog.page):
            self._read()
            self._slow.start(PATIENCE)
        else:
            self._stop_reading()

    def _stop_reading(self) -> None:
        """Forget what is being read, for it is there, or nobody waits for it any more."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._slow.stop()
        if self._dialog is not None and self._dialog.panel.told.text() == tr("The figures are being counted…"):
            self._dialog.tell("")

    def _on_slow(self) -> None:
        if self._dialog is not None and self._dialog.page.key in self._found:  # else it stands in place of the chart
            self._dialog.tell(tr("The figures are being counted…"))

    # The documents behind a figure

    def _on_target_chosen(self, target: Target) -> None:
        from annotator.ui.models.statistics_targets import documents_behind, filter_of

        session, dialog = self._bench.session, self._dialog
        if session is None or dialog is None:
            return
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        known = filter_of(target, session.annotator)
        if known is not None:
            self._list(known, target)
            return
        dialog.tell(tr("Looking for the documents…"))

        def work(connection: Connection, progress: Progress) -> Filter:
            return documents_behind(connection, target, progress)

        def found(wanted: Filter) -> None:
            if self._looking is running:
                self._looking = None
                self._list(wanted, target)

        def failed(error: BaseException) -> None:
            if self._looking is running:
                self._looking = None
                if not isinstance(error, AnnotatorError):
                    raise error
                dialog.tell(told(error))

        running = self._looking = self._jobs.runner.start(_job(session.project, work), done=found, failed=failed)

    def _list(self, wanted: Filter, target: Target) -> None:
        """Have the list of documents show these, in its own order, and bring it into view."""
        dialog = self._dialog
        if dialog is None:
            return
        if wanted.only is not None and not wanted.only.ids:
            dialog.tell(tr("No document is behind this any more."))
            return
        before = self._documents.model.choice
        self._documents.choose(Choice(wanted, order=before.order, descending=before.descending))
        dock = self._documents.parentWidget()
        if isinstance(dock, QDockWidget):
            dock.show()
            dock.raise_()
        dialog.tell(tr("The list of documents shows: {}.").format(target.said))

    # Saving

    def _on_save_requested(self, suffix: str) -> None:
        from annotator.ui.dialogs.statistics_saving import ask_where, save

        session, dialog = self._bench.session, self._dialog
        if session is None or dialog is None:
            return
        path = ask_where(self._bench.ask, dialog.panel, session.project.path, suffix)
        if path is None:
            return
        if self._dialog is not dialog:  # its project went while the place was asked for, and the dialog with it
            self._bench.tell(tr("Nothing was saved: the project was closed."))
            return
        dialog.tell(save(dialog.panel, path))

    # What happens

    def _close(self) -> None:
        if self._dialog is not None:
            self._dialog.close()

    def _on_session_changed(self) -> None:
        self._close()
        self._board = None
        self._found, self._options = {}, {}

    def _on_changed(self, changes: ChangeSet) -> None:
        if self._board is not None:
            self._board.forget(changes)
        self._edits += 1
        for one in self._found.values():
            one.stale = True
        if self._dialog is not None:
            self._again.start()

    def _on_closed(self, _: int) -> None:
        if self._dialog is not None:
            self._remember(self._dialog)
        self._dialog, self._found = None, {}  # the times of a million documents need not be kept
        self._again.stop()
        self._stop_reading()
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    # The next time

    def _recall(self) -> bool:
        """Begin with the page and the sets that were chosen last; returns whether the table was shown."""
        from annotator.store.figures_annotations import Whose
        from annotator.ui.models.statistics_pages import PAGES

        kept = recalled(self._bench.settings, CHOICES)
        page, sets = kept.get("page"), kept.get("sets")
        self._page = page if page in [one.key for one in PAGES] else ""
        self._chosen = None
        if isinstance(sets, list) and len(sets) == 2 and isinstance(sets[0], str) and sets[1] in ("", *Kind):
            self._chosen = Whose(sets[0], Kind(sets[1]) if sets[1] else None)
        return kept.get("table") is not False

    def _remember(self, dialog: StatisticsDialog) -> None:
        chosen, kept = self._chosen, recalled(self._bench.settings, CHOICES)
        sets = [chosen.annotator, chosen.kind or ""] if chosen is not None else kept.get("sets")
        keep(self._bench, CHOICES, {"page": self._page, "table": dialog.table.isChecked(), "sets": sets})


def _job(project: Project, work: Callable[[Connection, Progress], T]) -> Job[T]:
    def read(progress: Progress) -> T:
        with project.reading(), closing(project.reader()) as connection, search.interruptible(connection, progress):
            return work(connection, progress)

    return Job(tr("Counting"), read)
