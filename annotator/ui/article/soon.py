"""Work that waits until the event at hand is over."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt

_DUE = QEvent.Type(QEvent.registerEventType())


class Soon(QObject):
    """Calls ``work`` once for any number of requests, when the event at hand has been handled and before the next key or click is.

    A timer of no milliseconds would come after the keys that wait already; those that ``comes_first`` come before all other work.
    """

    def __init__(self, parent: QObject, work: Callable[[], None], *, comes_first: bool = False) -> None:
        super().__init__(parent)
        self._work, self._requested = work, False
        self._priority = (Qt.EventPriority.HighEventPriority if comes_first else Qt.EventPriority.NormalEventPriority).value

    def request(self) -> None:
        """Have the work done soon."""
        if not self._requested:
            self._requested = True
            QCoreApplication.postEvent(self, QEvent(_DUE), self._priority)

    def now(self) -> None:
        """Do the work if it was requested, not soon but at once."""
        if self._requested:
            self._requested = False
            self._work()

    def event(self, event: QEvent) -> bool:
        if event.type() != _DUE:
            return super().event(event)
        self.now()
        return True
