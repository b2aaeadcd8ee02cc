"""One person at work on one project: runs commands, undo and redo, and says what changed."""

from __future__ import annotations

import logging
from typing import Any

from annotator.commands.command import Command
from annotator.commands.documents import open_for
from annotator.commands.refreshing import suggest_again
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo
from annotator.domain.changes import BulkInsert, ChangeSet, What
from annotator.domain.documents import Document
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError, ProjectError, UndoRefused
from annotator.session.document import DocumentState
from annotator.session.events import Event
from annotator.store import journal, queries, suggesters
from annotator.store.project import Project

_log = logging.getLogger(__name__)


class Session:
    """The open project of one person.

    ``changed`` is emitted once after every commit, with what was committed; ``opened`` with the document that was opened (None when there
    is none).  The open ``document`` is already up to date when listeners hear of a change.
    """

    def __init__(self, project: Project, annotator: str) -> None:
        self.project = project
        self.annotator = annotator
        self.document: DocumentState | None = None
        self.changed: Event[ChangeSet] = Event()
        self.opened: Event[DocumentState | None] = Event()
        self._left_open: list[int] = []

    def execute(self, command: Command, *, step_id: int = 0) -> Any:
        """Run a command in a transaction, then announce what it changed; returns what the command returns.

        Raises ``Refused`` or ``ProjectError`` with a sentence for the user; then nothing was written and nothing is announced.
        """
        self._settle()
        with self.project.transaction(command.text, command.detail, actor=self.annotator, lane=command.lane, step_id=step_id) as tx:
            result = command.run(tx)
        changes = tuple(tx.changes)
        self._announce(ChangeSet(tx.step_id, command.text, command.detail, self.annotator, command.lane, changes, tuple(tx.bulk)))
        return result

    def undo(self, progress: Progress | None = None) -> ChangeSet | None:
        """Take back this person's last edit, wherever it was; None if there is nothing to take back.

        ``progress`` hears how far a long one is; it cannot be cancelled.
        """
        self._settle()
        return self._turned(self.project.undo(self.annotator, progress))

    def redo(self, progress: Progress | None = None) -> ChangeSet | None:
        """Bring back what was undone last; None if there is nothing."""
        self._settle()
        return self._turned(self.project.redo(self.annotator, progress))

    def undo_step(self, step_id: int, progress: Progress | None = None) -> ChangeSet | None:
        """Take back one step of the history, an import too."""
        return self._turned(self.project.undo_step(step_id, self.annotator, progress))

    def leave_open(self, step_id: int, error: AnnotatorError) -> str:
        """Remember a step that stopped before its end and that this error, a full disk for one, kept from being taken back.

        Returns what its user is to hear.  The next edit takes it back first, and cannot be before that; else the next opening does.
        """
        self._left_open.append(step_id)
        return (
            f"It stopped before its end, and what it had done could not be taken back yet: {error} "
            "That is done before the next edit, or when the project is opened again."
        )

    def next_undo(self) -> journal.Step | None:
        """Return the step ``undo`` would take back."""
        with self.project.reading():
            return journal.next_undo(self.project.connection, self.annotator)

    def next_redo(self) -> journal.Step | None:
        """Return the step ``redo`` would bring back."""
        with self.project.reading():
            return journal.next_redo(self.project.connection, self.annotator)

    def open_document(self, document_id: int) -> DocumentState:
        """Open a document for this person; the first time, their set is made and filled with the models' suggestions.

        In a read-only project without a set of theirs, the gold or the first other set is shown.
        """
        found = self.project.document(document_id)
        if found is None:
            raise ProjectError("This document is not in the project any more.")
        with self.project.reading():
            set_id = self._set_to_show(document_id)
        if set_id is None and not self.project.read_only:
            set_id = self.execute(open_for(document_id, self.annotator))
        self.document = self._state(found, set_id)
        self.opened.emit(self.document)
        return self.document

    def close_document(self) -> None:
        """Have no document open."""
        self.document = None
        self.opened.emit(None)

    def read_again(self) -> None:
        """Open the open document once more, from a file that may have changed behind it; none is open where it is gone."""
        state = self.document
        if state is None:
            return
        if self.project.document(state.document.id) is None:
            self.close_document()
        else:
            self.open_document(state.document.id)

    def document_of(self, changes: ChangeSet) -> int | None:
        """Return the document a change set is about: the open one if it is among them, else the first."""
        set_ids = dict.fromkeys(change.set_id for change in changes.changes if change.set_id)
        if self.document is not None and self.document.set_id in set_ids:
            return self.document.document.id
        with self.project.reading():
            infos = (queries.set_info(self.project.connection, set_id) for set_id in set_ids)
            return next((info.document_id for info in infos if info is not None), None)

    def close(self) -> None:
        """Close the project; the session is of no use afterwards."""
        self.document = None
        self.project.close()

    def _settle(self) -> None:
        while self._left_open:
            step_id = self._left_open[-1]
            try:
                self._announce(self.project.undo_step(step_id, self.annotator))
            except UndoRefused:
                _log.warning("step %d stopped before its end and was kept: it was worked over", step_id)
            self.project.finish_step(step_id)
            self._left_open.pop()

    def _set_to_show(self, document_id: int) -> int | None:
        connection = self.project.connection
        mine = queries.find_set(connection, document_id, self.annotator, Kind.PERSON)
        if mine is not None or not self.project.read_only:
            return mine
        others = [key for key, _ in queries.set_ids(connection, document_id)]
        return queries.gold_set(connection, document_id) or next(iter(others), None)

    def _state(self, document: Document, set_id: int | None) -> DocumentState:
        with self.project.reading():
            content = queries.annotation_set(self.project.connection, set_id) if set_id else None
        content = content or AnnotationSet(SetInfo(document.id, self.annotator, Kind.PERSON))
        return DocumentState(document, content, self.project.scheme, read_only=self.project.read_only)

    def _turned(self, changes: ChangeSet | None) -> ChangeSet | None:
        """Announce a turn.  Where it changed the scheme and with it models' sets, what was copied of those since is copied anew."""
        self._announce(changes)
        if changes is not None and any(change.what is What.SCHEME for change in changes.changes):
            with self.project.reading():
                connection = self.project.connection
                stale = journal.copied_since(connection, changes.step_id, {change.set_id for change in changes.changes})
                order = [one.name for one in suggesters.known(connection)]
            if stale:
                self.execute(suggest_again(stale, order))
        return changes

    def _announce(self, changes: ChangeSet | None) -> ChangeSet | None:
        if changes:
            self._bring_up_to_date(changes)
            self.changed.emit(changes)
        return changes

    def _bring_up_to_date(self, changes: ChangeSet) -> None:
        state = self.document
        if state is None:
            return
        removed = (entry for entry in changes.bulk if changes.undoes and isinstance(entry, BulkInsert))
        if any(entry.first <= state.document.id <= entry.last for entry in removed):
            self.close_document()
            return
        try:
            state.apply(changes)
        except Exception:
            # What is committed must be what is shown, whatever went wrong on the way there.
            _log.exception("The open document was out of step with the project; it was read again")
            self.document = self._state(state.document, state.set_id)
            self.opened.emit(self.document)
