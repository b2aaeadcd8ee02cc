"""What of a spreadsheet is unsafe to read, found before anything builds rows of it.

A spreadsheet is a zip of XML from strangers: what would unpack to more than a gigabyte, declares a document type or names cells no sheet
has (a library fills the rows up to them) is refused.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.parsers import expat

from annotator.errors import FormatError
from annotator.formats.files import refusal

MOST = 1 << 30
"""Most bytes that the members may have together when unpacked."""

_CHUNK = 1 << 20
_TYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_TYPED = (".xml", ".rels", ".vml")
_BEYOND = re.compile("[A-Za-z]{4,}[0-9]|[A-Za-z]*[0-9]{8,}")
_MAYBE = re.compile(rb"""\sr\s*=\s*["'](?:[A-Za-z]{4,}\d|[A-Za-z]*\d{8,}|[A-Za-z0-9]*&)""")
"""What may be such a cell, or a text that speaks of one; a parser then tells."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)


def check(path: Path) -> None:
    """Raise ``FormatError`` if a file cannot be opened, is no zip, or is unsafe to read as a spreadsheet."""
    try:
        with path.open("rb") as file:
            begins = file.read(8)
        if begins == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            raise FormatError(
                f"{path} is an old .xls file or protected by a password; save it as .xlsx without one and read it again."
            )
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > MOST:
                raise FormatError(f"{path} would unpack to more than a gigabyte; save its sheets as CSV and read those.")
            for info in infos:
                _check_member(archive, info, path)
    except OSError as error:
        raise refusal(path, error) from error
    except _BROKEN as error:
        raise FormatError(f"{path} is no sound spreadsheet (.xlsx): {told(error)}.") from error


def _check_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    typed = info.filename.lower().endswith(_TYPED)  # pictures may declare a type; whatever its name is, a part may be a sheet
    unsure = False
    with archive.open(info) as member:
        tail = b""
        while chunk := member.read(_CHUNK):
            piece = tail + chunk.replace(b"\0", b"")  # UTF-16 in Latin letters has a NUL at every second place
            if typed and _TYPE.search(piece):
                raise _unsafe(path, info)
            unsure = unsure or _MAYBE.search(piece) is not None
            tail = piece[-64:]
    if unsure and _has_cell_beyond(archive, info):
        raise _unsafe(path, info)


def _has_cell_beyond(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """Tell whether an element up to the first error in the XML has a reference to a cell that no sheet has."""
    found = False

    def begin(_: str, attributes: dict[str, Any]) -> None:
        nonlocal found
        found = found or _BEYOND.match(attributes.get("r", "")) is not None

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    with archive.open(info) as member:
        try:
            while not found and (chunk := member.read(_CHUNK)):
                parser.Parse(chunk)
        except expat.ExpatError:
            return found
    return found


def _unsafe(path: Path, info: zipfile.ZipInfo) -> FormatError:
    return FormatError(
        f"{path} declares a document type or names a cell that no sheet has (in {info.filename}), so it was not read. "
        "Save it anew from a spreadsheet program."
    )


def told(error: Exception) -> str:
    """Return what an error of a library says, short and on one line."""
    return " ".join(str(error).split())[:150].rstrip(".") or type(error).__name__
