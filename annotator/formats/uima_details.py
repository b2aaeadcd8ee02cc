"""The types of our own in a CAS, which hold what UIMA's common layers have no place for.

``annotator.Details`` points to an annotation (``item``; nothing for the document) and holds JSON: for the document ``name``,
``layers`` (which feature holds the label, by type), ``meta``, ``tokens`` (false where it had none), ``characters`` (pairs of a
place and a code point that XML cannot hold; a replacement character stands there) and the keys of ``set_data``; for a span or
relation ``attributes``, ``note``, ``confidence``, ``origin``, ``reviewed``, ``derived_from``, and ``label`` and ``kb_id`` where XML
cannot hold them.  ``parts`` are the annotations of the further fragments of a span.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from annotator.domain.annotations import NOTHING, Span

DETAILS = "annotator.Details"
REPLACED = "\ufffd"

_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIELDS = {"note": str, "origin": str, "derived_from": str, "reviewed": bool}


def clean(text: str) -> str:
    """Return text with a replacement character for each that XML cannot hold."""
    return _IMPOSSIBLE.sub(REPLACED, text)


def characters_of(text: str) -> list[list[int]]:
    """Return the places of the characters that XML cannot hold, and their code points."""
    return [[match.start(), ord(match[0])] for match in _IMPOSSIBLE.finditer(text)]


def restored(text: str, characters: Any) -> str:
    """Return text with those characters again, where a replacement character stands for them."""
    if not isinstance(characters, list):
        return text
    found = list(text)
    for entry in characters:
        if not isinstance(entry, list) or len(entry) != 2 or not all(type(number) is int for number in entry):
            continue
        place, code = entry
        if 0 <= place < len(found) and found[place] == REPLACED and 0 <= code < 0x110000 and not 0xD800 <= code < 0xE000:
            found[place] = chr(code)
    return "".join(found)


def json_text(data: Mapping[str, Any]) -> str:
    """Return JSON in ASCII; raises ``ValueError`` or ``TypeError`` for what is none, or holds half a character."""
    json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    return json.dumps(data, allow_nan=False, separators=(",", ":"))


def data_of(text: Any) -> dict[str, Any]:
    """Return what such JSON says; nothing where it is broken."""
    if not isinstance(text, str):
        return {}
    try:
        found = json.loads(text, parse_constant=lambda _: None)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def detailed(item: Any, details: Mapping[str, Any]) -> Any:
    """Return a span or relation with what its details say; anything in them that is of a wrong type or out of date is passed
    over."""
    changes: dict[str, Any] = {key: details[key] for key, wanted in _FIELDS.items() if isinstance(details.get(key), wanted)}
    confidence = details.get("confidence")
    if isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1:
        changes["confidence"] = float(confidence)
    for key in ("label", *(("kb_id",) if isinstance(item, Span) else ())):
        told = details.get(key)
        if isinstance(told, str) and (told.strip() or key == "kb_id") and clean(told) == getattr(item, key):
            changes[key] = told
    attributes = details.get("attributes")
    if isinstance(attributes, dict):
        changes["attributes"] = {**item.attributes, **attributes} or NOTHING
    return replace(item, **changes) if changes else item
