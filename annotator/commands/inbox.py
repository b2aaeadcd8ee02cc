"""The consistency inbox: texts that one person labelled differently in different places, or left blank in finished documents.

A text stands for all ways to write it (``domain.propagation.key_of``).  Two walks over the person's sets count them: the first the
reviewed spans of all sets that were not skipped, the second the places without a span in the finished ones.  Memory is bounded whatever the
size of the project: the counts lie in a temporary file (``store.surfaces.Tally``), the second walk looks for the ``MOST_TEXTS`` texts that
were labelled most often (some 80 MB), and the ``MOST_ENTRIES`` entries that are most worth a look are kept.  What was left out is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import nlargest
from time import monotonic
from typing import Any

from annotator.commands.same_text import Seen
from annotator.domain.annotations import Span
from annotator.domain.context import Agreement, Scene, Sight
from annotator.domain.documents import Document
from annotator.domain.progress import Progress
from annotator.domain.propagation import fold, key_of
from annotator.domain.surfaces import LONGEST, Surfaces
from annotator.domain.taken import Covered
from annotator.domain.text import Range
from annotator.store import queries, search, suggesters, surfaces
from annotator.store.queries import Connection
from annotator.store.suggesters import Dismissal
from annotator.store.surfaces import OwnSet, Tally

MOST_TEXTS = 200_000
MOST_ENTRIES = 5_000
_MOST_LONGER = 1_000
"""So many longer texts are remembered of each entry, to tell "Bank" from a part of "Bank Indonesia"."""

_BEAT = 0.2
"""Seconds between two signs of life while counting."""

NOTHING = ""
"""The label of a place without a span."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A text that was not decided alike everywhere.

    ``counts`` are the places by label, ``NOTHING`` for blank ones in finished documents.  ``shown`` is one way to write it.  ``longer`` are
    known texts that contain it, whose places are theirs.  ``dismissal`` is what was decided about it once.
    """

    key: str
    shown: str
    counts: Mapping[str, int]
    longer: tuple[str, ...] = ()
    dismissal: Dismissal | None = None

    @property
    def total(self) -> int:
        """How many places there are."""
        return sum(self.counts.values())

    @property
    def majority(self) -> str:
        """The label most places have; among equals one with a name, the first by name."""
        return min(self.counts, key=lambda label: (-self.counts[label], not label, label))

    @property
    def disagreeing(self) -> int:
        """How many places have another label than most."""
        return self.total - self.counts[self.majority]

    @property
    def worth(self) -> float:
        """What the text is worth a look: the places that disagree, times the square of the majority's share.

        Few against many are likelier a mistake than half against half, which may well be two things of one name.
        """
        return self.disagreeing * (self.counts[self.majority] / self.total) ** 2

    @property
    def settled(self) -> bool:
        """Whether all places agree by now, so that it is no entry any more."""
        return not any(self.counts) or self.disagreeing == 0

    @property
    def dismissed(self) -> bool:
        """Whether it was dismissed, and no label has come since that it did not have then."""
        return self.dismissal is not None and set(self.counts) <= set(self.dismissal.told)

    @property
    def in_order(self) -> list[tuple[str, int]]:
        """The counts by label, the most frequent first."""
        return sorted(self.counts.items(), key=lambda entry: (-entry[1], not entry[0], entry[0]))

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as plain JSON data; the label of a blank place is null."""
        found = {
            "text": self.shown,
            "key": self.key,
            "places": [{"label": label or None, "count": count} for label, count in self.in_order],
            "disagreeing": self.disagreeing,
        }
        if self.dismissal is not None:
            found["dismissal"] = {"reason": self.dismissal.reason, "by": self.dismissal.actor, "at": self.dismissal.at}
        return found


@dataclass(frozen=True, slots=True)
class Inbox:
    """What was found, the entries most worth a look first.

    ``more`` counts entries that were not kept, ``unsought`` labelled texts that were not looked for where they stand blank.
    """

    entries: tuple[Entry, ...] = ()
    dismissed: tuple[Entry, ...] = ()
    texts: int = 0
    sets: int = 0
    more: int = 0
    unsought: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """A sign of life while an inbox is counted: ``done`` of ``total`` looks at a set, of which each has up to two."""

    done: int
    total: int


@dataclass(slots=True)
class _Pace:
    """Counts work, and says when the time for a sign of life has come."""

    progress: Progress
    total: int
    done: int = 0
    last: float = field(default_factory=monotonic)

    def step(self) -> Stage | None:
        self.progress.advance()
        self.done += 1
        if monotonic() - self.last < _BEAT:
            return None
        self.last = monotonic()
        return Stage(min(self.done, self.total), self.total)


def count(connection: Connection, person: str, progress: Progress) -> Iterator[Stage | Inbox]:
    """Count the texts of a person's sets; yields a ``Stage`` now and then, and last of all the ``Inbox``.

    For a job's reader connection.  Raises ``Cancelled`` soon after ``progress.cancel``.
    """
    total = 2 * surfaces.set_count(connection, person)
    progress.start("Comparing", total)
    pace = _Pace(progress, total)
    with search.interruptible(connection, progress), Tally() as tally:
        sets = 0
        for own in surfaces.own_sets(connection, person):
            sets += 1
            _count_labels(connection, own, tally)
            if stage := pace.step():
                yield stage
        known = tally.frequent(MOST_TEXTS)
        texts = len(tally)
        wanted = Surfaces(known)
        for own in surfaces.own_sets(connection, person) if known else ():
            if own.finished:
                _count_blanks(connection, own, wanted, tally)
            if stage := pace.step():
                yield stage
        yield _chosen(tally, known, suggesters.dismissals(connection), Inbox(texts=texts, sets=sets, unsought=texts - len(known)))


def _count_labels(connection: Connection, own: OwnSet, tally: Tally) -> None:
    found = queries.document_text(connection, own.document_id)
    if found is None:
        return
    text = found[1]
    for start, end, label in surfaces.reviewed_of(connection, own.set_id):
        if end - start <= LONGEST and (key := key_of(text[start:end])):
            tally.count(key, label, " ".join(text[start:end].split()))


def _count_blanks(connection: Connection, own: OwnSet, wanted: Surfaces, tally: Tally) -> None:
    document = queries.document(connection, own.document_id)
    if document is None:
        return
    for place, key in _blanks(document, surfaces.covered_by(connection, own.set_id), wanted):
        tally.count(key, NOTHING, " ".join(document.text[place[0] : place[1]].split()))


def _blanks(document: Document, ranges: list[Range], wanted: Surfaces) -> Iterator[tuple[Range, str]]:
    taken = Covered(ranges)
    for start, end, key in wanted.places(document.text, document.tokens):
        if not taken.overlaps(start, end):
            yield (start, end), key


def _chosen(tally: Tally, known: list[str], dismissals: Mapping[str, Dismissal], figures: Inbox) -> Inbox:
    """Return the entries most worth a look; of those that were dismissed, as many again."""
    more = 0

    def entries(*, dismissed: bool) -> Iterator[Entry]:
        nonlocal more
        for key, shown, counts in tally.texts():
            entry = Entry(key, shown, counts, dismissal=dismissals.get(key))
            if entry.dismissed is dismissed and not entry.settled:
                more += not dismissed
                yield entry

    open_ones = nlargest(MOST_ENTRIES, entries(dismissed=False), key=lambda entry: entry.worth)
    left_out = more - len(open_ones)
    rest = nlargest(MOST_ENTRIES, entries(dismissed=True), key=lambda entry: entry.worth) if dismissals else []
    longer = _longer([entry.key for entry in (*open_ones, *rest)], known)
    open_ones = [replace(entry, longer=tuple(longer.get(entry.key, ()))) for entry in open_ones]
    rest = [replace(entry, longer=tuple(longer.get(entry.key, ()))) for entry in rest]
    return replace(figures, entries=tuple(open_ones), dismissed=tuple(rest), more=left_out)


def _longer(keys: list[str], known: list[str]) -> dict[str, list[str]]:
    """Return for each of some keys the known texts that contain its words."""
    by_form: dict[str, list[str]] = {}
    for key in keys:
        by_form.setdefault(fold(key), []).append(key)
    found: dict[str, list[str]] = {}
    for text in known:
        words = fold(text).split(" ")
        for first in range(len(words)):
            for stop in range(first + 1, len(words) + 1):
                for key in by_form.get(" ".join(words[first:stop]), ()):
                    if stop - first < len(words) and len(mine := found.setdefault(key, [])) < _MOST_LONGER:
                        mine.append(text)
    return found


# One entry


def places(connection: Connection, person: str, entry: Entry, progress: Progress) -> Iterator[Seen]:
    """Yield all places that an entry counts, in the order of the documents, with what there is to see at each.

    The full-text index leads there, so that places inside what it takes for a word (``5triliun``) are missed.  Raises ``Cancelled``.
    """
    wanted = Surfaces((entry.key, *entry.longer))
    last = 0
    for number in search.documents_saying(connection, entry.key):
        progress.check()
        own = next(surfaces.own_sets(connection, person, number), None) if number != last else None
        last = number
        document = queries.document(connection, number) if own is not None else None
        if own is not None and document is not None:
            yield from _places_of(connection, document, own, wanted, entry.key, person=person)


def _places_of(
    connection: Connection, document: Document, own: OwnSet, wanted: Surfaces, key: str, *, person: str
) -> Iterator[Seen]:
    spans = surfaces.spans_of(connection, own.set_id)
    ranges = [fragment for span in spans for fragment in span.fragments]
    labelled = [span for span in spans if span.reviewed and not span.discontinuous and key_of(span.surface(document.text)) == key]
    blank = [place for place, said in _blanks(document, ranges, wanted) if said == key] if own.finished else []
    if not labelled and not blank:
        return
    scene = Scene(document.text, document.tokens, document.sentences, spans, finished=own.finished)
    found: list[tuple[Range, Span | None]] = [((span.start, span.end), span) for span in labelled]
    found += [(place, None) for place in blank]
    for place, span in sorted(found, key=lambda one: one[0]):
        line = search.line_at(document.id, document.name, document.text, place)
        if span is not None:
            line = replace(line, set_id=own.set_id, annotator=person, span_id=span.id, label=span.label)
        yield line, scene.sight(place)


def recounted(connection: Connection, person: str, entry: Entry, progress: Progress) -> Entry:
    """Return an entry with its counts as they are now; it may be settled."""
    counts: dict[str, int] = {}
    with search.interruptible(connection, progress):
        for line, _ in places(connection, person, entry, progress):
            counts[line.label] = counts.get(line.label, 0) + 1
    return replace(entry, counts=counts, dismissal=suggesters.dismissals(connection).get(entry.key))


def agreement_of(entry: Entry) -> Agreement:
    """Return how the places of an entry are judged: by what was decided in most of them."""
    return Agreement(entry.majority, Sight(), relabels=True)
