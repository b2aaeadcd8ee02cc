"""The project's documents as a list that reads only what is looked at, so that a million of them cost no more than their ids."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from annotator.domain.annotations import Kind, SetInfo
from annotator.domain.changes import BulkCopy, BulkInsert, BulkSets, ChangeSet, What
from annotator.domain.documents import Status
from annotator.errors import AnnotatorError
from annotator.session.session import Session
from annotator.store import listing, queries
from annotator.store.listing import Listing
from annotator.store.queries import DocumentCard
from annotator.ui.feeds import Feed
from annotator.ui.i18n import by_count, number, plain_tip, share, tr
from annotator.ui.models.documents_choice import Checked, Choice, id_pages, remember, with_status

if TYPE_CHECKING:
    from annotator.ui.jobs import WindowJobs

Index = QModelIndex | QPersistentModelIndex

_PAGE = 200
_MOST_PAGES = 24

_MOST_SETS = 50
"""Of so many sets in one change, the document of each is looked up; of more, all figures are read again when they are looked at."""


class DocumentRole(IntEnum):
    """Roles beyond Qt's own."""

    ID = Qt.ItemDataRole.UserRole
    STATUS = Qt.ItemDataRole.UserRole + 1
    """The status as plain text (Qt hands a ``StrEnum`` through as one): make a ``Status`` of it."""
    FLAGGED = Qt.ItemDataRole.UserRole + 2
    CARD = Qt.ItemDataRole.UserRole + 3
    """The ``DocumentCard``."""


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
    """The documents that a choice takes for the session's person, in its order.

    All documents in the project's order are there at once.  Any other list is read by a job: what was shown stays until its first page
    is there, and the rest follows at the end.  A document that changes stays in its row, even where the filter would no longer take it
    or the order put it elsewhere: a list that moves under the hands is worse than one that is a step behind.  The next choice or
    ``reload`` brings it up to date.
    """

    countsChanged = Signal()
    shownChanged = Signal()
    """Other or more documents are shown, or the last of them is there."""
    failed = Signal(str)
    """Why the list could not be read."""

    def __init__(self, parent: QObject | None = None, *, jobs: WindowJobs | None = None) -> None:
        super().__init__(parent)
        self._unreadable: Exception | None = None
        self._session: Session | None = None
        self._choice = Choice()
        self._listing = Listing()
        self._feed = Feed(jobs)
        self._fresh = False
        self._checked = Checked({})
        self._pages: OrderedDict[int, dict[int, DocumentCard]] = OrderedDict()
        self._counts: dict[Status, int] = dict.fromkeys(Status, 0)
        self._remembering = QTimer(self)
        self._remembering.setInterval(0)
        self._remembering.timeout.connect(self._on_time_to_remember)

    @property
    def choice(self) -> Choice:
        """What is or will be shown."""
        return self._choice

    @property
    def complete(self) -> bool:
        """Whether all documents that the choice takes are there."""
        return not self._feed.running

    def set_session(self, session: Session | None, choice: Choice | None = None) -> None:
        """Show the documents of another session, or none; all of them where nothing is chosen."""
        self._feed.stop(wait=True)
        self._remembering.stop()
        self._session, self._choice = session, choice or Choice()
        self._unreadable = None
        self._take_listing(Listing())
        self.reload()

    def choose(self, choice: Choice) -> None:
        """Show other documents, or in another order."""
        self._choice = choice
        self._reload_rows()

    def set_statuses(self, statuses: tuple[Status, ...]) -> None:
        """Show only the documents with one of these statuses; none given shows those of any."""
        self.choose(with_status(self._choice, statuses))

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
        """Return the row of a document, -1 if it is not shown (yet)."""
        return self._listing.row_of(document_id)

    def document_at(self, row: int) -> int:
        """Return the id of the document in a row; raises ``IndexError`` outside the list."""
        return self._listing.id_at(row)

    def narrowed(self) -> array[int] | None:
        """Return the ids of the documents that are shown; None where these are all, or not all of them are found yet."""
        return self._listing.ids(0, len(self._listing)) if self._choice.narrow and self.complete else None

    # Following changes

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed: an import reloads the list, anything else touches the rows of its documents."""
        if any(isinstance(entry, BulkInsert) for entry in changes.bulk):
            self.reload()
            return
        counted, touched = False, set[int]()
        for change in changes.changes:
            info = change.after or change.before if change.what is What.SET else None
            if isinstance(info, SetInfo):
                touched.add(info.document_id)
                if self._mine(info):
                    before, after = _status(change.before), _status(change.after)
                    self._counts[before] -= 1
                    self._counts[after] += 1
                    counted = counted or before is not after
        touched.update(entry.document_id for entry in changes.bulk if isinstance(entry, BulkCopy))
        touched.update(key for entry in changes.bulk if isinstance(entry, BulkSets) for key in entry.documents)
        sets = {change.set_id for change in changes.changes if change.what in (What.SPAN, What.RELATION)}
        documents = self._documents_of(sets)
        if documents is None:
            self._pages.clear()
            if self.rowCount():
                self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))
        else:
            self._touch(touched | documents)
        if counted:
            self.countsChanged.emit()

    def _documents_of(self, sets: set[int]) -> set[int] | None:
        """Return the documents of some sets; None where they are too many to look up."""
        session = self._session
        opened = session.document if session is not None else None
        if session is None:
            return set()
        if opened is not None and sets <= {opened.set_id}:
            return {opened.document.id} if sets else set()
        if len(sets) > _MOST_SETS:
            return None
        infos = (queries.set_info(session.project.connection, set_id) for set_id in sets)
        return {info.document_id for info in infos if info is not None}

    def _touch(self, documents: Iterable[int]) -> None:
        for document_id in documents:
            row = self.row_of(document_id)
            if row >= 0:
                self._pages.get(row // _PAGE, {}).pop(document_id, None)
                self.dataChanged.emit(self.index(row), self.index(row))

    def _mine(self, info: SetInfo) -> bool:
        return self._session is not None and info.kind is Kind.PERSON and info.annotator == self._session.annotator

    # What views ask

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._listing)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._listing):
            return None
        if role == DocumentRole.ID:
            return self._listing.id_at(index.row())
        if role not in _CARD_ROLES:
            return None
        card = self._card(index.row())
        if card is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return card.name
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(f"{card.name}\n{'; '.join(_facts(card))}")
            case DocumentRole.STATUS:
                return card.status
            case DocumentRole.FLAGGED:
                return card.flagged
            case DocumentRole.CARD:
                return card
        return ", ".join((card.name, *_facts(card)))

    def _card(self, row: int) -> DocumentCard | None:
        page = self._pages.get(row // _PAGE)
        if page is None:
            page = self._read_page(row // _PAGE)
        self._pages.move_to_end(row // _PAGE)
        document_id = self._listing.id_at(row)
        if document_id not in page:  # touched, or not there when its page was read
            page.update(self._cards(array("q", (document_id,))))
        return page.get(document_id)

    def _read_page(self, page_number: int) -> dict[int, DocumentCard]:
        page = self._cards(self._listing.ids(page_number * _PAGE, (page_number + 1) * _PAGE))
        self._pages[page_number] = page
        if len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)
        return page

    def _cards(self, ids: array[int]) -> dict[int, DocumentCard]:
        """Read cards.  This runs while a view paints, where nothing may be raised: a damaged file is said afterwards, once."""
        session = self._session
        if session is None or self._unreadable is not None:
            return {}
        try:
            return queries.document_cards(session.project.connection, ids, session.annotator)
        except Exception as error:
            if session.project.explained(error) is None:
                raise
            self._unreadable = error
            QTimer.singleShot(0, self, self._say_unreadable)
            return {}

    def _say_unreadable(self) -> None:
        if self._unreadable is not None:
            self._on_failed(self._unreadable)

    # Reading the list

    def _reload_rows(self) -> None:
        session, choice = self._session, self._choice
        self._feed.stop()
        self._remembering.stop()
        if session is None or choice.plain:
            found = Listing()
            try:
                if session is not None:
                    found = listing.everything(session.project.connection)
            finally:  # a file that cannot be read leaves an empty list, not one that is half reset
                self._take_listing(found)
            return
        self._fresh = True
        person, checked = session.annotator, Checked({})
        self._checked = checked
        self._feed.start(
            session.project,
            tr("Reading the list of documents"),
            lambda connection, progress: id_pages(connection, choice, person, progress, checked),
            take=self._on_page,
            done=self._on_complete,
            failed=self._on_failed,
        )

    def _take_listing(self, found: Listing) -> None:
        self.beginResetModel()
        self._pages.clear()
        self._listing = found
        self.endResetModel()
        self.shownChanged.emit()

    def _on_page(self, ids: array[int]) -> None:
        if self._fresh and ids:
            self._fresh = False
            found = listing.empty(self._choice.order, descending=self._choice.descending)
            found.extend(ids)
            self._take_listing(found)
        elif ids:
            count = len(self._listing)
            self._pages.pop(count // _PAGE, None)  # it may have been read while it was short
            self.beginInsertRows(QModelIndex(), count, count + len(ids) - 1)
            self._listing.extend(ids)
            self.endInsertRows()
            self.shownChanged.emit()

    def _on_complete(self) -> None:
        if self._fresh:
            self._fresh = False
            self._take_listing(Listing())
        else:
            self.shownChanged.emit()
        if self._checked.found:
            self._remembering.start()

    def _on_failed(self, error: BaseException) -> None:
        self._fresh = False
        self._take_listing(Listing())
        project = self._session.project if self._session is not None else None
        known = error if project is None else project.explained(error) or error
        if not isinstance(known, AnnotatorError):
            raise error
        self.failed.emit(str(known))

    def _on_time_to_remember(self) -> None:
        if self._session is None or not remember(self._session.project, self._checked):
            self._remembering.stop()


_CARD_ROLES = frozenset(
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.ToolTipRole,
        DocumentRole.STATUS,
        DocumentRole.FLAGGED,
        DocumentRole.CARD,
    )
)


def _facts(card: DocumentCard) -> list[str]:
    facts = [status_name(card.status)]
    if card.flagged:
        facts.append(tr("flagged"))
    facts.append(by_count(card.length, tr("{} character"), tr("{} characters")))
    facts.append(by_count(card.spans, tr("{} span"), tr("{} spans")))
    if card.unreviewed:
        facts.append(tr("{} to review").format(number(card.unreviewed)))
    if card.disagreement:
        facts.append(tr("suggesters disagree on {}").format(share(card.disagreement)))
    if card.doubt:
        facts.append(tr("{} doubt about the least sure suggestion").format(share(card.doubt)))
    if card.novelty:
        facts.append(tr("{} of the words are new").format(share(card.novelty)))
    return facts


def _status(value: object) -> Status:
    """Return the status a set says; a document without a set is new."""
    return value.status if isinstance(value, SetInfo) else Status.NEW
