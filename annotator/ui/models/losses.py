"""What an export did not keep: groups by reason, the items under them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from annotator.domain.exchange import Fate, Loss
from annotator.ui.i18n import number, plain_tip, told, tr

Index = QModelIndex | QPersistentModelIndex

_GROUP = 0
"""Internal id of a group's index; an item's is its group's row plus one."""


class LossRole(IntEnum):
    """Roles beyond Qt's own."""

    LOSS = Qt.ItemDataRole.UserRole
    """The ``Loss``; None for a group."""


class LossModel(QAbstractItemModel):
    """Two levels: reasons, those with the most losses first, and the losses of each in the report's order."""

    def __init__(self, losses: Sequence[Loss], parent: QObject | None = None) -> None:
        super().__init__(parent)
        groups: dict[tuple[str, str], list[Loss]] = {}
        for loss in losses:
            groups.setdefault((loss.item, loss.reason), []).append(loss)
        self._groups = sorted(groups.items(), key=lambda entry: -len(entry[1]))

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008  # Qt's signature
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else _GROUP)

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]  # QObject.parent() shares the name
        group = index.internalId() if index.isValid() else _GROUP
        return self.createIndex(group - 1, 0, _GROUP) if group else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._groups)
        return 0 if parent.internalId() or parent.column() else len(self._groups[parent.row()][1])

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: ARG002, B008
        return 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Document"), tr("Text"), tr("Label"), tr("Place"), tr("Became"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        group = index.internalId()
        if not group:
            item, reason = self._groups[index.row()][0]
            if role == Qt.ItemDataRole.ToolTipRole:
                return plain_tip(told(reason))
            title = tr("{} ({}): {}").format(_item_name(item), number(len(self._groups[index.row()][1])), told(reason))
            return title if role in _TEXTS and index.column() == 0 else None
        loss = self._groups[group - 1][1][index.row()]
        if role == LossRole.LOSS:
            return loss
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{_cells(loss)[index.column()]}\n{told(loss.reason)}")
        return _cells(loss)[index.column()] if role in _TEXTS else None


_TEXTS = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


def _cells(loss: Loss) -> tuple[str, str, str, str, str]:
    place = f"{loss.start}–{loss.end}" if loss.start >= 0 else ""
    fates = {Fate.MOVED: tr("moved"), Fate.DROPPED: tr("left out"), Fate.CHANGED: tr("changed"), Fate.KEPT: tr("kept")}
    return loss.document, " ".join(loss.surface.split()), loss.label, place, fates[loss.fate]


def _item_name(item: str) -> str:
    return {"span": tr("Spans"), "relation": tr("Relations"), "document": tr("Documents")}.get(item, item)
