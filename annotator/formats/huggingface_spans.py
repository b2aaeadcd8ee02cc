"""Spans and relations of a row, under any of the names that data sets give their parts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from annotator.domain.annotations import Span
from annotator.domain.text import Range
from annotator.formats.huggingface_docred import entries_of, first
from annotator.formats.json_fields import Complaints, Found, details
from annotator.formats.offsets import Ruler, Unit, find_unit

_START, _END = ("start", "start_offset", "begin", "start_char"), ("end", "end_offset", "stop", "end_char")
_LABEL = ("label", "type", "entity_type", "entity_group", "entity", "category", "tag", "relation", "relation_type")
_SURFACE = ("text", "word", "surface", "mention")
_HEAD, _TAIL = ("head", "arg1_id", "from_id", "h"), ("tail", "arg2_id", "to_id", "t")
_UNITS = (Unit.CODE_POINTS, Unit.UTF16, Unit.BYTES)


def add_spans(value: Any, found: Found, complain: Complaints, *, reviewed: bool, names: Sequence[str]) -> None:
    """Add the spans of a column; ``names`` are the class labels of those labelled by numbers."""
    sound: list[dict[str, Any]] = []
    for entry in entries_of(value):
        if type(entry) is dict:
            sound.append({key: part for key, part in entry.items() if part is not None})
        elif type(entry) is list and len(entry) == 3:
            sound.append({"start": entry[0], "end": entry[1], "label": entry[2]})
        else:
            complain("A span is neither an object nor a list of start, end and label; it was left out.")
    samples = [(entry["start"], entry["end"], entry["text"]) for entry in sound if _tells(entry)]
    found.ruler = Ruler(found.text, find_unit(found.text, samples, _UNITS) if samples else Unit.CODE_POINTS)
    for entry in sound:
        _add_span(entry, found, complain, reviewed=reviewed, names=names)


def _tells(entry: dict[str, Any]) -> bool:
    """Tell whether an entry shows by its text in which unit it counts."""
    places = all(type(entry.get(key)) is int for key in ("start", "end"))
    return places and type(entry.get("text")) is str and "fragments" not in entry


def _add_span(entry: dict[str, Any], found: Found, complain: Complaints, *, reviewed: bool, names: Sequence[str]) -> None:
    given = entry.pop("id", None)
    start, end, label = first(entry, _START), first(entry, _END), first(entry, _LABEL)
    if type(label) is int and 0 <= label < len(names):
        label = names[label]
    fragments = first(entry, ("fragments", "offsets"))
    surface = first(entry, _SURFACE)
    span_id = found.free_id(given)
    if type(given) is str and given in found.spans:
        complain(f"The span id “{given}” is given twice; the later span was renamed to “{span_id}”.")
    places = _places(fragments, start, end, surface, found)
    if isinstance(places, str) or type(label) is not str or not label.strip():
        complain(f"The span “{span_id}” {places if isinstance(places, str) else 'has no label'}; it was left out.")
        return
    entry["attributes"] = _attributes(entry.get("attributes"))
    more = details(entry, f"The span “{span_id}”: ", complain, reviewed=reviewed, more=("kb_id",))
    found.add_span(Span(span_id, places, label, **more))


def _places(fragments: Any, start: Any, end: Any, surface: Any, found: Found) -> tuple[Range, ...] | str:
    """Return the fragments of a span, or the rest of a sentence about what is wrong with them."""
    if fragments is None:
        place = found.place(start, end, surface)
        return place if isinstance(place, str) else (place,)
    if type(fragments) is not list or not fragments or any(type(pair) is not list or len(pair) != 2 for pair in fragments):
        return "has fragments that are no list of [start, end]"
    places: list[Range] = []
    for low, high in fragments:
        place = found.place(low, high)
        if isinstance(place, str):
            return place
        places.append(place)
    places.sort()
    overlap = any(left[1] > right[0] for left, right in pairwise(places))
    return "has fragments that overlap" if overlap else tuple(places)


def _attributes(value: Any) -> Any:
    """Return attributes out of the JSON text they may be written as; anything else as it is."""
    if type(value) is not str:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return {"attributes": value}


def add_relations(value: Any, found: Found, complain: Complaints, *, reviewed: bool) -> None:
    """Add the relations of a column; their ends are ids of spans, or numbers of spans in their order."""
    ids = list(found.spans)
    for entry in entries_of(value):
        if type(entry) is not dict:
            complain("A relation is no object {…}; it was left out.")
            continue
        fields = {key: part for key, part in entry.items() if part is not None}
        given, label = fields.pop("id", None), first(fields, _LABEL)
        head, tail = _end(first(fields, _HEAD), found, ids), _end(first(fields, _TAIL), found, ids)
        if type(label) is not str or not label.strip() or head is None or tail is None:
            reason = "has no label" if type(label) is not str or not label.strip() else "names a span that the row does not have"
            complain(f"The relation “{given if given is not None else label}” {reason}; it was left out.")
            continue
        fields["attributes"] = _attributes(fields.get("attributes"))
        more = details(fields, f"The relation “{given}”: ", complain, reviewed=reviewed)
        found.add_relation(given, label, (head, tail), more)


def _end(value: Any, found: Found, ids: Sequence[str]) -> str | None:
    if type(value) in (str, int) and str(value) in found.spans:
        return str(value)
    return ids[value] if type(value) is int and 0 <= value < len(ids) else None
