"""What is searched for, and the lines that were found: which are ticked, and what stands at their places by now.  No Qt."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING

from annotator.commands import inbox
from annotator.commands.matching import regex_lines, span_regex_lines
from annotator.commands.same_text import NOWHERE, Origin, agreement_with, judged, seen_places
from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.changes import BulkCopy, ChangeSet, What
from annotator.domain.context import Doubt
from annotator.domain.progress import Progress
from annotator.jobs.workers import WorkerProcess
from annotator.store import listing, queries, search
from annotator.store.listing import Filter
from annotator.store.queries import Connection
from annotator.store.search import Line, RelationQuery, SpanQuery

if TYPE_CHECKING:
    from annotator.commands.inbox import Entry

MOST_LINES = 100_000
"""So many lines are kept, some 70 MB; nobody reads more, and who acts on them searches again."""

PAUSE = 0.15
"""Seconds between pages: each of them has the window paint the lines anew."""

_LONGEST_HIT = 400
"""Code points of a hit that are kept; an expression may take a whole article."""


class Mode(StrEnum):
    """What a search looks at."""

    WORDS = "words"
    SAME = "same"
    REGEX = "regex"
    SPANS = "spans"
    RELATIONS = "relations"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search as a person asked for it.

    ``text`` is a query as in ``store.words``, a text to find again (``domain.propagation``), a regular expression, or the text of
    spans, compared as ``how`` says (``SpanQuery``).  ``label`` is that of spans or relations, ``head`` and ``tail`` those of a
    relation's ends; what is empty is not asked about.  A text to find again may come from a place (``origin``), whose context the others
    are compared with if they are to get its ``label``; or from an ``entry`` of the inbox, whose places that disagree are listed, or with
    ``all_places`` all of them.
    """

    mode: Mode = Mode.WORDS
    text: str = ""
    match_case: bool = False
    label: str = ""
    how: str = "exact"
    head: str = ""
    tail: str = ""
    origin: Origin = NOWHERE
    entry: Entry | None = None
    all_places: bool = False

    @property
    def asks(self) -> bool:
        """Whether there is anything to look for; spans and relations may be asked for without naming a label."""
        return self.mode in (Mode.SPANS, Mode.RELATIONS) or bool(self.text.strip())


def line_pages(
    connection: Connection,
    wanted: Wanted,
    person: str,
    progress: Progress,
    *,
    worker: WorkerProcess,
    given_up: list[str],
    doubts: dict[int, Doubt] | None = None,
) -> Generator[list[Line]]:
    """Yield what is found, in pages, a short one first and then one every ``PAUSE``; for a job's reader connection.

    ``given_up`` takes the names of documents in which a regular expression lost itself, ``doubts`` at the end what speaks against which
    line, by number, where lines are compared.  Raises ``Refused`` for what is no expression.
    """
    last, waiting = 0.0, list[Line]()
    compared = _compared(connection, wanted, person, doubts if doubts is not None else {}, progress)
    lines = compared if compared is not None else _lines(connection, wanted, person, worker, given_up)
    for page in search.pages(lines, progress, connection):
        waiting += page
        if monotonic() - last >= PAUSE:
            yield waiting
            last, waiting = monotonic(), []
    if waiting:
        yield waiting


def _compared(
    connection: Connection, wanted: Wanted, person: str, doubts: dict[int, Doubt], progress: Progress
) -> Iterator[Line] | None:
    """Return the lines of a search that looks at the context of each; None for any other search."""
    entry = wanted.entry
    if entry is not None:
        seen = inbox.places(connection, person, entry, progress)
        if wanted.all_places:
            return judged(seen, inbox.agreement_of(entry), doubts)
        return judged(seen, inbox.agreement_of(entry), doubts, wanted=lambda line: line.label != entry.majority)
    if wanted.mode is not Mode.SAME or not wanted.label:
        return None
    agreement = agreement_with(connection, wanted.origin, wanted.label, person)
    return judged(seen_places(connection, wanted.text, person, progress), agreement, doubts)


def _lines(connection: Connection, wanted: Wanted, person: str, worker: WorkerProcess, given_up: list[str]) -> Iterator[Line]:
    match wanted.mode:
        case Mode.WORDS:
            return search.text_lines(connection, wanted.text, person=person)
        case Mode.SAME:
            return search.same_text_lines(connection, wanted.text, person=person)
        case Mode.REGEX:
            every = (key for page in listing.stream(connection, Filter(person=person)) for key in page)
            case = not wanted.match_case
            return regex_lines(connection, wanted.text, every, worker, ignore_case=case, person=person, given_up=given_up)
        case Mode.SPANS if wanted.how == "regex" and wanted.text:
            query = SpanQuery(wanted.label, wanted.text, person=person)
            return span_regex_lines(connection, query, worker, given_up=given_up)
        case Mode.SPANS:
            return search.span_lines(connection, SpanQuery(wanted.label, wanted.text, wanted.how, person=person))
        case Mode.RELATIONS:
            return search.relation_lines(connection, RelationQuery(wanted.label, wanted.head, wanted.tail, person=person))


def runs_leftward(line: Line) -> bool:
    """Tell whether a line is to be read from right to left: whether most of its letters are."""
    kinds = [unicodedata.bidirectional(character) for character in (*line.left, *line.hit, *line.right)]
    return sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L")


def brought_up_to_date(connection: Connection, line: Line, person: str) -> Line:
    """Return a line with what the person's own set has at its place now; as it is where there is no such set.

    A span or relation that is gone leaves a line without a label.
    """
    own = queries.find_set(connection, line.document_id, person, Kind.PERSON)
    if own is None:
        return line
    if line.relation_id:
        found = _relation_now(connection, own, line)
        key, label = (found.id, found.label) if found is not None else (line.relation_id, "")
        return replace(line, set_id=own, annotator=person, relation_id=key, label=label)
    span = _span_now(connection, own, line)
    key, label = (span.id, span.label) if span is not None else ("", "")
    return replace(line, set_id=own, annotator=person, span_id=key, label=label)


def _span_now(connection: Connection, own: int, line: Line) -> Span | None:
    if line.set_id == own and line.span_id:
        span = queries.span(connection, own, line.span_id)
        if span is not None and (span.start, span.end) == (line.start, line.end):
            return span
    here = [span for span in queries.spans_between(connection, own, line.start, line.start + 1) if span.end == line.end]
    here.sort(key=lambda span: (span.label != line.label, len(span.fragments)))
    return here[0] if here else None


def _relation_now(connection: Connection, own: int, line: Line) -> Relation | None:
    if line.set_id == own:
        return queries.relation(connection, own, line.relation_id)
    origin = f"{line.annotator}/{line.relation_id}"
    heads = queries.spans_between(connection, own, line.start, line.start + 1)
    linked = (relation for span in heads for relation in queries.relations_of(connection, own, span.id))
    return next((relation for relation in linked if relation.derived_from == origin), None)


class Concordance:
    """The lines of one search, by row.

    Lines are brought up to date one by one when they are asked for, after something in their document changed.
    """

    def __init__(self, person: str = "") -> None:
        self.person = person
        self.lines: list[Line] = []
        self.ticked: set[int] = set()
        self.reasons: dict[int, str] = {}
        """Why the last action left a row alone."""
        self.doubts: dict[int, Doubt] = {}
        """What speaks against a row in its context."""
        self.documents = 0
        """In how many documents the lines are; one that was looked at in two rounds may count twice."""
        self._change = self._everywhere = 0
        self._changed: dict[int, int] = {}
        self._seen: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def extend(self, lines: Sequence[Line]) -> None:
        """Take further lines at the end."""
        last = self.lines[-1].document_id if self.lines else 0
        for line in lines:
            self.documents += line.document_id != last
            last = line.document_id
            self.lines.append(line if len(line.hit) <= _LONGEST_HIT else replace(line, hit=f"{line.hit[:_LONGEST_HIT]}…"))

    def line(self, row: int, connection: Connection | None) -> Line:
        """Return the line in a row, as it is now; without a connection as it was."""
        line = self.lines[row]
        changed = max(self._everywhere, self._changed.get(line.document_id, 0))
        if connection is not None and changed > self._seen.get(row, 0):
            line = self.lines[row] = brought_up_to_date(connection, line, self.person)
            self._seen[row] = changed
        return line

    def note(self, changes: ChangeSet, document_id: int | None) -> bool:
        """Remember that this document changed, or any (None); False where nothing changed that lines show."""
        shown = any(change.what in (What.SPAN, What.RELATION) for change in changes.changes)
        if not shown and not any(isinstance(entry, BulkCopy) for entry in changes.bulk):
            return False
        self._change += 1
        if document_id is None:
            self._everywhere = self._change
        else:
            self._changed[document_id] = self._change
        return True

    def in_order(self) -> array[int]:
        """Return the ticked rows from the first to the last."""
        return array("q", sorted(self.ticked))
