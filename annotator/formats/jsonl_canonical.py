"""A record as its canonical line of the native JSONL: fixed keys, fixed order, nothing that goes without saying.

The layout is told in ``formats.jsonl``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import orjson

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.exchange import Record
from annotator.formats.compare import has_set


def reviewed_by_default(kind: Kind) -> bool:
    """Tell what ``reviewed`` is where an item does not say: a person's and gold items are, a model's are not."""
    return kind is not Kind.MODEL


def line_of(record: Record) -> bytes:
    """Return the canonical line of a record, without its line end.

    Raises ``ValueError`` or ``TypeError`` for what JSON in UTF-8 cannot hold, a lone surrogate for example.
    """
    data: dict[str, Any] = {"name": record.name, "text": record.text}
    if record.meta:
        data["meta"] = dict(record.meta)
    with_set = has_set(record)
    if with_set:
        data["status"] = record.status
        if record.flagged:
            data["flagged"] = True
        if record.categories:
            data["categories"] = record.categories
    if record.tokens:
        data["tokens"] = list(record.tokens)
    if with_set:
        data |= _set_fields(record)
    try:
        return orjson.dumps(data)
    except TypeError:
        # a whole number beyond 64 bits; whatever else it was fails here too
        return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _set_fields(record: Record) -> dict[str, Any]:
    reviewed = reviewed_by_default(record.kind)
    content = AnnotationSet(
        SetInfo(0, record.annotator, record.kind),
        {span.id: span for span in record.spans},
        {relation.id: relation for relation in record.relations},
    )
    fields: dict[str, Any] = {
        "annotator": record.annotator,
        "kind": record.kind,
        "spans": [_span_fields(span, reviewed) for span in content.in_text_order()],
        "relations": [_relation_fields(relation, reviewed) for relation in content.relations_in_order()],
    }
    if record.verdicts:
        verdicts = sorted(set(record.verdicts), key=lambda verdict: (verdict.signature, verdict.origin, verdict.verdict))
        fields["verdicts"] = [
            {"signature": verdict.signature, "origin": verdict.origin, "verdict": verdict.verdict} for verdict in verdicts
        ]
    return fields


def _span_fields(span: Span, reviewed: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": span.id, "start": span.start, "end": span.end, "label": span.label}
    if span.discontinuous:
        fields["fragments"] = span.fragments
    return fields | dict(present(span, reviewed, ("attributes", "note", "kb_id", "confidence", "origin", "reviewed")))


def _relation_fields(relation: Relation, reviewed: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": relation.id, "label": relation.label, "head": relation.head, "tail": relation.tail}
    return fields | dict(present(relation, reviewed, ("attributes", "note", "confidence", "origin", "reviewed")))


def present(item: Span | Relation, reviewed: bool, keys: tuple[str, ...]) -> Iterable[tuple[str, Any]]:
    """Yield the optional fields among ``keys`` that say something, then ``derived_from``."""
    for key in (*keys, "derived_from"):
        value = getattr(item, key)
        if key == "reviewed":
            if value != reviewed:
                yield key, value
        elif key == "attributes":
            if value:
                yield key, dict(value)
        elif value or value == 0.0:
            yield key, value
