"""One document of PubAnnotation to records and complaints; the layout is told in ``formats.pubannotation``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.formats.json_fields import Complaints, objects, take
from annotator.formats.json_items import JsonItem
from annotator.formats.json_sets import MARKS, Names, parsed, take_marks
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.offsets import Ruler, Sample, Unit, find_unit
from annotator.formats.pubannotation_items import Annotations, read_annotations

OF_ANNOTATIONS = ("denotations", "blocks", "relations", "attributes", "modifications")
OF_SET = (*OF_ANNOTATIONS, "project", *MARKS)
"""Keys that a set has, be it in a track or in the document itself."""

RESERVED = frozenset((*OF_SET, "text", "tracks", "name", "meta"))
"""Keys of a document that mean something; metadata of these names stand in the nested ``meta``."""


@dataclass(slots=True)
class Reading:
    """What is the same for all documents of a file; ``unit`` is None where it is to be found."""

    names: Names
    defaults: ReadDefaults
    unit: Unit | None = None


def parse_document(item: JsonItem, reading: Reading) -> Iterator[Record | Complaint]:
    """Yield what is wrong with a document and then its records: one for each project, or one without a set."""
    return parsed(item, lambda data, complain: _records(data, item, reading, complain))


def _records(data: dict[str, Any], item: JsonItem, reading: Reading, complain: Complaints) -> list[Record]:
    text = data.pop("text")
    tracks = objects(data, "tracks", complain)
    own = {key: data.pop(key) for key in OF_SET if key in data}
    name = take(data, "name", str, complain) or _called(data, reading.names.called(item.line))
    meta = _meta(data, complain)
    sets = [one for one in (own, *tracks) if any(one.get(key) is not None for key in OF_SET)]
    unit = reading.unit or _found_unit(text, sets, complain)
    records: list[Record] = []
    for one in sets or ({},):
        record = Record(name=name, text=text, meta=meta, place=item.place)
        records.append(record)
        if sets:
            _fill(record, one, Ruler(text, unit), reading.defaults, complain)
    return records


def _called(data: dict[str, Any], otherwise: str) -> str:
    parts = [str(value) for key in ("sourcedb", "sourceid", "divid") if type(value := data.get(key)) in (str, int) and value != ""]
    if data.get("sourceid") not in (None, "") and len(parts) > 1:
        return ":".join(parts)
    return otherwise


def _meta(data: dict[str, Any], complain: Complaints) -> dict[str, Any]:
    meta = take(data, "meta", dict, complain) or {}
    for key, value in data.items():
        if meta.setdefault(key, value) != value:
            complain(f"“{key}” stands both in the document and in its “meta”; the latter was kept.")
    return meta


def _fill(record: Record, one: dict[str, Any], ruler: Ruler, defaults: ReadDefaults, complain: Complaints) -> None:
    record.annotator = take(one, "project", str, complain) or defaults.annotator
    take_marks(record, one, defaults.kind, complain)
    lists = {key: objects(one, key, complain) for key in OF_ANNOTATIONS}
    found = read_annotations(Annotations(**lists), record.text, ruler, reviewed_by_default(record.kind), complain=complain)
    record.spans, record.relations = tuple(found.spans.values()), tuple(found.relations)
    if one:
        complain(f"The keys {', '.join(sorted(one))} of a track mean nothing here; they were left out.")


def _found_unit(text: str, sets: list[dict[str, Any]], complain: Complaints) -> Unit:
    """Return the unit that the surfaces of all denotations speak for, or where there is none the edges of words."""
    samples: list[Sample] = []
    for one in sets:
        for key in ("denotations", "blocks"):
            entries = one.get(key)
            for entry in entries if type(entries) is list else ():
                samples += _samples(entry)
    told = [sample for sample in samples if sample[2].strip()]
    # bytes only where a text proves them: by the edges of words alone they are too easily right
    candidates = (Unit.CODE_POINTS, Unit.UTF16, Unit.BYTES) if told else (Unit.CODE_POINTS, Unit.UTF16)
    unit = find_unit(text, told or samples, candidates)
    if unit is not Unit.CODE_POINTS:
        complain(f"The offsets of the document count {unit}; they were turned into code points.", lost=False)
    return unit


def _samples(entry: Any) -> Iterator[Sample]:
    if type(entry) is not dict:
        return
    span = entry.get("span", entry)
    for part in span if type(span) is list else (span,):
        if type(part) is dict and type(part.get("begin")) is int and type(part.get("end")) is int:
            surface = part.get("text", entry.get("text") if type(span) is dict else None)
            yield part["begin"], part["end"], surface if type(surface) is str else ""
