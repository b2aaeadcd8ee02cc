"""Giving items another label where others may say the same already: two that become one, and nothing of either is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from annotator.domain.annotations import Relation, Span
from annotator.domain.labels import LabelScheme
from annotator.domain.rules import relation_ends
from annotator.store.transaction import Transaction

_Item = TypeVar("_Item", Span, Relation)


class Joining:
    """Relabels and removes inside one transaction, and counts.  ``scheme`` is the one that holds afterwards.

    Items come in the order of their ids within a set; one that became part of another meanwhile is passed over.
    """

    def __init__(self, tx: Transaction, scheme: LabelScheme) -> None:
        self._tx, self._scheme = tx, scheme
        self.spans = 0
        self.relations = 0
        self.removed_spans = 0
        self.removed_relations = 0
        self.joined = 0

    def changed(self, item: Span | Relation) -> None:
        """Count an item that has another label now."""
        if isinstance(item, Span):
            self.spans += 1
        else:
            self.relations += 1

    def remove(self, set_id: int, item: Span | Relation) -> None:
        """Remove an item, a span with its relations; nothing is remembered as rejected, since its label is gone."""
        if isinstance(item, Span):
            for relation in self._tx.relations_of(set_id, item.id):
                self._tx.remove(set_id, relation)
                self.removed_relations += 1
            self.removed_spans += self._tx.span(set_id, item.id) is not None
        else:
            self.removed_relations += self._tx.relation(set_id, item.id) is not None
        self._tx.remove(set_id, item)

    def relabel(self, set_id: int, item: Span | Relation, names: Mapping[str, str]) -> None:
        """Give an item the label that ``names`` has for its own; where another says the same then, the two become one."""
        if isinstance(item, Span):
            span = self._tx.span(set_id, item.id)
            if span is not None:
                self._relabel_span(set_id, replace(span, label=names[item.label]), names)
        else:
            relation = self._tx.relation(set_id, item.id)
            if relation is not None:
                self._relabel_relation(set_id, replace(relation, label=names[item.label]), names)

    def _relabel_span(self, set_id: int, span: Span, names: Mapping[str, str]) -> None:
        self.spans += 1
        twin = next(
            (
                other
                for other in self._tx.spans(set_id, starting=span.start)
                if other.id != span.id and other.signature == span.signature and _is_final(other, span, names)
            ),
            None,
        )
        if twin is None:
            self._tx.put(set_id, span)
            return
        self.joined += 1
        keep, lose = (span, twin) if span.reviewed and not twin.reviewed else (twin, span)
        self._tx.put(set_id, joined(keep, lose))
        for relation in self._tx.relations_of(set_id, lose.id):
            ends = {lose.id: keep.id}
            moved = replace(relation, head=ends.get(relation.head, relation.head), tail=ends.get(relation.tail, relation.tail))
            self._put_moved(set_id, moved, linked_both=relation.head != relation.tail)
        self._tx.remove(set_id, lose)

    def _put_moved(self, set_id: int, relation: Relation, *, linked_both: bool) -> None:
        """Put a relation that has another end now; one that linked the two spans that became one goes, unless its label may do that."""
        label = self._scheme.relation(relation.label)
        if linked_both and relation.head == relation.tail and not (label is not None and label.reflexive):
            self._tx.remove(set_id, relation)
            self.removed_relations += 1
        else:
            self._put_relation(set_id, relation, {})

    def _relabel_relation(self, set_id: int, relation: Relation, names: Mapping[str, str]) -> None:
        self.relations += 1
        self._put_relation(set_id, relation, names)

    def _put_relation(self, set_id: int, relation: Relation, names: Mapping[str, str]) -> None:
        ends = relation_ends(relation, self._scheme)
        twin = next(
            (
                other
                for other in self._tx.relations_of(set_id, relation.head)
                if other.id != relation.id and relation_ends(other, self._scheme) == ends and _is_final(other, relation, names)
            ),
            None,
        )
        if twin is None:
            self._tx.put(set_id, relation)
            return
        self.joined += 1
        keep, lose = (relation, twin) if relation.reviewed and not twin.reviewed else (twin, relation)
        self._tx.put(set_id, joined(keep, lose))
        self._tx.remove(set_id, lose)


def _is_final(other: Span | Relation, item: Span | Relation, names: Mapping[str, str]) -> bool:
    """Tell whether an item that has the new label already is meant to have it: its turn to change may be yet to come."""
    return other.label not in names or other.id < item.id


def joined(keep: _Item, lose: _Item) -> _Item:
    """Return ``keep`` with what only ``lose`` had; where they differ, what ``lose`` had goes into the note."""
    attributes = {**lose.attributes, **keep.attributes}
    beside = [f"{name}: {value}" for name, value in lose.attributes.items() if keep.attributes.get(name, value) != value]
    if isinstance(keep, Span) and isinstance(lose, Span):
        if keep.kb_id and lose.kb_id and keep.kb_id != lose.kb_id:
            beside.append(lose.kb_id)
        keep = replace(keep, kb_id=keep.kb_id or lose.kb_id)
    notes = dict.fromkeys(note for note in (keep.note, lose.note, *beside) if note)
    return replace(keep, attributes=attributes, note="\n".join(notes))
