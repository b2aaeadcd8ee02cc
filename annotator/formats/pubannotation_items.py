"""Denotations, relations and attributes of one project to spans and relations; the layout is told in ``formats.pubannotation``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from typing import Any

from annotator.domain.annotations import Span, ordered_fragments
from annotator.domain.text import Range
from annotator.formats.json_fields import Complain, Found, details
from annotator.formats.offsets import Ruler

FRAGMENT, CHAINED = "_FRAGMENT", "_lexicallyChainedTo"
BLOCK = "block"
"""The attribute that tells a block from a denotation."""

Entries = list[dict[str, Any]]


@dataclass(slots=True)
class Annotations:
    """The lists of one project as they stand in the file."""

    denotations: Entries
    blocks: Entries
    relations: Entries
    attributes: Entries
    modifications: Entries


@dataclass(slots=True)
class _Denotation:
    """A denotation whose place is sound; ``entry`` holds what is left of it."""

    given: Any
    places: list[Range]
    label: str
    entry: dict[str, Any]
    what: str
    tied: bool = False
    span_id: str = ""


@dataclass(slots=True)
class _Known:
    """What the ids of a project name: denotations, after that spans and relations; ``gone`` are ids of what was left out."""

    denotations: dict[str, _Denotation] = field(default_factory=dict)
    spans: dict[str, str] = field(default_factory=dict)
    relations: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


def read_annotations(read: Annotations, text: str, ruler: Ruler, reviewed: bool, *, complain: Complain) -> Found:
    """Return the spans and relations of a project; ``reviewed`` is what holds where an item does not say."""
    found = Found(text, ruler, complain)
    known = _Known()
    taken = [
        *(
            _denotation(found, entry, f"The denotation {number}", known, complain)
            for number, entry in enumerate(read.denotations, 1)
        ),
        *(_block(found, entry, f"The block {number}", known, complain) for number, entry in enumerate(read.blocks, 1)),
    ]
    denotations = [denotation for denotation in taken if denotation is not None]
    links = _tie(read.relations, known, complain)
    for denotation in denotations:
        if not denotation.tied:
            _add_span(found, denotation, reviewed, complain)
    known.spans = {key: denotation.span_id for key, denotation in known.denotations.items()}
    for number, link in links:
        _add_relation(found, link, number, known, reviewed, complain=complain)
    _add_attributes(found, read, known, complain)
    return found


def _key(value: Any) -> str | None:
    return str(value) if type(value) in (str, int) and value != "" else None


def _block(found: Found, entry: dict[str, Any], where: str, known: _Known, complain: Complain) -> _Denotation | None:
    denotation = _denotation(found, entry, where, known, complain)
    if denotation is not None:
        attributes = denotation.entry.get("attributes")
        denotation.entry["attributes"] = (attributes if type(attributes) is dict else {}) | {BLOCK: True}
    return denotation


def _denotation(found: Found, entry: dict[str, Any], where: str, known: _Known, complain: Complain) -> _Denotation | None:
    null = "obj" in entry and entry["obj"] is None
    given, label, surface = entry.pop("id", None), entry.pop("obj", None), entry.pop("text", None)
    span = entry.pop("span", None)
    if span is None:
        span = {"begin": entry.pop("begin", None), "end": entry.pop("end", None)}
    parts = span if type(span) is list else [span]
    places: list[Range] = []
    problem = "" if parts else "has an empty list as its “span”"
    for part in parts:
        if type(part) is not dict:
            problem = problem or "has no “span” with “begin” and “end”"
            continue
        place = found.place(part.get("begin"), part.get("end"), part.get("text", surface if len(parts) == 1 else None))
        if isinstance(place, str):
            problem = problem or place
        else:
            places.append(place)
    label = str(label) if type(label) is int else label
    if type(label) is not str or not label.strip():
        problem = problem or ("has null as its “obj”, which is its label" if null else "has no “obj”, which is its label")
    key = _key(given)
    if problem:
        complain(f"{where} {problem}; it was left out.")
        known.gone |= {key} if key else set()
        return None
    denotation = _Denotation(given, places, str(label), entry, where)
    if key is not None and known.denotations.setdefault(key, denotation) is not denotation:
        complain(f"{where} has the id “{key}” of another; what names that id means the other.", lost=False)
    return denotation


def _tie(entries: Entries, known: _Known, complain: Complain) -> list[tuple[int, dict[str, Any]]]:
    """Join the denotations that are fragments of one span, and return the relations that are none of such, with their numbers."""
    links: list[tuple[int, dict[str, Any]]] = []
    lead: dict[int, _Denotation] = {}

    def first(denotation: _Denotation) -> _Denotation:
        passed: list[_Denotation] = []
        while id(denotation) in lead:
            passed.append(denotation)
            denotation = lead[id(denotation)]
        lead.update((id(one), denotation) for one in passed)
        return denotation

    for number, entry in enumerate(entries, 1):
        if entry.get("pred") != CHAINED:
            links.append((number, entry))
            continue
        ends = [known.denotations.get(_key(entry.get(key)) or "") for key in ("subj", "obj")]
        if ends[0] is None or ends[1] is None:
            complain(f"The relation {number} ties fragments of which one is not there; it was left out.")
            continue
        into, tied = first(ends[0]), first(ends[1])
        if into is tied:
            continue
        if into.label == FRAGMENT != tied.label:
            into, tied = tied, into
        if len(into.places) < len(tied.places):
            # the longer list grows: their order means nothing, and a long chain would be copied at each of its links
            into.places, tied.places = tied.places, into.places
        into.places += tied.places
        into.entry |= {key: value for key, value in tied.entry.items() if key not in into.entry}
        tied.tied = True
        lead[id(tied)] = into
        if tied.label not in (FRAGMENT, into.label):
            complain(f"{tied.what} “{tied.label}” is tied to “{into.label}” as a fragment of it; its own label was left out.")
    for key, denotation in known.denotations.items():
        known.denotations[key] = first(denotation)
    return links


def _fragments(places: list[Range]) -> tuple[Range, ...]:
    """Return places in text order, joined only where they share text: fragments that touch stay apart."""
    ordered = sorted(places)
    if any(left[1] > right[0] for left, right in pairwise(ordered)):
        return ordered_fragments(ordered)
    return tuple(ordered)


def _add_span(found: Found, denotation: _Denotation, reviewed: bool, complain: Complain) -> None:
    fragments = _fragments(denotation.places)
    if len(fragments) < len(denotation.places):
        complain(f"{denotation.what}: fragments that share text were joined.", lost=False)
    more = details(denotation.entry, f"{denotation.what}: ", complain, reviewed=reviewed, more=("kb_id",))
    span = Span(found.free_id(denotation.given), fragments, denotation.label, **more)
    found.add_span(span)
    denotation.span_id = span.id


def _add_relation(found: Found, entry: dict[str, Any], number: int, known: _Known, reviewed: bool, *, complain: Complain) -> None:
    where = f"The relation {number}"
    given, label = entry.pop("id", None), entry.pop("pred", None)
    label = str(label) if type(label) is int else label
    ends: list[str] = []
    for key in ("subj", "obj"):
        name = _key(entry.pop(key, None))
        span_id = known.spans.get(name or "")
        if span_id is None:
            what = "no denotation" if name is None else f"the denotation “{name}”"
            why = "which was left out" if name in known.gone else "which is not there"
            complain(f"{where} names {what} as its “{key}”{', ' + why if name else ''}; it was left out.")
            return
        ends.append(span_id)
    if type(label) is not str or not label.strip():
        complain(f"{where} has no “pred”, which is its label; it was left out.")
        return
    more = details(entry, f"{where}: ", complain, reviewed=reviewed)
    found.add_relation(given, label, (ends[0], ends[1]), more)
    key = _key(given)
    if key is not None:
        known.relations.setdefault(key, len(found.relations) - 1)


def _add_attributes(found: Found, read: Annotations, known: _Known, complain: Complain) -> None:
    """Give spans and relations the attributes that stand in lists of their own."""
    values: dict[tuple[str, Any], dict[str, dict[Any, Any]]] = {}
    numbers = count()
    for what, entries, subject in (("attribute", read.attributes, "subj"), ("modification", read.modifications, "obj")):
        for number, entry in enumerate(entries, 1):
            where, name = f"The {what} {number}", entry.get("pred")
            key = _key(entry.get(subject))
            target = _target(key, known)
            if type(name) is not str or not name.strip():
                complain(f"{where} has no “pred”, which is its name; it was left out.")
            elif target is None:
                complain(f"{where} is about “{key}”, which is not there; it was left out." if key else f"{where} is about nothing.")
            else:
                value = entry.get("obj") if what == "attribute" else True
                if value is None:
                    complain(f"{where} “{name}” of “{key}” has no “obj”, which is its value; it was kept as null.", lost=False)
                # the same value once: True is not 1, and what is no plain value is never the same
                same = (type(value), value if type(value) in (str, int, float, bool) else next(numbers))
                values.setdefault(target, {}).setdefault(name, {}).setdefault(same, value)
    for (kind, place), by_name in values.items():
        if kind == "span":
            found.spans[place] = _with(found.spans[place], by_name, complain)
        else:
            found.relations[place] = _with(found.relations[place], by_name, complain)


def _target(key: str | None, known: _Known) -> tuple[str, Any] | None:
    if key in known.spans:
        return "span", known.spans[key]
    return ("relation", known.relations[key]) if key in known.relations else None


def _with(item: Any, by_name: dict[str, dict[Any, Any]], complain: Complain) -> Any:
    attributes = dict(item.attributes)
    for name, said in by_name.items():
        values = list(said.values())
        value = values[0] if len(values) == 1 else values
        if attributes.setdefault(name, value) != value:
            complain(f"“{name}” of “{item.id}” is said twice and not the same; the attribute of the item itself was kept.")
    return replace(item, attributes=attributes)
