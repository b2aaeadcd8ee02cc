"""The panels around the article, kept in step with what is open, focused and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from annotator.domain.changes import ChangeSet
from annotator.ui import inbox, searching
from annotator.ui.documents import Documents
from annotator.ui.editing import Editing
from annotator.ui.grid import GridHands
from annotator.ui.i18n import tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.panels.documents import DocumentsPanel
from annotator.ui.panels.grid import GridPanel
from annotator.ui.panels.guidelines import GuidelinesPanel
from annotator.ui.panels.history import HistoryPanel
from annotator.ui.panels.history_hands import HistoryHands
from annotator.ui.panels.inspector import InspectorPanel
from annotator.ui.panels.inspector_facts import legal_labels
from annotator.ui.panels.labels import LabelsPanel
from annotator.ui.panels.outline import OutlinePanel
from annotator.ui.relating import Relating
from annotator.ui.theme import Theme
from annotator.ui.workbench import Workbench


class Panels(QObject):
    """Owns the panels and connects them: what happens reaches them, what is asked in them reaches the controllers."""

    def __init__(
        self, bench: Workbench, editing: Editing, relating: Relating, documents: Documents, *, theme: Theme, jobs: WindowJobs
    ) -> None:
        super().__init__(bench)
        self._bench, self._editing, self._relating, self._documents = bench, editing, relating, documents
        self._theme = theme
        self.documents = DocumentsPanel(jobs=jobs)
        self.searching = searching.make(bench, jobs, documents)
        self.inbox = inbox.make(bench, jobs, self.searching)
        self.labels = LabelsPanel()
        self.guidelines = GuidelinesPanel()
        self.inspector = InspectorPanel()
        self.outline = OutlinePanel()
        self.grid = GridPanel()
        self.grid_hands = GridHands(bench, editing, relating, self.grid)
        self.history = HistoryPanel()
        self.history_hands = HistoryHands(bench, self.history)
        # What is not under the eye may follow a moment later: a burst of edits costs one refresh.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(30)
        self._later.timeout.connect(self._refresh_counts)
        self._connect()

    def all(self) -> tuple[tuple[str, str, QWidget], ...]:
        """Return (object name, title, panel) of each."""
        return (
            ("documents", tr("Documents"), self.documents),
            ("labels", tr("Labels"), self.labels),
            ("guidelines", tr("Guidelines"), self.guidelines),
            ("inspector", tr("Inspector"), self.inspector),
            ("outline", tr("Spans and relations"), self.outline),
            ("history", tr("History"), self.history),
            ("search", tr("Search"), self.searching.panel),
            ("inbox", tr("Consistency inbox"), self.inbox.panel),
            ("grid", tr("Relation grid"), self.grid),
        )

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self._theme = theme
        document = self._bench.document
        self.labels.set_scheme(document.scheme if document else None, theme)
        self._refresh_counts()
        self._show_focus()

    def _connect(self) -> None:
        bench = self._bench
        bench.sessionChanged.connect(self._on_session_changed)
        bench.documentOpened.connect(self._on_document_opened)
        bench.changed.connect(self._on_changed)
        bench.following.followed.connect(self._on_followed)
        self.documents.documentRequested.connect(self._on_document_requested)
        self.labels.spanLabelRequested.connect(self._on_span_label_requested)
        self.labels.relationLabelRequested.connect(self._on_relation_label_requested)
        self.inspector.labelRequested.connect(self._on_label_requested)
        self.inspector.described.connect(self._on_described)
        self.inspector.itemRequested.connect(self._on_item_requested)
        self.inspector.acceptRequested.connect(self._editing.accept)
        self.inspector.removeRequested.connect(self._editing.remove)
        self.inspector.reverseRequested.connect(self._relating.reverse)
        self._editing.same_text_asked.connect(lambda asked: self.searching.list_same_text(*asked))
        self.outline.spanRequested.connect(bench.view.focus_span)
        self.outline.relationRequested.connect(bench.view.focus_relation)
        self.grid_hands.legalChanged.connect(self.labels.set_legal_relations)
        self._documents.leaving.connect(self._on_leaving)

    # What happened

    def _on_session_changed(self) -> None:
        self.documents.set_session(self._bench.session)

    def _on_document_opened(self) -> None:
        document = self._bench.document
        self.documents.set_current(document.document.id if document else None)
        self.labels.set_scheme(document.scheme if document else None, self._theme)
        self.outline.set_document(document)
        self._refresh_counts()
        self._show_focus()
        self.grid_hands.document_opened()

    def _on_changed(self, changes: ChangeSet) -> None:
        document = self._bench.document
        if document is not None and any(change.what == "scheme" for change in changes.changes):
            self.labels.set_scheme(document.scheme, self._theme)
        self.grid_hands.refresh(changes)
        self._later.start()

    def _refresh_counts(self) -> None:
        document = self._bench.document
        spans, relations = document.label_counts() if document else ({}, {})
        self.labels.set_counts(spans, relations)
        self.labels.set_last_used(self._editing.last_label)

    def _on_followed(self, committed: list[ChangeSet]) -> None:
        for changes in committed:
            self.documents.refresh(changes)
            self.outline.refresh(changes)
        self._show_focus()

    def _show_focus(self) -> None:
        document, span, relation = self._bench.document, self._bench.span, self._bench.relation
        legal = None
        chosen = len(self._bench.view.chosen)
        if document is None:
            self.inspector.show_nothing(tr("Open a document to see its spans here."))
        elif chosen > 1:
            text = tr("{} spans are chosen: a label's key, Enter, Delete, Ctrl+J, B and K are for all of them; Esc lets them go.")
            self.inspector.show_nothing(text.format(chosen))
        elif relation is not None:
            self.inspector.show_relation(document, relation, self._theme)
            legal = {label.name for label in legal_labels(document, relation)}
        elif span is not None:
            self.inspector.show_span(document, span, self._theme)
        else:
            self.inspector.show_nothing(tr("Click a span, or press Tab, to see and correct it here."))
        current = relation or span
        self.outline.set_current(current.id if current else "", relation=relation is not None)
        if not self.grid_hands.has_keyboard:  # else the palette is for the cell of the grid
            self.labels.set_legal_relations(legal)
        self.labels.set_last_used(self._editing.last_label)

    def _on_leaving(self, _: None) -> None:
        self.inspector.flush()

    # What was asked

    def _on_document_requested(self, document_id: int) -> None:
        self._documents.open(document_id)
        self._bench.view.setFocus()

    def _on_span_label_requested(self, label: str) -> None:
        self._editing.label(label)
        self._bench.view.setFocus()

    def _on_relation_label_requested(self, label: str) -> None:
        if self.grid_hands.label(label):
            return  # the keyboard stays in the grid
        self._relating.relabel(label)
        self._bench.view.setFocus()

    def _on_label_requested(self, label: str) -> None:
        if self._bench.relation is not None:
            self._relating.relabel(label)
        elif self._bench.span is not None:
            self._editing.relabel(label)

    def _on_described(self, described: Mapping[str, Any]) -> None:
        self._editing.describe(described)

    def _on_item_requested(self, kind: str, item_id: str) -> None:
        if kind == "span":
            self._bench.view.focus_span(item_id)
        else:
            self._bench.view.focus_relation(item_id)
