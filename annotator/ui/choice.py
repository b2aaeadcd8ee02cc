"""A small list that pops up to choose a label from: by its key, by typing its name, or by pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor, QIcon, QKeyEvent, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from shiboken6 import isValid

from annotator.domain.fuzzy import ranked
from annotator.ui.i18n import tr
from annotator.ui.theme import Theme, label_colors

_MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Option:
    """One entry: its name, the key that takes it at once, and its label's base colour (empty for what is no label).

    ``value`` is what choosing it brings, the name where it is None.  ``detail`` (a quieter second line), ``aside`` (quiet, at the end of
    the first) and ``icon`` are for lists that show them (``choice_search``).
    """

    name: str
    key: str = ""
    color: str = ""
    value: str | None = None
    detail: str = ""
    aside: str = ""
    icon: str = ""


class ChoicePopup(QFrame):
    """Asks for one of some labels and emits ``chosen`` with its name (its value); closing it any other way emits nothing.

    With ``by_key`` the first typed character takes the label with that key; else every character narrows the list by name.  It is a
    part of its window, not a window of its own: those lose their keys to the system on some platforms.
    """

    chosen = Signal(str)

    def __init__(self, title: str, options: Sequence[Option], theme: Theme, *, by_key: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(title)
        self._options = list(options)
        self._by_key = by_key
        self._theme = theme
        self._window = parent
        self.before: QWidget | None = None
        """Who gets the keyboard back."""
        caption = QLabel(title)
        caption.setTextFormat(Qt.TextFormat.PlainText)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(tr("Type a name"))
        self._filter.setAccessibleName(tr("Name of the label"))
        self._filter.installEventFilter(self)
        self._list = QListWidget()
        self._list.setAccessibleName(title)
        self._list.setUniformItemSizes(True)
        self._list.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.space * 2, theme.space * 2, theme.space * 2, theme.space * 2)
        for widget in (caption, self._filter, self._list):
            layout.addWidget(widget)
        self._filter.setVisible(not by_key)  # in its place by now: shown before, it would be a window of its own for a moment
        self._filter.textChanged.connect(self._fill)
        self._list.itemClicked.connect(self._on_item_clicked)
        self._fill("")

    def pop_up(self, place: QPoint, *, clear: int = 0, within: QWidget | None = None) -> None:
        """Show the list with its corner at ``place`` (global), moved to stay inside the window; it goes with the keyboard's focus.

        Where there is no room below, it stands above the ``clear`` pixels over ``place``, so that what it is about stays in view.  With
        ``within`` there is no room below the lower edge of that widget either: what stands there may say what to choose.
        """
        self.before = _keeper(QApplication.focusWidget())
        self.adjustSize()
        inside, area = self._window.mapFromGlobal(place), self._window.rect()
        x = max(0, min(inside.x(), area.right() - self.width()))
        y = max(0, min(inside.y(), area.bottom() - self.height()))
        above = inside.y() - clear - self.height()
        leaves = (
            within is not None
            and y + self.height() > self._window.mapFromGlobal(within.mapToGlobal(QPoint(0, within.height()))).y()
        )
        if clear and (y < inside.y() or leaves) and above >= 0:
            y = above
        self.move(x, y)
        self.raise_()
        self.show()
        (self._list if self._by_key else self._filter).setFocus()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give the keyboard back to whoever had it."""
        super().closeEvent(event)
        focused = QApplication.focusWidget()
        if self.before is not None and isValid(self.before) and focused is not None and self.isAncestorOf(focused):
            self.before.setFocus()

    def _on_focus_changed(self, _left: QWidget | None, entered: QWidget | None) -> None:
        if entered is not None and not self.isAncestorOf(entered):
            self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that choose, whichever part has the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._takes(event, in_filter=watched is self._filter)
        return super().eventFilter(watched, event)

    def _takes(self, event: QKeyEvent, *, in_filter: bool) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self._list.currentItem())
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and in_filter:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self._list.setCurrentRow((self._list.currentRow() + step) % max(self._list.count(), 1))
        elif self._by_key and event.text():
            found = [row for row in range(self._list.count()) if self._options[row].key == event.text()]
            if found:
                self._choose(self._list.item(found[0]))
        else:
            return False
        return True

    def _matching(self, typed: str) -> list[Option]:
        """Return what is listed for a typed text, the best first."""
        return ranked(typed, self._options, lambda option: ((option.name, 1.0),))

    def _item(self, option: Option) -> QListWidgetItem:
        key = f"{option.key}   " if option.key else "    "
        item = QListWidgetItem(f"{key}{option.name}")
        if option.color:
            item.setIcon(_swatch(label_colors(self._theme, option.color).edge))
        return item

    def _fill(self, typed: str) -> None:
        self._list.clear()
        for option in self._matching(typed):
            item = self._item(option)
            item.setData(Qt.ItemDataRole.UserRole, option.name if option.value is None else option.value)
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        row = self._list.sizeHintForRow(0) if self._list.count() else self.fontMetrics().height()
        rows = min(max(len(self._options), 1), _MOST_ROWS)
        self._list.setFixedHeight(rows * row + 2 * self._list.frameWidth() + 2)
        self._list.setMinimumWidth(self._list.sizeHintForColumn(0) + 6 * self._theme.space)

    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        self._choose(item)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            name = item.data(Qt.ItemDataRole.UserRole)
            self.close()
            self.chosen.emit(name)


def _keeper(focused: QWidget | None) -> QWidget | None:
    """Return who gets the keyboard back: a list that another one takes the place of closes, and is gone by then."""
    above: QObject | None = focused
    while above is not None:
        if isinstance(above, ChoicePopup):
            return above.before
        above = above.parent()
    return focused


def _swatch(value: str) -> QIcon:
    pixmap = QPixmap(24, 24)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(value))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(3, 3, 18, 18, 5, 5)
    painter.end()
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)  # Qt would tint it with the colour of the selection
    return made
