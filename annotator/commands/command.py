"""What an intention is made of, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.rules import ALLOWED, Problem, quoted, relation_ends, relation_problems, span_problems
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


def find_set(tx: Transaction, document_id: int, annotator: str, kind: Kind) -> int | None:
    """Return the id of one annotator's set on a document, or None."""
    found = tx.sets_of(document_id).get((annotator, kind))
    return None if found is None else found[0]


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
    tx.put(set_id, item if item.reviewed else replace(item, reviewed=True))


def check_span(tx: Transaction, set_id: int, span: Span) -> None:
    """Refuse a span that breaks a rule, with the reason."""
    document = tx.document_of(set_id)
    refuse(list(span_problems(span, document.text, document.tokens, tx.scheme)))


def check_relation(tx: Transaction, set_id: int, relation: Relation) -> None:
    """Refuse a relation that breaks a rule or names a span that is gone, with the reason."""
    ends = {key: must_have_span(tx, set_id, key) for key in (relation.head, relation.tail)}
    refuse(list(relation_problems(relation, ends, tx.scheme)))


def span_twin(tx: Transaction, set_id: int, span: Span) -> Span | None:
    """Return another span with the same label at the same place."""
    return next(
        (other for other in tx.spans(set_id, starting=span.start) if other.id != span.id and other.signature == span.signature),
        None,
    )


def relation_twin(tx: Transaction, set_id: int, relation: Relation) -> Relation | None:
    """Return another relation that says the same; for a symmetric label the order of the ends does not matter."""
    scheme = tx.scheme
    ends = relation_ends(relation, scheme)
    return next(
        (
            other
            for other in tx.relations_of(set_id, relation.head)
            if other.id != relation.id and relation_ends(other, scheme) == ends
        ),
        None,
    )


def refuse_twin(tx: Transaction, set_id: int, span: Span) -> None:
    """Refuse a span where another one with the same label stands at the same place."""
    if span_twin(tx, set_id, span) is not None:
        raise labelled_already(tx, set_id, span)


def labelled_already(tx: Transaction, set_id: int, span: Span) -> Refused:
    """Return the refusal of a span that is there already."""
    return Refused(f"{quoted(span.surface(tx.document_of(set_id).text))} is labelled {span.label} already.")


def replace_span(tx: Transaction, set_id: int, old: Span, new: Span) -> None:
    """Put ``new`` in the place of ``old`` (the same id) as reviewed.

    A suggestion whose label or place changes is remembered as rejected; one that stays as it is is accepted.
    """
    check_span(tx, set_id, new)
    if new.signature == old.signature and old.reviewed:
        return
    begin_work(tx, set_id)
    refuse_twin(tx, set_id, new)
    if new.signature != old.signature:
        reject(tx, set_id, old)
    approve(tx, set_id, new)


def reopen_if_illegal(tx: Transaction, set_id: int, span_id: str) -> None:
    """Take a document that was done up again if a relation of this span breaks a rule now: done means fit to train on."""
    info = tx.set_info(set_id)
    if info.status is not Status.DONE:
        return
    for relation in tx.relations_of(set_id, span_id):
        ends = {key: must_have_span(tx, set_id, key) for key in (relation.head, relation.tail)}
        if any(problem.rule not in ALLOWED for problem in relation_problems(relation, ends, tx.scheme)):
            tx.put_set(set_id, replace(info, status=Status.IN_PROGRESS))
            return


def remove_with_relations(tx: Transaction, set_id: int, span: Span) -> None:
    """Remove a span and its relations; suggestions among them are remembered as rejected."""
    for relation in tx.relations_of(set_id, span.id):
        reject(tx, set_id, relation)
        tx.remove(set_id, relation)
    reject(tx, set_id, span)
    tx.remove(set_id, span)


def approve_relation(tx: Transaction, set_id: int, relation: Relation) -> None:
    """Put a suggested relation as reviewed, and its ends with it: it could not be right without them."""
    check_relation(tx, set_id, relation)
    for end in dict.fromkeys((relation.head, relation.tail)):
        span = must_have_span(tx, set_id, end)
        if not span.reviewed:
            approve(tx, set_id, span)
    approve(tx, set_id, relation)
