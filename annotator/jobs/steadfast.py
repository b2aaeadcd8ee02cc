"""Work in other processes that goes on when one of them dies or hangs: the batch is tried again item by item, and only the item that
does it again is given up.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Generic, TypeVar

from annotator.domain.progress import Cancelled, Progress
from annotator.jobs.workers import WorkerEnded, WorkerProcess

A = TypeVar("A")
T = TypeVar("T")

PATIENCE = 180.0
"""Seconds after which a batch counts as hanging: loading a large pipeline is part of the first."""

_LOOK = 0.1
"""Seconds between two looks whether the work is still wanted."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Stands for the result of an item whose work ended the process or did not end; ``reason`` is a plain sentence."""

    reason: str


class GaveUp(WorkerEnded):
    """So many items in a row ended their process that there is no use in going on."""


@dataclass(slots=True)
class _Under(Generic[A, T]):
    batch: Sequence[A]
    future: Future[Sequence[T]]


def map_steadily(
    worker: WorkerProcess,
    function: Callable[[Sequence[A]], Sequence[T]],
    batches: Iterable[Sequence[A]],
    *,
    patience: float = PATIENCE,
    most_in_a_row: int = 3,
    progress: Progress | None = None,
) -> Iterator[tuple[A, T | GivenUp]]:
    """Yield each item with its result, in order; ``function`` returns one result for each item of a batch.

    An error that ``function`` raises ends the iteration.  When a process dies, or a batch takes longer than ``patience`` seconds, what was
    under way begins anew in new processes.  Raises ``GaveUp`` when ``most_in_a_row`` items one after the other had to be given up.
    Closing the iterator early drops what is queued.  A cancel of ``progress`` ends it with ``Cancelled``, and the processes in the midst
    of their work, since that may be what does not end.
    """
    waiting: deque[_Under[A, T]] = deque()
    source = iter(batches)
    ahead = max(2, worker.processes + 1)
    lost = 0
    try:
        while True:
            while len(waiting) < ahead and (batch := next(source, None)) is not None:
                waiting.append(_Under(batch, worker.submit(function, batch)))
            if not waiting:
                return
            under = waiting.popleft()
            try:
                results = _outcome(worker, under.future, patience, progress)
            except (WorkerEnded, FutureTimeout):
                worker.close(kill=True)
                for item in under.batch:
                    result = _alone(worker, function, item, patience, progress)
                    yield item, result
                    lost = lost + 1 if isinstance(result, GivenUp) else 0
                    if lost >= most_in_a_row:
                        raise GaveUp from None
                for other in waiting:
                    other.future = worker.submit(function, other.batch)
                continue
            lost = 0
            yield from zip(under.batch, results, strict=True)
    finally:
        for under in waiting:
            under.future.cancel()


def _outcome(worker: WorkerProcess, future: Future[T], patience: float, progress: Progress | None) -> T:
    """Return the result of a future; raises ``FutureTimeout`` when it takes too long, ``Cancelled`` when nobody wants it any more."""
    if progress is None:
        return future.result(timeout=patience)
    begun = time.monotonic()
    while True:
        try:
            return future.result(timeout=_LOOK)
        except FutureTimeout:
            if future.done():
                return future.result()
            if time.monotonic() - begun >= patience:
                raise
        try:
            progress.advance(0)
        except Cancelled:
            worker.close(kill=True)
            raise


def _alone(
    worker: WorkerProcess,
    function: Callable[[Sequence[A]], Sequence[T]],
    item: A,
    patience: float,
    progress: Progress | None,
) -> T | GivenUp:
    try:
        return _outcome(worker, worker.submit(function, [item]), patience, progress)[0]
    except WorkerEnded:
        worker.close(kill=True)
        return GivenUp("It ended the helper process.")
    except FutureTimeout:
        worker.close(kill=True)
        return GivenUp(f"It did not end within {patience:g} seconds.")
