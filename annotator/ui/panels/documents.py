"""The list of documents with the person's progress."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QTableView, QVBoxLayout, QWidget

from annotator.domain.changes import ChangeSet
from annotator.domain.documents import Status
from annotator.session.session import Session
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.models.documents import DocumentListModel, DocumentRole, status_name
from annotator.ui.models.documents_choice import Choice, with_status
from annotator.ui.panels.documents_filter import DocumentFilters
from annotator.ui.panels.documents_paint import DocumentDelegate, status_icon
from annotator.ui.panels.parts import LongList, plain_label, spaced

if TYPE_CHECKING:
    from annotator.ui.jobs import WindowJobs

_FILTERS: tuple[tuple[Status, ...], ...] = ((), *((status,) for status in Status))


class DocumentsPanel(QWidget):
    """Documents to choose from, filters, an order, and how many are done.

    It asks for a document that is clicked or entered, the current one too.  ``set_current`` announces nothing.  What was chosen of a
    project comes back with it while the panel lives.
    """

    documentRequested = Signal(object)
    """The id of a document (an int; ``Signal(int)`` would end at 2**31)."""

    def __init__(self, parent: QWidget | None = None, *, jobs: WindowJobs | None = None) -> None:
        super().__init__(parent)
        self.model = DocumentListModel(self, jobs=jobs)
        self._current: int | None = None
        self._session: Session | None = None
        self._choices: dict[Path, Choice] = {}
        self._problem = ""
        self._enter = False
        self.filters = DocumentFilters()
        self.filter = self.filters.status
        self.view = _DocumentList(tr("Documents"))
        self.view.setModel(self.model)
        self._delegate = DocumentDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self._hint = plain_label(quiet=True)
        self._hint.setMargin(12)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.show_all = QPushButton(tr("Show all documents"))
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(6)
        self._progress.setAccessibleName(tr("Documents done"))
        self._done = plain_label(quiet=True)
        self.shown = plain_label(quiet=True)
        self._lay_out()
        self.view.chosen.connect(self._on_chosen)
        self.view.typed.connect(self.filters.type)
        self.filter.activated.connect(self._on_status_chosen)
        self.filters.chosen.connect(self.choose)
        self.filters.entered.connect(self._on_entered)
        self.show_all.clicked.connect(self._on_show_all)
        self.model.countsChanged.connect(self._on_counts_changed)
        self.model.shownChanged.connect(self._on_shown_changed)
        self.model.failed.connect(self._on_failed)
        self._on_counts_changed()

    def _lay_out(self) -> None:
        foot = QVBoxLayout()
        spaced(foot, margin=2, spacing=1)
        for part in (self.shown, self._done, self._progress):
            foot.addWidget(part)
        empty = self._empty = QWidget()
        inside = QVBoxLayout(empty)
        spaced(inside, spacing=0)
        inside.addWidget(self._hint)
        inside.addWidget(self.show_all, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addStretch(1)
        layout = QVBoxLayout(self)
        spaced(layout, spacing=0)
        layout.addWidget(self.filters)
        layout.addWidget(empty, 1)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)
        self.setFocusProxy(self.view)

    def set_session(self, session: Session | None) -> None:
        """Show the documents of another session, or none; as they were shown last in this window, else all."""
        self._session = session
        self._current, self._problem, self._enter = None, "", False
        choice = self._choices.get(session.project.path, Choice()) if session is not None else Choice()
        self.filters.set_session(session)
        self._show_choice(choice)
        self.model.set_session(session, choice)

    def set_current(self, document_id: int | None) -> None:
        """Mark the open document and bring its row into view."""
        self._current = document_id
        row = -1 if document_id is None else self.model.row_of(document_id)
        index = self.model.index(row) if row >= 0 else QModelIndex()
        self.view.setCurrentIndex(index)
        if index.isValid():
            self.view.scrollTo(index, QTableView.ScrollHint.EnsureVisible)

    def set_filter(self, statuses: tuple[Status, ...]) -> None:
        """Show only documents with these statuses (one, or none for all)."""
        self.choose(with_status(self.model.choice, statuses))

    def choose(self, choice: Choice) -> None:
        """Show other documents, or in another order."""
        if self._session is None:
            return
        self._choices[self._session.project.path] = choice
        self._problem = ""
        self._show_choice(choice)
        self.model.choose(choice)
        self._on_shown_changed()

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed; a label that the list is narrowed to may have another name since."""
        wanted = self.model.choice.wanted
        label, relation = changes.label_now(wanted.label, "spans"), changes.label_now(wanted.relation, "relations")
        if (label, relation) != (wanted.label, wanted.relation):
            self.choose(replace(self.model.choice, wanted=replace(wanted, label=label, relation=relation)))
        self.model.refresh(changes)
        if self.view.currentIndex().row() < 0 and self._current is not None:
            self.set_current(self._current)

    def _show_choice(self, choice: Choice) -> None:
        self.filters.set_choice(choice)
        statuses = choice.wanted.statuses
        self.filter.setCurrentIndex(_FILTERS.index(statuses) if statuses in _FILTERS else 0)
        self._delegate.figure = choice.order
        self.view.viewport().update()

    def _on_chosen(self, index: QModelIndex) -> None:
        document_id = index.data(DocumentRole.ID)
        if document_id is not None:  # the open one too: the keys then go back to the article
            self.documentRequested.emit(document_id)

    def _on_status_chosen(self) -> None:
        self.set_filter(_FILTERS[max(self.filter.currentIndex(), 0)])

    def _on_show_all(self) -> None:
        self.choose(Choice(order=self.model.choice.order, descending=self.model.choice.descending))
        self.view.setFocus()

    def _on_entered(self) -> None:
        """Go from the name field into the list, as soon as there is one."""
        self._enter = True
        if self.model.complete:
            self._on_shown_changed()

    def _on_failed(self, problem: str) -> None:
        self._problem = problem
        self._say_what_is_shown()

    def _on_counts_changed(self) -> None:
        counts = self.model.counts()
        total, done = sum(counts.values()), counts[Status.DONE]
        chosen = max(self.filter.currentIndex(), 0)
        names = [(tr("All"), total), *((status_name(status), counts[status]) for status in Status)]
        if self.filter.count() == 0:
            self.filter.addItems([name for name, _ in names])
        for row, (name, count) in enumerate(names):
            self.filter.setItemText(row, tr("{} ({})").format(name, number(count)))
            if row:
                self.filter.setItemIcon(row, status_icon(list(Status)[row - 1], self))
        self.filter.setCurrentIndex(chosen)
        self._progress.setMaximum(max(total, 1))
        self._progress.setValue(done)
        self._done.setText(tr("{} of {} done").format(number(done), number(total)) if total else "")
        self._progress.setVisible(total > 0)
        self._say_what_is_shown()

    def _on_shown_changed(self) -> None:
        self._say_what_is_shown()
        looking = self.filters.name.hasFocus() and bool(self.filters.name.text())  # for another document than the open one
        if not self.view.currentIndex().isValid() and self._current is not None and not looking:
            self.set_current(self._current)
        if self._enter and self.model.rowCount():
            self._enter = False
            self.view.setFocus()
            if not self.view.currentIndex().isValid():
                self.view.setCurrentIndex(self.model.index(0))

    def _say_what_is_shown(self) -> None:
        count, choice = self.model.rowCount(), self.model.choice
        busy = not self.model.complete
        if self._session is None:
            hint = tr("Open a project to see its documents.")
        elif self._problem:
            hint = self._problem
        elif busy:
            hint = tr("Looking for them…")
        elif choice.by_status_alone:
            hint = tr("No document has this status. Choose another one above.")
        elif choice.narrow:
            hint = tr("No document fits all of this. Take something back above, or show all.")
        else:
            hint = tr("This project has no documents yet. Bring some in with Project → Import (Ctrl+I).")
        self._hint.setText(hint)
        self._empty.setVisible(not count)
        self._hint.setVisible(not count)
        self.show_all.setVisible(not count and not busy and choice.narrow and not choice.by_status_alone)
        self.view.setVisible(bool(count))
        text = by_count(count, tr("{} document shown"), tr("{} documents shown"))
        self.shown.setText(tr("{} so far…").format(text) if busy else text)
        self.shown.setVisible(bool(count) and (choice.narrow or busy))


class _DocumentList(LongList):
    """A list in which typing looks for a name; Qt's own search would read every row."""

    typed = Signal(str)

    def keyboardSearch(self, search: str) -> None:
        if search.strip():
            self.typed.emit(search)
