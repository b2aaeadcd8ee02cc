"""Searching the whole project, going to what was found, and acting on many places at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from annotator.commands.searching import Acted, Action, SearchStep
from annotator.domain.annotations import Span
from annotator.domain.changes import ChangeSet, What
from annotator.domain.context import Doubt
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import AnnotatorError, Refused
from annotator.jobs.workers import WorkerProcess
from annotator.session.document import DocumentState
from annotator.session.events import Event
from annotator.store.search import Line
from annotator.ui.feeds import Feed
from annotator.ui.i18n import by_count, number, told, tr
from annotator.ui.models.search_lines import MOST_LINES, Mode, Wanted, line_pages

if TYPE_CHECKING:
    from collections.abc import Generator

    from annotator.commands.inbox import Entry
    from annotator.commands.same_text import Origin
    from annotator.store.queries import Connection
    from annotator.ui.documents import Documents
    from annotator.ui.jobs import WindowJobs
    from annotator.ui.panels.search import SearchPanel
    from annotator.ui.workbench import Workbench

_log = logging.getLogger(__name__)

_SLICE = 0.05
"""Seconds that one piece of an action takes about: two durable commits, and enough lines to be worth them."""

_LEAST_LINES = 8

_MOST_REASONS = 3


def make(bench: Workbench, jobs: WindowJobs, documents: Documents) -> Searching:
    """Return a search with its panel, which is to be put into a dock."""
    from annotator.ui.panels.search import SearchPanel

    return Searching(bench, jobs, documents, SearchPanel())


@dataclass(slots=True)
class _Acting:
    """An action under way: what is done to which rows, how far it is, and why some were left alone."""

    step: SearchStep
    action: Action
    label: str
    rows: list[int]
    done: int = 0
    size: int = _LEAST_LINES
    left: dict[int, str] = field(default_factory=dict)


class Searching:
    """Ties the search panel to the project and the article.

    A search reads with its own connection in a job; an action writes here, in small pieces between the window's other work, all of them
    one step.  One action runs at a time, and no search beside it.
    """

    def __init__(self, bench: Workbench, jobs: WindowJobs, documents: Documents, panel: SearchPanel) -> None:
        self._bench, self._jobs, self._documents = bench, jobs, documents
        self.panel = panel
        self._feed = Feed(jobs)
        self._worker = WorkerProcess()
        self._given_up: list[str] = []
        self._acting: _Acting | None = None
        self._doubts: dict[int, Doubt] = {}
        self._proposal: tuple[str, bool] | None = None
        """The label that the places found are to get, and whether that decides about those that have one."""
        self.acted: Event[None] = Event()
        """An action came to its end."""
        panel.searchRequested.connect(self.search)
        panel.stopRequested.connect(self.stop)
        panel.lineRequested.connect(self._on_line_requested)
        panel.actionRequested.connect(self.act)
        panel.leaveRequested.connect(self._on_leave_requested)
        panel.model.failed.connect(self._on_unreadable)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)
        self._shown = bench.session
        self._on_session_changed()

    @property
    def busy(self) -> bool:
        """Whether a search or an action is under way."""
        return self._feed.running or self._acting is not None

    def open(self) -> None:
        """Show the panel, filled with the selected text if there is one."""
        document, selection = self._bench.document, self._bench.view.selection
        self.panel.open_panel(document.text[selection[0] : selection[1]] if document is not None and selection else "")

    def list_same_text(self, surface: str, label: str, origin: Origin) -> None:
        """List all places of the project that say the same, ticked where their context agrees, to be labelled after a look."""
        self._list(Wanted(Mode.SAME, surface, label=label, origin=origin), (label, False))

    def list_entry(self, entry: Entry, *, all_places: bool = False) -> None:
        """List the places of an entry of the inbox that disagree with most, or all of them, to be decided alike."""
        self._list(Wanted(Mode.SAME, entry.shown, entry=entry, all_places=all_places), (entry.majority, True))

    def _list(self, wanted: Wanted, proposal: tuple[str, bool]) -> None:
        self.panel.open_panel()
        self.panel.fields.ask_for(Mode.SAME, wanted.text)
        if self._acting is None:
            self.search(wanted)
            self._proposal = proposal

    # Searching

    def search(self, wanted: Wanted) -> None:
        """Look for something in the whole project, in place of what was found before."""
        session = self._bench.session
        if session is None or self._acting is not None:
            return
        self._end_search()
        self._proposal = None
        if not wanted.asks:
            self.panel.say(tr("Type what to look for first."))
            return
        self.panel.begin()
        person, worker = session.annotator, self._worker
        given_up = self._given_up = []
        doubts = self._doubts = {}

        def pages(connection: Connection, progress: Progress) -> Generator[list[Line]]:
            return line_pages(connection, wanted, person, progress, worker=worker, given_up=given_up, doubts=doubts)

        self._feed.start(session.project, tr("Searching"), pages, take=self._on_page, done=self._on_found, failed=self._on_failed)

    def stop(self) -> None:
        """Stop the search, keeping what was found; take back an action that is under way."""
        if self._acting is not None:
            self._finish(Cancelled())
        elif self._feed.running:
            self._end_search()
            self.panel.finish()
            self.panel.say(tr("Stopped: there may be more."))

    def _end_search(self) -> None:
        running = self._feed.running
        self._feed.stop()
        if running and self._worker.started:
            self._worker.close(kill=True)  # it may be lost in an expression

    def _on_page(self, lines: Sequence[Line]) -> None:
        room = MOST_LINES - self.panel.model.rowCount()
        self.panel.show_lines(lines[:room])
        if len(lines) >= room:
            self._end_search()
            self.panel.finish()
            text = tr("These are the first {}. Act on them and search again, or look for something rarer.")
            self.panel.say(text.format(number(MOST_LINES)))

    def _on_found(self) -> None:
        self.panel.finish()
        if self._proposal is not None:
            label, decides = self._proposal
            self.panel.propose(label, self._doubts, decides=decides)
        if self._given_up:
            named = ", ".join(self._given_up[:_MOST_REASONS]) + ("…" if len(self._given_up) > _MOST_REASONS else "")
            text = by_count(
                len(self._given_up),
                tr("{} document was left out, because the expression took too long in it: {{}}."),
                tr("{} documents were left out, because the expression took too long in them: {{}}."),
            )
            self.panel.say(text.format(named), warning=True)

    def _on_failed(self, error: BaseException) -> None:
        self.panel.finish(searched=not isinstance(error, Refused))
        if not isinstance(error, AnnotatorError):
            raise error
        if not isinstance(error, Refused):
            _log.info("a search failed: %s", error)
        self.panel.say(told(error), warning=True)

    def _on_unreadable(self, error: Exception) -> None:
        if not self._bench.explains(error):
            raise error

    # Going there

    def _on_line_requested(self, row: int) -> None:
        line = self.panel.model.line(row)
        self._documents.open(line.document_id)
        document = self._bench.document
        if document is None or document.document.id != line.document_id:
            return  # why not was said
        line = self.panel.model.line(row)  # opening it may have made the set that is meant
        view = self._bench.view
        view.clear_chosen()
        span = _span_of(document, line)
        if line.relation_id and document.relation(line.relation_id) is not None and line.set_id == document.set_id:
            view.focus_relation(line.relation_id)
        elif span is not None:
            view.focus_span(span.id)
        else:
            view.clear_focus()
            view.select(line.start, line.end)
        view.setFocus()

    def _on_leave_requested(self) -> None:
        self._bench.view.setFocus()

    # Acting

    def act(self, action: Action, label: str = "") -> None:
        """Label, relabel or remove what is ticked, or the current line where nothing is, as one step."""
        session, rows = self._bench.session, self.panel.rows
        if session is None or self._acting is not None or self._bench.refuses_edits():
            return
        if not rows:
            self.panel.say(tr("Tick some lines first, with Space or by a click."))
            return
        if self._feed.running:
            self._end_search()
            self.panel.finish()
        self._bench.leaving.emit(None)
        step = SearchStep(session, action, label)
        if self._bench.succeeds(step.__enter__):
            self._acting = _Acting(step, action, label, rows)
            self.panel.say("")
            self._go_on()

    def _go_on(self) -> None:
        """Act on some lines more, and let the window do its other work before the next."""
        acting = self._acting
        if acting is None:
            return
        rows = acting.rows[acting.done : acting.done + acting.size]
        if not rows:
            self._finish(None)
            return
        lines = [self.panel.model.line(row) for row in rows]
        row_of = {id(line): row for row, line in zip(rows, lines, strict=True)}
        named, started = len(acting.step.acted.left), monotonic()
        try:
            acting.step.add(lines)
        except Exception as error:
            self._finish(error)
            return
        acting.left.update((row_of[id(line)], reason) for line, reason in acting.step.acted.left[named:])
        acting.done += len(rows)
        took = monotonic() - started
        if took < _SLICE / 2:
            acting.size *= 2
        elif took > _SLICE:
            acting.size = max(_LEAST_LINES, acting.size * 3 // 4)
        self.panel.set_working(tr("{} of {} done…").format(number(acting.done), number(len(acting.rows))))
        self._jobs.post(self._go_on)

    def _finish(self, error: BaseException | None) -> None:
        """End the step, which takes everything back after an error, and say what was done and what was not."""
        acting, self._acting = self._acting, None
        assert acting is not None
        self.panel.set_working("")
        ended = self._bench.succeeds(lambda: acting.step.__exit__(type(error) if error is not None else None, error, None))
        if error is None and ended:
            self.panel.model.mark(acting.left)
            acted = acting.step.acted
            self.panel.say(report(acted, acting.action, acting.label), warning=acted.left_alone > 0)
            self.acted.emit(None)
        elif isinstance(error, Cancelled):
            self.panel.say(acting.step.kept or tr("Stopped; what had been done was taken back."))
        elif error is not None:
            if not self._bench.explains(error):
                raise error
            self.panel.say(acting.step.kept or tr("Nothing was changed: {}").format(error), warning=True)

    # What happens elsewhere

    def _on_session_changed(self) -> None:
        if self._acting is not None:
            self._finish(Cancelled())  # its project is still open: it closes after this
        if self._worker.started:
            self._worker.close(kill=True)
        self._feed.stop(wait=True)
        session = self._bench.session
        self.panel.set_session(session, session.project.scheme if session is not None else LabelScheme())

    def _on_changed(self, changes: ChangeSet) -> None:
        self.panel.model.refresh(changes, redraw=self._acting is None)  # at the end of an action all lines are drawn anew
        session = self._bench.session
        if session is not None and any(change.what is What.SCHEME for change in changes.changes):
            self.panel.set_scheme(session.project.scheme)


def _span_of(document: DocumentState, line: Line) -> Span | None:
    """Return the span a line means in the document that is open."""
    if line.relation_id or not line.label:
        return None
    found = document.span(line.span_id) if line.set_id == document.set_id else None
    if found is not None and (found.start, found.end) == (line.start, line.end):
        return found
    here = [span for span in document.spans_in(line.start, line.end) if (span.start, span.end) == (line.start, line.end)]
    here.sort(key=lambda span: span.label != line.label)
    return here[0] if here else None


def report(acted: Acted, action: Action, label: str) -> str:
    """Return in plain sentences what an action did, and what it left alone and why, the commonest reasons first."""
    count = acted.changed
    if action is Action.REMOVE:
        parts = [by_count(count, tr("{} removed."), tr("{} removed."))]
    else:
        done = by_count(count, tr("{} place is {{}} now."), tr("{} places are {{}} now."))
        parts = [done.format(label)]
    if acted.same:
        parts.append(by_count(acted.same, tr("{} was so already."), tr("{} were so already.")))
    if acted.left_alone:
        reasons = sorted(acted.reasons.items(), key=lambda entry: -entry[1])
        told = "; ".join(f"{reason.rstrip('.')} ({number(times)})" for reason, times in reasons[:_MOST_REASONS])
        more = len(reasons) - _MOST_REASONS
        told += "; " + by_count(more, tr("and {} other reason"), tr("and {} other reasons")) if more > 0 else ""
        parts.append(by_count(acted.left_alone, tr("{} was left alone: {{}}."), tr("{} were left alone: {{}}.")).format(told))
    return " ".join(parts)
