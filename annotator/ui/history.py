"""Taking back and bringing back, and showing where it happened."""

from __future__ import annotations

from collections.abc import Callable
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
            self._walk(session.undo, tr("Nothing to undo."), tr("Undone: {}"))

    def redo(self) -> None:
        """Bring back what was undone last and show where it is."""
        session = self._bench.session
        if session is not None:
            self._walk(session.redo, tr("Nothing to redo."), tr("Redone: {}"))

    def _walk(self, step: Callable[[], ChangeSet | None], nothing: str, said: str) -> None:
        done: list[ChangeSet | None] = []
        if not self._bench.succeeds(lambda: done.append(step())):
            return
        changes = done[0]
        if changes is None:
            self._bench.tell(nothing)
            return
        if self._show_document_of(changes):
            self._focus_changed(changes)
        self._bench.tell(said.format(tr(changes.text).format(changes.detail)))

    def _show_document_of(self, changes: ChangeSet) -> bool:
        session, document = self._bench.session, self._bench.document
        about = session.document_of(changes) if session is not None else None
        if session is None or about is None:
            return False
        if document is not None and document.document.id == about:
            return True
        self._bench.leaving.emit(None)
        return self._bench.succeeds(lambda: session.open_document(about))

    def _focus_changed(self, changes: ChangeSet) -> None:
        """Focus what is there again or is otherwise; where something went away, go to where it was."""
        document = self._bench.document
        changed = list(changes.of_set(document.set_id)) if document is not None else []
        for change in changed:
            if isinstance(change.after, Relation):
                self._view.focus_relation(change.key)
                return
            if isinstance(change.after, Span):
                self._view.focus_span(change.key)
                return
        for change in changed:
            if isinstance(change.before, Span):
                self._view.place_caret(change.before.start)
                return
        for change in changed:
            if isinstance(change.before, Relation):
                self._view.focus_span(change.before.head)
                return
