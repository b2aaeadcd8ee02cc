"""A project from a notebook or a script: what ``from annotator import Project`` gives.

Everything is read through the store's queries and written by the commands of the window, under the same rules and into the same history:
what a script did is seen, undone and blamed like any other work.  Offsets are code points of the exact text, half-open.

    from annotator import Project

    with Project("berita.annotator", annotator="ani") as project:
        article = project.open("berita 1")
        putin = article.add_span(0, 5, "PERSON")
        article.describe(putin, note="the president")
        article.mark_done()
        project.undo()
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any

from annotator.commands import documents, relations, spans
from annotator.commands.checking import Finding, check
from annotator.commands.command import Command
from annotator.commands.projects import DEFAULT_LANGUAGE, DEFAULT_SCHEME, new_project
from annotator.domain.annotations import AnnotationSet, Relation, Span
from annotator.domain.documents import Document, Status
from annotator.domain.labels import LabelScheme
from annotator.errors import ProjectError, ProjectReadOnly
from annotator.session.document import DocumentState
from annotator.session.session import Session
from annotator.settings.table import login_name
from annotator.store import journal, queries
from annotator.store.journal import Step
from annotator.store.project import open_project


class Project:
    """An open project file and the person who works on it; a context that closes it.

    While a window or another script has the file open, it opens for reading only and edits raise ``ProjectReadOnly``.  All errors a user
    can mend are ``annotator.errors.AnnotatorError`` with a sentence.
    """

    def __init__(self, path: str | PathLike[str], annotator: str = "", *, read_only: bool = False) -> None:
        self._session = Session(open_project(Path(path), read_only=read_only), annotator or login_name())

    @classmethod
    def create(
        cls, path: str | PathLike[str], annotator: str = "", *, labels: str = DEFAULT_SCHEME, language: str = DEFAULT_LANGUAGE
    ) -> Project:
        """Make a new project and open it; ``labels`` is the name of a shipped label scheme or a file, ``language`` a code spaCy knows."""
        made = new_project(Path(path), labels=labels, language=language)
        made.close()
        return cls(made.path, annotator)

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._session.project.path

    @property
    def annotator(self) -> str:
        """Under whose name edits are made."""
        return self._session.annotator

    @property
    def read_only_reason(self) -> str:
        """Why edits are refused; empty where they are not."""
        return self._session.project.read_only_reason

    @property
    def scheme(self) -> LabelScheme:
        """The label scheme."""
        return self._session.project.scheme

    # Reading

    def __len__(self) -> int:
        with self._session.project.reading():
            return queries.document_count(self._session.project.connection)

    def documents(self) -> Iterator[Document]:
        """Yield all documents in order, one at a time."""
        with self._session.project.reading():
            for number in queries.document_ids(self._session.project.connection):
                found = queries.document(self._session.project.connection, number)
                if found is not None:
                    yield found

    def document(self, name: str | int) -> Document:
        """Return the document with this name or number; raises ``ProjectError`` where there is none, or several have the name."""
        number = name if isinstance(name, int) else self._number(name)
        found = self._session.project.document(number)
        if found is None:
            raise ProjectError(f"There is no document {number} in “{self.path.name}”.")
        return found

    def sets(self, name: str | int) -> list[AnnotationSet]:
        """Return everybody's annotations of a document: persons, then gold, then models."""
        number = self.document(name).id
        connection = self._session.project.connection
        with self._session.project.reading():
            found = (queries.annotation_set(connection, set_id) for set_id, _ in queries.set_ids(connection, number))
            return [content for content in found if content is not None]

    def gold(self, name: str | int) -> AnnotationSet | None:
        """Return the gold of a document, or None: nobody is done, or those who are differ."""
        number = self.document(name).id
        with self._session.project.reading():
            set_id = queries.gold_set(self._session.project.connection, number)
            return None if set_id is None else queries.annotation_set(self._session.project.connection, set_id)

    def history(self) -> list[Step]:
        """Return every step, oldest first."""
        with self._session.project.reading():
            return list(journal.steps(self._session.project.connection))

    def check(self) -> list[Finding]:
        """Return everything that breaks a rule."""
        with self._session.project.reading():
            return list(check(self._session.project.connection, self.scheme))

    # Editing

    def open(self, name: str | int) -> OpenDocument:
        """Open a document to edit it; the first time, this person's set is made and filled with the models' suggestions.

        Raises ``ProjectReadOnly`` where the project cannot be edited.
        """
        if self.read_only_reason:
            raise ProjectReadOnly(self.read_only_reason)
        return OpenDocument(self._session, self._session.open_document(self.document(name).id))

    def execute(self, command: Command) -> Any:
        """Run any command of ``annotator.commands`` as one step of the history; returns what it returns."""
        return self._session.execute(command)

    def undo(self) -> str:
        """Take back this person's last edit; returns what it was called, empty if there was none."""
        done = self._session.undo()
        return done.title if done else ""

    def redo(self) -> str:
        """Bring back what was undone last; returns what it was called, empty if there was nothing."""
        done = self._session.redo()
        return done.title if done else ""

    def save_copy(self, target: str | PathLike[str]) -> None:
        """Write a copy of the project, as of now."""
        self._session.project.save_copy(Path(target))

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        self._session.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _number(self, name: str) -> int:
        with self._session.project.reading():
            found = queries.documents_named(self._session.project.connection, name)
        if len(found) != 1:
            told = "no document" if not found else f"{len(found)} documents"
            raise ProjectError(f"“{self.path.name}” has {told} of the name “{name}”; use its number.")
        return found[0][0]


class OpenDocument:
    """A document under the hands of one person: every method is one edit, saved when it returns.

    Raises ``Refused`` with the reason where a rule forbids the edit; then nothing was written.
    """

    def __init__(self, session: Session, state: DocumentState) -> None:
        self._session = session
        self._id = state.document.id
        self._set_id = state.set_id

    @property
    def document(self) -> Document:
        """Name, text, metadata and tokens."""
        found = self._session.project.document(self._id)
        if found is None:
            raise ProjectError("This document is not in the project any more.")
        return found

    @property
    def text(self) -> str:
        """The exact text."""
        return self.document.text

    @property
    def status(self) -> Status:
        """How far this person is with it."""
        return self._content().info.status

    def spans(self) -> list[Span]:
        """Return the spans in text order."""
        return self._content().in_text_order()

    def relations(self) -> list[Relation]:
        """Return the relations by the place of their head."""
        return self._content().relations_in_order()

    def add_span(self, start: int, end: int, label: str, *more: tuple[int, int]) -> str:
        """Label a piece of the text (with ``more`` pieces, all as one span) and return the span's id; no snapping to tokens."""
        return self._do(spans.add_span(self._set_id, ((start, end), *more), label))

    def relabel(self, span_id: str, label: str) -> None:
        """Give a span another label."""
        self._do(spans.relabel_span(self._set_id, span_id, label))

    def describe(self, span_id: str, *, note: str | None = None, attributes: Mapping[str, Any] | None = None) -> None:
        """Set the note or the attributes of a span; what is left out stays."""
        given = {"note": note, "attributes": attributes}
        self._do(spans.describe_span(self._set_id, span_id, **{name: value for name, value in given.items() if value is not None}))

    def accept(self, span_id: str) -> None:
        """Take a suggested span as it is."""
        self._do(spans.accept_span(self._set_id, span_id))

    def remove(self, span_id: str) -> None:
        """Remove a span and its relations; a suggestion is remembered as rejected."""
        self._do(spans.remove_span(self._set_id, span_id))

    def link(self, head: str, tail: str, label: str) -> str:
        """Link two spans and return the relation's id."""
        return self._do(relations.add_relation(self._set_id, head, tail, label))

    def unlink(self, relation_id: str) -> None:
        """Remove a relation."""
        self._do(relations.remove_relation(self._set_id, relation_id))

    def mark_done(self) -> None:
        """Accept what is left of the suggestions and say that the document is done."""
        self._do(documents.mark_done(self._set_id))

    def _do(self, command: Command) -> Any:
        return self._session.execute(command)

    def _content(self) -> AnnotationSet:
        with self._session.project.reading():
            found = queries.annotation_set(self._session.project.connection, self._set_id)
        if found is None:
            raise ProjectError("This document is not in the project any more.")
        return found
