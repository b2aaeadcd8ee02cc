"""The replayer: brings one set of annotations to another by key presses in the real window, counts them, and reads the file.

One action is one key press, a chord is one.  What is looked at is what the window shows: caret, selection, focus, hint letters and the
lines on the screen.  After every press the state must be the one that the table of keys promises; if not, ``Astray`` says what came
instead.  Getting the focus onto a span is counted apart from what is then done to it.
"""

from __future__ import annotations

from collections.abc import Callable

from annotator.domain.annotations import Relation, Span
from annotator.domain.text import Range
from tests.e2e.replay_hands import BY_JUMP, Astray, Hands
from tests.e2e.replay_plan import (
    Correction,
    building_order,
    edge_keys,
    edge_moves,
    ends_of,
    plan_relations,
    plan_spans,
    typed_for,
)
from tests.e2e.replay_result import (
    ACCEPTANCE,
    DONE,
    EDGES,
    FRAGMENT,
    NEW_SPAN,
    RELABEL,
    RELATION,
    RELATION_ACCEPTANCE,
    RELATION_FOCUS,
    RELATION_RELABEL,
    RELATION_REMOVAL,
    RELATION_REVERSAL,
    REMOVAL,
    RIGHT,
    Case,
    Tally,
    said,
    saved,
)
from tests.e2e.window_support import Driver


class Replayer(Hands):
    """Does whole documents.  ``accept_each`` says that every right suggestion is accepted by itself, not by marking the document done."""

    def __init__(self, user: Driver, tally: Tally, *, way: str = BY_JUMP, accept_each: bool = False) -> None:
        super().__init__(user, tally, way)
        self.accept_each = accept_each

    def replay(self, case: Case) -> None:
        """Do one document, which must be open, up to and with going on to the next; then the file must say what the gold says."""
        document = self.user.document
        if document.text != case.document.text:
            raise Astray(f"Another document is open: {document.document.name}")
        if not self.user.in_article:
            self.press("Shift+F6")
            self.counted(DONE)
        self._do_spans(case)
        self._do_relations(case)
        finish = case.all_reviewed and not self.accept_each
        self.press("Ctrl+Return" if finish else "Ctrl+PgDown")
        self.counted(DONE)
        found = saved(self.user.session.project.path, document.document.id, self.user.session.annotator, self.scheme)
        wanted = said(case.gold, self.scheme)
        if found != wanted:
            gone, more = (
                [left - right for left, right in zip(wanted, found, strict=True)],
                [left - right for left, right in zip(found, wanted, strict=True)],
            )
            raise Astray(f"{case.document.name}: the file lacks {gone} and has {more} beyond the gold; {self.user.said}")

    # Spans

    def _do_spans(self, case: Case) -> None:
        document = self.user.document
        plan = plan_spans(document.spans(), case.gold.spans.values(), document.text, document.tokens)
        work: list[tuple[int, int, Callable[[], None]]] = []
        for span_id in plan.surplus:
            work.append((document.span(span_id).start, len(work), lambda key=span_id: self._remove(key)))
        for correction in plan.corrected:
            work.append((document.span(correction.span_id).start, len(work), lambda one=correction: self._correct(one)))
        for span in plan.missing:
            work.append((span.start, len(work), lambda one=span: self._make(one)))
        for span_id, gold in plan.kept.items():
            span = document.span(span_id)
            if not span.reviewed and gold.reviewed:
                if self.accept_each or not case.all_reviewed:
                    work.append((span.start, len(work), lambda key=span_id: self._accept(key)))
                else:
                    self.tally.add(RIGHT, 0)
        for _, _, do in sorted(work, key=lambda one: one[:2]):
            do()

    def _remove(self, span_id: str) -> None:
        self.focus(span_id)
        self.press("Del")
        self.counted(REMOVAL)
        self.must(self.user.document.span(span_id) is None, "the span is still there")

    def _accept(self, span_id: str) -> None:
        if self.user.document.span(span_id).reviewed:
            return  # a relation that was accepted took its ends along
        self.focus(span_id)
        self.press("Return")
        self.counted(ACCEPTANCE)
        self.must(self.user.document.span(span_id).reviewed, "the suggestion was not accepted")

    def _correct(self, correction: Correction) -> None:
        document, gold = self.user.document, correction.gold
        if self._meets_another(correction):
            self._remove(correction.span_id)
            self._make(gold)
            return
        self.focus(correction.span_id)
        if correction.edges:
            self._move_edges(correction.span_id, correction.edges)
            self.counted(EDGES)
        if correction.relabel:
            self._press_label(gold.label)
            self.counted(RELABEL)
        span = document.span(correction.span_id)
        self.must(span is not None and span.signature == gold.signature and span.reviewed, f"{span} is not {gold}")

    def _meets_another(self, correction: Correction) -> bool:
        """Tell whether an edge on its way would make the span the same as another one, which is refused."""
        document = self.user.document
        span = document.span(correction.span_id)
        others = {other.signature for other in document.spans() if other.id != span.id}
        state = span.start, span.end
        moves = edge_moves(document.text, document.tokens, span.fragments)
        for key in correction.edges:
            state = moves(state, at_start=key[-1] in "[{")[key]
            fragments = list(span.fragments)
            fragments[0] = state[0], fragments[0][1]
            fragments[-1] = fragments[-1][0], state[1]
            if Span("", tuple(fragments), span.label).signature in others:
                return True
        return False

    def _move_edges(self, span_id: str, keys: tuple[str, ...]) -> None:
        document = self.user.document
        for key in keys:
            span = document.span(span_id)
            wanted = edge_moves(document.text, document.tokens, span.fragments)((span.start, span.end), at_start=key[-1] in "[{")[
                key
            ]
            self.press(key)
            span = document.span(span_id)
            self.must((span.start, span.end) == wanted, f"{key} brought the edges to {(span.start, span.end)} and not to {wanted}")

    def _make(self, span: Span) -> None:
        document = self.user.document
        there = document.spans()
        built = building_order(span, [label.name for label in self.scheme.spans], {one.signature for one in there})
        if built is None:
            raise Astray(f"{document.document.name}: other spans stand in the way of {span}")
        (first, *further), label = built
        self.select(first)
        self._press_label(label)
        made = self.user.span
        self.must(made is not None and made.id not in {one.id for one in there}, f"no new span at {first}; {self.user.said}")
        if made.fragments != (first,):  # its edges are inside what the caret takes for one character
            self._move_edges(made.id, self._edges_to(made, first))
        self.counted(NEW_SPAN)
        for fragment in further:
            self._add_fragment(made.id, fragment)
        if label != span.label:
            self._press_label(span.label)
            self.counted(RELABEL)
        made = document.span(made.id)
        self.must(made.signature == span.signature and made.reviewed, f"{made} came instead of {span}")

    def _edges_to(self, made: Span, wanted: Range) -> tuple[str, ...]:
        document = self.user.document
        keys = edge_keys(document.text, document.tokens, made.fragments, (wanted,))
        if keys is None:
            raise Astray(f"No edge keys lead from {made.fragments} to {wanted}")
        return keys

    def _add_fragment(self, span_id: str, fragment: Range) -> None:
        """Add to the span that had the focus last; going elsewhere takes the focus from it, but it stays pinned."""
        self.select(fragment)
        self.press("Ctrl+Shift+J")
        self.counted(FRAGMENT)
        span = self.user.document.span(span_id)
        self.must(fragment in span.fragments, f"{fragment} is not among the fragments {span.fragments}; {self.user.said}")

    def _press_label(self, name: str) -> None:
        label = self.scheme.span(name)
        if label.key:
            self.press(label.key)
        else:
            self.press(" ", *typed_for(name, [one.name for one in self.scheme.spans]), "Return")

    # Relations

    def _do_relations(self, case: Case) -> None:
        document = self.user.document
        if not case.gold.relations and not document.relations():
            return
        spans = {span.id: span for span in document.spans()}
        plan = plan_relations(document.relations(), spans, case.gold, self.scheme)
        ids = {span.signature: span.id for span in spans.values()}
        for key in plan.surplus:
            self._on_relation(key, ("Del",), RELATION_REMOVAL)
            self.must(document.relation(key) is None, "the relation is still there")
        for key, _ in plan.reversed:
            self._on_relation(key, ("x",), RELATION_REVERSAL)
        for key, gold in plan.relabelled:
            self._on_relation(key, self._relabelling(key, gold.label), RELATION_RELABEL)
        for gold in plan.missing:
            self._relate(ids[case.gold.spans[gold.head].signature], ids[case.gold.spans[gold.tail].signature], gold.label)
        for key, gold in plan.kept.items():
            if not document.relation(key).reviewed and gold.reviewed:
                if self.accept_each or not case.all_reviewed:
                    self._on_relation(key, ("Return",), RELATION_ACCEPTANCE)
                else:
                    self.tally.add(RIGHT, 0)

    def _relabelling(self, relation_id: str, name: str) -> tuple[str, ...]:
        """Return the keys that give the focused relation another label: its key, or its name in the menu."""
        label, relation = self.scheme.relation(name), self.user.document.relation(relation_id)
        if label.key:
            return (label.key,)
        return (" ", *typed_for(name, self._legal(relation.head, relation.tail)), "Return")

    def _choosing(self, head: str, tail: str, name: str) -> tuple[str, ...]:
        """Return the keys that take one of several labels in the list that opens for a new relation."""
        label = self.scheme.relation(name)
        return (label.key,) if label.key else (*["Down"] * self._legal(head, tail).index(name), "Return")

    def _legal(self, head: str, tail: str) -> list[str]:
        labels = [self.user.document.span(end).label for end in (head, tail)]
        return [label.name for label in self.scheme.links(*labels, same_span=head == tail)]

    def _on_relation(self, relation_id: str, keys: tuple[str, ...], kind: str) -> None:
        document = self.user.document
        relation = document.relation(relation_id)
        if self.user.relation is None or self.user.relation.id != relation_id:
            head = document.span(relation.head)
            if self.user.span is None or self.user.span.id not in (relation.head, relation.tail):
                self.focus(head.id)
            for _ in range(len(document.relations()) + 1):
                if self.user.relation is not None and self.user.relation.id == relation_id:
                    break
                self.press("Ctrl+Right")
            self.counted(RELATION_FOCUS)
        self.must(self.user.relation is not None and self.user.relation.id == relation_id, f"{relation} never got the focus")
        self.press(*keys)
        self.counted(kind)

    def _relate(self, head: str, tail: str, label: str) -> None:
        document = self.user.document
        before = {relation.id for relation in document.relations()}
        self.focus(head)
        self.press("r")
        self.page_to(tail, document.span(tail).start)
        self.press(*self.user.letters_for(tail))
        if self.user.menu is not None:
            self.press(*self._choosing(head, tail, label))
        self.counted(RELATION)
        made = self.user.relation
        self.must(made is not None and made.id not in before, f"no relation {label} was made; {self.user.said}")
        wanted = ends_of(Relation("", label, head, tail), {span.id: span for span in document.spans()}, self.scheme)
        found = ends_of(made, {span.id: span for span in document.spans()}, self.scheme)
        self.must(found == wanted, f"{found} came instead of {wanted}")
