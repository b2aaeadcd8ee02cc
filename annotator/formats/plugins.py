"""Formats of other packages: each entry point of the group ``annotator.formats`` names a ``formats.table.Format``.

They stand behind those of the program and never take the place of one: what cannot be loaded, is no format, or has a name or a suffix
that is taken, is left out with a sentence.  A reader or writer that breaks is answered for here, so that whatever it raises comes
out as the ``FormatError`` that the rest of the program expects.  Looking for them costs some 20 ms and runs foreign code, which is
why nothing does so before formats are listed or files are opened.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record, Writer
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import AnnotatorError, FormatError
from annotator.formats.table import FORMATS, Format

GROUP = "annotator.formats"
"""The group of entry points that other packages name their formats in."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """All formats by name, from which package those are that are not the program's own, and a sentence for each that was left out."""

    formats: Mapping[str, Format]
    packages: Mapping[str, str]
    left_out: tuple[str, ...]


class _Unfit(Exception):
    """Why a format is left out, as the end of a sentence."""


def known_formats() -> Mapping[str, Format]:
    """Return the formats of the program and of other packages by name, in the order they are listed to the user."""
    return found().formats


@cache
def found() -> Found:
    """Look for the formats of other packages, once in the life of the program."""
    formats = dict(FORMATS)
    packages: dict[str, str] = {}
    left_out: list[str] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (_package(entry), entry.name)):
        package = _package(entry)
        try:
            loaded = _loaded(entry)
            _check_free(loaded, formats)
        except _Unfit as error:
            left_out.append(f"The format “{entry.name}” of {package} was left out: {error}.")
            _logger.warning("%s", left_out[-1])
            continue
        formats[loaded.name] = _guarded(loaded, package)
        packages[loaded.name] = package
    return Found(MappingProxyType(formats), MappingProxyType(packages), tuple(left_out))


def _package(entry: EntryPoint) -> str:
    try:
        return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "an unknown package"
    except Exception:  # metadata that is half there
        return "an unknown package"


def _loaded(entry: EntryPoint) -> Format:
    try:
        loaded = entry.load()
    except (Exception, SystemExit) as error:  # whatever the foreign module does when it is imported
        raise _Unfit(f"it cannot be loaded ({_said(error)})") from error
    if not isinstance(loaded, Format):
        raise _Unfit(f"its entry point names a {type(loaded).__name__}, not a Format")
    texts = (loaded.title, loaded.carries, loaded.recognises, loaded.folder)
    if not isinstance(loaded.name, str) or not _NAME.fullmatch(loaded.name):
        raise _Unfit("its name is not made of small letters, digits and hyphens")
    if not all(isinstance(text, str) for text in texts) or not loaded.title.strip():
        raise _Unfit("it has no title, or one that is not text")
    if not isinstance(loaded.suffixes, tuple) or not all(
        isinstance(suffix, str) and suffix[:1] == "." for suffix in loaded.suffixes
    ):
        raise _Unfit("its suffixes are not a tuple of texts that begin with a dot")
    if not isinstance(loaded.begins, tuple) or not all(isinstance(mark, bytes) and mark for mark in loaded.begins):
        raise _Unfit("its marks are not a tuple of bytes")
    if not any(callable(way) for way in (loaded.read, loaded.write)) or not loaded.suffixes:
        raise _Unfit("it can neither be read nor written, or has no suffix")
    if not all(map(_sound_options, (loaded.read_options, loaded.write_options, loaded.export_options))):
        raise _Unfit("its options are not a table of names and tuples of texts")
    return loaded


def _sound_options(options: Any) -> bool:
    if options is None:
        return True
    return isinstance(options, Mapping) and all(
        isinstance(name, str) and isinstance(values, tuple) and all(isinstance(value, str) for value in values)
        for name, values in options.items()
    )


def _check_free(loaded: Format, formats: Mapping[str, Format]) -> None:
    if loaded.name in formats or loaded.name == "auto":
        raise _Unfit("there is a format of that name already")
    small = {suffix.lower() for suffix in loaded.suffixes}
    for other in formats.values():
        taken = small & {suffix.lower() for suffix in other.suffixes}
        if taken and loaded.read is not None and other.read is not None:
            raise _Unfit(f"the suffix {min(taken)} belongs to the format {other.name}")


def _guarded(loaded: Format, package: str) -> Format:
    read = _guarded_reader(loaded.read, loaded.name, package) if loaded.read is not None else None
    write = _guarded_writer(loaded.write, loaded.name, package) if loaded.write is not None else None
    preview = _guarded_writer(loaded.preview, loaded.name, package) if loaded.preview is not None else None
    return replace(loaded, read=read, write=write, preview=preview)


_Read = Callable[..., Iterator[Record | Complaint]]


def _guarded_reader(reader: _Read, name: str, package: str) -> _Read:
    def read(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
        try:
            items = iter(reader(path, defaults, **{option: value for option, value in options.items() if value}))
        except AnnotatorError:
            raise
        except Exception as error:  # foreign code
            raise _broken(path, name, package, "reading", error) from error
        return _guarded_items(items, path)

    def _guarded_items(items: Iterator[Record | Complaint], path: Path) -> Iterator[Record | Complaint]:
        try:
            for item in items:
                if not isinstance(item, Record | Complaint):
                    raise TypeError(f"it yields a {type(item).__name__}")
                yield item
        except AnnotatorError:
            raise
        except Exception as error:  # foreign code
            raise _broken(path, name, package, "reading", error) from error

    return read


def _guarded_writer(writer: Writer, name: str, package: str) -> Writer:
    def write(
        records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
    ) -> LossReport:
        try:
            report = writer(records, path, scheme, options=options, progress=progress)
            if not isinstance(report, LossReport):
                raise TypeError(f"it returns a {type(report).__name__} in place of a report")
        except (AnnotatorError, Cancelled):
            raise
        except Exception as error:  # foreign code
            raise _broken(path, name, package, "writing", error) from error
        return report

    return write


def _broken(path: Path, name: str, package: str, doing: str, error: Exception) -> FormatError:
    _logger.warning("The format %s of %s failed", name, package, exc_info=error)
    return FormatError(
        f"{path}: the format {name} of {package} failed while {doing} it ({_said(error)}). Tell those who make {package}."
    )


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}".rstrip(": ")
