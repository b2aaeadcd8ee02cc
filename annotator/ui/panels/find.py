"""The bar to find text in the open document."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from annotator.ui.i18n import number, plain_tip, tr
from annotator.ui.panels.parts import icon_button, plain_label, spaced


class FindBar(QWidget):
    """A line to type in, and where among the matches the article is.

    Enter goes to the next match, Shift+Enter to the previous, Esc closes.  Who owns the article searches and answers with ``set_hits``.
    """

    searchChanged = Signal(str, bool)
    """The text and whether case matters."""
    stepRequested = Signal(int)
    """1 for the next match, -1 for the previous."""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("Find in document"))
        self.field.setPlaceholderText(tr("Find in document"))
        self.field.setClearButtonEnabled(True)
        self.field.setMinimumWidth(160)
        self.field.setMaximumWidth(420)
        self.match_case = QToolButton()
        self.match_case.setText("Aa")
        self.match_case.setCheckable(True)
        self.match_case.setAutoRaise(True)
        self.match_case.setAccessibleName(tr("Match case"))
        self.match_case.setToolTip(plain_tip(tr("Match case")))
        self.previous = icon_button("chevron-up", tr("Previous match"))
        self.next = icon_button("chevron-down", tr("Next match"))
        self.count = plain_label(quiet=True, wrap=False)
        self.close_button = icon_button("x", tr("Close the search"))
        layout = QHBoxLayout(self)
        spaced(layout, margin=1)
        layout.addWidget(self.field, 1)
        for part in (self.match_case, self.previous, self.next, self.count):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self.close_button)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._on_search_changed)
        self.match_case.toggled.connect(self._on_search_changed)
        self.previous.clicked.connect(self._on_previous)
        self.next.clicked.connect(self._on_next)
        self.close_button.clicked.connect(self.close_bar)
        self.set_hits(0, 0)

    def open_bar(self, text: str = "") -> None:
        """Show the bar with the keyboard in its field; ``text``, the selection for instance, replaces what it had."""
        self.show()
        if text:
            self.field.setText(text)
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._on_search_changed()

    def close_bar(self) -> None:
        """Hide the bar and say so; what was typed stays for the next time."""
        self.hide()
        self.closed.emit()

    def set_hits(self, current: int, total: int) -> None:
        """Say which match, counted from 1, is shown, of how many; 0 where the caret is on none."""
        if not self.field.text():
            text = ""
        elif not total:
            text = tr("Not found")
        else:
            text = tr("{} of {}").format(number(current), number(total))
        self.count.setText(text)
        self.previous.setEnabled(total > 0)
        self.next.setEnabled(total > 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stepRequested.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def _on_search_changed(self) -> None:
        self.searchChanged.emit(self.field.text(), self.match_case.isChecked())

    def _on_previous(self) -> None:
        self.stepRequested.emit(-1)

    def _on_next(self) -> None:
        self.stepRequested.emit(1)
