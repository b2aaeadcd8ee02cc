"""Which files a folder brings into a project: all below it, in the order of their names, and a word for each that stays out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from annotator.domain.exchange import Complaint
from annotator.errors import FormatError
from annotator.formats.detect import detect, folder_format
from annotator.formats.files import other_unicode, refusal
from annotator.formats.plugins import known_formats
from annotator.formats.table import Format
from annotator.paths import PROJECT_SUFFIX

_PASSING = ("~$", "__MACOSX", "Thumbs.db", "desktop.ini")
"""What office programs and file managers leave beside the files: hidden on their own system, a name on others."""

_PROJECTS = tuple(PROJECT_SUFFIX + end for end in ("", "-wal", "-shm", "-journal"))
"""The project may lie among the articles that are brought into it."""


_MOST_PLAIN, _MOST_PLAIN_BYTES = 500, 16 * 2**20
"""How many files, and how much in them, are looked through while the window waits."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, or a folder that is one data set.

    ``folder`` is where the file lies below the folder that was named, with ``/``; empty for what was named itself.
    """

    path: Path
    folder: str = ""


def sources(paths: Iterable[Path], format_name: str) -> Iterator[Source | Complaint]:
    """Yield what there is to read; ``format_name`` is "auto" or the name of a format.

    A folder in a format of folders is one source.  Of any other each file below it is one: sorted, folder after folder.  Projects and
    those whose names begin with a dot are left out, links to folders not followed.  Under a format that was named, files of another
    suffix stay out with a notice.
    """
    for path in paths:
        if not path.is_dir():
            yield Source(path)
            continue
        asked = None if format_name == "auto" else known_formats()[format_name]
        whole = folder_format(path) if asked is None else asked if asked.folder else None
        if whole is None:
            yield from _below(path, asked)
        else:
            yield Source(path)
            yield from _passed_by(path, whole)


def are_plain(paths: Iterable[Path]) -> bool:
    """Tell whether there is nothing to ask about an import: all of it is articles as ``.txt`` files in UTF-8, and not very much.

    A text with brat's annotations beside it is none, nor is a file that something would be said about: an empty one, one with NUL.
    """
    most, room = _MOST_PLAIN, _MOST_PLAIN_BYTES
    try:
        for source in sources(paths, "auto"):
            if isinstance(source, Complaint) or source.path.suffix.lower() != ".txt":
                return False
            most, room = most - 1, room - source.path.stat().st_size
            if most < 0 or room < 0 or source.path.with_suffix(".ann").exists() or detect(source.path).name != "text":
                return False
            data = source.path.read_bytes()
            if b"\0" in data or other_unicode(data) or not data.decode().strip():
                return False
    except (OSError, UnicodeError, FormatError):
        return False  # what is wrong with it, the import says
    return most < _MOST_PLAIN


def _below(folder: Path, asked: Format | None) -> Iterator[Source | Complaint]:
    empty = True
    refused: list[OSError] = []
    for place, name in _files(folder, refused):
        empty = False
        path = place / name
        if asked is not None and not name.lower().endswith(tuple(suffix.lower() for suffix in asked.suffixes)):
            suffixes = " or ".join(asked.suffixes)
            yield Complaint(str(path), f"The file does not end in {suffixes} as {asked.name} does, so it was left out.", lost=False)
        elif not path.is_file():
            yield Complaint(
                str(path), "This is no plain file (a pipe, a device, or a link that leads nowhere), so it was not read."
            )
        else:
            yield Source(path, "" if place == folder else _told(place.relative_to(folder).as_posix()))
    for error in refused:
        yield _refused(folder, error)
    if empty and not refused:
        yield Complaint(str(folder), "The folder holds no files, so there is nothing to bring in.")


def _passed_by(folder: Path, whole: Format) -> Iterator[Complaint]:
    """Name the articles that lie in a folder of another format: that format's reader does not look at them."""
    suffixes = tuple(
        suffix
        for entry in known_formats().values()
        if entry.articles
        for suffix in entry.suffixes
        if suffix not in (".txt", *whole.suffixes)
    )
    for place, name in _files(folder, []):
        if name.lower().endswith(suffixes):
            message = f"The file lies in a folder that was read as {whole.name}, so it was left out; import it by itself."
            yield Complaint(str(place / name), message, lost=False)


def _files(folder: Path, refused: list[OSError]) -> Iterator[tuple[Path, str]]:
    """Yield folder and name of each file; what the system refuses to list is added to ``refused``."""
    for here, folders, names in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        yield from ((Path(here), name) for name in sorted(names) if not _hidden(name))


def _hidden(name: str) -> bool:
    return name.startswith((".", *_PASSING)) or name.endswith(_PROJECTS)


def _refused(folder: Path, error: OSError) -> Complaint:
    path = Path(error.filename or folder)
    message: FormatError = refusal(path, error)
    return Complaint(str(path), str(message).removeprefix(f"{path} "))


def _told(name: str) -> str:
    """Return a name as text that can be stored whatever bytes the file system allowed."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
