"""The values of a JSON file one by one, whatever way they are strung together, in little memory.

Three layouts are told apart by how a file begins: one value a line (a bad line costs that line alone), one array of values, and values
one after another over several lines each.  In the latter two nothing can be trusted after the first mistake, so it ends the file.

What JSON allows but a project cannot keep is a complaint as well: a key named twice in one object, half a character (a lone surrogate),
NaN and Infinity.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from annotator.domain.exchange import Complaint
from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, refusal, refuse_other_encodings

MOST = 64 << 20
"""Longest single value that is read, in characters (bytes for a line): a sound one is an article with its annotations."""

_PATIENCE = 100
"""After how many broken lines without a sound one a file is taken for something else."""

_CHUNK = 1 << 18
_BLANK = re.compile(r"[ \t\r\n]*")
_SEPARATOR = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class JsonItem:
    """One value of a file, the line it begins at, and that as a place for reports."""

    value: Any
    place: str
    line: int


def json_items(path: Path, *, encoding: str = "") -> Iterator[JsonItem | Complaint]:
    """Stream the values of a file.

    Raises ``FormatError`` at once if the file cannot be opened, is not in ``encoding`` (empty: UTF-8), or no such encoding exists; later
    if the disk fails.
    """
    try:
        with path.open("rb") as file:
            sample = file.read(SAMPLE)
    except OSError as error:
        raise refusal(path, error) from error
    chosen = checked_encoding(str(path), sample, encoding)
    return _of_path(path, chosen)


def _of_path(path: Path, encoding: str) -> Iterator[JsonItem | Complaint]:
    try:
        with path.open("rb") as file:
            yield from stream_items(file, str(path), encoding)
    except OSError as error:
        raise refusal(path, error) from error


def checked_encoding(name: str, sample: bytes, encoding: str = "") -> str:
    """Return what to decode with; raises ``FormatError`` where the first bytes of the file ``name`` speak against it."""
    if encoding:
        try:
            codecs.lookup(encoding)
            return encoding if isinstance("".encode(encoding), bytes) else "utf-8"
        except (LookupError, TypeError, UnicodeError) as error:
            raise FormatError(f"There is no encoding called “{encoding}”; write for example utf-16 or cp1252.") from error
    refuse_other_encodings(name, sample, "Save it as UTF-8, or name its encoding, and read it again.")
    return "utf-8"


def stream_items(file: IO[bytes], name: str, encoding: str = "utf-8") -> Iterator[JsonItem | Complaint]:
    """Stream the values of an open file that reports call ``name``; it must be at its beginning and seekable."""
    plain = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    first = _first_line(file)
    if first.startswith(codecs.BOM_UTF8):
        yield Complaint(f"{name}:1", "A byte-order mark at the start of the file was removed.", lost=False)
        first = first.removeprefix(codecs.BOM_UTF8)
    file.seek(0)
    if plain and _is_line_of_its_own(first):
        yield from _lines(file, name)
    else:
        yield from _values(_Text(file, encoding), name)


def _first_line(file: IO[bytes]) -> bytes:
    """Return the first line that is not blank, no longer than a value may be."""
    while line := file.readline(MOST):
        if line.strip(codecs.BOM_UTF8 + b" \t\r\n"):
            return line
    return b""


def _is_line_of_its_own(line: bytes) -> bool:
    """Tell whether the first line is a whole object, or a broken one that does not just go on in the next line."""
    if not line.lstrip().startswith(b"{"):
        return not line.lstrip().startswith(b"[")
    text = line.decode("utf-8", "replace").strip()
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        # "{", "{"a": 1," and the like; a line that ends within a word or a text is a broken line
        return error.pos < len(text) or not text.endswith(("{", "[", ",", ":", "}", "]"))
    except (RecursionError, ValueError):
        pass
    return True


def _lines(file: IO[bytes], name: str) -> Iterator[JsonItem | Complaint]:
    number = sound = broken = 0
    while raw := file.readline(MOST):
        number += 1
        place = f"{name}:{number}"
        if len(raw) == MOST and not raw.endswith(b"\n"):
            yield Complaint(place, "The line is longer than 64 MB; it and what follows were not read.")
            return
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        if line.isspace() or not line:
            continue
        found = _line(line)
        if isinstance(found, str):
            broken += 1
            yield Complaint(place, found)
            if broken == _PATIENCE and not sound:
                yield Complaint(place, f"None of the first {broken} lines is JSON, so the file was not read on.")
                return
        else:
            sound += 1
            yield JsonItem(found[0], place, number)


def _line(line: bytes) -> list[Any] | str:
    """Return the value of a line, in a list, or a sentence about what is wrong with it."""
    try:
        text = line.rstrip(b"\r\n").decode()
    except UnicodeDecodeError as error:
        return f"The line is not UTF-8: byte {error.start + 1} of it (0x{line[error.start]:02x}) has no meaning there."
    found = _decoded(text, len(text) - len(text.lstrip(" \t\r\n")))
    if isinstance(found, _Wrong):
        where = "" if found.position < 0 else f", at character {found.position + 1}"
        return f"The line {found.message}{where}."
    value, end = found
    if text[end:].strip(" \t\r\n"):
        return f"The line is broken JSON: something follows its value, at character {end + 1}."
    return [value]


class _Text:
    """A file as text, a chunk more at a time; ``at`` is where the reader stands in ``held``, ``line`` the line of that place."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self.held = ""
        self.at = 0
        self.line = 1
        self.done = False

    def more(self) -> bool:
        """Read on, twice as much as is held; raises ``UnicodeError`` where the bytes have no meaning."""
        if self.done:
            return False
        self.held, self.at = self.held[self.at :], 0
        data = self._file.read(max(_CHUNK, 2 * len(self.held)))
        self.done = not data
        self.held += self._decoder.decode(data, final=self.done)
        return True

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Go past what matches, reading on as long as that reaches the end; return it."""
        skipped = ""
        while True:
            match = pattern.match(self.held, self.at)
            end = match.end() if match else self.at
            skipped += self.held[self.at : end]
            self.go(end)
            if end < len(self.held) or not self.more():
                return skipped

    def go(self, end: int) -> None:
        """Stand at ``end``, counting the lines up to there."""
        self.line += self.held.count("\n", self.at, end)
        self.at = end


def _values(text: _Text, name: str) -> Iterator[JsonItem | Complaint]:
    try:
        text.skip(_BLANK)
        if text.held.startswith("\ufeff", text.at):
            text.go(text.at + 1)
            text.skip(_BLANK)
        inside = text.held.startswith("[", text.at)
        if inside:
            text.go(text.at + 1)
        yield from _strung(text, name, inside=inside)
    except UnicodeError as error:
        yield Complaint(f"{name}:{text.line}", f"From here on the file is not in the encoding it was read with: {error}.")


def _strung(text: _Text, name: str, *, inside: bool) -> Iterator[JsonItem | Complaint]:
    """Yield the values from where the text stands; ``inside`` an array, after its bracket."""
    number = 0
    while True:
        between = text.skip(_SEPARATOR if inside and number else _BLANK)
        place, line = f"{name}:{text.line}", text.line
        ended = text.at >= len(text.held)
        if inside and text.held.startswith("]", text.at) and "," not in between:
            text.go(text.at + 1)
            text.skip(_BLANK)
            if text.at < len(text.held):
                yield Complaint(f"{name}:{text.line}", "Something follows the end of the list; it was not read.")
            return
        if ended and not inside:
            return
        if ended:
            yield Complaint(place, "The list has no end: the file was cut off here.")
            return
        if inside and number and "," not in between:
            yield Complaint(place, "A comma is missing here; this and what follows were not read.")
            return
        found = _next(text)
        number += 1
        if isinstance(found, _Wrong):
            where = "" if found.position < 0 else f", in line {text.line + text.held.count(chr(10), text.at, found.position)}"
            yield Complaint(place, f"What begins here {found.message}{where}. It and what follows were not read.")
            return
        yield JsonItem(found[0], place, line)


def _next(text: _Text) -> tuple[Any, int] | _Wrong:
    """Take the next value out of the text, or tell what is wrong with it."""
    while True:
        found = _decoded(text.held, text.at)
        if isinstance(found, _Wrong):
            if len(text.held) - text.at > MOST:
                return _Wrong("is longer than 64 MB, or broken")
            if not found.may_go_on(text.held) or not text.more():
                return found
        # a number that ends where the reading ends may go on
        elif found[1] < len(text.held) or not text.more():
            text.go(found[1])
            return found


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with a value: the rest of a sentence without its full stop, and the place in the text, -1 for none."""

    message: str
    position: int = -1

    def may_go_on(self, held: str) -> bool:
        """Tell whether the mistake may only be that the end has not been read yet."""
        return self.position > len(held) - 12 or "Unterminated string" in self.message


class _Refused(ValueError):
    """What JSON text says that a project cannot keep; the message ends a sentence."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"names “{repeated[:40]}” twice in one object, so one of its values would be lost without a word")
    return data


def _constant(name: str) -> Any:
    raise _Refused(f"holds {name}, which is no number that JSON knows")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""What may be half a character: decoded text holds such only where it is written as an escape."""


def _decoded(text: str, at: int) -> tuple[Any, int] | _Wrong:
    """Return the value that begins at ``at`` and where it ends, or what is wrong with it."""
    try:
        value, end = _DECODER.raw_decode(text, at)
        if text.find("\\u", at, end) >= 0 and _HALF.search(text, at, end):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        return _Wrong(f"is broken JSON: {error.msg.removesuffix(' at').removesuffix(' starting')}", error.pos)
    except _Refused as error:
        return _Wrong(str(error))
    except UnicodeEncodeError:
        return _Wrong("holds half a character (a lone surrogate), which no text can keep")
    except RecursionError:
        return _Wrong("is nested too deeply")
    except ValueError as error:
        return _Wrong(f"is broken JSON: {error}")
    return value, end
