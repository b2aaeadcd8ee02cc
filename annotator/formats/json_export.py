"""Writing records as JSON, one document a line, and laying what comes back beside them: for formats that are JSON of another shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.annotations import Kind, Span
from annotator.domain.exchange import Complaint, Fate, Loss, LossReport, Record
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.compare import document_loss, item_loss, none_can_be, span_loss
from annotator.formats.compare_content import Expected, content_losses, count

Records = Callable[[], Iterable[Record]]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a format stands in its file.

    ``fit`` makes of a record what it should come back as, ``encode`` makes the JSON of one or, where ``grouped``, several such records
    that are one document; ``read`` reads a file for the comparison, given the records' annotator and kind where the format says
    neither.  ``array`` wraps the lines into one list.  ``seen`` is told of every record that came back, and of what it was expected to be.
    """

    fit: Callable[[Record], Expected]
    encode: Callable[[list[Record]], Any]
    read: Callable[[Path], Iterator[Record | Complaint]]
    grouped: bool = False
    array: bool = False
    seen: Callable[[Record, Record], None] | None = None


def export(records: Records, path: Path, shape: Shape, report: LossReport, progress: Progress) -> None:
    """Write all records to ``path``, read them back, and report every loss.

    A document that JSON cannot hold (a lone surrogate in its text) is left out and reported.  Raises ``FormatError`` if there is
    nothing to write.
    """
    unwritable: dict[int, str] = {}
    progress.start("Writing", progress.total)
    with path.open("wb") as file:
        file.write(b"[" if shape.array else b"")
        lines = groups = 0
        for number, group in enumerate(_groups(records, shape)):
            progress.advance(len(group))
            groups += 1
            try:
                line = dumps(shape.encode([shape.fit(record).record for record in group]))
            except (TypeError, ValueError, RecursionError) as error:
                unwritable[number] = f"cannot be written as JSON: {error}"
                continue
            file.write((b",\n" if lines else b"\n") + line if shape.array else line + b"\n")
            lines += 1
        file.write(b"\n]\n" if shape.array else b"")
    if not groups:
        raise FormatError("There is nothing to export, so no file was written.")
    if not lines:
        raise none_can_be(groups, "exported", unwritable[0])
    _compare(records, path, shape, unwritable, report, progress=progress)


def dumps(value: Any) -> bytes:
    """Return JSON in UTF-8 without line breaks; raises ``ValueError`` or ``TypeError`` for what that cannot hold."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # a whole number beyond 64 bits; whatever else it was fails here too
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _groups(records: Records, shape: Shape) -> Iterator[list[Record]]:
    if not shape.grouped:
        yield from ([record] for record in records())
        return
    for _, group in groupby(records(), key=lambda record: (record.name, record.text)):
        yield list(group)


def _compare(
    records: Records, path: Path, shape: Shape, unwritable: dict[int, str], report: LossReport, *, progress: Progress
) -> None:
    progress.start("Comparing", progress.done)
    back = _by_line(shape.read(path))
    line, found = 0, next(back, None)
    documents = last = 0
    for number, group in enumerate(_groups(records, shape)):
        progress.advance(len(group))
        if number in unwritable:
            report.add(document_loss(record, Fate.DROPPED, unwritable[number]) for record in group)
            continue
        line += 1
        while found is not None and found[0] < line + shape.array:
            found = next(back, None)
        here = found[1] if found is not None and found[0] == line + shape.array else []
        for record in group:
            expected = shape.fit(record)
            # several sets of one document stand in one task, and not always in this order
            came = next((one for one in here if (one.annotator, one.kind) == _whose(expected)), here[0] if here else None)
            if came is None:
                report.add([document_loss(record, Fate.DROPPED, "did not come back from the file")])
                continue
            here.remove(came)
            count(report, record, [*expected.losses, *content_losses(record, expected.record, came)], expected.record)
            if shape.seen is not None:
                shape.seen(record, expected.record)
            this = hash((record.name, record.text))
            documents += this != last or not documents  # the sets of one document follow each other
            last = this
        report.add(document_loss(came, Fate.CHANGED, "came back, but is not in the project") for came in here)
    report.documents = documents


def _whose(expected: Expected) -> tuple[str, Kind]:
    return expected.record.annotator, expected.record.kind


def _by_line(back: Iterator[Record | Complaint]) -> Iterator[tuple[int, list[Record]]]:
    found = (record for record in back if isinstance(record, Record))
    for line, group in groupby(found, key=lambda record: int(record.place.rpartition(":")[2])):
        yield line, list(group)


def without_fragments(record: Record, who: str) -> Expected:
    """Return the record without what hardly any format holds: discontinuous spans, and relations whose ends are gone or amiss."""
    kept = [span for span in record.spans if not span.discontinuous and 0 <= span.start < span.end <= len(record.text)]
    ids = {span.id for span in kept}
    relations = tuple(relation for relation in record.relations if relation.head in ids and relation.tail in ids)
    if len(kept) == len(record.spans) and len(relations) == len(record.relations):
        return Expected(record)
    losses: list[Loss] = []
    for span in record.spans:
        if span.id not in ids:
            reason = f"has several fragments, which {who} cannot hold" if span.discontinuous else "lies outside the text"
            losses.append(span_loss(record, span, Fate.DROPPED, reason))
    gone = [relation for relation in record.relations if relation.head not in ids or relation.tail not in ids]
    losses += [item_loss(record, relation, Fate.DROPPED, "its head or its tail was left out") for relation in gone]
    return Expected(replace(record, spans=tuple(kept), relations=relations), losses)


def overlapping(spans: Iterable[Span]) -> bool:
    """Tell whether any two spans share text."""
    last = 0
    for start, end in sorted((span.start, span.end) for span in spans):
        if start < last:
            return True
        last = max(last, end)
    return False
