"""What formats that hold tokens need of text: lines of a file, tokens placed in a known text, and the file beside it with the exact texts.

The CoNLL formats keep no spacing, so a writer puts ``OUT.documents.jsonl`` beside ``OUT``: one line of JSON for each document, in the same
order, with ``name``, ``text``, ``meta``, what belongs to the annotation set as a whole, and ``labels`` (as written, to the label).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from annotator.domain.exchange import Complaint, Record
from annotator.domain.text import Range
from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, refusal, refuse_other_encodings
from annotator.formats.set_data import set_data

_OPENING = frozenset("([{“‘«")
_CLOSING = frozenset(".,;:!?%)]}”’»…")


class Line(NamedTuple):
    """A line of a file without its end; ``problem`` says what was wrong with its bytes, if anything."""

    number: int
    text: str
    problem: str = ""


def lines_of(path: Path, encoding: str | None) -> Iterator[Line]:
    """Stream the lines of a file.  A line ends at a line feed alone, with or without a carriage return before it.

    Raises ``FormatError`` where the system refuses, and for a file that is not in its encoding at all.
    """
    chosen = encoding or "utf-8"
    try:
        if not encoding:
            with path.open("rb") as file:
                refuse_other_encodings(str(path), file.read(SAMPLE), "Import it again with its encoding (--encoding NAME).")
        with path.open(encoding=chosen, errors="surrogateescape" if chosen == "utf-8" else "replace", newline="\n") as file:
            for number, line in enumerate(file, 1):
                text = line.rstrip("\r\n") if number > 1 else line.rstrip("\r\n").removeprefix("\ufeff")
                if chosen == "utf-8" and not text.isascii():
                    try:
                        text.encode()
                    except UnicodeEncodeError:
                        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                        yield Line(number, text, "Bytes of the line that are not UTF-8 were replaced.")
                        continue
                yield Line(number, text)
    except OSError as error:
        raise refusal(path, error) from error
    except LookupError as error:
        raise FormatError(f"There is no encoding called “{encoding}”; write for example utf-16 or cp1252.") from error
    except UnicodeError as error:
        raise FormatError(f"{path} is not written in {chosen}: {error}.") from error


def placed(words: Iterable[str], text: str) -> list[Range] | None:
    """Return where the words stand in a text, one after the other with nothing but white space between; None if they do not.

    Characters without width (format characters) that the words lack may stand between them as well.
    """
    places: list[Range] = []
    position, length = 0, len(text)
    for word in words:
        while position < length and not text.startswith(word, position):
            if not _is_skipped(text[position]):
                return None
            position += 1
        if position >= length:
            return None
        end = position + len(word)
        places.append((position, end))
        position = end
    return places if all(map(_is_skipped, text[position:])) else None


def _is_skipped(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"


def spaced(words: Sequence[str], spacing: str) -> str:
    """Join the words of a sentence: by blanks, or with ``spacing`` "punctuation" without those that no one writes."""
    if spacing != "punctuation":
        return " ".join(words)
    text = ""
    for word in words:
        glued = not text or word in _CLOSING or text[-1] in _OPENING
        text += word if glued else f" {word}"
    return text


def side_path(path: Path) -> Path:
    """Return where the exact texts stand: beside the file, its whole name followed by ``.documents.jsonl``."""
    return path.with_name(path.name + ".documents.jsonl")


def side_line(record: Record, labels: Mapping[str, str]) -> bytes:
    """Return a document's line for the file beside; raises ``TypeError`` or ``ValueError`` for what JSON cannot hold."""
    data: dict[str, Any] = {"name": record.name, "text": record.text}
    if record.meta:
        data["meta"] = dict(record.meta)
    if labels:
        data["labels"] = dict(labels)
    data |= set_data(record)
    return orjson.dumps(data) + b"\n"


def side_lines(path: Path | None) -> Iterator[dict[str, Any] | None]:
    """Stream what the file beside says of each document; None for a line that says nothing sound."""
    if path is None or not path.is_file():
        return
    try:
        with path.open("rb") as file:
            for line in file:
                try:
                    data = orjson.loads(line)
                except orjson.JSONDecodeError:
                    data = None
                sound = isinstance(data, dict) and isinstance(data.get("text"), str) and isinstance(data.get("name"), str)
                yield data if sound else None
    except OSError as error:
        raise refusal(path, error) from error


def labels_of(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels behind their written forms."""
    labels = data.get("labels")
    pairs = labels.items() if isinstance(labels, dict) else ()
    return {name: label for name, label in pairs if isinstance(label, str) and label.strip()}


def bare(record: Record, data: Mapping[str, Any]) -> Record:
    """Return the record without a set where the file beside knows the document and says that it had none."""
    if data and "annotator" not in data and not record.spans:
        record.annotator = ""
    return record


def told_spacing(spacing: str) -> str:
    """Say in a phrase by which rule text is rebuilt."""
    how = "one blank between tokens" + (", none before or after punctuation" if spacing == "punctuation" else "")
    return f"{how} and a line break between sentences"


def complaint(path: Path, number: int, message: str, *, lost: bool = True) -> Complaint:
    """Return a complaint about a line of a file."""
    return Complaint(f"{path}:{number}", message, lost)
