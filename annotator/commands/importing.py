"""Bringing files into a project: read, tokenize, check, and write in chunks of one step.

``prepared`` does the slow part and touches no project, so it may run in another thread; ``merging.add_chunk`` is the quick part that
``session.execute`` runs.  ``import_files`` puts both in a row, for the command line and the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from annotator.commands.command import Command
from annotator.commands.merging import Brought, Chunk, ImportReport, add_chunk
from annotator.domain.annotations import Kind
from annotator.domain.changes import ChangeSet
from annotator.domain.documents import Document
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens, sentence_starts
from annotator.errors import AnnotatorError, DiskFull, FormatError, UndoRefused
from annotator.formats import FORMATS, detect
from annotator.store.project import Project

Tokenizer = Callable[[list[str]], Sequence[Tokens]]
"""Makes the tokens of some texts, in order."""

CHUNK, CHUNK_TEXT = 8, 40_000
"""Most records, and about how many characters of text, that are written at once while a window waits: some 8 ms."""

BULK, BULK_TEXT = 2_000, 8_000_000
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
    """How files are read.  ``format`` is a name of ``formats.FORMATS`` or "auto"; ``encoding`` empty means UTF-8."""

    format: str = "auto"
    annotator: str = "import"
    kind: Kind = Kind.MODEL
    strict: bool = False
    encoding: str = ""


def read_files(paths: Iterable[Path], options: ImportOptions) -> Iterator[Record | Complaint]:
    """Stream the records of all files; a file that cannot be read as a whole is one complaint, and the next file follows."""
    defaults = ReadDefaults(options.annotator, options.kind)
    for path in paths:
        try:
            chosen = detect(path) if options.format == "auto" else FORMATS[options.format]
            if chosen.read is None:
                raise FormatError(f"{chosen.title} can be written but not read.")
            extra: Mapping[str, str] = {"encoding": options.encoding} if "encoding" in (chosen.read_options or ()) else {}
            yield from chosen.read(path, defaults, **extra)
        except FormatError as error:
            yield Complaint(str(path), str(error).removeprefix(f"{path} "))


def prepared(
    stream: Iterable[Record | Complaint], tokenize: Tokenizer, *, most: int = CHUNK, most_text: int = CHUNK_TEXT
) -> Iterator[Chunk]:
    """Group records into chunks, join those that are one document, and give tokens to those that have none.

    A chunk ends at ``most`` records or when its texts reach ``most_text`` characters.
    """
    groups: dict[tuple[str, str], list[Record]] = {}
    complaints: list[Complaint] = []
    count = length = 0
    for item in stream:
        if isinstance(item, Complaint):
            complaints.append(item)
        else:
            groups.setdefault((item.name, item.text), []).append(item)
            count += 1
            length += len(item.text)
        if count >= most or length >= most_text:
            yield _chunk(groups, complaints, tokenize)
            groups, complaints, count, length = {}, [], 0, 0
    if groups or complaints:
        yield _chunk(groups, complaints, tokenize)


def _chunk(groups: dict[tuple[str, str], list[Record]], complaints: list[Complaint], tokenize: Tokenizer) -> Chunk:
    tokens = {key: next((record.tokens for record in group if record.tokens is not None), None) for key, group in groups.items()}
    missing = [key for key, found in tokens.items() if found is None]
    if missing:
        tokens.update(zip(missing, tokenize([text for _, text in missing]), strict=True))
    entries: list[tuple[Document, list[Record]]] = []
    for key, group in groups.items():
        name, text = key
        made = tokens[key] or Tokens()
        meta = next((record.meta for record in group if record.meta), group[0].meta)
        entries.append((Document(name, text, meta, made, tuple(sentence_starts(text, made))), group))
        complaints += [_other_meta(record) for record in group if record.meta and record.meta != meta]
    return Chunk(entries, complaints)


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
