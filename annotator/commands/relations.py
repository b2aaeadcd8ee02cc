"""Making, relabelling, reversing, accepting and removing relations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotator.commands.command import (
    Command,
    approve_relation,
    begin_work,
    check_relation,
    must_have_relation,
    reject,
    relation_twin,
)
from annotator.domain.annotations import Relation
from annotator.domain.changes import What
from annotator.errors import Refused
from annotator.store.transaction import Transaction


def add_relation(set_id: int, head: str, tail: str, label: str) -> Command:
    """Link two spans; returns the new relation's id.  Where the same suggestion stands already, that one is accepted instead.

    Suggested ends are right from now on, or the relation could not be: a later run must not take them away from under it.  Refused,
    with the reason, where the label scheme does not allow the label between these spans.
    """

    def run(tx: Transaction) -> str:
        relation = Relation(tx.new_id(set_id, What.RELATION), label, head, tail, origin=f"person:{tx.actor}")
        check_relation(tx, set_id, relation)
        begin_work(tx, set_id)
        twin = relation_twin(tx, set_id, relation)
        if twin is not None and twin.reviewed:
            raise Refused(f"These spans are linked by “{label}” already.")
        made = twin or relation
        approve_relation(tx, set_id, made)
        return made.id

    return Command("Link as {}", run, label)


def relabel_relation(set_id: int, relation_id: str, label: str) -> Command:
    """Give a relation another label, if its ends allow it; its own label accepts a suggestion."""

    def run(tx: Transaction) -> str:
        relation = must_have_relation(tx, set_id, relation_id)
        _replace(tx, set_id, relation, replace(relation, label=label))
        return relation_id

    return Command("Relabel the relation as {}", run, label)


def reverse_relation(set_id: int, relation_id: str) -> Command:
    """Swap head and tail, if the label allows that."""

    def run(tx: Transaction) -> str:
        relation = must_have_relation(tx, set_id, relation_id)
        label = tx.scheme.relation(relation.label)
        if label is not None and label.symmetric:
            raise Refused(f"“{relation.label}” has no direction.")
        _replace(tx, set_id, relation, replace(relation, head=relation.tail, tail=relation.head))
        return relation_id

    return Command("Reverse the {}", run, "relation")


def describe_relation(
    set_id: int, relation_id: str, *, note: str | None = None, attributes: Mapping[str, Any] | None = None
) -> Command:
    """Change the note or the attributes of a relation; None leaves what is there.  A suggestion stays one, as with ``describe_span``."""

    def run(tx: Transaction) -> str:
        relation = must_have_relation(tx, set_id, relation_id)
        changed = replace(
            relation,
            note=relation.note if note is None else note,
            attributes=relation.attributes if attributes is None else dict(attributes),
        )
        if changed != relation:
            begin_work(tx, set_id)
            tx.put(set_id, changed)
        return relation_id

    return Command("Describe the {}", run, "relation")


def accept_relation(set_id: int, relation_id: str) -> Command:
    """Say that a suggested relation is right; its ends are then right too, or it could not be.  Refused if it is illegal."""

    def run(tx: Transaction) -> str:
        relation = must_have_relation(tx, set_id, relation_id)
        if not relation.reviewed:
            begin_work(tx, set_id)
            approve_relation(tx, set_id, relation)
        return relation_id

    return Command("Accept {}", run, "the suggestion")


def remove_relation(set_id: int, relation_id: str) -> Command:
    """Remove a relation; a suggestion is remembered as rejected."""

    def run(tx: Transaction) -> None:
        relation = must_have_relation(tx, set_id, relation_id)
        begin_work(tx, set_id)
        reject(tx, set_id, relation)
        tx.remove(set_id, relation)

    return Command("Remove the {}", run, "relation")


def _replace(tx: Transaction, set_id: int, old: Relation, new: Relation) -> None:
    if new == old and old.reviewed:
        return
    check_relation(tx, set_id, new)
    begin_work(tx, set_id)
    if relation_twin(tx, set_id, new) is not None:
        raise Refused(f"These spans are linked by “{new.label}” already.")
    if new != old:
        reject(tx, set_id, old)
    approve_relation(tx, set_id, new)
