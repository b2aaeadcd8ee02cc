"""Real projects and documents for the tests of panels, models and dialogs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import ChangeSet, Lane
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.text import Tokens, sentence_starts
from annotator.session.session import Session
from annotator.store.project import Project, create

TEXT = "Putin tiba di Rusia. Ia bertemu Joko Widodo di Moskow <b>tadi</b>."


def tokens_of(text: str) -> Tokens:
    """Words and full stops; enough for texts like ``TEXT``."""
    ranges, start = [], 0
    for word in text.split(" "):
        end = start + len(word)
        if word.endswith("."):
            ranges += [(start, end - 1), (end - 1, end)]
        elif word:
            ranges.append((start, end))
        start = end + 1
    return Tokens(ranges)


def scheme() -> LabelScheme:
    return scheme_from_dict(
        {
            "name": "test",
            "spans": [
                {
                    "name": "PERSON",
                    "key": "1",
                    "description": {"en": "People & <i>characters</i>", "id": "Orang"},
                    "examples": "Putin",
                },
                {"name": "GPE", "key": "2"},
                {"name": "ORG", "key": "3"},
            ],
            "relations": [
                {"name": "leads", "head": ["PERSON"], "tail": ["GPE", "ORG"], "key": "1"},
                {"name": "visited", "head": ["PERSON"], "tail": ["GPE"], "key": "2"},
                {"name": "met_with", "head": ["PERSON"], "tail": ["PERSON"], "symmetric": True, "key": "3"},
            ],
            "attributes": [
                {"name": "mention", "values": ["name", "pronoun"], "labels": ["PERSON", "GPE"]},
                {"name": "role", "labels": ["PERSON"]},
                {"name": "certainty", "values": ["sure", "doubtful"], "labels": ["visited"]},
            ],
        }
    )


def suggestions() -> AnnotationSet:
    """What a model says of ``TEXT``."""
    spans = [
        Span("s1", ((0, 5),), "PERSON", reviewed=False, confidence=0.93, origin="model:ner"),
        Span("s2", ((14, 19),), "GPE", reviewed=False, origin="model:ner"),
        Span("s3", ((32, 43),), "PERSON", attributes={"role": "presiden", "seen": 3}, origin="model:ner", reviewed=False),
        Span("s4", ((47, 53),), "GPE", reviewed=False, origin="model:ner"),
    ]
    relations = [
        Relation("r1", "visited", "s1", "s2", reviewed=False, origin="model:rel"),
        Relation("r2", "met_with", "s1", "s3", reviewed=False, origin="model:rel"),
    ]
    info = SetInfo(0, "ner", Kind.MODEL)
    return AnnotationSet(info, {span.id: span for span in spans}, {relation.id: relation for relation in relations})


def add_documents(project: Project, names: list[str], *, text: str = TEXT, content: AnnotationSet | None = None) -> None:
    """Import documents of the same text, each with the model's suggestions."""
    tokens = tokens_of(text)
    starts = tuple(sentence_starts(text, tokens))
    sets = [suggestions() if content is None and text == TEXT else content] if (content or text == TEXT) else []
    with project.transaction("Import {}", "documents", actor="tester", lane=Lane.JOB) as tx:
        tx.add_documents([(Document(name, text, {}, tokens, starts), [each for each in sets if each]) for name in names])


def make_session(folder: Path, names: list[str] | None = None, *, annotator: str = "ani") -> Session:
    """Create a project in ``folder`` with these documents and return a session over it."""
    project = create(folder / "proyek.annotator", scheme=scheme(), language="id")
    session = Session(project, annotator)
    if names is None:
        names = ["satu", "dua", "tiga"]
    if names:
        add_documents(project, names)
    return session


class Heard:
    """Collects what a session announces, or what signals bring."""

    def __init__(self) -> None:
        self.got: list = []

    def hear(self, *values: object) -> None:
        self.got.append(values[0] if len(values) == 1 else values)

    def hear_again(self) -> None:
        self.got.append("again")

    @property
    def last(self) -> object:
        return self.got[-1]


def changed_by(session: Session, command: object) -> ChangeSet:
    """Execute a command and return what it announced."""
    heard = Heard()
    session.changed.connect(heard.hear)
    session.execute(command)
    session.changed.disconnect(heard.hear)
    return heard.last


def opened(qtbot, dialog: QDialog) -> None:
    """Open a dialog and leave its end to the test: it would delete itself when it is closed.

    pytest-qt keeps no hold of it, and one without a parent belongs to Python, which might collect it while it is painted: so this does.
    """
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog, before_close_func=lambda _, held=dialog: held)
    dialog.open()


def drop(widget: QWidget, *paths: Path) -> None:
    """Drop files and folders on a widget, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    assert dropped(widget, data)


def dropped(widget: QWidget, data: QMimeData) -> bool:
    """Drag data over a widget and let go; tell whether it took them, as a copy."""
    middle, buttons, keys = widget.rect().center(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    enter = QDragEnterEvent(middle, actions, data, buttons, keys)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(middle), actions, data, buttons, keys)
    QApplication.sendEvent(widget, event)
    return event.isAccepted() and event.dropAction() == Qt.DropAction.CopyAction
