"""Opening, making and closing projects; bringing articles in and gold out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from annotator.domain.exchange import Complaint, LossReport
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import AnnotatorError, DiskFull, FormatError, ProjectError, ProjectReadOnly
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.nlp.tokens import tokenize_batch
from annotator.paths import PROJECT_SUFFIX
from annotator.session.events import Event
from annotator.session.session import Session
from annotator.settings.table import with_recent
from annotator.store import queries
from annotator.store.project import Project, open_project
from annotator.ui.i18n import number, told, tr
from annotator.ui.places import go_back, note_place
from annotator.ui.under_way import UnderWay, refused

if TYPE_CHECKING:
    from annotator.commands.exporting import ExportOptions
    from annotator.commands.importing import ImportOptions, ImportReport, ImportStep
    from annotator.ui.jobs import WindowJobs
    from annotator.ui.workbench import Workbench

T = TypeVar("T")


class Projects:
    """The project files of one window.

    ``working`` tells of work under way; ``finished`` that there is none any more; ``unreadable`` of a file that cannot be opened, and
    why; ``left_behind`` that a program ended without closing the project that is open now.  One import or
    export runs at a time.
    """

    def __init__(self, bench: Workbench, jobs: WindowJobs, annotator: str) -> None:
        self.imported: Event[ImportReport] = Event(bench.leaving.on_failure)
        self.exported: Event[LossReport] = Event(bench.leaving.on_failure)
        self.working: Event[Progress] = Event(bench.leaving.on_failure)
        self.finished: Event[None] = Event(bench.leaving.on_failure)
        self.unreadable: Event[tuple[Path, AnnotatorError]] = Event(bench.leaving.on_failure)
        self.copied: Event[Path] = Event(bench.leaving.on_failure)
        self.export_failed: Event[AnnotatorError] = Event(bench.leaving.on_failure)
        self.left_behind: Event[Project] = Event(bench.leaving.on_failure)
        self._bench = bench
        self._jobs = jobs
        self._job: RunningJob | None = None
        self._step: ImportStep | None = None
        self.annotator = annotator
        self.beside: Callable[[], UnderWay | None] = lambda: None
        """Says what else is under way that an import or export must wait for; None for nothing."""

    @property
    def jobs(self) -> WindowJobs:
        """What runs work beside the window."""
        return self._jobs

    @property
    def busy(self) -> bool:
        """Whether an import or export is under way: until its outcome has arrived in the window, not only until its thread has ended."""
        return self._job is not None

    def under_way(self) -> UnderWay | None:
        """Return the import or export that other work must wait for; None if there is none."""
        if not self.busy:
            return None
        return UnderWay(tr("An import or export is under way: wait for it, or cancel it first."), self.cancel)

    def open(self, path: Path) -> bool:
        """Open a project file in place of the one that is open; what is wrong with it is said in the window."""
        session = self._bench.session
        if session is not None and not session.project.read_only and session.project.path.resolve() == path.resolve():
            return True
        if self._refuse_while_busy():
            return False
        try:
            opened = open_project(path)
        except Exception as error:
            if not self._bench.explains(error):
                raise
            if isinstance(error, ProjectError):
                self.unreadable.emit((path, error))
            return False
        return self._take(opened)

    def new(self, path: Path, labels: str, language: str) -> bool:
        """Make a project and open it."""
        from annotator.commands import projects

        if self._refuse_while_busy():
            return False
        made = self._bench.attempt(lambda: projects.new_project(path, labels=labels, language=language))
        return made is not None and self._take(made)

    def demo(self) -> None:
        """Open the demo project, made if it is not there."""
        from annotator.commands import projects

        if self._refuse_while_busy():
            return
        path = self._bench.attempt(projects.build_demo)
        if path is not None:
            self.open(path)

    def close(self) -> None:
        """Close the project and go back to the welcome page."""
        if not self._refuse_while_busy():
            self.remember()
            self._bench.set_session(None)

    def work_as(self, annotator: str) -> None:
        """Go on under another name, in the project that is open, too; while work is under way, from the next project on."""
        if annotator == self.annotator:
            return
        self.annotator = annotator
        session = self._bench.session
        if session is None:
            return
        if self.busy or self.beside():
            told_later = tr(
                "Something is under way in this project: your new name, {}, holds when you open a project the next time."
            )
            self._bench.messages.show_message(told_later.format(annotator), "info")
            return
        path = session.project.path
        self.close()
        if self.open(path):
            self._bench.tell(tr("You work as {} now.").format(annotator))

    def save_copy(self) -> None:
        """Ask for a place and write a copy of the project there, with what is half typed."""
        session = self._bench.session
        if session is None:
            return
        self._bench.leaving.emit(None)
        suggestion = session.project.path.with_name(f"{session.project.name} copy{PROJECT_SUFFIX}")
        target = self._bench.ask.save_file(tr("Save a copy"), suggestion, project_patterns())
        if target is None:
            return
        if target.suffix != PROJECT_SUFFIX:
            target = target.with_name(target.name + PROJECT_SUFFIX)
            text = tr("{} is there already. The copy would take its place.").format(target)
            if target.exists() and not self._bench.ask.confirm(tr("Save a copy"), text, tr("Replace")):
                return
        if self._bench.succeeds(lambda: session.project.save_copy(target)):
            self.copied.emit(target)

    def remember(self) -> None:
        """Save what is half typed, and keep which document is open and where the caret is, for the next time."""
        self._bench.leaving.emit(None)
        try:
            note_place(self._bench, anyway=True)
        except AnnotatorError as error:
            self._bench.tell(told(error))

    def _take(self, project: Project) -> bool:
        self.remember()
        session = Session(project, self.annotator)
        self._bench.set_session(session)
        settings, path = self._bench.settings, str(project.path.resolve())
        try:
            settings.set("project.last", path)
            settings.set("projects.recent", with_recent(settings.get("projects.recent"), path))
        except AnnotatorError as error:
            self._bench.tell(told(error))
        if self._bench.succeeds(lambda: go_back(self._bench, session)):
            if project.left_behind:
                self.left_behind.emit(project)
            elif project.read_only:
                said = " ".join(map(told, (project.read_only_reason, *project.notices)))
                self._bench.messages.show_message(said, "warning", *self._bench.remedy(ProjectReadOnly(project.read_only_reason)))
            elif project.notices:
                self._bench.messages.show_message(" ".join(map(told, project.notices)), "warning")
        return True

    # Import

    def import_files(self, paths: Sequence[Path], options: ImportOptions) -> None:
        """Import files beside the window: reading and tokenizing elsewhere, writing here in small pieces, all one step."""
        from annotator.commands import importing
        from annotator.commands.import_reports import report_path, reporting

        session = self._bench.session
        if session is None or not paths or self._refuse_while_busy() or self._refuse_beside() or self._bench.refuses_edits():
            return
        names = paths[0].name if len(paths) == 1 else tr("{} files").format(number(len(paths)))
        language, written = session.project.language, report_path(session.project.path)
        source = importing.source_of(paths)
        step = self._bench.attempt(importing.ImportStep(session, names, options=options, source=source).__enter__)
        if step is None:
            return
        self._step = step

        def work(progress: Progress) -> ImportReport:
            def tokens_of(texts: list[str]) -> Sequence[Tokens]:
                return [Tokens.from_flat(flat) for flat in self._jobs.awaited(progress, tokenize_batch, texts, language)]

            progress.start(tr("Importing"))
            if options.strict:
                _refuse_unsound(paths, options, progress)
            with reporting(written, paths) as report:
                for chunk in importing.prepared(importing.read_files(paths, options), tokens_of):
                    report.take(self._jobs.in_window(lambda chunk=chunk: step.add(chunk)))
                    progress.advance(len(chunk.entries))
            return report.whole

        self._start(Job(tr("Importing"), work), self._on_imported, self._on_import_failed)

    def _on_imported(self, report: ImportReport) -> None:
        finished = self._bench.succeeds(lambda: self._end_step(None))
        self._ended()
        if finished:
            self.imported.emit(report)

    def _on_import_failed(self, error: BaseException) -> None:
        from annotator.commands.importing import ImportReport, NotSound

        kept = self._bench.attempt(lambda: self._end_step(error))
        if isinstance(error, NotSound):
            self._ended()
            self.imported.emit(ImportReport(complaints=error.complaints))
        elif isinstance(error, DiskFull):
            self._failed(DiskFull(tr("The disk is full. Nothing was imported; free some space, and import again.")))
        else:
            self._failed(AnnotatorError(kept) if kept and isinstance(error, AnnotatorError) else error)

    def _end_step(self, error: BaseException | None) -> str:
        """Finish the import's step, or after an error take it back; returns why it could not be taken back, if so."""
        step, self._step = self._step, None
        if step is None:
            return ""
        step.__exit__(type(error) if error is not None else None, error, None)
        session = self._bench.session
        if session is not None and session.document is None:
            first = queries.neighbour_document(session.project.connection, 0, 1)
            if first is not None:
                session.open_document(first)
        return step.kept

    # Export

    def export(self, target: Path, options: ExportOptions) -> None:
        """Export in a worker process, read the result back, and announce the report."""
        from annotator.commands import exporting

        session = self._bench.session
        if session is None or self._refuse_while_busy() or self._refuse_beside():
            return
        self._bench.leaving.emit(None)
        project, annotator = str(session.project.path.resolve()), session.annotator

        def work(progress: Progress) -> LossReport:
            progress.start(tr("Exporting"))
            return self._jobs.awaited(progress, exporting.export_project, project, str(target), options, annotator)

        self._start(Job(tr("Exporting"), work), self._on_exported, self._on_export_failed)

    def _on_exported(self, report: LossReport) -> None:
        self._ended()
        self.exported.emit(report)

    def _on_export_failed(self, error: BaseException) -> None:
        self._failed(error)
        if isinstance(error, ProjectError | FormatError):  # else it was cancelled, and explained
            self.export_failed.emit(error)

    # Both

    def cancel(self) -> None:
        """Stop the import or export that is under way; the project is left as it was before."""
        if self._job is not None:
            self._job.cancel()

    def stop(self) -> None:
        """End all work for good, taking an unfinished import back; for a window that closes."""
        self._jobs.close()
        self._job = None
        self._bench.attempt(lambda: self._end_step(Cancelled()))

    def _start(self, job: Job[T], done: Callable[[T], None], failed: Callable[[BaseException], None]) -> None:
        def cancelled() -> None:
            failed(AnnotatorError(tr("Cancelled; nothing was changed.")))

        self._job = self._jobs.runner.start(job, done=done, failed=failed, cancelled=cancelled, progressed=self.working.emit)
        self.working.emit(self._job.progress)

    def _ended(self) -> None:
        self._job = None
        self.finished.emit(None)

    def _failed(self, error: BaseException) -> None:
        self._ended()
        if not self._bench.explains(error):
            raise error

    def _refuse_while_busy(self) -> bool:
        return refused(self._bench.messages, self.under_way())

    def _refuse_beside(self) -> bool:
        return refused(self._bench.messages, self.beside())


def _refuse_unsound(paths: Sequence[Path], options: ImportOptions, progress: Progress) -> None:
    """Read all files once before anything is written; raises ``NotSound`` where something would not come in whole."""
    from annotator.commands import importing
    from annotator.commands.importing import NotSound

    complaints: list[Complaint] = []
    for item in importing.read_files(paths, options):
        progress.advance(0)  # it may be cancelled
        if isinstance(item, Complaint):
            complaints.append(item)
    if any(complaint.lost for complaint in complaints):
        raise NotSound(complaints)


def project_patterns() -> str:
    """Return the file dialogs' filter for projects."""
    return tr("Projects") + f" (*{PROJECT_SUFFIX})"
