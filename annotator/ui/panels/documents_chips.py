"""Chips: buttons in lines like words, each of which takes back what it says."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QToolButton, QWidget

from annotator.ui.i18n import plain_tip, tr
from annotator.ui.icons import icon
from annotator.ui.models.documents_choice import Choice


def short_text(name: str, most: int = 40) -> str:
    """Return a text for a menu or a button: short, and without marking letters as keys."""
    flat = " ".join(name.split())
    return (flat if len(flat) <= most else flat[: most - 1] + "…").replace("&", "&&")


class Chips(QWidget):
    """Buttons that each take back what they say, in as many lines as they need."""

    removed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        _Flow(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.buttons: list[QToolButton] = []
        self.hide()

    def show_chips(self, shown: list[tuple[str, str, Choice]]) -> None:
        """Show these, each with a sentence for its tool tip and what remains without it."""
        had_focus = any(button.hasFocus() for button in self.buttons)
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        flow = self.layout()
        assert flow is not None
        for text, sentence, without in shown:
            button = QToolButton()
            button.setText(f"\N{NO-BREAK SPACE}{short_text(text, 24)}")  # the style leaves no room on this side
            button.setIcon(icon("x"))
            button.setIconSize(QSize(12, 12))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands behind the text
            button.setAccessibleName(tr("Remove the filter: {}").format(sentence))
            button.setToolTip(plain_tip(tr("{}. Click to take this back.").format(sentence)))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self.removed.emit, without))
            flow.addWidget(button)
            self.buttons.append(button)
        self.setVisible(bool(shown))
        if had_focus and self.buttons:
            self.buttons[0].setFocus()


class _Flow(QLayout):
    """Lays out its widgets like words: from the left, in lines."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]  # None ends Qt's walk
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items]
        return QSize(max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Return the height that the items need in the width of ``rect``."""
        x, y, line, gap = rect.x(), rect.y(), 0, 4
        for item in self._items:
            size = item.sizeHint()
            width = min(size.width(), rect.width())
            if line and x + width > rect.right() + 1:
                x, y, line = rect.x(), y + line + gap, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x, line = x + width + gap, max(line, size.height())
        return y + line - rect.y()
