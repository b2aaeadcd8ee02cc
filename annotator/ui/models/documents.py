"""The project's documents as a list that reads only what is looked at, so that a million of them cost one array of ids."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from annotator.domain.annotations import Kind, SetInfo
from annotator.domain.changes import BulkInsert, ChangeSet, What
from annotator.domain.documents import Status
from annotator.session.session import Session
from annotator.store import queries
from annotator.store.queries import DocumentCard
from annotator.ui.i18n import tr

Index = QModelIndex | QPersistentModelIndex

_PAGE = 200
_MOST_PAGES = 24


class DocumentRole(IntEnum):
    """Roles beyond Qt's own."""

    ID = Qt.ItemDataRole.UserRole
    STATUS = Qt.ItemDataRole.UserRole + 1
    """The status as plain text (Qt hands a ``StrEnum`` through as one): make a ``Status`` of it."""
    FLAGGED = Qt.ItemDataRole.UserRole + 2


def status_name(status: Status) -> str:
    """Return a status in the window's language."""
    names = {
        Status.NEW: tr("New"),
        Status.IN_PROGRESS: tr("In progress"),
        Status.DONE: tr("Done"),
        Status.SKIPPED: tr("Skipped"),
    }
    return names[status]


class DocumentListModel(QAbstractListModel):
    """The documents with one of the chosen statuses for the session's person, in the project's order.

    A document whose status changes stays in its row, even where the filter would no longer take it: a list that moves under the
    hands is worse than one that is a step behind.  The next ``set_statuses`` or ``reload`` brings it up to date.
    """

    countsChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._statuses: tuple[Status, ...] = ()
        self._ids: array[int] = array("q")
        self._pages: OrderedDict[int, dict[int, DocumentCard]] = OrderedDict()
        self._counts: dict[Status, int] = dict.fromkeys(Status, 0)

    def set_session(self, session: Session | None) -> None:
        """Show all documents of another session, or none."""
        self._session, self._statuses = session, ()
        self.reload()

    def set_statuses(self, statuses: tuple[Status, ...]) -> None:
        """Show only the documents with one of these statuses; none given shows all."""
        self._statuses = statuses
        self._reload_rows()

    def reload(self) -> None:
        """Read ids and counts again."""
        self._counts = dict.fromkeys(Status, 0)
        try:
            if self._session is not None:
                self._counts = queries.status_counts(self._session.project.connection, self._session.annotator)
        finally:
            self._reload_rows()
            self.countsChanged.emit()

    def counts(self) -> dict[Status, int]:
        """Return how many documents of the whole project have each status for this person."""
        return dict(self._counts)

    def row_of(self, document_id: int) -> int:
        """Return the row of a document, -1 if the filter hides it."""
        row = bisect_left(self._ids, document_id)
        return row if row < len(self._ids) and self._ids[row] == document_id else -1

    def document_at(self, row: int) -> int:
        """Return the id of the document in a row; raises ``IndexError`` outside the list."""
        if row < 0:
            raise IndexError(row)
        return self._ids[row]

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed: an import reloads the list, a status or flag only its row."""
        if any(isinstance(entry, BulkInsert) for entry in changes.bulk):
            self.reload()
            return
        counted = False
        for change in changes.changes:
            info = change.after or change.before
            if change.what is What.SET and isinstance(info, SetInfo) and self._mine(info):
                before, after = _status(change.before), _status(change.after)
                self._counts[before] -= 1
                self._counts[after] += 1
                counted = counted or before is not after
                self._row_changed(self.row_of(info.document_id))
        if counted:
            self.countsChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        if role == DocumentRole.ID:
            return self._ids[index.row()]
        if role not in _CARD_ROLES:
            return None
        card = self._card(index.row())
        if card is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return card.name
            case DocumentRole.STATUS:
                return card.status
            case DocumentRole.FLAGGED:
                return card.flagged
        return ", ".join((card.name, status_name(card.status), *((tr("flagged"),) if card.flagged else ())))

    def _mine(self, info: SetInfo) -> bool:
        return self._session is not None and info.kind is Kind.PERSON and info.annotator == self._session.annotator

    def _card(self, row: int) -> DocumentCard | None:
        number = row // _PAGE
        page = self._pages.get(number)
        if page is None:
            page = self._read_page(number)
        self._pages.move_to_end(number)
        return page.get(self._ids[row])

    def _read_page(self, number: int) -> dict[int, DocumentCard]:
        session = self._session
        ids = self._ids[number * _PAGE : (number + 1) * _PAGE]
        page = {} if session is None else queries.document_cards(session.project.connection, ids, session.annotator)
        self._pages[number] = page
        if len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)
        return page

    def _reload_rows(self) -> None:
        session, ids = self._session, array("q")
        try:
            if session is not None:
                ids = queries.document_ids(session.project.connection, session.annotator, self._statuses)
        finally:  # a file that cannot be read leaves an empty list, not one that is half reset
            self.beginResetModel()
            self._pages.clear()
            self._ids = ids
            self.endResetModel()

    def _row_changed(self, row: int) -> None:
        if row >= 0:
            self._pages.pop(row // _PAGE, None)
            self.dataChanged.emit(self.index(row), self.index(row))


_CARD_ROLES = frozenset(
    (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, DocumentRole.STATUS, DocumentRole.FLAGGED)
)


def _status(value: object) -> Status:
    """Return the status a set says; a document without a set is new."""
    return value.status if isinstance(value, SetInfo) else Status.NEW
