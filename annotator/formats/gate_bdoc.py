"""One bdoc to records and complaints; the layout is told in ``formats.gate``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.annotations import NOTHING, Span
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.text import Range
from annotator.formats.json_fields import Complain, Complaints, Found, details, objects, take
from annotator.formats.json_items import JsonItem
from annotator.formats.json_sets import Names, parsed, take_marks
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.offsets import Ruler, Unit

OWN, ARGS = "_annotator", "args"
DEPENDENCY, KIND = "Dependency", "kind"
OFFSET_TYPES = {"p": Unit.CODE_POINTS, "j": Unit.UTF16}


@dataclass(slots=True)
class Reading:
    """What is the same for all documents of a file.

    ``types`` are those to take, all if there are none, and ``left_out`` counts the others.
    """

    names: Names
    defaults: ReadDefaults
    types: frozenset[str] = frozenset()
    left_out: Counter[str] = field(default_factory=Counter)


def parse_document(item: JsonItem, reading: Reading) -> Iterator[Record | Complaint]:
    """Yield what is wrong with a document and then its records: one for each set, or one without a set."""
    return parsed(item, lambda data, complain: _records(data, item, reading, complain))


def _records(data: dict[str, Any], item: JsonItem, reading: Reading, complain: Complaints) -> list[Record]:
    text = data["text"]
    features = take(data, "features", dict, complain) or {}
    own = _own(features)
    features |= take(own, "features", dict, complain) or {}
    name = take(data, "name", str, complain) or reading.names.called(item.line)
    unit = OFFSET_TYPES.get(str(data.get("offset_type", "p")))
    if unit is None:
        complain("“offset_type” is neither p nor j; the offsets were taken for code points.")
    ruler = Ruler(text, unit or Unit.CODE_POINTS)
    marks = take(own, "sets", dict, complain) or {}
    sets = take(data, "annotation_sets", dict, complain) or {}
    records: list[Record] = []
    for key in dict.fromkeys((*sets, *marks)):
        one, mark = sets.get(key), marks.get(key)
        if one is not None and type(one) is not dict:
            complain(f"The annotation set “{key}” is no object {{…}}; it was left out.")
            one = None
        entries = objects(one or {}, "annotations", complain)
        if not entries and type(mark) is not dict:
            continue  # GATE has the default set everywhere, be it empty
        record = Record(name=name, text=text, meta=features, place=item.place)
        _fill(record, key, entries, mark if type(mark) is dict else {}, ruler, reading=reading, complain=complain)
        records.append(record)
    return records or [Record(name=name, text=text, meta=features, place=item.place)]


def _own(features: dict[str, Any]) -> dict[str, Any]:
    return features.pop(OWN) if type(features.get(OWN)) is dict else {}


def _fill(
    record: Record,
    key: str,
    entries: list[dict[str, Any]],
    mark: dict[str, Any],
    ruler: Ruler,
    *,
    reading: Reading,
    complain: Complaints,
) -> None:
    said = take(mark, "annotator", str, complain)
    record.annotator = said or key or reading.defaults.annotator
    take_marks(record, mark, reading.defaults.kind, complain)
    where = f"set “{key}”" if key else "default set"
    found = _read_set(
        entries, where, Found(record.text, ruler, complain), reading, reviewed_by_default(record.kind), complain=complain
    )
    record.spans, record.relations = tuple(found.spans.values()), tuple(found.relations)


def _read_set(
    entries: list[dict[str, Any]], where: str, found: Found, reading: Reading, reviewed: bool, *, complain: Complain
) -> Found:
    ids: Counter[int] = Counter(entry["id"] for entry in entries if type(entry.get("id")) is int)
    spans: dict[int, str] = {}
    links: list[tuple[str, dict[str, Any]]] = []
    for entry in entries:
        label, number = entry.get("type"), entry.get("id")
        called = f"The annotation {number if type(number) is int else '?'} ({label if type(label) is str else '?'}) of the {where}"
        if type(label) is not str or not label.strip():
            complain(f"{called} has no “type”; it was left out.")
            continue
        if reading.types and label not in reading.types:
            reading.left_out[label] += 1
            continue
        features = take(entry, "features", dict, complain, f"{called}: ") or {}
        entry["features"] = features
        if _is_link(features.get(ARGS), ids):
            links.append((called, entry))
            continue
        span = _add_span(found, entry, called, reviewed, complain)
        if span and type(number) is int and spans.setdefault(number, span.id) != span.id:
            complain(f"{called} has an id that another has as well; relations go to the first.", lost=False)
    for called, entry in links:
        _add_relation(found, entry, called, spans, reviewed, complain=complain)
    return found


def _is_link(ends: Any, ids: Counter[int]) -> bool:
    return type(ends) is list and len(ends) == 2 and all(type(end) is int and end in ids for end in ends)


def _add_span(found: Found, entry: dict[str, Any], called: str, reviewed: bool, complain: Complain) -> Span | None:
    features = entry["features"]
    own = _own(features)
    place = found.place(entry.get("start"), entry.get("end"))
    if isinstance(place, str):
        complain(f"{called} {place}; it was left out.")
        return None
    given = own.pop("id", None)
    fragments = _fragments(found, own.pop("fragments", None), place, called, complain)
    more = details(own, f"{called}: ", complain, reviewed=reviewed, more=("kb_id",))
    more["attributes"] = {**features, **more["attributes"]} or NOTHING
    span = Span(found.free_id(entry.get("id") if given is None else given), fragments, entry["type"], **more)
    found.add_span(span)
    return span


def _fragments(found: Found, told: Any, place: Range, called: str, complain: Complain) -> tuple[Range, ...]:
    """Return the fragments of an annotation that covers ``place``: that alone where none are told, or none that fit."""
    if told is None:
        return (place,)
    pairs = [pair for pair in told if type(pair) is list and len(pair) == 2] if type(told) is list else []
    fragments = [found.place(*pair) for pair in pairs]
    sound = [fragment for fragment in fragments if not isinstance(fragment, str)]
    edges = [edge for fragment in sound for edge in fragment]
    fits = type(told) is list and len(sound) == len(told) > 0 and edges == sorted(edges)
    if not fits or (edges[0], edges[-1]) != place:
        complain(f"{called}: its “fragments” do not fit its place; it was taken whole.")
        return (place,)
    return tuple(sound)


def _add_relation(
    found: Found, entry: dict[str, Any], called: str, spans: dict[int, str], reviewed: bool, *, complain: Complain
) -> None:
    features = entry["features"]
    own = _own(features)
    head, tail = (spans.get(end) for end in features.pop(ARGS))
    if head is None or tail is None:
        complain(f"{called} links an annotation that was left out or is a link itself; it was left out.")
        return
    label = entry["type"]
    if label == DEPENDENCY and type(features.get(KIND)) is str and features[KIND].strip():
        label = features.pop(KIND)
    given = own.pop("id", None)
    more = details(own, f"{called}: ", complain, reviewed=reviewed)
    more["attributes"] = {**features, **more["attributes"]} or NOTHING
    found.add_relation(entry.get("id") if given is None else given, label, (head, tail), more)
