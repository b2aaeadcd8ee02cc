"""What of a record brat's own lines can state, and what its metadata know of the file it came from (``formats.brat_ann``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from annotator.domain.annotations import Item, Span
from annotator.formats.brat_ann import FIRST, SECOND
from annotator.formats.brat_details import DETAILS, DOCUMENT, KB_ID, NAME, NOTES
from annotator.formats.brat_lines import parse


def is_foreign(line: Any) -> bool:
    """Tell whether a line is of a kind this program does not write, so that it may stand among those it does."""
    if not isinstance(line, str) or "\n" in line or "\r" in line or not line.strip():
        return False
    found = parse([line], lambda *_, **__: None)
    return bool(found.kept) or any(note.label not in (NOTES, DETAILS, DOCUMENT) for note in found.notes)


def stated_of(item: Item) -> dict[str, Any]:
    """Return the attributes that A lines can state, and ``kb_ids`` where N lines can."""
    stated = {
        name: value
        for name, value in item.attributes.items()
        if NAME.fullmatch(name) and (value is True or (isinstance(value, str) and re.fullmatch(r"\S+", value)))
    }
    further = item.attributes.get("kb_ids")
    stated.pop("kb_ids", None)
    if not isinstance(item, Span) or not KB_ID.fullmatch(item.kb_id) or not isinstance(further, list | tuple) or not further:
        return stated
    sound = all(isinstance(kb_id, str) and KB_ID.fullmatch(kb_id) for kb_id in further)
    return {**stated, "kb_ids": further} if sound else stated


def texts_of(known: Mapping[str, Any], key: str) -> list[str]:
    """Return the texts of a list in the metadata; nothing where there is none."""
    value = known.get(key)
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list | tuple) else []


def argument_names(given: Any) -> tuple[str, str]:
    """Return what the arguments of a relation are called, where that is known and sound; else what brat calls them."""
    if isinstance(given, list | tuple) and len(given) == 2 and given[0] != given[1] and set(given) != {FIRST, SECOND}:
        first, second = given
        if all(isinstance(name, str) and NAME.fullmatch(name) for name in given):
            return first, second
    return FIRST, SECOND
