"""One action on many spans and relations: each is one step, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from annotator.commands.command import (
    Command,
    approve,
    approve_relation,
    begin_work,
    check_span,
    must_have_relation,
    must_have_span,
    refuse,
    reject,
    remove_with_relations,
    reopen_if_illegal,
    replace_span,
)
from annotator.domain.annotations import Relation, Span, ordered_fragments
from annotator.domain.changes import What
from annotator.domain.propagation import same_text
from annotator.domain.rules import span_problems
from annotator.domain.taken import Taken
from annotator.domain.text import Range
from annotator.errors import Refused
from annotator.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Propagated:
    """What ``propagate`` did.

    ``made`` holds the ids of the spans it made, accepted or relabelled, in text order; ``left`` counts the places it left alone because
    another span is there.  Places that had the label already are in neither.
    """

    made: tuple[str, ...]
    left: int


def propagate(set_id: int, place: tuple[Range, ...] | Range, label: str) -> Command:
    """Give a label to ``place`` (code points) and to every place of the same text in the document; returns ``Propagated``.

    What counts as the same text says ``domain.propagation.same_text``.  A suggestion with this label at the very same range is accepted;
    one with another label there is relabelled.  Any other span that shares text with a place keeps the place from being labelled,
    but ``place`` itself is only kept by a reviewed span at the very same range.  A rejection made earlier keeps nothing: the person
    asks for it now.
    """

    def run(tx: Transaction) -> Propagated:
        document = tx.document_of(set_id)
        asked = Span("", _as_fragments(place), label, origin=f"person:{tx.actor}")
        check_span(tx, set_id, asked)
        others = ((found,) for found in same_text(document.text, document.tokens, asked.surface(document.text)))
        taken = Taken(tx.spans(set_id))
        here = Taken([asked])
        made: list[str] = []
        left = 0
        for fragments in sorted((asked.fragments, *(other for other in others if not here.overlaps(*other[0])))):
            standing = taken.at.get(fragments, [])
            same = [span for span in standing if span.label == label]
            if any(span.reviewed for span in same):
                continue
            crossed = not standing and fragments != asked.fragments and taken.overlaps(*fragments[0])
            if crossed or (not same and any(span.reviewed for span in standing)):
                left += 1
                continue
            if not made:
                begin_work(tx, set_id)
            old = next(iter((*same, *standing)), None)
            made.append(_label_place(tx, set_id, old, fragments, label))
        return Propagated(tuple(made), left)

    return Command("Label the same text as {}", run, label)


def relabel_spans(set_id: int, span_ids: Sequence[str], label: str) -> Command:
    """Give several spans another label, as ``relabel_span`` does for one; returns how many there were."""

    def run(tx: Transaction) -> int:
        spans, _ = _must_have_items(tx, set_id, span_ids, ())
        for span in spans:
            replace_span(tx, set_id, span, replace(span, label=label))
            reopen_if_illegal(tx, set_id, span.id)
        return len(spans)

    return Command("Relabel the spans as {}", run, label)


def remove_items(set_id: int, span_ids: Sequence[str], relation_ids: Sequence[str] = ()) -> Command:
    """Remove spans, with all relations they have, and relations; suggestions are remembered as rejected.

    Returns how many spans and relations were named.
    """

    def run(tx: Transaction) -> int:
        spans, relations = _must_have_items(tx, set_id, span_ids, relation_ids)
        begin_work(tx, set_id)
        for relation in relations:
            reject(tx, set_id, relation)
            tx.remove(set_id, relation)
        for span in spans:
            remove_with_relations(tx, set_id, span)
        return len(spans) + len(relations)

    return Command("Remove the {}", run, "selection")


def accept_items(set_id: int, span_ids: Sequence[str], relation_ids: Sequence[str] = ()) -> Command:
    """Say that suggested spans and relations are right, a relation's ends with it; refused if one breaks a rule.

    Returns how many were named.  Reviewed ones stay as they are.
    """

    def run(tx: Transaction) -> int:
        spans, relations = _must_have_items(tx, set_id, span_ids, relation_ids)
        _accept(tx, set_id, spans, relations)
        return len(spans) + len(relations)

    return Command("Accept the {}", run, "suggestions")


def accept_label(set_id: int, what: What, label: str) -> Command:
    """Accept all suggested spans, or all suggested relations (by ``what``), with this label; returns how many there were.

    The ends of an accepted relation are accepted with it.  Refused if one breaks a rule.
    """

    def run(tx: Transaction) -> int:
        found = [item for item in tx.unreviewed(set_id) if item.label == label]
        spans = [item for item in found if isinstance(item, Span)] if what is What.SPAN else []
        relations = [item for item in found if isinstance(item, Relation)] if what is What.RELATION else []
        _accept(tx, set_id, spans, relations)
        return len(spans) + len(relations)

    return Command("Accept every {}", run, label)


def _as_fragments(place: tuple[Range, ...] | Range) -> tuple[Range, ...]:
    match place:
        case (int(start), int(end)):
            return ((start, end),)
        case _:
            return ordered_fragments(place)


def _label_place(tx: Transaction, set_id: int, old: Span | None, fragments: tuple[Range, ...], label: str) -> str:
    if old is None:
        made = Span(tx.new_id(set_id, What.SPAN), fragments, label, origin=f"person:{tx.actor}")
        approve(tx, set_id, made)
        return made.id
    if old.label != label:
        reject(tx, set_id, old)
    approve(tx, set_id, replace(old, label=label))
    reopen_if_illegal(tx, set_id, old.id)
    return old.id


def _must_have_items(
    tx: Transaction, set_id: int, span_ids: Iterable[str], relation_ids: Iterable[str]
) -> tuple[list[Span], list[Relation]]:
    spans = [must_have_span(tx, set_id, key) for key in dict.fromkeys(span_ids)]
    relations = [must_have_relation(tx, set_id, key) for key in dict.fromkeys(relation_ids)]
    if not spans and not relations:
        raise Refused("Nothing is selected.")
    return spans, relations


def _accept(tx: Transaction, set_id: int, spans: Iterable[Span], relations: Iterable[Relation]) -> None:
    document, scheme = tx.document_of(set_id), tx.scheme
    waiting = [span for span in spans if not span.reviewed]
    linking = [relation for relation in relations if not relation.reviewed]
    if waiting or linking:
        begin_work(tx, set_id)
    for span in waiting:
        refuse(list(span_problems(span, document.text, document.tokens, scheme)))
        approve(tx, set_id, span)
    for relation in linking:
        approve_relation(tx, set_id, relation)
