"""A record as a task of Prodigy; the layout is told in ``formats.prodigy``."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Record
from annotator.formats.compare import document_loss, has_set
from annotator.formats.compare_content import Expected
from annotator.formats.docbin_tokens import SpacyTokens, spacy_tokens
from annotator.formats.json_export import overlapping, without_fragments
from annotator.formats.json_fields import verdict_fields
from annotator.formats.jsonl_canonical import present, reviewed_by_default

HASH = "_input_hash"


def answer_of(record: Record) -> str | None:
    """Return Prodigy's word for how far a set is; None where it has none."""
    if record.status is Status.SKIPPED:
        return "reject" if record.flagged else "ignore"
    return "accept" if record.status is Status.DONE else None


def fitted(record: Record) -> Expected:
    """Return what a record comes back as, and what is lost of it."""
    expected = without_fragments(record, "Prodigy")
    kept = expected.record
    if not kept.tokens:
        expected.record = replace(kept, tokens=None)
    elif spacy_tokens(kept.text, kept.tokens) is None:
        expected.record = replace(kept, tokens=None)
        expected.losses.append(document_loss(record, Fate.CHANGED, "its tokens do not cover its text and were left out"))
    elif any(not kept.tokens.aligned(span.start, span.end) for span in kept.spans):
        expected.record = replace(kept, tokens=None)
        reason = "a span cuts a token, so the tokens were left out; open it in Prodigy with --highlight-chars"
        expected.losses.append(document_loss(record, Fate.CHANGED, reason))
    return expected


def task_of(record: Record, colors: Mapping[str, str], categories: Sequence[str]) -> dict[str, Any]:
    """Return the task of a record that ``fitted`` made; ``colors`` are those of the relation labels."""
    task: dict[str, Any] = {"text": record.text}
    meta = dict(record.meta)
    if type(meta.get(HASH)) is int:
        task[HASH] = meta.pop(HASH)
    task["name"] = record.name
    tokens = spacy_tokens(record.text, record.tokens) if record.tokens else None
    if tokens is not None:
        task["tokens"] = [
            {"text": word, "start": start, "end": start + len(word), "id": number, "ws": space}
            for number, (word, start, space) in enumerate(zip(tokens.words, tokens.starts, tokens.spaces, strict=True))
        ]
    if has_set(record):
        task |= _set_fields(record, tokens, colors)
        if record.categories:
            options = dict.fromkeys((*categories, *record.categories))
            task |= {"options": [{"id": name, "text": name} for name in options], "accept": list(record.categories)}
    if meta:
        task["meta"] = meta
    return task


def _set_fields(record: Record, tokens: SpacyTokens | None, colors: Mapping[str, str]) -> dict[str, Any]:
    answer = answer_of(record)
    reviewed = default_reviewed(record.kind, answer)
    content = AnnotationSet(
        SetInfo(0, record.annotator, record.kind),
        {span.id: span for span in record.spans},
        {relation.id: relation for relation in record.relations},
    )
    placed = {span.id: _placed(span, record.text, tokens) for span in record.spans}
    fields: dict[str, Any] = {
        "spans": [
            placed[span.id]
            | {"id": span.id}
            | dict(present(span, reviewed, ("attributes", "note", "kb_id", "confidence", "origin", "reviewed")))
            for span in content.in_text_order()
        ]
    }
    if record.relations:
        fields["relations"] = [_linked(relation, placed, colors, reviewed) for relation in content.relations_in_order()]
    if answer is not None:
        fields["answer"] = answer
    view = "relations" if record.relations else "spans_manual" if overlapping(record.spans) else "ner_manual"
    fields |= {"_view_id": view, "_session_id": record.annotator if record.kind is Kind.PERSON and record.annotator else None}
    if fields["_session_id"] is None:
        fields |= {"annotator": record.annotator, "kind": record.kind}
    if record.status is Status.IN_PROGRESS:
        fields["status"] = record.status
    if record.flagged and answer != "reject":
        fields["flagged"] = True
    if record.verdicts:
        fields["verdicts"] = verdict_fields(record.verdicts)
    return fields


def default_reviewed(kind: Kind, answer: str | None) -> bool:
    """Tell what ``reviewed`` is where an item does not say: what was rejected or ignored is confirmed by nobody."""
    return reviewed_by_default(kind) and answer not in ("reject", "ignore")


def _placed(span: Span, text: str, tokens: SpacyTokens | None) -> dict[str, Any]:
    place: dict[str, Any] = {"start": span.start, "end": span.end}
    if tokens is not None:
        # the last token that starts before the end is the last of the span: no span cuts one
        place |= {"token_start": bisect_left(tokens.starts, span.start), "token_end": bisect_left(tokens.starts, span.end) - 1}
    return place | {"label": span.label, "text": text[span.start : span.end]}


def _linked(relation: Relation, placed: Mapping[str, dict[str, Any]], colors: Mapping[str, str], reviewed: bool) -> dict[str, Any]:
    head, tail = placed[relation.head], placed[relation.tail]
    fields: dict[str, Any] = {}
    if "token_end" in head:
        fields |= {"head": head["token_end"], "child": tail["token_end"]}
    fields["label"] = relation.label
    if colors.get(relation.label):
        fields["color"] = colors[relation.label]
    for name, end, span_id in (("head_span", head, relation.head), ("child_span", tail, relation.tail)):
        fields[name] = {key: value for key, value in end.items() if key != "text"} | {"id": span_id}
    fields["id"] = relation.id
    return fields | dict(present(relation, reviewed, ("attributes", "note", "confidence", "origin", "reviewed")))
