"""Taking back and bringing back, and showing where it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import ChangeSet
from annotator.ui.i18n import tr

if TYPE_CHECKING:
    from annotator.ui.workbench import Workbench


class History:
    """Undo and redo of the person at a workbench, through all documents and sessions."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._view = bench.view

    def undo(self) -> None:
        """Take back this person's last edit and show where it was."""
        session = self._bench.session
        if session is not None:
            self._show(self._bench.attempt(session.undo), tr("Nothing to undo."), tr("Undone: {}"))

    def redo(self) -> None:
        """Bring back what was undone last and show where it is."""
        session = self._bench.session
        if session is not None:
            self._show(self._bench.attempt(session.redo), tr("Nothing to redo."), tr("Redone: {}"))

    def _show(self, changes: ChangeSet | None, nothing: str, said: str) -> None:
        session, document = self._bench.session, self._bench.document
        if session is None or changes is None:
            if not self._bench.messages.isVisible():
                self._bench.tell(nothing)
            return
        about = session.document_of(changes)
        if about is not None and (document is None or document.document.id != about):
            self._bench.attempt(lambda: session.open_document(about))
        self._focus_changed(changes)
        self._bench.tell(said.format(tr(changes.text).format(changes.detail)))

    def _focus_changed(self, changes: ChangeSet) -> None:
        for change in changes.changes:
            if isinstance(change.after, Relation):
                self._view.focus_relation(change.key)
                return
            if isinstance(change.after, Span):
                self._view.focus_span(change.key)
                return
        for change in changes.changes:
            if isinstance(change.before, Span):
                self._view.clear_focus()
                self._view.place_caret(change.before.start)
                return
