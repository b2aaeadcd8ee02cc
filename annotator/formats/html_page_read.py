"""Reading a page this program wrote: the text and the places of spans are those of the visible marks, not of any copy beside them."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, refusal
from annotator.formats.huggingface_read import record_of

MARK = b'<meta name="annotator-page" content="1">'
"""What stands near the beginning of every such page."""

_CHUNK = 1 << 13


def stream(path: Path, stem: str, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    """Stream the records of a page; raises ``FormatError`` if the file cannot be opened."""
    parser = _Page(path, stem, defaults)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            # what the parser holds back it looks at again, so that the next piece is at least as long
            while chunk := file.read(max(_CHUNK, len(parser.rawdata))):
                parser.feed(decoder.decode(chunk))
                yield from parser.taken()
            parser.feed(decoder.decode(b"", final=True))
            parser.close()
    except OSError as error:
        raise refusal(path, error) from error
    except UnicodeError as error:
        yield Complaint(str(path), f"From here on the page is not UTF-8: {error}.")
    except (AssertionError, RecursionError, ValueError) as error:
        # the parser of the standard library gives up on some broken declarations
        yield Complaint(str(path), f"From here on the page is broken HTML and was not read: {error}.")
    yield from parser.taken()
    if parser.inside:
        yield Complaint(f"{path}:{parser.number}", "The page ends within this document: the file was cut off.")


def check(path: Path) -> None:
    """Raise ``FormatError`` unless the file is a page of ours."""
    try:
        with path.open("rb") as file:
            ours = MARK in file.read(SAMPLE)
    except OSError as error:
        raise refusal(path, error) from error
    if not ours:
        raise FormatError(f"{path} is no page written by this program; the articles of web pages are read with --format web-page.")


class _Page(HTMLParser):
    """Collects the records of a page, one article after the other."""

    def __init__(self, path: Path, stem: str, defaults: ReadDefaults) -> None:
        super().__init__(convert_charrefs=True)
        self.number = 0
        self.inside = False
        self._path, self._stem, self._defaults = path, stem, defaults
        self._found: list[Record | Complaint] = []
        self._begin({})

    def _begin(self, about: dict[str, Any]) -> None:
        self._about = about
        self._text: list[str] = []
        self._length = 0
        self._depth = 0
        self._mute = 0
        self._open: list[tuple[str, int]] = []
        self._places: dict[str, list[int]] = {}
        self._spans: list[dict[str, Any]] = []
        self._relations: list[dict[str, Any]] = []
        self._complaints: list[str] = []

    def taken(self) -> Iterator[Record | Complaint]:
        """Yield what was found since the last time."""
        yield from self._found
        self._found = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up an article, its text, a mark, or the data of a span or relation."""
        told = dict(attrs)
        if tag == "article":
            self.number += 1
            self.inside = True
            self._begin(self._json(told.get("data-about")) or {})
        elif not self.inside:
            return
        elif self._depth:
            self._in_text(tag, told)
        elif tag == "div" and told.get("class") == "text":
            self._depth = 1
        elif told.get("data-span"):
            self._add(self._spans, told["data-span"])
        elif told.get("data-relation"):
            self._add(self._relations, told["data-relation"])

    def _in_text(self, tag: str, told: dict[str, str | None]) -> None:
        if tag == "mark":
            self._open.append((told.get("data-s") or "", self._length))
        elif tag in ("b", "i"):
            self._mute += 1
            code = told.get("data-c") or ""
            if tag == "i" and len(code) <= 6:
                try:
                    character = chr(int(code, 16))
                    character.encode()
                except (ValueError, OverflowError):
                    self._complaints.append(f"“{code}” is no character; it was left out of the text.")
                else:
                    self._put(character)
        elif tag == "div":
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        """End what ``handle_starttag`` began."""
        if tag == "article" and self.inside:
            self._finish()
        elif self._depth and tag == "mark" and self._open:
            name, start = self._open.pop()
            if start < self._length:
                known = self._places.setdefault(name, [start, self._length])
                known[0], known[1] = min(known[0], start), max(known[1], self._length)
        elif self._depth and tag in ("b", "i"):
            self._mute = max(0, self._mute - 1)
        elif self._depth and tag == "div":
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        """Take up a piece of the text."""
        if self._depth and not self._mute:
            self._put(data)

    def _put(self, piece: str) -> None:
        self._text.append(piece)
        self._length += len(piece)

    def _json(self, text: str | None) -> dict[str, Any] | None:
        try:
            value = json.loads(text or "")
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def _add(self, items: list[dict[str, Any]], text: str | None) -> None:
        value = self._json(text)
        if value is None:
            self._complaints.append("The data of a span or relation are damaged; it was left out.")
            value = {}
        items.append(value)

    def _finish(self) -> None:
        """Make the record of an article that has ended."""
        self.inside = False
        place = f"{self._path}:{self.number}"
        spans: list[dict[str, Any]] = []
        for number, span in enumerate(self._spans):
            if not span:
                continue
            parts = [name for name in self._places if name.partition("-")[0] == str(number)]
            fragments = sorted(self._places[name] for name in parts)
            hull = [fragments[0][0], fragments[-1][1]] if fragments else []
            if hull != [span.get("start"), span.get("end")]:
                self._complaints.append(
                    f"The marks of the span “{span.get('id')}” do not stand where it is said to be; it was left out."
                )
                continue
            spans.append({**span, "fragments": fragments})
        names = ("name", "meta", "annotator", "kind", "status", "flagged", "categories")
        row = {name: self._about[name] for name in names if name in self._about} | {"text": "".join(self._text)}
        if "kind" in row or spans:
            row |= {"spans": spans, "relations": [relation for relation in self._relations if relation]}
        name = row.get("name")
        fallback = name if isinstance(name, str) and name else f"{self._stem}:{self.number}"
        record, complaints = record_of(row, {}, place, fallback, self._defaults)
        self._found += [Complaint(place, message) for message in self._complaints]
        self._found += complaints
        if record is not None:
            self._found.append(record)
