"""The open document's spans and relations as rows: what a screen reader reads of the article, and a list to jump from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from annotator.domain.annotations import Item, Relation, Span, text_order
from annotator.domain.changes import BulkCopy, ChangeSet, What
from annotator.session.document import DocumentState
from annotator.ui.i18n import by_count, tr

Index = QModelIndex | QPersistentModelIndex

_MANY = 200
"""More changed items than this are shown by a reset of the whole model, which is then quicker."""

_LONGEST = 120


class OutlineRole(IntEnum):
    """Roles beyond Qt's own."""

    ITEM = Qt.ItemDataRole.UserRole
    """The ``Span`` or ``Relation``; None for a heading."""
    COLOR = Qt.ItemDataRole.UserRole + 1
    """The base colour of the item's label as ``#rrggbb``, or empty."""
    LINK = Qt.ItemDataRole.UserRole + 2
    """What a span is linked to: the entry's name, or the id where that is not known; empty for no link."""


@dataclass(slots=True)
class _Section:
    """Items of one kind in the order they are shown: sort keys, ids beside them, and each id's key.

    ``counted`` is the number the heading shows: it may only change after the rows did, as a row of its own.
    """

    kind: type
    keys: list[tuple[Any, ...]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    key_of: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    counted: int = 0

    def fill(self, keyed: list[tuple[tuple[Any, ...], str]]) -> None:
        keyed.sort()
        self.keys = [key for key, _ in keyed]
        self.ids = [item_id for _, item_id in keyed]
        self.key_of = {item_id: key for key, item_id in keyed}
        self.counted = len(keyed)


class OutlineModel(QAbstractListModel):
    """A heading and the spans in text order, a heading and the relations by the place of their head.

    It keeps ids and asks the document for the items, so the rows are always what the document is.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state: DocumentState | None = None
        self._spans, self._relations = _Section(Span), _Section(Relation)
        self._link_name: Callable[[str], str] = str

    def set_link_name(self, name: Callable[[str], str]) -> None:
        """Ask ``name(kb_id)`` what a linked span means, from now on."""
        self._link_name = name
        self._changed(0, self.rowCount() - 1)

    def set_document(self, state: DocumentState | None) -> None:
        """Show the items of another document, or none."""
        self.beginResetModel()
        self._state = state
        self._spans.fill([(text_order(span), span.id) for span in state.spans()] if state else [])
        keyed = [(_relation_key(state, relation), relation.id) for relation in state.relations()] if state else []
        self._relations.fill(keyed)
        self.endResetModel()

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed; the document must have applied it."""
        state = self._state
        if state is None:
            return
        if any(isinstance(entry, BulkCopy) and entry.set_id == state.set_id for entry in changes.bulk):
            self.set_document(state)
            return
        if any(change.what is What.SCHEME for change in changes.changes):
            self._changed(0, self.rowCount() - 1)
        spans = {change.key for change in changes.of_set(state.set_id) if change.what is What.SPAN}
        relations = {change.key for change in changes.of_set(state.set_id) if change.what is What.RELATION}
        relations |= {relation.id for key in spans for relation in state.relations_of(key)}
        if len(spans) + len(relations) > _MANY:
            self.set_document(state)
            return
        for key in spans:
            span = state.span(key)
            self._update(self._spans, key, text_order(span) if span else None)
        for key in relations:
            relation = state.relation(key)
            self._update(self._relations, key, _relation_key(state, relation) if relation else None)

    def row_of(self, item_id: str, *, relation: bool = False) -> int:
        """Return the row of a span or relation, -1 if it is not there."""
        section = self._relations if relation else self._spans
        key = section.key_of.get(item_id)
        return -1 if key is None else self._first(section) + bisect_left(section.keys, key)

    def item_at(self, row: int) -> Item | None:
        """Return the span or relation of a row; None for a heading."""
        state = self._state
        if state is None or not 0 <= row < self.rowCount():
            return None
        if 0 < row <= len(self._spans.ids):
            return state.span(self._spans.ids[row - 1])
        number = row - self._first(self._relations)
        return state.relation(self._relations.ids[number]) if number >= 0 else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() or self._state is None else len(self._spans.ids) + len(self._relations.ids) + 2

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.item_at(index.row()) is not None:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._state is None:
            return None
        item = self.item_at(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._title(index.row()) if item is None else self._text(item)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._title(index.row()) if item is None else self._spoken(item)
            case OutlineRole.ITEM:
                return item
            case OutlineRole.COLOR:
                return self._color(item)
            case OutlineRole.LINK:
                return self._link(item)
        return None

    def _update(self, section: _Section, item_id: str, key: tuple[Any, ...] | None) -> None:
        """Bring one item's row up to date: change, insert, remove, or move it by removing and inserting."""
        old = section.key_of.get(item_id)
        first = self._first(section)
        if old is not None and old == key:
            row = first + bisect_left(section.keys, old)
            self._changed(row, row)
            return
        if old is not None:
            at = bisect_left(section.keys, old)
            self.beginRemoveRows(QModelIndex(), first + at, first + at)
            del section.keys[at], section.ids[at], section.key_of[item_id]
            self.endRemoveRows()
        if key is not None:
            at = bisect_left(section.keys, key)
            self.beginInsertRows(QModelIndex(), first + at, first + at)
            section.keys.insert(at, key)
            section.ids.insert(at, item_id)
            section.key_of[item_id] = key
            self.endInsertRows()
        section.counted = len(section.ids)
        heading = self._first(section) - 1
        self._changed(heading, heading)

    def _first(self, section: _Section) -> int:
        return 1 if section is self._spans else len(self._spans.ids) + 2

    def _changed(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first), self.index(last))

    def _title(self, row: int) -> str:
        if row == 0:
            return by_count(self._spans.counted, tr("{} span"), tr("{} spans"))
        return by_count(self._relations.counted, tr("{} relation"), tr("{} relations"))

    def _surface(self, span_id: str) -> str:
        state = self._state
        span = state.span(span_id) if state else None
        if state is None or span is None:
            return tr("(missing)")
        flat = (
            " ".join(state.text[span.start : span.end][: 2 * _LONGEST].split())
            if not span.discontinuous
            else span.surface(state.text)
        )
        return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"

    def _text(self, item: Item) -> str:
        if isinstance(item, Span):
            return self._surface(item.id)
        label = self._state.scheme.relation(item.label) if self._state else None
        arrow = "↔" if label and label.symmetric else "→"
        return f"{self._surface(item.head)} {arrow} {self._surface(item.tail)}"

    def _spoken(self, item: Item) -> str:
        if isinstance(item, Span):
            parts = [self._surface(item.id), item.label, tr("at {}").format(item.start)]
            if item.kb_id:
                parts.append(tr("linked to {}").format(self._link(item)))
        else:
            parts = [item.label, tr("from {} to {}").format(self._surface(item.head), self._surface(item.tail))]
        return ", ".join(parts if item.reviewed else [*parts, tr("suggestion")])

    def _link(self, item: Item | None) -> str:
        kb_id = item.kb_id if isinstance(item, Span) else ""
        return (self._link_name(kb_id) or kb_id) if kb_id else ""

    def _color(self, item: Item | None) -> str:
        if item is None or self._state is None:
            return ""
        scheme = self._state.scheme
        label = scheme.span(item.label) if isinstance(item, Span) else scheme.relation(item.label)
        return label.color if label else ""


def _relation_key(state: DocumentState, relation: Relation) -> tuple[Any, ...]:
    """Return what relations are sorted by: head, tail, label, id; those with a missing end come last."""
    head, tail = state.span(relation.head), state.span(relation.tail)
    if head is None or tail is None:
        return (1, (), (), relation.label, relation.id)
    return (0, head.fragments, tail.fragments, relation.label, relation.id)
