"""Documents of GATE: its XML (read), and the bdoc JSON that gatenlp and GATE's plugin exchange (read and written).

Layout of bdoc
    ``{"text", "name", "features", "offset_type", "annotation_sets": {NAME: {"name", "next_annid", "annotations": [{"id", "type", "start",
    "end", "features"}]}}}``; a .bdocjs holds one such object, a corpus has one a line, and either may be packed (.gz).  The forms of
    bdoc in YAML and MsgPack are not read.
Sets
    An annotation set of GATE is one of ours and its name the annotator; the default set, which has no name, belongs to whoever is named
    at the import.
Spans
    The type of an annotation is its label, its features are attributes.  Tokens and sentences are annotations in GATE like any other, so
    they are spans here; the option ``types`` says which types to take.  An annotation of no length has no place here and is named.
Relations
    An annotation with the feature ``args``, a list of two ids of the same set, is a relation, as GATE's parsers write them; where its
    type is ``Dependency``, the feature ``kind`` is its label.  So are the two members of a relation of GATE XML.
Offsets
    bdoc says what they count: ``offset_type`` p is code points (Python), j is UTF-16 units (Java).  In XML the text itself holds the
    nodes that annotations refer to, and their places count, not their numbers: those are wrong once line ends have been changed.
Features of a document
    They are its metadata.  A document of GATE XML is called by its file.

What GATE does not know goes into the feature ``_annotator``, which its tools carry along: of a document ``sets`` (by name: the keys of
``json_sets``, and ``annotator`` where sets would share a name) and ``features`` (metadata that is called ``_annotator`` itself); of an
annotation ``id`` (where it is no number), ``fragments`` (the annotation covers them and what lies between), ``attributes`` (if one of
them has a name with a meaning), ``note``, ``kb_id``, ``confidence``, ``origin``, ``reviewed`` and ``derived_from``.  Tokens of our own
are not written.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.conll_plan import chosen
from annotator.formats.files import SAMPLE, refusal, replacing, safe_stem
from annotator.formats.gate_bdoc import Reading, parse_document
from annotator.formats.gate_write import document_of, fitted
from annotator.formats.gate_xml import documents_of
from annotator.formats.json_export import Shape, export
from annotator.formats.json_items import JsonItem, checked_encoding, json_items, stream_items
from annotator.formats.json_sets import Names
from annotator.formats.offsets import Unit
from annotator.formats.packed import GZIP, gzip_head

OPTIONS = {"offsets": ("code-points", "utf-16")}
UNITS = {"code-points": Unit.CODE_POINTS, "utf-16": Unit.UTF16}

_OTHER_FORMS = {".bdocym": "YAML", ".bdocmp": "MsgPack"}
_PIECE = 1 << 20


def read(path: Path, defaults: ReadDefaults, *, encoding: str = "", types: str = "") -> Iterator[Record | Complaint]:
    """Stream the records of a file, one for each annotation set of a document.

    ``types`` names the annotation types to take, with commas between them; empty takes all.  Raises ``FormatError`` at once if the file
    cannot be opened, is not in its encoding, or is a broken or too densely packed gzip file.
    """
    wanted = frozenset(name for part in types.split(",") if (name := part.strip()))
    reading = Reading(Names(safe_stem(path).removesuffix(".bdocjs")), defaults, wanted)
    form = next((form for suffix, form in _OTHER_FORMS.items() if suffix in path.name.lower()), None)
    if form:
        raise FormatError(f"{path} is a bdoc in {form}, which is not read; save it as .bdocjs and import that.")
    try:
        with path.open("rb") as file:
            head = file.read(SAMPLE)
    except OSError as error:
        raise refusal(path, error) from error
    if head.startswith(GZIP):
        return _stream(_packed_items(path, encoding), reading, str(path))
    if _is_xml(head):
        return _stream(documents_of(path), reading, str(path))
    return _stream(json_items(path, encoding=encoding), reading, str(path))


def recognises(value: Any) -> bool:
    """Tell whether the first value of a JSON file looks like a bdoc."""
    return type(value) is dict and type(value.get("annotation_sets")) is dict and type(value.get("text")) is str


def _is_xml(head: bytes) -> bool:
    # in UTF-16 as well, with or without its mark
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _stream(items: Iterator[JsonItem | Complaint], reading: Reading, file: str) -> Iterator[Record | Complaint]:
    for item in reading.names.watching(items):
        if isinstance(item, Complaint):
            yield item
        else:
            yield from parse_document(item, reading)
    if reading.left_out:
        told = ", ".join(f"{count} {name}" for name, count in sorted(reading.left_out.items()))
        yield Complaint(file, f"Annotations of other types were not asked for and left out: {told}.", lost=False)


def _packed_items(path: Path, encoding: str) -> Iterator[JsonItem | Complaint]:
    head = gzip_head(path)
    if _is_xml(head):
        raise FormatError(f"{path} is packed XML; unpack it and read that.")
    return _unpacked(path, checked_encoding(str(path), head, encoding))


def _unpacked(path: Path, encoding: str) -> Iterator[JsonItem | Complaint]:
    with gzip.open(path) as file:
        yield from stream_items(file, str(path), encoding)  # pyright: ignore[reportArgumentType]  # a GzipFile reads and seeks


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write all records as bdoc, one document a line, packed if ``path`` ends in .gz; read them back, and report every loss.

    See ``exchange.Writer``.  Sets of one document stand in one bdoc where they follow each other.  Option: ``offsets`` is code-points or
    utf-16.
    """
    del scheme
    unit = UNITS[chosen(options, OPTIONS, "GATE")["offsets"]]
    report = LossReport("gate", str(path))

    def back(written: Path) -> Iterator[Record | Complaint]:
        # what the file does not say must not be filled in here, or a set without an annotator would seem to have changed
        return _stream(json_items(written), Reading(Names(""), ReadDefaults(annotator="")), str(written))

    fragments = 0

    def seen(_: Record, written: Record) -> None:
        nonlocal fragments
        fragments += sum(span.discontinuous for span in written.spans)

    with replacing(path) as temporary:
        packed = path.name.lower().endswith(".gz")
        plain = temporary.with_name(f"{temporary.name}.plain") if packed else temporary
        try:
            export(records, plain, Shape(fitted, partial(document_of, unit=unit), back, grouped=True, seen=seen), report, progress)
            if packed:
                _pack(plain, temporary)
        finally:
            if packed:
                plain.unlink(missing_ok=True)
    if fragments:
        told = "is shown" if fragments == 1 else "are shown"
        report.notices.append(f"{amount(fragments, 'span')} of several fragments {told} by GATE from the first to the last.")
    return report


def _pack(plain: Path, packed: Path) -> None:
    """Write ``packed`` without a name and a time in it, so that the same documents are the same bytes, and read it back."""
    with plain.open("rb") as source, packed.open("wb") as target:
        with gzip.GzipFile("", "wb", fileobj=target, mtime=0) as file:
            copyfileobj(source, file, _PIECE)
        target.flush()
    with plain.open("rb") as source, gzip.open(packed) as file:
        while (piece := source.read(_PIECE)) or file.read(1):
            if not piece or file.read(len(piece)) != piece:
                raise FormatError(f"{packed} did not come back from the disk as it was written; try another disk.")
