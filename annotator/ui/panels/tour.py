"""The strip that leads through the tour: what to do next, and how far one is.  It never takes the keyboard by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from annotator.ui.i18n import tr
from annotator.ui.panels.parts import heading, plain_label, spaced, theme_of
from annotator.ui.theme import mix
from annotator.ui.theme_qt import color


class TourPanel(QFrame):
    """Shows one step.  ``skipped`` and ``ended`` say which button was pressed; both leave the keyboard where the window puts it."""

    skipped = Signal()
    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Tour"))
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.title = heading("")
        self.text = plain_label()
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.count = plain_label(quiet=True, wrap=False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName(tr("Progress of the tour"))
        self.skip = QPushButton(tr("Skip this step"))
        self.end = QPushButton(tr("End the tour"))
        for button, signal in ((self.skip, self.skipped), (self.end, self.ended)):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(signal)
        row = QHBoxLayout()
        spaced(row, spacing=3)
        row.addWidget(self.title, 1)
        for widget in (self.count, self.skip, self.end):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        inner = QVBoxLayout()
        spaced(inner, margin=3, spacing=2)
        inner.addLayout(row)
        inner.addWidget(self.text)
        column = QVBoxLayout(self)
        spaced(column, spacing=0)
        column.addWidget(self.bar)
        column.addLayout(inner)
        self.hide()

    def show_step(self, number: int, total: int, title: str, text: str) -> None:
        """Show a step; ``number`` counts from 1, and ``total`` + 1 is the farewell, which cannot be skipped."""
        last = number > total
        self.title.setText(title)
        self.text.setText(text)
        self.count.setText("" if last else tr("{} of {}").format(number, total))
        self.bar.setRange(0, total)
        self.bar.setValue(number - 1)
        self.skip.setVisible(not last)
        self.end.setText(tr("Close") if last else tr("End the tour"))
        self._color()  # what is hidden is not told of another theme
        self.show()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, f"{title}. {text}"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc on one of the buttons ends the tour."""
        if event.key() == Qt.Key.Key_Escape:
            self.ended.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange and self.isVisible():
            self._color()

    def _color(self) -> None:
        self.setPalette(QPalette())
        theme = theme_of(None)
        look = self.palette()
        look.setColor(QPalette.ColorRole.Window, color(mix(theme.window, theme.accent, 0.10)))
        self.setPalette(look)
