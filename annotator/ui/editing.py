"""What hands do to spans, and to whatever has the focus: each method is one intention, by key, menu, palette or pointer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from annotator.commands import relations, spans
from annotator.domain.text import Range
from annotator.ui.i18n import tr

if TYPE_CHECKING:
    from annotator.ui.relating import Relating
    from annotator.ui.workbench import Workbench


class Editing:
    """Edits the open document of a workbench; what is about relations alone is in ``Relating``.

    Who wins: a selection before the focused span or relation, that before the token at the caret.
    """

    def __init__(self, bench: Workbench, relating: Relating) -> None:
        self._bench = bench
        self._view = bench.view
        self._relating = relating
        self.last_label = ""
        bench.view.rangeRequested.connect(self._on_range_requested)

    def press_label_key(self, key: str) -> None:
        """Use the span label, or with a relation in focus the relation label, that has this key."""
        document = self._bench.document
        if document is None:
            return
        on_relation = self._bench.relation is not None and self._view.selection is None
        labels = document.scheme.relations if on_relation else document.scheme.spans
        label = next((label.name for label in labels if label.key == key), "")
        if not label:
            self._bench.tell(tr("No label has the key {}.").format(key))
        elif on_relation:
            self._relating.relabel(label)
        else:
            self.label(label)

    def label(self, label: str) -> None:
        """Label the selection, else relabel the focused span, else label the token at the caret."""
        document = self._bench.document
        if document is None:
            return
        span = self._bench.span
        selection = self._view.selection
        if selection is None and span is not None:
            self.relabel(label)
            return
        place = selection or self._view.token_at_caret()
        if place is None:
            self._bench.tell(tr("There is no text to label here."))
            return
        self._add(place, label)

    def relabel(self, label: str) -> None:
        """Give the focused span another label."""
        document, span = self._bench.document, self._bench.span
        if document and span and self._bench.run(spans.relabel_span(document.set_id, span.id, label)):
            self._labelled(span.id, label)

    def enter(self) -> None:
        """Label the selection with its likeliest label; else accept the focused suggestion; then go to the next unreviewed."""
        document, selection = self._bench.document, self._view.selection
        if document is None:
            return
        if selection is not None:
            label = self._likeliest(selection)
            if label:
                self._add(selection, label)
            else:
                self._bench.tell(tr("No label was used yet: press a label's key."))
            return
        self.accept()
        if not self._view.step_unreviewed(1):
            self._bench.tell(tr("Nothing is left to review in this document."))

    def accept(self) -> None:
        """Say that the focused suggestion is right."""
        document, span, relation = self._bench.document, self._bench.span, self._bench.relation
        if document is None:
            return
        if span is not None and not span.reviewed:
            self._bench.run(spans.accept_span(document.set_id, span.id))
        elif relation is not None and not relation.reviewed:
            self._bench.run(relations.accept_relation(document.set_id, relation.id))

    def remove(self) -> None:
        """Remove the focused span or relation; a suggestion is rejected."""
        document, span, relation = self._bench.document, self._bench.span, self._bench.relation
        if document is None:
            return
        if relation is not None:
            self._bench.run(relations.remove_relation(document.set_id, relation.id))
            self._view.clear_focus()
            if document.span(relation.head) is not None:
                self._view.focus_span(relation.head)
        elif span is not None:
            self._bench.run(spans.remove_span(document.set_id, span.id))
            self._view.clear_focus()

    def move_edge(self, edge: str, direction: int, *, by_character: bool = False) -> None:
        """Move the start or end edge of the focused span left (-1) or right (1) by a token or a character."""
        document, span = self._bench.document, self._bench.span
        if document is None or span is None:
            self._bench.tell(tr("Focus a span first: Tab, or click it."))
            return
        start, end = span.start, span.end
        by_character = by_character or self._bench.settings.get("article.unit") == "characters"
        if edge == "start":
            start = self._stepped(start, direction, by_character, at_start=True)
        else:
            end = self._stepped(end, direction, by_character, at_start=False)
        if (start, end) == (span.start, span.end):
            self._bench.tell(tr("The edge of the text is reached."))
        else:
            self._move(span.id, start, end)

    def _stepped(self, offset: int, direction: int, by_character: bool, *, at_start: bool) -> int:
        document = self._bench.document
        assert document is not None
        tokens = document.tokens
        if by_character or not len(tokens):
            return min(max(offset + direction, 0), len(document.text))
        edges = tokens.starts if at_start else tokens.ends
        index = bisect_left(edges, offset) - 1 if direction < 0 else bisect_right(edges, offset)
        return edges[index] if 0 <= index < len(edges) else offset

    def _move(self, span_id: str, start: int, end: int) -> None:
        document = self._bench.document
        if document is not None and self._bench.run(spans.move_span(document.set_id, span_id, start, end)):
            self._view.focus_span(span_id)

    def _add(self, place: Range, label: str) -> None:
        document = self._bench.document
        assert document is not None
        made = self._bench.run(spans.add_span(document.set_id, (place,), label))
        if made:
            self._labelled(made, label)

    def _labelled(self, span_id: str, label: str) -> None:
        self.last_label = label
        self._view.focus_span(span_id)

    def _likeliest(self, place: Range) -> str:
        """Return what this text is called elsewhere in the document most often, else the label used last."""
        document = self._bench.document
        assert document is not None
        surface = document.text[place[0] : place[1]].casefold()
        counts = Counter(span.label for span in document.spans() if span.surface(document.text).casefold() == surface)
        return counts.most_common(1)[0][0] if counts else self.last_label

    def describe(self, described: Mapping[str, Any]) -> None:
        """Save what the inspector says of an item: ``kind``, ``set_id``, ``id`` and any of ``note``, ``kb_id``, ``attributes``."""
        document = self._bench.document
        if document is None or document.read_only:
            return
        set_id = described.get("set_id", document.set_id)
        given = {name: described[name] for name in ("note", "kb_id", "attributes") if name in described}
        if described["kind"] == "span":
            self._bench.run(spans.describe_span(set_id, described["id"], **given))
        else:
            given.pop("kb_id", None)
            self._bench.run(relations.describe_relation(set_id, described["id"], **given))

    def _on_range_requested(self, asked: tuple[str, int, int]) -> None:
        self._move(*asked)
