"""Files and folders that other programs hand over: dropped on a widget, or opened by the system's file manager."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDropEvent, QFileOpenEvent
from PySide6.QtWidgets import QWidget


class FileDrop(QObject):
    """Lets files and folders be dropped on ``widget``, which owns this object; ``take`` gets their paths, folders as they are.

    What is dragged is always copied: another program must not take a move for done and remove its files.
    """

    def __init__(self, widget: QWidget, take: Callable[[list[Path]], None]) -> None:
        super().__init__(widget)
        self._take = take
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop) or not isinstance(event, QDropEvent):
            return super().eventFilter(watched, event)
        paths = local_paths(event.mimeData())
        if not paths:
            event.ignore()
            return True
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() == QEvent.Type.Drop:
            self._take(paths)
        return True


class FileRequests(QObject):
    """Hears which file the system asks the running program to open, as macOS does on a double click; ``take`` gets its path.

    It listens at ``source``, the application, and belongs to ``owner``, the window that shows the file.
    """

    def __init__(self, source: QObject, owner: QObject, take: Callable[[Path], object]) -> None:
        super().__init__(owner)
        self._take = take
        source.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.FileOpen or not isinstance(event, QFileOpenEvent) or not event.file():
            return super().eventFilter(watched, event)
        self._take(Path(event.file()))
        return True


def local_paths(data: QMimeData) -> list[Path]:
    """Return the files and folders of this machine among what is dragged, each once."""
    return list(dict.fromkeys(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()))
