"""Looking at an import before anything is written: what the files are, what is in them, and all that would be said of them.

A survey reads the files to their end, as the import will, and only looks at the project.  What takes tokens to see (a span that cuts
one) is no problem of an import and is left to the import's own report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from annotator.commands.aligning import earlier_wording
from annotator.commands.folders import sources
from annotator.commands.importing import ImportOptions, read_files
from annotator.commands.mending import mender
from annotator.commands.merging import Brought, ImportReport, left_alone, same_content
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo
from annotator.domain.exchange import Complaint, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.mapping import LabelMapping
from annotator.domain.mending import Repair
from annotator.domain.progress import Progress
from annotator.domain.rules import problems
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.compare import has_set
from annotator.formats.detect import detect
from annotator.formats.files import SAMPLE, guessed_encoding, marked_encoding, unmarked_utf16
from annotator.formats.jsonl_plain import PlainRecord
from annotator.formats.offsets import Unit
from annotator.formats.plugins import known_formats
from annotator.store import queries
from annotator.store.history import only_imported
from annotator.store.queries import Connection

MOST_FILES = 200
"""So many files are told one by one."""

SAMPLES = 5
"""So many records a survey keeps to be shown."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What one file or folder is.

    ``format`` is a name of ``known_formats``, empty where none fits, and ``problem`` says why then.  ``encoding`` is empty for a
    folder; it was guessed where ``guessed`` says so, and must then be named for the import.
    """

    path: Path
    format: str = ""
    encoding: str = ""
    guessed: bool = False
    problem: str = ""


@dataclass(slots=True)
class Survey:
    """What an import would find and do.  Label counts are those of the files, before any mapping; other figures after it.

    ``documents`` would be new, ``known`` are there, ``reworded`` are there with another wording of their text.  ``units`` counts the
    documents by what their offsets count, where a reader found that this is not code points.  ``repairs`` counts the damage that can
    be mended, whether that was asked for or not.  ``broken`` are the rules that items would break (they come in nevertheless).
    """

    files: list[FileFacts] = field(default_factory=list)
    records: int = 0
    documents: int = 0
    known: int = 0
    reworded: int = 0
    sets: int = 0
    spans: int = 0
    relations: int = 0
    span_labels: Counter[str] = field(default_factory=Counter)
    relation_labels: Counter[str] = field(default_factory=Counter)
    annotators: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    repairs: Counter[Repair] = field(default_factory=Counter)
    samples: list[Record] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)
    broken: ImportReport = field(default_factory=ImportReport)

    @property
    def lost(self) -> int:
        """How many things would not come in."""
        return len(self.report.losses) + self.report.more_lost

    def complaints(self) -> Iterator[Complaint]:
        """Yield what would be lost, then what would break a rule, then the mere notices, as far as they are listed."""
        yield from self.report.losses
        yield from self.broken.complaints
        yield from (complaint for complaint in self.report.complaints if not complaint.lost)

    def as_report(self) -> ImportReport:
        """Return the figures as those of an import."""
        report = ImportReport(self.documents + self.reworded, self.sets, spans=self.spans, relations=self.relations)
        report.known, report.broken_rules = self.known, self.broken.broken_rules
        return report

    def to_dict(self) -> dict[str, Any]:
        """Return the survey as plain JSON data."""
        return {
            "files": [
                {"path": str(facts.path), "format": facts.format, "encoding": facts.encoding, "problem": facts.problem}
                for facts in self.files
            ],
            "documents": self.documents,
            "documents_known": self.known,
            "documents_reworded": self.reworded,
            "sets": self.sets,
            "spans": self.spans,
            "relations": self.relations,
            "span_labels": dict(self.span_labels.most_common()),
            "relation_labels": dict(self.relation_labels.most_common()),
            "offsets": dict(self.units),
            "repairable": {str(kind): count for kind, count in self.repairs.items() if count},
            "problems": self.lost,
            "broken_rules": {str(rule): count for rule, count in self.broken.broken_rules.items()},
            "complaints": [{"place": c.place, "message": c.message, "lost": c.lost} for c in self.complaints()],
            "more_complaints": self.report.more + self.broken.more,
        }


def facts_of(path: Path, options: ImportOptions) -> FileFacts:
    """Tell what a file is without reading more than its beginning."""
    try:
        chosen = detect(path) if options.format == "auto" else known_formats()[options.format]
    except FormatError as error:
        return FileFacts(path, problem=str(error).removeprefix(f"{path} "))
    if path.is_dir():
        return FileFacts(path, chosen.name)
    try:
        with path.open("rb") as file:
            sample = file.read(SAMPLE)
    except OSError as error:
        return FileFacts(path, chosen.name, problem=f"cannot be read: {error.strerror}.")
    if options.encoding:
        return FileFacts(path, chosen.name, options.encoding)
    if "encoding" not in (chosen.read_options or {}) or sample.startswith(b"PK"):
        return FileFacts(path, chosen.name, "utf-8" if chosen.name == "jsonl" else "")
    return _with_encoding(FileFacts(path, chosen.name), sample)


def _facts(paths: Sequence[Path], options: ImportOptions) -> Iterator[FileFacts]:
    try:
        for source in sources(paths, options.format):
            if not isinstance(source, Complaint):
                yield facts_of(source.path, options)
    except FormatError:
        return  # reading says it, with the reason


def _with_encoding(facts: FileFacts, sample: bytes) -> FileFacts:
    sure = marked_encoding(sample) or unmarked_utf16(sample)
    if sure:
        return replace(facts, encoding=sure, guessed=sure != "utf-8-sig")
    whole = sample if len(sample) < SAMPLE else sample[: sample.rfind(b"\n") + 1]
    try:
        whole.decode()
    except UnicodeDecodeError:
        return replace(facts, encoding=guessed_encoding(sample) or "", guessed=True)
    return replace(facts, encoding="utf-8")


def survey(
    connection: Connection, scheme: LabelScheme, paths: Sequence[Path], options: ImportOptions, progress: Progress | None = None
) -> Survey:
    """Read files as an import with these options would, and tell all that would come of it; nothing is written."""
    progress = progress or Progress()
    progress.start("Reading")
    found = Survey(files=list(islice(_facts(paths, options), MOST_FILES)))
    mends = mender(options.repair)
    course = Brought(source=paths[0].name if len(paths) == 1 else "", connection=connection if options.carry else None)
    scheme = options.mapping.scheme_with(scheme)
    seen: set[tuple[str, str]] = set()
    for item in read_files(paths, replace(options, mapping=LabelMapping()), mends=mends):
        progress.advance(0 if isinstance(item, Complaint) else 1)
        if isinstance(item, Complaint):
            _note(found, item)
            continue
        record = item.record() if isinstance(item, PlainRecord) else item
        _count(found, record)
        record = options.mapping.apply(record) if options.mapping else record
        found.sets += has_set(record)
        found.spans += len(record.spans)
        found.relations += len(record.relations)
        document_id = _look_up(connection, course, found, seen, record)
        if document_id and has_set(record):
            _compare(connection, course, found, document_id, record)
        _check(found, scheme, record)
    found.repairs = mends.counts
    return found


def _note(found: Survey, complaint: Complaint) -> None:
    found.report.complain(complaint)
    if "offsets" in complaint.message.lower():
        unit = next((str(unit) for unit in Unit if unit is not Unit.CODE_POINTS and str(unit) in complaint.message), "")
        if unit:
            found.units[unit] += 1


def _count(found: Survey, record: Record) -> None:
    found.records += 1
    found.span_labels.update(span.label for span in record.spans)
    found.relation_labels.update(relation.label for relation in record.relations)
    if has_set(record):
        found.annotators[record.annotator, record.kind] += 1
    if len(found.samples) < SAMPLES:
        found.samples.append(record)
    elif record.spans and any(not sample.spans for sample in found.samples):
        bare = next(number for number, sample in enumerate(found.samples) if not sample.spans)
        found.samples[bare] = record  # what has nothing to be seen in it gives way


def _look_up(connection: Connection, course: Brought, found: Survey, seen: set[tuple[str, str]], record: Record) -> int:
    """Count a document as new, known or reworded, each once; returns the number of one that is there as it is, or 0."""
    there = next((number for number, text in queries.documents_named(connection, record.name) if text == record.text), 0)
    key = (record.name, f"{len(record.text)}:{hash(record.text)}")
    if key in seen:
        return there
    seen.add(key)
    if there:
        course.known.add(there)
        found.known += 1
    elif earlier_wording(course, record.name, record.text) is not None:
        course.carried.add(record.name)
        found.reworded += 1
        message = f"“{record.name}” is in the project with another wording of its text: its annotations follow as far as they can."
        found.report.complain(Complaint(record.place, message, lost=False))
    else:
        found.documents += 1
    return there


def _compare(connection: Connection, course: Brought, found: Survey, document_id: int, record: Record) -> None:
    """Say where a person's or gold set in the project stays as it is."""
    set_id = queries.find_set(connection, document_id, record.annotator, record.kind) if record.kind is not Kind.MODEL else None
    old = queries.annotation_set(connection, set_id) if set_id is not None else None
    if set_id is None or old is None or (course.source and only_imported(connection, set_id, course.source)):
        return
    info = SetInfo(document_id, record.annotator, record.kind, record.status, record.flagged, record.categories)
    new = AnnotationSet(
        info,
        {span.id: span for span in record.spans},
        {relation.id: relation for relation in record.relations},
        {verdict.signature: verdict for verdict in record.verdicts},
    )
    if not same_content(old, new):
        found.report.complain(Complaint(record.place, left_alone(record.name, record.annotator)))


def _check(found: Survey, scheme: LabelScheme, record: Record) -> None:
    extended = scheme.with_labels((span.label for span in record.spans), (relation.label for relation in record.relations))
    spans = {span.id: span for span in record.spans}
    for problem in problems(record.text, Tokens(), extended, spans, record.relations):
        found.broken.broken_rules[problem.rule] += 1
        found.broken.complain(Complaint(record.place, f"{problem.message} It comes in as it is.", lost=False))


def label_rows(found: Survey) -> list[tuple[str, str, int]]:
    """Return ("span" or "relation", label, count) of all labels in the files, spans first, the most frequent first."""
    return list(
        chain(
            (("span", name, count) for name, count in found.span_labels.most_common()),
            (("relation", name, count) for name, count in found.relation_labels.most_common()),
        )
    )
