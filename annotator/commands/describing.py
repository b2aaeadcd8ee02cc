"""Giving attributes to one item or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from annotator.commands.command import Command, begin_work, must_have_relation, must_have_span
from annotator.domain.annotations import Relation, Span
from annotator.errors import Refused
from annotator.store.transaction import Transaction


def set_attribute(set_id: int, span_ids: Sequence[str], relation_ids: Sequence[str], name: str, value: str) -> Command:
    """Give spans and relations this value of an attribute, an empty one to take it away; returns how many were changed.

    Everything else that they carry stays.  A suggestion stays one, for a value may say a doubt about it; no later run of its suggester
    takes the value away (``refreshing``).
    """

    def run(tx: Transaction) -> int:
        items: list[Span | Relation] = [must_have_span(tx, set_id, key) for key in dict.fromkeys(span_ids)]
        items += [must_have_relation(tx, set_id, key) for key in dict.fromkeys(relation_ids)]
        if not items:
            raise Refused("Nothing is selected.")
        changed = [item for item in items if item.attributes.get(name, "") != value]
        if changed:
            begin_work(tx, set_id)
        for item in changed:
            rest = {key: given for key, given in item.attributes.items() if key != name or value}
            tx.put(set_id, replace(item, attributes=rest | {name: value} if value else rest))
        return len(changed)

    return Command("Set the attribute {}", run, name)
