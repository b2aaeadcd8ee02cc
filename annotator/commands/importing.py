"""Bringing files into a project: read, tokenize, check, and write in chunks of one step.

``prepared`` does the slow part and touches no project, so it may run in another thread; ``add_chunk`` is the quick part that
``session.execute`` runs.  ``import_files`` puts both in a row, for the command line and the tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from annotator.commands.command import Command
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo
from annotator.domain.changes import ChangeSet, Lane
from annotator.domain.documents import Document
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import Rule, problems
from annotator.domain.text import Tokens, sentence_starts
from annotator.errors import AnnotatorError, FormatError
from annotator.formats import FORMATS, detect
from annotator.formats.compare import has_set
from annotator.store.project import Project
from annotator.store.transaction import Transaction

Tokenizer = Callable[[list[str]], Sequence[Tokens]]
"""Makes the tokens of some texts, in order."""

CHUNK = 200
"""How many records are tokenized and written at once."""


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


@dataclass(slots=True)
class ImportReport:
    """What an import brought in, and what it did not.

    ``documents`` counts new documents, ``sets`` new or replaced annotation sets, ``unchanged`` sets that were there already.
    ``broken_rules`` counts items that came in although they break a rule; ``annotator check`` lists them.
    """

    documents: int = 0
    sets: int = 0
    unchanged: int = 0
    spans: int = 0
    relations: int = 0
    labels: list[str] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    broken_rules: Counter[Rule] = field(default_factory=Counter)

    @property
    def losses(self) -> list[Complaint]:
        """What was not brought in."""
        return [complaint for complaint in self.complaints if complaint.lost]

    def add(self, other: ImportReport) -> None:
        """Add the figures of a further chunk."""
        self.documents += other.documents
        self.sets += other.sets
        self.unchanged += other.unchanged
        self.spans += other.spans
        self.relations += other.relations
        self.labels += [label for label in other.labels if label not in self.labels]
        self.complaints += other.complaints
        self.broken_rules += other.broken_rules

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON data."""
        return {
            "documents": self.documents,
            "sets": self.sets,
            "unchanged": self.unchanged,
            "spans": self.spans,
            "relations": self.relations,
            "labels_added": self.labels,
            "broken_rules": {str(rule): count for rule, count in self.broken_rules.items()},
            "complaints": [{"place": c.place, "message": c.message, "lost": c.lost} for c in self.complaints],
        }


@dataclass(slots=True)
class Chunk:
    """Records ready to be written, with their tokens made, and what reading complained of meanwhile."""

    entries: list[tuple[Document, list[Record]]] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)


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
            yield Complaint(str(path), str(error))


def prepared(stream: Iterable[Record | Complaint], tokenize: Tokenizer) -> Iterator[Chunk]:
    """Group records into chunks, join those that are one document, and give tokens to those that have none."""
    chunk: dict[tuple[str, str], list[Record]] = {}
    complaints: list[Complaint] = []
    count = 0
    for item in stream:
        if isinstance(item, Complaint):
            complaints.append(item)
        else:
            chunk.setdefault((item.name, item.text), []).append(item)
            count += 1
        if count == CHUNK:
            yield _chunk(chunk, complaints, tokenize)
            chunk, complaints, count = {}, [], 0
    if chunk or complaints:
        yield _chunk(chunk, complaints, tokenize)


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
    return Chunk(entries, complaints)


def add_chunk(chunk: Chunk) -> Command:
    """Write a chunk; returns an ``ImportReport`` of it.

    A document with the same name and text is the same document.  A model's set that is there already is replaced; a person's or gold set
    that differs is left alone and named, because it may hold work that the file does not.
    """

    def run(tx: Transaction) -> ImportReport:
        report = ImportReport(complaints=list(chunk.complaints))
        _add_labels(tx, chunk, report)
        scheme = tx.scheme
        fresh: list[tuple[Document, list[AnnotationSet]]] = []
        for document, records in chunk.entries:
            sets = _sets_of(document, records, scheme, report)
            known = tx.find_document(document.name, document.text)
            if known is None:
                fresh.append((document, sets))
                for content in sets:
                    _count(report, content)
            else:
                for content in sets:
                    _merge(tx, known, document, content, report)
        tx.add_documents(fresh)
        report.documents += len(fresh)
        return report

    return Command("Import {}", run, "files", Lane.JOB)


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
    with ImportStep(host, names) as step:
        for chunk in prepared(read_files(paths, options), tokenize):
            report.add(step.add(chunk))
            progress.advance(len(chunk.entries))
    return report


class ImportStep:
    """The step of one import, as a context: left normally it is finished, left by an exception it is taken back."""

    def __init__(self, host: Host, detail: str) -> None:
        self._host = host
        self._detail = detail
        self._step_id = 0

    def __enter__(self) -> ImportStep:
        self._step_id = self._host.project.begin_step("Import {}", self._detail, actor=self._host.annotator)
        return self

    def add(self, chunk: Chunk) -> ImportReport:
        """Write one chunk."""
        return self._host.execute(add_chunk(chunk), step_id=self._step_id)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is not None:
                self._host.undo_step(self._step_id)
        except AnnotatorError:
            return  # the disk that refused the import refuses this too: the next opening takes the step back
        self._host.project.finish_step(self._step_id)


def _add_labels(tx: Transaction, chunk: Chunk, report: ImportReport) -> None:
    scheme = tx.scheme
    records = [record for _, group in chunk.entries for record in group]
    spans = dict.fromkeys(span.label for record in records for span in record.spans)
    relations = dict.fromkeys(relation.label for record in records for relation in record.relations)
    extended = scheme.with_labels(spans, relations)
    if extended is not scheme:
        report.labels += [label.name for label in extended.spans[len(scheme.spans) :]]
        report.labels += [label.name for label in extended.relations[len(scheme.relations) :]]
        tx.put_scheme(extended)


def _sets_of(document: Document, records: list[Record], scheme: LabelScheme, report: ImportReport) -> list[AnnotationSet]:
    sets: dict[tuple[str, Kind], AnnotationSet] = {}
    for record in records:
        if not has_set(record):
            continue
        content = AnnotationSet(
            SetInfo(document.id, record.annotator, record.kind, record.status, record.flagged, record.categories),
            {span.id: span for span in record.spans},
            {relation.id: relation for relation in record.relations},
            {verdict.signature: verdict for verdict in record.verdicts},
        )
        earlier = sets.setdefault((record.annotator, record.kind), content)
        if earlier is content:
            found = problems(document.text, document.tokens, scheme, content.spans, content.relations.values())
            report.broken_rules.update(problem.rule for problem in found)
        elif not _same(earlier, content):
            message = f"The set of {record.annotator} on this document came before with other content; this one was left out."
            report.complaints.append(Complaint(record.place, message))
    return list(sets.values())


def _merge(tx: Transaction, document_id: int, document: Document, content: AnnotationSet, report: ImportReport) -> None:
    """Add a set to a document that is there already."""
    info = replace(content.info, document_id=document_id)
    set_id = tx.find_set(document_id, info.annotator, info.kind)
    if set_id is None:
        set_id = tx.add_set(info)
    else:
        old = tx.annotation_set(set_id)
        if _same(old, content):
            report.unchanged += 1
            return
        if info.kind is not Kind.MODEL:
            message = (
                f"“{document.name}” has a set of {info.annotator} already, with other content; it was left as it is. "
                "Import under another name with --annotator to compare them."
            )
            report.complaints.append(Complaint(document.name, message))
            return
        for item in (*old.relations.values(), *old.spans.values(), *old.verdicts.values()):
            tx.remove(set_id, item)
        tx.put_set(set_id, info)
    for item in (*content.spans.values(), *content.relations.values(), *content.verdicts.values()):
        tx.put(set_id, item)
    _count(report, content)


def _same(left: AnnotationSet, right: AnnotationSet) -> bool:
    return (
        replace(left.info, document_id=0) == replace(right.info, document_id=0)
        and left.spans == right.spans
        and left.relations == right.relations
        and left.verdicts == right.verdicts
    )


def _count(report: ImportReport, content: AnnotationSet) -> None:
    report.sets += 1
    report.spans += len(content.spans)
    report.relations += len(content.relations)
