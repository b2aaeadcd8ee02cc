"""What is asked for in the history panel: take a step back, go back to a point, show a place."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import Change, ChangeSet
from annotator.session.session import Session
from annotator.store import history, queries
from annotator.store.history import Entry
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.models.history import step_title
from annotator.ui.panels.history import HistoryPanel
from annotator.ui.workbench import Workbench

_SLICE = 8
"""Milliseconds for steps on the way to a point, before the window gets its turn."""

_TELL_AFTER = 400


class HistoryHands(QObject):
    """Ties a history panel to a workbench: it follows what is open, focused and changed, and what it asks for is done."""

    def __init__(self, bench: Workbench, panel: HistoryPanel) -> None:
        super().__init__(bench)
        self._bench, self._panel = bench, panel
        self._way: list[int] = []
        self._again = False
        self._done = 0
        self._own = False
        self._told = QElapsedTimer()
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._on_next)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.documentOpened.connect(self._on_document_opened)
        bench.changed.connect(self._on_changed)
        bench.following.followed.connect(self._on_followed)
        panel.detail.undoRequested.connect(self._on_undo_requested)
        panel.detail.returnRequested.connect(self._on_return_requested)
        panel.detail.stopRequested.connect(self.stop)
        panel.detail.changeRequested.connect(self.show_change)
        panel.model.failed.connect(self._on_failed)
        panel.set_session(bench.session)

    @property
    def walking(self) -> bool:
        """Whether steps are being taken back, or brought again, one after the other."""
        return bool(self._way)

    def stop(self) -> None:
        """End the way to a point where it is."""
        if self._way:
            self._arrived(tr("Stopped after {}.").format(_steps(self._done)))

    def show_change(self, change: Change) -> None:
        """Show where a change was: the span or relation if it is there, else the place it had."""
        session = self._bench.session
        if session is None:
            return
        with session.project.reading():
            info = queries.set_info(session.project.connection, change.set_id)
        if info is None:
            self._bench.tell(tr("This document is not in the project any more."))
            return
        document = self._bench.document
        if document is None or document.document.id != info.document_id:
            self._bench.leaving.emit(None)
            document = self._bench.attempt(lambda: session.open_document(info.document_id))
        if document is None:
            return
        item, view = change.after or change.before, self._bench.view
        mine = document.set_id == change.set_id
        if isinstance(item, Relation) and mine and document.relation(item.id) is not None:
            view.focus_relation(item.id)
        elif isinstance(item, Span) and mine and document.span(item.id) is not None:
            view.focus_span(item.id)
        elif isinstance(item, Span):
            view.place_caret(item.start)
            view.select(item.start, item.end)
            view.reveal(item.start)
        elif isinstance(item, Relation) and mine and document.span(item.head) is not None:
            view.focus_span(item.head)
        view.setFocus()

    # What happened

    def _on_session_changed(self) -> None:
        self._forget_way()
        self._panel.set_session(self._bench.session)

    def _on_document_opened(self) -> None:
        self._panel.document_opened()
        self._show_focus()

    def _on_changed(self, _: ChangeSet) -> None:
        if self._way and not self._own:
            self._arrived(tr("Stopped after {}: something else was changed.").format(_steps(self._done)))

    def _on_followed(self, committed: list[ChangeSet]) -> None:
        for changes in committed:
            self._panel.refresh(changes)
        self._show_focus()

    def _show_focus(self) -> None:
        self._panel.set_item(self._bench.relation or self._bench.span)

    def _on_failed(self, error: Exception) -> None:
        if not self._bench.explains(error):
            raise error

    # What was asked

    def _on_undo_requested(self, entry: Entry) -> None:
        session = self._bench.session
        if session is None or self._bench.refuses_edits():
            return
        self._bench.leaving.emit(None)
        if self._bench.waits(lambda progress: session.undo_step(entry.step.id, progress), tr("Undoing")):
            self._bench.tell(tr("Undone: {}").format(step_title(entry.step)))

    def _on_return_requested(self, entry: Entry) -> None:
        session = self._bench.session
        if session is None or self._way or self._bench.refuses_edits():
            return
        self._bench.leaving.emit(None)
        again = entry.redoable and entry.step.actor == session.annotator
        way = self._way_to(session, entry, again=again)
        if not way:
            self._bench.tell(tr("Nothing of yours was done after this step."))
        elif self._bench.ask.confirm(tr("History"), self._question(len(way), entry, again=again), _action(again=again)):
            self._way, self._again, self._done = way[::-1], again, 0
            self._told.start()
            self._panel.set_walking(True)
            self._next.start(0)

    def _way_to(self, session: Session, entry: Entry, *, again: bool) -> list[int]:
        connection, me, point = session.project.connection, session.annotator, entry.step.id
        with session.project.reading():
            if again:
                return history.to_bring_again(connection, me, point)
            return history.to_take_back(connection, me, point, self._panel.document_id)

    def _question(self, count: int, entry: Entry, *, again: bool) -> str:
        title = step_title(entry.step)
        if again:
            return by_count(count, tr("Bring {} undone step back?"), tr("Bring {} undone steps back, up to this one?"))
        if self._panel.document_id:
            one = tr("Take back {} step of yours in this document that came after “{{}}”? Redo brings it again.")
            many = tr("Take back {} steps of yours in this document that came after “{{}}”? Redo brings them again one by one.")
        else:
            one = tr("Take back {} step of yours that came after “{{}}”? Redo brings it again.")
            many = tr("Take back {} steps of yours, in all documents, that came after “{{}}”? Redo brings them again one by one.")
        return by_count(count, one, many).format(title)

    # The way

    def _on_next(self) -> None:
        session, clock = self._bench.session, QElapsedTimer()
        clock.start()
        while session is not None and self._way and clock.elapsed() < _SLICE:
            if not self._step(session):
                self._arrived(tr("Stopped after {}: the next one is in the way.").format(_steps(self._done)) if self._done else "")
                return
        if self._way:
            if self._told.elapsed() > _TELL_AFTER:
                self._told.restart()
                self._bench.tell(tr("{} of {} steps").format(number(self._done), number(self._done + len(self._way))))
            self._next.start(0)
        elif self._done:
            one, many = (
                (tr("{} step was brought back."), tr("{} steps were brought back."))
                if self._again
                else (tr("{} step was undone."), tr("{} steps were undone."))
            )
            self._arrived(by_count(self._done, one, many))

    def _step(self, session: Session) -> bool:
        """Take the next step of the way; False where it was refused, which is said in the window."""
        step_id = self._way[-1]
        self._own = True
        try:
            done = self._bench.succeeds(session.redo if self._again else lambda: session.undo_step(step_id))
        finally:
            self._own = False
        if done:
            self._way.pop()
            self._done += 1
        return done

    def _arrived(self, told: str) -> None:
        self._forget_way()
        if told:
            self._bench.tell(told)

    def _forget_way(self) -> None:
        self._next.stop()
        self._way = []
        self._panel.set_walking(False)


def _steps(count: int) -> str:
    return by_count(count, tr("{} step"), tr("{} steps"))


def _action(*, again: bool) -> str:
    return tr("Bring back") if again else tr("Take back")
