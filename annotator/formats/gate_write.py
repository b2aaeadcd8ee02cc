"""Records as a bdoc, and what is lost of them; the layout is told in ``formats.gate``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from annotator.domain.annotations import AnnotationSet, Item, Kind, SetInfo, Span
from annotator.domain.exchange import Record
from annotator.domain.text import Range
from annotator.formats.compare import has_set
from annotator.formats.compare_content import Expected
from annotator.formats.gate_bdoc import ARGS, DEPENDENCY, KIND, OWN
from annotator.formats.json_sets import marks_of, sifted
from annotator.formats.jsonl_canonical import present, reviewed_by_default
from annotator.formats.offsets import Ruler, Unit

_LARGEST = 2**31 - 1
"""GATE's ids are Java ints."""


def fitted(record: Record) -> Expected:
    """Return what a record comes back as, and what is lost of it: nothing that is sound."""
    return sifted(record, lambda _: "")


def document_of(records: list[Record], *, unit: Unit) -> dict[str, Any]:
    """Return the bdoc of records that ``fitted`` made, all of one text."""
    first = records[0]
    features = dict(first.meta)
    own: dict[str, Any] = {"features": {OWN: features.pop(OWN)}} if OWN in features else {}
    ruler = Ruler(first.text, unit)
    sets: dict[str, dict[str, Any]] = {}
    marks: dict[str, dict[str, Any]] = {}
    for record in records:
        if has_set(record):
            name = _free_name(record.annotator, sets)
            sets[name] = _set(record, name, ruler)
            marks[name] = ({"annotator": record.annotator} if name != record.annotator else {}) | marks_of(record)
    if marks:
        own["sets"] = marks
    return {
        "annotation_sets": sets,
        "text": first.text,
        "features": features | ({OWN: own} if own else {}),
        "offset_type": "p" if unit is Unit.CODE_POINTS else "j",
        "name": first.name,
    }


def _free_name(wanted: str, taken: Iterable[str]) -> str:
    name, numbers = wanted, count(2)
    while name in taken:
        name = f"{wanted} ({next(numbers)})"
    return name


def _set(record: Record, name: str, ruler: Ruler) -> dict[str, Any]:
    content = AnnotationSet(
        SetInfo(0, "", Kind.MODEL),
        {span.id: span for span in record.spans},
        {relation.id: relation for relation in record.relations},
    )
    spans, relations = content.in_text_order(), content.relations_in_order()
    # ids of GATE are numbers, one row of them for all annotations of a set
    numbers = {span.id: int(span.id) for span in spans if _is_number(span.id)}
    taken = set(numbers.values())
    free = (number for number in count() if number not in taken)
    numbers |= {span.id: next(free) for span in spans if span.id not in numbers}
    taken = set(numbers.values())
    reviewed = reviewed_by_default(record.kind)
    annotations: list[dict[str, Any]] = []
    for span in spans:
        features = _features(span, numbers[span.id], reviewed, {ARGS, OWN})
        if span.discontinuous:
            pairs = [[ruler.units(start), ruler.units(end)] for start, end in span.fragments]
            features[OWN] = {"fragments": pairs} | features.get(OWN, {})
        annotations.append(_annotation(span.label, (span.start, span.end), numbers[span.id], features, ruler))
    for relation in relations:
        number = int(relation.id) if _is_number(relation.id) and int(relation.id) not in taken else next(free)
        while number in taken:
            number = next(free)
        taken.add(number)
        ends = [content.spans[relation.head], content.spans[relation.tail]]
        reserved = {ARGS, OWN, KIND} if relation.label == DEPENDENCY else {ARGS, OWN}
        features = {ARGS: [numbers[end.id] for end in ends]} | _features(relation, number, reviewed, reserved)
        place = min(end.start for end in ends), max(end.end for end in ends)
        annotations.append(_annotation(relation.label, place, number, features, ruler))
    following = max((entry["id"] for entry in annotations), default=-1) + 1
    return {"name": name, "annotations": annotations, "next_annid": following}


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) <= 10 and str(int(name)) == name and int(name) < _LARGEST


def _annotation(label: str, place: Range, number: int, features: dict[str, Any], ruler: Ruler) -> dict[str, Any]:
    return {"type": label, "start": ruler.units(place[0]), "end": ruler.units(place[1]), "id": number, "features": features}


def _features(item: Item, number: int, reviewed: bool, reserved: set[str]) -> dict[str, Any]:
    """Return the features of an annotation: its attributes, unless one is called like something that has a meaning."""
    keys = (
        ("note", "kb_id", "confidence", "origin", "reviewed")
        if isinstance(item, Span)
        else ("note", "confidence", "origin", "reviewed")
    )
    own: dict[str, Any] = {} if item.id == str(number) else {"id": item.id}
    own |= dict(present(item, reviewed, keys))
    attributes = dict(item.attributes)
    if not reserved.isdisjoint(attributes):
        own["attributes"], attributes = attributes, {}
    return attributes | ({OWN: own} if own else {})
