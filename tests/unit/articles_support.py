"""Small files of the kinds that articles come in, made from scratch: what a test says is what the file holds."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

Line = tuple[float, float, float, str]
"""Where a line of a PDF page begins (x, y from the lower left corner, in points), the size of its letters, and its text (Latin-1)."""

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="{}" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def column(*lines: str, x: float = 72, top: float = 720, size: float = 11, leading: float = 14) -> list[Line]:
    """Return lines one beneath the other; an empty one leaves its place free."""
    return [(x, top - number * leading, size, line) for number, line in enumerate(lines) if line]


def pdf(pages: Sequence[Sequence[Line]], *, info: Mapping[str, str] | None = None, extra: str = "", picture: bool = False) -> bytes:
    """Return a PDF of these pages; ``extra`` goes into its trailer, and with ``picture`` each page shows a grey square too."""
    count = len(pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{5 + 2 * number} 0 R' for number in range(count))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< {} >>".format(" ".join(f"/{key} ({_literal(value)})" for key, value in (info or {}).items())),
    ]
    for number, lines in enumerate(pages):
        drawn = "".join(f"BT /F1 {size} Tf {x} {y} Td ({_literal(text)}) Tj ET\n" for x, y, size, text in lines)
        if picture:
            drawn += "q 100 0 0 100 72 72 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n"
        resources = "/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {resources} /Contents {6 + 2 * number} 0 R >>")
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream")
    made, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    start = made.rindex("xref\n0 ")
    made += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R {extra} >>\nstartxref\n{start}\n%%EOF\n"
    return made.encode("latin-1")


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def chapter(title: str, *paragraphs: str) -> str:
    """Return an XHTML chapter."""
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    )


def package(chapters: Sequence[str], *, metadata: str = "", linear: Mapping[str, str] | None = None) -> str:
    """Return the package document of a book with these chapters, named by their paths, in this order."""
    items = "".join(f'<item id="c{n}" href="{path}" media-type="application/xhtml+xml"/>' for n, path in enumerate(chapters))
    refs = "".join(f'<itemref idref="c{n}" linear="{(linear or {}).get(path, "yes")}"/>' for n, path in enumerate(chapters))
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine>{refs}</spine></package>"
    )


def epub(path: Path, chapters: Mapping[str, str], *, metadata: str = "", **more: str) -> Path:
    """Write a book whose package lies in ``OEBPS``, as most do, with its chapters by path; ``more`` are members of any name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER.format("OEBPS/book.opf"))
        archive.writestr("OEBPS/book.opf", package(list(chapters), metadata=metadata))
        for name, text in chapters.items():
            archive.writestr(f"OEBPS/{name}", text)
        for name, text in more.items():
            archive.writestr(name, text)
    return path
