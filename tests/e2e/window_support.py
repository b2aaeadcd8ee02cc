"""The hands in front of the real program, and what another program finds in its file meanwhile."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from annotator.cli.app import main
from annotator.commands.projects import load_scheme
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.text import Tokens, sentence_starts
from annotator.store.project import create
from annotator.ui.article.hit import Handle, Part
from annotator.ui.choice import ChoicePopup
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.modeless import ModelessDialog
from annotator.ui.errors import CrashReport
from annotator.ui.main_window import MainWindow

_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}
_NAMES = {"PgUp": "PageUp", "PgDown": "PageDown", "Del": "Delete", "Esc": "Escape", "Enter": "Return"}
_LEFT = Qt.MouseButton.LeftButton


@dataclass(frozen=True)
class Stored:
    """What ``sqlite3`` alone finds of one person's work on one document."""

    spans: frozenset[tuple[int, int, str, bool]]
    relations: frozenset[tuple[str, tuple[int, int], tuple[int, int], bool]]
    status: str
    flagged: bool


def stored(path: Path, document_id: int = 1, annotator: str = "") -> Stored:
    """Read the file with a connection of its own, without any code of the program."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        where = "document_id = ? AND kind = 'person'" + (" AND annotator = ?" if annotator else "")
        values = (document_id, annotator) if annotator else (document_id,)
        key, status, flagged = connection.execute(
            f"SELECT id, status, flagged FROM annotation_sets WHERE {where}", values
        ).fetchone()
        spans = connection.execute('SELECT id, start, "end", label, reviewed FROM spans WHERE set_id = ?', (key,)).fetchall()
        relations = connection.execute("SELECT label, head, tail, reviewed FROM relations WHERE set_id = ?", (key,)).fetchall()
    finally:
        connection.close()
    places = {row[0]: (row[1], row[2]) for row in spans}
    return Stored(
        frozenset((start, end, label, bool(reviewed)) for _, start, end, label, reviewed in spans),
        frozenset((label, places[head], places[tail], bool(reviewed)) for label, head, tail, reviewed in relations),
        status,
        bool(flagged),
    )


def shown(document) -> Stored:
    """Return everything the window holds of a document, in the same shape."""
    places = {span.id: (span.start, span.end) for span in document.spans()}
    return Stored(
        frozenset((span.start, span.end, span.label, span.reviewed) for span in document.spans()),
        frozenset((one.label, places[one.head], places[one.tail], one.reviewed) for one in document.relations()),
        str(document.info.status),
        document.info.flagged,
    )


class Driver:
    """The hands in front of one window."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.view = window.bench.view
        QTest.qWaitForWindowExposed(window)
        self.settle()

    @property
    def session(self):
        return self.window.bench.session

    @property
    def document(self):
        return self.window.bench.document

    @property
    def text(self) -> str:
        return self.document.text

    @property
    def span(self):
        return self.window.bench.span

    @property
    def relation(self):
        return self.window.bench.relation

    @property
    def surface(self) -> str:
        """The text of the focused span."""
        return self.span.surface(self.text) if self.span is not None else ""

    @property
    def selected(self) -> str:
        """The selected text."""
        return self.text[slice(*self.view.selection)] if self.view.selection else ""

    @property
    def message(self) -> str:
        bar = self.window.bench.messages
        return bar.text.text() if bar.isVisible() else ""

    @property
    def said(self) -> str:
        """What the window says of the last thing done, in the bar over the article or for a moment below it."""
        return f"{self.message} {self.window.status.currentMessage()}"

    @property
    def dialog(self) -> QDialog | None:
        """The dialog that is open over the window, or None.  The report of a fault of ours fails the test."""
        found = [dialog for dialog in self.window.findChildren(QDialog) if dialog.isVisible()]
        for dialog in found:
            assert not isinstance(dialog, CrashReport), dialog.report.toPlainText()
        return found[-1] if found else None

    @property
    def menu(self) -> ChoicePopup | None:
        """The list of labels that is open, or None."""
        return next((popup for popup in self.window.findChildren(ChoicePopup) if popup.isVisible()), None)

    # Keys

    @property
    def in_article(self) -> bool:
        """Whether keys go to the article."""
        return self.window.focusWidget() is self.view

    @property
    def target(self) -> QWidget:
        """What a key pressed now goes to."""
        dialog = self.dialog
        beside = isinstance(dialog, ModelessDialog) and dialog.isActiveWindow()
        if dialog is not None and (
            dialog.isModal() or beside or isinstance(dialog, ExportDialog)
        ):  # which one can leave for the article
            return dialog.focusWidget() or dialog
        return self.window.focusWidget() or self.view

    def press(self, *keys: str) -> None:
        """Press keys by their portable names, one after the other, into whatever has the focus."""
        for key in keys:
            if QApplication.activeWindow() is None:  # there is no window manager off screen that would do this after a dialog
                self.target.window().activateWindow()
                self.settle()
            head, plus, last = (key[:-1].rpartition("+")) if key.endswith("+") and len(key) > 1 else key.rpartition("+")
            if key.endswith("+") and len(key) > 1:
                head, last = key[:-2], "+"
            combined = Qt.KeyboardModifier.NoModifier
            for modifier in head.split("+") if plus else ():
                combined |= _MODIFIERS[modifier]
            if not key.isascii():  # QTest types ASCII alone
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    QCoreApplication.sendEvent(self.target, QKeyEvent(kind, Qt.Key.Key_unknown, combined, key))
            elif len(key) == 1:
                QTest.keyClicks(self.target, key)
            elif len(last) == 1 and not last.isalnum():
                QTest.keyClick(self.target, last, combined)
            else:
                QTest.keyClick(self.target, getattr(Qt.Key, f"Key_{_NAMES.get(last, last)}"), combined)
            self.settle()

    def type(self, text: str) -> None:
        """Type text, one key after the other."""
        self.press(*text)

    def hints(self) -> dict[str, object]:
        """Return the letters shown now, with what each would choose."""
        mode = self.view._modes._mode
        return {letters: value for letters, (_, value) in zip(mode.codes, mode.offered, strict=True)}

    def letters_for(self, value: object) -> str:
        """Return the letters that choose ``value`` now."""
        return next(letters for letters, chosen in self.hints().items() if chosen == value)

    # Places

    def place(self, surface: str, occurrence: int = 0) -> tuple[int, int]:
        """Return where a piece of the text stands."""
        found = [match.start() for match in re.finditer(re.escape(surface), self.text)][occurrence]
        return found, found + len(surface)

    def put_caret(self, surface: str, occurrence: int = 0) -> None:
        """Put the caret at the beginning of a piece of the text, with nothing focused."""
        self.view.setFocus()
        self.view.place_caret(self.place(surface, occurrence)[0])
        self.settle()

    def select(self, surface: str, occurrence: int = 0) -> None:
        """Select whole tokens with the keyboard."""
        start, end = self.place(surface, occurrence)
        self.put_caret(surface, occurrence)
        while self.view.selection is None or self.view.selection[1] < end:
            self.press("Shift+Right")
        assert self.view.selection == (start, end)

    def span_of(self, surface: str, label: str = ""):
        """Return the span with this text, and this label if one is given."""
        found = [span for span in self.document.spans() if span.surface(self.text) == surface and label in ("", span.label)]
        assert found, f"no span {surface}"
        return found[0]

    def has(self, surface: str, label: str) -> bool:
        """Tell whether there is such a span."""
        return any(span.surface(self.text) == surface and span.label == label for span in self.document.spans())

    def focus(self, surface: str, occurrence: int = 0):
        """Walk with Tab until the span with this text is focused, and return it."""
        wanted = [span for span in self.document.spans() if span.surface(self.text) == surface][occurrence]
        self.view.setFocus()
        self.press("Escape", "Escape")
        self.view.place_caret(0)
        for _ in range(len(self.document.spans()) + 1):
            self.press("Tab")
            if self.span is not None and self.span.id == wanted.id:
                return self.span
        raise AssertionError(f"Tab never reached {surface}")

    # The pointer

    def point(self, start: int, end: int) -> QPoint:
        """Return the middle of a range's first line, in the viewport of the article."""
        geometry = self.view.builder.geometry
        line = geometry.line_of(start)
        left, right = geometry.intervals(line, start, end)[0]
        return QPoint(round((left + right) / 2), round((line.top + line.bottom) / 2 - self.view.verticalScrollBar().value()))

    def point_at(self, surface: str, occurrence: int = 0) -> QPoint:
        """Return the middle of a piece of the text."""
        return self.point(*self.place(surface, occurrence))

    def gap(self, offset: int) -> QPoint:
        """Return the point just before the character at ``offset``, where a pointer means this very gap."""
        geometry = self.view.builder.geometry
        line = geometry.line_of(offset)
        return QPoint(
            round(geometry.x_of(line, offset)), round((line.top + line.bottom) / 2 - self.view.verticalScrollBar().value())
        )

    def chip(self, span_id: str) -> QPoint:
        """Return the middle of a span's chip."""
        for plan in self.view.scene().plans:
            for chip in plan.chips:
                if chip.box.span == span_id:
                    box = chip.box
                    y = (box.top + box.bottom) / 2 - self.view.verticalScrollBar().value()
                    return QPoint(round((box.left + box.right) / 2), round(y))
        raise AssertionError(f"no chip of {span_id} in view")

    def handle(self, part: Part) -> QPoint:
        """Return where a handle of the focused span is."""
        found: Handle = next(handle for handle in self.view.handles() if handle.part is part)
        return QPoint(round(found.x), round(found.y) - self.view.verticalScrollBar().value())

    def click(self, point: QPoint, *modifiers: str) -> None:
        """Click in the article."""
        QTest.mouseClick(self.view.viewport(), _LEFT, _combined(modifiers), point)
        self.settle()

    def double_click(self, point: QPoint) -> None:
        """Double-click in the article: press, release, and the second press that Qt calls a double click."""
        QTest.mouseClick(self.view.viewport(), _LEFT, Qt.KeyboardModifier.NoModifier, point)
        QTest.mouseDClick(self.view.viewport(), _LEFT, Qt.KeyboardModifier.NoModifier, point)
        self.settle()

    def drag(self, start: QPoint, end: QPoint, *modifiers: str, release: bool = True) -> None:
        """Drag in the article, with some places in between."""
        port, keys = self.view.viewport(), _combined(modifiers)
        QTest.mousePress(port, _LEFT, keys, start)
        for step in range(1, 6):
            # QTest's own move carries neither button nor modifier off screen
            self._move(start + (end - start) * step / 5, keys)
        if release:
            QTest.mouseRelease(port, _LEFT, keys, end)
        self.settle()

    def _move(self, point: QPoint, keys: Qt.KeyboardModifier) -> None:
        port = self.view.viewport()
        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(point), QPointF(port.mapToGlobal(point)), Qt.MouseButton.NoButton, _LEFT, keys
        )
        QCoreApplication.sendEvent(port, event)

    # Looking

    def settle(self) -> None:
        """Let everything that was posted happen."""
        for _ in range(3):
            QApplication.processEvents()

    def wait(self, happened: Callable[[], object], what: str) -> None:
        """Let the program work until something has happened."""
        patience = QElapsedTimer()
        patience.start()
        while not happened():
            assert patience.elapsed() < 60_000, f"never: {what}"
            QTest.qWait(5)
        self.settle()

    def check(self) -> Stored:
        """See that window, its lists and file say the same of the open document, and return it."""
        self.window.bench.following.now()  # the lists follow the article a moment later
        document, panels = self.document, self.window.panels
        window = shown(document)
        file = stored(self.session.project.path, document.document.id, self.session.annotator)
        assert window == file
        # what Qt lays out is as long as the text: no offset can be off
        assert self.view.document().characterCount() - 1 == document.offsets.to_qt(len(document.text))
        scene = self.view.scene()
        assert {span.id for span in scene.spans()} == {span.id for span in document.spans_in(*scene.range)}
        if panels.outline.isVisible():  # it follows only while it is seen
            model = panels.outline.model
            listed = [item for row in range(model.rowCount()) if (item := model.item_at(row)) is not None]
            assert listed == [*document.spans(), *document.relations()]
        return window


def _combined(modifiers: Iterable[str]) -> Qt.KeyboardModifier:
    combined = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        combined |= _MODIFIERS[modifier]
    return combined


def program(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return what runs ``main`` with arguments; when its window waits for the user, the given function is the user."""

    def run(drive: Callable[[Driver], None], *arguments: str | Path) -> int:
        failures: list[BaseException] = []

        def user() -> int:
            window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible())
            try:
                drive(Driver(window))
                fault = next((d for d in window.findChildren(CrashReport) if d.isVisible()), None)
                assert fault is None, fault and fault.report.toPlainText()
            except (Exception, pytest.fail.Exception, pytest.skip.Exception) as failure:  # the program would take it for its own
                failures.append(failure)
            finally:
                window.close()
                window.deleteLater()
                QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
                QApplication.processEvents()
            return 0

        monkeypatch.setattr(QApplication, "exec", staticmethod(user))
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        if failures:
            raise failures[0]
        return int(ended.value.code or 0)

    return run


# Projects

STORY = "\n".join((
    "Presiden Joko Widodo bertemu Vladimir Putin di Istana Bogor, Jawa Barat, pada Senin (26/11).",
    "Widodo memimpin Indonesia sejak 2014. Putin memimpin Rusia.",
    "Bank Rakyat Indonesia berdiri di Purwokerto. Sunarso memimpin bank itu.",
    *(f"Baris pengisi nomor {number} ditulis supaya artikel ini lebih panjang daripada layar." for number in range(40)),
    "Akhirnya Jokowi terbang ke Papua.",
))  # fmt: skip
"""A story whose end is far below the window."""

_SUGGESTED = (
    ("s1", "Joko Widodo", 0, "PERSON"),
    ("s2", "bertemu", 0, "EVENT"),
    ("s3", "Vladimir Putin", 0, "PERSON"),
    ("s4", "Istana Bogor", 0, "FAC"),
    ("s5", "Bogor", 0, "GPE"),
    ("s6", "Jawa Barat", 0, "GPE"),
    ("s7", "Senin", 0, "DATE"),
    ("s8", "Putin", 1, "GPE"),  # wrong: a person
    ("s9", "Rusia", 0, "GPE"),
    ("s10", "Bank Rakyat Indonesia", 0, "ORG"),
    ("s11", "Jokowi", 0, "PERSON"),
    ("s12", "Papua", 0, "GPE"),
)
_LINKED = (
    ("r1", "met_with", "s1", "s3"),
    ("r2", "located_in", "s5", "s6"),
    ("r3", "leads", "s1", "s9"),
)


def document_of(text: str, name: str = "cerita") -> Document:
    """Return a document whose tokens are words and marks."""
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    return Document(name, text, {}, tokens, tuple(sentence_starts(text, tokens)))


def story_set() -> AnnotationSet:
    """Return what a model says of the story."""
    spans = {}
    for key, surface, occurrence, label in _SUGGESTED:
        start = [match.start() for match in re.finditer(surface, STORY)][occurrence]
        spans[key] = Span(key, ((start, start + len(surface)),), label, origin="model", reviewed=False)
    relations = {key: Relation(key, label, head, tail, origin="model", reviewed=False) for key, label, head, tail in _LINKED}
    return AnnotationSet(SetInfo(0, "model", Kind.MODEL), spans, relations)


def make_project(path: Path, *documents: tuple[Document, list[AnnotationSet]]) -> Path:
    """Make a project with the scheme for Indonesian news and these documents."""
    project = create(path, scheme=load_scheme("indonesian-news"), language="id")
    with project.transaction("Import {}", "documents", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(list(documents))
    project.close()
    return path


def story_project(folder: Path, copies: int = 1) -> Path:
    """Make a project of the story, as often as asked."""
    names = [f"cerita {number}" for number in range(1, copies + 1)]
    return make_project(folder / "story.annotator", *((document_of(STORY, name), [story_set()]) for name in names))
