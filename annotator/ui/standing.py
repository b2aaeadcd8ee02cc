"""The one window of the program, and how another takes its place when the language changes.

Widgets take their words when they are made.  So the window is not gone through for texts but made anew: the old one closes, which saves
what is half typed, the document, the caret and the arrangement; the new one opens the same project with all of it.  Undo is in the
project's file, and nothing else outlives a window.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from annotator.settings.store import Settings
from annotator.ui.main_window import MainWindow

_log = logging.getLogger(__name__)

_LOOK_AGAIN = 500
"""Milliseconds until it is looked whether work beside the window has ended, or a question was answered, which the change waits for."""


class Standing(QObject):
    """Holds the window; ``make`` builds one with no project in it, not shown.  ``renewed`` brings the window that took the place."""

    renewed = Signal(object)

    def __init__(self, settings: Settings, make: Callable[[], MainWindow]) -> None:
        super().__init__()
        self._settings, self._make = settings, make
        self.window = make()
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.timeout.connect(self._renew)
        self.destroyed.connect(settings.subscribe(self._on_set))

    def _on_set(self, key: str, _value: object) -> None:
        if key == "ui.language":
            self._waiting.start(0)  # not now: whoever has set it is a part of the window

    def _renew(self) -> None:
        from annotator.ui.dialogs.preferences import PreferencesDialog

        old = self.window
        if _busy(old):
            self._waiting.start(_LOOK_AGAIN)
            return
        session = old.bench.session
        path = session.project.path if session is not None else None
        asking = any(dialog.isVisible() for dialog in old.findChildren(PreferencesDialog))
        shown, full = old.isVisible(), old.isFullScreen()
        quits = QApplication.quitOnLastWindowClosed()
        QApplication.setQuitOnLastWindowClosed(False)
        try:
            if not old.close():
                return  # what was half typed could not be saved, and the person stays with it
            self._follow(old, shown=shown)
        finally:
            QApplication.setQuitOnLastWindowClosed(quits)
        hands, before = self.window.hands, old.hands
        assert hands is not None
        assert before is not None
        hands.projects.annotator = before.projects.annotator  # it may have been changed since the program was started
        if path is not None:
            hands.projects.open(path)
        if full:
            hands.shell.toggle_full_screen()
        if asking:
            hands.preferring.ask()
        _log.info("the window is in another language now")
        self.renewed.emit(self.window)

    def _follow(self, old: MainWindow, *, shown: bool) -> None:
        self.window = self._make()
        self.window.setGeometry(old.geometry())
        if shown:
            self.window.show()
        old.deleteLater()


def _busy(window: MainWindow) -> bool:
    """Tell whether work beside the window is under way, which must not be cut off, or a question waits for its answer."""
    hands, searching = window.hands, window.panels.searching
    return window.bench.ask.asking or (
        hands is not None
        and (hands.projects.busy or hands.suggesting.busy or hands.scheming.busy or hands.knowledge.busy or searching.busy)
    )
