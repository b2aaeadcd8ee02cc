"""A strip at the top of an editor that offers what was typed there before and is kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from annotator.ui.dialogs.frame import side_button
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import plain_label, spaced, theme_of
from annotator.ui.theme import mix
from annotator.ui.theme_qt import color


class DraftStrip(QFrame):
    """Goes with the answer: ``decided`` says whether the person goes on with it."""

    decided = Signal(bool)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setAccessibleName(tr("Kept from the last time"))
        self.setAutoFillBackground(True)
        theme = theme_of(None)
        look = self.palette()
        look.setColor(QPalette.ColorRole.Window, color(mix(theme.window, theme.accent, 0.10)))
        self.setPalette(look)
        self.text = plain_label(text)
        self.go_on, self.let_go = side_button(tr("Go on with it")), side_button(tr("Let it go"))
        column, line = QVBoxLayout(self), QHBoxLayout()
        spaced(column, margin=2, spacing=2)
        spaced(line)
        column.addWidget(self.text)
        line.addWidget(self.go_on)
        line.addWidget(self.let_go)
        line.addStretch(1)
        column.addLayout(line)
        self.go_on.clicked.connect(self._on_go_on)
        self.let_go.clicked.connect(self._on_let_go)

    def _on_go_on(self) -> None:
        self._end(go_on=True)

    def _on_let_go(self) -> None:
        self._end(go_on=False)

    def _end(self, *, go_on: bool) -> None:
        self.hide()
        self.deleteLater()
        self.decided.emit(go_on)
