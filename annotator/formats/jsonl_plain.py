"""The plain line of the native JSONL, read in columns: most lines have nothing odd in them, and need no object for each span.

What is odd in any way (a missing id, fragments, attributes, a value of another type, a repeated key) is left to ``jsonl_lines``, which
knows what to say about it.  Where this module takes a line, that one would have taken it without a complaint, with the same content.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter, lt
from typing import Any

import orjson

from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.domain.exchange import ReadDefaults, Record
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.jsonl_lines import SET_KEYS, parse_line

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG = b"0" * 19
_KEYS = frozenset(("name", "text", "meta", "tokens", "annotator", "kind", "status", "flagged", "categories", "spans", "relations"))
_TEXTS = ("origin", "note", "derived_from", "kb_id")
_SPAN = ("id", "start", "end", "label")
_RELATION = ("id", "label", "head", "tail")
_SPAN_KEYS = frozenset((*_SPAN, *_TEXTS, "reviewed", "confidence"))
_RELATION_KEYS = frozenset((*_RELATION, *_TEXTS[:3], "reviewed", "confidence"))

Columns = dict[str, Sequence[Any]]
"""The items of one kind: each field with its values, all of one length."""


@dataclass(slots=True)
class PlainRecord:
    """A line without anything odd in it.

    ``flat`` are its tokens as ``start, end, start, end, ...`` in code points, None where it has none, and ``steps`` the distances between
    these (an array of numpy); no token holds white space, and nothing else is outside of them.  ``spans`` and ``relations`` are columns,
    empty where there are none; ``with_set`` says whether the line brings an annotation set.
    """

    name: str
    text: str
    place: str
    meta: Mapping[str, Any]
    flat: list[int] | None
    steps: Any
    with_set: bool
    annotator: str
    kind: Kind
    status: Status
    flagged: bool
    categories: tuple[str, ...]
    spans: Columns
    relations: Columns
    line: bytes
    defaults: ReadDefaults

    def forget_columns(self) -> None:
        """Give back the memory of what was made rows of; ``record`` needs none of it."""
        self.flat, self.steps, self.spans, self.relations = None, None, {}, {}

    def record(self) -> Record:
        """Return the same as a record with objects in it."""
        found, _ = parse_line(self.line, self.place, self.name, self.defaults)
        assert found is not None
        return found


def plain_line(line: bytes, place: str, name: str, defaults: ReadDefaults) -> PlainRecord | None:
    """Return what a line holds, or None if ``jsonl_lines.parse_line`` must look at it."""
    if _LONG in line.translate(_DIGITS):
        return None  # perhaps a number beyond 64 bits
    short, flat = _without_tokens(line)
    if flat is None and b'"tokens"' in line:
        return None
    try:
        data = orjson.loads(short)
    except orjson.JSONDecodeError:
        return None
    if type(data) is not dict or not data.keys() <= _KEYS:
        return None
    text, meta, spans, relations = data.get("text"), data.get("meta", {}), data.get("spans", []), data.get("relations", [])
    name = data.get("name", name)
    if type(text) is not str or not text or type(name) is not str or not name or type(meta) is not dict:
        return None
    if not _are_objects(spans) or not _are_objects(relations) or not _says_no_key_twice(short, data, meta, spans, relations):
        return None
    head = _head(data, defaults)
    if head is None:
        return None
    span_columns = _columns(spans, _SPAN, _SPAN_KEYS, head[1])
    relation_columns = _columns(relations, _RELATION, _RELATION_KEYS, head[1])
    if span_columns is None or relation_columns is None or not _sound(span_columns, relation_columns, len(text)):
        return None
    steps = None if flat is None else _steps(flat, text)
    if (flat is None) is not (steps is None) or (type(data.get("tokens")) is int) is not (flat is not None):
        return None  # tokens that are not sound, or not at their place
    with_set = not SET_KEYS.isdisjoint(data)
    return PlainRecord(name, text, place, meta, flat, steps, with_set, *head, span_columns, relation_columns, line, defaults)


def _are_objects(entries: Any) -> bool:
    return type(entries) is list and set(map(type, entries)) <= {dict}


def _says_no_key_twice(line: bytes, data: dict[str, Any], meta: dict[str, Any], spans: list[Any], relations: list[Any]) -> bool:
    """Tell whether the line has as many keys as its objects, by which one that stands twice shows."""
    if set(map(type, meta.values())) & {dict, list}:
        return False
    keys = len(data) + len(meta) + sum(map(len, spans)) + sum(map(len, relations))
    return line.count(b'":') == keys and b" :" not in line and b"\t:" not in line and b"\r:" not in line


def _head(data: dict[str, Any], defaults: ReadDefaults) -> tuple[str, Kind, Status, bool, tuple[str, ...]] | None:
    annotator, flagged = data.get("annotator", defaults.annotator), data.get("flagged", False)
    categories = data.get("categories", [])
    if type(annotator) is not str or not annotator or type(flagged) is not bool or type(categories) is not list:
        return None
    try:
        kind, status = Kind(data.get("kind", defaults.kind)), Status(data.get("status", Status.NEW))
    except ValueError:
        return None
    if set(map(type, categories)) - {str}:
        return None
    return annotator, kind, status, flagged, tuple(dict.fromkeys(categories))


def _columns(entries: list[dict[str, Any]], must: tuple[str, ...], may: frozenset[str], kind: Kind) -> Columns | None:
    if not entries:
        return {}
    keys = frozenset().union(*entries)
    if not keys <= may:
        return None
    try:
        columns: Columns = dict(zip(must, zip(*map(itemgetter(*must), entries), strict=True), strict=True))
    except KeyError:
        return None
    for key in must:
        if set(map(type, columns[key])) != {int if key in ("start", "end") else str}:
            return None
    ids = columns["id"]
    if "" in ids or len(set(ids)) < len(ids) or not all(map(str.strip, set(columns["label"]))):
        return None
    for key in keys.difference(must):
        column = columns[key] = [entry.get(key, _MISSING[key]) for entry in entries]
        if key == "reviewed":
            default = reviewed_by_default(kind)
            columns[key] = [default if value is None else value for value in column]
        if not set(map(type, columns[key])) <= _TYPES[key]:
            return None
        if key == "confidence" and not all(value is None or 0 <= value <= 1 for value in column):
            return None
    if "confidence" in columns:
        columns["confidence"] = [None if value is None else float(value) for value in columns["confidence"]]
    return columns


_MISSING: dict[str, Any] = {**dict.fromkeys(_TEXTS, ""), "reviewed": None, "confidence": None}
_TYPES: dict[str, set[type]] = {
    **{key: {str} for key in _TEXTS},
    "reviewed": {bool},
    "confidence": {float, int, type(None)},
}


def _sound(spans: Columns, relations: Columns, length: int) -> bool:
    if spans:
        starts, ends = spans["start"], spans["end"]
        if min(starts) < 0 or max(ends) > length or not all(map(lt, starts, ends)):
            return False
    if not relations:
        return True
    return bool(spans) and set(spans["id"]).issuperset(chain(relations["head"], relations["tail"]))


def _without_tokens(line: bytes) -> tuple[bytes, list[int] | None]:
    """Return the line with 0 for its tokens, and these as one list; the line as it is where they are not written as usual.

    A quotation mark inside a text has a backslash before it, so the sequence looked for is always a key, if perhaps of a deeper object.
    """
    start = line.find(_TOKENS) + len(_TOKENS)
    end = line.find(b"]]", start)
    if start < len(_TOKENS) or end < 0:
        return line, None
    numbers = line[start:end].replace(b"],[", b";")
    if numbers.translate(None, b"0123456789") != b",;" * numbers.count(b";") + b",":
        return line, None
    try:
        flat: list[int] = orjson.loads(b"[%b]" % numbers.replace(b";", b","))
    except orjson.JSONDecodeError:
        return line, None
    return b"%b0%b" % (line[: start - 2], line[end + 2 :]), flat


_TOKENS = b',"tokens":[['


def _steps(flat: list[int], text: str) -> Any:
    """Return the distances between the edges of tokens, None where anything else than every run of non-blanks being tokens is so."""
    import numpy as np

    edges = np.array(flat, dtype=np.int64)
    steps = np.diff(edges, prepend=0)
    if flat[-1] > len(text) or steps[1::2].min() <= 0 or steps.min() < 0:
        return None
    inside = np.zeros(len(text) + 1, dtype=np.int8)
    inside[edges[::2]] += 1
    inside[edges[1::2]] -= 1
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    blanks = _blanks()[np.minimum(codes, _BEYOND)]
    is_sound = np.array_equal(np.cumsum(inside[:-1], dtype=np.int8), 1 - blanks)
    return steps if is_sound else None


_BEYOND = 0x3001
"""From here on no character is white space."""


@functools.cache
def _blanks() -> Any:
    """Return 1 for each character up to ``_BEYOND`` that is white space, 0 for the others."""
    import numpy as np

    return np.array([chr(code).isspace() for code in range(_BEYOND + 1)], dtype=np.int8)
