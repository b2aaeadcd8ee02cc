"""The menu of the article: what can be done with what is selected or has the focus, for hands on the pointer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from annotator.domain.labels import RelationLabel, SpanLabel
from annotator.session.document import DocumentState
from annotator.ui.hands import Hands
from annotator.ui.i18n import by_count, tr
from annotator.ui.panels.inspector_facts import is_symmetric, legal_labels
from annotator.ui.panels.parts import swatch_icon
from annotator.ui.shaping import merging_neighbour, split_places
from annotator.ui.theme import Theme


class ArticleMenu(QMenu):
    """Built for the moment it is asked for; empty where nothing can be done.

    Who wins is what wins for keys: a selection, then the chosen spans, the focused span or relation, the token at the caret.
    ``actions`` are the window's, by id, so that their words, keys and states are those of the menu bar.  ``accept`` is None where there
    is no suggestion.
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
            ids = ("span.propagate", "span.add-fragment")
        elif view.chosen:
            self._offer_labels(
                document.scheme.spans, by_count(len(view.chosen), tr("Relabel 1 span as"), tr("Relabel {} spans as")), ""
            )
            waiting = [found for key in view.chosen if (found := document.span(key)) is not None and not found.reviewed]
            self._offer_accept(suggested=bool(waiting), title=by_count(len(waiting), tr("Accept"), tr("Accept {} suggestions")))
            all_of_them = ("item.attribute", "item.kb-id", "span.remove", "move.clear")
            ids = ("span.merge", *all_of_them) if len(view.chosen) > 1 else all_of_them
        elif span is not None:
            self._offer_labels(document.scheme.spans, tr("Relabel as"), span.label)
            self._offer_accept(suggested=not span.reviewed)
            ids = ("span.accept-label", "span.propagate", "relation.start", "relation.role", "relation.other-end",
                   "span.merge", "span.split", "move.choose", "item.note", "item.attribute", "item.kb-id", "span.remove")  # fmt: skip
        elif relation is not None:
            self._offer_labels(legal_labels(document, relation), tr("Relabel as"), relation.label)
            self._offer_accept(suggested=not relation.reviewed)
            reverse = () if is_symmetric(document, relation) else ("relation.reverse",)
            ids = ("span.accept-label", *reverse, "relation.other-end", "item.note", "item.attribute", "span.remove")
        elif view.token_at_caret() is not None:
            self._offer_labels(document.scheme.spans, tr("Label as"), "")
        self.addActions([actions[key] for key in ids if actions[key].isEnabled() and self._makes_sense(key, document)])
        if view.selection is not None:
            self.addSeparator()
            self.addAction(tr("Copy")).triggered.connect(view.copy)

    def _makes_sense(self, key: str, document: DocumentState) -> bool:
        span, relation = self._hands.bench.span, self._hands.bench.relation
        item = span or relation
        if key == "relation.other-end":
            return span is None or bool(document.relations_of(span.id))
        if key == "item.attribute":
            return self._hands.describing.has_attributes()
        if key == "span.accept-label":
            return item is not None and not item.reviewed
        if key == "relation.role":
            return span is not None and any(label.role for label in document.scheme.roles_of(span.label))
        if key == "span.add-fragment":
            return self._hands.view.pinned_span is not None
        if key == "span.merge" and not self._hands.view.chosen:
            return span is not None and merging_neighbour(document, span) is not None
        return key != "span.split" or span is None or bool(split_places(document, span))

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

    def _offer_accept(self, *, suggested: bool, title: str = "") -> None:
        if suggested and self._hands.bench.editable:
            self.accept = self.addAction(title or tr("Accept"))
            self.accept.triggered.connect(self._on_accept)

    def _on_accept(self) -> None:
        self._hands.editing.accept(chosen=True)

    def _on_label_chosen(self, action: QAction) -> None:
        bench = self._hands.bench
        if bench.relation is not None and self._hands.view.selection is None:
            self._hands.relating.relabel(action.data())
        else:
            self._hands.editing.label(action.data())
