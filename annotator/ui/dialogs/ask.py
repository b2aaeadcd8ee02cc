"""All questions that stop the hands go through this one object, so that tests can answer them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QWidget
from shiboken6 import isValid

from annotator.ui.i18n import tr


class Ask:
    """Asks the user by the system's dialogs.  An empty answer means they changed their mind.

    A question to confirm stops only the window it is about, so that help and statistics can be looked at before it is answered.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self.parent = parent
        self._box: QMessageBox | None = None

    @property
    def asking(self) -> bool:
        """Whether a question waits for its answer; whoever would take the window away waits, too."""
        return self._box is not None

    def open_file(self, title: str, folder: Path, patterns: str) -> Path | None:
        """Ask for an existing file; ``patterns`` is Qt's, e.g. ``Projects (*.annotator)``."""
        name, _ = QFileDialog.getOpenFileName(self.parent, title, str(folder), patterns)
        return Path(name) if name else None

    def open_files(self, title: str, folder: Path, patterns: str) -> list[Path]:
        """Ask for one or more existing files."""
        names, _ = QFileDialog.getOpenFileNames(self.parent, title, str(folder), patterns)
        return [Path(name) for name in names]

    def folder(self, title: str, folder: Path) -> Path | None:
        """Ask for an existing folder."""
        name = QFileDialog.getExistingDirectory(self.parent, title, str(folder))
        return Path(name) if name else None

    def save_file(self, title: str, suggestion: Path, patterns: str) -> Path | None:
        """Ask where to write a file; the system asks before one that exists."""
        name, _ = QFileDialog.getSaveFileName(self.parent, title, str(suggestion), patterns)
        return Path(name) if name else None

    def confirm(self, title: str, text: str, action: str) -> bool:
        """Ask whether to go on with ``action``; the safe answer is the default.

        There is one question at a time: a second one, from a window that the first does not stop, brings the first to the front and
        counts as declined.
        """
        if self._box is not None:
            self._box.raise_()
            self._box.activateWindow()
            return False
        box = QMessageBox(QMessageBox.Icon.Question, title, text, QMessageBox.StandardButton.NoButton, self._asker())
        box.setWindowModality(Qt.WindowModality.WindowModal)
        go_on = box.addButton(action, QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        self._box = box
        try:
            box.exec()
        finally:
            self._box = None
        agreed = isValid(box) and box.clickedButton() is go_on  # it may have gone with its window meanwhile
        if isValid(box):
            box.deleteLater()
        return agreed

    def _asker(self) -> QWidget | None:
        """Return the dialog of our window that the person is in, else the window: what asks must be stopped, or it could ask again."""
        active = QApplication.activeWindow()
        above = active.parentWidget() if isinstance(active, QDialog) else None
        while above is not None and above is not self.parent:
            above = above.parentWidget()
        return active if above is not None else self.parent
