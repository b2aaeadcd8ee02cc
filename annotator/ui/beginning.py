"""Beginning a project: one question for labels, language, first articles and suggesters, and what follows from the answer.

Articles go through the import with its preview, except for plain text, of which there is nothing to ask; the suggesters run once they
are in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from annotator.paths import PROJECT_SUFFIX
from annotator.ui.i18n import tr
from annotator.ui.recalling import ARTICLES, LastFolders, keep, recalled

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from annotator.commands.importing import ImportReport
    from annotator.session.session import Session
    from annotator.ui.projects import Projects
    from annotator.ui.workbench import Workbench


CHOICES = "beginning.choices"
"""The private setting that keeps labels, language and suggesters of the last new project, as JSON."""


class Beginning(QObject):
    """Asks for new projects in one window, without blocking it.

    ``folder`` says where files are looked for first; ``import_files`` imports files, and asks what is to be asked.
    ``suggestersWanted`` carries the kinds of suggesters that are to run over the open project, whose first articles are in.
    """

    suggestersWanted = Signal(object)

    def __init__(
        self,
        bench: Workbench,
        projects: Projects,
        window: QWidget,
        folder: Callable[[], Path],
        import_files: Callable[[Sequence[Path]], None],
    ) -> None:
        super().__init__(window)
        self._bench, self._projects, self._window, self._folder = bench, projects, window, folder
        self._import_files = import_files
        self._folders = LastFolders(bench, folder)
        self._waiting: tuple[Session, tuple[str, ...]] | None = None
        """The kinds of suggesters that run over a project once its first articles are in."""
        projects.imported.connect(self._on_imported)
        bench.sessionChanged.connect(self._on_session_changed)

    def ask(self, articles: Sequence[Path] = ()) -> None:
        """Ask for a new project, labels and language as chosen last; ``articles`` are in its list from the start."""
        from annotator.commands.projects import DEFAULT_LANGUAGE, DEFAULT_SCHEME, shipped_schemes
        from annotator.ui.dialogs.new_project import NewProjectDialog

        dialog = NewProjectDialog(
            self._folder() / f"untitled{PROJECT_SUFFIX}",
            list(shipped_schemes()),
            DEFAULT_SCHEME,
            DEFAULT_LANGUAGE,
            self._window,
            ask=self._bench.ask,
            articles=articles,
            folders=self._folders,
        )
        dialog.recall(recalled(self._bench.settings, CHOICES))
        dialog.accepted.connect(self._on_accepted)
        dialog.open()

    def ask_for_articles(self) -> None:
        """Ask for files, then for the project they go into; nothing happens without files."""
        found = self._bench.ask.open_files(tr("Articles"), self._folders.of(ARTICLES), f"{tr('All files')} (*)")
        if found:
            self._folders.note(ARTICLES, found[0].parent)
            self.ask(found)

    def _on_accepted(self) -> None:
        from annotator.ui.dialogs.new_project import NewProjectDialog

        dialog = self.sender()
        assert isinstance(dialog, NewProjectDialog)
        chosen = dialog.values()
        keep(self._bench, CHOICES, dialog.remember())
        if not self._projects.new(chosen.path, chosen.labels, chosen.language) or not chosen.articles:
            return
        session = self._bench.session
        if session is not None and chosen.suggesters:
            self._waiting = (session, chosen.suggesters)
        self._import_files(chosen.articles)

    def _on_imported(self, report: ImportReport) -> None:
        waiting = self._waiting
        if waiting is not None and self._bench.session is waiting[0] and report.documents:
            self._waiting = None
            self.suggestersWanted.emit(waiting[1])

    def _on_session_changed(self) -> None:
        if self._waiting is not None and self._bench.session is not self._waiting[0]:
            self._waiting = None
