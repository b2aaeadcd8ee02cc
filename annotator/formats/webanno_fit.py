"""What a record becomes in WebAnno TSV: which layers it has, and what of its spans and relations cannot be said there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from annotator.domain.annotations import NOTHING, Item, Relation, Span, text_order
from annotator.domain.exchange import Fate, Loss, Record
from annotator.domain.text import trim
from annotator.formats.compare import item_loss, span_loss
from annotator.formats.compare_content import Expected
from annotator.formats.uima_fit import OUTSIDE, bare, linked, within, words_of
from annotator.formats.uima_layers import FEATURE, LAYER, Layer, default_layer, layer_of, reserved

FRAGMENTS = "has several fragments, which WebAnno TSV cannot hold"
BLANK = "begins or ends with white space; its white space was left out"
NOTHING_BUT = "covers nothing but white space, which WebAnno TSV cannot state"
TWO_LAYERS = "its ends are in two layers, which WebAnno TSV cannot link"


@dataclass(slots=True)
class Columns:
    """One layer: the feature of its label, further features, and for slots the type of their targets by feature."""

    type: str
    label: str = ""
    features: dict[str, None] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)
    identifier: bool = False


@dataclass(slots=True)
class Layout:
    """The layers of a document: of spans by type, of relations by type and the type of their ends."""

    spans: dict[str, Columns] = field(default_factory=dict)
    relations: dict[tuple[str, str], Columns] = field(default_factory=dict)


def fitted(record: Record) -> Expected:
    """Return what a record should come back as; raises ``ValueError`` with the end of a sentence where it has no text."""
    if not record.text:
        raise ValueError("has no text")
    losses: list[Loss] = []
    spans = [made for span in record.spans if (made := _span(record, span, losses)) is not None]
    ends = {span.id: layer_of(span).type for span in spans}
    relations = [
        made for relation in linked(record, ends, losses) if (made := _relation(record, relation, ends, losses)) is not None
    ]
    words = words_of(record)
    fit = replace(record, spans=tuple(spans), relations=tuple(relations), tokens=words if words == record.tokens else None)
    layout = layout_of(fit)
    fit.spans = tuple(_in_layer(span, layout.spans[layer_of(span).type]) for span in spans)
    fit.relations = tuple(
        relation if (layer := layer_of(relation)).slot else _in_layer(relation, layout.relations[layer.type, ends[relation.head]])
        for relation in relations
    )
    return Expected(fit, losses)


def _span(record: Record, span: Span, losses: list[Loss]) -> Span | None:
    if span.discontinuous or not within(record, span):
        losses.append(span_loss(record, span, Fate.DROPPED, FRAGMENTS if span.discontinuous else OUTSIDE))
        return None
    start, end = trim(record.text, span.start, span.end)
    if start == end:
        losses.append(span_loss(record, span, Fate.DROPPED, NOTHING_BUT))
        return None
    made = replace(bare(span, record), fragments=((start, end),), note="", attributes=_stated(span))
    if made.fragments != span.fragments:
        losses.append(span_loss(record, span, Fate.MOVED, BLANK))
    _tell(record, span, made, losses)
    return made


def _relation(record: Record, relation: Relation, ends: Mapping[str, str], losses: list[Loss]) -> Relation | None:
    made = replace(bare(relation, record), note="", attributes=_stated(relation))
    layer = layer_of(made)
    if layer.slot and layer.type == ends[relation.head]:
        made = replace(made, attributes={LAYER: layer.text()})
    elif ends[relation.head] != ends[relation.tail]:
        losses.append(item_loss(record, relation, Fate.DROPPED, TWO_LAYERS))
        return None
    elif layer.slot:
        made = replace(made, attributes={name: value for name, value in made.attributes.items() if name != LAYER} or NOTHING)
    _tell(record, relation, made, losses)
    return made


def _stated(item: Item) -> Mapping[str, Any]:
    """Return the attributes that columns can hold: texts under names that features may have; and the layer, if it is one."""
    layer = layer_of(item)
    found: dict[str, Any] = {
        name: value
        for name, value in item.attributes.items()
        if isinstance(value, str) and value and FEATURE.fullmatch(name) and not reserved(name) and name != layer.label
    }
    if layer != default_layer("span" if isinstance(item, Span) else "relation"):
        found[LAYER] = layer.text()
    return found or NOTHING


def _tell(record: Record, item: Any, made: Any, losses: list[Loss]) -> None:
    lost = [name for name in ("note",) if getattr(item, name)]
    lost += ["attributes"] if dict(item.attributes) != dict(made.attributes) else []
    if lost:
        losses.append(item_loss(record, item, Fate.CHANGED, f"WebAnno TSV cannot state its {', '.join(lost)}"))


def layout_of(record: Record) -> Layout:
    """Return the layers that the spans and relations of a record need."""
    layout = Layout()
    ends: dict[str, str] = {}
    for span in sorted(record.spans, key=text_order):
        layer = layer_of(span)
        ends[span.id] = layer.type
        columns = layout.spans.setdefault(layer.type, Columns(layer.type, layer.label))
        _widen(columns, span, layer)
        columns.identifier = columns.identifier or bool(span.kb_id)
    for relation in record.relations:
        layer, base = layer_of(relation), ends[relation.head]
        if layer.slot:
            slots = layout.spans[layer.type].slots
            target = ends[relation.tail]
            slots[layer.slot] = target if slots.get(layer.slot, target) == target else "uima.tcas.Annotation"
        else:
            _widen(layout.relations.setdefault((layer.type, base), Columns(layer.type, layer.label)), relation, layer)
    for columns in (*layout.spans.values(), *layout.relations.values()):
        columns.features.pop(columns.label, None)
    return layout


def _widen(columns: Columns, item: Item, layer: Layer) -> None:
    columns.features |= dict.fromkeys(sorted(name for name in item.attributes if name != LAYER))
    if not columns.label and (layer.label or item.label != layer.short):
        columns.label = layer.label or "value"


def _in_layer(item: Any, columns: Columns) -> Any:
    """Return an item as it is called in its layer, where all have their label in one feature."""
    layer = layer_of(item)
    if layer.slot or layer.label == columns.label:
        return item
    attributes = {name: value for name, value in item.attributes.items() if name not in (LAYER, columns.label)}
    meant = Layer(layer.type, columns.label)
    if meant != default_layer("span" if isinstance(item, Span) else "relation"):
        attributes[LAYER] = meant.text()
    return replace(item, attributes=attributes or NOTHING)
