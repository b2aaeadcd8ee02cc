"""The window's part of ``annotator --self-check``: a real window, edited by a program in place of a person."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from annotator.domain.text import Range
from annotator.errors import AnnotatorError
from annotator.session.document import DocumentState
from annotator.settings.store import Settings
from annotator.ui import app, errors
from annotator.ui.hands import Hands


class TrialFailed(AnnotatorError):
    """The window did not do what it must."""


class WindowTrial:
    """One window, built but not yet shown.

    Each method does something a person does, looks at what became of it, and says so in a few words; it raises ``TrialFailed`` where
    that is not right.  Exceptions in slots do not reach the caller: ``raise_faults`` raises the first of them.
    """

    def __init__(self, annotator: str) -> None:
        self._faults: list[BaseException] = []
        self._watch = ExitStack()
        self._application = app.application()
        self._window = app.build(Settings(), annotator)
        self._watch.enter_context(errors.watching(lambda: self._window))
        sys.excepthook = self._on_fault  # ``watching`` puts back what was there before

    @property
    def document(self) -> DocumentState:
        """The open document."""
        found = self._window.bench.document
        if found is None:
            raise TrialFailed("no document is open")
        return found

    def raise_faults(self) -> None:
        """Raise the first exception that no one caught, if there was one."""
        self._application.processEvents()
        if self._faults:
            raise TrialFailed(
                f"an error that no one caught, {type(self._faults[0]).__name__}: {self._faults[0]}"
            ) from self._faults[0]

    def open(self, project: Path) -> str:
        """Show the window and open a project."""
        self._window.show()
        self._application.processEvents()
        if not self._hands.projects.open(project):
            raise TrialFailed("the window refused the project")
        self.raise_faults()
        drawn = self._window.grab().toImage()
        if drawn.isNull() or drawn.allGray():
            raise TrialFailed("nothing was drawn, or nothing in colour")
        return f"“{self.document.document.name}”, {len(self.document.spans())} spans, {drawn.width()} × {drawn.height()} pixels"

    def label(self) -> str:
        """Select a word and press a label's key."""
        document, view = self.document, self._window.bench.view
        before = {span.id for span in document.spans()}
        start, end = next(word for word in document.tokens if _is_free_word(document, word))
        label = next(label for label in document.scheme.spans if label.key)
        view.select(start, end)
        view.setFocus()
        self._press(label.key)
        made = [span for span in document.spans() if span.id not in before]
        if [(span.fragments, span.label) for span in made] != [(((start, end),), label.name)]:
            raise TrialFailed(f"the key {label.key} did not label “{document.text[start:end]}” as {label.name}")
        return f"“{document.text[start:end]}” became {label.name} by the key {label.key}"

    def move_edge(self) -> str:
        """Move the end of a span by a token, and back."""
        document, editing = self.document, self._hands.editing
        span = next(span for span in document.spans() if _can_grow(document, span.end))
        self._window.bench.view.focus_span(span.id)
        editing.move_edge("end", 1)
        moved = document.span(span.id)
        if moved is None or moved.end <= span.end:
            raise TrialFailed(f"the end of {span.label} at {span.end} did not move")
        editing.move_edge("end", -1)
        back = document.span(span.id)
        if back is None or back.fragments != span.fragments:
            raise TrialFailed(f"the end of {span.label} did not come back to {span.end}")
        return f"the end of a {span.label} went from {span.end} to {moved.end} and back"

    def relate(self) -> str:
        """Link two spans that the scheme allows to be linked."""
        document = self.document
        linked = {frozenset((relation.head, relation.tail)) for relation in document.relations()}
        head, tail, label = next(
            (head, tail, labels[0].name)
            for head in document.spans()
            for tail in document.spans()
            if head.id != tail.id and frozenset((head.id, tail.id)) not in linked
            if (labels := document.scheme.links(head.label, tail.label))
        )
        self._hands.relating.add(head.id, tail.id, label)
        if (label, head.id, tail.id) not in {(found.label, found.head, found.tail) for found in document.relations()}:
            raise TrialFailed(f"{label} was not made")
        return f"“{head.surface(document.text)}” {label} “{tail.surface(document.text)}”"

    def undo(self) -> str:
        """Take the last steps back and bring them again."""
        document, steps = self.document, 4
        whole = document.spans(), document.relations()
        for _ in range(steps):
            self._hands.history.undo()
        if (document.spans(), document.relations()) == whole:
            raise TrialFailed("undo changed nothing")
        for _ in range(steps):
            self._hands.history.redo()
        if (document.spans(), document.relations()) != whole:
            raise TrialFailed("redo did not bring everything back")
        return f"{steps} steps back and forth"

    def finish(self) -> str:
        """Mark the document done."""
        self._hands.documents.done()
        return f"the document is {self.document.info.status}"

    def close(self) -> str:
        """Close window and project; harmless when repeated."""
        self._window.close()
        self._hands.projects.close()
        self._window.deleteLater()
        self._application.processEvents()
        self._watch.close()
        return "window and project"

    @property
    def _hands(self) -> Hands:
        if self._window.hands is None:
            raise TrialFailed("the window has no actions")
        return self._window.hands

    def _press(self, key: str) -> None:
        code = Qt.Key(ord(key.upper()))
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(self._window.bench.view, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, key))

    def _on_fault(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        del kind, trace
        self._faults.append(error)


def _is_free_word(document: DocumentState, word: Range) -> bool:
    start, end = word
    return end - start > 3 and document.text[start:end].isalpha() and not document.spans_in(start, end)


def _can_grow(document: DocumentState, end: int) -> bool:
    """Tell whether the token after ``end`` is a word on the same line and in no span."""
    number = document.tokens.first_from(end)
    if number >= len(document.tokens):
        return False
    start, stop = document.tokens[number]
    return document.text[end:start] == " " and document.text[start:stop].isalpha() and not document.spans_in(start, stop)
