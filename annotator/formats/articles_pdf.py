"""PDF files as articles, page after page, by PDFium (the library of Chrome).

A PDF knows glyphs at places and no paragraphs.  Option ``lines``: ``join`` (the default) puts the lines of a paragraph together with a
blank, and words that were divided at the end of a line; how paragraphs are told is said in ``formats.articles_lines``.  ``keep``
leaves each printed line a line.  Running heads and page numbers stay, as paragraphs of their own: what repeats may be text.  The
metadata are the ``title``, ``author``, ``date`` (of its making), ``subject`` and ``keywords`` that the file names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.articles import article, content, library
from annotator.formats.articles_lines import BROKEN_WORD, Line, joined, mended

_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")
_META = {"title": "Title", "author": "Author", "subject": "Subject", "keywords": "Keywords"}
_NEEDS_PASSWORD = 4
"""FPDF_ERR_PASSWORD"""


def read(path: Path, defaults: ReadDefaults, *, lines: str = "join") -> Iterator[Record | Complaint]:
    """Read one file.  Raises ``FormatError`` if it is no PDF, is protected by a password, or ``pypdfium2`` is missing.

    ``defaults`` is not needed: a PDF brings no annotation set.
    """
    del defaults
    if lines not in ("join", "keep"):
        raise FormatError("The option “lines” is one of: join, keep.")
    pdfium = library("pypdfium2")
    data = content(path)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _NEEDS_PASSWORD:
            raise FormatError(f"{path} is protected by a password; save a copy without one and import that.") from error
        raise FormatError(f"{path} is no PDF file, or a broken one.") from error
    return _read(path, document, join=lines == "join")


def _read(path: Path, document: Any, *, join: bool) -> Iterator[Record | Complaint]:
    place = str(path)
    pages: list[list[Line]] = []
    scanned: list[int] = []
    broken: list[int] = []
    with closing(document):
        for number in range(len(document)):
            try:
                found, drawn = _page(document, number)
            except library("pypdfium2").PdfiumError:
                broken.append(number + 1)
                continue
            pages.append(found)
            if drawn and not found:
                scanned.append(number + 1)
        meta = _meta(document)
    if broken:
        yield Complaint(place, f"{_pages(broken)} could not be read.")
    if not any(pages):
        why = "every page is a picture (scanned?); it needs text recognition first" if scanned else "there is nothing on its pages"
        yield Complaint(place, f"The file holds no text: {why}.")
        return
    if scanned:
        yield Complaint(place, f"{_pages(scanned)} held pictures and no text (scanned?); what they show did not come in.")
    if join:
        text, divided = mended("\n".join(joined(pages)))
        if divided:
            message = f"{amount(divided, 'word')} divided at the end of a line {'was' if divided == 1 else 'were'} put together."
            yield Complaint(place, message, lost=False)
    else:
        text = "\n".join(line.text for page in pages for line in page).replace(BROKEN_WORD, "-\n")
    yield article(path, text, meta)


def _page(document: Any, number: int) -> tuple[list[Line], bool]:
    """Return the lines of a page, and whether anything at all is drawn on it."""
    with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
        text = text_page.get_text_range()
        # a place in the text is that of a glyph only where neither astral characters nor skipped ones come between
        exact = text_page.count_chars() == len(text)
        found: list[Line] = []
        start = 0
        for piece in text.split("\n"):
            kept = piece.strip(" \r\t\x00")
            if kept:
                first = start + piece.index(kept[0])
                found.append(_line(text_page, kept, first) if exact else Line(kept))
            start += len(piece) + 1
        return found, bool(found) or next(page.get_objects(max_depth=2), None) is not None


def _line(text_page: Any, text: str, first: int) -> Line:
    """Return a line with its place: left edge and foot of its first glyph, right edge and foot of its last."""
    left, foot, _, head = text_page.get_charbox(first, loose=True)
    _, last_foot, right, _ = text_page.get_charbox(first + len(text) - 1, loose=True)
    last = text.rfind(BROKEN_WORD) + 1
    if last:
        left = text_page.get_charbox(first + last, loose=True)[0] if last < len(text) else left
    return Line(text, left, right, foot, last_foot, head - foot)


def _pages(numbers: list[int]) -> str:
    """Return page numbers for a message, runs as ranges."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    told = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[1]}" for run in runs]
    listed = ", ".join(told[:10]) + (" and others" if len(told) > 10 else "")
    return f"Page {listed}" if len(numbers) == 1 else f"Pages {listed}"


def _meta(document: Any) -> dict[str, str]:
    known = document.get_metadata_dict()
    date = _DATE.match(known.get("CreationDate", ""))
    found = {name: known.get(key, "") for name, key in _META.items()}
    return found | {"date": "-".join(part for part in date.groups() if part) if date else ""}
