"""Laying a long text out in slices short enough for scrolling and typing.

Qt lays out what is looked at, and the rest by a timer of its own in steps that double up to 200,000 characters: each of those is a
pause of some 40 ms.  ``Pace`` takes that timer's place.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractEventDispatcher, QElapsedTimer, QEvent, QObject, QTimerEvent
from PySide6.QtGui import QTextDocument

SLICE = 4.0
"""Milliseconds a slice may take; a block that takes longer by itself is still laid out as a whole."""

_STEP = 4000
"""Qt positions between two looks at the clock."""


class Pace(QObject):
    """Lays one document out whenever Qt's timer says so; it belongs to the document and lives as long."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._document = document
        self.laid = 0
        """Qt position up to which the text is known to be laid out; -1 when Qt has taken over again."""
        document.documentLayout().installEventFilter(self)

    def _is_step(self, timer: int) -> bool:
        """Tell the timer of the layout's steps from the one that reports a new height, which goes off at once."""
        dispatcher, layout = QAbstractEventDispatcher.instance(), self._document.documentLayout()
        return any(one.timerId == timer and one.interval > 0 for one in dispatcher.registeredTimers(layout))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Do a slice of the work instead of the step that the timer asks for, while anything is left."""
        if not isinstance(event, QTimerEvent) or self.laid < 0 or not self._is_step(event.timerId()):
            return False
        return self.lay_out_slice()

    def lay_out_slice(self) -> bool:
        """Lay out a little more; False when Qt may do what is left, because it is less than a step."""
        layout, clock = self._document.documentLayout(), QElapsedTimer()
        clock.start()
        while True:
            block = self._document.findBlock(self.laid + _STEP)
            if not block.isValid():
                self.laid = -1
                return False
            layout.blockBoundingRect(block)
            self.laid = block.position() + block.length()
            if clock.nsecsElapsed() > SLICE * 1e6:
                return True
