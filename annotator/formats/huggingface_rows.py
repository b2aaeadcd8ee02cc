"""A record as a row of a Hugging Face data set, and what of it the token view cannot say.

A row has both views.  The span view is complete: ``text``, ``spans`` and ``relations`` with everything the project knows.  The token
view, for training a token classifier, is ``tokens``, ``offsets`` (code points, half-open) and ``ner_tags``, numbers of class labels.
Free JSON (metadata, attributes) stands as JSON text, because a column has one type for all rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from annotator.domain.annotations import AnnotationSet, Relation, SetInfo, Span
from annotator.domain.exchange import Fate, Record
from annotator.domain.text import tokens_problem
from annotator.formats.compare import document_loss, has_set
from annotator.formats.compare_content import Expected
from annotator.formats.conll_plan import Plan, plan, without_overlap
from annotator.formats.conll_tags import tags_of
from annotator.formats.json_export import dumps
from annotator.formats.json_fields import verdict_fields

_LETTERS = {"iob2": "BI", "bioes": "BIES"}
_ITEM = ("note", "origin", "derived_from")


class TagNames:
    """The class labels of the token view: their numbers are given out for the scheme's labels first, then as labels turn up."""

    def __init__(self, style: str, labels: Iterable[str]) -> None:
        self.style = style
        self.names = ["O"]
        self._numbers = {"O": 0}
        for label in labels:
            self._add(label)

    def _add(self, label: str) -> None:
        for letter in _LETTERS[self.style]:
            name = f"{letter}-{label}"
            self._numbers.setdefault(name, len(self.names))
            if self._numbers[name] == len(self.names):
                self.names.append(name)

    def number(self, tag: str) -> int:
        """Return the number of a tag."""
        if tag not in self._numbers:
            self._add(tag[2:])
        return self._numbers[tag]


def fitted(record: Record, style: str) -> Expected:
    """Return what a record comes back as, and what the token view lacks of it.

    Only unsound tokens do not come back; a span that the tags cannot say is in ``spans`` all the same, and told as changed.
    """
    tokens = record.tokens
    if not tokens:
        return Expected(replace(record, tokens=None))
    problem = tokens_problem(list(tokens), record.text)
    if problem:
        reason = f"its tokens do not fit its text and were left out: {problem}"
        return Expected(replace(record, tokens=None), [document_loss(record, Fate.CHANGED, reason)])
    made = _tagged(record) if style != "none" else None
    losses = [
        replace(loss, fate=Fate.CHANGED, reason=f"{loss.reason}: it is in spans but not in ner_tags")
        for loss in (made.losses if made else ())
    ]
    return Expected(record, losses)


def _tagged(record: Record) -> Plan | None:
    made = plan(record, misaligned="missing", fragments=False, split_blanks=False)
    if made is not None:
        without_overlap(record, made, "longest")
    return made


def row_of(record: Record, number: int, tags: TagNames | None) -> dict[str, Any]:
    """Return the row of a record as ``fitted`` made it; raises ``TypeError`` or ``ValueError`` for what JSON cannot hold.

    ``tags`` is None where there are to be none.
    """
    row: dict[str, Any] = {"id": str(number), "name": record.name, "text": record.text}
    row |= {"tokens": None, "offsets": None, "ner_tags": None}
    if record.tokens:
        row["tokens"] = [record.text[start:end] for start, end in record.tokens]
        row["offsets"] = [list(token) for token in record.tokens]
        made = _tagged(record) if tags and has_set(record) else None
        if tags is not None and made is not None:
            spans = [(*entry.words[0], entry.span.label) for entry in made.spans]
            row["ner_tags"] = [tags.number(tag) for tag in tags_of(spans, len(made.words), tags.style)]
    if tags is None:
        del row["ner_tags"]
    row |= _set_fields(record)
    row["meta"] = _json(dict(record.meta))
    dumps(row)  # half a character is found here, before anything of the row is written
    return row


def _set_fields(record: Record) -> dict[str, Any]:
    if not has_set(record):
        return dict.fromkeys(("spans", "relations", "annotator", "kind", "status", "flagged", "categories", "verdicts"))
    content = AnnotationSet(
        SetInfo(0, record.annotator, record.kind),
        {span.id: span for span in record.spans},
        {relation.id: relation for relation in record.relations},
    )
    return {
        "spans": [_span_fields(span, record.text) for span in content.in_text_order()],
        "relations": [
            {"id": relation.id, "label": relation.label, "head": relation.head, "tail": relation.tail} | _details(relation)
            for relation in content.relations_in_order()
        ],
        "annotator": record.annotator,
        "kind": str(record.kind),
        "status": str(record.status),
        "flagged": record.flagged,
        "categories": list(record.categories),
        "verdicts": verdict_fields(record.verdicts),
    }


def _span_fields(span: Span, text: str) -> dict[str, Any]:
    place = {"id": span.id, "start": span.start, "end": span.end, "label": span.label, "text": span.surface(text)}
    fragments = [list(fragment) for fragment in span.fragments] if span.discontinuous else None
    return place | {"fragments": fragments, "kb_id": span.kb_id or None} | _details(span)


def _details(item: Span | Relation) -> dict[str, Any]:
    texts = {name: getattr(item, name) or None for name in _ITEM}
    return {
        "attributes": _json(dict(item.attributes)) if item.attributes else None,
        **texts,
        "confidence": item.confidence,
        "reviewed": item.reviewed,
    }


def _json(value: Any) -> str | None:
    return dumps(value).decode() if value else None
