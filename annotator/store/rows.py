"""Between rows and values: one codec for each kind of thing that changes, used by tables and journal alike.

Tokens are packed as the distances between successive offsets, ``gap, length, gap, length, ...``, one byte each and a LEB128 number
where 127 is not enough: two bytes a token, and unpacked at C speed in the usual case.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import orjson

from annotator.domain.annotations import NOTHING, Kind, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import Lane, Value, What
from annotator.domain.documents import Document, Status
from annotator.domain.labels import LabelScheme, scheme_from_dict, scheme_to_dict
from annotator.domain.renamings import renamings_from_list, renamings_to_list
from annotator.domain.text import Tokens

Row = tuple[Any, ...]
D = TypeVar("D")

SPAN_COLUMNS = (
    "id", "start", '"end"', "label", "fragments", "attributes", "note", "kb_id", "confidence", "origin", "reviewed", "derived_from",
)  # fmt: skip
RELATION_COLUMNS = (
    "id", "label", "head", "tail", "attributes", "note", "confidence", "origin", "reviewed", "derived_from",
)  # fmt: skip
VERDICT_COLUMNS = ("signature", "origin", "verdict")
SET_COLUMNS = ("document_id", "annotator", "kind", "status", "flagged", "categories")
DOCUMENT_COLUMNS = ("id", "name", "text", "meta", "tokens", "sentences")


_LONG_STEP = re.compile(rb"[\x80-\xff]+[\x00-\x7f]")


class Undecodable(ValueError):
    """A value in the file is none that this program writes: garbled JSON, an unknown status; the file is damaged, or another wrote it."""


_GARBLED = (ValueError, TypeError, KeyError, IndexError, AttributeError)


def _decoding(decode: Callable[[Any], D]) -> Callable[[Any], D]:
    """Have whatever a decoder stumbles over raised as ``Undecodable``."""

    @functools.wraps(decode)
    def guarded(row: Any) -> D:
        try:
            return decode(row)
        except _GARBLED as error:
            raise Undecodable(f"{decode.__name__}: {error}") from error

    return guarded


def to_json(value: Any) -> str:
    """Return compact JSON text with sorted keys, so that equal attributes are equal text to SQL too.

    Raises ``TypeError`` for what JSON cannot hold: lone surrogates, whole numbers beyond 64 bits, objects.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


@_decoding
def json_value(text: str) -> Any:
    """Return the value of JSON that the file keeps."""
    return orjson.loads(text)


@_decoding
def json_mapping(text: str) -> dict[str, Any]:
    """Return the mapping that the file keeps as JSON."""
    return _mapping(text)


def _mapping(text: str) -> dict[str, Any]:
    found = orjson.loads(text)
    if not isinstance(found, dict):
        raise TypeError("not a mapping")
    return found


@_decoding
def lane_of(text: str) -> Lane:
    """Return the lane that the file names."""
    return Lane(text)


@_decoding
def what_of(text: str) -> What:
    """Return the kind of change that the file names."""
    return What(text)


@_decoding
def status_of(text: str) -> Status:
    """Return the status that the file names."""
    return Status(text)


@_decoding
def kind_of(text: str) -> Kind:
    """Return the kind of annotation set that the file names."""
    return Kind(text)


def _finite(confidence: float | None) -> float | None:
    """Return a confidence as it is kept; raises ``ValueError`` for what neither SQLite nor JSON gives back: NaN and infinity."""
    if confidence is not None and not math.isfinite(confidence):
        raise ValueError(f"a confidence is a finite number, not {confidence}")
    return confidence


def span_row(span: Span) -> Row:
    """Return a span in the order of ``SPAN_COLUMNS``; fragments only where there are several."""
    return (
        span.id,
        span.start,
        span.end,
        span.label,
        to_json(span.fragments) if span.discontinuous else None,
        to_json(dict(span.attributes)) if span.attributes else None,
        span.note,
        span.kb_id,
        _finite(span.confidence),
        span.origin,
        int(span.reviewed),
        span.derived_from,
    )


@_decoding
def row_span(row: Sequence[Any]) -> Span:
    """Return the span of a row in the order of ``SPAN_COLUMNS``."""
    key, start, end, label, fragments, attributes, note, kb_id, confidence, origin, reviewed, derived_from = row
    return Span(
        key,
        tuple((low, high) for low, high in orjson.loads(fragments)) if fragments else ((start, end),),
        label,
        _mapping(attributes) if attributes else NOTHING,
        note,
        kb_id,
        confidence,
        origin,
        bool(reviewed),
        derived_from,
    )


def relation_row(relation: Relation) -> Row:
    """Return a relation in the order of ``RELATION_COLUMNS``."""
    return (
        relation.id,
        relation.label,
        relation.head,
        relation.tail,
        to_json(dict(relation.attributes)) if relation.attributes else None,
        relation.note,
        _finite(relation.confidence),
        relation.origin,
        int(relation.reviewed),
        relation.derived_from,
    )


@_decoding
def row_relation(row: Sequence[Any]) -> Relation:
    """Return the relation of a row in the order of ``RELATION_COLUMNS``."""
    key, label, head, tail, attributes, note, confidence, origin, reviewed, derived_from = row
    attributes = _mapping(attributes) if attributes else NOTHING
    return Relation(key, label, head, tail, attributes, note, confidence, origin, bool(reviewed), derived_from)


def verdict_row(verdict: Verdict) -> Row:
    """Return a verdict in the order of ``VERDICT_COLUMNS``."""
    return verdict.signature, verdict.origin, verdict.verdict


@_decoding
def row_verdict(row: Sequence[Any]) -> Verdict:
    """Return the verdict of a row in the order of ``VERDICT_COLUMNS``."""
    return Verdict(*row)


def set_row(info: SetInfo) -> Row:
    """Return what an annotation set is, in the order of ``SET_COLUMNS``."""
    kind, status = str(info.kind), str(info.status)
    return info.document_id, info.annotator, kind, status, int(info.flagged), to_json(list(info.categories))


@_decoding
def row_set(row: Sequence[Any]) -> SetInfo:
    """Return what an annotation set is, from a row in the order of ``SET_COLUMNS``."""
    document_id, annotator, kind, status, flagged, categories = row
    return SetInfo(document_id, annotator, Kind(kind), Status(status), bool(flagged), tuple(orjson.loads(categories)))


def scheme_text(scheme: LabelScheme) -> str:
    """Return the scheme as the project keeps it: as scheme files have it, and what labels were called before."""
    kept = {"renamings": renamings_to_list(scheme.renamings)} if scheme.renamings else {}
    return to_json(scheme_to_dict(scheme) | kept)


@functools.lru_cache(maxsize=8)
@_decoding
def text_scheme(text: str) -> LabelScheme:
    """Return the scheme the project keeps; remembered by its text, since every edit asks for it."""
    kept = orjson.loads(text)
    renamings = kept.pop("renamings", ())
    scheme = scheme_from_dict(kept)
    return replace(scheme, renamings=renamings_from_list(renamings)) if renamings else scheme


def document_row(document: Document) -> Row:
    """Return a document in the order of ``DOCUMENT_COLUMNS``, its id None where it has none yet."""
    flat = itertools.chain.from_iterable(document.tokens)
    return (
        document.id or None,
        document.name,
        document.text,
        to_json(dict(document.meta)),
        pack(flat),
        pack(document.sentences),
    )


@_decoding
def row_document(row: Sequence[Any]) -> Document:
    """Return the document of a row in the order of ``DOCUMENT_COLUMNS``."""
    key, name, text, meta, tokens, sentences = row
    return Document(name, text, _mapping(meta), Tokens.from_flat(unpack(tokens)), tuple(unpack(sentences)), key)


def pack(rising: Iterable[int]) -> bytes:
    """Pack whole numbers that never fall and start at 0 or more."""
    packed = bytearray()
    previous = 0
    for number in rising:
        step = number - previous
        previous = number
        while step > 0x7F:
            packed.append(step & 0x7F | 0x80)
            step >>= 7
        packed.append(step)
    return bytes(packed)


def unpack(packed: bytes) -> list[int]:
    """Return the numbers that ``pack`` packed."""
    if packed.isascii():
        return list(itertools.accumulate(packed))
    steps: list[int] = []
    position = 0
    for match in _LONG_STEP.finditer(packed):
        steps += packed[position : match.start()]
        steps.append(sum((byte & 0x7F) << 7 * place for place, byte in enumerate(match.group())))
        position = match.end()
    steps += packed[position:]
    return list(itertools.accumulate(steps))


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of thing is kept: its table, the column that is its key inside a set, its columns, and both directions."""

    table: str
    key: str
    columns: tuple[str, ...]
    to_row: Callable[[Any], Row]
    from_row: Callable[[Sequence[Any]], Value]

    @property
    def column_list(self) -> str:
        """The columns as SQL."""
        return ", ".join(self.columns)


CODECS: dict[What, Codec] = {
    What.SPAN: Codec("spans", "id", SPAN_COLUMNS, span_row, row_span),
    What.RELATION: Codec("relations", "id", RELATION_COLUMNS, relation_row, row_relation),
    What.VERDICT: Codec("verdicts", "signature", VERDICT_COLUMNS, verdict_row, row_verdict),
    What.SET: Codec("annotation_sets", "", SET_COLUMNS, set_row, row_set),
    What.SCHEME: Codec("project", "", ("value",), lambda scheme: (scheme_text(scheme),), lambda row: text_scheme(row[0])),
}


@dataclass(frozen=True, slots=True)
class Sql:
    """The statements for one thing of a kind.

    ``read`` and ``delete`` take the parameters of ``place_of``; ``update`` the columns and then those; ``insert`` the set's id (nothing
    for the scheme) and then the columns.
    """

    read: str
    delete: str
    update: str
    insert: str


def place_of(what: What, set_id: int, key: str) -> tuple[Any, ...]:
    """Return what says which thing of a kind is meant, as parameters."""
    return () if what is What.SCHEME else (set_id,) if what is What.SET else (set_id, key)


@functools.cache
def sql_of(what: What) -> Sql:
    """Return the statements for a kind of thing."""
    codec = CODECS[what]
    where = {What.SCHEME: "key = 'scheme'", What.SET: "id = ?"}.get(what, f"set_id = ? AND {codec.key} = ?")
    marks = ", ".join("?" * len(codec.columns))
    owner = "id" if what is What.SET else "set_id"
    insert = f"INSERT INTO {codec.table} ({owner}, {codec.column_list}) VALUES (?, {marks})"
    return Sql(
        f"SELECT {codec.column_list} FROM {codec.table} WHERE {where}",
        f"DELETE FROM {codec.table} WHERE {where}",
        f"UPDATE {codec.table} SET {', '.join(f'{column} = ?' for column in codec.columns)} WHERE {where}",
        "INSERT INTO project (key, value) VALUES ('scheme', ?)" if what is What.SCHEME else insert,
    )


def value_to_journal(what: What, value: Value) -> str | None:
    """Return the JSON that the journal keeps of a value, None for absence."""
    return None if value is None else to_json(CODECS[what].to_row(value))


def journal_to_value(what: What, kept: str | None) -> Value:
    """Return the value the journal kept."""
    return None if kept is None else CODECS[what].from_row(json_value(kept))
