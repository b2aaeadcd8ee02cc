"""The spans and relations of one document of a DocBin, as they come out of spaCy's numbers."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from annotator.domain.annotations import Relation, Span
from annotator.formats import json_fields
from annotator.formats.docbin_parts import BEGIN, INSIDE
from annotator.formats.json_fields import Complain, Found
from annotator.formats.offsets import Ruler, Unit

_SHAPES = {40: struct.Struct(">QQQllll"), 32: struct.Struct(">QQllll")}
"""A packed span by its length: with an id, as spaCy writes it since 3.4, and without."""

_DETAILS = ("attributes", "note", "confidence", "origin", "reviewed", "derived_from")


@dataclass(slots=True)
class Doc:
    """The words of a document: ``starts`` and ``ends`` in code points, white-space tokens included; ``columns`` by attribute.

    ``unknown_spaces`` says that the blanks were not in the file and one stands after each word.
    """

    starts: list[int]
    ends: list[int]
    words: list[str]
    unknown_spaces: bool = False
    text: str = ""
    columns: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A span as it stands in one place: ``group`` is empty for ``doc.ents``."""

    first: int
    stop: int
    label: str
    kb_id: str
    span_id: str
    group: str = ""


def spans_of(
    doc: Doc, groups: Iterable[tuple[str, Any]], text_of: Callable[[int], str | None], complain: Complain
) -> Iterator[Seen]:
    """Yield the entities, then the spans of the groups; one that cannot be is complained of."""
    yield from _entities(doc, text_of, complain)
    for key, packed in groups:
        shape = _SHAPES.get(len(packed)) if isinstance(packed, bytes) else None
        if shape is None:
            complain(f"A span of the group “{key}” cannot be unpacked; it was left out.")
            continue
        *names, first, stop, _, _ = shape.unpack(packed)
        span_id, kb_id, label = map(text_of, names if len(names) == 3 else (0, *names))
        if label is None or not 0 <= first < stop <= len(doc.starts):
            complain(f"A span of the group “{key}” has no label, or lies outside the text; it was left out.")
            continue
        yield Seen(first, stop, label, kb_id or "", span_id or "", key)


def _entities(doc: Doc, text_of: Callable[[int], str | None], complain: Complain) -> Iterator[Seen]:
    types = doc.columns.get("ENT_TYPE")
    if types is None:
        return
    nothing = [0] * len(types)
    kbs, ids = doc.columns.get("ENT_KB_ID", nothing), doc.columns.get("ENT_ID", nothing)
    iob = doc.columns.get("ENT_IOB") or [INSIDE if kind else 0 for kind in types]
    first = -1
    for token in range(len(types) + 1):
        here = token < len(types) and iob[token] in (BEGIN, INSIDE) and types[token] != 0
        begins = here and (iob[token] == BEGIN or first < 0 or types[token] != types[first])
        if first >= 0 and (begins or not here):
            label = text_of(types[first])
            if label is None:
                complain("An entity has a label that the file does not name; it was left out.")
            else:
                yield Seen(first, token, label, text_of(kbs[first]) or "", text_of(ids[first]) or "")
            first = -1
        if begins:
            first = token


class Items:
    """Collects the spans and relations of one document.  ``own`` is what this program left in the user data, lists and all."""

    def __init__(self, doc: Doc, own: Mapping[str, Any], reviewed: bool, complain: Complain) -> None:
        self.doc, self.own = doc, bool(own)
        self._found = Found(doc.text, Ruler(doc.text, Unit.CODE_POINTS), complain)
        self._complain = complain
        self._reviewed = reviewed
        details = own.get("spans")
        self._span_details: Mapping[str, Any] = details if isinstance(details, dict) else {}
        details = own.get("relations")
        self._relation_details: Mapping[str, Any] = details if isinstance(details, dict) else {}
        self._at: dict[int, list[tuple[bool, Span]]] = {}
        self._placed: dict[Any, list[str]] = {}

    @property
    def spans(self) -> dict[str, Span]:
        """The spans by their ids."""
        return self._found.spans

    @property
    def relations(self) -> list[Relation]:
        """The relations."""
        return self._found.relations

    def add_spans(self, seen: Iterable[Seen]) -> None:
        """Add spans; one that stands in several places is one span."""
        joined: dict[tuple[int, int, str, str, str], list[str]] = {}
        for one in seen:
            key = one.first, one.stop, one.label, one.kb_id, one.span_id
            # an entity without an id is the span of the group at the same place
            bare = (*key[:4], "")
            same = bare if key not in joined and bare in joined else key
            if same != key:
                joined[key] = joined.pop(same)
            joined.setdefault(key, []).append(one.group)
        for (first, stop, label, kb_id, given), groups in sorted(joined.items(), key=lambda pair: (pair[0][0], -pair[0][1])):
            if not label.strip():
                self._complain("A span has no label; it was left out.")
                continue
            where = self.doc.starts[first], self.doc.ends[stop - 1]
            if where[0] >= where[1]:
                self._complain("A span covers no text; it was left out.")
                continue
            span = Span(self._found.free_id(given), (where,), label, kb_id=kb_id, **self._details(self._span_details, given))
            others = [group for group in dict.fromkeys(groups) if group not in ("", "sc")]
            if others and not {"", "sc"} & set(groups):
                span = replace(span, attributes={**span.attributes, "span_group": others[0] if len(others) == 1 else others})
            self._found.add_span(span)
            self._at.setdefault(first, []).append(("" in groups, span))

    def _details(self, details: Mapping[str, Any], item_id: str) -> dict[str, Any]:
        found = details.get(item_id)
        if not isinstance(found, dict):
            return {"reviewed": self._reviewed}
        known = {key: value for key, value in found.items() if key in _DETAILS and is_plain(value)}
        return json_fields.details(known, f"{item_id}: ", self._complain, reviewed=self._reviewed)

    def add_links(self, links: Iterable[Any]) -> None:
        """Add the relations of this program's own user data: ``[id, label, head, tail]``."""
        for link in links:
            sound = isinstance(link, list) and len(link) == 4 and all(type(text) is str for text in link)
            if not sound or not link[1].strip() or link[2] not in self.spans or link[3] not in self.spans:
                self._complain("A relation has no label, or its ends are no spans of the document; it was left out.")
                continue
            given, label, head, tail = link
            self._found.add_relation(given, label, (head, tail), self._details(self._relation_details, given))

    def add_rel(self, rel: Any, enough: float) -> None:
        """Add the relations of ``doc._.rel`` whose value is at least ``enough``."""
        if not isinstance(rel, dict):
            self._complain("doc._.rel is no map; its relations were left out.")
            return
        for pair, labels in rel.items():
            if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(labels, dict):
                self._complain("An entry of doc._.rel is no pair of tokens with labels; it was left out.")
                continue
            for label, value in labels.items():
                if type(label) is not str or not label.strip() or type(value) not in (int, float):
                    self._complain("An entry of doc._.rel has no label or no value; it was left out.")
                elif value >= enough:
                    self._add_rel(pair, label)

    def _add_rel(self, pair: Any, label: str) -> None:
        ends = [self._starting_at(token) for token in pair]
        if not all(ends):
            self._complain(f"A relation “{label}” joins tokens {pair[0]} and {pair[1]}, where no span starts; it was left out.")
            return
        head, tail = (end.id for end in ends if end)
        self._found.add_relation(None, label, (head, tail), {"reviewed": self._reviewed})

    def _starting_at(self, token: Any) -> Span | None:
        """Return the span that starts at a token: the entity if there is one, else the longest."""
        found = self._at.get(token, []) if type(token) is int else []
        return max(found, key=lambda pair: (pair[0], pair[1].end), default=(False, None))[1]

    def attribute(self, name: str, value: Any, start: Any, end: Any) -> bool:
        """Give the spans at a place (code points) an attribute; False if there are none."""
        if not self._placed:
            for span in self.spans.values():
                self._placed.setdefault(span.fragments[0], []).append(span.id)
        found = self._placed.get((start, end), ())
        for span_id in found:
            span = self.spans[span_id]
            self.spans[span_id] = replace(span, attributes={**span.attributes, name: value})
        return bool(found)


def as_lists(value: Any) -> Any:
    """Return a value of the user data with its tuples as lists again."""
    if isinstance(value, dict):
        return {key: as_lists(entry) for key, entry in value.items()}
    return [as_lists(entry) for entry in value] if isinstance(value, tuple) else value


def is_plain(value: Any) -> bool:
    """Tell whether JSON can hold a value."""
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        return -(1 << 63) <= value < 1 << 64
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, list):
        return all(map(is_plain, value))
    return isinstance(value, dict) and all(type(key) is str and is_plain(entry) for key, entry in value.items())
