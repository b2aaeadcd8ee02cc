"""Choosing what is exported, and having a format write it and read it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from annotator.domain.annotations import Kind, SetInfo
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import AnnotatorError, FormatError
from annotator.formats import FORMATS
from annotator.store import queries
from annotator.store.project import open_project
from annotator.store.queries import Connection


class NothingToExport(AnnotatorError):
    """No document qualifies; the sentence counts them by status.  Nothing was written."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is exported and how.

    ``status`` is "done" (gold alone) or "any"; ``annotator`` picks one annotator's sets; ``sets`` is "chosen" (one set a document) or
    "all" (every set: lossless, for formats that can).  ``format_options`` go to the writer.
    """

    format: str = "spacy"
    status: str = "done"
    annotator: str = ""
    sets: str = "chosen"
    format_options: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Choice:
    """What an export will hold: (document id, set id) pairs in order, and what it leaves out, with the reason."""

    pairs: list[tuple[int, int | None]] = field(default_factory=list)
    left_out: list[Loss] = field(default_factory=list)


def choose(connection: Connection, options: ExportOptions) -> Choice:
    """Choose the annotation sets to export.

    For each document the gold set (see the glossary in ``annotator.domain``); with status "any" else a person's, else a model's.  A
    document that several persons have done differently is left out and named, unless ``annotator`` picks one.
    """
    choice = Choice()
    disputed = queries.disputed(connection)
    for document_id in queries.document_ids(connection):
        sets = queries.set_ids(connection, document_id)
        if options.annotator:
            sets = [(key, info) for key, info in sets if info.annotator == options.annotator]
        if options.sets == "all":
            _choose_all(choice, document_id, sets, options)
        elif document_id in disputed and not options.annotator:
            names = ", ".join(info.annotator for _, info in sets if info.kind is Kind.PERSON and info.status is Status.DONE)
            reason = f"{names} have done it differently; adjudicate it, or pick one with --annotator"
            _leave_out(connection, choice, document_id, reason)
        else:
            _choose_one(connection, choice, document_id, sets, options)
    return choice


def _choose_all(choice: Choice, document_id: int, sets: list[tuple[int, SetInfo]], options: ExportOptions) -> None:
    wanted = [key for key, info in sets if options.status == "any" or _finished(info)]
    choice.pairs += [(document_id, key) for key in wanted]
    if not sets and options.status == "any" and not options.annotator:
        choice.pairs.append((document_id, None))


def _choose_one(
    connection: Connection, choice: Choice, document_id: int, sets: list[tuple[int, SetInfo]], options: ExportOptions
) -> None:
    finished = [(key, info) for key, info in sets if _finished(info)]
    # gold first; then whoever is done (equal where several are, or they would be disputed); then persons before models
    ranked = sorted(finished, key=lambda entry: entry[1].kind is not Kind.GOLD)
    if not ranked and options.status == "any":
        persons = [(key, info) for key, info in sets if info.kind is Kind.PERSON and info.status is not Status.SKIPPED]
        models = [(key, info) for key, info in sets if info.kind is Kind.MODEL]
        started = [entry for entry in persons if entry[1].status is Status.IN_PROGRESS]
        if len(started) > 1:
            names = ", ".join(info.annotator for _, info in started)
            _leave_out(connection, choice, document_id, f"{names} are at work on it; pick one with --annotator")
            return
        ranked = started or persons[:1] or models
        if len(models) > 1 and not persons:
            names = ", ".join(info.annotator for _, info in models)
            _leave_out(connection, choice, document_id, f"several models labelled it ({names}); pick one with --annotator")
            return
    if ranked:
        choice.pairs.append((document_id, ranked[0][0]))


def _finished(info: SetInfo) -> bool:
    return info.kind is Kind.GOLD or (info.kind is Kind.PERSON and info.status is Status.DONE)


def _leave_out(connection: Connection, choice: Choice, document_id: int, reason: str) -> None:
    found = queries.document(connection, document_id)
    if found is not None:
        choice.left_out.append(Loss(found.name, "document", "", "", found.text[:60], Fate.DROPPED, reason, document_id=document_id))


def export(
    connection: Connection,
    scheme: LabelScheme,
    target: Path,
    options: ExportOptions,
    *,
    annotator: str = "",
    progress: Progress | None = None,
) -> LossReport:
    """Write the chosen sets to ``target`` and read them back; returns what was kept and what was not.

    ``annotator`` is the person whose status counts the message of ``NothingToExport`` gives.  Any thread may call it with a connection
    of its own.
    """
    progress = progress or Progress()
    writer = FORMATS[options.format].write
    if writer is None:
        raise FormatError(f"{FORMATS[options.format].title} can be read but not written.")
    choice = choose(connection, options)
    if not choice.pairs:
        raise NothingToExport(_nothing(connection, options, annotator, choice))
    progress.start("Exporting", len(choice.pairs))
    report = writer(lambda: _records(connection, choice), target, scheme, options=options.format_options, progress=progress)
    report.losses += choice.left_out
    if options.status == "done":
        open_documents = queries.document_count(connection) - len({key for key, _ in choice.pairs}) - len(choice.left_out)
        if open_documents:
            report.notices.append(f"{open_documents} documents are not done and were not exported.")
    return report


def export_project(project: str, target: str, options: ExportOptions, annotator: str) -> LossReport:
    """Do ``export`` with a read-only opening of the project file: for a worker process, which takes plain values alone."""
    found = open_project(Path(project), read_only=True)
    try:
        return export(found.connection, found.scheme, Path(target), options, annotator=annotator)
    finally:
        found.close()


def _records(connection: Connection, choice: Choice) -> Iterator[Record]:
    for document_id, set_id in choice.pairs:
        found = queries.document(connection, document_id)
        if found is not None:
            yield queries.record(connection, found, set_id)


def _nothing(connection: Connection, options: ExportOptions, annotator: str, choice: Choice) -> str:
    who = options.annotator or annotator
    counts = queries.status_counts(connection, who)
    total = queries.document_count(connection)
    if not total:
        return "There is nothing to export: the project has no documents. Import some first."
    said = ", ".join(f"{count} {status}" for status, count in _told(counts))
    text = f"There is nothing to export: of {total} documents {said} for {who or 'anybody'}."
    if choice.left_out:
        text += f" {choice.left_out[0].document}: {choice.left_out[0].reason}."
    if options.status == "done":
        text += " Mark documents done (Ctrl+Enter), or export everything with --status any."
    return text


def _told(counts: Mapping[Status, int]) -> Iterable[tuple[Status, int]]:
    return [(status, count) for status, count in counts.items() if count] or [(Status.DONE, 0)]
