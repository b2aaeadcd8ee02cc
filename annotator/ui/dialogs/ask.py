"""All questions that stop the hands go through this one object, so that tests can answer them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from annotator.ui.i18n import tr


class Ask:
    """Asks the user by the system's dialogs.  An empty answer means they changed their mind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.parent = parent

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
        """Ask whether to go on with ``action``; the safe answer is the default."""
        box = QMessageBox(QMessageBox.Icon.Question, title, text, QMessageBox.StandardButton.NoButton, self.parent)
        go_on = box.addButton(action, QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.exec()
        return box.clickedButton() is go_on
