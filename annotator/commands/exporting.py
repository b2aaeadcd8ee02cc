"""Having a format write what was chosen (``commands.export_choice``), and read it back."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from annotator.commands.export_choice import STATUSES, Choice, ExportOptions, choose
from annotator.commands.sharding import Part, no_folder, shard_bounds, write_shards
from annotator.commands.training import Data, bound, preview_training, write_training
from annotator.commands.training_options import TrainingOptions, taken
from annotator.domain.documents import Document, Status
from annotator.domain.exchange import LossReport, Record, Writer
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import AnnotatorError, FormatError, Refused
from annotator.formats import docbin
from annotator.formats.plugins import known_formats
from annotator.jobs.workers import WorkerProcess
from annotator.paths import PROJECT_SUFFIX
from annotator.store import journal, queries, relabelling
from annotator.store.project import open_project
from annotator.store.queries import Connection

WHOLE = frozenset(("spacy",))
"""Formats that hold a whole file in memory."""

SPREADING: Mapping[str, Callable[..., LossReport]] = {"spacy": docbin.write}
"""Formats whose work is worth several processes, with their writers that take ``parallel``."""

FEW = 2_000
"""Up to so many documents one process is done before others have begun: each of them spends two seconds on importing spaCy."""

MOST_PROCESSES = 4
"""More would wait for the one that reads the project and puts the file together."""


class NothingToExport(AnnotatorError):
    """No document qualifies; the sentence counts them by status.  Nothing was written."""


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
    entry = known_formats()[options.format]
    writer = entry.write
    if writer is None:
        raise FormatError(f"{entry.title} can be read but not written.")
    _refuse_target(target)
    half = journal.half_done(connection)
    if half is not None:
        raise Refused(
            f"“{half.title}” is under way, or was interrupted, so that only a part of the annotations has it. "
            "Export when it is done; what was interrupted is taken back when the project is opened."
        )
    if options.sets == "all" and not entry.several_sets:
        raise FormatError(no_several_sets(options.format))
    choice = choose(connection, options)
    if not choice.documents:
        raise NothingToExport(_nothing(connection, options, annotator, choice))
    with _spread(options.format, writer, len(choice.documents)) as spread:
        report = _written(connection, scheme, target, options, choice=choice, writer=spread, progress=progress)
    _add_left_out(connection, options, choice, report)
    _notice_unfit(connection, scheme, choice, report)
    return report


def _written(
    connection: Connection,
    scheme: LabelScheme,
    target: Path,
    options: ExportOptions,
    *,
    choice: Choice,
    writer: Writer,
    progress: Progress,
) -> LossReport:
    """Write as one file, as several, or as training data."""
    shard = (20_000 if options.format in WHOLE else 0) if options.shard is None else options.shard
    given = options.format_options
    asked, format_options = taken(given) if known_formats()[options.format].export_options else (TrainingOptions(), given)
    if asked.wanted:
        data = _data(connection, choice, bound(writer, scheme, format_options), shard)
        return write_training(data, target, asked, progress)
    if shard and choice.document_count() > shard:
        bounds = shard_bounds(choice.documents, shard)

        def write_part(part: Part, path: Path, part_progress: Progress) -> LossReport:
            some = choice.part(*part)
            return writer(lambda: _records(connection, some), path, scheme, options=format_options, progress=part_progress)

        return write_shards(write_part, target, bounds, LossReport(options.format, str(target)), progress=progress)
    progress.start("Exporting", len(choice.documents))
    return writer(lambda: _records(connection, choice), target, scheme, options=format_options, progress=progress)


@contextmanager
def _spread(format_name: str, writer: Writer, count: int) -> Iterator[Writer]:
    """Yield the writer for so many documents: with a process for each processor where that is quicker.

    The processes end with the block; at once if it fails or is cancelled.
    """
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if format_name not in SPREADING or count <= FEW or processes < 2:
        yield writer
        return
    workers = WorkerProcess(processes)
    try:
        yield partial(SPREADING[format_name], parallel=workers.map_ordered)
    except BaseException:
        workers.close(kill=True)
        raise
    workers.close()


def preview(
    connection: Connection,
    scheme: LabelScheme,
    target: Path,
    options: ExportOptions,
    *,
    annotator: str = "",
    progress: Progress | None = None,
    scratch: Path | None = None,
) -> LossReport:
    """Tell what ``export`` would report, and leave nothing behind: an export into a folder (in ``scratch``, else where the system has
    room for such) that is then removed, or what the format can say without writing, with the cost of each of its choices."""
    progress = progress or Progress()
    entry = known_formats()[options.format]
    if entry.preview is None:
        with TemporaryDirectory(prefix="annotator-", dir=scratch) as folder:
            place = Path(folder) / target.name
            report = export(connection, scheme, place, options, annotator=annotator, progress=progress)
        report.path = str(target)
        return report
    choice = choose(connection, options)
    if not choice.documents:
        raise NothingToExport(_nothing(connection, options, annotator, choice))
    asked, format_options = taken(options.format_options)
    data = _data(connection, choice, bound(entry.preview, scheme, format_options), 0)
    report = preview_training(data, target, asked, progress)
    _add_left_out(connection, options, choice, report)
    return report


def _data(connection: Connection, choice: Choice, write: Callable[..., LossReport], shard: int) -> Data:
    def records(positions: Sequence[int]) -> Iterator[Record]:
        some = Choice(array("q", (choice.documents[at] for at in positions)), array("q", (choice.sets[at] for at in positions)))
        return _records(connection, some)

    language = queries.project_value(connection, "language") or "xx"
    return Data(len(choice.documents), records, write, language, shard)


def _add_left_out(connection: Connection, options: ExportOptions, choice: Choice, report: LossReport) -> None:
    report.add(choice.left_out)
    if choice.more:
        report.more["document", "left out and not named"] += choice.more
    _notice_rest(connection, options, choice, report)


def no_several_sets(format_name: str) -> str:
    """Say that a format holds one set a document, and which ones hold several."""
    formats = known_formats()
    able = ", ".join(name for name, entry in formats.items() if entry.several_sets)
    title = formats[format_name].title
    return f"{title}: this format cannot tell several annotation sets of one document apart. Those that can are {able}."


def _notice_rest(connection: Connection, options: ExportOptions, choice: Choice, report: LossReport) -> None:
    if choice.filtered:
        verb = "is not what was asked for and was" if choice.filtered == 1 else "are not what was asked for and were"
        report.notices.append(f"{amount(choice.filtered, 'document')} {verb} not exported.")
    rest = queries.document_count(connection) - choice.document_count() - len(choice.left_out) - choice.more - choice.filtered
    if not rest:
        return
    whose = f" of {options.annotator}" if options.annotator else ""
    if options.status == "done":
        by = f" by {options.annotator}" if options.annotator else ""
        report.notices.append(f"{amount(rest, 'document')} {'is' if rest == 1 else 'are'} not done{by} and {_was(rest)}.")
    elif options.status in STATUSES:
        report.notices.append(f"{amount(rest, 'document')} {'is' if rest == 1 else 'are'} not {options.status} and {_was(rest)}.")
    elif options.sets == "chosen":
        has = "has" if rest == 1 else "have"
        report.notices.append(f"{amount(rest, 'document')} {has} no annotations{whose} to take and {_was(rest)}.")


def _notice_unfit(connection: Connection, scheme: LabelScheme, choice: Choice, report: LossReport) -> None:
    """Tell what broke a rule of the scheme when it was exported: the scheme may have been narrowed after documents were done."""
    lacking, illegal = relabelling.unfit(connection, scheme, frozenset(choice.sets))
    if lacking:
        named = ", ".join(f"{label} ({count})" for label, count in sorted(lacking.items()))
        report.notices.append(f"Labels that are not in the label scheme were exported as they are: {named}.")
    if illegal:
        named = ", ".join(f"{label} {head} → {tail} ({count})" for (label, head, tail), count in sorted(illegal.items()))
        report.notices.append(f"Relations that the label scheme does not allow were exported as they are: {named}.")


def _was(count: int) -> str:
    return f"{'was' if count == 1 else 'were'} not exported"


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
        raise no_folder(target)


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
    if choice.filtered:
        text += f" {amount(choice.filtered, 'document')} {'is' if choice.filtered == 1 else 'are'} not what was asked for."
    elif options.status == "done":
        text += " Mark documents done (Ctrl+Enter), or export everything with --status any."
    return text


def _told(connection: Connection, annotator: str) -> str:
    counts = queries.status_counts(connection, annotator)
    said = ", ".join(f"{count} {status}" for status, count in counts.items() if count) or f"0 {Status.DONE}"
    return f"{said} for {annotator}" if annotator else said
