"""Archives that hold one article or book (Word, EPUB): members are read into memory one by one, none is ever unpacked to the disk.

So a member may be called ``../../etc/passwd`` and nothing comes of it.  What unpacks to far more than it is, is refused before it is
unpacked, and while it is, should the archive lie about the sizes.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, refusal

MOST = 512 << 20
"""Most bytes that all members may have together when unpacked."""

DENSEST = 200
"""How many times its packed size a member may have; the XML of a long table comes to some thirty."""

LARGEST = 32 << 20
"""Most bytes of a member that is parsed; *War and Peace* in one chapter has a tenth of that."""

_PROTECTED = b"\xd0\xcf\x11\xe0"
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError, ValueError, LookupError)
"""What a broken archive raises while it is read."""


@contextmanager
def archive(path: Path, what: str) -> Iterator[zipfile.ZipFile]:
    """Open an archive that is a ``what`` ("Word document").

    Raises ``FormatError`` for what is none, is broken (also when it turns out while it is read), or would unpack to a mountain.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) == _PROTECTED:
                raise FormatError(
                    f"{path} is protected by a password, or was written by a program of before 2007; save it as a {what} without password."
                )
        with zipfile.ZipFile(path) as opened:
            _check(path, opened)
            yield opened
    except OSError as error:
        raise refusal(path, error) from error
    except BROKEN as error:
        raise FormatError(f"{path} is no {what}, or a broken one: {told(error)}.") from error


def _check(path: Path, opened: zipfile.ZipFile) -> None:
    infos = opened.infolist()
    if sum(info.file_size for info in infos) > MOST:
        raise FormatError(f"{path} would unpack to more than {MOST >> 20} MB, so it was not read.")
    if any(info.file_size > SAMPLE and info.file_size > DENSEST * max(1, info.compress_size) for info in infos):
        raise FormatError(f"{path} is packed too densely to hold text, so it was not read.")
    if any(info.flag_bits & 1 for info in infos):
        raise FormatError(f"{path} is protected by a password, so it was not read.")


def member(opened: zipfile.ZipFile, name: str) -> bytes | None:
    """Return the content of a member, or None where there is none of that name; raises ``ValueError`` if it is larger than ``LARGEST``."""
    try:
        info = opened.getinfo(name)
    except KeyError:
        return None
    with opened.open(info) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"its member {name} unpacks to more than {LARGEST >> 20} MB")
    return data


def told(error: Exception) -> str:
    """Return what an exception says, for the end of a sentence."""
    return str(error).strip().rstrip(".") or type(error).__name__
