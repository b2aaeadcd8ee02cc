"""Preferences and keys: the dialogs that change them.  What is changed holds at once, so they stand beside the work."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.ui.workbench import Workbench


class Preferring(QObject):
    """Opens the dialogs of one window; whoever goes by a setting listens to the settings themselves."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self._bench, self._window = bench, window

    def ask(self) -> None:
        """Show all settings."""
        self.ask_for("")

    def ask_for(self, key: str) -> None:
        """Show all settings, with the keyboard in the field of one of them."""
        from annotator.ui.dialogs.modeless import open_one
        from annotator.ui.dialogs.preferences import PreferencesDialog

        dialog = open_one(self._window, PreferencesDialog)
        if dialog is None:
            dialog = PreferencesDialog(self._bench.settings, self._bench.ask, self._window)
            dialog.keysRequested.connect(self.ask_keys)
            dialog.open()
        dialog.show_setting(key)

    def ask_keys(self) -> None:
        """Show all commands with their keys, to change them."""
        from annotator.ui.dialogs.modeless import open_one
        from annotator.ui.dialogs.shortcuts import ShortcutsDialog

        if open_one(self._window, ShortcutsDialog) is not None:
            return
        session = self._bench.session
        scheme = session.project.scheme if session is not None else None
        used = {label.key for label in (*scheme.spans, *scheme.relations) if label.key} if scheme is not None else set()
        dialog = ShortcutsDialog(self._bench.settings, self._bench.ask, used, self._window)
        self._bench.sessionChanged.connect(dialog.close)  # the labels' keys that it knows are those of this project
        dialog.show()
