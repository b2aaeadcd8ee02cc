"""What every format needs of files: safe replacing, sentences for what the system refuses, and the guess at an encoding."""

from __future__ import annotations

import codecs
import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotator.errors import FormatError
from annotator.formats.placing import place_all

SAMPLE = 1 << 16
"""How many bytes the encoding is guessed from."""

_MARKS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_REASONS = {
    errno.ENOENT: "does not exist",
    errno.EACCES: "may not be opened by you",
    errno.EPERM: "may not be opened by you",
    errno.EISDIR: "is a folder, not a file",
    errno.ENOSPC: "does not fit: the disk is full",
    errno.EDQUOT: "does not fit: your share of the disk is used up",
    errno.EROFS: "lies on a disk that cannot be written",
    errno.ENOTDIR: "lies in something that is no folder",
    errno.ENAMETOOLONG: "has a name that is too long",
}


def refusal(path: Path, error: OSError) -> FormatError:
    """Return the sentence for what the operating system refused to do with ``path``."""
    reason = _REASONS.get(error.errno or 0) or f"cannot be used: {error.strerror or error}"
    return FormatError(f"{path} {reason}.")


def safe_stem(path: Path) -> str:
    """Return the file's name without its suffix, as text that can be stored whatever bytes the file system allowed."""
    return path.stem.encode("utf-8", "surrogateescape").decode("utf-8", "replace") or "untitled"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that takes its place when the block ends well, and is removed when it does not.

    Raises ``FormatError`` for what the operating system refuses, and where ``path`` is a project: nothing takes the place of one.
    """
    with replacing_all(path) as (temporary,):
        yield temporary


@contextmanager
def replacing_all(*paths: Path) -> Iterator[list[Path]]:
    """Do ``replacing`` for several files: they take their places all, or none of them does."""
    for path in paths:
        if _is_project(path):
            raise FormatError(f"“{path}” is a project with all its annotations; name another file.")
    temporaries = [path.with_name(f".{path.name}.{os.getpid()}.part") for path in paths]
    try:
        yield temporaries
        place_all(list(zip(temporaries, paths, strict=True)))
    except OSError as error:
        # the file that was in the way, where it is one of these; else the system speaks of a temporary one
        at = next((path for path in paths if str(path) == error.filename), paths[0])
        raise refusal(at.parent if error.errno == errno.ENOENT and not at.parent.exists() else at, error) from error
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def _is_project(path: Path) -> bool:
    """Tell whether a file is an SQLite database with the mark of our projects (https://sqlite.org/fileformat2.html, offset 68)."""
    try:
        with path.open("rb") as file:
            head = file.read(72)
    except OSError:
        return False
    return head.startswith(b"SQLite format 3\0") and head[68:] == b"Anno"


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``path`` that is gone afterwards, if it was not renamed; raises ``FormatError`` as ``replacing``
    does."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.folder")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir()
        yield temporary
    except OSError as error:
        raise refusal(path, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def new_folder(path: Path, needs: str = "This export needs a new folder") -> Iterator[Path]:
    """Yield a temporary folder that becomes ``path`` when the block ends well; only an empty folder makes way for it.

    Raises ``FormatError`` where anything else is in the way; ``needs`` begins the sentence that says what to name instead.
    """
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            kind = "is a folder that is not empty" if path.is_dir() else "is a file"
            raise FormatError(f"{path} {kind}. {needs}; name one that does not exist yet.")
        with scratch_folder(path) as temporary:
            yield temporary
            if path.exists():
                path.rmdir()
            temporary.replace(path)
    except OSError as error:
        raise refusal(path, error) from error


def marked_encoding(data: bytes) -> str | None:
    """Return the encoding that a byte-order mark at the start of ``data`` names, or None."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def unmarked_utf16(data: bytes) -> str | None:
    """Return the UTF-16 flavour of text without a byte-order mark, or None.

    Such text in a Latin script is valid UTF-8 full of NUL characters, all at even or all at odd places; a text that merely holds
    some NULs is left alone.
    """
    sample = data[:SAMPLE]
    zeros = sample.count(0)
    if len(data) % 2 or len(data) < 8 or zeros * 10 < len(sample) * 3:
        return None
    even = sample[::2].count(0)
    if even * 20 < zeros:
        return "utf-16-le"
    return "utf-16-be" if even * 20 > zeros * 19 else None


def other_unicode(data: bytes) -> str | None:
    """Return UTF-16 or UTF-32 where a mark or the pattern of NULs shows it, although the bytes may be valid UTF-8; else None."""
    marked = marked_encoding(data)
    return unmarked_utf16(data) if marked is None else marked if marked != "utf-8-sig" else None


def refuse_other_encodings(name: str, sample: bytes, advice: str, *, by_line: bool = False) -> None:
    """Raise ``FormatError`` unless the file ``name``, which begins with ``sample``, may be UTF-8; ``advice`` says what to do then.

    It is another encoding where the greater part of the lines that are not ASCII is bad; a few bad ones are left to complaints.  Where the
    reader judges each line ``by_line``, one good one is enough: a line of another encoding is hardly ever UTF-8 by chance.
    """
    other = other_unicode(sample)
    if other is None and not sample.isascii():
        whole = sample if len(sample) < SAMPLE else sample[: sample.rfind(b"\n") + 1]
        lines = [line for line in whole.split(b"\n") if not line.isascii()]  # a bare CR parts no lines of JSON
        sound = sum(map(_is_utf8, lines))
        if len(lines) > 2 * sound and not (by_line and sound):
            other = guessed_encoding(whole) or "something else"
    if other is not None:
        raise FormatError(f"{name} is not UTF-8; it looks like {other}. {advice}")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def guessed_encoding(data: bytes) -> str | None:
    """Return the likely encoding of bytes that are not UTF-8, as a name that ``bytes.decode`` takes; None if there is no guess."""
    sure = marked_encoding(data) or unmarked_utf16(data)
    if sure:
        return sure
    sample = data[:SAMPLE]
    if _is_western(sample):
        # UTF-8 sequences beside other bytes: files were put together, and any one encoding garbles a part
        return None if _UTF8_PAIR.search(sample) else "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best is not None else None


_UTF8_PAIR = re.compile(rb"[\xc2-\xdf][\x80-\xbf]")
_WESTERN_MARKS = frozenset("“”‘’„‚–—…•€£«»‹›°ºª§©®™·¿¡´ ŠšŽžŒœŸ")


def _is_western(sample: bytes) -> bool:
    """Tell whether this reads as Western Windows text: mostly ASCII letters, the rest accented ones and typographic marks.

    Indonesian and English articles that are not UTF-8 are nearly always this, and statistics cannot tell it from so little: with two
    curly quotes to go by, the general guess answers anything from Hebrew to Urdu.
    """
    try:
        shown = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    others = [character for character in shown if character > "\x7f"]
    known = all(character in _WESTERN_MARKS or ("À" <= character <= "ÿ" and character not in "×÷") for character in others)
    ascii_letters = sum(character.isalpha() for character in shown if character <= "\x7f")
    accented = sum(character.isalpha() for character in others)
    return known and 3 * accented <= ascii_letters and 2 * len(others) <= ascii_letters
