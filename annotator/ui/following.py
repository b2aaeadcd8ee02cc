"""What follows the article a moment later."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.domain.changes import ChangeSet


class Following(QObject):
    """Tells all but the article what was committed and that the focus moved, after the article is painted.

    Lists read the file and the inspector lays itself out anew; none of that is under the eye of somebody who presses a label's key.
    ``followed`` carries the ``ChangeSet``s since it came last, oldest first, none where only the focus moved.  The open document may
    be ahead of them.
    """

    followed = Signal(list)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.delay = 15
        """Milliseconds; 0 is at once."""
        self._untold: list[ChangeSet] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._tell)

    def add(self, changes: ChangeSet) -> None:
        """Take what was committed, to be told a moment later."""
        self._untold.append(changes)
        self.wait()

    def wait(self, *_: object) -> None:
        """Tell in a moment that something is otherwise, the focus for one."""
        if not self.delay:
            self._tell()
        elif not self._soon.isActive():  # an import that never pauses does not put it off for ever
            self._soon.start(self.delay)

    def now(self) -> None:
        """Tell what there is to be told at once, not a moment later."""
        if self._soon.isActive():
            self._soon.stop()
            self._tell()

    def forget(self) -> None:
        """Tell nothing of what was added: its project is closed."""
        self._soon.stop()
        self._untold.clear()

    def _tell(self) -> None:
        untold, self._untold = self._untold, []
        self.followed.emit(untold)
