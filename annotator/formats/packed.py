"""Packed files from strangers: how much comes out of them is found before anything of it is used."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, refusal

GZIP = b"\x1f\x8b"
"""How every gzip file begins."""

DENSEST = 200
"""How many times its packed size a file may have; articles with many annotations come to about thirty."""

FREE = 64 << 20
"""So many bytes may come out of any file, however densely it is packed."""

BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)
"""What Python raises for a gzip file that is no sound one."""

_PIECE = 1 << 20


def gzip_head(path: Path, densest: int = DENSEST, free: int = FREE) -> bytes:
    """Return the first bytes that come out of a gzip file, after all of it has been unpacked once, a piece at a time.

    Raises ``FormatError`` if the file cannot be opened, is broken, or holds more than ``free`` bytes and ``densest`` times its size.
    """
    try:
        most = max(free, densest * path.stat().st_size)
        with gzip.open(path) as file:
            head = file.read(SAMPLE)
            size = len(head)
            while size <= most and (piece := file.read(_PIECE)):
                size += len(piece)
    except BROKEN as error:
        raise FormatError(f"{path} is a broken gzip file: {error}.") from error
    except OSError as error:
        raise refusal(path, error) from error
    if size > most:
        raise FormatError(f"{path} is packed too densely to hold articles; unpack it yourself and read what comes out of it.")
    return head
