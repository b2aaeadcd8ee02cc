"""The figures of a project as tables: who is how far, which labels were used, how well suggesters do, what was done on which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from annotator.commands.scoring import Score, Scores, f1, precision, recall
from annotator.domain.agreement import Counts
from annotator.domain.annotations import Kind
from annotator.domain.changes import What
from annotator.domain.documents import Status
from annotator.store.figures import Day, Figures
from annotator.ui.i18n import number, share, tr
from annotator.ui.models.documents import status_name

Index = QModelIndex | QPersistentModelIndex

Cell = str | int | float | None
"""A text, a number, a share of one, or nothing to tell."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: what it is called, its columns, and its rows of cells."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()

    def as_text(self) -> str:
        """Return the table as lines of columns parted by tabs, for a spreadsheet."""
        return "\n".join("\t".join(map(plain_cell, line)) for line in (self.header, *self.rows))


def plain_cell(cell: Cell) -> str:
    """Return a cell for a spreadsheet: on one line, numbers without separators, a share as a fraction of one."""
    if cell is None:
        return ""
    return f"{cell:.4f}" if isinstance(cell, float) else _one_line(str(cell))


def sheets(figures: Figures) -> list[Sheet]:
    """Return the tables of the kept figures: progress and labels."""
    statuses = list(Status)
    progress = tuple(
        (entry.annotator, kind_name(entry.kind), *(entry.sets.get(status, 0) for status in statuses), entry.flagged)
        for entry in figures.progress
    )
    labels = tuple(
        (total.annotator, kind_name(total.kind), _what(total.what), total.label, total.items, total.unreviewed, total.sets)
        for total in figures.labels
    )
    who = (tr("Annotator"), tr("Kind"))
    return [
        Sheet(tr("Progress"), (*who, *(status_name(status) for status in statuses), tr("Flagged")), progress),
        Sheet(tr("Labels"), (*who, tr("Of a"), tr("Label"), tr("Number"), tr("Unreviewed"), tr("Documents")), labels),
    ]


def day_sheet(days: Sequence[Day] = ()) -> Sheet:
    """Return the table of what was done by day; empty while it is being counted."""
    rows = tuple((day.day, day.annotator, day.edits, day.done) for day in days)
    return Sheet(tr("Days"), (tr("Day"), tr("Annotator"), tr("Edits"), tr("Documents done")), rows)


def score_sheet(found: Scores | None = None) -> Sheet:
    """Return the table of how well the suggesters do; empty while they are compared."""
    shares = (tr("Precision"), tr("Recall"), tr("F1"))
    overlapping = (tr("Overlap\nprecision"), tr("Overlap\nrecall"), tr("Overlap\nF1"))
    made_of_it = (tr("Accepted"), tr("Changed"), tr("Rejected"), tr("Waiting"))
    header = (tr("Suggester"), tr("Of a"), tr("Label"), *shares, *overlapping, tr("To find"), tr("Suggested"), *made_of_it)
    rows = tuple(
        _score_row(one.suggester, what, label, score)
        for one in (found.suggesters if found is not None else ())
        for what, by_label in ((What.SPAN, one.spans), (What.RELATION, one.relations))
        for label, score in by_label.items()
    )
    return Sheet(tr("Suggesters"), header, rows)


def _score_row(suggester: str, what: What, label: str, score: Score) -> tuple[Cell, ...]:
    of_places = (score.exact, score.overlapping if what is What.SPAN else Counts())
    shares = (share_of(counts) for counts in of_places for share_of in (precision, recall, f1))
    counted = (score.exact.reference, score.exact.candidate, score.accepted, score.changed, score.rejected, score.waiting)
    return suggester, _what(what), label or tr("(all)"), *shares, *counted


def kind_name(kind: Kind) -> str:
    """Return what an annotation set's kind is called."""
    return {Kind.PERSON: tr("Person"), Kind.MODEL: tr("Model"), Kind.GOLD: tr("Gold")}[kind]


def _what(what: What) -> str:
    return tr("Span") if what is What.SPAN else tr("Relation")


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return share(cell, 1)
    return number(cell) if isinstance(cell, int) else _one_line(cell)


def _one_line(text: str) -> str:
    return " ".join(text.split())


class SheetModel(QAbstractTableModel):
    """A ``Sheet`` for a table view; it holds all rows, and reads nothing."""

    def __init__(self, sheet: Sheet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet = sheet

    def show(self, sheet: Sheet) -> None:
        """Show another table with the same columns."""
        self.beginResetModel()
        self.sheet = sheet
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self.sheet.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.sheet.header)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and section < len(self.sheet.header):
            return self.sheet.header[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            text = not self.sheet.rows or isinstance(self.sheet.rows[0][section], str)
            return int((Qt.AlignmentFlag.AlignLeft if text else Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.sheet.rows):
            return None
        cell = self.sheet.rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _shown(cell)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{_one_line(self.sheet.header[index.column()])}: {tr('none') if cell is None else _shown(cell)}"
            case Qt.ItemDataRole.TextAlignmentRole if not isinstance(cell, str):
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None
