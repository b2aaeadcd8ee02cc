"""A list of listeners, since nothing below the window may use Qt's signals."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Event(Generic[T]):
    """Calls its listeners in the order they came.

    What is announced has already happened, so a failing listener neither stops the others nor reaches who announced; the failure is
    handed to ``on_failure`` (the window's crash report) or logged.
    """

    def __init__(self, on_failure: Callable[[Exception], None] | None = None) -> None:
        self._listeners: list[Callable[[T], None]] = []
        self.on_failure = on_failure

    def connect(self, listener: Callable[[T], None]) -> None:
        """Call ``listener`` at every emit from now on."""
        self._listeners.append(listener)

    def disconnect(self, listener: Callable[[T], None]) -> None:
        """Stop calling ``listener``; harmless if it is not connected."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def emit(self, value: T) -> None:
        """Call all listeners with ``value``."""
        for listener in list(self._listeners):
            try:
                listener(value)
            except Exception as error:
                if self.on_failure is None:
                    _log.exception("a listener failed")
                else:
                    self.on_failure(error)
