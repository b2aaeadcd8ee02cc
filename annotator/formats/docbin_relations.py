"""Relations in spaCy's terms, and the JSON file beside a DocBin that tells the same with ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from annotator.domain.exchange import Fate, Record
from annotator.formats.compare import item_loss
from annotator.formats.docbin_parts import COLLISION, END_GONE, END_NO_ENT, FAR, SAME, Placed, Plan


def twin(record: Record, made: Plan) -> dict[str, Any]:
    """Return the record's object in the JSON file beside the DocBin."""
    chosen = {entry.span.id for entry in made.ents}
    return {
        "name": record.name,
        "text": record.text,
        "tokens": [(start, start + len(word)) for start, word in zip(made.tokens.starts, made.tokens.words, strict=True)],
        "spans": [
            {
                "id": entry.span.id,
                "label": entry.span.label,
                "start": entry.start,
                "end": entry.end,
                "start_token": entry.first,
                "end_token": entry.stop,
                "ent": entry.span.id in chosen,
            }
            for entry in made.spans
        ],
        "relations": made.relations,
    }


def relate(record: Record, made: Plan, symmetric: Iterable[str]) -> None:
    """Fill ``rel`` and ``relations``, and note every relation that is not in both."""
    spans: Mapping[str, Placed] = {entry.span.id: entry for entry in made.spans}
    ents: Mapping[str, Placed] = {entry.span.id: entry for entry in made.ents}
    starts = {entry.first for entry in made.ents}
    for relation in sorted(record.relations, key=lambda item: item.id):
        head, tail = spans.get(relation.head), spans.get(relation.tail)
        if head is None or tail is None:
            made.losses.append(item_loss(record, relation, Fate.DROPPED, END_GONE))
            continue
        both_ways = relation.label in symmetric
        keys = [(head.first, tail.first), (tail.first, head.first)] if both_ways else [(head.first, tail.first)]
        reason = None
        outside = [end for end in (head, tail) if end.span.id not in ents]
        if outside:
            reason = COLLISION if any(end.first in starts for end in outside) else END_NO_ENT
        elif relation.label in made.rel.get(keys[0], {}):
            reason = SAME
        if reason:
            made.losses.append(item_loss(record, relation, Fate.CHANGED, reason))
        else:
            made.kept_relations += 1
            made.far += abs(head.first - tail.first) > FAR
            for key in keys:
                made.rel.setdefault(key, {})[relation.label] = 1.0
        made.relations.append(
            {
                "id": relation.id,
                "label": relation.label,
                "head": relation.head,
                "tail": relation.tail,
                "head_token": head.first,
                "tail_token": tail.first,
                "symmetric": both_ways,
                "rel": reason is None,
            }
        )
