"""The native JSONL: everything a project holds, one line per document and annotation set, UTF-8.

Lines with the same ``name`` and ``text`` are one document with several annotators.  All offsets are code points of ``text``,
half-open.  A canonical line has, in this order:

``name``, ``text``
    always.
``meta``
    if the document has any; keys of the document that this list does not name are found here after reading.
``status``, ``flagged``, ``categories``
    the first if there is a set (any of the keys from here on makes one); the others only if true or any.
``tokens``
    ``[[start, end], ...]`` without white-space tokens, if the document has them.
``annotator``, ``kind``, ``spans``, ``relations``
    always if there is a set.  ``kind`` is person, model or gold.
``verdicts``
    ``{signature, origin, verdict}``, if any: suggestions this annotator rejected.

A span has ``id``, ``start``, ``end``, ``label`` and, where they say something, ``fragments`` (two or more), ``attributes``,
``note``, ``kb_id``, ``confidence``, ``origin``, ``reviewed`` (where it differs from the kind's default: true for persons and gold,
false for models) and ``derived_from``.  A relation has ``id``, ``label``, ``head``, ``tail`` (span ids) and the same ones without
``fragments`` and ``kb_id``.  Their unknown keys are found in ``attributes`` after reading.  ``null`` means absent.

Spans stand in text order, relations in the order of their ends, verdicts by signature, so that the same data always give the same
bytes.  The label scheme stands beside the file, in ``OUT.labels.json`` for the file ``OUT``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from annotator.domain.exchange import Complaint, Fate, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, scheme_from_dict, scheme_to_dict
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.compare import document_loss, record_losses
from annotator.formats.files import SAMPLE, refusal, refuse_other_encodings, replacing_all, safe_stem
from annotator.formats.jsonl_canonical import line_of
from annotator.formats.jsonl_lines import parse_line
from annotator.formats.jsonl_plain import PlainRecord, plain_line

_MARK = b"\xef\xbb\xbf"


def read(path: Path, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    """Stream the records of a file, with complaints about what is wrong before the record of the same line.

    Raises ``FormatError`` at once if the file cannot be opened or is not UTF-8 at all.
    """
    _check(path)
    return _stream(path, defaults)


def read_plain(path: Path, defaults: ReadDefaults) -> Iterator[PlainRecord | Record | Complaint]:
    """Do ``read`` with lines that have nothing odd in them as columns, at a fifth of the time."""
    _check(path)
    return _lines(path, defaults)


def _stream(path: Path, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    for item in _lines(path, defaults, plain=False):
        assert not isinstance(item, PlainRecord)
        yield item


def _lines(path: Path, defaults: ReadDefaults, *, plain: bool = True) -> Iterator[PlainRecord | Record | Complaint]:
    stem = safe_stem(path)
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                line, place = raw, f"{path}:{number}"
                if number == 1 and raw.startswith(_MARK):
                    line = raw[len(_MARK) :]
                    yield Complaint(place, "A byte-order mark at the start of the file was removed.", lost=False)
                if line.isspace() or not line:
                    continue
                line, name = line.rstrip(b"\r\n"), f"{stem}:{number}"
                found = plain_line(line, place, name, defaults) if plain else None
                if found is not None:
                    yield found
                    continue
                record, complaints = parse_line(line, place, name, defaults)
                yield from complaints
                if record is not None:
                    yield record
    except OSError as error:
        raise refusal(path, error) from error


def _check(path: Path) -> None:
    """Raise ``FormatError`` unless the file may be opened and be UTF-8."""
    try:
        with path.open("rb") as file:
            sample = file.read(SAMPLE)
    except OSError as error:
        raise refusal(path, error) from error
    refuse_other_encodings(str(path), sample, "Save it as UTF-8 and read it again.", by_line=True)


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write all records and the scheme's side file, read them back, and report every difference; see ``exchange.Writer``.

    A record that JSON cannot hold (a lone surrogate in its text) is left out and reported.  There are no options.
    """
    del options
    report = LossReport("jsonl", str(path))
    unwritable: dict[int, str] = {}
    with replacing_all(path, labels_path(path)) as (temporary, temporary_labels):
        with temporary.open("wb") as file:
            written = _write_lines(records, file.write, unwritable, progress)
        if not written and not unwritable:
            raise FormatError("There is nothing to export, so no file was written.")
        temporary_labels.write_text(_scheme_text(scheme), encoding="utf-8", newline="\n")
        _compare(records, temporary, unwritable, report, progress)
        if read_scheme(temporary_labels) != scheme:
            report.notices.append(f"The label scheme in {labels_path(path)} is the project's with its colours and keys completed.")
    return report


def _write_lines(
    records: Callable[[], Iterable[Record]],
    put: Callable[[bytes], int],
    unwritable: dict[int, str],
    progress: Progress,
) -> int:
    progress.start("Writing", progress.total)
    written = 0
    for number, record in enumerate(records()):
        try:
            line = line_of(record)
        except (TypeError, ValueError, RecursionError) as error:
            unwritable[number] = f"cannot be written as JSON: {error}"
        else:
            put(line + b"\n")
            written += 1
        progress.advance()
    return written


def _compare(
    records: Callable[[], Iterable[Record]],
    path: Path,
    unwritable: Mapping[int, str],
    report: LossReport,
    progress: Progress,
) -> None:
    """Read the file back and lay each of its records beside the one it was made of."""
    progress.start("Comparing", progress.done)
    # what a line does not say must not be filled in here, or a record without an annotator would seem to have changed
    back = _stream(path, ReadDefaults(annotator=""))
    by_line: dict[int, Record] = {}
    line = 0
    last = 0
    for number, record in enumerate(records()):
        progress.advance()
        if number in unwritable:
            report.add([document_loss(record, Fate.DROPPED, unwritable[number])])
            continue
        line += 1
        found = by_line.pop(line, None) or _next_record(back, line, by_line)
        if found is None:
            report.add([document_loss(record, Fate.DROPPED, "did not come back from the file")])
            continue
        losses = list(record_losses(record, found))
        report.add(losses)
        this = hash((record.name, record.text))
        report.documents += this != last  # the sets of one document follow each other
        last = this
        gone = [loss for loss in losses if loss.fate is Fate.DROPPED]
        report.spans += len(record.spans) - sum(loss.item == "span" for loss in gone)
        report.relations += len(record.relations) - sum(loss.item == "relation" for loss in gone)
        report.unreviewed += sum(not item.reviewed for item in (*record.spans, *record.relations))


def _next_record(back: Iterator[Record | Complaint], line: int, by_line: dict[int, Record]) -> Record | None:
    """Return the record of ``line``; one of a later line is kept in ``by_line`` for its turn."""
    for found in back:
        if isinstance(found, Record):
            place = int(found.place.rpartition(":")[2])
            if place == line:
                return found
            by_line[place] = found
            return None
    return None


def labels_path(path: Path) -> Path:
    """Return where the label scheme of a file stands: beside it, its whole name followed by ``.labels.json``."""
    return path.with_name(path.name + ".labels.json")


def read_scheme(path: Path) -> LabelScheme:
    """Read a label scheme from a JSON file; raises ``FormatError`` if it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise refusal(path, error) from error
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path} is not JSON: {error}.") from error
    return scheme_from_dict(data)


def _scheme_text(scheme: LabelScheme) -> str:
    return json.dumps(scheme_to_dict(scheme), ensure_ascii=False, indent=2) + "\n"
