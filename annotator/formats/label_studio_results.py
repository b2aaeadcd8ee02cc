"""The ``result`` of an annotation or prediction of Label Studio to spans, relations and categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from annotator.domain.annotations import Span
from annotator.domain.mending import Mender
from annotator.domain.rules import quoted
from annotator.formats.json_fields import Complain, Complaints, Found, details
from annotator.formats.offsets import Ruler, Sample

UNNAMED = "relation"
"""The label of a relation that was given none."""

_ANSWERS = {"choices": "choices", "taxonomy": "taxonomy", "textarea": "text", "rating": "rating", "number": "number"}
"""Kinds of controls that say something about a region, with the key of their value."""

_KNOWN = frozenset(
    ("id", "from_name", "to_name", "type", "value", "source", "origin", "score", "meta", "from_id", "to_id", "direction", "labels")
) | {"relations"}


@dataclass(slots=True)
class Results:
    """What was read: with the keys of results that were not kept."""

    found: Found
    categories: dict[str, None] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)


def is_region(result: Mapping[str, Any]) -> bool:
    """Tell whether a result labels a piece of text: of other things it has no start and end."""
    value = result.get("value")
    return str(result.get("type", "")).endswith("labels") and type(value) is dict and "start" in value and "end" in value


def place_of(value: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return start and end of a region as whole numbers where they can be told.

    Regions of HyperText give XPaths as ``start`` and ``end``; ``globalOffsets`` count characters then.
    """
    start, end, whole = value.get("start"), value.get("end"), value.get("globalOffsets")
    if type(start) is str and "/" in start and type(whole) is dict:
        start, end = whole.get("start"), whole.get("end")
    return _number(start), _number(end)


def _number(value: Any) -> Any:
    if type(value) is str and value.isascii() and value.isdecimal() and len(value) < 18:
        return int(value)
    return int(value) if type(value) is float and value.is_integer() and abs(value) < 1e15 else value


def samples(results: list[dict[str, Any]]) -> list[Sample]:
    """Return the places of all regions with the texts they are said to cover."""
    found: list[Sample] = []
    for result in filter(is_region, results):
        start, end = place_of(result["value"])
        if type(start) is int and type(end) is int:
            surface = result["value"].get("text")
            found.append((start, end, surface if type(surface) is str else ""))
    return found


def read_results(
    results: list[dict[str, Any]],
    text: str,
    ruler: Ruler,
    complain: Complaints,
    *,
    targets: frozenset[str],
    reviewed: bool,
    score: Any = None,
    mender: Mender | None = None,
) -> Results:
    """Read all results that are about the control ``targets`` (empty: all); ``score`` is the confidence of those without their own."""
    read = Results(Found(text, ruler, complain, mender))
    refs: dict[Any, list[str]] = {}
    links: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    scored = any("score" in result for result in results)
    for number, result in enumerate(results, 1):
        read.left |= {f"result.{key}" for key in result if key not in _KNOWN}
        kind = str(result.get("type", ""))
        if kind == "relation" or (not kind and "from_id" in result):
            links.append(result)
        elif kind in _ANSWERS:
            answers.append(result)
        elif targets and not (type(result.get("to_name")) is str and result["to_name"] in targets):
            complain(f"The region {number} is about “{result.get('to_name')}” and not about the text; it was left out.")
        elif is_region(result):
            given = result.get("id")
            ids = _add_region(read.found, result, number, complain, reviewed=reviewed, score=None if scored else score)
            if isinstance(given, int | str):
                refs.setdefault(given, []).extend(ids)
        else:
            complain(f"The result {number} is no labelled text but of the kind “{kind}”; it was left out.")
    for answer in answers:
        _add_answer(read, answer, refs, complain)
    for number, link in enumerate(links, 1):
        _add_relations(read.found, link, number, refs, complain, reviewed=reviewed)
    return read


def _add_region(found: Found, result: dict[str, Any], number: int, complain: Complain, *, reviewed: bool, score: Any) -> list[str]:
    """Add a span for each label of a region; return their ids."""
    value, kind = result["value"], str(result["type"])
    where = f"The region {number}"
    given = value.get(kind, value.get("labels"))
    labels = [label for label in given if type(label) is str and label.strip()] if type(given) is list else []
    place = found.place(*place_of(value), value.get("text"))
    if isinstance(place, str) or not labels:
        complain(f"{where} {place if isinstance(place, str) else 'has no label'}; it was left out.")
        return []
    if len(labels) > 1:
        complain(f"{where} has {len(labels)} labels and became as many spans; relations go to the first.", lost=False)
    meta = result.get("meta")
    entry = dict(meta) if type(meta) is dict else {}
    note = entry.pop("text", None)
    lines = [line for line in note if type(line) is str] if type(note) is list else [note] if type(note) is str else []
    entry["note"] = "\n".join(lines)
    if result.get("origin") not in (None, "manual"):
        entry.setdefault("origin", result["origin"])
    entry["confidence"] = result.get("score", score)
    more = details(entry, f"{where}: ", complain, reviewed=reviewed, more=("kb_id",))
    ids: list[str] = []
    for count, label in enumerate(labels):
        named = result.get("id")
        span = Span(found.free_id(named if not count else f"{named}#{count + 1}"), (place,), label, **more)
        found.add_span(span)
        ids.append(span.id)
    return ids


def _add_answer(read: Results, answer: dict[str, Any], refs: Mapping[Any, list[str]], complain: Complain) -> None:
    """Add what a control says: of a region as an attribute of its spans, choices for the whole document as categories."""
    kind, name = str(answer["type"]), answer.get("from_name")
    value = answer.get("value")
    said = value.get(_ANSWERS[kind]) if type(value) is dict else None
    given = answer.get("id")
    spans = refs.get(given, []) if isinstance(given, int | str) else []
    if spans and type(name) is str and said is not None:
        single = said[0] if type(said) is list and len(said) == 1 else said
        for span_id in spans:
            span = read.found.spans[span_id]
            read.found.spans[span_id] = replace(span, attributes={**span.attributes, name: single})
        return
    chosen = [said] if type(said) is str else said
    if kind == "choices" and type(chosen) is list and all(type(choice) is str for choice in chosen):
        read.categories |= dict.fromkeys(choice for choice in chosen if choice.strip())
    else:
        complain(f"What “{name}” ({kind}) says has no place here, because it is about no labelled text; it was left out.")


def _add_relations(
    found: Found, link: dict[str, Any], number: int, refs: Mapping[Any, list[str]], complain: Complain, *, reviewed: bool
) -> None:
    where = f"The relation {number}"
    ends: list[str] = []
    for key in ("from_id", "to_id"):
        end = link.get(key)
        ids = refs.get(end, []) if isinstance(end, int | str) else []
        if not ids:
            complain(f"{where} names the region {quoted(str(end))}, which is not there or was left out; it was left out.")
            return
        ends.append(ids[0])
    direction, given = link.get("direction"), link.get("labels")
    if direction == "left":
        ends.reverse()
    labels = [label for label in given if type(label) is str and label.strip()] if type(given) is list else []
    if not labels:
        complain(f"{where} has no label; it was called “{UNNAMED}”.", lost=False)
        labels = [UNNAMED]
    ours = link.get("relations")
    told = ours if type(ours) is list and len(ours) == len(labels) and all(type(one) is dict for one in ours) else None
    for count, label in enumerate(labels):
        entry = dict(told[count]) if told else {"attributes": {"direction": "bi"}} if direction == "bi" else {}
        named = entry.pop("id", None)
        more = details(entry, f"{where}: ", complain, reviewed=reviewed)
        found.add_relation(named, label, (ends[0], ends[1]), more)
