"""A record as a CAS: its text, sentences and tokens, an annotation for every fragment of a span and every relation, and our
details.

A relation stands where its tail stands, as in INCEpTION.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from annotator.domain.annotations import Item, Relation, Span, text_order
from annotator.domain.exchange import Fate, Loss, Record
from annotator.domain.text import sentence_starts
from annotator.formats.compare import span_loss
from annotator.formats.compare_content import Expected
from annotator.formats.jsonl_canonical import present, reviewed_by_default
from annotator.formats.set_data import set_data
from annotator.formats.uima_details import DETAILS, characters_of, clean, json_text
from annotator.formats.uima_fit import OUTSIDE, linked, within, words_of
from annotator.formats.uima_layers import (
    ENDS,
    IDENTIFIER,
    METADATA,
    SENTENCE,
    TOKEN,
    Layer,
    attributes_of,
    default_layer,
    layer_of,
    value_of,
)
from annotator.formats.uima_schema import Kind, Schema, labels_of, link_type, stated

_KEYS = ("note", "confidence", "origin", "reviewed")


@dataclass(frozen=True, slots=True)
class Manner:
    """How an export writes: its layers and type system, and whether it is XML, which cannot hold every character."""

    schema: Schema
    types: Any
    library: Any
    xml: bool


def fitted(record: Record) -> Expected:
    """Return what a record should come back as; raises ``ValueError`` with the end of a sentence where it has no text."""
    if not record.text:
        raise ValueError("has no text")
    losses: list[Loss] = []
    spans = [span for span in record.spans if within(record, span)]
    losses += [span_loss(record, span, Fate.DROPPED, OUTSIDE) for span in record.spans if not within(record, span)]
    relations = linked(record, (span.id for span in spans), losses)
    words = words_of(record)
    made = Record(**{name: getattr(record, name) for name in Record.__dataclass_fields__})
    made.spans, made.relations, made.tokens = tuple(spans), tuple(relations), words if words == record.tokens else None
    return Expected(made, losses)


def cas_of(record: Record, manner: Manner) -> Any:
    """Return the CAS of a fitted record; raises ``ValueError`` or ``TypeError`` for what it cannot hold (half a character)."""
    return _Writing(record, manner).cas


class _Writing:
    """One CAS while it is made."""

    def __init__(self, record: Record, manner: Manner) -> None:
        record.text.encode()
        self.record = record
        self.manner = manner
        self.cas = manner.library.Cas(typesystem=manner.types)
        self.cas.sofa_string = self._shown(record.text)
        self.cas.sofa_mime = "text"
        self.marks: dict[str, Any] = {}
        self._document()
        for span in sorted(record.spans, key=text_order):
            self._span(span)
        self._relations()

    def _shown(self, text: str) -> str:
        text.encode()
        return clean(text) if self.manner.xml else text

    def _add(self, name: str, begin: int, end: int, **features: Any) -> Any:
        made = self.manner.types.get_type(name)(begin=begin, end=end)
        for feature, value in features.items():
            if value is not None:
                setattr(made, feature, value)
        self.cas.add(made)
        return made

    def _document(self) -> None:
        record = self.record
        title = self._shown(record.name)
        self._add(
            METADATA, 0, len(record.text), documentTitle=title, documentId=title, language="x-unspecified", isLastSegment=False
        )
        words = words_of(record)
        for start, stop in pairwise([*sentence_starts(record.text, words), len(words)]):
            self._add(SENTENCE, words.starts[start], words.ends[stop - 1])
        for start, end in words:
            self._add(TOKEN, start, end)
        own: dict[str, Any] = {"name": record.name, "layers": labels_of(self.manner.schema)}
        if record.meta:
            own["meta"] = dict(record.meta)
        if words and words != record.tokens:
            own["tokens"] = False
        characters = characters_of(record.text) if self.manner.xml else []
        if characters:
            own["characters"] = characters
        self._add(DETAILS, 0, 0, json=json_text({**own, **set_data(record)}))

    def _span(self, span: Span) -> None:
        layer = layer_of(span)
        kind = self.manner.schema.spans.get(layer.type)
        if kind is None:
            layer = default_layer("span")
            kind = self.manner.schema.spans[layer.type]
        features = self._features(span, kind, layer)
        if span.kb_id:
            features[IDENTIFIER] = self._shown(span.kb_id)
        first, *others = [self._add(layer.type, start, end, **features) for start, end in span.fragments]
        self.marks[span.id] = first
        self._details(span, first, kind, layer, parts=others)

    def _features(self, item: Span | Relation, kind: Kind, layer: Layer) -> dict[str, Any]:
        features = {name: self._shown(value) if isinstance(value, str) else value for name, value in stated(item, kind).items()}
        if kind.label:
            value = value_of(layer, item.label)
            features[kind.label] = None if value is None else self._shown(value)
        return features

    def _details(self, item: Item, mark: Any, kind: Kind | None, layer: Layer, *, parts: list[Any] | None = None) -> None:
        """Write what the features of an item leave unsaid."""
        sort = "span" if isinstance(item, Span) else "relation"
        said = {} if kind is None else {name: value for name, value in stated(item, kind).items() if self._same(value)}
        meant = Layer(layer.type, "" if kind is None else kind.label, layer.slot)
        said = dict(attributes_of(meant, sort, said))
        details: dict[str, Any] = dict(present(item, reviewed_by_default(self.record.kind), _KEYS))
        unsaid = {name: value for name, value in item.attributes.items() if name not in said or said[name] != value}
        if unsaid:
            details["attributes"] = unsaid
        if not self._same(item.label):
            details["label"] = item.label
        if isinstance(item, Span) and not self._same(item.kb_id):
            details["kb_id"] = item.kb_id
        if details or parts:
            array = None
            if parts:
                array = self.manner.types.get_type("uima.cas.FSArray")()
                array.elements = parts
            begin = getattr(mark, "begin", 0)
            self._add(DETAILS, begin, begin, item=mark, parts=array, json=json_text(details))

    def _same(self, value: Any) -> bool:
        return not isinstance(value, str) or not self.manner.xml or clean(value) == value

    def _relations(self) -> None:
        links: dict[tuple[str, str], list[tuple[Relation, Any]]] = {}
        heads = {span.id: layer_of(span).type for span in self.record.spans}
        for relation in self.record.relations:
            layer = layer_of(relation)
            if layer.slot and layer.type == heads[relation.head] and layer.slot in self._slots(layer.type):
                link = self.manner.types.get_type(link_type(layer.type, layer.slot))()
                value = value_of(layer, relation.label)
                link.role = None if value is None else self._shown(value)
                link.target = self.marks[relation.tail]
                links.setdefault((relation.head, layer.slot), []).append((relation, link))
            else:
                self._relation(relation, layer)
        for (head, slot), found in links.items():
            array = self.manner.types.get_type("uima.cas.FSArray")()
            array.elements = [link for _, link in found]
            setattr(self.marks[head], slot, array)
            for relation, link in found:
                self._details(relation, link, None, layer_of(relation))

    def _slots(self, name: str) -> set[str]:
        kind = self.manner.schema.spans.get(name)
        return kind.slots if kind is not None else set()

    def _relation(self, relation: Relation, layer: Layer) -> None:
        kind = None if layer.slot else self.manner.schema.relations.get(layer.type)
        if kind is None:
            layer = default_layer("relation")
            kind = self.manner.schema.relations[layer.type]
        head, tail = self.marks[relation.head], self.marks[relation.tail]
        features: Mapping[str, Any] = {**self._features(relation, kind, layer), ENDS[0]: head, ENDS[1]: tail}
        mark = self._add(layer.type, tail.begin, tail.end, **features)
        self._details(relation, mark, kind, layer)
