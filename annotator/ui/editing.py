"""What hands do to spans, and to whatever has the focus: each method is one intention, by key, menu, palette or pointer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from annotator.commands import relations, spans
from annotator.domain.rules import relation_problems
from annotator.domain.text import Range
from annotator.ui.i18n import by_count, tr

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
        self.unsaved = ""
        """Why the description announced last could not be saved; empty if it was."""
        bench.view.rangeRequested.connect(self._on_range_requested)
        bench.sessionChanged.connect(self._on_session_changed)

    def press_label_key(self, key: str) -> None:
        """Use the span label, or with a relation in focus the relation label, that has this key."""
        document = self._bench.document
        if document is None or self._bench.refuses_edits():
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
        if self._bench.document is None or self._bench.refuses_edits():
            return
        selection = self._view.selection
        if selection is None and self._bench.span is not None:
            self.relabel(label)
            return
        if selection is None and self._bench.relation is not None:
            self._bench.tell(tr("A relation has the focus, and {} is a label for spans: press Esc first.").format(label))
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
            self._warn_of_relations(span.id)

    def _warn_of_relations(self, span_id: str) -> None:
        """Say which relations of a relabelled span the scheme no longer allows; they stay, and the document cannot be done so."""
        document = self._bench.document
        span = document.span(span_id) if document else None
        if document is None or span is None:
            return
        for relation in document.relations_of(span_id):
            ends = {key: found for key in (relation.head, relation.tail) if (found := document.span(key)) is not None}
            problem = next(relation_problems(relation, ends, document.scheme), None)
            if problem is not None:
                text = tr("{} The relation stays until you relabel or remove it, and the document cannot be done before.")
                self._bench.messages.show_message(text.format(problem.message), "warning")
                return

    def enter(self) -> None:
        """Label the selection with its likeliest label; else accept the focused suggestion and go to the next unreviewed."""
        selection = self._view.selection
        if self._bench.document is None or self._bench.refuses_edits():
            return
        if selection is not None:
            label = self._likeliest(selection)
            if label:
                self._add(selection, label)
            else:
                self._bench.tell(tr("No label was used yet: press a label's key."))
            return
        if self.accept() and not self._view.step_unreviewed(1):
            self._begin_again()

    def _begin_again(self) -> None:
        """From the last suggestion, go to the first one that is left; relations come after all spans."""
        document = self._bench.document
        if document is None or not document.unreviewed_count():
            self._bench.tell(tr("Nothing is left to review in this document."))
            return
        first = next((span.id for span in document.spans() if not span.reviewed), None)
        if first is not None:
            self._view.focus_span(first)
            self._bench.tell(tr("Back to the first suggestion that is left."))
        else:
            self._view.focus_relation(next(relation.id for relation in document.relations() if not relation.reviewed))

    def accept(self) -> bool:
        """Say that the focused suggestion is right; False after a refusal."""
        document, span, relation = self._bench.document, self._bench.span, self._bench.relation
        if document is None:
            return False
        if span is not None and not span.reviewed:
            return self._bench.run(spans.accept_span(document.set_id, span.id)) is not None
        if relation is not None and not relation.reviewed:
            return self._bench.run(relations.accept_relation(document.set_id, relation.id)) is not None
        return True

    def remove(self) -> None:
        """Remove the focused span or relation; a suggestion is rejected.  Of a relation, its head has the focus then."""
        document, span, relation = self._bench.document, self._bench.span, self._bench.relation
        if document is None:
            return
        if relation is not None:
            self._bench.run(relations.remove_relation(document.set_id, relation.id))
            if document.relation(relation.id) is None:
                self._view.focus_span(relation.head)
        elif span is not None:
            along = len(document.relations_of(span.id))
            self._bench.run(spans.remove_span(document.set_id, span.id))
            if along and document.span(span.id) is None:
                self._bench.tell(
                    by_count(along, tr("Removed, and its relation with it."), tr("Removed, and its {} relations with it."))
                )

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
            return self._by_character(document.text, offset, direction, at_start=at_start)
        edges = tokens.starts if at_start else tokens.ends
        index = bisect_left(edges, offset) - 1 if direction < 0 else bisect_right(edges, offset)
        return edges[index] if 0 <= index < len(edges) else offset

    def _by_character(self, text: str, offset: int, direction: int, *, at_start: bool) -> int:
        """Return the next place for an edge; white space at an edge is never meant, so it is stepped over."""
        place = offset + direction
        while 0 <= place <= len(text):
            outermost = place if at_start else place - 1
            if 0 <= outermost < len(text) and not text[outermost].isspace():
                return place
            place += direction
        return offset

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
        self.unsaved = ""
        set_id = described.get("set_id", document.set_id)
        given = {name: described[name] for name in ("note", "kb_id", "attributes") if name in described}
        if described["kind"] == "span":
            saved = self._bench.run(spans.describe_span(set_id, described["id"], **given))
        else:
            given.pop("kb_id", None)
            saved = self._bench.run(relations.describe_relation(set_id, described["id"], **given))
        if saved is None:
            self.unsaved = self._bench.messages.text.text()

    def _on_range_requested(self, asked: tuple[str, int, int]) -> None:
        self._move(*asked)

    def _on_session_changed(self) -> None:
        self.last_label = ""  # another project may not know it
