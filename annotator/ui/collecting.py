"""Keeps Python's search for cyclic garbage out of key presses and scrolling.

With a document of 15,000 spans open, one full search takes some 50 ms, and Python begins it in the middle of whatever allocates.  While a
project is open only young objects are searched as usual; the full search waits for a moment in which nothing happens.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from annotator.ui.workbench import Workbench

QUIET = 2000
"""Milliseconds without an edit, a move, a scroll or a new document that count as a pause."""

_YOUNG, _MIDDLE, _NEVER = 5000, 4, 1_000_000
"""Objects made until the youngest are searched, such searches until the next older ones are, too (a few milliseconds), and never."""


class IdleCollector(QObject):
    """Belongs to one window.  What is there after a full search is set aside, so that the next ones look at what came since."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._usual = gc.get_threshold()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(QUIET)
        self._pause.timeout.connect(self.collect)
        self._whole = True
        bench.sessionChanged.connect(self._on_session_changed)
        bench.documentOpened.connect(self._on_document_opened)
        bench.changed.connect(self._on_something)
        bench.view.selectionMoved.connect(self._on_something)
        bench.view.scrolled.connect(self._on_something)

    def collect(self) -> None:
        """Search now: everything after another document was opened, else what came since the last search."""
        if self._whole:
            gc.unfreeze()
        gc.collect()
        if self._whole and self._bench.session is not None:
            gc.freeze()
        self._whole = False

    def _on_session_changed(self) -> None:
        if self._bench.session is not None:
            gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
        else:
            gc.set_threshold(*self._usual)
            gc.unfreeze()
        self._on_document_opened()

    def _on_document_opened(self) -> None:
        self._whole = True
        self._on_something()

    def _on_something(self, *_: object) -> None:
        if self._bench.session is None:
            self._pause.stop()
        else:
            self._pause.start()
