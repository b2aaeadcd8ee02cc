"""Choosing what is exported, and having a format write it and read it back."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import ne
from pathlib import Path

from annotator.commands.sharding import MOST_LOSSES, Part, shard_bounds, write_shards
from annotator.domain.annotations import Kind, SetInfo
from annotator.domain.documents import Document, Status
from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import AnnotatorError, FormatError
from annotator.formats.table import FORMATS
from annotator.paths import PROJECT_SUFFIX
from annotator.store import queries
from annotator.store.project import open_project
from annotator.store.queries import Connection

WHOLE = frozenset(("spacy",))
"""Formats that hold a whole file in memory."""


class NothingToExport(AnnotatorError):
    """No document qualifies; the sentence counts them by status.  Nothing was written."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is exported and how.

    ``status`` is "done" (gold alone) or "any"; ``annotator`` picks one annotator's sets; ``sets`` is "chosen" (one set a document) or
    "all" (every set: lossless, for formats that can).  ``format_options`` go to the writer.  ``shard`` is the most documents that one file
    holds; None is 20,000 for formats that are built in memory, and no limit for those that stream; 0 is no limit for any.
    """

    format: str = "spacy"
    status: str = "done"
    annotator: str = ""
    sets: str = "chosen"
    shard: int | None = None
    format_options: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Choice:
    """What an export will hold, and what it leaves out, with the reason.

    ``documents`` and ``sets`` belong together by position: ids of documents in order, each with the id of a set (0 for none).  Plain
    numbers, so that a million documents take 16 MB.  ``left_out`` names the first ``MOST_LOSSES``, ``more`` counts those after them.
    """

    documents: array[int] = field(default_factory=lambda: array("q"))
    sets: array[int] = field(default_factory=lambda: array("q"))
    left_out: list[Loss] = field(default_factory=list)
    more: int = 0

    def part(self, first: int, stop: int) -> Choice:
        """Return some of it, by position."""
        return Choice(self.documents[first:stop], self.sets[first:stop])

    def document_count(self) -> int:
        """Return how many documents there are; the sets of one follow each other."""
        return bool(self.documents) + sum(map(ne, self.documents, self.documents[1:]))

    def add(self, document_id: int, set_id: int) -> None:
        """Take one more set, or, with 0, the bare document."""
        self.documents.append(document_id)
        self.sets.append(set_id)


_Sets = list[tuple[int, SetInfo]]


def choose(connection: Connection, options: ExportOptions) -> Choice:
    """Choose the annotation sets to export.

    For each document the gold set (see the glossary in ``annotator.domain``); with status "any" else a person's, else a model's.  A
    document that several persons have done differently is left out and named, unless ``annotator`` picks one.  With ``sets`` "all"
    every set of each document that qualifies.
    """
    choice = Choice()
    disputed = queries.disputed(connection)
    for document_id, every in queries.all_sets(connection):
        sets = [entry for entry in every if entry[1].annotator == options.annotator] if options.annotator else every
        if options.sets == "all":
            _choose_all(choice, document_id, sets, options)
        elif document_id in disputed and not options.annotator:
            names = _names(entry for entry in sets if entry[1].kind is Kind.PERSON and entry[1].status is Status.DONE)
            reason = f"{names} have done it differently; adjudicate it, or pick one with --annotator"
            _leave_out(connection, choice, document_id, reason)
        else:
            _choose_one(connection, choice, document_id, sets, options)
    return choice


def _choose_all(choice: Choice, document_id: int, sets: _Sets, options: ExportOptions) -> None:
    if options.status == "done" and not any(_finished(info) for _, info in sets):
        return
    for set_id, _ in sets:
        choice.add(document_id, set_id)
    if not sets and not options.annotator:
        choice.add(document_id, 0)


def _choose_one(connection: Connection, choice: Choice, document_id: int, sets: _Sets, options: ExportOptions) -> None:
    finished = [entry for entry in sets if _finished(entry[1])]
    adjudicated = [entry for entry in finished if entry[1].kind is Kind.GOLD]
    # Several that are done say the same, or the document would be disputed: the oldest stands for them, as in the view gold_sets.
    ranked = sorted(adjudicated or finished, key=lambda entry: entry[0])
    if not ranked and options.status == "any":
        persons = [entry for entry in sets if entry[1].kind is Kind.PERSON and entry[1].status is not Status.SKIPPED]
        models = [entry for entry in sets if entry[1].kind is Kind.MODEL]
        started = [entry for entry in persons if entry[1].status is Status.IN_PROGRESS]
        if len(started) > 1:
            _leave_out(connection, choice, document_id, f"{_names(started)} are at work on it; pick one with --annotator")
            return
        ranked = started or persons[:1] or models
        if len(models) > 1 and not persons:
            reason = f"several models labelled it ({_names(models)}); pick one with --annotator"
            _leave_out(connection, choice, document_id, reason)
            return
    if ranked:
        choice.add(document_id, ranked[0][0])


def _names(sets: Iterable[tuple[int, SetInfo]]) -> str:
    return ", ".join(info.annotator for _, info in sets)


def _finished(info: SetInfo) -> bool:
    return info.kind is Kind.GOLD or (info.kind is Kind.PERSON and info.status is Status.DONE)


def _leave_out(connection: Connection, choice: Choice, document_id: int, reason: str) -> None:
    if len(choice.left_out) >= MOST_LOSSES:
        choice.more += 1
        return
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

    What is more than one file should hold goes into numbered ones, ``gold-00001-of-00003.spacy`` for ``gold.spacy``: all of them, or, after
    an error or a cancel, none.
    ``annotator`` is the person whose status counts the message of ``NothingToExport`` gives.  Any thread may call it with a connection
    of its own.
    """
    progress = progress or Progress()
    writer = FORMATS[options.format].write
    if writer is None:
        raise FormatError(f"{FORMATS[options.format].title} can be read but not written.")
    _refuse_target(target)
    choice = choose(connection, options)
    if not choice.documents:
        raise NothingToExport(_nothing(connection, options, annotator, choice))
    shard = (20_000 if options.format in WHOLE else 0) if options.shard is None else options.shard
    if shard and choice.document_count() > shard:
        bounds = shard_bounds(choice.documents, shard)

        def write_part(part: Part, path: Path, part_progress: Progress) -> LossReport:
            some = choice.part(*part)
            return writer(lambda: _records(connection, some), path, scheme, options=options.format_options, progress=part_progress)

        report = write_shards(write_part, target, bounds, LossReport(options.format, str(target)), progress=progress)
    else:
        progress.start("Exporting", len(choice.documents))
        report = writer(lambda: _records(connection, choice), target, scheme, options=options.format_options, progress=progress)
    report.losses += choice.left_out
    if choice.more:
        report.notices.append(
            f"{amount(choice.more, 'further document')} {'was' if choice.more == 1 else 'were'} left out and not named."
        )
    _notice_rest(connection, options, choice, report)
    return report


def _notice_rest(connection: Connection, options: ExportOptions, choice: Choice, report: LossReport) -> None:
    left_out = len(choice.left_out) + choice.more
    if options.status == "done":
        open_documents = queries.document_count(connection) - choice.document_count() - left_out
        if open_documents:
            whom = f" by {options.annotator}" if options.annotator else ""
            verb = "is not done{} and was not exported" if open_documents == 1 else "are not done{} and were not exported"
            report.notices.append(f"{amount(open_documents, 'document')} {verb.format(whom)}.")
    elif options.sets == "chosen":
        bare = queries.document_count(connection) - len(choice.documents) - left_out
        if bare:
            whose = f" of {options.annotator}" if options.annotator else ""
            verb = "has no annotations{} and was" if bare == 1 else "have no annotations{} and were"
            report.notices.append(f"{amount(bare, 'document')} {verb.format(whose + ' to take')} not exported.")


def export_project(project: str, target: str, options: ExportOptions, annotator: str) -> LossReport:
    """Do ``export`` with a read-only opening of the project file: for a worker process, which takes plain values alone."""
    found = open_project(Path(project), read_only=True)
    try:
        with found.reading():
            return export(found.connection, found.scheme, Path(target), options, annotator=annotator)
    finally:
        found.close()


def _refuse_target(target: Path) -> None:
    if target.suffix == PROJECT_SUFFIX:
        raise FormatError(f"“{target}” ends like a project, and an export must not take the place of one. Give it another ending.")
    if not target.parent.is_dir():
        raise FormatError(
            f"The folder “{target.parent}” does not exist, so nothing was exported. Make it first, or choose another."
        )


def _records(connection: Connection, choice: Choice) -> Iterator[Record]:
    last: Document | None = None
    for document_id, set_id in zip(choice.documents, choice.sets, strict=True):
        if last is None or last.id != document_id:  # several sets of one document follow each other
            last = queries.document(connection, document_id)
        if last is not None:
            yield queries.record(connection, last, set_id or None)


def _nothing(connection: Connection, options: ExportOptions, annotator: str, choice: Choice) -> str:
    total = queries.document_count(connection)
    if not total:
        return "There is nothing to export: the project has no documents. Import some first."
    known = queries.annotators(connection)
    if options.annotator and options.annotator not in known:
        others = f" It has sets of {', '.join(known)}." if known else ""
        return f"There is nothing to export: nobody called “{options.annotator}” has annotated in this project.{others}"
    text = f"There is nothing to export: of {amount(total, 'document')} {_told(connection, options.annotator or annotator)}."
    if choice.left_out:
        first, more = choice.left_out[0], len(choice.left_out) - 1
        text += f" Left out: {first.document} ({first.reason}){f', and {more} more' if more else ''}."
    if options.status == "done":
        text += " Mark documents done (Ctrl+Enter), or export everything with --status any."
    return text


def _told(connection: Connection, annotator: str) -> str:
    counts = queries.status_counts(connection, annotator)
    said = ", ".join(f"{count} {status}" for status, count in counts.items() if count) or f"0 {Status.DONE}"
    return f"{said} for {annotator}" if annotator else said
