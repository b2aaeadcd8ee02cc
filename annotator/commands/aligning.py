"""A document whose text was reworded in the file: its annotations follow to the new text, and the earlier one is set aside.

A document's text never changes, so the new wording is a document of its own.  Each set of the earlier one goes over as far as its text
is still there; what is not is named, and stays where it was.  The earlier document remains as it is, but skipped for everybody who
worked on it, so that it is neither offered nor exported beside the new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from annotator.domain.alignment import Alignment, Carried, align, carry
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo
from annotator.domain.documents import Document, Status
from annotator.domain.exchange import Complaint
from annotator.domain.rules import amount, problems, quoted
from annotator.store import queries
from annotator.store.queries import Connection
from annotator.store.transaction import Transaction

ALIKE = 0.5
"""Texts of one name that share less than this part of the longer one are two articles, not two wordings of one."""

Sets = list[tuple[AnnotationSet, int]]
"""Annotation sets, each with the number of its problems."""


class Course(Protocol):
    """What is known of the import under way; see ``merging.Brought``."""

    first: int
    connection: Connection | None
    known: set[int]
    carried: set[str]

    def may_replace(self, set_id: int) -> bool:
        """Tell whether nobody's work is in a set."""
        ...


class Report(Protocol):
    """Takes what is to be said; see ``merging.ImportReport``."""

    def complain(self, *complaints: Complaint) -> None:
        """Take complaints."""
        ...


@dataclass(frozen=True, slots=True)
class Wording:
    """A document of the project that has another wording of a text, and how the two lie beside each other."""

    document: Document
    alignment: Alignment


def earlier_wording(course: Course, name: str, text: str) -> Wording | None:
    """Return the document of this name that a new text is another wording of, or None.

    Only documents from before this import count, that it has not met as they are, and each name once: several texts of one name in one
    file are several articles.
    """
    if course.connection is None or name in course.carried:
        return None
    there = [
        number
        for number, _ in queries.documents_named(course.connection, name)
        if number not in course.known and not 0 < course.first <= number
    ]
    old = queries.document(course.connection, max(there)) if there else None
    if old is None:
        return None
    alignment = align(old.text, text)
    return Wording(old, alignment) if alignment.similarity >= ALIKE else None


def carry_over(tx: Transaction, course: Course, wording: Wording, document: Document, sets: Sets, *, report: Report) -> Sets:
    """Return the sets of a new wording: those of the file, and those of the earlier wording as far as they follow.

    Where both have a set of one annotator, the file's is taken if it is a model's, or if nobody changed what the same file brought
    before; else the project's.  The earlier document is set aside.
    """
    assert course.connection is not None
    course.carried.add(document.name)
    old = wording.document
    found = {(content.info.annotator, content.info.kind): (content, count) for content, count in sets}
    told = _Told(old.name, report)
    for set_id, info in queries.set_ids(course.connection, old.id):
        key = info.annotator, info.kind
        if key in found and (info.kind is Kind.MODEL or course.may_replace(set_id)):
            continue
        content = tx.annotation_set(set_id)
        if key in found:
            told.kept(info)
        carried = carry(wording.alignment, content.in_text_order(), content.relations.values(), content.verdicts.values())
        found[key] = _as_set(tx, document, info, carried)
        told.carried(info, content, carried, old.text)
    told.summary()
    _set_aside(tx, course.connection, old.id, told)
    return list(found.values())


def _as_set(tx: Transaction, document: Document, info: SetInfo, carried: Carried) -> tuple[AnnotationSet, int]:
    """Return a carried set on the new document; one that lost something is not done any more."""
    status = info.status
    if status is Status.DONE and (carried.dropped_spans or carried.dropped_relations):
        status = Status.IN_PROGRESS
    content = AnnotationSet(
        replace(info, document_id=0, status=status),
        {span.id: span for span in carried.spans},
        {relation.id: relation for relation in carried.relations},
        {verdict.signature: verdict for verdict in carried.verdicts},
    )
    wrong = problems(document.text, document.tokens, tx.scheme, content.spans, content.relations.values())
    return content, len(wrong)


def _set_aside(tx: Transaction, connection: Connection, document_id: int, told: _Told) -> None:
    mine = False
    for set_id, info in queries.set_ids(connection, document_id):
        if info.kind is Kind.PERSON:
            mine = mine or info.annotator == tx.actor
            if info.status is not Status.SKIPPED:
                tx.put_set(set_id, replace(info, status=Status.SKIPPED))
        elif info.kind is Kind.GOLD:
            told.gold(info)
    if not mine:
        tx.add_set(SetInfo(document_id, tx.actor, Kind.PERSON, Status.SKIPPED))


class _Told:
    """Puts together what is said of one document."""

    def __init__(self, name: str, report: Report) -> None:
        self._name, self._report = name, report
        self._moved = self._stayed = 0

    def carried(self, info: SetInfo, content: AnnotationSet, carried: Carried, text: str) -> None:
        """Name what of a set did not follow."""
        self._moved += len(carried.spans) + len(carried.relations)
        for span in carried.dropped_spans:
            reviewed = "" if info.kind is Kind.MODEL or not span.reviewed else "reviewed "
            self._say(
                f"The {reviewed}span {span.label} {quoted(span.surface(text))} of {info.annotator} is not in the new text; "
                "it stays in the earlier one."
            )
        for relation in carried.dropped_relations:
            head, tail = content.spans.get(relation.head), content.spans.get(relation.tail)
            ends = f" from {quoted(head.surface(text))} to {quoted(tail.surface(text))}" if head and tail else ""
            self._say(f"The relation {relation.label}{ends} of {info.annotator} lost an end; it stays with the earlier text.")
        self._stayed += len(carried.dropped_spans) + len(carried.dropped_relations)

    def kept(self, info: SetInfo) -> None:
        """Say that the project's set was taken in place of the file's."""
        self._say(
            f"{info.annotator} has worked on this document; that work was taken to the new text, and the set of the file left out."
        )

    def gold(self, info: SetInfo) -> None:
        """Say that an adjudicated set cannot be set aside."""
        self._say(f"The gold set of {info.annotator} stays on the earlier text too, and would be exported with it.", lost=False)

    def summary(self) -> None:
        """Say how much followed."""
        stayed = f" {amount(self._stayed, 'item')} did not." if self._stayed else ""
        self._say(
            f"The text is another wording of the one in the project: {amount(self._moved, 'item')} followed to it.{stayed} "
            "The earlier text stays in the project as a second document of this name, set aside as skipped.",
            lost=False,
        )

    def _say(self, message: str, *, lost: bool = True) -> None:
        self._report.complain(Complaint(self._name, message, lost))
