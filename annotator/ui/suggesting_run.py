"""One run of suggesters beside the window: they work in other processes, and what they find is written between the window's events."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.suggesting import SuggesterSetup
from annotator.jobs.workers import WorkerProcess
from annotator.session.session import Session
from annotator.store.queries import Connection
from annotator.ui.feeds import Feed
from annotator.ui.i18n import tr
from annotator.ui.jobs import WindowJobs, awaited_from

if TYPE_CHECKING:
    from annotator.commands.suggesting import Answer, Order, SuggestReport, SuggestStep

SLICE = 0.008
"""Seconds that writing a slice may take in the window."""

LEAST_IN_SLICE, MOST_IN_SLICE = 4, 64
"""A slice costs some commits however small it is, so that single documents would be written several times as slowly."""

PAUSE = 0.3
"""Seconds after which what has been found is written, however little it is."""


class Pace:
    """How many documents are written at once: as many as the last slices took the time of.  ``awaited`` is never kept waiting."""

    def __init__(self) -> None:
        self.most = LEAST_IN_SLICE
        self.awaited = 0

    def took(self, count: int, seconds: float) -> None:
        """Learn from a slice."""
        fit = int(count * SLICE / max(seconds, 1e-6))
        self.most = max(LEAST_IN_SLICE, min(fit, 2 * self.most, MOST_IN_SLICE))

    def slices(self, stream: Iterable[Answer]) -> Iterator[list[Answer]]:
        """Yield the answers in slices."""
        some: list[Answer] = []
        begun = time.monotonic()
        for answer in stream:
            some.append(answer)
            if len(some) >= self.most or answer.document_id == self.awaited or time.monotonic() - begun > PAUSE:
                yield some
                some, begun = [], time.monotonic()
        if some:
            yield some


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to do: these suggesters over these documents, for the ``whole`` project or a part of it.

    Made in the window's thread and read in that of the job: the session's own connection is for the window alone.
    """

    session: Session
    scheme: LabelScheme
    setups: tuple[SuggesterSetup, ...]
    order: Order
    total: int
    whole: bool


class Helper:
    """A helper process that keeps the suggesters it loaded last, so that one document need not wait for them.

    It also learns from the finished documents.  What it learned stays until ``forget``.  For any thread but the window's.
    """

    def __init__(self) -> None:
        self.worker = WorkerProcess()
        self._lock = threading.Lock()
        self._told: tuple[tuple[SuggesterSetup, ...], LabelScheme, bytes, frozenset[str]] | None = None
        self._stamps: tuple[tuple[str, int, int], ...] = ()

    def forget(self) -> None:
        """Learn anew at the next need."""
        self._told = None

    def orders(self, wanted: Wanted, progress: Progress) -> tuple[bytes, frozenset[str]]:
        """Return the orders for a run, and the words of the finished documents; a process that read files which changed is ended."""
        from annotator.commands.suggester_learning import orders_from

        stamps = _stamps(wanted.setups)
        if stamps != self._stamps:
            self._stamps = stamps
            self.worker.close(kill=True)
        told = self._told
        if told is not None and told[:2] == (wanted.setups, wanted.scheme):
            return told[2:]
        path = str(wanted.session.project.path.resolve())
        orders, words = awaited_from(self.worker, progress, orders_from, path, wanted.setups, wanted.scheme)
        self._told = wanted.setups, wanted.scheme, orders, words
        return orders, words

    def warm(self, wanted: Wanted, progress: Progress) -> None:
        """Load the suggesters, before there is a document for them."""
        from annotator.nlp.suggesting import suggest_batch

        with self.held(progress):
            orders, _ = self.orders(wanted, progress)
            awaited_from(self.worker, progress, suggest_batch, orders, [])

    def held(self, progress: Progress) -> _Held:
        """Have the process for oneself; raises ``Cancelled`` when nobody wants that any more."""
        return _Held(self._lock, progress)

    def close(self) -> None:
        """End the process."""
        self.worker.close(kill=True)


def _stamps(setups: Sequence[SuggesterSetup]) -> tuple[tuple[str, int, int], ...]:
    """Return what tells the files that suggesters work from, as they are now, from what they were."""
    found = []
    for setup in setups:
        with suppress(OSError, ValueError):
            state = Path(setup.source).stat() if setup.source else None
            if state is not None:
                found.append((setup.source, state.st_mtime_ns, state.st_size))
    return tuple(found)


class _Held:
    def __init__(self, lock: threading.Lock, progress: Progress) -> None:
        self._lock, self._progress = lock, progress

    def __enter__(self) -> None:
        while not self._lock.acquire(timeout=0.1):
            self._progress.advance(0)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Run:
    """A run under way.  ``step`` is entered already; ``ended`` is called once in the window's thread, with the error if there was one.

    ``advanced`` is called after each slice.  What was written stays, whatever ends the run.
    """

    def __init__(
        self,
        wanted: Wanted,
        step: SuggestStep,
        jobs: WindowJobs,
        helper: Helper,
        *,
        alone: bool,
        advanced: Callable[[Run], None],
        ended: Callable[[Run, BaseException | None], None],
    ) -> None:
        self.wanted, self.alone = wanted, alone
        self.pace = Pace()
        self.done = 0
        self._step, self._helper = step, helper
        self._advanced, self._ended = advanced, ended
        self._feed = Feed(jobs)
        self._begun = 0.0
        self._over = False

    @property
    def report(self) -> SuggestReport:
        """What was done so far."""
        return self._step.report

    def start(self) -> None:
        """Begin."""
        project = self.wanted.session.project
        self._feed.start(project, tr("Suggesting"), self._pages, take=self._take, done=self._on_done, failed=self._on_failed)

    def cancel(self, *, wait: bool = False) -> None:
        """Stop; with ``wait`` nothing reads the project any more afterwards."""
        self._feed.stop(wait=wait)
        self._end(Cancelled())

    def put_first(self, document_id: int) -> None:
        """Have a document take its turn next, and written as soon as it is done."""
        self.pace.awaited = document_id
        self.wanted.order.put_first(document_id)

    def seconds_left(self) -> float | None:
        """Return about how long the rest takes; None while that cannot be told."""
        gone = time.monotonic() - self._begun
        if not self._begun or not self.done or gone < 2:
            return None
        return gone / self.done * max(self.wanted.total - self.done, 0)

    def _pages(self, connection: Connection, progress: Progress) -> Generator[list[Answer]]:
        """Yield what is found in slices; in the job's thread."""
        wanted = self.wanted
        with self._helper.held(progress):
            orders, words = self._helper.orders(wanted, progress)
            if self.alone:
                yield from self._found(connection, progress, self._helper.worker, orders, words)
                return
        own = WorkerProcess(os.cpu_count() or 1)
        try:
            yield from self._found(connection, progress, own, orders, words)
        finally:
            own.close(kill=True)

    def _found(
        self, connection: Connection, progress: Progress, worker: WorkerProcess, orders: bytes, words: frozenset[str]
    ) -> Iterator[list[Answer]]:
        from annotator.commands.suggesting import answers

        wanted = self.wanted
        self._begun = time.monotonic()
        stream = answers(
            connection,
            wanted.scheme,
            wanted.setups,
            wanted.order,
            worker,
            known_words=words,
            orders=orders,
            progress=progress,
        )
        yield from self.pace.slices(stream)

    def _take(self, some: list[Answer]) -> None:
        if self._over:
            return
        begun = time.perf_counter()
        try:
            self._step.add(some)
        except Exception as error:  # a full disk, for one: the window says it, and the job hears that nobody wants more
            self._feed.stop()
            self._end(error)
            return
        self.pace.took(len(some), time.perf_counter() - begun)
        self.done += len(some)
        self._advanced(self)

    def _on_done(self) -> None:
        self._end(None)

    def _on_failed(self, error: BaseException) -> None:
        self._end(error)

    def _end(self, error: BaseException | None) -> None:
        if self._over:
            return
        self._over = True
        failure: BaseException | None = error
        try:
            self._step.__exit__(type(error) if error is not None else None, error, None)
        except Exception as second:  # the disk that refused the last slice refuses this, too
            failure = error if error is not None and not isinstance(error, Cancelled) else second
        self._ended(self, failure)
