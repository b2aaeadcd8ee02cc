"""The lines of a concordance as a table that grows while it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from annotator.domain.changes import ChangeSet
from annotator.domain.context import Doubt
from annotator.domain.text import display_text
from annotator.session.session import Session
from annotator.store.search import Line
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.models.search_lines import Concordance
from annotator.ui.models.search_words import doubt_words

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns."""

    TICK = 0
    LINE = 1
    LABEL = 2
    NOTE = 3
    """What speaks against the place, where places are compared."""
    DOCUMENT = 4


class LineRole(IntEnum):
    """Roles beyond Qt's own, the same in every column."""

    LINE = Qt.ItemDataRole.UserRole
    """The ``Line``."""
    TICKED = Qt.ItemDataRole.UserRole + 1
    COLOR = Qt.ItemDataRole.UserRole + 2
    """The base colour of the line's label, empty for none."""
    REASON = Qt.ItemDataRole.UserRole + 3
    """Why the last action left it alone, or empty."""


class ConcordanceModel(QAbstractTableModel):
    """Lines in the order they were found, with a tick each.

    What stands at a line's place is read again when it is looked at after an edit; a line never goes away by itself.
    """

    ticksChanged = Signal()
    failed = Signal(object)
    """The error by which a line could not be read again; it and the others then stay as they were found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._lines = Concordance()
        self._colors: Mapping[tuple[bool, str], str] = {}
        self._unreadable: Exception | None = None

    @property
    def documents(self) -> int:
        """In how many documents the lines are."""
        return self._lines.documents

    @property
    def ticked(self) -> list[int]:
        """The ticked rows, in order."""
        return list(self._lines.in_order())

    @property
    def tick_count(self) -> int:
        """How many rows are ticked."""
        return len(self._lines.ticked)

    def set_session(self, session: Session | None) -> None:
        """Show lines of another project from now on; none at first."""
        self._session, self._unreadable = session, None
        self.begin()

    def set_colors(self, colors: Mapping[tuple[bool, str], str]) -> None:
        """Say the base colours of labels, by (of a relation, name)."""
        self._colors = colors
        self._redraw()

    def begin(self) -> None:
        """Begin another search: no lines."""
        self.beginResetModel()
        self._lines = Concordance(self._session.annotator if self._session is not None else "")
        self.endResetModel()
        self.ticksChanged.emit()

    def extend(self, lines: Sequence[Line]) -> None:
        """Take further lines at the end."""
        if lines:
            count = len(self._lines)
            self.beginInsertRows(QModelIndex(), count, count + len(lines) - 1)
            self._lines.extend(lines)
            self.endInsertRows()

    def line(self, row: int) -> Line:
        """Return the line in a row, as it is now.

        Views ask this while they paint, where nothing may be raised: a damaged file is said afterwards, once, by ``failed``.
        """
        session = self._session
        if session is None or self._unreadable is not None:
            return self._lines.line(row, None)
        try:
            return self._lines.line(row, session.project.connection)
        except Exception as error:
            if session.project.explained(error) is None:
                raise
            self._unreadable = error
            QTimer.singleShot(0, self, self._say_unreadable)
            return self._lines.line(row, None)

    def _say_unreadable(self) -> None:
        if self._unreadable is not None:
            self.failed.emit(self._unreadable)

    def refresh(self, changes: ChangeSet, *, redraw: bool = True) -> None:
        """Take over what was committed; without ``redraw`` nothing is announced until something else is."""
        session = self._session
        opened = session.document if session is not None else None
        sets = {change.set_id for change in changes.changes if change.set_id}
        here = opened.document.id if opened is not None and not changes.bulk and sets <= {opened.set_id} else None
        if self._lines.note(changes, here) and redraw:
            self._redraw()

    # Ticks

    def toggle(self, rows: Iterable[int]) -> None:
        """Tick these rows, or where all of them are ticked, none of them."""
        wanted = set(rows)
        if wanted <= self._lines.ticked:
            self._lines.ticked -= wanted
        else:
            self._lines.ticked |= wanted
        self._redraw()
        self.ticksChanged.emit()

    def tick_all(self, on: bool) -> None:
        """Tick all lines that are there, or none."""
        self._lines.ticked = set(range(len(self._lines))) if on else set()
        self._redraw()
        self.ticksChanged.emit()

    def tick_agreeing(self, doubts: Mapping[int, Doubt], *, but: str | None = None) -> None:
        """Say what speaks against which rows, and tick the others; rows that had the label ``but`` when they were found stay unticked."""
        lines = self._lines
        lines.doubts = dict(doubts)
        lines.ticked = {row for row, line in enumerate(lines.lines) if row not in lines.doubts and line.label != but}
        self._redraw()
        self.ticksChanged.emit()

    @property
    def has_doubts(self) -> bool:
        """Whether anything speaks against any row."""
        return bool(self._lines.doubts)

    def _note(self, row: int) -> str:
        doubt = self._lines.doubts.get(row)
        return doubt_words(doubt, self._lines.lines[row].hit) if doubt is not None else ""

    def mark(self, reasons: Mapping[int, str]) -> None:
        """Keep ticked only the rows that an action left alone, and say the reason of each."""
        self._lines.reasons = dict(reasons)
        self._lines.ticked = set(reasons)
        self._redraw()
        self.ticksChanged.emit()

    @property
    def has_reasons(self) -> bool:
        """Whether the last action left anything alone."""
        return bool(self._lines.reasons)

    # What views ask

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and 0 <= section < len(Column):
            return (tr("Ticked"), tr("Text"), tr("Label"), tr("Why not"), tr("Document"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        row, column = index.row(), index.column()
        match role:
            case LineRole.LINE:
                return self.line(row)
            case LineRole.TICKED:
                return row in self._lines.ticked
            case LineRole.REASON:
                return self._lines.reasons.get(row, "")
            case LineRole.COLOR:
                line = self.line(row)
                return self._colors.get((bool(line.relation_id), line.label), "") if line.label else ""
            case Qt.ItemDataRole.DisplayRole:
                return self._note(row) if column == Column.NOTE else _cell(self.line(row), column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._tip(row))
        return None

    def _spoken(self, row: int, column: int) -> str:
        if column == Column.TICK:
            reason = self._lines.reasons.get(row, "")
            ticked = tr("ticked") if row in self._lines.ticked else tr("not ticked")
            return f"{ticked}; {reason}" if reason else ticked
        return self._note(row) if column == Column.NOTE else _cell(self.line(row), column)

    def _tip(self, row: int) -> str:
        line = self.line(row)
        name = f"{line.label}: " if line.label else ""
        parts = [f"{name}{_shown(line.hit)}", tr("{} at {}").format(line.document, f"{line.start}–{line.end}")]
        if line.annotator:
            parts.append(tr("Annotator: {}").format(line.annotator))
        if reason := self._lines.reasons.get(row):
            parts.append(tr("Left alone: {}").format(reason))
        if note := self._note(row):
            parts.append(tr("Not ticked: {}").format(note))
        return "\n".join(parts)

    def _redraw(self) -> None:
        if len(self._lines):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, len(Column) - 1))


def _cell(line: Line, column: int) -> str:
    if column == Column.LINE:
        return _shown(f"{line.left}{line.hit}{line.right}")
    return line.label if column == Column.LABEL else line.document if column == Column.DOCUMENT else ""


def _shown(text: str) -> str:
    return display_text(text)
