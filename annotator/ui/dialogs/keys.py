"""All keys on one sheet, to search in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
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
from annotator.ui.i18n import tr
from annotator.ui.panels.paint import draw_key_cap, draw_row
from annotator.ui.panels.parts import airy, plain_label, theme_of


class KeysDialog(QDialog):
    """``rows`` are (section, what it does, keys); alternatives stand between slashes: ``F3 / Enter``.

    Typing narrows the sheet to the rows whose words or keys contain all that is typed.
    """

    def __init__(self, rows: Sequence[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search a command or a key"))
        self.search.setAccessibleName(tr("Search a command or a key"))
        self.search.setClearButtonEnabled(True)
        self.sheet = QTreeWidget()
        airy(self.sheet)
        self.sheet.setAccessibleName(tr("Keys"))
        self.sheet.setColumnCount(2)
        self.sheet.setHeaderHidden(True)
        self.sheet.setRootIsDecorated(False)
        self.sheet.setIndentation(12)
        self.sheet.setFrameShape(QFrame.Shape.NoFrame)
        self.sheet.setUniformRowHeights(True)
        self.sheet.setItemsExpandable(False)
        self.sheet.setItemDelegateForColumn(1, _KeysDelegate(self.sheet))
        self._fill(rows)
        self.sheet.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.sheet.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self.sheet.header().resizeSection(1, 260)
        self.sheet.header().setStretchLastSection(False)
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

    def shown_rows(self) -> list[tuple[str, str]]:
        """Return (what it does, keys) of the rows the search has left, in order."""
        rows: list[tuple[str, str]] = []
        for top in range(self.sheet.topLevelItemCount()):
            section = self.sheet.topLevelItem(top)
            for number in range(section.childCount() if section else 0):
                item = section.child(number) if section else None
                if item is not None and not item.isHidden():
                    rows.append((item.text(0), item.text(1)))
        return rows

    def _fill(self, rows: Sequence[tuple[str, str, str]]) -> None:
        sections: dict[str, QTreeWidgetItem] = {}
        for section, text, keys in rows:
            if section not in sections:
                heading = sections[section] = QTreeWidgetItem([section])
                font = QFont(self.sheet.font())
                font.setBold(True)
                heading.setFont(0, font)
                heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.sheet.addTopLevelItem(heading)
                heading.setExpanded(True)
            item = QTreeWidgetItem([text, keys])
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{text}: {keys}")
            sections[section].addChild(item)

    def _on_search_changed(self, wanted: str) -> None:
        words = wanted.casefold().split()
        for top in range(self.sheet.topLevelItemCount()):
            section = self.sheet.topLevelItem(top)
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
        self.nothing.setVisible(not self.shown_rows())


class _KeysDelegate(QStyledItemDelegate):
    """Paints keys as caps, alternatives side by side from the left."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        draw_row(painter, option)
        theme = theme_of(option.widget)
        font = QFont(option.font)
        font.setPointSizeF(font.pointSizeF() * 0.92)
        painter.save()
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
