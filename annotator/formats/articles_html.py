"""Web pages as articles: the main text without navigation and advertisements, as trafilatura tells it, and what the page says of itself.

Option ``text``: ``main`` (the default) takes the main text, and the whole page, with a notice, where none can be told; ``all`` takes
the whole page.  The text is that of ``formats.articles``; the metadata ``title``, ``author``, ``date``, ``url``, ``site`` and
``language`` stand where the page names them, a date never by guessing.  The encoding is the one asked for, else what a byte-order mark
or the page says, else UTF-8, else the likely one, with a notice.
"""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.articles import article, content, library, paragraphs
from annotator.formats.files import guessed_encoding, marked_encoding

MOST_ELEMENTS = 50_000
"""In larger pages no main text is looked for, which takes seconds there; those of newspapers have some thousand elements."""

_HEAD = 4096
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{1,40})|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w:.-]{1,40})", re.IGNORECASE
)
_AS_ON_THE_WEB = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-9": "cp1254"}
"""Browsers read these names as the larger sets that contain them, since pages mean those."""

_NO_PAGES = ("idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7")
"""What Python decodes and browsers do not; some of it takes for ever."""

_BINARY = ("\x00", "\ufffd")


def read(path: Path, defaults: ReadDefaults, *, encoding: str | None = None, text: str = "main") -> Iterator[Record | Complaint]:
    """Read one page.  Raises ``FormatError`` if it cannot be opened, an option is wrong, or a library is missing.

    ``defaults`` is not needed: a page brings no annotation set.
    """
    del defaults
    if text not in ("main", "all"):
        raise FormatError("The option “text” is one of: main, all.")
    library("lxml.html")
    library("trafilatura")
    data = content(path)
    shown, notices = decoded(path, data, encoding)
    return _read(path, shown, notices, whole=text == "all")


def _read(path: Path, shown: str, notices: list[Complaint], *, whole: bool) -> Iterator[Record | Complaint]:
    place = str(path)
    if sum(shown[:_HEAD].count(sign) for sign in _BINARY) * 20 > len(shown[:_HEAD]):
        yield Complaint(place, "The file is no web page: it is not text at all.")
        return
    yield from notices
    tree, whole_page = parsed(shown)
    if not whole_page:
        yield Complaint(place, "The page nests its elements deeper than any page; what follows that place did not come in.")
    found = None if tree is None or not whole_page or _is_crowded(tree) else _extracted(tree)
    main = "" if found is None or found.body is None else paragraphs(found.body, frozenset())
    every = "" if tree is None else paragraphs(tree)
    if not every and not main:
        yield Complaint(place, "The page holds no text, so there is no article to bring in.")
        return
    if not main and not whole:
        yield Complaint(place, "No main text could be told from the rest of the page, so all of its text was taken.", lost=False)
    said = {} if tree is None else {"title": _title(tree), "language": tree.get("lang") or ""}
    meta = said | ({} if found is None else _meta(found))
    yield article(path, every if whole or not main else main, meta)


def parsed(text: str) -> tuple[Any, bool]:
    """Return the root element of a page, however broken it is (None where there is nothing in it), and whether that is all of it."""
    etree, html = library("lxml.etree"), library("lxml.html")
    # as UTF-8 with the encoding said from outside: what the page itself claims no longer matters, and a NUL would end it
    data = text.replace("\x00", "\ufffd").encode("utf-8", "replace")
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)  # 2048 elements deep instead of 256
    try:
        tree = html.document_fromstring(data, parser=parser) if data.strip() else None
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        tree = None
    return tree, not any(entry.level_name == "FATAL" for entry in parser.error_log)


def _is_crowded(tree: Any) -> bool:
    return next(islice(tree.iter(), MOST_ELEMENTS, None), None) is not None


def _extracted(tree: Any) -> Any:
    """Return what trafilatura finds in a copy of the page, or None where it finds nothing or fails."""
    trafilatura = library("trafilatura")
    for name in ("trafilatura", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # it tells at length what we tell in a sentence
    try:
        return trafilatura.bare_extraction(
            deepcopy(tree),
            include_comments=False,
            include_tables=True,
            with_metadata=True,
            # without the search through the whole page, which takes the year of a copyright line for the article's date
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except Exception as error:  # a library that guesses at what strangers wrote; without it there is all the text
        logging.getLogger(__name__).info("No main text by trafilatura: %s", type(error).__name__)
        return None


def _title(tree: Any) -> str:
    return " ".join((tree.findtext(".//title") or "").split())


def _meta(found: Any) -> dict[str, str]:
    names = {"title": found.title, "author": found.author, "date": found.date, "url": found.url, "site": found.sitename}
    return {name: value for name, value in names.items() if isinstance(value, str) and value.strip()}


def decoded(path: Path, data: bytes, encoding: str | None) -> tuple[str, list[Complaint]]:
    """Return the text of a page and what is to be said about its encoding; raises ``FormatError`` where none is called so."""
    place = str(path)
    said = encoding or marked_encoding(data) or _declared(data)
    notices: list[Complaint] = []
    if said is None:
        try:
            return data.decode("utf-8"), []
        except UnicodeDecodeError:
            said = guessed_encoding(data) or "cp1252"
            guess = f"The page does not say its encoding and is not UTF-8; it was read as {said}. If words look wrong, name the right one."
            notices.append(Complaint(place, guess, lost=False))
    try:
        text = data.decode(said, "replace")
    except (LookupError, UnicodeError) as error:
        raise FormatError(f"There is no encoding called “{said}”; write for example utf-16 or cp1252.") from error
    unknown = text.count("\ufffd") - (data.count("\ufffd".encode()) if "utf-8" in said else 0)
    if unknown > 0:
        verb = "has no meaning" if unknown == 1 else "have no meaning"
        notices.append(Complaint(place, f"{amount(unknown, 'character')} of the page {verb} in {said} and became U+FFFD."))
    return text.removeprefix("\ufeff"), notices


def _declared(data: bytes) -> str | None:
    """Return the encoding that the page names, as browsers understand the name, or None where there is none of that name."""
    match = _DECLARED.search(data[:_HEAD])
    if match is None:
        return None
    try:
        name = codecs.lookup((match[1] or match[2]).decode("ascii", "replace")).name
        b"".decode(name)
    except (LookupError, UnicodeError):
        return None
    if name in _NO_PAGES:
        return None
    # a page whose bytes could be read that far is not in UTF-16, whatever it says
    return "utf-8" if name.startswith(("utf-16", "utf-32")) else _AS_ON_THE_WEB.get(name, name)
