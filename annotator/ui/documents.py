"""Going from document to document, and saying how far the work is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.commands import documents
from annotator.commands.command import Command
from annotator.domain.documents import Status
from annotator.domain.rules import ALLOWED
from annotator.store import queries, worth
from annotator.store.worth import Measure
from annotator.ui.i18n import by_count, tr

if TYPE_CHECKING:
    from annotator.session.document import DocumentState
    from annotator.ui.workbench import Workbench


class Documents:
    """Opens, finishes and skips documents.  ``leaving`` comes before the open document is left, for what is half typed."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self.leaving = bench.leaving

    def open(self, document_id: int) -> None:
        """Open a document."""
        session = self._bench.session
        if session is None or (session.document is not None and session.document.document.id == document_id):
            return
        self.leaving.emit(None)
        self._bench.attempt(lambda: session.open_document(document_id))

    def step(self, direction: int) -> None:
        """Open the document before (-1) or after (1) this one in the list."""
        session, document = self._bench.session, self._bench.document
        if session is None or document is None:
            return
        found = queries.neighbour_document(session.project.connection, document.document.id, direction)
        if found is None:
            self._bench.tell(tr("This is the last document.") if direction > 0 else tr("This is the first document."))
        else:
            self.open(found)

    def done(self) -> None:
        """Mark the document done, accepting what is left of the suggestions, and go to the next open one."""
        self._finish(documents.mark_done)

    def skip(self) -> None:
        """Skip the document and go to the next open one."""
        self._finish(documents.skip)

    def flag(self) -> None:
        """Flag the document for later, or take the flag away."""
        document = self._bench.document
        if document is not None:
            flagged = None if self._bench.refuses_edits() else self._bench.run(documents.toggle_flag(document.set_id))
            if flagged is not None:
                self._bench.tell(tr("Flagged for later.") if flagged else tr("No longer flagged."))

    def reopen(self) -> None:
        """Take a finished document up again."""
        document = self._bench.document
        if document is None or document.info.status not in (Status.DONE, Status.SKIPPED) or self._bench.refuses_edits():
            return
        self._bench.run(documents.reopen(document.set_id))

    def go_on_by(self, order: str) -> None:
        """Choose what comes after a document that is done or skipped: a value of the setting ``done.order``."""
        if not self._bench.succeeds(lambda: self._bench.settings.set("done.order", order)):
            return
        said = {
            "project": tr("The next document is the next one of the project."),
            "disagreement": tr("The next document is the one on which suggesters disagree most."),
            "doubt": tr("The next document is the one with the least sure suggestion."),
            "novelty": tr("The next document is the one with most new words."),
        }
        self._bench.tell(said[order])

    def _finish(self, command: Callable[[int], Command]) -> None:
        session, document = self._bench.session, self._bench.document
        if session is None or document is None:
            return
        self.leaving.emit(None)
        if self._bench.refuses_edits():
            return
        outcome = self._bench.attempt(lambda: (session.execute(command(document.set_id)),))
        if outcome is None:
            self._focus_first_problem(document)
            return
        if document.info.status is Status.DONE:
            waiting = outcome[0] or 0
            accepted = by_count(waiting, tr("Done; 1 suggestion accepted."), tr("Done; {} suggestions accepted."))
            self._bench.tell(accepted if waiting else tr("Done."))
        if not self._bench.settings.get("done.next"):
            return
        chosen = self._bench.settings.get("done.order")
        measure = Measure(chosen) if chosen in list(Measure) else None
        found = worth.next_open(session.project.connection, document.document.id, session.annotator, measure)
        if found is None:
            self._bench.messages.show_message(tr("Every document is done or skipped. Export them from the Project menu."), "info")
        else:
            self.open(found)

    def _focus_first_problem(self, document: DocumentState) -> None:
        """Show what a refusal was about: the first problem that done does not allow."""
        for problem in document.problems():
            if problem.rule in ALLOWED:
                continue
            # Ids are unique among spans and among relations, not between the two.
            if problem.rule.startswith("span"):
                self._bench.view.focus_span(problem.item)
            else:
                self._bench.view.focus_relation(problem.item)
            return
