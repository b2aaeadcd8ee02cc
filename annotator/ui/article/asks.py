"""The fourth storey of the article view: what it asks the window for, and what is lit up while a relation is being made.

Pointer and hint modes speak to the view through this storey; the view above it owns them.
"""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from annotator.domain.annotations import Span
from annotator.ui.article.arcs import Arc
from annotator.ui.article.chooser import ArticleChooser
from annotator.ui.article.walk import flat_surface

_MOST_OF_TIP = 300
"""Most characters of a note, or of the attributes, in a tool tip."""


class ArticleAsker(ArticleChooser):
    """Adds the requests.

    ``relationRequested`` carries ``(head_id, tail_id)``, also for an illegal pair that was dropped on, so that the window can say why
    not; ``roleRequested`` the same with the role that was to be filled, ``(trigger_id, target_id, role)``; ``rangeRequested`` carries
    ``(span_id, start, end)``; ``splitRequested`` ``(span_id, offset)``; ``hovered`` the id of the span under the pointer or None;
    ``menuRequested`` the global point for a context menu; ``modeChanged`` is ``""``, ``"jump"``, ``"relation"`` or ``"split"``.
    """

    relationRequested = Signal(object)
    roleRequested = Signal(object)
    splitRequested = Signal(object)
    rangeRequested = Signal(object)
    hovered = Signal(object)
    menuRequested = Signal(object)
    modeChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._legal_target: Callable[[str, str], bool] = _always
        self._pulled: str | None = None
        self._link_name: Callable[[str], str] = str
        super().__init__(parent)

    def set_legal_target(self, legal: Callable[[str, str], bool]) -> None:
        """Ask ``legal(head_id, tail_id)`` which spans to light up while a relation is dragged."""
        self._legal_target = legal

    def set_link_name(self, name: Callable[[str], str]) -> None:
        """Ask ``name(kb_id)`` what a linked span means, for its tool tip; an empty answer leaves the id to speak for itself."""
        self._link_name = name

    def is_legal(self, span_id: str) -> bool:
        """Tell whether the relation being dragged may end at this span."""
        return bool(self._style.legal and self._style.legal.get(span_id))

    def light_targets(self, source: str | None) -> None:
        """Light up what a relation from ``source`` may end at, and dim the rest; None puts all lights back."""
        if source is None:
            if self._pulled is not None:
                self.put_lights_back()
            self._pulled = None
            return
        self._pulled = source
        self._style.linked = frozenset((source,))
        self._style.legal = {span.id: self._legal_target(source, span.id) for span in self.scene().spans()}

    def put_lights_back(self) -> None:
        """Show all spans alike again, and the ends of the focused relation as linked."""
        relation = self._model.relation(self.focused_relation) if self._model is not None and self.focused_relation else None
        self._style.linked = frozenset((relation.head, relation.tail)) if relation is not None else frozenset()
        self._style.legal = None

    def page(self, direction: int, covered: float = 0.0) -> None:
        """Scroll by what is in view, but for a line that stays as the bridge and what is ``covered`` at the top."""
        step = self.viewport().height() - covered - 2 * self._style.metrics.line
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + direction * max(20, round(step)))

    def set_hover(self, span_id: str | None, relation_id: str | None) -> None:
        """Note what is under the pointer."""
        if (span_id, relation_id) == (self._style.hovered, self._style.hovered_relation):
            return
        changed = span_id != self._style.hovered
        self._style.hovered, self._style.hovered_relation = span_id, relation_id
        self.touch()
        if changed:
            self.hovered.emit(span_id)

    def tip_at(self, span_id: str | None, arc: Arc | None) -> str:
        """Return an escaped tool tip for a span or an arc: the label in full and what is said of it, and the far end of a stub."""
        model = self._model
        if model is None:
            return ""
        if span_id is not None:
            span = model.span(span_id)
            return self._tip_of(span) if span is not None else ""
        relation = model.relation(arc.id) if arc is not None else None
        if relation is None:
            return ""
        head, tail = (flat_surface(model, model.span(end))[:80] for end in (relation.head, relation.tail))
        return html.escape(f"{head} — {relation.label} → {tail}")

    def _tip_of(self, span: Span) -> str:
        told = span.label if span.reviewed else self.tr("{0} (suggestion)").format(span.label)
        name = self._link_name(span.kb_id) if span.kb_id else ""
        linked = f"{name} ({span.kb_id})" if name and name != span.kb_id else span.kb_id
        attributes = ", ".join(f"{key}: {value}" for key, value in span.attributes.items())
        parts = (told, linked, attributes, span.note.strip())
        return "<br>".join(html.escape(part[:_MOST_OF_TIP]).replace("\n", "<br>") for part in parts if part)


def _always(_head: str, _tail: str) -> bool:
    return True
