"""Asks which suggesters are to run, edits their pattern files, and asks for trust in what brings code along."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from annotator.domain.suggesting import SuggesterSetup
from annotator.errors import SuggesterError
from annotator.store import queries
from annotator.ui.i18n import tr
from annotator.ui.suggesting_choice import Row, last_run, ready, rows_of
from annotator.ui.suggesting_patterns import PatternChecker, PatternDraft, kept_words
from annotator.ui.suggesting_sources import SourceReader

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from annotator.ui.dialogs.patterns import PatternsDialog
    from annotator.ui.dialogs.suggest import SuggestDialog
    from annotator.ui.drafts import Kept
    from annotator.ui.jobs import WindowJobs
    from annotator.ui.workbench import Workbench

_MOST_CODE = 5
"""So many pieces of a pipeline's own code are named in the question about them."""


class Asking(QObject):
    """One dialog at a time, which does not block the window.

    ``chosen`` carries the rows, the ids of the documents (None for the project) and whether to begin anew; ``patternsSaved`` that a
    pattern file was written.  ``listed`` returns the ids of the documents that the list shows, None where it shows all of them.
    """

    chosen = Signal(object, object, bool)
    patternsSaved = Signal()

    def __init__(self, bench: Workbench, jobs: WindowJobs, window: QWidget, listed: Callable[[], Sequence[int] | None]) -> None:
        super().__init__(window)
        self._bench, self._jobs, self._window, self._listed = bench, jobs, window, listed
        self._dialog: SuggestDialog | None = None
        self._editors: list[PatternsDialog] = []
        self._drafts: list[PatternDraft] = []
        self._trusted: set[str] = set()
        bench.sessionChanged.connect(self._on_session_changed)
        bench.documentOpened.connect(self._on_document_opened)

    def ask(self) -> None:
        """Ask which suggesters are to run over what, or come back to the question."""
        from annotator.ui.dialogs.frame import to_front
        from annotator.ui.dialogs.suggest import SuggestDialog

        session = self._bench.session
        if session is None:
            return
        if to_front(self._dialog):
            return
        rows = self._bench.attempt(self.rows)
        if rows is None:
            return
        dialog = self._dialog = SuggestDialog(
            rows,
            session.project.scheme,
            self._bench.ask,
            self._window,
            folder=session.project.path.parent,
            total=queries.document_count(session.project.connection),
            listed=self._listed(),
            document=self._name(),
            unfinished=self._unfinished,
            trusts=self._trusts,
            reader=SourceReader(self._jobs),
        )
        dialog.detail.patternsRequested.connect(self._on_patterns_requested)
        dialog.accepted.connect(self._on_accepted)
        dialog.finished.connect(self._on_finished)
        dialog.open()

    def rows(self) -> list[Row]:
        """Return the suggesters of the open project, those on that ran last."""
        session = self._bench.session
        assert session is not None
        last = last_run(self._bench.settings, str(session.project.path.resolve()))
        return rows_of(session.project.connection, session.project.language, last)

    def trusted(self, setups: Iterable[SuggesterSetup], *, ask: bool = True) -> list[SuggesterSetup] | None:
        """Return the setups with the word on whether their code may run; None where it may not.  Without ``ask`` nobody is asked."""
        found = list(setups)
        if ask and not all(map(self._trusts, found)):
            return None
        return [replace(setup, trusted=setup.source in self._trusted) for setup in found]

    def _trusts(self, setup: SuggesterSetup) -> bool:
        """Tell whether a suggester may be loaded: one that brings code along only after a question, which is asked once."""
        from annotator.commands.suggester_sources import described

        if setup.kind != "pipeline" or setup.source in self._trusted:
            return True
        found = described(setup)
        if found.problem:
            self._bench.messages.show_message(found.problem, "error")
            return False
        if found.own_code:
            shown = ", ".join(found.own_code[:_MOST_CODE]) + (", …" if len(found.own_code) > _MOST_CODE else "")
            text = tr("The pipeline “{}” brings code that is not spaCy's: {}. It would run with all your rights.")
            if not self._bench.ask.confirm(tr("Suggest"), text.format(setup.source, shown), tr("I trust it")):
                return False
            self._trusted.add(setup.source)
        return True

    def _unfinished(self, rows: Sequence[Row]) -> int:
        """Return how many documents an unfinished run of these suggesters has done; 0 where none is unfinished."""
        from annotator.commands.suggester_setups import plan

        session = self._bench.session
        if session is None:
            return 0
        with suppress(SuggesterError):
            after, _ = plan(session.project.connection, ready(rows, session.project.language))
            return bisect_right(queries.document_ids(session.project.connection), after) if after else 0
        return 0

    def _on_accepted(self) -> None:
        from annotator.ui.dialogs.suggest import Scope, SuggestDialog

        dialog = self.sender()
        assert isinstance(dialog, SuggestDialog)
        choice = dialog.values()
        ids: Sequence[int] | None = None
        if choice.scope is Scope.LISTED:
            ids = dialog.listed
        elif choice.scope is Scope.DOCUMENT:
            document = self._bench.document
            ids = [document.document.id] if document is not None else []
        self.chosen.emit(choice.rows, ids, choice.again)

    def _on_finished(self, _: int) -> None:
        self._dialog = None

    # Patterns

    def _on_patterns_requested(self, setup: SuggesterSetup) -> None:
        """Edit the pattern file of the suggester that the dialog shows, or a new one."""
        session = self._bench.session
        if session is None:
            return
        path = Path(setup.source) if setup.source else None
        if path is None:
            patterns = f"{tr('Patterns')} (*.txt *.jsonl)"
            name = "relations.jsonl" if setup.kind == "relations" else "patterns.txt"
            path = self._bench.ask.save_file(tr("New pattern file"), session.project.path.with_name(name), patterns)
        if path is not None:
            self.edit_patterns(path, setup.kind)

    def edit_patterns(self, path: Path, kind: str) -> None:
        """Open the editor of pattern files on a file; one of relation patterns that is not there yet begins as the shipped one."""
        from annotator.nlp.relation_patterns import shipped_patterns
        from annotator.ui.dialogs.patterns import PatternsDialog

        for editor in self._editors:
            if editor.path == path:
                editor.raise_()
                editor.activateWindow()
                return
        beginning = ""
        if kind == "relations":
            with suppress(OSError):
                beginning = shipped_patterns().read_text(encoding="utf-8")
        checker = PatternChecker(self._bench, self._jobs, kind)
        editor = PatternsDialog(path, self._bench.ask, self._window, checker=checker, beginning=beginning)
        self._editors.append(editor)
        if self._bench.session is not None:
            self._drafts.append(PatternDraft(editor, self._bench, self._bench.session.project.path, kind))
        editor.saved.connect(self._on_patterns_saved)
        editor.finished.connect(self._on_editor_finished)
        editor.open()

    def _on_patterns_saved(self, path: Path) -> None:
        self.patternsSaved.emit()
        if self._dialog is not None:
            self._dialog.detail.take_file(path)

    def _on_editor_finished(self, _: int) -> None:
        self._editors = [editor for editor in self._editors if editor is not self.sender()]
        self._drafts = [draft for draft in self._drafts if draft.editor in self._editors]

    # What happens meanwhile

    def closes(self) -> bool:
        """Close the editors, asking about what is not saved in them; False where somebody wants to go on."""
        for editor in list(self._editors):
            editor.reject()
        return not any(editor.isVisible() for editor in self._editors)

    def put_away(self) -> None:
        """Close the editors without a question; what is not saved in them is kept, to be offered when the project is open again."""
        for draft in list(self._drafts):
            draft.put_away()

    def keep(self) -> None:
        """Keep what is not saved in the editors, and go on."""
        for draft in self._drafts:
            draft.keep()

    def offered(self, kept: Kept) -> tuple[str, Callable[[], object] | None] | None:
        """Say what is kept of a pattern file, with what goes on with it; None while its editor is open."""
        from annotator.ui.drafts import project_key

        path = Path(kept.where.place)
        if any(project_key(editor.path) == kept.where.place for editor in self._editors):
            return None
        return kept_words(kept), partial(self._go_on_with, path, str(kept.draft.get("kind", "patterns")))

    def _go_on_with(self, path: Path, kind: str) -> None:
        self.edit_patterns(path, kind)
        for editor in self._editors:
            if editor.path == path and editor.strip is not None:
                editor.strip.go_on.click()

    def _name(self) -> str:
        document = self._bench.document
        return document.document.name if document is not None else ""

    def _on_document_opened(self) -> None:
        if self._dialog is not None:
            self._dialog.show_document(self._name())
        for editor in self._editors:
            editor.again()

    def _on_session_changed(self) -> None:
        if self._dialog is not None:
            self._dialog.reject()
