"""A DocBin taken apart without believing it: nothing is unpickled, and a small file cannot become much memory.

A ``.spacy`` file is one MessagePack map, compressed by zlib: ``attrs``, ``tokens``, ``spaces``, ``lengths``, ``strings``, ``cats``,
``flags``, ``span_groups`` and ``user_data``.  spaCy's own reading trusts the lengths in it and inflates all of it at once; this one
inflates as it reads, knows limits, and leaves the packed parts of each document packed until that document's turn.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.errors import FormatError
from annotator.formats.files import refusal

MOST = 2 << 30
"""Most bytes that a file may inflate to."""

FREE, RATIO = 64 << 20, 256
"""Beyond ``FREE`` bytes a file may inflate to ``RATIO`` times its size; real ones stay under forty."""

MOST_OBJECTS = 20_000_000
"""Most single values that are made of what a file packs outside the documents' own parts."""

MOST_PART = 16 << 20
"""Most bytes of the user data or the span groups of one document."""

_DEPTH = 20
_CHUNK = 1 << 16


class Unsound(Exception):
    """A part of a file that is not what it must be; the text says what, to follow the file's name."""


@dataclass(slots=True)
class Parts:
    """What a DocBin holds, documents by position: numpy arrays in ``tokens`` and ``spaces``, the rest as packed there."""

    attrs: list[int]
    lengths: list[int]
    tokens: Any
    spaces: Any
    strings: list[str]
    cats: list[Any] = field(default_factory=list)
    flags: list[Any] = field(default_factory=list)
    span_groups: list[Any] = field(default_factory=list)
    user_data: list[Any] = field(default_factory=list)


def must_be_zlib(path: Path) -> None:
    """Raise ``FormatError`` unless the file can be opened and begins like one that zlib has compressed."""
    try:
        with path.open("rb") as file:
            head = file.read(2)
    except OSError as error:
        raise refusal(path, error) from error
    if len(head) < 2 or head[0] & 15 != 8 or (head[0] * 256 + head[1]) % 31:
        raise FormatError(f"{path} is no DocBin: it is not compressed as spaCy compresses one.")


def parts(path: Path) -> Parts:
    """Read a file; raises ``FormatError`` for what the system refuses, and ``Unsound``."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            return _sound(_map(_Stream(file, max(FREE, size * RATIO))))
    except OSError as error:
        raise refusal(path, error) from error
    except (zlib.error, EOFError) as error:
        raise Unsound("is damaged or cut off: it cannot be decompressed to its end") from error


class _Stream:
    """Inflates a file as it is asked for bytes."""

    def __init__(self, file: Any, most: int) -> None:
        self._file, self._most = file, min(most, MOST)
        self._inflate = zlib.decompressobj()
        self._buffer = bytearray()
        self._at = self._made = 0
        self.objects = 0

    def take(self, count: int) -> bytes:
        """Return exactly so many bytes."""
        if count > self._most:
            raise Unsound("says it holds more than can be read")
        while len(self._buffer) - self._at < count:
            self._more()
        found = bytes(self._buffer[self._at : self._at + count])
        self._at += count
        if self._at > _CHUNK:
            del self._buffer[: self._at]
            self._at = 0
        return found

    def _more(self) -> None:
        data = self._inflate.unconsumed_tail or self._file.read(_CHUNK)
        made = self._inflate.decompress(data, _CHUNK * 16) if data else b""
        if not made and (self._inflate.eof or not data):
            raise EOFError
        self._made += len(made)
        if self._made > self._most:
            raise Unsound(f"inflates to more than {self._most >> 20} MB, so it was not read on")
        self._buffer += made


_SIZES = {0xC4: ">B", 0xC5: ">H", 0xC6: ">I", 0xD9: ">B", 0xDA: ">H", 0xDB: ">I", 0xDC: ">H", 0xDD: ">I", 0xDE: ">H", 0xDF: ">I"}
_NUMBERS = {
    0xCC: ">B",
    0xCD: ">H",
    0xCE: ">I",
    0xCF: ">Q",
    0xD0: ">b",
    0xD1: ">h",
    0xD2: ">i",
    0xD3: ">q",
    0xCA: ">f",
    0xCB: ">d",
}
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}


def _number(stream: _Stream, shape: str) -> Any:
    return struct.unpack(shape, stream.take(struct.calcsize(shape)))[0]


def _value(stream: _Stream, depth: int = 0) -> Any:
    """Return the next value; extension types, of which a DocBin has none, are refused."""
    stream.objects += 1
    if stream.objects > MOST_OBJECTS or depth > _DEPTH:
        raise Unsound("holds more single values than can be read")
    code = stream.take(1)[0]
    if code < 0x80 or code >= 0xE0:
        return code if code < 0x80 else code - 256
    if code in _CONSTANTS:
        return _CONSTANTS[code]
    if code in _NUMBERS:
        return _number(stream, _NUMBERS[code])
    if code < 0xC0:
        kind, count = ("map" if code < 0x90 else "array" if code < 0xA0 else "text"), code & (31 if code >= 0xA0 else 15)
    elif code in _SIZES:
        kind = "bytes" if code < 0xC7 else "text" if code < 0xDC else "array" if code < 0xDE else "map"
        count = _number(stream, _SIZES[code])
    else:
        raise Unsound("holds values of a kind that a DocBin has not")
    if kind == "bytes":
        return stream.take(count)
    if kind == "text":
        return stream.take(count).decode("utf-8", "replace")
    if kind == "array":
        return [_value(stream, depth + 1) for _ in range(count)]
    return {_key(_value(stream, depth + 1)): _value(stream, depth + 1) for _ in range(count)}


def _key(value: Any) -> Any:
    if isinstance(value, list | dict):
        raise Unsound("has a list for a key")
    return value


def _map(stream: _Stream) -> Mapping[Any, Any]:
    found = _value(stream)
    if not isinstance(found, dict):
        raise Unsound("is compressed, but holds no DocBin")
    return found


def _sound(found: Mapping[Any, Any]) -> Parts:
    """Check that the parts belong together."""
    import numpy as np

    blobs = {name: found.get(name) for name in ("tokens", "spaces", "lengths")}
    attrs, strings = found.get("attrs"), found.get("strings")
    if not all(isinstance(blob, bytes) for blob in blobs.values()) or not isinstance(attrs, list) or not isinstance(strings, list):
        raise Unsound("is compressed, but holds no DocBin")
    if not attrs or not all(type(number) is int for number in attrs) or not all(type(text) is str for text in strings):
        raise Unsound("has attributes that are no numbers, or strings that are no texts")
    tokens_blob, spaces_blob, lengths_blob = (blobs[name] or b"" for name in ("tokens", "spaces", "lengths"))
    if len(lengths_blob) % 4 or len(tokens_blob) % (8 * len(attrs)):
        raise Unsound("has arrays that break off in the midst of a number")
    lengths = np.frombuffer(lengths_blob, dtype="<i4").tolist()
    tokens = np.frombuffer(tokens_blob, dtype="<u8").reshape(-1, len(attrs))
    spaces = np.frombuffer(spaces_blob, dtype="u1")
    if any(length < 0 for length in lengths) or sum(lengths) != len(tokens) or len(spaces) != len(tokens):
        raise Unsound("has other numbers of tokens in its arrays than its documents say")
    lists = {name: found.get(name) or [] for name in ("cats", "flags", "span_groups", "user_data")}
    for name, entries in lists.items():
        if not isinstance(entries, list) or len(entries) not in (0, len(lengths)):
            raise Unsound(f"has “{name}” for another number of documents")
    return Parts(attrs, lengths, tokens, spaces, strings, **lists)


def unpacked(packed: Any) -> Any:
    """Return what one document's packed part holds, lists as tuples; raises ``Unsound``."""
    if not isinstance(packed, bytes) or len(packed) > MOST_PART:
        raise Unsound("are no packed data, or too much of them")
    try:
        unpacker = _spare.pop()
    except IndexError:
        unpacker = _unpacker()
    before = unpacker.tell()
    try:
        unpacker.feed(packed)
        found = unpacker.unpack()
    except Exception as error:  # the library raises a dozen kinds, and TypeError for keys that cannot be one
        raise Unsound(f"cannot be unpacked: {type(error).__name__}") from error
    if unpacker.tell() - before == len(packed):  # nothing is left in it
        _spare.append(unpacker)
    return found


_spare: list[Any] = []
"""Unpackers that are empty and at nobody's use: making one takes 2 ms, most of it a search for plug-ins."""


def _unpacker() -> Any:
    from srsly.msgpack import Unpacker

    # room for an array is made before its items are read, and arrays may nest 500 deep: what one may claim must be little
    limits = {"max_buffer_size": MOST_PART + 1, "max_array_len": 100_000, "max_map_len": 2_000_000}
    return Unpacker(raw=False, use_list=False, strict_map_key=False, **limits)
