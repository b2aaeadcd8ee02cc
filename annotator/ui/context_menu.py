"""The menu of the article: what can be done with what is selected or has the focus, for hands on the pointer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from annotator.domain.labels import RelationLabel, SpanLabel
from annotator.session.document import DocumentState
from annotator.ui.actions import Hands
from annotator.ui.i18n import tr
from annotator.ui.panels.inspector_facts import is_symmetric, legal_labels
from annotator.ui.panels.parts import swatch_icon
from annotator.ui.theme import Theme


class ArticleMenu(QMenu):
    """Built for the moment it is asked for; empty where nothing can be done.

    Who wins is what wins for keys: a selection, then the focused span or relation, then the token at the caret.  ``actions`` are the
    window's, by id, so that their words, keys and states are those of the menu bar.  ``accept`` is None where there is no suggestion.
    """

    def __init__(self, hands: Hands, actions: Mapping[str, QAction], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Article"))
        self._hands, self._theme = hands, theme
        self.labels: QMenu | None = None
        self.accept: QAction | None = None
        document, view = hands.bench.document, hands.view
        if document is None:
            return
        span, relation = hands.bench.span, hands.bench.relation
        ids: tuple[str, ...] = ()
        if view.selection is not None:
            self._offer_labels(document.scheme.spans, tr("Label as"), "")
        elif span is not None:
            self._offer_labels(document.scheme.spans, tr("Relabel as"), span.label)
            self._offer_accept(suggested=not span.reviewed)
            ids = ("relation.start", "relation.other-end", "item.note", "item.kb-id", "span.remove")
        elif relation is not None:
            self._offer_labels(legal_labels(document, relation), tr("Relabel as"), relation.label)
            self._offer_accept(suggested=not relation.reviewed)
            reverse = () if is_symmetric(document, relation) else ("relation.reverse",)
            ids = (*reverse, "relation.other-end", "item.note", "span.remove")
        elif view.token_at_caret() is not None:
            self._offer_labels(document.scheme.spans, tr("Label as"), "")
        self.addActions([actions[key] for key in ids if actions[key].isEnabled() and self._makes_sense(key, document)])
        if view.selection is not None:
            self.addSeparator()
            self.addAction(tr("Copy")).triggered.connect(view.copy)

    def _makes_sense(self, key: str, document: DocumentState) -> bool:
        span = self._hands.bench.span
        return key != "relation.other-end" or span is None or bool(document.relations_of(span.id))

    def _offer_labels(self, labels: Iterable[SpanLabel | RelationLabel], title: str, current: str) -> None:
        if not self._hands.bench.editable or not labels:
            return
        self.labels = self.addMenu(title)
        for label in labels:
            name = label.name.replace("&", "&&")  # else the next letter would be underlined
            action = self.labels.addAction(swatch_icon(self._theme, label.color), f"{name}\t{label.key}" if label.key else name)
            action.setData(label.name)
            action.setCheckable(bool(current))
            action.setChecked(label.name == current)
        self.labels.triggered.connect(self._on_label_chosen)

    def _offer_accept(self, *, suggested: bool) -> None:
        if suggested and self._hands.bench.editable:
            self.accept = self.addAction(tr("Accept"))
            self.accept.triggered.connect(self._on_accept)

    def _on_accept(self) -> None:
        self._hands.editing.accept()

    def _on_label_chosen(self, action: QAction) -> None:
        bench = self._hands.bench
        if bench.relation is not None and self._hands.view.selection is None:
            self._hands.relating.relabel(action.data())
        else:
            self._hands.editing.label(action.data())
