"""Dialogs that stay beside the work: they stop no hand, there is one of a kind, and a report goes with the project it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QWidget

if TYPE_CHECKING:
    from annotator.ui.workbench import Workbench


class ModelessDialog(QDialog):
    """``open`` leaves the window behind it usable.  Closed by the person who is in it, it gives the keyboard back to that window."""

    def open(self) -> None:
        """Show the dialog without blocking the window behind it, with the keyboard in it."""
        self.setModal(False)
        self.show()
        self.raise_()
        self.activateWindow()

    def done(self, result: int) -> None:
        """Close; not every desktop goes back to the window by itself, and one that is closed from elsewhere must not pull it there."""
        window, active = self.parentWidget(), self.isActiveWindow()
        super().done(result)
        if active and window is not None:
            window.activateWindow()


D = TypeVar("D", bound=QDialog)

_ITS_OWN = Qt.FindChildOption.FindDirectChildrenOnly
"""A dialog over the window, not one over another dialog: the preview of an export is no report."""


def open_one(window: QWidget, kind: type[D]) -> D | None:
    """Return the dialog of this kind that is open over the window, brought to the front; None if there is none."""
    found = next((dialog for dialog in window.findChildren(kind, options=_ITS_OWN) if dialog.isVisible()), None)
    if found is not None:
        found.setWindowState(found.windowState() & ~Qt.WindowState.WindowMinimized)
        found.raise_()
        found.activateWindow()
    return found


def show_report(dialog: ModelessDialog, window: QWidget, bench: Workbench) -> None:
    """Show a report on the open project in place of an earlier one; it closes when another project, or none, is open."""
    for earlier in window.findChildren(type(dialog), options=_ITS_OWN):
        if earlier is not dialog:
            earlier.close()
    _ProjectsEnd(dialog, bench)
    dialog.open()


class _ProjectsEnd(QObject):
    """Belongs to the dialog, and ends with it."""

    def __init__(self, dialog: QDialog, bench: Workbench) -> None:
        super().__init__(dialog)
        self._dialog, self._bench, self._session = dialog, bench, bench.session
        bench.sessionChanged.connect(self._on_session_changed)

    def _on_session_changed(self) -> None:
        if self._bench.session is not self._session:  # else the same one can be edited now
            self._dialog.close()
