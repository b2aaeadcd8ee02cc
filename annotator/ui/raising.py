"""The panel that has the keyboard is seen: Qt leaves panels behind other tabs reachable by Tab, where nobody sees what is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget


class RaisingDocks(QObject):
    """Brings a dock of ``window``, which owns this, to the front of its tabs when the keyboard goes into it."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        dock: QObject | None = now
        while dock is not None and not isinstance(dock, QDockWidget):
            dock = dock.parent()
        if isinstance(dock, QDockWidget) and dock.parent() is self._window and self._window.tabifiedDockWidgets(dock):
            dock.raise_()


def moved_on(window: QWidget, move: Callable[[bool], bool], *, forward: bool) -> bool:
    """Move the keyboard on with Qt's ``move``, or past what that sticks at; False where there is nowhere to go.

    Qt tries a panel that hands the keyboard on to its list, and stays where it is if that is hidden at the time.
    """
    before = QApplication.focusWidget()
    moved = move(forward)
    return (
        _step(window, before, forward=forward) if moved and before is not None and QApplication.focusWidget() is before else moved
    )


def _step(window: QWidget, here: QWidget, *, forward: bool) -> bool:
    found: QWidget = here
    for _ in window.findChildren(QWidget):  # no more than there are, and once round
        found = found.nextInFocusChain() if forward else found.previousInFocusChain()  # type: ignore[assignment]  # Qt's chain is a ring
        takes = found.isEnabled() and found.isVisibleTo(window) and found.focusProxy() is None
        if takes and found.window() is window and found.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
            return True
    return False
