"""Having suggesters pre-annotate documents: runs them beside the window, and says what came of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import AnnotatorError
from annotator.store import queries, suggesters
from annotator.store.suggesters import KnownSuggester
from annotator.ui import suggesting_words as words
from annotator.ui.i18n import told, tr
from annotator.ui.suggesting_asking import Asking
from annotator.ui.suggesting_choice import Row, placed, ready, remember_run
from annotator.ui.suggesting_run import Run, Wanted
from annotator.ui.suggesting_warm import Warmth
from annotator.ui.under_way import UnderWay, refused

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from annotator.commands.suggesting import SuggestReport
    from annotator.ui.projects import Projects
    from annotator.ui.workbench import Workbench


class Suggesting(QObject):
    """The runs of one window, one at a time.

    ``working`` carries the ``Progress`` of a run over several documents and its words for the status bar; ``finished`` says that there is
    none any more.  ``listed`` returns the ids of the documents that the list shows, None where it shows all of them.
    """

    working = Signal(object, str)
    finished = Signal()

    def __init__(self, bench: Workbench, projects: Projects, window: QWidget, listed: Callable[[], Sequence[int] | None]) -> None:
        super().__init__(window)
        self._bench, self._projects, self._window = bench, projects, window
        self._run: Run | None = None
        self._report: SuggestReport | None = None
        self._before = 0
        bench.sessionChanged.connect(self._on_session_changed)  # before the others hear of it: the run must not outlive its project
        bench.documentOpened.connect(self._on_document_opened)
        self.asking = Asking(bench, projects.jobs, window, listed)
        self.warmth = Warmth(bench, projects.jobs, self.asking, busy=lambda: self.busy)
        self.asking.chosen.connect(self.run)
        self.asking.patternsSaved.connect(self.warmth.helper.forget)
        projects.beside = self.under_way

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        return self._run is not None

    @property
    def report(self) -> SuggestReport | None:
        """What the last run of this project did; None where there was none since it was opened."""
        return self._report

    def ask(self) -> None:
        """Ask which suggesters are to run over what."""
        if self._bench.session is not None and not self._bench.refuses_edits() and not self._refuses_while_busy():
            self.asking.ask()

    # Running

    def run(self, rows: Sequence[Row], document_ids: Sequence[int] | None, again: bool = False) -> bool:
        """Run the suggesters that are on over some documents, or over the project (None); False, with the reason said, if it cannot.

        Over the project it goes on where an unfinished run stopped, unless it is to begin ``again``.
        """
        from annotator.commands.suggester_setups import plan
        from annotator.commands.suggesting import Order

        session = self._bench.session
        if session is None or self._bench.refuses_edits() or self._refuses_while_busy():
            return False
        setups = self._bench.attempt(lambda: self.asking.trusted(ready(rows, session.project.language)))
        if not setups:
            return False
        connection = session.project.connection
        after, kept = plan(connection, setups, again=again)
        ids = document_ids if document_ids is not None else queries.document_ids(connection)
        self._before = bisect_right(ids, after) if document_ids is None and after else 0
        ids = ids[self._before :]
        try:
            remember_run(self._bench.settings, str(session.project.path.resolve()), [setup.name for setup in setups])
        except AnnotatorError as error:
            self._bench.tell(told(error))
        wanted = Wanted(session, session.project.scheme, tuple(setups), Order(ids), len(ids), document_ids is None)
        return self._begin(wanted, placed(rows, kept, suggesters.known(connection)), alone=len(ids) == 1)

    def run_kinds(self, kinds: Sequence[str]) -> bool:
        """Run suggesters of these kinds over the project; the others of the list stay off."""
        rows = self._bench.attempt(self.asking.rows) if self._bench.session is not None else None
        return rows is not None and self.run([replace(row, on=row.setup.kind in kinds) for row in rows], None)

    def here(self) -> None:
        """Run the suggesters that ran last over the open document alone; during a run over more, have it take its turn next."""
        document = self._bench.document
        if document is None or self._bench.refuses_edits():
            return
        if self._run is not None and not self._run.alone:
            self._run.put_first(document.document.id)
            self._bench.tell(tr("This document is next."))
            return
        if document.info.status in (Status.DONE, Status.SKIPPED):
            self._bench.tell(tr("This document is finished: take it up again to have suggestions in it."))
            return
        rows = None if self.busy else self._bench.attempt(self.asking.rows)
        if rows is not None:
            self.run(rows, [document.document.id])

    def cancel(self) -> None:
        """Stop the run that is under way; what was suggested stays."""
        if self._run is not None:
            self._run.cancel()

    def stop(self) -> None:
        """End everything for good, for a window that closes."""
        if self._run is not None:
            self._run.cancel(wait=True)
        self.warmth.stop()

    def _begin(self, wanted: Wanted, kept: list[KnownSuggester], *, alone: bool) -> bool:
        from annotator.commands.suggesting import SuggestStep

        step = SuggestStep(wanted.session, wanted.setups, kept, whole=wanted.whole)
        if not self._bench.succeeds(step.__enter__):
            return False
        self.warmth.give_way()
        helper, jobs = self.warmth.helper, self._projects.jobs
        run = self._run = Run(wanted, step, jobs, helper, alone=alone, advanced=self._on_advanced, ended=self._on_ended)
        self._on_document_opened()
        self._on_advanced(run)
        run.start()
        return True

    def under_way(self) -> UnderWay | None:
        """Return the run that other work must wait for; None if there is none."""
        if self._run is None:
            return None
        return UnderWay(tr("Suggestions are being made: wait for them, or cancel that first."), self.cancel)

    def _refuses_while_busy(self) -> bool:
        return refused(self._bench.messages, self._projects.under_way() or self.under_way())

    # What came of it

    def _on_advanced(self, run: Run) -> None:
        if run.alone:
            return
        progress = Progress()
        if not run.done:
            self.working.emit(progress, tr("Suggesters are made ready"))
            return
        progress.total, progress.done = self._before + run.wanted.total, self._before + run.done
        self.working.emit(progress, words.progress_line(progress, run.seconds_left()))

    def _on_ended(self, run: Run, error: BaseException | None) -> None:
        from annotator.jobs.steadfast import GaveUp
        from annotator.ui.dialogs.suggest_report import summary

        self._run, report = None, run.report
        self._report = report
        self.finished.emit()
        if isinstance(error, Cancelled):
            if self._bench.session is run.wanted.session:  # else its project is closed
                done, total = self._before + run.done, self._before + run.wanted.total
                self._show(words.stopped(done, total, whole=run.wanted.whole), "info")
        elif isinstance(error, GaveUp):
            self._show(words.gave_up(), "error")
        elif error is not None:
            if not self._bench.explains(error):
                raise error
        elif run.alone and not report.failed:
            self._bench.tell(words.here(report))
        else:
            self._show(summary(report), "warning" if report.failed else "info")

    def _show(self, text: str, level: str) -> None:
        self._bench.messages.show_message(text, level, tr("Report…"), self.show_report)

    def show_report(self) -> None:
        """List what the last run left out, and where it failed."""
        from annotator.ui.dialogs.modeless import show_report
        from annotator.ui.dialogs.suggest_report import SuggestReportDialog

        if self._report is None:
            return
        dialog = SuggestReportDialog(self._report, self._window)
        dialog.documentRequested.connect(self._on_document_requested)
        show_report(dialog, self._window, self._bench)

    def _on_document_requested(self, complaint: Complaint) -> None:
        session = self._bench.session
        if session is None:
            return
        found = [key for key, _ in queries.documents_named(session.project.connection, complaint.place)]
        if found and (session.document is None or session.document.document.id != found[0]):
            self._bench.leaving.emit(None)
            self._bench.attempt(lambda: session.open_document(found[0]))

    # What happens meanwhile

    def _on_session_changed(self) -> None:
        if self._run is not None:
            self._run.cancel(wait=True)
        self._report = None

    def _on_document_opened(self) -> None:
        document = self._bench.document
        if self._run is not None and document is not None and self._run.wanted.whole:
            self._run.put_first(document.document.id)
