"""The files of INCEpTION and WebAnno: one file for one annotator's work on one document, many of them in a folder or a zip.

The zip that INCEpTION exports a project as holds ``annotation/DOCUMENT/USER.EXT`` and ``curation/DOCUMENT/CURATION_USER.EXT``,
where a file may be a zip itself; elsewhere a document is called by its file.  Members of archives are read into memory one by one,
so a member may be called ``../../etc/passwd`` and nothing comes of it.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from annotator.domain.annotations import Kind
from annotator.domain.exchange import Complaint
from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, refusal, safe_stem

LARGEST = 128 << 20
"""Most bytes of one file: it is one article with its annotations."""

MOST = 4 << 30
"""Most bytes that all members of an archive may have together when unpacked."""

DENSEST = 400
"""How many times its packed size a member may have; XML with an element for every token comes to some thirty."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)
_FOLDERS = ("annotation", "curation")
_CURATOR, _INITIAL = "CURATION_USER", "INITIAL_CAS"

Beside = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Member:
    """One file: what its document is called, its place for reports, whose work it is as far as its path says, and its content.

    ``beside`` returns the content of another file of the same folder or archive by the last part of its name, None if there is
    none.
    """

    name: str
    place: str
    data: bytes
    beside: Beside
    annotator: str = ""
    kind: Kind | None = None


def members(path: Path, suffixes: Sequence[str]) -> Iterator[Member | Complaint]:
    """Yield the files with one of these suffixes of a folder, of a zip, or the one that ``path`` is.

    Raises ``FormatError`` at once if there is nothing to open, or nothing of the kind in it.
    """
    try:
        if not path.is_dir():
            path.open("rb").close()
        elif next(_walk(path, suffixes), None) is None:
            raise FormatError(f"{path} holds no file that ends in {' or '.join(suffixes)}, so there is nothing to read from it.")
    except OSError as error:
        raise refusal(path, error) from error
    return _members(path, suffixes)


def _members(path: Path, suffixes: Sequence[str]) -> Iterator[Member | Complaint]:
    if path.is_dir():
        for file in _walk(path, suffixes):
            found = _file(file, file.relative_to(path), suffixes)
            if isinstance(found, Member) and file.suffix.lower() == ".zip":
                yield from _of_archive(io.BytesIO(found.data), file, suffixes, found)
            else:
                yield found
    elif path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
        yield from _of_archive(path, path, suffixes, None)
    else:
        yield _file(path, None, suffixes)


def _walk(folder: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            packed = name.lower().endswith(".zip") and _user_of(PurePosixPath((Path(here) / name).relative_to(folder).as_posix()))
            if not name.startswith(".") and (packed or name.lower().endswith(tuple(suffixes))):
                yield Path(here) / name


def _file(file: Path, inner: Path | None, suffixes: Sequence[str]) -> Member | Complaint:
    try:
        if file.stat().st_size > LARGEST:
            return Complaint(str(file), f"The file is larger than {LARGEST >> 20} MB; it was not read.")
        data = file.read_bytes()
    except OSError as error:
        return Complaint(str(file), str(refusal(file, error)).removeprefix(f"{file} "))

    def beside(name: str) -> bytes | None:
        other = file.with_name(name)
        try:
            return other.read_bytes() if other.is_file() and other.stat().st_size <= LARGEST else None
        except OSError:
            return None

    name, annotator, kind = _told(PurePosixPath(inner.as_posix() if inner else file.name), suffixes, None)
    return Member(name if inner else _alone(file, suffixes), str(file), data, beside, annotator, kind)


def _of_archive(
    source: Path | io.BytesIO, path: Path, suffixes: Sequence[str], outer: Member | None
) -> Iterator[Member | Complaint]:
    try:
        with zipfile.ZipFile(source) as archive:
            infos, read = [info for info in archive.infolist() if not info.is_dir()], 0
            if sum(info.file_size for info in infos) > MOST:
                raise FormatError(f"{path} would unpack to more than 4 GB; unpack it yourself and read the files one by one.")
            for info in infos:
                inner = PurePosixPath(info.filename)
                packed = outer is None and inner.suffix.lower() == ".zip" and _user_of(inner)
                if inner.name.startswith(".") or not (packed or inner.name.lower().endswith(tuple(suffixes))):
                    continue
                read += 1
                found = _of_member(archive, info, path, suffixes, outer)
                if packed and isinstance(found, Member):
                    yield from _of_archive(io.BytesIO(found.data), Path(found.place), suffixes, found)
                else:
                    yield found
            if not read:
                told = f"holds no file that ends in {' or '.join(suffixes)}, so there is nothing to read from it."
                yield Complaint(outer.place if outer else str(path), f"The archive {told}")
    except OSError as error:
        raise refusal(path, error) from error
    except _BROKEN as error:
        if outer is None:
            raise FormatError(f"{path} is a broken zip archive: {error}.") from error
        yield Complaint(outer.place, f"This is a broken zip archive: {error}.")


def _of_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, suffixes: Sequence[str], outer: Member | None
) -> Member | Complaint:
    inner = PurePosixPath(info.filename)
    place = f"{path}/{info.filename}".encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if info.file_size > LARGEST or (info.file_size > SAMPLE and info.file_size > DENSEST * max(1, info.compress_size)):
        return Complaint(place, "This member of the archive is too large or packed too densely to be an article; it was not read.")
    try:
        data = _content(archive, info)
    except (OSError, *_BROKEN) as error:
        return Complaint(place, f"This member of the archive is broken: {error}.")

    def beside(name: str) -> bytes | None:
        for wanted in (str(inner.with_name(name)), name):
            try:
                other = archive.getinfo(wanted)
                return _content(archive, other) if other.file_size <= LARGEST else None
            except (KeyError, OSError, *_BROKEN):
                continue
        return None

    name, annotator, kind = _told(inner, suffixes, outer)
    return Member(name, place, data, beside, annotator, kind)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        data = file.read(LARGEST + 1)  # an archive may lie about the sizes of its members
    if len(data) > LARGEST:
        raise ValueError("it is larger than it says")
    return data


def _user_of(inner: PurePosixPath) -> bool:
    return len(inner.parts) >= 3 and inner.parts[-3] in _FOLDERS


def _told(inner: PurePosixPath, suffixes: Sequence[str], outer: Member | None) -> tuple[str, str, Kind | None]:
    """Return document, annotator and kind as the path says them."""
    if outer is not None and outer.annotator:
        return outer.name, outer.annotator, outer.kind
    plain = str(inner).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    user = _plain(PurePosixPath(plain).name, suffixes).removesuffix(".zip")
    if _user_of(inner):
        kind = Kind.GOLD if user == _CURATOR else Kind.MODEL if user == _INITIAL else Kind.PERSON
        return PurePosixPath(plain).parts[-2], user, kind
    return _plain(plain, suffixes) or "untitled", "", None


def _alone(file: Path, suffixes: Sequence[str]) -> str:
    """Return what the document of a single file is called."""
    name = file.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    plain = _plain(name, suffixes)
    return plain if plain != name else safe_stem(file)


def _plain(name: str, suffixes: Sequence[str]) -> str:
    """Return a name without its longest suffix of those given."""
    ends = [suffix for suffix in suffixes if name.lower().endswith(suffix) and len(name) > len(suffix)]
    return name[: -len(max(ends, key=len))] if ends else name
