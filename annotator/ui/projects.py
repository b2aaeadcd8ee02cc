"""Opening, making and closing projects; bringing articles in and gold out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.commands import exporting, importing, projects
from annotator.commands.exporting import ExportOptions
from annotator.commands.importing import ImportOptions, ImportReport
from annotator.domain.exchange import Complaint, LossReport
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.nlp.tokens import tokenize_batch
from annotator.paths import PROJECT_SUFFIX
from annotator.session.events import Event
from annotator.session.session import Session
from annotator.settings.table import with_latest, with_recent
from annotator.store import queries
from annotator.store.project import Project, open_project
from annotator.ui.i18n import tr

if TYPE_CHECKING:
    from annotator.ui.jobs import WindowJobs
    from annotator.ui.workbench import Workbench


class Projects:
    """The project files of one window.

    ``working`` tells of work under way; ``finished`` that there is none any more.
    """

    def __init__(self, bench: Workbench, jobs: WindowJobs, annotator: str) -> None:
        self.imported: Event[ImportReport] = Event()
        self.exported: Event[LossReport] = Event()
        self.working: Event[Progress] = Event()
        self.finished: Event[None] = Event()
        self._bench = bench
        self._jobs = jobs
        self.annotator = annotator

    @property
    def busy(self) -> bool:
        """Whether an import or export is under way."""
        return bool(self._jobs.runner.running)

    def open(self, path: Path) -> bool:
        """Open a project file in place of the one that is open; what is wrong with it is said in the window."""
        session = self._bench.session
        if session is not None and session.project.path.resolve() == path.resolve():
            return True
        if self._refuse_while_busy():
            return False
        opened = self._bench.attempt(lambda: open_project(path))
        return opened is not None and self._take(opened)

    def new(self, path: Path, labels: str, language: str) -> bool:
        """Make a project and open it."""
        if self._refuse_while_busy():
            return False
        made = self._bench.attempt(lambda: projects.new_project(path, labels=labels, language=language))
        return made is not None and self._take(made)

    def demo(self) -> None:
        """Open the demo project, made if it is not there."""
        path = self._bench.attempt(projects.build_demo)
        if path is not None:
            self.open(path)

    def close(self) -> None:
        """Close the project and go back to the welcome page."""
        if not self._refuse_while_busy():
            self.remember()
            self._bench.set_session(None)

    def save_copy(self) -> None:
        """Ask for a place and write a copy of the project there."""
        session = self._bench.session
        if session is None:
            return
        suggestion = session.project.path.with_name(f"{session.project.name} copy{PROJECT_SUFFIX}")
        target = self._bench.ask.save_file(tr("Save a copy"), suggestion, project_patterns())
        if target is not None:
            self._bench.attempt(lambda: session.project.save_copy(target))
            if target.exists():
                self._bench.messages.show_message(tr("The copy is at {}.").format(target), "info")

    def remember(self) -> None:
        """Keep which document is open and where the caret is, for the next time."""
        session, document = self._bench.session, self._bench.document
        if session is None or document is None:
            return
        key, settings = str(session.project.path.resolve()), self._bench.settings
        try:
            settings.set("session.document", with_latest(settings.get("session.document"), key, document.document.id))
            settings.set("session.caret", with_latest(settings.get("session.caret"), key, self._bench.view.caret))
        except AnnotatorError as error:
            self._bench.tell(str(error))

    def _take(self, project: Project) -> bool:
        self.remember()
        self._bench.set_session(Session(project, self.annotator))
        settings, path = self._bench.settings, str(project.path.resolve())
        try:
            settings.set("project.last", path)
            settings.set("projects.recent", with_recent(settings.get("projects.recent"), path))
        except AnnotatorError as error:
            self._bench.tell(str(error))
        self._restore(project, path)
        if project.read_only:
            self._bench.messages.show_message(project.read_only_reason, "warning")
        return True

    def _restore(self, project: Project, key: str) -> None:
        session, settings = self._bench.session, self._bench.settings
        assert session is not None
        wanted = settings.get("session.document").get(key, 0)
        found = wanted if wanted and queries.document(project.connection, wanted) else None
        found = found or queries.open_document_after(project.connection, 0, session.annotator)
        found = found or queries.neighbour_document(project.connection, 0, 1)
        if found is not None:
            self._bench.attempt(lambda: session.open_document(found))
            if found == wanted:
                self._bench.view.place_caret(settings.get("session.caret").get(key, 0))

    # Import

    def import_files(self, paths: Sequence[Path], options: ImportOptions) -> None:
        """Import files beside the window: reading and tokenizing elsewhere, writing here in small pieces, all one step."""
        session = self._bench.session
        if session is None or not paths or self._refuse_while_busy():
            return
        if session.project.read_only:
            self._bench.messages.show_message(session.project.read_only_reason, "warning")
            return
        names = paths[0].name if len(paths) == 1 else tr("{} files").format(len(paths))
        language = session.project.language
        step = importing.ImportStep(session, names)
        if self._bench.attempt(step.__enter__) is None:
            return

        def tokens_of(texts: list[str]) -> Sequence[Tokens]:
            return [Tokens.from_flat(flat) for flat in self._jobs.worker.submit(tokenize_batch, texts, language).result()]

        def work(progress: Progress) -> ImportReport:
            report = ImportReport()
            if options.strict:
                found = [item for item in importing.read_files(paths, options) if isinstance(item, Complaint)]
                if any(complaint.lost for complaint in found):
                    return ImportReport(complaints=found)
            progress.start(tr("Importing"))
            for chunk in importing.prepared(importing.read_files(paths, options), tokens_of):
                report.add(self._jobs.in_window(lambda chunk=chunk: step.add(chunk)))
                progress.advance(len(chunk.entries))
            return report

        def done(report: ImportReport) -> None:
            step.__exit__(None, None, None)
            self.finished.emit(None)
            if self._bench.document is None:
                self._open_first()
            self.imported.emit(report)

        def failed(error: BaseException) -> None:
            step.__exit__(type(error), error, None)
            self._failed(error)

        self._start(Job(tr("Importing"), work), done, failed)

    def _open_first(self) -> None:
        session = self._bench.session
        if session is not None:
            first = queries.neighbour_document(session.project.connection, 0, 1)
            if first is not None:
                self._bench.attempt(lambda: session.open_document(first))

    # Export

    def export(self, target: Path, options: ExportOptions) -> None:
        """Export in a worker process, read the result back, and announce the report."""
        session = self._bench.session
        if session is None or self._refuse_while_busy():
            return
        session.project.checkpoint()
        project, annotator = str(session.project.path.resolve()), session.annotator
        worker = self._jobs.worker

        def work(progress: Progress) -> LossReport:
            progress.start(tr("Exporting"))
            return worker.submit(exporting.export_project, project, str(target), options, annotator).result()

        def done(report: LossReport) -> None:
            self.finished.emit(None)
            self.exported.emit(report)

        self._start(Job(tr("Exporting"), work), done, self._failed)

    def cancel(self) -> None:
        """Stop the import or export that is under way; the project is left as it was before."""
        for job in self._jobs.runner.running:
            job.cancel()

    def _start(self, job: Job, done: Callable[..., None], failed: Callable[[BaseException], None]) -> None:
        def cancelled() -> None:
            failed(AnnotatorError(tr("Cancelled; nothing was changed.")))

        running = self._jobs.runner.start(job, done=done, failed=failed, cancelled=cancelled, progressed=self.working.emit)
        self.working.emit(running.progress)

    def _failed(self, error: BaseException) -> None:
        self.finished.emit(None)
        if isinstance(error, AnnotatorError):
            self._bench.messages.show_message(str(error), "warning")
        else:
            raise error

    def _refuse_while_busy(self) -> bool:
        if self.busy:
            self._bench.messages.show_message(tr("An import or export is under way: wait for it, or cancel it first."), "warning")
        return self.busy


def project_patterns() -> str:
    """Return the file dialogs' filter for projects."""
    return tr("Projects") + f" (*{PROJECT_SUFFIX})"
