"""The panel that has the keyboard is seen: Qt leaves panels behind other tabs reachable by Tab, where nobody sees what is typed."""

from __future__ import annotations

from PySide6.QtCore import QObject
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
