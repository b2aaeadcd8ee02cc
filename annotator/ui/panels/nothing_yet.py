"""What stands in the place of the article while a project has no documents: what to do about it, and the button that does it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QPushButton, QVBoxLayout, QWidget

from annotator.ui.i18n import tr
from annotator.ui.panels.parts import plain_label, spaced

_WIDTH = 340


class NothingYet(QWidget):
    """Lies in the middle of the article's window, and is hidden until ``show_for`` says otherwise.  ``importRequested``: the button."""

    importRequested = Signal()

    def __init__(self, article: QAbstractScrollArea) -> None:
        super().__init__(article)
        self._article = article
        self.text = plain_label(tr("This project has no documents yet. Bring some in with Project → Import (Ctrl+I)."), quiet=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton(tr("Import…"))
        column = QVBoxLayout(self)
        spaced(column, margin=3, spacing=4)
        column.addWidget(self.text)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.button.clicked.connect(self.importRequested)
        article.installEventFilter(self)
        self.hide()

    def show_for(self, *, empty: bool, writable: bool) -> None:
        """Show it for a project without documents; the button only where something may be imported."""
        self.button.setVisible(writable)
        self.setVisible(empty)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if watched is self._article and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        width = min(_WIDTH, self._article.width())
        height = max(self.heightForWidth(width), self.sizeHint().height())
        self.setGeometry((self._article.width() - width) // 2, max(0, (self._article.height() - height) // 2), width, height)
