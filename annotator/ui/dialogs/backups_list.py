"""The backups of a project as a table to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem

from annotator.store.backup import Backup
from annotator.ui.dialogs.backups_words import made_at, reason_name, size_words, soundness
from annotator.ui.i18n import number, plain_tip, tr
from annotator.ui.icons import icon
from annotator.ui.panels.parts import airy

_ROLE = Qt.ItemDataRole.UserRole


class BackupsTable(QTreeWidget):
    """One row a backup, the newest first: when, why, how big, what is in it, whether it can be relied on."""

    def __init__(self) -> None:
        super().__init__()
        airy(self)
        self.setAccessibleName(tr("Backups, the newest first"))
        self.setHeaderLabels([tr("Made"), tr("Why"), tr("Size"), tr("Documents"), tr("Spans"), tr("State")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAllColumnsShowFocus(True)
        header = self.header()
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(84)
        for column in range(5):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for column in (2, 3, 4):
            self.headerItem().setTextAlignment(column, _RIGHT)

    @property
    def current(self) -> Backup | None:
        """The chosen backup, or None."""
        item = self.currentItem()
        return None if item is None else item.data(0, _ROLE)

    def show_backups(self, backups: Sequence[Backup], *, damaged: frozenset[int] = frozenset()) -> None:
        """Show these; ``damaged`` has the numbers of those that were read and cannot be relied on.  The chosen one stays chosen."""
        chosen = self.current
        self.blockSignals(True)
        self.clear()
        items = [_item(backup, damaged=backup.number in damaged) for backup in backups]
        self.addTopLevelItems(items)
        for item, backup in zip(items, backups, strict=True):
            if chosen is not None and backup.number == chosen.number:
                self.setCurrentItem(item)
        self.blockSignals(False)
        if chosen is None or self.current is None or self.current != chosen:
            self.currentItemChanged.emit(self.currentItem(), None)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _item(backup: Backup, *, damaged: bool) -> QTreeWidgetItem:
    counts = [number(backup.counts[table]) if table in backup.counts else "" for table in ("documents", "spans")]
    state = tr("Damaged") if damaged else soundness(backup)
    item = QTreeWidgetItem([made_at(backup), reason_name(backup.reason), size_words(backup.size), *counts, state])
    item.setData(0, _ROLE, backup)
    for column in (2, 3, 4):
        item.setTextAlignment(column, _RIGHT)
    item.setIcon(5, icon("alert-triangle" if damaged else "check" if backup.sound else "help"))
    item.setToolTip(0, plain_tip(str(backup.path)))
    return item
