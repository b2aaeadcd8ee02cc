"""brat standoff: a folder of ``.txt`` files, each with its ``.ann``, and the label scheme in ``annotation.conf`` and ``visual.conf``.

Read and written alike: a folder with all its sub-folders, whose names become part of the documents' names, or a single ``.ann`` with the
``.txt`` beside it.  An empty ``.ann``, with which brat marks a text as open to annotation, brings no annotation set.  The older
pair of ``.a1`` and ``.a2`` is read as one file.  How lines are understood is told in ``formats.brat_ann``, what stands in notes because
brat has no place for it in ``formats.brat_details``.

Written texts are exact, so a CRLF stays one; offsets count code points with CRLF as a single character, as brat does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from annotator.domain.annotations import Kind
from annotator.domain.exchange import Complaint, Fate, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats import text_files
from annotator.formats.brat_ann import record_of
from annotator.formats.brat_conf import read_scheme, scheme_files
from annotator.formats.brat_details import other_meta
from annotator.formats.brat_names import FileNames, Names
from annotator.formats.brat_write import Manner, written
from annotator.formats.compare import document_loss, has_set, none_can_be
from annotator.formats.compare_content import content_losses, count
from annotator.formats.files import new_folder, refusal, replacing_all, scratch_folder

_KINDS = (".ann", ".a1", ".a2")


def read(path: Path, defaults: ReadDefaults, *, encoding: str | None = None) -> Iterator[Record | Complaint]:
    """Stream the documents of a folder in the order of their names, or the one of a single file.

    Raises ``FormatError`` at once if there is nothing to open, or a folder holds no text for brat.
    """
    if not path.is_dir():
        try:
            path.open("rb").close()
        except OSError as error:
            raise refusal(path, error) from error
        return _read_pair(path.with_suffix(".txt"), _told(path.stem), defaults, encoding)
    if next(_names(path), None) is None:
        raise FormatError(f"{path} holds no .txt and no .ann file, so there is nothing to read from it.")
    return _read_folder(path, defaults, encoding)


def _read_folder(folder: Path, defaults: ReadDefaults, encoding: str | None) -> Iterator[Record | Complaint]:
    for name in _names(folder):
        yield from _read_pair(folder / f"{name}.txt", _told(name), defaults, encoding)


def _told(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") or "untitled"


def _names(folder: Path) -> Iterator[str]:
    """Yield the names of all pairs below a folder, without suffix, ``/`` between folders; links to folders are not followed."""
    for here, folders, files in os.walk(folder):
        folders.sort()
        place = Path(here).relative_to(folder)
        stems = {name.rpartition(".")[0] for name in files if name.endswith((".txt", *_KINDS)) and not name.startswith(".")}
        yield from ((place / stem).as_posix() for stem in sorted(stems) if stem)


def _read_pair(text_path: Path, name: str, defaults: ReadDefaults, encoding: str | None) -> Iterator[Record | Complaint]:
    parts = [text_path.with_name(text_path.stem + kind) for kind in _KINDS]
    parts = [part for part in parts if part.is_file()]
    if not text_path.is_file():
        yield Complaint(str(parts[0] if parts else text_path), f"There is no {text_path.name} beside it, so it has no text.")
        return
    found: Record | None = None
    marked = False
    try:
        for item in text_files.read(text_path, defaults, encoding=encoding):
            if isinstance(item, Record):
                found = item
            else:
                marked = marked or not item.lost
                yield item
        if found is None:
            return
        if not parts:
            found.name = name
            yield found
            return
        lines: list[str] = []
        for part in parts:
            yield from _read_lines(part, encoding, lines)
    except FormatError as error:
        yield Complaint(str(text_path), str(error).removeprefix(f"{text_path} "))
        return
    record, complaints = record_of(name, found.text, lines, str(parts[0]), defaults, marked=marked)
    yield from complaints
    yield record


def _read_lines(path: Path, encoding: str | None, lines: list[str]) -> Iterator[Complaint]:
    """Add the lines of a file to ``lines``; one that is not in its encoding counts as empty."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refusal(path, error) from error
    if (encoding and "16" in encoding) or (encoding and "32" in encoding):
        lines += data.decode(encoding, "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            lines.append(line.decode(encoding or "utf-8"))
        except (UnicodeDecodeError, LookupError):
            lines.append("")
            yield Complaint(f"{path}:{number}", f"The line was left out, because it is not written in {encoding or 'UTF-8'}.")


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write a folder, or, to a path that ends in ``.ann``, a single pair; read all back and report; see ``exchange.Writer``.

    Option ``details``: ``notes`` (the default) puts what brat has no place for into notes, ``none`` leaves it out and reports it.  A
    folder that holds anything, and a text beside a single ``.ann`` that is another one, are never written over.
    """
    details = options.get("details", "notes")
    if set(options) - {"details"} or details not in ("notes", "none"):
        raise FormatError("The brat export knows the option “details”, which is notes or none.")
    report = LossReport("brat", str(path))
    manner = Manner(scheme, Names(scheme), details == "notes", single=path.suffix == ".ann")
    if path.suffix == ".ann":
        _write_single(records, path, manner, report, progress)
    else:
        with new_folder(path, "A brat export needs a new folder") as temporary:
            _write_all(records, temporary, manner, report, progress)
            files = scheme_files(manner.scheme, manner.names.of)
            for name, content in files.items():
                (temporary / name).write_text(content, encoding="utf-8", newline="\n")
            back, _ = read_scheme(temporary)
            if {label.name for label in back.spans} != {manner.names.of(label.name) for label in scheme.spans}:
                report.notices.append("The label scheme in annotation.conf does not say all of the project's.")
    renamed = manner.names.changed()
    if renamed:
        told = ", ".join(f"“{label}” as {name}" for label, name in sorted(renamed.items()))
        report.notices.append(f"brat allows only ASCII letters, digits, _ and - in labels: it shows {told}.")
    return report


def _write_all(
    records: Callable[[], Iterable[Record]], folder: Path, manner: Manner, report: LossReport, progress: Progress, *, only: str = ""
) -> None:
    """Write pairs into ``folder`` and read them back; ``only`` is the name of the one file, where there is to be one."""
    progress.start("Writing", progress.total)
    names, total, kept = FileNames(only), 0, 0
    for record in records():
        total += 1
        kept += _write_pair(record, folder / f"{names.of(record.name)}.txt", manner, names.last) is None
        progress.advance()
    if not total:
        raise FormatError("There is nothing to export, so no file was written.")
    if not kept:
        raise none_can_be(total, "written in brat's format")
    progress.start("Comparing", progress.done)
    names = FileNames(only)
    for record in records():
        progress.advance()
        _compare(record, folder / f"{names.of(record.name)}.txt", manner, names.last, report)


def _write_pair(record: Record, path: Path, manner: Manner, name: str) -> str | None:
    """Write the two files of a record; return why that cannot be, having written none."""
    if not record.text:
        return "has no text"
    try:
        lines = written(record, manner, name).lines
        data = "".join(f"{line}\n" for line in lines).encode()
        text = record.text.encode()
    except UnicodeEncodeError as error:
        return f"holds characters that UTF-8 cannot write: {error.reason}"
    except (TypeError, ValueError, RecursionError) as error:
        return f"holds metadata or attributes that cannot be written as JSON: {error}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    path.with_name(f"{path.name[: -len('.txt')]}.ann").write_bytes(data)
    return None


def _compare(record: Record, path: Path, manner: Manner, name: str, report: LossReport) -> None:
    """Read one pair back and report its losses."""
    try:
        meant = written(record, manner, name)
    except (TypeError, ValueError, RecursionError):
        meant = None
    if meant is None or not path.is_file():
        reason = "cannot be written: it has no text, or holds what UTF-8 or JSON cannot say"
        report.add([document_loss(record, Fate.DROPPED, reason)])
        return
    back = next(
        (item for item in _read_pair(path, name, ReadDefaults(record.annotator, record.kind), None) if isinstance(item, Record)),
        None,
    )
    if back is None:
        report.add([document_loss(record, Fate.DROPPED, "did not come back from the file")])
        return
    expected = meant.expected.record
    back.meta = other_meta(back.meta)
    if not has_set(record) or not manner.details:  # not said in the file, so it is whatever the reader is told
        back.annotator, back.kind = expected.annotator, expected.kind
    # the name of a single pair is the user's choice, and what stands under “brat” in the metadata is said by the lines
    said = replace(expected, name=record.name) if manner.single else expected
    if said.meta == other_meta(record.meta):
        said = replace(said, meta=record.meta)
    if has_set(record) and not manner.details:
        said = replace(said, annotator="", kind=Kind.MODEL)
    count(report, record, [*meant.expected.losses, *content_losses(record, expected, back)], said)


def _write_single(
    records: Callable[[], Iterable[Record]], path: Path, manner: Manner, report: LossReport, progress: Progress
) -> None:
    found = []
    for record in records():
        found.append(record)
        if len(found) > 1:
            raise FormatError(f"{path} holds a single document in brat's format; name a folder for several.")
    if not found:
        raise FormatError("There is nothing to export, so no file was written.")
    text_path = path.with_suffix(".txt")
    try:
        if text_path.exists() and text_path.read_bytes() != found[0].text.encode("utf-8", "replace"):
            raise FormatError(f"{text_path} is there already and is another text, so nothing was written.")
    except OSError as error:
        raise refusal(text_path, error) from error
    with scratch_folder(path) as folder:
        _write_all(lambda: iter(found), folder, manner, report, progress, only=_told(path.stem))
        made = next(folder.rglob("*.txt"))
        with replacing_all(path, text_path) as (temporary, temporary_text):
            shutil.copyfile(made.with_name(f"{made.name[: -len('.txt')]}.ann"), temporary)
            shutil.copyfile(made, temporary_text)
