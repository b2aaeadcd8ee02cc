"""The types an export needs: the layers of all its spans and relations, with a feature for every attribute that is of one kind
throughout.

An attribute that is a text in one place and a number in another, or nothing that UIMA knows, has no feature; it stands in the
details.
"""

from __future__ import annotations

import keyword
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.annotations import Item, Relation, Span
from annotator.domain.exchange import Record
from annotator.formats.uima_details import DETAILS
from annotator.formats.uima_layers import (
    ENDS,
    FEATURE,
    IDENTIFIER,
    LAYER,
    METADATA,
    SENTENCE,
    TOKEN,
    Layer,
    default_layer,
    layer_of,
    reserved,
)
from annotator.formats.uima_types import ANNOTATION, ARRAY, BOOLEAN, DOUBLE, INTEGER, LONG, STRING, TOP

_TAKEN = frozenset(("xmiID", "type", "type_", "self", "self_", "get", "set", "get_covered_text"))
"""Names by which dkpro-cassis means something of its own in every annotation."""
_TEXTS = ("documentTitle", "documentId", "documentUri", "collectionId", "documentBaseUri")


@dataclass(slots=True)
class Kind:
    """One layer: the feature of its label, the others with their ranges (none where it is not of one kind), its slots, and for
    relations the type of their ends."""

    label: str
    features: dict[str, str] = field(default_factory=dict)
    slots: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Schema:
    """The layers of an export by type."""

    spans: dict[str, Kind] = field(default_factory=dict)
    relations: dict[str, Kind] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Take up the layers of a record."""
        ends = {span.id: span_layer(span) for span in record.spans}
        for span in record.spans:
            self._widen(self.spans, span, ends[span.id])
        for relation in record.relations:
            if relation.head not in ends or relation.tail not in ends:
                continue
            layer = layer_of(relation)
            if layer.slot and layer.type == ends[relation.head].type and usable(layer.slot):
                self.spans[layer.type].slots.add(layer.slot)
            else:
                layer = default_layer("relation") if layer.slot else layer
                self._widen(self.relations, relation, layer)
                self.relations[layer.type].ends |= {ends[relation.head].type, ends[relation.tail].type}

    def _widen(self, kinds: dict[str, Kind], item: Item, layer: Layer) -> None:
        common = default_layer("span" if isinstance(item, Span) else "relation")
        label = common.label if layer.type == common.type else layer.label
        kind = kinds.setdefault(layer.type, Kind(label if usable(label) else ""))
        if not kind.label and (layer.label or item.label != layer.short):
            kind.label = layer.label if usable(layer.label) else "value"
        for name, value in item.attributes.items():
            if usable(name) and not reserved(name) and name != "referenceRelation":
                span = _range(value)
                kind.features[name] = span if kind.features.get(name, span) == span else ""

    def finish(self) -> None:
        """Settle what belongs to what, when all records were taken up: a type of relations is none of spans, and the feature of a label
        is neither an attribute's nor a slot; the relations of such a slot are written as common ones between any two spans."""
        standard = default_layer("span").type
        self.spans.setdefault(standard, Kind(default_layer("span").label))
        self.relations.setdefault(default_layer("relation").type, Kind(default_layer("relation").label))
        for name in [name for name in self.spans if name in self.relations]:
            kind = self.spans.pop(name) if name != standard else self.relations.pop(name)
            (self.spans[standard] if name != standard else self.relations[default_layer("relation").type]).ends |= kind.ends
        for kind in (*self.spans.values(), *self.relations.values()):
            kind.features.pop(kind.label, None)
            for slot in kind.slots:
                kind.features.pop(slot, None)
            if kind.label in kind.slots:
                kind.slots.discard(kind.label)
                self.relations[default_layer("relation").type].ends.add("")


def usable(name: str) -> bool:
    """Tell whether dkpro-cassis can have a feature of this name; it makes Python attributes of them."""
    return FEATURE.fullmatch(name) is not None and not keyword.iskeyword(name) and name not in _TAKEN


def span_layer(span: Span) -> Layer:
    """Return the layer of a span."""
    return layer_of(span)


def _range(value: Any) -> str:
    """Return the UIMA type of a value; empty where it has none."""
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return LONG if -(1 << 63) <= value < 1 << 63 else ""
    if isinstance(value, float):
        return DOUBLE if math.isfinite(value) else ""
    return STRING if isinstance(value, str) else ""


def labels_of(schema: Schema) -> dict[str, str]:
    """Return which feature holds the label, by type."""
    return {name: kind.label for name, kind in sorted({**schema.spans, **schema.relations}.items())}


def schema_of(records: Iterable[Record]) -> Schema:
    """Return the layers of all records."""
    schema = Schema()
    for record in records:
        schema.add(record)
    schema.finish()
    return schema


def type_system(library: Any, schema: Schema) -> Any:
    """Return the type system of an export: what INCEpTION needs of DKPro Core's types, the layers, and our details."""
    types = library.TypeSystem()
    for name, base, features in _types(schema):
        types.create_type(name, base)
        for feature, span, element in features:
            types.create_feature(name, feature, span, elementType=element)
    return types


_Described = tuple[str, str, Sequence[tuple[str, str, str | None]]]


def _types(schema: Schema) -> Iterator[_Described]:
    yield METADATA, "uima.tcas.DocumentAnnotation", [*((name, STRING, None) for name in _TEXTS), ("isLastSegment", BOOLEAN, None)]
    yield SENTENCE, ANNOTATION, [("id", STRING, None)]
    yield TOKEN, ANNOTATION, [("id", STRING, None), ("form", STRING, None), ("order", INTEGER, None)]
    for name, kind in sorted(schema.spans.items()):
        for slot in sorted(kind.slots):
            yield link_type(name, slot), TOP, [("role", STRING, None), ("target", ANNOTATION, None)]
        features = [(feature, span, None) for feature, span in sorted(kind.features.items()) if span]
        features += [(kind.label, STRING, None)] if kind.label else []
        slots = [(slot, ARRAY, link_type(name, slot)) for slot in sorted(kind.slots)]
        yield name, ANNOTATION, [*features, (IDENTIFIER, STRING, None), *slots]
    for name, kind in sorted(schema.relations.items()):
        base = next(iter(kind.ends)) if len(kind.ends) == 1 else ANNOTATION
        features = [(feature, span, None) for feature, span in sorted(kind.features.items()) if span]
        features += [(kind.label, STRING, None)] if kind.label else []
        yield name, ANNOTATION, [*((end, base if base in schema.spans else ANNOTATION, None) for end in ENDS), *features]
    yield DETAILS, ANNOTATION, [("item", TOP, None), ("parts", ARRAY, ANNOTATION), ("json", STRING, None)]


def link_type(name: str, slot: str) -> str:
    """Return what the type of a slot's links is called, as INCEpTION calls it."""
    return f"{name}{slot[:1].upper()}{slot[1:]}Link"


def stated(item: Span | Relation, kind: Kind) -> dict[str, Any]:
    """Return the attributes of an item that have a feature in its layer."""
    return {
        name: value
        for name, value in item.attributes.items()
        if name != LAYER and kind.features.get(name) and kind.features[name] == _range(value)
    }
