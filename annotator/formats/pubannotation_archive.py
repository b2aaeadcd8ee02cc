"""Archives of PubAnnotation documents.  Members are read into memory one by one; nothing is ever unpacked to the disk.

Written is a .tgz with a member for each document, which is what PubAnnotation takes.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from annotator.domain.exchange import Complaint
from annotator.errors import FormatError
from annotator.formats.doccano_archive import members as zip_members
from annotator.formats.files import SAMPLE, refusal
from annotator.formats.json_items import JsonItem, checked_encoding, stream_items
from annotator.formats.packed import BROKEN, GZIP, gzip_head

LARGEST = 256 << 20
"""Most bytes of one member: it is one article with its annotations, or a list of such."""

_KINDS = (".json", ".jsonl", ".ndjson")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TAR, _TAR_AT, _BLOCK = b"ustar", 257, 512

Items = Iterator[JsonItem | Complaint]


def kind_of(path: Path) -> str:
    """Return "zip", "gz" or "tar" by how a file begins, nothing for another; raises ``FormatError`` if it cannot be opened."""
    try:
        with path.open("rb") as file:
            head = file.read(_BLOCK)
    except OSError as error:
        raise refusal(path, error) from error
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(GZIP):
        return "gz"
    # an archive of nothing is all NUL
    empty = len(head) == _BLOCK and not head.strip(b"\x00")
    return "tar" if empty or head[_TAR_AT:].startswith(_TAR) else ""


def members(path: Path, kind: str, encoding: str) -> Iterator[tuple[str, Items | Complaint]]:
    """Yield for each member its name without folder and suffix, and its values or why it is not read.

    Raises ``FormatError`` if the archive is broken, or unpacks to more than anybody's articles.
    """
    if kind == "zip":
        for name, _, items in zip_members(path, encoding):
            yield PurePosixPath(name).stem, items if isinstance(items, Complaint) else items()
        return
    if kind == "gz":
        # before any header is believed: one may claim a size, and all of it would be read
        gzip_head(path)
    try:
        with tarfile.open(path, "r|gz" if kind == "gz" else "r|") as archive:
            for member in archive:
                if not member.isdir():
                    yield _member(path, archive, member, encoding)
    except (tarfile.TarError, ValueError, *BROKEN) as error:
        raise FormatError(f"{path} is a broken archive: {error}.") from error
    except OSError as error:
        raise refusal(path, error) from error


def pack(plain: Path, packed: Path) -> None:
    """Put each line of ``plain`` into a member of the archive ``packed``, the same bytes each time, and read it back.

    Raises ``FormatError`` if what came back is not what was written.
    """
    with (
        plain.open("rb") as source,
        packed.open("wb") as target,
        gzip.GzipFile("", "wb", fileobj=target, mtime=0) as file,
        tarfile.open(fileobj=file, mode="w|") as archive,
    ):
        for number, line in enumerate(source, 1):
            info = tarfile.TarInfo(f"{number:07}.json")
            info.size = len(line)
            archive.addfile(info, io.BytesIO(line))
    with plain.open("rb") as source, tarfile.open(packed, "r|gz") as archive:
        for member in archive:
            back = archive.extractfile(member)
            if back is None or back.read() != source.readline():
                raise FormatError(f"{packed} did not come back from the disk as it was written; try another disk.")
        if source.readline():
            raise FormatError(f"{packed} did not come back from the disk whole; try another disk.")


def _member(path: Path, archive: tarfile.TarFile, member: tarfile.TarInfo, encoding: str) -> tuple[str, Items | Complaint]:
    name = f"{path}/{member.name}".encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    stem = PurePosixPath(name).stem
    if not member.isreg() or member.issparse():
        return stem, Complaint(name, "This member of the archive is no plain file; it was not read.")
    if not member.name.lower().endswith(_KINDS):
        return stem, Complaint(name, "This member of the archive is neither .json nor .jsonl; it was not read.")
    if member.size > LARGEST:
        return stem, Complaint(name, "This member of the archive is larger than 256 MB; it was not read.")
    file = archive.extractfile(member)
    data = file.read() if file else b""
    try:
        chosen = checked_encoding(name, data[:SAMPLE], encoding)
    except FormatError as error:
        return stem, Complaint(name, str(error).removeprefix(f"{name} "))
    return stem, stream_items(io.BytesIO(data), name, chosen)
