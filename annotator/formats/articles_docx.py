"""Word documents as articles: paragraphs, headings, lists and tables in the order of the document.

The text is that of ``formats.articles``; a line break within a paragraph is a line feed, a tab stays one.  Changes that are still
tracked count as accepted: what was inserted is there, what was deleted is not.  What stands beside the text (headers and footers,
footnotes, text boxes, comments) is left out and named.  The metadata are the document's ``title``, ``author``, ``date`` (of its
making), ``subject``, ``keywords`` and ``language``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats.articles import article, content, library
from annotator.formats.articles_archive import archive, told

_logger = logging.getLogger(__name__)

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WORDS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\xad"}
_SKIPPED = frozenset(("del", "moveFrom", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "instrText", "delText", "sdtPr", "rt"))
_BESIDE = {
    "footnoteReference": "footnotes",
    "endnoteReference": "endnotes",
    "commentReference": "comments",
    "headerReference": "headers",
    "footerReference": "footers",
    "txbxContent": "text boxes",
    "sym": "symbols of a special font",
}
_TRACKED = ("ins", "del", "moveFrom", "moveTo")


def read(path: Path, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    """Read one document.  Raises ``FormatError`` if it is none, is protected, or ``python-docx`` is missing.

    ``defaults`` is not needed: a document brings no annotation set.
    """
    del defaults
    docx = library("docx")
    content(path)
    with archive(path, "Word document"):
        pass  # its sizes are checked; the library reads all of it at once
    try:
        document = docx.Document(str(path))
        body = document.element.body
        lines = list(_lines(body))
    except Exception as error:  # the library raises whatever a broken package leads it to
        raise FormatError(f"{path} is no Word document, or a broken one: {told(error)}.") from error
    return _read(path, body, "\n".join(lines), _meta(document))


def _read(path: Path, body: Any, text: str, meta: dict[str, str]) -> Iterator[Record | Complaint]:
    place = str(path)
    beside = [what for tag, what in _BESIDE.items() if next(body.iter(_W + tag), None) is not None]
    if beside:
        yield Complaint(place, f"What stands beside the text was left out: {', '.join(beside)}.", lost=False)
    if any(next(body.iter(_W + tag), None) is not None for tag in _TRACKED):
        yield Complaint(place, "Changes that are still tracked in the document were taken as accepted.", lost=False)
    if not text.strip():
        yield Complaint(place, "The document holds no text, so there is no article to bring in.")
        return
    yield article(path, text, meta)


def _lines(body: Any) -> Iterator[str]:
    """Yield the paragraphs, and the rows of tables as one line each, in order; empty ones are left out.

    Iterative, since tables in tables may be nested as deep as a stranger likes.
    """
    waiting = [body]
    while waiting:
        element = waiting.pop()
        tag = _tag(element)
        if tag == "p":
            line = _paragraph(element)
            if line.strip():
                yield line
        elif tag == "tr":
            cells = [_cell(cell) for cell in _below(element, "tc")]
            if any(cells):
                yield "\t".join(cells).rstrip("\t")
        elif tag and tag not in _SKIPPED:
            waiting += reversed(element)


def _below(element: Any, wanted: str) -> Iterator[Any]:
    """Yield the outermost elements of a name below one, through content controls and tracked changes."""
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        tag = _tag(child)
        if tag == wanted:
            yield child
        elif tag and tag not in _SKIPPED:
            waiting += reversed(child)


def _cell(cell: Any) -> str:
    """Return the paragraphs of a cell, and of tables in it, on one line."""
    return " ".join(" ".join(_paragraph(element).split()) for element in _below(cell, "p")).strip()


def _paragraph(paragraph: Any) -> str:
    """Return the text of a paragraph with its links, fields and inserted pieces, without what is deleted or floats beside it."""
    found: list[str] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        tag = _tag(element)
        if tag == "t":
            found.append(element.text or "")
        elif tag in _WORDS:
            # a break of page or column is no break of the text
            found.append("" if tag == "br" and element.get(_W + "type", "textWrapping") != "textWrapping" else _WORDS[tag])
        elif tag and tag not in _SKIPPED:
            waiting += reversed(element)
    return "".join(found)


def _tag(element: Any) -> str:
    """Return the name of an element of Word's own; empty for others, so that drawings and their older doubles are passed by."""
    return element.tag[len(_W) :] if isinstance(element.tag, str) and element.tag.startswith(_W) else ""


def _meta(document: Any) -> dict[str, str]:
    try:
        known = document.core_properties
        made = known.created
        found = {name: getattr(known, name) or "" for name in ("title", "author", "subject", "keywords", "language")}
        return found | {"date": made.date().isoformat() if made is not None else ""}
    except Exception as error:  # the text is good without them
        _logger.info("No metadata of a Word document: %s", type(error).__name__)
        return {}
