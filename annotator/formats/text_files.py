"""Plain text, one article a file: the text is kept character for character, line ends and NUL included.

Only a leading byte-order mark is removed, and named.  The document's name is the file's, without its suffix.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.rules import quoted
from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, guessed_encoding, other_unicode, refusal, safe_stem

_MARK = "\ufeff"


def read(path: Path, defaults: ReadDefaults, *, encoding: str | None = None) -> Iterator[Record | Complaint]:
    """Read one article; ``encoding`` is what to decode with where it is not UTF-8.

    Yields a lost ``Complaint`` and no record for a file that is empty or not in its encoding.  Raises ``FormatError`` if the file
    cannot be opened or no such encoding exists.  ``defaults`` is not needed: a text brings no annotation set.
    """
    del defaults
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refusal(path, error) from error
    return iter(_read(path, data, encoding))


def _read(path: Path, data: bytes, encoding: str | None) -> list[Record | Complaint]:
    place = str(path)
    disguised = None if encoding else other_unicode(data)
    try:
        if disguised:
            return [_not_utf8(path, data, disguised)]
        text = data.decode(encoding or "utf-8")
    except LookupError as error:
        raise FormatError(f"There is no encoding called “{encoding}”; write for example utf-16 or cp1252.") from error
    except UnicodeError as error:
        if encoding:
            return [Complaint(place, f"The file is not written in {encoding}: {_where(error)}.")]
        return [_not_utf8(path, data, guessed_encoding(data))]
    found: list[Record | Complaint] = []
    if text.startswith(_MARK):
        text = text[1:]
        found.append(Complaint(place, "A byte-order mark at the start of the file was removed.", lost=False))
    if not text:
        return [Complaint(place, "The file is empty, so there is no article to bring in.")]
    return [*found, Record(name=safe_stem(path), text=text, place=place)]


def _not_utf8(path: Path, data: bytes, guess: str | None) -> Complaint:
    if guess is None:
        return Complaint(str(path), "The file is not UTF-8 text, and no other encoding fits it whole; it may not be a text at all.")
    return Complaint(
        str(path),
        f"The file is not UTF-8; it looks like {guess}, which reads {_sample(data, guess)}. "
        f"If that is right, import it again with this encoding (--encoding {guess}).",
    )


def _sample(data: bytes, encoding: str) -> str:
    """Return the words around the first character beyond ASCII: what tells a right guess from a wrong one."""
    shown = data[:SAMPLE].decode(encoding, "replace")
    first = next((place for place, character in enumerate(shown) if character > "\x7f"), 0)
    return quoted(shown[max(0, first - 15) : first + 25])


def _where(error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} (0x{error.object[error.start]:02x}) has no meaning there"
    return str(error)
