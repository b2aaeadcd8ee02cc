"""The list of the inbox: its keys, and how an entry looks: the text in bold, and under it how often it has which label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.domain.labels import LabelScheme
from annotator.domain.text import display_text
from annotator.ui.i18n import number, tr
from annotator.ui.models.inbox import InboxRole, label_text
from annotator.ui.panels.paint import draw_focus, draw_row, draw_text, ink, turn
from annotator.ui.panels.parts import SWATCH, LongList, draw_swatch, theme_of

if TYPE_CHECKING:
    from annotator.commands.inbox import Entry


def row_height(line: int, space: int) -> int:
    """Return the height of a row for lines of text that are so high."""
    return 2 * line + 4 * space


class InboxDelegate(QStyledItemDelegate):
    """Paints entries with the colours of a label scheme."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._colors: dict[str, str] = {}

    def set_scheme(self, scheme: LabelScheme) -> None:
        """Use the colours of these labels."""
        self._colors = {label.name: label.color for label in scheme.spans}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        entry: Entry = index.data(InboxRole.ENTRY)
        theme = theme_of(option.widget)
        painter.save()
        turn(painter, option.rect)
        draw_row(painter, option)
        rect: QRect = option.rect.adjusted(3 * theme.space, theme.space, -2 * theme.space, -theme.space)
        upper, lower = QRect(rect), QRect(rect)
        upper.setBottom(rect.center().y())
        lower.setTop(rect.center().y() + 1)
        bold = QFont(option.font)
        bold.setBold(True)
        painter.setFont(option.font)
        told = tr("dismissed before") if entry.dismissal is not None and not entry.dismissed else ""
        width = painter.fontMetrics().horizontalAdvance(told) if told else 0
        draw_text(painter, upper, told, ink(option, quiet=True), right=True)
        painter.setFont(bold)
        draw_text(painter, upper.adjusted(0, 0, -width - 2 * theme.space, 0), display_text(entry.shown), ink(option))
        painter.setFont(option.font)
        self._draw_counts(painter, option, lower, entry)
        draw_focus(painter, option, theme)
        painter.restore()

    def _draw_counts(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, entry: Entry) -> None:
        theme, metrics = theme_of(option.widget), painter.fontMetrics()
        left = rect.left()
        for label, count in entry.in_order:
            if label in self._colors:
                draw_swatch(painter, QPoint(left, rect.center().y() - SWATCH // 2 + 1), theme, self._colors[label])
                left += SWATCH + theme.space
            text = f"{label_text(label)} {number(count)}"
            draw_text(painter, QRect(left, rect.y(), rect.right() - left, rect.height()), text, ink(option, quiet=not label))
            left += metrics.horizontalAdvance(text) + 3 * theme.space
            if left >= rect.right():
                break


class EntryList(LongList):
    """``asked`` brings ``all``, ``dismiss`` or ``leave``; a click only goes to a row, Enter opens it."""

    asked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.entering = False
        """Whether ``chosen`` comes from Enter and not from a click."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        what = {"a": "all", "d": "dismiss"}.get(event.text().lower(), "") if plain else ""
        if event.key() == Qt.Key.Key_Escape:
            self.asked.emit("leave")
        elif what:
            self.asked.emit(what)
        else:
            self.entering = True
            super().keyPressEvent(event)
            self.entering = False

    def keyboardSearch(self, search: str) -> None:
        """Look for nothing by letters: they ask for what is to be done."""
