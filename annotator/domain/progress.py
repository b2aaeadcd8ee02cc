"""How long work tells how far it is, and learns that nobody wants it any more."""

from __future__ import annotations

from collections.abc import Callable


class Cancelled(Exception):
    """Raised inside long work at the next ``Progress.advance`` after someone cancelled it."""


class Progress:
    """A counter of done and total units, handed down into long work by whoever started it.

    ``total`` is 0 while it is not known.  The listener runs in the thread that calls ``advance``; ``cancel`` may come from any
    thread.
    """

    def __init__(self, total: int = 0, listener: Callable[[Progress], None] | None = None) -> None:
        self.total = total
        self.done = 0
        self.what = ""
        self._listener = listener
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._cancelled

    def cancel(self) -> None:
        """Ask the work to stop; it does so at its next ``advance``."""
        self._cancelled = True

    def check(self) -> None:
        """Raise ``Cancelled`` if ``cancel`` was called; nothing is counted and nobody told."""
        if self._cancelled:
            raise Cancelled

    def start(self, what: str, total: int = 0) -> None:
        """Begin a new stretch of work called ``what`` with ``total`` units, 0 if unknown."""
        self.what, self.total, self.done = what, total, 0
        self.advance(0)

    def advance(self, units: int = 1) -> None:
        """Count ``units`` more as done; raises ``Cancelled`` if ``cancel`` was called."""
        self.check()
        self.done += units
        if self._listener is not None:
            self._listener(self)
