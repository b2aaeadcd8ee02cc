"""Telling the format of a file: by its suffix, else by how it begins."""

from __future__ import annotations

import logging
from importlib import import_module
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint
from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, refusal
from annotator.formats.plugins import known_formats
from annotator.formats.table import FORMATS, Format

_logger = logging.getLogger(__name__)

_JSON = (".json", ".jsonl", ".json1", ".ndjson")


def detect(path: Path) -> Format:
    """Return the format to read ``path`` with: by its suffix, else by how it begins; a folder by what is in it.

    A JSON file is asked for the marks of the tools that write JSON before its suffix is believed.  Raises ``FormatError`` if the file
    cannot be opened, is in a format that is only written, or in none we know.
    """
    if path.is_dir():
        known = folder_format(path)
        if known is None:
            raise FormatError(f"{path} is a folder, not a file.")
    else:
        name = path.name.lower()
        entries = known_formats().values()
        ends = [(len(suffix), entry) for entry in entries for suffix in entry.suffixes if name.endswith(suffix.lower())]
        # of those with the same suffix the one that can be read
        known = max(ends, key=lambda pair: (pair[0], pair[1].read is not None))[1] if ends else None
        if path.suffix.lower() in _JSON and (known is None or known.name == "jsonl"):
            known = _by_first_value(path) or known
        if known is None:
            known = _by_first_bytes(path)
    if known is not None and known.read is not None:
        return known
    readable = "; ".join(f"{entry.name} ({', '.join(entry.suffixes)})" for entry in known_formats().values() if entry.read)
    what = f"holds {known.title}, which can be written but not read" if known else "is in no format that can be told from its name"
    raise FormatError(f"{path} {what}. Formats that can be read: {readable}; name one with --format.")


def folder_format(path: Path) -> Format | None:
    """Return the format that a folder as a whole is in, or None."""
    return next((entry for entry in known_formats().values() if entry.folder and any(path.rglob(entry.folder))), None)


def _by_first_value(path: Path) -> Format | None:
    """Return the format of a tool that writes JSON, by the marks it leaves in the first value of a file."""
    from annotator.formats.json_items import json_items

    first = next((item for item in json_items(path) if not isinstance(item, Complaint)), None)
    value = getattr(first, "value", None)
    if value is None:
        return None
    return next((entry for entry in known_formats().values() if entry.recognises and _recognised(entry, value)), None)


def _recognised(entry: Format, value: Any) -> bool:
    """Ask the module of a format; one that is not ours is named with its package, and counts as no when it breaks."""
    ours = entry.name in FORMATS
    try:
        return bool(import_module(f"annotator.formats.{entry.recognises}" if ours else entry.recognises).recognises(value))
    except Exception as error:
        if ours:
            raise
        _logger.warning("The format %s failed while it was asked for a file: %s", entry.name, type(error).__name__)
        return False


def _by_first_bytes(path: Path) -> Format | None:
    import orjson

    try:
        with path.open("rb") as file:
            line = file.readline(SAMPLE * 64)
            sample = line[:SAMPLE] + file.read(SAMPLE)
    except OSError as error:
        raise refusal(path, error) from error
    for entry in known_formats().values():
        if any(mark in sample for mark in entry.begins):
            return entry
    try:
        data = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
    return FORMATS["jsonl"] if isinstance(data, dict) and isinstance(data.get("text"), str) else None
