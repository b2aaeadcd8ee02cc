"""The zip that doccano exports: a file for each annotator.  Members are read as streams; nothing is ever unpacked to the disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from annotator.domain.exchange import Complaint
from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, refusal
from annotator.formats.json_items import JsonItem, checked_encoding, stream_items

MOST = 4 << 30
"""Most bytes that all members may have together when unpacked."""

DENSEST = 200
"""How many times its packed size a member may have; article texts come to about ten."""

_NOBODY = ("all", "unknown")
"""Names of members that are no annotator's: of a project done together, and of what nobody labelled."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)

Items = Iterator[JsonItem | Complaint]


def members(path: Path, encoding: str) -> Iterator[tuple[str, str, Callable[[], Items] | Complaint]]:
    """Yield for each member its name for reports, its annotator (empty: nobody's) and how to read it, or why it cannot be.

    Raises ``FormatError`` if the archive is broken, or unpacks to more than anybody's articles.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if sum(info.file_size for info in infos) > MOST:
                raise FormatError(f"{path} would unpack to more than 4 GB; unpack it yourself and read the files one by one.")
            for info in infos:
                yield _member(path, archive, info, encoding)
    except OSError as error:
        raise refusal(path, error) from error
    except _BROKEN as error:
        raise FormatError(f"{path} is a broken zip archive: {error}.") from error


def _member(
    path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, encoding: str
) -> tuple[str, str, Callable[[], Items] | Complaint]:
    inner = PurePosixPath(info.filename)
    name = f"{path}/{info.filename}"
    if inner.suffix.lower() not in (".jsonl", ".json"):
        return name, "", Complaint(name, "This member of the archive is neither .jsonl nor .json; it was not read.")
    if info.file_size > SAMPLE and info.file_size > DENSEST * max(1, info.compress_size):
        return name, "", Complaint(name, "This member of the archive is packed too densely to be text; it was not read.")
    annotator = "" if inner.stem.lower() in _NOBODY else inner.stem

    def items() -> Items:
        try:
            with archive.open(info) as file:
                chosen = checked_encoding(name, file.read(SAMPLE), encoding)
                file.seek(0)
                yield from stream_items(file, name, chosen)
        except FormatError as error:
            yield Complaint(name, str(error).removeprefix(f"{name} "))
        except (OSError, *_BROKEN) as error:
            # an OSError too: a broken archive may name places before the beginning of its file
            yield Complaint(name, f"This member of the archive is broken: {error}. What follows in it was not read.")

    return name, annotator, items
