"""Loading, removing and saving the knowledge base of a project.

It is reference data: loading one is no step of the history and cannot be undone, but it never touches a link.  A load is written beside
the knowledge base in use and takes its place at the end, so that one that is stopped leaves what was there.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from annotator.domain.exchange import Complaint
from annotator.domain.knowledge import MOST_ALIASES, Entry
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.rules import amount
from annotator.errors import AnnotatorError
from annotator.formats import knowledge_files
from annotator.store import knowledge, knowledge_loading
from annotator.store.knowledge_loading import Taken
from annotator.store.project import Project
from annotator.store.queries import Connection

T = TypeVar("T")

BULK = 20_000
"""Entries that are written at once where nobody waits."""

_LEAST, _FIRST, _LONGEST = 20, 100, 0.008
"""Where a window waits: fewest entries written at once, how many at first, and how long that may take, in seconds."""

_TIDYING = 30.0
"""Seconds that may go into removing what is no longer needed."""

MOST_NAMED = 200
"""So many complaints are kept; the rest is counted."""


class Mode(StrEnum):
    """Whether a file comes to what is there, or in its place."""

    ADD = "add"
    REPLACE = "replace"


class Write(Protocol):
    """Has a short piece of writing done where the project may be written, and returns what it returns."""

    def __call__(self, call: Callable[[], T], /) -> T:
        """Run ``call`` and wait for it."""
        ...


def at_once(call: Callable[[], T]) -> T:
    """Write here and now: the ``Write`` of the thread that opened the project."""
    return call()


@dataclass(slots=True)
class LoadReport:
    """What a load did.

    ``read`` counts sound entries of the file, ``removed`` those that are there no more, ``entries`` what there is now.  ``unnamed`` are
    the linked spans whose id has no entry.  Of the ``complaints`` the first are kept, ``more_complaints`` counts the others, ``lost``
    those of all that are about something left out.
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    entries: int = 0
    unnamed: int = 0
    complaints: list[Complaint] = field(default_factory=list)
    more_complaints: int = 0
    lost: int = 0

    @property
    def losses(self) -> bool:
        """Whether something of the file did not come in whole."""
        return self.lost > 0

    def complain(self, complaint: Complaint) -> None:
        """Keep a complaint, or count it."""
        self.lost += complaint.lost
        if len(self.complaints) < MOST_NAMED:
            self.complaints.append(complaint)
        else:
            self.more_complaints += 1

    def take(self, taken: Taken) -> None:
        """Count what became of some entries."""
        self.added += taken.added
        self.changed += taken.changed
        self.unchanged += taken.unchanged
        for key in taken.again:
            message = f"The id “{key}” is given again; the names of all its rows were put together."
            self.complain(Complaint("", message, lost=False))
        for key in taken.cut:
            self.complain(Complaint("", f"The id “{key}” has more than {MOST_ALIASES} aliases; the last ones were left out."))

    def sentence(self) -> str:
        """Return the figures for a person."""
        told = f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged, {self.removed} removed"
        return f"The knowledge base has {entries_said(self.entries)}: {told}."

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON data."""
        return asdict(self)


def load(
    project: Project,
    path: Path,
    *,
    mode: Mode = Mode.ADD,
    progress: Progress | None = None,
    write: Write = at_once,
    encoding: str = "",
    gently: bool = False,
) -> LoadReport:
    """Load a knowledge base from a file; it is in use when this returns, and what was there before until then.

    May run in any thread whose ``write`` reaches the project's own; ``gently`` cuts the writing into pieces of some milliseconds, for a
    window.  Raises ``FormatError`` where the file cannot be read, ``ProjectError`` where the project cannot be written, and ``Cancelled``;
    then nothing has changed, as where ``KeyboardInterrupt`` comes out of it.  A file without a sound entry is not loaded: what there is
    stays, and the report says so.
    """
    progress = progress or Progress()
    stream = knowledge_files.read(path, encoding=encoding, language=write(lambda: project.language))
    loading = _Loading(project, write, progress, gently=gently)
    report = LoadReport()
    with loading.tidied():
        loading.clear()
        if mode is Mode.ADD:
            loading.copy()
        loading.take(stream, report)
        if not report.read:
            report.entries = write(lambda: knowledge.count(project.connection))
            report.complain(Complaint(str(path), "There is no sound entry in the file, so nothing was loaded."))
            return report
        loading.name()
        loading.count(report, mode)
        loading.put_in_use(path.name)
    if loading.stopped_late:
        report.complain(Complaint("", "It was interrupted when everything was loaded already; that stays.", lost=False))
    return report


def remove(project: Project, *, progress: Progress | None = None, write: Write = at_once, gently: bool = False) -> int:
    """Remove the knowledge base and return how many entries it had; the links of the spans stay.

    Like ``load``, it may run in any thread whose ``write`` reaches the project's own; it raises ``ProjectError`` and ``Cancelled``.
    """
    loading = _Loading(project, write, progress or Progress(), gently=gently)
    had = write(lambda: knowledge.count(project.connection))
    with loading.tidied():
        loading.clear()
        loading.put_in_use("")
    return had


def export(connection: Connection, target: Path, progress: Progress | None = None) -> int:
    """Save the knowledge base as it is now as JSONL that ``load`` reads; returns the number of entries.

    Raises ``FormatError`` for what the system refuses, ``ProjectError`` where not all can be read, and ``Cancelled``; then a file that
    was there is there still.
    """
    progress = progress or Progress()
    progress.start("Saving the knowledge base", knowledge.count(connection))
    with contextlib.closing(knowledge.entries_of_one_moment(connection)) as entries:
        return knowledge_files.write(target, entries, progress)


def removal_sentence(connection: Connection) -> str:
    """Return what removing or replacing the knowledge base would mean, in numbers; walks all links."""
    spans = knowledge.linked_span_count(connection)
    told = f"{entries_said(knowledge.count(connection))} will be removed."
    return f"{told} {amount(spans, 'linked span')} will have no name for {'its' if spans == 1 else 'their'} id; all links stay."


def entries_said(count: int) -> str:
    """Return a number of entries for a message."""
    return "1 entry" if count == 1 else f"{count} entries"


class _Patience(Progress):
    """Nobody can stop it, but it stops by itself: whoever cancelled a load, or has what was loaded, does not wait long for the tidying."""

    def __init__(self) -> None:
        super().__init__()
        self._until = time.monotonic() + _TIDYING

    def check(self) -> None:
        if time.monotonic() > self._until:
            self.cancel()
        super().check()


class _Loading:
    """One load: the writing into the place that is not in use, cut into pieces."""

    def __init__(self, project: Project, write: Write, progress: Progress, *, gently: bool) -> None:
        self._project = project
        self._write = write
        self._progress = progress
        self._gently = gently
        self._size = _FIRST if gently else BULK
        self._names = 0
        self._entries = 0
        self._place = self._new = self._piece(knowledge_loading.begun)
        self.stopped_late = False
        """Whether somebody stopped it when what was loaded was in use already."""

    @contextlib.contextmanager
    def tidied(self) -> Iterator[None]:
        """Tidy up after what is done inside; whoever stops that, or the tidying, after the last piece has stopped nothing."""
        try:
            try:
                yield
            finally:
                self._tidy()
        except (Cancelled, KeyboardInterrupt):
            with contextlib.closing(self._project.reader()) as reader, self._project.reading():
                self.stopped_late = knowledge.place_in_use(reader) == self._new
            if not self.stopped_late:
                raise

    def clear(self) -> None:
        """Remove what a load before this one left in the place, or what was in use before."""
        while not self._piece(
            lambda connection: knowledge_loading.cleared(connection, self._place, self._size if self._gently else 0)
        ):
            self._progress.check()

    def copy(self) -> None:
        """Begin with what is there."""
        while count := self._piece(lambda connection: knowledge_loading.copied(connection, self._place, self._size)):
            self._entries += count
            self._progress.check()

    def take(self, stream: Iterator[Entry | Complaint], report: LoadReport) -> None:
        """Put in what a file has."""
        self._progress.start("Reading the knowledge base")
        while items := list(islice(stream, self._size)):
            for item in items:
                if isinstance(item, Complaint):
                    report.complain(item)
            entries = [item for item in items if isinstance(item, Entry)]
            if entries:
                taken = self._piece(lambda connection, entries=entries: knowledge_loading.take(connection, self._place, entries))
                report.read += len(entries)
                report.take(taken)
            self._progress.advance(len(entries))

    def name(self) -> None:
        """Make the names of all entries, so that they are found."""
        with contextlib.closing(self._project.reader()) as reader, self._project.reading():
            numbers = knowledge_loading.order(reader, self._place)
        self._progress.start("Indexing the names", len(numbers))
        done, first = 0, 1
        while done < len(numbers):
            some = numbers[done : done + self._size]
            first = self._piece(
                lambda connection, some=some, first=first: knowledge_loading.name(connection, self._place, some, first)
            )
            done += len(some)
            self._progress.advance(len(some))
        self._entries, self._names = len(numbers), first - 1

    def count(self, report: LoadReport, mode: Mode) -> None:
        """Count what it will mean that what was loaded is the knowledge base: before it is, so that it can still be stopped."""
        with contextlib.closing(self._project.reader()) as reader, self._project.reading():
            old = knowledge.count(reader)
            report.unnamed = sum(count for _, count in knowledge.linked_ids_without_entry(reader, self._place))
        report.entries = self._entries
        report.removed = old - report.changed - report.unchanged if mode is Mode.REPLACE else 0

    def put_in_use(self, source: str) -> None:
        """Make what was loaded the knowledge base: the last piece."""
        self._piece(
            lambda connection: knowledge_loading.put_in_use(
                connection, self._place, entries=self._entries, names=self._names, source=source
            )
        )

    def _tidy(self) -> None:
        """Remove what is in the place that is not in use, as far as that is possible soon; the next load does what is left."""
        self._progress = _Patience()
        with contextlib.suppress(AnnotatorError, Cancelled):
            self._place = self._piece(knowledge_loading.ended)
            self.clear()

    def _piece(self, call: Callable[[Connection], T]) -> T:
        """Write one piece in a transaction of its own, and make the next one as big as its time allows."""

        def run() -> T:
            began = time.perf_counter()
            with self._project.unrecorded() as connection:
                result = call(connection)
            if self._gently:
                took = time.perf_counter() - began
                self._size = max(_LEAST, self._size // 2) if took > _LONGEST else min(BULK, self._size + self._size // 4)
            return result

        return self._write(run)
