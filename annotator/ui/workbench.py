"""What the controllers of one window share: the session, the article view, the places for messages."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.commands.command import Command
from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import ChangeSet
from annotator.errors import AnnotatorError, Refused
from annotator.session.document import DocumentState
from annotator.session.session import Session
from annotator.settings.store import Settings
from annotator.ui.article.view import ArticleView
from annotator.ui.dialogs.ask import Ask
from annotator.ui.panels.message import MessageBar

T = TypeVar("T")
_log = logging.getLogger(__name__)

CHECKPOINT_AFTER = 2000
"""Milliseconds after the last edit when everything is brought into the one file."""


class Workbench(QObject):
    """The middle of one window.

    ``sessionChanged`` says that another project (or none) is open, ``documentOpened`` that another document (or none) is,
    ``changed`` that something was committed (with the ``ChangeSet``), ``told`` carries a short message for the status bar.
    """

    sessionChanged = Signal()
    documentOpened = Signal()
    changed = Signal(object)
    told = Signal(str)

    def __init__(self, settings: Settings, view: ArticleView, messages: MessageBar, ask: Ask) -> None:
        super().__init__()
        self.settings = settings
        self.view = view
        self.messages = messages
        self.ask = ask
        self.session: Session | None = None
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
            session.changed.connect(self._on_changed)
            session.opened.connect(self._on_opened)
        self.sessionChanged.emit()
        self.documentOpened.emit()
        if left is not None:
            left.close()  # last of all: nothing shows it any more

    def attempt(self, work: Callable[[], T]) -> T | None:
        """Do something that may be refused; a refusal becomes a message in the window and None."""
        try:
            result = work()
        except Refused as refusal:
            self.messages.show_message(str(refusal), "warning")
            return None
        except AnnotatorError as error:
            _log.info("an edit failed: %s", error)
            self.messages.show_message(str(error), "error")
            return None
        return result

    def run(self, command: Command) -> Any:
        """Execute a command; returns what it returns, or None after a refusal."""
        session = self.session
        return None if session is None else self.attempt(lambda: session.execute(command))

    def tell(self, text: str) -> None:
        """Say something short in the status bar."""
        self.told.emit(text)

    def _on_changed(self, changes: ChangeSet) -> None:
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
        if self.session is not None:
            self.attempt(self.session.project.checkpoint)
