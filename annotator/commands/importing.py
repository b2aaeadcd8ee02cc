"""Bringing files into a project: read, tokenize, check, and write in chunks of one step.

``prepared`` does the slow part and touches no project, so it may run in another thread; ``merging.add_chunk`` is the quick part that
``session.execute`` runs.  ``import_files`` puts both in a row, for the command line and the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from annotator.commands.command import Command
from annotator.commands.merging import MOST_COMPLAINTS, Brought, Chunk, Entry, ImportReport, add_chunk
from annotator.commands.quick import Ready, ready
from annotator.domain.annotations import Kind
from annotator.domain.changes import ChangeSet
from annotator.domain.documents import Document
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens, sentence_starts
from annotator.errors import AnnotatorError, DiskFull, FormatError, UndoRefused
from annotator.formats.detect import detect
from annotator.formats.jsonl import read_plain
from annotator.formats.jsonl_plain import PlainRecord
from annotator.formats.table import FORMATS
from annotator.store.project import Project

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


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How files are read.  ``format`` is a name of ``formats.FORMATS`` or "auto"; ``encoding`` empty means UTF-8.

    ``format_options`` go to the reader of a format that knows them (its ``read_options``).
    """

    format: str = "auto"
    annotator: str = "import"
    kind: Kind = Kind.MODEL
    strict: bool = False
    encoding: str = ""
    format_options: Mapping[str, str] = field(default_factory=dict)


Item = Record | PlainRecord | Complaint
"""What a file yields: documents, those of plain lines as columns, and what is to be said about them."""


def read_files(paths: Iterable[Path], options: ImportOptions) -> Iterator[Item]:
    """Stream the records of all files; a file that cannot be read as a whole is one complaint, and the next file follows."""
    defaults = ReadDefaults(options.annotator, options.kind)
    for path in paths:
        try:
            chosen = detect(path) if options.format == "auto" else FORMATS[options.format]
            if chosen.read is None:
                raise FormatError(f"{chosen.title} can be written but not read.")
            if chosen.name == "jsonl":
                yield from read_plain(path, defaults)
                continue
            given = {"encoding": options.encoding, **options.format_options}
            known = chosen.read_options or {}
            yield from chosen.read(path, defaults, **{name: value for name, value in given.items() if name in known})
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
    host: Host, paths: Sequence[Path], options: ImportOptions, *, tokenize: Tokenizer, progress: Progress | None = None
) -> ImportReport:
    """Import files as one step: whole, or, after an error or a cancel, not at all.

    With ``options.strict`` nothing is written unless everything is sound.
    """
    progress = progress or Progress()
    if options.strict:
        complaints = [item for item in read_files(paths, options) if isinstance(item, Complaint)]
        if any(complaint.lost for complaint in complaints):
            return ImportReport(complaints=complaints)
    progress.start("Importing")
    names = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
    report = ImportReport()
    try:
        with ImportStep(host, names, strict=options.strict) as step:
            for chunk in prepared(read_files(paths, options), tokenize, most=BULK, most_text=BULK_TEXT):
                report.add(step.add(chunk))
                progress.advance(len(chunk.entries))
    except NotSound as error:
        return ImportReport(complaints=error.complaints)
    except DiskFull as error:
        where = f"The disk with “{host.project.path}” is full."
        raise DiskFull(f"{where} Nothing was imported; free some space, and import again.") from error
    return report


class ImportStep:
    """The step of one import, as a context: left normally it is finished, left by an exception it is taken back.

    With ``strict``, ``add`` raises ``NotSound`` after a chunk that did not come in whole.  ``kept`` says, after a step that could not be
    taken back, that what it brought is still there, and why; else it is empty.
    """

    def __init__(self, host: Host, detail: str, *, strict: bool = False) -> None:
        self._host = host
        # the name of a file may be bytes that are no text, which the journal could not keep
        self._detail = detail.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        self._strict = strict
        self._step_id = 0
        self._brought = Brought()
        self.kept = ""

    def __enter__(self) -> ImportStep:
        self._step_id = self._host.project.begin_step("Import {}", self._detail, actor=self._host.annotator)
        return self

    def add(self, chunk: Chunk) -> ImportReport:
        """Write one chunk."""
        report: ImportReport = self._host.execute(add_chunk(chunk, self._brought), step_id=self._step_id)
        if self._strict and report.losses:
            raise NotSound(report.complaints)
        return report

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None:
            try:
                self._host.undo_step(self._step_id)
            except UndoRefused as refusal:
                self.kept = f"The import stopped before its end. What it had brought was kept: {refusal}"
            except AnnotatorError:
                return  # the disk that refused the import refuses this too: the next opening takes the step back
        self._host.project.finish_step(self._step_id)
