"""The list that pops up to choose from what is looked up while one types: two lines to a row, and a line that says what the keys do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from annotator.ui.choice import ChoicePopup, Option
from annotator.ui.panels.option_rows import OptionRows, option_item, row_height
from annotator.ui.panels.parts import plain_label
from annotator.ui.theme import Theme

if TYPE_CHECKING:
    from annotator.ui.article.view import ArticleView


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to choose for a typed text: the rows, the one that Enter takes at first (-1: none), and what to say below them."""

    options: tuple[Option, ...]
    current: int = 0
    hint: str = ""


class SearchPopup(ChoicePopup):
    """A ``ChoicePopup`` over what ``look_up`` finds for what was typed; an empty text comes first.

    ``chosenAlong`` is ``chosen`` with Ctrl held: whoever listens does the same to more than what was asked about.  ``look_up`` runs at
    every key in the window's thread, so it must be quick.  ``rows`` is how many rows of so many ``lines`` the list has room for.
    """

    chosenAlong = Signal(str)

    def __init__(
        self,
        title: str,
        look_up: Callable[[str], Found],
        theme: Theme,
        *,
        parent: QWidget,
        placeholder: str,
        rows: int = 6,
        lines: int = 2,
        width: int = 420,
    ) -> None:
        self._look_up, self._rows, self._lines, self._wide = look_up, rows, lines, width
        self.stays = False
        """Whether the list stays open when something is chosen with Ctrl held."""
        self._hint = plain_label(quiet=True)
        super().__init__(title, (), theme, by_key=False, parent=parent)
        self._filter.setPlaceholderText(placeholder)
        self._filter.setAccessibleName(placeholder)
        self._list.setFrameShape(self._list.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = self.layout()
        assert column is not None
        column.addWidget(self._hint)

    @property
    def typed(self) -> str:
        """What is in the field."""
        return self._filter.text()

    def look_again(self) -> None:
        """List anew what there is: something of it has changed.  The row stays, and the next key begins another text."""
        row = self._list.currentRow()
        self._fill(self.typed)
        self._list.setCurrentRow(min(row, self._list.count() - 1))
        self._filter.selectAll()

    def show_under(self, view: ArticleView, offset: int) -> None:
        """Pop up under a place of the article, or over it where there is no room; inside the article even if the place is out of view."""
        found, metrics = view.place_of(offset), view.look.metrics
        inside = QPoint(found.x(), max(0, min(found.y(), view.viewport().height() - 40)))
        chip = QPoint(0, round(metrics.row) + self._theme.space)  # the span's label stays in view, too
        self.pop_up(view.viewport().mapToGlobal(inside + chip), clear=round(metrics.line) + chip.y() + 3 * self._theme.space)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep Ctrl+Enter, which is a key of the window, for the list."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _along(event):
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def _takes(self, event: QKeyEvent, *, in_filter: bool) -> bool:
        item = self._list.currentItem()
        if _along(event):
            if item is not None:
                value = item.data(Qt.ItemDataRole.UserRole)
                if not self.stays:
                    self.close()
                self.chosenAlong.emit(value)
            return True
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and in_filter and self._list.count():
            step = self._rows if event.key() == Qt.Key.Key_PageDown else -self._rows
            self._list.setCurrentRow(max(0, min(self._list.currentRow() + step, self._list.count() - 1)))
            return True
        return super()._takes(event, in_filter=in_filter)

    def _fill(self, typed: str) -> None:
        found = self._look_up(typed)
        self._list.clear()
        if not isinstance(self._list.itemDelegate(), OptionRows):
            self._list.setItemDelegate(OptionRows(self._list, lines=self._lines))
        for option in found.options:
            self._list.addItem(option_item(option))
        self._list.setCurrentRow(found.current)
        self._hint.setText(found.hint)
        row = row_height(self._list, self._lines)
        self._list.setFixedSize(self._wide, self._rows * row)


def _along(event: QKeyEvent) -> bool:
    """Tell whether a key is Ctrl with one of the two Enter keys."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and modifiers == Qt.KeyboardModifier.ControlModifier
