"""Making, relabelling, moving, accepting and removing spans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotator.commands.command import Command, approve, begin_work, must_have_span, refuse, reject
from annotator.domain.annotations import Span, ordered_fragments, with_range
from annotator.domain.changes import What
from annotator.domain.documents import Status
from annotator.domain.rules import ALLOWED, quoted, relation_problems, span_problems
from annotator.domain.text import Range
from annotator.errors import Refused
from annotator.store.transaction import Transaction


def add_span(set_id: int, fragments: tuple[Range, ...], label: str) -> Command:
    """Label text; returns the new span's id.  Where the same suggestion stands already, that one is accepted instead.

    ``fragments`` are code-point ranges; they are put in order and joined where they touch.
    """

    def run(tx: Transaction) -> str:
        document = tx.document_of(set_id)
        origin = f"person:{tx.actor}"
        span = Span(tx.new_id(set_id, What.SPAN), ordered_fragments(fragments), label, origin=origin)
        refuse(list(span_problems(span, document.text, document.tokens, tx.scheme)))
        begin_work(tx, set_id)
        twin = _twin(tx, set_id, span)
        if twin is not None and twin.reviewed:
            raise Refused(f"{quoted(span.surface(document.text))} is labelled {label} already.")
        if twin is not None:
            approve(tx, set_id, twin)
            return twin.id
        approve(tx, set_id, span)
        return span.id

    return Command("Label as {}", run, label)


def relabel_span(set_id: int, span_id: str, label: str) -> Command:
    """Give a span another label; its own label accepts a suggestion.

    Relations it no longer fits stay and are shown as problems; a document that was done is then in progress again.
    """

    def run(tx: Transaction) -> str:
        span = must_have_span(tx, set_id, span_id)
        _replace(tx, set_id, span, replace(span, label=label))
        _reopen_if_illegal(tx, set_id, span_id)
        return span_id

    return Command("Relabel as {}", run, label)


def move_span(set_id: int, span_id: str, start: int, end: int) -> Command:
    """Move the outer edges of a span to ``start`` and ``end`` (code points); inner fragments stay."""

    def run(tx: Transaction) -> str:
        span = must_have_span(tx, set_id, span_id)
        try:
            moved = with_range(span, start, end)
        except ValueError:
            raise Refused("A span must keep at least one character.") from None
        _replace(tx, set_id, span, moved)
        return span_id

    return Command("Move an edge of {}", run, "the span")


def describe_span(
    set_id: int,
    span_id: str,
    *,
    note: str | None = None,
    kb_id: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Command:
    """Change the note, the knowledge-base id or the attributes of a span; None leaves what is there."""

    def run(tx: Transaction) -> str:
        span = must_have_span(tx, set_id, span_id)
        changed = replace(
            span,
            note=span.note if note is None else note,
            kb_id=span.kb_id if kb_id is None else kb_id,
            attributes=span.attributes if attributes is None else dict(attributes),
        )
        if changed != span:
            begin_work(tx, set_id)
            tx.put(set_id, changed)
        return span_id

    return Command("Describe the {}", run, "span")


def accept_span(set_id: int, span_id: str) -> Command:
    """Say that a suggested span is right; refused if it breaks a rule."""

    def run(tx: Transaction) -> str:
        span = must_have_span(tx, set_id, span_id)
        if not span.reviewed:
            document = tx.document_of(set_id)
            refuse(list(span_problems(span, document.text, document.tokens, tx.scheme)))
            begin_work(tx, set_id)
            approve(tx, set_id, span)
        return span_id

    return Command("Accept {}", run, "the suggestion")


def remove_span(set_id: int, span_id: str) -> Command:
    """Remove a span together with its relations; a suggestion is remembered as rejected."""

    def run(tx: Transaction) -> None:
        span = must_have_span(tx, set_id, span_id)
        begin_work(tx, set_id)
        for relation in tx.relations_of(set_id, span_id):
            reject(tx, set_id, relation)
            tx.remove(set_id, relation)
        reject(tx, set_id, span)
        tx.remove(set_id, span)

    return Command("Remove the {}", run, "span")


def _replace(tx: Transaction, set_id: int, old: Span, new: Span) -> None:
    document = tx.document_of(set_id)
    refuse(list(span_problems(new, document.text, document.tokens, tx.scheme)))
    if new.signature == old.signature and old.reviewed:
        return
    begin_work(tx, set_id)
    if _twin(tx, set_id, new) is not None:
        raise Refused(f"{quoted(new.surface(document.text))} is labelled {new.label} already.")
    if new.signature != old.signature:
        reject(tx, set_id, old)
    approve(tx, set_id, new)


def _reopen_if_illegal(tx: Transaction, set_id: int, span_id: str) -> None:
    info = tx.set_info(set_id)
    if info.status is not Status.DONE:
        return
    for relation in tx.relations_of(set_id, span_id):
        ends = {key: must_have_span(tx, set_id, key) for key in (relation.head, relation.tail)}
        if any(problem.rule not in ALLOWED for problem in relation_problems(relation, ends, tx.scheme)):
            tx.put_set(set_id, replace(info, status=Status.IN_PROGRESS))
            return


def _twin(tx: Transaction, set_id: int, span: Span) -> Span | None:
    """Return another span with the same label at the same place."""
    return next(
        (other for other in tx.spans_starting(set_id, span.start) if other.id != span.id and other.signature == span.signature),
        None,
    )
