"""What a CAS says: annotations become spans, relation layers, slots and the links of chains relations.

A type with a governor and a dependent (or source and target, head and tail) is one of relations.  A feature that points to another
annotation, or to a list of them or of links with a role, is a slot: a relation with the role as its label, else the feature's name.
Tokens become the document's tokens; a relation between tokens makes spans of those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from annotator.domain.annotations import Relation, Span, text_order
from annotator.domain.exchange import ReadDefaults, Record
from annotator.domain.mending import Mender
from annotator.domain.rules import amount
from annotator.domain.text import Range, Tokens, sound_tokens, tokens_problem
from annotator.formats.conll_text import bare
from annotator.formats.json_fields import Complaints
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.set_data import fill
from annotator.formats.uima_bundle import Member
from annotator.formats.uima_details import DETAILS, data_of, detailed, restored
from annotator.formats.uima_layers import (
    IDENTIFIER,
    METADATA,
    TECHNICAL,
    TOKEN_ENDS,
    Choice,
    Layer,
    attributes_of,
    chain_layer,
    default_layer,
    divides,
    label_of,
    short,
)
from annotator.formats.uima_scan import Scan
from annotator.formats.uima_shapes import Shape, elements, shape_of, values_of

_TECHNICAL = tuple("uima.cas." if package == "uima." else package for package in TECHNICAL)
"""Annotations of the plain type of UIMA itself are spans."""
_MOST_COMPLAINTS = 20


@dataclass(slots=True)
class _Arrow:
    """A relation while it is read; ``of`` is the feature structure that details may point to."""

    layer: Layer
    value: Any
    head: Any
    tail: Any
    values: dict[str, Any] = field(default_factory=dict)
    of: Any = None


class Reading:
    """One view of a CAS while it is read."""

    def __init__(
        self, view: Any, astray: dict[int, tuple[int, int]], choice: Choice, complain: Complaints, *, mender: Mender | None = None
    ) -> None:
        self.view = view
        self.mender = mender
        self.types = view.typesystem
        self.choice = choice
        self.complain = complain
        self.text: str = view.sofa_string
        self.own: dict[str, Any] = {}
        self.title = ""
        self.tokens: list[Range] = []
        self._astray = astray
        self._shapes: dict[str, Shape] = {}
        self._details: dict[int, dict[str, Any]] = {}
        self._parts: dict[int, list[Any]] = {}
        self._marks: list[Any] = []
        self._places: dict[int, Range] = {}
        self._arrows: list[_Arrow] = []
        self._silent = 0

    def record(self, member: Member, defaults: ReadDefaults) -> Record:
        """Read the view."""
        found = list(self.view.select_all_annotations())
        self._take_details(found)
        if isinstance(layers := self.own.get("layers"), dict):
            self.choice.add_known(layers)
        name = self.own.get("name")
        record = Record(name if isinstance(name, str) and name else self._titled(found, member), "", place=f"{member.place}:1")
        fill(record, self.own, ReadDefaults(member.annotator or defaults.annotator, member.kind or defaults.kind))
        record.text = self.text = restored(self.text, self.own.get("characters"))
        parts = {id(part) for parts in self._parts.values() for part in parts}
        for annotation in found:
            if id(annotation) not in parts:
                self._take(annotation)
        record.spans, record.relations = self._items(reviewed_by_default(record.kind))
        record.tokens = self._tokens()
        if self._silent:
            self.complain(f"{self._silent} more of that kind were left out.")
        return bare(record, self.own or ({} if member.annotator or record.spans else {"name": ""}))

    def _titled(self, found: list[Any], member: Member) -> str:
        for annotation in found:
            if annotation.type.name == METADATA and not member.annotator:
                for key in ("documentTitle", "documentId"):
                    told = getattr(annotation, key, None)
                    if isinstance(told, str) and told.strip():
                        return told
        return member.name

    def _take_details(self, found: list[Any]) -> None:
        for details in (annotation for annotation in found if annotation.type.name == DETAILS):
            item, data = getattr(details, "item", None), data_of(getattr(details, "json", None))
            if item is None:
                self.own = self.own or data
            else:
                self._details[id(item)] = data
                parts = getattr(details, "parts", None)
                self._parts[id(item)] = [part for part in elements(parts) if part is not None and part is not item]

    def _take(self, annotation: Any) -> None:
        name = annotation.type.name
        place = self._place(annotation)
        if _is_token(name):
            self.tokens += [place] if isinstance(place, tuple) else []
            return
        if divides(name) or name.startswith(_TECHNICAL) or self._describes(name):
            return
        shape = self._shape(annotation.type)
        if shape.ends is not None:
            self._take_relation(annotation, shape, shape.ends)
            return
        if not self.choice.takes(name):
            return
        if isinstance(place, str):
            self._say(f"A span of {short(name)} {place}; it was left out.")
            return
        self._places[id(annotation)] = place
        self._marks.append(annotation)
        for feature in shape.pointing:
            self._take_slot(annotation, feature)

    def _describes(self, name: str) -> bool:
        """Tell whether a type speaks of the document or of tag sets, not of a piece of text."""
        whole = "uima.tcas.DocumentAnnotation"
        return name.startswith(METADATA.rpartition(".")[0]) or self.types.is_instance_of(name, whole)

    def _place(self, annotation: Any) -> Range | str:
        begin, end = annotation.begin, annotation.end
        if type(begin) is not int or type(end) is not int:
            return "has no whole numbers as its begin and end"
        if annotation.xmiID in self._astray:
            begin, end = self._astray[annotation.xmiID]
            return f"lies at ({begin}, {end}), which is outside the text or within a character"
        if not 0 <= begin <= len(self.text) or not 0 <= end <= len(self.text):
            return f"lies at ({begin}, {end}), outside the text of {len(self.text)} characters"
        if begin == end:
            return f"covers no text: ({begin}, {end})"
        if begin < end:
            return begin, end
        mended = self.mender.place(self.text, begin, end) if self.mender else None
        if mended is None:
            return f"ends before it starts: ({begin}, {end})"
        self._say(f"Repaired: a span {mended.message}.", lost=False)
        return mended.place

    def _shape(self, kind: Any) -> Shape:
        if kind.name not in self._shapes:
            layers = self.own.get("layers")
            said = layers.get(kind.name) if isinstance(layers, dict) else None
            self._shapes[kind.name] = shape_of(kind, self.types, said)
        return self._shapes[kind.name]

    def _take_relation(self, annotation: Any, shape: Shape, ends: tuple[str, str]) -> None:
        name = annotation.type.name
        if not self.choice.takes(name):
            return
        values = values_of(annotation, shape)
        head, tail = (getattr(annotation, end) for end in ends)
        layer = Layer(name, shape.label)
        self._arrows.append(_Arrow(layer, values.pop(shape.label, None), head, tail, values, annotation))

    def _take_slot(self, annotation: Any, feature: str) -> None:
        value = getattr(annotation, feature)
        name = annotation.type.name
        if value is None:
            return
        if feature == "next" and (name.endswith("Link") or hasattr(annotation, "referenceRelation")):
            self._arrows.append(_Arrow(chain_layer(name), getattr(annotation, "referenceRelation", None), annotation, value))
            return
        layer = Layer(name, slot=feature)
        for element in elements(value):
            target = getattr(element, "target", None)
            if target is not None:
                self._arrows.append(_Arrow(layer, getattr(element, "role", None), annotation, target, of=element))
            elif hasattr(element, "begin"):
                self._arrows.append(_Arrow(layer, None, annotation, element, of=element))
            else:
                self._say(f"The {feature} of a span of {short(name)} holds what is no piece of text; it was left out.")

    def _items(self, reviewed: bool) -> tuple[tuple[Span, ...], tuple[Relation, ...]]:
        made = [(span, mark) for mark in self._marks if (span := self._span(mark, reviewed)) is not None]
        known = {id(mark) for _, mark in made}
        for arrow in self._arrows:
            for end in (arrow.head, arrow.tail):
                if end is None or id(end) in known or not _is_token(end.type.name):
                    continue
                if isinstance(place := self._place(end), tuple):
                    known.add(id(end))
                    layer = Layer(TOKEN_ENDS)
                    made.append((Span("", (place,), layer.short, attributes_of(layer, "span", {}), reviewed=reviewed), end))
        made.sort(key=lambda pair: (text_order(pair[0]), pair[1].type.name))
        ids = {id(mark): f"T{number}" for number, (_, mark) in enumerate(made, 1)}
        spans = tuple(replace(span, id=ids[id(mark)]) for span, mark in made)
        return spans, tuple(self._relations(ids, reviewed))

    def _relations(self, ids: dict[int, str], reviewed: bool) -> Iterator[Relation]:
        number = 0
        for arrow in self._arrows:
            label = label_of(arrow.layer, arrow.value)
            head, tail = ids.get(id(arrow.head)), ids.get(id(arrow.tail))
            if head is None or tail is None:
                self._say(f"An end of a relation {label} is no span that was taken over; it was left out.")
                continue
            number += 1
            more = attributes_of(arrow.layer, "relation", arrow.values)
            found = Relation(f"R{number}", label, head, tail, more, reviewed=reviewed)
            yield detailed(found, self._details.get(id(arrow.of), {})) if arrow.of is not None else found

    def _span(self, mark: Any, reviewed: bool) -> Span | None:
        name, shape = mark.type.name, self._shape(mark.type)
        values = values_of(mark, shape)
        plain = name.startswith("uima.")
        layer = Layer(name, shape.label)
        label = label_of(layer, values.pop(shape.label, None))
        kb_id = values.pop(IDENTIFIER, None)
        if layer.type.startswith("uima.") or hasattr(mark, "referenceRelation"):
            values.pop("referenceRelation", None)
        more = attributes_of(default_layer("span") if plain else layer, "span", values)
        whole = self._places[id(mark)]
        fragments = [whole]
        for part in self._parts.get(id(mark), ()):
            place = self._place(part)
            fragments += [place] if isinstance(place, tuple) else []
        fragments.sort()
        if any(left[1] > right[0] for left, right in pairwise(fragments)):
            fragments = [whole]
        found = Span("", tuple(fragments), label, more, kb_id="" if kb_id is None else str(kb_id), reviewed=reviewed)
        return detailed(found, self._details.get(id(mark), {}))

    def _tokens(self) -> Tokens | None:
        if not self.tokens or self.own.get("tokens") is False:
            return None
        places = sorted(self.tokens)
        return sound_tokens(places, self.text) if tokens_problem(places, self.text) is None else None

    def _say(self, message: str, *, lost: bool = True) -> None:
        if len(self.complain.found) < _MOST_COMPLAINTS:
            self.complain(message, lost=lost)
        else:
            self._silent += 1


def _is_token(name: str) -> bool:
    return divides(name) and short(name) == "Token"


def records_of(cas: Any, scan: Scan, member: Member, defaults: ReadDefaults, layers: str, *, complain: Complaints) -> list[Record]:
    """Return the documents of a CAS, one for each view that has a text."""
    found: list[Record] = []
    astray, indexed = scan.astray(), set()
    for number, name in enumerate(view.sofa.sofaID for view in cas.views):
        view = cas.get_view(name)
        if not view.sofa_string:
            continue
        choice = Choice(layers)
        indexed |= {annotation.xmiID for annotation in view.select_all_annotations()}
        record = Reading(view, astray, choice, complain, mender=defaults.mender).record(member, defaults)
        if choice.told():
            complain(choice.told(), lost=False)
        if number and found:
            record.name = f"{record.name}#{name}"
        found.append(record)
    loose = sum(number not in indexed and sofa in scan.texts for number, sofa, _, _ in scan.places)
    if loose:
        complain(f"No view of the file holds {amount(loose, 'annotation')}, so that much was not read.")
    if not found:
        complain("There is no text in the file, so there is no article to bring in.")
    return found
