"""What the inspector says of a span or a relation, as plain values: no widgets here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotator.domain.annotations import Item, Relation, Span
from annotator.domain.labels import RelationLabel, SpanLabel
from annotator.domain.rules import Problem, Rule, quoted, relation_ends, relation_problems, span_problems
from annotator.session.document import DocumentState
from annotator.ui.i18n import by_count, localized, share, tr


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute of an item as a field: ``values`` empty means free text.

    What is no text (a number, a list: an import may bring it) is shown as JSON and not ``editable``.
    """

    name: str
    text: str
    values: tuple[str, ...] = ()
    editable: bool = True
    tip: str = ""


def attribute_rows(state: DocumentState, item: Item) -> list[AttributeRow]:
    """Return the attributes the scheme has for this item's label, in its order, then whatever else the item carries, by name."""
    rows: list[AttributeRow] = []
    known = _label_exists(state, item)
    for definition in state.scheme.attributes:
        fits = definition.applies_to(item.label) and known
        if fits or definition.name in item.attributes:
            text, editable = _as_text(item.attributes.get(definition.name, ""))
            values = (
                definition.values if not text or text in definition.values or not definition.values else (*definition.values, text)
            )
            rows.append(AttributeRow(definition.name, text, values, editable, localized(definition.description)))
    shown = {row.name for row in rows}
    for name in sorted(set(item.attributes) - shown):
        text, editable = _as_text(item.attributes[name])
        rows.append(
            AttributeRow(name, text, (), editable, tr("This attribute is not in the label scheme; it came with an import."))
        )
    return rows


def legal_labels(state: DocumentState, item: Item) -> tuple[SpanLabel, ...] | tuple[RelationLabel, ...]:
    """Return the labels the item may be given: all span labels, or the relation labels its ends allow."""
    if isinstance(item, Span):
        return state.scheme.spans
    head, tail = state.span(item.head), state.span(item.tail)
    return state.scheme.links(head.label, tail.label, same_span=item.head == item.tail) if head and tail else ()


def item_problems(state: DocumentState, item: Item) -> list[Problem]:
    """Return what breaks the rules in this item, without looking through the whole document."""
    if isinstance(item, Span):
        found = list(span_problems(item, state.text, state.tokens, state.scheme))
        twins = (other for other in state.spans_in(item.start, item.end) if other.id != item.id)
        doubled = any(other.signature == item.signature for other in twins)
        message = tr("{} is labelled {} twice.").format(quoted(item.surface(state.text)), item.label)
    else:
        ends = {key: span for key in (item.head, item.tail) if (span := state.span(key)) is not None}
        found = list(relation_problems(item, ends, state.scheme))
        same = relation_ends(item, state.scheme)
        others = (other for other in state.relations_of(item.head) if other.id != item.id)
        doubled = any(relation_ends(other, state.scheme) == same for other in others)
        message = tr("The relation “{}” is there twice.").format(item.label)
    if doubled:
        rule = Rule.SPAN_DUPLICATE if isinstance(item, Span) else Rule.RELATION_DUPLICATE
        found.append(Problem(rule, item.id, message))
    return found


def facts(item: Item) -> Iterator[tuple[str, str]]:
    """Yield what is known of the item and cannot be edited here, as (name, value)."""
    if isinstance(item, Span):
        yield tr("Place"), place(item)
    yield tr("Made by"), person(item.origin) or tr("unknown")
    yield tr("Reviewed"), tr("yes") if item.reviewed else tr("not yet")
    if item.derived_from:
        maker, _, key = item.derived_from.rpartition("/")
        yield tr("Copied from"), tr("{} of {}").format(key, maker) if maker else key
    if item.confidence is not None:
        yield tr("Confidence"), share(item.confidence)


def place(span: Span) -> str:
    """Return where a span stands, in characters counted from 0, the end not included."""
    ranges = ", ".join(f"{start}–{end}" for start, end in span.fragments)
    length = sum(end - start for start, end in span.fragments)
    return f"{ranges} · {by_count(length, tr('{} character'), tr('{} characters'))}"


def person(origin: str) -> str:
    """Return an origin such as ``model:ner`` as ``ner (model)``; one of another form stays as it is."""
    kind, colon, name = origin.partition(":")
    kinds = {"person": tr("person"), "model": tr("model"), "import": tr("import"), "gold": tr("gold")}
    return tr("{} ({})").format(name, kinds[kind]) if colon and kind in kinds and name else origin


def suggested_by(item: Item) -> str:
    """Return who suggested an unreviewed item, in a phrase."""
    maker = item.derived_from.rpartition("/")[0] or person(item.origin)
    return tr("Suggested by {}").format(maker) if maker else tr("A suggestion")


def shortened(text: str, limit: int = 160) -> str:
    """Return text on one line, cut where it is very long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def end_text(state: DocumentState, span_id: str, limit: int = 60) -> str:
    """Return the text of a relation's end, or that it is missing."""
    span = state.span(span_id)
    return tr("(missing)") if span is None else shortened(span.surface(state.text), limit)


def with_attribute(item: Item, changed: dict[str, str]) -> dict[str, Any]:
    """Return the item's attributes with some texts changed; an empty text takes the attribute away."""
    attributes = dict(item.attributes)
    for name, text in changed.items():
        if text:
            attributes[name] = text
        else:
            attributes.pop(name, None)
    return attributes


def is_symmetric(state: DocumentState, relation: Relation) -> bool:
    """Tell whether the relation's label has no direction."""
    label = state.scheme.relation(relation.label)
    return label is not None and label.symmetric


def _label_exists(state: DocumentState, item: Item) -> bool:
    scheme = state.scheme
    return (scheme.span(item.label) if isinstance(item, Span) else scheme.relation(item.label)) is not None


def _as_text(value: Any) -> tuple[str, bool]:
    if isinstance(value, str):
        return value, True
    return json.dumps(value, ensure_ascii=False, default=str), False
