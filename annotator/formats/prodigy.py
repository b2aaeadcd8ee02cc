"""Prodigy's JSONL: one task a line, for ``ner.manual``, ``spans.manual``, ``rel.manual`` and their binary kin.

Offsets are code points; ``token_end``, ``head`` and ``child`` are the **last** token of a span, ``head_span`` and ``child_span`` say the
same in characters and are what counts here.

What a line means
    ``answer``: accept is a set that is done, ignore one that was skipped, reject one that was skipped and flagged, its spans
    unconfirmed; no answer is a set not begun.  The annotator is ``_session_id`` (or ``_annotator_id``), who then is a person.
    ``accept`` (of a choice) and ``label`` (of a classification) are categories.
Binary questions
    A line with ``_is_binary``, or of the views ner, spans and classification, asks for one span: accept confirms it, reject is a verdict
    against it, ignore leaves it a suggestion.  All questions on one text are one set, in progress; they come after the other records.
Hashes
    ``_input_hash`` follows from the text, so it is kept with the metadata and written again; where a task has no name, the document is
    called by it.  ``_task_hash`` follows from the annotations and is left to Prodigy, as are ``_timestamp`` and the like.
Tokens
    Those of the task become the document's.  When written, white space gets tokens as spaCy makes them, so that Prodigy's tokens are
    spaCy's.  Where a span cuts a token, the document gets no tokens, and Prodigy needs ``--highlight-chars`` for it.

Prodigy keeps keys it does not know, so the rest goes into keys of our own: ``name``, ``annotator`` and ``kind`` (where the session does
not say it), ``status`` and ``flagged`` (where the answer does not), ``verdicts``; in spans and relations ``id``, ``attributes``, ``note``,
``kb_id``, ``confidence``, ``origin``, ``reviewed`` and ``derived_from``.  Fragments are what it cannot hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotator.domain.annotations import Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.compare import has_set
from annotator.formats.files import replacing, safe_stem
from annotator.formats.json_export import Shape, export
from annotator.formats.json_items import json_items
from annotator.formats.prodigy_lines import Task, parse_task
from annotator.formats.prodigy_tasks import fitted, task_of


def read(path: Path, defaults: ReadDefaults, *, encoding: str = "") -> Iterator[Record | Complaint]:
    """Stream the records of a file; those made of binary questions come last.

    Raises ``FormatError`` at once if the file cannot be opened or is not in its encoding.
    """
    return _stream(json_items(path, encoding=encoding), safe_stem(path), str(path), defaults)


def recognises(value: Any) -> bool:
    """Tell whether the first value of a JSON file looks like a task of Prodigy."""
    marks = {"_input_hash", "_task_hash", "_view_id", "_session_id"}
    return (
        type(value) is dict
        and type(value.get("text")) is str
        and (not marks.isdisjoint(value) or (value.get("answer") in ("accept", "reject", "ignore") and "spans" in value))
    )


def _stream(items: Iterator[Any], stem: str, file: str, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    questions: dict[tuple[str, str, str], Task] = {}
    left: set[str] = set()
    for item in items:
        if isinstance(item, Complaint):
            yield item
            continue
        task, complaints = parse_task(item, stem, defaults)
        yield from complaints
        if task is None:
            continue
        left |= task.left
        if task.binary:
            record = task.record
            known = questions.setdefault((record.text, record.annotator, record.kind), task)
            if known is not task:
                yield from _join(known, task)
        else:
            yield task.record
    yield from (_answered(task) for task in questions.values())
    if left:
        message = f"Prodigy's own notes ({', '.join(sorted(left))}) were not taken over; it makes them anew."
        yield Complaint(file, message, lost=False)


def _join(known: Task, task: Task) -> Iterator[Complaint]:
    """Add the answer of a further question to those on the same text."""
    record, more = known.record, task.record
    accepted, rejected = known.accepted | task.accepted, known.rejected | task.rejected
    for signature in sorted(accepted & rejected - (known.accepted & known.rejected)):
        yield Complaint(
            more.place, f"“{signature}” was both accepted and rejected, here and at {record.place}; the rejection was kept."
        )
    known.accepted, known.rejected = accepted, rejected
    ids: dict[str, str] = {}
    spans = {span.id: span for span in record.spans}
    by_signature = {span.signature: span.id for span in record.spans}
    for span in more.spans:
        same = by_signature.get(span.signature)
        if same is None:
            same = next(name for number in range(len(spans) + 1) if (name := f"s{number + 1}") not in spans)
            spans[same] = replace(span, id=same)
        elif span.reviewed:
            spans[same] = replace(span, id=same)
        ids[span.id] = same
        by_signature[span.signature] = same
    first = len(record.relations)
    record.relations += tuple(
        replace(relation, id=f"r{first + number}", head=ids[relation.head], tail=ids[relation.tail])
        for number, relation in enumerate(more.relations, 1)
    )
    record.spans = tuple(spans.values())
    record.verdicts = tuple(dict.fromkeys((*record.verdicts, *more.verdicts)))
    record.categories = tuple(dict.fromkeys((*record.categories, *more.categories)))


def _answered(task: Task) -> Record:
    """Return the record of all questions on one text: what was rejected is a verdict and no span."""
    record = task.record
    gone = {span.id for span in record.spans if span.signature in task.rejected}
    record.spans = tuple(span for span in record.spans if span.id not in gone)
    record.relations = tuple(found for found in record.relations if not {found.head, found.tail} & gone)
    known = {verdict.signature for verdict in record.verdicts}
    record.verdicts += tuple(Verdict(signature) for signature in sorted(task.rejected - known))
    record.status = Status.IN_PROGRESS
    return record


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write all records as tasks, read them back, and report every loss; see ``exchange.Writer``.  There are no options."""
    if options:
        raise FormatError(f"The Prodigy export has no option “{min(options)}”.")
    report = LossReport("prodigy", str(path))
    colors = {label.name: label.color for label in scheme.relations}
    unanswered = 0

    def encode(group: list[Record]) -> dict[str, Any]:
        nonlocal unanswered
        (record,) = group
        unanswered += has_set(record) and record.status not in (Status.DONE, Status.SKIPPED)
        return task_of(record, colors, scheme.categories)

    with replacing(path) as temporary:
        # what a line does not say must not be filled in here, or a record without an annotator would seem to have changed
        shape = Shape(fitted, encode, lambda written: read(written, ReadDefaults(annotator="")))
        export(records, temporary, shape, report, progress)
    if unanswered:
        told = "is not done and carries" if unanswered == 1 else "are not done and carry"
        report.notices.append(
            f"{amount(unanswered, 'document')} {told} no answer; Prodigy's db-in takes such lines as accepted unless told otherwise."
        )
    return report
