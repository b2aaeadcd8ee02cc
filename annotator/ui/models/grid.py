"""The relation grid as a table: heads in rows, tails in columns, in step with every edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import BulkCopy, ChangeSet, What
from annotator.session.document import DocumentState
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.models.grid_cells import Cell, Cells, Excerpt, Place, brought_up_to_date

Index = QModelIndex | QPersistentModelIndex

_LONGEST = 40
_ACROSS, _DOWN = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


class GridRole(IntEnum):
    """Roles beyond Qt's own."""

    CHIPS = Qt.ItemDataRole.UserRole
    """What a cell shows: a tuple of ``Chip``; None for a cell that cannot be entered."""
    COLOR = Qt.ItemDataRole.UserRole + 1
    """Of a header: the base colour of the span's label as ``#rrggbb``, or empty."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A relation as a cell shows it.  ``wrong``: the scheme no longer allows it between these spans."""

    relation: str
    name: str
    code: str
    color: str
    reviewed: bool
    wrong: bool


class GridModel(QAbstractTableModel):
    """The pairs of an excerpt's spans.  It keeps ids and asks the document for what is seen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state: DocumentState | None = None
        self.excerpt: Excerpt | None = None
        self.cells: Cells | None = None

    def set_excerpt(self, state: DocumentState | None, excerpt: Excerpt | None) -> None:
        """Show another piece of a document, or nothing."""
        self.beginResetModel()
        self._state, self.excerpt = state, excerpt
        self.cells = Cells(state, excerpt.ids) if state is not None and excerpt is not None else None
        self.endResetModel()

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed; the document must have applied it."""
        state, excerpt, cells = self._state, self.excerpt, self.cells
        if state is None or excerpt is None or cells is None:
            return
        if any(isinstance(entry, BulkCopy) and entry.set_id == state.set_id for entry in changes.bulk):
            self.set_excerpt(state, brought_up_to_date(state, excerpt))
            return
        if any(change.what is What.SCHEME for change in changes.changes):
            cells.forget_scheme()
            self._announce_spans(range(len(cells)))
        spans, pairs = _touched(state, changes)
        cells.forget({*spans, *(end for pair in pairs for end in pair)})
        if spans:
            cells = self._bring(brought_up_to_date(state, excerpt))
        self._announce_spans(number for number, span_id in enumerate(cells.heads) if span_id in spans)
        for head, tail in pairs:
            for place in {cells.place_of(head, tail), cells.place_of(tail, head)} - {None}:
                index = self.index(*place) if place is not None else QModelIndex()
                self.dataChanged.emit(index, index)

    def cell(self, index: Index) -> Cell | None:
        """Return the pair at an index, or None."""
        return self.cells.at(index.row(), index.column()) if self.cells is not None and index.isValid() else None

    def place_of(self, relation: Relation) -> Place | None:
        """Return the place of a relation, or None where an end of it is not in the grid."""
        return self.cells.place_of(relation.head, relation.tail) if self.cells is not None else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() or self.cells is None else len(self.cells.heads)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() or self.cells is None else len(self.cells.tails)

    def flags(self, index: Index) -> Qt.ItemFlag:
        cell = self.cell(index)
        if cell is None or not cell.open:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cell(index)
        if cell is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return ", ".join(relation.label for relation in cell.relations)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.spoken(cell)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self.spoken(cell))
            case GridRole.CHIPS:
                return tuple(self._chip(relation, cell) for relation in cell.relations) if cell.open else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        span = self._span(section, orientation)
        if span is None or self._state is None:
            return None
        surface = self.surface(span)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return surface
            case Qt.ItemDataRole.AccessibleTextRole:
                return (tr("from {}, {}") if orientation == _DOWN else tr("to {}, {}")).format(surface, span.label)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(f"{surface}\n{span.label}")
            case GridRole.COLOR:
                label = self._state.scheme.span(span.label)
                return label.color if label is not None else ""
        return None

    def _span(self, section: int, orientation: Qt.Orientation) -> Span | None:
        if self.cells is None or self._state is None:
            return None
        ids = self.cells.tails if orientation == _ACROSS else self.cells.heads
        return self._state.span(ids[section]) if 0 <= section < len(ids) else None

    def surface(self, span: Span) -> str:
        """Return a span's text on one line, shortened."""
        text = self._state.text if self._state is not None else ""
        pieces = (text[start : min(end, start + 2 * _LONGEST)] for start, end in span.fragments)
        flat = " ".join(" ".join(pieces).split())
        return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"

    def ends(self, cell: Cell) -> tuple[str, str]:
        """Return the texts of a pair."""
        found = [self._state.span(key) if self._state is not None else None for key in (cell.head, cell.tail)]
        first, second = (self.surface(span) if span is not None else tr("(missing)") for span in found)
        return first, second

    def spoken(self, cell: Cell) -> str:
        """Return a pair in words: its ends, what links them, else what may."""
        ends = tr("{} to {}").format(*self.ends(cell))
        if not cell.open:
            return tr("{}: no relation label links these").format(ends)
        if not cell.relations:
            return tr("{}: empty; possible: {}").format(ends, ", ".join(label.name for label in cell.legal))
        suggestion = tr("{}, suggestion")
        labels = (relation.label if relation.reviewed else suggestion.format(relation.label) for relation in cell.relations)
        return f"{ends}: {'; '.join(labels)}"

    def _chip(self, relation: Relation, cell: Cell) -> Chip:
        label = self._state.scheme.relation(relation.label) if self._state is not None else None
        wrong = all(legal.name != relation.label for legal in cell.legal)
        code, base = (label.code, label.color) if label is not None else ("", "")
        return Chip(relation.id, relation.label, code or relation.label[:4], base, relation.reviewed, wrong)

    def _bring(self, excerpt: Excerpt) -> Cells:
        """Take over which spans there are: by single rows and columns, or anew where their order has changed."""
        cells, self.excerpt = self.cells, excerpt
        assert cells is not None
        wanted = list(excerpt.ids)
        staying = [span_id for span_id in cells.heads if span_id in wanted]
        if staying != [span_id for span_id in wanted if span_id in cells.heads]:
            self.set_excerpt(self._state, excerpt)
            assert self.cells is not None
            return self.cells
        for ids, across in ((cells.heads, False), (cells.tails, True)):
            self._take_over(ids, wanted, across=across)
        return cells

    def _take_over(self, ids: list[str], wanted: list[str], *, across: bool) -> None:
        for number in reversed(range(len(ids))):
            if ids[number] not in wanted:
                (self.beginRemoveColumns if across else self.beginRemoveRows)(QModelIndex(), number, number)
                del ids[number]
                (self.endRemoveColumns if across else self.endRemoveRows)()
        for number, span_id in enumerate(wanted):
            if number >= len(ids) or ids[number] != span_id:
                (self.beginInsertColumns if across else self.beginInsertRows)(QModelIndex(), number, number)
                ids.insert(number, span_id)
                (self.endInsertColumns if across else self.endInsertRows)()

    def _announce_spans(self, numbers: Iterable[int]) -> None:
        """Say that headers, rows and columns look otherwise: a label decides what is allowed in all of them."""
        last = self.rowCount() - 1
        for number in numbers:
            self.headerDataChanged.emit(_DOWN, number, number)
            self.headerDataChanged.emit(_ACROSS, number, number)
            self.dataChanged.emit(self.index(number, 0), self.index(number, last))
            self.dataChanged.emit(self.index(0, number), self.index(last, number))


def _touched(state: DocumentState, changes: ChangeSet) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the ids of the spans, and the ends of the relations, that a change set is about."""
    spans: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for change in changes.of_set(state.set_id):
        if change.what is What.SPAN:
            spans.add(change.key)
        for value in (change.before, change.after):
            if isinstance(value, Relation):
                pairs.add((value.head, value.tail))
    return spans, pairs
