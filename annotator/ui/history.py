"""Taking back and bringing back, and showing where it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import Change, ChangeSet
from annotator.domain.progress import Progress
from annotator.ui.i18n import by_count, step_words, tr

if TYPE_CHECKING:
    from annotator.session.document import DocumentState
    from annotator.ui.workbench import Workbench


class History:
    """Undo and redo of the person at a workbench, through all documents and sessions.

    Where to go is read from what changed, so it works after a restart, too: to what is there again or is otherwise; to the place of
    what went away, which is selected, so that the next key can label it another way.  Of a step with many changes the first in the text
    is shown and their number said.  What is in view already does not scroll.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._view = bench.view

    def undo(self) -> None:
        """Take back this person's last edit and show where it was."""
        session = self._bench.session
        if session is not None:
            self._walk(session.undo, tr("Undoing"), tr("Nothing to undo."), tr("Undone: {}"))

    def redo(self) -> None:
        """Bring back what was undone last and show where it is."""
        session = self._bench.session
        if session is not None:
            self._walk(session.redo, tr("Redoing"), tr("Nothing to redo."), tr("Redone: {}"))

    def _walk(self, step: Callable[[Progress], ChangeSet | None], title: str, nothing: str, said: str) -> None:
        done: list[ChangeSet | None] = []
        if not self._bench.waits(lambda progress: done.append(step(progress)), title):
            return
        changes = done[0]
        if changes is None:
            self._bench.tell(nothing)
            return
        count = 0
        if self._show_document_of(changes) and self._bench.document is not None:
            count = self._show_place(self._bench.document, changes)
        told = said.format(step_words(changes.text, changes.detail))
        if count > 1:
            told += by_count(count, "", tr(" ({} changes; this is the first)"))
        self._bench.tell(told)

    def _show_document_of(self, changes: ChangeSet) -> bool:
        session, document = self._bench.session, self._bench.document
        about = session.document_of(changes) if session is not None else None
        if session is None or about is None:
            return False
        if document is not None and document.document.id == about:
            return True
        self._bench.leaving.emit(None)
        return self._bench.succeeds(lambda: session.open_document(about))

    def _show_place(self, document: DocumentState, changes: ChangeSet) -> int:
        """Show the first change in the open document and return how many spans or, if none, relations the step is about."""
        spans, relations = _net(changes.of_set(document.set_id), Span), _net(changes.of_set(document.set_id), Relation)
        self._view.clear_chosen()
        if len(relations) == 1 and all(change.before is not None and change.after is not None for change in spans):
            spans = []  # accepting a relation accepts its ends on the way
        if spans:
            self._show_span(_instead(min(spans, key=_start), spans))
        elif relations:
            first = relations[0]
            ends = first.after if first.after is not None else first.before
            if first.after is not None:
                self._view.focus_relation(first.key)
            elif isinstance(ends, Relation):
                self._view.focus_span(ends.head)
        return len(spans) or len(relations)

    def _show_span(self, change: Change) -> None:
        """Focus a span; if it is gone, select where it was, or put the caret there if it had several fragments."""
        gone = change.before
        if change.after is not None or not isinstance(gone, Span):
            self._view.focus_span(change.key)
            return
        self._view.place_caret(gone.start)
        if not gone.discontinuous:
            self._view.select(gone.start, gone.end)
            self._view.reveal(gone.start)


def _net(changes: Iterable[Change], kind: type[Span] | type[Relation]) -> list[Change]:
    """Return what became of each span or relation in the end: a step may touch one several times."""
    found: dict[str, Change] = {}
    for change in changes:
        if isinstance(change.before, kind) or isinstance(change.after, kind):
            first = found.get(change.key)
            found[change.key] = change if first is None else replace(change, before=first.before)
    return [change for change in found.values() if change.before != change.after]


def _instead(gone: Change, others: Iterable[Change]) -> Change:
    """Return the change of the span that a vanished one went into by merging; else the change itself."""
    if gone.after is not None or not isinstance(gone.before, Span):
        return gone
    start, end = gone.before.start, gone.before.end
    for other in others:
        if isinstance(other.after, Span) and other.after.start <= start and end <= other.after.end:
            return other
    return gone


def _start(change: Change) -> tuple[int, bool]:
    """Sort by place in the text; of two spans at one place the one that is there now comes first."""
    span = change.after if isinstance(change.after, Span) else change.before
    return (span.start if isinstance(span, Span) else 0), change.after is None
