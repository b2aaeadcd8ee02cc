"""The system asks the program to end: at logging out, by ``kill``, by Ctrl+C in the terminal it was started from.

A pipe wakes Qt, which then ends the program between two events; what Python calls by itself on a signal may come in the midst of anything.
Windows sends no such signals; there, as at every end of a session that Qt tells of, what is typed is kept.
"""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from PySide6.QtCore import QSocketNotifier, Qt
from PySide6.QtGui import QGuiApplication

_SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")


class Ending:
    """Whether the program has to end: ``now`` means that nobody is there to be asked any more, and a question would only hang it."""

    def __init__(self) -> None:
        self.now = False


@contextmanager
def heeding_logout(app: QGuiApplication, keep: Callable[[], object]) -> Iterator[None]:
    """Inside, call ``keep`` when the desktop ends the session.

    That may still be called off, so the window stays; if it is not, a signal or the end of the process follows.
    """

    def on_logout(_manager: object) -> None:
        keep()

    app.commitDataRequest.connect(on_logout, Qt.ConnectionType.DirectConnection)
    try:
        yield
    finally:
        app.commitDataRequest.disconnect(on_logout)


@contextmanager
def heeding_signals(end: Callable[[], object]) -> Iterator[None]:
    """Inside, call ``end`` in this thread, which must be the main one, when a signal asks the process to end.

    What was there for the signals before is there again afterwards.
    """
    if sys.platform == "win32":
        yield
        return
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    woken.setblocking(False)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        """Do nothing here: Python may be in the midst of anything, of painting a widget too."""

    def on_woken() -> None:
        with suppress(BlockingIOError):
            if set(woken.recv(4096)) & set(earlier):  # the numbers of the signals
                end()

    notifier = QSocketNotifier(woken.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(on_woken)
    earlier_waker = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    numbers = [number for name in _SIGNALS if (number := getattr(signal, name, None)) is not None]
    earlier = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(earlier_waker)
        notifier.setEnabled(False)
        woken.close()
        waker.close()
