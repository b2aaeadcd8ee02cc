"""Dialogs come back in the size they were given.

One setting keeps the sizes by the dialog's class; a dialog needs to do nothing for it but belong to the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QChildEvent, QEvent, QObject, QSize
from PySide6.QtWidgets import QDialog, QWidget

from annotator.errors import AnnotatorError
from annotator.settings.table import with_latest

if TYPE_CHECKING:
    from annotator.settings.store import Settings

SIZES = "dialogs.sizes"
"""The private setting that keeps widths and heights, as ``CLASS.width`` and ``CLASS.height``."""


class DialogSizes(QObject):
    """Watches the dialogs of one window, and those that stand over another dialog.

    A size is remembered when a dialog is hidden in another size than it was shown in.  Nothing gets larger than the screen.
    """

    def __init__(self, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._settings = settings
        self._shown: dict[QDialog, QSize] = {}
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See dialogs come to the window, be shown and be hidden."""
        if isinstance(event, QChildEvent) and event.type() == QEvent.Type.ChildPolished:
            child = event.child()
            if isinstance(child, QDialog):
                child.installEventFilter(self)  # dialogs over it come by as its children
        elif isinstance(watched, QDialog) and event.type() == QEvent.Type.Show and not event.spontaneous():
            # not before: Qt gives a dialog without a size of its own the one of its content between polishing and this
            self._restore(watched)
            self._shown[watched] = watched.size()
        elif isinstance(watched, QDialog) and event.type() == QEvent.Type.Hide and not event.spontaneous():
            self._keep(watched)
        return False

    def _restore(self, dialog: QDialog) -> None:
        sizes, name = self._settings.get(SIZES), type(dialog).__name__
        width, height = sizes.get(f"{name}.width", 0), sizes.get(f"{name}.height", 0)
        screen = dialog.screen()
        if width > 0 and height > 0 and screen is not None:
            room = screen.availableSize()
            dialog.resize(QSize(min(width, room.width()), min(height, room.height())).expandedTo(dialog.minimumSize()))

    def _keep(self, dialog: QDialog) -> None:
        before, now = self._shown.pop(dialog, None), dialog.size()
        if before is None or before == now or dialog.isFullScreen() or dialog.isMaximized():
            return
        name = type(dialog).__name__
        sizes = with_latest(self._settings.get(SIZES), f"{name}.width", now.width())
        try:
            self._settings.set(SIZES, with_latest(sizes, f"{name}.height", now.height()))
        except AnnotatorError:
            return  # a size is no reason for a message
