"""XML from strangers: a file with a document type is refused, so there are no entities to expand and nothing to fetch."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

from annotator.errors import FormatError
from annotator.formats.files import refusal

_PIECE = 1 << 16


def check_prolog(path: Path) -> None:
    """Read up to the first element.

    Raises ``FormatError`` if the file cannot be opened, is not XML so far, or declares a document type: a few lines of those grow to
    gigabytes when parsed, or read other files.
    """
    try:
        with path.open("rb") as file:
            _check(lambda: file.read(_PIECE), str(path))
    except OSError as error:
        raise refusal(path, error) from error


def check_data(data: bytes, name: str) -> None:
    """Do the same for what was read already; ``name`` is its place for the message."""
    _check(io.BytesIO(data).read, name)


def _check(read: Callable[[], bytes], name: str) -> None:
    parser = expat.ParserCreate()
    begun: list[str] = []

    def refuse(*_: Any) -> None:
        raise FormatError(
            f"{name} declares a document type (<!DOCTYPE …>), which is not read. Remove that part and import it again."
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, _: begun.append(name)
    try:
        _feed(parser, read, begun)
    except expat.ExpatError as error:
        if not begun:
            raise FormatError(f"{name} is no well-formed XML: {error}.") from error


def _feed(parser: expat.XMLParserType, read: Callable[[], bytes], begun: list[str]) -> None:
    while not begun and (piece := read()):
        parser.Parse(piece)
    if not begun:
        parser.Parse(b"", True)
