"""One document of doccano to records and complaints; the layouts are told in ``formats.doccano``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from annotator.domain.annotations import Kind, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.formats.compare import has_set
from annotator.formats.json_fields import Complain, Complaints, Found, take, texts
from annotator.formats.json_items import JsonItem
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.offsets import Ruler, Unit, same_as_code_points, scores

TEXT_KEYS = ("text", "data", "column_data")
LABEL_KEYS = ("label", "labels", "column_label", "entities", "annotations")
APPROVER = "annotation_approver"

OFFSETS = {"utf-16": Unit.UTF16, "code-points": Unit.CODE_POINTS, "graphemes": Unit.GRAPHEMES}
"""The names of the units in the options, and under ``UNIT`` in a document."""

UNIT = "annotator_offsets"
"""The key under which our own documents say their unit, where it makes a difference; doccano keeps it among the metadata."""


@dataclass(slots=True)
class Reading:
    """What is the same for all documents of a file.  ``asked``: somebody named ``unit``, whatever a document says itself."""

    stem: str
    defaults: ReadDefaults
    done: bool = False
    unit: Unit = Unit.UTF16
    asked: bool = False


def differing_scores(item: JsonItem) -> dict[Unit, float] | None:
    """Return how well each unit fits a document; None where they do not differ or nothing is labelled."""
    data = item.value
    if type(data) is not dict or _said_unit(data) is not None:
        return None
    text = next((value for key in TEXT_KEYS if type(value := data.get(key)) is str), "")
    entries = [entry for key in LABEL_KEYS if type(values := data.get(key)) is list for entry in values]
    places = [(place[0], place[1], "") for entry in entries if (place := _place(entry))]
    return scores(text, places, tuple(OFFSETS.values())) if places else None


def says_unit(text: str) -> bool:
    """Tell whether the units differ in a text, so that its document must say which one it counts."""
    return not all(same_as_code_points(text, unit) for unit in OFFSETS.values())


def _said_unit(data: dict[str, Any]) -> Unit | None:
    found = data.get(UNIT)
    return OFFSETS.get(found) if type(found) is str else None


def _place(entry: Any) -> tuple[int, int] | None:
    if type(entry) is dict:
        start, end = entry.get("start_offset"), entry.get("end_offset")
    else:
        start, end = entry[:2] if type(entry) is list and len(entry) == 3 else (None, None)
    return (start, end) if type(start) is int and type(end) is int else None


def parse_item(item: JsonItem, reading: Reading) -> Iterator[Record | Complaint]:
    """Yield what is wrong with a document and then its records: one, or one for each of its users."""
    complain = Complaints(item.place)
    records = _records(item, reading, complain) if type(item.value) is dict else []
    if type(item.value) is not dict:
        complain("This is no JSON object {…}, so it holds no document.")
    yield from complain.found
    yield from records


def _records(item: JsonItem, reading: Reading, complain: Complaints) -> list[Record]:
    data = dict(item.value)
    key = next((key for key in TEXT_KEYS if type(data.get(key)) is str), None)
    text = data.pop(key) if key else ""
    if not text:
        complain("The document has no “text” (or “data”), so there is no article to bring in.")
        return []
    number = data.get("id")
    called = f"{reading.stem}:{number if type(number) in (int, str) and number != '' else item.line}"
    name = data.pop("name") if type(data.get("name")) is str and data["name"] else called
    record = Record(name=name, text=text, place=item.place)
    entries, categories = _labels(data, complain)
    links = data.pop("relations", None)
    approved = type(data.get(APPROVER)) is str and bool(data[APPROVER])
    unit = _said_unit(data)
    if unit is not None:
        del data[UNIT]
        reading = reading if reading.asked else replace(reading, unit=unit)
    record.meta = _meta(data, complain)
    by_user: dict[Any, list[dict[str, Any]]] = {}
    for entry in entries:
        by_user.setdefault(_user(entry), []).append(entry)
    found = [_of_user(record, user, own, links, reading, complain=complain) for user, own in (by_user or {None: []}).items()]
    for number, each in enumerate(found):
        each.categories = categories if not number else ()
        if reading.done or approved:
            each.status = Status.DONE
        elif each.spans or each.categories:
            each.status = Status.IN_PROGRESS
        if has_set(each) and not each.annotator:
            each.annotator, each.kind = reading.defaults.annotator, reading.defaults.kind
    return found


def _user(entry: dict[str, Any]) -> int | str | None:
    user = entry.get("user")
    return user if type(user) in (int, str) else None


def _labels(data: dict[str, Any], complain: Complain) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Take all labels out of a document: those of spans in the form of the relation layout, and categories."""
    entries: list[dict[str, Any]] = []
    categories: list[Any] = list(take(data, "cats", list, complain) or [])
    for key in LABEL_KEYS:
        values = data.pop(key, None)
        if type(values) is str:
            categories.append(values)
        elif values is not None and type(values) is not list:
            complain(f"“{key}” is not a list; it was left out.")
        for value in values if type(values) is list else ():
            if type(value) is dict:
                entries.append(value)
            elif type(value) is list and len(value) == 3:
                entries.append({"start_offset": value[0], "end_offset": value[1], "label": value[2]})
            elif type(value) is str:
                categories.append(value)
            else:
                complain(f"“{key}” holds something that is neither [start, end, label] nor an object; that was left out.")
    return entries, texts(categories, "The labels of the document", complain)


def _meta(data: dict[str, Any], complain: Complain) -> dict[str, Any]:
    nested = data.pop("meta", None)
    meta = dict(nested) if type(nested) is dict else {} if nested is None else {"meta": nested}
    for key, value in data.items():
        if key == "Comments" and value == []:
            continue
        if meta.setdefault(key, value) != value:
            complain(f"“{key}” stands both in the document and in its “meta”; the latter was kept.")
    return meta


def _of_user(
    record: Record, user: int | str | None, entries: list[dict[str, Any]], links: Any, reading: Reading, *, complain: Complaints
) -> Record:
    found = Found(record.text, Ruler(record.text, reading.unit), complain, reading.defaults.mender)
    kind = reading.defaults.kind if user is None else Kind.PERSON
    reviewed = reviewed_by_default(kind)
    known: dict[int | str, str] = {}
    gone: set[int | str] = set()
    for number, entry in enumerate(entries, 1):
        given, label = entry.get("id"), entry.get("label")
        label = str(label) if type(label) is int else label
        place = found.place(entry.get("start_offset"), entry.get("end_offset"), entry.get("text"))
        if type(label) is not str or not label.strip():
            place = "has no “label”" if type(place) is tuple else place
        if isinstance(place, str):
            complain(f"The span {number} {place}; it was left out.")
            gone |= {given} if isinstance(given, int | str) else set()
            continue
        span = Span(found.free_id(given), (place,), str(label), reviewed=reviewed)
        if isinstance(given, int | str) and known.setdefault(given, span.id) != span.id:
            complain(f"Two spans have the id {given}; relations go to the first.")
        found.add_span(span)
    _add_relations(found, links, known, gone, reviewed, complain=complain)
    result = replace(record, spans=tuple(found.spans.values()), relations=tuple(found.relations))
    if user is not None:
        result.annotator, result.kind = user if type(user) is str else f"user {user}", Kind.PERSON
    return result


def _add_relations(
    found: Found, links: Any, known: dict[int | str, str], gone: set[int | str], reviewed: bool, *, complain: Complain
) -> None:
    if links is not None and type(links) is not list:
        complain("“relations” is not a list; it was left out.")
        return
    for number, link in enumerate(links or (), 1):
        where = f"The relation {number}"
        if type(link) is not dict:
            complain(f"{where} is no object {{…}}; it was left out.")
            continue
        label = link.get("type", link.get("label"))
        label = str(label) if type(label) is int else label
        ends = [end if isinstance(end := link.get(key), int | str) else None for key in ("from_id", "to_id")]
        pair = tuple(known.get(end, "") if end is not None else "" for end in ends)
        missing = next((end for end, span_id in zip(ends, pair, strict=True) if not span_id), None)
        if type(label) is not str or not label.strip():
            complain(f"{where} has no “type”; it was left out.")
        elif missing is not None and missing in gone:
            complain(f"{where} names the span {missing}, which was left out; so was the relation.")
        elif not all(pair):
            complain(f"{where} names the span {missing}, which the document does not have; it was left out.")
        else:
            found.add_relation(link.get("id"), label, (pair[0], pair[1]), {"reviewed": reviewed})
