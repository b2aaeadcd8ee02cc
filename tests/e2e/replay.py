"""The replayer: brings one set of annotations to another by key presses in the real window, counts them, and reads the file.

One action is one key press, a chord is one.  What is looked at is what the window shows: caret, selection, focus, hint letters and the
lines on the screen.  After every press the state must be the one that the table of keys promises; if not, ``Astray`` says what came
instead.  Getting the focus onto a span is counted apart from what is then done to it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from annotator.domain.annotations import AnnotationSet, Relation, Span
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme
from annotator.domain.text import Range
from tests.e2e.replay_plan import (
    Correction,
    building_order,
    caret_moves,
    edge_keys,
    edge_moves,
    ends_of,
    plan_relations,
    plan_spans,
    selecting_keys,
    shortest,
    step_keys,
    typed_for,
    walk_length,
)
from tests.e2e.window_support import Driver

BY_JUMP, BY_CARET = "jump", "caret"

NEW_SPAN = "new span"
FRAGMENT = "further fragment"
RELABEL, REMOVAL, ACCEPTANCE, EDGES = "relabel", "removal", "acceptance", "edges"
RELATION, RELATION_RELABEL, RELATION_REVERSAL = "new relation", "relation relabelled", "relation reversed"
RELATION_REMOVAL, RELATION_ACCEPTANCE = "relation removed", "relation accepted"
FOCUS, RELATION_FOCUS = "focusing a span", "focusing a relation"
DONE, RIGHT = "done, next document", "right suggestion"


class Astray(AssertionError):
    """A key did not do what the table of keys says, or no keys lead to what is wanted."""


@dataclass(slots=True)
class Tally:
    """How many things were done, and with how many presses, by kind.  ``each`` keeps the presses of every single one.

    ``paged`` says how many of all presses turned a page to bring a target into view.
    """

    each: dict[str, list[int]] = field(default_factory=dict)
    paged: int = 0

    def add(self, kind: str, presses: int) -> None:
        """Count one thing done."""
        self.each.setdefault(kind, []).append(presses)

    def count(self, kind: str) -> int:
        """Return how many were done."""
        return len(self.each.get(kind, ()))

    def presses(self, kind: str) -> int:
        """Return how many presses they took together."""
        return sum(self.each.get(kind, ()))

    def average(self, kind: str) -> float:
        """Return the presses of one, on average; 0 if there was none."""
        return self.presses(kind) / self.count(kind) if self.count(kind) else 0.0

    @property
    def total(self) -> int:
        """All presses."""
        return sum(map(sum, self.each.values()))


@dataclass(frozen=True, slots=True)
class Case:
    """One document, what is there when it is opened for the first time (None: nothing), and what is wanted."""

    document: Document
    start: AnnotationSet | None
    gold: AnnotationSet

    @property
    def all_reviewed(self) -> bool:
        """Whether marking the document done, which accepts what is left, leads to the gold."""
        return all(item.reviewed for item in (*self.gold.spans.values(), *self.gold.relations.values()))


# --- what the file says --------------------------------------------------------------------------------------------------------

Said = tuple[Counter[Hashable], Counter[Hashable]]


def saved(path: Path, document_id: int, annotator: str, scheme: LabelScheme) -> Said:
    """Read one person's spans and relations with ``sqlite3`` alone."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        where = "set_id = (SELECT id FROM annotation_sets WHERE document_id = ? AND annotator = ? AND kind = 'person')"
        spans = connection.execute(
            f'SELECT id, start, "end", fragments, label, reviewed FROM spans WHERE {where}', (document_id, annotator)
        ).fetchall()
        relations = connection.execute(
            f"SELECT label, head, tail, reviewed FROM relations WHERE {where}", (document_id, annotator)
        ).fetchall()
    finally:
        connection.close()
    places = {
        key: (tuple(map(tuple, json.loads(fragments))) if fragments else ((start, end),), label)
        for key, start, end, fragments, label, _ in spans
    }
    return _said(
        scheme, [(*places[row[0]], bool(row[5])) for row in spans], [(*row[:3], bool(row[3])) for row in relations], places
    )


def said(content: AnnotationSet, scheme: LabelScheme) -> Said:
    """Return what a set says, in the same shape: fragments, label and whether reviewed; label, ends and whether reviewed."""
    places = {key: (span.fragments, span.label) for key, span in content.spans.items()}
    spans = [(span.fragments, span.label, span.reviewed) for span in content.spans.values()]
    relations = [(one.label, one.head, one.tail, one.reviewed) for one in content.relations.values()]
    return _said(scheme, spans, relations, places)


def _said(scheme: LabelScheme, spans: list, relations: list, places: Mapping[str, Hashable]) -> Said:
    found: Counter[Hashable] = Counter()
    for name, head, tail, reviewed in relations:
        label = scheme.relation(name)
        ends = [places[head], places[tail]]
        found[name, tuple(sorted(ends) if label is not None and label.symmetric else ends), reviewed] += 1  # type: ignore[type-var]
    return Counter(spans), found


# --- the hands -----------------------------------------------------------------------------------------------------------------


class Replayer:
    """The hands and eyes in front of one window.  ``way`` says how new spans are made, ``accept_each`` that every right suggestion is
    accepted by itself and not by marking the document done."""

    def __init__(self, user: Driver, tally: Tally, *, way: str = BY_JUMP, accept_each: bool = False) -> None:
        self.user, self.view, self.tally = user, user.view, tally
        self.way, self.accept_each = way, accept_each
        self._presses = 0

    @property
    def scheme(self) -> LabelScheme:
        """The labels of the open document."""
        return self.user.document.scheme

    def replay(self, case: Case) -> None:
        """Do one document, which must be open, up to and with going on to the next; then the file must say what the gold says."""
        document = self.user.document
        if document.text != case.document.text:
            raise Astray(f"Another document is open: {document.document.name}")
        if not self.user.in_article:
            self._press("Shift+F6")
            self._counted(DONE)
        self._do_spans(case)
        self._do_relations(case)
        finish = case.all_reviewed and not self.accept_each
        self._press("Ctrl+Return" if finish else "Ctrl+PgDown")
        self._counted(DONE)
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
        self._press("Del")
        self._counted(REMOVAL)
        self._must(self.user.document.span(span_id) is None, "the span is still there")

    def _accept(self, span_id: str) -> None:
        if self.user.document.span(span_id).reviewed:
            return  # a relation that was accepted took its ends along
        self.focus(span_id)
        self._press("Return")
        self._counted(ACCEPTANCE)
        self._must(self.user.document.span(span_id).reviewed, "the suggestion was not accepted")

    def _correct(self, correction: Correction) -> None:
        document, gold = self.user.document, correction.gold
        if self._meets_another(correction):
            self._remove(correction.span_id)
            self._make(gold)
            return
        self.focus(correction.span_id)
        if correction.edges:
            self._move_edges(correction.span_id, correction.edges)
            self._counted(EDGES)
        if correction.relabel:
            self._press_label(gold.label)
            self._counted(RELABEL)
        span = document.span(correction.span_id)
        self._must(span is not None and span.signature == gold.signature and span.reviewed, f"{span} is not {gold}")

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
            self._press(key)
            span = document.span(span_id)
            self._must((span.start, span.end) == wanted, f"{key} brought the edges to {(span.start, span.end)} and not to {wanted}")

    def _make(self, span: Span) -> None:
        document = self.user.document
        there = document.spans()
        built = building_order(span, [label.name for label in self.scheme.spans], {one.signature for one in there})
        if built is None:
            raise Astray(f"{document.document.name}: other spans stand in the way of {span}")
        (first, *further), label = built
        self._select(first)
        self._press_label(label)
        made = self.user.span
        self._must(made is not None and made.id not in {one.id for one in there}, f"no new span at {first}; {self.user.said}")
        if made.fragments != (first,):  # its edges are inside what the caret takes for one character
            self._move_edges(made.id, self._edges_to(made, first))
        self._counted(NEW_SPAN)
        for fragment in further:
            self._add_fragment(made.id, fragment)
        if label != span.label:
            self._press_label(span.label)
            self._counted(RELABEL)
        made = document.span(made.id)
        self._must(made.signature == span.signature and made.reviewed, f"{made} came instead of {span}")

    def _edges_to(self, made: Span, wanted: Range) -> tuple[str, ...]:
        document = self.user.document
        keys = edge_keys(document.text, document.tokens, made.fragments, (wanted,))
        if keys is None:
            raise Astray(f"No edge keys lead from {made.fragments} to {wanted}")
        return keys

    def _add_fragment(self, span_id: str, fragment: Range) -> None:
        """Add to the span that had the focus last; going elsewhere takes the focus from it, but it stays pinned."""
        self._select(fragment)
        self._press("Ctrl+Shift+J")
        self._counted(FRAGMENT)
        span = self.user.document.span(span_id)
        self._must(fragment in span.fragments, f"{fragment} is not among the fragments {span.fragments}; {self.user.said}")

    def _select(self, wanted: Range) -> None:
        """Select, or put the caret on a single token."""
        if self.way == BY_JUMP:
            self._select_by_jump(wanted)
        else:
            self._select_by_caret(wanted)

    def _press_label(self, name: str) -> None:
        label = self.scheme.span(name)
        if label.key:
            self._press(label.key)
        else:
            self._press(" ", *typed_for(name, [one.name for one in self.scheme.spans]), "Return")

    # Caret and selection

    def _select_by_jump(self, wanted: Range) -> None:
        tokens = self.user.document.tokens
        covered = tokens.covered(*wanted)
        self._jump(tokens.starts[covered[0]])
        if not tokens.aligned(*wanted):
            self._select_inside(wanted)
        elif len(covered) > 2:
            self._jump(tokens.starts[covered[-1]], extend=True)
        elif len(covered) == 2:
            self._extend(wanted)
        if len(covered) > 1 and tokens.aligned(*wanted):
            self._must(self.view.selection == wanted, f"{self.view.selection} is selected and not {wanted}")

    def _jump(self, offset: int, *, extend: bool = False) -> None:
        self._press("f")
        while offset not in self.user.hints().values():
            self._page(offset)
        *first, last = self.user.letters_for(offset)
        self._press(*first, f"Shift+{last.upper()}" if extend else last)
        if not extend:
            self._must(self.view.caret == offset, f"the caret is at {self.view.caret} and not at {offset}")

    def _page(self, offset: int) -> None:
        bar = self.view.verticalScrollBar()
        before = bar.value()
        self._press("PgDown" if offset >= self.view.scene().range[1] else "PgUp")
        self.tally.paged += 1
        self._must(bar.value() != before, f"paging never shows {offset}")

    def _select_inside(self, wanted: Range) -> None:
        """Select by characters, from the start of the token that the caret stands at."""
        text, tokens = self.user.document.text, self.user.document.tokens
        steps = step_keys(text, self.view.caret, wanted[0])
        keys = selecting_keys(text, tokens, wanted[0], wanted) if steps is not None else None
        if steps is None or keys is None:
            return  # the token is labelled and its edges moved
        for key in (*steps, *keys):
            self._press(self._turned(key))
        self._must(self.view.selection == wanted, f"{self.view.selection} is selected and not {wanted}")

    def _extend(self, wanted: Range) -> None:
        """Select whole tokens from the caret, which stands at the first or behind the last of them."""
        key = "Shift+Right" if self.view.caret == wanted[0] else "Shift+Left"
        for _ in self.user.document.tokens.covered(*wanted):
            self._press(self._turned(key))

    def _turned(self, key: str) -> str:
        """Return the arrow key that does the same where the text runs to the left."""
        geometry = self.view.builder.geometry
        if not geometry.leftward(geometry.line_of(self.view.caret), self.view.caret):
            return key
        return key.replace("Right", "Left") if key.endswith("Right") else key.replace("Left", "Right")

    def _select_by_caret(self, wanted: Range) -> None:
        tokens = self.user.document.tokens
        covered = tokens.covered(*wanted)
        goals = {tokens.starts[covered[0]]}
        aligned = tokens.aligned(*wanted)
        if aligned and len(covered) > 1 and covered[-1] + 1 < len(tokens):
            goals.add(tokens.starts[covered[-1] + 1])
        self._go(goals)
        if not aligned:
            self._select_inside(wanted)
        elif len(covered) > 1:
            self._extend(wanted)
            self._must(self.view.selection == wanted, f"{self.view.selection} is selected and not {wanted}")

    def _go(self, goals: set[int]) -> None:
        """Take the caret to the nearest of some places, by arrow keys alone."""
        keys = shortest((self.view.caret, None), lambda state: state[0] in goals, self._caret_states)
        self._must(keys is not None, f"no arrow keys lead from {self.view.caret} to {goals}")
        if not keys and self.user.span is not None:  # here, but a label key would relabel the span that has the focus
            self._press("Esc")
        state = (self.view.caret, None)
        for key in keys or ():
            state = self._caret_states(state)[key]
            self._press(key)
            self._must(self.view.caret == state[0], f"{key} took the caret to {self.view.caret} and not to {state[0]}")

    def _caret_states(self, state: tuple[int, float | None]) -> dict[str, tuple[int, float | None]]:
        """Return where each key takes the caret; several steps up or down keep to where the first one began."""
        offset, goal = state
        document, geometry = self.user.document, self.view.builder.geometry
        line = geometry.line_of(offset)
        found: dict[str, tuple[int, float | None]] = {
            key: (place, None) for key, place in caret_moves(document.tokens, document.sentences, offset).items()
        }
        if geometry.leftward(line, offset):
            swapped = {"Left": found.get("Right"), "Right": found.get("Left")}
            found = {key: value for key, value in {**found, **swapped}.items() if value is not None}
        on_line = document.tokens.covered(line.start, line.end)
        if on_line:
            edges = document.tokens.starts[on_line[0]], document.tokens.starts[on_line[-1]]
            found["Home"], found["End"] = (max(line.start, edges[0]), None), (edges[1], None)
        goal = goal if goal is not None else geometry.x_of(line, offset)
        for key, direction in (("Up", -1), ("Down", 1)):
            other = geometry.next_line(line, direction)
            while other is not None and other.start == other.end:
                other = geometry.next_line(other, direction)
            if other is not None:
                place = geometry.offset_on(other, goal + 1)
                index = document.tokens.at(place)
                found[key] = (place if index is None else document.tokens.starts[index], goal)
        return found

    # The focus

    def focus(self, span_id: str) -> None:
        """Give a span the focus, by walking or by a jump close to it, and count that apart."""
        user, document = self.user, self.user.document
        if user.span is not None and user.span.id == span_id:
            return
        wanted = document.span(span_id)
        walk = self._walk(span_id)
        at_start = walk_length(document.spans(), None, wanted.start, wanted)
        if abs(walk[0]) > 3 + at_start:
            token = document.tokens.at(wanted.start)
            if token is not None and document.tokens.starts[token] == wanted.start:
                self._jump(wanted.start)
                walk = self._walk(span_id)
        steps, forwards, backwards = walk
        for _ in range(abs(steps)):
            self._press(forwards if steps > 0 else backwards)
        self._counted(FOCUS)
        found = user.span
        self._must(found is not None and found.id == span_id, f"{found} has the focus and not {wanted}")

    def _walk(self, span_id: str) -> tuple[int, str, str]:
        document, caret, focused = self.user.document, self.view.caret, self.user.span
        wanted = document.span(span_id)
        found = (walk_length(document.spans(), focused, caret, wanted), "Tab", "Shift+Tab")
        if not wanted.reviewed:
            unreviewed = [span for span in document.spans() if not span.reviewed]
            found = min((walk_length(unreviewed, focused, caret, wanted), ".", ","), found, key=lambda one: abs(one[0]))
        return found

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
            self._must(document.relation(key) is None, "the relation is still there")
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
                self._press("Ctrl+Right")
            self._counted(RELATION_FOCUS)
        self._must(self.user.relation is not None and self.user.relation.id == relation_id, f"{relation} never got the focus")
        self._press(*keys)
        self._counted(kind)

    def _relate(self, head: str, tail: str, label: str) -> None:
        document = self.user.document
        before = {relation.id for relation in document.relations()}
        self.focus(head)
        self._press("r")
        while tail not in self.user.hints().values():
            self._page(document.span(tail).start)
        self._press(*self.user.letters_for(tail))
        if self.user.menu is not None:
            self._press(*self._choosing(head, tail, label))
        self._counted(RELATION)
        made = self.user.relation
        self._must(made is not None and made.id not in before, f"no relation {label} was made; {self.user.said}")
        wanted = ends_of(Relation("", label, head, tail), {span.id: span for span in document.spans()}, self.scheme)
        found = ends_of(made, {span.id: span for span in document.spans()}, self.scheme)
        self._must(found == wanted, f"{found} came instead of {wanted}")

    # Presses

    def _press(self, *keys: str) -> None:
        for key in keys:
            self.user.press(key)
            self._presses += 1

    def _counted(self, kind: str) -> None:
        """Put the presses since the last count down to one thing that was done."""
        self.tally.add(kind, self._presses)
        self._presses = 0

    def _must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise Astray(f"{self.user.document.document.name}: {otherwise}")
