"""The self-check's part for the formats that rest on libraries of their own: each is written and read back, or made and read.

An installation may do without these libraries (the extra ``formats``); the frozen program has them all.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from annotator.domain.exchange import ReadDefaults, Record
from annotator.errors import AnnotatorError, FormatError

TEXT = "Presiden Joko Widodo bertemu Anwar Ibrahim di Kuala Lumpur."

EXCHANGED = ("huggingface", "xlsx", "uima-xmi", "uima-json")

_MISSING = "annotator[formats]"
"""What every sentence about a library that is not installed says."""

_PAGE = f"""<!DOCTYPE html><html lang="id"><head><title>Kabar</title><meta name="date" content="2026-05-31"></head>
<body><nav>Beranda</nav><article><h1>Kabar</h1><p>{TEXT}</p><p>{TEXT} {TEXT}</p></article></body></html>"""

_BOOK = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">x</dc:identifier><dc:title>Buku</dc:title></metadata>
<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>"""

_CONTAINER = """<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""


class NotReadBack(AnnotatorError):
    """A format did not give back what went in."""


def check(project: Path, folder: Path, annotator: str) -> str:
    """Try every such format in a folder, with the finished document of a project; return what to say of it.

    Raises ``NotReadBack`` or, in the frozen program, the ``FormatError`` of a library that is not there.
    """
    done: list[str] = []
    missing: list[str] = []
    tries: list[tuple[str, Callable[[], None]]] = [
        *((name, _exchange(name, project, folder, annotator)) for name in EXCHANGED),
        *((name, _article(name, folder)) for name in _MADE),
    ]
    for name, attempt in tries:
        try:
            attempt()
        except (FormatError, ImportError) as error:
            if getattr(sys, "frozen", False) or _MISSING not in str(error):
                raise
            missing.append(name)
        else:
            done.append(name)
    told = f"{', '.join(done)} read back" if done else "none"
    return told + (f"; not installed: {', '.join(missing)}" if missing else "")


def _exchange(name: str, project: Path, folder: Path, annotator: str) -> Callable[[], None]:
    def attempt() -> None:
        from annotator.commands.exporting import ExportOptions, export_project
        from annotator.formats.table import FORMATS

        entry = FORMATS[name]
        path = folder / f"gold{entry.suffixes[0]}"
        report = export_project(str(project), str(path), ExportOptions(name), annotator)
        assert entry.read is not None
        for place in (path, *_bare(name, path)):
            records = [item for item in entry.read(place, ReadDefaults()) if isinstance(item, Record)]
            spans = sum(len(record.spans) for record in records)
            if len(records) != 1 or not spans or (place == path and spans != report.spans):
                raise NotReadBack(f"{name}: {report.spans} spans went out, {spans} in {len(records)} documents came back")

    return attempt


def _bare(name: str, path: Path) -> list[Path]:
    """Take what was exported as XMI out of its archive, without its types: the library's own are taken then."""
    if name != "uima-xmi":
        return []
    with zipfile.ZipFile(path) as archive:
        member = next(member for member in archive.namelist() if member.endswith(".xmi"))
        (path.parent / "bare.xmi").write_bytes(archive.read(member))
    return [path.parent / "bare.xmi"]


def _article(name: str, folder: Path) -> Callable[[], None]:
    def attempt() -> None:
        from annotator.formats.table import FORMATS

        entry = FORMATS[name]
        path = folder / f"artikel{entry.suffixes[0]}"
        _MADE[name](path)
        assert entry.read is not None
        found = list(entry.read(path, ReadDefaults()))
        if not any(isinstance(item, Record) and TEXT in item.text for item in found):
            raise NotReadBack(f"{name}: the text did not come back: {found}")

    return attempt


def _docx(path: Path) -> None:
    try:
        from docx import Document
    except ImportError as error:
        raise FormatError(f"Word documents need the package python-docx; run: pip install '{_MISSING}'") from error
    made = Document()
    made.add_paragraph(TEXT)
    made.save(str(path))


def _epub(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", _CONTAINER)
        archive.writestr("book.opf", _BOOK)
        page = f"<html xmlns='http://www.w3.org/1999/xhtml'><head><title>Satu</title></head><body><p>{TEXT}</p></body></html>"
        archive.writestr("a.xhtml", page)


def _pdf(path: Path) -> None:
    drawn = f"BT /F1 12 Tf 72 700 Td ({TEXT}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
    )
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    path.write_bytes(content + f"{end}startxref\n{len(content)}\n%%EOF\n".encode())


def _page(path: Path) -> None:
    path.write_text(_PAGE, encoding="utf-8")


_MADE: dict[str, Callable[[Path], None]] = {"web-page": _page, "docx": _docx, "pdf": _pdf, "epub": _epub}
