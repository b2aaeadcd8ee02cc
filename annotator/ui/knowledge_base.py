"""The knowledge base of the open project in its dialog: looking around in it, loading, saving and removing it beside the window."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer

from annotator.domain.progress import Cancelled, Progress
from annotator.jobs.job import Job
from annotator.store import knowledge, search
from annotator.ui.dialogs.frame import to_front
from annotator.ui.i18n import by_count, told, tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from annotator.commands.knowledge import LoadReport
    from annotator.domain.changes import ChangeSet
    from annotator.domain.knowledge import Entry
    from annotator.jobs.runner import RunningJob
    from annotator.session.session import Session
    from annotator.store.project import Project
    from annotator.ui.dialogs.knowledge import KnowledgeDialog, Links
    from annotator.ui.jobs import WindowJobs
    from annotator.ui.knowing import Knowing
    from annotator.ui.workbench import Workbench

T = TypeVar("T")

_LISTED = 200

AFTER_EDITS = 400
"""Milliseconds after the last edit until the links are counted anew."""


class KnowledgeBase(QObject):
    """The dialog of one window and what is done from it, one thing at a time.  ``knowing`` is told when there are other entries."""

    def __init__(self, bench: Workbench, jobs: WindowJobs, window: QWidget, knowing: Knowing) -> None:
        super().__init__(window)
        self._bench, self._jobs, self._window, self._knowing = bench, jobs, window, knowing
        self._dialog: KnowledgeDialog | None = None
        self._working: RunningJob | None = None
        self._counting: RunningJob | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AFTER_EDITS)
        self._again.timeout.connect(self._count_links)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)

    @property
    def busy(self) -> bool:
        """Whether a knowledge base is being loaded, saved or removed."""
        return self._working is not None

    def show(self) -> None:
        """Show the knowledge base of the open project."""
        from annotator.ui.dialogs.knowledge import KnowledgeDialog

        session = self._bench.session
        if session is None or to_front(self._dialog):
            return
        dialog = KnowledgeDialog(self._look_up, self._window, writable=not session.project.read_only)
        self._dialog = dialog
        dialog.loadRequested.connect(self._on_load_requested)
        dialog.removeRequested.connect(self._on_remove_requested)
        dialog.saveRequested.connect(self._on_save_requested)
        dialog.stopRequested.connect(self.stop)
        dialog.finished.connect(self._on_dialog_closed)
        self._show_state()
        if self._working is not None:
            dialog.show_progress(self._working.progress)
        dialog.open()

    def stop(self) -> None:
        """Stop what is being loaded; what was there stays."""
        if self._working is not None:
            self._working.cancel()

    def _look_up(self, typed: str) -> list[Entry]:
        session = self._bench.session
        if session is None:
            return []
        connection = session.project.connection
        if not typed:
            return self._bench.attempt(lambda: list(islice(knowledge.all_entries(connection), _LISTED))) or []
        found = self._bench.attempt(lambda: knowledge.search(connection, typed, limit=_LISTED)) or []
        return [match.entry for match in found]

    def _show_state(self) -> None:
        session, dialog = self._bench.session, self._dialog
        if session is None or dialog is None:
            return
        state = self._bench.attempt(lambda: knowledge.state(session.project.connection))
        if state is not None:
            dialog.show_state(state)
        self._count_links()

    def _count_links(self) -> None:
        """Count how the spans are linked, beside the window; what is being counted is counted no more."""
        session, dialog = self._bench.session, self._dialog
        if session is None or dialog is None:
            return
        self._stop_counting()

        def counted(links: Links) -> None:
            if self._counting is running:
                self._counting = None
                dialog.show_links(links)

        def failed(error: BaseException) -> None:
            if self._counting is running:
                self._counting = None
                if not self._bench.explains(error):
                    raise error

        running = self._counting = self._jobs.runner.start(_links_job(session.project), done=counted, failed=failed)

    def _stop_counting(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None

    def _on_dialog_closed(self, _: int) -> None:
        self._dialog = None
        self._again.stop()
        self._stop_counting()

    # Loading and removing

    def load(self, path: Path, *, replace: bool = False) -> None:
        """Load a file beside the window, in addition to what is there or in its place."""
        from annotator.commands import knowledge as commands

        if self._bench.refuses_edits():
            return
        mode = commands.Mode.REPLACE if replace else commands.Mode.ADD

        def work(session: Session, progress: Progress) -> LoadReport:
            write = self._writer(session)
            return commands.load(session.project, path, mode=mode, progress=progress, write=write, gently=True)

        self._start(tr("Loading the knowledge base"), work, self._on_loaded)

    def _start(self, title: str, work: Callable[[Session, Progress], T], done: Callable[[T], None]) -> None:
        session = self._bench.session
        if session is None or self._working is not None:
            return

        def finished(result: T) -> None:
            if self._working is running:
                self._working = None
                done(result)

        def failed(error: BaseException) -> None:
            if self._working is running:
                self._working = None
                self._end(told(error))
                if not self._bench.explains(error):
                    raise error

        def cancelled() -> None:
            if self._working is running:
                self._working = None
                self._end(tr("Stopped; what was there is there still."))

        def progressed(progress: Progress) -> None:
            if self._working is running and self._dialog is not None:
                self._dialog.show_progress(progress)

        job = Job(title, lambda progress: work(session, progress))
        running = self._working = self._jobs.runner.start(
            job, done=finished, failed=failed, cancelled=cancelled, progressed=progressed
        )
        if self._dialog is not None:
            self._dialog.show_progress(running.progress)

    def _writer(self, session: Session) -> Callable[[Callable[[], T]], T]:
        """Return what has a piece of writing done in the window's thread, as long as the project is open."""

        def guarded(call: Callable[[], T]) -> T:
            if self._bench.session is not session:
                raise Cancelled
            return call()

        return lambda call: self._jobs.in_window(lambda: guarded(call))

    def _end(self, said: str, report: LoadReport | None = None) -> None:
        self._knowing.forget()
        if self._dialog is not None:
            self._dialog.show_idle(said, report.complaints if report is not None else ())
            self._show_state()
        self._bench.tell(said)

    def _on_loaded(self, report: LoadReport) -> None:
        from annotator.ui.dialogs.knowledge import loading_words

        self._end(loading_words(report), report)

    def _on_removed(self, count: int) -> None:
        self._end(by_count(count, tr("{} entry was removed; all links stay."), tr("{} entries were removed; all links stay.")))

    def _on_saved(self, count: int) -> None:
        said = by_count(count, tr("{} entry was saved."), tr("{} entries were saved."))
        if self._dialog is not None:
            self._dialog.show_idle(said)
        self._bench.tell(said)

    # What is asked

    def _on_load_requested(self, path: Path | None, replace: bool) -> None:
        session = self._bench.session
        if session is None:
            return
        if path is None:
            patterns = f"{tr('Knowledge bases')} (*.csv *.tsv *.jsonl *.json);;{tr('All files')} (*)"
            path = self._bench.ask.open_file(tr("Load a knowledge base"), session.project.path.parent, patterns)
        if path is not None and (not replace or self._agrees(tr("Replace"))):
            self.load(path, replace=replace)

    def _on_remove_requested(self) -> None:
        from annotator.commands import knowledge as commands

        if self._bench.refuses_edits() or not self._agrees(tr("Remove")):
            return

        def work(session: Session, progress: Progress) -> int:
            return commands.remove(session.project, progress=progress, write=self._writer(session), gently=True)

        self._start(tr("Removing the knowledge base"), work, self._on_removed)

    def _agrees(self, action: str) -> bool:
        """Ask, with the numbers, whether what is there may go; there is nothing to ask where nothing is."""
        session = self._bench.session
        if session is None or not self._knowing.count:
            return session is not None
        spans = self._bench.attempt(lambda: knowledge.linked_span_count(session.project.connection))
        if spans is None:
            return False
        entries = by_count(self._knowing.count, tr("{} entry will be removed."), tr("{} entries will be removed."))
        linked = by_count(
            spans,
            tr("{} linked span keeps its id, whose name is known no longer unless the new file has it."),
            tr("{} linked spans keep their ids, whose names are known no longer unless a new file has them."),
        )
        text = " ".join((entries, linked, tr("This cannot be undone.")))
        return self._bench.ask.confirm(tr("Knowledge base"), text, action)

    def _on_save_requested(self) -> None:
        from annotator.commands import knowledge as commands

        session = self._bench.session
        if session is None:
            return
        suggestion = session.project.path.with_name(f"{session.project.name} knowledge.jsonl")
        target = self._bench.ask.save_file(tr("Save the knowledge base"), suggestion, f"{tr('Knowledge bases')} (*.jsonl)")
        if target is None:
            return

        def work(session: Session, progress: Progress) -> int:
            with session.project.reading(), closing(session.project.reader()) as connection:
                return commands.export(connection, target, progress)

        self._start(tr("Saving the knowledge base"), work, self._on_saved)

    # What happens elsewhere

    def _on_changed(self, _: ChangeSet) -> None:
        if self._dialog is not None:
            self._again.start()

    def _on_session_changed(self) -> None:
        if self._working is not None:
            self._working.cancel()
            self._working = None
        if self._dialog is not None:
            self._dialog.close()


def _links_job(project: Project) -> Job[Links]:
    from annotator.ui.dialogs.knowledge import Links

    def work(progress: Progress) -> Links:
        with project.reading(), closing(project.reader()) as connection, search.interruptible(connection, progress):
            known = knowledge.linked_span_count(connection)
            return Links(known, tuple(knowledge.linked_ids_without_entry(connection)))

    return Job(tr("Counting"), work)
