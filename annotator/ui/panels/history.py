"""The history: every step, what it changed, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import BulkInsert, BulkSets, ChangeSet, What
from annotator.session.session import Session
from annotator.store.history import Entry
from annotator.ui.i18n import tr
from annotator.ui.models.history import Scope, StepsModel, Subject
from annotator.ui.models.history_words import origin
from annotator.ui.panels.history_detail import StepDetail
from annotator.ui.panels.history_paint import StepDelegate, step_height
from annotator.ui.panels.parts import CalmComboBox, LongList, icon_button, plain_label, spaced

_AFTER_BULK = 300
"""Milliseconds: an import announces every piece of it, and is read when it pauses."""


class HistoryPanel(QWidget):
    """Steps of the project, the open document, or the focused span or relation, and the changes of the chosen step.

    While the panel is hidden it reads nothing.  What is asked for comes from ``detail``.
    """

    keepingRequested = Signal()
    """Somebody wants to say how much of the history is kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = StepsModel(self)
        self._session: Session | None = None
        self._item: Span | Relation | None = None
        self._stale = True
        self._walking = False
        self.scope = CalmComboBox(tr("Whose history"))
        for scope, name in (
            (Scope.PROJECT, tr("Whole project")),
            (Scope.DOCUMENT, tr("This document")),
            (Scope.ITEM, tr("Focused span or relation")),
        ):
            self.scope.addItem(name, str(scope))
        self.keeping = icon_button("settings", tr("How much of the history is kept"))
        self.keeping.clicked.connect(self.keepingRequested)
        self.origin = plain_label(quiet=True)
        self.origin.setContentsMargins(8, 2, 8, 4)
        self.origin.hide()
        self.view = _StepList(tr("Steps, the newest first"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(StepDelegate(self.view))
        self.view.verticalHeader().setDefaultSectionSize(step_height(self.view.fontMetrics().height()))
        self._hint = plain_label(quiet=True)
        self._hint.setMargin(12)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.detail = StepDetail()
        self._lay_out()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_AFTER_BULK)
        self._later.timeout.connect(self.reload)
        self.scope.activated.connect(self._on_scope_chosen)
        self.view.selectionModel().currentChanged.connect(self._show_current)
        self.view.entered.connect(self._on_entered)
        self.view.doubleClicked.connect(self._on_entered)
        self.model.dataChanged.connect(self._on_data_changed)
        self._show_current()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        spaced(head, margin=2)
        head.addWidget(self.scope, 1)
        head.addWidget(self.keeping)
        steps = QWidget()
        upper = QVBoxLayout(steps)
        spaced(upper, spacing=0)
        upper.addWidget(self._hint, 1)
        upper.addWidget(self.view, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(steps)
        parts.addWidget(self.detail)
        parts.setChildrenCollapsible(False)
        parts.setStretchFactor(0, 3)
        parts.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        spaced(layout, spacing=0)
        layout.addLayout(head)
        layout.addWidget(self.origin)
        layout.addWidget(parts, 1)
        self.setFocusProxy(self.view)
        QWidget.setTabOrder(self.view, self.scope)  # Tab enters at the proxy; what stands before it would be passed over
        QWidget.setTabOrder(self.scope, self.keeping)

    # What is shown

    def set_session(self, session: Session | None) -> None:
        """Show the history of another project, or none."""
        self._session, self._item = session, None
        self.reload()

    def document_opened(self) -> None:
        """Follow to another document, where the history of the document is shown."""
        self._item = None
        if self._chosen_scope() is not Scope.PROJECT:
            self.reload()

    def set_item(self, item: Span | Relation | None) -> None:
        """Follow to another span or relation; None for none."""
        before, self._item = self._item, item
        if self._chosen_scope() is Scope.ITEM and (before != item or self.model.subject.scope is not Scope.ITEM):
            self.reload()

    def set_scope(self, scope: Scope) -> None:
        """Show the whole project's history, the document's, or that of what has the focus."""
        self.scope.setCurrentIndex(self.scope.findData(str(scope)))
        self.reload()

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed."""
        if not self.isVisible():
            self._stale = True
        elif any(isinstance(entry, BulkInsert | BulkSets) for entry in changes.bulk):
            self._later.start()
        elif not self._stale:
            self.model.refresh(changes)
            self._say_if_empty()

    def reload(self) -> None:
        """Read everything anew, or once the panel is shown; the chosen step stays chosen if it is still there."""
        self._later.stop()
        self._stale = not self.isVisible()
        if self._stale:
            return
        chosen, subject = self.current, self._subject()
        self.model.show(self._session if subject else None, subject or Subject())
        row = self.model.row_of(chosen.step.id) if chosen else -1
        self.view.setCurrentIndex(self.model.index(row) if row >= 0 else QModelIndex())
        self.origin.setText(origin(self._item) if subject is not None and subject.scope is Scope.ITEM and self._item else "")
        self.origin.setVisible(bool(self.origin.text()))
        self._say_if_empty()
        self._show_current()

    @property
    def current(self) -> Entry | None:
        """The chosen step, or None."""
        return self.model.entry_at(self.view.currentIndex().row())

    @property
    def document_id(self) -> int:
        """The document whose history is shown; 0 for the project's or an item's."""
        return self.model.subject.document_id if self.model.subject.scope is Scope.DOCUMENT else 0

    def set_walking(self, on: bool) -> None:
        """Say whether steps are being taken back one after the other: then the way back can be stopped."""
        self._walking = on
        self._show_current()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.reload()

    def _chosen_scope(self) -> Scope:
        return Scope(self.scope.currentData())

    def _subject(self) -> Subject | None:
        """Return what is to be shown; None where there is nothing."""
        scope, session = self._chosen_scope(), self._session
        document = session.document if session is not None else None
        if session is None or (scope is not Scope.PROJECT and document is None):
            return None
        if scope is Scope.PROJECT or document is None:
            return Subject()
        if scope is Scope.DOCUMENT:
            return Subject(scope, document.document.id)
        if self._item is None:
            return None
        what = What.SPAN if isinstance(self._item, Span) else What.RELATION
        return Subject(scope, document.document.id, document.set_id, what, self._item.id)

    def _say_if_empty(self) -> None:
        empty = not self.model.rowCount()
        if self._session is None:
            hint = tr("Open a project to see its history.")
        elif self._chosen_scope() is Scope.ITEM and self._item is None:
            hint = tr("Click a span or a relation to see who made it and who changed it.")
        elif self._chosen_scope() is Scope.ITEM:
            hint = tr("Nobody has changed it since it came into the project.")
        else:
            hint = tr("Nothing was done yet.")
        self._hint.setText(hint)
        self._hint.setVisible(empty)
        self.view.setVisible(not empty)
        self.detail.setVisible(not empty)

    # The chosen step

    def _show_current(self, *_: object) -> None:
        entry = self.current
        if entry is not None and not entry.finished and not self._walking:
            with QSignalBlocker(self.model):
                self.model.read_again(self.view.currentIndex().row())
        self.detail.show_step(self._session, self.current, walking=self._walking)

    def _on_data_changed(self, first: QModelIndex, last: QModelIndex, *_: object) -> None:
        if first.row() <= self.view.currentIndex().row() <= last.row():
            self._show_current()

    def _on_scope_chosen(self, _: int) -> None:
        self.reload()

    def _on_entered(self, _: QModelIndex) -> None:
        self.detail.show_place()


class _StepList(LongList):
    """Steps: a click chooses one, Enter or a double click goes to its place."""

    entered = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.entered.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
