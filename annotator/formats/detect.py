"""Telling the format of a file: by its suffix, else by how it begins."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from annotator.domain.exchange import Complaint
from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, refusal
from annotator.formats.table import FORMATS, Format

_JSON = (".json", ".jsonl", ".json1", ".ndjson")


def detect(path: Path) -> Format:
    """Return the format to read ``path`` with: by its suffix, else by how it begins; a folder by what is in it.

    A JSON file is asked for the marks of the tools that write JSON before its suffix is believed.  Raises ``FormatError`` if the file
    cannot be opened, is in a format that is only written, or in none we know.
    """
    if path.is_dir():
        known = next((entry for entry in FORMATS.values() if entry.folder and any(path.rglob(entry.folder))), None)
        if known is None:
            raise FormatError(f"{path} is a folder, not a file.")
    else:
        name = path.name.lower()
        ends = [(len(suffix), entry) for entry in FORMATS.values() for suffix in entry.suffixes if name.endswith(suffix)]
        known = max(ends, key=lambda pair: pair[0])[1] if ends else None
        if path.suffix.lower() in _JSON and (known is None or known.name == "jsonl"):
            known = _by_first_value(path) or known
        if known is None:
            known = _by_first_bytes(path)
    if known is not None and known.read is not None:
        return known
    readable = "; ".join(f"{entry.name} ({', '.join(entry.suffixes)})" for entry in FORMATS.values() if entry.read)
    what = f"holds {known.title}, which can be written but not read" if known else "is in no format that can be told from its name"
    raise FormatError(f"{path} {what}. Formats that can be read: {readable}; name one with --format.")


def _by_first_value(path: Path) -> Format | None:
    """Return the format of a tool that writes JSON, by the marks it leaves in the first value of a file."""
    from annotator.formats.json_items import json_items

    first = next((item for item in json_items(path) if not isinstance(item, Complaint)), None)
    value = getattr(first, "value", None)
    if value is None:
        return None
    asked = (entry for entry in FORMATS.values() if entry.recognises)
    return next((entry for entry in asked if import_module(f"annotator.formats.{entry.recognises}").recognises(value)), None)


def _by_first_bytes(path: Path) -> Format | None:
    import orjson

    try:
        with path.open("rb") as file:
            line = file.readline(SAMPLE * 64)
            sample = line[:SAMPLE] + file.read(SAMPLE)
    except OSError as error:
        raise refusal(path, error) from error
    for entry in FORMATS.values():
        if any(mark in sample for mark in entry.begins):
            return entry
    try:
        data = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
    return FORMATS["jsonl"] if isinstance(data, dict) and isinstance(data.get("text"), str) else None
