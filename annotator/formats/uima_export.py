"""Writing one file for each document and set: into a zip, a new folder, or a single file, and laying what comes back beside the
records.

A path that ends in ``.zip`` becomes a zip, one that ends in the format's own suffix a single file, any other a folder.  The same
records give the same bytes.  The files are called by their documents; what a document is really called stands in the file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from annotator.domain.exchange import Complaint, Fate, LossReport, Record
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.brat_names import FileNames
from annotator.formats.compare import document_loss, none_can_be
from annotator.formats.compare_content import Expected, content_losses, count
from annotator.formats.files import new_folder, replacing, replacing_all
from annotator.formats.uima_bundle import Member

Records = Callable[[], Iterable[Record]]

_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a format stands in its files.

    ``suffix`` is that of one file.  ``fit`` makes of a record what it should come back as, and raises ``ValueError`` with the end
    of a sentence where it cannot be written; ``encode`` makes its file, and may raise the same; ``decode`` reads one.  ``extra`` is
    the name and content of a file that belongs to all.
    """

    suffix: str
    fit: Callable[[Record], Expected]
    encode: Callable[[Record], bytes]
    decode: Callable[[Member], Iterator[Record | Complaint]]
    extra: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where files go and come back from."""

    put: Callable[[str, bytes], None]
    get: Callable[[str], bytes | None]
    done: Callable[[], None]
    only: str = ""


def export(records: Records, path: Path, shape: Shape, report: LossReport, progress: Progress) -> None:
    """Write all records, read them back, and report every loss; raises ``FormatError`` if there is nothing to write, or no room for
    it."""
    with _place(path, shape) as place:
        unwritable: dict[int, str] = {}
        progress.start("Writing", progress.total)
        names, total = FileNames(place.only), 0
        if shape.extra:
            place.put(*shape.extra)
        for number, record in enumerate(records()):
            progress.advance()
            total += 1
            if place.only and total > 1:
                raise FormatError(f"{path} holds a single document; name a .zip or a folder for several.")
            try:
                data = shape.encode(shape.fit(record).record)
            except (TypeError, ValueError, RecursionError) as error:
                unwritable[number] = _why(error)
                continue
            place.put(f"{names.of(record.name)}{shape.suffix}", data)
        if not total:
            raise FormatError("There is nothing to export, so no file was written.")
        if len(unwritable) == total:
            raise none_can_be(total, "exported", next(iter(unwritable.values())))
        place.done()
        progress.start("Comparing", progress.done)
        names = FileNames(place.only)
        for number, record in enumerate(records()):
            progress.advance()
            if number in unwritable:
                report.add([document_loss(record, Fate.DROPPED, unwritable[number])])
            else:
                _compare(record, place, names.of(record.name), shape, report)


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return f"holds characters that UTF-8 cannot write: {error.reason}"
    return str(error)


def _compare(record: Record, place: _Place, name: str, shape: Shape, report: LossReport) -> None:
    data = place.get(f"{name}{shape.suffix}")

    def beside(_name: str) -> bytes | None:
        return shape.extra[1] if shape.extra else None

    items = shape.decode(Member(name, name, data, beside)) if data is not None else iter(())
    back = next((item for item in items if isinstance(item, Record)), None)
    if back is None:
        report.add([document_loss(record, Fate.DROPPED, "did not come back from the file")])
        return
    expected = shape.fit(record)
    count(report, record, [*expected.losses, *content_losses(record, expected.record, back)], expected.record)


@contextmanager
def _place(path: Path, shape: Shape) -> Iterator[_Place]:
    if path.suffix.lower() == ".zip":
        with _archive(path) as place:
            yield place
    elif path.name.lower().endswith(shape.suffix):
        with _single(path, shape) as place:
            yield place
    else:
        with _folder(path) as place:
            yield place


@contextmanager
def _archive(path: Path) -> Iterator[_Place]:
    with replacing(path) as temporary:
        archive = zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED)
        try:

            def put(name: str, data: bytes) -> None:
                info = zipfile.ZipInfo(name, _DATE)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(info, data)

            def done() -> None:
                nonlocal archive
                archive.close()
                archive = zipfile.ZipFile(temporary)

            def get(name: str) -> bytes:
                return archive.read(name)

            yield _Place(put, get, done)
        finally:
            archive.close()


@contextmanager
def _single(path: Path, shape: Shape) -> Iterator[_Place]:
    paths = [path]
    if shape.extra:
        paths.append(path.with_name(f"{path.name[: -len(shape.suffix)]}.{shape.extra[0]}"))
    with replacing_all(*paths) as temporaries:

        def put(name: str, data: bytes) -> None:
            temporaries[bool(shape.extra) and name == shape.extra[0]].write_bytes(data)

        yield _Place(put, lambda _name: temporaries[0].read_bytes(), lambda: None, path.stem)


@contextmanager
def _folder(path: Path) -> Iterator[_Place]:
    with new_folder(path, "This export needs a new folder or a .zip") as temporary:

        def put(name: str, data: bytes) -> None:
            file = temporary / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

        yield _Place(put, lambda name: (temporary / name).read_bytes(), lambda: None)
