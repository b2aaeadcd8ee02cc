"""What the relation grid shows, without Qt: which spans, which pairs of them may be linked, and what links them.

Rows are heads and columns are tails, of the same spans in the same order; a place is ``(row, column)``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace

from annotator.domain.annotations import Relation, Span
from annotator.domain.labels import RelationLabel
from annotator.domain.text import BLOCK_SEPARATOR, Range
from annotator.session.document import DocumentState

MOST = 60
"""Spans a grid has at most: more rows than anybody looks through."""

_FIRST_REACH = 1_000
"""Code points to either side that are searched for spans first."""

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of the text and the ids of its spans, in text order.

    ``start`` and ``end`` are code points; ``around`` is the offset whose neighbours are kept where there are too many (then ``cut`` is
    true, and the piece ends with the last span that is left).
    """

    start: int
    end: int
    around: int
    ids: tuple[str, ...] = ()
    selected: bool = False
    cut: bool = False

    def holds(self, offset: int) -> bool:
        """Tell whether an offset lies in the piece, its end included."""
        return self.start <= offset <= self.end


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair of spans, by id: the relations from head to tail (symmetric ones either way), and the labels that are allowed."""

    head: str
    tail: str
    relations: tuple[Relation, ...]
    legal: tuple[RelationLabel, ...]

    @property
    def open(self) -> bool:
        """Whether it can be entered: something may be linked here, or is."""
        return bool(self.relations or self.legal)

    def relation(self, preferred: str | None) -> Relation | None:
        """Return the relation with the id ``preferred`` if it is here, else the first one, else None."""
        found = next((relation for relation in self.relations if relation.id == preferred), None)
        return found or (self.relations[0] if self.relations else None)


def excerpt_of(state: DocumentState, place: int, selection: Range | None = None) -> Excerpt:
    """Return the selection with its spans, or without one the paragraph (line break to line break) that holds ``place``."""
    if selection is not None:
        return _filled(state, Excerpt(*selection, around=selection[0], selected=True))
    start = state.display.rfind(BLOCK_SEPARATOR, 0, place) + 1
    end = state.display.find(BLOCK_SEPARATOR, place)
    return _filled(state, Excerpt(start, end if end >= 0 else len(state.display), around=place))


def brought_up_to_date(state: DocumentState, excerpt: Excerpt) -> Excerpt:
    """Return the same piece with the spans it has now."""
    return _filled(state, excerpt)


def _filled(state: DocumentState, excerpt: Excerpt) -> Excerpt:
    spans = _nearest(state, excerpt)
    if len(spans) <= MOST:
        return replace(excerpt, ids=tuple(span.id for span in spans))
    at = bisect_left(spans, excerpt.around, key=lambda span: span.start)
    first = min(max(0, at - MOST // 2), len(spans) - MOST)
    kept = spans[first : first + MOST]
    start, end = max(excerpt.start, kept[0].start), min(excerpt.end, max(span.end for span in kept))
    return replace(excerpt, start=start, end=end, ids=tuple(span.id for span in kept), cut=True)


def _nearest(state: DocumentState, excerpt: Excerpt) -> list[Span]:
    """Return all spans of the piece, or more than enough of them: a book in one paragraph is not sorted through for sixty."""
    reach = _FIRST_REACH
    while True:
        start, end = max(excerpt.start, excerpt.around - reach), min(excerpt.end, excerpt.around + reach)
        spans = state.spans_in(start, end)
        if len(spans) > 2 * MOST or (start, end) == (excerpt.start, excerpt.end):
            return spans
        reach *= 4


class Cells:
    """The pairs of some spans of a document: ``heads`` by row, ``tails`` by column; they differ only while a table takes one over.

    It asks the document and remembers the answers: after an edit, ``forget`` the spans whose relations it touched.
    """

    def __init__(self, state: DocumentState, ids: Iterable[str]) -> None:
        self.heads = list(ids)
        self.tails = list(self.heads)
        self._state = state
        self._links: dict[str, dict[str, tuple[Relation, ...]]] = {}
        self._legal: dict[tuple[str, str, bool], tuple[RelationLabel, ...]] = {}

    def __len__(self) -> int:
        return len(self.heads)

    def at(self, row: int, column: int) -> Cell:
        """Return one pair."""
        head, tail = self.heads[row], self.tails[column]
        return Cell(head, tail, self._linked(head).get(tail, ()), self._labels(head, tail))

    def place_of(self, head: str, tail: str) -> Place | None:
        """Return where a pair stands, or None."""
        return (self.heads.index(head), self.tails.index(tail)) if head in self.heads and tail in self.tails else None

    def forget(self, ids: Iterable[str]) -> None:
        """Ask anew for the relations of these spans."""
        for span_id in ids:
            self._links.pop(span_id, None)

    def forget_scheme(self) -> None:
        """Ask anew what is allowed, and which labels have no direction."""
        self._legal.clear()
        self._links.clear()

    # Walking over the open cells

    def open_columns(self, row: int) -> list[int]:
        """Return the columns of a row that can be entered."""
        return [column for column in range(len(self.tails)) if self.at(row, column).open]

    def first(self, row: int = 0) -> Place | None:
        """Return the first open cell from a row on, else the first of all."""
        rows = (*range(row, len(self.heads)), *range(row))
        return next(((number, columns[0]) for number in rows if (columns := self.open_columns(number))), None)

    def last(self) -> Place | None:
        """Return the last open cell."""
        rows = reversed(range(len(self.heads)))
        return next(((number, columns[-1]) for number in rows if (columns := self.open_columns(number))), None)

    def beside(self, place: Place, direction: int) -> Place:
        """Return the next open cell of the row to the right (1) or left (-1); the same place at the end of the row."""
        row, column = place
        columns = [other for other in self.open_columns(row) if (other - column) * direction > 0]
        return place if not columns else (row, min(columns, key=lambda other: abs(other - column)))

    def below(self, place: Place, direction: int, goal: int) -> Place:
        """Return the open cell nearest to column ``goal`` in the next row downwards (1) or upwards (-1) that has any."""
        row, _column = place
        rows = range(row + 1, len(self.heads)) if direction > 0 else range(row - 1, -1, -1)
        for number in rows:
            columns = self.open_columns(number)
            if columns:
                return number, min(columns, key=lambda other: (abs(other - goal), other))
        return place

    def next_unreviewed(self, place: Place, direction: int) -> Place | None:
        """Return the next cell in reading order that holds a suggestion, or None; a symmetric one counts where its head's row is."""
        size = len(self.tails)
        count = len(self.heads) * size
        here = place[0] * size + place[1]
        for number in range(here + direction, count if direction > 0 else -1, direction):
            cell = self.at(*divmod(number, size))
            if any(not relation.reviewed and relation.head == cell.head for relation in cell.relations):
                return divmod(number, size)
        return None

    def _linked(self, head: str) -> dict[str, tuple[Relation, ...]]:
        """Return the relations of a head by their tail, as its row shows them."""
        found = self._links.get(head)
        if found is None:
            found = {}
            for relation in self._state.relations_of(head):
                if relation.head == head:
                    found[relation.tail] = (*found.get(relation.tail, ()), relation)
                elif (label := self._state.scheme.relation(relation.label)) is not None and label.symmetric:
                    found[relation.head] = (*found.get(relation.head, ()), relation)
            self._links[head] = found
        return found

    def _labels(self, head: str, tail: str) -> tuple[RelationLabel, ...]:
        first, second = self._state.span(head), self._state.span(tail)
        if first is None or second is None:
            return ()
        key = (first.label, second.label, head == tail)
        if key not in self._legal:
            self._legal[key] = self._state.scheme.links(first.label, second.label, same_span=head == tail)
        return self._legal[key]
