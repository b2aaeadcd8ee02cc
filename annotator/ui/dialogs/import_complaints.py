"""A list of what is to be said about files: file, line, sentence; the chosen sentence stands whole below."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.domain.exchange import Complaint
from annotator.ui.i18n import plain_tip, told, tr
from annotator.ui.icons import icon
from annotator.ui.panels.parts import airy, plain_label, spaced

MOST = 2000
"""So many complaints are listed."""

_WHAT = 2
"""The column of the sentences."""

_TEXTS = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


class ComplaintList(QWidget):
    """Shows the first complaints; what came in nevertheless has another sign than what did not."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = QTreeWidget()
        airy(self.table)
        self.table.setAccessibleName(name)
        self.table.setHeaderLabels([tr("File"), tr("Line"), tr("What")])
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setAlternatingRowColors(True)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.table.header().resizeSection(0, 180)
        self.detail = plain_label()  # a row shows as much of a sentence as fits; here the chosen one stands whole
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        spaced(column, spacing=2)
        column.addWidget(self.table, 1)
        column.addWidget(self.detail)
        self.table.currentItemChanged.connect(self._on_current_changed)
        self.setFocusProxy(self.table)

    def show_complaints(self, complaints: Iterable[Complaint]) -> int:
        """List these in place of what was listed; returns how many there are in the list now."""
        self.table.clear()
        self.table.addTopLevelItems([_Row(complaint) for complaint in islice(complaints, MOST)])
        first = self.table.topLevelItem(0)
        if first is not None:
            self.table.setCurrentItem(first)
        else:
            self.detail.clear()
        return self.table.topLevelItemCount()

    def _on_current_changed(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        self.detail.setText(item.text(_WHAT) if item is not None else "")


def split_place(place: str) -> tuple[str, str]:
    """Return file and line of ``file:line``; the line is empty where there is none (a drive letter's colon is no line)."""
    name, colon, line = place.rpartition(":")
    return (name, line) if colon and line.isdigit() else (place, "")


class _Row(QTreeWidgetItem):
    """A complaint; its sentence is translated when it is looked at, for of thousands few are."""

    def __init__(self, complaint: Complaint) -> None:
        name, line = split_place(complaint.place)
        super().__init__([name.replace("\\", "/").rpartition("/")[2], line])
        self._message = complaint.message
        self.setIcon(_WHAT, icon("alert-triangle" if complaint.lost else "info-circle"))
        self.setToolTip(0, plain_tip(name))

    def data(self, column: int, role: int) -> Any:
        if column == _WHAT and role in _TEXTS:
            return told(self._message)
        if column == _WHAT and role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(told(self._message))
        return super().data(column, role)
