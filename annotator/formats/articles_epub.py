"""EPUB books as articles: one document a chapter, in the order of the book's spine.

The text of a chapter is that of ``formats.articles``; its metadata are the book's ``title``, ``author``, ``date``, ``language``,
``publisher`` and ``identifier``, and its own ``chapter``.  A document is named after the file and its place in the spine,
``book:3``, also when chapters before it hold no text.  See ``formats.articles_archive`` for what protects from hostile archives;
XML is parsed without its document type, and one that declares entities is refused.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zipfile import ZipFile

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.rules import quoted
from annotator.formats import articles_html
from annotator.formats.articles import article, library, paragraphs
from annotator.formats.articles_archive import BROKEN, archive, member, told

_NAMED = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,31};")
_PAGES = ("application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document")
_META = {
    "title": "title",
    "author": "creator",
    "date": "date",
    "language": "language",
    "publisher": "publisher",
    "identifier": "identifier",
}


def read(path: Path, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    """Read a book.  Raises ``FormatError`` if the file is no book, is protected, or ``lxml`` is missing.

    ``defaults`` is not needed: a book brings no annotation set.
    """
    del defaults
    library("lxml.etree")
    with archive(path, "EPUB book") as opened:
        book, folder = _package(opened)
        sealed = _sealed(opened)
    return _read(path, book, folder, sealed)


def _read(path: Path, book: Any, folder: str, sealed: frozenset[str]) -> Iterator[Record | Complaint]:
    items = {item.get("id", ""): item for item in book.iterfind(".//{*}manifest/{*}item")}
    spine: list[Any] = [items.get(ref.get("idref", "")) for ref in book.iterfind(".//{*}spine/{*}itemref")]
    meta = {name: _content(book, f".//{{*}}metadata//{{*}}{tag}") for name, tag in _META.items()}
    made = 0
    bare: list[str] = []
    seen: set[str] = set()
    with archive(path, "EPUB book") as opened:
        for number, item in enumerate(spine, 1):
            try:
                name = _member_name(item, folder, sealed)
                if name in seen:
                    raise ValueError(f"“{name}” stands in the spine a second time")
                seen.add(name)
                text, title = _text(opened, name) if item.get("media-type", _PAGES[0]) in _PAGES else ("", "")
            except BROKEN as error:
                yield Complaint(f"{path}:{number}", f"The chapter was not read: {told(error)}.")
                continue
            if not text:
                bare.append(str(number))
                continue
            made += 1
            yield article(path, text, meta | {"chapter": title}, number)
    if bare:
        numbers = ", ".join(bare[:20]) + (" and others" if len(bare) > 20 else "")
        message = f"These parts of the book hold no text, as covers do, and were left out: {numbers}."
        yield Complaint(str(path), message, lost=not made)
    elif not spine:
        yield Complaint(str(path), "The book names no chapters, so there is nothing to bring in.")


def _package(opened: ZipFile) -> tuple[Any, str]:
    """Return the package document and the folder that its paths start from."""
    container = member(opened, "META-INF/container.xml")
    if container is None:
        raise ValueError("META-INF/container.xml is missing")
    rootfile = _xml(container, "META-INF/container.xml").find(".//{*}rootfile")
    name = "" if rootfile is None else rootfile.get("full-path", "")
    data = member(opened, name)
    if data is None:
        raise ValueError(f"its package document {quoted(name)} is missing")
    return _xml(data, name), posixpath.dirname(name)


def _sealed(opened: ZipFile) -> frozenset[str]:
    """Return the names of the members that only the shop's own program can read."""
    name = "META-INF/encryption.xml"
    data = member(opened, name)
    if data is None:
        return frozenset()
    found = _xml(data, name).iterfind(".//{*}CipherReference")
    return frozenset(unquote(reference.get("URI", "")) for reference in found)


def _member_name(item: Any, folder: str, sealed: frozenset[str]) -> str:
    """Return the name of a chapter in the archive; raises ``ValueError`` with the reason why there is none to be read."""
    if item is None:
        raise ValueError("the spine names something that the book does not list")
    href = item.get("href", "")
    parts = urlsplit(href)
    name = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
    if parts.scheme or parts.netloc or name.startswith(("/", "..")):
        raise ValueError(f"{quoted(href)} lies outside the book")
    if name in sealed:
        raise ValueError("it is protected (DRM)")
    return name


def _text(opened: ZipFile, name: str) -> tuple[str, str]:
    """Return text and title of a chapter."""
    data = member(opened, name)
    if data is None:
        raise ValueError(f"{quoted(name)} is missing from the book")
    try:
        root = _xml(_NAMED.sub(_numbered, data), name)
    except _Entities:
        raise
    except ValueError:
        # programs for reading show a chapter whose XML is broken, so its text is there to be had
        shown, _ = articles_html.decoded(Path(name), data, None)
        root, whole = articles_html.parsed(shown)
        if not whole:
            raise ValueError(f"{quoted(name)} nests its elements deeper than any text") from None
    return ("", "") if root is None else (paragraphs(root), _content(root, ".//{*}title"))


def _numbered(match: re.Match[bytes]) -> bytes:
    """Return a character that HTML has a name for by its number: XML does not know the names."""
    return "".join(f"&#{ord(character)};" for character in html.unescape(match[0].decode("ascii"))).encode()


def _content(root: Any, path: str) -> str:
    found = root.find(path)
    return "" if found is None else " ".join("".join(found.itertext()).split())


class _Entities(ValueError):
    """A document that declares entities: a few lines of those grow to gigabytes, or name files to be read."""


def _xml(data: bytes, name: str) -> Any:
    """Parse a member; raises ``ValueError`` if it is no XML, or declares entities."""
    etree = library("lxml.etree")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"{quoted(name)} is no well-formed XML ({error})") from error
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(dtd.iterentities(), None) is not None:
        raise _Entities(f"{quoted(name)} declares entities, which are not read")
    return root
