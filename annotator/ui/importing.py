"""Asking what to import, with a look at it beforehand, and showing what came of it: reads beside the window, remembers choices, and
hands over to ``Projects``."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError
from annotator.store.queries import Connection
from annotator.ui.feeds import Feed
from annotator.ui.i18n import told, tr
from annotator.ui.recalling import ARTICLES, LastFolders

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from annotator.commands.importing import ImportOptions, ImportReport
    from annotator.commands.previewing import Survey
    from annotator.ui.jobs import WindowJobs
    from annotator.ui.projects import Projects
    from annotator.ui.workbench import Workbench

CHOICES = "import.choices"
"""The private setting that keeps the choices of the last import, as JSON."""


class FileSurveyor:
    """Surveys files in a job with a connection of its own; ``bench`` says for which project, and shows what nobody expected."""

    def __init__(self, bench: Workbench, jobs: WindowJobs | None) -> None:
        self._bench = bench
        self._feed = Feed(jobs)

    def start(
        self, paths: Sequence[Path], options: ImportOptions, done: Callable[[Survey], None], failed: Callable[[str], None]
    ) -> None:
        """Survey files, in place of what is being surveyed."""
        from annotator.commands.previewing import survey

        session = self._bench.session
        if session is None:
            return
        scheme = session.project.scheme

        def pages(connection: Connection, progress: Progress) -> Generator[Survey]:
            yield survey(connection, scheme, paths, options, progress)

        def stumbled(error: BaseException) -> None:
            if isinstance(error, AnnotatorError):
                failed(told(error))
                return
            failed(tr("The files could not be read to their end."))
            if not self._bench.explains(error):
                raise error

        self._feed.start(session.project, tr("Reading"), pages, take=done, done=_nothing, failed=stumbled)

    def stop(self) -> None:
        """Read no more."""
        self._feed.stop(wait=True)


def _nothing() -> None:
    pass


class Importing(QObject):
    """The imports of one window.  ``folder`` says where choosing files begins; the dialog does not block, its answer comes in a slot."""

    def __init__(self, bench: Workbench, projects: Projects, window: QWidget, folder: Callable[[], Path]) -> None:
        super().__init__(window)
        self._bench, self._projects, self._window = bench, projects, window
        self._folders = LastFolders(bench, folder)
        projects.imported.connect(self._on_imported)

    def ask(self, paths: Sequence[Path] = ()) -> None:
        """Ask what to import; ``paths`` are in the list from the start."""
        from annotator.formats.plugins import known_formats
        from annotator.ui.dialogs.import_files import ImportDialog

        session = self._bench.session
        if session is None:
            return
        readable = [name for name, entry in known_formats().items() if entry.read is not None]
        dialog = ImportDialog(
            self._folders.of(ARTICLES),
            readable,
            self._bench.ask,
            self._window,
            paths=paths,
            surveyor=FileSurveyor(self._bench, self._projects.jobs),
            scheme=session.project.scheme,
            remembered=self.remembered(),
        )
        dialog.accepted.connect(self._on_accepted)
        dialog.finished.connect(self._on_finished)
        dialog.open()

    def bring_in(self, paths: Sequence[Path]) -> None:
        """Import files that were chosen already; asked about is only what is not plain text alone, of which there is nothing to ask."""
        from annotator.commands.folders import are_plain
        from annotator.commands.importing import ImportOptions

        if are_plain(paths):
            self._projects.import_files(paths, ImportOptions(format="text"))
        else:
            self.ask(paths)

    def remembered(self) -> dict[str, Any]:
        """Return the choices of the last import."""
        try:
            found = json.loads(self._bench.settings.get(CHOICES) or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _on_finished(self, _: int) -> None:
        from annotator.ui.dialogs.import_files import ImportDialog

        dialog = self.sender()
        assert isinstance(dialog, ImportDialog)
        if dialog.page.folder != self._folders.of(ARTICLES):
            self._folders.note(ARTICLES, dialog.page.folder)

    def _on_accepted(self) -> None:
        from annotator.ui.dialogs.import_files import ImportDialog

        dialog = self.sender()
        assert isinstance(dialog, ImportDialog)
        chosen = dialog.values()
        try:
            self._bench.settings.set(CHOICES, json.dumps(dialog.remember(), ensure_ascii=False))
        except AnnotatorError as error:
            self._bench.tell(told(error))
        self._projects.import_files(chosen.paths, chosen.options())

    def _on_imported(self, report: ImportReport) -> None:
        from annotator.ui.dialogs.import_report import ImportReportDialog
        from annotator.ui.dialogs.modeless import show_report

        show_report(ImportReportDialog(report, self._window), self._window, self._bench)
