"""What hands do to spans and relations: each method is one intention, whether it came by key, menu, palette or pointer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from annotator.commands import relations, spans
from annotator.commands.command import Command
from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import ChangeSet
from annotator.domain.labels import RelationLabel, SpanLabel
from annotator.domain.text import Range
from annotator.ui.i18n import tr
from annotator.ui.workbench import Workbench


class Editing(QObject):
    """Edits the open document of a workbench.

    Who wins (INTERACTION): a selection before the focused span or relation, that before the token at the caret.
    ``relationChoiceRequested`` asks for one of several legal labels: (head id, tail id, labels).  ``spanChoiceRequested`` asks for a span
    label by name.
    """

    relationChoiceRequested = Signal(object)
    spanChoiceRequested = Signal()

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._view = bench.view
        self.last_label = ""
        self._view.relationRequested.connect(self._on_relation_requested)
        self._view.rangeRequested.connect(self._on_range_requested)
        self._view.set_legal_target(self._is_legal)

    # What has the focus

    @property
    def span(self) -> Span | None:
        """The focused span."""
        document, focused = self._bench.document, self._view.focused_span
        return document.span(focused) if document and focused else None

    @property
    def relation(self) -> Relation | None:
        """The focused relation."""
        document, focused = self._bench.document, self._view.focused_relation
        return document.relation(focused) if document and focused else None

    # Spans

    def press_label_key(self, key: str) -> None:
        """Use the span label, or with a relation in focus the relation label, that has this key."""
        document = self._bench.document
        if document is None:
            return
        labels: tuple[SpanLabel, ...] | tuple[RelationLabel, ...] = document.scheme.spans
        on_relation = self.relation is not None and self._view.selection is None
        if on_relation:
            labels = document.scheme.relations
        label = next((label.name for label in labels if label.key == key), "")
        if not label:
            self._bench.tell(tr("No label has the key {}.").format(key))
        elif on_relation:
            self.label_relation(label)
        else:
            self.label(label)

    def label(self, label: str) -> None:
        """Label the selection, else relabel the focused span, else label the token at the caret."""
        document = self._bench.document
        if document is None:
            return
        span = self.span
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
        document, span = self._bench.document, self.span
        if document and span and self._run(spans.relabel_span(document.set_id, span.id, label)):
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
        document, span, relation = self._bench.document, self.span, self.relation
        if document is None:
            return
        if span is not None and not span.reviewed:
            self._run(spans.accept_span(document.set_id, span.id))
        elif relation is not None and not relation.reviewed:
            self._run(relations.accept_relation(document.set_id, relation.id))

    def remove(self) -> None:
        """Remove the focused span or relation; a suggestion is rejected."""
        document, span, relation = self._bench.document, self.span, self.relation
        if document is None:
            return
        if relation is not None:
            self._run(relations.remove_relation(document.set_id, relation.id))
            self._view.clear_focus()
            if document.span(relation.head) is not None:
                self._view.focus_span(relation.head)
        elif span is not None:
            self._run(spans.remove_span(document.set_id, span.id))
            self._view.clear_focus()

    def move_edge(self, edge: str, direction: int, *, by_character: bool = False) -> None:
        """Move the start or end edge of the focused span left (-1) or right (1) by a token or a character."""
        document, span = self._bench.document, self.span
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
        if document is not None and self._run(spans.move_span(document.set_id, span_id, start, end)):
            self._view.focus_span(span_id)

    def _add(self, place: Range, label: str) -> None:
        document = self._bench.document
        assert document is not None
        made = self._run(spans.add_span(document.set_id, (place,), label))
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

    # Relations

    def start_relation(self) -> None:
        """Begin a relation at the focused span: legal targets get hint letters."""
        document, head = self._bench.document, self.span
        if document is None or head is None:
            self._bench.tell(tr("Focus the head span first: Tab, or click it."))
            return
        scheme = document.scheme

        def legal(tail: Span) -> bool:
            return any(
                label.allows(head.label, tail.label) and (head.id != tail.id or label.reflexive) for label in scheme.relations
            )

        self._view.start_relation(legal)

    def label_relation(self, label: str) -> None:
        """Relabel the focused relation."""
        document, relation = self._bench.document, self.relation
        if document is None or relation is None:
            self._bench.tell(tr("Focus a relation first: Ctrl+Right from one of its spans."))
        elif self._run(relations.relabel_relation(document.set_id, relation.id, label)):
            self._view.focus_relation(relation.id)

    def add_relation(self, head: str, tail: str, label: str) -> None:
        """Link two spans."""
        document = self._bench.document
        if document is None:
            return
        made = self._run(relations.add_relation(document.set_id, head, tail, label))
        if made:
            self._view.focus_relation(made)

    def reverse(self) -> None:
        """Swap the ends of the focused relation."""
        document, relation = self._bench.document, self.relation
        if document is None or relation is None:
            self._bench.tell(tr("Focus a relation first: Ctrl+Right from one of its spans."))
        elif self._run(relations.reverse_relation(document.set_id, relation.id)):
            self._view.focus_relation(relation.id)

    def go_to_other_end(self) -> None:
        """Focus the far end of the focused relation, or of the focused span's first one."""
        document, relation, span = self._bench.document, self.relation, self.span
        if document is None:
            return
        if relation is not None:
            self._view.focus_span(relation.tail)
        elif span is not None and (linked := document.relations_of(span.id)):
            first = linked[0]
            self._view.focus_span(first.tail if first.head == span.id else first.head)
        else:
            self._bench.tell(tr("This span has no relation."))

    # Anything else that is said of an item

    def describe(self, described: Mapping[str, Any]) -> None:
        """Save what the inspector says of an item: ``kind``, ``id`` and any of ``note``, ``kb_id``, ``attributes``."""
        document = self._bench.document
        if document is None or document.read_only:
            return
        given = {name: described[name] for name in ("note", "kb_id", "attributes") if name in described}
        if described["kind"] == "span":
            self._run(spans.describe_span(document.set_id, described["id"], **given))
        else:
            given.pop("kb_id", None)
            self._run(relations.describe_relation(document.set_id, described["id"], **given))

    def undo(self) -> None:
        """Take back this person's last edit and show where it was."""
        session = self._bench.session
        if session is not None:
            self._show(self._bench.attempt(session.undo), tr("Nothing to undo."), tr("Undone: {}"))

    def redo(self) -> None:
        """Bring back what was undone last and show where it is."""
        session = self._bench.session
        if session is not None:
            self._show(self._bench.attempt(session.redo), tr("Nothing to redo."), tr("Redone: {}"))

    def _show(self, changes: ChangeSet | None, nothing: str, said: str) -> None:
        session, document = self._bench.session, self._bench.document
        if session is None or changes is None:
            if not self._bench.messages.isVisible():
                self._bench.tell(nothing)
            return
        about = session.document_of(changes)
        if about is not None and (document is None or document.document.id != about):
            self._bench.attempt(lambda: session.open_document(about))
        self._focus_changed(changes)
        self._bench.tell(said.format(tr(changes.text).format(changes.detail)))

    def _focus_changed(self, changes: ChangeSet) -> None:
        for change in changes.changes:
            if isinstance(change.after, Relation):
                self._view.focus_relation(change.key)
                return
            if isinstance(change.after, Span):
                self._view.focus_span(change.key)
                return
        for change in changes.changes:
            if isinstance(change.before, Span):
                self._view.clear_focus()
                self._view.place_caret(change.before.start)
                return

    def _run(self, command: Command) -> Any:
        session = self._bench.session
        return None if session is None else self._bench.attempt(lambda: session.execute(command))

    # From the view

    def _is_legal(self, head: str, tail: str) -> bool:
        return bool(self._labels_between(head, tail))

    def _labels_between(self, head: str, tail: str) -> list[RelationLabel]:
        document = self._bench.document
        ends = (document.span(head), document.span(tail)) if document else (None, None)
        if document is None or ends[0] is None or ends[1] is None:
            return []
        legal = document.scheme.relations_between(ends[0].label, ends[1].label)
        return [label for label in legal if head != tail or label.reflexive]

    def _on_relation_requested(self, ends: tuple[str, str]) -> None:
        document = self._bench.document
        head, tail = ends
        labels = self._labels_between(head, tail)
        if len(labels) == 1:
            self.add_relation(head, tail, labels[0].name)
        elif labels:
            self.relationChoiceRequested.emit((head, tail, labels))
        elif document is not None:
            names = [span.label if (span := document.span(end)) else "?" for end in ends]
            text = tr("No relation label of the scheme links {} to {}.").format(*names)
            self._bench.messages.show_message(text, "warning")

    def _on_range_requested(self, asked: tuple[str, int, int]) -> None:
        self._move(*asked)
