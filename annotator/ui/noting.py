"""Notes where the person is while they work, so that even a window that is killed comes back as it was a moment before."""

from __future__ import annotations

import logging
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QDockWidget

from annotator.errors import AnnotatorError
from annotator.ui.places import keep_arrangement, note_place

if TYPE_CHECKING:
    from annotator.ui.main_window import MainWindow
    from annotator.ui.workbench import Workbench

_log = logging.getLogger(__name__)

AFTER = 2000
"""Milliseconds after the last movement until the place is noted: no key waits for a file."""

AT_MOST = 10.0
"""Seconds after which it is noted even though the hands never rest."""

_MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange)


class Noting(QObject):
    """Watches one window: its place and docks, and in the article the caret and what is in view."""

    def __init__(self, window: MainWindow, bench: Workbench) -> None:
        super().__init__(window)
        self._window, self._bench = window, bench
        self._since = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER)
        self._timer.timeout.connect(self._note)
        for part in (window, *window.findChildren(QDockWidget)):
            part.installEventFilter(self)
        for signal in (bench.view.selectionMoved, bench.view.focusChanged, bench.view.scrolled, bench.documentOpened):
            signal.connect(self._on_moved)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See the window and its docks change."""
        del watched
        if event.type() in _MOVES:
            self._on_moved()
        return False

    def _on_moved(self, *_: object) -> None:
        now = monotonic()
        if not self._timer.isActive():
            self._since = now
        if now - self._since < AT_MOST:
            self._timer.start()

    def _note(self) -> None:
        if not self._window.isVisible():
            return  # it was closed, which has kept everything, or another has taken its place
        keep_arrangement(self._bench.settings, self._window.arrangement())
        try:
            note_place(self._bench)
        except AnnotatorError as error:
            _log.info("the place was not noted: %s", error)  # no reason for a message: closing tries again, and says so
