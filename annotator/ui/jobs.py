"""Long work beside the window: threads and worker processes whose results arrive in the window's own thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from annotator.domain.progress import Cancelled, Progress
from annotator.jobs.runner import ThreadRunner
from annotator.jobs.workers import WorkerProcess

T = TypeVar("T")


class WindowJobs(QObject):
    """A ``ThreadRunner`` that delivers into the thread this object was made in, and one worker process for spaCy's work."""

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # A queued connection to a QObject's method: it runs in this object's thread, whoever emits.
        self._posted.connect(self._on_posted, Qt.ConnectionType.QueuedConnection)
        self.runner = ThreadRunner(self.post, threads=4)  # a list or a search must not wait for an import and an export
        self.worker = WorkerProcess()
        self._closed = False

    def post(self, call: Callable[[], None]) -> None:
        """Have ``call`` run in the window's thread, soon; from any thread."""
        self._posted.emit(call)

    def in_window(self, call: Callable[[], T]) -> T:
        """Run ``call`` in the window's thread and wait for its result; only for other threads.

        Raises what ``call`` raises, and ``Cancelled`` once the window is closing.
        """
        answer: Future[T] = Future()

        def run() -> None:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                answer.set_result(call())
            except BaseException as error:
                answer.set_exception(error)

        self.post(run)
        while True:
            try:
                return answer.result(timeout=0.2)
            except TimeoutError:
                if answer.done():  # it was the call that raised it
                    raise
                if self._closed:
                    answer.cancel()
                    raise Cancelled from None

    def close(self) -> None:
        """Stop everything; what was under way is cancelled.

        A job that waits for the worker must look whether it is cancelled, as ``awaited`` does: the worker belongs to its thread.
        """
        self._closed = True
        self.runner.shutdown()
        self.worker.close(kill=True)

    def awaited(self, progress: Progress, function: Callable[..., T], *arguments: Any) -> T:
        """Have the worker process call a function, and wait; only for a job's thread.  A cancel ends the process, whatever it is at."""
        return awaited_from(self.worker, progress, function, *arguments)

    @Slot(object)
    def _on_posted(self, call: Callable[[], Any]) -> None:
        call()


def awaited_from(worker: WorkerProcess, progress: Progress, function: Callable[..., T], *arguments: Any) -> T:
    """Have a worker process call a function, and wait in a job's thread.  A cancel ends the process, whatever it is at."""
    future = worker.submit(function, *arguments)
    while not future.done():
        wait([future], timeout=0.1)
        if progress.cancelled:
            worker.close(kill=True)
            raise Cancelled
    return future.result()
