"""The steps of the history as rows that are read in pages, and the changes of one step as lines."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QDateTime, QLocale, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from annotator.domain.changes import ChangeSet, Lane, What
from annotator.domain.labels import LabelScheme
from annotator.session.session import Session
from annotator.store import history
from annotator.store.history import Entry
from annotator.store.journal import CUT, Step
from annotator.ui.i18n import by_count, plain_tip, step_words, tr
from annotator.ui.models.history_words import Line, Sign

Index = QModelIndex | QPersistentModelIndex


class Scope(StrEnum):
    """Whose history is shown."""

    PROJECT = "project"
    DOCUMENT = "document"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Subject:
    """What the history is asked of: the project, the document, or the span or relation ``key`` of the set ``set_id``."""

    scope: Scope = Scope.PROJECT
    document_id: int = 0
    set_id: int = 0
    what: What = What.SPAN
    key: str = ""


class HistoryRole(IntEnum):
    """Roles beyond Qt's own."""

    ENTRY = Qt.ItemDataRole.UserRole
    """The ``Entry`` of a row."""
    LINE = Qt.ItemDataRole.UserRole + 1
    """The ``Line`` of a row."""
    COLOR = Qt.ItemDataRole.UserRole + 2
    """The base colour of a line's label as ``#rrggbb``, or empty."""


class StepsModel(QAbstractListModel):
    """Steps, the newest first; older ones are read when somebody scrolls to them.

    Pages are read while a view is shown or scrolled, where nothing may be raised: of a damaged file the list ends where it cannot be
    read any more, and ``failed`` says so afterwards.
    """

    failed = Signal(object)
    """The error that ended the list."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._unreadable: Exception | None = None
        self._session: Session | None = None
        self._subject = Subject()
        self._entries: list[Entry] = []
        self._redoable: set[int] = set()
        self._exhausted = True

    @property
    def subject(self) -> Subject:
        """What the rows are the history of."""
        return self._subject

    def show(self, session: Session | None, subject: Subject) -> None:
        """Show the history of something else, or of the same anew; None for none."""
        self.beginResetModel()
        try:
            self._session, self._subject = session, subject
            self._entries, self._redoable, self._exhausted = [], set(), True
            if session is not None:
                self._take(self._page(0))
        finally:
            self.endResetModel()

    def reload(self) -> None:
        """Read everything anew."""
        self.show(self._session, self._subject)

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed: a new row, or one that was taken back or brought again."""
        session = self._session
        if session is None:
            return
        if changes.lane is Lane.EDIT and not changes.undoes:
            self._cut(changes.actor)
        step_id = changes.undoes or changes.step_id
        row = self.row_of(step_id)
        if row < 0 and (changes.undoes or not self._belongs(changes)):
            return
        with session.project.reading():
            found = history.entries(session.project.connection, [step_id])
        if not found:
            return
        if row >= 0:
            self._put(row, found[0])
            return
        row = self._place_of(step_id)
        if row == len(self._entries) and not self._exhausted:
            return  # older than what was read: it comes with its page
        self.beginInsertRows(QModelIndex(), row, row)
        self._entries.insert(row, found[0])
        self.endInsertRows()

    def read_again(self, row: int) -> None:
        """Read one step anew: that a job's step was finished is not announced."""
        session, entry = self._session, self.entry_at(row)
        if session is not None and entry is not None:
            with session.project.reading():
                found = history.entries(session.project.connection, [entry.step.id])
            if found:
                self._put(row, found[0])

    def row_of(self, step_id: int) -> int:
        """Return the row of a step; -1 if it is not there, or not read yet."""
        row = self._place_of(step_id)
        return row if row < len(self._entries) and self._entries[row].step.id == step_id else -1

    def entry_at(self, row: int) -> Entry | None:
        """Return the step of a row, or None."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._entries)

    def canFetchMore(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        return not parent.isValid() and not self._exhausted

    def fetchMore(self, parent: Index = QModelIndex()) -> None:  # noqa: B008
        if not self.canFetchMore(parent) or not self._entries:
            return
        page = self._page(self._entries[-1].step.id)
        if page:
            self.beginInsertRows(QModelIndex(), len(self._entries), len(self._entries) + len(page) - 1)
            self._take(page)
            self.endInsertRows()
        else:
            self._exhausted = True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry_at(index.row()) if index.isValid() else None
        if entry is None:
            return None
        match role:
            case HistoryRole.ENTRY:
                return entry
            case Qt.ItemDataRole.DisplayRole:
                return step_title(entry.step)
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(part for part in (step_title(entry.step), *_facts(entry), long_time(entry.step.at)) if part)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip("\n".join((step_title(entry.step), " · ".join(_facts(entry)), long_time(entry.step.at))))
        return None

    def _page(self, before: int) -> list[Entry]:
        session, subject = self._session, self._subject
        if session is None:
            return []
        connection = session.project.connection
        try:
            match subject.scope:
                case Scope.PROJECT:
                    return history.project_entries(connection, before)
                case Scope.DOCUMENT:
                    return history.document_entries(connection, subject.document_id, before)
                case Scope.ITEM:
                    return history.item_entries(connection, subject.set_id, subject.what, subject.key) if not before else []
        except Exception as error:
            if session.project.explained(error) is None:
                raise
            self._unreadable = error
            QTimer.singleShot(0, self, self._say_unreadable)
            return []

    def _say_unreadable(self) -> None:
        error, self._unreadable = self._unreadable, None
        if error is not None:
            self.failed.emit(error)

    def _take(self, page: list[Entry]) -> None:
        self._entries += page
        self._redoable.update(entry.step.id for entry in page if entry.redoable)
        self._exhausted = len(page) < history.PAGE

    def _put(self, row: int, entry: Entry) -> None:
        self._entries[row] = entry
        (self._redoable.add if entry.redoable else self._redoable.discard)(entry.step.id)
        self.dataChanged.emit(self.index(row), self.index(row))

    def _cut(self, actor: str) -> None:
        """Remember that redo does not bring this person's undone steps again any more: an edit came after them."""
        for step_id in list(self._redoable):
            row = self.row_of(step_id)
            entry = self._entries[row]
            if entry.step.actor == actor:
                self._put(row, replace(entry, step=replace(entry.step, state=CUT)))

    def _belongs(self, changes: ChangeSet) -> bool:
        session, subject = self._session, self._subject
        if subject.scope is Scope.ITEM:
            wanted = (subject.what, subject.set_id, subject.key)
            return any((change.what, change.set_id, change.key) == wanted for change in changes.changes)
        if subject.scope is Scope.PROJECT or session is None:
            return True
        with session.project.reading():
            return history.touches(session.project.connection, changes.step_id, subject.document_id)

    def _place_of(self, step_id: int) -> int:
        return bisect_left(self._entries, -step_id, key=lambda entry: -entry.step.id)


class LinesModel(QAbstractListModel):
    """The changes of one step in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: Sequence[Line] = ()
        self._scheme = LabelScheme()

    def show(self, lines: Sequence[Line], scheme: LabelScheme) -> None:
        """Show other lines; the scheme has the colours of their labels."""
        self.beginResetModel()
        self._lines, self._scheme = lines, scheme
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        match role:
            case HistoryRole.LINE:
                return line
            case HistoryRole.COLOR:
                label = self._scheme.span(line.label) or self._scheme.relation(line.label)
                return label.color if label else ""
            case Qt.ItemDataRole.DisplayRole:
                return line.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return _SPOKEN[line.sign].format(line.text)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(line.text)
        return None


_SPOKEN = {Sign.ADDED: "+ {}", Sign.REMOVED: "- {}", Sign.CHANGED: "{}", Sign.NOTE: "{}"}


def step_title(step: Step) -> str:
    """Return what a step is called, in the window's language."""
    try:
        return step_words(step.text, step.detail)
    except (IndexError, KeyError, ValueError):  # another program wrote it: shown as it stands
        return f"{step.text} {step.detail}".strip()


def place_words(entry: Entry) -> str:
    """Return the document a step is about, and whether there are more."""
    return tr("{} and others").format(entry.document) if entry.several else entry.document


def _facts(entry: Entry) -> list[str]:
    facts = [place_words(entry), entry.step.actor, by_count(entry.changes, tr("{} change"), tr("{} changes"))]
    facts += [] if entry.done else [tr("undone")]
    return [fact for fact in facts if fact]


def short_time(at: str) -> str:
    """Return a step's time for a narrow column: the hour today, the day and hour this year, else the date."""
    when, now = _local(at), QDateTime.currentDateTime()
    if not when.isValid():
        return at
    if when.date() == now.date():
        return QLocale().toString(when, "HH:mm")
    return QLocale().toString(when, "d MMM HH:mm" if when.date().year() == now.date().year() else "d MMM yyyy")


def long_time(at: str) -> str:
    """Return a step's time in full, as this place's clocks have it."""
    when = _local(at)
    return QLocale().toString(when, "ddd d MMM yyyy HH:mm:ss") if when.isValid() else at


def _local(at: str) -> QDateTime:
    return QDateTime.fromString(at, Qt.DateFormat.ISODateWithMs).toLocalTime()
