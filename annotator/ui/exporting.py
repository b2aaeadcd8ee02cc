"""Asking what to export, with a count of it beforehand, and showing what became of it: losses are gone to in the article."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from annotator.domain.exchange import Loss, LossReport
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError
from annotator.jobs.workers import WorkerProcess
from annotator.store import queries
from annotator.ui.dialogs.frame import to_front
from annotator.ui.i18n import told, tr
from annotator.ui.jobs import awaited_from
from annotator.ui.latest import Latest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from annotator.commands.export_choice import ExportOptions
    from annotator.ui.dialogs.export import ExportDialog
    from annotator.ui.dialogs.report import LossReportDialog
    from annotator.ui.projects import Projects
    from annotator.ui.workbench import Workbench


class ProjectPreviewer:
    """Counts in a worker process of its own, so that an import or export under way need not wait, nor be waited for."""

    def __init__(self, bench: Workbench, projects: Projects) -> None:
        self._bench = bench
        self._latest: Latest[LossReport] = Latest(projects.jobs)

    def start(
        self, target: Path, options: ExportOptions, done: Callable[[LossReport], None], failed: Callable[[str], None]
    ) -> None:
        """Count what an export would do, in place of what is being counted."""
        from annotator.commands.export_preview import preview_project

        session = self._bench.session
        if session is None:
            self._latest.cancel()
            return
        project, annotator = str(session.project.path.resolve()), session.annotator

        def work(worker: WorkerProcess, progress: Progress) -> LossReport:
            with TemporaryDirectory(prefix="annotator-", ignore_cleanup_errors=True) as scratch:
                return awaited_from(worker, progress, preview_project, project, str(target), options, annotator, scratch)

        def stumbled(error: BaseException) -> None:
            if isinstance(error, AnnotatorError):
                failed(told(error))
                return
            failed(tr("What would go out could not be counted."))
            if not self._bench.explains(error):
                raise error

        self._latest.ask(tr("Counting"), work, done, stumbled)

    def stop(self) -> None:
        """Count no more."""
        self._latest.stop()


CHOICES = "export.choices"
"""The private setting that keeps the choices of the last export, as JSON."""


class Exporting(QObject):
    """The exports of one window: one dialog at a time, which does not block; its answer comes in a slot."""

    def __init__(self, bench: Workbench, projects: Projects, window: QWidget) -> None:
        super().__init__(window)
        self._bench, self._projects, self._window = bench, projects, window
        self._dialog: ExportDialog | None = None
        projects.exported.connect(self._on_exported)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)

    def ask(self) -> None:
        """Ask what to export, or come back to the question."""
        from annotator.formats.plugins import known_formats
        from annotator.ui.dialogs.export import ExportDialog
        from annotator.ui.dialogs.export_only import Offers

        session = self._bench.session
        if session is None:
            return
        if to_front(self._dialog):
            return
        counts = queries.status_counts(session.project.connection, session.annotator)
        writable = {name: entry for name, entry in known_formats().items() if entry.write is not None}
        scheme, fields = session.project.scheme, queries.meta_fields(session.project.connection)
        names = (tuple(label.name for label in labels) for labels in (scheme.spans, scheme.relations))
        dialog = self._dialog = ExportDialog(
            session.project.path,
            writable,
            counts,
            self._bench.ask,
            self._window,
            annotators=queries.annotators(session.project.connection),
            offers=Offers(*names, fields=tuple(fields)),
            previewer=ProjectPreviewer(self._bench, self._projects),
        )
        dialog.recall(self._remembered())
        dialog.accepted.connect(self._on_accepted)
        dialog.finished.connect(self._on_finished)
        if dialog.preview is not None:
            dialog.preview.shown.connect(self._on_list_shown)
        dialog.open()

    def _on_accepted(self) -> None:
        from annotator.ui.dialogs.export import ExportDialog

        dialog = self.sender()
        assert isinstance(dialog, ExportDialog)
        try:
            self._bench.settings.set(CHOICES, json.dumps(dialog.remember(), ensure_ascii=False))
        except AnnotatorError as error:
            self._bench.tell(told(error))
        self._projects.export(dialog.values().path, dialog.chosen_options())

    def _remembered(self) -> dict[str, str]:
        try:
            found = json.loads(self._bench.settings.get(CHOICES) or "{}")
        except ValueError:
            return {}
        return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}

    def _on_finished(self, _: int) -> None:
        self._dialog = None

    def _on_session_changed(self) -> None:
        if self._dialog is not None:
            self._dialog.reject()

    def _on_changed(self, _: object) -> None:
        if self._dialog is not None and self._dialog.preview is not None:
            self._dialog.preview.again()

    def _on_list_shown(self, dialog: LossReportDialog) -> None:
        dialog.lossActivated.connect(self._on_loss_activated)

    def _on_exported(self, report: LossReport) -> None:
        from annotator.ui.dialogs.modeless import show_report
        from annotator.ui.dialogs.report import LossReportDialog

        dialog = LossReportDialog(report, self._window, ask=self._bench.ask)
        dialog.lossActivated.connect(self._on_loss_activated)
        show_report(dialog, self._window, self._bench)

    def _on_loss_activated(self, loss: Loss) -> None:
        session = self._bench.session
        if session is None:
            return
        document_id = loss.document_id or next(
            (key for key, _ in queries.documents_named(session.project.connection, loss.document)), 0
        )
        document = self._bench.document
        if not document_id:
            return
        if document is None or document.document.id != document_id:
            self._bench.leaving.emit(None)
            document = self._bench.attempt(lambda: session.open_document(document_id))
        if document is None:
            return
        # what was exported may be another annotator's set, where the same ids mean other things
        span, relation = document.span(loss.item_id), document.relation(loss.item_id)
        head = document.span(relation.head) if relation is not None else None
        if loss.item == "span" and span and loss.start in (-1, span.start) and loss.label == span.label:
            self._bench.view.focus_span(loss.item_id)
        elif loss.item == "relation" and relation and head and loss.start in (-1, head.start) and loss.label == relation.label:
            self._bench.view.focus_relation(loss.item_id)
        elif loss.start >= 0:
            self._bench.view.place_caret(loss.start)
