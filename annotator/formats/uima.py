"""UIMA CAS files, as INCEpTION exports and imports them: what XMI and JSON have in common.

Layers become labels as ``formats.uima_layers`` tells, and what has no place in the common layers stands in annotations of our own
(``formats.uima_details``), which INCEpTION passes over.  Many documents stand in a folder or a zip, one file each for every
annotator (``formats.uima_bundle``).  Offsets in the files count UTF-16 units; dkpro-cassis converts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.json_fields import Complaints
from annotator.formats.uima_bundle import Member, members
from annotator.formats.uima_export import Shape, export
from annotator.formats.uima_layers import METADATA, default_layer
from annotator.formats.uima_read import records_of
from annotator.formats.uima_scan import Scan
from annotator.formats.uima_schema import Schema, schema_of, type_system
from annotator.formats.uima_types import Types, cassis, complete
from annotator.formats.uima_write import Manner, cas_of, fitted

Load = Callable[[Member, Types, Complaints], tuple[Any, Scan]]
"""Reads the CAS of a file, and what a first look at it found; raises ``FormatError`` if it is broken."""


def read_bundle(
    path: Path, suffixes: tuple[str, ...], load: Load, defaults: ReadDefaults, layers: str
) -> Iterator[Record | Complaint]:
    """Stream the documents of a file, a folder or a zip; raises ``FormatError`` at once if there is nothing to open."""
    cassis()
    return _read(members(path, suffixes), load, defaults, layers)


def _read(found: Iterator[Member | Complaint], load: Load, defaults: ReadDefaults, layers: str) -> Iterator[Record | Complaint]:
    types = Types()
    for item in found:
        if isinstance(item, Complaint):
            yield item
        else:
            yield from decoded(item, load, types, defaults, layers)


def decoded(member: Member, load: Load, types: Types, defaults: ReadDefaults, layers: str) -> Iterator[Record | Complaint]:
    """Read one file; its records come last."""
    complain = Complaints(member.place)
    records: list[Record] = []
    try:
        cas, scan = load(member, types, complain)
        records = records_of(cas, scan, member, defaults, layers, complain=complain)
    except FormatError as error:
        told = str(error)
        whose = "The file"
        complain(f"{whose} {told.removeprefix(member.place).lstrip()}" if told.startswith(member.place) else told)
    yield from complain.found
    yield from records


def with_text(scan: Scan, place: str) -> Scan:
    """Return what a first look found; raises ``FormatError`` if there is no text, which is no article whatever else there is."""
    if not any(scan.texts.values()):
        raise FormatError(f"{place} holds no text, so there is no article to bring in.")
    return scan


def completed(types: Any, scan: Scan, place: str, complain: Complaints, *, described: bool) -> None:
    """Add to a type system what the file uses beyond it, and say so."""
    added = complete(types, scan.wanted, place)
    told = ", ".join(name for name in sorted(added) if not name.startswith(METADATA.rpartition(".")[0]))
    if not told:
        return
    if described:
        complain(f"The type system does not describe {told}; what they hold was taken from the file itself.", lost=False)
    else:
        complain(f"There is no type system with the file; what {told} hold was taken from the file itself.", lost=False)


def write_bundle(
    records: Callable[[], Iterable[Record]],
    path: Path,
    name: str,
    encode: Callable[[Any], bytes],
    load: Load,
    *,
    suffix: str,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write a file for each record, with ``encode`` making it of a CAS; read all back and report; see ``exchange.Writer``."""
    if options:
        raise FormatError(f"The UIMA export has no option “{min(options)}”.")
    library = cassis()
    report = LossReport(name, str(path))
    schema = schema_of(records())
    xml = name == "uima-xmi"
    manner = Manner(schema, type_system(library, schema), library, xml)
    types = Types()
    extra = ("TypeSystem.xml", manner.types.to_xml().encode()) if xml else None

    def decode(member: Member) -> Iterator[Record | Complaint]:
        return decoded(member, load, types, ReadDefaults(annotator=""), "")

    def file(record: Record) -> bytes:
        return encode(cas_of(record, manner))

    export(records, path, Shape(suffix, fitted, file, decode, extra), report, progress)
    _tell(schema, report)
    return report


def _tell(schema: Schema, report: LossReport) -> None:
    foreign = [kind for kind in sorted(schema.spans) if kind != default_layer("span").type]
    foreign += [kind for kind, held in sorted(schema.relations.items()) if held.ends]
    if foreign:
        report.notices.append(f"INCEpTION shows these layers only in a project that has them: {', '.join(foreign)}.")
