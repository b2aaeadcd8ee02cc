"""What an intention is made of, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from annotator.domain.annotations import Relation, Span, Verdict
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.rules import ALLOWED, Problem
from annotator.errors import Refused
from annotator.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Command:
    """One user intention.

    ``text`` and ``detail`` name it in menus and history ("Label as {}", "PERSON").  ``run`` reads, checks and writes through the
    transaction and may return something (the id of a new span); raising leaves everything as it was.
    """

    text: str
    run: Callable[[Transaction], Any]
    detail: str = ""
    lane: Lane = Lane.EDIT


def begin_work(tx: Transaction, set_id: int) -> None:
    """Say that somebody works on the set: what was new or skipped is now in progress; what is done stays done."""
    info = tx.set_info(set_id)
    if info.status in (Status.NEW, Status.SKIPPED):
        tx.put_set(set_id, replace(info, status=Status.IN_PROGRESS))


def refuse(problems: list[Problem]) -> None:
    """Raise ``Refused`` with the first problem that an edit may not leave."""
    for problem in problems:
        if problem.rule not in ALLOWED:
            raise Refused(problem.message)


def must_have_span(tx: Transaction, set_id: int, span_id: str) -> Span:
    """Return a span, or refuse because it is gone."""
    span = tx.span(set_id, span_id)
    if span is None:
        raise Refused("This span is not there any more.")
    return span


def must_have_relation(tx: Transaction, set_id: int, relation_id: str) -> Relation:
    """Return a relation, or refuse because it is gone."""
    relation = tx.relation(set_id, relation_id)
    if relation is None:
        raise Refused("This relation is not there any more.")
    return relation


def reject(tx: Transaction, set_id: int, item: Span | Relation) -> None:
    """Remember that a suggestion was not right, so that no later run of its model brings it back."""
    if item.reviewed:
        return
    if isinstance(item, Span):
        signature = item.signature
    else:
        head, tail = tx.span(set_id, item.head), tx.span(set_id, item.tail)
        if head is None or tail is None:
            return
        signature = item.signature(head, tail)
    # The name of a model may hold a slash ("spacy/id_core_news"), its items' ids hardly do.
    tx.put(set_id, Verdict(signature, item.derived_from.rpartition("/")[0] or item.origin))


def approve(tx: Transaction, set_id: int, item: Span | Relation) -> None:
    """Put an item as reviewed; what may once have been rejected is so no more."""
    if isinstance(item, Span):
        signature = item.signature
    else:
        signature = item.signature(must_have_span(tx, set_id, item.head), must_have_span(tx, set_id, item.tail))
    tx.remove(set_id, Verdict(signature))
    tx.put(set_id, replace(item, reviewed=True))
