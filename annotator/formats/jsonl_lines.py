"""One line of the native JSONL to a record and complaints.

The layout of a line is told in ``formats.jsonl``.  Parsing never raises: what is wrong with a line is complained of, and what is
sound of it comes through.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Set
from itertools import chain, count, pairwise
from typing import Any

import orjson

from annotator.domain.annotations import NOTHING, Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.text import Range, Tokens, sound_tokens, tokens_problem
from annotator.formats.jsonl_canonical import reviewed_by_default

Complain = Callable[..., None]
"""Called with a sentence about the line, and ``lost=False`` for a mere notice."""

SET_KEYS = frozenset(("annotator", "kind", "status", "flagged", "categories", "spans", "relations", "verdicts"))
"""A line with none of these is a document without an annotation set."""

_TEXTS = ("note", "origin", "derived_from")
_LONG_NUMBER = re.compile(rb"\d{19}")


def parse_line(line: bytes, place: str, name: str, defaults: ReadDefaults) -> tuple[Record | None, list[Complaint]]:
    """Return the record of a line, or None if nothing of it is sound, and what is to be said about it.

    ``name`` is the document's where the line gives none.
    """
    complaints: list[Complaint] = []

    def complain(message: str, *, lost: bool = True) -> None:
        complaints.append(Complaint(place, message, lost))

    try:
        # orjson turns whole numbers beyond 64 bits into floating point without a word
        data = orjson.loads(line)
        if _LONG_NUMBER.search(line):
            data = json.loads(line)
    except (ValueError, RecursionError) as error:
        complain(_not_json(line, error))
        return None, complaints
    if type(data) is not dict:
        complain("The line is no JSON object {…}, so it holds no document.")
        return None, complaints
    repeated = _repeated_key(line, data)
    if repeated is not None:
        complain(f"The line names “{repeated}” twice in one object, so one of its values would be lost without a word.")
        return None, complaints
    return _record(data, place, name, defaults, complain), complaints


def _repeated_key(line: bytes, data: dict[str, Any]) -> str | None:
    """Return a key that an object of the line has twice, or None.  orjson keeps the last of them and says nothing.

    A line without such a key has as many keys as ``":`` in it.  Where the two differ (a text that holds that, blanks before a colon, an
    object at an unusual place, or indeed a repeated key) the line is parsed slowly to be sure.
    """
    if line.count(b'":') == _key_count(data) and b" :" not in line and b"\t:" not in line and b"\r:" not in line:
        return None
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(key for key, _ in pairs)
        found.extend(key for key, times in counts.items() if times > 1)
        return dict(pairs)

    json.loads(line, object_pairs_hook=look)
    return found[0] if found else None


def _key_count(data: dict[str, Any]) -> int:
    """Count the keys of a line's objects at their usual places."""
    total = len(data) + _deep_key_count(data.get("meta"))
    for name in ("spans", "relations", "verdicts"):
        entries = data.get(name)
        for entry in entries if type(entries) is list else ():
            if type(entry) is dict:
                total += len(entry) + _deep_key_count(entry.get("attributes"))
    return total


def _deep_key_count(value: Any) -> int:
    if type(value) is dict:
        return len(value) + sum(map(_deep_key_count, value.values()))
    return sum(map(_deep_key_count, value)) if type(value) is list else 0


def _not_json(line: bytes, error: Exception) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return f"The line is not UTF-8: byte {wrong.start + 1} of it (0x{line[wrong.start]:02x}) has no meaning there."
    if isinstance(error, json.JSONDecodeError):
        return f"The line is broken JSON: {error.msg}, at character {error.colno}."
    return f"The line is broken JSON: {error}."


def _record(data: dict[str, Any], place: str, name: str, defaults: ReadDefaults, complain: Complain) -> Record | None:
    text = data.pop("text", None)
    if type(text) is not str or not text:
        complain("The “text” is empty." if text == "" else "The line has no “text”, so it holds no document.")
        return None
    with_set = not SET_KEYS.isdisjoint(data)
    record = Record(name=_take(data, "name", str, complain) or name, text=text, place=place)
    if with_set:
        record.annotator = _take(data, "annotator", str, complain) or defaults.annotator
        record.kind = _member(data, "kind", Kind, defaults.kind, complain)
        record.status = _member(data, "status", Status, Status.NEW, complain)
        record.flagged = _take(data, "flagged", bool, complain) or False
        record.categories = _categories(data, complain)
        reviewed = reviewed_by_default(record.kind)
        spans, useless = _spans(_mended(_entries(data, "spans", complain), text, defaults, complain), len(text), reviewed, complain)
        record.spans = tuple(spans.values())
        record.relations = _relations(_entries(data, "relations", complain), spans.keys(), useless, reviewed, complain)
        record.verdicts = _verdicts(_entries(data, "verdicts", complain), complain)
    record.tokens = _tokens(data.pop("tokens", None), text, complain)
    meta = _take(data, "meta", dict, complain) or {}
    record.meta = _merged(meta, data, "the document and in its “meta”", complain)
    return record


def _take(data: dict[str, Any], key: str, wanted: type, complain: Complain, where: str = "") -> Any:
    """Take ``key`` out of ``data``; None where it is absent, null or, with a complaint, of another type."""
    value = data.pop(key, None)
    if value is None or type(value) is wanted:
        return value
    kinds = {str: "a text", bool: "true or false", dict: "an object {…}", list: "a list"}
    complain(f"{where}“{key}” is not {kinds[wanted]}; it was left out.")
    return None


def _member(data: dict[str, Any], key: str, choices: Any, default: Any, complain: Complain) -> Any:
    value = data.pop(key, None)
    if value is None:
        return default
    try:
        return choices(value)
    except ValueError:
        known = ", ".join(choices)
        complain(f"“{key}” is not one of {known}; it was taken as {default}.")
        return default


def _categories(data: dict[str, Any], complain: Complain) -> tuple[str, ...]:
    names = _take(data, "categories", list, complain) or []
    if not all(type(name) is str for name in names):
        complain("“categories” holds something that is no text; that was left out.")
    return tuple(dict.fromkeys(name for name in names if type(name) is str))


def _entries(data: dict[str, Any], key: str, complain: Complain) -> list[dict[str, Any]]:
    entries = _take(data, key, list, complain) or []
    sound = [entry for entry in entries if type(entry) is dict]
    if len(sound) < len(entries):
        complain(f"{len(entries) - len(sound)} of the “{key}” are no objects {{…}}; they were left out.")
    return sound


def _mended(entries: list[dict[str, Any]], text: str, defaults: ReadDefaults, complain: Complain) -> list[dict[str, Any]]:
    """Mend the places of entries where that was asked for: those that end before they start, and all of them if all are shifted.

    It is done here because afterwards nobody knows of the places that lie outside the text.
    """
    mender = defaults.mender
    if mender is None:
        return entries
    plain = [entry for entry in entries if type(entry.get("start")) is type(entry.get("end")) is int and "fragments" not in entry]
    for entry in plain:
        mended = mender.place(text, entry["start"], entry["end"]) if entry["end"] < entry["start"] else None
        if mended is not None:
            entry["start"], entry["end"] = mended.place
            complain(f"Repaired: a span {mended.message}.", lost=False)
    outside = any(not 0 <= entry["start"] < entry["end"] <= len(text) for entry in plain)
    moved = mender.shift(text, [((entry["start"], entry["end"]),) for entry in plain]) if outside else None
    if moved is not None:
        for entry, ((start, end),) in zip(plain, moved[0], strict=True):
            entry["start"], entry["end"] = start, end
        complain(f"Repaired: {moved[1]}", lost=False)
    return entries


def _spans(
    entries: list[dict[str, Any]], length: int, reviewed: bool, complain: Complain
) -> tuple[dict[str, Span], dict[str, str]]:
    """Return the sound spans by id, and why a relation cannot mean certain ids."""
    ids, useless = _ids(entries, "s", "span", complain)
    spans: dict[str, Span] = {}
    for entry, span_id in zip(entries, ids, strict=True):
        fragments = _fragments(entry, length)
        label = entry.pop("label", None)
        if type(fragments) is str or type(label) is not str or not label.strip():
            reason = fragments if type(fragments) is str else "has no “label”"
            complain(f"The span “{span_id}” {reason}; it was left out.")
            useless.setdefault(span_id, "which was left out")
        elif entry:
            extras = _extras(entry, f"The span “{span_id}”: ", reviewed, complain, texts=("kb_id", *_TEXTS))
            spans[span_id] = Span(span_id, fragments, label, **extras)
        else:
            spans[span_id] = Span(span_id, fragments, label, reviewed=reviewed)
    return spans, useless


def _ids(entries: list[dict[str, Any]], letter: str, what: str, complain: Complain) -> tuple[list[str], dict[str, str]]:
    """Take the ids out of entries; make them up where they are missing, wrong or taken, so that the answer holds none twice.

    The second answer tells why certain ids name nothing: they were made up here, or given twice.
    """
    given: list[str] = []
    for entry in entries:
        value = entry.pop("id", None)
        if value is not None and (type(value) not in (str, int) or value == ""):
            complain(f"A {what} has an “id” that is neither text nor whole number; it was given another.")
            value = None
        given.append("" if value is None else str(value))
    counts = Counter(given)
    fresh = (name for name in (f"{letter}{number}" for number in count(1)) if name not in counts)
    seen: set[str] = set()
    useless: dict[str, str] = {}
    ids: list[str] = []
    for name in given:
        chosen = name
        if not name or name in seen:
            chosen = next(fresh)
            useless[chosen] = "which the line does not have"
        if name in seen:
            complain(f"The {what} id “{name}” is given twice; the later {what} was renamed to “{chosen}”.")
            useless[name] = f"and more than one {what} has that id"
        if name:
            seen.add(name)
        ids.append(chosen)
    return ids, useless


def _fragments(entry: dict[str, Any], length: int) -> Any:
    """Take the place out of an entry: its fragments, or as a text what is wrong with them."""
    start, end, given = entry.pop("start", None), entry.pop("end", None), entry.pop("fragments", None)
    pairs = [[start, end]] if given is None else given
    if type(pairs) is not list or not pairs or any(type(pair) is not list or len(pair) != 2 for pair in pairs):
        return "has “fragments” that are no list of [start, end]"
    problem = next((found for low, high in pairs if (found := _range_problem(low, high, length))), None)
    if problem or given is None:
        return problem or ((start, end),)
    fragments: tuple[Range, ...] = tuple(sorted((low, high) for low, high in pairs))
    if any(left[1] > right[0] for left, right in pairwise(fragments)):
        return "has fragments that overlap"
    hull = (fragments[0][0], fragments[-1][1])
    if any(said is not None and (type(said) is not int or said != meant) for said, meant in zip((start, end), hull, strict=True)):
        return f"has fragments from {hull[0]} to {hull[1]}, but another “start” or “end”"
    return fragments


def _range_problem(start: Any, end: Any, length: int) -> str | None:
    if type(start) is not int or type(end) is not int:
        return "has no whole numbers as “start” and “end”"
    if 0 <= start < end <= length:
        return None
    if not (0 <= start <= length and 0 <= end <= length):
        return f"lies at ({start}, {end}), outside the text of {length} characters"
    return f"ends before it starts: ({start}, {end})" if end < start else f"covers no text: ({start}, {end})"


def _extras(entry: dict[str, Any], where: str, reviewed: bool, complain: Complain, *, texts: tuple[str, ...]) -> dict[str, Any]:
    """Return the optional fields of a span or relation; keys nobody knows go to its attributes."""
    attributes = _take(entry, "attributes", dict, complain, where) or {}
    decided = _take(entry, "reviewed", bool, complain, where)
    extras: dict[str, Any] = {"reviewed": reviewed if decided is None else decided, "confidence": None}
    confidence = entry.pop("confidence", None)
    if type(confidence) in (int, float) and 0 <= confidence <= 1:
        extras["confidence"] = float(confidence)
    elif confidence is not None:
        complain(f"{where}“confidence” is no number between 0 and 1; it was left out.")
    for key in texts:
        extras[key] = _take(entry, key, str, complain, where) or ""
    extras["attributes"] = _merged(attributes, entry, "the item and in its “attributes”", complain, where) or NOTHING
    return extras


def _merged(explicit: dict[str, Any], unknown: dict[str, Any], places: str, complain: Complain, where: str = "") -> dict[str, Any]:
    for key, value in unknown.items():
        if explicit.setdefault(key, value) != value:
            complain(f"{where}“{key}” stands both in {places}; the latter was kept.")
    return explicit


def _relations(
    entries: list[dict[str, Any]], spans: Set[str], useless: Mapping[str, str], reviewed: bool, complain: Complain
) -> tuple[Relation, ...]:
    ids, _ = _ids(entries, "r", "relation", complain)
    relations: list[Relation] = []
    for entry, relation_id in zip(entries, ids, strict=True):
        label, *ends = (entry.pop(key, None) for key in ("label", "head", "tail"))
        head, tail = (str(end) if type(end) in (str, int) else "" for end in ends)
        reason = None if type(label) is str and label.strip() else "has no “label”"
        for end in (head, tail):
            reason = reason or _end_problem(end, spans, useless)
        if reason:
            complain(f"The relation “{relation_id}” {reason}; it was left out.")
            continue
        extras: dict[str, Any] = {"reviewed": reviewed}
        if entry:
            extras = _extras(entry, f"The relation “{relation_id}”: ", reviewed, complain, texts=_TEXTS)
        relations.append(Relation(relation_id, str(label), head, tail, **extras))
    return tuple(relations)


def _end_problem(end: str, spans: Set[str], useless: Mapping[str, str]) -> str | None:
    if not end:
        return "has no “head” or no “tail”"
    if end in useless:
        return f"names the span “{end}”, {useless[end]}"
    return None if end in spans else f"names the span “{end}”, which the line does not have"


def _verdicts(entries: list[dict[str, Any]], complain: Complain) -> tuple[Verdict, ...]:
    verdicts: list[Verdict] = []
    for entry in entries:
        fields = {key: entry.get(key, default) for key, default in (("signature", None), ("origin", ""), ("verdict", "rejected"))}
        if all(type(value) is str for value in fields.values()) and fields["signature"]:
            verdicts.append(Verdict(**fields))
        else:
            complain("A verdict has no “signature”, or something in it is no text; it was left out.")
    return tuple(verdicts)


def _tokens(given: Any, text: str, complain: Complain) -> Tokens | None:
    if given is None:
        return None
    if type(given) is not list or any(type(token) is not list for token in given):
        problem: str | None = "“tokens” is no list of [start, end]"
    else:
        fast = _sound(given, text)
        if fast is not None:
            return fast
        problem = tokens_problem(given, text)
    if problem is None:
        return sound_tokens(given, text)
    complain(f"The tokens of the line were not used: {problem}. The project's own tokenizer makes new ones.", lost=False)
    return None


def _sound(given: list[list[int]], text: str) -> Tokens | None:
    """Return tokens that pass the plain case of ``tokens_problem`` at a tenth of its cost; None if that must look."""
    flat = list(chain.from_iterable(given))
    if set(map(type, flat)) != {int} or set(map(len, given)) != {2}:
        return None
    rising = all(map(int.__le__, flat, flat[1:])) and flat[0] >= 0 and flat[-1] <= len(text)
    if not rising or not all(map(int.__lt__, flat[::2], flat[1::2])):
        return None
    words = "".join([text[start:end] for start, end in given])
    return Tokens.from_flat(flat) if words == "".join(text.split()) else None
