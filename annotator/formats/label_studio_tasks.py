"""One task of Label Studio to records and complaints; the layout is told in ``formats.label_studio``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.formats.json_fields import Complain, Complaints, objects, take, verdicts
from annotator.formats.json_items import JsonItem
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.label_studio_config import Config
from annotator.formats.label_studio_results import is_region, place_of, read_results, samples
from annotator.formats.offsets import Ruler, Unit, find_unit

UNITS = {"utf-16": Unit.UTF16, "code-points": Unit.CODE_POINTS, "bytes": Unit.BYTES}
"""The names of the units in the options; UTF-16, which a browser counts, is taken where nothing speaks against it."""

_MARKUP = re.compile(r"<(?:div|p|br|span|b|i|a|h[1-6]|ul|li|table|html|body)\b[^>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"(https?|s3|gs)://\S+")
_PARTS = ("annotations", "completions", "predictions", "drafts")
_MIN_OWN = frozenset(("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"))
_OF_SET = frozenset(("result", "completed_by", "user", "was_cancelled", "ground_truth", "model_version", "score")) | frozenset(
    ("annotator", "kind", "status", "flagged", "verdicts")
)
"""The keys of an annotation, prediction or draft that are understood, ours in the second line."""


@dataclass(slots=True)
class Reading:
    """What is the same for all tasks of a file; ``left`` gathers the keys that were not kept."""

    stem: str
    defaults: ReadDefaults
    config: Config | None = None
    text: str = ""
    unit: Unit | None = None
    left: set[str] = field(default_factory=set)
    minimal: bool = False


class _Refused(Exception):
    """The task cannot be read as a whole; the message says why."""


def parse_item(item: JsonItem, reading: Reading) -> tuple[list[Record], list[Complaint]]:
    """Return the records of a task, one for each annotation and prediction, and what is to be said about it."""
    complain = Complaints(item.place)
    if type(item.value) is not dict:
        complain("This is no JSON object {…}, so it holds no task.")
        return [], complain.found
    try:
        return _records(dict(item.value), item, reading, complain), complain.found
    except _Refused as refused:
        complain(str(refused))
        return [], complain.found


def _records(task: dict[str, Any], item: JsonItem, reading: Reading, complain: Complaints) -> list[Record]:
    if type(task.get("data")) is not dict:
        task = _from_minimal(task, reading.config)
        reading.minimal = True
    parts = {name: objects(task, name, complain) for name in _PARTS if isinstance(task.get(name), list)}
    data = dict(task.pop("data"))
    every = [result for sets in parts.values() for one in sets for result in _results(one)]
    key, targets = _text_key(data, every, reading)
    text = _checked_text(data.pop(key, None), key, targets, every, reading.config)
    if _MARKUP.search(text):
        complain(f"“{key}” looks like HTML; it came in as it stands, tags and all.", lost=False)
    number, meta = task.pop("id", None), take(task, "meta", dict, complain) or {}
    called = f"{reading.stem}:{number if type(number) in (int, str) and number != '' else item.line}"
    given = meta.pop("name", None) if type(meta.get("name")) is str and meta["name"] else None
    for name, value in meta.items():
        if data.setdefault(name, value) != value:
            complain(f"“{name}” stands both in the data of the task and in its “meta”; the former was kept.")
    reading.left |= {name for name in task if name not in _PARTS}
    unit = reading.unit or find_unit(text, samples(every), tuple(UNITS.values()))
    if unit is not Unit.UTF16 and reading.unit is None:
        complain(f"The offsets of the task count {unit}; they were turned into code points.", lost=False)
    base = Record(name=given or called, text=text, meta=data, place=item.place)
    return _sets(base, parts, Ruler(text, unit), targets, reading, complain=complain) or [base]


def _results(one: dict[str, Any]) -> list[dict[str, Any]]:
    found = one.get("result")
    return [result for result in found if type(result) is dict] if type(found) is list else []


def _sets(
    base: Record,
    parts: dict[str, list[dict[str, Any]]],
    ruler: Ruler,
    targets: frozenset[str],
    reading: Reading,
    *,
    complain: Complaints,
) -> list[Record]:
    records: list[Record] = []
    for part, sets in parts.items():
        for one in sets:
            record = Record(name=base.name, text=base.text, meta=base.meta, place=base.place)
            _head(record, part, one, reading.defaults, complain)
            if part == "drafts" and any((other.annotator, other.kind) == (record.annotator, record.kind) for other in records):
                complain(f"A draft of {record.annotator} beside what they submitted was left out.", lost=False)
                continue
            results = objects(one, "result", complain)
            read = read_results(
                results,
                base.text,
                ruler,
                complain,
                targets=targets,
                reviewed=reviewed_by_default(record.kind),
                score=one.get("score") if part == "predictions" else None,
                mender=reading.defaults.mender,
            )
            record.spans, record.relations = tuple(read.found.spans.values()), tuple(read.found.relations)
            record.categories = tuple(read.categories)
            record.verdicts = verdicts(objects(one, "verdicts", complain), complain)
            reading.left |= read.left | {f"{part}.{key}" for key in one if key not in _OF_SET}
            records.append(record)
    return records


def _head(record: Record, part: str, one: dict[str, Any], defaults: ReadDefaults, complain: Complain) -> None:
    """Fill in whose a set is, of which kind, and how far."""
    person = one.get("user") if part == "drafts" else one.get("completed_by")
    if part == "predictions":
        version = one.get("model_version")
        named, kind, status = str(version) if version is not None else defaults.annotator, Kind.MODEL, Status.NEW
    else:
        named = _person(person) or defaults.annotator
        kind = Kind.GOLD if one.get("ground_truth") is True else Kind.PERSON if _person(person) else defaults.kind
        status = Status.IN_PROGRESS if part == "drafts" else Status.DONE
    if one.get("was_cancelled") is True:
        status = Status.SKIPPED
    ours = take(one, "annotator", str, complain)
    record.annotator = named if ours is None else ours
    record.kind = _member(one, "kind", Kind, kind, complain)
    record.status = _member(one, "status", Status, status, complain)
    record.flagged = take(one, "flagged", bool, complain) or False


def _person(value: Any) -> str:
    """Return what a user is called: by address or name where the file says it, else by number."""
    if type(value) is dict:
        names = [name for key in ("email", "username") if type(name := value.get(key)) is str and name]
        return names[0] if names else _person(value.get("id"))
    return f"user {value}" if type(value) is int else value if type(value) is str else ""


def _member(data: dict[str, Any], key: str, choices: Any, default: Any, complain: Complain) -> Any:
    value = data.get(key)
    if value is None:
        return default
    if type(value) is str and value in list(choices):
        return choices(value)
    complain(f"“{key}” is not one of {', '.join(choices)}; it was taken as {default}.")
    return default


# --- which of the task's data is the text ----------------------------------------------------------------------------------------


def _text_key(data: dict[str, Any], results: list[dict[str, Any]], reading: Reading) -> tuple[str, frozenset[str]]:
    """Return the field of the data that was annotated, and the controls that show it (none: all results are about it)."""
    regions = [result for result in results if is_region(result)]
    used = Counter(name for result in regions if type(name := result.get("to_name")) is str)
    config, key = reading.config, reading.text
    if config is not None and not key:
        known = [name for name, _ in used.most_common() if name in config.texts] or list(config.texts)
        key = config.texts[known[0]]
    if config is not None and key in config.texts.values():
        return key, frozenset(name for name, shown in config.texts.items() if shown == key)
    key = key or _guessed_key(data, regions)
    # without a configuration nobody can say what another control shows, so the one with most regions is the text's
    return key, frozenset(name for name, _ in used.most_common(1))


def _guessed_key(data: dict[str, Any], regions: Iterable[dict[str, Any]]) -> str:
    texts = {key: value for key, value in data.items() if type(value) is str}
    for result in regions:
        source = str(result.get("source", "")).lstrip("$")
        if source in texts:
            return source
    if "text" in texts:
        return "text"
    surfaces = [surface for result in regions if type(surface := result["value"].get("text")) is str and surface]
    if surfaces:
        hits = {key: sum(surface in text for surface in surfaces) for key, text in texts.items()}
        best = [key for key, count in hits.items() if count and count == max(hits.values())]
        if len(best) == 1:
            return best[0]
    if len(texts) == 1:
        return next(iter(texts))
    if not texts:
        raise _Refused("The task has no text among its data, so there is no article to bring in.")
    raise _Refused(
        f"The task has several texts ({', '.join(texts)}); name the one that was annotated (text), or its configuration."
    )


def _checked_text(text: Any, key: str, targets: frozenset[str], results: list[dict[str, Any]], config: Config | None) -> str:
    """Return the text of a task; raises ``_Refused`` where it is none, only its address, or HTML."""
    if type(text) is not str or not text:
        raise _Refused(f"The task has no text in “{key}”, so there is no article to bring in.")
    if _ADDRESS.fullmatch(text.strip()) or (config is not None and targets & config.urls):
        raise _Refused(f"“{key}” holds only the address of the text, not the text itself: {text.strip()[:80]}")
    in_html = any("/" in str(result["value"]["start"]) for result in results if is_region(result))
    if "<" in text and (in_html or (config is not None and targets & config.html)):
        raise _Refused(
            f"“{key}” is HTML, and its labels stand in the page as a browser shows it, which this program does not read; "
            "convert it to plain text in Label Studio first."
        )
    return text


# --- JSON_MIN --------------------------------------------------------------------------------------------------------------------


def _from_minimal(task: dict[str, Any], config: Config | None) -> dict[str, Any]:
    """Return a task of the flat layout JSON_MIN in the full one: lists of regions are results, all else is data."""
    if any(key in task for key in _PARTS):
        raise _Refused("The task has no “data”, so there is no article to bring in.")
    results: list[dict[str, Any]] = []
    data: dict[str, Any] = {}
    for key, value in task.items():
        entries = value if type(value) is list and value and all(type(entry) is dict for entry in value) else []
        regions = [entry for entry in entries if "start" in entry and "end" in entry]
        if regions and len(regions) == len(entries):
            results += [_minimal_region(key, entry) for entry in regions]
        elif type(value) is dict and type(value.get("choices")) is list:
            results.append({"type": "choices", "from_name": key, "value": value})
        elif config is not None and key in config.categories and type(value) is str:
            results.append({"type": "choices", "from_name": key, "value": {"choices": [value]}})
        elif key not in _MIN_OWN:
            data[key] = value
    made: dict[str, Any] = {"id": task.get("id"), "data": data}
    if "annotation_id" in task or "annotator" in task or results:
        made["annotations"] = [{"completed_by": task.get("annotator"), "result": results}]
    return made | {key: task[key] for key in ("created_at", "updated_at", "lead_time") if key in task}


def _minimal_region(key: str, entry: dict[str, Any]) -> dict[str, Any]:
    kind = next((name for name in entry if name.endswith("labels")), "labels")
    start, end = place_of(entry)
    return {"type": kind, "from_name": key, "value": entry | {"start": start, "end": end}}
