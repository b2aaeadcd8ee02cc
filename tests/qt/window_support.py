"""The whole window over real project files, and the hands in front of it, for the tests of its controllers."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.text import Tokens, sentence_starts
from annotator.session.document import DocumentState
from annotator.settings.store import Settings
from annotator.store.project import Project, create, open_project
from annotator.ui.app import application, build
from annotator.ui.dialogs.ask import Ask
from annotator.ui.hands import Hands

TEXT = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta."
"""Putin 0-5, Rusia 14-19, Jokowi 21-27, Putin 36-41, Jakarta 45-52."""


def small_scheme() -> LabelScheme:
    """Keys 1 to 4 in the order given: several, one or no relation label fit, by the pair."""
    return scheme_from_dict(
        {
            "name": "small",
            "spans": ["PERSON", "GPE", "ORG", "DATE"],
            "relations": [
                {"name": "leads", "head": ["PERSON"], "tail": ["ORG", "GPE"]},
                {"name": "visited", "head": ["PERSON"], "tail": ["GPE"]},
                {"name": "met_with", "head": ["PERSON"], "tail": ["PERSON"], "symmetric": True},
                {"name": "part_of", "head": ["ORG"], "tail": ["ORG"], "reflexive": True},
            ],
            "attributes": [{"name": "sure", "values": ["yes", "no"]}],
        }
    )


def document(name: str, text: str) -> Document:
    """A document whose tokens are words and marks."""
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    return Document(name, text, {}, tokens, tuple(sentence_starts(text, tokens)))


def suggestions(spans: list[tuple[str, int, int, str]], relations: list[tuple[str, str, str, str]] | None = None) -> AnnotationSet:
    """What a model says: ``(id, start, end, label)`` and ``(id, label, head, tail)``."""
    return AnnotationSet(
        SetInfo(0, "model", Kind.MODEL),
        {key: Span(key, ((start, end),), label, origin="model", reviewed=False) for key, start, end, label in spans},
        {key: Relation(key, label, head, tail, origin="model", reviewed=False) for key, label, head, tail in relations or []},
    )


def articles() -> list[tuple[Document, list[AnnotationSet]]]:
    """ "satu" with suggestions (s1 Putin wrongly GPE, s2 Rusia, s3 Jokowi, s4 Putin; r1 met_with), "dua" with an astral character
    before its words, "tiga" without annotations."""
    first = suggestions(
        [("s1", 0, 5, "GPE"), ("s2", 14, 19, "GPE"), ("s3", 21, 27, "PERSON"), ("s4", 36, 41, "PERSON")],
        [("r1", "met_with", "s3", "s4")],
    )
    second = suggestions([("s1", 2, 6, "PERSON"), ("s2", 10, 13, "ORG")], [("r1", "leads", "s1", "s2")])
    return [
        (document("satu", TEXT), [first]),
        (document("dua", "😊 Budi di BRI"), [second]),
        (document("tiga", "Tidak ada apa-apa."), []),
    ]


def make_project(path: Path, content: list[tuple[Document, list[AnnotationSet]]] | None = None) -> Path:
    """Make a project file with these articles, and close it."""
    project = create(path, scheme=small_scheme(), language="id")
    with project.transaction("Import {}", "articles", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(articles() if content is None else content)
    project.close()
    return path


class Answers(Ask):
    """Answers instead of a person, and notes what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.path: Path | None = None
        self.paths: list[Path] = []
        self.agrees = False

    def open_file(self, title: str, *_: object) -> Path | None:
        self.asked.append(title)
        return self.path

    def open_files(self, title: str, *_: object) -> list[Path]:
        self.asked.append(title)
        return self.paths

    def save_file(self, title: str, suggestion: Path, *_: object) -> Path | None:
        self.asked.append(f"{title}: {suggestion.name}")
        return self.path

    def confirm(self, _title: str, text: str, *_: object) -> bool:
        self.asked.append(text)
        return self.agrees


class Seat:
    """The person "ani" in front of one window."""

    def __init__(self, settings: Settings) -> None:
        application()
        self.settings = settings
        self.window = build(settings, "ani")
        self.window.bench.following.delay = 0  # what the panels show a moment later, tests look at now; one test has the delay
        self.bench = self.window.bench
        self.view = self.bench.view
        self.ask = self.bench.ask = Answers()
        assert self.window.hands is not None
        self.hands: Hands = self.window.hands
        self.told: list[str] = []
        self._left = False
        self.bench.told.connect(self.told.append)

    @property
    def document(self) -> DocumentState:
        assert self.bench.document is not None
        return self.bench.document

    @property
    def project(self) -> Project:
        assert self.bench.session is not None
        return self.bench.session.project

    @property
    def name(self) -> str:
        return self.document.document.name

    @property
    def message(self) -> str:
        bar = self.bench.messages
        return "" if bar.isHidden() else bar.text.text()

    def text_of(self, span_id: str) -> str:
        span = self.document.span(span_id)
        assert span is not None
        return span.surface(self.document.text)

    def show(self) -> None:
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)
        self.window.activateWindow()
        self.view.setFocus()
        settle()

    def press(self, *keys: str) -> None:
        """Press keys by portable name into what has the keyboard."""
        for key in keys:
            target = self.window.focusWidget() or self.view
            if len(key) == 1:
                QTest.keyClicks(target, key)
            else:
                *modifiers, last = key.split("+")
                combined = Qt.KeyboardModifier.NoModifier
                for modifier in modifiers:
                    combined |= _MODIFIERS[modifier]
                QTest.keyClick(target, getattr(Qt.Key, f"Key_{last}"), combined)
            settle()

    def trigger(self, action: str) -> None:
        """Take an entry of the menus; one that is greyed cannot be taken."""
        entry = self.window.actions_by_id[action]
        assert entry.isEnabled(), action
        entry.trigger()

    def dialog(self, kind: type) -> QDialog:
        """The one dialog of this kind that is open."""
        (found,) = [child for child in self.window.findChildren(kind) if child.isVisible()]
        return found

    def open_named(self, name: str) -> None:
        for document_id in (1, 2, 3):
            self.hands.documents.open(document_id)
            if self.name == name:
                return
        raise AssertionError(name)

    def content(self) -> tuple[object, ...]:
        """Everything the window holds of the document."""
        return tuple(self.document.spans()), tuple(self.document.relations()), self.document.info

    def wait_for_job(self) -> None:
        QTest.qWait(1)
        waited = 0
        while self.hands.projects.busy and waited < 60_000:
            QTest.qWait(10)
            waited += 10
        assert not self.hands.projects.busy
        settle()

    def leave(self) -> None:
        """Close the window for good; harmless when repeated."""
        if self._left:
            return
        self._left = True
        self.window.close()
        self.window.deleteLater()
        settle()


_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}


def settle() -> None:
    """Let everything that was posted happen, deletions too."""
    for _ in range(3):
        QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def full_disk(project: Project) -> Iterator[None]:
    """Inside, the project's file cannot grow, as on a full disk; what is small enough may still find room in it."""
    (pages,) = project.connection.execute("PRAGMA page_count").fetchone()
    project.connection.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        with suppress(sqlite3.ProgrammingError):  # closed meanwhile
            project.connection.execute("PRAGMA max_page_count = 1000000")


@contextmanager
def written_elsewhere(project: Project) -> Iterator[None]:
    """Inside, another program is writing the project's file, and ours does not wait for it."""
    other = sqlite3.connect(project.path, isolation_level=None)
    project.connection.execute("PRAGMA busy_timeout = 0")
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
        project.connection.execute("PRAGMA busy_timeout = 5000")


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Inside, another window has the project, so that ours can only look."""
    other = open_project(path)
    try:
        yield
    finally:
        other.close()


def status_of(path: Path, name: str, annotator: str = "ani") -> Status | None:
    """What the file says of a document, after the window is gone."""
    project = open_project(path, read_only=True)
    try:
        row = project.connection.execute(
            "SELECT s.status FROM documents d JOIN annotation_sets s ON s.document_id = d.id"
            " WHERE d.name = ? AND s.annotator = ? AND s.kind = 'person'",
            (name, annotator),
        ).fetchone()
    finally:
        project.close()
    return None if row is None else Status(row[0])


MakeSeat = Callable[..., Seat]


def long_project(path: Path) -> Path:
    """Make a project of one article that no window shows as a whole; every sentence has two suggestions."""
    count = 120
    spans = [
        (f"s{number}-{start}", number * (len(TEXT) + 1) + start, number * (len(TEXT) + 1) + end, label)
        for number in range(count)
        for start, end, label in ((0, 5, "PERSON"), (45, 52, "GPE"))
    ]
    project = create(path, scheme=small_scheme(), language="xx")
    with project.transaction("Import {}", "it", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(document("long", " ".join([TEXT] * count)), [suggestions(spans)])])
    project.close()
    return path
