"""What follows the article a moment later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.domain.changes import ChangeSet

if TYPE_CHECKING:
    from annotator.ui.workbench import Workbench


class Following(QObject):
    """Tells all but the article what was committed and that the focus moved, after the article is painted.

    Lists read the file and the inspector lays itself out anew; none of that is under the eye of somebody who presses a label's key.
    ``followed`` carries the ``ChangeSet``s since it came last, oldest first, none where only the focus moved.  The open document may
    be ahead of them.  They are told before another document opens, and forgotten with the project they belong to.
    """

    followed = Signal(list)

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.delay = 15
        """Milliseconds; 0 is at once."""
        self._untold: list[ChangeSet] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._tell)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.documentOpened.connect(self.now)
        bench.changed.connect(self._on_changed)
        bench.view.focusChanged.connect(self._wait)
        bench.view.chosenChanged.connect(self._wait)

    def now(self) -> None:
        """Tell what there is to be told at once, not a moment later."""
        if self._soon.isActive():
            self._soon.stop()
            self._tell()

    def _on_session_changed(self) -> None:
        self._soon.stop()
        self._untold.clear()

    def _on_changed(self, changes: ChangeSet) -> None:
        self._untold.append(changes)
        self._wait()

    def _wait(self, *_: object) -> None:
        if self.delay:
            self._soon.start(self.delay)
        else:
            self._tell()

    def _tell(self) -> None:
        untold, self._untold = self._untold, []
        self.followed.emit(untold)
