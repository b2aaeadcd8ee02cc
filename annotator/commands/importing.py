"""Bringing files into a project: read, tokenize, check, and write in chunks of one step.

``prepared`` does the slow part and touches no project, so it may run in another thread; ``merging.add_chunk`` is the quick part that
``session.execute`` runs.  ``import_files`` puts both in a row, for the command line and the tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from annotator.commands.command import Command
from annotator.commands.folders import sources
from annotator.commands.import_reports import reporting
from annotator.commands.mending import mended, mender
from annotator.commands.merging import MOST_COMPLAINTS, Brought, Chunk, Entry, ImportReport, add_chunk
from annotator.commands.quick import Ready, ready
from annotator.domain.annotations import Kind
from annotator.domain.changes import ChangeSet, Lane
from annotator.domain.documents import Document
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.mapping import LabelMapping
from annotator.domain.mending import Mender, Repair
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.domain.text import Tokens, sentence_starts
from annotator.errors import AnnotatorError, DiskFull, FormatError, UndoRefused
from annotator.formats.detect import detect
from annotator.formats.jsonl import read_plain
from annotator.formats.jsonl_plain import PlainRecord
from annotator.formats.plugins import known_formats
from annotator.store.project import Project
from annotator.store.transaction import Transaction

Tokenizer = Callable[[list[str]], Sequence[Tokens]]
"""Makes the tokens of some texts, in order."""

CHUNK, CHUNK_TEXT = 8, 40_000
"""Most records, and about how many characters of text, that are written at once while a window waits: some 8 ms."""

BULK, BULK_TEXT = 1_000, 8_000_000
"""The same where nobody waits."""


class NotSound(AnnotatorError):
    """A strict import met something that did not come in whole; ``complaints`` says what."""

    def __init__(self, complaints: list[Complaint]) -> None:
        first = next(complaint for complaint in complaints if complaint.lost)
        super().__init__(f"Nothing was imported, because everything had to be sound: {first.place}: {first.message}")
        self.complaints = complaints


class Host(Protocol):
    """What an import needs of a session."""

    project: Project
    annotator: str

    def execute(self, command: Command, *, step_id: int = 0) -> Any:
        """Run a command."""
        ...

    def undo_step(self, step_id: int) -> ChangeSet | None:
        """Take back one step."""
        ...

    def leave_open(self, step_id: int, error: AnnotatorError) -> str:
        """Remember a step that could not be taken back, to do it before the next edit; returns what its user is to hear."""
        ...


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How files are read.  ``format`` is a name of ``formats.plugins.known_formats`` or "auto"; ``encoding`` empty means UTF-8.

    ``format_options`` go to the reader of a format that knows them (its ``read_options``).  ``mapping`` says what the labels are called
    here, ``repair`` what damage is mended on the way.  With ``carry`` a document whose text the file has in another wording keeps its
    annotations, as far as their text is still there (``commands.aligning``); without it, the other wording is one more document.
    """

    format: str = "auto"
    annotator: str = "import"
    kind: Kind = Kind.MODEL
    strict: bool = False
    encoding: str = ""
    format_options: Mapping[str, str] = field(default_factory=dict)
    mapping: LabelMapping = field(default_factory=LabelMapping)
    repair: frozenset[Repair] = frozenset()
    carry: bool = True


Item = Record | PlainRecord | Complaint
"""What a file yields: documents, those of plain lines as columns, and what is to be said about them."""


def read_files(paths: Iterable[Path], options: ImportOptions, *, mends: Mender | None = None) -> Iterator[Item]:
    """Stream the records of all files; a file that cannot be read as a whole is one complaint, and the next file follows.

    ``mends`` is for a caller who wants to know its counts; else one is made where the options ask for repairs.
    """
    mends = mends or (mender(options.repair) if options.repair else None)
    stream = _read_files(paths, options, ReadDefaults(options.annotator, options.kind, mends))
    if mends is None and not options.mapping:
        return stream
    return _refined(stream, options.mapping, mends)


def _refined(stream: Iterable[Item], mapping: LabelMapping, mends: Mender | None) -> Iterator[Item]:
    """Mend and map the records of a stream; at its end say how much was left out because of its label."""
    left: Counter[tuple[str, str]] = Counter()
    for item in stream:
        if isinstance(item, Complaint):
            yield item
            continue
        record = item.record() if isinstance(item, PlainRecord) else item
        if mends is not None:
            record, notices = mended(record, mends)
            yield from notices
        yield mapping.apply(record, left) if mapping else record
    for (what, label), count in sorted(left.items()):
        yield Complaint(label, f"{amount(count, what)} labelled “{label}” left out, as chosen.", lost=False)


def _read_files(paths: Iterable[Path], options: ImportOptions, defaults: ReadDefaults) -> Iterator[Item]:
    for source in sources(paths, options.format):
        if isinstance(source, Complaint):
            yield source
            continue
        path = source.path
        try:
            chosen = detect(path) if options.format == "auto" else known_formats()[options.format]
            if chosen.read is None:
                raise FormatError(f"{chosen.title} can be written but not read.")
            if chosen.name == "jsonl":
                yield from read_plain(path, defaults)
                continue
            given = {"encoding": options.encoding, **options.format_options}
            known = chosen.read_options or {}
            for item in chosen.read(path, defaults, **{name: value for name, value in given.items() if name in known}):
                if source.folder and chosen.articles and isinstance(item, Record):
                    item.name = f"{source.folder}/{item.name}"  # articles of the same name in several folders are several
                yield item
        except FormatError as error:
            yield Complaint(str(path), str(error).removeprefix(f"{path} "))


def prepared(stream: Iterable[Item], tokenize: Tokenizer, *, most: int = CHUNK, most_text: int = CHUNK_TEXT) -> Iterator[Chunk]:
    """Group records into chunks, join those that are one document, and give tokens to those that have none.

    A chunk ends at ``most`` records or when its texts reach ``most_text`` characters.
    """
    groups: _Groups = {}
    complaints: list[Complaint] = []
    count = length = 0
    for item in stream:
        if isinstance(item, Complaint):
            complaints.append(item)
        else:
            groups.setdefault((item.name, item.text), []).append(item)
            count += 1
            length += len(item.text)
        if count >= most or length >= most_text or len(complaints) >= MOST_COMPLAINTS:
            yield _chunk(groups, complaints, tokenize)
            groups, complaints, count, length = {}, [], 0, 0
    if groups or complaints:
        yield _chunk(groups, complaints, tokenize)


_Groups = dict[tuple[str, str], list[Record | PlainRecord]]


def _chunk(groups: _Groups, complaints: list[Complaint], tokenize: Tokenizer) -> Chunk:
    missing = [key for key, group in groups.items() if all(_has_no_tokens(record) for record in group)]
    made = dict(zip(missing, tokenize([text for _, text in missing]), strict=True)) if missing else {}
    entries: list[Entry | Ready] = []
    for key, group in groups.items():
        first = group[0]
        entry = ready(first, made.get(key)) if len(group) == 1 and isinstance(first, PlainRecord) else None
        if entry is None:
            records = [record.record() if isinstance(record, PlainRecord) else record for record in group]
            entry = _joined(key, records, made.get(key), complaints)
        entries.append(entry)
    return Chunk(entries, complaints)


def _has_no_tokens(record: Record | PlainRecord) -> bool:
    return record.flat is None if isinstance(record, PlainRecord) else record.tokens is None


def _joined(key: tuple[str, str], group: list[Record], made: Tokens | None, complaints: list[Complaint]) -> Entry:
    """Return one document with all its records; ``made`` are tokens for it where none of them has any."""
    name, text = key
    tokens = next((record.tokens for record in group if record.tokens is not None), made) or Tokens()
    meta = next((record.meta for record in group if record.meta), group[0].meta)
    complaints += [_other_meta(record) for record in group if record.meta and record.meta != meta]
    return Document(name, text, meta, tokens, tuple(sentence_starts(text, tokens))), group


def _other_meta(record: Record) -> Complaint:
    return Complaint(record.place, f"An earlier line gives “{record.name}” other metadata; that of this line was left out.")


def import_files(
    host: Host,
    paths: Sequence[Path],
    options: ImportOptions,
    *,
    tokenize: Tokenizer,
    progress: Progress | None = None,
    report_to: Path | None = None,
) -> ImportReport:
    """Import files as one step: whole, or, after an error or a cancel, not at all.

    With ``options.strict`` nothing is written unless everything is sound.  ``report_to`` is where the report goes if there is anything
    to say.
    """
    progress = progress or Progress()
    if options.strict:
        complaints = [item for item in read_files(paths, options) if isinstance(item, Complaint)]
        if any(complaint.lost for complaint in complaints):
            return ImportReport(complaints=complaints)
    progress.start("Importing")
    names = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
    try:
        with reporting(report_to, paths) as report, ImportStep(host, names, options=options, source=source_of(paths)) as step:
            for chunk in prepared(read_files(paths, options), tokenize, most=BULK, most_text=BULK_TEXT):
                report.take(step.add(chunk))
                progress.advance(len(chunk.entries))
    except NotSound as error:
        return ImportReport(complaints=error.complaints)
    except DiskFull as error:
        where = f"The disk with “{host.project.path}” is full."
        raise DiskFull(f"{where} Nothing was imported; free some space, and import again.") from error
    return report.whole


def source_of(paths: Sequence[Path]) -> str:
    """Return the name by which a later import of the same file knows what this one brought; empty for several files."""
    return paths[0].name if len(paths) == 1 else ""


def add_labels(mapping: LabelMapping) -> Command:
    """Add to the label scheme what a mapping adds to it; returns the names of the labels it lacked."""

    def run(tx: Transaction) -> list[str]:
        before, after = tx.scheme, mapping.scheme_with(tx.scheme)
        if after is before:
            return []
        tx.put_scheme(after)
        new = (*after.spans[len(before.spans) :], *after.relations[len(before.relations) :])
        return [label.name for label in new]

    return Command("Import {}", run, "labels", Lane.JOB)


class ImportStep:
    """The step of one import, as a context: left normally it is finished, left by an exception it is taken back.

    With ``strict``, ``add`` raises ``NotSound`` after a chunk that did not come in whole.  ``kept`` says, after a step that could not be
    taken back, that what it brought is still there, and why; else it is empty.  ``options`` are those of the files that are read;
    ``source`` is the name of the file if it is one alone: what it brought before and nobody changed, it may update.
    """

    def __init__(
        self, host: Host, detail: str, *, options: ImportOptions | None = None, strict: bool | None = None, source: str = ""
    ) -> None:
        self._host = host
        # the name of a file may be bytes that are no text, which the journal could not keep
        self._detail = detail.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        self._strict = strict if strict is not None else options is not None and options.strict
        self._step_id = 0
        self._mapping = options.mapping if options is not None else LabelMapping()
        self._brought = Brought(
            source=self._detail if source else "",
            connection=host.project.connection if options is not None and options.carry else None,
        )
        self._begun = False
        self.kept = ""

    def __enter__(self) -> ImportStep:
        self._step_id = self._host.project.begin_step("Import {}", self._detail, actor=self._host.annotator)
        return self

    def add(self, chunk: Chunk) -> ImportReport:
        """Write one chunk; before the first the label scheme gets what the mapping adds to it."""
        added: list[str] = []
        if not self._begun:
            added = self._host.execute(add_labels(self._mapping), step_id=self._step_id)
            self._begun = True
        report: ImportReport = self._host.execute(add_chunk(chunk, self._brought), step_id=self._step_id)
        report.labels[:0] = added
        if self._strict and report.losses:
            raise NotSound(report.complaints)
        return report

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None:
            try:
                self._host.undo_step(self._step_id)
            except UndoRefused as refusal:
                self.kept = f"The import stopped before its end. What it had brought was kept: {refusal}"
            except AnnotatorError as failure:
                self.kept = self._host.leave_open(self._step_id, failure)
                return
        self._host.project.finish_step(self._step_id)
