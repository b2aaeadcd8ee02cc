"""Giving items another label where others may say the same already: two that become one, and nothing a person said of either is lost.

What a suggester said never becomes a person's word by it: a suggestion that says the same as something reviewed goes, and leaves there no
more than a note of what a person wrote on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from annotator.domain.annotations import NOTHING, Kind, Relation, Span
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
        self._models: dict[int, dict[str, int]] = {}
        """The models' sets beside the set that was looked at last: items come set by set."""
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
        keep, lose = self._put_one(set_id, span, twin)
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
        _, lose = self._put_one(set_id, relation, twin)
        self._tx.remove(set_id, lose)

    def _put_one(self, set_id: int, item: _Item, twin: _Item) -> tuple[_Item, _Item]:
        """Put what two that say the same become; returns the one that goes on, and the one that is to go.

        A reviewed one goes on, else one that a person described, else the surer; where they are equal, the one that was there.
        """
        written, beside = self._written(set_id, item), self._written(set_id, twin)
        if _worth(item, written) > _worth(twin, beside):
            keep, lose, said = item, twin, beside
        else:
            keep, lose, said = twin, item, written
        self._tx.put(set_id, noted(keep, said) if keep.reviewed and not lose.reviewed else joined(keep, said))
        return keep, lose

    def _written(self, set_id: int, item: _Item) -> _Item:
        """Return an item with nothing but what a person wrote on it: of a suggestion, what its model's own item does not say.

        Where that item is gone from a set of the model's that is there, a run took it away and left the suggestion for what a person
        wrote on it.  Where there is no such set, or another item in it took that place over, nobody can tell: a note is then a person's,
        the rest the suggester's.
        """
        if item.reviewed:
            return item
        maker, _, key = item.derived_from.rpartition("/")
        model_id = self._models_of(set_id).get(maker, 0) if maker else 0
        model = self._tx.span(model_id, key) if isinstance(item, Span) else self._tx.relation(model_id, key)
        if model is not None:
            return _but_for(item, model)
        if model_id and not (isinstance(item, Span) and self._says_something_at(model_id, item)):
            return item
        return _without_kb_id(replace(item, attributes=NOTHING))

    def _models_of(self, set_id: int) -> dict[str, int]:
        """Return the ids of the models' sets on the document of a set, by name."""
        if set_id not in self._models:
            sets = self._tx.sets_of(self._tx.set_info(set_id).document_id)
            self._models = {set_id: {name: key for (name, kind), (key, _) in sets.items() if kind is Kind.MODEL}}
        return self._models[set_id]

    def _says_something_at(self, model_id: int, span: Span) -> bool:
        return any(other.fragments == span.fragments for other in self._tx.spans(model_id, starting=span.start))


def _is_final(other: Span | Relation, item: Span | Relation, names: Mapping[str, str]) -> bool:
    """Tell whether an item that has the new label already is meant to have it: its turn to change may be yet to come."""
    return other.label not in names or other.id < item.id


def _worth(item: Span | Relation, written: Span | Relation) -> tuple[bool, bool, float]:
    """Return what tells which of two goes on; ``written`` is what a person wrote on it.  Without a confidence it counts as sure."""
    if item.reviewed:
        return True, True, 1.0
    return False, _says_more(written), 1.0 if item.confidence is None else item.confidence


def _says_more(item: Span | Relation) -> bool:
    return bool(item.attributes or item.note or (isinstance(item, Span) and item.kb_id))


def _but_for(item: _Item, model: Span | Relation) -> _Item:
    """Return an item without what the model's item that it was copied from says, too."""
    told = model.attributes
    attributes = {name: value for name, value in item.attributes.items() if name not in told or told[name] != value}
    item = replace(item, attributes=attributes, note="" if item.note == model.note else item.note)
    is_told = isinstance(item, Span) and isinstance(model, Span) and item.kb_id == model.kb_id
    return _without_kb_id(item) if is_told else item


def _without_kb_id(item: _Item) -> _Item:
    return replace(item, kb_id="") if isinstance(item, Span) else item


def joined(keep: _Item, lose: _Item) -> _Item:
    """Return ``keep`` with what only ``lose`` had; where they differ, what ``lose`` had goes into the note."""
    attributes = {**lose.attributes, **keep.attributes}
    if isinstance(keep, Span) and isinstance(lose, Span):
        return noted(replace(keep, attributes=attributes, kb_id=keep.kb_id or lose.kb_id), lose)
    return noted(replace(keep, attributes=attributes), lose)


def noted(keep: _Item, lose: _Item) -> _Item:
    """Return ``keep`` as it is but for its note, which says what ``lose`` had and it has not."""
    there = keep.attributes
    beside = [f"{name}: {value}" for name, value in lose.attributes.items() if name not in there or there[name] != value]
    if isinstance(keep, Span) and isinstance(lose, Span) and lose.kb_id != keep.kb_id:
        beside.append(lose.kb_id)
    return replace(keep, note="\n".join(dict.fromkeys(note for note in (keep.note, lose.note, *beside) if note)))
