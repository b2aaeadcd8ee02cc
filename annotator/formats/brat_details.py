"""What brat cannot say of a span, a relation or a document, as JSON in a note beside it, and back.

``AnnotatorDetails`` speaks of one line: ``fragments``, ``note``, ``kb_id``, ``attributes``, ``confidence``, ``origin``, ``derived_from``,
``reviewed``, and for an event ``roles``, a list with the same (and ``label``) for each argument.  ``AnnotatorDocument`` speaks of the
document: ``name``, ``annotator``, ``kind``, ``status``, ``flagged``, ``categories``, ``meta``, ``verdicts`` and ``labels`` (a name in
brat's letters to the label).  A detail counts only while the line beside it still says what it said when both were written, so that
an edit made in brat is not taken back.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.annotations import Item, Span
from annotator.domain.exchange import Record
from annotator.domain.text import Range
from annotator.formats.brat_units import LINE_BREAKS
from annotator.formats.jsonl_canonical import present
from annotator.formats.set_data import set_data

NOTES, DETAILS, DOCUMENT = "AnnotatorNotes", "AnnotatorDetails", "AnnotatorDocument"

KB_ID = re.compile(r"\S+?:\S+")
NAME = re.compile(r"[A-Za-z0-9_-]+")

_BREAKS = re.compile(LINE_BREAKS)
_GAP = re.compile(rf"\s*{LINE_BREAKS}\s*")
_OWN = {"events", "roles", "equivalences", "arguments", "references", "lines"}
_FIELDS = {"note": str, "kb_id": str, "origin": str, "derived_from": str, "reviewed": bool}


def brat_name(label: str) -> str:
    """Return a label in the letters brat allows: ASCII letters and digits, ``_`` and ``-``."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode() or label
    return re.sub(r"[^A-Za-z0-9_-]", "_", plain)


def flat(text: str) -> str:
    """Return text on one line, as brat can state it."""
    return _BREAKS.sub(" ", text).strip()


def pieces(text: str, fragments: tuple[Range, ...]) -> tuple[Range, ...]:
    """Cut fragments at line breaks and tabs, which are left out; none are left of a span that covers nothing else."""
    cut: list[Range] = []
    for start, end in fragments:
        position = start
        for match in _BREAKS.finditer(text, start, end):
            cut.append((position, match.start()))
            position = match.end()
        cut.append((position, end))
    return tuple((start, end) for start, end in cut if start < end)


def one_piece(text: str, fragments: tuple[Range, ...]) -> tuple[Range, ...]:
    """Join fragments that touch, or that only a line break or a tab, with blanks around it, keeps apart."""
    joined = [fragments[0]]
    for start, end in fragments[1:]:
        if start == joined[-1][1] or _GAP.fullmatch(text, joined[-1][1], start):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return tuple(joined)


def json_text(data: Mapping[str, Any]) -> str:
    """Return JSON on one line, whatever a reader takes for a line's end; raises ``ValueError`` or ``TypeError`` for what is none."""
    plain = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _BREAKS.sub(lambda match: "".join(f"\\u{ord(character):04x}" for character in match[0]), plain)


def details_of(item: Item, text: str, reviewed: bool, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return what brat's own lines leave unsaid of an item; ``stated`` are the attributes that stand in A and N lines."""
    keys = (
        ("note", "kb_id", "confidence", "origin", "reviewed")
        if isinstance(item, Span)
        else ("note", "confidence", "origin", "reviewed")
    )
    details = dict(present(item, reviewed, keys))
    if item.note == flat(item.note):
        details.pop("note", None)
    if isinstance(item, Span):
        if KB_ID.fullmatch(item.kb_id):
            details.pop("kb_id", None)
        written = pieces(text, item.fragments)
        if written and one_piece(text, written) != item.fragments:
            details["fragments"] = [list(pair) for pair in item.fragments]
    unsaid = {name: value for name, value in item.attributes.items() if name not in stated}
    return {**details, "attributes": unsaid} if unsaid else details


def detailed(item: Any, details: Mapping[str, Any], text: str, *, lone: bool = False) -> Any:
    """Return a span or relation with what its details say; anything in them that is of a wrong type or out of date is ignored.

    ``lone`` says that no other line could give its note.
    """
    changes = {key: details[key] for key, wanted in _FIELDS.items() if isinstance(details.get(key), wanted) and hasattr(item, key)}
    if "note" in changes and flat(changes["note"]) != item.note and not lone:
        del changes["note"]
    if "kb_id" in changes and item.kb_id:
        del changes["kb_id"]
    confidence = details.get("confidence")
    if isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1:
        changes["confidence"] = float(confidence)
    attributes = details.get("attributes")
    if isinstance(attributes, dict):
        changes["attributes"] = {**attributes, **item.attributes}
    if isinstance(item, Span):
        fragments = _sound(details.get("fragments"), len(text))
        written = pieces(text, fragments)
        if written and one_piece(text, written) == item.fragments:
            changes["fragments"] = fragments
    return replace(item, **changes) if changes else item


def other_meta(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata without what a ``.ann`` file said of itself; a “brat” that somebody else put there is no such thing."""
    return {key: value for key, value in meta.items() if key != "brat" or not _is_own(value)}


def _is_own(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() <= _OWN


def document_of(record: Record, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return what is to be said of the whole document: nothing for one without metadata and without a set."""
    data: dict[str, Any] = {}
    if labels:
        data["labels"] = dict(labels)
    meta = other_meta(record.meta)
    if meta:
        data["meta"] = meta
    return data | set_data(record)


def _sound(given: Any, length: int) -> tuple[Range, ...]:
    """Return fragments that are in order and within the text; else none."""
    if not isinstance(given, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in given):
        return ()
    if not all(type(edge) is int for pair in given for edge in pair):
        return ()
    pairs = tuple((start, end) for start, end in given)
    rising = all(start < end for start, end in pairs) and all(a[1] <= b[0] for a, b in itertools.pairwise(pairs))
    return pairs if pairs and rising and pairs[0][0] >= 0 and pairs[-1][1] <= length else ()
