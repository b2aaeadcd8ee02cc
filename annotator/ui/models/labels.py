"""The labels of a scheme as rows: span labels, a heading, relation labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel
from annotator.ui.i18n import by_count, localized, plain_tip, tr

Index = QModelIndex | QPersistentModelIndex


class LabelRole(IntEnum):
    """Roles beyond Qt's own."""

    ROW = Qt.ItemDataRole.UserRole
    """The ``LabelRow`` itself."""


@dataclass(slots=True)
class LabelRow:
    """One row: a label, or a heading where ``label`` is None.  ``kind`` is "span" or "relation"; ``dimmed`` where it is not legal now."""

    kind: str
    title: str
    label: SpanLabel | RelationLabel | None = None
    count: int = 0
    dimmed: bool = False
    last_used: bool = False


class LabelListModel(QAbstractListModel):
    """Rows of labels; it keeps no scheme, only what ``set_scheme`` was given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[LabelRow] = []

    def set_scheme(self, scheme: LabelScheme) -> None:
        """Show the labels of another scheme; counts and marks begin anew."""
        self.beginResetModel()
        self._rows = []
        for kind, title, labels in (("span", tr("Spans"), scheme.spans), ("relation", tr("Relations"), scheme.relations)):
            if labels:
                self._rows.append(LabelRow(kind, title))
                self._rows += [LabelRow(kind, label.name, label) for label in labels]
        self.endResetModel()

    def set_counts(self, spans: Mapping[str, int], relations: Mapping[str, int]) -> None:
        """Say how often each label stands in the open document, by its name: span labels and relation labels apart."""
        by_kind = {"span": spans, "relation": relations}
        self._set("count", lambda row: by_kind[row.kind].get(row.title, 0) if row.label is not None else 0)

    def set_legal_relations(self, names: AbstractSet[str] | None) -> None:
        """With a relation in focus, dim the relation labels that are not among ``names`` and all span labels; None dims none."""

        def dimmed(row: LabelRow) -> bool:
            return row.label is not None and names is not None and (row.kind == "span" or row.title not in names)

        self._set("dimmed", dimmed)

    def set_last_used(self, name: str) -> None:
        """Mark the span label that was given last."""
        self._set("last_used", lambda row: row.kind == "span" and row.label is not None and row.title == name)

    def _set(self, name: str, value: Callable[[LabelRow], object]) -> None:
        """Set one field of every row, and announce those that differ: an edit repaints a row or two, not the list."""
        for number, row in enumerate(self._rows):
            new = value(row)
            if getattr(row, name) != new:
                setattr(row, name, new)
                self.dataChanged.emit(self.index(number), self.index(number))

    def relations_heading(self) -> QModelIndex:
        """Return the heading of the relation labels, or an invalid index if there are none."""
        row = next((number for number, row in enumerate(self._rows) if row.kind == "relation"), -1)
        return self.index(row) if row >= 0 else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].label is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(description_of(row))
            case Qt.ItemDataRole.AccessibleTextRole:
                return _spoken(row)
            case LabelRole.ROW:
                return row
        return None


def description_of(row: LabelRow) -> str:
    """Return what a label means, with examples and what it may link, as plain lines in the window's language."""
    label = row.label
    if label is None:
        return ""
    lines = [localized(label.description) or label.name]
    examples = localized(label.examples)
    if examples:
        lines.append(tr("For example: {}").format(examples))
    if isinstance(label, RelationLabel):
        link = tr("{} and {}") if label.symmetric else tr("{} to {}")
        lines.append(link.format(*(_ends(names) for names in (label.head, label.tail))))
    return "\n".join(lines)


def _ends(names: tuple[str, ...]) -> str:
    return ", ".join(names) if names else tr("any span")


def _spoken(row: LabelRow) -> str:
    if row.label is None:
        return row.title
    parts = [
        row.title,
        tr("key {}").format(row.label.key) if row.label.key else "",
        by_count(row.count, tr("1 here"), tr("{} here")),
    ]
    parts += [tr("not allowed here") if row.dimmed else "", tr("used last") if row.last_used else ""]
    return ", ".join(part for part in parts if part)
