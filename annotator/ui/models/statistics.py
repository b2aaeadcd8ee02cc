"""A figure of the statistics: a chart and the same numbers as a table, for the screen, the clipboard and a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from annotator.ui.charts.model import Chart
from annotator.ui.i18n import date, number, share, tr
from annotator.ui.models.statistics_targets import Target
from annotator.ui.models.statistics_words import duration

Index = QModelIndex | QPersistentModelIndex

Cell = str | int | float | dt.date | dt.timedelta | None
"""A text, a number, a share of one, a day, a length of time, or nothing to tell."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: what it is called, its columns, its rows of cells, and what lies behind each row (none where ``targets`` is shorter)."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    targets: tuple[Target | None, ...] = ()

    def target(self, row: int) -> Target | None:
        """Return what lies behind a row."""
        return self.targets[row] if 0 <= row < len(self.targets) else None

    def as_text(self) -> str:
        """Return the table as lines of columns parted by tabs, for a spreadsheet."""
        return "\n".join("\t".join(map(plain_cell, line)) for line in (self.header, *self.rows))

    def as_csv(self) -> bytes:
        """Return the table as CSV (RFC 4180) in UTF-8, with its header and plain numbers: a program reads it, whatever its language."""
        written = io.StringIO(newline="")
        csv.writer(written).writerows([plain_cell(cell) for cell in line] for line in (self.header, *self.rows))
        return written.getvalue().encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Selector:
    """Something to choose above a figure: its name, and each entry's text and value; the first is the usual one."""

    key: str
    name: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """What a page shows for what is chosen on it; ``note`` is a sentence below the chart."""

    chart: Chart
    sheet: Sheet
    note: str = ""
    selectors: tuple[Selector, ...] = field(default=())


def plain_cell(cell: Cell) -> str:
    """Return a cell for a spreadsheet: on one line, numbers without separators, a share as a fraction of one, ISO days, seconds."""
    match cell:
        case None:
            return ""
        case float():
            return f"{cell:.4f}"
        case dt.timedelta():
            return f"{cell.total_seconds():.1f}"
        case dt.date():
            return cell.isoformat()
    return one_line(str(cell))


def shown_cell(cell: Cell) -> str:
    """Return a cell as it is read, in the window's language."""
    match cell:
        case None:
            return "–"
        case float():
            return share(cell, 1)
        case int():
            return number(cell)
        case dt.timedelta():
            return duration(cell.total_seconds())
        case dt.date():
            return date(cell)
    return one_line(cell)


def one_line(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def _begins(cell: Cell) -> bool:
    """Tell whether a cell stands where lines begin, as words and days do; figures stand at the end, one below the other."""
    return isinstance(cell, str | dt.date)


class SheetModel(QAbstractTableModel):
    """A ``Sheet`` for a table view; it holds all rows, and reads nothing."""

    def __init__(self, sheet: Sheet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet = sheet

    def show(self, sheet: Sheet) -> None:
        """Show another table."""
        self.beginResetModel()
        self.sheet = sheet
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self.sheet.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.sheet.header)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.sheet.header):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.sheet.header[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            begins = not self.sheet.rows or _begins(self.sheet.rows[0][section])
            return int((Qt.AlignmentFlag.AlignLeft if begins else Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.sheet.rows):
            return None
        cell = self.sheet.rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shown_cell(cell)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{one_line(self.sheet.header[index.column()])}: {tr('none') if cell is None else shown_cell(cell)}"
            case Qt.ItemDataRole.TextAlignmentRole if not _begins(cell):
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None
