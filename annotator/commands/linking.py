"""Saying which entry of a knowledge base spans mean: one span, several, or all of the same text and label in a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from annotator.commands.command import Command, approve, begin_work, must_have_span
from annotator.domain.annotations import Span
from annotator.domain.rules import ALLOWED, span_problems
from annotator.errors import Refused
from annotator.store.transaction import Transaction


def link_spans(set_id: int, span_ids: Sequence[str], kb_id: str, *, same_text: bool = False) -> Command:
    """Link spans to the entry ``kb_id``, or with an empty one to none; returns the ids of the spans that have this link now.

    ``same_text`` takes along all spans of the set that have the text and the label of one of them.  Who says what a suggestion means
    says that it is right: a suggestion that breaks no rule is accepted with its link.  Taking a link away accepts nothing.
    """
    wanted = kb_id.strip()

    def run(tx: Transaction) -> tuple[str, ...]:
        spans = [must_have_span(tx, set_id, key) for key in dict.fromkeys(span_ids)]
        if not spans:
            raise Refused("Nothing is selected.")
        if same_text:
            spans = _with_same_text(tx, set_id, spans)
        changed = [span for span in spans if span.kb_id != wanted or (wanted and not span.reviewed)]
        if changed:
            begin_work(tx, set_id)
        for span in changed:
            _link(tx, set_id, replace(span, kb_id=wanted))
        return tuple(span.id for span in spans)

    return Command("Link the {}", run, "span") if wanted else Command("Take the link of the {} away", run, "span")


def _with_same_text(tx: Transaction, set_id: int, spans: Sequence[Span]) -> list[Span]:
    """Return these spans and all that say the same, whatever white space stands between their words."""
    text = tx.document_of(set_id).text
    wanted = {_said(span, text) for span in spans}
    return [span for span in tx.spans(set_id) if _said(span, text) in wanted]


def _said(span: Span, text: str) -> tuple[str, str]:
    return span.label, " ".join(span.surface(text).split())


def _link(tx: Transaction, set_id: int, span: Span) -> None:
    if span.reviewed or not span.kb_id:
        tx.put(set_id, span)
        return
    document = tx.document_of(set_id)
    if any(problem.rule not in ALLOWED for problem in span_problems(span, document.text, document.tokens, tx.scheme)):
        tx.put(set_id, span)
    else:
        approve(tx, set_id, span)
