"""What hands do to relations: from the focused span to a legal target, and to the focused relation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotator.commands import relations
from annotator.domain.annotations import Span
from annotator.domain.labels import RelationLabel
from annotator.session.events import Event
from annotator.ui.i18n import tr

if TYPE_CHECKING:
    from annotator.ui.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Choice:
    """Two spans (by id) and the several labels that may link them."""

    head: str
    tail: str
    labels: tuple[RelationLabel, ...]


class Relating:
    """Makes and changes relations in the open document of a workbench; ``choice_needed`` asks which of several labels is meant."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._view = bench.view
        self.choice_needed: Event[Choice] = Event()
        bench.view.relationRequested.connect(self._on_relation_requested)
        bench.view.set_legal_target(self._is_legal)

    def start(self) -> None:
        """Begin a relation at the focused span: legal targets get hint letters."""
        document, head = self._bench.document, self._bench.span
        if document is None or head is None:
            self._bench.tell(tr("Focus the head span first: Tab, or click it."))
            return
        tails: dict[str, bool] = {}

        def legal(tail: Span) -> bool:
            if tail.id == head.id:
                return self._is_legal(head.id, tail.id)
            if tail.label not in tails:
                tails[tail.label] = bool(document.scheme.relations_between(head.label, tail.label))
            return tails[tail.label]

        if any(legal(span) for span in document.spans()):
            self._view.start_relation(legal)
        else:
            text = tr("No relation label of the scheme links {} to any span of this document.")
            self._bench.messages.show_message(text.format(head.label), "warning")

    def relabel(self, label: str) -> None:
        """Relabel the focused relation."""
        document, relation = self._bench.document, self._bench.relation
        if document is None or relation is None:
            self._bench.tell(tr("Focus a relation first: Ctrl+Right from one of its spans."))
        elif self._bench.run(relations.relabel_relation(document.set_id, relation.id, label)):
            self._view.focus_relation(relation.id)

    def add(self, head: str, tail: str, label: str) -> None:
        """Link two spans."""
        document = self._bench.document
        if document is None:
            return
        made = self._bench.run(relations.add_relation(document.set_id, head, tail, label))
        if made:
            self._view.focus_relation(made)

    def reverse(self) -> None:
        """Swap the ends of the focused relation."""
        document, relation = self._bench.document, self._bench.relation
        if document is None or relation is None:
            self._bench.tell(tr("Focus a relation first: Ctrl+Right from one of its spans."))
        elif self._bench.run(relations.reverse_relation(document.set_id, relation.id)):
            self._view.focus_relation(relation.id)

    def go_to_other_end(self) -> None:
        """Focus the far end, seen from the caret, of the focused relation, or of the focused span's first one."""
        document, relation, span = self._bench.document, self._bench.relation, self._bench.span
        if document is None:
            return
        if relation is not None:
            head, tail = document.span(relation.head), document.span(relation.tail)
            at_tail = head is not None and tail is not None and self._view.caret == tail.start != head.start
            self._view.focus_span(relation.head if at_tail else relation.tail)
        elif span is not None and (linked := document.relations_of(span.id)):
            first = linked[0]
            self._view.focus_span(first.tail if first.head == span.id else first.head)
        else:
            self._bench.tell(tr("This span has no relation."))

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
        if self._bench.refuses_edits():
            return
        labels = self._labels_between(head, tail)
        if len(labels) == 1:
            self.add(head, tail, labels[0].name)
        elif labels:
            self.choice_needed.emit(Choice(head, tail, tuple(labels)))
        elif document is not None:
            names = [span.label if (span := document.span(end)) else "?" for end in ends]
            text = tr("No relation label of the scheme links {} to {}.").format(*names)
            if head == tail:
                text = tr("No relation label of the scheme links a span to itself.")
            self._bench.messages.show_message(text, "warning")
