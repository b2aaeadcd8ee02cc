"""What belongs to an annotation set as a whole, as plain JSON data and back: for formats that have no place of their own for it.

``annotator``, ``kind`` and ``status`` are there wherever there is a set; ``flagged``, ``categories`` and ``verdicts`` (each a list of
signature, origin and verdict) where they say something.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotator.domain.annotations import Kind, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import ReadDefaults, Record
from annotator.formats.compare import has_set


def set_data(record: Record) -> dict[str, Any]:
    """Return what is to be said of a record's set, nothing for a record without one; verdicts in a fixed order."""
    if not has_set(record):
        return {}
    data: dict[str, Any] = {"annotator": record.annotator, "kind": str(record.kind), "status": str(record.status)}
    if record.flagged:
        data["flagged"] = True
    if record.categories:
        data["categories"] = list(record.categories)
    if record.verdicts:
        data["verdicts"] = sorted([verdict.signature, verdict.origin, verdict.verdict] for verdict in set(record.verdicts))
    return data


def fill(record: Record, data: Mapping[str, Any], defaults: ReadDefaults) -> None:
    """Set metadata and what belongs to the set as a whole; anything that is of a wrong type or absent comes from the defaults."""

    def told(key: str, wanted: type, default: Any) -> Any:
        value = data.get(key)
        return value if isinstance(value, wanted) else default

    record.meta = told("meta", dict, record.meta)
    record.annotator = told("annotator", str, "") or defaults.annotator
    kind, status = told("kind", str, ""), told("status", str, "")
    record.kind = Kind(kind) if kind in set(Kind) else defaults.kind
    record.status = Status(status) if status in set(Status) else Status.NEW
    record.flagged = told("flagged", bool, False)
    record.categories = tuple(entry for entry in told("categories", list, []) if isinstance(entry, str))
    verdicts = (entry for entry in told("verdicts", list, []) if isinstance(entry, list) and len(entry) == 3)
    record.verdicts = tuple(Verdict(*entry) for entry in verdicts if all(isinstance(part, str) for part in entry))
