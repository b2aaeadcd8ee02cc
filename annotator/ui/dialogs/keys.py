"""All keys on one sheet, to search in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from annotator.ui.dialogs.frame import close_buttons, framed
from annotator.ui.dialogs.modeless import ModelessDialog
from annotator.ui.i18n import tr
from annotator.ui.panels.paint import draw_key_cap, draw_row, turn
from annotator.ui.panels.parts import airy, plain_label, theme_of


class KeySheet(QTreeWidget):
    """Commands under the headings of their sections, each with its keys as caps."""

    def __init__(self) -> None:
        super().__init__()
        airy(self)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(12)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setItemsExpandable(False)
        self.setItemDelegateForColumn(1, _KeysDelegate(self))
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self.header().resizeSection(1, 260)
        self.header().setStretchLastSection(False)

    def fill(self, rows: Sequence[tuple[str, str, str, str]]) -> None:
        """Show (section, what it does, keys, id); the id is the row's user data."""
        sections: dict[str, QTreeWidgetItem] = {}
        for section, text, keys, key in rows:
            if section not in sections:
                heading = sections[section] = QTreeWidgetItem([section])
                font = QFont(self.font())
                font.setBold(True)
                heading.setFont(0, font)
                heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.addTopLevelItem(heading)
                heading.setExpanded(True)
            item = QTreeWidgetItem([text, ""])
            item.setData(0, Qt.ItemDataRole.UserRole, key)
            self.show_keys(item, keys)
            sections[section].addChild(item)

    def show_keys(self, item: QTreeWidgetItem, keys: str) -> None:
        """Show other keys in a row."""
        item.setText(1, keys)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{item.text(0)}: {keys}")

    def rows(self) -> list[QTreeWidgetItem]:
        """Return the rows without the headings, in order, hidden ones too."""
        tops = [self.topLevelItem(top) for top in range(self.topLevelItemCount())]
        return [item for top in tops if top for number in range(top.childCount()) if (item := top.child(number))]

    def narrow(self, wanted: str) -> None:
        """Show only the rows whose words or keys contain every word of ``wanted``."""
        words = wanted.casefold().split()
        for top in range(self.topLevelItemCount()):
            section = self.topLevelItem(top)
            if section is None:
                continue
            left = 0
            for number in range(section.childCount()):
                item = section.child(number)
                if item is None:
                    continue
                hay = f"{section.text(0)} {item.text(0)} {item.text(1)}".casefold()
                fits = all(word in hay for word in words)
                item.setHidden(not fits)
                left += fits
            section.setHidden(left == 0)


class KeysDialog(ModelessDialog):
    """``rows`` are (section, what it does, keys); alternatives stand between slashes: ``F3 / Enter``.

    Typing narrows the sheet to the rows whose words or keys contain all that is typed.  It stands beside the work, so keys may be
    changed while it is there: ``show_rows``.
    """

    def __init__(self, rows: Sequence[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search a command or a key"))
        self.search.setAccessibleName(tr("Search a command or a key"))
        self.search.setClearButtonEnabled(True)
        self.sheet = KeySheet()
        self.sheet.setAccessibleName(tr("Keys"))
        self.sheet.fill([(*row, "") for row in rows])
        self.nothing = plain_label(tr("No command and no key fits. Try fewer letters."), quiet=True)
        self.nothing.hide()
        column = framed(self, tr("Keys"), width=640)
        column.addWidget(self.search)
        column.addWidget(self.nothing)
        column.addWidget(self.sheet, 1)
        column.addWidget(close_buttons(self)[0])
        self.resize(680, 620)
        self.search.textChanged.connect(self._on_search_changed)
        self.search.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down leaves the search for the sheet; Enter does nothing, so that it does not close what is being read."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.sheet.setFocus()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def show_rows(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Show other keys in place of those that are shown, narrowed and scrolled as they are."""
        bar = self.sheet.verticalScrollBar()
        scrolled = bar.value()
        self.sheet.clear()
        self.sheet.fill([(*row, "") for row in rows])
        self._on_search_changed(self.search.text())
        bar.setValue(scrolled)

    def shown_rows(self) -> list[tuple[str, str]]:
        """Return (what it does, keys) of the rows the search has left, in order."""
        return [(item.text(0), item.text(1)) for item in self.sheet.rows() if not item.isHidden()]

    def _on_search_changed(self, wanted: str) -> None:
        self.sheet.narrow(wanted)
        self.nothing.setVisible(not self.shown_rows())


class _KeysDelegate(QStyledItemDelegate):
    """Paints keys as caps, alternatives side by side from the left."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        draw_row(painter, option)
        theme = theme_of(option.widget)
        font = QFont(option.font)
        font.setPointSizeF(font.pointSizeF() * 0.92)
        painter.save()
        turn(painter, option.rect)
        painter.setFont(font)
        left = option.rect.x() + theme.space
        middle = option.rect.center().y()
        for keys in (index.data() or "").split(" / "):
            if not keys:
                continue
            width = max(painter.fontMetrics().horizontalAdvance(keys) + 2 * theme.space + 2, painter.fontMetrics().height() + 2)
            draw_key_cap(painter, left + width, middle, keys, theme)
            left += width + theme.space
        painter.restore()
