"""The entries of the consistency inbox as a list."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from annotator.domain.text import display_text
from annotator.ui.i18n import number, plain_tip, tr

if TYPE_CHECKING:
    from annotator.commands.inbox import Entry

Index = QModelIndex | QPersistentModelIndex


class InboxRole(IntEnum):
    """Roles beyond Qt's own."""

    ENTRY = Qt.ItemDataRole.UserRole


class InboxModel(QAbstractTableModel):
    """One entry a row, in the order given; an entry is known by its key."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show other entries."""
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def entry(self, row: int) -> Entry | None:
        """Return the entry in a row, or None."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def row_of(self, key: str) -> int:
        """Return the row of a text, -1 if it has none."""
        return next((row for row, entry in enumerate(self._entries) if entry.key == key), -1)

    def replace(self, entry: Entry) -> None:
        """Show an entry as it is now, in its place; one that is not there is left out."""
        row = self.row_of(entry.key)
        if row >= 0:
            self._entries[row] = entry
            self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def drop(self, key: str) -> None:
        """Show an entry no more."""
        row = self.row_of(key)
        if row >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._entries[row]
            self.endRemoveRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        match role:
            case InboxRole.ENTRY:
                return entry
            case Qt.ItemDataRole.DisplayRole:
                return f"{display_text(entry.shown)} — {counts_text(entry)}"
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_tip(entry))
        return None


def counts_text(entry: Entry) -> str:
    """Return the counts by label in one line, the most frequent first."""
    return " · ".join(f"{label_text(label)} {number(count)}" for label, count in entry.in_order)


def label_text(label: str) -> str:
    """Return a label's name, or the word for none."""
    return label or tr("nothing")


def _tip(entry: Entry) -> str:
    parts = [display_text(entry.shown), counts_text(entry)]
    dismissal = entry.dismissal
    if dismissal is not None:
        parts.append(tr("Dismissed by {}: {}").format(dismissal.actor, display_text(dismissal.reason)))
        new = [label_text(label) for label in entry.counts if label not in dismissal.told]
        if new:
            parts.append(tr("New since then: {}").format(", ".join(new)))
    return "\n".join(parts)
