"""A small window that keeps the hands still while the project's file is being replaced or rescued."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QProgressBar, QWidget

from annotator.domain.progress import Progress
from annotator.ui.dialogs.frame import framed
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import plain_label


class WaitingDialog(QDialog):
    """Says what is under way and how far; Cancel and Esc ask for its end by ``cancelRequested``.  Only ``finish`` closes it."""

    cancelRequested = Signal()

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = framed(self, title, width=420)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        column.addWidget(plain_label(text))
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress"))
        column.addWidget(self.bar)
        self.what = plain_label(quiet=True)
        column.addWidget(self.what)
        box = QDialogButtonBox(self)
        self.cancel = box.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        box.rejected.connect(self.reject)
        column.addWidget(box)

    def show_progress(self, progress: Progress) -> None:
        """Show how far the work is."""
        self.what.setText(tr(progress.what))
        self.bar.setRange(0, min(progress.total, 1_000_000))
        self.bar.setValue(min(progress.done, 1_000_000))

    def reject(self) -> None:
        """Ask for the end; the dialog stays until the work has ended."""
        self.cancel.setEnabled(False)
        self.what.setText(tr("Stopping…"))
        self.cancelRequested.emit()

    def finish(self) -> None:
        """Close it: the work has ended."""
        self.done(QDialog.DialogCode.Accepted)
