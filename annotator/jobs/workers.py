"""Work in other processes, so that neither its memory nor its stalls are the window's.

Only functions that stand at the top of a module can be sent, with arguments that can be pickled.  The processes are spawned, never
forked: a fork would copy a process with Qt's threads in it.  In a frozen program ``multiprocessing.freeze_support()`` must have
been called first thing in ``main``.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, TypeVar

from annotator.domain.progress import Cancelled
from annotator.errors import AnnotatorError

A = TypeVar("A")
T = TypeVar("T")


class WorkerEnded(AnnotatorError):
    """A worker process died under its work: killed, out of memory, or crashed below Python."""

    def __init__(self) -> None:
        super().__init__(
            "The helper process ended before its work was done, perhaps because the memory ran out. "
            "Nothing was changed by the part it was at; please try again with fewer or shorter documents at a time."
        )


class _Recording(SpawnContext):
    """A spawn context that remembers the processes it made: an executor has no public way to end one that is at work."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[SpawnProcess] = []
        self.killed = False

    def Process(self, *args: Any, **keywords: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802 - multiprocessing's name
        process = SpawnProcess(*args, **keywords)
        self.made.append(process)
        return process


class WorkerProcess:
    """One or more worker processes that start at the first need and stay until ``close``.

    What a function raises in the worker is raised here.  When a worker dies, the work it had raises ``WorkerEnded`` and the next
    call begins with new processes.  For use from one thread at a time.
    """

    def __init__(self, processes: int = 1) -> None:
        self.processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._context = _Recording()

    @property
    def started(self) -> bool:
        """Whether there are processes."""
        return self._pool is not None

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have a worker call ``function``; the future raises ``WorkerEnded`` if the worker dies."""
        try:
            inner = self._running_pool().submit(function, *arguments)
        except BrokenProcessPool:  # it died while idle: begin anew
            self.close(kill=True)
            inner = self._running_pool().submit(function, *arguments)
        return _translated(inner, self._context)

    def map_ordered(self, function: Callable[[A], T], batches: Iterable[A], *, ahead: int = 2) -> Iterator[T]:
        """Yield ``function(batch)`` for each batch, in order, reading at most ``ahead`` batches (or one a process) in advance.

        Closing the iterator early drops what is queued.  An error of ``function`` ends it.
        """
        limit = max(ahead, self.processes, 1)
        waiting: deque[Future[T]] = deque()
        source = iter(batches)
        try:
            for batch in source:
                waiting.append(self.submit(function, batch))
                if len(waiting) >= limit:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self, *, kill: bool = False) -> None:
        """End the processes: after the work they are at, or in the midst of it with ``kill``; queued work is cancelled.

        Futures of work that was not finished raise ``Cancelled``.  The object can be used again: the next call starts new processes.
        """
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if kill:
            self._context.killed = True
            for process in self._context.made:
                with suppress(ValueError, OSError, AttributeError):  # ended and cleaned up already, or not begun yet
                    process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
        self._context = _Recording()

    def _running_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.processes, mp_context=self._context, initializer=_begin)
        return self._pool


def _begin() -> None:
    """Leave Ctrl+C in a terminal, which reaches every process of the group, to the one that started us; end when that one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()


def _end_with_parent() -> None:
    """Wait until the window is gone, however it ended (a killed one cannot tell us), and go too."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _translated(inner: Future[T], context: _Recording) -> Future[T]:
    """Return a future that follows ``inner``, with a sentence in place of a broken pool."""
    outer: Future[T] = Future()

    def follow(finished: Future[T]) -> None:
        if not outer.set_running_or_notify_cancel():
            return  # cancelled from outside: nobody waits for it
        if finished.cancelled():
            outer.set_exception(Cancelled())
            return
        error = finished.exception()
        if isinstance(error, BrokenProcessPool):
            outer.set_exception(Cancelled() if context.killed else WorkerEnded())
        elif error is not None:
            outer.set_exception(error)
        else:
            outer.set_result(finished.result())

    def cancel_inner(cancelled: Future[T]) -> None:
        if cancelled.cancelled():
            inner.cancel()

    outer.add_done_callback(cancel_inner)
    inner.add_done_callback(follow)
    return outer
