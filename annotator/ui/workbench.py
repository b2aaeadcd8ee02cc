"""What the controllers of one window share: the session, the article view, the places for messages."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.commands.command import Command
from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import ChangeSet, Lane
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError, ProjectDamaged, ProjectReadOnly, Refused
from annotator.session.document import DocumentState
from annotator.session.events import Event
from annotator.session.session import Session
from annotator.settings.store import Settings
from annotator.ui.article.view import ArticleView
from annotator.ui.dialogs.ask import Ask
from annotator.ui.following import Following
from annotator.ui.i18n import told
from annotator.ui.panels.message import MessageBar

T = TypeVar("T")
Remedy = tuple[str, Callable[[], object] | None]
"""What a button beside a message says and does; no words and None where there is none."""

_log = logging.getLogger(__name__)

CHECKPOINT_AFTER = 2000
"""Milliseconds after the last edit when everything is brought into the one file."""


class Workbench(QObject):
    """The middle of one window.

    ``sessionChanged`` says that another project (or none) is open, ``documentOpened`` that another document (or none) is,
    ``changed`` that something was committed (with the ``ChangeSet``), ``told`` carries a short message for the status bar.  ``leaving``
    comes before the open document is left, finished, copied or exported, for what is half typed.  ``damaged`` carries the path of the
    open project, and the error, when reading it meets damage.  ``waited`` carries the name and the ``Progress`` of work that the window
    waits for, and None when that is over: who shows it paints at once, for no event comes meanwhile.
    """

    sessionChanged = Signal()
    documentOpened = Signal()
    changed = Signal(object)
    told = Signal(str)
    damaged = Signal(object)
    waited = Signal(object)

    def __init__(self, settings: Settings, view: ArticleView, messages: MessageBar, ask: Ask) -> None:
        super().__init__()
        self.settings = settings
        self.view = view
        self.messages = messages
        self.ask = ask
        self.remedy: Callable[[AnnotatorError], Remedy] = lambda _error: ("", None)
        """Says which button mends an error; set by whoever knows the ways out."""
        self.leaving: Event[None] = Event(_crash)
        self.session: Session | None = None
        self.following = Following(self)
        self.sessionChanged.connect(self.following.forget)
        self.documentOpened.connect(self.following.now)  # before the panels go on to another document
        self.changed.connect(self.following.add)
        view.focusChanged.connect(self.following.wait)
        view.chosenChanged.connect(self.following.wait)
        self._checkpoint = QTimer(self)
        self._checkpoint.setSingleShot(True)
        self._checkpoint.setInterval(CHECKPOINT_AFTER)
        self._checkpoint.timeout.connect(self._on_checkpoint)

    @property
    def document(self) -> DocumentState | None:
        """The open document, or None."""
        return self.session.document if self.session is not None else None

    @property
    def span(self) -> Span | None:
        """The focused span, or None."""
        document, focused = self.document, self.view.focused_span
        return document.span(focused) if document and focused else None

    @property
    def relation(self) -> Relation | None:
        """The focused relation, or None."""
        document, focused = self.document, self.view.focused_relation
        return document.relation(focused) if document and focused else None

    @property
    def editable(self) -> bool:
        """Whether there is a document that may be edited."""
        return self.document is not None and not self.document.read_only

    def set_session(self, session: Session | None) -> None:
        """Put another project on the bench, closing the one that is there; None for none."""
        self.view.set_article(None)
        self._checkpoint.stop()
        left, self.session = self.session, session
        if session is not None:
            for event in (session.changed, session.opened):
                event.on_failure = _crash
            session.changed.connect(self._on_changed)
            session.opened.connect(self._on_opened)
        self.sessionChanged.emit()
        self.documentOpened.emit()
        if left is not None:
            left.close()  # last of all: nothing shows it any more

    def attempt(self, work: Callable[[], T]) -> T | None:
        """Do something that may be refused; a refusal becomes a message in the window and None."""
        try:
            return work()
        except Exception as error:
            if not self.explains(error):
                raise
            return None

    def succeeds(self, work: Callable[[], object]) -> bool:
        """Do something that may be refused, as ``attempt`` does, and tell whether it was done."""
        return self.attempt(lambda: (work(),)) is not None

    def explains(self, error: BaseException) -> bool:
        """Show what an error means if it is one that a person can understand; False for a bug of ours."""
        known = error if isinstance(error, AnnotatorError) else self.session.project.explained(error) if self.session else None
        if known is None:
            return False
        if isinstance(known, Refused | ProjectReadOnly):
            self.messages.show_message(told(known), "warning", *self.remedy(known))
        else:
            _log.info("something failed: %s", known)
            self.messages.show_message(told(known), "error", *self.remedy(known))
        if isinstance(known, ProjectDamaged) and self.session is not None:
            self.damaged.emit((self.session.project.path, known))
        return True

    def waits(self, work: Callable[[Progress], object], title: str) -> bool:
        """Do something that may be refused and may take seconds, and tell whether it was done; ``waited`` tells how far it is."""
        try:
            return self.succeeds(lambda: work(Progress(listener=lambda progress: self.waited.emit((title, progress)))))
        finally:
            self.waited.emit(None)

    def run(self, command: Command) -> Any:
        """Execute a command; returns what it returns, or None after a refusal."""
        session = self.session
        return None if session is None else self.attempt(lambda: session.execute(command))

    def refuses_edits(self) -> bool:
        """Tell whether the open project cannot be edited, having said why."""
        reason = self.session.project.read_only_reason if self.session is not None else ""
        if reason:
            self.messages.show_message(told(reason), "warning", *self.remedy(ProjectReadOnly(reason)))
        return bool(reason)

    def tell(self, text: str) -> None:
        """Say something short in the status bar."""
        self.told.emit(text)

    def _on_changed(self, changes: ChangeSet) -> None:
        if changes.lane is not Lane.JOB:  # what work beside the window writes is no answer to what was said
            self.messages.clear()
        document = self.document
        if document is not None:
            self.view.refresh(document.touched(changes))
        self._checkpoint.start()
        self.changed.emit(changes)

    def _on_opened(self, document: DocumentState | None) -> None:
        self.messages.clear()
        self.view.set_article(document)
        self.documentOpened.emit()

    def _on_checkpoint(self) -> None:
        if self.session is None or self.session.project.read_only:
            return
        if self.attempt(self.session.project.checkpoint) is False:
            self._checkpoint.start()  # somebody was reading: the rest must follow without another edit


def _crash(error: Exception) -> None:
    """Hand what a listener raised to the window's crash report: what it was told of has happened all the same."""
    sys.excepthook(type(error), error, error.__traceback__)
