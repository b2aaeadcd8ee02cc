"""Making, relabelling, moving, describing, accepting and removing one span.

What gives spans another shape (fragments, merging, splitting) is in ``shaping``, what does many at once in ``bulk``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotator.commands.command import (
    Command,
    approve,
    begin_work,
    check_span,
    labelled_already,
    must_have_span,
    remove_with_relations,
    reopen_if_illegal,
    replace_span,
    span_twin,
)
from annotator.domain.annotations import Span, ordered_fragments, with_range
from annotator.domain.changes import What
from annotator.domain.text import Range
from annotator.errors import Refused
from annotator.store.transaction import Transaction


def add_span(set_id: int, fragments: tuple[Range, ...], label: str) -> Command:
    """Label text; returns the new span's id.  Where the same suggestion stands already, that one is accepted instead.

    ``fragments`` are code-point ranges; they are put in order and joined where they touch.
    """

    def run(tx: Transaction) -> str:
        span = Span(tx.new_id(set_id, What.SPAN), ordered_fragments(fragments), label, origin=f"person:{tx.actor}")
        check_span(tx, set_id, span)
        begin_work(tx, set_id)
        twin = span_twin(tx, set_id, span)
        if twin is not None and twin.reviewed:
            raise labelled_already(tx, set_id, span)
        approve(tx, set_id, twin or span)
        return (twin or span).id

    return Command("Label as {}", run, label)


def relabel_span(set_id: int, span_id: str, label: str) -> Command:
    """Give a span another label; its own label accepts a suggestion.

    Relations it no longer fits stay and are shown as problems; a document that was done is then in progress again.
    """

    def run(tx: Transaction) -> str:
        span = must_have_span(tx, set_id, span_id)
        replace_span(tx, set_id, span, replace(span, label=label))
        reopen_if_illegal(tx, set_id, span_id)
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
        replace_span(tx, set_id, span, moved)
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
    """Change the note, the knowledge-base id or the attributes of a span; None leaves what is there.

    A suggestion stays one, and no later run of its suggester takes away what was written on it (``refreshing``).
    """

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
            check_span(tx, set_id, span)
            begin_work(tx, set_id)
            approve(tx, set_id, span)
        return span_id

    return Command("Accept {}", run, "the suggestion")


def remove_span(set_id: int, span_id: str) -> Command:
    """Remove a span together with its relations; a suggestion is remembered as rejected."""

    def run(tx: Transaction) -> None:
        span = must_have_span(tx, set_id, span_id)
        begin_work(tx, set_id)
        remove_with_relations(tx, set_id, span)

    return Command("Remove the {}", run, "span")
