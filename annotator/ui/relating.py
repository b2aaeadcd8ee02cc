"""What hands do to relations and to the roles of events: from the focused span to a legal target, and to the focused relation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotator.commands import relations
from annotator.domain.annotations import Span
from annotator.domain.labels import LabelScheme, RelationLabel
from annotator.domain.rules import quoted
from annotator.session.events import Event
from annotator.ui.i18n import tr

if TYPE_CHECKING:
    from annotator.session.document import DocumentState
    from annotator.ui.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Choice:
    """Two spans (by id) and the several labels that may link them.

    ``tail`` is empty where a role of the trigger ``head`` is chosen first and the target afterwards.
    """

    head: str
    tail: str
    labels: tuple[RelationLabel, ...]


class Relating:
    """Makes and changes relations in the open document of a workbench; ``choice_needed`` asks which of several labels is meant.

    The answer to it is given to ``add``.  Which labels may link two spans is asked of the label scheme alone (``LabelScheme.links``).
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._view = bench.view
        self.choice_needed: Event[Choice] = Event()
        bench.view.relationRequested.connect(self._on_relation_requested)
        bench.view.roleRequested.connect(self._on_role_requested)
        bench.view.set_legal_target(self._is_legal)

    def start(self) -> None:
        """Begin a relation at the focused span, or once more at the head of the focused relation: legal targets get hint letters."""
        relation = self._bench.relation
        if relation is not None:
            self._view.focus_span(relation.head, reveal=False)
        document, head = self._bench.document, self._bench.span
        if document is None or head is None:
            self._bench.tell(tr("Focus the head span first: Tab, or click it."))
            return
        legal = self._legal_tails(document.scheme, head)
        if _has_target(document, head):
            self._view.start_relation(legal)
        else:
            text = tr("No relation label of the scheme links {} to any span of this document.")
            self._bench.messages.show_message(text.format(head.label), "warning")

    def start_role(self) -> None:
        """Fill a role of the focused trigger: the role is chosen by its key, then the target by its letters.

        An event is its trigger with the relations that begin there.  A trigger with a single role goes straight on to the targets.
        """
        document, trigger = self._bench.document, self._bench.span
        if document is None or trigger is None:
            self._bench.tell(tr("Focus the trigger of the event first: Tab, or click it."))
            return
        roles = document.scheme.roles_of(trigger.label)
        if not roles:
            text = tr("The scheme has no role for {}, so it cannot be the trigger of an event.")
            self._bench.messages.show_message(text.format(trigger.label), "warning")
        elif len(roles) == 1:
            self._start_filling(trigger.id, roles[0].name)
        else:
            self.choice_needed.emit(Choice(trigger.id, "", roles))

    def _start_filling(self, trigger_id: str, role: str) -> None:
        document = self._bench.document
        trigger = document.span(trigger_id) if document is not None else None
        if document is None or trigger is None:
            return
        legal = self._legal_tails(document.scheme, trigger, role)
        if _has_target(document, trigger, role):
            self._view.focus_span(trigger_id, at=self._view.caret if self._view.focused_span == trigger_id else None)
            self._view.start_relation(legal, role)
        else:
            text = tr("No span of this document can be the {role} of {trigger}.")
            self._bench.messages.show_message(text.format(role=role, trigger=trigger.label), "warning")

    def relabel(self, label: str) -> None:
        """Relabel the focused relation."""
        document, relation = self._bench.document, self._bench.relation
        if document is None or relation is None:
            self._bench.tell(tr("Focus a relation first: Ctrl+Right from one of its spans."))
        elif self._bench.run(relations.relabel_relation(document.set_id, relation.id, label)):
            self._view.focus_relation(relation.id)

    def add(self, head: str, tail: str, label: str) -> None:
        """Link two spans and focus the relation; with an empty ``tail``, let the target of this role be chosen first."""
        document = self._bench.document
        if document is None:
            return
        if not tail:
            self._start_filling(head, label)
            return
        made = self._bench.run(relations.add_relation(document.set_id, head, tail, label))
        if made:
            # The place where the target was found stays under the eye, even where the head is pages away.
            self._view.focus_relation(made, reveal=not self._in_view(head, tail))

    def step(self, direction: int) -> None:
        """Focus the next (1) or previous (-1) relation of the focused span, or say that there is none."""
        if not self._view.step_relation(direction):
            span = self._bench.span
            self._bench.tell(tr("This span has no relation.") if span is not None else tr("Focus a span first: Tab, or click it."))

    def _in_view(self, *span_ids: str) -> bool:
        document, (low, high) = self._bench.document, self._view.scene().range
        spans = [document.span(key) for key in span_ids] if document is not None else []
        return any(span is not None and span.start < high and low < span.end for span in spans)

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

    def _legal_tails(self, scheme: LabelScheme, head: Span, role: str = "") -> Callable[[Span], bool]:
        """Return what tells whether a span may be linked to from ``head``, by ``role`` if one is given; asked once for each label."""
        known: dict[tuple[str, bool], bool] = {}

        def legal(tail: Span) -> bool:
            key = tail.label, tail.id == head.id
            if key not in known:
                labels = scheme.links(head.label, tail.label, same_span=key[1])
                known[key] = any(not role or label.name == role for label in labels)
            return known[key]

        return legal

    def _is_legal(self, head: str, tail: str) -> bool:
        return bool(self._labels_between(head, tail))

    def _labels_between(self, head: str, tail: str) -> tuple[RelationLabel, ...]:
        document = self._bench.document
        ends = (document.span(head), document.span(tail)) if document else (None, None)
        if document is None or ends[0] is None or ends[1] is None:
            return ()
        return document.scheme.links(ends[0].label, ends[1].label, same_span=head == tail)

    def _on_role_requested(self, asked: tuple[str, str, str]) -> None:
        """Fill a role; the trigger keeps the focus, so that the next one can follow."""
        document = self._bench.document
        trigger, target, role = asked
        if document is None or self._bench.refuses_edits():
            return
        if self._bench.run(relations.add_relation(document.set_id, trigger, target, role)):
            self._view.focus_span(trigger, at=self._view.caret if self._view.focused_span == trigger else None)
            filled = document.span(target)
            text = quoted(filled.surface(document.text)) if filled is not None else ""
            self._bench.tell(tr("{text} is its {role}.").format(text=text, role=role))

    def _on_relation_requested(self, ends: tuple[str, str]) -> None:
        document = self._bench.document
        head, tail = ends
        if self._bench.refuses_edits():
            return
        labels = self._labels_between(head, tail)
        if len(labels) == 1:
            self.add(head, tail, labels[0].name)
        elif labels:
            self.choice_needed.emit(Choice(head, tail, labels))
        elif document is not None:
            names = [span.label if (span := document.span(end)) else "?" for end in ends]
            text = tr("No relation label of the scheme links {} to {}.").format(*names)
            if head == tail:
                text = tr("No relation label of the scheme links a span to itself.")
            self._bench.messages.show_message(text, "warning")


def _has_target(document: DocumentState, head: Span, role: str = "") -> bool:
    """Tell whether a span of the document may be linked to from ``head``, by asking once for each label in use."""

    def fits(labels: tuple[RelationLabel, ...]) -> bool:
        return any(not role or label.name == role for label in labels)

    for label, count in document.label_counts()[0].items():
        if count > (label == head.label) and fits(document.scheme.links(head.label, label)):
            return True
    return fits(document.scheme.links(head.label, head.label, same_span=True))
