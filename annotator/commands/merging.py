"""Putting records into a project: new documents in bulk, sets of known ones beside or in place of what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from annotator.commands.aligning import carry_over, earlier_wording
from annotator.commands.command import Command, find_set
from annotator.commands.quick import Ready, allowed
from annotator.domain.annotations import AnnotationSet, Item, Kind, SetInfo
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.exchange import Complaint, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.rules import Rule, problems
from annotator.formats.compare import has_set
from annotator.store.filling import DocumentRows, rows_of
from annotator.store.history import only_imported
from annotator.store.queries import Connection
from annotator.store.rows import row_document
from annotator.store.transaction import Transaction

MOST_COMPLAINTS = 1_000
"""So many complaints a report lists."""

MOST_OF_A_CHUNK = 100_000
"""So many the report of one chunk lists, for the file that takes them all."""


@dataclass(slots=True)
class ImportReport:
    """What an import brought in, and what it did not.

    ``documents`` counts new documents, ``known`` those that were there before, ``sets`` new or replaced annotation sets, ``unchanged`` sets
    that were there already.
    ``broken_rules`` counts items that came in although they break a rule; ``annotator check`` lists them.
    ``complaints`` holds the first ``most``; ``more`` counts those after them, and ``more_lost`` the losses among these.
    ``written`` is a sentence that says where the whole report is (``import_reports``), empty where there was nothing to write.
    """

    documents: int = 0
    sets: int = 0
    unchanged: int = 0
    spans: int = 0
    relations: int = 0
    labels: list[str] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    broken_rules: Counter[Rule] = field(default_factory=Counter)
    known: int = 0
    more: int = 0
    more_lost: int = 0
    written: str = ""
    most: int = MOST_COMPLAINTS

    def complain(self, *complaints: Complaint) -> None:
        """Take further complaints: the first are kept, the others counted, or a million bad lines would fill the memory."""
        room = max(0, self.most - len(self.complaints))
        self.complaints += complaints[:room]
        self.more += len(complaints[room:])
        self.more_lost += sum(complaint.lost for complaint in complaints[room:])

    @property
    def losses(self) -> list[Complaint]:
        """What was not brought in, as far as it is listed."""
        return [complaint for complaint in self.complaints if complaint.lost]

    def add(self, other: ImportReport) -> None:
        """Add the figures of a further chunk."""
        self.documents += other.documents
        self.known += other.known
        self.sets += other.sets
        self.unchanged += other.unchanged
        self.spans += other.spans
        self.relations += other.relations
        self.labels += [label for label in other.labels if label not in self.labels]
        self.complain(*other.complaints)
        self.more += other.more
        self.more_lost += other.more_lost
        self.broken_rules += other.broken_rules

    def count(self, content: AnnotationSet) -> None:
        """Count a set that came in."""
        self.sets += 1
        self.spans += len(content.spans)
        self.relations += len(content.relations)

    def count_rows(self, rows: DocumentRows) -> None:
        """Count the sets of a document that came in as rows."""
        for one in rows.sets:
            self.sets += 1
            self.spans += len(one.spans)
            self.relations += len(one.relations)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON data."""
        return {
            "documents": self.documents,
            "documents_known": self.known,
            "sets": self.sets,
            "unchanged": self.unchanged,
            "spans": self.spans,
            "relations": self.relations,
            "labels_added": self.labels,
            "broken_rules": {str(rule): count for rule, count in self.broken_rules.items()},
            "complaints": [{"place": c.place, "message": c.message, "lost": c.lost} for c in self.complaints],
            "more_complaints": self.more,
            "written": self.written,
        }


Entry = tuple[Document, list[Record]]


@dataclass(slots=True)
class Chunk:
    """Records ready to be written, with their tokens made, and what reading complained of meanwhile.

    An entry is one document: with its records, or, where it has one without anything odd in it, with its rows.
    """

    entries: list[Entry | Ready] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)


@dataclass(slots=True)
class Brought:
    """What the earlier chunks of one import brought, so that a later one does not replace it.

    ``first`` is the id of the first document it made (ids rise, and one import runs at a time), 0 before that.  ``source`` names the one
    file it reads, empty for several.  ``connection`` is for looking up what the project has under a name; without one, no annotations
    are carried from an earlier wording of a text to a new one.  ``known`` are documents it has met as they are, ``carried`` the names
    of those whose new wording it brought.
    """

    first: int = 0
    source: str = ""
    connection: Connection | None = None
    known: set[int] = field(default_factory=set)
    carried: set[str] = field(default_factory=set)

    def may_replace(self, set_id: int) -> bool:
        """Tell whether a set that is not a model's holds only what this same file brought before."""
        return bool(self.source) and self.connection is not None and only_imported(self.connection, set_id, self.source)

    def has(self, tx: Transaction, document_id: int, set_id: int) -> bool:
        """Tell whether a set came with this import: the journal knows which ones it made or replaced on documents from before."""
        return (bool(self.first) and document_id >= self.first) or tx.has_changed(set_id)


def add_chunk(chunk: Chunk, brought: Brought | None = None) -> Command:
    """Write a chunk; returns an ``ImportReport`` of it.  ``brought`` is what joins the chunks of one import.

    A document with the same name and text is the same document, and keeps its metadata and tokens.  A model's set that is there already
    is replaced; a person's or gold set that differs is left alone and named, because it may hold work that the file does not, unless this
    same file brought all of it.  A document of the same name whose text is another wording hands its annotations on (``aligning``).
    """
    earlier = Brought() if brought is None else brought

    def run(tx: Transaction) -> ImportReport:
        report = ImportReport(most=MOST_OF_A_CHUNK)
        report.complain(*chunk.complaints)
        _add_labels(tx, chunk, report)
        scheme = tx.scheme
        fresh: list[DocumentRows] = []
        there = tx.find_documents([_name_and_text(entry) for entry in chunk.entries])
        for entry in chunk.entries:
            number = there.get(_name_and_text(entry))
            other = earlier_wording(earlier, *_name_and_text(entry)) if number is None else None
            if isinstance(entry, Ready) and number is None and other is None and allowed(entry, scheme):
                fresh.append(entry.rows)
                report.count_rows(entry.rows)
                continue
            document, records = _usual(entry) if isinstance(entry, Ready) else entry
            known = None if number is None else tx.document(number)
            sets = _sets_of(known or document, records, scheme, report)
            if known is None:
                if other is not None:
                    sets = carry_over(tx, earlier, other, document, sets, report=report)
                fresh.append(rows_of(_storable(document, records, report), sets))
                for content, _ in sets:
                    report.count(content)
            else:
                # an earlier chunk of this import may have brought it: then it is not "there before"
                report.known += not earlier.first or known.id < earlier.first
                earlier.known.add(known.id)
                _tell_differences(known, document, records, report)
                for content, _ in sets:
                    _merge(tx, known, content, earlier, report)
        made = tx.add_documents(fresh)
        earlier.first = earlier.first or (made.first if made is not None else 0)
        report.documents += len(fresh)
        return report

    return Command("Import {}", run, "files", Lane.JOB)


def _name_and_text(entry: Entry | Ready) -> tuple[str, str]:
    return (entry.record.name, entry.record.text) if isinstance(entry, Ready) else (entry[0].name, entry[0].text)


def _usual(entry: Ready) -> Entry:
    record = entry.record.record()
    row = (0, *entry.rows.row)
    return replace(row_document(row), meta=record.meta), [record]


def _add_labels(tx: Transaction, chunk: Chunk, report: ImportReport) -> None:
    scheme = tx.scheme
    spans: dict[str, None] = {}
    relations: dict[str, None] = {}
    for entry in chunk.entries:
        if isinstance(entry, Ready):
            spans.update(dict.fromkeys(entry.span_labels))
            relations.update(dict.fromkeys(entry.relation_labels))
            continue
        for record in entry[1]:
            spans.update(dict.fromkeys(span.label for span in record.spans))
            relations.update(dict.fromkeys(relation.label for relation in record.relations))
    extended = scheme.with_labels(spans, relations)
    if extended is not scheme:
        report.labels += [label.name for label in extended.spans[len(scheme.spans) :]]
        report.labels += [label.name for label in extended.relations[len(scheme.relations) :]]
        tx.put_scheme(extended)


def _sets_of(
    document: Document, records: list[Record], scheme: LabelScheme, report: ImportReport
) -> list[tuple[AnnotationSet, int]]:
    """Return the annotation sets of some records of one document, each with the number of its problems."""
    sets: dict[tuple[str, Kind], tuple[AnnotationSet, int]] = {}
    for record in records:
        if not has_set(record):
            continue
        content = AnnotationSet(
            SetInfo(document.id, record.annotator, record.kind, record.status, record.flagged, record.categories),
            {span.id: _keepable(span, record, report) for span in record.spans},
            {relation.id: _keepable(relation, record, report) for relation in record.relations},
            {verdict.signature: verdict for verdict in record.verdicts},
        )
        key = (record.annotator, record.kind)
        if key not in sets:
            found = problems(document.text, document.tokens, scheme, content.spans, content.relations.values())
            report.broken_rules.update(problem.rule for problem in found)
            sets[key] = content, len(found)
        elif not same_content(sets[key][0], content):
            report.complain(Complaint(record.place, _came_before(record.annotator)))
    return list(sets.values())


def _came_before(annotator: str) -> str:
    return f"The set of {annotator} on this document came before with other content; this one was left out."


def _merge(tx: Transaction, known: Document, content: AnnotationSet, brought: Brought, report: ImportReport) -> None:
    """Add a set to a document that is there already."""
    info = replace(content.info, document_id=known.id)
    set_id = find_set(tx, known.id, info.annotator, info.kind)
    if set_id is None:
        set_id = tx.add_set(info)
    else:
        old = tx.annotation_set(set_id)
        if same_content(old, content):
            report.unchanged += 1
            return
        if brought.has(tx, known.id, set_id):
            report.complain(Complaint(known.name, _came_before(info.annotator)))
            return
        if info.kind is not Kind.MODEL and not brought.may_replace(set_id):
            report.complain(Complaint(known.name, left_alone(known.name, info.annotator)))
            return
        if info.kind is not Kind.MODEL:
            told = f"The set of {info.annotator} on “{known.name}” came from the same file before, and nobody changed it: it was updated."
            report.complain(Complaint(known.name, told, lost=False))
        for item in (*old.relations.values(), *old.spans.values(), *old.verdicts.values()):
            tx.remove(set_id, item)
        tx.put_set(set_id, info)
    for item in (*content.spans.values(), *content.relations.values(), *content.verdicts.values()):
        tx.put(set_id, item)
    report.count(content)


def left_alone(name: str, annotator: str) -> str:
    """Return the sentence for a set in the project that the file's does not replace."""
    return (
        f"“{name}” has a set of {annotator} already, with other content; it was left as it is. "
        "To compare the two, give the one in the file another annotator name."
    )


def _tell_differences(known: Document, document: Document, records: list[Record], report: ImportReport) -> None:
    place = records[0].place or document.name
    if document.meta and document.meta != known.meta:
        message = f"“{known.name}” is in the project already, with other metadata; that of the file was left out."
        report.complain(Complaint(place, message))
    if any(record.tokens is not None and record.tokens != known.tokens for record in records):
        message = f"“{known.name}” is in the project already, with other tokens; those of the project are used."
        report.complain(Complaint(place, message, lost=False))


def same_content(left: AnnotationSet, right: AnnotationSet) -> bool:
    """Tell whether two sets say the same, on whatever document."""
    return (
        replace(left.info, document_id=0) == replace(right.info, document_id=0)
        and left.spans == right.spans
        and left.relations == right.relations
        and left.verdicts == right.verdicts
    )


# What JSON text can say and the project cannot keep: whole numbers beyond 64 bits, and nesting of several hundred levels


def _storable(document: Document, records: list[Record], report: ImportReport) -> Document:
    kept = _kept(document.meta, records[0], "The metadata", report)
    return document if kept is document.meta else replace(document, meta=kept)


def _keepable(item: Item, record: Record, report: ImportReport) -> Any:
    if not item.attributes:
        return item
    kept = _kept(item.attributes, record, f"The attributes of “{item.id}”", report)
    return item if kept is item.attributes else replace(item, attributes=kept)


def _kept(values: Mapping[str, Any], record: Record, what: str, report: ImportReport) -> Mapping[str, Any]:
    if not values or _is_kept(dict(values)):
        return values
    lost = [name for name, value in values.items() if not _is_kept(value)]
    message = f"{what} hold what a project cannot keep (a number of more than 64 bits, or too many levels): {', '.join(lost)}."
    report.complain(Complaint(record.place, message))
    return {name: value for name, value in values.items() if name not in lost}


def _is_kept(value: Any) -> bool:
    try:
        orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return False
    return True
