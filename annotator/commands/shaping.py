"""Giving spans another shape: further fragments, two spans made one, one made two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from annotator.commands.command import (
    Command,
    approve,
    begin_work,
    check_span,
    labelled_already,
    must_have_span,
    refuse,
    refuse_twin,
    reject,
    replace_span,
    span_twin,
)
from annotator.domain.annotations import Relation, Span, ordered_fragments
from annotator.domain.changes import What
from annotator.domain.rules import UNSOUND, quoted, relation_ends, relation_problems, span_problems
from annotator.domain.text import Range, trim
from annotator.errors import Refused
from annotator.store.transaction import Transaction


def add_fragments(set_id: int, span_id: str, fragments: tuple[Range, ...]) -> Command:
    """Give a span further fragments (code points), joined where they touch; returns the span's id.

    The span is reviewed afterwards; a suggestion is remembered as rejected.  Refused where nothing would be added.
    """

    def run(tx: Transaction) -> str:
        span, document = must_have_span(tx, set_id, span_id), tx.document_of(set_id)
        for fragment in fragments:
            found = span_problems(replace(span, fragments=(fragment,)), document.text, document.tokens, tx.scheme)
            refuse([problem for problem in found if problem.rule in UNSOUND])
        changed = replace(span, fragments=ordered_fragments((*span.fragments, *fragments)))
        if changed.fragments == span.fragments:
            raise Refused(f"The span {quoted(span.surface(document.text))} covers this text already: select text outside it.")
        replace_span(tx, set_id, span, changed)
        return span_id

    return Command("Add a fragment to the {}", run, "span")


def merge_spans(set_id: int, span_ids: Sequence[str]) -> Command:
    """Make one span of several; returns the id of the first, which survives with its label, note and attributes.

    The text between two neighbouring pieces is filled, unless one span has both: a discontinuous span keeps its own gaps.  The
    relations of the others move to the survivor, and stay suggestions if they were; one that would then link it to itself without
    leave, break another rule or say again what is said already is dropped.  What is dropped or changed of the suggestions is
    remembered as rejected.
    """

    def run(tx: Transaction) -> str:
        spans = [must_have_span(tx, set_id, key) for key in dict.fromkeys(span_ids)]
        if len(spans) < 2:
            raise Refused("Merging takes at least two spans: add another to the selection.")
        first, others = spans[0], spans[1:]
        merged = replace(first, fragments=_united(spans))
        check_span(tx, set_id, merged)
        gone = {span.id for span in others}
        twin = span_twin(tx, set_id, merged)
        if twin is not None and twin.id not in gone:
            raise labelled_already(tx, set_id, merged)
        begin_work(tx, set_id)
        moved, dropped = _moved_relations(tx, set_id, merged, gone)
        for relation in dropped:
            reject(tx, set_id, relation)
            tx.remove(set_id, relation)
        for span in others:
            reject(tx, set_id, span)
        if merged.signature != first.signature:
            reject(tx, set_id, first)
        approve(tx, set_id, merged)
        for relation in moved:
            if relation.reviewed:
                approve(tx, set_id, relation)
            else:
                tx.put(set_id, relation)
        for span in others:
            tx.remove(set_id, span)
        return first.id

    return Command("Merge the {}", run, "spans")


def split_span(set_id: int, span_id: str, offset: int) -> Command:
    """Make two spans of one at the code point ``offset``; returns the id of the second, which has the same label and attributes.

    The first keeps the id, the relations, the note and all else.  White space at the cut goes to neither; refused where one of them
    would be left without text.
    """

    def run(tx: Transaction) -> str:
        span, text = must_have_span(tx, set_id, span_id), tx.document_of(set_id).text
        before = tuple(_trimmed(text, ((start, min(end, offset)) for start, end in span.fragments)))
        after = tuple(_trimmed(text, ((max(start, offset), end) for start, end in span.fragments)))
        if not before or not after:
            raise Refused(f"The span {quoted(span.surface(text))} cannot be split here: put the caret inside it.")
        first = replace(span, fragments=before)
        second = Span(tx.new_id(set_id, What.SPAN), after, span.label, span.attributes, origin=f"person:{tx.actor}")
        for half in (first, second):
            check_span(tx, set_id, half)
        begin_work(tx, set_id)
        refuse_twin(tx, set_id, first)
        twin = span_twin(tx, set_id, second)
        if twin is not None and twin.reviewed:
            raise labelled_already(tx, set_id, second)
        reject(tx, set_id, span)
        approve(tx, set_id, first)
        approve(tx, set_id, twin or second)
        return (twin or second).id

    return Command("Split the {}", run, "span")


def _united(spans: Iterable[Span]) -> tuple[Range, ...]:
    """Return the fragments of the merged span: see ``merge_spans``."""
    pieces: list[tuple[int, int, set[str]]] = []
    for (start, end), owner in sorted((fragment, span.id) for span in spans for fragment in span.fragments):
        if pieces and start <= pieces[-1][1]:
            low, high, owners = pieces[-1]
            pieces[-1] = low, max(high, end), owners | {owner}
        else:
            pieces.append((start, end, {owner}))
    filling = ((left[1], right[0]) for left, right in pairwise(pieces) if not left[2] & right[2])
    return ordered_fragments((*((start, end) for start, end, _ in pieces), *filling))


def _trimmed(text: str, fragments: Iterable[Range]) -> Iterator[Range]:
    for start, end in fragments:
        low, high = trim(text, start, end)
        if low < high:
            yield low, high


def _moved_relations(tx: Transaction, set_id: int, merged: Span, gone: set[str]) -> tuple[list[Relation], list[Relation]]:
    """Return the relations of the spans that go as they are at ``merged``, and those that cannot be.

    Of several that say the same a reviewed one stays, then one that was the survivor's already.
    """
    scheme = tx.scheme
    found = {relation.id: relation for key in (merged.id, *gone) for relation in tx.relations_of(set_id, key)}
    spans = {merged.id: merged}
    moved: list[Relation] = []
    dropped: list[Relation] = []
    said: set[tuple[str, str, str]] = set()
    for old in sorted(found.values(), key=lambda relation: (not relation.reviewed, bool({relation.head, relation.tail} & gone))):
        head, tail = (merged.id if end in gone else end for end in (old.head, old.tail))
        new = replace(old, head=head, tail=tail)
        for end in (head, tail):
            spans.setdefault(end, must_have_span(tx, set_id, end))
        ends = relation_ends(new, scheme)
        if ends in said or (new != old and any(relation_problems(new, spans, scheme))):
            dropped.append(old)
            continue
        said.add(ends)
        if new != old:
            moved.append(new)
    return moved, dropped
