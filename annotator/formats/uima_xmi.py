"""UIMA CAS as XMI, with the type system in a file of its own.

The type system is looked for beside the file, and at the top of the archive: ``NAME.TypeSystem.xml``, ``NAME-typesystem.xml``,
``TypeSystem.xml`` or ``typesystem.xml``.  A file without is read with the types of DKPro Core, and what is not among them is taken
from the file itself.  XML cannot hold control characters: the replacement character stands for each, and the details say which it
was.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.json_fields import Complaints
from annotator.formats.uima import completed, read_bundle, with_text, write_bundle
from annotator.formats.uima_bundle import Member
from annotator.formats.uima_details import characters_of
from annotator.formats.uima_scan import Scan, scan_xmi
from annotator.formats.uima_types import Types, broken, cassis
from annotator.formats.xml_files import check_data

SUFFIXES = (".xmi",)


def read(path: Path, defaults: ReadDefaults, *, layers: str = "") -> Iterator[Record | Complaint]:
    """Stream the documents of a file, a folder or a zip; ``layers`` names those to take over, all but lemmas and the like if empty.

    Raises ``FormatError`` at once if there is nothing to open.
    """
    return read_bundle(path, SUFFIXES, load, defaults, layers)


def load(member: Member, types: Types, complain: Complaints) -> tuple[Any, Scan]:
    """Read the CAS of a file; raises ``FormatError`` if it or its type system is broken."""
    check_data(member.data, member.place)
    try:
        scan = with_text(scan_xmi(member.data), member.place)
    except (ParseError, ValueError, OverflowError) as error:
        raise FormatError(f"{member.place} is no sound XMI: {error}.") from error
    stem = PurePosixPath(member.place).name.removesuffix(".xmi")
    names = (f"{stem}.TypeSystem.xml", f"{stem}-typesystem.xml", "TypeSystem.xml", "typesystem.xml")
    described = next((data for name in names if (data := member.beside(name)) is not None), None)
    system = types.of_xml(described, f"The type system of {member.place}")
    completed(system, scan, member.place, complain, described=described is not None)
    with broken(member.place):
        # lxml's own limits are for strangers' files; this one has no document type and is no longer than an article may be
        return cassis().load_cas_from_xmi(io.BytesIO(member.data), typesystem=system, lenient=True, trusted=True), scan


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write a file for each record and the type system into a zip or a folder, or a single ``.xmi`` with its type system beside
    it."""
    del scheme
    replaced = 0

    def encode(cas: Any) -> bytes:
        return cas.to_xmi().encode()

    report = write_bundle(records, path, "uima-xmi", encode, load, suffix=".xmi", options=options, progress=progress)
    for record in records():
        replaced += bool(characters_of(record.text))
    if replaced:
        told = f"XML cannot hold the control characters of {amount(replaced, 'text')}"
        report.notices.append(f"{told}: other programs see replacement characters there, an import here the text as it was.")
    return report
