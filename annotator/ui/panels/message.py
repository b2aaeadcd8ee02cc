"""A bar for what the person should know or can mend, which stops no hand."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from annotator.ui.i18n import tr
from annotator.ui.icons import icon
from annotator.ui.panels.parts import icon_button, plain_label, spaced, theme_of
from annotator.ui.theme import Theme, mix
from annotator.ui.theme_qt import color


class Level(StrEnum):
    """How grave a message is; only ``INFO`` goes away by itself."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


INFO_SECONDS = 6
"""How long an information stays; a longer one a little longer."""

_ICONS = {Level.INFO: "info-circle", Level.WARNING: "alert-triangle", Level.ERROR: "alert-triangle"}


class MessageBar(QFrame):
    """Shows one message at a time, the newest.

    ``action`` is called by the message's button, which then hides the bar.  It should be a bound method of something that outlives the
    message; the bar lets go of it with the message.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action: Callable[[], object] | None = None
        self._level = Level.INFO
        self.setAccessibleName(tr("Message"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAutoFillBackground(True)
        self._mark = QLabel()
        self.text = plain_label()
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action_button = QPushButton()
        self.close_button = icon_button("x", tr("Close the message"))
        layout = QHBoxLayout(self)
        spaced(layout, margin=2, spacing=3)
        layout.addWidget(self._mark)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.action_button)
        layout.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.clear)
        self.action_button.clicked.connect(self._on_action)
        self.close_button.clicked.connect(self._on_closed)
        self.hide()

    @property
    def level(self) -> Level:
        """The level of the message that is or was shown last."""
        return self._level

    def show_message(
        self, text: str, level: Level | str = Level.INFO, action_text: str = "", action: Callable[[], object] | None = None
    ) -> None:
        """Show a sentence, with a button if there is something to do about it."""
        self._level = Level(level)
        self._action = action
        self.text.setText(text)
        self.action_button.setText(action_text.replace("&", "&&"))
        self.action_button.setVisible(action is not None and bool(action_text))
        self._color()
        self.show()
        self._timer.stop()
        if self._level is Level.INFO:
            self._timer.start(1000 * INFO_SECONDS + 30 * len(text))
        self._announce(text)

    def clear(self) -> None:
        """Hide the message without a word."""
        self._timer.stop()
        self._action = None
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._on_closed()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange and self.isVisible():
            self._color()

    def _on_action(self) -> None:
        action = self._action
        self.clear()
        if action is not None:
            action()

    def _on_closed(self) -> None:
        self.clear()
        self.dismissed.emit()

    def _color(self) -> None:
        self.setPalette(QPalette())
        theme = theme_of(None)  # the window's own palette may lag behind before it was ever shown
        look = self.palette()
        look.setColor(QPalette.ColorRole.Window, color(_ground(theme, self._level)))
        self.setPalette(look)
        self._mark.setPixmap(icon(_ICONS[self._level]).pixmap(18, 18))
        self._mark.setAccessibleName({Level.INFO: tr("Note"), Level.WARNING: tr("Warning"), Level.ERROR: tr("Error")}[self._level])

    def _announce(self, text: str) -> None:
        if QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self, text)
            if self._level is not Level.INFO:
                event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(event)


def _ground(theme: Theme, level: Level) -> str:
    base, share = {
        Level.INFO: (theme.accent, 0.10),
        Level.WARNING: (theme.current_hit, 0.25),
        Level.ERROR: (theme.warning, 0.22),
    }[level]
    return mix(theme.window, base, share)
